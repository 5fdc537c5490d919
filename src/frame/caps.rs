//! What is used of each cap, and what a decision takes from it for the rest of its request (R24, R25).
//!
//! Takes the customer's events and a decision; gives counts. Refuses to know how events are stored. A cap reads events,
//! not a counter of its own (R30).
//!
//! What a class of offers without `counts` shows uses up no declared cap (R2); a rule's own clause counts what its rule
//! shows whatever the class, else the clause that a service rule may carry could never bind.

use super::{By, CapState, Decision, Facts, Frame, Outcome, Stamp};
use crate::model::{Cap, CapId, CapTarget, CapWindow, Class, Event, EventId, EventTarget, OfferId, RuleSet};
use crate::value::{Instant, Truth};

/// What is used of every cap, in the order of the rule set; nothing is known where the customer is not.
pub(super) fn count(rules: &RuleSet, facts: &Facts, unit_is_known: bool) -> Vec<CapState> {
    let used = |(id, cap): (CapId, &Cap)| {
        let events = facts.history.iter().filter(|happened| {
            cap.events.contains(&happened.event)
                && in_window(cap.window, happened.at, facts.now)
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

/// Whether the window holds an event at `at`.
pub(super) fn in_window(window: CapWindow, at: Instant, now: Instant) -> bool {
    at <= now
        && match window {
            CapWindow::Rolling(length) => now.minus(length) < at,
            CapWindow::Ever => true,
        }
}

/// Whether an event with this stamp belongs to what the cap counts.
fn counts(rules: &RuleSet, cap: &Cap, stamp: &Stamp) -> bool {
    // A restriction is lifted only by a no: what may belong to the target counts.
    let may = |target| belongs(rules, target, stamp) != Truth::No;
    let hit = match &cap.target {
        CapTarget::Offers(of) => of.iter().any(|offer| may(EventTarget::Offer(*offer))),
        CapTarget::Rules(of) => of.iter().any(|rule| may(EventTarget::Rule(*rule))),
        CapTarget::Tags(of) => of.iter().any(|tag| may(EventTarget::Tag(*tag))),
    };
    let class = match stamp {
        Stamp::Unstamped => None,
        Stamp::Retired { class, .. } => *class,
        Stamp::Of { offer, class, .. } => class.or_else(|| class_today(rules, (*offer)?)),
    };
    hit && (cap.rule.is_some() || class.is_none_or(|class| rules.classes.row(class).counts))
}

/// Whether an event with this stamp is one of the target.
pub(super) fn belongs(rules: &RuleSet, target: EventTarget, stamp: &Stamp) -> Truth {
    match (stamp, target) {
        (Stamp::Unstamped, _) | (Stamp::Retired { .. }, EventTarget::Tag(_)) => Truth::Unknown,
        (Stamp::Retired { .. }, EventTarget::Offer(_)) => Truth::No,
        (Stamp::Of { offer, .. }, EventTarget::Offer(of)) => (*offer == Some(of)).into(),
        (Stamp::Of { tags, .. }, EventTarget::Tag(of)) => tags.contains(&of).into(),
        // What a substitute showed is not the rule's.
        (Stamp::Retired { via: Some(_), .. } | Stamp::Of { via: Some(_), .. }, EventTarget::Rule(_)) => Truth::No,
        (Stamp::Retired { rule: Some(rule), .. } | Stamp::Of { rule: Some(rule), .. }, EventTarget::Rule(of)) => {
            (*rule == of).into()
        }
        (Stamp::Retired { rule: None, .. }, EventTarget::Rule(_)) => Truth::No,
        // Who showed it was not written down, or is no rule any more: it may have been this one, if it shows that.
        (Stamp::Of { offer, rule: None, .. }, EventTarget::Rule(of)) => {
            if *offer == Some(rules[of].show) {
                Truth::Unknown
            } else {
                Truth::No
            }
        }
    }
}

fn class_today(rules: &RuleSet, offer: OfferId) -> Option<Class> {
    rules.offers.get(offer.index()).map(|offer| offer.class)
}

/// What the events of a decision are stamped with; `None` where nothing is shown or by a fallback, which never counts
/// (R11).
pub fn stamp(rules: &RuleSet, decision: &Decision) -> Option<Stamp> {
    let Outcome::Shows(offer) = decision.outcome else {
        return None;
    };
    let (rule, via) = match decision.by {
        By::Rule(rule) => (rule, None),
        By::Substitute(rule, via) => (rule, Some(via)),
        By::Fallback(_) | By::SlotOff => return None,
    };
    let tags = rules.offers.get(offer.index()).map(|offer| offer.tags.clone()).unwrap_or_default();
    Some(Stamp::Of { offer: Some(offer), rule: Some(rule), via, class: class_today(rules, offer), tags })
}

/// Writes into the frame what a decided slot takes from the slots after it: its offer is taken, and every cap that
/// counts what happens when an offer is shown has as many more of it. Caps that count only what the customer does later
/// (clicks, purchases) reserve nothing.
pub fn reserve(rules: &RuleSet, frame: &mut Frame, decision: &Decision) {
    if let Outcome::Shows(offer) = decision.outcome
        && let Some(taken) = frame.taken.get_mut(offer.index())
    {
        *taken = true;
    }
    let Some(stamp) = stamp(rules, decision) else {
        return;
    };
    for (cap, state) in rules.caps.iter().zip(&mut frame.caps) {
        if let CapState::Used(used) = state
            && counts(rules, cap, &stamp)
        {
            let brought = cap.events.iter().filter(|event| brought_about().contains(event)).count();
            *used = used.saturating_add(u32::try_from(brought).unwrap_or(u32::MAX));
        }
    }
}

/// The events that a place brings about when it shows an offer: that it was decided, and that it was shown. A place sends
/// nothing; everything else is the customer's doing (R25).
pub fn brought_about() -> [EventId; 2] {
    [Event::DECIDED, Event::SHOWN]
}
