//! What a plan looks like: the hunt in `tests/engines` shows that it means the same, these show that it is small.

use super::guard::{Guard, GuardId, Relation};
use super::layout::Layout;
use super::lower::{Ask, Lowering};
use super::number::{MISSING, NEVER_ABOVE, Number, NumberId, Range};
use super::{Link, Plan};
use crate::model::sample::{FITTING, TIERS, at, rule_set};
use crate::model::{Condition, Expression, RuleId, RuleSet, Substitute};
use crate::ops::Comparison;
use crate::value::{Consent, EnumId, Type, Value};

fn member(list: EnumId, member: u16) -> Expression {
    Expression::Literal(Value::Member(member), Type::OneOf(list))
}

fn is_open() -> Condition {
    Condition::Equal(Expression::Consent(FITTING), member(EnumId::CONSENT, Consent::Granted.member()))
}

fn silver_at_least() -> Condition {
    Condition::Compare(Comparison::AtLeast, Expression::Attribute(at::TIER), member(TIERS, 1))
}

fn asked<'a>(rules: &'a RuleSet, condition: &Condition, ask: Ask) -> (Lowering<'a>, GuardId) {
    let mut lowering = Lowering::new(rules);
    let guard = lowering.ask(condition, ask).unwrap();
    (lowering, guard)
}

#[test]
fn a_conjunction_of_few_valued_facts_is_one_masked_comparison() {
    let rules = rule_set();
    let vulnerable = Condition::Not(Box::new(Condition::Holds(Expression::Attribute(at::VULNERABLE))));
    let viewed = Condition::Has(
        Expression::Attribute(at::VIEWED),
        crate::ops::Quantifier::All,
        [std::sync::Arc::from("running"), std::sync::Arc::from("trail")].into(),
    );
    let all = Condition::And(vec![vulnerable, is_open(), viewed]);
    let (lowering, guard) = asked(&rules, &all, Ask::Yes);
    let Guard::Bits { mask, want, .. } = lowering.guards.guard(guard) else {
        panic!("{:?}", lowering.guards.guard(guard));
    };
    assert_eq!((mask.count_ones(), want.count_ones()), (4, 4), "no, open and two elements");
}

#[test]
fn the_same_question_is_kept_once() {
    let rules = rule_set();
    let (mut lowering, first) = asked(&rules, &silver_at_least(), Ask::Yes);
    let kept = lowering.guards.len();
    assert_eq!(lowering.ask(&silver_at_least(), Ask::Yes), Ok(first));
    assert_eq!(lowering.guards.len(), kept);
    let negated = Condition::Not(Box::new(silver_at_least()));
    assert_eq!(lowering.ask(&negated, Ask::No), Ok(first), "`not c` is no where c is yes");
}

#[test]
fn what_contradicts_itself_is_found_without_a_record() {
    let rules = rule_set();
    let vulnerable = Condition::Holds(Expression::Attribute(at::VULNERABLE));
    let both = Condition::And(vec![vulnerable.clone(), Condition::Not(Box::new(vulnerable.clone()))]);
    let (_, guard) = asked(&rules, &Condition::And(vec![is_open(), Condition::Not(Box::new(is_open()))]), Ask::Yes);
    assert_eq!(guard, GuardId::NOT);
    // Yes and no are two bits, so nobody sees it here; but it is not yes of anybody.
    let (lowering, guard) = asked(&rules, &both, Ask::Yes);
    assert!(matches!(lowering.guards.guard(guard), Guard::Bits { .. }));
}

#[test]
fn comparisons_with_more_places_are_made_without_them() {
    let mut guards = super::guard::Guards::default();
    let word = guards.keep_number(
        Number::Word(super::Word(0)),
        Range { missing: true, never: Some(NEVER_ABOVE), ..Range::known(-1_000, 1_000) },
    );
    let scaled = guards.keep_number(
        Number::Scaled(word, 100),
        Range { missing: true, never: Some(NEVER_ABOVE), ..Range::known(-100_000, 100_000) },
    );
    let mut within = |of: NumberId, low, high| {
        let guard = guards.within(of, low, high);
        guards.guard(guard).clone()
    };
    assert_eq!(within(scaled, 150, 250), Guard::Within { of: word, low: 2, high: 2 });
    assert_eq!(within(scaled, -250, -150), Guard::Within { of: word, low: -2, high: -2 });
    assert_eq!(within(scaled, 101, 199), Guard::Constant(false), "nothing between 1 and 2");
    assert_eq!(within(scaled, 150, i64::MAX), Guard::Within { of: word, low: 2, high: i64::MAX }, "never is above");
    assert_eq!(
        within(scaled, NEVER_ABOVE, NEVER_ABOVE),
        Guard::Within { of: word, low: NEVER_ABOVE, high: NEVER_ABOVE }
    );
    // Missing lies below every range, so that one comparison answers for it too.
    assert_eq!(within(word, MISSING + 1, i64::MAX), Guard::Within { of: word, low: -1_000, high: i64::MAX });
    let five = guards.keep_number(Number::Constant(5), Range::known(5, 5));
    let related = guards.relate(Relation::MoreThan, five, word);
    assert_eq!(*guards.guard(related), Guard::Within { of: word, low: -1_000, high: 4 });
}

#[test]
fn facts_that_nobody_asks_for_have_no_place() {
    let rules = rule_set();
    let plan = Plan::new(&rules).unwrap();
    let places = |layout: &Layout| layout.reads.iter().filter(|read| read.is_some()).count();
    assert!(places(&plan.layout) < rules.attributes.len());
    let mut silent = rules.clone();
    silent.rules.iter_mut().for_each(|rule| rule.off = Some("closed".to_owned()));
    silent.slots.iter_mut().for_each(|slot| drop(slot.fallback.drain(..slot.fallback.len() - 1)));
    let plan = Plan::new(&silent).unwrap();
    assert_eq!((places(&plan.layout), plan.layout.words()), (0, 1));
    for slot in &plan.slots {
        assert_eq!(slot.chain.len(), 1, "nothing but the fallback");
        assert!(matches!(slot.chain[0], Link::Pick(_)));
    }
}

#[test]
fn a_chain_has_a_link_for_each_rule_and_ends_with_a_pick() {
    let rules = rule_set();
    let plan = Plan::new(&rules).unwrap();
    for (slot, declared) in plan.slots.iter().zip(&rules.slots) {
        assert!(slot.chain.len() <= declared.order.len() + declared.fallback.len());
        assert!(matches!(slot.chain.last(), Some(Link::Pick(_))));
        for link in slot.chain.iter().chain(&slot.tries) {
            link.each(&mut |part| match part {
                Link::Pick(pick) => assert!((*pick as usize) < slot.picks.len()),
                Link::Try(place) => assert!((*place as usize) < slot.tries.len()),
                Link::Ranked(members) => assert!(members.len() > 1),
                Link::Test { .. } | Link::Next => {}
            });
        }
    }
}

/// The rules of one slot in a row, the first of which lets `tried` stand in.
fn trying(tried: usize) -> (RuleSet, Plan) {
    let mut rules = rule_set();
    let slot = rules.rules[0].slot;
    let template =
        crate::model::Rule { if_capped: None, if_no_consent: None, if_unknown: None, ..rules.rules[0].clone() };
    rules.rules = vec![template; 4];
    rules.slots.iter_mut().for_each(|slot| slot.order.clear());
    rules.slots[slot.index()].order = (0..4).map(RuleId::from_index).collect();
    rules.rules[1].if_capped = Some(Substitute::Try(RuleId::from_index(tried)));
    let plan = Plan::new(&rules).unwrap();
    (rules, plan)
}

#[test]
fn only_a_rule_further_on_is_tried_apart() {
    let tries = |tried| trying(tried).1.slots.iter().map(|slot| slot.tries.len()).sum::<usize>();
    assert_eq!(tries(0), 0, "it failed before");
    assert_eq!(tries(2), 0, "it comes next");
    assert_eq!(tries(3), 1);
}
