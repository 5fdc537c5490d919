//! Which hours the rows of a window leave, whatever the customer: the ground of what is said of windows that never open.

use crate::model::{CapZone, WindowRow, Zones, may_be_open};
use crate::value::{Date, Instant, Weekday, Zone};

/// From when until when, in seconds since the midnight with which the day begins; the end not included, and perhaps on the
/// next day.
type Stretch = (u32, u32);

const DAY: u32 = 86_400;

/// The rows of one window.
pub(super) struct Hours<'a> {
    pub(super) rows: &'a [WindowRow],
}

impl<'a> Hours<'a> {
    /// Its rows, where they leave no hour of the week to anybody.
    pub(super) fn never(&self) -> Option<Vec<&'a WindowRow>> {
        let closed = |day: &Weekday| {
            let base = self.base(*day);
            let is_named = self.rows.iter().any(|row| row.days.contains(day));
            !is_named || !base.is_empty() && left(&base).is_none()
        };
        Weekday::ALL.iter().all(closed).then(|| self.rows.iter().filter(|row| row.when.is_none()).collect())
    }

    /// The first day of a week in which the window is never open in all of these zones at once. Only where all of them
    /// are written: of an attribute nobody knows here what it says. Looks at the weeks of one year.
    pub(super) fn closed_week(&self, zones: &Zones) -> Option<Date> {
        let named = zones.every.iter().map(|zone| match zone {
            CapZone::Named(name) => Zone::named(name),
            CapZone::Attribute(_) => None,
        });
        let named: Vec<Zone> = named.collect::<Option<_>>()?;
        if named.len() < 2 {
            return None;
        }
        let times: Vec<u32> = self.rows.iter().flat_map(|row| [row.opens, row.closes]).collect();
        // Summer time has begun and ended everywhere within a year; this one begins with a Monday.
        let first = Date::parse("2029-01-01")?;
        let week = |nth: i32| -> Option<Date> {
            let monday = Date(first.0 + 7 * nth);
            let start = Instant(monday.start_in("UTC")?.0 - 1);
            let end = Date(monday.0 + 7).start_in("UTC")?;
            let mut turns: Vec<Instant> = named.iter().flat_map(|zone| zone.turns(start, end, &times)).collect();
            turns.push(Instant(start.0 + 1));
            let opens = turns.iter().any(|at| named.iter().all(|zone| may_be_open(self.rows, zone.clock(*at))));
            (!opens).then_some(monday)
        };
        (0..52).find_map(week)
    }

    /// Rows that leave no hour of a day on which each of them is open; each set of rows once, with its first such day.
    pub(super) fn taken(&self) -> Vec<(Weekday, Vec<&'a WindowRow>)> {
        let mut found: Vec<(Weekday, Vec<&WindowRow>)> = Vec::new();
        for day in Weekday::ALL {
            let base = self.base(day);
            if left(&base).is_none() && base.len() > 1 {
                found.push((day, base));
                continue;
            }
            for row in self.rows.iter().filter(|row| row.when.is_some() && row.days.contains(&day)) {
                let with: Vec<&WindowRow> = base.iter().copied().chain([row]).collect();
                if left(&with).is_none() {
                    found.push((day, with));
                }
            }
        }
        let mut told: Vec<Vec<&WindowRow>> = Vec::new();
        found.retain(|(_, rows)| {
            let new = !told.contains(rows);
            told.push(rows.clone());
            new
        });
        found
    }

    /// Days of which only rows with a condition speak; each row once.
    pub(super) fn without_base(&self) -> Vec<(Weekday, &'a WindowRow)> {
        let mut found: Vec<(Weekday, &WindowRow)> = Vec::new();
        for day in Weekday::ALL.into_iter().filter(|day| self.base(*day).is_empty()) {
            if let Some(row) = self.rows.iter().find(|row| row.days.contains(&day))
                && !found.iter().any(|(_, known)| *known == row)
            {
                found.push((day, row));
            }
        }
        found
    }

    /// The rows without a condition that speak of a day.
    fn base(&self, day: Weekday) -> Vec<&'a WindowRow> {
        self.rows.iter().filter(|row| row.when.is_none() && row.days.contains(&day)).collect()
    }
}

/// The hours that all of these rows of one day leave.
fn left(rows: &[&WindowRow]) -> Option<Stretch> {
    let from = rows.iter().map(|row| row.opens).max()?;
    let ends = rows.iter().filter(|row| !row.is_whole_day());
    let until = ends.map(|row| row.closes + if row.is_overnight() { DAY } else { 0 }).min().unwrap_or(DAY);
    (from < until).then_some((from, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clause, Condition};
    use crate::source::{SourceId, Span};

    fn row(days: &[Weekday], opens: u32, closes: u32) -> WindowRow {
        let span = Span::new(SourceId(0), 0..0);
        WindowRow { days: days.to_vec(), opens: opens * 3600, closes: closes * 3600, when: None, span }
    }

    fn about(row: WindowRow) -> WindowRow {
        let when = Clause { condition: Condition::And(Vec::new()), span: row.span };
        WindowRow { when: Some(when), ..row }
    }

    const WORK: [Weekday; 5] =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

    #[test]
    fn rows_of_one_day_leave_what_they_share() {
        let lunch = [row(&WORK, 9, 12), row(&WORK, 13, 18)];
        assert!(Hours { rows: &lunch }.never().is_some());
        let with_saturday = [row(&WORK, 9, 12), row(&WORK, 13, 18), row(&[Weekday::Saturday], 10, 14)];
        let hours = Hours { rows: &with_saturday };
        assert!(hours.never().is_none());
        assert_eq!(hours.taken().iter().map(|(day, rows)| (*day, rows.len())).collect::<Vec<_>>(), [(WORK[0], 2)]);
        let night = [row(&[Weekday::Friday], 22, 6), row(&[Weekday::Saturday], 8, 14)];
        assert!(Hours { rows: &night }.taken().is_empty(), "each has its own day");
        let friday = [row(&[Weekday::Friday], 22, 6), row(&[Weekday::Friday], 20, 2)];
        assert!(Hours { rows: &friday }.taken().is_empty(), "they share the night");
        let whole = [row(&WORK, 22, 6), row(&WORK, 0, 24)];
        assert!(Hours { rows: &whole }.taken().is_empty() && Hours { rows: &whole }.never().is_none());
        let evening = [row(&[Weekday::Friday], 22, 6), row(&[Weekday::Friday], 1, 5)];
        assert_eq!(Hours { rows: &evening }.taken().len(), 1, "the morning is that of friday");
    }

    #[test]
    fn rows_with_a_condition_take_from_those_without() {
        let rows = [row(&WORK, 9, 18), about(row(&WORK, 20, 22))];
        assert_eq!(Hours { rows: &rows }.taken().len(), 1);
        assert!(Hours { rows: &rows }.without_base().is_empty());
        let rows = [row(&WORK, 9, 18), about(row(&[Weekday::Saturday], 20, 22))];
        assert_eq!(Hours { rows: &rows }.without_base().len(), 1);
        assert!(Hours { rows: &[about(row(&WORK, 9, 18))] }.never().is_none(), "whoever it is not about");
    }

    #[test]
    fn zones_that_share_no_hour_are_found() {
        let every = |names: [&str; 2]| Zones {
            first: Vec::new(),
            every: names.map(|name| CapZone::Named(name.to_owned())).to_vec(),
        };
        let day = [row(&WORK, 9, 17)];
        let hours = Hours { rows: &day };
        assert!(hours.closed_week(&every(["Europe/Berlin", "America/New_York"])).is_none());
        assert!(hours.closed_week(&every(["Europe/Berlin", "Pacific/Auckland"])).is_some());
        // Half an hour in winter, and none while only one of the two has summer time.
        let short = [row(&WORK, 9, 15)];
        let weeks = Hours { rows: &short }.closed_week(&every(["Europe/Berlin", "America/New_York"]));
        assert!(weeks.is_some(), "{weeks:?}");
    }
}
