//! Why a condition is unknown, as a Rust expression: whether it lacks something that is neither absent nor stale, which
//! `if unknown` does not answer.

use cater::model::{Condition, Expression};
use cater::ops::{Arithmetic, Comparison};
use cater::value::Type;

use super::{TooMuch, Writer};

impl Writer<'_> {
    /// `None` where it never does.
    pub(super) fn gap(&mut self, condition: &Condition) -> Result<Option<String>, TooMuch> {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                let deciding = !matches!(condition, Condition::And(_));
                let mut gaps = Vec::new();
                for part in parts {
                    gaps.extend(self.gap(part)?);
                }
                if gaps.is_empty() {
                    return Ok(None);
                }
                let mut all = vec![format!("({})", gaps.join(" || "))];
                for part in parts {
                    all.push(format!("!({})", self.ask(part, deciding)?));
                }
                Ok(Some(format!("({})", all.join(" && "))))
            }
            Condition::Not(inner) => self.gap(inner),
            Condition::Segment(id) => self.gap(&self.rules[*id].condition),
            Condition::Known(_) => Ok(None),
            Condition::Between(of, from, to) => {
                let Some(lacks) = self.lacks(&[of, from, to])? else { return Ok(None) };
                let low = self.compare(Comparison::AtLeast, of, from, false)?;
                let high = self.compare(Comparison::AtMost, of, to, false)?;
                Ok(Some(format!("({lacks} && !({low}) && !({high}))")))
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => self.lacks(&condition.operands()),
        }
    }

    /// Whether one of these is missing and lacks something that is neither absent nor stale.
    fn lacks(&mut self, operands: &[&Expression]) -> Result<Option<String>, TooMuch> {
        let mut lacks = Vec::new();
        for operand in operands {
            lacks.extend(self.lack(operand)?);
        }
        Ok((!lacks.is_empty()).then(|| format!("({})", lacks.join(" || "))))
    }

    fn lack(&mut self, of: &Expression) -> Result<Option<String>, TooMuch> {
        match of {
            // Its default stands in where nobody gave it.
            Expression::Attribute(id) if self.rules[*id].default.is_some() => Ok(Some(self.missing(of)?)),
            Expression::Attribute(id) => {
                let place = self.garbled.iter().position(|known| known == id).unwrap_or(self.garbled.len());
                if place == self.garbled.len() {
                    self.garbled.push(*id);
                }
                if place > 63 {
                    return Err("more than 64 attributes before an `if unknown`".to_owned());
                }
                Ok(Some(format!("c.garbled & {:#x} != 0", 1_u64 << place)))
            }
            Expression::Gathered(_) => Err("what events add up to".to_owned()),
            Expression::Value(id) => self.lack(&self.rules[*id].expression),
            Expression::Rescale(inner, _) => self.lack(inner),
            Expression::Arithmetic(op, left, right, _) => {
                let sides = self.lacks(&[left, right])?;
                if *op != Arithmetic::Divide {
                    return Ok(sides);
                }
                let [whole, left, right] = [of, left, right].map(|part| self.missing(part));
                let by_zero = format!("({} && !({}) && !({}))", whole?, left?, right?);
                Ok(Some(sides.map_or(by_zero.clone(), |sides| format!("({sides} || {by_zero})"))))
            }
            Expression::Else(first, second, _) => {
                let Some(lacks) = self.lacks(&[first, second])? else { return Ok(None) };
                Ok(Some(format!("({} && {} && {lacks})", self.missing(first)?, self.missing(second)?)))
            }
            Expression::When(inner, when, _) => {
                let mut parts = Vec::new();
                if let Some(lack) = self.lack(inner)? {
                    parts.push(format!("({lack} && !({}))", self.ask(when, false)?));
                }
                parts.extend(self.gap(when)?);
                Ok((!parts.is_empty()).then(|| format!("({})", parts.join(" || "))))
            }
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => Ok(None),
        }
    }

    fn missing(&mut self, of: &Expression) -> Result<String, TooMuch> {
        match self.rules.type_of(of) {
            Type::YesNo | Type::OneOf(_) => Ok(format!("{} == NONE", self.state(of)?)),
            Type::Set => Err("a set before an `if unknown`".to_owned()),
            Type::Number(_) | Type::Text | Type::Time | Type::Date | Type::Zone | Type::Score(_) => {
                Ok(format!("{}.is_none()", self.number(of)?))
            }
        }
    }
}
