//! A small valid model that holds one of everything, for the tests of this crate that need a model and no text.

use std::sync::Arc;

use crate::model::*;
use crate::ops::{Arithmetic, Comparison, Direction, Quantifier};
use crate::source::{SourceId, Span};
use crate::value::{Date, EnumId, Instant, NumberType, Period, Type, Unit, Value};

pub(crate) const TIERS: EnumId = EnumId(2);
const DEVICES: EnumId = EnumId(3);

pub(crate) fn span() -> Span {
    Span::new(SourceId(0), 0..0)
}

pub(crate) fn period(count: u32, unit: Unit) -> Period {
    Period { count, unit }
}

fn number(scale: u8, min: i64, max: i64) -> NumberType {
    NumberType { scale, min, max }
}

fn purpose(name: &str, basis: Basis) -> Purpose {
    Purpose {
        name: name.into(),
        label: format!("What {name} is for"),
        span: span(),
        basis,
        confirmed: false,
        version: None,
        valid: None,
        direct_marketing: false,
    }
}

fn attribute(name: &str, ty: Type) -> Attribute {
    Attribute {
        name: name.into(),
        span: span(),
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
    }
}

fn offer(name: &str, class: Class, tags: &[u32], caps: &[u32]) -> Offer {
    Offer {
        name: name.into(),
        label: String::new(),
        span: span(),
        kind: None,
        class,
        tags: tags.iter().copied().map(TagId).collect(),
        active: None,
        content: vec![("title".into(), format!("The {name}"))],
        off: None,
        caps: caps.iter().copied().map(CapId).collect(),
        blocks: Vec::new(),
        windows: Vec::new(),
    }
}

fn rule(name: &str, slot: SlotId, show: OfferId, class: Class, order: Order, priority: Option<i32>) -> Rule {
    Rule {
        name: name.into(),
        label: String::new(),
        span: span(),
        slot,
        class,
        about: None,
        owner: None,
        metric: None,
        ticket: None,
        review_by: Date::parse("2027-03-01"),
        because: None,
        active: None,
        off: None,
        when: Vec::new(),
        unless: Vec::new(),
        needs: Vec::new(),
        order,
        priority,
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
    }
}

fn cap(name: &str, rule: Option<u32>, at_most: u32, days: Option<u32>, target: CapTarget) -> Cap {
    Cap {
        name: name.into(),
        label: String::new(),
        span: span(),
        kind: CapKind::Cap,
        rule: rule.map(RuleId),
        at_most,
        number: None,
        events: vec![Event::SHOWN],
        window: days.map_or(CapWindow::Ever, |days| CapWindow::Rolling(period(days, Unit::Day))),
        zone: None,
        target,
        exempt: Vec::new(),
        uncounted: Vec::new(),
        unit: CapUnit::Customer,
        alone: false,
        reserve: None,
        store_down_blocks: None,
        then: None,
    }
}

fn clause(condition: Condition) -> Clause {
    Clause { condition, span: span() }
}

fn whole(value: i64) -> Expression {
    Expression::Literal(Value::Number(value), Type::Number(number(0, value, value)))
}

/// Attributes in order of name; their places are their ids.
pub(crate) mod at {
    use crate::model::AttributeId;

    pub(crate) const BALANCE: AttributeId = AttributeId(0);
    pub(crate) const BIRTHDAY: AttributeId = AttributeId(1);
    pub(crate) const CHURN: AttributeId = AttributeId(2);
    pub(crate) const DEVICE: AttributeId = AttributeId(3);
    pub(crate) const DIAGNOSIS: AttributeId = AttributeId(4);
    pub(crate) const ID: AttributeId = AttributeId(5);
    pub(crate) const ILLNESS: AttributeId = AttributeId(6);
    pub(crate) const INTEREST: AttributeId = AttributeId(7);
    pub(crate) const LAST_ORDER: AttributeId = AttributeId(8);
    pub(crate) const TENURE: AttributeId = AttributeId(9);
    pub(crate) const TIER: AttributeId = AttributeId(10);
    pub(crate) const TIMEZONE: AttributeId = AttributeId(11);
    pub(crate) const VIEWED: AttributeId = AttributeId(12);
    pub(crate) const VULNERABLE: AttributeId = AttributeId(13);
}

pub(crate) const FITTING: PurposeId = PurposeId(0);
pub(crate) const HEALTH: PurposeId = PurposeId(1);
pub(crate) const OWN: PurposeId = PurposeId(2);

fn attributes() -> Vec<Attribute> {
    let of = attribute;
    let needs = |name: &str, ty, purpose| Attribute { needs: vec![purpose], ..of(name, ty) };
    vec![
        of("balance", Type::Number(number(2, 0, 10_000_000))),
        of("birthday", Type::Date),
        Attribute {
            fresh: Some(period(7, Unit::Day)),
            mapping: Mapping { stamp: Some("churn_at".into()), ..Mapping::default() },
            ..needs("churn", Type::Number(number(4, 0, 10_000)), FITTING)
        },
        Attribute { scope: Scope::Moment, ..of("device", Type::OneOf(DEVICES)) },
        Attribute { never_used: true, ..of("diagnosis", Type::Text) },
        Attribute { key: true, ..of("id", Type::Text) },
        Attribute { sensitive: true, hidden: true, ..needs("illness", Type::YesNo, HEALTH) },
        of("interest", Type::Score(period(72, Unit::Hour))),
        Attribute {
            mapping: Mapping {
                column: Some("last order".into()),
                spellings: vec![("-1".into(), Spelling::Value(Value::Never)), (" ".into(), Spelling::Missing)],
                ..Mapping::default()
            },
            ..of("last_order", Type::Time)
        },
        Attribute { default: Some(Value::Number(0)), ..of("tenure", Type::Number(number(0, 0, 100))) },
        of("tier", Type::OneOf(TIERS)),
        Attribute { default: Some(Value::Text("Europe/Berlin".into())), ..of("timezone", Type::Zone) },
        needs("viewed", Type::Set, FITTING),
        Attribute { hidden: true, protective: true, ..of("vulnerable", Type::YesNo) },
    ]
}

fn segments() -> Vec<Segment> {
    let segment = |name: &str, condition| Segment { name: name.into(), label: String::new(), span: span(), condition };
    let silver = Expression::Literal(Value::Member(1), Type::OneOf(TIERS));
    vec![
        segment(
            "lapsed",
            Condition::Age(
                Expression::Attribute(at::LAST_ORDER),
                Direction::Old,
                AgeBound::One(Comparison::MoreThan, period(60, Unit::Day)),
            ),
        ),
        segment(
            "loyal",
            Condition::And(vec![
                Condition::Compare(Comparison::AtLeast, Expression::Attribute(at::TIER), silver),
                Condition::Not(Box::new(Condition::Segment(SegmentId(0)))),
            ]),
        ),
        segment(
            "runner",
            Condition::Has(
                Expression::Attribute(at::VIEWED),
                Quantifier::Any,
                [Arc::from("running"), Arc::from("trail")].into(),
            ),
        ),
        segment(
            "shopper",
            Condition::And(vec![
                Condition::Compare(Comparison::AtLeast, Expression::Gathered(GatheredId(1)), whole(2)),
                Condition::Age(
                    Expression::Gathered(GatheredId(2)),
                    Direction::Old,
                    AgeBound::One(Comparison::AtMost, period(7, Unit::Day)),
                ),
                Condition::Known(Expression::Gathered(GatheredId(0))),
                Condition::Known(Expression::Gathered(GatheredId(3))),
                Condition::Known(Expression::Gathered(GatheredId(4))),
                Condition::Known(Expression::Gathered(GatheredId(5))),
            ]),
        ),
    ]
}

/// The gathered values, in their order; the last reads the second.
fn gathered() -> Vec<Gathered> {
    let purchase = Occurrence { event: EventId(7), of: None };
    let shown = Occurrence { event: Event::SHOWN, of: Some(EventTarget::Offer(OfferId(1))) };
    let month = Lookback::Last(period(30, Unit::Day));
    let half_life = period(72, Unit::Hour);
    vec![
        Gathered::Times(shown, Lookback::Ever),
        Gathered::Times(purchase, month),
        Gathered::Last(purchase),
        Gathered::Sum(purchase, 0, month),
        Gathered::Decayed(vec![
            Term { each: Increment::Points(40_000_000), of: purchase, half_life },
            Term { each: Increment::Field(0), of: purchase, half_life },
        ]),
        Gathered::Halved { of: Operand::Attribute(at::BALANCE), half_life, since: Operand::Gathered(GatheredId(2)) },
    ]
}

fn values() -> Vec<ValueDeclaration> {
    let value = |name: &str, ty: NumberType, expression| ValueDeclaration {
        name: name.into(),
        label: String::new(),
        span: span(),
        ty: Type::Number(ty),
        expression,
    };
    let monthly = number(2, 0, 10_000_000);
    let points = number(0, 0, 5);
    let when = |points, condition| {
        Box::new(Expression::When(Box::new(whole(points)), Box::new(condition), number(0, 0, points)))
    };
    vec![
        value(
            "monthly",
            monthly,
            Expression::Arithmetic(
                Arithmetic::Divide,
                Box::new(Expression::Attribute(at::BALANCE)),
                Box::new(Expression::Attribute(at::TENURE)),
                monthly,
            ),
        ),
        value(
            "points",
            points,
            Expression::Arithmetic(
                Arithmetic::Add,
                when(3, Condition::Segment(SegmentId(0))),
                when(2, Condition::Holds(Expression::Attribute(at::ILLNESS))),
                points,
            ),
        ),
    ]
}

fn slots() -> Vec<Slot> {
    let slot = |name: &str, accepts: &[Class], fallback, order: &[u32]| Slot {
        name: name.into(),
        label: String::new(),
        span: span(),
        place: "web".into(),
        channels: Vec::new(),
        rotate: None,
        accepts: accepts.to_vec(),
        fallback,
        off: None,
        ties: Vec::new(),
        order: order.iter().copied().map(RuleId).collect(),
    };
    let entry = |offer: Option<u32>, when| Fallback { offer: offer.map(OfferId), when, span: span() };
    let is_web = Condition::Equal(
        Expression::Attribute(at::DEVICE),
        Expression::Literal(Value::Member(0), Type::OneOf(DEVICES)),
    );
    vec![
        slot("footer", &[Class::Lifecycle], vec![entry(None, None)], &[3]),
        slot(
            "hero",
            &[Class::Service, Class::Lifecycle, Class::Marketing],
            vec![entry(Some(2), Some(is_web)), entry(Some(0), None)],
            &[4, 1, 0, 2],
        ),
    ]
}

fn rules() -> Vec<Rule> {
    let (footer, hero) = (SlotId(0), SlotId(1));
    let marketing = |name, show, order, priority| rule(name, hero, show, Class::Marketing, order, priority);
    let at_least = |value, limit: i64, scale| {
        Condition::Compare(
            Comparison::AtLeast,
            Expression::Value(ValueId(value)),
            Expression::Literal(Value::Number(limit), Type::Number(number(scale, limit, limit))),
        )
    };
    vec![
        Rule {
            when: vec![clause(Condition::Segment(SegmentId(0))), clause(Condition::Segment(SegmentId(2)))],
            unless: vec![clause(Condition::Holds(Expression::Attribute(at::VULNERABLE)))],
            needs: vec![FITTING, OWN],
            if_capped: Some(Substitute::Try(RuleId(2))),
            if_no_consent: Some(Substitute::Nothing),
            if_unknown: Some(Substitute::Show(OfferId(0))),
            caps: vec![CapId(2), CapId(3)],
            ..marketing("comeback", OfferId(1), Order::Priority(80), Some(80))
        },
        Rule {
            when: vec![clause(at_least(1, 3, 0))],
            needs: vec![HEALTH, OWN],
            ..marketing("early", OfferId(3), Order::Before(vec![RuleId(0), RuleId(2)]), Some(80))
        },
        Rule { ..marketing("later", OfferId(3), Order::Priority(20), Some(20)) },
        Rule {
            when: vec![clause(Condition::Known(Expression::Attribute(at::TIER)))],
            ..rule("letter", footer, OfferId(2), Class::Lifecycle, Order::Unordered, None)
        },
        Rule {
            when: vec![clause(at_least(0, 5_000, 2))],
            active: Some(Active { from: Instant::parse("2026-01-01T00:00Z"), until: None }),
            if_unknown: Some(Substitute::Show(OfferId(0))),
            caps: vec![CapId(4)],
            ..rule("thanks", hero, OfferId(0), Class::Service, Order::Priority(10), Some(10))
        },
    ]
}

/// A valid model with one of everything.
pub(crate) fn rule_set() -> RuleSet {
    let list = |members: &[&str], ordered| EnumType {
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        ordered,
    };
    let mut set = RuleSet::new();
    set.defaults.zone = "Europe/Berlin".into();
    set.enums.extend([list(&["bronze", "silver", "gold"], true), list(&["web", "ios"], false)]);
    set.purposes = vec![
        Purpose {
            valid: Some(period(24, Unit::Month)),
            version: Some(2),
            direct_marketing: true,
            ..purpose("fitting", Basis::Consent)
        },
        purpose("health", Basis::ExplicitConsent),
        Purpose { direct_marketing: true, ..purpose("own_offers", Basis::LegitimateInterest("LIA-1".into())) },
    ];
    set.attributes = attributes();
    set.events.push(Event {
        name: "purchase".into(),
        label: String::new(),
        span: span(),
        needs: vec![OWN],
        fields: vec![EventField { name: "amount".into(), ty: Type::Number(number(2, 0, 100_000_000)) }],
    });
    set.gathered = gathered();
    set.segments = segments();
    set.values = values();
    set.offers = vec![
        offer("banner", Class::Service, &[], &[]),
        offer("comeback", Class::Marketing, &[1], &[0, 1]),
        offer("letter", Class::Lifecycle, &[0], &[]),
        offer("tips", Class::Marketing, &[], &[0]),
    ];
    set.tags = vec!["news".into(), "promo".into()];
    set.slots = slots();
    set.rules = rules();
    set.caps = vec![
        cap("by_offer", None, 5, Some(30), CapTarget::Offers(vec![OfferId(1), OfferId(3)])),
        cap("by_tag", None, 2, Some(7), CapTarget::Tags(vec![TagId(1)])),
        cap("on_rule", None, 9, None, CapTarget::Rules(vec![RuleId(0)])),
        cap("cap of comeback", Some(0), 3, Some(7), CapTarget::Offers(vec![OfferId(1)])),
        cap("cap of thanks", Some(4), 1, None, CapTarget::Offers(vec![OfferId(0)])),
    ];
    set
}
