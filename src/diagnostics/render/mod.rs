//! Findings as people and machines read them. One list of findings, several renderings; none adds a fact.
//!
//! People at a terminal and readers of our own JSON get them with the files at hand; every other format is made of a
//! [`Report`](super::report::Report).

mod github;
mod gitlab;
mod human;
mod json;
pub mod junit;
mod markdown;
mod markup;
mod plain;
mod sarif;

pub use github::{command, github};
pub use gitlab::gitlab;
pub use human::human;
pub use json::{
    SCHEMA, SCHEMA_VERSION, envelope, json, json_about, json_allowed, json_marked, json_without_place, tool,
};
pub use junit::junit;
pub use markdown::{Comment, markdown, markdown_under};
pub use plain::plain;
pub use sarif::sarif;

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
