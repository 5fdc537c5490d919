//! For whoever looks after the service: health, bundles that are replaced, what is counted.

use std::fs;
use std::path::Path;

use super::server::{RULES, Server, build, ended, folder, wait_until};

/// The rules with another name for the tip.
fn other(name: &str) -> String {
    RULES.replace("offer tip", &format!("offer {name}")).replace("show tip", &format!("show {name}"))
}

fn shows(server: &Server) -> Option<String> {
    server.post("/v1/preview", r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#).shows().remove(0)
}

#[test]
fn a_file_that_is_replaced_is_put_to_use_and_a_broken_one_is_not() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state", "--look", "50ms"]);
    assert_eq!(shows(&server).as_deref(), Some("tip"));
    let good = fs::read(folder.path().join("shop.cater")).unwrap();
    let failures = || {
        let counted = server.admin("GET", "/metrics").body;
        let line =
            counted.lines().find(|line| line.starts_with("cater_bundle_reload_failures_total ")).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    for broken in [&b""[..], &good[..good.len() / 2], b"something else"] {
        let before = failures();
        fs::write(folder.path().join("shop.cater"), broken).unwrap();
        wait_until("refusing it", || failures() > before);
        assert_eq!(shows(&server).as_deref(), Some("tip"));
        let bundles = server.admin("GET", "/v1/bundles").json();
        let code = bundles["bundles"][0]["failure"]["code"].as_str().unwrap().to_owned();
        assert!(code.starts_with("bundle::"), "{bundles}");
        let ready = server.get("/readyz?verbose").json();
        assert_eq!((&ready["status"], &ready["reload"]), (&"ready".into(), &"failed".into()));
    }
    let asked = server.admin("POST", "/v1/reload");
    assert_eq!(asked.problem(), (422, "bundle::not-a-bundle".to_owned()));
    build(folder.path(), &other("hint"), "shop.cater");
    wait_until("taking the new one", || shows(&server).as_deref() == Some("hint"));
    let bundles = server.admin("GET", "/v1/bundles").json();
    assert!(bundles["bundles"][0]["failure"].is_null(), "{bundles}");
    let said = fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    assert!(said.contains(r#""notice":"refused""#) && said.contains(r#""notice":"activated""#), "{said}");
}

#[test]
fn by_call_and_by_signal_it_looks_at_once() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--look", "0"]);
    build(folder.path(), &other("hint"), "shop.cater");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(shows(&server).as_deref(), Some("tip"), "nobody told it to look");
    let said = server.admin("POST", "/v1/reload").json();
    assert_eq!(said["changed"], true);
    assert_eq!(shows(&server).as_deref(), Some("hint"));
    assert_eq!(server.admin("POST", "/v1/reload").json()["changed"], false);
    build(folder.path(), &other("clue"), "shop.cater");
    server.signal("-HUP");
    wait_until("hearing the signal", || shows(&server).as_deref() == Some("clue"));
}

fn sign(folder: &Path, bundle: &str, sequence: &str) {
    let arguments = ["sign", bundle, "--key", "ops.key", "--sequence", sequence];
    let (code, said) = ended(folder, &arguments);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn of_a_folder_it_serves_the_highest_sequence_and_never_goes_back() {
    let folder = folder(RULES);
    let at = folder.path();
    assert_eq!(ended(at, &["keys", "new", "--no-password", "--output", "ops"]).0, Some(0));
    fs::create_dir(at.join("live")).unwrap();
    // The names say something else than the sequences.
    for (name, file, sequence) in [("first", "live/b.cater", "1"), ("second", "live/a.cater", "2")] {
        build(at, &other(name), file);
        sign(at, file, sequence);
    }
    let trust = ["--trust", "ops.pub", "--last", "accepted", "--look", "50ms"];
    let server = Server::start_with(at, "live", &trust);
    assert_eq!(shows(&server).as_deref(), Some("second"));
    let bundle = server.admin("GET", "/v1/bundles").json();
    assert_eq!(bundle["bundles"][0]["signature"]["sequence"], 2);
    // One that nobody has signed takes nothing away, and a later one is taken.
    build(at, &other("stranger"), "live/c.cater");
    build(at, &other("third"), "third.cater");
    sign(at, "third.cater", "3");
    fs::rename(at.join("third.cater.minisig"), at.join("live/d.cater.minisig")).unwrap();
    fs::rename(at.join("third.cater"), at.join("live/d.cater")).unwrap();
    wait_until("taking the third", || shows(&server).as_deref() == Some("third"));
    // Without it the others are older, and are refused.
    fs::remove_file(at.join("live/d.cater")).unwrap();
    wait_until("refusing to go back", || {
        server.admin("GET", "/v1/bundles").json()["bundles"][0]["failure"]["code"] == "bundle::rolled-back"
    });
    assert_eq!(shows(&server).as_deref(), Some("third"));
    assert_eq!(ended(at, &["serve", "live", "--check", "--trust", "ops.pub", "--last", "accepted"]).0, Some(2));
}

#[test]
fn what_is_counted_is_what_was_asked() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let id = server.post("/v1/decide", r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#).id();
    server.post("/v1/decide", r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#);
    server.post("/v1/decide", r#"{"customer": {"id": true}}"#);
    server.post("/v1/events", &format!(r#"{{"events": [{{"decision": "{id}"}}]}}"#));
    server.get("/some/path/of/somebody");
    let said = server.admin("GET", "/metrics");
    assert!(said.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{said:?}");
    for line in [
        r#"cater_evaluations_total{slot="home",reason="rule"} 1"#,
        r#"cater_evaluations_total{slot="home",reason="fallback"} 1"#,
        r#"cater_rule_matches_total{rule="tip"} 1"#,
        r#"cater_events_total{event="shown",became="in_time"} 1"#,
        "cater_evaluation_duration_seconds_count 2",
        r#"cater_http_refusals_total{code="data::wrong-type"} 1"#,
        r#"cater_http_refusals_total{code="serve::no-such-route"} 1"#,
        r#"cater_http_request_duration_seconds_count{route="/v1/decide",method="POST",status="200"} 2"#,
        r#"cater_http_request_duration_seconds_count{route="none",method="GET",status="404"} 1"#,
        "cater_http_requests_in_hand 1",
    ] {
        assert!(said.body.lines().any(|one| one == line), "{line} is not in\n{}", said.body);
    }
    assert!(said.body.contains(&format!("digest=\"{}\"", server.first["bundle"]["digest"].as_str().unwrap())));
    assert!(!said.body.contains("somebody"), "a caller chooses no label");
    assert!(said.body.ends_with("# EOF\n"));
    let version = server.get("/version").json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn who_asks_for_it_is_forgotten_and_what_everybody_had_stays() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let ask = |who: &str, slot: &str| {
        let body =
            format!(r#"{{"customer": {{"id": "{who}"}}, "slots": ["{slot}"], "shown": true, "request": "{slot}"}}"#);
        server.post("/v1/decide", &body).shows().remove(0)
    };
    for who in ["ann", "ben", "cleo"] {
        assert_eq!((ask(who, "home").as_deref(), ask(who, "till").as_deref()), (Some("tip"), Some("voucher")));
    }
    assert_eq!(ask("dora", "till"), None, "there were three");
    let forgotten = server.admin_with("/v1/forget", r#"{"customers": ["ann", "nobody"]}"#);
    assert_eq!(forgotten.status, 200, "{forgotten:?}");
    assert_eq!(
        forgotten.json(),
        serde_json::json!({
            "forgotten": [{ "key": "ann", "was_known": true }, { "key": "nobody", "was_known": false }],
            "requests": 2,
        })
    );
    // Ann is somebody new, whose request of the same name is another; the vouchers are gone all the same.
    assert_eq!((ask("ann", "home").as_deref(), ask("ann", "till")), (Some("tip"), None));
    assert_eq!(server.admin_with("/v1/forget", r#"{"customers": ["ann"], "why": "x"}"#).status, 400);
    let said = fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    assert!(said.contains("\"forgot\"") && !said.contains("ann"), "it is told without a name: {said}");
}

#[test]
fn a_bundle_that_looks_back_further_than_events_are_kept_is_refused() {
    let folder = folder(RULES);
    let (code, said) =
        ended(folder.path(), &["serve", "shop.cater", "--state", "shop.state", "--keep-events", "2", "--check"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("state::kept-too-short"), "{said}");
}
