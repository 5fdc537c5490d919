//! The records that a request concerns: as they were read, and what is to be written to them.
//!
//! One read, any number of additions, one writing that lands or does not. Who has room for others says so
//! ([`Ledger::leave_room`]); of a customer's own record nobody else may have written anything. Knows which unit of the
//! rules a record is of, since what no cap reckons with any more is dropped when a record is written anew.

use std::collections::BTreeMap;
use std::time::Duration;

use super::past::{Memory, Past, Told, kept_since};
use super::store::cell::piece;
use super::store::packed::{Unreadable, pack_decisions, pack_entries, pack_tally, unpack_decisions};
use super::store::{
    Cell, Change, Entry, Key, Landed, Once, StateError, StateStore, StoredDecision, StoredEvent, Tally,
};
use crate::frame;
use crate::model::{Cap, CapKind, CapUnit, Event, RuleSet};
use crate::value::Instant;

/// How long what a request was answered is kept at least: as long as anybody may ask again or confirm.
const ANSWERS_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// How long that is in a store that keeps what happened for so long.
pub(super) fn answers_kept(keeps: Option<Duration>) -> Duration {
    keeps.map_or(ANSWERS_KEPT, |keeps| keeps.min(ANSWERS_KEPT))
}

/// So many pieces of a record that everybody writes to are read before somebody writes it anew.
const SHARED_PIECES: usize = 32;

/// So many of a customer's own.
const CUSTOMER_PIECES: usize = 8;

/// Records by key.
pub(super) struct Ledger<'a> {
    rules: &'a RuleSet,
    place: String,
    now: Instant,
    keeps: Option<Duration>,
    pages: BTreeMap<Key, Page>,
}

struct Page {
    cell: Cell,
    said: Said,
    slack: Option<u64>,
    entries: Vec<Entry>,
    undo: Vec<Entry>,
    is_changed: bool,
}

enum Said {
    Past { unit: CapUnit, tally: Tally },
    Answers { before: Vec<StoredDecision>, now: Vec<StoredDecision> },
}

impl<'a> Ledger<'a> {
    pub(super) fn new(rules: &'a RuleSet, store: &dyn StateStore, now: Instant) -> Self {
        Self { rules, place: store.place(), now, keeps: store.keeps(), pages: BTreeMap::new() }
    }

    /// Reads what has not been read yet, all in one go.
    pub(super) fn read(&mut self, store: &dyn StateStore, keys: Vec<Key>) -> Result<(), StateError> {
        let mut keys: Vec<Key> = keys.into_iter().filter(|key| !self.pages.contains_key(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(());
        }
        let cells = store.read(&keys)?;
        for (key, cell) in keys.into_iter().zip(cells) {
            let page = self.page(store, &key, cell)?;
            self.pages.insert(key, page);
        }
        Ok(())
    }

    fn unreadable(&self, why: Unreadable) -> StateError {
        StateError::Record { place: self.place.clone(), why: why.to_string() }
    }

    fn page(&self, store: &dyn StateStore, key: &Key, cell: Cell) -> Result<Page, StateError> {
        let (said, slack) = match key {
            Key::Shared(name) => {
                (Said::Past { unit: unit_of(self.rules, name), tally: store.tally(Some(&cell))? }, None)
            }
            Key::Customer(_) => (Said::Past { unit: CapUnit::Customer, tally: store.tally(Some(&cell))? }, Some(0)),
            Key::Request(_) => {
                let before = unpack_decisions(&cell).map_err(|why| self.unreadable(why))?;
                (Said::Answers { now: before.clone(), before }, Some(0))
            }
        };
        Ok(Page { cell, said, slack, entries: Vec::new(), undo: Vec::new(), is_changed: false })
    }

    /// What a record says, with what was added; nothing where it was not read.
    pub(super) fn tally(&self, key: &Key) -> Option<&Tally> {
        match &self.pages.get(key)?.said {
            Said::Past { tally, .. } => Some(tally),
            Said::Answers { .. } => None,
        }
    }

    /// Adds to a record that was read.
    pub(super) fn add(&mut self, key: &Key, entry: Entry) {
        let Some(Page { said: Said::Past { tally, .. }, entries, undo, is_changed, .. }) = self.pages.get_mut(key)
        else {
            return;
        };
        undo.push(match &entry {
            Entry::Happened(event) => Entry::TakenBack { event: event.clone(), of: None },
            Entry::Confirmed { event, decided, before } => {
                Entry::TakenBack { event: event.clone(), of: Some((*decided, before.clone())) }
            }
            Entry::TakenBack { event, .. } => Entry::Happened(event.clone()),
        });
        tally.add(entry.clone());
        entries.push(entry);
        *is_changed = true;
    }

    /// Adds events to the records of other units than the customer in which some cap counts them.
    pub(super) fn share(&mut self, shared: &[(CapUnit, String)], entries: &[Entry]) {
        for (unit, key) in shared {
            for entry in entries {
                if entry.concerns(self.rules, *unit) {
                    self.add(&Key::Shared(key.clone()), entry.clone());
                }
            }
        }
    }

    /// Adds to every record in which a decision stands.
    pub(super) fn add_where_it_stands(&mut self, known: &StoredDecision, entry: &Entry) {
        if let Some(customer) = &known.customer {
            self.add(&Key::Customer(customer.clone()), entry.clone());
        }
        for key in &known.shared {
            self.share(&[(unit_of(self.rules, key), key.clone())], std::slice::from_ref(entry));
        }
    }

    /// That others may add so many events to a record in the meantime, and no more.
    pub(super) fn leave_room(&mut self, key: &Key, room: u64) {
        if let Some(page) = self.pages.get_mut(key) {
            page.slack = Some(page.slack.map_or(room, |slack| slack.min(room)));
        }
    }

    /// What a request that was read was answered for a slot.
    pub(super) fn answer(&self, request: &str, slot: &str) -> Option<&StoredDecision> {
        match &self.pages.get(&Key::Request(request.to_owned()))?.said {
            Said::Answers { now, .. } => now.iter().find(|known| known.slot == slot),
            Said::Past { .. } => None,
        }
    }

    /// Keeps what a request that was read is answered, in the place of what it was answered for the same slot.
    pub(super) fn keep(&mut self, request: &str, answer: StoredDecision) {
        if let Some(Page { said: Said::Answers { now, .. }, is_changed, .. }) =
            self.pages.get_mut(&Key::Request(request.to_owned()))
        {
            now.retain(|known| known.slot != answer.slot);
            now.push(answer);
            *is_changed = true;
        }
    }

    /// Writes what was added.
    pub(super) fn write(self, store: &dyn StateStore) -> Result<Landed, StateError> {
        let (rules, now, keeps) = (self.rules, self.now, self.keeps);
        let changed = self.pages.into_iter().filter(|(_, page)| page.is_changed);
        let changes: Vec<Change> = changed.map(|(key, page)| page.change(rules, key, (now, keeps))).collect();
        if changes.is_empty() { Ok(Landed::Whole) } else { store.write(&changes) }
    }
}

impl Page {
    fn change(self, rules: &RuleSet, key: Key, (now, keeps): (Instant, Option<Duration>)) -> Change {
        let Self { cell, said, slack, entries, undo, .. } = self;
        let read = cell.seen();
        match said {
            Said::Past { unit, .. } => {
                let weight = entries.len() as u64;
                let add = piece(&pack_entries(&entries));
                let undo = piece(&pack_entries(&undo));
                let instead = anew(rules, unit, &cell, (now, keeps));
                let once = match &key {
                    Key::Shared(_) => mark(&entries).map_or(Once::Any, Once::By),
                    Key::Customer(_) | Key::Request(_) => Once::Any,
                };
                Change { key, read, slack, weight, instead, add, undo, undo_anew: false, keep: keeps, once }
            }
            Said::Answers { before, now } => {
                let (instead, undo) = (Some(piece(&pack_decisions(&now))), piece(&pack_decisions(&before)));
                let (add, keep) = (Vec::new(), Some(answers_kept(keeps)));
                Change { key, read, slack, weight: 1, instead, add, undo, undo_anew: true, keep, once: Once::Any }
            }
        }
    }
}

/// By what it is known that this was added to a record of many, which keeps no ids for long; `None` where it is no matter of
/// decisions made before. Said again after a crash it would else take somebody else's place, or give it away.
pub(super) fn mark(entries: &[Entry]) -> Option<u64> {
    let mut hasher = blake3::Hasher::new();
    for entry in entries {
        let (word, event) = match entry {
            Entry::Happened(_) => return None,
            Entry::Confirmed { event, .. } => (&b"happened"[..], event),
            Entry::TakenBack { event, .. } => (&b"taken back"[..], event),
        };
        for part in [word, event.decision.as_ref()?.as_bytes(), event.event.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
    }
    let mark = u64::from_le_bytes(*hasher.finalize().as_bytes().first_chunk()?);
    (!entries.is_empty()).then_some(mark)
}

/// A record of many pieces as one, without what is kept no longer and the decisions that no cap reckons with any more; `None`
/// where it has few.
pub(super) fn anew(
    rules: &RuleSet,
    unit: CapUnit,
    cell: &Cell,
    (now, keeps): (Instant, Option<Duration>),
) -> Option<Vec<u8>> {
    let most = if unit == CapUnit::Customer { CUSTOMER_PIECES } else { SHARED_PIECES };
    if cell.pieces()?.len() < most {
        return None;
    }
    // What cannot be read was refused when it was read.
    let mut tally = super::store::packed::unpack_tally(cell).ok()?;
    kept_since(now, keeps).into_iter().for_each(|since| tally.drop_before(since));
    if unit != CapUnit::Customer {
        tally.drop_over(|event| is_over(rules, unit, event, now));
        // A pause asks what came before what; a sum cannot say.
        let is_pause = |cap: &Cap| cap.unit == unit && matches!(cap.kind, CapKind::Pause { .. });
        if !rules.caps.iter().any(is_pause) {
            tally.thin(now);
        }
    }
    Some(piece(&pack_tally(&tally)))
}

/// Whether no cap reckons with a decision any more. What the rules do not know is kept: they may know it again.
fn is_over(rules: &RuleSet, unit: CapUnit, event: &StoredEvent, now: Instant) -> bool {
    event.happened(rules).is_some_and(|happened| {
        happened.event == Event::DECIDED && frame::is_over(rules, unit, happened.at, &happened.stamp, now)
    })
}

/// Of which unit a shared record is; of one that the rules do not know any more, of everybody.
pub(super) fn unit_of(rules: &RuleSet, shared: &str) -> CapUnit {
    let attribute = shared.split_once('\0').and_then(|(name, _)| rules.attribute_named(name));
    attribute.map_or(CapUnit::Everybody, CapUnit::Attribute)
}

/// What a ledger holds, as a decision counts it.
pub(super) struct Written<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) ledger: &'a Ledger<'a>,
    pub(super) told: Option<&'a Told>,
}

impl Written<'_> {
    fn past(&self, key: &Key) -> Past {
        self.ledger.tally(key).map_or_else(Past::default, |tally| Past::of(self.rules, tally, self.told))
    }
}

impl Memory for Written<'_> {
    fn of_customer(&mut self, key: &str) -> Result<Past, StateError> {
        Ok(self.past(&Key::Customer(key.to_owned())))
    }

    fn of_unit(&mut self, key: &str) -> Result<Past, StateError> {
        Ok(self.past(&Key::Shared(key.to_owned())))
    }

    fn keeps(&self) -> Option<Duration> {
        self.ledger.keeps
    }
}
