//! One finding in plain lines, without colour or drawing: for logs, diffs and screen readers.

use std::fmt::Write;

use crate::diagnostics::Diagnostic;
use crate::source::{SourceSet, Span};

/// All findings, a blank line between two.
pub fn plain(diagnostics: &[Diagnostic], sources: &SourceSet) -> String {
    diagnostics.iter().map(|finding| one(finding, sources)).collect::<Vec<_>>().join("\n")
}

fn one(finding: &Diagnostic, sources: &SourceSet) -> String {
    let mut text = String::new();
    let place = finding.span().map(|span| place(span, sources)).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{place}{}[{}]: {}", finding.severity.word(), finding.code.name, finding.message);
    for (at, label) in finding.labels.iter().enumerate() {
        let words = sources.text(label.span).lines().next().unwrap_or_default();
        let about = if label.text.is_empty() { String::new() } else { format!(": {}", label.text) };
        if at == 0 {
            if !words.is_empty() {
                let _ = writeln!(text, "  `{words}`{about}");
            }
        } else {
            let _ = writeln!(text, "  {}`{words}`{about}", self::place(label.span, sources));
        }
    }
    for fact in &finding.facts {
        let _ = writeln!(text, "  {fact}");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  help: {help}");
    }
    text
}

fn place(span: Span, sources: &SourceSet) -> String {
    sources.get(span.source).map_or_else(String::new, |source| {
        let place = source.place(span.start);
        format!("{}:{}:{}: ", source.name, place.line, place.column)
    })
}
