//! What a slot answers, put into names.
//!
//! Takes a replay; gives the answer alone. Refuses to know why it is that one.

use super::super::slot::Replay;
use super::{Answer, Author, Sending};
use crate::frame::{By, Outcome};
use crate::model::RuleSet;
use crate::value::Instant;

/// The answer of a replay, with when to ask again.
pub(super) fn answer(rules: &RuleSet, replay: &Replay, again: Option<Instant>) -> Answer {
    let decision = replay.decision;
    let shows = match decision.outcome {
        Outcome::Shows(offer) => Some(rules[offer].name.clone()),
        Outcome::Sends { .. } | Outcome::Holds { .. } | Outcome::Nothing => None,
    };
    let sends = match decision.outcome {
        Outcome::Sends { offer, channel, silent } => {
            Some(Sending { offer: rules[offer].name.clone(), channel: rules[channel].name.clone(), silent })
        }
        Outcome::Shows(_) | Outcome::Holds { .. } | Outcome::Nothing => None,
    };
    let (holds, until) = match decision.outcome {
        Outcome::Holds { offer, until } => (Some(rules[offer].name.clone()), Some(until)),
        Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Nothing => (None, again),
    };
    let (by, because) = match decision.by {
        By::Rule(rule) => (Author::Rule { rule: rules[rule].name.clone() }, rules[rule].because.clone()),
        By::Substitute(rule, via) => (Author::Substitute { rule: rules[rule].name.clone(), via }, None),
        By::Fallback(_) => (Author::Fallback, None),
        By::SlotOff => {
            let because = rules[decision.slot].off.clone().unwrap_or_default();
            (Author::SlotOff { because }, None)
        }
    };
    Answer { shows, sends, holds, until, by, because, tasks: decision.tasks(rules).to_vec() }
}
