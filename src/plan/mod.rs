//! How a rule set runs fast: what a record holds, what each slot asks of it and in which order.
//!
//! Takes a verified [`RuleSet`]; gives a [`Plan`]: the [`Layout`] of the packed record, every guard once, and per slot
//! the chain of candidates with the answers that they give. A plan says nothing that the rules do not say; it is the
//! rules with Kleene's third value worked away (see [`guard`]) and all that is known beforehand folded in. Refuses to
//! know how it is run: machine code is made from it in `jit`, and an index or a batch can be.

mod chain;
pub mod guard;
mod hours;
mod layout;
mod lower;
pub mod number;
mod pack;
mod relation;
#[cfg(test)]
mod tests;
mod ways;

pub use chain::{Link, Member, Pick, SlotPlan};
pub use layout::{Layout, Word};
pub use pack::{Record, Records, Unfit};

use thiserror::Error;

use crate::model::{RuleSet, SlotId};
use guard::Guards;
use lower::Lowering;

/// A rule set, ready to be made fast.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What stands where in a record.
    pub layout: Layout,
    /// All guards and numbers.
    pub guards: Guards,
    /// Per slot, in their order.
    pub slots: Vec<SlotPlan>,
}

/// Why a rule set has no plan. The reference evaluator decides it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Arithmetic that might need more than 64 bits, or a number whose range leaves no room for missing and never.
    #[error("a number needs more than 64 bits")]
    TooWide,
}

impl Plan {
    /// The plan of a verified rule set.
    ///
    /// # Errors
    /// Numbers that are too wide.
    pub fn new(rules: &RuleSet) -> Result<Self, PlanError> {
        // What is gathered stands in the record like an attribute: machine code calls nothing.
        let mut flat = rules.flattened();
        let mut lowering = Lowering::new(&flat);
        let slots = (0..rules.slots.len()).map(|index| chain::slot(&mut lowering, SlotId::from_index(index)));
        let slots = slots.collect::<Result<Vec<_>, _>>()?;
        let Lowering { mut layout, guards, .. } = lowering;
        layout.gathered = flat.attributes.split_off(rules.attributes.len());
        Ok(Self { layout, guards, slots })
    }
}
