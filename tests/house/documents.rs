//! The documents beside the code: each is there, says what it promises to say, and points at what exists.

use std::path::Path;

use super::{files_below, no_complaints, read, root};
use crate::markdown::{fences, headings};

/// What one expects to find at the top of a repository.
const DOCUMENTS: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DESIGN.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
];

/// The two commands that do all the set-up on a fresh machine.
const FIRST_STEPS: &[&str] = &["cargo run --release -- decide rules-examples/telco-retention", "make test"];

#[test]
fn the_documents_are_there() {
    for document in DOCUMENTS {
        assert!(!read(document).trim().is_empty(), "{document} says nothing");
    }
}

#[test]
fn the_readme_has_one_way_in() {
    let text = read("README.md");
    let fences = fences(&text).unwrap();
    let tags: Vec<&str> = fences.iter().map(|fence| fence.language.as_str()).collect();
    let shows = tags.iter().position(|tag| *tag == "rules").zip(tags.iter().position(|tag| *tag == "console"));
    assert!(shows.is_some_and(|(rule, decision)| rule < decision), "a rule, then what it decides: {tags:?}");
    let set_up =
        fences.iter().filter(|fence| fence.lines.iter().any(|line| line == FIRST_STEPS[1])).collect::<Vec<_>>();
    let [set_up] = set_up.as_slice() else { panic!("`{}` stands in one fence of README.md", FIRST_STEPS[1]) };
    assert_eq!(set_up.lines, FIRST_STEPS, "exactly two commands do all the set-up");
}

#[test]
fn the_changelog_has_room_for_what_comes() {
    let headings = headings(&read("CHANGELOG.md"));
    let first = headings.iter().find(|(level, _)| *level == 2).map(|(_, text)| text.as_str());
    assert_eq!(first, Some("[Unreleased]"), "the first section of CHANGELOG.md");
}

#[test]
fn links_lead_somewhere() {
    let mut complaints = Vec::new();
    for path in files_below("").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md")) {
        let text = read(&path);
        let folder = path.parent().unwrap_or(Path::new(""));
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !target.contains("://") && !file.is_empty() && !root().join(folder).join(file).exists() {
                complaints.push(format!("{}: {target}", path.display()));
            }
        }
    }
    no_complaints("a link to a file that does not exist", &complaints);
}

#[test]
fn every_path_in_the_documents_exists() {
    let mut complaints = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(document);
        for word in text.split('`').skip(1).step_by(2).filter(|word| !word.contains('\n')) {
            let folders = ["src/", "tests/", "grammar/", "rules-examples/", "benches/", ".ci/", ".github/"];
            let is_path = folders.iter().any(|folder| word.starts_with(folder)) && !word.contains(['*', ' ']);
            let stands_for_any = ["NAME", "STAGE", "VERB"].iter().any(|name| word.contains(name));
            if is_path && !stands_for_any && !root().join(word).exists() {
                complaints.push(format!("{document}: `{word}`"));
            }
        }
    }
    no_complaints("a path that does not exist", &complaints);
}
