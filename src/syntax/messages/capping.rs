//! The ways other tools spell a limit, each with the cap that says the same: `3 per week`, `once a day`.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;

const NUMBERS: [&str; 12] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"];

/// What is wrong with a cap, or a part of one, in tokens `at..end`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    if !matches!(form.word, "cap" | "at" | "in" | "per" | "on") {
        return None;
    }
    let from = if form.word == "cap" { at + 1 } else { at };
    // An attribute may say how often, so that `once` was read as one.
    let counted = trouble.checked_sub(2).filter(|at| reader.is_word(*at, "once") || reader.is_word(*at, "twice"));
    let near = counted.unwrap_or_else(|| trouble.saturating_sub(1)).max(from);
    let (first, last, message) = (near..(trouble + 1).min(end))
        .find_map(|token| culprit(reader, from, token, end).map(|(to, message)| (token, to, message)))?;
    let span = reader.span_between(first, last);
    let finding = Diagnostic::new(&codes::SPELLING, span, message);
    if reader.is_word(first, "and") {
        return Some(finding.help("write `or`").suggest("write `or`", span, "or"));
    }
    if reader.is_sign(first, b',') {
        return Some(finding.help("write `or`").suggest("write `or`", span, " or"));
    }
    if form.word != "cap" {
        let is_unit = (first..last).any(|token| reader.is_word(token, "customer"));
        let right = if is_unit { "per customer".to_owned() } else { part(reader, form.word, from, end) };
        let other = (first..last).find_map(|token| calendar(reader, token)).filter(|_| form.word != "on");
        return Some(finding.help(match other {
            Some(other) => format!("write `{right}`, or `{other} in \"Europe/Berlin\"`, whichever is meant"),
            None => format!("write `{right}`"),
        }));
    }
    let (right, whole) = rightly(reader, from, end);
    let finding = finding.help(format!("write `cap {right}`"));
    Some(match whole {
        true => finding.suggest("write it so", reader.span_between(from, end), right),
        false => finding,
    })
}

const COUNTED_TOGETHER: &str = "events that are counted together are joined by `or`: each of them counts";

/// Whether an event stands before and behind token `joint`.
fn events_around(reader: &Reader<'_>, joint: usize) -> bool {
    [joint - 1, joint + 1].iter().all(|at| event(reader, *at, at + 1).is_some())
}

/// What stands wrongly at `token`: the token behind it, and what to say.
fn culprit(reader: &Reader<'_>, from: usize, token: usize, end: usize) -> Option<(usize, String)> {
    let word = reader.word(token);
    let is_unit = |at: usize| at < end && unit(reader, at).is_some();
    let number = |at: usize| at < end && reader.is_kind(at, TokenKind::Number);
    let words_of = |from: usize, to: usize| {
        let span = reader.span_between(from, to.min(end));
        reader.text.get(span.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let words = |to: usize| words_of(token, to);
    let rolls = |to: usize| {
        let plain = match to.checked_sub(2).filter(|at| *at > token && number(*at)) {
            Some(at) => format!("{} {}", reader.written(at), reader.written(to - 1)),
            None => unit(reader, to - 1).unwrap_or("such a span").to_owned(),
        };
        let message = format!("`{}` may mean any {plain}, or one span of the calendar after the other", words(to));
        Some((to, message))
    };
    let is = |at: usize, word: &str| at < end && reader.is_word(at, word);
    match word {
        Some("per" | "a" | "an" | "every" | "each") if is_unit(token + 1) => rolls(token + 2),
        Some("per" | "every") if number(token + 1) && is_unit(token + 2) => rolls(token + 3),
        Some("per") if is(token + 1, "rolling") => {
            let to = token + 2 + usize::from(number(token + 2)) + usize::from(is_unit(token + 3));
            Some((to.min(end), "a span that rolls is written `in any`".to_owned()))
        }
        Some("any") if is_unit(token + 1) => {
            Some((token + 2, format!("a span of time has a number, and `{}` has none", words(token + 2))))
        }
        Some("in") if is(token + 1, "any") && is_unit(token + 2) => {
            Some((token + 3, format!("a span of time has a number, and `{}` has none", words(token + 3))))
        }
        Some("in") if token > from && is_unit(token - 1) && rolling(reader, from, token) && !is(token + 1, "any") => {
            Some((token + 1, "a span that rolls is as long in every zone: it needs none".to_owned()))
        }
        Some("any") if number(token + 1) && !reader.is_word(token.wrapping_sub(1), "in") => {
            Some((token + 1, "`in` stands before `any`".to_owned()))
        }
        Some("each" | "every") if number(token + 1) && is_unit(token + 2) => rolls(token + 3),
        Some("in") if is(token + 1, "each") && number(token + 2) && is_unit(token + 3) => rolls(token + 4),
        Some("in") if is(token + 1, "each") && is(token + 2, "calendar") && number(token + 3) => Some((
            token + 5,
            format!("the calendar is counted in single spans, and not in `{}`", words_of(token + 3, token + 5)),
        )),
        Some("if") => Some((
            token + 1,
            "where the customer is not known, a cap per customer blocks anyway: no `if` is needed".to_owned(),
        )),
        Some("rolling") => Some((token + 1, "a span that rolls is written `in any`".to_owned())),
        Some("hourly" | "daily" | "weekly" | "monthly") => rolls(token + 1),
        Some("in") if number(token + 1) => {
            Some((token + 1, "a window says that any such span counts: `in any`".to_owned()))
        }
        Some("in") if ["the", "a", "last", "rolling"].iter().any(|word| is(token + 1, word)) => {
            Some((token + 2, "a window says that any such span counts: `in any`".to_owned()))
        }
        Some("within" | "during" | "over") => Some((token + 1, format!("`{}` is spelt `in any`", words(token + 1)))),
        Some("for") if is(token + 2, "customer") => {
            Some((token + 3, format!("`{}` is spelt `per customer`", words(token + 3))))
        }
        Some("each" | "every") if is(token + 1, "customer") => {
            Some((token + 2, format!("`{}` is spelt `per customer`", words(token + 2))))
        }
        Some("for" | "by") if is(token + 1, "customer") => {
            Some((token + 2, format!("`{}` is spelt `per customer`", words(token + 2))))
        }
        Some("once" | "twice") => {
            Some((token + 1, format!("`{}` is written as a number and what is counted", words(token + 1))))
        }
        Some("times") => Some((token + 1, "behind the number stands what is counted".to_owned())),
        Some("and") if token > from && events_around(reader, token) => Some((token + 1, COUNTED_TOGETHER.to_owned())),
        Some("max" | "maximum") => Some((token + 1, format!("`{}` is spelt `at most`", words(token + 1)))),
        Some("up") if is(token + 1, "to") => Some((token + 2, "`up to` is spelt `at most`".to_owned())),
        Some(word) if NUMBERS.contains(&word) && reader.is_word(token.wrapping_sub(1), "most") => {
            Some((token + 1, format!("`{word}` is written as a number")))
        }
        None if reader.is_sign(token, b',') && token > from && events_around(reader, token) => {
            Some((token + 1, COUNTED_TOGETHER.to_owned()))
        }
        None if token == from && number(token) => {
            let message = format!(
                "`{}` alone may mean that so many are allowed, or that so many are too many",
                reader.written(token)
            );
            Some((token + 1, message))
        }
        Some(_) | None => None,
    }
}

/// Whether a rolling window ends before token `behind`: `in any 7 days`.
fn rolling(reader: &Reader<'_>, from: usize, behind: usize) -> bool {
    let any = behind.checked_sub(3).filter(|any| *any > from);
    any.is_some_and(|any| reader.is_word(any, "any") && reader.is_kind(any + 1, TokenKind::Number))
}

/// The days or hours that a unit, or a word like `weekly`, stands for.
fn unit(reader: &Reader<'_>, at: usize) -> Option<&'static str> {
    Some(match reader.word(at)? {
        "hour" | "hours" | "hourly" => "1 hour",
        "day" | "days" | "daily" => "1 day",
        "week" | "weeks" | "weekly" => "7 days",
        "month" | "months" | "monthly" => "1 month",
        _ => return None,
    })
}

/// The span of the calendar that a unit may stand for.
fn calendar(reader: &Reader<'_>, at: usize) -> Option<&'static str> {
    Some(match reader.word(at)? {
        "day" | "days" | "daily" => "in each calendar day",
        "week" | "weeks" | "weekly" => "in each calendar week from monday",
        "month" | "months" | "monthly" => "in each calendar month",
        _ => return None,
    })
}

/// The number that a word stands for: `two`.
pub(super) fn figure(word: &str) -> Option<usize> {
    NUMBERS.iter().position(|number| *number == word)
}

/// The number that stands in `from..end`, in figures.
fn count(reader: &Reader<'_>, from: usize, end: usize) -> Option<(usize, String)> {
    (from..end).find_map(|token| {
        let word = reader.word(token);
        let figure = match word {
            Some("once") => Some(1),
            Some("twice") => Some(2),
            Some(word) => NUMBERS.iter().position(|number| *number == word),
            None => None,
        };
        let written = reader.is_kind(token, TokenKind::Number).then(|| reader.written(token).to_owned());
        Some((token, written.or(figure.map(|figure| figure.to_string()))?))
    })
}

fn event(reader: &Reader<'_>, from: usize, end: usize) -> Option<&'static str> {
    ["shown", "clicked", "dismissed", "converted", "sent", "delivered"]
        .into_iter()
        .find(|event| (from..end).any(|token| reader.is_word(token, event)))
}

/// The window meant: its span, or none.
fn window(reader: &Reader<'_>, from: usize, end: usize) -> Option<String> {
    if (from..end).any(|token| reader.is_word(token, "ever")) {
        return Some("ever".to_owned());
    }
    if let Some(begin) = (from..end).find(|at| reader.is_word(*at, "each") && reader.is_word(at + 1, "calendar")) {
        // `in each calendar 2 weeks`
        if reader.is_kind(begin + 2, TokenKind::Number)
            && let Some(single) = calendar(reader, begin + 3)
        {
            return Some(single.to_owned());
        }
        let last = (begin..end).find(|at| reader.is_word(*at, "per")).unwrap_or(end);
        let span = reader.text.get(reader.span_between(begin, last).range())?;
        return Some(format!("in {}", span.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    (from..end).find_map(|token| {
        let plain = unit(reader, token)?;
        let before = token.wrapping_sub(1);
        let numbered =
            before > from && reader.is_kind(before, TokenKind::Number) && reader.written(token).ends_with('s');
        Some(match numbered {
            true => format!("in any {} {}", reader.written(before), reader.written(token)),
            false => format!("in any {plain}"),
        })
    })
}

/// The whole cap as it is rightly written, and whether nothing else stood there.
fn rightly(reader: &Reader<'_>, from: usize, end: usize) -> (String, bool) {
    let counted = count(reader, from, end);
    let at = counted.as_ref().map_or(from, |(at, _)| at + 1);
    let window_of = window(reader, at, end);
    let event_of = event(reader, from, end);
    let plain = !(from..end).any(|token| {
        ["on", "or", "and", "then", "if"].iter().any(|word| reader.is_word(token, word))
            || !(reader.word(token).is_some() || reader.is_kind(token, TokenKind::Number))
    });
    let sure = counted.is_some() && window_of.is_some() && event_of.is_some() && plain;
    let number = counted.map_or_else(|| "3".to_owned(), |(_, number)| number);
    let window = window_of.unwrap_or_else(|| "in any 7 days".to_owned());
    (format!("at most {number} {} {window} per customer", event_of.unwrap_or("shown")), sure)
}

/// The same for one part of a declared cap.
fn part(reader: &Reader<'_>, word: &str, from: usize, end: usize) -> String {
    let window = window(reader, from, end);
    match (word, window) {
        ("at", window) => {
            let number = count(reader, from, end).map_or_else(|| "3".to_owned(), |(_, number)| number);
            let event = event(reader, from, end).unwrap_or("shown");
            window.map_or(format!("at most {number} {event}"), |window| format!("at most {number} {event}  {window}"))
        }
        ("in" | "per", Some(window)) => window,
        ("in", None) => "in any 7 days".to_owned(),
        _ => "per customer".to_owned(),
    }
}
