//! `cater.toml`: which rules, customers, consent and events belong together, and what is asked of them.
//!
//! ```toml
//! now     = "2026-11-22T09:00:00Z"      # else the clock
//! slots   = ["home", "bill_page"]       # in the order in which a page fills them; else all, by name
//! rules   = ["."]                       # files, or folders of *.rules; else this folder
//! consent = "data/consent.csv.gz"
//! events  = "data/events.csv.gz"
//!
//! [[customers]]
//! name      = "shop"                    # in messages and before a row's number; else the file's name
//! file      = "data/customers.csv.gz"
//! delimiter = ";"                       # else found from the header
//!
//! [customers.columns]                   # what this file does differently from the rules' mapping
//! tenure    = "months"                  # another column
//! contacted = { from = "pdays", spellings = { "-1" = "never" }, as_of = "drawn_at" }
//! balance   = { absent = true }         # this file does not have it
//!
//! [moment]
//! device = "android"
//! ```
//!
//! What else it may say stands in [`Settings`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::cell::CellReader;
use super::columns::{Override, Overrides};
use super::customer::moment_from_json;
use super::customers::CustomersFile;
use super::settings::Settings;
use super::{DataError, codes};
use crate::frame::{Fact, Facts};
use crate::model::{AttributeId, RuleSet, Scope, SlotId, Spelling};
use crate::value::{Instant, Missing, Type, Value};

/// A world as it is written down, before the rules are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// When decisions are made; `None` is the clock.
    pub now: Option<Instant>,
    /// The slots asked for, in this order; `None` is all of them by name.
    pub slots: Option<Vec<String>>,
    /// Files and folders of rules.
    pub rules: Vec<PathBuf>,
    /// Records of consent.
    pub consent: Option<PathBuf>,
    /// What happened so far.
    pub events: Option<PathBuf>,
    /// Files of customers, in this order.
    pub customers: Vec<WorldCustomers>,
    /// How findings weigh, what rules must say, how a run is done.
    pub settings: Settings,
    /// The attributes of the moment, as a JSON object.
    moment: String,
    lines: Lines,
    folder: PathBuf,
}

/// In which line each key stands, by its path: `workers`, `required.rules`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    pub(super) fn note(&mut self, reader: &Toml<'_>, path: &str, key: &Spanned<std::borrow::Cow<'_, str>>) -> usize {
        let line = line(reader.text, key.span().start);
        self.0.insert(path.to_owned(), line);
        line
    }
}

/// A file of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldCustomers {
    /// How they are called.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    delimiter: Option<u8>,
    columns: Vec<(String, WorldColumn)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct WorldColumn {
    line: usize,
    from: Option<String>,
    spellings: Vec<(String, String)>,
    absent: bool,
    as_of: Option<String>,
}

impl World {
    /// The name of the file in a world's folder.
    pub const FILE: &str = "cater.toml";

    /// Reads `cater.toml`; paths in it are seen from its folder.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, has an unknown key or a value of the wrong kind.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let text =
            std::fs::read_to_string(path).map_err(|why| super::input::unreadable(&path.display().to_string(), &why))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder).map_err(|error| error.within(&path.display().to_string()))
    }

    /// Reads the text of a `cater.toml` that lies in `folder`.
    ///
    /// # Errors
    /// As [`World::open`], without the file's name.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, DataError> {
        let table = DeTable::parse(text).map_err(|why| {
            let number = why.span().map(|span| line(text, span.start));
            let at = number.map_or(String::new(), |number| format!("line {number}: "));
            let written = number.and_then(|number| text.lines().nth(number - 1)).unwrap_or_default();
            match super::slips::slip(written) {
                Some((what, help)) => DataError::new(&codes::BAD_WORLD, format!("{at}{what}")).help(help),
                None => DataError::new(&codes::BAD_WORLD, format!("{at}{}", why.message())),
            }
        })?;
        let reader = Toml { text, folder };
        let mut world = Self {
            rules: vec![folder.to_path_buf()],
            folder: folder.to_path_buf(),
            moment: "{}".to_owned(),
            ..Self::default()
        };
        let read = table.get_ref().iter().map(|(key, value)| world.read(&reader, key, value));
        DataError::all(read)?;
        Ok(world)
    }

    /// Reads one key with its value.
    fn read(
        &mut self,
        reader: &Toml<'_>,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Entry<'_>,
    ) -> Result<(), DataError> {
        self.lines.note(reader, key.get_ref(), key);
        match key.get_ref().as_ref() {
            "now" => self.now = Some(reader.instant(value)?),
            "slots" => self.slots = Some(reader.texts(value)?),
            "rules" => self.rules = reader.paths(value)?,
            "consent" => self.consent = Some(reader.path(value)?),
            "events" => self.events = Some(reader.path(value)?),
            "customers" => self.customers = reader.customers(value)?,
            "moment" => self.moment = Json::Object(reader.object(value)?).to_string(),
            other => {
                if !self.settings.read(reader, other, value, &mut self.lines)? {
                    let known = ["now", "slots", "rules", "consent", "events", "customers", "moment"];
                    return Err(reader.unknown(key, &[&known[..], &Settings::KEYS].concat()));
                }
            }
        }
        Ok(())
    }

    /// The line of a key, by its path: `workers`, `lints.lint::unused-tag`.
    pub fn line(&self, key: &str) -> Option<usize> {
        self.lines.0.get(key).copied()
    }

    /// The folder in which the file lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keys of the moment that are set, with their values as JSON.
    pub fn moment(&self) -> &str {
        &self.moment
    }

    /// The slots asked for, each once.
    ///
    /// # Errors
    /// A slot that the rules do not declare, or one that stands there twice.
    pub fn slots(&self, rules: &RuleSet) -> Result<Vec<SlotId>, DataError> {
        let Some(names) = &self.slots else {
            return Ok((0..rules.slots.len()).map(SlotId::from_index).collect());
        };
        let file = match self.line("slots") {
            Some(line) => format!("{}:{line}", Self::FILE),
            None => Self::FILE.to_owned(),
        };
        if names.is_empty() {
            let error = DataError::new(&codes::BAD_WORLD, "`slots` names no slot, so that nothing would be decided");
            return Err(error.help("name one, or leave the key out for all of them").within(&file));
        }
        let mut slots: Vec<SlotId> = Vec::new();
        let mut found = Vec::new();
        for name in names {
            let Some(slot) = rules.slot_named(name) else {
                let known = || rules.slots.iter().map(|slot| slot.name.as_str());
                let error = DataError::new(&codes::UNKNOWN_SLOT, format!("`{name}` is no slot of the rules"))
                    .did_you_mean(name, known());
                let all = known().collect::<Vec<_>>().join(", ");
                let error = if error.help.is_some() { error } else { error.help(format!("the slots are {all}")) };
                found.push(Err(error.within(&file)));
                continue;
            };
            if slots.contains(&slot) {
                let message = format!("slot `{name}` stands twice in `slots`, and a page fills it once");
                found.push(Err(DataError::new(&codes::BAD_WORLD, message).help("name each slot once").within(&file)));
                continue;
            }
            slots.push(slot);
            found.push(Ok(slot));
        }
        DataError::all(found)
    }

    /// What is known of everybody at `now`: the moment, and nothing else.
    ///
    /// # Errors
    /// A key of `[moment]` that is no attribute of the moment, or a value of the wrong type.
    pub fn facts(&self, rules: &RuleSet, now: Instant) -> Result<Facts, DataError> {
        let mut facts = Facts::nothing(rules, now);
        moment_from_json(rules, &self.moment, &mut facts).map_err(|error| error.within(Self::FILE))?;
        self.members(rules, &facts).map_err(|error| error.within(Self::FILE))?;
        Ok(facts)
    }

    /// A member from outside is missing (R45); one that was written into `[moment]` by hand is a slip.
    fn members(&self, rules: &RuleSet, facts: &Facts) -> Result<(), DataError> {
        let each = rules.attributes.iter().zip(&facts.attributes);
        DataError::all(each.map(|(attribute, fact)| {
            let (Fact::Missing(Missing::NotInList), Type::OneOf(list)) = (fact, attribute.ty) else { return Ok(()) };
            let written: Map<String, Json> = serde_json::from_str(&self.moment).unwrap_or_default();
            let column = attribute.mapping.column.as_ref();
            let value = written.get(&attribute.name).or_else(|| written.get(column?));
            let value = value.and_then(Json::as_str).unwrap_or_default();
            let members = || rules.members(list).iter().map(|member| &**member);
            let all = members().collect::<Vec<_>>().join(", ");
            let message = format!("moment: `{}` is one of {all}, never `{value}`", attribute.name);
            let error = DataError::new(&codes::WRONG_TYPE, message).did_you_mean(value, members());
            Err(if error.help.is_some() { error } else { error.help("write one of these, or leave it out") })
        }))
        .map(drop)
    }
}

impl WorldCustomers {
    /// The file with its own mapping, by the rules' attributes.
    ///
    /// # Errors
    /// A column for an attribute that the rules do not have, or a spelling that means nothing to its type.
    pub fn file(&self, rules: &RuleSet) -> Result<CustomersFile, DataError> {
        let column = |(name, column): &(String, WorldColumn)| {
            let at_line = |error: DataError| error.within(&format!("{}:{}", World::FILE, column.line));
            let Some(id) = rules.attribute_named(name) else {
                let known = rules.attributes.iter().map(|attribute| attribute.name.as_str());
                let message = format!("`{name}` is no attribute of the rules");
                return Err(at_line(DataError::new(&codes::UNKNOWN_ATTRIBUTE, message).did_you_mean(name, known)));
            };
            if rules[id].scope == Scope::Moment {
                let message = format!("`{name}` is an attribute of the moment, which no table of customers holds");
                let error = DataError::new(&codes::UNKNOWN_ATTRIBUTE, message);
                return Err(at_line(error.help("leave it out; `[moment]` gives it to everybody")));
            }
            let spellings = column.spellings.iter().map(|(cell, meaning)| {
                let spelling = spelling(rules, id, meaning).ok_or_else(|| {
                    let message = format!("`{meaning}` is no value of `{name}`, which is {}", rules[id].ty.word());
                    let attribute = &rules[id];
                    let help = if matches!(attribute.ty, Type::Number(_)) && meaning == "never" {
                        "it has a range: let the rules announce never, `-1 is never`, or write `missing`"
                    } else {
                        "write a value, `never` or `missing`"
                    };
                    at_line(DataError::new(&codes::WRONG_TYPE, message).help(help))
                })?;
                Ok((cell.clone(), spelling))
            });
            let own = Override {
                from: column.from.clone(),
                spellings: DataError::all(spellings)?,
                absent: column.absent,
                as_of: column.as_of.clone(),
            };
            Ok((id, own))
        };
        let overrides = Overrides(DataError::all(self.columns.iter().map(column))?);
        Ok(CustomersFile {
            name: self.name.clone(),
            path: self.path.clone(),
            format: None,
            delimiter: self.delimiter,
            overrides,
            configured: true,
        })
    }
}

/// What a spelling in `cater.toml` means, in the words of the rules' own mapping.
fn spelling(rules: &RuleSet, id: AttributeId, meaning: &str) -> Option<Spelling> {
    let attribute = &rules[id];
    match (meaning, attribute.ty) {
        ("missing", _) => Some(Spelling::Missing),
        ("never", _) if attribute.may_be_never() => Some(Spelling::Value(Value::Never)),
        _ => {
            // The value itself, not what the mapping would make of such a cell.
            let mut plain = attribute.clone();
            plain.mapping.spellings.clear();
            match (CellReader { rules, attribute: &plain, spellings: &[] }).text(meaning, None) {
                Fact::Known(value, _) => Some(Spelling::Value(value)),
                Fact::Missing(_) | Fact::Increments(_) => None,
            }
        }
    }
}

pub(super) struct Toml<'a> {
    pub(super) text: &'a str,
    folder: &'a Path,
}

pub(super) type Entry<'i> = Spanned<DeValue<'i>>;

impl Toml<'_> {
    pub(super) fn wrong(&self, value: &Entry<'_>, expected: &str) -> DataError {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let line = line(self.text, value.span().start);
        let error =
            DataError::new(&codes::BAD_WORLD, format!("line {line}: this is {found}, and {expected} is needed"));
        let quoted = matches!(value.get_ref(), DeValue::String(_));
        match expected {
            "a whole number" | "true or false" if quoted => error.help("write it without quotes"),
            "a text in quotes" => error.help("put it in quotes"),
            _ => error,
        }
    }

    pub(super) fn unknown(&self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) -> DataError {
        let line = line(self.text, key.span().start);
        let error = DataError::new(&codes::UNKNOWN_KEY, format!("line {line}: `{}` is no key here", key.get_ref()))
            .did_you_mean(key.get_ref(), known.iter().copied());
        if error.help.is_some() { error } else { error.help(format!("the keys here are {}", known.join(", "))) }
    }

    pub(super) fn table<'a, 'i>(&self, value: &'a Entry<'i>, expected: &str) -> Result<&'a DeTable<'i>, DataError> {
        if let DeValue::Table(table) = value.get_ref() { Ok(table) } else { Err(self.wrong(value, expected)) }
    }

    pub(super) fn text(&self, value: &Entry<'_>) -> Result<String, DataError> {
        let DeValue::String(text) = value.get_ref() else { return Err(self.wrong(value, "a text in quotes")) };
        Ok(text.clone().into_owned())
    }

    pub(super) fn yes_no(&self, value: &Entry<'_>) -> Result<bool, DataError> {
        if let DeValue::Boolean(yes) = value.get_ref() { Ok(*yes) } else { Err(self.wrong(value, "true or false")) }
    }

    fn texts(&self, value: &Entry<'_>) -> Result<Vec<String>, DataError> {
        let DeValue::Array(entries) = value.get_ref() else {
            let error = self.wrong(value, "a list of texts");
            return Err(match value.get_ref() {
                DeValue::String(text) => error.help(format!("write [\"{text}\"]")),
                DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => error.help("write a list such as [\"home\", \"footer\"]"),
            });
        };
        DataError::all(entries.iter().map(|entry| self.text(entry)))
    }

    pub(super) fn paths(&self, value: &Entry<'_>) -> Result<Vec<PathBuf>, DataError> {
        Ok(self.texts(value)?.iter().map(|path| self.folder.join(path)).collect())
    }

    pub(super) fn path(&self, value: &Entry<'_>) -> Result<PathBuf, DataError> {
        Ok(self.folder.join(self.text(value)?))
    }

    /// A server's address stands as it is; a file is in this folder.
    pub(super) fn path_or_address(&self, value: &Entry<'_>) -> Result<PathBuf, DataError> {
        let text = self.text(value)?;
        Ok(if text.contains("://") { PathBuf::from(text) } else { self.folder.join(text) })
    }

    fn instant(&self, value: &Entry<'_>) -> Result<Instant, DataError> {
        let text = if let DeValue::Datetime(time) = value.get_ref() { time.to_string() } else { self.text(value)? };
        Instant::parse(&text)
            .ok_or_else(|| self.wrong(value, "a time with its offset").help("write \"2026-11-22T09:00:00Z\""))
    }

    fn customers(&self, value: &Entry<'_>) -> Result<Vec<WorldCustomers>, DataError> {
        let DeValue::Array(files) = value.get_ref() else {
            return Err(self.wrong(value, "a list of tables").help("begin each file of customers with [[customers]]"));
        };
        DataError::all(files.iter().map(|file| self.customers_file(file)))
    }

    fn customers_file(&self, value: &Entry<'_>) -> Result<WorldCustomers, DataError> {
        let (mut name, mut file, mut delimiter, mut columns) = (None, None, None, Vec::new());
        let mut one = |key: &Spanned<std::borrow::Cow<'_, str>>, entry: &Entry<'_>| {
            match key.get_ref().as_ref() {
                "name" => name = Some(self.text(entry)?),
                "file" => file = Some(self.text(entry)?),
                "delimiter" => delimiter = Some(self.delimiter(entry)?),
                "columns" => {
                    let table = self.table(entry, "a table of columns")?;
                    columns = DataError::all(table.iter().map(|(attribute, entry)| {
                        Ok((attribute.get_ref().clone().into_owned(), self.column(attribute, entry)?))
                    }))?;
                }
                _ => return Err(self.unknown(key, &["name", "file", "delimiter", "columns"])),
            }
            Ok(())
        };
        DataError::all(self.table(value, "a table")?.iter().map(|(key, entry)| one(key, entry)))?;
        let Some(file) = file else {
            return Err(self.wrong(value, "a table with the key `file`").help("file = \"data/customers.csv\""));
        };
        let stem = Path::new(&file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = stem.split('.').next().unwrap_or("customers").to_owned();
        Ok(WorldCustomers { name: name.unwrap_or(stem), path: self.folder.join(&file), delimiter, columns })
    }

    fn delimiter(&self, value: &Entry<'_>) -> Result<u8, DataError> {
        match self.text(value)?.as_bytes() {
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
            _ => Err(self.wrong(value, "a text of one character")),
        }
    }

    fn column(&self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Entry<'_>) -> Result<WorldColumn, DataError> {
        let mut column = WorldColumn { line: line(self.text, key.span().start), ..WorldColumn::default() };
        if let DeValue::String(from) = value.get_ref() {
            column.from = Some(from.clone().into_owned());
            return Ok(column);
        }
        for (key, entry) in self.table(value, "the name of a column, or a table")? {
            match key.get_ref().as_ref() {
                "from" => column.from = Some(self.text(entry)?),
                "as_of" => column.as_of = Some(self.text(entry)?),
                "absent" => column.absent = self.yes_no(entry)?,
                "spellings" => {
                    for (cell, meaning) in self.table(entry, "a table of cells and what they mean")? {
                        let meaning = match meaning.get_ref() {
                            DeValue::Boolean(true) => "yes".to_owned(),
                            DeValue::Boolean(false) => "no".to_owned(),
                            DeValue::Integer(number) => number.to_string(),
                            DeValue::Float(number) => number.to_string(),
                            DeValue::String(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                                self.text(meaning)?
                            }
                        };
                        column.spellings.push((cell.get_ref().clone().into_owned(), meaning));
                    }
                }
                _ => return Err(self.unknown(key, &["from", "spellings", "absent", "as_of"])),
            }
        }
        Ok(column)
    }

    fn object(&self, value: &Entry<'_>) -> Result<Map<String, Json>, DataError> {
        let table = self.table(value, "a table")?;
        table.iter().map(|(key, entry)| Ok((key.get_ref().clone().into_owned(), self.json(entry)?))).collect()
    }

    /// Numbers go over as texts, so that not one digit is lost on the way.
    fn json(&self, value: &Entry<'_>) -> Result<Json, DataError> {
        Ok(match value.get_ref() {
            DeValue::String(text) => Json::String(text.clone().into_owned()),
            DeValue::Integer(number) => Json::String(number.to_string()),
            DeValue::Float(number) => Json::String(number.to_string()),
            DeValue::Boolean(yes) => Json::Bool(*yes),
            DeValue::Datetime(time) => Json::String(time.to_string()),
            DeValue::Array(entries) => {
                Json::Array(entries.iter().map(|entry| self.json(entry)).collect::<Result<_, _>>()?)
            }
            DeValue::Table(_) => Json::Object(self.object(value)?),
        })
    }
}

/// The line of a byte, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
