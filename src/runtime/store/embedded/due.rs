//! What is kept for a while only, and taken out when that is over: a few with every commit, so that nobody has to come and
//! clean, and a file grows no further than what is still kept.
//!
//! When something is due stands in its record, and once more in an index by time. It is rounded up to the hour, so that what
//! is written again and again within one changes the index once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use super::{HISTORY, Key, Named, REQUESTS, SHARED, StateError};

/// When, in milliseconds since 1970; the kind of what; its name.
pub(super) const DUE: TableDefinition<'_, (u64, u8, &str), ()> = TableDefinition::new("due");

const HOUR: u64 = 3_600_000;

/// So much is looked at with every commit at least.
const AT_LEAST: usize = 64;

/// Milliseconds since 1970.
pub(super) fn clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// When something is due that is to be kept for so long; 0 is never.
pub(super) fn after(now: u64, keep: Option<Duration>) -> u64 {
    let Some(keep) = keep else { return 0 };
    let keep = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
    now.saturating_add(keep).div_ceil(HOUR).saturating_mul(HOUR).max(1)
}

/// The index, within a transaction.
pub(super) struct Index<'t>(Table<'t, (u64, u8, &'static str), ()>);

impl<'t> Index<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction, file: &Named) -> Result<Self, StateError> {
        transaction.open_table(DUE).map(Self).map_err(|why| file.table(why))
    }

    /// That something is due at another time than before.
    pub(super) fn moves(&mut self, key: &Key, before: u64, due: u64, file: &Named) -> Result<(), StateError> {
        let (kind, name) = kind(key);
        if before != 0 {
            self.0.remove((before, kind, name)).map_err(|why| file.storage(why))?;
        }
        if due != 0 {
            self.0.insert((due, kind, name), ()).map_err(|why| file.storage(why))?;
        }
        Ok(())
    }

    /// Takes out what is due; of much the oldest, and more than was put in meanwhile.
    pub(super) fn sweep(
        &mut self,
        transaction: &WriteTransaction,
        now: u64,
        put: usize,
        file: &Named,
    ) -> Result<(), StateError> {
        let most = AT_LEAST.max(2 * put);
        let due: Vec<(u64, u8, String)> = {
            let range = self.0.range(..(now, 0, "")).map_err(|why| file.storage(why))?;
            let entry = |entry: Result<(redb::AccessGuard<'_, _>, _), _>| {
                let (entry, _) = entry.map_err(|why| file.storage(why))?;
                let (due, kind, name): (u64, u8, &str) = entry.value();
                Ok((due, kind, name.to_owned()))
            };
            range.take(most).map(entry).collect::<Result<_, StateError>>()?
        };
        for (at, kind, name) in &due {
            self.0.remove((*at, *kind, name.as_str())).map_err(|why| file.storage(why))?;
            let table = match kind {
                0 => SHARED,
                1 => HISTORY,
                _ => REQUESTS,
            };
            let mut table = transaction.open_table(table).map_err(|why| file.table(why))?;
            let record = table.get(name.as_str()).map_err(|why| file.storage(why))?;
            // It may have been forgotten, and be there anew.
            let is_it = record.map(|record| file.due(record.value())).transpose()? == Some(*at);
            if is_it {
                table.remove(name.as_str()).map_err(|why| file.storage(why))?;
            }
        }
        Ok(())
    }
}

fn kind(key: &Key) -> (u8, &str) {
    match key {
        Key::Shared(name) => (0, name),
        Key::Customer(name) => (1, name),
        Key::Request(name) => (2, name),
    }
}
