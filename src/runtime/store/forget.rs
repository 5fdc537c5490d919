//! What is kept of somebody, removed because they ask for it: what happened to them, and what their requests were answered.
//!
//! What is counted together with others stays: a number that names nobody, without which a stock would be given away twice.
//! Refuses to know rules and places: each store finds what [`Whom`] says is theirs.

use std::collections::HashSet;

use super::packed::{Unreadable, unpack_decisions};
use super::{Cell, Key};

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Of each key, whether anything was kept under it.
    pub records: Vec<bool>,
    /// How many requests of customers among them.
    pub requests: usize,
}

/// The customers among some keys.
pub(super) struct Whom<'k>(HashSet<&'k str>);

impl<'k> Whom<'k> {
    pub(super) fn of(keys: &'k [Key]) -> Self {
        let customer = |key: &'k Key| match key {
            Key::Customer(name) => Some(name.as_str()),
            Key::Shared(_) | Key::Request(_) => None,
        };
        Self(keys.iter().filter_map(customer).collect())
    }

    /// Whether there is nobody whose requests would have to be looked for.
    pub(super) fn is_nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether what a request was answered is theirs.
    pub(super) fn asked(&self, answered: &Cell) -> Result<bool, Unreadable> {
        let decisions = unpack_decisions(answered)?;
        Ok(decisions.iter().filter_map(|one| one.customer.as_deref()).any(|customer| self.0.contains(customer)))
    }
}
