//! S2: the homepage hero, caps and next-best.

use super::{customer, expect, happened, reason, set, told};
use crate::frame::{Because, ConsentRecord, Expected, Facts, gather};
use crate::model::testing::{World, at, consent_is, days, holds, not};
use crate::model::{Basis, CapWindow, Class, Event, EventId, OfferId, PurposeId, RuleId, SlotId};
use crate::value::{Consent, Type, Value};

struct Hero {
    world: World,
    slot: SlotId,
    email: PurposeId,
    fitting: PurposeId,
    has_app: crate::model::AttributeId,
    sale: (OfferId, RuleId),
    install: (OfferId, RuleId),
    newsletter: (OfferId, RuleId),
    story: OfferId,
}

const CLICKED: EventId = EventId(4);

fn hero() -> Hero {
    let mut world = World::new();
    let email = world.purpose("email_offers", Basis::Consent, true);
    let fitting = world.purpose("fitting_offers", Basis::LegitimateInterest("LIA-2026-01".to_owned()), true);
    let has_app = world.customer("has_app", Type::YesNo);
    let [sale, install, newsletter] =
        ["summer_sale", "app_install", "newsletter_signup"].map(|name| world.offer(name, Class::Marketing));
    let story = world.offer("brand_story", Class::Service);
    let slot = world.slot("home_hero", Some(story));
    let sale = (sale, world.rule("summer_sale", slot, sale, 80));
    world.own_cap(sale.1, 3, Event::SHOWN, CapWindow::Rolling(days(7)));
    let install = (install, world.rule("app_install", slot, install, 60));
    world.when(install.1, not(holds(has_app)));
    world.change(install.1).needs = vec![fitting];
    world.own_cap(install.1, 1, CLICKED, CapWindow::Ever);
    let newsletter = (newsletter, world.rule("newsletter_signup", slot, newsletter, 40));
    world.when(newsletter.1, not(consent_is(email, Consent::Granted)));
    Hero { world, slot, email, fitting, has_app, sale, install, newsletter, story }
}

impl Hero {
    /// The persona of the scenario, and what she saw.
    fn visitor(&self, shown: &[&str]) -> Facts {
        let mut facts = customer(&self.world.rules, at("2026-06-15T10:00Z"));
        facts.set_consent(self.fitting, ConsentRecord::granted(facts.now));
        let seen = |time: &&str| happened(Event::SHOWN, at(time), self.sale.0, Some(self.sale.1));
        facts.history = shown.iter().map(seen).collect();
        facts
    }

    fn expect(&self, facts: &Facts, what: Expected) {
        expect(&self.world.rules, facts, self.slot, what);
    }
}

const A: [&str; 3] = ["2026-06-08T10:00Z", "2026-06-10T09:00Z", "2026-06-14T22:00Z"];
const B: [&str; 3] = ["2026-06-08T10:00:01Z", "2026-06-10T09:00Z", "2026-06-14T22:00Z"];
const C: [&str; 3] = ["2026-06-09T10:00Z", "2026-06-10T09:00Z", "2026-06-14T22:00Z"];

#[test]
fn a_the_oldest_showing_is_exactly_seven_days_old_and_no_longer_counts() {
    let hero = hero();
    let facts = hero.visitor(&A);
    hero.expect(&facts, Expected::Shows(hero.sale.0, Some(Because::Rule(hero.sale.1)), None));
    hero.expect(&facts, Expected::PassesOver(hero.install.1, reason("has_app is not known")));
    hero.expect(&facts, Expected::PassesOver(hero.newsletter.1, Because::Rule(hero.sale.1)));
    assert_eq!(
        told(&hero.world.rules, &gather(&hero.world.rules, &facts), hero.slot),
        "home_hero shows summer_sale, by summer_sale
  summer_sale: wins
  app_install: has_app is not known (absent)
  newsletter_signup: outranked by summer_sale (priority: 80 against 40)
  fallback brand_story: not needed"
    );
}

#[test]
fn b_one_second_later_it_still_counts() {
    let hero = hero();
    let mut facts = hero.visitor(&B);
    set(&mut facts, hero.has_app, Value::YesNo(true));
    hero.expect(&facts, Expected::Shows(hero.newsletter.0, Some(Because::Rule(hero.newsletter.1)), None));
    for named in ["capped", "cap of summer_sale", "3 of 3", "3 of 3 shown in any 7 days"] {
        hero.expect(&facts, Expected::PassesOver(hero.sale.1, reason(named)));
    }
    hero.expect(&facts, Expected::PassesOver(hero.install.1, reason("not applicable")));
}

#[test]
fn c_nobody_is_left_so_the_brand_story() {
    let hero = hero();
    let mut facts = hero.visitor(&C);
    facts.set_consent(hero.email, ConsentRecord::granted(facts.now));
    hero.expect(&facts, Expected::Shows(hero.story, Some(reason("fallback")), None));
    hero.expect(&facts, Expected::PassesOver(hero.sale.1, reason("capped")));
    hero.expect(&facts, Expected::PassesOver(hero.install.1, reason("has_app is not known")));
    hero.expect(&facts, Expected::PassesOver(hero.newsletter.1, reason("not applicable")));
    assert_eq!(
        told(&hero.world.rules, &gather(&hero.world.rules, &facts), hero.slot),
        "home_hero shows brand_story, the fallback
  summer_sale: capped (3 of 3 shown in any 7 days)
  app_install: has_app is not known (absent)
  newsletter_signup: not applicable (when consent.email_offers is not granted: consent.email_offers is granted)
  fallback brand_story: wins
  smallest change: summer_sale wins if only 2 shown in any 7 days"
    );
}

#[test]
fn a_click_ever_caps_the_app_for_good() {
    let hero = hero();
    let mut facts = hero.visitor(&C);
    set(&mut facts, hero.has_app, Value::YesNo(false));
    hero.expect(&facts, Expected::Shows(hero.install.0, None, None));
    facts.history.push(happened(CLICKED, at("2020-01-01T00:00Z"), hero.install.0, None));
    hero.expect(&facts, Expected::Shows(hero.newsletter.0, None, None));
    hero.expect(&facts, Expected::PassesOver(hero.install.1, reason("1 of 1 clicked ever")));
}

#[test]
fn an_objection_to_direct_marketing_closes_the_legitimate_interest_too() {
    let hero = hero();
    let mut facts = hero.visitor(&C);
    set(&mut facts, hero.has_app, Value::YesNo(false));
    facts.set_consent(hero.email, ConsentRecord::of(Consent::Objected));
    hero.expect(&facts, Expected::PassesOver(hero.install.1, reason("no consent for fitting_offers")));
    // Objected is not granted, so the sign-up rule, which reads the status alone, still stands.
    hero.expect(&facts, Expected::Shows(hero.newsletter.0, None, None));
}

#[test]
fn an_anonymous_visitor_is_stopped_by_every_cap() {
    let hero = hero();
    let facts = Facts::nothing(&hero.world.rules, at("2026-06-15T10:00Z"));
    hero.expect(&facts, Expected::Shows(hero.newsletter.0, None, None));
    hero.expect(&facts, Expected::PassesOver(hero.sale.1, reason("capped")));
    hero.expect(&facts, Expected::PassesOver(hero.sale.1, reason("nobody knows who the customer is")));
}

#[test]
fn a_wrong_expectation_is_answered_in_plain_words() {
    let hero = hero();
    let frame = gather(&hero.world.rules, &hero.visitor(&C));
    let meets = |what| {
        let expectation = crate::frame::Expectation {
            slot: hero.slot,
            what,
            spends_nothing: false,
            span: crate::model::testing::nowhere(),
        };
        crate::eval::meets(&hero.world.rules, &frame, &expectation).map_err(|mismatch| mismatch.message)
    };
    for (what, message) in [
        (
            Expected::Shows(hero.sale.0, None, None),
            "expected summer_sale, but home_hero shows newsletter_signup, by newsletter_signup",
        ),
        (
            Expected::Nothing(None, None),
            "expected nothing, but home_hero shows newsletter_signup, by newsletter_signup",
        ),
        (
            Expected::Shows(hero.newsletter.0, Some(reason("fallback")), None),
            "expected this because of fallback, but home_hero shows newsletter_signup, by newsletter_signup",
        ),
        (
            Expected::PassesOver(hero.newsletter.1, reason("capped")),
            "expected it to pass over newsletter_signup, but home_hero shows newsletter_signup, by newsletter_signup",
        ),
        (
            Expected::PassesOver(hero.sale.1, reason("not applicable")),
            "expected it to pass over summer_sale because of not applicable, not because it is capped (3 of 3 shown in \
             any 7 days), but home_hero shows newsletter_signup, by newsletter_signup",
        ),
    ] {
        assert_eq!(meets(what), Err(message.to_owned()));
    }
}
