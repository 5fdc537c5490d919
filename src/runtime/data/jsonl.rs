//! Customers in JSON Lines: an object a line. Fields are called as the columns are; one that is not there is absent.

use std::io::{BufRead, Read};

use super::columns::{Columns, MissingCells};
use super::customers::Found;
use super::input::{Input, MAX_ROW, unreadable};
use super::json::{Fields, Json};
use super::table::BadRow;
use super::{DataError, json};
use crate::frame::Fact;
use crate::model::RuleSet;
use crate::value::{Missing, Permission};

/// A file of lines that is being read.
pub(super) struct JsonlSource {
    file: String,
    input: Input,
    line: u64,
    row: u64,
    buffer: Vec<u8>,
    /// Names that nothing is read from, in the order in which they were met.
    unread: Vec<String>,
    /// Per column, whether any line had it.
    seen: Vec<bool>,
}

/// How many names that nothing is read from are kept: lines may hold ever new ones.
const MOST_UNREAD: usize = 1_000;

impl JsonlSource {
    pub(super) fn new(file: &str, input: Input, columns: &Columns) -> Self {
        let (unread, seen) = (Vec::new(), vec![false; columns.columns.len()]);
        Self { file: file.to_owned(), input, line: 0, row: 0, buffer: Vec::new(), unread, seen }
    }

    /// The names met so far that nothing is read from.
    pub(super) fn unread(&self) -> Vec<&str> {
        self.unread.iter().map(String::as_str).collect()
    }

    /// Per column, whether any line so far had it.
    pub(super) fn seen(&self) -> &[bool] {
        &self.seen
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self, rules: &RuleSet, columns: &Columns) -> Result<Option<Found<String>>, DataError> {
        loop {
            self.buffer.clear();
            let mut limited = (&mut self.input).take(MAX_ROW);
            let count = limited.read_until(b'\n', &mut self.buffer).map_err(|why| unreadable(&self.file, &why))?;
            if count == 0 {
                return Ok(None);
            }
            self.line += 1;
            if count as u64 == MAX_ROW && !self.buffer.ends_with(b"\n") {
                let why = format!("line {} is longer than {MAX_ROW} bytes", self.line);
                let why = std::io::Error::new(std::io::ErrorKind::InvalidData, why);
                return Err(unreadable(&self.file, &why));
            }
            if self.buffer.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.row += 1;
            let (number, line) = (self.row, self.line);
            let bad = |why: String| Found::Bad(BadRow { file: self.file.clone(), row: number, line, why });
            let Ok(text) = std::str::from_utf8(&self.buffer) else {
                return Ok(Some(bad("it is not UTF-8".to_owned())));
            };
            let text = text.trim_end();
            return Ok(Some(match json::object(text) {
                Err(why) => bad(format!("it is no JSON object: {why}")),
                Ok(fields) => {
                    if let Some(word) = unread(&fields, columns) {
                        return Ok(Some(bad(format!("`{word}` is not read from a row: give it as a file of its own"))));
                    }
                    if let Some(word) = fields.twice() {
                        return Ok(Some(bad(format!("it says `{word}` twice"))));
                    }
                    note(&fields, columns, &mut self.seen, &mut self.unread);
                    let key = columns.key(rules).map(|column| {
                        let raw = fields.get(&column.name);
                        raw.map_or(Fact::Missing(Missing::Absent), |raw| column.reader(rules).json(raw, None))
                    });
                    Found::Row { number, line, key, cells: text.to_owned() }
                }
            }));
        }
    }
}

/// Notes which columns a line has, and what it has besides.
fn note(fields: &Fields<'_>, columns: &Columns, seen: &mut [bool], unread: &mut Vec<String>) {
    for (name, _) in &fields.0 {
        let mut read = false;
        for (column, seen) in columns.columns.iter().zip(&mut *seen) {
            *seen |= column.name == *name;
            read |= column.name == *name || column.stamp.as_ref() == Some(name);
        }
        read |= columns.permissions.is_field(name);
        if !read && unread.len() < MOST_UNREAD && !unread.contains(name) {
            unread.push(name.clone());
        }
    }
}

/// What one customer's JSON may say and a row may not: passing over an objection would be taking it for a yes.
fn unread(fields: &Fields<'_>, columns: &Columns) -> Option<&'static str> {
    let is_column = |word: &str| columns.columns.iter().any(|column| column.name == word);
    ["consent", "history"].into_iter().find(|word| fields.get(word).is_some() && !is_column(word))
}

/// What the line says of each permission that is read.
pub(super) fn permissions(columns: &Columns, line: &str, permissions: &mut [Permission], missing: &mut MissingCells) {
    // The line was an object when it was read.
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(line) else { return };
    columns.permissions.of_json(&fields, permissions, missing.permissions_mut());
}

/// Every attribute that the line says something of.
pub(super) fn facts(
    rules: &RuleSet,
    columns: &Columns,
    row: u64,
    line: &str,
    facts: &mut [Fact],
    missing: &mut MissingCells,
) {
    // The line was an object when it was read.
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(line) else { return };
    for column in &columns.columns {
        let stamp = column.stamp.as_ref().and_then(|stamp| match Json::read(fields.get(stamp)?)? {
            Json::Text(text) => Some(text),
            Json::Null | Json::YesNo(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
        });
        let stamp = column.stamp(rules, stamp.as_deref(), missing);
        let cell = fields.get(&column.name);
        let fact = match cell {
            Some(raw) => column.reader(rules).json(raw, stamp),
            None => Fact::Missing(Missing::Absent),
        };
        missing.note(rules, column.attribute, row, &fact, || match cell.map(|raw| (Json::read(raw), raw)) {
            Some((Some(Json::Text(text)), _)) => text.into(),
            Some((_, raw)) => raw.get().into(),
            None => "".into(),
        });
        if let Some(slot) = facts.get_mut(column.attribute.index()) {
            *slot = fact;
        }
    }
}
