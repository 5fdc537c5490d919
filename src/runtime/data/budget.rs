//! `[pressure]` of `cater.toml`: how much a customer may receive, as a table of scopes.
//!
//! ```toml
//! [pressure]
//! total.month   = 20        # in any 31 days, whatever it is and whatever carries it
//! marketing.day = 2         # of a class
//! email.week    = 3         # by a channel
//! ```
//!
//! The periods are known when the file is read, the names when the rules are.

use super::world::{Entry, Lines, Toml, World, line};
use super::{DataError, codes};
use crate::model::{ChannelId, Class, RuleSet};
use toml::de::DeValue;

/// The words for the stretches of time that a budget is for.
pub const STRETCHES: [&str; 3] = ["day", "week", "month"];
/// The word for everything together.
pub const TOTAL: &str = "total";

/// One number of the table, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// `total`, a class, or a channel.
    pub of: String,
    /// One of [`STRETCHES`].
    pub stretch: &'static str,
    /// No more than so many.
    pub at_most: u64,
    /// The line of `cater.toml`.
    pub line: usize,
}

/// What a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetOf {
    /// All messages.
    Total,
    /// Those of a class.
    Class(Class),
    /// Those by a channel.
    Channel(ChannelId),
}

/// Reads the table.
pub(super) fn budgets(reader: &Toml<'_>, value: &Entry<'_>, lines: &mut Lines) -> Result<Vec<Budget>, DataError> {
    let mut found = Vec::new();
    for (of, periods) in reader.table(value, "a table such as `email.week = 3`")? {
        for (period, number) in reader.table(periods, "a table such as `email.week = 3`")? {
            let Some(stretch) = STRETCHES.into_iter().find(|word| *word == period.get_ref()) else {
                return Err(reader.unknown(period, &STRETCHES));
            };
            let line = lines.note(reader, &format!("pressure.{}.{stretch}", of.get_ref()), period);
            let at_most = whole(reader, number)?;
            found.push(Budget { of: of.get_ref().clone().into_owned(), stretch, at_most, line });
        }
    }
    Ok(found)
}

fn whole(reader: &Toml<'_>, value: &Entry<'_>) -> Result<u64, DataError> {
    let DeValue::Integer(number) = value.get_ref() else { return Err(reader.wrong(value, "a whole number")) };
    number.to_string().parse().map_err(|_| {
        let line = line(reader.text, value.span().start);
        DataError::new(&codes::BAD_WORLD, format!("line {line}: `{number}` is no number of messages"))
            .help("write a whole number that is not below 0")
    })
}

impl World {
    /// Every budget with what it is for.
    ///
    /// # Errors
    /// A name that is no class and no channel of the rules.
    pub fn budgets(&self, rules: &RuleSet) -> Result<Vec<(BudgetOf, Budget)>, DataError> {
        DataError::all(self.settings.pressure.iter().map(|budget| {
            let of = match (budget.of.as_str(), Class::from_word(&budget.of), rules.channel_named(&budget.of)) {
                (TOTAL, _, _) => BudgetOf::Total,
                (_, Some(class), _) => BudgetOf::Class(class),
                (_, None, Some(channel)) => BudgetOf::Channel(channel),
                (_, None, None) => return Err(unknown(rules, budget)),
            };
            Ok((of, budget.clone()))
        }))
    }
}

fn unknown(rules: &RuleSet, budget: &Budget) -> DataError {
    let names: Vec<&str> = std::iter::once(TOTAL)
        .chain(Class::ALL.map(Class::word))
        .chain(rules.channels.iter().map(|channel| channel.name.as_str()))
        .collect();
    let message = format!("`{}` is no class and no channel of the rules", budget.of);
    DataError::new(&codes::UNKNOWN_BUDGET, message)
        .did_you_mean(&budget.of, names.iter().copied())
        .or_help(|| format!("a budget is for one of {}", names.join(", ")))
        .within(&format!("{}:{}", World::FILE, budget.line))
}
