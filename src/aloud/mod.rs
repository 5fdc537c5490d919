//! A rule said back in English sentences: what a marketer reads to see whether the rule says what was meant.
//!
//! Takes a rule set and a rule of it; gives sentences. Refuses to know how the rule was spelt, and adds nothing that the
//! model does not say. Two promises are kept by tests: every predicate that the rule can depend on stands in the
//! sentences exactly once (those of a segment in the sentence that says what the segment means), and two rules with equal
//! sentences have equal models.

mod amounts;
mod caps;
mod channels;
mod definitions;
mod predicate;
mod sentences;
mod times;

use std::fmt;

use crate::model::{RuleId, RuleSet};

/// A sentence, or the beginning of one that its points finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Ends in a full stop where there are no points, in a colon where there are.
    pub text: String,
    /// What holds, or does not, one below the other.
    pub points: Vec<Point>,
}

/// One thing that holds; with points of its own where it is made of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Ends in a colon where there are points.
    pub text: String,
    /// Its parts.
    pub points: Vec<Point>,
}

/// A rule in sentences.
///
/// The rule's name is not in them, so that two rules that say the same are read the same.
pub fn rule(rules: &RuleSet, id: RuleId) -> Vec<Sentence> {
    let mut said = sentences::of(rules, id);
    said.extend(definitions::of(rules, id));
    said
}

impl Sentence {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), points: Vec::new() }
    }

    /// `one x.` for a single point, with its own points below where it has some; `many:` with the points below for more.
    fn about(one: &str, many: &str, mut points: Vec<Point>) -> Self {
        match points.pop() {
            Some(only) if points.is_empty() => {
                let end = if only.points.is_empty() { "." } else { "" };
                Self { text: format!("{one} {}{end}", only.text), points: only.points }
            }
            last => {
                points.extend(last);
                Self { text: format!("{many}:"), points }
            }
        }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        self.points.iter().try_for_each(|point| point.below(1, f))
    }
}

impl Point {
    fn leaf(text: impl Into<String>) -> Self {
        Self { text: text.into(), points: Vec::new() }
    }

    fn of(text: &str, points: Vec<Self>) -> Self {
        Self { text: text.to_owned(), points }
    }

    fn below(&self, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{:indent$}- {}", "", self.text, indent = 2 * depth)?;
        self.points.iter().try_for_each(|point| point.below(depth + 1, f))
    }
}
