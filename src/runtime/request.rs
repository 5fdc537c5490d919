//! A request to a store: what happened is read, the slots are decided, and what they take is reserved, all in one
//! transaction, so no two requests get the last one of anything (R24, R48). And the confirmation: what was reserved has
//! happened (R28).
//!
//! A reservation is the event `decided` with the id of its decision, in the customer's history and in the record of every
//! other unit that a cap counts it by. Whether it is still live, each cap says when it counts (R25), so renaming or
//! tightening a cap forgets nothing (R30), and a crash leaves nothing that does not end by itself.

use thiserror::Error;

use super::engine::Engine;
use super::names::Names;
use super::past::{Past, Told, Writing, brings, remember, shared_keys, tell_of_unit};
use super::store::{StateError, StateStore, StoredDecision, StoredEvent, Transaction, shared_key};
use crate::frame::{self, By, CapState, Decision, Facts, Frame, Outcome, Stamp, brought_about, stamp, unit_key};
use crate::model::{CapUnit, Event, EventId, RuleSet, SlotId};
use crate::value::Instant;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The host's name for it; asked under the same name again, it gets the same answer and reserves nothing anew. What it
    /// was answered to hold is let go under the same name, with [`Facts::held`]: then it is decided anew, once.
    pub id: Option<&'a str>,
    /// The customer and the moment, without what the store knows; with what happened to others that it does not know, if
    /// anything did ([`Facts::shared`]).
    pub facts: &'a Facts,
    /// The slots, in the order in which the page fills them.
    pub slots: &'a [SlotId],
    /// Whether what is decided is taken to have been shown at once; else that has to be confirmed.
    pub shown: bool,
    /// What the facts tell of decisions of this store; `None` where they name none.
    pub told: Option<&'a Told>,
}

/// What is answered for one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What.
    pub decision: Decision,
    /// Under which id it can be confirmed.
    pub id: String,
}

/// Answers that are not reserved yet: others wait until they are, or until this is dropped and nothing has happened.
pub struct Prepared<'a> {
    /// One a slot.
    pub answers: Vec<Answer>,
    /// Nothing where the answers were given before.
    transaction: Option<Box<dyn Transaction + 'a>>,
}

impl Prepared<'_> {
    /// Reserves what the answers take.
    ///
    /// # Errors
    /// The store cannot be written: nothing was reserved.
    pub fn commit(self) -> Result<Vec<Answer>, StateError> {
        if let Some(transaction) = self.transaction {
            transaction.commit()?;
        }
        Ok(self.answers)
    }
}

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

/// Adds events to the shared records that some cap counts them in, and takes out the reservations that are over.
///
/// # Errors
/// The store cannot be used.
pub fn share(
    rules: &RuleSet,
    transaction: &mut dyn Transaction,
    keys: &[(CapUnit, String)],
    events: &[StoredEvent],
    now: Instant,
) -> Result<(), StateError> {
    for (unit, key) in keys {
        let happened = |stored: &StoredEvent| stored.happened(rules);
        let concern = events.iter().filter(|stored| {
            happened(stored).is_some_and(|event| frame::concerns(rules, *unit, event.event, &event.stamp))
        });
        let concern: Vec<StoredEvent> = concern.cloned().collect();
        if concern.is_empty() {
            continue;
        }
        let mut all = transaction.shared(key)?;
        // What the rules do not know any more is kept: they may know it again.
        let is_over = |stored: &StoredEvent| {
            stored.decision.is_some()
                && happened(stored).is_some_and(|event| {
                    event.event == Event::DECIDED && frame::is_over(rules, *unit, event.at, &event.stamp, now)
                })
        };
        all.retain(|stored| !is_over(stored));
        all.extend(concern);
        transaction.put_shared(key, &all)?;
    }
    Ok(())
}

impl Engine {
    /// Answers a request from a store, and reserves what it takes; `each` is given every decision that is made with the
    /// frame in which it is. Whoever asks at the same time waits.
    ///
    /// # Errors
    /// The store cannot be used: nothing was reserved. Then decide with [`Facts::store_down`].
    pub fn answer(
        &self,
        store: &dyn StateStore,
        request: &Request<'_>,
        each: impl FnMut(&Frame, Decision),
    ) -> Result<Vec<Answer>, StateError> {
        self.prepare(store, request, each)?.commit()
    }

    /// As [`Engine::answer`], with what it takes reserved only by [`Prepared::commit`].
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn prepare<'a>(
        &self,
        store: &'a dyn StateStore,
        request: &Request<'_>,
        mut each: impl FnMut(&Frame, Decision),
    ) -> Result<Prepared<'a>, StateError> {
        let rules = self.rules();
        let mut transaction = store.turn()?;
        if let Some(known) = repeated(rules, transaction.as_ref(), request)? {
            return Ok(Prepared { answers: known, transaction: None });
        }
        let mut facts = request.facts.clone();
        remember(rules, &mut facts, &mut Writing { rules, transaction: transaction.as_ref(), told: request.told })?;
        let mut decisions = Vec::new();
        self.decider().decide_each(self.gather(&facts), request.slots, |frame, decision| {
            each(frame, decision);
            decisions.push(decision);
        });
        let name = match request.id {
            Some(id) => id.to_owned(),
            None => transaction.next_number()?.to_string(),
        };
        let customer = unit_key(rules, &facts, CapUnit::Customer);
        let keys = shared_keys(rules, &facts);
        let whose = Whose { customer: customer.as_deref(), shared: &keys, now: facts.now };
        let mut answers = Vec::new();
        for decision in decisions {
            let id = id_of(rules, &name, decision.slot);
            keep(rules, transaction.as_mut(), whose, decision, (&id, request.id.is_some()), request.shown)?;
            answers.push(Answer { decision, id });
        }
        Ok(Prepared { answers, transaction: Some(transaction) })
    }

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

    /// Several things have happened; they are heard of `now`, one after the other and all in one transaction. Gives what
    /// each was and became.
    ///
    /// # Errors
    /// The store cannot be used, or knows one of the decisions not: then nothing of any is recorded.
    pub fn confirm_all(
        &self,
        store: &dyn StateStore,
        confirmations: &[Confirmation],
        now: Instant,
    ) -> Result<Vec<(EventId, Confirmed)>, ConfirmError> {
        let mut transaction = store.turn()?;
        let mut waiting = Vec::with_capacity(confirmations.len());
        let mut unknown: Vec<String> = Vec::new();
        for one in confirmations {
            let known = transaction.decision(&one.decision)?;
            match known.and_then(|known| Some((known.decided.clone()?, known))) {
                Some((decided, known)) => waiting.push((one, decided, known)),
                None if unknown.contains(&one.decision) => {}
                None => unknown.push(one.decision.clone()),
            }
        }
        if !unknown.is_empty() {
            return Err(ConfirmError::Unknown(unknown));
        }
        let mut heard = Vec::with_capacity(waiting.len());
        for (one, decided, known) in waiting {
            heard.push(self.confirm_in(transaction.as_mut(), one, &decided, &known, now)?);
        }
        transaction.commit()?;
        Ok(heard)
    }

    fn confirm_in(
        &self,
        transaction: &mut dyn Transaction,
        one: &Confirmation,
        decided: &StoredEvent,
        known: &StoredDecision,
        now: Instant,
    ) -> Result<(EventId, Confirmed), StateError> {
        let rules = self.rules();
        let of = decided.happened(rules).map(|decided| decided.stamp).unwrap_or(Stamp::Unstamped);
        let [_, meant] = brings(decided, &of);
        let event = one.event.unwrap_or(meant);
        let mut stored = decided.clone();
        // Where the clocks of two machines differ, nothing happens before it was decided: that would free a cap.
        (stored.event, stored.at) = (rules[event].name.clone(), one.at.max(decided.at));
        let mut records = match &known.customer {
            Some(customer) => vec![transaction.history(customer)?],
            None => Vec::new(),
        };
        for key in &known.shared {
            records.push(transaction.shared(key)?);
        }
        let same = |other: &StoredEvent| other.decision == stored.decision && other.event == stored.event;
        if records.iter().flatten().any(same) {
            return Ok((event, Confirmed::Repeated));
        }
        let is_late = frame::is_late(rules, event, decided.at, &of, now);
        // Also where it is in time: another machine's clock may have found the reservation over, and given it away.
        if let Some(cap) = overdrawn(rules, transaction, &stored, now)? {
            return Ok((event, Confirmed::Refused(cap)));
        }
        if let Some(customer) = &known.customer {
            transaction.record(customer, std::slice::from_ref(&stored))?;
        }
        let units = rules.units().into_iter();
        let key = |unit: CapUnit| {
            let attribute = shared_key(rules, unit, "")?;
            let is_of = |key: &&String| match unit {
                CapUnit::Everybody => key.is_empty(),
                CapUnit::Attribute(_) => key.starts_with(&attribute),
                CapUnit::Customer => false,
            };
            Some((unit, known.shared.iter().find(is_of)?.clone()))
        };
        let keys: Vec<(CapUnit, String)> = units.filter_map(key).collect();
        share(rules, transaction, &keys, std::slice::from_ref(&stored), now)?;
        Ok((event, if is_late { Confirmed::Late } else { Confirmed::InTime }))
    }
}

/// In whose records a decision stands.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) customer: Option<&'a str>,
    pub(super) shared: &'a [(CapUnit, String)],
    pub(super) now: Instant,
}

/// Records a decision under its id: as a reservation where it shows something of a rule, and, where that is asked, so that
/// the same request is answered alike. Says whether something is kept under the id.
pub(super) fn keep(
    rules: &RuleSet,
    transaction: &mut dyn Transaction,
    whose: Whose<'_>,
    decision: Decision,
    (id, to_repeat): (&str, bool),
    shown: bool,
) -> Result<bool, StateError> {
    let events = events_of(rules, whose.now, decision, id, shown);
    if let Some(customer) = whose.customer {
        transaction.record(customer, &events)?;
    }
    share(rules, transaction, whose.shared, &events, whose.now)?;
    let mut stored = in_names(rules, decision);
    stored.customer = whose.customer.map(str::to_owned);
    stored.shared = whose.shared.iter().map(|(_, key)| key.clone()).collect();
    stored.decided = events.into_iter().next();
    let is_kept = to_repeat || stored.decided.is_some();
    if is_kept {
        transaction.put_decision(id, &stored)?;
    }
    Ok(is_kept)
}

/// The cap per everybody that would hold more than its number with one more event, if one would.
fn overdrawn(
    rules: &RuleSet,
    transaction: &dyn Transaction,
    stored: &StoredEvent,
    now: Instant,
) -> Result<Option<String>, StateError> {
    let mut events = transaction.shared("")?;
    events.push(stored.clone());
    let mut past = Past::of(rules, &events, None);
    past.by_now(now);
    let mut facts = Facts::nothing(rules, now);
    tell_of_unit(&mut facts, CapUnit::Everybody, past);
    let frame = frame::gather(rules, &facts);
    let Some(happened) = stored.happened(rules) else { return Ok(None) };
    let is_full = |(cap, state): (&crate::model::Cap, &CapState)| {
        cap.unit == CapUnit::Everybody
            && frame::is_counted(rules, cap, happened.event, &happened.stamp)
            && matches!(state, CapState::Used(used) if *used > cap.at_most)
    };
    let full = rules.caps.iter().zip(&frame.caps).find(|both| is_full(*both));
    Ok(full.map(|(cap, _)| cap.name.clone()))
}

pub(super) fn id_of(rules: &RuleSet, request: &str, slot: SlotId) -> String {
    format!("{request}/{}", rules[slot].name)
}

/// What a decision is recorded as: that it was decided first.
fn events_of(rules: &RuleSet, now: Instant, decision: Decision, id: &str, shown: bool) -> Vec<StoredEvent> {
    let Some(stamp) = stamp(rules, &decision) else { return Vec::new() };
    let events = brought_about(&stamp).into_iter().filter(|event| shown || *event == Event::DECIDED);
    let event = |event| StoredEvent { decision: Some(id.to_owned()), ..StoredEvent::new(rules, event, now, &stamp) };
    events.map(event).collect()
}

/// The answer that a request of the same id was given; `None` where it is new, or the rules have changed so far that they
/// do not know what was answered.
fn repeated(
    rules: &RuleSet,
    transaction: &dyn Transaction,
    request: &Request<'_>,
) -> Result<Option<Vec<Answer>>, StateError> {
    let Some(name) = request.id else { return Ok(None) };
    let is_release = !request.facts.held.is_empty();
    let mut answers = Vec::new();
    for slot in request.slots {
        let id = id_of(rules, name, *slot);
        let Some(stored) = transaction.decision(&id)? else { return Ok(None) };
        let Some(decision) = of_names(rules, *slot, &stored) else { return Ok(None) };
        // What was held under this id is decided anew, at most once: whatever came of it is an answer that stays.
        if is_release && matches!(decision.outcome, Outcome::Holds { .. }) {
            return Ok(None);
        }
        answers.push(Answer { decision, id });
    }
    Ok(Some(answers))
}

fn in_names(rules: &RuleSet, decision: Decision) -> StoredDecision {
    let (offer, until) = match decision.outcome {
        Outcome::Shows(offer) | Outcome::Sends { offer, .. } => (Some(rules[offer].name.clone()), None),
        Outcome::Holds { offer, until } => (Some(rules[offer].name.clone()), Some(until)),
        Outcome::Nothing => (None, decision.again),
    };
    let (channel, silent) = match decision.outcome {
        Outcome::Sends { channel, silent, .. } => (Some(rules[channel].name.clone()), silent),
        Outcome::Shows(_) | Outcome::Holds { .. } | Outcome::Nothing => (None, false),
    };
    let (rule, via, fallback) = match decision.by {
        By::Rule(rule) => (Some(rule), None, None),
        By::Substitute(rule, via) => (Some(rule), Some(via), None),
        By::Fallback(at) => (None, None, Some(at)),
        By::SlotOff => (None, None, None),
    };
    StoredDecision {
        slot: rules[decision.slot].name.clone(),
        offer,
        channel,
        silent,
        until,
        rule: rule.map(|rule| rules[rule].name.clone()),
        via,
        fallback,
        customer: None,
        shared: Vec::new(),
        decided: None,
    }
}

fn of_names(rules: &RuleSet, slot: SlotId, stored: &StoredDecision) -> Option<Decision> {
    let names = Names::of(rules);
    let (outcome, again) = match (&stored.offer, &stored.channel, stored.until) {
        (Some(offer), Some(channel), _) => {
            let (offer, channel) = (names.offer(offer)?, names.channel(channel)?);
            (Outcome::Sends { offer, channel, silent: stored.silent }, None)
        }
        (Some(offer), None, None) => (Outcome::Shows(names.offer(offer)?), None),
        (Some(offer), None, Some(until)) => (Outcome::Holds { offer: names.offer(offer)?, until }, None),
        (None, _, again) => (Outcome::Nothing, again),
    };
    let by = match (&stored.rule, stored.via, stored.fallback) {
        (Some(rule), None, _) => By::Rule(names.rule(rule)?),
        (Some(rule), Some(via), _) => By::Substitute(names.rule(rule)?, via),
        (None, _, Some(at)) => By::Fallback(at),
        (None, _, None) => By::SlotOff,
    };
    Some(Decision { slot, outcome, by, again })
}
