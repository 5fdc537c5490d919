//! The clients of OpenFeature that others really use, each in its own language, against the real service. They stand aside
//! from a plain `cargo test`, since they are brought from other registries: `make test` does that.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::server::{RULES, Server, ended, folder};
use crate::house::root;

/// A service with a token, and what a client prints that asks it.
fn asked(client: &mut Command) -> (Value, Server) {
    let folder = folder(RULES);
    let (code, token) =
        ended(folder.path(), &["keys", "token", "web", "--scope", "decide,events", "-o", "tokens", "--quiet"]);
    assert_eq!(code, Some(0), "{token}");
    let mut server = Server::start(folder.path(), &["--state", "shop.state", "--tokens", "tokens"]);
    server.bearing(Some(token.trim()));
    let output = client.arg(format!("http://{}", server.public)).arg(token.trim()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let printed = said.lines().last().and_then(|line| serde_json::from_str(line).ok());
    let printed = printed.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    (printed, server)
}

fn client(path: &str) -> std::path::PathBuf {
    root().join("tests/clients").join(path)
}

/// What every client of a server makes of the answers, whatever its language.
fn are_good(said: &Value, server: &Server) {
    let of = |name: &str, field: &str| said[name][field].clone();
    assert_eq!(
        (of("first", "value"), of("first", "reason"), of("first", "variant")),
        (json!("tip"), json!("TARGETING_MATCH"), json!("tip")),
        "{said}"
    );
    assert_eq!(
        (of("again", "value"), of("again", "reason")),
        (json!("welcome"), json!("DEFAULT")),
        "it was reserved: {said}"
    );
    assert_eq!(of("first", "flagMetadata")["rule"], "tip");
    assert_eq!(of("first", "flagMetadata")["context.ignored"], "email");
    // A slot that shows nothing has no value, and the default of the caller's code holds.
    assert_eq!(of("nothing", "value"), "code", "{said}");
    assert_eq!((of("number", "value"), of("number", "errorCode")), (json!(7), json!("TYPE_MISMATCH")), "{said}");
    for (name, code) in
        [("unknown", "FLAG_NOT_FOUND"), ("nobody", "TARGETING_KEY_MISSING"), ("misfit", "INVALID_CONTEXT")]
    {
        assert_eq!((of(name, "value"), of(name, "errorCode")), (json!("code"), json!(code)), "{name}: {said}");
    }
    let id = of("first", "flagMetadata")["decision.id"].as_str().unwrap().to_owned();
    let confirmed = server.post("/v1/events", &format!(r#"{{"events": [{{"decision": "{id}"}}]}}"#));
    assert_eq!(confirmed.json()["events"][0]["became"], "in time");
}

#[test]
#[ignore = "needs the clients of OpenFeature for Node and for browsers: make test brings them"]
fn of_npm() {
    let (said, server) = asked(Command::new("flags-node").arg(client("npm/client.cjs")));
    are_good(&said["server"], &server);
    let page = &said["page"];
    let of = |when: &str, flag: &str, field: &str| page[when][flag][field].clone();
    assert_eq!((of("before", "home", "value"), of("before", "bar", "value")), (json!("tip"), json!("wine")), "{page}");
    assert_eq!(of("before", "unknown", "errorCode"), "FLAG_NOT_FOUND");
    // Another context is asked for anew, and what is asked for all at once is never used up.
    assert_eq!((of("after", "home", "value"), of("after", "bar", "value")), (json!("tip"), json!("code")), "{page}");
    assert_eq!(of("after", "bar", "reason"), "DEFAULT");
    assert!(page["seen"].as_array().unwrap().iter().all(|status| *status == 200), "{page}");
}

#[test]
#[ignore = "needs the client of OpenFeature for Python: make test brings it"]
fn of_pypi() {
    let (said, server) = asked(Command::new("flags-python").arg(client("python/client.py")));
    are_good(&said, &server);
}

#[test]
#[ignore = "builds the client of OpenFeature for Rust, some two hundred crates: make test does"]
fn of_crates_io() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(client("rust/Cargo.toml")).arg("--");
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("flags"));
    let (said, _) = asked(&mut cargo);
    // It tells neither reason nor metadata, and of every bad request the same.
    assert_eq!(said["first"], json!({ "value": "tip", "variant": "tip" }), "{said}");
    assert_eq!(said["again"]["value"], "welcome", "it was reserved: {said}");
    assert_eq!(said["unknown"]["errorCode"], "FlagNotFound", "{said}");
    for (name, code) in [
        ("nothing", "ParseError"),
        ("number", "ParseError"),
        ("nobody", "InvalidContext"),
        ("misfit", "InvalidContext"),
    ] {
        assert_eq!(said[name]["errorCode"], code, "{name}: {said}");
    }
}
