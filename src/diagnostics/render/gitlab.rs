//! Findings as a Code Quality report of GitLab: a list of objects, those that are known or allowed left out.

use serde_json::{Value, json};

use crate::diagnostics::Severity;
use crate::diagnostics::report::Report;

/// The whole report. Why something could not run has no place in it and is said elsewhere.
pub fn gitlab(report: &Report) -> Value {
    let one = |finding: &&crate::diagnostics::report::Finding| {
        let severity = match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        json!({
            "description": finding.message,
            "check_name": finding.code.name,
            "fingerprint": finding.fingerprint.as_str(),
            "severity": severity,
            "location": { "path": finding.file, "lines": { "begin": finding.start().line } },
        })
    };
    report.worst_first().iter().map(one).collect()
}
