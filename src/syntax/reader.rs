//! What reading a file needs at hand: its text, its tokens, and the findings so far.

use std::sync::Arc;

use super::grammar::{self, Pair, Rule, Stop};
use super::literal::Builder;
use super::outline::Outline;
use super::scan::{Token, TokenKind};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::{SourceId, Span};

/// The most findings a file gives; what comes after is not read.
pub(super) const MAX_FINDINGS: usize = 1_000;

/// The most words and signs of one clause, type or condition (R53).
pub(super) const MAX_CLAUSE_TOKENS: usize = 65_536;

/// The state of reading one file. Positions are numbers of tokens unless they say otherwise.
pub(super) struct Reader<'t> {
    pub(super) source: SourceId,
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) outline: Arc<Outline>,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, tokens: &'t [Token]) -> Self {
        let mut reader = Self { source, text, tokens, outline: Arc::default(), findings: Vec::new() };
        reader.outline = Arc::new(Outline::of(&reader));
        reader
    }

    /// A second reader of the same file, which has found nothing yet.
    pub(super) fn again(&self) -> Self {
        Self { outline: self.outline.clone(), findings: Vec::new(), ..*self }
    }

    pub(super) fn token(&self, at: usize) -> Option<&'t Token> {
        self.tokens.get(at)
    }

    /// The letters of token `at`; empty past the end.
    pub(super) fn written(&self, at: usize) -> &'t str {
        self.token(at).and_then(|token| self.text.get(token.start as usize..token.end as usize)).unwrap_or("")
    }

    /// The letters of token `at`, if it is a word.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        self.token(at).filter(|token| token.kind == TokenKind::Word).map(|_| self.written(at))
    }

    /// Whether token `at` is the word `word`.
    pub(super) fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at) == Some(word)
    }

    /// Whether token `at` is the sign `sign`.
    pub(super) fn is_sign(&self, at: usize, sign: u8) -> bool {
        self.token(at).is_some_and(|token| token.kind == TokenKind::Sign(sign))
    }

    /// Whether token `at` is of this kind.
    pub(super) fn is_kind(&self, at: usize, kind: TokenKind) -> bool {
        self.token(at).is_some_and(|token| token.kind == kind)
    }

    /// Whether token `at` is a word that can be a name.
    pub(super) fn is_name(&self, at: usize) -> bool {
        self.word(at).is_some_and(|word| !super::words::is_reserved(word))
    }

    /// Whether nothing stands before token `at` on its line.
    pub(super) fn first_on_line(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.first_on_line)
    }

    /// Where token `at` stands; past the end, the end of the file.
    pub(super) fn span(&self, at: usize) -> Span {
        let range = match self.token(at) {
            Some(token) => token.start as usize..token.end as usize,
            None => self.text.len()..self.text.len(),
        };
        Span::new(self.source, range)
    }

    /// From the beginning of token `from` to the end of the last token before `to`.
    pub(super) fn span_between(&self, from: usize, to: usize) -> Span {
        if to <= from { self.span(from) } else { self.span(from).to(self.span(to - 1)) }
    }

    /// The first token that begins at or after byte `offset`, looked for from token `from` on.
    pub(super) fn token_at(&self, offset: usize, mut from: usize) -> usize {
        while self.token(from).is_some_and(|token| (token.start as usize) < offset) {
            from += 1;
        }
        from
    }

    /// Whether something the scan has reported stands among these tokens.
    pub(super) fn has_odd(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.is_kind(at, TokenKind::Odd))
    }

    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Whether the file has given more findings than anybody reads.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    /// Reads a `rule` from token `from`, no further than before token `to`. Gives the pair, the byte it begins at and
    /// the token behind it; or the token where it stopped and what was expected there.
    pub(super) fn read(&self, rule: Rule, from: usize, to: usize) -> Result<Read<'t>, Stopped> {
        let nothing = Stopped { at: from, expected: Vec::new(), too_long: false };
        let (whole, to) = (to, to.min(from + MAX_CLAUSE_TOKENS));
        let Some(first) = self.token(from).filter(|_| from < to) else { return Err(Stopped { at: to, ..nothing }) };
        let last = self.token(to - 1).unwrap_or(first);
        let base = first.start as usize;
        let Some(text) = self.text.get(base..last.end as usize) else { return Err(nothing) };
        match grammar::read(rule, text) {
            Ok(pair) => {
                #[cfg(test)]
                super::tests::trace::pair(&pair, base);
                let next = self.token_at(base + end_of(&pair), from).min(to);
                // `31.12` of `31.12.2025` is a number, but not what was written.
                let end = base + pair.as_span().end();
                let within = self.token_at(end, from).wrapping_sub(1);
                if self.token(within).is_some_and(|token| token.end as usize > end) {
                    return Err(Stopped { at: within, ..nothing });
                }
                if next == to && to < whole {
                    return Err(Stopped { at: to, too_long: true, ..nothing });
                }
                Ok(Read { pair, base, next })
            }
            Err(Stop { at, expected }) => {
                let mut stopped = self.token_at(base + at, from);
                // A stop within a token is a stop at it.
                if stopped > from && self.token(stopped - 1).is_some_and(|token| (token.end as usize) > base + at) {
                    stopped -= 1;
                }
                let at = stopped.min(to);
                Err(Stopped { at, expected, too_long: at == to && to < whole })
            }
        }
    }

    /// Where reading really stopped, given that something was complete before token `next`, which cannot follow it: an
    /// operator blames what is behind it, and the beginning of a test that was taken for a name blames what the test
    /// lacks.
    pub(super) fn stopped_before(&self, next: usize, to: usize) -> Stopped {
        let word = |at: usize| self.word(at).unwrap_or("");
        let before = next.wrapping_sub(1);
        let behind_is = matches!(word(before.wrapping_sub(1)), "is" | "not");
        let deeper = match (word(before), word(next)) {
            ("one", "of") => Some((Rule::is_one_of, before)),
            ("any" | "all" | "none", "of") => Some((Rule::has_some_of, before)),
            ("from", _) if behind_is => Some((Rule::is_between, before)),
            ("decimal", "") if self.is_sign(next, b'(') => Some((Rule::quotient, before)),
            _ => None,
        };
        if let Some((rule, from)) = deeper
            && let Err(stopped) = self.read(rule, from, to)
        {
            return stopped;
        }
        let operator = self.word(next).is_some_and(super::words::continues)
            || [b'+', b'-', b'*', b','].iter().any(|sign| self.is_sign(next, *sign));
        Stopped::complete(if operator { next + 1 } else { next })
    }

    /// Lets `build` turn what was read into a part of the tree. None without a finding cannot happen as long as
    /// grammar and builders agree; should they not, the clause is refused all the same.
    pub(super) fn build<T>(
        &mut self,
        read: Read<'t>,
        build: impl FnOnce(&mut Builder<'_>, Pair<'t>) -> Option<T>,
    ) -> Option<T> {
        let before = self.findings.len();
        let span = Span::new(self.source, read.base..read.base + end_of(&read.pair));
        let mut builder = Builder { source: self.source, base: read.base, findings: &mut self.findings };
        let built = build(&mut builder, read.pair);
        if built.is_none() && self.findings.len() == before {
            self.report(Diagnostic::new(&codes::UNEXPECTED, span, "this cannot be read"));
        }
        built
    }
}

/// What was read: the pair, the byte of the file it begins at, the token behind it.
pub(super) struct Read<'t> {
    pub(super) pair: Pair<'t>,
    pub(super) base: usize,
    pub(super) next: usize,
}

/// Where reading stopped, as a token, and the productions that could have stood there.
pub(super) struct Stopped {
    pub(super) at: usize,
    pub(super) expected: Vec<Rule>,
    /// Whether it stopped only because the clause is longer than any may be.
    pub(super) too_long: bool,
}

impl Stopped {
    /// What was read was complete before token `at`, and what stands there cannot follow.
    pub(super) fn complete(at: usize) -> Self {
        Self { at, expected: Vec::new(), too_long: false }
    }
}

/// The end of the last token within a pair. A pair that ends in something optional includes the space before it.
pub(super) fn end_of(pair: &Pair<'_>) -> usize {
    match pair.clone().into_inner().next_back() {
        // Its sign at the end, `Z`, is no token of its own.
        Some(last) if pair.as_rule() != Rule::stamp => end_of(&last),
        Some(_) | None => pair.as_span().end(),
    }
}
