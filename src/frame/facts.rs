//! What is known of one customer at one moment, before masking: what data files, requests and tests give.

use super::Via;
use crate::model::{
    AttributeId, CapId, CapUnit, ChannelId, Class, EventId, OfferId, PurposeId, RuleId, RuleSet, Scope, TagId,
};
use crate::value::{Consent, Datum, Instant, Missing, Permission, Value};

/// Everything that is gathered into a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The decision's instant.
    pub now: Instant,
    /// Per attribute.
    pub attributes: Vec<Fact>,
    /// Per purpose.
    pub consent: Vec<ConsentRecord>,
    /// Per channel, what the device lets it do.
    pub permissions: Vec<Permission>,
    /// An objection to direct marketing as such.
    pub objects_to_direct_marketing: bool,
    /// What happened, in any order; what is stamped after `now` counts as of now up to the skew, and not beyond it.
    pub history: Vec<Happened>,
    /// What happened at a time that nobody can read. Caps count it as if it had just happened, since a restriction is
    /// lifted only by a no; what else counts or adds up such events is missing.
    pub undated: Vec<(EventId, Stamp)>,
    /// What is used of a cap beside what the history says; a cap stands here at most once. Only tests say such a thing.
    pub used: Vec<(CapId, u32)>,
    /// What was decided for the customer and may still happen.
    pub reserved: Vec<Reserved>,
    /// What is counted together with the customer's own, by other units; a unit that does not stand here has seen what
    /// the customer has.
    pub shared: Vec<Shared>,
    /// Whether nobody can say what happened: the store of events does not answer.
    pub store_down: bool,
    /// What was held and is let go, with the time at which it was held first; an offer stands here at most once. Where
    /// anything is, nothing is known of the moment any more (R21).
    pub held: Vec<(OfferId, Instant)>,
}

/// A decision whose events may still come. What it counts for, and for how long, says each cap (R25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// When it was decided.
    pub at: Instant,
    /// Of what.
    pub stamp: Stamp,
    /// What it brings about without the customer's doing; sorted.
    pub brings: Vec<EventId>,
    /// What of it has happened: for a cap that counts any of this it is reserved no longer.
    pub confirmed: Vec<EventId>,
    /// How often.
    pub times: u32,
}

/// What happened to everybody, or to whoever shares an attribute with the customer, the customer's own included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Of which unit; never the customer.
    pub unit: CapUnit,
    /// What happened.
    pub history: Vec<Happened>,
    /// What may still happen.
    pub reserved: Vec<Reserved>,
}

impl Facts {
    /// Nothing is known, granted or counted (R47).
    pub fn nothing(rules: &RuleSet, now: Instant) -> Self {
        Self {
            now,
            attributes: vec![Fact::Missing(Missing::Absent); rules.attributes.len()],
            consent: vec![ConsentRecord::default(); rules.purposes.len()],
            permissions: vec![Permission::Unknown; rules.channels.len()],
            objects_to_direct_marketing: false,
            history: Vec::new(),
            undated: Vec::new(),
            used: Vec::new(),
            reserved: Vec::new(),
            shared: Vec::new(),
            store_down: false,
            held: Vec::new(),
        }
    }

    /// Writes one attribute; an id that does not belong to the rule set is ignored.
    pub fn set(&mut self, id: AttributeId, fact: Fact) {
        if let Some(place) = self.attributes.get_mut(id.index()) {
            *place = fact;
        }
    }

    /// Writes one consent; an id that does not belong to the rule set is ignored.
    pub fn set_consent(&mut self, id: PurposeId, record: ConsentRecord) {
        if let Some(place) = self.consent.get_mut(id.index()) {
            *place = record;
        }
    }
}

impl Facts {
    /// Writes that an offer has been held since then.
    pub fn set_held(&mut self, offer: OfferId, since: Instant) {
        self.held.retain(|(held, _)| *held != offer);
        self.held.push((offer, since));
    }

    /// What is known of an attribute; of the moment nothing, where what was held is let go (R21).
    pub(super) fn told(&self, rules: &RuleSet, id: AttributeId) -> &Fact {
        const NOTHING: &Fact = &Fact::Missing(Missing::Absent);
        let is_gone = !self.held.is_empty() && rules[id].scope == Scope::Moment;
        self.attributes.get(id.index()).filter(|_| !is_gone).unwrap_or(NOTHING)
    }

    /// Writes what the device lets a channel do; an id that does not belong to the rule set is ignored.
    pub fn set_permission(&mut self, id: ChannelId, state: Permission) {
        if let Some(place) = self.permissions.get_mut(id.index()) {
            *place = state;
        }
    }
}

/// What is known of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Nothing: absent, unreadable or not in the list.
    Missing(Missing),
    /// A value of the attribute's type and when it was taken; without a stamp its age is unknown, and an attribute
    /// that must be fresh is stale.
    Known(Value, Option<Instant>),
    /// The increments of a score: mantissa at six places and instant.
    Increments(Vec<(i64, Instant)>),
}

/// What the customer said about one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentRecord {
    /// As recorded, before time, version and confirmation are looked at.
    pub status: Consent,
    /// When it was given.
    pub granted_at: Option<Instant>,
    /// Under which version of the text.
    pub version: Option<u32>,
    /// Whether it was confirmed (double opt-in).
    pub confirmed: bool,
}

impl Default for ConsentRecord {
    fn default() -> Self {
        Self { status: Consent::Unknown, granted_at: None, version: None, confirmed: false }
    }
}

impl ConsentRecord {
    /// A grant that satisfies every demand at `now`, as a test's plain `granted` does (R47).
    pub fn granted(now: Instant) -> Self {
        Self { status: Consent::Granted, granted_at: Some(now), version: Some(u32::MAX), confirmed: true }
    }

    /// A record of `status` and nothing else.
    pub fn of(status: Consent) -> Self {
        Self { status, ..Self::default() }
    }
}

/// One event of the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: EventId,
    /// When.
    pub at: Instant,
    /// Of which offer and rule it is stamped, and with which tags.
    pub stamp: Stamp,
    /// Its declared fields, in their order; those behind the end are absent.
    pub fields: Vec<Datum>,
    /// How often; what is counted by many is kept in sums, so it may be more than once.
    pub times: u32,
}

impl Happened {
    /// An event of which no field is known.
    pub fn plain(event: EventId, at: Instant, stamp: Stamp) -> Self {
        Self { event, at, stamp, fields: Vec::new(), times: 1 }
    }
}

/// What an event says about what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// Nothing: it may belong to anything, so every cap that counts such events counts it.
    Unstamped,
    /// Of an offer that the rules do not have any more, and nobody wrote down its tags: it may have had any.
    Retired {
        /// The rule.
        rule: Option<RuleId>,
        /// The clause, if a substitute was shown.
        via: Option<Via>,
        /// The offer's class at that time, where it was written down.
        class: Option<Class>,
        /// The channel by which it was sent.
        channel: Option<ChannelId>,
    },
    /// What was shown or sent, and by whom; names that the rule set does not know are `None`.
    Of {
        /// The offer.
        offer: Option<OfferId>,
        /// The rule.
        rule: Option<RuleId>,
        /// The clause, if a substitute was shown; such an event does not count `on rule`.
        via: Option<Via>,
        /// The offer's class at that time; `None` is the one it has today.
        class: Option<Class>,
        /// The offer's tags at that time; sorted.
        tags: Vec<TagId>,
        /// The channel by which it was sent.
        channel: Option<ChannelId>,
    },
}
