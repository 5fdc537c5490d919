//! What a rule may say of itself that no decision rests on, so that a house can require it.

use super::{Class, Rule};

/// A clause of a rule that is not needed to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleField {
    /// `about "Bring lapsed runners back"`
    About,
    /// `owner "crm@shop.example"`
    Owner,
    /// `metric repeat_purchase`
    Metric,
    /// `review by 2027-03-01`
    ReviewBy,
    /// `ticket "CRM-12"`
    Ticket,
    /// `because "You looked at running shoes"`
    Because,
    /// `active 2026-11-20 to 2026-12-31`
    Active,
}

impl RuleField {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::About, Self::Owner, Self::Metric, Self::ReviewBy, Self::Ticket, Self::Because, Self::Active];

    /// The words that begin the clause.
    pub fn word(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Owner => "owner",
            Self::Metric => "metric",
            Self::ReviewBy => "review by",
            Self::Ticket => "ticket",
            Self::Because => "because",
            Self::Active => "active",
        }
    }

    /// The clause of those words.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }

    /// Such a clause as somebody would write it.
    pub fn example(self) -> &'static str {
        match self {
            Self::About => "about \"Bring lapsed runners back\"",
            Self::Owner => "owner \"crm@shop.example\"",
            Self::Metric => "metric repeat_purchase",
            Self::ReviewBy => "review by 2027-03-01",
            Self::Ticket => "ticket \"CRM-12\"",
            Self::Because => "because \"You looked at running shoes\"",
            Self::Active => "active 2026-11-20 to 2026-12-31",
        }
    }

    /// Whether a rule says it.
    pub fn is_said(self, rule: &Rule) -> bool {
        match self {
            Self::About => rule.about.is_some(),
            Self::Owner => rule.owner.is_some(),
            Self::Metric => rule.metric.is_some(),
            Self::ReviewBy => rule.review_by.is_some(),
            Self::Ticket => rule.ticket.is_some(),
            Self::Because => rule.because.is_some(),
            Self::Active => rule.active.is_some(),
        }
    }
}

/// A clause that every rule must have, or every rule of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The clause.
    pub field: RuleField,
    /// Of which rules; all, where there is none.
    pub class: Option<Class>,
    /// Who says so: `cater.toml:7`.
    pub by: String,
}
