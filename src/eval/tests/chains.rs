//! R9 and R11 to R15: what takes the place of a rule that dropped out, and when.

use super::{customer, happened, set, told};
use crate::eval::decide;
use crate::frame::{By, ConsentRecord, Decision, Fact, Facts, Outcome, Via, gather};
use crate::model::testing::{World, at, days, holds, nowhere};
use crate::model::{
    AttributeId, Basis, CapWindow, Class, Clause, Condition, Event, Expression, Fallback, OfferId, PurposeId, RuleId,
    SlotId, Substitute,
};
use crate::value::{Consent, Missing, Type, Value};

/// A slot with three rules `a`, `b`, `c` in this order, each with an offer of its name and a cap of one; `a` needs a
/// purpose, wants `vip` and keeps away where `tired`.
struct Chain {
    world: World,
    slot: SlotId,
    purpose: PurposeId,
    vip: AttributeId,
    tired: AttributeId,
    rules: [RuleId; 3],
    offers: [OfferId; 3],
    spare: OfferId,
    neutral: OfferId,
}

fn chain() -> Chain {
    let mut world = World::new();
    let purpose = world.purpose("profiling", Basis::Consent, false);
    let vip = world.customer("vip", Type::YesNo);
    let tired = world.customer("tired", Type::YesNo);
    let offers = ["a", "b", "c"].map(|name| world.offer(name, Class::Marketing));
    let spare = world.offer("spare", Class::Marketing);
    let neutral = world.offer("neutral", Class::Service);
    let slot = world.slot("hero", Some(neutral));
    let rules = [("a", 30), ("b", 20), ("c", 10)].map(|(name, priority)| {
        let offer = world.rules.offer_named(name).unwrap();
        let rule = world.rule(name, slot, offer, priority);
        world.own_cap(rule, 1, Event::SHOWN, CapWindow::Rolling(days(7)));
        rule
    });
    world.change(rules[0]).needs = vec![purpose];
    world.when(rules[0], holds(vip));
    world.unless(rules[0], holds(tired));
    Chain { world, slot, purpose, vip, tired, rules, offers, spare, neutral }
}

impl Chain {
    fn facts(&self) -> Facts {
        let mut facts = customer(&self.world.rules, at("2026-06-15T10:00Z"));
        facts.set_consent(self.purpose, ConsentRecord::granted(facts.now));
        set(&mut facts, self.vip, Value::YesNo(true));
        set(&mut facts, self.tired, Value::YesNo(false));
        facts
    }

    fn spend(&self, facts: &mut Facts, which: usize) {
        facts.history.push(happened(Event::SHOWN, at("2026-06-14T00:00Z"), self.offers[which], None));
    }

    fn decide(&self, facts: &Facts) -> (Outcome, By) {
        let Decision { outcome, by, .. } = decide(&self.world.rules, &gather(&self.world.rules, facts), self.slot);
        (outcome, by)
    }
}

#[test]
fn a_substitute_comes_before_the_next_candidate() {
    let mut chain = chain();
    let [a, b, c] = chain.rules;
    let mut facts = chain.facts();
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.offers[0]), By::Rule(a)));
    chain.spend(&mut facts, 0);
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.offers[1]), By::Rule(b)), "places go on to the next");
    chain.world.change(a).if_capped = Some(Substitute::Show(chain.spare));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.spare), By::Substitute(a, Via::Capped)));
    chain.world.change(a).if_capped = Some(Substitute::Try(c));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.offers[2]), By::Rule(c)), "c comes before b now");
    chain.world.change(a).if_capped = Some(Substitute::Nothing);
    assert_eq!(chain.decide(&facts), (Outcome::Nothing, By::Substitute(a, Via::Capped)), "at once");
}

#[test]
fn a_substitute_that_drops_out_hands_on_to_its_own_and_then_to_the_next() {
    let mut chain = chain();
    let [a, b, c] = chain.rules;
    chain.world.change(a).if_capped = Some(Substitute::Try(c));
    chain.world.change(c).if_capped = Some(Substitute::Show(chain.spare));
    let mut facts = chain.facts();
    chain.spend(&mut facts, 0);
    chain.spend(&mut facts, 2);
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.spare), By::Substitute(c, Via::Capped)));
    chain.world.rules.offers[chain.spare.index()].off = Some("sold out".to_owned());
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.offers[1]), By::Rule(b)));
    chain.spend(&mut facts, 1);
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.neutral), By::Fallback(0)));
    assert_eq!(
        told(&chain.world.rules, &gather(&chain.world.rules, &facts), chain.slot),
        "hero shows neutral, the fallback
  a: capped (1 of 1 shown in any 7 days)
    if capped try c: capped (1 of 1 shown in any 7 days)
  b: capped (1 of 1 shown in any 7 days)
  c: capped (1 of 1 shown in any 7 days)
    if capped show spare: switched off (spare: sold out)
  fallback neutral: wins
  smallest change: a wins if none shown in any 7 days"
    );
}

#[test]
fn each_rule_is_tried_once() {
    let mut chain = chain();
    let [a, b, c] = chain.rules;
    chain.world.change(a).if_capped = Some(Substitute::Try(c));
    chain.world.change(b).if_capped = Some(Substitute::Try(c));
    let mut facts = chain.facts();
    (0..3).for_each(|which| chain.spend(&mut facts, which));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.neutral), By::Fallback(0)));
    let told = told(&chain.world.rules, &gather(&chain.world.rules, &facts), chain.slot);
    assert!(told.contains("    if capped try c: tried before\n"), "{told}");
    // A circle, which the checker refuses, ends all the same.
    chain.world.change(c).if_capped = Some(Substitute::Try(a));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.neutral), By::Fallback(0)));
}

/// Every combination of consent, `when` and `unless`, and which substitute answers (R14, R15).
#[test]
fn consent_and_data_that_are_missing_have_their_own_substitutes() {
    let mut chain = chain();
    let [a, b, _] = chain.rules;
    let (consented, known) = (chain.world.offer("generic", Class::Marketing), chain.spare);
    chain.world.change(a).if_no_consent = Some(Substitute::Show(consented));
    chain.world.change(a).if_unknown = Some(Substitute::Show(known));
    let own = (Outcome::Shows(chain.offers[0]), By::Rule(a));
    let next = (Outcome::Shows(chain.offers[1]), By::Rule(b));
    let closed = (Outcome::Shows(consented), By::Substitute(a, Via::NoConsent));
    let unknown = (Outcome::Shows(known), By::Substitute(a, Via::Unknown));
    let (yes, no, missing) = (Some(true), Some(false), None);
    for (granted, vip, tired, expected) in [
        (true, yes, no, own),
        (true, missing, no, unknown),
        (true, no, no, next),
        (true, yes, missing, next),
        (true, missing, missing, next),
        (true, yes, yes, next),
        (true, missing, yes, next),
        (false, yes, no, closed),
        (false, missing, no, closed),
        (false, no, no, next),
        (false, yes, missing, next),
        (false, yes, yes, next),
    ] {
        let mut facts = chain.facts();
        let given = |value: Option<bool>| match value {
            Some(value) => Fact::Known(Value::YesNo(value), None),
            None => Fact::Missing(Missing::Absent),
        };
        facts.set(chain.vip, given(vip));
        facts.set(chain.tired, given(tired));
        if !granted {
            facts.set_consent(chain.purpose, ConsentRecord::of(Consent::Denied));
        }
        assert_eq!(chain.decide(&facts), expected, "granted {granted}, vip {vip:?}, tired {tired:?}");
    }
}

/// `if unknown` answers absent and stale and no other reason, and all that is lacking must be so (R15).
#[test]
fn only_what_may_yet_be_known_is_answered() {
    let mut chain = chain();
    let [a, b, _] = chain.rules;
    chain.world.change(a).if_unknown = Some(Substitute::Show(chain.spare));
    let next = (Outcome::Shows(chain.offers[1]), By::Rule(b));
    let answered = (Outcome::Shows(chain.spare), By::Substitute(a, Via::Unknown));
    let vip = Condition::Holds(Expression::Attribute(chain.vip));
    let tired = Condition::Holds(Expression::Attribute(chain.tired));
    let clause = |condition| Clause { condition, span: nowhere() };
    let either = vec![clause(Condition::Or(vec![vip.clone(), tired.clone()]))];
    let both = vec![clause(vip.clone()), clause(tired)];
    let (absent, unreadable) = (Fact::Missing(Missing::Absent), Fact::Missing(Missing::Unreadable));
    let no = Fact::Known(Value::YesNo(false), None);
    for (reason, expected) in [
        (Missing::Absent, answered),
        (Missing::Stale, answered),
        (Missing::Unstamped, answered),
        (Missing::FromTheFuture, next),
        (Missing::Unreadable, next),
        (Missing::NotInList, next),
        (Missing::NoConsent, next),
        (Missing::Computed, next),
    ] {
        let mut facts = chain.facts();
        facts.set(chain.vip, Fact::Missing(reason));
        assert_eq!(chain.decide(&facts), expected, "{}", reason.word());
    }
    chain.world.change(a).unless.clear();
    for (when, first, second, expected) in [
        (&both, &absent, &absent, answered),
        (&both, &absent, &unreadable, next),
        (&either, &absent, &absent, answered),
        (&either, &unreadable, &absent, next),
        // What is known does not count, whatever else is.
        (&either, &no, &absent, answered),
        (&either, &no, &unreadable, next),
    ] {
        chain.world.change(a).when.clone_from(when);
        let mut facts = chain.facts();
        facts.set(chain.vip, first.clone());
        facts.set(chain.tired, second.clone());
        assert_eq!(chain.decide(&facts), expected, "{first:?}, {second:?}");
    }
}

#[test]
fn switched_off_and_dated_rules_have_no_substitute() {
    let mut chain = chain();
    let [a, b, _] = chain.rules;
    chain.world.change(a).if_capped = Some(Substitute::Show(chain.spare));
    let facts = chain.facts();
    let next = (Outcome::Shows(chain.offers[1]), By::Rule(b));
    chain.world.change(a).off = Some("legal asked".to_owned());
    assert_eq!(chain.decide(&facts), next);
    chain.world.change(a).off = None;
    let active = |from: Option<&str>, until: Option<&str>| {
        Some(crate::model::Active { from: from.map(at), until: until.map(at) })
    };
    for (dates, runs) in [
        (active(Some("2026-06-15T10:00Z"), None), true),
        (active(Some("2026-06-15T10:00:00.000001Z"), None), false),
        (active(None, Some("2026-06-15T10:00Z")), false),
        (active(None, Some("2026-06-15T10:00:00.000001Z")), true),
    ] {
        chain.world.change(a).active = dates;
        assert_eq!(chain.decide(&facts).1 == By::Rule(a), runs, "{dates:?} of the rule");
        chain.world.change(a).active = None;
        chain.world.rules.offers[chain.offers[0].index()].active = dates;
        assert_eq!(chain.decide(&facts).1 == By::Rule(a), runs, "{dates:?} of the offer");
        chain.world.rules.offers[chain.offers[0].index()].active = None;
    }
}

#[test]
fn a_rule_that_nobody_reviewed_goes_on_for_its_grace() {
    let mut chain = chain();
    let a = chain.rules[0];
    let facts = chain.facts();
    for (review_by, class, runs) in [
        ("2026-06-15", Class::Marketing, true),
        ("2026-06-01", Class::Marketing, true),
        ("2026-05-31", Class::Marketing, false),
        ("2026-05-31", Class::Service, true),
    ] {
        chain.world.change(a).review_by = crate::value::Date::parse(review_by);
        chain.world.change(a).class = class;
        assert_eq!(chain.decide(&facts).1 == By::Rule(a), runs, "{review_by} {class:?}");
    }
}

#[test]
fn fallbacks_need_a_yes_and_obey_caps_but_the_last_always_answers() {
    let mut chain = chain();
    let kids = chain.world.offer("kids", Class::Marketing);
    let cap =
        chain.world.cap("kids_cap", 1, &[Event::SHOWN], CapWindow::Ever, crate::model::CapTarget::Offers(vec![kids]));
    chain.world.rules.offers[kids.index()].caps = vec![cap];
    let entry = |offer, when| Fallback { offer, when, span: nowhere() };
    chain.world.rules.slots[chain.slot.index()].fallback =
        vec![entry(Some(kids), Some(holds(chain.vip))), entry(Some(chain.neutral), None)];
    let mut facts = chain.facts();
    (0..3).for_each(|which| chain.spend(&mut facts, which));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(kids), By::Fallback(0)));
    let mut frame = gather(&chain.world.rules, &facts);
    let rules = &chain.world.rules;
    let mut taken = frame.clone();
    taken.taken.fill(true);
    assert_eq!(decide(rules, &taken, chain.slot).by, By::Fallback(1), "the last is never taken");
    frame.caps[cap.index()] = crate::frame::CapState::Used(1);
    assert_eq!(decide(rules, &frame, chain.slot).by, By::Fallback(1), "capped");
    facts.set(chain.vip, Fact::Missing(Missing::Stale));
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.neutral), By::Fallback(1)), "unknown is no yes");
    chain.world.rules.offers[chain.neutral.index()].off = Some("even so".to_owned());
    assert_eq!(chain.decide(&facts), (Outcome::Shows(chain.neutral), By::Fallback(1)));
    chain.world.rules.slots[chain.slot.index()].off = Some("relaunch".to_owned());
    assert_eq!(chain.decide(&facts), (Outcome::Nothing, By::SlotOff));
    assert_eq!(
        told(&chain.world.rules, &gather(&chain.world.rules, &facts), chain.slot),
        "hero gives nothing, since the slot is switched off (relaunch)"
    );
}
