//! Attributes of customers and moments, fields of events: `name: type marks`.
//!
//! They have no leading word; the colon behind the name is what shows where one begins, so an attribute may be called
//! `key` or `fresh`. An attribute of which only a mark is broken keeps its type; one of which the type is broken keeps
//! its name, so that nobody complains about a name that is there.

use super::{ClauseForm, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::{Builder, unquoted};
use crate::syntax::messages;
use crate::syntax::reader::{Reader, Stopped};
use crate::syntax::scan::TokenKind;
use crate::syntax::tree::{Attribute, Clause, Expr, ExprKind, Mark, Member, Name, Number, Type, TypeKind};

/// The words marks begin with.
pub(in crate::syntax) const MARK_WORDS: [&str; 9] =
    ["key", "needs", "fresh", "else", "sensitive", "hidden", "protective", "never", "from"];

static MARKS: &[ClauseForm<Mark>] = &[
    ClauseForm {
        form: Form { word: "key", needs: "nothing, or `row number`", example: "id: text key" },
        rule: Rule::mark_key,
        build: |_, pair| Some(if Row::of(pair).skip(Rule::row_number) { Mark::KeyRowNumber } else { Mark::Key }),
    },
    ClauseForm {
        form: Form {
            word: "needs",
            needs: "the name of a purpose",
            example: "viewed: set of text needs personalisation",
        },
        rule: Rule::mark_needs,
        build: |b, pair| b.only_name(pair).map(Mark::Needs),
    },
    ClauseForm {
        form: Form { word: "fresh", needs: "a span of time", example: "churn: decimal(4) fresh 7 days" },
        rule: Rule::mark_fresh,
        build: |b, pair| b.only_duration(pair).map(Mark::Fresh),
    },
    ClauseForm {
        form: Form { word: "else", needs: "a value", example: "timezone: zone else \"Europe/Berlin\"" },
        rule: Rule::mark_else,
        build: |b, pair| b.default(pair).map(Mark::Else),
    },
    ClauseForm {
        form: Form { word: "sensitive", needs: "nothing", example: "pregnant: yes or no sensitive" },
        rule: Rule::mark_sensitive,
        build: |_, _| Some(Mark::Sensitive),
    },
    ClauseForm {
        form: Form { word: "hidden", needs: "nothing", example: "credit_score: whole hidden" },
        rule: Rule::mark_hidden,
        build: |_, _| Some(Mark::Hidden),
    },
    ClauseForm {
        form: Form { word: "protective", needs: "nothing", example: "vulnerable: yes or no protective" },
        rule: Rule::mark_protective,
        build: |_, _| Some(Mark::Protective),
    },
    ClauseForm {
        form: Form { word: "never", needs: "the word `used`", example: "diagnosis: text never used" },
        rule: Rule::mark_never_used,
        build: |_, _| Some(Mark::NeverUsed),
    },
    ClauseForm {
        form: Form {
            word: "from",
            needs: "the name of a column in quotes",
            example: "charges: decimal(2) from \"TotalCharges\"",
        },
        rule: Rule::mark_from,
        build: |b, pair| b.only_text(pair).map(Mark::From),
    },
    ClauseForm {
        form: Form {
            word: "as",
            needs: "`of` and the name of a column in quotes",
            example: "score: whole fresh 90 days as of \"scored_at\"",
        },
        rule: Rule::mark_as_of,
        build: |b, pair| b.only_text(pair).map(Mark::AsOf),
    },
    CELL,
];

/// How a cell is read; it begins with the cell itself and not with a word.
const CELL: ClauseForm<Mark> = ClauseForm {
    form: Form {
        word: "",
        needs: "behind a cell stand `is` and what it means",
        example: "contacted: whole -1 is never",
    },
    rule: Rule::mark_cell,
    build: |b, pair| b.cell(pair),
};

const TYPE: Form = Form {
    word: "",
    needs: "an attribute has a type: `yes or no`, `whole`, `decimal(2)`, `text`, `one of [..]`, `set of text`, `time`, \
            `date`, `zone` or `score halving every 72 hours`",
    example: "country: one of [DE, AT, CH, FR]",
};

const EVENT_NEEDS: Form = Form {
    word: "needs",
    needs: "purposes with commas between them",
    example: "event viewed { needs personalisation  category: text }",
};

const RANGE: Form =
    Form { word: "", needs: "a range names both its ends: `from 0 to 130`", example: "age: whole from 0 to 130" };

impl<'t> Reader<'t> {
    /// The attributes among tokens `from..to`, and whether any part was left out.
    pub(in crate::syntax) fn attributes(&mut self, from: usize, to: usize) -> (Vec<Attribute>, bool) {
        let mut out = Vec::new();
        let mut damaged = false;
        let mut at = from;
        while at < to && !self.is_full() {
            if self.starts_attribute(at) {
                let (attribute, whole, next) = self.attribute(at, to);
                out.push(attribute);
                damaged |= !whole;
                at = next;
                continue;
            }
            damaged = true;
            let next = self.next_attribute(at + 1, to);
            if !self.has_odd(at, next) {
                let finding = messages::not_an_attribute(self, at);
                self.report(finding);
            }
            at = next;
        }
        (out, damaged)
    }

    /// The `needs` with which an event begins, before its fields, and the token behind them.
    pub(in crate::syntax) fn event_needs(&mut self, from: usize, to: usize) -> (Vec<Clause<Vec<Name>>>, usize) {
        let mut out = Vec::new();
        let mut at = from;
        while at < to && self.is_word(at, "needs") && !self.starts_attribute(at) {
            let end = self.next_attribute(at + 1, to);
            match self.read(Rule::event_needs, at, end) {
                Ok(read) => {
                    let next = read.next;
                    let (keyword, span) = (self.span(at), self.span_between(at, next));
                    let kind = self.build(read, |b, pair| b.only_names(pair));
                    out.extend(kind.map(|kind| Clause { keyword, span, kind }));
                    at = next;
                }
                Err(stopped) => {
                    self.complain(&EVENT_NEEDS, at, end, &stopped);
                    at = end;
                }
            }
        }
        (out, at)
    }

    fn starts_attribute(&self, at: usize) -> bool {
        self.is_name(at) && self.is_sign(at + 1, b':')
    }

    fn next_attribute(&self, from: usize, to: usize) -> usize {
        (from..to).find(|at| self.starts_attribute(*at)).unwrap_or(to)
    }

    /// The attribute at token `at`, whether all of it could be read, and the token behind it.
    fn attribute(&mut self, at: usize, to: usize) -> (Attribute, bool, usize) {
        let name = Name { text: self.written(at).to_owned(), span: self.span(at) };
        let end = self.next_attribute(at + 2, to);
        let mut whole = true;
        let (ty, mut next) = match self.read(Rule::attribute_type, at + 2, end) {
            Ok(read) => {
                let next = read.next;
                (self.build(read, |b, pair| b.attribute_type(pair)), next)
            }
            Err(stopped) => {
                self.complain_type(at, end, &stopped);
                (None, end)
            }
        };
        let unread = Type { span: name.span, kind: TypeKind::Unread };
        let ty = ty.unwrap_or_else(|| {
            whole = false;
            unread
        });
        let mut marks = Vec::new();
        while next < end {
            match self.mark(next, end) {
                Ok((mark, after)) => {
                    marks.push(mark);
                    next = after;
                }
                Err(after) => {
                    whole = false;
                    next = after.max(next + 1);
                }
            }
        }
        let span = self.span_between(at, end);
        (Attribute { name, ty, marks, span }, whole, end)
    }

    /// The mark at token `at` and the token behind it; or, where it could not be read, the token to go on at.
    fn mark(&mut self, at: usize, end: usize) -> Result<(Clause<Mark>, usize), usize> {
        let cell = self.is_kind(at, TokenKind::Text) || self.is_kind(at, TokenKind::Number) || self.is_sign(at, b'-');
        if self.is_kind(at, TokenKind::Number)
            && (self.is_sign(at + 1, b'-') || self.is_word(at + 1, "to"))
            && self.is_kind(at + 2, TokenKind::Number)
            && at + 2 < end
        {
            let finding = messages::bare_range(self, at);
            self.report(finding);
            return Err(at + 3);
        }
        let found = if cell { Some(&CELL) } else { self.word(at).and_then(mark_form) };
        let Some(mark) = found else {
            let next = self.next_mark(at + 1, end);
            if !self.has_odd(at, next) {
                let finding = messages::not_a_mark(self, at, next);
                self.report(finding);
            }
            return Err(next);
        };
        match self.read(mark.rule, at, end) {
            Ok(read) => {
                let next = read.next;
                let words = match mark.form.word {
                    "never" | "as" => 2,
                    "" if self.is_sign(at, b'-') => 2,
                    _ => 1,
                };
                let (keyword, span) = (self.span_between(at, at + words), self.span_between(at, next));
                let kind = self.build(read, mark.build).ok_or(next)?;
                Ok((Clause { keyword, span, kind }, next))
            }
            Err(stopped) => {
                let next = self.next_mark(stopped.at.max(at + 1), end);
                let number = |at: usize| self.is_kind(at, TokenKind::Number);
                let range = mark.rule == Rule::mark_from && (number(at + 1) || self.is_sign(at + 1, b'-'))
                    || number(at) && self.is_word(at + 1, "to");
                self.complain(if range { &RANGE } else { &mark.form }, at, next, &stopped);
                Err(next)
            }
        }
    }

    fn next_mark(&self, from: usize, end: usize) -> usize {
        (from..end).find(|at| self.word(*at).is_some_and(|word| mark_form(word).is_some())).unwrap_or(end)
    }

    fn complain_type(&mut self, at: usize, end: usize, stopped: &Stopped) {
        if let Some(later) = messages::later(self, &TYPE, at, stopped.at, end) {
            self.report(later.finding);
        } else if let Some(finding) = messages::wrong_type(self, at + 2, end) {
            self.report(finding);
        } else {
            self.complain(&TYPE, at, end, stopped);
        }
    }

    fn complain(&mut self, form: &Form, at: usize, end: usize, stopped: &Stopped) {
        if !self.has_odd(at, (end + 1).min(self.tokens.len())) {
            let findings = messages::unreadable(self, form, at, end, stopped);
            self.findings.extend(findings);
        }
    }
}

/// An attribute with the mark that begins with `word`.
pub(super) fn mark_example(word: &str) -> Option<&'static str> {
    mark_form(word).filter(|_| !word.is_empty()).map(|mark| mark.form.example)
}

fn mark_form(word: &str) -> Option<&'static ClauseForm<Mark>> {
    MARKS.iter().find(|mark| mark.form.word == word)
}

impl Builder<'_> {
    fn attribute_type(&mut self, pair: Pair<'_>) -> Option<Type> {
        let span = self.full_span(&pair);
        let mut row = Row::of(pair);
        let word = row.next()?;
        let rule = word.as_rule();
        let kind = if rule == Rule::type_yes_or_no {
            TypeKind::YesOrNo
        } else if rule == Rule::type_whole {
            let range = self.range(&mut row, 0)?;
            TypeKind::Whole { range }
        } else if rule == Rule::type_decimal {
            let places = self.count(&row.take(Rule::digits)?, super::MAX_PLACES)?;
            row.skip(Rule::close_paren);
            let range = self.range(&mut row, places)?;
            TypeKind::Decimal { places: places as u8, range }
        } else if rule == Rule::type_one_of {
            self.members(row.take(Rule::member_list)?)
        } else if rule == Rule::type_set {
            TypeKind::SetOfText
        } else if rule == Rule::type_text {
            TypeKind::Text
        } else if rule == Rule::type_time {
            TypeKind::Time
        } else if rule == Rule::type_date {
            TypeKind::Date
        } else if rule == Rule::type_zone {
            TypeKind::Zone
        } else {
            row.skip(Rule::halving);
            row.skip(Rule::every);
            TypeKind::Score { halving: self.duration(row.take(Rule::duration)?)? }
        };
        Some(Type { span, kind })
    }

    /// `from 0 to 130`, with no more than `places` behind the point. The outer option is whether it could be read.
    #[expect(clippy::option_option, reason = "no range and a range that was refused are two things")]
    fn range(&mut self, row: &mut Row<'_>, places: u32) -> Option<Option<(Number, Number)>> {
        let Some(range) = row.take(Rule::range) else { return Some(None) };
        let mut ends = range.into_inner().filter(|pair| pair.as_rule() == Rule::number);
        let mut end = || {
            let pair = ends.next()?;
            let number = self.number(&pair)?;
            if u32::from(number.scale) > places {
                let message = format!("`{}` has more places than the attribute", pair.as_str());
                return self.refuse(Diagnostic::new(&codes::UNEXPECTED, self.span(&pair), message));
            }
            Some(number)
        };
        Some(Some((end()?, end()?)))
    }

    fn members(&mut self, pair: Pair<'_>) -> TypeKind {
        let mut members = Vec::new();
        let mut ordered = false;
        for pair in pair.into_inner() {
            ordered |= pair.as_rule() == Rule::less;
            let quoted = pair.as_rule() == Rule::text;
            if quoted || pair.as_rule() == Rule::name {
                let text = if quoted { unquoted(pair.as_str()) } else { pair.as_str().to_owned() };
                members.push(Member { text, quoted, span: self.span(&pair) });
            }
        }
        TypeKind::OneOf { members, ordered }
    }

    fn default(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let pair = Row::of(pair).next()?;
        if pair.as_rule() == Rule::name {
            return Some(Expr { span: self.span(&pair), kind: ExprKind::Name(pair.as_str().to_owned()) });
        }
        let literal = self.literal(pair)?;
        Some(Expr { span: literal.span, kind: ExprKind::Literal(literal.kind) })
    }

    fn cell(&mut self, pair: Pair<'_>) -> Option<Mark> {
        let mut row = Row::of(pair);
        let cell = self.literal(row.next()?)?;
        row.skip(Rule::is);
        let value = self.given_value(row.next()?)?;
        Some(Mark::CellIs { cell, value })
    }
}

/// Kept beside the table so that the two cannot drift apart unnoticed.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_for_suggestions_are_the_words_of_the_table() {
        let table: Vec<_> =
            MARKS.iter().map(|mark| mark.form.word).filter(|word| !matches!(*word, "" | "as")).collect();
        assert_eq!(table, MARK_WORDS);
    }
}
