//! Events that bring about pauses and blocks and spend windows of the calendar, besides those for other caps.
//!
//! Takes what is to be spent and left and the events that rolling windows need; gives a history, what cannot be, or neither.
//! What these count hangs on the moment and on the order of events, so events are tried on the frame itself. Only one
//! kind of combination is called impossible: what is impossible even if a spent calendar counted by a rolling window that is
//! longer than any of its spans.

use std::cell::Cell as Counter;

use super::history::{History, MOST_EVENTS, hangs_on_an_attribute, plain, stamps};
use crate::frame::{CapState, Fact, Facts, Happened, gather};
use crate::model::{CapId, CapKind, CapWindow, CapZone, RuleSet};
use crate::value::{Calendar, Instant, Period, Unit};

/// What a history is looked for.
pub(super) struct Asked<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) facts: &'a Facts,
    /// The caps that must be spent.
    pub(super) spent: &'a [CapId],
    /// Those that must not.
    pub(super) left: &'a [CapId],
}

/// A history with these `events`, or where they are in the way of the rest with others; `counted` are the caps to be spent and
/// to be left for which a rolling count is all.
pub(super) fn history(asked: &Asked<'_>, events: Vec<Happened>, counted: [&[CapId]; 2]) -> History {
    let others = |events| Others { asked, tries: Counter::new(TRIES) }.more(events);
    let found = others(events).or_else(|| others(Vec::new()));
    found.map(History::Events).or_else(|| impossible(asked, counted)).unwrap_or(History::Unknown)
}

/// What cannot be whatever the moment: as many events as spend a calendar cannot be younger than its longest span and leave the
/// others a place.
fn impossible(asked: &Asked<'_>, [spent, left]: [&[CapId]; 2]) -> Option<History> {
    let longer = |id: &CapId| {
        let cap = &asked.rules[*id];
        // Of a zone or a number that an attribute names it is not known whether anything has to happen.
        let is_written = matches!(cap.zone, Some(CapZone::Named(_))) && !hangs_on_an_attribute(cap);
        match (&cap.kind, cap.window) {
            (CapKind::Cap, CapWindow::Calendar(span)) if is_written => Some((*id, longest(span))),
            (CapKind::Cap | CapKind::Gap | CapKind::Pause { .. } | CapKind::Block { .. }, _) => None,
        }
    };
    let calendars: Vec<(CapId, Period)> = asked.spent.iter().filter_map(longer).collect();
    if calendars.is_empty() {
        return None;
    }
    let mut rolling = asked.rules.clone();
    for (id, length) in &calendars {
        rolling.caps.get_mut(id.index())?.window = CapWindow::Rolling(*length);
    }
    let is_asked = |id: &&CapId| spent.contains(id) || calendars.iter().any(|(of, _)| of == *id);
    let spent: Vec<CapId> = asked.spent.iter().filter(is_asked).copied().collect();
    match plain(&rolling, asked.facts, &spent, left) {
        found @ History::Impossible(..) => Some(found),
        History::Events(_) | History::Unknown => None,
    }
}

/// Longer than any such span of any zone's calendar, whose clocks may be set back by a day.
fn longest(span: Calendar) -> Period {
    let count = match span {
        Calendar::Day => 49,
        Calendar::Week(_) => 9 * 24,
        Calendar::Month => 33 * 24,
        Calendar::Quarter => 95 * 24,
    };
    Period { count, unit: Unit::Hour }
}

/// Frames gathered before a search for pauses and calendars is given up.
const TRIES: usize = 400;

/// The search for events that bring about pauses and spend calendars, besides those that there must be.
struct Others<'a> {
    asked: &'a Asked<'a>,
    tries: Counter<usize>,
}

impl Others<'_> {
    /// Adds what the first cap still to be spent takes, in every way that leaves the others.
    fn more(&self, events: Vec<Happened>) -> Option<Vec<Happened>> {
        let left = self.tries.get().checked_sub(1)?;
        self.tries.set(left);
        let frame = gather(self.asked.rules, &Facts { history: events.clone(), ..self.asked.facts.clone() });
        // Where its zone is not known a calendar is spent in any case, and so is what is counted by an attribute that
        // is missing; the question knows that.
        let overdone = |cap: &&CapId| {
            frame.is_spent(self.asked.rules, **cap)
                && !matches!(frame.caps.get(cap.index()), Some(CapState::UnknownZone | CapState::UnknownUnit))
                && frame.limit(self.asked.rules, **cap).is_some()
        };
        if self.asked.left.iter().any(|cap| overdone(&cap)) {
            return None;
        }
        let Some(next) = self.asked.spent.iter().copied().find(|cap| !frame.is_spent(self.asked.rules, *cap)) else {
            return Some(events);
        };
        let cap = &self.asked.rules[next];
        let wanted = frame.limit(self.asked.rules, next).filter(|limit| *limit <= MOST_EVENTS)?;
        for stamp in stamps(self.asked.rules, &[next]) {
            for event in &cap.events {
                for at in self.times(next) {
                    let happened = Happened::plain(*event, at, stamp.clone());
                    let mut with = events.clone();
                    with.extend(std::iter::repeat_n(happened, wanted as usize));
                    if let Some(found) = self.more(with) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// Times worth trying for a cap: now, and as long ago as it and the caps to be left allow.
    fn times(&self, cap: CapId) -> Vec<Instant> {
        let now = self.asked.facts.now;
        let just_in = |length| Instant(now.minus(length).0.saturating_add(1));
        let mut times = vec![now];
        if let CapKind::Pause { length, .. } | CapKind::Block { length } = self.asked.rules[cap].kind {
            times.push(just_in(length));
        }
        for other in self.asked.left.iter().chain([&cap]) {
            match (&self.asked.rules[*other].kind, self.asked.rules[*other].window) {
                (CapKind::Pause { length, .. } | CapKind::Block { length }, _) => times.push(now.minus(*length)),
                (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(length)) => times.push(now.minus(length)),
                (CapKind::Cap | CapKind::Gap, CapWindow::Ever | CapWindow::Calendar(_)) => {}
            }
            if let CapWindow::Calendar(period) = self.asked.rules[*other].window
                && let Some(start) = self.zone(*other).and_then(|zone| period.start(now, zone))
            {
                times.extend([start, Instant(start.0 - 1)]);
            }
        }
        times.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
        times.dedup();
        times
    }
}

impl Others<'_> {
    fn zone(&self, cap: CapId) -> Option<&str> {
        match self.asked.rules[cap].zone.as_ref()? {
            CapZone::Named(zone) => Some(zone),
            CapZone::Attribute(id) => match self.asked.facts.attributes.get(id.index()) {
                Some(Fact::Known(value, _)) => value.as_text(),
                Some(Fact::Missing(_) | Fact::Increments(_)) | None => {
                    self.asked.rules[*id].default.as_ref()?.as_text()
                }
            }
            .map(AsRef::as_ref),
        }
    }
}
