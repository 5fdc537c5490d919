//! A valid model passes; the same model with one thing damaged is refused, for that reason.

mod channels;
mod history;
mod ranked;
mod selling;
mod sparing;

mod caps;
mod windows;

use super::sample::{FITTING, HEALTH, OWN, TIERS, at, period, rule_set, span};
use super::{Flaw, Verified, limits, verify};
use crate::model::*;
use crate::ops::{Arithmetic, Comparison, Direction, Quantifier};
use crate::value::{Date, EnumId, Instant, NumberType, Period, Type, Unit, Value};

#[test]
fn a_valid_model_passes() {
    verify(&rule_set()).unwrap();
    verify(&RuleSet::new()).unwrap();
    assert_eq!(Verified::new(rule_set()).unwrap().rules.len(), 5);
}

/// Damages a valid model and gives why it is refused.
#[track_caller]
fn refused(damage: impl FnOnce(&mut RuleSet)) -> Flaw {
    let mut rules = rule_set();
    damage(&mut rules);
    let error = verify(&rules).expect_err("a damaged model passed");
    assert!(!error.to_string().ends_with('.'), "{error}");
    error.flaw
}

fn literal(value: i64) -> Expression {
    Expression::Literal(Value::Number(value), Type::Number(NumberType { scale: 0, min: value, max: value }))
}

fn clause(condition: Condition) -> Clause {
    Clause { condition, span: span() }
}

/// Damages by adding a condition to the first rule.
#[track_caller]
fn refused_when(condition: Condition) -> Flaw {
    refused(|rules| rules.rules[0].when.push(clause(condition)))
}

#[test]
fn the_place_and_the_words() {
    let mut rules = rule_set();
    rules.rules[0].show = OfferId(99);
    assert_eq!(verify(&rules).unwrap_err().to_string(), "rule `comeback`: names offer number 99, which does not exist");
    assert!(!verify(&rules).unwrap_err().is_limit());
    rules.rules[0].name = "x".repeat(1000);
    let shown = verify(&rules).unwrap_err().to_string();
    assert!(shown.len() < 200, "{shown}");
}

#[test]
fn every_id_in_range() {
    let far = 99;
    let no = |what| Flaw::NoSuch { what, id: far };
    assert_eq!(refused(|rules| rules.attributes[0].needs = vec![PurposeId(far)]), no("purpose"));
    assert_eq!(refused(|rules| rules.attributes[0].ty = Type::OneOf(EnumId(far))), no("list"));
    assert_eq!(refused(|rules| rules.events[7].fields[0].ty = Type::OneOf(EnumId(far))), no("list"));
    assert_eq!(refused(|rules| rules.offers[0].tags = vec![TagId(far)]), no("tag"));
    assert_eq!(refused(|rules| rules.slots[0].fallback[0].offer = Some(OfferId(far))), no("offer"));
    assert_eq!(refused(|rules| rules.rules[0].slot = SlotId(far)), no("slot"));
    assert_eq!(refused(|rules| rules.rules[0].show = OfferId(far)), no("offer"));
    assert_eq!(refused(|rules| rules.rules[0].needs = vec![PurposeId(far)]), no("purpose"));
    assert_eq!(refused(|rules| rules.rules[0].if_capped = Some(Substitute::Show(OfferId(far)))), no("offer"));
    assert_eq!(refused(|rules| rules.rules[0].if_unknown = Some(Substitute::Try(RuleId(far)))), no("rule"));
    assert_eq!(refused(|rules| rules.rules[1].order = Order::Before(vec![RuleId(far)])), no("rule"));
    assert_eq!(refused(|rules| rules.caps[0].events = vec![EventId(far)]), no("event"));
    assert_eq!(refused(|rules| rules.caps[0].target = CapTarget::Offers(vec![OfferId(far)])), no("offer"));
    assert_eq!(refused(|rules| rules.caps[0].target = CapTarget::Rules(vec![RuleId(far)])), no("rule"));
    assert_eq!(refused(|rules| rules.caps[0].target = CapTarget::Tags(vec![TagId(far)])), no("tag"));
    assert_eq!(refused(|rules| rules.caps[4].rule = Some(RuleId(far))), no("rule"));
    let known = |of| refused_when(Condition::Known(of));
    assert_eq!(refused_when(Condition::Segment(SegmentId(far))), no("segment"));
    assert_eq!(known(Expression::Attribute(AttributeId(far))), no("attribute"));
    assert_eq!(known(Expression::Value(ValueId(far))), no("value"));
    assert_eq!(known(Expression::Consent(PurposeId(far))), no("purpose"));
    assert_eq!(known(Expression::Literal(Value::Member(0), Type::OneOf(EnumId(far)))), no("list"));
    assert_eq!(refused(|rules| rules.slots[1].order[0] = RuleId(far)), Flaw::Order);
    assert_eq!(refused(|rules| rules.offers[1].caps[0] = CapId(far)), Flaw::Caps);
    assert_eq!(refused(|rules| rules.rules[0].caps[0] = CapId(far)), Flaw::Caps);
}

#[test]
fn lists_in_order_and_each_once() {
    assert_eq!(refused(|rules| rules.purposes.swap(0, 1)), Flaw::Unsorted("purposes"));
    assert_eq!(refused(|rules| rules.attributes[1].name = "balance".into()), Flaw::Unsorted("attributes"));
    assert_eq!(refused(|rules| rules.segments.swap(0, 1)), Flaw::Unsorted("segments"));
    assert_eq!(refused(|rules| rules.values.swap(0, 1)), Flaw::Unsorted("values"));
    assert_eq!(refused(|rules| rules.offers.swap(0, 1)), Flaw::Unsorted("offers"));
    assert_eq!(refused(|rules| rules.tags.swap(0, 1)), Flaw::Unsorted("tags"));
    assert_eq!(refused(|rules| rules.slots.swap(0, 1)), Flaw::Unsorted("slots"));
    assert_eq!(refused(|rules| rules.rules.swap(0, 1)), Flaw::Unsorted("rules"));
    assert_eq!(refused(|rules| rules.caps.swap(0, 1)), Flaw::Unsorted("caps"));
    assert_eq!(refused(|rules| rules.caps.swap(3, 4)), Flaw::Unsorted("caps of rules"));
    assert_eq!(refused(|rules| rules.caps.swap(2, 4)), Flaw::Unsorted("caps of rules"));
    assert_eq!(refused(|rules| rules.rules[0].needs = vec![OWN, FITTING]), Flaw::Unsorted("purposes"));
    assert_eq!(refused(|rules| rules.attributes[2].needs = vec![FITTING, FITTING]), Flaw::Unsorted("purposes"));
    assert_eq!(refused(|rules| rules.offers[0].tags = vec![TagId(1), TagId(0)]), Flaw::Unsorted("tags"));
    assert_eq!(
        refused(|rules| rules.slots[1].accepts = vec![Class::Marketing, Class::Service]),
        Flaw::Unsorted("classes")
    );
    assert_eq!(
        refused(|rules| rules.caps[0].target = CapTarget::Offers(vec![OfferId(3), OfferId(1)])),
        Flaw::Unsorted("offers")
    );
    assert_eq!(refused(|rules| rules.caps[0].events = vec![EventId(3), EventId(3)]), Flaw::Unsorted("events"));
    let twice = rule_set().offers[0].content[0].clone();
    assert_eq!(refused(|rules| rules.offers[0].content.push(twice)), Flaw::Unsorted("names of its content"));
    assert_eq!(refused(|rules| rules.caps[4].name = "cap of comeback".into()), Flaw::Twice("caps"));
    assert_eq!(refused(|rules| rules.enums[2].members[1] = "bronze".into()), Flaw::Twice("members"));
    assert_eq!(refused(|rules| rules.enums.push(rule_set().enums[1].clone())), Flaw::Twice("lists"));
    assert_eq!(
        refused(|rules| rules.events[7].fields.push(rule_set().events[7].fields[0].clone())),
        Flaw::Twice("fields")
    );
}

#[test]
fn nothing_empty_that_must_hold_something() {
    assert_eq!(refused(|rules| rules.rules[0].name.clear()), Flaw::Empty("name"));
    assert_eq!(refused(|rules| rules.caps[0].name.clear()), Flaw::Empty("name"));
    assert_eq!(refused(|rules| rules.enums[2].members.clear()), Flaw::Empty("members"));
    assert_eq!(refused(|rules| rules.slots[0].accepts.clear()), Flaw::Empty("classes that it accepts"));
    assert_eq!(refused(|rules| rules.slots[0].fallback.clear()), Flaw::Empty("fallback"));
    assert_eq!(refused(|rules| rules.caps[0].events.clear()), Flaw::Empty("events to count"));
    assert_eq!(refused(|rules| rules.caps[0].target = CapTarget::Tags(Vec::new())), Flaw::Empty("tags"));
    assert_eq!(refused(|rules| rules.rules[1].order = Order::Before(Vec::new())), Flaw::Empty("rules to be before"));
    assert_eq!(refused_when(Condition::And(vec![Condition::Segment(SegmentId(0))])), Flaw::Empty("second part"));
    assert_eq!(refused_when(Condition::Or(Vec::new())), Flaw::Empty("second part"));
    let tenure = Expression::Attribute(at::TENURE);
    assert_eq!(refused_when(Condition::OneOf(tenure, Vec::new())), Flaw::Empty("values to be one of"));
    let viewed = Expression::Attribute(at::VIEWED);
    let none = [].into();
    assert_eq!(refused_when(Condition::Has(viewed, Quantifier::Any, none)), Flaw::Empty("elements to look for"));
}

#[test]
fn the_built_in_heads_stand() {
    assert_eq!(refused(|rules| rules.enums.swap(0, 1)), Flaw::BuiltIn("states of a consent"));
    assert_eq!(refused(|rules| rules.enums.clear()), Flaw::BuiltIn("states of a consent"));
    assert_eq!(refused(|rules| rules.events.swap(2, 3)), Flaw::BuiltIn("events"));
    assert_eq!(refused(|rules| rules.events.clear()), Flaw::BuiltIn("events"));
    assert_eq!(refused(|rules| rules.events[7].name = "shown".into()), Flaw::Twice("events"));
}

#[test]
fn marks_that_go_together() {
    assert_eq!(refused(|rules| rules.attributes[5].ty = Type::Set), Flaw::Mark("key"));
    assert_eq!(refused(|rules| rules.attributes[5].scope = Scope::Moment), Flaw::Mark("key"));
    assert_eq!(refused(|rules| rules.attributes[13].hidden = false), Flaw::Mark("hidden"));
    assert_eq!(refused(|rules| rules.attributes[6].hidden = false), Flaw::Mark("hidden"));
    assert_eq!(refused(|rules| rules.attributes[6].needs = vec![FITTING]), Flaw::Mark("sensitive"));
    assert_eq!(refused(|rules| rules.attributes[0].mapping.row_number = true), Flaw::Mark("row number"));
    let two_keys = refused(|rules| {
        rules.attributes[4].key = true;
    });
    assert_eq!(two_keys, Flaw::TooMany { what: "keys", count: 2, limit: 1 });
}

#[test]
fn values_inside_their_types() {
    let default = |index: usize, value: Value| refused(|rules| rules.attributes[index].default = Some(value));
    let outside = Flaw::Value("default");
    assert_eq!(default(9, Value::Number(101)), outside);
    assert_eq!(default(9, Value::YesNo(true)), outside);
    assert_eq!(default(10, Value::Member(3)), outside);
    assert_eq!(default(10, Value::Never), outside);
    assert_eq!(default(11, Value::Text("Mars/Base".into())), outside);
    assert_eq!(default(8, Value::Time(Instant(i64::MAX))), outside);
    assert_eq!(default(1, Value::Date(Date(i32::MIN))), outside);
    assert_eq!(default(4, Value::Text("e\u{301}".into())), outside, "not in the normal form");
    assert_eq!(default(4, Value::Text("x".repeat(limits::TEXT_BYTES + 1).into())), outside);
    assert_eq!(default(12, Value::Set(["e\u{301}".into()].into())), outside);
    let spelling = Spelling::Value(Value::Number(5));
    assert_eq!(
        refused(|rules| rules.attributes[8].mapping.spellings.push(("x".into(), spelling))),
        Flaw::Value("meaning of a cell")
    );
    let number = |scale, min, max| Type::Number(NumberType { scale, min, max });
    assert_eq!(refused(|rules| rules.attributes[0].ty = number(10, 0, 1)), Flaw::NumberType);
    assert_eq!(refused(|rules| rules.attributes[0].ty = number(2, 1, 0)), Flaw::NumberType);
    assert_eq!(refused(|rules| rules.defaults.zone = "Mars/Base".into()), Flaw::Zone);
    let long = Period { count: Period::MAX_COUNT + 1, unit: Unit::Week };
    assert_eq!(refused(|rules| rules.defaults.skew = long), Flaw::Time("skew"));
    assert_eq!(refused(|rules| rules.defaults.horizon = long), Flaw::Time("horizon"));
    assert_eq!(refused(|rules| rules.defaults.grace = long), Flaw::Time("grace"));
    assert_eq!(refused(|rules| rules.purposes[0].valid = Some(long)), Flaw::Time("validity"));
    assert_eq!(refused(|rules| rules.attributes[2].fresh = Some(long)), Flaw::Time("freshness"));
    assert_eq!(refused(|rules| rules.attributes[7].ty = Type::Score(long)), Flaw::Time("half life"));
    assert_eq!(refused(|rules| rules.attributes[7].ty = Type::Score(period(0, Unit::Day))), Flaw::Time("half life"));
    assert_eq!(refused(|rules| rules.caps[0].window = CapWindow::Rolling(long)), Flaw::Time("window"));
    let past = Some(Active { from: Some(Instant(i64::MIN)), until: None });
    assert_eq!(refused(|rules| rules.rules[0].active = past), Flaw::Time("date"));
    assert_eq!(refused(|rules| rules.offers[0].active = past), Flaw::Time("date"));
    assert_eq!(refused(|rules| rules.rules[0].review_by = Some(Date(i32::MAX))), Flaw::Time("date of review"));
}

#[test]
fn operands_of_one_type() {
    let of = Expression::Attribute;
    let equal = |left, right| refused_when(Condition::Equal(left, right));
    let compare = |left, right| refused_when(Condition::Compare(Comparison::AtLeast, left, right));
    assert_eq!(equal(of(at::TENURE), of(at::TIER)), Flaw::Sides("`is`"));
    assert_eq!(equal(of(at::TENURE), of(at::BALANCE)), Flaw::Scale("`is`"));
    assert_eq!(equal(of(at::TIER), of(at::DEVICE)), Flaw::Sides("`is`"));
    assert!(matches!(equal(of(at::ILLNESS), of(at::ILLNESS)), Flaw::Type { of: "`is`", .. }));
    assert!(matches!(equal(of(at::VIEWED), of(at::VIEWED)), Flaw::Type { .. }));
    assert!(matches!(compare(of(at::TIMEZONE), of(at::TIMEZONE)), Flaw::Type { .. }));
    assert!(matches!(compare(of(at::DEVICE), of(at::DEVICE)), Flaw::Type { .. }), "not an ordered list");
    assert_eq!(compare(of(at::BIRTHDAY), of(at::LAST_ORDER)), Flaw::Sides("a comparison"));
    assert_eq!(compare(of(at::TENURE), of(at::INTEREST)), Flaw::Scale("a comparison"));
    let between = |from, to| refused_when(Condition::Between(of(at::TENURE), from, to));
    assert_eq!(between(literal(1), of(at::CHURN)), Flaw::Scale("`is from`"));
    assert_eq!(between(of(at::TIER), literal(1)), Flaw::Sides("`is from`"));
    assert!(matches!(refused_when(Condition::Holds(of(at::TENURE))), Flaw::Type { .. }));
    assert!(matches!(refused_when(Condition::Never(of(at::TIER))), Flaw::Type { .. }));
    let has = Condition::Has(of(at::TIER), Quantifier::All, ["gold".into()].into());
    assert!(matches!(refused_when(has), Flaw::Type { .. }));
    let age = |operand, bound| refused_when(Condition::Age(operand, Direction::Old, bound));
    let day = AgeBound::One(Comparison::AtMost, period(1, Unit::Day));
    let hour = AgeBound::Between(period(1, Unit::Day), period(36, Unit::Hour));
    assert!(matches!(age(of(at::TENURE), day), Flaw::Type { of: "an age", .. }));
    assert!(matches!(age(of(at::BIRTHDAY), hour), Flaw::Type { .. }));
    let long = AgeBound::One(Comparison::AtMost, period(u32::MAX, Unit::Day));
    assert_eq!(age(of(at::LAST_ORDER), long), Flaw::Time("age"));
    let one_of = |values| refused_when(Condition::OneOf(of(at::TIER), values));
    assert_eq!(one_of(vec![Value::Member(0), Value::Member(3)]), Flaw::Value("written value"));
    assert_eq!(one_of(vec![Value::Number(0)]), Flaw::Value("written value"));
    assert_eq!(one_of(vec![Value::Never]), Flaw::Value("written value"));
    let mut never_met = rule_set();
    let out_of_range = Condition::OneOf(of(at::TENURE), vec![Value::Number(50), Value::Number(500)]);
    never_met.rules[0].when.push(clause(out_of_range));
    verify(&never_met).unwrap();
    let never = Expression::Literal(Value::Never, Type::Time);
    assert_eq!(equal(of(at::LAST_ORDER), never), Flaw::Value("written value"));
    let gold = Expression::Literal(Value::Member(3), Type::OneOf(TIERS));
    assert_eq!(equal(of(at::TIER), gold), Flaw::Value("written value"));
    let wide = Expression::Literal(Value::Number(7), Type::Number(NumberType { scale: 0, min: 0, max: 6 }));
    assert_eq!(equal(of(at::TENURE), wide), Flaw::Value("written value"));
    assert_eq!(
        refused(|rules| rules.values[0].ty = Type::Number(NumberType { scale: 2, min: 0, max: 9_999_999 })),
        Flaw::Range("a value")
    );
    assert!(matches!(refused(|rules| rules.values[0].ty = Type::Text), Flaw::Type { of: "a value", .. }));
}

#[test]
fn computed_numbers_stay_in_range() {
    let known = |of| refused_when(Condition::Known(of));
    let of = |id| Box::new(Expression::Attribute(id));
    let number = |scale, min, max| NumberType { scale, min, max };
    let twice = |operator, ty| Expression::Arithmetic(operator, of(at::TENURE), of(at::TENURE), ty);
    let range = Flaw::Range("arithmetic");
    assert_eq!(known(twice(Arithmetic::Add, number(0, 0, 199))), range);
    assert_eq!(known(twice(Arithmetic::Subtract, number(0, -99, 100))), range);
    assert_eq!(known(twice(Arithmetic::Multiply, number(0, 0, 9_999))), range);
    assert_eq!(known(twice(Arithmetic::Divide, number(1, 0, 999))), range);
    assert_eq!(known(twice(Arithmetic::Add, number(1, 0, 2_000))), Flaw::Scale("a sum"));
    assert_eq!(known(twice(Arithmetic::Multiply, number(1, 0, 99_999))), Flaw::Scale("a product"));
    let tier = Expression::Arithmetic(Arithmetic::Add, of(at::TIER), of(at::TENURE), number(0, 0, 1_000));
    assert!(matches!(known(tier), Flaw::Type { of: "arithmetic", .. }));
    let more = |ty| known(Expression::Rescale(of(at::BALANCE), ty));
    assert_eq!(more(number(3, 0, 99_999_999)), Flaw::Range("more places"));
    assert_eq!(more(number(1, 0, i64::MAX)), Flaw::Scale("more places"));
    assert_eq!(more(number(255, 0, i64::MAX)), Flaw::NumberType);
    let either = |second, ty| known(Expression::Else(of(at::TENURE), second, ty));
    let tenure = Type::Number(number(0, 0, 100));
    assert_eq!(either(Box::new(literal(-1)), tenure), Flaw::Range("`else`"));
    assert_eq!(either(of(at::BALANCE), tenure), Flaw::Scale("`else`"));
    assert!(matches!(either(of(at::TIER), tenure), Flaw::Type { of: "`else`", .. }));
    let when = |ty| known(Expression::When(Box::new(literal(3)), Box::new(Condition::Segment(SegmentId(0))), ty));
    assert_eq!(when(number(0, 1, 3)), Flaw::Range("`when` in a sum"), "no gives zero");
    assert_eq!(when(number(1, 0, 30)), Flaw::Scale("`when` in a sum"));
    // A product of products leaves what 64 bits hold, whatever is stated.
    let large = number(0, -1_000_000_000, 1_000_000_000);
    let wide = number(0, i64::MIN, i64::MAX);
    let square =
        |ty, of: Expression| Expression::Arithmetic(Arithmetic::Multiply, Box::new(of.clone()), Box::new(of), ty);
    let too_large = refused(|rules| {
        rules.attributes[9].ty = Type::Number(large);
        let square = square(wide, square(wide, Expression::Attribute(at::TENURE)));
        rules.rules[0].when.push(clause(Condition::Known(square)));
    });
    assert_eq!(too_large, range);
}

#[test]
fn a_division_is_widest_next_to_zero() {
    let divided = |over: NumberType, stated: NumberType| {
        let mut rules = rule_set();
        rules.attributes[9].ty = Type::Number(over);
        rules.attributes[9].default = None;
        rules.values[0].ty = Type::Number(stated);
        let (Expression::Arithmetic(.., ty), Condition::Compare(..)) =
            (&mut rules.values[0].expression, &rules.rules[4].when[0].condition)
        else {
            panic!("the sample has changed");
        };
        *ty = stated;
        verify(&rules)
    };
    let number = |scale, min, max| NumberType { scale, min, max };
    // The balance runs from 0.00 to 100,000.00.
    divided(number(0, 1, 100), number(2, 0, 10_000_000)).unwrap();
    divided(number(0, 3, 100), number(2, 0, 3_333_333)).unwrap();
    divided(number(0, 3, 100), number(2, 0, 3_333_332)).unwrap_err();
    divided(number(1, 0, 100), number(2, 0, 100_000_000)).unwrap();
    divided(number(1, 0, 100), number(2, 0, 99_999_999)).unwrap_err();
    divided(number(0, -5, 5), number(2, -10_000_000, 10_000_000)).unwrap();
    divided(number(0, -5, 5), number(2, 0, 10_000_000)).unwrap_err();
    divided(number(0, 0, 0), number(2, 0, 0)).unwrap();
}

#[test]
fn depth_and_size_are_bounded() {
    let mut deep = Condition::Segment(SegmentId(0));
    for _ in 0..limits::DEPTH {
        deep = Condition::Not(Box::new(deep));
    }
    assert_eq!(refused_when(deep), Flaw::TooDeep);
    let mut sum = literal(0);
    for _ in 0..limits::DEPTH {
        let ty = NumberType { scale: 0, min: 0, max: 0 };
        sum = Expression::Arithmetic(Arithmetic::Add, Box::new(sum), Box::new(literal(0)), ty);
    }
    assert_eq!(refused_when(Condition::Known(sum)), Flaw::TooDeep);
    let chain = |links: u32, link: fn(u32) -> Condition| {
        let mut rules = RuleSet::new();
        for index in 0..links {
            let (name, label) = (format!("s{index:06}"), String::new());
            let condition = if index == 0 { Condition::Known(Expression::Now) } else { link(index - 1) };
            rules.segments.push(Segment { name, label, span: span(), condition });
        }
        verify(&rules)
    };
    let not = |before| Condition::Not(Box::new(Condition::Segment(SegmentId(before))));
    chain(300, not).unwrap();
    assert!(chain(2_000, not).unwrap_err().is_limit());
    assert_eq!(chain(2_000, not).unwrap_err().flaw, Flaw::TooDeep);
    assert_eq!(chain(50_000, not).unwrap_err().flaw, Flaw::TooDeep, "found without recursion");
    let both = |before| {
        let segment = || Condition::Segment(SegmentId(before));
        Condition::And(vec![segment(), segment()])
    };
    assert_eq!(chain(40, both).unwrap_err().flaw, Flaw::TooLarge);
    let in_all = refused(|rules| {
        let large = (0..60_000).map(Value::Number).collect();
        rules.segments[0].condition = Condition::OneOf(Expression::Attribute(at::TENURE), large);
        let three = Condition::And(vec![Condition::Segment(SegmentId(0)); 3]);
        rules.rules[2].when = vec![clause(three); 300];
    });
    assert!(matches!(in_all, Flaw::TooMany { limit: limits::NODES_IN_ALL, .. }), "{in_all}");
    let many: Vec<_> = (0..=limits::ELEMENTS as i64).map(Value::Number).collect();
    let too_many = Flaw::TooMany { what: "values in one list", count: 65_536, limit: limits::ELEMENTS };
    assert_eq!(refused_when(Condition::OneOf(Expression::Attribute(at::TENURE), many)), too_many);
}

#[test]
fn stated_limits() {
    fn many<T: Clone>(list: &mut Vec<T>, limit: usize) {
        let one = list[0].clone();
        list.resize(limit + 1, one);
    }
    let what = |flaw| {
        let Flaw::TooMany { what, count, limit } = flaw else { panic!("{flaw}") };
        assert_eq!(count, limit + 1);
        what
    };
    assert_eq!(what(refused(|rules| many(&mut rules.purposes, limits::PURPOSES))), "purposes");
    assert_eq!(what(refused(|rules| many(&mut rules.attributes, limits::ATTRIBUTES))), "attributes");
    assert_eq!(what(refused(|rules| many(&mut rules.events, limits::EVENTS))), "events");
    assert_eq!(what(refused(|rules| many(&mut rules.enums, limits::LISTS))), "lists");
    assert_eq!(what(refused(|rules| many(&mut rules.segments, limits::SEGMENTS))), "segments");
    assert_eq!(what(refused(|rules| many(&mut rules.values, limits::VALUES))), "values");
    assert_eq!(what(refused(|rules| many(&mut rules.offers, limits::OFFERS))), "offers");
    assert_eq!(what(refused(|rules| many(&mut rules.tags, limits::TAGS))), "tags");
    assert_eq!(what(refused(|rules| many(&mut rules.slots, limits::SLOTS))), "slots");
    assert_eq!(what(refused(|rules| many(&mut rules.rules, limits::RULES))), "rules");
    assert_eq!(what(refused(|rules| many(&mut rules.caps, limits::CAPS))), "caps");
    assert_eq!(what(refused(|rules| many(&mut rules.events[7].fields, limits::FIELDS))), "fields");
    assert_eq!(what(refused(|rules| many(&mut rules.enums[2].members, limits::ELEMENTS))), "members");
}

#[test]
fn no_circles() {
    let circle = |damage: fn(&mut RuleSet)| refused(damage);
    let references = Flaw::Circle("references");
    assert_eq!(circle(|rules| rules.segments[0].condition = Condition::Segment(SegmentId(0))), references);
    assert_eq!(circle(|rules| rules.segments[0].condition = Condition::Segment(SegmentId(1))), references);
    assert_eq!(
        circle(|rules| {
            // By way of a value: `lapsed` asks for `points`, which counts `lapsed`.
            rules.segments[0].condition =
                Condition::Compare(Comparison::AtLeast, Expression::Value(ValueId(1)), literal(1));
        }),
        references
    );
    assert_eq!(circle(|rules| rules.values[0].expression = Expression::Value(ValueId(0))), references);
    let substitutes = Flaw::Circle("substitutes");
    assert_eq!(circle(|rules| rules.rules[0].if_unknown = Some(Substitute::Try(RuleId(0)))), substitutes);
    assert_eq!(circle(|rules| rules.rules[2].if_no_consent = Some(Substitute::Try(RuleId(0)))), substitutes);
    let before = Flaw::Circle("`before` clauses");
    assert_eq!(circle(|rules| rules.rules[2].order = Order::Before(vec![RuleId(1)])), before);
    assert_eq!(circle(|rules| rules.rules[1].order = Order::Before(vec![RuleId(1)])), before);
}

#[test]
fn the_order_of_a_slot_is_the_one_that_follows() {
    let order = |order: &[u32]| refused(|rules| rules.slots[1].order = order.iter().copied().map(RuleId).collect());
    for wrong in [&[4, 0, 1, 2][..], &[1, 0, 2, 4], &[4, 1, 2, 0], &[4, 1, 0], &[4, 1, 0, 2, 2], &[4, 1, 0, 3], &[]] {
        assert_eq!(order(wrong), Flaw::Order, "{wrong:?}");
    }
    assert_eq!(refused(|rules| rules.slots[0].order.clear()), Flaw::Order);
    assert_eq!(refused(|rules| rules.rules[0].priority = Some(70)), Flaw::Priority);
    assert_eq!(refused(|rules| rules.rules[1].priority = Some(70)), Flaw::Priority);
    assert_eq!(refused(|rules| rules.rules[3].priority = Some(1)), Flaw::Priority);
    assert_eq!(refused(|rules| rules.rules[1].order = Order::Before(vec![RuleId(3)])), Flaw::OtherSlot("`before`"));
    let class = Flaw::Class("a rule named in `before`");
    assert_eq!(refused(|rules| rules.rules[1].order = Order::Before(vec![RuleId(4)])), class);
    // Equal priorities go by name, but not against `before`.
    let mut rules = rule_set();
    rules.rules[2].priority = Some(80);
    rules.rules[2].order = Order::Priority(80);
    rules.rules[1].order = Order::Before(vec![RuleId(2)]);
    rules.slots[1].order = [4, 0, 1, 2].map(RuleId).to_vec();
    verify(&rules).unwrap();
}

#[test]
fn caps_that_bind() {
    assert_eq!(refused(|rules| rules.offers[1].caps.pop().map(drop).unwrap()), Flaw::Caps);
    assert_eq!(refused(|rules| rules.offers[0].caps.push(CapId(0))), Flaw::Caps, "a service offer obeys none");
    assert_eq!(refused(|rules| rules.offers[2].caps.push(CapId(0))), Flaw::Caps);
    assert_eq!(refused(|rules| rules.rules[0].caps.swap(0, 1)), Flaw::Caps);
    assert_eq!(refused(|rules| rules.rules[1].caps.push(CapId(2))), Flaw::Caps);
    assert_eq!(refused(|rules| rules.rules[4].caps.clear()), Flaw::Caps, "its own clause binds a service rule");
    assert_eq!(refused(|rules| rules.caps[4].rule = Some(RuleId(3))), Flaw::Caps);
    assert_eq!(refused(|rules| rules.caps[0].target = CapTarget::Offers(vec![OfferId(1)])), Flaw::Caps);
    assert_eq!(refused(|rules| rules.caps[0].at_most = 0), Flaw::CapOfNothing);
    let nothing = CapWindow::Rolling(period(0, Unit::Day));
    assert_eq!(refused(|rules| rules.caps[0].window = nothing), Flaw::CapOfNothing);
    let legal = refused(|rules| {
        rules.offers[0].class = Class::Legal;
        rules.rules[4].class = Class::Legal;
        rules.slots[1].accepts.insert(0, Class::Legal);
        rules.slots[1].fallback[1].offer = None;
        rules.rules[0].if_unknown = None;
    });
    assert_eq!(legal, Flaw::Class("a rule with a cap"));
}

#[test]
fn classes_where_they_belong() {
    assert_eq!(refused(|rules| rules.rules[0].class = Class::Lifecycle), Flaw::Class("a rule"));
    assert_eq!(
        refused(|rules| rules.slots[1].accepts = vec![Class::Service, Class::Lifecycle]),
        Flaw::Class("what it shows")
    );
}

#[test]
fn substitutes_of_no_higher_class() {
    let capped = |rule: usize, substitute| refused(|rules| rules.rules[rule].if_capped = Some(substitute));
    assert_eq!(capped(0, Substitute::Show(OfferId(2))), Flaw::Class("`if capped`"), "lifecycle instead of marketing");
    assert_eq!(capped(0, Substitute::Try(RuleId(4))), Flaw::Class("`if capped`"), "reads what it knows of customers");
    assert_eq!(capped(0, Substitute::Try(RuleId(3))), Flaw::OtherSlot("`if capped`"));
    let critical = refused(|rules| {
        rules.slots[1].accepts = vec![Class::Service, Class::Marketing];
        rules.slots[1].fallback.remove(0);
        rules.rules[0].if_unknown = Some(Substitute::Show(OfferId(2)));
    });
    assert_eq!(critical, Flaw::Class("`if unknown`"));
    // A service rule that reads nothing of the customer is as neutral as a service offer.
    let mut rules = rule_set();
    rules.rules[4].when.clear();
    rules.rules[0].if_capped = Some(Substitute::Try(RuleId(4)));
    verify(&rules).unwrap();
}

#[test]
fn the_last_fallback_is_always_possible() {
    let last = |damage: fn(&mut RuleSet)| refused(damage);
    assert_eq!(last(|rules| drop(rules.slots[1].fallback.pop())), Flaw::LastFallback);
    assert_eq!(last(|rules| rules.slots[1].fallback[1].offer = Some(OfferId(1))), Flaw::LastFallback);
    assert_eq!(last(|rules| rules.offers[0].active = Some(Active::default())), Flaw::LastFallback);
    assert_eq!(last(|rules| rules.offers[0].off = Some("broken".into())), Flaw::LastFallback);
    assert_eq!(last(|rules| rules.slots[0].fallback[0].offer = Some(OfferId(3))), Flaw::Class("a fallback"));
}

#[test]
fn what_may_be_read() {
    let vulnerable = || Condition::Holds(Expression::Attribute(at::VULNERABLE));
    assert_eq!(refused_when(vulnerable()), Flaw::Protective);
    assert_eq!(refused(|rules| rules.slots[1].fallback[0].when = Some(vulnerable())), Flaw::Protective);
    assert_eq!(
        refused(|rules| {
            rules.segments[0].condition = Condition::Or(vec![vulnerable(), Condition::Known(Expression::Now)]);
        }),
        Flaw::Protective,
        "by way of a segment"
    );
    let unless = |condition| refused(|rules| rules.rules[0].unless.push(clause(condition)));
    assert_eq!(unless(Condition::Not(Box::new(vulnerable()))), Flaw::Protective, "nobody but the vulnerable");
    assert_eq!(unless(Condition::Known(Expression::Attribute(at::VULNERABLE))), Flaw::Protective);
    assert_eq!(
        refused(|rules| {
            rules.segments[0].condition = Condition::Not(Box::new(vulnerable()));
            rules.rules[0].when.remove(0);
            rules.values[1].expression = literal(3);
            rules.rules[2].unless.push(clause(Condition::Segment(SegmentId(0))));
        }),
        Flaw::Protective,
        "by way of a segment"
    );
    let mut twice = rule_set();
    let not_not = Condition::Not(Box::new(Condition::Not(Box::new(vulnerable()))));
    twice.rules[0].unless.push(clause(not_not));
    verify(&twice).unwrap();
    let diagnosis = || Condition::Known(Expression::Attribute(at::DIAGNOSIS));
    let never_used = Flaw::NeverUsed("diagnosis".into());
    assert_eq!(refused_when(diagnosis()), never_used);
    assert_eq!(refused(|rules| rules.rules[0].unless.push(clause(diagnosis()))), never_used);
    assert_eq!(refused(|rules| rules.segments[1].condition = diagnosis()), never_used);
    assert_eq!(refused(|rules| rules.slots[1].fallback[0].when = Some(diagnosis())), never_used);
    let needs = |name: &str| Flaw::Needs(name.into());
    assert_eq!(refused(|rules| rules.rules[0].needs = vec![OWN]), needs("fitting"), "by way of a segment");
    assert_eq!(refused(|rules| rules.rules[1].needs.clear()), needs("health"), "by way of a value");
    let illness = Condition::Holds(Expression::Attribute(at::ILLNESS));
    assert_eq!(refused_when(illness.clone()), needs("health"));
    assert_eq!(refused(|rules| rules.rules[2].unless.push(clause(illness))), needs("health"));
    // What the status of a consent is may be read without it, and so may what spares somebody.
    let mut rules = rule_set();
    let granted = Expression::Literal(Value::Member(0), Type::OneOf(EnumId::CONSENT));
    rules.rules[2].when.push(clause(Condition::Equal(Expression::Consent(HEALTH), granted)));
    rules.rules[2].unless.push(clause(vulnerable()));
    verify(&rules).unwrap();
}
