//! Damaged calendars, pauses, gaps, blocks, numbers and exemptions of caps.

use super::super::sample::{period, rule_set, span};
use super::super::{Flaw, verify};
use super::{clause, literal, refused};
use crate::model::*;
use crate::value::{Calendar, Unit};

#[test]
fn calendars_pauses_and_gaps() {
    let daily = |zone: Option<CapZone>| {
        move |rules: &mut RuleSet| {
            rules.caps[0].window = CapWindow::Calendar(Calendar::Day);
            rules.caps[0].zone = zone;
        }
    };
    let named = |zone: &str| Some(CapZone::Named(zone.to_owned()));
    let mut rules = rule_set();
    daily(named("Europe/Berlin"))(&mut rules);
    assert_eq!(verify(&rules).map(drop), Ok(()));
    assert_eq!(refused(daily(None)), Flaw::Zone);
    assert_eq!(refused(daily(named("Mars/Base"))), Flaw::Zone);
    assert_eq!(refused(daily(Some(CapZone::Attribute(AttributeId(0))))), Flaw::Zone, "a text is no zone");
    let far = Some(CapZone::Attribute(AttributeId(99)));
    assert_eq!(refused(daily(far)), Flaw::NoSuch { what: "attribute", id: 99 });
    assert_eq!(refused(|rules| rules.caps[0].zone = Some(CapZone::Named("UTC".to_owned()))), Flaw::Zone);

    let week = period(7, Unit::Day);
    let pause =
        |length, without: &[u32]| CapKind::Pause { length, without: without.iter().copied().map(EventId).collect() };
    let mut rules = rule_set();
    rules.caps[0].kind = pause(week, &[4]);
    assert_eq!(verify(&rules).map(drop), Ok(()));
    assert_eq!(refused(|rules| rules.caps[0].kind = pause(period(0, Unit::Day), &[])), Flaw::CapOfNothing);
    assert_eq!(refused(|rules| rules.caps[0].kind = pause(week, &[4, 3])), Flaw::Unsorted("events"));
    assert_eq!(refused(|rules| rules.caps[0].kind = pause(week, &[99])), Flaw::NoSuch { what: "event", id: 99 });
    assert_eq!(refused(|rules| rules.caps[3].kind = pause(week, &[])), Flaw::Kind, "no clause of a rule");
    let mixed = |rules: &mut RuleSet| {
        daily(named("UTC"))(rules);
        rules.caps[0].kind = pause(week, &[]);
    };
    assert_eq!(refused(mixed), Flaw::Kind);

    let gap = |rules: &mut RuleSet| {
        rules.caps[0].kind = CapKind::Gap;
        rules.caps[0].at_most = 1;
        rules.caps[0].events = Event::REACHING.to_vec();
    };
    let mut rules = rule_set();
    gap(&mut rules);
    assert_eq!(verify(&rules).map(drop), Ok(()));
    for wrong in [
        |rules: &mut RuleSet| rules.caps[0].at_most = 2,
        |rules: &mut RuleSet| rules.caps[0].events = vec![Event::SHOWN],
        |rules: &mut RuleSet| rules.caps[0].window = CapWindow::Ever,
    ] {
        let both = |rules: &mut RuleSet| {
            gap(rules);
            wrong(rules);
        };
        assert_eq!(refused(both), Flaw::Kind);
    }
}

#[test]
fn blocks_that_bind() {
    let block =
        |name: &str, cause, target| Block { name: name.into(), label: String::new(), span: span(), cause, target };
    let marketing = || CapTarget::Classes(vec![Class::Marketing]);
    // After an event: the count stands among the caps under the block's name; on a class.
    let blocked = |rules: &mut RuleSet| {
        let count = Cap {
            name: "alarm".into(),
            kind: CapKind::Block { length: period(1, Unit::Day) },
            at_most: 1,
            window: CapWindow::Ever,
            target: CapTarget::Anything,
            ..rules.caps[0].clone()
        };
        rules.caps.insert(0, count);
        let shifted = |caps: &mut Vec<CapId>| caps.iter_mut().for_each(|cap| cap.0 += 1);
        rules.offers.iter_mut().for_each(|offer| shifted(&mut offer.caps));
        rules.rules.iter_mut().for_each(|rule| shifted(&mut rule.caps));
        rules.blocks = vec![block("alarm", BlockCause::After(CapId(0)), marketing())];
        for offer in [1, 3] {
            rules.offers[offer].blocks = vec![BlockId(0)];
        }
    };
    let mut rules = rule_set();
    blocked(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    let damaged = |damage: &dyn Fn(&mut RuleSet)| {
        refused(|rules| {
            blocked(rules);
            damage(rules);
        })
    };
    assert_eq!(damaged(&|rules| rules.offers[1].blocks.clear()), Flaw::Blocks);
    assert_eq!(damaged(&|rules| rules.offers[0].blocks.push(BlockId(0))), Flaw::Blocks, "of another class");
    assert_eq!(damaged(&|rules| rules.rules[0].blocks.push(BlockId(0))), Flaw::Blocks, "not on the rule");
    assert_eq!(damaged(&|rules| rules.blocks[0].name = "other".into()), Flaw::Blocks);
    assert_eq!(damaged(&|rules| rules.blocks[0].cause = BlockCause::After(CapId(1))), Flaw::Blocks);
    let far = damaged(&|rules| rules.blocks[0].cause = BlockCause::After(CapId(99)));
    assert_eq!(far, Flaw::NoSuch { what: "cap", id: 99 });
    assert_eq!(damaged(&|rules| rules.caps[0].kind = CapKind::Cap), Flaw::Kind, "only a block counts anything");
    assert_eq!(damaged(&|rules| rules.caps[0].at_most = 2), Flaw::Kind);
    assert_eq!(damaged(&|rules| rules.blocks[0].target = CapTarget::Anything), Flaw::Blocks);
    assert_eq!(damaged(&|rules| rules.blocks.clear()), Flaw::Blocks, "a count without its block");

    // While a condition.
    let adult = Condition::Known(Expression::Now);
    let held = |condition: Condition| {
        move |rules: &mut RuleSet| {
            rules.blocks = vec![block("held", BlockCause::While(clause(condition)), CapTarget::Rules(vec![RuleId(0)]))];
            rules.rules[0].blocks = vec![BlockId(0)];
        }
    };
    let mut rules = rule_set();
    held(adult.clone())(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    let same_name = |rules: &mut RuleSet| {
        held(adult.clone())(rules);
        rules.blocks[0].name = rules.caps[0].name.clone();
    };
    assert_eq!(refused(same_name), Flaw::Twice("caps and blocks"));
    assert!(matches!(refused(held(Condition::Holds(literal(1)))), Flaw::Type { .. }));
}

#[test]
fn numbers_and_exemptions_of_caps() {
    // `tenure` is a whole number from 0 to 100 with a default.
    let tenure = rule_set().attribute_named("tenure").unwrap();
    let numbered = |rules: &mut RuleSet| {
        rules.caps[0].number = Some(tenure);
        rules.caps[0].at_most = 100;
    };
    let mut rules = rule_set();
    numbered(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    let damaged = |damage: &dyn Fn(&mut RuleSet)| {
        refused(|rules| {
            numbered(rules);
            damage(rules);
        })
    };
    assert_eq!(damaged(&|rules| rules.caps[0].at_most = 99), Flaw::NumberType);
    assert_eq!(damaged(&|rules| rules.attributes[tenure.index()].default = None), Flaw::NumberType);
    assert_eq!(damaged(&|rules| rules.caps[0].number = Some(AttributeId(0))), Flaw::NumberType);
    let far = damaged(&|rules| rules.caps[0].number = Some(AttributeId(99)));
    assert_eq!(far, Flaw::NoSuch { what: "attribute", id: 99 });

    // `by_offer` is on the offers 1 and 3.
    let exempt = |of: CapTarget| move |rules: &mut RuleSet| rules.caps[0].exempt = vec![of];
    let only = || CapTarget::Offers(vec![OfferId(3)]);
    assert_eq!(refused(exempt(only())), Flaw::Caps, "still listed at the offer");
    let mut rules = rule_set();
    exempt(only())(&mut rules);
    rules.offers[3].caps.clear();
    assert_eq!(verify(&rules), Ok(()));
    assert_eq!(refused(exempt(CapTarget::Anything)), Flaw::Kind);
    assert_eq!(refused(exempt(CapTarget::Tags(vec![TagId(9)]))), Flaw::NoSuch { what: "tag", id: 9 });
    assert_eq!(refused(|rules| rules.caps[0].uncounted = vec![CapTarget::Classes(Vec::new())]), Flaw::Empty("classes"));
    // A rule that is exempt is not bound by what binds its offer, which stays listed there.
    let mut rules = rule_set();
    exempt(CapTarget::Rules(vec![RuleId(0)]))(&mut rules);
    assert_eq!(verify(&rules), Ok(()));
    assert!(rules.offers[1].caps.contains(&CapId(0)) && !rules.caps_on(RuleId(0)).contains(&CapId(0)));
}

#[test]
fn units_of_caps() {
    // `by_offer` is on the offers 1 and 3; texts without a mark may tell people apart.
    let mut sample = rule_set();
    let text = sample.attribute_named("diagnosis").unwrap();
    assert_eq!(
        refused(|rules| rules.caps[0].unit = CapUnit::Attribute(text)),
        Flaw::NeverUsed("diagnosis".into()),
        "not even for this"
    );
    sample.attributes[text.index()].never_used = false;
    let per = |unit| move |rules: &mut RuleSet| rules.caps[0].unit = unit;
    for unit in [CapUnit::Everybody, CapUnit::Attribute(text)] {
        let mut rules = sample.clone();
        per(unit)(&mut rules);
        assert_eq!(verify(&rules), Ok(()), "{unit:?}");
    }
    let key = sample.key().unwrap();
    assert_eq!(refused(per(CapUnit::Attribute(key))), Flaw::Unit, "the key is the customer");
    let tenure = sample.attribute_named("tenure").unwrap();
    assert_eq!(refused(per(CapUnit::Attribute(tenure))), Flaw::Unit, "a number tells nobody apart");
    let far = CapUnit::Attribute(AttributeId(99));
    assert_eq!(refused(per(far)), Flaw::NoSuch { what: "attribute", id: 99 });
    let damaged = |damage: &dyn Fn(&mut Cap)| refused(|rules| damage(&mut rules.caps[0]));
    assert_eq!(damaged(&|cap| (cap.unit, cap.alone) = (CapUnit::Everybody, true)), Flaw::Unit);
    assert_eq!(damaged(&|cap| cap.alone = true), Flaw::Unit, "nothing else limits its rules");
    assert_eq!(damaged(&|cap| cap.reserve = Some(period(0, Unit::Minute))), Flaw::CapOfNothing);
    let paused = |cap: &mut Cap| {
        cap.kind = CapKind::Pause { length: period(7, Unit::Day), without: Vec::new() };
        cap.reserve = Some(period(1, Unit::Hour));
    };
    assert_eq!(damaged(&paused), Flaw::Kind, "a pause reserves nothing");
}

#[test]
fn what_holds_is_over_at_some_time() {
    let holds = |count, unit| move |rules: &mut RuleSet| rules.caps[0].then = Some(Then::Hold(period(count, unit)));
    let mut rules = rule_set();
    rules.caps[0].window = CapWindow::Rolling(period(7, Unit::Day));
    holds(366, Unit::Day)(&mut rules);
    assert_eq!(verify(&rules).map(drop), Ok(()));
    let of_a_week = |change: fn(&mut RuleSet)| {
        refused(move |rules: &mut RuleSet| {
            rules.caps[0].window = CapWindow::Rolling(period(7, Unit::Day));
            rules.caps[0].then = Some(Then::Hold(period(2, Unit::Day)));
            change(rules);
        })
    };
    assert_eq!(
        of_a_week(|rules| rules.caps[0].then = Some(Then::Hold(period(0, Unit::Day)))),
        Flaw::Time("longest wait")
    );
    assert_eq!(
        of_a_week(|rules| rules.caps[0].then = Some(Then::Hold(period(367, Unit::Day)))),
        Flaw::Time("longest wait")
    );
    assert_eq!(of_a_week(|rules| rules.caps[0].window = CapWindow::Ever), Flaw::Kind, "never free again");
}
