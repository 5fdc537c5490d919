//! Files, spans and the line index: where every word of a rule set came from.
//!
//! Takes text, gives places. Knows nothing of what the text means.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Which file of a [`SourceSet`] a span lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `range` of `source`. Offsets past `u32::MAX` do not occur: files are limited to [`MAX_FILE_BYTES`].
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The smallest span that holds both; the other's file is taken to be the same.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes as a range for slicing the file's text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The largest rule file that is read, in bytes (R53).
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// A place as people count: both from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

/// One file: its name as shown to people, its text, and where its lines begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would write it.
    pub name: String,
    /// The whole text.
    pub text: String,
    line_starts: Vec<u32>,
}

impl Source {
    /// The place of byte `offset`; an offset past the end is the end.
    pub fn place(&self, offset: u32) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        Place { line: line as u32, column: column as u32 + 1 }
    }
}

/// All files of one rule set, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSet {
    sources: Vec<Source>,
}

impl SourceSet {
    /// A set of one file.
    pub fn single(name: impl Into<String>, text: impl Into<String>) -> (Self, SourceId) {
        let mut set = Self::default();
        let id = set.add(name, text);
        (set, id)
    }

    /// Adds a file and gives its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        self.sources.push(Source { name: name.into(), text, line_starts });
        SourceId(self.sources.len() as u32 - 1)
    }

    /// The file, if the id belongs to this set.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The text under a span; empty where the span does not belong to this set.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).and_then(|source| source.text.get(span.range())).unwrap_or("")
    }

    /// The same files under other names.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let mut renamed = Self::default();
        for (_, source) in self.iter() {
            renamed.add(name(&source.name), source.text.clone());
        }
        renamed
    }

    /// Every file with its id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources.iter().enumerate().map(|(at, source)| (SourceId(at as u32), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let (set, id) = SourceSet::single("a.rules", "é b\nc");
        let source = set.get(id).map(|source| (source.place(0), source.place(3), source.place(5), source.place(99)));
        let place = |line, column| Place { line, column };
        assert_eq!(source, Some((place(1, 1), place(1, 3), place(2, 1), place(2, 2))));
    }
}
