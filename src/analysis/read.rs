//! Expressions taken apart: in which case an expression reads which attribute, constant or consent.
//!
//! Takes an expression; gives cases that exclude each other and leave nothing out, each with something simple. `a else
//! b` is a where a can be read and b where it cannot; `(2 when C)` is 2, 0 or missing as C is yes, no or unknown; sums
//! of constants join their cases, so a score of points (`(3 when x) + (1 when y)`) is exact. A number changed by
//! constants alone (`12 * x + 5`) is still that attribute, seen through `times x plus`. Whatever else there is
//! (attribute with attribute, quotients) has no cases, and the predicate around it is opaque.

use super::compile::{Compiler, Truths};
use super::domain::Source;
use super::formula::Formula;
use crate::model::{AttributeId, ChannelId, Expression, PurposeId};
use crate::ops::{self, Arithmetic};
use crate::value::{Datum, NumberType, Value, pow10};

/// The most cases an expression is taken apart into, and the most ways by which they come about.
const MOST_CASES: usize = 64;
const MOST_WAYS: usize = 4096;

/// Something whose truth under a predicate is plain to see.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Simple {
    /// A value.
    Constant(Value),
    /// Nothing can be read.
    Missing,
    /// An attribute.
    Attribute(Read),
    /// How a purpose reads.
    Consent(PurposeId),
    /// What the device lets a channel do.
    Permission(ChannelId),
    /// The decision's instant.
    Now,
}

/// How an attribute is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) id: AttributeId,
    /// With its declared default, as everywhere but in `is known`.
    pub(super) defaults: bool,
    /// The number read is `times` the attribute's mantissa `plus` this.
    pub(super) times: i128,
    pub(super) plus: i128,
    /// It went through arithmetic, where never is missing.
    pub(super) computed: bool,
}

/// One case.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) when: Formula,
    pub(super) is: Simple,
    /// In how many ways it comes about: the size of `when` written out.
    ways: usize,
}

impl Case {
    fn always(is: Simple) -> Vec<Self> {
        vec![Self { when: Formula::ALWAYS, is, ways: 1 }]
    }
}

impl Read {
    pub(super) fn plain(id: AttributeId, defaults: bool) -> Self {
        Self { id, defaults, times: 1, plus: 0, computed: false }
    }

    fn scaled(self, factor: i128) -> Option<Self> {
        Some(Self { times: self.times.checked_mul(factor)?, plus: self.plus.checked_mul(factor)?, ..self })
    }

    fn shifted(self, by: i128) -> Option<Self> {
        Some(Self { plus: self.plus.checked_add(by)?, ..self })
    }
}

impl<'a> Compiler<'a> {
    /// The cases of an expression, or none where it is not simple.
    pub(super) fn cases(&mut self, expression: &'a Expression, defaults: bool) -> Option<Vec<Case>> {
        match expression {
            Expression::Literal(value, _) => Some(Case::always(Simple::Constant(value.clone()))),
            Expression::Attribute(id) => Some(Case::always(Simple::Attribute(Read::plain(*id, defaults)))),
            // Flattened rules name none.
            Expression::Gathered(_) => None,
            Expression::Value(id) => {
                let rules = self.schema.rules;
                self.cases(&rules[*id].expression, defaults)
            }
            Expression::Consent(id) => {
                self.schema.add(Source::Consent(*id));
                Some(Case::always(Simple::Consent(*id)))
            }
            Expression::Permission(id) => {
                self.schema.add(Source::Permission(*id));
                Some(Case::always(Simple::Permission(*id)))
            }
            Expression::Now => Some(Case::always(Simple::Now)),
            Expression::Rescale(of, to) => {
                let from = self.schema.rules.scale_of(of);
                let cases = self.cases(of, defaults)?;
                cases.into_iter().map(|case| Some(Case { is: rescale(case.is, from, to.scale)?, ..case })).collect()
            }
            Expression::Arithmetic(op, left, right, number) => self.arithmetic(*op, (left, right), *number, defaults),
            Expression::Else(of, other, _) => self.or_else(of, other, defaults),
            Expression::When(of, when, _) => {
                let cases = self.cases(of, defaults)?;
                let Truths { yes, no } = self.condition(when);
                let neither = {
                    let either = self.formulas.any([yes, no]);
                    self.formulas.not(either)
                };
                let mut found: Vec<Case> = Vec::new();
                for case in cases {
                    found.push(Case { when: self.formulas.both(case.when, yes), ..case });
                }
                found.push(Case { when: no, is: Simple::Constant(Value::Number(0)), ways: 1 });
                found.push(Case { when: neither, is: Simple::Missing, ways: 1 });
                self.merged(found)
            }
        }
    }

    fn or_else(&mut self, of: &'a Expression, other: &'a Expression, defaults: bool) -> Option<Vec<Case>> {
        let first = self.cases(of, defaults)?;
        let second = self.cases(other, defaults)?;
        let mut found = Vec::new();
        for case in first {
            let readable = self.readable(&case.is);
            let missing = self.formulas.not(readable);
            for instead in &second {
                let when = self.formulas.all([case.when, missing, instead.when]);
                found.push(Case { when, is: instead.is.clone(), ways: case.ways.saturating_mul(instead.ways) });
            }
            found.push(Case { when: self.formulas.both(case.when, readable), ..case });
        }
        self.merged(found)
    }

    fn arithmetic(
        &mut self,
        op: Arithmetic,
        (left, right): (&'a Expression, &'a Expression),
        number: NumberType,
        defaults: bool,
    ) -> Option<Vec<Case>> {
        let scales = (self.schema.rules.scale_of(left), self.schema.rules.scale_of(right));
        let first = self.cases(left, defaults)?;
        let second = self.cases(right, defaults)?;
        let mut found = Vec::new();
        for a in &first {
            for b in &second {
                let is = compute(op, (&a.is, scales.0), (&b.is, scales.1), number.scale)?;
                let when = self.formulas.both(a.when, b.when);
                found.push(Case { when, is, ways: a.ways.saturating_mul(b.ways) });
            }
            if found.len() > MOST_CASES * MOST_CASES {
                return None;
            }
        }
        self.merged(found)
    }

    /// Cases that read the same are one.
    fn merged(&mut self, cases: Vec<Case>) -> Option<Vec<Case>> {
        let mut found: Vec<(Simple, Vec<Formula>, usize)> = Vec::new();
        for case in cases {
            match found.iter_mut().find(|(is, _, _)| *is == case.is) {
                Some((_, when, ways)) => {
                    when.push(case.when);
                    *ways = ways.saturating_add(case.ways);
                }
                None => found.push((case.is, vec![case.when], case.ways)),
            }
        }
        let ways = found.iter().map(|(_, _, ways)| *ways).fold(0, usize::saturating_add);
        if found.len() > MOST_CASES || ways > MOST_WAYS {
            return None;
        }
        let case = |(is, when, ways)| Case { when: self.formulas.any(when), is, ways };
        Some(found.into_iter().map(case).collect())
    }

    /// Where something simple is not missing.
    pub(super) fn readable(&mut self, simple: &Simple) -> Formula {
        match simple {
            Simple::Constant(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now => Formula::ALWAYS,
            Simple::Missing => Formula::NEVER,
            Simple::Attribute(read) => self.is_read(*read),
        }
    }
}

fn rescale(simple: Simple, from: u8, to: u8) -> Option<Simple> {
    Some(match simple {
        Simple::Constant(value) => constant(ops::rescale(Datum::Known(value), from, to)),
        Simple::Attribute(read) => Simple::Attribute(read.scaled(pow10(to.checked_sub(from)?))?),
        Simple::Missing | Simple::Consent(_) | Simple::Permission(_) | Simple::Now => simple,
    })
}

fn constant(datum: Datum) -> Simple {
    match datum {
        Datum::Known(value) => Simple::Constant(value),
        Datum::Missing(_) => Simple::Missing,
    }
}

/// `left op right`, where that is a constant or one attribute changed by constants.
fn compute(op: Arithmetic, left: (&Simple, u8), right: (&Simple, u8), scale: u8) -> Option<Simple> {
    match (left.0, right.0) {
        (Simple::Missing, _) | (_, Simple::Missing) => Some(Simple::Missing),
        (Simple::Constant(a), Simple::Constant(b)) => {
            let (a, b) = (Datum::Known(a.clone()), Datum::Known(b.clone()));
            Some(constant(ops::arithmetic(op, (&a, left.1), (&b, right.1), scale)))
        }
        (Simple::Attribute(_), Simple::Constant(Value::Never))
        | (Simple::Constant(Value::Never), Simple::Attribute(_)) => Some(Simple::Missing),
        (Simple::Attribute(read), Simple::Constant(Value::Number(by))) => {
            changed(op, (*read, left.1), (*by, right.1), scale, false)
        }
        (Simple::Constant(Value::Number(by)), Simple::Attribute(read)) => {
            changed(op, (*read, right.1), (*by, left.1), scale, true)
        }
        (
            Simple::Constant(_) | Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now,
            Simple::Constant(_) | Simple::Attribute(_) | Simple::Consent(_) | Simple::Permission(_) | Simple::Now,
        ) => None,
    }
}

/// An attribute changed by a constant; `mirrored` where the constant stands left.
fn changed(op: Arithmetic, (read, own): (Read, u8), (by, its): (i64, u8), scale: u8, mirrored: bool) -> Option<Simple> {
    let read = Read { computed: true, ..read };
    let by = i128::from(by);
    let up = |from: u8| scale.checked_sub(from).map(pow10);
    let changed = match op {
        Arithmetic::Add => read.scaled(up(own)?)?.shifted(by.checked_mul(up(its)?)?)?,
        Arithmetic::Subtract if mirrored => read.scaled(-up(own)?)?.shifted(by.checked_mul(up(its)?)?)?,
        Arithmetic::Subtract => read.scaled(up(own)?)?.shifted(-by.checked_mul(up(its)?)?)?,
        Arithmetic::Multiply => read.scaled(by.checked_mul(up(own + its)?)?)?,
        // A quotient is rounded, so it is not a straight line.
        Arithmetic::Divide => return None,
    };
    Some(Simple::Attribute(changed))
}

/// Which positions of an attribute make `times x + plus` lie where it should.
pub(super) mod line {
    use super::Read;
    use crate::analysis::axis::{Edge, Shape, Stretch};
    use crate::ops::Comparison;

    fn floor(a: i128, b: i128) -> i128 {
        a.div_euclid(b)
    }

    fn ceil(a: i128, b: i128) -> i128 {
        -(-a).div_euclid(b)
    }

    fn everything(holds: bool) -> Vec<Stretch> {
        if holds { vec![(Edge::Start, Edge::End)] } else { Vec::new() }
    }

    /// Where the number read stands so to `to`.
    pub(in crate::analysis) fn compare(read: Read, comparison: Comparison, to: i128) -> Vec<Stretch> {
        let Read { times, plus, .. } = read;
        if times == 0 {
            return everything(comparison.holds(plus.cmp(&to)));
        }
        // For a falling line turn both sides round.
        let (times, rest, comparison) =
            if times > 0 { (times, to - plus, comparison) } else { (-times, plus - to, mirrored(comparison)) };
        let stretch = match comparison {
            Comparison::AtLeast => (Edge::before(ceil(rest, times)), Edge::End),
            Comparison::MoreThan => (Edge::before(floor(rest, times) + 1), Edge::End),
            Comparison::AtMost => (Edge::Start, Edge::before(floor(rest, times) + 1)),
            Comparison::LessThan => (Edge::Start, Edge::before(ceil(rest, times))),
        };
        vec![stretch]
    }

    /// Where the number read is `to`.
    pub(in crate::analysis) fn equal(read: Read, to: i128) -> Vec<Stretch> {
        let Read { times, plus, .. } = read;
        if times == 0 {
            return everything(plus == to);
        }
        if (to - plus) % times != 0 {
            return Vec::new();
        }
        let at = (to - plus) / times;
        vec![(Edge::before(at), Edge::before(at + 1))]
    }

    /// `x op y` said from y.
    pub(in crate::analysis) fn mirrored(comparison: Comparison) -> Comparison {
        match comparison {
            Comparison::AtLeast => Comparison::AtMost,
            Comparison::AtMost => Comparison::AtLeast,
            Comparison::MoreThan => Comparison::LessThan,
            Comparison::LessThan => Comparison::MoreThan,
        }
    }

    /// Stretches as a shape that never is, or is not, in.
    pub(in crate::analysis) fn shape(stretches: Vec<Stretch>, never: bool) -> Shape {
        Shape { stretches, never }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::axis::{Axis, Clock, Edge, Scale, Shape};
    use crate::ops::Comparison;
    use crate::value::{Date, Instant};

    #[test]
    fn lines_cut_where_counting_says() {
        let clock = Clock { now: Instant(0), today: Date(0) };
        for times in [-3, -1, 0, 1, 2, 7] {
            for plus in [-5, 0, 4] {
                let read = Read { times, plus, ..Read::plain(AttributeId(0), true) };
                for to in -12..12 {
                    for comparison in Comparison::ALL {
                        let shape = line::shape(line::compare(read, comparison, to), false);
                        for x in -20..20_i64 {
                            let value = times * i128::from(x) + plus;
                            assert_eq!(shape.has(x, Scale::Fixed, clock), comparison.holds(value.cmp(&to)));
                        }
                    }
                    let shape = line::shape(line::equal(read, to), false);
                    for x in -20..20_i64 {
                        assert_eq!(shape.has(x, Scale::Fixed, clock), times * i128::from(x) + plus == to);
                    }
                }
            }
        }
        let cut = Shape::stretch(Edge::At(3), Edge::End);
        assert!(cut.has(3, Scale::Fixed, clock) && !cut.has(2, Scale::Fixed, clock));
        assert_eq!(Axis::new(0, 9, [3]).len(), 2);
    }
}
