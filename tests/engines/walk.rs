//! Everything a condition looks at, through segments and values.

use std::collections::BTreeSet;

use cater::model::{AttributeId, Condition, Expression, PurposeId, RuleSet};

/// Part of a condition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Condition(&'a Condition),
    Expression(&'a Expression),
}

/// Calls `f` on a condition and everything in it.
pub(crate) fn condition<'a>(rules: &'a RuleSet, of: &'a Condition, f: &mut dyn FnMut(Part<'a>)) {
    f(Part::Condition(of));
    match of {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| condition(rules, part, f)),
        Condition::Not(inner) => condition(rules, inner, f),
        Condition::Segment(id) => condition(rules, &rules[*id].condition, f),
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => of.operands().into_iter().for_each(|operand| expression(rules, operand, f)),
    }
}

/// Calls `f` on an expression and everything in it.
pub(crate) fn expression<'a>(rules: &'a RuleSet, of: &'a Expression, f: &mut dyn FnMut(Part<'a>)) {
    f(Part::Expression(of));
    match of {
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
        Expression::Value(id) => expression(rules, &rules[*id].expression, f),
        Expression::Rescale(inner, _) => expression(rules, inner, f),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            expression(rules, left, f);
            expression(rules, right, f);
        }
        Expression::When(inner, when, _) => {
            expression(rules, inner, f);
            condition(rules, when, f);
        }
    }
}

/// The attributes that an expression reads; what is gathered stands behind the last, as in flattened rules.
pub(crate) fn attributes_of(rules: &RuleSet, of: &Expression) -> BTreeSet<AttributeId> {
    let mut found = BTreeSet::new();
    expression(rules, of, &mut |part| collect(rules, part, &mut found));
    found
}

/// The attributes that a condition reads, likewise.
pub(crate) fn attributes_in(rules: &RuleSet, of: &Condition) -> BTreeSet<AttributeId> {
    let mut found = BTreeSet::new();
    condition(rules, of, &mut |part| collect(rules, part, &mut found));
    found
}

fn collect(rules: &RuleSet, part: Part<'_>, found: &mut BTreeSet<AttributeId>) {
    if let Part::Expression(Expression::Attribute(id)) = part {
        found.insert(*id);
    }
    if let Part::Expression(Expression::Gathered(id)) = part {
        found.insert(AttributeId::from_index(rules.attributes.len() + id.index()));
    }
}

/// The purposes that a rule with these conditions must need.
pub(crate) fn purposes_of<'a>(rules: &RuleSet, conditions: impl Iterator<Item = &'a Condition>) -> BTreeSet<PurposeId> {
    conditions.flat_map(|of| attributes_in(rules, of)).flat_map(|id| needed_by(rules, id)).collect()
}

/// The purposes of an attribute, or of the gathered value that stands behind the attributes.
fn needed_by(rules: &RuleSet, id: AttributeId) -> Vec<PurposeId> {
    match id.index().checked_sub(rules.attributes.len()) {
        Some(gathered) => rules.needs_of_gathered(&rules.gathered[gathered]),
        None if rules[id].protective => Vec::new(),
        None => rules[id].needs.clone(),
    }
}

/// The purposes that a rule with this score must need.
pub(crate) fn purposes_of_value(rules: &RuleSet, of: &Expression) -> BTreeSet<PurposeId> {
    attributes_of(rules, of).into_iter().flat_map(|id| needed_by(rules, id)).collect()
}
