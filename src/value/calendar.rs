//! Periods of the calendar: days, weeks, months and quarters, as the clocks of a zone show them.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{Date, Instant, date_in_zone};

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Calendar {
    /// From midnight to midnight.
    Day,
    /// Seven days, from midnight before this day.
    Week(Weekday),
    /// From the first of a month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Weekday {
    /// The first.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The first three letters of it.
    pub fn short(self) -> &'static str {
        match self {
            Self::Monday => "mon",
            Self::Tuesday => "tue",
            Self::Wednesday => "wed",
            Self::Thursday => "thu",
            Self::Friday => "fri",
            Self::Saturday => "sat",
            Self::Sunday => "sun",
        }
    }

    /// That of a date.
    pub fn of(date: Date) -> Self {
        // 1970-01-01, day 0, was a Thursday.
        match (date.0 + 3).rem_euclid(7) {
            0 => Self::Monday,
            1 => Self::Tuesday,
            2 => Self::Wednesday,
            3 => Self::Thursday,
            4 => Self::Friday,
            5 => Self::Saturday,
            _ => Self::Sunday,
        }
    }

    /// The one before it.
    #[must_use]
    pub fn before(self) -> Self {
        match self {
            Self::Monday => Self::Sunday,
            Self::Tuesday => Self::Monday,
            Self::Wednesday => Self::Tuesday,
            Self::Thursday => Self::Wednesday,
            Self::Friday => Self::Thursday,
            Self::Saturday => Self::Friday,
            Self::Sunday => Self::Saturday,
        }
    }

    /// How many days lie between the last Monday and it.
    fn after_monday(self) -> i32 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

impl Calendar {
    /// The instant at which the period of `now` began in `zone`: its first midnight, or the end of the gap where the
    /// clocks skipped that. `None` for an unknown zone.
    pub fn start(self, now: Instant, zone: &str) -> Option<Instant> {
        if !super::zone_is_known(zone) {
            return None;
        }
        self.first_day(date_in_zone(now, zone))?.start_in(zone)
    }

    /// The instant at which the period after that of `now` begins in `zone`.
    pub fn end(self, now: Instant, zone: &str) -> Option<Instant> {
        if !super::zone_is_known(zone) {
            return None;
        }
        let first = self.first_day(date_in_zone(now, zone))?;
        // No period is longer than this, and none so short that it is in the one after next.
        let inside = match self {
            Self::Day => first.0 + 1,
            Self::Week(_) => first.0 + 7,
            Self::Month => first.0 + 31,
            Self::Quarter => first.0 + 92,
        };
        self.first_day(Date(inside))?.start_in(zone)
    }

    fn first_day(self, day: Date) -> Option<Date> {
        let civil = day.civil();
        match self {
            Self::Day => Some(day),
            // 1970-01-01, day 0, was a Thursday.
            Self::Week(first) => Some(Date(day.0 - (day.0 + 3 - first.after_monday()).rem_euclid(7))),
            Self::Month => Date::from_civil(civil::Date::new(civil.year(), civil.month(), 1).ok()?),
            Self::Quarter => {
                let month = civil.month() - (civil.month() - 1) % 3;
                Date::from_civil(civil::Date::new(civil.year(), month, 1).ok()?)
            }
        }
    }
}

impl std::fmt::Display for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day => f.write_str("calendar day"),
            Self::Week(first) => write!(f, "calendar week from {}", first.word()),
            Self::Month => f.write_str("calendar month"),
            Self::Quarter => f.write_str("calendar quarter"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_and_end_at_midnights_of_their_zone() {
        let at = |text: &str| Instant::parse(text).unwrap();
        for (calendar, zone, now, start, end) in [
            // Summer time begins and ends in these days: 23 and 25 hours.
            (Calendar::Day, "Europe/Berlin", "2026-03-29T12:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
            (Calendar::Day, "Europe/Berlin", "2026-10-25T12:00Z", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
            (Calendar::Day, "Europe/Berlin", "2026-06-14T22:00Z", "2026-06-14T22:00Z", "2026-06-15T22:00Z"),
            (Calendar::Day, "Europe/Berlin", "2026-06-14T21:59:59Z", "2026-06-13T22:00Z", "2026-06-14T22:00Z"),
            // Midnight itself is skipped here: the day begins at one o'clock.
            (Calendar::Day, "Africa/Cairo", "2026-04-24T12:00Z", "2026-04-23T22:00Z", "2026-04-24T21:00Z"),
            (Calendar::Week(Weekday::Monday), "UTC", "2026-06-14T12:00Z", "2026-06-08T00:00Z", "2026-06-15T00:00Z"),
            (Calendar::Week(Weekday::Sunday), "UTC", "2026-06-14T12:00Z", "2026-06-14T00:00Z", "2026-06-21T00:00Z"),
            (Calendar::Week(Weekday::Monday), "UTC", "1969-12-31T12:00Z", "1969-12-29T00:00Z", "1970-01-05T00:00Z"),
            (Calendar::Month, "Asia/Tokyo", "2026-01-31T15:00Z", "2026-01-31T15:00Z", "2026-02-28T15:00Z"),
            (Calendar::Quarter, "UTC", "2026-11-22T00:00Z", "2026-10-01T00:00Z", "2027-01-01T00:00Z"),
            (Calendar::Quarter, "UTC", "2026-03-31T23:59Z", "2026-01-01T00:00Z", "2026-04-01T00:00Z"),
        ] {
            assert_eq!(calendar.start(at(now), zone), Some(at(start)), "{calendar} in {zone} at {now}");
            assert_eq!(calendar.end(at(now), zone), Some(at(end)), "{calendar} in {zone} at {now}");
        }
        assert_eq!(Calendar::Day.start(at("2026-06-14T12:00Z"), "Mars/Base"), None);
    }
}
