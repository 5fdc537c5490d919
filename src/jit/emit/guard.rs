//! A guard to a branch.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::Emit;
use crate::plan::Word;
use crate::plan::guard::{Guard, GuardId, Relation};
use crate::plan::number::{MISSING, NEVER_BELOW, Number, NumberId, Range};

impl Emit<'_> {
    /// Ends the current block: to `yes` where the guard holds, else to `no`.
    pub(crate) fn branch(&mut self, guard: GuardId, yes: Block, no: Block) {
        match self.guards.guard(guard) {
            Guard::Constant(holds) => {
                self.jump(if *holds { yes } else { no });
            }
            Guard::All(parts) => {
                for part in parts.iter().take(parts.len().saturating_sub(1)) {
                    let next = self.builder.create_block();
                    self.branch(*part, next, no);
                    self.begin(next);
                }
                if let Some(last) = parts.last() {
                    self.branch(*last, yes, no);
                }
            }
            Guard::Any(parts) => {
                for part in parts.iter().take(parts.len().saturating_sub(1)) {
                    let next = self.builder.create_block();
                    self.branch(*part, yes, next);
                    self.begin(next);
                }
                if let Some(last) = parts.last() {
                    self.branch(*last, yes, no);
                }
            }
            Guard::Bits { word, mask, want } => {
                let holds = self.bits(*word, *mask, *want, IntCC::Equal);
                self.end(holds, yes, no);
            }
            Guard::AnyBit { word, mask } => {
                let holds = self.bits(*word, *mask, 0, IntCC::NotEqual);
                self.end(holds, yes, no);
            }
            Guard::Within { of, low, high } => {
                let value = self.unchecked(*of, no);
                self.within(value, *low, *high, yes, no);
            }
            Guard::Outside { of, low, high } => {
                let value = self.unchecked(*of, no);
                self.known(*of, value, no);
                self.within(value, *low, *high, no, yes);
            }
            Guard::OneOf(of, values) => {
                let value = self.unchecked(*of, no);
                self.one_of(value, values, yes, no);
            }
            Guard::NoneOf(of, values) => {
                let value = self.unchecked(*of, no);
                self.known(*of, value, no);
                self.one_of(value, values, no, yes);
            }
            Guard::Missing(of) => {
                let value = self.unchecked(*of, yes);
                self.known(*of, value, yes);
                self.jump(no);
            }
            Guard::Relate(relation, left, right) => self.relate(*relation, *left, *right, yes, no),
            Guard::Not(inner) => self.branch(*inner, no, yes),
        }
    }

    /// Compares the bits of `mask` with `want`; only half of the word, where the mask lies in one half and the lower
    /// half comes first in memory, because then it is written into the instruction.
    fn bits(&mut self, word: Word, mask: u64, want: u64, condition: IntCC) -> Value {
        let half = |bits: u64| i64::from((bits as u32).cast_signed());
        let (ty, byte, mask, want) = if cfg!(target_endian = "big") {
            (types::I64, 0, mask.cast_signed(), want.cast_signed())
        } else if mask >> 32 == 0 {
            (types::I32, 0, half(mask), half(want))
        } else if mask & u64::from(u32::MAX) == 0 {
            (types::I32, 4, half(mask >> 32), half(want >> 32))
        } else {
            (types::I64, 0, mask.cast_signed(), want.cast_signed())
        };
        let bits = self.load_part(ty, word, byte);
        // The constants of the smaller type are written without their sign.
        let constant = |emit: &mut Self, value: i64| {
            let value = if ty == types::I32 { value & i64::from(u32::MAX) } else { value };
            emit.builder.ins().iconst(ty, value)
        };
        let mask = constant(self, mask);
        let bits = self.builder.ins().band(bits, mask);
        let want = constant(self, want);
        self.builder.ins().icmp(condition, bits, want)
    }

    /// To `yes` where `low <= value <= high`; a missing value, which lies below, is not.
    fn within(&mut self, value: Value, low: i64, high: i64, yes: Block, no: Block) {
        let holds = self.is_within(value, low, high);
        self.end(holds, yes, no);
    }

    fn is_within(&mut self, value: Value, low: i64, high: i64) -> Value {
        if low == high {
            self.builder.ins().icmp_imm_s(IntCC::Equal, value, low)
        } else if high == i64::MAX {
            self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, value, low)
        } else {
            let above = if low == 0 {
                value
            } else {
                let low = self.constant(low);
                self.builder.ins().isub(value, low)
            };
            let width = high.wrapping_sub(low);
            self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, width)
        }
    }

    /// Whether a guard is one comparison of a word.
    pub(super) fn is_plain(&self, guard: GuardId) -> bool {
        match self.guards.guard(guard) {
            Guard::Bits { .. } | Guard::AnyBit { .. } => true,
            Guard::Within { of, .. } => matches!(self.guards.number(*of), Number::Word(_)),
            Guard::Constant(_)
            | Guard::All(_)
            | Guard::Any(_)
            | Guard::Outside { .. }
            | Guard::OneOf(..)
            | Guard::NoneOf(..)
            | Guard::Missing(_)
            | Guard::Relate(..)
            | Guard::Not(_) => false,
        }
    }

    /// The comparison that a plain guard is, 1 or 0.
    pub(super) fn plain(&mut self, guard: GuardId) -> Option<Value> {
        match self.guards.guard(guard) {
            Guard::Bits { word, mask, want } => Some(self.bits(*word, *mask, *want, IntCC::Equal)),
            Guard::AnyBit { word, mask } => Some(self.bits(*word, *mask, 0, IntCC::NotEqual)),
            Guard::Within { of, low, high } => {
                let Number::Word(word) = self.guards.number(*of) else { return None };
                let value = self.load(*word);
                Some(self.is_within(value, *low, *high))
            }
            Guard::Constant(_)
            | Guard::All(_)
            | Guard::Any(_)
            | Guard::Outside { .. }
            | Guard::OneOf(..)
            | Guard::NoneOf(..)
            | Guard::Missing(_)
            | Guard::Relate(..)
            | Guard::Not(_) => None,
        }
    }

    /// Goes on where a value that was not looked at yet is there.
    pub(super) fn known(&mut self, of: NumberId, value: Value, missing: Block) {
        if !self.is_unchecked(of) {
            return;
        }
        let Range { missing: can_be_missing, never, low, .. } = self.guards.range(of);
        if !can_be_missing {
            return;
        }
        // Below every range lies nothing but missing, and for times never.
        let known = if never == Some(NEVER_BELOW) {
            self.builder.ins().icmp_imm_s(IntCC::NotEqual, value, MISSING)
        } else {
            self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, value, low)
        };
        self.go_on_if(known, missing);
    }

    /// Windows of 64 neighbouring values, each a shift of a mask; the last leads to `no`.
    fn one_of(&mut self, value: Value, values: &[i64], yes: Block, no: Block) {
        let mut rest = values;
        while let Some(first) = rest.first() {
            let size = rest.partition_point(|value| value.abs_diff(*first) < 64);
            let (window, further) = rest.split_at(size);
            rest = further;
            let next = if rest.is_empty() { no } else { self.builder.create_block() };
            if window.len() == 1 {
                let same = self.builder.ins().icmp_imm_s(IntCC::Equal, value, *first);
                self.end(same, yes, next);
            } else {
                let base = self.constant(*first);
                let place = self.builder.ins().isub(value, base);
                let inside = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, place, 64);
                self.go_on_if(inside, next);
                let mask = window.iter().fold(0_u64, |mask, value| mask | 1 << value.abs_diff(*first));
                let mask = self.constant(mask.cast_signed());
                let bit = self.builder.ins().ushr(mask, place);
                let bit = self.builder.ins().band_imm_s(bit, 1);
                self.end(bit, yes, next);
            }
            if next != no {
                self.begin(next);
            }
        }
    }

    fn relate(&mut self, relation: Relation, left: NumberId, right: NumberId, yes: Block, no: Block) {
        let a = self.unchecked(left, no);
        let b = self.unchecked(right, no);
        let signed = match relation {
            Relation::Equal | Relation::NotEqual => return self.equal(relation, (left, a), (right, b), yes, no),
            // A missing left side lies below the right one, so that only the other side has to be looked at.
            Relation::AtLeast => IntCC::SignedGreaterThanOrEqual,
            Relation::MoreThan => IntCC::SignedGreaterThan,
            Relation::AtMost => IntCC::SignedLessThanOrEqual,
            Relation::LessThan => IntCC::SignedLessThan,
        };
        let related = self.builder.ins().icmp(signed, a, b);
        self.go_on_if(related, no);
        match relation {
            Relation::AtLeast | Relation::MoreThan => self.known(right, b, no),
            Relation::AtMost | Relation::LessThan => self.known(left, a, no),
            Relation::Equal | Relation::NotEqual => {}
        }
        self.jump(yes);
    }

    /// Equal where both are known, the same and not never; not equal where both are known otherwise.
    fn equal(
        &mut self,
        relation: Relation,
        (left, a): (NumberId, Value),
        (right, b): (NumberId, Value),
        yes: Block,
        no: Block,
    ) {
        let (equal, other) = if relation == Relation::Equal { (yes, no) } else { (no, yes) };
        self.known(left, a, no);
        self.known(right, b, no);
        let same = self.builder.ins().icmp(IntCC::Equal, a, b);
        self.go_on_if(same, other);
        match (self.guards.range(left).never, self.guards.range(right).never) {
            (Some(never), Some(_)) => {
                let is_never = self.builder.ins().icmp_imm_s(IntCC::Equal, a, never);
                self.end(is_never, other, equal);
            }
            (None, _) | (_, None) => {
                self.jump(equal);
            }
        }
    }
}
