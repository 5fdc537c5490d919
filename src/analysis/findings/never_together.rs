//! `lint::never-together`: a rule says that it comes before another, and the dates of the two never meet.
//!
//! Of a `try` in the same case the finding is that what stands in never does (`lint::unreachable-substitute`). What only a
//! `priority` puts above another is no such case: campaigns of a year follow each other so.

use super::Look;
use crate::analysis::Verdict;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{Active, Order, RuleId, RuleSet};
use crate::value::{Instant, show_instant};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let mut found = Vec::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        let Order::Before(others) = &rule.order else { continue };
        let id = RuleId::from_index(at);
        found.extend(others.iter().filter_map(|other| finding(look, id, *other)));
    }
    found
}

fn finding(look: &Look<'_>, id: RuleId, other: RuleId) -> Option<Diagnostic> {
    let rules = look.rules;
    // Of what is off or over for itself that is said.
    let is_live = |id: RuleId| match look.report.rules.get(&id) {
        Some(Verdict::Off | Verdict::NeverActive) => false,
        Some(Verdict::Reachable(_) | Verdict::Contradictory(_) | Verdict::Covered(_) | Verdict::Unknown(_)) | None => {
            true
        }
    };
    if !is_live(id) || !is_live(other) || meet(rules, id, other) {
        return None;
    }
    let (rule, second) = (&rules[id], &rules[other]);
    let message = format!("`{}` comes before `{}`, and the two are never active together", rule.name, second.name);
    Some(
        Diagnostic::new(&lint::NEVER_TOGETHER, rule.span, message)
            .primary(dates(rules, id))
            .label(second.span, dates(rules, other))
            .help(format!(
                "compare their dates; if they are right, write a `priority` instead of `before {}`",
                second.name
            )),
    )
}

/// When a rule and its offer are active, and its review is not overdue: from, and until before.
fn span(rules: &RuleSet, id: RuleId) -> (Instant, Instant) {
    let rule = &rules[id];
    let all = [rule.active, rules[rule.show].active];
    let all: Vec<Active> = all.into_iter().flatten().collect();
    let from = all.iter().filter_map(|active| active.from).max().unwrap_or(Instant::MIN);
    let ends = all.iter().filter_map(|active| active.until).chain(rules.review_ends(id));
    (from, ends.min().unwrap_or(Instant::MAX))
}

/// Whether there is a time at which both are active.
pub(super) fn meet(rules: &RuleSet, one: RuleId, other: RuleId) -> bool {
    let ((from, until), (start, end)) = (span(rules, one), span(rules, other));
    from.max(start) < until.min(end)
}

fn dates(rules: &RuleSet, id: RuleId) -> String {
    let (from, until) = span(rules, id);
    let from = (from > Instant::MIN).then(|| format!("from {}", show_instant(from)));
    let until = (until < Instant::MAX).then(|| format!("until {}", show_instant(until)));
    let parts: Vec<String> = from.into_iter().chain(until).collect();
    format!("active {}", parts.join(" "))
}
