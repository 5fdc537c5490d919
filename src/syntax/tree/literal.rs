//! Values as they are written: numbers, dates, instants, durations, yes and no.
//!
//! Kept as written (mantissa and scale, civil parts and zone name); turning them into values of a type is the checker's.

use super::Text;
use crate::source::Span;

/// A literal with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: LiteralKind,
}

/// What a literal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// `yes` (true) or `no` (false)
    YesNo(bool),
    /// `620`, `-1`, `0.30`
    Number(Number),
    /// `90%`: the number before the sign.
    Percent(Number),
    /// `"running"`; the text without quotes and with escapes undone.
    Text(String),
    /// `2026-11-20`
    Date(DateValue),
    /// `2026-06-15T10:00Z`, `2026-11-22 09:00 in "Europe/Berlin"`, `2026-11-22 09:00`, `90 days ago`, `now`
    Time(TimePointKind),
}

/// A number as written: `mantissa` * 10^-`scale`, so `0.30` is 30 at scale 2. At most 18 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// All digits with the sign.
    pub mantissa: i64,
    /// How many of them stand behind the point.
    pub scale: u8,
}

/// A date of the calendar that exists; years from 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateValue {
    /// 1 to 9999.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, as the month allows.
    pub day: u8,
}

/// A time of day: 00:00:00.000000 to 23:59:59.999999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59; 0 where not written.
    pub second: u8,
    /// 0 to 999,999; 0 where not written.
    pub micros: u32,
}

/// A point in time with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimePoint {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TimePointKind,
}

/// A point in time as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimePointKind {
    /// `2026-06-15T10:00Z`: an instant in UTC.
    Utc(DateValue, ClockTime),
    /// `2026-11-22 09:00 in "Europe/Berlin"`: what a clock on that wall shows; without a zone, on a wall in the zone of
    /// `defaults`.
    Civil(DateValue, ClockTime, Option<Text>),
    /// `90 days ago`: counted back from `now`.
    Ago(Duration),
    /// `now`
    Now,
}

/// `60 days`: a whole number of one unit, 0 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Where.
    pub span: Span,
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// The units of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `1 second`
    Second,
    /// `2 minutes`
    Minute,
    /// `72 hours`
    Hour,
    /// `7 days`
    Day,
    /// `2 weeks`
    Week,
    /// `24 months`
    Month,
}

impl Unit {
    /// The word for one of it: `day`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}
