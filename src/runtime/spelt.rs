//! A decision in the names of its rules, as tables and machines read it: one way, for the tool and for a service.
//!
//! Takes a decision and the rules that made it; gives words and the object of `cater decide --format json`. Refuses to know
//! why it was made.

use serde_json::{Value, json};

use crate::frame::{By, Decision, Outcome};
use crate::model::RuleSet;
use crate::value::show_instant;

/// By which channel something is sent, and whether without a sound; none where nothing is.
pub fn way<'a>(rules: &'a RuleSet, decision: &Decision) -> Option<(&'a str, bool)> {
    match decision.outcome {
        Outcome::Sends { channel, silent, .. } => Some((rules[channel].name.as_str(), silent)),
        Outcome::Shows(_) | Outcome::Holds { .. } | Outcome::Nothing => None,
    }
}

/// What is shown or sent, by which kind of candidate, and by which rule.
pub fn words<'a>(rules: &'a RuleSet, decision: &Decision) -> (Option<&'a str>, &'static str, Option<&'a str>) {
    let shows = match decision.outcome {
        Outcome::Shows(offer) | Outcome::Sends { offer, .. } => Some(rules[offer].name.as_str()),
        Outcome::Holds { .. } | Outcome::Nothing => None,
    };
    match decision.by {
        By::Rule(rule) => (shows, "rule", Some(rules[rule].name.as_str())),
        By::Substitute(rule, via) => (shows, via.word(), Some(rules[rule].name.as_str())),
        By::Fallback(_) => (shows, "fallback", None),
        By::SlotOff => (shows, "slot off", None),
    }
}

/// The offer that waits, if one does.
pub fn held<'a>(rules: &'a RuleSet, decision: &Decision) -> Option<&'a str> {
    match decision.outcome {
        Outcome::Holds { offer, .. } => Some(rules[offer].name.as_str()),
        Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Nothing => None,
    }
}

/// Of what waits, until when; of nothing, when to ask again.
pub fn until(decision: &Decision) -> Option<String> {
    let until = match decision.outcome {
        Outcome::Holds { until, .. } => Some(until),
        Outcome::Nothing => decision.again,
        Outcome::Shows(_) | Outcome::Sends { .. } => None,
    };
    until.map(show_instant)
}

/// One decision as an object.
pub fn machine(rules: &RuleSet, decision: &Decision) -> Value {
    let (shows, by, rule) = words(rules, decision);
    let tasks = decision.tasks(rules);
    let mut object =
        json!({ "slot": rules[decision.slot].name, "shows": shows, "by": by, "rule": rule, "tasks": tasks });
    if let Some(fields) = object.as_object_mut() {
        if let Some((channel, silent)) = way(rules, decision) {
            fields.insert("channel".to_owned(), channel.into());
            fields.insert("silent".to_owned(), silent.into());
        }
        let (holds, until) = (held(rules, decision).map(str::to_owned), until(decision));
        fields.extend(holds.map(|holds| ("holds".to_owned(), json!(holds))));
        fields.extend(until.map(|until| ("until".to_owned(), json!(until))));
    }
    object
}

/// Whether something of it can be confirmed, so that it has an id that is worth anything: of a fallback nothing is kept.
pub fn can_be_confirmed(decision: &Decision) -> bool {
    let goes = match decision.outcome {
        Outcome::Shows(_) | Outcome::Sends { .. } => true,
        Outcome::Holds { .. } | Outcome::Nothing => false,
    };
    let chosen = match decision.by {
        By::Rule(_) | By::Substitute(..) => true,
        By::Fallback(_) | By::SlotOff => false,
    };
    goes && chosen
}
