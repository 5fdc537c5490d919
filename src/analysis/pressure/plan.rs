//! A plan of what comes when: as many as the limits let pass, found by trying.
//!
//! Takes the groups of a scope and a stretch of time; gives instants with groups. Refuses to know customers: whether a
//! plan can be carried out is for the evaluator to say ([`super::replay`]).
//!
//! What is sooner leaves every window sooner. So a plan can be pushed together until everything comes at the beginning, or
//! at the instant at which a window lets go of something that came before, or a calendar begins anew; only such instants
//! are tried. At each, groups are taken in the order in which the integer programme fills them. The search goes back where
//! the bound says that more is possible, until the bound is reached, all is tried, or the budget is spent.

use std::collections::BTreeSet;

use super::groups::Group;
use super::limits::Limit;
use super::programme::Programme;
use super::touch::within;
use crate::value::Instant;

/// Steps of the search before the best plan so far stands.
const BUDGET: usize = 6_000;
/// Longer plans are not written out.
pub(super) const LONGEST: u64 = 400;

/// What comes when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// In the order of time; a group by its number.
    pub(super) steps: Vec<(Instant, usize)>,
    /// Whether no plan has more: all were tried.
    pub(super) is_best: bool,
}

/// The stretch of a plan, and on whose clocks calendars are read where an attribute says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'z> {
    pub(super) from: Instant,
    pub(super) until: Instant,
    pub(super) zone: Option<&'z str>,
}

/// The best plan that is found for these groups (the numbers of those that matter, the first to be tried first).
pub(super) fn plan(
    groups: &[&Group],
    order: &[usize],
    limits: &[Limit],
    programme: &mut Programme<'_>,
    stretch: Stretch<'_>,
) -> Plan {
    let involved: BTreeSet<usize> =
        order.iter().filter_map(|at| groups.get(*at)).flat_map(|group| &group.parts).map(|part| part.limit).collect();
    let calendars: BTreeSet<_> = involved
        .iter()
        .filter_map(|at| limits.get(*at)?.calendar(stretch.zone))
        .map(|(calendar, zone)| (calendar, zone.to_owned()))
        .collect();
    let mut turns: Vec<Instant> = calendars
        .iter()
        .flat_map(|(calendar, zone)| within(*calendar, zone, stretch.from, stretch.until))
        .chain(order.iter().filter_map(|at| groups.get(*at)?.lives.0))
        .filter(|at| stretch.from < *at && *at < stretch.until)
        .collect();
    turns.sort_unstable();
    turns.dedup();
    let target = programme.most(stretch.until.0.saturating_sub(stretch.from.0)).most.min(LONGEST);
    let mixed = order.iter().filter_map(|at| groups.get(*at)).any(|group| group.is_mixed());
    let mut search = Search {
        groups,
        order,
        limits,
        programme,
        stretch,
        turns,
        mixed,
        past: vec![Vec::new(); limits.len()],
        steps: Vec::new(),
        best: Vec::new(),
        target,
        left: BUDGET,
        seen: BTreeSet::new(),
    };
    search.from(stretch.from, 0);
    let is_best = search.left > 0 && search.best.len() as u64 <= target;
    Plan { steps: search.best, is_best }
}

struct Search<'s, 'p> {
    groups: &'s [&'s Group],
    order: &'s [usize],
    limits: &'s [Limit],
    programme: &'s mut Programme<'p>,
    stretch: Stretch<'s>,
    /// Instants at which more may pass whatever came before.
    turns: Vec<Instant>,
    mixed: bool,
    /// Per limit what it counted, in the order of time.
    past: Vec<Vec<(Instant, u32)>>,
    steps: Vec<(Instant, usize)>,
    best: Vec<(Instant, usize)>,
    target: u64,
    left: usize,
    seen: BTreeSet<(Instant, Vec<(Instant, usize)>)>,
}

impl Search<'_, '_> {
    /// Goes on at an instant, with the groups from this place of the order on.
    fn from(&mut self, at: Instant, place: usize) {
        if self.steps.len() > self.best.len() {
            self.best.clone_from(&self.steps);
        }
        if self.left == 0 || self.best.len() as u64 >= self.target {
            return;
        }
        self.left -= 1;
        let rest = self.programme.most(self.stretch.until.0 - at.0).most;
        if self.steps.len() as u64 + rest <= self.best.len() as u64 {
            return;
        }
        if self.mixed && !self.is_new(at) {
            return;
        }
        for next in place..self.order.len() {
            let Some(group) = self.order.get(next).copied().filter(|group| self.passes(*group, at)) else { continue };
            self.take(group, at);
            self.from(at, if self.mixed { 0 } else { next });
            self.give_back(group);
            if self.left == 0 || self.best.len() as u64 >= self.target {
                return;
            }
        }
        if let Some(next) = self.next(at) {
            let rest = self.programme.most(self.stretch.until.0 - next.0).most;
            if self.steps.len() as u64 + rest > self.best.len() as u64 {
                self.from(next, 0);
            }
        }
    }

    /// Whether it was not here before with the same things, in another order at the same instants.
    fn is_new(&mut self, at: Instant) -> bool {
        let mut steps = self.steps.clone();
        steps.sort_unstable();
        self.seen.insert((at, steps))
    }

    fn passes(&self, group: usize, at: Instant) -> bool {
        let Some(group) = self.groups.get(group) else { return false };
        let (from, until) = group.lives;
        let is_alive = from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until);
        is_alive
            && group.parts.iter().filter(|part| part.stops).all(|part| {
                let past = self.past.get(part.limit).map(Vec::as_slice).unwrap_or_default();
                self.limits.get(part.limit).is_some_and(|limit| limit.passes(at, past, self.stretch.zone))
            })
    }

    fn take(&mut self, group: usize, at: Instant) {
        self.steps.push((at, group));
        for part in self.groups.get(group).map(|group| group.parts.as_slice()).unwrap_or_default() {
            if let Some(past) = self.past.get_mut(part.limit).filter(|_| part.adds > 0) {
                past.push((at, part.adds));
            }
        }
    }

    fn give_back(&mut self, group: usize) {
        self.steps.pop();
        for part in self.groups.get(group).map(|group| group.parts.as_slice()).unwrap_or_default() {
            if let Some(past) = self.past.get_mut(part.limit).filter(|_| part.adds > 0) {
                past.pop();
            }
        }
    }

    /// The first instant after this one at which something may pass that does not now.
    fn next(&self, at: Instant) -> Option<Instant> {
        let of_past = self.past.iter().zip(self.limits).flat_map(|(past, limit)| {
            let periods = limit.periods();
            let mut times: Vec<Instant> = past.iter().map(|(then, _)| *then).collect();
            times.dedup();
            times.into_iter().flat_map(move |then| {
                periods.clone().into_iter().flat_map(move |period| [then.plus(period), then.gone_by(period)])
            })
        });
        let turns = self.turns.iter().copied();
        of_past.chain(turns).filter(|next| at < *next && *next < self.stretch.until).min()
    }
}
