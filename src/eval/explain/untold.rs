//! Caps, pauses and gaps that hang on a protected fact, as far as nobody may know how they stand.
//!
//! Takes flat rules and a frame with what was looked at while a slot was decided; gives both with every such cap empty,
//! but those of which the steps tell that they stopped something. A cap hangs on a protected fact where its unit (`per
//! household`), its number or the zone of its calendar is one. So two customers who differ in such a fact and take the
//! same steps are searched alike (R22).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::candidate::Dropped;
use super::super::slot::{Fate, Replay};
use crate::frame::{CapState, Frame};
use crate::model::{BlockCause, BlockId, Cap, CapId, RuleId, RuleSet};

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
        let channels = self.rules.channels_of(of).iter();
        let channels = channels.flat_map(|id| self.rules.channel_caps(*id, of.show, Some(rule)));
        self.rules.caps_on(rule).into_iter().chain(channels).any(|cap| self.caps.contains(&cap))
    }
}

/// The caps of which a step tells that they stopped a candidate.
fn told(rules: &RuleSet, fate: &Fate) -> Vec<CapId> {
    let Fate::Dropped(dropped) = fate else { return Vec::new() };
    let of_block = |block: &BlockId| match &rules[*block].cause {
        BlockCause::After(cap) => Some(*cap),
        BlockCause::While(_) => None,
    };
    if let Dropped::Blocked(blocks) = dropped {
        return blocks.iter().filter_map(of_block).collect();
    }
    dropped.spent()
}

fn hangs_on_protected(rules: &RuleSet, cap: &Cap) -> bool {
    cap.reads().any(|id| rules[id].is_protected())
}
