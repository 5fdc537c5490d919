//! Caps count something, and the lists at offers and rules name exactly those that bind.

use super::flaw::{Checked, InPlace};
use super::lists::{ascending, exists, not_empty, period};
use super::{Flaw, VerifyError};
use crate::model::{Cap, CapId, CapTarget, CapWindow, RuleSet};

pub(super) fn check(rules: &RuleSet) -> Result<(), VerifyError> {
    for cap in &rules.caps {
        self::cap(rules, cap).within("cap", &cap.name)?;
    }
    in_order(rules).within("the caps", "")?;
    let binding = Binding::of(rules);
    for (index, offer) in rules.offers.iter().enumerate() {
        let expected = if rules.obeys_caps(offer.class) { binding.offer(rules, index) } else { Vec::new() };
        same(&offer.caps, &expected).within("offer", &offer.name)?;
    }
    for (index, rule) in rules.rules.iter().enumerate() {
        same(&rule.caps, &binding.rule(rules, index)).within("rule", &rule.name)?;
    }
    Ok(())
}

fn cap(rules: &RuleSet, cap: &Cap) -> Checked {
    if cap.at_most == 0 {
        return Err(Flaw::CapOfNothing);
    }
    match cap.window {
        CapWindow::Rolling(length) if length.count == 0 => return Err(Flaw::CapOfNothing),
        CapWindow::Rolling(length) => period("window", length)?,
        CapWindow::Ever => {}
    }
    not_empty("events to count", &cap.events)?;
    ascending("events", &cap.events)?;
    for event in &cap.events {
        exists("event", event.0, rules.events.len())?;
    }
    match &cap.target {
        CapTarget::Offers(offers) => {
            ids("offers", "offer", offers.iter().map(|offer| offer.0), rules.offers.len())?;
        }
        CapTarget::Rules(targets) => {
            ids("rules", "rule", targets.iter().map(|rule| rule.0), rules.rules.len())?;
        }
        CapTarget::Tags(tags) => ids("tags", "tag", tags.iter().map(|tag| tag.0), rules.tags.len())?,
    }
    if let Some(rule) = cap.rule {
        exists("rule", rule.0, rules.rules.len())?;
        if !rules[rule].class.may_carry_a_cap() {
            return Err(Flaw::Class("a rule with a cap"));
        }
    }
    Ok(())
}

fn ids(many: &'static str, one: &'static str, list: impl Iterator<Item = u32>, count: usize) -> Checked {
    let list: Vec<_> = list.collect();
    not_empty(many, &list)?;
    ascending(many, &list)?;
    list.into_iter().try_for_each(|id| exists(one, id, count))
}

/// Declared caps by name, then those of rules by rule; no name twice.
fn in_order(rules: &RuleSet) -> Checked {
    let (declared, own) = rules.caps.split_at(rules.caps.partition_point(|cap| cap.rule.is_none()));
    let names: Vec<_> = declared.iter().map(|cap| &cap.name).collect();
    ascending("caps", &names)?;
    if !own.is_sorted_by_key(|cap| cap.rule) || own.iter().any(|cap| cap.rule.is_none()) {
        return Err(Flaw::Unsorted("caps of rules"));
    }
    let mut names: Vec<_> = rules.caps.iter().map(|cap| &cap.name).collect();
    names.sort_unstable();
    if names.iter().any(|name| name.is_empty()) {
        return Err(Flaw::Empty("name"));
    }
    if names.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(Flaw::Twice("caps")) }
}

/// Which caps bind by what they are `on`, and which are a rule's own clauses.
struct Binding {
    by_offer: Vec<Vec<CapId>>,
    by_tag: Vec<Vec<CapId>>,
    by_rule: Vec<Vec<CapId>>,
    own: Vec<Vec<CapId>>,
}

impl Binding {
    fn of(rules: &RuleSet) -> Self {
        fn add(lists: &mut [Vec<CapId>], index: usize, cap: CapId) {
            if let Some(list) = lists.get_mut(index) {
                list.push(cap);
            }
        }
        let mut binding = Self {
            by_offer: vec![Vec::new(); rules.offers.len()],
            by_tag: vec![Vec::new(); rules.tags.len()],
            by_rule: vec![Vec::new(); rules.rules.len()],
            own: vec![Vec::new(); rules.rules.len()],
        };
        for (index, cap) in rules.caps.iter().enumerate() {
            let id = CapId::from_index(index);
            match (cap.rule, &cap.target) {
                (Some(rule), _) => add(&mut binding.own, rule.index(), id),
                (None, CapTarget::Offers(offers)) => {
                    offers.iter().for_each(|offer| add(&mut binding.by_offer, offer.index(), id));
                }
                (None, CapTarget::Tags(tags)) => {
                    tags.iter().for_each(|tag| add(&mut binding.by_tag, tag.index(), id));
                }
                (None, CapTarget::Rules(targets)) => {
                    targets.iter().for_each(|rule| add(&mut binding.by_rule, rule.index(), id));
                }
            }
        }
        binding
    }

    /// Declared caps on the offer or on a tag that it carries.
    fn offer(&self, rules: &RuleSet, index: usize) -> Vec<CapId> {
        let tags = rules.offers.get(index).map_or(&[][..], |offer| &offer.tags);
        let by_tags = tags.iter().filter_map(|tag| self.by_tag.get(tag.index()));
        sorted(self.by_offer.get(index).into_iter().chain(by_tags))
    }

    /// The rule's own clauses, whatever its class, and declared caps on it, if its class obeys caps (R26).
    fn rule(&self, rules: &RuleSet, index: usize) -> Vec<CapId> {
        let obeys = rules.rules.get(index).is_some_and(|rule| rules.obeys_caps(rule.class));
        let declared = self.by_rule.get(index).filter(|_| obeys);
        sorted(self.own.get(index).into_iter().chain(declared))
    }
}

fn sorted<'a>(lists: impl Iterator<Item = &'a Vec<CapId>>) -> Vec<CapId> {
    let mut all: Vec<_> = lists.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn same(stated: &[CapId], expected: &[CapId]) -> Checked {
    if stated == expected { Ok(()) } else { Err(Flaw::Caps) }
}
