//! The same decisions as one by one, in order, with any number of threads; and what is recorded, whole or not at all.

use super::*;
use crate::frame::{By, Fact, Outcome as Shows, Via};
use crate::model::sample::{at, rule_set};
use crate::model::{AttributeId, OfferId, RuleId, Verified};
use crate::runtime::data::{CustomersFile, Format, Override, Overrides, customer_from_json};
use crate::runtime::store::{Cell, Change, Forgotten, Key, Landed, MemoryStore, StoredEvent};
use crate::value::{Instant, Missing, Value};

const READ: [AttributeId; 5] = [at::ID, at::TIER, at::BALANCE, at::TENURE, at::LAST_ORDER];
const SLOTS: [SlotId; 2] = [SlotId(1), SlotId(0)];

fn engine() -> Engine {
    Engine::from_rules(Verified::new(rule_set()).unwrap())
}

fn noon() -> Instant {
    Instant::parse("2026-06-15T12:00Z").unwrap()
}

fn customers(engine: &Engine, name: &str, text: String) -> Customers {
    let all = (0..engine.rules().attributes.len()).map(AttributeId::from_index);
    let absent = Override { absent: true, ..Override::default() };
    let overrides = Overrides(all.filter(|id| !READ.contains(id)).map(|id| (id, absent.clone())).collect());
    let file = CustomersFile {
        name: name.into(),
        path: "".into(),
        format: Some(Format::Csv),
        delimiter: None,
        overrides,
        configured: true,
    };
    Customers::from_reader(engine.rules(), &file, std::io::Cursor::new(text)).unwrap()
}

/// A base of so many rows: few keys, so that customers come again, and every tenth row bad.
fn base(rows: usize) -> String {
    let mut text = "id,tier,balance,tenure,last order\n".to_owned();
    for row in 0..rows {
        let line = match row % 10 {
            9 => "broken\n".to_owned(),
            _ => format!(
                "c{},{},{}.50,{},{}\n",
                row * 7 % 400,
                ["bronze", "silver", "gold", "platinum", ""][row % 5],
                row % 300,
                row % 4,
                ["2026-01-01T00:00Z", "-1", "soon"][row % 3],
            ),
        };
        text.push_str(&line);
    }
    text
}

struct Run {
    decided: Vec<Decided>,
    summary: Summary,
}

fn run(engine: &Engine, store: Option<&dyn StateStore>, assume: Assume, workers: usize, texts: &[String]) -> Run {
    let moment = engine.nothing_known(noon());
    let batch = Batch {
        engine,
        slots: &SLOTS,
        moment: &moment,
        consent: None,
        events: None,
        store,
        assume,
        reasons: true,
        workers: NonZeroUsize::new(workers),
    };
    let mut files: Vec<_> = texts.iter().map(|text| customers(engine, "base", text.clone())).collect();
    let mut decided = Vec::new();
    let done = decide_base(&batch, &mut files, |one| {
        decided.push(one.clone());
        Ok::<(), std::convert::Infallible>(())
    });
    let mut summary = done.unwrap().commit().unwrap();
    summary.elapsed = std::time::Duration::ZERO;
    summary.deciding = std::time::Duration::ZERO;
    Run { decided, summary }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let engine = engine();
    let texts = [base(10_000), base(1), base(0), base(5_000)];
    let (first_store, store) = (MemoryStore::new(), MemoryStore::new());
    let first = run(&engine, Some(&first_store), Assume::Shown, 1, &texts);
    assert_eq!(first.summary.customers, 9_000 + 1 + 4_500);
    assert_eq!(first.summary.bad_rows.count, 1_500);
    let places: Vec<_> = first.decided.iter().map(|one| (one.file, one.row)).collect();
    assert!(places.is_sorted() && places.len() == 13_501, "in order, none lost");
    for workers in [2, 3, 7] {
        let store = MemoryStore::new();
        let other = run(&engine, Some(&store), Assume::Shown, workers, &texts);
        assert_eq!(other.decided, first.decided, "{workers} threads");
        assert_eq!(other.summary, first.summary, "{workers} threads");
        for key in ["c0", "c7", "c399"] {
            assert_eq!(store.history(key), first_store.history(key), "{workers} threads");
        }
    }
    let reference = run(&Engine::reference(engine.rules().clone()), Some(&store), Assume::Shown, 2, &texts);
    assert_eq!(reference.decided, first.decided);
}

#[test]
fn a_base_is_decided_as_its_customers_are_one_by_one() {
    let engine = engine();
    let text = "id,tier,balance,tenure,last order\n\
                anna,gold,60.00,1,2026-01-01T00:00Z\n\
                ben,,12.345,2,\n"
        .to_owned();
    let Run { decided, summary } = run(&engine, None, Assume::Shown, 2, &[text]);
    let one = |json: &str| {
        let facts = customer_from_json(engine.rules(), json, engine.nothing_known(noon())).unwrap();
        engine.decide_all(&engine.gather(&facts), &SLOTS)
    };
    let anna = r#"{"id": "anna", "tier": "gold", "balance": 60.00, "tenure": 1, "last_order": "2026-01-01T00:00Z"}"#;
    assert_eq!(decided[0].decisions, one(anna));
    assert_eq!(decided[0].decisions[0].by, By::Rule(RuleId(4)));
    let ben = r#"{"id": "ben", "tenure": 2}"#;
    let mut facts = customer_from_json(engine.rules(), ben, engine.nothing_known(noon())).unwrap();
    facts.set(at::BALANCE, Fact::Missing(Missing::Unreadable));
    assert_eq!(decided[1].decisions, engine.decide_all(&engine.gather(&facts), &SLOTS));
    // `if unknown` answers a balance that nobody gave, not one that could not be read.
    assert_eq!(decided[1].decisions[0].by, By::Rule(RuleId(2)));
    assert_eq!(one(ben)[0].by, By::Substitute(RuleId(4), Via::Unknown));
    let counts: Vec<_> = summary.missing.iter().collect();
    assert_eq!(counts.len(), 3, "{counts:?}");
    let balance = counts.iter().find(|(id, _)| *id == at::BALANCE).unwrap().1;
    assert_eq!((balance.unreadable, balance.absent), (1, 0));
}

#[test]
fn a_customer_who_comes_again_has_been_shown_it() {
    let engine = engine();
    // `thanks` shows the banner to whoever has 50.00 a month, once ever.
    let row = |key: &str| format!("{key},,60.00,1,\n");
    let text = format!("id,tier,balance,tenure,last order\n{}{}{}", row("anna"), row("ben"), row("anna"));
    let by = |run: &Run, row: usize| run.decided[row].decisions[0].by;
    let thanks = By::Rule(RuleId(4));
    let shown = run(&engine, None, Assume::Shown, 2, std::slice::from_ref(&text));
    assert_eq!((by(&shown, 0), by(&shown, 1)), (thanks, thanks));
    assert_ne!(by(&shown, 2), thanks, "the same customer, three rows on");
    assert_eq!(shown.summary.slots[0].capped, 1);
    assert_eq!(shown.summary.slots[0].passed_over[&RuleId(4)].capped, 1);
    let dry = run(&engine, None, Assume::Nothing, 2, std::slice::from_ref(&text));
    assert_eq!([0, 1, 2].map(|row| by(&dry, row)), [thanks; 3]);
    // From run to run by the store, and not by a dry run.
    let store = MemoryStore::new();
    let dry = run(&engine, Some(&store), Assume::Nothing, 2, std::slice::from_ref(&text));
    assert_eq!(by(&dry, 2), thanks);
    assert!(store.history("anna").unwrap().is_empty());
    let first = run(&engine, Some(&store), Assume::Shown, 2, std::slice::from_ref(&text));
    assert_eq!(by(&first, 1), thanks);
    let stored = |event: &str| StoredEvent {
        event: event.into(),
        at: noon(),
        offer: Some("banner".into()),
        rule: Some("thanks".into()),
        via: None,
        class: Some("service".into()),
        tags: Vec::new(),
        channel: None,
        decision: None,
    };
    assert_eq!(store.history("ben").unwrap(), [stored("decided"), stored("shown")]);
    let second = run(&engine, Some(&store), Assume::Shown, 2, &[text]);
    assert!([0, 1, 2].iter().all(|row| by(&second, *row) != thanks), "everybody has seen it");
}

#[test]
fn the_summary_adds_up() {
    let engine = engine();
    let Run { decided, summary } = run(&engine, Some(&MemoryStore::new()), Assume::Shown, 3, &[base(3_000)]);
    assert_eq!(summary.decisions, decided.len() as u64 * 2);
    for slot in &summary.slots {
        let answers = slot.answers(engine.rules());
        assert_eq!(answers.iter().map(|answer| answer.count).sum::<u64>(), summary.customers);
        assert!(answers.is_sorted_by_key(|answer| std::cmp::Reverse(answer.count)));
        for answer in answers {
            let count = decided
                .iter()
                .flat_map(|one| &one.decisions)
                .filter(|decision| {
                    decision.slot == slot.slot && decision.outcome == answer.outcome && decision.by == answer.by
                })
                .count();
            assert_eq!(count as u64, answer.count);
        }
        let by_fallback = |by: &By| matches!(by, By::Fallback(_) | By::SlotOff);
        let fallbacks: u64 = slot
            .answers(engine.rules())
            .iter()
            .filter(|answer| by_fallback(&answer.by))
            .map(|answer| answer.count)
            .sum();
        assert_eq!(slot.fallbacks.total(), fallbacks);
    }
    assert_eq!(summary.bad_rows.first.len(), 10);
    assert_eq!(summary.bad_rows.first[0].row, 10);
    assert!(summary.recorded > 0);
}

/// A store that fails after some reads, or whose commit fails.
struct Broken {
    inner: MemoryStore,
    reads_left: std::sync::atomic::AtomicUsize,
}

impl StateStore for Broken {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        use std::sync::atomic::Ordering::SeqCst;
        let left = self.reads_left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| StateError::Io { file: "x".into(), why: "gone".into() })?;
        self.inner.read(keys)
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        self.inner.write(changes)
    }

    fn new_name(&self) -> Result<String, StateError> {
        self.inner.new_name()
    }

    fn lands_whole(&self) -> bool {
        true
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.inner.begin()
    }

    fn place(&self) -> String {
        self.inner.place()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        self.inner.forget(keys)
    }
}

#[test]
fn a_run_that_fails_records_nothing() {
    let engine = engine();
    let moment = engine.nothing_known(noon());
    let store = Broken { inner: MemoryStore::new(), reads_left: 6_000.into() };
    let batch = Batch {
        engine: &engine,
        slots: &SLOTS,
        moment: &moment,
        consent: None,
        events: None,
        store: Some(&store),
        assume: Assume::Shown,
        reasons: false,
        workers: NonZeroUsize::new(2),
    };
    let mut files = [customers(&engine, "base", base(20_000))];
    let failed = decide_base(&batch, &mut files, |_| Ok::<(), ()>(()));
    assert!(matches!(failed, Err(BatchError::State(StateError::Io { .. }))));
    assert!(store.inner.history("c0").unwrap().is_empty());
    // The caller cannot write its file any more.
    let store = MemoryStore::new();
    let batch = Batch { store: Some(&store), ..batch };
    let mut files = [customers(&engine, "base", base(20_000))];
    let mut taken = 0;
    let failed = decide_base(&batch, &mut files, |_| {
        taken += 1;
        if taken < 5_000 { Ok(()) } else { Err("disk full") }
    });
    assert!(matches!(failed, Err(BatchError::Sink("disk full"))));
    assert!(store.history("c0").unwrap().is_empty());
    // The caller changes its mind, as `--strict` does.
    let mut files = [customers(&engine, "base", base(100))];
    let done = decide_base(&batch, &mut files, |_| Ok::<(), ()>(())).unwrap();
    assert_eq!(done.summary.bad_rows.count, 10);
    drop(done);
    assert!(store.history("c0").unwrap().is_empty());
}

#[test]
fn the_moment_consent_and_events_are_told() {
    let engine = engine();
    let rules = engine.rules();
    let mut moment = engine.nothing_known(noon());
    moment.set(at::DEVICE, Fact::Known(Value::Member(0), None));
    let consent = ConsentIndex::from_reader(
        rules,
        "consent.csv",
        &b"customer,purpose,status,granted_at,version,confirmed\nanna,own_offers,objected,,,\n"[..],
    )
    .unwrap();
    let events = EventIndex::from_reader(
        rules,
        "events.csv",
        &b"customer,event,at,offer,rule\nben,shown,2026-01-01T00:00Z,banner,thanks\n"[..],
    )
    .unwrap();
    let batch = Batch {
        engine: &engine,
        slots: &SLOTS[..1],
        moment: &moment,
        consent: Some(&consent),
        events: Some(&events),
        store: None,
        assume: Assume::Shown,
        reasons: true,
        workers: None,
    };
    let text = "id,tier,balance,tenure,last order\nanna,,60.00,1,\nben,,60.00,1,\n".to_owned();
    let mut decided = Vec::new();
    let sink = |one: &Decided| {
        decided.push(one.decisions[0]);
        Ok::<(), ()>(())
    };
    let summary = decide_base(&batch, &mut [customers(&engine, "base", text)], sink).unwrap().commit().unwrap();
    assert_eq!(decided[0].by, By::Rule(RuleId(4)));
    assert_ne!(decided[1].by, By::Rule(RuleId(4)), "ben has seen it");
    assert!(matches!(decided[1].outcome, Shows::Shows(OfferId(_))));
    assert_eq!(summary.slots[0].no_consent, 1);
}

#[test]
fn rows_of_nobody_and_keys_that_come_twice_are_named() {
    let engine = engine();
    let rules = engine.rules();
    let moment = engine.nothing_known(noon());
    let text = "customer,purpose,status\n anna ,own_offers,objected\nX,own_offers,objected\nX,fitting,granted\n";
    let consent = ConsentIndex::from_reader(rules, "consent.csv", text.as_bytes()).unwrap();
    let text = "customer,event,at\nanna,shown,2026-01-01T00:00Z\ny,shown,2026-01-01T00:00Z\n";
    let events = EventIndex::from_reader(rules, "events.csv", text.as_bytes()).unwrap();
    let batch = Batch {
        engine: &engine,
        slots: &SLOTS[..1],
        moment: &moment,
        consent: Some(&consent),
        events: Some(&events),
        store: None,
        assume: Assume::Nothing,
        reasons: true,
        workers: None,
    };
    let text = "id,tier,balance,tenure,last order\nanna ,,60.00,1,\nben,,60.00,1,\nanna,,60.00,1,\n".to_owned();
    let mut keys = Vec::new();
    let sink = |one: &Decided| {
        keys.push((one.key.as_deref().map(str::to_owned), one.decisions[0].by));
        Ok::<(), ()>(())
    };
    let summary = decide_base(&batch, &mut [customers(&engine, "base", text)], sink).unwrap().summary;
    assert_eq!(keys[0], keys[2], "a blank at an end is no part of a key, and the objection counts for both rows");
    let named = |rows, key: &str| KeyRows { rows, keys: 1, first: vec![key.to_owned()] };
    assert_eq!(summary.twice, named(1, "anna"));
    assert_eq!(summary.nobodys_consent, named(2, "X"));
    assert_eq!(summary.nobodys_events, named(1, "y"));
}
