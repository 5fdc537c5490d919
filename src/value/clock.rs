//! What clocks on walls show, and when they next show something else: the ground of windows.
//!
//! A window is a question to the wall clock (R34): which day of the week and what time of day does it show here? So both
//! passes of an hour that comes twice answer alike, and a time that the clocks skip is reached at the end of the gap.
//!
//! When that answer can change follows from the same question: at the instants at which the clock shows one of the
//! times asked for (two of them where the hour comes twice), at midnights, and at the instants at which somebody sets
//! the clock. Between two such instants a clock runs on and nothing a window asks can change.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{ToSpan, civil};
use serde::{Deserialize, Serialize};

use super::{Date, Instant, Weekday};

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WallClock {
    /// The day of the week.
    pub weekday: Weekday,
    /// Microseconds since the midnight that the clock shows, 0 to 86,399,999,999.
    pub micros: i64,
}

impl Zone {
    /// The zone of that exact IANA name.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        // An offset is no zone, and names are written in one way only.
        (zone.iana_name() == Some(name)).then_some(Self(zone))
    }

    /// What the clocks show at an instant.
    pub fn clock(&self, at: Instant) -> WallClock {
        let shown = self.0.to_datetime(at.timestamp());
        let days = Date::from_civil(shown.date()).unwrap_or(Date(0));
        let seconds = (i64::from(shown.hour()) * 60 + i64::from(shown.minute())) * 60 + i64::from(shown.second());
        let micros = seconds * 1_000_000 + i64::from(shown.subsec_nanosecond()) / 1_000;
        WallClock { weekday: Weekday::of(days), micros }
    }

    /// The instants after `after` and up to `until`, both within the language's range, at which the clocks show one of
    /// `times` (seconds since midnight; 86,400 is the next midnight), show midnight, or are set. Sorted, each once.
    pub fn turns(&self, after: Instant, until: Instant, times: &[u32]) -> Vec<Instant> {
        let mut turns = Vec::new();
        let first = self.0.to_datetime(after.timestamp()).date();
        let last = self.0.to_datetime(until.timestamp()).date();
        // A day earlier and later: clocks that are set may show a day twice.
        let mut day = first.checked_sub(1.day()).unwrap_or(first);
        let end = last.checked_add(1.day()).unwrap_or(last);
        while day <= end {
            for time in std::iter::once(&0).chain(times) {
                turns.extend(self.shown_at(day, *time));
            }
            match day.checked_add(1.day()) {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        let set = self.0.following(after.timestamp());
        let set = set.map(|turn| turn.timestamp()).take_while(|at| *at <= until.timestamp());
        turns.extend(set.filter_map(Instant::from_timestamp));
        turns.retain(|at| after < *at && *at <= until);
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// The instants at which the clocks show a time of a day: none in a gap, two where it comes twice.
    fn shown_at(&self, day: civil::Date, time: u32) -> impl Iterator<Item = Instant> {
        let midnight = day.to_datetime(civil::Time::midnight());
        let shown = midnight.checked_add(i64::from(time).seconds()).ok();
        let found = shown.map_or([None, None], |shown| {
            let ambiguous = self.0.to_ambiguous_zoned(shown);
            let earlier = || ambiguous.clone().earlier().ok().map(|at| at.timestamp());
            match ambiguous.offset() {
                AmbiguousOffset::Unambiguous { .. } => [earlier(), None],
                AmbiguousOffset::Gap { .. } => [None, None],
                AmbiguousOffset::Fold { .. } => [earlier(), ambiguous.clone().later().ok().map(|at| at.timestamp())],
            }
        });
        found.into_iter().flatten().filter_map(Instant::from_timestamp)
    }
}

/// A time of day as people write it: `09:00`, `21:00:30`.
pub fn show_time_of_day(seconds: u32) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

impl std::fmt::Display for WallClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = u32::try_from(self.micros / 1_000_000).unwrap_or(0);
        write!(f, "{} {}", self.weekday.short(), show_time_of_day(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn shown(zone: &str, instant: &str) -> String {
        Zone::named(zone).unwrap().clock(at(instant)).to_string()
    }

    #[test]
    fn clocks_show_the_local_day_and_time() {
        for (zone, instant, clock) in [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "sun 01:59:59"),
            ("Europe/Berlin", "2026-03-29T01:00Z", "sun 03:00"),
            ("Europe/Berlin", "2026-10-25T00:30Z", "sun 02:30"),
            ("Europe/Berlin", "2026-10-25T01:30Z", "sun 02:30"),
            ("America/New_York", "2026-03-08T06:59:59Z", "sun 01:59:59"),
            ("America/New_York", "2026-03-08T07:00Z", "sun 03:00"),
            ("America/New_York", "2026-11-01T05:30Z", "sun 01:30"),
            ("America/New_York", "2026-11-01T06:30Z", "sun 01:30"),
            ("Asia/Dubai", "2026-07-10T20:00Z", "sat 00:00"),
            ("Australia/Lord_Howe", "2026-10-03T15:29:59Z", "sun 01:59:59"),
            ("Australia/Lord_Howe", "2026-10-03T15:30Z", "sun 02:30"),
            ("Australia/Lord_Howe", "2026-04-04T14:45Z", "sun 01:45"),
            ("Australia/Lord_Howe", "2026-04-04T15:15Z", "sun 01:45"),
            ("UTC", "1969-12-31T23:59:59Z", "wed 23:59:59"),
        ] {
            assert_eq!(shown(zone, instant), clock, "{zone} {instant}");
        }
        assert!(Zone::named("+02:00").is_none() && Zone::named("europe/berlin").is_none());
    }

    #[test]
    fn turns_are_where_the_clock_shows_a_time_or_is_set() {
        let turns = |zone: &str, after: &str, until: &str, times: &[u32]| -> Vec<String> {
            let turns = Zone::named(zone).unwrap().turns(at(after), at(until), times);
            turns.into_iter().map(super::super::show_instant).collect()
        };
        let half_past_two = 9_000;
        assert_eq!(
            turns("Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T12:00Z", &[half_past_two]),
            ["2026-03-28T23:00Z", "2026-03-29T01:00Z"],
            "half past two is skipped; the clocks are set at one"
        );
        assert_eq!(
            turns("Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T12:00Z", &[half_past_two]),
            ["2026-10-24T22:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z"],
            "it comes twice"
        );
        assert_eq!(
            turns("Asia/Dubai", "2026-07-10T18:30Z", "2026-07-11T06:00Z", &[9 * 3600, 20 * 3600]),
            ["2026-07-10T20:00Z", "2026-07-11T05:00Z"]
        );
        assert_eq!(turns("UTC", "2026-07-10T00:00Z", "2026-07-11T00:00Z", &[86_400]), ["2026-07-11T00:00Z"]);
    }

    #[test]
    fn between_two_turns_a_clock_only_runs_on() {
        for zone in ["Europe/Berlin", "America/New_York", "Asia/Dubai", "Australia/Lord_Howe"] {
            let zone = Zone::named(zone).unwrap();
            let (start, end) = (at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
            let mut from = start;
            for turn in zone.turns(start, end, &[3_600, 7_200]) {
                let (first, last) = (zone.clock(from), zone.clock(Instant(turn.0 - 1)));
                assert_eq!(first.weekday, last.weekday);
                assert_eq!(last.micros - first.micros, turn.0 - 1 - from.0, "{turn:?}");
                from = turn;
            }
        }
    }
}
