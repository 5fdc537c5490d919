//! Rules of a slot that can be eligible together though no author said which wins (R7, R8).
//!
//! Two questions to each pair that the author's order leaves open:
//! - neither class, priority, `before` nor `ties` tells them apart (R8): is there a customer for whom both answer, by
//!   themselves or by what stands in for them, with different outcomes, and nothing that outranks either of them answers?
//!   Then a name decides what is seen. Rules that show the same offer and replace it differently are such a pair too.
//! - both rank together, and `ties` does not tell them apart: is there a customer for whom both are eligible and score
//!   the same, and nothing above both answers?
//! - one of them has neither `priority` nor `before` (R7): is there a customer for whom both are eligible?
//!
//! Most pairs part at once (one wants Germany, the other Austria) and never come to a search. A slot full of rules of
//! one priority has a square of pairs; so many are looked at, and of those that clash so many are kept, that a report
//! can be read and a check ends.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::Answers;
use super::blocking::Blockers;
use super::formula::Formula;
use super::reach::SlotScope;
use super::scope::Question;
use super::search::{Answer, Undecided};
use super::seen::{Seen, What};
use super::slot::SlotFormulas;
use super::verdict::{Clash, Preempted, Verdict};
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
    /// Pairs that the order leaves open and that overlap, though what stands above both always answers first: these.
    pub(super) preempted: Vec<Preempted>,
    /// Pairs that were not decided.
    pub(super) undecided: Vec<(RuleId, RuleId, Undecided)>,
}

/// Looks at the pairs of a slot. Rules that nobody can be eligible for are left out: what they clash with is of no
/// consequence. One that never wins because others take everybody first is not: perhaps only its name puts it last.
pub(super) fn pairs(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
    answers: &Answers,
) -> Pairs {
    let ranking = Ranking::new(rules, slot);
    let order = &rules[slot].order;
    let alive = |rule: &RuleId| !verdicts.get(rule).is_some_and(Verdict::is_idle);
    let groups = Groups::new(rules, order);
    let mut found = Pairs::default();
    let mut searches = 0;
    for (second_at, second) in order.iter().enumerate().filter(|(_, rule)| alive(rule)) {
        let mut named = false;
        for first_at in groups.open_to(rules, *second).into_iter().take_while(|first_at| *first_at < second_at) {
            let Some(first) = order.get(first_at).filter(|rule| alive(rule)) else { continue };
            let standing = ranking.standing(*first, *second);
            let places = (first_at, second_at);
            let meetings = match standing {
                Standing::First | Standing::Second => continue,
                // One partner is enough to say that a rule needs an order.
                Standing::Unordered if named => continue,
                Standing::Unordered => vec![Meeting::Eligible],
                Standing::Equal => differing(scope, rules, places),
                Standing::Ranked if rules.ties_place(*first) != rules.ties_place(*second) => continue,
                Standing::Ranked if own(rules, *first) == own(rules, *second) => continue,
                Standing::Ranked => vec![Meeting::EqualScores],
            };
            let meetings: Vec<Meeting> =
                meetings.into_iter().filter(|meeting| !part_at_once(scope, places, *meeting)).collect();
            let above = |rule: RuleId| {
                standing != Standing::Unordered
                    && rule != *first
                    && rule != *second
                    && (ranking.outranks(rule, *first) || ranking.outranks(rule, *second))
            };
            let mut answer = Answer::Never(BTreeSet::new());
            for meeting in meetings.iter().copied() {
                searches += 1;
                if searches > MOST_SEARCHES {
                    found.undecided.push((*first, *second, Undecided::Budget));
                    return found;
                }
                match together(scope, answers, places, meeting, &above) {
                    Answer::Never(by) => {
                        if let Answer::Never(all) = &mut answer {
                            all.extend(by);
                        }
                    }
                    Answer::Unknown(why) => answer = Answer::Unknown(why),
                    somebody @ Answer::Found(_) => {
                        answer = somebody;
                        break;
                    }
                }
            }
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
                // Where nobody is between them, no blocker had a part in it; or one had, and nobody would be there without it.
                Answer::Never(by)
                    if standing == Standing::Equal
                        && !by.is_empty()
                        && meetings.iter().any(|meeting| {
                            let alone = together(scope, answers, places, *meeting, &|_| false);
                            matches!(alone, Answer::Found(_))
                        }) =>
                {
                    let mut rules: Vec<RuleId> = by.into_iter().filter_map(|number| answers.rule(number)).collect();
                    rules.dedup();
                    found.preempted.push(Preempted { first: *first, second: *second, by: rules });
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

/// What is seen where a rule answers by itself.
fn own(rules: &RuleSet, rule: RuleId) -> Seen {
    let rule = &rules[rule];
    let what = What::Shows(rule.show, rules.channels_of(rule).first().copied());
    Seen { what, silent: false, tasks: rule.tasks.clone() }
}

/// How two rules meet.
#[derive(Clone, Copy)]
enum Meeting {
    /// Both are eligible.
    Eligible,
    /// Both are eligible and score the same.
    EqualScores,
    /// In the place of each this one of its outcomes is seen.
    Outcomes(usize, usize),
}

impl Meeting {
    /// What must hold for it.
    fn required(self, of: &SlotFormulas, (first, second): (usize, usize)) -> Vec<Formula> {
        let formula = |place: usize, outcome: usize| {
            let rule = of.rules.get(place)?;
            match self {
                Self::Eligible | Self::EqualScores => Some(rule.eligible),
                Self::Outcomes(..) => rule.outcomes.get(outcome).map(|(_, formula)| *formula),
            }
        };
        let (one, other) = match self {
            Self::Eligible | Self::EqualScores => (0, 0),
            Self::Outcomes(one, other) => (one, other),
        };
        let both = [formula(first, one), formula(second, other)].map(|formula| formula.unwrap_or(Formula::NEVER));
        // Where there are too many rules to compare, nothing is claimed.
        let equal = || of.equal.get(&(first, second)).copied().unwrap_or(Formula::NEVER);
        both.into_iter().chain(matches!(self, Self::EqualScores).then(equal)).collect()
    }
}

/// Every two different outcomes of two rules, their own offers first.
fn differing(scope: &SlotScope<'_>, rules: &RuleSet, (first, second): (usize, usize)) -> Vec<Meeting> {
    let outcomes = |place: usize| {
        let rule = scope.worlds.first().and_then(|(_, of)| of.rules.get(place));
        rule.map(|rule| (own(rules, rule.id), rule.outcomes.iter().map(|(seen, _)| seen).collect::<Vec<_>>()))
    };
    let (Some((own, ones)), Some((others_own, others))) = (outcomes(first), outcomes(second)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, one) in ones.iter().enumerate() {
        for (of, other) in others.iter().enumerate().filter(|(_, other)| *other != one) {
            let stands_in = usize::from(**one != own) + usize::from(**other != others_own);
            found.push((stands_in, Meeting::Outcomes(at, of)));
        }
    }
    found.sort_by_key(|(stands_in, _)| *stands_in);
    found.into_iter().map(|(_, meeting)| meeting).collect()
}

/// Whether two rules are seen at once never to meet so.
fn part_at_once(scope: &SlotScope<'_>, places: (usize, usize), meeting: Meeting) -> bool {
    scope.nobody_at_once(|of| meeting.required(of, places))
}

/// Somebody for whom they meet so, and nothing above answers.
fn together(
    scope: &mut SlotScope<'_>,
    answers: &Answers,
    places: (usize, usize),
    meeting: Meeting,
    above: &dyn Fn(RuleId) -> bool,
) -> Answer {
    let none = Blockers::default();
    let is_above = |number: usize| answers.rule(number).is_some_and(above);
    scope.ask(|world, _, of| Question {
        required: meeting.required(of, places),
        blockers: answers.in_world(world, &none).all().among(&is_above),
    })
}
