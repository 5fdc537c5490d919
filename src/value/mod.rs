//! Types and values, the missing value, three-valued truth, decimals and time.
//!
//! Takes nothing from other rooms. Refuses to know what a rule or a customer is.

mod calendar;
mod clock;
mod number;
mod permission;
mod time;
mod truth;

pub use calendar::{Calendar, Weekday};
pub use clock::{WallClock, Zone, show_time_of_day};
pub(crate) use number::divide_half_even;
pub use number::{DEFAULT_LIMIT, Decimal, MAX_SCALE, NumberError, pow10, rescale, show_number};
pub use permission::Permission;
pub use time::{Date, Instant, Period, Unit, date_in_zone, show_date, show_instant, zone_data_version, zone_is_known};
pub use truth::Truth;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Which list of members a `one of [...]` has; an index into the rule set's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EnumId(pub u32);

impl EnumId {
    /// The seven states of a consent, always the first list of a rule set.
    pub const CONSENT: Self = Self(0);
    /// The four states of a device's permission, always the second.
    pub const PERMISSION: Self = Self(1);
}

/// A number's scale and range, both ends in; the bounds are mantissas at that scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NumberType {
    /// Decimal places; 0 for a whole number.
    pub scale: u8,
    /// The smallest value.
    pub min: i64,
    /// The largest value.
    pub max: i64,
}

impl NumberType {
    /// Whether somebody said from where to where it goes; else it has the limit that every number has.
    pub fn has_range(self) -> bool {
        let limit = i128::from(DEFAULT_LIMIT) * pow10(self.scale);
        i128::from(self.min) > -limit || i128::from(self.max) < limit
    }
}

/// What an attribute or an expression can hold. Missing is a value of every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// `yes or no`.
    YesNo,
    /// `whole` and `decimal(n)`.
    Number(NumberType),
    /// `text`.
    Text,
    /// `one of [...]`.
    OneOf(EnumId),
    /// `set of text`.
    Set,
    /// `time`: an instant.
    Time,
    /// `date`: a civil day.
    Date,
    /// `zone`: an IANA time zone.
    Zone,
    /// `score halving every ...`: the decayed sum of its increments, at six places.
    Score(Period),
}

impl Type {
    /// How authors write the type, without list or range.
    pub fn word(self) -> &'static str {
        match self {
            Self::YesNo => "yes or no",
            Self::Number(number) if number.scale == 0 => "a whole number",
            Self::Number(_) => "a decimal number",
            Self::Text => "text",
            Self::OneOf(_) => "one of a list",
            Self::Set => "a set of text",
            Self::Time => "a time",
            Self::Date => "a date",
            Self::Zone => "a time zone",
            Self::Score(_) => "a score",
        }
    }

    /// The scale and range in which values of this type take part in arithmetic and comparison.
    pub fn number(self) -> Option<NumberType> {
        match self {
            Self::Number(number) => Some(number),
            Self::Score(_) => Some(SCORE),
            Self::YesNo | Self::Text | Self::OneOf(_) | Self::Set | Self::Time | Self::Date | Self::Zone => None,
        }
    }
}

/// A score is compared at six places (R44), within plus or minus a thousand million.
pub const SCORE: NumberType = NumberType { scale: 6, min: -1_000_000_000_000_000, max: 1_000_000_000_000_000 };

/// A known value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Of type `yes or no`.
    YesNo(bool),
    /// The mantissa at the scale of the type.
    Number(i64),
    /// Of type `text` or `zone`, in NFC.
    Text(Arc<str>),
    /// The index in the list of the type.
    Member(u16),
    /// Of type `set of text`, each in NFC; may be empty, which is not missing.
    Set(BTreeSet<Arc<str>>),
    /// Of type `time`.
    Time(Instant),
    /// Of type `date`.
    Date(Date),
    /// It never happened: before every instant and date, above every number; equal to nothing.
    Never,
}

impl Value {
    /// The text, where it is one: a zone or a key, too.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::YesNo(_)
            | Self::Number(_)
            | Self::Member(_)
            | Self::Set(_)
            | Self::Time(_)
            | Self::Date(_)
            | Self::Never => None,
        }
    }
}

/// Why a value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Missing {
    /// Nobody gave one.
    Absent,
    /// A purpose it needs is not open.
    NoConsent,
    /// Older than its `fresh` allows.
    Stale,
    /// It has no stamp where it must have one, so nobody knows how old it is.
    Unstamped,
    /// Its stamp lies after the decision.
    FromTheFuture,
    /// The cell could not be read as its type.
    Unreadable,
    /// Not a member of the list.
    NotInList,
    /// A part of the expression is missing, or it divides by zero.
    Computed,
}

impl Missing {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::NoConsent => "no consent",
            Self::Stale => "stale",
            Self::Unstamped => "no stamp, so nobody knows how old it is",
            Self::FromTheFuture => "from the future",
            Self::Unreadable => "unreadable",
            Self::NotInList => "not in the list",
            Self::Computed => "cannot be computed",
        }
    }
}

/// A value or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Datum {
    /// There is one.
    Known(Value),
    /// There is none.
    Missing(Missing),
}

impl Datum {
    /// The value, if there is one.
    pub fn known(&self) -> Option<&Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }
}

/// The seven states of a consent (R23), in the order of the built-in list [`EnumId::CONSENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Consent {
    /// Given and, read in a condition, what opens the basis.
    Granted,
    /// Asked and refused.
    Denied,
    /// Given once and taken back.
    Withdrawn,
    /// Given, but too long ago or under too old a version.
    Expired,
    /// Given, but not confirmed.
    Pending,
    /// Nobody asked.
    Unknown,
    /// Objected to; closes every purpose of direct marketing.
    Objected,
}

impl Consent {
    /// All seven, in the order of the list.
    pub const ALL: [Self; 7] =
        [Self::Granted, Self::Denied, Self::Withdrawn, Self::Expired, Self::Pending, Self::Unknown, Self::Objected];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Objected => "objected",
        }
    }

    /// The state of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Its index in the built-in list.
    pub fn member(self) -> u16 {
        self as u16
    }
}
