//! Random conditions of every kind.

use std::collections::BTreeSet;

use cater::model::{AgeBound, AttributeId, Condition, Expression, SegmentId};
use cater::ops::{Comparison, Direction, Quantifier};
use cater::value::{Type, Value};

use super::World;
use super::expression::written;

impl World {
    /// A condition, nested at most so deep.
    pub(super) fn condition(&mut self, depth: usize) -> Condition {
        if depth > 0 && self.rng.percent(45) {
            match self.rng.below(6) {
                0 | 1 => return Condition::And(self.parts(depth)),
                2 | 3 => return Condition::Or(self.parts(depth)),
                4 => return Condition::Not(Box::new(self.choosing(|world| world.condition(depth - 1)))),
                _ if !self.rules.segments.is_empty() => {
                    return Condition::Segment(SegmentId::from_index(self.rng.below(self.rules.segments.len())));
                }
                _ => {}
            }
        }
        let kind = self.rng.below(PREDICATES);
        self.predicate(kind, depth.min(2))
    }

    fn parts(&mut self, depth: usize) -> Vec<Condition> {
        (0..2 + self.rng.below(3)).map(|_| self.condition(depth - 1)).collect()
    }

    /// A predicate of one of the [`PREDICATES`] kinds.
    pub(super) fn predicate(&mut self, kind: usize, depth: usize) -> Condition {
        if self.rng.percent(20) {
            return Condition::Not(Box::new(self.choosing(|world| world.plain_predicate(kind, depth))));
        }
        if kind == 0
            && self.rng.percent(40)
            && let Some(spared) = self.spared()
        {
            return spared;
        }
        self.choosing(|world| world.plain_predicate(kind, depth))
    }

    /// What spares somebody, where that may be asked: a protective attribute, or the looser `x else no`.
    fn spared(&mut self) -> Option<Condition> {
        let all = self.rules.attributes.iter().enumerate();
        let may: Vec<_> = all
            .filter(|(_, attribute)| self.sparing && attribute.protective && !attribute.never_used)
            .map(|(index, _)| Expression::Attribute(AttributeId::from_index(index)))
            .collect();
        if may.is_empty() {
            return None;
        }
        let of = self.rng.pick(&may).clone();
        Some(Condition::Holds(match self.rng.percent(30) {
            true => {
                let no = Expression::Literal(Value::YesNo(false), Type::YesNo);
                Expression::Else(Box::new(of), Box::new(no), Type::YesNo)
            }
            false => of,
        }))
    }

    fn plain_predicate(&mut self, kind: usize, depth: usize) -> Condition {
        match kind {
            0 => Condition::Holds(self.of_type(Type::YesNo, depth)),
            1 => {
                let (left, right) = self.equal_sides(depth);
                Condition::Equal(left, right)
            }
            2 => self.one_of(depth),
            3..=6 => {
                let comparison = Comparison::ALL[kind - 3];
                let (left, right) = self.ordered_sides(depth);
                Condition::Compare(comparison, left, right)
            }
            7 => self.between(depth),
            8 => {
                let (of, _) = self.any_expression();
                Condition::Known(of)
            }
            9 => {
                let of = match self.rng.below(3) {
                    0 => self.of_type(Type::Time, depth),
                    1 => self.of_type(Type::Date, depth),
                    _ => self.number(2, depth).0,
                };
                Condition::Never(of)
            }
            10 | 11 => {
                let of = self.of_type(Type::Set, depth);
                let elements: BTreeSet<_> = self.texts(4).into_iter().collect();
                let quantifier = if kind == 10 { Quantifier::Any } else { Quantifier::All };
                Condition::Has(of, quantifier, elements)
            }
            _ => self.age(kind - 12, depth),
        }
    }

    /// Makes what would choose people by a protective attribute, were one in it: what stands under a `not`, and every
    /// operand.
    fn choosing<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let sparing = std::mem::replace(&mut self.sparing, false);
        let made = make(self);
        self.sparing = sparing;
        made
    }

    /// The four comparisons and the range, old and ahead.
    fn age(&mut self, kind: usize, depth: usize) -> Condition {
        let day = self.rng.percent(35);
        let of = self.of_type(if day { Type::Date } else { Type::Time }, depth);
        let direction = if kind < 5 { Direction::Old } else { Direction::Ahead };
        let bound = match Comparison::ALL.get(kind % 5) {
            Some(comparison) => AgeBound::One(*comparison, self.period(day)),
            None => AgeBound::Between(self.period(day), self.period(day)),
        };
        Condition::Age(of, direction, bound)
    }

    /// Two sides of `is`; mostly something and a written value.
    fn equal_sides(&mut self, depth: usize) -> (Expression, Expression) {
        let ty = match self.rng.below(7) {
            0 => Type::Text,
            1 => Type::OneOf(self.some_list()),
            2 => Type::Time,
            3 => Type::Date,
            4 => Type::Zone,
            _ => return self.number_sides(depth),
        };
        let left = self.of_type(ty, depth);
        let right = if self.rng.percent(70) { self.literal(ty) } else { self.of_type(ty, depth) };
        self.turned(left, right)
    }

    fn turned(&mut self, left: Expression, right: Expression) -> (Expression, Expression) {
        if self.rng.percent(12) { (right, left) } else { (left, right) }
    }

    fn number_sides(&mut self, depth: usize) -> (Expression, Expression) {
        let scale = *self.rng.pick(&[0, 0, 1, 2, 4, 6, 9]);
        let (left, _) = self.number(scale, depth);
        let right = match self.rng.below(4) {
            0 => self.number(scale, depth).0,
            1 | 2 => match self.value_for_some_facts(&left) {
                Some(Value::Number(mantissa)) => written(mantissa, scale).0,
                _ => self.number(scale, 0).0,
            },
            _ => self.literal(Type::Number(cater::value::NumberType { scale, min: 0, max: 0 })),
        };
        self.turned(left, right)
    }

    /// Two sides of a comparison.
    fn ordered_sides(&mut self, depth: usize) -> (Expression, Expression) {
        let ty = match self.rng.below(6) {
            0 => Type::Time,
            1 => Type::Date,
            2 => match self.ordered_list() {
                Some(ty) => ty,
                None => return self.number_sides(depth),
            },
            _ => return self.number_sides(depth),
        };
        let left = self.of_type(ty, depth);
        let right = if self.rng.percent(70) { self.literal(ty) } else { self.of_type(ty, depth) };
        self.turned(left, right)
    }

    fn ordered_list(&mut self) -> Option<Type> {
        let ordered = |world: &Self, ty: Type| {
            if let Type::OneOf(list) = ty { world.rules.enums[list.0 as usize].ordered } else { false }
        };
        let may: Vec<Type> = self.rules.attributes.iter().map(|attribute| attribute.ty).collect();
        let may: Vec<Type> = may.into_iter().filter(|ty| ordered(self, *ty)).collect();
        if may.is_empty() { None } else { Some(*self.rng.pick(&may)) }
    }

    fn between(&mut self, depth: usize) -> Condition {
        let (of, from) = self.ordered_sides(depth);
        let ty = self.rules.type_of(&of);
        let to = match ty.number() {
            Some(number) => self.number(number.scale, 0).0,
            None => self.literal(ty),
        };
        // Mostly the right way round; the other way it is never yes.
        match (&from, &to) {
            (Expression::Literal(low, _), Expression::Literal(high, _)) if low > high && self.rng.percent(90) => {
                Condition::Between(of, to, from)
            }
            _ => Condition::Between(of, from, to),
        }
    }

    fn one_of(&mut self, depth: usize) -> Condition {
        let count = *self.rng.pick(&[1, 2, 3, 8, 40]);
        match self.rng.below(6) {
            0 | 1 => {
                let list = self.some_list();
                let of = self.of_type(Type::OneOf(list), depth);
                let values = (0..count).map(|_| Value::Member(self.member(list))).collect();
                Condition::OneOf(of, values)
            }
            2 => {
                let of = self.of_type(Type::Text, depth);
                let values = (0..count).map(|_| Value::Text(self.text())).collect();
                Condition::OneOf(of, values)
            }
            3 => {
                let of = self.of_type(Type::Date, depth);
                let values = (0..count).map(|_| self.value_of(Type::Date)).collect();
                Condition::OneOf(of, values)
            }
            _ => {
                let scale = *self.rng.pick(&[0, 2, 4]);
                let (of, number) = self.number(scale, depth);
                let own = self.value_for_some_facts(&of);
                let stretch = *self.rng.pick(&[1, 3, 40, 1_000]);
                let others = (0..count).map(|_| self.rng.between(-3, 12).saturating_mul(stretch));
                let others: Vec<i64> = others.map(|value| value.clamp(number.min, number.max)).collect();
                Condition::OneOf(of, own.into_iter().chain(others.into_iter().map(Value::Number)).collect())
            }
        }
    }
}

/// How many kinds of predicate there are.
pub(super) const PREDICATES: usize = 22;
