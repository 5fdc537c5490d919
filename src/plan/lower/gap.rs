//! Why a condition is unknown: whether anything it lacks is neither absent nor stale, which `if unknown` does not answer
//! (R15).
//!
//! The two questions are not enough here: a part of a conjunction that is yes hides nothing, one that is no decides it.
//! So the third is made of them, "the whole is unknown, and a part has a gap", and of one bit an attribute that says for
//! which kind of reason it is missing.

use super::{Ask, Defaults, Lowered, Lowering};
use crate::model::{Condition, Expression};
use crate::ops::{Arithmetic, Comparison};
use crate::plan::guard::GuardId;

impl Lowering<'_> {
    /// Whether a condition is unknown and lacks something that is neither absent nor stale.
    pub(in crate::plan) fn gap(&mut self, condition: &Condition) -> Lowered<GuardId> {
        match condition {
            Condition::And(parts) => self.gap_of(parts, Ask::No),
            Condition::Or(parts) => self.gap_of(parts, Ask::Yes),
            Condition::Not(inner) => self.gap(inner),
            Condition::Segment(id) => {
                if let Some(guard) = self.segment_gaps.get(id) {
                    return Ok(*guard);
                }
                let rules = self.rules;
                let guard = self.gap(&rules[*id].condition)?;
                self.segment_gaps.insert(*id, guard);
                Ok(guard)
            }
            // At least the one and at most the other; where one of the two is no, nothing is unknown.
            Condition::Between(of, from, to) => {
                let mut all = Vec::new();
                for (comparison, bound) in [(Comparison::AtLeast, from), (Comparison::AtMost, to)] {
                    let refused = self.compare(comparison, of, bound, Ask::No)?;
                    all.push(self.guards.not(refused));
                }
                all.push(self.any_lack(&[of, from, to])?);
                Ok(self.guards.all(all))
            }
            Condition::Known(_) => Ok(GuardId::NOT),
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => self.any_lack(&condition.operands()),
        }
    }

    /// One part has a gap, and none decides the whole.
    fn gap_of(&mut self, parts: &[Condition], deciding: Ask) -> Lowered<GuardId> {
        let gaps = parts.iter().map(|part| self.gap(part)).collect::<Lowered<Vec<_>>>()?;
        let any = self.guards.any(gaps);
        if any == GuardId::NOT {
            return Ok(GuardId::NOT);
        }
        let mut all = vec![any];
        for part in parts {
            let decides = self.ask(part, deciding)?;
            all.push(self.guards.not(decides));
        }
        Ok(self.guards.all(all))
    }

    fn any_lack(&mut self, operands: &[&Expression]) -> Lowered<GuardId> {
        let lacks = operands.iter().map(|operand| self.lack(operand)).collect::<Lowered<Vec<_>>>()?;
        Ok(self.guards.any(lacks))
    }

    /// Whether an expression is missing and lacks something that is neither absent nor stale.
    fn lack(&mut self, of: &Expression) -> Lowered<GuardId> {
        match of {
            // Its default stands in where nobody gave it.
            Expression::Attribute(id) if self.rules[*id].default.is_some() => self.missing(of, Defaults::Counted),
            Expression::Attribute(id) => {
                let garbled = self.layout.garbled_of(*id);
                Ok(self.guards.bits(garbled.word, garbled.mask(), garbled.mask()))
            }
            Expression::Value(id) => {
                if let Some(guard) = self.value_gaps.get(id) {
                    return Ok(*guard);
                }
                let rules = self.rules;
                let guard = self.lack(&rules[*id].expression)?;
                self.value_gaps.insert(*id, guard);
                Ok(guard)
            }
            Expression::Rescale(inner, _) => self.lack(inner),
            Expression::Arithmetic(op, left, right, _) => {
                let sides = self.any_lack(&[left, right])?;
                // Both known, and yet nothing comes of it: a division by zero, a sum with never.
                let mut nothing = *op == Arithmetic::Divide;
                for side in [left, right] {
                    let number = self.number(side, Defaults::Counted)?;
                    nothing |= self.guards.range(number).never.is_some();
                }
                if !nothing {
                    return Ok(sides);
                }
                let nothing = [
                    self.missing(of, Defaults::Counted)?,
                    self.known(left, Defaults::Counted)?,
                    self.known(right, Defaults::Counted)?,
                ];
                let nothing = self.guards.all(nothing);
                Ok(self.guards.any([sides, nothing]))
            }
            Expression::Else(first, second, _) => {
                let either = self.any_lack(&[first, second])?;
                let both = [self.missing(first, Defaults::Counted)?, self.missing(second, Defaults::Counted)?];
                let both = self.guards.all(both);
                Ok(self.guards.all([both, either]))
            }
            Expression::When(inner, when, _) => {
                let no = self.ask(when, Ask::No)?;
                let might = self.guards.not(no);
                let lack = self.lack(inner)?;
                let lack = self.guards.all([might, lack]);
                let gap = self.gap(when)?;
                Ok(self.guards.any([lack, gap]))
            }
            // Flattened rules name nothing gathered.
            Expression::Literal(..)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => Ok(GuardId::NOT),
        }
    }
}
