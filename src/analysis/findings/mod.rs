//! The findings of the analysis: one file each, registered in [`ALL`] once.
//!
//! Takes the verdicts; gives diagnostics that name every culprit and show a customer or the cover. What follows from
//! another finding is left out: a rule that contradicts itself is not also unreachable and clashes with nobody, a rule that
//! never wins because of a name is told by its conflict alone, and a rule that only uses a contradictory segment is named
//! at the segment.

mod always_true;
mod audience_gap;
mod block_on_unknown;
pub(super) mod closed_channel;
mod conflict;
mod contradiction;
mod dominated_cap;
mod equal_scores;
mod idle_cap;
mod idle_substitute;
mod never_active;
mod never_together;
mod no_order;
mod not_decided;
mod only_capped;
mod preempted;
mod redundant_rule;
mod service_hides;
mod unreachable_fallback;
mod unreachable_rule;
mod window_gap;
mod window_on_unknown;
pub(in crate::analysis) mod words;

use super::{Options, Report};
use crate::diagnostics::Diagnostic;
use crate::frame::{Fact, Facts, Frame, gather};
use crate::model::{Condition, RuleId, RuleSet, SegmentId};
use crate::value::{Instant, Value};

use super::verdict::{Place, Range};

/// What a finding looks at.
struct Look<'a> {
    rules: &'a RuleSet,
    options: &'a Options,
    report: &'a Report,
}

/// Every finding.
const ALL: [fn(&Look<'_>) -> Vec<Diagnostic>; 22] = [
    conflict::find,
    equal_scores::find,
    no_order::find,
    contradiction::find,
    closed_channel::find,
    never_active::find,
    never_together::find,
    service_hides::find,
    unreachable_rule::find,
    redundant_rule::find,
    unreachable_fallback::find,
    idle_substitute::find,
    idle_cap::find,
    dominated_cap::find,
    always_true::find,
    block_on_unknown::find,
    window_on_unknown::find,
    only_capped::find,
    preempted::find,
    audience_gap::find,
    window_gap::find,
    not_decided::find,
];

/// Everything that is to be said about a report, but what is never used (that is [`crate::graph::unused`]).
pub fn findings(rules: &RuleSet, options: &Options, report: &Report) -> Vec<Diagnostic> {
    let look = Look { rules, options, report };
    ALL.iter().flat_map(|find| find(&look)).collect()
}

impl Look<'_> {
    /// The customer of whom nothing is known but who they are (R17).
    fn stranger(&self) -> Frame {
        let mut facts = Facts::nothing(self.rules, self.options.from.unwrap_or(Instant(0)));
        if let Some(key) = self.rules.key() {
            facts.set(key, Fact::Known(Value::Text("c1".into()), None));
        }
        gather(self.rules, &facts)
    }

    /// Whether it is said already that nobody knows where the rule stands; what follows from its place is not said again.
    fn is_disputed(&self, rule: RuleId) -> bool {
        let clashes = self.report.conflicts.iter().chain(&self.report.unordered).chain(&self.report.equal_scores);
        clashes.into_iter().any(|clash| clash.first == rule || clash.second == rule)
    }

    fn segment(&self, id: SegmentId) -> Option<Range> {
        self.report.conditions.get(&Place::Segment(id)).copied()
    }

    /// A segment in the condition, at any depth, that can never be yes.
    fn empty_segment(&self, condition: &Condition) -> Option<SegmentId> {
        let mut found = None;
        condition.each(&mut |part| {
            if let Condition::Segment(id) = part {
                let is_empty = matches!(self.segment(*id), Some(Range::AlwaysNo | Range::NeverYes));
                let inner = || self.empty_segment(&self.rules[*id].condition);
                found = found.or(inner()).or(is_empty.then_some(*id));
            }
        });
        found
    }

    /// Whether the condition is nothing but a segment of which something is said already.
    fn is_told_of_a_segment(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Not(inner) => self.is_told_of_a_segment(inner),
            Condition::Segment(id) => !matches!(self.segment(*id), None | Some(Range::Open | Range::Unknown(_))),
            Condition::And(_)
            | Condition::Or(_)
            | Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => false,
        }
    }
}
