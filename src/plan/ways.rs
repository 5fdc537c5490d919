//! By which channel a message goes, as a tree of tests: the channels one after the other, each with the answer that it
//! gives aloud and the one without a sound (R36).

use super::chain::{Chain, Link};
use super::guard::GuardId;
use super::lower::Ask;
use super::{PlanError, hours};
use crate::frame::{By, Outcome};
use crate::model::{CapId, ChannelId, Class, OfferId, Then};

/// What answers where no channel carries an offer: of several channels the one that came farthest says why.
pub(super) struct StandIn {
    /// One would have but for its caps.
    pub(super) capped: Link,
    /// One would have but for its consent.
    pub(super) no_consent: Link,
    /// One would have but for a cap that lets no other candidate through.
    pub(super) stopped: Link,
}

impl StandIn {
    /// The next candidate, whatever the reason.
    pub(super) const NOTHING: Self = Self { capped: Link::Next, no_consent: Link::Next, stopped: Link::Next };
}

/// The hours of a channel.
struct WayHours {
    /// The channel may be tried.
    way: GuardId,
    /// Every window is open that drops what it carries.
    dropping: GuardId,
    /// Every window is open for which it waits.
    holding: GuardId,
}

impl Chain<'_, '_> {
    /// What the slot does with an offer that was chosen for it: shows it, or sends it by the first of the channels that
    /// carries it; unless its windows are `in_time`, it waits. Where no channel carries it, what stands in for what was
    /// capped or for want of consent, else the next candidate.
    pub(super) fn way(
        &mut self,
        channels: &[ChannelId],
        offer: OfferId,
        by: By,
        in_time: GuardId,
        stand_in: &StandIn,
    ) -> Result<Link, PlanError> {
        let rules = self.lowering.rules;
        if !rules.sends(self.slot) {
            let shown = self.pick(Outcome::Shows(offer), by);
            return Ok(self.or_waits(in_time, shown));
        }
        // A rotating slot has an order for each channel that it may have used last.
        let slot = &rules[self.slot];
        let mut link = self.in_order(channels, offer, by, stand_in)?;
        for (place, last) in slot.channels.iter().enumerate().filter(|_| slot.rotate.is_some()) {
            let ring = rules.ring(self.slot, channels, Some(*last));
            let rotated = self.in_order(&ring, offer, by, stand_in)?;
            let group = self.lowering.layout.last_used(self.slot, slot.channels.len());
            let mask = u16::try_from(place).map_or(0, |place| group.mask(place));
            let was_last = self.lowering.guards.bits(group.word, mask, mask);
            link = Link::test(was_last, rotated, link);
        }
        // Whether it would wait for too long is asked before its channels, and only the reference evaluator tells.
        Ok(self.or_waits(in_time, link))
    }

    /// The channels one after the other.
    fn in_order(
        &mut self,
        channels: &[ChannelId],
        offer: OfferId,
        by: By,
        stand_in: &StandIn,
    ) -> Result<Link, PlanError> {
        let rules = self.lowering.rules;
        let class = rules[offer].class;
        let own = match by {
            By::Rule(rule) => Some(rule),
            By::Substitute(..) | By::Fallback(_) | By::SlotOff => None,
        };
        let (mut lacks, mut capped, mut ways) = (Vec::new(), Vec::new(), Vec::new());
        for channel in channels {
            let reaches = self.reaches(*channel)?;
            let consent = self.channel_consent(*channel, class);
            let is_open = self.lowering.guards.all(consent.into_iter().chain([reaches]));
            let caps = rules.channel_caps(*channel, offer, own);
            let free = self.caps(&caps, class);
            let hours = self.hours_of(*channel, class)?;
            let stopping: Vec<CapId> =
                caps.into_iter().filter(|cap| rules.then(*cap, self.slot) == Then::Stop).collect();
            let goes_on = self.caps(&stopping, class);
            let not_open = self.lowering.guards.not(is_open);
            let goes_on = self.lowering.guards.any([goes_on, not_open]);
            let carries = self.lowering.guards.all([is_open, free, hours.way]);
            let spent = self.lowering.guards.not(free);
            capped.push(self.lowering.guards.all([is_open, spent]));
            let unconsented = self.lowering.guards.not(is_open);
            lacks.push(self.lowering.guards.all([reaches, unconsented]));
            let [aloud, silent] =
                [false, true].map(|silent| self.pick(Outcome::Sends { offer, channel: *channel, silent }, by));
            let is_aloud = match &rules[*channel].silent {
                Some(clause) => self.lowering.ask(&clause.condition, Ask::No)?,
                None => GuardId::ALWAYS,
            };
            let sent = Link::test(is_aloud, aloud, silent);
            // Its hours that speak of the message: outside of some it waits, outside of others it drops out.
            let sent = self.or_waits(hours.holding, sent);
            let sent = Link::test(hours.dropping, sent, Link::Next);
            ways.push((carries, sent, goes_on));
        }
        let lacks_consent = self.lowering.guards.any(lacks);
        let is_capped = self.lowering.guards.any(capped);
        let none = Link::test(lacks_consent, stand_in.no_consent.clone(), Link::Next);
        let none = Link::test(is_capped, stand_in.capped.clone(), none);
        Ok(ways.into_iter().rev().fold(none, |rest, (carries, way, goes_on)| {
            Link::test(carries, way, Link::test(goes_on, rest, stand_in.stopped.clone()))
        }))
    }

    /// What is shown or sent where its windows are open; else whatever would answer waits.
    fn or_waits(&mut self, open: GuardId, now: Link) -> Link {
        if open == GuardId::ALWAYS {
            return now;
        }
        let waiting = self.waiting(&now);
        Link::test(open, now, waiting)
    }

    /// A link that waits wherever it would answer.
    fn waiting(&mut self, link: &Link) -> Link {
        match link {
            Link::Next => Link::Next,
            Link::Pick(_) | Link::Try(_) | Link::Ranked(_) => self.waits(),
            Link::Test { guard, yes, no } => {
                let (yes, no) = (self.waiting(yes), self.waiting(no));
                Link::test(*guard, yes, no)
            }
        }
    }

    /// Whether the device permits a channel and it reaches the customer.
    fn reaches(&mut self, id: ChannelId) -> Result<GuardId, PlanError> {
        let rules = self.lowering.rules;
        let mut all = Vec::new();
        for clause in rules[id].asked() {
            all.push(self.lowering.ask(&clause.condition, Ask::Yes)?);
        }
        Ok(self.lowering.guards.all(all))
    }

    /// What the hours of a channel ask of what goes by it.
    fn hours_of(&mut self, id: ChannelId, class: Class) -> Result<WayHours, PlanError> {
        let rules = self.lowering.rules;
        let of_message = self.hours(&rules.windows_of_message(id, class))?;
        let mut way = Vec::new();
        for window in rules.windows_of_way(id, class) {
            way.push(hours::open(self.lowering, window)?);
        }
        Ok(WayHours { way: self.lowering.guards.all(way), dropping: of_message.dropping, holding: of_message.holding })
    }

    fn channel_consent(&mut self, id: ChannelId, class: Class) -> Vec<GuardId> {
        let needs = self.lowering.rules.channel_needs(id, class).iter();
        needs
            .map(|purpose| {
                let bit = self.lowering.layout.open(*purpose);
                self.lowering.guards.bits(bit.word, bit.mask(), bit.mask())
            })
            .collect()
    }
}
