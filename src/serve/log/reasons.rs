//! What an explanation says in short: which rules were passed over for what, how far the best of them got, which caps stood in
//! the way.
//!
//! It is read off the explanation alone, so it says nothing that an explanation would not (R22). Refuses to know facts.

use std::collections::BTreeSet;

use crate::eval::{Candidate, Explanation, Fate, Outranking, Reason, Who};

/// So many of the rules that were passed over stand in a line.
const MOST: usize = 16;

/// An explanation in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reasons {
    /// Rules that were passed over for something else than their audience, in the order in which they win, each with the
    /// short reason of R22; the first few.
    pub(super) passed_over: Vec<(String, String)>,
    /// So many more.
    pub(super) more: usize,
    /// How far any rule got.
    pub(super) furthest: Cause,
    /// The caps, pauses and gaps that stopped anybody, each once.
    pub(super) caps: BTreeSet<String>,
}

/// The steps at which a rule drops out, in their order; but that it is not meant for the customer says least, so that stands
/// before all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// There is no rule.
    #[default]
    NoRule,
    /// A `when` is no, or an `unless` is yes.
    NotApplicable,
    SwitchedOff,
    NotActive,
    ReviewOverdue,
    Blocked,
    NoConsent,
    NotKnown,
    Taken,
    Capped,
    NoCounter,
    Expired,
    Window,
    HoldLimit,
    NotPermitted,
    NotReached,
}

impl Cause {
    /// As a label, and in a line.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::NoRule => "no_rule",
            Self::NotApplicable => "not_applicable",
            Self::SwitchedOff => "switched_off",
            Self::NotActive => "not_active",
            Self::ReviewOverdue => "review_overdue",
            Self::Blocked => "blocked",
            Self::NoConsent => "no_consent",
            Self::NotKnown => "not_known",
            Self::Taken => "shown_in_another_slot",
            Self::Capped => "capped",
            Self::NoCounter => "counter_unavailable",
            Self::Expired => "expired",
            Self::Window => "window",
            Self::HoldLimit => "hold_limit",
            Self::NotPermitted => "permission_denied",
            Self::NotReached => "not_reached",
        }
    }

    fn of(reason: &Reason) -> Self {
        match reason {
            Reason::SwitchedOff { .. } => Self::SwitchedOff,
            Reason::NotActive { .. } => Self::NotActive,
            Reason::ReviewOverdue { .. } => Self::ReviewOverdue,
            Reason::NoConsent { .. } => Self::NoConsent,
            Reason::NotApplicable { .. } => Self::NotApplicable,
            Reason::NotKnown { .. } | Reason::NotKnownToBeNo { .. } => Self::NotKnown,
            Reason::Taken { .. } => Self::Taken,
            Reason::Blocked { .. } => Self::Blocked,
            Reason::Waiting { kind, .. } if kind == "block" => Self::Blocked,
            Reason::Waiting { .. } | Reason::Capped { .. } => Self::Capped,
            Reason::NoCounter { .. } => Self::NoCounter,
            Reason::Closed { .. } => Self::Window,
            Reason::HoldLimit { .. } | Reason::Overdue { .. } | Reason::TooLong { .. } => Self::HoldLimit,
            Reason::Expired { .. } => Self::Expired,
            Reason::Channel { why, .. } => Self::of(why),
            Reason::NotPermitted { .. } => Self::NotPermitted,
            Reason::NotReached { .. } => Self::NotReached,
        }
    }
}

impl Reasons {
    /// What an explanation says.
    pub(super) fn of(explanation: &Explanation) -> Self {
        let mut it = Self::default();
        explanation.candidates.iter().for_each(|candidate| it.candidate(candidate));
        it
    }

    fn candidate(&mut self, candidate: &Candidate) {
        candidate.passed_over.iter().for_each(|reason| self.cap(reason));
        let reasons = match &candidate.fate {
            Fate::Drops(reasons) => reasons,
            Fate::Outranked { how: Outranking::Stops { cap }, .. } => {
                self.furthest = self.furthest.max(Cause::Capped);
                self.caps.insert(cap.clone());
                return;
            }
            Fate::Wins | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => return,
        };
        reasons.iter().for_each(|reason| self.cap(reason));
        let Who::Rule { rule, .. } = &candidate.who else { return };
        let Some(cause) = reasons.iter().map(Cause::of).max() else { return };
        self.furthest = self.furthest.max(cause);
        if cause == Cause::NotApplicable {
            return;
        }
        let short = reasons
            .iter()
            .find(|reason| Cause::of(reason) == cause)
            .and_then(|reason| reason.short().into_iter().next());
        match short {
            Some(short) if self.passed_over.len() < MOST => self.passed_over.push((rule.clone(), short)),
            Some(_) => self.more += 1,
            None => {}
        }
    }

    fn cap(&mut self, reason: &Reason) {
        match reason {
            Reason::Waiting { cap, kind, .. } if kind != "block" => drop(self.caps.insert(cap.clone())),
            Reason::Capped { cap, .. } | Reason::NoCounter { cap, .. } => drop(self.caps.insert(cap.clone())),
            Reason::Channel { why, .. } | Reason::TooLong { why, .. } => self.cap(why),
            Reason::SwitchedOff { .. }
            | Reason::NotActive { .. }
            | Reason::ReviewOverdue { .. }
            | Reason::NoConsent { .. }
            | Reason::NotApplicable { .. }
            | Reason::NotKnown { .. }
            | Reason::NotKnownToBeNo { .. }
            | Reason::Taken { .. }
            | Reason::Blocked { .. }
            | Reason::Waiting { .. }
            | Reason::Closed { .. }
            | Reason::HoldLimit { .. }
            | Reason::Overdue { .. }
            | Reason::Expired { .. }
            | Reason::NotPermitted { .. }
            | Reason::NotReached { .. } => {}
        }
    }
}
