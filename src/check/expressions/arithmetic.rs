//! Sums, products, shares and quotients: scales are brought together, ranges are worked out, what may not fit is an
//! error. So no calculation can overflow when a decision is made.

use super::Typed;
use crate::check::Pass;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::types;
use crate::model::Expression;
use crate::ops::Arithmetic;
use crate::source::Span;
use crate::syntax::tree::{AddSign, Expr, ExprKind, Literal, LiteralKind};
use crate::value::{MAX_SCALE, NumberType, Type, Value, pow10, rescale};

/// The largest mantissa a calculation may reach: the ends of `i64` stand for missing and never in a packed record.
const LIMIT: i128 = (i64::MAX / 4) as i128;

/// So many operands behind the first are shown together where their result may not fit.
const SHOWN_WHOLE: usize = 3;

type Number = (Expression, NumberType);

impl Pass<'_> {
    pub(super) fn sum(&mut self, first: &Expr, rest: &[(AddSign, Expr)]) -> Option<Typed> {
        let mut total = self.number(first)?;
        let mut done = first.span;
        for (at, (sign, part)) in rest.iter().enumerate() {
            let term = self.number(part)?;
            // Of a long sum only the term that was one too many is shown.
            let shown = if at < SHOWN_WHOLE { done.to(part.span) } else { part.span };
            if let Some(one) = self.added(*sign, &total.0, &term.0, part.span) {
                done = done.to(part.span);
                total = one;
                continue;
            }
            let before = if at < SHOWN_WHOLE { done } else { part.span };
            let ((left, a), (right, b)) = self.one_scale(total, before, term, part.span)?;
            let (op, min, max) = match sign {
                AddSign::Plus => (Arithmetic::Add, wide(a.min) + wide(b.min), wide(a.max) + wide(b.max)),
                AddSign::Minus => (Arithmetic::Subtract, wide(a.min) - wide(b.max), wide(a.max) - wide(b.min)),
            };
            done = done.to(part.span);
            let ty = self.fitting(a.scale, min, max, shown)?;
            total = (Expression::Arithmetic(op, Box::new(left), Box::new(right), ty), ty);
        }
        Some(number_typed(total))
    }

    pub(super) fn product(&mut self, parts: &[Expr]) -> Option<Typed> {
        let (first, rest) = parts.split_first()?;
        let mut total = self.number(first)?;
        let mut done = first.span;
        for (at, part) in rest.iter().enumerate() {
            let factor = self.number(part)?;
            done = done.to(part.span);
            total = self.multiply(total, factor, if at < SHOWN_WHOLE { done } else { part.span })?;
        }
        Some(number_typed(total))
    }

    pub(super) fn percent_of(&mut self, share: &Literal, of: &Expr, span: Span) -> Option<Typed> {
        let LiteralKind::Percent(written) = &share.kind else { return None };
        let scale = written.scale.saturating_add(2);
        let ty = NumberType { scale, min: written.mantissa, max: written.mantissa };
        let share = (Expression::Literal(Value::Number(written.mantissa), Type::Number(ty)), ty);
        let number = self.number(of)?;
        let total = self.multiply(share, number, shortened(of).unwrap_or(span))?;
        Some(number_typed(total))
    }

    pub(super) fn quotient(&mut self, places: u8, dividend: &Expr, divisor: &Expr, span: Span) -> Option<Typed> {
        let above = self.number(dividend)?;
        let below = self.number(divisor)?;
        let ((left, a), (right, b)) = self.one_scale(above, dividend.span, below, divisor.span)?;
        if places > MAX_SCALE {
            let why = format!("{places} decimal places, and {MAX_SCALE} are the most");
            self.may_not_fit(span, &why, &format!("write `decimal({MAX_SCALE}) of` or fewer"));
            return None;
        }
        // The smallest divisor that is not zero is one unit in the last place, so the quotient of the mantissas is at
        // most the dividend itself.
        let reach = wide(a.min).abs().max(wide(a.max).abs()).saturating_mul(pow10(places));
        let nearest = if b.min > 0 {
            wide(b.min)
        } else if b.max < 0 {
            -wide(b.max)
        } else {
            1
        };
        // The scaled dividend is an intermediate result and must fit as well.
        self.fitting(places, -reach, reach, excerpt(dividend))?;
        let most = reach / nearest + 1;
        let whole = shortened(dividend).or_else(|| shortened(divisor)).unwrap_or(span);
        let ty = self.fitting(places, -most, most, whole)?;
        let quotient = Expression::Arithmetic(Arithmetic::Divide, Box::new(left), Box::new(right), ty);
        Some(number_typed((quotient, ty)))
    }

    /// `(v when C)`: v, 0 or missing.
    pub(super) fn when(&mut self, value: &Expr, condition: &Expr) -> Option<Typed> {
        let number = self.number(value);
        let condition = self.condition(condition)?;
        let (expression, of) = number?;
        let ty = NumberType { scale: of.scale, min: of.min.min(0), max: of.max.max(0) };
        Some(Typed::Value(Expression::When(Box::new(expression), Box::new(condition), ty), Type::Number(ty)))
    }

    /// Both numbers at the larger of their scales.
    pub(in crate::check) fn one_scale(
        &mut self,
        left: Number,
        left_span: Span,
        right: Number,
        right_span: Span,
    ) -> Option<(Number, Number)> {
        let scale = left.1.scale.max(right.1.scale);
        Some((self.at_scale(left, scale, left_span)?, self.at_scale(right, scale, right_span)?))
    }

    /// The same number with more places; a literal is simply written longer.
    fn at_scale(&mut self, (expression, ty): Number, scale: u8, span: Span) -> Option<Number> {
        if ty.scale == scale {
            return Some((expression, ty));
        }
        let longer =
            self.fitting(scale, rescale(wide(ty.min), ty.scale, scale), rescale(wide(ty.max), ty.scale, scale), span)?;
        let moved = if matches!(expression, Expression::Literal(Value::Number(_), _)) {
            Expression::Literal(Value::Number(longer.min), Type::Number(longer))
        } else {
            Expression::Rescale(Box::new(expression), longer)
        };
        Some((moved, longer))
    }

    fn multiply(&mut self, (left, a): Number, (right, b): Number, span: Span) -> Option<Number> {
        if let Some(one) = self.weighted(&left, &right, span) {
            return Some(one);
        }
        let scale = a.scale + b.scale;
        if scale > MAX_SCALE {
            let why = format!(
                "{} and {} decimal places make {scale} in the product, and {MAX_SCALE} are the most",
                a.scale, b.scale
            );
            let is_written = |of: &Expression| matches!(of, Expression::Literal(..));
            let help = match (is_written(&left), is_written(&right)) {
                (true, false) => format!("write the number with at most {} of them", MAX_SCALE.saturating_sub(b.scale)),
                (false, true) => format!("write the number with at most {} of them", MAX_SCALE.saturating_sub(a.scale)),
                (true, true) | (false, false) => {
                    format!("write or declare one of the two with fewer: together at most {MAX_SCALE}")
                }
            };
            self.may_not_fit(span, &why, &help);
            return None;
        }
        let corners = [a.min, a.max].into_iter().flat_map(|x| [b.min, b.max].map(|y| wide(x).saturating_mul(wide(y))));
        let (min, max) = corners.fold((i128::MAX, i128::MIN), |(min, max), corner| (min.min(corner), max.max(corner)));
        let ty = self.fitting(scale, min, max, span)?;
        Some((Expression::Arithmetic(Arithmetic::Multiply, Box::new(left), Box::new(right), ty), ty))
    }

    /// The type of a result between `min` and `max`; says so where it may not fit.
    fn fitting(&mut self, scale: u8, min: i128, max: i128, span: Span) -> Option<NumberType> {
        match (i64::try_from(min), i64::try_from(max)) {
            (Ok(min), Ok(max)) if wide(min) >= -LIMIT && wide(max) <= LIMIT => Some(NumberType { scale, min, max }),
            (_, _) => {
                self.too_large(span, "the result may have more than 18 digits");
                None
            }
        }
    }

    fn too_large(&mut self, span: Span, why: &str) {
        self.may_not_fit(span, why, "give the attributes in it a range: price: decimal(2) from 0 to 100000");
    }

    fn may_not_fit(&mut self, span: Span, why: &str, help: &str) {
        let finding = Diagnostic::new(&types::TOO_LARGE, span, "the result of this calculation may not fit");
        self.report(finding.primary(why).help(help));
    }
}

/// Where a calculation is shown: a long one by its first operand, so that it does not fill the screen.
pub(in crate::check) fn excerpt(expr: &Expr) -> Span {
    shortened(expr).unwrap_or(expr.span)
}

/// The first operand of the first long calculation in an expression.
fn shortened(expr: &Expr) -> Option<Span> {
    match &expr.kind {
        ExprKind::Paren(inner) => shortened(inner),
        ExprKind::Sum(first, rest) if rest.len() > SHOWN_WHOLE => Some(excerpt(first)),
        ExprKind::Sum(first, rest) => shortened(first).or_else(|| rest.iter().find_map(|(_, part)| shortened(part))),
        ExprKind::Product(parts) | ExprKind::Else(parts) => match parts.split_first() {
            Some((first, rest)) if rest.len() > SHOWN_WHOLE => Some(excerpt(first)),
            Some(_) | None => parts.iter().find_map(shortened),
        },
        ExprKind::Name(_)
        | ExprKind::Literal(_)
        | ExprKind::Consent(_)
        | ExprKind::Permission(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Not(_)
        | ExprKind::Is(..)
        | ExprKind::Has(..)
        | ExprKind::PercentOf(..)
        | ExprKind::Quotient { .. }
        | ExprKind::Times(..)
        | ExprKind::Last(_)
        | ExprKind::SumOf(..)
        | ExprKind::Halving { .. }
        | ExprKind::When { .. } => None,
    }
}

fn number_typed((expression, ty): Number) -> Typed {
    Typed::Value(expression, Type::Number(ty))
}

fn wide(mantissa: i64) -> i128 {
    i128::from(mantissa)
}
