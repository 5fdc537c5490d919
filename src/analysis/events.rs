//! What events add up to: how such values hang together.
//!
//! The analysis looks at flattened rules, in which a count or a last time is an attribute with values as free as any.
//! They are not as free in life: who bought three times this week has bought three times this month, and whose last
//! purchase was yesterday has bought this week. Such relations are written down as couplings; they hold of every customer,
//! so a claim that rests on them is true. Not all relations are known here (a decaying sum and a count are taken to be
//! independent), so a point may still be nobody's: `lived` tries to make it somebody.

use super::atoms::Atoms;
use super::axis::{Clock, ClockEdge, Edge, Way};
use super::domain::{Column, Schema, Source};
use super::formula::{Dim, Formula};
use super::program::Program;
use crate::model::{AttributeId, Gathered, GatheredId, Increment, Lookback, Occurrence, RuleSet};
use crate::value::{Period, Unit};

const DAY: i64 = 86_400_000_000;

/// The gathered value behind an attribute of flattened rules.
pub(super) fn gathered_of(rules: &RuleSet, id: AttributeId) -> Option<GatheredId> {
    let declared = declared(rules);
    id.index().checked_sub(declared).map(GatheredId::from_index)
}

/// How many attributes are declared.
pub(super) fn declared(rules: &RuleSet) -> usize {
    rules.attributes.len().saturating_sub(rules.gathered.len())
}

/// The gathered values of a question, each with its attribute.
pub(super) fn asked<'a>(schema: &Schema<'a>) -> Vec<(AttributeId, &'a Gathered)> {
    let rules = schema.rules;
    let attributes = schema.sources.iter().filter_map(|source| match source {
        Source::Attribute(id) => Some(*id),
        Source::Now | Source::Consent(_) | Source::Permission(_) | Source::LastUsed(_) | Source::Element(..) => None,
        Source::Spent(_) | Source::Nobody | Source::Taken(_) | Source::Opaque(_) => None,
        Source::Unseen(_) | Source::Hours(_) => None,
    });
    attributes.filter_map(|id| Some((id, rules.gathered.get(gathered_of(rules, id)?.index())?))).collect()
}

/// Adds the cuts at which the relations between gathered values change.
pub(super) fn cut(schema: &mut Schema<'_>) {
    let asked = asked(schema);
    let after_now = Edge::Clock(ClockEdge { distance: None, further: 1 });
    for (id, gathered) in &asked {
        match gathered {
            Gathered::Times(..) => schema.cut(Some(*id), Edge::At(1)),
            Gathered::Last(of) => {
                schema.cut(Some(*id), after_now);
                for (_, other) in &asked {
                    if let Gathered::Times(counted, Lookback::Last(length)) = other
                        && (within(*of, *counted) || within(*counted, *of))
                    {
                        let distance = Some((Way::Back, *length));
                        schema.cut(Some(*id), Edge::Clock(ClockEdge { distance, further: 1 }));
                    }
                }
            }
            Gathered::Sum(..) | Gathered::Decayed(_) => {
                schema.cut(Some(*id), Edge::At(0));
                schema.cut(Some(*id), Edge::At(1));
            }
            Gathered::Halved { .. } => {}
        }
    }
}

/// Whether every event of the one is one of the other.
pub(super) fn within(inner: Occurrence, outer: Occurrence) -> bool {
    inner.event == outer.event && (outer.of.is_none() || inner.of == outer.of)
}

/// Whether the one window surely lies in the other, at every now.
fn shorter(inner: Lookback, outer: Lookback) -> bool {
    let length = |period: Period, month: i64| {
        let unit = period.unit.microseconds().unwrap_or(month * DAY);
        i128::from(unit) * i128::from(period.count)
    };
    match (inner, outer) {
        (_, Lookback::Ever) => true,
        (Lookback::Ever, Lookback::Last(_)) => false,
        (Lookback::Last(a), Lookback::Last(b)) => {
            let months = a.unit == Unit::Month && b.unit == Unit::Month;
            if months { a.count <= b.count } else { length(a, 31) <= length(b, 28) }
        }
    }
}

/// The atoms of what a customer whose key is known can have: a count or a last time is always there, unless it asks for
/// a target that an event may or may not belong to. That a sum leaves its range is left aside: it takes millions of
/// events of one customer.
pub(super) fn possible(rules: &RuleSet, id: AttributeId, column: &Column, clock: Clock) -> Option<Atoms> {
    let gathered = rules.gathered.get(gathered_of(rules, id)?.index())?;
    let all = Atoms::all(column.width);
    let garbled = column.garbled.map_or(Atoms::none(column.width), |garbled| Atoms::one(column.width, garbled));
    let absent = Atoms::one(column.width, Column::ABSENT).or(&garbled);
    let never = column.never.map_or(Atoms::none(column.width), |never| Atoms::one(column.width, never));
    let sure = gathered.occurrences().iter().all(|of| of.of.is_none());
    let kept = if sure { all.minus(&absent) } else { all.minus(&garbled) };
    Some(match gathered {
        Gathered::Times(..) => kept.minus(&never),
        Gathered::Last(_) => {
            let (from, to) = column.axis.between(clock.now.0.saturating_add(1), i64::MAX);
            kept.minus(&Atoms::range(column.width, column.first + from, column.first + to))
        }
        Gathered::Decayed(terms) if sure && terms.iter().all(|term| matches!(term.each, Increment::Points(_))) => {
            Atoms::all(column.width).minus(&absent).minus(&never)
        }
        Gathered::Sum(..) | Gathered::Decayed(_) | Gathered::Halved { .. } => Atoms::all(column.width).minus(&never),
    })
}

/// The atom of a customer to whom nothing happened.
pub(super) fn nothing(rules: &RuleSet, id: AttributeId, column: &Column) -> Option<usize> {
    match rules.gathered.get(gathered_of(rules, id)?.index())? {
        Gathered::Last(_) => column.never,
        Gathered::Times(..) | Gathered::Sum(..) | Gathered::Decayed(_) => Some(column.first + column.axis.atom(0)?),
        Gathered::Halved { .. } => None,
    }
}

/// What holds between the gathered values of a question.
pub(super) fn couple(program: &mut Program<'_>) {
    let schema = program.schema.clone();
    let asked = asked(&schema);
    let mut found = Vec::new();
    for (a, first) in &asked {
        for (b, second) in &asked {
            let (Some(a), Some(b)) = (schema.dim(&Source::Attribute(*a)), schema.dim(&Source::Attribute(*b))) else {
                continue;
            };
            if a == b {
                continue;
            }
            match (first, second) {
                (Gathered::Times(inner, short), Gathered::Times(outer, long))
                    if within(*inner, *outer) && shorter(*short, *long) =>
                {
                    rises(program, a, b, &mut found);
                }
                (Gathered::Last(inner), Gathered::Last(outer)) if within(*inner, *outer) => {
                    rises(program, a, b, &mut found);
                    // Something that happened makes that something happened.
                    let never = |program: &Program<'_>, dim| program.column(dim).and_then(|column| column.never);
                    if let (Some(known), Some(never)) = (stretches(program, a, 0), never(program, b)) {
                        let known = program.formulas.literal(a, known);
                        let not_known = program.formulas.not(known);
                        let is_never = program.formulas.is(b, never);
                        let not_never = program.formulas.not(is_never);
                        found.push(program.formulas.any([not_known, not_never]));
                    }
                }
                (Gathered::Last(last), Gathered::Times(counted, window)) => {
                    last_and_times(program, (a, *last), (b, *counted, *window), &mut found);
                }
                (Gathered::Sum(summed, _, short), Gathered::Times(counted, long))
                    if within(*summed, *counted) && shorter(*short, *long) =>
                {
                    nothing_of_nothing(program, a, b, &mut found);
                }
                (Gathered::Decayed(terms), Gathered::Times(counted, Lookback::Ever))
                    if terms.iter().all(|term| within(term.of, *counted)) =>
                {
                    nothing_of_nothing(program, a, b, &mut found);
                }
                (
                    Gathered::Times(..)
                    | Gathered::Last(_)
                    | Gathered::Sum(..)
                    | Gathered::Decayed(_)
                    | Gathered::Halved { .. },
                    _,
                ) => {}
            }
        }
    }
    program.couplings.append(&mut found);
}

/// The stretches of a dimension from the `from`th on.
fn stretches(program: &Program<'_>, dim: Dim, from: usize) -> Option<Atoms> {
    let column = program.column(dim)?;
    Some(Atoms::range(column.width, column.first + from, column.first + column.axis.len()))
}

/// The second is never less than the first.
fn rises(program: &mut Program<'_>, a: Dim, b: Dim, found: &mut Vec<Formula>) {
    let (Some(first), Some(second)) = (program.column(a).cloned(), program.column(b).cloned()) else { return };
    for at in 1..first.axis.len() {
        let Some((from, _)) = first.axis.bounds(at) else { continue };
        // The stretches of the second that end before this one begins.
        let below = (0..second.axis.len())
            .take_while(|other| second.axis.bounds(*other).is_some_and(|(_, last)| last < from))
            .count();
        if below > 0
            && let Some(high) = stretches(program, a, at)
        {
            let high = program.formulas.literal(a, high);
            let low = Atoms::range(second.width, second.first, second.first + below);
            let low = program.formulas.literal(b, low);
            let (not_high, not_low) = (program.formulas.not(high), program.formulas.not(low));
            found.push(program.formulas.any([not_high, not_low]));
        }
    }
}

/// The last time lies in the window just where something is counted in it.
fn last_and_times(
    program: &mut Program<'_>,
    (last, of): (Dim, Occurrence),
    (times, counted, window): (Dim, Occurrence, Lookback),
    found: &mut Vec<Formula>,
) {
    let (Some(time), Some(count)) = (program.column(last).cloned(), program.column(times).cloned()) else { return };
    let start = match window {
        Lookback::Last(length) => program.world.clock().now.minus(length).0.saturating_add(1),
        Lookback::Ever => i64::MIN,
    };
    let (from, to) = time.axis.between(start, i64::MAX);
    let recent = Atoms::range(time.width, time.first + from, time.first + to);
    let (none, some) = count.axis.between(1, i64::MAX);
    let zero = Atoms::range(count.width, count.first, count.first + none);
    let some = Atoms::range(count.width, count.first + none, count.first + some);
    if within(of, counted) {
        let recent = program.formulas.literal(last, recent.clone());
        let zero = program.formulas.literal(times, zero);
        let (not_recent, not_zero) = (program.formulas.not(recent), program.formulas.not(zero));
        found.push(program.formulas.any([not_recent, not_zero]));
    }
    if within(counted, of) {
        let some = program.formulas.literal(times, some);
        let not_some = program.formulas.not(some);
        // Or nobody can say of a later event whether it was one.
        let either = recent.or(&Atoms::one(time.width, Column::ABSENT));
        let either = time.masked.map_or(either.clone(), |masked| either.or(&Atoms::one(time.width, masked)));
        let either = program.formulas.literal(last, either);
        found.push(program.formulas.any([not_some, either]));
    }
}

/// Where nothing is counted, nothing is added up.
fn nothing_of_nothing(program: &mut Program<'_>, sum: Dim, times: Dim, found: &mut Vec<Formula>) {
    let (Some(summed), Some(count)) = (program.column(sum).cloned(), program.column(times).cloned()) else { return };
    let (none, _) = count.axis.between(1, i64::MAX);
    let zero = program.formulas.literal(times, Atoms::range(count.width, count.first, count.first + none));
    let (from, to) = summed.axis.between(0, 1);
    let nothing = Atoms::range(summed.width, summed.first + from, summed.first + to.max(from + 1));
    let nothing = program.formulas.literal(sum, nothing);
    let not_zero = program.formulas.not(zero);
    found.push(program.formulas.any([not_zero, nothing]));
}
