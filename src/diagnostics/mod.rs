//! What a finding is: plain data with a code, labelled places and a help that can be done.
//!
//! Every stage gives these; `render/` words them for people and machines. A diagnostic holds text that is already
//! plain words: lower case, no full stop, user text in backticks, no type theory.

mod allowance;
#[cfg(feature = "cli")]
pub mod baseline;
pub mod codes;
#[cfg(feature = "cli")]
pub mod fingerprint;
mod levels;
mod page;
#[cfg(feature = "cli")]
pub mod render;
#[cfg(feature = "cli")]
pub mod report;

pub use allowance::{Allowance, Allowed, settle, unused};
pub use levels::{Level, Levels, NoLevel};
pub use page::Page;

use std::cmp::Reverse;

use crate::source::Span;

/// How bad a finding is; the order is from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant.
    Warning,
    /// The item cannot be used as it stands.
    Error,
}

impl Severity {
    /// The word shown to people and machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The identity of a kind of finding, one everywhere: text, JSON, documentation.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `stage::what-it-flags`.
    pub name: &'static str,
    /// How bad it is unless configured otherwise.
    pub severity: Severity,
    /// One line: what it means.
    pub summary: &'static str,
    /// The whole page as Markdown; [`Code::parts`] takes it apart.
    pub page: &'static str,
}

impl Code {
    /// The part of the name before `::`.
    pub fn stage(&self) -> &'static str {
        self.name.split_once("::").map_or("", |(stage, _)| stage)
    }

    /// Whether a baseline may know it: what somebody may also lower, and nothing about allowances
    /// and baselines themselves.
    pub fn can_be_known(&self) -> bool {
        levels::can_be_lowered(self) && self.stage() != "allow"
    }

    /// Whether a comment beside a declaration may allow it: warnings and notes about rules. What `cater.toml` makes of
    /// its severity does not matter.
    pub fn can_be_allowed(&self) -> bool {
        self.severity < Severity::Error
            && !["allow", "bundle", "cost", "data", "pressure", "serve", "state", "run"].contains(&self.stage())
    }
}

/// A place with a few words beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What about it; may be empty.
    pub text: String,
}

/// A replacement that mends the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
    /// Whether it cannot be wrong: there is no second thing that the author may have meant. `cater check --fix` applies
    /// these and no others.
    pub is_certain: bool,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: &'static Code,
    /// How bad.
    pub severity: Severity,
    /// What is the matter, in one line.
    pub message: String,
    /// The first is what to change; the others are what it clashes with.
    pub labels: Vec<Label>,
    /// What can be done about it.
    pub help: Option<String>,
    /// The witness customer or the cover, a line each, in the language where possible.
    pub facts: Vec<String>,
    /// What would mend it, where one replacement does.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `code` with its default severity at `span`.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            facts: Vec::new(),
            fix: None,
        }
    }

    /// Words beside the primary place.
    #[must_use]
    pub fn primary(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// One more culprit.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// What can be done.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// One line of evidence.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// A certain fix: put `text` in the place of `span`.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, text: text.into(), is_certain: true });
        self
    }

    /// A fix that is certain, or only probably meant.
    #[must_use]
    pub fn fix_if(self, is_certain: bool, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        if is_certain { self.fix(title, span, text) } else { self.suggest(title, span, text) }
    }

    /// A fix that is probably meant: put `text` in the place of `span`.
    #[must_use]
    pub fn suggest(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, text: text.into(), is_certain: false });
        self
    }

    /// The same with a fix that is only probably meant.
    #[must_use]
    pub fn doubtful(mut self) -> Self {
        self.fix = self.fix.map(|fix| Fix { is_certain: false, ..fix });
        self
    }

    /// Whether the item cannot be used as it stands.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// The worst severity in a list, if there is any finding.
pub fn worst(diagnostics: &[Diagnostic]) -> Option<Severity> {
    diagnostics.iter().map(|diagnostic| diagnostic.severity).max()
}

/// Puts findings in reading order: by file and place, then worst first, then by code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (a.span(), Reverse(a.severity), a.code.name, &a.message).cmp(&(
            b.span(),
            Reverse(b.severity),
            b.code.name,
            &b.message,
        ))
    });
}

/// The candidate nearest to `word` for a "did you mean", if it is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The first letter is seldom the one that is wrong, and a letter is sooner left out than put in.
    let begins = |candidate: &str| candidate.chars().next() == word.chars().next();
    let near = near(word, candidates);
    let nearest =
        near.min_by_key(|(distance, candidate)| (*distance, !begins(candidate), Reverse(candidate.len()), *candidate));
    nearest.map(|(_, candidate)| candidate)
}

/// Whether just one of the candidates is near enough to be meant by `word`, and so near that it is no other word, so that
/// writing it cannot be wrong where nothing but the candidates can stand. One letter of two is half the word.
pub fn is_only_near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> bool {
    let most = match word.chars().count() {
        0..=2 => return false,
        3..=7 => 1,
        _ => 2,
    };
    let mut near = near(word, candidates);
    near.next().is_some_and(|(distance, _)| distance <= most) && near.next().is_none()
}

/// The candidates that are near enough to be meant, with their distances.
fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = (usize, &'a str)> {
    let limit = match word.chars().count() {
        0..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(move |candidate| (edit_distance(word, candidate), candidate))
        .filter(move |(distance, candidate)| *distance <= limit && *distance < candidate.chars().count().max(2))
}

/// Optimal string alignment distance: insert, delete, replace, swap of neighbours each cost one.
fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_takes_slips_and_leaves_strangers() {
        assert_eq!(nearest("prioirty", ["priority", "owner"]), Some("priority"));
        assert_eq!(nearest("teir", ["tier", "time"]), Some("tier"));
        assert_eq!(nearest("weather", ["priority", "owner"]), None);
        assert_eq!(nearest("x", ["y"]), Some("y"));
        assert!(is_only_near("prioirty", ["priority", "owner"]) && !is_only_near("tim", ["time", "tie"]));
        assert!(!is_only_near("ad", ["as"]), "half of it would be wrong");
    }
}
