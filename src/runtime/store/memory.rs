//! History in memory: for a single run, for tests, and for whoever keeps state elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use super::{StateError, StateStore, StoredDecision, StoredEvent, Transaction};

type Records = HashMap<Box<str>, Vec<StoredEvent>>;

#[derive(Debug, Default)]
struct State {
    histories: Records,
    shared: Records,
    decisions: HashMap<Box<str>, StoredDecision>,
    numbers: u64,
}

/// A store that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
    /// Held by who writes.
    turn: Mutex<()>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        // Whoever panicked while holding the lock had not begun to change anything: a commit only moves.
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn of(records: &Records, key: &str) -> Vec<StoredEvent> {
    records.get(key).cloned().unwrap_or_default()
}

impl StateStore for MemoryStore {
    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        Ok(self.read(|state| of(&state.histories, key)))
    }

    fn shared(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        Ok(self.read(|state| of(&state.shared, key)))
    }

    /// Waits for whoever writes.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = self.read(|state| state.numbers);
        let (histories, shared, decisions) = (Records::new(), Records::new(), HashMap::new());
        Ok(Box::new(Pending { store: self, _turn: turn, pending: State { histories, shared, decisions, numbers } }))
    }
}

struct Pending<'a> {
    store: &'a MemoryStore,
    _turn: MutexGuard<'a, ()>,
    /// Events that are added, shared records that are replaced.
    pending: State,
}

impl Transaction for Pending<'_> {
    fn record(&mut self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        if !events.is_empty() {
            self.pending.histories.entry(key.into()).or_default().extend_from_slice(events);
        }
        Ok(())
    }

    fn history(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        let mut all = self.store.history(key)?;
        all.extend(of(&self.pending.histories, key));
        Ok(all)
    }

    fn shared(&self, key: &str) -> Result<Vec<StoredEvent>, StateError> {
        self.pending.shared.get(key).cloned().map_or_else(|| self.store.shared(key), Ok)
    }

    fn put_shared(&mut self, key: &str, events: &[StoredEvent]) -> Result<(), StateError> {
        self.pending.shared.insert(key.into(), events.to_vec());
        Ok(())
    }

    fn decision(&self, id: &str) -> Result<Option<StoredDecision>, StateError> {
        let stored = || self.store.read(|state| state.decisions.get(id).cloned());
        Ok(self.pending.decisions.get(id).cloned().or_else(stored))
    }

    fn put_decision(&mut self, id: &str, decision: &StoredDecision) -> Result<(), StateError> {
        self.pending.decisions.insert(id.into(), decision.clone());
        Ok(())
    }

    fn next_number(&mut self) -> Result<u64, StateError> {
        self.pending.numbers += 1;
        Ok(self.pending.numbers)
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        let State { histories, shared, decisions, numbers } = self.pending;
        let mut state = self.store.state.write().unwrap_or_else(PoisonError::into_inner);
        for (key, events) in histories {
            state.histories.entry(key).or_default().extend(events);
        }
        state.shared.extend(shared);
        state.decisions.extend(decisions);
        state.numbers = numbers;
        Ok(())
    }
}
