//! The pest grammar, and the few things the builders need around its pairs.
//!
//! One call of pest reads one head, clause or expression. Nothing outside `syntax` sees a pair.

#![allow(missing_docs, unreachable_pub, reason = "the enum of productions is generated")]

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;

/// The productions of `grammar/cater.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/cater.pest"]
struct Grammar;

/// One pair of the grammar.
pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;

/// Where a production stopped, as an offset into the text it was given, and what could have stood there.
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) expected: Vec<Rule>,
}

/// Reads the longest beginning of `text` that is a `rule`.
pub(super) fn read(rule: Rule, text: &str) -> Result<Pair<'_>, Stop> {
    match Grammar::parse(rule, text) {
        Ok(mut pairs) => pairs.next().ok_or(Stop { at: 0, expected: Vec::new() }),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Err(Stop { at, expected })
        }
    }
}

/// The pairs within a pair, taken in order.
pub(super) struct Row<'t> {
    pairs: std::iter::Peekable<Pairs<'t, Rule>>,
}

impl<'t> Row<'t> {
    pub(super) fn of(pair: Pair<'t>) -> Self {
        Self { pairs: pair.into_inner().peekable() }
    }

    /// The production of the next pair.
    pub(super) fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }

    /// The next pair, whatever it is.
    pub(super) fn next(&mut self) -> Option<Pair<'t>> {
        self.pairs.next()
    }

    /// The next pair, if it is a `rule`.
    pub(super) fn take(&mut self, rule: Rule) -> Option<Pair<'t>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    /// Steps over the next pair, if it is a `rule`; whether it was.
    pub(super) fn skip(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }
}
