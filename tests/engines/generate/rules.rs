//! Slots, rules, caps and the orders that follow from them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use cater::model::{
    Attribute, AttributeId, Block, BlockCause, BlockId, Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone,
    ChannelId, Class, Clause, Condition, Event, EventId, Expression, Fallback, Guardrail, OfferId, Order, PurposeId,
    Rank, Rule, RuleId, SCORE_PLACES, Slot, SlotId, Substitute, TagId, Then,
};
use cater::value::{Calendar, Date, NumberType, Period, Type, Unit, Weekday, rescale};

use super::super::walk;
use super::expression::written;
use super::{Size, World, name, span};

impl World {
    pub(super) fn slots_and_rules(&mut self, size: Size) {
        self.channel_conditions();
        for index in 0..size.slots {
            let slot = self.slot(index);
            self.rules.slots.push(slot);
        }
        for index in 0..size.rules {
            let slot = SlotId::from_index(self.rng.below(size.slots));
            let rule = self.rule(index, slot);
            self.rules.rules.push(rule);
        }
        self.classes();
        self.befores();
        self.ranks();
        self.substitutes();
        self.probes(size.probes);
        self.caps();
        self.windows();
        self.winning_order();
    }

    pub(super) fn offers_where(&self, fits: impl Fn(OfferId) -> bool) -> Vec<OfferId> {
        (0..self.rules.offers.len()).map(OfferId::from_index).filter(|id| fits(*id)).collect()
    }

    fn slot(&mut self, index: usize) -> Slot {
        let channels = if self.rng.percent(35) { self.some_channels() } else { Vec::new() };
        let sends = !channels.is_empty();
        let rotate = (sends && self.rng.percent(40)).then(|| TagId::from_index(self.rng.below(self.rules.tags.len())));
        let objectable = self.can_be_objected_to(&channels);
        let mut accepts = self.rng.some(&Class::ALL, 55);
        accepts.push(Class::Service);
        accepts.sort_unstable();
        accepts.dedup();
        let may = self.offers_where(|id| accepts.contains(&self.rules[id].class));
        let neutral = self.offers_where(|id| {
            let class = self.rules[id].class;
            class != Class::Marketing && accepts.contains(&class)
        });
        let mut fallback: Vec<Fallback> = Vec::new();
        for _ in 0..self.rng.below(4) {
            let when = self.rng.percent(75).then(|| self.condition(2));
            // What sells stands before every condition, so that it is for everybody (R3).
            let chooses = when.is_some() || fallback.iter().any(|entry| entry.when.is_some());
            // What is sent is for nobody who objects.
            let may = if if sends { !objectable } else { chooses } { &neutral } else { &may };
            let offer = self.rng.percent(85).then(|| *self.rng.pick(may));
            fallback.push(Fallback { offer, when, span: span() });
        }
        let always = self.offers_where(|id| {
            let offer = &self.rules[id];
            offer.class == Class::Service && offer.active.is_none() && offer.off.is_none()
        });
        let last = (self.rng.percent(80) && !always.is_empty() && !sends).then(|| *self.rng.pick(&always));
        fallback.push(Fallback { offer: last, when: None, span: span() });
        Slot {
            name: name("h", index),
            label: String::new(),
            span: span(),
            place: if sends { String::new() } else { "web".to_owned() },
            channels,
            rotate,
            accepts,
            fallback,
            off: self.rng.percent(2).then(|| "closed".to_owned()),
            ties: {
                let tags: Vec<_> = (0..self.rules.tags.len()).map(TagId::from_index).collect();
                let mut ties = self.rng.some(&tags, 40);
                ties.reverse();
                ties
            },
            order: Vec::new(),
        }
    }

    /// Without substitutes and `before`, which need the other rules.
    fn rule(&mut self, index: usize, slot: SlotId) -> Rule {
        let accepts = self.rules[slot].accepts.clone();
        let may = self.offers_where(|id| accepts.contains(&self.rules[id].class));
        let show = if may.is_empty() { OfferId(0) } else { *self.rng.pick(&may) };
        if may.is_empty() {
            // Nothing that the slot accepts: it accepts service from now on.
            let slot = &mut self.rules.slots[slot.index()];
            slot.accepts.push(Class::Service);
            slot.accepts.sort_unstable();
            slot.accepts.dedup();
        }
        let clause = |condition| Clause { condition, span: span() };
        let when: Vec<_> = (0..self.rng.below(4)).map(|_| clause(self.condition(3))).collect();
        self.sparing = true;
        let unless: Vec<_> = (0..self.rng.below(3)).map(|_| clause(self.condition(2))).collect();
        self.sparing = false;
        self.assembled(name("r", index), slot, show, when, unless)
    }

    /// A rule with everything but its clauses drawn.
    pub(super) fn assembled(
        &mut self,
        name: String,
        slot: SlotId,
        show: OfferId,
        when: Vec<Clause>,
        unless: Vec<Clause>,
    ) -> Rule {
        let read: Vec<&Condition> = when.iter().chain(&unless).map(|clause| &clause.condition).collect();
        let mut needs: BTreeSet<PurposeId> = walk::purposes_of(&self.rules, read.into_iter());
        let purposes: Vec<_> = (0..self.rules.purposes.len()).map(PurposeId::from_index).collect();
        needs.extend(self.rng.some(&purposes, 8));
        let channels = self.narrowed(&self.rules[slot].clone());
        let ways = if channels.is_empty() { self.rules[slot].channels.clone() } else { channels.clone() };
        let by_channels = self.can_be_objected_to(&ways) && self.rng.percent(50);
        if self.rules[show].class == Class::Marketing && !by_channels {
            // Whoever sells needs a purpose that people can object to (R3); there is one.
            needs.extend(purposes.iter().find(|id| self.rules[**id].direct_marketing));
        }
        let order = match self.rng.below(5) {
            0 => Order::Unordered,
            _ => Order::Priority(self.rng.between(-3, 9) as i32),
        };
        Rule {
            name,
            label: String::new(),
            span: span(),
            slot,
            class: self.rules[show].class,
            about: None,
            owner: None,
            metric: None,
            ticket: None,
            review_by: self.rng.percent(12).then(|| {
                let grace = self.rules.defaults.grace;
                Date(self.today().minus(grace).0 + self.rng.between(-2, 2) as i32)
            }),
            because: None,
            active: if self.rng.percent(20) { Some(self.active()) } else { None },
            off: self.rng.percent(4).then(|| "paused".to_owned()),
            when,
            unless,
            needs: needs.into_iter().collect(),
            priority: if let Order::Priority(priority) = order { Some(priority) } else { None },
            order,
            rank: None,
            show,
            expires: None,
            channels,
            tasks: if self.rng.percent(10) { vec!["call_agent".to_owned()] } else { Vec::new() },
            if_capped: None,
            if_no_consent: None,
            if_unknown: None,
            caps: Vec::new(),
            blocks: Vec::new(),
            windows: Vec::new(),
        }
    }

    /// Some rules are before others of their slot and class; only towards later rules, so that there is no circle.
    fn befores(&mut self) {
        for index in (0..self.rules.rules.len()).rev() {
            if !self.rng.percent(10) {
                continue;
            }
            let rule = &self.rules.rules[index];
            let (slot, class) = (rule.slot, rule.class);
            let later: Vec<RuleId> = (index + 1..self.rules.rules.len())
                .map(RuleId::from_index)
                .filter(|id| self.rules[*id].slot == slot && self.rules[*id].class == class)
                .collect();
            let mut named = self.rng.some(&later, 30);
            named.truncate(4);
            if named.is_empty() {
                continue;
            }
            let priority = named.iter().filter_map(|id| self.rules[*id].priority).max();
            let rule = &mut self.rules.rules[index];
            rule.priority = priority;
            rule.order = Order::Before(named);
        }
    }

    /// Some rows of the table of classes are stricter than shipped.
    fn classes(&mut self) {
        for class in Class::ALL {
            let counts = self.rng.percent(25);
            let more = self.rng.some(&Guardrail::ALL, 40);
            let row = self.rules.classes.row_mut(class);
            row.counts |= counts;
            if class == Class::Service && counts {
                row.obeys.extend(more);
                row.obeys.sort_unstable();
                row.obeys.dedup();
                row.blocks_without_store = true;
            }
        }
    }

    /// Rules of some slots and classes rank: all that take no part in `before`, at a priority that no other has.
    fn ranks(&mut self) {
        let named: BTreeSet<RuleId> = self.rules.rules.iter().flat_map(|rule| before(&rule.order).to_vec()).collect();
        for slot in 0..self.rules.slots.len() {
            for class in Class::ALL {
                if !self.rng.percent(45) {
                    continue;
                }
                let priority = *self.rng.pick(&[50, -50]);
                let may = |id: &RuleId| {
                    let rule = &self.rules[*id];
                    let chained = named.contains(id) || !before(&rule.order).is_empty();
                    rule.slot.index() == slot && rule.class == class && !chained
                };
                let all: Vec<RuleId> = (0..self.rules.rules.len()).map(RuleId::from_index).filter(may).collect();
                let ranking = self.rng.some(&all, 70);
                let shared = self.score();
                for id in ranking {
                    // One that several share makes equal scores.
                    let by = if self.rng.percent(30) { shared.clone() } else { self.score() };
                    let needs = walk::purposes_of_value(&self.rules, &by);
                    let rule = &mut self.rules.rules[id.index()];
                    rule.needs.extend(needs);
                    rule.needs.sort_unstable();
                    rule.needs.dedup();
                    (rule.order, rule.priority) = (Order::Priority(priority), Some(priority));
                    rule.rank = Some(Rank { by, span: span() });
                }
            }
        }
    }

    /// A number of any scale that has room at the places at which scores are compared.
    fn score(&mut self) -> Expression {
        for _ in 0..4 {
            let scale = *self.rng.pick(&[0, 1, 2, 4, 6, 7, 9]);
            let (by, number) = self.number(scale, 2);
            let fits = |bound: i64| rescale(bound.into(), scale, SCORE_PLACES).abs() < i128::from(i64::MAX / 4);
            if fits(number.min) && fits(number.max) {
                return by;
            }
        }
        written(self.rng.between(-2, 2), 0).0
    }

    /// Substitutes of all kinds; a chain of `try` follows a drawn order of the rules, so that there is no circle.
    fn substitutes(&mut self) {
        let count = self.rules.rules.len();
        let mut ranks: Vec<u64> = (0..count).map(|_| self.rng.bits()).collect();
        // Often the order of the rules themselves, which makes long chains.
        if self.rng.percent(40) {
            ranks.sort_unstable();
        }
        for index in 0..count {
            let [capped, no_consent, unknown] =
                [true, false, true].map(|has_consent| self.substitute(index, &ranks, has_consent));
            let rule = &mut self.rules.rules[index];
            rule.if_capped = capped;
            rule.if_no_consent = no_consent;
            rule.if_unknown = unknown;
        }
    }

    fn substitute(&mut self, index: usize, ranks: &[u64], has_consent: bool) -> Option<Substitute> {
        let rule = &self.rules.rules[index];
        // Without a purpose of direct marketing that is open, nothing is sold to the people whom the rule chose (R14).
        let may_sell = has_consent && rule.needs.iter().any(|id| self.rules[*id].direct_marketing);
        let (slot, class) = (rule.slot, rule.class);
        let sends = self.rules[slot].sends();
        match self.rng.below(10) {
            0 => Some(Substitute::Nothing),
            1 => {
                let accepts = &self.rules[slot].accepts;
                let may = self.offers_where(|id| {
                    let of = self.rules[id].class;
                    let fits = of == Class::Service && !sends || of >= class;
                    fits && accepts.contains(&of) && (may_sell || of != Class::Marketing)
                });
                if may.is_empty() { None } else { Some(Substitute::Show(*self.rng.pick(&may))) }
            }
            2..=4 => {
                let may: Vec<RuleId> = (0..ranks.len())
                    .filter(|other| ranks[*other] > ranks[index])
                    .map(RuleId::from_index)
                    .filter(|id| self.rules[*id].slot == slot && self.rules[*id].class >= class)
                    .collect();
                if may.is_empty() { None } else { Some(Substitute::Try(*self.rng.pick(&may))) }
            }
            _ => None,
        }
    }

    /// Declared caps and clauses of rules, and the lists of those that bind.
    fn caps(&mut self) {
        for index in 0..self.rng.below(6) {
            let target = self.cap_target();
            let cap = self.cap(name("c", index), None, target);
            let cap = self.holding(cap);
            self.rules.caps.push(cap);
        }
        self.blocks();
        for index in 0..self.rules.rules.len() {
            let rule = &self.rules.rules[index];
            if rule.class.may_carry_a_cap() && rule.name.starts_with('r') && self.rng.percent(20) {
                let (id, name) = (RuleId::from_index(index), format!("cap of {}", rule.name));
                let target = CapTarget::Offers(vec![rule.show]);
                let cap = self.cap(name, Some(id), target);
                let cap = self.holding(cap);
                self.rules.caps.push(cap);
            }
        }
        for index in 0..self.rules.offers.len() {
            let offer = &self.rules.offers[index];
            let binds = |target: &CapTarget| target.has_offer(OfferId::from_index(index), offer);
            let counts = |cap: &Cap| matches!(cap.kind, CapKind::Block { .. });
            let blocks = self.rules.blocks.iter().enumerate();
            let blocks = blocks.filter(|(_, block)| self.rules.obeys_blocks(offer.class) && binds(&block.target));
            let blocks: Vec<_> = blocks.map(|(at, _)| BlockId::from_index(at)).collect();
            let exempt = |cap: &Cap| cap.exempt.iter().any(&binds);
            let caps = self.caps_where(|cap| {
                !counts(cap)
                    && !exempt(cap)
                    && cap.rule.is_none()
                    && self.rules.obeys_caps(offer.class)
                    && binds(&cap.target)
            });
            self.rules.offers[index].caps = caps;
            self.rules.offers[index].blocks = blocks;
        }
        for index in 0..self.rules.channels.len() {
            let id = ChannelId::from_index(index);
            let binds = |cap: &Cap| matches!(&cap.target, CapTarget::Channels(of) if of.contains(&id));
            let is_count = |cap: &Cap| matches!(cap.kind, CapKind::Block { .. });
            self.rules.channels[index].caps = self.caps_where(|cap| cap.rule.is_none() && !is_count(cap) && binds(cap));
        }
        for index in 0..self.rules.rules.len() {
            let id = RuleId::from_index(index);
            let obeys = self.rules.obeys_caps(self.rules[id].class);
            let blocked = self.rules.obeys_blocks(self.rules[id].class);
            let blocks = self.rules.blocks.iter().enumerate();
            let blocks = blocks.filter(|(_, block)| blocked && block.target.has_rule(id));
            let blocks: Vec<_> = blocks.map(|(at, _)| BlockId::from_index(at)).collect();
            let (show, offer) = (self.rules[id].show, &self.rules[self.rules[id].show]);
            let spares = |target: &CapTarget| target.has_offer(show, offer) || target.has_rule(id);
            let exempt = |cap: &Cap| cap.exempt.iter().any(spares);
            let binds = |cap: &Cap| match (&cap.rule, &cap.target) {
                _ if matches!(cap.kind, CapKind::Block { .. }) => false,
                _ if exempt(cap) => false,
                (Some(own), _) => *own == id,
                (None, target) => obeys && target.has_rule(id),
            };
            let caps = self.caps_where(binds);
            self.rules.rules[index].caps = caps;
            self.back(id);
            self.rules.rules[index].blocks = blocks;
        }
    }

    /// Blocks after events, whose counts stand among the caps, and blocks while conditions that every rule may be stopped
    /// by: they read nothing that needs a purpose.
    fn blocks(&mut self) {
        for index in 0..self.rng.below(3) {
            let name = name("z", index);
            // Probes tell the truth, so no block is on them.
            let target = match self.cap_target() {
                CapTarget::Offers(mut of) => {
                    of.retain(|offer| !self.rules[*offer].name.starts_with('y'));
                    CapTarget::Offers(if of.is_empty() { vec![OfferId(0)] } else { of })
                }
                CapTarget::Rules(mut of) => {
                    of.retain(|rule| self.rules[*rule].name.starts_with('r'));
                    if of.is_empty() { CapTarget::Offers(vec![OfferId(0)]) } else { CapTarget::Rules(of) }
                }
                CapTarget::Classes(mut of) => {
                    of.retain(|class| *class != Class::Service);
                    CapTarget::Classes(if of.is_empty() { vec![Class::Lifecycle] } else { of })
                }
                // A block is asked before a channel is chosen.
                CapTarget::Channels(_) => CapTarget::Tags(vec![TagId(0)]),
                other @ (CapTarget::Tags(_) | CapTarget::Anything) => other,
            };
            let cause = if self.rng.percent(50) {
                let mut length = self.period(false);
                length.count = length.count.max(1);
                let events = vec![self.event()];
                let of = if self.rng.percent(50) { CapTarget::Anything } else { CapTarget::Offers(vec![OfferId(0)]) };
                let mut cap = self.cap(name.clone(), None, of);
                cap.kind = CapKind::Block { length };
                (cap.at_most, cap.events, cap.window, cap.zone) = (1, events, CapWindow::Ever, None);
                (cap.number, cap.exempt, cap.uncounted) = (None, Vec::new(), Vec::new());
                (cap.unit, cap.alone, cap.reserve, cap.then) = (CapUnit::Customer, false, None, None);
                self.rules.caps.push(cap);
                BlockCause::After(CapId::from_index(self.rules.caps.len() - 1))
            } else {
                self.sparing = true;
                let condition = self.condition(2);
                self.sparing = false;
                if !walk::purposes_of(&self.rules, std::iter::once(&condition)).is_empty() {
                    continue;
                }
                BlockCause::While(Clause { condition, span: span() })
            };
            self.rules.blocks.push(Block { name, label: String::new(), span: span(), cause, target });
        }
    }

    /// A rule that a cap binds which counts nothing of whoever is not known needs another, by another unit.
    fn back(&mut self, rule: RuleId) {
        let (own, show) = (self.rules.caps_on(rule), self.rules[rule].show);
        let channels = self.rules.channels_of(&self.rules[rule]).iter();
        let of_channels = channels.map(|id| self.rules.channel_caps(*id, show, Some(rule)));
        let together: Vec<Vec<CapId>> = std::iter::once(Vec::new()).chain(of_channels).collect();
        for of_channel in together {
            let bound = [own.clone(), of_channel].concat();
            for cap in &bound {
                let unit = self.rules[*cap].unit;
                let backs = |other: &CapId| !self.rules[*other].alone && self.rules[*other].unit != unit;
                let is_backed = bound.iter().any(backs);
                self.rules.caps[cap.index()].alone &= is_backed;
            }
        }
    }

    fn caps_where(&self, binds: impl Fn(&Cap) -> bool) -> Vec<CapId> {
        let all = self.rules.caps.iter().enumerate();
        all.filter(|(_, cap)| binds(cap)).map(|(index, _)| CapId::from_index(index)).collect()
    }

    fn cap_target(&mut self) -> CapTarget {
        let offers: Vec<_> = (0..self.rules.offers.len()).map(OfferId::from_index).collect();
        let tags: Vec<_> = (0..self.rules.tags.len()).map(TagId::from_index).collect();
        let rules: Vec<_> = (0..self.rules.rules.len()).map(RuleId::from_index).collect();
        match self.rng.below(5) {
            4 => CapTarget::Channels(self.sorted_channels()),
            3 => {
                let some = self.rng.some(&Class::ALL, 40);
                CapTarget::Classes(if some.is_empty() { vec![Class::Marketing] } else { some })
            }
            0 => {
                let some = self.rng.some(&offers, 25);
                CapTarget::Offers(if some.is_empty() { vec![offers[0]] } else { some })
            }
            1 => {
                let some = self.rng.some(&tags, 40);
                CapTarget::Tags(if some.is_empty() { vec![tags[0]] } else { some })
            }
            _ => {
                let some = self.rng.some(&rules, 20);
                CapTarget::Rules(if some.is_empty() { vec![rules[0]] } else { some })
            }
        }
    }

    fn cap(&mut self, name: String, rule: Option<RuleId>, target: CapTarget) -> Cap {
        let other = self.event();
        let events: BTreeSet<EventId> =
            if self.rng.percent(75) { [Event::SHOWN, other].into() } else { [other].into() };
        let mut window = self.period(false);
        window.count = window.count.max(1);
        let mut cap = Cap {
            name,
            label: String::new(),
            span: span(),
            kind: CapKind::Cap,
            rule,
            at_most: 1 + self.rng.below(4) as u32,
            number: None,
            events: events.into_iter().collect(),
            window: if self.rng.percent(20) { CapWindow::Ever } else { CapWindow::Rolling(window) },
            zone: None,
            target,
            exempt: Vec::new(),
            uncounted: Vec::new(),
            unit: CapUnit::Customer,
            alone: false,
            reserve: None,
            store_down_blocks: None,
            then: None,
        };
        if self.rng.percent(15) {
            cap.exempt = vec![self.cap_target()];
            // A cap is asked before a channel is chosen.
            cap.exempt.retain(|of| !matches!(of, CapTarget::Channels(_)));
        }
        if self.rng.percent(15) {
            cap.uncounted = vec![self.cap_target()];
        }
        let fits = |attribute: &Attribute| {
            matches!(attribute.ty, Type::Number(NumberType { scale: 0, min: 0.., max: 1..=1_000_000 }))
                && attribute.default.is_some()
                && !attribute.never_used
                && !attribute.protective
        };
        let is_unit = |attribute: &Attribute| {
            attribute.ty == Type::Text && !attribute.key && !attribute.never_used && !attribute.protective
        };
        let all = self.rules.attributes.iter().enumerate();
        let mut units: Vec<CapUnit> = all
            .filter(|(_, attribute)| is_unit(attribute))
            .map(|(at, _)| CapUnit::Attribute(AttributeId::from_index(at)))
            .collect();
        units.extend([CapUnit::Customer, CapUnit::Customer, CapUnit::Everybody]);
        cap.unit = *self.rng.pick(&units);
        cap.then = *self.rng.pick(&[None, None, None, Some(Then::Next), Some(Then::Stop)]);
        cap.store_down_blocks = *self.rng.pick(&[None, None, Some(true), Some(false)]);
        cap.alone = cap.unit != CapUnit::Everybody && self.rng.percent(20);
        if self.rng.percent(20) {
            let mut length = self.period(false);
            length.count = length.count.max(1);
            cap.reserve = Some(length);
        }
        let numbers: Vec<_> = (0..self.rules.attributes.len()).filter(|at| fits(&self.rules.attributes[*at])).collect();
        if !numbers.is_empty() && self.rng.percent(30) {
            let number = AttributeId::from_index(*self.rng.pick(&numbers));
            if let Type::Number(NumberType { max, .. }) = self.rules[number].ty {
                (cap.number, cap.at_most) = (Some(number), max as u32);
            }
            return cap;
        }
        match self.rng.below(8) {
            0 | 1 => {
                cap.window = CapWindow::Calendar(*self.rng.pick(&[
                    Calendar::Day,
                    Calendar::Week(Weekday::Monday),
                    Calendar::Week(Weekday::Saturday),
                    Calendar::Month,
                    Calendar::Quarter,
                ]));
                let may_be = |attribute: &Attribute| {
                    attribute.ty == Type::Zone && !attribute.never_used && !attribute.protective
                };
                let all = self.rules.attributes.iter().enumerate();
                let zones: Vec<_> = all
                    .filter(|(_, attribute)| may_be(attribute))
                    .map(|(at, _)| CapZone::Attribute(AttributeId::from_index(at)))
                    .chain([CapZone::Named("Africa/Cairo".to_owned())])
                    .collect();
                cap.zone = Some(self.rng.pick(&zones).clone());
            }
            2 if rule.is_none() => {
                let mut length = self.period(false);
                length.count = length.count.max(1);
                let without = if self.rng.percent(50) { vec![other] } else { Vec::new() };
                (cap.exempt, cap.uncounted) = (Vec::new(), Vec::new());
                (cap.alone, cap.reserve) = (false, None);
                cap.kind = CapKind::Pause { length, without };
            }
            3 if rule.is_none() => {
                cap.kind = CapKind::Gap;
                (cap.alone, cap.reserve) = (false, None);
                (cap.exempt, cap.uncounted) = (Vec::new(), Vec::new());
                cap.at_most = 1;
                cap.events = Event::REACHING.to_vec();
                cap.window = CapWindow::Rolling(window);
            }
            _ => {}
        }
        cap
    }

    /// Now and then, what a cap stops waits; not for what is never over, and not for a channel.
    fn holding(&mut self, mut cap: Cap) -> Cap {
        let is_endless = cap.kind == CapKind::Cap && cap.window == CapWindow::Ever;
        let is_of_channels = cap.rule.is_none() && matches!(cap.target, CapTarget::Channels(_));
        if !is_endless && !is_of_channels && self.rng.percent(20) {
            let hours = *self.rng.pick(&[1, 24, 24 * 3, 24 * 40, 24 * 366]);
            cap.then = Some(Then::Hold(Period { count: hours, unit: Unit::Hour }));
        }
        cap
    }

    /// Class, then priority, then `before`, then `ties`, then the name (R6, R7): of the rules that nobody unplaced must
    /// precede, the first by these.
    fn winning_order(&mut self) {
        let rules = &self.rules.rules;
        let mut waiting: Vec<usize> = vec![0; rules.len()];
        let weaker = |rule: &Rule| if let Order::Before(named) = &rule.order { named.clone() } else { Vec::new() };
        for other in rules.iter().flat_map(weaker) {
            waiting[other.index()] += 1;
        }
        let mut placed = vec![false; rules.len()];
        let mut order: Vec<RuleId> = Vec::new();
        while order.len() < rules.len() {
            let free = (0..rules.len()).filter(|index| !placed[*index] && waiting[*index] == 0);
            let tie = |rule: &Rule| {
                let ties = &self.rules[rule.slot].ties;
                ties.iter().position(|tag| self.rules[rule.show].tags.contains(tag)).unwrap_or(usize::MAX)
            };
            let key = |index: &usize| {
                let rule = &rules[*index];
                (rule.slot, rule.class, Reverse(rule.priority), tie(rule), *index)
            };
            let first = free.min_by_key(key).unwrap();
            placed[first] = true;
            order.push(RuleId::from_index(first));
            weaker(&rules[first]).iter().for_each(|other| waiting[other.index()] -= 1);
        }
        for id in order {
            let slot = self.rules[id].slot;
            self.rules.slots[slot.index()].order.push(id);
        }
    }
}

/// The rules that an order names.
fn before(order: &Order) -> &[RuleId] {
    if let Order::Before(named) = order { named } else { &[] }
}
