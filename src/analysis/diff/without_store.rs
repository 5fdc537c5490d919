//! What changes while the store of what happened does not answer: a cap that let pass then and stops now, or the other way
//! round.
//!
//! The regions know of a cap whether it is spent. What it does where nobody can look that up is written in the rules, so
//! here is looked at the rules that stand on both sides and whose caps changed in that: of each, one customer is taken who
//! is shown it on both sides, and decided for again with the store down.

use std::collections::BTreeMap;

use super::super::blocking::Blockers;
use super::super::search::{Answer as Found, search};
use super::super::{Options, Witness};
use super::facts::Which;
use super::regions::{SlotDifference, as_seen_by, blockers_of};
use super::sides::{Answer, Side};
use super::{Answered, Answerer, Comparison, Kind, Region, Shown, kinds_of};
use crate::eval;
use crate::frame::{By, Fact, Facts};
use crate::model::{CapUnit, RuleId, RuleSet};
use crate::value::{Type, Value};

/// How such a region is told.
const WHO: &str = "the store of what happened does not answer";

/// The changes of a slot; each pair of answers once.
pub(super) fn look(
    comparison: &Comparison<'_>,
    options: &Options,
    slot: &mut SlotDifference<'_>,
    [old, new]: [&Side; 2],
) {
    let rules = &comparison.flat;
    let mut by_name: BTreeMap<&str, Vec<(RuleId, &Answer)>> = BTreeMap::new();
    for other in &new.answers {
        if let Some(now) = new.rule(rules, other.from) {
            by_name.entry(&rules[now].name).or_default().push((now, other));
        }
    }
    for one in &old.answers {
        let Some(before) = old.rule(rules, one.from) else { continue };
        for (now, other) in by_name.get(rules[before].name.as_str()).into_iter().flatten() {
            // Where something else is shown anyway that is told of those whom it concerns.
            let is_shown_alike = Shown::seen(rules, &one.seen) == Shown::seen(rules, &other.seen);
            if !is_shown_alike || blocking(rules, before) == blocking(rules, *now) {
                continue;
            }
            if let Some(region) = somebody(comparison, options, slot, (one, other), [old, new])
                && !slot
                    .regions
                    .iter()
                    .any(|known| known.who == region.who && known.old == region.old && known.new == region.new)
            {
                slot.regions.push(region);
            }
        }
    }
}

/// Whether something on the rule, or on its way, stops it while nobody can look up what happened.
fn blocking(rules: &RuleSet, id: RuleId) -> bool {
    let rule = &rules[id];
    let of_channels =
        rules.channels_of(rule).iter().flat_map(|channel| rules.channel_caps(*channel, rule.show, Some(id)));
    rules.caps_on(id).into_iter().chain(of_channels).any(|cap| !rules.does_without_store(cap, rule.class))
}

/// Somebody of these two answers, decided for again.
fn somebody(
    comparison: &Comparison<'_>,
    options: &Options,
    slot: &mut SlotDifference<'_>,
    (one, other): (&Answer, &Answer),
    [old, new]: [&Side; 2],
) -> Option<Region> {
    let twin = slot.twin;
    slot.worlds.iter_mut().find_map(|(program, both)| {
        let required = [old.required(&both.old, one), new.required(&both.new, other)];
        let blockers = blockers_of([old, new], both, (one, other));
        let numbered = Blockers::plain(blockers.into_iter().enumerate().collect());
        let Found::Found(witness) = search(program, &required, numbered.all(), options.budget) else { return None };
        // A cap whose unit nobody knows blocks whatever the store does.
        [known(&comparison.joint.rules, &witness.facts, false), known(&comparison.joint.rules, &witness.facts, true)]
            .into_iter()
            .find_map(|facts| changed(comparison, twin, &Witness { facts, taken: witness.taken.clone() }))
    })
}

/// The same facts with the store down, of somebody with a key; `units`: with a name for whatever else counts together, too.
fn known(rules: &RuleSet, facts: &Facts, units: bool) -> Facts {
    let mut facts = facts.clone();
    facts.store_down = true;
    let others = rules.caps.iter().filter_map(|cap| match cap.unit {
        CapUnit::Attribute(id) if units => Some(id),
        CapUnit::Attribute(_) | CapUnit::Customer | CapUnit::Everybody => None,
    });
    let texts = rules.key().into_iter().chain(others).filter(|id| rules[*id].ty == Type::Text);
    for id in texts.collect::<Vec<_>>() {
        if matches!(facts.attributes.get(id.index()), Some(Fact::Missing(_)) | None) {
            facts.set(id, Fact::Known(Value::Text("c1".into()), None));
        }
    }
    facts
}

/// The region of somebody on whom the two sides differ.
fn changed(comparison: &Comparison<'_>, twin: &super::join::Twin, somebody: &Witness) -> Option<Region> {
    let side = |which: Which, at: usize, own: &RuleSet| -> Option<(Answered, Witness)> {
        let witness = as_seen_by(&comparison.joint, which, own, somebody)?;
        let slot = twin.own.get(at).copied().flatten()?;
        let decision = eval::decide(own, &witness.frame(own), slot);
        let by = match decision.by {
            By::Rule(id) | By::Substitute(id, _) => Answerer::Rule(own[id].name.clone()),
            By::Fallback(entry) => Answerer::Fallback(entry as usize + 1),
            By::SlotOff => Answerer::SlotOff,
        };
        Some((Answered { by, shown: Shown::of(own, &decision) }, witness))
    };
    let (old, before) = side(Which::Old, 0, comparison.old)?;
    let (new, now) = side(Which::New, 1, comparison.new)?;
    let mut kinds = kinds_of(&old.shown, &new.shown);
    if kinds.is_empty() {
        return None;
    }
    // Who is shown something that a cap kept back before.
    if !new.shown.is_nothing() {
        kinds.push(Kind::WeakerCap);
    }
    Some(Region {
        old,
        new,
        kinds,
        purposes: Vec::new(),
        who: vec![WHO.to_owned()],
        is_rest: false,
        witness: [before, now],
        boxes: Vec::new(),
    })
}
