//! A baseline: old findings are set aside, new ones are not, and what is mended leaves it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{FLAWED, cater, folder, list, object, said, text};

fn shop() -> TempDir {
    folder(&[
        ("shop/shop.rules", FLAWED),
        ("shop/cater.toml", "fail_level = \"warning\"\nbaseline = \"known.json\"\n"),
        (".git/HEAD", ""),
    ])
}

fn add(folder: &Path, rules: &str) {
    let path = folder.join("shop/shop.rules");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{rules}\n{text}")).unwrap();
}

fn codes(report: &Value, at: &str) -> Vec<String> {
    list(report, at).iter().map(|one| text(one, "/code").to_owned()).collect()
}

#[test]
fn what_is_old_is_set_aside_and_what_is_new_is_not() {
    let folder = shop();
    let status = |arguments: &[&str]| cater(folder.path(), arguments).status.code();
    assert_eq!(status(&["check"]), Some(2), "a baseline that is not there is no empty one");
    let written = cater(folder.path(), &["check", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    assert_eq!((status(&["check"]), status(&["check", "shop"])), (Some(0), Some(0)));
    assert_eq!(cater(&folder.path().join("shop"), &["check"]).status.code(), Some(0), "from anywhere");

    let file: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("shop/known.json")).unwrap()).unwrap();
    let entries = list(&file, "/findings");
    assert!(entries.iter().all(|one| text(one, "/file") == "shop/shop.rules"), "from the top: {file:#}");
    let mut sorted: Vec<String> = entries.iter().map(ToString::to_string).collect();
    sorted.sort();
    assert_eq!(sorted, entries.iter().map(ToString::to_string).collect::<Vec<_>>());
    let report = object(folder.path(), &["check", "--format", "json"]);
    assert_eq!((codes(&report, "/diagnostics").len(), codes(&report, "/known").len()), (0, entries.len()));

    add(folder.path(), "offer autumn { class service }");
    assert_eq!(status(&["check"]), Some(1));
    let report = object(folder.path(), &["check", "--format", "json"]);
    assert_eq!(codes(&report, "/diagnostics"), ["lint::unused-offer"]);
    assert!(text(&report, "/diagnostics/0/message").contains("`autumn`"));
    let summary = String::from_utf8(cater(folder.path(), &["check"]).stderr).unwrap();
    assert!(summary.contains(&format!("1 warning, {} known, 1 allowed", entries.len())), "{summary}");
    // No rendering but those with a word for it tells of what is known.
    let markdown = said(folder.path(), &["check", "--format", "markdown"]);
    assert_eq!(markdown.matches("<details>").count(), 1, "{markdown}");
}

#[test]
fn what_is_mended_leaves_it() {
    let folder = shop();
    cater(folder.path(), &["check", "--write-baseline"]);
    let path = folder.path().join("shop/shop.rules");
    fs::write(&path, FLAWED.replace("offer spring { class service }", "")).unwrap();
    let report = object(folder.path(), &["check", "--format", "json"]);
    assert_eq!(codes(&report, "/diagnostics"), ["allow::outdated-baseline"]);
    assert_eq!(text(&report, "/diagnostics/0/span/file"), "shop/known.json");
    assert_eq!(text(&report, "/diagnostics/0/severity"), "note");
    let file = fs::read_to_string(folder.path().join("shop/known.json")).unwrap();
    let at = list(&report, "/diagnostics/0/labels")[0].pointer("/span/start/offset").and_then(Value::as_u64).unwrap();
    let words = &file[usize::try_from(at).unwrap()..];
    assert!(words.starts_with('"') && words[1..33].bytes().all(|byte| byte.is_ascii_hexdigit()), "{words}");
    assert!(file[..usize::try_from(at).unwrap()].rsplit('{').next().unwrap().contains("`spring`"), "its own entry");
    // A note fails where notes do, and a level makes it an error.
    assert_eq!(cater(folder.path(), &["check"]).status.code(), Some(0));
    assert_eq!(cater(folder.path(), &["check", "--fail-level", "note"]).status.code(), Some(1));
    // It comes back as a new finding once the baseline is written anew.
    cater(folder.path(), &["check", "--write-baseline"]);
    assert_eq!(codes(&object(folder.path(), &["check", "--format", "json"]), "/diagnostics"), [""; 0]);
    fs::write(&path, FLAWED).unwrap();
    assert_eq!(codes(&object(folder.path(), &["check", "--format", "json"]), "/diagnostics"), ["lint::unused-offer"]);
}

#[test]
fn an_error_of_the_language_cannot_be_set_aside() {
    let folder = shop();
    add(folder.path(), "rule broken in nowhere { show tips }");
    let written = cater(folder.path(), &["check", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&written.stderr).contains("no baseline was written"));
    assert!(!folder.path().join("shop/known.json").exists());
    // Nor is another world's, which has none yet, missed.
    fs::create_dir_all(folder.path().join("club")).unwrap();
    fs::write(folder.path().join("club/club.rules"), FLAWED).unwrap();
    fs::write(folder.path().join("club/cater.toml"), "baseline = \"known.json\"\n").unwrap();
    let written = cater(folder.path(), &["check", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(1), "{}", String::from_utf8_lossy(&written.stderr));
    assert!(!folder.path().join("club/known.json").exists(), "all of them or none");
    fs::remove_dir_all(folder.path().join("club")).unwrap();
    // Nor does a hand that writes its fingerprint hide it.
    let rules = fs::read_to_string(folder.path().join("shop/shop.rules")).unwrap();
    fs::write(folder.path().join("shop/known.json"), "{\"schema_version\":1,\"findings\":[]}").unwrap();
    let report = object(folder.path(), &["check", "--format", "json"]);
    let all = list(&report, "/diagnostics").iter().map(|one| {
        serde_json::json!({
            "file": "shop/shop.rules", "code": text(one, "/code"), "message": "", "fingerprint": text(one, "/fingerprint"),
        })
    });
    let file = serde_json::json!({ "schema_version": 1, "findings": all.collect::<Vec<_>>() });
    fs::write(folder.path().join("shop/known.json"), file.to_string()).unwrap();
    let report = object(folder.path(), &["check", "--format", "json"]);
    assert_eq!(codes(&report, "/diagnostics"), ["resolve::unknown-slot"], "{rules}");
}

#[test]
fn what_is_known_stops_no_other_verb() {
    let folder = shop();
    let build = |folder: &Path| cater(folder, &["build", "shop", "--output", "shop.cater"]).status.code();
    cater(folder.path(), &["check", "--baseline", "other.json", "--write-baseline"]);
    fs::write(folder.path().join("shop/known.json"), "{\"schema_version\":1,\"findings\":[]}").unwrap();
    assert_eq!(build(folder.path()), Some(1), "two rules of one rank");
    fs::rename(folder.path().join("other.json"), folder.path().join("shop/known.json")).unwrap();
    assert_eq!(build(folder.path()), Some(0), "what a check lets pass, a build does");
}

#[test]
fn a_part_of_a_world_neither_writes_nor_judges_it() {
    let folder = shop();
    fs::write(folder.path().join("shop/more.rules"), "rule late in home { priority 10  show story }\n").unwrap();
    cater(folder.path(), &["check", "--write-baseline"]);
    let before = fs::read_to_string(folder.path().join("shop/known.json")).unwrap();
    let written = cater(folder.path(), &["check", "shop/more.rules", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&written.stderr).contains("only a part"), "{written:?}");
    let report = object(folder.path(), &["check", "shop/shop.rules", "--format", "json"]);
    assert!(!codes(&report, "/diagnostics").contains(&"allow::outdated-baseline".to_owned()), "{report:#}");
    assert_eq!(fs::read_to_string(folder.path().join("shop/known.json")).unwrap(), before);
}

#[test]
fn worlds_that_share_one_keep_each_others_entries() {
    let folder = folder(&[
        ("one/shop.rules", FLAWED),
        ("one/cater.toml", ""),
        ("two/shop.rules", FLAWED),
        ("two/cater.toml", ""),
    ]);
    let run = |paths: &[&str], more: &[&str]| {
        cater(folder.path(), &[&["check", "--fail-level", "note", "--baseline", "known.json"], paths, more].concat())
    };
    run(&["one", "two"], &["--write-baseline"]);
    let both = fs::read_to_string(folder.path().join("known.json")).unwrap();
    for paths in [&["one", "two"][..], &["one"], &["two"]] {
        assert_eq!(run(paths, &[]).status.code(), Some(0), "{paths:?}");
        run(paths, &["--write-baseline"]);
        assert_eq!(fs::read_to_string(folder.path().join("known.json")).unwrap(), both, "{paths:?}");
    }
    // A world that is gone leaves it.
    fs::remove_dir_all(folder.path().join("two")).unwrap();
    assert_eq!(run(&["one"], &[]).status.code(), Some(1));
    run(&["one"], &["--write-baseline"]);
    assert_eq!(run(&["one"], &[]).status.code(), Some(0));
    assert!(fs::read_to_string(folder.path().join("known.json")).unwrap().len() < both.len());
}

#[test]
fn what_is_no_baseline_is_refused_and_kept() {
    let folder = folder(&[("shop.rules", FLAWED), ("package.json", "{ \"name\": \"shop\" }")]);
    for arguments in
        [&["check", "--baseline", "package.json"][..], &["check", "--baseline", "package.json", "--write-baseline"]]
    {
        let ended = cater(folder.path(), arguments);
        assert_eq!(ended.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&ended.stderr).contains("it is no baseline"), "{ended:?}");
        assert_eq!(fs::read_to_string(folder.path().join("package.json")).unwrap(), "{ \"name\": \"shop\" }");
    }
    let nowhere = cater(folder.path(), &["check", "--write-baseline"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("nobody says where the baseline"));
    let rules = cater(folder.path(), &["check", "--baseline", "shop.rules", "--write-baseline"]);
    assert_eq!(rules.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("shop.rules")).unwrap(), FLAWED);
}
