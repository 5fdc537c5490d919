//! What was seen of each operator, by each engine: yes, no, something missing, a boundary.
//!
//! Both engines are asked by probes, which only decide; what they answer is counted, each for itself. A boundary is a
//! frame in which the value equals the predicate's constant; for operators without a constant it is the case that is
//! easily got wrong, named in [`boundary`].
//!
//! Beside the operators: for which reason something was missing where a rule names what stands in `if unknown`, and
//! whether that was tried (R15).

#![expect(clippy::wildcard_enum_match_arm, reason = "a boundary is a few cases out of many")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cater::eval;
use cater::frame::{Decision, Frame, Outcome};
use cater::model::{AgeBound, AttributeId, Clause, Condition, Expression, Gathered, RuleSet};
use cater::ops::{Direction, Operator, Quantifier, order};
use cater::value::{Datum, Instant, Missing, Truth, Type, Value};

use super::frames::REASONS;
use super::generate::Probe;

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    Reference,
    Machine,
}

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    Yes,
    No,
    Missing,
    Boundary,
}

/// How often each was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    operators: BTreeMap<(&'static str, Engine, Seen), u64>,
    /// For which reason, and whether what stands in was tried.
    reasons: BTreeMap<(Missing, bool), u64>,
}

/// What is gathered, by kind: it is no operator, and is counted like one.
const GATHERED: [&str; 5] = ["times", "last", "sum-of", "times-halving", "halving-since"];

fn gathered_kind(gathered: &Gathered) -> &'static str {
    let [times, last, sum, decayed, halved] = GATHERED;
    match gathered {
        Gathered::Times(..) => times,
        Gathered::Last(_) => last,
        Gathered::Sum(..) => sum,
        Gathered::Decayed(_) => decayed,
        Gathered::Halved { .. } => halved,
    }
}

impl Counts {
    /// Counts one answer of one engine to a probe.
    pub(crate) fn probe(&mut self, rules: &RuleSet, frame: &Frame, probe: &Probe, engine: Engine, answer: &Decision) {
        let truth = match answer.outcome {
            Outcome::Shows(offer) if offer == probe.yes => Truth::Yes,
            Outcome::Shows(offer) if offer == probe.no => Truth::No,
            Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Holds { .. } | Outcome::Nothing => Truth::Unknown,
        };
        let mut names = vec![probe.operator.name()];
        let mut gaps = Vec::new();
        for id in rules.gathered_by(&probe.condition) {
            names.push(gathered_kind(&rules[id]));
            gaps.extend(frame.gathered(id).known().is_none().then(|| gathered_kind(&rules[id])));
        }
        for name in gaps {
            *self.operators.entry((name, engine, Seen::Missing)).or_default() += 1;
        }
        let mut seen = |seen| {
            for name in &names {
                let own = *name == probe.operator.name();
                if own || seen != Seen::Missing {
                    *self.operators.entry((name, engine, seen)).or_default() += 1;
                }
            }
        };
        match truth {
            Truth::Yes => seen(Seen::Yes),
            Truth::No => seen(Seen::No),
            Truth::Unknown => {}
        }
        if has_gap(rules, frame, &probe.condition) {
            seen(Seen::Missing);
        }
        if boundary(rules, frame, &probe.condition) {
            seen(Seen::Boundary);
        }
    }

    /// Counts why the `when` of rules with an `if unknown` are unknown where nothing else is against them.
    pub(crate) fn reasons(&mut self, rules: &RuleSet, frame: &Frame) {
        let truth = |clause: &Clause| eval::condition(rules, frame, &clause.condition);
        for rule in rules.rules.iter().filter(|rule| rule.if_unknown.is_some()) {
            let unknown = rule.when.iter().filter(|clause| truth(clause) == Truth::Unknown);
            let unknown: Vec<&Condition> = unknown.map(|clause| &clause.condition).collect();
            let against = rule.when.iter().any(|clause| truth(clause) == Truth::No)
                || rule.unless.iter().any(|clause| truth(clause) != Truth::No);
            if unknown.is_empty() || against {
                continue;
            }
            let taken = unknown.iter().all(|condition| eval::is_awaited(rules, frame, condition));
            let read: BTreeSet<_> = unknown.iter().flat_map(|condition| rules.read_by(condition)).collect();
            let missing = |id: &AttributeId| match eval::expression(rules, frame, &Expression::Attribute(*id)) {
                Datum::Missing(reason) => Some(reason),
                Datum::Known(_) => None,
            };
            let reasons: BTreeSet<Missing> = read.iter().filter_map(missing).collect();
            // What is known and cannot be computed has no attribute that is missing.
            let alone = reasons.first().copied().unwrap_or(Missing::Computed);
            if reasons.len() <= 1 {
                *self.reasons.entry((alone, taken)).or_default() += 1;
            }
        }
    }

    /// What was never seen.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for name in Operator::ALL.iter().map(|operator| operator.name()).chain(GATHERED) {
            for engine in [Engine::Reference, Engine::Machine] {
                for seen in [Seen::Yes, Seen::No, Seen::Missing, Seen::Boundary] {
                    if !self.operators.contains_key(&(name, engine, seen)) {
                        gaps.push(format!("{name} by {engine:?}: {seen:?}"));
                    }
                }
            }
        }
        for reason in REASONS {
            let answered = matches!(reason, Missing::Absent | Missing::Stale | Missing::Unstamped);
            if !self.reasons.contains_key(&(reason, answered)) {
                gaps.push(format!("`if unknown` where something is {}", reason.word()));
            }
        }
        gaps
    }

    /// Every count, a line each: for people.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{:<20} {:>27}   {:>27}\n", "", "reference", "machine code");
        let _ = writeln!(text, "{:<20}{}", "", "     yes      no missing  equal  ".repeat(2));
        for name in Operator::ALL.iter().map(|operator| operator.name()).chain(GATHERED) {
            let _ = write!(text, "{name:<20}");
            for engine in [Engine::Reference, Engine::Machine] {
                for seen in [Seen::Yes, Seen::No, Seen::Missing, Seen::Boundary] {
                    let count = self.operators.get(&(name, engine, seen)).copied().unwrap_or(0);
                    let _ = write!(text, " {count:>7}");
                }
                text.push_str("  ");
            }
            text.push('\n');
        }
        for ((reason, taken), count) in &self.reasons {
            let taken = if *taken { "answered" } else { "not answered" };
            let _ = writeln!(text, "if unknown, {}: {taken} {count} times", reason.word());
        }
        text
    }

    /// The smallest count and whose it is.
    pub(crate) fn least(&self) -> Option<(String, u64)> {
        let least = self.operators.iter().min_by_key(|(_, count)| **count)?;
        let ((name, engine, seen), count) = least;
        Some((format!("{name} by {engine:?}: {seen:?}"), *count))
    }
}

/// Whether something that the condition looks at is missing or unknown.
fn has_gap(rules: &RuleSet, frame: &Frame, condition: &Condition) -> bool {
    let unknown = |part: &Condition| eval::condition(rules, frame, part) == Truth::Unknown;
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(unknown),
        Condition::Not(inner) => unknown(inner),
        Condition::Segment(id) => has_gap(rules, frame, &rules[*id].condition),
        Condition::Known(_) => eval::condition(rules, frame, condition) == Truth::No,
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => {
            let gap = |operand: &&Expression| eval::expression(rules, frame, operand).known().is_none();
            condition.operands().iter().any(gap)
                || condition.operands().iter().any(|operand| inner_gap(rules, frame, operand))
        }
    }
}

/// Whether `else` had to help.
fn inner_gap(rules: &RuleSet, frame: &Frame, of: &Expression) -> bool {
    match of {
        Expression::Else(first, _, _) => eval::expression(rules, frame, first).known().is_none(),
        _ => false,
    }
}

/// Whether the frame lies on the condition's boundary.
fn boundary(rules: &RuleSet, frame: &Frame, condition: &Condition) -> bool {
    let value = |of: &Expression| eval::expression(rules, frame, of);
    let same = |left: &Datum, right: &Datum| match (left.known(), right.known()) {
        (Some(left), Some(right)) => {
            left == right && *left != Value::Never || order(left, right).is_some_and(|order| order.is_eq())
        }
        _ => false,
    };
    let truths = |parts: &[Condition]| parts.iter().map(|part| eval::condition(rules, frame, part)).collect::<Vec<_>>();
    match condition {
        // One part decides although another is unknown.
        Condition::And(parts) => {
            let truths = truths(parts);
            truths.contains(&Truth::No) && truths.contains(&Truth::Unknown)
        }
        Condition::Or(parts) => {
            let truths = truths(parts);
            truths.contains(&Truth::Yes) && truths.contains(&Truth::Unknown)
        }
        // Of unknown nothing else can be made.
        Condition::Not(inner) => {
            eval::condition(rules, frame, inner) == Truth::Unknown || boundary(rules, frame, inner)
        }
        Condition::Segment(id) => boundary(rules, frame, &rules[*id].condition),
        Condition::Equal(left, right) | Condition::Compare(_, left, right) => same(&value(left), &value(right)),
        Condition::OneOf(of, values) => values.iter().any(|one| same(&value(of), &Datum::Known(one.clone()))),
        Condition::Between(of, from, to) => same(&value(of), &value(from)) || same(&value(of), &value(to)),
        // A default stands in; for `is known` it does not count.
        Condition::Holds(of) | Condition::Known(of) => {
            assumed(rules, frame, of) || value(of) == Datum::Known(Value::Never)
        }
        // The value next to never.
        Condition::Never(of) => match value(of) {
            Datum::Known(Value::Number(mantissa)) => match rules.type_of(of) {
                Type::Number(number) => mantissa == number.max,
                _ => false,
            },
            Datum::Known(Value::Time(at)) => at == Instant::MIN,
            _ => false,
        },
        // One wanted element more or less would change the answer.
        Condition::Has(of, quantifier, wanted) => match value(of) {
            Datum::Known(Value::Set(held)) => {
                let found = wanted.iter().filter(|element| held.contains(*element)).count();
                match quantifier {
                    Quantifier::Any => found == 1,
                    Quantifier::All => found + 1 == wanted.len() || held == *wanted,
                }
            }
            _ => false,
        },
        Condition::Age(of, direction, bound) => {
            let periods = match bound {
                AgeBound::One(_, period) => vec![*period],
                AgeBound::Between(from, to) => vec![*from, *to],
            };
            periods.into_iter().any(|period| match (value(of), direction) {
                (Datum::Known(Value::Time(at)), Direction::Old) => at == frame.now.minus(period),
                (Datum::Known(Value::Time(at)), Direction::Ahead) => at == frame.now.plus(period),
                (Datum::Known(Value::Date(day)), Direction::Old) => day == frame.today.minus(period),
                (Datum::Known(Value::Date(day)), Direction::Ahead) => day == frame.today.plus(period),
                _ => false,
            })
        }
    }
}

/// Whether a declared default, or the other side of an `else`, stands in.
fn assumed(rules: &RuleSet, frame: &Frame, of: &Expression) -> bool {
    match of {
        Expression::Attribute(id) => {
            frame.attribute(*id).known().is_none() && eval::expression(rules, frame, of).known().is_some()
        }
        Expression::Else(first, _, _) => eval::expression(rules, frame, first).known().is_none(),
        Expression::Value(id) => assumed(rules, frame, &rules[*id].expression),
        _ => false,
    }
}
