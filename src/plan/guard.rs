//! Guards of a plan: what is yes or not, with nothing in between.
//!
//! A permission asks whether a condition is yes, a restriction whether it is no; both questions have two answers, so
//! Kleene's third value is gone before any code is made: "`a and b` is yes" is "a is yes and b is yes", "`a and b` is
//! no" is "a is no or b is no", and a predicate over something missing is neither, so both its questions say no.
//!
//! Guards are kept once however often they are asked for (hash-consing), with what can be worked out beforehand worked
//! out. A conjunction's tests of bits become one test of one word; the rest stands cheap first, which changes nothing
//! but the time: nothing here has an effect.

use std::collections::HashMap;

use super::layout::Word;
use super::number::{MISSING, NEVER_ABOVE, NEVER_BELOW, Number, NumberId, Quotient, Range};
pub use super::relation::Relation;

/// A guard of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuardId(pub(super) u32);

impl GuardId {
    /// Always.
    pub const ALWAYS: Self = Self(0);
    /// Never.
    pub const NOT: Self = Self(1);
}

/// What a guard looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// Holds, or does not, whatever the record.
    Constant(bool),
    /// Each holds; at least two, cheap first.
    All(Box<[GuardId]>),
    /// One holds; at least two, cheap first.
    Any(Box<[GuardId]>),
    /// Every bit of `mask` reads as in `want`.
    Bits {
        /// Where.
        word: Word,
        /// Which bits.
        mask: u64,
        /// How they must read.
        want: u64,
    },
    /// One bit of `mask`, which has at least two, is set.
    AnyBit {
        /// Where.
        word: Word,
        /// Which bits.
        mask: u64,
    },
    /// From `low` to `high`, both ends in; `low` is above [`MISSING`].
    Within {
        /// What.
        of: NumberId,
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
    },
    /// Known, and not from `low` to `high`.
    Outside {
        /// What.
        of: NumberId,
        /// The least that is no longer outside.
        low: i64,
        /// The greatest that is no longer outside.
        high: i64,
    },
    /// One of these; sorted, at least two.
    OneOf(NumberId, Box<[i64]>),
    /// Known, and none of these; sorted, at least two.
    NoneOf(NumberId, Box<[i64]>),
    /// Missing.
    Missing(NumberId),
    /// Both known, and so related.
    Relate(Relation, NumberId, NumberId),
    /// Does not hold.
    Not(GuardId),
}

/// All guards and numbers of a plan, each once. What a guard or number is made of has a smaller place than itself.
#[derive(Clone, Debug)]
pub struct Guards {
    guards: Vec<Guard>,
    guard_costs: Vec<u32>,
    guard_places: HashMap<Guard, GuardId>,
    numbers: Vec<Number>,
    number_costs: Vec<u32>,
    ranges: Vec<Range>,
    number_places: HashMap<Number, NumberId>,
}

impl Default for Guards {
    fn default() -> Self {
        let mut guards = Self {
            guards: Vec::new(),
            guard_costs: Vec::new(),
            guard_places: HashMap::new(),
            numbers: Vec::new(),
            number_costs: Vec::new(),
            ranges: Vec::new(),
            number_places: HashMap::new(),
        };
        guards.keep(Guard::Constant(true));
        guards.keep(Guard::Constant(false));
        guards
    }
}

#[expect(clippy::indexing_slicing, reason = "ids are only made here, by `keep` and `keep_number`")]
impl Guards {
    /// The guard of an id.
    pub fn guard(&self, id: GuardId) -> &Guard {
        &self.guards[id.0 as usize]
    }

    /// The number of an id.
    pub fn number(&self, id: NumberId) -> &Number {
        &self.numbers[id.0 as usize]
    }

    /// What values a number can have.
    pub fn range(&self, id: NumberId) -> Range {
        self.ranges[id.0 as usize]
    }

    /// About how many tests a guard takes.
    pub fn cost(&self, id: GuardId) -> u32 {
        self.guard_costs[id.0 as usize]
    }

    /// About how many steps a number takes.
    pub fn number_cost(&self, id: NumberId) -> u32 {
        self.number_costs[id.0 as usize]
    }
}

impl Guards {
    /// Calls `f` on every number that a guard asks for, and on those inside it where `f` says so.
    pub fn each_number(&self, id: GuardId, f: &mut impl FnMut(NumberId) -> bool) {
        match self.guard(id) {
            Guard::Constant(_) | Guard::Bits { .. } | Guard::AnyBit { .. } => {}
            Guard::All(parts) | Guard::Any(parts) => parts.iter().for_each(|part| self.each_number(*part, f)),
            Guard::Not(inner) => self.each_number(*inner, f),
            Guard::Within { of, .. }
            | Guard::Outside { of, .. }
            | Guard::OneOf(of, _)
            | Guard::NoneOf(of, _)
            | Guard::Missing(of) => self.each_inner(*of, f),
            Guard::Relate(_, left, right) => {
                self.each_inner(*left, f);
                self.each_inner(*right, f);
            }
        }
    }

    /// The same for a number and those inside it.
    pub fn each_inner(&self, id: NumberId, f: &mut impl FnMut(NumberId) -> bool) {
        if !f(id) {
            return;
        }
        match self.number(id) {
            Number::Constant(_) | Number::Word(_) => {}
            Number::Scaled(inner, _) => self.each_inner(*inner, f),
            Number::Sum(left, right)
            | Number::Difference(left, right)
            | Number::Product(left, right)
            | Number::Else(left, right)
            | Number::Quotient(Quotient { left, right, .. }) => {
                self.each_inner(*left, f);
                self.each_inner(*right, f);
            }
            Number::When { yes, no, of } => {
                self.each_inner(*of, f);
                self.each_number(*yes, f);
                self.each_number(*no, f);
            }
        }
    }

    /// How many guards and numbers there are.
    pub fn len(&self) -> usize {
        self.guards.len() + self.numbers.len()
    }

    /// Whether there is nothing but the two constants.
    pub fn is_empty(&self) -> bool {
        self.len() <= 2
    }

    fn keep(&mut self, guard: Guard) -> GuardId {
        if let Some(id) = self.guard_places.get(&guard) {
            return *id;
        }
        let sum = |parts: &[GuardId]| parts.iter().fold(0, |sum: u32, part| sum.saturating_add(self.cost(*part)));
        let number = |of: NumberId| self.number_cost(of);
        let cost = match &guard {
            Guard::Constant(_) => 0,
            Guard::All(parts) | Guard::Any(parts) => sum(parts),
            Guard::Not(inner) => self.cost(*inner),
            Guard::Bits { .. } | Guard::AnyBit { .. } => 1,
            Guard::Within { of, .. } | Guard::Outside { of, .. } => number(*of).saturating_add(2),
            Guard::OneOf(of, values) | Guard::NoneOf(of, values) => {
                number(*of).saturating_add(u32::try_from(values.len()).unwrap_or(u32::MAX))
            }
            Guard::Missing(of) => number(*of).saturating_add(1),
            Guard::Relate(_, left, right) => number(*left).saturating_add(number(*right)).saturating_add(2),
        };
        let id = GuardId(u32::try_from(self.guards.len()).unwrap_or(u32::MAX));
        self.guards.push(guard.clone());
        self.guard_costs.push(cost);
        self.guard_places.insert(guard, id);
        id
    }

    /// Keeps a number whose range is known.
    pub(super) fn keep_number(&mut self, number: Number, range: Range) -> NumberId {
        if let Some(id) = self.number_places.get(&number) {
            return *id;
        }
        let of = |of: NumberId| self.number_cost(of);
        let cost = match &number {
            Number::Constant(_) => 0,
            Number::Word(_) => 1,
            Number::Scaled(inner, _) => of(*inner).saturating_add(1),
            Number::Sum(left, right) | Number::Difference(left, right) | Number::Product(left, right) => {
                of(*left).saturating_add(of(*right)).saturating_add(2)
            }
            Number::Quotient(Quotient { left, right, .. }) => of(*left).saturating_add(of(*right)).saturating_add(20),
            Number::Else(first, second) => of(*first).saturating_add(of(*second)).saturating_add(1),
            Number::When { yes, no, of: inner } => {
                of(*inner).saturating_add(self.cost(*yes)).saturating_add(self.cost(*no)).saturating_add(1)
            }
        };
        let id = NumberId(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX));
        self.numbers.push(number.clone());
        self.number_costs.push(cost);
        self.ranges.push(range);
        self.number_places.insert(number, id);
        id
    }

    /// A guard that holds, or does not, whatever the record.
    pub fn constant(holds: bool) -> GuardId {
        if holds { GuardId::ALWAYS } else { GuardId::NOT }
    }

    /// The bits of `mask` read as in `want`.
    pub(super) fn bits(&mut self, word: Word, mask: u64, want: u64) -> GuardId {
        if mask == 0 {
            return GuardId::ALWAYS;
        }
        self.keep(Guard::Bits { word, mask, want: want & mask })
    }

    /// One of the bits of `mask` is set.
    pub(super) fn any_bit(&mut self, word: Word, mask: u64) -> GuardId {
        match mask.count_ones() {
            0 => GuardId::NOT,
            1 => self.bits(word, mask, mask),
            _ => self.keep(Guard::AnyBit { word, mask }),
        }
    }

    /// Each of them holds.
    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = GuardId>) -> GuardId {
        let mut rest: Vec<GuardId> = Vec::new();
        let mut bits: Vec<(Word, u64, u64)> = Vec::new();
        let mut ranges: Vec<(NumberId, i64, i64)> = Vec::new();
        let mut open: Vec<GuardId> = parts.into_iter().collect();
        open.reverse();
        while let Some(part) = open.pop() {
            match self.guard(part) {
                Guard::Constant(true) => {}
                Guard::Constant(false) => return GuardId::NOT,
                Guard::All(inner) => open.extend(inner.iter().rev().copied()),
                Guard::Bits { word, mask, want } => match bits.iter_mut().find(|(at, ..)| at == word) {
                    Some((_, masks, wants)) => {
                        if (*wants ^ want) & *masks & mask != 0 {
                            return GuardId::NOT;
                        }
                        *masks |= mask;
                        *wants |= want;
                    }
                    None => bits.push((*word, *mask, *want)),
                },
                Guard::Within { of, low, high } => match ranges.iter_mut().find(|(at, ..)| at == of) {
                    Some((_, least, greatest)) => {
                        *least = (*least).max(*low);
                        *greatest = (*greatest).min(*high);
                    }
                    None => ranges.push((*of, *low, *high)),
                },
                Guard::Any(_)
                | Guard::AnyBit { .. }
                | Guard::Outside { .. }
                | Guard::OneOf(..)
                | Guard::NoneOf(..)
                | Guard::Missing(_)
                | Guard::Relate(..)
                | Guard::Not(_) => rest.push(part),
            }
        }
        for (word, mask, want) in bits {
            rest.push(self.bits(word, mask, want));
        }
        for (of, low, high) in ranges {
            rest.push(self.within(of, low, high));
        }
        self.join(rest, true)
    }

    /// One of them holds.
    pub(super) fn any(&mut self, parts: impl IntoIterator<Item = GuardId>) -> GuardId {
        let mut rest: Vec<GuardId> = Vec::new();
        let mut bits: Vec<(Word, u64)> = Vec::new();
        let mut open: Vec<GuardId> = parts.into_iter().collect();
        open.reverse();
        while let Some(part) = open.pop() {
            let one_bit = match self.guard(part) {
                Guard::Constant(false) => continue,
                Guard::Constant(true) => return GuardId::ALWAYS,
                Guard::Any(inner) => {
                    open.extend(inner.iter().rev().copied());
                    continue;
                }
                Guard::AnyBit { word, mask } => Some((*word, *mask)),
                Guard::Bits { word, mask, want } if mask == want && mask.count_ones() == 1 => Some((*word, *mask)),
                Guard::Bits { .. }
                | Guard::All(_)
                | Guard::Within { .. }
                | Guard::Outside { .. }
                | Guard::OneOf(..)
                | Guard::NoneOf(..)
                | Guard::Missing(_)
                | Guard::Relate(..)
                | Guard::Not(_) => None,
            };
            match one_bit {
                None => rest.push(part),
                Some((word, mask)) => match bits.iter_mut().find(|(at, _)| *at == word) {
                    Some((_, masks)) => *masks |= mask,
                    None => bits.push((word, mask)),
                },
            }
        }
        for (word, mask) in bits {
            rest.push(self.any_bit(word, mask));
        }
        self.join(rest, false)
    }

    /// It does not hold.
    pub(super) fn not(&mut self, id: GuardId) -> GuardId {
        match self.guard(id) {
            Guard::Constant(holds) => Self::constant(!holds),
            Guard::Not(inner) => *inner,
            Guard::Bits { word, mask, want } if mask.count_ones() == 1 => {
                let (word, mask, want) = (*word, *mask, mask & !want);
                self.bits(word, mask, want)
            }
            Guard::Bits { word, mask, want: 0 } => {
                let (word, mask) = (*word, *mask);
                self.any_bit(word, mask)
            }
            Guard::AnyBit { word, mask } => {
                let (word, mask) = (*word, *mask);
                self.bits(word, mask, 0)
            }
            Guard::All(_)
            | Guard::Any(_)
            | Guard::Bits { .. }
            | Guard::Within { .. }
            | Guard::Outside { .. }
            | Guard::OneOf(..)
            | Guard::NoneOf(..)
            | Guard::Missing(_)
            | Guard::Relate(..) => self.keep(Guard::Not(id)),
        }
    }

    /// Joins parts that are already merged; `each` for all, else any.
    fn join(&mut self, mut parts: Vec<GuardId>, each: bool) -> GuardId {
        if parts.contains(&Self::constant(!each)) {
            return Self::constant(!each);
        }
        parts.retain(|part| *part != Self::constant(each));
        parts.sort_by_key(|part| (self.cost(*part), *part));
        parts.dedup();
        match parts.as_slice() {
            [] => Self::constant(each),
            [only] => *only,
            _ if each => self.keep(Guard::All(parts.into())),
            _ => self.keep(Guard::Any(parts.into())),
        }
    }

    /// The number is there.
    pub(super) fn known(&mut self, of: NumberId) -> GuardId {
        self.within(of, MISSING + 1, i64::MAX)
    }

    /// The number is missing.
    pub(super) fn missing(&mut self, of: NumberId) -> GuardId {
        match self.number(of) {
            Number::Constant(value) => Self::constant(*value == MISSING),
            Number::Scaled(inner, _) => {
                let inner = *inner;
                self.missing(inner)
            }
            Number::Else(first, second) => {
                let (first, second) = (*first, *second);
                let both = [self.missing(first), self.missing(second)];
                self.all(both)
            }
            Number::Word(_)
            | Number::Sum(..)
            | Number::Difference(..)
            | Number::Product(..)
            | Number::Quotient(_)
            | Number::When { .. } => {
                if self.range(of).missing {
                    self.keep(Guard::Missing(of))
                } else {
                    GuardId::NOT
                }
            }
        }
    }

    /// From `low` to `high`, both ends in; `low` is above [`MISSING`].
    pub(super) fn within(&mut self, of: NumberId, low: i64, high: i64) -> GuardId {
        if low > high {
            return GuardId::NOT;
        }
        match self.number(of) {
            Number::Constant(value) => Self::constant(low <= *value && *value <= high),
            Number::Scaled(inner, factor) => {
                let (inner, low, high) = (*inner, shorten_up(low, *factor), shorten_down(high, *factor));
                self.within(inner, low, high)
            }
            Number::Word(_)
            | Number::Sum(..)
            | Number::Difference(..)
            | Number::Product(..)
            | Number::Quotient(_)
            | Number::Else(..)
            | Number::When { .. } => {
                let range = self.range(of);
                // An end that cuts nothing off moves to where it costs least: one comparison then also answers for
                // missing, which lies below every range.
                let low = if range.never == Some(NEVER_BELOW) { low } else { low.max(range.low) };
                let high = if range.never == Some(NEVER_ABOVE) || high < range.high { high } else { i64::MAX };
                let everything =
                    high == i64::MAX && (low == MISSING + 1 || low <= range.low && range.never != Some(NEVER_BELOW));
                if low > high {
                    GuardId::NOT
                } else if everything && !range.missing {
                    GuardId::ALWAYS
                } else {
                    self.keep(Guard::Within { of, low, high })
                }
            }
        }
    }

    /// Known, and not from `low` to `high`.
    pub(super) fn outside(&mut self, of: NumberId, low: i64, high: i64) -> GuardId {
        if low > high {
            return self.known(of);
        }
        if low == MISSING + 1 {
            return if high == i64::MAX { GuardId::NOT } else { self.within(of, high + 1, i64::MAX) };
        }
        if high == i64::MAX {
            return self.within(of, MISSING + 1, low - 1);
        }
        match self.number(of) {
            Number::Constant(value) => {
                let value = *value;
                Self::constant(value != MISSING && !(low <= value && value <= high))
            }
            Number::Scaled(inner, factor) => {
                let (inner, low, high) = (*inner, shorten_up(low, *factor), shorten_down(high, *factor));
                self.outside(inner, low, high)
            }
            Number::Word(_)
            | Number::Sum(..)
            | Number::Difference(..)
            | Number::Product(..)
            | Number::Quotient(_)
            | Number::Else(..)
            | Number::When { .. } => self.keep(Guard::Outside { of, low, high }),
        }
    }

    /// One of the values (`wanted`), or known and none of them; a value set apart is in no list.
    pub(super) fn one_of(&mut self, of: NumberId, values: impl IntoIterator<Item = i64>, wanted: bool) -> GuardId {
        let mut values: Vec<i64> = values.into_iter().collect();
        if let Number::Scaled(inner, factor) = *self.number(of) {
            let shorter = values.iter().filter(|value| *value % factor == 0).map(|value| value / factor);
            let shorter: Vec<i64> = shorter.collect();
            return self.one_of(inner, shorter, wanted);
        }
        values.sort_unstable();
        values.dedup();
        if let Number::Constant(value) = self.number(of) {
            return Self::constant(*value != MISSING && values.contains(value) == wanted);
        }
        match (values.first(), values.last()) {
            (Some(first), Some(last)) if last.abs_diff(*first) == values.len() as u64 - 1 => {
                let (first, last) = (*first, *last);
                if wanted { self.within(of, first, last) } else { self.outside(of, first, last) }
            }
            (Some(_), Some(_)) if wanted => self.keep(Guard::OneOf(of, values.into())),
            (Some(_), Some(_)) => self.keep(Guard::NoneOf(of, values.into())),
            (None, _) | (_, None) if wanted => GuardId::NOT,
            (None, _) | (_, None) => self.known(of),
        }
    }

    /// Both known, and so related.
    pub(super) fn relate(&mut self, relation: Relation, left: NumberId, right: NumberId) -> GuardId {
        let constant = |number: &Number| if let Number::Constant(value) = number { Some(*value) } else { None };
        let range = self.range(left).join(self.range(right));
        match (constant(self.number(left)), constant(self.number(right))) {
            (_, Some(value)) => self.relate_constant(relation, left, value, range.never),
            (Some(value), None) => self.relate_constant(relation.mirrored(), right, value, range.never),
            (None, None) => self.keep(Guard::Relate(relation, left, right)),
        }
    }

    fn relate_constant(&mut self, relation: Relation, of: NumberId, value: i64, never: Option<i64>) -> GuardId {
        if value == MISSING {
            return GuardId::NOT;
        }
        let is_never = never == Some(value);
        match relation {
            Relation::Equal if is_never => GuardId::NOT,
            Relation::NotEqual if is_never => self.known(of),
            Relation::Equal => self.within(of, value, value),
            Relation::NotEqual => self.outside(of, value, value),
            Relation::AtLeast => self.within(of, value, i64::MAX),
            Relation::AtMost => self.within(of, MISSING + 1, value),
            Relation::MoreThan if value == i64::MAX => GuardId::NOT,
            Relation::MoreThan => self.within(of, value + 1, i64::MAX),
            Relation::LessThan => self.within(of, MISSING + 1, value - 1),
        }
    }
}

/// The least `x` with `x * factor >= value`; the ends of the scale stay what they are.
fn shorten_up(value: i64, factor: i64) -> i64 {
    if value == MISSING + 1 || value == NEVER_ABOVE {
        return value;
    }
    value.div_euclid(factor) + i64::from(value.rem_euclid(factor) != 0)
}

/// The greatest `x` with `x * factor <= value`; the ends of the scale stay what they are.
fn shorten_down(value: i64, factor: i64) -> i64 {
    if value == NEVER_BELOW || value == NEVER_ABOVE { value } else { value.div_euclid(factor) }
}
