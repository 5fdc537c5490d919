//! Making a customer of a point: a history for its caps, values for its predicates that were not looked into.
//!
//! Takes a box in which all that was asked holds, and its poorest point; gives a customer, or what stands against one.
//! Where the question has no opaque predicate and spends no cap, that is only reading the point.
//!
//! An opaque predicate (a quotient, attribute against attribute) was free in the search. Here it gets values: from each
//! attribute it reads, the ends of every stretch still possible, the values next to them and those of the other
//! attributes, since truth changes at ends and where attributes meet. All combinations are tried on the reference
//! evaluator, up to a limit. If none fits, the question is not decided by this box, unless every value there is was
//! tried: then the combination is impossible and the search learns it.

use std::collections::BTreeSet;

use super::atoms::Atoms;
use super::axis::Clock;
use super::blocking::View;
use super::domain::{Column, GAP, Source, YES};
use super::events::gathered_of;
use super::formula::{Dim, Formula};
use super::history::{History, history};
use super::hours::{at_fitting_hour, let_go_sooner, still_fits};
use super::lived::lived;
use super::program::Program;
use super::region::Region;
use super::search::Undecided;
use super::witness::{Witness, nice, stamped, value};
use crate::eval;
use crate::frame::{Fact, Facts, Frame, Happened};
use crate::model::{AttributeId, CapId, CapUnit, Condition, Expression};
use crate::value::{Datum, Missing, Truth, Value};

/// The most combinations of values that are tried for one box.
const MOST_TRIALS: usize = 4096;
/// The most combinations of what events add up to for which events are made up.
const MOST_HISTORIES: usize = 200;
/// Numbers at or beyond this, in mantissas, are not tried of what events add up to.
const MOST_MADE_UP: i64 = 1_000_000_000;

/// What became of a point.
pub(super) enum Realised {
    /// It is this customer.
    Customer(Box<Witness>),
    /// It is nobody, and neither is any point outside this formula.
    Impossible(Formula),
    /// The predicates fall out so that this is the point, and there a blocker holds.
    Shadowed(Vec<usize>),
    /// Nobody was found, for want of this.
    NotFound(Undecided),
}

/// What a customer must satisfy.
pub(super) struct Shadows<'s> {
    pub(super) question: &'s [Formula],
    pub(super) blockers: View<'s>,
}

/// Turns the point, or another one of the region, into a customer.
pub(super) fn realise(
    program: &mut Program<'_>,
    start: usize,
    region: &Region,
    point: &[usize],
    shadows: &Shadows<'_>,
) -> Realised {
    let (anonymous, key_is_known) =
        program.starts.get(start).map_or((false, false), |start| (start.anonymous, start.key_is_known));
    let clock = program.clock(point);
    let Some((clock, mut witness)) = at_fitting_hour(program, point, clock, anonymous) else {
        return Realised::NotFound(Undecided::Hours);
    };
    match spend(program, &witness.facts, point, key_is_known) {
        Ok(events) => witness.facts.history.extend(events),
        Err(against) => return against,
    }
    let opaque: Vec<Dim> =
        program.dims().filter(|(_, source)| matches!(source, Source::Opaque(_))).map(|(dim, _)| dim).collect();
    let found = if opaque.is_empty() {
        Found::Point(point.to_vec())
    } else {
        Trial { program, region, clock, shadows, opaque: &opaque }.run(&mut witness, point)
    };
    match found {
        Found::Point(point) => {
            match with_events(program, region, shadows, &witness.facts, &point, clock, &BTreeSet::new()) {
                Ok(facts) => {
                    let witness = Witness { facts, ..witness };
                    if still_fits(program, &point, &witness) {
                        return Realised::Customer(Box::new(witness));
                    }
                    let good = |point: &[usize]| {
                        let holds = |formula: &Formula| program.formulas.holds(*formula, point);
                        shadows.question.iter().all(holds)
                            && program.couplings.iter().all(holds)
                            && shadows.blockers.holding(&program.formulas, point).next().is_none()
                    };
                    match let_go_sooner(program, &witness, good) {
                        Some(witness) => Realised::Customer(Box::new(witness)),
                        None => Realised::NotFound(Undecided::Hours),
                    }
                }
                Err(shadowed) => {
                    let has_hours = program.schema.sources.iter().any(|source| matches!(source, Source::Hours(_)));
                    let why = if has_hours { Undecided::Hours } else { Undecided::Events };
                    shadowed.map_or(Realised::NotFound(why), Realised::Shadowed)
                }
            }
        }
        Found::Lived(facts) => Realised::Customer(Box::new(Witness { facts: *facts, ..witness })),
        Found::Shadowed(point) => Realised::Shadowed(point),
        Found::Impossible(dims) => {
            let outside: Vec<Formula> = dims
                .into_iter()
                .filter_map(|dim| {
                    let rest = Atoms::all(program.formulas.width(dim)).minus(region.domain(dim)?);
                    Some(program.formulas.literal(dim, rest))
                })
                .collect();
            Realised::Impossible(program.formulas.any(outside))
        }
        Found::Nothing => Realised::NotFound(Undecided::Calculation),
    }
}

/// Whether some history spends the caps that the point says are spent, and no others.
fn spend(
    program: &mut Program<'_>,
    facts: &Facts,
    point: &[usize],
    key_is_known: bool,
) -> Result<Vec<Happened>, Realised> {
    match events(program, facts, point, key_is_known) {
        History::Events(events) => Ok(events),
        History::Unknown => Err(Realised::NotFound(Undecided::Events)),
        History::Impossible(spent, left) => {
            let schema = program.schema.clone();
            let mut parts = Vec::new();
            for (caps, so) in [(spent, true), (left, false)] {
                for cap in caps {
                    let Some(dim) = schema.dim(&Source::Spent(cap)) else { continue };
                    let is_spent = program.formulas.is(dim, YES);
                    parts.push(if so { program.formulas.not(is_spent) } else { is_spent });
                }
            }
            Err(Realised::Impossible(program.formulas.any(parts)))
        }
    }
}

fn events(program: &Program<'_>, facts: &Facts, point: &[usize], key_is_known: bool) -> History {
    // What is counted per customer hangs on no history where nobody knows who the customer is.
    let hangs = |cap: CapId| key_is_known || program.schema.rules[cap].unit != CapUnit::Customer;
    let caps = |so: bool| -> Vec<CapId> {
        let states = program.schema.sources.iter().zip(point);
        let caps = states.filter_map(|(source, atom)| match source {
            Source::Spent(cap) if (*atom == YES) == so && hangs(*cap) => Some(*cap),
            Source::Spent(_)
            | Source::Nobody
            | Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::LastUsed(_)
            | Source::Attribute(_)
            | Source::Element(..)
            | Source::Taken(_)
            | Source::Unseen(_)
            | Source::Hours(_)
            | Source::Opaque(_) => None,
        });
        caps.collect()
    };
    history(program.schema.rules, facts, &caps(true), &caps(false))
}

/// What a predicate that is not looked into comes out as in a frame.
pub(super) fn truth_atom(program: &Program<'_>, frame: &Frame, number: usize) -> Option<usize> {
    let condition = program.schema.opaque.get(number)?;
    Some(match eval::condition(program.schema.rules, frame, condition) {
        Truth::Yes => 0,
        Truth::No => 1,
        Truth::Unknown if !program.schema.has_gap(number) => 2,
        Truth::Unknown if eval::is_awaited(program.schema.rules, frame, condition) => 2,
        Truth::Unknown => GAP,
    })
}

/// What became of a point whose dimensions `moved` are no longer those of the box's own point.
fn judge(program: &Program<'_>, region: &Region, shadows: &Shadows<'_>, point: Vec<usize>, moved: &[Dim]) -> Judged {
    let formulas = &program.formulas;
    let inside = |dim: &Dim| {
        let domain = region.domain(*dim).zip(point.get(dim.index()));
        domain.is_some_and(|(domain, atom)| domain.has(*atom))
    };
    if !moved.iter().all(inside) {
        return Judged::Not;
    }
    let holds = |formula: &Formula| formulas.holds(*formula, &point);
    if !shadows.question.iter().all(holds) || !program.couplings.iter().all(holds) {
        return Judged::Other;
    }
    let is_shadowed = shadows.blockers.holding(formulas, &point).next().is_some();
    if is_shadowed { Judged::Shadowed(point) } else { Judged::Good(point) }
}

/// The facts with events that add up to the point, or to another one of which all is so that was asked; else such a one
/// at which a blocker holds, if one came up.
fn with_events(
    program: &Program<'_>,
    region: &Region,
    shadows: &Shadows<'_>,
    facts: &Facts,
    point: &[usize],
    clock: Clock,
    exact: &BTreeSet<AttributeId>,
) -> Result<Facts, Option<Vec<usize>>> {
    let mut shadowed = None;
    for (facts, real) in lived(program, facts, point, clock, exact) {
        let differs = |dim: &Dim| real.get(dim.index()) != point.get(dim.index());
        let moved: Vec<Dim> = program.dims().map(|(dim, _)| dim).filter(differs).collect();
        match judge(program, region, shadows, real, &moved) {
            Judged::Good(_) => return Ok(facts),
            Judged::Shadowed(point) => shadowed = shadowed.or(Some(point)),
            Judged::Other | Judged::Not => {}
        }
    }
    Err(shadowed)
}

enum Found {
    Point(Vec<usize>),
    /// A customer whose events have been made up.
    Lived(Box<Facts>),
    Shadowed(Vec<usize>),
    Impossible(Vec<Dim>),
    Nothing,
}

struct Trial<'t, 'a> {
    program: &'t Program<'a>,
    region: &'t Region,
    clock: Clock,
    shadows: &'t Shadows<'t>,
    opaque: &'t [Dim],
}

/// The values that are tried of one attribute: what is known of it, and the atom that is.
struct Candidates {
    id: AttributeId,
    dim: Dim,
    values: Vec<(usize, Datum)>,
    /// No other value is possible.
    complete: bool,
}

impl Trial<'_, '_> {
    /// Finds values; those of the point first.
    fn run(&self, witness: &mut Witness, point: &[usize]) -> Found {
        let mut shadowed = None;
        let mut seen_possible = false;
        let mut frame = witness.frame(self.program.schema.rules);
        match self.judge(self.settled(&frame, point.to_vec())) {
            Judged::Good(point) => return Found::Point(point),
            Judged::Shadowed(point) => (shadowed, seen_possible) = (Some(point), true),
            Judged::Other => seen_possible = true,
            Judged::Not => {}
        }
        let candidates = self.candidates();
        let complete = candidates.iter().all(|of| of.complete) && !self.depends_on_more();
        let combinations = candidates.iter().map(|of| of.values.len()).fold(1, usize::saturating_mul);
        let rules = self.program.schema.rules;
        let gathered: BTreeSet<AttributeId> =
            candidates.iter().map(|of| of.id).filter(|id| gathered_of(rules, *id).is_some()).collect();
        let mut histories = if gathered.is_empty() { 0 } else { MOST_HISTORIES };
        for number in 0..combinations.min(MOST_TRIALS) {
            let mut tried = point.to_vec();
            let mut chosen = Vec::with_capacity(candidates.len());
            let mut rest = number;
            for of in &candidates {
                let Some((atom, datum)) = of.values.get(rest % of.values.len().max(1)) else { continue };
                rest /= of.values.len().max(1);
                if let Some(place) = tried.get_mut(of.dim.index()) {
                    *place = *atom;
                }
                if let Some(place) = frame.attributes.get_mut(of.id.index()) {
                    *place = datum.clone();
                }
                chosen.push((of.id, datum));
            }
            let settled = self.settled(&frame, tried);
            if histories > 0 && self.is_inside(&settled) {
                // Events add up to more than was chosen, so what else they come to is looked at as well.
                histories -= 1;
                seen_possible = true;
                let mut facts = witness.facts.clone();
                chosen.iter().for_each(|(id, datum)| facts.set(*id, self.fact(*id, datum)));
                match with_events(self.program, self.region, self.shadows, &facts, &settled, self.clock, &gathered) {
                    Ok(facts) => return Found::Lived(Box::new(facts)),
                    Err(point) => shadowed = shadowed.or(point),
                }
                continue;
            }
            match self.judge(settled) {
                Judged::Good(_) if !gathered.is_empty() => seen_possible = true,
                Judged::Good(point) => {
                    chosen.into_iter().for_each(|(id, datum)| witness.facts.set(id, self.fact(id, datum)));
                    return Found::Point(point);
                }
                Judged::Shadowed(point) => {
                    seen_possible = true;
                    shadowed = shadowed.or(Some(point));
                }
                Judged::Other => seen_possible = true,
                Judged::Not => {}
            }
        }
        match shadowed {
            Some(point) => Found::Shadowed(point),
            None if complete && combinations <= MOST_TRIALS && !seen_possible => {
                Found::Impossible(candidates.iter().map(|of| of.dim).chain(self.restricted()).collect())
            }
            None => Found::Nothing,
        }
    }

    /// The point with the opaque predicates as they really fall out in the frame.
    fn settled(&self, frame: &Frame, mut point: Vec<usize>) -> Vec<usize> {
        for dim in self.opaque {
            let Some(Source::Opaque(number)) = self.program.schema.sources.get(dim.index()) else { continue };
            if let (Some(atom), Some(place)) = (truth_atom(self.program, frame, *number), point.get_mut(dim.index())) {
                *place = atom;
            }
        }
        point
    }

    /// Whether the opaque predicates fall out as the box wants them.
    fn is_inside(&self, point: &[usize]) -> bool {
        self.opaque.iter().all(|dim| {
            let domain = self.region.domain(*dim).zip(point.get(dim.index()));
            domain.is_some_and(|(domain, atom)| domain.has(*atom))
        })
    }

    fn judge(&self, point: Vec<usize>) -> Judged {
        judge(self.program, self.region, self.shadows, point, self.opaque)
    }

    /// The opaque predicates of which the box leaves not everything open.
    fn restricted(&self) -> impl Iterator<Item = Dim> {
        let formulas = &self.program.formulas;
        self.opaque
            .iter()
            .copied()
            .filter(|dim| self.region.domain(*dim).is_some_and(|domain| domain.count() < formulas.width(*dim)))
    }

    /// Whether a predicate reads something besides attributes.
    fn depends_on_more(&self) -> bool {
        self.restricted().any(|dim| {
            let Some(Source::Opaque(number)) = self.program.schema.sources.get(dim.index()) else { return true };
            let reads = self.program.schema.opaque.get(*number).map(|condition| Reads::of(self.program, condition));
            reads.is_none_or(|reads| reads.more)
        })
    }

    fn candidates(&self) -> Vec<Candidates> {
        let mut attributes = BTreeSet::new();
        for dim in self.restricted() {
            if let Some(Source::Opaque(number)) = self.program.schema.sources.get(dim.index())
                && let Some(condition) = self.program.schema.opaque.get(*number)
            {
                attributes.append(&mut Reads::of(self.program, condition).attributes);
            }
        }
        let attributes: Vec<(AttributeId, Dim)> = attributes
            .into_iter()
            .filter_map(|id| Some((id, self.program.schema.dim(&Source::Attribute(id))?)))
            .collect();
        let each = (MOST_TRIALS as f64).powf(1.0 / attributes.len().max(1) as f64).floor() as usize;
        let ends: BTreeSet<i64> = attributes.iter().flat_map(|(_, dim)| self.ends(*dim)).collect();
        attributes.into_iter().map(|(id, dim)| self.values(id, dim, &ends, each.max(2))).collect()
    }

    /// The ends of what is possible of an attribute, and their neighbours.
    fn ends(&self, dim: Dim) -> Vec<i64> {
        let Some(column) = self.program.column_at(dim, self.clock) else { return Vec::new() };
        let Some(domain) = self.region.domain(dim) else { return Vec::new() };
        let bounds = domain.iter().filter_map(|atom| column.axis.bounds(atom.checked_sub(column.first)?));
        bounds.flat_map(|(first, last)| [first, last]).collect()
    }

    fn values(&self, id: AttributeId, dim: Dim, ends: &BTreeSet<i64>, most: usize) -> Candidates {
        let schema = &self.program.schema;
        let mut values: Vec<(usize, Datum)> = Vec::new();
        let Some(column) = self.program.column_at(dim, self.clock) else {
            return Candidates { id, dim, values, complete: false };
        };
        let mut complete = true;
        let mut positions: Vec<(usize, i64)> = Vec::new();
        for atom in self.region.domain(dim).into_iter().flat_map(Atoms::iter) {
            if atom == Column::ABSENT {
                values.push((atom, Datum::Missing(Missing::Absent)));
            } else if Some(atom) == column.garbled {
                values.push((atom, Datum::Missing(Missing::Unreadable)));
            } else if Some(atom) == column.masked {
                values.push((atom, Datum::Missing(Missing::NoConsent)));
            } else if Some(atom) == column.never {
                values.push((atom, Datum::Known(Value::Never)));
            } else if let Some((first, last)) = column.axis.bounds(atom - column.first) {
                let ty = schema.rules[id].ty;
                let mut of_atom: Vec<i64> = vec![first, last, nice(ty, (first, last), self.clock)];
                let near = ends.iter().flat_map(|end| [*end, end.saturating_sub(1), end.saturating_add(1)]);
                of_atom.extend(near.filter(|at| first < *at && *at < last));
                if last.saturating_sub(first) < most as i64 {
                    of_atom.extend(first..=last);
                } else {
                    complete = false;
                }
                let mut listed = BTreeSet::new();
                of_atom.retain(|at| listed.insert(*at));
                // A history is short, and a short one is easily read.
                if gathered_of(schema.rules, id).is_some() && schema.rules[id].ty.number().is_some() {
                    let before = of_atom.len();
                    of_atom.retain(|at| at.abs() < MOST_MADE_UP);
                    of_atom.sort_by_key(|at| at.abs());
                    complete &= of_atom.len() == before;
                }
                positions.extend(of_atom.into_iter().map(|at| (atom, at)));
            }
        }
        let free = |id: AttributeId| {
            use crate::value::Type;
            matches!(schema.rules[id].ty, Type::Text | Type::Zone | Type::Set)
        };
        complete &= !free(id) && positions.len() + values.len() <= most;
        let known =
            positions.into_iter().filter_map(|(atom, at)| Some((atom, Datum::Known(value(schema, id, at, &[])?))));
        let mut all: Vec<(usize, Datum)> = known.collect();
        all.append(&mut values);
        all.truncate(most);
        Candidates { id, dim, values: all, complete }
    }

    fn fact(&self, id: AttributeId, datum: &Datum) -> Fact {
        match datum {
            Datum::Known(value) => stamped(self.program.schema.rules, id, value.clone(), self.clock),
            // Masked follows from the consent; the fact behind it is not read.
            Datum::Missing(Missing::NoConsent) => Fact::Missing(Missing::Absent),
            Datum::Missing(reason) => Fact::Missing(*reason),
        }
    }
}

enum Judged {
    /// The customer asked for.
    Good(Vec<usize>),
    /// A customer of the question, of whom a blocker holds.
    Shadowed(Vec<usize>),
    /// Predicates as wanted, but not this question.
    Other,
    /// Predicates not as wanted.
    Not,
}

/// What a predicate reads.
struct Reads {
    attributes: BTreeSet<AttributeId>,
    /// Something else too: consent, or now.
    more: bool,
}

impl Reads {
    fn of(program: &Program<'_>, condition: &Condition) -> Self {
        let mut reads = Self { attributes: BTreeSet::new(), more: false };
        reads.condition(program, condition);
        reads
    }

    fn condition(&mut self, program: &Program<'_>, condition: &Condition) {
        condition.each(&mut |part| {
            if let Condition::Segment(id) = part {
                self.condition(program, &program.schema.rules[*id].condition);
            }
            self.more |= matches!(part, Condition::Age(..));
            part.operands().into_iter().for_each(|operand| self.expression(program, operand));
        });
    }

    fn expression(&mut self, program: &Program<'_>, expression: &Expression) {
        match expression {
            Expression::Literal(..) | Expression::Gathered(_) => {}
            Expression::Attribute(id) => {
                self.attributes.insert(*id);
            }
            Expression::Value(id) => self.expression(program, &program.schema.rules[*id].expression),
            Expression::Consent(_) | Expression::Permission(_) | Expression::Now => self.more = true,
            Expression::Rescale(of, _) => self.expression(program, of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(program, left);
                self.expression(program, right);
            }
            Expression::When(of, when, _) => {
                self.expression(program, of);
                self.condition(program, when);
            }
        }
    }
}
