//! Who stands before whom where the class, the priority and `before` leave it open: by score, then by `ties`.
//!
//! Rules of one slot, class and priority all rank or none does, so those that rank stand side by side in the order of
//! the slot, as one *tier*: which of them comes first is known only of a customer.

use super::{Class, RuleId, RuleSet, SlotId};

/// The decimal places at which scores are compared (R44).
pub const SCORE_PLACES: u8 = 6;

impl RuleSet {
    /// What an author's order says of a rule, apart from `before`, `rank by` and `ties`: the lower, the earlier.
    pub fn standing(&self, rule: RuleId) -> (Class, std::cmp::Reverse<Option<i32>>) {
        let rule = &self[rule];
        (rule.class, std::cmp::Reverse(rule.priority))
    }

    /// Whether a score decides between two rules of a slot.
    pub fn rank_together(&self, a: RuleId, b: RuleId) -> bool {
        let both = self[a].rank.is_some() && self[b].rank.is_some();
        both && self[a].slot == self[b].slot && self.standing(a) == self.standing(b)
    }

    /// Whether the rule shares its tier with others, so that a score decides when it comes to its turn.
    pub fn ranks_among_others(&self, rule: RuleId) -> bool {
        self[self[rule].slot].order.iter().any(|other| *other != rule && self.rank_together(rule, *other))
    }

    /// The place in the slot's `ties` of the tag that a rule's offer carries, the first if there are several; behind the
    /// last where it carries none.
    pub fn ties_place(&self, rule: RuleId) -> usize {
        let ties = &self[self[rule].slot].ties;
        let carried = &self[self[rule].show].tags;
        ties.iter().position(|tag| carried.contains(tag)).unwrap_or(ties.len())
    }

    /// The rules of a slot in the order in which they win, those that rank together in one list.
    pub fn tiers(&self, slot: SlotId) -> impl Iterator<Item = &[RuleId]> {
        self[slot].order.chunk_by(|a, b| self.rank_together(*a, *b))
    }
}
