//! What another system counted so far, taken into a store once: the events of a table, as if they had been recorded here.
//!
//! They stand in the customer's record and in those of whoever is counted together with them, as what a decision brings about
//! does, in one transaction. The table is known again by its bytes, so that it counts once however often it is imported.
//! Whether every row of it can be used is for the caller to see to: what the index could not read is not here.

use thiserror::Error;

use super::batch::write_through;
use super::data::EventIndex;
use super::store::cell::piece;
use super::store::packed::pack_decisions;
use super::store::{Change, Entry, Key, StateError, StateStore, StoredEvent, shared_key};
use crate::frame::Happened;
use crate::model::RuleSet;
use crate::value::Instant;

/// Before the digest of a table; no request has such a name.
const MARK: &str = "\u{1}import ";

/// What was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// To how many customers something happened.
    pub customers: usize,
    /// What happened.
    pub events: usize,
    /// How many records of other units than the customer count some of it.
    pub records: usize,
}

/// Why nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The store cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The same table was imported before.
    #[error("this table was imported before")]
    Before,
}

/// Records all events of a table of which these are the bytes.
///
/// # Errors
/// See [`ImportError`]: nothing was recorded then.
pub fn import(
    rules: &RuleSet,
    store: &dyn StateStore,
    events: &EventIndex,
    bytes: &[u8],
    now: Instant,
) -> Result<Imported, ImportError> {
    let mut open = store.begin()?;
    let mark = Key::Request(format!("{MARK}{}", blake3::hash(bytes).to_hex()));
    let seen = open.read(&mark)?;
    if seen.version != 0 {
        return Err(ImportError::Before);
    }
    let keeps = store.keeps();
    let entry =
        |happened: &Happened| Entry::Happened(StoredEvent::new(rules, happened.event, happened.at, &happened.stamp));
    let mut imported = Imported::default();
    for key in events.keys() {
        let entries: Vec<Entry> = events.of(key).iter().map(entry).collect();
        imported.customers += 1;
        imported.events += entries.len();
        write_through(rules, open.as_mut(), Key::Customer(key.to_owned()), &entries, (now, keeps))?;
    }
    for unit in rules.units() {
        for (value, members) in events.together(unit) {
            let Some(key) = shared_key(rules, unit, value) else { continue };
            let of_all = members.iter().flat_map(|member| events.of(member)).map(entry);
            let entries: Vec<Entry> = of_all.filter(|entry| entry.concerns(rules, unit)).collect();
            imported.records += usize::from(!entries.is_empty());
            write_through(rules, open.as_mut(), Key::Shared(key), &entries, (now, keeps))?;
        }
    }
    let known = Change { keep: keeps, ..Change::adding(mark, &seen, piece(&pack_decisions(&[]))) };
    open.write(&known)?;
    open.commit()?;
    Ok(imported)
}
