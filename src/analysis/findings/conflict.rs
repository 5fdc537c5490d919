//! `lint::conflict` (R8): two rules that can answer for one customer, with different outcomes, and only a name between
//! them.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::eval;
use crate::frame::{By, Decision, Outcome};
use crate::model::show::show_verb;
use crate::model::{RuleId, RuleSet};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    if look.report.conflicts.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Diagnostic> = look
        .report
        .conflicts
        .iter()
        .map(|clash| {
            let (first, second) = (&rules[clash.first], &rules[clash.second]);
            let frame = clash.witness.frame(rules);
            let label = |id: RuleId| {
                let seen = eval::in_place_of(rules, &frame, id).map(|decision| seen(rules, id, decision)).unwrap_or_default();
                format!("{}, {seen}", words::order(rules, id))
            };
            let (of_first, of_second) = (label(clash.first), label(clash.second));
            let message = format!(
                "`{}` and `{}` can both apply to one customer, and nothing but their names decides",
                first.name, second.name
            );
            let diagnostic = Diagnostic::new(&lint::CONFLICT, second.span, message)
                .primary(of_second)
                .label(first.span, of_first)
                .help(format!(
                    "say which is stronger: give one a higher `priority`, write `before {}` in `{}`{}, or name a tag of one in the slot's `ties`",
                    first.name,
                    second.name,
                    if second.priority.is_some() { " in the place of its `priority`" } else { "" },
                ));
            words::with_customer(diagnostic, rules, &clash.witness)
        })
        .collect();
    if look.report.more_clashes > 0
        && let Some(last) = found.last_mut()
    {
        last.facts.push(format!("// and {} more pairs like these", look.report.more_clashes));
    }
    found
}

/// What this customer sees in the rule's place.
fn seen(rules: &RuleSet, rule: RuleId, decision: Decision) -> String {
    let what = match decision.outcome {
        Outcome::Shows(offer) => format!("`{}`", rules[offer].name),
        Outcome::Holds { offer, .. } => format!("`{}` later", rules[offer].name),
        Outcome::Sends { offer, channel, silent } => {
            let silently = if silent { ", silently" } else { "" };
            format!("`{}` by `{}`{silently}", rules[offer].name, rules[channel].name)
        }
        Outcome::Nothing => "nothing".to_owned(),
    };
    let verb = show_verb(rules, decision.slot);
    match decision.by {
        By::Rule(by) if by == rule => format!("{verb}s {what}"),
        By::Rule(by) => format!("tries `{}`, which {verb}s {what}", rules[by].name),
        By::Substitute(by, via) if by == rule => format!("here `{}` {verb}s {what}", via.word()),
        By::Substitute(by, via) => format!("tries `{}`, where `{}` {verb}s {what}", rules[by].name, via.word()),
        By::Fallback(_) | By::SlotOff => String::new(),
    }
}
