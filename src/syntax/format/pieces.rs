//! The words of a clause with the space between them, and the comments among them.

use std::ops::Range;

use crate::syntax::scan::{Comment, Scan, TokenKind};
use crate::syntax::words;

/// A word, sign or comment as it is printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    /// How many spaces stand before it when it does not begin a line.
    pub(super) gap: usize,
    /// Whether the line may be broken before it.
    pub(super) may_break: bool,
    pub(super) kind: PieceKind,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Part of the text.
    Word,
    /// A comment behind a word: the line ends with it.
    Trailing,
    /// A comment on a line of its own.
    OwnLine,
}

/// The words that a sign of a number may follow; behind any other word or value a `-` subtracts.
const BEFORE_SIGN: [&str; 16] = [
    "is", "not", "least", "most", "than", "from", "to", "before", "after", "has", "of", "else", "and", "or", "when",
    "unless",
];

/// Cuts a file's tokens into pieces.
pub(super) struct Cutter<'t> {
    pub(super) text: &'t str,
    pub(super) scan: &'t Scan,
}

impl<'t> Cutter<'t> {
    fn written(&self, token: usize) -> &'t str {
        let range = self.scan.tokens.get(token).map(|token| token.start as usize..token.end as usize);
        range.and_then(|range| self.text.get(range)).unwrap_or("")
    }

    fn sign(&self, token: usize) -> u8 {
        match self.scan.tokens.get(token).map(|token| token.kind) {
            Some(TokenKind::Sign(sign)) => sign,
            Some(TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd) | None => 0,
        }
    }

    /// The pieces of `tokens`. A `-` at or before token `first_value` is the sign of a number, whatever stands before
    /// it: it follows the word that opens the clause, or a mark.
    pub(super) fn pieces(&self, tokens: Range<usize>, first_value: usize) -> Vec<Piece<'t>> {
        let mut out = Vec::with_capacity(tokens.len());
        let mut depth = 0_usize;
        for token in tokens.clone() {
            if token > tokens.start {
                out.extend(self.comments_between(token - 1, token).iter().map(|comment| self.comment(comment)));
            }
            let gap = if token == tokens.start { 0 } else { self.gap(token, first_value) };
            let joint = matches!(self.written(token), "and" | "or") && self.is_word(token)
                || depth == 0 && self.sign(token) == b'+'
                || depth == 0 && self.sign(token) == b'-' && !self.is_sign_of_number(token, first_value);
            let behind_comma = token > tokens.start && self.sign(token - 1) == b',';
            out.push(Piece {
                text: self.written(token),
                gap,
                may_break: gap > 0 && (joint || behind_comma),
                kind: PieceKind::Word,
            });
            match self.sign(token) {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        out
    }

    fn is_word(&self, token: usize) -> bool {
        self.scan.tokens.get(token).is_some_and(|token| token.kind == TokenKind::Word)
    }

    fn comment(&self, comment: &Comment) -> Piece<'t> {
        Piece {
            text: self.comment_text(comment),
            gap: 2,
            may_break: false,
            kind: if comment.own_line { PieceKind::OwnLine } else { PieceKind::Trailing },
        }
    }

    /// `// ..`
    pub(super) fn comment_text(&self, comment: &Comment) -> &'t str {
        self.text.get(comment.start as usize..comment.end as usize).unwrap_or("")
    }

    /// The comments behind token `before` and before token `after`.
    pub(super) fn comments_between(&self, before: usize, after: usize) -> &'t [Comment] {
        let start = self.scan.tokens.get(before).map_or(u32::MAX, |token| token.end);
        let end = self.scan.tokens.get(after).map_or(u32::MAX, |token| token.start);
        let comments = &self.scan.comments;
        let from = comments.partition_point(|comment| comment.start < start);
        let to = comments.partition_point(|comment| comment.start < end);
        comments.get(from..to.max(from)).unwrap_or(&[])
    }

    /// How many spaces stand before `token`, which has one before it.
    fn gap(&self, token: usize, first_value: usize) -> usize {
        let (before, this) = (self.sign(token - 1), self.sign(token));
        let tight = match (before, this) {
            (_, b',' | b')' | b']' | b':' | b'.') | (b'(' | b'[' | b'.', _) | (b'{', b'}') => true,
            // `decimal(2)`
            (_, b'(') => self.written(token - 1) == "decimal",
            (b'-', _) => self.is_sign_of_number(token - 1, first_value),
            _ => false,
        };
        usize::from(!tight)
    }

    /// Whether the `-` at `token` belongs to the number behind it.
    fn is_sign_of_number(&self, token: usize, first_value: usize) -> bool {
        let (Some(minus), Some(number)) = (self.scan.tokens.get(token), self.scan.tokens.get(token + 1)) else {
            return false;
        };
        if minus.end != number.start || number.kind != TokenKind::Number {
            return false;
        }
        let Some(before) = token.checked_sub(1).filter(|_| token > first_value) else { return true };
        match self.scan.tokens.get(before).map(|token| token.kind) {
            Some(TokenKind::Word) => {
                let word = self.written(before);
                words::continues(word) || BEFORE_SIGN.contains(&word)
            }
            Some(TokenKind::Sign(sign)) => !matches!(sign, b')' | b']'),
            Some(TokenKind::Number | TokenKind::Text | TokenKind::Odd) | None => false,
        }
    }
}
