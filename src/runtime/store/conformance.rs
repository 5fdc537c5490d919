//! What every store must do; each store is put through all of it.

use super::{MemoryStore, StateStore, StoredDecision, StoredEvent};
use crate::frame::{Stamp, Via};
use crate::model::sample::{at, rule_set};
use crate::model::{Class, Event, EventId, OfferId, RuleId, TagId};
use crate::value::Instant;

/// An event with everything an event can have.
pub(super) fn event(name: &str, at: i64) -> StoredEvent {
    StoredEvent {
        event: name.into(),
        at: Instant(at),
        offer: Some("comeback".into()),
        rule: Some("comeback".into()),
        via: Some(Via::Capped),
        class: Some("marketing".into()),
        tags: vec!["promo".into(), "gone".into()],
        channel: Some("gone".into()),
        decision: Some("17/hero".into()),
    }
}

/// The whole suite.
pub(super) fn conforms(store: &dyn StateStore) {
    nothing_is_known_of_a_stranger(store);
    history_keeps_its_order(store);
    customers_are_kept_apart(store);
    a_transaction_lands_whole_or_not_at_all(store);
    readers_see_nothing_before_the_commit(store);
    many_customers_at_once(store);
    a_transaction_reads_what_it_wrote(store);
    numbers_are_given_out_once(store);
    who_waits_for_their_turn_sees_what_was_written(store);
}

fn nothing_is_known_of_a_stranger(store: &dyn StateStore) {
    assert_eq!(store.history("stranger").unwrap(), []);
    store.record("stranger", &[]).unwrap();
    assert_eq!(store.history("stranger").unwrap(), []);
}

fn history_keeps_its_order(store: &dyn StateStore) {
    let bare = StoredEvent {
        offer: None,
        rule: None,
        via: None,
        class: None,
        tags: Vec::new(),
        decision: None,
        ..event("purchase", -5)
    };
    store.record("anna", &[event("shown", 20), event("clicked", 10)]).unwrap();
    store.record("anna", std::slice::from_ref(&bare)).unwrap();
    assert_eq!(store.history("anna").unwrap(), [event("shown", 20), event("clicked", 10), bare]);
}

fn customers_are_kept_apart(store: &dyn StateStore) {
    for key in ["ben", "Ben", "", "b\u{e9}n", "be\u{301}n", "ben\0", "a/b"] {
        store.record(key, &[event(key, 1)]).unwrap();
        assert_eq!(store.history(key).unwrap(), [event(key, 1)], "{key:?}");
    }
    let long = "x".repeat(5_000);
    store.record(&long, &[event("shown", 1)]).unwrap();
    assert_eq!(store.history(&long).unwrap().len(), 1);
}

fn a_transaction_lands_whole_or_not_at_all(store: &dyn StateStore) {
    let mut dropped = store.begin().unwrap();
    dropped.record("chloe", &[event("shown", 1)]).unwrap();
    dropped.record("dario", &[event("shown", 1)]).unwrap();
    drop(dropped);
    assert!(store.history("chloe").unwrap().is_empty() && store.history("dario").unwrap().is_empty());
    let mut kept = store.begin().unwrap();
    kept.record("chloe", &[event("shown", 2)]).unwrap();
    kept.record("dario", &[event("shown", 3)]).unwrap();
    kept.record("chloe", &[event("clicked", 4)]).unwrap();
    kept.commit().unwrap();
    assert_eq!(store.history("chloe").unwrap(), [event("shown", 2), event("clicked", 4)]);
    assert_eq!(store.history("dario").unwrap(), [event("shown", 3)]);
}

fn readers_see_nothing_before_the_commit(store: &dyn StateStore) {
    store.record("emre", &[event("shown", 1)]).unwrap();
    let mut open = store.begin().unwrap();
    open.record("emre", &[event("shown", 2)]).unwrap();
    assert_eq!(store.history("emre").unwrap(), [event("shown", 1)]);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(store.history("emre").unwrap(), [event("shown", 1)])).join().unwrap();
    });
    open.commit().unwrap();
    assert_eq!(store.history("emre").unwrap(), [event("shown", 1), event("shown", 2)]);
}

fn many_customers_at_once(store: &dyn StateStore) {
    let mut all = store.begin().unwrap();
    for number in 0..2_000 {
        all.record(&format!("base#{number}"), &[event("shown", number)]).unwrap();
    }
    all.commit().unwrap();
    for number in [0, 1, 777, 1_999] {
        assert_eq!(store.history(&format!("base#{number}")).unwrap(), [event("shown", number)]);
    }
}

fn a_transaction_reads_what_it_wrote(store: &dyn StateStore) {
    let decided = StoredDecision {
        slot: "hero".into(),
        offer: Some("comeback".into()),
        channel: Some("push".into()),
        silent: true,
        until: None,
        rule: Some("comeback".into()),
        via: None,
        fallback: None,
        customer: Some("fay".into()),
        shared: vec![String::new(), "household\0h1".into()],
        decided: Some(event("decided", 1)),
    };
    let write = |keep: bool| {
        let mut open = store.begin().unwrap();
        open.record("fay", &[event("shown", 1)]).unwrap();
        open.put_shared("household\0h1", &[event("shown", 1), event("shown", 2)]).unwrap();
        open.put_shared("household\0h1", &[event("shown", 2)]).unwrap();
        open.put_decision("17/hero", &decided).unwrap();
        assert_eq!(open.history("fay").unwrap(), [event("shown", 1)]);
        assert_eq!(open.shared("household\0h1").unwrap(), [event("shown", 2)], "replaced, not added to");
        assert_eq!(open.decision("17/hero").unwrap().as_ref(), Some(&decided));
        assert_eq!(open.shared("").unwrap(), []);
        if keep {
            open.commit().unwrap();
        }
    };
    write(false);
    assert_eq!(store.shared("household\0h1").unwrap(), []);
    write(true);
    assert_eq!(store.shared("household\0h1").unwrap(), [event("shown", 2)]);
    assert_eq!(store.begin().unwrap().decision("17/hero").unwrap(), Some(decided));
    assert_eq!(store.begin().unwrap().decision("18/hero").unwrap(), None);
}

fn numbers_are_given_out_once(store: &dyn StateStore) {
    let take = || {
        let mut open = store.turn().unwrap();
        let numbers = [open.next_number().unwrap(), open.next_number().unwrap()];
        open.commit().unwrap();
        numbers
    };
    let (first, next) = (take(), take());
    assert!(first[0] < first[1] && first[1] < next[0], "{first:?} {next:?}");
}

fn who_waits_for_their_turn_sees_what_was_written(store: &dyn StateStore) {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let mut open = store.turn().unwrap();
                    let mut all = open.shared("counter").unwrap();
                    all.push(event("shown", all.len() as i64));
                    open.put_shared("counter", &all).unwrap();
                    open.commit().unwrap();
                }
            });
        }
    });
    let times: Vec<i64> = store.shared("counter").unwrap().iter().map(|event| event.at.0).collect();
    assert_eq!(times, (0..40).collect::<Vec<_>>());
}

#[test]
fn in_memory() {
    conforms(&MemoryStore::new());
}

#[test]
fn names_go_out_and_come_back() {
    let rules = rule_set();
    let stamp = Stamp::Of {
        offer: Some(OfferId(1)),
        rule: Some(RuleId(0)),
        via: Some(Via::Unknown),
        class: Some(Class::Lifecycle),
        tags: vec![TagId(0), TagId(1)],
        channel: None,
    };
    for (event, stamp) in [(Event::SHOWN, stamp), (EventId(7), Stamp::Unstamped)] {
        let stored = StoredEvent::new(&rules, event, Instant(9), &stamp);
        let happened = stored.happened(&rules).unwrap();
        assert_eq!((happened.event, happened.at, happened.stamp), (event, Instant(9), stamp));
    }
}

#[test]
fn the_class_is_the_one_of_that_time() {
    let mut rules = rule_set();
    let shown = |rules: &crate::model::RuleSet, stored: &StoredEvent| {
        let mut facts = crate::frame::Facts::nothing(rules, Instant(10));
        facts.set(at::ID, crate::frame::Fact::Known(crate::value::Value::Text("anna".into()), None));
        facts.history = vec![stored.happened(rules).unwrap()];
        crate::frame::gather(rules, &facts).caps
    };
    let stored = StoredEvent { tags: vec!["promo".into()], ..event("shown", 9) };
    let then = shown(&rules, &stored);
    assert_ne!(then, shown(&rules, &StoredEvent { class: Some("service".into()), ..stored.clone() }), "it counts");
    let offer = rules.offers.iter().position(|offer| offer.name == "comeback").unwrap();
    rules.offers[offer].class = Class::Service;
    assert_eq!(shown(&rules, &stored), then, "that it is a service today does not make it one of that time (R30)");
    let bare = StoredEvent { class: None, ..stored };
    assert_ne!(shown(&rules, &bare), then, "without a stamp it has the class of today");
}

#[test]
fn what_a_later_bundle_does_not_know() {
    let rules = rule_set();
    assert_eq!(event("refund", 1).happened(&rules), None, "nothing can count it");
    let retired = StoredEvent { offer: Some("retired".into()), rule: Some("old".into()), ..event("shown", 1) };
    let stamp = Stamp::Of {
        offer: None,
        rule: None,
        via: Some(Via::Capped),
        class: Some(Class::Marketing),
        tags: vec![TagId(1)],
        channel: None,
    };
    assert_eq!(retired.happened(&rules).unwrap().stamp, stamp, "the tags are those of that time");
}
