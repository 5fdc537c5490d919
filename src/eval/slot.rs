//! One slot, one answer: rules in the order in which they win, by their scores where they rank, substitutes in the
//! place of their rule (R13), then the fallback list.

use super::again::again;
use super::candidate::{Dropped, Guarded};
use super::channels::Blocked;
use super::tally;
use crate::frame::{By, Decision, Frame, Outcome, Via, reserve};
use crate::model::{CapId, RuleId, RuleSet, SlotId, Substitute};
use crate::value::Instant;

/// What the slot answers.
pub fn decide(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Decision {
    let replay = replay(&Guarded::new(rules, frame), slot);
    Decision { again: again(rules, frame, slot, &replay), ..replay.decision }
}

/// Whether a rule answers by itself if it is looked at.
pub fn is_eligible(rules: &RuleSet, frame: &Frame, rule: RuleId) -> bool {
    rules[rules[rule].slot].off.is_none() && Guarded::new(rules, frame).rule(rule).is_ok()
}

/// What is seen in a rule's place if it is looked at, by itself or by what stands in for it; `None` where the next one is
/// looked at.
pub fn in_place_of(rules: &RuleSet, frame: &Frame, rule: RuleId) -> Option<Decision> {
    let slot = rules[rule].slot;
    let guarded = Guarded::new(rules, frame);
    match Run::new(&guarded).rule(rule) {
        Turn::Answers((outcome, by)) if rules[slot].off.is_none() => Some(Decision::new(slot, outcome, by)),
        Turn::Answers(_) | Turn::Passes | Turn::Stops(_) => None,
    }
}

/// When to ask again where the slot gives nothing: the earliest instant at which, as known now, time alone lets a
/// candidate pass the step at which it dropped out, within the horizon of `defaults` (R16).
pub fn ask_again(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Option<Instant> {
    again(rules, frame, slot, &replay(&Guarded::new(rules, frame), slot))
}

/// What each slot of a request answers, in the order named; what an earlier slot shows, a later one sees (R24).
pub fn decide_all(rules: &RuleSet, frame: &Frame, slots: &[SlotId]) -> Vec<Decision> {
    let mut frame = frame.clone();
    slots
        .iter()
        .map(|slot| {
            let decision = decide(rules, &frame, *slot);
            reserve(rules, &mut frame, &decision);
            decision
        })
        .collect()
}

/// Whether a cap keeps every candidate from its turn behind some rule of the slot (R9).
#[cfg(test)]
pub(crate) fn stops(rules: &RuleSet, frame: &Frame, slot: SlotId) -> bool {
    replay(&Guarded::new(rules, frame), slot).stopped.is_some()
}

/// How much is asked to decide a slot; `shared` are the offers that several slots show.
#[cfg(test)]
pub(crate) fn asked(rules: &RuleSet, frame: &Frame, slot: SlotId, shared: &[bool]) -> u64 {
    tally::tallied(shared, || replay(&Guarded::new(rules, frame), slot))
}

/// Something that was looked at while a slot was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Candidate {
    /// A rule in its own place.
    Rule(RuleId),
    /// What a rule names in its place: the rule, the clause, the substitute.
    Substitute(RuleId, Via, Substitute),
    /// The entry of the fallback list.
    Fallback(u32),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is the answer. Of a `try`, the rule tried is.
    Won,
    /// It dropped out at this step.
    Dropped(Dropped),
    /// A rule that had been tried before; each is tried at most once in a decision.
    TriedBefore,
}

/// A decision and all that was looked at on the way, in that order.
pub(super) struct Replay {
    pub(super) decision: Decision,
    pub(super) looked_at: Vec<(Candidate, Fate)>,
    /// Behind this rule no other was asked, because of this cap.
    pub(super) stopped: Option<(RuleId, CapId)>,
}

pub(super) fn replay(guarded: &Guarded<'_>, slot: SlotId) -> Replay {
    let mut run = Run::new(guarded);
    let (outcome, by) = run.slot(slot);
    Replay { decision: Decision::new(slot, outcome, by), looked_at: run.looked_at, stopped: run.stopped }
}

struct Run<'a> {
    guarded: &'a Guarded<'a>,
    tried: Vec<bool>,
    looked_at: Vec<(Candidate, Fate)>,
    stopped: Option<(RuleId, CapId)>,
}

/// What comes of a rule in its turn.
enum Turn {
    Answers((Outcome, By)),
    /// The next candidate.
    Passes,
    /// No other candidate: this cap says `then stop` (R9).
    Stops(CapId),
}

impl<'a> Run<'a> {
    fn new(guarded: &'a Guarded<'a>) -> Self {
        Self { guarded, tried: vec![false; guarded.rules.rules.len()], looked_at: Vec::new(), stopped: None }
    }

    fn slot(&mut self, id: SlotId) -> (Outcome, By) {
        let slot = &self.guarded.rules[id];
        if slot.off.is_some() {
            return (Outcome::Nothing, By::SlotOff);
        }
        for rule in self.guarded.order(id) {
            match self.rule(rule) {
                Turn::Answers(answer) => return answer,
                Turn::Passes => {}
                Turn::Stops(cap) => {
                    self.stopped = Some((rule, cap));
                    break;
                }
            }
        }
        for (at, entry) in (0_u32..).zip(&slot.fallback) {
            let is_last = at as usize + 1 == slot.fallback.len();
            tally::of(tally::Of::Entry(at));
            let found = self.guarded.fallback(id, entry, is_last);
            if let Some(outcome) = self.note(Candidate::Fallback(at), found) {
                return (outcome, By::Fallback(at));
            }
        }
        // A verified slot has a last entry, which always answers.
        (Outcome::Nothing, By::Fallback(0))
    }

    /// The rule's answer, its substitute's in its place, or none: a cap that says `then stop` is asked what stands in, too,
    /// before it stops the slot (R13).
    fn rule(&mut self, of: RuleId) -> Turn {
        let mut stopping = None;
        match self.walk(of, &mut stopping) {
            Some(answer) => Turn::Answers(answer),
            None => stopping.map_or(Turn::Passes, Turn::Stops),
        }
    }

    /// From a rule on through what stands in for it; notes the first cap on the way that stops the slot.
    fn walk(&mut self, of: RuleId, stopping: &mut Option<CapId>) -> Option<(Outcome, By)> {
        let rules = self.guarded.rules;
        let (mut id, mut candidate) = (of, Candidate::Rule(of));
        // A chain of `try` is walked, not climbed: its length is the author's, the stack is ours.
        loop {
            if std::mem::replace(&mut self.tried[id.index()], true) {
                self.looked_at.push((candidate, Fate::TriedBefore));
                return None;
            }
            let rule = &rules[id];
            let dropped = match self.guarded.rule(id) {
                Ok(outcome) => {
                    self.looked_at.push((candidate, Fate::Won));
                    return Some((outcome, By::Rule(id)));
                }
                Err(dropped) => dropped,
            };
            *stopping = stopping.or_else(|| self.guarded.stopping(rule.slot, &dropped.spent()));
            let stands_in = self.substitute(id, &dropped);
            self.looked_at.push((candidate, Fate::Dropped(dropped)));
            let (via, substitute) = stands_in?;
            candidate = Candidate::Substitute(id, via, substitute);
            match substitute {
                Substitute::Try(rule) => id = rule,
                Substitute::Show(offer) => {
                    tally::of(tally::Of::Instead(id.0));
                    let found = self.guarded.offer(rule.slot, rules.channels_of(rule), offer);
                    let spent = found.as_ref().err().map(Dropped::spent).unwrap_or_default();
                    *stopping = stopping.or_else(|| self.guarded.stopping(rule.slot, &spent));
                    return Some((self.note(candidate, found)?, By::Substitute(id, via)));
                }
                Substitute::Nothing => {
                    self.looked_at.push((candidate, Fate::Won));
                    return Some((Outcome::Nothing, By::Substitute(id, via)));
                }
            }
        }
    }

    /// What stands in for a rule that dropped out there, if its author named anything (R13 to R15).
    fn substitute(&self, id: RuleId, dropped: &Dropped) -> Option<(Via, Substitute)> {
        let rule = &self.guarded.rules[id];
        let (via, substitute) = match dropped {
            Dropped::Capped(_) => (Via::Capped, rule.if_capped),
            // A cap stopped it, too (R13): it would have let it wait, but not for so long.
            Dropped::HoldLimit(_, caps) | Dropped::Overdue(caps) if !caps.is_empty() => (Via::Capped, rule.if_capped),
            Dropped::NoConsent(_) => (Via::NoConsent, rule.if_no_consent.filter(|_| self.guarded.might_belong(id))),
            // Of the channels the one that came farthest says why: one that was only capped, or only lacked consent. What comes
            // too early or too late is no cap's doing, so nothing stands in for a channel outside its hours.
            Dropped::NoChannel(ways) if ways.iter().any(|(_, step)| matches!(step, Blocked::Capped(_))) => {
                (Via::Capped, rule.if_capped)
            }
            Dropped::NoChannel(ways) if ways.iter().any(|(_, step)| matches!(step, Blocked::Consent(_))) => {
                (Via::NoConsent, rule.if_no_consent.filter(|_| self.guarded.might_belong(id)))
            }
            Dropped::NotKnown => (Via::Unknown, rule.if_unknown.filter(|_| self.guarded.awaits(id))),
            // A score is missing for other reasons than that nobody gave a value: there stands an `else` for that.
            Dropped::NoScore => return None,
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::ReviewOverdue
            | Dropped::OfferNotActive
            | Dropped::Blocked(_)
            | Dropped::NotApplicable
            | Dropped::Taken
            // What comes too early or too late is no cap's doing (R13).
            | Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_)
            | Dropped::NoChannel(_) => return None,
        };
        Some((via, substitute?))
    }

    /// Notes what became of a candidate; its answer if it has one.
    fn note(&mut self, candidate: Candidate, found: Result<Outcome, Dropped>) -> Option<Outcome> {
        let (outcome, fate) = match found {
            Ok(outcome) => (Some(outcome), Fate::Won),
            Err(dropped) => (None, Fate::Dropped(dropped)),
        };
        self.looked_at.push((candidate, fate));
        outcome
    }
}
