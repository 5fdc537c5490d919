//! Two bounds of one value in one breath: `18 <= age <= 30`, `age > 18 and < 30`, `is at least 20 and at most 30`.

use super::signs::{for_days, is_day, padded, sign};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::reader::Reader;
use crate::syntax::scan::{TokenKind, shortened};

/// `18 <= age <= 30`, whose first sign stands at `first`; gives the token behind it, too.
pub(super) fn between_signs(reader: &Reader<'_>, first: usize, end: usize) -> Option<(Diagnostic, usize)> {
    let (len, from) = sign(reader, first);
    let name = first + len;
    let second = name + 1;
    let (second_len, to) = sign(reader, second);
    let (low, high) = (first.checked_sub(1)?, second + second_len);
    let is_value = |at: usize| reader.is_kind(at, TokenKind::Number);
    let ordered = |words: &str| ["is at most", "is less than"].contains(&words);
    if high >= end || !(is_value(low) && reader.is_name(name) && is_value(high) && ordered(from) && ordered(to)) {
        return None;
    }
    let [low_written, name, high_written] = [low, name, high].map(|at| reader.written(at));
    let right = if from == "is at most" && to == "is at most" {
        format!("{name} is from {low_written} to {high_written}")
    } else {
        let above = if from == "is at most" { "is at least" } else { "is more than" };
        let (above, to) = if is_day(reader, high) { (for_days(above), for_days(to)) } else { (above, to) };
        format!("{name} {above} {low_written} and {name} {to} {high_written}")
    };
    let span = reader.span_between(low, high + 1);
    let finding = Diagnostic::new(&codes::SIGN, span, "two bounds of one value stand behind it");
    Some((finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right), high + 1))
}

/// `age > 18 and < 30`, whose second sign stands at `token`; gives the token behind it, too.
pub(super) fn without_its_value(
    reader: &Reader<'_>,
    at: usize,
    token: usize,
    end: usize,
) -> Option<(Diagnostic, usize)> {
    let (len, words) = sign(reader, token);
    let joint = token.checked_sub(1)?;
    let joins = reader.is_word(joint, "and") || reader.is_word(joint, "or");
    if !joins || !words.starts_with("is ") || token + len >= end {
        return None;
    }
    let words = if is_day(reader, token + len) { for_days(words) } else { words };
    let span = reader.span_between(token, token + len);
    let written: String = (token..token + len).map(|part| reader.written(part)).collect();
    let finding = Diagnostic::new(&codes::SIGN, span, format!("`{written}` is compared with nothing"));
    let finding = finding.primary("which value?");
    // The value of the condition before, where that is a name.
    let begins = |name: &usize| {
        *name == at + 1
            || ["and", "or", "not"].iter().any(|word| reader.is_word(*name - 1, word))
            || reader.is_sign(*name - 1, b'(')
    };
    let is_tested = |name: &usize| reader.is_word(*name + 1, "is") || !sign(reader, *name + 1).1.is_empty();
    let subject = (at + 1..joint).rev().filter(|name| reader.is_name(*name) && begins(name)).find(is_tested);
    let Some(name) = subject.map(|name| reader.written(name)) else {
        return Some((finding.help("each part is a condition of its own, with its value"), token + len));
    };
    let right = format!("{name} {words}");
    let whole = format!("{right} {}", shortened(reader.written(token + len)));
    let help = format!("each part is a condition of its own: write `{whole}`");
    let fix = padded(reader, span, &right);
    Some((finding.help(help).fix(format!("write `{whole}`"), span, fix), token + len))
}

/// `is at least 20 and at most 30`: a second bound without its attribute. `token` is the second `at`.
pub(super) fn second(reader: &Reader<'_>, token: usize, end: usize) -> Option<Diagnostic> {
    let is_bound =
        |at: usize| reader.is_word(at, "at") && (reader.is_word(at + 1, "least") || reader.is_word(at + 1, "most"));
    let number = |at: usize| at < end && reader.is_kind(at, TokenKind::Number);
    if !is_bound(token) || token + 2 >= end {
        return None;
    }
    let first = token.checked_sub(4).filter(|first| is_bound(*first) && number(first + 2) && number(token + 2));
    let range = first.filter(|first| {
        reader.is_word(*first + 1, "least")
            && reader.is_word(token + 1, "most")
            && reader.is_word(token - 1, "and")
            && reader.is_word(first.wrapping_sub(1), "is")
    });
    if let Some(first) = range {
        let right = format!("is from {} to {}", reader.written(first + 2), reader.written(token + 2));
        let span = reader.span_between(first - 1, token + 3);
        let finding = Diagnostic::new(&codes::SPELLING, span, "two bounds of one value are a range");
        let fix = format!("write `{right}`");
        return Some(finding.help(format!("write `{right}`; both ends are in")).suggest(fix, span, right));
    }
    let span = reader.span_between(token, token + 2);
    let bound = format!("at {}", reader.written(token + 1));
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{bound}` is compared with nothing"));
    Some(finding.help(format!("each part is a condition of its own: `.. and age is {bound} 30`")))
}
