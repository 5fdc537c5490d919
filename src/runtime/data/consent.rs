//! Records of consent from a table: `customer,purpose,status,granted_at,version,confirmed`, kept by customer.
//!
//! The last three columns may be missing or empty; others there are none. Of several rows about the same customer and
//! purpose the last counts. The purpose `direct marketing` with the status `objected` is an objection to direct marketing
//! as such. A row that says whose it is and about which purpose, but not readably what, takes back what earlier rows
//! said: a permission needs a yes, and where nobody has to ask, the row may have been an objection.
//!
//! A purpose that the rules do not have may be a misspelt one: an objection to it, or a row of it that cannot be read, is
//! an objection to direct marketing. What else is said of it opens nothing, and is told before anybody is decided for.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use super::cell::{instant, nfc};
use super::input::{Input, open, plain, unreadable};
use super::table::{BadRow, BadRows, Line, Table};
use super::{DataError, codes};
use crate::frame::{ConsentRecord, Facts};
use crate::model::{Basis, PurposeId, RuleSet, Verified};
use crate::runtime::names::Names;
use crate::value::Consent;

/// What customers said, by key.
#[derive(Clone, Debug, Default)]
pub struct ConsentIndex {
    records: HashMap<Box<str>, Vec<(PurposeId, ConsentRecord)>>,
    /// Under which words a customer was last known to object to direct marketing, or not any more.
    objections: HashMap<Box<str>, Vec<(Box<str>, bool)>>,
    file: String,
    /// Rows that could not be used as they stood.
    pub bad: BadRows,
    /// Purposes in the file that the rules do not have.
    pub unknown_purposes: BTreeMap<String, UnknownPurpose>,
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
        let mut index = Self { file: name.to_owned(), ..Self::default() };
        while let Some(next) = table.next()? {
            let (row, line, cells) = match next {
                Line::Bad(bad) => {
                    index.bad.add(bad);
                    continue;
                }
                Line::Row { number, line, cells } => (number, line, cells),
            };
            let bad = |why: &str| BadRow { file: name.to_owned(), row, line, why: why.to_owned() };
            let cell = |at: usize| cells.get(at).unwrap_or("");
            let (customer, purpose) = (nfc(cell(columns.customer)), cell(columns.purpose));
            if customer.is_empty() {
                index.bad.add(bad("it does not say whose it is"));
                continue;
            }
            let record = columns.record(rules, cell);
            if let Err(why) = &record {
                index.bad.add(bad(why));
            }
            match names.purpose(purpose) {
                Some(purpose) => {
                    let record = record.unwrap_or_else(|_| unreadable_record(&rules[purpose].basis));
                    index.set(&customer, purpose, record);
                }
                None => {
                    let objects = record.map_or(true, |record| record.status == Consent::Objected);
                    index.objects(&customer, purpose, objects);
                    if purpose != DIRECT_MARKETING {
                        let unknown = index.unknown_purposes.entry(purpose.to_owned()).or_default();
                        unknown.rows += 1;
                        unknown.objections += u64::from(objects);
                    }
                }
            }
        }
        Ok(index)
    }

    fn set(&mut self, customer: &str, purpose: PurposeId, record: ConsentRecord) {
        let records = match self.records.get_mut(customer) {
            Some(records) => records,
            None => self.records.entry(customer.into()).or_default(),
        };
        match records.iter_mut().find(|(of, _)| *of == purpose) {
            Some((_, place)) => *place = record,
            None => records.push((purpose, record)),
        }
    }

    /// Notes whether a customer objects to direct marketing under these words.
    fn objects(&mut self, customer: &str, words: &str, objects: bool) {
        let Some(said) = self.objections.get_mut(customer) else {
            if objects {
                self.objections.insert(customer.into(), vec![(words.into(), true)]);
            }
            return;
        };
        match said.iter_mut().find(|(under, _)| **under == *words) {
            Some((_, place)) => *place = objects,
            None => said.push((words.into(), objects)),
        }
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

    /// Writes what the customer said into the facts.
    pub fn tell(&self, key: &str, facts: &mut Facts) {
        for (purpose, record) in self.records.get(key).into_iter().flatten() {
            facts.set_consent(*purpose, *record);
        }
        facts.objects_to_direct_marketing |=
            self.objections.get(key).into_iter().flatten().any(|(_, objects)| *objects);
    }

    /// How many customers said anything.
    pub fn customers(&self) -> usize {
        self.records.len()
    }
}

fn head(name: &str, input: Input) -> Result<(Table, Columns), DataError> {
    let table = Table::open(name, input, None, ["customer", "purpose", "status"].into_iter())?.padded();
    let columns = Columns {
        customer: table.required("customer", "the customer's key")?,
        purpose: table.required("purpose", "the purpose")?,
        status: table.required("status", "the status")?,
        granted_at: table.column("granted_at")?,
        version: table.column("version")?,
        confirmed: table.column("confirmed")?,
    };
    table.only(&COLUMNS)?;
    Ok((table, columns))
}

/// What stands in for a row of which nobody can say what it recorded.
fn unreadable_record(basis: &Basis) -> ConsentRecord {
    ConsentRecord::of(match basis {
        Basis::Consent | Basis::ExplicitConsent => Consent::Unknown,
        Basis::LegitimateInterest(_) => Consent::Objected,
    })
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
    fn record<'a>(&self, rules: &RuleSet, cell: impl Fn(usize) -> &'a str) -> Result<ConsentRecord, &'static str> {
        let filled = |at: Option<usize>| at.map(&cell).filter(|cell| !cell.is_empty());
        Ok(ConsentRecord {
            status: Consent::from_word(cell(self.status)).ok_or("its status is none of the seven")?,
            granted_at: match filled(self.granted_at) {
                Some(text) => Some(instant(text, rules).ok_or("`granted_at` is no time")?),
                None => None,
            },
            version: match filled(self.version) {
                Some(text) => Some(text.parse().map_err(|_| "`version` is no whole number")?),
                None => None,
            },
            confirmed: match filled(self.confirmed) {
                None | Some("no" | "false") => false,
                Some("yes" | "true") => true,
                Some(_) => return Err("`confirmed` is neither yes nor no"),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{FITTING, OWN, rule_set};
    use crate::value::Instant;

    fn read(text: &'static str) -> Result<ConsentIndex, DataError> {
        ConsentIndex::from_reader(&Verified::new(rule_set()).unwrap(), "consent.csv", text.as_bytes())
    }

    fn told(index: &ConsentIndex, key: &str) -> Facts {
        let mut facts = Facts::nothing(&rule_set(), Instant(0));
        index.tell(key, &mut facts);
        facts
    }

    #[test]
    fn the_last_row_counts() {
        let index = read(
            "customer,purpose,status,granted_at,version,confirmed\n\
             anna,fitting,denied,,,\n\
             anna,fitting,granted,2026-01-01T00:00Z,3,yes\n\
             ben,own_offers,objected,,,\n\
             ben,newsletter,granted,,,\n\
             chloe,direct marketing,objected,,,\n",
        )
        .unwrap();
        let granted_at = Instant::parse("2026-01-01T00:00Z");
        let expected = ConsentRecord { status: Consent::Granted, granted_at, version: Some(3), confirmed: true };
        assert_eq!(told(&index, "anna").consent[FITTING.index()], expected);
        assert_eq!(told(&index, "ben").consent[OWN.index()].status, Consent::Objected);
        assert_eq!(told(&index, "dario").consent[FITTING.index()], ConsentRecord::default());
        assert!(told(&index, "chloe").objects_to_direct_marketing);
        assert!(!told(&index, "anna").objects_to_direct_marketing);
        let once = UnknownPurpose { rows: 1, objections: 0 };
        assert_eq!(index.unknown_purposes, [("newsletter".to_owned(), once)].into());
        assert!(!told(&index, "ben").objects_to_direct_marketing);
        assert_eq!((index.bad.count, index.customers()), (0, 2));
    }

    #[test]
    fn what_cannot_be_read_takes_a_permission_back_and_never_an_objection() {
        let index = read(
            "purpose,status,customer,version\n\
             fitting,granted,anna,3\n\
             fitting,withdrawnn,anna,3\n\
             own_offers,objectd,ben,\n\
             fitting,granted,ben,three\n\
             fitting,granted,,3\n\
             fitting,granted\n\
             direct marketing,?,chloe,\n",
        )
        .unwrap();
        assert_eq!(told(&index, "anna").consent[FITTING.index()].status, Consent::Unknown);
        assert_eq!(told(&index, "ben").consent[OWN.index()].status, Consent::Objected);
        assert_eq!(told(&index, "ben").consent[FITTING.index()].status, Consent::Unknown);
        assert!(told(&index, "chloe").objects_to_direct_marketing);
        assert_eq!(index.bad.count, 6);
        assert_eq!(index.bad.first[0].why, "its status is none of the seven");
        assert_eq!((index.bad.first[0].row, index.bad.first[0].line), (2, 3));
    }

    #[test]
    fn an_objection_under_a_misspelt_purpose_is_not_lost() {
        let index = read(
            "customer,purpose,status\n\
             anna,own_ofers,objected\n\
             ben,own_ofers,objectd\n\
             chloe,own_ofers,granted\n\
             chloe,weather,withdrawn\n\
             dario,weather,objected\n\
             dario,weather,granted\n\
             dario,own_ofers,objected\n\
             dario,direct marketing,granted\n\
             emre,weather,objected\n\
             emre,weather,granted\n",
        )
        .unwrap();
        let closed = |key| told(&index, key).objects_to_direct_marketing;
        assert!(closed("anna"));
        assert!(closed("ben"), "it cannot be read, so it may be one");
        assert!(!closed("chloe"));
        assert!(closed("dario"), "taken back under the other words only");
        assert!(!closed("emre"), "the last row counts");
        let rules = rule_set();
        let findings = index.findings(&rules);
        let said: Vec<_> =
            findings.iter().map(|one| (one.code.name, one.message.as_str(), one.help.as_deref())).collect();
        assert_eq!(
            said,
            [
                (
                    "data::unknown-purpose",
                    "`consent.csv`: 4 rows speak of purpose `own_ofers`, which the rules do not declare; 3 may be \
                     objections, which closes every purpose of direct marketing for those customers",
                    Some("did you mean `own_offers`?")
                ),
                (
                    "data::unknown-purpose",
                    "`consent.csv`: 5 rows speak of purpose `weather`, which the rules do not declare; 2 may be \
                     objections, which closes every purpose of direct marketing for those customers",
                    Some("correct the name, declare the purpose, or leave these rows out of the file")
                ),
            ]
        );
        let frame = crate::frame::gather(&rules, &told(&index, "anna"));
        assert_eq!(frame.consent[OWN.index()], Consent::Objected);
    }

    #[test]
    fn a_column_that_means_nothing_is_refused() {
        let refused = |text| {
            let error = read(text).unwrap_err();
            (error.code.name, error.message, error.help.unwrap_or_default())
        };
        let (code, message, help) =
            refused("customer,purpose,status,granted-at\nanna,fitting,granted,2026-01-01T00:00Z\n");
        assert_eq!(code, "data::unknown-column");
        assert_eq!(message, "`consent.csv` has a column `granted-at`, which means nothing here");
        assert_eq!(help, "did you mean `granted_at`?");
        let (code, _, help) = refused("customer,purpose,status,remarks\n");
        assert_eq!(code, "data::unknown-column");
        assert!(help.ends_with("the columns are customer, purpose, status, granted_at, version, confirmed"), "{help}");
    }

    #[test]
    fn three_columns_are_needed() {
        let error = read("customer,purpose,state\n").unwrap_err();
        assert_eq!((error.code.name, error.help.as_deref()), ("data::missing-column", Some("did you mean `state`?")));
    }
}
