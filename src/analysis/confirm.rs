//! The last word on a customer that is shown: the reference evaluator's.
//!
//! Takes a rule set once; says of a frame whether a rule is eligible, and what is seen in its place, by deciding its slot
//! with nothing else in it.

use crate::eval::decide;
use crate::frame::{By, Decision, Frame};
use crate::model::{RuleId, RuleSet};

/// A rule set of which each slot can be decided for one rule alone.
pub(super) struct Confirm {
    alone: RuleSet,
    whole: RuleSet,
}

impl Confirm {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut alone = rules.clone();
        for rule in &mut alone.rules {
            (rule.if_capped, rule.if_no_consent, rule.if_unknown) = (None, None, None);
        }
        Self { alone, whole: rules.clone() }
    }

    /// Whether every guard of the rule lets the customer through.
    pub(super) fn is_eligible(&mut self, rule: RuleId, frame: &Frame) -> bool {
        let slot = self.alone[rule].slot;
        if let Some(slot) = self.alone.slots.get_mut(slot.index()) {
            slot.order = vec![rule];
        }
        decide(&self.alone, frame, slot).by == By::Rule(rule)
    }

    /// What is seen in the rule's place, by itself or by what stands in for it; `None` where the next one is looked at.
    pub(super) fn answer(&mut self, rule: RuleId, frame: &Frame) -> Option<Decision> {
        let slot = self.whole[rule].slot;
        if let Some(slot) = self.whole.slots.get_mut(slot.index()) {
            slot.order = vec![rule];
        }
        let decision = decide(&self.whole, frame, slot);
        match decision.by {
            By::Rule(_) | By::Substitute(..) => Some(decision),
            By::Fallback(_) | By::SlotOff => None,
        }
    }
}
