//! What a server can do to us: be killed and come back, stand still, refuse, hold something else, be gone.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use redis::cmd;

use super::server::Server;
use super::*;
use crate::model::Event;
use crate::runtime::confirm::{ConfirmError, Confirmed};
use crate::runtime::crowd_tests::{ask, engine, is_sale};
use crate::runtime::store::StoredEvent;
use crate::value::Instant;

const QUICK: Patience = Patience { connect: Duration::from_millis(300), answer: Duration::from_millis(300) };

fn code<T: std::fmt::Debug>(result: Result<T, StateError>) -> String {
    let error = result.unwrap_err();
    let refusal =
        if let StateError::Refused { refusal, .. } = &error { format!(" {refusal:?}") } else { String::new() };
    format!("{}{refusal}", error.code().name)
}

/// Killed with -9 and started again while many ask and confirm: no answer is over a cap, and nothing that was confirmed is
/// lost. The answers say so, not the store.
#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn killed_and_started_again_it_is_never_one_over_and_loses_nothing() {
    const BUDGET: u32 = 400;
    const OFTEN: usize = 3;
    let server = Server::of_this_test(&[]);
    let engine = engine(BUDGET, OFTEN as u32);
    let store = server.open(QUICK);
    let (next, over, failed) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let (won, confirmed) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let now = Instant(60_000_000);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    let who = format!("c{}", next.fetch_add(1, Ordering::SeqCst) % 180);
                    match ask(&engine, &store, None, &who, now) {
                        Ok(answer) if is_sale(&engine, &answer) => {
                            won.lock().unwrap().push(who.clone());
                            // Whoever hears nothing says it again.
                            while !over.load(Ordering::SeqCst) {
                                match engine.confirm(&store, &answer.id, Event::SHOWN, now, now) {
                                    Ok(Confirmed::InTime | Confirmed::Repeated) => {
                                        confirmed.lock().unwrap().push((who, answer.id));
                                        break;
                                    }
                                    Err(ConfirmError::State(_)) => drop(failed.fetch_add(1, Ordering::SeqCst)),
                                    other => panic!("{other:?}"),
                                }
                                std::thread::sleep(Duration::from_millis(2));
                            }
                        }
                        Ok(_) => {}
                        Err(_) => {
                            failed.fetch_add(1, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(2));
                        }
                    }
                }
            });
        }
        for round in 0..6_u64 {
            std::thread::sleep(Duration::from_millis(150 + 37 * round));
            server.kill();
            std::thread::sleep(Duration::from_millis(20 * round));
            server.run();
        }
        // On a machine that has much to do this takes its time.
        let start = Stopwatch::now();
        while confirmed.lock().unwrap().len() <= 50 && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(50));
        }
        over.store(true, Ordering::SeqCst);
    });
    let (won, confirmed) = (won.into_inner().unwrap(), confirmed.into_inner().unwrap());
    assert!(won.len() <= BUDGET as usize, "{} of {BUDGET}", won.len());
    let mut each: HashMap<&String, usize> = HashMap::new();
    won.iter().for_each(|who| *each.entry(who).or_default() += 1);
    assert!(each.values().all(|times| *times <= OFTEN));
    let store = server.open(Patience::default());
    let mut shown: HashSet<(String, String)> = HashSet::new();
    for who in each.keys() {
        let history = store.history(who).unwrap();
        let of_it = |event: StoredEvent| (event.event == "shown").then_some(event.decision)?;
        shown.extend(history.into_iter().filter_map(of_it).map(|id| ((*who).clone(), id)));
    }
    let lost: Vec<_> = confirmed.iter().filter(|one| !shown.contains(*one)).collect();
    assert_eq!(lost, Vec::<&(String, String)>::new());
    assert!(confirmed.len() > 50 && failed.into_inner() > 0, "{} confirmed", confirmed.len());
    // Everybody's record knows of each of them too.
    let known = store.shared("").unwrap().count();
    assert!(known >= (won.len() + confirmed.len()) as u64, "{known} for {} and {}", won.len(), confirmed.len());
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn a_server_that_stands_still_is_waited_for_no_longer_than_was_said() {
    let server = Server::of_this_test(&[]);
    let store = server.open(QUICK);
    let engine = engine(9, 9);
    ask(&engine, &store, None, "anna", Instant(0)).unwrap();
    server.signal("STOP");
    let start = Stopwatch::now();
    assert_eq!(code(ask(&engine, &store, None, "anna", Instant(0))), "state::slow");
    let waited = start.elapsed();
    assert!((QUICK.answer..QUICK.answer * 3).contains(&waited), "{waited:?}");
    server.signal("CONT");
    std::thread::sleep(LONGEST_REST);
    ask(&engine, &store, None, "anna", Instant(0)).unwrap();
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn what_a_server_refuses_is_told_apart_and_changes_nothing() {
    let server = Server::of_this_test(&[]);
    let store = server.open(QUICK);
    let engine = engine(9, 9);
    let ask = |who: &str| ask(&engine, &store, None, who, Instant(0));
    ask("anna").unwrap();
    let set = |name: &str, value: &str| server.ask::<()>(cmd("CONFIG").arg("SET").arg(name).arg(value));
    // Full.
    set("maxmemory", "1");
    assert_eq!(code(ask("ben")), "state::refused Full");
    assert_eq!(store.history("anna").unwrap().len(), 1, "it still reads");
    set("maxmemory", "0");
    // Read only, as a replica is.
    let _: () = server.ask(cmd("REPLICAOF").arg("127.0.0.1").arg(1));
    assert_eq!(code(ask("ben")), "state::refused ReadOnly");
    let _: () = server.ask(cmd("REPLICAOF").arg("NO").arg("ONE"));
    // Something else under our key.
    let _: () = server.ask(cmd("SET").arg("cater:c:{carl}").arg("x"));
    let _: () = server.ask(cmd("HSET").arg("cater:c:{dora}").arg("mine").arg("x"));
    let _: () = server.ask(cmd("HSET").arg("cater:c:{emre}").arg("v").arg(7).arg("b").arg("no pieces"));
    assert_eq!(code(ask("carl")), "state::refused SomethingElse");
    assert_eq!(code(ask("dora")), "state::refused SomethingElse");
    assert_eq!(code(ask("emre")), "state::damaged");
    // A script that the server forgot is sent again.
    let _: () = server.ask(cmd("SCRIPT").arg("FLUSH"));
    ask("ben").unwrap();
    assert_eq!(store.history("ben").unwrap().len(), 1);
    assert_eq!(server.ask::<String>(cmd("GET").arg("cater:c:{carl}")), "x", "it was not touched");
    assert_eq!(server.ask::<usize>(cmd("HLEN").arg("cater:c:{dora}")), 1);
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn who_may_not_come_in_is_told_without_the_password() {
    let server = Server::of_this_test(&["--requirepass", "s3cret"]);
    let open = |secret: &str| RedisStore::open(server.url(secret).parse().unwrap(), QUICK);
    for secret in ["", ":wr0ng@", "anna:wr0ng@"] {
        let error = open(secret).map(drop).unwrap_err();
        assert!(!error.to_string().contains("wr0ng") && !format!("{error:?}").contains("wr0ng"), "{error}");
        assert_eq!(code(Err::<(), _>(error)), "state::refused NotAllowed", "{secret}");
    }
    let store = open(":s3cret@").unwrap();
    assert!(!format!("{store:?}").contains("s3cret"));
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn a_server_that_is_gone_costs_nobody_a_wait() {
    let server = Server::of_this_test(&[]);
    let store = server.open(QUICK);
    server.kill();
    let engine = engine(9, 9);
    let start = Stopwatch::now();
    for _ in 0..2_000 {
        let error = ask(&engine, &store, None, "anna", Instant(0)).unwrap_err();
        assert_eq!(error.code().name, "state::unreachable");
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    server.run();
    std::thread::sleep(LONGEST_REST);
    ask(&engine, &store, None, "anna", Instant(0)).unwrap();
    assert_eq!(code(RedisStore::open("redis://127.0.0.1:1".parse().unwrap(), QUICK).map(drop)), "state::unreachable");
}
