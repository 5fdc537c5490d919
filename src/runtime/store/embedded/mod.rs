//! History in one file, for the tool and for a service on one machine: a redb database.
//!
//! Five tables: `cater` holds the version of the format and how many numbers were given out, `history` one cell a
//! customer, `shared` one for whatever else events are counted together by, `requests` what each request was answered,
//! [`due`] when something of this is kept no longer. Who writes at the same time lands in one commit ([`group`]). Every
//! commit is made in two phases, so a crash leaves the last one whole. When a file is opened, it is first looked at through
//! [`Glass`], with the checksum of every page compared: what is not ours, of another version or damaged is refused before a
//! byte of it changes. A new file is written beside its name and linked there when it is complete, and never over another: so there is
//! never half a one, and of two that begin at once both open the one that was first.

mod due;
mod glass;
mod group;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod torn;

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redb::backends::FileBackend;
use redb::{
    Builder, CommitError, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableDefinition,
    TableError, TransactionError, WriteTransaction,
};

use super::cell::born;
use super::forget::{Forgotten, Whom};
use super::{Cell, Change, Key, Landed, Seen, StateError, StateStore, Transaction};
use due::{DUE, Index};
use glass::Glass;
use group::Group;

/// The version of the format that is read and written.
pub const STATE_VERSION: u64 = 7;

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("cater");
const HISTORY: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("history");
const SHARED: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("shared");
const REQUESTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("requests");
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
    /// How many numbers were given out.
    numbers: AtomicU64,
    group: Group,
    /// Milliseconds since 1970.
    clock: fn() -> u64,
    keeps: Option<Duration>,
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
        Self::of(file, database, false, made.then(|| path.to_owned()))
    }

    /// The store, in which nothing is kept for longer.
    #[must_use]
    pub fn keeping(self, keeps: Option<Duration>) -> Self {
        Self { keeps, ..self }
    }

    /// Takes the file back, if it was made when this store was opened; a file that was there stays.
    pub fn take_back(self) {
        if let Some(path) = &self.made {
            // While it is locked nobody else can have written to it.
            drop(std::fs::remove_file(path));
        }
    }

    /// As [`StateStore::forget`], and nothing of it is left in the file, also in pages that are free.
    ///
    /// # Errors
    /// As there.
    pub fn forget_for_good(mut self, keys: &[Key]) -> Result<Forgotten, StateError> {
        let forgotten = self.forget(keys)?;
        self.database.compact().map_err(|why| self.file.damaged(&why))?;
        Ok(forgotten)
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
        Self::of(file, database, true, None)
    }

    fn of(file: Named, database: Database, reads_only: bool, made: Option<PathBuf>) -> Result<Self, StateError> {
        let numbers = AtomicU64::new(about(&database, &file, NUMBERS)?.unwrap_or(0));
        Ok(Self { file, database, reads_only, made, numbers, group: Group::default(), clock: due::clock, keeps: None })
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
        let mut transaction = begin(&database, file)?;
        transaction.set_two_phase_commit(true);
        {
            let mut about = transaction.open_table(ABOUT).map_err(|why| file.table(why))?;
            about.insert(VERSION, STATE_VERSION).map_err(|why| file.storage(why))?;
            for table in [HISTORY, SHARED, REQUESTS] {
                transaction.open_table(table).map_err(|why| file.table(why))?;
            }
            transaction.open_table(DUE).map_err(|why| file.table(why))?;
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
    about(database, file, VERSION)?.ok_or_else(|| StateError::Foreign(file.0.clone()))
}

fn about(database: &Database, file: &Named, what: &str) -> Result<Option<u64>, StateError> {
    let transaction = database.begin_read().map_err(|why| file.transaction(why))?;
    let about = match transaction.open_table(ABOUT) {
        Ok(about) => about,
        Err(TableError::Storage(why)) => return Err(file.storage(why)),
        Err(_) => return Err(StateError::Foreign(file.0.clone())),
    };
    let said = about.get(what).map_err(|why| file.storage(why))?;
    Ok(said.map(|said| said.value()))
}

fn begin(database: &Database, file: &Named) -> Result<WriteTransaction, StateError> {
    database.try_begin_write().map_err(|why| file.transaction(why))
}

/// A name in the table of its kind.
fn table_of(key: &Key) -> (TableDefinition<'static, &'static str, &'static [u8]>, &str) {
    match key {
        Key::Shared(name) => (SHARED, name),
        Key::Customer(name) => (HISTORY, name),
        Key::Request(name) => (REQUESTS, name),
    }
}

impl EmbeddedStore {
    /// Makes several writings in one commit: each whole, or, where it does not fit, not at all.
    fn write_all(&self, writings: &[Vec<Change>]) -> Result<Vec<Landed>, StateError> {
        let mut writing = self.writing(self.database.begin_write().map_err(|why| self.file.transaction(why))?);
        let mut landed = Vec::with_capacity(writings.len());
        for changes in writings {
            let mut cells = Vec::with_capacity(changes.len());
            for change in changes {
                let cell = writing.get(&change.key)?;
                if change.fits(&cell) {
                    cells.push(cell);
                }
            }
            if cells.len() < changes.len() {
                landed.push(Landed::Conflict);
                continue;
            }
            let born = born();
            for (change, mut cell) in changes.iter().zip(cells) {
                cell.apply(change, born);
                writing.put(&change.key, cell, change.keep)?;
            }
            landed.push(Landed::Whole);
        }
        if landed.contains(&Landed::Whole) {
            writing.finish()?;
        }
        Ok(landed)
    }

    fn writing(&self, mut transaction: WriteTransaction) -> Writing<'_> {
        transaction.set_two_phase_commit(true);
        Writing { store: self, transaction, shared: BTreeMap::new(), put: 0 }
    }

    fn may_write(&self) -> Result<(), StateError> {
        if self.reads_only {
            return Err(self.file.io(&io::Error::other("it was opened to be read alone")));
        }
        Ok(())
    }
}

impl StateStore for EmbeddedStore {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        // One snapshot for all of them.
        let transaction = self.database.begin_read().map_err(|why| self.file.transaction(why))?;
        let read = |key| {
            let (table, name) = table_of(key);
            let table = transaction.open_table(table).map_err(|why| self.file.table(why))?;
            let record = table.get(name).map_err(|why| self.file.storage(why))?;
            record.map_or(Ok(Cell::default()), |record| Ok(self.file.record(record.value())?.1))
        };
        keys.iter().map(read).collect()
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        self.may_write()?;
        self.group.write(changes, |writings| {
            // The library promises not to panic; those who wait must not wait for ever if it does.
            catch_unwind(AssertUnwindSafe(|| self.write_all(writings)))
                .unwrap_or_else(|_| Err(self.file.damaged(&"it could not be written")))
        })
    }

    fn new_name(&self) -> Result<String, StateError> {
        Ok((self.numbers.fetch_add(1, Ordering::Relaxed) + 1).to_string())
    }

    fn keeps(&self) -> Option<Duration> {
        self.keeps
    }

    fn lands_whole(&self) -> bool {
        true
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.may_write()?;
        Ok(Box::new(self.writing(begin(&self.database, &self.file)?)))
    }

    fn place(&self) -> String {
        format!("the state file `{}`", self.file.0)
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        self.may_write()?;
        let writing = self.writing(self.database.begin_write().map_err(|why| self.file.transaction(why))?);
        let forgotten = writing.forget(keys)?;
        writing.finish()?;
        Ok(forgotten)
    }
}

struct Writing<'a> {
    store: &'a EmbeddedStore,
    transaction: WriteTransaction,
    /// Cells that many write to, until the end, and how long each is kept.
    shared: BTreeMap<Key, (Cell, Option<Duration>)>,
    /// How many of what is kept for a while were written.
    put: usize,
}

impl Writing<'_> {
    fn get(&self, key: &Key) -> Result<Cell, StateError> {
        if let Some((cell, _)) = self.shared.get(key) {
            return Ok(cell.clone());
        }
        let file = &self.store.file;
        let (table, name) = table_of(key);
        let table = self.transaction.open_table(table).map_err(|why| file.table(why))?;
        let record = table.get(name).map_err(|why| file.storage(why))?;
        record.map_or(Ok(Cell::default()), |record| Ok(file.record(record.value())?.1))
    }

    fn put(&mut self, key: &Key, cell: Cell, keep: Option<Duration>) -> Result<(), StateError> {
        self.put += usize::from(keep.is_some());
        match key {
            Key::Shared(_) => {
                self.shared.insert(key.clone(), (cell, keep));
                Ok(())
            }
            Key::Customer(_) | Key::Request(_) => self.insert(key, &cell, keep),
        }
    }

    fn insert(&self, key: &Key, cell: &Cell, keep: Option<Duration>) -> Result<(), StateError> {
        let file = &self.store.file;
        let due = due::after((self.store.clock)(), keep);
        let (table, name) = table_of(key);
        let mut table = self.transaction.open_table(table).map_err(|why| file.table(why))?;
        let head = [cell.version.to_le_bytes(), cell.epoch.to_le_bytes(), due.to_le_bytes()].concat();
        let record = [head.as_slice(), cell.body.as_slice()].concat();
        let before = table.insert(name, record.as_slice()).map_err(|why| file.storage(why))?;
        let before = before.map(|before| file.due(before.value())).transpose()?.unwrap_or(0);
        if before == due { Ok(()) } else { Index::open(&self.transaction, file)?.moves(key, before, due, file) }
    }

    /// Takes out what is kept under some keys, and what requests of customers among them were answered.
    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        let file = &self.store.file;
        let mut forgotten = Forgotten::default();
        for key in keys {
            let (table, name) = table_of(key);
            let mut table = self.transaction.open_table(table).map_err(|why| file.table(why))?;
            let removed = table.remove(name).map_err(|why| file.storage(why))?;
            forgotten.records.push(removed.is_some());
        }
        let whom = Whom::of(keys);
        if whom.is_nobody() {
            return Ok(forgotten);
        }
        let mut requests = self.transaction.open_table(REQUESTS).map_err(|why| file.table(why))?;
        let mut damaged = None;
        let is_theirs = |record: &[u8]| {
            let (_, cell) = file.record(record)?;
            whom.asked(&cell).map_err(|why| StateError::Record { place: self.store.place(), why: why.to_string() })
        };
        let stays = |_: &str, record: &[u8]| match is_theirs(record) {
            Ok(true) => {
                forgotten.requests += 1;
                false
            }
            Ok(false) => true,
            Err(why) => {
                damaged = Some(why);
                true
            }
        };
        requests.retain(stays).map_err(|why| file.storage(why))?;
        drop(requests);
        damaged.map_or(Ok(forgotten), Err)
    }

    fn finish(self) -> Result<(), StateError> {
        for (key, (cell, keep)) in &self.shared {
            self.insert(key, cell, *keep)?;
        }
        let Self { store, transaction, put, .. } = self;
        let file = &store.file;
        Index::open(&transaction, file)?.sweep(&transaction, (store.clock)(), put, file)?;
        {
            let mut about = transaction.open_table(ABOUT).map_err(|why| file.table(why))?;
            about.insert(NUMBERS, store.numbers.load(Ordering::Relaxed)).map_err(|why| file.storage(why))?;
        }
        transaction
            .commit()
            .map_err(|why| if let CommitError::Storage(why) = why { file.storage(why) } else { file.damaged(&why) })
    }
}

impl Transaction for Writing<'_> {
    fn read(&self, key: &Key) -> Result<Cell, StateError> {
        self.get(key)
    }

    fn expect(&mut self, _: &Key, _: Seen) -> Result<(), StateError> {
        Ok(())
    }

    fn write(&mut self, change: &Change) -> Result<(), StateError> {
        let mut cell = self.get(&change.key)?;
        cell.apply(change, born());
        self.put(&change.key, cell, change.keep)
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        self.finish()
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

    /// When a record is due, and its cell.
    fn record(&self, record: &[u8]) -> Result<(u64, Cell), StateError> {
        let split = || {
            let (version, rest) = record.split_first_chunk::<8>()?;
            let (epoch, rest) = rest.split_first_chunk::<8>()?;
            let (due, body) = rest.split_first_chunk::<8>()?;
            let [version, epoch, due] = [version, epoch, due].map(|bytes| u64::from_le_bytes(*bytes));
            Some((due, Cell { version, epoch, body: body.to_vec() }))
        };
        split().ok_or_else(|| self.damaged(&"a record is too short"))
    }

    fn due(&self, record: &[u8]) -> Result<u64, StateError> {
        let due = record.get(16..24).and_then(<[u8]>::first_chunk::<8>);
        due.map(|due| u64::from_le_bytes(*due)).ok_or_else(|| self.damaged(&"a record is too short"))
    }
}
