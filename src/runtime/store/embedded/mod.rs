//! History in one file, for the tool and for a service on one machine: a redb database.
//!
//! Four tables: `cater` holds the version of the format and how many numbers were given out, `history` one record a
//! customer, `shared` one for whatever else events are counted together by, `decisions` what was decided under an id. Every commit is made in two
//! phases, so a crash leaves the last one whole. When a file is opened, it is first looked at through [`Glass`], with
//! the checksum of every page compared: what is not ours, of another version or damaged is refused before a byte of it
//! changes. A new file is written beside its name and linked there when it is complete, and never over another: so there is
//! never half a one, and of two that begin at once both open the one that was first.

mod glass;
#[cfg(test)]
mod tests;

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use redb::backends::FileBackend;
use redb::{
    Builder, CommitError, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableDefinition,
    TableError, TransactionError, WriteTransaction,
};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{StateError, StateStore, StoredDecision, StoredEvent, Transaction};
use glass::Glass;

/// The version of the format that is read and written.
pub const STATE_VERSION: u64 = 5;

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("cater");
const HISTORY: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("history");
const SHARED: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("shared");
const DECISIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("decisions");
const VERSION: &str = "version";
const NUMBERS: &str = "numbers";

/// How every redb file begins.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// Memory for pages, in bytes; the library's own default is a gigabyte.
const CACHE: usize = 64 * 1024 * 1024;

/// A store in one file; while it is open no other program can open it.
#[derive(Debug)]
pub struct EmbeddedStore {
    file: Named,
    database: Database,
    reads_only: bool,
    /// The file, if it was made for this store.
    made: Option<PathBuf>,
}

/// The file's name, for messages.
#[derive(Clone, Debug)]
struct Named(String);

impl EmbeddedStore {
    /// Opens a state file, or makes a new one where there is none.
    ///
    /// # Errors
    /// The file is something else, of another version, damaged, in use, or cannot be read and written. It is not changed
    /// then.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let file = Named(path.display().to_string());
        let made = !path.try_exists().map_err(|why| file.io(&why))? && create(path, &file)?;
        looks_whole(path, &file)?;
        let opened = open(path, &file)?;
        let mine = opened.metadata().map_err(|why| file.io(&why))?;
        let backend = FileBackend::new(opened).map_err(|why| file.database(why))?;
        let database = builder().create_with_backend(backend).map_err(|why| file.database(why))?;
        // Between its opening and its lock whoever made it may have taken it back.
        if !is_still(path, &mine) {
            return Err(StateError::InUse(file.0));
        }
        Ok(Self { file, database, reads_only: false, made: made.then(|| path.to_owned()) })
    }

    /// Takes the file back, if it was made when this store was opened; a file that was there stays.
    pub fn take_back(self) {
        if let Some(path) = &self.made {
            // While it is locked nobody else can have written to it.
            drop(std::fs::remove_file(path));
        }
    }

    /// Opens a state file that is there, to be read alone: nothing of it changes, and it need not be one that may be
    /// written to.
    ///
    /// # Errors
    /// As [`EmbeddedStore::open`], and where there is none.
    pub fn open_for_reading(path: &Path) -> Result<Self, StateError> {
        let file = Named(path.display().to_string());
        let opened = File::open(path).map_err(|why| file.io(&why))?;
        let database = through_glass(opened, true, &file)?;
        Ok(Self { file, database, reads_only: true, made: None })
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    builder
}

/// Whether the name leads to the file that was opened.
#[cfg(unix)]
fn is_still(path: &Path, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    path.metadata().is_ok_and(|one| (one.dev(), one.ino()) == (opened.dev(), opened.ino()))
}

/// Whether the name leads to the file that was opened: elsewhere no open file loses its name.
#[cfg(not(unix))]
fn is_still(_: &Path, _: &Metadata) -> bool {
    true
}

/// Writes an empty state beside the name and gives it the name, unless somebody else was first; says whether it did.
fn create(path: &Path, file: &Named) -> Result<bool, StateError> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.{}.new", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
    let beside = PathBuf::from(beside);
    let made = (|| {
        drop(std::fs::remove_file(&beside));
        let database = builder().create(&beside).map_err(|why| file.database(why))?;
        let transaction = begin(&database, file)?;
        {
            let mut about = transaction.open_table(ABOUT).map_err(|why| file.table(why))?;
            about.insert(VERSION, STATE_VERSION).map_err(|why| file.storage(why))?;
            for table in [HISTORY, SHARED, DECISIONS] {
                transaction.open_table(table).map_err(|why| file.table(why))?;
            }
        }
        transaction.commit().map_err(|why| file.damaged(&why))?;
        database.close().map_err(|why| file.database(why))?;
        place(&beside, path).map_err(|why| file.io(&why))
    })();
    drop(std::fs::remove_file(&beside));
    made
}

/// Gives a complete file its name without ever replacing another; says whether it did.
fn place(beside: &Path, path: &Path) -> io::Result<bool> {
    let claimed = match std::fs::hard_link(beside, path) {
        Ok(()) => return Ok(true),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        // Where a file has but one name, the name is claimed first: whoever comes between finds no state, and goes.
        Err(_) => OpenOptions::new().write(true).create_new(true).open(path),
    };
    match claimed {
        Ok(_) => std::fs::rename(beside, path).map(|()| true),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(why) => Err(why),
    }
}

/// Refuses what is not a whole state of this version, without changing it.
fn looks_whole(path: &Path, file: &Named) -> Result<(), StateError> {
    // Whether it may be written to shows now, and not when there is something to be written.
    through_glass(open(path, file)?, false, file).map(drop)
}

/// Opens a file that is there, or was a moment ago.
fn open(path: &Path, file: &Named) -> Result<File, StateError> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    opened.map_err(|why| {
        if why.kind() == io::ErrorKind::NotFound { StateError::InUse(file.0.clone()) } else { file.io(&why) }
    })
}

/// A whole state of this version, behind glass: what is written never reaches the file.
fn through_glass(mut opened: File, shared: bool, file: &Named) -> Result<Database, StateError> {
    if !opened.metadata().map_err(|why| file.io(&why))?.is_file() || !begins_as_ours(&mut opened) {
        return Err(StateError::Foreign(file.0.clone()));
    }
    let glass = Glass::new(opened, shared).map_err(|why| file.io(&why))?;
    let look = || {
        let database =
            builder().set_check_integrity_on_open(true).create_with_backend(glass).map_err(|why| file.database(why))?;
        let version = version(&database, file)?;
        if version == STATE_VERSION {
            return Ok(database);
        }
        Err(StateError::OtherVersion { file: file.0.clone(), found: version, expected: STATE_VERSION })
    };
    // The library promises to report what is corrupt and not to panic; a hostile file is no place to rely on it.
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| Err(file.damaged(&"it cannot be made sense of")))
}

fn begins_as_ours(file: &mut File) -> bool {
    let mut first = [0; MAGIC.len()];
    file.read_exact(&mut first).is_ok() && first == MAGIC
}

fn version(database: &Database, file: &Named) -> Result<u64, StateError> {
    let foreign = || StateError::Foreign(file.0.clone());
    let transaction = database.begin_read().map_err(|why| file.transaction(why))?;
    let about = match transaction.open_table(ABOUT) {
        Ok(about) => about,
        Err(TableError::Storage(why)) => return Err(file.storage(why)),
        Err(_) => return Err(foreign()),
    };
    let version = about.get(VERSION).map_err(|why| file.storage(why))?;
    version.map(|version| version.value()).ok_or_else(foreign)
}

fn begin(database: &Database, file: &Named) -> Result<WriteTransaction, StateError> {
    let mut transaction = database.try_begin_write().map_err(|why| file.transaction(why))?;
    transaction.set_two_phase_commit(true);
    Ok(transaction)
}

impl EmbeddedStore {
    fn read(&self, table: TableDefinition<'_, &str, &[u8]>, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        let transaction = self.database.begin_read().map_err(|why| self.file.transaction(why))?;
        let table = transaction.open_table(table).map_err(|why| self.file.table(why))?;
        let record = table.get(key).map_err(|why| self.file.storage(why))?;
        record.map_or(Ok(Vec::new()), |record| self.file.decode(record.value()))
    }
}

impl StateStore for EmbeddedStore {
    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        self.read(HISTORY, key)
    }

    fn shared(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        self.read(SHARED, key)
    }

    fn turn(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        let mut transaction = self.database.begin_write().map_err(|why| self.file.transaction(why))?;
        transaction.set_two_phase_commit(true);
        Ok(Box::new(Writing { file: &self.file, transaction }))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        if self.reads_only {
            return Err(self.file.io(&io::Error::other("it was opened to be read alone")));
        }
        Ok(Box::new(Writing { file: &self.file, transaction: begin(&self.database, &self.file)? }))
    }
}

struct Writing<'a> {
    file: &'a Named,
    transaction: WriteTransaction,
}

impl Writing<'_> {
    fn get<T: DeserializeOwned>(
        &self,
        table: TableDefinition<'_, &str, &[u8]>,
        key: &str,
    ) -> Result<Option<T>, StateError> {
        let table = self.transaction.open_table(table).map_err(|why| self.file.table(why))?;
        let record = table.get(key).map_err(|why| self.file.storage(why))?;
        record.map(|record| self.file.decode(record.value())).transpose()
    }

    fn put<T: Serialize + ?Sized>(
        &self,
        table: TableDefinition<'_, &str, &[u8]>,
        key: &str,
        value: &T,
    ) -> Result<(), StateError> {
        let record = postcard::to_stdvec(value).map_err(|why| self.file.damaged(&why))?;
        let mut table = self.transaction.open_table(table).map_err(|why| self.file.table(why))?;
        table.insert(key, record.as_slice()).map_err(|why| self.file.storage(why))?;
        Ok(())
    }
}

impl Transaction for Writing<'_> {
    fn record(&mut self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut all = self.history(key)?;
        all.extend_from_slice(events);
        self.put(HISTORY, key, &all)
    }

    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        Ok(self.get(HISTORY, key)?.unwrap_or_default())
    }

    fn shared(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        Ok(self.get(SHARED, key)?.unwrap_or_default())
    }

    fn put_shared(&mut self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        self.put(SHARED, key, events)
    }

    fn decision(&self, id: &str) -> Result<Option<StoredDecision>, StateError> {
        self.get(DECISIONS, id)
    }

    fn put_decision(&mut self, id: &str, decision: &StoredDecision) -> Result<(), StateError> {
        self.put(DECISIONS, id, decision)
    }

    fn next_number(&mut self) -> Result<u64, StateError> {
        let mut about = self.transaction.open_table(ABOUT).map_err(|why| self.file.table(why))?;
        let last = about.get(NUMBERS).map_err(|why| self.file.storage(why))?.map_or(0, |last| last.value());
        about.insert(NUMBERS, last + 1).map_err(|why| self.file.storage(why))?;
        Ok(last + 1)
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        let Self { file, transaction } = *self;
        transaction
            .commit()
            .map_err(|why| if let CommitError::Storage(why) = why { file.storage(why) } else { file.damaged(&why) })
    }
}

impl Named {
    fn io(&self, why: &io::Error) -> StateError {
        StateError::Io { file: self.0.clone(), why: why.to_string() }
    }

    fn damaged(&self, why: &impl ToString) -> StateError {
        StateError::Damaged { file: self.0.clone(), why: why.to_string() }
    }

    fn storage(&self, why: StorageError) -> StateError {
        if let StorageError::Io(why) = &why {
            // Reading past the end of what is there is not the disk's fault.
            return if why.kind() == io::ErrorKind::UnexpectedEof { self.damaged(why) } else { self.io(why) };
        }
        self.damaged(&why)
    }

    fn table(&self, why: TableError) -> StateError {
        if let TableError::Storage(why) = why { self.storage(why) } else { self.damaged(&why) }
    }

    fn transaction(&self, why: TransactionError) -> StateError {
        if let TransactionError::Storage(why) = why { self.storage(why) } else { StateError::InUse(self.0.clone()) }
    }

    fn database(&self, why: DatabaseError) -> StateError {
        if let DatabaseError::Storage(why) = why {
            return self.storage(why);
        }
        if let DatabaseError::UpgradeRequired(found) = why {
            return StateError::OtherVersion { file: self.0.clone(), found: found.into(), expected: STATE_VERSION };
        }
        if matches!(why, DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch) {
            return StateError::InUse(self.0.clone());
        }
        self.damaged(&why)
    }

    fn decode<T: DeserializeOwned>(&self, record: &[u8]) -> Result<T, StateError> {
        postcard::from_bytes(record).map_err(|why| self.damaged(&why))
    }
}
