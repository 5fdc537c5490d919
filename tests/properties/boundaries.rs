//! One-second moves around each boundary flip exactly as stated: ages and the freshness of a value are inclusive, windows of
//! caps and pauses, dates and the term of a consent leave their end out. What is stated is written here once more, apart
//! from the code, for every such boundary of every program.

use std::ops::Range;

use cater::eval::{self, Fate, Reason, Who};
use cater::frame::{CapState, ConsentRecord, Fact, Facts, Frame, Happened, Stamp, gather};
use cater::model::{
    Active, AgeBound, AttributeId, BlockCause, CapId, CapKind, CapUnit, CapWindow, CapZone, Condition, Expression,
    PurposeId, RuleSet, SlotId, WindowId, WindowRow,
};
use cater::ops::{Comparison, Direction};
use cater::value::{Consent, Datum, Instant, Missing, Period, Truth, Type, Value, Weekday, Zone};

use super::{SECOND, Subject, effort, frame, on_everybody, subjects};
use crate::engines::rng::Rng;
use crate::engines::walk::{self, Part};

fn moved(at: Instant, seconds: i64) -> Instant {
    Instant(at.0 + seconds * SECOND)
}

/// Every condition of the rules, with what stands in it.
fn conditions(rules: &RuleSet) -> Vec<&Condition> {
    let mut found = Vec::new();
    let clauses = rules.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless).chain(&rule.expires));
    let rows = rules.windows.iter().flat_map(|window| &window.rows).filter_map(|row| row.when.as_ref());
    let blocks = rules.blocks.iter().filter_map(|block| match &block.cause {
        BlockCause::While(clause) => Some(clause),
        BlockCause::After(_) => None,
    });
    let channels = rules.channels.iter().flat_map(|channel| channel.conditions()).map(|(_, clause)| clause);
    for clause in clauses.chain(rows).chain(blocks).chain(channels) {
        walk::condition(rules, &clause.condition, &mut |part| {
            if let Part::Condition(condition) = part {
                found.push(condition);
            }
        });
    }
    found
}

/// As the language says it: how far `t` lies back (or ahead), in seconds beyond the bound.
fn stated(comparison: Comparison, beyond: i64) -> bool {
    match comparison {
        Comparison::AtLeast => beyond >= 0,
        Comparison::AtMost => beyond <= 0,
        Comparison::MoreThan => beyond > 0,
        Comparison::LessThan => beyond < 0,
    }
}

#[test]
fn ages_hold_at_their_edge_as_they_say() {
    let mut tried = 0_u32;
    for subject in subjects() {
        let rules = subject.rules();
        for condition in conditions(rules) {
            let Condition::Age(Expression::Attribute(id), direction, bound) = condition else { continue };
            if rules[*id].ty != Type::Time {
                continue;
            }
            let mut frame = Frame::empty(rules, Instant::parse("2026-06-15T10:00Z").expect("a time"));
            let mut truth = |at: Instant| {
                frame.attributes[id.index()] = Datum::Known(Value::Time(at));
                tried += 1;
                eval::condition(rules, &frame, condition)
            };
            let now = Instant::parse("2026-06-15T10:00Z").expect("a time");
            // Further away from now by so many seconds.
            let edge = |period: Period, seconds: i64| match direction {
                Direction::Old => moved(now.minus(period), -seconds),
                Direction::Ahead => moved(now.plus(period), seconds),
            };
            match bound {
                AgeBound::One(comparison, period) if period.count > 0 => {
                    for seconds in [-1, 0, 1] {
                        let holds = Truth::from(stated(*comparison, seconds));
                        assert_eq!(truth(edge(*period, seconds)), holds, "{}: {condition:?}, {seconds}", subject.name);
                    }
                }
                AgeBound::Between(from, to) => {
                    // Both ends are in, whichever way they lie.
                    let (near, far) = (edge(*from, 0), edge(*to, 0));
                    let holds = |at: Instant| match direction {
                        Direction::Old => far.0 <= at.0 && at.0 <= near.0,
                        Direction::Ahead => near.0 <= at.0 && at.0 <= far.0,
                    };
                    for at in [near, far].into_iter().flat_map(|at| [-1, 0, 1].map(|seconds| moved(at, seconds))) {
                        assert_eq!(truth(at), Truth::from(holds(at)), "{}: {condition:?}, {at:?}", subject.name);
                    }
                }
                AgeBound::One(..) => {}
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn dates_begin_with_their_first_instant_and_leave_out_their_end() {
    let mut tried = 0_u32;
    let is_over = |subject: &Subject, rule: usize, now: Instant| {
        let rules = subject.rules();
        let told = subject.explain(&Frame::empty(rules, now), rules.rules[rule].slot);
        let own = |who: &Who| matches!(who, Who::Rule { rule: name, .. } if *name == rules.rules[rule].name);
        let candidate = told.candidates.iter().find(|candidate| own(&candidate.who)).expect("every rule is told of");
        match &candidate.fate {
            Fate::Drops(reasons) => reasons.iter().any(|reason| matches!(reason, Reason::NotActive { .. })),
            Fate::Wins | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => false,
        }
    };
    for subject in subjects() {
        for (at, rule) in subject.rules().rules.iter().enumerate() {
            let offer = &subject.rules()[rule.show];
            let slot = &subject.rules()[rule.slot];
            if rule.off.is_some() || offer.off.is_some() || slot.off.is_some() || rule.review_by.is_some() {
                continue;
            }
            let both = [rule.active, offer.active].into_iter().flatten();
            let holds = |now: Instant| both.clone().all(|active| active.holds(now));
            for Active { from, until } in both.clone() {
                for edge in from.into_iter().chain(until) {
                    for seconds in [-1, 0, 1] {
                        let now = moved(edge, seconds);
                        let stated = from.is_none_or(|from| now.0 >= from.0) && until.is_none_or(|end| now.0 < end.0);
                        let context = format!("{}, {}: {seconds}", subject.name, rule.name);
                        assert_eq!(is_over(subject, at, now), !(stated && holds(now)), "{context}");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 10, "{tried}");
}

/// A customer with a key, in every household, at a moment.
fn somebody(rules: &RuleSet, now: Instant) -> Facts {
    let mut facts = Facts::nothing(rules, now);
    for (at, attribute) in rules.attributes.iter().enumerate() {
        let id = AttributeId::from_index(at);
        let is_unit = rules.caps.iter().any(|cap| cap.unit == CapUnit::Attribute(id));
        if attribute.key || is_unit {
            facts.set(id, Fact::Known(Value::Text("c1".into()), Some(now)));
        }
        if attribute.ty == Type::Zone {
            facts.set(id, Fact::Known(Value::Text("UTC".into()), Some(now)));
        }
    }
    for at in 0..rules.purposes.len() {
        facts.set_consent(PurposeId::from_index(at), ConsentRecord::granted(now));
    }
    facts
}

#[test]
fn what_caps_count_is_out_of_their_window_to_the_second() {
    let mut tried = [0_u32; 5];
    for subject in subjects() {
        let rules = subject.rules();
        let now = Instant::parse("2026-06-15T10:00Z").expect("a time");
        for (at, cap) in rules.caps.iter().enumerate() {
            let Some(event) = cap.events.first() else { continue };
            let state = |times: &[Instant]| {
                let mut facts = somebody(rules, now);
                facts.history = times.iter().map(|at| Happened::plain(*event, *at, Stamp::Unstamped)).collect();
                gather(rules, &facts).caps[CapId::from_index(at).index()]
            };
            // Nobody knows whose it is where the rules have no key, or where it needs more than there is; and `alone`
            // nobody asks.
            if cap.alone || state(&[]) != CapState::Used(0) {
                continue;
            }
            let context = |seconds: i64| format!("{}, {}: {seconds}", subject.name, cap.name);
            match (&cap.kind, cap.window) {
                (CapKind::Cap, CapWindow::Rolling(period)) => {
                    for seconds in [-1, 0, 1] {
                        let used = u32::from(seconds > 0);
                        let edge = moved(now.minus(period), seconds);
                        assert_eq!(state(&[edge]), CapState::Used(used), "{}", context(seconds));
                        tried[0] += 1;
                    }
                    // Up to the skew after now it is as of now.
                    let skew = now.plus(rules.defaults.skew);
                    for (seconds, used) in [(-1, 1), (0, 1), (1, 0)] {
                        assert_eq!(state(&[moved(skew, seconds)]), CapState::Used(used), "{}", context(seconds));
                    }
                }
                (CapKind::Cap, CapWindow::Ever) => {
                    assert_eq!(state(&[now]), CapState::Used(1), "{}", context(0));
                    assert_eq!(state(&[Instant(0)]), CapState::Used(1), "{}", context(0));
                }
                (CapKind::Cap, CapWindow::Calendar(calendar)) => {
                    let zone = match &cap.zone {
                        Some(CapZone::Named(zone)) => zone.as_str(),
                        Some(CapZone::Attribute(id)) if rules[*id].needs.is_empty() => "UTC",
                        Some(CapZone::Attribute(_)) | None => continue,
                    };
                    let Some(start) = calendar.start(now, zone) else { continue };
                    for seconds in [-1, 0, 1] {
                        let used = u32::from(seconds >= 0);
                        assert_eq!(state(&[moved(start, seconds)]), CapState::Used(used), "{}", context(seconds));
                        tried[1] += 1;
                    }
                }
                (CapKind::Gap, CapWindow::Rolling(period)) => {
                    for seconds in [-1, 0, 1] {
                        let at = moved(now.minus(period), seconds);
                        let runs = matches!(state(&[at]), CapState::Until(_));
                        assert_eq!(runs, now.0 < at.plus(period).0, "{}", context(seconds));
                        tried[2] += 1;
                    }
                }
                (CapKind::Pause { length, .. } | CapKind::Block { length }, _) => {
                    for seconds in [-1, 0, 1] {
                        let at = moved(now.minus(*length), seconds);
                        let times = vec![at; cap.at_most.max(1) as usize];
                        let runs = matches!(state(&times), CapState::Until(_));
                        assert_eq!(runs, now.0 < at.plus(*length).0, "{}", context(seconds));
                        tried[if matches!(cap.kind, CapKind::Block { .. }) { 4 } else { 3 }] += 1;
                    }
                }
                (CapKind::Gap, CapWindow::Ever | CapWindow::Calendar(_)) => {}
            }
        }
    }
    // Gaps are rare where little is made; the cases of the grammar have them to the second.
    let enough = |(kind, count): (usize, &u32)| *count > 2 || kind == 2 && effort() == 1;
    assert!(tried.iter().enumerate().all(enough), "{tried:?}");
}

/// The seconds that all rows of a day of the week leave, from its midnight on and perhaps into the next day.
fn hours_of(rows: &[WindowRow], day: Weekday) -> Range<i64> {
    let of_day = || rows.iter().filter(|row| row.days.contains(&day));
    let until = |row: &WindowRow| i64::from(row.closes) + if row.closes < row.opens { 86_400 } else { 0 };
    let opens = of_day().map(|row| i64::from(row.opens)).max().unwrap_or(0);
    // A row of the whole day takes nothing from what goes on over midnight.
    let ends = of_day().filter(|row| !row.is_whole_day()).map(until).min();
    opens..ends.unwrap_or(if of_day().next().is_some() { 86_400 } else { 0 })
}

#[test]
fn windows_open_and_close_to_the_second() {
    let mut tried = [0_u32; 2];
    for subject in subjects() {
        let rules = subject.rules();
        for (at, window) in rules.windows.iter().enumerate() {
            // On the clocks of one zone: `somebody` is at home in UTC.
            let zone = match window.zones.first.first() {
                Some(CapZone::Named(zone)) => zone.as_str(),
                Some(CapZone::Attribute(id)) if rules[*id].needs.is_empty() => "UTC",
                Some(CapZone::Attribute(_)) | None => continue,
            };
            if window.rows.iter().any(|row| row.when.is_some()) {
                continue;
            }
            let clock = Zone::named(zone).expect("a zone");
            // In June nobody sets a clock.
            let week = ["2026-06-14T00:00Z", "2026-06-22T00:00Z"].map(|at| Instant::parse(at).expect("a time"));
            for turn in clock.turns(week[0], week[1], &window.times()) {
                for seconds in [-1, 0, 1] {
                    let now = moved(turn, seconds);
                    let shown = clock.clock(now);
                    let (second, before) =
                        (shown.micros / SECOND, Weekday::ALL[(shown.weekday as usize + 6) % Weekday::ALL.len()]);
                    let stated = hours_of(&window.rows, shown.weekday).contains(&second)
                        || hours_of(&window.rows, before).contains(&(second + 86_400));
                    let frame = gather(rules, &somebody(rules, now));
                    let is_open = eval::window_is_open(rules, &frame, WindowId::from_index(at));
                    assert_eq!(is_open, stated, "{}, {} at {now:?}", subject.name, window.name);
                    tried[usize::from(is_open)] += 1;
                }
            }
        }
    }
    assert!(tried.iter().all(|count| *count > 100), "{tried:?}");
}

/// What became of each candidate: the step at which it dropped out, or that it did not.
fn fates(subject: &Subject, frame: &Frame, slot: SlotId) -> Vec<(Who, String)> {
    let of = |fate: &Fate| match fate {
        Fate::Drops(reasons) => {
            reasons.iter().map(|reason| format!("{} {:?}", reason.step(), reason.short())).collect()
        }
        Fate::Wins | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => String::new(),
    };
    subject.explain(frame, slot).candidates.into_iter().map(|candidate| (candidate.who, of(&candidate.fate))).collect()
}

#[test]
fn it_is_worth_asking_again_when_it_is_said() {
    let mut tried = 0_u32;
    on_everybody(60, |subject, facts, _| {
        let rules = subject.rules();
        let frame = gather(rules, facts);
        for slot in subject.slots() {
            let decision = subject.decide(&frame, slot);
            let Some(again) = decision.again else { continue };
            assert!(frame.now < again && again.0 <= frame.now.plus(rules.defaults.horizon).0, "{}", subject.name);
            let [before, then] = [-1, 0].map(|more| frame.at(rules, Instant(again.0 + more)));
            // A microsecond makes the difference for somebody; unless something else has changed until then, which may stop
            // whoever passes that step now at an earlier one.
            let until_then = fates(subject, &before, slot);
            if until_then == fates(subject, &frame, slot) {
                let context = || format!("{}: {decision:?} of {frame:?}", subject.name);
                assert_ne!(until_then, fates(subject, &then, slot), "{}", context());
                tried += 1;
            }
        }
    });
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_value_is_fresh_and_a_consent_is_open_to_the_second() {
    let mut tried = [0_u32; 2];
    for subject in subjects() {
        let rules = subject.rules();
        let mut rng = Rng::new(9);
        let now = subject.customer(&mut rng).now;
        for (at, attribute) in rules.attributes.iter().enumerate() {
            let Some(fresh) = attribute.fresh.filter(|_| !attribute.key) else { continue };
            let Some(value) = value_of(subject, AttributeId::from_index(at), &mut rng) else { continue };
            for seconds in [-1, 0, 1] {
                let mut facts = somebody(rules, now);
                let taken = moved(now.minus(fresh), seconds);
                facts.set(AttributeId::from_index(at), Fact::Known(value.clone(), Some(taken)));
                let is_known = frame(subject, &facts).attributes[at] != Datum::Missing(Missing::Stale);
                assert_eq!(is_known, seconds >= 0, "{}, {}: {seconds}", subject.name, attribute.name);
                tried[0] += 1;
            }
        }
        for (at, purpose) in rules.purposes.iter().enumerate() {
            let Some(valid) = purpose.valid else { continue };
            if matches!(purpose.basis, cater::model::Basis::LegitimateInterest(_)) {
                continue;
            }
            for seconds in [-1, 0, 1] {
                let mut facts = somebody(rules, moved(now.plus(valid), seconds));
                let record = ConsentRecord { granted_at: Some(now), ..ConsentRecord::granted(now) };
                facts.set_consent(PurposeId::from_index(at), record);
                let is_open = frame(subject, &facts).consent[at] == Consent::Granted;
                assert_eq!(is_open, seconds < 0, "{}, {}: {seconds}", subject.name, purpose.name);
                tried[1] += 1;
            }
        }
    }
    assert!(tried.iter().all(|count| *count > 2), "{tried:?}");
}

/// Some value of an attribute, as customers have it.
fn value_of(subject: &Subject, id: AttributeId, rng: &mut Rng) -> Option<Value> {
    (0..30).find_map(|_| match &subject.customer(rng).attributes[id.index()] {
        Fact::Known(value, _) => Some(value.clone()),
        Fact::Missing(_) | Fact::Increments(_) => None,
    })
}
