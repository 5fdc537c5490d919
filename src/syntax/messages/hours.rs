//! The ways in which hours, waits and ends are written elsewhere: `open [mon to fri]`, `9:00`, `09:00 to 17:00`, `expires
//! 2026-12-24`, `until 3 days ago`.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;

/// What is wrong with a clause about time, in tokens `at..end`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    match form.word {
        "open" => open(reader, at, end, trouble),
        "zone" => zone(reader, at, end),
        "held" => held(reader, at, end),
        "permission" => permission(reader, at, end),
        "expires" => expires(reader, at, end),
        "expect" => until(reader, at, end, trouble),
        _ => None,
    }
}

fn open(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let spelling = |span, message: &str| Diagnostic::new(&codes::SPELLING, span, message);
    if trouble < end && reader.is_sign(trouble, b'[') {
        let finding = spelling(reader.span(trouble), "the days of a row stand without brackets");
        return Some(finding.help("for example `open mon to sat 09:00 until 21:00`"));
    }
    if trouble < end && trouble > at + 1 && reader.is_word(trouble, "to") && is_time(reader.written(trouble - 1)) {
        let span = reader.span(trouble);
        let finding = spelling(span, "clock times run `until` their end, which is not included");
        return Some(finding.help("write `until`").fix("write `until`", span, "until"));
    }
    let dotted = (at + 1..end.min(trouble + 2)).find(|token| is_dotted(reader.written(*token)));
    if let Some(token) = dotted {
        let (span, right) = (reader.span(token), reader.written(token).replace('.', ":"));
        let right = if right.len() == 4 { format!("0{right}") } else { right };
        let finding = spelling(span, "a colon stands between hours and minutes");
        return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
    }
    let short = (at + 1..end.min(trouble + 2)).find(|token| is_short(reader.written(*token)))?;
    let (span, right) = (reader.span(short), format!("0{}", reader.written(short)));
    let finding = spelling(span, "an hour has two digits");
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}

/// `zone Europe/Vienna`
fn zone(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let slash = (at + 2..end).find(|token| reader.is_sign(*token, b'/') && reader.word(token + 1).is_some())?;
    let span = reader.span_between(slash - 1, slash + 2);
    let right = format!("{:?}", reader.text.get(span.range())?);
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, "the name of a zone stands in quotes");
    Some(finding.help(format!("write `{right}`")).fix("put it in quotes", span, right))
}

/// `permission push yes`
fn permission(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let state = at + 2;
    let answer =
        reader.word(state).filter(|word| state < end && ["yes", "no", "true", "false", "on"].contains(word))?;
    let right = if ["no", "false"].contains(&answer) { "denied" } else { "full" };
    let span = reader.span(state);
    let finding =
        Diagnostic::new(&codes::UNEXPECTED, span, "a permission is `full`, `provisional`, `denied` or `unknown`");
    Some(finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right))
}

/// `held cart from 8:00`, `held cart since 8 hours`
fn held(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let word = at + 2;
    if word >= end || !reader.is_name(at + 1) {
        return None;
    }
    if ["from", "for", "until", "at", "on", "after"].iter().any(|other| reader.is_word(word, other)) {
        let span = reader.span(word);
        let finding = Diagnostic::new(&codes::SPELLING, span, "what is held is held `since` a time");
        return Some(finding.help("for example `held forgotten_cart since 10 hours ago`").suggest(
            "write `since`",
            span,
            "since",
        ));
    }
    if reader.is_word(word, "by") {
        let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(word), "what is held has no channel yet");
        return Some(finding.help("leave it out: by which channel it goes is decided when it is let go"));
    }
    let unit = word + 2;
    let is_span = reader.is_word(word, "since") && end == unit + 1;
    if is_span && reader.word(unit).is_some() {
        let (span, right) = (reader.span(unit), format!("{} ago", reader.written(unit)));
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a time that lies back says `ago`");
        return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
    }
    None
}

/// `09:00`
fn is_time(written: &str) -> bool {
    written.len() >= 5 && written.contains(':') && written.starts_with(|first: char| first.is_ascii_digit())
}

/// `09.00`, `9.30`
fn is_dotted(written: &str) -> bool {
    written.split_once('.').is_some_and(|(hours, minutes)| {
        let figures = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        (1..=2).contains(&hours.len()) && minutes.len() == 2 && figures(hours) && figures(minutes)
    })
}

/// `9:00`
fn is_short(written: &str) -> bool {
    let mut letters = written.chars();
    letters.next().is_some_and(|first| first.is_ascii_digit()) && letters.next() == Some(':')
}

/// A rule expires so long after something; its last day stands behind `active`.
fn expires(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let day =
        Some(reader.written(at + 1)).filter(|day| at + 1 < end && day.len() == 10 && day.matches('-').count() == 2)?;
    let (span, right) = (reader.span_between(at, at + 2), format!("active to {day}"));
    let finding = Diagnostic::new(&codes::SPELLING, span, "a rule expires so long after something that happened");
    let finding = finding.help(format!("for the last day of the rule write `{right}`"));
    Some(finding.suggest(format!("write `{right}`"), span, right))
}

/// What stands behind `until` in an expectation is a moment of the test.
fn until(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let until = (at..end.min(trouble + 2)).find(|token| reader.is_word(*token, "until"))?;
    if !(at..until).any(|token| reader.is_word(token, "holds") || reader.is_word(token, "gives")) {
        return None;
    }
    let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(until), "`until` needs the moment itself");
    Some(finding.help("for example `until 2026-03-29T06:00Z`, or `until 2026-03-29 08:00 in \"Europe/Berlin\"`"))
}
