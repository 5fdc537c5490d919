//! `lint::conflict` (R8): two rules that can be eligible together, with different offers, and only a name between them.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let mut found: Vec<Diagnostic> = look
        .report
        .conflicts
        .iter()
        .map(|clash| {
            let (first, second) = (&rules[clash.first], &rules[clash.second]);
            let message = format!(
                "`{}` and `{}` can both apply to one customer, and nothing but their names decides",
                first.name, second.name
            );
            let label = |rule: &crate::model::Rule, id| {
                format!("{}, shows `{}`", words::order(rules, id), rules[rule.show].name)
            };
            let diagnostic = Diagnostic::new(&lint::CONFLICT, second.span, message)
                .primary(label(second, clash.second))
                .label(first.span, label(first, clash.first))
                .help(format!(
                    "say which is stronger: give one a higher `priority`, write `before {}` in `{}`, or name a tag of one in the slot's `ties`",
                    first.name, second.name
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
