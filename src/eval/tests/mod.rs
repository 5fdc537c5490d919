//! What the language says, tried on rule sets built by hand: two scenarios with their customers, chains of substitutes,
//! consent and masking, what explanations give away, and that the order of writing changes nothing.

mod assumed;
mod bank;
mod blocks;
mod chains;
mod channels;
mod classes;
mod coverage;
mod hero;
#[cfg(feature = "cli")]
mod hours;
#[cfg(feature = "cli")]
mod nearest;
mod order;
mod ranked;
mod reading;
mod redaction;
#[cfg(feature = "cli")]
mod release;
mod request;
mod spends;
mod words;

use crate::eval::{explain, meets};
use crate::frame::{Because, Expectation, Expected, Fact, Facts, Frame, Happened, Stamp, gather};
use crate::model::testing::nowhere;
use crate::model::{AttributeId, EventId, OfferId, RuleId, RuleSet, SlotId};
use crate::value::{Instant, Value};

/// A customer of whom only the key is known.
fn customer(rules: &RuleSet, now: Instant) -> Facts {
    let mut facts = Facts::nothing(rules, now);
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
    facts
}

fn set(facts: &mut Facts, id: AttributeId, value: Value) {
    facts.set(id, Fact::Known(value, Some(facts.now)));
}

fn happened(event: EventId, at: Instant, offer: OfferId, rule: Option<RuleId>) -> Happened {
    let stamp = Stamp::Of { offer: Some(offer), rule, via: None, class: None, tags: Vec::new(), channel: None };
    Happened::plain(event, at, stamp)
}

fn reason(text: &str) -> Because {
    Because::Reason(text.to_owned())
}

fn expect(rules: &RuleSet, facts: &Facts, slot: SlotId, what: Expected) {
    let frame = gather(rules, facts);
    let expectation = Expectation { slot, what, spends_nothing: false, span: nowhere() };
    if let Err(mismatch) = meets(rules, &frame, &expectation) {
        panic!("{}\n{}", mismatch.message, mismatch.why.join("\n"));
    }
}

/// The explanation of a slot, line by line.
fn told(rules: &RuleSet, frame: &Frame, slot: SlotId) -> String {
    explain(rules, frame, slot).to_text().join("\n")
}

/// A small generator of numbers, the same on every run (xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            of.swap(at, self.below(at + 1));
        }
    }
}

/// The kind of a reason, without its facts.
fn kind(reason: &crate::eval::Reason) -> &'static str {
    use crate::eval::Reason;
    match reason {
        Reason::SwitchedOff { .. } => "off",
        Reason::NotActive { .. } => "dated",
        Reason::ReviewOverdue { .. } => "overdue",
        Reason::NoConsent { .. } => "consent",
        Reason::NotApplicable { .. } => "no",
        Reason::NotKnown { .. } | Reason::NotKnownToBeNo { .. } => "unknown",
        Reason::Taken { .. } => "taken",
        Reason::Channel { why, .. } => kind(why),
        Reason::NotPermitted { .. } => "permission",
        Reason::NotReached { .. } => "reach",
        Reason::Blocked { .. } => "blocked",
        Reason::Closed { .. } | Reason::HoldLimit { .. } | Reason::Overdue { .. } | Reason::Expired { .. } => "outside",
        Reason::Waiting { .. } | Reason::NoCounter { .. } | Reason::Capped { .. } | Reason::TooLong { .. } => "capped",
    }
}
