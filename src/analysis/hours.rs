//! The hour of a witness: an instant at which windows stand as a point says.
//!
//! In the search a window was open or closed as it liked, and what waits for it in time or too late. That can only make
//! more things possible, so what is never possible there never is. A customer is made at the first hour, of those within
//! nine days that lie in the same world and the same stretch of now, at which the reference evaluator agrees with the
//! point. Besides every hour the minutes are tried at which a window opens. Where none does, the point proves nothing, and
//! the question may stay undecided: windows that are only open or closed together at other minutes, or for few customers,
//! are beyond this.

use std::collections::BTreeSet;

use super::axis::Clock;
use super::domain::{Hours, Sender, Source, Waits, YES, channels_of};
use super::events::declared;
use super::program::Program;
use super::stand;
use super::witness::{Witness, customer};
use super::worlds::{at, order};
use crate::eval::{self, Wait, Ways};
use crate::frame::{Frame, WindowState};
use crate::model::{CapKind, CapWindow, CapZone, RuleSet, WindowId};
use crate::value::{Instant, Period, Zone};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Hours that are tried.
const MOST_HOURS: i64 = 9 * 24;

/// The customer of a point and the clock at which windows are as it says; without windows, at its own clock.
pub(super) fn at_fitting_hour(
    program: &Program<'_>,
    point: &[usize],
    clock: Clock,
    anonymous: bool,
) -> Option<(Clock, Witness)> {
    let said = said(program, point);
    if said.is_empty() {
        return Some((clock, customer(program, point, clock, anonymous)?));
    }
    let schema = &program.schema;
    let rules = schema.rules;
    let (now, first) = (schema.now(), order(schema, clock));
    let stretch = now.atom(clock.now.0);
    let starts = starts(rules, &said, clock.now);
    for (hour, start) in (0..MOST_HOURS).flat_map(|hour| starts.iter().map(move |start| (hour, *start))) {
        let then = Instant(start.saturating_add(hour * HOUR));
        if now.atom(then.0) != stretch || !may_fit(rules, &said, then) {
            continue;
        }
        let then = at(rules, then);
        if order(schema, then) != first {
            continue;
        }
        let Some(witness) = customer(program, point, then, anonymous) else { continue };
        if fits(rules, &witness.frame(rules), &said) {
            return Some((then, witness));
        }
    }
    None
}

/// Whether windows still stand as the point says once everything of the customer is made.
pub(super) fn still_fits(program: &Program<'_>, point: &[usize], witness: &Witness) -> bool {
    let said = said(program, point);
    if said.is_empty() {
        return true;
    }
    let rules = program.schema.rules;
    let mut frame = witness.frame(rules);
    frame.attributes.truncate(declared(rules));
    fits(rules, &frame.flattened(), &said)
}

/// A customer who waits for a cap and whose events lie longer back, so that it lets go sooner: the longest that something
/// waits hangs on when the events happened, of which a point says only how many there are. `good` says of a point whether
/// it is what was asked for.
pub(super) fn let_go_sooner(
    program: &Program<'_>,
    witness: &Witness,
    good: impl Fn(&[usize]) -> bool,
) -> Option<Witness> {
    let rules = program.schema.rules;
    let holding = rules.caps.iter().filter(|cap| cap.hold().is_some());
    let mut lengths: Vec<Period> = holding
        .filter_map(|cap| match (&cap.kind, cap.window) {
            (CapKind::Pause { length, .. } | CapKind::Block { length }, _) => Some(*length),
            (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(length)) => Some(length),
            (CapKind::Cap | CapKind::Gap, CapWindow::Ever | CapWindow::Calendar(_)) => None,
        })
        .collect();
    lengths.sort_unstable_by_key(|length| (length.unit, length.count));
    lengths.dedup();
    let now = witness.facts.now;
    for (length, left) in lengths.iter().flat_map(|length| [MINUTE, HOUR, 24 * HOUR].map(|left| (*length, left))) {
        let at = Instant(now.minus(length).0.saturating_add(left)).min(now);
        let mut older = witness.clone();
        older.facts.history.iter_mut().for_each(|event| event.at = event.at.min(at));
        let point = stand::point(program, &older.frame(rules));
        if point.is_some_and(|point| good(&point)) {
            return Some(older);
        }
    }
    None
}

/// From where on hours are tried: `now`, and the places within its hour at which one of the windows opens, since a window may
/// be open for less than an hour. Zones differ by quarters of an hour, so each is tried in all four.
fn starts(rules: &RuleSet, said: &[(Hours, bool)], now: Instant) -> Vec<i64> {
    let windows = said.iter().filter_map(|(of, _)| if let Hours::Closed(id) = of { Some(*id) } else { None });
    let opens = windows.flat_map(|id| rules[id].rows.iter().map(|row| i64::from(row.opens) % 3_600));
    let odd = opens.filter(|seconds| *seconds > 0);
    let within: BTreeSet<i64> =
        odd.flat_map(|seconds| [0, 900, 1_800, 2_700].map(|quarter| (seconds + quarter) % 3_600)).collect();
    let hour = now.0.saturating_sub(now.0.rem_euclid(HOUR));
    let places = within.into_iter().map(|seconds| hour.saturating_add(seconds * (MINUTE / 60)));
    std::iter::once(now.0).chain(places).collect()
}

/// What a point says of the hour.
fn said(program: &Program<'_>, point: &[usize]) -> Vec<(Hours, bool)> {
    let of = |(source, atom): (&Source, &usize)| match source {
        Source::Hours(of) => Some((*of, *atom == YES)),
        Source::Now
        | Source::Consent(_)
        | Source::Permission(_)
        | Source::LastUsed(_)
        | Source::Attribute(_)
        | Source::Element(..)
        | Source::Spent(_)
        | Source::Nobody
        | Source::Taken(_)
        | Source::Unseen(_)
        | Source::Opaque(_) => None,
    };
    program.schema.sources.iter().zip(point).filter_map(of).collect()
}

/// Whether windows that stand the same for everybody are as said; quick, so that most hours need no customer.
fn may_fit(rules: &RuleSet, said: &[(Hours, bool)], now: Instant) -> bool {
    said.iter().all(|(of, closed)| match of {
        Hours::Closed(id) => same_for_all(rules, *id, now).is_none_or(|is_open| is_open != *closed),
        Hours::Late(_) | Hours::Expires(_) => true,
        // Nobody who is made here was held before.
        Hours::Overdue(_) => !*closed,
    })
}

/// Whether a window of one written zone is open; `None` where that hangs on the customer.
fn same_for_all(rules: &RuleSet, id: WindowId, now: Instant) -> Option<bool> {
    let window = &rules[id];
    let [CapZone::Named(zone)] = window.zones.first.as_slice() else { return None };
    if window.rows.iter().any(|row| row.when.is_some()) {
        return None;
    }
    Some(window.is_open(Zone::named(zone)?.clock(now), |_| true))
}

fn fits(rules: &RuleSet, frame: &Frame, said: &[(Hours, bool)]) -> bool {
    said.iter().all(|(of, so)| really(rules, frame, *of).is_none_or(|really| really == *so))
}

/// What the hour really says; nothing of a window whose zone nobody knows, or of what does not wait.
pub(super) fn really(rules: &RuleSet, frame: &Frame, of: Hours) -> Option<bool> {
    let ways =
        |sender: Option<Sender>| sender.map(|sender| Ways { slot: sender.0, channels: channels_of(rules, sender) });
    let wait = |(offer, rule, sender): Waits| eval::wait(rules, frame, offer, rule, ways(sender));
    match of {
        Hours::Closed(id) => {
            (*frame.window(id) != WindowState::UnknownZone).then(|| !eval::window_is_open(rules, frame, id))
        }
        Hours::Late(waits) => wait(waits).map(|wait| wait != Wait::InTime),
        Hours::Expires(waits) => match wait(waits)? {
            Wait::InTime => None,
            Wait::TooLong => Some(false),
            Wait::Expires => Some(true),
        },
        Hours::Overdue((offer, rule, sender)) => Some(eval::is_overdue(rules, frame, offer, rule, ways(sender))),
    }
}
