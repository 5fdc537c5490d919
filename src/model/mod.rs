//! The resolved, typed rules: the one meaning from which graph, analysis, bundle, evaluator and code all start.
//!
//! Takes nothing but values and operators. Refuses to know how rules are spelt, where a customer comes from, or how a
//! decision is computed. Every reference is an id into the lists of [`RuleSet`]; `verify` checks that before use.

mod attribute;
mod channel;
mod class;
mod condition;
mod declare;
mod field;
mod gathered;
mod ids;
mod left_out;
mod needed;
mod operator;
mod order;
mod reads;
mod renumber;
pub mod show;
mod target;
#[cfg(test)]
pub(crate) mod testing;
mod typing;
mod verify;
mod window;

#[cfg(test)]
pub(crate) use verify::sample;

pub use attribute::{Attribute, Mapping, Scope, Spelling};
pub use channel::Channel;
pub use class::{Class, ClassRow, ClassTable, Guardrail};
pub use condition::{AgeBound, Condition, Expression};
pub use declare::{
    Active, Basis, Block, BlockCause, Cap, CapKind, CapUnit, CapWindow, CapZone, Clause, Defaults, EnumType, Event,
    EventField, Fallback, Offer, Order, Purpose, Rank, Rule, Segment, Slot, Substitute, Then, ValueDeclaration,
};
pub use field::{Required, RuleField};
pub use gathered::{EventTarget, Gathered, Increment, Lookback, MOST_EVENTS, Occurrence, Operand, Term};
pub use ids::{
    AttributeId, BlockId, CapId, ChannelId, EventId, GatheredId, OfferId, PurposeId, RuleId, SegmentId, SlotId, TagId,
    ValueId, WindowId,
};
pub use left_out::LeftOut;
pub use needed::{Needed, Statuses};
pub use order::SCORE_PLACES;
pub use renumber::{Numbers, Renumber};
pub use target::CapTarget;
pub use verify::{Flaw, Verified, VerifyError, limits, verify};
pub use window::{HoursOf, Outside, Window, WindowRow, Zones, may_be_open};

use serde::{Deserialize, Serialize};

use crate::value::{Consent, EnumId, Permission};

/// All of a rule set, resolved and typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// Zone, skew, horizon, grace.
    pub defaults: Defaults,
    /// What each class obeys.
    pub classes: ClassTable,
    /// Lists of members; the first is the seven states of a consent, the second the four of a permission, equal lists are
    /// one.
    pub enums: Vec<EnumType>,
    /// In order of name, as all lists below unless said otherwise.
    pub purposes: Vec<Purpose>,
    /// Customer and moment, one name space.
    pub attributes: Vec<Attribute>,
    /// The seven built-in ones first, in the order of [`Event::BUILT_IN`], then the declared ones by name.
    pub events: Vec<Event>,
    /// Named conditions.
    pub segments: Vec<Segment>,
    /// Named numbers and other expressions.
    pub values: Vec<ValueDeclaration>,
    /// What expressions read that is worked out while the frame is gathered; in order, each once, those that read
    /// others of the list behind them.
    pub gathered: Vec<Gathered>,
    /// By which ways messages are sent.
    pub channels: Vec<Channel>,
    /// What can be shown or sent.
    pub offers: Vec<Offer>,
    /// The tags that offers carry.
    pub tags: Vec<String>,
    /// Where something can be shown.
    pub slots: Vec<Slot>,
    /// Who sees what.
    pub rules: Vec<Rule>,
    /// Declared caps, pauses and gaps by name, then the caps of rules by rule and place in it.
    pub caps: Vec<Cap>,
    /// Blocks.
    pub blocks: Vec<Block>,
    /// Windows.
    pub windows: Vec<Window>,
}

impl RuleSet {
    /// A rule set with the built-in lists and events and nothing else.
    pub fn new() -> Self {
        let list = |members: &[&str]| EnumType {
            members: members.iter().map(|member| (*member).to_owned()).collect(),
            ordered: false,
        };
        let (consent, permission) = (Consent::ALL.map(Consent::word), Permission::ALL.map(Permission::word));
        Self { enums: vec![list(&consent), list(&permission)], events: Event::built_in(), ..Self::default() }
    }

    /// The slot of that name.
    pub fn slot_named(&self, name: &str) -> Option<SlotId> {
        self.slots.iter().position(|slot| slot.name == name).map(SlotId::from_index)
    }

    /// The rule of that name.
    pub fn rule_named(&self, name: &str) -> Option<RuleId> {
        self.rules.iter().position(|rule| rule.name == name).map(RuleId::from_index)
    }

    /// The attribute of that name.
    pub fn attribute_named(&self, name: &str) -> Option<AttributeId> {
        self.attributes.iter().position(|attribute| attribute.name == name).map(AttributeId::from_index)
    }

    /// The purpose of that name.
    pub fn purpose_named(&self, name: &str) -> Option<PurposeId> {
        self.purposes.iter().position(|purpose| purpose.name == name).map(PurposeId::from_index)
    }

    /// The offer of that name.
    pub fn offer_named(&self, name: &str) -> Option<OfferId> {
        self.offers.iter().position(|offer| offer.name == name).map(OfferId::from_index)
    }

    /// The event of that name.
    pub fn event_named(&self, name: &str) -> Option<EventId> {
        self.events.iter().position(|event| event.name == name).map(EventId::from_index)
    }

    /// The caps, pauses and gaps that bind a rule: its own and those of what it shows, without those from which it is
    /// exempt; sorted.
    pub fn caps_on(&self, rule: RuleId) -> Vec<CapId> {
        let offer = self[rule].show;
        let mut caps: Vec<CapId> = self[rule].caps.iter().chain(&self[offer].caps).copied().collect();
        caps.retain(|cap| !self[*cap].exempt.iter().any(|target| target.has_rule(rule)));
        caps.sort_unstable();
        caps.dedup();
        caps
    }

    /// Whose events the caps count together, each once; in order.
    pub fn units(&self) -> Vec<CapUnit> {
        let mut units: Vec<CapUnit> = self.caps.iter().map(|cap| cap.unit).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// The blocks that bind a rule: those on it and those on what it shows; sorted.
    pub fn blocks_on(&self, rule: RuleId) -> Vec<BlockId> {
        let rule = &self[rule];
        let mut blocks: Vec<BlockId> = rule.blocks.iter().chain(&self[rule.show].blocks).copied().collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }

    /// The windows that bind a rule: those on it and those on what it shows; sorted.
    pub fn windows_on(&self, rule: RuleId) -> Vec<WindowId> {
        let rule = &self[rule];
        let mut windows: Vec<WindowId> = rule.windows.iter().chain(&self[rule.show].windows).copied().collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    /// Whether anything is bound by a window: an offer, a rule, or what goes by a channel.
    pub fn window_binds(&self, window: WindowId) -> bool {
        self.offers.iter().any(|offer| offer.windows.contains(&window))
            || self.rules.iter().any(|rule| rule.windows.contains(&window))
            || self.channels.iter().any(|channel| channel.windows.contains(&window))
    }

    /// Whether anything is bound by a block: an offer or a rule.
    pub fn block_binds(&self, block: BlockId) -> bool {
        self.offers.iter().any(|offer| offer.blocks.contains(&block))
            || self.rules.iter().any(|rule| rule.blocks.contains(&block))
    }

    /// The attribute that identifies the customer, if one is declared.
    pub fn key(&self) -> Option<AttributeId> {
        self.attributes.iter().position(|attribute| attribute.key).map(AttributeId::from_index)
    }

    /// Whether a list was written with `<`; no for an id that does not belong to this rule set.
    pub fn is_ordered(&self, id: EnumId) -> bool {
        self.enums.get(id.0 as usize).is_some_and(|list| list.ordered)
    }

    /// The members of a list; empty for an id that does not belong to this rule set.
    pub fn members(&self, id: EnumId) -> &[String] {
        self.enums.get(id.0 as usize).map_or(&[], |list| &list.members)
    }
}
