//! Ways of saying a condition that other languages have and this one spells otherwise, each with the right spelling.

use super::{capping, days, facts, heads, hours, is_condition, lists, missteps, numbers, wording};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;
use crate::syntax::clauses::Form;
use crate::syntax::grammar::Rule;
use crate::syntax::reader::{Reader, Stopped};
use crate::syntax::scan::TokenKind;

/// A known misspelling near the place where reading stopped.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Option<Diagnostic> {
    let trouble = stopped.at;
    let near = trouble.saturating_sub(3).max(at + 1)..(trouble + 2).min(end);
    if let Some(finding) = heads::find(reader, form, at, end, stopped)
        .or_else(|| lists::find(reader, form, at, end, trouble))
        .or_else(|| days::find(reader, at, end, trouble))
        .or_else(|| near.clone().find_map(|token| written_time(reader, token)))
        .or_else(|| numbers::find(reader, at, near.clone(), end))
    {
        return Some(finding);
    }
    if !is_condition(form) {
        return missteps::find(reader, form, at, end, trouble)
            .or_else(|| hours::find(reader, form, at, end, trouble))
            .or_else(|| hyphen(reader, trouble))
            .or_else(|| facts::find(reader, form, at, end, stopped))
            .or_else(|| until(reader, trouble, end))
            .or_else(|| capping::find(reader, form, at, end, trouble))
            .or_else(|| condition_elsewhere(reader, form, at, trouble, end));
    }
    events(reader, at, trouble, end)
        .or_else(|| incomplete(reader, at, trouble, end))
        .or_else(|| mixed(reader, at, trouble))
        .or_else(|| misplaced_not(reader, near.clone(), trouble))
        .or_else(|| near.clone().find_map(|token| wording::find(reader, token, end, trouble)))
        .or_else(|| members(reader, at, end, trouble))
        .or_else(|| percent(reader, trouble))
        .or_else(|| division(reader, trouble))
        .or_else(|| dotted(reader, trouble))
        .or_else(|| colon(reader, form, trouble, end))
        .or_else(|| missteps::find(reader, form, at, end, trouble))
}

/// The last token of an offset from UTC that stands behind a time: `2026-06-15T10:00+02:00`.
fn offset(reader: &Reader<'_>, time: usize) -> Option<usize> {
    let is_sign = reader.is_sign(time + 1, b'+') || reader.is_sign(time + 1, b'-');
    let is_number = reader.is_kind(time + 2, TokenKind::Number);
    let [time, sign, offset] = [time, time + 1, time + 2].map(|at| (at, reader.span(at)));
    (is_sign && is_number && time.1.end == sign.1.start && sign.1.end == offset.1.start).then_some(offset.0)
}

/// Dates and times in other spellings.
fn written_time(reader: &Reader<'_>, token: usize) -> Option<Diagnostic> {
    if !reader.is_kind(token, TokenKind::Number) {
        return None;
    }
    let span = reader.span(token);
    let written = reader.written(token);
    let shape: String = written.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let finding = |message: String| Some(Diagnostic::new(&codes::NO_SUCH_DATE, span, message));
    if shape.starts_with("0000-00-00T")
        && let Some(last) = offset(reader, token)
    {
        let (span, civil) = (reader.span_between(token, last + 1), written.replacen('T', " ", 1));
        let finding = Diagnostic::new(&codes::NO_SUCH_DATE, span, "a time with an offset from UTC is not written so");
        let help =
            format!("write the time in UTC, with a `Z` behind it, or name the zone: `{civil} in \"Europe/Berlin\"`");
        return Some(finding.help(help));
    }
    if shape.starts_with("0000-00-00T") && !shape.ends_with('Z') {
        let civil = written.replacen('T', " ", 1);
        let help = format!(
            "`{written}Z` is meant in UTC; `{civil}` in the zone of `defaults`; `{civil} in \"Europe/Berlin\"` in that one"
        );
        return finding(format!("`{written}` does not say in which zone"))?.help(help).into();
    }
    if shape == "0000-00-00"
        && !reader.first_on_line(token + 1)
        && reader.token(token + 1).is_some_and(|next| next.kind == TokenKind::Number)
    {
        let clock = reader.written(token + 1);
        if clock.find(':') == Some(1) {
            let right = format!("0{clock}");
            let span = reader.span(token + 1);
            let finding = Diagnostic::new(&codes::NO_SUCH_DATE, span, "the hour of a time has two digits");
            return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
        }
    }
    if matches!(shape.as_str(), "00.00.0000" | "0.0.0000" | "00.0.0000" | "0.00.0000") {
        return finding(format!("`{written}` is not how a date is written"))?
            .help("a date is written year, month, day: `2026-11-20`")
            .into();
    }
    let digits = written.find(|c: char| !c.is_ascii_digit()).unwrap_or(written.len());
    let (number, rest) = (written.get(..digits).unwrap_or(""), written.get(digits..).unwrap_or(""));
    let unit = match rest {
        "s" | "sec" | "secs" => "seconds",
        "min" | "mins" => "minutes",
        "h" | "hr" | "hrs" => "hours",
        "d" => "days",
        "w" | "wk" | "wks" => "weeks",
        _ => "",
    };
    if digits > 0 && !unit.is_empty() {
        let right = format!("{number} {}", if number == "1" { unit.trim_end_matches('s') } else { unit });
        let finding = Diagnostic::new(&codes::SPELLING, span, format!("`{rest}` is spelt `{unit}`"));
        return Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right));
    }
    if digits > 0 && UNITS.contains(&rest.trim_end_matches('s')) {
        let right = format!("{number} {rest}");
        return Diagnostic::new(&codes::SPELLING, span, "a space stands between a number and its unit")
            .help(format!("write `{right}`"))
            .fix(format!("write `{right}`"), span, right)
            .into();
    }
    None
}

pub(super) const UNITS: [&str; 6] = ["second", "minute", "hour", "day", "week", "month"];

/// `home-hero`
fn hyphen(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    let sign = if reader.is_sign(trouble, b'-') { trouble } else { trouble.checked_sub(1)? };
    let before = sign.checked_sub(1)?;
    let joined = reader.is_sign(sign, b'-')
        && reader.word(before).is_some()
        && reader.token(before)?.end == reader.token(sign)?.start
        && reader.token(sign)?.end == reader.token(sign + 1)?.start;
    if !joined {
        return None;
    }
    let span = reader.span_between(before, sign + 2);
    let right = format!("{}_{}", reader.written(before), reader.written(sign + 1));
    Some(
        Diagnostic::new(&codes::UNEXPECTED, span, "names are joined by `_`, not by `-`")
            .help(format!("write `{right}`"))
            .fix(format!("write `{right}`"), span, right),
    )
}

/// `until 2026-12-31` in a clause that has no `until`.
fn until(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    (trouble < end && reader.is_word(trouble, "until")).then(|| {
        Diagnostic::new(&codes::SPELLING, reader.span(trouble), "`until` cannot stand here")
            .help("dates run `to` their last day; `until` takes an instant and ends before it")
    })
}

/// `if has_app`, `before 2026-12-24`: a condition in a clause that holds none.
fn condition_elsewhere(reader: &Reader<'_>, form: &Form, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let written = reader.written(at + 1);
    if form.word == "if"
        && let Some(finding) = super::causes::other(reader, at, end)
    {
        return Some(finding);
    }
    if trouble >= end {
        return None;
    }
    let begins = reader.is_name(trouble) || reader.is_word(trouble, "not") || reader.is_sign(trouble, b'(');
    if form.word == "if" && trouble == at + 1 && begins {
        let span = reader.span(at);
        let finding = Diagnostic::new(&codes::SPELLING, span, "a condition of a rule begins with `when`");
        let right = if reader.is_sign(trouble, b'(') { ".." } else { written };
        let finding =
            finding.primary("`if` is for substitutes: `if capped show ..`").help(format!("write `when {right}`"));
        // What is no whole condition, or may be a cause, may have been meant for a substitute.
        let is_whole = reader.read(Rule::condition, trouble, end).is_ok_and(|read| read.next == end);
        let is_certain = is_whole && !super::causes::is_near(reader, at);
        return Some(finding.fix_if(is_certain, "write `when`", span, "when"));
    }
    let time = reader.is_kind(trouble, TokenKind::Number) || reader.is_word(trouble, "now");
    (form.word == "before" && trouble == at + 1 && time).then(|| {
        let span = reader.span_between(at, trouble + 1);
        let right = format!("is before {written}");
        let finding = Diagnostic::new(&codes::SPELLING, span, "in a condition, times are compared with `is before`");
        finding
            .primary("the clause `before` names the rules this one wins over")
            .help(format!("write `{right}`"))
            .suggest(format!("write `{right}`"), span, right)
    })
}

/// `country is DE, AT`, `country is [DE, AT]`, `country is one of (DE, AT)`
fn members(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    if trouble >= end {
        return None;
    }
    if let Some(finding) = bracketed(reader, trouble, end) {
        return Some(finding);
    }
    let open = [trouble, trouble.wrapping_sub(1), trouble + 1].into_iter().find(|open| reader.is_sign(*open, b'('));
    if let Some(finding) = open.and_then(|open| in_round_brackets(reader, open, end)) {
        return Some(finding);
    }
    if reader.is_sign(trouble, b'[') && reader.is_word(trouble.wrapping_sub(1), "has") {
        let finding = Diagnostic::new(&codes::SPELLING, reader.span(trouble), "`has` says how many of a list");
        return Some(finding.help("write `has any of [..]`, `has all of [..]` or `has none of [..]`"));
    }
    let first = trouble.checked_sub(2).filter(|first| *first > at)?;
    let is_value = |token: usize| reader.is_name(token) || reader.is_kind(token, TokenKind::Text);
    let is = reader.is_word(first.wrapping_sub(1), "is");
    if !(is && reader.is_sign(first + 1, b',') && is_value(first) && is_value(trouble)) {
        return None;
    }
    let mut last = trouble + 1;
    let mut values = vec![reader.written(first), reader.written(trouble)];
    while (reader.is_sign(last, b',') || reader.is_word(last, "or")) && is_value(last + 1) && last + 1 < end {
        // `or plan is pro`: a condition of its own.
        if reader.is_word(last + 2, "is") || reader.is_word(last + 2, "has") {
            break;
        }
        values.push(reader.written(last + 1));
        last += 2;
    }
    let span = reader.span_between(first, last);
    let right = format!("one of [{}]", values.join(", "));
    let finding = Diagnostic::new(&codes::SPELLING, span, "several values stand in `one of`");
    Some(finding.help(format!("write `is {right}`")).fix(format!("write `{right}`"), span, right))
}

/// `x is [DE, AT]`, `x is not ["a"]`: a list is compared as a whole, where one of its values is meant, or of a set one of
/// its elements.
fn bracketed(reader: &Reader<'_>, trouble: usize, end: usize) -> Option<Diagnostic> {
    let open = [trouble, trouble + 1].into_iter().find(|open| *open < end && reader.is_sign(*open, b'['))?;
    let negated = reader.is_word(open - 1, "not");
    let is = open.checked_sub(if negated { 2 } else { 1 }).filter(|is| reader.is_word(*is, "is"))?;
    let subject = is.checked_sub(1)?;
    let name = reader.written(subject);
    let declared = (0..reader.tokens.len()).find(|at| {
        *at != subject
            && reader.is_word(*at, name)
            && reader.is_sign(*at + 1, b':')
            && !reader.is_kind(at + 2, TokenKind::Number)
    });
    let is_set = |at: usize| reader.is_word(at + 2, "set") && reader.is_word(at + 3, "of");
    let whole = reader.span_between(is, open);
    let of = if negated { ("is not one of", "has none of") } else { ("is one of", "has any of") };
    let finding = |message: &str| Diagnostic::new(&codes::SPELLING, reader.span(open), message);
    let right =
        |words: &str| (format!("write `{words}`"), Span { end: reader.span(open).start, ..whole }, format!("{words} "));
    if declared.is_some_and(is_set) {
        let (title, span, text) = right(of.1);
        let finding = finding("a set is asked what it contains");
        return Some(finding.help(format!("write `{name} {} [..]`", of.1)).suggest(title, span, text));
    }
    let (title, span, text) = right(of.0);
    let finding = finding("several values stand in `one of`");
    let only_texts = reader.is_kind(open + 1, TokenKind::Text);
    Some(match declared.is_none() && only_texts {
        true => finding
            .help(format!("write `{} [..]`; where `{name}` is a set, `{} [..]`", of.0, of.1))
            .suggest(title, span, text),
        false => finding.help(format!("write `{} [..]`", of.0)).fix(title, span, text),
    })
}

/// `is (DE, AT)`, `in (DE, AT)`, `is one of (DE, AT)`: the list that opens at token `open`.
fn in_round_brackets(reader: &Reader<'_>, open: usize, end: usize) -> Option<Diagnostic> {
    let close = (open + 1..end).find(|token| reader.is_sign(*token, b')'))?;
    let is_part = |token: usize| {
        let value = reader.is_name(token)
            || [TokenKind::Text, TokenKind::Number].iter().any(|kind| reader.is_kind(token, *kind));
        value == ((token - open) % 2 == 1) && (value || reader.is_sign(token, b','))
    };
    if close < open + 4 || !(open + 1..close).all(is_part) {
        return None;
    }
    let word = |at: usize, word: &str| reader.is_word(at, word);
    let mut from = open;
    if word(from.wrapping_sub(1), "of") && word(from.wrapping_sub(2), "one") {
        from -= 2;
    } else if word(from.wrapping_sub(1), "in") {
        from -= 1;
    }
    let negated = word(from.wrapping_sub(1), "not");
    from -= usize::from(negated);
    let is = word(from.wrapping_sub(1), "is");
    from -= usize::from(is);
    if from == open {
        return None;
    }
    let span = reader.span_between(from, close + 1);
    let inner = reader.text.get(reader.span_between(open + 1, close).range()).unwrap_or("");
    let right = format!("{} [{inner}]", if negated { "is not one of" } else { "is one of" });
    let finding = Diagnostic::new(&codes::SPELLING, span, "several values stand in `one of [..]`");
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}

/// `a and b or c`
fn mixed(reader: &Reader<'_>, at: usize, trouble: usize) -> Option<Diagnostic> {
    let is_joint = |token: usize| reader.is_word(token, "and") || reader.is_word(token, "or");
    let second = [trouble, trouble.checked_sub(1)?].into_iter().find(|token| is_joint(*token))?;
    let other = if reader.is_word(second, "and") { "or" } else { "and" };
    // Walk back over the same pair of parentheses.
    let mut depth = 0_i32;
    for token in (at + 1..second).rev() {
        if reader.is_sign(token, b')') || reader.is_sign(token, b']') {
            depth += 1;
        } else if reader.is_sign(token, b'(') || reader.is_sign(token, b'[') {
            depth -= 1;
            if depth < 0 {
                return None;
            }
        } else if depth == 0 && reader.is_word(token, other) {
            return Some(
                Diagnostic::new(&codes::MIXED, reader.span(second), "`and` and `or` do not mix without parentheses")
                    .primary(format!("`{}` here", reader.written(second)))
                    .label(reader.span(token), format!("`{other}` here"))
                    .help("write `(a and b) or c` or `a and (b or c)`, whichever is meant; or give one part a `segment` of its own"),
            );
        }
    }
    None
}

/// `not country is DE`
fn misplaced_not(reader: &Reader<'_>, mut near: std::ops::Range<usize>, trouble: usize) -> Option<Diagnostic> {
    let not = near.find(|token| reader.is_word(*token, "not") && !reader.is_word(token.wrapping_sub(1), "is"))?;
    let tested =
        [not + 2, not + 4].into_iter().any(|token| reader.is_word(token, "is") || reader.is_word(token, "has"));
    let before_value = reader.is_kind(not + 1, TokenKind::Number) || reader.is_kind(not + 1, TokenKind::Text);
    let then_in = reader.is_word(not + 1, "in");
    if then_in || !(tested || before_value) || trouble < not {
        return None;
    }
    Some(
        Diagnostic::new(&codes::MISPLACED_NOT, reader.span(not), "`not` stands only before a name or a parenthesis")
            .help("write `country is not DE`, or `not (country is DE)`"),
    )
}

/// `90% of 50% of x`
fn percent(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    let before = trouble.checked_sub(1)?;
    let nested = reader.is_word(trouble, "of") && reader.written(before).ends_with('%');
    let span = reader.span_between(before, trouble + 1);
    nested.then(|| {
        let written = reader.written(before);
        Diagnostic::new(&codes::UNEXPECTED, span, format!("`{written} of` needs parentheses here"))
            .help(format!("write `({written} of x)`"))
    })
}

/// `when member: show x`
fn colon(reader: &Reader<'_>, form: &Form, trouble: usize, end: usize) -> Option<Diagnostic> {
    let is_clause = matches!(form.word, "when" | "unless" | "while");
    (is_clause && trouble < end && reader.is_sign(trouble, b':')).then(|| {
        let span = reader.span(trouble);
        let finding = Diagnostic::new(&codes::SIGN, span, "no `:` stands behind a condition");
        finding.help("leave it out").fix("remove it", span, "")
    })
}

/// `customer.age`
fn dotted(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    let dot = [trouble, trouble.wrapping_sub(1)].into_iter().find(|token| reader.is_sign(*token, b'.'))?;
    let joined = |at: usize| Some(reader.token(at)?.end == reader.token(at + 1)?.start);
    let before = dot.checked_sub(1).filter(|before| joined(*before) == Some(true))?;
    if reader.is_word(before, "consent") {
        let whole = reader.span_between(before, dot + 1);
        let finding = Diagnostic::new(&codes::UNEXPECTED, whole, "the name of a purpose follows `consent.`");
        return Some(finding.help("for example `consent.personalisation is granted`"));
    }
    if reader.is_word(before, "permission") {
        let whole = reader.span_between(before, dot + 1);
        let finding = Diagnostic::new(&codes::UNEXPECTED, whole, "the name of a channel follows `permission.`");
        return Some(finding.help("for example `permission.push is full`"));
    }
    let whole = reader.span_between(before, dot + 2);
    let name = reader.word(dot + 1).filter(|_| joined(dot) == Some(true))?;
    let finding = Diagnostic::new(
        &codes::UNEXPECTED,
        whole,
        "only `consent.PURPOSE` and `permission.CHANNEL` are written with a dot",
    );
    let is_ours = reader.is_word(before, "customer") || reader.is_word(before, "moment");
    Some(finding.help(format!("attributes stand alone, for example `{name}`")).fix_if(
        is_ours,
        format!("write `{name}`"),
        whole,
        name,
    ))
}

/// `a / b` without a scale.
fn division(reader: &Reader<'_>, trouble: usize) -> Option<Diagnostic> {
    let is_slash = |token: &usize| reader.is_sign(*token, b'/');
    let slash = [trouble, trouble.wrapping_sub(1), trouble.wrapping_sub(2)].into_iter().find(is_slash);
    let is_quotient = |at: &usize| reader.is_word(*at, "decimal") && reader.is_sign(*at + 1, b'(');
    let near = [trouble, trouble.wrapping_sub(1), trouble.wrapping_sub(5)].into_iter();
    if let Some(head) = near.into_iter().find(|at| is_quotient(at) && reader.is_word(at + 4, "of")) {
        return whole_quotient(reader, head);
    }
    let bare = reader.is_sign(trouble, b'(') && reader.is_word(trouble.wrapping_sub(1), "decimal");
    if slash.is_none() && !bare {
        return None;
    }
    let side = |at: Option<usize>| {
        let at = at.filter(|at| reader.is_name(*at) || reader.is_kind(*at, TokenKind::Number))?;
        Some(reader.written(at))
    };
    let (a, b) = slash.map_or((None, None), |slash| (side(slash.checked_sub(1)), side(Some(slash + 1))));
    let finding = Diagnostic::new(
        &codes::SPELLING,
        reader.span(slash.unwrap_or(trouble)),
        "a division says how many places its result keeps",
    );
    Some(finding.help(format!("write `decimal(2) of ({} / {})`", a.unwrap_or("a"), b.unwrap_or("b"))))
}

/// `decimal(2) of a / b`, of which the `decimal` stands at `head`: a division that lacks its parentheses.
fn whole_quotient(reader: &Reader<'_>, head: usize) -> Option<Diagnostic> {
    let from = Some(head + 5).filter(|from| !reader.is_sign(*from, b'('))?;
    let is_side = |at: usize| reader.is_name(at) || reader.is_kind(at, TokenKind::Number);
    let slash = reader.is_sign(from + 1, b'/') && is_side(from) && is_side(from + 2);
    let span = reader.span_between(from, if slash { from + 3 } else { from + 1 });
    let finding = Diagnostic::new(&codes::SPELLING, span, "what is divided stands in parentheses");
    if !slash {
        return Some(
            finding.help(format!("write `{} (a / b)`", reader.text.get(reader.span_between(head, from).range())?)),
        );
    }
    let right = format!("({} / {})", reader.written(from), reader.written(from + 2));
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}

/// `times buy`, `sum buy.amount`, `10% n`: a count, a sum or a part that lacks words of its own behind token `word`.
fn incomplete(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let word = trouble.checked_sub(1).filter(|word| *word > at && trouble < end && reader.is_name(trouble))?;
    let event = reader.written(trouble);
    let field = reader.is_sign(trouble + 1, b'.') && trouble + 2 < end;
    let goes_on = |from: usize| {
        from < end
            && !reader.first_on_line(from)
            && ["in", "ever", "halving", "of"].iter().any(|word| reader.is_word(from, word))
    };
    if reader.is_word(word, "times") && !field && !goes_on(trouble + 1) {
        let span = reader.span_between(word, trouble + 1);
        let finding = Diagnostic::new(&codes::NO_WINDOW, span, "a count says over which time");
        return Some(finding.primary("counted since when?").help(format!(
            "write `times {event} in the last 30 days`, `times {event} ever`, or `times {event} halving every 72 hours`"
        )));
    }
    if reader.is_word(word, "sum") && field {
        let whole = format!("sum of {event}.{}", reader.written(trouble + 2));
        let span = reader.span(word);
        let finding = Diagnostic::new(&codes::SPELLING, span, "a sum is written `sum of`");
        return Some(match goes_on(trouble + 3) {
            true => finding.help(format!("write `{whole}`")).fix("write `sum of`", span, "sum of"),
            false => finding.help(format!("write `{whole} in the last 30 days`, or `{whole} ever`")),
        });
    }
    let percent = !goes_on(trouble) && reader.is_kind(word, TokenKind::Number) && reader.written(word).ends_with('%');
    percent.then(|| {
        let (part, span) = (reader.written(word), reader.span(word));
        let right = format!("{part} of");
        let finding = Diagnostic::new(&codes::SPELLING, span, "a part in percent says of what, behind `of`");
        finding.help(format!("write `{right} {event}`")).fix(format!("write `{right}`"), span, right)
    })
}

/// `times shown in last 7 days`, `sum of purchase in the last 30 days`: events added up, in other words.
fn events(reader: &Reader<'_>, at: usize, trouble: usize, end: usize) -> Option<Diagnostic> {
    let start = (trouble.saturating_sub(2).max(at + 1)..(trouble + 1).min(end)).find(|token| {
        let counts = reader.is_word(*token, "times") && reader.is_name(token + 1);
        let sums = reader.is_word(*token, "sum") && reader.is_word(token + 1, "of");
        (counts || sums) && reader.is_name(token + 2)
    })?;
    let clause = |token: &usize| reader.first_on_line(*token) && *token > start;
    let stop = (start..end).find(clause).unwrap_or(end);
    if reader.is_word(start, "sum") && !reader.is_sign(start + 3, b'.') {
        let span = reader.span(start + 2);
        let message = format!("a sum adds up a field of `{}`", reader.written(start + 2));
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).primary("which field?");
        return Some(
            finding.help("for example `sum of purchase.amount in the last 30 days`; `times` counts the events"),
        );
    }
    if reader.is_word(start + 1, "in") {
        let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(start), "a count names the event that it counts");
        return Some(finding.primary("times what?").help("for example `times purchase in the last 7 days`"));
    }
    let window = (start..stop).find(|token| reader.is_word(*token, "in"))?;
    let last = (window..stop).find(|token| reader.is_word(*token, "last") || reader.is_word(*token, "past"));
    let finding = match last {
        // `in last 7 days`, `in past 7 days`, `in the past 7 days`
        Some(last)
            if last <= window + 2
                && reader.is_kind(last + 1, TokenKind::Number)
                && !(last == window + 2 && reader.is_word(last, "last")) =>
        {
            let span = reader.span_between(window, last + 1);
            Diagnostic::new(&codes::SPELLING, span, "the time over which events are counted begins with `in the last`")
                .help("write `in the last`")
                .fix("write `in the last`", span, "in the last")
        }
        Some(_) | None => {
            let span = reader.span_between(window, stop.min(window + 4));
            Diagnostic::new(&codes::NO_WINDOW, span, "this is no time over which events are counted")
                .help("write `in the last 7 days`, `ever`, or `halving every 72 hours`")
        }
    };
    Some(finding)
}
