//! What the segments and values mean that a rule speaks of: one sentence each, in the order in which they come up.

use super::{Sentence, amounts, predicate};
use crate::model::show::show_text;
use crate::model::{BlockCause, Condition, Expression, RuleId, RuleSet, SegmentId, ValueId};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Segment(SegmentId),
    Value(ValueId),
}

/// The definitions behind a rule.
pub(super) fn of(rules: &RuleSet, id: RuleId) -> Vec<Sentence> {
    let rule = &rules[id];
    let mut names = Vec::new();
    for clause in rule.when.iter().chain(&rule.unless) {
        in_condition(rules, &clause.condition, &mut names);
    }
    for channel in rules.channels_of(rule) {
        rules[*channel].conditions().for_each(|(_, clause)| in_condition(rules, &clause.condition, &mut names));
    }
    let windows = rules.windows_on(id).into_iter().chain(rules.windows_by(rules.channels_of(rule), rule.class));
    for block in rules.blocks_on(id) {
        if let BlockCause::While(clause) = &rules[block].cause {
            in_condition(rules, &clause.condition, &mut names);
        }
    }
    for window in windows {
        for when in rules[window].rows.iter().filter_map(|row| row.when.as_ref()) {
            in_condition(rules, &when.condition, &mut names);
        }
    }
    if let Some(expires) = &rule.expires {
        in_condition(rules, &expires.condition, &mut names);
    }
    if let Some(rank) = &rule.rank {
        in_expression(rules, &rank.by, &mut names);
    }
    names.into_iter().map(|name| definition(rules, name)).collect()
}

fn definition(rules: &RuleSet, name: Name) -> Sentence {
    let labelled = |name: &str, label: &str| match label {
        "" => format!("`{name}`"),
        label => format!("`{name}` ({})", show_text(label)),
    };
    match name {
        Name::Segment(id) => {
            let segment = &rules[id];
            let name = labelled(&segment.name, &segment.label);
            let point = predicate::point(rules, &segment.condition);
            Sentence::about(&format!("{name} means that"), "", vec![point])
        }
        Name::Value(id) => {
            let value = &rules[id];
            let formula = amounts::said(rules, &value.expression);
            Sentence::plain(format!("{} is {formula}.", labelled(&value.name, &value.label)))
        }
    }
}

fn add(rules: &RuleSet, name: Name, names: &mut Vec<Name>) {
    if names.contains(&name) {
        return;
    }
    names.push(name);
    match name {
        Name::Segment(id) => in_condition(rules, &rules[id].condition, names),
        Name::Value(id) => in_expression(rules, &rules[id].expression, names),
    }
}

fn in_condition(rules: &RuleSet, condition: &Condition, names: &mut Vec<Name>) {
    condition.each(&mut |part| {
        if let Condition::Segment(id) = part {
            add(rules, Name::Segment(*id), names);
        }
        part.operands().into_iter().for_each(|operand| in_expression(rules, operand, names));
    });
}

fn in_expression(rules: &RuleSet, expression: &Expression, names: &mut Vec<Name>) {
    match expression {
        Expression::Value(id) => add(rules, Name::Value(*id), names),
        Expression::Rescale(of, _) => in_expression(rules, of, names),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            in_expression(rules, left, names);
            in_expression(rules, right, names);
        }
        Expression::When(of, condition, _) => {
            in_expression(rules, of, names);
            in_condition(rules, condition, names);
        }
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
    }
}
