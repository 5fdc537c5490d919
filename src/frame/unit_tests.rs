//! Whose events a cap counts together, what is reserved and until when, and a store that does not answer.

use super::{CapState, Fact, Facts, Happened, Reserved, Shared, Stamp, brought_about, gather, is_over, unit_key};
use crate::model::sample::{at, rule_set};
use crate::model::{AttributeId, Cap, CapKind, CapUnit, CapWindow, Class, Event, OfferId, RuleSet};
use crate::value::{Instant, Period, Type, Unit, Value};

const MINUTE: i64 = 60_000_000;

fn minutes(minutes: i64) -> Instant {
    Instant(minutes * MINUTE)
}

fn household(rules: &RuleSet) -> AttributeId {
    let fits = |attribute: &crate::model::Attribute| {
        attribute.ty == Type::Text && !attribute.key && attribute.needs.is_empty() && attribute.default.is_none()
    };
    AttributeId::from_index(rules.attributes.iter().position(fits).unwrap())
}

/// The first cap of the sample, counted by a unit, and what it counts.
fn by(unit: impl Fn(&RuleSet) -> CapUnit) -> (RuleSet, Stamp) {
    let mut rules = rule_set();
    rules.caps[0].unit = unit(&rules);
    let offer = OfferId(1);
    let stamp = Stamp::Of {
        offer: Some(offer),
        rule: None,
        via: None,
        class: Some(Class::Marketing),
        tags: Vec::new(),
        channel: None,
    };
    (rules, stamp)
}

fn facts(rules: &RuleSet, now: Instant, known: &[(AttributeId, &str)]) -> Facts {
    let mut facts = Facts::nothing(rules, now);
    for (id, text) in known {
        facts.set(*id, Fact::Known(Value::Text((*text).into()), Some(now)));
    }
    facts
}

fn reserved(at: Instant, stamp: &Stamp) -> Reserved {
    Reserved {
        at,
        stamp: stamp.clone(),
        brings: brought_about(stamp).to_vec(),
        confirmed: vec![Event::DECIDED],
        times: 1,
    }
}

#[test]
fn a_unit_that_is_not_known_blocks_unless_alone() {
    let (mut rules, _) = by(|rules| CapUnit::Attribute(household(rules)));
    let home = household(&rules);
    let state =
        |rules: &RuleSet, known: &[(AttributeId, &str)]| gather(rules, &facts(rules, minutes(0), known)).caps[0];
    assert_eq!(state(&rules, &[(at::ID, "anna"), (home, "h1")]), CapState::Used(0));
    assert_eq!(state(&rules, &[(at::ID, "anna")]), CapState::UnknownUnit);
    assert_eq!(state(&rules, &[(at::ID, "anna"), (home, "")]), CapState::UnknownUnit, "an empty text is none");
    rules.caps[0].alone = true;
    assert_eq!(state(&rules, &[(at::ID, "anna")]), CapState::Used(0));
}

#[test]
fn everybody_is_known_even_where_the_customer_is_not() {
    let (rules, stamp) = by(|_| CapUnit::Everybody);
    let mut nobody = facts(&rules, minutes(5), &[]);
    assert_eq!(unit_key(&rules, &nobody, CapUnit::Everybody).as_deref(), Some(""));
    assert_eq!(gather(&rules, &nobody).caps[0], CapState::Used(0));
    let history = vec![Happened::plain(Event::SHOWN, minutes(1), stamp.clone()); 2];
    nobody.shared.push(Shared { unit: CapUnit::Everybody, history, reserved: vec![reserved(minutes(4), &stamp)] });
    assert_eq!(gather(&rules, &nobody).caps[0], CapState::Used(3), "two facts and a reservation");
}

#[test]
fn a_reservation_ends_by_itself_or_by_what_it_is_for() {
    let (mut rules, stamp) = by(|_| CapUnit::Customer);
    let used = |rules: &RuleSet, now: i64, reserved: Reserved, history: Vec<Happened>| {
        let mut anna = facts(rules, minutes(now), &[(at::ID, "anna")]);
        (anna.reserved, anna.history) = (vec![reserved], history);
        gather(rules, &anna).caps[0]
    };
    let live = reserved(minutes(0), &stamp);
    assert_eq!(used(&rules, 9, live.clone(), Vec::new()), CapState::Used(1), "ten minutes for what is shown");
    assert_eq!(used(&rules, 10, live.clone(), Vec::new()), CapState::Used(0), "the end is not in it");
    let shown = Happened::plain(Event::SHOWN, minutes(1), stamp.clone());
    let done = Reserved { confirmed: vec![Event::DECIDED, Event::SHOWN], ..live.clone() };
    assert_eq!(used(&rules, 2, done, vec![shown]), CapState::Used(1), "a fact, and not both");
    rules.caps[0].reserve = Some(Period { count: 1, unit: Unit::Hour });
    assert_eq!(used(&rules, 59, live.clone(), Vec::new()), CapState::Used(1), "as long as the cap says");
    assert_eq!(used(&rules, 60, live.clone(), Vec::new()), CapState::Used(0));
    // What the customer does later is reserved only where that is written.
    rules.caps[0].events = vec![rules.event_named("clicked").unwrap()];
    assert_eq!(used(&rules, 1, live.clone(), Vec::new()), CapState::Used(1));
    rules.caps[0].reserve = None;
    assert_eq!(used(&rules, 1, live, Vec::new()), CapState::Used(0));
}

/// R24, R25: what is reserved counts for whatever counts the event, as if it had happened when it was decided.
#[test]
fn pauses_gaps_and_blocks_see_what_is_reserved() {
    let (mut rules, stamp) = by(|_| CapUnit::Customer);
    let hour = Period { count: 1, unit: Unit::Hour };
    let state = |rules: &RuleSet, now: i64, reserved: &[Reserved], shown: &[i64]| {
        let mut anna = facts(rules, minutes(now), &[(at::ID, "anna")]);
        anna.reserved = reserved.to_vec();
        anna.history = shown.iter().map(|at| Happened::plain(Event::SHOWN, minutes(*at), stamp.clone())).collect();
        gather(rules, &anna).caps[0]
    };
    let live = [reserved(minutes(0), &stamp)];
    let until = CapState::Until(minutes(60));
    for (kind, window) in [
        (CapKind::Pause { length: hour, without: Vec::new() }, CapWindow::Ever),
        (CapKind::Block { length: hour }, CapWindow::Ever),
        (CapKind::Gap, CapWindow::Rolling(hour)),
    ] {
        rules.caps[0] = Cap { kind, window, at_most: 1, events: vec![Event::SHOWN], ..rules.caps[0].clone() };
        assert_eq!(state(&rules, 1, &live, &[]), until, "{:?}", rules.caps[0].kind);
        assert_eq!(state(&rules, 10, &live, &[]), CapState::Used(0), "it is reserved no longer");
        let done = [Reserved { confirmed: vec![Event::DECIDED, Event::SHOWN], ..live[0].clone() }];
        assert_eq!(state(&rules, 2, &done, &[1]), CapState::Until(minutes(61)), "a fact, and not both");
        let ahead = [reserved(minutes(3), &stamp)];
        assert_eq!(state(&rules, 2, &ahead, &[]), CapState::Until(minutes(62)), "another clock is ahead");
    }
    rules.caps[0].kind = CapKind::Pause { length: hour, without: Vec::new() };
    rules.caps[0].at_most = 3;
    assert_eq!(state(&rules, 1, &live, &[-30]), CapState::Used(2), "what counts towards the next pause");
    assert_eq!(state(&rules, 1, &live, &[-30, -20]), until, "it begins with what was decided last");
    let two = [reserved(minutes(0), &stamp), reserved(minutes(1), &stamp)];
    assert_eq!(state(&rules, 2, &two, &[-30]), CapState::Until(minutes(61)));
}

#[test]
fn a_reservation_is_kept_until_no_cap_reckons_with_it() {
    let (rules, stamp) = by(|_| CapUnit::Everybody);
    let over = |now: i64| is_over(&rules, CapUnit::Everybody, minutes(0), &stamp, minutes(now));
    assert!(!over(9) && over(10));
    let home = CapUnit::Attribute(household(&rules));
    assert!(is_over(&rules, home, minutes(0), &stamp, minutes(1)), "no cap counts by it");
}

#[test]
fn a_store_that_is_down_stops_what_its_cap_or_class_says() {
    let (mut rules, _) = by(|_| CapUnit::Customer);
    let frame = |rules: &RuleSet| {
        let mut anna = facts(rules, minutes(0), &[(at::ID, "anna")]);
        anna.store_down = true;
        gather(rules, &anna)
    };
    let cap = crate::model::CapId(0);
    let stops = |rules: &RuleSet, class| frame(rules).stops(rules, cap, class);
    assert_eq!(frame(&rules).caps[0], CapState::NoStore);
    assert!(stops(&rules, Class::Marketing) && stops(&rules, Class::Lifecycle) && !stops(&rules, Class::Service));
    rules.caps[0].store_down_blocks = Some(false);
    assert!(!stops(&rules, Class::Marketing));
    rules.caps[0].store_down_blocks = Some(true);
    assert!(stops(&rules, Class::Service));
}
