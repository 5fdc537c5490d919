//! Who outranks whom in a slot: the order that authors gave, told apart from the order in which the slot runs.
//!
//! Takes a slot; gives for any two of its rules whether one outranks the other. [`Slot::order`] is total, because the
//! rule's name has the last word at run time; but a name is no order that an author gave (R8). What authors give is
//! partial: the class first, then the priority, then `before` with its chains, then `ties` (R6, R7); and of rules that
//! rank, a score, which is known only of a customer.
//!
//! [`Slot::order`]: crate::model::Slot::order
//!
//! Worked example: `a priority 5`, `b before a`, `c priority 5`, `d` without either, all of one class. `b` takes over
//! 5 and outranks `a`. `c` stands beside both: equal priority, no chain. `d` stands beside everybody. The slot runs
//! them as `b a c d`, and of that only `b` over `a` was anybody's decision.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Order, RuleId, RuleSet, SlotId};

/// How two rules of a slot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The first wins, by an order an author gave.
    First,
    /// The second wins, by an order an author gave.
    Second,
    /// One of them has neither `priority` nor `before` (R7).
    Unordered,
    /// Class and priority are equal, no chain of `before` joins them, and `ties` does not tell them apart (R8).
    Equal,
    /// A score decides; `ties` where scores are equal.
    Ranked,
}

/// The author's order among the rules of one slot.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    rules: &'a RuleSet,
    slot: SlotId,
    /// Of each rule that says `before`: everybody its chains lead to.
    before: BTreeMap<RuleId, BTreeSet<RuleId>>,
}

impl<'a> Ranking<'a> {
    /// The ranking of a slot.
    pub fn new(rules: &'a RuleSet, slot: SlotId) -> Self {
        let mut before = BTreeMap::new();
        for rule in &rules[slot].order {
            let mut behind = BTreeSet::new();
            let mut next: Vec<RuleId> = named(rules, *rule).to_vec();
            while let Some(weaker) = next.pop() {
                if behind.insert(weaker) {
                    next.extend(named(rules, weaker));
                }
            }
            if !behind.is_empty() {
                before.insert(*rule, behind);
            }
        }
        Self { rules, slot, before }
    }

    /// How `a` and `b` stand; a rule beside itself is equal.
    pub fn standing(&self, a: RuleId, b: RuleId) -> Standing {
        let (first, second) = (&self.rules[a], &self.rules[b]);
        if first.class != second.class {
            return if first.class < second.class { Standing::First } else { Standing::Second };
        }
        if self.chain(a, b) {
            return Standing::First;
        }
        if self.chain(b, a) {
            return Standing::Second;
        }
        if self.rules.rank_together(a, b) {
            return Standing::Ranked;
        }
        match (first.priority, second.priority) {
            (Some(first), Some(second)) if first > second => Standing::First,
            (Some(first), Some(second)) if first < second => Standing::Second,
            (Some(_), Some(_)) => match self.rules.ties_place(a).cmp(&self.rules.ties_place(b)) {
                Ordering::Less => Standing::First,
                Ordering::Greater => Standing::Second,
                Ordering::Equal => Standing::Equal,
            },
            (None, _) | (_, None) => Standing::Unordered,
        }
    }

    /// Whether an author gave `a` the place above `b`.
    pub fn outranks(&self, a: RuleId, b: RuleId) -> bool {
        self.standing(a, b) == Standing::First
    }

    /// Pairs of neighbours in the slot's running order that stand against the author's order; a checked rule set has
    /// none.
    pub fn misplaced(&self) -> Vec<(RuleId, RuleId)> {
        let order = &self.rules[self.slot].order;
        let pairs = order.iter().zip(order.iter().skip(1));
        pairs.filter(|(a, b)| self.outranks(**b, **a)).map(|(a, b)| (*a, *b)).collect()
    }

    /// Whether `a` is written `before` `b`, itself or over others.
    pub fn is_before(&self, a: RuleId, b: RuleId) -> bool {
        self.chain(a, b)
    }

    fn chain(&self, a: RuleId, b: RuleId) -> bool {
        self.before.get(&a).is_some_and(|behind| behind.contains(&b))
    }
}

fn named(rules: &RuleSet, rule: RuleId) -> &[RuleId] {
    match &rules[rule].order {
        Order::Before(weaker) => weaker,
        Order::Unordered | Order::Priority(_) => &[],
    }
}
