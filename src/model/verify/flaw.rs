//! What can be wrong with a model, in words.

use thiserror::Error;

/// The first flaw found and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {flaw}")]
pub struct VerifyError {
    /// The declaration: rule `comeback`.
    pub place: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// Why a model is no rule set that may run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// More than a stated limit (R53).
    #[error("{count} {what}, and {limit} is the most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// An id past the end of its list.
    #[error("names {what} number {id}, which does not exist")]
    NoSuch {
        /// Of which kind.
        what: &'static str,
        /// The id.
        id: u32,
    },
    /// A list that must be sorted, each entry once.
    #[error("the {0} are not in order, or one stands twice")]
    Unsorted(&'static str),
    /// A name or entry that must be unique.
    #[error("the name is taken twice among the {0}")]
    Twice(&'static str),
    /// A list or text that must hold something.
    #[error("has no {0}")]
    Empty(&'static str),
    /// The built-in head of a list is damaged.
    #[error("the built-in {0} are not as they must be")]
    BuiltIn(&'static str),
    /// An instant, date or period out of the language's range.
    #[error("the {0} lies outside the range of time")]
    Time(&'static str),
    /// A zone that the time-zone data does not know.
    #[error("the time zone is not known")]
    Zone,
    /// What a cap counts by tells nobody apart, or nothing limits a rule where nobody is known.
    #[error("what the cap counts by is not possible")]
    Unit,
    /// A number's range is empty, out of bounds or has too many places.
    #[error("the range of a number is not possible")]
    NumberType,
    /// A value that is not of its type.
    #[error("the {0} does not fit its type")]
    Value(&'static str),
    /// A mark that does not go with the attribute.
    #[error("the mark `{0}` does not go with this attribute")]
    Mark(&'static str),
    /// More nested than anything may be.
    #[error("is nested too deeply")]
    TooDeep,
    /// Written out, with every segment and value in its place, it is too large.
    #[error("is too large when its segments and values are written out")]
    TooLarge,
    /// Refers to itself.
    #[error("the {0} go round in a circle")]
    Circle(&'static str),
    /// Operands or results of different types.
    #[error("{of} is {found} where {expected} is needed")]
    Type {
        /// Of what.
        of: &'static str,
        /// What it is.
        found: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Both sides of a comparison must be of one type.
    #[error("the two sides of {0} are not of one type")]
    Sides(&'static str),
    /// Both sides must have the same number of places.
    #[error("the two sides of {0} have different decimal places")]
    Scale(&'static str),
    /// A computed number can leave the range that is stated for it.
    #[error("the result of {0} can leave its range")]
    Range(&'static str),
    /// Reads what is `never used`.
    #[error("reads `{0}`, which is never used")]
    NeverUsed(String),
    /// Reads a protective attribute outside `unless`, or in an `unless` so that it chooses people (R18).
    #[error("reads a protective attribute to select people")]
    Protective,
    /// Reads an attribute without needing its purpose (R19).
    #[error("reads an attribute that needs `{0}`, and does not need it itself")]
    Needs(String),
    /// Sells to people chosen by what is known of them without a purpose that they can object to (R3, R14).
    #[error("{0} sells to chosen people without a purpose of direct marketing")]
    Sells(&'static str),
    /// Channels where they may not be, or none where one must be.
    #[error("{0}")]
    Way(&'static str),
    /// A class where it may not be (R1, R2, R26).
    #[error("the class of {0} does not belong here")]
    Class(&'static str),
    /// The table of classes is not the one that is shipped, nor a stricter one (R2).
    #[error("obeys less than its class must, or is a class that obeys nothing")]
    ClassTable,
    /// Of the rules of one priority some rank and some do not, or one that ranks says `before` or is named in one (R6).
    #[error("ranks, though not all of its priority do, or it takes part in `before`")]
    Rank,
    /// The last fallback is not always possible (R11).
    #[error("the last fallback is not a service offer without dates, switch and condition, or nothing")]
    LastFallback,
    /// The rule belongs to another slot.
    #[error("{0} names a rule of another slot")]
    OtherSlot(&'static str),
    /// The priority is not what `priority` or `before` say (R7).
    #[error("the priority is not the one that its order gives")]
    Priority,
    /// The order of a slot is not that of R6.
    #[error("the rules are not in the order in which they win")]
    Order,
    /// The caps listed are not those that bind.
    #[error("the caps listed are not the caps that bind")]
    Caps,
    /// The blocks listed are not those that bind, or one counts by what is not its own.
    #[error("the blocks listed are not the blocks that bind, or one counts by what is not its own")]
    Blocks,
    /// The windows listed are not those that bind, or the zones of one are not in a shape that is possible.
    #[error("the windows listed are not the windows that bind, or one has zones that are never tried")]
    Windows,
    /// A window that is closed for ever.
    #[error("the window never opens")]
    NeverOpens,
    /// A window holds for ever what never expires.
    #[error("waits for a window without an end")]
    Endless,
    /// An expiry that is no age of a time.
    #[error("expires by something that is no time")]
    Expiry,
    /// A cap of zero, or a window without length.
    #[error("the cap counts to zero or over no time")]
    CapOfNothing,
    /// A pause or a gap that counts what only a cap can.
    #[error("the pause or the gap counts in a way that only a cap can")]
    Kind,
}

/// The result of one check; the place is added by whoever knows it.
pub(super) type Checked<T = ()> = Result<T, Flaw>;

/// Names the declaration in which a flaw was found.
pub(super) trait InPlace<T> {
    fn within(self, kind: &str, name: &str) -> Result<T, VerifyError>;
}

impl<T> InPlace<T> for Checked<T> {
    fn within(self, kind: &str, name: &str) -> Result<T, VerifyError> {
        self.map_err(|flaw| VerifyError::at(kind, name, flaw))
    }
}

impl VerifyError {
    /// Whether the model only is too much of something that is right in itself: authors can reach a limit, everything
    /// else only a fault of the checker or a hand.
    pub fn is_limit(&self) -> bool {
        matches!(self.flaw, Flaw::TooMany { .. } | Flaw::TooDeep | Flaw::TooLarge)
    }

    pub(super) fn at(kind: &str, name: &str, flaw: Flaw) -> Self {
        Self { place: place(kind, name), flaw }
    }
}

/// A name from a hostile file may be of any length; a message is for people.
fn place(kind: &str, name: &str) -> String {
    const SHOWN: usize = 60;
    match name.char_indices().nth(SHOWN) {
        _ if name.is_empty() => kind.to_owned(),
        Some((end, _)) => format!("{kind} `{}...`", name.get(..end).unwrap_or("")),
        None => format!("{kind} `{name}`"),
    }
}
