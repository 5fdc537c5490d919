//! The frames of a test: of one customer, or of one who asks after others of the same test.
//!
//! What is decided for a request is a reservation for those after it, never more: that it was shown or bought is said by
//! a test and not assumed (R47).

use std::sync::Arc;

use super::slot::decide;
use crate::frame::{
    Asked, Case, Decision, Facts, Frame, Happened, Reserved, Shared, brought_about, gather, reserve, stamp, unit_key,
};
use crate::model::{CapUnit, Event, RuleSet, SlotId};

/// The facts of a test with all that its earlier requests reserve, and for each expectation the frame in which its slot
/// is decided.
pub fn frames(rules: &RuleSet, case: &Case) -> (Facts, Vec<Frame>) {
    let Some(before) = &case.before else {
        let frame = gather(rules, &case.facts);
        return (case.facts.clone(), vec![frame; case.expectations.len()]);
    };
    let mut kept = Vec::new();
    for asked in before {
        let facts = with(rules, &asked.facts, &kept);
        let mut frame = gather(rules, &facts);
        for slot in &asked.slots {
            let decision = decide(rules, &frame, *slot);
            reserve(rules, &mut frame, &decision);
            kept.extend(Kept::of(rules, asked, &decision));
        }
    }
    let facts = with(rules, &case.facts, &kept);
    let mut frame = gather(rules, &facts);
    let mut of_slots: Vec<(SlotId, Frame)> = Vec::new();
    for expectation in &case.expectations {
        if !of_slots.iter().any(|(slot, _)| *slot == expectation.slot) {
            of_slots.push((expectation.slot, frame.clone()));
            let decision = decide(rules, &frame, expectation.slot);
            reserve(rules, &mut frame, &decision);
        }
    }
    let of = |slot: SlotId| of_slots.iter().find(|(of, _)| *of == slot).map_or(&frame, |(_, frame)| frame).clone();
    let frames = case.expectations.iter().map(|expectation| of(expectation.slot)).collect();
    (facts, frames)
}

/// What a decision leaves for the requests after it.
struct Kept {
    /// Under what it is kept, a unit each.
    keys: Vec<(CapUnit, Arc<str>)>,
    decided: Happened,
    reserved: Reserved,
}

impl Kept {
    fn of(rules: &RuleSet, asked: &Asked, decision: &Decision) -> Option<Self> {
        // Where the store is down nothing can be reserved.
        if asked.facts.store_down {
            return None;
        }
        let stamp = stamp(rules, decision)?;
        let at = asked.facts.now;
        let decided = Happened::plain(Event::DECIDED, at, stamp.clone());
        let brings = brought_about(&stamp).to_vec();
        let reserved = Reserved { at, stamp, brings, confirmed: vec![Event::DECIDED], times: 1 };
        Some(Self { keys: keys(rules, &asked.facts), decided, reserved })
    }

    fn is_of(&self, unit: CapUnit, key: &str) -> bool {
        self.keys.iter().any(|(of, known)| *of == unit && **known == *key)
    }
}

/// The units of the rules that are known of these facts; the key of an unknown one is never kept.
fn keys(rules: &RuleSet, facts: &Facts) -> Vec<(CapUnit, Arc<str>)> {
    rules.units().into_iter().filter_map(|unit| Some((unit, unit_key(rules, facts, unit)?))).collect()
}

fn with(rules: &RuleSet, facts: &Facts, kept: &[Kept]) -> Facts {
    let mut all = facts.clone();
    for (unit, key) in keys(rules, facts) {
        let mine = kept.iter().filter(|kept| kept.is_of(unit, &key));
        let history = facts.history.iter().cloned().chain(mine.clone().map(|kept| kept.decided.clone())).collect();
        let reserved = mine.map(|kept| kept.reserved.clone()).collect();
        match unit {
            CapUnit::Customer => (all.history, all.reserved) = (history, reserved),
            CapUnit::Everybody | CapUnit::Attribute(_) => all.shared.push(Shared { unit, history, reserved }),
        }
    }
    all
}
