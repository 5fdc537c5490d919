//! `defaults` and purposes.

use super::Pass;
use super::literals::period;
use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{Basis, Purpose};
use crate::source::Span;
use crate::syntax::tree::{Basis as BasisTree, DefaultsClause, PurposeClause};
use crate::value::zone_is_known;

/// Keeps the first of a clause that may stand once and reports every further one.
pub(super) struct Once<T> {
    pub(super) value: Option<T>,
    first: Option<Span>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { value: None, first: None }
    }
}

impl<T> Once<T> {
    pub(super) fn put(&mut self, value: T, keyword: Span, what: &str, findings: &mut Vec<Diagnostic>) {
        match self.first {
            None => {
                self.value = Some(value);
                self.first = Some(keyword);
            }
            Some(first) => findings.push(
                Diagnostic::new(&resolve::CLAUSE_TWICE, keyword, format!("`{what}` stands twice"))
                    .primary("the second time")
                    .label(first, "the first time")
                    .help("keep one of the two"),
            ),
        }
    }

    pub(super) fn span(&self) -> Option<Span> {
        self.first
    }
}

/// Reports the clauses that must be written and are not: whether it is missing, what that means, what to add. Where nothing
/// at all stands between the braces, that is one finding.
pub(super) fn missing(
    findings: &mut Vec<Diagnostic>,
    (span, is_empty): (Span, bool),
    what: &str,
    clauses: &[(bool, &str, &str)],
) {
    if is_empty {
        let mut all: Vec<&str> = clauses.iter().map(|(.., example)| *example).collect();
        if !all.iter().any(|example| example.starts_with("on ")) {
            all.push("on tag promo");
        }
        let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, span, format!("{what} says nothing"));
        findings.push(finding.primary("empty").help(format!("write `{}` between its braces", all.join("  "))));
        return;
    }
    let lacking = clauses.iter().filter(|(is_missing, ..)| *is_missing);
    for (_, lacks, example) in lacking {
        findings.push(
            Diagnostic::new(&resolve::CLAUSE_MISSING, span, format!("{what} {lacks}")).help(format!("add `{example}`")),
        );
    }
}

impl Pass<'_> {
    pub(super) fn defaults(&mut self) {
        let (mut zone, mut skew, mut horizon, mut grace) =
            (Once::default(), Once::default(), Once::default(), Once::default());
        let mut findings = Vec::new();
        for clause in &self.collected.defaults {
            match &clause.kind {
                DefaultsClause::Zone(text) => zone.put(text.clone(), clause.keyword, "zone", &mut findings),
                DefaultsClause::Skew(of) => skew.put(period(*of), clause.keyword, "skew", &mut findings),
                DefaultsClause::Horizon(of) => horizon.put(period(*of), clause.keyword, "horizon", &mut findings),
                DefaultsClause::Grace(of) => grace.put(period(*of), clause.keyword, "grace", &mut findings),
            }
        }
        self.findings.append(&mut findings);
        if let Some(zone) = zone.value {
            if zone_is_known(&zone.text) {
                self.rules.defaults.zone = zone.text;
            } else {
                self.unknown_zone(&zone.text, zone.span);
            }
        }
        let defaults = &mut self.rules.defaults;
        for (place, written) in [
            (&mut defaults.skew, skew.value),
            (&mut defaults.horizon, horizon.value),
            (&mut defaults.grace, grace.value),
        ] {
            if let Some(written) = written {
                *place = written;
            }
        }
    }

    pub(super) fn purposes(&mut self) {
        for name in self.names.usable(Kind::Purpose) {
            let Some(entry) = self.collected.purposes.get(name.as_str()) else { continue };
            let item = entry.item;
            let (mut basis, mut version, mut valid) = (Once::default(), Once::default(), Once::default());
            let (mut confirmed, mut direct) = (Once::default(), Once::default());
            let mut findings = Vec::new();
            for clause in &item.clauses {
                let keyword = clause.keyword;
                match &clause.kind {
                    PurposeClause::Basis(of) => basis.put(of.clone(), keyword, "basis", &mut findings),
                    PurposeClause::Confirmed => confirmed.put((), keyword, "confirmed", &mut findings),
                    PurposeClause::Version(of) => version.put(*of, keyword, "version", &mut findings),
                    PurposeClause::Valid(of) => {
                        findings.extend(super::literals::no_time(*of));
                        valid.put(period(*of), keyword, "valid", &mut findings);
                    }
                    PurposeClause::DirectMarketing => direct.put((), keyword, "direct marketing", &mut findings),
                }
            }
            if basis.value.is_none() {
                findings.push(
                    Diagnostic::new(&resolve::CLAUSE_MISSING, item.name.span, format!("purpose `{name}` has no basis"))
                        .primary("on what does it rest?")
                        .help("add `basis consent`, `basis explicit consent` or `basis legitimate interest \"LIA-1\"`"),
                );
            }
            if let Some(BasisTree::LegitimateInterest(id)) = &basis.value {
                let clauses = [
                    ("valid", valid.span(), "runs out"),
                    ("confirmed", confirmed.span(), "is confirmed"),
                    ("version", version.span(), "has a version"),
                ];
                findings.extend(interest_asks_nobody(id, basis.span(), clauses));
            }
            let failed = !findings.is_empty();
            self.findings.append(&mut findings);
            if failed {
                self.poison(Kind::Purpose, &name);
            }
            let basis = match basis.value {
                Some(BasisTree::ExplicitConsent) => Basis::ExplicitConsent,
                Some(BasisTree::LegitimateInterest(id)) => Basis::LegitimateInterest(id.text),
                Some(BasisTree::Consent) | None => Basis::Consent,
            };
            self.rules.purposes.push(Purpose {
                name,
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                basis,
                confirmed: confirmed.value.is_some(),
                version: version.value,
                valid: valid.value,
                direct_marketing: direct.value.is_some(),
            });
        }
    }
}

/// A legitimate interest rests on a balancing test and is open unless somebody objects: there is no consent that could
/// run out, be confirmed or be given to a text.
fn interest_asks_nobody(
    id: &crate::syntax::tree::Text,
    basis: Option<Span>,
    clauses: [(&str, Option<Span>, &str); 3],
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if id.text.trim().is_empty() {
        let message = "this legitimate interest does not name its balancing test";
        let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, id.span, message)
            .primary("empty")
            .help("write the id under which the balancing test is filed, such as \"LIA-2026-01\"");
        findings.push(finding);
    }
    for (word, span, what) in clauses {
        let Some(span) = span else { continue };
        let message = format!("`{word}` asks of a consent, and a legitimate interest has none");
        let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, span, message)
            .primary(format!("only a consent {what}"))
            .help(format!("delete `{word}`, or ask for it: `basis consent`"));
        findings.push(match basis {
            Some(basis) => finding.label(basis, "is open unless somebody objects"),
            None => finding,
        });
    }
    findings
}
