//! Tables of cases: what the columns are, and the cells of a row.

use super::{GivenValue, Name, Outcome, Reason, Text, TimePoint};
use crate::source::Span;

/// What a column is about: `last_order`, `consent.personalisation`, `expect home_hero`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its cells say.
    pub kind: ColumnKind,
    /// All of it.
    pub span: Span,
}

/// What the cells of a column say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// `last_order`: the value of an attribute.
    Attribute(Name),
    /// `consent.personalisation`: the record of a purpose.
    Consent(Name),
    /// `permission.push`: what a device permits a channel.
    Permission(Name),
    /// `now`: when it is.
    Now,
    /// `as`: which persona it is.
    As,
    /// `history shown of summer_sale`: when something happened.
    History {
        /// `shown`
        event: Name,
        /// `summer_sale`
        of: Option<Name>,
        /// `push`
        by: Option<Name>,
    },
    /// `used of doorbuster`: how much of a cap is used.
    Used(Name),
    /// `expect home_hero`: what a slot answers.
    Expect(Name),
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `"exactly sixty"`
    pub label: Option<Text>,
    /// At least one; how many there are columns for is the checker's to say.
    pub cells: Vec<Cell>,
}

/// One cell: what it may say depends on its column, which the parser does not look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub kind: CellKind,
    /// All of it.
    pub span: Span,
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// `61 days ago`, `700 as of 2026-01-10T00:00Z`, `granted at 90 days ago version 4 confirmed`
    Value {
        /// `61 days ago`; the status of a consent is a name like any member.
        value: GivenValue,
        /// Where the value stands.
        span: Span,
        /// `2026-01-10T00:00Z`
        as_of: Option<TimePoint>,
        /// What only a consent says besides.
        grant: Grant,
    },
    /// `shows comeback because comeback_runner`
    Expects(Outcome, Option<Reason>),
}

/// What a record of consent says beside its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// `at 90 days ago`
    pub at: Option<TimePoint>,
    /// `version 4`
    pub version: Option<u32>,
    /// `confirmed`
    pub confirmed: bool,
}

impl Grant {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.at.is_none() && self.version.is_none() && !self.confirmed
    }
}
