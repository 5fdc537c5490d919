//! Tests of the whole room: files that read well, files that do not, and what must never happen.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod damage;
mod dice;
mod generate;
mod limits;
mod messages;
mod reading;

use super::tree::File;
use crate::diagnostics::Diagnostic;
use crate::source::SourceId;

/// Parses one file.
fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    super::parse(SourceId(0), text)
}

/// A tree or a part of one as text without its spans, for comparing two readings of the same words.
fn shape(tree: &impl std::fmt::Debug) -> String {
    let mut rest = format!("{tree:?}");
    let mut out = String::with_capacity(rest.len());
    while let Some(at) = rest.find("Span { source") {
        out.push_str(&rest[..at]);
        let end = at + rest[at..].find('}').expect("a span ends") + 1;
        rest.drain(..end);
    }
    out + &rest
}

#[test]
fn scratch() {
    let Ok(path) = std::env::var("SCRATCH") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    for text in text.split("\n====\n") {
        let (_, findings) = parse(text);
        println!("{text}");
        for f in findings {
            println!("   {} {} {:?}", f.code.name, f.message, &text[f.span().unwrap().range()]);
        }
    }
}
