//! Values of one attribute that turn a test: the nearest ones to what the attribute is now.
//!
//! Takes a test and an attribute it reads; gives values of the attribute's type for which the test becomes the opposite
//! of what it is (of an unknown test: either), nearest first. Numbers are found by halving between the value and the ends
//! of the range, so that sums and products need no solving; everything else from the constants the test names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::condition::condition;
use crate::frame::Frame;
use crate::model::show::show_text;
use crate::model::{AttributeId, Condition, Expression, RuleSet};
use crate::ops::Direction;
use crate::value::{Date, Datum, Instant, NumberType, Truth, Type, Value};

/// The most values that are tried of one attribute in one test.
const MOST: usize = 4;
/// The most members of a list that are looked at.
const MEMBERS: u16 = 64;
const SECOND: i64 = 1_000_000;

/// The nearest values of `id` that turn `test`.
pub(super) fn turning(rules: &RuleSet, frame: &Frame, test: &Condition, id: AttributeId) -> Vec<Value> {
    let mut trial = Trial { rules, frame: frame.clone(), test, id };
    let now = condition(rules, frame, test);
    let held = frame.attribute(id).known().cloned();
    let mut values: Vec<Value> = trial.candidates(held.as_ref());
    values.retain(|value| {
        let truth = trial.truth(value);
        held.as_ref() != Some(value) && truth != Truth::Unknown && truth != now
    });
    // The members of a list without order are all as near.
    let unordered = matches!(rules[id].ty, Type::OneOf(list) if !rules.is_ordered(list));
    let from = held.as_ref().filter(|_| !unordered);
    values.sort_by_key(|value| (distance(from, value), value.clone()));
    values.dedup();
    values.truncate(MOST);
    values
}

/// `viewed has "running"`, `viewed has none of ["trail"]`: what became of a set.
pub(super) fn show_set_change(name: &str, held: &BTreeSet<Arc<str>>, wanted: &BTreeSet<Arc<str>>) -> String {
    let listed = |elements: Vec<&Arc<str>>| {
        elements.into_iter().map(|element| show_text(element)).collect::<Vec<_>>().join(", ")
    };
    let added: Vec<_> = wanted.difference(held).collect();
    let removed: Vec<_> = held.difference(wanted).collect();
    match (added.len(), removed.is_empty()) {
        (0, true) => format!("{name} is []"),
        (0, false) => format!("{name} has none of [{}]", listed(removed)),
        (1, _) => format!("{name} has {}", listed(added)),
        (_, _) => format!("{name} has all of [{}]", listed(added)),
    }
}

fn distance(held: Option<&Value>, value: &Value) -> u128 {
    let apart = |a: i64, b: i64| (i128::from(a) - i128::from(b)).unsigned_abs();
    match (held, value) {
        (Some(Value::Number(a)), Value::Number(b)) => apart(*a, *b),
        (Some(Value::Time(a)), Value::Time(b)) => apart(a.0, b.0),
        (Some(Value::Date(a)), Value::Date(b)) => apart(i64::from(a.0), i64::from(b.0)),
        (Some(Value::Member(a)), Value::Member(b)) => apart(i64::from(*a), i64::from(*b)),
        (Some(Value::Set(a)), Value::Set(b)) => a.symmetric_difference(b).count() as u128,
        // Never is as far as can be; without a value to start from, every value is as near.
        (_, Value::Never) => u128::MAX,
        (
            _,
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Date(_),
        ) => 0,
    }
}

/// A test and a frame in which one attribute is varied.
struct Trial<'a> {
    rules: &'a RuleSet,
    frame: Frame,
    test: &'a Condition,
    id: AttributeId,
}

impl Trial<'_> {
    fn truth(&mut self, value: &Value) -> Truth {
        if let Some(place) = self.frame.attributes.get_mut(self.id.index()) {
            *place = Datum::Known(value.clone());
        }
        condition(self.rules, &self.frame, self.test)
    }

    fn candidates(&mut self, held: Option<&Value>) -> Vec<Value> {
        let mut values = match self.rules[self.id].ty {
            Type::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
            Type::OneOf(list) => {
                let members = u16::try_from(self.rules.members(list).len()).unwrap_or(MEMBERS).min(MEMBERS);
                (0..members).map(Value::Member).collect()
            }
            Type::Text | Type::Zone => self.texts().into_iter().map(Value::Text).collect(),
            Type::Set => self.sets(held),
            ty @ (Type::Number(_) | Type::Score(_)) => {
                ty.number().map_or_else(Vec::new, |number| self.numbers(number, held))
            }
            Type::Time => self.times().into_iter().map(Value::Time).collect(),
            Type::Date => self.dates().into_iter().map(Value::Date).collect(),
        };
        if matches!(self.test, Condition::Never(_)) && self.rules[self.id].may_be_never() {
            values.push(Value::Never);
        }
        values
    }

    /// The literals of the test, with their types.
    fn literals(&self) -> Vec<(Value, Type)> {
        let mut found = Vec::new();
        self.test.operands().into_iter().for_each(|operand| literals(operand, &mut found));
        if let Condition::OneOf(of, values) = self.test {
            let ty = self.rules.type_of(of);
            found.extend(values.iter().map(|value| (value.clone(), ty)));
        }
        found
    }

    /// What the other attributes of the test hold.
    fn others(&self) -> Vec<Value> {
        let read = self.rules.read_by(self.test);
        let others = read.into_iter().filter(|id| *id != self.id);
        others.filter_map(|id| self.frame.attribute(id).known().cloned()).collect()
    }

    fn texts(&self) -> BTreeSet<Arc<str>> {
        let literals = self.literals().into_iter().map(|(value, _)| value);
        literals
            .chain(self.others())
            .filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None })
            .collect()
    }

    fn sets(&self, held: Option<&Value>) -> Vec<Value> {
        let held = match held {
            Some(Value::Set(held)) => held.clone(),
            Some(_) | None => BTreeSet::new(),
        };
        let Condition::Has(_, _, named) = self.test else {
            return vec![Value::Set(held)];
        };
        let with_one = named.iter().map(|element| {
            let mut set = held.clone();
            set.insert(element.clone());
            set
        });
        let with_all = held.union(named).cloned().collect();
        let without = held.difference(named).cloned().collect();
        with_one.chain([with_all, without]).map(Value::Set).collect()
    }

    fn times(&self) -> Vec<Instant> {
        let now = self.frame.now;
        let literals = self.literals().into_iter().map(|(value, _)| value);
        let named = literals.chain(self.others()).filter_map(|value| match value {
            Value::Time(at) => Some(at),
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Date(_)
            | Value::Never => None,
        });
        let aged = self.test.ages().into_iter().map(|(direction, period)| match direction {
            Direction::Old => now.minus(period),
            Direction::Ahead => now.gone_by(period),
        });
        let marks = named.chain(aged).chain([now]);
        marks.flat_map(|at| [Instant(at.0 - SECOND), at, Instant(at.0 + SECOND)]).collect()
    }

    fn dates(&self) -> Vec<Date> {
        let today = self.frame.today;
        let literals = self.literals().into_iter().map(|(value, _)| value);
        let named = literals.chain(self.others()).filter_map(|value| match value {
            Value::Date(day) => Some(day),
            Value::YesNo(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Time(_)
            | Value::Never => None,
        });
        let aged = self.test.ages().into_iter().map(|(direction, period)| match direction {
            Direction::Old => today.minus(period),
            Direction::Ahead => today.gone_by(period),
        });
        named.chain(aged).chain([today]).flat_map(|day| [Date(day.0 - 1), day, Date(day.0 + 1)]).collect()
    }

    /// The constants of the test and their neighbours, and where it turns between the value and each end of the range.
    fn numbers(&mut self, range: NumberType, held: Option<&Value>) -> Vec<Value> {
        let mut marks: BTreeSet<i64> = BTreeSet::from([0]);
        for (value, ty) in self.literals() {
            if let (Value::Number(mantissa), Some(number)) = (value, ty.number()) {
                let moved = crate::value::rescale(i128::from(mantissa), number.scale, range.scale);
                marks.extend(i64::try_from(moved).ok());
            }
        }
        let held = match held {
            Some(Value::Number(held)) => Some(*held),
            Some(_) | None => None,
        };
        let start = held.unwrap_or(range.min);
        for end in [range.min, range.max] {
            marks.extend(self.turn(start, end));
        }
        let near = marks.into_iter().flat_map(|mark| [mark.saturating_sub(1), mark, mark.saturating_add(1)]);
        near.filter(|mark| (range.min..=range.max).contains(mark)).map(Value::Number).collect()
    }

    /// The number nearest to `start`, on the way to `end`, for which the test is what it is at the end.
    fn turn(&mut self, start: i64, end: i64) -> Option<i64> {
        let at_end = self.truth(&Value::Number(end));
        if self.truth(&Value::Number(start)) == at_end {
            return None;
        }
        let (mut unlike, mut like) = (i128::from(start), i128::from(end));
        while (unlike - like).abs() > 1 {
            let middle = i64::try_from((unlike + like).div_euclid(2)).ok()?;
            if self.truth(&Value::Number(middle)) == at_end {
                like = i128::from(middle)
            } else {
                unlike = i128::from(middle)
            }
        }
        i64::try_from(like).ok()
    }
}

fn literals(expression: &Expression, found: &mut Vec<(Value, Type)>) {
    match expression {
        Expression::Literal(value, ty) => found.push((value.clone(), *ty)),
        Expression::Rescale(of, _) | Expression::When(of, _, _) => literals(of, found),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            literals(left, found);
            literals(right, found);
        }
        Expression::Attribute(_)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
    }
}
