//! What may follow `is` and `has`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Wanted;
use crate::check::Pass;
use crate::check::literals::{date, nfc, period};
use crate::check::names::stands_twice;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::types;
use crate::model::show::show_expression;
use crate::model::{AgeBound, Condition, Expression};
use crate::ops::{Comparison, Direction, Quantifier};
use crate::source::Span;
use crate::syntax::tree::{self, AgeTest, Expr, ExprKind, LiteralKind, SetTest, Test};
use crate::value::{Type, Value, show_date};

fn negate_if(negated: bool, condition: Condition) -> Condition {
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}

/// `a is b` of two yes-or-no things: both yes or both no; unknown where one is, as Kleene's tables have it.
fn both_alike(a: Expression, b: Expression) -> Condition {
    let yes = |of: &Expression| Condition::Holds(of.clone());
    let no = |of: &Expression| Condition::Not(Box::new(yes(of)));
    Condition::Or(vec![Condition::And(vec![yes(&a), yes(&b)]), Condition::And(vec![no(&a), no(&b)])])
}

impl Pass<'_> {
    /// `x is ..`
    pub(super) fn is(&mut self, subject: &Expr, test: &Test) -> Option<Condition> {
        if self.condition_as_value(subject, test) {
            return None;
        }
        // The other side may be the one that says the type: 12 is less than tenure.
        let (left, ty) = self.value(subject, Wanted::default())?;
        self.percent_is_clear(&left, ty, test)?;
        match test {
            Test::Equals { negated, value } => {
                self.equals((left, ty), subject.span, value, *negated).map(|equal| negate_if(*negated, equal))
            }
            Test::Known { negated } => Some(negate_if(*negated, Condition::Known(left))),
            Test::Never { negated } => {
                self.may_be_never(ty, subject.span)?;
                Some(negate_if(*negated, Condition::Never(left)))
            }
            Test::OneOf { negated, members } => {
                self.one_of((left, ty), subject.span, members, *negated).map(|one| negate_if(*negated, one))
            }
            Test::Compare { comparison, value } => {
                let comparison = model_comparison(*comparison);
                let right = self.value(value, Wanted::of(ty))?;
                let (left, right, ty) = self.one_type((left, ty), subject.span, right, value.span)?;
                if matches!(ty, Type::Time | Type::Date) {
                    self.dated(&left, subject.span.to(value.span), comparison, value);
                    return None;
                }
                self.ordered(ty, subject.span)?;
                Some(Condition::Compare(comparison, left, right))
            }
            Test::Between { from, to } => self.between((left, ty), subject.span, from, to),
            Test::Age { test, direction } => self.age((left, ty), subject.span, test, *direction),
            Test::Before(other) => self.earlier_or_later((left, ty), subject.span, Comparison::LessThan, other),
            Test::After(other) => self.earlier_or_later((left, ty), subject.span, Comparison::MoreThan, other),
        }
    }

    /// `seen is "x"`: a set is asked what it contains.
    fn set_with_is(&mut self, span: Span, value: &Expr, negated: bool) {
        let finding =
            Diagnostic::new(&types::NOT_A_SET, span, "a set is not asked with `is`").primary("this is a set of text");
        let text = if let Some(LiteralKind::Text(text)) = value.literal() { Some(text) } else { None };
        self.report(match text {
            Some(text) => {
                let right = if negated { format!("has none of [{text:?}]") } else { format!("has {text:?}") };
                let behind = Span { start: span.end, ..value.span };
                finding.help(format!("write `{right}`")).suggest(
                    format!("write `{right}`"),
                    behind,
                    format!(" {right}"),
                )
            }
            None => finding.help("ask what it contains: has any of [\"running\"]"),
        });
    }

    fn equals(&mut self, (left, ty): (Expression, Type), span: Span, value: &Expr, negated: bool) -> Option<Condition> {
        match ty {
            Type::Set => {
                self.set_with_is(span, value, negated);
                return None;
            }
            Type::Time if matches!(value.kind, ExprKind::Literal(LiteralKind::Date(_))) => {
                let finding = Diagnostic::new(&types::MISMATCH, value.span, "a time is never exactly a day")
                    .primary("a whole day")
                    .label(span, "an instant")
                    .help("ask for the day's span: is from 2026-06-15 to 2026-06-15");
                self.report(finding);
                return None;
            }
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::OneOf(_)
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => {}
        }
        let right = self.value(value, Wanted::of(ty))?;
        if let (Type::YesNo, Expression::Literal(Value::YesNo(yes), _)) = (ty, &right.0) {
            return Some(negate_if(!*yes, Condition::Holds(left)));
        }
        self.exactly_comparable(ty, right.1, value)?;
        let (left, right, ty) = self.one_type((left, ty), span, right, value.span)?;
        if ty == Type::YesNo {
            return Some(both_alike(left, right));
        }
        Some(Condition::Equal(left, right))
    }

    /// A number with more places than its attribute can never be equal to it.
    fn exactly_comparable(&mut self, left: Type, right: Type, value: &Expr) -> Option<()> {
        let (Some(a), Some(b)) = (left.number(), right.number()) else { return Some(()) };
        if b.scale > a.scale && Self::written_word(value).is_some() {
            let error = crate::value::NumberError::TooManyPlaces;
            let finding = crate::check::literals::bad_number(error, a.scale, value.span);
            self.report(finding);
            return None;
        }
        Some(())
    }

    /// A text as it is written.
    fn written_text(of: &Expr) -> Option<String> {
        if let Some(LiteralKind::Text(text)) = of.literal() { Some(format!("{text:?}")) } else { None }
    }

    fn one_of(
        &mut self,
        (left, ty): (Expression, Type),
        span: Span,
        members: &[Expr],
        negated: bool,
    ) -> Option<Condition> {
        if matches!(ty, Type::Set | Type::YesNo) {
            let finding = Diagnostic::new(&types::MISMATCH, span, "`is one of` asks a single value")
                .primary(format!("this is {}", ty.word()));
            let texts: Option<Vec<String>> = members.iter().map(Self::written_text).collect();
            self.report(match (ty, texts, members.last()) {
                (Type::Set, Some(texts), Some(last)) => {
                    let how = if negated { "none" } else { "any" };
                    let right = format!("has {how} of [{}]", texts.join(", "));
                    // Up to the last member: the bracket behind it stays.
                    let behind = Span { start: span.end, ..last.span };
                    let up_to = format!(" {}", right.trim_end_matches(']'));
                    finding.help(format!("write `{right}`")).suggest(format!("write `{right}`"), behind, up_to)
                }
                (Type::Set, _, _) => finding.help("write `has any of [..]`"),
                (_, _, _) => finding.help("write `is yes` or `is no`"),
            });
            return None;
        }
        let mut values: Vec<Value> = Vec::new();
        let mut written: Vec<(String, Span)> = Vec::new();
        let mut failed = false;
        for member in members {
            match self.listed(member, ty) {
                Some(value) => {
                    written.push((crate::model::show::show_value(&self.rules, ty, &value), member.span));
                    values.push(value);
                }
                None => failed = true,
            }
        }
        self.findings.extend(stands_twice("this list", written));
        values.sort();
        values.dedup();
        (!failed && !values.is_empty()).then_some(Condition::OneOf(left, values))
    }

    /// A written value in a list.
    fn listed(&mut self, member: &Expr, ty: Type) -> Option<Value> {
        match (&member.kind, ty) {
            (ExprKind::Name(name), Type::OneOf(list)) => self.member(list, name, member.span).map(Value::Member),
            (ExprKind::Literal(kind), _) => {
                let literal = tree::Literal { span: member.span, kind: kind.clone() };
                match (kind, ty.number()) {
                    // Outside the range is no error here: such a member is only never met.
                    (LiteralKind::Number(written), Some(number)) => {
                        let written = crate::check::literals::decimal(*written);
                        match written.at_scale(number.scale) {
                            Ok(mantissa) => Some(Value::Number(mantissa)),
                            Err(error) => {
                                self.report(crate::check::literals::bad_number(error, number.scale, member.span));
                                None
                            }
                        }
                    }
                    (_, _) => self.value_of_type(&literal, ty, None),
                }
            }
            (_, _) => {
                let finding = Diagnostic::new(&types::BAD_VALUE, member.span, "a list holds plain values")
                    .primary(format!("no value for {}", ty.word()))
                    .help("write members or literals, divided by commas");
                self.report(finding);
                None
            }
        }
    }

    /// `birthday is at least 2026-01-01`: whether that day itself is in has words of its own.
    fn dated(&mut self, left: &Expression, span: Span, comparison: Comparison, value: &Expr) {
        let subject = show_expression(&self.rules, left);
        let written = if let Some(LiteralKind::Date(written)) = value.literal() {
            Some(show_date(date(*written)))
        } else {
            value.name().map(str::to_owned)
        };
        let is_written = written.is_some();
        let day = written.unwrap_or_else(|| "..".to_owned());
        let (right, means) = match comparison {
            Comparison::AtLeast => (format!("not ({subject} is before {day})"), "for that day or later"),
            Comparison::AtMost => (format!("not ({subject} is after {day})"), "for that day or earlier"),
            Comparison::MoreThan => (format!("{subject} is after {day}"), "for later than that day"),
            Comparison::LessThan => (format!("{subject} is before {day}"), "for earlier than that day"),
        };
        let finding =
            Diagnostic::new(&types::NOT_ORDERED, span, "a day is not more or less than another, but earlier or later")
                .primary(format!("`{}` is for numbers", comparison.word()))
                .help(format!("write `{right}` {means}; or ask for an age: is more than 60 days old"));
        self.report(if is_written { finding.suggest(format!("write `{right}`"), span, right) } else { finding });
    }

    fn ordered(&mut self, ty: Type, span: Span) -> Option<()> {
        let help = match ty {
            Type::Number(_) | Type::Score(_) => return Some(()),
            Type::OneOf(list) => {
                if self.rules.enums.get(list.0 as usize).is_some_and(|list| list.ordered) {
                    return Some(());
                }
                "write the list with an order: one of [bronze < silver < gold]"
            }
            Type::Time | Type::Date => "write `is before`, `is after`, or an age: is more than 60 days old",
            Type::YesNo => "write `is yes` or `is no`",
            Type::Text | Type::Zone => "write `is` or `is one of [..]`",
            Type::Set => "write `has any of [..]`",
        };
        let finding = Diagnostic::new(&types::NOT_ORDERED, span, "this has no order to compare by")
            .primary(format!("this is {}", self.type_words(ty)))
            .help(help);
        self.report(finding);
        None
    }

    fn between(&mut self, left: (Expression, Type), span: Span, from: &Expr, to: &Expr) -> Option<Condition> {
        let ty = left.1;
        let low = self.value(from, Wanted::of(ty))?;
        let high = self.value(to, Wanted { ty: Some(ty), end_of_day: true })?;
        if let (Some(a), Some(b), Some(c)) = (ty.number(), low.1.number(), high.1.number()) {
            let ((left, a), (low, b)) = self.one_scale((left.0, a), span, (low.0, b), from.span)?;
            let ((left, _), (high, c)) = self.one_scale((left, a), span, (high.0, c), to.span)?;
            let ((low, _), (high, _)) = self.one_scale((low, b), from.span, (high, c), to.span)?;
            self.right_way_round(&low, &high, from.span.to(to.span))?;
            return Some(Condition::Between(left, low, high));
        }
        let (left, low, ty) = self.one_type(left, span, low, from.span)?;
        let (left, high, ty) = self.one_type((left, ty), span, high, to.span)?;
        match ty {
            Type::Time | Type::Date => {}
            Type::OneOf(_) | Type::YesNo | Type::Text | Type::Set | Type::Zone | Type::Number(_) | Type::Score(_) => {
                self.ordered(ty, span)?;
            }
        }
        self.right_way_round(&low, &high, from.span.to(to.span))?;
        Some(Condition::Between(left, low, high))
    }

    fn right_way_round(&mut self, low: &Expression, high: &Expression, span: Span) -> Option<()> {
        match (low, high) {
            (Expression::Literal(low, _), Expression::Literal(high, _)) if low > high => {
                let finding =
                    Diagnostic::new(&types::BAD_RANGE, span, "the ends of this range are the wrong way round")
                        .primary("never holds")
                        .help("the smaller end stands first: from 1 to 5");
                self.report(finding);
                None
            }
            (_, _) => Some(()),
        }
    }

    fn age(
        &mut self,
        (left, ty): (Expression, Type),
        span: Span,
        test: &AgeTest,
        direction: tree::Direction,
    ) -> Option<Condition> {
        if !matches!(ty, Type::Time | Type::Date) {
            let finding = Diagnostic::new(&types::NOT_A_TIME, span, "only a time or a date has an age")
                .primary(format!("this is {}", self.type_words(ty)))
                .help("a number of days is compared as a number: is more than 60");
            self.report(finding);
            return None;
        }
        let durations = match test {
            AgeTest::Compare(_, duration) => vec![*duration],
            AgeTest::Between(from, to) => vec![*from, *to],
        };
        if let Some(hours) = durations.iter().find(|duration| ty == Type::Date && !period(**duration).unit.is_days()) {
            let finding = Diagnostic::new(&types::DATE_IN_HOURS, hours.span, "the age of a date is counted in days")
                .primary("shorter than a day")
                .label(span, "a date")
                .help("write days, weeks or months, or declare the attribute as `time`");
            self.report(finding);
            return None;
        }
        let bound = match test {
            AgeTest::Compare(comparison, duration) => AgeBound::One(model_comparison(*comparison), period(*duration)),
            AgeTest::Between(from, to) => {
                let (from, to) = (period(*from), period(*to));
                let now = crate::value::Instant(0);
                if now.plus(from) > now.plus(to) {
                    let ends = durations.iter().map(|duration| duration.span).reduce(Span::to).unwrap_or(span);
                    let finding =
                        Diagnostic::new(&types::BAD_RANGE, ends, "the ends of this range are the wrong way round")
                            .primary("never holds")
                            .help("the smaller end stands first: from 180 to 540 days old");
                    self.report(finding);
                    return None;
                }
                AgeBound::Between(from, to)
            }
        };
        let direction = match direction {
            tree::Direction::Old => Direction::Old,
            tree::Direction::Ahead => Direction::Ahead,
        };
        Some(Condition::Age(left, direction, bound))
    }

    /// `t is before t2`, `t is after t2`: a bare day begins with its first instant and ends with its last.
    fn earlier_or_later(
        &mut self,
        (left, ty): (Expression, Type),
        span: Span,
        comparison: Comparison,
        other: &Expr,
    ) -> Option<Condition> {
        if !matches!(ty, Type::Time | Type::Date) {
            let finding = Diagnostic::new(&types::NOT_A_TIME, span, "only a time or a date is before or after")
                .primary(format!("this is {}", self.type_words(ty)))
                .help("compare numbers with `is less than` and `is more than`");
            self.report(finding);
            return None;
        }
        let end_of_day = comparison == Comparison::MoreThan;
        let right = self.value(other, Wanted { ty: Some(ty), end_of_day })?;
        let (left, right, _) = self.one_type((left, ty), span, right, other.span)?;
        Some(Condition::Compare(comparison, left, right))
    }

    /// `name has "x"`: a single value is asked what it is.
    fn value_with_has(&mut self, span: Span, ty: Type, test: &SetTest) {
        let finding = Diagnostic::new(&types::NOT_A_SET, span, "`has` asks what a set contains")
            .primary(format!("this is {}", self.type_words(ty)));
        let (list, right): (&[Expr], &str) = match test {
            SetTest::Value(value) => (std::slice::from_ref(&**value), "is"),
            SetTest::AnyOf(list) => (list, "is one of"),
            SetTest::NoneOf(list) => (list, "is not one of"),
            SetTest::AllOf(_) => (&[], ""),
        };
        let texts: Option<Vec<String>> = list.iter().map(Self::written_text).collect();
        self.report(match (texts, list.last()) {
            (Some(texts), Some(last)) if matches!(ty, Type::Text) => {
                let whole = if right == "is" { texts.concat() } else { format!("[{}]", texts.join(", ")) };
                let end = if right == "is" { whole.as_str() } else { whole.trim_end_matches(']') };
                let behind = Span { start: span.end, ..last.span };
                finding.help(format!("a single value is asked with `is`: write `{right} {whole}`")).suggest(
                    format!("write `{right}`"),
                    behind,
                    format!(" {right} {end}"),
                )
            }
            (_, _) => finding.help("a single value is asked with `is`: country is DE, or `is one of [DE, AT]`"),
        });
    }

    /// `s has ..`
    pub(in crate::check) fn has(&mut self, subject: &Expr, test: &SetTest) -> Option<Condition> {
        let (left, ty) = self.value(subject, Wanted::default())?;
        if ty != Type::Set {
            self.value_with_has(subject.span, ty, test);
            return None;
        }
        let (how, negated, written): (Quantifier, bool, Vec<&Expr>) = match test {
            SetTest::Value(value) => (Quantifier::Any, false, vec![value]),
            SetTest::AnyOf(list) => (Quantifier::Any, false, list.iter().collect()),
            SetTest::AllOf(list) => (Quantifier::All, false, list.iter().collect()),
            SetTest::NoneOf(list) => (Quantifier::Any, true, list.iter().collect()),
        };
        let mut elements: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut failed = written.is_empty();
        let mut said: Vec<(String, Span)> = Vec::new();
        for element in written {
            match &element.kind {
                ExprKind::Literal(LiteralKind::Text(text)) => {
                    said.push((format!("\"{}\"", nfc(text)), element.span));
                    elements.insert(nfc(text).into());
                }
                ExprKind::Name(name) => {
                    let finding = Diagnostic::new(&types::BAD_VALUE, element.span, "the elements of a set are texts")
                        .primary("not in quotes")
                        .help(format!("write \"{name}\""))
                        .fix(format!("write \"{name}\""), element.span, format!("\"{name}\""));
                    self.report(finding);
                    failed = true;
                }
                ExprKind::Literal(_)
                | ExprKind::Consent(_)
                | ExprKind::Permission(_)
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::Not(_)
                | ExprKind::Paren(_)
                | ExprKind::Is(..)
                | ExprKind::Has(..)
                | ExprKind::Else(_)
                | ExprKind::Sum(..)
                | ExprKind::Product(_)
                | ExprKind::PercentOf(..)
                | ExprKind::Quotient { .. }
                | ExprKind::Times(..)
                | ExprKind::Last(_)
                | ExprKind::SumOf(..)
                | ExprKind::Halving { .. }
                | ExprKind::When { .. } => {
                    let finding = Diagnostic::new(&types::BAD_VALUE, element.span, "the elements of a set are texts")
                        .help("write texts in quotes: has any of [\"running\", \"trail\"]");
                    self.report(finding);
                    failed = true;
                }
            }
        }
        self.findings.extend(stands_twice("this list", said));
        (!failed).then(|| negate_if(negated, Condition::Has(left, how, elements)))
    }
}

fn model_comparison(comparison: tree::Comparison) -> Comparison {
    match comparison {
        tree::Comparison::AtLeast => Comparison::AtLeast,
        tree::Comparison::AtMost => Comparison::AtMost,
        tree::Comparison::MoreThan => Comparison::MoreThan,
        tree::Comparison::LessThan => Comparison::LessThan,
    }
}
