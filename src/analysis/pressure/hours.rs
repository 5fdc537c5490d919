//! The hours at which something can come at all: what windows leave, whoever the customer is.
//!
//! Takes windows; gives stretches of time outside of which one of them is closed. A row with a condition may be about
//! others, so only rows without one close anything; a window whose zone hangs on the customer closes nothing here.

use crate::model::{CapZone, RuleSet, Window, WindowId};
use crate::value::{Instant, Zone};

/// The stretches in which all of these may be open, each with its end, which is not included; nothing where they leave every
/// hour open.
pub(super) fn open(
    rules: &RuleSet,
    windows: &[WindowId],
    (from, until): (Instant, Instant),
) -> Option<Vec<(i64, i64)>> {
    let mut found: Option<Vec<(i64, i64)>> = None;
    for window in windows {
        let Some(open) = of_one(&rules[*window], from, until) else { continue };
        found = Some(match found {
            None => open,
            Some(found) => both(&found, &open),
        });
    }
    found
}

fn of_one(window: &Window, from: Instant, until: Instant) -> Option<Vec<(i64, i64)>> {
    let Some(CapZone::Named(name)) = window.zones.first.first() else { return None };
    let zone = Zone::named(name)?;
    let mut turns = vec![from];
    turns.extend(zone.turns(from, until, &window.times()));
    turns.push(until);
    let mut open: Vec<(i64, i64)> = Vec::new();
    for pair in turns.windows(2) {
        let [begin, end] = pair else { continue };
        if !window.may_be_open(zone.clock(*begin)) {
            continue;
        }
        match open.last_mut() {
            Some((_, last)) if *last == begin.0 => *last = end.0,
            Some(_) | None => open.push((begin.0, end.0)),
        }
    }
    Some(open)
}

/// The time in both.
fn both(one: &[(i64, i64)], other: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    while let (Some((a, b)), Some((c, d))) = (left.peek().copied(), right.peek().copied()) {
        if a.max(c) < b.min(d) {
            found.push((*a.max(c), *b.min(d)));
        }
        if b < d {
            left.next();
        } else {
            right.next();
        }
    }
    found
}
