//! Commas that stand where none does: behind a clause (`priority 10,`), and between its words (`in any 7 days, per
//! customer`).
//!
//! Whether a comma is too many is found by reading the clause again without it: so what is said of it is never a guess.

use super::{Clauses, Form};
use crate::diagnostics::Diagnostic;
use crate::syntax::grammar::{self, Rule};
use crate::syntax::messages;
use crate::syntax::reader::{MAX_CLAUSE_TOKENS, Reader, end_of};

impl Reader<'_> {
    /// The commas that keep the clause at `at`, which stopped at `trouble`, from being read, and where the next clause
    /// begins; nothing where it is no comma that is wrong with it.
    pub(super) fn stray_commas<C>(
        &self,
        clauses: &Clauses<C>,
        (form, rule): (&Form, Rule),
        at: usize,
        trouble: usize,
        to: usize,
    ) -> Option<(Vec<Diagnostic>, usize)> {
        let (mut without, mut trouble) = (Vec::new(), trouble);
        let (behind, end) = loop {
            if let Some(comma) = self.comma_behind(clauses, rule, at, trouble, to, &without) {
                break (Some(comma), comma + 1);
            }
            let near = [trouble, trouble.wrapping_sub(1), trouble.wrapping_sub(2)];
            let is_new =
                |comma: &usize| *comma > at && *comma < to && self.is_sign(*comma, b',') && !without.contains(comma);
            let further = near.into_iter().filter(is_new).find_map(|comma| {
                let without = [without.as_slice(), &[comma]].concat();
                let (reached, whole) = self.reached(rule, at, to, &without);
                (reached > trouble.max(comma + 1)).then_some((comma, reached, whole))
            });
            match further {
                Some((comma, reached, whole)) => {
                    without.push(comma);
                    if whole && self.may_end(clauses, at, reached, to) {
                        break (None, reached);
                    }
                    trouble = reached;
                }
                None if without.is_empty() => return None,
                None => break (None, self.boundary(clauses, at, trouble, to)),
            }
        };
        let mut findings: Vec<Diagnostic> = without.iter().map(|comma| messages::comma_within(self, *comma)).collect();
        findings.extend(behind.map(|comma| messages::comma_behind(self, form, at, comma, true)));
        Some((findings, end))
    }

    /// The comma behind the clause at `at`, which is whole before it, where the next one begins or none follows.
    fn comma_behind<C>(
        &self,
        clauses: &Clauses<C>,
        rule: Rule,
        at: usize,
        trouble: usize,
        to: usize,
        without: &[usize],
    ) -> Option<usize> {
        let last = trouble.min(to.checked_sub(1)?);
        // What is behind it has not been read far: a word or two were taken for members of a list.
        (at + 1..=last).rev().take(4).find(|comma| {
            let next = comma + 1;
            // Columns begin with words that clauses begin with.
            let is_column = self.is_word(at, "cases") && !self.first_on_line(next) && !self.is_word(next, "row");
            let ends = next >= to || self.is_sign(next, b'}') || self.begins(clauses, next) && !is_column;
            self.is_sign(*comma, b',') && ends && self.reached(rule, at, *comma, without) == (*comma, true)
        })
    }

    /// How far a production is read from token `at` if the commas `without` were not there, and whether it was whole.
    fn reached(&self, rule: Rule, at: usize, to: usize, without: &[usize]) -> (usize, bool) {
        let to = to.min(at + MAX_CLAUSE_TOKENS);
        let (Some(first), Some(last)) = (self.token(at), self.token(to.wrapping_sub(1)).filter(|_| at < to)) else {
            return (at, false);
        };
        let base = first.start as usize;
        let mut text = self.text.get(base..last.end as usize).unwrap_or("").to_owned();
        for comma in without {
            let from = (self.span(*comma).start as usize).wrapping_sub(base);
            if text.get(from..from + 1) == Some(",") {
                text.replace_range(from..from + 1, " ");
            }
        }
        match grammar::read(rule, &text) {
            Ok(pair) => (self.token_at(base + end_of(&pair), at).min(to), true),
            Err(stop) => (self.token_at(base + stop.at, at).min(to), false),
        }
    }

    /// Whether a clause of two names was read as one more fact of a list: `consent offers granted, store down`.
    pub(super) fn fact_is_clause(&self, form: &Form, at: usize, next: usize) -> bool {
        let is_fact = matches!(form.word, "consent" | "permission");
        let states =
            ["granted", "denied", "withdrawn", "expired", "pending", "unknown", "objected", "full", "provisional"];
        is_fact
            && (at + 3..next).any(|word| {
                let persona = self.is_word(word, "as") && !states.contains(&self.written(word + 1));
                let store = self.is_word(word, "store") && self.is_word(word + 1, "down");
                self.is_sign(word - 1, b',') && (persona || store)
            })
    }
}
