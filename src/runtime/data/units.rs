//! Which events are counted together with a customer's own, by units other than the customer: everybody's, and those of
//! whoever the tables of customers say is of the same household.
//!
//! Events are kept by the customer's key and know of no household, so the tables are read once before anything is decided
//! ([`EventIndex::place`]). An event of somebody of whom no table says it counts for nobody else, and that is a finding
//! ([`EventIndex::findings`]): never is anything left out in silence.

use std::collections::{BTreeSet, HashMap};

use super::consent::ConsentIndex;
use super::customers::{Customers, NextRow};
use super::events::EventIndex;
use super::{DataError, MissingCells, codes};
use crate::frame::{Facts, Happened, concerns, unit_key};
use crate::model::{AttributeId, CapUnit, RuleSet, Scope, Verified};
use crate::runtime::past::{Past, tell_of_unit};
use crate::value::Instant;

/// Who of those to whom something happened belongs where.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// Their keys, by what is counted by and its value.
    members: HashMap<(AttributeId, Box<str>), BTreeSet<Box<str>>>,
    placed: HashMap<AttributeId, BTreeSet<Box<str>>>,
}

/// The attributes of customers by which the rules count.
fn attributes(rules: &RuleSet) -> impl Iterator<Item = AttributeId> + '_ {
    rules.units().into_iter().filter_map(|unit| match unit {
        CapUnit::Attribute(id) => Some(id),
        CapUnit::Customer | CapUnit::Everybody => None,
    })
}

impl EventIndex {
    /// Whether some of these events are counted by an attribute that tables of customers tell.
    pub fn wants_places(&self, rules: &RuleSet) -> bool {
        let of_customers = |id: &AttributeId| rules[*id].scope == Scope::Customer;
        attributes(rules).filter(of_customers).any(|id| self.concerned(rules, CapUnit::Attribute(id)).next().is_some())
    }

    /// Reads from a table who belongs together, of those to whom something happened. Whoever stands in several places
    /// belongs to all of them: a restriction is lifted only by a no.
    ///
    /// # Errors
    /// The file breaks off.
    pub fn place(
        &mut self,
        rules: &Verified,
        customers: &mut Customers,
        moment: &Facts,
        consent: Option<&ConsentIndex>,
    ) -> Result<(), DataError> {
        let units: Vec<AttributeId> = attributes(rules).filter(|id| rules[*id].scope == Scope::Customer).collect();
        let decoder = customers.decoder();
        while let Some(next) = customers.next_row()? {
            let NextRow::Row(row) = next else { continue };
            let Some(key) = row.key.as_deref().filter(|key| self.tells_of(key)) else { continue };
            let attributes = decoder.facts(&row, &moment.attributes, &mut MissingCells::default());
            let mut facts = Facts { attributes, ..moment.clone() };
            if let Some(consent) = consent {
                consent.tell(key, &mut facts);
            }
            for id in &units {
                if let Some(home) = unit_key(rules, &facts, CapUnit::Attribute(*id)) {
                    self.places.members.entry((*id, (&*home).into())).or_default().insert(key.into());
                    self.places.placed.entry(*id).or_default().insert(key.into());
                }
            }
        }
        Ok(())
    }

    /// Who of those to whom something happened is counted together by a unit, with the unit's value.
    pub(in crate::runtime) fn together(&self, unit: CapUnit) -> Vec<(&str, Vec<&str>)> {
        match unit {
            CapUnit::Customer => Vec::new(),
            CapUnit::Everybody => vec![("", self.keys().collect())],
            CapUnit::Attribute(id) => {
                let members = self.places.members.iter().filter(|((of, _), _)| *of == id);
                let mut all: Vec<(&str, Vec<&str>)> =
                    members.map(|((_, value), keys)| (&**value, keys.iter().map(|key| &**key).collect())).collect();
                all.sort_unstable();
                all
            }
        }
    }

    /// The customers to whom something happened that a cap of this unit has to know of, each with how many times.
    fn concerned<'a>(&'a self, rules: &'a RuleSet, unit: CapUnit) -> impl Iterator<Item = (&'a str, usize)> + 'a {
        let count = move |key: &'a str| {
            let dated = self.of(key).iter().filter(|event| concerns(rules, unit, event.event, &event.stamp)).count();
            let undated = self.undated_of(key).iter().filter(|(event, stamp)| concerns(rules, unit, *event, stamp));
            (key, dated + undated.count())
        };
        self.keys().map(count).filter(|(_, count)| *count > 0)
    }

    /// What is odd about the file as a whole, once the tables have been read: events that count for nobody but their own
    /// customer where customers are counted together.
    pub fn findings(&self, rules: &RuleSet) -> Vec<DataError> {
        let one = |id: AttributeId| {
            let placed = self.places.placed.get(&id);
            let is_lost = |key: &str| placed.is_none_or(|placed| !placed.contains(key));
            let lost = self.concerned(rules, CapUnit::Attribute(id)).filter(|(key, _)| is_lost(key));
            let (customers, events) = lost.fold((0, 0), |(customers, events), (_, of)| (customers + 1, events + of));
            if customers == 0 {
                return None;
            }
            let name = &rules[id].name;
            let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
            let message = format!(
                "`{}`: no table says the `{name}` of {} with {}, which count per `{name}` for nobody else",
                self.file,
                counted(customers, "customer"),
                counted(events, "event")
            );
            let help = match rules[id].scope {
                Scope::Customer => format!("name the table in which these customers stand, with their `{name}`"),
                Scope::Moment => {
                    format!("a table of events has no `{name}`; what must not be exceeded stands in a state file")
                }
            };
            Some(DataError::new(&codes::EVENTS_APART, message).help(help))
        };
        attributes(rules).filter_map(one).collect()
    }
}

/// The events of others, by whatever they are counted together with a customer's.
#[derive(Debug)]
pub struct Others<'a> {
    rules: &'a RuleSet,
    events: &'a EventIndex,
    /// Everybody's, each with whose it is.
    everybody: Vec<(&'a str, Happened)>,
    now: Instant,
}

impl<'a> Others<'a> {
    /// For decisions at `now`: what nobody can date counts as if it had just happened.
    pub fn new(rules: &'a RuleSet, events: &'a EventIndex, now: Instant) -> Self {
        let mut others = Self { rules, events, everybody: Vec::new(), now };
        if rules.units().contains(&CapUnit::Everybody) {
            others.everybody = events.keys().flat_map(|key| others.of(CapUnit::Everybody, key)).collect();
        }
        others
    }

    /// What of one customer's a unit has to know of.
    fn of(&self, unit: CapUnit, key: &'a str) -> impl Iterator<Item = (&'a str, Happened)> {
        let dated =
            self.events.of(key).iter().filter(move |event| concerns(self.rules, unit, event.event, &event.stamp));
        let undated = self.events.undated_of(key).iter();
        let undated = undated.filter(move |(event, stamp)| concerns(self.rules, unit, *event, stamp));
        let undated = undated.map(|(event, stamp)| Happened::plain(*event, self.now, stamp.clone()));
        dated.cloned().chain(undated).map(move |happened| (key, happened))
    }

    /// Adds to the facts, which know the customer's own, what happened to whoever is counted together with them.
    pub fn tell(&self, facts: &mut Facts) {
        let whose = unit_key(self.rules, facts, CapUnit::Customer);
        let is_other = |key: &str| whose.as_deref() != Some(key);
        for unit in self.rules.units() {
            let Some(home) = unit_key(self.rules, facts, unit) else { continue };
            let told: Vec<Happened> = match unit {
                CapUnit::Customer => continue,
                CapUnit::Everybody => {
                    let others = self.everybody.iter().filter(|(key, _)| is_other(key));
                    others.map(|(_, happened)| happened.clone()).collect()
                }
                CapUnit::Attribute(id) => {
                    let members = self.events.places.members.get(&(id, (&*home).into()));
                    let others = members.into_iter().flatten().filter(|key| is_other(key));
                    others.flat_map(|key| self.of(unit, key)).map(|(_, happened)| happened).collect()
                }
            };
            tell_of_unit(facts, unit, Past { history: told, reserved: Vec::new() });
        }
    }
}
