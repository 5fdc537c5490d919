//! Pairs to literals: numbers, dates, instants, durations, names and texts.
//!
//! Refuses what the grammar cannot: numbers that are too long, dates that do not exist.

use super::grammar::{Pair, Row, Rule};
use super::tree::{
    ClockTime, DateValue, Duration, Expr, Literal, LiteralKind, Name, Number, Text, TimePoint, TimePointKind, Unit,
};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::{SourceId, Span};

/// The most digits of a number (R53).
const MAX_DIGITS: usize = 18;
/// The largest count of a duration (R53).
const MAX_COUNT: u32 = 1_000_000;

/// What building a tree from pairs needs beside them: where the text given to pest began, and a place for findings.
///
/// Every function that returns `None` has reported why, except where a pair is not of the shape the grammar promises.
pub(super) struct Builder<'f> {
    pub(super) source: SourceId,
    /// The offset in the file of the text that pest was given.
    pub(super) base: usize,
    pub(super) findings: &'f mut Vec<Diagnostic>,
}

impl Builder<'_> {
    /// Where a pair stands. Only pairs that end in a token end where they seem to; others may include space.
    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        Span::new(self.source, self.base + span.start()..self.base + span.end())
    }

    pub(super) fn refuse<T>(&mut self, finding: Diagnostic) -> Option<T> {
        self.findings.push(finding);
        None
    }

    pub(super) fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: pair.as_str().to_owned(), span: self.span(pair) }
    }

    pub(super) fn text(&self, pair: &Pair<'_>) -> Text {
        Text { text: unquoted(pair.as_str()), span: self.span(pair) }
    }

    /// The names of a `names` pair.
    pub(super) fn names(&self, pair: Pair<'_>) -> Vec<Name> {
        pair.into_inner().map(|pair| self.name(&pair)).collect()
    }

    /// `digits` as a number of at most `most`.
    pub(super) fn count(&mut self, pair: &Pair<'_>, most: u32) -> Option<u32> {
        let parsed = pair.as_str().parse::<u32>().ok().filter(|count| *count <= most);
        if parsed.is_none() {
            let message = format!("`{}` is too large here; {most} is the most", super::scan::shortened(pair.as_str()));
            self.findings.push(Diagnostic::new(&codes::TOO_LONG, self.span(pair), message));
        }
        parsed
    }

    /// `number` or `percent` as mantissa and scale.
    pub(super) fn number(&mut self, pair: &Pair<'_>) -> Option<Number> {
        let written = pair.as_str().trim_end_matches('%');
        let digits = written.bytes().filter(u8::is_ascii_digit).count();
        let places = written.split_once('.').map_or(0, |(_, behind)| behind.len());
        if digits > MAX_DIGITS {
            let message = format!("this number has {digits} digits, and {MAX_DIGITS} is the most a number may have");
            return self.refuse(Diagnostic::new(&codes::TOO_LONG, self.span(pair), message));
        }
        let negative = written.starts_with('-');
        let mantissa = written
            .bytes()
            .filter(u8::is_ascii_digit)
            .fold(0_i64, |so_far, byte| so_far.wrapping_mul(10).wrapping_add(i64::from(byte - b'0')));
        Some(Number { mantissa: if negative { -mantissa } else { mantissa }, scale: places as u8 })
    }

    /// `duration`
    pub(super) fn duration(&mut self, pair: Pair<'_>) -> Option<Duration> {
        let span = self.span(&pair);
        let mut row = Row::of(pair);
        let count = self.count(&row.take(Rule::digits)?, MAX_COUNT)?;
        Some(Duration { span, count, unit: unit(row.take(Rule::unit)?.as_str())? })
    }

    /// `date` or `day`
    pub(super) fn date(&mut self, pair: &Pair<'_>) -> Option<DateValue> {
        let written = pair.as_str();
        let part = |range: std::ops::Range<usize>| written.get(range).and_then(|part| part.parse::<u16>().ok());
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            let finding =
                Diagnostic::new(&codes::NO_SUCH_DATE, self.span(pair), format!("there is no date `{written}`"))
                    .help("a date is written year, month, day: `2026-11-20`");
            return self.refuse(finding);
        }
        Some(DateValue { year: year as i16, month: month as u8, day: day as u8 })
    }

    fn clock(&mut self, pair: &Pair<'_>) -> Option<ClockTime> {
        let written = pair.as_str();
        let part = |range: std::ops::Range<usize>| written.get(range).and_then(|part| part.parse::<u8>().ok());
        let (hour, minute, second) = (part(0..2)?, part(3..5)?, part(6..8).unwrap_or(0));
        let fraction = written.split_once('.').map_or("", |(_, behind)| behind);
        if hour > 23 || minute > 59 || second > 59 || fraction.len() > 6 {
            let message = format!("there is no time of day `{written}`");
            let help = "hours run from 00 to 23, minutes and seconds to 59, with at most six places behind the point";
            return self.refuse(Diagnostic::new(&codes::NO_SUCH_DATE, self.span(pair), message).help(help));
        }
        let micros = format!("{fraction:0<6}").parse().ok()?;
        Some(ClockTime { hour, minute, second, micros })
    }

    /// `stamp` as a literal: a date, an instant, or a time of a place.
    pub(super) fn stamp(&mut self, pair: Pair<'_>) -> Option<LiteralKind> {
        let in_utc = pair.as_str().ends_with('Z');
        let mut row = Row::of(pair);
        let date = self.date(&row.take(Rule::date)?)?;
        let Some(clock) = row.take(Rule::clock) else { return Some(LiteralKind::Date(date)) };
        let clock = self.clock(&clock)?;
        if in_utc {
            return Some(LiteralKind::Time(TimePointKind::Utc(date, clock)));
        }
        let zone = match row.take(Rule::in_zone) {
            Some(zone) => Some(self.text(&Row::of(zone).take(Rule::text)?)),
            None => None,
        };
        Some(LiteralKind::Time(TimePointKind::Civil(date, clock, zone)))
    }

    /// `stamp`, `ago` or `now` where a point in time is meant; a bare date is refused.
    pub(super) fn point(&mut self, pair: Pair<'_>) -> Option<TimePoint> {
        let span = self.span(&pair);
        let written = pair.as_str();
        match self.literal(pair)?.kind {
            LiteralKind::Time(kind) => Some(TimePoint { span, kind }),
            LiteralKind::Date(_) => {
                let finding = Diagnostic::new(&codes::UNEXPECTED, span, "this needs a time of day, not only a date")
                    .primary("a date alone")
                    .help(format!(
                        "for example `{written}T00:00Z`, `{written} 09:00`, or `{written} 09:00 in \"Europe/Berlin\"`"
                    ));
                self.refuse(finding)
            }
            LiteralKind::YesNo(_) | LiteralKind::Number(_) | LiteralKind::Percent(_) | LiteralKind::Text(_) => None,
        }
    }

    /// Any pair of the `literal` production.
    pub(super) fn literal(&mut self, pair: Pair<'_>) -> Option<Literal> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let kind = if rule == Rule::text {
            LiteralKind::Text(unquoted(pair.as_str()))
        } else if rule == Rule::number {
            LiteralKind::Number(self.number(&pair)?)
        } else if rule == Rule::percent {
            LiteralKind::Percent(self.number(&pair)?)
        } else if rule == Rule::yes || rule == Rule::no {
            LiteralKind::YesNo(rule == Rule::yes)
        } else if rule == Rule::now {
            LiteralKind::Time(TimePointKind::Now)
        } else if rule == Rule::stamp {
            self.stamp(pair)?
        } else if rule == Rule::ago {
            let duration = Row::of(pair).take(Rule::duration)?;
            LiteralKind::Time(TimePointKind::Ago(self.duration(duration)?))
        } else if rule == Rule::distance {
            return self.no_direction(span, pair.as_str());
        } else {
            return None;
        };
        Some(Literal { span, kind })
    }

    /// `last purchase - 3 days`
    pub(super) fn span_added<T>(&mut self, to: &Expr, distance: &Pair<'_>) -> Option<T> {
        let (span, written) = (self.span(distance), distance.as_str());
        let finding =
            Diagnostic::new(&codes::MISSING_DIRECTION, span, "a span of time is neither added nor taken away");
        let help =
            format!("ask how old the time is: `.. is at least {written} old`, or `.. is at most {written} ahead`");
        self.refuse(finding.primary("no number").label(to.span, "to this").help(help))
    }

    /// A span of time where a value is meant.
    pub(super) fn no_direction<T>(&mut self, span: Span, written: &str) -> Option<T> {
        let finding =
            Diagnostic::new(&codes::MISSING_DIRECTION, span, format!("`{written}` does not say its direction")).help(
                format!(
                    "write `more than {written} old` for the past, `at most {written} ahead` for the future, or \
                 `{written} ago` for a moment"
                ),
            );
        self.refuse(finding)
    }
}

/// What stands between the quotes, with `\"` and `\\` undone; any other backslash stands for itself.
pub(super) fn unquoted(written: &str) -> String {
    let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|next| matches!(next, '"' | '\\')) } else { None };
        out.push(escaped.unwrap_or(c));
    }
    out
}

fn unit(word: &str) -> Option<Unit> {
    let all = [Unit::Second, Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month];
    all.into_iter().find(|unit| unit.word() == word.trim_end_matches('s'))
}

pub(super) fn days_in(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_escapes_only_quote_and_backslash() {
        assert_eq!(unquoted(r#""a \"b\" \\ \n""#), r#"a "b" \ \n"#);
    }

    #[test]
    fn february_follows_the_calendar() {
        let of = |year| days_in(year, 2);
        assert_eq!((of(2024), of(2026), of(1900), of(2000)), (29, 28, 28, 29));
    }
}
