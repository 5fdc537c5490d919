//! Settings: a flag beats the environment, the environment beats `cater.toml`, that beats the default; and every key that
//! `cater.toml` may have is told by `cater config` and by the page of its error.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cater::diagnostics::codes;
use serde_json::{Value, json};
use tempfile::TempDir;

const RULES: &str = "offer story { class service }
slot home on web { accepts service  fallback story }
rule greet in home { show story }
";

/// A setting, how each can say it, and what then holds: as shipped, by the file, the environment and the flag.
struct Case {
    key: &'static str,
    file: &'static str,
    variable: Option<(&'static str, &'static str)>,
    flag: &'static [&'static str],
    holds: [Value; 4],
}

fn cases() -> Vec<Case> {
    let case = |key, file, variable, flag, holds| Case { key, file, variable, flag, holds };
    let words = |words: [&str; 3]| words.map(|word| json!(word));
    let [a, b, c] = words(["2026-01-01T00:00Z", "2026-01-02T00:00Z", "2026-01-03T00:00Z"]);
    vec![
        case(
            "now",
            "now = \"2026-01-01T00:00:00Z\"",
            Some(("CATER_NOW", "2026-01-02T00:00Z")),
            &["--now", "2026-01-03T00:00Z"],
            [Value::Null, a, b, c],
        ),
        case(
            "state",
            "state = \"file.state\"",
            Some(("CATER_STATE", "environment.state")),
            &["--state", "flag.state"],
            [Value::Null, json!("file.state"), json!("environment.state"), json!("flag.state")],
        ),
        case(
            "keep_events",
            "keep_events = 30",
            Some(("CATER_KEEP_EVENTS", "31")),
            &["--keep-events", "32"],
            [Value::Null, json!(30), json!(31), json!(32)],
        ),
        case(
            "assume",
            "assume = \"nothing\"",
            Some(("CATER_ASSUME", "shown")),
            &["--assume", "nothing"],
            [json!("shown"), json!("nothing"), json!("shown"), json!("nothing")],
        ),
        case(
            "strict",
            "strict = true",
            Some(("CATER_STRICT", "false")),
            &["--strict"],
            [json!(false), json!(true), json!(false), json!(true)],
        ),
        case(
            "strict",
            "strict = false",
            Some(("CATER_STRICT", "yes")),
            &["--strict=false"],
            [json!(false), json!(false), json!(true), json!(false)],
        ),
        case(
            "workers",
            "workers = 1",
            Some(("CATER_WORKERS", "2")),
            &["--workers", "3"],
            [Value::Null, json!(1), json!(2), json!(3)],
        ),
        case(
            "jit",
            "jit = false",
            Some(("CATER_JIT", "true")),
            &["--no-jit"],
            [json!(true), json!(false), json!(true), json!(false)],
        ),
        case(
            "fail_level",
            "fail_level = \"note\"",
            Some(("CATER_FAIL_LEVEL", "error")),
            &["--fail-level", "warning"],
            [json!("error"), json!("note"), json!("error"), json!("warning")],
        ),
        case(
            "baseline",
            "baseline = \"file.json\"",
            Some(("CATER_BASELINE", "environment.json")),
            &["--baseline", "flag.json"],
            [Value::Null, json!("file.json"), json!("environment.json"), json!("flag.json")],
        ),
        case(
            "fail_on",
            "fail_on = [\"newly-silent\"]",
            Some(("CATER_FAIL_ON", "other-time, other-content")),
            &["--fail-on", "none"],
            [json!([]), json!(["newly-silent"]), json!(["other-content", "other-time"]), json!([])],
        ),
        case(
            "bundle",
            "bundle = \"file.cater\"",
            Some(("CATER_BUNDLE", "environment.cater")),
            &["--output", "flag.cater"],
            [json!("rules.cater"), json!("file.cater"), json!("environment.cater"), json!("flag.cater")],
        ),
        case(
            "trust",
            "trust = [\"file.pub\"]",
            Some(("CATER_TRUST", "one.pub:two.pub")),
            &["--trust", "flag.pub"],
            [Value::Null, json!(["file.pub"]), json!(["one.pub", "two.pub"]), json!(["flag.pub"])],
        ),
        case(
            "last",
            "last = \"file.accepted\"",
            Some(("CATER_LAST", "environment.accepted")),
            &["--last", "flag.accepted"],
            [Value::Null, json!("file.accepted"), json!("environment.accepted"), json!("flag.accepted")],
        ),
        case(
            "quiet",
            "",
            Some(("CATER_QUIET", "true")),
            &["--quiet"],
            [json!(false), json!(false), json!(true), json!(true)],
        ),
        case(
            "color",
            "",
            Some(("CATER_COLOR", "never")),
            &["--color", "always"],
            [json!("auto"), json!("auto"), json!("never"), json!("always")],
        ),
        case(
            "slots",
            "slots = [\"home\"]",
            None,
            &["--slot", "other"],
            [Value::Null, json!(["home"]), json!(["home"]), json!(["other"])],
        ),
        case(
            "consent",
            "consent = \"file.csv\"",
            None,
            &["--consent", "flag.csv"],
            [Value::Null, json!("file.csv"), json!("file.csv"), json!("flag.csv")],
        ),
        case(
            "events",
            "events = \"file.csv\"",
            None,
            &["--events", "flag.csv"],
            [Value::Null, json!("file.csv"), json!("file.csv"), json!("flag.csv")],
        ),
        case(
            "customers",
            "[[customers]]\nfile = \"file.csv\"",
            None,
            &["--customers", "flag.csv"],
            [Value::Null, json!(["file.csv"]), json!(["file.csv"]), json!(["flag.csv"])],
        ),
        case(
            "rules",
            "rules = [\"home.rules\"]",
            None,
            &[],
            [json!(["."]), json!(["home.rules"]), json!(["home.rules"]), json!(["home.rules"])],
        ),
    ]
}

fn folder(toml: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("home.rules"), RULES).unwrap();
    std::fs::write(folder.path().join("cater.toml"), toml).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str], variable: Option<(&str, &str)>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.envs(variable);
    command.output().unwrap()
}

/// The lines of `cater config`.
fn settings(folder: &Path, flags: &[&str], variable: Option<(&str, &str)>) -> Vec<Value> {
    let output = run(folder, &[&["config", "--format", "json"], flags].concat(), variable);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    told["settings"].as_array().unwrap().clone()
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    for Case { key, file, variable, flag, holds } in cases() {
        let (bare, written) = (folder(""), folder(file));
        let told = |folder: &TempDir, flags: &[&str], variable| {
            let all = settings(folder.path(), flags, variable);
            let one = all.into_iter().find(|line| line["key"] == key).unwrap();
            (one["value"].clone(), one["origin"]["from"].as_str().unwrap().to_owned())
        };
        let from_file = if file.is_empty() { "default" } else { "file" };
        let from_variable = if variable.is_some() { "environment" } else { from_file };
        let from_flag = if flag.is_empty() { from_variable } else { "flag" };
        let found = [
            told(&bare, &[], None),
            told(&written, &[], None),
            told(&written, &[], variable),
            told(&written, flag, variable),
        ];
        let from = ["default", from_file, from_variable, from_flag].map(str::to_owned);
        let [a, b, c, d] = holds;
        let [w, x, y, z] = from;
        assert_eq!(found, [(a, w), (b, x), (c, y), (d, z)], "{key}");
    }
}

#[test]
fn an_empty_variable_is_none_and_nonsense_is_refused() {
    let folder = folder("workers = 1");
    let workers = settings(folder.path(), &[], Some(("CATER_WORKERS", "")));
    assert!(workers.iter().any(|line| line["key"] == "workers" && line["value"] == 1));
    for line in settings(folder.path(), &[], None) {
        let (Some(variable), Some(key)) = (line["environment"].as_str(), line["key"].as_str()) else { continue };
        let output = run(folder.path(), &["config"], Some((variable, "nonsense")));
        // Any text is a path.
        let refused = !["state", "baseline", "bundle", "trust", "last"].contains(&key);
        assert_eq!(output.status.code(), Some(if refused { 2 } else { 0 }), "{variable}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.contains("run::bad-environment"), refused, "{variable}: {said}");
    }
}

/// The keys that `cater.toml` knows, as it tells whoever writes another.
fn known_keys() -> BTreeSet<String> {
    let output = run(folder("weather = 1").path(), &["check"], None);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let list = said.split("the keys here are ").nth(1).unwrap().lines().next().unwrap().to_owned();
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_key_is_told_and_explained() {
    let told: BTreeSet<String> = settings(folder("").path(), &[], None)
        .iter()
        .map(|line| {
            assert!(!line["what"].as_str().unwrap().is_empty());
            line["key"].as_str().unwrap().to_owned()
        })
        .collect();
    let manners: BTreeSet<String> = ["format", "color", "quiet"].map(str::to_owned).into();
    assert_eq!(told, known_keys().union(&manners).cloned().collect());
    let page = codes::find("data::unknown-key").unwrap().page;
    let silent: Vec<String> = known_keys().into_iter().filter(|key| !page.contains(key.as_str())).collect();
    assert!(silent.is_empty(), "the page of data::unknown-key does not name {silent:?}");
}

/// What an editor is told of `cater.toml` is what the program takes.
#[test]
fn the_schema_knows_the_same_keys() {
    let output = run(Path::new("."), &["config", "--schema"], None);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = |of: &Value| of["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    assert_eq!(keys(&schema), known_keys());
    for (_, key) in schema["properties"].as_object().unwrap() {
        assert!(!key["description"].as_str().unwrap().is_empty());
    }
    for (name, levels) in schema["properties"]["lints"]["properties"].as_object().unwrap() {
        for level in ["allow", "note", "warning", "error"] {
            let allowed = levels["enum"].as_array().unwrap().contains(&json!(level));
            let output = run(folder(&format!("[lints]\n\"{name}\" = \"{level}\"")).path(), &["config"], None);
            assert_eq!(output.status.success(), allowed, "{name} = {level}");
        }
    }
    for (of, list) in schema["properties"]["required"]["properties"].as_object().unwrap() {
        let toml = format!("[required]\n{of} = {}", list["items"]["enum"]);
        assert!(run(folder(&toml).path(), &["config"], None).status.success(), "{toml}");
    }
}

/// Levels reach every verb: what is raised to an error decides for nobody.
#[test]
fn a_finding_raised_to_an_error_stops_every_verb() {
    let unused = "\noffer forgotten { class service }\n";
    for (level, code) in [("allow", 0), ("note", 0), ("error", 1)] {
        let folder = folder(&format!("[lints]\n\"lint::unused-offer\" = \"{level}\""));
        std::fs::write(folder.path().join("home.rules"), format!("{RULES}{unused}")).unwrap();
        for verb in [&["check"][..], &["test"], &["build", "-o", "x.cater"], &["decide", "--customer", "a.json"]] {
            std::fs::write(folder.path().join("a.json"), "{}").unwrap();
            let output = run(folder.path(), verb, None);
            assert_eq!(output.status.code(), Some(code), "{level} {verb:?}: {output:?}");
        }
        let said = run(folder.path(), &["check", "--format", "plain"], None).stdout;
        assert_eq!(String::from_utf8_lossy(&said).contains("unused-offer"), level != "allow", "{level}");
    }
}

#[test]
fn cater_toml_is_found_from_inside_and_holds_for_a_file() {
    let folder = folder("[required]\nrules = [\"owner\"]\n");
    let deep = folder.path().join("more/deep");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("one.rules"), "use \"../../home.rules\"\n").unwrap();
    for (place, arguments) in [
        (folder.path(), &["check"][..]),
        (&deep, &["check"]),
        (&deep, &["check", "../../home.rules"]),
        (&deep, &["check", "one.rules"]),
        (folder.path(), &["check", "more/deep", "more"]),
    ] {
        let output = run(place, &[arguments, &["--format", "plain"]].concat(), None);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(said.matches("error[lint::required-clause]").count(), 1, "{arguments:?}: {said}");
    }
}

/// Two lines of `cater.toml` that ask for something ask together; and what rules do together is nothing for `list` and `read`.
#[test]
fn what_is_required_by_two_lines_is_asked_for_by_both() {
    let folder = folder("[required]\nrules = [\"owner\"]\nservice = [\"metric\"]\n");
    let clash = "customer { id: text key  n: whole from 0 to 9 }
        offer card { class service }
        offer story { class service }
        slot home on web { accepts service  fallback nothing }
        rule one in home { when n is at least 3  show card }
        rule two in home { when n is at least 5  show story }";
    std::fs::write(folder.path().join("home.rules"), clash).unwrap();
    let said = |arguments: &[&str]| {
        let output = run(folder.path(), arguments, None);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, found) = said(&["check", "--format", "plain"]);
    assert_eq!(code, Some(1), "{found}");
    assert!(found.contains("cater.toml:2 and cater.toml:3 ask for them"), "{found}");
    std::fs::write(folder.path().join("cater.toml"), "").unwrap();
    let (code, found) = said(&["check", "--format", "plain"]);
    assert!(code == Some(1) && found.contains("lint::no-order"), "{found}");
    for arguments in [&["list"][..], &["read", "one"]] {
        let (code, found) = said(arguments);
        assert!(code == Some(0) && found.contains("one"), "{arguments:?}: {found}");
    }
}

/// The same file is spelt in the same letters everywhere, also where the disk would not mind.
#[test]
fn a_file_is_used_under_its_own_name_alone() {
    let folder = folder("");
    std::fs::write(folder.path().join("words.rules"), "use \"Home.rules\"\nuse \"./more/../home.rules\"\n").unwrap();
    let output = run(folder.path(), &["check", "--format", "plain", "words.rules"], None);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    assert!(said.contains("did you mean `home.rules`?"), "{said}");
}
