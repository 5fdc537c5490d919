//! A condition as points: `and`, `or` and `not` as lists below one another, which no reader can group in two ways, and
//! every comparison as a phrase that follows "that".

use super::times::{End, day, day_and_clocks};
use super::{Point, amounts};
use crate::model::show::{show_bound, show_list, show_texts};
use crate::model::{Condition, Expression, RuleSet};
use crate::ops::{Comparison, Direction, Quantifier};
use crate::value::Type;

/// The points of a clause: those of an `and` at its head stand side by side.
pub(super) fn point(rules: &RuleSet, condition: &Condition) -> Point {
    let parts = |parts: &[Condition]| parts.iter().map(|part| point(rules, part)).collect();
    match condition {
        Condition::And(all) => Point::of("all of this holds:", parts(all)),
        Condition::Or(any) => Point::of("at least one of these holds:", parts(any)),
        Condition::Not(inner) => negated(rules, inner),
        Condition::Segment(_)
        | Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => Point::leaf(phrase(rules, condition)),
    }
}

/// What the language negates with a word of its own has a phrase of its own; everything else is "not so that".
fn negated(rules: &RuleSet, inner: &Condition) -> Point {
    let operand = |of: &Expression| amounts::said(rules, of);
    match inner {
        Condition::And(_) | Condition::Or(_) | Condition::Not(_) => {
            Point::of("this does not hold:", vec![point(rules, inner)])
        }
        Condition::Segment(id) => Point::leaf(format!("they do not count as `{}`", rules[*id].name)),
        Condition::Holds(of) => Point::leaf(format!("{} is no", operand(of))),
        Condition::Equal(left, right) => {
            Point::leaf(format!("{} is something other than {}", operand(left), operand(right)))
        }
        Condition::OneOf(of, values) => {
            Point::leaf(format!("{} is none of {}", operand(of), show_list(rules, of, values)))
        }
        Condition::Known(of) => Point::leaf(format!("{} has no value", operand(of))),
        Condition::Never(of) => Point::leaf(format!("{} is not never", operand(of))),
        Condition::Has(of, Quantifier::Any, elements) => {
            Point::leaf(format!("{} contains none of {}", operand(of), show_texts(elements)))
        }
        // The day itself is in.
        Condition::Compare(comparison @ (Comparison::LessThan | Comparison::MoreThan), left, right)
            if matches!(rules.type_of(left), Type::Time | Type::Date) =>
        {
            let on = if rules.type_of(left) == Type::Date { "on" } else { "at" };
            let (side, end) =
                if *comparison == Comparison::LessThan { ("after", End::First) } else { ("before", End::Last) };
            Point::leaf(match day_and_clocks(rules, right, end) {
                Some(day) => format!("{} is on or {side} {day}", operand(left)),
                None => format!("{} is {on} or {side} {}", operand(left), operand(right)),
            })
        }
        Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Has(_, Quantifier::All, _)
        | Condition::Age(..) => Point::leaf(format!("it is not so that {}", phrase(rules, inner))),
    }
}

/// A single predicate: `` `age` is at least 18 ``.
fn phrase(rules: &RuleSet, condition: &Condition) -> String {
    let operand = |of: &Expression| amounts::said(rules, of);
    match condition {
        Condition::Segment(id) => format!("they count as `{}`", rules[*id].name),
        Condition::Holds(of) => format!("{} is yes", operand(of)),
        Condition::Equal(left, right) => amounts::counted(rules, None, left, right)
            .unwrap_or_else(|| format!("{} is {}", operand(left), operand(right))),
        Condition::OneOf(of, values) => format!("{} is one of {}", operand(of), show_list(rules, of, values)),
        Condition::Compare(comparison, left, right) => {
            if let Some(counted) = amounts::counted(rules, Some(*comparison), left, right) {
                return counted;
            }
            let timed = matches!(rules.type_of(left), Type::Time | Type::Date);
            let word = match comparison {
                Comparison::MoreThan if timed => "later than",
                Comparison::LessThan if timed => "earlier than",
                Comparison::AtLeast if timed => "not earlier than",
                Comparison::AtMost if timed => "not later than",
                Comparison::MoreThan | Comparison::LessThan | Comparison::AtLeast | Comparison::AtMost => {
                    comparison.word()
                }
            };
            let end = match comparison {
                Comparison::MoreThan | Comparison::AtMost => End::Last,
                Comparison::LessThan | Comparison::AtLeast => End::First,
            };
            let right = day_and_clocks(rules, right, end).unwrap_or_else(|| operand(right));
            format!("{} is {word} {right}", operand(left))
        }
        Condition::Between(of, from, to) => {
            match (day(rules, from, End::First), day_and_clocks(rules, to, End::Last)) {
                (Some(from), Some(to)) => format!("{} is from {from} to {to}, both days included", operand(of)),
                (_, _) => format!("{} is from {} to {}, both included", operand(of), operand(from), operand(to)),
            }
        }
        Condition::Known(of) => format!("{} has a value", operand(of)),
        Condition::Never(of) => amounts::never(rules, of).unwrap_or_else(|| format!("{} is never", operand(of))),
        Condition::Has(of, Quantifier::Any, elements) => {
            format!("{} contains at least one of {}", operand(of), show_texts(elements))
        }
        Condition::Has(of, Quantifier::All, elements) => {
            format!("{} contains all of {}", operand(of), show_texts(elements))
        }
        Condition::Age(of, direction, bound) => {
            let side = match direction {
                Direction::Old => "ago",
                Direction::Ahead => "ahead",
            };
            format!("{} lies {} {side}", operand(of), show_bound(*bound))
        }
        Condition::And(_) | Condition::Or(_) | Condition::Not(_) => inline(rules, condition),
    }
}

/// A condition within a phrase: every part of several in parentheses.
pub(super) fn inline(rules: &RuleSet, condition: &Condition) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| format!("({})", inline(rules, part))).collect();
        parts.join(word)
    };
    match condition {
        Condition::And(all) => joined(all, " and "),
        Condition::Or(any) => joined(any, " or "),
        Condition::Not(inner) if is_made_of_parts(inner) => format!("it is not so that ({})", inline(rules, inner)),
        Condition::Not(_)
        | Condition::Segment(_)
        | Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => point(rules, condition).text,
    }
}

fn is_made_of_parts(condition: &Condition) -> bool {
    matches!(condition, Condition::And(_) | Condition::Or(_) | Condition::Not(_))
}
