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

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Missing, Never, No, Number, Set, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::Add,
            spelling: "a + b",
            signature: "two numbers -> a number",
            doc: "Exact. Missing when a side is missing or never.",
            examples: &[
                row(Row::Number, &[Number("0.10"), Number("0.20")], Number("0.30")),
                row(Row::Number, &[Number("-5"), Number("3")], Number("-2")),
                row(Row::Boundary, &[Number("9223372036854775806"), Number("1")], Number("9223372036854775807")),
                row(Row::Boundary, &[Number("9223372036854775807"), Number("1")], Missing),
                row(Row::Boundary, &[Never, Number("1")], Missing),
                row(Row::Missing, &[Missing, Number("1")], Missing),
            ],
        },
        OperatorDoc {
            operator: Operator::Subtract,
            spelling: "a - b",
            signature: "two numbers -> a number",
            doc: "Exact. Missing when a side is missing or never.",
            examples: &[
                row(Row::Number, &[Number("0.30"), Number("0.10")], Number("0.20")),
                row(Row::Boundary, &[Number("1"), Number("1")], Number("0")),
                row(Row::Boundary, &[Never, Never], Missing),
                row(Row::Missing, &[Number("1"), Missing], Missing),
            ],
        },
        OperatorDoc {
            operator: Operator::Multiply,
            spelling: "a * b",
            signature: "two numbers -> a number with the places of both",
            doc: "Exact; `90% of x` is 0.90 * x. Missing when a side is missing or never, even beside a zero.",
            examples: &[
                row(Row::Number, &[Number("0.90"), Number("12.5")], Number("11.250")),
                row(Row::Number, &[Number("-3"), Number("4")], Number("-12")),
                row(Row::Boundary, &[Number("3037000500"), Number("3037000500")], Missing),
                row(Row::Boundary, &[Number("0"), Never], Missing),
                row(Row::Missing, &[Number("0"), Missing], Missing),
            ],
        },
        OperatorDoc {
            operator: Operator::Divide,
            spelling: "decimal(n) of (a / b)",
            signature: "two numbers -> a number with n places",
            doc: "Rounded once, a half to the even neighbour. Missing when b is zero, and when a side is missing or \
                  never.",
            examples: &[
                row(Row::Number, &[Number("1"), Number("3")], Number("0.33")),
                row(Row::Number, &[Number("2"), Number("3")], Number("0.67")),
                row(Row::Boundary, &[Number("1"), Number("8")], Number("0.12")),
                row(Row::Boundary, &[Number("3"), Number("8")], Number("0.38")),
                row(Row::Boundary, &[Number("-1"), Number("8")], Number("-0.12")),
                row(Row::Number, &[Number("1.50"), Number("0.5")], Number("3.0")),
                row(Row::Number, &[Number("1.2345"), Number("1")], Number("1")),
                row(Row::Boundary, &[Number("2.5"), Number("1")], Number("2")),
                row(Row::Boundary, &[Number("3.5"), Number("1")], Number("4")),
                row(Row::Boundary, &[Number("1"), Number("0")], Missing),
                row(Row::Boundary, &[Number("1"), Never], Missing),
                row(Row::Missing, &[Missing, Number("1")], Missing),
            ],
        },
        OperatorDoc {
            operator: Operator::Else,
            spelling: "x else v",
            signature: "two of one type -> that type",
            doc: "The value itself, or v where it is missing for whatever reason. Binds tightest.",
            examples: &[
                row(Row::Number, &[Number("3"), Number("5")], Number("3")),
                row(Row::Missing, &[Missing, Number("5")], Number("5")),
                row(Row::Missing, &[Missing, Missing], Missing),
                row(Row::Boundary, &[Never, Number("5")], Never),
                row(Row::Boundary, &[Set(&[]), Set(&["running"])], Set(&[])),
            ],
        },
        OperatorDoc {
            operator: Operator::When,
            spelling: "(v when C)",
            signature: "a number, a condition -> a number",
            doc: "v if the condition is yes, 0 if it is no, missing if it is unknown.",
            examples: &[
                row(Row::Number, &[Number("0.3"), Yes], Number("0.3")),
                row(Row::Number, &[Number("0.3"), No], Number("0")),
                row(Row::Missing, &[Number("0.3"), Unknown], Missing),
                row(Row::Boundary, &[Missing, No], Number("0")),
                row(Row::Missing, &[Missing, Yes], Missing),
            ],
        },
    ];
}
