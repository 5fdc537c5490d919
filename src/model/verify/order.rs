//! The order in which rules win, found again: class, then priority, then `before`, then `ties`, then the name (R6, R7).
//! Rules that rank stand as if their scores were equal.
//!
//! `before` leads from a rule to those it wins against, which are of its slot and class and, since it takes over their
//! highest priority, never above it. So the order is: of the rules that nobody still unplaced must precede, the one
//! that is first by class, priority (higher first, none last), `ties` and name. Rules are listed by name, so ids stand
//! for names.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::flaw::{Checked, InPlace};
use super::lists::{exists, not_empty};
use super::reach::depth_first;
use super::{Flaw, VerifyError};
use crate::model::{Order, Rule, RuleId, RuleSet, SlotId};

pub(super) fn check(rules: &RuleSet) -> Result<(), VerifyError> {
    for rule in &rules.rules {
        stronger_than(rules, rule).within("rule", &rule.name)?;
    }
    let edges: Vec<Vec<usize>> = rules.rules.iter().map(|rule| weaker(rule).map(RuleId::index).collect()).collect();
    depth_first(&edges).map_err(|rule| {
        let name = rules.rules.get(rule).map_or("", |rule| rule.name.as_str());
        VerifyError::at("rule", name, Flaw::Circle("`before` clauses"))
    })?;
    // Without circles, each rule's own demand on its neighbours makes the whole chain right.
    for rule in &rules.rules {
        if rule.priority != expected_priority(rules, rule) {
            return Err(VerifyError::at("rule", &rule.name, Flaw::Priority));
        }
    }
    all_rank_or_none(rules)?;
    let order = winning_order(rules);
    let mut rest = order.as_slice();
    for (index, slot) in rules.slots.iter().enumerate() {
        let id = SlotId::from_index(index);
        let (here, further) = rest.split_at(rest.partition_point(|rule| rules[*rule].slot <= id));
        if slot.order != here {
            return Err(VerifyError::at("slot", &slot.name, Flaw::Order));
        }
        rest = further;
    }
    Ok(())
}

fn stronger_than(rules: &RuleSet, rule: &Rule) -> Checked {
    if let Order::Before(named) = &rule.order {
        not_empty("rules to be before", named)?;
    }
    for other in weaker(rule) {
        exists("rule", other.0, rules.rules.len())?;
        let other = &rules[other];
        if other.slot != rule.slot {
            return Err(Flaw::OtherSlot("`before`"));
        }
        if other.class != rule.class {
            return Err(Flaw::Class("a rule named in `before`"));
        }
    }
    Ok(())
}

fn expected_priority(rules: &RuleSet, rule: &Rule) -> Option<i32> {
    match &rule.order {
        Order::Unordered => None,
        Order::Priority(written) => Some(*written),
        Order::Before(named) => named.iter().filter_map(|other| rules[*other].priority).max(),
    }
}

/// All rules, slot by slot; `before` never leads out of a slot, so one pass sorts them all.
fn winning_order(rules: &RuleSet) -> Vec<RuleId> {
    let key = |id: RuleId| {
        let rule = &rules[id];
        Reverse((rule.slot, rule.class, Reverse(rule.priority), tie(rules, rule), id))
    };
    let mut waits_for = vec![0_usize; rules.rules.len()];
    for other in rules.rules.iter().flat_map(weaker) {
        if let Some(count) = waits_for.get_mut(other.index()) {
            *count += 1;
        }
    }
    let free = waits_for.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<_> = free.map(|(index, _)| key(RuleId::from_index(index))).collect();
    let mut order = Vec::with_capacity(rules.rules.len());
    while let Some(Reverse((.., id))) = ready.pop() {
        order.push(id);
        for other in weaker(&rules[id]) {
            if let Some(count) = waits_for.get_mut(other.index()) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(key(other));
                }
            }
        }
    }
    order
}

/// The place in the slot's `ties` of the first tag that what the rule shows carries; behind all where it carries none.
fn tie(rules: &RuleSet, rule: &Rule) -> usize {
    let ties = &rules[rule.slot].ties;
    let tags = &rules[rule.show].tags;
    ties.iter().take_while(|tag| tags.binary_search(tag).is_err()).count()
}

/// R6: of one slot, class and priority; and a score is no order beside `before`.
fn all_rank_or_none(rules: &RuleSet) -> Result<(), VerifyError> {
    let mut ranks: BTreeMap<_, bool> = BTreeMap::new();
    for rule in &rules.rules {
        let ranked = rule.rank.is_some();
        let alike = *ranks.entry((rule.slot, rule.class, rule.priority)).or_insert(ranked) == ranked;
        let chained = weaker(rule).any(|other| ranked || rules[other].rank.is_some());
        if !alike || chained {
            return Err(VerifyError::at("rule", &rule.name, Flaw::Rank));
        }
    }
    Ok(())
}

/// The rules that this one names in `before`.
fn weaker(rule: &Rule) -> impl Iterator<Item = RuleId> {
    let named = match &rule.order {
        Order::Before(named) => named.as_slice(),
        Order::Unordered | Order::Priority(_) => &[],
    };
    named.iter().copied()
}
