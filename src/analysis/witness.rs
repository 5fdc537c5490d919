//! From a point to a customer: facts of which every atom of the point is true.
//!
//! Takes a point of a program; gives facts as a test of the language or a data file would state them. Values are chosen
//! to be read: zero where it is allowed, otherwise the value nearest to it; whole days rather than odd microseconds.

use super::axis::Clock;
use super::domain::{Column, Schema, Source, YES};
use super::program::Program;
use crate::frame::{ConsentRecord, Fact, Facts, Frame, Happened, Stamp, gather};
use crate::model::{AttributeId, ChannelId, Event, OfferId, RuleSet, SlotId};
use crate::value::{Consent, Date, Instant, Missing, Permission, Type, Value, zone_is_known};

/// A customer at a moment who proves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// What is known of the customer.
    pub facts: Facts,
    /// The offers that another slot of the same request shows; nearly always none.
    pub taken: Vec<OfferId>,
}

impl Witness {
    /// What a decision about the customer depends on.
    pub fn frame(&self, rules: &RuleSet) -> Frame {
        let mut frame = gather(rules, &self.facts);
        for offer in &self.taken {
            if let Some(taken) = frame.taken.get_mut(offer.index()) {
                *taken = true;
            }
        }
        frame
    }
}

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;
const SECOND: i64 = 1_000_000;
/// Zones to choose from where any will do.
const ZONES: [&str; 8] = [
    "Europe/Paris",
    "Asia/Tokyo",
    "America/New_York",
    "Africa/Cairo",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Auckland",
];

/// The customer of a point, without a history. `anonymous`: the key is missing.
pub(super) fn customer(program: &Program<'_>, point: &[usize], clock: Clock, anonymous: bool) -> Option<Witness> {
    let schema = &program.schema;
    let rules = schema.rules;
    let mut facts = Facts::nothing(rules, clock.now);
    let mut taken = Vec::new();
    if let Some(key) = rules.key().filter(|_| !anonymous) {
        facts.set(key, stamped(rules, key, Value::Text("c1".into()), clock));
    }
    for ((dim, source), atom) in program.dims().zip(point) {
        match source {
            Source::Consent(id) => {
                let status = Consent::ALL.get(*atom).copied().unwrap_or(Consent::Unknown);
                facts.set_consent(*id, record(status, clock.now));
            }
            Source::Permission(id) => {
                facts.set_permission(*id, Permission::ALL.get(*atom).copied().unwrap_or_default());
            }
            Source::LastUsed(slot) => facts.history.extend(sent_last(rules, *slot, *atom, clock)),
            Source::Attribute(id) => {
                let column = program.column_at(dim, clock)?;
                if let Some(fact) = fact(schema, (*id, &column), *atom, point, clock)? {
                    facts.set(*id, fact);
                }
            }
            Source::Taken(offer) if *atom == YES => taken.push(*offer),
            Source::Now | Source::Element(..) | Source::Spent(_) | Source::Nobody | Source::Taken(_) => {}
            Source::Unseen(_) | Source::Hours(_) | Source::Opaque(_) => {}
        }
    }
    Some(Witness { facts, taken })
}

/// The atom of a channel that a slot used last.
pub(super) fn last_used_atom(rules: &RuleSet, slot: SlotId, last: Option<ChannelId>) -> usize {
    let place = last.and_then(|last| rules[slot].channels.iter().position(|channel| *channel == last));
    place.map_or(0, |place| place + 1)
}

/// What was sent last by the channel of an atom, something with the tag that the slot rotates on; nothing for the first.
fn sent_last(rules: &RuleSet, slot: SlotId, atom: usize, clock: Clock) -> Option<Happened> {
    let slot = &rules[slot];
    let (channel, tag) = (*slot.channels.get(atom.checked_sub(1)?)?, slot.rotate?);
    let carries = |offer: &crate::model::Offer| offer.tags.contains(&tag);
    let offer = rules.offers.iter().position(carries).map(OfferId::from_index);
    let tags = offer.map_or_else(|| vec![tag], |offer| rules[offer].tags.clone());
    let rule = offer.and_then(|offer| super::history::only_rule(rules, offer));
    let stamp = Stamp::Of { offer, rule, via: None, class: None, tags, channel: Some(channel) };
    Some(Happened::plain(Event::SENT, Instant(clock.now.0.saturating_sub(HOUR)), stamp))
}

/// The record that reads so.
fn record(status: Consent, now: Instant) -> ConsentRecord {
    match status {
        Consent::Granted => ConsentRecord::granted(now),
        Consent::Denied
        | Consent::Withdrawn
        | Consent::Expired
        | Consent::Pending
        | Consent::Unknown
        | Consent::Objected => ConsentRecord::of(status),
    }
}

/// The fact of an atom; the outer `None` where no value can be given, the inner where nothing need be said.
fn fact(
    schema: &Schema<'_>,
    (id, column): (AttributeId, &Column),
    atom: usize,
    point: &[usize],
    clock: Clock,
) -> Option<Option<Fact>> {
    if atom == Column::ABSENT || Some(atom) == column.masked {
        return Some(None);
    }
    if Some(atom) == column.garbled {
        return Some(Some(Fact::Missing(Missing::Unreadable)));
    }
    let value = if Some(atom) == column.never {
        Value::Never
    } else {
        let bounds = column.axis.bounds(atom.checked_sub(column.first)?)?;
        value(schema, id, nice(schema.rules[id].ty, bounds, clock), point)?
    };
    Some(Some(stamped(schema.rules, id, value, clock)))
}

/// The value as a fact that is fresh.
pub(super) fn stamped(rules: &RuleSet, id: AttributeId, value: Value, clock: Clock) -> Fact {
    let attribute = &rules[id];
    let needs_a_stamp = attribute.fresh.is_some() || matches!(attribute.ty, Type::Score(_));
    Fact::Known(value, needs_a_stamp.then_some(clock.now))
}

/// The value at a position of the attribute's axis.
pub(super) fn value(schema: &Schema<'_>, id: AttributeId, position: i64, point: &[usize]) -> Option<Value> {
    Some(match schema.rules[id].ty {
        Type::YesNo => Value::YesNo(position == 1),
        Type::Number(_) | Type::Score(_) => Value::Number(position),
        Type::OneOf(_) => Value::Member(u16::try_from(position).ok()?),
        Type::Time => Value::Time(Instant(position)),
        Type::Date => Value::Date(Date(i32::try_from(position).ok()?)),
        Type::Text | Type::Zone => {
            let texts = schema.texts(id);
            match texts.get(usize::try_from(position).ok()?) {
                Some(text) => Value::Text(text.clone()),
                None => Value::Text(other_text(schema, id)?.into()),
            }
        }
        Type::Set => {
            let held = schema.sources.iter().zip(point).filter_map(|(source, atom)| match source {
                Source::Element(set, text) if *set == id && *atom == YES => Some(text.clone()),
                Source::Element(..)
                | Source::Now
                | Source::Consent(_)
                | Source::Permission(_)
                | Source::LastUsed(_)
                | Source::Attribute(_)
                | Source::Spent(_)
                | Source::Nobody
                | Source::Taken(_)
                | Source::Unseen(_)
                | Source::Hours(_)
                | Source::Opaque(_) => None,
            });
            Value::Set(held.collect())
        }
    })
}

/// A text that no condition mentions.
fn other_text(schema: &Schema<'_>, id: AttributeId) -> Option<String> {
    let mentioned = schema.texts(id);
    let is_new = |text: &String| !mentioned.iter().any(|other| **other == **text);
    match schema.rules[id].ty {
        Type::Zone => ZONES.iter().map(|zone| (*zone).to_owned()).find(|zone| zone_is_known(zone) && is_new(zone)),
        Type::YesNo
        | Type::Number(_)
        | Type::Text
        | Type::OneOf(_)
        | Type::Set
        | Type::Time
        | Type::Date
        | Type::Score(_) => {
            let stem = if schema.rules[id].key { "c" } else { "other" };
            let first = if schema.rules[id].key { "c1".to_owned() } else { stem.to_owned() };
            std::iter::once(first).chain((2..).map(|number| format!("{stem}{number}"))).find(is_new)
        }
    }
}

/// The position between the bounds (both in) that is read most easily.
pub(super) fn nice(ty: Type, (first, last): (i64, i64), clock: Clock) -> i64 {
    let (near, units): (i64, &[i64]) = match ty {
        Type::Time => (clock.now.0, &[DAY, HOUR, MINUTE, SECOND]),
        Type::Date => (i64::from(clock.today.0), &[]),
        Type::Number(_) | Type::Score(_) => (0, &[]),
        Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone => (first, &[]),
    };
    let nearest = near.clamp(first, last);
    for unit in units {
        let down = nearest.div_euclid(*unit).saturating_mul(*unit);
        for round in [down, down.saturating_add(*unit)] {
            if first <= round && round <= last {
                return round;
            }
        }
    }
    nearest
}
