//! The analysis against enumeration: on random small rule sets every verdict must be what looking at every customer
//! shows.
//!
//! `CATER_SCHEMAS=5000 cargo test --release analysis::tests::agree` looks at more of them; `CATER_SEED` begins elsewhere,
//! `CATER_CELLS` takes larger ones, `CATER_SHOW=1` prints each.

use std::collections::BTreeSet;

use super::cells::frames;
use super::schemas::{ranked, schema, sending, with_hours};
use crate::analysis::seen::Seen as Read;
use crate::analysis::testing::{replay, rules};
use crate::analysis::{
    Budget, Coverer, FallbackVerdict, Options, Place, Range, Report, SubstituteVerdict, Verdict, analyse, prove, slot,
};
use crate::eval::{condition, decide, expression, stops};
use crate::frame::{By, Decision, Frame, Via};
use crate::graph::{Ranking, Standing};
use crate::model::{Cap, CapKind, CapWindow, Condition, RuleId, RuleSet, SCORE_PLACES, SlotId, Substitute};
use crate::value::{Truth, Value, rescale};

/// Schemas with more customers than this are passed over.
const MOST_CELLS: u64 = 30_000;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn every_verdict_is_what_every_customer_shows() {
    let count = setting("CATER_SCHEMAS", 120);
    let (tally, unknown) = agree(count, false);
    assert_eq!(unknown, 0, "nothing in these schemas is beyond the analysis");
    // What several cover together is rare: whoever has a cell that could not be read slips through many a cover.
    let floor = usize::try_from(count / 60).unwrap_or(0);
    assert!(tally.iter().all(|verdicts| *verdicts >= floor), "some verdict hardly ever comes up: {tally:?}");
}

#[test]
fn what_clauses_decide_is_what_every_customer_shows() {
    // One box decides next to nothing, so nearly all is left to the second rung.
    let count = setting("CATER_SCHEMAS", 120) / 2;
    let options = Options { budget: Budget { boxes: 1, ..Budget::default() }, ..Options::default() };
    let (tally, unknown) = agree_with(count, &|seed| schema(seed, false), &options);
    assert_eq!(unknown, 0, "nothing in these schemas is beyond the analysis");
    assert!(tally.iter().take(4).all(|verdicts| *verdicts > 0), "some verdict hardly ever comes up: {tally:?}");
    let (_, unknown) = agree_with(count / 2, &sending, &options);
    assert_eq!(unknown, 0, "nothing in these schemas is beyond the analysis");
}

#[test]
fn what_is_not_looked_into_is_never_claimed_wrongly() {
    let count = setting("CATER_SCHEMAS", 120) / 2;
    let (tally, unknown) = agree(count, true);
    let decided: usize = tally.iter().sum();
    assert!(unknown * 20 < decided, "{unknown} not decided, {decided} decided");
}

#[test]
fn what_scores_decide_is_never_claimed_wrongly() {
    let count = setting("CATER_SCHEMAS", 120);
    let (tally, unknown) = agree_on(count, &ranked);
    let decided: usize = tally.iter().sum();
    assert!(unknown * 10 < decided, "{unknown} not decided, {decided} decided");
    // Rare, so counted only where it is known how many there are.
    if setting("CATER_SEED", 0) == 0 {
        assert!(tally[8] as u64 >= count / 40, "hardly any equal scores: {tally:?}");
    }
}

#[test]
fn what_channels_carry_is_what_every_customer_shows() {
    let count = setting("CATER_SCHEMAS", 120) / 2;
    let (tally, unknown) = agree_on(count, &sending);
    assert_eq!(unknown, 0, "nothing in these schemas is beyond the analysis");
    let rules: usize = tally.iter().take(4).sum();
    assert!(rules as u64 >= count, "hardly any verdict: {tally:?}");
    assert!(tally[9] as u64 >= count / 20, "hardly any idle substitute: {tally:?}");
}

#[test]
fn what_hours_decide_is_never_claimed_wrongly() {
    let count = setting("CATER_SCHEMAS", 120) / 2;
    let (tally, unknown) = agree_on(count, &with_hours);
    let decided: usize = tally.iter().sum();
    assert!(unknown * 10 < decided, "{unknown} not decided, {decided} decided");
    let (reachable, covered) = (tally[0] as u64, tally[2] as u64);
    assert!(reachable >= count && covered >= count / 20, "hardly any verdict: {tally:?}");
}

/// Compares so many schemas; gives how often each verdict came up, and how many there were that were not decided.
fn agree(count: u64, calculations: bool) -> ([usize; 8], usize) {
    let ([a, b, c, d, e, f, g, h, _, _, superfluous @ ..], unknown) =
        agree_on(count, &|seed| schema(seed, calculations));
    assert!(count < 120 || superfluous.iter().all(|found| *found > 0), "some finding never comes up: {superfluous:?}");
    ([a, b, c, d, e, f, g, h], unknown)
}

fn agree_on(count: u64, schema: &dyn Fn(u64) -> String) -> ([usize; 14], usize) {
    agree_with(count, schema, &Options::default())
}

fn agree_with(count: u64, schema: &dyn Fn(u64) -> String, options: &Options) -> ([usize; 14], usize) {
    let (mut looked_at, mut unknown, mut tally) = (0, 0, [0_usize; 14]);
    let (mut proved, mut beyond) = (0, 0);
    let said = setting("CATER_SHOW", 0) > 0;
    let most = usize::try_from(setting("CATER_CELLS", MOST_CELLS)).unwrap_or(usize::MAX);
    for seed in setting("CATER_SEED", 0).. {
        if looked_at == count {
            break;
        }
        let text = schema(seed);
        let model = rules(&text);
        let slot = model.slot_named("s").unwrap();
        let Some(frames) = frames(&model, slot, &slot::shared(&model), most) else { continue };
        looked_at += 1;
        let report = analyse(&model, options);
        // Shown where the replay of a witness fails.
        if said {
            println!("schema {seed}:\n{text}");
        }
        replay(&model, &report);
        let proofs = prove(&model, &Options::default(), &report);
        assert!(proofs.wrong.is_empty(), "schema {seed}: the proof of {:?} does not hold\n{text}", proofs.wrong);
        let smaller = less_covered(&model, &report);
        assert!(smaller.is_empty(), "schema {seed}: less covers as well: {smaller:?}\n{text}");
        (proved, beyond) = (proved + proofs.proved.len(), beyond + proofs.beyond.len());
        let seen = Seen::new(&model, slot, &frames);
        let wrong = seen.disagreements(&report, &mut tally, &mut unknown);
        assert!(wrong.is_empty(), "schema {seed}:\n{text}\n{}", wrong.join("\n"));
    }
    println!("{looked_at} schemas; rules and conditions by verdict {tally:?}, not decided {unknown}");
    println!("proved again {proved}, by more than cases {beyond}");
    assert!(beyond * 2 <= proved, "{beyond} of {proved} take more than cases");
    (tally, unknown)
}

/// The rules that are also proved never to win where one of those that cover them is left out: a cover says all that it
/// takes, and no more.
fn less_covered(rules: &RuleSet, report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    for (rule, verdict) in &report.rules {
        let Verdict::Covered(by) = verdict else { continue };
        for at in 0..by.len() {
            let mut fewer = by.clone();
            fewer.remove(at);
            let only = Report { rules: [(*rule, Verdict::Covered(fewer))].into(), ..Report::default() };
            if prove(rules, &Options::default(), &only).proved.contains_key(rule) {
                found.push(format!("{} without {:?}", rules[*rule].name, by[at]));
            }
        }
    }
    found
}

/// What looking at every customer shows.
struct Seen<'a> {
    rules: &'a RuleSet,
    slot: SlotId,
    frames: &'a [Frame],
    /// Per frame who decides.
    by: Vec<By>,
    /// Per place in the order of the slot, per frame: whether the rule is eligible.
    eligible: Vec<Vec<bool>>,
    /// The same for each part: itself, and the rule or its substitutes.
    answers: Vec<Vec<Option<Decision>>>,
    /// Whether it stops the slot.
    stops: Vec<Vec<bool>>,
}

impl<'a> Seen<'a> {
    fn new(rules: &'a RuleSet, slot: SlotId, frames: &'a [Frame]) -> Self {
        let by = frames.iter().map(|frame| decide(rules, frame, slot).by).collect();
        let (mut eligible, mut answers, mut stopping) = (Vec::new(), Vec::new(), Vec::new());
        for rule in &rules[slot].order {
            // The slot with nothing but this rule, with and without its substitutes.
            let mut alone = rules.clone();
            alone.slots[slot.index()].order = vec![*rule];
            let of = |rules: &RuleSet| -> Vec<Option<Decision>> {
                let answers = |decision: &Decision| matches!(decision.by, By::Rule(_) | By::Substitute(..));
                frames.iter().map(|frame| Some(decide(rules, frame, slot)).filter(answers)).collect()
            };
            answers.push(of(&alone));
            stopping.push(frames.iter().map(|frame| stops(&alone, frame, slot)).collect());
            let bare = &mut alone.rules[rule.index()];
            (bare.if_capped, bare.if_no_consent, bare.if_unknown) = (None, None, None);
            eligible.push(of(&alone).into_iter().map(|by| by.is_some()).collect());
        }
        Self { rules, slot, frames, by, eligible, answers, stops: stopping }
    }

    fn place(&self, rule: RuleId) -> usize {
        self.rules[self.slot].order.iter().position(|other| *other == rule).unwrap()
    }

    fn disagreements(&self, report: &Report, tally: &mut [usize; 14], unknown: &mut usize) -> Vec<String> {
        let mut wrong = Vec::new();
        for rule in &self.rules[self.slot].order {
            self.rule(*rule, &report.rules[rule], tally, unknown, &mut wrong);
            self.substitutes(*rule, report, tally, unknown, &mut wrong);
        }
        self.pairs(report, tally, unknown, &mut wrong);
        for (place, range) in &report.conditions {
            self.condition(*place, *range, tally, unknown, &mut wrong);
        }
        for (at, verdict) in report.fallbacks[&self.slot].iter().enumerate() {
            self.fallback(at, verdict, &mut wrong);
        }
        tally[10] += report.redundant.len();
        tally[11] += report.copies.len();
        tally[12] += report.preempted.len();
        tally[13] += report.only_capped.len();
        self.superfluous(report, &mut wrong);
        self.only_when_capped(report, &mut wrong);
        wrong
    }

    /// What each customer reads: the offer, the reason and the tasks.
    fn told(&self, rules: &RuleSet, frame: &Frame) -> (Read, Option<String>) {
        let decision = decide(rules, frame, self.slot);
        let because = match decision.by {
            By::Rule(rule) | By::Substitute(rule, _) => rules[rule].because.clone(),
            By::Fallback(_) | By::SlotOff => None,
        };
        (Read::of(rules, &decision), because)
    }

    /// Without a rule that changes nothing everybody reads the same; one that says the same as another is for the same
    /// customers; of two that are pre-empted somebody could see both.
    fn superfluous(&self, report: &Report, wrong: &mut Vec<String>) {
        let names = |rules: &[RuleId]| rules.iter().map(|rule| self.rules[*rule].name.clone()).collect::<Vec<_>>();
        for redundant in &report.redundant {
            let mut without = self.rules.clone();
            without.slots[self.slot.index()].order.retain(|rule| *rule != redundant.rule);
            let same = |frame: &Frame| self.told(self.rules, frame) == self.told(&without, frame);
            let wins = self.by.contains(&By::Rule(redundant.rule));
            if !wins || !self.frames.iter().all(same) {
                wrong.push(format!("{:?} changes something, or never wins", names(&[redundant.rule])));
            }
        }
        for (copy, original) in &report.copies {
            if self.eligible[self.place(*copy)] != self.eligible[self.place(*original)] {
                wrong.push(format!("{:?} are not for the same customers", names(&[*copy, *original])));
            }
        }
        for pair in &report.preempted {
            let (one, other) = (self.place(pair.first), self.place(pair.second));
            if !self.answers[one].iter().zip(&self.answers[other]).any(|(one, other)| one.is_some() && other.is_some())
            {
                wrong.push(format!("nobody could see both of {:?}", names(&[pair.first, pair.second])));
            }
        }
    }

    /// A rule is said to be seen only where a cap is spent if and only if that is so of everybody who sees it.
    fn only_when_capped(&self, report: &Report, wrong: &mut Vec<String>) {
        let slot = &self.rules[self.slot];
        let key = self.rules.key();
        let spent = |frame: &Frame| {
            let caps = (0..self.rules.caps.len()).map(crate::model::CapId::from_index);
            key.is_some_and(|key| frame.attribute(key).known().is_none())
                || caps.into_iter().any(|cap| frame.is_spent(self.rules, cap))
        };
        for (place, rule) in slot.order.iter().enumerate() {
            let tries = |other: &RuleId| {
                slot::substitutes(self.rules, *other).any(|(_, named)| named == Substitute::Try(*rule))
            };
            let winners = || self.frames.iter().zip(&self.by).filter(|(_, by)| **by == By::Rule(*rule));
            let is_exact = self.rules[*rule].rank.is_none()
                && slot.order.iter().all(|other| other == rule || !self.rules.rank_together(*other, *rule))
                && !slot.order.iter().any(tries)
                && matches!(report.rules.get(rule), Some(Verdict::Reachable(_)));
            let said = report.only_capped.iter().any(|found| found.rule == *rule);
            // Alone it would be seen before: it is the caps of others that let it be seen.
            let alone =
                self.frames.iter().zip(&self.eligible[place]).any(|(frame, eligible)| *eligible && !spent(frame));
            let so = winners().all(|(frame, _)| spent(frame));
            if is_exact && alone && said != so || said && !so {
                wrong.push(format!("{}: only when capped? {so}, and said {said}", self.rules[*rule].name));
            }
        }
    }

    /// What a rule names in its place: without what is never taken nothing changes, and what is taken somebody sees, as far
    /// as scores and `try` leave that to be told.
    fn substitutes(
        &self,
        rule: RuleId,
        report: &Report,
        tally: &mut [usize; 14],
        unknown: &mut usize,
        wrong: &mut Vec<String>,
    ) {
        let slot = &self.rules[self.slot];
        let tries =
            |other: &RuleId| slot::substitutes(self.rules, *other).any(|(_, named)| named == Substitute::Try(rule));
        let alone = slot.order.iter().all(|other| *other == rule || !self.rules.rank_together(*other, rule));
        // Where another rule or a score brings it to its turn it is enough that nothing is denied.
        let is_exact = alone && !slot.order.iter().any(tries);
        for (via, named) in slot::substitutes(self.rules, rule) {
            let Some(verdict) = report.substitutes.get(&(rule, via)) else { continue };
            let seen = self.by.contains(&By::Substitute(rule, via));
            // Of a `try` another rule is the answer, and what is sent may stop the slot instead of answering.
            let has_no_by = matches!(named, Substitute::Try(_)) || self.rules.sends(self.slot);
            let changes = || {
                let mut without = self.rules.clone();
                let of = &mut without.rules[rule.index()];
                match via {
                    Via::Capped => of.if_capped = None,
                    Via::NoConsent => of.if_no_consent = None,
                    Via::Unknown => of.if_unknown = None,
                }
                let decided = self.frames.iter().map(|frame| decide(&without, frame, self.slot).by);
                decided.zip(&self.by).any(|(without, by)| without != *by)
            };
            let right = match verdict {
                SubstituteVerdict::Never(_) => {
                    tally[9] += 1;
                    !(seen || has_no_by && changes())
                }
                // Another may show the same in its place, so that nobody misses it.
                SubstituteVerdict::Taken => !is_exact || has_no_by || seen,
                SubstituteVerdict::Unknown(_) => {
                    *unknown += 1;
                    true
                }
            };
            if !right {
                let name = &self.rules[rule].name;
                wrong.push(format!("`{}` of {name}: {verdict:?}, seen {seen}", via.word()));
            }
        }
    }

    fn rule(
        &self,
        rule: RuleId,
        verdict: &Verdict,
        tally: &mut [usize; 14],
        unknown: &mut usize,
        wrong: &mut Vec<String>,
    ) {
        let name = &self.rules[rule].name;
        let wins = self.by.contains(&By::Rule(rule));
        let eligible = &self.eligible[self.place(rule)];
        let ever = eligible.contains(&true);
        let right = match verdict {
            // What hangs on the very instant of an event may be among none of the customers who are listed.
            Verdict::Reachable(witness) => {
                tally[0] += 1;
                wins || decide(self.rules, &witness.frame(self.rules), self.slot).by == By::Rule(rule)
            }
            Verdict::Off | Verdict::NeverActive => !ever,
            Verdict::Contradictory(_) => {
                tally[1] += 1;
                !ever
            }
            Verdict::Covered(by) => {
                tally[2] += 1;
                tally[3] += usize::from(by.len() > 1);
                wrong.extend(self.cover(rule, by));
                ever && !wins
            }
            Verdict::Unknown(_) => {
                *unknown += 1;
                true
            }
        };
        if !right {
            wrong.push(format!("{name}: {verdict:?}, but eligible {ever}, wins {wins}"));
        }
    }

    /// A score at the places at which scores are compared.
    fn score(&self, rule: RuleId, frame: usize) -> Option<i128> {
        let by = &self.rules[rule].rank.as_ref()?.by;
        match expression(self.rules, &self.frames[frame], by).known() {
            Some(Value::Number(score)) => Some(rescale((*score).into(), self.rules.scale_of(by), SCORE_PLACES)),
            _ => None,
        }
    }

    /// Whether a part of a rule answers in a frame.
    fn stands(&self, coverer: Coverer, frame: usize) -> bool {
        match coverer {
            Coverer::Rule(rule) => self.eligible[self.place(rule)][frame],
            Coverer::Substitute(rule, via) => {
                let place = self.place(rule);
                // By a `try` another rule answers in its place; which clause led there the frame alone does not say.
                let answer = self.answers[place][frame].filter(|_| !self.eligible[place][frame]);
                match answer {
                    Some(Decision { by: By::Substitute(of, by), .. }) if of == rule => by == via,
                    other => other.is_some(),
                }
            }
            Coverer::Stop(rule) => self.stops[self.place(rule)][frame],
            Coverer::Fallback(_) => false,
        }
    }

    /// What is wrong with a cover: somebody gets past it, or one of it is not needed.
    fn cover(&self, rule: RuleId, by: &[Coverer]) -> Option<String> {
        let name = &self.rules[rule].name;
        let order = &self.rules[self.slot].order;
        let tries = |other: &RuleId| {
            let other = &self.rules[*other];
            let all = [other.if_capped, other.if_no_consent, other.if_unknown];
            all.into_iter().flatten().any(|substitute| matches!(substitute, Substitute::Try(_)))
        };
        if by.is_empty() {
            return Some(format!("{name}: an empty cover"));
        }
        let place = self.place(rule);
        let passes = |without: Option<usize>| {
            (0..self.frames.len()).any(|frame| {
                let mut kept = by.iter().enumerate().filter(|(at, _)| Some(*at) != without);
                self.eligible[place][frame] && !kept.any(|(_, coverer)| self.stands(*coverer, frame))
            })
        };
        if passes(None) {
            return Some(format!("{name}: not covered by {by:?}"));
        }
        // Through `try` there are other ways to be seen, and a coverer may stand in one of those; and one that scores
        // lower stands in nobody's way.
        if order.iter().any(tries) || order.iter().any(|rule| self.rules[*rule].rank.is_some()) {
            return None;
        }
        // Pauses, blocks, calendars and windows are tried and not reckoned: whether one of a cover could be left out may be open.
        let is_reckoned = |cap: &Cap| {
            matches!(cap.kind, CapKind::Cap | CapKind::Gap) && !matches!(cap.window, CapWindow::Calendar(_))
        };
        if !self.rules.caps.iter().all(is_reckoned) || !self.rules.windows.is_empty() {
            return None;
        }
        let idle = (0..by.len()).find(|at| !passes(Some(*at)))?;
        Some(format!("{name}: {:?} of {by:?} is not needed", by[idle]))
    }

    fn pairs(&self, report: &Report, tally: &mut [usize; 14], unknown: &mut usize, wrong: &mut Vec<String>) {
        let ranking = Ranking::new(self.rules, self.slot);
        let order = &self.rules[self.slot].order;
        let never = |rule: &RuleId| report.rules[rule].is_never();
        let dead = |rule: &RuleId| never(rule) && !matches!(report.rules[rule], Verdict::Covered(_));
        let (mut conflicts, mut unordered, mut equal) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (at, second) in order.iter().enumerate() {
            for (before, first) in order[..at].iter().enumerate() {
                if dead(first) || dead(second) {
                    continue;
                }
                let standing = ranking.standing(*first, *second);
                let outranks = |rule: &RuleId| {
                    rule != first
                        && rule != second
                        && (ranking.outranks(*rule, *first) || ranking.outranks(*rule, *second))
                };
                let above: Vec<usize> = (0..order.len()).filter(|place| outranks(&order[*place])).collect();
                let both = |frame: &usize| self.eligible[at][*frame] && self.eligible[before][*frame];
                let passes =
                    |place: usize, frame: usize| self.answers[place][frame].is_none() && !self.stops[place][frame];
                let free = |frame: &usize| above.iter().all(|place| passes(*place, *frame));
                let mut frames = 0..self.frames.len();
                match standing {
                    Standing::Equal => {
                        let differ = |frame: &usize| {
                            let seen = |place: usize| {
                                self.answers[place][*frame]
                                    .map(|answer| (answer.outcome.offer(), answer.outcome.channel()))
                            };
                            seen(before).zip(seen(at)).is_some_and(|(first, second)| first != second)
                        };
                        if frames.any(|frame| differ(&frame) && free(&frame)) {
                            conflicts.insert((*first, *second));
                        }
                    }
                    Standing::Unordered => {
                        if frames.any(|frame| both(&frame)) {
                            unordered.insert(*second);
                        }
                    }
                    Standing::Ranked => {
                        let tied = self.rules.ties_place(*first) == self.rules.ties_place(*second);
                        let same = |frame: &usize| self.score(*first, *frame) == self.score(*second, *frame);
                        let differ = self.rules[*first].show != self.rules[*second].show;
                        if tied && differ && frames.any(|frame| both(&frame) && free(&frame) && same(&frame)) {
                            equal.insert((*first, *second));
                        }
                    }
                    Standing::First | Standing::Second => {}
                }
            }
        }
        tally[4] += conflicts.len();
        let found: BTreeSet<_> = report.conflicts.iter().map(|clash| (clash.first, clash.second)).collect();
        // A pair of which it is said that it was not decided may be one, and is counted as that.
        let open: BTreeSet<_> = report.undecided_pairs.iter().map(|(first, second, _)| (*first, *second)).collect();
        *unknown += open.len();
        // One of whom none of the customers who are listed is an example has one of its own, which is looked at below.
        if !conflicts.difference(&found).all(|pair| open.contains(pair)) {
            wrong.push(format!("conflicts: {found:?}, but {conflicts:?}; not decided {open:?}"));
        }
        let found: BTreeSet<_> = report.unordered.iter().map(|clash| clash.second).collect();
        let open: BTreeSet<_> = open.into_iter().map(|(_, second)| second).collect();
        if !found.is_subset(&unordered) || !unordered.difference(&found).all(|rule| open.contains(rule)) {
            wrong.push(format!("without order: {found:?}, but {unordered:?}; not decided {open:?}"));
        }
        let found: BTreeSet<_> = report.equal_scores.iter().map(|clash| (clash.first, clash.second)).collect();
        // Which of them are found rests on how many values are tried.
        tally[8] += found.len();
        if !found.is_subset(&equal) {
            wrong.push(format!("equal scores: {found:?}, but {equal:?}"));
        }
        for clash in &report.conflicts {
            let frame = clash.witness.frame(self.rules);
            let [first, second] = [clash.first, clash.second].map(|rule| {
                let mut alone = self.rules.clone();
                alone.slots[self.slot.index()].order = vec![rule];
                decide(&alone, &frame, self.slot)
            });
            let answers = |by: By| matches!(by, By::Rule(_) | By::Substitute(..));
            if !answers(first.by) || !answers(second.by) || first.outcome == second.outcome {
                wrong.push(format!("{first:?} and {second:?} are no conflict for their witness"));
            }
        }
        for clash in report.unordered.iter().chain(&report.equal_scores) {
            let frame = clash.witness.frame(self.rules);
            for rule in [clash.first, clash.second] {
                let mut alone = self.rules.clone();
                alone.slots[self.slot.index()].order = vec![rule];
                if decide(&alone, &frame, self.slot).by != By::Rule(rule) {
                    wrong.push(format!("{}: not eligible for its witness", self.rules[rule].name));
                }
            }
        }
    }

    fn condition(
        &self,
        place: Place,
        range: Range,
        tally: &mut [usize; 14],
        unknown: &mut usize,
        wrong: &mut Vec<String>,
    ) {
        let of: &Condition = match place {
            // A segment that no rule of the slot reads is not among what was enumerated.
            Place::Segment(_) | Place::Channel(_) => return,
            Place::When(rule, at) => &self.rules[rule].when[at].condition,
            Place::Unless(rule, at) => &self.rules[rule].unless[at].condition,
            Place::Fallback(slot, _) if slot != self.slot => return,
            Place::Fallback(slot, at) => self.rules[slot].fallback[at].when.as_ref().unwrap(),
        };
        let truths: BTreeSet<Truth> = self.frames.iter().map(|frame| condition(self.rules, frame, of)).collect();
        let can = |truth| truths.contains(&truth);
        let expected = match (can(Truth::Yes), can(Truth::No), can(Truth::Unknown)) {
            (true, true, _) => Range::Open,
            (true, false, false) => Range::AlwaysYes,
            (true, false, true) => Range::NeverNo,
            (false, true, false) => Range::AlwaysNo,
            (false, _, true) | (false, false, false) => Range::NeverYes,
        };
        match range {
            Range::Open => tally[5] += 1,
            Range::AlwaysYes | Range::NeverNo => tally[6] += 1,
            Range::AlwaysNo | Range::NeverYes => tally[7] += 1,
            Range::Unknown(_) => {
                *unknown += 1;
                return;
            }
        }
        if range != expected {
            wrong.push(format!("{place:?}: {range:?}, but {expected:?}"));
        }
    }

    fn fallback(&self, at: usize, verdict: &FallbackVerdict, wrong: &mut Vec<String>) {
        let is_last = at + 1 == self.rules[self.slot].fallback.len();
        let shown = self.by.contains(&By::Fallback(at as u32));
        let right = match verdict {
            FallbackVerdict::Reachable(_) => shown || is_last,
            FallbackVerdict::Off | FallbackVerdict::Contradictory | FallbackVerdict::Covered(_) => !shown,
            FallbackVerdict::Unknown(_) => true,
        };
        if !right {
            wrong.push(format!("fallback {at}: {verdict:?}, but shown {shown}"));
        }
    }
}
