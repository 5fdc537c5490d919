//! Which attributes a condition or an expression reads, through segments and values.

use std::collections::BTreeSet;

use super::{Attribute, AttributeId, Condition, Expression, RuleSet};

impl Attribute {
    /// Whether its value is kept from whoever reads an explanation (R18, R22).
    pub fn is_protected(&self) -> bool {
        self.hidden || self.sensitive || self.protective
    }
}

impl RuleSet {
    /// The attributes that a condition reads.
    pub fn read_by(&self, condition: &Condition) -> BTreeSet<AttributeId> {
        let mut found = BTreeSet::new();
        self.walk_condition(condition, &mut found);
        found
    }

    /// The attributes that an expression reads.
    pub fn read_by_expression(&self, expression: &Expression) -> BTreeSet<AttributeId> {
        let mut found = BTreeSet::new();
        self.walk_expression(expression, &mut found);
        found
    }

    fn walk_condition(&self, condition: &Condition, found: &mut BTreeSet<AttributeId>) {
        condition.each(&mut |part| {
            if let Condition::Segment(segment) = part {
                self.walk_condition(&self[*segment].condition, found);
            }
            part.operands().into_iter().for_each(|operand| self.walk_expression(operand, found));
        });
    }

    fn walk_expression(&self, expression: &Expression, found: &mut BTreeSet<AttributeId>) {
        match expression {
            Expression::Attribute(id) => {
                found.insert(*id);
            }
            Expression::Value(id) => self.walk_expression(&self[*id].expression, found),
            Expression::Rescale(of, _) => self.walk_expression(of, found),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.walk_expression(left, found);
                self.walk_expression(right, found);
            }
            Expression::When(of, condition, _) => {
                self.walk_expression(of, found);
                self.walk_condition(condition, found);
            }
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => {}
        }
    }
}
