//! `lint::equal-scores`: two rules that rank, show different things, and can score the same (R8).

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::show::show_expression;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let finding = |clash: &crate::analysis::Clash| {
        let (first, second) = (&rules[clash.first], &rules[clash.second]);
        let message = format!(
            "`{}` and `{}` can score the same for one customer, and then nothing but their names decides",
            first.name, second.name
        );
        let label = |rule: &crate::model::Rule| {
            let by = rule.rank.as_ref().map(|rank| show_expression(rules, &rank.by)).unwrap_or_default();
            format!("ranks by {by}, shows `{}`", rules[rule.show].name)
        };
        let diagnostic = Diagnostic::new(&lint::EQUAL_SCORES, second.span, message)
            .primary(label(second))
            .label(first.span, label(first))
            .label(rules[second.slot].span, "says nothing of such a tie")
            .help(format!(
                "give their offers tags, and say in slot `{}` which comes first: ties tag .., tag ..",
                rules[second.slot].name
            ));
        words::with_customer(diagnostic, rules, &clash.witness)
    };
    look.report.equal_scores.iter().map(finding).collect()
}
