//! R17, R22, and the place of blocks in the order of deciding: behind dates and switches, before consent.

use super::{customer, happened, reason, set, told};
use crate::eval::{decide, decide_all};
use crate::frame::{By, ConsentRecord, Decision, Expected, Fact, Facts, Outcome, Via, gather};
use crate::model::testing::{World, at, days, holds};
use crate::model::{
    AttributeId, Basis, BlockId, CapTarget, CapWindow, Class, Event, Fallback, OfferId, PurposeId, RuleId, SlotId,
    Substitute,
};
use crate::value::{Instant, Missing, Type, Value};

/// A slot with the rules `top` and `low`, each with an offer of its name; `top` needs a purpose. Both offers are blocked
/// while `vulnerable` and for a day after a click on anything.
struct Blocked {
    world: World,
    slot: SlotId,
    purpose: PurposeId,
    vulnerable: AttributeId,
    rules: [RuleId; 2],
    offers: [OfferId; 2],
    neutral: OfferId,
    blocks: [BlockId; 2],
}

fn blocked() -> Blocked {
    let mut world = World::new();
    let purpose = world.purpose("offers", Basis::Consent, true);
    let vulnerable = world.customer("vulnerable", Type::YesNo);
    let offers = ["top", "low"].map(|name| world.offer(name, Class::Marketing));
    let neutral = world.offer("neutral", Class::Service);
    let slot = world.slot("hero", Some(neutral));
    let rules = [0, 1].map(|at| world.rule(["top", "low"][at], slot, offers[at], 2 - at as i32));
    world.change(rules[0]).needs = vec![purpose];
    let spared = world.block_while("spared", holds(vulnerable));
    let alarm = world.block_after("alarm", days(1), CLICKED, CapTarget::Anything);
    for offer in offers {
        world.rules.offers[offer.index()].blocks = vec![spared, alarm];
    }
    Blocked { world, slot, purpose, vulnerable, rules, offers, neutral, blocks: [spared, alarm] }
}

const CLICKED: crate::model::EventId = crate::model::EventId(4);

impl Blocked {
    fn facts(&self) -> Facts {
        let rules = &self.world.rules;
        let mut facts = customer(rules, at("2026-06-15T10:00Z"));
        set(&mut facts, self.vulnerable, Value::YesNo(false));
        facts.set_consent(self.purpose, ConsentRecord::granted(facts.now));
        facts
    }

    fn decide(&self, facts: &Facts) -> (Outcome, By) {
        let rules = &self.world.rules;
        let Decision { outcome, by, .. } = decide(rules, &gather(rules, facts), self.slot);
        (outcome, by)
    }
}

#[test]
fn a_block_is_lifted_only_by_a_no_and_ends_with_its_time() {
    let blocked = blocked();
    let shows = (Outcome::Shows(blocked.offers[0]), By::Rule(blocked.rules[0]));
    let falls_back = (Outcome::Shows(blocked.neutral), By::Fallback(0));
    assert_eq!(blocked.decide(&blocked.facts()), shows);
    for (fact, expected) in [
        (Fact::Known(Value::YesNo(true), None), falls_back),
        (Fact::Missing(Missing::Absent), falls_back),
        (Fact::Missing(Missing::Unreadable), falls_back),
    ] {
        let mut facts = blocked.facts();
        facts.set(blocked.vulnerable, fact);
        assert_eq!(blocked.decide(&facts), expected);
    }
    let day = 86_400_000_000;
    let skew = 120_000_000;
    let ages = [(0, falls_back), (day - 1, falls_back), (day, shows), (-skew, falls_back), (-skew - 1, shows)];
    for (ago, expected) in ages {
        let mut facts = blocked.facts();
        let then = Instant(facts.now.0 - ago);
        // The click may be on anything.
        facts.history = vec![happened(CLICKED, then, blocked.neutral, None)];
        assert_eq!(blocked.decide(&facts), expected, "{ago}");
    }
    let mut facts = blocked.facts();
    facts.set(blocked.world.rules.key().unwrap(), Fact::Missing(Missing::Absent));
    assert_eq!(blocked.decide(&facts), falls_back, "nobody knows what happened to nobody");
}

#[test]
fn blocks_speak_before_consent_and_nothing_stands_in() {
    let mut blocked = blocked();
    let spare = blocked.world.offer("spare", Class::Marketing);
    let rule = blocked.world.change(blocked.rules[0]);
    rule.if_capped = Some(Substitute::Show(spare));
    rule.if_no_consent = Some(Substitute::Show(spare));
    rule.if_unknown = Some(Substitute::Show(spare));
    let mut facts = blocked.facts();
    facts.set_consent(blocked.purpose, ConsentRecord::default());
    assert_eq!(
        blocked.decide(&facts),
        (Outcome::Shows(spare), By::Substitute(blocked.rules[0], Via::NoConsent)),
        "no consent, no block"
    );
    set(&mut facts, blocked.vulnerable, Value::YesNo(true));
    assert_eq!(blocked.decide(&facts), (Outcome::Shows(blocked.neutral), By::Fallback(0)));
    let slot = blocked.slot;
    let passes = |named: &str| Expected::PassesOver(blocked.rules[0], reason(named));
    super::expect(&blocked.world.rules, &facts, slot, passes("spared"));
    // What is switched off is off before anything else.
    blocked.world.change(blocked.rules[0]).off = Some("broken".to_owned());
    super::expect(&blocked.world.rules, &facts, slot, Expected::PassesOver(blocked.rules[0], reason("switched off")));
}

#[test]
fn a_substitute_and_an_earlier_fallback_obey_blocks_too() {
    let mut blocked = blocked();
    let rule = blocked.rules[0];
    blocked.world.own_cap(rule, 1, Event::SHOWN, CapWindow::Rolling(days(7)));
    let spare = blocked.world.offer("spare", Class::Marketing);
    let story = blocked.world.offer("story", Class::Service);
    let tired = blocked.world.customer("tired", Type::YesNo);
    let spared = blocked.world.block_while("tired", holds(tired));
    for offer in [spare, story] {
        blocked.world.rules.offers[offer.index()].blocks = vec![spared];
    }
    blocked.world.change(rule).if_capped = Some(Substitute::Show(spare));
    blocked.world.change(blocked.rules[1]).off = Some("gone".to_owned());
    let entry = Fallback { offer: Some(story), when: None, span: crate::model::testing::nowhere() };
    blocked.world.rules.slots[0].fallback.insert(0, entry);
    let mut facts = blocked.facts();
    facts.history = vec![happened(Event::SHOWN, facts.now, blocked.offers[0], Some(rule))];
    set(&mut facts, tired, Value::YesNo(false));
    assert_eq!(blocked.decide(&facts), (Outcome::Shows(spare), By::Substitute(rule, Via::Capped)));
    set(&mut facts, tired, Value::YesNo(true));
    assert_eq!(blocked.decide(&facts), (Outcome::Shows(blocked.neutral), By::Fallback(1)), "the last always answers");
}

/// R24: what an earlier slot shows, a later one sees, as a block after a showing.
#[test]
fn a_block_after_a_showing_holds_within_a_page() {
    let mut blocked = blocked();
    let side = blocked.world.slot("side", Some(blocked.neutral));
    let low = blocked.world.rule("side_low", side, blocked.offers[1], 1);
    let shown = blocked.world.block_after("once", days(1), Event::SHOWN, CapTarget::Offers(vec![blocked.offers[0]]));
    blocked.world.change(low).blocks = vec![shown];
    let rules = &blocked.world.rules;
    let frame = gather(rules, &blocked.facts());
    let outcomes =
        |slots: &[SlotId]| decide_all(rules, &frame, slots).into_iter().map(|one| one.outcome).collect::<Vec<_>>();
    let [top, low] = blocked.offers.map(Outcome::Shows);
    assert_eq!(outcomes(&[side, blocked.slot]), [low, top]);
    assert_eq!(outcomes(&[blocked.slot, side]), [top, Outcome::Shows(blocked.neutral)]);
}

/// R18: whoever reads why learns nothing of a protective flag but that it is not known to be no.
#[test]
fn a_protective_flag_is_not_told() {
    let mut blocked = blocked();
    blocked.world.attribute(blocked.vulnerable).protective = true;
    blocked.world.attribute(blocked.vulnerable).hidden = true;
    let rules = &blocked.world.rules;
    let text = |fact: Fact| {
        let mut facts = blocked.facts();
        facts.set(blocked.vulnerable, fact);
        told(rules, &gather(rules, &facts), blocked.slot)
    };
    let yes = text(Fact::Known(Value::YesNo(true), None));
    assert_eq!(yes, text(Fact::Missing(Missing::Absent)));
    assert!(yes.contains("block spared; vulnerable is not known to be no"), "{yes}");
    assert_eq!(blocked.blocks.map(|block| rules[block].name.as_str()), ["spared", "alarm"]);
}
