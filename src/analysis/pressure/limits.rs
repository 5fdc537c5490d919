//! What limits how often something reaches a customer: caps, pauses, gaps and blocks as limits over cells.
//!
//! Takes cells; gives for each cap whose count grows with what is sent a limit: which cells it stops, how much each of them
//! adds to its count, and how many may come in a stretch of time. A cap whose count need not grow limits nothing: it counts
//! clicks and nobody clicks, it counts by a device and everybody has several. Those are named, each with its reason.

use std::collections::BTreeMap;

use super::cells::Cell;
use super::hours;
use super::touch::{ANY, Starts, shortest};
use crate::frame::{brought_about, is_counted};
use crate::model::{
    AttributeId, Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone, EventId, RuleSet, Scope, WindowId,
};
use crate::value::{Calendar, Instant, Period};

/// How a limit counts over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What came in the last so much.
    Rolling(Period),
    /// Everything.
    Ever,
    /// What came in the period of now, on the clocks of one of these zones; of several it may be any.
    Calendar(Calendar, Vec<String>),
    /// What was decided in the last so much, and has not come of anything yet. It may come of it at once and leave the
    /// window of the cap sooner: that is its own length, nothing where it does not end.
    Reserved(Period, CapWindow, Vec<String>),
    /// Nothing for so long from each that makes the number, within such a window if there is one.
    Pause(Period, Option<Period>),
}

/// What limits.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) cap: CapId,
    pub(super) kind: Kind,
    /// The number at which it stops.
    pub(super) number: u32,
    /// Of one that counts by a calendar, the only hours at which what it stops and counts can come, if there are such.
    open: Option<Vec<(i64, i64)>>,
}

/// What a limit has to do with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Part {
    /// Which limit.
    pub(super) limit: usize,
    /// How much the cell adds to its count.
    pub(super) adds: u32,
    /// Whether it stops the cell.
    pub(super) stops: bool,
}

/// Why a cap that stops what is sent does not limit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loose {
    /// It counts only what need not happen: these events.
    NeedNotHappen(Vec<EventId>),
    /// It begins anew with each of these events.
    Lifted(Vec<EventId>),
    /// It counts by an attribute of the moment, which may be another each time.
    OfTheMoment(AttributeId),
    /// It stops nobody of whom its unit is not known.
    Alone,
}

/// All limits of some cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub(super) all: Vec<Limit>,
    /// Per cell, sorted by limit.
    pub(super) of: Vec<Vec<Part>>,
    /// Cells that a cap always stops, since nobody can be known.
    pub(super) never: Vec<bool>,
    /// The caps that stop a cell and limit nothing.
    pub(super) loose: Vec<(CapId, Loose)>,
}

/// The limits of these cells.
pub(super) fn limits(rules: &RuleSet, cells: &[Cell], starts: &Starts) -> Limits {
    let mut found = Limits { of: vec![Vec::new(); cells.len()], never: vec![false; cells.len()], ..Limits::default() };
    let by_cap = Concerned::of(rules, cells);
    for (at, cap) in rules.caps.iter().enumerate() {
        let id = CapId::from_index(at);
        let stopped = by_cap.stopped.get(&id).map(Vec::as_slice).unwrap_or_default();
        if stopped.is_empty() {
            continue;
        }
        if cap.unit == CapUnit::Customer && rules.key().is_none() {
            // Nobody is known, and that stops everything but what counts alone.
            if cap.alone {
                found.loose.push((id, Loose::Alone));
            } else {
                for cell in stopped {
                    if let Some(never) = found.never.get_mut(*cell) {
                        *never = true;
                    }
                }
            }
            continue;
        }
        match limit(rules, id, cells, stopped) {
            Err(loose) => found.loose.push((id, loose)),
            Ok(mut limit) => {
                let number = found.all.len();
                let reserved = matches!(limit.kind, Kind::Reserved(..));
                if matches!(limit.kind, Kind::Calendar(..)) {
                    let of =
                        stopped.iter().filter_map(|at| cells.get(*at)).filter(|cell| adds(rules, cap, cell, false) > 0);
                    limit.open = hours::open(rules, &common_windows(of), starts.looked_at());
                }
                for cell in by_cap.concerned(rules, cap, cells, stopped) {
                    let adds = cells.get(cell).map_or(0, |cell| adds(rules, cap, cell, reserved));
                    let stops = stopped.binary_search(&cell).is_ok();
                    if let Some(of) = found.of.get_mut(cell).filter(|_| adds > 0 || stops) {
                        of.push(Part { limit: number, adds, stops });
                    }
                }
                found.all.push(limit);
            }
        }
    }
    found
}

/// The windows outside of which none of these comes.
fn common_windows<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<WindowId> {
    let mut common: Option<Vec<WindowId>> = None;
    for cell in cells {
        common = Some(match common {
            None => cell.windows.clone(),
            Some(common) => common.into_iter().filter(|window| cell.windows.contains(window)).collect(),
        });
    }
    common.unwrap_or_default()
}

/// Which cells a cap has to do with, without asking every cell of every cap.
struct Concerned {
    stopped: BTreeMap<CapId, Vec<usize>>,
    of_rule: BTreeMap<u32, Vec<usize>>,
    of_offer: BTreeMap<u32, Vec<usize>>,
}

impl Concerned {
    fn of(rules: &RuleSet, cells: &[Cell]) -> Self {
        let mut found = Self { stopped: BTreeMap::new(), of_rule: BTreeMap::new(), of_offer: BTreeMap::new() };
        for (at, cell) in cells.iter().enumerate() {
            for cap in cell.bound.iter().filter(|cap| cap.index() < rules.caps.len()) {
                found.stopped.entry(*cap).or_default().push(at);
            }
            if let Some(rule) = cell.rule() {
                found.of_rule.entry(rule.0).or_default().push(at);
            }
            found.of_offer.entry(cell.offer.0).or_default().push(at);
        }
        found
    }

    /// Those that it stops, and those that it may count.
    fn concerned(&self, rules: &RuleSet, cap: &Cap, cells: &[Cell], stopped: &[usize]) -> Vec<usize> {
        let list = |map: &BTreeMap<u32, Vec<usize>>, id: u32| map.get(&id).cloned().unwrap_or_default();
        let mut all: Vec<usize> = match &cap.target {
            CapTarget::Rules(of) => of.iter().flat_map(|rule| list(&self.of_rule, rule.0)).collect(),
            CapTarget::Offers(of) => of.iter().flat_map(|offer| list(&self.of_offer, offer.0)).collect(),
            CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => (0..cells
                .len())
                .filter(|at| cells.get(*at).is_some_and(|cell| adds(rules, cap, cell, true) > 0))
                .collect(),
        };
        all.extend(stopped);
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// How much a cell adds to the count of a cap; `reserved`: what is only reserved for it, too.
fn adds(rules: &RuleSet, cap: &Cap, cell: &Cell, reserved: bool) -> u32 {
    let Some(stamp) = &cell.stamp else { return 0 };
    let counted = |event: &EventId| is_counted(rules, cap, *event, stamp);
    let brought = brought_about(stamp).iter().filter(|event| counted(event)).count();
    let later = reserved && cap.reserve.is_some() && cap.events.iter().any(counted);
    u32::try_from(brought.max(usize::from(later))).unwrap_or(u32::MAX)
}

fn limit(rules: &RuleSet, id: CapId, cells: &[Cell], stopped: &[usize]) -> Result<Limit, Loose> {
    let cap = &rules[id];
    match cap.unit {
        CapUnit::Customer | CapUnit::Everybody => {}
        CapUnit::Attribute(_) if cap.alone => return Err(Loose::Alone),
        CapUnit::Attribute(of) => match rules[of].scope {
            Scope::Customer => {}
            Scope::Moment => return Err(Loose::OfTheMoment(of)),
        },
    }
    let counts = |reserved: bool| {
        let mut stopped = stopped.iter().filter_map(|cell| cells.get(*cell));
        stopped.any(|cell| adds(rules, cap, cell, reserved) > 0)
    };
    let is_brought = counts(false);
    if !is_brought && !counts(true) {
        return Err(Loose::NeedNotHappen(cap.events.clone()));
    }
    let kind = match (&cap.kind, cap.window, cap.reserve.filter(|_| !is_brought)) {
        (CapKind::Cap | CapKind::Gap, window, Some(reserve)) => Kind::Reserved(reserve, window, zones(rules, cap)),
        (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(length), None) => Kind::Rolling(length),
        (CapKind::Cap | CapKind::Gap, CapWindow::Ever, None) => Kind::Ever,
        (CapKind::Cap | CapKind::Gap, CapWindow::Calendar(period), None) => Kind::Calendar(period, zones(rules, cap)),
        (CapKind::Pause { without, .. }, _, _) if !without.is_empty() => return Err(Loose::Lifted(without.clone())),
        (CapKind::Pause { length, .. }, CapWindow::Rolling(window), _) => Kind::Pause(*length, Some(window)),
        (CapKind::Pause { length, .. }, CapWindow::Ever | CapWindow::Calendar(_), _) => Kind::Pause(*length, None),
        (CapKind::Block { length }, _, _) => Kind::Rolling(*length),
    };
    Ok(Limit { cap: id, kind, number: cap.at_most.max(1), open: None })
}

/// The zones in which a calendar may be read.
fn zones(rules: &RuleSet, cap: &Cap) -> Vec<String> {
    match &cap.zone {
        Some(CapZone::Named(zone)) => vec![zone.clone()],
        Some(CapZone::Attribute(id)) => {
            let default = rules[*id].default.as_ref().and_then(|value| value.as_text());
            ANY.iter().map(|zone| (*zone).to_owned()).chain(default.map(|zone| zone.to_string())).collect()
        }
        None => vec!["UTC".to_owned()],
    }
}

impl Limit {
    /// The most of what it stops and counts in a stretch of so many microseconds, its end not included, where each adds
    /// between `least` and `most`. The first is a number of cells' worth, the second what each of them takes of it.
    pub(super) fn most(&self, starts: &mut Starts, length: i64, (least, most): (u32, u32)) -> (u64, bool) {
        let number = u64::from(self.number);
        // Each that adds as much as any other: so many come before the number is reached. Else the last may go beyond it.
        let is_even = least == most;
        let at_a_time = if is_even {
            number.div_ceil(u64::from(least.max(1)))
        } else {
            number.saturating_sub(1).saturating_add(u64::from(most))
        };
        let times = |times: u64| (at_a_time.saturating_mul(times), is_even);
        match &self.kind {
            Kind::Rolling(period) => times(windows(length, shortest(*period))),
            Kind::Ever => times(1),
            Kind::Calendar(calendar, zones) => times(self.touched(starts, *calendar, zones, length)),
            Kind::Reserved(reserve, window, zones) => times(match window {
                CapWindow::Rolling(window) => windows(length, shortest(*reserve).min(shortest(*window))),
                CapWindow::Ever => windows(length, shortest(*reserve)),
                // Cut where a period begins and every so often, no piece holds more than the number.
                CapWindow::Calendar(calendar) => {
                    windows(length, shortest(*reserve)) + self.touched(starts, *calendar, zones, length).max(1) - 1
                }
            }),
            // Whatever each adds, a pause needs no more of them than its number.
            Kind::Pause(pause, window) => (pausing(number, shortest(*pause), window.map(shortest), length), true),
        }
    }

    fn touched(&self, starts: &mut Starts, calendar: Calendar, zones: &[String], length: i64) -> u64 {
        let each = zones.iter().map(|zone| match &self.open {
            Some(open) => starts.touched_within(calendar, zone, open, length).periods,
            None => starts.touched(calendar, zone, length).periods,
        });
        each.max().unwrap_or(1)
    }

    /// Where a stretch begins in which it lets most pass, if that hangs on a calendar.
    pub(super) fn best_begin(&self, starts: &mut Starts, zone: Option<&str>, length: i64) -> Option<Instant> {
        let (calendar, zone) = self.calendar(zone)?;
        Some(match &self.open {
            Some(open) => starts.touched_within(calendar, zone, open, length).at,
            None => starts.touched(calendar, zone, length).at,
        })
    }

    /// The lengths, in microseconds, after which it lets more pass.
    pub(super) fn lengths(&self) -> Vec<i64> {
        match &self.kind {
            Kind::Rolling(period) => vec![shortest(*period)],
            Kind::Ever | Kind::Calendar(..) => Vec::new(),
            Kind::Reserved(reserve, window, _) => match window {
                CapWindow::Rolling(window) => vec![shortest(*reserve), shortest(*window)],
                CapWindow::Ever | CapWindow::Calendar(_) => vec![shortest(*reserve)],
            },
            Kind::Pause(pause, window) => window.iter().chain([pause]).map(|period| shortest(*period)).collect(),
        }
    }

    /// The periods after which it lets more pass.
    pub(super) fn periods(&self) -> Vec<Period> {
        match &self.kind {
            Kind::Rolling(period) => vec![*period],
            Kind::Ever | Kind::Calendar(..) => Vec::new(),
            Kind::Reserved(reserve, ..) => vec![*reserve],
            Kind::Pause(pause, window) => window.iter().chain([pause]).copied().collect(),
        }
    }

    /// Its calendar with the zone in which a schedule reads it.
    pub(super) fn calendar<'l>(&'l self, zone: Option<&'l str>) -> Option<(Calendar, &'l str)> {
        match &self.kind {
            Kind::Calendar(calendar, zones) => {
                let named = zones.first().filter(|_| zones.len() == 1).map(String::as_str);
                Some((*calendar, named.or(zone)?))
            }
            Kind::Rolling(_) | Kind::Ever | Kind::Reserved(..) | Kind::Pause(..) => None,
        }
    }

    /// Whether it lets one more pass at an instant; `past`: what it counted, each with how much, in the order of time.
    pub(super) fn passes(&self, at: Instant, past: &[(Instant, u32)], zone: Option<&str>) -> bool {
        let number = u64::from(self.number);
        let since = |holds: &dyn Fn(Instant) -> bool| -> u64 {
            past.iter().rev().take_while(|(then, _)| holds(*then)).map(|(_, adds)| u64::from(*adds)).sum()
        };
        match &self.kind {
            Kind::Rolling(period) => since(&|then| at.minus(*period) < then || at < then.plus(*period)) < number,
            Kind::Ever => since(&|_| true) < number,
            Kind::Calendar(..) => {
                let start = self.calendar(zone).and_then(|(calendar, zone)| calendar.start(at, zone));
                start.is_some_and(|start| since(&|then| start <= then) < number)
            }
            Kind::Reserved(reserve, ..) => since(&|then| at < then.plus(*reserve)) < number,
            Kind::Pause(length, window) => {
                let times: Vec<Instant> =
                    past.iter().flat_map(|(then, adds)| std::iter::repeat_n(*then, *adds as usize)).collect();
                let mut runs = times.windows(self.number as usize);
                !runs.any(|run| {
                    let fits = |first: Instant, last: Instant| window.is_none_or(|window| last.minus(window) < first);
                    matches!((run.first(), run.last()), (Some(first), Some(last))
                        if fits(*first, *last) && at < last.plus(*length))
                })
            }
        }
    }
}

/// How many windows of such a length lie in a stretch, the last perhaps cut short.
fn windows(length: i64, window: i64) -> u64 {
    let (length, window) = (length.max(1).unsigned_abs(), window.max(1).unsigned_abs());
    length.div_ceil(window)
}

/// The most in a stretch where `number` within a window are followed by a pause.
///
/// Those between one pause and the next come `number - 1` at a time, a window apart, and the one that makes the number
/// last. Where the pause is as long as the window, what came before it no longer plays a part behind it, so the shortest
/// time for so many is found by putting such stretches together. Where it is shorter, `number + 1` of them in a row span a
/// pause or a window at least.
fn pausing(number: u64, pause: i64, window: Option<i64>, length: i64) -> u64 {
    /// Beyond so many the plain bound is taken.
    const MOST: u64 = 4_096;
    let Some(window) = window else {
        // Once the number is reached, every other is followed by a pause.
        return number - 1 + windows(length, pause);
    };
    if number == 1 {
        return windows(length, pause);
    }
    let plain = number.saturating_mul(windows(length, pause.min(window)));
    if pause < window || plain > MOST {
        return plain;
    }
    // How long it takes, from the first on, until `many` have come with one pause at the end at most.
    let packed = |many: u64| i64::try_from((many - 1) / (number - 1)).unwrap_or(i64::MAX).saturating_mul(window);
    let closing = |many: u64| {
        let before = many.saturating_sub(number).div_ceil(number - 1);
        i64::try_from(before).unwrap_or(i64::MAX).saturating_mul(window)
    };
    let mut shortest: Vec<i64> = vec![0];
    for many in 1..=plain {
        let last = if many < number { packed(many) } else { packed(many).min(closing(many)) };
        let cut = (number..many).filter_map(|first| {
            let rest = shortest.get(usize::try_from(many - first).ok()?)?;
            Some(closing(first).saturating_add(pause).saturating_add(*rest))
        });
        let best = cut.chain([last]).min().unwrap_or(last);
        if best >= length {
            return many - 1;
        }
        shortest.push(best);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::pausing;

    /// The most by trying everything, at whole steps.
    fn tried(number: usize, pause: i64, window: Option<i64>, length: i64) -> u64 {
        fn more(times: &mut Vec<i64>, from: i64, of: (usize, i64, Option<i64>, i64), best: &mut u64) {
            let (number, pause, window, length) = of;
            *best = (*best).max(times.len() as u64);
            for at in from..length {
                let free = times.windows(number).all(|run| {
                    let fits = window.is_none_or(|window| run[number - 1] - run[0] < window);
                    !fits || run[number - 1] + pause <= at
                });
                if free {
                    times.push(at);
                    more(times, at, of, best);
                    times.pop();
                }
            }
        }
        let mut best = 0;
        more(&mut Vec::new(), 0, (number, pause, window, length), &mut best);
        best
    }

    #[test]
    fn a_pause_is_worked_out_exactly_or_above() {
        let mut exact = 0;
        for number in 1..=3_usize {
            for pause in 1..=4 {
                for window in [None, Some(1), Some(2), Some(3)] {
                    for length in 1..=6 {
                        let (bound, truth) =
                            (pausing(number as u64, pause, window, length), tried(number, pause, window, length));
                        assert!(bound >= truth, "{number} {pause} {window:?} {length}: {bound} and not {truth}");
                        if window.is_none_or(|window| window <= pause) {
                            assert_eq!(bound, truth, "{number} {pause} {window:?} {length}");
                            exact += 1;
                        }
                    }
                }
            }
        }
        assert!(exact > 100);
    }
}
