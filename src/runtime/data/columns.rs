//! Which column holds which attribute, and how often it held nothing.

use super::cell::{CellReader, instant};
use super::expected::expected;
use super::permission::{PermissionCells, PermissionColumns};
use crate::frame::Fact;
use crate::model::{Attribute, AttributeId, PurposeId, RuleSet, Scope, Spelling};
use crate::value::{Consent, Instant, Missing};

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
    /// What devices permit.
    pub(super) permissions: PermissionColumns,
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
        Self { columns, permissions: PermissionColumns::new(rules), numbered }
    }

    /// Every column's name, stamps among them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().flat_map(|column| [Some(&column.name), column.stamp.as_ref()]);
        columns.flatten().map(String::as_str).chain(self.permissions.names())
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
            missing.of(self.attribute).counts.stamps += 1;
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
    /// For any of these reasons, of an attribute whose values are kept from readers.
    pub unsaid: u64,
}

impl ColumnCounts {
    fn add(&mut self, other: Self) {
        let Self { absent, unreadable, not_in_list, stamps, unsaid } = other;
        self.absent += absent;
        self.unreadable += unreadable;
        self.not_in_list += not_in_list;
        self.stamps += stamps;
        self.unsaid += unsaid;
    }
}

/// Cells without a value, by attribute, and without a permission, by channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingCells(Vec<Noted>, PermissionCells);

/// What was noted of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Noted {
    counts: ColumnCounts,
    /// Cells that gave a value.
    known: u64,
    /// The first cell that could not be used, with its row: the first row, whoever read which part of the file.
    sample: Option<(u64, String)>,
}

impl Noted {
    fn add(&mut self, other: &Self) {
        let Self { counts, known, sample } = other;
        self.counts.add(*counts);
        self.known += known;
        // By row, then by text where two tables have such a row: the same one in whatever order parts come.
        self.sample = [self.sample.take(), sample.clone()].into_iter().flatten().min();
    }
}

impl MissingCells {
    fn of(&mut self, id: AttributeId) -> &mut Noted {
        let index = id.index();
        if self.0.len() <= index {
            self.0.resize(index + 1, Noted::default());
        }
        &mut self.0[index]
    }

    /// Notes what a cell of a row became; `cell` gives its text, where that is asked for.
    pub(super) fn note<'c>(
        &mut self,
        rules: &RuleSet,
        id: AttributeId,
        row: u64,
        fact: &Fact,
        cell: impl FnOnce() -> std::borrow::Cow<'c, str>,
    ) {
        let noted = self.of(id);
        let unusable = match fact {
            Fact::Known(..) | Fact::Increments(_) => {
                noted.known += 1;
                false
            }
            Fact::Missing(Missing::Unreadable) => {
                noted.counts.unreadable += 1;
                true
            }
            Fact::Missing(Missing::NotInList) => {
                noted.counts.not_in_list += 1;
                true
            }
            Fact::Missing(
                Missing::Absent
                | Missing::NoConsent
                | Missing::Stale
                | Missing::Unstamped
                | Missing::FromTheFuture
                | Missing::Computed,
            ) => {
                noted.counts.absent += 1;
                false
            }
        };
        let earlier = noted.sample.as_ref().is_none_or(|(first, _)| row < *first);
        if unusable && earlier && may_be_shown(&rules[id]) {
            noted.sample = Some((row, cell().into_owned()));
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.fill(Noted::default());
        self.1.clear();
    }

    /// Adds what was counted of one customer, as far as anybody may know it: nothing of what consent does not open, no
    /// reason for what is sensitive or hidden, and nothing at all of what is protective, since how many are spared could
    /// be reckoned from it.
    pub fn add_customer(&mut self, rules: &RuleSet, consent: &[Consent], other: &Self) {
        self.1.add(&other.1);
        let is_open = |purpose: &PurposeId| consent.get(purpose.index()) == Some(&Consent::Granted);
        for (index, noted) in other.0.iter().enumerate() {
            let id = AttributeId::from_index(index);
            let Some(attribute) = rules.attributes.get(index) else { continue };
            let ColumnCounts { absent, unreadable, not_in_list, .. } = noted.counts;
            match attribute {
                _ if attribute.protective || !attribute.needs.iter().all(is_open) => {}
                _ if attribute.is_protected() => self.of(id).counts.unsaid += absent + unreadable + not_in_list,
                _ => self.of(id).add(noted),
            }
        }
    }

    /// Adds what another part of the same data counted.
    pub fn add(&mut self, other: &Self) {
        for (index, noted) in other.0.iter().enumerate() {
            self.of(AttributeId::from_index(index)).add(noted);
        }
        self.1.add(&other.1);
    }

    /// Where nobody could tell what a device permits.
    pub fn permissions(&self) -> &PermissionCells {
        &self.1
    }

    pub(super) fn permissions_mut(&mut self) -> &mut PermissionCells {
        &mut self.1
    }

    /// The attributes with any cell that gave no value, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeId, ColumnCounts)> {
        let all = self.0.iter().enumerate().map(|(index, noted)| (AttributeId::from_index(index), noted.counts));
        all.filter(|(_, counts)| *counts != ColumnCounts::default())
    }

    /// A cell of the attribute that could not be used; none where nobody may see its values.
    pub fn sample(&self, id: AttributeId) -> Option<&str> {
        self.0.get(id.index())?.sample.as_ref().map(|(_, cell)| cell.as_str())
    }

    /// What is wrong with the cells of an attribute that could not be used, and what is expected; none where all could.
    pub fn expected(&self, rules: &RuleSet, id: AttributeId) -> Option<String> {
        let ColumnCounts { unreadable, not_in_list, .. } = self.0.get(id.index())?.counts;
        (unreadable + not_in_list > 0).then(|| expected(rules, &rules[id], self.sample(id)))
    }

    /// The attributes of which more than half of the filled cells could not be used, each with how many of how many.
    pub fn mostly_unusable(&self) -> impl Iterator<Item = (AttributeId, u64, u64)> {
        let all = self.0.iter().enumerate().map(|(index, Noted { counts, known, sample: _ })| {
            let unusable = counts.unreadable + counts.not_in_list;
            (AttributeId::from_index(index), unusable, unusable + known)
        });
        all.filter(|(_, unusable, filled)| unusable.saturating_mul(2) > *filled)
    }
}

/// Whether a value of the attribute may be shown to whoever runs the program: nobody's secret, and read for no purpose.
fn may_be_shown(attribute: &Attribute) -> bool {
    let Attribute { key, needs, sensitive, hidden, protective, .. } = attribute;
    !key && needs.is_empty() && !sensitive && !hidden && !protective
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{FITTING, HEALTH, at, rule_set};

    #[test]
    fn counts_tell_nothing_that_consent_does_not_open_or_nobody_may_know() {
        let rules = rule_set();
        let vulnerable = rules.attribute_named("vulnerable").unwrap();
        let mut row = MissingCells::default();
        for id in [at::BALANCE, at::CHURN, at::ILLNESS, vulnerable] {
            row.note(&rules, id, 1, &Fact::Missing(Missing::NotInList), || "?".into());
            row.note(&rules, id, 1, &Fact::Missing(Missing::Absent), || "?".into());
        }
        let counted = |open: &[PurposeId]| {
            let mut consent = vec![Consent::Unknown; rules.purposes.len()];
            open.iter().for_each(|purpose| consent[purpose.index()] = Consent::Granted);
            let mut all = MissingCells::default();
            all.add_customer(&rules, &consent, &row);
            all.iter().collect::<Vec<_>>()
        };
        let each = ColumnCounts { absent: 1, not_in_list: 1, ..ColumnCounts::default() };
        let unsaid = ColumnCounts { unsaid: 2, ..ColumnCounts::default() };
        assert_eq!(counted(&[]), [(at::BALANCE, each)]);
        assert_eq!(counted(&[FITTING, HEALTH]), [(at::BALANCE, each), (at::CHURN, each), (at::ILLNESS, unsaid)]);
        row.clear();
        assert_eq!(row.iter().count(), 0);
    }
}
