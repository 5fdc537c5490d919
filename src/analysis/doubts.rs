//! What a slot cannot know because something is in error and left out (R52).
//!
//! Takes the rule set and what was left out of it; gives for one slot everything that this may bring about: offers taken
//! by another slot, rules and offers stopped, rules tried out of turn. With these as free inputs, what is never so is
//! never so whatever the mended rules will do; what is so for somebody is asked without them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::domain::Unseen;
use crate::model::{Class, LeftOut, OfferId, RuleId, RuleSet, SlotId};

/// What may happen in a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts<'s> {
    /// Per offer, whether another slot of the request may show it.
    taken: Cow<'s, [bool]>,
    /// What something left out may stop.
    stopped: BTreeSet<Unseen>,
    /// The rules that a rule left out may try in its place, which may be the highest.
    pub(super) tried: Vec<RuleId>,
    /// No attribute is the key, but one that was left out may be.
    pub(super) key_may_come: bool,
    /// What is held may be let go too late, and drops out then: whoever lets it go is no part of the rules.
    pub(super) late: bool,
}

impl<'s> Doubts<'s> {
    /// None but what the rules themselves leave open. `shared`: per offer, whether several slots show it.
    pub(super) fn none(shared: &'s [bool]) -> Self {
        Self { taken: Cow::Borrowed(shared), ..Self::default() }
    }

    /// Those of a slot, if there are any.
    pub(super) fn of(rules: &RuleSet, slot: SlotId, shared: &'s [bool], left_out: &[LeftOut]) -> Option<Self> {
        let mut doubts = Self::none(shared);
        let mut any = false;
        for out in left_out {
            if out.slot != Some(slot) {
                for (at, taken) in doubts.taken.to_mut().iter_mut().enumerate() {
                    let id = OfferId::from_index(at);
                    if !*taken && out.shows.as_ref().is_none_or(|shows| shows.contains(&id)) {
                        (*taken, any) = (true, true);
                    }
                }
            }
            doubts.stop(rules, out);
            let here = out.slot.is_none_or(|of| of == slot);
            let tried = |rule: &&RuleId| here && out.tries.as_ref().is_none_or(|tries| tries.contains(rule));
            doubts.tried.extend(rules[slot].order.iter().filter(tried));
            // A rule in error may have a cap that lets nobody else through, and so may a cap that binds any of the others.
            let may_be = |ids: Option<bool>| ids.is_none_or(|is_empty| !is_empty);
            let shows = here && may_be(out.shows.as_ref().map(BTreeSet::is_empty));
            let stops = may_be(out.stops_offers.as_ref().map(BTreeSet::is_empty));
            if shows || stops || may_be(out.stops_rules.as_ref().map(BTreeSet::is_empty)) {
                doubts.stopped.insert(Unseen::Behind);
            }
            doubts.key_may_come |= out.may_be_key && rules.key().is_none();
        }
        doubts.tried.sort_unstable();
        doubts.tried.dedup();
        let any = any || !doubts.stopped.is_empty() || !doubts.tried.is_empty() || doubts.key_may_come;
        any.then_some(doubts)
    }

    fn stop(&mut self, rules: &RuleSet, out: &LeftOut) {
        // A cap that names what it is on binds what obeys caps; of what could not be read, only these two are safe.
        let binds = |class: Class, is_named: bool| match class {
            Class::Critical | Class::Legal => false,
            Class::Service => !is_named || out.blocks,
            Class::Lifecycle | Class::Marketing => true,
        };
        for (at, offer) in rules.offers.iter().enumerate() {
            let id = OfferId::from_index(at);
            let named = out.stops_offers.as_ref();
            if named.is_none_or(|offers| offers.contains(&id)) && binds(offer.class, named.is_some()) {
                self.stopped.insert(Unseen::Offer(id));
            }
        }
        for (at, rule) in rules.rules.iter().enumerate() {
            let id = RuleId::from_index(at);
            let named = out.stops_rules.as_ref();
            if named.is_none_or(|rules| rules.contains(&id)) && binds(rule.class, named.is_some()) {
                self.stopped.insert(Unseen::Rule(id));
            }
            let stopped = [Unseen::Rule(id), Unseen::Offer(rule.show)].iter().any(|what| self.stopped.contains(what));
            if out.blocks && stopped {
                self.stopped.insert(Unseen::Held(id));
            }
        }
    }

    pub(super) fn may_be_taken(&self, offer: OfferId) -> bool {
        self.taken.get(offer.index()).copied().unwrap_or(false)
    }

    pub(super) fn may_be_stopped(&self, what: Unseen) -> bool {
        self.stopped.contains(&what)
    }
}
