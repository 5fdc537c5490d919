//! The smallest change of facts after which a named rule would win: at most two, found by trying.
//!
//! Takes a rule set, a frame, a slot and one of its rules; gives the change or nothing. Evaluates nearest values in the
//! reference evaluator alone, so whoever only loads a bundle can ask too.
//!
//! The search goes the way the decision goes. While the rule itself drops out, it tries what would mend its first
//! failing step: values just beyond the bounds of the tests that failed, consents, one use less of a cap. Once the rule
//! stands and another wins, it tries what would make that one drop out. Dates and switches are no facts of the customer
//! and are left alone; so is the key.
//!
//! Clauses that read a protected fact are taken to hold, for every rule alike: the answer is the same whatever the fact
//! is, and says `as far as protected facts allow`. Of a rule that waits for consent all clauses are taken to hold, since
//! nothing may be said of its audience; that answer says `provided its audience fits`.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::super::candidate::{Dropped, Guard, Guarded, guards, passes};
use super::super::slot::{Candidate, replay};
use super::flat::Flat;
use super::{Change, Proviso, facts, values};
use crate::frame::{By, CapState, Frame};
use crate::model::show::show_counted;
use crate::model::{AttributeId, Basis, CapId, Expression, PurposeId, RuleId, RuleSet, SlotId};
use crate::value::{Consent, Datum, Missing, Value};

/// The most decisions that are tried, and the most work a try may be in rules looked at.
const TRIES: usize = 600;
const RULES_LOOKED_AT: usize = 200_000;

/// The smallest change of one or two facts after which `rule` would win in `slot`; `None` where it wins already, where
/// only time, a switch, another slot or a fact that may not be named stands in its way, or where two changes are not
/// enough.
pub fn nearest(rules: &RuleSet, frame: &Frame, slot: SlotId, rule: RuleId) -> Option<Change> {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let place = rules[slot].order.iter().position(|listed| *listed == rule)?;
    let waits_for_consent = matches!(Guarded::new(rules, frame).rule(rule), Some(Dropped::NoConsent(_)));
    let assumed = |of: RuleId, guard: Guard<'_>| {
        (waits_for_consent && of == rule) || facts::reads_protected(rules, guard.condition)
    };
    let tries = Cell::new((RULES_LOOKED_AT / rules[slot].order.len().max(1)).clamp(50, TRIES));
    let search = Search { rules, slot, rule, assumed: &assumed, tries };
    if search.wins(frame) {
        return None;
    }
    let mut moves = search.run(frame)?;
    moves.sort();
    let reads = |rule: &RuleId| guards(&rules[*rule]).any(|guard| facts::reads_protected(rules, guard.condition));
    let provided = match () {
        () if waits_for_consent => Some(Proviso::Audience),
        () if rules[slot].order.iter().take(place + 1).any(reads) => Some(Proviso::ProtectedFacts),
        () => None,
    };
    let facts = moves.iter().map(|change| change.show(rules, frame)).collect();
    Some(Change { rule: rules[rule].name.clone(), facts, provided })
}

/// One changed fact. The order is that in which equally small changes are preferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Move {
    /// An attribute has this value; by attribute, then by how near the value is.
    Attribute(AttributeId, usize, Value),
    /// A purpose reads so.
    Consent(PurposeId, u16),
    /// One use of a cap less than would spend it.
    Cap(CapId),
}

struct Search<'a> {
    rules: &'a RuleSet,
    slot: SlotId,
    rule: RuleId,
    assumed: &'a dyn Fn(RuleId, Guard<'_>) -> bool,
    tries: Cell<usize>,
}

impl Search<'_> {
    fn run(&self, frame: &Frame) -> Option<Vec<Move>> {
        let first = self.moves(frame);
        let changed: Vec<_> = first.iter().map(|change| change.apply(self.rules, frame)).collect();
        if let Some(at) = changed.iter().position(|frame| self.wins(frame)) {
            return first.get(at).map(|change| vec![change.clone()]);
        }
        first.iter().zip(&changed).find_map(|(change, frame)| {
            let second = self.moves(frame).into_iter().filter(|second| !second.is_of_the_same(change));
            let mut second = second.filter(|second| self.wins(&second.apply(self.rules, frame)));
            second.next().map(|second| vec![change.clone(), second])
        })
    }

    fn guarded<'b>(&'b self, frame: &'b Frame) -> Guarded<'b> {
        Guarded { rules: self.rules, frame, assumed: self.assumed }
    }

    /// Whether the rule wins; no once the tries are used up.
    fn wins(&self, frame: &Frame) -> bool {
        let left = self.tries.get();
        self.tries.set(left.saturating_sub(1));
        left > 0 && replay(&self.guarded(frame), self.slot).decision.by == By::Rule(self.rule)
    }

    /// What could be changed next: what stops the rule, or what lets another one win; nearest first, each once.
    fn moves(&self, frame: &Frame) -> Vec<Move> {
        let mut found = BTreeSet::new();
        match self.guarded(frame).rule(self.rule) {
            None => {
                if let Some(rule) = self.blocker(frame) {
                    self.tests(frame, rule, false, &mut found);
                }
            }
            Some(Dropped::NotApplicable | Dropped::NotKnown) => self.tests(frame, self.rule, true, &mut found),
            Some(Dropped::NoConsent(closed)) => {
                found.extend(closed.into_iter().map(|purpose| Move::Consent(purpose, Consent::Granted.member())));
            }
            Some(Dropped::Capped(caps)) => {
                let is_known = |cap: &CapId| matches!(frame.caps.get(cap.index()), Some(CapState::Used(_)));
                found.extend(caps.into_iter().filter(is_known).map(Move::Cap));
            }
            Some(
                Dropped::RuleOff
                | Dropped::OfferOff
                | Dropped::RuleNotActive
                | Dropped::ReviewOverdue
                | Dropped::OfferNotActive
                | Dropped::Taken,
            ) => {}
        }
        found.into_iter().collect()
    }

    /// The rule in whose place another answer stands.
    fn blocker(&self, frame: &Frame) -> Option<RuleId> {
        let replay = replay(&self.guarded(frame), self.slot);
        replay.looked_at.iter().rev().find_map(|(tried, _)| match tried {
            Candidate::Rule(rule) => Some(*rule),
            Candidate::Substitute(..) | Candidate::Fallback(_) => None,
        })
    }

    /// Changes that turn a test of the rule's clauses: of those that fail, or of those that hold.
    fn tests(&self, frame: &Frame, rule: RuleId, failing: bool, found: &mut BTreeSet<Move>) {
        let rules = self.rules;
        let wanted = guards(&rules[rule])
            .filter(|guard| !(self.assumed)(rule, *guard) && passes(rules, frame, *guard).is_yes() != failing);
        for test in wanted.flat_map(|guard| facts::deciding(rules, frame, guard.condition)) {
            for id in rules.read_by(test) {
                if rules[id].key || rules[id].is_protected() {
                    continue;
                }
                let near = values::turning(rules, frame, test, id);
                found.extend(near.into_iter().enumerate().map(|(at, value)| Move::Attribute(id, at, value)));
            }
            for operand in test.operands() {
                if let Expression::Consent(purpose) = operand {
                    found.extend(self.consents(frame, *purpose, test));
                }
            }
        }
    }

    /// The readings of a purpose that turn a test: granted where that does it, else that nobody asked.
    fn consents(&self, frame: &Frame, purpose: PurposeId, test: &crate::model::Condition) -> Option<Move> {
        let can_be = match self.rules[purpose].basis {
            Basis::Consent | Basis::ExplicitConsent => [Consent::Granted, Consent::Unknown],
            Basis::LegitimateInterest(_) => [Consent::Granted, Consent::Objected],
        };
        let now = super::super::condition(self.rules, frame, test);
        let turns = |status: &Consent| {
            let changed = Move::Consent(purpose, status.member()).apply(self.rules, frame);
            super::super::condition(self.rules, &changed, test) == now.negate()
        };
        can_be.iter().find(|status| turns(status)).map(|status| Move::Consent(purpose, status.member()))
    }
}

impl Move {
    fn is_of_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Attribute(a, ..), Self::Attribute(b, ..)) => a == b,
            (Self::Consent(a, _), Self::Consent(b, _)) => a == b,
            (Self::Cap(a), Self::Cap(b)) => a == b,
            (Self::Attribute(..) | Self::Consent(..) | Self::Cap(_), _) => false,
        }
    }

    fn apply(&self, rules: &RuleSet, frame: &Frame) -> Frame {
        let mut frame = frame.clone();
        match self {
            Self::Attribute(id, _, value) => {
                if let Some(place) = frame.attributes.get_mut(id.index()) {
                    *place = Datum::Known(value.clone());
                }
            }
            Self::Consent(id, member) => {
                let status = Consent::ALL.get(usize::from(*member)).copied().unwrap_or(Consent::Unknown);
                if let Some(place) = frame.consent.get_mut(id.index()) {
                    *place = status;
                }
                // A purpose that is closed masks what needs it; one that is opened brings no values with it.
                for (attribute, place) in rules.attributes.iter().zip(&mut frame.attributes) {
                    if status != Consent::Granted && attribute.needs.contains(id) {
                        *place = Datum::Missing(Missing::NoConsent);
                    }
                }
            }
            Self::Cap(id) => {
                if let Some(place) = frame.caps.get_mut(id.index()) {
                    *place = CapState::Used(rules[*id].at_most.saturating_sub(1));
                }
            }
        }
        frame
    }

    fn show(&self, rules: &RuleSet, frame: &Frame) -> String {
        match self {
            Self::Attribute(id, _, Value::Set(elements)) => {
                let none = BTreeSet::new();
                let held = match frame.attribute(*id) {
                    Datum::Known(Value::Set(held)) => held,
                    Datum::Known(_) | Datum::Missing(_) => &none,
                };
                values::show_set_change(&rules[*id].name, held, elements)
            }
            Self::Attribute(id, _, value) => {
                format!("{} is {}", rules[*id].name, facts::shown(rules, rules[*id].ty, value))
            }
            Self::Consent(id, member) => {
                let status = Consent::ALL.get(usize::from(*member)).map_or("unknown", |status| status.word());
                format!("consent.{} is {status}", rules[*id].name)
            }
            Self::Cap(id) => {
                let cap = &rules[*id];
                let counted = match cap.at_most {
                    0 | 1 => format!("none {}", show_counted(rules, cap)),
                    at_most => format!("only {} {}", at_most - 1, show_counted(rules, cap)),
                };
                if cap.rule.is_some() { counted } else { format!("{counted} ({})", cap.name) }
            }
        }
    }
}
