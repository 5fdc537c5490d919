//! Sets of text: `has v`, `has any of [..]`, `has all of [..]`.
//!
//! Takes a datum and a list that is not empty, gives a truth. A set known to be empty has none of anything: `any` and
//! `all` are no, which is not the unknown of a missing set.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Quantifier;
use crate::value::{Datum, Truth, Value};

/// `s has any of [..]`, `s has all of [..]`; unknown where s is missing.
pub fn has(of: &Datum, quantifier: Quantifier, wanted: &BTreeSet<Arc<str>>) -> Truth {
    match of {
        Datum::Known(Value::Set(held)) => Truth::from(match quantifier {
            Quantifier::Any => wanted.iter().any(|element| held.contains(element)),
            Quantifier::All => wanted.iter().all(|element| held.contains(element)),
        }),
        Datum::Known(
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never,
        )
        | Datum::Missing(_) => Truth::Unknown,
    }
}

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Missing, No, Set, Text, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::HasAny,
            spelling: "s has any of [..]",
            signature: "set of text, a list of texts -> condition",
            doc: "Yes when at least one listed text is in the set; `s has v` is the list of one. Of an empty set it \
                  is no, of a missing one unknown. `has none of` is its negation.",
            examples: &[
                row(Row::Yes, &[Set(&["running", "yoga"]), Text("trail"), Text("running")], Yes),
                row(Row::No, &[Set(&["yoga"]), Text("trail"), Text("running")], No),
                row(Row::Boundary, &[Set(&[]), Text("running")], No),
                row(Row::No, &[Set(&["Running"]), Text("running")], No),
                row(Row::Missing, &[Missing, Text("running")], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::HasAll,
            spelling: "s has all of [..]",
            signature: "set of text, a list of texts -> condition",
            doc: "Yes when every listed text is in the set. The list is not empty, so an empty set says no.",
            examples: &[
                row(Row::Yes, &[Set(&["running", "trail", "yoga"]), Text("trail"), Text("running")], Yes),
                row(Row::No, &[Set(&["running"]), Text("trail"), Text("running")], No),
                row(Row::Boundary, &[Set(&["running", "trail"]), Text("trail"), Text("running")], Yes),
                row(Row::Boundary, &[Set(&[]), Text("running")], No),
                row(Row::Missing, &[Missing, Text("running")], Unknown),
            ],
        },
    ];
}
