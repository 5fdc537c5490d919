//! Several customers in one test: each asks after the others, and sees what is reserved for them.

use crate::check::Pass;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::frame::{Asked, Case};
use crate::model::SlotId;
use crate::syntax::tree::{self, CaseClause, Clause};

impl<'a> Pass<'a> {
    /// A test for each request of a test. They ask in the order of their `now`, those of one moment in that of their
    /// names, so the order of clauses says nothing.
    pub(super) fn requests(&mut self, case: &'a tree::Case) -> Vec<Case> {
        let before = self.findings.len();
        let mut shared: Vec<&'a Clause<CaseClause>> = Vec::new();
        let mut requests: Vec<(&'a Clause<CaseClause>, &'a tree::Request)> = Vec::new();
        for clause in &case.clauses {
            let wrong = match &clause.kind {
                CaseClause::Request(request) => {
                    requests.push((clause, request));
                    continue;
                }
                CaseClause::Expect(_) => "`expect` stands in a request here",
                CaseClause::Cases(_) | CaseClause::Row(_) => "a test has a table or requests, not both",
                CaseClause::As(_)
                | CaseClause::Now(_)
                | CaseClause::Given(_)
                | CaseClause::Consent(_)
                | CaseClause::Permission(_)
                | CaseClause::History(_)
                | CaseClause::Used(_)
                | CaseClause::StoreDown
                | CaseClause::Held(_) => {
                    shared.push(clause);
                    continue;
                }
            };
            let mut finding = Diagnostic::new(&resolve::CLAUSES_CLASH, clause.span, wrong).primary("of no request");
            if let Some((_, request)) = requests.first() {
                finding = finding.label(request.name.span, "this test has requests");
            }
            self.report(finding.help("put it between the braces of the request that it is about"));
        }
        for (at, (_, request)) in requests.iter().enumerate() {
            let name = &request.name;
            if let Some((_, first)) = requests.iter().take(at).find(|(_, other)| other.name.text == name.text) {
                let message = format!("two requests are called `{}`", name.text);
                let finding = Diagnostic::new(&resolve::DUPLICATE, name.span, message)
                    .primary("the second request")
                    .label(first.name.span, "the first request")
                    .help("give each its own name");
                self.report(finding);
            }
        }
        let Some(of_shared) = self.personas(&case.clauses) else { return Vec::new() };
        let mut cases: Vec<(String, Case)> = Vec::new();
        for (clause, request) in requests {
            cases.extend(self.request(case, (&of_shared, &shared), clause, request));
        }
        if self.findings[before..].iter().any(Diagnostic::is_error) {
            return Vec::new();
        }
        cases.sort_by(|(one, a), (other, b)| (a.facts.now, one).cmp(&(b.facts.now, other)));
        let asked: Vec<Asked> = cases.iter().map(|(_, case)| asked(case)).collect();
        let cases = cases.into_iter().enumerate();
        cases.map(|(at, (_, case))| Case { before: asked.get(..at).map(<[Asked]>::to_vec), ..case }).collect()
    }

    fn request(
        &mut self,
        case: &'a tree::Case,
        (personas, shared): (&[&'a Clause<CaseClause>], &[&'a Clause<CaseClause>]),
        clause: &Clause<CaseClause>,
        request: &'a tree::Request,
    ) -> Option<(String, Case)> {
        self.facts_twice(&request.clauses);
        let of_request = self.personas(&request.clauses)?;
        let clauses: Vec<&Clause<CaseClause>> =
            personas.iter().chain(shared).chain(&of_request).copied().chain(&request.clauses).collect();
        let name = request.name.text.clone();
        let now = self.now(&clauses, request.name.span, true)?;
        let facts = self.facts(&clauses, now);
        self.facts_after(&request.clauses.iter().collect::<Vec<_>>(), now);
        let mut expectations = Vec::new();
        for clause in &request.clauses {
            if let CaseClause::Expect(expect) = &clause.kind {
                expectations.extend(self.expectation(expect, clause.span));
            }
        }
        if !request.clauses.iter().any(|clause| matches!(clause.kind, CaseClause::Expect(_))) {
            let message = format!("the request `{name}` expects nothing");
            let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, request.name.span, message)
                .primary("asks for no slot")
                .help("add `expect home_hero shows spring_sale`");
            self.report(finding);
        }
        let sentence = format!("{}: {name}", case.label.text);
        let case = Case { name: sentence, span: clause.span, facts: facts?, expectations, before: None };
        Some((name, case))
    }
}

/// What the requests behind it need to know of one.
fn asked(case: &Case) -> Asked {
    let mut slots: Vec<SlotId> = Vec::new();
    for expectation in &case.expectations {
        if !slots.contains(&expectation.slot) {
            slots.push(expectation.slot);
        }
    }
    Asked { facts: case.facts.clone(), slots }
}
