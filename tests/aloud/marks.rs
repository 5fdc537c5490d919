//! Puts a mark of its own into every predicate that a rule depends on.

use std::sync::Arc;

use cater::model::{Condition, Expression, RuleId, RuleSet};
use cater::value::{Type, Value};

/// What stands where a predicate was.
pub(super) fn text(mark: usize) -> String {
    format!("mark {mark}!")
}

/// Marks the predicates of the rule's clauses and of the segments and values behind them; gives their number.
pub(super) fn mark(rules: &mut RuleSet, id: RuleId) -> usize {
    let mut marker = Marker { next: 0, segments: Vec::new(), values: Vec::new() };
    let by_channel = rules.windows_by(rules.channels_of(&rules[id]), rules[id].class);
    let windows: Vec<_> = rules.windows_on(id).into_iter().chain(by_channel).collect();
    let rule = &mut rules.rules[id.index()];
    for clause in rule.when.iter_mut().chain(&mut rule.unless).chain(&mut rule.expires) {
        marker.condition(&mut clause.condition);
    }
    if let Some(rank) = &mut rule.rank {
        marker.expression(&mut rank.by);
    }
    for window in windows {
        for when in rules.windows[window.index()].rows.iter_mut().filter_map(|row| row.when.as_mut()) {
            marker.condition(&mut when.condition);
        }
    }
    let (mut segments, mut values) = (0, 0);
    while segments < marker.segments.len() || values < marker.values.len() {
        if let Some(segment) = marker.segments.get(segments).copied() {
            marker.condition(&mut rules.segments[segment].condition);
            segments += 1;
        } else if let Some(value) = marker.values.get(values).copied() {
            marker.expression(&mut rules.values[value].expression);
            values += 1;
        }
    }
    marker.next
}

struct Marker {
    next: usize,
    segments: Vec<usize>,
    values: Vec<usize>,
}

impl Marker {
    fn condition(&mut self, condition: &mut Condition) {
        match condition {
            Condition::And(all) | Condition::Or(all) => all.iter_mut().for_each(|part| self.condition(part)),
            Condition::Not(inner) => self.condition(inner),
            Condition::Segment(id) => remember(&mut self.segments, id.index()),
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => {
                let mark = Expression::Literal(Value::Text(Arc::from(text(self.next))), Type::Text);
                self.next += 1;
                let mut operands: Vec<Expression> = condition.operands().into_iter().cloned().collect();
                operands.iter_mut().for_each(|operand| self.expression(operand));
                let all = operands
                    .into_iter()
                    .reduce(|one, other| Expression::Else(Box::new(one), Box::new(other), Type::Text))
                    .unwrap_or(Expression::Now);
                *condition = Condition::Equal(all, mark);
            }
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Value(id) => remember(&mut self.values, id.index()),
            Expression::Rescale(of, _) => self.expression(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left);
                self.expression(right);
            }
            Expression::When(of, condition, _) => {
                self.expression(of);
                self.condition(condition);
            }
            Expression::Literal(..)
            | Expression::Attribute(_)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => {}
        }
    }
}

fn remember(known: &mut Vec<usize>, id: usize) {
    if !known.contains(&id) {
        known.push(id);
    }
}
