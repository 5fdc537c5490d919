//! Requests from a store: one after the other, repeated, confirmed in time and late, and many at once.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use super::batch::{Assume, Batch, decide_base};
use super::confirm::{ConfirmError, Confirmation, Confirmed};
use super::data::{Customers, CustomersFile, EventIndex, Format, Overrides};
use super::engine::Engine;
use super::past::{Past, Stored, remember};
use super::request::{Answer, Request};
#[cfg(feature = "redis")]
use super::store::redis::server::OnServer;
use super::store::{EmbeddedStore, MemoryStore, StateStore};
use crate::compile::compile;
use crate::frame::{By, CapState, Fact, Facts, Outcome, Shared, gather};
use crate::model::{CapUnit, Event, EventId};
use crate::source::SourceSet;
use crate::value::{Instant, Value};

const RULES: &str = r#"
event purchase "It was bought" {}
customer { id: text key  household: text }
offer tv     { class marketing }
offer bundle { class marketing }
offer all    { class service }
cap stock { at most STOCK purchase  ever  per everybody  on offer tv  reserve 10 minutes  store down block }
cap home  { at most 1 purchase      ever  per household  on offer tv  reserve 10 minutes }
slot deal on web { accepts marketing, service  fallback all }
rule cheap in deal { priority 90  show tv }
rule dear in deal  { priority 50  show bundle }
"#;

const MINUTE: i64 = 60_000_000;

fn engine(stock: u32) -> Engine {
    let (sources, _) = SourceSet::single("shop.rules", RULES.replace("STOCK", &stock.to_string()));
    let compiled = compile(sources);
    assert!(compiled.runnable().is_some(), "{:?}", compiled.diagnostics);
    Engine::reference(compiled.runnable().unwrap().clone())
}

fn facts(engine: &Engine, who: &str, household: &str, minutes: i64) -> Facts {
    let mut facts = engine.nothing_known(Instant(minutes * MINUTE));
    for (name, value) in [("id", who), ("household", household)] {
        let id = engine.rules().attribute_named(name).unwrap();
        facts.set(id, Fact::Known(Value::Text(value.into()), Some(facts.now)));
    }
    facts
}

fn ask(engine: &Engine, store: &dyn StateStore, id: Option<&str>, facts: &Facts) -> Answer {
    let slots = engine.slots();
    let request = Request { id, facts, slots: &slots, shown: false, told: None };
    engine.answer(store, &request, |_, _| ()).unwrap().remove(0)
}

fn is_cheap(engine: &Engine, answer: &Answer) -> bool {
    answer.decision.by == By::Rule(engine.rules().rule_named("cheap").unwrap())
}

fn purchase(engine: &Engine) -> EventId {
    engine.rules().event_named("purchase").unwrap()
}

pub(super) fn stores() -> (tempfile::TempDir, Vec<Box<dyn StateStore>>) {
    let folder = tempfile::tempdir().unwrap();
    let file = EmbeddedStore::open(&folder.path().join("sold.state")).unwrap();
    let all: Vec<Box<dyn StateStore>> = vec![Box::new(MemoryStore::new()), Box::new(file)];
    // One more, where a server can be started.
    #[cfg(feature = "redis")]
    let all = all.into_iter().chain(OnServer::start().map(|store| Box::new(store) as Box<dyn StateStore>)).collect();
    (folder, all)
}

#[test]
fn the_last_one_goes_to_the_first_and_comes_back_when_nobody_buys() {
    let engine = engine(1);
    for store in stores().1 {
        let ask = |who: &str, minutes| {
            is_cheap(&engine, &ask(&engine, store.as_ref(), None, &facts(&engine, who, who, minutes)))
        };
        assert!(ask("anna", 0));
        assert!(!ask("ben", 0), "reserved for anna");
        assert!(!ask("ben", 9), "still");
        assert!(ask("ben", 10), "she did not buy");
        assert!(!ask("anna", 11), "now it is his");
    }
}

#[test]
fn one_for_each_household_and_none_where_it_is_not_known() {
    let engine = engine(9);
    for store in stores().1 {
        let ask = |who: &str, home: &str| {
            is_cheap(&engine, &ask(&engine, store.as_ref(), None, &facts(&engine, who, home, 0)))
        };
        assert!(ask("anna", "h1"));
        assert!(!ask("arne", "h1"));
        assert!(ask("ben", "h2"));
        assert!(!ask("carl", ""), "an empty household is none");
        assert!(store.shared("household\0").unwrap().is_empty(), "what is not known is not kept");
    }
}

#[test]
fn the_same_request_is_answered_alike_and_reserves_once() {
    let engine = engine(2);
    for store in stores().1 {
        let anna = facts(&engine, "anna", "h1", 0);
        let first = ask(&engine, store.as_ref(), Some("page-1"), &anna);
        let again = ask(&engine, store.as_ref(), Some("page-1"), &anna);
        assert_eq!(first, again);
        assert_eq!(first.id, "page-1/deal");
        assert!(is_cheap(&engine, &first));
        assert_eq!(store.shared("").unwrap().count(), 1);
        assert!(!is_cheap(&engine, &ask(&engine, store.as_ref(), Some("page-2"), &anna)), "her household has one");
    }
}

#[test]
fn a_confirmation_makes_a_fact_once() {
    let engine = engine(1);
    let bought = purchase(&engine);
    for store in stores().1 {
        let answer = ask(&engine, store.as_ref(), None, &facts(&engine, "anna", "h1", 0));
        let confirm = |minutes: i64| {
            let at = Instant(minutes * MINUTE);
            engine.confirm(store.as_ref(), &answer.id, bought, at, at).unwrap()
        };
        assert_eq!(confirm(5), Confirmed::InTime);
        assert_eq!(confirm(6), Confirmed::Repeated);
        assert!(!is_cheap(&engine, &ask(&engine, store.as_ref(), None, &facts(&engine, "ben", "h2", 60))), "sold");
        let unknown = engine.confirm(store.as_ref(), "99/deal", bought, Instant(0), Instant(0)).unwrap_err();
        assert_eq!(unknown, ConfirmError::Unknown(vec!["99/deal".into()]));
        let history = store.history("anna").unwrap();
        assert_eq!(history.iter().filter(|event| event.event == "purchase").count(), 1);
    }
}

#[test]
fn a_late_confirmation_counts_unless_the_stock_is_gone() {
    let engine = engine(1);
    let bought = purchase(&engine);
    for store in stores().1 {
        let confirm = |answer: &Answer, minutes: i64| {
            let at = Instant(minutes * MINUTE);
            engine.confirm(store.as_ref(), &answer.id, bought, at, at).unwrap()
        };
        let anna = ask(&engine, store.as_ref(), None, &facts(&engine, "anna", "h1", 0));
        let ben = ask(&engine, store.as_ref(), None, &facts(&engine, "ben", "h2", 10));
        assert!(is_cheap(&engine, &anna) && is_cheap(&engine, &ben));
        assert_eq!(confirm(&anna, 12), Confirmed::Refused("stock".into()), "it is reserved for ben");
        assert_eq!(confirm(&anna, 21), Confirmed::Late, "he did not buy either, so there is one");
        assert_eq!(confirm(&ben, 22), Confirmed::Refused("stock".into()));
    }
}

#[test]
fn a_store_that_is_down_promises_nothing() {
    let engine = engine(5);
    let mut anna = facts(&engine, "anna", "h1", 0);
    anna.store_down = true;
    let slot = engine.slots()[0];
    let frame = engine.gather(&anna);
    assert_eq!(frame.caps, [CapState::NoStore; 2]);
    let bundle = engine.rules().offer_named("bundle").unwrap();
    assert_eq!(engine.decide(&frame, slot).outcome, Outcome::Shows(bundle));
    assert_eq!(Engine::from_rules(engine.rules().clone()).decide(&frame, slot), engine.decide(&frame, slot));
}

/// Who sees the cheap one, of a table of `id,household`.
fn cheap_of_a_base(engine: &Engine, store: Option<&dyn StateStore>, assume: Assume, table: &str) -> Vec<bool> {
    let file = CustomersFile {
        name: "base".into(),
        path: "".into(),
        format: Some(Format::Csv),
        delimiter: None,
        overrides: Overrides::default(),
        configured: true,
    };
    let text = format!("id,household\n{table}");
    let mut files = [Customers::from_reader(engine.rules(), &file, std::io::Cursor::new(text)).unwrap()];
    let moment = engine.nothing_known(Instant(0));
    let slots = engine.slots();
    let batch = Batch {
        engine,
        slots: &slots,
        moment: &moment,
        consent: None,
        events: None,
        store,
        assume,
        reasons: false,
        workers: std::num::NonZeroUsize::new(3),
    };
    let mut seen = Vec::new();
    let cheap = By::Rule(engine.rules().rule_named("cheap").unwrap());
    let done = decide_base(&batch, &mut files, |one| {
        seen.push(one.decisions[0].by == cheap);
        Ok::<(), std::convert::Infallible>(())
    });
    done.unwrap().commit().unwrap();
    seen
}

#[test]
fn over_a_base_one_row_sees_what_those_before_it_took() {
    let engine = engine(2);
    let table = "anna,h1\narne,h1\nben,h2\nchloe,h3\n";
    assert_eq!(cheap_of_a_base(&engine, None, Assume::Shown, table), [true, false, true, false]);
    assert_eq!(cheap_of_a_base(&engine, None, Assume::Nothing, table), [true; 4], "a dry run takes nothing");
    for store in stores().1 {
        assert_eq!(cheap_of_a_base(&engine, Some(store.as_ref()), Assume::Shown, table), [true, false, true, false]);
        assert!(!is_cheap(&engine, &ask(&engine, store.as_ref(), None, &facts(&engine, "dora", "h4", 5))));
        assert!(is_cheap(&engine, &ask(&engine, store.as_ref(), None, &facts(&engine, "dora", "h4", 10))));
        assert!(store.shared("").unwrap().events.iter().all(|event| event.decision.is_some()));
    }
}

/// How much of the stock is bought or reserved at this moment.
fn used(engine: &Engine, store: &dyn StateStore, now: impl Fn() -> Instant) -> u32 {
    let rules = engine.rules();
    let Past { history, reserved } = Past::of(rules, &store.shared("").unwrap(), None);
    // Whatever was read was written before.
    let mut facts = Facts::nothing(rules, now());
    facts.shared.push(Shared { unit: CapUnit::Everybody, history, reserved });
    let stock = rules.caps.iter().position(|cap| cap.name == "stock").unwrap();
    let state = gather(rules, &facts).caps[stock];
    let CapState::Used(used) = state else { panic!("{state:?}") };
    used
}

/// Purchases and live reservations never exceed the number, whoever asks and confirms at the same time, and however late.
#[test]
fn nobody_buys_more_than_there_is() {
    const STOCK: u32 = 12;
    let engine = engine(STOCK);
    let bought = purchase(&engine);
    for (store, rounds) in stores().1.into_iter().zip([120_u32, 25]) {
        let (clock, sold, most) = (AtomicI64::new(0), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4_u32 {
                let (engine, store, clock, sold, most) = (&engine, store.as_ref(), &clock, &sold, &most);
                scope.spawn(move || {
                    let mut dice = thread.wrapping_mul(2_654_435_761).wrapping_add(17);
                    let mut roll = |sides: u32| {
                        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (dice >> 8) % sides
                    };
                    let mut waiting: Vec<String> = Vec::new();
                    for round in 0..rounds {
                        // Half a minute goes by with everything that anybody does.
                        let now = Instant(clock.fetch_add(MINUTE / 2, Ordering::SeqCst));
                        if roll(3) == 0 && !waiting.is_empty() {
                            let id = waiting.swap_remove(roll(waiting.len() as u32) as usize);
                            match engine.confirm(store, &id, bought, now, now).unwrap() {
                                Confirmed::InTime | Confirmed::Late => drop(sold.fetch_add(1, Ordering::SeqCst)),
                                Confirmed::Refused(cap) => assert_eq!(cap, "stock"),
                                Confirmed::Repeated => panic!("it was confirmed once"),
                            }
                        } else {
                            let who = format!("c{thread}-{round}");
                            let mut asking = facts(engine, &who, &format!("h{}", roll(60)), 0);
                            asking.now = now;
                            let answer = ask(engine, store, None, &asking);
                            if is_cheap(engine, &answer) {
                                waiting.push(answer.id);
                            }
                        }
                        let used = used(engine, store, || Instant(clock.load(Ordering::SeqCst)));
                        assert!(used <= STOCK, "{used} of {STOCK}");
                        most.fetch_max(used, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(sold.load(Ordering::SeqCst) <= STOCK);
        assert_eq!(most.load(Ordering::SeqCst), STOCK, "the last one was reached");
    }
}

#[test]
fn what_was_held_is_let_go_under_the_same_id_and_once() {
    let text = r#"
customer { id: text key }
moment { page: text }
purpose news "Tell me" { basis legitimate interest "LIA"  direct marketing }
offer letter { class marketing }
channel email { needs news }
slot mail by email { accepts marketing  fallback nothing }
rule morning in mail { send letter }
window day { zone "UTC"  open 09:00 until 21:00  on channel email  outside hold at most 12 hours }
cap one { at most 1 sent  in any 7 days  per customer  on offer letter }
"#;
    let compiled = compile(SourceSet::single("held.rules", text).0);
    let engine = Engine::from_rules(compiled.runnable().unwrap().clone());
    let at = |hour: &str| Instant::parse(&format!("2026-06-{hour}")).unwrap();
    let letter = engine.rules().offer_named("letter").unwrap();
    let customer = |now: Instant, held: Option<Instant>| {
        let mut facts = engine.nothing_known(now);
        let id = engine.rules().attribute_named("id").unwrap();
        facts.set(id, Fact::Known(Value::Text("anna".into()), Some(now)));
        held.into_iter().for_each(|since| facts.set_held(letter, since));
        facts
    };
    for store in stores().1 {
        let ask = |id: &str, facts: &Facts| {
            let request = Request { id: Some(id), facts, slots: &engine.slots(), shown: true, told: None };
            engine.answer(store.as_ref(), &request, |_, _| ()).unwrap().remove(0).decision.outcome
        };
        let evening = customer(at("15T22:00Z"), None);
        let held = Outcome::Holds { offer: letter, until: at("16T09:00Z") };
        assert_eq!(ask("m-1", &evening), held);
        assert_eq!(ask("m-1", &customer(at("16T09:00Z"), None)), held, "nobody said that it is let go");
        let released = ask("m-1", &customer(at("16T09:00Z"), Some(at("15T22:00Z"))));
        assert!(matches!(released, Outcome::Sends { offer, .. } if offer == letter), "{released:?}");
        let again = ask("m-1", &customer(at("16T09:01Z"), Some(at("15T22:00Z"))));
        assert_eq!(again, released, "a release that is sent twice sends once");
        assert_eq!(ask("m-2", &customer(at("16T09:01Z"), None)), Outcome::Nothing, "the cap counts it once");
        let late = ask("m-3", &customer(at("30T10:00:01Z"), Some(at("29T22:00Z"))));
        assert_eq!(late, Outcome::Nothing, "it has waited for longer than twelve hours");
    }
}

/// What a table of events tells of a decision is what the store holds of it: it counts once, and what was reserved for it
/// is reserved no longer.
#[test]
fn an_event_that_names_its_decision_is_the_stores_own() {
    let engine = engine(2);
    let rules = engine.rules();
    let table = |decision: &str| {
        let rows = format!(
            "customer,event,at,offer,decision\nanna,purchase,1970-01-01T00:05Z,tv,{decision}\n\
             anna,decided,1970-01-01T00:00Z,tv,{decision}\n"
        );
        EventIndex::from_reader(rules, "events.csv", std::io::Cursor::new(rows)).unwrap()
    };
    for store in stores().1 {
        let id = ask(&engine, store.as_ref(), None, &facts(&engine, "anna", "h1", 0)).id;
        let used = |events: &EventIndex, minutes| {
            let mut facts = facts(&engine, "anna", "h1", minutes);
            events.tell("anna", &mut facts);
            let mut memory = Stored { rules, store: Some(store.as_ref()), told: Some(events.told()) };
            remember(rules, &mut facts, &mut memory).unwrap();
            let bought = facts.history.iter().filter(|happened| happened.event == purchase(&engine)).count();
            let CapState::Used(used) = gather(rules, &facts).caps[0] else { panic!("the home is known") };
            (bought, used)
        };
        assert_eq!(used(&table(&id), 6), (1, 1), "it is what was reserved");
        assert_eq!(used(&table(""), 6), (1, 2), "it may be another, and one is reserved");
        let confirmed =
            engine.confirm(store.as_ref(), &id, purchase(&engine), Instant(5 * MINUTE), Instant(6 * MINUTE));
        assert_eq!(confirmed, Ok(Confirmed::InTime));
        assert_eq!(used(&table(&id), 60), (1, 1), "told twice");
        assert_eq!(used(&table("2/deal"), 60), (2, 2), "another decision's");
    }
}

/// A clock that runs behind frees no cap: what is confirmed happened when it was decided, at the earliest.
#[test]
fn nothing_happens_before_it_was_decided() {
    let engine = engine(1);
    let rules = engine.rules();
    for store in stores().1 {
        let id = ask(&engine, store.as_ref(), None, &facts(&engine, "anna", "h1", 100)).id;
        let confirmed =
            engine.confirm(store.as_ref(), &id, purchase(&engine), Instant(5 * MINUTE), Instant(101 * MINUTE));
        assert_eq!(confirmed, Ok(Confirmed::InTime));
        let mut facts = facts(&engine, "anna", "h1", 102);
        remember(rules, &mut facts, &mut Stored { rules, store: Some(store.as_ref()), told: None }).unwrap();
        let bought = facts.history.iter().find(|happened| happened.event == purchase(&engine));
        assert_eq!(bought.map(|happened| happened.at), Some(Instant(100 * MINUTE)));
    }
}

/// Several confirmations land together: one that is of no decision keeps the others out.
#[test]
fn all_confirmations_or_none() {
    let engine = engine(1);
    for store in stores().1 {
        let id = ask(&engine, store.as_ref(), None, &facts(&engine, "anna", "h1", 0)).id;
        let bought = |decision: &str| Confirmation {
            decision: decision.to_owned(),
            event: Some(purchase(&engine)),
            at: Instant(MINUTE),
        };
        let all = [bought(&id), bought("8/deal"), bought("9/deal"), bought("8/deal")];
        let unknown = engine.confirm_all(store.as_ref(), &all, Instant(MINUTE)).unwrap_err();
        assert_eq!(unknown, ConfirmError::Unknown(vec!["8/deal".into(), "9/deal".into()]));
        let shown = Confirmation { event: None, ..bought(&id) };
        let all = [bought(&id), shown, bought(&id)];
        let heard = engine.confirm_all(store.as_ref(), &all, Instant(MINUTE)).unwrap();
        let expected = [
            (purchase(&engine), Confirmed::InTime),
            (Event::SHOWN, Confirmed::InTime),
            (purchase(&engine), Confirmed::Repeated),
        ];
        assert_eq!(
            heard, expected,
            "nothing was recorded the first time, and what it was decided for is that it is shown"
        );
    }
}
