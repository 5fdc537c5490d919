//! What a rule set is made of, as points of one graph, and the ways in which one bears on another.

use crate::model::{
    AttributeId, CapId, ChannelId, EventId, OfferId, PurposeId, RuleId, RuleSet, SegmentId, SlotId, TagId, ValueId,
    WindowId,
};
use crate::source::Span;

/// Anything that has a name in a rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A purpose.
    Purpose(PurposeId),
    /// A customer or moment attribute.
    Attribute(AttributeId),
    /// A built-in or declared event.
    Event(EventId),
    /// A segment.
    Segment(SegmentId),
    /// A declared value.
    Value(ValueId),
    /// A channel.
    Channel(ChannelId),
    /// An offer.
    Offer(OfferId),
    /// A tag.
    Tag(TagId),
    /// A slot.
    Slot(SlotId),
    /// A rule.
    Rule(RuleId),
    /// A cap.
    Cap(CapId),
    /// A window.
    Window(WindowId),
}

impl Thing {
    /// The word for its kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::Purpose(_) => "purpose",
            Self::Attribute(_) => "attribute",
            Self::Event(_) => "event",
            Self::Segment(_) => "segment",
            Self::Value(_) => "value",
            Self::Channel(_) => "channel",
            Self::Offer(_) => "offer",
            Self::Tag(_) => "tag",
            Self::Slot(_) => "slot",
            Self::Rule(_) => "rule",
            Self::Cap(_) => "cap",
            Self::Window(_) => "window",
        }
    }

    /// Its name.
    pub fn name(self, rules: &RuleSet) -> &str {
        match self {
            Self::Purpose(id) => &rules[id].name,
            Self::Attribute(id) => &rules[id].name,
            Self::Event(id) => &rules[id].name,
            Self::Segment(id) => &rules[id].name,
            Self::Value(id) => &rules[id].name,
            Self::Channel(id) => &rules[id].name,
            Self::Offer(id) => &rules[id].name,
            Self::Tag(id) => &rules[id],
            Self::Slot(id) => &rules[id].name,
            Self::Rule(id) => &rules[id].name,
            Self::Cap(id) => &rules[id].name,
            Self::Window(id) => &rules[id].name,
        }
    }

    /// Where it is declared; of a tag the first offer that carries it, since nothing declares a tag.
    pub fn span(self, rules: &RuleSet) -> Option<Span> {
        Some(match self {
            Self::Purpose(id) => rules[id].span,
            Self::Attribute(id) => rules[id].span,
            Self::Event(id) => rules[id].span,
            Self::Segment(id) => rules[id].span,
            Self::Value(id) => rules[id].span,
            Self::Channel(id) => rules[id].span,
            Self::Offer(id) => rules[id].span,
            Self::Tag(id) => rules.offers.iter().find(|offer| offer.tags.contains(&id))?.span,
            Self::Slot(id) => rules[id].span,
            Self::Rule(id) => rules[id].span,
            Self::Cap(id) => rules[id].span,
            Self::Window(id) => rules[id].span,
        })
    }
}

/// How one thing bears on another, read from the one that says so to the one it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// A condition or expression reads an attribute, a value, a segment or a consent.
    Reads,
    /// As [`Link::Reads`], in an `unless`.
    Excludes,
    /// A rule or an attribute needs a purpose.
    Needs,
    /// A rule shows an offer.
    Shows,
    /// `if capped` names an offer or a rule.
    IfCapped,
    /// `if no consent` names an offer or a rule.
    IfNoConsent,
    /// `if unknown` names an offer or a rule.
    IfUnknown,
    /// A slot has a rule.
    Holds,
    /// A slot's fallback list names an offer.
    FallsBack,
    /// A rule or an offer is bound by a cap or a window.
    BoundBy,
    /// A cap counts an event, or what an offer, a rule or a tag shows.
    Counts,
    /// An offer carries a tag.
    Carries,
    /// A slot's `ties` or `rotate` names a tag.
    Ties,
    /// A slot sends by a channel, or a rule names one of them.
    SendsBy,
    /// A rule is written `before` another.
    Before,
}

impl Link {
    /// Whether a condition or an expression reads what is named.
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Reads | Self::Excludes)
    }
}
