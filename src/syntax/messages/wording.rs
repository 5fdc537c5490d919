//! Words that people read in two ways, or that are just not those of the language, each with the right wording.

use super::shortened;
use crate::diagnostics::{Diagnostic, codes::syntax as codes, nearest};
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

/// The words that [`find`] explains, and those that go with them.
pub(super) const WORDS: [&str; 27] = [
    "older", "newer", "younger", "than", "within", "between", "greater", "bigger", "higher", "larger", "above", "over",
    "fewer", "smaller", "lower", "below", "under", "equals", "contains", "includes", "ahead", "shown", "sent", "each",
    "times", "last", "halving",
];

/// What is wrong with the word at `token`, if it is one of those.
pub(super) fn find(reader: &Reader<'_>, token: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(token)?;
    let is_before = reader.is_word(token.wrapping_sub(1), "is");
    let from = if is_before { token - 1 } else { token };
    let finding = |to: usize, message: String, help: String, right: Option<String>| {
        let span = reader.span_between(from, to);
        let finding = Diagnostic::new(&codes::SPELLING, span, message).help(help);
        Some(match right {
            Some(right) => finding.fix(format!("write `{right}`"), span, right),
            None => finding,
        })
    };
    let than = usize::from(reader.is_word(token + 1, "than"));
    match word {
        "older" | "newer" | "younger" => {
            let first = token + 1 + than;
            let comparison = if word == "older" { "more" } else { "less" };
            let span_given =
                reader.is_kind(first, TokenKind::Number) && reader.word(first + 1).is_some() && first + 2 <= end;
            let span = match span_given {
                true => format!("{} {}", reader.written(first), reader.written(first + 1)),
                false => "60 days".to_owned(),
            };
            let right = format!("is {comparison} than {span} old");
            let to = if span_given { first + 2 } else { first };
            finding(
                to,
                format!("`{word}` is spelt with `old`"),
                format!("write `{right}`"),
                span_given.then_some(right),
            )
        }
        "within" => finding(
            token + 1,
            "`within` does not say whether the past or the future is meant".to_owned(),
            "write `is at most 60 days old` for the past, `is at most 60 days ahead` for the future".to_owned(),
            None,
        ),
        "between" => {
            let simple = reader.is_word(token + 2, "and") && token + 4 <= end;
            let (low, high) = (reader.written(token + 1), reader.written(token + 3));
            let right = if simple { format!("is from {low} to {high}") } else { "is from 1 to 5".to_owned() };
            let to = if simple { token + 4 } else { token + 1 };
            let message = "`between` does not say whether its ends are in".to_owned();
            finding(to, message, format!("write `{right}`; both ends are in"), simple.then_some(right))
        }
        "in" if reader.is_sign(token + 1, b'[') => {
            let negated = reader.is_word(token.wrapping_sub(1), "not");
            let right = if negated { "is not one of" } else { "is one of" };
            let mut from = if negated { token - 1 } else { token };
            if reader.is_word(from.wrapping_sub(1), "is") {
                from -= 1;
            }
            let span = reader.span_between(from, token + 1);
            let message = format!("`{}` is spelt `{right}`", if negated { "not in" } else { "in" });
            let finding = Diagnostic::new(&codes::SPELLING, span, message).help(format!("write `{right} [..]`"));
            Some(finding.fix(format!("write `{right}`"), span, right))
        }
        "greater" | "bigger" | "higher" | "larger" | "above" | "over" => {
            other_word(reader, from, token + 1 + than, "is more than")
        }
        "fewer" | "smaller" | "lower" | "below" | "under" => other_word(reader, from, token + 1 + than, "is less than"),
        "equals" => other_word(reader, from, token + 1, "is"),
        "contains" | "includes" => other_word(reader, from, token + 1, "has"),
        "of" if ["one", "any", "all", "none"].iter().any(|some| reader.is_word(token.wrapping_sub(1), some)) => {
            let span = reader.span(if token + 1 < end { token + 1 } else { token });
            let words = format!("{} of", reader.written(token - 1));
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, span, format!("the members of `{words}` stand in brackets"));
            Some(finding.help(format!("for example `{words} [DE, FR]`")))
        }
        "old" | "ahead" => {
            let span = reader.span(token);
            let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{word}` goes with a comparison"));
            Some(finding.help(format!(
                "write `is more than 60 days {word}`, `is at least ..`, `is at most ..`, `is less than ..`, or \
                 `is from 30 to 60 days {word}`"
            )))
        }
        "year" | "years" | "quarter" | "quarters" if reader.is_kind(token.wrapping_sub(1), TokenKind::Number) => {
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, reader.span(token), format!("`{word}` is not a unit of time"));
            Some(finding.help("write months: 12 for a year, 3 for a quarter"))
        }
        "than" => {
            let before = token.checked_sub(1)?;
            let written = reader.word(before).filter(|word| !matches!(*word, "more" | "less"))?;
            let span = reader.span(before);
            let finding =
                Diagnostic::new(&codes::SPELLING, span, format!("`than` follows `more` or `less`, not `{written}`"));
            Some(match nearest(written, ["more", "less"]) {
                Some(meant) => finding.fix(format!("write `{meant}`"), span, meant),
                None => finding.help("write `is more than 5` or `is less than 5`"),
            })
        }
        "least" | "most" => None,
        _ if reader.is_word(token.wrapping_sub(1), "at") && is_tested(reader, token.wrapping_sub(2)) => {
            let span = reader.span(token);
            let message = format!("`at` is followed by `least` or `most`, not by `{word}`");
            let finding = Diagnostic::new(&codes::SPELLING, span, message);
            Some(match nearest(word, ["least", "most"]) {
                Some(meant) => {
                    finding.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), span, meant)
                }
                None => finding.help("write `is at least 5` or `is at most 5`"),
            })
        }
        _ => loud(reader, token),
    }
}

/// Whether `is` or `is not` ends at `token`.
fn is_tested(reader: &Reader<'_>, token: usize) -> bool {
    reader.is_word(token, "is") || reader.is_word(token, "not")
}

/// `AND`, `Is`, `NOT`
fn loud(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let word = reader.word(token)?;
    let small = word.to_lowercase();
    if small == word || !words::is_reserved(&small) {
        return None;
    }
    let span = reader.span(token);
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{word}` is written in small letters"));
    Some(finding.help(format!("write `{small}`")).fix(format!("write `{small}`"), span, small))
}

fn other_word(reader: &Reader<'_>, from: usize, to: usize, right: &str) -> Option<Diagnostic> {
    let span = reader.span_between(from, to);
    let written = reader.text.get(span.range()).map(shortened).unwrap_or_default();
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{written}` is spelt `{right}`"));
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}
