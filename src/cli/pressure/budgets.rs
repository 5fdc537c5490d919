//! What exceeds a budget of `cater.toml`, as findings at the caps and rules that would have to change.

use super::words;
use crate::analysis::pressure::{Figure, Figures, Pressure, Rolling, Scope};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::show::show_limit;
use crate::model::{Event, RuleSet};
use crate::runtime::data::{Budget, BudgetOf, World};
use crate::value::show_instant;

/// So many steps of a schedule are told with a finding.
const STEPS: usize = 8;

/// One finding for each budget that is not kept.
pub(super) fn findings(rules: &RuleSet, found: &Pressure, budgets: &[(BudgetOf, Budget)]) -> Vec<Diagnostic> {
    budgets.iter().filter_map(|(of, budget)| finding(rules, found, *of, budget)).collect()
}

/// The scope of a budget.
pub(super) fn scope(of: BudgetOf) -> Scope {
    match of {
        BudgetOf::Total => Scope::Total,
        BudgetOf::Class(class) => Scope::Class(class),
        BudgetOf::Channel(channel) => Scope::Channel(channel),
    }
}

fn finding(rules: &RuleSet, found: &Pressure, of: BudgetOf, budget: &Budget) -> Option<Diagnostic> {
    // Of what there is nothing, no budget is exceeded.
    let figures = found.figures.iter().find(|figures| figures.scope == scope(of))?;
    let stretch = Rolling::from_word(budget.stretch)?;
    let figure = figures.of(stretch);
    let key = format!("{}.{}", budget.of, budget.stretch);
    let allows = format!("{}:{} allows {}", World::FILE, budget.line, budget.at_most);
    let in_any = format!("in any {} {}", words::stretch(stretch), said_of(rules, figures.scope));
    if !figures.unlimited.is_empty() {
        return Some(unlimited(
            rules,
            figures,
            &format!("`{key}`: {in_any} a customer can receive any number, and {allows}"),
        ));
    }
    if figure.at_most <= budget.at_most {
        return None;
    }
    let sure = figure.at_least;
    let message = if sure > budget.at_most && sure == figure.at_most {
        format!("`{key}`: {in_any} a customer can receive {sure}, and {allows}")
    } else if sure > budget.at_most {
        format!("`{key}`: {in_any} a customer can receive {sure}, perhaps {}, and {allows}", figure.at_most)
    } else {
        format!(
            "`{key}`: it is only shown that {in_any} a customer receives no more than {}, and {allows}",
            figure.at_most
        )
    };
    Some(at_its_caps(rules, figure, message, budget))
}

/// `of marketing`, `by email`; nothing of everything.
fn said_of(rules: &RuleSet, scope: Scope) -> String {
    match scope {
        Scope::Total => "in total".to_owned(),
        Scope::Class(class) | Scope::Places(class) => format!("of {}", class.word()),
        Scope::Channel(channel) => format!("by {}", rules[channel].name),
    }
}

fn unlimited(rules: &RuleSet, figures: &Figures, message: &str) -> Diagnostic {
    let all = words::bringers(&figures.unlimited);
    let mut places = all.iter().map(|(by, slot)| words::place(rules, *by, *slot));
    // What nothing limits is brought by somebody.
    let span = places.next().unwrap_or_else(Event::nowhere);
    let mut finding =
        Diagnostic::new(&codes::pressure::OVER_BUDGET, span, message).primary("nothing limits how often this comes");
    for place in places {
        finding = finding.label(place, "nor this");
    }
    match figures.unlimited.first() {
        Some(cell) => finding.help(words::mend(rules, cell)),
        None => finding,
    }
}

/// At the caps on which the bound rests: the first is the one that lets most pass.
fn at_its_caps(rules: &RuleSet, figure: &Figure, message: String, budget: &Budget) -> Diagnostic {
    let mut caps = figure.rests_on.clone();
    caps.sort_by_key(|cap| std::cmp::Reverse(rules[*cap].at_most));
    let code = &codes::pressure::OVER_BUDGET;
    let mut spans = caps.iter().map(|cap| (rules[*cap].span, show_limit(rules, &rules[*cap])));
    // A bound above nothing rests on something.
    let (span, allows) = spans.next().unwrap_or_else(|| (Event::nowhere(), "anything".to_owned()));
    let mut finding = Diagnostic::new(code, span, message).primary(format!("this lets pass {allows}"));
    for (span, allows) in spans {
        finding = finding.label(span, format!("and this {allows}"));
    }
    let help = match caps.as_slice() {
        [_] => "let it pass fewer, or over a longer time; or raise the budget".to_owned(),
        _ => format!(
            "let these pass fewer, or put one cap on all of them: `at most {} sent in any {} per customer`; or raise the budget",
            budget.at_most.max(1),
            Rolling::from_word(budget.stretch).map_or("7 days", words::stretch)
        ),
    };
    let steps = figure.schedule.iter().take(STEPS).map(|step| {
        let channel = step.cell.channel.map_or("", |channel| rules[channel].name.as_str());
        let by = words::bringer(rules, step.cell.by, step.cell.slot);
        format!("{}  {} by {channel}, by {by}", show_instant(step.at), rules[step.cell.offer].name)
    });
    finding = steps.fold(finding.help(help), Diagnostic::fact);
    match figure.schedule.len().saturating_sub(STEPS) {
        0 => finding,
        more => finding.fact(format!("and {more} more")),
    }
}
