//! Rules that are only seen once a cap of another is spent.
//!
//! Takes the formulas of a slot and the customers who see its rules; asks again about each rule whose customer has a past
//! or is nobody in particular: does anybody see it of whom no cap is spent?

use std::collections::BTreeMap;

use super::answers::Answers;
use super::blocking::Blockers;
use super::domain::Source;
use super::formula::Formula;
use super::reach::SlotScope;
use super::scope::Question;
use super::search::Answer;
use super::slot::RuleFormulas;
use super::verdict::{OnlyCapped, Verdict};
use crate::frame::Fact;
use crate::model::{RuleId, RuleSet, SlotId};

/// The rules of a slot that only the spent cap of another lets be seen. Of rules that rank among others nothing is said.
pub(super) fn only_capped(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
    answers: &Answers,
) -> Vec<OnlyCapped> {
    let is_spent = |source: &Source| matches!(source, Source::Spent(_) | Source::Nobody);
    let unspent: Vec<Formula> = scope
        .worlds
        .iter_mut()
        .map(|(program, _)| {
            let unspent = program.none_of(is_spent);
            program.formulas.all(unspent)
        })
        .collect();
    let none = Blockers::default();
    let mut found = Vec::new();
    for (place, id) in rules[slot].order.iter().enumerate() {
        let Some(Verdict::Reachable(witness)) = verdicts.get(id) else { continue };
        let key = rules.key().and_then(|key| witness.facts.attributes.get(key.index()));
        let is_nobody = !matches!(key, None | Some(Fact::Known(..)));
        let plain = witness.facts.history.is_empty() && !is_nobody;
        let in_turn =
            scope.worlds.first().and_then(|(_, of)| of.rules.get(place)).is_some_and(RuleFormulas::comes_in_turn);
        if plain || !in_turn || rules[*id].rank.is_some() {
            continue;
        }
        let answer = scope.ask(|world, _, of| Question {
            required: of
                .rules
                .get(place)
                .map(|rule| rule.eligible)
                .into_iter()
                .chain(unspent.get(world).copied())
                .collect(),
            blockers: answers.in_world(world, &none).before(answers.before(place)),
        });
        if let Answer::Never(used) = answer {
            let mut by: Vec<RuleId> = used.into_iter().filter_map(|number| answers.rule(number)).collect();
            by.dedup();
            // Whoever is nobody in particular, or waits for a cap of its own, is kept from nothing by another.
            if !by.is_empty() {
                found.push(OnlyCapped { rule: *id, by });
            }
        }
    }
    found
}
