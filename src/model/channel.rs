//! Channels: by which ways a message reaches somebody, and what each of them asks (R2, R36).

use serde::{Deserialize, Serialize};

use super::{
    CapId, CapTarget, ChannelId, Class, Clause, Guardrail, OfferId, PurposeId, Rule, RuleId, RuleSet, Slot, SlotId,
    Then, WindowId,
};
use crate::source::Span;

/// A way by which messages are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Unique.
    pub name: String,
    /// May be empty.
    pub label: String,
    /// The name in the text.
    pub span: Span,
    /// `needs`: all must be open for what obeys consent; sorted.
    pub needs: Vec<PurposeId>,
    /// `allowed when`: the permission of the device. Needs a yes, whatever the class.
    pub allowed: Option<Clause>,
    /// `silent when`: it arrives without a sound, unless this is known to be no.
    pub silent: Option<Clause>,
    /// `reached when`: whether it reaches the customer at all. Needs a yes, whatever the class.
    pub reached: Option<Clause>,
    /// Declared caps, pauses and gaps on it; sorted. They bind what obeys caps when it is sent by it.
    pub caps: Vec<CapId>,
    /// The windows on it; sorted. They bind what obeys windows when it is sent by it.
    pub windows: Vec<WindowId>,
}

impl Channel {
    /// Its conditions, each with the words it is written with.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, &Clause)> {
        let all = [("allowed when", &self.allowed), ("silent when", &self.silent), ("reached when", &self.reached)];
        all.into_iter().filter_map(|(words, clause)| Some((words, clause.as_ref()?)))
    }

    /// What it asks of device and customer before anything goes by it: `allowed when`, then `reached when`. Each needs a
    /// yes.
    pub fn asked(&self) -> impl Iterator<Item = &Clause> {
        self.allowed.iter().chain(&self.reached)
    }
}

impl Slot {
    /// Whether it sends messages; a place shows.
    pub fn sends(&self) -> bool {
        !self.channels.is_empty()
    }
}

impl RuleSet {
    /// Channels of a slot in the order in which they are tried where `last` was used last: as they stand, or where the
    /// slot rotates, its own order from behind that one on.
    pub fn ring(&self, slot: SlotId, channels: &[ChannelId], last: Option<ChannelId>) -> Vec<ChannelId> {
        let slot = &self[slot];
        let behind = last.and_then(|last| slot.channels.iter().position(|channel| *channel == last));
        match behind.filter(|_| slot.rotate.is_some()) {
            Some(place) => {
                let (before, after) = slot.channels.split_at(place + 1);
                let ring = after.iter().chain(before).copied();
                ring.filter(|channel| channels.contains(channel)).collect()
            }
            None => channels.to_vec(),
        }
    }

    /// The channel of that name.
    pub fn channel_named(&self, name: &str) -> Option<ChannelId> {
        self.channels.iter().position(|channel| channel.name == name).map(ChannelId::from_index)
    }

    /// What of this class asks of a channel: its purposes where the class obeys consent, else none (R2).
    pub fn channel_needs(&self, channel: ChannelId, class: Class) -> &[PurposeId] {
        if self.classes.row(class).obeys(Guardrail::Consent) { &self[channel].needs } else { &[] }
    }

    /// The caps that bind an offer when it is sent by a channel: those on the channel, if its class obeys caps (R2), but for
    /// those it is exempt from (R31). `rule` is the one that sends it itself.
    pub fn channel_caps(&self, channel: ChannelId, offer: OfferId, rule: Option<RuleId>) -> Vec<CapId> {
        let of = &self[offer];
        if !self.obeys_caps(of.class) {
            return Vec::new();
        }
        let spares = |target: &CapTarget| target.has_offer(offer, of) || rule.is_some_and(|rule| target.has_rule(rule));
        let caps = self[channel].caps.iter().copied();
        caps.filter(|cap| !self[*cap].exempt.iter().any(spares)).collect()
    }

    /// The windows that bind what is of this class when it is sent by a channel: those on the channel, if the class obeys
    /// windows (R2).
    pub fn channel_windows(&self, channel: ChannelId, class: Class) -> &[WindowId] {
        if self.obeys_windows(class) { &self[channel].windows } else { &[] }
    }

    /// Those of them that are asked with the channel: outside of one the next channel is tried.
    pub fn windows_of_way(&self, channel: ChannelId, class: Class) -> Vec<WindowId> {
        let windows = self.channel_windows(channel, class).iter().copied();
        windows.filter(|id| self[*id].outside.is_of_way()).collect()
    }

    /// Those of them that bind the message where the channel carries it: outside of one it waits, or drops out.
    pub fn windows_of_message(&self, channel: ChannelId, class: Class) -> Vec<WindowId> {
        let windows = self.channel_windows(channel, class).iter().copied();
        windows.filter(|id| !self[*id].outside.is_of_way()).collect()
    }

    /// For what an offer that this rule itself or a list brings may have to wait: the windows that bind it, and where a channel
    /// carries it those that bind the message there, and the caps that hold it; sorted.
    pub fn holding(&self, offer: OfferId, rule: Option<RuleId>, by: Option<ChannelId>) -> (Vec<WindowId>, Vec<CapId>) {
        let of = &self[offer];
        let (mut windows, mut caps) = match rule {
            Some(id) => (self.windows_on(id), self.caps_on(id)),
            None => (of.windows.clone(), of.caps.clone()),
        };
        caps.retain(|cap| self[*cap].hold().is_some());
        windows.extend(by.into_iter().flat_map(|channel| self.windows_of_message(channel, of.class)));
        windows.sort_unstable();
        (windows, caps)
    }

    /// Every window that may have a say in an offer that a rule itself or a list brings: those on the channels by which it
    /// would go; sorted, each once.
    pub fn windows_by(&self, channels: &[ChannelId], class: Class) -> Vec<WindowId> {
        let mut windows: Vec<WindowId> =
            channels.iter().flat_map(|id| self.channel_windows(*id, class)).copied().collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    /// What follows in a slot where a cap stops a candidate: what is written, else the next candidate in a place, and
    /// nothing more where messages are sent (R9). A channel's cap stops a way and not the message: the next is tried.
    pub fn then(&self, cap: CapId, slot: SlotId) -> Then {
        let cap = &self[cap];
        let is_of_channels = cap.rule.is_none() && matches!(cap.target, CapTarget::Channels(_));
        let usual = if self.sends(slot) && !is_of_channels { Then::Stop } else { Then::Next };
        cap.then.unwrap_or(usual)
    }

    /// The channels that a rule's messages may go by, in the order in which they are tried; none in a place.
    pub fn channels_of<'a>(&'a self, rule: &'a Rule) -> &'a [ChannelId] {
        if rule.channels.is_empty() { &self[rule.slot].channels } else { &rule.channels }
    }

    /// Whether what is chosen for a slot is sent.
    pub fn sends(&self, slot: SlotId) -> bool {
        self[slot].sends()
    }
}
