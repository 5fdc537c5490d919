//! The suite on a real server, alone and as a cluster; and what stands there when it is done.

use redis::cmd;

use super::server::Server;
use super::*;
use crate::model::Event;
use crate::runtime::crowd_tests::{ask, crowd, engine, is_sale};
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
    assert_eq!(keys, ["cater:c:{anna}", "cater:r:{page-1}", "cater:s:{}"]);
    let ends = |key: &str| server.ask::<i64>(cmd("PTTL").arg(key));
    assert_eq!((ends("cater:c:{anna}"), ends("cater:s:{}")), (-1, -1));
    let month = 30 * 86_400_000;
    assert!((month - 60_000..=month).contains(&ends("cater:r:{page-1}")));
    let bytes = |key: &str| server.ask::<usize>(cmd("MEMORY").arg("USAGE").arg(key));
    println!("a customer with two events: {} bytes in the server", bytes("cater:c:{anna}"));
}
