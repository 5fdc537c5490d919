//! What makes a finding the same from run to run: a name for it that survives edits elsewhere.
//!
//! Takes findings in reading order with the text they point at, and where in it which declaration stands; gives each a
//! fingerprint, no two the same. It is made of the code, and for every place of the finding of the file, the declaration
//! and the words there. No line is in it, no blank, no sentence of ours and no level, so it stays when lines move, when
//! rules change places, when the layout changes and when anything else is renamed. Findings that are alike in all of this
//! are counted. `docs/chapters/ci.md` says it to whoever wants to reckon one.

use std::collections::HashMap;
use std::fmt;

use serde_json::json;

use super::Diagnostic;
use crate::source::{SourceSet, Span};

/// How many hexadecimal digits of the digest a fingerprint has: 128 bits.
const DIGITS: usize = 32;

/// A declaration, as it may be called wherever it stands: `rule comeback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landmark {
    /// All of it.
    pub span: Span,
    /// Its keyword and its name.
    pub name: String,
}

/// The name of one finding: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text that findings point at, and what stands where in it.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The files.
    pub sources: &'a SourceSet,
    /// The declarations in them, by file and place.
    pub landmarks: &'a [Landmark],
    /// How a file is called whatever folder it was found from: its path from the top of the repository.
    pub path: &'a dyn Fn(&str) -> String,
}

impl Ground<'_> {
    /// The fingerprints of findings that are given in reading order, in the same order.
    pub fn fingerprints<'f>(&self, findings: impl IntoIterator<Item = &'f Diagnostic>) -> Vec<Fingerprint> {
        let mut seen = Seen::default();
        findings.into_iter().map(|finding| seen.next(finding.code.name, self.places(finding))).collect()
    }

    /// File, declaration and words of every place, in an order of their own: which of two rules stands first is nothing
    /// that a finding is about.
    fn places(&self, finding: &Diagnostic) -> Vec<[String; 3]> {
        let mut places: Vec<_> = finding.labels.iter().map(|label| self.place(label.span)).collect();
        places.sort();
        places.dedup();
        places
    }

    fn place(&self, at: Span) -> [String; 3] {
        let file = self.sources.get(at.source).map_or_else(String::new, |source| (self.path)(&source.name));
        let key = |span: Span| (span.source, span.start);
        let before = self.landmarks.partition_point(|landmark| key(landmark.span) <= key(at));
        let landmark = before.checked_sub(1).and_then(|last| self.landmarks.get(last));
        let landmark = landmark.filter(|landmark| landmark.span.source == at.source && at.end <= landmark.span.end);
        match landmark {
            // All of a declaration is that declaration, whatever else changes in it.
            Some(whole) if whole.span == at => [file, whole.name.clone(), String::new()],
            Some(around) => [file, around.name.clone(), bare(self.sources.text(at))],
            None => [file, String::new(), bare(self.sources.text(at))],
        }
    }
}

/// Text without what the layout may change: blanks, line ends, trailing commas.
pub fn bare(text: &str) -> String {
    let words: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    words.replace(",]", "]").replace(",}", "}").replace(",)", ")")
}

/// The fingerprints of what is said about files as a whole, each with its file, code and message.
pub fn of_files<'a>(said: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Vec<Fingerprint> {
    let mut seen = Seen::default();
    said.into_iter()
        .map(|(file, code, message)| seen.next(code, vec![[file.to_owned(), String::new(), bare(message)]]))
        .collect()
}

/// How often each finding was met so far.
#[derive(Default)]
struct Seen(HashMap<String, usize>);

impl Seen {
    fn next(&mut self, code: &str, places: Vec<[String; 3]>) -> Fingerprint {
        let what = json!([code, places]).to_string();
        let times = self.0.entry(what).or_insert(0);
        let nth = std::mem::replace(times, *times + 1);
        // Lists of texts in JSON can be told apart whatever the texts hold.
        let digest = blake3::hash(json!([code, places, nth]).to_string().as_bytes());
        Fingerprint(digest.to_hex().chars().take(DIGITS).collect())
    }
}
