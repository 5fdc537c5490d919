//! Caps, pauses and gaps that hang on a protected fact, as far as nobody may know how they stand.
//!
//! Takes flat rules and a frame with what was looked at while a slot was decided; gives both with every such cap empty,
//! but those of which the steps tell that they stopped something. A cap hangs on a protected fact where its unit (`per
//! household`), its number or the zone of its calendar is one. So two customers who differ in such a fact and take the
//! same steps are searched alike (R22).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::candidate::Dropped;
use super::super::channels::Blocked;
use super::super::slot::{Fate, Replay};
use crate::frame::{CapState, Frame};
use crate::model::{AttributeId, BlockCause, Cap, CapId, CapUnit, CapZone, RuleId, RuleSet};

/// Rules and frame in which no cap tells more than the steps.
pub(super) struct Untold<'a> {
    pub(super) rules: Cow<'a, RuleSet>,
    pub(super) frame: Cow<'a, Frame>,
    caps: BTreeSet<CapId>,
}

impl<'a> Untold<'a> {
    pub(super) fn of(rules: &'a RuleSet, frame: &'a Frame, replay: &Replay) -> Self {
        let told: BTreeSet<CapId> = replay.looked_at.iter().flat_map(|(_, fate)| told(rules, fate)).collect();
        let ids = (0..rules.caps.len()).map(CapId::from_index);
        let caps: BTreeSet<CapId> =
            ids.filter(|id| !told.contains(id) && hangs_on_protected(rules, &rules[*id])).collect();
        let (mut rules, mut frame) = (Cow::Borrowed(rules), Cow::Borrowed(frame));
        for id in &caps {
            if let Some(place) = frame.to_mut().caps.get_mut(id.index()) {
                *place = CapState::Used(0);
            }
            // A number that is missing spends a cap that is empty.
            if rules[*id].number.is_some()
                && let Some(cap) = rules.to_mut().caps.get_mut(id.index())
            {
                cap.number = None;
            }
        }
        Self { rules, frame, caps }
    }

    /// Whether nobody may know how a cap on the rule stands.
    pub(super) fn binds(&self, rule: RuleId) -> bool {
        let of = &self.rules[rule];
        let channels = of.channels.iter().flat_map(|id| self.rules.channel_caps(*id, of.show, Some(rule)));
        self.rules.caps_on(rule).into_iter().chain(channels).any(|cap| self.caps.contains(&cap))
    }
}

/// The caps of which a step tells that they stopped a candidate.
fn told(rules: &RuleSet, fate: &Fate) -> Vec<CapId> {
    let Fate::Dropped(dropped) = fate else { return Vec::new() };
    match dropped {
        Dropped::Capped(caps) => caps.clone(),
        Dropped::NoChannel(ways) => {
            let caps = ways.iter().filter_map(|(_, step)| match step {
                Blocked::Capped(caps) => Some(caps),
                Blocked::Permission | Blocked::Reach | Blocked::Consent(_) | Blocked::Outside(_) => None,
            });
            caps.flatten().copied().collect()
        }
        Dropped::Blocked(blocks) => {
            let caps = blocks.iter().filter_map(|block| match &rules[*block].cause {
                BlockCause::After(cap) => Some(*cap),
                BlockCause::While(_) => None,
            });
            caps.collect()
        }
        Dropped::RuleOff
        | Dropped::OfferOff
        | Dropped::RuleNotActive
        | Dropped::ReviewOverdue
        | Dropped::OfferNotActive
        | Dropped::NoConsent(_)
        | Dropped::NotApplicable
        | Dropped::NotKnown
        | Dropped::Taken
        | Dropped::Expired
        | Dropped::ExpiryNotKnown
        | Dropped::Outside(_)
        | Dropped::HoldLimit(_)
        | Dropped::NoScore => Vec::new(),
    }
}

fn hangs_on_protected(rules: &RuleSet, cap: &Cap) -> bool {
    let unit = match cap.unit {
        CapUnit::Attribute(id) => Some(id),
        CapUnit::Customer | CapUnit::Everybody => None,
    };
    let zone = cap.zone.as_ref().and_then(|zone| match zone {
        CapZone::Attribute(id) => Some(*id),
        CapZone::Named(_) => None,
    });
    let is_protected = |id: AttributeId| rules[id].is_protected();
    [unit, cap.number, zone].into_iter().flatten().any(is_protected)
}
