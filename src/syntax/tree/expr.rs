//! Conditions and sums in one tree: parentheses hold both, and only the checker can tell them apart.
//!
//! Chains are flat (`a and b and c` is one node of three), so the tree is no deeper than its parentheses, which the
//! parser limits.

use super::{CapTarget, Duration, Literal, LiteralKind, Name};
use crate::source::Span;

/// An expression with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

impl Expr {
    /// The name, where it is one and nothing else.
    pub fn name(&self) -> Option<&str> {
        if let ExprKind::Name(name) = &self.kind { Some(name) } else { None }
    }

    /// The written value, where it is one and nothing else.
    pub fn literal(&self) -> Option<&LiteralKind> {
        if let ExprKind::Literal(literal) = &self.kind { Some(literal) } else { None }
    }
}

/// What an expression says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `lapsed`, `country`, `DE`: an attribute, segment, value, or a member of a closed set; the checker knows which.
    Name(String),
    /// `consent.personalisation`
    Consent(Name),
    /// `permission.push`
    Permission(Name),
    /// `620`, `yes`, `"running"`, `2026-11-20`, `now`, `90 days ago`
    Literal(LiteralKind),
    /// `a and b and c`: two or more.
    And(Vec<Expr>),
    /// `a or b or c`: two or more.
    Or(Vec<Expr>),
    /// `not lapsed`, `not (a or b)`: the inside is always a name or [`ExprKind::Paren`].
    Not(Box<Expr>),
    /// `(a or b)`
    Paren(Box<Expr>),
    /// `x is ..`: the left side and the test.
    Is(Box<Expr>, Test),
    /// `viewed has ..`: the left side and the test.
    Has(Box<Expr>, SetTest),
    /// `a else b else 0`: the first that is not missing; two or more.
    Else(Vec<Expr>),
    /// `a + b - c`: the first, and the others each with its sign; at least one other.
    Sum(Box<Expr>, Vec<(AddSign, Expr)>),
    /// `a * b * c`: two or more.
    Product(Vec<Expr>),
    /// `90% of x`: the literal ([`LiteralKind::Percent`]) and what it is of.
    PercentOf(Literal, Box<Expr>),
    /// `decimal(2) of (a / b)`
    Quotient {
        /// How many places the result keeps, 0 to 9.
        places: u8,
        /// `a`
        dividend: Box<Expr>,
        /// `b`
        divisor: Box<Expr>,
    },
    /// `times shown of summer_sale in the last 7 days`
    Times(Occurrence, Over),
    /// `last shown of summer_sale`
    Last(Occurrence),
    /// `sum of purchase.amount in the last 30 days`: the field by its name.
    SumOf(Occurrence, Name, Over),
    /// `x halving every 30 days since t`
    Halving {
        /// `x`
        value: Box<Expr>,
        /// `30 days`
        every: Duration,
        /// `t`
        since: Box<Expr>,
    },
    /// `(0.3 when lapsed)`: the value if yes, 0 if no, missing if unknown.
    When {
        /// `0.3`
        value: Box<Expr>,
        /// `lapsed`
        condition: Box<Expr>,
    },
}

/// Which events: `shown of tag promo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// `shown`
    pub event: Name,
    /// `of summer_sale`, `of tag promo`, `of rule comeback`
    pub of: Option<CapTarget>,
}

/// Over which time, and how, events are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// `in the last 7 days`
    InTheLast(Duration),
    /// `ever`
    Ever,
    /// `halving every 72 hours`
    Halving(Duration),
}

/// What follows `is`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `x is DE`, `x is not DE`
    Equals {
        /// Whether `not` was written.
        negated: bool,
        /// `DE`
        value: Box<Expr>,
    },
    /// `x is known`, `x is not known`
    Known {
        /// Whether `not` was written.
        negated: bool,
    },
    /// `x is never`, `x is not never`
    Never {
        /// Whether `not` was written.
        negated: bool,
    },
    /// `x is one of [DE, "AT"]`, `x is not one of [DE, AT]`: names and literals, at least one.
    OneOf {
        /// Whether `not` was written.
        negated: bool,
        /// The members.
        members: Vec<Expr>,
    },
    /// `x is at least 18`
    Compare {
        /// `at least`
        comparison: Comparison,
        /// `18`
        value: Box<Expr>,
    },
    /// `x is from 1 to 5`: both ends in.
    Between {
        /// `1`
        from: Box<Expr>,
        /// `5`
        to: Box<Expr>,
    },
    /// `t is more than 60 days old`, `t is from 180 to 540 days old`, `t is at most 48 hours ahead`
    Age {
        /// How far.
        test: AgeTest,
        /// `old` or `ahead`
        direction: Direction,
    },
    /// `t is before t2`: strictly earlier.
    Before(Box<Expr>),
    /// `t is after t2`: strictly later.
    After(Box<Expr>),
}

/// The four comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `at least`
    AtLeast,
    /// `at most`
    AtMost,
    /// `more than`
    MoreThan,
    /// `less than`
    LessThan,
}

impl Comparison {
    /// The words: `at least`.
    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::MoreThan => "more than",
            Self::LessThan => "less than",
        }
    }
}

/// A distance in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgeTest {
    /// `more than 60 days`
    Compare(Comparison, Duration),
    /// `from 180 to 540 days`: both ends in; a first bound without a unit has taken the unit of the second.
    Between(Duration, Duration),
}

/// Which way a distance in time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `old`: into the past.
    Old,
    /// `ahead`: into the future.
    Ahead,
}

/// What follows `has`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetTest {
    /// `viewed has "running"`
    Value(Box<Expr>),
    /// `viewed has any of ["running", "trail"]`
    AnyOf(Vec<Expr>),
    /// `viewed has all of ["running", "trail"]`
    AllOf(Vec<Expr>),
    /// `viewed has none of ["running", "trail"]`
    NoneOf(Vec<Expr>),
}

/// The sign of a later term of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddSign {
    /// `+`
    Plus,
    /// `-`
    Minus,
}
