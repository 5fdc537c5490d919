//! What happened to customers, from a table: `customer,event,at,offer,rule,class,tags,channel,id,decision,times`, kept by
//! customer.
//!
//! A field of a declared event stands in the column of its name, or in `EVENT.FIELD`, which goes first. Rows may come in
//! any order. Rows with one `id` are one event, however often they are sent; a row without one is an event of its own.
//!
//! `decision` is the id of the decision that an event comes from: what a state holds of the same decision and event is the
//! same event, and what it has reserved for it is reserved no longer.
//!
//! `times` is how often it happened at that time; without it once.
//!
//! `offer`, `rule`, `class` and `tags` (with `|` between them) may be missing or empty; besides the fields other columns
//! there are none. Without an offer an event may belong to anything; without class or tags it has those that its offer has
//! today.
//!
//! A restriction is lifted only by a no, so a row that leaves room for doubt counts for caps all the same: one whose time
//! cannot be read, that has a cell too many, or whose `id` is also that of something else, as if it had just happened,
//! and for nothing else; one whose class is none of the five as marketing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::DataError;
use super::cell::{CellReader, as_attribute, datum, instant, key};
use super::expected::quoted;
use super::input::{Input, open, plain, unreadable};
use super::table::{BadRow, BadRows, Line, Table};
use super::units::Places;
use crate::frame::{Facts, Happened, Stamp};
use crate::model::{Attribute, Class, EventId, Verified};
use crate::runtime::names::Names;
use crate::runtime::past::Told;
use crate::value::{Datum, Instant, Missing, Type};

/// What happened, by the customer's key.
#[derive(Clone, Debug, Default)]
pub struct EventIndex {
    events: HashMap<Box<str>, Vec<Happened>>,
    undated: HashMap<Box<str>, Vec<(EventId, Stamp)>>,
    /// Rows that could not be used.
    pub bad: BadRows,
    /// Rows with a cell that could not be read; they count for caps as what spares the customer most.
    pub doubtful: BadRows,
    /// Events in the file that the rules do not declare, and how many rows name them; nothing can count them.
    pub unknown_events: BTreeMap<String, u64>,
    /// Offers in the file that the rules do not have; their events count where nobody can rule it out.
    pub unknown_offers: BTreeMap<String, u64>,
    /// Tags in the file that the rules do not have; no cap can count by them.
    pub unknown_tags: BTreeMap<String, u64>,
    /// Channels in the file that the rules do not have; their events count for every channel.
    pub unknown_channels: BTreeMap<String, u64>,
    /// Rows that could not be used as they stood, by the customer whom they are about.
    notes: HashMap<Box<str>, BadRows>,
    /// Rows per customer, usable or not.
    rows: HashMap<Box<str>, u64>,
    /// Rows that tell of an event again; it counts once.
    pub repeated: u64,
    /// Cells of fields that could not be read, by `EVENT.FIELD`; they are missing.
    pub unreadable: BTreeMap<String, u64>,
    /// Of each event the stamps, sorted, to tell which lie after a decision.
    stamps: BTreeMap<String, Vec<Instant>>,
    /// The events that name the decision they come from.
    told: Told,
    /// Its name, for messages.
    pub(super) file: String,
    /// Who belongs together, of those in the file.
    pub(super) places: Places,
}

/// The columns that say what an event belongs to, which no field is read from.
const COLUMNS: [&str; 11] =
    ["customer", "event", "at", "offer", "rule", "class", "tags", "channel", "id", "decision", "times"];

/// So often something can have happened at one time.
const MOST_TIMES: u32 = 1_000;

impl EventIndex {
    /// Reads a file, packed or not.
    ///
    /// # Errors
    /// The file cannot be read, a column is missing, or one means nothing.
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

    /// Whether the header of a file is one of such a table; not a row is read.
    ///
    /// # Errors
    /// As [`EventIndex::open`].
    pub fn looks_right(rules: &Verified, path: &Path) -> Result<(), DataError> {
        let (input, _) = open(path)?;
        head(rules, &path.display().to_string(), input).map(drop)
    }

    fn read(rules: &Verified, name: &str, input: Input) -> Result<Self, DataError> {
        let (
            mut table,
            Columns { customer, event, at, offer, rule, class, tags, channel, id, decision, times, fields },
        ) = head(rules, name, input)?;
        let names = Names::of(rules);
        let mut index = Self { file: name.to_owned(), ..Self::default() };
        let mut known: HashMap<String, First> = HashMap::new();
        while let Some(next) = table.next()? {
            let (row, line, cells, shape) = match next {
                Line::Bad(bad) => {
                    index.bad.add(bad);
                    continue;
                }
                Line::Row { number, line, cells } => (number, line, cells, None),
                Line::Doubtful { cells, bad } => (bad.row, bad.line, cells, Some(bad.why)),
            };
            let bad = |why: &str| BadRow { file: name.to_owned(), row, line, why: why.to_owned() };
            let cell = |at: usize| cells.get(at).unwrap_or("");
            let filled = |at: Option<usize>| at.map(cell).filter(|cell| !cell.is_empty());
            let customer = key(cell(customer));
            if customer.is_empty() {
                index.bad.add(bad("it does not say whose it is"));
                continue;
            }
            *index.rows.entry((&*customer).into()).or_default() += 1;
            if cell(event).is_empty() {
                let row = bad("it does not say what happened");
                index.note(&customer, &row);
                index.bad.add(row);
                continue;
            }
            let Some(event) = names.event(cell(event)) else {
                index.note(&customer, &bad(&format!("the rules do not declare the event `{}`", cell(event))));
                *index.unknown_events.entry(cell(event).to_owned()).or_default() += 1;
                continue;
            };
            if let Some(why) = shape {
                let row = bad(&format!("{why}: it counts for caps as if it had just happened"));
                index.note(&customer, &row);
                index.doubtful.add(row);
                // What the cells after the offer say stands where nobody can rely on it, and an offer that is none may be
                // any.
                let offer = filled(offer).filter(|offer| names.offer(offer).is_some());
                add(&mut index.undated, &customer, (event, names.stamp::<&str>((offer, None, None), None, None, None)));
                continue;
            }
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
                index.note(&customer, &bad(&format!("the rules do not have the offer `{offer}`")));
                *index.unknown_offers.entry(offer.to_owned()).or_default() += 1;
            }
            if let Some(channel) = filled(channel).filter(|channel| names.channel(channel).is_none()) {
                let why = format!("the rules do not have the channel `{channel}`: it counts for every channel");
                index.note(&customer, &bad(&why));
                *index.unknown_channels.entry(channel.to_owned()).or_default() += 1;
            }
            let tags: Option<Vec<&str>> = filled(tags).map(|tags| tags.split('|').map(str::trim).collect());
            for tag in tags.iter().flatten().filter(|tag| names.tag(tag).is_none()) {
                index.note(&customer, &bad(&format!("the rules do not have the tag `{tag}`")));
                *index.unknown_tags.entry((*tag).to_owned()).or_default() += 1;
            }
            let class = filled(class).map(|word| {
                Class::from_word(word).unwrap_or_else(|| {
                    let word = quoted(word);
                    let row = bad(&format!("its class is {word}, none of the five: it counts as marketing does"));
                    index.note(&customer, &row);
                    index.doubtful.add(row);
                    Class::Marketing
                })
            });
            let stamp = names.stamp((filled(offer), filled(rule), filled(channel)), None, class, tags.as_deref());
            let times = filled(times).map_or(1, |written| {
                written.parse().ok().filter(|times| (1..=MOST_TIMES).contains(times)).unwrap_or_else(|| {
                    let row = bad(&format!(
                        "`times` is {}, no whole number from 1 to {MOST_TIMES}: it counts {MOST_TIMES} times",
                        quoted(written)
                    ));
                    index.note(&customer, &row);
                    index.doubtful.add(row);
                    MOST_TIMES
                })
            });
            let told = Row { event, at: instant(cell(at), rules), stamp, fields: found, times };
            if let Some(id) = filled(id) {
                match known.get_mut(id) {
                    Some(first) if first.customer == customer && first.told == told => {
                        index.repeated += 1;
                        continue;
                    }
                    // Nobody can say which of the two it was, whichever came first.
                    Some(first) => {
                        let row =
                            bad("its `id` is that of another event: both count for caps as if they had just happened");
                        index.note(&customer, &row);
                        if first.customer != customer {
                            index.note(&first.customer, &row);
                        }
                        index.doubtful.add(row);
                        if !std::mem::replace(&mut first.doubted, true) {
                            index.doubt(&first.customer, &first.told);
                        }
                        for _ in 0..told.times {
                            add(&mut index.undated, &customer, (told.event, told.stamp.clone()));
                        }
                        continue;
                    }
                    None => {
                        let first = First { customer: customer.clone(), told: told.clone(), doubted: false };
                        known.insert(id.to_owned(), first);
                    }
                }
            }
            match told {
                Row { event, at: Some(at), stamp, fields, times } => {
                    if let Some(decision) = filled(decision) {
                        index.told.add(decision, event);
                    }
                    for _ in 0..times {
                        index.stamps.entry(rules[event].name.clone()).or_default().push(at);
                        let happened = Happened { event, at, stamp: stamp.clone(), fields: fields.clone(), times: 1 };
                        add(&mut index.events, &customer, happened);
                    }
                }
                Row { event, at: None, stamp, times, .. } => {
                    let cell = quoted(cell(at));
                    let row = bad(&format!(
                        "`at` is {cell}, which is no time: it counts for caps as if it had just happened"
                    ));
                    index.note(&customer, &row);
                    index.doubtful.add(row);
                    for _ in 0..times {
                        add(&mut index.undated, &customer, (event, stamp.clone()));
                    }
                }
            }
        }
        index.stamps.values_mut().for_each(|stamps| stamps.sort_unstable());
        Ok(index)
    }

    /// Which of them come from which decision.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// How many of each event are stamped after `horizon` (a decision's now and the skew): they are set aside.
    pub fn after(&self, horizon: Instant) -> impl Iterator<Item = (&str, u64)> {
        self.stamps.iter().filter_map(move |(event, stamps)| {
            let late = stamps.len() - stamps.partition_point(|at| *at <= horizon);
            (late > 0).then_some((event.as_str(), late as u64))
        })
    }

    /// Whether some row tells of this event at a time that can be read.
    pub fn tells(&self, event: &str) -> bool {
        self.stamps.contains_key(event)
    }

    /// Takes back what a row told: it counts as one whose time cannot be read.
    fn doubt(&mut self, customer: &str, told: &Row) {
        let Some(at) = told.at else { return };
        let same = |happened: &Happened| {
            happened.event == told.event
                && happened.at == at
                && happened.stamp == told.stamp
                && happened.fields == told.fields
        };
        let of_customer = self.events.get_mut(customer);
        let Some(list) = of_customer else { return };
        for _ in 0..told.times {
            let Some(place) = list.iter().position(same) else { break };
            list.remove(place);
            add(&mut self.undated, customer, (told.event, told.stamp.clone()));
        }
    }

    fn note(&mut self, customer: &str, row: &BadRow) {
        self.notes.entry(customer.into()).or_default().add(row.clone());
    }

    /// The rows about that customer that could not be used as they stood.
    pub fn notes(&self, key: &str) -> Option<&BadRows> {
        self.notes.get(key)
    }

    /// How many rows there are about each customer, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rows.iter().map(|(key, rows)| (&**key, *rows))
    }

    /// Whether every name in the file is one of the rules.
    pub fn knows_all_names(&self) -> bool {
        self.unknown_names().iter().all(|(_, _, names)| names.is_empty())
    }

    /// The names in the file that the rules do not have: what they are of, their key for machines, how many rows.
    pub fn unknown_names(&self) -> [(&'static str, &'static str, &BTreeMap<String, u64>); 4] {
        [
            ("event", "unknown_events", &self.unknown_events),
            ("offer", "unknown_offers", &self.unknown_offers),
            ("tag", "unknown_tags", &self.unknown_tags),
            ("channel", "unknown_channels", &self.unknown_channels),
        ]
    }

    /// Adds what happened to the customer, in the order of the file.
    pub fn tell(&self, key: &str, facts: &mut Facts) {
        facts.history.extend(self.events.get(key).into_iter().flatten().cloned());
        facts.undated.extend(self.undated.get(key).into_iter().flatten().cloned());
    }

    /// What happened to a customer, in no order.
    pub fn of(&self, key: &str) -> &[Happened] {
        self.events.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// What happened to a customer at a time that nobody can read.
    pub(super) fn undated_of(&self, key: &str) -> &[(EventId, Stamp)] {
        self.undated.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a row about that customer is used.
    pub(super) fn tells_of(&self, key: &str) -> bool {
        self.events.contains_key(key) || self.undated.contains_key(key)
    }

    /// The customers of whom rows are used, by key.
    pub(in crate::runtime) fn keys(&self) -> impl Iterator<Item = &str> {
        let keys: BTreeSet<&str> = self.events.keys().chain(self.undated.keys()).map(|key| &**key).collect();
        keys.into_iter()
    }
}

struct Columns {
    customer: usize,
    event: usize,
    at: usize,
    offer: Option<usize>,
    rule: Option<usize>,
    class: Option<usize>,
    tags: Option<usize>,
    channel: Option<usize>,
    id: Option<usize>,
    decision: Option<usize>,
    times: Option<usize>,
    /// Per event its fields, each with its column.
    fields: Vec<Vec<(Attribute, Option<usize>)>>,
}

/// What a row tells, so that it is known again when it is told again.
#[derive(Clone, PartialEq)]
struct Row {
    event: EventId,
    at: Option<Instant>,
    stamp: Stamp,
    fields: Vec<Datum>,
    times: u32,
}

/// The first row with an `id`.
struct First {
    customer: Arc<str>,
    told: Row,
    /// Whether another row with that `id` tells of something else.
    doubted: bool,
}

fn head(rules: &Verified, name: &str, input: Input) -> Result<(Table, Columns), DataError> {
    let mut table = Table::open(name, input, None, ["customer", "event", "at"].into_iter())?.padded();
    let mut known: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
    let mut fields = Vec::new();
    for event in &rules.events {
        let mut of_event = Vec::new();
        for field in &event.fields {
            let own = format!("{}.{}", event.name, field.name);
            let shared = !COLUMNS.contains(&field.name.as_str());
            let plain = if shared { table.column(&field.name)? } else { None };
            of_event.push((as_attribute(field), table.column(&own)?.or(plain)));
            known.push(own);
            known.push(field.name.clone());
        }
        fields.push(of_event);
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let must = [("customer", "the customer's key"), ("event", "the event"), ("at", "its time")];
    let [customer, event, at] = table.fixed(must, &known)?;
    let columns = Columns {
        customer,
        event,
        at,
        offer: table.column("offer")?,
        rule: table.column("rule")?,
        class: table.column("class")?,
        tags: table.column("tags")?,
        channel: table.column("channel")?,
        id: table.column("id")?,
        decision: table.column("decision")?,
        times: table.column("times")?,
        fields: Vec::new(),
    };
    // Only what a text says may go on over the end of a line.
    let texts: BTreeSet<usize> =
        fields.iter().flatten().filter(|(field, _)| field.ty == Type::Text).filter_map(|(_, at)| *at).collect();
    table.keep_to_one_line((0..table.header().len()).filter(|column| !texts.contains(column)));
    Ok((table, Columns { fields, ..columns }))
}

fn add<T>(all: &mut HashMap<Box<str>, Vec<T>>, customer: &str, one: T) {
    match all.get_mut(customer) {
        Some(list) => list.push(one),
        None => drop(all.insert(customer.into(), vec![one])),
    }
}

#[cfg(test)]
mod tests;
