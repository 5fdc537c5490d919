//! A baseline: the findings of a rule set that were there when somebody began to look, set aside until they are mended.
//!
//! Takes the text of the file and gives what it knows; takes findings and gives the text. An entry is its fingerprint; what
//! else stands there is for readers. Refuses to open a file, and to know what is in error: what leaves something out of
//! the rules is no old finding but a missing rule.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Diagnostic;
use super::codes::allow;
use crate::source::{SourceId, Span};

/// The version of the file's shape.
const VERSION: u32 = 1;

/// What somebody has set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How the file is called, from the top of the repository.
    pub name: String,
    /// Its text.
    pub text: String,
    entries: BTreeMap<String, Entry>,
}

/// One finding that is set aside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file it is in, from the top of the repository.
    pub file: String,
    /// What kind it is.
    pub code: String,
    /// What was the matter.
    pub message: String,
    /// Which it is.
    pub fingerprint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    schema_version: u32,
    findings: Vec<Entry>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Why it is none, in words that follow "it is no baseline: ".
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let whole: Whole = serde_json::from_str(text).map_err(|why| why.to_string())?;
        if whole.schema_version != VERSION {
            return Err(format!("its version is {}, and this program writes {VERSION}", whole.schema_version));
        }
        Ok(Self { text: text.to_owned(), ..Self::of(name, whole.findings) })
    }

    /// A baseline of these findings.
    pub fn of(name: &str, entries: Vec<Entry>) -> Self {
        let entries = entries.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect();
        Self { name: name.to_owned(), text: String::new(), entries }
    }

    /// The file's text: an entry after the other, by file, code and message, so that two people who mend different things
    /// change different lines.
    pub fn written(&self) -> String {
        let mut findings: Vec<Entry> = self.entries.values().cloned().collect();
        findings.sort();
        // Texts and numbers can always be written.
        serde_json::to_string_pretty(&Whole { schema_version: VERSION, findings }).unwrap_or_default() + "\n"
    }

    /// Whether it knows that finding.
    pub fn knows(&self, fingerprint: &str) -> bool {
        self.entries.contains_key(fingerprint)
    }

    /// What it knows.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A finding about the entries that were not met, of those in files that `was_read` knows. `source` is the baseline
    /// itself.
    pub fn outdated(
        &self,
        source: SourceId,
        met: &HashSet<String>,
        was_read: &dyn Fn(&str) -> bool,
    ) -> Option<Diagnostic> {
        let mut gone: Vec<(Span, &Entry)> = Vec::new();
        for entry in self.entries.values().filter(|entry| !met.contains(&entry.fingerprint) && was_read(&entry.file)) {
            let quoted = format!("\"{}\"", entry.fingerprint);
            let start = self.text.find(&quoted).unwrap_or_default();
            gone.push((Span::new(source, start..start + quoted.len()), entry));
        }
        gone.sort();
        let ((at, first), others) = gone.split_first()?;
        let words = |entry: &Entry| format!("{} in {}", entry.code, entry.file);
        let message = match gone.len() {
            1 => "a finding of the baseline no longer occurs".to_owned(),
            count => format!("{count} findings of the baseline no longer occur"),
        };
        let mut finding = Diagnostic::new(&allow::OUTDATED_BASELINE, *at, message)
            .primary(words(first))
            .help("write the baseline anew with `cater check --write-baseline`, so that it cannot come back");
        for (at, entry) in others {
            finding = finding.label(*at, words(entry));
        }
        Some(finding)
    }
}
