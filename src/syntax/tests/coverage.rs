//! Nothing of the language is left out of the book: each production, each word of a production that is only words, each
//! clause of each declaration and each declaration occurs in a fence of it (`docs`, without the pages of codes) that
//! compiles. That each is tested besides is seen in [`deciding`](super::deciding).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::productions::productions;
use super::trace::{Trace, traced};
use crate::compile::compile;
use crate::source::SourceSet;
use crate::syntax::clauses::forms;
use crate::syntax::words::{OPENERS, Opener};

/// What the book need not show: how the grammar says that a list or a sign ends.
const SIGNS: [&str; 8] = ["close_paren", "close_list", "close_brace", "colon", "equals", "less", "slash", "named_head"];

/// Everything an author can write, each in words.
pub(super) fn all() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (production, words) in productions().into_iter().filter(|(name, _)| !SIGNS.contains(&name.as_str())) {
        if words.is_empty() {
            all.insert(format!("production `{production}`"));
        }
        all.extend(words.iter().map(|word| word_of(&production, word.last().map_or("", String::as_str))));
    }
    all.extend(forms().into_iter().map(|(noun, word)| clause_of(noun, word)));
    let built = OPENERS.iter().filter(|(_, opener)| *opener != Opener::Later);
    all.extend(built.map(|(word, _)| format!("declaration `{word}`")));
    all
}

pub(super) fn word_of(production: &str, word: &str) -> String {
    format!("`{word}` (production `{production}`)")
}

pub(super) fn clause_of(noun: &str, word: &str) -> String {
    format!("clause `{word}` of {noun}")
}

/// What of all that a reading of texts went through.
fn gone_through(trace: &Trace, texts: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (production, words) in productions() {
        let Some(seen) = trace.productions.get(&production) else { continue };
        found.insert(format!("production `{production}`"));
        for spellings in words.iter().filter(|spellings| spellings.iter().any(|word| seen.contains(word))) {
            found.insert(word_of(&production, spellings.last().map_or("", String::as_str)));
        }
    }
    found.extend(trace.clauses.iter().map(|(noun, word)| clause_of(noun, word)));
    for line in texts.iter().flat_map(|text| text.lines()) {
        let word = line.split_whitespace().next().unwrap_or_default();
        found.insert(format!("declaration `{word}`"));
    }
    found
}

/// The files below a folder with this ending, but for the pages of codes.
pub(super) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("a file").path();
            if path.is_dir() && !path.ends_with("docs/codes") {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The texts of a document's fences of rules: the whole programs, and the files.
fn fences(markdown: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut programs, mut named) = (Vec::new(), Vec::<(String, String)>::new());
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(words) = line.trim_start().strip_prefix("```") else { continue };
        let body: String =
            lines.by_ref().take_while(|line| line.trim() != "```").map(|line| format!("{line}\n")).collect();
        match words.split_whitespace().collect::<Vec<_>>()[..] {
            ["rules"] => programs.push(body),
            ["rules", name] => named.push((name.to_owned(), body)),
            _ => {}
        }
    }
    (programs, named)
}

/// Compiles texts together; gives what was gone through, if nothing is in error.
fn compiled(texts: &[(String, String)]) -> Option<BTreeSet<String>> {
    let mut sources = SourceSet::default();
    for (name, text) in texts {
        sources.add(name, text.clone());
    }
    let (compiled, trace) = traced(|| compile(sources));
    let texts: Vec<String> = texts.iter().map(|(_, text)| text.clone()).collect();
    let is_clean = !compiled.diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error);
    is_clean.then(|| gone_through(&trace, &texts))
}

#[test]
fn the_book_shows_the_whole_language() {
    let mut shown = BTreeSet::new();
    for path in files("docs", "md") {
        let (programs, named) = fences(&fs::read_to_string(&path).expect("a page"));
        let alone = |text: &String| vec![("fence.rules".to_owned(), text.clone())];
        let mut together: Vec<Vec<(String, String)>> = programs.iter().map(alone).collect();
        together.extend(named.iter().map(|(_, text)| alone(text)));
        for (name, text) in &named {
            // What a file uses is what the page wrote last under that name.
            let used = named.iter().rev().filter(|(other, _)| other != name && text.contains(&format!("\"{other}\"")));
            together.push([(name.clone(), text.clone())].into_iter().chain(used.cloned()).collect());
        }
        shown.extend(together.iter().filter_map(|texts| compiled(texts)).flatten());
    }
    let missing: Vec<String> = all().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "the book has no fence that compiles with\n  {}\n", missing.join("\n  "));
}
