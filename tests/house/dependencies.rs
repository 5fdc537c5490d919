//! What we build upon: every crate has a reason, a licence that fits, and stays out of a service that only decides.

use std::collections::BTreeSet;
use std::process::Command;

use super::{no_complaints, read, root};

/// Licences that go with MIT OR Apache-2.0 in a program that is passed on.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What a service that loads bundles and decides must not carry.
const NOT_IN_A_SERVICE: &[&str] = &[
    "clap",
    "cranelift-codegen",
    "csv",
    "flate2",
    "indicatif",
    "miette",
    "minisign",
    "pest",
    "petgraph",
    "redb",
    "tokio",
    "toml",
];

/// The names of `[dependencies]`, in order.
pub(crate) fn declared() -> Vec<String> {
    section("dependencies").into_iter().map(|(name, _)| name).collect()
}

/// The entries of a section of Cargo.toml, each with the rest of its line.
fn section(name: &str) -> Vec<(String, String)> {
    let text = read("Cargo.toml");
    let mut lines = text.lines().skip_while(|line| line.trim() != format!("[{name}]"));
    lines.next().unwrap_or_else(|| panic!("Cargo.toml has no [{name}]"));
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .collect()
}

/// What cargo answers, without asking the net: everything is there, else this would not have been built.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).args(arguments).args(["--locked", "--offline"]).current_dir(root()).output();
    let output = output.expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_service_that_decides_stays_light() {
    let tree = cargo(&["tree", "--no-default-features", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("postcard"), "the tree was read: {tree}");
    let heavy: Vec<_> = NOT_IN_A_SERVICE.iter().filter(|name| crates.contains(**name)).collect();
    assert!(heavy.is_empty(), "with `default-features = false` the crate still carries {heavy:?}");
}

#[test]
fn every_licence_fits() {
    let tree = cargo(&["tree", "--all-features", "--prefix", "none", "--format", "{p}|{l}"]);
    let mut complaints = BTreeSet::new();
    for line in tree.lines() {
        let (package, licence) = line.split_once('|').unwrap();
        let licence = licence.trim_end_matches(" (*)");
        // Any one of the choices will do; a choice may ask for several.
        let fits = licence
            .replace(" / ", " OR ")
            .replace('/', " OR ")
            .split(" OR ")
            .any(|choice| choice.split(" AND ").all(|one| LICENCES.contains(&one.trim_matches(['(', ')', ' ']))));
        if !fits {
            complaints.insert(format!("{package}: {licence}"));
        }
    }
    no_complaints("a licence that nobody has said yes to", &complaints.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_dependency_has_a_reason() {
    let design = read("DESIGN.md");
    let names = ["dependencies", "dev-dependencies"].into_iter().flat_map(section).map(|(name, _)| name);
    let complaints: Vec<_> = names
        .filter(|name| !design.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`"))))
        .map(|name| format!("`{name}`"))
        .collect();
    no_complaints("a dependency without a row in DESIGN.md (why this one, what else was weighed)", &complaints);
}

#[test]
fn every_lint_has_a_reason() {
    let entries = ["lints.rust", "lints.clippy"].into_iter().flat_map(section);
    let complaints: Vec<_> = entries
        .filter(|(_, value)| value.split_once('#').is_none_or(|(_, reason)| reason.trim().is_empty()))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    no_complaints("an entry of the lint table of Cargo.toml without a reason behind it", &complaints);
}
