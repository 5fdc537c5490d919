//! By which channel a message goes: the channels of its rule, tried in their order (R36).
//!
//! A channel is asked for the permission of the device, then whether it reaches the customer, then for consent, then for
//! the caps on it, then for its hours, where those are the channel's and not the message's (`outside next channel`). The
//! first that says yes to all carries the message; each before it has its reason. A permission needs a yes, so what is
//! unknown carries nothing; a message arrives without a sound unless it is known that it need not.

use super::candidate::Guarded;
use super::condition::condition;
use super::tally::{self, Thing};
use super::waiting::is_open;
use crate::model::{CapId, ChannelId, Clause, OfferId, PurposeId, RuleId, SlotId, WindowId};
use crate::value::{Consent, Truth};

/// The step at which a channel drops out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// The device does not permit it, or nobody knows that it does.
    Permission,
    /// It does not reach the customer, or nobody knows that it does.
    Reach,
    /// These purposes of the channel are not open.
    Consent(Vec<PurposeId>),
    /// These caps, pauses and gaps on the channel have nothing left.
    Capped(Vec<CapId>),
    /// These windows on the channel are closed and say `outside next channel`.
    Outside(Vec<WindowId>),
}

/// How a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The channel that carries it and whether without a sound; `None` where none does.
    pub(super) by: Option<(ChannelId, bool)>,
    /// The channels before it, or all, each with its step.
    pub(super) passed_over: Vec<(ChannelId, Blocked)>,
}

impl Guarded<'_> {
    /// The first of the channels that carries the offer, in the order of the slot's rotation, and why those before it do
    /// not; none behind one whose cap says `then stop`. `rule` is the one that sends it itself.
    pub(super) fn way(&self, slot: SlotId, channels: &[ChannelId], offer: OfferId, rule: Option<RuleId>) -> Way {
        let mut passed_over = Vec::new();
        for channel in self.rules.ring(slot, channels, self.frame.last_used(slot)) {
            match self.blocked(channel, offer, rule) {
                Some(step) => {
                    let stops = matches!(&step, Blocked::Capped(caps) if self.stopping(slot, caps).is_some());
                    passed_over.push((channel, step));
                    if stops {
                        break;
                    }
                }
                None => return Way { by: Some((channel, self.is_silent(channel))), passed_over },
            }
        }
        Way { by: None, passed_over }
    }

    /// The channels that are tried for a rule, and whether each carries its offer.
    pub(super) fn tried(&self, rule: RuleId) -> Vec<(ChannelId, bool)> {
        let of = &self.rules[rule];
        let way = self.way(of.slot, self.rules.channels_of(of), of.show, Some(rule));
        let passed_over = way.passed_over.into_iter().map(|(channel, _)| (channel, false));
        passed_over.chain(way.by.map(|(channel, _)| (channel, true))).collect()
    }

    /// Why a channel does not carry an offer, if it does not.
    fn blocked(&self, id: ChannelId, offer: OfferId, rule: Option<RuleId>) -> Option<Blocked> {
        let (channel, class) = (&self.rules[id], self.rules[offer].class);
        if !self.permits(channel.allowed.as_ref()) {
            return Some(Blocked::Permission);
        }
        if !self.permits(channel.reached.as_ref()) {
            return Some(Blocked::Reach);
        }
        let needs = self.rules.channel_needs(id, class).iter();
        needs.for_each(|purpose| tally::thing(Thing::ChannelPurpose(id.0, purpose.0)));
        let is_closed = |purpose: &PurposeId| self.frame.consent(*purpose) != Consent::Granted;
        let closed: Vec<_> = self.rules.channel_needs(id, class).iter().copied().filter(is_closed).collect();
        if !closed.is_empty() {
            return Some(Blocked::Consent(closed));
        }
        let caps = self.rules.channel_caps(id, offer, rule).into_iter();
        let caps = caps.inspect(|cap| tally::thing(Thing::ChannelCap(id.0, cap.0)));
        let spent: Vec<_> = caps.filter(|cap| self.frame.stops(self.rules, *cap, class)).collect();
        if !spent.is_empty() {
            return Some(Blocked::Capped(spent));
        }
        let windows = self.rules.windows_of_way(id, class).into_iter();
        let windows = windows.inspect(|window| tally::thing(Thing::ChannelWindow(id.0, window.0)));
        let closed: Vec<_> = windows.filter(|window| !is_open(self.rules, self.frame, *window)).collect();
        (!closed.is_empty()).then_some(Blocked::Outside(closed))
    }

    /// Whether a permission that may be asked for is given: nobody asks where nothing is written.
    fn permits(&self, clause: Option<&Clause>) -> bool {
        clause.is_none_or(|clause| condition(self.rules, self.frame, &clause.condition) == Truth::Yes)
    }

    fn is_silent(&self, id: ChannelId) -> bool {
        let silent = self.rules[id].silent.as_ref();
        silent.is_some_and(|clause| condition(self.rules, self.frame, &clause.condition) != Truth::No)
    }
}
