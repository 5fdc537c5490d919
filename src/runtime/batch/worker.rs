//! One thread's share of a base: rows in, decisions out, with what it recorded for customers who come again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use super::{Assume, Batch, Decided, Summary};
use crate::eval::passed_over;
use crate::frame::{Decision, Facts, Happened, Reserved, Shared, brought_about, concerns, stamp};
use crate::model::{CapUnit, Event};
use crate::runtime::data::{Decoder, MissingCells, Row};
use crate::runtime::engine::Decider;
use crate::runtime::request::{past, shared_keys};
use crate::runtime::store::{StateError, StoredEvent};
use crate::value::Instant;

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
}

pub(super) struct Worker<'a> {
    batch: &'a Batch<'a>,
    decoders: &'a [Decoder],
    decider: Decider<'a>,
    /// What this run recorded, by key; empty where no customer can come twice.
    recorded: HashMap<Arc<str>, Vec<Happened>>,
    keys_repeat: bool,
    /// What the store and this run know of units other than the customer, by key; and of everybody, what the events do.
    shared: HashMap<String, (Vec<Happened>, Vec<Reserved>)>,
    everybody: Vec<Happened>,
    pub(super) summary: Summary,
    /// Of the row at hand.
    missing: MissingCells,
}

impl<'a> Worker<'a> {
    pub(super) fn new(batch: &'a Batch<'a>, decoders: &'a [Decoder], keys_repeat: bool) -> Self {
        let rules = batch.engine.rules();
        let concerns = |event: &Happened| concerns(rules, CapUnit::Everybody, event.event, &event.stamp);
        let known = batch.events.filter(|_| rules.units().contains(&CapUnit::Everybody));
        let everybody = known.map(|events| events.others(None, batch.moment.now)).unwrap_or_default();
        Self {
            batch,
            decoders,
            shared: HashMap::new(),
            everybody: everybody.into_iter().filter(concerns).collect(),
            decider: batch.engine.decider(),
            recorded: HashMap::new(),
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
        let shared = if self.batch.assume == Assume::Shown { shared_keys(rules, &facts) } else { Vec::new() };
        self.share(&shared, &decisions, now);
        let events = self.record(row.key.as_ref(), &decisions, now);
        Ok(Outcome {
            shared,
            now,
            index,
            decided: Decided { file, row: row.number, line: row.line, key: row.key, decisions },
            events,
        })
    }

    fn facts(&mut self, file: usize, row: &Row) -> Result<Facts, StateError> {
        let moment = self.batch.moment;
        let rules = self.batch.engine.rules();
        self.missing.clear();
        let attributes = match self.decoders.get(file) {
            Some(decoder) => decoder.facts(row, &moment.attributes, &mut self.missing),
            None => moment.attributes.clone(),
        };
        let permissions = match self.decoders.get(file) {
            Some(decoder) => decoder.permissions(row, &mut self.missing),
            None => moment.permissions.clone(),
        };
        let mut facts = Facts { attributes, permissions, ..moment.clone() };
        let Some(key) = &row.key else {
            self.with_shared(&mut facts, None)?;
            return Ok(facts);
        };
        if let Some(consent) = self.batch.consent {
            consent.tell(key, &mut facts);
        }
        if let Some(events) = self.batch.events {
            events.tell(key, &mut facts);
        }
        if let Some(store) = self.batch.store {
            facts.history.extend(store.history(key)?.iter().filter_map(|event| event.happened(rules)));
        }
        facts.history.extend(self.recorded.get(key).into_iter().flatten().cloned());
        self.with_shared(&mut facts, Some(key))?;
        Ok(facts)
    }

    /// What is counted together with the customer by other units.
    fn with_shared(&mut self, facts: &mut Facts, whose: Option<&str>) -> Result<(), StateError> {
        let rules = self.batch.engine.rules();
        for (unit, key) in shared_keys(rules, facts) {
            if !self.shared.contains_key(&key) {
                let stored = self.batch.store.map_or(Ok(Vec::new()), |store| store.shared(&key))?;
                self.shared.insert(key.clone(), past(rules, &stored));
            }
            let (mut history, reserved) = self.shared.get(&key).cloned().unwrap_or_default();
            match unit {
                CapUnit::Everybody => history.extend_from_slice(&self.everybody),
                // Of the others of a household the events file says nothing: it knows keys alone.
                CapUnit::Attribute(_) | CapUnit::Customer => {
                    let own = self.batch.events.zip(whose).map(|(events, whose)| events.of(whose));
                    history.extend_from_slice(own.unwrap_or_default());
                }
            }
            facts.shared.push(Shared { unit, history, reserved });
        }
        Ok(())
    }

    /// Remembers for those who come after what this customer was decided to see.
    fn share(&mut self, keys: &[(CapUnit, String)], decisions: &[Decision], now: Instant) {
        let rules = self.batch.engine.rules();
        for (unit, key) in keys {
            for showing in decisions.iter().filter_map(|decision| stamp(rules, decision)) {
                let (history, reserved) = self.shared.entry(key.clone()).or_default();
                let happened = brought_about(&showing).map(|event| Happened::plain(event, now, showing.clone()));
                history.extend(happened.into_iter().filter(|of| concerns(rules, *unit, of.event, &of.stamp)));
                if concerns(rules, *unit, Event::DECIDED, &showing) {
                    let (brings, confirmed) = (brought_about(&showing).to_vec(), brought_about(&showing).to_vec());
                    reserved.push(Reserved { at: now, stamp: showing, brings, confirmed });
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
                let happened = brought_about(&showing).map(|event| Happened::plain(event, now, showing.clone()));
                self.recorded.entry(Arc::clone(key)).or_default().extend(happened);
            }
        }
        stored
    }
}
