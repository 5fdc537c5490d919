//! A file of customers, read row by row: what is kept in memory is one row.
//!
//! Splitting rows is one pass over the file and stays on one thread; reading cells is most of the work, so a row can be
//! handed to another thread and decoded there.

use std::io::Read as IoRead;
use std::path::PathBuf;
use std::sync::Arc;

use csv::StringRecord;

use super::cell::nfc;
use super::columns::{Columns, MissingCells, Overrides};
use super::csv::{CsvSource, Places, no_key};
use super::input::{Format, Input, Progress, open, plain, unreadable};
use super::jsonl::{self, JsonlSource};
use super::{BadRow, DataError};
use crate::frame::{Fact, Facts};
use crate::model::Verified;
use crate::value::{Missing, Permission, Value};

/// Where customers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomersFile {
    /// How they are called: in messages, and before the row's number where that is the key.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// How it is written; by its name, if not said.
    pub format: Option<Format>,
    /// What stands between cells; found from the header, if not said.
    pub delimiter: Option<u8>,
    /// What the file does differently from the rules' mapping.
    pub overrides: Overrides,
    /// Whether that stands in a `cater.toml`, where more of it can be said.
    pub configured: bool,
}

/// A column, or a field of JSON Lines, that no attribute is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub name: String,
    /// What it may have been meant for, where something that is read was never there.
    pub meant: Option<String>,
}

/// One row, its cells unread.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number, from 1.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The customer's key; `None` where the rules declare none.
    pub key: Option<Arc<str>>,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Csv(StringRecord),
    Json(String),
}

/// What the next row turned out to be.
#[derive(Debug)]
pub enum NextRow {
    /// A customer.
    Row(Row),
    /// To be passed over.
    Bad(BadRow),
}

/// A row as a source finds it, with the fact of its key, if a column holds the key.
pub(super) enum Found<C> {
    Row { number: u64, line: u64, key: Option<Fact>, cells: C },
    Bad(BadRow),
}

/// Where the cells of a row stand.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Csv(Places),
    Json,
}

/// Customers that are being read.
pub struct Customers {
    name: String,
    rules: Verified,
    columns: Arc<Columns>,
    reader: Reader,
    progress: Progress,
}

enum Reader {
    Csv(Box<CsvSource>),
    Json(JsonlSource),
}

impl Customers {
    /// Opens a file; of a table the header is read and compared with the mapping.
    ///
    /// # Errors
    /// The file cannot be read, a column is missing or stands twice.
    pub fn open(rules: &Verified, file: &CustomersFile) -> Result<Self, DataError> {
        let (input, progress) = open(&file.path)?;
        let format = file.format.unwrap_or_else(|| Format::of(&file.path));
        let mut customers = Self::read(rules, file, format, input)?;
        customers.progress = progress;
        Ok(customers)
    }

    /// Reads customers from anything, packed or not; without a format they are a table.
    ///
    /// # Errors
    /// As [`Customers::open`]; the path of `file` is not looked at.
    pub fn from_reader(
        rules: &Verified,
        file: &CustomersFile,
        read: impl IoRead + Send + 'static,
    ) -> Result<Self, DataError> {
        let input = plain(read).map_err(|why| unreadable(&file.name, &why))?;
        Self::read(rules, file, file.format.unwrap_or(Format::Csv), input)
    }

    fn read(rules: &Verified, file: &CustomersFile, format: Format, input: Input) -> Result<Self, DataError> {
        let columns = Arc::new(Columns::new(rules, &file.overrides));
        let reader = match format {
            Format::Csv => {
                let source = CsvSource::open(rules, file, input, &columns)?;
                Reader::Csv(Box::new(source))
            }
            Format::JsonLines => Reader::Json(JsonlSource::new(&file.name, input, &columns)),
        };
        // Keys are compared with those of other files, so a name that goes into them is in the form that they are in.
        let name = nfc(&file.name).as_ref().to_owned();
        Ok(Self { name, rules: rules.clone(), columns, reader, progress: Progress::default() })
    }

    /// How they are called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the row's number is the key, so that no customer comes twice.
    pub fn numbered(&self) -> bool {
        self.columns.numbered
    }

    /// The columns that nothing is read from, in the order in which they stand; of JSON Lines, those met so far.
    pub fn unread(&self) -> Vec<Unread> {
        let (names, there): (Vec<&str>, Vec<bool>) = match &self.reader {
            Reader::Csv(source) => (source.unread(&self.columns), vec![true; self.columns.columns.len()]),
            Reader::Json(source) => (source.unread(), source.seen().to_vec()),
        };
        let absent = self.columns.absent(&self.rules, &there);
        let unread = |name: &str| {
            let meant = absent.iter().find(|(attribute, _)| *attribute == name).map(|(_, column)| *column);
            let near = || crate::diagnostics::nearest(name, absent.iter().map(|(_, column)| *column));
            let meant = meant.or_else(near).filter(|meant| *meant != name);
            Unread { name: name.to_owned(), meant: meant.map(str::to_owned) }
        };
        names.into_iter().map(unread).collect()
    }

    /// How much of the file has been read.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// What turns rows of this file into facts, on any thread.
    pub fn decoder(&self) -> Decoder {
        let source = match &self.reader {
            Reader::Csv(source) => source.source(),
            Reader::Json(_) => Source::Json,
        };
        Decoder { rules: self.rules.clone(), columns: Arc::clone(&self.columns), source }
    }

    /// The next row, or none after the last.
    ///
    /// # Errors
    /// The file breaks off.
    pub fn next_row(&mut self) -> Result<Option<NextRow>, DataError> {
        let (rules, columns) = (&self.rules, &self.columns);
        let found = match &mut self.reader {
            Reader::Csv(source) => source.next(rules, columns)?.map(|found| found.map(Cells::Csv)),
            Reader::Json(source) => source.next(rules, columns)?.map(|found| found.map(Cells::Json)),
        };
        Ok(found.map(|found| match found {
            Found::Bad(bad) => NextRow::Bad(bad),
            Found::Row { number, line, key, cells } => match self.key(number, key) {
                Ok(key) => NextRow::Row(Row { number, line, key, cells }),
                Err(()) => NextRow::Bad(no_key(&self.name, number, line)),
            },
        }))
    }

    fn key(&self, number: u64, key: Option<Fact>) -> Result<Option<Arc<str>>, ()> {
        match key {
            _ if self.columns.numbered => Ok(Some(format!("{}#{number}", self.name).into())),
            // An empty key would be one customer of all who have none.
            Some(Fact::Known(Value::Text(text), _)) => {
                Some(super::cell::key(&text)).filter(|key| !key.is_empty()).map(Some).ok_or(())
            }
            Some(Fact::Known(..) | Fact::Missing(_) | Fact::Increments(_)) => Err(()),
            // A file that is said to lack the key holds nobody in particular.
            None if self.rules.key().is_some() => Err(()),
            None => Ok(None),
        }
    }
}

impl<C> Found<C> {
    fn map<D>(self, f: impl FnOnce(C) -> D) -> Found<D> {
        match self {
            Self::Row { number, line, key, cells } => Found::Row { number, line, key, cells: f(cells) },
            Self::Bad(bad) => Found::Bad(bad),
        }
    }
}

/// What turns rows into facts.
#[derive(Clone, Debug)]
pub struct Decoder {
    rules: Verified,
    columns: Arc<Columns>,
    source: Source,
}

impl Decoder {
    /// The facts of a row's customer over those of the moment; cells that hold no value are counted.
    pub fn facts(&self, row: &Row, moment: &[Fact], missing: &mut MissingCells) -> Vec<Fact> {
        let mut facts = moment.to_vec();
        facts.resize(self.rules.attributes.len(), Fact::Missing(Missing::Absent));
        match (&self.source, &row.cells) {
            (Source::Csv(places), Cells::Csv(cells)) => {
                places.facts(&self.rules, &self.columns, row.number, cells, &mut facts, missing);
            }
            (Source::Json, Cells::Json(line)) => {
                jsonl::facts(&self.rules, &self.columns, row.number, line, &mut facts, missing);
            }
            // A row of another file says nothing here.
            (Source::Csv(_), Cells::Json(_)) | (Source::Json, Cells::Csv(_)) => {}
        }
        // As it is compared, and not with the blanks that may stand around it in the cell.
        if let (Some(key), Some(id)) = (&row.key, self.rules.key())
            && let Some(slot) = facts.get_mut(id.index())
        {
            *slot = Fact::Known(Value::Text(Arc::clone(key)), None);
        }
        facts
    }

    /// A row's customer over what is known of nobody; cells that hold no value are counted.
    pub fn customer(&self, row: &Row, nobody: &Facts, missing: &mut MissingCells) -> Facts {
        let attributes = self.facts(row, &nobody.attributes, missing);
        Facts { attributes, permissions: self.permissions(row, missing), ..nobody.clone() }
    }

    /// What a row says the customer's device permits, by channel; where it does not say, it is unknown and counted.
    pub fn permissions(&self, row: &Row, missing: &mut MissingCells) -> Vec<Permission> {
        let mut permissions = vec![Permission::Unknown; self.rules.channels.len()];
        if self.columns.permissions.0.is_empty() {
            return permissions;
        }
        match (&self.source, &row.cells) {
            (Source::Csv(places), Cells::Csv(cells)) => {
                places.permissions(&self.columns, cells, &mut permissions, missing);
            }
            (Source::Json, Cells::Json(line)) => jsonl::permissions(&self.columns, line, &mut permissions, missing),
            // A row of another file says nothing here.
            (Source::Csv(_), Cells::Json(_)) | (Source::Json, Cells::Csv(_)) => {}
        }
        permissions
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::{ColumnCounts, Override};
    use super::*;
    use crate::model::sample::{at, rule_set};
    use crate::model::{AttributeId, RuleSet, Spelling};
    use crate::value::Instant;

    fn file(format: Format, overrides: Vec<(AttributeId, Override)>) -> CustomersFile {
        let (name, path) = ("shop".to_owned(), PathBuf::new());
        let overrides = Overrides(overrides);
        CustomersFile { name, path, format: Some(format), delimiter: None, overrides, configured: true }
    }

    /// All but the few columns that a test is about are absent.
    fn only(read: &[AttributeId]) -> Vec<(AttributeId, Override)> {
        let all = (0..rule_set().attributes.len()).map(AttributeId::from_index);
        let absent = Override { absent: true, ..Override::default() };
        all.filter(|id| !read.contains(id)).map(|id| (id, absent.clone())).collect()
    }

    struct All {
        rows: Vec<(u64, Option<String>, Vec<Fact>)>,
        bad: Vec<BadRow>,
        missing: MissingCells,
        unread: Vec<Unread>,
    }

    fn read_all(rules: RuleSet, file: &CustomersFile, text: &'static str) -> Result<All, DataError> {
        let rules = Verified::new(rules).unwrap();
        let mut customers = Customers::from_reader(&rules, file, text.as_bytes())?;
        let decoder = customers.decoder();
        let mut all = All { rows: Vec::new(), bad: Vec::new(), missing: MissingCells::default(), unread: Vec::new() };
        while let Some(next) = customers.next_row()? {
            match next {
                NextRow::Bad(bad) => all.bad.push(bad),
                NextRow::Row(row) => {
                    let facts = decoder.facts(&row, &[], &mut all.missing);
                    all.rows.push((row.number, row.key.map(|key| key.to_string()), facts));
                }
            }
        }
        all.unread = customers.unread();
        Ok(all)
    }

    const READ: [AttributeId; 4] = [at::ID, at::TIER, at::BALANCE, at::CHURN];

    #[test]
    fn a_table_and_lines_say_the_same() {
        let table = "id,churn,churn_at,tier,balance,more\n\
                     anna,0.25,2026-06-01T10:00Z,gold,12.50,x\n\
                     ben,,,Gold,12.505,\n\
                     ,0.5,,gold,1,\n\
                     chloe,0.5,yesterday,,1,\n";
        let lines = "{\"id\": \"anna\", \"churn\": 0.25, \"churn_at\": \"2026-06-01T10:00Z\", \"tier\": \"gold\", \"balance\": 12.50}\n\
                     {\"balance\": \"12.505\", \"id\": \"ben\", \"churn\": null, \"tier\": \"Gold\"}\n\
                     {\"churn\": 0.5}\n\
                     \n\
                     {\"id\": \"chloe\", \"churn\": 0.5, \"churn_at\": \"yesterday\", \"balance\": 1}\n";
        for (format, text) in [(Format::Csv, table), (Format::JsonLines, lines)] {
            let All { rows, bad, missing, .. } = read_all(rule_set(), &file(format, only(&READ)), text).unwrap();
            let keys: Vec<_> = rows.iter().map(|(number, key, _)| (*number, key.as_deref())).collect();
            assert_eq!(keys, [(1, Some("anna")), (2, Some("ben")), (4, Some("chloe"))]);
            assert_eq!(bad.len(), 1);
            assert_eq!((bad[0].row, bad[0].why.as_str()), (3, "it does not say whose it is: its key is missing"));
            let of = |row: usize, id: AttributeId| rows[row].2[id.index()].clone();
            let stamp = Instant::parse("2026-06-01T10:00Z");
            assert_eq!(of(0, at::CHURN), Fact::Known(Value::Number(2500), stamp));
            assert_eq!(of(0, at::BALANCE), Fact::Known(Value::Number(1250), None));
            assert_eq!(of(1, at::TIER), Fact::Missing(Missing::NotInList));
            assert_eq!(of(1, at::BALANCE), Fact::Missing(Missing::Unreadable));
            assert_eq!(of(2, at::CHURN), Fact::Known(Value::Number(5000), None), "of unknown age");
            let counts: Vec<_> = missing.iter().collect();
            let none = ColumnCounts::default();
            assert_eq!(
                counts,
                [
                    (at::BALANCE, ColumnCounts { unreadable: 1, ..none }),
                    (at::CHURN, ColumnCounts { absent: 1, stamps: 1, ..none }),
                    (at::TIER, ColumnCounts { absent: 1, not_in_list: 1, ..none }),
                ],
                "{format:?}"
            );
            assert_eq!(
                [at::TIER, at::BALANCE, at::CHURN].map(|id| missing.sample(id)),
                [Some("Gold"), Some("12.505"), None],
                "{format:?}"
            );
            let mostly: Vec<_> = missing.mostly_unusable().collect();
            assert_eq!(mostly, [], "half is not most");
        }
    }

    #[test]
    fn the_rows_number_can_be_the_key() {
        let mut rules = rule_set();
        rules.attributes[at::ID.index()].mapping.row_number = true;
        let tier = [at::ID, at::TIER];
        let All { rows, bad, .. } =
            read_all(rules, &file(Format::Csv, only(&tier)), "tier,x\ngold,1\nsilver\nbronze,2\n").unwrap();
        assert_eq!((bad.len(), bad[0].row), (1, 2));
        assert_eq!(rows[1].0, 3);
        assert_eq!(rows[1].1.as_deref(), Some("shop#3"), "a bad row has its number too");
        assert_eq!(rows[1].2[at::ID.index()], Fact::Known(Value::Text("shop#3".into()), None));
    }

    #[test]
    fn a_files_own_columns_and_spellings() {
        let mut own = only(&READ);
        own.push((
            at::TIER,
            Override {
                from: Some("level".into()),
                spellings: vec![("3".into(), Spelling::Value(Value::Member(2)))],
                ..Override::default()
            },
        ));
        own.push((at::CHURN, Override { as_of: Some("drawn".into()), ..Override::default() }));
        let text = "id,balance,level,tier,churn,drawn\nanna,1,3,bronze,0.5,2026-06-01T10:00Z\n";
        let All { rows, .. } = read_all(rule_set(), &file(Format::Csv, own), text).unwrap();
        assert_eq!(rows[0].2[at::TIER.index()], Fact::Known(Value::Member(2), None));
        assert!(matches!(rows[0].2[at::CHURN.index()], Fact::Known(_, Some(_))));
    }

    #[test]
    fn columns_are_compared_before_any_row() {
        let refused = |text| {
            let error = read_all(rule_set(), &file(Format::Csv, only(&READ)), text).err().unwrap();
            (error.code.name, error.help.unwrap_or_default())
        };
        let (code, help) = refused("id,teir,balance,churn,churn_at\n");
        assert_eq!((code, help.as_str()), ("data::missing-column", "did you mean `teir`?"));
        assert!(refused("id,tier,churn,churn_at\n").1.ends_with("say `balance = { absent = true }` in cater.toml"));
        assert!(refused("tier,balance,churn,churn_at\n").1.contains("`key row number`"));
        assert_eq!(refused("id,tier,balance,churn\n").0, "data::missing-column", "the stamps");
        assert_eq!(refused("id,tier,tier,balance,churn,churn_at\n").0, "data::column-twice");
        let twice = read_all(rule_set(), &file(Format::Csv, only(&READ)), "id,tier,x,x,balance,churn,churn_at\n");
        assert!(twice.is_ok(), "nobody reads `x`");
    }

    #[test]
    fn a_bundle_is_not_sent_to_a_cater_toml() {
        let alone = CustomersFile { configured: false, ..file(Format::Csv, only(&READ)) };
        let error = read_all(rule_set(), &alone, "id,tier,churn,churn_at\n").err().unwrap();
        assert_eq!(
            error.help.as_deref(),
            Some(
                "its columns are `id`, `tier`, `churn`, `churn_at`; add it to the file, or let the rules read it from \
                 another: `balance: ... from \"column\"`"
            )
        );
    }

    #[test]
    fn what_is_not_read_is_named() {
        let unread = |format, own, text| {
            let All { unread, .. } = read_all(rule_set(), &file(format, own), text).unwrap();
            unread.into_iter().map(|one| (one.name, one.meant)).collect::<Vec<_>>()
        };
        let table = "id,weather,tier,balance,churn,churn_at,tenure\nanna,wet,,,,,1\n";
        let named = |name: &str, meant: Option<&str>| (name.to_owned(), meant.map(str::to_owned));
        assert_eq!(unread(Format::Csv, only(&READ), table), [named("weather", None), named("tenure", None)]);
        let lines = "{\"id\": \"anna\", \"teir\": \"gold\", \"weather\": 1}\n{\"id\": \"ben\", \"weather\": 2, \"last_order\": null}\n";
        let own = only(&[at::ID, at::TIER, at::LAST_ORDER]);
        assert_eq!(
            unread(Format::JsonLines, own.clone(), lines),
            [named("teir", Some("tier")), named("weather", None), named("last_order", Some("last order"))],
            "the attribute is read from the column `last order`"
        );
        let there = "{\"id\": \"anna\", \"teir\": \"gold\", \"tier\": \"gold\"}\n";
        assert_eq!(unread(Format::JsonLines, own, there), [named("teir", None)], "nothing that is read was absent");
    }

    #[test]
    fn a_line_says_everything_once_and_whose_it_is() {
        let text = "{\"id\": \"anna\", \"tier\": \"gold\", \"tier\": \"silver\"}\n{\"id\": \"\"}\n{\"id\": \"ben\"}\n";
        let All { rows, bad, .. } = read_all(rule_set(), &file(Format::JsonLines, only(&READ)), text).unwrap();
        assert_eq!(rows.len(), 1);
        let why: Vec<_> = bad.iter().map(|bad| bad.why.as_str()).collect();
        assert_eq!(why, ["it says `tier` twice", "it does not say whose it is: its key is missing"]);
    }

    #[test]
    fn lines_are_read_by_column_where_one_is_named_and_else_by_attribute() {
        let text = "{\"id\": \"anna\", \"tier\": \"gold\", \"last order\": \"2026-01-01T00:00Z\"}\n";
        let own = only(&[at::ID, at::TIER, at::LAST_ORDER]);
        let All { rows, .. } = read_all(rule_set(), &file(Format::JsonLines, own), text).unwrap();
        assert_eq!(rows[0].2[at::TIER.index()], Fact::Known(Value::Member(2), None));
        assert!(matches!(rows[0].2[at::LAST_ORDER.index()], Fact::Known(Value::Time(_), None)));
    }

    #[test]
    fn lines_that_are_no_objects_are_named() {
        let text = "[1]\n{\"id\": \"anna\"}\n{\"id\": \"ben\"\n\"x\"\n";
        let All { rows, bad, .. } = read_all(rule_set(), &file(Format::JsonLines, only(&READ)), text).unwrap();
        assert_eq!(rows.len(), 1);
        let named: Vec<_> = bad.iter().map(|bad| (bad.row, bad.line)).collect();
        assert_eq!(named, [(1, 1), (3, 3), (4, 4)]);
        assert!(bad.iter().all(|bad| bad.why.starts_with("it is no JSON object")), "{bad:?}");
    }
}
