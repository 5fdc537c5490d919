//! Lists and texts with something between their parts that does not belong there: `needs a and b`, `show a, b`, a quote
//! inside a text.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;
use crate::syntax::scan::{TokenKind, shortened};

/// What is wrong with a clause that begins at `at`, ends before `end` and was complete before token `trouble`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let before = trouble.checked_sub(1).filter(|before| *before > at)?;
    if let Some(finding) = quote_within(reader, before, trouble, end) {
        return Some(finding);
    }
    let name = reader.is_name(trouble) && trouble < end;
    match form.word {
        "needs" if trouble == at + 2 && name && reader.is_word(at + 1, "consent") => {
            let right = reader.written(trouble);
            let span = reader.span_between(at + 1, trouble + 1);
            let finding = Diagnostic::new(&codes::SPELLING, span, "`needs` names the purpose and nothing else");
            let help = format!("write `needs {right}`; the purpose says whether that takes a consent");
            Some(finding.help(help).fix(format!("write `{right}`"), span, right))
        }
        "needs" | "accepts" | "tags" | "before" => {
            let joint = [before, trouble].into_iter().find(|joint| reader.is_word(*joint, "and"))?;
            let gap = Span { start: reader.span(joint - 1).end, ..reader.span(joint) };
            let finding = Diagnostic::new(&codes::SPELLING, reader.span(joint), "a comma divides the names of a list");
            let (first, second) = (reader.written(joint - 1), reader.written(joint + 1));
            let help = format!("write `{} {first}, {second}`", form.word);
            Some(finding.help(help).fix("write a comma", gap, ","))
        }
        "show" | "send" if name && reader.is_word(before, "the") => {
            let whole = Span { end: reader.span(trouble).start, ..reader.span(before) };
            let finding =
                Diagnostic::new(&codes::SPELLING, reader.span(before), "an offer is called by its name alone");
            let right = format!("{} {}", form.word, reader.written(trouble));
            Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), whole, ""))
        }
        "show"
            if name
                && (reader.is_sign(before, b',') || ["and", "or"].iter().any(|word| reader.is_word(before, word))) =>
        {
            let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(before), "a rule shows one offer");
            let (first, second) = (reader.written(before - 1), reader.written(trouble));
            Some(finding.primary("a second one?").help(format!(
                "write a rule for `{first}` and one for `{second}`; the one with the higher `priority` is shown first"
            )))
        }
        "as" if name && (reader.is_sign(before, b',') || reader.is_word(before, "and")) => {
            let (first, second) = (reader.written(before - 1), reader.written(trouble));
            let span = reader.span(trouble);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a test takes over one persona");
            Some(finding.primary("a second one").label(reader.span(before - 1), "the first").help(format!(
                "let one persona take over the other: `persona {second} {{ as {first}  .. }}`, then write `as {second}`"
            )))
        }
        "class" if name && reader.is_sign(trouble + 1, b':') => {
            let field = reader.written(trouble);
            let span = reader.span(trouble);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "the fields of an offer stand behind `with`");
            let right = format!("with {field}");
            Some(finding.help(format!("write `{right}: ..`")).fix(format!("write `{right}`"), span, right))
        }
        _ => None,
    }
}

/// `[free plus]`, which opens at `open`: two values with nothing between them.
pub(super) fn comma_missing(reader: &Reader<'_>, open: usize, end: usize) -> Option<Diagnostic> {
    let close = (open + 1..end).find(|token| reader.is_sign(*token, b']'))?;
    let is_value = |token: usize| {
        let kinds = [TokenKind::Text, TokenKind::Number];
        reader.is_name(token) || kinds.iter().any(|kind| reader.is_kind(token, *kind))
    };
    let second = (open + 2..close).find(|second| is_value(*second) && is_value(second - 1))?;
    if !reader.is_sign(open, b'[') {
        return None;
    }
    let before = reader.span(second - 1);
    let behind = Span { start: before.end, ..before };
    let message = format!("a comma is missing before `{}`", shortened(reader.written(second)));
    let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(second), message).primary("the next value");
    let help = format!("write `{}, {}`", shortened(reader.written(second - 1)), shortened(reader.written(second)));
    Some(finding.help(help).suggest("put a comma between them", behind, ","))
}

/// `"You like "espresso" a lot"`: a text that seems to end where its author quotes something.
fn quote_within(reader: &Reader<'_>, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let (text, word) = (reader.token(before)?, reader.token(trouble)?);
    let close = text.end == word.start && !word.first_on_line && trouble < end;
    if text.kind != TokenKind::Text || !close || reader.word(trouble).is_none() {
        return None;
    }
    let quote = Span { start: text.end.saturating_sub(1), end: text.end, ..reader.span(before) };
    let word = reader.written(trouble);
    let finding = Diagnostic::new(&codes::UNEXPECTED, quote, format!("the text ends here, before `{word}`"));
    Some(
        finding
            .primary("this quote closes it")
            .help(format!("inside a text, a quote is written `\\\"`: `\\\"{word}\\\"`")),
    )
}
