//! Values that are worked out once, while the frame is gathered: counts, sums and last times of events, decay.
//!
//! A rule set lists each of them once ([`RuleSet::gathered`], in order, none twice); expressions name it by its id. So
//! an evaluator reads it like an attribute, a recorded frame replays without its events, and machine code calls nothing.
//! Whoever only reads values may look at [`RuleSet::flattened`], where each of them is an attribute.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Attribute, AttributeId, BlockCause, ChannelId, Class, Condition, EventId, Expression, GatheredId, Mapping, OfferId,
    PurposeId, RuleId, RuleSet, Scope, TagId,
};
use crate::value::{DEFAULT_LIMIT, Instant, NumberType, Period, SCORE, Type, pow10, rescale};

/// The most a count of events can be; nobody's history is longer.
pub const MOST_EVENTS: i64 = 1_000_000_000;

/// One value and how it comes about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Gathered {
    /// `times E in the last D`: a whole number, 0 where nothing happened.
    Times(Occurrence, Lookback),
    /// `last E`: a time, never where nothing happened.
    Last(Occurrence),
    /// `sum of E.field in the last D`: the field by its place; at the scale of the field.
    Sum(Occurrence, u32, Lookback),
    /// `40 * times a halving every D + sum of b.points halving every D2`: one sum of increments, rounded once to six
    /// places (R44). At least one term.
    Decayed(Vec<Term>),
    /// `x halving every D since t`, at six places.
    Halved {
        /// `x`: a number.
        of: Operand,
        /// `D`.
        half_life: Period,
        /// `t`: a time.
        since: Operand,
    },
}

/// Over which time events are counted or added up; up to now in any case. A value has no zone, so no calendar is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lookback {
    /// `in the last 7 days`: events with `now - d < t <= now`.
    Last(Period),
    /// `ever`: events with `t <= now`.
    Ever,
}

/// Which events are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Occurrence {
    /// `E`.
    pub event: EventId,
    /// `of X`.
    pub of: Option<EventTarget>,
}

/// What an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventTarget {
    /// `of summer_sale`: it was stamped with the offer.
    Offer(OfferId),
    /// `of tag promo`: its offer had the tag then.
    Tag(TagId),
    /// `of class marketing`: its offer was of the class then.
    Class(Class),
    /// `of rule comeback`: the rule itself showed it.
    Rule(RuleId),
    /// `of channel email`: it was sent by the channel.
    Channel(ChannelId),
}

/// The increments of one kind of event in a decaying sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// What each event adds when it happens.
    pub each: Increment,
    /// Which events.
    pub of: Occurrence,
    /// After this time half of it is left; elapsed, so never in months.
    pub half_life: Period,
}

/// What one event adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Increment {
    /// This much, at six places.
    Points(i64),
    /// What its field holds, by the field's place.
    Field(u32),
}

/// What `x halving every D since t` reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Operand {
    /// An attribute without a declared default.
    Attribute(AttributeId),
    /// Another gathered value; it stands before this one in the list, and is no [`Gathered::Halved`] itself.
    Gathered(GatheredId),
    /// A written number: mantissa and places.
    Number(i64, u8),
    /// A written time.
    Time(Instant),
}

impl Gathered {
    /// The events that are read.
    pub fn occurrences(&self) -> Vec<Occurrence> {
        match self {
            Self::Times(of, _) | Self::Last(of) | Self::Sum(of, _, _) => vec![*of],
            Self::Decayed(terms) => terms.iter().map(|term| term.of).collect(),
            Self::Halved { .. } => Vec::new(),
        }
    }

    /// The operands of `x halving every D since t`.
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Self::Halved { of, since, .. } => vec![of, since],
            Self::Times(..) | Self::Last(_) | Self::Sum(..) | Self::Decayed(_) => Vec::new(),
        }
    }
}

/// The range of a sum of a field: that of a score, in value, and whatever one event can add.
fn sum_type(field: NumberType) -> NumberType {
    let limit = i64::try_from(i128::from(DEFAULT_LIMIT) * pow10(field.scale)).unwrap_or(i64::MAX / 4);
    NumberType {
        scale: field.scale,
        min: if field.min < 0 { (-limit).min(field.min) } else { 0 },
        max: if field.max > 0 { limit.max(field.max) } else { 0 },
    }
}

impl RuleSet {
    /// The type of a gathered value; a damaged one is a yes-or-no, which `verify` refuses.
    pub fn type_of_gathered(&self, gathered: &Gathered) -> Type {
        let found = match gathered {
            Gathered::Times(..) => Some(NumberType { scale: 0, min: 0, max: MOST_EVENTS }),
            Gathered::Last(_) => return Type::Time,
            Gathered::Sum(of, field, _) => self.field_type(of.event, *field).map(sum_type),
            Gathered::Decayed(terms) => {
                let falls = terms.iter().any(|term| match term.each {
                    Increment::Points(points) => points < 0,
                    Increment::Field(field) => self.field_type(term.of.event, field).is_none_or(|of| of.min < 0),
                });
                Some(NumberType { min: if falls { SCORE.min } else { 0 }, ..SCORE })
            }
            Gathered::Halved { of, .. } => self.operand_number(of).and_then(|of| {
                let moved = |bound: i64| i64::try_from(rescale(bound.into(), of.scale, SCORE.scale)).ok();
                Some(NumberType { scale: SCORE.scale, min: moved(of.min)?.min(0), max: moved(of.max)?.max(0) })
            }),
        };
        found.map_or(Type::YesNo, Type::Number)
    }

    /// The type of a number field of an event.
    pub fn field_type(&self, event: EventId, field: u32) -> Option<NumberType> {
        self.events.get(event.index())?.fields.get(field as usize)?.ty.number()
    }

    /// The type of an operand that is a number.
    pub fn operand_number(&self, operand: &Operand) -> Option<NumberType> {
        match operand {
            Operand::Attribute(id) => self.attributes.get(id.index())?.ty.number(),
            Operand::Gathered(id) => match self.gathered.get(id.index())? {
                Gathered::Halved { .. } => None,
                plain @ (Gathered::Times(..) | Gathered::Last(_) | Gathered::Sum(..) | Gathered::Decayed(_)) => {
                    self.type_of_gathered(plain).number()
                }
            },
            Operand::Number(mantissa, scale) => Some(NumberType { scale: *scale, min: *mantissa, max: *mantissa }),
            Operand::Time(_) => None,
        }
    }

    /// The purposes without which a gathered value is masked, sorted: those of its events and of what it reads.
    pub fn needs_of_gathered(&self, gathered: &Gathered) -> Vec<PurposeId> {
        let events = gathered.occurrences().into_iter().flat_map(|of| self[of.event].needs.clone());
        let operands = gathered.operands().into_iter().flat_map(|operand| match operand {
            Operand::Attribute(id) => self[*id].needs.clone(),
            Operand::Gathered(id) => self.needs_of_gathered(&self[*id]),
            Operand::Number(..) | Operand::Time(_) => Vec::new(),
        });
        let mut needs: Vec<PurposeId> = events.chain(operands).collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The attributes that a gathered value reads.
    pub fn attributes_of_gathered(&self, gathered: &Gathered) -> Vec<AttributeId> {
        let operands = gathered.operands().into_iter();
        operands
            .flat_map(|operand| match operand {
                Operand::Attribute(id) => vec![*id],
                Operand::Gathered(id) => self.attributes_of_gathered(&self[*id]),
                Operand::Number(..) | Operand::Time(_) => Vec::new(),
            })
            .collect()
    }

    /// The events that a gathered value reads, itself or through what it reads.
    pub fn events_of_gathered(&self, gathered: &Gathered) -> Vec<EventId> {
        let through = gathered.operands().into_iter().flat_map(|operand| match operand {
            Operand::Gathered(id) => self.events_of_gathered(&self[*id]),
            Operand::Attribute(_) | Operand::Number(..) | Operand::Time(_) => Vec::new(),
        });
        let through: Vec<_> = through.collect();
        gathered.occurrences().into_iter().map(|of| of.event).chain(through).collect()
    }

    /// Whether a gathered value says anything of the customer.
    pub fn is_of_customer(&self, gathered: &Gathered) -> bool {
        let is_customers = |id: AttributeId| self[id].scope == Scope::Customer;
        !self.events_of_gathered(gathered).is_empty()
            || self.attributes_of_gathered(gathered).into_iter().any(is_customers)
    }

    /// The same rules in which each gathered value is an attribute behind the declared ones, named as an author would
    /// write it. A frame of the one is a frame of the other ([`crate::frame::Frame::attribute`] knows both). Ids of
    /// everything else stay, and the attributes are not in order, so the result does not verify.
    pub fn flattened(&self) -> Self {
        let mut flat = self.clone();
        if self.gathered.is_empty() {
            return flat;
        }
        let declared = self.attributes.len();
        for gathered in &self.gathered {
            let protects = |id: &AttributeId| self[*id].is_protected();
            let occurs = gathered.occurrences();
            flat.attributes.push(Attribute {
                name: super::show::show_gathered(self, gathered),
                span: occurs.first().map_or_else(super::Event::nowhere, |of| self[of.event].span),
                scope: if self.is_of_customer(gathered) { Scope::Customer } else { Scope::Moment },
                ty: self.type_of_gathered(gathered),
                key: false,
                needs: self.needs_of_gathered(gathered),
                fresh: None,
                default: None,
                sensitive: false,
                hidden: self.attributes_of_gathered(gathered).iter().any(protects),
                protective: false,
                never_used: false,
                mapping: Mapping::default(),
            });
        }
        flat.each_expression_mut(&mut |expression| {
            if let Expression::Gathered(id) = expression {
                *expression = Expression::Attribute(AttributeId::from_index(declared + id.index()));
            }
        });
        flat
    }

    /// Puts the gathered values in order, each once and only those that are read, and says so to whoever names them.
    pub fn sort_gathered(&mut self) {
        let mut old = std::mem::take(&mut self.gathered);
        let mut used = vec![false; old.len()];
        self.each_expression_mut(&mut |expression| {
            if let Expression::Gathered(id) = expression
                && let Some(place) = used.get_mut(id.index())
            {
                *place = true;
            }
        });
        for (at, gathered) in old.iter().enumerate() {
            if used.get(at) == Some(&true) {
                for operand in gathered.operands() {
                    if let Operand::Gathered(id) = operand
                        && let Some(place) = used.get_mut(id.index())
                    {
                        *place = true;
                    }
                }
            }
        }
        // What reads nothing gathered comes first, so that ids in operands can be told before they are compared.
        let halved = |gathered: &Gathered| matches!(gathered, Gathered::Halved { .. });
        let mut sorted: Vec<Gathered> = Vec::new();
        for second in [false, true] {
            if second {
                let places = places(&old, &sorted);
                for gathered in &mut old {
                    if let Gathered::Halved { of, since, .. } = gathered {
                        for operand in [of, since] {
                            if let Operand::Gathered(id) = operand
                                && let Some(Some(place)) = places.get(id.index())
                            {
                                *id = GatheredId::from_index(*place);
                            }
                        }
                    }
                }
            }
            let wanted = old.iter().zip(&used).filter(|(gathered, used)| **used && halved(gathered) == second);
            let mut next: Vec<Gathered> = wanted.map(|(gathered, _)| gathered.clone()).collect();
            next.sort_unstable();
            next.dedup();
            sorted.append(&mut next);
        }
        let places = places(&old, &sorted);
        self.each_expression_mut(&mut |expression| {
            if let Expression::Gathered(id) = expression
                && let Some(Some(place)) = places.get(id.index())
            {
                *id = GatheredId::from_index(*place);
            }
        });
        self.gathered = sorted;
    }

    /// Calls `f` on every expression of the rule set, outermost first.
    pub fn each_expression_mut(&mut self, f: &mut impl FnMut(&mut Expression)) {
        for segment in &mut self.segments {
            segment.condition.each_expression_mut(f);
        }
        for value in &mut self.values {
            value.expression.each_mut(f);
        }
        for block in &mut self.blocks {
            if let BlockCause::While(clause) = &mut block.cause {
                clause.condition.each_expression_mut(f);
            }
        }
        for row in self.windows.iter_mut().flat_map(|window| &mut window.rows) {
            if let Some(when) = &mut row.when {
                when.condition.each_expression_mut(f);
            }
        }
        for channel in &mut self.channels {
            for clause in [&mut channel.allowed, &mut channel.silent, &mut channel.reached].into_iter().flatten() {
                clause.condition.each_expression_mut(f);
            }
        }
        for rule in &mut self.rules {
            for clause in rule.when.iter_mut().chain(&mut rule.unless).chain(&mut rule.expires) {
                clause.condition.each_expression_mut(f);
            }
            if let Some(rank) = &mut rule.rank {
                rank.by.each_mut(f);
            }
        }
        for slot in &mut self.slots {
            for entry in &mut slot.fallback {
                if let Some(when) = &mut entry.when {
                    when.each_expression_mut(f);
                }
            }
        }
    }
}

fn places(old: &[Gathered], sorted: &[Gathered]) -> Vec<Option<usize>> {
    let known: BTreeMap<&Gathered, usize> = sorted.iter().enumerate().map(|(at, gathered)| (gathered, at)).collect();
    old.iter().map(|gathered| known.get(gathered).copied()).collect()
}

impl Condition {
    fn each_expression_mut(&mut self, f: &mut impl FnMut(&mut Expression)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter_mut().for_each(|part| part.each_expression_mut(f)),
            Self::Not(inner) => inner.each_expression_mut(f),
            Self::Segment(_) => {}
            Self::Holds(of) | Self::OneOf(of, _) | Self::Known(of) | Self::Never(of) => of.each_mut(f),
            Self::Has(of, _, _) | Self::Age(of, _, _) => of.each_mut(f),
            Self::Equal(left, right) | Self::Compare(_, left, right) => {
                left.each_mut(f);
                right.each_mut(f);
            }
            Self::Between(of, from, to) => [of, from, to].into_iter().for_each(|part| part.each_mut(f)),
        }
    }
}

impl Expression {
    fn each_mut(&mut self, f: &mut impl FnMut(&mut Self)) {
        f(self);
        match self {
            Self::Literal(..)
            | Self::Attribute(_)
            | Self::Value(_)
            | Self::Gathered(_)
            | Self::Consent(_)
            | Self::Permission(_)
            | Self::Now => {}
            Self::Rescale(of, _) => of.each_mut(f),
            Self::Arithmetic(_, left, right, _) | Self::Else(left, right, _) => {
                left.each_mut(f);
                right.each_mut(f);
            }
            Self::When(of, when, _) => {
                of.each_mut(f);
                when.each_expression_mut(f);
            }
        }
    }
}
