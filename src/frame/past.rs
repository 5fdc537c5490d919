//! What happened to a customer, and to whatever else is counted together, as caps look at it.
//!
//! Takes the facts of a decision; gives for a cap the events that its target may be about, a superset. Refuses to know what
//! counts. A long history beside many caps is sorted by rule and offer first: a thousand rules with a cap of their own would
//! else each look at all that a thousand rules showed.

use std::collections::BTreeMap;

use super::{Facts, Happened, Reserved, Shared, Stamp};
use crate::model::{CapTarget, CapUnit, EventId, OfferId, RuleId, RuleSet};

/// Below so many looks at an event sorting costs more than it saves.
const WORTH: usize = 4_096;

/// The pasts of all units.
pub(super) struct Pasts<'a> {
    facts: &'a Facts,
    customer: Option<Sorted>,
    /// Of each shared record.
    shared: Vec<Option<Sorted>>,
}

/// What happened to a unit, and what may still happen.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    pub(super) history: &'a [Happened],
    pub(super) undated: &'a [(EventId, Stamp)],
    pub(super) reserved: &'a [Reserved],
    sorted: Option<&'a Sorted>,
}

/// The places of events in a history, by what they are stamped with.
struct Sorted {
    by_rule: BTreeMap<RuleId, Vec<usize>>,
    /// Those that no rule is stamped on.
    by_offer: BTreeMap<OfferId, Vec<usize>>,
    /// All of each offer, whichever rule showed it.
    of_offer: BTreeMap<OfferId, Vec<usize>>,
    /// They may be of anything.
    unstamped: Vec<usize>,
}

impl<'a> Pasts<'a> {
    pub(super) fn of(rules: &RuleSet, facts: &'a Facts) -> Self {
        let sort = |history: &[Happened]| {
            (history.len().saturating_mul(rules.caps.len()) > WORTH).then(|| Sorted::new(history))
        };
        let shared = facts.shared.iter().map(|shared| sort(&shared.history)).collect();
        Self { facts, customer: sort(&facts.history), shared }
    }

    pub(super) fn of_unit(&self, unit: CapUnit) -> Past<'_> {
        // Of what nobody can date only the customer's own is kept.
        let undated = &self.facts.undated;
        let shared = self.facts.shared.iter().zip(&self.shared);
        match shared.into_iter().find(|(shared, _)| shared.unit == unit && unit != CapUnit::Customer) {
            Some((Shared { history, reserved, .. }, sorted)) => {
                Past { history, undated, reserved, sorted: sorted.as_ref() }
            }
            None => Past {
                history: &self.facts.history,
                undated,
                reserved: &self.facts.reserved,
                sorted: self.customer.as_ref(),
            },
        }
    }
}

impl<'a> Past<'a> {
    /// Whether nothing happened, and nothing may.
    pub(super) fn is_empty(self) -> bool {
        self.history.is_empty() && self.undated.is_empty() && self.reserved.is_empty()
    }

    /// The events that may be of a target; others may be among them.
    pub(super) fn may_hit(self, rules: &RuleSet, target: &CapTarget) -> impl Iterator<Item = &'a Happened> + use<'a> {
        let listed = self.sorted.and_then(|sorted| sorted.may_hit(rules, target));
        let all = if listed.is_some() { [].iter() } else { self.history.iter() };
        let history = self.history;
        listed.into_iter().flatten().filter_map(move |at| history.get(at)).chain(all)
    }
}

impl Sorted {
    fn new(history: &[Happened]) -> Self {
        let (mut by_rule, mut by_offer, mut of_offer) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut unstamped = Vec::new();
        let add = |map: &mut BTreeMap<OfferId, Vec<usize>>, offer: Option<OfferId>, at: usize| {
            if let Some(offer) = offer {
                map.entry(offer).or_default().push(at);
            }
        };
        for (at, happened) in history.iter().enumerate() {
            let (rule, offer) = match &happened.stamp {
                Stamp::Unstamped => {
                    unstamped.push(at);
                    continue;
                }
                Stamp::Retired { rule, .. } => (*rule, None),
                Stamp::Of { rule, offer, .. } => (*rule, *offer),
            };
            add(&mut of_offer, offer, at);
            match rule {
                Some(rule) => by_rule.entry(rule).or_insert_with(Vec::new).push(at),
                None => add(&mut by_offer, offer, at),
            }
        }
        Self { by_rule, by_offer, of_offer, unstamped }
    }

    /// The places of the events that may be of a target, each once; none where they are not sorted by such a target.
    fn may_hit(&self, rules: &RuleSet, target: &CapTarget) -> Option<Vec<usize>> {
        let mut places: Vec<usize> = match target {
            CapTarget::Rules(of) => of
                .iter()
                // Of what no rule is stamped on, a rule may have shown what it shows.
                .flat_map(|rule| [self.by_rule.get(rule), self.by_offer.get(&rules[*rule].show)])
                .flatten()
                .flatten()
                .copied()
                .collect(),
            CapTarget::Offers(of) => {
                of.iter().filter_map(|offer| self.of_offer.get(offer)).flatten().copied().collect()
            }
            CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => return None,
        };
        places.extend(&self.unstamped);
        places.sort_unstable();
        places.dedup();
        Some(places)
    }
}

#[cfg(test)]
mod tests {
    use super::Sorted;
    use crate::frame::caps::hits;
    use crate::frame::{Happened, Stamp, Via};
    use crate::model::testing::{World, at};
    use crate::model::{CapTarget, Class, Event, OfferId, RuleId};
    use crate::value::Truth;

    #[test]
    fn sorting_leaves_out_what_surely_is_of_something_else() {
        let mut world = World::new();
        let offers: Vec<OfferId> =
            ["tips", "sale", "story"].into_iter().map(|name| world.offer(name, Class::Marketing)).collect();
        let slot = world.slot("home", Some(offers[2]));
        let rules: Vec<RuleId> = [("r1", 0), ("r2", 1), ("r3", 1)]
            .into_iter()
            .map(|(name, of)| world.rule(name, slot, offers[of], 10))
            .collect();
        let mut stamps = vec![Stamp::Unstamped];
        let some_rules: Vec<Option<RuleId>> = std::iter::once(None).chain(rules.iter().copied().map(Some)).collect();
        let some_offers: Vec<Option<OfferId>> = std::iter::once(None).chain(offers.iter().copied().map(Some)).collect();
        for rule in some_rules {
            for via in [None, Some(Via::Capped)] {
                stamps.push(Stamp::Retired { rule, via, class: None, channel: None });
                for offer in &some_offers {
                    stamps.push(Stamp::Of { offer: *offer, rule, via, class: None, tags: Vec::new(), channel: None });
                }
            }
        }
        let history: Vec<Happened> =
            stamps.into_iter().map(|stamp| Happened::plain(Event::SHOWN, at("2026-06-01T09:00Z"), stamp)).collect();
        let sorted = Sorted::new(&history);
        let mut targets = vec![CapTarget::Offers(offers.clone()), CapTarget::Rules(rules.clone())];
        targets.extend(offers.iter().map(|offer| CapTarget::Offers(vec![*offer])));
        targets.extend(rules.iter().map(|rule| CapTarget::Rules(vec![*rule])));
        for target in targets {
            let found = sorted.may_hit(&world.rules, &target).unwrap();
            assert!(found.is_sorted_by(|a, b| a < b), "each once: {found:?}");
            assert!(found.len() < history.len(), "{target:?} is about all");
            for (place, happened) in history.iter().enumerate().filter(|(place, _)| !found.contains(place)) {
                assert_eq!(hits(&world.rules, &target, &happened.stamp), Truth::No, "{target:?}: {place} {happened:?}");
            }
        }
        assert_eq!(sorted.may_hit(&world.rules, &CapTarget::Anything), None);
    }
}
