//! What is never so only as long as everything that is held is let go in time.
//!
//! Whoever lets go what was held, the host's own clock, may be late, and then it drops out and leaves its place to the next
//! (R32). A "never" is first looked for without that, since a file with quiet hours would else say it of hardly anything;
//! here each is asked again with whatever may be held let go too late or not, as one likes. What is never so then either is
//! never so; of the rest it is kept that it hangs on that.

use std::collections::BTreeMap;

use super::domain::{Hours, Source};
use super::doubts::Doubts;
use super::reach::{self, OfRules, SlotScope};
use super::verdict::{FallbackVerdict, InTime, SubstituteVerdict, Verdict};
use crate::frame::Via;
use crate::model::{Outside, RuleId, RuleSet, SlotId};

/// The verdicts of a slot.
pub(super) struct Verdicts<'v> {
    pub(super) rules: &'v mut BTreeMap<RuleId, Verdict>,
    pub(super) substitutes: &'v mut BTreeMap<(RuleId, Via), SubstituteVerdict>,
    pub(super) fallbacks: &'v mut [FallbackVerdict],
}

impl Verdicts<'_> {
    /// Whether any of them says that something is never so.
    pub(super) fn claim(&self) -> bool {
        self.rules.values().any(Verdict::rests_on_all)
            || self.fallbacks.iter().any(FallbackVerdict::rests_on_all)
            || self.substitutes.values().any(SubstituteVerdict::rests_on_all)
    }

    /// Takes back what is not so `again`, where all is reckoned with that may come.
    pub(super) fn doubted(&mut self, again: &OfRules, of_fallbacks: &[FallbackVerdict]) {
        for (rule, verdict) in self.rules.iter_mut() {
            verdict.doubted(again.verdicts.get(rule));
        }
        for (of, verdict) in self.substitutes.iter_mut() {
            verdict.doubted(again.substitutes.get(of));
        }
        for (at, verdict) in self.fallbacks.iter_mut().enumerate() {
            verdict.doubted(of_fallbacks.get(at));
        }
    }
}

/// Which of the verdicts hang on that; of those that do not, what is in the way then is named.
pub(super) fn in_time<'a>(
    rules: &RuleSet,
    slot: SlotId,
    verdicts: Verdicts<'_>,
    mut doubts: Doubts<'_>,
    scope_with: impl Fn(&Doubts<'_>) -> SlotScope<'a>,
) -> InTime {
    let mut found = InTime::default();
    if !verdicts.claim() || !anything_waits(rules) {
        return found;
    }
    doubts.late = true;
    let mut scope = scope_with(&doubts);
    let is_overdue = |source: &Source| matches!(source, Source::Hours(Hours::Overdue(_)));
    if !scope.worlds.iter().any(|(program, _)| program.schema.sources.iter().any(is_overdue)) {
        return found;
    }
    let again = reach::rules(&mut scope, rules, slot);
    let of_fallbacks = reach::fallback(&mut scope, rules, slot, &again.verdicts);
    for (rule, verdict) in verdicts.rules.iter_mut().filter(|(_, verdict)| verdict.rests_on_all()) {
        match again.verdicts.get(rule).filter(|again| again.rests_on_all()) {
            Some(again) => verdict.clone_from(again),
            None => drop(found.rules.insert(*rule)),
        }
    }
    for (of, verdict) in verdicts.substitutes.iter_mut().filter(|(_, verdict)| verdict.rests_on_all()) {
        match again.substitutes.get(of).filter(|again| again.rests_on_all()) {
            Some(again) => verdict.clone_from(again),
            None => drop(found.substitutes.insert(*of)),
        }
    }
    for (at, verdict) in verdicts.fallbacks.iter_mut().enumerate().filter(|(_, verdict)| verdict.rests_on_all()) {
        match of_fallbacks.get(at).filter(|again| again.rests_on_all()) {
            Some(again) => verdict.clone_from(again),
            None => drop(found.fallbacks.insert((slot, at))),
        }
    }
    found
}

/// Whether anything of the rules may be held.
fn anything_waits(rules: &RuleSet) -> bool {
    rules.windows.iter().any(|window| matches!(window.outside, Outside::Hold(_)))
        || rules.caps.iter().any(|cap| cap.hold().is_some())
}
