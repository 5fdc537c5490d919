//! How attributes, defaults, values, consents and `now` are read.

use super::{customer, set};
use crate::eval::{condition, expression};
use crate::frame::{ConsentRecord, Fact, Facts, gather};
use crate::model::testing::{World, at, at_least, consent_is, days, number, read, whole};
use crate::model::{AttributeId, Basis, Condition, Expression};
use crate::ops::{Arithmetic, Comparison};
use crate::value::{Consent, Datum, Instant, Missing, NumberType, Truth, Type, Value};

/// R5: a default fills absent and stale and nothing else, and never makes an attribute known.
#[test]
fn a_default_stands_in_for_absent_and_stale_only() {
    let mut world = World::new();
    let purpose = world.purpose("p", Basis::Consent, false);
    let age = world.customer("age", whole(0, 130));
    world.attribute(age).default = Some(Value::Number(18));
    let adult = at_least(age, 18);
    let is_known = Condition::Known(read(age));
    let old = at("2020-01-01T00:00Z");
    let stamped = |value: i64, at: Option<Instant>| Fact::Known(Value::Number(value), at);
    for (fact, is_adult, known) in [
        (Fact::Missing(Missing::Absent), Truth::Yes, Truth::No),
        (stamped(17, Some(old)), Truth::Yes, Truth::No),
        (Fact::Missing(Missing::Unreadable), Truth::Unknown, Truth::No),
        (Fact::Missing(Missing::NotInList), Truth::Unknown, Truth::No),
        (stamped(30, Some(Instant(i64::MAX))), Truth::Unknown, Truth::No),
        (stamped(300, None), Truth::Unknown, Truth::No),
        (stamped(17, Some(at("2026-06-15T10:00Z"))), Truth::No, Truth::Yes),
    ] {
        world.attribute(age).fresh = Some(days(1));
        let mut facts = customer(&world.rules, at("2026-06-15T10:00Z"));
        facts.set(age, fact.clone());
        let frame = gather(&world.rules, &facts);
        assert_eq!(condition(&world.rules, &frame, &adult), is_adult, "{fact:?}");
        assert_eq!(condition(&world.rules, &frame, &is_known), known, "{fact:?}");
    }
    world.attribute(age).needs = vec![purpose];
    let frame = gather(&world.rules, &customer(&world.rules, at("2026-06-15T10:00Z")));
    assert_eq!(condition(&world.rules, &frame, &adult), Truth::Unknown, "never for no consent");
}

#[test]
fn known_looks_through_a_value_at_attributes_without_their_defaults() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|name| world.customer(name, whole(0, 9)));
    world.attribute(a).default = Some(Value::Number(1));
    let sum = |of: Expression| {
        let ty = NumberType { scale: 0, min: 0, max: 99 };
        Expression::Arithmetic(Arithmetic::Add, Box::new(of), Box::new(read(b)), ty)
    };
    let total = world.value("total", whole(0, 99), sum(read(a)));
    let with_else = sum(Expression::Else(Box::new(read(a)), Box::new(number(0)), whole(0, 9)));
    let mut facts = customer(&world.rules, at("2026-06-15T10:00Z"));
    set(&mut facts, b, Value::Number(5));
    let frame = gather(&world.rules, &facts);
    let total = Expression::Value(total);
    assert_eq!(expression(&world.rules, &frame, &total), Datum::Known(Value::Number(6)));
    assert_eq!(condition(&world.rules, &frame, &Condition::Known(total)), Truth::No);
    assert_eq!(condition(&world.rules, &frame, &Condition::Known(with_else)), Truth::Yes);
}

#[test]
fn the_other_expressions() {
    let mut world = World::new();
    let purpose = world.purpose("p", Basis::Consent, false);
    let [vip, tired] = ["vip", "tired"].map(|name| world.customer(name, Type::YesNo));
    let price = world.customer("price", Type::Number(NumberType { scale: 2, min: 0, max: 100_000 }));
    let half = world.segment("half", Condition::Holds(read(vip)));
    let mut facts: Facts = customer(&world.rules, at("2026-06-15T10:00Z"));
    set(&mut facts, vip, Value::YesNo(true));
    set(&mut facts, price, Value::Number(1250));
    facts.set_consent(purpose, ConsentRecord::of(Consent::Withdrawn));
    let frame = gather(&world.rules, &facts);
    let rules = &world.rules;
    let fine = NumberType { scale: 4, min: 0, max: 10_000_000 };
    let when = |id: AttributeId| {
        Expression::When(
            Box::new(number(3)),
            Box::new(Condition::Holds(read(id))),
            NumberType { scale: 0, min: 0, max: 3 },
        )
    };
    for (asked, expected) in [
        (Expression::Now, Datum::Known(Value::Time(at("2026-06-15T10:00Z")))),
        (Expression::Consent(purpose), Datum::Known(Value::Member(Consent::Withdrawn.member()))),
        (Expression::Rescale(Box::new(read(price)), fine), Datum::Known(Value::Number(125_000))),
        (Expression::Rescale(Box::new(read(tired)), fine), Datum::Missing(Missing::Absent)),
        (when(vip), Datum::Known(Value::Number(3))),
        (when(tired), Datum::Missing(Missing::Computed)),
    ] {
        assert_eq!(expression(rules, &frame, &asked), expected, "{asked:?}");
    }
    assert_eq!(condition(rules, &frame, &Condition::Segment(half)), Truth::Yes);
    assert_eq!(condition(rules, &frame, &consent_is(purpose, Consent::Withdrawn)), Truth::Yes);
    let recent = Condition::Compare(Comparison::AtMost, Expression::Now, Expression::Now);
    assert_eq!(condition(rules, &frame, &recent), Truth::Yes);
}
