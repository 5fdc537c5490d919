//! Probes: slots that show the truth of one condition, so that an engine that only decides can be asked for it.

use std::collections::BTreeSet;

use cater::model::{
    Class, Clause, Condition, Expression, Fallback, Offer, OfferId, Order, Rule, RuleSet, Slot, SlotId,
};
use cater::ops::{Comparison, Operator};
use cater::value::Value;

use super::super::walk::{self, Part};
use super::condition::PREDICATES;
use super::expression::written;
use super::{Probe, World, name, span};

impl World {
    /// So many slots, each with a condition of another operator.
    pub(super) fn probes(&mut self, count: usize) {
        let yes = OfferId::from_index(self.rules.offers.len());
        let no = OfferId::from_index(self.rules.offers.len() + 1);
        for index in 0..2 {
            self.rules.offers.push(Offer {
                name: name("y", index),
                label: String::new(),
                span: span(),
                kind: None,
                class: Class::Service,
                tags: Vec::new(),
                active: None,
                content: Vec::new(),
                off: None,
                caps: Vec::new(),
                blocks: Vec::new(),
                windows: Vec::new(),
            });
        }
        for index in 0..count {
            let condition = self.probed();
            let operator = probed_operator(&self.rules, &condition, self.rng.percent(60));
            let slot = SlotId::from_index(self.rules.slots.len());
            self.rules.slots.push(Slot {
                name: name("q", index),
                label: String::new(),
                span: span(),
                place: "probe".to_owned(),
                channels: Vec::new(),
                rotate: None,
                accepts: vec![Class::Service],
                fallback: vec![Fallback { offer: None, when: None, span: span() }],
                off: None,
                ties: Vec::new(),
                order: Vec::new(),
            });
            let clause = || Clause { condition: condition.clone(), span: span() };
            let rules = [(2 * index, yes, vec![clause()], vec![]), (2 * index + 1, no, vec![], vec![clause()])];
            for (index, show, when, unless) in rules {
                let mut rule = self.assembled(name("z", index), slot, show, when, unless);
                rule.active = None;
                rule.off = None;
                rule.order = Order::Unordered;
                rule.priority = None;
                rule.needs = needs(&self.rules, &rule);
                self.rules.rules.push(rule);
            }
            self.probes.push(Probe { slot, condition, operator, yes, no });
        }
    }

    /// Predicates and conjunctions of each kind, and comparisons of arithmetic with something that it can be.
    fn probed(&mut self) -> Condition {
        match self.rng.below(PREDICATES + 12) {
            kind if kind < PREDICATES => self.predicate(kind, 1),
            PREDICATES => Condition::And(vec![self.condition(0), self.condition(1)]),
            kind if kind == PREDICATES + 1 => Condition::Or(vec![self.condition(0), self.condition(1)]),
            kind if kind == PREDICATES + 2 => Condition::Not(Box::new(self.condition(0))),
            _ => {
                let scale = *self.rng.pick(&[0, 2, 4, 6, 9]);
                let (left, _) = self.number(scale, 2);
                let mantissa = match self.value_for_some_facts(&left) {
                    Some(Value::Number(mantissa)) => mantissa,
                    _ => self.rng.between(-5, 5),
                };
                let right = written(mantissa, scale).0;
                match self.rng.below(5) {
                    0 => Condition::Equal(left, right),
                    other => Condition::Compare(Comparison::ALL[other - 1], left, right),
                }
            }
        }
    }
}

fn needs(rules: &RuleSet, rule: &Rule) -> Vec<cater::model::PurposeId> {
    let read = rule.when.iter().chain(&rule.unless).map(|clause| &clause.condition);
    let needs: BTreeSet<_> = walk::purposes_of(rules, read);
    needs.into_iter().collect()
}

/// The head of the condition, or an operator in its operands.
fn probed_operator(rules: &RuleSet, condition: &Condition, inner: bool) -> Operator {
    if let Condition::Segment(id) = condition {
        return probed_operator(rules, &rules[*id].condition, inner);
    }
    let head = condition.operator(rules).unwrap_or(Operator::And);
    let mut found = None;
    for operand in condition.operands() {
        walk::expression(rules, operand, &mut |part| {
            if let Part::Expression(expression) = part
                && !matches!(expression, Expression::Attribute(_))
            {
                found = found.or(expression.operator());
            }
        });
    }
    found.filter(|_| inner && matches!(condition, Condition::Compare(..) | Condition::Equal(..))).unwrap_or(head)
}
