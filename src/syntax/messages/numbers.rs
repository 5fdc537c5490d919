//! Numbers as people write them elsewhere: with commas, currencies, percent signs apart, letters for thousands.

use std::ops::Range;

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::reader::Reader;
use crate::syntax::scan::{TokenKind, plain_number, written_out};

/// Words behind a number that say what it counts.
const CURRENCIES: [&str; 14] = [
    "eur", "euro", "euros", "usd", "dollar", "dollars", "gbp", "pounds", "chf", "francs", "cent", "cents", "yen", "jpy",
];

/// What is wrong with a number among tokens `near` of the clause that begins at `at` and ends before `end`.
pub(super) fn find(reader: &Reader<'_>, at: usize, near: Range<usize>, end: usize) -> Option<Diagnostic> {
    near.into_iter().filter(|token| *token < end).find_map(|token| {
        if reader.is_sign(token, b'.')
            && reader.is_kind(token + 1, TokenKind::Number)
            && close(reader, token)
            && !reader.is_sign(token.wrapping_sub(1), b'.')
            && reader.word(token.wrapping_sub(1)).is_none_or(|_| !close(reader, token.wrapping_sub(1)))
        {
            return finding(
                reader,
                token,
                token + 2,
                format!("0.{}", reader.written(token + 1)),
                "a digit stands before the point",
            );
        }
        if !reader.is_kind(token, TokenKind::Number) {
            return in_words(reader, token, end);
        }
        with_commas(reader, at, token)
            .or_else(|| with_letters(reader, token))
            .or_else(|| if token + 1 < end { counted(reader, token) } else { None })
            .or_else(|| ends_in_point(reader, token))
            .or_else(|| or_more(reader, token))
            .or_else(|| if token + 3 < end { dotted_range(reader, token) } else { None })
    })
}

/// Whether no space stands between token `at` and the next.
fn close(reader: &Reader<'_>, at: usize) -> bool {
    matches!((reader.token(at), reader.token(at + 1)), (Some(a), Some(b)) if a.end == b.start)
}

fn finding(reader: &Reader<'_>, from: usize, to: usize, right: String, message: &str) -> Option<Diagnostic> {
    let span = reader.span_between(from, to);
    let finding = Diagnostic::new(&codes::WRITTEN_NUMBER, span, message).help(format!("write `{right}`"));
    // A comma may stand before thousands or before decimal places.
    let is_certain = !reader.text.get(span.range()).unwrap_or("").contains(',');
    Some(finding.fix_if(is_certain, format!("write `{right}`"), span, right))
}

/// `two months`
fn in_words(reader: &Reader<'_>, token: usize, end: usize) -> Option<Diagnostic> {
    let figure = super::capping::figure(reader.word(token)?)?;
    let unit = reader.word(token + 1).filter(|_| token + 1 < end)?;
    if !super::spelling::UNITS.contains(&unit.trim_end_matches('s')) {
        return None;
    }
    let span = reader.span(token);
    let message = format!("`{}` is written as a number", reader.written(token));
    let finding = Diagnostic::new(&codes::WRITTEN_NUMBER, span, message).help(format!("write `{figure} {unit}`"));
    Some(finding.fix(format!("write `{figure}`"), span, figure.to_string()))
}

/// `1,000`, `12,50`; in a list a comma stands between members.
fn with_commas(reader: &Reader<'_>, at: usize, token: usize) -> Option<Diagnostic> {
    let joined = |token: usize| {
        close(reader, token)
            && reader.is_sign(token + 1, b',')
            && close(reader, token + 1)
            && reader.is_kind(token + 2, TokenKind::Number)
    };
    if !joined(token) {
        return None;
    }
    let mut depth = 0_i32;
    for before in at..token {
        depth += i32::from(reader.is_sign(before, b'[')) - i32::from(reader.is_sign(before, b']'));
    }
    if depth > 0 {
        return None;
    }
    let mut end = token + 3;
    while joined(end - 1) {
        end += 2;
    }
    let span = reader.span_between(token, end);
    let written = reader.text.get(span.range()).unwrap_or("");
    match plain_number(written) {
        Some(right) if right.contains('.') && !written.contains('.') => {
            finding(reader, token, end, right, "a point stands before the decimal places, not a comma")
        }
        Some(right) => finding(reader, token, end, right, "no comma stands within a number"),
        None => Some(
            Diagnostic::new(&codes::WRITTEN_NUMBER, span, "no comma stands within a number")
                .help("write the digits together, with a point before the decimal places: `1000.50`"),
        ),
    }
}

/// `5k`, `1_000`
fn with_letters(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let written = reader.written(token);
    if written.contains('_') {
        let right = written.replace('_', "");
        let plain = right.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        return plain.then(|| finding(reader, token, token + 1, right, "the digits of a number stand together"))?;
    }
    let right = written_out(written).filter(|_| written.ends_with(['k', 'K', 'm', 'M']))?;
    finding(reader, token, token + 1, right, "a number is written out")
}

/// `25 EUR`, `25 %`, `25 percent`
fn counted(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let number = reader.written(token);
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let word = reader.word(token + 1).map(str::to_lowercase);
    if reader.is_sign(token + 1, b'%') || word.as_deref().is_some_and(|word| word == "percent" || word == "pct") {
        return finding(reader, token, token + 2, format!("{number}%"), "`%` stands close behind its number");
    }
    let word = word.filter(|word| CURRENCIES.contains(&word.as_str()))?;
    let message = format!("a number stands alone, without `{}`", reader.written(token + 1));
    let span = reader.span_between(token, token + 2);
    let finding = Diagnostic::new(&codes::WRITTEN_NUMBER, span, message).primary(format!("an amount in `{word}`"));
    let help = format!("write `{number}`; the name or label of an attribute says in which currency it is");
    Some(finding.help(help).suggest(format!("write `{number}`"), span, number))
}

/// `18.`
fn ends_in_point(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let point = token + 1;
    if !(reader.is_sign(point, b'.') && close(reader, token)) || reader.is_sign(point + 1, b'.') {
        return None;
    }
    let span = reader.span(point);
    let finding = Diagnostic::new(&codes::WRITTEN_NUMBER, span, "no point ends a number").help("leave it out");
    Some(finding.fix("remove it", span, ""))
}

/// `is 18+`
fn or_more(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let sign = token + 1;
    let ends = close(reader, token) && reader.is_sign(sign, b'+') && !close(reader, sign);
    let is_value = reader.is_kind(sign + 1, TokenKind::Number) || reader.is_sign(sign + 1, b'(');
    if !ends || is_value || !reader.is_word(token.wrapping_sub(1), "is") {
        return None;
    }
    let right = format!("is at least {}", reader.written(token));
    let span = reader.span_between(token - 1, sign + 1);
    let finding = Diagnostic::new(&codes::SPELLING, span, "`+` adds something to a number");
    Some(finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right))
}

/// `1..5`, perhaps behind `is` and `in`
fn dotted_range(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let dots = reader.is_sign(token + 1, b'.') && reader.is_sign(token + 2, b'.');
    let last = if reader.is_sign(token + 3, b'=') { token + 4 } else { token + 3 };
    if !dots || !reader.is_kind(last, TokenKind::Number) {
        return None;
    }
    let mut from = token;
    let mut is = "";
    if reader.is_word(from.wrapping_sub(1), "in") || reader.is_word(from.wrapping_sub(1), "from") {
        from -= 1;
    }
    if reader.is_word(from.wrapping_sub(1), "is") {
        from -= 1;
        is = "is ";
    } else if !reader.is_word(from.wrapping_sub(1), "whole") && !reader.is_sign(from.wrapping_sub(1), b')') {
        is = "is ";
    }
    let right = format!("{is}from {} to {}", reader.written(token), reader.written(last));
    let span = reader.span_between(from, last + 1);
    let finding = Diagnostic::new(&codes::SPELLING, span, "`..` does not say whether its ends are in");
    Some(finding.help(format!("write `{right}`; both ends are in")).suggest(format!("write `{right}`"), span, right))
}
