//! The clauses of a block: after what or as long as what, and on whom.

use super::cap::{STORE, store_down_blocks};
use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::BlockClause;

pub(in crate::syntax) static BLOCK: Clauses<BlockClause> = Clauses {
    noun: "a block",
    forms: &[
        ClauseForm {
            form: Form {
                word: "for",
                needs: "a span of time, `after` and what happened",
                example: "for 24 hours after purchase",
            },
            rule: Rule::block_for,
            build: |b, pair| b.block_for(pair),
        },
        ClauseForm {
            form: Form { word: "while", needs: "a condition", example: "while vulnerable" },
            rule: Rule::block_while,
            build: |b, pair| Some(BlockClause::While(b.only_condition(pair)?)),
        },
        ClauseForm {
            form: Form {
                word: "on",
                needs: "`class`, `tag`, `offer` or `rule` and a name",
                example: "on class marketing",
            },
            rule: Rule::on_target,
            build: |b, pair| b.target(pair).map(BlockClause::On),
        },
        ClauseForm {
            form: STORE,
            rule: Rule::cap_store,
            build: |_, pair| Some(BlockClause::StoreDownBlocks(store_down_blocks(pair))),
        },
    ],
    later: &[],
};

impl Builder<'_> {
    /// `for 24 hours after sent of fraud_alert`
    fn block_for(&mut self, pair: Pair<'_>) -> Option<BlockClause> {
        let mut row = Row::of(pair);
        let length = self.duration(row.take(Rule::duration)?)?;
        let (mut after, mut of, mut behind_of) = (Vec::new(), None, false);
        while let Some(pair) = row.next() {
            if pair.as_rule() == Rule::of {
                behind_of = true;
            } else if pair.as_rule() == Rule::name && behind_of {
                of = Some(self.name(&pair));
            } else if pair.as_rule() == Rule::name {
                after.push(self.name(&pair));
            }
        }
        Some(BlockClause::For { length, after, of })
    }
}
