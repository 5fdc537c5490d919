//! That a slot answers whatever is known, who is left with nothing, and how far down its rules anybody gets.

use super::super::Options;
use super::super::answers::Answers;
use super::super::blocking::Blockers;
use super::super::formula::Formula;
use super::super::reach::SlotScope;
use super::super::scope;
use super::super::search::Answer;
use super::super::seen::What;
use super::super::whom::{self, Question, Whom};
use crate::frame::{By, Decision, Outcome};
use crate::model::{OfferId, RuleSet, SlotId};

/// So many groups of those who are left with nothing are told apart.
const MOST_GROUPS: usize = 8;

/// Why a slot always answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It is off: nothing, for everybody.
    Off,
    /// The list ends in this offer, without a condition; nothing that could stop it is asked.
    Shows(OfferId),
    /// The list ends in `nothing`, which is an answer, too; that of a slot that sends always does.
    Nothing,
}

/// The last entry of the list. A verified slot has one without a condition.
pub(super) fn ground(rules: &RuleSet, id: SlotId) -> Ground {
    let slot = &rules[id];
    let last = slot.fallback.last().and_then(|entry| entry.offer);
    match (slot.off.is_some(), last) {
        (true, _) => Ground::Off,
        (false, None) => Ground::Nothing,
        (false, Some(offer)) => Ground::Shows(offer),
    }
}

/// Everybody who is left with nothing, now and later.
pub(super) fn nothing(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId, options: &Options) -> Whom {
    let bears_out = |decision: &Decision| decision.outcome == Outcome::Nothing;
    let question = Question { rules, slot, bears_out: &bears_out, most: MOST_GROUPS };
    whom::whom(scope, options, &question, &|seen| seen.what == What::Nothing)
}

/// Everybody for whom no rule of the slot is, so that they only ever get its list.
pub(super) fn only_list(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId, options: &Options) -> Whom {
    // An empty slot and one that is off have no rules that could be for anybody.
    if rules[slot].order.is_empty() || rules[slot].off.is_some() {
        return Whom::default();
    }
    let bears_out = |decision: &Decision| matches!(decision.by, By::Fallback(_));
    whom::unmatched(scope, options, &Question { rules, slot, bears_out: &bears_out, most: MOST_GROUPS })
}

/// How far down anybody gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    /// So many rules, in the order in which they win.
    pub(super) rules: usize,
    /// The fallback list.
    pub(super) list: bool,
}

/// Who comes behind rules that together always answer is asked nothing. What was not decided counts as reached.
pub(super) fn reached(of: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId) -> Reached {
    if rules[slot].off.is_some() {
        return Reached { rules: 0, list: false };
    }
    let all = rules[slot].order.len();
    // Rules that rank together may come in any order, so a tier is reached as a whole.
    let mut ends = vec![0];
    for tier in rules.tiers(slot) {
        ends.push(ends.last().copied().unwrap_or(0) + tier.len());
    }
    // Whoever gets to a tier gets to all before it.
    let answers = Answers::of(of);
    let none = Blockers::default();
    let mut passes = |upto: usize| {
        let answer = of.ask(|world, _, _| scope::Question {
            required: Vec::new(),
            blockers: answers.in_world(world, &none).before(answers.before(upto)),
        });
        !matches!(answer, Answer::Never(_))
    };
    let last = ends.partition_point(|upto| passes(*upto)).saturating_sub(1);
    let upto = ends.get(last + 1).copied().unwrap_or(all);
    let stops = of.worlds.iter().any(|(_, of)| of.rules.iter().any(|rule| rule.stops != Formula::NEVER));
    Reached { rules: upto, list: upto == all && last + 1 == ends.len() || stops }
}
