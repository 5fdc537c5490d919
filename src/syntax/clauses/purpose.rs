//! The clauses of a purpose.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Basis, PurposeClause};

pub(in crate::syntax) static PURPOSE: Clauses<PurposeClause> = Clauses {
    noun: "a purpose",
    forms: &[
        ClauseForm {
            form: Form {
                word: "basis",
                needs: "`consent`, `explicit consent` or `legitimate interest \"ID\"`",
                example: "basis consent",
            },
            rule: Rule::purpose_basis,
            build: |b, pair| b.basis(pair).map(PurposeClause::Basis),
        },
        ClauseForm {
            form: Form { word: "confirmed", needs: "nothing", example: "confirmed" },
            rule: Rule::purpose_confirmed,
            build: |_, _| Some(PurposeClause::Confirmed),
        },
        ClauseForm {
            form: Form { word: "version", needs: "a number and `or later`", example: "version 4 or later" },
            rule: Rule::purpose_version,
            build: |b, pair| {
                let digits = Row::of(pair).take(Rule::digits)?;
                b.count(&digits, u32::MAX).map(PurposeClause::Version)
            },
        },
        ClauseForm {
            form: Form { word: "valid", needs: "a span of time", example: "valid 24 months" },
            rule: Rule::purpose_valid,
            build: |b, pair| b.only_duration(pair).map(PurposeClause::Valid),
        },
        ClauseForm {
            form: Form { word: "direct", needs: "the word `marketing`", example: "direct marketing" },
            rule: Rule::purpose_direct,
            build: |_, _| Some(PurposeClause::DirectMarketing),
        },
    ],
    later: &[],
};

impl Builder<'_> {
    fn basis(&mut self, pair: Pair<'_>) -> Option<Basis> {
        let mut row = Row::of(pair);
        if row.skip(Rule::basis_consent) {
            return Some(Basis::Consent);
        }
        if row.skip(Rule::basis_explicit) {
            return Some(Basis::ExplicitConsent);
        }
        row.skip(Rule::basis_interest);
        Some(Basis::LegitimateInterest(self.text(&row.take(Rule::text)?)))
    }
}
