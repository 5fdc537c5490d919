//! Words that people read in two ways, or that are just not those of the language, each with the right wording.

use super::shortened;
use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

/// The words that [`find`] explains, and those that go with them.
pub(super) const WORDS: [&str; 35] = [
    "exists", "either", "consent", "older", "newer", "younger", "than", "within", "between", "greater", "bigger",
    "higher", "larger", "above", "over", "fewer", "smaller", "lower", "below", "under", "equals", "contains",
    "includes", "ahead", "shown", "sent", "each", "times", "last", "halving", "since", "then", "equal", "exactly",
    "after",
];

/// What is wrong with the word at `token`, if it is one of those.
pub(super) fn find(reader: &Reader<'_>, token: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let word = reader.word(token)?;
    if let Some(finding) = or_equal(reader, token)
        .or_else(|| untested(reader, token, trouble, end))
        .or_else(|| if token == trouble { given_on(reader, token) } else { None })
    {
        return Some(finding);
    }
    let is_before = reader.is_word(token.wrapping_sub(1), "is");
    let from = if is_before { token - 1 } else { token };
    let finding = |to: usize, message: String, help: String, right: Option<String>| {
        let span = reader.span_between(from, to);
        let finding = Diagnostic::new(&codes::SPELLING, span, message).help(help);
        Some(match right {
            Some(right) => finding.suggest(format!("write `{right}`"), span, right),
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
        "within" => {
            let number = (token + 1..(token + 4).min(end)).find(|at| reader.is_kind(*at, TokenKind::Number));
            let span = number.filter(|at| reader.word(at + 1).is_some());
            let span =
                span.map_or("60 days".to_owned(), |at| format!("{} {}", reader.written(at), reader.written(at + 1)));
            let help = format!("write `is at most {span} old` for the past, `is at most {span} ahead` for the future");
            finding(token + 1, "`within` does not say whether the past or the future is meant".to_owned(), help, None)
        }
        "since" if reader.word(token.wrapping_sub(1)).is_some_and(is_unit) => since_in_units(reader, token, end),
        "at" if ["and", "or", "but"].iter().any(|joint| reader.is_word(token.wrapping_sub(1), joint)) => {
            super::bounds::second(reader, token, end)
        }
        "exists" | "exist" => {
            let to = token + 1;
            other_word(reader, from, to, "is known")
        }
        "either" if is_before => either(reader, from, token, end),
        "consent" if reader.is_name(token + 1) && token + 1 < end && !reader.is_sign(token + 1, b'.') => {
            let right = format!("consent.{}", reader.written(token + 1));
            let span = reader.span_between(token, token + 2);
            let finding = Diagnostic::new(&codes::SPELLING, span, "a point joins `consent` and its purpose");
            Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
        }
        "in" if is_before
            && token + 1 == trouble
            && (reader.is_name(trouble) || reader.is_kind(trouble, TokenKind::Text))
            && !matches!(reader.word(trouble), Some("the" | "last" | "past" | "top" | "bottom")) =>
        {
            let right = format!("is {}", reader.written(trouble));
            let span = reader.span_between(from, trouble + 1);
            let finding = Diagnostic::new(&codes::SPELLING, span, "a single value is compared with `is`");
            let fix = format!("write `{right}`");
            Some(finding.help(format!("write `{right}`; several stand in `is one of [..]`")).suggest(fix, span, right))
        }
        "since" => {
            let day = if token + 1 < end { reader.written(token + 1) } else { "2026-01-01" };
            let help =
                format!("write `is after {day}` if that day itself is out; if it is in, `not (x is before {day})`");
            finding(token + 1, "`since` does not say whether its day is in".to_owned(), help, None)
        }
        "in" if ["the", "last", "past"].iter().any(|word| reader.is_word(token + 1, word))
            || reader.is_kind(token + 1, TokenKind::Number) && reader.word(token + 2).is_some() =>
        {
            let number = (token + 1..(token + 4).min(end)).find(|at| reader.is_kind(*at, TokenKind::Number));
            let is_unit = |at: usize| at < end && reader.word(at).is_some_and(is_unit);
            let Some(number) = number.filter(|number| is_unit(number + 1)) else {
                return ranked(reader, from, token, end);
            };
            let before = token.wrapping_sub(1);
            let one = reader.word(before).map(|word| word.strip_suffix('s').unwrap_or(word));
            let is_event = |at: usize| reader.is_word(at, "event") && reader.word(at + 1) == one;
            if let Some(one) = one.filter(|_| (0..reader.tokens.len()).any(is_event)) {
                let span = format!("{} {}", reader.written(number), reader.written(number + 1));
                let finding = Diagnostic::new(&codes::SPELLING, reader.span(before), "events are counted by `times`");
                let help = match reader.is_word(before.wrapping_sub(1), "no") {
                    true => format!("write `times {one} in the last {span} is 0`"),
                    false => format!("write `times {one} in the last {span} is at least 1`, or when: `last {one}`"),
                };
                return Some(finding.help(help));
            }
            let right = format!("is at most {} {} old", reader.written(number), reader.written(number + 1));
            let past = reader.is_word(token + 1, "the") || reader.is_word(token + 1, "last");
            let help =
                if past { format!("write `{right}`") } else { format!("write `{right}`, or `ahead` for the future") };
            finding(number + 2, "a time is compared by its age".to_owned(), help, past.then_some(right))
        }
        "between" => {
            let simple = reader.is_word(token + 2, "and") && token + 4 <= end;
            let (low, high) = (reader.written(token + 1), reader.written(token + 3));
            let right = if simple { format!("is from {low} to {high}") } else { "is from 1 to 5".to_owned() };
            let to = if simple { token + 4 } else { token + 1 };
            let message = "`between` does not say whether its ends are in".to_owned();
            if reader.is_word(token.wrapping_sub(1), "not") {
                return finding(
                    to,
                    message,
                    format!("write `not (.. {right})`; both ends are in what is excluded"),
                    None,
                );
            }
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
            // With `not`, some take a missing value to be in and some to be out.
            Some(finding.fix_if(!negated, format!("write `{right}`"), span, right))
        }
        "greater" | "bigger" | "higher" | "larger" => other_word(reader, from, token + 1 + than, "is more than"),
        "fewer" | "smaller" | "lower" => other_word(reader, from, token + 1 + than, "is less than"),
        // `over 18` is on many a door that lets in those who are 18.
        "above" | "over" => other_word(reader, from, token + 1 + than, "is more than").map(Diagnostic::doubtful),
        "below" | "under" => other_word(reader, from, token + 1 + than, "is less than").map(Diagnostic::doubtful),
        "equals" => other_word(reader, from, token + 1, "is"),
        "equal" if reader.is_word(token + 1, "to") => other_word(reader, from, token + 2, "is"),
        "exactly" if token + 1 == trouble => other_word(reader, from, token + 1, "is"),
        "then" if token == trouble => {
            let span = reader.span(token);
            let finding = Diagnostic::new(&codes::SPELLING, span, "no `then` stands behind a condition");
            let help = "leave it out; what is shown stands in the clause `show`";
            Some(finding.help(help).fix("remove it", span, ""))
        }
        "to" if reader.is_kind(token - 1, TokenKind::Number)
            && reader.is_kind(token + 1, TokenKind::Number)
            && reader.is_word(token.wrapping_sub(2), "is") =>
        {
            let right = format!("is from {} to {}", reader.written(token - 1), reader.written(token + 1));
            let span = reader.span_between(token - 2, token + 2);
            let finding = Diagnostic::new(&codes::SPELLING, span, "a range begins with `from`");
            Some(finding.help(format!("write `{right}`; both ends are in")).suggest(
                format!("write `{right}`"),
                span,
                right,
            ))
        }
        "known" | "never" if token + 2 == trouble || token + 1 == trouble => asked_twice(reader, token, end),
        "on" if is_before && reader.written(token + 1).contains('-') && token + 1 < end => {
            let day = reader.written(token + 1);
            let right = format!("is from {day} to {day}");
            let span = reader.span_between(from, token + 2);
            let finding = Diagnostic::new(&codes::SPELLING, span, "a day is a span from its beginning to its end");
            let fix = format!("write `{right}`");
            Some(finding.help(format!("write `{right}`; a whole day is in")).suggest(fix, span, right))
        }
        "contains" | "includes" if reader.is_kind(token + 1, TokenKind::Text) => {
            let text = reader.written(token + 1);
            let span = reader.span_between(from, token + 1);
            let message = "texts are compared whole and never searched";
            let finding = Diagnostic::new(&codes::SPELLING, span, message);
            Some(finding.help(format!(
                "for a whole text write `is {text}`; for an element of a `set of text` write `has {text}`"
            )))
        }
        "contains" | "includes" => other_word(reader, from, token + 1, "has"),
        "of" if ["one", "any", "all", "none"].iter().any(|some| reader.is_word(token.wrapping_sub(1), some)) => {
            let words = format!("{} of", reader.written(token - 1));
            if let Some(finding) = super::lists::comma_missing(reader, token + 1, end) {
                return Some(finding);
            }
            let span = reader.span(if token + 1 < end { token + 1 } else { token });
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, span, format!("the members of `{words}` stand in brackets"));
            Some(finding.help(format!("for example `{words} [DE, FR]`")))
        }
        // Behind its unit and before the trouble it was read.
        "old" | "ahead" if token >= trouble || !reader.word(token.wrapping_sub(1)).is_some_and(is_unit) => {
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

/// `is known is yes`, `is never is no`: asked twice. `token` is the word that asks.
fn asked_twice(reader: &Reader<'_>, token: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(token).filter(|word| ["known", "never"].contains(word))?;
    let (is, answer) = (token + 1, token + 2);
    let yes = reader.is_word(answer, "yes");
    if !(reader.is_word(is, "is") && answer < end && (yes || reader.is_word(answer, "no"))) {
        return None;
    }
    let negated = reader.is_word(token - 1, "not");
    let from = if negated { token.checked_sub(2)? } else { token - 1 };
    let right = if negated == yes { format!("is not {word}") } else { format!("is {word}") };
    let span = reader.span_between(from, answer + 1);
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`is {word}` says yes or no by itself"));
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}

/// `consent.ads is granted on 2026-01-01`: when a consent was given, asked at the `on`.
fn given_on(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let before = token.checked_sub(1).filter(|_| reader.is_word(token, "on"))?;
    let status = reader.word(before).filter(|word| STATUSES.contains(word))?;
    let finding =
        Diagnostic::new(&codes::SPELLING, reader.span(token), "a condition does not ask when a consent was given");
    Some(finding.primary(format!("`{status}` or not is all it asks")).help(
        "how long a consent holds is said once, in its purpose: `valid 24 months`; when it was given stands in a test: \
         `consent offers granted at 3 days ago`",
    ))
}

/// What a consent or a permission can be.
const STATUSES: [&str; 7] = ["granted", "denied", "withdrawn", "expired", "pending", "unknown", "objected"];

/// `days since joined is more than 30`, told as the age that is meant. `token` is the `since`.
fn since_in_units(reader: &Reader<'_>, token: usize, end: usize) -> Option<Diagnostic> {
    let unit = reader.word(token.wrapping_sub(1))?;
    let name = Some(reader.written(token + 1)).filter(|_| reader.is_name(token + 1) && token + 1 < end)?;
    let number = (token + 2..(token + 6).min(end)).find(|at| reader.is_kind(*at, TokenKind::Number));
    let compared = reader.is_word(token + 2, "is") && number.is_some_and(|number| number > token + 3);
    let span = reader.span_between(token - 1, number.filter(|_| compared).map_or(token + 2, |number| number + 1));
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{unit} since` is the age of a time"));
    Some(match number.filter(|_| compared) {
        Some(number) => {
            let comparison: Vec<_> = (token + 2..number).map(|at| reader.written(at)).collect();
            let right = format!("{name} {} {} {unit} old", comparison.join(" "), reader.written(number));
            finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right)
        }
        None => finding.help(format!("write `{name} is more than 30 {unit} old`")),
    })
}

/// `is either DE or AT`; `from` is the `is`, `token` the `either`.
fn either(reader: &Reader<'_>, from: usize, token: usize, end: usize) -> Option<Diagnostic> {
    let is_value = |at: usize| at < end && (reader.is_name(at) || reader.is_kind(at, TokenKind::Text));
    let mut values = Vec::new();
    let mut at = token + 1;
    while is_value(at) {
        values.push(reader.written(at));
        at += 1;
        match (reader.is_word(at, "or") || reader.is_sign(at, b',')) && is_value(at + 1) {
            true => at += 1,
            false => break,
        }
    }
    let span = reader.span_between(from, at);
    let finding = Diagnostic::new(&codes::SPELLING, span, "several values stand in `one of [..]`");
    if values.len() < 2 {
        return Some(finding.help("write `is one of [..]` with all the values"));
    }
    let right = format!("is one of [{}]", values.join(", "));
    Some(finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), span, right))
}

/// `day`, `days`, ..
fn is_unit(word: &str) -> bool {
    super::spelling::UNITS.contains(&word.trim_end_matches('s'))
}

/// `is in the top 10%`: a place among all customers, which no rule knows.
fn ranked(reader: &Reader<'_>, from: usize, token: usize, end: usize) -> Option<Diagnostic> {
    let place = token + 1 + usize::from(reader.is_word(token + 1, "the"));
    let word = reader.word(place).filter(|word| matches!(*word, "top" | "bottom" | "upper" | "lower" | "best"))?;
    let to = (place + 1..end).take(2).take_while(|at| !reader.first_on_line(*at)).last().map_or(place, |at| at) + 1;
    let span = reader.span_between(from, to.min(end));
    let finding = Diagnostic::new(&codes::SPELLING, span, "a rule looks at one customer and knows no order of all");
    let comparison = if matches!(word, "bottom" | "lower") { "at most" } else { "at least" };
    Some(finding.help(format!(
        "compare with the number where that part begins: `is {comparison} 500`; or have the data say so: \
         `top_spender: yes or no`"
    )))
}

/// Whether `is` or `is not` ends at `token`.
fn is_tested(reader: &Reader<'_>, token: usize) -> bool {
    reader.is_word(token, "is") || reader.is_word(token, "not")
}

/// `greater than or equal to 3`, `at least` in other words.
fn or_equal(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    let right = match reader.word(token)? {
        "greater" | "more" | "bigger" | "higher" | "larger" => "is at least",
        "less" | "fewer" | "smaller" | "lower" => "is at most",
        _ => return None,
    };
    let or = token + 1 + usize::from(reader.is_word(token + 1, "than"));
    if !(reader.is_word(or, "or") && (reader.is_word(or + 1, "equal") || reader.is_word(or + 1, "equals"))) {
        return None;
    }
    let to = or + 2 + usize::from(reader.is_word(or + 2, "to") || reader.is_word(or + 2, "than"));
    let from = if reader.is_word(token.wrapping_sub(1), "is") { token - 1 } else { token };
    other_word(reader, from, to, right)
}

/// A test that lacks its `is` or `has`: `age at least 3`, `country one of [DE]`.
fn untested(reader: &Reader<'_>, token: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let before = token.wrapping_sub(1);
    let tested = ["is", "not", "has"].iter().any(|word| reader.is_word(before, word));
    if token != trouble || tested || token >= end {
        return None;
    }
    let next = |words: &[&str]| token + 1 < end && words.iter().any(|word| reader.is_word(token + 1, word));
    let (verb, words) = match reader.word(token)? {
        "at" if next(&["least", "most"]) => ("is", 2),
        "more" | "less" if next(&["than"]) => ("is", 2),
        "one" if next(&["of"]) => ("is", 2),
        "any" | "all" | "none" if next(&["of"]) => ("has", 2),
        "from" if reader.is_word(token + 2, "to") => ("is", 1),
        "before" | "after" | "known" | "never" | "missing" => ("is", 1),
        status if STATUSES.contains(&status) && reader.is_sign(token.wrapping_sub(2), b'.') => ("is", 1),
        _ => return None,
    };
    let span = reader.span_between(token, token + words);
    let written = reader.text.get(span.range()).map(shortened).unwrap_or_default();
    let right = if written == "missing" { "is not known".to_owned() } else { format!("{verb} {written}") };
    // `is noot one of [..]`: what stands between is wrong, and not what is missing.
    if let Some(between) = reader.word(before).filter(|_| reader.is_word(before.wrapping_sub(1), verb)) {
        let span = reader.span(before);
        let message = format!("`{}` cannot stand between `{verb}` and `{written}`", shortened(between));
        let finding = Diagnostic::new(&codes::SPELLING, span, message);
        return Some(match nearest(between, ["not"]).filter(|_| verb == "is") {
            Some(not) => {
                finding.help("did you mean `not`?").fix_if(is_only_near(between, [not]), "write `not`", span, not)
            }
            None => finding.help(format!("write `{verb} {written}`")),
        });
    }
    let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{verb}` is missing before `{written}`"));
    let finding = finding.primary("every condition in words begins with `is` or `has`");
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
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
