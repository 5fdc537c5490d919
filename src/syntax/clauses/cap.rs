//! The clauses of a cap, which are also the parts of a rule's `cap` clause.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{CapClause, CapTarget, Clause};

pub(in crate::syntax) static CAP: Clauses<CapClause> = Clauses {
    noun: "a cap",
    forms: &[
        ClauseForm {
            form: Form { word: "at", needs: "`most`, a number and what is counted", example: "at most 5 shown" },
            rule: Rule::at_most,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "in", needs: "`any` and a span of time", example: "in any 7 days" },
            rule: Rule::in_any,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "ever", needs: "nothing", example: "ever" },
            rule: Rule::ever,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "per", needs: "the word `customer`", example: "per customer" },
            rule: Rule::per_customer,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "on", needs: "`tag`, `offer` or `rule` and a name", example: "on tag promo" },
            rule: Rule::on_target,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "then", needs: "the word `next`", example: "then next" },
            rule: Rule::then_next,
            build: |b, pair| b.cap_part(pair),
        },
    ],
    later: &["exempt", "uncounted", "reserve", "without", "alone", "store"],
};

/// The largest number a cap counts to (R53).
const MAX_CAP: u32 = 1_000_000;

impl Builder<'_> {
    /// The parts of a rule's `cap` clause.
    pub(super) fn cap_parts(&mut self, pair: Pair<'_>) -> Option<Vec<Clause<CapClause>>> {
        pair.into_inner()
            .map(|part| {
                let span = self.full_span(&part);
                let mut words = part.clone().into_inner();
                let keyword = match (words.next(), words.next()) {
                    (Some(first), Some(second)) if second.as_rule() == Rule::most || second.as_rule() == Rule::any => {
                        self.span(&first).to(self.span(&second))
                    }
                    (Some(first), _) => self.span(&first),
                    (None, _) => span,
                };
                Some(Clause { keyword, span, kind: self.cap_part(part)? })
            })
            .collect()
    }

    fn cap_part(&mut self, pair: Pair<'_>) -> Option<CapClause> {
        let rule = pair.as_rule();
        if rule == Rule::ever {
            return Some(CapClause::Ever);
        } else if rule == Rule::per_customer {
            return Some(CapClause::PerCustomer);
        } else if rule == Rule::then_next {
            return Some(CapClause::ThenNext);
        } else if rule == Rule::in_any {
            return self.only_duration(pair).map(CapClause::InAny);
        }
        let mut row = Row::of(pair);
        if rule == Rule::on_target {
            row.skip(Rule::on);
            let kind = row.take(Rule::target_kind)?;
            let name = row.take(Rule::name)?;
            let name = self.name(&name);
            return Some(CapClause::On(match kind.as_str() {
                "tag" => CapTarget::Tag(name),
                "offer" => CapTarget::Offer(name),
                _ => CapTarget::Rule(name),
            }));
        }
        row.skip(Rule::at);
        row.skip(Rule::most);
        let count = self.count(&row.take(Rule::digits)?, MAX_CAP)?;
        let mut events = Vec::new();
        while let Some(pair) = row.next() {
            if pair.as_rule() == Rule::name {
                events.push(self.name(&pair));
            }
        }
        Some(CapClause::AtMost { count, events })
    }
}
