//! Days as people write them elsewhere, `12/31/2025`, `31.12.2025`, `1 Jan 2025`, each with the day as it is written
//! here. Where a month and a day could change places, both are named and nobody guesses.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::reader::Reader;
use crate::syntax::scan::TokenKind;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How far a day may begin before the place where reading stopped, in tokens.
const REACH: usize = 5;

/// What is wrong with a day near token `trouble` of a clause that begins at `at` and ends before `end`.
pub(super) fn find(reader: &Reader<'_>, at: usize, end: usize, trouble: usize) -> Option<Diagnostic> {
    let near = trouble.saturating_sub(REACH).max(at + 1)..(trouble + 2).min(end);
    near.into_iter().find_map(|token| {
        let (to, days) = in_figures(reader, token, end).or_else(|| in_words(reader, token, end))?;
        let span = reader.span_between(token, to);
        let written = reader.text.get(span.range()).unwrap_or("");
        let finding = Diagnostic::new(&codes::NO_SUCH_DATE, span, format!("`{written}` is not how a date is written"));
        Some(match days.as_slice() {
            [day] => finding.help(format!("write `{day}`: year, month, day")).suggest(
                format!("write `{day}`"),
                span,
                day.clone(),
            ),
            several => {
                let several: Vec<_> = several.iter().map(|day| format!("`{day}`")).collect();
                let help = format!("write {}, whichever is meant: year, month, day", several.join(" or "));
                finding.primary("which is the month?").help(help)
            }
        })
    })
}

/// `2025-1-5`, `12/31/2025`, `31.12.2025`: where it ends, and the days that it may be.
fn in_figures(reader: &Reader<'_>, from: usize, end: usize) -> Option<(usize, Vec<String>)> {
    let is_part = |at: usize| {
        reader.is_kind(at, TokenKind::Number) || [b'/', b'-', b'.'].iter().any(|sign| reader.is_sign(at, *sign))
    };
    let joined = |at: usize| matches!((reader.token(at), reader.token(at + 1)), (Some(a), Some(b)) if a.end == b.start);
    if !reader.is_kind(from, TokenKind::Number) || from > 0 && joined(from - 1) && is_part(from - 1) {
        return None;
    }
    let mut to = from + 1;
    while to < end && joined(to - 1) && is_part(to) {
        to += 1;
    }
    let written = reader.text.get(reader.span_between(from, to).range())?;
    Some((to, meant(written)?))
}

/// The days that three numbers and a sign between them may be; none where that is how a date is written.
pub(in crate::syntax) fn meant(written: &str) -> Option<Vec<String>> {
    let sign = written.chars().find(|c| !c.is_ascii_digit()).filter(|sign| matches!(sign, '/' | '-' | '.'))?;
    let parts: Vec<&str> = written.split(sign).collect();
    let [first, second, third] = *parts.as_slice() else { return None };
    let is_short = |part: &str| matches!(part.len(), 1 | 2);
    let days: Vec<String> = if first.len() == 4 && is_short(second) && is_short(third) {
        iso(first, second, third).into_iter().collect()
    } else if third.len() == 4 && is_short(first) && is_short(second) {
        // With points, the day stands first wherever dates are written so.
        let month_first = if sign == '.' { None } else { iso(third, first, second) };
        let day_first = iso(third, second, first);
        let same = month_first == day_first;
        month_first.into_iter().chain(day_first.filter(|_| !same)).collect()
    } else {
        return None;
    };
    (!days.is_empty() && days.iter().all(|day| day != written)).then_some(days)
}

/// `1 Jan 2025`, `January 1, 2025`
fn in_words(reader: &Reader<'_>, from: usize, end: usize) -> Option<(usize, Vec<String>)> {
    let day = |at: usize| {
        let written = Some(reader.written(at)).filter(|_| at < end && reader.is_kind(at, TokenKind::Number))?;
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| written.strip_suffix(ending));
        Some(digits.unwrap_or(written)).filter(|digits| digits.len() <= 2)
    };
    let month = |at: usize| {
        let word = reader.word(at).filter(|word| at < end && word.len() >= 3)?.to_lowercase();
        let word = if word == "sept" { "sep" } else { &word };
        MONTHS.iter().position(|month| month.starts_with(word)).map(|month| (month + 1).to_string())
    };
    let skip = |at: usize| {
        let sign = reader.is_sign(at, b',') || reader.is_sign(at, b'.') || reader.is_word(at, "of");
        if sign { at + 1 } else { at }
    };
    let (day, month, behind) = match (day(from), month(from)) {
        (Some(day), _) => {
            let at = skip(from + 1);
            (day, month(at)?, skip(at + 1))
        }
        (None, Some(month)) => {
            let at = skip(from + 1);
            (day(at)?, month, skip(at + 1))
        }
        (None, None) => return None,
    };
    let year = Some(reader.written(behind)).filter(|_| behind < end && reader.is_kind(behind, TokenKind::Number))?;
    Some((behind + 1, vec![iso(year, &month, day)?]))
}

fn iso(year: &str, month: &str, day: &str) -> Option<String> {
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| Some(part).filter(is_digits)?.parse::<u16>().ok();
    let (year, month, day) = (Some(year).filter(|year| year.len() == 4)?, number(month)?, number(day)?);
    let year = number(year)?;
    let exists = (1..=12).contains(&month) && (1..=crate::syntax::literal::days_in(year, month)).contains(&day);
    exists.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_day_is_what_its_figures_can_be() {
        for (written, days) in [
            ("2025-1-5", Some("2025-01-05")),
            ("2025/01/05", Some("2025-01-05")),
            ("12/31/2025", Some("2025-12-31")),
            ("31/12/2025", Some("2025-12-31")),
            ("31.12.2025", Some("2025-12-31")),
            ("4.5.2025", Some("2025-05-04")),
            ("4/5/2025", Some("2025-04-05 2025-05-04")),
            ("5/5/2025", Some("2025-05-05")),
            ("2025-01-05", None),
            ("31/31/2025", None),
            ("29.2.2025", None),
            ("1/2/3", None),
            ("1.50", None),
        ] {
            assert_eq!(meant(written).map(|days| days.join(" ")).as_deref(), days, "{written}");
        }
    }
}
