//! The suite on a real server, alone and as a cluster; and what stands there when it is done.

use redis::cmd;

use super::server::Server;
use super::*;
use crate::model::Event;
use crate::runtime::crowd_tests::{ask, crowd, engine, is_sale};
use crate::runtime::store::Seen;
use crate::runtime::store::cell::piece;
use crate::runtime::store::conformance::conforms;
use crate::value::Instant;

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn conforms_to_the_suite() {
    let server = Server::of_this_test(&[]);
    conforms(&server.open(Patience::default()));
}

/// Every script touches one slot: a cluster refuses the others, also one of a single node.
#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn in_a_cluster_every_script_touches_one_slot() {
    let server = Server::of_this_test(&["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
    let _: () = server.ask(cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383));
    let is_up = || server.ask::<String>(cmd("CLUSTER").arg("INFO")).contains("cluster_state:ok");
    while !is_up() {
        std::thread::sleep(Duration::from_millis(50));
    }
    // A script over two slots is refused here, so this test can fail.
    let mut connection = redis::Client::open(server.url("")).unwrap().get_connection().unwrap();
    let two = cmd("EVAL").arg("return 1").arg(2).arg("cater:c:{a}").arg("cater:c:{b}").query::<i32>(&mut connection);
    assert_eq!(two.unwrap_err().code(), Some("CROSSSLOT"));
    for url in [server.cluster_url(), server.url("")] {
        let _: () = server.ask(&cmd("FLUSHALL"));
        let store = RedisStore::open(url.parse().unwrap(), Patience::default()).unwrap();
        conforms(&store);
        let _: () = server.ask(&cmd("FLUSHALL"));
        let engine = engine(20, 2);
        assert_eq!(crowd(&engine, &store, (8, 30, 2)).len(), 20, "{url}");
    }
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn keys_say_whose_they_are_and_answers_expire() {
    let server = Server::of_this_test(&[]);
    let store = server.open(Patience::default());
    let engine = engine(9, 9);
    let answer = ask(&engine, &store, Some("page-1"), "anna", Instant(0)).unwrap();
    assert!(is_sale(&engine, &answer));
    engine.confirm(&store, &answer.id, Event::SHOWN, Instant(1), Instant(1)).unwrap();
    let mut keys: Vec<String> = server.ask(cmd("KEYS").arg("*"));
    keys.sort();
    assert_eq!(keys, ["cater:c:{anna}", "cater:m::{:}", "cater:r:{page-1}", "cater:s::{:}"]);
    let ends = |key: &str| server.ask::<i64>(cmd("PTTL").arg(key));
    assert_eq!((ends("cater:c:{anna}"), ends("cater:s::{:}")), (-1, -1));
    assert!((290_000..=300_000).contains(&ends("cater:m::{:}")));
    let month = 30 * 86_400_000;
    assert!((month - 60_000..=month).contains(&ends("cater:r:{page-1}")));
    let bytes = |key: &str| server.ask::<usize>(cmd("MEMORY").arg("USAGE").arg(key));
    println!("a customer with two events: {} bytes in the server", bytes("cater:c:{anna}"));
}

#[test]
#[ignore = "needs a Redis: CATER_REDIS_SERVER"]
fn what_is_made_once_is_made_once_and_can_be_taken_back() {
    let server = Server::of_this_test(&[]);
    let store = server.open(Patience::default());
    let (key, other) = (Key::Shared("stock".into()), Key::Shared("other".into()));
    let cell = |key: &Key| store.read(std::slice::from_ref(key)).unwrap().remove(0);
    let adding = |key: &Key, slack| Change {
        once: Once::By(7),
        slack,
        undo: piece(b"not one"),
        ..Change::adding(key.clone(), &cell(key), piece(b"one"))
    };
    assert!(!store.was_made(&key, 7).unwrap());
    assert_eq!(store.write(&[adding(&key, None)]).unwrap(), Landed::Whole);
    let after = cell(&key);
    assert_eq!(store.write(&[adding(&key, Some(0))]).unwrap(), Landed::Whole, "it has landed");
    assert_eq!(cell(&key), after, "and stands there once");
    assert!(
        store.was_made(&key, 7).unwrap() && !store.was_made(&key, 8).unwrap() && !store.was_made(&other, 7).unwrap()
    );
    // A later cell that does not fit takes back what this writing made, and nothing that had landed before.
    let late = Change { slack: Some(0), read: Seen { version: 5, ..Seen::default() }, ..adding(&other, None) };
    assert_eq!(store.write(&[adding(&key, None), late.clone()]).unwrap(), Landed::Conflict);
    assert_eq!(cell(&key), after, "nothing that had landed before");
    // Nor does whoever made it, once somebody else relies on it.
    let made = Change { once: Once::By(11), ..adding(&key, None) };
    assert_eq!(store.write(std::slice::from_ref(&made)).unwrap(), Landed::Whole);
    assert_eq!(store.write(std::slice::from_ref(&made)).unwrap(), Landed::Whole);
    let before = cell(&key);
    assert_eq!(store.write(&[made.undone()]).unwrap(), Landed::Whole);
    assert_eq!(cell(&key), before);
    let fresh = Change { once: Once::By(9), ..adding(&key, None) };
    assert_eq!(store.write(&[fresh.clone(), late]).unwrap(), Landed::Conflict);
    assert_eq!(cell(&key).pieces().unwrap(), [&b"one"[..], b"one", b"one", b"not one"]);
    assert!(!store.was_made(&key, 9).unwrap(), "it may be made again");
    assert_eq!(store.write(&[fresh]).unwrap(), Landed::Whole);
    assert!(store.was_made(&key, 9).unwrap());
}

#[test]
fn what_has_one_name_lies_in_one_slot() {
    let tag = |key: &[u8]| {
        let text = String::from_utf8(key.to_vec()).unwrap();
        let open = text.find('{').unwrap();
        text[open + 1..open + 1 + text[open + 1..].find('}').unwrap()].to_owned()
    };
    let names = ["", "anna", "}", "}}", ":", ":}", "{", "{}", "a}b", ":}x", "}x"];
    let mut keys = std::collections::BTreeSet::new();
    for name in names {
        let [cell, marks] = ["s", "m"].map(|kind| tagged(kind, name));
        assert!(!tag(&cell).is_empty() && tag(&cell) == tag(&marks), "{name}");
        assert!(keys.insert(cell) && keys.insert(marks), "{name}");
    }
}
