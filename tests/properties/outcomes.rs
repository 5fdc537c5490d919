//! Every outcome names a reason: each rule of the slot and each entry of its fallback list is told of, and what dropped
//! out says why. And every slot yields content, or its declared `nothing`, for a customer of whom nothing is known.

use cater::eval::{Author, Fate, Who};
use cater::frame::{By, Facts, Outcome, Via};
use cater::model::Substitute;
use cater::value::Instant;

use super::{DAY, frame, on_everybody, subjects};

#[test]
fn every_outcome_names_a_reason() {
    let mut dropped = 0_u32;
    on_everybody(8, |subject, facts, _| {
        let frame = frame(subject, facts);
        let rules = subject.rules();
        for slot in subject.slots() {
            let decision = subject.decide(&frame, slot);
            let told = subject.explain(&frame, slot);
            let context = || format!("{}, {}: {told:?}", subject.name, told.slot);
            let offer = decision.outcome.offer().map(|offer| rules[offer].name.clone());
            let told_of = told.answer.shows.clone().or(told.answer.sends.as_ref().map(|sends| sends.offer.clone()));
            assert_eq!(told_of, offer, "{}", context());
            let by = match &told.answer.by {
                Author::Rule { rule } => matches!(decision.by, By::Rule(id) if rules[id].name == *rule),
                Author::Substitute { rule, via } => {
                    matches!(decision.by, By::Substitute(id, of) if rules[id].name == *rule && of == *via)
                }
                Author::Fallback => matches!(decision.by, By::Fallback(_)),
                Author::SlotOff { because } => decision.by == By::SlotOff && !because.is_empty(),
            };
            assert!(by, "{}", context());
            if decision.by == By::SlotOff {
                continue;
            }
            for id in &rules[slot].order {
                let own = |who: &Who| matches!(who, Who::Rule { rule, .. } if *rule == rules[*id].name);
                assert!(told.candidates.iter().any(|candidate| own(&candidate.who)), "{}", context());
            }
            // A rule that was tried in the place of another is told of in its own place too.
            let is_try = |who: &Who| matches!(who, Who::Substitute { what, .. } if what.starts_with("try "));
            let wins =
                told.candidates.iter().filter(|candidate| candidate.fate == Fate::Wins && !is_try(&candidate.who));
            assert_eq!(wins.count(), 1, "{}", context());
            for candidate in &told.candidates {
                if let Fate::Drops(reasons) = &candidate.fate {
                    dropped += 1;
                    assert!(!reasons.is_empty(), "{}", context());
                    assert!(reasons.iter().all(|reason| !reason.to_string().trim().is_empty()), "{}", context());
                }
            }
        }
    });
    assert!(dropped > 1_000, "{dropped} are too few to say anything");
}

#[test]
fn every_slot_answers_the_customer_of_whom_nothing_is_known() {
    let mut shown = 0_u32;
    for subject in subjects() {
        let rules = subject.rules();
        let now = Instant::parse("2026-06-15T10:00Z").expect("a time");
        for days in [-400, -30, 0, 1, 30, 200, 4_000] {
            for store_down in [false, true] {
                let mut facts = Facts::nothing(rules, Instant(now.0 + days * DAY));
                facts.store_down = store_down;
                let frame = frame(subject, &facts);
                for slot in subject.slots() {
                    let decision = subject.decide(&frame, slot);
                    let context = || format!("{}, {}: {decision:?}", subject.name, rules[slot].name);
                    let declared = match (decision.outcome, decision.by) {
                        (Outcome::Shows(offer) | Outcome::Sends { offer, .. } | Outcome::Holds { offer, .. }, _) => {
                            shown += 1;
                            assert!(rules[offer].off.is_none(), "{}", context());
                            true
                        }
                        (Outcome::Nothing, By::Fallback(at)) => {
                            rules[slot].fallback.get(at as usize).is_some_and(|entry| entry.offer.is_none())
                        }
                        (Outcome::Nothing, By::Substitute(rule, via)) => {
                            let rule = &rules[rule];
                            let named = match via {
                                Via::Capped => rule.if_capped,
                                Via::NoConsent => rule.if_no_consent,
                                Via::Unknown => rule.if_unknown,
                            };
                            named == Some(Substitute::Nothing)
                        }
                        (Outcome::Nothing, By::SlotOff) => rules[slot].off.is_some(),
                        (Outcome::Nothing, By::Rule(_)) => false,
                    };
                    assert!(declared, "{}", context());
                }
            }
        }
    }
    assert!(shown > 100, "{shown}");
}
