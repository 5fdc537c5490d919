//! Where declarations begin, found before any is read.
//!
//! A declaration is found by its shape, a *header*: the opening word, a name, and what must follow (`rule NAME in NAME
//! {`). A header never occurs inside a declaration that is well written, so one that turns up before the last one was
//! closed means that a brace is missing: the last one ends there. Where a header itself is broken, a declaration begins
//! at an opening word first on its line, outside of braces.
//!
//! Layout serves only to find the way again after an error; a file without errors reads the same on one line.

use super::reader::Reader;
use super::scan::TokenKind;
use super::words::{Opener, opener};

/// How deep brackets may nest within a declaration (R53).
pub(super) const MAX_NESTING: usize = 64;

/// What one pass over the tokens of a file finds, as numbers of tokens in order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Where headers begin.
    headers: Vec<usize>,
    /// Where `segment NAME =` and `value NAME =` begin, also within a line.
    definitions: Vec<usize>,
    /// The opening words that begin a line.
    lines: Vec<usize>,
    /// The `{`.
    braces: Vec<usize>,
    /// The brackets that open a level too deep.
    deep: Vec<usize>,
}

impl Outline {
    pub(super) fn of(reader: &Reader<'_>) -> Self {
        let mut out = Self::default();
        let (mut braces, mut brackets) = (0_usize, 0_usize);
        for at in 0..reader.tokens.len() {
            if reader.is_kind(at, TokenKind::Word) {
                if reader.is_header(at) {
                    out.headers.push(at);
                    (braces, brackets) = (0, 0);
                }
                if reader.definition_head_end(at).is_some() && !reader.first_on_line(at + 1) {
                    out.definitions.push(at);
                }
                if reader.first_on_line(at) && reader.word(at).and_then(opener).is_some() {
                    out.lines.push(at);
                }
            } else if reader.is_sign(at, b'{') {
                braces += 1;
                out.braces.push(at);
            } else if reader.is_sign(at, b'(') || reader.is_sign(at, b'[') {
                brackets += 1;
                if brackets > MAX_NESTING {
                    out.deep.push(at);
                }
            } else if reader.is_sign(at, b'}') {
                braces = braces.saturating_sub(1);
                brackets = 0;
            } else if reader.is_sign(at, b')') || reader.is_sign(at, b']') {
                brackets = brackets.saturating_sub(1);
            }
        }
        out
    }

    fn next(&self, among: &[usize], from: usize) -> Option<usize> {
        among.get(among.partition_point(|at| *at < from)).copied()
    }

    /// The first bracket among tokens `from..to` that opens a level too deep.
    pub(super) fn too_deep(&self, from: usize, to: usize) -> Option<usize> {
        self.next(&self.deep, from).filter(|at| *at < to)
    }
}

impl Reader<'_> {
    /// Whether a declaration's header stands at `at`, whole.
    pub(super) fn is_header(&self, at: usize) -> bool {
        self.header_end(at).is_some()
    }

    /// The last token of the whole header at `at`: its `{` or `=`, or what stands in their place.
    fn header_end(&self, at: usize) -> Option<usize> {
        let opener = self.word(at).and_then(opener)?;
        let labelled = |next: usize| next + usize::from(self.is_kind(next, TokenKind::Text));
        let opens = |at: usize| self.is_sign(at, b'{').then_some(at);
        // Names stand on the line of the opening word, so that `offer` at the end of one declaration makes no header
        // with a broken `customer {` on the next line. They may stand on a later one where the word begins its line and
        // the name is indented deeper, unless they make a header by themselves.
        let starts_line = self.first_on_line(at);
        let column = |at: usize| self.token(at).map_or(0, |token| token.column);
        let is_name = |name: usize| {
            let deeper = starts_line && column(name) > column(at) && !self.is_header_without_name(name);
            self.is_name(name) && (!self.first_on_line(name) || deeper)
        };
        // `as offer` with `given {` behind it in a test is no header either.
        let is_given = !starts_line && self.is_word(at + 1, "given") && self.is_sign(at + 2, b'{');
        let is_named = is_name(at + 1) && !is_given;
        // Nor is `history customer { .. }`: an event, an offer or a channel of that name, with fields.
        let behind = |back: usize, word: &str| at.checked_sub(back).is_some_and(|at| self.is_word(at, word));
        let of_history = |word, back| behind(1, word) && (behind(back, "history") || behind(5, "history"));
        let is_fact = !starts_line && (behind(1, "history") || of_history("of", 3) || of_history("by", 3));
        let named = is_named.then_some(at + 2);
        // `request customer {` names a customer of a test.
        let is_request = !starts_line && self.is_word(at.wrapping_sub(1), "request");
        match opener {
            Opener::Defaults | Opener::Customer | Opener::Moment if is_request => None,
            Opener::Defaults | Opener::Customer | Opener::Moment => {
                let brace = opens(at + 1).filter(|_| !is_fact);
                brace.filter(|brace| self.first_on_line(at) || !self.first_on_line(*brace))
            }
            Opener::Purpose
            | Opener::Class
            | Opener::Channel
            | Opener::Event
            | Opener::Offer
            | Opener::Cap
            | Opener::Pause
            | Opener::Gap
            | Opener::Block
            | Opener::Window
            | Opener::Persona => named.and_then(|next| opens(labelled(next))),
            Opener::Segment | Opener::Value => {
                self.definition_head_end(at).filter(|_| self.first_on_line(at) && is_named)
            }
            Opener::Rule => {
                let slot = named.filter(|next| self.is_word(*next, "in") && is_name(next + 1));
                slot.and_then(|next| opens(labelled(next + 2)))
            }
            Opener::Slot => {
                let place = named
                    .filter(|next| self.is_word(*next, "on") || self.is_word(*next, "by"))
                    .filter(|next| is_name(next + 1))?;
                opens(labelled(place + 2)).or_else(|| self.is_sign(place + 2, b',').then_some(place + 2))
            }
            Opener::Test => opens(at + 2).filter(|_| self.is_kind(at + 1, TokenKind::Text)),
            Opener::Later => {
                let next = named?;
                let layer = self.is_word(next, "in") && is_name(next + 1);
                opens(labelled(if layer { next + 2 } else { next }))
            }
            Opener::Use => self.is_use(at).then_some(at + 1),
        }
    }

    /// `use "customer.rules"`, and not a name `use` with the label or the cell behind it.
    fn is_use(&self, at: usize) -> bool {
        let named = self.is_sign(at + 2, b'{') || self.is_sign(at + 2, b'=') || self.is_word(at + 2, "is");
        self.is_word(at, "use") && self.is_kind(at + 1, TokenKind::Text) && !named
    }

    /// `customer {`, `test "label" {`, `use "path"`
    fn is_header_without_name(&self, at: usize) -> bool {
        match self.word(at).and_then(opener) {
            Some(Opener::Defaults | Opener::Customer | Opener::Moment) => self.is_sign(at + 1, b'{'),
            Some(Opener::Test) => self.is_kind(at + 1, TokenKind::Text) && self.is_sign(at + 2, b'{'),
            Some(Opener::Use) => self.is_use(at),
            Some(
                Opener::Purpose
                | Opener::Class
                | Opener::Channel
                | Opener::Event
                | Opener::Segment
                | Opener::Value
                | Opener::Offer
                | Opener::Slot
                | Opener::Rule
                | Opener::Cap
                | Opener::Pause
                | Opener::Gap
                | Opener::Block
                | Opener::Window
                | Opener::Persona
                | Opener::Later,
            )
            | None => false,
        }
    }

    /// Whether a declaration begins at `at`, outside of braces: a header, or what was meant to be one.
    pub(super) fn is_opening(&self, at: usize) -> bool {
        let Some(word) = self.word(at) else { return false };
        if opener(word).is_none() {
            return false;
        }
        self.first_on_line(at)
            || at == 0
            || self.is_sign(at - 1, b'}')
            || self.is_header(at)
            || self.definition_head_end(at).is_some()
    }

    /// The next header behind the declaration that opens at `at`, or the end of the file. Nothing within its own
    /// header counts: an offer may be called `customer`.
    pub(super) fn next_header(&self, at: usize) -> usize {
        let from = self.header_end(at).unwrap_or(at) + 1;
        self.outline.next(&self.outline.headers, from).unwrap_or(self.tokens.len())
    }

    /// The next line behind the declaration that opens at `at` that begins with an opening word and is indented no
    /// deeper; a header at the latest.
    pub(super) fn next_opening_line(&self, at: usize) -> usize {
        self.opening_line_behind(at, at)
    }

    /// The same, looked for behind token `from`.
    pub(super) fn opening_line_behind(&self, at: usize, from: usize) -> usize {
        let column = self.token(at).map_or(0, |token| token.column);
        let limit = self.next_header(at);
        let lines = &self.outline.lines;
        let behind = lines.get(lines.partition_point(|line| *line <= from)..).unwrap_or(&[]);
        let mut before_limit = behind.iter().copied().take_while(|line| *line < limit);
        before_limit.find(|line| self.token(*line).is_some_and(|token| token.column <= column)).unwrap_or(limit)
    }

    /// The first `{` among tokens `from..to`.
    pub(super) fn brace_between(&self, from: usize, to: usize) -> Option<usize> {
        self.outline.next(&self.outline.braces, from).filter(|brace| *brace < to)
    }

    /// The `=` of `segment NAME "Label" =` at `at`.
    fn definition_head_end(&self, at: usize) -> Option<usize> {
        let opens = matches!(self.word(at).and_then(opener), Some(Opener::Segment | Opener::Value));
        let behind_name = Some(at + 2).filter(|_| opens && self.is_name(at + 1))?;
        let equals = behind_name + usize::from(self.is_kind(behind_name, TokenKind::Text));
        self.is_sign(equals, b'=').then_some(equals)
    }

    /// The next definition behind the one that opens at `at`, wherever on its line it begins.
    pub(super) fn next_definition(&self, at: usize) -> usize {
        self.outline.next(&self.outline.definitions, at + 1).unwrap_or(self.tokens.len())
    }

    /// Where a definition ends by its layout: before the first token on a line that is indented no deeper than it (one
    /// space more is what a deleted word leaves behind).
    pub(super) fn layout_end(&self, at: usize, limit: usize) -> usize {
        let column = self.token(at).map_or(0, |token| token.column);
        (at + 1..limit)
            .find(|token| self.token(*token).is_some_and(|token| token.first_on_line && token.column <= column + 1))
            .unwrap_or(limit)
    }

    /// Whether the `}` before `at` closes a declaration of several lines without having a line of its own: then it
    /// is likely the one too many, and what follows was meant to be inside.
    pub(super) fn closed_oddly(&self, at: usize) -> bool {
        let Some(close) = at.checked_sub(1).filter(|close| self.is_sign(*close, b'}')) else { return false };
        if self.first_on_line(close) {
            return false;
        }
        let mut depth = 0_usize;
        for token in (0..=close).rev() {
            if self.is_sign(token, b'}') {
                depth += 1;
            } else if self.is_sign(token, b'{') {
                depth -= 1;
                if depth == 0 {
                    return (token + 1..=close).any(|inner| self.first_on_line(inner));
                }
            }
        }
        false
    }
}
