//! `cater serve` as its callers and keepers meet it: the real program on ports of its own, asked over real sockets.

mod clients;
mod document;
mod endings;
mod flags;
mod keepers;
mod load;
mod log;
mod refusals;
pub(crate) mod server;
mod switches;
#[cfg(feature = "tls")]
mod tls;

use std::fs;
use std::sync::Arc;

use cater::compile::compile;
use cater::runtime::Engine;
use cater::runtime::self_check::self_check;
use cater::source::SourceSet;
use cater::value::Instant;

use crate::house::{files_below, root};
use server::{RULES, Server, folder};

#[test]
fn it_decides_remembers_and_hears_what_happened() {
    let folder = folder(RULES);
    let state = ["--state", "shop.state"];
    let mut server = Server::start(folder.path(), &state);
    let ann = r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#;
    let first = server.post("/v1/decide", ann);
    assert_eq!((first.status, first.shows()), (200, vec![Some("tip".to_owned())]));
    let object = first.json();
    assert_eq!(object["customer"], "ann");
    assert_eq!(object["decisions"][0]["rule"], "tip");
    assert_eq!(object["bundle"], server.first["bundle"]);
    assert_eq!(first.header("cater-bundle"), object["bundle"]["digest"].as_str());
    // It is reserved, so nobody else has it; and a preview says so without taking anything.
    for _ in 0..2 {
        assert_eq!(server.post("/v1/preview", ann).shows(), [Some("welcome".to_owned())]);
    }
    assert_eq!(server.post("/v1/decide", ann).shows(), [Some("welcome".to_owned())]);
    // What is not shown is free again.
    let id = first.id();
    let back = server.post("/v1/events", &format!(r#"{{"events": [{{"decision": "{id}", "not_shown": true}}]}}"#));
    assert_eq!(back.json()["events"][0]["became"], "given back");
    let again = server.post("/v1/decide", ann);
    assert_eq!(again.shows(), [Some("tip".to_owned())]);
    // Shown and clicked, each however often it is said.
    let id = again.id();
    let events = format!(r#"{{"events": [{{"decision": "{id}"}}, {{"decision": "{id}", "event": "clicked"}}]}}"#);
    for became in ["in time", "repeated"] {
        let said = server.post("/v1/events", &events).json();
        assert_eq!(said["events"][0]["event"], "shown");
        assert_eq!(said["events"][1]["event"], "clicked");
        assert!(said["events"].as_array().unwrap().iter().all(|one| one["became"] == became), "{said}");
    }
    let bought = r#"{"events": [{"id": "o-1", "event": "converted", "customer": {"id": "ann"}, "offer": "tip"}]}"#;
    assert_eq!(server.post("/v1/events", bought).json()["events"][0]["became"], "in time");
    assert_eq!(server.post("/v1/events", bought).json()["events"][0]["became"], "repeated");
    let why = server.post("/v1/why", r#"{"customer": {"id": "ann"}, "rule": "tip"}"#).json();
    assert_eq!(why["slots"][0]["candidates"][0]["fate"]["drops"][0]["capped"]["used"], 1, "{why}");
    assert_eq!(why["smallest_change"]["rule"], "tip");
    // It counts after a restart, too.
    assert_eq!(server.end(), Some(0));
    let server = Server::start(folder.path(), &state);
    assert_eq!(server.post("/v1/decide", ann).shows(), [Some("welcome".to_owned())]);
}

#[test]
fn it_answers_what_the_tool_answers() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--now", "2026-11-23T09:00Z"]);
    let customer = r#"{"id": "ann", "age": 40, "consent": {"tips": "granted"}, "history": [{"event": "shown", "at": "2026-11-22T09:00Z", "offer": "tip", "rule": "tip"}]}"#;
    fs::write(folder.path().join("ann.json"), customer).unwrap();
    let tool = |verb: &[&str]| -> serde_json::Value {
        let rest = ["--now", "2026-11-23T09:00Z", "--format", "json"];
        let (code, said) = server::ended(folder.path(), &[verb, &rest[..]].concat());
        assert_eq!(code, Some(0), "{said}");
        serde_json::from_str(&said).unwrap()
    };
    let body = format!(r#"{{"customer": {customer}}}"#);
    for (path, verb) in [
        ("/v1/decide", &["decide", "shop.cater", "--customer", "ann.json"][..]),
        ("/v1/preview", &["decide", "shop.cater", "--customer", "ann.json"]),
        ("/v1/why", &["why", "shop.cater", "ann.json"]),
    ] {
        let mut said = server.post(path, &body).json();
        let bundle = said.as_object_mut().unwrap().remove("bundle");
        assert!(bundle.is_some());
        assert_eq!(said, tool(verb), "{path}");
    }
}

#[test]
fn many_are_answered_in_their_order_and_each_by_itself() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let requests: Vec<String> = (0..60)
        .map(|at| match at % 3 {
            0 => format!(r#"{{"customer": {{"id": "c{at}"}}, "slots": ["home"]}}"#),
            1 => r#"{"customer": {"name": "nobody"}}"#.to_owned(),
            _ => format!(r#"{{"customer": {{"id": "c{at}"}}, "slots": ["home"], "shown": true, "request": "r"}}"#),
        })
        .collect();
    let said = server.post("/v1/decide", &format!(r#"{{"requests": [{}]}}"#, requests.join(","))).json();
    let answers = said["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 60);
    for (at, answer) in answers.iter().enumerate() {
        if at % 3 == 1 {
            assert_eq!(answer["problem"]["code"], "data::unknown-attribute", "{answer}");
        } else {
            assert_eq!(answer["customer"], format!("c{at}"));
            assert_eq!(answer["decisions"][0]["shows"], "tip", "{answer}");
        }
    }
    assert_eq!(server.post("/v1/decide", r#"{"requests": []}"#).json()["answers"], serde_json::json!([]));
}

#[test]
fn of_a_budget_for_everybody_no_two_get_the_last() {
    let folder = folder(RULES);
    let server = Arc::new(Server::start(folder.path(), &["--state", "shop.state"]));
    let got: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..24)
            .map(|at| {
                let server = Arc::clone(&server);
                scope.spawn(move || {
                    let body = format!(r#"{{"customer": {{"id": "c{at}"}}, "slots": ["till"]}}"#);
                    let said = server.post("/v1/decide", &body);
                    assert!(said.json().get("without_state").is_none(), "{said:?}");
                    usize::from(said.shows() == [Some("voucher".to_owned())])
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(got, 3);
}

#[test]
fn the_same_request_again_is_the_same_answer_for_its_customer_alone() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let of = |id: &str| format!(r#"{{"customer": {{"id": "{id}"}}, "slots": ["till"], "request": "page 1"}}"#);
    let first = server.post("/v1/decide", &of("ann"));
    for _ in 0..5 {
        let again = server.post("/v1/decide", &of("ann"));
        assert_eq!((again.shows(), again.id()), (first.shows(), first.id()));
    }
    let other = server.post("/v1/decide", &of("bob"));
    assert_ne!(other.id(), first.id(), "nobody is answered what somebody else was");
    assert_eq!(server.post("/v1/decide", &of("eve")).shows(), [Some("voucher".to_owned())], "the third of three");
    assert_eq!(server.post("/v1/decide", &of("kim")).shows(), [None]);
}

#[test]
fn without_a_state_caps_count_what_is_told() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &[]);
    assert!(server.first["state"].is_null());
    let ann = r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#;
    for _ in 0..2 {
        let said = server.post("/v1/decide", ann);
        assert_eq!(said.shows(), [Some("tip".to_owned())]);
        assert!(said.json()["decisions"][0].get("id").is_none(), "there is nothing to confirm");
    }
    let events = server.post("/v1/events", r#"{"events": []}"#);
    assert_eq!(events.problem(), (409, "serve::no-state".to_owned()));
}

#[test]
fn nothing_hidden_is_in_an_answer_or_in_what_is_said_of_a_mistake() {
    let folder = folder(RULES);
    let server = Server::start(folder.path(), &["--state", "shop.state"]);
    let body = r#"{"customer": {"id": "ann", "age": 17}}"#;
    for path in ["/v1/decide", "/v1/preview", "/v1/why"] {
        let said = server.post(path, body);
        let mut answer = said.json();
        // A time and a digest may hold any number.
        for field in ["now", "bundle"] {
            assert!(answer.as_object_mut().is_some_and(|fields| fields.remove(field).is_some()), "{said:?}");
        }
        assert!(said.status == 200 && !answer.to_string().contains("17"), "{said:?}");
    }
    let wrong = server.post("/v1/decide", r#"{"customer": {"id": "ann", "age": 4711}}"#);
    assert_eq!(wrong.problem(), (400, "data::wrong-type".to_owned()));
    assert!(!wrong.body.contains("4711"), "{wrong:?}");
    let counted = server.admin("GET", "/metrics").body;
    assert!(!counted.contains("ann") && counted.contains("cater_evaluations_total{slot=\"home\""), "{counted}");
}

/// A bundle that is right must not be refused: every world here is tried as the service tries it.
#[test]
fn every_world_passes_the_check_before_it_is_put_to_use() {
    let now = Instant::parse("2026-11-23T09:00Z").unwrap();
    let mut tried = 0;
    let mut folders: Vec<_> = files_below("rules-examples")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rules"))
        .filter_map(|path| path.parent().map(std::path::Path::to_owned))
        .collect();
    folders.dedup();
    for folder in &folders {
        let mut sources = SourceSet::default();
        for file in files_below(folder) {
            if file.extension().is_some_and(|kind| kind == "rules") {
                sources.add(file.display().to_string(), fs::read_to_string(root().join(&file)).unwrap());
            }
        }
        let compiled = compile(sources);
        let Some(rules) = compiled.runnable() else { continue };
        let checked = self_check(&Engine::from_rules(rules.clone()), now);
        assert!(checked.is_ok(), "{}: {checked:?}", folder.display());
        tried += 1;
    }
    assert!(tried > 10, "{tried} worlds");
}
