//! What of a condition is counted: the tests that it consists of, and whether one of them can be unknown.

use std::collections::HashSet;

use crate::model::{Condition, Expression, RuleSet, SegmentId};

/// The tests of a condition, each once, with the segment that each stands in.
pub(super) struct Tests<'r> {
    rules: &'r RuleSet,
    found: Vec<(&'r Condition, Option<SegmentId>)>,
    seen: HashSet<(&'r Condition, Option<SegmentId>)>,
    /// Each segment is entered once.
    entered: HashSet<SegmentId>,
}

impl<'r> Tests<'r> {
    pub(super) fn of(rules: &'r RuleSet, condition: &'r Condition) -> Vec<(&'r Condition, Option<SegmentId>)> {
        let mut tests = Self { rules, found: Vec::new(), seen: HashSet::new(), entered: HashSet::new() };
        tests.collect(condition, None);
        tests.found
    }

    fn collect(&mut self, of: &'r Condition, within: Option<SegmentId>) {
        match of {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| self.collect(part, within)),
            Condition::Not(inner) => self.collect(inner, within),
            Condition::Segment(id) => {
                if self.entered.insert(*id) {
                    self.collect(&self.rules[*id].condition, Some(*id));
                }
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => {
                if self.seen.insert((of, within)) {
                    self.found.push((of, within));
                }
            }
        }
    }
}

/// Whether a test of the language can ordinarily make this unknown.
pub(super) fn may_be_unknown(rules: &RuleSet, of: &Condition) -> bool {
    match of {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|part| may_be_unknown(rules, part)),
        Condition::Not(inner) => may_be_unknown(rules, inner),
        Condition::Segment(id) => may_be_unknown(rules, &rules[*id].condition),
        Condition::Known(_) => false,
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => of.operands().into_iter().any(|operand| may_be_missing(rules, operand)),
    }
}

fn may_be_missing(rules: &RuleSet, of: &Expression) -> bool {
    match of {
        Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => false,
        Expression::Attribute(id) => rules[*id].default.is_none(),
        // Nobody knows the history of somebody who is not known.
        Expression::Gathered(_) => true,
        Expression::Value(id) => may_be_missing(rules, &rules[*id].expression),
        Expression::Rescale(inner, _) => may_be_missing(rules, inner),
        Expression::Arithmetic(_, left, right, _) => may_be_missing(rules, left) || may_be_missing(rules, right),
        Expression::Else(first, second, _) => may_be_missing(rules, first) && may_be_missing(rules, second),
        Expression::When(inner, when, _) => may_be_missing(rules, inner) || may_be_unknown(rules, when),
    }
}
