//! The five classes and the shipped table of what each obeys (R2).

use serde::{Deserialize, Serialize};

/// What an offer is for; the order is that in which classes win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Safety and fraud: obeys nothing.
    Critical,
    /// What the law makes us say: obeys nothing.
    Legal,
    /// Helps with what the customer already has.
    Service,
    /// Around the customer's own contract.
    Lifecycle,
    /// Selling.
    Marketing,
}

impl Class {
    /// All five, highest first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::Legal, Self::Service, Self::Lifecycle, Self::Marketing];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Legal => "legal",
            Self::Service => "service",
            Self::Lifecycle => "lifecycle",
            Self::Marketing => "marketing",
        }
    }

    /// The class of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// Whether declared caps bind it.
    pub fn obeys_caps(self) -> bool {
        match self {
            Self::Critical | Self::Legal | Self::Service => false,
            Self::Lifecycle | Self::Marketing => true,
        }
    }

    /// Whether blocks bind it.
    pub fn obeys_blocks(self) -> bool {
        match self {
            Self::Critical | Self::Legal => false,
            Self::Service | Self::Lifecycle | Self::Marketing => true,
        }
    }

    /// Whether what it shows is counted by declared caps.
    pub fn counts(self) -> bool {
        match self {
            Self::Critical | Self::Legal | Self::Service => false,
            Self::Lifecycle | Self::Marketing => true,
        }
    }

    /// Whether a rule of it stops when its review is overdue (R46).
    pub fn stops_unreviewed(self) -> bool {
        match self {
            Self::Critical | Self::Legal | Self::Service => false,
            Self::Lifecycle | Self::Marketing => true,
        }
    }

    /// Whether a rule's own `cap` clause may stand on it (R26).
    pub fn may_carry_a_cap(self) -> bool {
        match self {
            Self::Critical | Self::Legal => false,
            Self::Service | Self::Lifecycle | Self::Marketing => true,
        }
    }
}
