//! `lint::unused-cap`: a cap that binds something and is never spent, since nothing that is decided counts for it.
//!
//! A cap that binds nothing is found by what names what ([`crate::graph::unused`]). Here each stamp that a decision of these
//! rules can leave behind is held against the cap, as the frame counts it. What others report without a stamp counts for
//! every cap, so nothing is said of caps on declared events; and an offer that nobody shows is told as that.

use super::Look;
use super::words::called;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::frame::{Stamp, Via, brought_about, is_counted};
use crate::model::{Cap, CapId, CapKind, CapTarget, ChannelId, Event, EventId, OfferId, RuleId, RuleSet, Substitute};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    // What was left out may show what is counted.
    if !look.options.left_out.is_empty() {
        return Vec::new();
    }
    let stamps = stamps(look.rules);
    let ids = (0..look.rules.caps.len()).map(CapId::from_index);
    ids.filter_map(|id| finding(look.rules, id, &stamps)).collect()
}

/// Why nothing spends a cap.
enum Idle {
    Uncounted,
    /// It counts what is sent of what is only shown.
    OnlyShown,
    OnlyFallback,
    /// Every event that would count lets its count begin anew.
    Broken,
}

fn finding(rules: &RuleSet, id: CapId, stamps: &[Stamp]) -> Option<Diagnostic> {
    let cap = &rules[id];
    let word = cap.kind.word();
    let name = called(rules, cap);
    let never = match cap.kind {
        CapKind::Cap => "is never spent",
        CapKind::Pause { .. } | CapKind::Gap => "never begins",
        // What others report may be what it waits for.
        CapKind::Block { .. } => return None,
    };
    let (why, help) = match idle(rules, id, stamps)? {
        Idle::Uncounted => (
            "all that would count for it is `uncounted`".to_owned(),
            format!("take something out of `uncounted`, or remove the {word}: it limits nothing"),
        ),
        Idle::OnlyShown => (
            "it counts what is sent, and what it is `on` is only shown on places".to_owned(),
            format!("count `shown`, or remove the {word}: it limits nothing"),
        ),
        Idle::OnlyFallback => (
            "what it is `on` is only shown as a fallback, and a fallback never counts".to_owned(),
            format!("show it by a rule, name another target after `on`, or remove the {word}"),
        ),
        Idle::Broken => (
            "every event that would count lets the count begin anew".to_owned(),
            "after `without` name what should not have happened, such as `without clicked`".to_owned(),
        ),
    };
    Some(Diagnostic::new(&lint::UNUSED_CAP, cap.span, format!("{name} {never}")).primary(why).help(help))
}

fn idle(rules: &RuleSet, id: CapId, stamps: &[Stamp]) -> Option<Idle> {
    let cap = &rules[id];
    let is_built_in = |event: &EventId| event.index() < Event::BUILT_IN.len();
    if !cap.events.iter().all(is_built_in) || !binds(rules, id) {
        return None;
    }
    if let CapKind::Pause { without, .. } = &cap.kind
        && cap.events.iter().all(|event| without.contains(event))
    {
        return Some(Idle::Broken);
    }
    let counts = |cap: &Cap, may_be: &dyn Fn(EventId, &Stamp) -> bool| {
        let event = |event: &EventId, stamp: &Stamp| may_be(*event, stamp) && is_counted(rules, cap, *event, stamp);
        stamps.iter().any(|stamp| cap.events.iter().any(|of| event(of, stamp)))
    };
    if counts(cap, &happens) {
        return None;
    }
    if counts(cap, &|_, _| true) {
        return Some(Idle::OnlyShown);
    }
    let all = Cap { uncounted: Vec::new(), ..cap.clone() };
    if counts(&all, &happens) {
        return Some(Idle::Uncounted);
    }
    let mut fallbacks = rules.slots.iter().flat_map(|slot| &slot.fallback).filter_map(|entry| entry.offer);
    let falls_back = fallbacks.any(|offer| rules[offer].caps.contains(&id));
    (falls_back && cap.uncounted.is_empty() && no_rule_shows(rules, cap)).then_some(Idle::OnlyFallback)
}

/// Whether it binds anything at all.
fn binds(rules: &RuleSet, id: CapId) -> bool {
    rules.rules.iter().any(|rule| rule.caps.contains(&id))
        || rules.offers.iter().any(|offer| offer.caps.contains(&id))
        || rules.channels.iter().any(|channel| channel.caps.contains(&id))
}

/// Whether no rule shows anything that a cap is on.
fn no_rule_shows(rules: &RuleSet, cap: &Cap) -> bool {
    let is_on = |offer: OfferId| match &cap.target {
        CapTarget::Offers(of) => of.contains(&offer),
        CapTarget::Tags(of) => rules[offer].tags.iter().any(|tag| of.contains(tag)),
        CapTarget::Classes(of) => of.contains(&rules[offer].class),
        CapTarget::Rules(_) | CapTarget::Channels(_) | CapTarget::Anything => true,
    };
    let ids = (0..rules.rules.len()).map(RuleId::from_index);
    !ids.flat_map(|id| shows(rules, id)).any(|(_, offer)| is_on(offer))
}

/// Whether an event can follow a decision with this stamp: what places show is not sent.
fn happens(event: EventId, stamp: &Stamp) -> bool {
    let is_sent = brought_about(stamp).contains(&Event::SENT);
    let of_a_message = [Event::SENT, Event::DELIVERED].contains(&event);
    is_sent || !of_a_message
}

/// What a rule shows or sends: itself, and by what stands in for it.
fn shows(rules: &RuleSet, id: RuleId) -> Vec<(Option<Via>, OfferId)> {
    let rule = &rules[id];
    let all = [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
    let instead = all.into_iter().filter_map(|(via, substitute)| match substitute? {
        Substitute::Show(offer) => Some((Some(via), offer)),
        Substitute::Try(_) | Substitute::Nothing => None,
    });
    std::iter::once((None, rule.show)).chain(instead).collect()
}

/// Every stamp that a decision can leave behind.
pub(super) fn stamps(rules: &RuleSet) -> Vec<Stamp> {
    let mut found = Vec::new();
    for id in (0..rules.rules.len()).map(RuleId::from_index) {
        let rule = &rules[id];
        let by: Vec<Option<ChannelId>> = match rules.sends(rule.slot) {
            true => rules.channels_of(rule).iter().copied().map(Some).collect(),
            false => vec![None],
        };
        for (via, offer) in shows(rules, id) {
            let of = &rules[offer];
            let (class, tags) = (Some(of.class), of.tags.clone());
            let stamp = |channel: &Option<ChannelId>| Stamp::Of {
                offer: Some(offer),
                rule: Some(id),
                via,
                class,
                tags: tags.clone(),
                channel: *channel,
            };
            found.extend(by.iter().map(stamp));
        }
    }
    found
}
