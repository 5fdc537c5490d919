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
    /// At least one. Rows only narrow: the hours of a day of the week are what all rows have in common that speak of it and
    /// whose condition is not no; they may go over midnight. A row of the whole day takes nothing from them. A day of which
    /// none speaks is closed.
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

    /// Whether it is open all day: it names its days and narrows nothing of them, what goes on over midnight included.
    pub fn is_whole_day(&self) -> bool {
        self.opens == 0 && self.closes == 86_400
    }

    /// Whether it is open when a clock shows that, of the hours of one day; nothing where it does not speak of that day.
    pub fn says(&self, clock: WallClock, of: HoursOf) -> Option<bool> {
        let (has_opened, has_closed) = (self.opens_by(clock), self.closes_by(clock));
        match of {
            HoursOf::Today => {
                self.days.contains(&clock.weekday).then(|| has_opened && (self.is_overnight() || !has_closed))
            }
            HoursOf::Yesterday => {
                let speaks = self.days.contains(&clock.weekday.before()) && !self.is_whole_day();
                speaks.then(|| self.is_overnight() && !has_closed)
            }
        }
    }

    fn opens_by(&self, clock: WallClock) -> bool {
        i64::from(self.opens) * 1_000_000 <= clock.micros
    }

    fn closes_by(&self, clock: WallClock) -> bool {
        i64::from(self.closes) * 1_000_000 <= clock.micros
    }
}

/// Of which day the hours are that a clock may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoursOf {
    /// Of the day that it shows.
    Today,
    /// Of the day before: what goes over midnight.
    Yesterday,
}

impl HoursOf {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Today, Self::Yesterday];
}

impl Window {
    /// Whether it is open when a clock shows that; `applies` says of a row, by its place, whether it is about the customer.
    pub fn is_open(&self, clock: WallClock, applies: impl Fn(usize) -> bool) -> bool {
        are_open(&self.rows, clock, applies)
    }

    /// Whether it is open for somebody when a clock shows that.
    pub fn may_be_open(&self, clock: WallClock) -> bool {
        may_be_open(&self.rows, clock)
    }

    /// The times of day, in seconds since midnight, at which one of its rows opens or closes.
    pub fn times(&self) -> Vec<u32> {
        let mut times: Vec<u32> = self.rows.iter().flat_map(|row| [row.opens, row.closes]).collect();
        times.sort_unstable();
        times.dedup();
        times
    }
}

fn are_open(rows: &[WindowRow], clock: WallClock, applies: impl Fn(usize) -> bool) -> bool {
    HoursOf::ALL.iter().any(|of| {
        let speaking = || rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.says(clock, *of)?)));
        let mut bound = speaking().filter(|(at, _)| applies(*at)).peekable();
        let has_hours = match of {
            // Nothing narrows the day of whom no row is about.
            HoursOf::Today => speaking().next().is_some(),
            // And it ends at midnight.
            HoursOf::Yesterday => bound.peek().is_some(),
        };
        has_hours && bound.all(|(_, is_open)| is_open)
    })
}

/// Whether a window of these rows is open for somebody when a clock shows that: a row with a condition is about them or not.
pub fn may_be_open(rows: &[WindowRow], clock: WallClock) -> bool {
    let is_for_all = |row: usize| rows.get(row).is_some_and(|row| row.when.is_none());
    // Rows only narrow, so one more than those for everybody is enough: it carries the hours over midnight.
    are_open(rows, clock, is_for_all)
        || (0..rows.len()).any(|at| are_open(rows, clock, |row| row == at || is_for_all(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Condition;

    const WORK: [Weekday; 4] = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday];

    fn row(days: &[Weekday], opens: u32, closes: u32) -> WindowRow {
        let span = Span::new(crate::source::SourceId(0), 0..0);
        WindowRow { days: days.to_vec(), opens: opens * 3600, closes: closes * 3600, when: None, span }
    }

    fn about(row: WindowRow) -> WindowRow {
        let when = Clause { condition: Condition::And(Vec::new()), span: row.span };
        WindowRow { when: Some(when), ..row }
    }

    fn window(rows: Vec<WindowRow>) -> Window {
        Window {
            name: "w".to_owned(),
            label: String::new(),
            span: Span::new(crate::source::SourceId(0), 0..0),
            zones: Zones { first: Vec::new(), every: Vec::new() },
            rows,
            target: CapTarget::Anything,
            outside: Outside::Drop,
        }
    }

    fn clock(weekday: Weekday, hour: i64, second: i64) -> WallClock {
        WallClock { weekday, micros: (hour * 3600 + second) * 1_000_000 }
    }

    /// The hours of a week at whose beginning it is open, the first of Monday being 0.
    fn hours(window: &Window, applies: impl Fn(usize) -> bool) -> Vec<usize> {
        let clocks = Weekday::ALL.iter().flat_map(|day| (0..24).map(|hour| clock(*day, hour, 0)));
        clocks.enumerate().filter(|(_, clock)| window.is_open(*clock, &applies)).map(|(at, _)| at).collect()
    }

    fn of(days: &[usize], hours: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        days.iter().flat_map(move |day| hours.clone().map(move |hour| (day * 24 + hour) % 168))
    }

    fn sorted(hours: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut hours: Vec<usize> = hours.collect();
        hours.sort_unstable();
        hours.dedup();
        hours
    }

    #[test]
    fn a_row_opens_with_its_first_second_and_closes_before_its_last() {
        let window = window(vec![row(&[Weekday::Monday], 9, 21)]);
        let is_open = |day, hour, second| window.is_open(clock(day, hour, second), |_| true);
        assert!(!is_open(Weekday::Monday, 9, -1) && is_open(Weekday::Monday, 9, 0));
        assert!(is_open(Weekday::Monday, 21, -1) && !is_open(Weekday::Monday, 21, 0));
        assert!(!is_open(Weekday::Tuesday, 12, 0));
    }

    #[test]
    fn a_row_over_midnight_belongs_to_the_day_on_which_it_opens() {
        let window = window(vec![row(&[Weekday::Friday], 22, 6)]);
        let is_open = |day, hour, second| window.is_open(clock(day, hour, second), |_| true);
        assert!(!is_open(Weekday::Friday, 3, 0), "that would be Thursday's");
        assert!(is_open(Weekday::Friday, 22, 0) && is_open(Weekday::Saturday, 6, -1));
        assert!(!is_open(Weekday::Saturday, 6, 0) && !is_open(Weekday::Saturday, 22, 0));
    }

    #[test]
    fn what_goes_over_midnight_takes_nothing_from_the_next_day() {
        let nights = window(vec![row(&WORK, 20, 2), row(&[Weekday::Friday, Weekday::Saturday], 20, 4)]);
        assert_eq!(hours(&nights, |_| true), sorted(of(&[0, 1, 2, 3], 20..26).chain(of(&[4, 5], 20..28))));
        let with_a_morning = window(vec![row(&[Weekday::Friday], 22, 6), row(&[Weekday::Saturday], 9, 12)]);
        assert_eq!(hours(&with_a_morning, |_| true), sorted(of(&[4], 22..30).chain(of(&[5], 9..12))));
    }

    #[test]
    fn rows_of_one_day_leave_what_they_share_over_midnight_too() {
        let night = window(vec![row(&Weekday::ALL, 20, 6), row(&[Weekday::Friday], 22, 2)]);
        let others = of(&[0, 1, 2, 3, 5, 6], 20..30);
        assert_eq!(hours(&night, |_| true), sorted(others.chain(of(&[4], 22..26))));
        let evening = window(vec![row(&[Weekday::Friday], 8, 22), row(&[Weekday::Friday], 20, 2)]);
        assert_eq!(hours(&evening, |_| true), sorted(of(&[4], 20..22)), "the first closes before midnight");
    }

    #[test]
    fn a_row_about_others_leaves_the_day_as_it_is_and_nothing_over_midnight() {
        let nights = window(vec![about(row(&[Weekday::Friday], 22, 4)), row(&[Weekday::Saturday], 9, 12)]);
        let of_them = |applies: bool| hours(&nights, |at| at == 1 || applies);
        assert_eq!(of_them(true), sorted(of(&[4], 22..28).chain(of(&[5], 9..12))));
        assert_eq!(of_them(false), sorted(of(&[4], 0..24).chain(of(&[5], 9..12))));
        let shared = window(vec![row(&[Weekday::Friday], 20, 4), about(row(&[Weekday::Friday], 22, 2))]);
        assert_eq!(hours(&shared, |at| at == 0), sorted(of(&[4], 20..28)));
        assert_eq!(hours(&shared, |_| true), sorted(of(&[4], 22..26)));
    }

    #[test]
    fn a_row_of_the_whole_day_narrows_nothing() {
        let night = row(&Weekday::ALL, 22, 6);
        let nights = hours(&window(vec![night.clone()]), |_| true);
        assert_eq!(nights, sorted(of(&[0, 1, 2, 3, 4, 5, 6], 22..30)));
        let with_a_base = window(vec![row(&Weekday::ALL, 0, 24), night.clone()]);
        assert_eq!(hours(&with_a_base, |_| true), nights, "from evening until morning, as without it");
        let of_friday = window(vec![row(&[Weekday::Friday], 22, 6), row(&[Weekday::Friday], 0, 24)]);
        assert_eq!(hours(&of_friday, |_| true), sorted(of(&[4], 22..30)));
        let for_some = window(vec![row(&Weekday::ALL, 0, 24), about(night)]);
        assert_eq!(hours(&for_some, |at| at == 0), (0..168).collect::<Vec<_>>(), "for all others the whole day");
        assert_eq!(hours(&for_some, |_| true), nights);
        let until_midnight = window(vec![row(&Weekday::ALL, 1, 24), row(&Weekday::ALL, 22, 6)]);
        assert_eq!(hours(&until_midnight, |_| true), sorted(of(&[0, 1, 2, 3, 4, 5, 6], 22..24)), "that one does");
    }

    #[test]
    fn open_for_somebody_is_open_for_some_choice_of_rows() {
        let pool = [row(&WORK, 20, 2), row(&Weekday::ALL, 8, 22), row(&[Weekday::Friday], 22, 4)];
        for chosen in 0..1_usize << (2 * pool.len()) {
            let rows = pool.iter().enumerate().filter_map(|(at, row)| match (chosen >> (2 * at)) & 3 {
                0 => None,
                1 => Some(row.clone()),
                _ => Some(about(row.clone())),
            });
            let window = window(rows.collect());
            let choices = 0..1_usize << window.rows.len();
            let somebody: Vec<Vec<usize>> = choices
                .map(|choice| hours(&window, |at| window.rows[at].when.is_none() || (choice >> at) & 1 == 1))
                .collect();
            let clocks = Weekday::ALL.iter().flat_map(|day| (0..24).map(|hour| clock(*day, hour, 0)));
            let may: Vec<usize> =
                clocks.enumerate().filter(|(_, clock)| window.may_be_open(*clock)).map(|(at, _)| at).collect();
            assert_eq!(may, sorted(somebody.into_iter().flatten()), "{:?}", window.rows);
        }
    }

    /// A week painted hour by hour: of each day what all of its rows leave, over midnight where they go on.
    #[test]
    fn every_week_is_as_painted() {
        let (mut seed, mut overnight) = (1_u64, 0);
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..2_000 {
            let rows: Vec<WindowRow> = (0..1 + draw(4))
                .map(|_| {
                    let days = Weekday::ALL.into_iter().filter(|_| draw(2) == 0).collect::<Vec<_>>();
                    let (opens, closes) = (draw(24) as u32, 1 + draw(24) as u32);
                    let (opens, closes) = if draw(8) == 0 { (0, 24) } else { (opens, closes) };
                    row(&days, opens, if closes == opens { 24 } else { closes })
                })
                .collect();
            let mut painted = [false; 7 * 24];
            for (day, weekday) in Weekday::ALL.iter().enumerate() {
                let mut left = [true; 48];
                let of_day: Vec<_> = rows.iter().filter(|row| row.days.contains(weekday)).collect();
                for row in &of_day {
                    let (opens, closes) = ((row.opens / 3600) as usize, (row.closes / 3600) as usize);
                    let until = if closes < opens { closes + 24 } else { closes };
                    // The whole day takes nothing from what goes on.
                    let until = if (opens, closes) == (0, 24) { 48 } else { until };
                    overnight += usize::from(closes < opens);
                    left.iter_mut().enumerate().for_each(|(hour, left)| *left &= (opens..until).contains(&hour));
                }
                if of_day.iter().all(|row| row.is_whole_day()) {
                    left[24..].fill(false);
                }
                let kept = left.iter().enumerate().filter(|(_, left)| **left && !of_day.is_empty());
                kept.for_each(|(hour, _)| painted[(day * 24 + hour) % 168] = true);
            }
            let window = window(rows);
            let open = hours(&window, |_| true);
            let expected: Vec<usize> = (0..168).filter(|hour| painted[*hour]).collect();
            assert_eq!(open, expected, "{:?}", window.rows);
        }
        assert!(overnight > 1_000, "{overnight}");
    }

    #[test]
    fn the_end_of_the_day_is_midnight() {
        let row = row(&Weekday::ALL, 0, 24);
        assert!(!row.is_overnight());
        let window = window(vec![row]);
        assert_eq!(hours(&window, |_| true), (0..168).collect::<Vec<_>>());
        assert!(window.is_open(clock(Weekday::Monday, 24, -1), |_| true));
    }
}
