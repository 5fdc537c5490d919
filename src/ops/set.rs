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
