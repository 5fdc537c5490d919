//! Tests of the whole room: files that read well, files that do not, and what must never happen.

mod behind;
mod coverage;
mod damage;
mod deciding;
mod dice;
mod formatting;
mod generate;
mod limits;
mod messages;
mod missteps;
mod productions;
mod reading;
pub(super) mod trace;

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
