//! What hand-written rules lean on: sentinels instead of options in the struct, options while computing.

#![allow(dead_code, reason = "which of these are used depends on the rules")]

use std::collections::HashMap;
use std::sync::Arc;

use cater::frame::Frame;
use cater::model::{AttributeId, RuleSet};
use cater::value::{Datum, Missing, Value};

/// Of a yes or no.
pub(crate) const YES: u8 = 0;
/// Of a yes or no.
pub(crate) const NO: u8 = 1;
/// Of a yes or no, and of a member of a list.
pub(crate) const NONE: u8 = u8::MAX;

/// A number that may be missing, as it stands in the struct.
pub(crate) trait Packed: Copy {
    /// Whether it is there.
    fn known(self) -> bool;
    /// The number.
    fn get(self) -> Option<i64>;
}

macro_rules! packed {
    ($($int:ty),*) => {$(
        impl Packed for $int {
            #[inline(always)]
            fn known(self) -> bool {
                self != <$int>::MIN
            }

            #[inline(always)]
            fn get(self) -> Option<i64> {
                if self == <$int>::MIN { None } else { Some(i64::from(self)) }
            }
        }
    )*};
}

packed!(i16, i32, i64);

/// `a / b` at a scale that makes the left side longer by `up`, or the right one by `down`; half to even.
#[inline(always)]
pub(crate) fn divide(a: Option<i64>, b: Option<i64>, up: i64, down: i64) -> Option<i64> {
    let (a, b) = (i128::from(a?) * i128::from(up), i128::from(b?) * i128::from(down));
    if b == 0 {
        return None;
    }
    // Nearly everything fits in 64 bits, where division is quick.
    let (whole, rest) = match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => (i128::from(a / b), i128::from(a % b)),
        (Ok(_), Err(_)) | (Err(_), _) => (a / b, a % b),
    };
    let up = (rest.abs() * 2 + (whole & 1)) > b.abs();
    let away = if (a < 0) == (b < 0) { 1 } else { -1 };
    Some((whole + if up { away } else { 0 }) as i64)
}

/// The states of a few-valued operand with a stand-in.
#[inline(always)]
pub(crate) fn or_state(first: u8, second: u8) -> u8 {
    if first == NONE { second } else { first }
}

/// Both, if both are there.
#[inline(always)]
pub(crate) fn both(a: Option<i64>, b: Option<i64>) -> Option<(i64, i64)> {
    Some((a?, b?))
}

/// Numbers for texts.
#[derive(Debug, Default)]
pub(crate) struct Symbols(HashMap<Arc<str>, i32>);

impl Symbols {
    /// With the texts that rules write, numbered from 0.
    pub(crate) fn of(texts: &[&str]) -> Self {
        Self((0..).zip(texts).map(|(symbol, text)| (Arc::from(*text), symbol)).collect())
    }

    fn symbol(&mut self, text: &Arc<str>) -> i32 {
        let next = self.0.len() as i32;
        *self.0.entry(Arc::clone(text)).or_insert(next)
    }
}

/// The value that rules read: the frame's, or the declared default.
pub(crate) fn value<'a>(rules: &'a RuleSet, frame: &'a Frame, id: u32) -> Option<&'a Value> {
    let id = AttributeId(id);
    match frame.attribute(id) {
        Datum::Known(value) => Some(value),
        Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => rules[id].default.as_ref(),
        Datum::Missing(_) => None,
    }
}

/// Whether an attribute is missing for another reason than that nobody gave it or that it is too old.
pub(crate) fn garbled(frame: &Frame, id: u32) -> bool {
    match frame.attribute(AttributeId(id)) {
        Datum::Known(_) | Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => false,
        Datum::Missing(_) => true,
    }
}

/// A yes or no, or a member of a list.
pub(crate) fn state(value: Option<&Value>) -> u8 {
    match value {
        Some(Value::YesNo(yes)) => u8::from(!yes),
        Some(Value::Member(member)) => *member as u8,
        _ => NONE,
    }
}

/// A number, an instant or a day; `missing` and `never` are the struct's.
pub(crate) fn number(value: Option<&Value>, missing: i64, never: i64) -> i64 {
    match value {
        Some(Value::Number(number)) => *number,
        Some(Value::Time(at)) => at.0,
        Some(Value::Date(day)) => i64::from(day.0),
        Some(Value::Never) => never,
        _ => missing,
    }
}

/// A text.
pub(crate) fn symbol(value: Option<&Value>, symbols: &mut Symbols) -> i32 {
    match value {
        Some(Value::Text(text)) => symbols.symbol(text),
        _ => i32::MIN,
    }
}

/// A set: a bit for each element that rules mention, the highest bit where there is a set at all.
pub(crate) fn elements(value: Option<&Value>, mentioned: &[&str]) -> u64 {
    match value {
        Some(Value::Set(held)) => {
            let bits = mentioned.iter().enumerate().filter(|(_, element)| held.contains(**element));
            bits.fold(1 << 63, |bits, (place, _)| bits | 1 << place)
        }
        _ => 0,
    }
}
