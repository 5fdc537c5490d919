//! Findings for machines: one object with a version of its shape.

use serde_json::{Value, json as object};

use crate::diagnostics::fingerprint::Fingerprint;
use crate::diagnostics::{Allowed, Code, Diagnostic, Fix, Label};
use crate::source::{SourceSet, Span};

/// The version of the shape below; it grows when a field is taken away or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// `{schema_version, tool, diagnostics: [{code, severity, message, help, span, labels, facts, fix}]}`.
/// Lines and columns count from 1, columns in characters, offsets in bytes from 0.
pub fn json(diagnostics: &[Diagnostic], sources: &SourceSet) -> Value {
    envelope(diagnostics.iter().map(|finding| one(finding, sources)).collect())
}

/// The JSON Schema of what `cater check` writes.
pub const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/findings.schema.json"));

/// Findings, each as above with its `fingerprint`.
pub fn json_marked<'f>(
    findings: impl IntoIterator<Item = (&'f Diagnostic, &'f Fingerprint)>,
    sources: &SourceSet,
) -> Vec<Value> {
    findings.into_iter().map(|(finding, fingerprint)| marked(finding, fingerprint, sources)).collect()
}

/// The findings that are allowed in their place: each as above, with its `reason` and the place of the comment.
pub fn json_allowed<'f>(
    allowed: impl IntoIterator<Item = (&'f Allowed, &'f Fingerprint)>,
    sources: &SourceSet,
) -> Vec<Value> {
    let one = |(allowed, fingerprint): (&Allowed, &Fingerprint)| {
        let mut finding = marked(&allowed.finding, fingerprint, sources);
        if let Some(fields) = finding.as_object_mut() {
            fields.insert("reason".to_owned(), allowed.reason.clone().into());
            fields.insert("allowed_by".to_owned(), span(allowed.by, sources));
        }
        finding
    };
    allowed.into_iter().map(one).collect()
}

fn marked(finding: &Diagnostic, fingerprint: &Fingerprint, sources: &SourceSet) -> Value {
    with_fingerprint(one(finding, sources), fingerprint)
}

fn with_fingerprint(mut finding: Value, fingerprint: &Fingerprint) -> Value {
    if let Some(fields) = finding.as_object_mut() {
        fields.insert("fingerprint".to_owned(), fingerprint.as_str().into());
    }
    finding
}

/// A finding that is about no place in rule text, in the same shape: about a file of data, a state, an argument.
pub fn json_without_place(code: &Code, message: &str, help: Option<&str>) -> Value {
    object!({
        "code": code.name, "severity": code.severity.word(), "message": message, "help": help,
        "span": Value::Null, "labels": [], "facts": [], "fix": Value::Null,
    })
}

/// The same with its `fingerprint`.
pub fn json_about(code: &Code, message: &str, help: Option<&str>, fingerprint: &Fingerprint) -> Value {
    with_fingerprint(json_without_place(code, message, help), fingerprint)
}

/// Who wrote what a machine reads.
pub fn tool() -> Value {
    object!({ "name": "cater", "version": env!("CARGO_PKG_VERSION") })
}

/// Findings that are written already, as one object.
pub fn envelope(diagnostics: Vec<Value>) -> Value {
    object!({
        "schema_version": SCHEMA_VERSION,
        "tool": tool(),
        "diagnostics": diagnostics,
    })
}

fn one(finding: &Diagnostic, sources: &SourceSet) -> Value {
    let label = |label: &Label| object!({ "span": span(label.span, sources), "text": label.text });
    let fix = |fix: &Fix| object!({ "title": fix.title, "span": span(fix.span, sources), "text": fix.text, "certain": fix.is_certain });
    object!({
        "code": finding.code.name,
        "severity": finding.severity.word(),
        "message": finding.message,
        "help": finding.help,
        "span": finding.span().map(|at| span(at, sources)),
        "labels": finding.labels.iter().map(label).collect::<Vec<_>>(),
        "facts": finding.facts,
        "fix": finding.fix.as_ref().map(fix),
    })
}

fn span(span: Span, sources: &SourceSet) -> Value {
    let Some(source) = sources.get(span.source) else { return Value::Null };
    let place = |offset: u32| {
        let place = source.place(offset);
        object!({ "line": place.line, "column": place.column, "offset": offset })
    };
    object!({ "file": source.name, "start": place(span.start), "end": place(span.end) })
}
