//! Purposes, lists, attributes, events, tags, offers; then segments and values, each over those before it.

use cater::model::{
    Active, Attribute, AttributeId, Basis, ChannelId, Class, EnumType, Event, EventField, EventId, EventTarget,
    Gathered, Increment, Lookback, Mapping, Occurrence, Offer, OfferId, Operand, Purpose, PurposeId, Scope, Segment,
    TagId, Term, ValueDeclaration,
};
use cater::value::{EnumId, NumberType, Period, Type, Unit, Value};

use super::{World, ZONES, name, span};

impl World {
    pub(super) fn declare(&mut self) {
        self.rules.defaults.zone = (*self.rng.pick(&[ZONES[0], ZONES[1], "Pacific/Kiritimati"])).to_owned();
        self.rules.defaults.grace = self.period(true);
        self.purposes();
        self.lists();
        self.channels();
        self.attributes();
        let purposes: Vec<_> = (0..self.rules.purposes.len()).map(PurposeId::from_index).collect();
        for index in 0..1 + self.rng.below(3) {
            let scales = [0, 2, 6].map(|scale| NumberType { scale, min: -500, max: 1_000_000 });
            let fields = scales.into_iter().zip(["f0", "f1", "f2"]);
            let fields = fields.map(|(number, name)| EventField { name: name.to_owned(), ty: Type::Number(number) });
            let event = Event {
                name: name("e", index),
                label: String::new(),
                span: span(),
                needs: self.rng.some(&purposes, 15),
                fields: fields.collect(),
            };
            self.rules.events.push(event);
        }
        for index in 0..1 + self.rng.below(4) {
            self.rules.tags.push(name("t", index));
        }
        for index in 0..4 + self.rng.below(10) {
            let offer = self.offer(index);
            self.rules.offers.push(offer);
        }
        self.gathered();
    }

    /// One of each kind, and some more.
    fn gathered(&mut self) {
        for kind in 0..5 + self.rng.below(5) {
            let made = self.gathered_value(kind % 5);
            self.rules.gathered.extend(made);
        }
        // What reads others comes last; ids of what it reads are among those before.
        let halved = |gathered: &Gathered| matches!(gathered, Gathered::Halved { .. });
        self.rules.gathered.sort_by(|a, b| (halved(a), a).cmp(&(halved(b), b)));
        self.rules.gathered.dedup();
    }

    fn occurrence(&mut self, declared: bool) -> Occurrence {
        let built_in = Event::BUILT_IN.len();
        let event = match declared {
            true => EventId::from_index(built_in + self.rng.below(self.rules.events.len() - built_in)),
            false => self.event(),
        };
        let of = match self.rng.below(7) {
            0 => Some(EventTarget::Offer(OfferId::from_index(self.rng.below(self.rules.offers.len())))),
            1 => Some(EventTarget::Tag(TagId::from_index(self.rng.below(self.rules.tags.len())))),
            2 => Some(EventTarget::Class(*self.rng.pick(&Class::ALL))),
            3 => Some(EventTarget::Channel(ChannelId::from_index(self.rng.below(self.rules.channels.len())))),
            _ => None,
        };
        Occurrence { event, of }
    }

    fn window(&mut self) -> Lookback {
        let length = self.period(false);
        if length.count == 0 || self.rng.percent(30) { Lookback::Ever } else { Lookback::Last(length) }
    }

    fn gathered_value(&mut self, kind: usize) -> Option<Gathered> {
        let half_life =
            Period { count: *self.rng.pick(&[1, 72, 1_000]), unit: *self.rng.pick(&[Unit::Hour, Unit::Day]) };
        Some(match kind {
            0 => Gathered::Times(self.occurrence(false), self.window()),
            1 => Gathered::Last(self.occurrence(false)),
            2 => Gathered::Sum(self.occurrence(true), self.rng.below(3) as u32, self.window()),
            3 => {
                let terms = (0..1 + self.rng.below(3)).map(|_| Term {
                    each: match self.rng.percent(60) {
                        true => Increment::Points(self.rng.between(-40, 40) * 500_000),
                        false => Increment::Field(self.rng.below(3) as u32),
                    },
                    of: self.occurrence(true),
                    half_life,
                });
                Gathered::Decayed(terms.collect())
            }
            _ => {
                let fits = |attribute: &Attribute, number: bool| {
                    let small = |of: NumberType| of.scale <= 6 && of.min >= -1_000_000 && of.max <= 1_000_000;
                    let small = attribute.ty.number().is_some_and(small);
                    let plain = attribute.default.is_none() && !attribute.protective && !attribute.never_used;
                    plain && if number { small } else { attribute.ty == Type::Time }
                };
                let attribute = |world: &Self, number| {
                    world
                        .rules
                        .attributes
                        .iter()
                        .position(|attribute| fits(attribute, number))
                        .map(AttributeId::from_index)
                };
                let of = attribute(self, true).map_or(Operand::Number(1_250, 2), Operand::Attribute);
                let since = attribute(self, false).map_or(Operand::Time(self.now), Operand::Attribute);
                Gathered::Halved { of, half_life, since }
            }
        })
    }

    fn purposes(&mut self) {
        let count = 1 + self.rng.below(4);
        for index in 0..count {
            let basis = match index {
                0 => Basis::ExplicitConsent,
                _ if self.rng.percent(30) => Basis::LegitimateInterest("LIA".to_owned()),
                _ => Basis::Consent,
            };
            self.rules.purposes.push(Purpose {
                name: name("p", index),
                label: String::new(),
                span: span(),
                basis,
                confirmed: self.rng.percent(20),
                version: None,
                valid: None,
                direct_marketing: self.rng.percent(50) || index + 1 == count,
            });
        }
    }

    /// Short and long lists, on both sides of what has a bit for each member.
    fn lists(&mut self) {
        for count in [2, 5, 16, 17, 70] {
            for ordered in [false, true] {
                // No two lists share a member, so that a written member says of which it is.
                let list = format!("l{}m", self.rules.enums.len());
                let members = (0..count).map(|index| name(&list, index)).collect();
                self.rules.enums.push(EnumType { members, ordered });
            }
        }
    }

    /// One of each type at least, so that every operator can be asked for.
    fn attributes(&mut self) {
        let number = |scale, min, max| Type::Number(NumberType { scale, min, max });
        let lists = self.rules.enums.len();
        let mut types = vec![
            Type::YesNo,
            number(0, 0, 130),
            number(2, -100_000_000_000, 100_000_000_000),
            // What can be divided by without coming near zero: the quotient of something large still fits.
            number(4, 10_000_000, 2_000_000_000_000),
            Type::Text,
            Type::Text,
            Type::OneOf(EnumId(1 + self.rng.below(lists - 1) as u32)),
            Type::OneOf(EnumId(1 + 2 * (1 + self.rng.below(5)) as u32)),
            Type::Set,
            Type::Time,
            Type::Time,
            Type::Date,
            Type::Zone,
            Type::Score(Period { count: 72, unit: Unit::Hour }),
        ];
        for _ in 0..self.rng.below(8) {
            let scale = *self.rng.pick(&[0, 1, 4, 9]);
            let high = self.rng.between(0, 1_000_000_000);
            let ty = match self.rng.below(7) {
                0 => number(scale, -high, high),
                1 => number(scale, self.rng.between(-5, 5), 5 + high),
                2 => Type::Set,
                3 => Type::Date,
                4 => Type::OneOf(EnumId(1 + self.rng.below(lists - 1) as u32)),
                5 => Type::YesNo,
                _ => Type::Time,
            };
            types.push(ty);
        }
        for (index, ty) in types.into_iter().enumerate() {
            let attribute = self.attribute(index, ty);
            self.rules.attributes.push(attribute);
        }
    }

    fn attribute(&mut self, index: usize, ty: Type) -> Attribute {
        let purposes: Vec<_> = (0..self.rules.purposes.len()).map(PurposeId::from_index).collect();
        let protective = ty == Type::YesNo && self.rng.percent(40);
        let sensitive = !protective && self.rng.percent(8);
        let needs = match (protective, sensitive) {
            (true, _) => Vec::new(),
            (false, true) => vec![PurposeId(0)],
            (false, false) => self.rng.some(&purposes, 12),
        };
        let default = self.rng.percent(35).then(|| {
            let never = matches!(ty, Type::Number(_) | Type::Time | Type::Date) && self.rng.percent(15);
            if never { Value::Never } else { self.value_of(ty) }
        });
        Attribute {
            name: name("a", index),
            span: span(),
            scope: if self.rng.percent(70) { Scope::Customer } else { Scope::Moment },
            ty,
            key: false,
            needs,
            fresh: None,
            default,
            sensitive,
            hidden: sensitive || protective || self.rng.percent(10),
            protective,
            never_used: self.rng.percent(3),
            mapping: Mapping::default(),
        }
    }

    fn offer(&mut self, index: usize) -> Offer {
        let class = if index == 0 { Class::Service } else { *self.rng.pick(&Class::ALL) };
        let tags: Vec<_> = (0..self.rules.tags.len()).map(TagId::from_index).collect();
        Offer {
            name: name("o", index),
            label: String::new(),
            span: span(),
            kind: None,
            class,
            tags: self.rng.some(&tags, 40),
            active: if index > 0 && self.rng.percent(25) { Some(self.active()) } else { None },
            content: Vec::new(),
            off: self.rng.percent(4).then(|| "withdrawn".to_owned()),
            caps: Vec::new(),
            blocks: Vec::new(),
            windows: Vec::new(),
        }
    }

    pub(super) fn active(&mut self) -> Active {
        let (from, until) = (self.instant_near(), self.instant_near());
        Active { from: self.rng.percent(70).then_some(from), until: self.rng.percent(70).then_some(until) }
    }

    /// Segments and values in turn, each reading those before it.
    pub(super) fn name_things(&mut self) {
        for _ in 0..self.rng.below(8) {
            if self.rng.percent(50) {
                let condition = self.condition(2);
                let index = self.rules.segments.len();
                let segment = Segment { name: name("s", index), label: String::new(), span: span(), condition };
                self.rules.segments.push(segment);
            } else {
                let (expression, ty) = self.any_expression();
                let index = self.rules.values.len();
                let value =
                    ValueDeclaration { name: name("v", index), label: String::new(), span: span(), ty, expression };
                self.rules.values.push(value);
            }
        }
    }

    /// The attributes that an operand may read: protective ones stand for themselves alone.
    pub(super) fn readable(&self) -> Vec<AttributeId> {
        let all = self.rules.attributes.iter().enumerate();
        let may = all.filter(|(_, attribute)| !attribute.never_used && !attribute.protective);
        may.map(|(index, _)| AttributeId::from_index(index)).collect()
    }
}
