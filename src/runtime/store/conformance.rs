//! What every store must do; each store is put through all of it.

use std::time::Duration;

use super::cell::piece;
use super::packed::{pack_decisions, unpack_decisions};
use super::{Cell, Change, Forgotten, Key, Landed, MemoryStore, StateStore, StoredDecision, StoredEvent, Transaction};
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
    who_is_forgotten_is_gone_and_nobody_else(store);
    keys_are_kept_apart(store);
    what_is_written_together_lands_whole_or_not_at_all(store);
    a_writing_that_leaves_room_lands_until_it_is_used_up(store);
    a_cell_is_written_anew_without_losing_what_came_meanwhile(store);
    nobody_overwrites_anybody(store);
    who_adds_at_the_same_time_is_all_there(store);
    names_are_given_out_once(store);
    a_transaction_lands_whole_or_not_at_all(store);
    readers_see_nothing_before_the_commit(store);
    many_customers_at_once(store);
    a_transaction_reads_what_it_wrote(store);
    bytes_come_back_as_they_were(store);
}

fn customer(key: &str) -> Key {
    Key::Customer(key.into())
}

fn cell(store: &dyn StateStore, key: &Key) -> Cell {
    store.read(std::slice::from_ref(key)).unwrap().remove(0)
}

/// Adds a piece if no more than `slack` was added since the cell was read.
fn adding(key: &Key, read: &Cell, slack: u64, text: &str) -> Change {
    let undo = piece(b"taken back");
    Change { slack: Some(slack), undo, ..Change::adding(key.clone(), read, piece(text.as_bytes())) }
}

/// The pieces of a cell, without those that were taken back.
fn said(store: &dyn StateStore, key: &Key) -> Vec<String> {
    let cell = cell(store, key);
    let mut said: Vec<String> = Vec::new();
    for piece in cell.pieces().unwrap() {
        match piece {
            b"taken back" => drop(said.pop()),
            piece => said.push(String::from_utf8(piece.to_vec()).unwrap()),
        }
    }
    said
}

fn nothing_is_known_of_a_stranger(store: &dyn StateStore) {
    assert_eq!(store.history("stranger").unwrap(), []);
    store.record("stranger", &[]).unwrap();
    assert_eq!(store.history("stranger").unwrap(), []);
    assert_eq!(cell(store, &customer("stranger")), Cell::default());
    assert_eq!(store.read(&[]).unwrap(), []);
    assert_eq!(store.write(&[]).unwrap(), Landed::Whole);
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

fn answered(customer: Option<&str>) -> StoredDecision {
    StoredDecision {
        slot: "hero".into(),
        offer: Some("comeback".into()),
        channel: Some("push".into()),
        silent: true,
        until: None,
        rule: Some("comeback".into()),
        via: None,
        fallback: None,
        customer: customer.map(str::to_owned),
        shared: vec![String::new(), "household\0h1".into()],
        decided: Some(event("decided", 1)),
        at: Instant(1),
        happened: vec!["shown".into()],
        released: false,
    }
}

/// More requests than a server looks at in one go.
fn who_is_forgotten_is_gone_and_nobody_else(store: &dyn StateStore) {
    let household = Key::Shared("household\0forgotten".into());
    let request = |number: usize| Key::Request(format!("forgotten {number}"));
    let asked = |number: usize| ["gina", "ginas", "gin"].get(number % 4).copied();
    let kept = |number: usize| {
        let body = piece(&pack_decisions(&[answered(None), answered(asked(number))]));
        let keep = Some(Duration::from_secs(3_600));
        Change { keep, ..Change::adding(request(number), &Cell::default(), body) }
    };
    for number in 0..1_200 {
        store.write(&[kept(number)]).unwrap();
    }
    for who in ["gina", "ginas", "gin"] {
        store.record(who, &[event("shown", 1)]).unwrap();
    }
    store.write(&[Change::adding(household.clone(), &Cell::default(), piece(b"1"))]).unwrap();
    let stranger = customer("nobody knows her");
    let forgotten = store.forget(&[customer("gina"), stranger, household.clone()]).unwrap();
    assert_eq!(forgotten, Forgotten { records: vec![true, false, true], requests: 300 });
    for number in 0..1_200 {
        assert_eq!(cell(store, &request(number)) == Cell::default(), asked(number) == Some("gina"), "{number}");
    }
    assert_eq!(cell(store, &household), Cell::default());
    assert_eq!((store.history("gina").unwrap().len(), store.history("gin").unwrap().len()), (0, 1));
    assert_eq!(store.forget(&[customer("gina")]).unwrap(), Forgotten { records: vec![false], requests: 0 });
    // Whoever comes back is somebody new, and whoever read before does not bring back what is gone.
    let stale = Cell { version: 7, epoch: 3, body: vec![0; 40] };
    let anew = Change { instead: Some(vec![0; 40]), ..adding(&customer("gina"), &stale, 0, "old") };
    assert_eq!(store.write(&[anew]).unwrap(), Landed::Conflict);
    store.record("gina", &[event("clicked", 5)]).unwrap();
    assert_eq!(store.history("gina").unwrap(), [event("clicked", 5)]);
    store.forget(&[customer("ginas"), customer("gin"), customer("gina")]).unwrap();
}

fn keys_are_kept_apart(store: &dyn StateStore) {
    let names = ["ben", "Ben", "", "b\u{e9}n", "be\u{301}n", "ben\0", "a/b", "{ben}", "a:b", "a b", "a\r\nb", "*"];
    let kinds = [Key::Shared, Key::Customer, Key::Request];
    let keys: Vec<Key> = kinds.iter().flat_map(|of| names.map(|name| of(name.to_owned()))).collect();
    for (number, key) in keys.iter().enumerate() {
        let read = cell(store, key);
        assert_eq!(store.write(&[adding(key, &read, 0, &number.to_string())]).unwrap(), Landed::Whole, "{key:?}");
    }
    let read = store.read(&keys).unwrap();
    for (number, (key, cell)) in keys.iter().zip(read).enumerate() {
        assert_eq!(cell.pieces().unwrap(), [number.to_string().as_bytes()], "{key:?}");
    }
    let long = "x".repeat(5_000);
    store.record(&long, &[event("shown", 1)]).unwrap();
    assert_eq!(store.history(&long).unwrap().len(), 1);
}

fn what_is_written_together_lands_whole_or_not_at_all(store: &dyn StateStore) {
    let keys = [Key::Shared("whole\0h1".into()), customer("whole"), Key::Request("whole".into())];
    let read = store.read(&keys).unwrap();
    let all =
        |text: &str| -> Vec<Change> { keys.iter().zip(&read).map(|(key, cell)| adding(key, cell, 0, text)).collect() };
    assert_eq!(store.write(&all("first")).unwrap(), Landed::Whole);
    assert_eq!(store.write(&all("late")).unwrap(), Landed::Conflict);
    for stale in 0..keys.len() {
        let now = store.read(&keys).unwrap();
        let mut changes: Vec<Change> = keys.iter().zip(&now).map(|(key, cell)| adding(key, cell, 0, "half")).collect();
        changes[stale].read = read[stale].seen();
        assert_eq!(store.write(&changes).unwrap(), Landed::Conflict);
        for key in &keys {
            assert_eq!(said(store, key), ["first"], "{stale}: {key:?}");
        }
    }
}

fn a_writing_that_leaves_room_lands_until_it_is_used_up(store: &dyn StateStore) {
    let key = Key::Shared("room".into());
    let read = cell(store, &key);
    assert_eq!(store.write(&[adding(&key, &read, 0, "0")]).unwrap(), Landed::Whole);
    let read = cell(store, &key);
    let heavy = Change { weight: 2, ..adding(&key, &read, 3, "weighs 2") };
    for expected in [Landed::Whole, Landed::Whole, Landed::Conflict] {
        assert_eq!(store.write(std::slice::from_ref(&heavy)).unwrap(), expected);
    }
    let whatever = Change { slack: None, ..heavy };
    assert_eq!(store.write(&[whatever]).unwrap(), Landed::Whole);
    assert_eq!(cell(store, &key).version, read.version + 6);
    let gone = Cell { version: read.version + 1_000, ..read };
    assert_eq!(store.write(&[adding(&key, &gone, 5_000, "of the future")]).unwrap(), Landed::Conflict);
}

fn a_cell_is_written_anew_without_losing_what_came_meanwhile(store: &dyn StateStore) {
    let key = Key::Shared("anew".into());
    for text in ["1", "2"] {
        store.write(&[Change::adding(key.clone(), &Cell::default(), piece(text.as_bytes()))]).unwrap();
    }
    let read = cell(store, &key);
    store.write(&[Change::adding(key.clone(), &read, piece(b"3"))]).unwrap();
    let anew = Change { instead: Some(piece(b"1+2")), ..Change::adding(key.clone(), &read, piece(b"4")) };
    assert_eq!(store.write(std::slice::from_ref(&anew)).unwrap(), Landed::Whole);
    assert_eq!(said(store, &key), ["1+2", "3", "4"]);
    assert_eq!(store.write(&[anew]).unwrap(), Landed::Whole);
    assert_eq!(said(store, &key), ["1+2", "3", "4", "4"], "somebody else was first, and what is added is added");
    assert_eq!(cell(store, &key).epoch, read.epoch + 1);
}

/// Each of several threads counts up; nothing is lost and nothing is counted twice.
fn nobody_overwrites_anybody(store: &dyn StateStore) {
    let key = Key::Shared("counter".into());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    loop {
                        let read = cell(store, &key);
                        let next = read.pieces().unwrap().len();
                        if store.write(&[adding(&key, &read, 0, &next.to_string())]).unwrap() == Landed::Whole {
                            break;
                        }
                    }
                }
            });
        }
    });
    assert_eq!(said(store, &key), (0..40).map(|number| number.to_string()).collect::<Vec<_>>());
}

fn who_adds_at_the_same_time_is_all_there(store: &dyn StateStore) {
    let key = Key::Shared("crowd".into());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let key = &key;
            scope.spawn(move || {
                for round in 0..20 {
                    let read = cell(store, key);
                    let name = format!("{thread}-{round}");
                    let anew = (round % 5 == 0).then(|| read.body.clone());
                    let change = Change { slack: None, instead: anew, ..adding(key, &read, 0, &name) };
                    assert_eq!(store.write(&[change]).unwrap(), Landed::Whole);
                }
            });
        }
    });
    let mut all = said(store, &key);
    assert_eq!(all.len(), 80);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 80);
}

fn names_are_given_out_once(store: &dyn StateStore) {
    let mut names: Vec<String> = std::thread::scope(|scope| {
        let take = |_| scope.spawn(|| (0..50).map(|_| store.new_name().unwrap()).collect::<Vec<_>>());
        let all: Vec<_> = (0..4).map(take).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(names.iter().all(|name| !name.contains('/')));
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 200);
}

fn put(open: &mut dyn Transaction, key: &Key, text: &str) {
    let read = open.read(key).unwrap();
    open.write(&Change::adding(key.clone(), &read, piece(text.as_bytes()))).unwrap();
}

fn a_transaction_lands_whole_or_not_at_all(store: &dyn StateStore) {
    let (chloe, dario) = (customer("chloe"), Key::Shared("dario".into()));
    let mut dropped = store.begin().unwrap();
    put(dropped.as_mut(), &chloe, "1");
    put(dropped.as_mut(), &dario, "1");
    drop(dropped);
    assert!(said(store, &chloe).is_empty() && said(store, &dario).is_empty());
    let mut kept = store.begin().unwrap();
    put(kept.as_mut(), &chloe, "2");
    put(kept.as_mut(), &dario, "3");
    put(kept.as_mut(), &chloe, "4");
    kept.commit().unwrap();
    assert_eq!((said(store, &chloe), said(store, &dario)), (vec!["2".into(), "4".into()], vec!["3".into()]));
}

fn readers_see_nothing_before_the_commit(store: &dyn StateStore) {
    let emre = customer("emre");
    store.write(&[Change::adding(emre.clone(), &Cell::default(), piece(b"1"))]).unwrap();
    let mut open = store.begin().unwrap();
    put(open.as_mut(), &emre, "2");
    assert_eq!(said(store, &emre), ["1"]);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(said(store, &emre), ["1"])).join().unwrap();
    });
    open.commit().unwrap();
    assert_eq!(said(store, &emre), ["1", "2"]);
}

fn many_customers_at_once(store: &dyn StateStore) {
    let mut all = store.begin().unwrap();
    for number in 0..2_000 {
        put(all.as_mut(), &customer(&format!("base#{number}")), &number.to_string());
    }
    all.commit().unwrap();
    for number in [0, 1, 777, 1_999] {
        assert_eq!(said(store, &customer(&format!("base#{number}"))), [number.to_string()]);
    }
}

fn a_transaction_reads_what_it_wrote(store: &dyn StateStore) {
    for key in [customer("fay"), Key::Shared("household\0fay".into()), Key::Request("fay".into())] {
        let mut open = store.begin().unwrap();
        put(open.as_mut(), &key, "1");
        put(open.as_mut(), &key, "2");
        let read = open.read(&key).unwrap();
        assert_eq!(read.pieces().unwrap(), [b"1", b"2"]);
        let anew = Change { instead: Some(piece(b"1+2")), ..Change::adding(key.clone(), &read, Vec::new()) };
        open.write(&anew).unwrap();
        assert_eq!(open.read(&key).unwrap().pieces().unwrap(), [b"1+2"]);
        assert_eq!(said(store, &key), Vec::<String>::new());
        open.commit().unwrap();
        assert_eq!(said(store, &key), ["1+2"]);
    }
}

fn bytes_come_back_as_they_were(store: &dyn StateStore) {
    let every: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let key = Key::Shared("bytes".into());
    store.write(&[Change::adding(key.clone(), &Cell::default(), piece(&every))]).unwrap();
    assert_eq!(cell(store, &key).pieces().unwrap(), [every.as_slice()]);
    let decided = answered(Some("fay"));
    let key = Key::Request("17".into());
    let kept = piece(&pack_decisions(std::slice::from_ref(&decided)));
    store
        .write(&[Change { keep: Some(Duration::from_secs(60)), ..Change::adding(key.clone(), &Cell::default(), kept) }])
        .unwrap();
    assert_eq!(unpack_decisions(&cell(store, &key)).unwrap(), [decided]);
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
