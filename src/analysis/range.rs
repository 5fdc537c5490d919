//! Which truths a condition can have at all: never yes, never no, or both as the customer may be.

use super::compile::Truths;
use super::scope::{Question, Scope};
use super::search::Answer;
use super::verdict::Range;
use crate::model::{Condition, RuleSet};
use crate::value::Instant;

/// The range of a condition on its own.
pub(super) fn of_condition(rules: &RuleSet, condition: &Condition, from: Option<Instant>, budget: usize) -> Range {
    let mut scope = Scope::new(rules, from, budget, |compiler| compiler.condition(condition));
    range(&mut scope, |truths| Some(*truths))
}

/// The range of one of the conditions of a scope.
pub(super) fn range<T>(scope: &mut Scope<'_, T>, truths: impl Fn(&T) -> Option<Truths>) -> Range {
    let mut ask = |formula: &dyn Fn(&mut super::formula::Formulas, Truths) -> super::formula::Formula| {
        scope.ask(|_, formulas, of| {
            let formula = truths(of).map(|truths| formula(formulas, truths));
            Question::of(formula.into_iter().collect())
        })
    };
    let no = ask(&|_, truths| truths.no);
    let yes = ask(&|_, truths| truths.yes);
    match (yes, no) {
        (Answer::Found(_), Answer::Found(_)) => Range::Open,
        (Answer::Found(_), Answer::Never(_)) => match ask(&|formulas, truths| formulas.not(truths.yes)) {
            Answer::Never(_) => Range::AlwaysYes,
            // Not shown to hold for everybody, so only the weaker claim is made.
            Answer::Found(_) | Answer::Unknown(_) => Range::NeverNo,
        },
        (Answer::Never(_), Answer::Found(_)) => match ask(&|formulas, truths| formulas.not(truths.no)) {
            Answer::Never(_) => Range::AlwaysNo,
            Answer::Found(_) | Answer::Unknown(_) => Range::NeverYes,
        },
        (Answer::Never(_), Answer::Never(_) | Answer::Unknown(_)) => Range::NeverYes,
        (Answer::Unknown(_), Answer::Never(_)) => Range::NeverNo,
        (Answer::Unknown(why), _) | (_, Answer::Unknown(why)) => Range::Unknown(why),
    }
}
