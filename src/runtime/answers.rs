//! Decisions in names and back: what is kept of an answer outlives the rules that gave it.

use super::names::Names;
use super::store::StoredDecision;
use crate::frame::{By, Decision, Outcome};
use crate::model::{RuleSet, SlotId};
use crate::value::Instant;

/// A decision in names; in whose records it stands is not said yet.
pub(super) fn in_names(rules: &RuleSet, decision: Decision, at: Instant) -> StoredDecision {
    let (offer, until) = match decision.outcome {
        Outcome::Shows(offer) | Outcome::Sends { offer, .. } => (Some(rules[offer].name.clone()), None),
        Outcome::Holds { offer, until } => (Some(rules[offer].name.clone()), Some(until)),
        Outcome::Nothing => (None, decision.again),
    };
    let (channel, silent) = match decision.outcome {
        Outcome::Sends { channel, silent, .. } => (Some(rules[channel].name.clone()), silent),
        Outcome::Shows(_) | Outcome::Holds { .. } | Outcome::Nothing => (None, false),
    };
    let (rule, via, fallback) = match decision.by {
        By::Rule(rule) => (Some(rule), None, None),
        By::Substitute(rule, via) => (Some(rule), Some(via), None),
        By::Fallback(at) => (None, None, Some(at)),
        By::SlotOff => (None, None, None),
    };
    StoredDecision {
        slot: rules[decision.slot].name.clone(),
        offer,
        channel,
        silent,
        until,
        rule: rule.map(|rule| rules[rule].name.clone()),
        via,
        fallback,
        customer: None,
        shared: Vec::new(),
        decided: None,
        at,
        happened: Vec::new(),
        released: false,
    }
}

/// A decision as the rules of today see it; `None` where they do not know what it names.
pub(super) fn of_names(rules: &RuleSet, slot: SlotId, stored: &StoredDecision) -> Option<Decision> {
    let names = Names::of(rules);
    let (outcome, again) = match (&stored.offer, &stored.channel, stored.until) {
        (Some(offer), Some(channel), _) => {
            let (offer, channel) = (names.offer(offer)?, names.channel(channel)?);
            (Outcome::Sends { offer, channel, silent: stored.silent }, None)
        }
        (Some(offer), None, None) => (Outcome::Shows(names.offer(offer)?), None),
        (Some(offer), None, Some(until)) => (Outcome::Holds { offer: names.offer(offer)?, until }, None),
        (None, _, again) => (Outcome::Nothing, again),
    };
    let by = match (&stored.rule, stored.via, stored.fallback) {
        (Some(rule), None, _) => By::Rule(names.rule(rule)?),
        (Some(rule), Some(via), _) => By::Substitute(names.rule(rule)?, via),
        (None, _, Some(at)) => By::Fallback(at),
        (None, _, None) => By::SlotOff,
    };
    Some(Decision { slot, outcome, by, again })
}
