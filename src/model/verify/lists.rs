//! Small questions about lists, names, numbers and times.

use unicode_normalization::is_nfc;

use super::Flaw;
use super::flaw::Checked;
use super::limits;
use crate::model::{Active, RuleSet};
use crate::value::{Date, Instant, MAX_SCALE, NumberType, Period, Type, Value, zone_is_known};

/// The most places a computed number may have; a product has those of both its factors.
pub(super) const MAX_COMPUTED_SCALE: u8 = 2 * MAX_SCALE;

pub(super) fn at_most(what: &'static str, count: usize, limit: usize) -> Checked {
    if count > limit { Err(Flaw::TooMany { what, count, limit }) } else { Ok(()) }
}

pub(super) fn exists(what: &'static str, id: u32, count: usize) -> Checked {
    if (id as usize) < count { Ok(()) } else { Err(Flaw::NoSuch { what, id }) }
}

/// In order, each once.
pub(super) fn ascending<T: PartialOrd>(what: &'static str, entries: &[T]) -> Checked {
    if entries.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(Flaw::Unsorted(what)) }
}

pub(super) fn not_empty<T>(what: &'static str, entries: &[T]) -> Checked {
    if entries.is_empty() { Err(Flaw::Empty(what)) } else { Ok(()) }
}

pub(super) fn instant(what: &'static str, at: Instant) -> Checked {
    if (Instant::MIN..=Instant::MAX).contains(&at) { Ok(()) } else { Err(Flaw::Time(what)) }
}

pub(super) fn date(what: &'static str, day: Date) -> Checked {
    if (Date::MIN..=Date::MAX).contains(&day) { Ok(()) } else { Err(Flaw::Time(what)) }
}

/// For how long something may be held at most.
pub(super) fn longest_wait(most: Period) -> Checked {
    period("longest wait", most)?;
    let is_too_long = Instant(0).plus(limits::HOLD) < Instant(0).plus(most);
    if most.count == 0 || is_too_long { Err(Flaw::Time("longest wait")) } else { Ok(()) }
}

pub(super) fn period(what: &'static str, period: Period) -> Checked {
    if period.count <= Period::MAX_COUNT { Ok(()) } else { Err(Flaw::Time(what)) }
}

pub(super) fn active(active: Option<Active>) -> Checked {
    let Some(active) = active else { return Ok(()) };
    active.from.into_iter().chain(active.until).try_for_each(|at| instant("date", at))
}

pub(super) fn number_type(number: NumberType, max_scale: u8) -> Checked {
    if number.scale <= max_scale && number.min <= number.max { Ok(()) } else { Err(Flaw::NumberType) }
}

/// A type as attributes and fields have it.
pub(super) fn declared_type(rules: &RuleSet, ty: Type) -> Checked {
    match ty {
        Type::Number(number) => number_type(number, MAX_SCALE),
        Type::OneOf(list) => exists("list", list.0, rules.enums.len()),
        Type::Score(half) if half.count == 0 => Err(Flaw::Time("half life")),
        Type::Score(half) => period("half life", half),
        Type::YesNo | Type::Text | Type::Set | Type::Time | Type::Date | Type::Zone => Ok(()),
    }
}

/// Whether a value is one of the type; `Never` is one of every type that time or a count of time has.
pub(super) fn value(rules: &RuleSet, what: &'static str, value: &Value, ty: Type) -> Checked {
    let fits = match (value, ty) {
        (Value::YesNo(_), Type::YesNo) => true,
        (Value::Number(mantissa), Type::Number(_) | Type::Score(_)) => {
            ty.number().is_some_and(|number| (number.min..=number.max).contains(mantissa))
        }
        (Value::Text(text), Type::Text) => text_fits(text),
        (Value::Text(zone), Type::Zone) => zone_is_known(zone),
        (Value::Member(member), Type::OneOf(list)) => usize::from(*member) < rules.members(list).len(),
        (Value::Set(elements), Type::Set) => {
            elements.len() <= limits::ELEMENTS && elements.iter().all(|element| text_fits(element))
        }
        (Value::Time(at), Type::Time) => instant(what, *at).is_ok(),
        (Value::Date(day), Type::Date) => date(what, *day).is_ok(),
        (Value::Never, Type::Number(_) | Type::Time | Type::Date) => true,
        (
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Never,
            _,
        ) => false,
    };
    if fits { Ok(()) } else { Err(Flaw::Value(what)) }
}

/// Text is compared exactly, so it is kept in one normal form (R45).
pub(super) fn text_fits(text: &str) -> bool {
    text.len() <= limits::TEXT_BYTES && is_nfc(text)
}
