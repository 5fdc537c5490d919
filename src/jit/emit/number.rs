//! A number to a value.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::Emit;
use crate::plan::number::{MISSING, Number, NumberId, Quotient};
use crate::value::pow10;

/// A sum of points: its value, and 1 where it is there; always, if there is no such.
struct Points {
    value: Value,
    there: Option<Value>,
}

impl Emit<'_> {
    /// Whether [`Emit::unchecked`] leaves it to others to look whether the number is there.
    pub(super) fn is_unchecked(&self, of: NumberId) -> bool {
        self.kept.contains(&of) || matches!(self.guards.number(of), Number::Word(_))
    }

    /// The value of a number, which may still be missing if it is a word of the record or one that is kept; any other
    /// goes to `missing`. Comparisons deal with a missing value on their own, mostly at no cost.
    pub(super) fn unchecked(&mut self, of: NumberId, missing: Block) -> Value {
        if let Some((_, value)) = self.at_hand.iter().find(|(kept, _)| *kept == of) {
            return *value;
        }
        if let Number::Word(word) = self.guards.number(of) {
            return self.load(*word);
        }
        if !self.kept.contains(&of) {
            return self.computed(of, missing);
        }
        if !self.guards.range(of).missing {
            let kept = self.computed(of, missing);
            self.at_hand.push((of, kept));
            return kept;
        }
        let (gap, join) = (self.builder.create_block(), self.builder.create_block());
        let kept = self.builder.append_block_param(join, types::I64);
        let value = self.computed(of, gap);
        self.jump_with(join, value);
        self.begin(gap);
        let value = self.constant(MISSING);
        self.jump_with(join, value);
        self.begin(join);
        self.at_hand.push((of, kept));
        kept
    }

    /// The value of a number, in the block that is current afterwards; to `missing` where there is none. Never is a
    /// value.
    pub(super) fn number(&mut self, of: NumberId, missing: Block) -> Value {
        let value = self.unchecked(of, missing);
        self.known(of, value, missing);
        value
    }

    /// Computes a number; to `missing` where there is none.
    fn computed(&mut self, of: NumberId, missing: Block) -> Value {
        if let Some(points) = self.points(of) {
            if let Some(there) = points.there {
                self.go_on_if(there, missing);
            }
            return points.value;
        }
        match self.guards.number(of) {
            Number::Constant(value) => {
                let value = *value;
                if value == MISSING {
                    self.jump(missing);
                    let unreachable = self.builder.create_block();
                    self.begin(unreachable);
                }
                self.constant(value)
            }
            Number::Word(word) => {
                let value = self.load(*word);
                self.known(of, value, missing);
                value
            }
            Number::Scaled(inner, factor) => {
                let value = self.number(*inner, missing);
                let factor = self.constant(*factor);
                let scaled = self.builder.ins().imul(value, factor);
                match self.guards.range(*inner).never {
                    None => scaled,
                    Some(never) => {
                        let is_never = self.builder.ins().icmp_imm_s(IntCC::Equal, value, never);
                        self.builder.ins().select(is_never, value, scaled)
                    }
                }
            }
            Number::Sum(left, right) => {
                let (a, b) = (self.countable(*left, missing), self.countable(*right, missing));
                self.builder.ins().iadd(a, b)
            }
            Number::Difference(left, right) => {
                let (a, b) = (self.countable(*left, missing), self.countable(*right, missing));
                self.builder.ins().isub(a, b)
            }
            Number::Product(left, right) => {
                let (a, b) = (self.countable(*left, missing), self.countable(*right, missing));
                self.builder.ins().imul(a, b)
            }
            Number::Quotient(quotient) => {
                let quotient = *quotient;
                self.quotient(quotient, missing)
            }
            Number::Else(first, second) => {
                let (other, join) = (self.builder.create_block(), self.builder.create_block());
                let joined = self.builder.append_block_param(join, types::I64);
                let value = self.number(*first, other);
                self.jump_with(join, value);
                self.begin(other);
                let value = self.number(*second, missing);
                self.jump_with(join, value);
                self.begin(join);
                joined
            }
            Number::When { yes, no, of } => {
                let (yes, no, of) = (*yes, *no, *of);
                let (holds, else_no, zero) =
                    (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
                let join = self.builder.create_block();
                let joined = self.builder.append_block_param(join, types::I64);
                self.branch(yes, holds, else_no);
                self.begin(holds);
                let value = self.number(of, missing);
                self.jump_with(join, value);
                self.begin(else_no);
                self.branch(no, zero, missing);
                self.begin(zero);
                let value = self.constant(0);
                self.jump_with(join, value);
                self.begin(join);
                joined
            }
        }
    }

    /// A sum of points, `(3 when a) + (1 when b)`, without a branch for each: whether a customer has a point is anybody's
    /// guess, and the processor's too, but nearly always it is known. `None` for any other number.
    fn points(&mut self, of: NumberId) -> Option<Points> {
        if !self.is_points(of) {
            return None;
        }
        match self.guards.number(of) {
            Number::Constant(value) => Some(Points { value: self.constant(*value), there: None }),
            Number::When { yes, no, of } => {
                let Number::Constant(value) = self.guards.number(*of) else { return None };
                let (holds, fails) = (self.plain(*yes)?, self.plain(*no)?);
                let there = self.builder.ins().bor(holds, fails);
                let value = if *value == 1 {
                    self.builder.ins().uextend(types::I64, holds)
                } else {
                    let (value, zero) = (self.constant(*value), self.constant(0));
                    self.builder.ins().select(holds, value, zero)
                };
                Some(Points { value, there: Some(there) })
            }
            Number::Sum(left, right) => {
                let (a, b) = (self.points(*left)?, self.points(*right)?);
                let there = match (a.there, b.there) {
                    (Some(a), Some(b)) => Some(self.builder.ins().band(a, b)),
                    (one, None) | (None, one) => one,
                };
                Some(Points { value: self.builder.ins().iadd(a.value, b.value), there })
            }
            Number::Word(_)
            | Number::Scaled(..)
            | Number::Difference(..)
            | Number::Product(..)
            | Number::Quotient(_)
            | Number::Else(..) => None,
        }
    }

    fn is_points(&self, of: NumberId) -> bool {
        match self.guards.number(of) {
            // No value set apart: arithmetic with it is missing.
            Number::Constant(value) => *value != MISSING && self.guards.range(of).never.is_none(),
            Number::When { yes, no, of } => {
                let number = self.guards.number(*of);
                matches!(number, Number::Constant(_))
                    && self.is_points(*of)
                    && self.is_plain(*yes)
                    && self.is_plain(*no)
            }
            Number::Sum(left, right) => self.is_points(*right) && self.is_points(*left),
            Number::Word(_)
            | Number::Scaled(..)
            | Number::Difference(..)
            | Number::Product(..)
            | Number::Quotient(_)
            | Number::Else(..) => false,
        }
    }

    /// A value that arithmetic can use: arithmetic with never is missing.
    pub(crate) fn countable(&mut self, of: NumberId, missing: Block) -> Value {
        let value = self.number(of, missing);
        if let Some(never) = self.guards.range(of).never {
            let is_never = self.builder.ins().icmp_imm_s(IntCC::Equal, value, never);
            self.go_on_unless(is_never, missing);
        }
        value
    }

    /// Division of magnitudes, rounded half to even, with the sign put back. Where the lengthened left side does not
    /// fit in 64 bits its digits follow by long division, as on paper: bring down as many as the remainder has room for.
    fn quotient(&mut self, quotient: Quotient, missing: Block) -> Value {
        let Quotient { left, right, places, step, right_factor } = quotient;
        let a = self.countable(left, missing);
        let b = self.countable(right, missing);
        let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
        self.go_on_unless(is_zero, missing);
        let sign = self.builder.ins().bxor(a, b);
        let mut a = self.builder.ins().iabs(a);
        let mut b = self.builder.ins().iabs(b);
        if right_factor != 1 {
            let factor = self.constant(right_factor);
            b = self.builder.ins().imul(b, factor);
        }
        if step.is_none() && places > 0 {
            let factor = self.power(places);
            a = self.builder.ins().imul(a, factor);
        }
        let half = step.is_none() && self.fits_in_half(quotient);
        let (mut whole, mut rest) = self.divide(a, b, half);
        let mut digits = if step.is_some() { places } else { 0 };
        while digits > 0 {
            let now = digits.min(step.unwrap_or(digits).max(1));
            let factor = self.power(now);
            let lengthened = self.builder.ins().imul(rest, factor);
            let more;
            (more, rest) = self.divide(lengthened, b, false);
            let shifted = self.builder.ins().imul(whole, factor);
            whole = self.builder.ins().iadd(shifted, more);
            digits -= now;
        }
        // Up where twice the rest is more than the divisor, or the same and the last digit odd.
        let twice = self.builder.ins().ishl_imm_u(rest, 1);
        let odd = self.builder.ins().band_imm_s(whole, 1);
        let twice = self.builder.ins().iadd(twice, odd);
        let up = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, twice, b);
        let up = self.builder.ins().uextend(types::I64, up);
        let rounded = self.builder.ins().iadd(whole, up);
        let negated = self.builder.ins().ineg(rounded);
        let is_negative = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, sign, 0);
        self.builder.ins().select(is_negative, negated, rounded)
    }

    /// Quotient and remainder, by one division: a multiplication is far quicker than a second one, and a division of half
    /// words quicker than one of whole words.
    fn divide(&mut self, a: Value, b: Value, half: bool) -> (Value, Value) {
        let whole = if half {
            let [a, b] = [a, b].map(|side| self.builder.ins().ireduce(types::I32, side));
            let whole = self.builder.ins().udiv(a, b);
            self.builder.ins().uextend(types::I64, whole)
        } else {
            self.builder.ins().udiv(a, b)
        };
        let product = self.builder.ins().imul(whole, b);
        (whole, self.builder.ins().isub(a, product))
    }

    /// Whether both sides of a division, lengthened as they are, have no more than 32 bits.
    fn fits_in_half(&self, quotient: Quotient) -> bool {
        let Quotient { left, right, places, right_factor, .. } = quotient;
        let fits = |of: NumberId, factor: i128| {
            let range = self.guards.range(of);
            let most = i128::from(range.low.unsigned_abs().max(range.high.unsigned_abs()));
            most.checked_mul(factor).is_some_and(|most| most <= i128::from(u32::MAX))
        };
        fits(left, pow10(places)) && fits(right, i128::from(right_factor))
    }

    fn power(&mut self, places: u8) -> Value {
        // Where the power has no room, the plan has seen to it that there is nothing but zero to multiply.
        let power = u64::try_from(pow10(places)).unwrap_or(0);
        self.constant(power.cast_signed())
    }
}
