//! Numbers of a plan: everything that is compared, as an `i64`.
//!
//! A number, a time, a date, a symbol or a member's place are all one word here. Two values are set apart: [`MISSING`]
//! is missing, and never is [`NEVER_ABOVE`] for numbers and [`NEVER_BELOW`] for times and dates, so that plain signed
//! comparison already puts never where the language puts it. Every number knows its range, so that whoever computes
//! with it knows that 64 bits are enough and no value is taken for one of the three.

use super::guard::GuardId;
use super::layout::Word;

/// The word of a missing value, of any type.
pub const MISSING: i64 = i64::MIN;

/// Never, of a number or a score: above every number.
pub const NEVER_ABOVE: i64 = i64::MAX;

/// Never, of a time or a date: before every instant.
pub const NEVER_BELOW: i64 = i64::MIN + 1;

/// A number of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberId(pub(super) u32);

/// How a number is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Written, or one of the three values set apart.
    Constant(i64),
    /// A word of the record.
    Word(Word),
    /// The same number with more places: times a power of ten.
    Scaled(NumberId, i64),
    /// `a + b`; missing unless both are numbers.
    Sum(NumberId, NumberId),
    /// `a - b`.
    Difference(NumberId, NumberId),
    /// `a * b`.
    Product(NumberId, NumberId),
    /// `a / b`, rounded half to even; missing where b is 0.
    Quotient(Quotient),
    /// The first, or the second where it is missing.
    Else(NumberId, NumberId),
    /// `(v when C)`: v where C is yes, 0 where it is no, else missing. Also an attribute whose declared default is not
    /// counted: the word where the bit says that there is a value of its own, never 0.
    When {
        /// C is yes.
        yes: GuardId,
        /// C is no.
        no: GuardId,
        /// v.
        of: NumberId,
    },
}

/// `left * 10^places / (right * right_factor)`; one of the two is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quotient {
    /// What is divided.
    pub left: NumberId,
    /// What divides.
    pub right: NumberId,
    /// How many decimal places `left` is lengthened by.
    pub places: u8,
    /// `None` where the lengthened left side fits in 64 bits; else the digits follow by long division, so many at a
    /// time, at least 1, which is what a remainder has room for.
    pub step: Option<u8>,
    /// A power of ten.
    pub right_factor: i64,
}

/// What is known of a number before any record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest value, those set apart not counted.
    pub low: i64,
    /// The largest.
    pub high: i64,
    /// Whether it can be missing.
    pub missing: bool,
    /// The value of never, where it can be never.
    pub never: Option<i64>,
}

impl Range {
    /// Of values from `low` to `high` that are always there.
    pub fn known(low: i64, high: i64) -> Self {
        Self { low, high, missing: false, never: None }
    }

    /// Both values and all between.
    pub fn join(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            missing: other.missing,
            never: self.never.or(other.never),
        }
    }
}
