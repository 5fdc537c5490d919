//! The clauses of a class.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::ClassClause;

pub(in crate::syntax) static CLASS: Clauses<ClassClause> = Clauses {
    noun: "a class",
    forms: &[
        ClauseForm {
            form: Form {
                word: "obeys",
                needs: "`nothing`, or some of `consent`, `blocks`, `windows`, `caps` and `holdouts`",
                example: "obeys blocks, windows, caps",
            },
            rule: Rule::class_obeys,
            build: |b, pair| b.obeys(pair),
        },
        ClauseForm {
            form: Form { word: "counts", needs: "`yes` or `no`", example: "counts yes" },
            rule: Rule::class_counts,
            build: |_, pair| Some(ClassClause::Counts(Row::of(pair).skip(Rule::yes))),
        },
        ClauseForm {
            form: Form { word: "store", needs: "the word `down` and `block` or `allow`", example: "store down block" },
            rule: Rule::class_store,
            build: |_, pair| {
                let mut row = Row::of(pair);
                row.skip(Rule::down);
                Some(ClassClause::StoreDownBlocks(row.skip(Rule::block)))
            },
        },
    ],
    later: &[],
};

impl Builder<'_> {
    fn obeys(&mut self, pair: Pair<'_>) -> Option<ClassClause> {
        let mut row = Row::of(pair);
        if row.skip(Rule::nothing) {
            return Some(ClassClause::Obeys(Vec::new()));
        }
        Some(ClassClause::Obeys(self.names(row.take(Rule::names)?)))
    }
}
