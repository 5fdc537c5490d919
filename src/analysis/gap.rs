//! Why a condition is unknown: where it lacks something that is neither absent nor stale, which `if unknown` does not
//! answer (R15).
//!
//! Takes conditions; gives formulas, beside those for yes and no. Only what stands before an `if unknown` is asked, so
//! only there garbled is told from absent. Of an opaque predicate the search is free to say why it is unknown, as it is
//! free to say whether; the reference evaluator says it of the customer.

use super::compile::{Compiler, Truths};
use super::domain::{GAP, Source};
use super::formula::Formula;
use super::read::Case;
use crate::model::{AttributeId, Condition, Expression};

impl<'a> Compiler<'a> {
    /// Where a condition is unknown and lacks something that is neither absent nor stale.
    pub(super) fn gap(&mut self, condition: &'a Condition) -> Formula {
        let lacking = match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                let gaps: Vec<_> = parts.iter().map(|part| self.gap(part)).collect();
                self.formulas.any(gaps)
            }
            Condition::Not(inner) => return self.gap(inner),
            Condition::Segment(id) => {
                if let Some(known) = self.gaps.get(id) {
                    return *known;
                }
                let rules = self.schema.rules;
                let gap = self.gap(&rules[*id].condition);
                self.gaps.insert(*id, gap);
                return gap;
            }
            Condition::Known(_) => return Formula::NEVER,
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => self.gap_of_predicate(condition),
        };
        let Truths { yes, no } = self.condition(condition);
        let either = self.formulas.any([yes, no]);
        let neither = self.formulas.not(either);
        self.formulas.both(neither, lacking)
    }

    fn gap_of_predicate(&mut self, condition: &'a Condition) -> Formula {
        if self.predicate(condition).is_some() {
            let lacks: Vec<_> = condition.operands().into_iter().map(|operand| self.lack(operand)).collect();
            return self.formulas.any(lacks);
        }
        let rules = self.schema.rules;
        rules.read_by(condition).into_iter().for_each(|id| self.schema.tell_apart(id));
        let number = self.schema.opaque(condition);
        self.schema.tell_gap(number);
        let dim = self.schema.add(Source::Opaque(number));
        if self.is_first() { Formula::ALWAYS } else { self.formulas.is(dim, GAP) }
    }

    /// Where an expression is missing and lacks something that is neither absent nor stale. The expression has cases.
    fn lack(&mut self, of: &'a Expression) -> Formula {
        match of {
            Expression::Attribute(id) => {
                self.schema.tell_apart(*id);
                self.garbled(*id)
            }
            Expression::Value(id) => {
                let rules = self.schema.rules;
                self.lack(&rules[*id].expression)
            }
            Expression::Rescale(inner, _) => self.lack(inner),
            Expression::Arithmetic(_, left, right, _) => {
                let sides = [self.lack(left), self.lack(right)];
                let [whole, left, right] = [of, left, right].map(|part| self.is_there(part));
                let missing = self.formulas.not(whole);
                // Both known, and yet nothing comes of it: a division by zero, a sum with never.
                let nothing = self.formulas.all([missing, left, right]);
                self.formulas.any(sides.into_iter().chain([nothing]))
            }
            Expression::Else(first, second, _) => {
                let lacks = [self.lack(first), self.lack(second)];
                let there = [first, second].map(|part| self.is_there(part));
                let either = self.formulas.any(there);
                let neither = self.formulas.not(either);
                let lacks = self.formulas.any(lacks);
                self.formulas.both(neither, lacks)
            }
            Expression::When(inner, when, _) => {
                let Truths { no, .. } = self.condition(when);
                let might = self.formulas.not(no);
                let lack = self.lack(inner);
                let lack = self.formulas.both(might, lack);
                let gap = self.gap(when);
                self.formulas.any([lack, gap])
            }
            // Flattened rules name nothing gathered.
            Expression::Literal(..)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => Formula::NEVER,
        }
    }

    /// Where an attribute is missing, and neither absent nor stale.
    pub(super) fn garbled(&mut self, id: AttributeId) -> Formula {
        let dim = self.attribute(id);
        let Some(column) = self.column(id) else {
            return Formula::ALWAYS;
        };
        let atoms = [column.garbled, column.masked].into_iter().flatten();
        let atoms: Vec<_> = atoms.map(|atom| self.formulas.is(dim, atom)).collect();
        self.formulas.any(atoms)
    }

    /// Where an expression is not missing.
    fn is_there(&mut self, of: &'a Expression) -> Formula {
        let mut there = Vec::new();
        for Case { when, is, .. } in self.cases(of, true).unwrap_or_default() {
            let readable = self.readable(&is);
            there.push(self.formulas.both(when, readable));
        }
        self.formulas.any(there)
    }
}
