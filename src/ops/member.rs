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
