//! Where the block of a declaration begins and ends, also where braces are missing or too many.

use super::clauses::TEST;
use super::outline::MAX_NESTING;
use super::reader::Reader;
use super::scan::{TokenKind, shortened};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};

/// A block's tokens: from the first behind `{` to before `}`, and the token behind the whole declaration.
pub(super) struct Body {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) end: usize,
}

impl Reader<'_> {
    /// The block that should open at token `open`. Where the brace is missing its clauses are read all the same;
    /// `told` says that the head has been reported already.
    pub(super) fn body(&mut self, at: usize, open: usize, told: bool) -> Body {
        let mut limit = if self.is_header(at) { self.next_header(at) } else { self.next_opening_line(at) }.max(open);
        let mut from = open;
        let mut told = told;
        if self.is_sign(open, b'{') && open < limit {
            from += 1;
        } else {
            if !told && !self.has_odd(at, (open + 1).min(limit)) {
                self.missing_brace(at, open, limit);
            }
            told = true;
            // What stands before the brace that does come belongs to the broken head.
            let brace = self.brace_between(open, limit);
            let same_line = |brace: &usize| (open + 1..=*brace).all(|token| !self.first_on_line(token));
            from = brace.filter(same_line).map_or(from, |brace| brace + 1);
        }
        let mut depth = 1_usize;
        let mut token = from;
        while token < limit {
            match self.token(token).map(|token| token.kind) {
                // A text that was never closed may have swallowed the brace.
                Some(TokenKind::Odd) if self.written(token).contains('}') => {
                    limit = limit.min(self.opening_line_behind(at, token));
                    told = true;
                }
                Some(TokenKind::Sign(b'{')) => depth += 1,
                Some(TokenKind::Sign(b'}')) => depth -= 1,
                Some(TokenKind::Sign(_) | TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd)
                | None => {}
            }
            if depth == 0 {
                return self.shallow(Body { from, to: token, end: token + 1 });
            }
            token += 1;
        }
        let body = self.unclosed(at, from, limit, told);
        self.shallow(body)
    }

    /// A block that nests too deep is reported and not read.
    fn shallow(&mut self, body: Body) -> Body {
        let Some(token) = self.outline.too_deep(body.from, body.to) else { return body };
        self.too_deep(token);
        Body { to: body.from, ..body }
    }

    /// Reports a bracket that opens a level too deep.
    pub(super) fn too_deep(&mut self, token: usize) {
        let message = format!("brackets are nested more than {MAX_NESTING} deep here");
        let finding = Diagnostic::new(&codes::TOO_DEEP, self.span(token), message)
            .help("give the parts names with `segment` or `value`");
        self.report(finding);
    }

    fn missing_brace(&mut self, at: usize, open: usize, limit: usize) {
        let word = self.written(at);
        if let Some(finding) = super::messages::joined_channels(self, at, open).filter(|_| open < limit) {
            return self.report(finding);
        }
        if open < limit && self.is_sign(open, b',') && (self.is_sign(open + 1, b'{') || self.is_sign(open + 2, b'{')) {
            let finding = super::messages::comma_within(self, open);
            return self.report(finding);
        }
        // `slot home on web decided on purchase {`
        if open < limit && word == "slot" && self.is_word(open, "decided") {
            let words = if self.is_word(open + 1, "on") { 2 } else { 1 };
            let finding = super::messages::not_yet("`decided on`", self.span_between(open, open + words));
            return self.report(finding);
        }
        let found =
            if open < limit { format!("found `{}`", shortened(self.written(open))) } else { "it ends here".to_owned() };
        let span = if open < limit { self.span(open) } else { self.span(open.saturating_sub(1)) };
        let finding = Diagnostic::new(
            &codes::UNEXPECTED,
            span,
            format!("the clauses of this `{word}` stand between `{{` and `}}`"),
        )
        .primary(found)
        .help(match word {
            "event" => {
                let head: Vec<_> = (at..open.min(limit)).map(|token| self.written(token)).collect();
                format!(
                    "write `{} {{}}`; the fields of an event stand between its braces, and it may have none",
                    head.join(" ")
                )
            }
            _ => "put a `{` before the first clause".to_owned(),
        });
        self.report(finding);
    }

    /// A block that runs into the next header: with several braces open, the last `}` may close it all the same.
    fn unclosed(&mut self, at: usize, from: usize, limit: usize, told: bool) -> Body {
        let limit = limit.min(self.next_opening_line(at)).max(from);
        let last = limit.saturating_sub(1);
        if last >= from && self.is_sign(last, b'}') && !self.is_word_block(from, last) {
            // Some brace further in is missing its partner; its clause says so.
            return Body { from, to: last, end: limit };
        }
        if !told {
            let word = self.written(at);
            let mut finding =
                Diagnostic::new(&codes::UNCLOSED_BLOCK, self.span(at), format!("this `{word}` has no closing `}}`"))
                    .help("put a `}` behind its last clause");
            if let Some(open) = from.checked_sub(1).filter(|open| self.is_sign(*open, b'{')) {
                finding = finding.label(self.span(open), "opened here");
            }
            self.report(finding);
        }
        Body { from, to: limit, end: limit }
    }

    /// Whether the brace that opened last before `close` is that of a clause (`given {`), so that `close` is its own.
    fn is_word_block(&self, from: usize, close: usize) -> bool {
        let mut open = Vec::new();
        for token in from..close {
            if self.is_sign(token, b'{') {
                open.push(token);
            } else if self.is_sign(token, b'}') {
                open.pop();
            }
        }
        open.last().is_none_or(|token| {
            // `given {`, `history purchase {`, `history shown of sale {`
            let opens = |back: usize, word: &str| token.checked_sub(back).is_some_and(|at| self.is_word(at, word));
            let given = opens(1, "given") || opens(2, "history") || opens(4, "history") && opens(2, "of");
            // Nothing but values between it and the brace.
            given && !(*token..close).any(|inner| self.first_on_line(inner) && self.begins(&TEST, inner))
        })
    }
}
