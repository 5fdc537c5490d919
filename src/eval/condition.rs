//! The truth of a condition in a frame, word by word as `ops` defines it.

use super::expression::{datum, undefaulted};
use super::tally;
use crate::frame::Frame;
use crate::model::{AgeBound, Condition, RuleSet};
use crate::ops;
use crate::value::Truth;

/// The truth of a condition.
pub fn condition(rules: &RuleSet, frame: &Frame, condition: &Condition) -> Truth {
    let truth = |part: &Condition| self::condition(rules, frame, part);
    let read = |expression| datum(rules, frame, expression);
    if condition.is_leaf() {
        tally::leaf(condition);
    }
    match condition {
        Condition::And(all) => all.iter().map(truth).fold(Truth::Yes, Truth::and),
        Condition::Or(any) => any.iter().map(truth).fold(Truth::No, Truth::or),
        Condition::Not(inner) => truth(inner).negate(),
        Condition::Segment(segment) => truth(&rules[*segment].condition),
        Condition::Holds(of) => ops::holds(&read(of)),
        Condition::Equal(left, right) => ops::equal(&read(left), &read(right)),
        Condition::OneOf(of, values) => ops::one_of(&read(of), values),
        Condition::Compare(comparison, left, right) => ops::compare(*comparison, &read(left), &read(right)),
        Condition::Between(of, from, to) => ops::between(&read(of), &read(from), &read(to)),
        Condition::Known(of) => ops::known(&undefaulted(rules, frame, of)),
        Condition::Never(of) => ops::never(&read(of)),
        Condition::Has(of, quantifier, elements) => ops::has(&read(of), *quantifier, elements),
        Condition::Age(of, direction, AgeBound::One(comparison, period)) => {
            ops::age(&read(of), *direction, *comparison, *period, frame.now, frame.today)
        }
        Condition::Age(of, direction, AgeBound::Between(from, to)) => {
            ops::age_between(&read(of), *direction, *from, *to, frame.now, frame.today)
        }
    }
}
