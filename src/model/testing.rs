//! A small builder of rule sets by hand, for unit tests that need one without the parser. Lists are in the order of
//! building, not of names; nothing that evaluates a rule set looks at that.

use std::sync::Arc;

use super::{
    Attribute, AttributeId, Basis, Block, BlockCause, BlockId, Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow,
    Class, Clause, Condition, EnumType, Event, EventId, Expression, Fallback, Mapping, Offer, OfferId, Order, Purpose,
    PurposeId, Rule, RuleId, RuleSet, Scope, Segment, SegmentId, Slot, SlotId, TagId, ValueDeclaration, ValueId,
};
use crate::ops::{Comparison, Quantifier};
use crate::source::{SourceId, Span};
use crate::value::{Consent, EnumId, Instant, NumberType, Period, Type, Unit, Value};

/// Where nothing was written.
pub(crate) fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}

pub(crate) fn period(count: u32, unit: Unit) -> Period {
    Period { count, unit }
}

pub(crate) fn days(count: u32) -> Period {
    period(count, Unit::Day)
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn whole(min: i64, max: i64) -> Type {
    Type::Number(NumberType { scale: 0, min, max })
}

/// A literal of a whole number.
pub(crate) fn number(value: i64) -> Expression {
    Expression::Literal(Value::Number(value), whole(value, value))
}

pub(crate) fn text(value: &str) -> Expression {
    Expression::Literal(Value::Text(Arc::from(value)), Type::Text)
}

pub(crate) fn member(list: EnumId, member: u16) -> Expression {
    Expression::Literal(Value::Member(member), Type::OneOf(list))
}

pub(crate) fn set_of(elements: &[&str]) -> Value {
    Value::Set(elements.iter().copied().map(Arc::from).collect())
}

pub(crate) fn read(id: AttributeId) -> Expression {
    Expression::Attribute(id)
}

pub(crate) fn holds(id: AttributeId) -> Condition {
    Condition::Holds(read(id))
}

pub(crate) fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

pub(crate) fn at_least(id: AttributeId, value: i64) -> Condition {
    Condition::Compare(Comparison::AtLeast, read(id), number(value))
}

pub(crate) fn has_any(id: AttributeId, elements: &[&str]) -> Condition {
    Condition::Has(read(id), Quantifier::Any, elements.iter().copied().map(Arc::from).collect())
}

pub(crate) fn consent_is(purpose: PurposeId, status: Consent) -> Condition {
    Condition::Equal(Expression::Consent(purpose), member(EnumId::CONSENT, status.member()))
}

/// A rule set under construction.
pub(crate) struct World {
    pub(crate) rules: RuleSet,
}

impl World {
    /// With a key called `id`.
    pub(crate) fn new() -> Self {
        let mut world = Self { rules: RuleSet::new() };
        let key = world.customer("id", Type::Text);
        world.attribute(key).key = true;
        world
    }

    pub(crate) fn attribute(&mut self, id: AttributeId) -> &mut Attribute {
        &mut self.rules.attributes[id.index()]
    }

    pub(crate) fn customer(&mut self, name: &str, ty: Type) -> AttributeId {
        self.rules.attributes.push(Attribute {
            name: name.to_owned(),
            span: nowhere(),
            scope: Scope::Customer,
            ty,
            key: false,
            needs: Vec::new(),
            fresh: None,
            default: None,
            sensitive: false,
            hidden: false,
            protective: false,
            never_used: false,
            mapping: Mapping::default(),
        });
        AttributeId::from_index(self.rules.attributes.len() - 1)
    }

    pub(crate) fn list(&mut self, members: &[&str], ordered: bool) -> EnumId {
        self.rules.enums.push(EnumType { members: members.iter().map(|name| (*name).to_owned()).collect(), ordered });
        EnumId(self.rules.enums.len() as u32 - 1)
    }

    pub(crate) fn purpose(&mut self, name: &str, basis: Basis, direct_marketing: bool) -> PurposeId {
        self.rules.purposes.push(Purpose {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            basis,
            confirmed: false,
            version: None,
            valid: None,
            direct_marketing,
        });
        PurposeId::from_index(self.rules.purposes.len() - 1)
    }

    pub(crate) fn event(&mut self, name: &str) -> EventId {
        self.rules.events.push(Event {
            needs: Vec::new(),
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            fields: Vec::new(),
        });
        EventId::from_index(self.rules.events.len() - 1)
    }

    pub(crate) fn tag(&mut self, name: &str) -> TagId {
        self.rules.tags.push(name.to_owned());
        TagId::from_index(self.rules.tags.len() - 1)
    }

    pub(crate) fn segment(&mut self, name: &str, condition: Condition) -> SegmentId {
        self.rules.segments.push(Segment { name: name.to_owned(), label: String::new(), span: nowhere(), condition });
        SegmentId::from_index(self.rules.segments.len() - 1)
    }

    pub(crate) fn value(&mut self, name: &str, ty: Type, expression: Expression) -> ValueId {
        self.rules.values.push(ValueDeclaration {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            ty,
            expression,
        });
        ValueId::from_index(self.rules.values.len() - 1)
    }

    pub(crate) fn offer(&mut self, name: &str, class: Class) -> OfferId {
        self.rules.offers.push(Offer {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            kind: None,
            class,
            tags: Vec::new(),
            active: None,
            content: Vec::new(),
            off: None,
            caps: Vec::new(),
            blocks: Vec::new(),
            windows: Vec::new(),
        });
        OfferId::from_index(self.rules.offers.len() - 1)
    }

    /// A slot that accepts everything and falls back on `offer`.
    pub(crate) fn slot(&mut self, name: &str, offer: Option<OfferId>) -> SlotId {
        self.rules.slots.push(Slot {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            place: "web".to_owned(),
            channels: Vec::new(),
            rotate: None,
            accepts: Class::ALL.to_vec(),
            fallback: vec![Fallback { offer, when: None, span: nowhere() }],
            off: None,
            ties: Vec::new(),
            order: Vec::new(),
        });
        SlotId::from_index(self.rules.slots.len() - 1)
    }

    /// A rule without clauses; the slot's order is brought up to date.
    pub(crate) fn rule(&mut self, name: &str, slot: SlotId, show: OfferId, priority: i32) -> RuleId {
        let id = RuleId::from_index(self.rules.rules.len());
        let class = self.rules[show].class;
        self.rules.rules.push(Rule {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            slot,
            class,
            about: None,
            owner: None,
            metric: None,
            ticket: None,
            review_by: None,
            because: None,
            active: None,
            off: None,
            when: Vec::new(),
            unless: Vec::new(),
            needs: Vec::new(),
            order: Order::Priority(priority),
            priority: Some(priority),
            rank: None,
            show,
            expires: None,
            channels: Vec::new(),
            tasks: Vec::new(),
            if_capped: None,
            if_no_consent: None,
            if_unknown: None,
            caps: Vec::new(),
            blocks: Vec::new(),
            windows: Vec::new(),
        });
        self.rules.slots[slot.index()].order.push(id);
        let mut order = self.rules[slot].order.clone();
        order.sort_by_key(|rule| {
            let rule = &self.rules[*rule];
            (rule.class, std::cmp::Reverse(rule.priority), rule.name.clone())
        });
        self.rules.slots[slot.index()].order = order;
        id
    }

    pub(crate) fn change(&mut self, rule: RuleId) -> &mut Rule {
        &mut self.rules.rules[rule.index()]
    }

    pub(crate) fn when(&mut self, rule: RuleId, condition: Condition) {
        self.change(rule).when.push(Clause { condition, span: nowhere() });
    }

    pub(crate) fn unless(&mut self, rule: RuleId, condition: Condition) {
        self.change(rule).unless.push(Clause { condition, span: nowhere() });
    }

    /// A cap; it binds nothing until a rule or an offer lists it.
    pub(crate) fn cap(
        &mut self,
        name: &str,
        at_most: u32,
        events: &[EventId],
        window: CapWindow,
        target: CapTarget,
    ) -> CapId {
        self.rules.caps.push(Cap {
            name: name.to_owned(),
            label: String::new(),
            span: nowhere(),
            kind: CapKind::Cap,
            rule: None,
            at_most,
            number: None,
            events: events.to_vec(),
            window,
            zone: None,
            target,
            exempt: Vec::new(),
            uncounted: Vec::new(),
            unit: CapUnit::Customer,
            alone: false,
            reserve: None,
            store_down_blocks: None,
            then: None,
        });
        CapId::from_index(self.rules.caps.len() - 1)
    }

    /// A rule's own clause, on what it shows.
    pub(crate) fn own_cap(&mut self, rule: RuleId, at_most: u32, event: EventId, window: CapWindow) -> CapId {
        let show = self.rules[rule].show;
        let name = format!("cap of {}", self.rules[rule].name);
        let cap = self.cap(&name, at_most, &[event], window, CapTarget::Offers(vec![show]));
        self.rules.caps[cap.index()].rule = Some(rule);
        self.change(rule).caps.push(cap);
        cap
    }

    /// A block while a condition; it stops nothing until a rule or an offer lists it.
    pub(crate) fn block_while(&mut self, name: &str, condition: Condition) -> BlockId {
        let cause = BlockCause::While(Clause { condition, span: nowhere() });
        self.block(name, cause)
    }

    /// A block for some days after an event, of whatever it may be.
    pub(crate) fn block_after(&mut self, name: &str, length: Period, event: EventId, target: CapTarget) -> BlockId {
        let count = self.cap(name, 1, &[event], CapWindow::Ever, target);
        self.rules.caps[count.index()].kind = CapKind::Block { length };
        self.block(name, BlockCause::After(count))
    }

    fn block(&mut self, name: &str, cause: BlockCause) -> BlockId {
        let target = CapTarget::Classes(vec![Class::Marketing]);
        self.rules.blocks.push(Block { name: name.to_owned(), label: String::new(), span: nowhere(), cause, target });
        BlockId::from_index(self.rules.blocks.len() - 1)
    }
}
