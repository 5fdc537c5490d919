//! `[pressure]` of `cater.toml`: how much a customer may receive, as a table of scopes; and `[cost]`: how many questions a
//! decision may ask.
//!
//! ```toml
//! [pressure]
//! total.month   = 20        # in any 31 days, whatever it is and whatever carries it
//! marketing.day = 2         # of a class
//! email.week    = 3         # by a channel
//! ```
//!
//! ```toml
//! [cost]
//! slot = 60                 # questions that a decision may ask, in every slot
//! home = 40                 # in this one
//! ```
//!
//! The periods are known when the file is read, the names when the rules are.

use super::world::{Entry, Lines, Toml, World, line};
use super::{DataError, codes};
use crate::model::{ChannelId, Class, RuleSet, SlotId};
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
            let at_most = whole(reader, number, "messages")?;
            found.push(Budget { of: of.get_ref().clone().into_owned(), stretch, at_most, line });
        }
    }
    Ok(found)
}

/// The word for every slot. It is a word of the language, so no slot is called so.
pub const EVERY_SLOT: &str = "slot";

/// One number of `[cost]`, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostBudget {
    /// A slot, or [`EVERY_SLOT`].
    pub of: String,
    /// No more than so many questions.
    pub at_most: u64,
    /// The line of `cater.toml`.
    pub line: usize,
}

/// Reads `[cost]`.
pub(super) fn cost_budgets(
    reader: &Toml<'_>,
    value: &Entry<'_>,
    lines: &mut Lines,
) -> Result<Vec<CostBudget>, DataError> {
    let table = reader.table(value, "a table such as `slot = 60`")?;
    DataError::all(table.iter().map(|(of, number)| {
        let line = lines.note(reader, &format!("cost.{}", of.get_ref()), of);
        let at_most = whole(reader, number, "questions")?;
        Ok(CostBudget { of: of.get_ref().clone().into_owned(), at_most, line })
    }))
}

fn whole(reader: &Toml<'_>, value: &Entry<'_>, of: &str) -> Result<u64, DataError> {
    let DeValue::Integer(number) = value.get_ref() else { return Err(reader.wrong(value, "a whole number")) };
    number.to_string().parse().map_err(|_| {
        let line = line(reader.text, value.span().start);
        DataError::new(&codes::BAD_WORLD, format!("line {line}: `{number}` is no number of {of}"))
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

impl World {
    /// Every budget of `[cost]` with its slot; none of every slot.
    ///
    /// # Errors
    /// A name that is no slot of the rules.
    pub fn cost_budgets(&self, rules: &RuleSet) -> Result<Vec<(Option<SlotId>, CostBudget)>, DataError> {
        DataError::all(self.settings.cost.iter().map(|budget| {
            let slot = rules.slot_named(&budget.of);
            if slot.is_some() || budget.of == EVERY_SLOT {
                return Ok((slot, budget.clone()));
            }
            let names = std::iter::once(EVERY_SLOT).chain(rules.slots.iter().map(|slot| slot.name.as_str()));
            let names: Vec<&str> = names.collect();
            Err(DataError::new(&codes::UNKNOWN_BUDGET, format!("`{}` is no slot of the rules", budget.of))
                .did_you_mean(&budget.of, names.iter().copied())
                .or_help(|| format!("a budget is for one of {}", names.join(", ")))
                .within(&format!("{}:{}", Self::FILE, budget.line)))
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
