//! Events for a point: a history that adds up to the counts, sums and last times that the point asks for.
//!
//! Takes a point and the facts that it gives; gives facts with events, and the point that these really are, which the
//! frame says. Where it is not what was asked for, nobody is shown and nothing is claimed.

use std::collections::BTreeSet;

use super::axis::Clock;
use super::domain::{NO, Source, YES};
use super::events::{asked, declared, gathered_of, within};
use super::history::only_rule;
use super::hours;
use super::program::Program;
use super::realise::truth_atom;
use super::stand;
use super::witness::last_used_atom;
use crate::frame::{Fact, Facts, Happened, Stamp, gather};
use crate::model::{
    AttributeId, EventTarget, Gathered, GatheredId, Increment, Lookback, Occurrence, OfferId, Operand, RuleSet, Term,
};
use crate::value::{Datum, Instant, Missing, SCORE, Type, Value, pow10};

/// More events than this are not made up for one value.
const MOST_EVENTS: i64 = 10_000;
/// How far back "ever" begins where no window says it: 500 days.
const LONG_AGO: i64 = 500 * DAY;
const DAY: i64 = 86_400_000_000;
const SECOND: i64 = 1_000_000;

/// A gathered value that a point asks for.
struct Wanted<'a> {
    id: GatheredId,
    gathered: &'a Gathered,
    /// What the facts say of it: one value of its atom, or missing.
    value: Datum,
    /// The first and the last value that do; that one alone where it was tried out.
    range: (i64, i64),
}

/// The facts of a point without what is gathered, and with events that add up to it besides those of the caps; with the
/// point that they really are, which need not be the one that was aimed at. Several are offered. `exact` are the
/// attributes of which the very values of the facts were tried out; of the others any of their atom will do.
pub(super) fn lived(
    program: &Program<'_>,
    facts: &Facts,
    point: &[usize],
    clock: Clock,
    exact: &BTreeSet<AttributeId>,
) -> Vec<(Facts, Vec<usize>)> {
    let rules = program.schema.rules;
    let mut plain = facts.clone();
    plain.attributes.truncate(declared(rules));
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for (id, gathered) in asked(&program.schema) {
        wanted.extend(wished(program, facts, point, clock, (id, gathered), exact.contains(&id)));
    }
    // What is looked at by the narrowest window is placed first; what is placed later stays out of its sight.
    wanted.sort_by_key(|wanted| match wanted.gathered {
        Gathered::Last(_) => (0, 0),
        Gathered::Times(_, window) => (1, reach(*window)),
        Gathered::Sum(_, _, window) => (2, reach(*window)),
        Gathered::Decayed(_) => (3, 0),
        Gathered::Halved { .. } => (4, 0),
    });
    if wanted.is_empty() {
        return vec![(plain, point.to_vec())];
    }
    let tries =
        [(true, 0, false), (false, 0, false), (true, 0, true), (true, 1, false), (true, 1, true), (false, 2, false)];
    let made = tries.into_iter().filter_map(|(unstamped, term, shared)| {
        let mut maker = Maker { rules, clock, facts: plain.clone(), unstamped, term, shared, wanted: &wanted };
        maker.run()?;
        let point = really(program, &maker.facts, point, clock)?;
        Some((maker.facts, point))
    });
    made.collect()
}

/// What a point asks for of one gathered value; nothing where it is masked or nobody's.
fn wished<'a>(
    program: &Program<'a>,
    facts: &Facts,
    point: &[usize],
    clock: Clock,
    (id, gathered): (AttributeId, &'a Gathered),
    exact: bool,
) -> Option<Wanted<'a>> {
    let rules = program.schema.rules;
    let dim = program.schema.dim(&Source::Attribute(id))?;
    let column = program.column_at(dim, clock)?;
    let atom = point.get(dim.index()).copied()?;
    if Some(atom) == column.masked {
        return None;
    }
    let value = match facts.attributes.get(id.index()) {
        Some(Fact::Known(value, _)) => Datum::Known(value.clone()),
        Some(Fact::Missing(reason)) => Datum::Missing(*reason),
        Some(Fact::Increments(_)) | None => Datum::Missing(Missing::Absent),
    };
    let bounds = atom.checked_sub(column.first).and_then(|atom| column.axis.bounds(atom));
    let range = match (&value, bounds) {
        (Datum::Known(Value::Number(at) | Value::Time(Instant(at))), _) if exact => (*at, *at),
        (_, Some(bounds)) => bounds,
        (_, None) => (0, 0),
    };
    Some(Wanted { id: gathered_of(rules, id)?, gathered, value, range })
}

/// How far back a window reaches, roughly: only to put windows in order.
fn reach(window: Lookback) -> i64 {
    match window {
        Lookback::Last(length) => {
            length.unit.microseconds().unwrap_or(30 * DAY).saturating_mul(i64::from(length.count))
        }
        Lookback::Ever => i64::MAX,
    }
}

/// The point that the facts really are, as far as events have a part in it.
fn really(program: &Program<'_>, facts: &Facts, point: &[usize], clock: Clock) -> Option<Vec<usize>> {
    let rules = program.schema.rules;
    let frame = gather(rules, facts);
    let mut flat = frame.clone();
    flat.attributes.truncate(declared(rules));
    let flat = flat.flattened();
    let mut found = point.to_vec();
    for ((dim, source), place) in program.dims().zip(&mut found) {
        match source {
            Source::Attribute(id) => {
                let Some(gathered) = gathered_of(rules, *id) else { continue };
                *place = stand::attribute(program, (dim, *id), frame.gathered(gathered), clock)?;
            }
            Source::Spent(id) => *place = if frame.is_spent(rules, *id) { YES } else { NO },
            Source::Opaque(number) => *place = truth_atom(program, &flat, *number)?,
            Source::Hours(of) => {
                *place = hours::really(rules, &flat, *of).map_or(*place, |so| if so { YES } else { NO })
            }
            // Whatever was sent for a count was not sent by a channel; what was sent before it counts still.
            Source::LastUsed(slot) => *place = last_used_atom(rules, *slot, frame.last_used(*slot)),
            Source::Now
            | Source::Nobody
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::Element(..)
            | Source::Taken(_)
            | Source::Unseen(_) => {}
        }
    }
    Some(found)
}

/// Makes events up.
struct Maker<'m, 'a> {
    rules: &'a RuleSet,
    clock: Clock,
    facts: Facts,
    /// Whether events that need belong to nothing say so by having no stamp, or by an empty one.
    unstamped: bool,
    /// Which term of a decaying sum is used.
    term: usize,
    /// Whether an event that is there for something else may be given another amount.
    shared: bool,
    wanted: &'m [Wanted<'a>],
}

impl Maker<'_, '_> {
    fn run(&mut self) -> Option<()> {
        for wanted in self.wanted {
            match (wanted.gathered, &wanted.value) {
                (Gathered::Halved { of, since, .. }, Datum::Known(Value::Number(left))) => {
                    let _ = self.halved(of, since, *left);
                }
                // A field that cannot be read.
                (Gathered::Sum(of, field, _), Datum::Missing(reason)) => {
                    let mut event = self.event(*of, self.clock.now)?;
                    *event.fields.get_mut(*field as usize)? = Datum::Missing(*reason);
                    self.facts.history.push(event);
                }
                // What is missing of a known customer is what nobody can tell: whose event it was.
                (gathered, Datum::Missing(_)) => {
                    let of = *gathered.occurrences().first()?;
                    let event = Happened::plain(of.event, self.clock.now, Stamp::Unstamped);
                    self.facts.history.push(event);
                }
                (Gathered::Last(_), Datum::Known(Value::Never)) => {}
                (Gathered::Last(of), Datum::Known(Value::Time(at))) => {
                    match gather(self.rules, &self.facts).gathered(wanted.id) {
                        Datum::Known(Value::Time(Instant(at))) if (wanted.range.0..=wanted.range.1).contains(at) => {}
                        Datum::Known(_) | Datum::Missing(_) => self.add(*of, *at, 1)?,
                    }
                }
                (gathered, Datum::Known(Value::Number(_))) => {
                    let so_far = self.number(wanted.id)?;
                    let wished = so_far.clamp(wanted.range.0, wanted.range.1);
                    let more = wished.checked_sub(so_far)?;
                    // Where it cannot be had, something else may do as well: that is judged in the end.
                    let _ = match gathered {
                        Gathered::Times(of, window) => {
                            let at = self.oldest(*of, *window);
                            self.add(*of, at, more)
                        }
                        Gathered::Sum(of, field, window) => self.sum(*of, *field, *window, more),
                        Gathered::Decayed(terms) => self.decayed(wanted.id, terms, wished, more),
                        Gathered::Last(_) | Gathered::Halved { .. } => None,
                    };
                }
                (_, Datum::Known(_)) => return None,
            }
        }
        Some(())
    }

    /// What a gathered number is so far; nothing where something is still missing.
    fn number(&self, id: GatheredId) -> Option<i64> {
        match gather(self.rules, &self.facts).gathered(id) {
            Datum::Known(Value::Number(number)) => Some(*number),
            Datum::Known(_) | Datum::Missing(_) => None,
        }
    }

    fn stamp(&self, of: Option<EventTarget>) -> Option<Stamp> {
        let shown = |offer: OfferId, rule| Stamp::Of {
            offer: Some(offer),
            rule,
            via: None,
            class: None,
            tags: self.rules[offer].tags.clone(),
            channel: None,
        };
        Some(match of {
            None if self.unstamped => Stamp::Unstamped,
            None => Stamp::Of { offer: None, rule: None, via: None, class: None, tags: Vec::new(), channel: None },
            Some(EventTarget::Offer(offer)) => shown(offer, only_rule(self.rules, offer)),
            Some(EventTarget::Rule(rule)) => shown(self.rules[rule].show, Some(rule)),
            Some(EventTarget::Class(class)) => {
                Stamp::Of { offer: None, rule: None, via: None, class: Some(class), tags: Vec::new(), channel: None }
            }
            Some(EventTarget::Channel(channel)) => {
                Stamp::Of { offer: None, rule: None, via: None, class: None, tags: Vec::new(), channel: Some(channel) }
            }
            Some(EventTarget::Tag(tag)) => {
                let at = self.rules.offers.iter().position(|offer| offer.tags.contains(&tag))?;
                let offer = OfferId::from_index(at);
                shown(offer, only_rule(self.rules, offer))
            }
        })
    }

    /// An event whose numbers are as near to zero as may be.
    fn event(&self, of: Occurrence, at: Instant) -> Option<Happened> {
        let fields = self.rules[of.event].fields.iter().map(|field| match field.ty {
            Type::Number(number) => Datum::Known(Value::Number(0_i64.clamp(number.min, number.max))),
            Type::YesNo
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => Datum::Missing(Missing::Absent),
        });
        Some(Happened { event: of.event, at, stamp: self.stamp(of.of)?, fields: fields.collect(), times: 1 })
    }

    fn add(&mut self, of: Occurrence, at: Instant, count: i64) -> Option<()> {
        if !(0..=MOST_EVENTS).contains(&count) {
            return None;
        }
        let event = self.event(of, at)?;
        self.facts.history.extend(std::iter::repeat_n(event, usize::try_from(count).ok()?));
        Some(())
    }

    /// The oldest time in the window that is easily read, no later than the last time that is asked for.
    fn oldest(&self, of: Occurrence, window: Lookback) -> Instant {
        let now = self.clock.now;
        let at = match window {
            Lookback::Last(length) => {
                let edge = now.minus(length).0;
                if now.0 - edge > SECOND { Instant(edge + SECOND) } else { Instant(edge + 1) }
            }
            Lookback::Ever => {
                let windows = self.wanted.iter().filter_map(|wanted| match wanted.gathered {
                    Gathered::Times(_, Lookback::Last(length)) | Gathered::Sum(_, _, Lookback::Last(length)) => {
                        Some(now.minus(*length).0)
                    }
                    Gathered::Times(..)
                    | Gathered::Last(_)
                    | Gathered::Sum(..)
                    | Gathered::Decayed(_)
                    | Gathered::Halved { .. } => None,
                });
                let first = windows.min().unwrap_or(now.0).min(now.0 - LONG_AGO);
                Instant(first.div_euclid(DAY).saturating_mul(DAY).max(Instant::MIN.0))
            }
        };
        let last = self.wanted.iter().filter_map(|wanted| match (wanted.gathered, &wanted.value) {
            (Gathered::Last(other), Datum::Known(Value::Time(last))) if within(of, *other) => Some(*last),
            (_, _) => None,
        });
        last.fold(at, Instant::min)
    }

    /// Raises or lowers a sum: by an event in the window that is there, else by new ones.
    fn sum(&mut self, of: Occurrence, field: u32, window: Lookback, mut more: i64) -> Option<()> {
        let ty = self.rules.field_type(of.event, field)?;
        let start = match window {
            Lookback::Last(length) => self.clock.now.minus(length),
            Lookback::Ever => Instant(i64::MIN),
        };
        let stamp = self.stamp(of.of)?;
        let raises = more > 0;
        let mut change = |event: &mut Happened| {
            if let Some(Datum::Known(Value::Number(value))) = event.fields.get_mut(field as usize) {
                let changed = value.saturating_add(more).clamp(ty.min, ty.max);
                more -= changed - *value;
                *value = changed;
            }
        };
        let at = self.oldest(of, window);
        let shared = self.shared;
        let fits = |event: &&mut Happened| {
            event.event == of.event
                && (event.at == at || shared && event.at > start)
                && (of.of.is_none() || event.stamp == stamp)
        };
        if raises {
            self.facts.history.iter_mut().filter(fits).for_each(&mut change);
        }
        for _ in 0..MOST_EVENTS {
            if more == 0 {
                return Some(());
            }
            let mut event = self.event(of, at)?;
            let before = more;
            if let Some(Datum::Known(Value::Number(value))) = event.fields.get_mut(field as usize) {
                let changed = more.clamp(ty.min, ty.max);
                more -= changed;
                *value = changed;
            }
            if more == before {
                return None;
            }
            self.facts.history.push(event);
        }
        None
    }

    /// Whole events now, and one of such an age that the rest of it is left.
    fn decayed(&mut self, id: GatheredId, terms: &[Term], sum: i64, more: i64) -> Option<()> {
        if more == 0 {
            return Some(());
        }
        let useful = terms.iter().filter(|term| match term.each {
            Increment::Points(points) => points.signum() == more.signum(),
            Increment::Field(_) => true,
        });
        let term = *useful.cycle().nth(self.term)?;
        let now = self.clock.now;
        match term.each {
            Increment::Field(field) => {
                let places = self.rules.field_type(term.of.event, field)?.scale;
                let unit = i64::try_from(pow10(SCORE.scale.checked_sub(places)?)).ok()?;
                let mut event = self.event(term.of, now)?;
                *event.fields.get_mut(field as usize)? = Datum::Known(Value::Number(more / unit));
                self.facts.history.push(event);
            }
            Increment::Points(points) => {
                self.add(term.of, now, more / points)?;
                if more % points == 0 {
                    return Some(());
                }
                // Older is less: the age at which just the rest is left, found by halving.
                let mut event = self.event(term.of, now)?;
                let length = term.half_life.unit.microseconds()?.saturating_mul(term.half_life.count.into());
                let (mut young, mut old) = (0_i64, length.saturating_mul(40).min(now.0 - Instant::MIN.0));
                let at = self.facts.history.len();
                self.facts.history.push(event.clone());
                while old - young > 1 {
                    let middle = young + (old - young) / 2;
                    event.at = Instant(now.0 - middle);
                    *self.facts.history.get_mut(at)? = event.clone();
                    let found = self.number(id)?;
                    match (found.cmp(&sum), points > 0) {
                        (std::cmp::Ordering::Equal, _) => return Some(()),
                        (std::cmp::Ordering::Greater, true) | (std::cmp::Ordering::Less, false) => young = middle,
                        (_, _) => old = middle,
                    }
                }
            }
        }
        Some(())
    }

    /// A number that is all there still, since it is from now.
    fn halved(&mut self, of: &Operand, since: &Operand, left: i64) -> Option<()> {
        let (Operand::Attribute(number), Operand::Attribute(time)) = (of, since) else { return None };
        let free = |id: &AttributeId| matches!(self.facts.attributes.get(id.index()), Some(Fact::Missing(_)));
        if !free(number) || !free(time) {
            return None;
        }
        let places = self.rules[*number].ty.number()?.scale;
        let unit = i64::try_from(pow10(SCORE.scale.checked_sub(places)?)).ok()?;
        if left % unit != 0 {
            return None;
        }
        let now = self.clock.now;
        self.facts.set(*number, Fact::Known(Value::Number(left / unit), Some(now)));
        self.facts.set(*time, Fact::Known(Value::Time(now), Some(now)));
        Some(())
    }
}
