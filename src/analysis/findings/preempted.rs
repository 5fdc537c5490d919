//! `lint::preempted-overlap`: two rules that only their names tell apart, which never matters.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let finding = |found: &crate::analysis::Preempted| {
        let (first, second) = (&rules[found.first], &rules[found.second]);
        let names = words::listed(found.by.iter().map(|by| rules[*by].name.as_str()));
        let answer = if found.by.len() == 1 { "answers" } else { "answer" };
        let message = format!(
            "nothing but their names tells `{}` and `{}` apart; it does not matter as long as {names} {answer} first",
            first.name, second.name
        );
        let mut diagnostic = Diagnostic::new(&lint::PREEMPTED_OVERLAP, second.span, message)
            .primary(words::order(rules, found.second))
            .label(first.span, words::order(rules, found.first))
            .help(format!("give one a higher `priority` before {names} ends or is narrowed"));
        for by in &found.by {
            diagnostic = diagnostic.label(rules[*by].span, "always answers first where both apply");
        }
        diagnostic
    };
    look.report.preempted.iter().map(finding).collect()
}
