//! Conditions and values: which names they use, of what type they are.
//!
//! Parentheses hold both, so the tree does not say which a word is; [`Typed`] does.

mod arithmetic;
mod events;
mod mentions;
mod tests_of_is;

use std::collections::BTreeMap;

pub(super) use arithmetic::excerpt;
use mentions::mentions;

use super::Pass;
use super::circles::{after_their_targets, circle};
use super::literals::{DayAs, decimal, literal_word, nfc};
use super::names::{Kind, Meaning};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::model::{Condition, Expression, Segment, ValueDeclaration, ValueId};
use crate::source::Span;
use crate::syntax::tree::{self, Expr, ExprKind, LiteralKind, TimePointKind};
use crate::value::{EnumId, NumberType, Type, Value};

/// What an expression turned out to be.
pub(super) enum Typed {
    /// Yes, no or unknown.
    Condition(Condition),
    /// A value of a type.
    Value(Expression, Type),
}

/// What stands on the other side of a comparison, so that literals and members are read as its type.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) ty: Option<Type>,
    /// Which instant a bare day is, where a time is wanted.
    pub(super) end_of_day: bool,
}

impl Wanted {
    pub(super) fn of(ty: Type) -> Self {
        Self { ty: Some(ty), end_of_day: false }
    }

    fn list(self) -> Option<EnumId> {
        match self.ty {
            Some(Type::OneOf(list)) => Some(list),
            Some(
                Type::YesNo
                | Type::Number(_)
                | Type::Text
                | Type::Set
                | Type::Time
                | Type::Date
                | Type::Zone
                | Type::Score(_),
            )
            | None => None,
        }
    }
}

/// Circles of values up to this length are followed to where they close.
const LONGEST_WALKED: usize = 32;

/// How far declared values have been looked at; a value may use others.
#[derive(Default)]
pub(super) struct ValueStates {
    names: Vec<String>,
    states: BTreeMap<usize, State>,
}

enum State {
    Open,
    Done(Option<(Expression, Type)>),
}

impl Pass<'_> {
    pub(super) fn values(&mut self) {
        let names = self.names.usable(Kind::Value);
        self.values.names.clone_from(&names);
        if self.values_in_order(&names).is_none() {
            return;
        }
        for (at, name) in names.iter().enumerate() {
            let Some(entry) = self.collected.values.get(name.as_str()) else { continue };
            let item = entry.item;
            let found = self.declared_value(ValueId::from_index(at));
            if found.is_none() {
                self.poison(Kind::Value, name);
            }
            let (expression, ty) = found.unwrap_or((Expression::Now, Type::Time));
            self.rules.values.push(ValueDeclaration {
                name: name.clone(),
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                ty,
                expression,
            });
        }
    }

    /// Looks at every value after those it mentions. `None` where a circle is too long to be walked.
    fn values_in_order(&mut self, names: &[String]) -> Option<()> {
        let collected = self.collected;
        let edges = |at: usize| {
            let mut found = Vec::new();
            let body = names.get(at).and_then(|name| collected.values.get(name.as_str())?.item.body.as_ref());
            body.into_iter().for_each(|body| mentions(body, &mut found));
            let place = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).ok();
            found.into_iter().filter_map(place).collect()
        };
        if let Some(found) = circle(names.len(), edges).filter(|found| found.len() > LONGEST_WALKED) {
            let circle: Vec<&String> = found.iter().filter_map(|at| names.get(*at)).collect();
            let first = circle.first().and_then(|name| collected.values.get(name.as_str()))?;
            let message =
                format!("value `{}` needs itself, by way of {} others", first.item.name.text, circle.len() - 1);
            let finding = Diagnostic::new(&resolve::CIRCLE, first.item.name.span, message)
                .primary("a value cannot be computed from itself")
                .help("break the circle at one place");
            self.report(finding);
            circle.into_iter().for_each(|name| self.poison(Kind::Value, name));
            return None;
        }
        for at in after_their_targets(names.len(), edges) {
            self.declared_value(ValueId::from_index(at));
        }
        Some(())
    }

    /// The expression and type of a declared value, looked at once; a circle is reported where it closes.
    fn declared_value(&mut self, id: ValueId) -> Option<(Expression, Type)> {
        let name = self.values.names.get(id.index())?.clone();
        let item = self.collected.values.get(name.as_str())?.item;
        match self.values.states.get(&id.index()) {
            Some(State::Done(found)) => return found.clone(),
            Some(State::Open) => {
                let message = format!("value `{name}` needs itself");
                let finding = Diagnostic::new(&resolve::CIRCLE, item.name.span, message)
                    .primary("a value cannot be computed from itself")
                    .help("break the circle at one place");
                self.report(finding);
                return None;
            }
            None => {}
        }
        self.values.states.insert(id.index(), State::Open);
        let found = item.body.as_ref().and_then(|body| self.value(body, Wanted::default()));
        self.values.states.insert(id.index(), State::Done(found.clone()));
        found
    }

    pub(super) fn segments(&mut self) {
        for name in self.names.usable(Kind::Segment) {
            let Some(entry) = self.collected.segments.get(name.as_str()) else { continue };
            let item = entry.item;
            let condition = item.body.as_ref().and_then(|body| self.condition(body));
            if condition.is_none() {
                self.poison(Kind::Segment, &name);
            }
            self.rules.segments.push(Segment {
                name,
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                condition: condition.unwrap_or(Condition::Known(Expression::Now)),
            });
        }
        self.segment_circles();
    }

    /// An expression that must be yes, no or unknown.
    pub(super) fn condition(&mut self, expr: &Expr) -> Option<Condition> {
        match self.typed(expr, Wanted::default())? {
            Typed::Condition(condition) => Some(condition),
            Typed::Value(expression, Type::YesNo) => Some(Condition::Holds(expression)),
            Typed::Value(_, ty) => {
                let finding = Diagnostic::new(&types::NOT_A_CONDITION, expr.span, "this is a value, not a condition")
                    .primary(format!("this is {}", ty.word()))
                    .help(match ty {
                        Type::Number(_) | Type::Score(_) => "say what must hold of it: is at least 12",
                        Type::Time | Type::Date => "say what must hold of it: is more than 60 days old",
                        Type::Set => "say what must hold of it: has any of [\"running\"]",
                        Type::OneOf(EnumId::CONSENT) => "say what must hold of it: is granted",
                        Type::OneOf(_) | Type::Text | Type::Zone | Type::YesNo => {
                            "say what must hold of it: is a value, or is known"
                        }
                    });
                self.report(finding);
                None
            }
        }
    }

    /// An expression that must have a value.
    pub(super) fn value(&mut self, expr: &Expr, wanted: Wanted) -> Option<(Expression, Type)> {
        match self.typed(expr, wanted)? {
            Typed::Value(expression, ty) => Some((expression, ty)),
            Typed::Condition(_) => {
                let finding = Diagnostic::new(&types::NOT_A_VALUE, expr.span, "this is a condition, not a value")
                    .primary("yes, no or unknown")
                    .help("to count it write (1 when it_holds); to name it declare a segment");
                self.report(finding);
                None
            }
        }
    }

    /// A value that must be a number.
    pub(super) fn number(&mut self, expr: &Expr) -> Option<(Expression, NumberType)> {
        let (expression, ty) = self.value(expr, Wanted::default())?;
        match ty.number() {
            Some(number) => Some((expression, number)),
            None => {
                let finding = Diagnostic::new(&types::MISMATCH, expr.span, "only numbers can be calculated with")
                    .primary(format!("this is {}", ty.word()))
                    .help("use a number here");
                self.report(finding);
                None
            }
        }
    }

    fn typed(&mut self, expr: &Expr, wanted: Wanted) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span, wanted),
            ExprKind::Consent(purpose) => {
                let purpose = self.find_purpose(purpose)?;
                Some(Typed::Value(Expression::Consent(purpose), Type::OneOf(EnumId::CONSENT)))
            }
            ExprKind::Permission(channel) => {
                let channel = self.find_channel(channel)?;
                Some(Typed::Value(Expression::Permission(channel), Type::OneOf(EnumId::PERMISSION)))
            }
            ExprKind::Literal(literal) => self.literal(literal, expr.span, wanted),
            ExprKind::And(parts) | ExprKind::Or(parts) if self.value_without_test(parts) => None,
            ExprKind::And(parts) if self.element_without_test(parts, "all") => None,
            ExprKind::Or(parts) if self.element_without_test(parts, "any") => None,
            ExprKind::And(parts) => self.all(parts).map(|parts| Typed::Condition(Condition::And(parts))),
            ExprKind::Or(parts) => self.all(parts).map(|parts| Typed::Condition(Condition::Or(parts))),
            ExprKind::Not(inner) => {
                let inner = self.condition(inner)?;
                Some(Typed::Condition(Condition::Not(Box::new(inner))))
            }
            ExprKind::Paren(inner) => self.typed(inner, wanted),
            ExprKind::Is(subject, test) => self.is(subject, test).map(Typed::Condition),
            ExprKind::Has(subject, test) => self.has(subject, test).map(Typed::Condition),
            ExprKind::Else(parts) => self.otherwise(parts, wanted),
            ExprKind::Sum(first, rest) if self.joined_by_minus(first, rest) => None,
            ExprKind::Sum(first, rest) => self.sum(first, rest),
            ExprKind::Product(parts) => self.product(parts),
            ExprKind::PercentOf(share, of) => self.percent_of(share, of, expr.span),
            ExprKind::Quotient { places, dividend, divisor } => self.quotient(*places, dividend, divisor, expr.span),
            ExprKind::When { value, condition } => self.when(value, condition),
            ExprKind::Times(of, over) => self.times(of, *over, expr.span),
            ExprKind::Last(of) => self.last(of, expr.span),
            ExprKind::SumOf(of, field, over) => self.sum_of(of, field, *over, expr.span),
            ExprKind::Halving { value, every, since } => self.halving(value, *every, since),
        }
    }

    /// All parts, so that the errors of each are shown, not of the first only.
    fn all(&mut self, parts: &[Expr]) -> Option<Vec<Condition>> {
        let found: Vec<Option<Condition>> = parts.iter().map(|part| self.condition(part)).collect();
        found.into_iter().collect()
    }

    fn name(&mut self, name: &str, span: Span, wanted: Wanted) -> Option<Typed> {
        if let Some(list) = wanted.list() {
            let is_member = self.rules.members(list).contains(&nfc(name));
            // A member wins over an attribute of the same name: what is compared with a list is looked up there first.
            if !is_member && super::misread::is_word_for_missing(name) && !self.is_declared(name) {
                self.unknown_in_expression(&tree::Name { text: name.to_owned(), span }, wanted.ty);
                return None;
            }
            if is_member || !self.is_declared(name) {
                let member = self.member(list, name, span)?;
                return Some(Typed::Value(
                    Expression::Literal(Value::Member(member), Type::OneOf(list)),
                    Type::OneOf(list),
                ));
            }
        }
        match self.meaning(&tree::Name { text: name.to_owned(), span }, wanted.ty)? {
            Meaning::Attribute(id) => {
                let ty = self.rules.attributes.get(id.index())?.ty;
                Some(Typed::Value(Expression::Attribute(id), ty))
            }
            Meaning::Segment(id) => Some(Typed::Condition(Condition::Segment(id))),
            Meaning::Value(id) => self.declared_value(id).map(|(_, ty)| Typed::Value(Expression::Value(id), ty)),
        }
    }

    fn literal(&mut self, literal: &LiteralKind, span: Span, wanted: Wanted) -> Option<Typed> {
        let value = |value: Value, ty: Type| Some(Typed::Value(Expression::Literal(value, ty), ty));
        let number = |mantissa: i64, scale: u8| {
            value(Value::Number(mantissa), Type::Number(NumberType { scale, min: mantissa, max: mantissa }))
        };
        match literal {
            LiteralKind::YesNo(yes) => value(Value::YesNo(*yes), Type::YesNo),
            LiteralKind::Number(written) => {
                let written = decimal(*written);
                self.places_fit(written.scale, span)?;
                number(written.mantissa, written.scale)
            }
            LiteralKind::Percent(written) => {
                let scale = written.scale.saturating_add(2);
                self.places_fit(scale, span)?;
                number(written.mantissa, scale)
            }
            LiteralKind::Text(text) => match wanted.ty {
                Some(ty @ (Type::OneOf(_) | Type::Zone)) => {
                    let literal = tree::Literal { span, kind: literal.clone() };
                    let found = self.value_of_type(&literal, ty, None)?;
                    value(found, ty)
                }
                Some(
                    Type::YesNo | Type::Number(_) | Type::Text | Type::Set | Type::Time | Type::Date | Type::Score(_),
                )
                | None => value(Value::Text(nfc(text).into()), Type::Text),
            },
            LiteralKind::Date(day) => {
                let day = super::literals::date(*day);
                if wanted.ty == Some(Type::Time) {
                    let which = if wanted.end_of_day { DayAs::End } else { DayAs::Start };
                    let instant = self.day_as_instant(day, which);
                    return value(Value::Time(instant), Type::Time);
                }
                value(Value::Date(day), Type::Date)
            }
            LiteralKind::Time(TimePointKind::Now) => Some(Typed::Value(Expression::Now, Type::Time)),
            LiteralKind::Time(point) => {
                let instant = self.instant(point, span, None)?;
                value(Value::Time(instant), Type::Time)
            }
        }
    }

    fn places_fit(&mut self, scale: u8, span: Span) -> Option<()> {
        if scale <= crate::value::MAX_SCALE {
            return Some(());
        }
        let most = crate::value::MAX_SCALE;
        let finding =
            Diagnostic::new(&types::TOO_MANY_PLACES, span, format!("a number has at most {most} decimal places"))
                .primary("more than can be")
                .help("write fewer places");
        self.report(finding);
        None
    }

    /// `a else b else 0`, of one type.
    fn otherwise(&mut self, parts: &[Expr], wanted: Wanted) -> Option<Typed> {
        let (first, rest) = parts.split_first()?;
        let mut left = self.value(first, wanted)?;
        let mut span = first.span;
        for part in rest {
            let right = self.value(part, Wanted { ty: Some(left.1), ..wanted })?;
            left = self
                .one_type(left, span, right, part.span)
                .map(|(left, right, ty)| (Expression::Else(Box::new(left), Box::new(right), ty), ty))?;
            span = span.to(part.span);
        }
        Some(Typed::Value(left.0, left.1))
    }

    /// Brings two values to one type, numbers to one scale and the union of their ranges.
    pub(super) fn one_type(
        &mut self,
        (left, left_type): (Expression, Type),
        left_span: Span,
        (right, right_type): (Expression, Type),
        right_span: Span,
    ) -> Option<(Expression, Expression, Type)> {
        if let (Some(a), Some(b)) = (left_type.number(), right_type.number()) {
            let ((left, a), (right, b)) = self.one_scale((left, a), left_span, (right, b), right_span)?;
            let ty = Type::Number(NumberType { scale: a.scale, min: a.min.min(b.min), max: a.max.max(b.max) });
            return Some((left, right, ty));
        }
        if left_type == right_type {
            return Some((left, right, left_type));
        }
        let finding = Diagnostic::new(&types::MISMATCH, right_span, "these two are of different kinds")
            .primary(format!("this is {}", self.type_words(right_type)))
            .label(left_span, format!("this is {}", self.type_words(left_type)))
            .help(match (left_type, &right) {
                (Type::Date, Expression::Now) => {
                    "a date is compared with today by its age: `is at least 1 day old` for one that is past, `is at least 1 day \
                     ahead` for one to come"
                }
                (_, _) => mismatch_help(left_type, right_type),
            });
        self.report(finding);
        None
    }

    /// A type in words, a list with its first members.
    pub(super) fn type_words(&self, ty: Type) -> String {
        match ty {
            Type::OneOf(list) => {
                let members = self.rules.members(list);
                let more = if members.len() > 3 { ", .." } else { "" };
                format!("one of [{}{more}]", members.iter().take(3).cloned().collect::<Vec<_>>().join(", "))
            }
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => ty.word().to_owned(),
        }
    }

    /// The word for a literal operand, for errors that show what was written.
    pub(super) fn written_word(expr: &Expr) -> Option<&'static str> {
        expr.literal().map(literal_word)
    }
}

fn mismatch_help(left: Type, right: Type) -> &'static str {
    match (left, right) {
        (Type::Set, _) => "a set is asked with `has`: viewed has any of [\"running\"]",
        (Type::Time, Type::Date) | (Type::Date, Type::Time) => "compare a time with a time, a date with a date",
        (Type::YesNo, _) => "write `is yes` or `is no`",
        (Type::OneOf(EnumId::PERMISSION), _) => "write `is full`, `is provisional`, `is denied` or `is unknown`",
        (Type::OneOf(EnumId::CONSENT), _) => "write `is granted`, `is not granted`, or another status",
        (Type::OneOf(_), Type::YesNo) => "write `is` and a member of the list",
        (Type::Time, Type::Text) => {
            "times stand without quotes: `is before 2026-06-15T10:00Z`; an age is written `is more than 60 days old`"
        }
        (Type::Date, Type::Text) => {
            "dates stand without quotes: `is before 2026-06-15`; an age is written `is more than 60 days old`"
        }
        (Type::OneOf(_), Type::OneOf(_)) => "the two lists differ; only members of one list can be compared",
        (Type::Number(_), Type::Text) => "write the number without quotes",
        (_, _) => "compare it with a value of its own kind",
    }
}
