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

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Date, Member, Missing, Never, No, Number, Time, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::AtLeast,
            spelling: "x is at least v",
            signature: "two of one ordered type -> condition",
            doc: "Yes for v itself and all above. Never stands above every number: it counts the time since.",
            examples: &[
                row(Row::No, &[Number("61.9"), Number("62.0")], No),
                row(Row::Boundary, &[Number("62.0"), Number("62.0")], Yes),
                row(Row::Yes, &[Number("62.1"), Number("62.0")], Yes),
                row(Row::No, &[Member("bronze"), Member("silver")], No),
                row(Row::Boundary, &[Member("silver"), Member("silver")], Yes),
                row(Row::Yes, &[Member("gold"), Member("silver")], Yes),
                row(Row::Boundary, &[Number("-1"), Number("0")], No),
                row(Row::Yes, &[Never, Number("999")], Yes),
                row(Row::Boundary, &[Never, Never], Yes),
                row(Row::Missing, &[Missing, Number("62.0")], Unknown),
                row(Row::Missing, &[Number("62.0"), Missing], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AtMost,
            spelling: "x is at most v",
            signature: "two of one ordered type -> condition",
            doc: "Yes for v itself and all below.",
            examples: &[
                row(Row::Yes, &[Number("61.9"), Number("62.0")], Yes),
                row(Row::Boundary, &[Number("62.0"), Number("62.0")], Yes),
                row(Row::No, &[Number("62.1"), Number("62.0")], No),
                row(Row::Yes, &[Member("bronze"), Member("silver")], Yes),
                row(Row::Boundary, &[Member("silver"), Member("silver")], Yes),
                row(Row::No, &[Member("gold"), Member("silver")], No),
                row(Row::Boundary, &[Number("-1"), Number("0")], Yes),
                row(Row::No, &[Never, Number("999")], No),
                row(Row::Boundary, &[Never, Never], Yes),
                row(Row::Missing, &[Missing, Number("62.0")], Unknown),
                row(Row::Missing, &[Number("62.0"), Missing], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::MoreThan,
            spelling: "x is more than v",
            signature: "two of one ordered type -> condition",
            doc: "Yes above v, no for v itself.",
            examples: &[
                row(Row::No, &[Number("61.9"), Number("62.0")], No),
                row(Row::Boundary, &[Number("62.0"), Number("62.0")], No),
                row(Row::Yes, &[Number("62.1"), Number("62.0")], Yes),
                row(Row::No, &[Member("bronze"), Member("silver")], No),
                row(Row::Boundary, &[Member("silver"), Member("silver")], No),
                row(Row::Yes, &[Member("gold"), Member("silver")], Yes),
                row(Row::Boundary, &[Number("-1"), Number("0")], No),
                row(Row::Yes, &[Never, Number("999")], Yes),
                row(Row::Boundary, &[Never, Never], No),
                row(Row::Missing, &[Missing, Number("62.0")], Unknown),
                row(Row::Missing, &[Number("62.0"), Missing], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::LessThan,
            spelling: "x is less than v",
            signature: "two of one ordered type -> condition",
            doc: "Yes below v, no for v itself.",
            examples: &[
                row(Row::Yes, &[Number("61.9"), Number("62.0")], Yes),
                row(Row::Boundary, &[Number("62.0"), Number("62.0")], No),
                row(Row::No, &[Number("62.1"), Number("62.0")], No),
                row(Row::Yes, &[Member("bronze"), Member("silver")], Yes),
                row(Row::Boundary, &[Member("silver"), Member("silver")], No),
                row(Row::No, &[Member("gold"), Member("silver")], No),
                row(Row::Boundary, &[Number("-1"), Number("0")], Yes),
                row(Row::No, &[Never, Number("999")], No),
                row(Row::Boundary, &[Never, Never], No),
                row(Row::Missing, &[Missing, Number("62.0")], Unknown),
                row(Row::Missing, &[Number("62.0"), Missing], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::Before,
            spelling: "t is before t2",
            signature: "two times or two dates -> condition",
            doc: "Yes when the first lies before the second; at the same instant no. Never lies before every instant \
                  and day.",
            examples: &[
                row(Row::Yes, &[Time("2026-06-15T09:59:59.999999Z"), Time("2026-06-15T10:00Z")], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Time("2026-06-15T10:00Z")], No),
                row(Row::No, &[Time("2026-06-15T10:00:00.000001Z"), Time("2026-06-15T10:00Z")], No),
                row(Row::Yes, &[Date("2026-06-14"), Date("2026-06-15")], Yes),
                row(Row::Boundary, &[Date("2026-06-15"), Date("2026-06-15")], No),
                row(Row::No, &[Date("2026-06-16"), Date("2026-06-15")], No),
                row(Row::Yes, &[Never, Time("0001-01-01T00:00Z")], Yes),
                row(Row::No, &[Date("2026-06-15"), Never], No),
                row(Row::Boundary, &[Never, Never], No),
                row(Row::Missing, &[Missing, Time("2026-06-15T10:00Z")], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::After,
            spelling: "t is after t2",
            signature: "two times or two dates -> condition",
            doc: "Yes when the first lies after the second; at the same instant no.",
            examples: &[
                row(Row::No, &[Time("2026-06-15T09:59:59.999999Z"), Time("2026-06-15T10:00Z")], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Time("2026-06-15T10:00Z")], No),
                row(Row::Yes, &[Time("2026-06-15T10:00:00.000001Z"), Time("2026-06-15T10:00Z")], Yes),
                row(Row::No, &[Date("2026-06-14"), Date("2026-06-15")], No),
                row(Row::Boundary, &[Date("2026-06-15"), Date("2026-06-15")], No),
                row(Row::Yes, &[Date("2026-06-16"), Date("2026-06-15")], Yes),
                row(Row::No, &[Never, Time("0001-01-01T00:00Z")], No),
                row(Row::Yes, &[Date("2026-06-15"), Never], Yes),
                row(Row::Boundary, &[Never, Never], No),
                row(Row::Missing, &[Missing, Time("2026-06-15T10:00Z")], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::Between,
            spelling: "x is from a to b",
            signature: "three of one ordered type -> condition",
            doc: "Yes from the first to the last, both included: at least a and at most b. When one end already says \
                  no, a missing other end does not matter.",
            examples: &[
                row(Row::Yes, &[Number("30"), Number("18"), Number("65")], Yes),
                row(Row::Boundary, &[Number("18"), Number("18"), Number("65")], Yes),
                row(Row::Boundary, &[Number("65"), Number("18"), Number("65")], Yes),
                row(Row::No, &[Number("17"), Number("18"), Number("65")], No),
                row(Row::Boundary, &[Number("66"), Number("18"), Number("65")], No),
                row(Row::Yes, &[Member("silver"), Member("bronze"), Member("silver")], Yes),
                row(Row::No, &[Member("gold"), Member("bronze"), Member("silver")], No),
                row(Row::No, &[Never, Number("18"), Number("65")], No),
                row(Row::Missing, &[Missing, Number("18"), Number("65")], Unknown),
                row(Row::Missing, &[Number("30"), Missing, Number("65")], Unknown),
                row(Row::Boundary, &[Number("70"), Missing, Number("65")], No),
            ],
        },
    ];
}
