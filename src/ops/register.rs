//! The register: every operator with its spelling, its signature, what it means and worked examples.
//!
//! The examples are data: they run as tests here and on every engine, and become the reference pages. Each operator
//! has a row with a missing operand and a row at its boundary.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::{Arithmetic, Comparison, Direction, Operator, Quantifier};
use super::{age, age_between, arithmetic, between, compare, equal, has, holds, known, never, one_of, or_else, when};
use super::{logic, member, set};
use crate::value::{Date, Datum, Decimal, Instant, Missing, Period, Truth, Unit, Value, date_in_zone};

/// What the reference says of one operator.
#[derive(Clone, Copy, Debug)]
pub struct OperatorDoc {
    /// Which.
    pub operator: Operator,
    /// How authors write it.
    pub spelling: &'static str,
    /// The types of its operands and of what it gives.
    pub signature: &'static str,
    /// What it means, in plain sentences.
    pub doc: &'static str,
    /// At least one with a missing operand and one at the boundary.
    pub examples: &'static [Example],
}

/// One row: operands and what they give.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the row is there for.
    pub row: Row,
    /// In the order of the spelling; a list is written out after what is looked up in it.
    pub operands: &'static [Sample],
    /// The result.
    pub gives: Sample,
}

/// Which case of an operator a row covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// An operand is missing.
    Missing,
    /// Just where the answer turns.
    Boundary,
    /// A number comes out.
    Number,
}

/// A value as it can be written in a table of constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Yes, as a value or as the truth of a condition.
    Yes,
    /// No, likewise.
    No,
    /// A condition that is unknown.
    Unknown,
    /// A number as authors write it.
    Number(&'static str),
    /// A text.
    Text(&'static str),
    /// A member of [`SAMPLE_LIST`].
    Member(&'static str),
    /// A set of text.
    Set(&'static [&'static str]),
    /// An instant.
    Time(&'static str),
    /// A day.
    Date(&'static str),
    /// A period.
    Period(u32, Unit),
    /// It never happened.
    Never,
    /// There is none.
    Missing,
}

/// The ordered list that examples take members from.
pub const SAMPLE_LIST: [&str; 3] = ["bronze", "silver", "gold"];

/// The instant at which examples are decided; the day is 2026-06-15.
pub const SAMPLE_NOW: &str = "2026-06-15T10:00Z";

/// Every operator, in the order of [`Operator::ALL`].
pub fn table() -> &'static [OperatorDoc] {
    static TABLE: LazyLock<Vec<OperatorDoc>> = LazyLock::new(|| {
        [logic::DOCS, member::DOCS, compare::DOCS, known::DOCS, set::DOCS, age::DOCS, arithmetic::DOCS].concat()
    });
    &TABLE
}

impl Operator {
    /// What the reference says of it.
    pub fn doc(self) -> Option<&'static OperatorDoc> {
        table().iter().find(|doc| doc.operator == self)
    }
}

impl Sample {
    /// The truth it stands for; anything that is no truth is unknown.
    pub fn truth(self) -> Truth {
        match self {
            Self::Yes => Truth::Yes,
            Self::No => Truth::No,
            Self::Unknown
            | Self::Number(_)
            | Self::Text(_)
            | Self::Member(_)
            | Self::Set(_)
            | Self::Time(_)
            | Self::Date(_)
            | Self::Period(..)
            | Self::Never
            | Self::Missing => Truth::Unknown,
        }
    }

    /// The datum it stands for; what is no value is missing.
    pub fn datum(self) -> Datum {
        self.value().map_or(Datum::Missing(Missing::Absent), Datum::Known)
    }

    /// The value it stands for, if it is one.
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Yes => Some(Value::YesNo(true)),
            Self::No => Some(Value::YesNo(false)),
            Self::Number(text) => Decimal::parse(text).ok().map(|number| Value::Number(number.mantissa)),
            Self::Text(text) => Some(Value::Text(Arc::from(text))),
            Self::Member(name) => {
                let at = SAMPLE_LIST.iter().position(|member| *member == name)?;
                u16::try_from(at).ok().map(Value::Member)
            }
            Self::Set(elements) => Some(Value::Set(elements.iter().copied().map(Arc::from).collect())),
            Self::Time(text) => Instant::parse(text).map(Value::Time),
            Self::Date(text) => Date::parse(text).map(Value::Date),
            Self::Never => Some(Value::Never),
            Self::Unknown | Self::Period(..) | Self::Missing => None,
        }
    }

    /// The decimal places of a number; 0 for anything else.
    pub fn scale(self) -> u8 {
        match self {
            Self::Number(text) => Decimal::parse(text).map_or(0, |number| number.scale),
            Self::Yes
            | Self::No
            | Self::Unknown
            | Self::Text(_)
            | Self::Member(_)
            | Self::Set(_)
            | Self::Time(_)
            | Self::Date(_)
            | Self::Period(..)
            | Self::Never
            | Self::Missing => 0,
        }
    }

    fn period(self) -> Period {
        if let Self::Period(count, unit) = self { Period { count, unit } } else { Period { count: 0, unit: Unit::Day } }
    }

    /// As authors write it.
    pub fn show(self) -> String {
        match self {
            Self::Yes => "yes".to_owned(),
            Self::No => "no".to_owned(),
            Self::Unknown => "unknown".to_owned(),
            Self::Number(text) | Self::Member(text) | Self::Time(text) | Self::Date(text) => text.to_owned(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Set(elements) => {
                let elements: Vec<_> = elements.iter().map(|element| format!("\"{element}\"")).collect();
                format!("[{}]", elements.join(", "))
            }
            Self::Period(count, unit) => Period { count, unit }.to_string(),
            Self::Never => "never".to_owned(),
            Self::Missing => "missing".to_owned(),
        }
    }
}

/// What an operator gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Of a condition.
    Truth(Truth),
    /// Of an expression.
    Datum(Datum),
}

impl Example {
    /// The result as the operator must give it.
    pub fn expected(&self, operator: Operator) -> Given {
        if operator.gives_truth() { Given::Truth(self.gives.truth()) } else { Given::Datum(self.gives.datum()) }
    }

    /// The result as the operator's function gives it; a missing datum has lost its reason, which no operator promises.
    pub fn run(&self, operator: Operator) -> Given {
        let now = Instant::parse(SAMPLE_NOW).unwrap_or(Instant(0));
        let given = apply(operator, self, now);
        match given {
            Given::Datum(Datum::Missing(_)) => Given::Datum(Datum::Missing(Missing::Absent)),
            Given::Truth(_) | Given::Datum(Datum::Known(_)) => given,
        }
    }
}

impl Operator {
    /// Whether it makes a condition; else it makes a value.
    pub fn gives_truth(self) -> bool {
        !matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Else | Self::When)
    }
}

fn apply(operator: Operator, example: &Example, now: Instant) -> Given {
    let sample = |at: usize| example.operands.get(at).copied().unwrap_or(Sample::Missing);
    let (x, y) = (sample(0).datum(), sample(1).datum());
    let rest = example.operands.get(1..).unwrap_or_default();
    let ordered = |comparison| Given::Truth(compare(comparison, &x, &y));
    let elements = || -> BTreeSet<Arc<str>> {
        rest.iter()
            .filter_map(|sample| match sample.value() {
                Some(Value::Text(text)) => Some(text),
                Some(_) | None => None,
            })
            .collect()
    };
    let period = |at| sample(at).period();
    let today = date_in_zone(now, "UTC");
    let aged = |direction, comparison| Given::Truth(age(&x, direction, comparison, period(1), now, today));
    let ranged = |direction| Given::Truth(age_between(&x, direction, period(1), period(2), now, today));
    let scale = if example.gives == Sample::Missing { sample(0).scale() } else { example.gives.scale() };
    let computed = |op| Given::Datum(arithmetic(op, (&x, sample(0).scale()), (&y, sample(1).scale()), scale));
    match operator {
        Operator::And => Given::Truth(sample(0).truth().and(sample(1).truth())),
        Operator::Or => Given::Truth(sample(0).truth().or(sample(1).truth())),
        Operator::Not => Given::Truth(sample(0).truth().negate()),
        Operator::Holds => Given::Truth(holds(&x)),
        Operator::Is => Given::Truth(equal(&x, &y)),
        Operator::OneOf => {
            Given::Truth(one_of(&x, &rest.iter().filter_map(|sample| sample.value()).collect::<Vec<_>>()))
        }
        Operator::AtLeast => ordered(Comparison::AtLeast),
        Operator::AtMost => ordered(Comparison::AtMost),
        Operator::MoreThan | Operator::After => ordered(Comparison::MoreThan),
        Operator::LessThan | Operator::Before => ordered(Comparison::LessThan),
        Operator::Between => Given::Truth(between(&x, &y, &sample(2).datum())),
        Operator::Known => Given::Truth(known(&x)),
        Operator::Never => Given::Truth(never(&x)),
        Operator::HasAny => Given::Truth(has(&x, Quantifier::Any, &elements())),
        Operator::HasAll => Given::Truth(has(&x, Quantifier::All, &elements())),
        Operator::OldAtLeast => aged(Direction::Old, Comparison::AtLeast),
        Operator::OldAtMost => aged(Direction::Old, Comparison::AtMost),
        Operator::OldMoreThan => aged(Direction::Old, Comparison::MoreThan),
        Operator::OldLessThan => aged(Direction::Old, Comparison::LessThan),
        Operator::OldBetween => ranged(Direction::Old),
        Operator::AheadAtLeast => aged(Direction::Ahead, Comparison::AtLeast),
        Operator::AheadAtMost => aged(Direction::Ahead, Comparison::AtMost),
        Operator::AheadMoreThan => aged(Direction::Ahead, Comparison::MoreThan),
        Operator::AheadLessThan => aged(Direction::Ahead, Comparison::LessThan),
        Operator::AheadBetween => ranged(Direction::Ahead),
        Operator::Add => computed(Arithmetic::Add),
        Operator::Subtract => computed(Arithmetic::Subtract),
        Operator::Multiply => computed(Arithmetic::Multiply),
        Operator::Divide => computed(Arithmetic::Divide),
        Operator::Else => Given::Datum(or_else(x, || y)),
        Operator::When => Given::Datum(when(x, sample(1).truth())),
    }
}

/// A row that says what it is there for; shortens the tables of the families.
pub(super) const fn row(row: Row, operands: &'static [Sample], gives: Sample) -> Example {
    Example { row, operands, gives }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_gives_what_it_says() {
        for doc in table() {
            for example in doc.examples {
                let shown: Vec<_> = example.operands.iter().map(|operand| operand.show()).collect();
                let (given, expected) = (example.run(doc.operator), example.expected(doc.operator));
                assert_eq!(given, expected, "{}: {}", doc.spelling, shown.join(", "));
            }
        }
    }

    #[test]
    fn every_operator_stands_once_and_covers_its_cases() {
        let listed: Vec<_> = table().iter().map(|doc| doc.operator).collect();
        assert_eq!(listed, Operator::ALL, "the register holds every operator once, in its order");
        for doc in table() {
            let rows: BTreeSet<_> = doc.examples.iter().map(|example| example.row).collect();
            let mut wanted = vec![Row::Missing, Row::Boundary];
            wanted.extend(if doc.operator.gives_truth() { vec![Row::Yes, Row::No] } else { vec![Row::Number] });
            for row in wanted {
                assert!(rows.contains(&row), "{} has no {row:?} row", doc.spelling);
            }
            for example in doc.examples {
                let missing =
                    example.operands.iter().any(|operand| matches!(operand, Sample::Missing | Sample::Unknown));
                assert!(example.row != Row::Missing || missing, "{}: a missing row without", doc.spelling);
                assert!(example.row != Row::Yes || example.gives == Sample::Yes, "{}", doc.spelling);
                assert!(example.row != Row::No || example.gives == Sample::No, "{}", doc.spelling);
            }
        }
    }

    #[test]
    fn samples_are_what_they_say() {
        for doc in table() {
            for operand in doc.examples.iter().flat_map(|example| example.operands) {
                let is_value = !matches!(operand, Sample::Unknown | Sample::Period(..) | Sample::Missing);
                assert_eq!(operand.value().is_some(), is_value, "{operand:?} in {}", doc.spelling);
            }
        }
    }
}
