//! Many at once on one store: a budget of everybody's, and a cap of each customer's. Never one over, and never one too
//! few, as the answers say, not the store.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Stopwatch;

use super::confirm::{ConfirmError, Confirmed};
use super::engine::Engine;
use super::release::Released;
use super::request::{Answer, Request};
use super::request_tests::stores;
use super::store::{Cell, Change, Forgotten, Key, Landed, MemoryStore, StateError, StateStore, Transaction};
use crate::compile::compile;
use crate::frame::{By, Fact, Facts};
use crate::model::Event;
use crate::source::SourceSet;
use crate::value::{Instant, Value};

const RULES: &str = r#"
customer { id: text key }
offer sale { class marketing }
offer tips { class marketing }
offer story { class service }
cap budget { at most BUDGET shown  ever  per everybody  on offer sale  store down block }
cap often  { at most OFTEN shown  in any 7 days  per customer  on offer sale }
slot home on web { accepts marketing, service  fallback story }
rule cheap in home { priority 90  show sale }
rule other in home { priority 50  show tips }
"#;

const MINUTE: i64 = 60_000_000;

pub(super) fn engine(budget: u32, often: u32) -> Engine {
    let text = RULES.replace("BUDGET", &budget.to_string()).replace("OFTEN", &often.to_string());
    let compiled = compile(SourceSet::single("sale.rules", text).0);
    Engine::from_rules(compiled.runnable().unwrap().clone())
}

pub(super) fn facts(engine: &Engine, who: &str, now: Instant) -> Facts {
    let mut facts = engine.nothing_known(now);
    let id = engine.rules().attribute_named("id").unwrap();
    facts.set(id, Fact::Known(Value::Text(who.into()), Some(now)));
    facts
}

pub(super) fn ask(
    engine: &Engine,
    store: &dyn StateStore,
    id: Option<&str>,
    who: &str,
    now: Instant,
) -> Result<Answer, StateError> {
    let (slots, facts) = (engine.slots(), facts(engine, who, now));
    let request = Request { id, facts: &facts, slots: &slots, shown: false, told: None };
    engine.answer(store, &request, |_, _| ()).map(|answers| answers[0].clone())
}

pub(super) fn is_sale(engine: &Engine, answer: &Answer) -> bool {
    answer.decision.by == By::Rule(engine.rules().rule_named("cheap").unwrap())
}

/// `threads` ask for `customers` until everybody has asked `times` times, half of them confirm; gives to whom the sale was
/// shown or reserved, a line each.
pub(super) fn crowd(
    engine: &Engine,
    store: &(dyn StateStore + '_),
    (threads, customers, times): (usize, usize, usize),
) -> Vec<String> {
    let (next, now) = (AtomicUsize::new(0), Instant(MINUTE));
    std::thread::scope(|scope| {
        let one = |_| {
            scope.spawn(|| {
                let mut won = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= customers * times {
                        return won;
                    }
                    let who = format!("c{}", number % customers);
                    let answer = ask(engine, store, None, &who, now).unwrap();
                    if is_sale(engine, &answer) {
                        won.push(who);
                        if number % 2 == 0 {
                            let shown = engine.confirm(store, &answer.id, Event::SHOWN, now, now);
                            assert_eq!(shown, Ok(Confirmed::InTime));
                        }
                    }
                }
            })
        };
        let all: Vec<_> = (0..threads).map(one).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn of_a_budget_that_many_want_exactly_all_is_given_out() {
    let engine = engine(40, 2);
    for store in stores().1 {
        let won = crowd(&engine, store.as_ref(), (8, 30, 4));
        let mut each: HashMap<&str, usize> = HashMap::new();
        won.iter().for_each(|who| *each.entry(who).or_default() += 1);
        assert!(each.values().all(|times| *times <= 2), "{each:?}");
        assert_eq!(won.len(), 40, "{}", store.place());
        // What nobody confirmed is free again, and no more than that.
        let later = Instant(30 * MINUTE);
        let confirmed = store.shared("").unwrap().events.iter().filter(|event| event.event == "shown").count();
        let free: usize = (0..60)
            .filter(|number| {
                is_sale(&engine, &ask(&engine, store.as_ref(), None, &format!("d{number}"), later).unwrap())
            })
            .count();
        assert_eq!(confirmed + free, 40);
    }
}

#[test]
fn one_name_asked_for_by_many_at_once_is_one_request() {
    let engine = engine(40, 9);
    for store in stores().1 {
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let ask = |_| scope.spawn(|| ask(&engine, store.as_ref(), Some("page-1"), "anna", Instant(0)).unwrap());
            let all: Vec<_> = (0..8).map(ask).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0] && is_sale(&engine, answer)));
        assert_eq!(store.history("anna").unwrap().len(), 1, "it is reserved once");
        assert_eq!(store.shared("").unwrap().count(), 1);
        let confirmed: Vec<Confirmed> = std::thread::scope(|scope| {
            let id = answers[0].id.as_str();
            let (store, engine) = (store.as_ref(), &engine);
            let one = |_| {
                scope.spawn(move || engine.confirm(store, id, Event::SHOWN, Instant(MINUTE), Instant(MINUTE)).unwrap())
            };
            let all: Vec<_> = (0..8).map(one).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(confirmed.iter().filter(|one| **one == Confirmed::InTime).count(), 1, "{confirmed:?}");
        assert_eq!(store.history("anna").unwrap().len(), 2);
        assert_eq!(store.shared("").unwrap().count(), 2);
    }
}

#[test]
fn what_is_not_shown_is_given_back_at_once() {
    let engine = engine(1, 9);
    for store in stores().1 {
        let store = store.as_ref();
        let ask = |id, who: &str, minutes: i64| ask(&engine, store, id, who, Instant(minutes * MINUTE)).unwrap();
        let release = |id: &str| engine.release(store, &[id.to_owned()], Instant(2 * MINUTE));
        let anna = ask(Some("page-1"), "anna", 0);
        assert!(is_sale(&engine, &anna) && !is_sale(&engine, &ask(None, "ben", 1)));
        assert_eq!(release(&anna.id), Ok(vec![Released::Back]));
        assert_eq!(release(&anna.id), Ok(vec![Released::Repeated]));
        assert_eq!((store.history("anna").unwrap().len(), store.shared("").unwrap().count()), (0, 0));
        let ben = ask(None, "ben", 2);
        assert!(is_sale(&engine, &ben), "the only one there is");
        assert!(!is_sale(&engine, &ask(Some("page-1"), "anna", 3)), "asked again, it is decided anew");
        // It was shown after all, and comes late: of a stock of which nothing is left it is refused.
        let confirm = |id: &str| engine.confirm(store, id, Event::SHOWN, Instant(3 * MINUTE), Instant(3 * MINUTE));
        assert_eq!(confirm(&ben.id), Ok(Confirmed::InTime));
        assert_eq!(release(&ben.id), Ok(vec![Released::Happened(vec!["shown".into()])]));
        assert_eq!(store.shared("").unwrap().count(), 2, "what has happened stays");
        let unknown = Err(ConfirmError::Unknown(vec!["none/home".into()]));
        assert_eq!(release("none/home"), unknown);
        engine.take_back(store, &[ben.id, "none/home".to_owned()], Instant(0)).unwrap();
        assert_eq!((store.history("ben").unwrap().len(), store.shared("").unwrap().count()), (1, 0));
    }
    // Released, then confirmed, while there is enough: a fact that comes late.
    let (engine, store) = (self::engine(9, 9), MemoryStore::new());
    let anna = ask(&engine, &store, None, "anna", Instant(0)).unwrap();
    engine.release(&store, std::slice::from_ref(&anna.id), Instant(1)).unwrap();
    assert_eq!(engine.confirm(&store, &anna.id, Event::SHOWN, Instant(2), Instant(2)), Ok(Confirmed::Late));
    assert_eq!(store.history("anna").unwrap().len(), 1);
}

/// Of what many count nothing is lost when it is put into sums: the budget holds over thousands, and what every decision
/// reads stays small.
#[test]
fn a_large_budget_holds_and_is_read_in_few_bytes() {
    let (budget, threads) = (3_000, 4);
    let engine = engine(budget, 9);
    let store = MemoryStore::new();
    let won = crowd(&engine, &store, (threads, 4_000, 1));
    assert_eq!(won.len(), budget as usize);
    let key = Key::Shared(String::new());
    let cell = store.read(&[key]).unwrap().remove(0);
    assert!(cell.body.len() < 64_000, "{} bytes", cell.body.len());
    let tally = store.shared("").unwrap();
    let confirmed = won.iter().filter(|who| who[1..].parse::<u64>().unwrap() % 2 == 0).count();
    assert_eq!(tally.count(), u64::from(budget) + confirmed as u64, "{}", tally.runs.len());
}

/// A store in which somebody is always faster.
struct Hurried(MemoryStore);

impl StateStore for Hurried {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        self.0.read(keys)
    }

    fn write(&self, _: &[Change]) -> Result<Landed, StateError> {
        Ok(Landed::Conflict)
    }

    fn new_name(&self) -> Result<String, StateError> {
        self.0.new_name()
    }

    fn lands_whole(&self) -> bool {
        true
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.0.begin()
    }

    fn place(&self) -> String {
        self.0.place()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        self.0.forget(keys)
    }
}

#[test]
fn who_never_comes_through_is_told_and_nothing_is_recorded() {
    let (engine, store) = (engine(9, 9), Hurried(MemoryStore::new()));
    let error = ask(&engine, &store, None, "anna", Instant(0)).unwrap_err();
    assert_eq!(error.code().name, "state::busy");
    assert_eq!(error.to_string(), "others kept changing what this needs in memory");
    assert!(store.history("anna").unwrap().is_empty());
    // A base that others wrote to in the meantime lands as little.
    let store = MemoryStore::new();
    let mut open = store.begin().unwrap();
    let key = Key::Customer("anna".into());
    open.write(&Change::adding(key.clone(), &open.read(&key).unwrap(), Vec::new())).unwrap();
    ask(&engine, &store, None, "anna", Instant(0)).unwrap();
    assert_eq!(open.commit().unwrap_err().code().name, "state::busy");
    // So does one that was decided by what is no longer so.
    let seen = store.read(std::slice::from_ref(&key)).unwrap()[0].seen();
    let mut open = store.begin().unwrap();
    ask(&engine, &store, None, "anna", Instant(0)).unwrap();
    assert_eq!(open.expect(&key, seen).unwrap_err().code().name, "state::busy");
}

/// How many decisions a second each store makes, and what it writes: run by hand, in the release profile.
#[test]
#[ignore = "a measurement: cargo test --release --all-features --lib -- --ignored --nocapture how_fast"]
fn how_fast() {
    for (what, budget, threads) in [
        ("one client", 1_000_000, 1),
        ("64 clients, a large budget of everybody's", 1_000_000, 64),
        ("64 clients, a budget that ends", 1_000, 64),
    ] {
        for store in stores().1 {
            let engine = engine(budget, 1_000_000);
            let customers = if store.place() == "memory" { 20_000 } else { 4_000 };
            let start = Stopwatch::now();
            let won = crowd(&engine, store.as_ref(), (threads, customers, 1)).len();
            let rate = customers as f64 / start.elapsed().as_secs_f64();
            let bytes = store.read(&[Key::Shared(String::new())]).unwrap()[0].body.len();
            println!(
                "{what}: {}: {rate:.0} decisions a second, {won} won, {bytes} bytes of everybody's",
                store.place()
            );
        }
    }
}
