//! What a run over a base says, beside its decisions, of the tables it was given: keys that belong to nobody or come
//! twice, names that the rules do not declare, records of consent that do not fit together.
//!
//! Each case is a row: the flags of a run and what it must say, or must not.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const RULES: &str = r#"
purpose tips "Show me tips" { basis consent  direct marketing }
customer { id: text key }
event purchase {}
offer tip { class marketing  tags promo }
offer welcome { class service }
channel email { needs tips }
cap mails { at most 1 sent  in any 7 days  per customer  on channel email }
slot letter by email { accepts marketing  fallback nothing }
rule write in letter { needs tips  send tip }
cap few { at most 1 shown  in any 7 days  per customer  on tag promo }
cap done { at most 1 purchase  ever  per customer  on tag promo }
slot home on web { accepts service, marketing  fallback welcome }
rule tip in home { needs tips  show tip }
"#;

fn world() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("tips.rules", RULES);
    write(
        "cater.toml",
        "now = \"2026-06-15T10:00Z\"\nconsent = \"consent.csv\"\nevents = \"events.csv\"\n[[customers]]\nfile = \"people.csv\"\n",
    );
    write("people.csv", "id\nann\nbob\n");
    let consent = "customer,purpose,status,granted_at\n";
    write("consent.csv", &format!("{consent}ann,tips,granted,2026-01-01T00:00Z\ncyd,tips,granted,2026-01-01T00:00Z\n"));
    let events = "customer,event,at,offer,tags,channel\n";
    write("events.csv", &format!("{events}ann,shown,2026-06-01T00:00Z,,,\ndan,shown,2026-06-01T00:00Z,,,\n"));
    // Another base, with a key that comes twice, and what is known of it.
    write("others.csv", "id\neve\neve\nfay\n");
    write(
        "others_consent.csv",
        &format!(
            "{consent}eve,tips,granted,2026-01-01T00:00Z\neve,tips,denied,2026-01-01T00:00Z\nfay,tipps,objected,\ngus,tips,granted,\n"
        ),
    );
    write(
        "others_events.csv",
        &format!(
            "{events}eve,shown,2026-06-01T00:00Z,,promos|gone,\nfay,sold,2026-06-01T00:00Z,,,\nfay,shown,2026-06-01T00:00Z,tipp,,\nfay,sent,2026-06-01T00:00Z,tip,,emial\nhal,shown,2026-06-01T00:00Z,,,\n"
        ),
    );
    folder
}

/// What is said, results and remarks alike.
fn said(folder: &Path, flags: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(["decide", "--format", "plain"]).args(flags).current_dir(folder).env_clear().stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{flags:?}: {text}");
    text
}

fn machine(folder: &Path, flags: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(["decide", "--format", "json"]).args(flags).current_dir(folder).env_clear().stdin(Stdio::null());
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

const OTHERS: [&str; 2] = ["--customers", "others.csv"];
const CONSENT: [&str; 2] = ["--consent", "others_consent.csv"];
const EVENTS: [&str; 2] = ["--events", "others_events.csv"];

#[test]
fn rows_of_nobody_are_named_where_they_were_given_for_these_customers() {
    let folder = world();
    let of_consent = "1 row of consent belong to nobody in these tables: ";
    let of_events = "1 row of events belong to nobody in these tables: ";
    for (flags, consent, events) in [
        (vec![], Some("`cyd`"), Some("`dan`")),
        (OTHERS.to_vec(), None, None),
        ([OTHERS, CONSENT].concat(), Some("`gus`"), None),
        ([OTHERS, EVENTS].concat(), None, Some("`hal`")),
        ([OTHERS, CONSENT, EVENTS].concat(), Some("`gus`"), Some("`hal`")),
        (vec!["--customers", "people.csv", "--consent", "consent.csv"], Some("`cyd`"), None),
    ] {
        let text = said(folder.path(), &flags);
        let object = machine(folder.path(), &flags);
        for (line, whose, key) in [(of_consent, consent, "consent_of_nobody"), (of_events, events, "events_of_nobody")]
        {
            let found = text.lines().find_map(|told| told.strip_prefix(line));
            assert_eq!(found, whose, "{flags:?}: {text}");
            let named = object[key]["first"][0].as_str().map(|name| format!("`{name}`"));
            assert_eq!(named.as_deref(), whose, "{flags:?}: {object}");
            assert_eq!(object.get(key).is_some(), whose.is_some(), "{flags:?}");
        }
    }
}

#[test]
fn keys_that_come_twice_are_named() {
    let folder = world();
    assert!(!said(folder.path(), &[]).contains("had a row before"));
    let text = said(folder.path(), &OTHERS);
    assert!(text.contains("\n1 row of customers who had a row before: `eve`\n"), "{text}");
    let twice = &machine(folder.path(), &OTHERS)["keys_twice"];
    assert_eq!((&twice["rows"], &twice["first"][0]), (&1.into(), &"eve".into()));
}

#[test]
fn names_that_the_rules_do_not_declare_are_named() {
    let folder = world();
    let flags = [OTHERS, EVENTS].concat();
    let (text, object) = (said(folder.path(), &flags), machine(folder.path(), &flags));
    let names = [("event", "sold"), ("offer", "tipp"), ("tag", "promos"), ("tag", "gone"), ("channel", "emial")];
    for (what, name) in names {
        let more = if what == "channel" { "; they count for every channel" } else { "" };
        let line = format!("\nevents: 1 row of {what} `{name}`, which the rules do not declare{more}\n");
        assert!(text.contains(&line), "{line}{text}");
        assert_eq!(object[format!("unknown_{what}s")][name], 1, "{object}");
    }
    let text = said(folder.path(), &[]);
    assert!(!text.contains("do not declare"), "{text}");
}

#[test]
fn records_of_consent_that_do_not_fit_are_said_and_spare_the_customer() {
    let folder = world();
    let flags = [OTHERS, CONSENT].concat();
    let (text, object) = (said(folder.path(), &flags), machine(folder.path(), &flags));
    let unknown = "1 row speaks of purpose `tipps`, which the rules do not declare; 1 may be an objection";
    assert!(text.contains("warning[data::unknown-purpose]: ") && text.contains(unknown), "{text}");
    assert!(text.contains("\n  help: did you mean `tips`?"), "{text}");
    assert_eq!(object["findings"][0]["code"], "data::unknown-purpose");
    assert!(object["findings"][0]["message"].as_str().unwrap().contains(unknown), "{object}");
    assert!(text.contains("row of consent in doubt\n"), "{text}");
    assert_eq!(object["doubtful_consent_rows"]["count"], 1, "{object}");
    let answers = &object["slots"][0]["answers"];
    assert_eq!((&answers[0]["shows"], &answers[0]["count"]), (&"welcome".into(), &3.into()), "nobody sees the tip");
    let text = said(folder.path(), &[]);
    assert!(!text.contains("warning[") && !text.contains("in doubt"), "{text}");
    assert!(machine(folder.path(), &[])["findings"].as_array().unwrap().is_empty());
}
