//! The words of the language: which are never names, which continue an expression, which open a declaration.

/// The ten words that cannot be names.
pub(super) const RESERVED: [&str; 10] = ["and", "or", "not", "is", "has", "else", "yes", "no", "nothing", "now"];

/// The only words that can continue an expression. None of them begins a clause, which is why newlines need no
/// meaning; the test below and the one over all clause tables keep the two sets apart.
pub(super) const CONTINUES: [&str; 6] = ["and", "or", "is", "has", "else", "halving"];

/// The words that open a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opener {
    Defaults,
    Purpose,
    Class,
    Channel,
    Customer,
    Moment,
    Event,
    Segment,
    Value,
    Offer,
    Slot,
    Rule,
    Cap,
    Pause,
    Gap,
    Block,
    Window,
    Persona,
    Test,
    /// `catalogue`, `experiment`, ..: known to the language, not built yet.
    Later,
    /// `use "customer.rules"`, which has no block.
    Use,
}

/// Every opener with its word.
pub(super) const OPENERS: [(&str, Opener); 24] = [
    ("rule", Opener::Rule),
    ("offer", Opener::Offer),
    ("test", Opener::Test),
    ("segment", Opener::Segment),
    ("value", Opener::Value),
    ("purpose", Opener::Purpose),
    ("slot", Opener::Slot),
    ("cap", Opener::Cap),
    ("event", Opener::Event),
    ("persona", Opener::Persona),
    ("customer", Opener::Customer),
    ("moment", Opener::Moment),
    ("defaults", Opener::Defaults),
    ("class", Opener::Class),
    ("channel", Opener::Channel),
    ("catalogue", Opener::Later),
    ("pause", Opener::Pause),
    ("gap", Opener::Gap),
    ("block", Opener::Block),
    ("window", Opener::Window),
    ("layer", Opener::Later),
    ("experiment", Opener::Later),
    ("holdout", Opener::Later),
    ("use", Opener::Use),
];

/// How other languages say `use`.
pub(super) const USE_ELSEWHERE: [&str; 5] = ["import", "include", "require", "load", "using"];

/// The opener that `word` is, if it is one.
pub(super) fn opener(word: &str) -> Option<Opener> {
    OPENERS.iter().find(|(name, _)| *name == word).map(|(_, opener)| *opener)
}

/// Whether `word` is one of the ten.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether `word` can continue an expression.
pub(super) fn continues(word: &str) -> bool {
    CONTINUES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_an_expression_opens_no_declaration() {
        for (word, _) in OPENERS {
            assert!(!continues(word) && !is_reserved(word), "{word}");
        }
    }
}
