//! The wording of syntax errors: what was expected, in a marketer's words, with the clause as it is rightly written.
//!
//! Takes where reading stopped and what the grammar could have read there; gives one finding, or several where signs
//! of other languages stand in one clause. The most telling explanation wins: a construct that is not built yet, then
//! a known misspelling, then the general "expected this, found that".

mod bounds;
mod capping;
mod causes;
mod clause;
mod commas;
mod days;
mod facts;
mod heads;
mod holding;
mod hours;
mod later;
mod lists;
mod missteps;
mod numbers;
mod signs;
mod spelling;
mod types;
mod uses;
mod wording;

pub(super) use causes::as_condition as cause_as_condition;
pub(super) use clause::{goes_on, meant as meant_as_clause, not_a_clause};
pub(super) use commas::{behind as comma_behind, within as comma_within};
pub(super) use days::meant as days_meant;
pub(super) use facts::column as wrong_column;
pub(super) use missteps::joined_channels;
pub(super) use types::wrong_type;
pub(super) use uses::{behind_use, not_a_path};

use super::clauses::Form;
use super::grammar::Rule;
use super::reader::{MAX_CLAUSE_TOKENS, Reader, Stopped};
use super::scan::{TokenKind, shortened};
use super::words;
use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};
use crate::source::Span;

/// A part of a clause that is not built yet.
pub(super) struct Later {
    pub(super) finding: Diagnostic,
    /// The last token of its words.
    pub(super) end: usize,
}

/// What of the clause that begins at `at` and stopped at `trouble` belongs to the language but is not built yet.
pub(super) fn later(reader: &Reader<'_>, form: &Form, at: usize, trouble: usize, to: usize) -> Option<Later> {
    let (what, from, end) = later::find(reader, form.word, at, trouble, to)?;
    Some(Later { finding: not_yet(what, reader.span_between(from, end + 1)), end })
}

/// A clause (or mark, or type) that begins at token `at`, stopped within tokens up to `end`, and is left out.
pub(super) fn unreadable(
    reader: &Reader<'_>,
    form: &Form,
    at: usize,
    end: usize,
    stopped: &Stopped,
) -> Vec<Diagnostic> {
    told(reader, form, at, end, stopped).unwrap_or_else(|| untold(reader, form, at, end, stopped))
}

/// What is known of the way in which it is wrong, if anything is.
pub(super) fn told(
    reader: &Reader<'_>,
    form: &Form,
    at: usize,
    end: usize,
    stopped: &Stopped,
) -> Option<Vec<Diagnostic>> {
    if stopped.too_long {
        let message = format!("this has more than {MAX_CLAUSE_TOKENS} words, and that is the most");
        let finding = Diagnostic::new(&codes::TOO_LONG, reader.span(at), message);
        return Some(vec![finding.help("give the parts names with `segment` or `value`")]);
    }
    let signs = signs::find(reader, form, at, end);
    if !signs.is_empty() {
        return Some(signs);
    }
    spelling::find(reader, form, at, end, stopped)
        .or_else(|| commas::last(reader, form, at, end, stopped))
        .or_else(|| between_cells(reader, form, at, end, stopped))
        .or_else(|| if stopped.at < end { wrong_kind(reader, form, stopped) } else { None })
        .map(|finding| vec![finding])
}

/// What is said where nothing is known of it: what could have stood where reading stopped.
pub(super) fn untold(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Vec<Diagnostic> {
    vec![general(reader, form, at, end, stopped)]
}

/// Words that stand for another spelling and are no slip of a clause word.
pub(super) fn is_known_slip(word: &str) -> bool {
    wording::WORDS.contains(&word)
}

/// A construct of the language that this version does not build.
pub(super) fn not_yet(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::NOT_YET, span, format!("{what} is not built yet"))
        .help("leave it out for now; everything else in the file is read as usual")
}

/// `18-117`, `18 to 117` behind a type; `at` is the first number.
pub(super) fn bare_range(reader: &Reader<'_>, at: usize) -> Diagnostic {
    let right = format!("from {} to {}", reader.written(at), reader.written(at + 2));
    let span = reader.span_between(at, at + 3);
    let finding = Diagnostic::new(&codes::SPELLING, span, "the range of a number begins with `from`");
    finding.help(format!("write `{right}`; both ends are in")).fix(format!("write `{right}`"), span, right)
}

/// What stands where an attribute should begin.
pub(super) fn not_an_attribute(reader: &Reader<'_>, at: usize) -> Diagnostic {
    let span = reader.span(at);
    let written = shortened(reader.written(at));
    if reader.word(at).is_some_and(words::is_reserved) && reader.is_sign(at + 1, b':') {
        return reserved(&written, span);
    }
    let finding = Diagnostic::new(
        &codes::UNEXPECTED,
        span,
        format!("an attribute begins with its name and a colon, not with `{written}`"),
    )
    .help("for example `country: one of [DE, FR]`");
    if !reader.is_name(at) || reader.is_sign(at + 1, b'=') {
        return finding;
    }
    let types = ["yes", "whole", "decimal", "text", "one", "set", "time", "date", "zone", "score", "list"];
    let is_typed = reader.word(at + 1).is_some_and(|word| types.contains(&word));
    let behind = Span { start: span.end, ..span };
    let title = "put a colon behind the name";
    if is_typed { finding.fix(title, behind, ":") } else { finding.suggest(title, behind, ":") }
}

/// What stands where a mark should begin.
pub(super) fn not_a_mark(reader: &Reader<'_>, at: usize, end: usize) -> Diagnostic {
    let span = reader.span(at);
    let written = shortened(reader.written(at));
    if reader.is_word(at, "per") {
        return not_yet("the mark `per customer`", reader.span_between(at, end));
    }
    if reader.is_word(at, "in")
        && let Some(finding) = numbers::find(reader, at, at + 1..at + 2, end)
    {
        return finding;
    }
    if let Some(finding) = numbers::find(reader, at.saturating_sub(1), at.saturating_sub(1)..at + 1, end) {
        return finding;
    }
    if reader.is_sign(at, b',')
        && reader.is_word(at.wrapping_sub(2), "needs")
        && reader.word(at + 1).is_some_and(|word| !super::clauses::MARK_WORDS.contains(&word))
    {
        let another = format!("needs {}", reader.written(at + 1));
        let whole = reader.span_between(at, at + 2);
        return Diagnostic::new(&codes::UNEXPECTED, span, "marks stand without commas, and each names one purpose")
            .help(format!("write `{another}` behind it"))
            .suggest(format!("write `{another}`"), whole, format!(" {another}"));
    }
    if reader.is_sign(at, b',') {
        return Diagnostic::new(&codes::UNEXPECTED, span, "attributes and their marks stand without commas")
            .help("leave the comma out")
            .fix("remove the comma", span, "");
    }
    if reader.word(at).is_some_and(words::is_reserved) && reader.is_sign(at + 1, b':') {
        return reserved(&written, span);
    }
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, format!("`{written}` is not a mark of an attribute"));
    match reader.word(at).and_then(|word| nearest(word, super::clauses::MARK_WORDS)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix_if(
            is_only_near(&written, super::clauses::MARK_WORDS),
            format!("write `{meant}`"),
            span,
            meant,
        ),
        None => finding.help(
            "marks are `key`, `needs P`, `fresh 30 days`, `else V`, `sensitive`, `hidden`, `protective`, `never used`, \
             `from \"column\"`, `as of \"column\"` and `-1 is never`; a new attribute begins with `name:`",
        ),
    }
}

/// A reserved word in the place of a name.
fn reserved(written: &str, span: Span) -> Diagnostic {
    let all: Vec<_> = words::RESERVED.iter().map(|word| format!("`{word}`")).collect();
    Diagnostic::new(&codes::RESERVED, span, format!("`{written}` is a reserved word and cannot be a name"))
        .help(format!("the ten reserved words are {}; all others may be names", all.join(", ")))
}

/// Words that begin a column or a cell, or stand within one: those that are misspelt, and no comma that is missing.
const COLUMN_WORDS: [&str; 5] = ["expect", "history", "used", "now", "as"];
const CELL_BEGINS: [&str; 5] = ["shows", "sends", "holds", "gives", "passes"];
const CELL_WORDS: [&str; 9] = ["because", "until", "ago", "by", "nothing", "confirmed", "version", "at", "over"];

/// Two cells or columns of a table with nothing between them, or a word that is misspelt so that they seem to be two.
fn between_cells(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Option<Diagnostic> {
    let what = match form.word {
        "row" => "cells",
        "cases" => "columns",
        _ => return None,
    };
    let is_value = reader.token(stopped.at).is_some_and(|token| !matches!(token.kind, TokenKind::Sign(_)));
    // A word at the beginning of a line is more likely a clause that was meant than a cell.
    let goes_on = at + 1 < stopped.at && !reader.first_on_line(stopped.at - 1) && !reader.first_on_line(stopped.at);
    if !(stopped.expected.is_empty() && goes_on && stopped.at < end && is_value) {
        return None;
    }
    if reader.is_word(stopped.at - 1, "and") {
        let beside = [
            ("also", "which tasks go with the decision", "and also call_agent"),
            ("spends", "what the decision spends", "and spends nothing"),
        ];
        if let Some((_, what, example)) = beside.into_iter().find(|(word, ..)| reader.is_word(stopped.at, word)) {
            let span = reader.span_between(stopped.at - 1, stopped.at + 1);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, format!("a row cannot say {what}"));
            return Some(finding.help(format!("write a test of its own for it: `expect home shows sale {example}`")));
        }
    }
    if let Some(finding) = misspelt_cell(reader, form, stopped.at) {
        return Some(finding);
    }
    let message = format!("a comma stands between two {what}");
    let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(stopped.at), message)
        .primary(format!("found `{}`", shortened(reader.written(stopped.at))));
    if reader.is_kind(at + 1, TokenKind::Text) && stopped.at == at + 2 {
        let written = shortened(reader.written(at + 1));
        return Some(finding.help(format!("write `{written},` if that is a cell, `{written}:` if it names the row")));
    }
    let last = reader.span(stopped.at - 1);
    let behind = Span { start: last.end, ..last };
    Some(finding.help(format!("for example `{}`", form.example)).suggest("put a comma between them", behind, ","))
}

/// `expct home`, `passes over summer becuse capped`: the word before or at token `trouble` that is misspelt.
fn misspelt_cell(reader: &Reader<'_>, form: &Form, trouble: usize) -> Option<Diagnostic> {
    let (begins, within): (&[&'static str], &[&'static str]) =
        if form.word == "cases" { (&COLUMN_WORDS, &["of"]) } else { (&CELL_BEGINS, &CELL_WORDS) };
    // What begins a cell stands behind a comma, a colon or the word of the table.
    let first =
        reader.is_kind(trouble - 2, TokenKind::Sign(b',')) || reader.is_kind(trouble - 2, TokenKind::Sign(b':'));
    let begins = if first || reader.is_word(trouble - 2, form.word) { begins } else { &[] };
    let near = [(trouble - 1, begins), (trouble, within)];
    let (at, written, known, meant) = near.into_iter().find_map(|(at, known)| {
        let written = reader.word(at).filter(|word| !known.contains(word) && word.len() > 2)?;
        Some((at, written, known, nearest(written, known.iter().copied())?))
    })?;
    let kind = if form.word == "cases" { "column" } else { "cell" };
    let message = format!("`{written}` is no word of a {kind}");
    let finding =
        Diagnostic::new(&codes::UNEXPECTED, reader.span(at), message).help(format!("did you mean `{meant}`?"));
    let certain = is_only_near(written, known.iter().copied()) && meant != "as";
    Some(finding.fix_if(certain, format!("write `{meant}`"), reader.span(at), meant))
}

/// A name where a text belongs, a text where a name belongs, a reserved word as a name.
fn wrong_kind(reader: &Reader<'_>, form: &Form, stopped: &Stopped) -> Option<Diagnostic> {
    let at = stopped.at;
    let span = reader.span(at);
    let written = reader.written(at);
    let wants = |rule| stopped.expected.contains(&rule);
    let value = wants(Rule::paren) || wants(Rule::number);
    if wants(Rule::name) && !value && reader.word(at).is_some_and(words::is_reserved) {
        return Some(reserved(written, span));
    }
    if wants(Rule::name) && !wants(Rule::text) && reader.is_kind(at, TokenKind::Text) {
        let inner = super::literal::unquoted(written);
        let is_name = !inner.is_empty()
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !inner.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && !words::is_reserved(&inner);
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a name stands here, without quotes");
        return Some(if is_name { finding.fix("remove the quotes", span, inner) } else { finding });
    }
    if stopped.expected.iter().all(|rule| *rule == Rule::text)
        && wants(Rule::text)
        && reader.is_kind(at, TokenKind::Word)
    {
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a text stands here, in quotes")
            .primary(format!("found `{}`", shortened(written)))
            .help(format!("for example `{}`", form.example));
        return Some(finding);
    }
    if wants(Rule::given_entry) && reader.is_name(at) {
        let quoted = format!("\"{written}\"");
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a text in a list stands in quotes")
            .help(format!("write `{quoted}`"));
        // `nw` may be the instant that was meant.
        return Some(finding.fix_if(nearest(written, ["now"]).is_none(), "put it in quotes", span, quoted));
    }
    if wants(Rule::to) && reader.is_word(at, "until") {
        let finding = Diagnostic::new(&codes::SPELLING, span, "a range of values runs `to` its end, which is in");
        return Some(finding.help("write `is from 1 to 5`").suggest("write `to`", span, "to"));
    }
    if wants(Rule::slash) {
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "`decimal(2) of` divides one value by another");
        return Some(finding.help("write `decimal(2) of (a / b)`"));
    }
    if wants(Rule::unit) && !wants(Rule::to) && reader.is_kind(at - 1, TokenKind::Number) && reader.word(at).is_some() {
        let finding =
            Diagnostic::new(&codes::UNEXPECTED, span, format!("`{}` is not a unit of time", shortened(written)));
        return match nearest(written.trim_end_matches('s'), spelling::UNITS) {
            _ if written.starts_with("year") => Some(finding.help("write months: 12 for a year")),
            _ if wants(Rule::close_brace) => None,
            Some(meant) => {
                let is_certain = is_only_near(written.trim_end_matches('s'), spelling::UNITS);
                let meant = if reader.written(at - 1) == "1" { meant.to_owned() } else { format!("{meant}s") };
                let finding = finding.help(format!("did you mean `{meant}`?"));
                Some(finding.fix_if(is_certain, format!("write `{meant}`"), span, meant))
            }
            None => Some(finding.help("the units are `seconds`, `minutes`, `hours`, `days`, `weeks` and `months`")),
        };
    }
    if wants(Rule::name) && !value && reader.is_kind(at, TokenKind::Number) {
        let message = format!("a name stands here, and `{}` does not begin with a letter", shortened(written));
        return Some(Diagnostic::new(&codes::UNEXPECTED, span, message).help("a name begins with a letter or `_`"));
    }
    None
}

fn general(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Diagnostic {
    let ends_early = stopped.at >= end;
    let span = if ends_early { reader.span(end.saturating_sub(1).max(at)) } else { reader.span(stopped.at) };
    let written = shortened(reader.written(stopped.at));
    let brace = reader.is_sign(stopped.at, b'{');
    let found = if ends_early && !brace { "it ends here".to_owned() } else { format!("found `{written}`") };
    let needs = || match (form.word, form.needs) {
        ("", needs) => needs.to_owned(),
        (word, "nothing") => format!("`{word}` stands alone"),
        (word, needs) => format!("`{word}` needs {needs}"),
    };
    // What rules are ranked by is no condition.
    let is_asked = is_condition(form) && form.word != "rank";
    let message = if form.word.is_empty() {
        // Types and marks: the first word of a type stands behind its name and colon.
        match expected(&stopped.expected).filter(|_| stopped.at > at + 2 && !ends_early) {
            Some(expected) => format!("{expected} stands here"),
            None => needs(),
        }
    } else if stopped.at == at + 1 {
        needs()
    } else if let Some(expected) = expected(&stopped.expected) {
        format!("`{}` expects {expected} here", form.word)
    } else if is_asked {
        match reader.word(stopped.at - 1).filter(|word| words::continues(word)) {
            Some(word) => format!("`{word}` needs a condition or a value behind it"),
            None if ends_early => "the condition ends too early".to_owned(),
            None => format!("the condition is complete before `{written}`"),
        }
    } else if ends_early {
        needs()
    } else if matches!(form.word, "cap" | "at") && reader.is_kind(stopped.at - 1, TokenKind::Number) {
        "behind the number stands what is counted, for example `shown`".to_owned()
    } else {
        format!("`{}` is complete before `{written}`", form.word)
    };
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).primary(found);
    let near = reader.word(stopped.at).filter(|_| !ends_early);
    if let Some(meant) = near.and_then(|word| nearest(word, stopped.expected.iter().filter_map(|rule| keyword(*rule))))
    {
        let words = stopped.expected.iter().filter_map(|rule| keyword(*rule));
        let is_certain = near.is_some_and(|word| word.len() > 2 && is_only_near(word, words));
        let finding = finding.help(format!("did you mean `{meant}`?"));
        return finding.fix_if(is_certain, format!("write `{meant}`"), span, meant);
    }
    finding.help(if is_asked && stopped.expected.is_empty() {
        format!("join conditions by `and` or `or`, or write several clauses; for example `{}`", form.example)
    } else {
        format!("for example `{}`", form.example)
    })
}

/// Whether the clause holds a condition or a value.
pub(super) fn is_condition(form: &Form) -> bool {
    matches!(
        form.word,
        "when" | "unless" | "while" | "allowed" | "silent" | "reached" | "fallback" | "segment" | "value" | "rank"
    )
}

/// What the grammar could have read, in words; none where nothing is known or the list would help nobody.
fn expected(rules: &[Rule]) -> Option<String> {
    let has = |rule| rules.contains(&rule);
    if has(Rule::paren) || has(Rule::percent_of) {
        return Some("a condition or a value".to_owned());
    }
    if has(Rule::given_entry) {
        return Some("a value".to_owned());
    }
    for (close, sign) in [(Rule::close_brace, "}"), (Rule::close_list, "]")] {
        if has(close) {
            return Some(format!("a comma or `{sign}`"));
        }
    }
    let mut phrases: Vec<String> = Vec::new();
    for rule in rules {
        let phrase = keyword(*rule).map(|word| format!("`{word}`")).or_else(|| phrase(*rule).map(str::to_owned));
        if let Some(phrase) = phrase
            && !phrases.contains(&phrase)
        {
            phrases.push(phrase);
        }
        if *rule == Rule::show_or_try {
            phrases.extend(["`send`".to_owned(), "`try`".to_owned()]);
        }
    }
    match phrases.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [most @ .., last] if most.len() < 8 => Some(format!("{} or {last}", most.join(", "))),
        _ => None,
    }
}

/// The word or words that a production reads, where it reads only these.
#[expect(clippy::wildcard_enum_match_arm, reason = "most productions read more than a word")]
fn keyword(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::allow => "allow",
        Rule::also => "also",
        Rule::and => "and",
        Rule::after => "after",
        Rule::any => "any",
        Rule::apart => "apart",
        Rule::at => "at",
        Rule::because => "because",
        Rule::block => "block",
        Rule::by => "by",
        Rule::calendar => "calendar",
        Rule::basis_consent => "consent",
        Rule::basis_explicit => "explicit consent",
        Rule::close_paren => ")",
        Rule::colon => ":",
        Rule::customer => "customer",
        Rule::down => "down",
        Rule::each => "each",
        Rule::else_word => "else",
        Rule::equals => "=",
        Rule::drop_word => "drop",
        Rule::every => "every",
        Rule::ever => "ever",
        Rule::from => "from",
        Rule::gives => "gives",
        Rule::halving => "halving",
        Rule::hold => "hold",
        Rule::holds => "holds",
        Rule::in_word => "in",
        Rule::is => "is",
        Rule::last_used => "after the last used",
        Rule::later => "later",
        Rule::least => "least",
        Rule::less => "<",
        Rule::marketing => "marketing",
        Rule::missing => "missing",
        Rule::most => "most",
        Rule::never => "never",
        Rule::next => "next",
        Rule::nothing => "nothing",
        Rule::now => "now",
        Rule::of => "of",
        Rule::on => "on",
        Rule::or => "or",
        Rule::passes_over => "passes over",
        Rule::show_or_try => "show",
        Rule::sends => "sends",
        Rule::shows => "shows",
        Rule::slash => "/",
        Rule::tag_word => "tag",
        Rule::to => "to",
        Rule::until => "until",
        Rule::used => "used",
        Rule::without => "without",
        _ => return None,
    })
}

/// What a production that reads more than a word is called. Those that only continue what is complete are left out.
#[expect(clippy::wildcard_enum_match_arm, reason = "most productions are never what was expected at a stop")]
fn phrase(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name | Rule::names => "a name",
        Rule::text => "a text in quotes",
        Rule::digits => "a whole number",
        Rule::number => "a number",
        Rule::duration | Rule::distance => "a span of time like `7 days`",
        Rule::unit => "a unit of time like `days`",
        Rule::date | Rule::day => "a date like `2026-11-20`",
        Rule::stamp => "a date or an instant like `2026-06-15T10:00Z`",
        Rule::ago => "a time like `3 days ago`",
        Rule::yes | Rule::no => "`yes` or `no`",
        Rule::cause => "`capped`, `no consent`, `unknown`",
        Rule::in_window | Rule::pause_within => "`in any 7 days`",
        Rule::calendar_unit => "`day`, `week`, `month`, `quarter`",
        Rule::clock_time => "a time of day like `09:00`",
        Rule::open_days | Rule::day_name => "a day of the week like `mon`",
        Rule::every_zone => "`every of [..]`",
        Rule::until_stamp => "`until` and a time",
        Rule::weekday => "a day of the week like `monday`",
        Rule::cap_zone => "`in` and a zone",
        Rule::list | Rule::member_list => "a list like `[DE, FR]`",
        Rule::target_kind => "`tag`, `offer`, `rule`, `class`",
        Rule::basis_interest => "`legitimate interest \"ID\"`",
        Rule::given_item | Rule::with_field => "a name and a colon",
        _ => return None,
    })
}
