//! Whom what sells may be shown to, and where what stands in for something may be.

use super::super::sample::{HEALTH, at, rule_set, span};
use super::super::{Flaw, verify};
use super::{clause, refused};
use crate::model::*;

/// R3: whoever chooses people in order to sell needs a purpose that they can object to.
#[test]
fn nobody_sells_to_chosen_people_without_a_purpose() {
    assert_eq!(refused(|rules| rules.rules[1].needs = vec![HEALTH]), Flaw::Sells("a rule"));
    let tier = || Condition::Known(Expression::Attribute(at::TIER));
    assert_eq!(refused(|rules| rules.rules[2].when.push(clause(tier()))), Flaw::Sells("a rule"));
    assert_eq!(refused(|rules| rules.rules[2].unless.push(clause(tier()))), Flaw::Sells("a rule"));
    let mut sparing = rule_set();
    sparing.rules[2].unless.push(clause(Condition::Holds(Expression::Attribute(at::VULNERABLE))));
    verify(&sparing).expect("sparing is no choosing");
    sparing.rules[2].when.push(clause(Condition::Known(Expression::Attribute(at::DEVICE))));
    verify(&sparing).expect("of the moment, not of the customer");

    let (sale, rival) = (Substitute::Show(OfferId(3)), Substitute::Try(RuleId(2)));
    let no_consent = |substitute| refused(|rules| rules.rules[0].if_no_consent = Some(substitute));
    assert_eq!(no_consent(sale), Flaw::Sells("`if no consent`"), "the consent that is missing may be that one");
    assert_eq!(no_consent(rival), Flaw::Sells("`if no consent`"));
    let thanks =
        |damage: fn(&mut Rule, Substitute), substitute| refused(|rules| damage(&mut rules.rules[4], substitute));
    assert_eq!(thanks(|rule, sale| rule.if_unknown = Some(sale), sale), Flaw::Sells("`if unknown`"));
    assert_eq!(thanks(|rule, rival| rule.if_capped = Some(rival), rival), Flaw::Sells("`if capped`"));
    // By way of a rule that chooses nobody itself.
    let further = refused(|rules| {
        rules.rules[2].class = Class::Service;
        rules.rules[2].show = OfferId(0);
        rules.rules[2].if_capped = Some(sale);
        rules.rules[4].if_capped = Some(rival);
        rules.rules[0].if_capped = None;
    });
    assert_eq!(further, Flaw::Sells("`if capped`"));
}

#[test]
fn what_sells_is_not_chosen_by_the_order_of_a_fallback_list() {
    let tier = || Some(Condition::Known(Expression::Attribute(at::TIER)));
    let entry = |offer: Option<u32>, when| Fallback { offer: offer.map(OfferId), when, span: span() };
    let list = |entries: Vec<Fallback>| {
        let mut rules = rule_set();
        rules.slots[1].fallback.splice(..1, entries);
        verify(&rules).map_err(|error| error.flaw)
    };
    let sells = Err(Flaw::Sells("a fallback"));
    assert_eq!(list(vec![entry(Some(3), tier())]), sells, "by its own condition");
    assert_eq!(list(vec![entry(Some(0), tier()), entry(Some(3), None)]), sells, "it is for whoever is left");
    assert_eq!(list(vec![entry(None, tier()), entry(Some(0), None), entry(Some(3), None)]), sells);
    assert_eq!(list(vec![entry(Some(3), None), entry(Some(0), tier())]), Ok(()), "it comes first");
    assert_eq!(list(vec![entry(Some(2), tier())]), Ok(()), "does not sell");
}

/// R1, R11: what stands in for something is of a class that the slot accepts, service too.
#[test]
fn nothing_is_shown_that_the_slot_does_not_accept() {
    let without_service = |rules: &mut RuleSet| {
        rules.slots[1].accepts = vec![Class::Lifecycle, Class::Marketing];
        rules.rules[4].slot = SlotId(1);
    };
    assert_eq!(refused(without_service), Flaw::Class("a fallback"));
    let substitute = refused(|rules| {
        without_service(rules);
        rules.slots[1].fallback = vec![Fallback { offer: None, when: None, span: span() }];
    });
    assert_eq!(substitute, Flaw::Class("`if unknown`"), "the banner in the place of `comeback`");
    assert_eq!(refused(|rules| rules.slots[0].fallback[0].offer = Some(OfferId(0))), Flaw::Class("a fallback"));
}
