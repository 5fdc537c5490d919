//! Documents that run: every fence of README, the worlds' READMEs, the language book and the transcripts beside this
//! file is written to disk, executed, or looked up where it says it comes from.
//!
//! A fence says by its words what it is:
//!
//! - `console`: commands behind `$ `, continued behind `> `, a line `? 1` where the exit code is not 0, then what the
//!   program says, both streams. `[..]` stands for anything in a line, a line `...` for any number of lines. A fence in
//!   which no line begins with `$ ` is a list of commands: each must end with 0, whatever it says.
//! - `rules`: a whole program; the check finds no error in it, and the tests in it pass.
//! - `rules finds CODE`: a whole program; the check finds this in it.
//! - `rules NAME` (or `toml NAME`, `csv NAME` ...): a file, there for the commands that follow.
//! - `rules in PATH` (or `json in PATH` ...): an excerpt; these lines stand in that file, one after the other.
//! - `text`: a drawing or a form; nothing runs.
//!
//! Each document has a folder of its own that holds a copy of `rules-examples`; a world's README starts in its world.
//! Commands run in `sh`, where `cater` and `cargo run --release --` are the program that was just built.
//!
//! `CATER_TRANSCRIPT=check cargo test --test main transcripts` runs documents with `check` in their path alone;
//! `make bless` writes what the program says now into those that differ.

pub(crate) mod compare;
pub(crate) mod document;
pub(crate) mod sandbox;

use std::fs;
use std::path::{Path, PathBuf};

use crate::house::{files_below, read, root};
use crate::markdown::headings;
use crate::pages;
use compare::{Said, matches};
use document::{Command, Document, Piece};
use sandbox::Sandbox;

/// Runs a document; gives its complaints, each with its line, and how it would read with what the program says now.
fn run(path: &Path) -> Result<(Vec<String>, String), String> {
    let text = read(path);
    let document = Document::parse(&text)?;
    let sandbox = Sandbox::new(path);
    let mut complaints = Vec::new();
    let mut corrections = Vec::new();
    for piece in &document.pieces {
        match piece {
            Piece::File { name, text } => sandbox.write(name, text),
            Piece::Program { line, text, finds } => {
                sandbox.write("fence.rules", text);
                complaints.extend(judge(&sandbox, text, finds.as_deref()).map(|why| format!("line {line}: {why}")));
                sandbox.remove("fence.rules");
            }
            Piece::Excerpt { line, from, lines } => {
                if !stands_in(lines, from)? {
                    complaints.push(format!("line {line}: these lines do not stand in {from}"));
                }
            }
            Piece::Command(command) => {
                if let Some(said) = differs(&sandbox, command) {
                    complaints.push(format!(
                        "line {}: `{}`\n{}",
                        command.line + 1,
                        command.text,
                        said.against(command)
                    ));
                    corrections.push((command, said));
                }
            }
        }
    }
    Ok((complaints, document::corrected(&text, &corrections)))
}

/// What is wrong with the program in `fence.rules`, if anything.
fn judge(sandbox: &Sandbox, text: &str, finds: Option<&str>) -> Option<String> {
    let checked = sandbox.run("cater check --format plain fence.rules");
    if let Some(code) = finds {
        let found = checked.lines.iter().any(|line| line.contains(&format!("[{code}]")));
        return (!found).then(|| format!("the check does not find {code}:\n{}", checked.show()));
    }
    if checked.status != 0 {
        return Some(format!("the check finds an error:\n{}", checked.show()));
    }
    let has_tests = text.lines().any(|line| line.starts_with("test "));
    let tested = has_tests.then(|| sandbox.run("cater test fence.rules"))?;
    (tested.status != 0).then(|| format!("a test fails:\n{}", tested.show()))
}

/// What a command says, if that is not what the document says.
fn differs(sandbox: &Sandbox, command: &Command) -> Option<Said> {
    let said = sandbox.run(&command.text);
    let as_told = said.status == command.status
        && command.output.as_ref().is_none_or(|output| matches(&output.lines, &said.lines));
    (!as_told).then_some(said)
}

fn stands_in(lines: &[String], path: &str) -> Result<bool, String> {
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let file: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(file.windows(lines.len().max(1)).any(|window| window == lines))
}

/// Runs documents, all of them, and fails with all that differs.
fn run_all(documents: impl IntoIterator<Item = PathBuf>) {
    let wanted = std::env::var("CATER_TRANSCRIPT").unwrap_or_default();
    let bless = std::env::var_os("CATER_BLESS").is_some();
    let mut complaints = Vec::new();
    for path in documents.into_iter().filter(|path| path.to_string_lossy().contains(&wanted)) {
        let outcome = run(&path).and_then(|(found, corrected)| {
            if !bless || corrected == read(&path) {
                return Ok(found);
            }
            fs::write(root().join(&path), corrected).unwrap();
            run(&path).map(|(left, _)| left)
        });
        match outcome {
            Ok(found) => {
                complaints.extend(found.into_iter().map(|text| format!("{}, {text}", path.display())));
            }
            Err(error) => complaints.push(format!("{}: {error}", path.display())),
        }
    }
    assert!(
        complaints.is_empty(),
        "\n{}\n\n{} differ; `make bless` writes what the program says now\n",
        complaints.join("\n\n"),
        complaints.len(),
    );
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "md")
}

#[test]
fn every_fence_of_the_documents_runs() {
    let top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "DESIGN.md"].map(PathBuf::from);
    let docs = files_below("docs").into_iter().filter(|path| is_markdown(path) && pages::is_document(path));
    run_all(top.into_iter().chain(docs));
}

#[test]
fn every_fence_of_the_worlds_runs() {
    run_all(files_below("rules-examples").into_iter().filter(|path| is_markdown(path)));
}

#[test]
fn every_transcript_runs() {
    run_all(files_below("tests/transcripts").into_iter().filter(|path| is_markdown(path)));
}

#[test]
fn every_world_is_sound() {
    let worlds = files_below("rules-examples");
    let worlds = worlds.iter().filter(|path| path.ends_with("cater.toml")).filter_map(|path| path.parent());
    let mut complaints = Vec::new();
    let sandbox = Sandbox::new(Path::new("README.md"));
    for world in worlds {
        let has_readme = root().join(world).join("README.md").exists();
        if !has_readme {
            complaints.push(format!("{} has no README.md", world.display()));
        }
        for verb in ["check", "test", "fmt --check"] {
            let said = sandbox.run(&format!("cater {verb} {}", world.display()));
            if said.status != 0 {
                complaints.push(format!("cater {verb} {}: {}", world.display(), said.show()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn every_verb_has_a_good_run_a_bad_run_and_a_misuse() {
    let mut complaints = Vec::new();
    for verb in sandbox::verbs() {
        let path = format!("tests/transcripts/{verb}.md");
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            complaints.push(format!("`cater {verb}` has no {path}"));
            continue;
        };
        let sections: Vec<String> = headings(&text).into_iter().map(|(_, heading)| heading.to_lowercase()).collect();
        for section in ["good run", "bad run", "misuse"] {
            if !sections.iter().any(|heading| heading.starts_with(section)) {
                complaints.push(format!("{path} has no section \"{section}\""));
            }
        }
        let ends = Document::parse(&text).map(|document| document.statuses()).unwrap_or_default();
        if !ends.contains(&0) || !ends.contains(&2) {
            complaints.push(format!("{path} shows no run that ends with 0, or none that ends with 2"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
