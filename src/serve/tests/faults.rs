//! A store that is slow, gone or mad, and clients that are not there any more.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::runtime::store::{Cell, Change, Forgotten, Key, Landed, MemoryStore, StateError, Transaction};

/// What a store does instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    /// It waits that long before it writes.
    Slow(Duration),
    Gone,
    Mad,
}

#[derive(Clone)]
pub(super) struct Moody(Arc<Inner>);

struct Inner {
    store: MemoryStore,
    mood: Mutex<Mood>,
    written: AtomicUsize,
}

impl Moody {
    pub(super) fn new(mood: Mood) -> Self {
        Self(Arc::new(Inner { store: MemoryStore::new(), mood: Mutex::new(mood), written: AtomicUsize::new(0) }))
    }

    fn be(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    fn mood(&self) -> Mood {
        *self.0.mood.lock().unwrap()
    }

    fn written(&self) -> usize {
        self.0.written.load(Ordering::SeqCst)
    }

    fn gone(&self) -> StateError {
        StateError::Unreachable { place: "redis://secret-host".to_owned(), why: "nobody is there".to_owned() }
    }
}

impl StateStore for Moody {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        match self.mood() {
            Mood::Gone => return Err(self.gone()),
            Mood::Mad => panic!("on purpose"),
            Mood::Well | Mood::Slow(_) => {}
        }
        self.0.store.read(keys)
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        if let Mood::Slow(long) = self.mood() {
            std::thread::sleep(long);
        }
        let landed = self.0.store.write(changes);
        self.0.written.fetch_add(1, Ordering::SeqCst);
        landed
    }

    fn new_name(&self) -> Result<String, StateError> {
        self.0.store.new_name()
    }

    fn lands_whole(&self) -> bool {
        true
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.0.store.begin()
    }

    fn place(&self) -> String {
        "moody".to_owned()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        match self.mood() {
            Mood::Gone => Err(self.gone()),
            Mood::Mad | Mood::Well | Mood::Slow(_) => self.0.store.forget(keys),
        }
    }
}

const ANNA: &str = r#"{"customer": {"id": "anna"}, "slots": ["home", "side"]}"#;

fn quick() -> Limits {
    Limits { store: Duration::from_millis(50), store_threads: 2, ..Limits::default() }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not come to pass");
}

#[test]
fn a_store_that_is_gone_gives_what_the_rules_say_and_shows() {
    run(async {
        let store = Moody::new(Mood::Gone);
        let (service, heard) = service(store.clone(), quick());
        let router = routes::public(&service);
        for _ in 0..2 {
            let said = ask(&router, "/v1/decide", ANNA).await;
            assert_eq!(said.status, 200, "{}", said.body);
            // The marketing rule is stopped, the one that says `store down allow` is not.
            assert_eq!(said.shows(), [Some("welcome"), Some("card")]);
            assert_eq!(said.body["without_state"]["code"], "state::unreachable");
            assert!(said.body["decisions"][1].get("id").is_none(), "nothing can be confirmed: {}", said.body);
            assert!(!said.body.to_string().contains("secret-host"), "{}", said.body);
        }
        let why = ask(&router, "/v1/why", ANNA).await;
        assert!(why.body.to_string().contains("no_counter"), "{}", why.body);
        assert_eq!(why.body["without_state"]["code"], "state::unreachable");
        let events = ask(&router, "/v1/events", r#"{"events": [{"decision": "1/home"}]}"#).await;
        assert_eq!((events.status, events.body["code"].as_str()), (503, Some("state::unreachable")));
        assert_eq!(events.headers["retry-after"], "1");
        let counted = service.metrics.text();
        assert!(counted.contains("cater_evaluations_without_state_total 3"), "{counted}");
        assert!(counted.contains("cater_cap_store_errors_total{code=\"state::unreachable\"} 4"), "{counted}");
        store.be(Mood::Well);
        let said = ask(&router, "/v1/decide", ANNA).await;
        assert_eq!(said.shows(), [Some("tip"), Some("card")]);
        assert!(said.body.get("without_state").is_none());
        assert_eq!(
            *heard.lock().unwrap(),
            [Notice::StateFails(&codes::state::UNREACHABLE), Notice::StateAnswers],
            "each is said once"
        );
    });
}

#[test]
fn what_a_slow_store_reserves_for_nobody_is_given_back() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_millis(300)));
        let (service, _) = service(store.clone(), quick());
        let router = routes::public(&service);
        let said = ask(&router, "/v1/decide", ANNA).await;
        assert_eq!(said.shows(), [Some("welcome"), Some("card")]);
        assert_eq!(said.body["without_state"]["code"], "state::slow");
        store.be(Mood::Well);
        // What was reserved, and that it was given back.
        until("taking it back", || store.written() == 2).await;
        assert!(service.metrics.text().contains("cater_reservations_taken_back_total 1"));
        // The cap has both of its two left.
        for expected in [Some("tip"), Some("tip"), Some("welcome")] {
            assert_eq!(ask(&router, "/v1/decide", ANNA).await.shows()[0], expected);
        }
    });
}

#[test]
fn a_named_request_that_was_late_has_its_answer_when_it_is_asked_again() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_millis(300)));
        let (service, _) = service(store.clone(), quick());
        let router = routes::public(&service);
        let named = r#"{"customer": {"id": "anna"}, "slots": ["home"], "request": "page-1"}"#;
        assert_eq!(ask(&router, "/v1/decide", named).await.shows(), [Some("welcome")]);
        store.be(Mood::Well);
        until("the writing", || store.written() == 1).await;
        for _ in 0..3 {
            assert_eq!(
                ask(&router, "/v1/decide", named).await.shows(),
                [Some("tip")],
                "it took one, and takes no other"
            );
        }
        let other = r#"{"customer": {"id": "anna"}, "slots": ["home"], "request": "page-2"}"#;
        assert_eq!(ask(&router, "/v1/decide", other).await.shows(), [Some("tip")]);
        let third = r#"{"customer": {"id": "anna"}, "slots": ["home"], "request": "page-3"}"#;
        assert_eq!(ask(&router, "/v1/decide", third).await.shows(), [Some("welcome")]);
    });
}

#[test]
fn threads_that_a_store_keeps_keep_nobody_waiting_for_long() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_secs(2)));
        let (service, _) = service(store.clone(), quick());
        let router = routes::public(&service);
        let start = std::time::Instant::now();
        let all = (0..40).map(|_| {
            let router = router.clone();
            tokio::spawn(async move { ask(&router, "/v1/decide", ANNA).await })
        });
        for one in all.collect::<Vec<_>>() {
            let said = one.await.unwrap();
            assert_eq!(said.shows(), [Some("welcome"), Some("card")]);
        }
        assert!(start.elapsed() < Duration::from_secs(1), "40 waited for {:?}", start.elapsed());
    });
}

#[test]
fn who_went_away_reserves_nothing() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_millis(200)));
        let (service, _) = service(store.clone(), Limits { store: Duration::from_secs(30), ..quick() });
        let router = routes::public(&service);
        let asked = {
            let router = router.clone();
            tokio::spawn(async move { ask(&router, "/v1/decide", ANNA).await })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        asked.abort();
        store.be(Mood::Well);
        until("taking it back", || store.written() == 2).await;
        assert!(service.metrics.text().contains("cater_reservations_taken_back_total 1"));
    });
}

#[test]
fn a_store_that_goes_mad_costs_one_answer() {
    run(async {
        let store = Moody::new(Mood::Mad);
        let (service, _) = service(store.clone(), quick());
        let router = routes::public(&service);
        for path in ["/v1/decide", "/v1/preview", "/v1/why"] {
            let said = ask(&router, path, ANNA).await;
            assert_eq!((said.status, said.body["code"].as_str()), (500, Some(codes::serve::BROKE_OFF.name)));
        }
        store.be(Mood::Well);
        assert_eq!(ask(&router, "/v1/decide", ANNA).await.shows(), [Some("tip"), Some("card")]);
        assert_eq!(service.metrics.in_hand(), 0);
    });
}

#[test]
fn more_than_may_be_in_hand_are_told_to_come_again() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_millis(400)));
        let limits = Limits { in_hand: 2, store: Duration::from_secs(10), ..quick() };
        let (service, _) = service(store, limits);
        let router = routes::public(&service);
        let all: Vec<_> = (0..6)
            .map(|_| {
                let router = router.clone();
                tokio::spawn(async move { ask(&router, "/v1/decide", ANNA).await })
            })
            .collect();
        let mut refused = 0;
        for one in all {
            let said = one.await.unwrap();
            if said.status == 503 {
                assert_eq!(said.body["code"], codes::serve::OVERLOADED.name);
                assert_eq!(said.headers["retry-after"], "1");
                refused += 1;
            } else {
                assert_eq!(said.status, 200);
            }
        }
        assert_eq!(refused, 4);
        assert_eq!(service.metrics.in_hand(), 0);
    });
}

#[test]
fn a_request_that_cannot_be_answered_in_time_is_ended() {
    run(async {
        let store = Moody::new(Mood::Slow(Duration::from_secs(2)));
        let limits = Limits { patience: Duration::from_millis(50), store: Duration::from_secs(10), ..quick() };
        let (service, _) = service(store, limits);
        let said = ask(&routes::public(&service), "/v1/decide", ANNA).await;
        assert_eq!((said.status, said.body["code"].as_str()), (503, Some(codes::serve::TOO_SLOW.name)));
    });
}
