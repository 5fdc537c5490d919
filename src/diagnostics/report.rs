//! What a run found, ready to be written for any reader: the one source of every format for machines.
//!
//! Findings of several rule sets stand in one report, with paths from the top of the repository, places as lines and
//! columns, fingerprints, and what became of each. A renderer (`render/`) writes a report down and adds nothing. Refuses to
//! know where findings come from and where the text goes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::fingerprint::Fingerprint;
use super::{Code, Diagnostic, Severity};
use crate::source::{SourceSet, Span};

/// What a run found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The rule sets, in the order in which they were checked.
    pub worlds: Vec<Checked>,
    /// Why something could not run: then what is told of the rules is not all.
    pub refused: Vec<Refused>,
    /// Whether findings were compared with a baseline.
    pub has_baseline: bool,
}

/// One rule set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its folder or file.
    pub name: String,
    /// In reading order.
    pub findings: Vec<Finding>,
}

/// Why something could not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What kind.
    pub code: &'static Code,
    /// What is the matter, in one line.
    pub message: String,
    /// What can be done.
    pub help: Option<String>,
}

/// A finding whose places can be read without the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: &'static Code,
    /// How bad.
    pub severity: Severity,
    /// What is the matter, in one line.
    pub message: String,
    /// What can be done about it.
    pub help: Option<String>,
    /// The evidence, a line each.
    pub facts: Vec<String>,
    /// The file it is about; of the first place, where there is one.
    pub file: String,
    /// The first is what to change; none where the file as a whole is meant.
    pub places: Vec<Place>,
    /// What would mend it.
    pub fix: Option<Mending>,
    /// The same from run to run, and no other's in this report.
    pub fingerprint: Fingerprint,
    /// What became of it.
    pub standing: Standing,
    /// Whether it alone fails the run.
    pub fails: bool,
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is shown.
    Shown,
    /// The baseline, a file of this path, knows it.
    Known(String),
    /// A comment allows it where it stands.
    Allowed {
        /// Why it may stand.
        reason: String,
        /// The comment.
        by: Place,
    },
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path from the top of the repository, with `/`.
    pub file: String,
    /// Where it begins.
    pub start: Spot,
    /// One past its end.
    pub end: Spot,
    /// The first line of what stands there.
    pub words: String,
    /// What about it; may be empty.
    pub text: String,
}

/// A spot in a file: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A replacement that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mending {
    /// What it does.
    pub title: String,
    /// What is replaced; nothing where text is put in.
    pub place: Place,
    /// The new text.
    pub text: String,
    /// Whether it cannot be wrong.
    pub is_certain: bool,
}

impl Place {
    /// The stretch under a span. `path` says how a file is called.
    pub fn of(span: Span, text: &str, sources: &SourceSet, path: &dyn Fn(&str) -> String) -> Self {
        let spot = |offset: u32| {
            let place = sources.get(span.source).map(|source| source.place(offset));
            place.map_or(Spot { line: 1, column: 1 }, |place| Spot { line: place.line, column: place.column })
        };
        Self {
            file: sources.get(span.source).map_or_else(String::new, |source| path(&source.name)),
            start: spot(span.start),
            end: spot(span.end),
            words: sources.text(span).lines().next().unwrap_or_default().to_owned(),
            text: text.to_owned(),
        }
    }
}

impl Finding {
    /// A finding about text; `path` says how a file is called.
    pub fn of(
        found: &Diagnostic,
        fingerprint: Fingerprint,
        standing: Standing,
        sources: &SourceSet,
        path: &dyn Fn(&str) -> String,
    ) -> Self {
        let places: Vec<Place> =
            found.labels.iter().map(|label| Place::of(label.span, &label.text, sources, path)).collect();
        Self {
            code: found.code,
            severity: found.severity,
            message: found.message.clone(),
            help: found.help.clone(),
            facts: found.facts.clone(),
            file: places.first().map_or_else(String::new, |place| place.file.clone()),
            places,
            fix: found.fix.as_ref().map(|fix| Mending {
                title: fix.title.clone(),
                place: Place::of(fix.span, "", sources, path),
                text: fix.text.clone(),
                is_certain: fix.is_certain,
            }),
            fingerprint,
            standing,
            fails: false,
        }
    }

    /// A finding about a file as a whole, which is one of the data or settles them.
    pub fn about(file: &str, refused: &Refused, fingerprint: Fingerprint) -> Self {
        Self {
            code: refused.code,
            severity: Severity::Error,
            message: refused.message.clone(),
            help: refused.help.clone(),
            facts: Vec::new(),
            file: file.to_owned(),
            places: Vec::new(),
            fix: None,
            fingerprint,
            standing: Standing::Shown,
            fails: true,
        }
    }

    /// Whether it is neither known nor allowed.
    pub fn is_shown(&self) -> bool {
        self.standing == Standing::Shown
    }

    /// Where it begins; the first line of a file as a whole.
    pub fn start(&self) -> Spot {
        self.places.first().map_or(Spot { line: 1, column: 1 }, |place| place.start)
    }

    /// `shop.rules:7:3`, or the file alone.
    pub fn place(&self) -> String {
        match self.places.first() {
            Some(place) => place.spelt(),
            None => self.file.clone(),
        }
    }

    /// Everything there is to say beside the message, a line each: the words marked, the evidence, the help.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, place) in self.places.iter().enumerate() {
            let about = if place.text.is_empty() { String::new() } else { format!(": {}", place.text) };
            if at > 0 {
                lines.push(format!("{}: `{}`{about}", place.spelt(), place.words));
            } else if !place.words.is_empty() {
                lines.push(format!("`{}`{about}", place.words));
            }
        }
        lines.extend(self.facts.iter().cloned());
        lines.extend(self.help.iter().map(|help| format!("help: {help}")));
        lines
    }
}

impl Place {
    /// `shop.rules:7:3`
    pub fn spelt(&self) -> String {
        format!("{}:{}:{}", self.file, self.start.line, self.start.column)
    }
}

impl Report {
    /// Adds a rule set. A finding in a file that several use is told once, where it weighs most.
    pub fn add(&mut self, mut world: Checked) {
        let weight = |finding: &Finding| (finding.is_shown(), finding.fails, finding.severity);
        let told: HashMap<_, _> = self.findings().map(|one| (one.fingerprint.clone(), weight(one))).collect();
        world.findings.retain(|one| told.get(&one.fingerprint).is_none_or(|told| *told < weight(one)));
        let again: HashSet<_> = world.findings.iter().map(|finding| finding.fingerprint.clone()).collect();
        for earlier in &mut self.worlds {
            earlier.findings.retain(|finding| !again.contains(&finding.fingerprint));
        }
        self.worlds.push(world);
    }

    /// All findings, in reading order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.worlds.iter().flat_map(|world| &world.findings)
    }

    /// What is shown, the worst first, else in reading order.
    pub fn worst_first(&self) -> Vec<&Finding> {
        let mut all: Vec<_> = self.findings().filter(|finding| finding.is_shown()).collect();
        all.sort_by_key(|finding| Reverse(finding.severity));
        all
    }

    /// How many findings of a severity are shown.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|finding| finding.is_shown() && finding.severity == severity).count()
    }

    /// How many findings the baseline knows, and how many comments allow.
    pub fn hidden(&self) -> (usize, usize) {
        let count = |is: fn(&Standing) -> bool| self.findings().filter(|finding| is(&finding.standing)).count();
        (
            count(|standing| matches!(standing, Standing::Known(_))),
            count(|standing| matches!(standing, Standing::Allowed { .. })),
        )
    }

    /// `2 errors, 1 warning, 3 known, 1 allowed`, or `no findings`.
    pub fn total(&self) -> String {
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        let mut parts: Vec<String> = Vec::new();
        for severity in severities {
            let count = self.count(severity);
            if count > 0 {
                parts.push(format!("{count} {}{}", severity.word(), if count == 1 { "" } else { "s" }));
            }
        }
        match (parts.is_empty(), self.refused.is_empty()) {
            (true, true) => parts.push("no findings".to_owned()),
            (true, false) => return "could not run".to_owned(),
            (false, true | false) => {}
        }
        let (known, allowed) = self.hidden();
        let hidden = [(known, "known"), (allowed, "allowed")];
        parts.extend(hidden.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
        if !self.refused.is_empty() {
            parts.push("and then it could not go on".to_owned());
        }
        parts.join(", ")
    }
}
