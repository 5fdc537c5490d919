//! A change of a real world's rules, counted over its real customers: the regions that `cater diff` proves and the customers
//! whose decision really differs are the same.
//!
//! What really differs is found apart from it: both states decide for everybody by `cater decide`, a slot at a time, and the
//! two files are laid side by side.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A world, the file that is changed, what stands there, what is to stand there, and the slot.
const CHANGES: [(&str, &str, &str, &str, &str); 7] = [
    ("telco-retention", "account_banner.rules", "tenure is at least 60", "tenure is at least 48", "account_banner"),
    ("telco-retention", "account_banner.rules", "priority  90", "priority  10", "account_banner"),
    (
        "telco-retention",
        "account_banner.rules",
        "payment is mailed_check",
        "payment is not mailed_check",
        "account_banner",
    ),
    (
        "telco-retention",
        "account_banner.rules",
        "at most 2 shown in any 30 days",
        "at most 1 shown in any 90 days",
        "account_banner",
    ),
    ("bank-campaign", "online_tile.rules", "balance is less than 0", "balance is less than -100", "online_tile"),
    ("bank-campaign", "call_proposal.rules", "at most 1", "at most 2", "call_proposal"),
    ("bank-campaign", "branch_screen.rules", "balance is at least 3000", "balance is at least 2000", "branch_screen"),
];

fn cater(folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_cater")).args(arguments).current_dir(folder).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() != Some(2), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// What everybody sees in a slot.
fn decided(folder: &Path, world: &str, slot: &str) -> Vec<Value> {
    let output = folder.join(format!("{world}.jsonl"));
    let name = output.display().to_string();
    cater(folder, &["decide", world, "--slot", slot, "--dry-run", "--output", &name]);
    let text = fs::read_to_string(&output).expect("decisions");
    let seen = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let mut decision = line["decisions"][0].clone();
        // By whom, with what sound and until when is no difference (`Shown`).
        let fields = decision.as_object_mut().expect("a decision");
        ["by", "rule", "silent", "until"].into_iter().for_each(|field| drop(fields.remove(field)));
        decision
    };
    text.lines().map(seen).collect()
}

fn copied(world: &str, to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples").join(world);
    for entry in walk(&from) {
        let target = to.join(entry.strip_prefix(&from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::copy(&entry, target).expect("copied");
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn regions_add_up_to_whose_decision_really_differs() {
    let mut touched = 0;
    for (world, file, from, to, slot) in CHANGES {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        copied(world, &folder.join("old"));
        copied(world, &folder.join("new"));
        let path = folder.join("new").join(file);
        let text = fs::read_to_string(&path).expect("rules");
        assert!(text.contains(from), "{world}/{file} no longer says `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).expect("written");
        let data = walk(&folder.join("new").join("data"));
        let customers: Vec<String> = data
            .iter()
            .map(|path| path.display().to_string())
            .filter(|name| !name.contains("consent") && !name.contains("events"))
            .collect();
        let mut arguments = vec!["diff", "old", "new", "--slot", slot, "--format", "json"];
        customers.iter().for_each(|name| arguments.extend(["--customers", name]));
        let found: Value = serde_json::from_str(&cater(folder, &arguments)).expect("JSON");
        let of_slot = &found["slots"][0];
        assert_eq!(of_slot["undecided"], Value::Array(Vec::new()), "{world}/{file}: {from}");
        let differ = of_slot["customers"]["differ"].as_u64().unwrap_or_else(|| panic!("{world}/{file}: {found:#}"));
        assert_eq!(of_slot["customers"]["in_no_region"], 0, "{world}/{file}: {from}");
        let regions = of_slot["regions"].as_array().expect("regions");
        let counted: u64 = regions.iter().filter_map(|region| region["customers"].as_u64()).sum();
        let (old, new) = (decided(folder, "old", slot), decided(folder, "new", slot));
        assert_eq!(old.len(), new.len());
        let really = old.iter().zip(&new).filter(|(old, new)| old != new).count() as u64;
        assert_eq!((differ, counted), (really, really), "{world}/{file}: `{from}` to `{to}`");
        println!("{world}/{file}: `{from}` to `{to}`: {really} of {}, {} regions", old.len(), regions.len());
        touched += u64::from(really > 0);
    }
    assert!(touched >= 4, "{touched} of the changes touch anybody");
}
