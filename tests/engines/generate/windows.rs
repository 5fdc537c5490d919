//! Windows over generated offers and rules, and rules that expire.
//!
//! Rows of one day without a condition share an hour, noon or midnight, so that no window is closed for ever; what is held without an end expires.

use std::collections::BTreeSet;

use cater::model::{
    AgeBound, AttributeId, CapTarget, CapZone, ChannelId, Class, Clause, Condition, Expression, OfferId, Outside,
    RuleId, Scope, Window, WindowId, WindowRow, Zones,
};
use cater::ops::{Comparison, Direction};
use cater::value::{Period, Type, Unit, Weekday};

use super::super::walk;
use super::{World, ZONES, name, span};

const NOON: i64 = 12 * 3600;

impl World {
    pub(super) fn windows(&mut self) {
        self.expiries();
        for index in 0..self.rng.below(6) {
            let Some(zones) = self.zones() else { continue };
            let target = self.window_target();
            let rows = self.rows();
            let outside = match self.rng.below(5) {
                0 | 1 => Outside::Drop,
                2 | 3 if matches!(target, CapTarget::Channels(_)) => Outside::NextChannel,
                2 if self.all_expire(&target) => Outside::Hold(None),
                _ => Outside::Hold(Some(Period { count: *self.rng.pick(&[1, 2, 9, 14, 48, 100]), unit: Unit::Hour })),
            };
            let window =
                Window { name: name("w", index), label: String::new(), span: span(), zones, rows, target, outside };
            self.rules.windows.push(window);
        }
        for at in 0..self.rules.windows.len() {
            let id = WindowId::from_index(at);
            let target = self.rules[id].target.clone();
            for index in 0..self.rules.offers.len() {
                let offer = &self.rules.offers[index];
                if target.has_offer(OfferId::from_index(index), offer) && self.rules.obeys_windows(offer.class) {
                    self.rules.offers[index].windows.push(id);
                }
            }
            for index in 0..self.rules.rules.len() {
                if target.has_rule(RuleId::from_index(index)) && self.rules.obeys_windows(self.rules.rules[index].class)
                {
                    self.rules.rules[index].windows.push(id);
                }
            }
            for index in 0..self.rules.channels.len() {
                if matches!(&target, CapTarget::Channels(of) if of.contains(&ChannelId::from_index(index))) {
                    self.rules.channels[index].windows.push(id);
                }
            }
        }
    }

    /// Some rules that read what is known of the customer anyway expire after a time of the customer's.
    fn expiries(&mut self) {
        let times: Vec<AttributeId> = self.readable_of(&[Type::Time, Type::Date]);
        for index in 0..self.rules.rules.len() {
            let rule = &self.rules.rules[index];
            let clauses = rule.when.iter().chain(&rule.unless);
            let chooses = clauses
                .flat_map(|clause| self.rules.read_by(&clause.condition))
                .any(|id| self.rules[id].scope == Scope::Customer);
            if times.is_empty() || !chooses || !rule.name.starts_with('r') || !self.rng.percent(15) {
                continue;
            }
            let of = *self.rng.pick(&times);
            let mut length = self.period(self.rules[of].ty == Type::Date);
            length.count = length.count.max(1);
            let condition =
                Condition::Age(Expression::Attribute(of), Direction::Old, AgeBound::One(Comparison::AtLeast, length));
            self.rules.rules[index].expires = Some(Clause { condition, span: span() });
        }
    }

    /// Attributes of these types that everybody may read.
    fn readable_of(&self, types: &[Type]) -> Vec<AttributeId> {
        let all = self.rules.attributes.iter().enumerate();
        let open = all.filter(|(_, attribute)| {
            types.contains(&attribute.ty)
                && attribute.needs.is_empty()
                && !attribute.never_used
                && !attribute.protective
        });
        open.map(|(at, _)| AttributeId::from_index(at)).collect()
    }

    fn zones(&mut self) -> Option<Zones> {
        let named = |world: &mut Self| CapZone::Named((*world.rng.pick(&ZONES)).to_owned());
        let attributes = self.readable_of(&[Type::Zone]);
        let mut first = Vec::new();
        if !attributes.is_empty() && self.rng.percent(60) {
            first.push(CapZone::Attribute(*self.rng.pick(&attributes)));
        }
        let mut every = Vec::new();
        match self.rng.below(4) {
            0 => {
                for zone in ["Europe/Berlin", "America/New_York"] {
                    every.push(CapZone::Named(zone.to_owned()));
                }
            }
            1 if !first.is_empty() => {}
            _ => first.push(named(self)),
        }
        Some(Zones { first, every })
    }

    fn rows(&mut self) -> Vec<WindowRow> {
        let mut rows = Vec::new();
        // The days whose hours go over midnight.
        let nights = match self.rng.below(6) {
            0 => Weekday::ALL.to_vec(),
            1 => self.rng.some(&Weekday::ALL, 50),
            _ => Vec::new(),
        };
        for nth in 0..1 + self.rng.below(3) {
            let days = if nth == 0 { Weekday::ALL.to_vec() } else { self.rng.some(&Weekday::ALL, 70) };
            let (by_night, by_day): (Vec<Weekday>, Vec<Weekday>) = days.iter().partition(|day| nights.contains(day));
            for (mut days, night) in [(by_night, true), (by_day, false)] {
                days.sort_unstable();
                days.dedup();
                if days.is_empty() {
                    continue;
                }
                let opens = (NOON - self.rng.between(0, NOON)) as u32;
                let closes = (NOON + self.rng.between(1, NOON)) as u32;
                let (opens, closes) =
                    if night { (closes.min(86_399), opens.clamp(1, 43_199)) } else { (opens, closes) };
                rows.push(WindowRow { days, opens, closes, when: None, span: span() });
            }
        }
        // One that names its days and narrows nothing.
        if self.rng.percent(15) {
            let mut days = self.rng.some(&Weekday::ALL, 70);
            days.sort_unstable();
            days.dedup();
            if !days.is_empty() {
                rows.push(WindowRow { days, opens: 0, closes: 86_400, when: None, span: span() });
            }
        }
        if self.rng.percent(40) {
            let condition = self.condition(2);
            let read = self.rules.read_by(&condition);
            let spares = read.iter().any(|id| self.rules[*id].protective);
            if !spares && walk::purposes_of(&self.rules, std::iter::once(&condition)).is_empty() {
                let (early, late) = (self.rng.between(0, 80_000) as u32, self.rng.between(80_001, 86_399) as u32);
                let (opens, closes) = if self.rng.percent(40) { (late, early.max(1)) } else { (early, late) };
                let mut days = self.rng.some(&Weekday::ALL, 80);
                days.sort_unstable();
                days.dedup();
                if days.is_empty() {
                    days = Weekday::ALL.to_vec();
                }
                let when = Some(Clause { condition, span: span() });
                rows.push(WindowRow { days, opens, closes, when, span: span() });
            }
        }
        rows
    }

    /// Not the probes, which tell the truth.
    fn window_target(&mut self) -> CapTarget {
        let offers = self.offers_where(|id| !self.rules[id].name.starts_with('y'));
        let rules: Vec<RuleId> = (0..self.rules.rules.len())
            .map(RuleId::from_index)
            .filter(|id| self.rules[*id].name.starts_with('r'))
            .collect();
        let mut some: BTreeSet<OfferId> = self.rng.some(&offers, 40).into_iter().collect();
        some.insert(offers[0]);
        match self.rng.below(5) {
            3 => CapTarget::Channels(self.sorted_channels()),
            4 => CapTarget::Channels(vec![ChannelId::from_index(self.rng.below(self.rules.channels.len()))]),
            0 if !rules.is_empty() => {
                let mut of = self.rng.some(&rules, 40);
                if of.is_empty() {
                    of.push(rules[0]);
                }
                CapTarget::Rules(of)
            }
            1 => CapTarget::Classes(vec![*self.rng.pick(&[Class::Lifecycle, Class::Marketing])]),
            _ => CapTarget::Offers(some.into_iter().collect()),
        }
    }

    /// Whether a window on this may hold without an end.
    fn all_expire(&self, target: &CapTarget) -> bool {
        matches!(target, CapTarget::Rules(of) if of.iter().all(|id| self.rules[*id].expires.is_some()))
    }
}
