//! What was decided and is not shown is given back at once, instead of when its time is over (R28).
//!
//! What of it has happened stays. Given back, it may still be confirmed, as something that comes late.

use super::confirm::{ConfirmError, answer_of, keys_of};
use super::engine::Engine;
use super::ledger::Ledger;
use super::request::of_id;
use super::retry::until_it_lands;
use super::store::{Entry, StateError, StateStore, StoredDecision, StoredEvent};
use crate::value::Instant;

/// What became of what was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// It is free.
    Back,
    /// It had been given back before, and nothing was done.
    Repeated,
    /// These events of it have happened, so it stays.
    Happened(Vec<String>),
}

impl Engine {
    /// Gives back what the decisions with these ids reserved; it is heard of `now`. All of them land or none, in a store that
    /// can do that ([`StateStore::lands_whole`]).
    ///
    /// # Errors
    /// The store cannot be used, or knows one of the decisions not: then nothing is given back.
    pub fn release(&self, store: &dyn StateStore, ids: &[String], now: Instant) -> Result<Vec<Released>, ConfirmError> {
        self.give_back(store, ids, now, false)
    }

    /// Takes back all that was recorded of decisions that nobody was told: also that they were shown, where that was taken
    /// for granted. What is not known is passed over.
    ///
    /// # Errors
    /// The store cannot be used: what was reserved ends by itself.
    pub fn take_back(&self, store: &dyn StateStore, ids: &[String], now: Instant) -> Result<(), StateError> {
        match self.give_back(store, ids, now, true) {
            Ok(_) | Err(ConfirmError::Unknown(_)) => Ok(()),
            Err(ConfirmError::State(why)) => Err(why),
        }
    }

    fn give_back(
        &self,
        store: &dyn StateStore,
        ids: &[String],
        now: Instant,
        untold: bool,
    ) -> Result<Vec<Released>, ConfirmError> {
        until_it_lands(store, || {
            let mut ledger = self.answers(store, ids.iter().map(String::as_str), now)?;
            let known: Vec<Option<StoredDecision>> = ids.iter().map(|id| answer_of(&ledger, id).cloned()).collect();
            let lost = ids
                .iter()
                .zip(&known)
                .filter(|(_, known)| !untold && known.as_ref().is_none_or(|known| known.decided.is_none()));
            let unknown: Vec<String> = lost.map(|(id, _)| id.clone()).collect();
            if !unknown.is_empty() {
                return Err(ConfirmError::Unknown(unknown));
            }
            ledger.read(store, known.iter().flatten().flat_map(keys_of).collect())?;
            let released = ids.iter().map(|id| release_in(&mut ledger, id, untold)).collect();
            Ok((released, ledger.write(store)?))
        })
    }
}

fn release_in(ledger: &mut Ledger<'_>, id: &str, untold: bool) -> Released {
    let (Some((request, _)), Some(known)) = (of_id(id), answer_of(ledger, id).cloned()) else {
        return Released::Repeated;
    };
    if known.released {
        return Released::Repeated;
    }
    if !known.happened.is_empty() && !untold {
        return Released::Happened(known.happened);
    }
    if let Some(decided) = &known.decided {
        let facts = known.happened.iter().map(|event| StoredEvent { event: event.clone(), ..decided.clone() });
        for event in facts.chain([decided.clone()]) {
            let entry = Entry::TakenBack { event, of: None };
            ledger.add_where_it_stands(&known, &entry);
        }
    }
    ledger.keep(request, StoredDecision { released: true, happened: Vec::new(), ..known });
    Released::Back
}
