//! `lint::never-active`: a rule whose dates leave no time, or that is over.

use super::Look;
use crate::analysis::Verdict;
use crate::diagnostics::codes::lint;
use crate::diagnostics::{Diagnostic, Severity};
use crate::value::{show_date, show_instant};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    let never = look.report.rules.iter().filter(|(_, verdict)| **verdict == Verdict::NeverActive);
    let finding = |id: &crate::model::RuleId| {
        let rule = &rules[*id];
        let offer = &rules[rule.show];
        let over = |until: Option<crate::value::Instant>| {
            look.options.from.zip(until).is_some_and(|(from, until)| until <= from)
        };
        let ended = rule.active.and_then(|active| active.until);
        let offer_ended = offer.active.and_then(|active| active.until);
        let said = match () {
            () if over(ended) => ended.map(|at| ("its dates ended", show_instant(at))),
            () if over(offer_ended) => offer_ended.map(|at| ("the dates of its offer ended", show_instant(at))),
            () if over(rules.review_ends(*id)) => {
                rules.last_day(*id).map(|at| ("without a review it went on to", show_date(at)))
            }
            () => None,
        };
        match said {
            Some((what, when)) => {
                let mut diagnostic =
                    Diagnostic::new(&lint::NEVER_ACTIVE, rule.span, format!("`{}` is over", rule.name))
                        .primary(format!("{what} {when}"))
                        .help("give it new dates, or remove it");
                diagnostic.severity = Severity::Note;
                diagnostic
            }
            None => Diagnostic::new(&lint::NEVER_ACTIVE, rule.span, format!("`{}` is never active", rule.name))
                .primary("its dates, those of its offer and its review leave no time in common")
                .label(offer.span, "the offer it shows")
                .help("compare the dates of the rule with those of the offer, and with `review by`"),
        }
    };
    never.map(|(id, _)| finding(id)).collect()
}
