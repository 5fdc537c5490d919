//! Sameness: a yes-or-no that is yes, `is v`, `is one of [..]`.
//!
//! Takes data of one type, gives a truth. Text is compared exactly (values are in NFC); never equals nothing, not even
//! never: `is never` is the word for it.

use crate::value::{Datum, Truth, Value};

/// A yes-or-no is yes.
pub fn holds(of: &Datum) -> Truth {
    match of {
        Datum::Known(Value::YesNo(yes)) => Truth::from(*yes),
        Datum::Known(
            Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never,
        )
        | Datum::Missing(_) => Truth::Unknown,
    }
}

/// `x is v`; unknown where one side is missing.
pub fn equal(left: &Datum, right: &Datum) -> Truth {
    left.known().zip(right.known()).map(|(left, right)| same(left, right)).into()
}

/// `x is one of [..]`; unknown where x is missing.
pub fn one_of(of: &Datum, values: &[Value]) -> Truth {
    of.known().map(|of| values.iter().any(|value| same(of, value))).into()
}

fn same(left: &Value, right: &Value) -> bool {
    *left != Value::Never && left == right
}

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Date, Member, Missing, Never, No, Number, Text, Time, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::Holds,
            spelling: "x is yes",
            signature: "yes or no -> condition",
            doc: "Yes when the value is yes. A segment's name alone, or an attribute's, says the same.",
            examples: &[
                row(Row::Yes, &[Yes], Yes),
                row(Row::No, &[No], No),
                row(Row::Missing, &[Missing], Unknown),
                row(Row::Boundary, &[No], No),
            ],
        },
        OperatorDoc {
            operator: Operator::Is,
            spelling: "x is v",
            signature: "two of one type -> condition",
            doc: "Yes when both sides are the same. Texts are the same only letter by letter, upper and lower case \
                  apart. Never is not the same as anything, itself included: `is never` asks for it.",
            examples: &[
                row(Row::Yes, &[Text("running"), Text("running")], Yes),
                row(Row::No, &[Text("running"), Text("Running")], No),
                row(Row::Yes, &[Member("silver"), Member("silver")], Yes),
                row(Row::No, &[Member("silver"), Member("gold")], No),
                row(Row::Yes, &[Number("7"), Number("7")], Yes),
                row(Row::Boundary, &[Number("7"), Number("8")], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Time("2026-06-15T10:00:00.000001Z")], No),
                row(Row::Yes, &[Date("2026-06-15"), Date("2026-06-15")], Yes),
                row(Row::No, &[Never, Number("999")], No),
                row(Row::Boundary, &[Never, Never], No),
                row(Row::Missing, &[Missing, Member("silver")], Unknown),
                row(Row::Missing, &[Missing, Missing], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::OneOf,
            spelling: "x is one of [..]",
            signature: "any type but sets, a list of values -> condition",
            doc: "Yes when the value is in the list, which may not be empty. Of something missing it is unknown, and \
                  so is `is not one of`.",
            examples: &[
                row(Row::Yes, &[Member("gold"), Member("silver"), Member("gold")], Yes),
                row(Row::No, &[Member("bronze"), Member("silver"), Member("gold")], No),
                row(Row::Boundary, &[Number("2"), Number("1"), Number("3")], No),
                row(Row::Boundary, &[Number("3"), Number("1"), Number("3")], Yes),
                row(Row::No, &[Never, Number("1")], No),
                row(Row::Missing, &[Missing, Member("silver")], Unknown),
            ],
        },
    ];
}
