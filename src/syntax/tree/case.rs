//! Personas and tests: the facts they state and what they expect.

use super::{Block, Column, Literal, Name, Row, Text, TimePoint};
use crate::source::Span;

/// `test "the hero shows the sale" { as anna  expect home_hero shows sale }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// `"the hero shows the sale"`
    pub label: Text,
    /// The facts and expectations.
    pub clauses: Block<CaseClause>,
}

/// A clause of a persona or a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseClause {
    /// `as anna`
    As(Name),
    /// `now 2026-02-01T08:00Z`: never relative to now (the parser refuses that).
    Now(TimePoint),
    /// `given { age: 34, viewed: ["running"] }`
    Given(Vec<GivenItem>),
    /// `consent card_marketing granted at 90 days ago version 4 confirmed, profiling unknown`: at least one.
    Consent(Vec<ConsentFact>),
    /// `permission push full, email denied`: at least one.
    Permission(Vec<PermissionFact>),
    /// `history shown of summer_sale at 2026-06-08T10:00Z, 3 days ago`
    History(Fact),
    /// `used 199 of doorbuster`: so much of a cap, beside what the history says.
    Used(Used),
    /// `store down`: nobody can say what happened.
    StoreDown,
    /// `held forgotten_cart since 10 hours ago`: what was held is let go.
    Held(Held),
    /// `request anna { given { id: "a" }  expect home_hero shows sale }`: a customer who asks; in tests only.
    Request(Request),
    /// `expect home_hero shows sale because summer`; in tests only.
    Expect(Expectation),
    /// `cases last_order, expect home_hero`: what differs from row to row, at least one column; in tests only.
    Cases(Vec<Column>),
    /// `row 61 days ago, shows comeback`; in tests only.
    Row(Row),
}

/// `request anna { given { id: "a" }  expect home_hero shows sale }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `anna`
    pub name: Name,
    /// The facts and expectations of this one; no further requests.
    pub clauses: Block<CaseClause>,
}

/// One given value: `credit_score: 700 as of 2026-01-10T00:00Z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenItem {
    /// `credit_score`
    pub name: Name,
    /// `700`
    pub value: GivenValue,
    /// Where the value stands.
    pub value_span: Span,
    /// `2026-01-10T00:00Z`
    pub as_of: Option<TimePoint>,
    /// All of it.
    pub span: Span,
}

/// A value in `given`, or what a cell means in a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenValue {
    /// `missing`
    Missing,
    /// `never`
    Never,
    /// `34`, `"c1"`, `no`, `90 days ago`
    Literal(Literal),
    /// `DE`: a member of a closed set.
    Member(Name),
    /// `["running", "trail"]`, `[]`: literals only. Not in a mapping.
    List(Vec<Literal>),
    /// `[40 at 3 days ago, 30 at 2026-06-08T10:00Z]`: the increments of a score. Not in a mapping.
    Increments(Vec<Increment>),
}

/// One increment of a score: `40 at 3 days ago`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// `40`: a number.
    pub amount: Literal,
    /// `3 days ago`
    pub at: TimePoint,
}

/// One consent record: `card_marketing granted at 90 days ago version 4 confirmed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentFact {
    /// `card_marketing`
    pub subject: ConsentSubject,
    /// `granted`; which seven there are is the checker's to say.
    pub status: Name,
    /// `at 90 days ago`
    pub at: Option<TimePoint>,
    /// `version 4`
    pub version: Option<u32>,
    /// `confirmed`
    pub confirmed: bool,
    /// All of it.
    pub span: Span,
}

/// Whose record it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentSubject {
    /// `consent all granted`
    All(Span),
    /// `consent direct marketing objected`
    DirectMarketing(Span),
    /// `consent profiling unknown`
    Purpose(Name),
}

/// What a device permits a channel: `push full`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionFact {
    /// `push`
    pub channel: Name,
    /// `full`; which four there are is the checker's to say.
    pub state: Name,
    /// All of it.
    pub span: Span,
}

/// Something that happened: `shown of summer_sale at 3 days ago, 1 hour ago`, `purchase { amount: 20.00 } at now`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// `shown`: built in or declared.
    pub event: Name,
    /// `summer_sale`
    pub of: Option<Name>,
    /// `by push`: the channel by which it was sent.
    pub by: Option<Name>,
    /// `{ amount: 20.00 }`: the fields of each of the events.
    pub fields: Vec<GivenItem>,
    /// When, each one event; at least one.
    pub at: Vec<TimePoint>,
}

/// `199 of doorbuster`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// `199`
    pub count: u32,
    /// `doorbuster`: a declared cap, or a rule with one clause `cap`.
    pub of: Name,
}

/// `forgotten_cart since 10 hours ago`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// `forgotten_cart`: an offer.
    pub offer: Name,
    /// `10 hours ago`
    pub since: TimePoint,
}

/// `home_hero shows sale because summer and also call_agent`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `home_hero`
    pub slot: Name,
    /// `shows sale`
    pub outcome: Outcome,
    /// `because summer`
    pub reason: Option<Reason>,
    /// `and also call_agent`; `and also nothing` has none.
    pub tasks: Option<Vec<Name>>,
    /// `and spends nothing`
    pub spends_nothing: bool,
}

/// What a test expects of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `shows sale`
    Shows(Name),
    /// `sends new_season by push`: by any channel, where none is named.
    Sends(Name, Option<Name>),
    /// `holds cart until 2026-03-29T06:00Z`; without the time any will do.
    Holds(Name, Option<TimePoint>),
    /// `gives nothing`, `gives nothing until 2026-03-29T06:00Z`: when to ask again.
    GivesNothing(Option<TimePoint>),
    /// `passes over summer_rule`
    PassesOver(Name),
}

/// Why, as a test says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `because capped`, `because comeback_runner`: a word of the fixed list, or the name of a rule or cap.
    Name(Name),
    /// `because "has_app is not known"`
    Text(Text),
}
