//! By which channel a message goes, as formulas: where each of a rule's channels carries it, and where one would but for
//! its consent.
//!
//! Exact like the conditions of channels are: a permission is a dimension of four atoms.

use super::formula::Formula;
use super::slot::Writer;
use crate::model::{ChannelId, OfferId, SlotId};

/// Where an offer comes through.
pub(super) struct Carried {
    /// Of each channel where it carries the message, those before it not; of a place one entry without a channel.
    pub(super) by: Vec<(Option<ChannelId>, Formula)>,
    /// One of them does.
    pub(super) any: Formula,
    /// None does, and one would if its purposes were open.
    pub(super) lacks_consent: Formula,
}

impl Writer<'_, '_> {
    /// What becomes of an offer that was chosen for a slot.
    pub(super) fn carried(&mut self, slot: SlotId, channels: &[ChannelId], offer: OfferId) -> Carried {
        if !self.rules.sends(slot) {
            let by = vec![(None, Formula::ALWAYS)];
            return Carried { by, any: Formula::ALWAYS, lacks_consent: Formula::NEVER };
        }
        let class = self.rules[offer].class;
        let (mut by, mut before, mut reached) = (Vec::new(), Vec::new(), Vec::new());
        for channel in channels {
            let reaches = self.reaches(*channel);
            let needs = self.rules.channel_needs(*channel, class);
            let open: Vec<_> = needs.iter().map(|purpose| self.compiler.open(*purpose)).collect();
            let formulas = &mut self.compiler.formulas;
            let open = formulas.all(open);
            let carries = formulas.both(reaches, open);
            let earlier = formulas.any(before.iter().copied());
            let first = formulas.not(earlier);
            by.push((Some(*channel), formulas.both(first, carries)));
            before.push(carries);
            reached.push(reaches);
        }
        let formulas = &mut self.compiler.formulas;
        let (any, reached) = (formulas.any(before), formulas.any(reached));
        let none = formulas.not(any);
        Carried { by, any, lacks_consent: formulas.both(none, reached) }
    }

    /// The device permits the channel and it reaches the customer.
    fn reaches(&mut self, id: ChannelId) -> Formula {
        if let Some(known) = self.reached.get(&id) {
            return *known;
        }
        let rules = self.rules;
        let asked = [&rules[id].allowed, &rules[id].reached].into_iter().flatten();
        let asked: Vec<_> = asked.map(|clause| self.compiler.condition(&clause.condition).yes).collect();
        let reaches = self.compiler.formulas.all(asked);
        self.reached.insert(id, reaches);
        reaches
    }
}
