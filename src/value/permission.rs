//! What a device lets a channel do: four states, never missing.

use serde::{Deserialize, Serialize};

/// The four states of a device's permission (R23), in the order of the built-in list
/// [`EnumId::PERMISSION`](super::EnumId::PERMISSION).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// Given.
    Full,
    /// Given for what arrives without a sound.
    Provisional,
    /// Refused.
    Denied,
    /// Nobody knows, or what is recorded cannot be read.
    #[default]
    Unknown,
}

impl Permission {
    /// All four, in the order of the list.
    pub const ALL: [Self; 4] = [Self::Full, Self::Provisional, Self::Denied, Self::Unknown];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Provisional => "provisional",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }

    /// The state of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Its index in the built-in list.
    pub fn member(self) -> u16 {
        self as u16
    }
}
