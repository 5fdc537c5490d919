//! Channels and who sends by them.

use std::collections::BTreeSet;

use cater::model::{Channel, ChannelId, Clause, PurposeId, Slot};

use super::super::walk;
use super::{World, name, span};

impl World {
    /// Channels without conditions, so that conditions can ask what they are permitted.
    pub(super) fn channels(&mut self) {
        for index in 0..1 + self.rng.below(4) {
            self.rules.channels.push(Channel {
                name: name("k", index),
                label: String::new(),
                span: span(),
                needs: Vec::new(),
                allowed: None,
                silent: None,
                reached: None,
                caps: Vec::new(),
                windows: Vec::new(),
            });
        }
    }

    /// What each channel asks: of any device, of the customer, and with which purposes.
    pub(super) fn channel_conditions(&mut self) {
        for index in 0..self.rules.channels.len() {
            let mut drawn = |percent: u32| {
                let is_there = self.rng.percent(percent);
                is_there.then(|| Clause { condition: self.condition(2), span: span() })
            };
            let (allowed, silent, reached) = (drawn(70), drawn(50), drawn(50));
            let clauses = [&allowed, &silent, &reached];
            let read = clauses.into_iter().flatten().map(|clause| &clause.condition);
            let mut needs: BTreeSet<PurposeId> = walk::purposes_of(&self.rules, read);
            let purposes: Vec<_> = (0..self.rules.purposes.len()).map(PurposeId::from_index).collect();
            needs.extend(self.rng.some(&purposes, 35));
            let channel = &mut self.rules.channels[index];
            channel.needs = needs.into_iter().collect();
            (channel.allowed, channel.silent, channel.reached) = (allowed, silent, reached);
        }
    }

    /// Some channels in any order, at least one.
    pub(super) fn some_channels(&mut self) -> Vec<ChannelId> {
        let mut left: Vec<_> = (0..self.rules.channels.len()).map(ChannelId::from_index).collect();
        let mut found = Vec::new();
        for _ in 0..1 + self.rng.below(left.len()) {
            found.push(left.swap_remove(self.rng.below(left.len())));
        }
        found
    }

    /// The same as ids in their order.
    pub(super) fn sorted_channels(&mut self) -> Vec<ChannelId> {
        let mut some = self.some_channels();
        some.sort_unstable();
        some
    }

    /// A part of a slot's channels in an order of its own, or nothing said.
    pub(super) fn narrowed(&mut self, slot: &Slot) -> Vec<ChannelId> {
        if !slot.sends() || self.rng.percent(60) {
            return Vec::new();
        }
        let mut left = slot.channels.clone();
        let mut found = Vec::new();
        for _ in 0..1 + self.rng.below(left.len()) {
            found.push(left.swap_remove(self.rng.below(left.len())));
        }
        if slot.rotate.is_some() {
            found.sort_by_key(|channel| slot.channels.iter().position(|other| other == channel));
        }
        found
    }

    /// Whether each of the channels needs a purpose that can be objected to.
    pub(super) fn can_be_objected_to(&self, channels: &[ChannelId]) -> bool {
        let asks = |channel: &ChannelId| {
            self.rules[*channel].needs.iter().any(|purpose| self.rules[*purpose].direct_marketing)
        };
        !channels.is_empty() && channels.iter().all(asks)
    }
}
