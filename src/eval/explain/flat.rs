//! Explaining over flattened rules: what events add up to is a fact like any other, and goes by the words of its author.
//!
//! Takes rules and a frame as they are; gives both with every gathered value as an attribute, which is all that the rest
//! of this folder knows. Rules that read no events are left as they are.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::frame::Frame;
use crate::model::{BlockCause, EventId, RuleSet, SlotId};

/// Rules and frame in which nothing is gathered any more.
pub(super) struct Flat<'a> {
    pub(super) rules: Cow<'a, RuleSet>,
    pub(super) frame: Cow<'a, Frame>,
}

impl<'a> Flat<'a> {
    pub(super) fn of(rules: &'a RuleSet, frame: &'a Frame) -> Self {
        // A frame that is flat has nothing gathered left, and belongs to rules that are flat.
        if rules.gathered.is_empty() || frame.gathered.is_empty() {
            return Self { rules: Cow::Borrowed(rules), frame: Cow::Borrowed(frame) };
        }
        Self { rules: Cow::Owned(rules.flattened()), frame: Cow::Owned(frame.clone().flattened()) }
    }
}

/// What the slot's rules and its fallback list would have counted, had it not been stamped after now: a line for each
/// event.
pub(super) fn set_aside(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Vec<String> {
    let clauses = rules[slot].order.iter().flat_map(|rule| {
        let rule = &rules[*rule];
        rule.when.iter().chain(&rule.unless).chain(&rule.expires)
    });
    let windows = rules[slot].order.iter().flat_map(|rule| rules.windows_on(*rule));
    let windows = windows.chain(rules[slot].channels.iter().flat_map(|id| rules[*id].windows.iter().copied()));
    let rows = windows.flat_map(|id| &rules[id].rows).filter_map(|row| row.when.as_ref());
    let clauses = clauses.chain(rows);
    let fallback = rules[slot].fallback.iter().filter_map(|entry| entry.when.as_ref());
    let blocks = rules[slot].order.iter().flat_map(|rule| rules.blocks_on(*rule));
    let blocks = blocks.filter_map(|block| match &rules[block].cause {
        BlockCause::While(clause) => Some(&clause.condition),
        BlockCause::After(_) => None,
    });
    let conditions = clauses.map(|clause| &clause.condition).chain(fallback).chain(blocks);
    let scores = rules[slot].order.iter().filter_map(|rule| rules[*rule].rank.as_ref());
    let scores = scores.flat_map(|rank| rules.gathered_by_expression(&rank.by));
    let gathered: BTreeSet<_> = conditions.flat_map(|condition| rules.gathered_by(condition)).chain(scores).collect();
    let read: BTreeSet<EventId> = gathered.into_iter().flat_map(|id| rules.events_of_gathered(&rules[id])).collect();
    let set_aside = frame.set_aside.iter().filter(|aside| read.contains(&aside.event));
    set_aside
        .map(|aside| {
            let name = &rules[aside.event].name;
            let is = if aside.count == 1 { "is" } else { "are" };
            format!("{} {name} {is} stamped after now and set aside", aside.count)
        })
        .collect()
}
