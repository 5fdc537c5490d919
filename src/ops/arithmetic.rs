//! Exact numbers: `a + b`, `a - b`, `a * b`, `90% of x`, `decimal(2) of (a / b)`, `(v when C)`.
//!
//! Takes mantissas and their scales, computes in 128 bits, gives a mantissa at the named scale. What is missing, never,
//! divided by zero or too large for 64 bits is missing; the checker has made sure that the last cannot happen.

use super::Arithmetic;
use crate::value::{Datum, Missing, Truth, Value, divide_half_even, pow10, rescale as rescaled};

impl Arithmetic {
    /// All four, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::Add, Self::Subtract, Self::Multiply, Self::Divide];

    /// The sign authors write.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// `left op right` at `scale`; the operands come with their own scales. Only division rounds, half to even.
pub fn arithmetic(op: Arithmetic, left: (&Datum, u8), right: (&Datum, u8), scale: u8) -> Datum {
    let (Some(a), Some(b)) = (mantissa(left.0), mantissa(right.0)) else {
        return Datum::Missing(Missing::Computed);
    };
    let exact = match op {
        Arithmetic::Add => rescaled(a, left.1, scale).checked_add(rescaled(b, right.1, scale)),
        Arithmetic::Subtract => rescaled(a, left.1, scale).checked_sub(rescaled(b, right.1, scale)),
        Arithmetic::Multiply => Some(rescaled(a * b, left.1 + right.1, scale)),
        Arithmetic::Divide if b == 0 => None,
        // The quotient of the mantissas has the scale `left - right`; one side is lengthened so that it has `scale`.
        Arithmetic::Divide if scale + right.1 >= left.1 => {
            a.checked_mul(pow10(scale + right.1 - left.1)).map(|a| divide_half_even(a, b))
        }
        Arithmetic::Divide => Some(divide_half_even(a, b * pow10(left.1 - scale - right.1))),
    };
    narrow(exact)
}

/// The same number at another scale; places are only ever added by the checker. A missing number keeps its reason.
pub fn rescale(of: Datum, from: u8, to: u8) -> Datum {
    match mantissa(&of) {
        Some(number) => narrow(Some(rescaled(number, from, to))),
        None => of,
    }
}

/// `(v when C)`: v if yes, 0 if no, missing if unknown.
pub fn when(of: Datum, condition: Truth) -> Datum {
    match condition {
        Truth::Yes => of,
        Truth::No => Datum::Known(Value::Number(0)),
        Truth::Unknown => Datum::Missing(Missing::Computed),
    }
}

fn mantissa(of: &Datum) -> Option<i128> {
    match of {
        Datum::Known(Value::Number(number)) => Some(i128::from(*number)),
        Datum::Known(
            Value::YesNo(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never,
        )
        | Datum::Missing(_) => None,
    }
}

fn narrow(exact: Option<i128>) -> Datum {
    match exact.and_then(|exact| i64::try_from(exact).ok()) {
        Some(number) => Datum::Known(Value::Number(number)),
        None => Datum::Missing(Missing::Computed),
    }
}
