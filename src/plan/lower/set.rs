//! Sets of text, and whether an operand of any type is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Ask, Defaults, Lowered, Lowering};
use crate::model::{AttributeId, Expression};
use crate::ops::Quantifier;
use crate::plan::guard::{GuardId, Guards};
use crate::value::{Type, Value};

impl Lowering<'_> {
    /// Whether the operand holds any of the elements, or all of them; or is known not to.
    pub(super) fn has(
        &mut self,
        of: &Expression,
        quantifier: Quantifier,
        elements: &BTreeSet<Arc<str>>,
        ask: Ask,
    ) -> Lowered<GuardId> {
        match of {
            Expression::Literal(Value::Set(held), _) => {
                let holds = match quantifier {
                    Quantifier::Any => elements.iter().any(|element| held.contains(element)),
                    Quantifier::All => elements.is_subset(held),
                };
                Ok(Guards::constant(holds == (ask == Ask::Yes)))
            }
            Expression::Attribute(id) => Ok(self.attribute_has(*id, quantifier, elements, ask)),
            Expression::Value(id) => {
                let rules = self.rules;
                self.has(&rules[*id].expression, quantifier, elements, ask)
            }
            Expression::Else(first, second, _) => {
                let missing = self.missing(first, Defaults::Counted)?;
                let second = self.has(second, quantifier, elements, ask)?;
                let second = self.guards.all([missing, second]);
                let first = self.has(first, quantifier, elements, ask)?;
                Ok(self.guards.any([first, second]))
            }
            // Of other types, which a verified rule never asks so.
            Expression::Literal(..)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::When(..) => Ok(GuardId::NOT),
        }
    }

    fn attribute_has(
        &mut self,
        id: AttributeId,
        quantifier: Quantifier,
        elements: &BTreeSet<Arc<str>>,
        ask: Ask,
    ) -> GuardId {
        let bits: Vec<_> = elements.iter().map(|element| self.layout.element_of(id, element)).collect();
        let held = ask == Ask::Yes;
        let parts: Vec<GuardId> =
            bits.iter().map(|bit| self.guards.bits(bit.word, bit.mask(), if held { bit.mask() } else { 0 })).collect();
        let elements = match (quantifier, ask) {
            (Quantifier::Any, Ask::Yes) | (Quantifier::All, Ask::No) => self.guards.any(parts),
            (Quantifier::All, Ask::Yes) | (Quantifier::Any, Ask::No) => self.guards.all(parts),
        };
        match ask {
            Ask::Yes => elements,
            Ask::No => {
                let there = self.layout.set_of(id);
                let there = self.guards.bits(there.word, there.mask(), there.mask());
                self.guards.all([there, elements])
            }
        }
    }

    /// Whether the operand is there.
    pub(super) fn known(&mut self, of: &Expression, defaults: Defaults) -> Lowered<GuardId> {
        self.there(of, true, defaults)
    }

    /// Whether the operand is missing.
    pub(super) fn missing(&mut self, of: &Expression, defaults: Defaults) -> Lowered<GuardId> {
        self.there(of, false, defaults)
    }

    fn there(&mut self, of: &Expression, there: bool, defaults: Defaults) -> Lowered<GuardId> {
        let ty = self.rules.type_of(of);
        match of {
            // One bit says it, and stands where other bits are asked for.
            Expression::Attribute(id) if self.rules[*id].default.is_some() && defaults == Defaults::Ignored => {
                let known = self.layout.known_of(*id);
                return Ok(self.guards.bits(known.word, known.mask(), if there { known.mask() } else { 0 }));
            }
            Expression::Attribute(id) if ty == Type::Set => {
                let known = self.layout.set_of(*id);
                return Ok(self.guards.bits(known.word, known.mask(), if there { known.mask() } else { 0 }));
            }
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => {
                return Ok(Guards::constant(there));
            }
            Expression::Value(id) => {
                let rules = self.rules;
                return self.there(&rules[*id].expression, there, defaults);
            }
            Expression::Else(first, second, _) => {
                let first = self.there(first, there, defaults)?;
                let second = self.there(second, there, defaults)?;
                let both = [first, second];
                return Ok(if there { self.guards.any(both) } else { self.guards.all(both) });
            }
            Expression::Attribute(_)
            | Expression::Gathered(_)
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::When(..) => {}
        }
        match ty {
            Type::YesNo | Type::OneOf(_) if there => self.state(of, &|_| true, false, defaults),
            Type::YesNo | Type::OneOf(_) => self.state(of, &|_| false, true, defaults),
            Type::Number(_) | Type::Text | Type::Set | Type::Time | Type::Date | Type::Zone | Type::Score(_) => {
                let number = self.number(of, defaults)?;
                Ok(if there { self.guards.known(number) } else { self.guards.missing(number) })
            }
        }
    }
}
