//! An integer programme of the simplest kind: so many of each thing that no row holds too many, and as many as possible.
//!
//! Takes rows of things with what each takes of a row; gives the most, never too low, with the rows that prove it and a
//! filling. Refuses to know what the things are.
//!
//! From above: choose rows, and for every thing that no chosen row holds what its tightest row leaves it. The sum is never
//! too low, and where rows lie in each other or fall into two families, as classes and channels do, the least such sum is
//! the answer. From below: things that few rows hold are filled first. Where the two do not meet, all fillings are tried.

use std::collections::BTreeMap;

/// A row: its things take no more than this in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) most: u64,
    /// Each thing with what one of it takes, at least 1.
    pub(super) of: Vec<(usize, u64)>,
    /// How the answer names it.
    pub(super) name: usize,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Solved {
    pub(super) most: u64,
    /// The names of rows that prove it, or of those from which it was worked out; sorted.
    pub(super) rests_on: Vec<usize>,
    /// How many of each thing.
    pub(super) filling: Vec<u64>,
}

/// Up to so many rows every choice of them is looked at.
const ALL_CHOICES: usize = 10;
/// So many fillings are looked into before the sum of a choice stands.
const BUDGET: usize = 500;
/// Of more things than this not all fillings are looked into.
const MOST_THINGS: usize = 24;
/// Among more rows than this each is looked at once.
const MANY_ROWS: usize = 64;

/// A thing for which the rows that hold others too are the same as for others; what is its own is in its number.
struct Merged {
    things: Vec<(usize, u64)>,
    most: u64,
    /// By the place among the rows that hold several.
    rows: Vec<(usize, u64)>,
    own: Vec<usize>,
}

/// As many as possible; every thing is in a row.
pub(super) fn solve(things: usize, rows: &[Row]) -> Solved {
    let (merged, shared) = merge(things, rows);
    let limits: Vec<u64> = shared.iter().map(|row| row.most).collect();
    let (above, choice) = cover(&merged, &limits, 0);
    let mut order: Vec<usize> = (0..merged.len()).collect();
    order.sort_by_key(|at| merged.get(*at).map_or((0, 0), |thing| (thing.rows.len(), thing.most)));
    let mut best = fill(&merged, &order, &limits);
    let mut below: u64 = best.iter().sum();
    let mut most = above;
    if below < above && merged.len() <= MOST_THINGS {
        let mut tried = Tried { merged: &merged, order: &order, best: &mut best, below, left: BUDGET };
        let is_done = tried.all(0, &limits, &mut vec![0; merged.len()], 0);
        below = tried.below;
        if is_done {
            most = below;
        }
    }
    let mut rests_on: Vec<usize> = choice.iter().filter_map(|row| shared.get(*row)).map(|row| row.name).collect();
    let uncovered = merged.iter().filter(|thing| !thing.rows.iter().any(|(row, _)| choice.contains(row)));
    for thing in uncovered.filter(|thing| thing.most > 0) {
        let leaves = |(row, takes): &(usize, u64)| limits.get(*row).map_or(u64::MAX, |most| most / takes);
        match thing.rows.iter().min_by_key(|row| leaves(row)) {
            Some(row) if leaves(row) <= thing.most || thing.own.is_empty() => {
                rests_on.extend(shared.get(row.0).map(|row| row.name));
            }
            Some(_) | None => rests_on.extend(&thing.own),
        }
    }
    rests_on.sort_unstable();
    rests_on.dedup();
    let mut filling = vec![0; things];
    for (thing, count) in merged.iter().zip(&best) {
        let mut left = *count;
        for (place, most) in &thing.things {
            let taken = left.min(*most);
            left -= taken;
            if let Some(of) = filling.get_mut(*place) {
                *of += taken;
            }
        }
    }
    Solved { most, rests_on, filling }
}

/// Things that the same rows with others hold are one; a row of one thing is that thing's number.
fn merge(things: usize, rows: &[Row]) -> (Vec<Merged>, Vec<&Row>) {
    let shared: Vec<&Row> = rows.iter().filter(|row| row.of.len() > 1).collect();
    let mut own: Vec<(u64, Vec<usize>)> = vec![(u64::MAX, Vec::new()); things];
    for row in rows.iter().filter(|row| row.of.len() == 1) {
        for (thing, takes) in &row.of {
            let most = row.most / (*takes).max(1);
            if let Some(of) = own.get_mut(*thing).filter(|(known, _)| most < *known) {
                *of = (most, vec![row.name]);
            }
        }
    }
    let mut of: Vec<Vec<(usize, u64)>> = vec![Vec::new(); things];
    for (place, row) in shared.iter().enumerate() {
        for (thing, takes) in &row.of {
            if let Some(of) = of.get_mut(*thing) {
                of.push((place, (*takes).max(1)));
            }
        }
    }
    let mut merged: BTreeMap<Vec<(usize, u64)>, Merged> = BTreeMap::new();
    for (thing, (rows, (most, names))) in of.into_iter().zip(own).enumerate() {
        // No more than each row that holds it leaves.
        let left = rows.iter().filter_map(|(row, takes)| shared.get(*row).map(|row| row.most / takes)).min();
        let (most, names) = match left {
            Some(left) if left <= most => (left, Vec::new()),
            Some(_) | None => (most, names),
        };
        let key = if rows.is_empty() { vec![(usize::MAX, thing as u64)] } else { rows.clone() };
        let one = merged.entry(key).or_insert_with(|| Merged { things: Vec::new(), most: 0, rows, own: Vec::new() });
        one.things.push((thing, most));
        one.most = one.most.saturating_add(most);
        one.own.extend(names);
    }
    (merged.into_values().collect(), shared)
}

/// The least sum of chosen rows and what no chosen row holds, of the things from a place on.
fn cover(merged: &[Merged], limits: &[u64], from: usize) -> (u64, Vec<usize>) {
    let things = merged.get(from..).unwrap_or_default();
    cover_of(&things.iter().collect::<Vec<_>>(), limits)
}

fn cover_of(things: &[&Merged], limits: &[u64]) -> (u64, Vec<usize>) {
    let alone = |thing: &Merged| {
        let left = thing.rows.iter().filter_map(|(row, takes)| limits.get(*row).map(|most| most / takes)).min();
        thing.most.min(left.unwrap_or(u64::MAX))
    };
    let sum = |chosen: &[usize]| -> u64 {
        let mut is_chosen = vec![false; limits.len()];
        for row in chosen {
            if let Some(chosen) = is_chosen.get_mut(*row) {
                *chosen = true;
            }
        }
        let rows: u64 = chosen.iter().filter_map(|row| limits.get(*row)).fold(0, |sum, most| sum.saturating_add(*most));
        let holds = |row: &usize| is_chosen.get(*row).copied().unwrap_or(false);
        let rest = things.iter().filter(|thing| !thing.rows.iter().any(|(row, _)| holds(row)));
        rest.fold(rows, |sum, thing| sum.saturating_add(alone(thing)))
    };
    let mut useful: Vec<usize> = things.iter().flat_map(|thing| thing.rows.iter().map(|(row, _)| *row)).collect();
    useful.sort_unstable();
    useful.dedup();
    let mut best: (u64, Vec<usize>) = (sum(&[]), Vec::new());
    if useful.len() <= ALL_CHOICES {
        for bits in 1_u32..1 << useful.len() {
            let chosen: Vec<usize> =
                useful.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, row)| *row).collect();
            let of = sum(&chosen);
            if of < best.0 {
                best = (of, chosen);
            }
        }
        return best;
    }
    if useful.len() > MANY_ROWS {
        useful.sort_by_key(|row| limits.get(*row).copied());
        for row in useful {
            let chosen = [best.1.as_slice(), &[row]].concat();
            let of = sum(&chosen);
            if of < best.0 {
                best = (of, chosen);
            }
        }
        return best;
    }
    // One row in or out, as long as that helps.
    loop {
        let mut next: Option<(u64, Vec<usize>)> = None;
        for row in &useful {
            let mut chosen = best.1.clone();
            match chosen.iter().position(|other| other == row) {
                Some(place) => drop(chosen.remove(place)),
                None => chosen.push(*row),
            }
            let of = sum(&chosen);
            if of < next.as_ref().map_or(best.0, |(sum, _)| *sum) {
                next = Some((of, chosen));
            }
        }
        match next {
            Some(found) => best = found,
            None => return best,
        }
    }
}

/// Fills in an order, each as far as it goes.
fn fill(merged: &[Merged], order: &[usize], limits: &[u64]) -> Vec<u64> {
    let mut left = limits.to_vec();
    let mut found = vec![0; merged.len()];
    for at in order {
        let Some(thing) = merged.get(*at) else { continue };
        let count = most_of(thing, &left);
        take(thing, count, &mut left);
        if let Some(of) = found.get_mut(*at) {
            *of = count;
        }
    }
    found
}

fn most_of(thing: &Merged, left: &[u64]) -> u64 {
    let rows = thing.rows.iter().filter_map(|(row, takes)| left.get(*row).map(|left| left / takes));
    rows.fold(thing.most, u64::min)
}

fn take(thing: &Merged, count: u64, left: &mut [u64]) {
    for (row, takes) in &thing.rows {
        if let Some(left) = left.get_mut(*row) {
            *left = left.saturating_sub(takes.saturating_mul(count));
        }
    }
}

/// All fillings, as long as they can be better than the best so far.
struct Tried<'t> {
    merged: &'t [Merged],
    order: &'t [usize],
    best: &'t mut Vec<u64>,
    below: u64,
    left: usize,
}

impl Tried<'_> {
    /// Whether all were looked at.
    fn all(&mut self, at: usize, left: &[u64], counts: &mut Vec<u64>, so_far: u64) -> bool {
        if so_far > self.below {
            self.below = so_far;
            self.best.clone_from(counts);
        }
        let Some(place) = self.order.get(at).copied() else { return true };
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let open: Vec<&Merged> = self.order.iter().skip(at).filter_map(|place| self.merged.get(*place)).collect();
        if so_far.saturating_add(cover_of(&open, left).0) <= self.below {
            return true;
        }
        let Some(thing) = self.merged.get(place) else { return true };
        let most = most_of(thing, left);
        for count in (0..=most).rev() {
            let mut rest = left.to_vec();
            take(thing, count, &mut rest);
            if let Some(of) = counts.get_mut(place) {
                *of = count;
            }
            let is_done = self.all(at + 1, &rest, counts, so_far + count);
            if let Some(of) = counts.get_mut(place) {
                *of = 0;
            }
            if !is_done {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All fillings, one after the other.
    fn tried(things: usize, rows: &[Row]) -> u64 {
        fn more(at: usize, things: usize, rows: &[Row], left: &mut Vec<u64>) -> u64 {
            if at == things {
                return 0;
            }
            let mut best = 0;
            for count in 0..=8_u64 {
                let before = left.clone();
                let fits = rows.iter().zip(left.iter_mut()).all(|(row, left)| {
                    let takes = row.of.iter().find(|(thing, _)| *thing == at).map_or(0, |(_, takes)| takes * count);
                    let fits = takes <= *left;
                    *left = left.saturating_sub(takes);
                    fits
                });
                if fits {
                    best = best.max(count + more(at + 1, things, rows, left));
                }
                *left = before;
            }
            best
        }
        more(0, things, rows, &mut rows.iter().map(|row| row.most).collect())
    }

    #[test]
    fn every_small_programme_is_solved_and_proved() {
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..400 {
            let things = 1 + draw(4) as usize;
            let mut rows: Vec<Row> =
                (0..things).map(|thing| Row { most: draw(5), of: vec![(thing, 1 + draw(2))], name: thing }).collect();
            for name in 0..draw(4) as usize {
                let of: Vec<usize> = (0..things).filter(|_| draw(2) == 0).collect();
                let of: Vec<(usize, u64)> = of.into_iter().map(|thing| (thing, 1 + draw(2))).collect();
                rows.push(Row { most: draw(7), of, name: 100 + name });
            }
            rows.retain(|row| !row.of.is_empty());
            let (solved, truth) = (solve(things, &rows), tried(things, &rows));
            assert_eq!(solved.most, truth, "{rows:?}");
            assert_eq!(solved.filling.iter().sum::<u64>(), truth, "{rows:?}");
            for row in &rows {
                let taken: u64 = row.of.iter().map(|(thing, takes)| solved.filling[*thing] * takes).sum();
                assert!(taken <= row.most, "{rows:?}");
            }
        }
    }

    #[test]
    fn three_families_may_need_every_filling() {
        // Three things, each two of which share a row of one: a cover says 1 and a half, the answer is 1.
        let row = |of: [usize; 2], name| Row { most: 1, of: of.map(|thing| (thing, 1)).to_vec(), name };
        assert_eq!(solve(3, &[row([0, 1], 0), row([1, 2], 1), row([2, 0], 2)]).most, 1);
    }

    #[test]
    fn what_proves_it_is_named() {
        let rows = [
            Row { most: 3, of: vec![(0, 1)], name: 10 },
            Row { most: 4, of: vec![(1, 1)], name: 11 },
            Row { most: 5, of: vec![(0, 1), (1, 1)], name: 12 },
        ];
        assert_eq!(solve(2, &rows).rests_on, [12]);
        assert_eq!(solve(2, &rows[..2]).rests_on, [10, 11]);
    }
}
