//! What exceeds a budget of `cater.toml`, as findings at the slots.

use super::words;
use crate::analysis::cost::SlotCost;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{RuleSet, SlotId};
use crate::runtime::data::{CostBudget, World};

/// So many candidates of a way are told with a finding.
const STEPS: usize = 5;

/// A slot with the budget that holds for it.
pub(super) type Held<'h> = (&'h SlotCost, &'h CostBudget);

/// Every slot that has a budget: its own, else the one for every slot.
pub(super) fn held<'h>(found: &'h [SlotCost], budgets: &'h [(Option<SlotId>, CostBudget)]) -> Vec<Held<'h>> {
    let of = |slot: &'h SlotCost| {
        let named = |wanted: Option<SlotId>| budgets.iter().find(|(of, _)| *of == wanted);
        let (_, budget) = named(Some(slot.slot)).or_else(|| named(None))?;
        Some((slot, budget))
    };
    found.iter().filter_map(of).collect()
}

/// One finding for each budget that is not kept.
pub(super) fn findings(rules: &RuleSet, held: &[Held<'_>]) -> Vec<Diagnostic> {
    let over = held.iter().filter(|(slot, budget)| slot.at_most.total() > budget.at_most);
    over.map(|(slot, budget)| finding(rules, slot, budget)).collect()
}

fn finding(rules: &RuleSet, slot: &SlotCost, budget: &CostBudget) -> Diagnostic {
    let of = &rules[slot.slot];
    let message = format!(
        "a decision for slot `{}` can ask {}, and {}:{} allows {}",
        of.name,
        words::questions(slot.at_most),
        World::FILE,
        budget.line,
        budget.at_most
    );
    let found = Diagnostic::new(&codes::cost::OVER_BUDGET, of.span, message)
        .primary(words::kinds(slot.at_most))
        .help("let the dearest rules ask less, or put rules that hardly anybody sees into a slot of their own; or raise the budget");
    let mut path: Vec<_> = slot.path.iter().collect();
    path.sort_by_key(|look| std::cmp::Reverse(look.asked.total()));
    let more = path.len().saturating_sub(STEPS);
    let told = path.iter().take(STEPS).map(|look| {
        format!("{}  {}, which {}", look.asked.total(), words::candidate(rules, look.at), words::step(look))
    });
    let found = told.fold(found, Diagnostic::fact);
    if more > 0 { found.fact(format!("and {more} more")) } else { found }
}
