//! What a decision depends on and what it answers, nothing else: the frame goes in, the decision comes out.
//!
//! Takes the model's ids. Refuses to know where facts come from (that is `runtime`) or how a decision is found.

mod caps;
mod case;
mod consent;
mod decay;
mod decision;
mod facts;
mod gather;
mod gathered;
#[cfg(test)]
mod history_tests;
mod past;
mod rotation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unit_tests;
mod windows;

pub use caps::{brought_about, cap_states, concerns, is_counted, is_late, is_over, reserve, spends, stamp};
pub use case::{Asked, Because, Case, Expectation, Expected};
pub use decision::{By, Decision, Outcome, Via};
pub use facts::{ConsentRecord, Fact, Facts, Happened, Reserved, Shared, Stamp};
pub use gather::{gather, unit_key};
pub use windows::WindowState;

use serde::{Deserialize, Serialize};

use crate::model::{AttributeId, CapId, ChannelId, Class, EventId, GatheredId, OfferId, PurposeId, RuleSet, SlotId};
use crate::value::{Consent, Date, Datum, Instant, Missing, Permission, Value};

/// One customer at one moment, masked: deciding is a pure function of a rule set and this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The decision's instant.
    pub now: Instant,
    /// The day of `now` in the zone of `defaults`.
    pub today: Date,
    /// Per attribute, masked; declared defaults are not filled in (they stand in when the value is read).
    pub attributes: Vec<Datum>,
    /// Per gathered value of the rule set, masked.
    pub gathered: Vec<Datum>,
    /// Events that gathered values read and did not count, since their stamps lie after now and the skew; by event. Only
    /// explanations look at it; no decision depends on it.
    pub set_aside: Vec<SetAside>,
    /// Per purpose, as it reads in a condition (R23); `Granted` is what opens it.
    pub consent: Vec<Consent>,
    /// Per channel, what the device lets it do.
    pub permissions: Vec<Permission>,
    /// Per slot that rotates, the channel that was used last.
    pub last_used: Vec<Option<ChannelId>>,
    /// Per cap, what is used of it.
    pub caps: Vec<CapState>,
    /// Per cap that counts over a time, when what is used of it happened.
    pub counted: Vec<Counted>,
    /// Per window, what the clocks say.
    pub windows: Vec<WindowState>,
    /// Per offer, whether an earlier slot of the same request shows or sends it (R24).
    pub taken: Vec<bool>,
    /// What was held and is let go, since when; by offer.
    pub held: Vec<(OfferId, Instant)>,
    /// Why recorded grants do not open their purposes. Only explanations look at it; no decision depends on it.
    pub shortfalls: Vec<Shortfall>,
    /// Of each purpose that an objection to direct marketing closes, how it would read without one. Only explanations look
    /// at it; no decision depends on it.
    pub beneath: Vec<(PurposeId, Consent)>,
}

/// Events from the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Which.
    pub event: EventId,
    /// How many; at least one.
    pub count: u32,
}

/// A grant that was recorded and does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Of which purpose.
    pub purpose: PurposeId,
    /// What is wrong with it.
    pub why: Short,
}

/// What a grant lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Short {
    /// It was given under an older version of the text, or nobody recorded which.
    Version {
        /// As recorded.
        given: Option<u32>,
        /// At least.
        wanted: u32,
    },
    /// It was given too long ago, or nobody recorded when.
    TooOld {
        /// As recorded.
        granted_at: Option<Instant>,
    },
    /// Its time lies after the decision.
    NotYet {
        /// As recorded.
        granted_at: Instant,
    },
    /// It was not confirmed.
    Unconfirmed,
}

/// When what is used of a cap happened: it tells when to ask again, and until when something waits for the cap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// How much of it nobody can date, or is reserved for longer than it would be in the window: it never leaves.
    pub lasting: u32,
    /// Of the rest the times, the newest first; no more of them than the cap's number.
    pub times: Vec<Instant>,
}

/// How far a cap is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CapState {
    /// So many events and reservations are in its window.
    Used(u32),
    /// Nobody knows whose they are, and an unknown unit blocks (R26).
    UnknownUnit,
    /// Nobody knows in which zone its calendar is read, and that blocks too (R33).
    UnknownZone,
    /// A pause runs, or a gap is not over, until this instant, which no longer belongs to it.
    Until(Instant),
    /// The store of events does not answer; whether that blocks says the cap, else the class of what it binds (R26).
    NoStore,
}

impl Frame {
    /// A frame in which nothing is known, granted or used, at `now`.
    pub fn empty(rules: &RuleSet, now: Instant) -> Self {
        let attributes = vec![Datum::Missing(Missing::Absent); rules.attributes.len()];
        Self {
            now,
            today: crate::value::date_in_zone(now, &rules.defaults.zone),
            windows: windows::states(rules, &attributes, now),
            attributes,
            gathered: vec![Datum::Missing(Missing::Absent); rules.gathered.len()],
            set_aside: Vec::new(),
            consent: vec![Consent::Unknown; rules.purposes.len()],
            permissions: vec![Permission::Unknown; rules.channels.len()],
            last_used: vec![None; rules.slots.len()],
            caps: vec![CapState::Used(0); rules.caps.len()],
            counted: vec![Counted::default(); rules.caps.len()],
            taken: vec![false; rules.offers.len()],
            held: Vec::new(),
            shortfalls: Vec::new(),
            beneath: Vec::new(),
        }
    }

    /// The masked value of an attribute; ids behind the last are those of the gathered values, as in
    /// [`RuleSet::flattened`].
    pub fn attribute(&self, id: AttributeId) -> &Datum {
        match self.attributes.get(id.index()) {
            Some(value) => value,
            None => self.gathered(GatheredId::from_index(id.index() - self.attributes.len())),
        }
    }

    /// A gathered value.
    pub fn gathered(&self, id: GatheredId) -> &Datum {
        self.gathered.get(id.index()).unwrap_or(&Datum::Missing(Missing::Absent))
    }

    /// The frame for [`RuleSet::flattened`]: each gathered value stands behind the attributes.
    #[must_use]
    pub fn flattened(mut self) -> Self {
        self.attributes.append(&mut self.gathered);
        self
    }

    /// How a purpose reads.
    pub fn consent(&self, id: PurposeId) -> Consent {
        self.consent.get(id.index()).copied().unwrap_or(Consent::Unknown)
    }

    /// What the device lets a channel do.
    pub fn permission(&self, id: ChannelId) -> Permission {
        self.permissions.get(id.index()).copied().unwrap_or_default()
    }

    /// The channel that a slot used last.
    pub fn last_used(&self, id: SlotId) -> Option<ChannelId> {
        self.last_used.get(id.index()).copied().flatten()
    }

    /// Whether a cap has nothing left for whatever is of the strictest class; a cap the frame does not know is spent.
    pub fn is_spent(&self, rules: &RuleSet, id: CapId) -> bool {
        self.is_spent_with(rules, id, rules[id].store_down_blocks == Some(false))
    }

    /// Whether a cap stops what is of this class.
    pub fn stops(&self, rules: &RuleSet, id: CapId, class: Class) -> bool {
        self.is_spent_with(rules, id, rules.does_without_store(id, class))
    }

    /// Whether a cap has nothing left, where a store that does not answer is let pass or not.
    pub fn is_spent_with(&self, rules: &RuleSet, id: CapId, does_without_store: bool) -> bool {
        match self.caps.get(id.index()) {
            Some(CapState::Used(used)) => self.limit(rules, id).is_none_or(|limit| *used >= limit),
            Some(CapState::NoStore) => !does_without_store,
            Some(CapState::UnknownUnit | CapState::UnknownZone | CapState::Until(_)) | None => true,
        }
    }

    /// The number of a cap: as written, or as its attribute reads, the default counted; `None` where that cannot be read
    /// or is never, and the cap blocks.
    pub fn limit(&self, rules: &RuleSet, id: CapId) -> Option<u32> {
        let Some(number) = rules[id].number else { return Some(rules[id].at_most) };
        let value = match self.attribute(number) {
            Datum::Known(value) => Some(value),
            Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => rules[number].default.as_ref(),
            Datum::Missing(
                Missing::NoConsent
                | Missing::FromTheFuture
                | Missing::Unreadable
                | Missing::NotInList
                | Missing::Computed,
            ) => None,
        };
        match value? {
            Value::Number(number) => u32::try_from(*number).ok(),
            Value::YesNo(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never => None,
        }
    }

    /// Since when an offer has been held that is let go now.
    pub fn held_since(&self, id: OfferId) -> Option<Instant> {
        self.held.iter().find(|(held, _)| *held == id).map(|(_, since)| *since)
    }

    /// Whether an earlier slot of the request shows the offer.
    pub fn is_taken(&self, id: OfferId) -> bool {
        self.taken.get(id.index()).copied().unwrap_or(false)
    }
}
