//! What every slot answers at worst, and what a decision costs at most.
//!
//! Takes a rule set; gives for each slot the proof that it answers for every frame, who is left with nothing, and a number
//! of questions that no decision exceeds, with the way on which they are asked. It looks at the model, and asks the search
//! which rules anybody gets to and whom the slot leaves with nothing.
//!
//! **A question** is a leaf of a condition where it stands (segments and values written out), whether a purpose is open,
//! whether a cap, pause, gap or block after an event has something left, whether a window is open, or whether another slot of
//! the request shows the offer. Each counts once for every candidate of which it is asked: a rule, what it shows in its place,
//! an entry of the fallback list. Dates and switches are none. Nor is what is asked of a later instant to find out when
//! something that waits may go, nor what is asked while a frame is gathered.
//!
//! **The bound** is the dearest way through the slot: each rule that anybody gets to drops out at the step that costs most,
//! until one answers or the fallback list does. Whether one customer can drop out at all those steps is not asked, so a
//! bound may be above what any decision asks; never below.

mod leaves;
mod steps;
#[cfg(test)]
mod tests;
mod total;

use super::slot::shared;
use super::whom::Whom;
use super::{Options, parallel};
use crate::frame::Via;
use crate::model::{RuleId, RuleSet, SlotId, Verified};

pub use total::Ground;

/// How many questions of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Leaves of conditions.
    pub conditions: u64,
    /// Purposes that must be open.
    pub purposes: u64,
    /// Caps, pauses, gaps, blocks after an event.
    pub caps: u64,
    /// Windows.
    pub windows: u64,
    /// Whether another slot shows the offer.
    pub slots: u64,
}

impl Tally {
    /// All of them.
    pub fn total(&self) -> u64 {
        [self.conditions, self.purposes, self.caps, self.windows, self.slots].into_iter().fold(0, u64::saturating_add)
    }

    /// What is left without some of them.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            conditions: self.conditions.saturating_sub(other.conditions),
            purposes: self.purposes.saturating_sub(other.purposes),
            caps: self.caps.saturating_sub(other.caps),
            windows: self.windows.saturating_sub(other.windows),
            slots: self.slots.saturating_sub(other.slots),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            conditions: self.conditions.saturating_add(other.conditions),
            purposes: self.purposes.saturating_add(other.purposes),
            caps: self.caps.saturating_add(other.caps),
            windows: self.windows.saturating_add(other.windows),
            slots: self.slots.saturating_add(other.slots),
        }
    }
}

/// Something that is looked at on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// A rule.
    Rule(RuleId),
    /// What a rule shows in its place.
    Instead(RuleId, Via),
    /// An entry of the fallback list, from 0.
    Entry(usize),
}

/// How far a candidate gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// It is switched off, or not of these days.
    Switched,
    /// Its blocks hold.
    Blocks,
    /// A purpose is not open.
    Consent,
    /// It is for others.
    Audience,
    /// Another slot shows its offer.
    Taken,
    /// A cap is spent.
    Caps,
    /// It has expired, or its windows are closed.
    Hours,
    /// It has no score.
    Score,
    /// No channel carries it, or not at this hour.
    Channels,
    /// It answers.
    Answers,
}

/// One candidate on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which.
    pub at: Candidate,
    /// Where it drops out.
    pub step: Step,
    /// What is asked of it.
    pub asked: Tally,
}

/// What a slot costs and answers.
#[derive(Clone, Debug)]
pub struct SlotCost {
    /// Which.
    pub slot: SlotId,
    /// No decision asks more.
    pub at_most: Tally,
    /// The way on which so much is asked.
    pub path: Vec<Look>,
    /// Rules that nobody gets to, so that nothing is asked of them.
    pub spared: Vec<RuleId>,
    /// Why there is always an answer.
    pub ground: Ground,
    /// Who is left with nothing.
    pub nothing: Whom,
    /// For whom no rule of it is, so that they only ever get its fallback list.
    pub only_list: Whom,
}

/// Looks at every slot, in order of name.
pub fn cost(rules: &Verified, options: &Options) -> Vec<SlotCost> {
    of_model(rules, options)
}

fn of_model(rules: &RuleSet, options: &Options) -> Vec<SlotCost> {
    let flat = rules.flattened();
    let shared = shared(rules);
    parallel::each(rules.slots.len(), |at| one(rules, &flat, SlotId::from_index(at), &shared, options))
}

fn one(rules: &RuleSet, flat: &RuleSet, slot: SlotId, shared: &[bool], options: &Options) -> SlotCost {
    let scores = super::scores::Scores::of(flat, slot);
    let mut scope = super::scope_of(flat, slot, &super::doubts::Doubts::none(shared), &scores, options);
    let reached = total::reached(&mut scope, rules, slot);
    let steps::Way { at_most, path } = steps::way(rules, slot, shared, &reached);
    let nothing = total::nothing(&mut scope, rules, slot, options);
    let only_list = total::only_list(&mut scope, rules, slot, options);
    let spared = rules[slot].order.iter().skip(reached.rules).copied().collect();
    SlotCost { slot, at_most, path, spared, ground: total::ground(rules, slot), nothing, only_list }
}
