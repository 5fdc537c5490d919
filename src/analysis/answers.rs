//! Every way in which the rules of a slot answer, in order and by number, with the fallback list behind them.
//!
//! Takes the formulas of a slot; gives them as blockers with an index, for questions about several rules at once.

use super::blocking::Blockers;
use super::formula::Formula;
use super::reach::SlotScope;
use super::slot::{Part, SlotFormulas};
use crate::model::RuleId;

/// The answers of a slot in every world.
pub(super) struct Answers {
    /// The rule of each number; none of a fallback.
    rules: Vec<Option<RuleId>>,
    /// The first number of each place, and of the fallback list.
    first: Vec<usize>,
    worlds: Vec<Blockers>,
    /// Some rule may stop the slot for all others (`then stop`).
    pub(super) may_stop: bool,
}

impl Answers {
    pub(super) fn of(scope: &SlotScope<'_>) -> Self {
        let Some((_, slot)) = scope.worlds.first() else {
            return Self { rules: Vec::new(), first: Vec::new(), worlds: Vec::new(), may_stop: false };
        };
        let mut first = Vec::new();
        let mut rules = Vec::new();
        for rule in &slot.rules {
            first.push(rules.len());
            rules.extend(rule.parts.iter().map(|_| Some(rule.id)));
        }
        first.push(rules.len());
        rules.extend(slot.fallback.iter().map(|_| None));
        let every = |of: &SlotFormulas| {
            let parts = of.rules.iter().flat_map(|rule| rule.parts.iter().map(|(_, formula)| *formula));
            parts.chain(of.fallback.iter().copied()).collect::<Vec<_>>()
        };
        let worlds = scope.worlds.iter().map(|(program, of)| {
            let mut blockers = Blockers::default();
            for (number, formula) in every(of).into_iter().enumerate() {
                blockers.add(&program.formulas, number, formula);
            }
            blockers
        });
        let stops = |(part, formula): &(Part, Formula)| *part == Part::Stops && *formula != Formula::NEVER;
        let may_stop = scope.worlds.iter().any(|(_, of)| of.rules.iter().any(|rule| rule.parts.iter().any(stops)));
        Self { rules, first, worlds: worlds.collect(), may_stop }
    }

    /// The rule that answers by this number; none of a fallback.
    pub(super) fn rule(&self, number: usize) -> Option<RuleId> {
        self.rules.get(number).copied().flatten()
    }

    /// The place of the rule that answers by this number; behind the last place, the entry of the fallback list.
    pub(super) fn place(&self, number: usize) -> Result<usize, usize> {
        let last = self.first.len().saturating_sub(1);
        let at = self.first.partition_point(|first| *first <= number).saturating_sub(1);
        if at < last { Ok(at) } else { Err(number - self.before(last)) }
    }

    /// How many answers stand before the rule of a place; of the place after the last, before the fallback list.
    pub(super) fn before(&self, place: usize) -> usize {
        self.first.get(place).copied().unwrap_or(self.rules.len())
    }

    /// Those of a world.
    pub(super) fn in_world<'a>(&'a self, world: usize, none: &'a Blockers) -> &'a Blockers {
        self.worlds.get(world).unwrap_or(none)
    }
}
