//! By which channel a message goes, as formulas: where each of a rule's channels carries it, and where one would but for
//! its consent.
//!
//! Exact like the conditions of channels are: a permission is a dimension of four atoms.

use std::collections::BTreeMap;

use super::domain::{Sender, Source, channels_of};
use super::formula::Formula;
use super::slot::Writer;
use super::waits::Passed;
use crate::model::{ChannelId, OfferId, RuleId, SlotId, Then};

/// One way by which an offer comes through.
pub(super) struct By {
    /// By which channel; none in a place.
    pub(super) channel: Option<ChannelId>,
    /// The channel carries the message, and those before it do not.
    pub(super) reaches: Formula,
    /// So it is, and the message's own hours and those of the channel let it pass or wait.
    pub(super) carries: Formula,
    /// Where those hours let it wait, if they ever do; of a place nothing.
    pub(super) waits: Option<Formula>,
}

/// Where an offer comes through.
pub(super) struct Carried {
    /// Of each channel, in order; of a place one entry.
    pub(super) by: Vec<By>,
    /// One of them does.
    pub(super) any: Formula,
    /// None does, and one would if its caps had something left; or one does, and a cap of the message would hold it for too
    /// long until the hours of that channel.
    pub(super) capped: Formula,
    /// None does, and one of its caps lets no other candidate through.
    pub(super) stops: Formula,
    /// None does, for the caps of none, and one would if its purposes were open.
    pub(super) lacks_consent: Formula,
}

/// What becomes of a message at one channel.
#[derive(Clone, Copy)]
struct Way {
    /// It goes.
    carries: Formula,
    /// A cap stops it there, and all that would come behind.
    stops: Formula,
}

impl Writer<'_, '_> {
    /// What becomes of an offer that was chosen for a slot, by this rule itself or by what stands in.
    pub(super) fn carried(&mut self, sender: Sender, offer: OfferId, rule: Option<RuleId>) -> Carried {
        let (slot, channels) = (sender.0, channels_of(self.rules, sender));
        if !self.rules.sends(slot) {
            let by = vec![By { channel: None, reaches: Formula::ALWAYS, carries: Formula::ALWAYS, waits: None }];
            return Carried {
                by,
                any: Formula::ALWAYS,
                capped: Formula::NEVER,
                stops: Formula::NEVER,
                lacks_consent: Formula::NEVER,
            };
        }
        let class = self.rules[offer].class;
        let (mut ways, mut lacking, mut capped) = (BTreeMap::new(), Vec::new(), Vec::new());
        for channel in channels {
            let reaches = self.reaches(*channel);
            let needs = self.rules.channel_needs(*channel, class);
            let open: Vec<_> = needs.iter().map(|purpose| self.compiler.open(*purpose)).collect();
            let caps = self.rules.channel_caps(*channel, offer, rule);
            let spent: Vec<_> = caps.iter().map(|cap| self.spent(*cap)).collect();
            let stops = caps.iter().zip(&spent).filter(|(cap, _)| self.rules.then(**cap, slot) == Then::Stop);
            let stops: Vec<_> = stops.map(|(_, spent)| *spent).collect();
            let closed: Vec<_> =
                self.rules.windows_of_way(*channel, class).into_iter().map(|id| self.closed(id)).collect();
            let formulas = &mut self.compiler.formulas;
            let consented = formulas.all(open);
            let open = formulas.both(reaches, consented);
            let unconsented = formulas.not(consented);
            let spent = formulas.any(spent);
            let free = formulas.not(spent);
            let stops = formulas.any(stops);
            let closed = formulas.any(closed);
            let in_hours = formulas.not(closed);
            let carries = formulas.all([open, free, in_hours]);
            ways.insert(*channel, Way { carries, stops: formulas.both(open, stops) });
            lacking.push(formulas.both(reaches, unconsented));
            capped.push(formulas.both(open, spent));
        }
        let first = self.first_of(slot, channels, &ways);
        let formulas = &mut self.compiler.formulas;
        let some = formulas.any(first.iter().map(|(_, formula)| *formula));
        let none = formulas.not(some);
        let stops = formulas.any(ways.into_values().map(|way| way.stops));
        let stops = formulas.both(none, stops);
        let (lacking, capped) = (formulas.any(lacking), formulas.any(capped));
        let capped = formulas.both(none, capped);
        let not_capped = formulas.not(capped);
        let lacks_consent = formulas.all([none, not_capped, lacking]);
        let (mut by, mut too_long) = (Vec::new(), Vec::new());
        for (channel, reaches) in first {
            let passed = self.passed_by(sender, channel, offer, rule);
            let formulas = &mut self.compiler.formulas;
            let carries = formulas.both(reaches, passed.passes);
            by.push(By { channel, reaches, carries, waits: passed.waits });
            too_long.push(formulas.both(reaches, passed.capped));
        }
        let formulas = &mut self.compiler.formulas;
        let any = formulas.any(by.iter().map(|by| by.carries));
        let capped = formulas.any(too_long.into_iter().chain([capped]));
        Carried { by, any, capped, stops, lacks_consent }
    }

    /// The message's own hours and those of a channel that carries it let it pass, or it is held and has its place all the same.
    fn passed_by(&mut self, sender: Sender, by: Option<ChannelId>, offer: OfferId, rule: Option<RuleId>) -> Passed {
        let rules = self.rules;
        let of_message = |channel: &ChannelId| !rules.windows_of_message(*channel, rules[offer].class).is_empty();
        if by.as_ref().is_some_and(of_message) || self.ways_turn(channels_of(rules, sender), offer, rule) {
            self.passed((offer, rule, Some(sender)), by)
        } else {
            self.passed((offer, rule, None), None)
        }
    }

    /// Where each channel is the first that carries it, in whichever order the slot tries them.
    fn first_of(
        &mut self,
        slot: SlotId,
        channels: &[ChannelId],
        tried: &BTreeMap<ChannelId, Way>,
    ) -> Vec<(Option<ChannelId>, Formula)> {
        let rules = self.rules;
        let mut ways: BTreeMap<ChannelId, Vec<Formula>> = BTreeMap::new();
        let lasts: Vec<Option<ChannelId>> = match rules[slot].rotate {
            Some(_) => std::iter::once(None).chain(rules[slot].channels.iter().copied().map(Some)).collect(),
            None => vec![None],
        };
        for (atom, last) in lasts.iter().enumerate() {
            let in_turn = match rules[slot].rotate {
                Some(_) => self.compiler.is_atom(Source::LastUsed(slot), atom),
                None => Formula::ALWAYS,
            };
            let formulas = &mut self.compiler.formulas;
            let mut free = in_turn;
            for channel in rules.ring(slot, channels, *last) {
                let Some(way) = tried.get(&channel) else { continue };
                ways.entry(channel).or_default().push(formulas.both(free, way.carries));
                let ends = formulas.any([way.carries, way.stops]);
                let not = formulas.not(ends);
                free = formulas.both(free, not);
            }
        }
        let formulas = &mut self.compiler.formulas;
        ways.into_iter().map(|(channel, ways)| (Some(channel), formulas.any(ways))).collect()
    }

    /// The device permits the channel and it reaches the customer.
    fn reaches(&mut self, id: ChannelId) -> Formula {
        if let Some(known) = self.reached.get(&id) {
            return *known;
        }
        let rules = self.rules;
        let asked: Vec<_> = rules[id].asked().map(|clause| self.compiler.condition(&clause.condition).yes).collect();
        let reaches = self.compiler.formulas.all(asked);
        self.reached.insert(id, reaches);
        reaches
    }
}
