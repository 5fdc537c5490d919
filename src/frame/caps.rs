//! What is used of each cap, and what a decision takes from it for the rest of its request (R24, R25).
//!
//! Takes the customer's events and a decision; gives counts. Refuses to know how events are stored. A cap reads events,
//! not a counter of its own (R30).
//!
//! What a class of offers without `counts` shows uses up no declared cap (R2); a rule's own clause counts what its rule
//! shows whatever the class, else the clause that a service rule may carry could never bind.

use super::{By, CapState, Decision, Facts, Frame, Stamp, rotation};
use crate::model::{Cap, CapId, CapTarget, CapWindow, Class, Event, EventId, OfferId, RuleSet};
use crate::value::Instant;

/// What is used of every cap, in the order of the rule set; nothing is known where the customer is not.
pub(super) fn count(rules: &RuleSet, facts: &Facts, unit_is_known: bool) -> Vec<CapState> {
    let used = |(id, cap): (CapId, &Cap)| {
        let events = facts.history.iter().filter(|happened| {
            cap.events.contains(&happened.event)
                && in_window(cap, happened.at, facts.now)
                && counts(rules, cap, &happened.stamp)
        });
        // Nobody can say that it was outside of the window.
        let undated =
            facts.undated.iter().filter(|(event, stamp)| cap.events.contains(event) && counts(rules, cap, stamp));
        let counted = u32::try_from(events.count() + undated.count()).unwrap_or(u32::MAX);
        let beside = facts.used.iter().filter(|(of, _)| *of == id).map(|(_, count)| *count);
        beside.fold(counted, u32::saturating_add)
    };
    let state = |cap| if unit_is_known { CapState::Used(used(cap)) } else { CapState::UnknownUnit };
    let caps = rules.caps.iter().enumerate().map(|(at, cap)| (CapId::from_index(at), cap));
    caps.map(state).collect()
}

fn in_window(cap: &Cap, at: Instant, now: Instant) -> bool {
    at <= now
        && match cap.window {
            CapWindow::Rolling(length) => now.minus(length) < at,
            CapWindow::Ever => true,
        }
}

/// Whether an event with this stamp belongs to what the cap counts.
fn counts(rules: &RuleSet, cap: &Cap, stamp: &Stamp) -> bool {
    let Stamp::Of { offer, rule, via, class, tags, channel: _ } = stamp else {
        return true;
    };
    let hit = match &cap.target {
        CapTarget::Offers(offers) => offer.is_some_and(|offer| offers.contains(&offer)),
        // Who showed it was not written down, or is no rule any more: it may have been one of these, if they show it.
        CapTarget::Rules(of) => {
            via.is_none()
                && rule.map_or_else(
                    || offer.is_some_and(|offer| of.iter().any(|rule| rules[*rule].show == offer)),
                    |rule| of.contains(&rule),
                )
        }
        CapTarget::Tags(of) => tags.iter().any(|tag| of.contains(tag)),
    };
    hit && (cap.rule.is_some()
        || class.or_else(|| class_today(rules, (*offer)?)).is_none_or(|class| rules.classes.row(class).counts))
}

fn class_today(rules: &RuleSet, offer: OfferId) -> Option<Class> {
    rules.offers.get(offer.index()).map(|offer| offer.class)
}

/// What the events of a decision are stamped with; `None` where nothing is shown or sent, or by a fallback, which never
/// counts (R11).
pub fn stamp(rules: &RuleSet, decision: &Decision) -> Option<Stamp> {
    let offer = decision.outcome.offer()?;
    let channel = decision.outcome.channel();
    let (rule, via) = match decision.by {
        By::Rule(rule) => (rule, None),
        By::Substitute(rule, via) => (rule, Some(via)),
        By::Fallback(_) | By::SlotOff => return None,
    };
    let tags = rules.offers.get(offer.index()).map(|offer| offer.tags.clone()).unwrap_or_default();
    Some(Stamp::Of { offer: Some(offer), rule: Some(rule), via, class: class_today(rules, offer), tags, channel })
}

/// Writes into the frame what a decided slot takes from the slots after it: its offer is taken, and every cap that
/// counts what happens when an offer is shown or sent has as many more of it. Caps that count only what the customer does later
/// (clicks, purchases) reserve nothing.
pub fn reserve(rules: &RuleSet, frame: &mut Frame, decision: &Decision) {
    if let Some(offer) = decision.outcome.offer()
        && let Some(taken) = frame.taken.get_mut(offer.index())
    {
        *taken = true;
    }
    let Some(stamp) = stamp(rules, decision) else {
        return;
    };
    rotation::note(rules, frame, &stamp, decision);
    for (cap, state) in rules.caps.iter().zip(&mut frame.caps) {
        if let CapState::Used(used) = state
            && counts(rules, cap, &stamp)
        {
            let brought = cap.events.iter().filter(|event| brought_about(&stamp).contains(event)).count();
            *used = used.saturating_add(u32::try_from(brought).unwrap_or(u32::MAX));
        }
    }
}

/// The events that a decision with this stamp brings about: that it was decided, and that it was shown, or sent where a
/// channel carries it. Everything else is the customer's doing (R25).
pub fn brought_about(stamp: &Stamp) -> [EventId; 2] {
    match stamp {
        Stamp::Of { channel: Some(_), .. } => [Event::DECIDED, Event::SENT],
        Stamp::Of { channel: None, .. } | Stamp::Unstamped => [Event::DECIDED, Event::SHOWN],
    }
}
