//! Every operator stands in some program of the book.

use std::collections::BTreeSet;

use cater::compile::compile;
use cater::model::{Condition, Expression, RuleSet};
use cater::ops::Operator;
use cater::source::SourceSet;

use super::pages;
use crate::engines::walk::{self, Part};
use crate::house::{no_complaints, read};
use crate::transcripts::document::{Document, Piece};

fn operators(rules: &RuleSet) -> BTreeSet<Operator> {
    let clauses = rules.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless));
    let guards = clauses.map(|clause| &clause.condition);
    let segments = rules.segments.iter().map(|segment| &segment.condition);
    let conditions: Vec<&Condition> = guards.chain(segments).collect();
    let ranks = rules.rules.iter().filter_map(|rule| rule.rank.as_ref()).map(|rank| &rank.by);
    let expressions: Vec<&Expression> = ranks.chain(rules.values.iter().map(|value| &value.expression)).collect();
    let mut found = BTreeSet::new();
    let mut see = |part: Part<'_>| {
        found.extend(match part {
            Part::Condition(condition) => condition.operator(rules),
            Part::Expression(expression) => expression.operator(),
        });
    };
    conditions.into_iter().for_each(|of| walk::condition(rules, of, &mut see));
    expressions.into_iter().for_each(|of| walk::expression(rules, of, &mut see));
    found
}

#[test]
fn every_operator_stands_in_the_book() {
    let mut shown = BTreeSet::new();
    for page in pages() {
        for piece in Document::parse(&read(&page)).unwrap().pieces {
            let text = match piece {
                Piece::Program { text, .. } => text,
                Piece::File { name, text } if name.ends_with(".rules") => text,
                Piece::File { .. } | Piece::Excerpt { .. } | Piece::Command(_) => continue,
            };
            let mut sources = SourceSet::default();
            sources.add("fence.rules", text);
            if let Some(rules) = compile(sources).runnable() {
                shown.extend(operators(rules));
            }
        }
    }
    let missing = Operator::ALL.iter().filter(|operator| !shown.contains(operator));
    no_complaints(
        "an operator that no program of the book applies",
        &missing.map(|of| of.name().to_owned()).collect::<Vec<_>>(),
    );
}
