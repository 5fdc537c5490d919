//! A test of the language, resolved: a customer and what each slot must answer.

use super::Facts;
use crate::model::{ChannelId, OfferId, RuleId, SlotId};
use crate::source::Span;
use crate::value::Instant;

/// One `test "..." { ... }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The sentence after `test`.
    pub name: String,
    /// The sentence in the text.
    pub span: Span,
    /// The customer and the moment.
    pub facts: Facts,
    /// At least one.
    pub expectations: Vec<Expectation>,
    /// Of a request among several of one test: those before it, in order. What is decided for them is reserved when this
    /// one asks, and what it is shown in one slot it sees in the next. `None` where the test is of one customer, whose
    /// slots are each decided for themselves.
    pub before: Option<Vec<Asked>>,
}

/// A request of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The customer and the moment.
    pub facts: Facts,
    /// For what, in order.
    pub slots: Vec<SlotId>,
}

/// One `expect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Of which slot.
    pub slot: SlotId,
    /// What.
    pub what: Expected,
    /// Whether no cap, pause, gap or block may count it.
    pub spends_nothing: bool,
    /// The clause in the text.
    pub span: Span,
}

/// What is expected of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `shows X because R and also T`: the tasks, all of them and in order of name, where they are named.
    Shows(OfferId, Option<Because>, Option<Vec<String>>),
    /// `sends X by CH because R and also T`: by any channel, where none is named.
    Sends(OfferId, Option<ChannelId>, Option<Because>, Option<Vec<String>>),
    /// `holds X until T because R`; any time will do where none is named.
    Holds(OfferId, Option<Instant>, Option<Because>),
    /// `gives nothing until T because R`; any time, and none, will do where none is named.
    Nothing(Option<Instant>, Option<Because>),
    /// `passes over R because ...`.
    PassesOver(RuleId, Because),
    /// `passes over CH because ...`, where no rule has that name.
    PassesOverChannel(ChannelId, Because),
}

/// The reason asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// This rule won.
    Rule(RuleId),
    /// One of the short reasons of R22: `capped`, `fallback`, a cap's name, "x is not known".
    Reason(String),
}
