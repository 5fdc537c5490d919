//! History in memory: for a single run, for tests, and for whoever keeps state elsewhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::cell::born;
use super::forget::{Forgotten, Whom};
use super::packed::Unreadable;
use super::{Cell, Change, Key, Landed, Once, Seen, StateError, StateStore, Transaction};

/// A store that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    cells: RwLock<HashMap<Key, Cell>>,
    numbers: AtomicU64,
    keeps: Option<Duration>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The store, in which nothing is kept for longer.
    #[must_use]
    pub fn keeping(self, keeps: Option<Duration>) -> Self {
        Self { keeps, ..self }
    }

    fn cells(&self) -> RwLockReadGuard<'_, HashMap<Key, Cell>> {
        // Whoever panicked while holding the lock had not begun to change anything: a change cannot fail half-way.
        self.cells.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for MemoryStore {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        let cells = self.cells();
        Ok(keys.iter().map(|key| cells.get(key).cloned().unwrap_or_default()).collect())
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        let mut cells = self.cells.write().unwrap_or_else(PoisonError::into_inner);
        let absent = Cell::default();
        if !changes.iter().all(|change| change.fits(cells.get(&change.key).unwrap_or(&absent))) {
            return Ok(Landed::Conflict);
        }
        let born = born();
        for change in changes {
            cells.entry(change.key.clone()).or_default().apply(change, born);
        }
        Ok(Landed::Whole)
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
        Ok(Box::new(Buffered::new(self)))
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        let whom = Whom::of(keys);
        let mut cells = self.cells.write().unwrap_or_else(PoisonError::into_inner);
        let mut theirs = Vec::new();
        for (key, cell) in cells.iter().filter(|(key, _)| !whom.is_nobody() && matches!(key, Key::Request(_))) {
            let unreadable = |why: Unreadable| StateError::Record { place: self.place(), why: why.to_string() };
            if whom.asked(cell).map_err(unreadable)? {
                theirs.push(key.clone());
            }
        }
        let records = keys.iter().map(|key| cells.remove(key).is_some()).collect();
        theirs.iter().for_each(|key| drop(cells.remove(key)));
        Ok(Forgotten { records, requests: theirs.len() })
    }
}

/// A transaction that keeps everything in memory until it is committed; then it lands if nobody else has written any of
/// the cells in the meantime.
pub(super) struct Buffered<'a> {
    store: &'a dyn StateStore,
    cells: HashMap<Key, Written>,
}

struct Written {
    /// How it was read first.
    read: Seen,
    /// As it is to be.
    cell: Cell,
    /// What it said before, where a store may have to take it back.
    before: Vec<u8>,
    weight: u64,
    keep: Option<Duration>,
}

impl<'a> Buffered<'a> {
    pub(super) fn new(store: &'a dyn StateStore) -> Self {
        Self { store, cells: HashMap::new() }
    }

    /// How a cell was when this transaction first heard of it.
    fn first(&mut self, key: &Key) -> Result<Seen, StateError> {
        if let Some(written) = self.cells.get(key) {
            return Ok(written.read);
        }
        let cell = self.read(key)?;
        let (read, before) = (cell.seen(), if self.store.lands_whole() { Vec::new() } else { cell.body.clone() });
        self.cells.insert(key.clone(), Written { read, cell, before, weight: 0, keep: None });
        Ok(read)
    }
}

impl Transaction for Buffered<'_> {
    fn read(&self, key: &Key) -> Result<Cell, StateError> {
        if let Some(written) = self.cells.get(key) {
            return Ok(written.cell.clone());
        }
        Ok(self.store.read(std::slice::from_ref(key))?.pop().unwrap_or_default())
    }

    fn expect(&mut self, key: &Key, seen: Seen) -> Result<(), StateError> {
        let read = self.first(key)?;
        if read.version == seen.version { Ok(()) } else { Err(StateError::Busy(self.store.place())) }
    }

    fn write(&mut self, change: &Change) -> Result<(), StateError> {
        self.first(&change.key)?;
        if let Some(written) = self.cells.get_mut(&change.key) {
            written.cell.apply(change, born());
            written.weight += change.weight.max(1);
            written.keep = change.keep;
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        // What was only read is not written: whoever changes it now does so after this.
        let written = self.cells.into_iter().filter(|(_, of)| of.weight > 0);
        let changes = written.map(|(key, Written { read, cell, before, weight, keep })| {
            let instead = Some(cell.body);
            let undo = before;
            let (slack, add, undo_anew, once) = (Some(0), Vec::new(), true, Once::Any);
            Change { key, read, slack, weight, instead, add, undo, undo_anew, keep, once }
        });
        let mut changes: Vec<Change> = changes.collect();
        changes.sort_by(|a, b| a.key.cmp(&b.key));
        match self.store.write(&changes)? {
            Landed::Whole => Ok(()),
            Landed::Conflict => Err(StateError::Busy(self.store.place())),
        }
    }
}
