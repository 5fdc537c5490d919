//! The confirmation: what was reserved has happened (R28).
//!
//! It carries the decision's id. Repeated, it does nothing; late, it is a fact all the same and is reported; of a stock of
//! which nothing is left it is refused.

use thiserror::Error;

use super::engine::Engine;
use super::ledger::{Ledger, mark};
use super::past::{Past, brings, tell_of_unit};
use super::request::of_id;
use super::retry::until_it_lands;
use super::store::{Entry, Key, StateError, StateStore, StoredDecision};
use crate::frame::{self, CapState, Facts, Stamp};
use crate::model::{Cap, CapUnit, EventId, RuleSet};
use crate::value::Instant;

/// So many decisions are looked up in one go.
const AT_ONCE: usize = 512;

/// What became of a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It is a fact.
    InTime,
    /// It is a fact, and its reservation was over before: the caps may hold more than their number. To be reported.
    Late,
    /// It had been confirmed before, and nothing was done.
    Repeated,
    /// Of a stock per everybody nothing is left, since its reservation is over: the cap of this name.
    Refused(String),
}

/// Why nothing could be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfirmError {
    /// The store cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// No decision has these ids, or what was decided counts for nothing.
    #[error("no decision {} is waiting for anything", in_words(.0))]
    Unknown(Vec<String>),
}

fn in_words(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
}

/// Something of a decision has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The decision's id.
    pub decision: String,
    /// What; `None` is what it was decided for: it was sent where it goes by a channel, else shown.
    pub event: Option<EventId>,
    /// When.
    pub at: Instant,
}

impl Engine {
    /// Something of a decision has happened at `at`; it is heard of `now`.
    ///
    /// # Errors
    /// The store cannot be used, or knows no such decision.
    pub fn confirm(
        &self,
        store: &dyn StateStore,
        id: &str,
        event: EventId,
        at: Instant,
        now: Instant,
    ) -> Result<Confirmed, ConfirmError> {
        let one = Confirmation { decision: id.to_owned(), event: Some(event), at };
        let heard = self.confirm_all(store, &[one], now)?;
        Ok(heard.into_iter().next().map_or(Confirmed::Repeated, |(_, became)| became))
    }

    /// Several things have happened; they are heard of `now`, one after the other. All of them land or none, in a store that
    /// can do that ([`StateStore::lands_whole`]); in another each by itself, and said again what has landed is repeated.
    /// Gives what each was and became.
    ///
    /// # Errors
    /// The store cannot be used, or knows one of the decisions not: then nothing of any is recorded.
    pub fn confirm_all(
        &self,
        store: &dyn StateStore,
        confirmations: &[Confirmation],
        now: Instant,
    ) -> Result<Vec<(EventId, Confirmed)>, ConfirmError> {
        let together = if store.lands_whole() { confirmations.len().max(1) } else { 1 };
        // What lands together is looked up once, when it lands.
        if together < confirmations.len() {
            for some in confirmations.chunks(AT_ONCE) {
                all_known(&self.answers_to(store, some, now)?, some)?;
            }
        }
        let mut heard = Vec::with_capacity(confirmations.len());
        for some in confirmations.chunks(together) {
            heard.extend(self.confirm_together(store, some, now)?);
        }
        Ok(heard)
    }

    fn confirm_together(
        &self,
        store: &dyn StateStore,
        confirmations: &[Confirmation],
        now: Instant,
    ) -> Result<Vec<(EventId, Confirmed)>, ConfirmError> {
        until_it_lands(store, || {
            let mut ledger = self.answers_to(store, confirmations, now)?;
            all_known(&ledger, confirmations)?;
            let known = confirmations.iter().filter_map(|one| answer_of(&ledger, &one.decision));
            let keys = known.flat_map(keys_of).collect();
            ledger.read(store, keys)?;
            let mut heard = Vec::with_capacity(confirmations.len());
            for one in confirmations {
                heard.push(self.confirm_in(store, &mut ledger, one, now)?);
            }
            Ok((heard, ledger.write(store)?))
        })
    }

    fn answers_to(
        &self,
        store: &dyn StateStore,
        confirmations: &[Confirmation],
        now: Instant,
    ) -> Result<Ledger<'_>, StateError> {
        self.answers(store, confirmations.iter().map(|one| one.decision.as_str()), now)
    }

    /// What the requests of these decisions were answered.
    pub(super) fn answers<'a>(
        &self,
        store: &dyn StateStore,
        ids: impl Iterator<Item = &'a str>,
        now: Instant,
    ) -> Result<Ledger<'_>, StateError> {
        let mut ledger = Ledger::new(self.rules(), store, now);
        let keys = ids.filter_map(of_id).map(|(request, _)| Key::Request(request.to_owned()));
        ledger.read(store, keys.collect())?;
        Ok(ledger)
    }

    fn confirm_in(
        &self,
        store: &dyn StateStore,
        ledger: &mut Ledger<'_>,
        one: &Confirmation,
        now: Instant,
    ) -> Result<(EventId, Confirmed), ConfirmError> {
        let rules = self.rules();
        let unknown = || ConfirmError::Unknown(vec![one.decision.clone()]);
        let (request, _) = of_id(&one.decision).ok_or_else(unknown)?;
        let mut known = answer_of(ledger, &one.decision).cloned().ok_or_else(unknown)?;
        let decided = known.decided.clone().ok_or_else(unknown)?;
        let of = decided.happened(rules).map(|decided| decided.stamp).unwrap_or(Stamp::Unstamped);
        let [_, meant] = brings(&decided, &of);
        let event = one.event.unwrap_or(meant);
        let mut stored = decided.clone();
        // Where the clocks of two machines differ, nothing happens before it was decided: that would free a cap.
        (stored.event, stored.at) = (rules[event].name.clone(), one.at.max(decided.at));
        if known.happened.contains(&stored.event) {
            return Ok((event, Confirmed::Repeated));
        }
        let entry = Entry::Confirmed { event: stored.clone(), decided: decided.at, before: known.happened.clone() };
        let is_late = known.released || frame::is_late(rules, event, decided.at, &of, now);
        // Also where it is in time: another machine's clock may have found the reservation over, and given it away.
        let everybody = Key::Shared(String::new());
        match room_in_stock(rules, ledger, &everybody, &entry, now) {
            // It may be this very event that took the last: it landed, and a crash came before that was kept.
            Err(cap) => match mark(std::slice::from_ref(&entry)) {
                Some(mark) if store.was_made(&everybody, mark)? => {}
                Some(_) | None => return Ok((event, Confirmed::Refused(cap))),
            },
            Ok(room) => room.into_iter().for_each(|room| ledger.leave_room(&everybody, room)),
        }
        // Also where it stands there already, since somebody says the same at this moment, or a crash came before the answer
        // was kept: it counts once, and whoever was second takes back what is theirs.
        ledger.add_where_it_stands(&known, &entry);
        known.happened.push(stored.event);
        known.happened.sort_unstable();
        ledger.keep(request, known);
        Ok((event, if is_late { Confirmed::Late } else { Confirmed::InTime }))
    }
}

/// That every decision is known of which something has happened, and counts for something; else all that are not.
fn all_known(ledger: &Ledger<'_>, confirmations: &[Confirmation]) -> Result<(), ConfirmError> {
    let mut unknown: Vec<String> = Vec::new();
    for one in confirmations {
        let known = answer_of(ledger, &one.decision).is_some_and(|known| known.decided.is_some());
        if !known && !unknown.contains(&one.decision) {
            unknown.push(one.decision.clone());
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(ConfirmError::Unknown(unknown)) }
}

/// What is kept under an id.
pub(super) fn answer_of<'a>(ledger: &'a Ledger<'_>, id: &str) -> Option<&'a StoredDecision> {
    let (request, slot) = of_id(id)?;
    ledger.answer(request, slot)
}

/// The records in which a decision stands, and the stock of everybody.
pub(super) fn keys_of(known: &StoredDecision) -> Vec<Key> {
    let mut keys: Vec<Key> = known.shared.iter().map(|key| Key::Shared(key.clone())).collect();
    keys.push(Key::Shared(String::new()));
    keys.extend(known.customer.clone().map(Key::Customer));
    keys
}

/// How many events others may add before a cap per everybody would hold more than its number with this one; `None` where
/// none counts it, and the cap that would be overdrawn now, if one would.
fn room_in_stock(
    rules: &RuleSet,
    ledger: &Ledger<'_>,
    everybody: &Key,
    entry: &Entry,
    now: Instant,
) -> Result<Option<u64>, String> {
    let Entry::Confirmed { event: stored, .. } = entry else { return Ok(None) };
    let Some(happened) = stored.happened(rules) else { return Ok(None) };
    let counts =
        |cap: &&Cap| cap.unit == CapUnit::Everybody && frame::is_counted(rules, cap, happened.event, &happened.stamp);
    if !rules.caps.iter().any(|cap| counts(&cap)) {
        return Ok(None);
    }
    let mut tally = ledger.tally(everybody).cloned().unwrap_or_default();
    tally.add(entry.clone());
    let mut past = Past::of(rules, &tally, None);
    past.by_now(now);
    let mut facts = Facts::nothing(rules, now);
    tell_of_unit(&mut facts, CapUnit::Everybody, past);
    let frame = frame::gather(rules, &facts);
    let mut room: Option<u64> = None;
    for (cap, state) in rules.caps.iter().zip(&frame.caps).filter(|(cap, _)| counts(cap)) {
        if let CapState::Used(used) = state {
            let left = cap.at_most.checked_sub(*used).ok_or_else(|| cap.name.clone())?;
            room = Some(room.map_or(u64::from(left), |room| room.min(u64::from(left))));
        }
    }
    Ok(room)
}
