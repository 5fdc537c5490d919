//! What an explanation says in short: which rules were passed over for what, how far the best of them got, which caps stood in
//! the way.
//!
//! It is read off the explanation alone, so it says nothing that an explanation would not (R22). Refuses to know facts.

use std::collections::BTreeSet;

use crate::eval::{Candidate, Fate, Outranking, Reason, Who};

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
    pub(super) fn of(candidates: &[Candidate]) -> Self {
        let mut it = Self::default();
        candidates.iter().for_each(|candidate| it.candidate(candidate));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(rule: &str, fate: Fate) -> Candidate {
        let who = Who::Rule { rule: rule.to_owned(), offer: "tip".to_owned() };
        let (passed_over, waits_for, assumed) = (Vec::new(), Vec::new(), Vec::new());
        Candidate { who, fate, passed_over, waits_for, assumed, score: None, shown_twice: false }
    }

    fn explained(candidates: Vec<Candidate>) -> Reasons {
        Reasons::of(&candidates)
    }

    fn capped(cap: &str) -> Reason {
        let (cap, counted) = (cap.to_owned(), "shown ever".to_owned());
        Reason::Capped { cap, own: false, used: Some(3), missing: None, at_most: 3, counted }
    }

    #[test]
    fn how_far_the_best_rule_got_is_the_cause() {
        let drops = |reasons| Fate::Drops(reasons);
        let other =
            || drops(vec![Reason::NotApplicable { fact: Some("when age is at least 18: age is 17".to_owned()) }]);
        let unknown = || drops(vec![Reason::NotKnown { attribute: "age".to_owned(), why: Some("stale".to_owned()) }]);
        let by_channel = || {
            let why = Box::new(capped("weekly"));
            drops(vec![
                Reason::Channel { channel: "push".to_owned(), why: Box::new(Reason::NotPermitted { fact: None }) },
                Reason::Channel { channel: "mail".to_owned(), why },
            ])
        };
        assert_eq!(explained(Vec::new()).furthest, Cause::NoRule);
        assert_eq!(explained(vec![candidate("a", other()), candidate("b", other())]).furthest, Cause::NotApplicable);
        let off = drops(vec![Reason::SwitchedOff { what: "a".to_owned(), because: "wrong".to_owned() }]);
        let some = explained(vec![candidate("a", off), candidate("b", other()), candidate("c", unknown())]);
        assert_eq!(some.furthest, Cause::NotKnown);
        let said = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(rule, reason)| ((*rule).to_owned(), (*reason).to_owned())).collect()
        };
        assert_eq!(some.passed_over, said(&[("a", "switched off"), ("c", "age is not known")]));
        let sent = explained(vec![candidate("a", by_channel())]);
        assert_eq!((sent.furthest, sent.passed_over), (Cause::NotPermitted, said(&[("a", "permission denied")])));
        assert_eq!(sent.caps, BTreeSet::from(["weekly".to_owned()]), "a cap of a channel is one, too");
        let stop = Fate::Outranked { by: "a".to_owned(), how: Outranking::Stops { cap: "daily".to_owned() } };
        let stopped = explained(vec![candidate("a", drops(vec![capped("daily")])), candidate("b", stop)]);
        assert_eq!((stopped.furthest, stopped.caps), (Cause::Capped, BTreeSet::from(["daily".to_owned()])));
    }

    #[test]
    fn a_line_lists_so_many_and_counts_the_others() {
        let all: Vec<_> = (0..20).map(|at| candidate(&format!("r{at}"), Fate::Drops(vec![capped("weekly")]))).collect();
        let reasons = explained(all);
        assert_eq!((reasons.passed_over.len(), reasons.more), (MOST, 4));
        assert_eq!(reasons.passed_over[0], ("r0".to_owned(), "capped".to_owned()));
        assert_eq!(reasons.caps.len(), 1, "each once");
    }
}
