//! S6: the platinum card tile: two bases on one rule, a score nobody may see, a flag that only spares.

use super::{customer, expect, reason, set, told};
use crate::eval::nearest;
use crate::frame::{Because, ConsentRecord, Expected, Fact, Facts, gather};
use crate::model::testing::{World, at, at_least, days, holds, not, read, whole};
use crate::model::{AttributeId, Basis, Class, Condition, OfferId, PurposeId, RuleId, SlotId};
use crate::value::{Consent, Missing, Type, Value};

struct Bank {
    world: World,
    slot: SlotId,
    marketing: PurposeId,
    profiling: PurposeId,
    age: AttributeId,
    country: AttributeId,
    has_platinum: AttributeId,
    credit_score: AttributeId,
    vulnerable: AttributeId,
    platinum: (OfferId, RuleId),
    tips: OfferId,
}

fn bank() -> Bank {
    let mut world = World::new();
    let marketing = world.purpose("card_marketing", Basis::LegitimateInterest("LIA-2026-07".to_owned()), true);
    let profiling = world.purpose("financial_profiling", Basis::Consent, false);
    let age = world.customer("age", whole(0, 130));
    let countries = world.list(&["DE", "AT", "CH", "FR"], false);
    let country = world.customer("country", Type::OneOf(countries));
    let has_platinum = world.customer("has_platinum", Type::YesNo);
    let credit_score = world.customer("credit_score", whole(0, 1000));
    world.attribute(credit_score).needs = vec![profiling];
    world.attribute(credit_score).fresh = Some(days(90));
    world.attribute(credit_score).hidden = true;
    let vulnerable = world.customer("vulnerable", Type::YesNo);
    world.attribute(vulnerable).protective = true;
    let in_market = world.segment(
        "adult_in_market",
        Condition::And(vec![
            at_least(age, 18),
            Condition::OneOf(read(country), vec![Value::Member(0), Value::Member(3)]),
        ]),
    );
    let platinum = world.offer("platinum_card", Class::Marketing);
    let tips = world.offer("savings_tips", Class::Service);
    let slot = world.slot("bank_tile", Some(tips));
    let rule = world.rule("platinum", slot, platinum, 0);
    world.when(rule, Condition::Segment(in_market));
    world.when(rule, not(holds(has_platinum)));
    world.when(rule, at_least(credit_score, 620));
    world.unless(rule, holds(vulnerable));
    world.change(rule).needs = vec![marketing, profiling];
    Bank {
        world,
        slot,
        marketing,
        profiling,
        age,
        country,
        has_platinum,
        credit_score,
        vulnerable,
        platinum: (platinum, rule),
        tips,
    }
}

impl Bank {
    fn anna(&self) -> Facts {
        let mut facts = customer(&self.world.rules, at("2026-02-01T08:00Z"));
        set(&mut facts, self.age, Value::Number(34));
        set(&mut facts, self.country, Value::Member(3));
        set(&mut facts, self.has_platinum, Value::YesNo(false));
        set(&mut facts, self.vulnerable, Value::YesNo(false));
        self.score(&mut facts, 700, "2026-01-10T00:00Z");
        facts.set_consent(self.marketing, ConsentRecord::granted(facts.now));
        facts.set_consent(self.profiling, ConsentRecord::granted(facts.now));
        facts
    }

    fn score(&self, facts: &mut Facts, score: i64, as_of: &str) {
        facts.set(self.credit_score, Fact::Known(Value::Number(score), Some(at(as_of))));
    }

    fn expect(&self, facts: &Facts, what: Expected) {
        expect(&self.world.rules, facts, self.slot, what);
    }

    fn told(&self, facts: &Facts) -> String {
        told(&self.world.rules, &gather(&self.world.rules, facts), self.slot)
    }

    fn passed_over(&self, facts: &Facts, because: &str) {
        self.expect(facts, Expected::Shows(self.tips, Some(reason("fallback")), None));
        self.expect(facts, Expected::PassesOver(self.platinum.1, reason(because)));
    }
}

#[test]
fn a_everything_holds() {
    let bank = bank();
    bank.expect(&bank.anna(), Expected::Shows(bank.platinum.0, Some(Because::Rule(bank.platinum.1)), None));
}

#[test]
fn b_the_score_may_not_be_read() {
    let bank = bank();
    let mut facts = bank.anna();
    facts.set_consent(bank.profiling, ConsentRecord::default());
    bank.passed_over(&facts, "no consent for financial_profiling");
    // Nothing of the audience, and the change says nothing of it either.
    assert_eq!(
        bank.told(&facts),
        "bank_tile shows savings_tips, the fallback
  platinum: no consent for financial_profiling (unknown)
  fallback savings_tips: wins
  smallest change: platinum wins if consent.financial_profiling is granted, provided its audience fits"
    );
    let mut other = facts.clone();
    bank.score(&mut other, 1, "2020-01-01T00:00Z");
    set(&mut other, bank.age, Value::Number(3));
    assert_eq!(bank.told(&other), bank.told(&facts));
}

#[test]
fn c_nobody_knows_whether_this_customer_is_vulnerable() {
    let bank = bank();
    let mut facts = bank.anna();
    bank.score(&mut facts, 810, "2026-01-10T00:00Z");
    facts.set(bank.vulnerable, Fact::Missing(Missing::Absent));
    bank.passed_over(&facts, "vulnerable is not known to be no");
    let mut spared = facts.clone();
    set(&mut spared, bank.vulnerable, Value::YesNo(true));
    bank.passed_over(&spared, "vulnerable is not known to be no");
    assert_eq!(bank.told(&facts), bank.told(&spared), "yes and unknown read alike");
}

#[test]
fn the_score_counts_for_ninety_days_to_the_microsecond() {
    let bank = bank();
    let mut facts = bank.anna();
    bank.score(&mut facts, 700, "2025-11-03T08:00Z");
    bank.expect(&facts, Expected::Shows(bank.platinum.0, None, None));
    bank.score(&mut facts, 700, "2025-11-03T07:59:59.999999Z");
    bank.passed_over(&facts, "credit_score is not known");
    bank.score(&mut facts, 700, "2026-02-01T08:02Z");
    bank.expect(&facts, Expected::Shows(bank.platinum.0, None, None));
    bank.score(&mut facts, 700, "2026-02-01T08:02:00.000001Z");
    bank.passed_over(&facts, "credit_score is not known");
}

#[test]
fn the_score_is_never_shown() {
    let bank = bank();
    let mut facts = bank.anna();
    bank.score(&mut facts, 619, "2026-01-10T00:00Z");
    bank.passed_over(&facts, "not applicable");
    assert_eq!(
        bank.told(&facts),
        "bank_tile shows savings_tips, the fallback
  platinum: not applicable (a protected fact)
  fallback savings_tips: wins
  no change of visible facts is known to be enough for platinum: a protected fact stands in its way"
    );
    // With something else against the rule, the score is not spoken of at all.
    set(&mut facts, bank.country, Value::Member(1));
    let low = bank.told(&facts);
    bank.score(&mut facts, 900, "2026-01-10T00:00Z");
    assert_eq!(low, bank.told(&facts));
    assert_eq!(
        low,
        "bank_tile shows savings_tips, the fallback
  platinum: not applicable (when adult_in_market: country is AT)
  fallback savings_tips: wins
  smallest change: platinum wins if country is DE, as far as protected facts allow"
    );
}

#[test]
fn the_smallest_change_takes_the_nearest_values() {
    let bank = bank();
    let mut facts = bank.anna();
    set(&mut facts, bank.age, Value::Number(15));
    set(&mut facts, bank.country, Value::Member(2));
    let rules = &bank.world.rules;
    let change = nearest(rules, &gather(rules, &facts), bank.slot, bank.platinum.1).unwrap();
    assert_eq!(change.facts, ["age is 18", "country is DE"]);
    facts.set(bank.age, Fact::Missing(Missing::Absent));
    let change = nearest(rules, &gather(rules, &facts), bank.slot, bank.platinum.1).unwrap();
    assert_eq!(change.facts, ["age is 18", "country is DE"]);
    // Three changes are not small.
    set(&mut facts, bank.has_platinum, Value::YesNo(true));
    assert_eq!(nearest(rules, &gather(rules, &facts), bank.slot, bank.platinum.1), None);
    // Who wins already needs none.
    assert_eq!(nearest(rules, &gather(rules, &bank.anna()), bank.slot, bank.platinum.1), None);
}

#[test]
fn an_objection_closes_the_card_and_nothing_else() {
    let bank = bank();
    let mut facts = bank.anna();
    facts.objects_to_direct_marketing = true;
    bank.passed_over(&facts, "no consent for card_marketing");
    bank.passed_over(&facts, "consent objected");
    assert_eq!(gather(&bank.world.rules, &facts).consent(bank.profiling), Consent::Granted);
}
