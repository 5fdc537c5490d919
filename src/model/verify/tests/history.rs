//! What events add up to, damaged in one place.

use super::*;

const PURCHASE: Occurrence = Occurrence { event: EventId(7), of: None };

/// Damages by one more gathered value, in its place in the list.
#[track_caller]
fn refused_value(gathered: Gathered) -> Flaw {
    refused(|rules| {
        let halved = rules.gathered.pop();
        if matches!(gathered, Gathered::Halved { .. }) {
            rules.gathered.push(gathered);
            return;
        }
        rules.gathered.push(gathered);
        rules.gathered.sort();
        rules.gathered.extend(halved);
    })
}

fn hours(count: u32) -> Period {
    period(count, Unit::Hour)
}

#[test]
fn the_list_is_in_order_and_reads_only_what_stands_before() {
    let unsorted = Flaw::Unsorted("gathered values");
    assert_eq!(refused(|rules| rules.gathered.swap(0, 1)), unsorted);
    assert_eq!(refused(|rules| rules.gathered.insert(0, rules.gathered[0].clone())), unsorted);
    assert_eq!(refused(|rules| rules.gathered.rotate_right(1)), unsorted);
    let of_itself = Gathered::Halved {
        of: Operand::Gathered(GatheredId(5)),
        half_life: hours(1),
        since: Operand::Time(Instant(0)),
    };
    assert_eq!(refused_value(of_itself), Flaw::NoSuch { what: "gathered value", id: 5 });
    let far = |rules: &mut RuleSet| rules.segments[3].condition = Condition::Known(Expression::Gathered(GatheredId(6)));
    assert_eq!(refused(far), Flaw::NoSuch { what: "gathered value", id: 6 });
    let too_many = |rules: &mut RuleSet| rules.gathered = vec![Gathered::Last(PURCHASE); limits::GATHERED + 1];
    assert!(matches!(refused(too_many), Flaw::TooMany { what: "gathered values", .. }));
}

#[test]
fn everything_it_names_exists_and_fits() {
    let no = |what| Flaw::NoSuch { what, id: 99 };
    let of = |of| Gathered::Last(Occurrence { of: Some(of), ..PURCHASE });
    assert_eq!(refused_value(Gathered::Last(Occurrence { event: EventId(99), of: None })), no("event"));
    assert_eq!(refused_value(of(EventTarget::Offer(OfferId(99)))), no("offer"));
    assert_eq!(refused_value(of(EventTarget::Tag(TagId(99)))), no("tag"));
    assert_eq!(refused_value(of(EventTarget::Rule(RuleId(99)))), no("rule"));
    assert_eq!(refused_value(Gathered::Sum(PURCHASE, 99, Lookback::Ever)), no("field"));
    let text = |rules: &mut RuleSet| rules.events[7].fields[0].ty = Type::Text;
    assert!(matches!(refused(text), Flaw::Type { of: "a summed field", .. }));
    let nothing = Lookback::Last(hours(0));
    assert_eq!(refused_value(Gathered::Times(PURCHASE, nothing)), Flaw::Time("window"));
    assert_eq!(refused(|rules| rules.events[7].needs = vec![PurposeId(99)]), no("purpose"));
    assert_eq!(refused(|rules| rules.events[7].needs = vec![OWN, FITTING]), Flaw::Unsorted("purposes"));
    assert_eq!(refused(|rules| rules.events[3].needs = vec![OWN]), Flaw::BuiltIn("events"));
}

#[test]
fn what_halves_has_an_elapsed_half_life_and_six_places() {
    let term = |each, half_life| Gathered::Decayed(vec![Term { each, of: PURCHASE, half_life }]);
    let one = Increment::Points(1_000_000);
    assert_eq!(refused_value(Gathered::Decayed(Vec::new())), Flaw::Empty("terms"));
    assert_eq!(refused_value(term(one, hours(0))), Flaw::Time("half life"));
    assert_eq!(refused_value(term(one, period(1, Unit::Month))), Flaw::Time("half life"));
    assert_eq!(refused_value(term(Increment::Points(i64::MAX), hours(1))), Flaw::NumberType);
    let finer = |rules: &mut RuleSet| {
        rules.events[7].fields[0].ty = Type::Number(NumberType { scale: 7, min: 0, max: 1 });
    };
    assert_eq!(refused(finer), Flaw::Scale("a decaying sum"));
    let halved = |of, since| Gathered::Halved { of, half_life: hours(1), since };
    let now = || Operand::Time(Instant(0));
    assert!(matches!(refused_value(halved(Operand::Attribute(at::TIER), now())), Flaw::Type { .. }));
    assert!(matches!(refused_value(halved(Operand::Number(1, 0), Operand::Number(1, 0))), Flaw::Type { .. }));
    assert_eq!(refused_value(halved(Operand::Number(1, 7), now())), Flaw::Range("`halving`"));
    assert_eq!(refused_value(halved(Operand::Number(i64::MAX / 8, 0), now())), Flaw::Range("`halving`"));
    assert_eq!(refused_value(halved(Operand::Attribute(at::TENURE), now())), Flaw::Mark("else"));
    assert_eq!(refused_value(halved(Operand::Number(1, 0), Operand::Time(Instant(i64::MAX)))), Flaw::Time("time"));
    let guarded = |mark: fn(&mut Attribute)| refused(|rules| mark(&mut rules.attributes[at::BALANCE.index()]));
    assert_eq!(guarded(|attribute| attribute.never_used = true), Flaw::NeverUsed("balance".to_owned()));
    // What spares people is yes or no, and nothing of that kind fades.
    let protective = |attribute: &mut Attribute| (attribute.hidden, attribute.protective) = (true, true);
    assert_eq!(guarded(protective), Flaw::Mark("protective"));
}

#[test]
fn who_reads_events_needs_their_purposes() {
    let shopper = || Condition::Segment(SegmentId(3));
    assert_eq!(refused(|rules| rules.rules[2].when.push(clause(shopper()))), Flaw::Needs("own_offers".to_owned()));
    let mut rules = rule_set();
    rules.rules[0].when.push(clause(shopper()));
    verify(&rules).unwrap();
}
