//! What happened to customers, remembered between decisions: one trait, one store a file, one conformance suite.
//!
//! A store keeps events by unit (the customer's key), by name and not by id, because bundles come and go. It knows no
//! rules: which events a cap counts is worked out from them when a frame is gathered, so renaming or tightening a cap
//! never forgets what happened (R30).

#[cfg(feature = "cli")]
mod embedded;
mod memory;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use embedded::{EmbeddedStore, STATE_VERSION};
pub use memory::MemoryStore;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnostics::Code;
use crate::diagnostics::codes::state as codes;
use crate::frame::Via;
use crate::value::Instant;

/// One event of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// What happened: `shown`, `purchase`.
    pub event: String,
    /// When.
    pub at: Instant,
    /// Of which offer; without one it may belong to anything.
    pub offer: Option<String>,
    /// By which rule.
    pub rule: Option<String>,
    /// By which clause, if a substitute was shown.
    pub via: Option<Via>,
    /// The offer's tags at that time; `None` where nobody wrote them down.
    pub tags: Option<Vec<String>>,
}

/// What is to be remembered: events by unit.
pub type Batch = [(String, Vec<StoredEvent>)];

/// Where events are kept. Synchronous; safe to share between threads.
pub trait StateStore: Send + Sync {
    /// The events of a unit, earliest first, of one instant in the order recorded; none of a unit never seen.
    ///
    /// # Errors
    /// The store cannot be read.
    fn history(&self, unit: &str) -> Result<Vec<StoredEvent>, StateError>;

    /// Remembers all of a batch, or nothing of it.
    ///
    /// # Errors
    /// The store cannot be written; then it holds what it held before.
    fn record(&self, batch: &Batch) -> Result<(), StateError>;
}

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// It is something else, and is left alone.
    #[error("`{0}` is not a state file of cater")]
    NotAState(String),
    /// Written by another version.
    #[error("`{file}` is a state file of version {found}; this program reads version {known}")]
    OtherVersion {
        /// The file.
        file: String,
        /// The version in it.
        found: u32,
        /// The version that this program knows.
        known: u32,
    },
    /// What it holds is not what was written.
    #[error("the state file `{file}` is damaged: {why}")]
    Damaged {
        /// The file.
        file: String,
        /// In a few words.
        why: String,
    },
    /// Another program has it open.
    #[error("the state file `{0}` is in use by another program")]
    InUse(String),
    /// The disk, the file's rights and the like.
    #[error("the state file `{file}` cannot be used: {why}")]
    Unusable {
        /// The file.
        file: String,
        /// In the system's words.
        why: String,
    },
}

impl StateError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotAState(_) => &codes::NOT_A_STATE,
            Self::OtherVersion { .. } => &codes::OTHER_VERSION,
            Self::Damaged { .. } => &codes::DAMAGED,
            Self::InUse(_) => &codes::IN_USE,
            Self::Unusable { .. } => &codes::UNUSABLE,
        }
    }
}

/// Puts new events behind those that are there, in order of time; equals keep their order.
fn merged(mut known: Vec<StoredEvent>, new: &[StoredEvent]) -> Vec<StoredEvent> {
    known.extend_from_slice(new);
    known.sort_by_key(|event| event.at);
    known
}
