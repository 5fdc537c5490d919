//! One thread's share of a base: rows in, decisions out, with what it recorded for customers who come again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use super::{Assume, Batch, Decided, Summary};
use crate::eval::passed_over;
use crate::frame::{Decision, Facts, Happened, Reserved, Stamp, brought_about, concerns, stamp};
use crate::model::{CapUnit, Event, EventId, RuleSet};
use crate::runtime::data::{Decoder, EventIndex, MissingCells, Others, Row};
use crate::runtime::engine::Decider;
use crate::runtime::past::{Memory, Past, Told, remember, shared_keys};
use crate::runtime::store::{Key, Seen, StateError, StateStore, StoredEvent};
use crate::value::Instant;

/// Among so many of the last that everybody did the same is looked for: a base is decided at one moment, so there are few
/// kinds.
const LAST: usize = 32;

/// A row and which file it is of.
pub(super) struct Job {
    /// Its place in the block.
    pub(super) index: usize,
    pub(super) file: usize,
    pub(super) row: Row,
}

/// What came of a row, and what is to be recorded of it.
pub(super) struct Outcome {
    pub(super) index: usize,
    pub(super) decided: Decided,
    pub(super) events: Vec<StoredEvent>,
    /// The records of units other than the customer.
    pub(super) shared: Vec<(CapUnit, String)>,
    pub(super) now: Instant,
    /// How the records were when they were read for it.
    pub(super) read: Vec<(Key, Seen)>,
}

pub(super) struct Worker<'a> {
    batch: &'a Batch<'a>,
    decoders: &'a [Decoder],
    decider: Decider<'a>,
    others: Option<Others<'a>>,
    memory: SoFar<'a>,
    keys_repeat: bool,
    pub(super) summary: Summary,
    /// Of the row at hand.
    missing: MissingCells,
}

/// What the store and this run know.
struct SoFar<'a> {
    rules: &'a RuleSet,
    store: Option<&'a dyn StateStore>,
    /// What the table of events tells of decisions of the store.
    told: Option<&'a Told>,
    /// What this run recorded, by key; empty where no customer can come twice.
    recorded: HashMap<Arc<str>, Past>,
    /// What is known of units other than the customer, by key.
    shared: HashMap<String, Past>,
    /// How the records of the row at hand were read; those of other units with the first row that reads them.
    read: Vec<(Key, Seen)>,
}

impl SoFar<'_> {
    fn stored(&mut self, key: Key) -> Result<Past, StateError> {
        let Some(store) = self.store else { return Ok(Past::default()) };
        let cell = store.read(std::slice::from_ref(&key))?.pop().unwrap_or_default();
        self.read.push((key, cell.seen()));
        Ok(Past::of(self.rules, &store.tally(Some(&cell))?, self.told))
    }
}

impl Memory for SoFar<'_> {
    fn of_customer(&mut self, key: &str) -> Result<Past, StateError> {
        let mut past = self.stored(Key::Customer(key.to_owned()))?;
        if let Some(Past { history, reserved }) = self.recorded.get(key) {
            past.history.extend(history.iter().cloned());
            past.reserved.extend(reserved.iter().cloned());
        }
        Ok(past)
    }

    fn of_unit(&mut self, key: &str) -> Result<Past, StateError> {
        if let Some(known) = self.shared.get(key) {
            return Ok(known.clone());
        }
        let past = self.stored(Key::Shared(key.to_owned()))?;
        self.shared.insert(key.to_owned(), past.clone());
        Ok(past)
    }

    fn keeps(&self) -> Option<Duration> {
        self.store?.keeps()
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(batch: &'a Batch<'a>, decoders: &'a [Decoder], keys_repeat: bool) -> Self {
        let rules = batch.engine.rules();
        Self {
            batch,
            decoders,
            others: batch.events.map(|events| Others::new(rules, events, batch.moment.now)),
            memory: SoFar {
                rules,
                store: batch.store,
                told: batch.events.map(EventIndex::told),
                recorded: HashMap::new(),
                shared: HashMap::new(),
                read: Vec::new(),
            },
            decider: batch.engine.decider(),
            keys_repeat,
            summary: Summary::new(batch.slots),
            missing: MissingCells::default(),
        }
    }

    pub(super) fn decide(&mut self, job: Job) -> Result<Outcome, StateError> {
        let Job { index, file, row } = job;
        let facts = self.facts(file, &row)?;
        let now = facts.now;
        let rules = self.batch.engine.rules();
        let frame = self.batch.engine.gather(&facts);
        self.summary.missing.add_customer(rules, &frame.consent, &self.missing);
        let mut decisions: Vec<Decision> = Vec::with_capacity(self.batch.slots.len());
        let mut beside = Duration::ZERO;
        let slots = &mut self.summary.slots;
        let reasons = self.batch.reasons;
        let start = Stopwatch::now();
        self.decider.decide_each(frame, self.batch.slots, |frame, decision| {
            let start = Stopwatch::now();
            let dropped = reasons.then(|| passed_over(rules, frame, decision.slot));
            if let Some(slot) = slots.get_mut(decisions.len()) {
                slot.count(decision, dropped.as_deref());
            }
            decisions.push(decision);
            beside += start.elapsed();
        });
        self.summary.deciding += start.elapsed().saturating_sub(beside);
        self.summary.customers += 1;
        self.summary.decisions += decisions.len() as u64;
        let records = self.batch.assume != Assume::Nothing;
        let shared = if records { shared_keys(rules, &facts) } else { Vec::new() };
        self.share(&shared, &decisions, now);
        let events = self.record(row.key.as_ref(), &decisions, now);
        Ok(Outcome {
            shared,
            now,
            read: std::mem::take(&mut self.memory.read),
            index,
            decided: Decided { file, row: row.number, line: row.line, key: row.key, decisions, ids: Vec::new() },
            events,
        })
    }

    fn facts(&mut self, file: usize, row: &Row) -> Result<Facts, StateError> {
        let moment = self.batch.moment;
        self.missing.clear();
        let mut facts = match self.decoders.get(file) {
            Some(decoder) => decoder.customer(row, moment, &mut self.missing),
            None => moment.clone(),
        };
        if let (Some(key), Some(consent)) = (&row.key, self.batch.consent) {
            consent.tell(key, &mut facts);
        }
        if let (Some(key), Some(events)) = (&row.key, self.batch.events) {
            events.tell(key, &mut facts);
        }
        if let Some(others) = &self.others {
            others.tell(&mut facts);
        }
        remember(self.batch.engine.rules(), &mut facts, &mut self.memory)?;
        Ok(facts)
    }

    /// Remembers for those who come after what this customer was decided to see.
    fn share(&mut self, keys: &[(CapUnit, String)], decisions: &[Decision], now: Instant) {
        let rules = self.batch.engine.rules();
        for (unit, key) in keys {
            for showing in decisions.iter().filter_map(|decision| stamp(rules, decision)) {
                let (happened, kept) = became(self.batch.assume, now, &showing);
                let Past { history, reserved } = self.memory.shared.entry(key.clone()).or_default();
                for of in happened.into_iter().filter(|of| concerns(rules, *unit, of.event, &of.stamp)) {
                    let same =
                        |last: &&mut Happened| last.at == of.at && last.event == of.event && last.stamp == of.stamp;
                    match history.iter_mut().rev().take(LAST).find(same) {
                        Some(last) => last.times = last.times.saturating_add(1),
                        None => history.push(of),
                    }
                }
                if concerns(rules, *unit, Event::DECIDED, &showing) {
                    let same = |last: &&mut Reserved| Reserved { times: 1, ..(*last).clone() } == kept;
                    match reserved.iter_mut().rev().take(LAST).find(same) {
                        Some(last) => last.times = last.times.saturating_add(1),
                        None => reserved.push(kept),
                    }
                }
            }
        }
    }

    /// Remembers what the decisions bring about, and gives it in names where a store wants it.
    fn record(&mut self, key: Option<&Arc<str>>, decisions: &[Decision], now: Instant) -> Vec<StoredEvent> {
        let mut stored = Vec::new();
        let Some(key) = key else { return stored };
        let rules = self.batch.engine.rules();
        for showing in decisions.iter().filter_map(|decision| stamp(rules, decision)) {
            if self.batch.assume == Assume::Nothing {
                continue;
            }
            if self.batch.store.is_some() {
                self.summary.recorded += 1;
                stored.extend(StoredEvent::of_showing(rules, now, &showing));
            }
            if self.keys_repeat {
                let (happened, kept) = became(self.batch.assume, now, &showing);
                let Past { history, reserved } = self.memory.recorded.entry(Arc::clone(key)).or_default();
                history.extend(happened);
                reserved.push(kept);
            }
        }
        stored
    }
}

/// What a decision has brought about by now, and what is kept for what it may bring about yet.
fn became(assume: Assume, now: Instant, showing: &Stamp) -> (Vec<Happened>, Reserved) {
    let brings = brought_about(showing).to_vec();
    let confirmed: Vec<EventId> = match assume {
        Assume::Shown => brings.clone(),
        Assume::Decided | Assume::Nothing => vec![Event::DECIDED],
    };
    let happened = confirmed.iter().map(|event| Happened::plain(*event, now, showing.clone())).collect();
    (happened, Reserved { at: now, stamp: showing.clone(), brings, confirmed, times: 1 })
}
