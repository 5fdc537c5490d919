//! Whom each cap, pause and gap binds: offers and rules get the list of what may stop them.
//!
//! Takes the caps and the rules once both are resolved; says nothing.

use std::collections::BTreeMap;

use super::Pass;
use crate::model::{Cap, CapId, CapKind, CapTarget, Class, Guardrail, OfferId, RuleId, RuleSet};

impl Pass<'_> {
    /// A declared cap binds offers and rules whose class obeys caps; a rule's own clause binds the rule.
    pub(super) fn bind_caps(&mut self) {
        let caps: Vec<(CapId, Cap)> =
            self.rules.caps.iter().enumerate().map(|(at, cap)| (CapId::from_index(at), cap.clone())).collect();
        // Which offers a target names is asked once for each offer, not for each cap: there may be many thousand of both.
        let mut of_tags: Vec<Vec<OfferId>> = vec![Vec::new(); self.rules.tags.len()];
        let mut of_classes: BTreeMap<Class, Vec<OfferId>> = BTreeMap::new();
        for (at, offer) in self.rules.offers.iter().enumerate() {
            let id = OfferId::from_index(at);
            of_classes.entry(offer.class).or_default().push(id);
            for tag in &offer.tags {
                of_tags.get_mut(tag.index()).into_iter().for_each(|offers| offers.push(id));
            }
        }
        // In the order of their ids, so every list of caps is sorted as it grows.
        for (id, cap) in caps {
            // What a block counts binds by the block.
            if matches!(cap.kind, CapKind::Block { .. }) {
                continue;
            }
            match (cap.rule, &cap.target) {
                (Some(rule), _) => self.bind_rule(rule, id, &cap),
                (None, CapTarget::Rules(rules)) => {
                    for rule in rules {
                        if self.rules.obeys_caps(self.rules[*rule].class) {
                            self.bind_rule(*rule, id, &cap);
                        }
                    }
                }
                (None, CapTarget::Offers(offers)) => self.bind_offers(id, &cap, offers),
                (None, CapTarget::Tags(tags)) => {
                    let offers = tags.iter().filter_map(|tag| of_tags.get(tag.index()));
                    self.bind_offers(id, &cap, offers.flatten());
                }
                (None, CapTarget::Classes(classes)) => {
                    let offers = classes.iter().filter_map(|class| of_classes.get(class));
                    self.bind_offers(id, &cap, offers.flatten());
                }
                (None, CapTarget::Channels(channels)) => {
                    for channel in channels {
                        if let Some(channel) = self.rules.channels.get_mut(channel.index()) {
                            channel.caps.push(id);
                        }
                    }
                }
                (None, CapTarget::Anything) => {}
            }
        }
    }

    fn bind_rule(&mut self, rule: RuleId, id: CapId, cap: &Cap) {
        let shown = self.rules[rule].show;
        let offer = &self.rules[shown];
        if cap.exempt.iter().any(|of| of.has_rule(rule) || of.has_offer(shown, offer)) {
            return;
        }
        if let Some(rule) = self.rules.rules.get_mut(rule.index()) {
            rule.caps.push(id);
        }
    }

    fn bind_offers<'o>(&mut self, id: CapId, cap: &Cap, on: impl IntoIterator<Item = &'o OfferId>) {
        let RuleSet { offers, classes, .. } = &mut self.rules;
        for at in on {
            let Some(offer) = offers.get_mut(at.index()) else { continue };
            let obeys = classes.row(offer.class).obeys(Guardrail::Caps);
            // An offer with two of the tags is on the cap once.
            let is_exempt = cap.exempt.iter().any(|of| of.has_offer(*at, offer));
            if obeys && offer.caps.last() != Some(&id) && !is_exempt {
                offer.caps.push(id);
            }
        }
    }
}
