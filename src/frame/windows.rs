//! On which clocks each window is read, and what they show (R33, R34).
//!
//! Takes masked attributes and an instant; gives what clocks alone say. Refuses to know the conditions of rows: those
//! are asked where all conditions are.

use serde::{Deserialize, Serialize};

use super::Frame;
use crate::model::{AttributeId, CapZone, RuleSet, Window, WindowId};
use crate::value::{Datum, Instant, Missing, WallClock, Zone};

/// What clocks say of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WindowState {
    /// Nobody knows on whose clocks it is read, and so it is closed (R33).
    UnknownZone,
    /// What those show on which it is read, at least one: it has to be open on each.
    Clocks(Vec<WallClock>),
}

impl WindowState {
    /// Whether a window that stands so is open; `applies` says of a row, by its place, whether it is about the customer.
    pub fn is_open(&self, window: &Window, applies: impl Fn(usize) -> bool) -> bool {
        self.on_each(|clock| window.is_open(clock, &applies))
    }

    /// Whether something is so on every clock; never where nobody knows on whose.
    pub fn on_each(&self, is_so: impl Fn(WallClock) -> bool) -> bool {
        match self {
            Self::UnknownZone => false,
            Self::Clocks(clocks) => !clocks.is_empty() && clocks.iter().all(|clock| is_so(*clock)),
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
    clocks.filter(|clocks| !clocks.is_empty()).map_or(WindowState::UnknownZone, WindowState::Clocks)
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
    pub fn window(&self, id: WindowId) -> &WindowState {
        self.windows.get(id.index()).unwrap_or(&WindowState::UnknownZone)
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
