//! Rules that nobody has looked at by the day they said themselves (R46).
//!
//! That is the only finding for which it matters what day it is. It is asked for apart from the others, so that the same
//! files give the same findings tomorrow wherever a day is given.

use crate::diagnostics::codes::lint;
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::{RuleId, RuleSet};
use crate::value::{Instant, date_in_zone, show_date};

/// A finding for each rule whose `review by` lies before the day of `at`, in the zone of `defaults`; of `severity`. What
/// is over by then needs no review.
pub(super) fn overdue(rules: &RuleSet, at: Instant, severity: Severity) -> Vec<Diagnostic> {
    let today = date_in_zone(at, &rules.defaults.zone);
    let mut found = Vec::new();
    for (index, rule) in rules.rules.iter().enumerate() {
        let Some(review_by) = rule.review_by.filter(|day| *day < today) else { continue };
        let is_over = [rule.active, rules[rule.show].active].into_iter().flatten();
        if is_over.filter_map(|active| active.until).any(|until| until <= at) {
            continue;
        }
        let becomes = match rules.last_day(RuleId::from_index(index)) {
            Some(last) if last < today => format!("has not answered since the end of {}", show_date(last)),
            Some(last) => format!("of class {}: stops at the end of {}", rule.class.word(), show_date(last)),
            None => format!("of class {}: goes on all the same", rule.class.word()),
        };
        let message = format!("`{}` was to be looked at again by {}", rule.name, show_date(review_by));
        let help = match &rule.owner {
            Some(owner) => {
                format!("ask {owner} whether it is still meant, then give it a new `review by`, or remove it")
            }
            None => "see whether it is still meant, then give it a new `review by`, or remove it".to_owned(),
        };
        let mut finding = Diagnostic::new(&lint::REVIEW_OVERDUE, rule.span, message).primary(becomes).help(help);
        finding.severity = severity;
        found.push(finding);
    }
    found
}
