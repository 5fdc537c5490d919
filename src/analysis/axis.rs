//! The axis of an attribute: its values in order, cut wherever some condition changes its mind.
//!
//! Takes the places at which conditions cut (constants, and for times distances from now); gives atoms: stretches of
//! values that no condition of the question can tell apart. Numbers stand at their mantissa, members of a list at their
//! index, no and yes at 0 and 1, times at their microsecond, dates at their day, mentioned texts at their place in the
//! sorted list of them, with one place more for all other texts.
//!
//! Every cut falls between two neighbouring whole positions, so no stretch is open and none is empty: `t > c` cuts at
//! `c + 1`, `t >= c` at `c`. Worked example: `age is at least 18` and `age is at most 65` on `whole from 0 to 130` cut
//! at 18 and 66: the atoms are 0 to 17, 18 to 65, 66 to 130.

use std::sync::Arc;

use crate::value::{Date, Instant, Period};

/// A place between two positions of an axis: just before the position it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Edge {
    /// Before all.
    Start,
    /// Before this position.
    At(i64),
    /// Measured from the decision's instant (or, for a date, its day).
    Clock(ClockEdge),
    /// After all.
    End,
}

/// A place measured from now: so long before or after it, and then so many positions further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClockEdge {
    /// `None`: now itself.
    pub(super) distance: Option<(Way, Period)>,
    /// 0 or 1.
    pub(super) further: i64,
}

/// On which side of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Way {
    /// Before now.
    Back,
    /// After now.
    Ahead,
}

impl ClockEdge {
    fn key(self) -> (Option<(Way, u32, crate::value::Unit)>, i64) {
        (self.distance.map(|(way, period)| (way, period.count, period.unit)), self.further)
    }
}

impl PartialOrd for ClockEdge {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ClockEdge {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// The decision's instant and its day in the zone of the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) now: Instant,
    pub(super) today: Date,
}

/// What positions of an axis mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Numbers, members, yes and no, texts: now has no place there.
    Fixed,
    /// Microseconds.
    Instants,
    /// Days.
    Days,
}

impl Edge {
    /// Before this position; positions past the last machine number do not occur.
    pub(super) fn before(position: i128) -> Self {
        match i64::try_from(position) {
            Ok(position) => Self::At(position),
            Err(_) if position < 0 => Self::Start,
            Err(_) => Self::End,
        }
    }

    /// The first position after the edge.
    pub(super) fn position(self, scale: Scale, clock: Clock) -> i64 {
        match self {
            Self::Start => i64::MIN,
            Self::At(position) => position,
            Self::Clock(edge) => edge.position(scale, clock).saturating_add(edge.further),
            Self::End => i64::MAX,
        }
    }
}

impl ClockEdge {
    fn position(self, scale: Scale, clock: Clock) -> i64 {
        match (scale, self.distance) {
            (Scale::Days, None) => i64::from(clock.today.0),
            (Scale::Days, Some((Way::Back, period))) => i64::from(clock.today.minus(period).0),
            (Scale::Days, Some((Way::Ahead, period))) => i64::from(clock.today.gone_by(period).0),
            (Scale::Fixed | Scale::Instants, None) => clock.now.0,
            (Scale::Fixed | Scale::Instants, Some((Way::Back, period))) => clock.now.minus(period).0,
            (Scale::Fixed | Scale::Instants, Some((Way::Ahead, period))) => clock.now.gone_by(period).0,
        }
    }
}

/// Positions from an edge up to another.
pub(super) type Stretch = (Edge, Edge);

/// Which values a condition is yes for, of those that are known.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// Positions on the axis.
    pub(super) stretches: Vec<Stretch>,
    /// Whether it is yes for never.
    pub(super) never: bool,
}

impl Shape {
    /// One stretch, not never.
    pub(super) fn stretch(from: Edge, to: Edge) -> Self {
        Self { stretches: vec![(from, to)], never: false }
    }

    /// Whether the position lies in it.
    pub(super) fn has(&self, position: i64, scale: Scale, clock: Clock) -> bool {
        let inside =
            |(from, to): &Stretch| from.position(scale, clock) <= position && position < to.position(scale, clock);
        self.stretches.iter().any(inside)
    }
}

/// An axis, cut into stretches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// The first position of each atom, rising; never empty.
    starts: Vec<i64>,
    /// The last position of the last atom.
    last: i64,
}

impl Axis {
    /// The axis from `first` to `last`, cut before each position of `cuts`, in any order.
    pub(super) fn new(first: i64, last: i64, cuts: impl IntoIterator<Item = i64>) -> Self {
        let mut starts: Vec<i64> = cuts.into_iter().filter(|cut| first < *cut && *cut <= last).collect();
        starts.push(first);
        starts.sort_unstable();
        starts.dedup();
        Self { starts, last: last.max(first) }
    }

    /// How many atoms there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The atoms from those that hold `from` up to and without that of `to`; both are cuts, or lie outside.
    pub(super) fn between(&self, from: i64, to: i64) -> (usize, usize) {
        let atom = |position: i64| self.starts.partition_point(|start| *start < position);
        if to > self.last { (atom(from), self.len()) } else { (atom(from), atom(to)) }
    }

    /// The atom that holds the position, if the axis does.
    pub(super) fn atom(&self, position: i64) -> Option<usize> {
        let inside = self.starts.first().is_some_and(|first| *first <= position) && position <= self.last;
        inside.then(|| self.starts.partition_point(|start| *start <= position).saturating_sub(1))
    }

    /// The first and the last position of an atom.
    pub(super) fn bounds(&self, atom: usize) -> Option<(i64, i64)> {
        let first = *self.starts.get(atom)?;
        Some((first, self.starts.get(atom + 1).map_or(self.last, |next| next - 1)))
    }
}

/// The texts that conditions mention of one attribute, sorted; all others share the place after the last.
pub(super) type Texts = Vec<Arc<str>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_module() {
        let axis = Axis::new(0, 130, [66, 18, 18, 0, 131, -4]);
        assert_eq!(
            (0..axis.len()).map(|atom| axis.bounds(atom)).collect::<Vec<_>>(),
            [Some((0, 17)), Some((18, 65)), Some((66, 130))]
        );
        assert_eq!(
            (axis.atom(17), axis.atom(18), axis.atom(130), axis.atom(131), axis.atom(-1)),
            (Some(0), Some(1), Some(2), None, None)
        );
        assert_eq!(axis.between(18, 66), (1, 2));
        assert_eq!(axis.between(i64::MIN, 18), (0, 1));
        assert_eq!(axis.between(66, i64::MAX), (2, 3));
        assert_eq!(axis.between(131, i64::MAX), (3, 3));
    }
}
