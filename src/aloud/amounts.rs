//! Numbers, times and everything else that a condition compares or a score is made of: sums and products, stand-ins, counts
//! of events, what fades.
//!
//! A part that is itself made of several stands in parentheses, so that no reader can group it in two ways; only a row of
//! `plus` and `minus`, or of `times`, is read from left to right without them. A written number is said with all its places.

use super::caps::{Tense, is_active, target, verb};
use super::predicate;
use crate::model::show::show_expression;
use crate::model::{
    CapTarget, Event, EventTarget, Expression, Gathered, Increment, Lookback, Occurrence, Operand, RuleSet,
};
use crate::ops::{Arithmetic, Comparison};
use crate::value::{SCORE, Value, show_instant, show_number};

/// How the words of an expression hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One thing, or in parentheses of its own.
    One,
    /// `a plus b`
    Sum,
    /// `a times b`
    Product,
    /// Anything else that ends where its sentence ends.
    Open,
}

/// An expression where nothing stands beside it that could be taken for a part of it.
pub(super) fn said(rules: &RuleSet, of: &Expression) -> String {
    shaped(rules, of).0
}

/// An expression within another: in parentheses unless it is one thing, or of the shape that `also` allows.
fn part(rules: &RuleSet, of: &Expression, also: Shape) -> String {
    match shaped(rules, of) {
        (text, shape) if shape == Shape::One || shape == also => text,
        (text, _) => format!("({text})"),
    }
}

fn shaped(rules: &RuleSet, of: &Expression) -> (String, Shape) {
    let one = |of: &Expression| part(rules, of, Shape::One);
    match of {
        Expression::Rescale(inner, _) => shaped(rules, inner),
        Expression::Literal(..) | Expression::Now => (show_expression(rules, of), Shape::One),
        Expression::Attribute(_) | Expression::Value(_) | Expression::Consent(_) | Expression::Permission(_) => {
            (format!("`{}`", show_expression(rules, of)), Shape::One)
        }
        Expression::Gathered(id) => (gathered(rules, &rules[*id]), Shape::Open),
        Expression::Arithmetic(op, left, right, number) => match op {
            Arithmetic::Add => (format!("{} plus {}", part(rules, left, Shape::Sum), one(right)), Shape::Sum),
            Arithmetic::Subtract => (format!("{} minus {}", part(rules, left, Shape::Sum), one(right)), Shape::Sum),
            Arithmetic::Multiply => product(rules, left, right),
            Arithmetic::Divide => {
                (format!("({} divided by {}, to {} places)", one(left), one(right), number.scale), Shape::One)
            }
        },
        Expression::Else(of, other, _) => {
            let mut all = vec![&**other];
            let mut first = &**of;
            loop {
                match first {
                    Expression::Rescale(inner, _) => first = inner,
                    Expression::Else(of, other, _) => {
                        all.push(other);
                        first = of;
                    }
                    Expression::Literal(..)
                    | Expression::Attribute(_)
                    | Expression::Value(_)
                    | Expression::Gathered(_)
                    | Expression::Consent(_)
                    | Expression::Permission(_)
                    | Expression::Now
                    | Expression::Arithmetic(..)
                    | Expression::When(..) => break,
                }
            }
            all.push(first);
            let all: Vec<String> = all.into_iter().rev().map(one).collect();
            match all.as_slice() {
                [of, other] => (format!("{of} (or {other} where it has no value)"), Shape::One),
                [most @ .., last] => {
                    (format!("the first of {} and {last} that has a value", most.join(", ")), Shape::Open)
                }
                [] => (String::new(), Shape::One),
            }
        }
        Expression::When(of, condition, _) => {
            (format!("({} if {}, 0 if not)", one(of), predicate::inline(rules, condition)), Shape::One)
        }
    }
}

/// `90% of x` where the first is a written share, `twice x` where it is 2.
fn product(rules: &RuleSet, left: &Expression, right: &Expression) -> (String, Shape) {
    let of = part(rules, right, Shape::One);
    match written(left) {
        Some((2, 0)) => (format!("twice {of}"), Shape::Open),
        Some((mantissa, scale)) if mantissa > 0 && scale > 0 && mantissa < 10_i64.pow(scale) => {
            let percent = if scale == 1 { (mantissa * 10).to_string() } else { plain(mantissa, scale - 2) };
            (format!("{percent}% of {of}"), Shape::Open)
        }
        Some(_) | None => (format!("{} times {of}", part(rules, left, Shape::Product)), Shape::Product),
    }
}

/// A written number: mantissa and places, without those that say nothing.
fn written(of: &Expression) -> Option<(i64, u32)> {
    let (value, ty) = of.as_literal()?;
    let (Value::Number(mantissa), Some(number)) = (value, ty.number()) else { return None };
    let (mut mantissa, mut scale) = (*mantissa, u32::from(number.scale));
    while scale > 0 && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    Some((mantissa, scale))
}

fn plain(mantissa: i64, scale: u32) -> String {
    let number = show_number(mantissa, u8::try_from(scale).unwrap_or(u8::MAX));
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number,
    }
}

/// What events add up to: `how often `sale` was shown in the last 7 days`.
fn gathered(rules: &RuleSet, of: &Gathered) -> String {
    match of {
        Gathered::Times(of, window) => format!("how often {} {}", happened(rules, *of, ""), over(*window)),
        Gathered::Last(of) => format!("the last time that {}", happened(rules, *of, "")),
        Gathered::Sum(of, field, window) => {
            format!("the sum of {} {}", field_of_each(rules, *of, *field, "every"), over(*window))
        }
        Gathered::Decayed(terms) => {
            let terms: Vec<String> = terms
                .iter()
                .map(|term| {
                    let each = match term.each {
                        Increment::Points(points) => {
                            let points = plain(points, u32::from(SCORE.scale));
                            format!("{points} for each time that {}", happened(rules, term.of, ""))
                        }
                        Increment::Field(field) => field_of_each(rules, term.of, field, "each"),
                    };
                    format!("{each} (halving every {})", term.half_life)
                })
                .collect();
            format!("the sum of {}", terms.join(" and "))
        }
        Gathered::Halved { of, half_life, since } => {
            let operand = |operand: &Operand| match operand {
                Operand::Attribute(id) => format!("`{}`", rules[*id].name),
                Operand::Gathered(id) => format!("({})", gathered(rules, &rules[*id])),
                Operand::Number(mantissa, scale) => plain(*mantissa, u32::from(*scale)),
                Operand::Time(at) => show_instant(*at),
            };
            format!("what is left of {} (halving every {half_life} since {})", operand(of), operand(since))
        }
    }
}

/// `` the `amount` of every `purchase` ``
fn field_of_each(rules: &RuleSet, of: Occurrence, field: u32, every: &str) -> String {
    let event = &rules[of.event];
    let field = event.fields.get(field as usize).map_or_else(|| field.to_string(), |field| field.name.clone());
    let led = of.of.map(|of| format!(" to which {} led", target(rules, &one_target(of)))).unwrap_or_default();
    format!("the `{field}` of {every} `{}`{led}", event.name)
}

/// `` `sale` was shown ``, `` `purchase` happened ``, `` `sale` led to `purchase` ``; `adverb` stands before the verb.
fn happened(rules: &RuleSet, of: Occurrence, adverb: &str) -> String {
    let is_declared = of.event.index() >= Event::BUILT_IN.len();
    match of.of {
        None if is_declared => format!("`{}` {adverb}happened", rules[of.event].name),
        of_target => {
            let subject = target(rules, &of_target.map_or(CapTarget::Anything, one_target));
            match is_declared || is_active(rules, of.event) {
                true => format!("{subject} {adverb}{}", verb(rules, of.event, Tense::Was)),
                false => format!("{subject} was {adverb}{}", rules[of.event].name),
            }
        }
    }
}

fn one_target(of: EventTarget) -> CapTarget {
    match of {
        EventTarget::Offer(id) => CapTarget::Offers(vec![id]),
        EventTarget::Tag(id) => CapTarget::Tags(vec![id]),
        EventTarget::Class(class) => CapTarget::Classes(vec![class]),
        EventTarget::Rule(id) => CapTarget::Rules(vec![id]),
        EventTarget::Channel(id) => CapTarget::Channels(vec![id]),
    }
}

fn over(window: Lookback) -> String {
    match window {
        Lookback::Last(period) => format!("in the last {period}"),
        Lookback::Ever => "so far".to_owned(),
    }
}

/// A comparison of a count with a written number, as people say it: `` `sale` was shown at least 3 times in the last 7
/// days ``. Without a comparison it is exactly so many.
pub(super) fn counted(
    rules: &RuleSet,
    comparison: Option<Comparison>,
    left: &Expression,
    right: &Expression,
) -> Option<String> {
    let Gathered::Times(of, window) = gathered_by(rules, left)? else { return None };
    let (number, 0) = written(literal(right))? else { return None };
    let number = match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        number => format!("{number} times"),
    };
    let how = comparison.map_or("exactly", Comparison::word);
    Some(format!("{} {how} {number} {}", happened(rules, *of, ""), over(*window)))
}

/// `` `sale` was never shown ``: the last time of something is never.
pub(super) fn never(rules: &RuleSet, of: &Expression) -> Option<String> {
    match gathered_by(rules, of)? {
        Gathered::Last(of) => Some(happened(rules, *of, "never ")),
        Gathered::Times(..) | Gathered::Sum(..) | Gathered::Decayed(_) | Gathered::Halved { .. } => None,
    }
}

/// What is left of an expression without the places it was given.
fn literal(of: &Expression) -> &Expression {
    if let Expression::Rescale(inner, _) = of { literal(inner) } else { of }
}

fn gathered_by<'r>(rules: &'r RuleSet, of: &Expression) -> Option<&'r Gathered> {
    if let Expression::Gathered(id) = literal(of) { Some(&rules[*id]) } else { None }
}
