//! The five classes and the table of what each obeys (R2).

use serde::{Deserialize, Serialize};

use super::{CapId, RuleSet};

/// What an offer is for; the order is that in which classes win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Safety and fraud: obeys nothing.
    Critical,
    /// What the law makes us say: obeys nothing.
    Legal,
    /// Helps with what the customer already has.
    Service,
    /// Around the customer's own contract.
    Lifecycle,
    /// Selling.
    Marketing,
}

impl Class {
    /// All five, highest first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::Legal, Self::Service, Self::Lifecycle, Self::Marketing];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Legal => "legal",
            Self::Service => "service",
            Self::Lifecycle => "lifecycle",
            Self::Marketing => "marketing",
        }
    }

    /// The class of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// Whether a rule of it stops when its review is overdue (R46).
    pub fn stops_unreviewed(self) -> bool {
        match self {
            Self::Critical | Self::Legal | Self::Service => false,
            Self::Lifecycle | Self::Marketing => true,
        }
    }

    /// Whether a rule's own `cap` clause may stand on it (R26).
    pub fn may_carry_a_cap(self) -> bool {
        match self {
            Self::Critical | Self::Legal => false,
            Self::Service | Self::Lifecycle | Self::Marketing => true,
        }
    }
}

/// What a class can be bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Guardrail {
    /// The consent of the channel that a message goes by.
    Consent,
    /// Blocks.
    Blocks,
    /// Windows.
    Windows,
    /// Declared caps, pauses and gaps.
    Caps,
    /// Holdouts.
    Holdouts,
}

impl Guardrail {
    /// All five, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Consent, Self::Blocks, Self::Windows, Self::Caps, Self::Holdouts];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Blocks => "blocks",
            Self::Windows => "windows",
            Self::Caps => "caps",
            Self::Holdouts => "holdouts",
        }
    }

    /// The guardrail of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guardrail| guardrail.word() == word)
    }
}

/// One row of the table of classes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClassRow {
    /// What the author calls it; may be empty.
    pub label: String,
    /// By what it is bound; sorted.
    pub obeys: Vec<Guardrail>,
    /// Whether what it shows is counted by declared caps.
    pub counts: bool,
    /// Whether a store of events that does not answer stops what a cap binds.
    pub blocks_without_store: bool,
}

impl ClassRow {
    /// The row that is shipped.
    pub fn shipped(class: Class) -> Self {
        let (obeys, strict): (&[Guardrail], bool) = match class {
            Class::Critical | Class::Legal => (&[], false),
            Class::Service => (&[Guardrail::Blocks, Guardrail::Windows], false),
            Class::Lifecycle | Class::Marketing => (&Guardrail::ALL, true),
        };
        Self { label: String::new(), obeys: obeys.to_vec(), counts: strict, blocks_without_store: strict }
    }

    /// Whether it is bound by this.
    pub fn obeys(&self, guardrail: Guardrail) -> bool {
        self.obeys.contains(&guardrail)
    }
}

/// The table of classes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClassTable {
    /// In the order of [`Class::ALL`].
    pub rows: [ClassRow; 5],
}

impl Default for ClassTable {
    fn default() -> Self {
        Self { rows: Class::ALL.map(ClassRow::shipped) }
    }
}

impl ClassTable {
    /// The row of a class.
    pub fn row(&self, class: Class) -> &ClassRow {
        let [critical, legal, service, lifecycle, marketing] = &self.rows;
        match class {
            Class::Critical => critical,
            Class::Legal => legal,
            Class::Service => service,
            Class::Lifecycle => lifecycle,
            Class::Marketing => marketing,
        }
    }

    /// The row of a class, to be changed.
    pub fn row_mut(&mut self, class: Class) -> &mut ClassRow {
        let [critical, legal, service, lifecycle, marketing] = &mut self.rows;
        match class {
            Class::Critical => critical,
            Class::Legal => legal,
            Class::Service => service,
            Class::Lifecycle => lifecycle,
            Class::Marketing => marketing,
        }
    }
}

impl RuleSet {
    /// Whether windows bind a class.
    pub fn obeys_windows(&self, class: Class) -> bool {
        self.classes.row(class).obeys(Guardrail::Windows)
    }

    /// Whether blocks bind a class.
    pub fn obeys_blocks(&self, class: Class) -> bool {
        self.classes.row(class).obeys(Guardrail::Blocks)
    }

    /// Whether what is of this class passes a cap while the store of events does not answer (R26).
    pub fn does_without_store(&self, cap: CapId, class: Class) -> bool {
        !self[cap].store_down_blocks.unwrap_or_else(|| self.classes.row(class).blocks_without_store)
    }

    /// Whether declared caps bind a class.
    pub fn obeys_caps(&self, class: Class) -> bool {
        self.classes.row(class).obeys(Guardrail::Caps)
    }
}
