//! Random expressions of a wanted type, with the scales and ranges that the checker would write down.

use std::sync::Arc;

use cater::eval;
use cater::model::{AttributeId, ChannelId, Expression, GatheredId, PurposeId, ValueId};
use cater::ops::Arithmetic;
use cater::value::{Datum, EnumId, NumberType, Type, Value, pow10};

use super::super::walk;
use super::{Scenario, World, ZONES};

/// Beyond this, no range: far from the 64 bits, so that a sum of sums still fits.
const WIDEST: i128 = 4_000_000_000_000_000_000;

fn number_type(low: i128, high: i128, scale: u8) -> Option<NumberType> {
    let fits = -WIDEST <= low && high <= WIDEST && low <= high;
    fits.then_some(NumberType { scale, min: low as i64, max: high as i64 })
}

fn bounds(number: NumberType) -> [i128; 2] {
    [number.min.into(), number.max.into()]
}

impl World {
    /// An expression of any type, and the type.
    pub(super) fn any_expression(&mut self) -> (Expression, Type) {
        let scale = *self.rng.pick(&[0, 1, 2, 4, 6, 9]);
        match self.rng.below(9) {
            0 => (self.of_type(Type::YesNo, 2), Type::YesNo),
            1 => (self.of_type(Type::Text, 2), Type::Text),
            2 => {
                let list = self.some_list();
                (self.of_type(Type::OneOf(list), 2), Type::OneOf(list))
            }
            3 => (self.of_type(Type::Set, 2), Type::Set),
            4 => (self.of_type(Type::Time, 2), Type::Time),
            5 => (self.of_type(Type::Date, 2), Type::Date),
            6 => (self.of_type(Type::Zone, 1), Type::Zone),
            _ => {
                let (expression, number) = self.number(scale, 3);
                (expression, Type::Number(number))
            }
        }
    }

    /// A list that some attribute is of, or that of consent or permission.
    pub(super) fn some_list(&mut self) -> EnumId {
        let lists: Vec<EnumId> = self
            .rules
            .attributes
            .iter()
            .filter_map(|attribute| if let Type::OneOf(list) = attribute.ty { Some(list) } else { None })
            .chain([EnumId::CONSENT, EnumId::PERMISSION])
            .collect();
        *self.rng.pick(&lists)
    }

    /// An expression of a type that is no number.
    pub(super) fn of_type(&mut self, ty: Type, depth: usize) -> Expression {
        if depth > 0 && self.rng.percent(22) {
            let first = self.of_type(ty, depth - 1);
            let second = if self.rng.percent(60) { self.literal(ty) } else { self.of_type(ty, depth - 1) };
            return Expression::Else(Box::new(first), Box::new(second), ty);
        }
        let declared: Vec<_> =
            (0..self.rules.values.len()).filter(|index| self.rules.values[*index].ty == ty).collect();
        if ty == Type::Time && self.rng.percent(8) {
            return Expression::Now;
        }
        if ty == Type::OneOf(EnumId::CONSENT) && self.rng.percent(90) {
            return Expression::Consent(PurposeId::from_index(self.rng.below(self.rules.purposes.len())));
        }
        if ty == Type::OneOf(EnumId::PERMISSION) && self.rng.percent(90) {
            return Expression::Permission(ChannelId::from_index(self.rng.below(self.rules.channels.len())));
        }
        if !declared.is_empty() && self.rng.percent(25) {
            return Expression::Value(ValueId::from_index(*self.rng.pick(&declared)));
        }
        if let Some((id, _)) = self.gathered_where(|found| found == ty) {
            return Expression::Gathered(id);
        }
        match self.attribute_where(|found| found == ty) {
            Some(id) if self.rng.percent(94) => Expression::Attribute(id),
            _ => self.literal(ty),
        }
    }

    /// A gathered value, now and then.
    fn gathered_where(&mut self, fits: impl Fn(Type) -> bool) -> Option<(GatheredId, Type)> {
        let types = self.rules.gathered.iter().map(|gathered| self.rules.type_of_gathered(gathered)).enumerate();
        let may: Vec<_> = types.filter(|(_, ty)| fits(*ty)).collect();
        if may.is_empty() || !self.rng.percent(25) {
            return None;
        }
        let (index, ty) = *self.rng.pick(&may);
        Some((GatheredId::from_index(index), ty))
    }

    pub(super) fn attribute_where(&mut self, fits: impl Fn(Type) -> bool) -> Option<AttributeId> {
        let may = self.readable().into_iter().filter(|id| fits(self.rules[*id].ty)).collect::<Vec<_>>();
        if may.is_empty() { None } else { Some(*self.rng.pick(&may)) }
    }

    /// A written value; a number's range is the number itself.
    pub(super) fn literal(&mut self, ty: Type) -> Expression {
        match ty {
            Type::Zone => Expression::Literal(Value::Text(Arc::from(*self.rng.pick(&ZONES))), ty),
            Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Time | Type::Date => {
                Expression::Literal(self.value_of(ty), ty)
            }
            Type::Number(number) => self.number_literal(number.scale).0,
            Type::Score(_) => self.number_literal(6).0,
        }
    }

    fn number_literal(&mut self, scale: u8) -> (Expression, NumberType) {
        let mantissa = match self.rng.below(3) {
            0 => self.rng.between(-3, 20),
            1 => self.rng.between(-3, 20) * pow10(scale) as i64,
            _ => self.rng.between(-2_000_000, 2_000_000),
        };
        written(mantissa, scale)
    }

    /// A number with so many decimal places.
    pub(super) fn number(&mut self, scale: u8, depth: usize) -> (Expression, NumberType) {
        if depth > 0 {
            for _ in 0..3 {
                if let Some(made) = self.compound(scale, depth - 1) {
                    return made;
                }
            }
        }
        let declared: Vec<_> = (0..self.rules.values.len())
            .filter(|index| self.rules.values[*index].ty.number().is_some_and(|number| number.scale == scale))
            .collect();
        if !declared.is_empty() && self.rng.percent(30) {
            let id = ValueId::from_index(*self.rng.pick(&declared));
            let number = self.rules[id].ty.number().unwrap();
            return (Expression::Value(id), number);
        }
        let fits = |ty: Type| ty.number().is_some_and(|number| number.scale <= scale);
        if let Some((id, ty)) = self.gathered_where(fits)
            && let Some(number) = ty.number()
            && let Some(made) = self.rescaled(Expression::Gathered(id), number, scale)
        {
            return made;
        }
        match self.attribute_where(fits) {
            Some(id) if self.rng.percent(92) => {
                let number = self.rules[id].ty.number().unwrap();
                self.rescaled(Expression::Attribute(id), number, scale).unwrap_or_else(|| self.number_literal(scale))
            }
            _ => self.number_literal(scale),
        }
    }

    fn rescaled(&mut self, of: Expression, from: NumberType, scale: u8) -> Option<(Expression, NumberType)> {
        // The same scale is a change of scale too.
        if from.scale == scale && self.rng.percent(95) {
            return Some((of, from));
        }
        let [low, high] = bounds(from).map(|bound| bound * pow10(scale - from.scale));
        let number = number_type(low, high, scale)?;
        Some((Expression::Rescale(Box::new(of), number), number))
    }

    fn compound(&mut self, scale: u8, depth: usize) -> Option<(Expression, NumberType)> {
        let boxed = |(expression, number): (Expression, NumberType)| (Box::new(expression), number);
        match self.rng.below(14) {
            0 | 1 => {
                let (left, a) = boxed(self.number(scale, depth));
                let (right, b) = boxed(self.number(scale, depth));
                let ([al, ah], [bl, bh]) = (bounds(a), bounds(b));
                let add = self.rng.percent(50);
                let number =
                    if add { number_type(al + bl, ah + bh, scale)? } else { number_type(al - bh, ah - bl, scale)? };
                let op = if add { Arithmetic::Add } else { Arithmetic::Subtract };
                Some((Expression::Arithmetic(op, left, right, number), number))
            }
            2 => {
                let first = self.rng.between(0, i64::from(scale)) as u8;
                let (left, a) = boxed(self.number(first, depth));
                let (right, b) = boxed(self.number(scale - first, depth));
                let corners = bounds(a).into_iter().flat_map(|a| bounds(b).map(|b| a * b));
                let (low, high) = (corners.clone().min()?, corners.max()?);
                let number = number_type(low, high, scale)?;
                Some((Expression::Arithmetic(Arithmetic::Multiply, left, right, number), number))
            }
            3 | 4 => {
                let (from, by) = (*self.rng.pick(&[0, 2, 6, 9]), *self.rng.pick(&[0, 1, 4, 4]));
                let (left, a) = boxed(self.number(from, depth));
                let (right, b) = boxed(self.divisor(by, depth));
                let nearest = if b.min > 0 {
                    i128::from(b.min)
                } else if b.max < 0 {
                    -i128::from(b.max)
                } else {
                    1
                };
                let (up, down) = (scale + by, from);
                let top = bounds(a).map(i128::abs).into_iter().max()?.checked_mul(pow10(up.saturating_sub(down)))?;
                let most = top / (nearest * pow10(down.saturating_sub(up))) + 1;
                let number = number_type(-most, most, scale)?;
                Some((Expression::Arithmetic(Arithmetic::Divide, left, right, number), number))
            }
            5 | 6 => {
                let (first, a) = boxed(self.number(scale, depth));
                let (second, b) = boxed(self.number(scale, 0));
                let number = NumberType { scale, min: a.min.min(b.min), max: a.max.max(b.max) };
                Some((Expression::Else(first, second, Type::Number(number)), number))
            }
            7 | 8 => {
                let (of, a) = boxed(self.number(scale, depth));
                let condition = self.condition(depth);
                let number = NumberType { scale, min: a.min.min(0), max: a.max.max(0) };
                Some((Expression::When(of, Box::new(condition), number), number))
            }
            _ => None,
        }
    }

    /// Half of the time something that cannot come near zero, where there is such an attribute.
    fn divisor(&mut self, scale: u8, depth: usize) -> (Expression, NumberType) {
        let far = |ty: Type| ty.number().is_some_and(|number| number.scale == scale && number.min > 1_000);
        match self.attribute_where(far) {
            Some(id) if self.rng.percent(70) => {
                let number = self.rules[id].ty.number().unwrap();
                (Expression::Attribute(id), number)
            }
            _ => self.number(scale, depth),
        }
    }

    /// A number that the expression takes for some facts, and the facts; they are kept.
    pub(super) fn value_for_some_facts(&mut self, of: &Expression) -> Option<Value> {
        let frame = self.known_frame();
        let value = eval::expression(&self.rules, &frame, of).known()?.clone();
        let scenario: Scenario = walk::attributes_of(&self.rules, of)
            .into_iter()
            .filter_map(|id| match frame.attribute(id) {
                Datum::Known(value) => Some((id, value.clone())),
                Datum::Missing(_) => None,
            })
            .collect();
        if !scenario.is_empty() {
            self.scenarios.push(scenario);
        }
        (value != Value::Never).then_some(value)
    }
}

/// A number as it is written.
pub(super) fn written(mantissa: i64, scale: u8) -> (Expression, NumberType) {
    let number = NumberType { scale, min: mantissa, max: mantissa };
    (Expression::Literal(Value::Number(mantissa), Type::Number(number)), number)
}
