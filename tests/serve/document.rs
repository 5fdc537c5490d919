//! `/openapi.json` is true: it has every route that there is, and everything that is answered is what it says.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::server::{RULES, Said, Server, ended, folder, raw};
use crate::house::read;

fn document() -> Value {
    serde_json::from_str(&read("docs/reference/openapi.json")).unwrap()
}

/// A schema of the document, with what it refers to beside it.
fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({ "allOf": [schema], "components": document["components"] });
    jsonschema::validator_for(&whole).unwrap_or_else(|why| panic!("{schema}: {why}"))
}

/// What is wrong with an answer, or with the question where it was answered well.
fn misfits(document: &Value, route: &str, method: &str, body: &str, said: &Said) -> Vec<String> {
    let operation = &document["paths"][route][method.to_lowercase()];
    let Some(answer) = operation["responses"].get(said.status.to_string()) else {
        return vec![format!("{method} {route}: {} is not in the document", said.status)];
    };
    let mut wrong = Vec::new();
    let headers: Vec<String> =
        answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase()).collect();
    for name in said.head.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name) {
        if name.starts_with("cater-") && !headers.iter().any(|known| known == name) {
            wrong.push(format!("{route}: the header `{name}` is not in the document"));
        }
    }
    let kind = said.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    match answer["content"].as_object() {
        None if said.body.is_empty() => {}
        None => wrong.push(format!("{route}: a body that the document does not have: {}", said.body)),
        Some(kinds) => match kinds.get(kind) {
            None => wrong.push(format!("{route}: `{kind}` is not in the document")),
            Some(content) if kind.ends_with("json") => {
                let validator = validator(document, &content["schema"]);
                wrong.extend(validator.iter_errors(&said.json()).map(|why| format!("{route}: {why} in {}", said.body)));
            }
            Some(_) => {}
        },
    }
    let takes = &operation["requestBody"]["content"]["application/json"]["schema"];
    if said.status == 200 && !body.is_empty() && !takes.is_null() {
        let validator = validator(document, takes);
        let asked: Value = serde_json::from_str(body).unwrap();
        wrong.extend(validator.iter_errors(&asked).map(|why| format!("{route}: {why} in the question {body}")));
    }
    wrong
}

#[test]
fn it_is_served_and_refers_to_nothing_that_is_not_there() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &[]);
    let document = document();
    assert_eq!(server.get("/openapi.json").json(), document);
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        let named = path.matches('{').count();
        assert_eq!(item["parameters"].as_array().map_or(0, Vec::len), named, "{path}");
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            assert!(operation["summary"].is_string(), "{method} {path}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.values().all(|answer| answer["description"].is_string()), "{method} {path}");
        }
    }
}

#[test]
fn it_has_every_route_and_no_other() {
    let code = read("src/serve/routes/mod.rs");
    let routes: BTreeSet<String> =
        code.split(".route(").skip(1).map(|rest| rest.split('"').nth(1).unwrap().to_owned()).collect();
    let written: BTreeSet<String> = document()["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(routes, written);
}

#[test]
fn what_is_answered_is_what_it_says() {
    let rules = format!(
        "{RULES}channel push {{ allowed when permission.push is full }}\noffer ping {{ class service }}\nslot note by push {{ accepts service  fallback nothing }}\nrule ping in note {{ send ping }}\n"
    );
    let folder = folder(&rules);
    let document = document();
    let server = Server::start(folder.path(), &["--state", "shop.state", "--max-body", "3000", "--max-at-once", "20"]);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let (large, deep) = ("a".repeat(4_000), "[".repeat(100));
    let large = format!(r#"{{"customer": {{"id": "{large}"}}}}"#);
    let flag = "/ofrep/v1/evaluate/flags/{key}";
    let flags = "/ofrep/v1/evaluate/flags";
    for (route, path, body) in [
        (
            "/v1/decide",
            "",
            r#"{"customer": {"id": "ann", "age": 40, "permission": {"push": "full"}, "history": [{"event": "shown", "at": "2026-01-01T00:00Z", "offer": "gone"}]}}"#,
        ),
        ("/v1/decide", "", r#"{"customer": {}, "slots": ["till"], "request": "r", "shown": true}"#),
        ("/v1/decide", "", r#"{"requests": [{"customer": {"id": "b"}}, {"customer": {"idd": 1, "x": 2}}]}"#),
        ("/v1/decide", "", "{"),
        ("/v1/decide", "", &large),
        ("/v1/decide", "", &deep),
        ("/v1/decide", "", r#"{"customer": {}, "slots": ["hom"]}"#),
        ("/v1/preview", "", r#"{"customer": {"now": "2026-01-01T00:00Z"}}"#),
        ("/v1/preview", "", r#"{"requests": []}"#),
        ("/v1/preview", "", "[]"),
        ("/v1/why", "", r#"{"customer": {"id": "ann"}}"#),
        ("/v1/why", "", r#"{"customer": {"id": "ann"}, "rule": "tip", "slots": ["home"]}"#),
        ("/v1/why", "", r#"{"customer": {}, "rule": "tpi"}"#),
        (
            "/v1/events",
            "",
            r#"{"events": [{"decision": "1/home"}, {"decision": "1/home", "event": "clicked", "at": "2026-01-01T00:00Z"}, {"decision": "1/till", "not_shown": true}, {"id": "o", "event": "converted", "customer": {"id": "ann"}, "offer": "tip"}]}"#,
        ),
        ("/v1/events", "", r#"{"events": [{"decision": "1/home", "not_shown": true}]}"#),
        ("/v1/events", "", r#"{"events": [{"decision": "x/home"}]}"#),
        ("/v1/events", "", "{}"),
        ("/v1/nowhere", "-", "{}"),
        (flag, "/ofrep/v1/evaluate/flags/note", r#"{"context": {"targetingKey": "ann", "permission.push": "full"}}"#),
        (flag, "/ofrep/v1/evaluate/flags/home", r#"{"context": {"targetingKey": "ann"}}"#),
        (flag, "/ofrep/v1/evaluate/flags/bar", r#"{"context": {"targetingKey": "kim", "age": 3}}"#),
        (flag, "/ofrep/v1/evaluate/flags/nowhere", "{}"),
        (flag, "/ofrep/v1/evaluate/flags/home", "{}"),
        (flags, "", r#"{"context": {"targetingKey": "ann", "flags": ["home", "nowhere"]}}"#),
        (flags, "", ""),
        (flags, "", "{"),
    ] {
        let to = match path {
            "" => route,
            "-" => "/v1/nowhere",
            other => other,
        };
        let said =
            server.post_with(to, "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", body);
        assert_eq!(said.header("cater-trace-id"), Some("4bf92f3577b34da6a3ce929d0e0e4736"), "{route}: {said:?}");
        if path == "-" {
            let validator = validator(&document, &json!({ "$ref": "#/components/schemas/Problem" }));
            assert!(validator.is_valid(&said.json()), "{said:?}");
            continue;
        }
        seen.insert(route);
        wrong.extend(misfits(&document, route, "POST", body, &said));
    }
    for (path, route) in [
        ("/livez", "/livez"),
        ("/readyz", "/readyz"),
        ("/readyz?verbose", "/readyz"),
        ("/healthz", "/healthz"),
        ("/version", "/version"),
        ("/openapi.json", "/openapi.json"),
        ("/v1/codes/serve/too-deep", "/v1/codes/{stage}/{name}"),
        ("/v1/codes/serve/nothing", "/v1/codes/{stage}/{name}"),
    ] {
        seen.insert(route);
        wrong.extend(misfits(&document, route, "GET", "", &server.get(path)));
    }
    for forget in [r#"{"customers": ["ann", "nobody"]}"#, "{}"] {
        seen.insert("/v1/forget");
        wrong.extend(misfits(&document, "/v1/forget", "POST", forget, &server.admin_with("/v1/forget", forget)));
    }
    let pause = r#"{"kind": "rule", "name": "tip", "paused": true, "why": "wrong price", "who": "anna"}"#;
    wrong.extend(misfits(&document, "/v1/switches", "POST", pause, &server.admin_with("/v1/switches", pause)));
    wrong.extend(misfits(&document, "/v1/preview", "POST", "", &server.post("/v1/preview", r#"{"customer": {}}"#)));
    for broken in [false, true] {
        if broken {
            std::fs::write(folder.path().join("shop.cater"), "something else").unwrap();
        }
        for (method, path) in [
            ("POST", "/v1/reload"),
            ("GET", "/v1/bundles"),
            ("GET", "/v1/switches"),
            ("POST", "/v1/switches"),
            ("GET", "/metrics"),
        ] {
            seen.insert(path);
            wrong.extend(misfits(&document, path, method, "", &server.admin(method, path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let all: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(seen, all, "every route is asked");
}

#[test]
fn what_is_refused_at_the_door_is_what_it_says() {
    let folder = folder(RULES);
    let document = document();
    let (_, token) = ended(folder.path(), &["keys", "token", "m", "--scope", "metrics", "-o", "tokens", "--quiet"]);
    let mut server = Server::start(folder.path(), &["--tokens", "tokens"]);
    let mut wrong = Vec::new();
    for token in [None, Some(token.trim())] {
        server.bearing(token);
        for route in ["/v1/decide", "/v1/preview", "/v1/why", "/v1/events", "/ofrep/v1/evaluate/flags"] {
            wrong.extend(misfits(&document, route, "POST", "{}", &server.post(route, "{}")));
        }
        for (method, path) in
            [("POST", "/v1/reload"), ("POST", "/v1/forget"), ("GET", "/v1/bundles"), ("GET", "/metrics")]
        {
            wrong.extend(misfits(&document, path, method, "", &server.admin(method, path)));
        }
    }
    // Without tokens: a state that is not there, a form, what never ends.
    let open = Server::start(folder.path(), &["--timeout", "200ms"]);
    let events = open.post("/v1/events", r#"{"events": []}"#);
    assert_eq!(events.status, 409);
    let forget = open.admin_with("/v1/forget", r#"{"customers": []}"#);
    assert_eq!(forget.status, 409);
    wrong.extend(misfits(&document, "/v1/forget", "POST", "", &forget));
    wrong.extend(misfits(&document, "/v1/events", "POST", "", &events));
    for rest in ["Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", "Content-Length: 9\r\n\r\n{"] {
        let request = format!("POST /v1/decide HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{rest}");
        wrong.extend(misfits(&document, "/v1/decide", "POST", "", &raw(&open.public, request.as_bytes()).unwrap()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
