//! Rules, offers and slots that are paused while the service runs.

use std::fs;

use serde_json::{Value, json};

use super::server::{RULES, Said, Server, build, ended, folder, raw};

fn switch(server: &Server, token: Option<&str>, change: &Value) -> Said {
    let body = change.to_string();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let head = format!("POST /v1/switches HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{token}");
    let request = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    raw(&server.admin, request.as_bytes()).unwrap()
}

fn pause(kind: &str, name: &str, paused: bool) -> Value {
    json!({ "kind": kind, "name": name, "paused": paused, "who": "anna", "why": "wrong price" })
}

fn shows(server: &Server) -> Vec<Option<String>> {
    server.post("/v1/preview", r#"{"customer": {"id": "ann"}, "slots": ["home", "till"]}"#).shows()
}

fn tip(shown: bool) -> Option<String> {
    Some(if shown { "tip" } else { "welcome" }.to_owned())
}

#[test]
fn what_is_paused_is_off_at_once_and_after_a_restart() {
    let folder = folder(RULES);
    let arguments = ["--state", "shop.state", "--switches", "switches.json", "--look", "50ms"];
    let mut server = Server::start(folder.path(), &arguments);
    let voucher = || Some("voucher".to_owned());
    assert_eq!(shows(&server), [tip(true), voucher()]);
    let said = switch(&server, None, &pause("rule", "tip", true));
    assert_eq!((said.status, said.json()["changed"].as_bool()), (200, Some(true)), "{said:?}");
    assert_eq!(said.json()["survives_restart"], true);
    assert_eq!(shows(&server), [tip(false), voucher()]);
    assert_eq!(switch(&server, None, &pause("rule", "tip", true)).json()["changed"], false);
    // The reason is told, with who wanted it.
    let why = server.post("/v1/why", r#"{"customer": {"id": "ann"}, "rule": "tip"}"#).json();
    let reason = &why["slots"][0]["candidates"][0]["fate"]["drops"][0]["switched_off"];
    assert_eq!((&reason["what"], &reason["because"]), (&json!("tip"), &json!("wrong price (paused by anna)")), "{why}");
    assert_eq!(why["bundle"]["paused"], 1);
    switch(&server, None, &pause("slot", "till", true));
    assert_eq!(shows(&server), [tip(false), None]);
    assert_eq!(server.end(), Some(0));
    let server = Server::start(folder.path(), &arguments);
    assert_eq!(shows(&server), [tip(false), None], "it survives");
    let list = server.admin("GET", "/v1/switches").json();
    let first = &list["switches"][0];
    assert_eq!(
        (&first["kind"], &first["name"], &first["who"], &first["why"]),
        (&json!("rule"), &json!("tip"), &json!("anna"), &json!("wrong price"))
    );
    assert!(first["since"].is_string() && first["known"] == true, "{list}");
    // Another bundle has the same paused.
    build(folder.path(), &RULES.replace("might like", "may like"), "shop.cater");
    assert_eq!(server.admin("POST", "/v1/reload").status, 200);
    assert_eq!(shows(&server), [tip(false), None]);
    switch(&server, None, &pause("rule", "tip", false));
    switch(&server, None, &pause("slot", "till", false));
    assert_eq!(shows(&server), [tip(true), voucher()]);
    // An offer, whoever shows it.
    switch(&server, None, &pause("offer", "voucher", true));
    assert_eq!(shows(&server), [tip(true), None]);
    let said = fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    assert!(said.contains(r#""notice":"switched""#) && said.contains(r#""who":"anna""#), "{said}");
    let counted = server.admin("GET", "/metrics").body;
    assert!(counted.contains("cater_switches_paused 1\n"), "{counted}");
}

#[test]
fn nobody_pauses_what_is_not_there_or_without_a_reason() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &[]);
    for (change, status, code) in [
        (pause("rule", "tpi", true), 404, "run::no-such-rule"),
        (pause("slot", "hom", true), 404, "run::no-such-slot"),
        (pause("offer", "tpi", true), 404, "serve::bad-request"),
        (pause("cap", "tip", true), 400, "serve::bad-request"),
        (json!({ "kind": "rule", "name": "tip", "paused": true, "who": "anna" }), 400, "serve::bad-request"),
        (
            json!({ "kind": "rule", "name": "tip", "paused": true, "who": "anna", "why": " " }),
            400,
            "serve::bad-request",
        ),
        (json!({ "kind": "rule", "name": "tip", "paused": true, "why": "wrong price" }), 400, "serve::bad-request"),
    ] {
        assert_eq!(switch(&server, None, &change).problem(), (status, code.to_owned()), "{change}");
    }
    assert_eq!(shows(&server)[0], tip(true));
    // Where no file is named it holds until the service ends, and that is said.
    let said = switch(&server, None, &pause("rule", "tip", true)).json();
    assert_eq!((&said["changed"], &said["survives_restart"]), (&json!(true), &json!(false)));
    assert_eq!(shows(&server)[0], tip(false));
    assert_eq!(
        server.post("/v1/switches", "{}").problem(),
        (404, "serve::no-such-route".to_owned()),
        "not for everybody"
    );
}

#[test]
fn what_cannot_be_remembered_is_not_changed() {
    let folder = folder(RULES);
    fs::create_dir(folder.path().join("gone")).unwrap();
    let server = Server::start(folder.path(), &["--switches", "gone/switches.json"]);
    fs::remove_dir(folder.path().join("gone")).unwrap();
    let said = switch(&server, None, &pause("rule", "tip", true));
    assert_eq!(said.problem(), (503, "run::cannot-write".to_owned()));
    assert_eq!(shows(&server)[0], tip(true));
    fs::write(folder.path().join("switches.json"), "nonsense").unwrap();
    let (exit, said) = ended(folder.path(), &["serve", "shop.cater", "--check", "--switches", "switches.json"]);
    assert!(exit == Some(2) && said.contains("error[run::unreadable-file]"), "{said}");
}

#[test]
fn who_it_was_is_known_by_the_token() {
    let folder = folder(RULES);
    let token = |name: &str, scope: &str| {
        let (_, token) = ended(folder.path(), &["keys", "token", name, "--scope", scope, "-o", "tokens", "--quiet"]);
        token.trim().to_owned()
    };
    let (ops, shop) = (token("ops", "admin"), token("shop", "decide"));
    let server = Server::start(folder.path(), &["--tokens", "tokens"]);
    let change = json!({ "kind": "rule", "name": "tip", "paused": true, "why": "wrong price" });
    assert_eq!(switch(&server, None, &change).status, 401);
    assert_eq!(switch(&server, Some(&shop), &change).status, 403);
    assert_eq!(switch(&server, Some(&ops), &change).json()["switches"][0]["who"], "ops");
    let change = pause("offer", "tip", true);
    let said = switch(&server, Some(&ops), &change).json();
    let offer = said["switches"].as_array().unwrap().iter().find(|one| one["kind"] == "offer").unwrap();
    assert_eq!(offer["who"], "anna, with the token of ops", "{said}");
}
