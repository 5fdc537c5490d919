//! Data in: from cells, rows and JSON to the facts of a customer.
//!
//! Takes a rule set, whose mappings say what columns and cells mean, and bytes from outside; gives [`Facts`](crate::frame::Facts). What is
//! wrong with a file as a whole is a coded error before anything is decided; what is wrong with a row is named and
//! counted; what is wrong with a cell makes that attribute missing and is counted by column. Refuses to know what is
//! decided from it.
//!
//! JSON is read in every build; files of many customers, consent and events with the feature `cli`.

#[cfg(feature = "cli")]
mod budget;
mod cell;
#[cfg(feature = "cli")]
mod columns;
#[cfg(feature = "cli")]
mod confirmations;
#[cfg(feature = "cli")]
mod consent;
#[cfg(feature = "cli")]
mod csv;
mod customer;
#[cfg(feature = "cli")]
mod customers;
#[cfg(feature = "cli")]
mod events;
#[cfg(feature = "cli")]
mod expected;
#[cfg(feature = "cli")]
mod input;
mod json;
#[cfg(feature = "cli")]
mod jsonl;
#[cfg(feature = "cli")]
mod permission;
#[cfg(feature = "cli")]
mod settings;
#[cfg(feature = "cli")]
mod slips;
#[cfg(feature = "cli")]
mod table;
#[cfg(feature = "cli")]
mod units;
#[cfg(feature = "cli")]
mod world;

#[cfg(feature = "cli")]
pub use budget::{Budget, BudgetOf, CostBudget, EVERY_SLOT, STRETCHES, TOTAL};
pub use cell::key as key_form;
#[cfg(feature = "cli")]
pub use columns::{ColumnCounts, MissingCells, Override, Overrides};
#[cfg(feature = "cli")]
pub use confirmations::{confirmations, confirmations_from, one as confirmation};
#[cfg(feature = "cli")]
pub use consent::{ConsentIndex, UnknownPurpose};
pub use customer::{JsonCustomer, customer_from_json, fields_of, is_field, key_of, moment_from_json};
#[cfg(feature = "cli")]
pub use customers::{Customers, CustomersFile, Decoder, NextRow, Row, Unread};
#[cfg(feature = "cli")]
pub use events::EventIndex;
#[cfg(feature = "cli")]
pub use input::{Format, Progress};
#[cfg(feature = "cli")]
pub use permission::{PermissionCells, PermissionCounts};
#[cfg(feature = "cli")]
pub use settings::{ANY_CHANGE, CHANGES, MOST_DAYS, MOST_WORKERS, Settings};
#[cfg(feature = "cli")]
pub use table::{BadRow, BadRows};
#[cfg(feature = "cli")]
pub use units::Others;
#[cfg(feature = "cli")]
pub use world::{World, WorldCustomers};

use thiserror::Error;

use crate::diagnostics::Code;
use crate::diagnostics::codes::data as codes;

/// Why data cannot be used at all, or, where its code only warns, what is odd about all of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct DataError {
    /// What kind.
    pub code: &'static Code,
    /// What is the matter, with the file in which it is.
    pub message: String,
    /// What can be done.
    pub help: Option<String>,
    /// What else is the matter with the same file, or with what it says.
    pub others: Vec<DataError>,
}

impl DataError {
    fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, others: Vec::new() }
    }

    #[must_use]
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// All that went right, or all that did not as one error: each is to be told, and not the first alone.
    fn all<T>(results: impl IntoIterator<Item = Result<T, Self>>) -> Result<Vec<T>, Self> {
        let mut right = Vec::new();
        let mut wrong: Vec<Self> = Vec::new();
        for result in results {
            match result {
                Ok(one) => right.push(one),
                Err(mut error) => {
                    let others = std::mem::take(&mut error.others);
                    wrong.push(error);
                    wrong.extend(others);
                }
            }
        }
        let mut wrong = wrong.into_iter();
        match wrong.next() {
            None => Ok(right),
            Some(first) => Err(Self { others: wrong.collect(), ..first }),
        }
    }

    /// The nearest of the words that are known here, if one is near.
    #[must_use]
    fn did_you_mean<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::diagnostics::nearest(word, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// That help, where there is none yet.
    #[must_use]
    fn or_help(mut self, help: impl FnOnce() -> String) -> Self {
        self.help = self.help.or_else(|| Some(help()));
        self
    }

    /// Says in which file.
    #[cfg(feature = "cli")]
    #[must_use]
    fn within(mut self, file: &str) -> Self {
        self.message = format!("`{file}`: {}", self.message);
        self.others = self.others.into_iter().map(|other| other.within(file)).collect();
        self
    }
}
