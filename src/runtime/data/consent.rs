//! Records of consent from a table: `customer,purpose,status,granted_at,version,confirmed`, kept by customer.
//!
//! The last three columns may be missing or empty; others there are none. The purpose `direct marketing` with the status
//! `objected`, `withdrawn` or `denied` is an objection to direct marketing as such, since each of them is a no; `granted` is
//! none, and of the others nobody can say what they mean, so they close nothing and are named.
//!
//! Of several rows about the same customer and purpose the one with the latest `granted_at` counts. Rows without a time,
//! or with one that is still to come, cannot be put in order: of those and the latest the most closed counts (R42).
//!
//! A purpose on legitimate interest is open until an objection (R23). A row of it that says `withdrawn` or `denied` reads as
//! open, and is named, since whoever wrote it may have meant one.
//!
//! A row that says whose it is, but not readably the rest, takes a permission back and never an objection: where the status
//! reads as `objected` it is one, where it reads as nothing at all everything of direct marketing is closed.
//!
//! A purpose that the rules do not have may be a misspelt one: an objection to it, or a row of it that cannot be read, is
//! an objection to direct marketing. What else is said of it opens nothing, and is told before anybody is decided for.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use super::cell::{instant, key};
use super::customer::as_an_objection;
use super::expected::quoted;
use super::input::{Input, open, plain, unreadable};
use super::table::{BadRow, BadRows, Line, Table};
use super::{DataError, codes};
use crate::diagnostics::nearest;
use crate::frame::{ConsentRecord, Facts};
use crate::model::{Basis, PurposeId, RuleSet, Verified};
use crate::runtime::names::Names;
use crate::value::{Consent, Instant, Period};

/// What customers said, by key.
#[derive(Clone, Debug, Default)]
pub struct ConsentIndex {
    said: HashMap<Box<str>, Vec<Said>>,
    /// How far ahead of now a time may lie.
    skew: Option<Period>,
    file: String,
    /// Rows that could not be used as they stood.
    pub bad: BadRows,
    /// Rows that another row contradicts, neither being the later one, the more closed of them counting; and rows of which
    /// nobody can say what they mean.
    pub doubtful: BadRows,
    /// Rows per customer, usable or not.
    rows: HashMap<Box<str>, u64>,
    /// Rows of either kind, by the customer whom they are about.
    notes: HashMap<Box<str>, BadRows>,
    /// Purposes in the file that the rules do not have.
    pub unknown_purposes: BTreeMap<String, UnknownPurpose>,
}

/// What one row says of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    of: Topic,
    record: ConsentRecord,
    /// Whether it objects to direct marketing as such, or may.
    closes: bool,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Purpose(PurposeId),
    /// Direct marketing, or what may be a misspelt purpose.
    Words(Box<str>),
}

/// How often a purpose was named that the rules do not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnknownPurpose {
    /// In how many rows.
    pub rows: u64,
    /// How many of them are objections, or cannot be read and may be.
    pub objections: u64,
}

/// The name under which an objection to direct marketing as such is recorded.
const DIRECT_MARKETING: &str = "direct marketing";

const COLUMNS: [&str; 6] = ["customer", "purpose", "status", "granted_at", "version", "confirmed"];

impl ConsentIndex {
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
    /// As [`ConsentIndex::open`].
    pub fn from_reader(rules: &Verified, name: &str, read: impl Read + Send + 'static) -> Result<Self, DataError> {
        Self::read(rules, name, plain(read).map_err(|why| unreadable(name, &why))?)
    }

    /// Whether the header of a file is one of such a table; not a row is read.
    ///
    /// # Errors
    /// As [`ConsentIndex::open`].
    pub fn looks_right(path: &Path) -> Result<(), DataError> {
        let (input, _) = open(path)?;
        head(&path.display().to_string(), input).map(drop)
    }

    fn read(rules: &Verified, name: &str, input: Input) -> Result<Self, DataError> {
        let (mut table, columns) = head(name, input)?;
        let names = Names::of(rules);
        let mut index = Self { file: name.to_owned(), skew: Some(rules.defaults.skew), ..Self::default() };
        while let Some(next) = table.next()? {
            let (row, line, cells, shape) = match next {
                Line::Bad(bad) => {
                    index.bad.add(bad);
                    continue;
                }
                Line::Row { number, line, cells } => (number, line, cells, None),
                Line::Doubtful { cells, bad } => (bad.row, bad.line, cells, Some(bad.why)),
            };
            let bad = |why: String| BadRow { file: name.to_owned(), row, line, why };
            let cell = |at: usize| cells.get(at).unwrap_or("");
            let (customer, words) = (key(cell(columns.customer)), cell(columns.purpose));
            if customer.is_empty() {
                index.bad.add(bad("it does not say whose it is".to_owned()));
                continue;
            }
            *index.rows.entry((&*customer).into()).or_default() += 1;
            let purpose = names.purpose(words);
            let read = match shape {
                // Nobody can say that the cells stand where they should: its time is not taken from it.
                Some(why) => Err(Unreadable { why, status: status(cell(columns.status)), at: None }),
                None if words.is_empty() => Err(Unreadable {
                    why: "it does not say about which purpose".to_owned(),
                    status: status(cell(columns.status)),
                    at: None,
                }),
                None => columns.record(rules, cell),
            };
            let (record, closes) = match &read {
                Ok(record) if purpose.is_none() && words == DIRECT_MARKETING => {
                    let closes = as_an_objection(record.status);
                    if closes.is_none() {
                        let status = record.status.word();
                        let why = format!("`{status}` says nothing of direct marketing as such; is `objected` meant?");
                        index.note(&customer, bad(why), false);
                    }
                    (*record, closes == Some(true))
                }
                Ok(record) => (*record, purpose.is_none() && record.status == Consent::Objected),
                Err(unreadable) => {
                    let basis = purpose.map(|purpose| &rules[purpose].basis);
                    (unreadable.record(basis), purpose.is_none() || unreadable.status.is_none())
                }
            };
            let is_read = read.is_ok();
            if let Err(Unreadable { why, status, .. }) = read {
                let what = match status {
                    _ if closes => "; all direct marketing to this customer is closed",
                    Some(Consent::Objected) => "; it counts as an objection",
                    Some(_) | None => "",
                };
                index.note(&customer, bad(format!("{why}{what}")), true);
            }
            if purpose.is_none() && words != DIRECT_MARKETING && !words.is_empty() {
                let unknown = index.unknown_purposes.entry(words.to_owned()).or_default();
                unknown.rows += 1;
                unknown.objections += u64::from(closes);
            }
            if let Some(purpose) = purpose
                && is_read
                && rules[purpose].takes_for_open(record.status)
            {
                let status = record.status.word();
                let why = format!(
                    "`{words}` rests on legitimate interest, so `{status}` leaves it open; is `objected` meant?"
                );
                index.note(&customer, bad(why), false);
            }
            let of = purpose.map_or_else(|| Topic::Words(words.into()), Topic::Purpose);
            if index.say(&customer, Said { of, record, closes }) {
                let why = "another row says otherwise, and neither is the later one; the more closed of them counts";
                index.note(&customer, bad(why.to_owned()), false);
            }
        }
        Ok(index)
    }

    /// Keeps a row; says whether it contradicts one that is neither before nor after it.
    fn say(&mut self, customer: &str, new: Said) -> bool {
        let Some(said) = self.said.get_mut(customer) else {
            self.said.insert(customer.into(), vec![new]);
            return false;
        };
        let at_once = |old: &Said| match (old.record.granted_at, new.record.granted_at) {
            (Some(old), Some(new)) => old == new,
            (None, _) | (_, None) => true,
        };
        let about = |old: &&Said| old.of == new.of;
        let contradicts = said.iter().filter(about).any(|old| old.record.status != new.record.status && at_once(old));
        if !said.contains(&new) {
            said.push(new);
        }
        contradicts
    }

    fn note(&mut self, customer: &str, row: BadRow, is_bad: bool) {
        self.notes.entry(customer.into()).or_default().add(row.clone());
        if is_bad { self.bad.add(row) } else { self.doubtful.add(row) }
    }

    /// What is odd about the file as a whole, to be told before anybody is decided for.
    pub fn findings(&self, rules: &RuleSet) -> Vec<DataError> {
        let purposes = || rules.purposes.iter().map(|purpose| purpose.name.as_str()).chain([DIRECT_MARKETING]);
        let one = |(name, unknown): (&String, &UnknownPurpose)| {
            let UnknownPurpose { rows, objections } = *unknown;
            let said = if rows == 1 { "1 row speaks" } else { &format!("{rows} rows speak") };
            let closed = match objections {
                0 => String::new(),
                1 => "; 1 may be an objection, which closes every purpose of direct marketing for that customer"
                    .to_owned(),
                _ => format!(
                    "; {objections} may be objections, which closes every purpose of direct marketing for those customers"
                ),
            };
            let message =
                format!("`{}`: {said} of purpose `{name}`, which the rules do not declare{closed}", self.file);
            let finding = DataError::new(&codes::UNKNOWN_PURPOSE, message).did_you_mean(name, purposes());
            match finding.help {
                Some(_) => finding,
                None => finding.help("correct the name, declare the purpose, or leave these rows out of the file"),
            }
        };
        self.unknown_purposes.iter().map(one).collect()
    }

    /// Writes what the customer said into the facts, as it stands at their instant.
    pub fn tell(&self, key: &str, facts: &mut Facts) {
        let Some(said) = self.said.get(key) else { return };
        let horizon = self.skew.map_or(facts.now, |skew| facts.now.plus(skew));
        let mut seen: Vec<&Topic> = Vec::new();
        for Said { of, .. } in said {
            if seen.contains(&of) {
                continue;
            }
            seen.push(of);
            let (record, closes) = settle(said.iter().filter(|one| one.of == *of), horizon);
            match of {
                Topic::Purpose(purpose) => facts.set_consent(*purpose, record),
                Topic::Words(_) => {}
            }
            facts.objects_to_direct_marketing |= closes;
        }
    }

    /// The rows about that customer that could not be used as they stood.
    pub fn notes(&self, key: &str) -> Option<&BadRows> {
        self.notes.get(key)
    }

    /// How many customers said anything of a purpose that the rules have.
    pub fn customers(&self) -> usize {
        self.said.values().filter(|said| said.iter().any(|one| matches!(one.of, Topic::Purpose(_)))).count()
    }

    /// How many rows there are about each customer, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rows.iter().map(|(key, rows)| (&**key, *rows))
    }
}

/// What several rows about one thing come to.
fn settle<'a>(said: impl Iterator<Item = &'a Said>, horizon: Instant) -> (ConsentRecord, bool) {
    let mut latest: Option<(ConsentRecord, bool)> = None;
    let mut unordered: Option<(ConsentRecord, bool)> = None;
    for Said { record, closes, .. } in said {
        let one = (*record, *closes);
        if record.granted_at.is_none_or(|at| horizon < at) {
            unordered = Some(unordered.map_or(one, |other| more_closed(other, one)));
            continue;
        }
        latest = Some(match latest {
            Some(other) if record.granted_at < other.0.granted_at => other,
            Some(other) if record.granted_at == other.0.granted_at => more_closed(other, one),
            Some(_) | None => one,
        });
    }
    match (latest, unordered) {
        (Some(latest), Some(unordered)) => more_closed(latest, unordered),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// The reading that opens least; of two grants, what both of them satisfy.
fn more_closed(a: (ConsentRecord, bool), b: (ConsentRecord, bool)) -> (ConsentRecord, bool) {
    let closes = a.1 || b.1;
    let record = match openness(a.0.status).cmp(&openness(b.0.status)) {
        Ordering::Less => a.0,
        Ordering::Greater => b.0,
        Ordering::Equal => ConsentRecord {
            status: a.0.status,
            // None lies before every time, and the earlier is out of term first.
            granted_at: a.0.granted_at.min(b.0.granted_at),
            version: a.0.version.min(b.0.version),
            confirmed: a.0.confirmed && b.0.confirmed,
        },
    };
    (record, closes)
}

/// The order of R42, the most closed first.
fn openness(status: Consent) -> u8 {
    match status {
        Consent::Objected => 0,
        Consent::Withdrawn => 1,
        Consent::Denied => 2,
        Consent::Pending => 3,
        Consent::Unknown => 4,
        Consent::Expired => 5,
        Consent::Granted => 6,
    }
}

fn head(name: &str, input: Input) -> Result<(Table, Columns), DataError> {
    let mut table = Table::open(name, input, None, ["customer", "purpose", "status"].into_iter())?.padded();
    let must = [("customer", "the customer's key"), ("purpose", "the purpose"), ("status", "the status")];
    let [customer, purpose, status] = table.fixed(must, &COLUMNS)?;
    let columns = Columns {
        customer,
        purpose,
        status,
        granted_at: table.column("granted_at")?,
        version: table.column("version")?,
        confirmed: table.column("confirmed")?,
    };
    table.keep_to_one_line(0..table.header().len());
    Ok((table, columns))
}

/// A row that cannot be used as it stands.
struct Unreadable {
    why: String,
    /// What its status can be read as.
    status: Option<Consent>,
    /// When it was said, if that can be relied on.
    at: Option<Instant>,
}

impl Unreadable {
    /// What stands in for the row: no permission, and where nobody has to ask, what may have been an objection.
    fn record(&self, basis: Option<&Basis>) -> ConsentRecord {
        let least = match basis {
            Some(Basis::Consent | Basis::ExplicitConsent) => Consent::Unknown,
            Some(Basis::LegitimateInterest(_)) | None => Consent::Objected,
        };
        let status = self.status.filter(|status| openness(*status) < openness(least)).unwrap_or(least);
        ConsentRecord { granted_at: self.at, ..ConsentRecord::of(status) }
    }
}

/// What a status can be read as: one of the seven to the letter, or anything near to an objection.
fn status(word: &str) -> Option<Consent> {
    Consent::from_word(word).or_else(|| {
        let near = nearest(word.trim(), Consent::ALL.map(Consent::word));
        near.and_then(Consent::from_word).filter(|status| *status == Consent::Objected)
    })
}

fn no_status(cell: &str) -> String {
    let words = || Consent::ALL.into_iter().map(Consent::word);
    let meant = nearest(cell, words()).map(|meant| format!("; is `{meant}` meant?")).unwrap_or_default();
    format!("its status is {}, and none of {}{meant}", quoted(cell), words().collect::<Vec<_>>().join(", "))
}

struct Columns {
    customer: usize,
    purpose: usize,
    status: usize,
    granted_at: Option<usize>,
    version: Option<usize>,
    confirmed: Option<usize>,
}

impl Columns {
    fn record<'a>(&self, rules: &RuleSet, cell: impl Fn(usize) -> &'a str) -> Result<ConsentRecord, Unreadable> {
        let filled = |at: Option<usize>| at.map(&cell).filter(|cell| !cell.is_empty());
        let word = cell(self.status);
        let stamp = filled(self.granted_at);
        let at = stamp.and_then(|text| instant(text, rules));
        let unreadable = |why: String| Unreadable { why, status: status(word), at };
        let status = Consent::from_word(word).ok_or_else(|| unreadable(no_status(word)))?;
        if let (Some(text), None) = (stamp, at) {
            let why = format!("`granted_at` is {}, which is no time; write 2026-06-15T10:00Z", quoted(text));
            return Err(unreadable(why));
        }
        let version =
            match filled(self.version) {
                Some(text) => Some(text.parse().map_err(|_| {
                    unreadable(format!("`version` is {}, which is no whole number from 0", quoted(text)))
                })?),
                None => None,
            };
        let confirmed = match filled(self.confirmed) {
            None | Some("no" | "false") => false,
            Some("yes" | "true") => true,
            Some(text) => {
                let why = format!("`confirmed` is {}, which is neither yes nor no", quoted(text));
                return Err(unreadable(why));
            }
        };
        Ok(ConsentRecord { status, granted_at: at, version, confirmed })
    }
}

#[cfg(test)]
mod tests;
