//! What happened to a customer and is no decision's doing: a purchase at the till, a conversion that another system saw.
//!
//! It is told with an id, and counts once however often it is told. It stands in the customer's record and in those of the
//! other units of which a cap counts it, as what a decision brings about does. Refuses to know who tells it.

use super::engine::Engine;
use super::ledger::Ledger;
use super::past::shared_keys;
use super::retry::until_it_lands;
use super::store::{Entry, Key, Landed, StateError, StateStore, StoredDecision, StoredEvent};
use crate::frame::{Facts, Stamp, unit_key};
use crate::model::{CapUnit, EventId, OfferId};
use crate::value::Instant;

/// In no request's id.
const MARK: char = '\u{1}';

/// Something happened.
#[derive(Clone, Debug)]
pub struct Telling<'a> {
    /// The teller's name for it.
    pub id: &'a str,
    /// To whom; now is when it is heard of.
    pub facts: &'a Facts,
    /// What: an event without fields, since a store keeps none.
    pub event: EventId,
    /// When.
    pub at: Instant,
    /// Of which offer, where it is of one.
    pub offer: Option<OfferId>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is a fact.
    New,
    /// It was told before, and nothing was done.
    Repeated,
    /// Nobody knows whose it is, so nothing was recorded.
    Nobodys,
}

impl Engine {
    /// Records what happened to a customer.
    ///
    /// # Errors
    /// The store cannot be used: nothing was recorded, or it is found when it is told again.
    pub fn tell(&self, store: &dyn StateStore, telling: &Telling<'_>) -> Result<Heard, StateError> {
        until_it_lands(store, || self.try_to_tell(store, telling))
    }

    fn try_to_tell(&self, store: &dyn StateStore, telling: &Telling<'_>) -> Result<(Heard, Landed), StateError> {
        let rules = self.rules();
        let Telling { id, facts, event, at, offer } = *telling;
        let Some(customer) = unit_key(rules, facts, CapUnit::Customer).map(|key| key.to_string()) else {
            return Ok((Heard::Nobodys, Landed::Whole));
        };
        let shared = shared_keys(rules, facts);
        let request = format!("{MARK}{id}");
        let mut keys: Vec<Key> = shared.iter().map(|(_, key)| Key::Shared(key.clone())).collect();
        keys.extend([Key::Customer(customer.clone()), Key::Request(request.clone())]);
        let mut ledger = Ledger::new(rules, store, facts.now);
        ledger.read(store, keys)?;
        let name = rules[event].name.clone();
        if ledger.answer(&request, &name).is_some() {
            return Ok((Heard::Repeated, Landed::Whole));
        }
        let stamp = match offer {
            None => Stamp::Unstamped,
            Some(offer) => {
                let (class, tags) = (Some(rules[offer].class), rules[offer].tags.clone());
                Stamp::Of { offer: Some(offer), rule: None, via: None, class, tags, channel: None }
            }
        };
        // Its name stands in the record, too, which is kept for longer than what was answered.
        let told = StoredEvent { decision: Some(request.clone()), ..StoredEvent::new(rules, event, at, &stamp) };
        let key = Key::Customer(customer.clone());
        let is_there = |stored: &StoredEvent| stored.decision == told.decision && stored.event == told.event;
        if ledger.tally(&key).is_some_and(|tally| tally.events.iter().any(is_there)) {
            return Ok((Heard::Repeated, Landed::Whole));
        }
        let entry = Entry::Happened(told);
        ledger.add(&key, entry.clone());
        ledger.share(&shared, std::slice::from_ref(&entry));
        let answer = StoredDecision {
            slot: name.clone(),
            offer: None,
            channel: None,
            silent: false,
            until: None,
            rule: None,
            via: None,
            fallback: None,
            customer: Some(customer),
            shared: Vec::new(),
            decided: None,
            at,
            happened: vec![name],
            released: false,
        };
        ledger.keep(&request, answer);
        Ok((Heard::New, ledger.write(store)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{CapState, Fact};
    use crate::model::Verified;
    use crate::model::sample::{at, rule_set};
    use crate::runtime::past::{Stored, remember};
    use crate::runtime::store::MemoryStore;
    use crate::value::Value;

    #[test]
    fn it_counts_once_however_often_it_is_told() {
        let engine = Engine::from_rules(Verified::new(rule_set()).unwrap());
        let rules = engine.rules();
        let store = MemoryStore::new();
        let now = Instant::parse("2026-06-15T10:00Z").unwrap();
        let mut facts = engine.nothing_known(now);
        let event = rules.event_named("purchase").unwrap();
        let tell =
            |facts: &Facts, id| engine.tell(&store, &Telling { id, facts, event, at: now, offer: None }).unwrap();
        assert_eq!(tell(&facts, "o-1"), Heard::Nobodys);
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        assert_eq!(
            [tell(&facts, "o-1"), tell(&facts, "o-1"), tell(&facts, "o-2")],
            [Heard::New, Heard::Repeated, Heard::New]
        );
        remember(rules, &mut facts, &mut Stored { rules, store: Some(&store), told: None }).unwrap();
        assert_eq!(facts.history.iter().filter(|happened| happened.event == event).count(), 2);
        assert!(engine.gather(&facts).caps.iter().all(|state| !matches!(state, CapState::NoStore)));
    }
}
