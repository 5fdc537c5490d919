//! Signs of other languages, `>=`, `==`, `&&`, each with its words.

use super::{bounds, is_condition};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;

/// Signs of other languages in tokens `at..end`, each with its words: `>=` is `is at least`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if !is_condition(form) || form.word == "rank" {
        out.extend(needless_sign(reader, form, at));
    }
    if !is_condition(form) {
        return out;
    }
    let mut token = at + 1;
    while token < end {
        if let Some((finding, to)) = bounds::between_signs(reader, token, end)
            .or_else(|| bounds::without_its_value(reader, at, token, end))
            .or_else(|| of_no_value(reader, token, end))
        {
            out.push(finding);
            token = to;
            continue;
        }
        let (len, right) = sign(reader, token);
        let right = if is_day(reader, token + len) { for_days(right) } else { right };
        if !right.is_empty() {
            let span = reader.span_between(token, token + len);
            let written: String = (token..token + len).map(|part| reader.written(part)).collect();
            // `age is >= 18` has its `is` already.
            let right = match reader.is_word(token - 1, "is") {
                true => right.strip_prefix("is ").unwrap_or(if right == "is" { "" } else { right }),
                false => right,
            };
            let mut finding = Diagnostic::new(&codes::SIGN, span, format!("`{written}` is spelt in words"));
            if right.is_empty() {
                finding = finding.help("leave it out").fix("remove it", span, "");
            } else {
                finding = finding.help(format!("write `{right}`")).fix(
                    format!("write `{right}`"),
                    span,
                    padded(reader, span, right),
                );
            }
            out.push(finding);
        }
        token += len;
    }
    out
}

/// `bill == null`, `bill != null`: what other languages write where there is no value, and the token behind it.
fn of_no_value(reader: &Reader<'_>, token: usize, end: usize) -> Option<(Diagnostic, usize)> {
    let (len, words) = sign(reader, token);
    let null = token + len;
    let word = reader.word(null).filter(|_| null < end)?.to_lowercase();
    let right = match words {
        "is" => "is not known",
        "is not" => "is known",
        _ => return None,
    };
    // A value of a list may be called so.
    let is_member = |at: usize| {
        reader.word(at).is_some_and(|other| other.to_lowercase() == word)
            && [b'[', b',', b'<'].iter().any(|sign| at > 0 && reader.is_sign(at - 1, *sign))
    };
    if !["null", "nil", "undefined"].contains(&word.as_str()) || (0..reader.tokens.len()).any(is_member) {
        return None;
    }
    let span = reader.span_between(token, null + 1);
    let written = reader.text.get(span.range()).unwrap_or_default();
    let finding = Diagnostic::new(&codes::SIGN, span, format!("`{written}` is spelt `{right}`"));
    let fix = (format!("write `{right}`"), span, padded(reader, span, right));
    Some((finding.help(format!("write `{right}`")).fix(fix.0, fix.1, fix.2), null + 1))
}

/// Whether a day or an instant stands at `token`.
pub(super) fn is_day(reader: &Reader<'_>, token: usize) -> bool {
    let written = reader.written(token).as_bytes();
    reader.is_word(token, "now")
        || reader.is_kind(token, TokenKind::Number) && written.get(4) == Some(&b'-') && written.get(7) == Some(&b'-')
}

/// The words of a sign before a day.
pub(super) fn for_days(right: &'static str) -> &'static str {
    match right {
        "is less than" => "is before",
        "is more than" => "is after",
        other => other,
    }
}

/// `priority: 80`, `priority = 80`
fn needless_sign(reader: &Reader<'_>, form: &Form, at: usize) -> Option<Diagnostic> {
    let sign = at + 1;
    if form.word.is_empty() || !(reader.is_sign(sign, b':') || reader.is_sign(sign, b'=')) {
        return None;
    }
    let span = reader.span(sign);
    let message = format!("no `{}` stands behind `{}`", reader.written(sign), form.word);
    let finding = Diagnostic::new(&codes::SIGN, span, message).help(format!("for example `{}`", form.example));
    Some(finding.fix("remove it", span, ""))
}

/// How many tokens the sign at `token` has, and its words; no words where it is no sign of another language.
pub(super) fn sign(reader: &Reader<'_>, token: usize) -> (usize, &'static str) {
    let first = match reader.token(token).map(|token| token.kind) {
        Some(TokenKind::Sign(sign)) => sign,
        Some(TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd) | None => return (1, ""),
    };
    let second = match (reader.token(token), reader.token(token + 1)) {
        (Some(a), Some(b)) if a.end == b.start => match b.kind {
            TokenKind::Sign(sign) => sign,
            TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd => 0,
        },
        _ => 0,
    };
    match (first, second) {
        (b'<', b'=') | (b'=', b'<') => (2, "is at most"),
        (b'>', b'=') | (b'=', b'>') => (2, "is at least"),
        (b'=', b'=') => (2, "is"),
        (b'!', b'=') | (b'<', b'>') => (2, "is not"),
        (b'&', b'&') => (2, "and"),
        (b'|', b'|') => (2, "or"),
        (b'<', _) => (1, "is less than"),
        (b'>', _) => (1, "is more than"),
        (b'=', _) => (1, "is"),
        (b'&', _) => (1, "and"),
        (b'|', _) => (1, "or"),
        (b'!', _) => (1, "not"),
        _ => (1, ""),
    }
}

/// The words with the spaces they need where the sign stood close: `age>=18`.
pub(super) fn padded(reader: &Reader<'_>, span: Span, words: &str) -> String {
    let is_space = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let bytes = reader.text.as_bytes();
    let before = (span.start as usize).checked_sub(1).and_then(|at| bytes.get(at));
    let opens = before == Some(&b'(');
    let left = if is_space(before) || opens { "" } else { " " };
    let right = if is_space(bytes.get(span.end as usize)) { "" } else { " " };
    format!("{left}{words}{right}")
}
