//! Commas that stand where none does: behind a list, behind a clause, between its words, before the brace of a slot.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::clauses::Form;
use crate::syntax::reader::{Reader, Stopped};

/// What a member of the bare list is with which the clause at `at` ends before token `comma`; nothing where it ends in no
/// list.
fn member(reader: &Reader<'_>, form: &Form, at: usize, comma: usize) -> Option<&'static str> {
    let has = |word: &str| (at..comma).any(|token| reader.is_word(token, word));
    Some(match form.word {
        "needs" | "consent" => "a purpose",
        "tags" | "ties" => "a tag",
        "accepts" => "a class",
        "before" => "a rule",
        "obeys" => "something to obey",
        "also" => "a task",
        "fallback" => "an offer",
        "history" => "a time",
        "cases" => "a column",
        "row" => "a cell",
        "permission" => "a channel",
        "with" => "a field",
        "send" if has("by") => "a channel",
        "expect" if has("also") => "a task",
        _ => return None,
    })
}

/// What the clause that begins at `at` ends in a comma for, at whose end reading stopped.
pub(super) fn last(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Option<Diagnostic> {
    let comma = end.checked_sub(1).filter(|last| *last > at && reader.is_sign(*last, b',') && stopped.at >= *last)?;
    Some(behind(reader, form, at, comma, stopped.expected.is_empty()))
}

/// The comma behind the clause or definition at `at`: it makes what follows a member of its list, or nothing at all.
/// `is_whole` says whether what stands before it is complete.
pub(in crate::syntax) fn behind(
    reader: &Reader<'_>,
    form: &Form,
    at: usize,
    comma: usize,
    is_whole: bool,
) -> Diagnostic {
    let span = reader.span(comma);
    let next = reader.word(comma + 1);
    if let Some(what) = member(reader, form, at, comma) {
        let message = match next {
            Some(next) => format!("`{next}` was read as {what}: is the comma before it meant?"),
            None => format!("the list ends in a comma, and {what} was expected behind it"),
        };
        return Diagnostic::new(&codes::COMMA, span, message)
            .primary("the list goes on behind a comma")
            .help("leave the comma out if the list ends here")
            .suggest("remove the comma", span, blank(reader, comma));
    }
    let what = if matches!(form.word, "segment" | "value") { "definition" } else { "clause" };
    let follows = match next {
        Some(next) => format!("`{next}` begins the next one"),
        None => "nothing of it follows".to_owned(),
    };
    Diagnostic::new(&codes::COMMA, span, format!("no comma stands behind a {what}"))
        .primary(follows)
        .help("leave it out")
        .fix_if(is_whole, "remove the comma", span, blank(reader, comma))
}

/// A comma between the words of one clause.
pub(in crate::syntax) fn within(reader: &Reader<'_>, comma: usize) -> Diagnostic {
    let span = reader.span(comma);
    let next = crate::syntax::scan::shortened(reader.written(comma + 1));
    Diagnostic::new(&codes::UNEXPECTED, span, format!("no comma stands before `{next}`"))
        .primary("the clause goes on without one")
        .help("leave it out")
        .fix("remove the comma", span, blank(reader, comma))
}

/// What stands in the place of a comma that is taken away: nothing, or the space between words that it held apart.
fn blank(reader: &Reader<'_>, comma: usize) -> &'static str {
    let is_close = |at: usize| reader.span(at).end == reader.span(at + 1).start;
    if is_close(comma) && is_close(comma - 1) { " " } else { "" }
}
