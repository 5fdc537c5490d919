//! Channels, and the slots and rules that send by them: conditions of the right type, purposes that cover what is read,
//! ways that belong to the slot, and nothing sold by a way that nobody can object to (R3).

use super::flaw::{Checked, InPlace};
use super::lists::{ascending, at_most, exists};
use super::reach::All;
use super::{Flaw, VerifyError, limits, typing};
use crate::model::{Channel, ChannelId, Rule, RuleSet, Slot};

/// Gives how many nodes the conditions of all channels have.
pub(super) fn check(rules: &RuleSet, reads: &All) -> Result<usize, VerifyError> {
    let mut nodes = 0;
    for channel in &rules.channels {
        nodes += self::channel(rules, reads, channel).within("channel", &channel.name)?;
    }
    Ok(nodes)
}

fn channel(rules: &RuleSet, reads: &All, channel: &Channel) -> Checked<usize> {
    let mut nodes = 0;
    ascending("purposes", &channel.needs)?;
    for purpose in &channel.needs {
        exists("purpose", purpose.0, rules.purposes.len())?;
    }
    for clause in [&channel.allowed, &channel.silent, &channel.reached].into_iter().flatten() {
        typing::condition(rules, &clause.condition, 0)?;
        let read = reads.of_condition(rules, &clause.condition)?;
        if let Some(purpose) = read.purposes.iter().find(|purpose| channel.needs.binary_search(purpose).is_err()) {
            return Err(Flaw::Needs(rules[*purpose].name.clone()));
        }
        if read.protective.is_read() {
            return Err(Flaw::Protective);
        }
        nodes += read.nodes;
    }
    Ok(nodes)
}

/// A slot is a place or sends by channels, each once.
pub(super) fn ways(rules: &RuleSet, slot: &Slot) -> Checked {
    if slot.place.is_empty() != slot.sends() {
        return Err(Flaw::Way("a slot is a place, or sends by channels, and not both"));
    }
    if let Some(tag) = slot.rotate {
        exists("tag", tag.0, rules.tags.len())?;
        if !slot.sends() {
            return Err(Flaw::Way("a place rotates its channels, and has none"));
        }
    }
    listed(rules, &slot.channels)
}

/// The channels of a rule are some of its slot's.
pub(super) fn of_rule(rules: &RuleSet, rule: &Rule) -> Checked {
    listed(rules, &rule.channels)?;
    let offered = &rules[rule.slot].channels;
    let place = |channel: &ChannelId| offered.iter().position(|other| other == channel);
    if rules[rule.slot].rotate.is_some() && !rule.channels.is_sorted_by_key(place) {
        return Err(Flaw::Way("a rule gives the channels of a slot that rotates an order of its own"));
    }
    if rule.channels.iter().all(|channel| offered.contains(channel)) {
        Ok(())
    } else {
        Err(Flaw::Way("a rule sends by a channel that its slot does not have"))
    }
}

fn listed(rules: &RuleSet, channels: &[ChannelId]) -> Checked {
    at_most("channels of one slot", channels.len(), limits::CHANNELS_OF_SLOT)?;
    for (place, channel) in channels.iter().enumerate() {
        exists("channel", channel.0, rules.channels.len())?;
        if channels.iter().take(place).any(|other| other == channel) {
            return Err(Flaw::Twice("channels"));
        }
    }
    Ok(())
}

/// Whether each of the channels needs a purpose that can be objected to; no for a place.
pub(super) fn ask_direct_marketing(rules: &RuleSet, channels: &[ChannelId]) -> bool {
    let asks = |channel: &ChannelId| rules[*channel].needs.iter().any(|purpose| rules[*purpose].direct_marketing);
    !channels.is_empty() && channels.iter().all(asks)
}
