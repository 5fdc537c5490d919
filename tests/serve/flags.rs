//! Flags for clients of OpenFeature: the words of the protocol (OFREP 0.3), each as its schema wants it.

use serde_json::{Value, json};

use super::server::{RULES, Said, Server, ended, folder, raw};

const ONE: &str = "/ofrep/v1/evaluate/flags/home";
const ALL: &str = "/ofrep/v1/evaluate/flags";

fn context(context: &str) -> String {
    format!(r#"{{"context": {context}}}"#)
}

/// What the schema of a single success says: a flat thing, nothing else.
fn is_flag(flag: &Value) {
    let fields = flag.as_object().unwrap();
    assert!(
        fields.keys().all(|key| ["key", "value", "variant", "reason", "metadata"].contains(&key.as_str())),
        "{flag}"
    );
    assert!(fields["key"].is_string() && fields.get("value").is_none_or(Value::is_string), "{flag}");
    assert!(
        ["TARGETING_MATCH", "DEFAULT", "DISABLED", "UNKNOWN"].contains(&fields["reason"].as_str().unwrap()),
        "{flag}"
    );
    let flat = |value: &Value| value.is_string() || value.is_boolean() || value.is_number();
    assert!(fields["metadata"].as_object().unwrap().values().all(flat), "metadata is flat: {flag}");
}

fn flag(said: &Said) -> Value {
    assert_eq!(said.status, 200, "{said:?}");
    let object = said.json();
    is_flag(&object);
    object
}

#[test]
fn one_flag_is_decided_for_good() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let ann = context(r#"{"targetingKey": "ann", "email": "ann@example.org"}"#);
    let first = flag(&server.post(ONE, &ann));
    assert_eq!((&first["value"], &first["variant"]), (&json!("tip"), &json!("tip")));
    assert_eq!((&first["key"], &first["reason"]), (&json!("home"), &json!("TARGETING_MATCH")));
    let metadata = &first["metadata"];
    assert_eq!(metadata["rule"], "tip");
    assert_eq!(metadata["because"], "We thought you might like it");
    assert_eq!(metadata["bundle.digest"], server.first["bundle"]["digest"]);
    assert_eq!(metadata["context.ignored"], "email");
    // It is reserved, so it is not decided so again, and it can be confirmed.
    let second = flag(&server.post(ONE, &ann));
    assert_eq!((&second["value"], &second["reason"]), (&json!("welcome"), &json!("DEFAULT")));
    assert!(second["metadata"].get("decision.id").is_none());
    let id = metadata["decision.id"].as_str().unwrap();
    let confirmed = server.post("/v1/events", &format!(r#"{{"events": [{{"decision": "{id}"}}]}}"#));
    assert_eq!(confirmed.json()["events"][0]["became"], "in time");
}

#[test]
fn all_flags_are_a_preview() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let ann = context(r#"{"targetingKey": "ann", "age": 40}"#);
    for _ in 0..5 {
        let said = server.post(ALL, &ann);
        let object = said.json();
        let flags = object["flags"].as_array().unwrap();
        flags.iter().for_each(is_flag);
        let told: Vec<_> = flags.iter().map(|flag| (flag["key"].as_str().unwrap(), flag["value"].as_str())).collect();
        assert_eq!(told, [("bar", Some("wine")), ("home", Some("tip")), ("till", Some("voucher"))]);
        assert!(flags.iter().all(|flag| flag["metadata"].get("decision.id").is_none()), "nothing is reserved");
        assert_eq!(object["metadata"]["bundle.digest"], server.first["bundle"]["digest"]);
    }
    // A slot that shows nothing has no value: the default of the caller's code holds.
    let some =
        server.post(ALL, &context(r#"{"targetingKey": "ann", "flags": ["till", "bar", "nowhere", "till"]}"#)).json();
    let flags = some["flags"].as_array().unwrap();
    assert_eq!(flags.len(), 3, "each once: {some}");
    assert_eq!((&flags[0]["key"], &flags[1]["key"]), (&json!("till"), &json!("bar")));
    assert!(flags[1].get("value").is_none() && flags[1]["reason"] == "DEFAULT", "{some}");
    assert_eq!((&flags[2]["key"], &flags[2]["errorCode"]), (&json!("nowhere"), &json!("FLAG_NOT_FOUND")));
}

#[test]
fn a_tag_changes_with_bundle_context_and_what_is_left_of_a_cap() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state", "--look", "0"]);
    let ask = |body: &str, tag: Option<&str>| {
        let tag = tag.map(|tag| format!("If-None-Match: {tag}\r\n")).unwrap_or_default();
        let length = body.len();
        let request = format!(
            "POST {ALL}?flagConfigEtag=x HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{tag}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        raw(&server.public, request.as_bytes()).unwrap()
    };
    let ann = context(r#"{"targetingKey": "ann", "age": 40}"#);
    let first = ask(&ann, None);
    let tag = first.header("etag").unwrap().to_owned();
    let same = ask(&ann, Some(&tag));
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", Some(tag.as_str())));
    assert_eq!(
        ask(&context(r#"{"age": 40, "targetingKey": "ann"}"#), Some(&tag)).status,
        304,
        "the order means nothing"
    );
    assert_eq!(ask(&ann, Some(&format!("W/{tag}, \"other\""))).status, 304);
    assert_eq!(ask(&ann, Some("\"other\"")).status, 200);
    // Another context, if only by what the rules do not look at.
    assert_eq!(ask(&context(r#"{"targetingKey": "ann", "age": 41}"#), Some(&tag)).status, 200);
    // What she has seen is used up.
    let id = server.post("/v1/decide", r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#).id();
    let spent = ask(&ann, Some(&tag));
    assert_eq!(spent.status, 200, "{spent:?}");
    assert!(spent.body.contains(r#""value":"welcome""#));
    // And given back it is as it was.
    server.post("/v1/events", &format!(r#"{{"events": [{{"decision": "{id}", "not_shown": true}}]}}"#));
    assert_eq!(ask(&ann, Some(&tag)).status, 304);
    // Another bundle that decides alike is another bundle.
    super::server::build(folder.path(), &RULES.replace("might like it", "may like it"), "shop.cater");
    assert_eq!(server.admin("POST", "/v1/reload").json()["changed"], true);
    assert_eq!(ask(&ann, Some(&tag)).status, 200);
}

#[test]
fn what_cannot_be_evaluated_is_said_in_the_protocols_words() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state", "--max-body", "5000"]);
    let deep = context(&format!("{{\"a\": {}{}}}", "[".repeat(50), "]".repeat(50)));
    let large = context(&format!("{{\"targetingKey\": \"{}\"}}", "a".repeat(6_000)));
    for (path, body, status, code) in [
        ("/ofrep/v1/evaluate/flags/nowhere", "{}", 404, "FLAG_NOT_FOUND"),
        (ONE, "{", 400, "PARSE_ERROR"),
        (ONE, "[]", 400, "PARSE_ERROR"),
        (ONE, r#"{"context": []}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": 7}}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": "a", "id": "b"}}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": "a", "age": "old"}}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": "a", "consent.tips": "perhaps"}}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": "a", "consent.tip": "granted"}}"#, 400, "INVALID_CONTEXT"),
        (ONE, r#"{"context": {"targetingKey": "a", "now": "2020-01-01T00:00Z"}}"#, 400, "INVALID_CONTEXT"),
        (ONE, "{}", 400, "TARGETING_KEY_MISSING"),
        (ONE, "", 400, "TARGETING_KEY_MISSING"),
        (ONE, r#"{"context": {"targetingKey": ""}}"#, 400, "TARGETING_KEY_MISSING"),
        (ONE, &deep, 400, "GENERAL"),
        (ONE, &large, 400, "GENERAL"),
        (ALL, "{", 400, "PARSE_ERROR"),
        (ALL, r#"{"context": {"age": "old"}}"#, 400, "INVALID_CONTEXT"),
        (ALL, r#"{"context": {"flags": "home"}}"#, 400, "INVALID_CONTEXT"),
        (ALL, &large, 400, "GENERAL"),
    ] {
        let said = server.post(path, body);
        let object = said.json();
        assert_eq!((said.status, object["errorCode"].as_str()), (status, Some(code)), "{path} {body}: {said:?}");
        assert!(object["errorDetails"].is_string(), "{object}");
        assert_eq!(object.get("key").is_some(), path != ALL, "{object}");
        assert!(!said.body.contains("old"), "no value of a hidden attribute: {object}");
    }
    // Of all flags those that need to know whom they are for fail by themselves.
    let nobody = server.post(ALL, "").json();
    let codes: Vec<_> = nobody["flags"].as_array().unwrap().iter().map(|flag| flag["errorCode"].as_str()).collect();
    assert_eq!(codes, [Some("TARGETING_KEY_MISSING"), Some("TARGETING_KEY_MISSING"), Some("TARGETING_KEY_MISSING")]);
}

#[test]
fn who_is_nobody_gets_what_is_for_everybody() {
    let rules = "customer { id: text key }\nmoment { device: one of [web, app] }\noffer banner { class service }\noffer app { class service }\n\
                 slot top on web { accepts service  fallback banner }\nrule app in top { when device is web  show app }\n";
    let folder = folder(rules);
    let server = Server::start(folder.path(), &["--state", "shop.state", "--strict-reasons"]);
    let top = "/ofrep/v1/evaluate/flags/top";
    for (body, value, reason) in [
        ("", "banner", "UNKNOWN"),
        ("{}", "banner", "UNKNOWN"),
        (r#"{"context": null}"#, "banner", "UNKNOWN"),
        (r#"{"context": {"device": "web"}}"#, "app", "TARGETING_MATCH"),
        (r#"{"context": {"targetingKey": "ann", "id": "ann", "device": "app"}}"#, "banner", "UNKNOWN"),
    ] {
        let said = flag(&server.post(top, body));
        assert_eq!((said["value"].as_str(), said["reason"].as_str()), (Some(value), Some(reason)), "{body}");
    }
}

#[test]
fn consent_may_be_flat() {
    let rules = RULES.replace("basis legitimate interest \"LIA\"", "basis consent");
    let folder = folder(&rules);
    let server = Server::start(folder.path(), &[]);
    for (said, value) in [
        (r#""consent.tips": "granted""#, "tip"),
        (r#""consent": {"tips": "granted"}"#, "tip"),
        (r#""consent.tips": "withdrawn""#, "welcome"),
        (r#""email": "a@b""#, "welcome"),
    ] {
        let body = context(&format!(r#"{{"targetingKey": "ann", {said}}}"#));
        assert_eq!(flag(&server.post(ONE, &body))["value"], value, "{said}");
    }
    let twice = context(r#"{"targetingKey": "ann", "consent.tips": "granted", "consent": {"tips": "denied"}}"#);
    assert_eq!(server.post(ONE, &twice).json()["errorCode"], "INVALID_CONTEXT");
}

#[test]
fn tokens_and_pages_of_others_are_as_clients_expect() {
    let folder = folder(RULES);
    let (code, token) =
        ended(folder.path(), &["keys", "token", "web", "--scope", "decide", "--output", "tokens", "--quiet"]);
    assert_eq!(code, Some(0), "{token}");
    let (_, other) =
        ended(folder.path(), &["keys", "token", "ops", "--scope", "admin", "--output", "tokens", "--quiet"]);
    let pages = ["--tokens", "tokens", "--cors", "https://shop.example", "--cors", "http://localhost:3000"];
    let mut server = Server::start(folder.path(), &pages);
    let ann = context(r#"{"targetingKey": "ann"}"#);
    for (token, status) in [(None, 401), (Some(other.trim()), 403)] {
        server.bearing(token);
        for path in [ONE, ALL] {
            let said = server.post(path, &ann);
            assert_eq!((said.status, said.body.as_str()), (status, ""), "{path}");
        }
    }
    server.bearing(Some(token.trim()));
    assert_eq!(flag(&server.post(ONE, &ann))["value"], "tip");
    let preflight = |origin: &str| {
        let request = format!(
            "OPTIONS {ALL} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type,if-none-match,x-api-key\r\n\r\n"
        );
        raw(&server.public, request.as_bytes()).unwrap()
    };
    let own = preflight("https://shop.example");
    assert_eq!((own.status, own.header("access-control-allow-origin")), (200, Some("https://shop.example")));
    let headers = own.header("access-control-allow-headers").unwrap();
    assert!(
        ["authorization", "x-api-key", "if-none-match", "content-type", "traceparent"]
            .iter()
            .all(|one| headers.contains(one))
    );
    assert_eq!(preflight("https://evil.example").header("access-control-allow-origin"), None);
    let ask = format!(
        "POST {ALL} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nOrigin: https://shop.example\r\nX-API-Key: {}\r\nContent-Length: {}\r\n\r\n{ann}",
        token.trim(),
        ann.len()
    );
    let said = raw(&server.public, ask.as_bytes()).unwrap();
    assert_eq!(said.status, 200);
    let exposed = said.header("access-control-expose-headers").unwrap();
    assert!(["etag", "cater-decision-id", "cater-trace-id"].iter().all(|name| exposed.contains(name)), "{said:?}");
}
