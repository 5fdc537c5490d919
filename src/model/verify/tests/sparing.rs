//! What a bundle may not do though no checker looked at it: choose people by what is to spare them (R18), or hide who
//! somebody is.

use super::super::sample::{FITTING, HEALTH, OWN, at, rule_set};
use super::super::{Flaw, verify};
use super::{clause, literal, refused};
use crate::model::*;
use crate::ops::{Arithmetic, Comparison};
use crate::value::{NumberType, Type, Value};

fn vulnerable() -> Expression {
    Expression::Attribute(at::VULNERABLE)
}

fn yes_no(value: bool) -> Expression {
    Expression::Literal(Value::YesNo(value), Type::YesNo)
}

fn otherwise(of: Expression, value: bool) -> Expression {
    Expression::Else(Box::new(of), Box::new(yes_no(value)), Type::YesNo)
}

/// 3 if the condition holds, else 0.
fn three_when(condition: Condition) -> Expression {
    Expression::When(Box::new(literal(3)), Box::new(condition), NumberType { scale: 0, min: 0, max: 3 })
}

#[track_caller]
fn unless(condition: Condition) -> Flaw {
    refused(|rules| rules.rules[0].unless.push(clause(condition)))
}

#[test]
fn nothing_but_the_attribute_itself_spares() {
    let at_most = |of: Expression, most| Condition::Compare(Comparison::AtMost, of, literal(most));
    let counted = || three_when(Condition::Holds(vulnerable()));
    // "unless the points are at most 0" sells to the vulnerable alone.
    assert_eq!(unless(at_most(counted(), 0)), Flaw::Protective);
    let six = NumberType { scale: 0, min: 0, max: 6 };
    let sum = Expression::Arithmetic(Arithmetic::Add, Box::new(counted()), Box::new(literal(3)), six);
    assert_eq!(unless(at_most(sum, 3)), Flaw::Protective);
    assert_eq!(unless(Condition::Between(counted(), literal(0), literal(1))), Flaw::Protective);
    assert_eq!(unless(Condition::OneOf(counted(), vec![Value::Number(0)])), Flaw::Protective);
    assert_eq!(unless(Condition::Known(counted())), Flaw::Protective);
    assert_eq!(unless(Condition::Holds(otherwise(vulnerable(), true))), Flaw::Protective);
}

#[test]
fn by_way_of_a_value_or_a_segment_neither() {
    let by_value = refused(|rules| {
        rules.values[1].expression = three_when(Condition::Holds(vulnerable()));
        rules.rules[1].when.clear();
        let none = Condition::Compare(Comparison::AtMost, Expression::Value(ValueId(1)), literal(0));
        rules.rules[1].unless.push(clause(none));
    });
    assert_eq!(by_value, Flaw::Protective);
    let by_segment = refused(|rules| {
        rules.segments[0].condition =
            Condition::Compare(Comparison::AtMost, three_when(Condition::Holds(vulnerable())), literal(0));
        rules.values[1].expression = literal(3);
        rules.rules[0].when.remove(0);
        rules.rules[0].unless.push(clause(Condition::Segment(SegmentId(0))));
    });
    assert_eq!(by_segment, Flaw::Protective);
    let counted_segment = refused(|rules| {
        rules.segments[0].condition = Condition::Holds(vulnerable());
        rules.rules[0].when.remove(0);
        rules.rules[1].when.clear();
        let none = Condition::Compare(Comparison::AtMost, Expression::Value(ValueId(1)), literal(0));
        rules.rules[1].unless.push(clause(none));
    });
    assert_eq!(counted_segment, Flaw::Protective, "a value that counts a segment");
}

#[test]
fn the_looser_form_spares_too() {
    let mut rules = rule_set();
    rules.rules[0].unless.push(clause(Condition::Holds(otherwise(vulnerable(), false))));
    verify(&rules).unwrap();
    let not = Condition::Not(Box::new(Condition::Holds(otherwise(vulnerable(), false))));
    assert_eq!(unless(not), Flaw::Protective, "nobody but those who are known to need it");
}

#[test]
fn a_protective_attribute_is_yes_or_no_and_needs_nothing() {
    let protective = Flaw::Mark("protective");
    let vulnerable = at::VULNERABLE.index();
    assert_eq!(refused(|rules| rules.attributes[vulnerable].needs = vec![FITTING]), protective);
    let text = |rules: &mut RuleSet| {
        rules.attributes[vulnerable].ty = Type::Text;
        rules.rules[0].unless.clear();
    };
    assert_eq!(refused(text), protective);
    assert_eq!(refused(|rules| rules.attributes[at::ID.index()].needs = vec![OWN]), Flaw::Mark("key"));
    let two = |rules: &mut RuleSet| rules.attributes[at::ILLNESS.index()].needs = vec![HEALTH, OWN];
    assert_eq!(refused(two), Flaw::Mark("sensitive"), "one explicit consent, for exactly that");
}
