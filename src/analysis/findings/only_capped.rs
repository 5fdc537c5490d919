//! `lint::only-when-capped`: nobody sees the rule before a cap of another is spent.

use super::{Look, words};
use crate::analysis::Verdict;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::CapKind;
use crate::model::show::show_audience;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let finding = |found: &crate::analysis::OnlyCapped| {
        let rule = &rules[found.rule];
        let names = words::listed(found.by.iter().map(|by| rules[*by].name.as_str()));
        let caps = || found.by.iter().flat_map(|by| rules.caps_on(*by));
        let stops = if caps().all(|cap| rules[cap].kind == CapKind::Cap) { "a cap" } else { "a cap or pause" };
        let message = format!("`{}` is only seen by those for whom {stops} stops {names}", rule.name);
        let mut diagnostic = Diagnostic::new(&lint::ONLY_WHEN_CAPPED, rule.span, message)
            .primary(show_audience(rules, found.rule))
            .help(format!("if that is meant, nothing need be done; else give `{}` a higher `priority`", rule.name));
        for by in &found.by {
            let label = format!("{}; until then it answers first", words::outranks(rules, *by, found.rule));
            diagnostic = diagnostic.label(rules[*by].span, label);
        }
        match look.report.rules.get(&found.rule) {
            Some(Verdict::Reachable(witness)) => words::with_customer(diagnostic, rules, witness),
            Some(
                Verdict::Off
                | Verdict::NeverActive
                | Verdict::Contradictory(_)
                | Verdict::Covered(_)
                | Verdict::Unknown(_),
            )
            | None => diagnostic,
        }
    };
    look.report.only_capped.iter().filter(|found| !look.is_disputed(found.rule)).map(finding).collect()
}
