//! Every condition and expression has types that fit, and every computed number stays in its range.
//!
//! The checker wrote down the range of each computed number. It is computed here again, from the ranges of what goes
//! in; the stated range must hold all of it, so no evaluator can leave `i64`.

use super::Flaw;
use super::flaw::Checked;
use super::limits;
use super::lists::{MAX_COMPUTED_SCALE, at_most, exists, number_type, period, text_fits, value};
use crate::model::{AgeBound, Condition, Expression, RuleSet, SCORE_PLACES};
use crate::ops::Arithmetic;
use crate::value::{EnumId, NumberType, Period, Type, Value, divide_half_even, pow10, rescale};

/// The smallest and the largest mantissa.
type Range = (i128, i128);

/// Whether a condition may be evaluated: every id exists, every type fits.
pub(super) fn condition(rules: &RuleSet, of: &Condition, depth: usize) -> Checked {
    let depth = deeper(depth)?;
    match of {
        Condition::And(parts) | Condition::Or(parts) => {
            if parts.len() < 2 {
                return Err(Flaw::Empty("second part"));
            }
            parts.iter().try_for_each(|part| condition(rules, part, depth))
        }
        Condition::Not(inner) => condition(rules, inner, depth),
        Condition::Segment(segment) => exists("segment", segment.0, rules.segments.len()),
        Condition::Holds(operand) => must_be("a condition", expression(rules, operand, depth)?, Type::YesNo),
        Condition::Equal(left, right) => {
            let left = expression(rules, left, depth)?;
            let right = expression(rules, right, depth)?;
            has_equality("`is`", left)?;
            one_type("`is`", left, right)
        }
        Condition::OneOf(operand, values) => {
            let ty = expression(rules, operand, depth)?;
            has_equality("`is one of`", ty)?;
            if values.is_empty() {
                return Err(Flaw::Empty("values to be one of"));
            }
            at_most("values in one list", values.len(), limits::ELEMENTS)?;
            values.iter().try_for_each(|element| listed(rules, element, ty))
        }
        Condition::Compare(_, left, right) => {
            let left = expression(rules, left, depth)?;
            let right = expression(rules, right, depth)?;
            has_order(rules, "a comparison", left)?;
            one_type("a comparison", left, right)
        }
        Condition::Between(operand, from, to) => {
            let ty = expression(rules, operand, depth)?;
            has_order(rules, "`is from`", ty)?;
            one_type("`is from`", ty, expression(rules, from, depth)?)?;
            one_type("`is from`", ty, expression(rules, to, depth)?)
        }
        Condition::Known(operand) => expression(rules, operand, depth).map(drop),
        Condition::Never(operand) => match expression(rules, operand, depth)? {
            Type::Number(_) | Type::Score(_) | Type::Time | Type::Date => Ok(()),
            other @ (Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone) => {
                Err(wrong("`is never`", other, "a time or a number"))
            }
        },
        Condition::Has(operand, _, elements) => {
            must_be("`has`", expression(rules, operand, depth)?, Type::Set)?;
            if elements.is_empty() {
                return Err(Flaw::Empty("elements to look for"));
            }
            at_most("elements in one list", elements.len(), limits::ELEMENTS)?;
            let fit = elements.iter().all(|element| text_fits(element));
            if fit { Ok(()) } else { Err(Flaw::Value("element")) }
        }
        Condition::Age(operand, _, bound) => age(expression(rules, operand, depth)?, *bound),
    }
}

/// The type of an expression, if all of it fits.
pub(super) fn expression(rules: &RuleSet, of: &Expression, depth: usize) -> Checked<Type> {
    let depth = deeper(depth)?;
    match of {
        Expression::Literal(written, ty) => {
            if let Type::Number(number) = ty {
                number_type(*number, MAX_COMPUTED_SCALE)?;
            }
            literal(rules, written, *ty)?;
            Ok(*ty)
        }
        Expression::Attribute(attribute) => {
            exists("attribute", attribute.0, rules.attributes.len())?;
            let attribute = &rules[*attribute];
            if attribute.never_used { Err(Flaw::NeverUsed(attribute.name.clone())) } else { Ok(attribute.ty) }
        }
        Expression::Value(declared) => {
            exists("value", declared.0, rules.values.len())?;
            Ok(rules[*declared].ty)
        }
        Expression::Gathered(gathered) => {
            exists("gathered value", gathered.0, rules.gathered.len())?;
            Ok(rules.type_of_gathered(&rules[*gathered]))
        }
        Expression::Consent(purpose) => {
            exists("purpose", purpose.0, rules.purposes.len())?;
            Ok(Type::OneOf(EnumId::CONSENT))
        }
        Expression::Permission(channel) => {
            exists("channel", channel.0, rules.channels.len())?;
            Ok(Type::OneOf(EnumId::PERMISSION))
        }
        Expression::Now => Ok(Type::Time),
        Expression::Rescale(operand, stated) => {
            let from = number("more places", expression(rules, operand, depth)?)?;
            if stated.scale < from.scale {
                return Err(Flaw::Scale("more places"));
            }
            let moved = |bound: i64| rescale(i128::from(bound), from.scale, stated.scale);
            within("more places", (moved(from.min), moved(from.max)), *stated)
        }
        Expression::Arithmetic(operator, left, right, stated) => {
            let left = number("arithmetic", expression(rules, left, depth)?)?;
            let right = number("arithmetic", expression(rules, right, depth)?)?;
            within("arithmetic", arithmetic(*operator, left, right, stated.scale)?, *stated)
        }
        Expression::Else(first, second, stated) => {
            let first = expression(rules, first, depth)?;
            let second = expression(rules, second, depth)?;
            holds("`else`", first, *stated)?;
            holds("`else`", second, *stated)?;
            Ok(*stated)
        }
        Expression::When(amount, when, stated) => {
            let amount = number("`when` in a sum", expression(rules, amount, depth)?)?;
            condition(rules, when, depth)?;
            if amount.scale != stated.scale {
                return Err(Flaw::Scale("`when` in a sum"));
            }
            within("`when` in a sum", (i128::from(amount.min.min(0)), i128::from(amount.max.max(0))), *stated)
        }
    }
}

/// A number that still has room at the places at which scores are compared (R44).
pub(super) fn score(rules: &RuleSet, of: &Expression) -> Checked {
    let ranked = number("`rank by`", expression(rules, of, 0)?)?;
    let moved = |bound: i64| rescale(i128::from(bound), ranked.scale, SCORE_PLACES);
    let fits = |bound: i64| i64::try_from(moved(bound)).is_ok();
    if fits(ranked.min) && fits(ranked.max) { Ok(()) } else { Err(Flaw::Range("`rank by`")) }
}

/// Whether a place of type `stated` holds everything of type `inner`.
pub(super) fn holds(of: &'static str, inner: Type, stated: Type) -> Checked {
    match (inner.number(), stated) {
        (Some(from), Type::Number(into)) => {
            if from.scale != into.scale {
                return Err(Flaw::Scale(of));
            }
            within(of, (i128::from(from.min), i128::from(from.max)), into).map(drop)
        }
        (
            _,
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_),
        ) => must_be(of, inner, stated),
    }
}

/// A written value; what never happened cannot be written, only asked for.
fn literal(rules: &RuleSet, written: &Value, ty: Type) -> Checked {
    if *written == Value::Never {
        return Err(Flaw::Value("written value"));
    }
    if let Type::OneOf(list) = ty {
        exists("list", list.0, rules.enums.len())?;
    }
    value(rules, "written value", written, ty)
}

/// A written value in a list; a number outside the range of what it is compared with is only never met.
fn listed(rules: &RuleSet, written: &Value, ty: Type) -> Checked {
    match (written, ty) {
        (Value::Number(_), Type::Number(_) | Type::Score(_)) => Ok(()),
        (_, _) => literal(rules, written, ty),
    }
}

fn age(ty: Type, bound: AgeBound) -> Checked {
    let fits = |length: Period| {
        period("age", length)?;
        match ty {
            Type::Time => Ok(()),
            Type::Date if length.unit.is_days() => Ok(()),
            Type::Date => Err(wrong("an age in hours, minutes or seconds", ty, "a time")),
            Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
                Err(wrong("an age", ty, "a time or a date"))
            }
        }
    };
    match bound {
        AgeBound::One(_, length) => fits(length),
        AgeBound::Between(from, to) => fits(from).and_then(|()| fits(to)),
    }
}

/// The range of a result at `scale`, from the ranges of the operands.
fn arithmetic(operator: Arithmetic, left: NumberType, right: NumberType, scale: u8) -> Checked<Range> {
    let (a, b): (Range, Range) = (bounds(left), bounds(right));
    match operator {
        Arithmetic::Add | Arithmetic::Subtract if left.scale != scale || right.scale != scale => {
            Err(Flaw::Scale("a sum"))
        }
        Arithmetic::Add => Ok((a.0 + b.0, a.1 + b.1)),
        Arithmetic::Subtract => Ok((a.0 - b.1, a.1 - b.0)),
        Arithmetic::Multiply if scale != left.scale.saturating_add(right.scale) => Err(Flaw::Scale("a product")),
        Arithmetic::Multiply => hull([a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1]),
        Arithmetic::Divide => {
            // a/10^l : b/10^r at `scale` is a * 10^(scale + r - l) : b; a negative exponent moves to the divisor.
            let (up, down) = (scale.saturating_add(right.scale), left.scale);
            let (over, under) = (pow10(up.saturating_sub(down)), pow10(down.saturating_sub(up)));
            let fits = |bound: i128, by: i128| bound.checked_mul(by).ok_or(Flaw::Range("a division"));
            let tops = [fits(a.0, over)?, fits(a.1, over)?];
            // The quotient is greatest where the divisor is nearest to zero, which itself gives no number at all.
            let divisors = [b.0, b.1, -1, 1].into_iter().filter(|by| *by != 0 && b.0 <= *by && *by <= b.1);
            let mut quotients = Vec::new();
            for by in divisors {
                let by = fits(by, under)?;
                quotients.extend(tops.map(|top| divide_half_even(top, by)));
            }
            // Nothing but zero to divide by: the result is always missing, and any range will do.
            if quotients.is_empty() { Ok((0, 0)) } else { hull(quotients) }
        }
    }
}

fn bounds(number: NumberType) -> Range {
    (i128::from(number.min), i128::from(number.max))
}

fn hull(values: impl IntoIterator<Item = i128> + Clone) -> Checked<Range> {
    let (least, greatest) = (values.clone().into_iter().min(), values.into_iter().max());
    least.zip(greatest).ok_or(Flaw::NumberType)
}

/// The stated type, if it holds the range.
fn within(of: &'static str, range: Range, stated: NumberType) -> Checked<Type> {
    number_type(stated, MAX_COMPUTED_SCALE)?;
    let fits = i128::from(stated.min) <= range.0 && range.1 <= i128::from(stated.max);
    if fits { Ok(Type::Number(stated)) } else { Err(Flaw::Range(of)) }
}

fn number(of: &'static str, ty: Type) -> Checked<NumberType> {
    ty.number().ok_or_else(|| wrong(of, ty, "a number"))
}

fn must_be(of: &'static str, found: Type, expected: Type) -> Checked {
    if found == expected { Ok(()) } else { Err(wrong(of, found, expected.word())) }
}

fn wrong(of: &'static str, found: Type, expected: &'static str) -> Flaw {
    Flaw::Type { of, found: found.word(), expected }
}

fn has_equality(of: &'static str, ty: Type) -> Checked {
    match ty {
        Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Time | Type::Date | Type::Zone | Type::Score(_) => Ok(()),
        Type::YesNo | Type::Set => Err(wrong(of, ty, "a number, a text, a member or a time")),
    }
}

fn has_order(rules: &RuleSet, of: &'static str, ty: Type) -> Checked {
    match ty {
        Type::Number(_) | Type::Score(_) | Type::Time | Type::Date => Ok(()),
        Type::OneOf(list) if rules.enums.get(list.0 as usize).is_some_and(|list| list.ordered) => Ok(()),
        Type::OneOf(_) | Type::YesNo | Type::Text | Type::Set | Type::Zone => {
            Err(wrong(of, ty, "a number, a time or an ordered list"))
        }
    }
}

/// Two operands of one type; numbers may differ in range, not in places.
fn one_type(of: &'static str, left: Type, right: Type) -> Checked {
    match (left.number(), right.number()) {
        (Some(left), Some(right)) if left.scale == right.scale => Ok(()),
        (Some(_), Some(_)) => Err(Flaw::Scale(of)),
        (Some(_), None) | (None, Some(_)) => Err(Flaw::Sides(of)),
        (None, None) if left == right => Ok(()),
        (None, None) => Err(Flaw::Sides(of)),
    }
}

fn deeper(depth: usize) -> Checked<usize> {
    if depth < limits::DEPTH { Ok(depth + 1) } else { Err(Flaw::TooDeep) }
}
