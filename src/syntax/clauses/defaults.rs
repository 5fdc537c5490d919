//! The clauses of `defaults`.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{DefaultsClause, Duration};

pub(in crate::syntax) static DEFAULTS: Clauses<DefaultsClause> = Clauses {
    noun: "`defaults`",
    forms: &[
        ClauseForm {
            form: Form { word: "zone", needs: "the name of a time zone in quotes", example: "zone \"Europe/Berlin\"" },
            rule: Rule::defaults_zone,
            build: |b, pair| b.only_text(pair).map(DefaultsClause::Zone),
        },
        ClauseForm {
            form: Form { word: "skew", needs: "a span of time", example: "skew 2 minutes" },
            rule: Rule::defaults_skew,
            build: |b, pair| b.only_duration(pair).map(DefaultsClause::Skew),
        },
        ClauseForm {
            form: Form { word: "horizon", needs: "a span of time", example: "horizon 30 days" },
            rule: Rule::defaults_horizon,
            build: |b, pair| b.only_duration(pair).map(DefaultsClause::Horizon),
        },
        ClauseForm {
            form: Form { word: "grace", needs: "a span of time", example: "grace 14 days" },
            rule: Rule::defaults_grace,
            build: |b, pair| b.only_duration(pair).map(DefaultsClause::Grace),
        },
    ],
    later: &[],
};

impl Builder<'_> {
    /// The only span of time of a clause.
    pub(super) fn only_duration(&mut self, pair: Pair<'_>) -> Option<Duration> {
        let mut row = Row::of(pair);
        while row.peek().is_some_and(|rule| rule != Rule::duration) {
            row.next();
        }
        let duration = row.take(Rule::duration)?;
        self.duration(duration)
    }
}
