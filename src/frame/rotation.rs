//! Which channel a slot used last: what `rotate after the last used on tag T` starts behind (R36).
//!
//! Takes the customer's events and a decision; gives a channel a slot. The newest event `sent` of something with the tag
//! counts, wherever it was sent from, if it went by one of the slot's own channels. Of events at one instant the one that
//! went by the later channel does, so that the order of a file means nothing. An event whose time or channel nobody knows
//! says nothing here.

use super::{Decision, Facts, Frame, Stamp};
use crate::model::{ChannelId, Event, RuleSet, Slot, TagId};

/// Per slot, the channel used last; none where it does not rotate or nothing was sent.
pub(super) fn last_used(rules: &RuleSet, facts: &Facts, customer_is_known: bool) -> Vec<Option<ChannelId>> {
    // A clock that is a little fast has sent it all the same (R44).
    let horizon = facts.now.plus(rules.defaults.skew);
    let of = |slot: &Slot| {
        let tag = slot.rotate.filter(|_| customer_is_known)?;
        let sent = facts.history.iter().filter(|event| event.event == Event::SENT && event.at <= horizon);
        let newest = sent.filter_map(|event| Some((event.at, place(slot, by(&event.stamp, tag)?)?))).max()?;
        slot.channels.get(newest.1).copied()
    };
    rules.slots.iter().map(of).collect()
}

/// Writes into the frame what a decided slot has sent, for the slots after it.
pub(super) fn note(rules: &RuleSet, frame: &mut Frame, stamp: &Stamp, decision: &Decision) {
    let Some(channel) = decision.outcome.channel() else { return };
    for (slot, last) in rules.slots.iter().zip(&mut frame.last_used) {
        let rotates = slot.rotate.is_some_and(|tag| by(stamp, tag) == Some(channel));
        if rotates && place(slot, channel).is_some() {
            *last = Some(channel);
        }
    }
}

fn place(slot: &Slot, channel: ChannelId) -> Option<usize> {
    slot.channels.iter().position(|other| *other == channel)
}

/// The channel of an event of something with the tag.
fn by(stamp: &Stamp, tag: TagId) -> Option<ChannelId> {
    match stamp {
        Stamp::Of { tags, channel, .. } if tags.contains(&tag) => *channel,
        Stamp::Of { .. } | Stamp::Retired { .. } | Stamp::Unstamped => None,
    }
}
