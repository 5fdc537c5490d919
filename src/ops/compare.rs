//! Order: `is at least`, `is at most`, `is more than`, `is less than`, `is before`, `is after`, `is from .. to ..`.
//!
//! Takes two data of one type, gives a truth. Never lies before every instant and date and above every number: it
//! counts the time since, so the longer ago the larger. Two nevers have the same place.

use std::cmp::Ordering;

use super::Comparison;
use crate::value::{Datum, Truth, Value};

impl Comparison {
    /// All four, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::AtLeast, Self::AtMost, Self::MoreThan, Self::LessThan];

    /// Whether the left side, standing `order` to the right one, satisfies the comparison.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::AtLeast => order != Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::MoreThan => order == Ordering::Greater,
            Self::LessThan => order == Ordering::Less,
        }
    }

    /// How authors write it after `is`.
    pub fn word(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::MoreThan => "more than",
            Self::LessThan => "less than",
        }
    }
}

/// Compares two data; unknown where one is missing.
pub fn compare(comparison: Comparison, left: &Datum, right: &Datum) -> Truth {
    let order = left.known().zip(right.known()).and_then(|(left, right)| order(left, right));
    order.map(|order| comparison.holds(order)).into()
}

/// `x is from a to b`, both ends in: at least a and at most b, joined by Kleene's `and`.
pub fn between(of: &Datum, from: &Datum, to: &Datum) -> Truth {
    compare(Comparison::AtLeast, of, from).and(compare(Comparison::AtMost, of, to))
}

/// How two values of one ordered type stand; `None` for values that have no order, which a checked rule never compares.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Member(left), Value::Member(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Never, Value::Never) => Some(Ordering::Equal),
        (Value::Never, Value::Number(_)) | (Value::Time(_) | Value::Date(_), Value::Never) => Some(Ordering::Greater),
        (Value::Number(_), Value::Never) | (Value::Never, Value::Time(_) | Value::Date(_)) => Some(Ordering::Less),
        (
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never,
            _,
        ) => None,
    }
}
