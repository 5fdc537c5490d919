//! Which attributes and gathered values a condition or an expression reads, through segments and values.

use std::collections::BTreeSet;

use super::{Attribute, AttributeId, Condition, Expression, GatheredId, RuleSet};

/// What is read.
#[derive(Default)]
struct Found {
    attributes: BTreeSet<AttributeId>,
    gathered: BTreeSet<GatheredId>,
}

impl Attribute {
    /// Whether its value is kept from whoever reads an explanation (R18, R22).
    pub fn is_protected(&self) -> bool {
        self.hidden || self.sensitive || self.protective
    }
}

impl RuleSet {
    /// The attributes that a condition reads.
    pub fn read_by(&self, condition: &Condition) -> BTreeSet<AttributeId> {
        let mut found = Found::default();
        self.walk_condition(condition, &mut found);
        found.attributes
    }

    /// The attributes that an expression reads.
    pub fn read_by_expression(&self, expression: &Expression) -> BTreeSet<AttributeId> {
        let mut found = Found::default();
        self.walk_expression(expression, &mut found);
        found.attributes
    }

    /// The gathered values that a condition reads.
    pub fn gathered_by(&self, condition: &Condition) -> BTreeSet<GatheredId> {
        let mut found = Found::default();
        self.walk_condition(condition, &mut found);
        found.gathered
    }

    /// The gathered values that an expression reads.
    pub fn gathered_by_expression(&self, expression: &Expression) -> BTreeSet<GatheredId> {
        let mut found = Found::default();
        self.walk_expression(expression, &mut found);
        found.gathered
    }

    /// Whether a gathered value is kept from whoever reads an explanation.
    pub fn is_protected(&self, id: GatheredId) -> bool {
        self.attributes_of_gathered(&self[id]).into_iter().any(|id| self[id].is_protected())
    }

    fn walk_condition(&self, condition: &Condition, found: &mut Found) {
        condition.each(&mut |part| {
            if let Condition::Segment(segment) = part {
                self.walk_condition(&self[*segment].condition, found);
            }
            part.operands().into_iter().for_each(|operand| self.walk_expression(operand, found));
        });
    }

    fn walk_expression(&self, expression: &Expression, found: &mut Found) {
        match expression {
            Expression::Attribute(id) => {
                found.attributes.insert(*id);
            }
            Expression::Gathered(id) => {
                found.gathered.insert(*id);
                found.attributes.extend(self.attributes_of_gathered(&self[*id]));
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
            Expression::Literal(..) | Expression::Consent(_) | Expression::Now => {}
        }
    }
}
