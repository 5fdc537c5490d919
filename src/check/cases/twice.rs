//! Facts that cannot be meant as they stand: said twice in one persona or test, or dated after its `now`.

use std::collections::BTreeMap;

use super::facts::about;
use crate::check::Pass;
use crate::check::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::source::Span;
use crate::syntax::tree::{CaseClause, Clause, ConsentFact, ConsentSubject, Fact, GivenItem, Name};
use crate::value::Instant;

/// What is said by its key, with where it stands and what it is in words.
struct Said {
    key: (u8, String),
    span: Span,
    words: String,
    help: &'static str,
}

const KEEP_ONE: &str = "keep the one that is meant: the order in which facts are written says nothing";
const ONE_CLAUSE: &str = "write all times in one clause, with commas between them: `at 3 days ago, 1 day ago`";

impl Pass<'_> {
    /// Every persona by itself. One that says a fact twice is left out: nobody knows which of the two is meant.
    pub(super) fn persona_facts(&mut self) {
        for name in self.names.usable(Kind::Persona) {
            let Some(entry) = self.collected.personas.get(name.as_str()) else { continue };
            if self.facts_twice(&entry.item.clauses) {
                self.poison(Kind::Persona, &name);
            }
        }
    }

    /// Facts of one persona, test or request that stand in it twice. Whether there are any.
    pub(super) fn facts_twice(&mut self, clauses: &[Clause<CaseClause>]) -> bool {
        let before = self.findings.len();
        let mut histories: Vec<(&Fact, Span)> = Vec::new();
        let mut said = Vec::new();
        for clause in clauses {
            match &clause.kind {
                CaseClause::As(name) => said.push(named(0, name, "persona", "is taken over")),
                CaseClause::Now(_) => said.push(Said {
                    key: (1, String::new()),
                    span: clause.keyword,
                    words: "`now` stands twice".to_owned(),
                    help: "keep one of the two",
                }),
                CaseClause::Given(items) => said.extend(items.iter().map(|item| given(2, item))),
                CaseClause::Consent(records) => said.extend(records.iter().map(consent)),
                CaseClause::Permission(records) => {
                    said.extend(records.iter().map(|record| named(4, &record.channel, "the permission of", "stands")));
                }
                CaseClause::Used(used) => said.push(named(5, &used.of, "what is used of", "stands")),
                CaseClause::Held(held) => said.push(named(6, &held.offer, "since when it holds", "stands")),
                CaseClause::History(fact) => {
                    let fields = fact.fields.iter().map(|item| given(0, item));
                    self.report_twice(fields.collect());
                    // Purchases of two amounts are two facts about one thing.
                    let replaces = |(known, _): &&(&Fact, Span)| {
                        about(known) == about(fact) && known.fields.is_empty() && fact.fields.is_empty()
                    };
                    if let Some((_, first)) = histories.iter().find(replaces) {
                        let finding = twice(fact.event.span, *first, "this history stands twice", ONE_CLAUSE);
                        self.report(finding);
                    }
                    histories.push((fact, fact.event.span));
                }
                CaseClause::StoreDown
                | CaseClause::Request(_)
                | CaseClause::Expect(_)
                | CaseClause::Cases(_)
                | CaseClause::Row(_) => {}
            }
        }
        self.report_twice(said);
        self.findings.len() > before
    }

    fn report_twice(&mut self, said: Vec<Said>) {
        let mut seen: BTreeMap<(u8, String), Span> = BTreeMap::new();
        for Said { key, span, words, help } in said {
            match seen.get(&key) {
                Some(first) => {
                    let finding = twice(span, *first, &words, help);
                    self.report(finding);
                }
                None => drop(seen.insert(key, span)),
            }
        }
    }

    /// What is dated so late that it does not count at `now`: that has a meaning, and is seldom meant.
    pub(super) fn facts_after(&mut self, clauses: &[&Clause<CaseClause>], now: Instant) {
        let skew = self.rules.defaults.skew;
        let horizon = now.plus(skew);
        for clause in clauses {
            let points: Vec<(_, &str)> = match &clause.kind {
                CaseClause::History(fact) => {
                    fact.at.iter().map(|at| (at, "this lies after `now`, and does not count")).collect()
                }
                CaseClause::Consent(records) => {
                    let dated = records.iter().filter_map(|record| record.at.as_ref());
                    dated.map(|at| (at, "this lies after `now`, and is not given yet")).collect()
                }
                CaseClause::As(_)
                | CaseClause::Now(_)
                | CaseClause::Given(_)
                | CaseClause::Permission(_)
                | CaseClause::Used(_)
                | CaseClause::Held(_)
                | CaseClause::StoreDown
                | CaseClause::Request(_)
                | CaseClause::Expect(_)
                | CaseClause::Cases(_)
                | CaseClause::Row(_) => continue,
            };
            for (point, message) in points {
                // What is wrong with it has been said.
                let before = self.findings.len();
                let at = self.instant(&point.kind, point.span, Some(now));
                self.findings.truncate(before);
                if at.is_some_and(|at| at > horizon) {
                    let finding = Diagnostic::new(&resolve::AFTER_NOW, point.span, message)
                        .primary("in the future of this test")
                        .help(format!(
                            "write a time before `now`; a stamp that is ahead counts up to the `skew` of `defaults`, {skew}"
                        ));
                    self.report(finding);
                }
            }
        }
    }
}

fn twice(span: Span, first: Span, words: &str, help: &str) -> Diagnostic {
    Diagnostic::new(&resolve::FACT_TWICE, span, words)
        .primary("the second time")
        .label(first, "the first time")
        .help(help)
}

fn given(kind: u8, item: &GivenItem) -> Said {
    let words = format!("`{}` is given twice", item.name.text);
    Said { key: (kind, item.name.text.clone()), span: item.name.span, words, help: KEEP_ONE }
}

fn named(kind: u8, name: &Name, what: &str, verb: &str) -> Said {
    let words = match kind {
        6 => format!("`{}` is held twice", name.text),
        _ => format!("{what} `{}` {verb} twice", name.text),
    };
    Said { key: (kind, name.text.clone()), span: name.span, words, help: KEEP_ONE }
}

fn consent(record: &ConsentFact) -> Said {
    let (key, span) = match &record.subject {
        ConsentSubject::All(span) => (" all".to_owned(), *span),
        ConsentSubject::DirectMarketing(span) => (" direct marketing".to_owned(), *span),
        ConsentSubject::Purpose(name) => (name.text.clone(), name.span),
    };
    let words = format!("the consent for `{}` stands twice", key.trim_start());
    Said { key: (3, key), span, words, help: KEEP_ONE }
}
