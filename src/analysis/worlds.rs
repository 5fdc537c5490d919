//! Worlds: the instants at which a question has to be asked, because time tells them apart.
//!
//! Takes the cuts of a question; gives instants that stand for all others, grouped. Refuses to know conditions.
//!
//! `t is more than 60 days old` cuts the axis of t at now - 60 days, `t is before 2026-03-01` at that day: which cut
//! comes first depends on now. As long as the order of all cuts of all times stays the same, a question has the same
//! answer, only at other values. So instants are grouped by that order; a group is a *world*. Within a world now is a
//! dimension like any other, whose atoms are the stretches between the dates of rules and offers.
//!
//! Where the order can change: at the first now at which a measured cut reaches a fixed one or passes it, found by
//! halving, since a distance from now never runs backwards. Distances in months against distances in days change places
//! with the calendar: where both cut one attribute near each other, every day of some years is looked at.
//!
//! Worked example: the rule is active from 2026-01-01, and the two cuts above. Candidates: a day before the first
//! breakpoint; 2026-01-01; 2026-04-30 (there the 60 days reach March 1) and a microsecond later. Their orders: 60 days
//! first, 60 days first, equal, March first: three worlds, the first with two atoms of now.
//!
//! What is not looked at: instants before 1900 and after 2500, and an order that only arises from three periods in
//! months and days together more than four years after the last date mentioned.

use std::collections::{BTreeMap, BTreeSet};

use super::atoms::Atoms;
use super::axis::{Clock, ClockEdge, Edge, Scale, Way};
use super::domain::Schema;
use crate::model::{AttributeId, RuleSet};
use crate::value::{Instant, Unit, date_in_zone};

/// More worlds than this are not looked at; what would have to hold in all of them stays undecided.
const MOST_WORLDS: usize = 64;
/// More instants than this are not tried.
const MOST_INSTANTS: usize = 20_000;

const FIRST: i64 = -2_208_988_800_000_000;
const LAST: i64 = 16_725_225_600_000_000;
const DAY: i64 = 86_400_000_000;
/// 2026-01-01: an instant for questions in which time plays no part.
const ANY: i64 = 1_767_225_600_000_000;

/// Instants between which no question can tell a difference but by the atom of now.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// An instant for each atom of now that belongs here; at least one.
    pub(super) clocks: BTreeMap<usize, Clock>,
}

impl World {
    /// The instant that stands for the world.
    pub(super) fn clock(&self) -> Clock {
        let any = || Clock { now: Instant(ANY), today: date_in_zone(Instant(ANY), "UTC") };
        self.clocks.values().next().copied().unwrap_or_else(any)
    }
}

impl World {
    /// The atoms of now that belong here, of so many.
    pub(super) fn atoms(&self, width: usize) -> Atoms {
        let atoms = self.clocks.keys().map(|atom| Atoms::one(width, *atom));
        atoms.fold(Atoms::none(width), |found, atom| found.or(&atom))
    }
}

/// The worlds of a question, from `from` on if that is given, and whether those are all.
pub(super) fn worlds(schema: &Schema<'_>, from: Option<Instant>) -> (Vec<World>, bool) {
    let (instants, mut complete) = candidates(schema, from);
    let now = schema.now();
    let mut found: Vec<World> = Vec::new();
    let mut known: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for instant in instants {
        let clock = at(schema.rules, Instant(instant));
        let Some(atom) = now.atom(instant) else { continue };
        let order = order(schema, clock);
        let next = found.len();
        let number = *known.entry(order).or_insert(next);
        if number == next {
            if next == MOST_WORLDS {
                complete = false;
                break;
            }
            found.push(World { clocks: BTreeMap::new() });
        }
        if let Some(world) = found.get_mut(number) {
            world.clocks.entry(atom).or_insert(clock);
        }
    }
    (found, complete)
}

/// The clock of a rule set at an instant.
pub(super) fn at(rules: &RuleSet, now: Instant) -> Clock {
    Clock { now, today: date_in_zone(now, &rules.defaults.zone) }
}

/// How all cuts that now has a part in stand to the other cuts of their attribute.
pub(super) fn order(schema: &Schema<'_>, clock: Clock) -> Vec<u32> {
    let mut ranks = Vec::new();
    for attribute in moving(schema) {
        let scale = schema.scale(attribute);
        let (first, last) = schema.range(attribute);
        let positions: Vec<i64> = schema.edges(Some(attribute)).map(|edge| edge.position(scale, clock)).collect();
        let sorted: BTreeSet<i64> = positions.iter().copied().chain([first, last.saturating_add(1)]).collect();
        let sorted: Vec<i64> = sorted.into_iter().collect();
        let rank = |position: &i64| sorted.partition_point(|other| other < position) as u32;
        ranks.extend(positions.iter().chain([&first]).map(rank));
    }
    ranks
}

/// The attributes of which some cut moves with now.
fn moving<'s>(schema: &'s Schema<'_>) -> impl Iterator<Item = AttributeId> + 's {
    schema
        .cut_attributes()
        .filter(|attribute| schema.edges(Some(*attribute)).any(|edge| matches!(edge, Edge::Clock(_))))
}

/// Instants of which every other is like one, in time order but the given one first; and whether those are all.
fn candidates(schema: &Schema<'_>, from: Option<Instant>) -> (Vec<i64>, bool) {
    let mut breaks: BTreeSet<i64> = BTreeSet::new();
    for edge in schema.edges(None) {
        if let Edge::At(position) = edge {
            breaks.insert(position);
        }
    }
    for attribute in moving(schema) {
        let scale = schema.scale(attribute);
        let fixed: Vec<i64> = schema
            .edges(Some(attribute))
            .filter_map(|edge| match edge {
                Edge::At(position) => Some(position),
                Edge::Start | Edge::Clock(_) | Edge::End => None,
            })
            .collect();
        for edge in schema.edges(Some(attribute)).filter(|edge| matches!(edge, Edge::Clock(_))) {
            for position in &fixed {
                breaks.extend(reaches(schema, edge, scale, *position));
                breaks.extend(reaches(schema, edge, scale, position.saturating_add(1)));
            }
        }
    }
    breaks.retain(|instant| (FIRST..LAST).contains(instant));
    let first = match (from, breaks.first()) {
        (Some(from), _) => from.0,
        (None, Some(first)) => first - DAY,
        (None, None) => ANY,
    };
    breaks.retain(|instant| *instant > first);
    let starts: Vec<i64> = std::iter::once(first).chain(breaks.iter().copied()).collect();
    let mut instants = starts.clone();
    if moving(schema).any(|attribute| calendar_matters(schema, attribute)) {
        for (at, start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).copied().unwrap_or(LAST);
            let days = (1..=4 * 366).map(|day| start.saturating_add(day * DAY));
            instants.extend(days.take_while(|instant| *instant < end));
        }
    }
    let complete = instants.len() <= MOST_INSTANTS;
    instants.truncate(MOST_INSTANTS);
    (instants, complete)
}

/// The first now at which a measured cut reaches a position.
fn reaches(schema: &Schema<'_>, edge: Edge, scale: Scale, position: i64) -> Option<i64> {
    let reached = |now: i64| edge.position(scale, at(schema.rules, Instant(now))) >= position;
    let (mut before, mut after) = (FIRST, LAST);
    if reached(before) || !reached(after) {
        return None;
    }
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if reached(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    Some(after)
}

/// Whether a distance in months and one in days are so near each other that the calendar decides which is longer.
fn calendar_matters(schema: &Schema<'_>, attribute: AttributeId) -> bool {
    let distances: BTreeSet<(Way, u32, Unit)> = schema
        .edges(Some(attribute))
        .filter_map(|edge| match edge {
            Edge::Clock(ClockEdge { distance, .. }) => distance.map(|(way, period)| (way, period.count, period.unit)),
            Edge::Start | Edge::At(_) | Edge::End => None,
        })
        .collect();
    distances.iter().any(|(way, months, unit)| {
        let months = i64::from(*months);
        *unit == Unit::Month
            && distances.iter().any(|(other, count, unit)| {
                let length = unit.microseconds().map(|unit| unit.saturating_mul((*count).into()));
                other == way && length.is_some_and(|length| (months * 28 * DAY..=months * 31 * DAY).contains(&length))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attribute, Mapping, Scope};
    use crate::source::{SourceId, Span};
    use crate::value::{Period, Type};

    fn with_a_time() -> RuleSet {
        let mut rules = RuleSet::new();
        rules.attributes.push(Attribute {
            name: "t".to_owned(),
            span: Span::new(SourceId(0), 0..0),
            scope: Scope::Moment,
            ty: Type::Time,
            key: false,
            needs: Vec::new(),
            fresh: None,
            default: None,
            sensitive: false,
            hidden: false,
            protective: false,
            never_used: false,
            mapping: Mapping::default(),
        });
        rules
    }

    fn back(count: u32, unit: Unit) -> Edge {
        Edge::Clock(ClockEdge { distance: Some((Way::Back, Period { count, unit })), further: 0 })
    }

    #[test]
    fn the_example_of_the_module() {
        let rules = with_a_time();
        let mut schema = Schema::new(&rules);
        let instant = |text: &str| Instant::parse(text).unwrap().0;
        schema.cut(None, Edge::At(instant("2026-01-01T00:00Z")));
        schema.cut(Some(AttributeId(0)), Edge::At(instant("2026-03-01T00:00Z")));
        schema.cut(Some(AttributeId(0)), back(60, Unit::Day));
        let (found, complete) = worlds(&schema, None);
        assert!(complete);
        let at: Vec<Vec<i64>> = found.iter().map(|w| w.clocks.values().map(|clock| clock.now.0).collect()).collect();
        let reached = instant("2026-04-30T00:00Z");
        let day_before = instant("2025-12-31T00:00Z");
        assert_eq!(at, [vec![day_before, instant("2026-01-01T00:00Z")], vec![reached], vec![reached + 1]]);
    }

    #[test]
    fn from_a_given_instant_on_the_past_is_over() {
        let rules = with_a_time();
        let mut schema = Schema::new(&rules);
        schema.cut(None, Edge::At(1_000_000));
        schema.cut(None, Edge::At(3_000_000));
        let (found, _) = worlds(&schema, Some(Instant(2_000_000)));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].clocks.keys().copied().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_month_is_longer_or_shorter_than_thirty_days() {
        let rules = with_a_time();
        let mut schema = Schema::new(&rules);
        schema.cut(Some(AttributeId(0)), back(1, Unit::Month));
        schema.cut(Some(AttributeId(0)), back(30, Unit::Day));
        assert_eq!(worlds(&schema, None).0.len(), 3, "shorter, equal, longer");
        schema.cut(Some(AttributeId(0)), back(90, Unit::Day));
        assert_eq!(worlds(&schema, None).0.len(), 3, "nor does what is far from it add any");
    }
}
