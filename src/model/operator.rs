//! Which operator of the register a condition or an expression applies.

use super::{AgeBound, Condition, Expression, RuleSet};
use crate::ops::{Arithmetic, Comparison, Direction, Operator, Quantifier};
use crate::value::{Type, Value};

impl Condition {
    /// The operator at its head; `None` for a segment, which is a name.
    pub fn operator(&self, rules: &RuleSet) -> Option<Operator> {
        Some(match self {
            Self::And(_) => Operator::And,
            Self::Or(_) => Operator::Or,
            Self::Not(_) => Operator::Not,
            Self::Segment(_) => return None,
            Self::Holds(_) => Operator::Holds,
            Self::Equal(..) => Operator::Is,
            Self::OneOf(..) => Operator::OneOf,
            Self::Compare(comparison, of, _) => match (comparison, rules.type_of(of)) {
                (Comparison::MoreThan, Type::Time | Type::Date) => Operator::After,
                (Comparison::LessThan, Type::Time | Type::Date) => Operator::Before,
                (Comparison::AtLeast, _) => Operator::AtLeast,
                (Comparison::AtMost, _) => Operator::AtMost,
                (Comparison::MoreThan, _) => Operator::MoreThan,
                (Comparison::LessThan, _) => Operator::LessThan,
            },
            Self::Between(..) => Operator::Between,
            Self::Known(_) => Operator::Known,
            Self::Never(_) => Operator::Never,
            Self::Has(_, Quantifier::Any, _) => Operator::HasAny,
            Self::Has(_, Quantifier::All, _) => Operator::HasAll,
            Self::Age(_, direction, bound) => match (direction, bound) {
                (Direction::Old, AgeBound::One(Comparison::AtLeast, _)) => Operator::OldAtLeast,
                (Direction::Old, AgeBound::One(Comparison::AtMost, _)) => Operator::OldAtMost,
                (Direction::Old, AgeBound::One(Comparison::MoreThan, _)) => Operator::OldMoreThan,
                (Direction::Old, AgeBound::One(Comparison::LessThan, _)) => Operator::OldLessThan,
                (Direction::Old, AgeBound::Between(..)) => Operator::OldBetween,
                (Direction::Ahead, AgeBound::One(Comparison::AtLeast, _)) => Operator::AheadAtLeast,
                (Direction::Ahead, AgeBound::One(Comparison::AtMost, _)) => Operator::AheadAtMost,
                (Direction::Ahead, AgeBound::One(Comparison::MoreThan, _)) => Operator::AheadMoreThan,
                (Direction::Ahead, AgeBound::One(Comparison::LessThan, _)) => Operator::AheadLessThan,
                (Direction::Ahead, AgeBound::Between(..)) => Operator::AheadBetween,
            },
        })
    }
}

impl Expression {
    /// The value that is written, with its type; `None` for all that is read or reckoned.
    pub fn as_literal(&self) -> Option<(&Value, Type)> {
        match self {
            Self::Literal(value, ty) => Some((value, *ty)),
            Self::Attribute(_)
            | Self::Value(_)
            | Self::Gathered(_)
            | Self::Consent(_)
            | Self::Permission(_)
            | Self::Now
            | Self::Rescale(..)
            | Self::Arithmetic(..)
            | Self::Else(..)
            | Self::When(..) => None,
        }
    }

    /// The operator at its head; `None` for what is only read, and for a change of scale.
    pub fn operator(&self) -> Option<Operator> {
        match self {
            Self::Arithmetic(Arithmetic::Add, ..) => Some(Operator::Add),
            Self::Arithmetic(Arithmetic::Subtract, ..) => Some(Operator::Subtract),
            Self::Arithmetic(Arithmetic::Multiply, ..) => Some(Operator::Multiply),
            Self::Arithmetic(Arithmetic::Divide, ..) => Some(Operator::Divide),
            Self::Else(..) => Some(Operator::Else),
            Self::When(..) => Some(Operator::When),
            Self::Literal(..)
            | Self::Attribute(_)
            | Self::Value(_)
            | Self::Gathered(_)
            | Self::Consent(_)
            | Self::Permission(_)
            | Self::Now
            | Self::Rescale(..) => None,
        }
    }
}
