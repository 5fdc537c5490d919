//! Tree to text: one way to lay out a file.
//!
//! Takes the text of a file without syntax errors, gives it back with one clause on a line, the words that open clauses
//! padded to a column, attributes in columns, and at most one blank line where there were some. Short declarations that
//! stood on one line stay there. Comments stay where they stand: behind the word they followed, or on their own line.
//!
//! Works on the tokens of the file, which it never changes, adds or drops; the tree only says where clauses, types and
//! marks begin. That is why formatting cannot change a meaning, and formatting twice changes nothing.

mod parts;
mod pieces;
mod print;
mod table;

use super::scan::scan;
use crate::diagnostics::Diagnostic;
use crate::source::SourceId;

/// The widest line, in characters; longer ones are broken where they can be.
pub(super) const WIDTH: usize = 120;

/// Lays out a file.
///
/// # Errors
///
/// A file with syntax errors is not formatted; they are given in reading order, their spans in `source`.
pub fn format(source: SourceId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let (file, findings) = super::parse(source, text);
    // A comment that speaks to the program is laid out like any other, also where it cannot be read.
    if findings.iter().any(|finding| finding.code.stage() != "allow") {
        return Err(findings);
    }
    let scan = scan(source, text);
    let parts: Vec<_> = file.items.iter().filter_map(|item| parts::of(item, &scan.tokens)).collect();
    let mut out = print::print(text, &scan, &parts);
    if text.starts_with('\u{FEFF}') {
        out.insert(0, '\u{FEFF}');
    }
    // Line ends stay as they are, by the first of them.
    if text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')) {
        out = out.replace('\n', "\r\n");
    }
    Ok(out)
}
