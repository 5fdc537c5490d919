//! R2, R11, R24, R25: several slots of one request, and what a decided one takes from the others.

use super::{customer, told};
use crate::eval::{decide, decide_all};
use crate::frame::{By, CapState, Decision, Outcome, Stamp, Via, gather, reserve, stamp};
use crate::model::testing::{World, at, days};
use crate::model::{CapId, CapTarget, CapWindow, Class, Event, EventId, OfferId, RuleId, SlotId, Substitute};

struct Page {
    world: World,
    slots: [SlotId; 2],
    promos: [OfferId; 2],
    rules: [RuleId; 2],
    last: OfferId,
    cap: CapId,
}

/// Two slots; `sale` stands in both, `coupon` in the second; both promos share a cap of one.
fn page(events: &[EventId], class: Class) -> Page {
    let mut world = World::new();
    let promo = world.tag("promo");
    let promos = ["sale", "coupon"].map(|name| world.offer(name, class));
    let cap = world.cap("one_promo", 1, events, CapWindow::Rolling(days(1)), CapTarget::Tags(vec![promo]));
    for offer in promos {
        world.rules.offers[offer.index()].tags = vec![promo];
        world.rules.offers[offer.index()].caps = vec![cap];
    }
    let last = world.offer("last", Class::Service);
    let slots = ["top", "side"].map(|name| world.slot(name, Some(last)));
    let top = world.rule("top_sale", slots[0], promos[0], 10);
    world.rule("side_sale", slots[1], promos[0], 10);
    let coupon = world.rule("side_coupon", slots[1], promos[1], 5);
    Page { world, slots, promos, rules: [top, coupon], last, cap }
}

impl Page {
    fn shown(&self) -> Vec<Outcome> {
        let rules = &self.world.rules;
        let frame = gather(rules, &customer(rules, at("2026-06-15T10:00Z")));
        decide_all(rules, &frame, &self.slots).into_iter().map(|decision| decision.outcome).collect()
    }
}

#[test]
fn an_offer_wins_one_slot_and_a_cap_holds_within_a_page() {
    let [sale, coupon] = [OfferId(0), OfferId(1)].map(Outcome::Shows);
    let clicked = EventId(4);
    for (events, class, second) in [
        (&[Event::SHOWN][..], Class::Marketing, None),
        (&[EventId(0)][..], Class::Marketing, None),
        (&[Event::SHOWN, clicked][..], Class::Lifecycle, None),
        // A place sends and delivers nothing.
        (&[EventId(1), clicked][..], Class::Marketing, Some(coupon)),
        (&[EventId(2)][..], Class::Lifecycle, Some(coupon)),
        // What the customer does later reserves nothing, and service uses up no declared cap.
        (&[clicked][..], Class::Marketing, Some(coupon)),
        (&[EventId(5)][..], Class::Marketing, Some(coupon)),
        (&[EventId(6)][..], Class::Marketing, Some(coupon)),
        (&[Event::SHOWN][..], Class::Service, Some(coupon)),
        (&[Event::SHOWN][..], Class::Legal, Some(coupon)),
        (&[Event::SHOWN][..], Class::Critical, Some(coupon)),
    ] {
        let page = page(events, class);
        let second = second.unwrap_or(Outcome::Shows(page.last));
        assert_eq!(page.shown(), [sale, second], "{events:?} of {class:?}");
    }
}

#[test]
fn a_later_slot_says_that_an_earlier_one_shows_the_offer() {
    let page = page(&[EventId(4)], Class::Marketing);
    let rules = &page.world.rules;
    let mut frame = gather(rules, &customer(rules, at("2026-06-15T10:00Z")));
    let first = decide(rules, &frame, page.slots[0]);
    reserve(rules, &mut frame, &first);
    assert_eq!(
        told(rules, &frame, page.slots[1]),
        "side shows coupon, by side_coupon
  side_sale: shown in another slot (sale)
  side_coupon: wins
  fallback last: not needed"
    );
}

#[test]
fn what_is_taken_has_no_substitute_and_is_passed_over() {
    let mut page = page(&[EventId(4)], Class::Marketing);
    let spare = page.world.offer("spare", Class::Marketing);
    let side = page.world.rules.rule_named("side_sale").unwrap();
    page.world.change(side).if_capped = Some(Substitute::Show(spare));
    assert_eq!(page.shown(), [Outcome::Shows(page.promos[0]), Outcome::Shows(page.promos[1])]);
}

#[test]
fn a_fallback_is_taken_too_but_never_counts() {
    let mut page = page(&[Event::SHOWN], Class::Marketing);
    let rules = &mut page.world.rules;
    rules.offers[page.promos[0].index()].off = Some("over".to_owned());
    rules.slots[0].fallback[0].offer = Some(page.promos[1]);
    let frame = gather(rules, &customer(rules, at("2026-06-15T10:00Z")));
    let decisions = decide_all(rules, &frame, &page.slots);
    assert_eq!(decisions[0].outcome, Outcome::Shows(page.promos[1]));
    assert_eq!(decisions[1].outcome, Outcome::Shows(page.last), "the coupon stands above already");
    let mut after = frame.clone();
    reserve(rules, &mut after, &decisions[0]);
    assert_eq!(after.caps, frame.caps);
    assert_eq!(stamp(rules, &decisions[0]), None);
}

#[test]
fn the_last_fallback_answers_though_the_page_shows_its_offer_already() {
    let mut page = page(&[Event::SHOWN], Class::Marketing);
    for offer in page.promos {
        page.world.rules.offers[offer.index()].off = Some("over".to_owned());
    }
    let [top, side] = page.slots;
    // Above the last it is passed over like any other.
    let other = page.world.offer("other", Class::Service);
    let entry = page.world.rules.slots[1].fallback[0].clone();
    page.world.rules.slots[1].fallback.insert(0, entry);
    assert_eq!(page.shown(), [Outcome::Shows(page.last), Outcome::Shows(page.last)]);
    let rules = &page.world.rules;
    let mut frame = gather(rules, &customer(rules, at("2026-06-15T10:00Z")));
    assert!(!told(rules, &frame, top).contains("too"), "the first of the page says nothing");
    let first = decide(rules, &frame, top);
    reserve(rules, &mut frame, &first);
    let told = told(rules, &frame, side);
    assert!(
        told.ends_with(
            "
  fallback last: shown in another slot (last)
  fallback last: wins (shown in another slot too: the last always answers)"
        ),
        "{told}"
    );
    page.world.rules.slots[1].fallback[1].offer = Some(other);
    assert_eq!(page.shown(), [Outcome::Shows(page.last), Outcome::Shows(other)], "who wants another writes another");
}

#[test]
fn a_substitute_counts_for_its_offer_and_not_for_the_rule() {
    let mut page = page(&[Event::SHOWN], Class::Marketing);
    let top = page.rules[0];
    let on_rule = page.world.cap("of_rule", 3, &[Event::SHOWN], CapWindow::Ever, CapTarget::Rules(vec![top]));
    let on_offer =
        page.world.cap("of_offer", 3, &[Event::SHOWN], CapWindow::Ever, CapTarget::Offers(vec![page.promos[0]]));
    let rules = &page.world.rules;
    let empty = gather(rules, &customer(rules, at("2026-06-15T10:00Z")));
    for (by, rule_used, offer_used) in [
        (By::Rule(top), 1, 1),
        (By::Substitute(top, Via::Capped), 0, 1),
        (By::Rule(page.rules[1]), 0, 1),
        (By::Fallback(0), 0, 0),
    ] {
        let mut frame = empty.clone();
        let decision = Decision::new(page.slots[0], Outcome::Shows(page.promos[0]), by);
        reserve(rules, &mut frame, &decision);
        assert_eq!(frame.caps[on_rule.index()], CapState::Used(rule_used), "{by:?}");
        assert_eq!(frame.caps[on_offer.index()], CapState::Used(offer_used), "{by:?}");
        assert_eq!(frame.caps[page.cap.index()], CapState::Used(offer_used), "{by:?}");
        assert!(frame.is_taken(page.promos[0]), "{by:?}");
    }
    let decision = Decision::new(page.slots[0], Outcome::Shows(page.promos[0]), By::Rule(top));
    let expected = Stamp::Of {
        offer: Some(page.promos[0]),
        rule: Some(top),
        via: None,
        class: Some(rules[page.promos[0]].class),
        tags: rules[page.promos[0]].tags.clone(),
        channel: None,
    };
    assert_eq!(stamp(rules, &decision), Some(expected));
}
