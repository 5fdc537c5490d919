//! A store that forgets when the program ends.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Batch, StateError, StateStore, StoredEvent, merged};

/// Events in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    units: Mutex<HashMap<String, Vec<StoredEvent>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn units(&self) -> MutexGuard<'_, HashMap<String, Vec<StoredEvent>>> {
        // A panic elsewhere cannot leave the map half written: each entry is replaced as a whole.
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for MemoryStore {
    fn history(&self, unit: &str) -> Result<Vec<StoredEvent>, StateError> {
        Ok(self.units().get(unit).cloned().unwrap_or_default())
    }

    fn record(&self, batch: &Batch) -> Result<(), StateError> {
        let mut units = self.units();
        for (unit, events) in batch {
            let known = units.remove(unit).unwrap_or_default();
            units.insert(unit.clone(), merged(known, events));
        }
        Ok(())
    }
}
