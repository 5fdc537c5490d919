//! What a checked expression holds, and until when a rule may go on without a review.

use super::{Expression, RuleId, RuleSet};
use crate::value::{Date, EnumId, Instant, Type};

impl RuleSet {
    /// The type of a checked expression.
    pub fn type_of(&self, expression: &Expression) -> Type {
        match expression {
            Expression::Literal(_, ty) | Expression::Else(_, _, ty) => *ty,
            Expression::Attribute(id) => self[*id].ty,
            Expression::Value(id) => self[*id].ty,
            Expression::Gathered(id) => self.type_of_gathered(&self[*id]),
            Expression::Consent(_) => Type::OneOf(EnumId::CONSENT),
            Expression::Permission(_) => Type::OneOf(EnumId::PERMISSION),
            Expression::Now => Type::Time,
            Expression::Rescale(_, number)
            | Expression::Arithmetic(_, _, _, number)
            | Expression::When(_, _, number) => Type::Number(*number),
        }
    }

    /// The decimal places of a checked numeric expression; 0 for anything else.
    pub fn scale_of(&self, expression: &Expression) -> u8 {
        self.type_of(expression).number().map_or(0, |number| number.scale)
    }

    /// The last day on which a rule goes on without a review (R46); `None` where it needs none to go on.
    pub fn last_day(&self, rule: RuleId) -> Option<Date> {
        let rule = &self[rule];
        let review_by = rule.review_by.filter(|_| rule.class.stops_unreviewed())?;
        Some(review_by.plus(self.defaults.grace))
    }

    /// The first instant at which a review is overdue, and its grace over: the rule goes on no longer.
    pub fn review_ends(&self, rule: RuleId) -> Option<Instant> {
        let Date(last) = self.last_day(rule)?;
        let over = Date(last.saturating_add(1));
        over.start_in(&self.defaults.zone).or_else(|| over.start_in("UTC"))
    }
}
