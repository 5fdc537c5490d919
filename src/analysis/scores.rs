//! Scores as conditions: whether a rule has one, whether it stands before another's, whether two are equal.
//!
//! Takes the rules of a slot that rank; gives conditions of the model, so that whoever compiles conditions also compiles
//! these, exactly where a score comes down to one attribute and as an opaque predicate where it does not. Scores are
//! brought to the places at which they are compared by the operators that rules have: more places by a change of scale,
//! fewer by a division by one, which rounds half to even.

use std::collections::BTreeMap;

use super::compile::{Compiler, Truths};
use super::formula::Formula;
use crate::model::{Condition, Expression, RuleId, RuleSet, SCORE_PLACES, SlotId};
use crate::ops::{Arithmetic, Comparison};
use crate::value::{NumberType, Type, Value, rescale};

/// Of more rules than this in one tier it is not asked which scores higher: each pair is a predicate of its own.
pub(super) const MOST_RANKED: usize = 12;

/// The conditions of one slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    has: BTreeMap<RuleId, Condition>,
    /// The first stands before the second in the slot, and wins against it if both have a score.
    before: BTreeMap<(RuleId, RuleId), Condition>,
    equal: BTreeMap<(RuleId, RuleId), Condition>,
}

impl Scores {
    pub(super) fn of(rules: &RuleSet, slot: SlotId) -> Self {
        let mut scores = Self::default();
        for tier in rules.tiers(slot) {
            let compared: Vec<_> = tier.iter().filter_map(|rule| Some((*rule, score(rules, *rule)?))).collect();
            for (rule, (by, number)) in &compared {
                let most = NumberType { min: number.max, ..*number };
                let most = Expression::Literal(Value::Number(number.max), Type::Number(most));
                // Never is above every number.
                scores.has.insert(*rule, Condition::Compare(Comparison::AtMost, by.clone(), most));
            }
            if tier.len() > MOST_RANKED {
                continue;
            }
            for (at, (first, (by, _))) in compared.iter().enumerate() {
                for (second, (other, _)) in compared.iter().skip(at + 1) {
                    let (pair, operands) = ((*first, *second), (by.clone(), other.clone()));
                    let (left, right) = operands.clone();
                    scores.before.insert(pair, Condition::Compare(Comparison::AtLeast, left, right));
                    scores.equal.insert(pair, Condition::Equal(operands.0, operands.1));
                }
            }
        }
        scores
    }

    /// Where the rule has a score, or ranks by none.
    pub(super) fn has<'a>(&'a self, compiler: &mut Compiler<'a>, rule: RuleId) -> Formula {
        let Some(condition) = self.has.get(&rule) else { return Formula::ALWAYS };
        if always(compiler.schema.rules, rule) { Formula::ALWAYS } else { compiler.condition(condition).yes }
    }

    /// Where `first` comes to its turn before `second`, of one tier; `None` where that is not written down.
    pub(super) fn precedes<'a>(
        &'a self,
        compiler: &mut Compiler<'a>,
        first: RuleId,
        second: RuleId,
    ) -> Option<Formula> {
        let (of_first, of_second) = (self.has(compiler, first), self.has(compiler, second));
        let (higher, stands_first) = match (self.before.get(&(first, second)), self.before.get(&(second, first))) {
            (Some(condition), _) => (compiler.condition(condition).yes, true),
            (None, Some(condition)) => (compiler.condition(condition).no, false),
            (None, None) => return None,
        };
        let both = compiler.formulas.all([of_first, of_second, higher]);
        let second_lacks = compiler.formulas.not(of_second);
        let only_first = compiler.formulas.both(of_first, second_lacks);
        let mut ways = vec![both, only_first];
        if stands_first {
            let first_lacks = compiler.formulas.not(of_first);
            ways.push(compiler.formulas.both(first_lacks, second_lacks));
        }
        Some(compiler.formulas.any(ways))
    }

    /// Where two rules, the first of which stands before the second in the slot, score the same.
    pub(super) fn equal<'a>(&'a self, compiler: &mut Compiler<'a>, first: RuleId, second: RuleId) -> Option<Formula> {
        let Truths { yes, .. } = compiler.condition(self.equal.get(&(first, second))?);
        Some(yes)
    }
}

/// The score at the places at which scores are compared.
fn score(rules: &RuleSet, rule: RuleId) -> Option<(Expression, NumberType)> {
    let by = &rules[rule].rank.as_ref()?.by;
    let of = rules.type_of(by).number()?;
    let moved = |bound: i64| i64::try_from(rescale(i128::from(bound), of.scale, SCORE_PLACES)).ok();
    let number = NumberType { scale: SCORE_PLACES, min: moved(of.min)?, max: moved(of.max)? };
    let inner = Box::new(by.clone());
    let compared = if of.scale == SCORE_PLACES {
        by.clone()
    } else if of.scale < SCORE_PLACES {
        Expression::Rescale(inner, number)
    } else {
        let one = Expression::Literal(Value::Number(1), Type::Number(NumberType { scale: 0, min: 1, max: 1 }));
        Expression::Arithmetic(Arithmetic::Divide, inner, Box::new(one), number)
    };
    Some((compared, number))
}

/// Whether the rule has a score whatever is known of the customer.
fn always(rules: &RuleSet, rule: RuleId) -> bool {
    rules[rule].rank.as_ref().is_none_or(|rank| is_number(rules, &rank.by))
}

/// Whether an expression is a number for everybody: neither missing nor never.
fn is_number(rules: &RuleSet, of: &Expression) -> bool {
    match of {
        Expression::Literal(value, _) => *value != Value::Never,
        Expression::Consent(_) | Expression::Permission(_) | Expression::Now => true,
        Expression::Value(id) => is_number(rules, &rules[*id].expression),
        Expression::Rescale(inner, _) => is_number(rules, inner),
        Expression::Arithmetic(op, left, right, _) => {
            let divides = match op {
                Arithmetic::Divide => rules.type_of(right).number().is_some_and(|by| by.min > 0 || by.max < 0),
                Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply => true,
            };
            divides && is_number(rules, left) && is_number(rules, right)
        }
        // What stands first may be never, and then nothing stands in.
        Expression::Else(first, second, _) => is_never_never(rules, first) && is_number(rules, second),
        Expression::Attribute(_) | Expression::Gathered(_) | Expression::When(..) => false,
    }
}

/// Whether an expression is never `never`, though it may be missing.
fn is_never_never(rules: &RuleSet, of: &Expression) -> bool {
    match of {
        Expression::Literal(value, _) => *value != Value::Never,
        Expression::Attribute(id) => !rules[*id].may_be_never(),
        Expression::Gathered(id) => rules.type_of_gathered(&rules[*id]) != Type::Time,
        Expression::Consent(_) | Expression::Permission(_) | Expression::Now | Expression::Arithmetic(..) => true,
        Expression::Value(id) => is_never_never(rules, &rules[*id].expression),
        Expression::Rescale(inner, _) | Expression::When(inner, _, _) => is_never_never(rules, inner),
        Expression::Else(first, second, _) => is_never_never(rules, first) && is_never_never(rules, second),
    }
}
