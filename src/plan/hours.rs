//! Whether a window is open, as a record has it: what its clocks say stands in bits, and whom its rows are about is asked
//! where all conditions are.
//!
//! A window whose rows are about everybody is one bit. Else each clock on which it may be read has bits for the hours of
//! the day that it shows, and for those of the day before where a row goes over midnight
//! ([`Window::is_open`] says what is made of them).

use super::PlanError;
use super::guard::GuardId;
use super::layout::Bit;
use super::lower::{Ask, Lowering};
use crate::frame::WindowState;
use crate::model::{Clause, HoursOf, Window, WindowId, WindowRow};
use crate::value::WallClock;

/// What a bit says of the hours of a window, on one of its clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Said {
    /// A row, by its place, is open or does not speak of that day.
    Row(HoursOf, usize),
    /// So is each row without a condition, and if it is today some row does speak of it.
    ForAll(HoursOf),
    /// A row speaks of the day before.
    Speaks(usize),
    /// A row without a condition does.
    SpeaksForAll,
}

impl Said {
    /// Whether it is so on the clock of that number; where a window is read on fewer, nothing is asked of the others.
    pub(super) fn holds(self, window: &Window, state: &WindowState, nth: usize) -> bool {
        match state {
            WindowState::UnknownZone => false,
            WindowState::Clocks(clocks) => clocks.get(nth).map_or(nth > 0, |clock| self.holds_on(window, *clock)),
        }
    }

    fn holds_on(self, window: &Window, clock: WallClock) -> bool {
        let is_open = |row: &WindowRow, of: HoursOf| row.says(clock, of).is_none_or(|is_open| is_open);
        let speaks = |row: &WindowRow, of: HoursOf| row.says(clock, of).is_some();
        let mut for_all = window.rows.iter().filter(|row| row.when.is_none());
        match self {
            Self::Row(of, row) => window.rows.get(row).is_none_or(|row| is_open(row, of)),
            Self::ForAll(of) => {
                let is_today = of == HoursOf::Today;
                for_all.all(|row| is_open(row, of)) && (!is_today || window.rows.iter().any(|row| speaks(row, of)))
            }
            Self::Speaks(row) => window.rows.get(row).is_some_and(|row| speaks(row, HoursOf::Yesterday)),
            Self::SpeaksForAll => for_all.any(|row| speaks(row, HoursOf::Yesterday)),
        }
    }
}

/// The guard that a window is open.
pub(super) fn open(lowering: &mut Lowering<'_>, id: WindowId) -> Result<GuardId, PlanError> {
    let window = &lowering.rules[id];
    let conditions: Vec<(usize, &Clause)> =
        window.rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.when.as_ref()?))).collect();
    if conditions.is_empty() {
        let bit = lowering.layout.window(id);
        return Ok(set(lowering, bit));
    }
    let mut about_others = Vec::new();
    for (at, when) in conditions {
        about_others.push((at, lowering.ask(&when.condition, Ask::No)?));
    }
    let days: &[HoursOf] =
        if window.rows.iter().any(WindowRow::is_overnight) { &HoursOf::ALL } else { &[HoursOf::Today] };
    let mut clocks = Vec::new();
    for nth in 0..window.zones.every.len().max(1) {
        let hours: Vec<GuardId> = days.iter().map(|of| hours(lowering, (id, nth), *of, &about_others)).collect();
        clocks.push(lowering.guards.any(hours));
    }
    Ok(lowering.guards.all(clocks))
}

/// The guard that the hours of a day have begun and not ended on a clock.
fn hours(
    lowering: &mut Lowering<'_>,
    (id, nth): (WindowId, usize),
    of: HoursOf,
    about_others: &[(usize, GuardId)],
) -> GuardId {
    let says = |lowering: &mut Lowering<'_>, said: Said| {
        let bit = lowering.layout.hours(id, nth, said);
        set(lowering, bit)
    };
    let mut all = vec![says(lowering, Said::ForAll(of))];
    let mut bound = Vec::new();
    for (row, others) in about_others {
        let open = says(lowering, Said::Row(of, *row));
        all.push(lowering.guards.any([open, *others]));
        if of == HoursOf::Yesterday {
            let (speaks, about_them) = (says(lowering, Said::Speaks(*row)), lowering.guards.not(*others));
            bound.push(lowering.guards.all([speaks, about_them]));
        }
    }
    if of == HoursOf::Yesterday {
        bound.push(says(lowering, Said::SpeaksForAll));
        all.push(lowering.guards.any(bound));
    }
    lowering.guards.all(all)
}

fn set(lowering: &mut Lowering<'_>, bit: Bit) -> GuardId {
    lowering.guards.bits(bit.word, bit.mask(), bit.mask())
}
