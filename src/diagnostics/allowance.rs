//! What becomes of a finding: allowed in its place by `// cater: allow(CODE) because "REASON"`, or shown as bad as the
//! rule set says.
//!
//! Takes findings, the allowances that stand in the files, and the levels of codes; gives what is shown and what was
//! allowed, and says which allowances silenced nothing. [`settle`] is the one place where that is decided. Refuses to know how a comment is
//! spelt (`syntax` reads it) and what a finding is about.

use super::codes::{allow, lint};
use super::{Code, Diagnostic, Levels};
use crate::source::Span;

/// A comment that allows findings in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The comment, from `//` on.
    pub span: Span,
    /// The codes it allows, each where it stands. Never one that cannot be allowed.
    pub codes: Vec<(&'static Code, Span)>,
    /// The codes in their parentheses, parentheses not included.
    pub list: Span,
    /// Why, as it stands in the file.
    pub reason: String,
    /// The declaration or clause it stands at; none where there is nothing below it.
    pub covers: Option<Span>,
    /// What goes if the comment goes: with its line where it has one for itself, with the blanks before it else.
    pub whole: Span,
}

/// A finding that was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// What was found.
    pub finding: Diagnostic,
    /// Why it may stand.
    pub reason: String,
    /// The comment that allows it.
    pub by: Span,
}

/// Decides what becomes of findings: those that an allowance of their code covers, at any of their places, are allowed,
/// whatever level their code has; a note about several things at once, where each of them is covered. All others are shown at the level of their code, or not at all. What is an error by
/// itself is never allowed in its place, since no allowance names its code.
pub fn settle(findings: Vec<Diagnostic>, allowances: &[Allowance], levels: &Levels) -> (Vec<Diagnostic>, Vec<Allowed>) {
    let (mut shown, mut allowed) = (Vec::new(), Vec::new());
    for finding in findings {
        let names = |allowance: &&Allowance| allowance.codes.iter().any(|(code, _)| *code == finding.code);
        // A note about several things that were not decided goes when each of them is allowed in its place.
        let is_open = *finding.code == lint::NOT_DECIDED && {
            let covered = |at: Span| allowances.iter().filter(names).any(|allowance| allowance.covers(at));
            !finding.labels.iter().all(|label| covered(label.span))
        };
        let fits = |allowance: &&Allowance| !is_open && names(allowance) && allowance.covers_any(&finding);
        match allowances.iter().find(fits) {
            Some(by) => allowed.push(Allowed { reason: by.reason.clone(), by: by.span, finding }),
            None => shown.push(finding),
        }
    }
    levels.apply(&mut shown);
    (shown, allowed)
}

/// A finding for each allowance that silenced nothing, with the certain fix. Makes sense only after every stage has
/// spoken, and where no error kept one from looking.
pub fn unused(allowances: &[Allowance], shown: &[Diagnostic], allowed: &[Allowed]) -> Vec<Diagnostic> {
    allowances.iter().filter_map(|allowance| allowance.unused(shown, allowed)).collect()
}

impl Allowance {
    fn covers_any(&self, finding: &Diagnostic) -> bool {
        finding.labels.iter().any(|label| self.covers(label.span))
    }

    fn covers(&self, at: Span) -> bool {
        let inside = |of: Span| at.source == of.source && of.start <= at.start && at.end <= of.end;
        self.covers.is_some_and(inside)
    }

    fn unused(&self, shown: &[Diagnostic], allowed: &[Allowed]) -> Option<Diagnostic> {
        // What the analysis could not decide, it might have found.
        let doubtful = allowed.iter().map(|allowed| &allowed.finding).chain(shown);
        let mut doubtful = doubtful.filter(|finding| *finding.code == lint::NOT_DECIDED);
        if doubtful.any(|finding| self.covers_any(finding)) {
            return None;
        }
        // Of several allowances of one code in one place the first is used; the others are there for nothing.
        let is_used = |code: &Code| allowed.iter().any(|one| one.by == self.span && one.finding.code == code);
        let (used, idle): (Vec<_>, Vec<_>) = self.codes.iter().partition(|(code, _)| is_used(code));
        let (_, first) = idle.first()?;
        let names: Vec<_> = idle.iter().map(|(code, _)| format!("`{}`", code.name)).collect();
        let message = match self.covers {
            Some(_) => format!("nothing here gives {}", names.join(" or ")),
            None => "this allows something where nothing stands".to_owned(),
        };
        let mut finding = Diagnostic::new(&allow::UNUSED, *first, message);
        for (_, span) in idle.iter().skip(1) {
            finding = finding.label(*span, "nor this");
        }
        Some(if used.is_empty() {
            finding.help("take the comment away").fix("take the comment away", self.whole, "")
        } else {
            let rest: Vec<_> = used.iter().map(|(code, _)| code.name).collect();
            let rest = rest.join(", ");
            finding.help(format!("leave `{rest}`")).fix(format!("leave `{rest}`"), self.list, rest)
        })
    }
}
