//! The replay of a hold at its time equals a fresh decision. Whatever is held until T: before T it is held or has dropped
//! out, never let go; at T a fresh decision lets it go, or something that comes before it in the slot has its turn. Who
//! says that it was held is answered the same.
//!
//! As known now: the same customer, only later. Where what is known of them changes with the hours (a value gets stale,
//! a consent runs out, a count fades) the release is no promise, and what is asked is that it is not late for its windows,
//! caps, blocks, channels or dates.

use cater::eval::{self, Dropped};
use cater::frame::{By, Decision, Facts, Frame, Outcome, gather};
use cater::model::{OfferId, RuleSet, Scope, SlotId};
use cater::value::Instant;

use super::{Subject, effort, subjects};
use crate::engines::rng::Rng;

/// What was tried.
#[derive(Debug, Default)]
struct Tally {
    /// Holds.
    held: u64,
    /// At their time the offer is let go.
    let_go: u64,
    /// Somebody who is known no more than before was asked anew.
    asked_anew: u64,
    /// It was said that it had been held.
    released: u64,
    /// Of several channels one carried it that would not have carried it before.
    by_another: u64,
}

#[test]
fn a_hold_is_let_go_when_a_fresh_decision_lets_it_go() {
    let mut tally = Tally::default();
    for (at, subject) in subjects().iter().enumerate() {
        let mut rng = Rng::new(77 + at as u64);
        for _ in 0..120 * effort() {
            let mut facts = subject.customer(&mut rng);
            // Any hour: windows are open at noon.
            facts.now = Instant(facts.now.0 + rng.between(0, 24 * 3600) * super::SECOND);
            let frame = gather(subject.rules(), &facts);
            for slot in subject.slots() {
                let decision = subject.decide(&frame, slot);
                if let Outcome::Holds { offer, until } = decision.outcome {
                    one(subject, &facts, &frame, &decision, (offer, until), &mut rng, &mut tally);
                }
            }
        }
    }
    println!("{tally:?}");
    let Tally { held, let_go, asked_anew, released, by_another: _ } = tally;
    assert!(held > 200 && let_go * 2 > held && asked_anew * 2 > held && released * 4 > held, "{tally:?}");
}

fn one(
    subject: &Subject,
    facts: &Facts,
    frame: &Frame,
    decision: &Decision,
    (offer, until): (OfferId, Instant),
    rng: &mut Rng,
    tally: &mut Tally,
) {
    let (rules, slot) = (subject.rules(), decision.slot);
    let context = |at: Instant| format!("{}: {decision:?} of {frame:?}, at {at:?}", subject.name);
    tally.held += 1;
    assert!(frame.now < until, "{}", context(until));

    // Before: a microsecond, and anywhere.
    let span = until.0 - frame.now.0;
    for before in [1, span.min(1_000_000), rng.between(1, span), rng.between(1, span)] {
        let at = Instant(until.0 - before);
        let then = frame.at(rules, at);
        let found = subject.decide(&then, slot);
        assert!(!lets_go(&found, decision, offer), "{} {found:?}", context(at));
    }

    let then = frame.at(rules, until);
    let fresh = subject.decide(&then, slot);
    tally.let_go += u64::from(lets_go(&fresh, decision, offer));
    if let By::Rule(rule) = decision.by {
        // It has its turn and goes, or something before it had: else it dropped out, and not for the hour.
        match fresh.by == decision.by {
            true => assert_eq!(fresh.outcome.offer(), Some(offer), "{} {fresh:?}", context(until)),
            false => {
                let passed_over = eval::passed_over(rules, &then, slot);
                let dropped = passed_over.iter().find(|(of, _)| *of == rule).map(|(_, dropped)| dropped);
                assert!(dropped.is_none_or(of_the_customer), "{} {dropped:?}", context(until));
            }
        }
    } else {
        assert!(fresh.by != decision.by || fresh.outcome.held().is_none(), "{} {fresh:?}", context(until));
    }
    if let (Some(by), true) = (fresh.outcome.channel(), fresh.by == decision.by) {
        tally.by_another += u64::from(first_channel(rules, frame, slot, decision) != Some(by));
    }

    // The same of facts, gathered anew; and by who says that it was held.
    let later = Facts { now: until, ..facts.clone() };
    let gathered = gather(rules, &later);
    if same(&gathered, &then) {
        tally.asked_anew += 1;
        assert_eq!(subject.decide(&gathered, slot), fresh, "{}", context(until));
        let of_moment = rules.attributes.iter().zip(&gathered.attributes);
        let knows_no_moment =
            of_moment.filter(|(of, _)| of.scope == Scope::Moment).all(|(_, datum)| datum.known().is_none());
        if knows_no_moment {
            let mut held = later;
            held.set_held(offer, frame.now);
            let released = gather(rules, &held);
            tally.released += 1;
            assert_eq!(subject.decide(&released, slot), fresh, "{}", context(until));
        }
    }
}

/// The offer is shown or sent by who held it.
fn lets_go(found: &Decision, held: &Decision, offer: OfferId) -> bool {
    found.by == held.by && found.outcome.offer() == Some(offer)
}

/// A candidate that dropped out for something but the hour: ages in its audience go on while it waits.
fn of_the_customer(dropped: &Dropped) -> bool {
    matches!(dropped, Dropped::NotApplicable | Dropped::NotKnown | Dropped::NoScore)
}

/// Nothing else is known.
fn same(one: &Frame, other: &Frame) -> bool {
    one.attributes == other.attributes
        && one.gathered == other.gathered
        && one.consent == other.consent
        && one.permissions == other.permissions
        && one.caps == other.caps
        && one.last_used == other.last_used
}

/// The channel that is tried first for what was held.
fn first_channel(rules: &RuleSet, frame: &Frame, slot: SlotId, held: &Decision) -> Option<cater::model::ChannelId> {
    let channels = match held.by {
        By::Rule(rule) | By::Substitute(rule, _) => rules.channels_of(&rules[rule]),
        By::Fallback(_) | By::SlotOff => &rules[slot].channels,
    };
    rules.ring(slot, channels, frame.last_used(slot)).first().copied()
}
