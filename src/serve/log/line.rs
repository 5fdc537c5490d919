//! One line of the log: a decision, or something that was told to have happened.
//!
//! What is said of the customer is what [`Readable`](super::readable::Readable) lets through, and what is said of rules is
//! read off an explanation. So two customers who differ only behind a closed purpose have the same line, but for its id and
//! the time it took. A field that says nothing is left out.

use std::io::Write;

use serde::Serialize;

use super::counts::Counts;
use super::reasons::Reasons;
use super::whose::Whose;
use super::{Decided, Told};
use crate::eval;
use crate::frame::{By, Decision, Frame};
use crate::runtime::spelt;
use crate::serve::bundles::Active;
use crate::serve::trace::Trace;
use crate::value::{Instant, show_instant};

/// Writes an object, a field at a time.
struct Object<'a>(&'a mut Vec<u8>);

impl<'a> Object<'a> {
    fn begin(to: &'a mut Vec<u8>, kind: &str) -> Self {
        // Writing to memory does not fail.
        let _ = write!(to, "{{\"kind\":\"{kind}\"");
        Self(to)
    }

    fn field(&mut self, name: &str, value: &impl Serialize) {
        let _ = write!(self.0, ",\"{name}\":");
        // Neither does writing what has only texts for names.
        let _ = serde_json::to_writer(&mut *self.0, value);
    }

    fn optional(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.field(name, &value);
        }
    }

    fn end(self) {
        self.0.extend_from_slice(b"}\n");
    }
}

fn head(object: &mut Object<'_>, id: Option<&str>, at: Instant, trace: Option<&Trace>, active: &Active) {
    object.optional("id", id);
    object.field("at", &show_instant(at));
    if let Some(trace) = trace {
        object.field("trace", &trace.id());
        object.field("parent", &trace.parent());
        object.optional("tracestate", trace.state());
    }
    object.field("bundle", &active.name());
}

/// The line of one decision of a request.
pub(super) fn decision(
    to: &mut Vec<u8>,
    decided: &Decided,
    one: &Decision,
    frame: &Frame,
    whose: &Whose,
    counts: &Counts,
) {
    let active = &decided.active;
    let rules = active.engine.rules();
    let slot = &rules[one.slot].name;
    let mut object = Object::begin(to, "decision");
    head(&mut object, Some(&format!("{}/{slot}", decided.name)), decided.at, decided.trace.as_deref(), active);
    object.optional("customer", whose.of(rules, frame));
    if let Some(answer) = spelt::machine(rules, one).as_object() {
        answer.iter().for_each(|(name, value)| object.field(name, value));
    }
    // What was answered before is answered again; what it was decided from is no more.
    if !decided.is_repeated {
        let reasons = Reasons::of(&match active.flat() {
            Some(flat) => eval::candidates(flat, &frame.clone().flattened(), one.slot),
            None => eval::candidates(rules, frame, one.slot),
        });
        let cause = match one.by {
            By::Fallback(_) => Some(reasons.furthest),
            By::Rule(_) | By::Substitute(..) | By::SlotOff => None,
        };
        counts.replayed(slot, cause, &reasons);
        object.optional("cause", cause.map(|cause| cause.label()));
        let passed_over: Vec<_> =
            reasons.passed_over.iter().map(|(rule, reason)| PassedOver { rule, reason }).collect();
        object.field("passed_over", &passed_over);
        object.optional("passed_over_more", (reasons.more > 0).then_some(reasons.more));
    }
    if let Some(readable) = active.readable().get(one.slot.index()) {
        object.field("facts", &readable.facts(rules, frame));
        object.field("consent", &readable.consent(rules, frame));
        object.optional("permission", readable.permission(rules, frame));
        object.field("masked", &readable.masked(rules, frame));
        object.field("hidden", &readable.hidden(rules));
    }
    object.optional("shown", decided.is_shown.then_some(true));
    object.optional("repeated", decided.is_repeated.then_some(true));
    object.optional("without_state", decided.without_state.map(|code| code.name));
    object.field("took_us", &u64::try_from(decided.took.as_micros()).unwrap_or(u64::MAX));
    object.end();
}

#[derive(Serialize)]
struct PassedOver<'a> {
    rule: &'a str,
    reason: &'a str,
}

/// The line of something that was told.
pub(super) fn told(to: &mut Vec<u8>, told: &Told) {
    let Told { active, decision, at, trace, customer, event, happened, offer, became, cap } = told;
    let mut object = Object::begin(to, "event");
    head(&mut object, decision.as_deref(), *at, trace.as_deref(), active);
    object.optional("customer", customer.as_ref());
    object.field("event", event);
    object.optional("happened", happened.map(show_instant));
    object.optional("offer", offer.as_ref());
    object.field("became", became);
    object.optional("cap", cap.as_ref());
    object.end();
}
