//! Rules of a slot that can be eligible together though no author said which wins (R7, R8).
//!
//! Two questions to each pair that the author's order leaves open:
//! - neither class, priority nor `before` tells them apart, and they show different offers (R8): is there a customer for
//!   whom both are eligible, and nothing that outranks either of them answers? Then a name decides what is seen.
//! - both rank together, and `ties` does not tell them apart: is there a customer for whom both are eligible and score
//!   the same, and nothing above both answers?
//! - one of them has neither `priority` nor `before` (R7): is there a customer for whom both are eligible?
//!
//! Most pairs part at once (one wants Germany, the other Austria) and never come to a search. A slot full of rules of
//! one priority has a square of pairs; so many are looked at, and of those that clash so many are kept, that a report
//! can be read and a check ends.

use std::collections::BTreeMap;

use super::formula::Formula;
use super::reach::SlotScope;
use super::scope::Question;
use super::search::{Answer, Undecided};
use super::verdict::{Clash, Verdict};
use crate::graph::{Ranking, Standing};
use crate::model::{Class, RuleId, RuleSet, SlotId};

/// Pairs that clash are kept up to this number a slot; further ones are counted.
const MOST_CLASHES: usize = 50;
/// Pairs that do not part at once are searched up to this number a slot.
const MOST_SEARCHES: usize = 20_000;

/// What was found out about the pairs of a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    /// R8.
    pub(super) conflicts: Vec<Clash>,
    /// Equal scores.
    pub(super) equal_scores: Vec<Clash>,
    /// R7: the one without an order is the second, where only one is.
    pub(super) unordered: Vec<Clash>,
    /// How many more there are than were kept.
    pub(super) more: usize,
    /// Pairs that were not decided.
    pub(super) undecided: Vec<(RuleId, RuleId, Undecided)>,
}

/// Looks at the pairs of a slot. Rules that never win are left out: what they clash with is of no consequence.
pub(super) fn pairs(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
) -> Pairs {
    let ranking = Ranking::new(rules, slot);
    let order = &rules[slot].order;
    let wins = |rule: &RuleId| verdicts.get(rule).is_none_or(|verdict| !verdict.is_never());
    let groups = Groups::new(rules, order);
    let mut found = Pairs::default();
    let mut searches = 0;
    for (second_at, second) in order.iter().enumerate().filter(|(_, rule)| wins(rule)) {
        let mut named = false;
        for first_at in groups.open_to(rules, *second).into_iter().take_while(|first_at| *first_at < second_at) {
            let Some(first) = order.get(first_at).filter(|rule| wins(rule)) else { continue };
            let standing = ranking.standing(*first, *second);
            let places = (first_at, second_at);
            match standing {
                Standing::First | Standing::Second => continue,
                Standing::Equal | Standing::Ranked if same_outcome(rules, *first, *second) => continue,
                Standing::Ranked if rules.ties_place(*first) != rules.ties_place(*second) => continue,
                // One partner is enough to say that a rule needs an order.
                Standing::Unordered if named => continue,
                Standing::Equal | Standing::Unordered | Standing::Ranked => {}
            }
            if part_at_once(scope, places) {
                continue;
            }
            searches += 1;
            if searches > MOST_SEARCHES {
                found.undecided.push((*first, *second, Undecided::Budget));
                return found;
            }
            let above = |rule: RuleId| {
                standing != Standing::Unordered
                    && rule != *first
                    && rule != *second
                    && (ranking.outranks(rule, *first) || ranking.outranks(rule, *second))
            };
            let answer = together(scope, places, standing == Standing::Ranked, &above);
            let list = match standing {
                Standing::First | Standing::Second | Standing::Equal => &mut found.conflicts,
                Standing::Ranked => &mut found.equal_scores,
                Standing::Unordered => &mut found.unordered,
            };
            match answer {
                Answer::Found(_) if list.len() >= MOST_CLASHES => found.more += 1,
                Answer::Found(witness) => {
                    named |= standing == Standing::Unordered;
                    list.push(Clash { first: *first, second: *second, witness });
                }
                Answer::Never(_) => {}
                Answer::Unknown(why) => found.undecided.push((*first, *second, why)),
            }
        }
    }
    found
}

/// The places of rules by class and priority: only within a group, and with rules without an order, is anything left open.
struct Groups {
    places: BTreeMap<(Class, Option<i32>), Vec<usize>>,
}

impl Groups {
    fn new(rules: &RuleSet, order: &[RuleId]) -> Self {
        let mut places: BTreeMap<(Class, Option<i32>), Vec<usize>> = BTreeMap::new();
        for (place, rule) in order.iter().enumerate() {
            places.entry((rules[*rule].class, rules[*rule].priority)).or_default().push(place);
        }
        Self { places }
    }

    /// The places of the rules that the author's order may leave open to this one, rising.
    fn open_to(&self, rules: &RuleSet, rule: RuleId) -> Vec<usize> {
        let (class, priority) = (rules[rule].class, rules[rule].priority);
        let of = |key: (Class, Option<i32>)| self.places.get(&key).into_iter().flatten().copied();
        let mut found: Vec<usize> = match priority {
            Some(_) => of((class, priority)).chain(of((class, None))).collect(),
            None => {
                let of_class = self.places.iter().filter(|((other, _), _)| *other == class);
                of_class.flat_map(|(_, places)| places).copied().collect()
            }
        };
        found.sort_unstable();
        found
    }
}

/// Whether it makes no difference which of two rules wins.
fn same_outcome(rules: &RuleSet, a: RuleId, b: RuleId) -> bool {
    (rules[a].show, &rules[a].tasks) == (rules[b].show, &rules[b].tasks)
}

/// Whether two rules are seen at once never to be eligible together.
fn part_at_once(scope: &SlotScope<'_>, (first, second): (usize, usize)) -> bool {
    scope.nobody_at_once(|of| {
        [first, second].iter().filter_map(|place| of.rules.get(*place)).map(|rule| rule.eligible).collect()
    })
}

/// Somebody for whom both are eligible, if asked for with equal scores, and nothing above answers.
fn together(
    scope: &mut SlotScope<'_>,
    (first, second): (usize, usize),
    equal_scores: bool,
    above: &dyn Fn(RuleId) -> bool,
) -> Answer {
    let blockers: Vec<Vec<(usize, Formula)>> = scope
        .worlds
        .iter()
        .map(|(_, of)| {
            let rules = of.rules.iter().filter(|rule| above(rule.id));
            let parts = rules.flat_map(|rule| &rule.parts).map(|(_, formula)| *formula);
            parts.enumerate().collect()
        })
        .collect();
    scope.ask(|world, _, of| {
        let eligible = [first, second].into_iter().filter_map(|place| of.rules.get(place)).map(|rule| rule.eligible);
        // Where there are too many rules to compare, nothing is claimed.
        let equal = of.equal.get(&(first, second)).copied().unwrap_or(Formula::NEVER);
        Question {
            required: eligible.chain(equal_scores.then_some(equal)).collect(),
            blockers: blockers.get(world).map(Vec::as_slice).unwrap_or_default(),
        }
    })
}
