//! Slips in the facts and expectations of tests.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::clauses::Form;
use crate::syntax::reader::{Reader, Stopped};
use crate::syntax::scan::TokenKind;

/// What is wrong with a clause of a test or persona that begins at `at` and stopped before token `end`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Option<Diagnostic> {
    let trouble = stopped.at;
    match form.word {
        "expect" => expectation(reader, at, end, trouble),
        "given" => given(reader, at, end, trouble),
        "consent" => late_time(reader, at, trouble, end).or_else(|| consent(reader, trouble, end)),
        "history" => history(reader, at, trouble, end),
        "now" | "active" => clock(reader, trouble, end),
        _ => None,
    }
    .or_else(|| if matches!(form.word, "history" | "given" | "consent") { clock(reader, trouble, end) } else { None })
}

/// `cases age, consent offers, expect hero`: a column that says its status, or lacks its point.
pub(in crate::syntax) fn column(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let is_kind = |token: &usize| reader.is_word(*token, "consent") || reader.is_word(*token, "permission");
    let near = trouble.saturating_sub(2)..(trouble + 1).min(end);
    let kind = near.filter(|token| *token > at).find(|token| {
        let first = *token == at + 1 || reader.is_sign(token - 1, b',');
        is_kind(token)
            && first
            && !reader.first_on_line(*token)
            && *token + 1 < end
            && reader.is_name(token + 1)
            && !reader.first_on_line(token + 1)
    })?;
    let (word, name) = (reader.written(kind), reader.written(kind + 1));
    let marketing = word == "consent" && name == "direct" && reader.is_word(kind + 2, "marketing");
    let mut to = if marketing { kind + 3 } else { kind + 2 };
    let bare = to;
    while to < end && reader.is_name(to) && !reader.first_on_line(to) {
        to += 1;
    }
    let span = reader.span_between(kind, to);
    let what = if word == "consent" { "`consent.P`, with a purpose" } else { "`permission.C`, with a channel" };
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("a column of {word} is {what}"));
    if marketing {
        return Some(finding.primary("no column").help(
            "an objection to direct marketing stands in a test of its own: `consent direct marketing objected`",
        ));
    }
    let right = format!("{word}.{name}");
    Some(match to == bare {
        true => finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right),
        false => finding.help(format!("write `{right}`, and what it is in the cell of each row")).suggest(
            format!("write `{right}`"),
            span,
            right,
        ),
    })
}

fn spelling(reader: &Reader<'_>, from: usize, to: usize, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::SPELLING, reader.span_between(from, to), message)
}

fn mended(finding: Diagnostic, reader: &Reader<'_>, from: usize, to: usize, right: &str) -> Diagnostic {
    finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), reader.span_between(from, to), right)
}

fn expectation(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    if at + 1 >= end {
        return None;
    }
    let slot = reader.written(at + 1);
    if reader.is_word(at + 2, "shows") && reader.is_word(at + 3, "nothing") && at + 3 < end && trouble <= at + 3 {
        let finding = spelling(reader, at + 2, at + 4, "a slot gives nothing");
        return Some(mended(finding, reader, at + 2, at + 4, "gives nothing"));
    }
    if reader.is_word(at + 1, "nothing") || trouble >= end && trouble == at + 2 && reader.is_name(at + 1) {
        let finding =
            Diagnostic::new(&codes::UNEXPECTED, reader.span(at + 1), "an expectation names a slot and what it does");
        return Some(match reader.is_word(at + 1, "nothing") {
            true => finding.primary("in which slot?").help("write `expect home_hero gives nothing`"),
            false => finding
                .primary("what is expected?")
                .help(format!("write `expect {slot} shows summer_sale`, with the slot first")),
        });
    }
    if trouble < end && reader.is_sign(trouble, b'&') {
        let to = if reader.is_sign(trouble + 1, b'&') { trouble + 2 } else { trouble + 1 };
        let finding = Diagnostic::new(&codes::SIGN, reader.span_between(trouble, to), "`&` is spelt in words");
        return Some(mended(finding, reader, trouble, to, "and"));
    }
    if trouble == at + 2 && trouble < end && reader.is_sign(trouble, b'=') {
        let to = if reader.is_sign(trouble + 1, b'=') { trouble + 2 } else { trouble + 1 };
        let finding = spelling(reader, trouble, to, "a slot shows, gives nothing, or passes over");
        return Some(mended(finding, reader, trouble, to, "shows"));
    }
    if trouble != at + 2 {
        let several = reader.is_sign(trouble.wrapping_sub(1), b',') || reader.is_word(trouble.wrapping_sub(1), "or");
        let one = || {
            spelling(reader, trouble - 1, trouble, "an expectation names one outcome")
                .help("write a line for each: `expect home_hero shows summer_sale`; a rule that loses is `passes over`")
        };
        return if several {
            Some(one())
        } else {
            no_end(reader, at, end, trouble)
                .or_else(|| no_reason(reader, at, end, trouble))
                .or_else(|| bare_reason(reader, at, end, trouble))
        };
    }
    let word = reader.word(trouble).filter(|_| trouble < end)?;
    let outcome = |to: usize| {
        let name = if to < end { reader.written(to) } else { "" };
        let finding = spelling(reader, trouble, to, "a slot shows, gives nothing, or passes over");
        Some(match name {
            "nothing" => mended(finding, reader, trouble, to + 1, "gives nothing"),
            _ => mended(finding, reader, trouble, to, "shows"),
        })
    };
    match word {
        "is" | "displays" | "should" | "equals" | "returns" if reader.is_word(trouble + 1, "show") => {
            outcome(trouble + 2)
        }
        "is" | "displays" | "equals" | "returns" | "has" | "picks" | "wins" => outcome(trouble + 1),
        "to" if reader.is_word(trouble + 1, "show") => outcome(trouble + 2),
        "nothing" => Some(mended(
            spelling(reader, trouble, trouble + 1, "a slot gives nothing"),
            reader,
            trouble,
            trouble + 1,
            "gives nothing",
        )),
        "does" | "doesnt" | "not" | "hides" | "skips" | "never" => {
            let to = if reader.is_word(trouble + 1, "not") && trouble + 1 < end { trouble + 2 } else { trouble + 1 };
            let finding = spelling(reader, trouble, to, "what is not shown is told by its rule and the reason");
            Some(finding.help(format!(
                "write `expect {slot} passes over RULE because \"not applicable\"`, or what is shown instead"
            )))
        }
        _ => None,
    }
}

/// `shows tip until 2026-07-01`: only what waits does so until a time.
fn no_end(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let until = Some(trouble).filter(|until| *until < end && reader.is_word(*until, "until"))?;
    let verb = (at + 2..until).rev().find_map(|token| {
        reader.word(token).filter(|word| ["shows", "sends", "passes"].contains(word)).map(|word| (token, word))
    })?;
    let finding = spelling(reader, until, until + 1, &format!("what a slot {} has no end", verb.1));
    let name = if reader.is_name(verb.0 + 1) { reader.written(verb.0 + 1) } else { "cart" };
    Some(finding.label(reader.span(verb.0), "decided now").help(format!(
        "leave `until` out; a message that waits is `holds {name} until ..`, and a slot that stays empty `gives nothing until ..`"
    )))
}

/// `gives nothing because`, with nothing behind it.
fn no_reason(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let because = end.checked_sub(1).filter(|last| *last > at + 2 && reader.is_word(*last, "because"))?;
    (trouble >= because).then(|| {
        let finding = spelling(reader, because, end, "`because` names the rule that decided, or the reason");
        finding.primary("because of what?").help(
            "write `because` and the rule, or `because \"not applicable\"`; `cater why` tells the reason of every candidate",
        )
    })
}

/// `because not applicable`, `because tier is not known`: a reason of several words without its quotes.
fn bare_reason(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let because = (at..end.min(trouble + 1)).rev().find(|token| reader.is_word(*token, "because"))?;
    let words = because + 1..end;
    let bare = words.len() > 1 && words.clone().all(|token| reader.is_kind(token, TokenKind::Word));
    let goes_on = reader.is_word(because + 2, "and")
        && (reader.is_word(because + 3, "also") || reader.is_word(because + 3, "spends"));
    if !bare || goes_on {
        return None;
    }
    let finding = spelling(reader, because + 1, end, "a reason of several words stands in quotes");
    let reason: Vec<&str> = words.map(|token| reader.written(token)).collect();
    let right = format!("\"{}\"", reason.join(" "));
    let span = reader.span_between(because + 1, end);
    Some(finding.help(format!("write `because {right}`")).suggest(format!("write `{right}`"), span, right))
}

fn given(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    if trouble <= at + 1 && at + 1 < end && reader.is_name(at + 1) {
        let span = reader.span(at + 1);
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "the facts stand between `{` and `}`");
        return Some(finding.primary("no `{` before it").help("for example `given { age: 34, country: FR }`"));
    }
    if trouble >= end {
        let open = (at..end).find(|token| reader.is_sign(*token, b'{'))?;
        let last = end.saturating_sub(1).max(open);
        let finding = Diagnostic::new(&codes::UNCLOSED_BLOCK, reader.span(last), "these facts have no closing `}`");
        let behind = crate::source::Span { start: reader.span(last).end, ..reader.span(last) };
        return Some(
            finding
                .primary("a `}` is missing behind this")
                .label(reader.span(open), "opened here")
                .help("put a `}` behind the last fact")
                .suggest("close the facts", behind, " }"),
        );
    }
    if reader.is_sign(trouble, b'=') || reader.is_word(trouble, "is") {
        let finding = spelling(reader, trouble, trouble + 1, "a colon stands between an attribute and its value");
        return Some(mended(finding, reader, trouble, trouble + 1, ":"));
    }
    let starts_fact = trouble > at && reader.is_name(trouble) && reader.is_sign(trouble + 1, b':');
    (starts_fact && !reader.is_sign(trouble - 1, b',') && !reader.is_sign(trouble - 1, b'{')).then(|| {
        let before = reader.span(trouble - 1);
        let behind = crate::source::Span { start: before.end, ..before };
        let name = reader.written(trouble);
        Diagnostic::new(&codes::UNEXPECTED, reader.span(trouble), format!("a comma is missing before `{name}`"))
            .primary("the next fact")
            .help("facts stand with commas between them: `given { age: 34, country: FR }`")
            .fix("put a comma", behind, ",")
    })
}

/// `consent offers granted version 4 at 3 days ago`
fn late_time(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let is_behind = |word: &str| (at + 2..trouble).rev().take(2).any(|token| reader.is_word(token, word));
    let late = trouble < end && reader.is_word(trouble, "at") && (is_behind("version") || is_behind("confirmed"));
    late.then(|| {
        let message = "when a consent was given stands right behind its status";
        let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(trouble), message);
        finding.help("for example `consent card_marketing granted at 3 days ago version 4 confirmed`")
    })
}

fn consent(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    if reader.is_sign(trouble, b':') && trouble < end {
        let span = reader.span(trouble);
        let finding = Diagnostic::new(&codes::SIGN, span, "no `:` stands between a purpose and its status");
        return Some(finding.help("for example `consent card_marketing granted`").fix("remove it", span, ""));
    }
    let status = match reader.word(trouble).filter(|_| trouble < end) {
        Some("yes") => "granted",
        Some("no") => "denied",
        _ => return None,
    };
    let written = reader.written(trouble);
    let finding = spelling(reader, trouble, trouble + 1, &format!("a consent is never `{written}`")).fix(
        format!("write `{status}`"),
        reader.span(trouble),
        status,
    );
    Some(finding.help(format!(
        "write `{status}`; a consent is granted, denied, withdrawn, expired, pending, unknown or objected"
    )))
}

/// How far back the brace of the fields of an event is looked for.
const MOST_FIELD_TOKENS: usize = 40;

fn history(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let before = trouble.checked_sub(1)?;
    let events = ["shown", "sent", "delivered", "clicked", "dismissed", "converted", "decided"];
    // It may be the end of the clause that comes too early.
    let unit = match trouble >= end {
        true => end.checked_sub(1)?,
        false if reader.is_kind(trouble, TokenKind::Number) => trouble + 1,
        false => trouble,
    };
    let back = |by: usize| unit.checked_sub(by).filter(|token| *token > at);
    if let (Some(number), Some(word)) = (back(1), back(2))
        && reader.is_word(word, "at")
        && reader.is_kind(number, TokenKind::Number)
        && unit + 1 == end
        && reader.word(unit).is_some()
    {
        let right = format!("{} ago", reader.written(unit));
        let finding = spelling(reader, unit, end, "a time that lies back says `ago`");
        let help = format!("write `at {} {right}`", reader.written(number));
        return Some(finding.help(help).fix("write `ago`", reader.span(unit), right));
    }
    if trouble >= end || reader.is_word(trouble, "at") {
        return None;
    }
    let brace = |sign| (0..trouble).rev().take(MOST_FIELD_TOKENS).find(|token| reader.is_sign(*token, sign));
    let open = brace(b'{').filter(|open| brace(b'}').is_none_or(|close| close < *open));
    let within = open.is_some_and(|open| {
        let back = |by: usize, word: &str| open.checked_sub(by).is_some_and(|token| reader.is_word(token, word));
        back(2, "history") || back(4, "history") && back(2, "of")
    });
    if within && reader.is_name(before) && (reader.is_kind(trouble, TokenKind::Number) || reader.is_sign(trouble, b'='))
    {
        let finding = spelling(reader, before, trouble + 1, "a colon stands behind the name of a field");
        let end = if reader.is_sign(trouble, b'=') { trouble + 1 } else { trouble };
        let span = reader.span_between(before, end);
        let right = format!("{}:", reader.written(before));
        return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
    }
    if reader.is_word(trouble, "of") && reader.is_sign(before, b'}') && reader.is_name(trouble + 1) {
        let offer = reader.written(trouble + 1);
        let finding = spelling(reader, trouble, trouble + 2, "what an event is of stands before its fields");
        return Some(finding.help(format!("write `of {offer}` before the `{{`")));
    }
    if events.contains(&reader.written(trouble)) && reader.is_name(before) {
        let right = format!("{} of {}", reader.written(trouble), reader.written(before));
        let finding = spelling(reader, before, trouble + 1, "the event stands first, and `of` before the offer");
        return Some(mended(finding, reader, before, trouble + 1, &right));
    }
    if events.contains(&reader.written(before)) && reader.is_name(trouble) {
        let right = format!("of {}", reader.written(trouble));
        let finding = spelling(reader, trouble, trouble + 1, "`of` stands between an event and its offer");
        return Some(mended(finding, reader, trouble, trouble + 1, &right));
    }
    if reader.is_word(trouble, "on") && reader.is_kind(trouble + 1, TokenKind::Number) {
        let finding = spelling(reader, trouble, trouble + 1, "the time of an event stands behind `at`");
        return Some(finding.help("for example `at 3 days ago`, or `at 2026-06-15T10:00Z`"));
    }
    // A time behind `at` and a comma lacks something else.
    let timed = (at..trouble).any(|token| reader.is_word(token, "at"));
    (reader.is_kind(trouble, TokenKind::Number) && !timed).then(|| {
        let words: Vec<_> = (trouble..end.min(trouble + 3)).map(|token| reader.written(token)).collect();
        let finding = spelling(reader, trouble, trouble + 1, "`at` stands before the time of an event");
        let right = format!("at {}", reader.written(trouble));
        finding.help(format!("write `at {}`", words.join(" "))).fix("write `at`", reader.span(trouble), right)
    })
}

/// `09:00 Europe/Berlin`, `09:00 in Europe/Berlin`, `09:00 UTC`, `9:00 am`
fn clock(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    let token = trouble.checked_sub(1).filter(|_| trouble < end)?;
    let is_clock = |token: usize| reader.is_kind(token, TokenKind::Number) && reader.written(token).contains(':');
    if !is_clock(token) || reader.first_on_line(trouble) {
        return None;
    }
    if let Some(half) = reader.word(trouble).map(str::to_lowercase).filter(|word| word == "am" || word == "pm") {
        let finding = spelling(reader, trouble, trouble + 1, "hours run from 00 to 23");
        return Some(match half.as_str() {
            "am" => finding.help("leave it out").fix("remove it", reader.span(trouble), ""),
            _ => finding.help("write `21:00` for 9 in the evening"),
        });
    }
    let from = if reader.is_word(trouble, "in") { trouble + 1 } else { trouble };
    if reader.is_sign(from, b'+') || reader.is_sign(from, b'-') {
        let finding = Diagnostic::new(&codes::NO_SUCH_DATE, reader.span(from), "an offset is no time zone");
        return Some(
            finding.help("write the time in UTC with a `Z` behind it, or name a zone: `in \"Europe/Berlin\"`"),
        );
    }
    if from >= end || reader.first_on_line(from) {
        return None;
    }
    reader.word(from)?;
    let mut to = from + 1;
    while reader.is_sign(to, b'/') && reader.word(to + 1).is_some() && to + 1 < end {
        to += 2;
    }
    let zone: String = (from..to).map(|token| reader.written(token)).collect();
    // Behind a time another clause may follow on its line.
    if from == trouble && to == from + 1 && !zone.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let right = format!("in \"{zone}\"");
    let span = reader.span_between(trouble, to);
    let finding = Diagnostic::new(&codes::SPELLING, span, "the zone of a time stands in quotes behind `in`");
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}
