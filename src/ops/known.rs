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
