//! The clauses of a slot.

use super::offer::OFF;
use super::{ClauseForm, Clauses, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Fallback, FallbackTarget, Name, SlotClause};

pub(in crate::syntax) static SLOT: Clauses<SlotClause> = Clauses {
    noun: "a slot",
    forms: &[
        ClauseForm {
            form: Form {
                word: "accepts",
                needs: "classes with commas between them",
                example: "accepts marketing, service",
            },
            rule: Rule::slot_accepts,
            build: |b, pair| b.only_names(pair).map(SlotClause::Accepts),
        },
        ClauseForm {
            form: Form { word: "picks", needs: "the number 1", example: "picks 1" },
            rule: Rule::slot_picks,
            build: |b, pair| b.picks(pair),
        },
        ClauseForm {
            form: Form {
                word: "fallback",
                needs: "offers with commas between them, each perhaps with a condition, or `nothing`",
                example: "fallback kids_banner when has_kids, brand_story",
            },
            rule: Rule::slot_fallback,
            build: |b, pair| b.fallbacks(pair).map(SlotClause::Fallback),
        },
        ClauseForm {
            form: Form {
                word: "ties",
                needs: "tags with commas between them, each with the word `tag`",
                example: "ties tag retention, tag service",
            },
            rule: Rule::slot_ties,
            build: |b, pair| b.ties(pair).map(SlotClause::Ties),
        },
        ClauseForm {
            form: Form {
                word: "rotate",
                needs: "`after the last used on tag` and a tag",
                example: "rotate after the last used on tag campaign",
            },
            rule: Rule::slot_rotate,
            build: |b, pair| b.only_rotation(pair).map(SlotClause::Rotate),
        },
        ClauseForm { form: OFF, rule: Rule::off_clause, build: |b, pair| b.only_text(pair).map(SlotClause::Off) },
    ],
    later: &["decided"],
};

impl Builder<'_> {
    /// The only name of a clause.
    pub(super) fn only_name(&mut self, pair: Pair<'_>) -> Option<Name> {
        let name = Row::of(pair).take(Rule::name)?;
        Some(self.name(&name))
    }

    /// The only bare list of a clause.
    pub(super) fn only_names(&mut self, pair: Pair<'_>) -> Option<Vec<Name>> {
        let names = Row::of(pair).take(Rule::names)?;
        Some(self.names(names))
    }

    fn ties(&mut self, pair: Pair<'_>) -> Option<Vec<Name>> {
        let mut row = Row::of(pair);
        let mut tags = Vec::new();
        while row.skip(Rule::tag_word) {
            tags.push(self.name(&row.take(Rule::name)?));
        }
        Some(tags)
    }

    fn only_rotation(&mut self, pair: Pair<'_>) -> Option<Name> {
        let mut row = Row::of(pair);
        row.skip(Rule::last_used);
        row.skip(Rule::on);
        row.skip(Rule::tag_word);
        Some(self.name(&row.take(Rule::name)?))
    }

    fn picks(&mut self, pair: Pair<'_>) -> Option<SlotClause> {
        let span = self.full_span(&pair);
        let number = Row::of(pair).take(Rule::digits)?;
        match self.count(&number, 1_000)? {
            1 => Some(SlotClause::Picks),
            _ => {
                let finding =
                    Diagnostic::new(&codes::NOT_YET, span, "a slot that picks other than one offer is not built yet")
                        .help("write `picks 1`, or leave the clause out");
                self.refuse(finding)
            }
        }
    }

    fn fallbacks(&mut self, pair: Pair<'_>) -> Option<Vec<Fallback>> {
        pair.into_inner()
            .map(|entry| {
                let span = self.full_span(&entry);
                let mut row = Row::of(entry);
                let target = match row.take(Rule::nothing) {
                    Some(word) => FallbackTarget::Nothing(self.span(&word)),
                    None => FallbackTarget::Offer(self.name(&row.take(Rule::name)?)),
                };
                let condition = match row.skip(Rule::when) {
                    true => Some(self.condition(row.take(Rule::condition)?)?),
                    false => None,
                };
                Some(Fallback { target, condition, span })
            })
            .collect()
    }
}
