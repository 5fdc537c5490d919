//! Personas and tests: facts and expectations, resolved.

mod facts;
mod requests;
mod table;
mod twice;

use table::MadeRow;

use std::collections::BTreeSet;

use super::channels::Verb;
use super::circles::circle;
use super::names::{Kind, named_twice};
use super::{Pass, Unmade};
use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Diagnostic, nearest};
use crate::frame::{Because, Case, Expectation, Expected, Facts};
use crate::source::Span;
use crate::syntax::tree::{self, CaseClause, Clause, ColumnKind, Outcome, Reason};
use crate::value::Instant;

/// The short reasons that are words, beside the names of rules and caps (R22).
const REASONS: [&str; 6] = ["capped", "expired", "fallback", "off", "silent", "tie"];

/// The short reasons that stand in quotes.
const SHORT: [&str; 9] = [
    "outranked",
    "not applicable",
    "switched off",
    "not active",
    "review overdue",
    "shown in another slot",
    "permission denied",
    "not reached",
    "hold limit",
];

/// Words of the reasons beside those, and of the facts that may stand in their place.
const WORDS_OF_REASONS: [&str; 24] = [
    "absent",
    "future",
    "unreadable",
    "list",
    "rule",
    "offer",
    "known",
    "consent",
    "capped",
    "counter",
    "fact",
    "knows",
    "confirmed",
    "granted",
    "denied",
    "withdrawn",
    "expired",
    "pending",
    "objected",
    "unknown",
    "missing",
    "stale",
    "computed",
    "fallback",
];

impl<'a> Pass<'a> {
    /// Whether `text` can be no reason of any explanation: it is none of the short ones, and has neither a name, nor a
    /// number, nor one of the words that all others have. A text that might be one is left to the test itself.
    fn names_no_reason(&self, text: &str) -> bool {
        if SHORT.contains(&text) || REASONS.contains(&text) {
            return false;
        }
        let kinds = [
            Kind::Attribute,
            Kind::Value,
            Kind::Purpose,
            Kind::Offer,
            Kind::Rule,
            Kind::Cap,
            Kind::Window,
            Kind::Slot,
            Kind::Channel,
        ];
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        !text.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '(' | ';' | ',' | '/'))
            && !words.any(|word| {
                WORDS_OF_REASONS.contains(&word) || kinds.iter().any(|kind| self.names.get(*kind, word).is_some())
            })
    }

    pub(super) fn cases(&mut self) -> Vec<Case> {
        self.persona_circles();
        self.persona_facts();
        if !self.poison.is_empty() {
            return Vec::new();
        }
        let mut cases: Vec<Case> = Vec::new();
        let mut names: Vec<(String, Span)> = Vec::new();
        for entry in &self.collected.tests {
            let case = entry.item;
            let before = self.findings.len();
            if let Some((_, first)) = names.iter().find(|(known, _)| *known == case.label.text) {
                let message = "two tests have the same sentence";
                let finding = Diagnostic::new(&resolve::DUPLICATE, case.label.span, message)
                    .primary("the second test")
                    .label(*first, "the first test")
                    .help("say what differs");
                self.report(finding);
            }
            names.push((case.label.text.clone(), case.label.span));
            // Which of two facts is meant nobody knows, nor which of two tests a report tells of.
            let mut made = Vec::new();
            let whole = !self.facts_twice(&case.clauses) && self.findings.len() == before;
            made.extend(self.case(case).into_iter().filter(|_| whole));
            if made.is_empty() || self.findings[before..].iter().any(Diagnostic::is_error) {
                self.unmade.push(Unmade { name: case.label.text.clone(), span: case.label.span });
            }
            cases.extend(made);
        }
        // A persona that no test uses is checked all the same.
        for name in self.names.usable(Kind::Persona) {
            if let Some(entry) = self.collected.personas.get(name.as_str()) {
                let name = entry.item.name.clone();
                let clauses = self.persona(&name);
                let used = self.collected.tests.iter().any(|test| mentions(&test.item.clauses, &name.text));
                let Some(clauses) = clauses else { continue };
                let now = self.now(&clauses, entry.item.name.span, false);
                if let Some(now) = now {
                    self.facts_after(&entry.item.clauses.iter().collect::<Vec<_>>(), now);
                }
                if !used {
                    let _ = self.facts(&clauses, now.unwrap_or(Instant(0)));
                }
            }
        }
        cases
    }

    /// The test, or one for each row of its table, or for each of its requests.
    fn case(&mut self, case: &'a tree::Case) -> Vec<Case> {
        if case.clauses.iter().any(|clause| matches!(clause.kind, CaseClause::Request(_))) {
            return self.requests(case);
        }
        let of_columns = case.clauses.iter().flat_map(|clause| match &clause.kind {
            CaseClause::Cases(columns) => columns.as_slice(),
            CaseClause::As(_)
            | CaseClause::Now(_)
            | CaseClause::Given(_)
            | CaseClause::Consent(_)
            | CaseClause::Permission(_)
            | CaseClause::History(_)
            | CaseClause::Used(_)
            | CaseClause::StoreDown
            | CaseClause::Held(_)
            | CaseClause::Request(_)
            | CaseClause::Expect(_)
            | CaseClause::Row(_) => &[],
        });
        let expects = of_columns.clone().any(|column| matches!(column.kind, ColumnKind::Expect(_)))
            || case.clauses.iter().any(|clause| matches!(clause.kind, CaseClause::Expect(_)));
        if !expects {
            let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, case.label.span, "this test expects nothing")
                .primary("cannot fail")
                .help("add `expect home_hero shows spring_sale`");
            self.report(finding);
        }
        let before = self.findings.len();
        let table = self.table(case);
        let Some(personas) = self.personas(&case.clauses) else { return Vec::new() };
        let mut cases = Vec::new();
        match table {
            None if self.findings.len() > before => {}
            None => cases.extend(self.one_case(case, &personas, None)),
            Some(table) => {
                for row in self.rows(&table) {
                    cases.extend(self.one_case(case, &personas, Some(&row)));
                }
            }
        }
        if expects { cases } else { Vec::new() }
    }

    /// One customer: the facts of personas, then the test's own, then the row's, each replacing those before.
    fn one_case(
        &mut self,
        case: &tree::Case,
        personas: &[&Clause<CaseClause>],
        row: Option<&MadeRow<'a>>,
    ) -> Option<Case> {
        let before = self.findings.len();
        let (of_row, clauses) = row.map_or((&[][..], &[][..]), |row| (row.personas.as_slice(), row.clauses.as_slice()));
        let clauses: Vec<&Clause<CaseClause>> =
            personas.iter().chain(of_row).copied().chain(&case.clauses).chain(clauses).collect();
        let now = self.now(&clauses, case.label.span, true)?;
        let facts = self.facts(&clauses, now);
        // Where the rows say when it is, what lies ahead of one lies behind another.
        let of_row = row.map_or(&[][..], |row| row.clauses.as_slice());
        if !of_row.iter().any(|clause| matches!(clause.kind, CaseClause::Now(_))) {
            self.facts_after(&case.clauses.iter().chain(of_row).collect::<Vec<_>>(), now);
        }
        let mut expectations = Vec::new();
        for clause in clauses {
            if let CaseClause::Expect(expect) = &clause.kind {
                expectations.extend(self.expectation(expect, clause.span));
            }
        }
        let facts: Facts = facts?;
        let failed = self.findings[before..].iter().any(Diagnostic::is_error);
        let (name, span) = match row {
            Some(row) => (row.name(&case.label.text), row.span),
            None => (case.label.text.clone(), case.label.span),
        };
        (!failed).then_some(Case { name, span, facts, expectations, before: None })
    }

    /// The clauses of the personas that some clauses are `as`.
    fn personas(&mut self, clauses: &'a [Clause<CaseClause>]) -> Option<Vec<&'a Clause<CaseClause>>> {
        let mut all: Vec<&Clause<CaseClause>> = Vec::new();
        for clause in clauses {
            if let CaseClause::As(name) = &clause.kind {
                all.extend(self.persona(name)?);
            }
        }
        Some(all)
    }

    /// The clauses of a persona, behind those of the personas it is itself.
    fn persona(&mut self, name: &tree::Name) -> Option<Vec<&'a Clause<CaseClause>>> {
        match self.names.get(Kind::Persona, &name.text) {
            Some(Some(_)) => {
                let persona = self.collected.personas.get(name.text.as_str())?.item;
                let mut all = self.personas(&persona.clauses)?;
                all.extend(&persona.clauses);
                Some(all)
            }
            Some(None) => None,
            None => {
                self.unknown(Kind::Persona, name);
                None
            }
        }
    }

    /// A persona that is itself, directly or through others.
    fn persona_circles(&mut self) {
        let names = self.names.usable(Kind::Persona);
        let place = |name: &str| names.iter().position(|known| known == name);
        let edges = |at: usize| {
            let clauses = names.get(at).and_then(|name| self.collected.personas.get(name.as_str()));
            let clauses = clauses.map(|entry| entry.item.clauses.as_slice()).unwrap_or_default();
            let used = clauses
                .iter()
                .filter_map(|clause| if let CaseClause::As(name) = &clause.kind { Some(name) } else { None });
            used.filter_map(|name| place(&name.text)).collect()
        };
        let Some(found) = circle(names.len(), edges) else { return };
        let circle: Vec<&String> = found.iter().filter_map(|at| names.get(*at)).collect();
        let Some(entry) = circle.first().and_then(|name| self.collected.personas.get(name.as_str())) else { return };
        let shown = circle.iter().chain(circle.first()).map(|name| name.as_str()).collect::<Vec<_>>().join(" -> ");
        let finding =
            Diagnostic::new(&resolve::CIRCLE, entry.item.name.span, format!("personas go round in a circle: {shown}"))
                .primary("is itself")
                .help("take one `as` away");
        let poisoned: Vec<String> = circle.into_iter().cloned().collect();
        self.report(finding);
        for name in poisoned {
            self.poison(Kind::Persona, &name);
        }
    }

    /// The last `now` of all clauses.
    fn now(&mut self, clauses: &[&Clause<CaseClause>], span: Span, must: bool) -> Option<Instant> {
        let written = clauses
            .iter()
            .rev()
            .find_map(|clause| if let CaseClause::Now(at) = &clause.kind { Some(at) } else { None });
        match written {
            Some(at) => self.instant(&at.kind, at.span, None),
            None => {
                if must {
                    let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, span, "this test does not say when it is")
                        .primary("at which now?")
                        .help("add `now 2026-06-15T10:00Z`, here or in its persona");
                    self.report(finding);
                }
                None
            }
        }
    }

    fn expectation(&mut self, expect: &tree::Expectation, span: Span) -> Option<Expectation> {
        let slot = self.find_slot(&expect.slot);
        let tasks = match &expect.tasks {
            Some(names) => {
                self.findings.extend(named_twice("`and also`", names));
                Some(self.tasks(names)?)
            }
            None => None,
        };
        if tasks.is_some() && !matches!(expect.outcome, Outcome::Shows(_) | Outcome::Sends(..)) {
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, span, "`and also` goes with `shows` or `sends`")
                .primary("a task goes with what its rule shows or sends")
                .help("write `expect .. shows X and also ..`, or leave `and also` out");
            self.report(finding);
            return None;
        }
        if expect.spends_nothing && matches!(expect.outcome, Outcome::PassesOver(_)) {
            let message = "`and spends nothing` goes with what the slot does";
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, span, message)
                .primary("who is passed over never spends anything")
                .help("leave it out, or write a second `expect` with `shows`, `sends`, `holds` or `gives nothing`");
            self.report(finding);
            return None;
        }
        let what = match &expect.outcome {
            Outcome::Sends(offer, channel) => {
                let fits = slot.is_none_or(|slot| self.outcome_fits(Verb::Send, &expect.slot, offer, slot));
                let offer = self.find_offer(offer);
                let by = match channel {
                    Some(channel) => Some(self.find_channel(channel)?),
                    None => None,
                };
                let reason = self.reason(expect.reason.as_ref(), true);
                Expected::Sends(offer.filter(|_| fits)?, by, reason?, tasks)
            }
            Outcome::Shows(offer) => {
                if !slot.is_none_or(|slot| self.outcome_fits(Verb::Show, &expect.slot, offer, slot)) {
                    return None;
                }
                let offer = self.find_offer(offer);
                let reason = self.reason(expect.reason.as_ref(), true);
                Expected::Shows(offer?, reason?, tasks)
            }
            Outcome::Holds(offer, until) => {
                let offer = self.find_offer(offer);
                let until = self.until(until.as_ref())?;
                let reason = self.reason(expect.reason.as_ref(), true);
                Expected::Holds(offer?, until, reason?)
            }
            Outcome::GivesNothing(until) => {
                let until = self.until(until.as_ref())?;
                Expected::Nothing(until, self.reason(expect.reason.as_ref(), true)?)
            }
            Outcome::PassesOver(name) => {
                // A channel is meant where no rule has its name.
                let is_channel = self.names.get(Kind::Rule, &name.text).is_none()
                    && self.names.get(Kind::Channel, &name.text).is_some();
                let channel = if is_channel { self.find_channel(name) } else { None };
                let rule = if is_channel { None } else { self.find_rule(name) };
                let reason = self.reason(expect.reason.as_ref(), !is_channel)?;
                let Some(reason) = reason else {
                    let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, span, "`passes over` needs a reason")
                        .primary("why is it passed over?")
                        .help("add `because capped`, `because \"not applicable\"` or `because \"x is not known\"`");
                    self.report(finding);
                    return None;
                };
                match channel {
                    Some(channel) => Expected::PassesOverChannel(channel, reason),
                    None => Expected::PassesOver(rule?, reason),
                }
            }
        };
        Some(Expectation { slot: slot?, what, spends_nothing: expect.spends_nothing, span })
    }

    /// The time behind `until`; the outer `None` where there is no such time.
    #[expect(clippy::option_option, reason = "an optional part that may be in error")]
    fn until(&mut self, written: Option<&tree::TimePoint>) -> Option<Option<Instant>> {
        match written {
            None => Some(None),
            Some(at) => self.instant(&at.kind, at.span, None).map(Some),
        }
    }

    /// Tasks that some rule says, sorted.
    fn tasks(&mut self, names: &[tree::Name]) -> Option<Vec<String>> {
        let declared: BTreeSet<String> = self.rules.rules.iter().flat_map(|rule| rule.tasks.iter().cloned()).collect();
        let mut found = BTreeSet::new();
        let mut failed = false;
        for name in names {
            if declared.contains(&name.text) {
                found.insert(name.text.clone());
                continue;
            }
            failed = true;
            // A rule that is left out may be the one that says it.
            if self.rules.rules.len() < self.collected.rules.len() {
                continue;
            }
            let message = format!("no rule says `also {}`", name.text);
            let finding = Diagnostic::new(&resolve::UNKNOWN_TASK, name.span, message).primary("no task of any rule");
            let meant = nearest(&name.text, declared.iter().map(String::as_str)).map(str::to_owned);
            self.report(match meant {
                // The rule's name for it may be the one that is misspelt.
                Some(meant) => {
                    let fix = format!("write `{meant}`");
                    finding.help(format!("did you mean `{meant}`?")).suggest(fix, name.span, meant)
                }
                None => finding.help(format!("add `also {}` to the rule that is expected", name.text)),
            });
        }
        (!failed).then(|| found.into_iter().collect())
    }

    /// `None` where the reason is in error, `Some(None)` where none was written.
    #[expect(clippy::option_option, reason = "an optional clause that may be in error")]
    fn reason(&mut self, reason: Option<&Reason>, may_be_rule: bool) -> Option<Option<Because>> {
        match reason {
            None => Some(None),
            Some(Reason::Text(text)) => {
                if self.names_no_reason(&text.text) {
                    let message = format!("\"{}\" is no reason that an explanation gives", text.text);
                    let finding = Diagnostic::new(&resolve::UNKNOWN_REASON, text.span, message);
                    let meant = nearest(&text.text, SHORT).unwrap_or("not applicable");
                    self.report(finding.primary("in words of its own").help(format!(
                        "write the reason as `cater why` gives it, such as \"{meant}\" or \"age is not known\""
                    )));
                    return None;
                }
                Some(Some(Because::Reason(text.text.clone())))
            }
            Some(Reason::Name(name)) => {
                let word = name.text.as_str();
                if REASONS.contains(&word) || self.is_limit(word) {
                    return Some(Some(Because::Reason(word.to_owned())));
                }
                // What is left out for an error of its own is no unknown name.
                if [Kind::Cap, Kind::Block].iter().any(|kind| matches!(self.names.get(*kind, word), Some(None))) {
                    return None;
                }
                match self.names.get(Kind::Rule, word) {
                    Some(Some(at)) if may_be_rule => Some(Some(Because::Rule(crate::model::RuleId::from_index(at)))),
                    Some(None) => None,
                    Some(Some(_)) | None => {
                        let rules = self.names.usable(Kind::Rule);
                        let mut caps = self.names.usable(Kind::Cap);
                        caps.extend(self.names.usable(Kind::Block));
                        caps.extend(self.names.usable(Kind::Window));
                        let known = REASONS.into_iter().chain(rules.iter().chain(&caps).map(String::as_str));
                        let meant = nearest(word, known).map(str::to_owned);
                        let message = format!("`{word}` is no reason that an explanation gives");
                        let finding = Diagnostic::new(&resolve::UNKNOWN_REASON, name.span, message);
                        self.report(match meant {
                            _ if SHORT.contains(&word) => {
                                let right = format!("\"{word}\"");
                                let help = format!(
                                    "write it in quotes, `because {right}`, or name the rule that wins over it"
                                );
                                finding.help(help).suggest("put it in quotes", name.span, right)
                            }
                            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                            None => {
                                finding.help("name a cap, a rule, `capped` or `fallback`, or quote: \"not applicable\"")
                            }
                        });
                        None
                    }
                }
            }
        }
    }
}

fn mentions(clauses: &[Clause<CaseClause>], persona: &str) -> bool {
    clauses.iter().any(|clause| match &clause.kind {
        CaseClause::As(name) => name.text == persona,
        CaseClause::Row(row) => {
            row.cells.iter().any(|cell| table::named(cell).is_some_and(|name| name.text == persona))
        }
        CaseClause::Request(request) => mentions(&request.clauses, persona),
        CaseClause::Now(_)
        | CaseClause::Given(_)
        | CaseClause::Consent(_)
        | CaseClause::Permission(_)
        | CaseClause::History(_)
        | CaseClause::Used(_)
        | CaseClause::StoreDown
        | CaseClause::Held(_)
        | CaseClause::Expect(_)
        | CaseClause::Cases(_) => false,
    })
}
