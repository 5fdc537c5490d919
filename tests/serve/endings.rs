//! How it ends: with what is in hand answered, or cut off when that takes too long.

use std::io::Write;
use std::time::Duration;

use super::server::{RULES, Server, answer, connect, ended, folder, wait_until};

const ANN: &str = r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#;

/// A request of which all but the last byte has been sent.
fn nearly(server: &Server) -> std::net::TcpStream {
    let mut stream = connect(&server.public);
    let head = format!("POST /v1/decide HTTP/1.1\r\nHost: t\r\nContent-Length: {}\r\n\r\n", ANN.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&ANN.as_bytes()[..ANN.len() - 1]).unwrap();
    wait_until("taking the request in hand", || server.admin("GET", "/metrics").body.contains("requests_in_hand 2\n"));
    stream
}

#[test]
fn what_is_in_hand_is_answered() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &["--state", "shop.state"]);
    let mut stream = nearly(&server);
    server.signal("-TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(std::net::TcpStream::connect(&server.public).is_err(), "nobody new is taken");
    stream.write_all(b"}").unwrap();
    let said = answer(&mut stream).unwrap();
    assert_eq!((said.status, said.shows()), (200, vec![Some("tip".to_owned())]));
    assert_eq!(server.wait().code(), Some(0));
    // And what it took is kept.
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    assert_eq!(server.post("/v1/decide", ANN).shows(), [Some("welcome".to_owned())]);
}

#[test]
fn what_takes_too_long_is_cut_off() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &["--grace", "300ms"]);
    let mut stream = nearly(&server);
    server.signal("-INT");
    assert_eq!(server.wait().code(), Some(1));
    assert!(answer(&mut stream).is_none());
    let said = std::fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    assert!(said.contains("1 request cut off") && said.contains("ending"), "{said}");
}

#[test]
fn it_says_that_it_is_not_ready_while_it_still_answers() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &["--drain", "1s"]);
    assert_eq!(server.get("/readyz").status, 200);
    server.signal("-TERM");
    wait_until("being unready", || server.get("/readyz").status == 503);
    assert_eq!(server.get("/livez").status, 200);
    assert_eq!(server.post("/v1/decide", ANN).status, 200);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn idle_connections_do_not_keep_it() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &[]);
    let _idle: Vec<_> = (0..10).map(|_| connect(&server.public)).collect();
    let start = std::time::Instant::now();
    assert_eq!(server.end(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
#[cfg(feature = "redis")]
fn a_store_that_is_not_there_yet_keeps_nobody_from_being_answered() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &["--state", "redis://127.0.0.1:1", "--state-timeout", "5s"]);
    let said = server.post("/v1/decide", r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#);
    assert_eq!(said.json()["without_state"]["code"], "state::unreachable", "{said:?}");
    assert_eq!(said.shows(), [Some("welcome".to_owned())], "its cap may be spent");
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.end(), Some(0));
    let told = std::fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    assert_eq!(told.matches("state fails").count(), 1, "{told}");
    // What will not pass by itself is refused.
    let (code, said) = ended(folder.path(), &["serve", "shop.cater", "--state", "redis://127.0.0.1:1:2"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("state::bad-address"), "{said}");
}
