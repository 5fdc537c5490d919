//! The operators of the language: one family a file, each with its signature, doc, examples and pure function.
//!
//! These functions are the only thing the reference evaluator and the fast paths share: they are the definitions.

mod age;
mod arithmetic;
mod compare;
mod known;
mod logic;
mod member;
mod operator;
mod register;
mod set;

pub use age::{age, age_between};
pub use arithmetic::{arithmetic, rescale, when};
pub use compare::{between, compare, order};
pub use known::{known, never, or_else};
pub use member::{equal, holds, one_of};
pub use operator::Operator;
pub use register::{Example, Given, OperatorDoc, Row, SAMPLE_LIST, SAMPLE_NOW, Sample, table};
pub use set::has;

use serde::{Deserialize, Serialize};

/// How two ordered things are compared: numbers, members of an ordered list, times, dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// `is at least`.
    AtLeast,
    /// `is at most`.
    AtMost,
    /// `is more than`; for times and dates `is after`.
    MoreThan,
    /// `is less than`; for times and dates `is before`.
    LessThan,
}

/// On which side of now an age is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// `old`: no for the future.
    Old,
    /// `ahead`: no for the past.
    Ahead,
}

/// How many of the listed elements a set must hold. `has none of` is the negation of `Any`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quantifier {
    /// `has v`, `has any of`.
    Any,
    /// `has all of`.
    All,
}

/// Exact arithmetic on numbers. Both operands of a sum have the scale of the result; a product's scale is the sum of
/// its operands' scales; a quotient's scale is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Arithmetic {
    /// `a + b`.
    Add,
    /// `a - b`.
    Subtract,
    /// `a * b`, `90% of x`.
    Multiply,
    /// `decimal(n) of (a / b)`; half-even; missing when b is zero.
    Divide,
}
