//! First steps that go wrong: what somebody writes who has read an example or two, each with how it is written.

use super::{holding, is_condition};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;
use crate::syntax::clauses::Form;
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What is wrong with a clause that begins at `at`, ends before `end` and was complete before token `trouble`.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let before = trouble.checked_sub(1).filter(|before| *before >= at)?;
    if let Some(finding) = holding::bare(reader, form, trouble, end) {
        return Some(finding);
    }
    let found = if is_condition(form) {
        bare_segment(reader, at, end, trouble)
            .or_else(|| choice(reader, form, trouble, end))
            .or_else(|| block_unless(reader, form, trouble, end))
            .or_else(|| has_alone(reader, at, trouble, end))
            .or_else(|| event_of(reader, at, before, trouble, end))
            .or_else(|| listed(reader, form, before, trouble, end))
            .or_else(|| count_first(reader, at, before, trouble, end))
    } else {
        match form.word {
            "open" => days(reader, at, end, trouble)
                .or_else(|| hour(reader, trouble, end))
                .or_else(|| no_day(reader, trouble, end)),
            "in" => calendar(reader, at, end).or_else(|| week_from(reader, at, before, trouble, end)),
            "on" => bare_target(reader, at, end),
            "outside" => {
                hold_until(reader, before, trouble, end).or_else(|| holding::find(reader, form, at, end, trouble))
            }
            "cap" => calendar(reader, at, end).or_else(|| holding::find(reader, form, at, end, trouble)),
            "then" => holding::find(reader, form, at, end, trouble),
            "zone" => chain(reader, at, end),
            "for" => occasions(reader, at, end, trouble).or_else(|| occasion_of(reader, at, end, trouble)),
            "basis" if reader.is_word(before, "interest") => interest(reader, at, trouble, end),
            "expires" => expires_before(reader, trouble),
            "basis" | "confirmed" | "version" | "valid" | "direct" => needs_another(reader, trouble),
            "consent" => all(reader, at, end),
            "show" | "send" => by_channel(reader, trouble, end)
                .or_else(|| otherwise(reader, form, at, trouble, end))
                .or_else(|| sent_by(reader, at, trouble, end)),
            "active" => dashed(reader, before, trouble, end).or_else(|| field(reader, trouble, end)),
            "after" => window_first(reader, at, trouble, end),
            "at" => apart(reader, at, trouble, end),
            "tags" | "class" => field(reader, trouble, end),
            _ => None,
        }
    };
    found.or_else(|| two_words(reader, at, before, trouble, end))
}

fn unexpected(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNEXPECTED, span, message)
}

fn spelling(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::SPELLING, span, message)
}

/// `when segment lapsed`
fn bare_segment(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let kind = trouble.checked_sub(1).filter(|kind| *kind > at && trouble < end && reader.is_name(trouble))?;
    if !reader.is_word(kind, "segment") && !reader.is_word(kind, "value") {
        return None;
    }
    let name = reader.written(trouble);
    let span = reader.span(kind);
    let whole = Span { end: reader.span(trouble).start, ..span };
    let finding = spelling(span, "a segment or value is called by its name alone");
    Some(finding.help(format!("write `{name}`")).fix(format!("write `{name}`"), whole, ""))
}

/// `value x = if vip then 1 else 0`, `segment x = if vip then yes else no`
fn choice(reader: &Reader<'_>, form: &Form, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = trouble.checked_sub(1).filter(|word| trouble < end && reader.is_word(*word, "if"))?;
    let then = (trouble..end).find(|then| reader.is_word(*then, "then"));
    let words = |from: usize, to: usize| {
        let text = reader.text.get(reader.span_between(from, to).range()).unwrap_or("");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let asked = then.filter(|then| *then > trouble).map_or_else(|| "..".to_owned(), |then| words(trouble, then));
    let (message, help) = if form.word == "value" {
        let other = then.and_then(|then| (then..end).find(|other| reader.is_word(*other, "else")));
        let chosen = then.map_or_else(|| "1".to_owned(), |then| words(then + 1, other.unwrap_or(end)));
        ("a value has no `if`", format!("write `({chosen} when {asked})`: that is 0 where it is not so"))
    } else {
        ("a condition has no `if`", format!("it says itself who is meant: write `{asked}`"))
    };
    Some(spelling(reader.span(word), message).help(help))
}

/// `while vulnerable unless staff`
fn block_unless(reader: &Reader<'_>, form: &Form, trouble: usize, end: usize) -> Option<Diagnostic> {
    let unless = Some(trouble).filter(|word| form.word == "while" && *word < end && reader.is_word(*word, "unless"))?;
    let help = super::clause::block_holds_while(reader, unless);
    Some(unexpected(reader.span(unless), "a block has no `unless`").help(help))
}

/// `when has name`
fn has_alone(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let has = Some(trouble).filter(|has| *has < end && reader.is_word(*has, "has"))?;
    let begins = has == at + 1 || ["and", "or", "not"].iter().any(|word| reader.is_word(has - 1, word));
    let named = Some(has + 1).filter(|named| begins && *named < end && reader.is_name(*named))?;
    let right = format!("{} is known", reader.written(named));
    let span = reader.span_between(has, named + 1);
    let finding = spelling(span, "whether there is a value is asked behind its name");
    Some(finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right))
}

/// `last sent renewal`, `times shown sale in the last 7 days`
fn event_of(reader: &Reader<'_>, at: usize, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let asked = before.checked_sub(1).filter(|asked| *asked > at && trouble < end && reader.is_name(trouble))?;
    let is_asked = ["last", "times"].iter().any(|word| reader.is_word(asked, word)) && reader.is_name(before);
    if !is_asked || ["in", "ever", "halving", "of"].iter().any(|word| reader.is_word(trouble, word)) {
        return None;
    }
    // `last time shown of x`
    if reader.is_word(asked, "last") && ["time", "times"].iter().any(|word| reader.is_word(before, word)) {
        let (span, event) = (reader.span_between(asked, trouble + 1), reader.written(trouble));
        let right = format!("last {event}");
        let finding = spelling(span, "when something last happened is told by `last` and the event");
        return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
    }
    let right = format!("of {}", reader.written(trouble));
    let span = reader.span(trouble);
    let finding = spelling(span, "`of` stands between an event and its offer");
    let whole = format!("{} {} {right}", reader.written(asked), reader.written(before));
    Some(finding.help(format!("write `{whole}`")).suggest(format!("write `{right}`"), span, right))
}

/// `unless gluten, vegan`
fn listed(reader: &Reader<'_>, form: &Form, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let comma = [before, trouble].into_iter().find(|comma| reader.is_sign(*comma, b','))?;
    if form.word != "when" && form.word != "unless" || comma + 1 >= end {
        return None;
    }
    let clause = form.word;
    let second = reader.written(comma + 1);
    let help = match clause {
        "when" => format!("write a clause for each, which must all hold: `when ..` and then `when {second} ..`"),
        _ => {
            format!("write a clause for each, any of which keeps people out: `unless ..` and then `unless {second} ..`")
        }
    };
    Some(unexpected(reader.span(comma), "conditions are not listed with commas").help(help))
}

/// `at least 2 purchases in the last 30 days`
fn count_first(reader: &Reader<'_>, at: usize, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(trouble).filter(|word| ["least", "most"].contains(word) && reader.is_word(before, "at"))?;
    let number = trouble + 1;
    if before <= at || number + 1 >= end || !reader.is_kind(number, TokenKind::Number) {
        return None;
    }
    let counted = reader.written(number + 1);
    // An event is named in the singular, as it is declared.
    let one = counted.strip_suffix('s').filter(|one| (0..reader.tokens.len()).any(|at| reader.is_word(at, one)));
    let rest = Span { start: reader.span(number + 1).end, ..reader.span_between(number, end) };
    let rest = reader.text.get(rest.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
    let window = if rest.is_empty() { "ever".to_owned() } else { rest };
    let right = format!("times {} {window} is at {word} {}", one.unwrap_or(counted), reader.written(number));
    let finding = spelling(
        reader.span_between(before, number + 1),
        "how often something happened stands before what is asked of it",
    );
    Some(finding.help(format!("write `{right}`")))
}

/// `slot letter by email and sms`: what stands at `and` where a block should begin.
pub(in crate::syntax) fn joined_channels(reader: &Reader<'_>, at: usize, and: usize) -> Option<Diagnostic> {
    let is_list = reader.is_word(at, "slot") && (at..and).any(|token| reader.is_word(token, "by"));
    let joins = reader.is_word(and, "and") || reader.is_word(and, "or");
    if !is_list || !joins || !reader.is_name(and + 1) {
        return None;
    }
    let gap = Span { start: reader.span(and.checked_sub(1)?).end, ..reader.span(and) };
    let right = format!("{}, {}", reader.written(and - 1), reader.written(and + 1));
    let finding = spelling(reader.span(and), "a comma divides channels, in the order in which they are tried");
    Some(finding.help(format!("write `by {right}`")).fix("write a comma", gap, ","))
}

/// The day of the week that a word names or begins.
fn day(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    DAYS.into_iter().find(|day| word.len() >= 3 && day.starts_with(word.trim_end_matches('s')))
}

/// `open weekdays 17:00 until 18:30`, `open monday-friday ..`
fn days(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let right = |from: &str, to: &str| format!("{} to {}", &from[..3], &to[..3]);
    let day = |at: usize| reader.word(at).and_then(day);
    for token in at + 1..end.min(trouble + 2) {
        let meant = match reader.word(token).map(str::to_lowercase).as_deref() {
            Some("weekday" | "weekdays" | "workdays") => Some("mon to fri".to_owned()),
            Some("weekend" | "weekends") => Some("sat, sun".to_owned()),
            Some(_) | None => None,
        };
        if let Some(right) = meant {
            let finding = spelling(reader.span(token), "the days of a window are named");
            return Some(finding.help(format!("write `{right}`")).fix(
                format!("write `{right}`"),
                reader.span(token),
                right,
            ));
        }
        if let (Some(from), true, Some(to)) = (day(token), reader.is_sign(token + 1, b'-'), day(token + 2)) {
            let (span, right) = (reader.span_between(token, token + 3), right(from, to));
            let finding = spelling(span, "days run from one `to` another");
            return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
        }
    }
    None
}

/// `open montag ..`, `open mo to fr ..`
fn no_day(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(trouble).filter(|word| trouble < end && !["when", "until", "to"].contains(word))?;
    let known = DAYS.iter().any(|day| day.get(..3) == Some(word)) || !reader.is_word(trouble.wrapping_sub(1), "open");
    (!known).then(|| {
        let finding = unexpected(reader.span(trouble), &format!("`{word}` is no day of the week"));
        finding.help("the days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; for example `open mon to fri 09:00 until 21:00`")
    })
}

/// `5pm`, `6:30pm`
fn hour(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    let near = trouble.saturating_sub(1)..(trouble + 2).min(end);
    near.into_iter().find_map(|token| {
        // One word or two, as the blanks are.
        let to = if reader.is_word(token + 1, "am") || reader.is_word(token + 1, "pm") { token + 2 } else { token + 1 };
        let span = reader.span_between(token, to);
        let written = reader.text.get(span.range())?.to_lowercase().replace(' ', "");
        let (clock, after) = match (written.strip_suffix("am"), written.strip_suffix("pm")) {
            (Some(clock), _) => (clock.to_owned(), 0),
            (None, Some(clock)) => (clock.to_owned(), 12),
            (None, None) => return None,
        };
        let (hours, minutes) = clock.split_once([':', '.']).unwrap_or((&clock, "00"));
        let hours = hours.parse::<u32>().ok().filter(|hours| (1..=12).contains(hours))? % 12 + after;
        let right = format!("{hours:02}:{minutes}");
        let finding = spelling(span, "clock times are written with 24 hours");
        Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
    })
}

/// `on push`, where a channel is called so
fn bare_target(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let name = Some(at + 1).filter(|name| *name < end && reader.is_name(*name))?;
    let is_declared = |kind: &str| {
        (1..reader.tokens.len())
            .any(|of| reader.is_word(of - 1, kind) && reader.written(of) == reader.written(name) && of != name)
    };
    let kind = ["channel", "offer", "rule", "tags", "class"].into_iter().find(|kind| is_declared(kind))?;
    let kind = if kind == "tags" { "tag" } else { kind };
    let (span, right) = (reader.span(name), format!("{kind} {}", reader.written(name)));
    let finding = unexpected(span, "a target says what it is");
    Some(finding.help(format!("write `on {right}`")).suggest(format!("write `{right}`"), span, right))
}

/// `in any 1 week from monday`, `in each calendar week from montag`
fn week_from(reader: &Reader<'_>, at: usize, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let from = [before, trouble].into_iter().find(|from| *from < end && reader.is_word(*from, "from"))?;
    if !reader.is_word(at + 1, "any") && !(at + 1..from).any(|token| reader.is_word(token, "week")) {
        let finding = unexpected(reader.span(from), "only a week says on which day it begins");
        return Some(finding.help("leave out `from` and what stands behind it"));
    }
    if !reader.is_word(at + 1, "any") {
        let named = from + 1;
        let span = reader.span(if named < end { named } else { from });
        let finding = unexpected(span, "a week begins on a day, from `monday` to `sunday`");
        return Some(match reader.word(named).and_then(day).filter(|_| named < end) {
            Some(day) => finding.help(format!("write `{day}`")).fix(format!("write `{day}`"), span, day),
            None => finding.help("write `from monday`"),
        });
    }
    let finding = unexpected(reader.span(from), "`in any` looks back from now, and begins on no day of the week");
    let day = reader.word(from + 1).and_then(day).unwrap_or("monday");
    Some(finding.help(format!(
        "write `in each calendar week from {day} in \"Europe/Berlin\"`, or leave out `from` and the day"
    )))
}

/// `outside hold until 09:00`
fn hold_until(reader: &Reader<'_>, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let until = [before, trouble].into_iter().find(|until| *until < end && reader.is_word(*until, "until"))?;
    if !reader.is_word(until.checked_sub(1)?, "hold") {
        return None;
    }
    let finding = spelling(reader.span_between(until, end), "what waits for a window is let go when that opens");
    Some(finding.help(
        "write `outside hold`, or `outside hold at most 12 hours` for what is not worth waiting longer; when the window opens \
         stands in `open`",
    ))
}

/// `in each calendar hour`
fn calendar(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    const UNITS: [&str; 4] = ["day", "week", "month", "quarter"];
    let unit = (at + 1..end).find(|unit| reader.is_word(unit - 1, "calendar"))?;
    let word = reader.word(unit).filter(|word| !UNITS.contains(word))?;
    let finding = unexpected(reader.span(unit), "the calendar has days, weeks, months and quarters to count in");
    Some(finding.help(match word.trim_end_matches('s') {
        "second" | "minute" | "hour" => format!("for any {word} write `in any 1 {}`", word.trim_end_matches('s')),
        "year" => "for any year write `in any 12 months`; the longest of the calendar is `in each calendar quarter`".to_owned(),
        _ => "write `in each calendar day`, `week from monday`, `month` or `quarter`, and `in \"Europe/Berlin\"` behind it".to_owned(),
    }))
}

/// `zone home or "Europe/Berlin"`, `zone home, "Europe/Berlin"`
fn chain(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let inside = |token: usize| (at..token).any(|open| reader.is_sign(open, b'['));
    let is_joint = |token: &usize| {
        (reader.is_word(*token, "or") || reader.is_word(*token, "and") || reader.is_sign(*token, b','))
            && !inside(*token)
    };
    let joint = (at + 2..end).find(is_joint)?;
    let (span, last) = (reader.span(joint), reader.span(joint - 1));
    let finding = spelling(span, "the zones of a chain are joined by `else`: the first that is known counts");
    let right = format!("{} else {}", reader.written(joint - 1), reader.written(joint + 1));
    let (place, word) =
        if reader.is_sign(joint, b',') { (Span { start: last.end, ..span }, " else") } else { (span, "else") };
    Some(finding.help(format!("write `{right}`; where all of them have to be open, `every of [..]`")).suggest(
        "write `else`",
        place,
        word,
    ))
}

/// `for 24 hours after shown of sale or purchase`, `after purchase, sent`
fn occasions(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let is_joint = |token: &usize| {
        *token < end && (reader.is_sign(*token, b',') || ["or", "and"].iter().any(|word| reader.is_word(*token, word)))
    };
    let joint = [trouble.wrapping_sub(1), trouble].into_iter().find(is_joint).filter(|joint| *joint > at + 3)?;
    let next = Some(joint + 1).filter(|next| *next < end && reader.is_name(*next))?;
    let event = reader.written(next);
    if let Some(of) = (at + 4..joint).find(|token| reader.is_word(*token, "of")) {
        let (first, offer) = (reader.written(of - 1), reader.written(of + 1));
        let finding = unexpected(reader.span(next), "the offer behind `of` goes with every event of the clause");
        let finding = finding.primary("another event behind it").label(reader.span_between(of, of + 2), "the offer");
        return Some(finding.help(format!(
            "for either of `{offer}` write `after {first} or {event} of {offer}`; if only the first is about `{offer}`, declare a block \
             for each"
        )));
    }
    let gap = Span { start: reader.span(joint - 1).end, ..reader.span(joint) };
    let right = format!("{} or {event}", reader.written(joint - 1));
    let finding =
        spelling(reader.span(joint), "events after which a block holds are joined by `or`: each of them begins it");
    Some(finding.help(format!("write `{right}`")).suggest("write `or`", gap, " or"))
}

/// `for 24 hours after sent renewal`
fn occasion_of(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let event = trouble.checked_sub(1).filter(|event| *event > at + 3 && trouble < end && reader.is_name(*event))?;
    let name = reader.is_name(trouble).then(|| reader.written(trouble))?;
    if ["class", "tag", "offer", "rule", "channel"].contains(&name) && reader.is_name(trouble + 1) {
        let right = format!("on {name}");
        let finding = spelling(reader.span(trouble), "what a block is on stands behind `on`");
        let help = format!("write `{right} {}`", reader.written(trouble + 1));
        return Some(finding.help(help).fix(format!("write `{right}`"), reader.span(trouble), right));
    }
    let is_event = (1..reader.tokens.len()).any(|of| reader.is_word(of - 1, "event") && reader.is_word(of, name));
    let finding = unexpected(reader.span(trouble), "one event stands behind `after`, and `of` before its offer");
    let joint = if is_event { "or" } else { "of" };
    let right = format!("{joint} {name}");
    let help = format!("write `after {} {right}`", reader.written(event));
    Some(finding.help(help).suggest(format!("write `{right}`"), reader.span(trouble), right))
}

/// `active 2026-12-24 - 2026-12-26`
fn dashed(reader: &Reader<'_>, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let dash = [before, trouble].into_iter().find(|dash| *dash < end && reader.is_sign(*dash, b'-'))?;
    let is_day = |at: usize| reader.is_kind(at, TokenKind::Number) && reader.written(at).matches('-').count() == 2;
    if !is_day(dash.checked_sub(1)?) || !is_day(dash + 1) {
        return None;
    }
    let right = format!("{} to {}", reader.written(dash - 1), reader.written(dash + 1));
    let finding = spelling(reader.span(dash), "dates run from one `to` another");
    Some(finding.help(format!("write `{right}`; both days are in")).fix("write `to`", reader.span(dash), "to"))
}

/// `after 3 shown without clicked in any 7 days`
fn window_first(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let window = Some(trouble).filter(|window| *window < end && reader.is_word(*window, "in"))?;
    let without = (at..window).find(|token| reader.is_word(*token, "without"))?;
    let number = (window + 1..end.min(window + 4)).find(|token| reader.is_kind(*token, TokenKind::Number));
    let span = number.map_or_else(
        || "7 days".to_owned(),
        |number| format!("{} {}", reader.written(number), reader.written(number + 1)),
    );
    let text = |from: usize, to: usize| reader.text.get(reader.span_between(from, to).range()).unwrap_or_default();
    let finding = unexpected(reader.span(window), "over which time a pause counts stands before `without`");
    let (counted, unless) = (text(at, without), text(without, window));
    Some(finding.label(reader.span(without), "`without`").help(format!("write `{counted} in any {span} {unless}`")))
}

/// `at least 2 days` of a gap
fn apart(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let ends = trouble >= end && reader.is_word(at + 1, "least") && reader.is_kind(at + 2, TokenKind::Number);
    let unit = ends.then(|| reader.word(at + 3).filter(|_| at + 4 == end))??;
    let finding = unexpected(reader.span_between(at, end), "how far two lie `apart` ends with that word");
    let behind = Span { start: reader.span(at + 3).end, ..reader.span(at + 3) };
    let help = format!("write `at least {} {unit} apart`", reader.written(at + 2));
    Some(finding.help(help).fix("write `apart`", behind, " apart"))
}

/// `send sale via push`
fn by_channel(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = [trouble.wrapping_sub(1), trouble]
        .into_iter()
        .find(|at| *at < end && ["via", "through", "over", "using"].iter().any(|word| reader.is_word(*at, word)))?;
    let named = Some(word + 1).filter(|named| *named < end && reader.is_name(*named))?;
    let (span, channel) = (reader.span(word), reader.written(named));
    let finding = spelling(span, "the channels of a message stand behind `by`");
    Some(finding.help(format!("write `by {channel}`")).fix(format!("write `by {channel}`"), span, "by"))
}

/// `basis legitimate interest` without the name of its assessment.
fn interest(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let named = trouble < end && reader.is_kind(trouble, TokenKind::Text);
    (!named).then(|| {
        let span = reader.span_between(at + 1, trouble);
        let finding = unexpected(span, "a legitimate interest names the assessment that it rests on");
        finding.primary("which one?").help("write its name in quotes: `basis legitimate interest \"LIA-2026-01\"`")
    })
}

/// `expires 24 hours before departs`
fn expires_before(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    let time = Some(trouble + 1).filter(|time| reader.is_word(trouble, "before") && reader.is_name(*time))?;
    let (number, unit, time) = (trouble.checked_sub(2)?, trouble - 1, reader.written(time));
    let span = format!("{} {}", reader.written(number), reader.written(unit));
    let finding = unexpected(reader.span(trouble), "what expires does so `after` a time, such as that of an event");
    Some(finding.help(format!(
        "write `expires {span} after {time}`; to stop {span} before a time to come, write `when {time} is at least {span} ahead`"
    )))
}

/// `basis consent  needs offers`: a purpose rests on no other.
fn needs_another(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    reader.is_word(trouble, "needs").then(|| a_purpose_needs_none(reader, trouble))
}

/// What is said of `needs` in a purpose.
pub(super) fn a_purpose_needs_none(reader: &Reader<'_>, at: usize) -> Diagnostic {
    let other = if reader.is_name(at + 1) { reader.written(at + 1) } else { "offers" };
    unexpected(reader.span(at), "a purpose needs no other purpose, so that none can lead back to itself")
        .primary("each is asked for alone")
        .help(format!(
            "leave `needs {other}` out here; where both have to be open, the rule, the channel or the attribute names both"
        ))
}

/// `consent all`
fn all(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let is_bare = reader.is_word(at + 1, "all") && !(at + 2 < end && reader.is_word(at + 2, "granted"));
    is_bare.then(|| {
        let span = reader.span(at + 1);
        let behind = Span { start: span.end, ..span };
        unexpected(span, "`all` is the short way to say that every purpose is granted")
            .help("write `consent all granted`")
            .fix("write `all granted`", behind, " granted")
    })
}

/// `send sale by push and email`
fn sent_by(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let and = [trouble, trouble.wrapping_sub(1)].into_iter().find(|token| {
        *token < end && *token > at + 1 && (reader.is_word(*token, "and") || reader.is_word(*token, "or"))
    })?;
    if !(at..and).any(|token| reader.is_word(token, "by")) || and + 1 >= end || !reader.is_name(and + 1) {
        return None;
    }
    let gap = Span { start: reader.span(and - 1).end, ..reader.span(and) };
    let right = format!("{}, {}", reader.written(and - 1), reader.written(and + 1));
    let finding = spelling(reader.span(and), "a comma divides channels, in the order in which they are tried");
    Some(finding.help(format!("write `by {right}`")).fix("write a comma", gap, ","))
}

/// `show rye  else show white`
fn otherwise(reader: &Reader<'_>, form: &Form, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = form.word;
    let other = (at + 1..=trouble).find(|token| *token < end.max(trouble + 1) && reader.is_word(*token, "else"))?;
    let named = if reader.is_word(other + 1, word) { other + 2 } else { other + 1 };
    let offer = if reader.is_name(named) { reader.written(named) } else { "other_offer" };
    let finding = unexpected(reader.span(other), "what a rule does instead says why");
    Some(finding.help(format!(
        "write `if no consent {word} {offer}`, `if unknown {word} {offer}` or `if capped {word} {offer}`; what everybody else \
         sees is the `fallback` of the slot"
    )))
}

/// `tags promo  title "Half price"`
fn field(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    // The name may have been read as the last of the list, or the text is what stops.
    let name = [trouble, trouble.wrapping_sub(1)].into_iter().find(|name| {
        *name < end && reader.is_name(*name) && reader.is_kind(name + 1, TokenKind::Text) && name + 1 < end
    })?;
    let (field, span) = (reader.written(name), reader.span(name));
    let finding = unexpected(span, "the fields of an offer stand behind `with`");
    let right = format!("with {field}:");
    Some(finding.help(format!("write `{right} ..`")).fix(format!("write `{right}`"), span, right))
}

/// `show happy hour`, where something is called `happy_hour`.
fn two_words(reader: &Reader<'_>, at: usize, before: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    if before <= at || trouble >= end || !reader.is_name(before) || !reader.is_name(trouble) {
        return None;
    }
    let right = format!("{}_{}", reader.written(before), reader.written(trouble));
    let is_known = (0..reader.tokens.len()).any(|token| reader.is_word(token, &right));
    is_known.then(|| {
        let span = reader.span_between(before, trouble + 1);
        unexpected(span, "a name is one word").help(format!("write `{right}`")).fix(
            format!("write `{right}`"),
            span,
            right,
        )
    })
}
