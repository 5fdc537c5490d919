//! What happened to customers, from a table: `customer,event,at,offer,rule,id`, kept by customer.
//!
//! A field of a declared event stands in the column of its name, or in `EVENT.FIELD`, which goes first. Rows may come in
//! any order. Rows with one `id` are one event, however often they are sent; a row without one is an event of its own.
//!
//! `offer`, `rule` and `tags` (with `|` between them) may be missing or empty. Without an offer an event may belong to
//! anything; without tags it has those that its offer has today.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use super::DataError;
use super::cell::{CellReader, as_attribute, datum, instant, nfc};
use super::input::{Input, open, plain, unreadable};
use super::table::{BadRow, BadRows, Line, Table};
use crate::frame::Happened;
use crate::model::{Attribute, Verified};
use crate::runtime::names::Names;
use crate::value::{Datum, Instant, Missing};

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
    /// Rows that tell of an event again; it counts once.
    pub repeated: u64,
    /// Cells of fields that could not be read, by `EVENT.FIELD`; they are missing.
    pub unreadable: BTreeMap<String, u64>,
    /// Of each event the stamps, sorted, to tell which lie after a decision.
    stamps: BTreeMap<String, Vec<Instant>>,
}

/// The columns of the table that say what an event belongs to, which no field is read from.
const OWN: [&str; 7] = ["customer", "event", "at", "offer", "rule", "tags", "id"];

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
        let id = table.column("id")?;
        let mut fields: Vec<Vec<(Attribute, Option<usize>)>> = Vec::new();
        for event in &rules.events {
            let mut columns = Vec::new();
            for field in &event.fields {
                let own = table.column(&format!("{}.{}", event.name, field.name))?;
                let plain = if OWN.contains(&field.name.as_str()) { None } else { table.column(&field.name)? };
                columns.push((as_attribute(field), own.or(plain)));
            }
            fields.push(columns);
        }
        let names = Names::of(rules);
        let mut index = Self::default();
        let mut known: HashMap<String, (String, usize)> = HashMap::new();
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
            let mut found = Vec::new();
            for (field, column) in fields.get(event.index()).into_iter().flatten() {
                let reader = CellReader { rules, attribute: field, spellings: &[] };
                let datum = datum(reader.text(column.map_or("", cell), None));
                if datum == Datum::Missing(Missing::Unreadable) || datum == Datum::Missing(Missing::NotInList) {
                    *index.unreadable.entry(format!("{}.{}", rules[event].name, field.name)).or_default() += 1;
                }
                found.push(datum);
            }
            if let Some(offer) = filled(offer).filter(|offer| names.offer(offer).is_none()) {
                *index.unknown_offers.entry(offer.to_owned()).or_default() += 1;
            }
            let tags: Option<Vec<&str>> = filled(tags).map(|tags| tags.split('|').collect());
            let stamp = names.stamp(filled(offer), filled(rule), None, tags.as_deref());
            let happened = Happened { event, at, stamp, fields: found };
            if let Some(id) = filled(id) {
                let place = index.events.get(&*customer).map_or(0, Vec::len);
                if let Some((whose, first)) = known.get(id) {
                    let same = **whose == *customer
                        && index.events.get(&*customer).and_then(|events| events.get(*first)) == Some(&happened);
                    if same {
                        index.repeated += 1;
                    } else {
                        index.bad.add(BadRow {
                            file: name.to_owned(),
                            row,
                            line,
                            why: format!("its id `{id}` is that of another event"),
                        });
                    }
                    continue;
                }
                known.insert(id.to_owned(), (customer.to_string(), place));
            }
            index.stamps.entry(rules[event].name.clone()).or_default().push(happened.at);
            match index.events.get_mut(&*customer) {
                Some(events) => events.push(happened),
                None => drop(index.events.insert((&*customer).into(), vec![happened])),
            }
        }
        index.stamps.values_mut().for_each(|stamps| stamps.sort_unstable());
        Ok(index)
    }

    /// How many of each event are stamped after `horizon` (a decision's now and the skew): they are set aside.
    pub fn after(&self, horizon: Instant) -> impl Iterator<Item = (&str, u64)> {
        self.stamps.iter().filter_map(move |(event, stamps)| {
            let late = stamps.len() - stamps.partition_point(|at| *at <= horizon);
            (late > 0).then_some((event.as_str(), late as u64))
        })
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
    use crate::value::Value;

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
    fn fields_stand_in_columns_and_an_id_is_one_event() {
        let index = read(
            "customer,event,at,amount,purchase.amount,id\n\
             anna,purchase,2026-06-02T10:00Z,20.00,,a\n\
             anna,purchase,2026-06-01T10:00Z,7,19.90,b\n\
             anna,purchase,2026-06-02T10:00Z,20.00,,a\n\
             anna,purchase,2026-06-02T10:00Z,20.00,,\n\
             anna,purchase,2026-06-02T10:00Z,,,\n\
             anna,purchase,2027-06-02T10:00Z,,0.001,\n\
             ben,purchase,2026-06-02T10:00Z,,20.00,a\n\
             anna,shown,2026-06-02T10:00Z,20.00,,\n",
        );
        let fields: Vec<_> = index.of("anna").iter().map(|happened| happened.fields.clone()).collect();
        let cents = |cents| vec![Datum::Known(Value::Number(cents))];
        let missing = |reason| vec![Datum::Missing(reason)];
        assert_eq!(
            fields,
            [
                missing(Missing::Absent),
                cents(1990),
                missing(Missing::Absent),
                missing(Missing::Absent),
                missing(Missing::Unreadable),
                Vec::new()
            ],
            "`purchase.amount` goes before `amount`, empty or not"
        );
        assert_eq!((index.repeated, index.bad.count), (1, 1));
        assert_eq!(index.unreadable, [("purchase.amount".to_owned(), 1)].into());
        let late = |now: &str| index.after(Instant::parse(now).unwrap()).collect::<Vec<_>>();
        assert_eq!(late("2026-06-02T10:00Z"), [("purchase", 1)]);
        assert_eq!(late("2026-06-02T09:00Z"), [("purchase", 4), ("shown", 1)]);
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
        let retired = Stamp::Retired { rule: None, via: None };
        assert_eq!(stamps, [of(&[1]), retired], "without tags of its own it may have had any");
    }
}
