//! The pages of codes are true: what they tell to avoid raises the code, what they tell to prefer does not.
//!
//! An example of rules is compiled beside the small shop of `docs/codes/shop.rules`, an example of commands is run. The
//! list of all pages, `docs/codes/README.md`, is made from the codes; `make bless` writes it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cater::compile::compile;
use cater::diagnostics::{Code, Severity, codes, render};
use cater::source::{SourceId, SourceSet};
use cater::value::Instant;

use crate::house::{files_below, no_complaints, read, root};
use crate::markdown::{Fence, fences};
use crate::transcripts::document::{Document, Piece};
use crate::transcripts::sandbox::Sandbox;

const FOLDER: &str = "docs/codes";

/// What no example raises, with the file of the tests that do, or of the code where no test can.
const RAISED_ELSEWHERE: &[(&str, &str)] = &[
    ("syntax::file-too-large", "src/syntax/tests/limits.rs"),
    ("consent::leak", "tests/consent/planted/mod.rs"),
    ("bundle::undecodable", "src/bundle/tests.rs"),
    ("bundle::model-refused", "src/bundle/tests.rs"),
    ("bundle::manifest-differs", "src/bundle/tests.rs"),
    ("state::other-version", "src/runtime/store/embedded/tests.rs"),
    ("run::interrupted", "tests/service/mod.rs"),
    ("run::io", "src/cli/worlds.rs"),
    ("state::in-use", "src/runtime/store/embedded/tests.rs"),
    ("state::busy", "src/runtime/crowd_tests.rs"),
    ("state::slow", "src/runtime/store/redis/faults.rs"),
    ("serve::bad-request", "tests/serve/refusals.rs"),
    ("serve::broke-off", "src/serve/tests/faults.rs"),
    ("serve::cannot-listen", "tests/serve/refusals.rs"),
    ("serve::forbidden", "tests/serve/refusals.rs"),
    ("serve::no-state", "tests/serve/mod.rs"),
    ("serve::no-such-route", "tests/serve/refusals.rs"),
    ("serve::no-token", "tests/serve/refusals.rs"),
    ("serve::overloaded", "src/serve/tests/faults.rs"),
    ("serve::own-clock", "tests/serve/refusals.rs"),
    ("serve::self-check", "src/runtime/self_check.rs"),
    ("serve::too-deep", "tests/serve/refusals.rs"),
    ("serve::too-large", "tests/serve/refusals.rs"),
    ("serve::too-many", "tests/serve/refusals.rs"),
    ("serve::too-slow", "tests/serve/refusals.rs"),
    ("state::refused", "src/runtime/store/redis/faults.rs"),
];

fn path_of(code: &Code) -> PathBuf {
    Path::new(FOLDER).join(format!("{}.md", code.name.replace("::", "/")))
}

/// Whether a page shows commands: then it is also a document that runs.
pub(crate) fn is_document(path: &Path) -> bool {
    !path.starts_with(FOLDER) || fences(&read(path)).unwrap().iter().any(|fence| fence.language == "console")
}

/// The codes that an example of rules raises, and how they are said. What the shop leaves unused is not its business.
fn raised(example: &Fence) -> (BTreeSet<&'static str>, String) {
    let mut sources = SourceSet::default();
    sources.add("example.rules", example.text());
    sources.add("shop.rules", read(format!("{FOLDER}/shop.rules")));
    let mut compiled = compile(sources);
    // The day after which the examples of reviews are overdue.
    compiled.review(Instant::parse("2026-11-22T09:00Z").unwrap(), Severity::Warning);
    compiled.analyse(None);
    let here = |finding: &cater::diagnostics::Diagnostic| finding.span().is_none_or(|at| at.source == SourceId(0));
    let found: Vec<_> = compiled.diagnostics.into_iter().filter(here).collect();
    let shown = render::plain(&found, &compiled.sources);
    (found.iter().map(|finding| finding.code.name).collect(), shown)
}

fn rules_of(markdown: &str) -> Vec<Fence> {
    fences(markdown).unwrap().into_iter().filter(|fence| fence.language == "rules" && fence.rest.is_empty()).collect()
}

#[test]
fn the_shop_is_sound() {
    let (codes, shown) = raised(&Fence { language: "rules".into(), rest: vec![], opening: 0, lines: vec![] });
    assert!(codes.is_empty(), "{shown}");
    let mut sources = SourceSet::default();
    sources.add("shop.rules", read(format!("{FOLDER}/shop.rules")));
    let errors: Vec<_> = compile(sources).diagnostics.into_iter().filter(|finding| finding.is_error()).collect();
    assert_eq!(errors, []);
}

#[test]
fn every_example_of_rules_is_what_its_page_says() {
    let mut complaints = Vec::new();
    for code in codes::all() {
        for example in rules_of(code.parts().avoid) {
            let (found, shown) = raised(&example);
            if found != BTreeSet::from([code.name]) {
                complaints.push(format!("{}: to avoid, and raises {found:?}\n{}{shown}", code.name, example.text()));
            }
        }
        for example in rules_of(code.parts().prefer) {
            let (found, shown) = raised(&example);
            if !found.is_empty() {
                complaints.push(format!("{}: to prefer, and raises {found:?}\n{}{shown}", code.name, example.text()));
            }
        }
    }
    no_complaints("an example that is not what its page says", &complaints);
}

/// Runs the commands of a part of a page; gives everything they say, and whether all of them ended with 0.
fn run(markdown: &str, sandbox: &Sandbox) -> (String, bool) {
    let (mut text, mut clean) = (String::new(), true);
    for piece in Document::parse(markdown).unwrap().pieces {
        match piece {
            Piece::File { name, text } => sandbox.write(&name, &text),
            Piece::Command(command) => {
                let said = sandbox.run(&command.text);
                clean &= said.status == 0;
                text.push_str(&said.show());
            }
            Piece::Program { .. } | Piece::Excerpt { .. } => {}
        }
    }
    (text, clean)
}

#[test]
fn every_example_of_commands_is_what_its_page_says() {
    let mut complaints = Vec::new();
    for code in codes::all().filter(|code| is_document(&path_of(code))) {
        let page = code.parts();
        let sandbox = Sandbox::new(&path_of(code));
        let (said, _) = run(page.avoid, &sandbox);
        let elsewhere = RAISED_ELSEWHERE.iter().any(|(name, _)| *name == code.name);
        if !elsewhere && !said.contains(code.name) {
            complaints.push(format!("{}: to avoid, and says\n{said}", code.name));
        }
        let (said, clean) = run(page.prefer, &sandbox);
        if said.contains(code.name) || !clean {
            complaints.push(format!("{}: to prefer, and says\n{said}", code.name));
        }
    }
    no_complaints("an example that is not what its page says", &complaints);
}

#[test]
fn every_code_is_raised_by_its_page_or_by_a_test() {
    let mut complaints = Vec::new();
    for code in codes::all() {
        let shows = fences(code.parts().avoid).unwrap();
        let runs = shows.iter().any(|fence| ["rules", "console"].contains(&fence.language.as_str()));
        match RAISED_ELSEWHERE.iter().find(|(name, _)| *name == code.name) {
            None if runs => {}
            None => complaints.push(format!("{}: its page raises it by no example", code.name)),
            Some(_) if runs => complaints.push(format!("{}: its page raises it, so it is on no list", code.name)),
            Some((name, file)) => {
                let short = name.split("::").last().unwrap_or_default();
                let constant = short.to_uppercase().replace('-', "_");
                if !read(file).contains(&format!("::{constant}")) && !read(file).contains(name) {
                    complaints.push(format!("{name}: {file} does not raise it"));
                }
            }
        }
    }
    no_complaints("a code that nothing is known to raise", &complaints);
}

#[test]
fn every_page_belongs_to_a_code() {
    let known: BTreeSet<PathBuf> = codes::all().map(path_of).collect();
    let pages = files_below(FOLDER).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let stray: Vec<String> = pages
        .filter(|path| !path.ends_with("README.md") && !known.contains(path))
        .map(|path| path.display().to_string())
        .collect();
    no_complaints("a page without a code", &stray);
}

/// The list of all pages: a table a stage.
fn list() -> String {
    let mut text = String::from(
        "# Codes\n\n\
         Every finding has a code, and every code a page: what it means, what to avoid, what to prefer, why, and when to\n\
         allow it. `cater explain CODE` prints the same page. The examples of rules stand beside the small shop of\n\
         [shop.rules](shop.rules). This list is made from the codes (`make bless`).\n",
    );
    let mut stage = "";
    for code in codes::all() {
        if code.stage() != stage {
            stage = code.stage();
            text.push_str(&format!("\n## {stage}\n\n| code | | |\n| --- | --- | --- |\n"));
        }
        let path = code.name.replace("::", "/");
        text.push_str(&format!("| [{}]({path}.md) | {} | {} |\n", code.name, code.severity.word(), code.summary));
    }
    text
}

#[test]
fn the_list_of_pages_is_what_the_codes_say() {
    let path = format!("{FOLDER}/README.md");
    if std::env::var_os("CATER_BLESS").is_some() {
        std::fs::write(root().join(&path), list()).unwrap();
    }
    assert!(read(&path) == list(), "{path} is not what the codes say; `make bless` writes it");
}
