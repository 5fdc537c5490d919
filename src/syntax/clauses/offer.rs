//! The clauses of an offer, and the two it shares with rules and slots: `active` and `off because`.

use super::{ClauseForm, Clauses, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Active, ActiveEnd, ActivePoint, LiteralKind, OfferClause, TimePoint, WithField};

pub(in crate::syntax) static OFFER: Clauses<OfferClause> = Clauses {
    noun: "an offer",
    forms: &[
        ClauseForm {
            form: Form { word: "kind", needs: "a name", example: "kind banner" },
            rule: Rule::offer_kind,
            build: |b, pair| b.only_name(pair).map(OfferClause::Kind),
        },
        ClauseForm {
            form: Form { word: "class", needs: "the name of a class", example: "class marketing" },
            rule: Rule::offer_class,
            build: |b, pair| b.only_name(pair).map(OfferClause::Class),
        },
        ClauseForm {
            form: Form { word: "tags", needs: "names with commas between them", example: "tags promo, spring" },
            rule: Rule::offer_tags,
            build: |b, pair| b.only_names(pair).map(OfferClause::Tags),
        },
        ClauseForm {
            form: ACTIVE,
            rule: Rule::active_clause,
            build: |b, pair| b.active(pair).map(OfferClause::Active),
        },
        ClauseForm {
            form: Form { word: "with", needs: "a field and its text", example: "with title: \"Ready for spring?\"" },
            rule: Rule::offer_with,
            build: |b, pair| b.with_fields(pair).map(OfferClause::With),
        },
        ClauseForm { form: OFF, rule: Rule::off_clause, build: |b, pair| b.only_text(pair).map(OfferClause::Off) },
    ],
    later: &[],
};

pub(super) const ACTIVE: Form = Form { word: "active", needs: "dates", example: "active 2026-11-20 to 2026-12-31" };
pub(super) const OFF: Form =
    Form { word: "off", needs: "the word `because` and the reason in quotes", example: "off because \"sold out\"" };

impl Builder<'_> {
    fn with_fields(&mut self, pair: Pair<'_>) -> Option<Vec<WithField>> {
        pair.into_inner()
            .map(|field| {
                let mut row = Row::of(field);
                let name = row.take(Rule::name)?;
                row.skip(Rule::colon);
                let text = row.take(Rule::text)?;
                Some(WithField { name: self.name(&name), text: self.text(&text) })
            })
            .collect()
    }

    pub(super) fn active(&mut self, pair: Pair<'_>) -> Option<Active> {
        let whole = self.full_span(&pair);
        let mut row = Row::of(pair);
        let said_from = row.skip(Rule::from);
        let mut from = None;
        if let Some(stamp) = row.take(Rule::stamp) {
            let span = self.span(&stamp);
            from = Some(match self.stamp(stamp)? {
                LiteralKind::Date(date) => ActivePoint::Date(date, span),
                LiteralKind::Time(kind) => ActivePoint::Time(TimePoint { span, kind }),
                LiteralKind::YesNo(_) | LiteralKind::Number(_) | LiteralKind::Percent(_) | LiteralKind::Text(_) => {
                    return None;
                }
            });
        }
        let Some(word) = row.next() else {
            if said_from {
                return Some(Active { from, end: None });
            }
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, whole, "`active` with one date does not say which end it is").help(
                    "write `active from 2026-11-20`, `active to 2026-12-31`, or `active 2026-11-20 to 2026-12-31`",
                );
            return self.refuse(finding);
        };
        let end = self.active_end(&word, row.take(Rule::stamp)?)?;
        Some(Active { from, end: Some(end) })
    }

    /// `to` goes with a date and includes it; `until` goes with an instant and does not.
    fn active_end(&mut self, word: &Pair<'_>, stamp: Pair<'_>) -> Option<ActiveEnd> {
        let (word_span, span, written) = (self.span(word), self.span(&stamp), stamp.as_str().to_owned());
        let is_to = word.as_rule() == Rule::to;
        match self.stamp(stamp)? {
            LiteralKind::Date(date) if is_to => Some(ActiveEnd::To(date, span)),
            LiteralKind::Date(_) => {
                let finding =
                    Diagnostic::new(&codes::SPELLING, word_span.to(span), "`until` takes an instant, not a date")
                        .help(format!("`to {written}` includes that day; `until {written}T00:00Z` ends before it"));
                self.refuse(finding)
            }
            LiteralKind::Time(kind) if !is_to => Some(ActiveEnd::Until(TimePoint { span, kind })),
            LiteralKind::Time(_) => {
                let finding =
                    Diagnostic::new(&codes::SPELLING, word_span.to(span), "`to` takes a date, not an instant")
                        .help(format!("`until {written}` ends at that instant"))
                        .fix("write `until`", word_span, "until");
                self.refuse(finding)
            }
            LiteralKind::YesNo(_) | LiteralKind::Number(_) | LiteralKind::Percent(_) | LiteralKind::Text(_) => None,
        }
    }
}
