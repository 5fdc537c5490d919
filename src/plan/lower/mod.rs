//! Rules to guards: conditions asked whether they are yes, or whether they are no.
//!
//! Takes a verified rule set, flattened: what is gathered is an attribute; what it asks for gets a place in the layout.
//! One file a kind of operand: `condition` for what is asked, `number` for what is compared, `state` for what has few
//! values, `set` for sets; `gap` tells why a condition is unknown.

mod condition;
mod gap;
mod number;
mod set;
mod state;

use std::collections::HashMap;

use super::PlanError;
use super::guard::{GuardId, Guards};
use super::layout::Layout;
use super::number::NumberId;
use crate::model::{RuleSet, SegmentId, ValueId};

/// The two questions that may be asked of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ask {
    /// Is it yes? A permission asks so.
    Yes,
    /// Is it no? A restriction asks so.
    No,
}

impl Ask {
    fn other(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
        }
    }
}

/// Whether a declared default stands in for an attribute; `x is known` alone looks past it (R5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Defaults {
    Counted,
    Ignored,
}

/// A plan being made.
pub(super) struct Lowering<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) guards: Guards,
    pub(super) layout: Layout,
    segments: HashMap<(SegmentId, Ask), GuardId>,
    values: HashMap<(ValueId, Defaults), NumberId>,
    segment_gaps: HashMap<SegmentId, GuardId>,
    value_gaps: HashMap<ValueId, GuardId>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(rules: &'a RuleSet) -> Self {
        Self {
            rules,
            guards: Guards::default(),
            layout: Layout::new(rules),
            segments: HashMap::new(),
            values: HashMap::new(),
            segment_gaps: HashMap::new(),
            value_gaps: HashMap::new(),
        }
    }
}

type Lowered<T> = Result<T, PlanError>;
