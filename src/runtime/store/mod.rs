//! Where the history of customers is kept between decisions: one trait, one store a file, one conformance suite.
//!
//! A store keeps events by the customer's key, in names: bundles come and go, and a cap that is renamed or tightened must
//! not forget what happened (R30). It is synchronous and knows nothing of rules: it keeps [`Cell`]s of bytes, one a
//! customer, one for whatever else counts events together, one a request, and [`packed`] says what stands in them.
//!
//! Nobody holds a lock while deciding. All that a request concerns is read at once, with versions; it is decided; and what
//! it takes is written on condition that not too much has changed. A run over a whole base writes through one
//! [`Transaction`], so that it lands whole or not at all.

pub mod cell;
#[cfg(test)]
mod conformance;
#[cfg(feature = "cli")]
mod embedded;
mod forget;
mod memory;
pub mod packed;
#[cfg(feature = "redis")]
pub mod redis;
pub mod tally;

pub use cell::{Cell, Change, Key, Once, Seen};
#[cfg(feature = "cli")]
pub use embedded::{EmbeddedStore, STATE_VERSION};
pub use forget::Forgotten;
pub use memory::MemoryStore;
pub use tally::{Entry, Run, Tally};

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::names::Names;
use crate::diagnostics::Code;
use crate::diagnostics::codes::state as codes;
use crate::frame::{Happened, Stamp, Via, brought_about};
use crate::model::{CapUnit, Class, EventId, RuleSet};
use crate::value::Instant;

/// Something that happened to a customer, in names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// What.
    pub event: String,
    /// When.
    pub at: Instant,
    /// Of which offer; `None` where it may belong to any.
    pub offer: Option<String>,
    /// Which rule showed it.
    pub rule: Option<String>,
    /// The clause, if a substitute was shown.
    pub via: Option<Via>,
    /// The offer's class at that time; `None` where nobody stamped it.
    pub class: Option<String>,
    /// The offer's tags at that time.
    pub tags: Vec<String>,
    /// The channel by which it was sent.
    pub channel: Option<String>,
    /// The decision that it comes from, where somebody wrote it down. `decided` with one is a reservation until what it
    /// is for has happened, or its time is over (R25).
    pub decision: Option<String>,
}

/// What was decided for a slot of a request, in names: asked for by the same id again, it is the answer again (R28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDecision {
    /// The slot.
    pub slot: String,
    /// The offer; `None` is nothing.
    pub offer: Option<String>,
    /// The channel by which it is sent.
    pub channel: Option<String>,
    /// It is sent without a sound.
    pub silent: bool,
    /// Until when the offer is held; of nothing, when to ask again.
    pub until: Option<Instant>,
    /// The rule, in its own place or as whose substitute.
    pub rule: Option<String>,
    /// The clause, if a substitute answered.
    pub via: Option<Via>,
    /// The entry of the fallback list, if that answered.
    pub fallback: Option<u32>,
    /// Whose history it stands in.
    pub customer: Option<String>,
    /// The shared records it stands in.
    pub shared: Vec<String>,
    /// As it was recorded; `None` where it counts for nothing.
    pub decided: Option<StoredEvent>,
    /// When.
    pub at: Instant,
    /// What of it has happened.
    pub happened: Vec<String>,
    /// What it reserved was given back.
    pub released: bool,
}

impl StoredEvent {
    /// An event with the stamp of a decision of `rules`.
    pub fn new(rules: &RuleSet, event: EventId, at: Instant, stamp: &Stamp) -> Self {
        let event = rules[event].name.clone();
        match stamp {
            // Whatever it was of, its name is not known here.
            Stamp::Unstamped | Stamp::Retired { .. } => {
                let (tags, channel, decision) = (Vec::new(), None, None);
                Self { event, at, offer: None, rule: None, via: None, class: None, tags, channel, decision }
            }
            Stamp::Of { offer, rule, via, class, tags, channel } => Self {
                event,
                at,
                offer: offer.map(|offer| rules[offer].name.clone()),
                rule: rule.map(|rule| rules[rule].name.clone()),
                via: *via,
                class: class.map(|class| class.word().to_owned()),
                tags: tags.iter().map(|tag| rules[*tag].clone()).collect(),
                channel: channel.map(|channel| rules[channel].name.clone()),
                decision: None,
            },
        }
    }

    /// What a showing or sending brings about: kept whole, so that a cap that is written tomorrow knows of today (R30).
    pub fn of_showing(rules: &RuleSet, at: Instant, stamp: &Stamp) -> [Self; 2] {
        brought_about(stamp).map(|event| Self::new(rules, event, at, stamp))
    }

    /// The event as `rules` see it; `None` where they do not declare such an event, so nothing can count it.
    pub fn happened(&self, rules: &RuleSet) -> Option<Happened> {
        let names = Names::of(rules);
        let event = names.event(&self.event)?;
        let class = self.class.as_deref().and_then(Class::from_word);
        let names_of = (self.offer.as_deref(), self.rule.as_deref(), self.channel.as_deref());
        let stamp = names.stamp(names_of, self.via, class, Some(&self.tags));
        Some(Happened::plain(event, self.at, stamp))
    }
}

/// What became of a writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// All of it is there, and durable as far as the store promises that.
    Whole,
    /// Somebody else has changed too much of it in the meantime: nothing of it is there. To be read and decided anew.
    Conflict,
}

/// Keeps what happened to customers.
pub trait StateStore: Send + Sync {
    /// What is kept under these keys, in their order: all in one go, so that a decision waits once. A cell that is not
    /// there has version 0.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError>;

    /// Makes all changes, each of another cell and in the order of their keys, or, where one of them does not fit any
    /// more, none. See [`StateStore::lands_whole`] for what a crash in between leaves.
    ///
    /// # Errors
    /// The store cannot be written, or nobody knows whether it was: then what was reserved ends by itself.
    fn write(&self, changes: &[Change]) -> Result<Landed, StateError>;

    /// Whether a change that is made once ([`Once`]) has been made there, of late. A store in which what is written together
    /// lands together never made one that its writer does not know of.
    ///
    /// # Errors
    /// The store cannot be read.
    fn was_made(&self, _key: &Key, _mark: u64) -> Result<bool, StateError> {
        Ok(false)
    }

    /// A name that no request of this store has had.
    ///
    /// # Errors
    /// The store cannot be used.
    fn new_name(&self) -> Result<String, StateError>;

    /// How long what happened is kept; `None` is for good. What is older is not counted any more, goes when its record is
    /// written anew, and a record that nobody writes to for so long goes whole. Rules that look back further would count
    /// too few: see [`looks_back`](super::looks_back).
    fn keeps(&self) -> Option<Duration> {
        None
    }

    /// Whether what is written together lands together whatever happens. Where it does not, a crash in between leaves
    /// what comes first of it, never what comes last.
    fn lands_whole(&self) -> bool;

    /// Begins to write for a whole base. Until it is committed nobody sees anything of it.
    ///
    /// # Errors
    /// The store cannot be written, or is being written by somebody else.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError>;

    /// How messages call it.
    fn place(&self) -> String;

    /// Removes what is kept under these keys, and what the requests of customers among them were answered. What is counted
    /// together with others stays where nobody names it. It may look at every request that is kept.
    ///
    /// # Errors
    /// The store cannot be read or written: some of it may be gone, and it can be said again.
    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError>;

    /// What happened to the customer, in the order in which it was recorded; nothing for one who is not known.
    ///
    /// # Errors
    /// The store cannot be read.
    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        let cells = self.read(&[Key::Customer(key.to_owned())])?;
        Ok(self.tally(cells.first())?.events)
    }

    /// What is counted together by another unit than the customer, under [`shared_key`]; nothing where nothing is.
    ///
    /// # Errors
    /// The store cannot be read.
    fn shared(&self, key: &str) -> Result<Tally, StateError> {
        let cells = self.read(&[Key::Shared(key.to_owned())])?;
        self.tally(cells.first())
    }

    /// What a cell of this store says.
    ///
    /// # Errors
    /// It makes no sense.
    fn tally(&self, cell: Option<&Cell>) -> Result<Tally, StateError> {
        let said = cell.map_or(Ok(Tally::default()), packed::unpack_tally);
        said.map_err(|why| StateError::Record { place: self.place(), why: why.to_string() })
    }

    /// Records events of one customer, all or none, whatever else has happened.
    ///
    /// # Errors
    /// As [`StateStore::write`].
    fn record(&self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        if events.is_empty() {
            return Ok(());
        }
        let entries: Vec<Entry> = events.iter().cloned().map(Entry::Happened).collect();
        let add = cell::piece(&packed::pack_entries(&entries));
        let change = Change::adding(Key::Customer(key.to_owned()), &Cell::default(), add);
        // On no condition it cannot fail to fit.
        self.write(&[Change { keep: self.keeps(), ..change }]).map(drop)
    }
}

/// Writing for a whole base that lands whole, or, when it is dropped, not at all.
pub trait Transaction {
    /// A cell as this transaction leaves it.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read(&self, key: &Key) -> Result<Cell, StateError>;

    /// That a cell was read as this outside of the transaction, before anything was decided by it.
    ///
    /// # Errors
    /// Somebody has written to it since. In a store that lets nobody write meanwhile nobody has.
    fn expect(&mut self, key: &Key, seen: Seen) -> Result<(), StateError>;

    /// Makes a change, on no condition.
    ///
    /// # Errors
    /// The store cannot be written.
    fn write(&mut self, change: &Change) -> Result<(), StateError>;

    /// Makes everything recorded since the beginning visible and durable.
    ///
    /// # Errors
    /// The store cannot be written, or somebody else has written what was read; then nothing of it is there.
    fn commit(self: Box<Self>) -> Result<(), StateError>;
}

/// Under what the record of a unit is kept, whose value is `key`; nothing for the customer, who has a history instead.
pub fn shared_key(rules: &RuleSet, unit: CapUnit, key: &str) -> Option<String> {
    match unit {
        CapUnit::Customer => None,
        CapUnit::Everybody => Some(String::new()),
        // No name has a zero in it.
        CapUnit::Attribute(id) => Some(format!("{}\0{key}", rules[id].name)),
    }
}

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// The file is no state of cater's.
    #[error("`{0}` is not a state file of cater")]
    Foreign(String),
    /// The file is a state of another version.
    #[error("the state file `{file}` has format version {found}, and this program keeps version {expected}")]
    OtherVersion {
        /// The file.
        file: String,
        /// Its version.
        found: u64,
        /// The one that is read and written.
        expected: u64,
    },
    /// The file was changed by something else, or a disk lost part of it.
    #[error("the state file `{file}` is damaged: {why}")]
    Damaged {
        /// The file.
        file: String,
        /// In the library's words.
        why: String,
    },
    /// A record makes no sense.
    #[error("a record in {place} cannot be read: {why}")]
    Record {
        /// The store.
        place: String,
        /// In the reader's words.
        why: String,
    },
    /// Somebody else writes the same records again and again.
    #[error("others kept changing what this needs in {0}")]
    Busy(String),
    /// The text is no address of a store.
    #[error("the address of the state cannot be used: {why}")]
    BadAddress {
        /// What is wrong with it; never the address itself, which may hold a password.
        why: String,
    },
    /// There is no connection to it.
    #[error("there is no connection to {place}: {why}")]
    Unreachable {
        /// The store.
        place: String,
        /// What went wrong.
        why: String,
    },
    /// It did not answer in time, and may have done what it was asked to.
    #[error("{0} does not answer in time")]
    Slow(String),
    /// It answers that it will not.
    #[error("{place} refuses: {refusal}")]
    Refused {
        /// The store.
        place: String,
        /// Why.
        refusal: Refusal,
    },
    /// Another program has it open.
    #[error("the state file `{0}` is in use by another program")]
    InUse(String),
    /// The disk or the system says no.
    #[error("the state file `{file}` cannot be used: {why}")]
    Io {
        /// The file.
        file: String,
        /// In the system's words.
        why: String,
    },
}

/// Why a server refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is a replica.
    #[error("it may only be read")]
    ReadOnly,
    /// It has no memory left.
    #[error("its memory is full")]
    Full,
    /// It cannot write to its disk.
    #[error("it cannot write to its disk")]
    CannotSave,
    /// User or password are not right, or may not do this.
    #[error("user and password do not open it, or may not do this")]
    NotAllowed,
    /// Under one of our keys stands what is not ours.
    #[error("under a key of ours stands something else")]
    SomethingElse,
    /// It is starting, or a part of its cluster is gone.
    #[error("it is not ready")]
    NotReady,
    /// In the first word of its answer.
    #[error("{0}")]
    Other(String),
}

impl StateError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Foreign(_) => &codes::NOT_A_STATE_FILE,
            Self::OtherVersion { .. } => &codes::OTHER_VERSION,
            Self::Damaged { .. } | Self::Record { .. } => &codes::DAMAGED,
            Self::Busy(_) => &codes::BUSY,
            Self::BadAddress { .. } => &codes::BAD_ADDRESS,
            Self::Unreachable { .. } => &codes::UNREACHABLE,
            Self::Slow(_) => &codes::SLOW,
            Self::Refused { .. } => &codes::REFUSED,
            Self::InUse(_) => &codes::IN_USE,
            Self::Io { .. } => &codes::UNUSABLE,
        }
    }

    /// Whether it may pass by itself: whoever goes on for a long time need not end because of it.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Slow(_) | Self::Busy(_) => true,
            Self::Refused { refusal, .. } => *refusal == Refusal::NotReady,
            Self::Foreign(_)
            | Self::OtherVersion { .. }
            | Self::Damaged { .. }
            | Self::Record { .. }
            | Self::BadAddress { .. }
            | Self::InUse(_)
            | Self::Io { .. } => false,
        }
    }

    /// What can be done about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "it was not touched; to begin anew, name a file that is not there yet",
            Self::OtherVersion { .. } => {
                "it was not touched; use the program that wrote it, or begin anew with a file that is not there yet"
            }
            Self::Damaged { .. } => {
                "it was not touched; take the last copy of it, or begin anew with a file that is not there yet"
            }
            Self::Record { .. } => "something else has written there; take the last copy of it, or begin anew",
            Self::Busy(_) => "nothing was recorded; try again",
            Self::BadAddress { .. } => {
                "write `redis://HOST:PORT`, with `USER:PASSWORD@` before the host where it asks for them"
            }
            Self::Unreachable { .. } => "start it, or name the host and port on which it listens",
            Self::Slow(_) => {
                "see what keeps it busy; what it was asked may have been done, and is found when it is asked again"
            }
            Self::Refused { .. } => "see to it that this server may be written to with this user, and has room",
            Self::InUse(_) => "wait until the other run has ended, or give each run a file of its own",
            Self::Io { .. } => "name a file in a folder that is there, has room, and that you may write to",
        }
    }
}
