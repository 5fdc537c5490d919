//! What a slot answers.

use serde::{Deserialize, Serialize};

use crate::model::{ChannelId, OfferId, RuleId, RuleSet, SlotId};
use crate::value::Instant;

/// What the customer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// This offer.
    Shows(OfferId),
    /// This offer, as a message.
    Sends {
        /// What is sent.
        offer: OfferId,
        /// By which channel.
        channel: ChannelId,
        /// Whether it arrives without a sound.
        silent: bool,
    },
    /// Nothing yet: this offer must wait, and no lower candidate overtakes it (R10). By which channel a message then goes
    /// is decided when it is released.
    Holds {
        /// Which.
        offer: OfferId,
        /// When everything is decided anew: the earliest instant at which, as known now, windows let it pass (R32).
        until: Instant,
    },
    /// An empty place, or no message.
    Nothing,
}

impl Outcome {
    /// What is shown or sent.
    pub fn offer(self) -> Option<OfferId> {
        match self {
            Self::Shows(offer) | Self::Sends { offer, .. } => Some(offer),
            Self::Holds { .. } | Self::Nothing => None,
        }
    }

    /// What waits.
    pub fn held(self) -> Option<OfferId> {
        match self {
            Self::Holds { offer, .. } => Some(offer),
            Self::Shows(_) | Self::Sends { .. } | Self::Nothing => None,
        }
    }

    /// By which channel something is sent.
    pub fn channel(self) -> Option<ChannelId> {
        match self {
            Self::Sends { channel, .. } => Some(channel),
            Self::Shows(_) | Self::Holds { .. } | Self::Nothing => None,
        }
    }
}

/// Which clause of a rule brought its substitute in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Via {
    /// `if capped`.
    Capped,
    /// `if no consent`.
    NoConsent,
    /// `if unknown`.
    Unknown,
}

impl Via {
    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Capped => "if capped",
            Self::NoConsent => "if no consent",
            Self::Unknown => "if unknown",
        }
    }
}

/// Who brought the outcome about. A rule tried as a substitute and won is that rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum By {
    /// A rule's own offer.
    Rule(RuleId),
    /// What a rule names in its place.
    Substitute(RuleId, Via),
    /// The entry of the slot's fallback list, from 0.
    Fallback(u32),
    /// The slot is off.
    SlotOff,
}

/// The answer for one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Where.
    pub slot: SlotId,
    /// What.
    pub outcome: Outcome,
    /// By whom.
    pub by: By,
    /// Where nothing is shown and time alone could change that: when to ask again (R16).
    pub again: Option<Instant>,
}

impl Decision {
    /// A decision that says nothing of when to ask again.
    pub const fn new(slot: SlotId, outcome: Outcome, by: By) -> Self {
        Self { slot, outcome, by, again: None }
    }

    /// What the host carries out with it, by name: the tasks of the rule that won itself (`also call_agent`); none where
    /// anything stands in.
    pub fn tasks<'a>(&self, rules: &'a RuleSet) -> &'a [String] {
        match self.by {
            By::Rule(rule) => rules.rules.get(rule.index()).map_or(&[], |rule| &rule.tasks),
            By::Substitute(..) | By::Fallback(_) | By::SlotOff => &[],
        }
    }
}
