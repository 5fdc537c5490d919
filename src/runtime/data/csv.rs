//! Customers in a table: a row each.

use csv::StringRecord;

use super::DataError;
use super::columns::{Columns, MissingCells};
use super::customers::{CustomersFile, Found, Source};
use super::input::Input;
use super::table::{BadRow, Line, Table};
use crate::frame::Fact;
use crate::model::{AttributeId, RuleSet};
use crate::value::{Permission, Type};

/// A table of customers that is being read.
pub(super) struct CsvSource {
    table: Table,
    places: Places,
    /// The place of the key in [`Places`], if a column holds it.
    key: Option<usize>,
}

/// How many missing columns are told one by one.
const MOST_TOLD: usize = 4;

/// How many columns of a table are named.
const MOST_NAMED: usize = 12;

/// Where the cells of each read column stand in a row.
#[derive(Clone, Debug)]
pub(super) struct Places {
    cells: Vec<(usize, Option<usize>)>,
    /// Of each permission that is read, its column if there is one.
    permissions: Vec<Option<usize>>,
}

impl CsvSource {
    /// Reads the header and finds every column that is read.
    pub(super) fn open(
        rules: &RuleSet,
        file: &CustomersFile,
        input: Input,
        columns: &Columns,
    ) -> Result<Self, DataError> {
        let mut table =
            Table::open(&file.name, input, file.delimiter, columns.names().collect::<Vec<_>>().into_iter())?;
        let attribute = |id: AttributeId| format!("`{}`", rules[id].name);
        let place = |column: &super::columns::Column| {
            let what = || format!("the stamp of {}", attribute(column.attribute));
            let stamp = column.stamp.as_ref().map(|stamp| table.required(stamp, &what())).transpose();
            let cell = table.required(&column.name, &attribute(column.attribute)).map_err(|error| {
                let name = &rules[column.attribute].name;
                let is_key = rules[column.attribute].key;
                match &error.help {
                    Some(help) if help.starts_with("did you mean") => error,
                    Some(help) if is_key => {
                        let help = format!("{help}; if the file has no ids, write `key row number` at `{name}`");
                        error.help(help)
                    }
                    Some(help) => {
                        let what = if file.configured {
                            format!("if the file has no such column, say `{name} = {{ absent = true }}` in cater.toml")
                        } else {
                            format!("add it to the file, or let the rules read it from another: `{name}: ... from \"column\"`")
                        };
                        let help = format!("{help}; {what}");
                        error.help(help)
                    }
                    None => error,
                }
            })?;
            Ok((cell, stamp?))
        };
        let places: Vec<Result<_, DataError>> = columns.columns.iter().map(place).collect();
        let missing: Vec<String> = columns
            .columns
            .iter()
            .zip(&places)
            .filter(|(_, place)| place.is_err())
            .map(|(column, _)| format!("`{}`", column.name))
            .collect();
        // Of so many that are not there each would say the same: it is another table, or cut with another delimiter.
        if missing.len() > MOST_TOLD
            && let Some(Err(first)) = places.iter().find(|place| place.is_err())
        {
            let message = format!(
                "`{}` lacks {} of the {} columns that the rules read: {}",
                file.name,
                missing.len(),
                places.len(),
                missing.join(", ")
            );
            let own =
                table.header().iter().map(|name| format!("`{name}`")).take(MOST_NAMED).collect::<Vec<_>>().join(", ");
            let help = format!("its columns are {own}: is it the right table, and the right delimiter?");
            return Err(DataError { message, help: Some(help), others: Vec::new(), ..first.clone() });
        }
        let places = DataError::all(places)?;
        let key = rules.key().and_then(|key| columns.columns.iter().position(|column| column.attribute == key));
        let permissions: Vec<Option<usize>> =
            DataError::all(columns.permissions.names().map(|name| table.column(name)))?;
        let places: Vec<(usize, Option<usize>)> = places;
        let is_text = |column: &super::columns::Column| {
            let attribute = &rules[column.attribute];
            !attribute.key && matches!(attribute.ty, Type::Text | Type::Set)
        };
        // Only what a text says, and what nobody reads, may go on over the end of a line.
        let cells =
            columns.columns.iter().zip(&places).filter(|(column, _)| !is_text(column)).map(|(_, (cell, _))| *cell);
        let stamps = places.iter().filter_map(|(_, stamp)| *stamp);
        table.keep_to_one_line(cells.chain(stamps).chain(permissions.iter().copied().flatten()));
        Ok(Self { table, places: Places { cells: places, permissions }, key })
    }

    pub(super) fn next(
        &mut self,
        rules: &RuleSet,
        columns: &Columns,
    ) -> Result<Option<Found<StringRecord>>, DataError> {
        Ok(match self.table.next()? {
            None => None,
            Some(Line::Bad(bad) | Line::Doubtful { bad, .. }) => Some(Found::Bad(bad)),
            Some(Line::Row { number, line, cells }) => {
                let key = self.key.and_then(|at| {
                    let (place, _) = self.places.cells.get(at)?;
                    Some(columns.columns.get(at)?.reader(rules).text(cells.get(*place)?, None))
                });
                Some(Found::Row { number, line, key, cells })
            }
        })
    }

    /// The columns that nothing is read from.
    pub(super) fn unread(&self, columns: &Columns) -> Vec<&str> {
        let header = self.table.header().iter().map(String::as_str);
        header.filter(|name| !columns.names().any(|read| read == *name)).collect()
    }

    pub(super) fn source(&self) -> Source {
        Source::Csv(self.places.clone())
    }
}

impl Places {
    /// Every attribute that the row says something of.
    pub(super) fn facts(
        &self,
        rules: &RuleSet,
        columns: &Columns,
        row: u64,
        cells: &StringRecord,
        facts: &mut [Fact],
        missing: &mut MissingCells,
    ) {
        for (column, (place, stamp)) in columns.columns.iter().zip(&self.cells) {
            let stamp = column.stamp(rules, stamp.and_then(|stamp| cells.get(stamp)), missing);
            let cell = cells.get(*place).unwrap_or("");
            let fact = column.reader(rules).text(cell, stamp);
            missing.note(rules, column.attribute, row, &fact, || cell.into());
            if let Some(slot) = facts.get_mut(column.attribute.index()) {
                *slot = fact;
            }
        }
    }
}

impl Places {
    /// What the row says of each permission that is read.
    pub(super) fn permissions(
        &self,
        columns: &Columns,
        cells: &StringRecord,
        permissions: &mut [Permission],
        missing: &mut MissingCells,
    ) {
        for ((channel, _), place) in columns.permissions.0.iter().zip(&self.permissions) {
            let cell = place.and_then(|place| cells.get(place)).unwrap_or("");
            missing.permissions_mut().take(*channel, cell, permissions);
        }
    }
}

/// A row without a key.
pub(super) fn no_key(file: &str, row: u64, line: u64) -> BadRow {
    BadRow { file: file.to_owned(), row, line, why: "it does not say whose it is: its key is missing".to_owned() }
}
