//! The clauses of declarations other than personas and tests, one enum per declaration.

use super::{DateValue, Duration, Expr, Literal, Name, Number, Text, TimePoint};
use crate::source::Span;

/// A clause of `defaults`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultsClause {
    /// `zone "Europe/Berlin"`
    Zone(Text),
    /// `skew 2 minutes`
    Skew(Duration),
    /// `horizon 30 days`
    Horizon(Duration),
    /// `grace 14 days`
    Grace(Duration),
}

/// A clause of a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PurposeClause {
    /// `basis consent`
    Basis(Basis),
    /// `confirmed`: a grant counts only when it was confirmed.
    Confirmed,
    /// `version 4 or later`
    Version(u32),
    /// `valid 24 months`
    Valid(Duration),
    /// `direct marketing`: an objection to direct marketing closes it.
    DirectMarketing,
}

/// What a purpose rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// `basis consent`
    Consent,
    /// `basis explicit consent`
    ExplicitConsent,
    /// `basis legitimate interest "LIA-2026-01"`: the id of the balancing test.
    LegitimateInterest(Text),
}

/// One attribute of a customer or moment, or one field of an event: `last_order: time from "last_order_at"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `last_order`
    pub name: Name,
    /// `time`
    pub ty: Type,
    /// The marks behind the type.
    pub marks: Vec<super::Clause<Mark>>,
    /// All of it.
    pub span: Span,
}

/// A type with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: TypeKind,
}

/// The types an attribute can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `yes or no`
    YesOrNo,
    /// `whole`, `whole from 0 to 130`
    Whole {
        /// Both ends, both in.
        range: Option<(Number, Number)>,
    },
    /// `decimal(2)`, `decimal(2) from 0 to 99.50`
    Decimal {
        /// How many places behind the point, 0 to 9.
        places: u8,
        /// Both ends, both in.
        range: Option<(Number, Number)>,
    },
    /// `text`
    Text,
    /// `one of [DE, "AT"]`, `one of [bronze < silver < gold]`: at least one member.
    OneOf {
        /// In the order written.
        members: Vec<Member>,
        /// Whether they stand in an order (written with `<`).
        ordered: bool,
    },
    /// `set of text`
    SetOfText,
    /// `time`
    Time,
    /// `date`
    Date,
    /// `zone`
    Zone,
    /// `score halving every 72 hours`
    Score {
        /// `72 hours`
        halving: Duration,
    },
    /// A type that could not be read; it has been reported, and the attribute's name is still known.
    Unread,
}

/// A member of a closed set, written as a name or as a text: `DE`, `"Bank transfer"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member itself, without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Where.
    pub span: Span,
}

/// A mark behind an attribute's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `key`
    Key,
    /// `key row number`: the number of the row in the data is the key.
    KeyRowNumber,
    /// `needs personalisation`; several purposes are several marks.
    Needs(Name),
    /// `fresh 30 days`
    Fresh(Duration),
    /// `else "Europe/Berlin"`, `else DE`: a literal, or a name that is a member.
    Else(Expr),
    /// `sensitive`
    Sensitive,
    /// `hidden`
    Hidden,
    /// `protective`
    Protective,
    /// `never used`
    NeverUsed,
    /// `from "TotalCharges"`: the column it is read from.
    From(Text),
    /// `as of "measured_at"`: the column that holds the stamp of a `fresh` attribute.
    AsOf(Text),
    /// `-1 is never`, `"Y" is yes`, `" " is missing`, `"d" is divorced`: how a cell is read.
    CellIs {
        /// The cell as it stands: a text or a number.
        cell: Literal,
        /// What it means.
        value: super::GivenValue,
    },
}

/// A clause of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferClause {
    /// `kind banner`
    Kind(Name),
    /// `class marketing`
    Class(Name),
    /// `tags promo, spring`: at least one.
    Tags(Vec<Name>),
    /// `active 2026-11-20 to 2026-12-31`
    Active(Active),
    /// `with title: "Ready for spring?", link: "/running"`: at least one.
    With(Vec<WithField>),
    /// `off because "sold out"`
    Off(Text),
}

/// One field of an offer's content: `title: "Ready for spring?"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithField {
    /// `title`
    pub name: Name,
    /// `"Ready for spring?"`
    pub text: Text,
}

/// When an offer or a rule is active; at least one end is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Active {
    /// `2026-11-20 to ..`, `from 2026-11-20`: included.
    pub from: Option<ActivePoint>,
    /// `.. to 2026-12-31`, `until 2026-12-31T12:00Z`
    pub end: Option<ActiveEnd>,
}

/// The beginning of an active time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivePoint {
    /// `2026-11-20`: from its first moment in the zone of `defaults`.
    Date(DateValue, Span),
    /// `2026-11-20T09:00Z`; never relative to now (the parser refuses that).
    Time(TimePoint),
}

/// The end of an active time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActiveEnd {
    /// `to 2026-12-31`: the day included.
    To(DateValue, Span),
    /// `until 2026-12-31T12:00Z`: the instant excluded; never relative to now.
    Until(TimePoint),
}

/// A clause of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassClause {
    /// `obeys blocks, windows`; `obeys nothing` has none.
    Obeys(Vec<Name>),
    /// `counts yes`
    Counts(bool),
    /// `store down block` or `allow`: whether a store that does not answer stops it.
    StoreDownBlocks(bool),
}

/// A clause of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelClause {
    /// `needs push_offers`: at least one.
    Needs(Vec<Name>),
    /// `allowed when permission.push is full`: what the device permits.
    Allowed(Expr),
    /// `silent when permission.push is provisional`
    Silent(Expr),
    /// `reached when last_session is at most 14 days old`
    Reached(Expr),
}

/// A clause of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotClause {
    /// `accepts marketing, service`: at least one.
    Accepts(Vec<Name>),
    /// `picks 1`, the only number there is for now.
    Picks,
    /// `ties tag retention, tag service`: the tags in the order written, at least one.
    Ties(Vec<Name>),
    /// `fallback a when kids, brand_story`: in the order tried, at least one.
    Fallback(Vec<Fallback>),
    /// `rotate after the last used on tag campaign`: the tag.
    Rotate(Name),
    /// `off because "being rebuilt"`
    Off(Text),
}

/// One entry of a fallback list: `a when kids`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// `a`
    pub target: FallbackTarget,
    /// `kids`
    pub condition: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// What a fallback shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FallbackTarget {
    /// `brand_story`
    Offer(Name),
    /// `nothing`
    Nothing(Span),
}

/// A clause of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleClause {
    /// `about "Bring lapsed runners back"`
    About(Text),
    /// `owner "crm@shop.example"`
    Owner(Text),
    /// `metric repeat_purchase`
    Metric(Name),
    /// `review by 2027-03-01`
    ReviewBy(DateValue, Span),
    /// `ticket "CRM-12"`
    Ticket(Text),
    /// `because "You looked at running shoes"`: what the customer reads.
    Because(Text),
    /// `active 2026-11-20 to 2026-12-31`
    Active(Active),
    /// `when lapsed`
    When(Expr),
    /// `unless vulnerable`
    Unless(Expr),
    /// `needs personalisation, profiling`: at least one.
    Needs(Vec<Name>),
    /// `priority 80`: -1,000,000 to 1,000,000.
    Priority(i32),
    /// `before other_rule, third_rule`: wins over those; at least one.
    Before(Vec<Name>),
    /// `rank by chance else 0.05`
    RankBy(Expr),
    /// `expires 24 hours after cart_at`
    Expires(Duration, Expr),
    /// `also call_agent, send_letter`: at least one.
    Also(Vec<Name>),
    /// `cap at most 3 shown in any 7 days per customer`: the same words as in a declared cap; the keyword of each part
    /// is its own first word.
    Cap(Vec<super::Clause<CapClause>>),
    /// `show running_comeback`
    Show(Name),
    /// `send new_season by push, email`: without channels, by all of the slot's.
    Send(Name, Vec<Name>),
    /// `if capped show running_tips`
    Substitute(SubstituteCause, Substitute),
    /// `off because "wrong price"`
    Off(Text),
}

/// What stopped the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubstituteCause {
    /// `if capped`
    Capped,
    /// `if no consent`
    NoConsent,
    /// `if unknown`
    Unknown,
}

/// What then takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Substitute {
    /// `show running_tips`
    Show(Name),
    /// `send running_letter`
    Send(Name),
    /// `try other_rule`
    Try(Name),
    /// `nothing`
    Nothing(Span),
}

/// A clause of a cap, declared or in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapClause {
    /// `at most 5 shown or sent`
    AtMost {
        /// `5`
        count: CapCount,
        /// `shown`, `sent`: at least one.
        events: Vec<Name>,
    },
    /// `in any 7 days`: a rolling window.
    InAny(Duration),
    /// `in each calendar week from monday in timezone`
    InEach(Calendar),
    /// `ever`
    Ever,
    /// `per customer`
    Per(CapUnit),
    /// `on tag promo`
    On(CapTarget),
    /// `exempt tag news`: the cap does not bind it.
    Exempt(CapTarget),
    /// `uncounted tag news`: its events do not count.
    Uncounted(CapTarget),
    /// `without household block`, the default.
    Without(CapUnit),
    /// `alone`
    Alone,
    /// `reserve 10 minutes`
    Reserve(Duration),
    /// `store down block`; no is `allow`.
    StoreDownBlocks(bool),
    /// `then next`, `then stop`, `then hold at most 2 days`
    Then(Then),
}

/// Whose events are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapUnit {
    /// `customer`
    Customer(Span),
    /// `everybody`
    Everybody(Span),
    /// `household`: an attribute.
    Attribute(Name),
}

impl CapUnit {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Customer(span) | Self::Everybody(span) => *span,
            Self::Attribute(name) => name.span,
        }
    }
}

/// The number of a cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapCount {
    /// `5`
    Number(u32),
    /// `wish`: an attribute.
    Attribute(Name),
}

/// A calendar window: `in each calendar week from monday in timezone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// `week`
    pub unit: CalendarUnit,
    /// `monday`, from 0; written for weeks only.
    pub from: Option<(u8, Span)>,
    /// `timezone`, `"Europe/Berlin"`
    pub zone: Option<CapZone>,
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `quarter`
    Quarter,
}

/// In which zone the calendar is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapZone {
    /// `"Europe/Berlin"`
    Named(Text),
    /// `timezone`: an attribute.
    Attribute(Name),
}

/// A clause of a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PauseClause {
    /// `for 10 days`
    For(Duration),
    /// `after 3 shown in any 7 days without clicked`
    After {
        /// `3`
        count: u32,
        /// `shown`: at least one.
        events: Vec<Name>,
        /// `in any 7 days`
        within: Option<Duration>,
        /// `without clicked`
        without: Vec<Name>,
    },
    /// `per customer`
    Per(CapUnit),
    /// `on tag promo`
    On(CapTarget),
    /// `store down block`; no is `allow`.
    StoreDownBlocks(bool),
    /// `then next`, `then stop`, `then hold at most 2 days`
    Then(Then),
}

/// A clause of a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapClause {
    /// `at least 8 hours apart`
    Apart(Duration),
    /// `per customer`
    Per(CapUnit),
    /// `on tag promo`
    On(CapTarget),
    /// `store down block`; no is `allow`.
    StoreDownBlocks(bool),
    /// `then next`, `then stop`, `then hold at most 2 days`
    Then(Then),
}

/// Whose events a cap counts and whom it binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapTarget {
    /// `on tag promo`
    Tag(Name),
    /// `on offer brand_story`
    Offer(Name),
    /// `on rule comeback`
    Rule(Name),
    /// `on class marketing`
    Class(Name),
    /// `on channel email`
    Channel(Name),
}

impl CapTarget {
    /// The name behind the kind.
    pub fn name(&self) -> &Name {
        match self {
            Self::Tag(name) | Self::Offer(name) | Self::Rule(name) | Self::Class(name) | Self::Channel(name) => name,
        }
    }
}

/// What follows where a cap, a pause or a gap stops a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// `then next`: the next candidate.
    Next,
    /// `then stop`: none; the fallback list answers.
    Stop,
    /// `then hold at most 2 days`: it waits.
    Hold(Duration),
}

/// A clause of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockClause {
    /// `for 24 hours after sent of fraud_alert`
    For {
        /// `24 hours`
        length: Duration,
        /// `sent`: at least one.
        after: Vec<Name>,
        /// `fraud_alert`
        of: Option<Name>,
    },
    /// `while vulnerable`
    While(Expr),
    /// `on class marketing`
    On(CapTarget),
    /// `store down block`; no is `allow`.
    StoreDownBlocks(bool),
}
