//! Cells that every limit treats alike are one: what is counted is how many come of each group.

use std::collections::BTreeMap;

use super::cells::Cell;
use super::limits::{Limits, Part};
use crate::value::Instant;

/// Cells alike.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Which.
    pub(super) cells: Vec<usize>,
    /// What each limit has to do with them, sorted by limit.
    pub(super) parts: Vec<Part>,
    /// When they can be.
    pub(super) lives: (Option<Instant>, Option<Instant>),
}

impl Group {
    /// What limits it: stops it, and counts it.
    pub(super) fn limited(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.stops && part.adds > 0)
    }

    /// Whether anything does.
    pub(super) fn is_limited(&self) -> bool {
        self.limited().next().is_some()
    }

    /// Whether something stops it that does not count it, or counts it and does not stop it: then it matters in which
    /// order those of one instant come.
    pub(super) fn is_mixed(&self) -> bool {
        self.parts.iter().any(|part| part.stops != (part.adds > 0))
    }
}

/// The groups of those cells that can be at all, in the order of their first.
pub(super) fn groups(cells: &[Cell], limits: &Limits, can_be: impl Fn(usize) -> bool) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    let mut known: BTreeMap<(&[Part], _), usize> = BTreeMap::new();
    for (at, (cell, parts)) in cells.iter().zip(&limits.of).enumerate() {
        if limits.never.get(at).copied().unwrap_or(false) || !can_be(at) {
            continue;
        }
        let lives = (cell.lives.from, cell.lives.until);
        let place = *known.entry((parts.as_slice(), lives)).or_insert_with(|| {
            found.push(Group { cells: Vec::new(), parts: parts.clone(), lives });
            found.len() - 1
        });
        if let Some(group) = found.get_mut(place) {
            group.cells.push(at);
        }
    }
    found
}
