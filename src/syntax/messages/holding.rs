//! What becomes of whatever must wait, where it is not said in full: `then hold`, `then wait`, `outside hold 16 hours`.

use super::spelling::UNITS;
use crate::diagnostics::{Diagnostic, codes::syntax as codes, nearest};
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;
use crate::syntax::scan::{TokenKind, shortened};

/// Words of other tools for each of the three.
const OTHERS: [(&str, &[&str]); 3] = [
    ("next", &["skip", "continue", "fallthrough", "pass", "go", "try"]),
    ("stop", &["nothing", "drop", "block", "end", "none", "discard", "suppress", "cancel"]),
    ("hold at most 2 days", &["wait", "delay", "defer", "postpone", "queue", "later", "retry", "held", "holds"]),
];

/// What is wrong with `then ..` of a cap, pause or gap, or with `outside ..` of a window, in tokens `at..end`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let first = match form.word {
        "then" | "outside" => at + 1,
        _ if trouble < end && reader.is_word(trouble, "then") => trouble + 1,
        _ => return None,
    };
    if first < end && reader.is_word(first, "hold") {
        return hold(reader, form, first, end);
    }
    if form.word == "outside" {
        return next_channel(reader, first, end);
    }
    if first + 1 < end && reader.is_word(first, "next") && reader.is_word(first + 1, "channel") {
        let span = reader.span(first + 1);
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "`next channel` is for windows");
        let help = "leave it out: a cap `on channel ..` that is spent goes on to the next channel anyway";
        return Some(finding.help(help).suggest("leave it out", span, ""));
    }
    if first < end && ["next", "stop"].iter().any(|word| reader.is_word(first, word)) {
        return None;
    }
    let span = reader.span(if first < end { first } else { first - 1 });
    let finding = Diagnostic::new(
        &codes::UNEXPECTED,
        span,
        "behind `then` stands what becomes of the slot: `next`, `stop`, or `hold at most` and a span of time",
    );
    let written = reader.word(first).filter(|_| first < end);
    let other = written.and_then(|word| OTHERS.iter().find(|(_, others)| others.contains(&word)));
    let near = written.and_then(|word| nearest(word, ["next", "stop", "hold"]));
    Some(match (other, near, written) {
        (Some((right, _)), _, _) => finding.help(format!("write `then {right}`")).suggest(
            format!("write `{right}`"),
            span,
            (*right).to_owned(),
        ),
        (None, Some(near), _) => finding.help(format!("did you mean `{near}`?")),
        (None, None, Some("show" | "send")) => {
            finding.help("what is shown in its place stands in a clause of its own: `if capped show other_offer`")
        }
        (None, None, _) => finding.help(
            "`then next` goes on to the next candidate, `then stop` leaves the slot empty, `then hold at most 2 days` waits",
        ),
    })
}

/// `ever  hold at most 2 days`, `open 09:00 until 21:00  drop`: what becomes of whatever waits, without the word before it.
pub(super) fn bare(reader: &Reader<'_>, form: &Form, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(trouble).filter(|word| trouble < end && ["hold", "stop", "drop", "next"].contains(word))?;
    let before = match form.word {
        "zone" | "open" => "outside",
        "cap" | "at" | "in" | "ever" | "per" | "without" | "alone" | "reserve" if word != "drop" => "then",
        _ => return None,
    };
    if reader.is_word(trouble - 1, before) {
        return None;
    }
    let span = reader.span(trouble);
    let message = format!("`{word}` stands behind `{before}`");
    let right = format!("{before} {word}");
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).help(format!("write `{right}`"));
    Some(finding.suggest(format!("write `{right}`"), span, right))
}

/// `outside next`, `outside other channel`, `outside then next channel`
fn next_channel(reader: &Reader<'_>, first: usize, end: usize) -> Option<Diagnostic> {
    let mut words = (first..end.min(first + 3)).filter_map(|at| reader.word(at));
    let meant = words.any(|word| ["next", "other", "another", "channel", "skip"].contains(&word));
    let whole = (first..end).map(|at| reader.word(at)).eq([Some("next"), Some("channel")]);
    if !meant || whole {
        return None;
    }
    let span = reader.span_between(first, end.min(first + 3));
    let finding = Diagnostic::new(&codes::SPELLING, span, "the channel that comes next is called `next channel`");
    Some(finding.help("write `outside next channel`").suggest("write `next channel`", span, "next channel"))
}

/// What is wrong behind `hold`, which stands at `hold`.
fn hold(reader: &Reader<'_>, form: &Form, hold: usize, end: usize) -> Option<Diagnostic> {
    let whole = if form.word == "outside" { "outside hold" } else { "then hold" };
    let is = |at: usize, word: &str| at < end && reader.is_word(at, word);
    if is(hold + 1, "until") {
        let span = reader.span(hold + 1);
        let finding =
            Diagnostic::new(&codes::UNEXPECTED, span, "`hold` waits so long at most, and until no certain hour");
        return Some(finding.help(format!(
            "write `{whole} at most 2 days`; the hours at which something may go out are told by a `window`"
        )));
    }
    let number = (hold + 1..end.min(hold + 4)).find(|at| reader.is_kind(*at, TokenKind::Number));
    let Some(number) = number else {
        let figures =
            (hold + 1..end.min(hold + 4)).find_map(|at| Some((at, super::capping::figure(reader.word(at)?)?)));
        if let Some((at, figure)) = figures {
            let message = format!("`{}` is written as a number", reader.written(at));
            let finding = Diagnostic::new(&codes::SPELLING, reader.span(at), message);
            return Some(finding.help(format!("write `{figure}`")).fix(
                format!("write `{figure}`"),
                reader.span(at),
                figure.to_string(),
            ));
        }
        if form.word == "outside" && hold + 1 >= end {
            return None;
        }
        let last = (hold + 1..end.min(hold + 3)).take_while(|at| is(*at, "at") || is(*at, "most")).last();
        let span = reader.span_between(hold, last.unwrap_or(hold) + 1);
        let finding =
            Diagnostic::new(&codes::UNEXPECTED, span, format!("`{whole}` says how long something waits at most"));
        return Some(finding.primary("for how long?").help(format!("for example `{whole} at most 2 days`")));
    };
    let amount = reader.written(number);
    let unit = reader.word(number + 1).filter(|_| number + 1 < end);
    let plain = unit.map(|unit| unit.trim_end_matches('s'));
    let known = plain.is_some_and(|unit| UNITS.contains(&unit));
    // That `years` are none is told better elsewhere, with what to write.
    if plain.is_some_and(|unit| unit == "year") && form.word != "cap" {
        return None;
    }
    if !known {
        let message = format!("`{}` needs a unit of time behind it", shortened(amount));
        let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(number), message);
        return Some(match plain.and_then(|unit| nearest(unit, UNITS)) {
            Some(meant) => finding.help(format!("did you mean `{whole} at most {amount} {meant}s`?")),
            None => finding.help(format!("for example `{whole} at most {amount} hours`, or `{amount} days`")),
        });
    }
    if is(hold + 1, "at") && is(hold + 2, "most") && number == hold + 3 {
        return None;
    }
    let span = reader.span_between(hold + 1, number + 1);
    let finding = Diagnostic::new(&codes::SPELLING, span, "`hold` says how long something waits at most");
    let right = format!("at most {amount}");
    let unit = unit.unwrap_or_default();
    Some(finding.help(format!("write `hold {right} {unit}`")).fix(format!("write `{right}`"), span, right))
}
