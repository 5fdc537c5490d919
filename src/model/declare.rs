//! The declarations: purposes, events, segments, values, offers, slots, rules, caps.

use serde::{Deserialize, Serialize};

use super::{
    AttributeId, BlockId, CapId, CapTarget, ChannelId, Class, Condition, EventId, Expression, OfferId, PurposeId,
    RuleId, SlotId, TagId, WindowId,
};
use crate::source::Span;
use crate::value::{Calendar, Consent, Date, Instant, Period, Type, Unit};

/// `defaults { ... }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    /// The zone of dates without one.
    pub zone: String,
    /// How far a stamp may lie in the future and count as of now.
    pub skew: Period,
    /// How far ahead `nothing until` looks.
    pub horizon: Period,
    /// How long after its review date a rule of class marketing or lifecycle goes on (R46).
    pub grace: Period,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            zone: "UTC".to_owned(),
            skew: Period { count: 2, unit: Unit::Minute },
            horizon: Period { count: 30, unit: Unit::Day },
            grace: Period { count: 14, unit: Unit::Day },
        }
    }
}

/// The members of a `one of [...]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnumType {
    /// In the order written; where ordered, lowest first.
    pub members: Vec<String>,
    /// Written with `<`.
    pub ordered: bool,
}

/// On what a purpose rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Open only when granted.
    Consent,
    /// Open only when granted, for special categories.
    ExplicitConsent,
    /// Open unless objected; the id of the balancing test.
    LegitimateInterest(String),
}

/// What data may be used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// Unique.
    pub name: String,
    /// What the customer reads; may be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// Its legal basis.
    pub basis: Basis,
    /// `confirmed`: a grant must be confirmed.
    pub confirmed: bool,
    /// `version 4 or later`.
    pub version: Option<u32>,
    /// `valid 24 months`: from the grant, end not included.
    pub valid: Option<Period>,
    /// Closed by an objection to direct marketing.
    pub direct_marketing: bool,
}

impl Purpose {
    /// Whether it is open to a status that sounds like a no: nothing but an objection closes a legitimate interest (R23).
    pub fn takes_for_open(&self, status: Consent) -> bool {
        matches!(self.basis, Basis::LegitimateInterest(_)) && matches!(status, Consent::Denied | Consent::Withdrawn)
    }
}

/// Something that can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text; of a built-in event the start of the first file.
    pub span: Span,
    /// The purposes that must be open before history says anything of it, sorted; caps count it all the same (R20).
    pub needs: Vec<PurposeId>,
    /// Its declared fields.
    pub fields: Vec<EventField>,
}

/// A field of a declared event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventField {
    /// Unique in the event.
    pub name: String,
    /// What it holds.
    pub ty: Type,
}

impl Event {
    /// The events that need no declaration, in their order.
    pub const BUILT_IN: [&'static str; 7] =
        ["decided", "sent", "delivered", "shown", "clicked", "dismissed", "converted"];
    /// `decided`.
    pub const DECIDED: EventId = EventId(0);
    /// `sent`.
    pub const SENT: EventId = EventId(1);
    /// `delivered`.
    pub const DELIVERED: EventId = EventId(2);
    /// `shown`.
    pub const SHOWN: EventId = EventId(3);
    /// `sent` and `shown`: what a gap counts.
    pub const REACHING: [EventId; 2] = [EventId(1), EventId(3)];

    pub(super) fn built_in() -> Vec<Self> {
        let event = |name: &str| Self {
            name: name.to_owned(),
            label: String::new(),
            span: Self::nowhere(),
            needs: Vec::new(),
            fields: Vec::new(),
        };
        Self::BUILT_IN.map(event).to_vec()
    }

    /// Where the built-in ones stand.
    pub(crate) fn nowhere() -> Span {
        Span::new(crate::source::SourceId(0), 0..0)
    }
}

/// A named condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// Never circular.
    pub condition: Condition,
}

/// A named expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueDeclaration {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// The type of the expression.
    pub ty: Type,
    /// Never circular.
    pub expression: Expression,
}

/// When a dated thing is on: `from <= now < until`; a missing end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Active {
    /// The first instant.
    pub from: Option<Instant>,
    /// The first instant after it.
    pub until: Option<Instant>,
}

impl Active {
    /// Whether `now` lies in it.
    pub fn holds(self, now: Instant) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// What can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// `kind`: for the host.
    pub kind: Option<String>,
    /// Exactly one (R1).
    pub class: Class,
    /// Sorted.
    pub tags: Vec<TagId>,
    /// Its dates.
    pub active: Option<Active>,
    /// `with name: "text"`, by name.
    pub content: Vec<(String, String)>,
    /// `off because`.
    pub off: Option<String>,
    /// The declared caps that bind whoever shows it, sorted; empty where its class obeys none.
    pub caps: Vec<CapId>,
    /// The blocks that stop whoever shows it, sorted; empty where its class obeys none.
    pub blocks: Vec<BlockId>,
    /// The windows on it, sorted; empty where its class obeys none.
    pub windows: Vec<WindowId>,
}

/// Where something can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// `on web`; empty where it sends.
    pub place: String,
    /// `by push, email`: what is chosen is sent by one of these, in the order in which they are tried; none in a place.
    pub channels: Vec<ChannelId>,
    /// `rotate after the last used on tag T`: the channels begin behind the one by which something with the tag was sent
    /// last. Only where it sends.
    pub rotate: Option<TagId>,
    /// The classes it takes, sorted.
    pub accepts: Vec<Class>,
    /// In the order written; the last has no condition and is a service offer or nothing (R11).
    pub fallback: Vec<Fallback>,
    /// `off because`: nobody sees anything there.
    pub off: Option<String>,
    /// `ties tag a, tag b`: the order among equals, each tag once.
    pub ties: Vec<TagId>,
    /// Its rules in the order in which they win (R6), those that rank together as if their scores were equal.
    pub order: Vec<RuleId>,
}

/// One entry of a fallback list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// What is shown; `None` is `nothing`.
    pub offer: Option<OfferId>,
    /// Needs a yes (R12).
    pub when: Option<Condition>,
    /// The entry in the text.
    pub span: Span,
}

/// One `when` or `unless`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What it says.
    pub condition: Condition,
    /// The condition in the text.
    pub span: Span,
}

/// How a rule stands among those of its slot and class (R7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Neither `priority` nor `before`.
    Unordered,
    /// `priority 80`.
    Priority(i32),
    /// `before a, b`: takes the highest of their priorities and wins against each of them.
    Before(Vec<RuleId>),
}

/// `rank by`: the score of a rule among those of its slot, class and priority (R6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// A number or a score, of any scale; compared at [`SCORE_PLACES`](super::SCORE_PLACES).
    pub by: Expression,
    /// The expression in the text.
    pub span: Span,
}

/// What takes the place of a rule that dropped out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Substitute {
    /// `show x`, or `send x` where the slot sends: by the channels of the rule.
    Show(OfferId),
    /// `try r`: a rule of the same slot, with all its guards.
    Try(RuleId),
    /// `nothing`: the slot stays empty.
    Nothing,
}

/// Who sees what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// Where.
    pub slot: SlotId,
    /// That of what it shows.
    pub class: Class,
    /// For people.
    pub about: Option<String>,
    /// For people.
    pub owner: Option<String>,
    /// For people.
    pub metric: Option<String>,
    /// For people.
    pub ticket: Option<String>,
    /// When it must be looked at again.
    pub review_by: Option<Date>,
    /// What the customer reads (R50).
    pub because: Option<String>,
    /// Its dates.
    pub active: Option<Active>,
    /// `off because`.
    pub off: Option<String>,
    /// All must be yes.
    pub when: Vec<Clause>,
    /// All must be no.
    pub unless: Vec<Clause>,
    /// All must be open; sorted.
    pub needs: Vec<PurposeId>,
    /// As written.
    pub order: Order,
    /// Written or taken over by `before`; `None` where neither says.
    pub priority: Option<i32>,
    /// `rank by`: its score, among the rules of its priority.
    pub rank: Option<Rank>,
    /// The offer that it shows or sends.
    pub show: OfferId,
    /// `expires 24 hours after T`: `T is at least 24 hours old`, of which anything but a no stops it.
    pub expires: Option<Clause>,
    /// `send x by email`: a part of the slot's channels, in the order in which they are tried; none where it says
    /// nothing, which is all of them in their order.
    pub channels: Vec<ChannelId>,
    /// `also`: what the host carries out when the rule itself wins; sorted.
    pub tasks: Vec<String>,
    /// After a cap stopped it.
    pub if_capped: Option<Substitute>,
    /// After a missing consent stopped it and nothing spoke against it.
    pub if_no_consent: Option<Substitute>,
    /// After missing data stopped it and nothing spoke against it.
    pub if_unknown: Option<Substitute>,
    /// The caps that bind it besides those of its offer: its own clauses and declared caps `on rule`; sorted.
    pub caps: Vec<CapId>,
    /// The blocks that stop it besides those of its offer: those `on rule`; sorted.
    pub blocks: Vec<BlockId>,
    /// The windows on it, sorted; empty where its class obeys none.
    pub windows: Vec<WindowId>,
}

/// Over which time a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CapWindow {
    /// `in any 7 days`: events with `now - d < t <= now`.
    Rolling(Period),
    /// `ever`: events with `t <= now`.
    Ever,
    /// `in each calendar week from monday in Z`: events since the period of now began, in the cap's zone.
    Calendar(Calendar),
}

/// In which zone a calendar is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CapZone {
    /// `in "Europe/Berlin"`
    Named(String),
    /// `in timezone`: an attribute; where it is missing, the cap blocks (R33).
    Attribute(AttributeId),
}

impl CapZone {
    /// The attribute that holds the zone, where none is written.
    pub fn attribute(&self) -> Option<AttributeId> {
        match self {
            Self::Named(_) => None,
            Self::Attribute(id) => Some(*id),
        }
    }
}

/// What is written: a cap, or what is counted like one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CapKind {
    /// `cap`: spent while its window holds `at_most` events.
    Cap,
    /// `pause`: spent from the event that makes `at_most` in its window until so much later, whatever happens then
    /// (R29). Events count from the last `without` on.
    Pause {
        /// `for 10 days`
        length: Period,
        /// `without clicked`; sorted.
        without: Vec<EventId>,
    },
    /// What a block after an event counts: spent from each event until so much later. It binds nothing itself; the block
    /// of its name does, and earlier than caps.
    Block {
        /// `for 24 hours`
        length: Period,
    },
    /// `gap`: what reaches the customer ([`Event::REACHING`]) is at least its window apart; `at_most` is 1.
    Gap,
}

impl CapKind {
    /// How authors write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cap => "cap",
            Self::Pause { .. } => "pause",
            Self::Block { .. } => "block",
            Self::Gap => "gap",
        }
    }
}

/// `block`: as long as it holds, whoever it is on is no candidate; nothing stands in for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Unique, also among the caps but for the one that it counts by.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// When it holds.
    pub cause: BlockCause,
    /// On whom.
    pub target: CapTarget,
}

/// When a block holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "there are few blocks, and a box would be one more thing to open")]
pub enum BlockCause {
    /// `for 24 hours after purchase`: while this, which is called like the block, is spent.
    After(CapId),
    /// `while C`: unless C is no (R17).
    While(Clause),
}

/// A frequency cap per customer, a pause or a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// Unique; a rule's own clause is called after the rule: `cap of summer_sale`.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name, or the clause, in the text.
    pub span: Span,
    /// What is written.
    pub kind: CapKind,
    /// The rule whose clause it is; a pause or a gap has none.
    pub rule: Option<RuleId>,
    /// Spent when the count reaches it; at least 1.
    pub at_most: u32,
    /// The attribute that holds the customer's own number, of which `at_most` is the greatest (R49); missing, it blocks.
    pub number: Option<AttributeId>,
    /// What is counted; sorted.
    pub events: Vec<EventId>,
    /// Over which time; of a pause `in any` or `ever`, of a gap `in any`.
    pub window: CapWindow,
    /// The zone of a window of the calendar, and of no other.
    pub zone: Option<CapZone>,
    /// Of what.
    pub target: CapTarget,
    /// What it does not bind, though it is on it; `exempt`.
    pub exempt: Vec<CapTarget>,
    /// Of what it counts no event, though it is on it; `uncounted`.
    pub uncounted: Vec<CapTarget>,
    /// Whose events are counted together: `per customer`.
    pub unit: CapUnit,
    /// `alone`: where nobody knows whose they are, only what the same request shows is counted, instead of blocking (R27).
    /// A cap's alone.
    pub alone: bool,
    /// `reserve 10 minutes`: how long what was decided counts before what is counted has happened (R25). A cap's alone.
    pub reserve: Option<Period>,
    /// `store down block`, or `allow`: whether it blocks where nobody can say what happened; `None` follows the class of
    /// what it binds (R26).
    pub store_down_blocks: Option<bool>,
    /// `then next`, `then stop`, `then hold at most 2 days`: what follows where it stops a candidate; `None` is as usual (R9), see
    /// [`RuleSet::then`](super::RuleSet::then). A block has none.
    pub then: Option<Then>,
}

impl Cap {
    /// The longest that a candidate waits for it where it is spent; `None` where nothing does.
    pub fn hold(&self) -> Option<Period> {
        match self.then? {
            Then::Next | Then::Stop => None,
            Then::Hold(most) => Some(most),
        }
    }

    /// The attributes on which it hangs how far it is used: its number, the zone of its calendar, its unit.
    pub fn reads(&self) -> impl Iterator<Item = AttributeId> {
        let zone = self.zone.as_ref().and_then(CapZone::attribute);
        self.number.into_iter().chain(zone).chain(self.unit.attribute())
    }
}

/// What follows where a candidate is stopped (R9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Then {
    /// The next candidate; of a cap on a channel, the next channel.
    Next,
    /// No other candidate: the fallback list answers.
    Stop,
    /// It waits until the cap lets it pass, for so long at most (R10, R32); no cap on a channel, and none that is `ever`.
    Hold(Period),
}

/// Whose events a cap counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CapUnit {
    /// `per customer`: by the key.
    Customer,
    /// `per everybody`: a stock.
    Everybody,
    /// `per household`: by a text attribute.
    Attribute(AttributeId),
}

impl CapUnit {
    /// The attribute by which it is told.
    pub fn attribute(self) -> Option<AttributeId> {
        match self {
            Self::Customer | Self::Everybody => None,
            Self::Attribute(id) => Some(id),
        }
    }
}
