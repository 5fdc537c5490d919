//! What happened to customers, from a table: `customer,event,at,offer,rule`, kept by customer.
//!
//! `offer`, `rule` and `tags` (with `|` between them) may be missing or empty. Without an offer an event may belong to
//! anything; without tags it has those that its offer has today.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use super::DataError;
use super::cell::{instant, nfc};
use super::input::{Input, open, plain, unreadable};
use super::table::{BadRow, BadRows, Line, Table};
use crate::frame::Happened;
use crate::model::Verified;
use crate::runtime::names::Names;

/// What happened, by the customer's key.
#[derive(Clone, Debug, Default)]
pub struct EventIndex {
    events: HashMap<Box<str>, Vec<Happened>>,
    /// Rows that could not be used.
    pub bad: BadRows,
    /// Events in the file that the rules do not declare, and how many rows name them; nothing can count them.
    pub unknown_events: BTreeMap<String, u64>,
    /// Offers in the file that the rules do not have; their events count where nobody can rule it out.
    pub unknown_offers: BTreeMap<String, u64>,
}

impl EventIndex {
    /// Reads a file, packed or not.
    ///
    /// # Errors
    /// The file cannot be read, or a column is missing.
    pub fn open(rules: &Verified, path: &Path) -> Result<Self, DataError> {
        let (input, _) = open(path)?;
        Self::read(rules, &path.display().to_string(), input)
    }

    /// Reads from anything; `name` is for messages.
    ///
    /// # Errors
    /// As [`EventIndex::open`].
    pub fn from_reader(rules: &Verified, name: &str, read: impl Read + Send + 'static) -> Result<Self, DataError> {
        Self::read(rules, name, plain(read).map_err(|why| unreadable(name, &why))?)
    }

    fn read(rules: &Verified, name: &str, input: Input) -> Result<Self, DataError> {
        let mut table = Table::open(name, input, None, ["customer", "event", "at"].into_iter())?.padded();
        let customer = table.required("customer", "the customer's key")?;
        let event = table.required("event", "the event")?;
        let at = table.required("at", "its time")?;
        let (offer, rule, tags) = (table.column("offer")?, table.column("rule")?, table.column("tags")?);
        let names = Names::of(rules);
        let mut index = Self::default();
        while let Some(next) = table.next()? {
            let (row, line, cells) = match next {
                Line::Bad(bad) => {
                    index.bad.add(bad);
                    continue;
                }
                Line::Row { number, line, cells } => (number, line, cells),
            };
            let mut bad = |why: &str| index.bad.add(BadRow { file: name.to_owned(), row, line, why: why.to_owned() });
            let cell = |at: usize| cells.get(at).unwrap_or("");
            let filled = |at: Option<usize>| at.map(cell).filter(|cell| !cell.is_empty());
            let customer = nfc(cell(customer));
            if customer.is_empty() {
                bad("it does not say whose it is");
                continue;
            }
            let Some(at) = instant(cell(at), rules) else {
                bad("`at` is no time");
                continue;
            };
            let Some(event) = names.event(cell(event)) else {
                *index.unknown_events.entry(cell(event).to_owned()).or_default() += 1;
                continue;
            };
            if let Some(offer) = filled(offer).filter(|offer| names.offer(offer).is_none()) {
                *index.unknown_offers.entry(offer.to_owned()).or_default() += 1;
            }
            let tags: Option<Vec<&str>> = filled(tags).map(|tags| tags.split('|').collect());
            let stamp = names.stamp(filled(offer), filled(rule), None, tags.as_deref());
            let happened = Happened { event, at, stamp };
            match index.events.get_mut(&*customer) {
                Some(events) => events.push(happened),
                None => drop(index.events.insert((&*customer).into(), vec![happened])),
            }
        }
        Ok(index)
    }

    /// What happened to the customer, in the order of the file.
    pub fn of(&self, key: &str) -> &[Happened] {
        self.events.get(key).map_or(&[], Vec::as_slice)
    }

    /// How many customers anything happened to.
    pub fn customers(&self) -> usize {
        self.events.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Stamp;
    use crate::model::sample::rule_set;
    use crate::model::{Event, EventId, OfferId, RuleId, TagId};
    use crate::value::Instant;

    fn read(text: &'static str) -> EventIndex {
        EventIndex::from_reader(&Verified::new(rule_set()).unwrap(), "events.csv", text.as_bytes()).unwrap()
    }

    #[test]
    fn events_by_customer() {
        let index = read(
            "customer,event,at,offer,rule\n\
             anna,shown,2026-06-01T10:00Z,comeback,comeback\n\
             ben,shown,2026-06-01 12:00,letter,\n\
             anna,purchase,2026-06-02T10:00Z,,\n",
        );
        let of = |offer, rule, tags: &[u32]| Stamp::Of {
            offer: Some(OfferId(offer)),
            rule,
            via: None,
            tags: tags.iter().copied().map(TagId).collect(),
        };
        let anna = index.of("anna");
        assert_eq!((anna[0].event, &anna[0].stamp), (Event::SHOWN, &of(1, Some(RuleId(0)), &[1])));
        assert_eq!((anna[1].event, &anna[1].stamp), (EventId(7), &Stamp::Unstamped));
        assert_eq!(index.of("ben")[0].at, Instant::parse("2026-06-01T10:00Z").unwrap(), "a clock in Berlin");
        assert_eq!(index.of("ben")[0].stamp, of(2, None, &[0]));
        assert!(index.of("chloe").is_empty());
        assert_eq!((index.bad.count, index.customers()), (0, 2));
    }

    #[test]
    fn what_nobody_knows_is_counted() {
        let index = read(
            "customer,event,at,offer,tags\n\
             anna,shown,2026-06-01T10:00Z,retired,promo|gone\n\
             anna,shown,2026-06-01T10:00Z,retired,\n\
             anna,refund,2026-06-01T10:00Z,,\n\
             anna,shown,yesterday,,\n\
             ,shown,2026-06-01T10:00Z,,\n\
             anna\n",
        );
        assert_eq!(index.unknown_events, [("refund".to_owned(), 1)].into());
        assert_eq!(index.unknown_offers, [("retired".to_owned(), 2)].into());
        assert_eq!(index.bad.count, 3);
        let of = |tags: &[u32]| Stamp::Of {
            offer: None,
            rule: None,
            via: None,
            tags: tags.iter().copied().map(TagId).collect(),
        };
        let stamps: Vec<_> = index.of("anna").iter().map(|happened| happened.stamp.clone()).collect();
        assert_eq!(stamps, [of(&[1]), of(&[0, 1])], "without tags of its own it may have had any");
    }
}
