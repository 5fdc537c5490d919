//! Frames drawn from what the rules can tell apart: each constant and its neighbours, missing for each reason, never,
//! the edges of ages to the microsecond. A frame from anywhere else would hit no boundary.

use std::collections::BTreeSet;
use std::sync::Arc;

use cater::frame::{CapState, Counted, Frame, WindowState};
use cater::model::{
    Active, AttributeId, BlockCause, CapId, CapKind, CapWindow, Clause, Condition, Expression, OfferId, PurposeId,
    RuleSet, Window,
};
use cater::ops::{Comparison, Direction};
use cater::value::{
    Consent, Date, Datum, Instant, Missing, NumberType, Period, Permission, Type, Value, WallClock, Weekday,
    date_in_zone, pow10, rescale,
};

use super::generate::{Generated, Scenario};
use super::rng::Rng;
use super::walk::{self, Part};

/// Every reason for missing.
pub(crate) const REASONS: [Missing; 8] = [
    Missing::Absent,
    Missing::NoConsent,
    Missing::Stale,
    Missing::Unstamped,
    Missing::FromTheFuture,
    Missing::Unreadable,
    Missing::NotInList,
    Missing::Computed,
];

/// What is worth trying as the value of an attribute.
#[derive(Clone, Debug, PartialEq)]
enum Atom {
    Is(Value),
    /// So far from now, in microseconds or days, and then so many more.
    Edge(Direction, Period, i64),
    Now(i64),
}

/// A clock at an edge of a row, beside it or anywhere.
fn clock(window: &Window, rng: &mut Rng) -> WallClock {
    let day = 86_400_000_000;
    let edges: Vec<i64> = window
        .rows
        .iter()
        .flat_map(|row| [row.opens, row.closes])
        .map(|second| i64::from(second) * 1_000_000)
        .collect();
    let micros = match rng.below(4) {
        0 => rng.between(0, day - 1),
        _ => (*rng.pick(&edges) + rng.between(-1, 1)).rem_euclid(day),
    };
    WallClock { weekday: *rng.pick(&Weekday::ALL), micros }
}

/// What is worth trying for each attribute of a rule set.
#[derive(Clone, Debug)]
pub(crate) struct Atoms {
    /// What is gathered is an attribute.
    flat: RuleSet,
    attributes: Vec<Vec<Atom>>,
    nows: Vec<Instant>,
    scenarios: Vec<Scenario>,
    /// Offers that are never taken, so that probes tell the truth.
    probes: BTreeSet<OfferId>,
}

impl Atoms {
    pub(crate) fn of(generated: &Generated) -> Self {
        let rules = &generated.rules.flattened();
        let mut atoms = Self {
            flat: rules.clone(),
            attributes: vec![Vec::new(); rules.attributes.len()],
            nows: vec![generated.now],
            scenarios: generated.scenarios.clone(),
            probes: generated.probes.iter().flat_map(|probe| [probe.yes, probe.no]).collect(),
        };
        let blocks = rules.blocks.iter().filter_map(|block| match &block.cause {
            BlockCause::While(clause) => Some(clause),
            BlockCause::After(_) => None,
        });
        let rows = rules.windows.iter().flat_map(|window| &window.rows).filter_map(|row| row.when.as_ref());
        let clauses = rules.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless).chain(&rule.expires));
        let clauses = clauses.chain(blocks).chain(rows);
        let conditions = clauses.map(|Clause { condition, .. }| condition);
        let fallbacks = rules.slots.iter().flat_map(|slot| &slot.fallback).filter_map(|entry| entry.when.as_ref());
        let channels = rules.channels.iter().flat_map(|channel| channel.conditions());
        let channels = channels.map(|(_, Clause { condition, .. })| condition);
        for condition in conditions.chain(fallbacks).chain(channels) {
            walk::condition(rules, condition, &mut |part| {
                if let Part::Condition(condition) = part {
                    atoms.predicate(rules, condition);
                }
            });
        }
        // What a score reads is tried like what a comparison reads.
        for rank in rules.rules.iter().filter_map(|rule| rule.rank.as_ref()) {
            let compared = Condition::Compare(Comparison::AtLeast, rank.by.clone(), rank.by.clone());
            atoms.predicate(rules, &compared);
            walk::expression(rules, &rank.by, &mut |part| {
                if let Part::Condition(condition) = part {
                    atoms.predicate(rules, condition);
                }
            });
        }
        for index in 0..rules.attributes.len() {
            atoms.ends(rules, index);
        }
        let dates = rules.rules.iter().map(|rule| rule.active).chain(rules.offers.iter().map(|offer| offer.active));
        for Active { from, until } in dates.flatten() {
            for at in from.into_iter().chain(until) {
                atoms.nows.extend([-1, 0, 1].map(|more| Instant(at.0 + more)));
            }
        }
        atoms.nows.sort_unstable();
        atoms.nows.dedup();
        atoms
    }

    /// The constants of a predicate are tried for every attribute of it.
    fn predicate(&mut self, rules: &RuleSet, condition: &Condition) {
        let mut attributes: BTreeSet<AttributeId> = BTreeSet::new();
        let mut constants: Vec<(Value, u8)> = Vec::new();
        for operand in condition.operands() {
            attributes.extend(walk::attributes_of(rules, operand));
            walk::expression(rules, operand, &mut |part| {
                if let Part::Expression(Expression::Literal(value, ty)) = part {
                    constants.push((value.clone(), ty.number().map_or(0, |number| number.scale)));
                }
            });
        }
        let edges = condition.ages();
        match condition {
            Condition::OneOf(of, values) => {
                let scale = rules.scale_of(of);
                constants.extend(values.iter().map(|value| (value.clone(), scale)));
            }
            Condition::Has(_, _, elements) => {
                // The wanted ones, all but one, one, with one more.
                let wanted: Vec<Arc<str>> = elements.iter().cloned().collect();
                let one = wanted.iter().take(1).cloned().collect();
                let short = wanted.iter().skip(1).cloned().collect();
                let more = wanted.iter().cloned().chain([Arc::from("more")]).collect();
                for set in [elements.clone(), one, short, more] {
                    constants.push((Value::Set(set), 0));
                }
            }
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
        for id in attributes {
            let ty = rules[id].ty;
            for (value, scale) in &constants {
                self.near(rules, id, value, *scale);
            }
            if matches!(ty, Type::Time | Type::Date) {
                for (direction, period) in &edges {
                    let far = [-1, 0, 1].map(|more| Atom::Edge(*direction, *period, more));
                    let near = [-1, 0, 1].map(Atom::Now);
                    self.attributes[id.index()].extend(far.into_iter().chain(near));
                }
            }
        }
    }

    /// A constant and its neighbours, as far as the attribute can have them.
    fn near(&mut self, rules: &RuleSet, id: AttributeId, value: &Value, scale: u8) {
        let ty = rules[id].ty;
        let to = &mut self.attributes[id.index()];
        match (ty, value) {
            (Type::Number(_) | Type::Score(_), Value::Number(mantissa)) => {
                let number: NumberType = ty.number().unwrap();
                let constant = rescale((*mantissa).into(), scale, number.scale);
                for more in [-1, 0, 1, pow10(number.scale)] {
                    if let Ok(near) = i64::try_from(constant + more) {
                        to.push(Atom::Is(Value::Number(near.clamp(number.min, number.max))));
                    }
                }
            }
            (Type::Time, Value::Time(at)) => {
                to.extend([-1, 0, 1].map(|more| Atom::Is(Value::Time(Instant(at.0 + more)))));
            }
            (Type::Date, Value::Date(day)) => {
                to.extend([-1, 0, 1].map(|more| Atom::Is(Value::Date(Date(day.0 + more)))));
            }
            (Type::YesNo, Value::YesNo(_)) | (Type::Text | Type::Zone, Value::Text(_)) | (Type::Set, Value::Set(_)) => {
                to.push(Atom::Is(value.clone()));
            }
            (Type::OneOf(list), Value::Member(member)) => {
                let count = rules.members(list).len();
                let near =
                    [*member, member.saturating_sub(1)].into_iter().filter(|member| usize::from(*member) < count);
                to.extend(near.map(|member| Atom::Is(Value::Member(member))));
            }
            _ => {}
        }
    }

    /// What every attribute of the type can be.
    fn ends(&mut self, rules: &RuleSet, index: usize) {
        let ty = rules.attributes[index].ty;
        let to = &mut self.attributes[index];
        let texts =
            |texts: &[&str]| texts.iter().map(|text| Atom::Is(Value::Text(Arc::from(*text)))).collect::<Vec<_>>();
        match ty {
            Type::YesNo => to.extend([true, false].map(|yes| Atom::Is(Value::YesNo(yes)))),
            Type::Number(_) | Type::Score(_) => {
                let number = ty.number().unwrap();
                for mantissa in [number.min, number.max, 0, 1, -1, 2] {
                    to.push(Atom::Is(Value::Number(mantissa.clamp(number.min, number.max))));
                }
            }
            Type::Text => to.extend(texts(&["alpha", "beta", "stranger", "other stranger", ""])),
            Type::Zone => to.extend(texts(&["UTC", "Europe/Berlin", "Africa/Cairo", "Asia/Tokyo"])),
            Type::OneOf(list) => {
                let last = rules.members(list).len() - 1;
                to.extend([0, 1, last / 2, last].map(|member| Atom::Is(Value::Member(member as u16))));
            }
            Type::Set => {
                to.push(Atom::Is(Value::Set(BTreeSet::new())));
                to.push(Atom::Is(Value::Set(["stranger", "alpha"].map(Arc::from).into())));
            }
            Type::Time => {
                to.extend([Instant::MIN, Instant::MAX].map(|at| Atom::Is(Value::Time(at))));
                to.extend([-1, 0, 1, -86_400_000_000].map(Atom::Now));
            }
            Type::Date => {
                to.extend([Date::MIN, Date::MAX].map(|day| Atom::Is(Value::Date(day))));
                to.extend([-1, 0, 1, -40].map(Atom::Now));
            }
        }
        if matches!(ty, Type::Number(_) | Type::Time | Type::Date) {
            to.push(Atom::Is(Value::Never));
        }
        let mut kept: Vec<Atom> = Vec::new();
        for atom in to.drain(..) {
            if !kept.contains(&atom) {
                kept.push(atom);
            }
        }
        *to = kept;
    }

    /// A frame.
    pub(crate) fn draw(&self, rules: &RuleSet, rng: &mut Rng) -> Frame {
        let mut frame = Frame::empty(rules, *rng.pick(&self.nows)).flattened();
        let (declared, rules) = (rules.attributes.len(), &self.flat);
        for index in 0..frame.attributes.len() {
            self.redraw(rules, &mut frame, index, rng);
        }
        for index in 0..frame.consent.len() {
            frame.consent[index] = if rng.percent(65) { Consent::Granted } else { *rng.pick(&Consent::ALL) };
        }
        for index in 0..frame.caps.len() {
            self.recount(rules, &mut frame, index, rng);
        }
        for index in 0..frame.taken.len() {
            frame.taken[index] = rng.percent(5) && !self.probes.contains(&OfferId::from_index(index));
        }
        while !self.scenarios.is_empty() && rng.percent(50) {
            self.play(&mut frame, rng);
        }
        frame.gathered = frame.attributes.split_off(declared);
        self.hours(rules, &mut frame, rng);
        frame
    }

    /// What the clocks say: as they do, or anything.
    fn hours(&self, rules: &RuleSet, frame: &mut Frame, rng: &mut Rng) {
        frame.windows = frame.at(rules, frame.now).windows;
        for index in 0..frame.windows.len() {
            if rng.percent(20) {
                frame.windows[index] = match rng.below(8) {
                    0 => WindowState::UnknownZone,
                    _ => {
                        let window = &rules.windows[index];
                        let most = window.zones.every.len().max(1);
                        WindowState::Clocks((0..1 + rng.below(most)).map(|_| clock(window, rng)).collect())
                    }
                };
            }
        }
    }

    /// The same with a few things changed.
    pub(crate) fn change(&self, rules: &RuleSet, frame: &Frame, rng: &mut Rng) -> Frame {
        let mut frame = frame.clone().flattened();
        let (declared, rules) = (rules.attributes.len(), &self.flat);
        for _ in 0..1 + rng.below(3) {
            match rng.below(15) {
                0 => {
                    frame.now = *rng.pick(&self.nows);
                    frame.today = date_in_zone(frame.now, &rules.defaults.zone);
                }
                1 if !frame.consent.is_empty() => {
                    let index = rng.below(frame.consent.len());
                    frame.consent[index] = *rng.pick(&Consent::ALL);
                }
                2 if !frame.caps.is_empty() => {
                    let index = rng.below(frame.caps.len());
                    self.recount(rules, &mut frame, index, rng);
                }
                3 => {
                    let index = rng.below(frame.taken.len());
                    frame.taken[index] = !frame.taken[index] && !self.probes.contains(&OfferId::from_index(index));
                }
                4 if !self.scenarios.is_empty() => self.play(&mut frame, rng),
                7 => {
                    let index = rng.below(frame.last_used.len());
                    let channels = &rules.slots[index].channels;
                    let rotates = rules.slots[index].rotate.is_some() && rng.percent(80);
                    frame.last_used[index] = rotates.then(|| *rng.pick(channels));
                }
                5 | 6 if !frame.permissions.is_empty() => {
                    let index = rng.below(frame.permissions.len());
                    frame.permissions[index] = *rng.pick(&Permission::ALL);
                }
                _ => {
                    let index = rng.below(frame.attributes.len());
                    self.redraw(rules, &mut frame, index, rng);
                }
            }
        }
        frame.gathered = frame.attributes.split_off(declared);
        self.hours(rules, &mut frame, rng);
        frame
    }

    fn play(&self, frame: &mut Frame, rng: &mut Rng) {
        for (id, value) in rng.pick(&self.scenarios) {
            frame.attributes[id.index()] = Datum::Known(value.clone());
        }
    }

    fn recount(&self, rules: &RuleSet, frame: &mut Frame, index: usize, rng: &mut Rng) {
        let cap = &rules[CapId::from_index(index)];
        // An attribute may say less than its greatest value, or nothing.
        let at_most =
            if rng.percent(50) { frame.limit(rules, CapId::from_index(index)).unwrap_or(1) } else { cap.at_most };
        frame.caps[index] = match rng.below(12) {
            6 => CapState::NoStore,
            0 if matches!(cap.window, CapWindow::Calendar(_)) => CapState::UnknownZone,
            0 => CapState::UnknownUnit,
            1 | 2 if cap.kind != CapKind::Cap => CapState::Until(Instant(frame.now.0 + 1)),
            1 => CapState::Used(at_most),
            2 => CapState::Used(at_most + 1),
            3..=5 => CapState::Used(at_most.saturating_sub(1)),
            _ => CapState::Used(0),
        };
        // Some of it happened lately, so that it is free again soon.
        let used = if let CapState::Used(used) = frame.caps[index] { used } else { 0 };
        let dated = if rng.percent(50) { used.min(3) } else { 0 };
        let times = (0..dated).map(|nth| Instant(frame.now.0 - i64::from(nth) * 3_600_000_000)).collect();
        frame.counted[index] = Counted { lasting: used - dated, times };
    }

    fn redraw(&self, rules: &RuleSet, frame: &mut Frame, index: usize, rng: &mut Rng) {
        let ty = rules.attributes[index].ty;
        if rng.percent(14) {
            frame.attributes[index] = Datum::Missing(*rng.pick(&REASONS));
            return;
        }
        // The same as another one of its type, for comparisons of two attributes.
        let alike: Vec<usize> = (0..index).filter(|other| rules.attributes[*other].ty == ty).collect();
        if !alike.is_empty() && rng.percent(12) {
            let other = *rng.pick(&alike);
            frame.attributes[index] = frame.attributes[other].clone();
            return;
        }
        if let (Type::Number(number), true) = (ty, rng.percent(10)) {
            frame.attributes[index] = Datum::Known(Value::Number(rng.between(number.min, number.max)));
            return;
        }
        let value = match rng.pick(&self.attributes[index]) {
            Atom::Is(value) => value.clone(),
            Atom::Edge(direction, period, more) => match (ty, direction) {
                (Type::Date, Direction::Old) => day(frame.today.minus(*period), *more),
                (Type::Date, Direction::Ahead) => day(frame.today.plus(*period), *more),
                (_, Direction::Old) => time(frame.now.minus(*period), *more),
                (_, Direction::Ahead) => time(frame.now.plus(*period), *more),
            },
            Atom::Now(more) if ty == Type::Date => day(frame.today, *more),
            Atom::Now(more) => time(frame.now, *more),
        };
        frame.attributes[index] = Datum::Known(value);
    }
}

fn time(at: Instant, more: i64) -> Value {
    Value::Time(Instant((at.0 + more).clamp(Instant::MIN.0, Instant::MAX.0)))
}

fn day(at: Date, more: i64) -> Value {
    Value::Date(Date((at.0 + more as i32).clamp(Date::MIN.0, Date::MAX.0)))
}

/// Whether every purpose of a list is open.
pub(crate) fn open(frame: &Frame, needs: &[PurposeId]) -> bool {
    needs.iter().all(|purpose| frame.consent(*purpose) == Consent::Granted)
}
