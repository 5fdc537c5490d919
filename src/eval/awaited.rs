//! Whether what is not known may yet become known: `if unknown` answers a value that nobody gave or that is too old, and
//! no other (R15). A value that could not be read, is not in its list or lies in the future is a fault of the data, one
//! without consent is closed, and what cannot be computed from known values will not be computed by asking.
//!
//! A condition lacks everything that its unknown parts lack, and an expression everything that is missing in it: the
//! attributes that an explanation names. All of it has to be absent or stale.

use super::condition::condition;
use super::expression::datum;
use crate::frame::Frame;
use crate::model::{Condition, Expression, RuleSet};
use crate::value::{Datum, Missing, Truth};

/// Whether all that an unknown condition lacks is absent or stale.
pub fn is_awaited(rules: &RuleSet, frame: &Frame, part: &Condition) -> bool {
    match part {
        Condition::And(parts) | Condition::Or(parts) => parts
            .iter()
            .filter(|inner| condition(rules, frame, inner) == Truth::Unknown)
            .all(|inner| is_awaited(rules, frame, inner)),
        Condition::Not(inner) => is_awaited(rules, frame, inner),
        Condition::Segment(id) => is_awaited(rules, frame, &rules[*id].condition),
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => all_awaited(rules, frame, &part.operands()),
    }
}

/// Whether all that the missing ones of these lack is absent or stale.
fn all_awaited(rules: &RuleSet, frame: &Frame, of: &[&Expression]) -> bool {
    of.iter().filter(|part| is_missing(rules, frame, part)).all(|part| awaited(rules, frame, part))
}

fn is_missing(rules: &RuleSet, frame: &Frame, of: &Expression) -> bool {
    datum(rules, frame, of).known().is_none()
}

/// Whether all that a missing expression lacks is absent or stale.
fn awaited(rules: &RuleSet, frame: &Frame, of: &Expression) -> bool {
    match of {
        Expression::Attribute(_) | Expression::Gathered(_) => match datum(rules, frame, of) {
            Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => true,
            Datum::Missing(
                Missing::NoConsent
                | Missing::FromTheFuture
                | Missing::Unreadable
                | Missing::NotInList
                | Missing::Computed,
            )
            | Datum::Known(_) => false,
        },
        Expression::Value(id) => awaited(rules, frame, &rules[*id].expression),
        Expression::Rescale(inner, _) => awaited(rules, frame, inner),
        Expression::Arithmetic(_, left, right, _) => {
            // From two known values nothing came: a division by zero, a sum with never.
            let both_known = !is_missing(rules, frame, left) && !is_missing(rules, frame, right);
            !both_known && all_awaited(rules, frame, &[left, right])
        }
        Expression::Else(first, second, _) => all_awaited(rules, frame, &[first, second]),
        Expression::When(inner, when, _) => {
            let undecided = condition(rules, frame, when) == Truth::Unknown;
            all_awaited(rules, frame, &[inner]) && (!undecided || is_awaited(rules, frame, when))
        }
        Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => false,
    }
}
