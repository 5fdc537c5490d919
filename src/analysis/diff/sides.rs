//! One side of a comparison: every way in which a slot answers, and what keeps each from answering.
//!
//! Takes the formulas of a slot; gives its answers in the order in which they win.

use std::collections::BTreeSet;

use super::super::formula::Formula;
use super::super::seen::Seen;
use super::super::slot::{Part, SlotFormulas};
use crate::model::{RuleId, RuleSet, SlotId};

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::analysis) enum Answerer {
    /// The place of a rule in the slot's order.
    Place(usize),
    /// An entry of the fallback list.
    Entry(usize),
    /// The slot is off.
    Off,
}

/// One answer of a slot.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Answer {
    pub(in crate::analysis) from: Answerer,
    /// Which of the outcomes of its place or entry.
    outcome: usize,
    /// In ids of the joint rules.
    pub(in crate::analysis) seen: Seen,
}

/// The old or the new side of a slot.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Side {
    /// In the joint rules.
    pub(in crate::analysis) slot: SlotId,
    pub(in crate::analysis) answers: Vec<Answer>,
    /// The first place of the tier of each place: rules that rank together are one.
    tier: Vec<usize>,
    /// Places whose turn is not written down, since too many rules rank together there.
    pub(in crate::analysis) unordered: BTreeSet<usize>,
}

impl Side {
    pub(in crate::analysis) fn new(rules: &RuleSet, slot: SlotId, of: &SlotFormulas) -> Self {
        let mut tier = Vec::new();
        let mut unordered = BTreeSet::new();
        for members in rules.tiers(slot) {
            let first = tier.len();
            for place in first..first + members.len() {
                tier.push(first);
                if members.len() > 1 && !of.rivals.contains_key(&place) {
                    unordered.insert(place);
                }
            }
        }
        let answers = if rules[slot].off.is_some() {
            vec![Answer { from: Answerer::Off, outcome: 0, seen: Seen::NOTHING }]
        } else {
            let list = |from: Answerer, outcomes: &[(Seen, Formula)]| -> Vec<Answer> {
                let answer =
                    |(outcome, (seen, _)): (usize, &(Seen, Formula))| Answer { from, outcome, seen: seen.clone() };
                outcomes.iter().enumerate().map(answer).collect()
            };
            let rules = of.rules.iter().enumerate().flat_map(|(at, rule)| list(Answerer::Place(at), &rule.outcomes));
            let entries = of.entries.iter().enumerate().flat_map(|(at, entry)| list(Answerer::Entry(at), entry));
            rules.chain(entries).collect()
        };
        Self { slot, answers, tier, unordered }
    }

    /// The rule at a place.
    pub(in crate::analysis) fn rule(&self, rules: &RuleSet, from: Answerer) -> Option<RuleId> {
        match from {
            Answerer::Place(at) => rules[self.slot].order.get(at).copied(),
            Answerer::Entry(_) | Answerer::Off => None,
        }
    }

    /// What must hold for an answer, if nothing comes before it.
    pub(in crate::analysis) fn required(&self, of: &SlotFormulas, answer: &Answer) -> Formula {
        let outcomes = match answer.from {
            Answerer::Place(at) => of.rules.get(at).map(|rule| rule.outcomes.as_slice()),
            Answerer::Entry(at) => of.entries.get(at).map(Vec::as_slice),
            Answerer::Off => return Formula::ALWAYS,
        };
        outcomes.and_then(|outcomes| outcomes.get(answer.outcome)).map_or(Formula::NEVER, |(_, formula)| *formula)
    }

    /// What must not hold for it, since it would come before.
    pub(in crate::analysis) fn before(&self, of: &SlotFormulas, answer: &Answer) -> Vec<Formula> {
        let found: Vec<Formula> = match answer.from {
            Answerer::Off => Vec::new(),
            Answerer::Place(at) => {
                let above = of.rules.iter().take(self.tier.get(at).copied().unwrap_or(at));
                let above = above.flat_map(|rule| rule.parts.iter().map(|(_, formula)| *formula));
                let rivals = of.rivals.get(&at).into_iter().flatten().map(|(_, _, formula)| *formula);
                above.chain(rivals).collect()
            }
            Answerer::Entry(at) => {
                let heard = of.rules.iter().flat_map(|rule| rule.parts_heard.iter().copied());
                heard.chain(of.fallback.iter().take(at).copied()).collect()
            }
        };
        found.into_iter().filter(|formula| *formula != Formula::NEVER).collect()
    }
}

/// The places of both sides, and whether the fallback lists, are such that a difference may come from there. Rules that
/// decide alike and stand in the same order cannot be all there is to a difference: were both winners among them, the one
/// that stands first would win on both sides.
pub(in crate::analysis) struct Changed {
    pub(in crate::analysis) old: BTreeSet<Answerer>,
    pub(in crate::analysis) new: BTreeSet<Answerer>,
}

/// What changed between two sides. `alike`: whether two rules, by place, decide alike; `names` are those of the rules by
/// place; `entries_alike`: whether the fallback lists do.
pub(in crate::analysis) fn changed(
    names: [Vec<&str>; 2],
    alike: impl Fn(usize, usize) -> bool,
    entries_alike: bool,
    stops: impl Fn(usize, usize) -> bool,
    entries: [usize; 2],
) -> Changed {
    let [old, new] = &names;
    let places: std::collections::HashMap<&str, usize> = new.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let pairs: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, *places.get(name)?)))
        .filter(|(old, new)| alike(*old, *new))
        .collect();
    let kept = longest_rising(&pairs);
    let [kept_old, kept_new]: [BTreeSet<usize>; 2] =
        [kept.iter().map(|(old, _)| *old).collect(), kept.iter().map(|(_, new)| *new).collect()];
    let others = |len: usize, kept: &BTreeSet<usize>| -> BTreeSet<Answerer> {
        (0..len).filter(|at| !kept.contains(at)).map(Answerer::Place).collect()
    };
    let (mut changed_old, mut changed_new) = (others(old.len(), &kept_old), others(new.len(), &kept_new));
    let is_stopped = |side: usize, changed: &BTreeSet<Answerer>| {
        changed.iter().any(|from| matches!(from, Answerer::Place(at) if stops(side, *at)))
    };
    // Where a rule stops the slot, the fallback list answers for others than it.
    if !entries_alike || is_stopped(0, &changed_old) || is_stopped(1, &changed_new) {
        changed_old.extend((0..entries[0]).map(Answerer::Entry));
        changed_new.extend((0..entries[1]).map(Answerer::Entry));
    }
    Changed { old: changed_old, new: changed_new }
}

/// The longest part of a list of pairs in which the second rises as the first does.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // Patience sorting: the last of each pile, and what each pair stands behind.
    let mut piles: Vec<usize> = Vec::new();
    let mut behind: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, value)) in pairs.iter().enumerate() {
        let pile = piles.partition_point(|top| pairs.get(*top).is_some_and(|(_, other)| other < value));
        behind.push(pile.checked_sub(1).and_then(|below| piles.get(below)).copied());
        match piles.get_mut(pile) {
            Some(top) => *top = at,
            None => piles.push(at),
        }
    }
    let mut found = Vec::new();
    let mut next = piles.last().copied();
    while let Some(at) = next {
        found.extend(pairs.get(at).copied());
        next = behind.get(at).copied().flatten();
    }
    found.reverse();
    found
}

/// Whether a rule's formulas say that it may stop its slot.
pub(in crate::analysis) fn may_stop(of: &SlotFormulas, place: usize) -> bool {
    let parts = of.rules.get(place).map(|rule| rule.parts.as_slice()).unwrap_or_default();
    parts.iter().any(|(part, formula)| *part == Part::Stops && *formula != Formula::NEVER)
}

#[cfg(test)]
mod tests {
    use super::longest_rising;

    #[test]
    fn the_longest_rising_part_is_found() {
        assert_eq!(longest_rising(&[]), []);
        assert_eq!(longest_rising(&[(0, 2), (1, 0), (2, 1), (3, 3)]), [(1, 0), (2, 1), (3, 3)]);
        assert_eq!(longest_rising(&[(0, 3), (1, 2), (2, 1)]).len(), 1);
    }
}
