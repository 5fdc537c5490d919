//! A store in one file: durable, a batch lands whole or not at all. Built on redb, known here alone.
//!
//! A file is looked at before it is touched. One that redb did not write, or that holds no state of ours, is refused as
//! it is. A state of ours is copied into memory and every page's checksum is compared there first, because redb itself
//! repairs what it opens: a repaired file would no longer show what was lost. Each unit's events carry a checksum of
//! their own, so that a damaged record is an error and never a shorter history, which would loosen a cap.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend, StorageError, TableDefinition,
    TableError,
};

use super::{Batch, StateError, StateStore, StoredEvent, merged};

/// The version of what is written; a file of another version is refused.
pub const STATE_VERSION: u32 = 1;

/// How every file of redb begins.
const MAGIC: &[u8] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// One entry: the version under the name of this program.
const META: TableDefinition<'_, &str, u32> = TableDefinition::new("cater-state");
/// By unit: eight bytes of checksum, then the events.
const EVENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("events");
const VERSION_KEY: &str = "version";
const CHECKSUM: usize = 8;

/// Events in a file.
#[derive(Debug)]
pub struct EmbeddedStore {
    database: Database,
    name: String,
}

impl EmbeddedStore {
    /// Opens a state file, or makes one where there is none.
    ///
    /// # Errors
    /// The file is something else, of another version, damaged, in use, or cannot be read or written; it is left as it
    /// was.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => inspect(&name, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::create(path, name),
            Err(error) => return Err(unusable(&name, &error)),
        }
        let database = Database::open(path).map_err(|error| refused(&name, error))?;
        Ok(Self { database, name })
    }

    /// The version is written with the file, to a neighbour that is then renamed: a state file without one never
    /// stands under its name.
    fn create(path: &Path, name: String) -> Result<Self, StateError> {
        let mut part = path.file_name().unwrap_or_default().to_os_string();
        part.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(part);
        let made = || -> Result<(), redb::Error> {
            let database = Database::create(&part)?;
            let write = database.begin_write()?;
            write.open_table(META)?.insert(VERSION_KEY, STATE_VERSION)?;
            write.open_table(EVENTS)?;
            write.commit()?;
            Ok(())
        };
        let placed = made()
            .map_err(|error| unusable(&name, &error))
            .and_then(|()| std::fs::rename(&part, path).map_err(|error| unusable(&name, &error)));
        if let Err(error) = placed {
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
        let database = Database::open(path).map_err(|error| refused(&name, error))?;
        Ok(Self { database, name })
    }

    fn unusable(&self, error: &dyn std::error::Error) -> StateError {
        unusable(&self.name, error)
    }

    fn decoded(&self, unit: &str, bytes: &[u8]) -> Result<Vec<StoredEvent>, StateError> {
        decoded(unit, bytes).ok_or_else(|| damaged(&self.name, format!("the events of `{unit}`")))
    }
}

impl StateStore for EmbeddedStore {
    fn history(&self, unit: &str) -> Result<Vec<StoredEvent>, StateError> {
        let read = self.database.begin_read().map_err(|error| self.unusable(&error))?;
        let table = read.open_table(EVENTS).map_err(|error| self.unusable(&error))?;
        let found = table.get(unit).map_err(|error| self.unusable(&error))?;
        found.map_or(Ok(Vec::new()), |bytes| self.decoded(unit, bytes.value()))
    }

    fn record(&self, batch: &Batch) -> Result<(), StateError> {
        let write = self.database.begin_write().map_err(|error| self.unusable(&error))?;
        {
            let mut table = write.open_table(EVENTS).map_err(|error| self.unusable(&error))?;
            for (unit, events) in batch {
                let found = table.get(unit.as_str()).map_err(|error| self.unusable(&error))?;
                let known = found.map_or(Ok(Vec::new()), |bytes| self.decoded(unit, bytes.value()))?;
                let bytes = encoded(unit, &merged(known, events)).ok_or_else(|| StateError::Unusable {
                    file: self.name.clone(),
                    why: format!("the events of `{unit}` cannot be written down"),
                })?;
                table.insert(unit.as_str(), bytes.as_slice()).map_err(|error| self.unusable(&error))?;
            }
        }
        write.commit().map_err(|error| self.unusable(&error))
    }
}

fn encoded(unit: &str, events: &[StoredEvent]) -> Option<Vec<u8>> {
    let body = postcard::to_stdvec(events).ok()?;
    let mut bytes = checksum(unit, &body).to_vec();
    bytes.extend(body);
    Some(bytes)
}

fn decoded(unit: &str, bytes: &[u8]) -> Option<Vec<StoredEvent>> {
    let (sum, body) = bytes.split_at_checked(CHECKSUM)?;
    if sum != checksum(unit, body) {
        return None;
    }
    postcard::from_bytes(body).ok()
}

/// The unit is in it, so that the events of one cannot pass for those of another.
fn checksum(unit: &str, body: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(unit.len() as u64).to_le_bytes()).update(unit.as_bytes()).update(body);
    let mut sum = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

/// Whether the bytes are a whole state file of this version.
fn inspect(name: &str, bytes: &[u8]) -> Result<(), StateError> {
    if !bytes.starts_with(MAGIC) {
        return Err(StateError::NotAState(name.to_owned()));
    }
    // redb may panic over pages that make no sense; on a copy that does no harm.
    let looked = catch_unwind(AssertUnwindSafe(|| inspect_copy(name, bytes)));
    looked.unwrap_or_else(|panic| Err(damaged(name, panic_words(&*panic))))
}

fn inspect_copy(name: &str, bytes: &[u8]) -> Result<(), StateError> {
    let copy = InMemoryBackend::new();
    let filled = copy.set_len(bytes.len() as u64).and_then(|()| copy.write(0, bytes));
    filled.map_err(|error| unusable(name, &error))?;
    let mut database = Builder::new().create_with_backend(copy).map_err(|error| refused(name, error))?;
    match database.check_integrity() {
        Ok(true) => {}
        Ok(false) => return Err(damaged(name, "a checksum does not fit".to_owned())),
        Err(error) => return Err(refused(name, error)),
    }
    let read = database.begin_read().map_err(|error| unusable(name, &error))?;
    let version = match read.open_table(META) {
        Ok(meta) => meta.get(VERSION_KEY).map_err(|error| unusable(name, &error))?.map(|found| found.value()),
        Err(TableError::TableDoesNotExist(_) | TableError::TableTypeMismatch { .. }) => None,
        Err(error) => return Err(unusable(name, &error)),
    };
    match version {
        None => return Err(StateError::NotAState(name.to_owned())),
        Some(STATE_VERSION) => {}
        Some(found) => {
            return Err(StateError::OtherVersion { file: name.to_owned(), found, known: STATE_VERSION });
        }
    }
    let events = read.open_table(EVENTS).map_err(|error| damaged(name, error.to_string()))?;
    for entry in events.iter().map_err(|error| damaged(name, error.to_string()))? {
        let (unit, bytes) = entry.map_err(|error| damaged(name, error.to_string()))?;
        if decoded(unit.value(), bytes.value()).is_none() {
            return Err(damaged(name, format!("the events of `{}`", unit.value())));
        }
    }
    Ok(())
}

fn panic_words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("its pages make no sense").to_owned()
}

fn unusable(name: &str, error: &dyn std::error::Error) -> StateError {
    StateError::Unusable { file: name.to_owned(), why: error.to_string() }
}

fn damaged(name: &str, why: String) -> StateError {
    StateError::Damaged { file: name.to_owned(), why }
}

fn refused(name: &str, error: DatabaseError) -> StateError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StateError::InUse(name.to_owned()),
        DatabaseError::UpgradeRequired(found) => {
            StateError::OtherVersion { file: name.to_owned(), found: u32::from(found), known: STATE_VERSION }
        }
        DatabaseError::Storage(StorageError::Corrupted(why)) => damaged(name, why),
        DatabaseError::RepairAborted => damaged(name, "it was not closed and cannot be repaired".to_owned()),
        other => unusable(name, &other),
    }
}
