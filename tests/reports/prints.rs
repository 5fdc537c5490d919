//! Fingerprints: the same while what they are about is the same, and no two alike.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{FLAWED, cater, folder, list, object, text};

/// The fingerprints of a report with what they stand for: code and message.
fn prints(report: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for one in ["/diagnostics", "/allowed", "/known"].iter().flat_map(|at| list(report, at)) {
        let what = format!("{} {}", text(one, "/code"), text(one, "/message"));
        let twice = all.insert(text(one, "/fingerprint").to_owned(), what);
        assert_eq!(twice, None, "two findings share a fingerprint");
    }
    all
}

fn of(rules: &str) -> BTreeMap<String, String> {
    let folder = folder(&[("shop.rules", rules)]);
    prints(&object(folder.path(), &["check", "--format", "json"]))
}

#[test]
fn what_is_elsewhere_does_not_matter() {
    let before = of(FLAWED);
    assert!(before.len() > 5, "{before:#?}");
    let mut turned: Vec<&str> = FLAWED.split("\n\n").collect();
    turned.reverse();
    let changed = [
        ("lines above", format!("// A line.\n\n\n// And another.\n{FLAWED}")),
        ("the order of the declarations", format!("{}\n", turned.join("\n\n"))),
        ("blanks and line ends", FLAWED.replace("  ", "    ").replace('\n', "\r\n")),
        ("a reason", FLAWED.replace("comes in June", "comes in July")),
        ("a name that no finding is about", FLAWED.replace("warm", "friendly").replace("home", "front")),
        ("a clause that no finding is about", FLAWED.replace("class service  tags warm", "class service")),
        ("a finding less before it", FLAWED.replace("offer spring { class service }", "")),
    ];
    for (what, rules) in changed {
        let after = of(&rules);
        // What is gone, or new, is about what was changed; everything else is called as before.
        let about = |finding: &String| ["warm", "friendly", "spring"].iter().any(|name| finding.contains(name));
        let kept = |all: &BTreeMap<String, String>| {
            let kept = all.iter().filter(|(_, finding)| !about(finding)).map(|(print, _)| print.clone());
            kept.collect::<Vec<_>>()
        };
        assert_eq!(kept(&before), kept(&after), "{what} changes no fingerprint:\n{before:#?}\n{after:#?}");
    }
}

#[test]
fn the_layout_does_not_matter() {
    let folder = folder(&[("shop.rules", FLAWED)]);
    let before = prints(&object(folder.path(), &["check", "--format", "json"]));
    cater(folder.path(), &["fmt"]);
    assert_ne!(fs::read_to_string(folder.path().join("shop.rules")).unwrap(), FLAWED, "it is laid out otherwise");
    assert_eq!(before, prints(&object(folder.path(), &["check", "--format", "json"])));
}

#[test]
fn what_it_is_about_does_matter() {
    let before = of(FLAWED);
    let renamed = of(&FLAWED.replace("spring", "easter"));
    let gone: Vec<_> = before.iter().filter(|(print, _)| !renamed.contains_key(*print)).collect();
    assert!(gone.len() == 1 && gone[0].1.contains("`spring`"), "{gone:?}");
    let folder = folder(&[("other.rules", FLAWED)]);
    let moved = prints(&object(folder.path(), &["check", "--format", "json"]));
    assert!(before.keys().all(|print| !moved.contains_key(print)), "the file is part of it");
}

#[test]
fn findings_that_are_alike_are_told_apart() {
    let twice = "rule tip in home { when nonsense  when nonsense  when nonsense  show tips }\n";
    let all = of(&format!("{FLAWED}{twice}"));
    let alike: Vec<_> = all.values().filter(|what| what.contains("`nonsense`")).collect();
    assert_eq!(alike.len(), 3, "{all:#?}");
}

#[test]
fn the_folder_from_which_one_looks_does_not_matter() {
    let folder = folder(&[("rules/shop/shop.rules", FLAWED), ("rules/shop/cater.toml", ""), (".git/HEAD", "")]);
    let top = prints(&object(folder.path(), &["check", "--format", "json"]));
    let below = |at: &str, path: &str| prints(&object(&folder.path().join(at), &["check", "--format", "json", path]));
    assert_eq!(top, below("rules", "."));
    assert_eq!(top, below("rules/shop", "../shop"));
    let absolute = folder.path().join("rules");
    assert_eq!(top, below(".git", absolute.to_str().unwrap()));
    let sarif = object(&folder.path().join("rules/shop"), &["check", "--format", "sarif"]);
    let uri = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(text(&sarif, uri), "rules/shop/shop.rules");
}

#[test]
fn a_file_that_two_worlds_use_is_told_of_once() {
    let shared = "offer idle { class service }\noffer story { class service }\n";
    let world = "use \"../shared/offers.rules\"\nslot home on web { accepts service  fallback story }\n\
                 rule tip in home { show story }\n";
    let toml = "rules = [\".\", \"../shared\"]\n";
    let folder = folder(&[
        ("shared/offers.rules", shared),
        ("one/shop.rules", world),
        ("one/cater.toml", toml),
        ("two/shop.rules", world),
        ("two/cater.toml", "rules = [\".\", \"../shared\"]\n[lints]\n\"lint::unused-offer\" = \"error\"\n"),
    ]);
    let idle = |report: &Value, at: &str, message: &str| -> Vec<Value> {
        list(report, at).iter().filter(|one| text(one, message).contains("`idle`")).cloned().collect()
    };
    let json = object(folder.path(), &["check", "one", "two", "--format", "json"]);
    assert_eq!(idle(&json, "/diagnostics", "/message").len(), 1);
    let sarif = object(folder.path(), &["check", "one", "two", "--format", "sarif"]);
    let told = idle(&sarif, "/runs/0/results", "/message/text");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(text(&told[0], "/level"), "error", "where it weighs most");
}

/// What `docs/chapters/ci.md` says of how one is made, reckoned here again.
#[test]
fn one_can_be_reckoned_by_hand() {
    let all = of("offer spring { class service }\noffer story { class service }\n\
                  slot home on web { accepts service  fallback story }\nrule tip in home { show story }\n");
    let text = r#"["lint::unused-offer",[["shop.rules","offer spring","spring"]],0]"#;
    let digest = blake3::hash(text.as_bytes()).to_hex();
    assert_eq!(all.keys().collect::<Vec<_>>(), [&digest.as_str()[..32]], "{all:#?}");
}
