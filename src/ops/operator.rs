//! The stable identity of every operator: coverage counts, reference pages and tests name operators by it.

use serde::{Deserialize, Serialize};

macro_rules! operators {
    ($($(#[$doc:meta])* $id:ident = $name:literal,)*) => {
        /// An operator of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Operator {
            $($(#[$doc])* $id,)*
        }

        impl Operator {
            /// Every operator, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$id,)*];

            /// Its name, the same for ever.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)*
                }
            }
        }
    };
}

operators! {
    /// `C and C`.
    And = "and",
    /// `C or C`.
    Or = "or",
    /// `not C`, and every `is not`, `has none of`, `is no`.
    Not = "not",
    /// `x is yes`.
    Holds = "holds",
    /// `x is v`.
    Is = "is",
    /// `x is one of [..]`.
    OneOf = "one-of",
    /// `x is at least v`.
    AtLeast = "at-least",
    /// `x is at most v`.
    AtMost = "at-most",
    /// `x is more than v`.
    MoreThan = "more-than",
    /// `x is less than v`.
    LessThan = "less-than",
    /// `t is before t`.
    Before = "before",
    /// `t is after t`.
    After = "after",
    /// `x is from a to b`.
    Between = "between",
    /// `x is known`.
    Known = "known",
    /// `x is never`.
    Never = "never",
    /// `s has v`, `s has any of [..]`.
    HasAny = "has-any",
    /// `s has all of [..]`.
    HasAll = "has-all",
    /// `t is at least D old`.
    OldAtLeast = "old-at-least",
    /// `t is at most D old`.
    OldAtMost = "old-at-most",
    /// `t is more than D old`.
    OldMoreThan = "old-more-than",
    /// `t is less than D old`.
    OldLessThan = "old-less-than",
    /// `t is from D to D old`.
    OldBetween = "old-between",
    /// `t is at least D ahead`.
    AheadAtLeast = "ahead-at-least",
    /// `t is at most D ahead`.
    AheadAtMost = "ahead-at-most",
    /// `t is more than D ahead`.
    AheadMoreThan = "ahead-more-than",
    /// `t is less than D ahead`.
    AheadLessThan = "ahead-less-than",
    /// `t is from D to D ahead`.
    AheadBetween = "ahead-between",
    /// `a + b`.
    Add = "add",
    /// `a - b`.
    Subtract = "subtract",
    /// `a * b`, `90% of x`.
    Multiply = "multiply",
    /// `decimal(n) of (a / b)`.
    Divide = "divide",
    /// `x else v`.
    Else = "else",
    /// `(v when C)`.
    When = "when",
}
