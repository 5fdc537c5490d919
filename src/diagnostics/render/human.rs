//! Findings for people at a terminal: the words underlined, every culprit labelled, evidence and help below.
//!
//! The only place that knows miette. A frame shows one file; culprits in other files follow in frames of their own.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};

use crate::diagnostics::{Diagnostic, Label, Severity};
use crate::source::{SourceId, SourceSet};

/// All findings as framed text, `width` columns wide; with escape codes if `colour`.
pub fn human(diagnostics: &[Diagnostic], sources: &SourceSet, colour: bool, width: usize) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).with_context_lines(1);
    let mut text = String::new();
    for finding in diagnostics {
        let framed = Framed::new(finding, sources);
        if handler.render_report(&mut text, &framed).is_err() {
            // A frame that cannot be drawn loses nothing but the frame.
            text.push_str(&super::plain(std::slice::from_ref(finding), sources));
        }
        if !finding.facts.is_empty() {
            text.push_str("  shown by:\n");
            finding.facts.iter().for_each(|fact| text.push_str(&format!("    {fact}\n")));
        }
        text.push('\n');
    }
    text
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Framed {
    code: String,
    message: String,
    severity: miette::Severity,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
    others: Vec<Framed>,
}

impl Framed {
    fn new(finding: &Diagnostic, sources: &SourceSet) -> Self {
        let home = finding.span().map(|span| span.source);
        let here = |label: &&Label| Some(label.span.source) == home;
        let mut elsewhere: Vec<SourceId> =
            finding.labels.iter().filter(|label| !here(label)).map(|label| label.span.source).collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let others = elsewhere.into_iter().map(|id| Self {
            code: String::new(),
            message: sources.get(id).map_or_else(|| "and".to_owned(), |source| format!("and in {}", source.name)),
            severity: miette::Severity::Advice,
            help: None,
            source: named(id, sources),
            labels: labels(finding.labels.iter().filter(|label| label.span.source == id), false),
            others: Vec::new(),
        });
        Self {
            code: finding.code.name.to_owned(),
            message: finding.message.clone(),
            severity: match finding.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Note => miette::Severity::Advice,
            },
            help: finding.help.clone(),
            source: home.and_then(|id| named(id, sources)),
            labels: labels(finding.labels.iter().filter(here), true),
            others: others.collect(),
        }
    }
}

fn named(id: SourceId, sources: &SourceSet) -> Option<NamedSource<String>> {
    sources.get(id).map(|source| NamedSource::new(&source.name, source.text.clone()))
}

fn labels<'a>(labels: impl Iterator<Item = &'a Label>, first_is_primary: bool) -> Vec<LabeledSpan> {
    labels
        .enumerate()
        .map(|(at, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let (offset, length) = (label.span.start as usize, (label.span.end - label.span.start) as usize);
            if at == 0 && first_is_primary {
                LabeledSpan::new_primary_with_span(text, (offset, length))
            } else {
                LabeledSpan::new(text, offset, length)
            }
        })
        .collect()
}

impl fmt::Display for Framed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Framed {}

impl miette::Diagnostic for Framed {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        if self.code.is_empty() { None } else { Some(Box::new(&self.code)) }
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source.as_ref().map(|source| source as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.others.is_empty() {
            return None;
        }
        Some(Box::new(self.others.iter().map(|other| other as &dyn miette::Diagnostic)))
    }
}
