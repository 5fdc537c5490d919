//! The value of an expression in a frame.
//!
//! An attribute is read with its declared default, which stands in for absent and stale and for no other reason (R5).
//! `x is known` alone looks at the attributes of x without their defaults; a condition inside x (`(v when C)`) reads as
//! it always does.

use super::condition::condition;
use crate::frame::Frame;
use crate::model::{AttributeId, Expression, RuleSet};
use crate::ops;
use crate::value::{Datum, Missing, Value};

/// The value of an expression.
pub fn expression(rules: &RuleSet, frame: &Frame, expression: &Expression) -> Datum {
    datum(rules, frame, expression)
}

pub(super) fn datum(rules: &RuleSet, frame: &Frame, expression: &Expression) -> Datum {
    Reader { rules, frame, defaults: true }.read(expression)
}

/// The value of an expression as if no attribute had a declared default.
pub(super) fn undefaulted(rules: &RuleSet, frame: &Frame, expression: &Expression) -> Datum {
    Reader { rules, frame, defaults: false }.read(expression)
}

/// Whether the attribute's declared default stands in for it.
pub(super) fn is_assumed(rules: &RuleSet, frame: &Frame, id: AttributeId) -> bool {
    match frame.attribute(id) {
        Datum::Known(_) => false,
        Datum::Missing(reason) => rules[id].default.is_some() && is_filled(*reason),
    }
}

/// A default fills what nobody gave and what is too old; never what the customer closed, and never what was garbled.
fn is_filled(reason: Missing) -> bool {
    match reason {
        Missing::Absent | Missing::Stale | Missing::Unstamped => true,
        Missing::NoConsent | Missing::FromTheFuture | Missing::Unreadable | Missing::NotInList | Missing::Computed => {
            false
        }
    }
}

struct Reader<'a> {
    rules: &'a RuleSet,
    frame: &'a Frame,
    defaults: bool,
}

impl Reader<'_> {
    fn read(&self, expression: &Expression) -> Datum {
        match expression {
            Expression::Literal(value, _) => Datum::Known(value.clone()),
            Expression::Attribute(id) => self.attribute(*id),
            Expression::Value(id) => self.read(&self.rules[*id].expression),
            Expression::Gathered(id) => self.frame.gathered(*id).clone(),
            Expression::Consent(id) => Datum::Known(Value::Member(self.frame.consent(*id).member())),
            Expression::Permission(id) => Datum::Known(Value::Member(self.frame.permission(*id).member())),
            Expression::Now => Datum::Known(Value::Time(self.frame.now)),
            Expression::Rescale(of, number) => ops::rescale(self.read(of), self.rules.scale_of(of), number.scale),
            Expression::Arithmetic(op, left, right, number) => {
                let (a, b) = (self.read(left), self.read(right));
                ops::arithmetic(*op, (&a, self.rules.scale_of(left)), (&b, self.rules.scale_of(right)), number.scale)
            }
            Expression::Else(of, other, _) => ops::or_else(self.read(of), || self.read(other)),
            Expression::When(of, when, _) => ops::when(self.read(of), condition(self.rules, self.frame, when)),
        }
    }

    fn attribute(&self, id: AttributeId) -> Datum {
        let raw = self.frame.attribute(id);
        match &self.rules[id].default {
            Some(default) if self.defaults && is_assumed(self.rules, self.frame, id) => Datum::Known(default.clone()),
            Some(_) | None => raw.clone(),
        }
    }
}
