//! Which names an expression mentions, before anything is known of them.
//!
//! Takes a tree; gives names. Declared values are typed one after the other in an order that this gives, so that a chain
//! of them may be as long as the file without anything being as deep.

use crate::syntax::tree::{Expr, ExprKind, SetTest, Test};

/// Every plain name in the expression, its tests and lists.
pub(super) fn mentions<'e>(expr: &'e Expr, found: &mut Vec<&'e str>) {
    match &expr.kind {
        ExprKind::Name(name) => found.push(name),
        // Events are no plain names.
        ExprKind::Consent(_)
        | ExprKind::Permission(_)
        | ExprKind::Literal(_)
        | ExprKind::Times(..)
        | ExprKind::Last(_)
        | ExprKind::SumOf(..) => {}
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts) | ExprKind::Product(parts) => {
            parts.iter().for_each(|part| mentions(part, found));
        }
        ExprKind::Not(inner) | ExprKind::Paren(inner) | ExprKind::PercentOf(_, inner) => mentions(inner, found),
        ExprKind::Is(subject, test) => {
            mentions(subject, found);
            match test {
                Test::Known { .. } | Test::Never { .. } | Test::Age { .. } => {}
                Test::Equals { value, .. } | Test::Compare { value, .. } | Test::Before(value) | Test::After(value) => {
                    mentions(value, found);
                }
                Test::OneOf { members, .. } => members.iter().for_each(|member| mentions(member, found)),
                Test::Between { from, to } => [from, to].into_iter().for_each(|end| mentions(end, found)),
            }
        }
        ExprKind::Has(subject, test) => {
            mentions(subject, found);
            match test {
                SetTest::Value(value) => mentions(value, found),
                SetTest::AnyOf(list) | SetTest::AllOf(list) | SetTest::NoneOf(list) => {
                    list.iter().for_each(|element| mentions(element, found));
                }
            }
        }
        ExprKind::Sum(first, rest) => {
            mentions(first, found);
            rest.iter().for_each(|(_, part)| mentions(part, found));
        }
        ExprKind::Quotient { dividend, divisor, .. } => {
            [dividend, divisor].into_iter().for_each(|part| mentions(part, found));
        }
        ExprKind::Halving { value, since, .. } => [value, since].into_iter().for_each(|part| mentions(part, found)),
        ExprKind::When { value, condition } => {
            [value, condition].into_iter().for_each(|part| mentions(part, found));
        }
    }
}
