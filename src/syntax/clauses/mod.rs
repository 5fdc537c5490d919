//! The clauses of each declaration: a table of words, and how each clause is read, recovered from and built.
//!
//! A clause is found by the word it begins with. One that cannot be read is reported and left out, and reading goes on
//! at the next place where a clause can begin: a clause word first on its line, or one that stands behind the trouble
//! where no value is expected. So one broken clause never hides the next.

mod attribute;
mod block;
mod cap;
mod case;
mod channel;
mod class;
mod commas;
mod defaults;
mod offer;
mod pause;
mod purpose;
mod rule;
mod slot;
mod table;
mod window;

pub(super) use attribute::MARK_WORDS;
pub(super) use block::BLOCK;
pub(super) use cap::CAP;
pub(super) use case::{PERSONA, REQUEST, TEST};
pub(super) use channel::CHANNEL;
pub(super) use class::CLASS;
pub(super) use defaults::DEFAULTS;
pub(super) use offer::OFFER;
pub(super) use pause::{GAP, PAUSE};
pub(super) use purpose::PURPOSE;
pub(super) use rule::RULE;
pub(super) use slot::SLOT;
pub(super) use window::WINDOW;

use super::grammar::{self, Pair, Row, Rule};
use super::literal::Builder;
use super::messages;
use super::reader::{MAX_CLAUSE_TOKENS, Read, Reader, Stopped, end_of};
use super::scan::TokenKind;
use super::tree::{Block, Clause, Text};
use super::words;
use crate::source::Span;

/// The most places behind the point that a number keeps.
pub(super) const MAX_PLACES: u32 = 9;

/// How a clause looks, for people.
#[derive(Debug)]
pub(super) struct Form {
    /// The word it begins with.
    pub(super) word: &'static str,
    /// What follows the word, in words: "a whole number".
    pub(super) needs: &'static str,
    /// The whole clause, well written.
    pub(super) example: &'static str,
}

/// A clause: how it looks, the production that reads it, and what builds it.
pub(super) struct ClauseForm<C> {
    form: Form,
    rule: Rule,
    build: fn(&mut Builder<'_>, Pair<'_>) -> Option<C>,
}

/// The clauses of one kind of declaration.
pub(super) struct Clauses<C: 'static> {
    /// "a rule"
    pub(super) noun: &'static str,
    /// Those that are built.
    pub(super) forms: &'static [ClauseForm<C>],
    /// The words of those that are not built yet.
    pub(super) later: &'static [&'static str],
}

impl<C> Clauses<C> {
    fn form(&self, word: &str) -> Option<&'static ClauseForm<C>> {
        self.forms.iter().find(|form| form.form.word == word)
    }

    /// The form of the built clause that begins with `word`.
    fn example(&self, word: &str) -> Option<&'static str> {
        self.form(word).map(|form| form.form.example)
    }

    /// Every word that begins a clause.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.forms.iter().map(|form| form.form.word).chain(self.later.iter().copied())
    }
}

/// Where else a word begins a clause or a mark: what of, and such a clause well written.
pub(super) fn homes(word: &str) -> Vec<(&'static str, &'static str)> {
    let all = [
        (OFFER.noun, OFFER.example(word)),
        (SLOT.noun, SLOT.example(word)),
        (RULE.noun, RULE.example(word)),
        (CAP.noun, CAP.example(word)),
        (CHANNEL.noun, CHANNEL.example(word)),
        (PURPOSE.noun, PURPOSE.example(word)),
        (DEFAULTS.noun, DEFAULTS.example(word)),
        (TEST.noun, TEST.example(word)),
        (PERSONA.noun, PERSONA.example(word)),
        ("an attribute", attribute::mark_example(word)),
    ];
    all.into_iter().filter_map(|(noun, example)| Some((noun, example?))).collect()
}

impl<'t> Reader<'t> {
    /// The clauses among tokens `from..to`, and whether any was left out.
    pub(super) fn block<C>(&mut self, clauses: &Clauses<C>, from: usize, to: usize) -> (Block<C>, bool) {
        let mut out = Vec::new();
        let mut damaged = false;
        let mut at = from;
        while at < to && !self.is_full() {
            let form = self.word(at).and_then(|word| clauses.form(word));
            let Some(form) = form else {
                // The end of what a clause opened that was refused: `if vip { show a }`.
                if damaged && self.is_sign(at, b'}') && self.is_open(from, at) {
                    at += 1;
                    continue;
                }
                damaged = true;
                let mut next = self.boundary(clauses, at, at + 1, to).min(self.next_line_like(at, to));
                if messages::goes_on(self, clauses.noun, at, next) {
                    next = self.boundary(clauses, next, next + 1, to);
                }
                self.not_a_clause(clauses, at, next);
                at = next;
                continue;
            };
            let (clause, next) = self.clause(clauses, form, at, to);
            damaged |= clause.is_none();
            out.extend(clause);
            at = next.max(at + 1);
        }
        (out, damaged)
    }

    fn clause<C>(
        &mut self,
        clauses: &Clauses<C>,
        form: &'static ClauseForm<C>,
        at: usize,
        to: usize,
    ) -> (Option<Clause<C>>, usize) {
        if let Some((finding, next)) = messages::cause_as_condition(self, at, to) {
            self.report(finding);
            return (None, next);
        }
        let mut complete = None;
        let stopped = match self.read(form.rule, at, to) {
            Ok(read) if self.may_end(clauses, at, read.next, to) && !self.fact_is_clause(&form.form, at, read.next) => {
                let next = read.next;
                let keyword = self.keyword(form.form.word, at);
                let span = self.span_between(at, next);
                #[cfg(test)]
                super::tests::trace::clause(clauses.noun, form.form.word, span.range());
                let kind = self.build(read, form.build);
                return (kind.map(|kind| Clause { keyword, span, kind }), next);
            }
            Ok(read) if self.begins_misspelt(clauses, read.next, to) => return self.whole(form, read, at),
            Ok(read) => {
                let stopped = self.stopped_before(read.next, to);
                complete = Some(read);
                stopped
            }
            Err(stopped) => stopped,
        };
        if let Some(next) = self.within_request(form.rule, at, to) {
            return (None, next);
        }
        if let Some(later) = messages::later(self, &form.form, at, stopped.at, to) {
            let end = self.boundary(clauses, at, later.end + 1, to);
            self.report(later.finding);
            return (None, end);
        }
        // A comma before such a column would be blamed for it.
        if form.rule == Rule::case_cases {
            let rows = (at + 1..to).find(|token| self.is_word(*token, "row")).unwrap_or(to);
            if let Some(finding) = messages::wrong_column(self, at, stopped.at, rows) {
                self.report(finding);
                return (None, rows);
            }
        }
        if let Some((findings, end)) = self.stray_commas(clauses, (&form.form, form.rule), at, stopped.at, to) {
            if !self.has_odd(at, (end + 1).min(to)) {
                self.findings.extend(findings);
            }
            return (None, end);
        }
        let end = match self.swallowed_by_comma(clauses, at, stopped.at) {
            Some(word) => word,
            None => self.boundary(clauses, at, stopped.at, to),
        };
        let stopped = Stopped { at: stopped.at.min(end), ..stopped };
        if self.has_odd(at, (end + 1).min(to)) {
            return (None, end);
        }
        let told = messages::told(self, &form.form, at, end, &stopped);
        // A clause that is whole is not to blame for the word behind it, which should begin the next one.
        let whole = complete.filter(|read| told.is_none() && end >= read.next);
        let whole = whole.filter(|read| self.begins_wrongly(clauses, &form.form, read.next, to));
        if let Some(read) = whole {
            return self.whole(form, read, at);
        }
        let findings = told.unwrap_or_else(|| messages::untold(self, &form.form, at, end, &stopped));
        self.findings.extend(findings);
        (None, end)
    }

    /// The clause at `at` that was read, and the token behind it.
    fn whole<C>(&mut self, form: &'static ClauseForm<C>, read: Read<'t>, at: usize) -> (Option<Clause<C>>, usize) {
        let (keyword, next) = (self.keyword(form.form.word, at), read.next);
        let span = self.span_between(at, next);
        let kind = self.build(read, form.build);
        (kind.map(|kind| Clause { keyword, span, kind }), next)
    }

    /// What is wrong inside the braces of the request that begins at `at`, said of the clause that is at fault. Gives the
    /// token behind the request; nothing where its head is wrong, or nothing inside.
    fn within_request(&mut self, rule: Rule, at: usize, to: usize) -> Option<usize> {
        let open = Some(at + 2).filter(|open| rule == Rule::case_request && self.is_sign(*open, b'{'))?;
        let mut depth = 0_usize;
        let close = (open..to).find(|token| {
            depth += usize::from(self.is_sign(*token, b'{'));
            depth -= usize::from(self.is_sign(*token, b'}'));
            depth == 0
        })?;
        let before = self.findings.len();
        self.block(&REQUEST, open + 1, close);
        (self.findings.len() > before).then_some(close + 1)
    }

    /// Whether the word at `next`, behind a whole clause, was meant to begin another: behind a condition only where it is
    /// nearly a clause word, since a condition may lack a word of its own.
    fn begins_wrongly<C>(&self, clauses: &Clauses<C>, form: &Form, next: usize, to: usize) -> bool {
        let Some(word) = self.word(next).filter(|word| next < to && !words::is_reserved(word)) else { return false };
        let goes_on = ["in", "of", "from", "to", "until", "since", "as", "without", "also"].contains(&word);
        if goes_on || words::continues(word) {
            return false;
        }
        if messages::is_condition(form) {
            let slips = word.len() > 2 && crate::diagnostics::nearest(word, clauses.words()).is_some();
            return slips && !messages::is_known_slip(word);
        }
        messages::meant_as_clause(self, clauses.noun, &examples(clauses), next).is_some()
    }

    /// Whether the word at `next` is nearly a clause word and what stands behind it is just what that word needs: then
    /// nothing before it is to blame.
    fn begins_misspelt<C>(&self, clauses: &Clauses<C>, next: usize, to: usize) -> bool {
        let known = |word: &str| clauses.words().any(|clause| clause == word);
        let is_other = |word: &&str| !words::is_reserved(word) && !messages::is_known_slip(word) && !known(word);
        let Some(word) = self.word(next).filter(|word| next < to && is_other(word)) else { return false };
        // Of a word of two letters too many others are slips.
        let built = clauses.forms.iter().map(|form| form.form.word).filter(|word| word.len() > 2);
        let Some(form) = crate::diagnostics::nearest(word, built).and_then(|meant| clauses.form(meant)) else {
            return false;
        };
        let last = to.min(next + MAX_CLAUSE_TOKENS) - 1;
        let behind = self.span(next).end as usize..self.span(last).end as usize;
        let behind = self.text.get(behind).unwrap_or_default();
        grammar::read(form.rule, &format!("{}{behind}", form.form.word)).is_ok()
    }

    /// The clause word before `trouble` that a comma has made a member of a list: `tags a, class marketing`.
    fn swallowed_by_comma<C>(&self, clauses: &Clauses<C>, at: usize, trouble: usize) -> Option<usize> {
        let word = trouble.checked_sub(1).filter(|word| *word > at + 1)?;
        (self.is_sign(word - 1, b',') && self.begins(clauses, word)).then_some(word)
    }

    /// The words that open the clause: most have one.
    fn keyword(&self, word: &str, at: usize) -> Span {
        let words = match word {
            "if" if self.is_word(at + 1, "no") => 3,
            "if" | "review" | "off" | "direct" | "rank" | "store" | "allowed" | "silent" | "reached" => 2,
            "at" if self.is_word(at + 1, "most") || self.is_word(at + 1, "least") => 2,
            "in" if self.is_word(at + 1, "any") || self.is_word(at + 1, "each") => 2,
            _ => 1,
        };
        self.span_between(at, at + words)
    }

    /// Whether a clause that was read up to token `next` may end there.
    fn may_end<C>(&self, clauses: &Clauses<C>, at: usize, next: usize, to: usize) -> bool {
        if next >= to {
            return true;
        }
        let Some(word) = self.word(next) else {
            // A stray brace is reported on its own; anything else belongs to this clause.
            return self.is_sign(next, b'}') || self.is_sign(next, b'{');
        };
        // `each 2 weeks` goes on with a cap, if wrongly.
        let goes_on = word == "each" && !self.begins(clauses, next);
        let known = clauses.words().any(|clause| clause == word) && !goes_on;
        // Where clauses share a line, a word that is nearly a clause word begins the next one.
        let slip = || {
            let shares_line = !self.first_on_line(at) && word.len() > 3 && !messages::is_known_slip(word);
            shares_line && crate::diagnostics::nearest(word, clauses.words()).is_some()
        };
        // The comma of `needs a,` makes the next clause word a member of the list; what follows then makes no sense.
        let swallowed = || (at + 1..next).any(|token| self.first_on_line(token) && self.begins(clauses, token));
        known || !words::continues(word) && (self.first_on_line(next) || slip()) && !swallowed()
    }

    /// Whether a clause seems to begin at token `at`: a clause word that what follows does not make a name.
    pub(super) fn begins<C>(&self, clauses: &Clauses<C>, at: usize) -> bool {
        let Some(word) = self.word(at) else { return false };
        let second = match word {
            // `in` also names a zone, `at` a time.
            "in" => self.is_word(at + 1, "any") || self.is_word(at + 1, "each"),
            // `at now`, `since now`
            "now" => !["at", "of", "since"].iter().any(|word| self.is_word(at.wrapping_sub(1), word)),
            "at" => self.is_word(at + 1, "most") || self.is_word(at + 1, "least"),
            // `if cap show ..`, `if over cap show ..`
            "cap" => !["over", "if", "when", "unless"].iter().any(|word| self.is_word(at.wrapping_sub(1), word)),
            // `for each customer`, `in each calendar ..`, `each 2 weeks`
            "each" => {
                let span = self.is_word(at + 1, "calendar") || self.is_kind(at + 1, TokenKind::Number);
                !span && !self.is_word(at + 1, "customer")
            }
            _ => true,
        };
        second && clauses.words().any(|clause| clause == word) && !self.is_used_as_name(at)
    }

    /// Whether the word at `at` is nearly a clause word, and nothing that goes on with a condition.
    fn slips<C>(&self, clauses: &Clauses<C>, at: usize) -> bool {
        let Some(word) = self.word(at).filter(|word| word.len() > 3 && !words::continues(word)) else { return false };
        !self.is_used_as_name(at) && crate::diagnostics::nearest(word, clauses.words()).is_some()
    }

    /// Whether what follows the word at `at` shows that it is a name: `priority is`, `owner:`, `show,`.
    pub(super) fn is_used_as_name(&self, at: usize) -> bool {
        match self.token(at + 1).map(|token| token.kind) {
            Some(TokenKind::Sign(b'{' | b'}' | b'-' | b'(')) => false,
            // `priority: 80` on a line of its own is a slip, not the name of a value.
            Some(TokenKind::Sign(b':' | b'=')) => !self.first_on_line(at),
            Some(TokenKind::Sign(_)) => true,
            Some(TokenKind::Word) => self.word(at + 1).is_some_and(words::continues),
            Some(TokenKind::Number | TokenKind::Text | TokenKind::Odd) | None => false,
        }
    }

    /// Where the next clause can begin after trouble at token `trouble` in the clause that begins at `at`.
    fn boundary<C>(&self, clauses: &Clauses<C>, at: usize, trouble: usize, to: usize) -> usize {
        let mut depth = 0_i32;
        for token in at + 1..to {
            let kind = self.token(token).map(|token| token.kind);
            if self.first_on_line(token) && self.slips(clauses, token) && !self.is_sign(token - 1, b',') {
                return token;
            }
            if self.begins(clauses, token)
                && (self.first_on_line(token) || token >= trouble && depth <= 0 && !self.expects_value(token))
            {
                return token;
            }
            match kind {
                Some(TokenKind::Sign(b'(' | b'[' | b'{')) => depth += 1,
                Some(TokenKind::Sign(b')' | b']' | b'}')) => depth -= 1,
                Some(TokenKind::Sign(_) | TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Odd)
                | None => {}
            }
        }
        to
    }

    /// The next line that begins as deep as the word at `at`, which begins one too, and does not go on with it.
    fn next_line_like(&self, at: usize, to: usize) -> usize {
        let Some(column) = self.token(at).filter(|token| token.first_on_line).map(|token| token.column) else {
            return to;
        };
        let is_like = |token: &usize| {
            self.token(*token).is_some_and(|other| other.first_on_line && other.column == column)
                && self.word(*token).is_some_and(|word| !words::continues(word))
        };
        (at + 1..to).find(is_like).unwrap_or(to)
    }

    /// Whether the token before `at` wants a value behind it, so that a clause word here is one.
    fn expects_value(&self, at: usize) -> bool {
        let before = at.wrapping_sub(1);
        match self.token(before).map(|token| token.kind) {
            Some(TokenKind::Sign(sign)) => matches!(sign, b',' | b'(' | b'[' | b'+' | b'*' | b'/' | b'.'),
            Some(TokenKind::Word) => self.word(before).is_some_and(|word| words::continues(word) || word == "not"),
            Some(TokenKind::Number | TokenKind::Text | TokenKind::Odd) | None => false,
        }
    }

    /// Whether a brace that opens among tokens `from..to` is still open before `to`.
    fn is_open(&self, from: usize, to: usize) -> bool {
        let count = |sign| (from..to).filter(|token| self.is_sign(*token, sign)).count();
        count(b'{') > count(b'}')
    }

    fn not_a_clause<C>(&mut self, clauses: &Clauses<C>, at: usize, end: usize) {
        if self.has_odd(at, end) && self.word(at).is_none() {
            return;
        }
        let words = examples(clauses);
        let finding = if self.word(at).is_some_and(|word| clauses.later.contains(&word)) {
            let words = if self.is_word(at + 1, "on") { 2 } else { 1 };
            let written: Vec<&str> = (at..at + words).map(|token| self.written(token)).collect();
            messages::not_yet(&format!("`{}`", written.join(" ")), self.span_between(at, at + words))
        } else {
            messages::not_a_clause(self, clauses.noun, &words, at)
        };
        self.report(finding);
    }
}

/// The word of every clause that is built, each with an example.
fn examples<C>(clauses: &Clauses<C>) -> Vec<(&'static str, &'static str)> {
    clauses.forms.iter().map(|form| (form.form.word, form.form.example)).collect()
}

impl Builder<'_> {
    /// The only text of a clause.
    fn only_text(&self, pair: Pair<'_>) -> Option<Text> {
        let mut row = Row::of(pair);
        while row.peek().is_some_and(|rule| rule != Rule::text) {
            row.next();
        }
        Some(self.text(&row.take(Rule::text)?))
    }

    /// Where a pair that may end in space really ends.
    pub(in crate::syntax) fn full_span(&self, pair: &Pair<'_>) -> Span {
        Span::new(self.source, self.base + pair.as_span().start()..self.base + end_of(pair))
    }
}

/// Every clause that is built: of what, and the word it begins with.
#[cfg(test)]
pub(super) fn forms() -> Vec<(&'static str, &'static str)> {
    examples_of_forms().into_iter().map(|(noun, word, _)| (noun, word)).collect()
}

/// The same, with each clause well written.
#[cfg(test)]
pub(super) fn examples_of_forms() -> Vec<(&'static str, &'static str, &'static str)> {
    fn of<C>(clauses: &Clauses<C>) -> Vec<(&'static str, &'static str, &'static str)> {
        clauses.forms.iter().map(|form| (clauses.noun, form.form.word, form.form.example)).collect()
    }
    let most = [of(&DEFAULTS), of(&PURPOSE), of(&CLASS), of(&OFFER), of(&SLOT), of(&RULE), of(&CAP), of(&PAUSE)];
    let blocks = most.into_iter().chain([of(&GAP), of(&BLOCK), of(&WINDOW), of(&CHANNEL), of(&TEST)]);
    blocks.flatten().chain(of(&PERSONA)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clause_word_continues_an_expression() {
        let all = [
            DEFAULTS.words().collect::<Vec<_>>(),
            PURPOSE.words().collect(),
            CLASS.words().collect(),
            CHANNEL.words().collect(),
            OFFER.words().collect(),
            SLOT.words().collect(),
            RULE.words().collect(),
            CAP.words().collect(),
            PAUSE.words().collect(),
            GAP.words().collect(),
            BLOCK.words().collect(),
            WINDOW.words().collect(),
            TEST.words().collect(),
            PERSONA.words().collect(),
        ];
        for word in all.concat() {
            assert!(!words::continues(word), "`{word}` both begins a clause and continues an expression");
        }
    }
}
