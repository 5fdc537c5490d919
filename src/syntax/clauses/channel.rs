//! The clauses of a channel.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{ChannelClause, Expr, Name, PermissionFact};

pub(in crate::syntax) static CHANNEL: Clauses<ChannelClause> = Clauses {
    noun: "a channel",
    forms: &[
        ClauseForm {
            form: Form { word: "needs", needs: "purposes with commas between them", example: "needs push_offers" },
            rule: Rule::channel_needs,
            build: |b, pair| b.only_names(pair).map(ChannelClause::Needs),
        },
        ClauseForm {
            form: Form {
                word: "allowed",
                needs: "the word `when` and a condition",
                example: "allowed when permission.push is one of [full, provisional]",
            },
            rule: Rule::channel_allowed,
            build: |b, pair| b.when_condition(pair).map(ChannelClause::Allowed),
        },
        ClauseForm {
            form: Form {
                word: "silent",
                needs: "the word `when` and a condition",
                example: "silent when permission.push is provisional",
            },
            rule: Rule::channel_silent,
            build: |b, pair| b.when_condition(pair).map(ChannelClause::Silent),
        },
        ClauseForm {
            form: Form {
                word: "reached",
                needs: "the word `when` and a condition",
                example: "reached when last_session is at most 14 days old",
            },
            rule: Rule::channel_reached,
            build: |b, pair| b.when_condition(pair).map(ChannelClause::Reached),
        },
    ],
    later: &[],
};

impl Builder<'_> {
    /// The condition behind a `when`.
    fn when_condition(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let mut row = Row::of(pair);
        row.skip(Rule::when);
        self.condition(row.take(Rule::condition)?)
    }

    /// An offer and, behind `by`, the channels: `new_season by push, email`.
    pub(super) fn send(&mut self, pair: Pair<'_>) -> Option<(Name, Vec<Name>)> {
        let mut row = Row::of(pair);
        let offer = self.name(&row.take(Rule::name)?);
        let channels = match row.skip(Rule::by) {
            true => self.names(row.take(Rule::names)?),
            false => Vec::new(),
        };
        Some((offer, channels))
    }

    /// `push full, email denied`
    pub(super) fn permissions(&mut self, pair: Pair<'_>) -> Option<Vec<PermissionFact>> {
        pair.into_inner()
            .map(|fact| {
                let span = self.full_span(&fact);
                let mut row = Row::of(fact);
                let channel = self.name(&row.take(Rule::name)?);
                let state = self.name(&row.take(Rule::name)?);
                Some(PermissionFact { channel, state, span })
            })
            .collect()
    }
}
