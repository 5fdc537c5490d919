//! The ways out of missing: `is known`, `is never`, `x else v`.

use crate::value::{Datum, Truth, Value};

/// `x is known`: never unknown itself. Never is known.
pub fn known(of: &Datum) -> Truth {
    Truth::from(of.known().is_some())
}

/// `x is never`; unknown where x is missing.
pub fn never(of: &Datum) -> Truth {
    of.known().map(|value| *value == Value::Never).into()
}

/// `x else v`: v where x is missing, for whatever reason.
pub fn or_else(of: Datum, other: impl FnOnce() -> Datum) -> Datum {
    match of {
        Datum::Known(_) => of,
        Datum::Missing(_) => other(),
    }
}

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Missing, Never, No, Number, Set, Time, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::Known,
            spelling: "x is known",
            signature: "any type -> condition",
            doc: "Yes when there is a value, no when it is missing for whatever reason; never unknown. Never is \
                  known, and so is an empty set. A declared default does not make an attribute known.",
            examples: &[
                row(Row::Yes, &[Number("0")], Yes),
                row(Row::Yes, &[Set(&[])], Yes),
                row(Row::Boundary, &[Never], Yes),
                row(Row::Missing, &[Missing], No),
                row(Row::No, &[Missing], No),
            ],
        },
        OperatorDoc {
            operator: Operator::Never,
            spelling: "x is never",
            signature: "a number, a time or a date -> condition",
            doc: "Yes when the value says that it never happened, no for every other value.",
            examples: &[
                row(Row::Yes, &[Never], Yes),
                row(Row::No, &[Number("999")], No),
                row(Row::Boundary, &[Time("0001-01-01T00:00Z")], No),
                row(Row::Missing, &[Missing], Unknown),
            ],
        },
    ];
}
