//! The book (`docs`, without the pages of codes) is whole: every page can be reached, every file it shows is used by a
//! command, every program is laid out, every operator stands in one, and the reference of the operators is what `src/ops`
//! says.
//!
//! That its fences compile, run and pass is seen in `tests/transcripts`; that they show the whole grammar, in
//! `src/syntax/tests/coverage.rs`. `make bless` writes the reference of the operators.

mod layout;
#[cfg(feature = "jit")]
mod operators;
mod reference;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::house::{files_below, no_complaints, read};
use crate::transcripts::document::{Document, Piece};

/// The table of contents.
const CONTENTS: &str = "docs/README.md";

/// Every page of the book.
fn pages() -> Vec<PathBuf> {
    let pages = files_below("docs").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    pages.filter(|path| !path.starts_with("docs/codes")).collect()
}

/// The pages that a page links to.
fn links(page: &Path) -> BTreeSet<PathBuf> {
    let text = read(page);
    let folder = page.parent().unwrap_or(Path::new(""));
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.map(|target| folder.join(target)).collect()
}

#[test]
fn every_page_is_in_the_contents() {
    let listed = links(Path::new(CONTENTS));
    let lost = pages().into_iter().filter(|page| *page != Path::new(CONTENTS) && !listed.contains(page));
    no_complaints(
        "a page that the contents do not list",
        &lost.map(|page| page.display().to_string()).collect::<Vec<_>>(),
    );
}

#[test]
fn every_file_of_rules_is_asked_about() {
    let mut complaints = Vec::new();
    for page in pages() {
        let pieces = Document::parse(&read(&page)).unwrap().pieces;
        for (at, piece) in pieces.iter().enumerate() {
            let Piece::File { name, .. } = piece else { continue };
            let world = name.split('/').next().unwrap_or(name);
            let asked = pieces[at..].iter().any(|piece| match piece {
                Piece::Command(command) => {
                    let runs = command.text.contains("cater ") || command.text.starts_with("sh ");
                    runs && command.text.contains(world)
                }
                Piece::File { text, .. } => text.contains(&format!("use \"{name}\"")),
                Piece::Program { .. } | Piece::Excerpt { .. } => false,
            });
            if !asked {
                complaints.push(format!("{}: `{name}`", page.display()));
            }
        }
    }
    no_complaints("a file that no command of its page is about", &complaints);
}
