//! Channels, and who sends by them.

use super::super::sample::{FITTING, HEALTH, OWN, at, rule_set, span};
use super::super::{Flaw, limits, verify};
use super::clause;
use crate::model::*;
use crate::value::{EnumId, Permission, Type, Value};

fn channel(name: &str, needs: &[PurposeId]) -> Channel {
    Channel {
        name: name.into(),
        label: String::new(),
        span: span(),
        needs: needs.to_vec(),
        allowed: None,
        silent: None,
        reached: None,
        caps: Vec::new(),
        windows: Vec::new(),
    }
}

/// The slot `footer` sends lifecycle letters by two channels.
fn sending() -> RuleSet {
    let mut rules = rule_set();
    let member = Expression::Literal(Value::Member(Permission::Full.member()), Type::OneOf(EnumId::PERMISSION));
    let full = Condition::Equal(Expression::Permission(ChannelId(1)), member);
    rules.channels = vec![channel("email", &[OWN]), Channel { allowed: Some(clause(full)), ..channel("push", &[]) }];
    let footer = &mut rules.slots[0];
    (footer.place, footer.channels) = (String::new(), vec![ChannelId(1), ChannelId(0)]);
    footer.fallback[0].offer = None;
    rules
}

#[track_caller]
fn refused(damage: impl FnOnce(&mut RuleSet)) -> Flaw {
    let mut rules = sending();
    damage(&mut rules);
    verify(&rules).expect_err("a damaged model passed").flaw
}

#[test]
fn a_slot_that_sends_passes() {
    verify(&sending()).unwrap();
    let mut narrowed = sending();
    narrowed.rules[3].channels = vec![ChannelId(0)];
    verify(&narrowed).unwrap();
}

#[test]
fn every_channel_exists_once_and_in_order() {
    let no = |id| Flaw::NoSuch { what: "channel", id };
    assert_eq!(refused(|rules| rules.slots[0].channels.push(ChannelId(9))), no(9));
    assert_eq!(refused(|rules| rules.rules[3].channels = vec![ChannelId(9)]), no(9));
    assert_eq!(refused(|rules| rules.slots[0].channels.push(ChannelId(0))), Flaw::Twice("channels"));
    assert_eq!(refused(|rules| rules.channels.swap(0, 1)), Flaw::Unsorted("channels"));
    assert_eq!(refused(|rules| rules.channels[0].needs = vec![HEALTH, FITTING]), Flaw::Unsorted("purposes"));
    let far = Condition::Known(Expression::Permission(ChannelId(9)));
    assert_eq!(refused(|rules| rules.rules[3].when.push(clause(far))), no(9));
    let many = refused(|rules| {
        rules.slots[0].channels = (0..=limits::CHANNELS_OF_SLOT).map(ChannelId::from_index).collect();
    });
    assert!(matches!(many, Flaw::TooMany { .. }), "{many:?}");
    assert_eq!(refused(|rules| drop(rules.enums[1].members.pop())), Flaw::BuiltIn("states of a permission"));
    assert_eq!(refused(|rules| rules.channels[0].caps = vec![CapId(99)]), Flaw::Caps, "a cap that there is not");
    assert_eq!(refused(|rules| rules.channels[0].windows = vec![WindowId(99)]), Flaw::Windows);
}

#[test]
fn a_slot_shows_or_sends_and_a_rule_only_narrows() {
    assert!(matches!(refused(|rules| rules.slots[0].place = "web".into()), Flaw::Way(_)));
    assert!(matches!(refused(|rules| rules.slots[0].channels.clear()), Flaw::Way(_)));
    let other = refused(|rules| {
        rules.slots[0].channels = vec![ChannelId(0)];
        rules.rules[3].channels = vec![ChannelId(1)];
    });
    assert!(matches!(other, Flaw::Way(_)), "{other:?}");
    // A place has no channels that a rule could name.
    assert!(matches!(refused(|rules| rules.rules[0].channels = vec![ChannelId(0)]), Flaw::Way(_)));
    let last = refused(|rules| {
        rules.slots[0].accepts.insert(0, Class::Service);
        rules.slots[0].fallback[0].offer = Some(OfferId(0));
    });
    assert_eq!(last, Flaw::LastFallback, "no channel is open to everybody");
}

#[test]
fn a_channel_needs_what_it_reads_and_spares_nobody() {
    let reads = |id| Some(clause(Condition::Known(Expression::Attribute(id))));
    assert!(matches!(refused(|rules| rules.channels[1].reached = reads(at::CHURN)), Flaw::Needs(_)));
    assert_eq!(refused(|rules| rules.channels[1].silent = reads(at::VULNERABLE)), Flaw::Protective);
    assert!(matches!(
        refused(|rules| rules.channels[1].allowed = Some(clause(Condition::Holds(Expression::Now)))),
        Flaw::Type { .. }
    ));
}

/// R3: what is sent can be objected to, by a purpose of the rule or of each of its channels.
#[test]
fn nothing_is_sold_by_a_channel_that_nobody_can_object_to() {
    let marketing = |rules: &mut RuleSet| {
        rules.slots[0].accepts = vec![Class::Lifecycle, Class::Marketing];
        let rule = &mut rules.rules[3];
        (rule.class, rule.show, rule.needs) = (Class::Marketing, OfferId(3), Vec::new());
        rule.caps.clear();
        for channel in &mut rules.channels {
            channel.needs = vec![FITTING];
        }
    };
    let mut rules = sending();
    marketing(&mut rules);
    assert!(rules[FITTING].direct_marketing);
    verify(&rules).expect("each channel needs a purpose of direct marketing");
    rules.channels[0].needs.clear();
    assert_eq!(verify(&rules).unwrap_err().flaw, Flaw::Sells("a rule"));
    rules.rules[3].needs = vec![FITTING];
    verify(&rules).expect("the rule does");
}

/// A window on the first channel, which goes on to the next outside its hours.
fn with_hours(rules: &mut RuleSet) {
    rules.windows = vec![Window {
        name: "hours".into(),
        label: String::new(),
        span: span(),
        zones: Zones { first: vec![CapZone::Named("Europe/Berlin".into())], every: Vec::new() },
        rows: vec![WindowRow {
            days: crate::value::Weekday::ALL.to_vec(),
            opens: 9 * 3600,
            closes: 21 * 3600,
            when: None,
            span: span(),
        }],
        target: CapTarget::Channels(vec![ChannelId(1)]),
        outside: Outside::NextChannel,
    }];
    rules.channels[1].windows = vec![WindowId(0)];
}

#[test]
fn hours_of_a_channel() {
    let with = |damage: &dyn Fn(&mut RuleSet)| {
        let mut rules = sending();
        with_hours(&mut rules);
        damage(&mut rules);
        verify(&rules).map_err(|error| error.flaw)
    };
    assert_eq!(with(&|_| {}), Ok(()));
    assert_eq!(with(&|rules| rules.channels[1].windows.clear()), Err(Flaw::Windows));
    assert_eq!(with(&|rules| rules.channels[0].windows = vec![WindowId(0)]), Err(Flaw::Windows), "of another channel");
    let next = with(&|rules| {
        rules.windows[0].target = CapTarget::Classes(vec![Class::Marketing]);
        rules.channels[1].windows.clear();
    });
    assert_eq!(next, Err(Flaw::Windows), "only a channel has a next one");
    let reads = |rules: &mut RuleSet| {
        rules.windows[0].rows[0].when = Some(clause(Condition::Known(Expression::Attribute(at::CHURN))));
    };
    assert!(matches!(with(&reads), Err(Flaw::Needs(_))), "what its hours read, a channel needs");
    let endless = with(&|rules| rules.windows[0].outside = Outside::Hold(None));
    assert_eq!(endless, Err(Flaw::Endless), "what goes by it never expires");
}
