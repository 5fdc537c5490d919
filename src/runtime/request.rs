//! A request to a store: what happened is read, the slots are decided, and what they take is reserved on condition that
//! nobody else has taken it in the meantime; else all of it is done anew. So no two requests get the last one of anything
//! (R24, R48), and nobody waits for a lock.
//!
//! A reservation is the event `decided` with the id of its decision, in the customer's history and in the record of every
//! other unit that a cap counts it by. Whether it is still live, each cap says when it counts (R25), so renaming or
//! tightening a cap forgets nothing (R30), and a crash leaves nothing that does not end by itself.

use super::answers::{in_names, of_names};
use super::engine::Engine;
use super::ledger::{Ledger, Written};
use super::past::{Told, remember, shared_keys};
use super::retry::until_it_lands;
use super::store::{Entry, Key, Landed, StateError, StateStore, StoredDecision, StoredEvent};
use crate::frame::{self, CapState, Decision, Facts, Frame, Outcome, brought_about, stamp, unit_key};
use crate::model::{CapKind, CapUnit, Event, RuleSet, SlotId};
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

impl Engine {
    /// Answers a request from a store, and reserves what it takes; `each` is given every answer that is made anew with the
    /// frame in which it is decided.
    ///
    /// # Errors
    /// The store cannot be used, or others kept changing what this needs: nothing was reserved, or ends by itself. Then
    /// decide with [`Facts::store_down`].
    pub fn answer(
        &self,
        store: &dyn StateStore,
        request: &Request<'_>,
        mut each: impl FnMut(&Frame, &Answer),
    ) -> Result<Vec<Answer>, StateError> {
        let name = match request.id {
            Some(id) => id.to_owned(),
            None => store.new_name()?,
        };
        let tried: Tried = until_it_lands(store, || self.try_to_answer(store, request, &name))?;
        let Tried { answers, frames } = tried;
        frames.iter().zip(&answers).for_each(|(frame, answer)| each(frame, answer));
        Ok(answers)
    }

    fn try_to_answer(
        &self,
        store: &dyn StateStore,
        request: &Request<'_>,
        name: &str,
    ) -> Result<(Tried, Landed), StateError> {
        let rules = self.rules();
        let now = request.facts.now;
        let customer = unit_key(rules, request.facts, CapUnit::Customer).map(|key| key.to_string());
        let shared = shared_keys(rules, request.facts);
        let mut keys: Vec<Key> = shared.iter().map(|(_, key)| Key::Shared(key.clone())).collect();
        keys.extend(customer.clone().map(Key::Customer));
        keys.push(Key::Request(name.to_owned()));
        let mut ledger = Ledger::new(rules, store, now);
        ledger.read(store, keys)?;
        if let Some(answers) = repeated(rules, &ledger, request, name) {
            return Ok((Tried { answers, frames: Vec::new() }, Landed::Whole));
        }
        let mut facts = request.facts.clone();
        remember(rules, &mut facts, &mut Written { rules, ledger: &ledger, told: request.told })?;
        let first = self.gather(&facts);
        let (mut frames, mut decisions) = (Vec::new(), Vec::new());
        self.decider().decide_each(first.clone(), request.slots, |frame, decision| {
            frames.push(frame.clone());
            decisions.push(decision);
        });
        let whose = Whose { customer: customer.as_deref(), shared: &shared, now };
        let mut answers = Vec::new();
        for decision in &decisions {
            let id = id_of(rules, name, decision.slot);
            let kept = Kept::of(rules, whose, *decision, &id, request.shown);
            if let Some(customer) = &customer {
                let key = Key::Customer(customer.clone());
                kept.entries.iter().for_each(|entry| ledger.add(&key, entry.clone()));
            }
            ledger.share(&shared, &kept.entries);
            if request.id.is_some() || kept.answer.decided.is_some() {
                ledger.keep(name, kept.answer);
            }
            answers.push(Answer { decision: *decision, id });
        }
        for (unit, key) in &shared {
            if let Some(room) = room_for_others(rules, *unit, &first, &decisions) {
                ledger.leave_room(&Key::Shared(key.clone()), room);
            }
        }
        Ok((Tried { answers, frames }, ledger.write(store)?))
    }
}

struct Tried {
    answers: Vec<Answer>,
    /// Empty where the answers were given before.
    frames: Vec<Frame>,
}

/// How many events others may add to the record of a unit before a cap could hold more than its number with what these
/// decisions take; `None` where they take nothing that it counts.
fn room_for_others(rules: &RuleSet, unit: CapUnit, first: &Frame, decisions: &[Decision]) -> Option<u64> {
    let mut after = first.clone();
    decisions.iter().for_each(|decision| frame::reserve(rules, &mut after, decision));
    let caps = rules.caps.iter().zip(first.caps.iter().zip(&after.caps)).filter(|(cap, _)| cap.unit == unit);
    let room = caps.filter_map(|(cap, states)| match states {
        (CapState::Used(before), CapState::Used(after)) if before < after => match &cap.kind {
            // What nothing was left of has not stopped these: it is not theirs to keep.
            CapKind::Cap if *before >= cap.at_most => None,
            CapKind::Cap => Some(u64::from(cap.at_most.saturating_sub(*after))),
            // Any event may make the one that starts it.
            CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => Some(0),
        },
        (
            CapState::Used(_) | CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore | CapState::Until(_),
            CapState::Used(_) | CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore | CapState::Until(_),
        ) => None,
    });
    room.min()
}

/// In whose records a decision stands.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) customer: Option<&'a str>,
    pub(super) shared: &'a [(CapUnit, String)],
    pub(super) now: Instant,
}

/// What is kept of a decision.
pub(super) struct Kept {
    /// A reservation where it shows something of a rule.
    pub(super) entries: Vec<Entry>,
    /// So that it can be confirmed, and the same request is answered alike.
    pub(super) answer: StoredDecision,
}

impl Kept {
    pub(super) fn of(rules: &RuleSet, whose: Whose<'_>, decision: Decision, id: &str, shown: bool) -> Self {
        let events = events_of(rules, whose.now, decision, id, shown);
        let mut answer = in_names(rules, decision, whose.now);
        answer.customer = whose.customer.map(str::to_owned);
        answer.shared = whose.shared.iter().map(|(_, key)| key.clone()).collect();
        answer.happened = events.iter().skip(1).map(|event| event.event.clone()).collect();
        answer.decided = events.first().cloned();
        Self { entries: events.into_iter().map(Entry::Happened).collect(), answer }
    }
}

/// The id of a decision: the name of its request, and its slot.
pub fn id_of(rules: &RuleSet, request: &str, slot: SlotId) -> String {
    format!("{request}/{}", rules[slot].name)
}

/// The request and the slot of a decision.
pub fn of_id(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('/')
}

/// What a decision is recorded as: that it was decided first.
fn events_of(rules: &RuleSet, now: Instant, decision: Decision, id: &str, shown: bool) -> Vec<StoredEvent> {
    let Some(stamp) = stamp(rules, &decision) else { return Vec::new() };
    let events = brought_about(&stamp).into_iter().filter(|event| shown || *event == Event::DECIDED);
    let event = |event| StoredEvent { decision: Some(id.to_owned()), ..StoredEvent::new(rules, event, now, &stamp) };
    events.map(event).collect()
}

/// The answer that a request of the same id was given; `None` where it is new, what it was answered was given back, or the
/// rules have changed so far that they do not know what was answered.
fn repeated(rules: &RuleSet, ledger: &Ledger<'_>, request: &Request<'_>, name: &str) -> Option<Vec<Answer>> {
    let is_release = !request.facts.held.is_empty();
    let answer = |slot: &SlotId| {
        let stored = ledger.answer(name, &rules[*slot].name)?;
        let decision = of_names(rules, *slot, stored)?;
        // What was held under this id is decided anew, at most once: whatever came of it is an answer that stays.
        let is_let_go = is_release && matches!(decision.outcome, Outcome::Holds { .. });
        (!is_let_go && !stored.released).then(|| Answer { decision, id: id_of(rules, name, *slot) })
    };
    request.slots.iter().map(answer).collect()
}
