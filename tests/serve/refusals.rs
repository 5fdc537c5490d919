//! What the service does not take: from anybody, from somebody without the right token, and when it is started.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use super::server::{RULES, Server, answer, build, cater, connect, ended, folder, raw, wait_until};

#[test]
fn what_is_not_understood_is_a_problem_with_a_code_and_its_page() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state", "--max-body", "20000", "--max-at-once", "3"]);
    let deep = format!(r#"{{"customer": {{"given": {}1{}}}}}"#, "[".repeat(40), "]".repeat(40));
    let large = format!(r#"{{"customer": {{"id": "{}"}}}}"#, "a".repeat(30_000));
    let many = format!(r#"{{"requests": [{}]}}"#, ["{}"; 4].join(","));
    let decide = "/v1/decide";
    for (path, body, status, code) in [
        (decide, "", 400, "serve::bad-request"),
        (decide, "{", 400, "serve::bad-request"),
        (decide, "[1, 2]", 400, "serve::bad-request"),
        (decide, "{\"customer\": {}} and more", 400, "serve::bad-request"),
        (decide, "{}", 400, "serve::bad-request"),
        (decide, r#"{"customer": {"id": true}}"#, 400, "data::wrong-type"),
        (decide, r#"{"customer": {"id": "a", "id": "b"}}"#, 400, "data::field-twice"),
        (decide, r#"{"customer": {"idd": "a"}}"#, 400, "data::unknown-attribute"),
        (decide, r#"{"customer": {"now": "2020-01-01T00:00Z"}}"#, 400, "serve::own-clock"),
        (decide, r#"{"customer": {}, "slots": ["hom"]}"#, 404, "run::no-such-slot"),
        (decide, r#"{"customer": {}, "slots": ["home", "home"]}"#, 400, "serve::bad-request"),
        (decide, &deep, 400, "serve::too-deep"),
        (decide, &large, 413, "serve::too-large"),
        (decide, &many, 400, "serve::too-many"),
        ("/v1/preview", r#"{"customer": {}, "shown": true}"#, 400, "serve::bad-request"),
        ("/v1/why", r#"{"customer": {}, "rule": "tpi"}"#, 404, "run::no-such-rule"),
        ("/v1/why", r#"{"customer": {}, "rule": "tip", "slots": ["till"]}"#, 400, "run::other-slot"),
        ("/v1/why", r#"{"requests": []}"#, 400, "serve::bad-request"),
        ("/v1/events", "{}", 400, "serve::bad-request"),
        ("/v1/events", r#"{"events": [{"decision": "no/home"}]}"#, 404, "run::no-such-decision"),
        ("/v1/events", r#"{"events": [{"decision": "1/home", "event": "showed"}]}"#, 400, "data::bad-confirmation"),
        (
            "/v1/events",
            r#"{"events": [{"decision": "1/home", "at": "2999-01-01T00:00Z"}]}"#,
            400,
            "data::bad-confirmation",
        ),
        ("/v1/events", r#"{"events": [{"event": "converted", "customer": {}, "id": "o"}]}"#, 400, "serve::bad-request"),
        ("/v1/events", r#"{"events": [{"event": "converted", "customer": {"id": "a"}}]}"#, 400, "serve::bad-request"),
        ("/v1/nowhere", "{}", 404, "serve::no-such-route"),
        ("/livez", "{}", 405, "serve::no-such-route"),
    ] {
        let said = server.post(path, body);
        assert_eq!(said.problem(), (status, code.to_owned()), "{path}: {body}");
        let page = server.get(said.json()["type"].as_str().unwrap());
        assert!(page.status == 200 && page.body.starts_with(&format!("# {code}\n")), "{page:?}");
    }
    assert_eq!(server.get("/v1/decide").problem(), (405, "serve::no-such-route".to_owned()));
    assert_eq!(server.get("/v1/codes/no/such").problem(), (404, "run::no-such-code".to_owned()));
    // Nothing of all that took anything.
    assert_eq!(server.post(decide, r#"{"customer": {"id": "ann"}}"#).shows().len(), 3);
}

#[test]
fn bytes_that_are_no_request_harm_nobody() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--max-body", "1000", "--timeout", "300ms"]);
    let head = "POST /v1/decide HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
    let with = |rest: &str| format!("{head}{rest}").into_bytes();
    let status = |bytes: &[u8]| raw(&server.public, bytes).map(|said| said.status);
    assert_eq!(status(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), Some(400));
    assert_eq!(status(b"GET / HTTP/9.9\r\n\r\n"), Some(400));
    assert_eq!(status(&with(&format!("X: {}\r\n\r\n", "a".repeat(1 << 20)))), Some(431));
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(status(&with(form)), Some(415));
    let mut bytes = with("Content-Length: 16\r\n\r\n{\"customer\": {\"");
    bytes.push(0xff);
    assert_eq!(status(&bytes), Some(400));
    // A body of pieces is measured, too, and not believed when it says that it ends.
    let piece = format!("3e8\r\n{}\r\n", "a".repeat(1_000));
    let pieces = format!("Transfer-Encoding: chunked\r\n\r\n{piece}{piece}0\r\n\r\n");
    assert_eq!(status(&with(&pieces)), Some(413));
    // What does not arrive is not waited for: neither the rest of a body nor that of a head.
    let half = raw(&server.public, &with("Content-Length: 100\r\n\r\n{"));
    assert_eq!(half.unwrap().problem(), (408, "serve::too-slow".to_owned()));
    let start = std::time::Instant::now();
    let _ = raw(&server.public, b"POST /v1/dec");
    assert!(start.elapsed() < Duration::from_secs(20), "half a head is waited for");
    assert_eq!(server.post("/v1/decide", r#"{"customer": {}}"#).status, 200);
}

#[test]
fn a_token_opens_what_its_scopes_say() {
    let folder = folder(RULES);
    let token = |name: &str, scopes: &str| {
        let arguments = ["keys", "token", name, "--scope", scopes, "--output", "tokens", "--quiet"];
        let (code, said) = ended(folder.path(), &arguments);
        assert_eq!(code, Some(0), "{said}");
        said.trim().to_owned()
    };
    let (shop, desk, ops) = (token("shop", "decide,events"), token("desk", "why"), token("ops", "admin,metrics"));
    let kept = fs::read_to_string(folder.path().join("tokens")).unwrap();
    assert!(shop.len() > 60 && !kept.contains(&shop) && kept.lines().count() == 3, "{kept}");
    let mut server = Server::start(folder.path(), &["--state", "s.state", "--tokens", "tokens", "--look", "50ms"]);
    let ann = r#"{"customer": {"id": "ann"}}"#;
    let none = server.post("/v1/decide", ann);
    assert_eq!(none.problem(), (401, "serve::no-token".to_owned()));
    assert_eq!(none.header("www-authenticate"), Some("bearer"));
    server.bearing(Some("cater_0000"));
    assert_eq!(server.post("/v1/decide", ann).problem(), (401, "serve::no-token".to_owned()));
    let forbidden = (403, "serve::forbidden".to_owned());
    for (token, open) in
        [(&shop, ["/v1/decide", "/v1/preview", "/v1/events"].as_slice()), (&desk, &["/v1/why"]), (&ops, &[])]
    {
        server.bearing(Some(token));
        for path in ["/v1/decide", "/v1/preview", "/v1/why", "/v1/events"] {
            let body = if path == "/v1/events" { r#"{"events": []}"# } else { ann };
            let said = server.post(path, body);
            if open.contains(&path) {
                assert_eq!(said.status, 200, "{path}: {said:?}");
            } else {
                assert_eq!(said.problem(), forbidden, "{path}");
            }
        }
        for (method, path) in [("GET", "/v1/bundles"), ("POST", "/v1/reload"), ("GET", "/metrics")] {
            let said = server.admin(method, path);
            assert_eq!(said.status, if token == &ops { 200 } else { 403 }, "{path}: {said:?}");
        }
    }
    server.bearing(None);
    assert_eq!([server.get("/livez").status, server.get("/readyz").status, server.get("/version").status], [200; 3]);
    // As clients of OpenFeature may send it.
    let request = format!(
        "POST /v1/decide HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-API-Key: {shop}\r\nContent-Length: {}\r\n\r\n{ann}",
        ann.len()
    );
    assert_eq!(raw(&server.public, request.as_bytes()).unwrap().status, 200);
    // Taken away while it runs.
    let rest: Vec<_> = kept.lines().filter(|line| !line.starts_with("shop")).collect();
    fs::write(folder.path().join("tokens"), rest.join("\n")).unwrap();
    server.bearing(Some(&shop));
    wait_until("forgetting the token", || server.post("/v1/decide", ann).status == 401);
}

#[test]
fn it_does_not_start_where_it_could_not_do_what_is_asked() {
    let folder = folder(RULES);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    fs::write(folder.path().join("tokens"), "nonsense\n").unwrap();
    fs::write(folder.path().join("damaged.cater"), &fs::read(folder.path().join("shop.cater")).unwrap()[..900])
        .unwrap();
    fs::create_dir(folder.path().join("none")).unwrap();
    let free = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    for (code, arguments) in [
        ("serve::cannot-listen", vec!["shop.cater", "--listen", &taken, "--admin", "127.0.0.1:0"]),
        (
            "serve::cannot-listen",
            vec!["shop.cater", "--listen", "127.0.0.1:0", "--admin", &taken, "--state", "new.state"],
        ),
        ("serve::open-door", vec!["shop.cater", "--listen", "0.0.0.0:0"]),
        ("serve::open-door", vec!["shop.cater", "--admin", "[::]:0"]),
        ("serve::bad-tokens", [&["shop.cater", "--tokens", "tokens"], &free[..]].concat()),
        ("run::unreadable-file", [&["shop.cater", "--tokens", "nowhere"], &free[..]].concat()),
        ("serve::which-bundle", [&["none"], &free[..]].concat()),
        ("serve::which-bundle", [&["."], &free[..]].concat()),
        ("bundle::damaged", [&["damaged.cater"], &free[..]].concat()),
        ("bundle::not-a-bundle", [&["shop.rules"], &free[..]].concat()),
        ("run::unreadable-file", [&["nowhere.cater"], &free[..]].concat()),
        ("state::not-a-state-file", [&["shop.cater", "--state", "shop.rules"], &free[..]].concat()),
        ("run::bad-argument", [&["shop.cater", "--timeout", "soon"], &free[..]].concat()),
        ("run::bad-argument", [&["shop.cater", "--max-body", "0"], &free[..]].concat()),
        ("run::bad-argument", vec!["shop.cater", "--listen", "here", "--admin", "127.0.0.1:0"]),
    ] {
        let (exit, said) = ended(folder.path(), &[&["serve"], &arguments[..]].concat());
        assert_eq!(exit, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(&format!("error[{code}]: ")), "{arguments:?}: {said}");
        assert!(!folder.path().join("new.state").exists(), "nothing is left of a start that failed");
    }
    let (exit, said) = ended(folder.path(), &["serve", "shop.cater", "--check", "--format", "json"]);
    let checked: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, checked["self_check"]["customers"].as_u64()), (Some(0), Some(256)), "{said}");
    assert!(checked["listening"].is_null());
}

#[test]
fn two_on_one_state_file_do_not_meet() {
    let folder = folder(RULES);
    let _first = Server::start(folder.path(), &["--state", "shop.state"]);
    let free = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let (exit, said) = ended(folder.path(), &[&["serve", "shop.cater", "--state", "shop.state"], &free[..]].concat());
    assert!(exit == Some(2) && said.contains("error[state::in-use]"), "{said}");
}

#[test]
fn connections_beyond_the_limit_wait_for_their_turn() {
    let folder = folder(RULES);
    build(folder.path(), RULES, "shop.cater");
    let server = Server::start(folder.path(), &["--max-connections", "2", "--timeout", "2s"]);
    let mut idle = [connect(&server.public), connect(&server.public)];
    idle.iter_mut().for_each(|stream| stream.write_all(b"G").unwrap());
    std::thread::sleep(Duration::from_millis(100));
    let mut third = connect(&server.public);
    third.write_all(b"GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").unwrap();
    // The idle ones are closed when they have said nothing for long enough.
    assert_eq!(answer(&mut third).unwrap().status, 200);
    drop(cater(folder.path(), &[]));
}
