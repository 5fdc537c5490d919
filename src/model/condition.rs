//! Conditions and expressions, typed and desugared.
//!
//! `is not v`, `is not one of`, `has none of`, `x is no` are negations: Kleene's `not` leaves unknown unknown, which is
//! just what those words mean. Operands of a comparison have one type; numbers have one scale: the checker inserts
//! [`Expression::Rescale`], which only ever adds places, so no rounding hides in a comparison.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AttributeId, ChannelId, GatheredId, PurposeId, SegmentId, ValueId};
use crate::ops::{Arithmetic, Comparison, Direction, Quantifier};
use crate::value::{NumberType, Period, Type, Value};

/// Something that is yes, no or unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// All; at least two.
    And(Vec<Condition>),
    /// Any; at least two.
    Or(Vec<Condition>),
    /// Not.
    Not(Box<Condition>),
    /// A named condition.
    Segment(SegmentId),
    /// A yes-or-no expression is yes.
    Holds(Expression),
    /// `x is v` for anything but yes-or-no and sets; one type on both sides.
    Equal(Expression, Expression),
    /// `x is one of [..]`: values of x's type, not empty.
    OneOf(Expression, Vec<Value>),
    /// `x is at least y` and the like.
    Compare(Comparison, Expression, Expression),
    /// `x is from a to b`, both ends in.
    Between(Expression, Expression, Expression),
    /// `x is known`; an attribute's declared default does not make it known (R5).
    Known(Expression),
    /// `x is never`.
    Never(Expression),
    /// `s has any of [..]`: elements in NFC, not empty.
    Has(Expression, Quantifier, BTreeSet<Arc<str>>),
    /// `t is more than 60 days old`; of a time or a date.
    Age(Expression, Direction, AgeBound),
}

/// The bound of an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AgeBound {
    /// One bound.
    One(Comparison, Period),
    /// `from .. to ..`, both ends in.
    Between(Period, Period),
}

/// Something that has a value or is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expression {
    /// A written value with its type; a number's range is the number itself.
    Literal(Value, Type),
    /// An attribute, read with its declared default.
    Attribute(AttributeId),
    /// A declared value.
    Value(ValueId),
    /// What events add up to, or what is left of a number: worked out while the frame is gathered.
    Gathered(GatheredId),
    /// `consent.P` as it reads in a condition (R23): one of the built-in list, never missing.
    Consent(PurposeId),
    /// `permission.X` of the device (R23): one of the built-in list, never missing.
    Permission(ChannelId),
    /// The decision's instant.
    Now,
    /// The same number with more places.
    Rescale(Box<Expression>, NumberType),
    /// `a + b` and the like, with the result's scale and range.
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>, NumberType),
    /// `x else v`: v where x is missing; the type holds both.
    Else(Box<Expression>, Box<Expression>, Type),
    /// `(v when C)`: v if yes, 0 if no, missing if unknown.
    When(Box<Expression>, Box<Condition>, NumberType),
}

impl Condition {
    /// Calls `f` on this condition and all below it, but not into segments.
    pub fn each(&self, f: &mut impl FnMut(&Self)) {
        f(self);
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|part| part.each(f)),
            Self::Not(inner) => inner.each(f),
            Self::Segment(_)
            | Self::Holds(_)
            | Self::Equal(..)
            | Self::OneOf(..)
            | Self::Compare(..)
            | Self::Between(..)
            | Self::Known(_)
            | Self::Never(_)
            | Self::Has(..)
            | Self::Age(..) => {}
        }
    }

    /// Whether it is made of no other condition.
    pub fn is_leaf(&self) -> bool {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Segment(_) => false,
            Self::Holds(_)
            | Self::Equal(..)
            | Self::OneOf(..)
            | Self::Compare(..)
            | Self::Between(..)
            | Self::Known(_)
            | Self::Never(_)
            | Self::Has(..)
            | Self::Age(..) => true,
        }
    }

    /// The ages with which an age is compared; none where it is another test.
    pub fn ages(&self) -> Vec<(Direction, Period)> {
        match self {
            Self::Age(_, direction, AgeBound::One(_, period)) => vec![(*direction, *period)],
            Self::Age(_, direction, AgeBound::Between(from, to)) => vec![(*direction, *from), (*direction, *to)],
            Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::Segment(_)
            | Self::Holds(_)
            | Self::Equal(..)
            | Self::OneOf(..)
            | Self::Compare(..)
            | Self::Between(..)
            | Self::Known(_)
            | Self::Never(_)
            | Self::Has(..) => Vec::new(),
        }
    }

    /// The expressions that stand directly in this condition, not in conditions below it.
    pub fn operands(&self) -> Vec<&Expression> {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Segment(_) => Vec::new(),
            Self::Holds(of) | Self::OneOf(of, _) | Self::Known(of) | Self::Never(of) => vec![of],
            Self::Has(of, _, _) | Self::Age(of, _, _) => vec![of],
            Self::Equal(left, right) | Self::Compare(_, left, right) => vec![left, right],
            Self::Between(of, from, to) => vec![of, from, to],
        }
    }
}
