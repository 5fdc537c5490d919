//! `lint::redundant-rule`: whoever sees the rule would see the same without it.

use super::{Look, words};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::show::{show_audience, show_verb};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let finding = |found: &crate::analysis::Redundant| {
        let rule = &rules[found.rule];
        let names = words::listed(found.by.iter().map(|by| rules[*by].name.as_str()));
        let (by, other) = match found.by.as_slice() {
            [] => ("as the fallback".to_owned(), "the fallback".to_owned()),
            [_] => (format!("by {names}"), names),
            _ => (format!("by {names}"), "these".to_owned()),
        };
        let message = format!("`{}` changes nothing: whoever sees it would see the same without it, {by}", rule.name);
        let mut diagnostic = Diagnostic::new(&lint::REDUNDANT_RULE, rule.span, message)
            .primary(show_audience(rules, found.rule))
            .help(format!(
                "remove `{}`, or let it {} something other than {other}",
                rule.name,
                show_verb(rules, rule.slot)
            ));
        for by in &found.by {
            let says = format!("{}s them `{}` too", show_verb(rules, rule.slot), rules[rules[*by].show].name);
            diagnostic = diagnostic.label(rules[*by].span, says);
        }
        diagnostic
    };
    look.report.redundant.iter().filter(|found| !look.is_disputed(found.rule)).map(finding).collect()
}
