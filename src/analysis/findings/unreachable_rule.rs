//! `lint::unreachable-rule`: whoever could see the rule always sees something above it; `lint::duplicate-rule` where that
//! says the same.
//!
//! What the rule names in its place may answer all the same: then the rule is no idle one, and to remove it would change
//! what is seen.

use std::collections::BTreeMap;

use super::{Look, service_hides, words};
use crate::analysis::{Coverer, SubstituteVerdict, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::frame::Via;
use crate::model::show::show_audience;
use crate::model::{Order, RuleId, RuleSet};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let covered = look.report.rules.iter().filter_map(|(id, verdict)| match verdict {
        Verdict::Covered(by)
            if service_hides::hidden_by(look.rules, *id, by).is_none() && !by_nobody(look, *id, by) =>
        {
            Some((*id, by))
        }
        Verdict::Covered(_)
        | Verdict::Reachable(_)
        | Verdict::Off
        | Verdict::NeverActive
        | Verdict::Contradictory(_)
        | Verdict::Unknown(_) => None,
    });
    covered.map(|(id, by)| finding(look, id, by)).collect()
}

/// Whether nobody said that one of those which cover the rule stands before it: that is a conflict, or an order that is
/// missing, and told as one.
fn by_nobody(look: &Look<'_>, id: RuleId, by: &[Coverer]) -> bool {
    let covers = |rule: RuleId| by.iter().any(|coverer| coverer.rule() == Some(rule));
    look.report.conflicts.iter().any(|clash| clash.second == id && covers(clash.first))
        || look
            .report
            .unordered
            .iter()
            .any(|clash| clash.second == id && covers(clash.first) || clash.first == id && covers(clash.second))
}

/// The rule says what another says that stands above it.
fn copy(look: &Look<'_>, id: RuleId, original: RuleId) -> Diagnostic {
    let rules = look.rules;
    let (rule, other) = (&rules[id], &rules[original]);
    let message = format!("`{}` says the same as `{}`, which answers first", rule.name, other.name);
    Diagnostic::new(&lint::DUPLICATE_RULE, rule.span, message)
        .primary(show_audience(rules, id))
        .label(other.span, words::outranks(rules, original, id))
        .help(format!("remove `{}`; nothing that anybody sees changes", rule.name))
}

fn finding(look: &Look<'_>, id: RuleId, by: &[Coverer]) -> Diagnostic {
    let rules = look.rules;
    if let Some(original) = look.report.copies.get(&id) {
        return copy(look, id, *original);
    }
    let rule = &rules[id];
    // A rule and what it names in its place are one culprit.
    let mut culprits: BTreeMap<RuleId, Vec<Option<Via>>> = BTreeMap::new();
    let mut order: Vec<RuleId> = Vec::new();
    for coverer in by {
        let (culprit, via) = match coverer {
            Coverer::Rule(rule) | Coverer::Stop(rule) => (*rule, None),
            Coverer::Substitute(rule, via) => (*rule, Some(*via)),
            Coverer::Fallback(_) => continue,
        };
        if !order.contains(&culprit) {
            order.push(culprit);
        }
        culprits.entry(culprit).or_default().push(via);
    }
    let names = words::listed(order.iter().map(|id| rules[*id].name.as_str()));
    let may_answer = |via: &Via| match look.report.substitutes.get(&(id, *via)) {
        Some(SubstituteVerdict::Taken | SubstituteVerdict::Unknown(_)) => true,
        Some(SubstituteVerdict::Never(_)) | None => false,
    };
    let instead: Vec<Via> = [Via::Capped, Via::NoConsent, Via::Unknown].into_iter().filter(may_answer).collect();
    let narrow = match order.as_slice() {
        [_] => names.clone(),
        _ => "one of these".to_owned(),
    };
    let never = if instead.is_empty() { "never wins" } else { "itself never wins" };
    let in_time = words::in_time(look.report.in_time.rules.contains(&id));
    let message = match order.as_slice() {
        [_] => format!("`{}` {never}{in_time}: whoever could see it always sees {names} first", rule.name),
        _ => format!("`{}` {never}{in_time}: {names} together take everybody who could see it", rule.name),
    };
    let rises = order.iter().all(|culprit| rises_above(rules, id, *culprit));
    let rise = |then: &str| match rises {
        true => format!("give `{}` a higher `priority`, {then}narrow {narrow}", rule.name),
        false => format!("narrow {narrow}"),
    };
    let help = match (instead.as_slice(), order.as_slice()) {
        ([], [_]) => format!("{}, or remove one of the two", rise("")),
        ([], _) => format!("{}, or remove it", rise("")),
        (instead, _) => {
            let clauses = words::listed(instead.iter().map(|via| via.word()));
            format!("{}; do not remove it: its {clauses} may still answer", rise("or "))
        }
    };
    let mut diagnostic =
        Diagnostic::new(&lint::UNREACHABLE_RULE, rule.span, message).primary(show_audience(rules, id)).help(help);
    for culprit in order {
        let vias = culprits.remove(&culprit).unwrap_or_default();
        let standing = words::outranks(rules, culprit, id);
        let instead: Vec<&str> = vias.iter().flatten().map(|via| via.word()).collect();
        let text = match (vias.contains(&None), instead.as_slice()) {
            (true, []) => standing,
            (true, instead) => format!("{standing}, and answers `{}` too", instead.join("`, `")),
            (false, instead) => format!("{standing}, and answers `{}`", instead.join("`, `")),
        };
        diagnostic = diagnostic.label(rules[culprit].span, text).fact(format!(
            "{}: {}",
            rules[culprit].name,
            show_audience(rules, culprit)
        ));
    }
    diagnostic
}

/// Whether a higher `priority` would put a rule before another: not before a higher class, nor before what stands `before` it and
/// takes its priority, nor where it has a `before` itself, beside which there is no priority (R7).
fn rises_above(rules: &RuleSet, id: RuleId, other: RuleId) -> bool {
    let (rule, other) = (&rules[id], &rules[other]);
    let has_before = |order: &Order| matches!(order, Order::Before(_));
    rule.class == other.class && !has_before(&rule.order) && !has_before(&other.order)
}
