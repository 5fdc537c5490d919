//! What is recorded of a row of a base: through one transaction, whatever else has happened.

use std::time::Duration;

use crate::frame::Decision;
use crate::model::{CapUnit, RuleSet};
use crate::runtime::ledger::{anew, answers_kept, unit_of};
use crate::runtime::request::{Kept, Whose, id_of};
use crate::runtime::store::cell::piece;
use crate::runtime::store::packed::{pack_decisions, pack_entries};
use crate::runtime::store::{Change, Entry, Key, StateError, Transaction};
use crate::value::Instant;

/// Records the decisions of a row of a base. Gives each an id under which it can be confirmed, where something of it is
/// kept.
pub(super) fn keep_row(
    rules: &RuleSet,
    transaction: &mut dyn Transaction,
    whose: Whose<'_>,
    decisions: &[Decision],
    name: &str,
    (shown, keeps): (bool, Option<Duration>),
) -> Result<Vec<Option<String>>, StateError> {
    let (mut ids, mut answers, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for decision in decisions {
        let id = id_of(rules, name, decision.slot);
        let kept = Kept::of(rules, whose, *decision, &id, shown);
        let is_kept = kept.answer.decided.is_some();
        ids.push(is_kept.then_some(id));
        answers.extend(Some(kept.answer).filter(|_| is_kept));
        entries.extend(kept.entries);
    }
    if let Some(customer) = whose.customer {
        write_through(rules, transaction, Key::Customer(customer.to_owned()), &entries, (whose.now, keeps))?;
    }
    for (unit, key) in whose.shared {
        let concern: Vec<Entry> = entries.iter().filter(|entry| entry.concerns(rules, *unit)).cloned().collect();
        write_through(rules, transaction, Key::Shared(key.clone()), &concern, (whose.now, keeps))?;
    }
    if !answers.is_empty() {
        let key = Key::Request(name.to_owned());
        let cell = transaction.read(&key)?;
        let add = piece(&pack_decisions(&answers));
        let change = Change { keep: Some(answers_kept(keeps)), ..Change::adding(key, &cell, add) };
        transaction.write(&change)?;
    }
    Ok(ids)
}

/// Writes entries through a transaction, whatever else has happened.
pub(in crate::runtime) fn write_through(
    rules: &RuleSet,
    transaction: &mut dyn Transaction,
    key: Key,
    entries: &[Entry],
    (now, keeps): (Instant, Option<Duration>),
) -> Result<(), StateError> {
    if entries.is_empty() {
        return Ok(());
    }
    let unit = match &key {
        Key::Shared(name) => unit_of(rules, name),
        Key::Customer(_) | Key::Request(_) => CapUnit::Customer,
    };
    let cell = transaction.read(&key)?;
    let instead = anew(rules, unit, &cell, (now, keeps));
    let weight = entries.len() as u64;
    let change = Change { weight, instead, keep: keeps, ..Change::adding(key, &cell, piece(&pack_entries(entries))) };
    transaction.write(&change)
}
