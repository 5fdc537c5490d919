//! What is wrong with `use "customer.rules"`: a path without quotes, and what stands behind one.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::reader::Reader;
use crate::syntax::scan::{TokenKind, shortened};

/// A path that stands behind the `use` at `at`, up to token `end`, without its quotes.
pub(in crate::syntax) fn not_a_path(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let span = reader.span_between(at + 1, end);
    let path = reader.text.get(span.range())?;
    if !path.ends_with(".rules") || path.contains(char::is_whitespace) {
        return None;
    }
    let quoted = format!("\"{path}\"");
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, "the path of a file stands in quotes");
    Some(finding.help(format!("write `use {quoted}`")).fix("put it in quotes", span, quoted))
}

/// What stands behind the path of a `use`, from token `from` up to token `end`.
pub(in crate::syntax) fn behind_use(reader: &Reader<'_>, from: usize, end: usize) -> Diagnostic {
    let span = reader.span(from);
    let written = shortened(reader.written(from));
    if reader.is_sign(from, b',') && reader.is_kind(from + 1, TokenKind::Text) && from + 1 < end {
        return Diagnostic::new(&codes::UNEXPECTED, span, "each file has a `use` of its own")
            .help(format!("write `use {}` on the next line", reader.written(from + 1)))
            .fix("give it a `use` of its own", span, "\nuse");
    }
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, format!("`use` is complete before `{written}`"))
        .help("a `use` names one file and nothing else");
    match reader.is_sign(from, b';') || reader.is_sign(from, b',') {
        true => finding.fix("remove it", span, ""),
        false => finding,
    }
}
