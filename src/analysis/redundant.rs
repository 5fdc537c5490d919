//! Rules without which everybody would see the same.
//!
//! Takes the formulas of a slot; gives the rules that win for somebody, of whom each would see the same offer, by the
//! same channel, with the same reason and the same tasks, if the rule were not there. For each thing that is seen instead
//! and differs the question is: is there a customer for whom the rule wins, and without it this? Mostly the customer who
//! showed that the rule wins is one, and a rule costs no search.
//!
//! Nothing is said of a rule on which more hangs than its own place: one that is tried in the place of another or names
//! something for its own, ranks among others, is named after `before` or by a cap or a count, or stands where `then stop`
//! may end the slot; nor of one whose place would be taken by a rule with a cap of its own, which would count more.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::Answers;
use super::blocking::Blockers;
use super::formula::Formula;
use super::reach::SlotScope;
use super::scope::Question;
use super::search::Answer;
use super::seen::Seen;
use super::slot::{RuleFormulas, SlotFormulas, substitutes};
use super::stand;
use super::verdict::{Redundant, Verdict};
use super::witness::Witness;
use crate::model::{CapTarget, EventTarget, Gathered, Order, RuleId, RuleSet, SlotId};

/// Searches of a slot, beyond which nothing is claimed.
const MOST_SEARCHES: usize = 20_000;

/// Where something is seen: in the place of a rule, or of a fallback entry.
#[derive(Clone, Copy)]
enum Spot {
    Place(usize),
    Entry(usize),
}

/// What is seen somewhere, and the reason that is told with it.
type Told = (Seen, Option<String>);

/// All that is seen at a spot, in the same order in every world.
fn told(of: &SlotFormulas, rules: &RuleSet, spot: Spot) -> Vec<Told> {
    match spot {
        Spot::Place(place) => of.rules.get(place).map_or_else(Vec::new, |rule| {
            rule.outcomes.iter().map(|(seen, _)| (seen.clone(), rules[rule.id].because.clone())).collect()
        }),
        Spot::Entry(entry) => {
            let seens = of.entries.get(entry).map(Vec::as_slice).unwrap_or_default();
            seens.iter().map(|(seen, _)| (seen.clone(), None)).collect()
        }
    }
}

/// Where the so-manieth of a spot is seen.
fn formula(of: &SlotFormulas, spot: Spot, nth: usize) -> Formula {
    let seens = match spot {
        Spot::Place(place) => of.rules.get(place).map(|rule| rule.outcomes.as_slice()),
        Spot::Entry(entry) => of.entries.get(entry).map(Vec::as_slice),
    };
    seens.and_then(|seens| seens.get(nth)).map_or(Formula::NEVER, |(_, formula)| *formula)
}

/// The rules of a slot that change nothing.
pub(super) fn redundant(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
    answers: &Answers,
) -> Vec<Redundant> {
    let mut found = Vec::new();
    if answers.may_stop {
        return found;
    }
    let named = named(rules);
    let mut left = MOST_SEARCHES;
    for (place, id) in rules[slot].order.iter().enumerate() {
        let in_turn =
            scope.worlds.first().and_then(|(_, of)| of.rules.get(place)).is_some_and(RuleFormulas::comes_in_turn);
        let stands_alone = in_turn
            && !named.contains(id)
            && substitutes(rules, *id).next().is_none()
            && rules[*id].rank.is_none()
            && matches!(rules[*id].order, Order::Priority(_));
        if stands_alone
            && let Some(Verdict::Reachable(witness)) = verdicts.get(id)
            && !is_missed(scope, rules, place, witness, answers)
            && let Some(by) = takers(scope, rules, slot, place, answers, &mut left)
            // Of two that say the same the lower one is told of already.
            && !by.iter().any(|taker| matches!(verdicts.get(taker), Some(Verdict::Covered(_))) || named.contains(taker))
        {
            found.push(Redundant { rule: *id, by });
        }
    }
    found
}

/// The rules that something else names: what it counts, or what it ranks before.
fn named(rules: &RuleSet) -> BTreeSet<RuleId> {
    let mut named = BTreeSet::new();
    for cap in &rules.caps {
        for target in std::iter::once(&cap.target).chain(&cap.exempt).chain(&cap.uncounted) {
            if let CapTarget::Rules(of) = target {
                named.extend(of.iter().copied().filter(|rule| cap.rule != Some(*rule) || cap.hold().is_some()));
            }
        }
    }
    for rule in &rules.rules {
        if let Order::Before(of) = &rule.order {
            named.extend(of.iter().copied());
        }
    }
    named.extend(rules.gathered.iter().flat_map(Gathered::occurrences).filter_map(|counted| match counted.of? {
        EventTarget::Rule(rule) => Some(rule),
        EventTarget::Offer(_) | EventTarget::Tag(_) | EventTarget::Class(_) | EventTarget::Channel(_) => None,
    }));
    named
}

/// Whether this customer, for whom the rule wins, plainly sees something else without it.
fn is_missed(scope: &SlotScope<'_>, rules: &RuleSet, place: usize, witness: &Witness, answers: &Answers) -> bool {
    let none = Blockers::default();
    let frame = witness.frame(rules);
    let mine = answers.before(place)..answers.before(place + 1);
    scope.worlds.iter().enumerate().any(|(world, (program, of))| {
        let Some(point) = stand::point(program, &frame) else { return false };
        let mut holding =
            answers.in_world(world, &none).all().holding(&program.formulas, &point).map(|(number, _)| number);
        // Where it does not win at all, the customer is of another world.
        if !holding.next().is_some_and(|first| mine.contains(&first)) {
            return false;
        }
        let Some(next) = holding.find(|number| !mine.contains(number)) else { return false };
        let spot = answers.place(next).map_or_else(Spot::Entry, Spot::Place);
        let seen = |spot: Spot| -> Option<Told> {
            let all = told(of, rules, spot);
            let holds = |nth: &usize| program.formulas.holds(formula(of, spot, *nth), &point);
            all.into_iter().enumerate().find(|(nth, _)| holds(nth)).map(|(_, told)| told)
        };
        seen(Spot::Place(place)).zip(seen(spot)).is_some_and(|(own, other)| own != other)
    })
}

/// What takes the place of a rule for everybody who sees it, if that is always the same as what they see.
fn takers(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    place: usize,
    answers: &Answers,
    left: &mut usize,
) -> Option<Vec<RuleId>> {
    let none = Blockers::default();
    let mine = answers.before(place)..answers.before(place + 1);
    let is_other = |number: usize| !mine.contains(&number);
    let last = rules[slot].order.len();
    let seen_at = |scope: &SlotScope<'_>, spot: Spot| {
        scope.worlds.first().map(|(_, of)| told(of, rules, spot)).unwrap_or_default()
    };
    let own = seen_at(scope, Spot::Place(place));
    // What is shown as a fallback counts for nothing (R11), so of what is counted it is not the same.
    let list = (0..rules[slot].fallback.len()).flat_map(|entry| seen_at(scope, Spot::Entry(entry)));
    let is_counted = |id: RuleId| !rules.caps_on(id).is_empty() || !rules.gathered.is_empty();
    if rules[slot].order.get(place).copied().is_some_and(is_counted) && list.into_iter().any(|seen| own.contains(&seen))
    {
        return None;
    }
    let mut used = BTreeSet::new();
    // The last of the list first: mostly somebody falls through to it.
    let entries = (0..rules[slot].fallback.len()).rev().map(|entry| (Spot::Entry(entry), answers.before(last) + entry));
    let lower = (place + 1..last).map(|lower| (Spot::Place(lower), answers.before(lower)));
    for (spot, before) in entries.chain(lower) {
        for (other_nth, other) in seen_at(scope, spot).iter().enumerate() {
            for (nth, _) in own.iter().enumerate().filter(|(_, one)| *one != other) {
                let required =
                    |of: &SlotFormulas| vec![formula(of, Spot::Place(place), nth), formula(of, spot, other_nth)];
                if scope.nobody_at_once(required) {
                    continue;
                }
                *left = left.checked_sub(1)?;
                match scope.ask(|world, _, of| Question {
                    required: required(of),
                    blockers: answers.in_world(world, &none).before(before).among(&is_other),
                }) {
                    Answer::Never(by) => used.extend(by),
                    Answer::Found(_) | Answer::Unknown(_) => return None,
                }
            }
        }
    }
    let takers: Vec<RuleId> = used.range(mine.end..).filter_map(|number| answers.rule(*number)).collect();
    // One with a cap of its own would count what it shows more often than now.
    let counts = |taker: &RuleId| rules[*taker].caps.iter().any(|cap| rules[*cap].rule == Some(*taker));
    (!takers.iter().any(counts)).then_some(takers)
}
