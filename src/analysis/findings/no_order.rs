//! `lint::no-order` (R7): a rule without `priority` or `before` that can be eligible together with another of its class.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let finding = |clash: &crate::analysis::Clash| {
        // Of the two the one that lacks the order is the one to change.
        let (bare, other) = match (rules[clash.first].priority, rules[clash.second].priority) {
            (None, Some(_)) => (clash.first, clash.second),
            (_, _) => (clash.second, clash.first),
        };
        let message = format!(
            "`{}` has neither `priority` nor `before`, and can apply together with `{}`",
            rules[bare].name, rules[other].name
        );
        let diagnostic = Diagnostic::new(&lint::NO_ORDER, rules[bare].span, message)
            .primary("where does it stand?")
            .label(rules[other].span, format!("{}, of the same class", words::order(rules, other)))
            .help(format!("add a `priority`, or `before {}`", rules[other].name));
        words::with_customer(diagnostic, rules, &clash.witness)
    };
    look.report.unordered.iter().map(finding).collect()
}
