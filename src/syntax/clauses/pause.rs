//! The clauses of a pause and of a gap: how long nothing is shown, and after what.

use super::cap::{MAX_CAP, PER, STORE, THEN, store_down_blocks};
use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{GapClause, PauseClause};

pub(in crate::syntax) static PAUSE: Clauses<PauseClause> = Clauses {
    noun: "a pause",
    forms: &[
        ClauseForm {
            form: Form { word: "for", needs: "a span of time", example: "for 10 days" },
            rule: Rule::pause_for,
            build: |b, pair| b.only_duration(pair).map(PauseClause::For),
        },
        ClauseForm {
            form: Form {
                word: "after",
                needs: "a number and what is counted",
                example: "after 3 shown in any 7 days without clicked",
            },
            rule: Rule::pause_after,
            build: |b, pair| b.pause_after(pair),
        },
        ClauseForm { form: PER, rule: Rule::per_unit, build: |b, pair| b.cap_unit(pair).map(PauseClause::Per) },
        ClauseForm {
            form: Form { word: "on", needs: "`tag`, `offer`, `rule` or `class` and a name", example: "on tag promo" },
            rule: Rule::on_target,
            build: |b, pair| b.target(pair).map(PauseClause::On),
        },
        ClauseForm {
            form: STORE,
            rule: Rule::cap_store,
            build: |_, pair| Some(PauseClause::StoreDownBlocks(store_down_blocks(pair))),
        },
        ClauseForm { form: THEN, rule: Rule::then_clause, build: |b, pair| b.then_clause(pair).map(PauseClause::Then) },
    ],
    later: &[],
};

pub(in crate::syntax) static GAP: Clauses<GapClause> = Clauses {
    noun: "a gap",
    forms: &[
        ClauseForm {
            form: Form { word: "at", needs: "`least`, a span of time and `apart`", example: "at least 8 hours apart" },
            rule: Rule::gap_apart,
            build: |b, pair| b.only_duration(pair).map(GapClause::Apart),
        },
        ClauseForm { form: PER, rule: Rule::per_unit, build: |b, pair| b.cap_unit(pair).map(GapClause::Per) },
        ClauseForm {
            form: Form { word: "on", needs: "`tag`, `offer`, `rule` or `class` and a name", example: "on tag promo" },
            rule: Rule::on_target,
            build: |b, pair| b.target(pair).map(GapClause::On),
        },
        ClauseForm {
            form: STORE,
            rule: Rule::cap_store,
            build: |_, pair| Some(GapClause::StoreDownBlocks(store_down_blocks(pair))),
        },
        ClauseForm { form: THEN, rule: Rule::then_clause, build: |b, pair| b.then_clause(pair).map(GapClause::Then) },
    ],
    later: &[],
};

impl Builder<'_> {
    /// `after 3 shown in any 7 days without clicked`
    fn pause_after(&mut self, pair: Pair<'_>) -> Option<PauseClause> {
        let mut row = Row::of(pair);
        let count = self.count(&row.take(Rule::digits)?, MAX_CAP)?;
        let (mut events, mut without, mut within) = (Vec::new(), Vec::new(), None);
        while let Some(pair) = row.next() {
            let rule = pair.as_rule();
            if rule == Rule::name {
                events.push(self.name(&pair));
            } else if rule == Rule::pause_within {
                within = Some(self.only_duration(pair)?);
            } else if rule == Rule::pause_without {
                let names = pair.into_inner().filter(|part| part.as_rule() == Rule::name);
                without.extend(names.map(|name| self.name(&name)));
            }
        }
        Some(PauseClause::After { count, events, within, without })
    }
}
