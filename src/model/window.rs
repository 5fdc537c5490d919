//! Windows: in which zone, at which hours of which days of the week something may be shown, and what becomes of it
//! outside (R33, R34).

use serde::{Deserialize, Serialize};

use super::{AttributeId, CapTarget, CapZone, Clause};
use crate::source::Span;
use crate::value::{Period, WallClock, Weekday};

/// `window N { zone E  open .. until ..  on ..  outside .. }`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Unique, also among caps and blocks.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// On whose clocks.
    pub zones: Zones,
    /// At least one. Rows only narrow: on a day of the week that some row mentions, every row that mentions it and whose
    /// condition is not no must be open; a day that none mentions is closed.
    pub rows: Vec<WindowRow>,
    /// Of what.
    pub target: CapTarget,
    /// What becomes of a candidate while it is closed.
    pub outside: Outside,
}

/// On whose clocks a window is read: the first zone that is known; where none is, each of `every`, and where that is
/// empty the window is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zones {
    /// Tried in this order; nothing stands behind a written zone.
    pub first: Vec<CapZone>,
    /// The window must be open in all of these; no two alike.
    pub every: Vec<CapZone>,
}

impl Zones {
    /// The attributes that hold one.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeId> {
        self.first.iter().chain(&self.every).filter_map(CapZone::attribute)
    }
}

/// `open mon to sat 09:00 until 21:00 when awake`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRow {
    /// The days on which it opens; sorted, at least one.
    pub days: Vec<Weekday>,
    /// Seconds since midnight, below 86,400.
    pub opens: u32,
    /// Seconds since midnight, from 1 to 86,400 and not [`Self::opens`]; where it is less, on the next day.
    pub closes: u32,
    /// Where this is no, the row says nothing.
    pub when: Option<Clause>,
    /// The clause in the text.
    pub span: Span,
}

/// What becomes of a candidate while a window is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outside {
    /// It waits, at most so long; without the most, what it binds expires.
    Hold(Option<Period>),
    /// It drops out.
    Drop,
    /// Of a window on a channel: the channel is passed over, and the next one is tried.
    NextChannel,
}

impl Outside {
    /// Whether it speaks of the way and not of the message: the channel is passed over, whoever it would carry goes on.
    pub fn is_of_way(self) -> bool {
        match self {
            Self::NextChannel => true,
            Self::Hold(_) | Self::Drop => false,
        }
    }
}

impl WindowRow {
    /// Whether it goes over midnight; it then belongs to the day on which it opens.
    pub fn is_overnight(&self) -> bool {
        self.closes < self.opens
    }

    /// Whether it says anything of a day of the week: it opens then, or the day before and over midnight.
    pub fn mentions(&self, day: Weekday) -> bool {
        self.days.contains(&day) || self.is_overnight() && self.days.contains(&day.before())
    }

    /// Whether it is open when a clock shows that.
    pub fn is_open(&self, clock: WallClock) -> bool {
        let opens = i64::from(self.opens) * 1_000_000 <= clock.micros;
        let is_left = clock.micros < i64::from(self.closes) * 1_000_000;
        let today = self.days.contains(&clock.weekday);
        if self.is_overnight() {
            today && opens || self.days.contains(&clock.weekday.before()) && is_left
        } else {
            today && opens && is_left
        }
    }
}

impl Window {
    /// Whether some row says anything of a day of the week.
    pub fn mentions(&self, day: Weekday) -> bool {
        self.rows.iter().any(|row| row.mentions(day))
    }

    /// The times of day, in seconds since midnight, at which one of its rows opens or closes.
    pub fn times(&self) -> Vec<u32> {
        let mut times: Vec<u32> = self.rows.iter().flat_map(|row| [row.opens, row.closes]).collect();
        times.sort_unstable();
        times.dedup();
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(days: &[Weekday], opens: u32, closes: u32) -> WindowRow {
        let span = Span::new(crate::source::SourceId(0), 0..0);
        WindowRow { days: days.to_vec(), opens: opens * 3600, closes: closes * 3600, when: None, span }
    }

    fn clock(weekday: Weekday, hour: i64, second: i64) -> WallClock {
        WallClock { weekday, micros: (hour * 3600 + second) * 1_000_000 }
    }

    #[test]
    fn a_row_opens_with_its_first_second_and_closes_before_its_last() {
        let row = row(&[Weekday::Monday], 9, 21);
        assert!(!row.is_open(clock(Weekday::Monday, 9, -1)) && row.is_open(clock(Weekday::Monday, 9, 0)));
        assert!(row.is_open(clock(Weekday::Monday, 21, -1)) && !row.is_open(clock(Weekday::Monday, 21, 0)));
        assert!(!row.is_open(clock(Weekday::Tuesday, 12, 0)));
    }

    #[test]
    fn a_row_over_midnight_belongs_to_the_day_on_which_it_opens() {
        let row = row(&[Weekday::Friday], 22, 6);
        assert!(row.is_overnight() && row.mentions(Weekday::Friday) && row.mentions(Weekday::Saturday));
        assert!(!row.mentions(Weekday::Sunday));
        assert!(!row.is_open(clock(Weekday::Friday, 3, 0)), "that would be Thursday's");
        assert!(row.is_open(clock(Weekday::Friday, 22, 0)) && row.is_open(clock(Weekday::Saturday, 6, -1)));
        assert!(!row.is_open(clock(Weekday::Saturday, 6, 0)) && !row.is_open(clock(Weekday::Saturday, 22, 0)));
    }

    #[test]
    fn the_end_of_the_day_is_midnight() {
        let row = row(&Weekday::ALL, 0, 24);
        assert!(!row.is_overnight());
        assert!(Weekday::ALL.iter().all(|day| row.is_open(clock(*day, 0, 0)) && row.is_open(clock(*day, 24, -1))));
    }
}
