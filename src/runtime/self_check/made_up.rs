//! Customers made up for a rule set: of what its conditions compare with, and what lies beside it.
//!
//! The same rules and the same moment make the same customers, so what was refused once is refused again. Refuses to know
//! what is done with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::frame::{ConsentRecord, Fact, Facts, Happened, Stamp};
use crate::model::{
    Active, Attribute, BlockCause, CapId, CapKind, Condition, EventId, Expression, OfferId, PurposeId, RuleId, RuleSet,
};
use crate::value::{
    Consent, Date, Instant, Missing, NumberType, Period, Permission, Type, Value, date_in_zone, rescale,
};

const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];

const HOUR: i64 = 3_600_000_000;

/// Customers, one after the other.
pub(super) struct MadeUp<'a> {
    rules: &'a RuleSet,
    now: Instant,
    found: Found,
    dice: Dice,
    made: u32,
}

/// What the rules compare with.
#[derive(Default)]
struct Found {
    /// Mantissa and scale.
    numbers: Vec<(i64, u8)>,
    texts: Vec<Arc<str>>,
    instants: Vec<Instant>,
    dates: Vec<Date>,
    periods: Vec<Period>,
}

/// Numbers that look as if nobody had chosen them, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or_default()
    }

    /// One time in so many.
    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<'b, T>(&mut self, from: &'b [T]) -> Option<&'b T> {
        from.get(self.below(from.len()))
    }

    /// One less, the same, or one more.
    fn beside(&mut self) -> i64 {
        [-1, 0, 1].get(self.below(3)).copied().unwrap_or_default()
    }
}

impl Found {
    fn of(rules: &RuleSet) -> Self {
        let mut found = Self::default();
        rules.segments.iter().for_each(|segment| found.condition(&segment.condition));
        rules.values.iter().for_each(|value| found.expression(&value.expression));
        for rule in &rules.rules {
            let clauses = rule.when.iter().chain(&rule.unless).chain(&rule.expires);
            clauses.for_each(|clause| found.condition(&clause.condition));
            rule.rank.iter().for_each(|rank| found.expression(&rank.by));
            found.active(rule.active);
        }
        rules.offers.iter().for_each(|offer| found.active(offer.active));
        let whens = rules.slots.iter().flat_map(|slot| &slot.fallback).filter_map(|entry| entry.when.as_ref());
        whens.for_each(|when| found.condition(when));
        for block in &rules.blocks {
            match &block.cause {
                BlockCause::While(clause) => found.condition(&clause.condition),
                BlockCause::After(_) => {}
            }
        }
        let rows = rules.windows.iter().flat_map(|window| &window.rows).filter_map(|row| row.when.as_ref());
        rows.for_each(|clause| found.condition(&clause.condition));
        let of_channels = rules.channels.iter().flat_map(|channel| channel.conditions());
        of_channels.for_each(|(_, clause)| found.condition(&clause.condition));
        found
    }

    fn active(&mut self, active: Option<Active>) {
        self.instants.extend(active.into_iter().flat_map(|active| [active.from, active.until]).flatten());
    }

    fn condition(&mut self, condition: &Condition) {
        condition.each(&mut |part| {
            part.operands().into_iter().for_each(|operand| self.expression(operand));
            self.periods.extend(part.ages().into_iter().map(|(_, period)| period));
            match part {
                Condition::Has(_, _, elements) => self.texts.extend(elements.iter().cloned()),
                Condition::OneOf(_, values) => values.iter().for_each(|value| self.value(value, 0)),
                Condition::Age(..)
                | Condition::And(_)
                | Condition::Or(_)
                | Condition::Not(_)
                | Condition::Segment(_)
                | Condition::Holds(_)
                | Condition::Equal(..)
                | Condition::Compare(..)
                | Condition::Between(..)
                | Condition::Known(_)
                | Condition::Never(_) => {}
            }
        });
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Literal(value, ty) => self.value(value, ty.number().map_or(0, |number| number.scale)),
            Expression::Rescale(of, _) => self.expression(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left);
                self.expression(right);
            }
            Expression::When(of, condition, _) => {
                self.expression(of);
                self.condition(condition);
            }
            Expression::Attribute(_)
            | Expression::Value(_)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => {}
        }
    }

    fn value(&mut self, value: &Value, scale: u8) {
        match value {
            Value::Number(mantissa) => self.numbers.push((*mantissa, scale)),
            Value::Text(text) => self.texts.push(Arc::clone(text)),
            Value::Set(elements) => self.texts.extend(elements.iter().cloned()),
            Value::Time(at) => self.instants.push(*at),
            Value::Date(day) => self.dates.push(*day),
            Value::YesNo(_) | Value::Member(_) | Value::Never => {}
        }
    }
}

impl<'a> MadeUp<'a> {
    pub(super) fn of(rules: &'a RuleSet, now: Instant) -> Self {
        Self { rules, now, found: Found::of(rules), dice: Dice(0), made: 0 }
    }

    pub(super) fn next(&mut self) -> Facts {
        self.made += 1;
        let rules = self.rules;
        let now = match self.found.instants.is_empty() || self.dice.one_in(2) {
            true => self.now,
            false => self.instant(self.now),
        };
        let mut facts = Facts::nothing(rules, now);
        let attributes = rules.attributes.iter();
        facts.attributes = attributes.map(|attribute| self.fact(attribute, now)).collect();
        for index in 0..rules.purposes.len() {
            let record = self.consent(now);
            facts.set_consent(PurposeId::from_index(index), record);
        }
        facts.permissions.iter_mut().for_each(|state| {
            *state = self.dice.pick(&Permission::ALL).copied().unwrap_or(Permission::Unknown);
        });
        facts.objects_to_direct_marketing = self.dice.one_in(8);
        facts.store_down = self.dice.one_in(16);
        for _ in 0..self.dice.below(6) {
            let happened = self.happened(now);
            facts.history.extend(happened);
        }
        facts.used = self.used();
        if !rules.offers.is_empty() && self.dice.one_in(8) {
            let offer = OfferId::from_index(self.dice.below(rules.offers.len()));
            let since = self.before(now);
            facts.set_held(offer, since);
        }
        facts
    }

    fn fact(&mut self, attribute: &Attribute, now: Instant) -> Fact {
        if attribute.key {
            return Fact::Known(Value::Text(format!("made up {}", self.made).into()), None);
        }
        if self.dice.one_in(5) {
            return Fact::Missing(Missing::Absent);
        }
        let stamp = (!self.dice.one_in(4)).then(|| self.before(now));
        if attribute.may_be_never() && self.dice.one_in(6) {
            return Fact::Known(Value::Never, stamp);
        }
        let value = match attribute.ty {
            Type::YesNo => Value::YesNo(self.dice.one_in(2)),
            Type::Number(number) => Value::Number(self.number(number)),
            Type::Score(_) => {
                let parts = (0..self.dice.below(4)).map(|_| (self.dice.below(20_000_000) as i64, self.before(now)));
                return Fact::Increments(parts.collect());
            }
            Type::Text => Value::Text(self.text()),
            Type::OneOf(list) => {
                Value::Member(u16::try_from(self.dice.below(self.rules.members(list).len())).unwrap_or_default())
            }
            Type::Set => {
                let elements: BTreeSet<Arc<str>> = (0..self.dice.below(4)).map(|_| self.text()).collect();
                Value::Set(elements)
            }
            Type::Time => Value::Time(self.instant(now)),
            Type::Date => Value::Date(self.date(now)),
            Type::Zone => Value::Text((*self.dice.pick(&ZONES).unwrap_or(&"UTC")).into()),
        };
        Fact::Known(value, stamp)
    }

    fn number(&mut self, of: NumberType) -> i64 {
        let near = match self.dice.below(4) {
            0 => [of.min, of.max, 0].get(self.dice.below(3)).copied(),
            _ => self.dice.pick(&self.found.numbers).and_then(|(mantissa, scale)| {
                i64::try_from(rescale((*mantissa).into(), *scale, of.scale.max(*scale))).ok()
            }),
        };
        near.unwrap_or_default().saturating_add(self.dice.beside()).clamp(of.min, of.max)
    }

    fn text(&mut self) -> Arc<str> {
        self.dice.pick(&self.found.texts).cloned().unwrap_or_else(|| "something".into())
    }

    fn instant(&mut self, now: Instant) -> Instant {
        let near = match self.dice.below(3) {
            0 => self.dice.pick(&self.found.instants).copied(),
            1 => self.dice.pick(&self.found.periods).map(|period| now.minus(*period)),
            _ => Some(self.before(now)),
        };
        let near = near.unwrap_or(now);
        Instant(near.0.saturating_add(self.dice.beside()).clamp(Instant::MIN.0, Instant::MAX.0))
    }

    fn date(&mut self, now: Instant) -> Date {
        let today = date_in_zone(now, "UTC");
        let near = match self.dice.below(3) {
            0 => self.dice.pick(&self.found.dates).copied(),
            1 => self.dice.pick(&self.found.periods).map(|period| today.minus(*period)),
            _ => None,
        };
        let beside = i32::try_from(self.dice.beside()).unwrap_or_default();
        Date(near.unwrap_or(today).0.saturating_add(beside).clamp(Date::MIN.0, Date::MAX.0))
    }

    /// Some time in the last year, most of them lately.
    fn before(&mut self, now: Instant) -> Instant {
        let hours = match self.dice.below(3) {
            0 => self.dice.below(2),
            1 => self.dice.below(24 * 8),
            _ => self.dice.below(24 * 400),
        };
        Instant((now.0 - hours as i64 * HOUR).max(Instant::MIN.0))
    }

    fn consent(&mut self, now: Instant) -> ConsentRecord {
        if self.dice.one_in(2) {
            return ConsentRecord::granted(now);
        }
        let status = self.dice.pick(&Consent::ALL).copied().unwrap_or(Consent::Unknown);
        let granted_at = (!self.dice.one_in(3)).then(|| self.before(now));
        let version = (!self.dice.one_in(3)).then(|| u32::try_from(self.dice.below(6)).unwrap_or_default());
        ConsentRecord { status, granted_at, version, confirmed: self.dice.one_in(2) }
    }

    fn happened(&mut self, now: Instant) -> Option<Happened> {
        let rules = self.rules;
        let event = EventId::from_index(self.dice.below(rules.events.len()));
        let at = self.before(now);
        let rule = (!rules.rules.is_empty()).then(|| RuleId::from_index(self.dice.below(rules.rules.len())))?;
        let offer = rules[rule].show;
        let (class, tags) = (Some(rules[offer].class), rules[offer].tags.clone());
        let of = Stamp::Of { offer: Some(offer), rule: Some(rule), via: None, class, tags, channel: None };
        Some(Happened::plain(event, at, if self.dice.one_in(8) { Stamp::Unstamped } else { of }))
    }

    /// Of a few caps so much that one, nothing or less than nothing is left.
    fn used(&mut self) -> Vec<(CapId, u32)> {
        let mut used = Vec::new();
        for (index, cap) in self.rules.caps.iter().enumerate() {
            let counts = match cap.kind {
                CapKind::Cap => true,
                CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => false,
            };
            if counts && self.dice.one_in(3) {
                let beside = u32::try_from(self.dice.below(3)).unwrap_or_default();
                used.push((CapId::from_index(index), (cap.at_most + beside).saturating_sub(1)));
            }
        }
        used
    }
}
