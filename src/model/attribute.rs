//! What we may know of a customer and of the moment, and how real columns map to it.

use serde::{Deserialize, Serialize};

use super::PurposeId;
use crate::source::Span;
use crate::value::{Period, Type, Value};

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Known of the customer; missing for an anonymous one (R41).
    Customer,
    /// Known of this request.
    Moment,
}

/// A declared field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Unique over customer and moment (R21).
    pub name: String,
    /// The name in the text.
    pub span: Span,
    /// Customer or moment.
    pub scope: Scope,
    /// What it holds.
    pub ty: Type,
    /// `key`: identifies the customer; a text.
    pub key: bool,
    /// The purposes that must be open before it is read, sorted.
    pub needs: Vec<PurposeId>,
    /// `fresh`: the greatest age, inclusive, counted from the value's stamp.
    pub fresh: Option<Period>,
    /// `else`: stands in for absent and stale when the value is read (R5).
    pub default: Option<Value>,
    /// `sensitive`: special category, explicit consent, hidden (R18).
    pub sensitive: bool,
    /// `hidden` (or sensitive or protective): its value is never shown.
    pub hidden: bool,
    /// `protective`: may only spare people.
    pub protective: bool,
    /// `never used`: in no rule.
    pub never_used: bool,
    /// Where its values come from.
    pub mapping: Mapping,
}

impl Attribute {
    /// Whether its value can be *never*. A time and a date can. A number can where nobody said from where to where it
    /// goes; one with a declared range lies in it, unless its mapping announces never: `-1 is never`.
    pub fn may_be_never(&self) -> bool {
        match self.ty {
            Type::Time | Type::Date => true,
            Type::Number(number) => !number.has_range() || self.mapping.says_never(),
            Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => false,
        }
    }
}

/// How cells of real data become values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// `from "column"`; without it the column of the attribute's name.
    pub column: Option<String>,
    /// `as of "column"`: the stamp of a value that must be fresh.
    pub stamp: Option<String>,
    /// `"Y" is yes`: a cell's text and what it means, in the order written.
    pub spellings: Vec<(String, Spelling)>,
    /// `key row number`: the row's number, from 1, is the key.
    pub row_number: bool,
}

impl Mapping {
    /// Whether a cell means never.
    fn says_never(&self) -> bool {
        self.spellings.iter().any(|(_, meaning)| *meaning == Spelling::Value(Value::Never))
    }
}

/// What a special cell means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spelling {
    /// This value; `never` is one.
    Value(Value),
    /// There is none.
    Missing,
}
