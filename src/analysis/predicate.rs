//! One predicate, one question to one attribute: which stretches of its axis say yes.
//!
//! Takes a predicate whose operands can be taken apart (`read.rs`); gives its formulas. The meaning of each word is
//! that of `ops`: never stands before every time and above every number, equals nothing, and is more than any period
//! old.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::axis::{ClockEdge, Edge, Scale, Shape, Way};
use super::compile::{Compiler, Truths};
use super::domain::{Column, Source, YES};
use super::formula::Formula;
use super::read::{Case, Read, Simple, line};
use crate::model::{AgeBound, Condition, Expression};
use crate::ops::{self, Comparison, Direction, Quantifier};
use crate::value::{Datum, Missing, Period, Truth, Value};

impl<'a> Compiler<'a> {
    /// Where a predicate is yes and no; `None` where it has to stay opaque.
    pub(super) fn predicate(&mut self, condition: &'a Condition) -> Option<Truths> {
        match condition {
            Condition::Holds(of) => self.each(of, true, |c, simple| c.holds(simple)),
            Condition::OneOf(of, values) => self.each(of, true, |c, simple| c.one_of(simple, values)),
            Condition::Known(of) => self.each(of, false, |c, simple| Some(c.known(simple))),
            Condition::Never(of) => self.each(of, true, |c, simple| Some(c.never(simple))),
            Condition::Has(of, quantifier, elements) => {
                self.each(of, true, |c, simple| c.has(simple, *quantifier, elements))
            }
            Condition::Age(of, direction, AgeBound::One(comparison, period)) => {
                self.each(of, true, |c, simple| c.age(simple, *direction, *comparison, *period))
            }
            Condition::Age(of, direction, AgeBound::Between(from, to)) => {
                let least = self.each(of, true, |c, simple| c.age(simple, *direction, Comparison::AtLeast, *from))?;
                let most = self.each(of, true, |c, simple| c.age(simple, *direction, Comparison::AtMost, *to))?;
                Some(self.and(&[least, most]))
            }
            Condition::Equal(left, right) => self.each_pair(left, right, |c, a, b| c.equal(a, b)),
            Condition::Compare(comparison, left, right) => {
                self.each_pair(left, right, |c, a, b| c.compare(*comparison, a, b))
            }
            Condition::Between(of, from, to) => {
                let least = self.each_pair(of, from, |c, a, b| c.compare(Comparison::AtLeast, a, b))?;
                let most = self.each_pair(of, to, |c, a, b| c.compare(Comparison::AtMost, a, b))?;
                Some(self.and(&[least, most]))
            }
            Condition::And(_) | Condition::Or(_) | Condition::Not(_) | Condition::Segment(_) => None,
        }
    }

    fn each(
        &mut self,
        of: &'a Expression,
        defaults: bool,
        truths: impl Fn(&mut Self, &Simple) -> Option<Truths>,
    ) -> Option<Truths> {
        let mut found = Vec::new();
        for Case { when, is, .. } in self.cases(of, defaults)? {
            found.push((when, truths(self, &is)?));
        }
        Some(self.joined(found))
    }

    fn each_pair(
        &mut self,
        left: &'a Expression,
        right: &'a Expression,
        truths: impl Fn(&mut Self, &Simple, &Simple) -> Option<Truths>,
    ) -> Option<Truths> {
        let (first, second) = (self.cases(left, true)?, self.cases(right, true)?);
        let mut found = Vec::new();
        for a in &first {
            for b in &second {
                let when = self.formulas.both(a.when, b.when);
                found.push((when, truths(self, &a.is, &b.is)?));
            }
        }
        Some(self.joined(found))
    }

    /// Cases exclude each other, so the whole is yes where some case holds and is yes.
    fn joined(&mut self, cases: Vec<(Formula, Truths)>) -> Truths {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (when, truths) in cases {
            yes.push(self.formulas.both(when, truths.yes));
            no.push(self.formulas.both(when, truths.no));
        }
        Truths { yes: self.formulas.any(yes), no: self.formulas.any(no) }
    }

    fn holds(&mut self, simple: &Simple) -> Option<Truths> {
        match simple {
            Simple::Attribute(read) => Some(self.shaped(*read, &Shape::stretch(Edge::At(1), Edge::At(2)))),
            Simple::Constant(_) | Simple::Missing => Some(ops::holds(&datum(simple)?).into()),
            Simple::Consent(_) | Simple::Permission(_) | Simple::Now => None,
        }
    }

    fn one_of(&mut self, simple: &Simple, values: &[Value]) -> Option<Truths> {
        match simple {
            Simple::Attribute(read) => {
                let mut whole = Shape::default();
                for value in values {
                    whole.stretches.extend(self.equal_shape(*read, value)?.stretches);
                }
                Some(self.shaped(*read, &whole))
            }
            Simple::Consent(purpose) => {
                let yes = self.consent(*purpose, |status| values.contains(&Value::Member(status.member())));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            Simple::Permission(channel) => {
                let yes = self.permission(*channel, |state| values.contains(&Value::Member(state.member())));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            Simple::Constant(_) | Simple::Missing => Some(ops::one_of(&datum(simple)?, values).into()),
            Simple::Now => None,
        }
    }

    fn known(&mut self, simple: &Simple) -> Truths {
        let yes = self.readable(simple);
        Truths { yes, no: self.formulas.not(yes) }
    }

    fn never(&mut self, simple: &Simple) -> Truths {
        match simple {
            Simple::Attribute(read) => self.shaped(*read, &Shape { stretches: Vec::new(), never: true }),
            Simple::Constant(value) => Truth::from(*value == Value::Never).into(),
            Simple::Missing => Truth::Unknown.into(),
            Simple::Consent(_) | Simple::Permission(_) | Simple::Now => Truth::No.into(),
        }
    }

    fn has(&mut self, simple: &Simple, quantifier: Quantifier, wanted: &BTreeSet<Arc<str>>) -> Option<Truths> {
        let Simple::Attribute(read) = simple else {
            return Some(ops::has(&datum(simple)?, quantifier, wanted).into());
        };
        let dim = self.attribute(read.id);
        let elements: Vec<_> =
            wanted.iter().map(|text| self.schema.add(Source::Element(read.id, text.clone()))).collect();
        let Some(column) = self.column(read.id) else {
            return Some(Truths { yes: Formula::ALWAYS, no: Formula::ALWAYS });
        };
        let held: Vec<_> = elements.into_iter().map(|element| self.formulas.is(element, YES)).collect();
        let held = match quantifier {
            Quantifier::Any => self.formulas.any(held),
            Quantifier::All => self.formulas.all(held),
        };
        let lacking = self.formulas.not(held);
        let known = self.formulas.is(dim, column.first);
        let mut truths = Truths { yes: self.formulas.both(known, held), no: self.formulas.both(known, lacking) };
        if let Some(default) = self.default_of(*read) {
            let absent = self.formulas.is(dim, Column::ABSENT);
            let assumed = Truths::from(ops::has(&Datum::Known(default.clone()), quantifier, wanted));
            truths = self.joined(vec![(Formula::ALWAYS, truths), (absent, assumed)]);
        }
        Some(truths)
    }

    fn age(&mut self, simple: &Simple, direction: Direction, comparison: Comparison, period: Period) -> Option<Truths> {
        match simple {
            Simple::Attribute(read) => Some(self.shaped(*read, &age_shape(direction, comparison, period))),
            // The age of now is the same at any time.
            Simple::Now => {
                let (shape, clock) = (age_shape(direction, comparison, period), self.clock());
                Some(Truth::from(shape.has(clock.now.0, Scale::Instants, clock)).into())
            }
            // That of a written instant runs with now.
            Simple::Constant(Value::Time(_) | Value::Date(_)) | Simple::Consent(_) | Simple::Permission(_) => None,
            Simple::Constant(_) | Simple::Missing => {
                let clock = self.clock();
                Some(ops::age(&datum(simple)?, direction, comparison, period, clock.now, clock.today).into())
            }
        }
    }

    fn equal(&mut self, left: &Simple, right: &Simple) -> Option<Truths> {
        match (left, right) {
            (Simple::Missing, _) | (_, Simple::Missing) => Some(Truth::Unknown.into()),
            (Simple::Attribute(read), Simple::Constant(value)) | (Simple::Constant(value), Simple::Attribute(read)) => {
                let shape = self.equal_shape(*read, value)?;
                Some(self.shaped(*read, &shape))
            }
            (Simple::Attribute(read), Simple::Now) | (Simple::Now, Simple::Attribute(read)) => {
                let [now, after] = [0, 1].map(|further| Edge::Clock(ClockEdge { distance: None, further }));
                Some(self.shaped(*read, &Shape::stretch(now, after)))
            }
            (Simple::Consent(purpose), Simple::Constant(value))
            | (Simple::Constant(value), Simple::Consent(purpose)) => {
                let yes = self.consent(*purpose, |status| *value == Value::Member(status.member()));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            (Simple::Permission(channel), Simple::Constant(value))
            | (Simple::Constant(value), Simple::Permission(channel)) => {
                let yes = self.permission(*channel, |state| *value == Value::Member(state.member()));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            (Simple::Now, Simple::Constant(Value::Time(at))) | (Simple::Constant(Value::Time(at)), Simple::Now) => {
                let yes = self.now(&Shape::stretch(Edge::At(at.0), Edge::At(at.0 + 1)));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            (Simple::Constant(_), Simple::Constant(_)) => Some(ops::equal(&datum(left)?, &datum(right)?).into()),
            (Simple::Now, Simple::Now) => Some(Truth::Yes.into()),
            (
                Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now | Simple::Constant(_),
                Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now | Simple::Constant(_),
            ) => None,
        }
    }

    fn compare(&mut self, comparison: Comparison, left: &Simple, right: &Simple) -> Option<Truths> {
        match (left, right) {
            (Simple::Missing, _) | (_, Simple::Missing) => Some(Truth::Unknown.into()),
            (Simple::Constant(_), Simple::Constant(_)) => {
                Some(ops::compare(comparison, &datum(left)?, &datum(right)?).into())
            }
            (Simple::Attribute(read), Simple::Constant(value)) => {
                let shape = compare_shape(*read, comparison, value)?;
                Some(self.shaped(*read, &shape))
            }
            (Simple::Attribute(read), Simple::Now) => {
                let [now, after] = [0, 1].map(|further| Edge::Clock(ClockEdge { distance: None, further }));
                let shape = Shape { never: comparison.holds(Ordering::Less), ..ordered(comparison, now, after) };
                Some(self.shaped(*read, &shape))
            }
            (Simple::Now, Simple::Constant(Value::Time(at))) => {
                let yes = self.now(&ordered(comparison, Edge::At(at.0), Edge::At(at.0 + 1)));
                Some(Truths { yes, no: self.formulas.not(yes) })
            }
            (Simple::Now, Simple::Constant(Value::Never)) => {
                Some(Truth::from(comparison.holds(Ordering::Greater)).into())
            }
            (Simple::Now, Simple::Now) => Some(Truth::from(comparison.holds(Ordering::Equal)).into()),
            (Simple::Constant(_), Simple::Attribute(_) | Simple::Now) | (Simple::Now, Simple::Attribute(_)) => {
                self.compare(line::mirrored(comparison), right, left)
            }
            (Simple::Attribute(_), Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_))
            | (Simple::Consent(_) | Simple::Permission(_), _)
            | (Simple::Constant(_) | Simple::Now, Simple::Consent(_) | Simple::Permission(_))
            | (Simple::Now, Simple::Constant(_)) => None,
        }
    }

    /// Which positions equal a value.
    fn equal_shape(&mut self, read: Read, value: &Value) -> Option<Shape> {
        let point = |at: i64| Shape::stretch(Edge::At(at), Edge::before(i128::from(at) + 1));
        match value {
            Value::Text(text) => Some(self.texts(read.id, std::iter::once(text))),
            Value::Number(to) => Some(line::shape(line::equal(read, i128::from(*to)), false)),
            Value::YesNo(_) | Value::Member(_) | Value::Time(_) | Value::Date(_) => {
                self.schema.position(read.id, value).map(point)
            }
            Value::Never => Some(Shape::default()),
            Value::Set(_) => None,
        }
    }
}

/// Which positions stand so to a value.
fn compare_shape(read: Read, comparison: Comparison, value: &Value) -> Option<Shape> {
    Some(match value {
        // Never stands above every number and before every time.
        Value::Number(to) => {
            line::shape(line::compare(read, comparison, i128::from(*to)), comparison.holds(Ordering::Greater))
        }
        Value::Member(member) => {
            let at = i64::from(*member);
            ordered(comparison, Edge::At(at), Edge::At(at + 1))
        }
        Value::Time(at) => {
            Shape { never: comparison.holds(Ordering::Less), ..ordered(comparison, Edge::At(at.0), Edge::At(at.0 + 1)) }
        }
        Value::Date(day) => {
            let at = i64::from(day.0);
            Shape { never: comparison.holds(Ordering::Less), ..ordered(comparison, Edge::At(at), Edge::At(at + 1)) }
        }
        Value::YesNo(_) | Value::Text(_) | Value::Set(_) | Value::Never => return None,
    })
}

/// The positions that stand so to the one between the two edges.
fn ordered(comparison: Comparison, at: Edge, after: Edge) -> Shape {
    match comparison {
        Comparison::AtLeast => Shape::stretch(at, Edge::End),
        Comparison::MoreThan => Shape::stretch(after, Edge::End),
        Comparison::AtMost => Shape::stretch(Edge::Start, after),
        Comparison::LessThan => Shape::stretch(Edge::Start, at),
    }
}

/// The positions of which the age, or the time ahead, stands so to a period; now itself is on both sides.
fn age_shape(direction: Direction, comparison: Comparison, period: Period) -> Shape {
    let way = match direction {
        Direction::Old => Way::Back,
        Direction::Ahead => Way::Ahead,
    };
    let [edge, past] = [0, 1].map(|further| Edge::Clock(ClockEdge { distance: Some((way, period)), further }));
    let [now, after] = [0, 1].map(|further| Edge::Clock(ClockEdge { distance: None, further }));
    let stretch = match (direction, comparison) {
        (Direction::Old, Comparison::AtLeast) => (Edge::Start, past),
        (Direction::Old, Comparison::MoreThan) => (Edge::Start, edge),
        (Direction::Old, Comparison::AtMost) => (edge, after),
        (Direction::Old, Comparison::LessThan) => (past, after),
        (Direction::Ahead, Comparison::AtLeast) => (edge, Edge::End),
        (Direction::Ahead, Comparison::MoreThan) => (past, Edge::End),
        (Direction::Ahead, Comparison::AtMost) => (now, past),
        (Direction::Ahead, Comparison::LessThan) => (now, edge),
    };
    let never = match (direction, comparison) {
        (Direction::Old, Comparison::AtLeast | Comparison::MoreThan) => true,
        (Direction::Old, Comparison::AtMost | Comparison::LessThan) | (Direction::Ahead, _) => false,
    };
    Shape { stretches: vec![stretch], never }
}

/// What a constant reads.
fn datum(simple: &Simple) -> Option<Datum> {
    match simple {
        Simple::Constant(value) => Some(Datum::Known(value.clone())),
        Simple::Missing => Some(Datum::Missing(Missing::Computed)),
        Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now => None,
    }
}
