//! Damaged windows and expiries.

use super::super::sample::{at, period, rule_set, span};
use super::super::{Flaw, verify};
use super::{clause, literal, refused};
use crate::model::*;
use crate::ops::{Comparison, Direction};
use crate::value::{Unit, Weekday};

fn berlin() -> CapZone {
    CapZone::Named("Europe/Berlin".to_owned())
}

fn row(opens: u32, closes: u32) -> WindowRow {
    let days = vec![Weekday::Monday, Weekday::Saturday];
    WindowRow { days, opens: opens * 3600, closes: closes * 3600, when: None, span: span() }
}

/// A window on marketing: two offers of the sample.
fn windowed(rules: &mut RuleSet) {
    rules.windows = vec![Window {
        name: "hours".into(),
        label: String::new(),
        span: span(),
        zones: Zones { first: vec![berlin()], every: Vec::new() },
        rows: vec![row(9, 21)],
        target: CapTarget::Classes(vec![Class::Marketing]),
        outside: Outside::Hold(Some(period(12, Unit::Hour))),
    }];
    for offer in [1, 3] {
        rules.offers[offer].windows = vec![WindowId(0)];
    }
}

fn damaged(damage: impl Fn(&mut RuleSet)) -> Flaw {
    refused(|rules| {
        windowed(rules);
        damage(rules);
    })
}

#[test]
fn windows_that_bind() {
    let mut rules = rule_set();
    windowed(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    assert_eq!(damaged(|rules| rules.offers[1].windows.clear()), Flaw::Windows);
    assert_eq!(damaged(|rules| rules.offers[0].windows.push(WindowId(0))), Flaw::Windows, "of another class");
    assert_eq!(damaged(|rules| rules.offers[1].windows.push(WindowId(99))), Flaw::Windows);
    assert_eq!(damaged(|rules| rules.rules[0].windows.push(WindowId(0))), Flaw::Windows, "not on the rule");
    assert_eq!(damaged(|rules| rules.windows[0].target = CapTarget::Anything), Flaw::Windows);
    let far = damaged(|rules| rules.windows[0].target = CapTarget::Offers(vec![OfferId(99)]));
    assert_eq!(far, Flaw::NoSuch { what: "offer", id: 99 });
    let same = damaged(|rules| rules.windows[0].name = rules.caps[0].name.clone());
    assert_eq!(same, Flaw::Twice("caps, blocks and windows"));
    assert_eq!(damaged(|rules| rules.windows.push(rules.windows[0].clone())), Flaw::Unsorted("windows"));
}

#[test]
fn zones_and_rows() {
    let zones = |first: &[CapZone], every: &[CapZone]| Zones { first: first.to_vec(), every: every.to_vec() };
    let with = |zones: Zones| move |rules: &mut RuleSet| rules.windows[0].zones = zones.clone();
    assert_eq!(damaged(with(zones(&[], &[]))), Flaw::Empty("zone"));
    assert_eq!(damaged(with(zones(&[CapZone::Named("Mars/Base".to_owned())], &[]))), Flaw::Zone);
    assert_eq!(damaged(with(zones(&[berlin(), berlin()], &[]))), Flaw::Windows, "never reached");
    assert_eq!(damaged(with(zones(&[berlin()], &[berlin()]))), Flaw::Windows, "never reached");
    assert_eq!(damaged(with(zones(&[], &[berlin(), berlin()]))), Flaw::Windows, "named twice");
    let far = damaged(with(zones(&[CapZone::Attribute(AttributeId(99))], &[])));
    assert_eq!(far, Flaw::NoSuch { what: "attribute", id: 99 });
    assert!(matches!(damaged(with(zones(&[CapZone::Attribute(at::ID)], &[]))), Flaw::Type { .. }), "a text is no zone");

    let rows = |rows: &[WindowRow]| {
        let rows = rows.to_vec();
        move |rules: &mut RuleSet| rules.windows[0].rows = rows.clone()
    };
    assert_eq!(damaged(rows(&[])), Flaw::Empty("rows"));
    assert!(matches!(damaged(rows(&vec![row(9, 21); 65])), Flaw::TooMany { .. }));
    for (opens, closes) in [(24, 9), (9, 0), (9, 25), (9, 9)] {
        assert_eq!(damaged(rows(&[row(opens, closes)])), Flaw::Time("hour of a window"), "{opens} to {closes}");
    }
    let days = |days: &[Weekday]| rows(&[WindowRow { days: days.to_vec(), ..row(9, 21) }]);
    assert_eq!(damaged(days(&[])), Flaw::Empty("days"));
    assert_eq!(damaged(days(&[Weekday::Tuesday, Weekday::Monday])), Flaw::Unsorted("days"));
    assert_eq!(damaged(rows(&[row(9, 12), row(12, 18)])), Flaw::NeverOpens);
    let about = WindowRow { when: Some(clause(Condition::Known(Expression::Now))), ..row(12, 18) };
    let mut rules = rule_set();
    windowed(&mut rules);
    rules.windows[0].rows = vec![row(9, 12), about];
    assert_eq!(verify(&rules), Ok(()), "whoever it is not about");
    let wrong = WindowRow { when: Some(clause(Condition::Holds(literal(1)))), ..row(9, 18) };
    assert!(matches!(damaged(rows(&[wrong])), Flaw::Type { .. }));
}

#[test]
fn what_waits_is_let_go() {
    let hold =
        |most: Option<crate::value::Period>| move |rules: &mut RuleSet| rules.windows[0].outside = Outside::Hold(most);
    assert_eq!(damaged(hold(Some(period(367, Unit::Day)))), Flaw::Time("longest wait"));
    assert_eq!(damaged(hold(Some(period(0, Unit::Hour)))), Flaw::Time("longest wait"));
    assert_eq!(damaged(hold(None)), Flaw::Endless);
}

#[test]
fn an_expiry_is_the_age_of_a_time() {
    let age = |comparison, direction| {
        let bound = AgeBound::One(comparison, period(24, Unit::Hour));
        Condition::Age(Expression::Now, direction, bound)
    };
    let expires =
        |condition: Condition| move |rules: &mut RuleSet| rules.rules[0].expires = Some(clause(condition.clone()));
    let mut rules = rule_set();
    expires(age(Comparison::AtLeast, Direction::Old))(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    assert_eq!(refused(expires(age(Comparison::MoreThan, Direction::Old))), Flaw::Expiry);
    assert_eq!(refused(expires(age(Comparison::AtLeast, Direction::Ahead))), Flaw::Expiry);
    assert_eq!(refused(expires(Condition::Known(Expression::Now))), Flaw::Expiry);
    let number = Condition::Age(literal(1), Direction::Old, AgeBound::One(Comparison::AtLeast, period(1, Unit::Day)));
    assert!(matches!(refused(expires(number)), Flaw::Type { .. }));
}
