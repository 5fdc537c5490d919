//! Whether a slot answers what a test of the language expects, and what it answered instead.

use super::super::candidate::Guarded;
use super::super::slot::decide;
use super::flat::{Flat, set_aside};
use super::steps::{rule_reasons, without_change};
use super::{Explanation, Fate, Who, explain};
use crate::frame::{Because, By, Case, Decision, Expectation, Expected, Frame, Outcome, gather};
use crate::model::{RuleId, RuleSet};

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is the matter, in one line: `expected summer_sale, but home_hero shows brand_story, the fallback`.
    pub message: String,
    /// Why the slot answers what it answers, a line each.
    pub why: Vec<String>,
}

/// Checks one `expect` on a frame; the slot is decided alone, as the only one of its request.
///
/// # Errors
/// What was decided instead and why.
pub fn meets(rules: &RuleSet, frame: &Frame, expectation: &Expectation) -> Result<(), Mismatch> {
    let decision = decide(rules, frame, expectation.slot);
    let verdict = match &expectation.what {
        Expected::Shows(offer, because) => match decision.outcome == Outcome::Shows(*offer) {
            true => won_because(rules, frame, &decision, because.as_ref()),
            false => Err(format!("expected {}", rules[*offer].name)),
        },
        Expected::Nothing(because) => match decision.outcome == Outcome::Nothing {
            true => won_because(rules, frame, &decision, because.as_ref()),
            false => Err("expected nothing".to_owned()),
        },
        Expected::PassesOver(rule, because) => {
            passes_over(rules, &without_change(rules, frame, expectation.slot), *rule, because)
        }
    };
    let told = |expected: String| {
        let explanation = explain(rules, frame, expectation.slot);
        let why = explanation.to_text().into_iter().skip(1).map(|line| line.trim_start().to_owned());
        Mismatch { message: format!("{expected}, but {}", explanation.headline()), why: why.collect() }
    };
    verdict.map_err(told)
}

/// Runs a test of the language: the expectations that are not met, each with what was decided instead.
pub fn run<'a>(rules: &RuleSet, case: &'a Case) -> Vec<(&'a Expectation, Mismatch)> {
    let frame = gather(rules, &case.facts);
    let failed = |expectation: &'a Expectation| {
        let mismatch = meets(rules, &frame, expectation).err()?;
        Some((expectation, mismatch))
    };
    case.expectations.iter().filter_map(failed).collect()
}

/// The answer is the one expected; is it there for the reason expected?
fn won_because(rules: &RuleSet, frame: &Frame, decision: &Decision, because: Option<&Because>) -> Result<(), String> {
    let Some(because) = because else {
        return Ok(());
    };
    let (rule, named) = match because {
        Because::Rule(rule) => (Some(*rule), rules[*rule].name.as_str()),
        Because::Reason(reason) => (None, reason.as_str()),
    };
    let met = match decision.by {
        By::Rule(winner) => rule == Some(winner) || named == rules[winner].name,
        By::Substitute(of, _) => rule == Some(of) || named == rules[of].name || dropped_for(rules, frame, of, named),
        By::Fallback(_) => rule.is_none() && named == "fallback",
        By::SlotOff => {
            rule.is_none() && (named == "switched off" || rules[decision.slot].off.as_deref() == Some(named))
        }
    };
    // That something was set aside is no reason for an answer, but stands beside it.
    let met = met || rule.is_none() && set_aside(rules, frame, decision.slot).iter().any(|line| line == named);
    if met { Ok(()) } else { Err(format!("expected this because of {named}")) }
}

fn dropped_for(rules: &RuleSet, frame: &Frame, rule: RuleId, named: &str) -> bool {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let guarded = Guarded::new(rules, frame);
    let reasons = guarded.rule(rule).map(|dropped| rule_reasons(&guarded, rule, &dropped)).unwrap_or_default();
    reasons.iter().any(|reason| reason.is_named(named))
}

fn passes_over(rules: &RuleSet, explanation: &Explanation, rule: RuleId, because: &Because) -> Result<(), String> {
    let name = &rules[rule].name;
    let named = match because {
        Because::Rule(other) => rules[*other].name.as_str(),
        Because::Reason(reason) => reason.as_str(),
    };
    let line = explanation.candidates.iter().find(|candidate| match &candidate.who {
        Who::Rule { rule, .. } => rule == name,
        Who::Substitute { .. } | Who::Fallback { .. } => false,
    });
    let expected = format!("expected it to pass over {name} because of {named}");
    match line.map(|line| &line.fate) {
        Some(Fate::Drops(reasons)) if reasons.iter().any(|reason| reason.is_named(named)) => Ok(()),
        Some(Fate::Outranked { by, .. }) if by == named => Ok(()),
        Some(Fate::Wins) => Err(format!("expected it to pass over {name}")),
        Some(fate @ (Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded)) => {
            Err(format!("{expected}, not because it is {fate}"))
        }
        None => Err(format!("expected it to pass over {name}, which is no rule of the slot or was not asked")),
    }
}
