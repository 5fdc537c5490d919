//! Events as values: counts, last times, sums, decay. Each becomes one entry of the rule set's gathered values.
//!
//! A sum of decaying counts with written weights (`40 * times a halving every 72 hours + 30 * ..`) is one entry: its
//! increments are added up exactly and rounded once (R44).

use super::{Typed, Wanted};
use crate::check::Pass;
use crate::check::limits::many;
use crate::check::literals::{no_time, period};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::model::{
    EventTarget, Expression, Gathered, GatheredId, Increment, Lookback, Occurrence, Operand, Term, limits,
};
use crate::source::Span;
use crate::syntax::tree::{self, CapTarget, Duration, Expr, Mark, Name, Over};
use crate::value::{MAX_SCALE, NumberType, Period, SCORE, Type, Value, rescale};

/// One, as an increment.
const POINT: i64 = 1_000_000;

impl Pass<'_> {
    pub(super) fn times(&mut self, of: &tree::Occurrence, over: Over, span: Span) -> Option<Typed> {
        let of = self.occurrence(of, span);
        let gathered = match over {
            Over::InTheLast(length) => {
                let window = self.window(length);
                Gathered::Times(of?, window?)
            }
            Over::Ever => Gathered::Times(of?, Lookback::Ever),
            Over::Halving(every) => {
                let half_life = self.half_life(every);
                Gathered::Decayed(vec![Term { each: Increment::Points(POINT), of: of?, half_life: half_life? }])
            }
        };
        self.gathered(gathered, span)
    }

    pub(super) fn last(&mut self, of: &tree::Occurrence, span: Span) -> Option<Typed> {
        let of = self.occurrence(of, span)?;
        self.gathered(Gathered::Last(of), span)
    }

    pub(super) fn sum_of(&mut self, of: &tree::Occurrence, field: &Name, over: Over, span: Span) -> Option<Typed> {
        let of = self.occurrence(of, span)?;
        let (place, number) = self.field(of, field)?;
        let gathered = match over {
            Over::InTheLast(length) => Gathered::Sum(of, place, self.window(length)?),
            Over::Ever => Gathered::Sum(of, place, Lookback::Ever),
            Over::Halving(every) => {
                let half_life = self.half_life(every)?;
                if number.scale > SCORE.scale {
                    let message = format!("what halves has at most {} decimal places", SCORE.scale);
                    let finding = Diagnostic::new(&types::TOO_MANY_PLACES, field.span, message)
                        .primary(format!("has {}", number.scale))
                        .help("declare the field with fewer places");
                    self.report(finding);
                    return None;
                }
                Gathered::Decayed(vec![Term { each: Increment::Field(place), of, half_life }])
            }
        };
        self.gathered(gathered, span)
    }

    /// `x halving every 30 days since t`.
    pub(super) fn halving(&mut self, value: &Expr, every: Duration, since: &Expr) -> Option<Typed> {
        let number = self.number(value);
        let half_life = self.half_life(every);
        let (time, ty) = self.value(since, Wanted::of(Type::Time))?;
        if ty != Type::Time {
            let finding = Diagnostic::new(&types::MISMATCH, since.span, "a number halves since a time")
                .primary(format!("this is {}", self.type_words(ty)))
                .help("write an attribute of type `time`, or `last purchase`");
            self.report(finding);
            return None;
        }
        let (number, of) = number?;
        let fits = |bound: i64| {
            let moved = rescale(bound.into(), of.scale, SCORE.scale);
            (i128::from(SCORE.min)..=i128::from(SCORE.max)).contains(&moved)
        };
        if of.scale > SCORE.scale || !fits(of.min) || !fits(of.max) {
            let finding = Diagnostic::new(&types::TOO_LARGE, value.span, "the result of this calculation may not fit")
                .primary("what halves has at most six decimal places and lies within a thousand million")
                .help("give the attribute a range: points: whole from 0 to 100000");
            self.report(finding);
            return None;
        }
        let of = self.operand(number, value.span)?;
        let since = self.operand(time, since.span)?;
        self.gathered(Gathered::Halved { of, half_life: half_life?, since }, value.span)
    }

    /// What can be read before anything is calculated.
    fn operand(&mut self, expression: Expression, span: Span) -> Option<Operand> {
        let (why, help) = match expression {
            Expression::Attribute(id) => {
                let attribute = &self.rules[id];
                if attribute.default.is_none() {
                    return Some(Operand::Attribute(id));
                }
                let declared = attribute.span;
                let finding =
                    Diagnostic::new(&types::CANNOT_HALVE, span, "nobody knows how old a value is that stands in")
                        .primary("has a value for everybody")
                        .label(declared, "declared with `else`")
                        .help(
                            "take `else` from the attribute, and write what stands in behind the whole: (.. ) else 0",
                        );
                self.report(finding);
                return None;
            }
            Expression::Gathered(id) => match self.rules[id] {
                Gathered::Times(..) | Gathered::Last(_) | Gathered::Sum(..) | Gathered::Decayed(_) => {
                    return Some(Operand::Gathered(id));
                }
                Gathered::Halved { .. } => ("halves already", "halve it once"),
            },
            Expression::Literal(Value::Number(mantissa), Type::Number(number)) => {
                return Some(Operand::Number(mantissa, number.scale));
            }
            Expression::Literal(Value::Time(at), _) => return Some(Operand::Time(at)),
            Expression::Now => ("nothing has passed since now", "write the time from which on it halves"),
            Expression::Value(_) => ("a value with a name is a calculation", "write the attribute itself"),
            Expression::Literal(..)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::Else(..)
            | Expression::When(..) => {
                ("a calculation", "calculate with what is left: 0.3 * points halving every 30 days since earned_at")
            }
        };
        let message = "`halving` takes an attribute, a count of events or a number as it stands";
        self.report(Diagnostic::new(&types::CANNOT_HALVE, span, message).primary(why).help(help));
        None
    }

    /// The entry, made if it is new.
    fn gathered(&mut self, gathered: Gathered, span: Span) -> Option<Typed> {
        let ty = self.rules.type_of_gathered(&gathered);
        let next = GatheredId::from_index(self.rules.gathered.len());
        let id = *self.gathered.entry(gathered.clone()).or_insert(next);
        if id == next {
            if next.index() >= limits::GATHERED {
                let count = limits::GATHERED + 1;
                self.report(many("counts, sums and last times of events", count, limits::GATHERED, span));
                return None;
            }
            self.rules.gathered.push(gathered);
        }
        Some(Typed::Value(Expression::Gathered(id), ty))
    }

    fn occurrence(&mut self, of: &tree::Occurrence, span: Span) -> Option<Occurrence> {
        let is_key = |mark: &tree::Clause<Mark>| matches!(mark.kind, Mark::Key | Mark::KeyRowNumber);
        let has_key = self.collected.attributes.values().any(|(_, attribute)| attribute.marks.iter().any(is_key));
        if !has_key && !self.collected.attributes_lost {
            let finding = Diagnostic::new(&resolve::HISTORY_WITHOUT_KEY, span, "nobody knows whose events these are")
                .primary("the events of which customer?")
                .help("mark the attribute that says who the customer is: id: text key");
            self.report(finding);
            return None;
        }
        let event = self.find_event(&of.event);
        let of = match &of.of {
            None => None,
            Some(CapTarget::Offer(name)) => Some(EventTarget::Offer(self.find_offer(name)?)),
            Some(CapTarget::Tag(name)) => Some(EventTarget::Tag(self.find_tag(name)?)),
            Some(CapTarget::Class(name)) => Some(EventTarget::Class(self.class(name)?)),
            Some(CapTarget::Rule(name)) => Some(EventTarget::Rule(self.find_rule(name)?)),
            Some(CapTarget::Channel(name)) => Some(EventTarget::Channel(self.find_channel(name)?)),
        };
        Some(Occurrence { event: event?, of })
    }

    /// The place of a field that is a number.
    fn field(&mut self, of: Occurrence, name: &Name) -> Option<(u32, NumberType)> {
        let event = &self.rules[of.event];
        let found = event.fields.iter().zip(0_u32..).find(|(field, _)| field.name == name.text);
        let Some((field, place)) = found else {
            let message = format!("event `{}` has no field `{}`", event.name, name.text);
            let known: Vec<_> = event.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            let help = if known.is_empty() {
                format!("declare it: event {} {{ {}: decimal(2) }}", event.name, name.text)
            } else {
                format!("its fields are {}", known.join(", "))
            };
            let finding = Diagnostic::new(&resolve::UNKNOWN_FIELD, name.span, message);
            self.report(finding.primary("not declared").label(event.span, "the event").help(help));
            return None;
        };
        match field.ty {
            Type::Number(number) => Some((place, number)),
            Type::YesNo
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => {
                let finding = Diagnostic::new(&types::MISMATCH, name.span, "only numbers can be added up")
                    .primary(format!("this is {}", field.ty.word()))
                    .label(event.span, "declared here")
                    .help("count the events: times .. in the last 30 days");
                self.report(finding);
                None
            }
        }
    }

    fn window(&mut self, length: Duration) -> Option<Lookback> {
        match no_time(length) {
            None => Some(Lookback::Last(period(length))),
            Some(finding) => {
                self.report(finding);
                None
            }
        }
    }

    /// An elapsed half-life.
    pub(in crate::check) fn half_life(&mut self, every: Duration) -> Option<Period> {
        if every.count > 0 && every.unit != tree::Unit::Month {
            return Some(period(every));
        }
        let finding = Diagnostic::new(&types::BAD_RANGE, every.span, "what halves needs an elapsed half-life")
            .primary("months differ in length, and nothing halves in no time")
            .help("write it in weeks, days, hours, minutes or seconds: halving every 72 hours");
        self.report(finding);
        None
    }

    /// `number * decaying sum` as one decaying sum, where the weights keep six places.
    pub(super) fn weighted(
        &mut self,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<(Expression, NumberType)> {
        let (weight, terms) = match (written(left), written(right)) {
            (Some(weight), None) => (weight, self.decayed(right)?),
            (None, Some(weight)) => (weight, self.decayed(left)?),
            (_, _) => return None,
        };
        let terms = terms.into_iter().map(|term| {
            let Increment::Points(points) = term.each else { return None };
            let product = i128::from(points).checked_mul(weight.0.into())?;
            let scale = 10_i128.pow(u32::from(weight.1.min(MAX_SCALE)));
            let points = i64::try_from(product / scale).ok().filter(|_| product % scale == 0)?;
            (SCORE.min..=SCORE.max).contains(&points).then_some(Term { each: Increment::Points(points), ..term })
        });
        let terms: Option<Vec<Term>> = terms.collect();
        self.decaying(terms?, span)
    }

    /// The sum or the difference of two decaying sums as one.
    pub(super) fn added(
        &mut self,
        sign: tree::AddSign,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<(Expression, NumberType)> {
        let mut terms = self.decayed(left)?;
        for term in self.decayed(right)? {
            let each = match (sign, term.each) {
                (tree::AddSign::Plus, each) => each,
                (tree::AddSign::Minus, Increment::Points(points)) => Increment::Points(-points),
                (tree::AddSign::Minus, Increment::Field(_)) => return None,
            };
            terms.push(Term { each, ..term });
        }
        if terms.len() > limits::TERMS {
            return None;
        }
        self.decaying(terms, span)
    }

    fn decayed(&self, expression: &Expression) -> Option<Vec<Term>> {
        match expression {
            Expression::Gathered(id) => match &self.rules[*id] {
                Gathered::Decayed(terms) => Some(terms.clone()),
                Gathered::Times(..) | Gathered::Last(_) | Gathered::Sum(..) | Gathered::Halved { .. } => None,
            },
            Expression::Literal(..)
            | Expression::Attribute(_)
            | Expression::Value(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::Else(..)
            | Expression::When(..) => None,
        }
    }

    fn decaying(&mut self, terms: Vec<Term>, span: Span) -> Option<(Expression, NumberType)> {
        match self.gathered(Gathered::Decayed(terms), span)? {
            Typed::Value(expression, Type::Number(number)) => Some((expression, number)),
            Typed::Value(..) | Typed::Condition(_) => None,
        }
    }
}

/// A written number: mantissa and places.
fn written(expression: &Expression) -> Option<(i64, u8)> {
    let (Value::Number(mantissa), Type::Number(number)) = expression.as_literal()? else { return None };
    Some((*mantissa, number.scale))
}
