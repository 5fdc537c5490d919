//! The page behind a code, taken apart: one Markdown file in `docs/codes` that is documentation, help text and test.
//!
//! A page has a title (the code), a paragraph or two on what it means, and the sections *Avoid*, *Prefer*, *Why* and *When
//! to allow it*. The examples of *Avoid* raise the code and those of *Prefer* do not (`tests/pages` runs them). Knows
//! nothing of how a page is shown.

use super::Code;

/// The parts of a page, as Markdown without blank lines at their ends. A part that is not there is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page<'t> {
    /// The code.
    pub title: &'t str,
    /// What it means and what to do.
    pub meaning: &'t str,
    /// Examples that raise it.
    pub avoid: &'t str,
    /// The same, said so that it is not raised.
    pub prefer: &'t str,
    /// What would be lost without it.
    pub why: &'t str,
    /// When the finding may stand, or that it may not.
    pub allow: &'t str,
}

impl<'t> Page<'t> {
    /// Takes a page apart. Headings within fences are none.
    pub fn of(text: &'t str) -> Self {
        let mut page = Self::default();
        let mut heading = ("", 0);
        let (mut at, mut is_fence) = (0, false);
        for line in text.split_inclusive('\n') {
            is_fence ^= line.starts_with("```");
            if line.starts_with('#') && !is_fence {
                page.put(heading.0, text.get(heading.1..at));
                heading = (line.trim(), at + line.len());
            }
            at += line.len();
        }
        page.put(heading.0, text.get(heading.1..));
        page
    }

    fn put(&mut self, heading: &'t str, text: Option<&'t str>) {
        let text = text.unwrap_or_default().trim();
        match heading {
            "## Avoid" => self.avoid = text,
            "## Prefer" => self.prefer = text,
            "## Why" => self.why = text,
            "## When to allow it" => self.allow = text,
            _ => {
                if let Some(title) = heading.strip_prefix("# ") {
                    (self.title, self.meaning) = (title, text);
                }
            }
        }
    }

    /// The parts with their names, in the order in which they are read.
    pub fn named(&self) -> [(&'static str, &'t str); 5] {
        [
            ("meaning", self.meaning),
            ("avoid", self.avoid),
            ("prefer", self.prefer),
            ("why", self.why),
            ("allow", self.allow),
        ]
    }
}

impl Code {
    /// The parts of its page.
    pub fn parts(&self) -> Page<'static> {
        Page::of(self.page)
    }
}

#[test]
fn a_page_comes_apart() {
    let page = Page::of("# a::b\n\nMeans c.\n\n## Avoid\n\n```rules\n# no heading\n```\n\n## Why\n\nSo.\n");
    let parts = Page { title: "a::b", meaning: "Means c.", avoid: "```rules\n# no heading\n```", why: "So.", ..page };
    assert_eq!(page, parts);
    assert_eq!((page.prefer, page.allow), ("", ""));
}
