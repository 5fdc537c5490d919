//! What deciding a slot, and explaining the decision, may read of a customer: what has to be sent for it, and no more.
//!
//! A union over everything that the slot can come to, whatever the order of steps and whatever is open; which purpose
//! opens what, and what has a say when, is the analysis's question.

use std::collections::BTreeSet;

use super::{
    AttributeId, BlockCause, BlockId, CapId, CapKind, ChannelId, Condition, Event, EventId, Expression, OfferId,
    PurposeId, RuleId, RuleSet, SlotId, Substitute, WindowId,
};

/// Attributes and events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// The key among them, where there is one.
    pub attributes: BTreeSet<AttributeId>,
    /// What is counted, added up or asked for, by conditions, caps and the like.
    pub events: BTreeSet<EventId>,
}

/// Purposes and channels of which it is asked how they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses {
    /// What must be open, and what conditions ask after.
    pub purposes: BTreeSet<PurposeId>,
    /// What conditions ask the permission of.
    pub channels: BTreeSet<ChannelId>,
}

impl RuleSet {
    /// What a slot needs; nothing where it is switched off.
    pub fn needed_by(&self, slot: SlotId) -> Needed {
        self.collected(slot).needed
    }

    /// How which purposes and channels stand has a say in a slot; none where it is switched off.
    pub fn statuses_asked_by(&self, slot: SlotId) -> Statuses {
        let Collector { needed, mut statuses, .. } = self.collected(slot);
        statuses.purposes.extend(needed.attributes.into_iter().flat_map(|id| &self[id].needs));
        statuses
    }

    fn collected(&self, slot: SlotId) -> Collector<'_> {
        let mut found = Collector { rules: self, needed: Needed::default(), statuses: Statuses::default() };
        let of = &self[slot];
        if of.off.is_some() {
            return found;
        }
        found.needed.attributes.extend(self.key());
        if of.rotate.is_some() {
            found.needed.events.insert(Event::SENT);
        }
        of.order.iter().for_each(|rule| found.rule(*rule));
        for entry in &of.fallback {
            entry.when.iter().for_each(|when| found.condition(when));
            entry.offer.into_iter().for_each(|offer| found.offer(offer, slot, &of.channels));
        }
        found
    }
}

struct Collector<'a> {
    rules: &'a RuleSet,
    needed: Needed,
    statuses: Statuses,
}

impl Collector<'_> {
    /// What is tried in its place is a rule of the same slot, and looked at there.
    fn rule(&mut self, id: RuleId) {
        let rules = self.rules;
        let rule = &rules[id];
        self.statuses.purposes.extend(&rule.needs);
        let clauses = rule.when.iter().chain(&rule.unless).chain(&rule.expires);
        clauses.for_each(|clause| self.condition(&clause.condition));
        rule.rank.iter().for_each(|rank| self.expression(&rank.by));
        rules.caps_on(id).into_iter().for_each(|cap| self.cap(cap));
        rules.blocks_on(id).into_iter().for_each(|block| self.block(block));
        rules.windows_on(id).into_iter().for_each(|window| self.window(window));
        self.channels(rule.slot, rules.channels_of(rule), rule.show, Some(id));
        for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten() {
            match substitute {
                Substitute::Show(offer) => self.offer(offer, rule.slot, rules.channels_of(rule)),
                Substitute::Try(_) | Substitute::Nothing => {}
            }
        }
    }

    fn offer(&mut self, id: OfferId, slot: SlotId, channels: &[ChannelId]) {
        let offer = &self.rules[id];
        offer.caps.iter().for_each(|cap| self.cap(*cap));
        offer.blocks.iter().for_each(|block| self.block(*block));
        offer.windows.iter().for_each(|window| self.window(*window));
        self.channels(slot, channels, id, None);
    }

    /// By which channel an offer goes, where the slot sends.
    fn channels(&mut self, slot: SlotId, channels: &[ChannelId], offer: OfferId, rule: Option<RuleId>) {
        let rules = self.rules;
        if !rules.sends(slot) {
            return;
        }
        for id in channels {
            rules[*id].conditions().for_each(|(_, clause)| self.condition(&clause.condition));
            rules.channel_caps(*id, offer, rule).into_iter().for_each(|cap| self.cap(cap));
            rules.channel_windows(*id, rules[offer].class).iter().for_each(|window| self.window(*window));
        }
    }

    fn window(&mut self, id: WindowId) {
        let window = &self.rules[id];
        self.needed.attributes.extend(window.zones.attributes());
        window.rows.iter().filter_map(|row| row.when.as_ref()).for_each(|clause| self.condition(&clause.condition));
    }

    fn block(&mut self, id: BlockId) {
        match &self.rules[id].cause {
            BlockCause::While(clause) => self.condition(&clause.condition),
            BlockCause::After(cap) => self.cap(*cap),
        }
    }

    fn cap(&mut self, id: CapId) {
        let cap = &self.rules[id];
        self.needed.attributes.extend(cap.reads());
        self.needed.events.extend(&cap.events);
        match &cap.kind {
            CapKind::Pause { without, .. } => self.needed.events.extend(without),
            CapKind::Cap | CapKind::Block { .. } | CapKind::Gap => {}
        }
    }

    fn asks(&mut self, (purposes, channels): (BTreeSet<PurposeId>, BTreeSet<ChannelId>)) {
        self.statuses.purposes.extend(purposes);
        self.statuses.channels.extend(channels);
    }

    fn condition(&mut self, condition: &Condition) {
        self.needed.attributes.extend(self.rules.read_by(condition));
        self.asks(self.rules.statuses_by(condition));
        let gathered = self.rules.gathered_by(condition);
        self.needed.events.extend(gathered.into_iter().flat_map(|id| self.rules.events_of_gathered(&self.rules[id])));
    }

    fn expression(&mut self, expression: &Expression) {
        self.needed.attributes.extend(self.rules.read_by_expression(expression));
        self.asks(self.rules.statuses_by_expression(expression));
        let gathered = self.rules.gathered_by_expression(expression);
        self.needed.events.extend(gathered.into_iter().flat_map(|id| self.rules.events_of_gathered(&self.rules[id])));
    }
}
