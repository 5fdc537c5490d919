//! History in memory: for a single run, for tests, and for whoever keeps state elsewhere.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::{StateError, StateStore, StoredEvent, Transaction};

type Histories = HashMap<Box<str>, Vec<StoredEvent>>;

/// A store that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    histories: RwLock<Histories>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl StateStore for MemoryStore {
    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        // Whoever panicked while holding the lock had not begun to change anything: a commit only appends.
        let histories = self.histories.read().unwrap_or_else(PoisonError::into_inner);
        Ok(histories.get(key).cloned().unwrap_or_default())
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        Ok(Box::new(Pending { store: self, events: Vec::new() }))
    }
}

struct Pending<'a> {
    store: &'a MemoryStore,
    events: Vec<(Box<str>, Vec<StoredEvent>)>,
}

impl Transaction for Pending<'_> {
    fn record(&mut self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        if !events.is_empty() {
            self.events.push((key.into(), events.to_vec()));
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        let mut histories = self.store.histories.write().unwrap_or_else(PoisonError::into_inner);
        for (key, events) in self.events {
            histories.entry(key).or_default().extend(events);
        }
        Ok(())
    }
}
