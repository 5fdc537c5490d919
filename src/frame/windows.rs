//! What the clocks say of each window: whether its day is one that it mentions, and which rows are open (R33, R34).
//!
//! Takes masked attributes and an instant; gives what clocks alone decide. Refuses to know the conditions of rows: those
//! are asked where all conditions are.

use serde::{Deserialize, Serialize};

use super::Frame;
use crate::model::{AttributeId, CapZone, RuleSet, Window, WindowId};
use crate::value::{Datum, Instant, Missing, WallClock, Zone};

/// What clocks say of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WindowState {
    /// Nobody knows on whose clocks it is read, and so it is closed (R33).
    UnknownZone,
    /// On all clocks that count.
    Clocks {
        /// Whether some row speaks of the day that they show.
        mentioned: bool,
        /// A bit for each row, the first the lowest: whether it is open, or says nothing of that day.
        rows: u64,
    },
}

impl WindowState {
    /// Whether the day that the clocks show is one that the window mentions.
    pub fn is_mentioned(self) -> bool {
        match self {
            Self::UnknownZone => false,
            Self::Clocks { mentioned, .. } => mentioned,
        }
    }

    /// Whether a row, as far as clocks go, is open or says nothing.
    pub fn row_is_open(self, row: usize) -> bool {
        match self {
            Self::UnknownZone => false,
            Self::Clocks { rows, .. } => {
                u32::try_from(row).is_ok_and(|row| rows.checked_shr(row).unwrap_or(0) & 1 == 1)
            }
        }
    }
}

/// What the clocks say of every window, in the order of the rule set.
pub(super) fn states(rules: &RuleSet, attributes: &[Datum], now: Instant) -> Vec<WindowState> {
    rules.windows.iter().map(|window| state(rules, attributes, window, now)).collect()
}

fn state(rules: &RuleSet, attributes: &[Datum], window: &Window, now: Instant) -> WindowState {
    let zones = zones(rules, attributes, window);
    let clocks: Option<Vec<WallClock>> = zones.iter().map(|name| Some(Zone::named(name)?.clock(now))).collect();
    let Some(clocks) = clocks.filter(|clocks| !clocks.is_empty()) else { return WindowState::UnknownZone };
    let mentioned = clocks.iter().all(|clock| window.mentions(clock.weekday));
    let open = window
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| clocks.iter().all(|clock| !row.mentions(clock.weekday) || row.is_open(*clock)));
    let rows = open.fold(0, |bits: u64, (at, _)| bits | 1_u64.checked_shl(at as u32).unwrap_or(0));
    WindowState::Clocks { mentioned, rows }
}

/// The zones on whose clocks a window is read: one, or all of `every`; none where one that counts is not known.
fn zones<'a>(rules: &'a RuleSet, attributes: &'a [Datum], window: &'a Window) -> Vec<&'a str> {
    let read = |zone: &'a CapZone| match zone {
        CapZone::Named(name) => Some(name.as_str()),
        CapZone::Attribute(id) => named(rules, attributes, *id),
    };
    match window.zones.first.iter().find_map(read) {
        Some(zone) => vec![zone],
        None => window.zones.every.iter().map(read).collect::<Option<Vec<_>>>().unwrap_or_default(),
    }
}

/// A zone as an attribute reads, its default counted (R5).
pub(super) fn named<'a>(rules: &'a RuleSet, attributes: &'a [Datum], id: AttributeId) -> Option<&'a str> {
    let value = match attributes.get(id.index())? {
        Datum::Known(value) => value,
        Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => {
            rules.attributes.get(id.index())?.default.as_ref()?
        }
        Datum::Missing(
            Missing::NoConsent | Missing::FromTheFuture | Missing::Unreadable | Missing::NotInList | Missing::Computed,
        ) => return None,
    };
    value.as_text().map(AsRef::as_ref)
}

impl Frame {
    /// What the clocks say of a window; one that the frame does not know is closed.
    pub fn window(&self, id: WindowId) -> WindowState {
        self.windows.get(id.index()).copied().unwrap_or(WindowState::UnknownZone)
    }

    /// The zones on whose clocks a window is read; none where that is not known.
    pub fn window_zones<'a>(&'a self, rules: &'a RuleSet, id: WindowId) -> Vec<&'a str> {
        zones(rules, &self.attributes, &rules[id])
    }

    /// The instants after `from` and up to `until` at which its clocks may open or close a window; none where nobody knows
    /// on whose clocks it is read.
    pub fn window_turns(&self, rules: &RuleSet, id: WindowId, from: Instant, until: Instant) -> Vec<Instant> {
        let times = rules[id].times();
        let zones = self.window_zones(rules, id).into_iter().filter_map(Zone::named);
        zones.flat_map(|zone| zone.turns(from, until, &times)).collect()
    }

    /// The same customer at a later instant, as known now: what was read stays as it was read, nothing more happens, only
    /// clocks go on.
    #[must_use]
    pub fn at(&self, rules: &RuleSet, now: Instant) -> Self {
        Self {
            now,
            today: crate::value::date_in_zone(now, &rules.defaults.zone),
            windows: states(rules, &self.attributes, now),
            caps: self.caps_at(rules, now),
            ..self.clone()
        }
    }
}
