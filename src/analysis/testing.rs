//! Rule sets from text, and the replay of verdicts in the reference evaluator.

use super::{FallbackVerdict, Options, Report, Verdict, Witness, analyse};
use crate::compile::compile;
use crate::diagnostics::{Severity, render};
use crate::eval::decide;
use crate::frame::By;
use crate::model::{RuleId, RuleSet, SlotId};
use crate::source::SourceSet;

/// The model of a text, which has no errors.
pub(super) fn rules(text: &str) -> RuleSet {
    let (sources, _) = SourceSet::single("case.rules", text);
    let compiled = compile(sources);
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    let resolving = ["syntax::", "resolve::", "type::", "bundle::"];
    let errors: Vec<_> =
        errors.into_iter().filter(|error| resolving.iter().any(|stage| error.code.name.starts_with(stage))).collect();
    assert!(errors.is_empty(), "{text}\n{}", render::plain(&errors, &compiled.sources));
    compiled.rules.map(|rules| RuleSet::clone(&rules)).expect("a model")
}

/// The report on a text, replayed.
pub(super) fn report(text: &str) -> (RuleSet, Report) {
    let rules = rules(text);
    let report = analyse(&rules, &Options::default());
    replay(&rules, &report);
    (rules, report)
}

/// Every witness of a report shows what it is a witness of.
pub(super) fn replay(rules: &RuleSet, report: &Report) {
    let by = |witness: &Witness, slot: SlotId| decide(rules, &witness.frame(rules), slot).by;
    for (rule, verdict) in &report.rules {
        if let Verdict::Reachable(witness) = verdict {
            let slot = rules[*rule].slot;
            assert_eq!(by(witness, slot), By::Rule(*rule), "{}: {witness:#?}", rules[*rule].name);
        }
    }
    for (slot, verdicts) in &report.fallbacks {
        for (at, verdict) in verdicts.iter().enumerate() {
            let is_last = at + 1 == verdicts.len();
            if let (FallbackVerdict::Reachable(witness), false) = (verdict, is_last) {
                assert_eq!(by(witness, *slot), By::Fallback(at as u32), "{}: {witness:#?}", rules[*slot].name);
            }
        }
    }
}

/// The name of the verdict, with the names of what covers.
pub(super) fn verdict(rules: &RuleSet, report: &Report, rule: &str) -> String {
    let id = rules.rule_named(rule).expect(rule);
    let name = |id: RuleId| rules[id].name.clone();
    match &report.rules[&id] {
        Verdict::Reachable(_) => "reachable".to_owned(),
        Verdict::Off => "off".to_owned(),
        Verdict::NeverActive => "never active".to_owned(),
        Verdict::Contradictory(culprits) => format!("contradictory: {culprits:?}"),
        Verdict::Covered(by) => {
            let mut by: Vec<_> = by.iter().map(|by| by.rule().map_or("fallback".to_owned(), name)).collect();
            by.dedup();
            format!("covered by {}", by.join(", "))
        }
        Verdict::Unknown(why) => format!("unknown: {why:?}"),
    }
}

/// Each of these rules, beside what stands in `base`, has this verdict.
pub(super) fn check(base: &str, rules: &str, expected: &[(&str, &str)]) {
    let (model, report) = report(&format!("{base}{rules}"));
    let found: Vec<_> = expected.iter().map(|(rule, _)| (*rule, verdict(&model, &report, rule))).collect();
    let wanted: Vec<_> = expected.iter().map(|(rule, verdict)| (*rule, (*verdict).to_owned())).collect();
    assert_eq!(found, wanted);
}
