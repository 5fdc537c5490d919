//! Conditions, expressions and caps in the words of the language, and what outranks what.

use std::collections::BTreeSet;

use super::{customer, set, told};
use crate::frame::gather;
use crate::model::show::{show_audience, show_cap, show_condition, show_expression, show_order, show_substitute};
use crate::model::testing::{
    World, at, at_least, consent_is, days, has_any, holds, member, not, number, period, read, text, whole,
};
use crate::model::{
    AgeBound, Basis, CapTarget, CapWindow, Class, Condition, Event, EventId, Expression, Order, Substitute,
};
use crate::ops::{Arithmetic, Comparison, Direction, Quantifier};
use crate::value::{Consent, NumberType, Type, Unit, Value};

#[test]
fn conditions_read_as_they_are_written() {
    let mut world = World::new();
    let email = world.purpose("email", Basis::Consent, false);
    let tiers = world.list(&["bronze", "silver", "gold", "not known"], true);
    let tier = world.customer("tier", Type::OneOf(tiers));
    let [city, viewed, vip] =
        [("city", Type::Text), ("viewed", Type::Set), ("vip", Type::YesNo)].map(|(name, ty)| world.customer(name, ty));
    let [last_order, departs] = ["last_order", "departs"].map(|name| world.customer(name, Type::Time));
    let [age, price] = [("age", 0), ("price", 2)]
        .map(|(name, scale)| world.customer(name, Type::Number(NumberType { scale, min: 0, max: 100_000 })));
    let lapsed = Condition::Segment(world.segment("lapsed", holds(vip)));
    let margin = world.value("margin", whole(0, 10), read(age));
    let scale2 = NumberType { scale: 2, min: 0, max: 100_000 };
    let boxed = |expression| Box::new(expression);
    let decimal = |mantissa| Expression::Literal(Value::Number(mantissa), Type::Number(scale2));
    let compare = |comparison, left, right| Condition::Compare(comparison, left, right);
    let texts = |list: &[&str]| list.iter().copied().map(std::sync::Arc::from).collect::<BTreeSet<_>>();
    let arithmetic = |op, a, b| Expression::Arithmetic(op, boxed(a), boxed(b), scale2);
    let stand_in = |a, b| Expression::Else(boxed(a), boxed(b), Type::Number(scale2));
    let plain = |id| compare(Comparison::AtLeast, read(id), number(3));
    let table = [
        (compare(Comparison::AtLeast, read(tier), member(tiers, 1)), "tier is at least silver"),
        (Condition::Equal(read(tier), member(tiers, 3)), "tier is \"not known\""),
        (not(Condition::Equal(read(city), text("Köln \"am\" \\ Rhein"))), r#"city is not "Köln \"am\" \\ Rhein""#),
        (holds(vip), "vip"),
        (not(holds(vip)), "vip is no"),
        (not(lapsed.clone()), "not lapsed"),
        (Condition::OneOf(read(tier), vec![Value::Member(0), Value::Member(2)]), "tier is one of [bronze, gold]"),
        (not(Condition::OneOf(read(city), vec![Value::Text("a".into())])), "city is not one of [\"a\"]"),
        (Condition::Between(read(age), number(18), number(65)), "age is from 18 to 65"),
        (not(at_least(age, 18)), "not (age is at least 18)"),
        (Condition::Known(read(age)), "age is known"),
        (not(Condition::Known(read(age))), "age is not known"),
        (Condition::Never(read(last_order)), "last_order is never"),
        (not(Condition::Never(read(last_order))), "last_order is not never"),
        (has_any(viewed, &["running"]), "viewed has \"running\""),
        (has_any(viewed, &["trail", "running"]), "viewed has any of [\"running\", \"trail\"]"),
        (not(has_any(viewed, &["running"])), "viewed has none of [\"running\"]"),
        (Condition::Has(read(viewed), Quantifier::All, texts(&["a"])), "viewed has all of [\"a\"]"),
        (
            Condition::Age(read(last_order), Direction::Old, AgeBound::One(Comparison::MoreThan, days(60))),
            "last_order is more than 60 days old",
        ),
        (
            Condition::Age(read(departs), Direction::Ahead, AgeBound::One(Comparison::AtMost, period(1, Unit::Hour))),
            "departs is at most 1 hour ahead",
        ),
        (
            Condition::Age(read(last_order), Direction::Old, AgeBound::Between(days(180), days(540))),
            "last_order is from 180 to 540 days old",
        ),
        (
            Condition::Age(read(last_order), Direction::Old, AgeBound::Between(period(1, Unit::Week), days(540))),
            "last_order is from 1 week to 540 days old",
        ),
        (compare(Comparison::LessThan, read(last_order), read(departs)), "last_order is before departs"),
        (compare(Comparison::MoreThan, read(departs), Expression::Now), "departs is after now"),
        (not(consent_is(email, Consent::Granted)), "consent.email is not granted"),
        (
            Condition::And(vec![holds(vip), Condition::Or(vec![lapsed.clone(), plain(age)])]),
            "vip and (lapsed or age is at least 3)",
        ),
        (not(Condition::And(vec![holds(vip), lapsed.clone()])), "not (vip and lapsed)"),
        (
            Condition::Holds(Expression::Else(
                boxed(read(vip)),
                boxed(Expression::Literal(Value::YesNo(false), Type::YesNo)),
                Type::YesNo,
            )),
            "(vip else no)",
        ),
        (
            compare(Comparison::MoreThan, Expression::Value(margin), Expression::Rescale(boxed(decimal(50)), scale2)),
            "margin is more than 0.50",
        ),
        (compare(Comparison::MoreThan, read(price), decimal(1200)), "price is more than 12"),
        (
            compare(
                Comparison::AtLeast,
                arithmetic(
                    Arithmetic::Multiply,
                    arithmetic(Arithmetic::Subtract, read(price), arithmetic(Arithmetic::Add, decimal(100), read(age))),
                    stand_in(read(age), number(3)),
                ),
                arithmetic(Arithmetic::Divide, read(price), arithmetic(Arithmetic::Add, read(age), number(1))),
            ),
            "(price - (1 + age)) * (age else 3) is at least decimal(2) of (price / (age + 1))",
        ),
        (
            compare(
                Comparison::AtLeast,
                Expression::When(boxed(decimal(30)), Box::new(lapsed), scale2),
                stand_in(arithmetic(Arithmetic::Add, read(age), read(age)), stand_in(read(price), number(0))),
            ),
            "(0.30 when lapsed) is at least (age + age) else (price else 0)",
        ),
    ];
    for (condition, expected) in table {
        assert_eq!(show_condition(&world.rules, &condition), expected);
    }
    assert_eq!(show_expression(&world.rules, &decimal(1250)), "12.50");
}

#[test]
fn rules_and_caps_in_one_line() {
    let mut world = World::new();
    let purpose = world.purpose("profiling", Basis::Consent, false);
    let [vip, tired] = ["vip", "tired"].map(|name| world.customer(name, Type::YesNo));
    let promo = world.tag("promo");
    let offer = world.offer("sale", Class::Marketing);
    let slot = world.slot("hero", None);
    let rule = world.rule("summer", slot, offer, 80);
    let other = world.rule("winter", slot, offer, 70);
    assert_eq!(show_audience(&world.rules, rule), "everybody");
    world.when(rule, holds(vip));
    world.when(rule, Condition::Known(read(vip)));
    world.unless(rule, holds(tired));
    world.change(rule).needs = vec![purpose];
    assert_eq!(show_audience(&world.rules, rule), "vip, vip is known; unless tired; needs profiling");
    assert_eq!(show_order(&world.rules, rule), "priority 80");
    world.change(rule).order = Order::Before(vec![other]);
    assert_eq!(show_order(&world.rules, rule), "before winter");
    let week = CapWindow::Rolling(days(7));
    let own = world.own_cap(rule, 3, Event::SHOWN, week);
    let tag = world.cap("pressure", 5, &[Event::SHOWN, EventId(1)], week, CapTarget::Tags(vec![promo]));
    let ever = world.cap("once", 1, &[EventId(4)], CapWindow::Ever, CapTarget::Rules(vec![rule, other]));
    for (cap, expected) in [
        (own, "at most 3 shown in any 7 days per customer"),
        (tag, "at most 5 shown or sent in any 7 days per customer on tag promo"),
        (ever, "at most 1 clicked ever per customer on rule summer, winter"),
    ] {
        assert_eq!(show_cap(&world.rules, cap), expected);
    }
    for (substitute, expected) in [
        (Substitute::Show(offer), "show sale"),
        (Substitute::Try(other), "try winter"),
        (Substitute::Nothing, "nothing"),
    ] {
        assert_eq!(show_substitute(&world.rules, other, substitute), expected);
    }
}

#[test]
fn who_is_outranked_learns_by_what() {
    let mut world = World::new();
    let country = world.customer("country", Type::Text);
    world.attribute(country).default = Some(Value::Text("DE".into()));
    let offers = [Class::Service, Class::Marketing, Class::Marketing, Class::Marketing, Class::Marketing]
        .map(|class| world.offer("o", class));
    let slot = world.slot("hero", None);
    let names = [("help", 0), ("b", 80), ("c", 80), ("d", 70), ("e", 80)];
    let rules: Vec<_> =
        names.iter().zip(offers).map(|((name, priority), offer)| world.rule(name, slot, offer, *priority)).collect();
    // b before x before e: the chain is followed; c shares b's priority without any word.
    world.change(rules[1]).order = Order::Before(vec![rules[3]]);
    world.change(rules[3]).order = Order::Before(vec![rules[4]]);
    world.when(rules[1], Condition::Equal(read(country), text("DE")));
    let facts = customer(&world.rules, at("2026-06-15T10:00Z"));
    assert_eq!(
        told(&world.rules, &gather(&world.rules, &facts), slot),
        "hero shows o, by help
  help: wins
  b: outranked by help (class: service before marketing)
  c: outranked by help (class: service before marketing)
  e: outranked by help (class: service before marketing)
  d: outranked by help (class: service before marketing)
  fallback nothing: not needed"
    );
    world.change(rules[0]).off = Some("moved".to_owned());
    world.change(rules[1]).because = Some("you live there".to_owned());
    let frame = gather(&world.rules, &facts);
    assert_eq!(
        told(&world.rules, &frame, slot),
        "hero shows o, by b
  help: switched off (help: moved)
  b: wins (assumed: country is \"DE\")
  c: outranked by b (name)
  e: outranked by b (before)
  d: outranked by b (before)
  fallback nothing: not needed"
    );
    let explanation = crate::eval::explain(&world.rules, &frame, slot);
    assert_eq!(explanation.answer.because.as_deref(), Some("you live there"));
    let json = serde_json::to_string(&explanation).unwrap();
    assert_eq!(serde_json::from_str::<crate::eval::Explanation>(&json).unwrap(), explanation);
}

#[test]
fn facts_beside_the_reasons() {
    let mut world = World::new();
    let tiers = world.list(&["bronze", "silver", "gold"], true);
    let tier = world.customer("tier", Type::OneOf(tiers));
    let viewed = world.customer("viewed", Type::Set);
    let last_order = world.customer("last_order", Type::Time);
    let [age, kids] = ["age", "kids"].map(|name| world.customer(name, whole(0, 200)));
    let ratio = Expression::Arithmetic(
        Arithmetic::Divide,
        Box::new(read(age)),
        Box::new(read(kids)),
        NumberType { scale: 1, min: 0, max: 2000 },
    );
    let ratio = world.value("ratio", Type::Number(NumberType { scale: 1, min: 0, max: 2000 }), ratio);
    let offer = world.offer("o", Class::Marketing);
    let slot = world.slot("hero", None);
    let rule = world.rule("r", slot, offer, 1);
    let mut facts = customer(&world.rules, at("2026-06-15T10:00Z"));
    set(&mut facts, tier, Value::Member(0));
    set(&mut facts, viewed, crate::model::testing::set_of(&["a", "b", "c", "d", "e", "f", "g"]));
    set(&mut facts, last_order, Value::Time(at("2026-06-01T00:00Z")));
    set(&mut facts, age, Value::Number(40));
    set(&mut facts, kids, Value::Number(0));
    let old = Condition::Age(read(last_order), Direction::Old, AgeBound::One(Comparison::MoreThan, days(60)));
    let in_five = Condition::Compare(
        Comparison::AtLeast,
        Expression::Value(ratio),
        Expression::Literal(Value::Number(50), Type::Number(NumberType { scale: 1, min: 50, max: 50 })),
    );
    for (condition, unless, expected) in [
        (
            Condition::Compare(Comparison::AtLeast, read(tier), member(tiers, 1)),
            false,
            "r: not applicable (when tier is at least silver: tier is bronze)\n  fallback nothing: wins\n  \
             smallest change: r wins if tier is silver",
        ),
        (
            has_any(viewed, &["running", "trail"]),
            false,
            "r: not applicable (when viewed has any of [\"running\", \"trail\"]: viewed is [\"a\", \"b\", \"c\", \"d\", \
             \"e\"] and 2 more)\n  fallback nothing: wins\n  smallest change: r wins if viewed has \"running\"",
        ),
        (
            old.clone(),
            false,
            "r: not applicable (when last_order is more than 60 days old: last_order is 2026-06-01T00:00Z)\n  fallback \
             nothing: wins\n  smallest change: r wins if last_order is 2026-04-16T09:59:59Z",
        ),
        (
            not(old),
            true,
            "r: not applicable (unless not (last_order is more than 60 days old): last_order is 2026-06-01T00:00Z)\n  \
             fallback nothing: wins\n  smallest change: r wins if last_order is 2026-04-16T09:59:59Z",
        ),
        (
            Condition::Or(vec![at_least(age, 65), at_least(kids, 3)]),
            false,
            "r: not applicable (when age is at least 65 or kids is at least 3: age is 40, kids is 0)\n  fallback \
             nothing: wins\n  smallest change: r wins if age is 65",
        ),
        (
            in_five,
            false,
            "r: age is not known (cannot be computed); kids is not known (cannot be computed)\n  fallback nothing: \
             wins\n  smallest change: r wins if kids is 1",
        ),
    ] {
        let clauses = vec![crate::model::Clause { condition, span: crate::model::testing::nowhere() }];
        let changed = world.change(rule);
        (changed.when, changed.unless) = if unless { (Vec::new(), clauses) } else { (clauses, Vec::new()) };
        let told = told(&world.rules, &gather(&world.rules, &facts), slot);
        assert_eq!(told, format!("hero gives nothing, the fallback\n  {expected}"));
    }
}

#[test]
fn a_day_is_never_more_or_less() {
    let mut world = World::new();
    let [day, other] = ["day", "other"].map(|name| world.customer(name, Type::Date));
    let seen = world.customer("seen", Type::Time);
    for (comparison, expected) in [
        (Comparison::MoreThan, "day is after other"),
        (Comparison::LessThan, "day is before other"),
        (Comparison::AtLeast, "not (day is before other)"),
        (Comparison::AtMost, "not (day is after other)"),
    ] {
        assert_eq!(show_condition(&world.rules, &Condition::Compare(comparison, read(day), read(other))), expected);
    }
    let now = Condition::Compare(Comparison::AtLeast, read(seen), Expression::Now);
    assert_eq!(show_condition(&world.rules, &now), "not (seen is before now)");
}
