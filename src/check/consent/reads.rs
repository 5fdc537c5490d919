//! Which attributes and events a condition reads, through which segments and values, and whether only to hold back.

use crate::model::{AttributeId, Condition, EventId, Expression, RuleSet};

/// One reading of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) struct Read {
    pub(in crate::check) attribute: AttributeId,
    /// The segments and values on the way, outermost first.
    pub(in crate::check) through: Vec<String>,
    /// A bare `x`, or `x else no`, under no `not`: an `unless` over it only spares. No other test qualifies: `x is less
    /// than 50` and `(1 when x) is less than 1` under `unless` would choose the very people it should spare.
    pub(super) positive: bool,
}

/// One reading of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) struct EventRead {
    pub(in crate::check) event: EventId,
    /// The segments and values on the way, outermost first.
    pub(in crate::check) through: Vec<String>,
}

/// `viewed` or `viewed` through segment `runner`.
pub(in crate::check) fn chain_words(name: &str, through: &[String]) -> String {
    if through.is_empty() {
        return format!("`{name}`");
    }
    let through = through.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!("`{name}` through {through}")
}

/// Collects the readings of conditions and expressions.
pub(in crate::check) struct Reads<'a> {
    rules: &'a RuleSet,
    through: Vec<String>,
    pub(in crate::check) found: Vec<Read>,
    pub(in crate::check) events: Vec<EventRead>,
    /// Whether segments and values are followed.
    follow: bool,
}

impl<'a> Reads<'a> {
    pub(super) fn new(rules: &'a RuleSet) -> Self {
        Self { rules, through: Vec::new(), found: Vec::new(), events: Vec::new(), follow: true }
    }

    /// What stands in the condition itself.
    pub(super) fn here(&mut self, condition: &Condition) {
        self.follow = false;
        self.condition(condition, true);
    }

    /// What stands in a declared value itself.
    pub(super) fn expression_here(&mut self, expression: &Expression) {
        if let Expression::Value(id) = expression {
            self.follow = false;
            let rules = self.rules;
            self.expression(&rules[*id].expression, true);
        }
    }

    pub(super) fn condition(&mut self, condition: &Condition, positive: bool) {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|part| self.condition(part, positive));
            }
            Condition::Not(inner) => self.condition(inner, !positive),
            Condition::Segment(id) => {
                if self.follow {
                    let rules = self.rules;
                    self.through.push(rules[*id].name.clone());
                    self.condition(&rules[*id].condition, positive);
                    self.through.pop();
                }
            }
            Condition::Holds(of) => self.expression(of, positive && is_bare(of)),
            Condition::Known(_)
            | Condition::Never(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Has(..)
            | Condition::Age(..) => {
                for operand in condition.operands() {
                    self.expression(operand, false);
                }
            }
        }
    }

    /// What a score reads.
    pub(super) fn value(&mut self, expression: &Expression) {
        self.expression(expression, false);
    }

    fn expression(&mut self, expression: &Expression, positive: bool) {
        match expression {
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => {}
            Expression::Attribute(id) => {
                self.found.push(Read { attribute: *id, through: self.through.clone(), positive });
            }
            Expression::Gathered(id) => {
                let rules = self.rules;
                let gathered = &rules[*id];
                // What is worked out before spares nobody, whatever stands around it.
                for attribute in rules.attributes_of_gathered(gathered) {
                    self.found.push(Read { attribute, through: self.through.clone(), positive: false });
                }
                for event in rules.events_of_gathered(gathered) {
                    self.events.push(EventRead { event, through: self.through.clone() });
                }
            }
            Expression::Value(id) => {
                if self.follow {
                    let rules = self.rules;
                    self.through.push(rules[*id].name.clone());
                    self.expression(&rules[*id].expression, positive);
                    self.through.pop();
                }
            }
            Expression::Rescale(inner, _) => self.expression(inner, positive),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left, positive);
                self.expression(right, positive);
            }
            Expression::When(value, condition, _) => {
                self.expression(value, false);
                self.condition(condition, false);
            }
        }
    }
}

/// `x`, or `x else no`: the looser form that spares only those who are known to need it.
fn is_bare(expression: &Expression) -> bool {
    match expression {
        Expression::Attribute(_) => true,
        Expression::Else(of, otherwise, _) => {
            matches!(**of, Expression::Attribute(_))
                && matches!(**otherwise, Expression::Literal(crate::value::Value::YesNo(false), _))
        }
        Expression::Literal(..)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now
        | Expression::Rescale(..)
        | Expression::Arithmetic(..)
        | Expression::When(..) => false,
    }
}
