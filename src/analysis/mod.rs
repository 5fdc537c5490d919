//! What correct rules do that nobody meant: proved, with a customer who shows it or the rules that together cover it.
//!
//! Takes a rule set; gives findings, and the verdicts behind them as data. Refuses to know files and rendering. It asks
//! the reference evaluator twice: for the truth of predicates that it does not look into itself, and for the last word on
//! every customer that a finding shows.
//!
//! How it works, in the order of the files: the values of every attribute fall into finitely many *atoms* that no
//! condition tells apart (`axis`, `domain`); conditions become formulas over atoms (`read`, `predicate`, `compile`), a
//! slot the formulas of its decision (`slot`); instants fall into *worlds* (`worlds`); one `search` answers every
//! question of the form "is there a customer of whom all this is so and none of that", and `realise` makes the customer.
//! What is asked: `reach` (can the rule win), `pairs` (does a name decide), `range` (is a condition always yes),
//! `redundant` (would anybody miss it), `only_capped` (does anybody see it before a cap of another is spent). What stands
//! in the way of an answer is found by the index of `blocking`; `proof` proves every "never" apart from the search.
//!
//! Exact means: a rule is called unreachable only if no customer at no instant sees it, and reachable only with a
//! customer, who replays in the reference evaluator. Between the two stands *not decided*, which is never counted as
//! either.

mod answers;
mod atoms;
mod axis;
mod between;
mod blocking;
mod carry;
mod clauses;
mod compile;
pub mod consent;
pub mod cost;
pub mod diff;
mod domain;
mod doubts;
mod events;
mod findings;
mod formula;
mod gap;
mod history;
mod hours;
mod late;
mod lived;
mod only_capped;
mod pairs;
mod parallel;
mod pauses;
mod predicate;
pub mod pressure;
mod program;
mod proof;
mod range;
mod reach;
mod read;
mod realise;
mod redundant;
mod region;
mod scope;
mod scores;
mod search;
mod seen;
mod slot;
mod stand;
mod turn;
mod verdict;
mod waits;
mod whom;
mod witness;
mod worlds;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::eval;
use crate::frame::{By, Via};
use crate::graph;
use crate::model::{ChannelId, LeftOut, RuleId, RuleSet, SegmentId, SlotId};
use crate::value::Instant;

pub use between::Gap;
use doubts::Doubts;
pub use findings::findings;
pub use proof::{Proofs, prove};
pub use search::{Budget, Undecided};
pub use slot::Culprit;
pub use verdict::{
    Clash, Coverer, FallbackVerdict, InTime, NeverTaken, OnlyCapped, Place, Preempted, Range, Redundant,
    SubstituteVerdict, Verdict,
};
pub use whom::{Group, Whom};
pub use witness::Witness;

/// What to look at, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The instant from which on rules matter: what is over by then is over. Without it all time is looked at.
    pub from: Option<Instant>,
    /// How far one question is looked into before it stays undecided.
    pub budget: Budget,
    /// What the model lacks because it is in error (R52).
    pub left_out: Vec<LeftOut>,
    /// Whether it is asked, too, which rules nobody would miss and which are only seen once a cap is spent.
    pub redundancy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { from: None, budget: Budget::default(), left_out: Vec::new(), redundancy: true }
    }
}

/// What the analysis found out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The findings, the worst first.
    pub diagnostics: Vec<Diagnostic>,
    /// The verdict on every rule.
    pub rules: BTreeMap<RuleId, Verdict>,
    /// The verdict on everything that a rule names in its place, unless the rule is off or never active.
    pub substitutes: BTreeMap<(RuleId, Via), SubstituteVerdict>,
    /// The verdict on every entry of every fallback list.
    pub fallbacks: BTreeMap<SlotId, Vec<FallbackVerdict>>,
    /// Of what these three say is never so, what is so where something held is let go too late.
    pub in_time: InTime,
    /// Rules that can answer for one customer, with different outcomes, and are told apart by their names alone (R8).
    pub conflicts: Vec<Clash>,
    /// Rules that rank together, show different things, and can score the same with only their names to decide.
    pub equal_scores: Vec<Clash>,
    /// Rules that need `priority` or `before` (R7): the second of each has neither, or both have.
    pub unordered: Vec<Clash>,
    /// Rules of which the only difference is a name, and nothing comes of it.
    pub preempted: Vec<Preempted>,
    /// Rules that say what another says that stands above them: which.
    pub copies: BTreeMap<RuleId, RuleId>,
    /// Rules without which everybody would see the same.
    pub redundant: Vec<Redundant>,
    /// Rules that are only seen once a cap of another is spent.
    pub only_capped: Vec<OnlyCapped>,
    /// Whom the rules of a slot leave out between those whom they take.
    pub gaps: BTreeMap<SlotId, Vec<Gap>>,
    /// The truths that each condition can have.
    pub conditions: BTreeMap<Place, Range>,
    /// Pairs of rules of which it was not decided whether they clash.
    pub undecided_pairs: Vec<(RuleId, RuleId, Undecided)>,
    /// Clashes beyond those listed.
    pub more_clashes: usize,
}

/// Looks at a whole rule set.
pub fn analyse(rules: &RuleSet, options: &Options) -> Report {
    let decided = || {
        let mut report = decide(rules, options, true);
        report.diagnostics = findings(rules, options, &report);
        report
    };
    let beside = || {
        let mut found = graph::unused(rules, &options.left_out);
        found.extend(consent::leaks(rules));
        found
    };
    let (mut report, beside) = parallel::both(decided, beside);
    report.diagnostics.extend(beside);
    // The worst first; among equals in reading order.
    report.diagnostics.sort_by_key(|found| (std::cmp::Reverse(found.severity), found.span(), found.code.name));
    report
}

/// What can win, and what clashes: the verdicts alone, without the truths of conditions and without findings.
pub fn verdicts(rules: &RuleSet, options: &Options) -> Report {
    decide(rules, options, false)
}

fn decide(rules: &RuleSet, options: &Options, conditions: bool) -> Report {
    let mut report = Report::default();
    // What is gathered is looked at like an attribute; `events` knows that it is not as free as one.
    let flat = rules.flattened();
    if conditions {
        of_declarations(rules, &flat, options, &mut report);
    }
    let shared = slot::shared(&flat);
    let slot = |at: usize| one_slot(&flat, SlotId::from_index(at), &shared, options, conditions);
    for slot in parallel::each(rules.slots.len(), slot) {
        report.take_in(slot);
    }
    confirm_rules(rules, &mut report);
    confirm_fallbacks(rules, &mut report);
    confirm_gaps(rules, &mut report);
    confirm(rules, &mut report);
    report
}

/// The truths of segments, and of what lets a channel be used.
fn of_declarations(rules: &RuleSet, flat: &RuleSet, options: &Options, report: &mut Report) {
    for (at, segment) in flat.segments.iter().enumerate() {
        let range = range::of_condition(flat, &segment.condition, options.from, options.budget);
        report.conditions.insert(Place::Segment(SegmentId::from_index(at)), range);
    }
    for (at, channel) in rules.channels.iter().enumerate() {
        if let Some(asked) = findings::closed_channel::asked(channel) {
            let range = range::of_condition(flat, &asked, options.from, options.budget);
            report.conditions.insert(Place::Channel(ChannelId::from_index(at)), range);
        }
    }
}

/// Takes back every rule whose customer the reference evaluator does not confirm, where hours decide: until when something
/// waits hangs on instants that no point knows. Elsewhere a customer is what its point says.
fn confirm_rules(rules: &RuleSet, report: &mut Report) {
    if rules.windows.is_empty() {
        return;
    }
    for (rule, verdict) in &mut report.rules {
        if let Verdict::Reachable(witness) = verdict
            && eval::decide(rules, &witness.frame(rules), rules[*rule].slot).by != By::Rule(*rule)
        {
            *verdict = Verdict::Unknown(Undecided::Hours);
        }
    }
}

/// Takes back every fallback whose customer the reference evaluator does not confirm: of rules that rank together each is
/// taken to stop the slot for the others, whichever comes first.
fn confirm_fallbacks(rules: &RuleSet, report: &mut Report) {
    for (slot, verdicts) in &mut report.fallbacks {
        let earlier = verdicts.len().saturating_sub(1);
        for (at, verdict) in (0_u32..).zip(verdicts.iter_mut().take(earlier)) {
            if let FallbackVerdict::Reachable(witness) = verdict
                && eval::decide(rules, &witness.frame(rules), *slot).by != By::Fallback(at)
            {
                *verdict = FallbackVerdict::Unknown(Undecided::Calculation);
            }
        }
    }
}

/// Takes back every gap whose customer the reference evaluator does not confirm, and those of what events add up to: nobody
/// declares that.
fn confirm_gaps(rules: &RuleSet, report: &mut Report) {
    for (slot, gaps) in &mut report.gaps {
        gaps.retain(|gap| {
            let by = || eval::decide(rules, &gap.witness.frame(rules), *slot).by;
            gap.attribute.index() < rules.attributes.len() && matches!(by(), By::Fallback(_))
        });
    }
}

/// Takes back every clash whose customer the reference evaluator does not confirm: such a customer is never shown.
fn confirm(rules: &RuleSet, report: &mut Report) {
    if report.conflicts.is_empty() && report.unordered.is_empty() && report.equal_scores.is_empty() {
        return;
    }
    let undecided = &mut report.undecided_pairs;
    let mut holds = |clash: &Clash, holds: bool| {
        if !holds {
            undecided.push((clash.first, clash.second, Undecided::Calculation));
        }
        holds
    };
    report.conflicts.retain(|clash| {
        let frame = clash.witness.frame(rules);
        let [first, second] = [clash.first, clash.second].map(|rule| eval::in_place_of(rules, &frame, rule));
        let differ = first.zip(second).is_some_and(|(first, second)| {
            (first.outcome, first.tasks(rules)) != (second.outcome, second.tasks(rules))
        });
        holds(clash, differ)
    });
    for list in [&mut report.unordered, &mut report.equal_scores] {
        list.retain(|clash| {
            let frame = clash.witness.frame(rules);
            holds(clash, [clash.first, clash.second].into_iter().all(|rule| eval::is_eligible(rules, &frame, rule)))
        });
    }
}

/// The formulas of a slot in every world.
fn scope_of<'a>(
    rules: &'a RuleSet,
    id: SlotId,
    doubts: &Doubts<'_>,
    scores: &'a scores::Scores,
    options: &Options,
) -> reach::SlotScope<'a> {
    let write = |compiler: &mut compile::Compiler<'a>| slot::write(compiler, id, doubts, scores, false);
    scope::Scope::new(rules, options.from, options.budget, write)
}

fn one_slot(rules: &RuleSet, id: SlotId, shared: &[bool], options: &Options, with_conditions: bool) -> Report {
    let scores = scores::Scores::of(rules, id);
    let scope_with = |doubts: &Doubts<'_>| scope_of(rules, id, doubts, &scores, options);
    let mut scope = scope_with(&Doubts::none(shared));
    let reach::OfRules { mut verdicts, mut substitutes } = reach::rules(&mut scope, rules, id);
    let mut fallbacks = reach::fallback(&mut scope, rules, id, &verdicts);
    let answers = answers::Answers::of(&scope);
    let pairs = pairs::pairs(&mut scope, rules, id, &verdicts, &answers);
    let copies = copies(&scope, rules, id, &verdicts);
    // What is left out may make a difference that is not seen here.
    let (redundant, only_capped) = if with_conditions && options.redundancy && options.left_out.is_empty() {
        let redundant = redundant::redundant(&mut scope, rules, id, &verdicts, &answers);
        (redundant, only_capped::only_capped(&mut scope, rules, id, &verdicts, &answers))
    } else {
        (Vec::new(), Vec::new())
    };
    let gaps = if with_conditions && options.left_out.is_empty() {
        between::gaps(&mut scope, rules, id, &verdicts, options)
    } else {
        Vec::new()
    };
    let conditions = if with_conditions { conditions_of(&mut scope, rules, id) } else { BTreeMap::new() };
    let mut found = late::Verdicts { rules: &mut verdicts, substitutes: &mut substitutes, fallbacks: &mut fallbacks };
    let doubts = Doubts::of(rules, id, shared, &options.left_out);
    if let Some(doubts) = doubts.as_ref().filter(|_| found.claim()) {
        let mut doubtful = scope_with(doubts);
        let again = reach::rules(&mut doubtful, rules, id);
        let of_fallbacks = reach::fallback(&mut doubtful, rules, id, &again.verdicts);
        found.doubted(&again, &of_fallbacks);
    }
    let in_time = late::in_time(rules, id, found, doubts.unwrap_or_else(|| Doubts::none(shared)), scope_with);
    Report {
        diagnostics: Vec::new(),
        rules: verdicts,
        in_time,
        substitutes,
        fallbacks: BTreeMap::from([(id, fallbacks)]),
        conflicts: pairs.conflicts,
        equal_scores: pairs.equal_scores,
        unordered: pairs.unordered,
        preempted: pairs.preempted,
        copies,
        redundant,
        only_capped,
        gaps: BTreeMap::from([(id, gaps)]),
        conditions,
        undecided_pairs: pairs.undecided,
        more_clashes: pairs.more,
    }
}

/// The rules that one other covers, which is for the same customers and shows the same.
fn copies(
    scope: &reach::SlotScope<'_>,
    rules: &RuleSet,
    id: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
) -> BTreeMap<RuleId, RuleId> {
    let places: BTreeMap<RuleId, usize> = rules[id].order.iter().enumerate().map(|(at, rule)| (*rule, at)).collect();
    let copy = |(rule, verdict): (&RuleId, &Verdict)| {
        let Verdict::Covered(by) = verdict else { return None };
        let [Coverer::Rule(original)] = by.as_slice() else { return None };
        let (one, other) = (*places.get(rule)?, *places.get(original)?);
        let same = scope.worlds.iter().all(|(_, of)| {
            let rules = of.rules.get(one).zip(of.rules.get(other));
            rules.is_some_and(|(one, other)| one.eligible == other.eligible && one.outcomes == other.outcomes)
        });
        (same && rules[*rule].because == rules[*original].because).then_some((*rule, *original))
    };
    verdicts.iter().filter_map(copy).collect()
}

/// The truths of every condition of a slot.
fn conditions_of(scope: &mut reach::SlotScope<'_>, rules: &RuleSet, id: SlotId) -> BTreeMap<Place, Range> {
    let of_rule = |scope: &mut reach::SlotScope<'_>, place: usize| {
        let Some(rule) = rules[id].order.get(place) else { return Vec::new() };
        let when = rules[*rule].when.len();
        let clauses = 0..when + rules[*rule].unless.len();
        let of_clause = |clause: usize| {
            let range =
                range::range(scope, |of| of.rules.get(place).and_then(|rule| rule.clauses.get(clause)).copied());
            let at = if clause < when { Place::When(*rule, clause) } else { Place::Unless(*rule, clause - when) };
            (at, range)
        };
        clauses.map(of_clause).collect()
    };
    let of_rules = parallel::each_with(rules[id].order.len(), reach::WORTH, scope, of_rule);
    let mut conditions: BTreeMap<Place, Range> = of_rules.into_iter().flatten().collect();
    for (at, entry) in rules[id].fallback.iter().enumerate() {
        if entry.when.is_some() {
            let range = range::range(scope, |of| of.conditions.get(at).copied().flatten());
            conditions.insert(Place::Fallback(id, at), range);
        }
    }
    conditions
}

impl Report {
    /// Adds what was found out of another slot. A map is added to, since `append` would write all of it anew.
    fn take_in(&mut self, mut slot: Report) {
        self.diagnostics.append(&mut slot.diagnostics);
        self.rules.extend(slot.rules);
        self.substitutes.extend(slot.substitutes);
        self.fallbacks.extend(slot.fallbacks);
        self.in_time.append(&mut slot.in_time);
        self.conflicts.append(&mut slot.conflicts);
        self.equal_scores.append(&mut slot.equal_scores);
        self.unordered.append(&mut slot.unordered);
        self.preempted.append(&mut slot.preempted);
        self.copies.extend(slot.copies);
        self.redundant.append(&mut slot.redundant);
        self.only_capped.append(&mut slot.only_capped);
        self.gaps.extend(slot.gaps);
        self.conditions.extend(slot.conditions);
        self.undecided_pairs.append(&mut slot.undecided_pairs);
        self.more_clashes += slot.more_clashes;
    }
}
