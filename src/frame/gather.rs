//! Facts to frame: masks, ages and counts, once, before anything is decided (R20).
//!
//! Takes what is known of one customer at one moment; gives what deciding may read. After this nobody can tell what a
//! closed purpose hid: the value is gone from the frame.

use std::sync::Arc;

use super::past::Pasts;
use super::{Fact, Facts, Frame, caps, consent, decay, gathered, rotation, windows};
use crate::model::{Attribute, AttributeId, CapUnit, OfferId, RuleSet, Scope};
use crate::value::{
    Consent, Date, Datum, Instant, Missing, NumberType, SCORE, Type, Value, date_in_zone, zone_is_known,
};

/// The frame of `facts`. Nothing is taken by another slot yet.
pub fn gather(rules: &RuleSet, facts: &Facts) -> Frame {
    let clock = Clock { now: facts.now, horizon: facts.now.plus(rules.defaults.skew) };
    let (consent, shortfalls) = consent::read(rules, facts);
    let fact = |at: usize| facts.told(rules, AttributeId::from_index(at));
    let key_is_known = unit_key(rules, facts, CapUnit::Customer).is_some();
    let anonymous = rules.key().is_some() && !key_is_known;
    let attributes = rules.attributes.iter().enumerate().map(|(at, attribute)| {
        let open = |purpose: &crate::model::PurposeId| consent.get(purpose.index()) == Some(&Consent::Granted);
        match attribute.scope {
            _ if !attribute.needs.iter().all(open) => Datum::Missing(Missing::NoConsent),
            Scope::Customer if anonymous => Datum::Missing(Missing::Absent),
            Scope::Customer | Scope::Moment => clock.read(rules, attribute, fact(at)),
        }
    });
    let attributes: Vec<Datum> = attributes.collect();
    let pasts = Pasts::of(rules, facts);
    let states = caps::count(rules, facts, &attributes, &pasts);
    // Where the store is down nobody can say what happened, as of somebody who is nobody.
    let is_told = key_is_known && !facts.store_down;
    let (gathered, set_aside) = gathered::all(rules, facts, &consent, &attributes, is_told);
    Frame {
        now: facts.now,
        today: date_in_zone(facts.now, &rules.defaults.zone),
        permissions: (0..rules.channels.len())
            .map(|at| facts.permissions.get(at).copied().unwrap_or_default())
            .collect(),
        last_used: rotation::last_used(rules, facts, key_is_known),
        gathered,
        set_aside,
        counted: caps::counted(rules, facts, &attributes, &pasts, &states),
        caps: states,
        windows: windows::states(rules, &attributes, facts.now),
        attributes,
        taken: vec![false; rules.offers.len()],
        held: held(facts),
        beneath: consent::beneath(rules, facts, &consent),
        consent,
        shortfalls,
    }
}

/// What is let go, by offer. A clock that was fast has held nothing for longer.
fn held(facts: &Facts) -> Vec<(OfferId, Instant)> {
    let mut held: Vec<_> = facts.held.iter().map(|(offer, since)| (*offer, (*since).min(facts.now))).collect();
    held.sort_unstable();
    held
}

/// Under what the events of a unit are kept: the customer's key, the attribute as it reads with its default, nothing for
/// everybody. `None` where nobody knows it. A key that may not be read still tells whose the counts are, since caps only
/// protect (R20); an attribute that may not be read is missing.
pub fn unit_key(rules: &RuleSet, facts: &Facts, unit: CapUnit) -> Option<Arc<str>> {
    let clock = Clock { now: facts.now, horizon: facts.now.plus(rules.defaults.skew) };
    let read = |id: AttributeId| clock.read(rules, &rules[id], facts.told(rules, id));
    // An empty text is none: it would be one customer, or one household, of everybody who has none.
    let text = |value: &Value| value.as_text().filter(|text| !text.is_empty()).cloned();
    let customer = || rules.key().and_then(|key| read(key).known().and_then(text));
    let id = match unit {
        CapUnit::Everybody => return Some("".into()),
        CapUnit::Customer => return customer(),
        CapUnit::Attribute(id) => id,
    };
    let attribute = &rules[id];
    if !attribute.needs.is_empty() {
        let (consent, _) = consent::read(rules, facts);
        let open = |purpose: &crate::model::PurposeId| consent.get(purpose.index()) == Some(&Consent::Granted);
        if !attribute.needs.iter().all(open) {
            return None;
        }
    }
    // Of somebody who is nobody, nothing is known (R41).
    let anonymous = attribute.scope == Scope::Customer && rules.key().is_some() && customer().is_none();
    let datum = if anonymous { Datum::Missing(Missing::Absent) } else { read(id) };
    match datum {
        Datum::Known(value) => text(&value),
        Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => {
            attribute.default.as_ref().and_then(text)
        }
        Datum::Missing(
            Missing::NoConsent | Missing::FromTheFuture | Missing::Unreadable | Missing::NotInList | Missing::Computed,
        ) => None,
    }
}

/// The decision's instant and the latest stamp that still counts as now.
struct Clock {
    now: Instant,
    horizon: Instant,
}

impl Clock {
    /// One attribute as it reads where nothing masks it.
    fn read(&self, rules: &RuleSet, attribute: &Attribute, fact: &Fact) -> Datum {
        let (value, stamp) = match (fact, attribute.ty) {
            (Fact::Missing(reason), _) => return Datum::Missing(*reason),
            (Fact::Increments(parts), Type::Score(half_life)) => {
                let newest = parts.iter().map(|(_, at)| *at).filter(|at| *at <= self.horizon).max();
                (decay::decayed_sum(parts, half_life, self.now, self.horizon).map(Value::Number), newest)
            }
            // One number is one increment; without a stamp nobody knows how far it has decayed.
            (Fact::Known(_, None), Type::Score(_)) => return Datum::Missing(Missing::Unstamped),
            (Fact::Known(Value::Number(part), Some(at)), Type::Score(half_life)) => {
                let sum = decay::decayed_sum(&[(*part, *at)], half_life, self.now, self.horizon);
                (sum.map(Value::Number), Some(*at))
            }
            (Fact::Known(value, stamp), _) => match fits(rules, attribute, value) {
                Ok(()) => (Some(value.clone()), *stamp),
                Err(reason) => return Datum::Missing(reason),
            },
            (Fact::Increments(_), _) => return Datum::Missing(Missing::Unreadable),
        };
        let Some(value) = value else {
            return Datum::Missing(Missing::Unreadable);
        };
        match self.age(attribute, stamp) {
            None => Datum::Known(value),
            Some(reason) => Datum::Missing(reason),
        }
    }

    /// Why a value with this stamp does not count, if it does not.
    fn age(&self, attribute: &Attribute, stamp: Option<Instant>) -> Option<Missing> {
        if stamp.is_some_and(|stamp| self.horizon < stamp) {
            return Some(Missing::FromTheFuture);
        }
        let fresh = attribute.fresh?;
        match stamp {
            None => Some(Missing::Unstamped),
            Some(stamp) => (stamp < self.now.minus(fresh)).then_some(Missing::Stale),
        }
    }
}

/// Whether a value is of the attribute's type and in its range, and never only where it can be.
fn fits(rules: &RuleSet, attribute: &Attribute, value: &Value) -> Result<(), Missing> {
    let fits = match (attribute.ty, value) {
        (Type::YesNo, Value::YesNo(_)) | (Type::Text, Value::Text(_)) | (Type::Set, Value::Set(_)) => true,
        (Type::Number(number), Value::Number(mantissa)) => in_range(number, *mantissa),
        (Type::Score(_), Value::Number(mantissa)) => in_range(SCORE, *mantissa),
        (Type::OneOf(list), Value::Member(member)) => {
            let known = usize::from(*member) < rules.members(list).len();
            return if known { Ok(()) } else { Err(Missing::NotInList) };
        }
        (Type::Time, Value::Time(at)) => Instant::MIN <= *at && *at <= Instant::MAX,
        (Type::Date, Value::Date(day)) => Date::MIN <= *day && *day <= Date::MAX,
        (Type::Zone, Value::Text(zone)) => zone_is_known(zone),
        (Type::Number(_) | Type::Time | Type::Date, Value::Never) => attribute.may_be_never(),
        (
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_),
            _,
        ) => false,
    };
    if fits { Ok(()) } else { Err(Missing::Unreadable) }
}

fn in_range(number: NumberType, mantissa: i64) -> bool {
    number.min <= mantissa && mantissa <= number.max
}
