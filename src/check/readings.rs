//! Wordings that two readers take in two ways, although the language gives them one meaning: lints with the wording that
//! everybody takes alike.
//!
//! Looks at the tree alone; the meaning is the same with the lint and without.

use super::Pass;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::syntax::tree::{Expr, ExprKind, RuleClause, SetTest, SlotClause, Test};

impl Pass<'_> {
    /// Every such wording of the rules, slots, segments and values.
    pub(super) fn readings(&mut self) {
        let mut findings = Vec::new();
        for entry in self.collected.rules.values() {
            for clause in &entry.item.clauses {
                match &clause.kind {
                    RuleClause::When(condition) | RuleClause::RankBy(condition) | RuleClause::Expires(_, condition) => {
                        mixed_else(condition, &mut findings);
                    }
                    RuleClause::Unless(condition) => {
                        unless_and(condition, &mut findings);
                        mixed_else(condition, &mut findings);
                    }
                    RuleClause::About(_)
                    | RuleClause::Owner(_)
                    | RuleClause::Metric(_)
                    | RuleClause::ReviewBy(..)
                    | RuleClause::Ticket(_)
                    | RuleClause::Because(_)
                    | RuleClause::Active(_)
                    | RuleClause::Needs(_)
                    | RuleClause::Priority(_)
                    | RuleClause::Before(_)
                    | RuleClause::Also(_)
                    | RuleClause::Cap(_)
                    | RuleClause::Show(_)
                    | RuleClause::Send(..)
                    | RuleClause::Substitute(..)
                    | RuleClause::Off(_) => {}
                }
            }
        }
        for entry in self.collected.slots.values() {
            for clause in &entry.item.clauses {
                if let SlotClause::Fallback(entries) = &clause.kind {
                    entries.iter().filter_map(|entry| entry.condition.as_ref()).for_each(|condition| {
                        mixed_else(condition, &mut findings);
                    });
                }
            }
        }
        let definitions = self.collected.segments.values().chain(self.collected.values.values());
        for body in definitions.filter_map(|entry| entry.item.body.as_ref()) {
            mixed_else(body, &mut findings);
        }
        self.findings.append(&mut findings);
    }
}

/// `unless a and b`: "from a, and from b" or "only from those who are both".
fn unless_and(condition: &Expr, findings: &mut Vec<Diagnostic>) {
    let ExprKind::And(_) = &condition.kind else { return };
    let finding = Diagnostic::new(&lint::UNLESS_AND, condition.span, "this `unless` spares only those who are both")
        .primary("only where all of this holds");
    findings.push(finding.help(
        "write one `unless` for each reason, if either is enough; put it in parentheses if both must hold: \
         `unless (a and b)`",
    ));
}

/// `a else 0 * 2`: `else` binds tightest, and few would guess it.
fn mixed_else(expr: &Expr, findings: &mut Vec<Diagnostic>) {
    let mut part_of_sum = |part: &Expr, of: &str| {
        if let ExprKind::Else(_) = &part.kind {
            let message = format!("`else` is taken before {of}");
            let finding = Diagnostic::new(&lint::ELSE_MIXED, part.span, message)
                .primary("this is one value")
                .help("put what belongs together in parentheses: `(a else 0) * 2` or `a else (0 * 2)`");
            findings.push(finding);
        }
    };
    match &expr.kind {
        ExprKind::Sum(first, rest) => {
            part_of_sum(first, "the sum");
            rest.iter().for_each(|(_, part)| part_of_sum(part, "the sum"));
        }
        ExprKind::Product(parts) => parts.iter().for_each(|part| part_of_sum(part, "the product")),
        ExprKind::PercentOf(_, of) => part_of_sum(of, "the percentage"),
        ExprKind::Name(_)
        | ExprKind::Consent(_)
        | ExprKind::Permission(_)
        | ExprKind::Literal(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Not(_)
        | ExprKind::Paren(_)
        | ExprKind::Is(..)
        | ExprKind::Has(..)
        | ExprKind::Else(_)
        | ExprKind::Quotient { .. }
        | ExprKind::Times(..)
        | ExprKind::Last(_)
        | ExprKind::SumOf(..)
        | ExprKind::Halving { .. }
        | ExprKind::When { .. } => {}
    }
    for part in parts_of(expr) {
        mixed_else(part, findings);
    }
}

/// The expressions directly within one.
fn parts_of(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Name(_)
        | ExprKind::Consent(_)
        | ExprKind::Permission(_)
        | ExprKind::Literal(_)
        | ExprKind::Times(..)
        | ExprKind::Last(_)
        | ExprKind::SumOf(..) => vec![],
        ExprKind::Halving { value, since, .. } => vec![value, since],
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts) | ExprKind::Product(parts) => {
            parts.iter().collect()
        }
        ExprKind::Not(inner) | ExprKind::Paren(inner) | ExprKind::PercentOf(_, inner) => vec![inner],
        ExprKind::Sum(first, rest) => std::iter::once(&**first).chain(rest.iter().map(|(_, part)| part)).collect(),
        ExprKind::Quotient { dividend, divisor, .. } => vec![dividend, divisor],
        ExprKind::When { value, condition } => vec![value, condition],
        ExprKind::Has(subject, test) => match test {
            SetTest::Value(value) => vec![subject, value],
            SetTest::AnyOf(_) | SetTest::AllOf(_) | SetTest::NoneOf(_) => vec![subject],
        },
        ExprKind::Is(subject, test) => match test {
            Test::Equals { value, .. } | Test::Compare { value, .. } => vec![subject, value],
            Test::Between { from, to } => vec![subject, from, to],
            Test::Before(other) | Test::After(other) => vec![subject, other],
            Test::Known { .. } | Test::Never { .. } | Test::OneOf { .. } | Test::Age { .. } => vec![subject],
        },
    }
}
