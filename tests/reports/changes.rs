//! `cater diff` as CI hears it: each format says what the JSON says, and what stops a merge is the same in all.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::github::read;
use super::{cater, command, folder, list, number, object, said, text};
use crate::house;

const HEAD: &str = "purpose ads \"Ads\" { basis consent  direct marketing }\n\
    offer a { class service }\noffer b { class service }\noffer m { class marketing }\n\
    customer { id: text key  age: whole from 0 to 130  vip: yes or no }\n\
    slot s on web { accepts service  fallback nothing }\nslot t on web { accepts service, marketing  fallback b }\n";
const OLD: &str = "rule one in s { show a  priority 2  when age is at least 18  when vip }\nrule two in s { show b  priority 1  when vip }\n";
const NEW: &str = "rule two in s { show b  priority 1  when age is at least 16 }\nrule more in t { needs ads  show m  when age is less than 30 }\n";
const PEOPLE: &str = "id,age,vip\n1,17,yes\n2,20,yes\n3,44,no\n4,,yes\n5,99,yes\n";

fn worlds(settings: &str) -> tempfile::TempDir {
    let (old, new) = (format!("{HEAD}{OLD}"), format!("{HEAD}{NEW}"));
    folder(&[
        ("old/shop.rules", &old),
        ("old/cater.toml", "now = \"2026-06-01T00:00:00Z\"\n"),
        ("new/shop.rules", &new),
        ("new/cater.toml", &format!("now = \"2026-06-01T00:00:00Z\"\n{settings}")),
        ("people.csv", PEOPLE),
    ])
}

/// The changes that the JSON tells, as pairs of answers with how many customers: what the other formats count.
fn changes(json: &Value) -> Vec<(String, Vec<String>, Option<u64>)> {
    let mut found: Vec<(String, Vec<String>, Option<u64>)> = Vec::new();
    for slot in list(json, "/slots") {
        for region in list(slot, "/regions") {
            let key = format!("{} {} {}", slot["slot"], region["old"], region["new"]);
            let kinds = list(region, "/kinds").iter().map(|kind| kind.as_str().unwrap().to_owned());
            let many = region["customers"].as_u64();
            match found.iter_mut().find(|(other, ..)| *other == key) {
                Some((_, all, sum)) => {
                    all.extend(kinds.filter(|kind| !all.contains(kind)).collect::<Vec<_>>());
                    *sum = sum.zip(many).map(|(sum, many)| sum + many);
                }
                None => found.push((key, kinds.collect(), many)),
            }
        }
    }
    found
}

#[test]
fn the_schema_is_the_one_that_is_published() {
    let worlds = worlds("");
    let published: Value = serde_json::from_str(&house::read("docs/reference/diff.schema.json")).unwrap();
    assert_eq!(object(worlds.path(), &["diff", "--schema"]), published);
    let validator = jsonschema::options().build(&published).unwrap();
    for arguments in
        [&["diff", "old", "new"][..], &["diff", "old", "new", "--customers", "people.csv"], &["diff", "old", "old"]]
    {
        let json = object(worlds.path(), &[arguments, &["--format", "json"]].concat());
        let wrong: Vec<_> = validator.iter_errors(&json).map(|why| format!("{}: {why}", why.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    let json = object(worlds.path(), &["diff", "old", "new", "--customers", "people.csv", "--format", "json"]);
    for (pointer, value) in [
        ("/schema_version", Value::from(2)),
        ("/slots/0/regions/0/kinds/0", Value::from("better")),
        ("/slots/0/regions/0/new/by", Value::from("chance")),
        ("/slots/0/customers/differ", Value::Null),
    ] {
        let mut broken = json.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn the_comment_counts_what_the_json_says() {
    let worlds = worlds("fail_on = [\"new-purpose\", \"newly-silent\"]\n");
    let with = ["--customers", "people.csv"];
    let json = object(worlds.path(), &[&["diff", "old", "new", "--format", "json"][..], &with].concat());
    let told = changes(&json);
    let comment = said(worlds.path(), &[&["diff", "old", "new", "--format", "markdown"][..], &with].concat());
    assert_eq!(comment.matches("<details>").count(), told.len(), "{comment}");
    assert_eq!(comment.matches("</details>").count(), told.len(), "{comment}");
    let mut kinds: Vec<&String> = told.iter().flat_map(|(_, kinds, _)| kinds).collect();
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() >= 3, "{kinds:?}");
    for kind in kinds {
        let of: Vec<_> = told.iter().filter(|(_, kinds, _)| kinds.contains(kind)).collect();
        let decisions: u64 = of.iter().filter_map(|(.., many)| *many).sum();
        let stops = if ["new-purpose", "newly-silent"].contains(&kind.as_str()) { "yes" } else { "" };
        let row = format!("| {kind} | {} | {decisions} | {stops} |\n", of.len());
        assert!(comment.contains(&row), "{row}{comment}");
    }
    for slot in list(&json, "/slots") {
        let head = format!(
            "#### slot <code>{}</code>: {} of 5 customers see a difference\n",
            text(slot, "/slot"),
            number(slot, "/customers/differ")
        );
        assert!(comment.contains(&head), "{head}{comment}");
    }
    // What stops the merge stands first: `t` has the new purpose, whatever the order of the names.
    let at = |slot: &str| comment.find(&format!("slot <code>{slot}</code>")).unwrap();
    assert!(
        at("s") > at("t")
            || told
                .iter()
                .any(|(key, kinds, _)| key.starts_with("\"s\"") && kinds.contains(&"newly-silent".to_owned())),
        "{comment}"
    );
    // Without a base there is nothing to count, and without kinds that stop nothing that stops.
    let bare = said(worlds.path(), &["diff", "old", "new", "--format", "markdown", "--fail-on", "none"]);
    assert!(bare.contains("| change | how many |\n| --- | --- |\n") && !bare.contains("customer see"), "{bare}");
    let same = said(worlds.path(), &["diff", "old", "old", "--format", "markdown"]);
    assert_eq!(same, "### cater diff\n\nold to old: nobody's decision changes\n");
}

#[test]
fn annotations_stand_at_who_answers_now() {
    let worlds = worlds("fail_on = [\"new-purpose\"]\n");
    let mut run = command(worlds.path(), &["diff", "old", "new", "--format", "github"]);
    let output = run.env("GITHUB_STEP_SUMMARY", worlds.path().join("summary.md")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "its readers take any line for a command");
    let (commands, others) = read(&String::from_utf8(output.stdout).unwrap());
    let told = changes(&object(worlds.path(), &["diff", "old", "new", "--format", "json"]));
    assert_eq!(commands.len(), told.len(), "{commands:#?}");
    assert_eq!(others, [format!("old to new: {} changes in 2 slots", told.len())]);
    let stopping: Vec<_> = commands.iter().filter(|one| one.level == "error").collect();
    assert!(!stopping.is_empty() && commands.iter().take(stopping.len()).all(|one| one.level == "error"));
    let rules = fs::read_to_string(worlds.path().join("new/shop.rules")).unwrap();
    for one in &commands {
        let is_purpose = one.property("title").unwrap().contains("new-purpose");
        assert_eq!(one.level == "error", is_purpose, "{one:?}");
        assert_eq!(one.property("file"), Some("new/shop.rules"), "{one:?}");
        let line = rules.lines().nth(one.property("line").unwrap().parse::<usize>().unwrap() - 1).unwrap();
        let answers = one.text.split(" → ").nth(1).unwrap().lines().next().unwrap();
        let by = answers.split("by rule ").nth(1).and_then(|by| by.split([' ', ',']).next());
        assert!(by.map_or(line.contains("fallback"), |by| line.contains(&format!("rule {by} "))), "{line}: {answers}");
        assert!(one.text.contains("\nwho ") && one.text.contains("\nsuch as "), "{one:?}");
    }
    let comment = said(worlds.path(), &["diff", "old", "new", "--format", "markdown"]);
    assert_eq!(fs::read_to_string(worlds.path().join("summary.md")).unwrap(), format!("{comment}\n"));
}

#[test]
fn the_file_says_what_stops_a_merge_and_the_flag_wins() {
    let code =
        |at: &Path, flags: &[&str]| cater(at, &[&["diff", "old", "new", "--quiet"], flags].concat()).status.code();
    let bare = worlds("");
    let silent = worlds("fail_on = [\"other-time\"]\n");
    let all = worlds("fail_on = [\"any\"]\n");
    assert_eq!([&bare, &silent, &all].map(|one| code(one.path(), &[])), [Some(0), Some(0), Some(1)]);
    assert_eq!(code(all.path(), &["--fail-on", "none"]), Some(0));
    assert_eq!(code(all.path(), &["--fail-on", "other-time"]), Some(0));
    assert_eq!(code(silent.path(), &["--fail-on", "other-time,new-purpose"]), Some(1));
    let broken = worlds("fail_on = [\"newly-silnt\"]\n");
    let output = cater(broken.path(), &["diff", "old", "new"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("error[data::bad-world]") && said.contains("line 2: `newly-silnt`"), "{said}");
    assert!(said.contains("did you mean `newly-silent`?"), "{said}");
}

#[test]
fn what_cannot_be_compared_is_said_in_the_comment() {
    let worlds = worlds("");
    fs::write(worlds.path().join("new/shop.rules"), format!("{HEAD}rule r in s {{ show gone }}\n")).unwrap();
    let errors = cater(worlds.path(), &["diff", "old", "new", "--format", "markdown"]);
    assert_eq!(errors.status.code(), Some(1));
    let comment = String::from_utf8(errors.stdout).unwrap();
    assert!(comment.starts_with("### cater diff\n\n1 error\n") && comment.contains("new/shop.rules:8:20"), "{comment}");
    let (commands, _) = read(&said(worlds.path(), &["diff", "old", "new", "--format", "github"]));
    assert_eq!((commands[0].level.as_str(), commands[0].property("file")), ("error", Some("new/shop.rules")));
    let refused = cater(worlds.path(), &["diff", "nowhere", "old", "--format", "markdown"]);
    assert_eq!(refused.status.code(), Some(2));
    let comment = String::from_utf8(refused.stdout).unwrap();
    assert!(comment.contains("could not run") && comment.contains("run::no-such-path"), "{comment}");
    let (commands, _) = read(&said(worlds.path(), &["diff", "new", "old", "--format", "github"]));
    assert_eq!(commands[0].property("title"), Some("run::not-comparable"));
}

#[test]
fn a_long_comment_ends_before_its_place_does() {
    let slots: String = (0..400).map(|at| format!("slot s_{at} on web {{ accepts service  fallback a }}\n")).collect();
    let rules = "offer a { class service }\noffer b { class service }\n";
    let (old, new) = (format!("{rules}{slots}"), format!("{rules}{}", slots.replace("fallback a", "fallback b")));
    let worlds = folder(&[("old.rules", &old), ("new.rules", &new)]);
    let comment = said(worlds.path(), &["diff", "old.rules", "new.rules", "--format", "markdown"]);
    assert!(comment.len() < 65_536, "{} bytes", comment.len());
    let more = comment.trim_end().rsplit_once("\n\nand ").and_then(|(_, more)| more.strip_suffix(" more")).unwrap();
    assert_eq!(comment.matches("<details>").count() + more.parse::<usize>().unwrap(), 400);
    let (commands, _) = read(&said(worlds.path(), &["diff", "old.rules", "new.rules", "--format", "github"]));
    let total = commands.iter().find(|one| one.property("title") == Some("cater diff")).expect("a total");
    assert!(total.text.contains("400 changes in 400 slots"), "{total:?}");
}
