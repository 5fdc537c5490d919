//! Whether a model is one that may run, asked without the checker.
//!
//! Takes any [`RuleSet`], however it came about: from the checker, from the bytes of a bundle, from a program. Gives
//! [`Verified`], the proof that evaluator, code generator and bundle writer ask for, or the first flaw with its place.
//! Written apart from the checker, so that one's mistake is not the other's: everything the checker computes (ranges,
//! orders, lists of caps) is computed here again and compared. Refuses to know how rules are spelt.

mod blocks;
mod caps;
mod channels;
mod declarations;
mod flaw;
mod gathered;
mod lists;
mod order;
mod reach;
#[cfg(test)]
pub(crate) mod sample;
mod slots;
#[cfg(test)]
mod tests;
mod typing;
mod windows;

pub use flaw::{Flaw, VerifyError};

use std::ops::Deref;
use std::sync::Arc;

use super::RuleSet;

/// How much of everything a rule set may hold (R53); the checker says so at the declaration that is too many.
pub mod limits {
    /// Purposes.
    pub const PURPOSES: usize = 1_000;
    /// Attributes of customer and moment together.
    pub const ATTRIBUTES: usize = 10_000;
    /// Events, the built-in ones among them.
    pub const EVENTS: usize = 10_000;
    /// Fields of one event.
    pub const FIELDS: usize = 1_000;
    /// Different lists of members, those of consent and permission among them.
    pub const LISTS: usize = 10_002;
    /// Members of a list, elements of a list in a condition.
    pub const ELEMENTS: usize = 65_535;
    /// Segments.
    pub const SEGMENTS: usize = 100_000;
    /// Values.
    pub const VALUES: usize = 100_000;
    /// Values that are worked out while the frame is gathered.
    pub const GATHERED: usize = 10_000;
    /// Terms of one decaying sum.
    pub const TERMS: usize = 1_000;
    /// Channels.
    pub const CHANNELS: usize = 1_000;
    /// Channels of one slot.
    pub const CHANNELS_OF_SLOT: usize = 16;
    /// Offers.
    pub const OFFERS: usize = 100_000;
    /// Different tags.
    pub const TAGS: usize = 100_000;
    /// Slots.
    pub const SLOTS: usize = 10_000;
    /// Rules.
    pub const RULES: usize = 100_000;
    /// Caps, declared and in rules.
    pub const CAPS: usize = 200_000;
    /// Blocks.
    pub const BLOCKS: usize = 1_000;
    /// Windows.
    pub const WINDOWS: usize = 1_000;
    /// Rows of one window.
    pub const ROWS: usize = 64;
    /// Zones in which one window must be open at once.
    pub const ZONES: usize = 16;
    /// The longest that anything is held.
    pub const HOLD: crate::value::Period = crate::value::Period { count: 366, unit: crate::value::Unit::Day };
    /// Tasks of one rule.
    pub const TASKS: usize = 100;
    /// Bytes of one written text.
    pub const TEXT_BYTES: usize = 65_536;
    /// How deep one condition or expression of the model may be. The text may be nested 64 deep; a negation, a
    /// comparison and a change of scale can stand between two levels of it, and a sum of many terms leans to the left.
    pub const DEPTH: usize = 256;
    /// How deep a condition may be with every segment and value in its place.
    pub const DEPTH_WRITTEN_OUT: usize = 1_024;
    /// How many nodes a condition or expression may have with every segment and value in its place: what one look at
    /// it may cost.
    pub const NODES_WRITTEN_OUT: usize = 200_000;
    /// How many nodes all conditions of all rules and fallbacks may have together, every segment and value in its
    /// place: what the slots of one request may cost.
    pub const NODES_IN_ALL: usize = 50_000_000;
}

/// Looks at all of a rule set.
///
/// # Errors
/// The first flaw, with the declaration in which it lies.
pub fn verify(rules: &RuleSet) -> Result<(), VerifyError> {
    declarations::check(rules)?;
    gathered::check(rules)?;
    let reads = reach::check(rules)?;
    slots::check(rules, &reads)?;
    caps::check(rules)?;
    blocks::check(rules, &reads)?;
    windows::check(rules, &reads)?;
    order::check(rules)
}

/// A rule set that [`verify`] found nothing wrong with; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Arc<RuleSet>);

impl Verified {
    /// Verifies `rules` and keeps them unchanged from then on.
    ///
    /// # Errors
    /// The first flaw.
    pub fn new(rules: RuleSet) -> Result<Self, VerifyError> {
        verify(&rules)?;
        Ok(Self(Arc::new(rules)))
    }
}

impl Deref for Verified {
    type Target = RuleSet;

    fn deref(&self) -> &RuleSet {
        &self.0
    }
}
