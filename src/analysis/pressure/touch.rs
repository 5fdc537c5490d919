//! How many periods of a calendar a stretch of time can touch, and how short a period reckoned in months can be.
//!
//! A rolling day touches two calendar days, and three around the day on which summer time begins, which has 23 hours; 31
//! days touch three months around a February. So the periods are looked up, as the clocks of the zone show them, instead
//! of being taken for equally long.

use std::collections::BTreeMap;

use crate::value::{Calendar, Instant, Period};

/// So many years are looked at from the beginning on: a leap year among them, and every day on which clocks are set.
const YEARS: i64 = 9;
const YEAR: i64 = 366 * DAY;
const DAY: i64 = 86_400_000_000;
/// 2020-01-01: what rules say today is not said of clocks as they were set long ago.
const BEGIN: Instant = Instant(1_577_836_800_000_000);

/// The zones that stand for any: between them the clocks of the world jump by as much, and skip as much, as they do
/// anywhere (a test goes through all zones there are).
pub(super) const ANY: [&str; 7] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Cairo",
    "America/Santiago",
];

/// How many periods are touched, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touched {
    pub(super) periods: u64,
    /// A stretch that begins here touches so many.
    pub(super) at: Instant,
}

/// When the periods of calendars begin, looked up once.
#[derive(Debug, Default)]
pub(super) struct Starts {
    from: Option<Instant>,
    known: BTreeMap<(Calendar, String), Vec<i64>>,
}

impl Starts {
    /// From this instant on; else from a year that is over.
    pub(super) fn new(from: Option<Instant>) -> Self {
        Self { from, known: BTreeMap::new() }
    }

    /// The most periods that a stretch of so many microseconds touches, its end not included.
    pub(super) fn touched(&mut self, calendar: Calendar, zone: &str, length: i64) -> Touched {
        let starts = self.of(calendar, zone);
        let mut best = Touched { periods: 1, at: Instant(starts.first().copied().unwrap_or_default()) };
        // It begins just before one start and reaches others behind that: so many starts, and the period before them.
        let mut first = 0;
        for (last, end) in starts.iter().enumerate() {
            while starts.get(first).is_some_and(|start| end - start + 1 >= length) {
                first += 1;
            }
            let Some(start) = starts.get(first).filter(|_| first <= last) else { continue };
            let periods = (last - first) as u64 + 2;
            if periods > best.periods {
                let slack = length - (end - start);
                best = Touched { periods, at: Instant(start - (slack / 2).clamp(1, 60_000_000)) };
            }
        }
        best
    }

    /// The same where only what lies in these stretches counts, each with its end, which is not included; in order.
    pub(super) fn touched_within(
        &mut self,
        calendar: Calendar,
        zone: &str,
        open: &[(i64, i64)],
        length: i64,
    ) -> Touched {
        let starts = self.of(calendar, zone).to_vec();
        // Of each period with an open time its first and its last instant of that.
        let mut ends: Vec<(i64, i64)> = Vec::new();
        for period in starts.windows(2) {
            let [start, end] = period else { continue };
            let from = open.partition_point(|(_, closes)| closes <= start);
            let inside = open.get(from..).unwrap_or_default().iter().take_while(|(opens, _)| opens < end);
            let (mut first, mut last) = (None, None);
            for (opens, closes) in inside {
                first = first.or(Some((*opens).max(*start)));
                last = Some((*closes).min(*end) - 1);
            }
            ends.extend(first.zip(last));
        }
        let mut best = Touched { periods: 0, at: Instant(ends.first().map_or(0, |(first, _)| *first)) };
        let mut from = 0;
        for (place, (first, _)) in ends.iter().enumerate() {
            while ends.get(from).is_some_and(|(_, last)| first - last >= length) {
                from += 1;
            }
            let periods = (place + 1).saturating_sub(from) as u64;
            if periods > best.periods
                && let Some((begin, _)) = ends.get(from)
            {
                best = Touched { periods, at: Instant((*begin).max(first - length + 1)) };
            }
        }
        best
    }

    /// From when to when is looked at.
    pub(super) fn looked_at(&self) -> (Instant, Instant) {
        let begin = self.from.unwrap_or(BEGIN);
        (begin, Instant(begin.0.saturating_add(YEARS * YEAR)))
    }

    fn of(&mut self, calendar: Calendar, zone: &str) -> &[i64] {
        let (begin, end) = self.looked_at();
        self.known.entry((calendar, zone.to_owned())).or_insert_with(|| {
            let starts = within(calendar, zone, begin, Instant(end.0.saturating_add(1)));
            starts.into_iter().map(|Instant(at)| at).collect()
        })
    }
}

/// The beginnings of the periods within this stretch, its first instant not included.
pub(super) fn within(calendar: Calendar, zone: &str, after: Instant, until: Instant) -> Vec<Instant> {
    let mut found = Vec::new();
    let mut at = after;
    while let Some(next) = calendar.end(at, zone).filter(|next| at < *next && *next < until) {
        found.push(next);
        at = next;
    }
    found
}

/// The shortest that a period can be, in microseconds: one month is 28 days.
pub(super) fn shortest(period: Period) -> i64 {
    if let Some(unit) = period.unit.microseconds() {
        return unit.saturating_mul(i64::from(period.count)).max(1);
    }
    // What of a window of months is in it hangs on the day that is asked, so four years of days are.
    let days = (0..1_461_i64).map(|day| Instant(BEGIN.0 + day * DAY));
    let lengths = days.flat_map(|at| [at.0 - at.minus(period).0, at.plus(period).0 - at.0]);
    lengths.min().unwrap_or(DAY).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Unit, Weekday};

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn calendars_are_as_uneven_as_they_are() {
        let mut starts = Starts::new(None);
        let mut touched = |calendar, zone: &str, length| starts.touched(calendar, zone, length).periods;
        // The day on which summer time begins lies whole in 24 hours, with something before it and behind it.
        assert_eq!(touched(Calendar::Day, "UTC", 24 * HOUR), 2);
        assert_eq!(touched(Calendar::Day, "Europe/Berlin", 24 * HOUR), 3);
        assert_eq!(touched(Calendar::Day, "Europe/Berlin", 23 * HOUR), 2);
        assert_eq!(touched(Calendar::Day, "Asia/Tokyo", 24 * HOUR), 2);
        assert_eq!(touched(Calendar::Day, "UTC", 7 * DAY), 8);
        assert_eq!(touched(Calendar::Day, "Europe/Berlin", 7 * DAY), 9);
        assert_eq!(touched(Calendar::Week(Weekday::Monday), "UTC", DAY), 2);
        assert_eq!(touched(Calendar::Week(Weekday::Monday), "UTC", 7 * DAY), 2);
        assert_eq!(touched(Calendar::Week(Weekday::Monday), "UTC", 31 * DAY), 6);
        // All of February, and a day of the months around it.
        assert_eq!(touched(Calendar::Month, "UTC", 31 * DAY), 3);
        assert_eq!(touched(Calendar::Month, "UTC", 28 * DAY), 2);
        assert_eq!(touched(Calendar::Quarter, "UTC", 31 * DAY), 2);
        assert_eq!((touched(Calendar::Day, "UTC", 1), touched(Calendar::Day, "UTC", 2)), (1, 2));
    }

    #[test]
    fn where_so_many_are_touched_they_are() {
        let mut starts = Starts::new(None);
        for (calendar, zone, length) in [
            (Calendar::Day, "Europe/Berlin", DAY),
            (Calendar::Month, "UTC", 31 * DAY),
            (Calendar::Day, "Australia/Lord_Howe", 7 * DAY),
        ] {
            let Touched { periods, at } = starts.touched(calendar, zone, length);
            let inside = within(calendar, zone, at, Instant(at.0 + length));
            assert_eq!(inside.len() as u64 + 1, periods, "{calendar} in {zone}");
        }
    }

    #[test]
    fn no_zone_touches_more_than_those_that_stand_for_any() {
        let mut starts = Starts::new(None);
        for (calendar, length) in
            [(Calendar::Day, DAY), (Calendar::Day, 7 * DAY), (Calendar::Week(Weekday::Monday), 31 * DAY)]
        {
            let most = ANY.map(|zone| starts.touched(calendar, zone, length).periods).into_iter().max().unwrap();
            for zone in jiff::tz::db().available() {
                let mut own = Starts::new(None);
                let found = own.touched(calendar, zone.as_str(), length).periods;
                assert!(found <= most, "{calendar} in {zone}: {found} and not {most}");
            }
        }
    }

    #[test]
    fn closed_hours_are_no_part_of_a_period() {
        let mut starts = Starts::new(None);
        let (begin, end) = starts.looked_at();
        let zone = crate::value::Zone::named("Europe/Berlin").unwrap();
        let turns = zone.turns(begin, end, &[9 * 3600, 21 * 3600]);
        let open: Vec<(i64, i64)> = turns
            .windows(2)
            .filter(|pair| (9..21).contains(&(zone.clock(pair[0]).micros / HOUR)))
            .map(|pair| (pair[0].0, pair[1].0))
            .collect();
        for (length, periods) in [(DAY, 2), (7 * DAY, 8), (31 * DAY, 32), (11 * HOUR + 1, 1), (11 * HOUR + 2, 2)] {
            // The night before summer time has eleven hours.
            let found = starts.touched_within(Calendar::Day, "Europe/Berlin", &open, length);
            assert_eq!(found.periods, periods, "{}", length / HOUR);
        }
    }

    #[test]
    fn months_are_as_short_as_february() {
        let months = |count| shortest(Period { count, unit: Unit::Month }) / DAY;
        assert_eq!([1, 2, 3].map(months), [28, 59, 89]);
        assert_eq!(shortest(Period { count: 2, unit: Unit::Week }), 14 * DAY);
    }
}
