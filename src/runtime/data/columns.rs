//! Which column holds which attribute, and how often it held nothing.

use super::cell::{CellReader, instant};
use crate::frame::Fact;
use crate::model::{AttributeId, RuleSet, Scope, Spelling};
use crate::value::{Instant, Missing};

/// What a file does differently from what the rules' own mapping says of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// The column, instead of the mapping's.
    pub from: Option<String>,
    /// Spellings of its own, which go before the mapping's.
    pub spellings: Vec<(String, Spelling)>,
    /// The file does not have it: it is absent for every customer.
    pub absent: bool,
    /// The column with the stamp, instead of the mapping's.
    pub as_of: Option<String>,
}

/// By attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(pub Vec<(AttributeId, Override)>);

impl Overrides {
    fn of(&self, id: AttributeId) -> Option<&Override> {
        self.0.iter().find(|(attribute, _)| *attribute == id).map(|(_, of)| of)
    }
}

/// What is read of one attribute.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) attribute: AttributeId,
    /// The column's name.
    pub(super) name: String,
    /// The name of the column with its stamp.
    pub(super) stamp: Option<String>,
    spellings: Vec<(String, Spelling)>,
}

/// Everything that is read of a row. What no rule may use is not read at all.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) columns: Vec<Column>,
    /// The row's number is the customer's key.
    pub(super) numbered: bool,
}

impl Columns {
    pub(super) fn new(rules: &RuleSet, overrides: &Overrides) -> Self {
        let mut columns = Vec::new();
        for (index, attribute) in rules.attributes.iter().enumerate() {
            let id = AttributeId::from_index(index);
            let own = overrides.of(id);
            let is_read = attribute.scope == Scope::Customer
                && !attribute.never_used
                && !attribute.mapping.row_number
                && !own.is_some_and(|own| own.absent);
            if is_read {
                let mapping = &attribute.mapping;
                let from = own.and_then(|own| own.from.as_ref()).or(mapping.column.as_ref());
                columns.push(Column {
                    attribute: id,
                    name: from.unwrap_or(&attribute.name).clone(),
                    stamp: own.and_then(|own| own.as_of.as_ref()).or(mapping.stamp.as_ref()).cloned(),
                    spellings: own.map(|own| own.spellings.clone()).unwrap_or_default(),
                });
            }
        }
        let numbered = rules.key().is_some_and(|key| rules[key].mapping.row_number);
        Self { columns, numbered }
    }

    /// Every column's name, stamps among them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().flat_map(|column| [Some(&column.name), column.stamp.as_ref()]).flatten().map(String::as_str)
    }

    /// Attributes whose column was not `there` (a yes or no a column), each with that column.
    pub(super) fn absent<'a>(&'a self, rules: &'a RuleSet, there: &[bool]) -> Vec<(&'a str, &'a str)> {
        let absent = self.columns.iter().zip(there).filter(|(_, there)| !**there);
        absent.map(|(column, _)| (rules[column.attribute].name.as_str(), column.name.as_str())).collect()
    }

    /// The column of the key, if a column holds it.
    pub(super) fn key(&self, rules: &RuleSet) -> Option<&Column> {
        let key = rules.key()?;
        self.columns.iter().find(|column| column.attribute == key)
    }
}

impl Column {
    pub(super) fn reader<'a>(&'a self, rules: &'a RuleSet) -> CellReader<'a> {
        CellReader { rules, attribute: &rules[self.attribute], spellings: &self.spellings }
    }

    /// When the value was taken, as the column of stamps says; counted where it says nothing readable.
    pub(super) fn stamp(&self, rules: &RuleSet, cell: Option<&str>, missing: &mut MissingCells) -> Option<Instant> {
        let cell = cell.filter(|cell| !cell.is_empty())?;
        let stamp = instant(cell, rules);
        if stamp.is_none() {
            missing.of(self.attribute).stamps += 1;
        }
        stamp
    }
}

/// How often cells of one attribute held no value, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnCounts {
    /// Empty, or spelt as missing.
    pub absent: u64,
    /// Not of the attribute's type.
    pub unreadable: u64,
    /// Not a member of the list.
    pub not_in_list: u64,
    /// The value could be read, the time at which it was taken could not.
    pub stamps: u64,
}

/// Cells without a value, by attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingCells(Vec<ColumnCounts>);

impl MissingCells {
    fn of(&mut self, id: AttributeId) -> &mut ColumnCounts {
        let index = id.index();
        if self.0.len() <= index {
            self.0.resize(index + 1, ColumnCounts::default());
        }
        &mut self.0[index]
    }

    pub(super) fn note(&mut self, id: AttributeId, fact: &Fact) {
        match fact {
            Fact::Known(..) | Fact::Increments(_) => {}
            Fact::Missing(Missing::Unreadable) => self.of(id).unreadable += 1,
            Fact::Missing(Missing::NotInList) => self.of(id).not_in_list += 1,
            Fact::Missing(
                Missing::Absent | Missing::NoConsent | Missing::Stale | Missing::FromTheFuture | Missing::Computed,
            ) => self.of(id).absent += 1,
        }
    }

    /// Adds what another part of the same data counted.
    pub fn add(&mut self, other: &Self) {
        for (index, counts) in other.0.iter().enumerate() {
            let sum = self.of(AttributeId::from_index(index));
            sum.absent += counts.absent;
            sum.unreadable += counts.unreadable;
            sum.not_in_list += counts.not_in_list;
            sum.stamps += counts.stamps;
        }
    }

    /// The attributes with any cell that gave no value, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeId, ColumnCounts)> {
        let all = self.0.iter().enumerate().map(|(index, counts)| (AttributeId::from_index(index), *counts));
        all.filter(|(_, counts)| *counts != ColumnCounts::default())
    }
}
