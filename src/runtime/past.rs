//! What happened, as a decision counts it: the customer's own, and what is counted together with it by other units.
//!
//! There is one way to it, whoever asks: the facts as files or a host tell them, and to them what a memory holds, be that
//! a store, the transaction of a request, or a run over a base with what it has decided so far. So a request, a base and
//! an explanation count alike. Refuses to know how a cap counts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::names::Names;
use super::store::tally::is_new;
use super::store::{StateError, StateStore, StoredEvent, Tally, shared_key};
use crate::frame::{Facts, Happened, Reserved, Shared, Stamp, brought_about, unit_key};
use crate::model::{CapUnit, Event, EventId, RuleSet};
use crate::value::Instant;

/// What is known of one customer or of one other unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What happened.
    pub history: Vec<Happened>,
    /// What is reserved.
    pub reserved: Vec<Reserved>,
}

/// Events that somebody else tells of, each with the decision it comes from: what a memory holds of the same is the same
/// event, and what it has reserved for it is reserved no longer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(HashMap<Box<str>, Vec<EventId>>);

impl Told {
    /// Notes an event of a decision.
    pub fn add(&mut self, decision: &str, event: EventId) {
        self.0.entry(decision.into()).or_default().push(event);
    }

    fn of(&self, decision: Option<&str>) -> &[EventId] {
        decision.and_then(|decision| self.0.get(decision)).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Past {
    /// A record as the rules see it, without the events that are told besides.
    pub fn of(rules: &RuleSet, record: &Tally, told: Option<&Told>) -> Self {
        let names = Names::of(rules);
        let mut confirmed: HashMap<&str, Vec<EventId>> = HashMap::new();
        for stored in &record.events {
            if let (Some(id), Some(event)) = (stored.decision.as_deref(), names.event(&stored.event)) {
                confirmed.entry(id).or_default().push(event);
            }
        }
        let mut past = Self::default();
        let mut met = HashSet::new();
        for stored in record.events.iter().filter(|stored| is_new(stored, &mut met)) {
            let Some(happened) = stored.happened(rules) else { continue };
            let besides = told.map(|told| told.of(stored.decision.as_deref())).unwrap_or_default();
            if let (Some(id), Event::DECIDED) = (stored.decision.as_deref(), happened.event) {
                past.reserved.push(Reserved {
                    at: happened.at,
                    stamp: happened.stamp.clone(),
                    brings: brings(stored, &happened.stamp).to_vec(),
                    confirmed: confirmed.get(id).into_iter().flatten().chain(besides).copied().collect(),
                    times: 1,
                });
            }
            if !besides.contains(&happened.event) {
                past.history.push(happened);
            }
        }
        for run in &record.runs {
            let Some(happened) = run.event.happened(rules) else { continue };
            if let Some(of_each) = &run.confirmed {
                let confirmed = of_each.iter().filter_map(|name| names.event(name)).chain([Event::DECIDED]).collect();
                let brings = brings(&run.event, &happened.stamp).to_vec();
                let stamp = happened.stamp.clone();
                past.reserved.push(Reserved { at: happened.at, stamp, brings, confirmed, times: run.count });
            }
            past.history.push(Happened { times: run.count, ..happened });
        }
        past
    }

    /// Without what happened before an instant.
    fn drop_before(&mut self, instant: Instant) {
        self.history.retain(|event| event.at >= instant);
        self.reserved.retain(|reserved| reserved.at >= instant);
    }

    /// What a memory of several machines holds has happened, whatever the clock of one of them said: for what is counted
    /// together it counts from now on.
    pub fn by_now(&mut self, now: Instant) {
        self.history.iter_mut().for_each(|event| event.at = event.at.min(now));
    }
}

/// What a stored decision brings about; what was sent stays sent, whatever the rules know of it now.
pub(super) fn brings(stored: &StoredEvent, stamp: &Stamp) -> [EventId; 2] {
    if stored.channel.is_some() { [Event::DECIDED, Event::SENT] } else { brought_about(stamp) }
}

/// Where something is remembered.
pub trait Memory {
    /// Of the customer with this key.
    ///
    /// # Errors
    /// It cannot be read.
    fn of_customer(&mut self, key: &str) -> Result<Past, StateError>;

    /// Of another unit, under [`shared_key`].
    ///
    /// # Errors
    /// It cannot be read.
    fn of_unit(&mut self, key: &str) -> Result<Past, StateError>;

    /// [`StateStore::keeps`].
    fn keeps(&self) -> Option<Duration>;
}

/// Since when what happened counts, where it is not kept for good.
pub(super) fn kept_since(now: Instant, keep: Option<Duration>) -> Option<Instant> {
    let keep = i64::try_from(keep?.as_micros()).unwrap_or(i64::MAX);
    Some(Instant(now.0.saturating_sub(keep)))
}

/// What a store holds.
pub struct Stored<'a> {
    /// The rules that are to see it.
    pub rules: &'a RuleSet,
    /// The store; none holds nothing.
    pub store: Option<&'a dyn StateStore>,
    /// What the facts tell of the same decisions.
    pub told: Option<&'a Told>,
}

impl Memory for Stored<'_> {
    fn of_customer(&mut self, key: &str) -> Result<Past, StateError> {
        let events = self.store.map_or(Ok(Vec::new()), |store| store.history(key))?;
        Ok(Past::of(self.rules, &Tally { events, runs: Vec::new() }, self.told))
    }

    fn of_unit(&mut self, key: &str) -> Result<Past, StateError> {
        let tally = self.store.map_or(Ok(Tally::default()), |store| store.shared(key))?;
        Ok(Past::of(self.rules, &tally, self.told))
    }

    fn keeps(&self) -> Option<Duration> {
        self.store?.keeps()
    }
}

/// Adds to the facts all that is remembered of the customer, and of whoever is counted together with them. What the facts
/// say of a unit is kept; of one that they do not speak of, the customer's own is known besides.
///
/// # Errors
/// The memory cannot be read; the facts are as they were.
pub fn remember(rules: &RuleSet, facts: &mut Facts, memory: &mut dyn Memory) -> Result<(), StateError> {
    let since = kept_since(facts.now, memory.keeps());
    let mut of_units = Vec::new();
    for (unit, key) in shared_keys(rules, facts) {
        let mut past = memory.of_unit(&key)?;
        since.into_iter().for_each(|since| past.drop_before(since));
        past.by_now(facts.now);
        of_units.push((unit, past));
    }
    let mut own = match unit_key(rules, facts, CapUnit::Customer) {
        Some(key) => memory.of_customer(&key)?,
        None => Past::default(),
    };
    since.into_iter().for_each(|since| own.drop_before(since));
    of_units.into_iter().for_each(|(unit, past)| tell_of_unit(facts, unit, past));
    facts.history.extend(own.history);
    facts.reserved.extend(own.reserved);
    Ok(())
}

/// Adds to what the facts say of a unit other than the customer.
pub(super) fn tell_of_unit(facts: &mut Facts, unit: CapUnit, past: Past) {
    let (more, more_reserved) = (past.history, past.reserved);
    match facts.shared.iter_mut().find(|shared| shared.unit == unit) {
        Some(Shared { history, reserved, .. }) => {
            history.extend(more);
            reserved.extend(more_reserved);
        }
        None => {
            let history = facts.history.iter().cloned().chain(more).collect();
            let reserved = facts.reserved.iter().cloned().chain(more_reserved).collect();
            facts.shared.push(Shared { unit, history, reserved });
        }
    }
}

/// The shared records of the facts; the key of an unknown unit is never kept (R27).
pub fn shared_keys(rules: &RuleSet, facts: &Facts) -> Vec<(CapUnit, String)> {
    let key = |unit| Some((unit, shared_key(rules, unit, &unit_key(rules, facts, unit)?)?));
    rules.units().into_iter().filter_map(key).collect()
}
