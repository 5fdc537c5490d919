//! The most that can come in a stretch of time, whatever happened before and whoever the customer is.
//!
//! Takes the groups of a scope with their limits; gives a number that is never too low. In three steps:
//!
//! 1. Each limit by itself says how many of what it stops can come in a stretch ([`Limit::most`]). Together they are an
//!    integer programme: so many of each group that no limit is broken, and as many as possible in all.
//! 2. It is solved between two sides ([`solve`]): a filling from below, and from above a *cover*, limits of which every
//!    group is stopped by one: the sum of their numbers is never too low. Where they meet, that is the answer; else
//!    every filling is tried, up to a budget, beyond which the cover stands.
//! 3. A stretch cut into pieces holds no more than its pieces together. This sees what no limit sees by itself: `two in 3
//!    days` and `three in 5 days` allow six in 7 days each, and 2 in 3 days and 3 in 4 days make five.
//!
//! Worked example: five a week for the tag, one a day by each of two channels: a day holds 2, a week 5.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::Group;
use super::limits::Limit;
use super::solve::{Row, solve};
use super::touch::Starts;
use crate::value::Instant;

/// The most lengths that are looked into for one stretch.
const MOST_LENGTHS: usize = 600;

/// A bound with the limits that it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) most: u64,
    /// By their number; sorted.
    pub(super) rests_on: Vec<usize>,
    /// How many of each group a filling of the whole stretch takes, as the limits allow by themselves.
    pub(super) filling: Vec<u64>,
}

/// The integer programme of a scope.
pub(super) struct Programme<'p> {
    limits: &'p [Limit],
    groups: Vec<&'p Group>,
    from: Option<Instant>,
    starts: &'p mut Starts,
    lengths: BTreeSet<i64>,
    whole: BTreeMap<i64, Bound>,
    cut: BTreeMap<i64, Bound>,
}

impl<'p> Programme<'p> {
    /// Of groups each of which something limits; `from` on time matters.
    pub(super) fn new(
        limits: &'p [Limit],
        groups: Vec<&'p Group>,
        from: Option<Instant>,
        starts: &'p mut Starts,
    ) -> Self {
        let involved: BTreeSet<usize> =
            groups.iter().flat_map(|group| group.limited()).map(|part| part.limit).collect();
        let lengths = involved.iter().filter_map(|at| limits.get(*at)).flat_map(Limit::lengths).collect();
        Self { limits, groups, from, starts, lengths, whole: BTreeMap::new(), cut: BTreeMap::new() }
    }

    /// The most in a stretch of so many microseconds, its end not included.
    pub(super) fn most(&mut self, length: i64) -> Bound {
        self.in_pieces(length, &mut MOST_LENGTHS.clone())
    }

    fn in_pieces(&mut self, length: i64, left: &mut usize) -> Bound {
        if length <= 0 {
            return Bound { most: 0, rests_on: Vec::new(), filling: vec![0; self.groups.len()] };
        }
        if let Some(known) = self.cut.get(&length) {
            return known.clone();
        }
        let mut best = self.in_one(length);
        if *left == 0 {
            return best;
        }
        *left -= 1;
        // A piece as long as a window is where a limit has least to give; what is left of the stretch over whole windows too.
        let mut pieces: BTreeSet<i64> = BTreeSet::new();
        for window in self.lengths.iter().copied().filter(|window| *window < length && length / window <= 64) {
            pieces.extend([window, length % window, length - length % window]);
        }
        for piece in pieces.into_iter().filter(|piece| 0 < *piece && *piece < length) {
            let first = self.in_one(piece);
            if first.most >= best.most {
                continue;
            }
            let rest = self.in_pieces(length - piece, left);
            if first.most + rest.most < best.most {
                let mut rests_on = [first.rests_on, rest.rests_on].concat();
                rests_on.sort_unstable();
                rests_on.dedup();
                best = Bound { most: first.most + rest.most, rests_on, filling: best.filling };
            }
        }
        self.cut.insert(length, best.clone());
        best
    }

    /// As the limits allow by themselves.
    fn in_one(&mut self, length: i64) -> Bound {
        if let Some(known) = self.whole.get(&length) {
            return known.clone();
        }
        let mut members: BTreeMap<usize, Vec<(usize, u32)>> = BTreeMap::new();
        for (at, group) in self.groups.iter().enumerate() {
            for part in group.limited() {
                members.entry(part.limit).or_default().push((at, part.adds));
            }
        }
        let mut rows = Vec::new();
        for (number, of) in members {
            let Some(limit) = self.limits.get(number) else { continue };
            let alive = self.alive(of.iter().map(|(at, _)| *at));
            let length = alive.map_or(length, |alive| length.min(alive));
            let adds = of.iter().map(|(_, adds)| *adds);
            let ends = (adds.clone().min().unwrap_or(1), adds.max().unwrap_or(1));
            let (most, is_even) = limit.most(self.starts, length, ends);
            let of = of.into_iter().map(|(at, adds)| (at, if is_even { 1 } else { u64::from(adds) })).collect();
            rows.push(Row { most, of, name: number });
        }
        let solved = solve(self.groups.len(), &rows);
        let bound = Bound { most: solved.most, rests_on: solved.rests_on, filling: solved.filling };
        self.whole.insert(length, bound.clone());
        bound
    }

    /// How long some of these groups can be at all, if that ends.
    fn alive(&self, groups: impl Iterator<Item = usize>) -> Option<i64> {
        let mut hull: Option<(Instant, Instant)> = None;
        for group in groups.filter_map(|at| self.groups.get(at)) {
            let (from, until) = group.lives;
            let (from, until) = (from.max(self.from)?, until?);
            hull = Some(hull.map_or((from, until), |(first, last)| (first.min(from), last.max(until))));
        }
        hull.map(|(from, until)| until.0.saturating_sub(from.0).max(1))
    }
}
