//! Text to tree, and tree to text: the only room that knows pest.
//!
//! Takes the text of one file, gives its [`tree::File`] and every syntax error in it. Knows no names, types or meaning.
//!
//! The way of a file: `scan` cuts it into tokens; `outline` finds where declarations begin by the shape of their
//! headers, `blocks` where they end, and `items` reads each; `clauses` splits a declaration into clauses by their words
//! and hands each to pest (`grammar/cater.pest`); the builders (`expr`, `literal`, the files of `clauses`) turn pairs into the tree; `messages` words what went wrong.
//! A broken clause is left out and marks its item as damaged; nothing else is lost.

mod allowances;
mod blocks;
mod clauses;
mod expr;
mod format;
mod grammar;
mod items;
mod literal;
mod messages;
mod outline;
mod reader;
mod scan;
#[cfg(test)]
mod tests;
pub mod tree;
mod words;

pub use format::format;

/// The days that `2025-1-5` or `12/31/2025` may mean, as they are written here; none where it is no such thing.
pub(crate) fn days_meant(written: &str) -> Option<Vec<String>> {
    messages::days_meant(written)
}

use crate::diagnostics::{self, Diagnostic, codes::syntax as codes};
use crate::source::{MAX_FILE_BYTES, SourceId, Span};

/// Reads one file: its tree, and everything that is wrong with its syntax, in reading order.
///
/// Never fails: what cannot be read is left out of the tree and reported. Accepts a byte order mark and both kinds of
/// line ends. A file over [`MAX_FILE_BYTES`] is not read at all.
pub fn parse(source: SourceId, text: &str) -> (tree::File, Vec<Diagnostic>) {
    if text.len() > MAX_FILE_BYTES {
        let message =
            format!("this file has {} bytes, and {MAX_FILE_BYTES} is the most a rule file may have", text.len());
        let finding = Diagnostic::new(&codes::FILE_TOO_LARGE, Span::new(source, 0..0), message)
            .help("split it into several files of related rules");
        return (tree::File::default(), vec![finding]);
    }
    let scan = scan::scan(source, text);
    let mut reader = reader::Reader::new(source, text, &scan.tokens);
    let items = reader.items();
    let mut findings = std::mem::take(&mut reader.findings);
    let allowances = allowances::read(source, text, &scan, &items, &mut findings);
    findings.extend(scan.problems.into_iter().take(reader::MAX_FINDINGS));
    diagnostics::sort(&mut findings);
    (tree::File { items, allowances }, findings)
}
