//! How two numbers of a plan are compared.

use crate::ops::Comparison;

/// How two numbers stand to each other. Never equals nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The same, and not never.
    Equal,
    /// Not so.
    NotEqual,
    /// At least.
    AtLeast,
    /// At most.
    AtMost,
    /// More than.
    MoreThan,
    /// Less than.
    LessThan,
}

impl From<Comparison> for Relation {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::AtLeast => Self::AtLeast,
            Comparison::AtMost => Self::AtMost,
            Comparison::MoreThan => Self::MoreThan,
            Comparison::LessThan => Self::LessThan,
        }
    }
}

impl Relation {
    /// What holds of two known numbers where this does not.
    #[must_use]
    pub fn complement(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::AtLeast => Self::LessThan,
            Self::AtMost => Self::MoreThan,
            Self::MoreThan => Self::AtMost,
            Self::LessThan => Self::AtLeast,
        }
    }

    /// What holds of `b, a` where this holds of `a, b`.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::AtLeast => Self::AtMost,
            Self::AtMost => Self::AtLeast,
            Self::MoreThan => Self::LessThan,
            Self::LessThan => Self::MoreThan,
        }
    }
}
