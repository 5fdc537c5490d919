//! Frame to record: every fact of a frame that rules ask for, in its place.
//!
//! Declared defaults are filled in here, for absent and stale and no other reason (R5); texts become symbols: a text
//! that rules write has its own, any other has one of this frame alone, so that two texts are equal exactly where their
//! symbols are. A record is kept from frame to frame: what follows from `now` alone is worked out again only when `now`
//! has moved.

use std::sync::Arc;

use thiserror::Error;

use super::layout::{Bit, Edge, Layout, Read, Word};
use super::number::{MISSING, NEVER_ABOVE, NEVER_BELOW};
use crate::frame::Frame;
use crate::model::{Attribute, AttributeId, CapId, ChannelId, OfferId, PurposeId, RuleSet, SlotId, WindowId};
use crate::ops::Direction;
use crate::value::{Consent, Date, Datum, Instant, Missing, Type, Value};

/// One frame, packed for one layout.
#[derive(Clone, Debug)]
pub struct Record {
    layout: u64,
    /// Whether it holds a frame.
    packed: bool,
    moment: Option<(Instant, Date)>,
    /// Nothing but what follows from the moment.
    blank: Vec<i64>,
    words: Vec<i64>,
    /// Texts of this frame that no rule writes.
    strangers: Vec<Arc<str>>,
}

impl Record {
    /// The words, as many as the layout has.
    #[inline]
    pub fn words(&self) -> &[i64] {
        &self.words
    }

    /// Whether it holds a frame packed by `layout`.
    #[inline]
    pub fn is_of(&self, layout: &Layout) -> bool {
        self.packed && self.layout == layout.id && self.words.len() == layout.words()
    }

    fn set(&mut self, word: Word, value: i64) {
        if let Some(place) = self.words.get_mut(word.index()) {
            *place = value;
        }
    }

    fn set_bits(&mut self, word: Word, mask: u64) {
        if let Some(place) = self.words.get_mut(word.index()) {
            *place |= mask.cast_signed();
        }
    }

    fn write_bit(&mut self, bit: Bit, holds: bool) {
        if let Some(place) = self.words.get_mut(bit.word.index()) {
            *place = *place & !bit.mask().cast_signed() | if holds { bit.mask().cast_signed() } else { 0 };
        }
    }
}

/// Many packed frames of one layout side by side, for whoever decides over a base.
#[derive(Clone, Debug)]
pub struct Records {
    layout: u64,
    width: usize,
    words: Vec<i64>,
}

impl Records {
    /// Adds a record; `false`, and nothing is added, if it holds no frame of the same layout.
    pub fn push(&mut self, record: &Record) -> bool {
        let fits = record.packed && record.layout == self.layout;
        if fits {
            self.words.extend_from_slice(&record.words);
        }
        fits
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words of a record, from 0.
    #[inline]
    pub fn words(&self, nth: usize) -> Option<&[i64]> {
        let start = nth.checked_mul(self.width)?;
        self.words.get(start..start.checked_add(self.width)?)
    }

    /// Whether they were packed by `layout`.
    #[inline]
    pub fn are_of(&self, layout: &Layout) -> bool {
        self.layout == layout.id
    }
}

/// A frame that was not gathered for the rule set: a value is not of its attribute's type or out of its range. The
/// reference evaluator can decide it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a value does not fit its attribute")]
pub struct Unfit {
    /// The attribute.
    pub attribute: AttributeId,
}

impl Layout {
    /// A record of this layout, to be packed.
    pub fn record(&self) -> Record {
        let blank = vec![0; self.words()];
        Record { layout: self.id, packed: false, moment: None, words: blank.clone(), blank, strangers: Vec::new() }
    }

    /// No records yet, of this layout.
    pub fn records(&self) -> Records {
        Records { layout: self.id, width: self.words(), words: Vec::new() }
    }

    /// Writes a frame into a record, whatever it held before. The frame and the layout are of the same rule set.
    ///
    /// # Errors
    /// A value that no gathered frame has; the record then holds no frame, and nothing may be decided with it.
    pub fn pack(&self, rules: &RuleSet, frame: &Frame, record: &mut Record) -> Result<(), Unfit> {
        if record.layout != self.id {
            *record = self.record();
        }
        record.packed = false;
        if record.moment != Some((frame.now, frame.today)) {
            self.pack_moment(frame.now, frame.today, record);
        }
        record.words.copy_from_slice(&record.blank);
        record.strangers.clear();
        let attributes = rules.attributes.iter().chain(&self.gathered);
        for (index, (attribute, read)) in attributes.zip(&self.reads).enumerate() {
            if let Some(read) = read {
                let id = AttributeId::from_index(index);
                self.pack_attribute(attribute, frame.attribute(id), read, record).ok_or(Unfit { attribute: id })?;
            }
        }
        for (index, places) in self.consents.iter().enumerate() {
            let status = frame.consent(PurposeId::from_index(index));
            if let Some(bit) = places.open.filter(|_| status == Consent::Granted) {
                record.set_bits(bit.word, bit.mask());
            }
            if let Some(group) = places.group {
                record.set_bits(group.word, group.mask(status.member()));
            }
            if let Some(word) = places.word {
                record.set(word, i64::from(status.member()));
            }
        }
        self.pack_windows(rules, frame, record);
        for (index, places) in self.permissions.iter().enumerate() {
            let member = frame.permission(ChannelId::from_index(index)).member();
            if let Some(group) = places.group {
                record.set_bits(group.word, group.mask(member));
            }
            if let Some(word) = places.word {
                record.set(word, i64::from(member));
            }
        }
        self.pack_reserved(rules, frame, record);
        record.packed = true;
        Ok(())
    }

    /// What the clocks say of each window.
    fn pack_windows(&self, rules: &RuleSet, frame: &Frame, record: &mut Record) {
        for (index, bit) in self.windows.iter().enumerate() {
            let Some(bit) = bit else { continue };
            let id = WindowId::from_index(index);
            record.write_bit(*bit, frame.window(id).is_open(&rules[id], |_| true));
        }
        for ((id, nth, said), bit) in &self.hours {
            record.write_bit(*bit, said.holds(&rules[*id], frame.window(*id), *nth));
        }
    }

    /// Writes again what a decided slot takes from the slots after it (R24): caps, offers and the channel
    /// used last, nothing else. The record
    /// was packed from this frame before the reservation.
    pub fn pack_reserved(&self, rules: &RuleSet, frame: &Frame, record: &mut Record) {
        for (index, places) in self.caps.iter().enumerate() {
            for (bit, does_without_store) in places.iter().zip([false, true]) {
                if let Some(bit) = bit {
                    record.write_bit(*bit, frame.is_spent_with(rules, CapId::from_index(index), does_without_store));
                }
            }
        }
        for (index, group) in self.last_used.iter().enumerate() {
            let Some(group) = group else { continue };
            let last = frame.last_used(SlotId::from_index(index));
            let channels = rules.slots.get(index).map(|slot| slot.channels.as_slice()).unwrap_or_default();
            for (place, channel) in (0..group.count).zip(channels) {
                record.write_bit(Bit { word: group.word, shift: group.shift + place }, last == Some(*channel));
            }
        }
        for (index, bit) in self.taken.iter().enumerate() {
            if let Some(bit) = bit {
                record.write_bit(*bit, frame.is_taken(OfferId::from_index(index)));
            }
        }
    }

    /// What follows from the moment, and missing for every word of an attribute.
    fn pack_moment(&self, now: Instant, today: Date, record: &mut Record) {
        record.words.fill(0);
        for read in self.reads.iter().flatten() {
            if let Some(word) = read.word {
                record.set(word, MISSING);
            }
        }
        if let Some(word) = self.now {
            record.set(word, now.0);
        }
        if let Some(word) = self.today {
            record.set(word, i64::from(today.0));
        }
        for (Edge { direction, period, day }, word) in &self.edges {
            let at = match (direction, day) {
                (Direction::Old, false) => now.minus(*period).0,
                (Direction::Ahead, false) => now.gone_by(*period).0,
                (Direction::Old, true) => i64::from(today.minus(*period).0),
                (Direction::Ahead, true) => i64::from(today.gone_by(*period).0),
            };
            record.set(*word, at);
        }
        for (active, bit) in &self.dated {
            record.write_bit(*bit, active.holds(now));
        }
        for (last, bit) in &self.overdue {
            record.write_bit(*bit, *last < today);
        }
        record.blank.copy_from_slice(&record.words);
        record.moment = Some((now, today));
    }

    /// `None` where the value does not fit.
    fn pack_attribute(&self, attribute: &Attribute, datum: &Datum, read: &Read, record: &mut Record) -> Option<()> {
        let value = match datum {
            Datum::Known(value) => {
                if let Some(bit) = read.known {
                    record.set_bits(bit.word, bit.mask());
                }
                value
            }
            Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => match &attribute.default {
                Some(default) => default,
                None => return Some(()),
            },
            Datum::Missing(
                Missing::NoConsent
                | Missing::FromTheFuture
                | Missing::Unreadable
                | Missing::NotInList
                | Missing::Computed,
            ) => {
                if let Some(bit) = read.garbled {
                    record.set_bits(bit.word, bit.mask());
                }
                return Some(());
            }
        };
        if attribute.ty == Type::Set {
            let Value::Set(held) = value else { return None };
            if let Some(bit) = read.set {
                record.set_bits(bit.word, bit.mask());
            }
            for bit in held.iter().filter_map(|element| read.elements.get(element)) {
                record.set_bits(bit.word, bit.mask());
            }
            return Some(());
        }
        if let Some(group) = read.group {
            let state = match (attribute.ty, value) {
                (Type::YesNo, Value::YesNo(yes)) => u16::from(!yes),
                (Type::OneOf(_), Value::Member(member)) if *member < u16::from(group.count) => *member,
                _ => return None,
            };
            record.set_bits(group.word, group.mask(state));
        }
        if let Some(word) = read.word {
            let value = self.word(attribute.ty, value, &mut record.strangers)?;
            record.set(word, value);
        }
        Some(())
    }

    /// A value as a word; `None` where it is not of the type.
    fn word(&self, ty: Type, value: &Value, strangers: &mut Vec<Arc<str>>) -> Option<i64> {
        match (ty, value) {
            (Type::Number(_) | Type::Score(_), Value::Number(mantissa)) => {
                let number = ty.number()?;
                (number.min <= *mantissa && *mantissa <= number.max).then_some(*mantissa)
            }
            (Type::Number(_), Value::Never) => Some(NEVER_ABOVE),
            (Type::Time, Value::Time(at)) => (Instant::MIN <= *at && *at <= Instant::MAX).then_some(at.0),
            (Type::Date, Value::Date(day)) => (Date::MIN <= *day && *day <= Date::MAX).then_some(i64::from(day.0)),
            (Type::Time | Type::Date, Value::Never) => Some(NEVER_BELOW),
            (Type::Text | Type::Zone, Value::Text(text)) => Some(self.symbol_of(text, strangers)),
            (Type::OneOf(_), Value::Member(member)) => Some(i64::from(*member)),
            (Type::YesNo, Value::YesNo(yes)) => Some(i64::from(!yes)),
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
            ) => None,
        }
    }

    /// The symbol of a text: from 0 for those that rules write, below 0 for the others of this frame.
    fn symbol_of(&self, text: &Arc<str>, strangers: &mut Vec<Arc<str>>) -> i64 {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        if !self.tells_texts_apart {
            return -1;
        }
        let place = strangers.iter().position(|stranger| stranger == text).unwrap_or_else(|| {
            strangers.push(Arc::clone(text));
            strangers.len() - 1
        });
        -1 - i64::try_from(place).unwrap_or(i64::MAX - 1)
    }
}
