//! What gathering makes of facts, row by row.

use super::{CapState, ConsentRecord, Fact, Facts, Happened, Short, Stamp, Via, gather};
use crate::model::testing::{World, at, days, period, set_of, whole};
use crate::model::{
    AttributeId, Basis, CapKind, CapTarget, CapWindow, CapZone, Class, Event, EventId, OfferId, RuleId, RuleSet, Scope,
    TagId,
};
use crate::value::{Calendar, Consent, Date, Datum, Instant, Missing, Period, SCORE, Type, Unit, Value};

const NOW: &str = "2026-06-01T09:00Z";

fn known(rules: &RuleSet) -> Facts {
    let mut facts = Facts::nothing(rules, at(NOW));
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
    facts
}

#[test]
fn a_grant_opens_in_time_of_sufficient_version_and_confirmed() {
    let months = |count| Some(period(count, Unit::Month));
    // What the purpose demands, what was recorded (time, version, confirmed), and how it reads (R23).
    for (confirmed, version, valid, granted_at, of, is_confirmed, expected) in [
        (false, None, None, None, None, false, Consent::Granted),
        (true, None, None, None, None, false, Consent::Pending),
        (true, None, None, None, None, true, Consent::Granted),
        (false, Some(4), None, None, Some(4), false, Consent::Granted),
        (false, Some(4), None, None, Some(5), false, Consent::Granted),
        (false, Some(4), None, None, Some(3), false, Consent::Expired),
        (false, Some(4), None, None, None, false, Consent::Expired),
        // S25: 24 months, the end not included.
        (false, None, months(24), Some("2024-06-02T10:00Z"), None, false, Consent::Granted),
        (false, None, months(24), Some("2024-06-01T09:00:00.000001Z"), None, false, Consent::Granted),
        (false, None, months(24), Some("2024-06-01T09:00Z"), None, false, Consent::Expired),
        (false, None, months(24), None, None, false, Consent::Expired),
        // Beyond the skew it has not been given yet, demanded or not.
        (false, None, None, Some("2026-06-01T09:02Z"), None, false, Consent::Granted),
        (false, None, None, Some("2026-06-01T09:02:00.000001Z"), None, false, Consent::Pending),
        // Too old counts before not confirmed.
        (true, Some(4), None, None, Some(3), false, Consent::Expired),
        (true, Some(4), months(24), Some("2026-05-31T00:00Z"), Some(4), false, Consent::Pending),
        (true, Some(4), months(24), Some("2026-05-31T00:00Z"), Some(4), true, Consent::Granted),
    ] {
        let mut world = World::new();
        let id = world.purpose("newsletter", Basis::Consent, false);
        let purpose = &mut world.rules.purposes[0];
        (purpose.confirmed, purpose.version, purpose.valid) = (confirmed, version, valid);
        let mut facts = known(&world.rules);
        let record = ConsentRecord {
            status: Consent::Granted,
            granted_at: granted_at.map(at),
            version: of,
            confirmed: is_confirmed,
        };
        facts.set_consent(id, record);
        let frame = gather(&world.rules, &facts);
        assert_eq!(frame.consent(id), expected, "{purpose:?} {record:?}", purpose = world.rules[id]);
        assert_eq!(frame.shortfalls.is_empty(), expected == Consent::Granted, "{record:?}");
    }
}

#[test]
fn months_of_a_grant_are_clamped_at_their_end() {
    let mut world = World::new();
    let id = world.purpose("newsletter", Basis::Consent, false);
    world.rules.purposes[0].valid = Some(period(1, Unit::Month));
    for (now, expected) in [("2026-02-28T09:59:59Z", Consent::Granted), ("2026-02-28T10:00Z", Consent::Expired)] {
        let mut facts = Facts::nothing(&world.rules, at(now));
        let granted_at = Some(at("2026-01-31T10:00Z"));
        facts.set_consent(id, ConsentRecord { granted_at, ..ConsentRecord::of(Consent::Granted) });
        assert_eq!(gather(&world.rules, &facts).consent(id), expected, "{now}");
    }
}

#[test]
fn every_status_of_every_basis() {
    let interest = || Basis::LegitimateInterest("LIA-1".to_owned());
    for recorded in Consent::ALL {
        let mut world = World::new();
        let bases = [Basis::Consent, Basis::ExplicitConsent, interest()];
        let purposes = bases.map(|basis| world.purpose("p", basis, false));
        let mut facts = known(&world.rules);
        purposes.into_iter().for_each(|id| facts.set_consent(id, ConsentRecord::of(recorded)));
        let frame = gather(&world.rules, &facts);
        let interest = if recorded == Consent::Objected { Consent::Objected } else { Consent::Granted };
        assert_eq!(purposes.map(|id| frame.consent(id)), [recorded, recorded, interest]);
    }
}

#[test]
fn an_objection_closes_every_purpose_of_direct_marketing() {
    let mut world = World::new();
    let offers = world.purpose("offers", Basis::Consent, true);
    let fitting = world.purpose("fitting", Basis::LegitimateInterest("LIA-1".to_owned()), true);
    let profiling = world.purpose("profiling", Basis::Consent, false);
    let rules = &world.rules;
    let granted = |facts: &mut Facts| {
        [offers, fitting, profiling].into_iter().for_each(|id| facts.set_consent(id, ConsentRecord::granted(at(NOW))));
    };
    let read = |facts: &Facts| [offers, fitting, profiling].map(|id| gather(rules, facts).consent(id));
    let mut facts = known(rules);
    granted(&mut facts);
    assert_eq!(read(&facts), [Consent::Granted; 3]);
    facts.objects_to_direct_marketing = true;
    assert_eq!(read(&facts), [Consent::Objected, Consent::Objected, Consent::Granted]);
    facts.objects_to_direct_marketing = false;
    facts.set_consent(fitting, ConsentRecord::of(Consent::Objected));
    assert_eq!(read(&facts), [Consent::Objected, Consent::Objected, Consent::Granted]);
    granted(&mut facts);
    facts.set_consent(profiling, ConsentRecord::of(Consent::Objected));
    assert_eq!(read(&facts), [Consent::Granted, Consent::Granted, Consent::Objected], "not marked, so alone");
}

#[test]
fn an_attribute_is_masked_unless_every_purpose_is_open() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|name| world.purpose(name, Basis::Consent, false));
    let [viewed, page] = ["viewed", "page"].map(|name| world.customer(name, Type::Text));
    world.attribute(page).scope = Scope::Moment;
    let key = world.rules.key().unwrap();
    for id in [viewed, page, key] {
        world.attribute(id).needs = vec![a, b];
    }
    let capped = world.cap("cap", 1, &[Event::SHOWN], CapWindow::Ever, CapTarget::Offers(Vec::new()));
    for (open, seen) in [(&[a, b][..], true), (&[a], false), (&[b], false), (&[], false)] {
        let mut facts = known(&world.rules);
        [viewed, page].into_iter().for_each(|id| facts.set(id, Fact::Known(Value::Text("x".into()), None)));
        open.iter().for_each(|id| facts.set_consent(*id, ConsentRecord::granted(facts.now)));
        let frame = gather(&world.rules, &facts);
        for id in [viewed, page, key] {
            let masked = *frame.attribute(id) == Datum::Missing(Missing::NoConsent);
            assert_eq!(masked, !seen, "{open:?} {}", world.rules[id].name);
        }
        assert_eq!(frame.caps[capped.index()], CapState::Used(0), "a masked key still counts");
    }
}

#[test]
fn nothing_is_known_of_an_anonymous_customer_but_the_moment_and_the_device() {
    let mut world = World::new();
    let consent = world.purpose("a", Basis::Consent, false);
    let [tier, page] = ["tier", "page"].map(|name| world.customer(name, Type::Text));
    world.attribute(page).scope = Scope::Moment;
    world.cap("cap", 1, &[Event::SHOWN], CapWindow::Ever, CapTarget::Offers(Vec::new()));
    let mut facts = known(&world.rules);
    [tier, page].into_iter().for_each(|id| facts.set(id, Fact::Known(Value::Text("x".into()), None)));
    facts.set_consent(consent, ConsentRecord::granted(facts.now));
    assert!(gather(&world.rules, &facts).attribute(tier).known().is_some());
    for nobody in [Fact::Missing(Missing::Absent), Fact::Known(Value::Text("".into()), None)] {
        facts.set(world.rules.key().unwrap(), nobody);
        let frame = gather(&world.rules, &facts);
        assert_eq!(frame.attribute(tier), &Datum::Missing(Missing::Absent));
        assert!(frame.attribute(page).known().is_some());
        assert_eq!(frame.consent(consent), Consent::Granted, "the device's own record");
        assert_eq!(frame.caps, [CapState::UnknownUnit]);
    }
}

#[test]
fn freshness_counts_from_the_stamp_inclusive() {
    let mut world = World::new();
    let status = world.customer("status", Type::YesNo);
    let fresh: Option<Period> = Some(period(30, Unit::Minute));
    let missing = |reason| Datum::Missing(reason);
    let yes = || Datum::Known(Value::YesNo(true));
    for (fresh, stamp, expected) in [
        (fresh, Some("2026-06-01T08:30Z"), yes()),
        (fresh, Some("2026-06-01T08:29:59.999999Z"), missing(Missing::Stale)),
        (fresh, None, missing(Missing::Unstamped)),
        (fresh, Some("2026-06-01T09:02Z"), yes()),
        (fresh, Some("2026-06-01T09:02:00.000001Z"), missing(Missing::FromTheFuture)),
        (None, None, yes()),
        (None, Some("2020-01-01T00:00Z"), yes()),
        (None, Some("2026-06-01T09:02:00.000001Z"), missing(Missing::FromTheFuture)),
    ] {
        world.attribute(status).fresh = fresh;
        let mut facts = known(&world.rules);
        facts.set(status, Fact::Known(Value::YesNo(true), stamp.map(at)));
        assert_eq!(gather(&world.rules, &facts).attribute(status), &expected, "{fresh:?} {stamp:?}");
    }
}

#[test]
fn a_number_with_a_range_is_never_where_its_mapping_announces_it() {
    let mut world = World::new();
    let contacted = world.customer("contacted", whole(0, 998));
    let mapping = &mut world.attribute(contacted).mapping;
    mapping.spellings.push(("-1".into(), crate::model::Spelling::Value(Value::Never)));
    let mut facts = known(&world.rules);
    facts.set(contacted, Fact::Known(Value::Never, None));
    assert_eq!(gather(&world.rules, &facts).attribute(contacted), &Datum::Known(Value::Never));
}

#[test]
fn values_that_do_not_fit_their_type_are_missing() {
    let mut world = World::new();
    let list = world.list(&["a", "b"], false);
    let unreadable = Some(Missing::Unreadable);
    for (ty, value, reason) in [
        (whole(0, 130), Value::Number(0), None),
        (whole(0, 130), Value::Number(130), None),
        (whole(0, 130), Value::Number(131), unreadable),
        (whole(0, 130), Value::Number(-1), unreadable),
        (whole(0, 130), Value::Never, unreadable),
        (whole(-1_000_000_000, 1_000_000_000), Value::Never, None),
        (whole(0, 130), Value::Text("3".into()), unreadable),
        (Type::OneOf(list), Value::Member(1), None),
        (Type::OneOf(list), Value::Member(2), Some(Missing::NotInList)),
        (Type::OneOf(list), Value::Never, unreadable),
        (Type::YesNo, Value::YesNo(false), None),
        (Type::YesNo, Value::Number(1), unreadable),
        (Type::Text, Value::Text("".into()), None),
        (Type::Text, Value::Never, unreadable),
        (Type::Set, set_of(&[]), None),
        (Type::Set, Value::Text("a".into()), unreadable),
        (Type::Time, Value::Time(Instant::MAX), None),
        (Type::Time, Value::Time(Instant(Instant::MAX.0 + 1)), unreadable),
        (Type::Time, Value::Never, None),
        (Type::Date, Value::Date(Date::MIN), None),
        (Type::Date, Value::Date(Date(Date::MIN.0 - 1)), unreadable),
        (Type::Date, Value::Never, None),
        (Type::Zone, Value::Text("Europe/Berlin".into()), None),
        (Type::Zone, Value::Text("+02:00".into()), unreadable),
    ] {
        let mut world = World { rules: world.rules.clone() };
        let id = world.customer("x", ty);
        let mut facts = known(&world.rules);
        facts.set(id, Fact::Known(value.clone(), None));
        let expected = reason.map_or(Datum::Known(value.clone()), Datum::Missing);
        assert_eq!(gather(&world.rules, &facts).attribute(id), &expected, "{ty:?} {value:?}");
    }
}

#[test]
fn a_score_is_the_decayed_sum_of_its_increments() {
    let mut world = World::new();
    let interest = world.customer("interest", Type::Score(period(72, Unit::Hour)));
    let age = world.customer("age", whole(0, 9));
    let read = |world: &World, id: AttributeId, fact: Fact| {
        let mut facts = known(&world.rules);
        facts.set(id, fact);
        gather(&world.rules, &facts).attribute(id).clone()
    };
    let number = |value: i64| Datum::Known(Value::Number(value));
    let missing = Datum::Missing;
    let parts = |parts: &[(i64, &str)]| Fact::Increments(parts.iter().map(|(part, time)| (*part, at(time))).collect());
    // S11, customer C: an increment five minutes ahead is set aside.
    let s11 = parts(&[
        (40_000_000, "2026-06-01T09:00Z"),
        (10_000_000, "2026-06-01T09:00Z"),
        (40_000_000, "2026-06-01T09:05Z"),
    ]);
    assert_eq!(read(&world, interest, s11), number(50_000_000));
    assert_eq!(read(&world, interest, parts(&[(40_000_000, "2026-05-29T09:00Z")])), number(20_000_000));
    assert_eq!(read(&world, interest, parts(&[])), number(0), "known to be nothing");
    let one = |stamp: Option<&str>| Fact::Known(Value::Number(40_000_000), stamp.map(at));
    assert_eq!(read(&world, interest, one(Some("2026-05-29T09:00Z"))), number(20_000_000));
    assert_eq!(read(&world, interest, one(None)), missing(Missing::Unstamped));
    assert_eq!(read(&world, interest, one(Some("2026-06-01T09:05Z"))), missing(Missing::FromTheFuture));
    assert_eq!(read(&world, interest, Fact::Known(Value::Never, None)), missing(Missing::Unstamped));
    assert_eq!(read(&world, interest, parts(&[(SCORE.max + 1, NOW)])), missing(Missing::Unreadable));
    assert_eq!(read(&world, age, parts(&[(1, NOW)])), missing(Missing::Unreadable));
    world.attribute(interest).fresh = Some(days(1));
    assert_eq!(read(&world, interest, parts(&[(1, "2026-05-31T08:59Z")])), missing(Missing::Stale));
    assert_eq!(read(&world, interest, parts(&[(2, "2026-01-01T00:00Z"), (1, "2026-06-01T09:00Z")])), number(1));
    assert_eq!(read(&world, interest, parts(&[])), missing(Missing::Unstamped));
}

/// R25: which events a cap counts, by time and by what they are stamped with.
#[test]
fn caps_count_events_in_their_window_and_of_their_target() {
    let mut world = World::new();
    let [promo, other] = ["promo", "other"].map(|name| world.tag(name));
    let [sale, tips] = ["sale", "tips"].map(|name| world.offer(name, Class::Marketing));
    let help = world.offer("help", Class::Service);
    let slot = world.slot("hero", None);
    let [first, second] = [("first", 2), ("second", 1)].map(|(name, priority)| world.rule(name, slot, sale, priority));
    let purchase = world.event("purchase");
    let week = CapWindow::Rolling(days(7));
    let events = [Event::SHOWN, purchase];
    let on_offer = world.cap("on_offer", 9, &events, week, CapTarget::Offers(vec![sale, help]));
    let on_tag = world.cap("on_tag", 9, &events, week, CapTarget::Tags(vec![promo]));
    let on_rule = world.cap("on_rule", 9, &events, week, CapTarget::Rules(vec![first]));
    let ever = world.cap("ever", 9, &events, CapWindow::Ever, CapTarget::Offers(vec![sale]));
    let service = world.rule("service", slot, help, 1);
    let own = world.own_cap(service, 9, Event::SHOWN, week);
    let stamped = |offer: Option<OfferId>, rule: Option<RuleId>, via: Option<Via>, tags: &[TagId]| Stamp::Of {
        offer,
        rule,
        via,
        class: None,
        tags: tags.to_vec(),
        channel: None,
    };
    let plain = || stamped(Some(sale), Some(first), None, &[promo]);
    let clicked = EventId(4);
    // Event, time, stamp; counted by: offer, tag, rule, ever, the service rule's own clause.
    for (event, time, stamp, expected) in [
        (Event::SHOWN, "2026-06-01T09:00Z", plain(), [1, 1, 1, 1, 0]),
        // Up to two minutes after now it is as of now.
        (Event::SHOWN, "2026-06-01T09:02Z", plain(), [1, 1, 1, 1, 0]),
        (Event::SHOWN, "2026-06-01T09:02:00.000001Z", plain(), [0, 0, 0, 0, 0]),
        (Event::SHOWN, "2026-05-25T09:00:00.000001Z", plain(), [1, 1, 1, 1, 0]),
        (Event::SHOWN, "2026-05-25T09:00Z", plain(), [0, 0, 0, 1, 0]),
        (clicked, "2026-06-01T09:00Z", plain(), [0, 0, 0, 0, 0]),
        (purchase, "2026-06-01T09:00Z", Stamp::Unstamped, [1, 1, 1, 1, 0]),
        (Event::SHOWN, "2026-06-01T09:00Z", Stamp::Unstamped, [1, 1, 1, 1, 1]),
        (Event::SHOWN, NOW, stamped(Some(sale), Some(first), Some(Via::Capped), &[]), [1, 0, 0, 1, 0]),
        (Event::SHOWN, NOW, stamped(Some(sale), Some(second), None, &[other]), [1, 0, 0, 1, 0]),
        (Event::SHOWN, NOW, stamped(Some(tips), None, None, &[promo]), [0, 1, 0, 0, 0]),
        (Event::SHOWN, NOW, stamped(None, Some(first), None, &[promo]), [0, 1, 1, 0, 0]),
        (Event::SHOWN, NOW, stamped(None, None, None, &[]), [0, 0, 0, 0, 0]),
        // What a service offer shows uses up its own rule's clause and no declared cap.
        (Event::SHOWN, NOW, stamped(Some(help), Some(first), None, &[promo]), [0, 0, 0, 0, 1]),
    ] {
        let mut facts = known(&world.rules);
        facts.history = vec![Happened::plain(event, at(time), stamp.clone())];
        let frame = gather(&world.rules, &facts);
        let used = [on_offer, on_tag, on_rule, ever, own].map(|cap| frame.caps[cap.index()]);
        assert_eq!(used, expected.map(CapState::Used), "{event:?} {time} {stamp:?}");
    }
}

#[test]
fn an_event_at_no_readable_time_counts_in_every_window() {
    let mut world = World::new();
    let slot = world.slot("banner", None);
    let sale = world.offer("sale", Class::Marketing);
    let rule = world.rule("sale", slot, sale, 1);
    let week = world.cap("week", 9, &[Event::SHOWN], CapWindow::Rolling(days(7)), CapTarget::Offers(vec![sale]));
    let clicks = world.cap("clicks", 9, &[EventId(4)], CapWindow::Ever, CapTarget::Offers(vec![sale]));
    let mut facts = known(&world.rules);
    let class =
        |class| Stamp::Of { offer: Some(sale), rule: Some(rule), via: None, class, tags: Vec::new(), channel: None };
    facts.undated = vec![(Event::SHOWN, class(None)), (Event::SHOWN, Stamp::Unstamped)];
    let used = |facts: &Facts| [week, clicks].map(|cap| gather(&world.rules, facts).caps[cap.index()]);
    assert_eq!(used(&facts), [2, 0].map(CapState::Used));
    facts.undated.push((Event::SHOWN, class(Some(Class::Service))));
    assert_eq!(used(&facts), [2, 0].map(CapState::Used), "what was a service then used up nothing");
}

/// A window of the calendar holds what happened since its period began, as the clocks of its zone show it.
#[test]
fn calendars_count_from_their_first_midnight() {
    let mut world = World::new();
    let sale = world.offer("sale", Class::Marketing);
    let zone = world.customer("zone", Type::Zone);
    let target = CapTarget::Offers(vec![sale]);
    let daily = world.cap("daily", 9, &[Event::SHOWN], CapWindow::Calendar(Calendar::Day), target);
    world.rules.caps[daily.index()].zone = Some(CapZone::Attribute(zone));
    let stamp = Stamp::Of { offer: Some(sale), rule: None, via: None, class: None, tags: Vec::new(), channel: None };
    let used = |world: &World, now: &str, shown: &str, fact: Fact| {
        let mut facts = known(&world.rules);
        facts.now = at(now);
        facts.set(zone, fact);
        facts.history = vec![Happened::plain(Event::SHOWN, at(shown), stamp.clone())];
        gather(&world.rules, &facts).caps[daily.index()]
    };
    let in_zone = |zone: &str| Fact::Known(Value::Text(zone.into()), None);
    for (zone, now, shown, expected) in [
        ("Europe/Berlin", "2026-06-15T10:00Z", "2026-06-14T22:00Z", 1),
        ("Europe/Berlin", "2026-06-15T10:00Z", "2026-06-14T21:59:59.999999Z", 0),
        // The same events read in the zone the customer has moved to.
        ("Europe/London", "2026-06-15T10:00Z", "2026-06-14T22:00Z", 0),
        // The day on which summer time ends has 25 hours.
        ("Europe/Berlin", "2026-10-25T22:59Z", "2026-10-24T22:00Z", 1),
        ("Europe/Berlin", "2026-10-25T23:00Z", "2026-10-25T22:59:59Z", 0),
        // What has not happened yet does not count; of a clock that is a little fast it has.
        ("Europe/Berlin", "2026-06-15T10:00Z", "2026-06-15T10:02Z", 1),
        ("Europe/Berlin", "2026-06-15T10:00Z", "2026-06-15T10:02:01Z", 0),
    ] {
        assert_eq!(used(&world, now, shown, in_zone(zone)), CapState::Used(expected), "{zone} {now} {shown}");
    }
    let (now, shown) = ("2026-06-15T10:00Z", "2026-06-14T22:00Z");
    let absent = || Fact::Missing(Missing::Absent);
    assert_eq!(used(&world, now, shown, absent()), CapState::UnknownZone);
    assert_eq!(used(&world, now, shown, in_zone("Mars/Base")), CapState::UnknownZone);
    world.rules.attributes[zone.index()].default = Some(Value::Text("Europe/Berlin".into()));
    assert_eq!(used(&world, now, shown, absent()), CapState::Used(1), "the declared default stands in");
    assert_eq!(used(&world, now, shown, Fact::Missing(Missing::Unreadable)), CapState::UnknownZone);
}

/// R29: a pause begins at the event that makes its number and has an end of its own.
#[test]
fn pauses_run_from_the_last_of_their_events() {
    let mut world = World::new();
    let [sale, other] = ["sale", "other"].map(|name| world.offer(name, Class::Marketing));
    let target = CapTarget::Offers(vec![sale]);
    let pause = world.cap("tired", 3, &[Event::SHOWN], CapWindow::Rolling(days(7)), target);
    let clicked = EventId(4);
    world.rules.caps[pause.index()].kind = CapKind::Pause { length: days(10), without: vec![clicked] };
    let of =
        |offer| Stamp::Of { offer: Some(offer), rule: None, via: None, class: None, tags: Vec::new(), channel: None };
    let day = |count: f64| Instant(at(NOW).0 + (count * 86_400_000_000.0) as i64);
    let state = |shown: &[f64], more: &[(f64, Stamp)]| {
        let mut facts = known(&world.rules);
        facts.history = shown.iter().map(|at| Happened::plain(Event::SHOWN, day(*at), of(sale))).collect();
        let clicks = more.iter().map(|(at, stamp)| Happened::plain(clicked, day(*at), stamp.clone()));
        facts.history.extend(clicks);
        facts.history.reverse();
        gather(&world.rules, &facts).caps[pause.index()]
    };
    let until = |at: f64| CapState::Until(day(at));
    assert_eq!(state(&[-9.0, -7.5, -6.0], &[]), until(4.0), "begun by the third, whatever the window holds today");
    assert_eq!(state(&[-12.0, -11.0, -10.0], &[]), CapState::Used(0), "its end does not belong to it");
    assert_eq!(state(&[-12.0, -11.0, -9.999], &[]), until(0.001));
    assert_eq!(state(&[-13.0, -9.0, -6.0], &[]), CapState::Used(1), "seven days apart are not in any seven days");
    assert_eq!(state(&[-12.999, -9.0, -6.0], &[]), until(4.0));
    assert_eq!(state(&[-9.0, -8.0, -7.0, -6.0], &[]), until(4.0), "one that begins during another makes it longer");
    assert_eq!(state(&[-3.0, -2.0, 1.0], &[]), CapState::Used(2), "what has not happened yet does not count");
    assert_eq!(
        state(&[-9.0, -8.0, -7.0], &[(-8.5, of(sale))]),
        CapState::Used(0),
        "a click between the first and the last"
    );
    assert_eq!(state(&[-9.0, -8.0, -7.0], &[(-9.0, of(sale))]), CapState::Used(0), "with the first");
    assert_eq!(state(&[-9.0, -8.0, -7.0], &[(-7.0, of(sale))]), CapState::Used(0), "with the last");
    assert_eq!(state(&[-9.0, -8.0, -7.0], &[(-6.9, of(sale))]), until(3.0), "a later one ends nothing");
    assert_eq!(state(&[-9.0, -8.0, -7.0], &[(-8.5, of(other))]), until(3.0), "of something else");
    assert_eq!(state(&[-9.0, -8.0, -7.0], &[(-8.5, Stamp::Unstamped)]), until(3.0), "of nobody knows what");
    assert_eq!(state(&[-3.0, -2.0], &[(-1.0, of(sale))]), CapState::Used(0), "a click lets the count start anew");
    assert_eq!(state(&[-3.0, -1.0], &[(-2.0, of(sale))]), CapState::Used(1));
    let minute = 1.0 / 1_440.0;
    assert_eq!(state(&[-3.0, -2.0, minute], &[]), until(10.0), "of a clock that is a little fast it is as of now");
    assert_eq!(state(&[-3.0, -2.0, 3.0 * minute], &[]), CapState::Used(2), "of one that is faster it is not yet");
    assert_eq!(state(&[-3.0, -2.0], &[(minute, of(sale))]), CapState::Used(0), "so is a click");
}

/// R35: a gap is elapsed time since the last event that reached the customer.
#[test]
fn gaps_are_over_after_their_time() {
    let mut world = World::new();
    let sale = world.offer("sale", Class::Marketing);
    let hours = Period { count: 8, unit: Unit::Hour };
    let target = CapTarget::Offers(vec![sale]);
    let gap = world.cap("air", 1, &Event::REACHING, CapWindow::Rolling(hours), target);
    world.rules.caps[gap.index()].kind = CapKind::Gap;
    let stamp = || Stamp::Of { offer: Some(sale), rule: None, via: None, class: None, tags: Vec::new(), channel: None };
    let state = |event: EventId, ago: &[i64]| {
        let mut facts = known(&world.rules);
        let happened = |ago: &i64| Happened::plain(event, Instant(at(NOW).0 - ago), stamp());
        facts.history = ago.iter().map(happened).collect();
        gather(&world.rules, &facts).caps[gap.index()]
    };
    let eight = 8 * 3_600_000_000;
    for event in Event::REACHING {
        assert_eq!(state(event, &[eight]), CapState::Used(0));
        assert_eq!(state(event, &[2 * eight, eight - 1, eight]), CapState::Until(Instant(at(NOW).0 + 1)));
        // The skew is two minutes.
        let skew = 120_000_000;
        let from_now = CapState::Until(at(NOW).plus(hours));
        assert_eq!(state(event, &[-skew]), from_now, "of a clock that is a little fast it is as of now");
        assert_eq!(state(event, &[-skew - 1]), CapState::Used(0), "what has not happened yet does not count");
    }
    assert_eq!(state(EventId(4), &[1]), CapState::Used(0), "a click reaches nobody");
    let mut facts = known(&world.rules);
    facts.undated = vec![(Event::SHOWN, Stamp::Unstamped)];
    let frame = gather(&world.rules, &facts);
    assert_eq!(frame.caps[gap.index()], CapState::Until(at(NOW).plus(hours)), "it may have been just now");
}

/// R49: the number is the customer's own, and what cannot be read blocks.
#[test]
fn a_cap_may_take_its_number_from_an_attribute() {
    let mut world = World::new();
    let sale = world.offer("sale", Class::Marketing);
    let wish = world.customer("wish", whole(0, 10));
    let week = CapWindow::Rolling(days(7));
    let cap = world.cap("own", 10, &[Event::SHOWN], week, CapTarget::Offers(vec![sale]));
    world.rules.caps[cap.index()].number = Some(wish);
    world.rules.attributes[wish.index()].default = Some(Value::Number(2));
    let stamp = Stamp::Of { offer: Some(sale), rule: None, via: None, class: None, tags: Vec::new(), channel: None };
    for (fact, shown, spent) in [
        (Fact::Known(Value::Number(3), None), 2, false),
        (Fact::Known(Value::Number(3), None), 3, true),
        (Fact::Known(Value::Number(0), None), 0, true),
        (Fact::Missing(Missing::Absent), 1, false),
        (Fact::Missing(Missing::Absent), 2, true),
        (Fact::Missing(Missing::Unreadable), 0, true),
        // Out of its range.
        (Fact::Known(Value::Number(11), None), 0, true),
        (Fact::Known(Value::Never, None), 0, true),
    ] {
        let mut facts = known(&world.rules);
        facts.history = vec![Happened::plain(Event::SHOWN, at(NOW), stamp.clone()); shown];
        facts.set(wish, fact.clone());
        assert_eq!(gather(&world.rules, &facts).is_spent(&world.rules, cap), spent, "{fact:?} {shown}");
    }
}

/// R31: `uncounted` keeps the events of a target out of the count, where they surely are of it.
#[test]
fn what_is_uncounted_uses_up_nothing() {
    let mut world = World::new();
    let [promo, news] = ["promo", "news"].map(|name| world.tag(name));
    let sale = world.offer("sale", Class::Marketing);
    let cap = world.cap("week", 9, &[Event::SHOWN], CapWindow::Ever, CapTarget::Tags(vec![promo]));
    world.rules.caps[cap.index()].uncounted = vec![CapTarget::Tags(vec![news])];
    let of = |tags: &[TagId]| Stamp::Of {
        offer: Some(sale),
        rule: None,
        via: None,
        class: None,
        tags: tags.to_vec(),
        channel: None,
    };
    for (stamp, used) in [(of(&[promo]), 1), (of(&[promo, news]), 0), (of(&[news]), 0), (Stamp::Unstamped, 1)] {
        let mut facts = known(&world.rules);
        facts.history = vec![Happened::plain(Event::SHOWN, at(NOW), stamp.clone())];
        assert_eq!(gather(&world.rules, &facts).caps[cap.index()], CapState::Used(used), "{stamp:?}");
    }
    // By class: that of the event, else that of its offer today.
    world.rules.caps[cap.index()].target = CapTarget::Classes(vec![Class::Marketing]);
    world.rules.caps[cap.index()].uncounted.clear();
    for (class, used) in [(None, 1), (Some(Class::Marketing), 1), (Some(Class::Lifecycle), 0)] {
        let mut facts = known(&world.rules);
        let stamp = Stamp::Of { offer: Some(sale), rule: None, via: None, class, tags: Vec::new(), channel: None };
        facts.history = vec![Happened::plain(Event::SHOWN, at(NOW), stamp)];
        assert_eq!(gather(&world.rules, &facts).caps[cap.index()], CapState::Used(used), "{class:?}");
    }
}

#[test]
fn what_a_grant_lacks_is_kept_for_the_explanation() {
    let mut world = World::new();
    let id = world.purpose("newsletter", Basis::Consent, false);
    world.rules.purposes[0].version = Some(4);
    let mut facts = known(&world.rules);
    facts.set_consent(id, ConsentRecord { version: Some(3), ..ConsentRecord::of(Consent::Granted) });
    let frame = gather(&world.rules, &facts);
    assert_eq!(frame.shortfalls.first().map(|one| &one.why), Some(&Short::Version { given: Some(3), wanted: 4 }));
    let offer = world.offer("letter", Class::Marketing);
    let slot = world.slot("mail", None);
    let rule = world.rule("letter", slot, offer, 1);
    world.change(rule).needs = vec![id];
    let lines = crate::eval::explain(&world.rules, &gather(&world.rules, &facts), slot).to_text();
    assert_eq!(lines[1], "  letter: no consent for newsletter (version 3 of 4)");
}
