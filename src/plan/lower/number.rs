//! Operands that are compared: numbers, times, dates, texts, and members where no constant stands beside them.
//!
//! Ranges are computed on the way, from those of the attributes: what might leave 64 bits, or meet one of the three
//! values set apart, is refused and left to the reference evaluator. The checker refuses it before.

use super::{Ask, Defaults, Lowered, Lowering};
use crate::model::{AttributeId, Expression, SCORE_PLACES};
use crate::ops::Arithmetic;
use crate::plan::PlanError;
use crate::plan::guard::GuardId;
use crate::plan::number::{MISSING, NEVER_ABOVE, NEVER_BELOW, Number, NumberId, Quotient, Range};
use crate::value::{Consent, Date, Instant, Permission, Type, Value, pow10};

impl Lowering<'_> {
    /// The number of an operand.
    pub(super) fn number(&mut self, of: &Expression, defaults: Defaults) -> Lowered<NumberId> {
        match of {
            Expression::Literal(value, ty) => {
                let word = if *value == Value::Never { never(*ty).unwrap_or(MISSING) } else { self.written(value) };
                let never = (*value == Value::Never).then_some(word);
                Ok(self.guards.keep_number(Number::Constant(word), Range { never, ..Range::known(word, word) }))
            }
            Expression::Attribute(id) => self.attribute_number(*id, defaults),
            Expression::Value(id) => {
                if let Some(number) = self.values.get(&(*id, defaults)) {
                    return Ok(*number);
                }
                let rules = self.rules;
                let number = self.number(&rules[*id].expression, defaults)?;
                self.values.insert((*id, defaults), number);
                Ok(number)
            }
            // Flattened rules name none.
            Expression::Gathered(_) => Err(PlanError::TooWide),
            Expression::Consent(id) => {
                let word = self.layout.state_word(*id);
                let range = Range::known(0, Consent::ALL.len() as i64 - 1);
                Ok(self.guards.keep_number(Number::Word(word), range))
            }
            Expression::Permission(id) => {
                let word = self.layout.permission_word(*id);
                let range = Range::known(0, Permission::ALL.len() as i64 - 1);
                Ok(self.guards.keep_number(Number::Word(word), range))
            }
            Expression::Now => {
                let word = self.layout.now();
                let range = Range::known(Instant::MIN.0, Instant::MAX.0);
                Ok(self.guards.keep_number(Number::Word(word), range))
            }
            Expression::Rescale(inner, number) => {
                let places = number.scale.checked_sub(self.rules.scale_of(inner)).ok_or(PlanError::TooWide)?;
                let inner = self.number(inner, defaults)?;
                self.scaled(inner, places)
            }
            Expression::Arithmetic(op, left, right, number) => {
                let scales = (self.rules.scale_of(left), self.rules.scale_of(right));
                let left = self.number(left, defaults)?;
                let right = self.number(right, defaults)?;
                self.arithmetic(*op, (left, scales.0), (right, scales.1), number.scale)
            }
            Expression::Else(first, second, _) => {
                let first = self.number(first, defaults)?;
                if !self.guards.range(first).missing {
                    return Ok(first);
                }
                let second = self.number(second, defaults)?;
                let range = self.guards.range(first).join(self.guards.range(second));
                Ok(self.guards.keep_number(Number::Else(first, second), range))
            }
            Expression::When(inner, when, _) => {
                let of = self.number(inner, defaults)?;
                let yes = self.ask(when, Ask::Yes)?;
                let no = self.ask(when, Ask::No)?;
                if yes == GuardId::ALWAYS {
                    return Ok(of);
                }
                let inner = self.guards.range(of);
                let range = Range { low: inner.low.min(0), high: inner.high.max(0), missing: true, ..inner };
                Ok(self.guards.keep_number(Number::When { yes, no, of }, range))
            }
        }
    }

    /// A score, at the places at which scores are compared: rounded half to even where it has more (R44).
    pub(in crate::plan) fn score(&mut self, by: &Expression) -> Lowered<NumberId> {
        let scale = self.rules.scale_of(by);
        let number = self.number(by, Defaults::Counted)?;
        match SCORE_PLACES.checked_sub(scale) {
            Some(places) => self.scaled(number, places),
            None => {
                let one = self.guards.keep_number(Number::Constant(1), Range::known(1, 1));
                self.quotient((number, scale), (one, 0), SCORE_PLACES)
            }
        }
    }

    /// Whether there is a score; never is none.
    pub(in crate::plan) fn has_score(&mut self, by: &Expression) -> Lowered<GuardId> {
        let score = self.score(by)?;
        Ok(self.guards.within(score, MISSING + 1, NEVER_ABOVE - 1))
    }

    /// A written value as a word. Never is not written but asked for.
    pub(super) fn written(&mut self, value: &Value) -> i64 {
        match value {
            Value::YesNo(yes) => i64::from(!yes),
            Value::Number(mantissa) => *mantissa,
            Value::Text(text) => self.layout.symbol(text),
            Value::Member(member) => i64::from(*member),
            Value::Time(at) => at.0,
            Value::Date(day) => i64::from(day.0),
            // Of other types, which a verified rule never compares.
            Value::Set(_) | Value::Never => MISSING,
        }
    }

    fn attribute_number(&mut self, id: AttributeId, defaults: Defaults) -> Lowered<NumberId> {
        let attribute = &self.rules[id];
        let (low, high) = match attribute.ty {
            Type::Number(number) => (number.min, number.max),
            Type::Score(_) => attribute.ty.number().map_or((0, 0), |number| (number.min, number.max)),
            Type::Time => (Instant::MIN.0, Instant::MAX.0),
            Type::Date => (i64::from(Date::MIN.0), i64::from(Date::MAX.0)),
            Type::YesNo => (0, 1),
            Type::OneOf(_) => (0, i64::from(u16::MAX)),
            // Symbols: as many above 0 as rules write texts, as many below as a frame has.
            Type::Text | Type::Zone | Type::Set => (i64::from(i32::MIN), i64::from(i32::MAX)),
        };
        let range = Range { missing: true, never: never(attribute.ty), ..range(low.into(), high.into())? };
        let word = Number::Word(self.layout.word_of(id));
        let word = self.guards.keep_number(word, range);
        if defaults == Defaults::Counted || attribute.default.is_none() {
            return Ok(word);
        }
        let known = self.layout.known_of(id);
        let yes = self.guards.bits(known.word, known.mask(), known.mask());
        Ok(self.guards.keep_number(Number::When { yes, no: GuardId::NOT, of: word }, range))
    }

    /// The same number with more decimal places.
    fn scaled(&mut self, of: NumberId, places: u8) -> Lowered<NumberId> {
        if places == 0 {
            return Ok(of);
        }
        let factor = i64::try_from(pow10(places)).map_err(|_| PlanError::TooWide)?;
        let inner = self.guards.range(of);
        let [low, high] = [inner.low, inner.high].map(|bound| i128::from(bound) * i128::from(factor));
        let range = Range { missing: inner.missing, never: inner.never, ..range(low, high)? };
        if let Number::Constant(value) = *self.guards.number(of)
            && inner.never.is_none()
        {
            let value = value.checked_mul(factor).ok_or(PlanError::TooWide)?;
            return Ok(self.guards.keep_number(Number::Constant(value), range));
        }
        Ok(self.guards.keep_number(Number::Scaled(of, factor), range))
    }

    fn arithmetic(
        &mut self,
        op: Arithmetic,
        (left, left_scale): (NumberId, u8),
        (right, right_scale): (NumberId, u8),
        scale: u8,
    ) -> Lowered<NumberId> {
        let fewer = |from: u8, to: u8| to.checked_sub(from).ok_or(PlanError::TooWide);
        match op {
            Arithmetic::Add | Arithmetic::Subtract => {
                let left = self.scaled(left, fewer(left_scale, scale)?)?;
                let right = self.scaled(right, fewer(right_scale, scale)?)?;
                let (a, b) = (self.guards.range(left), self.guards.range(right));
                let (low, high) = if op == Arithmetic::Add {
                    (i128::from(a.low) + i128::from(b.low), i128::from(a.high) + i128::from(b.high))
                } else {
                    (i128::from(a.low) - i128::from(b.high), i128::from(a.high) - i128::from(b.low))
                };
                let number =
                    if op == Arithmetic::Add { Number::Sum(left, right) } else { Number::Difference(left, right) };
                let range = Range { missing: any_gap(a) || any_gap(b), ..range(low, high)? };
                Ok(self.guards.keep_number(number, range))
            }
            Arithmetic::Multiply => {
                let (a, b) = (self.guards.range(left), self.guards.range(right));
                let (low, high) = corners(a, b, |a, b| a * b);
                let range = Range { missing: any_gap(a) || any_gap(b), ..range(low, high)? };
                let product = self.guards.keep_number(Number::Product(left, right), range);
                self.scaled(product, fewer(left_scale + right_scale, scale)?)
            }
            Arithmetic::Divide => self.quotient((left, left_scale), (right, right_scale), scale),
        }
    }

    fn quotient(
        &mut self,
        (left, left_scale): (NumberId, u8),
        (right, right_scale): (NumberId, u8),
        scale: u8,
    ) -> Lowered<NumberId> {
        let (up, down) = (scale + right_scale, left_scale);
        let places = up.saturating_sub(down);
        let right_factor = i64::try_from(pow10(down.saturating_sub(up))).map_err(|_| PlanError::TooWide)?;
        let (a, b) = (self.guards.range(left), self.guards.range(right));
        let largest = |range: Range| i128::from(range.low).abs().max(i128::from(range.high).abs());
        let divisor = largest(b) * i128::from(right_factor);
        // Magnitudes have all 64 bits to themselves. Rounding doubles the remainder, which is below the divisor.
        let room = |of: i128, places: u8| of.saturating_mul(pow10(places)) < i128::from(u64::MAX);
        if !room(divisor * 2, 0) {
            return Err(PlanError::TooWide);
        }
        // At once if that fits; else as many digits a step as a remainder, which is below the divisor, has room for.
        let step = if room(largest(a), places) {
            None
        } else {
            Some((1..=places).rev().find(|places| room(divisor, *places)).ok_or(PlanError::TooWide)?)
        };
        // The quotient is greatest where the divisor is nearest to zero.
        let nearest = if b.low > 0 {
            i128::from(b.low)
        } else if b.high < 0 {
            -i128::from(b.high)
        } else {
            1
        };
        let most = largest(a).saturating_mul(pow10(places)) / (nearest * i128::from(right_factor)) + 1;
        let range = Range { missing: true, ..range(-most, most)? };
        let quotient = Quotient { left, right, places, step, right_factor };
        Ok(self.guards.keep_number(Number::Quotient(quotient), range))
    }
}

/// The word of never, for the types that have it.
fn never(ty: Type) -> Option<i64> {
    match ty {
        Type::Number(_) => Some(NEVER_ABOVE),
        Type::Time | Type::Date => Some(NEVER_BELOW),
        Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => None,
    }
}

/// Whether arithmetic with it can be missing.
fn any_gap(range: Range) -> bool {
    range.missing || range.never.is_some()
}

fn corners(a: Range, b: Range, of: impl Fn(i128, i128) -> i128) -> (i128, i128) {
    let bounds = |range: Range| [i128::from(range.low), i128::from(range.high)];
    let all = bounds(a).into_iter().flat_map(|a| bounds(b).map(|b| of(a, b)));
    all.fold((i128::MAX, i128::MIN), |(low, high), value| (low.min(value), high.max(value)))
}

/// A range that keeps away from the values set apart.
fn range(low: i128, high: i128) -> Lowered<Range> {
    let bound = |value: i128| i64::try_from(value).ok().filter(|value| NEVER_BELOW < *value && *value < NEVER_ABOVE);
    match (bound(low), bound(high)) {
        (Some(low), Some(high)) => Ok(Range::known(low, high)),
        (None, _) | (_, None) => Err(PlanError::TooWide),
    }
}
