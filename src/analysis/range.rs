//! Which truths a condition can have at all: never yes, never no, or both as the customer may be.

use super::compile::Truths;
use super::formula::{Formula, Formulas};
use super::scope::Scope;
use super::search::{Budget, Existence};
use super::verdict::Range;
use crate::model::{Condition, RuleSet};
use crate::value::Instant;

/// The range of a condition on its own.
pub(super) fn of_condition(rules: &RuleSet, condition: &Condition, from: Option<Instant>, budget: Budget) -> Range {
    let mut scope = Scope::new(rules, from, budget, |compiler| compiler.condition(condition));
    range(&mut scope, |truths| Some(*truths))
}

/// The range of one of the conditions of a scope.
pub(super) fn range<T>(scope: &mut Scope<'_, T>, truths: impl Fn(&T) -> Option<Truths>) -> Range {
    let mut ask = |formula: &dyn Fn(&mut Formulas, Truths) -> Formula| {
        scope.is_there(|_, formulas, of| truths(of).map(|truths| formula(formulas, truths)).into_iter().collect())
    };
    let no = ask(&|_, truths| truths.no);
    let yes = ask(&|_, truths| truths.yes);
    match (yes, no) {
        (Existence::Somebody, Existence::Somebody) => Range::Open,
        (Existence::Somebody, Existence::Nobody) => match ask(&|formulas, truths| formulas.not(truths.yes)) {
            Existence::Nobody => Range::AlwaysYes,
            // Not shown to hold for everybody, so only the weaker claim is made.
            Existence::Somebody | Existence::Unknown(_) => Range::NeverNo,
        },
        (Existence::Nobody, Existence::Somebody) => match ask(&|formulas, truths| formulas.not(truths.no)) {
            Existence::Nobody => Range::AlwaysNo,
            Existence::Somebody | Existence::Unknown(_) => Range::NeverYes,
        },
        (Existence::Nobody, Existence::Nobody | Existence::Unknown(_)) => Range::NeverYes,
        (Existence::Unknown(_), Existence::Nobody) => Range::NeverNo,
        (Existence::Unknown(why), _) | (_, Existence::Unknown(why)) => Range::Unknown(why),
    }
}
