//! GitLab, JUnit, Markdown: each says what our own JSON says, and is written whole or not at all.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{FLAWED, cater, folder, list, number, object, said, text};
use crate::junit;

#[test]
fn gitlab_gets_what_is_shown() {
    let folder = folder(&[("shop.rules", FLAWED)]);
    let json = object(folder.path(), &["check", "--format", "json"]);
    let report = object(folder.path(), &["check", "--format", "gitlab"]);
    let shown: BTreeSet<_> = list(&json, "/diagnostics").iter().map(|one| text(one, "/fingerprint")).collect();
    let told: BTreeSet<_> = list(&report, "").iter().map(|one| text(one, "/fingerprint")).collect();
    assert_eq!(shown, told);
    for one in list(&report, "") {
        let keys: Vec<&str> = one.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["description", "check_name", "fingerprint", "severity", "location"]);
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&text(one, "/severity")));
        assert!(number(one, "/location/lines/begin") > 0 && text(one, "/location/path") == "shop.rules");
    }
    assert_eq!(text(&report, "/0/severity"), "critical", "the worst first");
}

#[test]
fn junit_fails_with_what_fails_the_check() {
    let folder = folder(&[("shop.rules", FLAWED)]);
    for (level, failures) in [("error", 1), ("warning", 6)] {
        let report = said(folder.path(), &["check", "--format", "junit", "--fail-level", level]);
        let root = junit::read(&report);
        let [suite] = junit::valid(&root) else { panic!("one world is one suite") };
        assert_eq!(suite.count("failures"), failures, "{report}");
        let json = object(folder.path(), &["check", "--format", "json"]);
        assert_eq!(suite.count("tests"), list(&json, "/diagnostics").len());
    }
    fs::write(folder.path().join("shop.rules"), "offer story { class service }\nslot home on web { accepts service  fallback story }\noffer tips { class service }\nrule a in home { show tips }\n").unwrap();
    let clean = said(folder.path(), &["check", "--format", "junit"]);
    let root = junit::read(&clean);
    assert_eq!((junit::valid(&root)[0].count("tests"), junit::valid(&root)[0].count("failures")), (1, 0));
    let refused = said(folder.path(), &["check", "nowhere", "--format", "junit"]);
    let root = junit::read(&refused);
    assert_eq!(junit::valid(&root)[0].count("errors"), 1, "a run that could not run is not green");
}

#[test]
fn markdown_keeps_within_what_a_comment_takes() {
    let mut rules = FLAWED.to_owned();
    for at in 0..1_000 {
        rules.push_str(&format!("offer idle_{at} {{ class service }}\n"));
    }
    let folder = folder(&[("shop.rules", &rules)]);
    let comment = said(folder.path(), &["check", "--format", "markdown"]);
    assert!(comment.len() < 65_536, "{} bytes", comment.len());
    let told = comment.matches("<details>").count();
    let more = comment.trim_end().rsplit_once("\n\nand ").and_then(|(_, more)| more.strip_suffix(" more")).unwrap();
    let json = object(folder.path(), &["check", "--format", "json"]);
    assert_eq!(told + more.parse::<usize>().unwrap(), list(&json, "/diagnostics").len());
    assert!(comment.find("lint::conflict") < comment.find("lint::unused-offer"), "the worst first");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = folder(&[("shop.rules", FLAWED), ("known.json", "{\"schema_version\":1,\"findings\":[]}")]);
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    for format in ["json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let output = cater(folder.path(), &["check", "--format", format, "--output", "report"]);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{format}");
        let file = fs::read_to_string(folder.path().join("report")).unwrap();
        let direct = said(folder.path(), &["check", "--format", format]);
        // When it was run stands in one of them.
        let still = |text: &str| {
            text.split("timestamp=").map(|part| part.chars().skip(21).collect::<String>()).collect::<Vec<_>>()
        };
        assert_eq!(still(&file), still(&direct), "{format}");
        fs::remove_file(folder.path().join("report")).unwrap();
    }
    for (output, code) in [
        ("no/such/folder.sarif", "run::cannot-write"),
        ("shop.rules", "run::bad-output"),
        ("known.json", "run::bad-output"),
        (".", "run::bad-output"),
    ] {
        let arguments = ["check", "--format", "sarif", "--baseline", "known.json", "--output", output];
        let ended = cater(folder.path(), &arguments);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{output}: {said}");
        assert!(said.contains(code), "{output}: {said}");
        assert_eq!(names(), ["known.json", "shop.rules"]);
    }
    assert_eq!(fs::read_to_string(folder.path().join("shop.rules")).unwrap(), FLAWED);
}

#[test]
fn the_exit_code_can_be_left_out_of_it() {
    let folder = folder(&[("shop.rules", FLAWED)]);
    for format in ["human", "plain", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let with = |arguments: &[&str]| {
            let all = [&["check", "--format", format], arguments].concat();
            cater(folder.path(), &all).status.code()
        };
        assert_eq!((with(&[]), with(&["--exit-zero"])), (Some(1), Some(0)), "{format}");
        assert_eq!(with(&["nowhere", "--exit-zero"]), Some(2), "{format}");
    }
}

#[test]
fn what_does_not_fit_the_data_is_told_with_its_file() {
    let folder = folder(&[("shop/shop.rules", FLAWED), ("shop/cater.toml", "consent = \"nobody.csv\"\n")]);
    let sarif = object(folder.path(), &["check", "--format", "sarif"]);
    super::schemas::is_sarif(&sarif);
    let of_data: Vec<&Value> = list(&sarif, "/runs/0/results")
        .iter()
        .filter(|one| text(one, "/message/text").contains("nobody.csv"))
        .collect();
    let [one] = of_data.as_slice() else { panic!("{of_data:#?}") };
    assert_eq!(text(one, "/locations/0/physicalLocation/artifactLocation/uri"), "shop/cater.toml");
    let gitlab = object(folder.path(), &["check", "--format", "gitlab"]);
    assert!(list(&gitlab, "").iter().any(|one| text(one, "/location/path") == "shop/cater.toml"));
}
