//! `lint::service-hides`: a rule of a higher class without conditions, which beats every rule of a lower class (R6).

use std::collections::{BTreeMap, BTreeSet};

use super::{Look, words};
use crate::analysis::{Coverer, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{RuleId, RuleSet};

/// Rules that are hidden are named up to this number.
const MOST_NAMED: usize = 5;

/// The one rule of a higher class, open to everybody, that alone covers a rule, if that is what covers it.
pub(super) fn hidden_by(rules: &RuleSet, hidden: RuleId, by: &[Coverer]) -> Option<RuleId> {
    let coverers: BTreeSet<RuleId> = by.iter().filter_map(|coverer| coverer.rule()).collect();
    let only = *coverers.first().filter(|_| coverers.len() == 1 && by.iter().all(|by| by.rule().is_some()))?;
    let rule = &rules[only];
    let for_everybody = rule.when.is_empty() && rule.unless.is_empty();
    (rule.class < rules[hidden].class && for_everybody).then_some(only)
}

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let mut hidden: BTreeMap<RuleId, Vec<RuleId>> = BTreeMap::new();
    for (id, verdict) in &look.report.rules {
        if let Verdict::Covered(by) = verdict
            && let Some(by) = hidden_by(rules, *id, by)
        {
            hidden.entry(by).or_default().push(*id);
        }
    }
    let finding = |(by, of): (RuleId, Vec<RuleId>)| {
        let rule = &rules[by];
        let classes: BTreeSet<&str> = of.iter().map(|id| rules[*id].class.word()).collect();
        let classes: Vec<&str> = classes.into_iter().collect();
        let message = format!(
            "`{}` is of class {} and has no conditions, so it beats every {} rule of slot `{}`",
            rule.name,
            rule.class.word(),
            classes.join(" and "),
            rules[rule.slot].name
        );
        let mut diagnostic = Diagnostic::new(&lint::SERVICE_HIDES, rule.span, message)
            .primary("takes everybody, whatever the priorities say")
            .help("give it a condition, or make it the slot's fallback: `fallback` is for what everybody else sees");
        for id in of.iter().take(MOST_NAMED) {
            let in_time = words::in_time(look.report.in_time.rules.contains(id));
            let text = format!("of class {}: never wins{in_time}", rules[*id].class.word());
            diagnostic = diagnostic.label(rules[*id].span, text);
        }
        if of.len() > MOST_NAMED {
            let names = words::listed(of.iter().skip(MOST_NAMED).map(|id| rules[*id].name.as_str()));
            diagnostic = diagnostic.fact(format!("never win either: {names}"));
        }
        diagnostic
    };
    hidden.into_iter().map(finding).collect()
}
