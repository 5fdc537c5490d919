//! Findings as people and machines read them. One list of findings, several renderings; none adds a fact.

mod human;
mod json;
mod plain;

pub use human::human;
pub use json::{SCHEMA_VERSION, envelope, json, json_allowed, json_without_place};
pub use plain::plain;

use super::{Diagnostic, Severity};

/// `2 errors, 1 warning`; empty where there is nothing.
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let of = |severity: Severity| diagnostics.iter().filter(|finding| finding.severity == severity).count();
    let words = [Severity::Error, Severity::Warning, Severity::Note].into_iter().filter_map(|severity| {
        let count = of(severity);
        (count > 0).then(|| format!("{count} {}{}", severity.word(), if count == 1 { "" } else { "s" }))
    });
    words.collect::<Vec<_>>().join(", ")
}
