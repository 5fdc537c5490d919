//! Random rule sets, well-formed in every respect, over all of the model.
//!
//! Built as model values, with orders, ranges, needs and lists of caps computed as the checker does; `verify` passes
//! each. What can be drawn is drawn: every condition, expression, type, mark, guard and substitute.

mod channels;
mod condition;
mod declare;
mod expression;
mod probe;
mod rules;
mod windows;

use std::sync::Arc;

use cater::frame::Frame;
use cater::model::{AttributeId, EventId, OfferId, RuleSet, SlotId};
use cater::ops::Operator;
use cater::source::{SourceId, Span};
use cater::value::{Date, Datum, EnumId, Instant, NumberType, Period, Type, Unit, Value};

use super::rng::Rng;

/// A rule set and what is worth knowing about it.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    pub(crate) rules: RuleSet,
    /// The middle of the times that frames lie at.
    pub(crate) now: Instant,
    /// Slots whose answer is the truth of one condition.
    pub(crate) probes: Vec<Probe>,
    /// Facts that make some comparison come out equal.
    pub(crate) scenarios: Vec<Scenario>,
}

/// A slot that shows `yes` where a condition is yes, `no` where it is no, and its fallback where it is unknown.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) slot: SlotId,
    pub(crate) condition: cater::model::Condition,
    /// What it is there for; the head of the condition, or an operator in an operand.
    pub(crate) operator: Operator,
    pub(crate) yes: OfferId,
    pub(crate) no: OfferId,
}

/// Values of some attributes.
pub(crate) type Scenario = Vec<(AttributeId, Value)>;

/// How large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) rules: usize,
    pub(crate) slots: usize,
    pub(crate) probes: usize,
}

impl Size {
    /// Up to 100 rules, small ones more often.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let most = *rng.pick(&[3, 10, 30, 100]);
        Self { rules: 1 + rng.below(most), slots: 1 + rng.below(4), probes: 8 }
    }
}

/// The rule set of a seed.
pub(crate) fn generate(seed: u64) -> Generated {
    let mut rng = Rng::new(seed);
    let size = Size::random(&mut rng);
    make(rng, size)
}

/// The rule set of a seed, so large.
#[allow(dead_code, reason = "the benchmark says how large, the tests do not")]
pub(crate) fn sized(seed: u64, size: Size) -> Generated {
    make(Rng::new(seed), size)
}

fn make(mut rng: Rng, size: Size) -> Generated {
    let now = Instant(1_781_517_600_000_000 + rng.between(-40, 40) * 86_400_000_000 + rng.between(0, 86_399_999_999));
    let mut world =
        World { rng, rules: RuleSet::new(), now, scenarios: Vec::new(), probes: Vec::new(), sparing: false };
    world.declare();
    world.name_things();
    world.slots_and_rules(size);
    let World { rules, probes, scenarios, .. } = world;
    Generated { rules, now, probes, scenarios }
}

/// A rule set being made.
struct World {
    rng: Rng,
    rules: RuleSet,
    now: Instant,
    scenarios: Vec<Scenario>,
    probes: Vec<Probe>,
    /// Whether what is being made may read protective attributes.
    sparing: bool,
}

/// Texts that rules write and customers have.
const TEXTS: [&str; 8] = ["alpha", "beta", "gamma", "delta", "", "näh", "alpha ", "Alpha"];
const ZONES: [&str; 4] = ["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo"];

fn span() -> Span {
    Span::new(SourceId(0), 0..0)
}

fn name(kind: &str, index: usize) -> String {
    format!("{kind}{index:03}")
}

impl World {
    fn text(&mut self) -> Arc<str> {
        if self.rng.percent(15) {
            return format!("x{:02}", self.rng.below(90)).into();
        }
        Arc::from(*self.rng.pick(&TEXTS))
    }

    fn texts(&mut self, most: usize) -> Vec<Arc<str>> {
        (0..1 + self.rng.below(most)).map(|_| self.text()).collect()
    }

    fn period(&mut self, days_only: bool) -> Period {
        let units: &[Unit] = if days_only {
            &[Unit::Day, Unit::Week, Unit::Month]
        } else {
            &[Unit::Second, Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month]
        };
        let unit = *self.rng.pick(units);
        let count = *self.rng.pick(&[0, 1, 2, 3, 7, 30, 90]);
        Period { count, unit }
    }

    fn instant_near(&mut self) -> Instant {
        let day = 86_400_000_000;
        let offset = *self.rng.pick(&[0, 1, -1, day, -day, 30 * day, -30 * day, 400 * day, -400 * day]);
        Instant(self.now.0 + offset)
    }

    fn today(&self) -> Date {
        cater::value::date_in_zone(self.now, &self.rules.defaults.zone)
    }

    /// A value of a type, of those that matter to nobody in particular.
    fn value_of(&mut self, ty: Type) -> Value {
        match ty {
            Type::YesNo => Value::YesNo(self.rng.percent(50)),
            Type::Number(number) => Value::Number(self.mantissa(number)),
            Type::Score(_) => Value::Number(self.rng.between(0, 200) * 500_000),
            Type::Text => Value::Text(self.text()),
            Type::Zone => Value::Text(Arc::from(*self.rng.pick(&ZONES))),
            Type::OneOf(list) => Value::Member(self.member(list)),
            Type::Set => Value::Set(self.texts(4).into_iter().collect()),
            Type::Time => Value::Time(self.instant_near()),
            Type::Date => {
                let offset = *self.rng.pick(&[0, 1, -1, 7, -30, 31, -90, 400]);
                Value::Date(Date(self.today().0 + offset))
            }
        }
    }

    fn mantissa(&mut self, number: NumberType) -> i64 {
        match self.rng.below(4) {
            0 => self.rng.between(number.min, number.max),
            1 => *self.rng.pick(&[number.min, number.max]),
            _ => self.rng.between(-3, 12).clamp(number.min, number.max),
        }
    }

    fn member(&mut self, list: EnumId) -> u16 {
        let count = self.rules.members(list).len();
        self.rng.below(count) as u16
    }

    /// A frame in which every attribute has a value.
    fn known_frame(&mut self) -> Frame {
        let mut frame = Frame::empty(&self.rules, self.now);
        for index in 0..self.rules.attributes.len() {
            let value = self.value_of(self.rules.attributes[index].ty);
            frame.attributes[index] = Datum::Known(value);
        }
        for index in 0..self.rules.gathered.len() {
            let ty = self.rules.type_of_gathered(&self.rules.gathered[index]);
            frame.gathered[index] = Datum::Known(self.value_of(ty));
        }
        frame
    }

    fn event(&mut self) -> EventId {
        EventId::from_index(self.rng.below(self.rules.events.len()))
    }
}
