//! The worked examples of the register as little worlds: one rule set, one frame, one question each, so that every
//! engine can be asked the same table.

use crate::frame::Frame;
use crate::model::testing::{World, at, holds, not, read, whole};
use crate::model::{AgeBound, AttributeId, Condition, Expression, RuleSet};
use crate::ops::{Arithmetic, Comparison, Direction, Example, Operator, Quantifier, SAMPLE_LIST, SAMPLE_NOW, Sample};
use crate::value::{Datum, NumberType, Period, Type, Value};

/// What an example asks.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// For its truth.
    Condition(Condition),
    /// For its value.
    Expression(Expression),
}

/// The rule set, the frame and the question of an example: each operand an attribute, lists and periods as written.
pub(crate) fn worked(operator: Operator, example: &Example) -> (RuleSet, Frame, Question) {
    let mut world = World::new();
    let list = world.list(&SAMPLE_LIST, true);
    let kind = example.operands.iter().chain([&example.gives]).find_map(|sample| match sample {
        Sample::Number(_) => Some(number(sample.scale())),
        Sample::Text(_) => Some(Type::Text),
        Sample::Member(_) => Some(Type::OneOf(list)),
        Sample::Set(_) => Some(Type::Set),
        Sample::Date(_) => Some(Type::Date),
        Sample::Time(_) => Some(Type::Time),
        Sample::Yes | Sample::No | Sample::Unknown | Sample::Period(..) | Sample::Never | Sample::Missing => None,
    });
    let is_set = matches!(operator, Operator::HasAny | Operator::HasAll);
    let is_age = operator.name().starts_with("old") || operator.name().starts_with("ahead");
    let is_time = is_age || matches!(operator, Operator::Before | Operator::After);
    let usual = if is_time { Type::Time } else { whole(-1000, 1000) };
    let sample = |at: usize| example.operands.get(at).copied().unwrap_or(Sample::Missing);
    let ty = |at: usize| match sample(at) {
        Sample::Yes | Sample::No | Sample::Unknown => Type::YesNo,
        sample @ Sample::Number(_) => number(sample.scale()),
        Sample::Set(_) => Type::Set,
        Sample::Text(_)
        | Sample::Member(_)
        | Sample::Time(_)
        | Sample::Date(_)
        | Sample::Period(..)
        | Sample::Never
        | Sample::Missing => match () {
            () if is_set => Type::Set,
            () if operator == Operator::Holds => Type::YesNo,
            () => kind.unwrap_or(usual),
        },
    };
    let ids: Vec<AttributeId> =
        (0..example.operands.len()).map(|at| world.customer(&format!("x{at}"), ty(at))).collect();
    let mut frame = Frame::empty(&world.rules, at(SAMPLE_NOW));
    for (id, sample) in ids.iter().zip(example.operands) {
        frame.attributes[id.index()] = sample.datum();
    }
    let operand = |at: usize| read(ids[at]);
    let boxed = |at: usize| Box::new(operand(at));
    let condition = |at: usize| holds(ids[at]);
    let rest = example.operands.get(1..).unwrap_or_default();
    let values: Vec<Value> = rest.iter().filter_map(|sample| sample.value()).collect();
    let texts = || {
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        values.iter().filter_map(text).collect()
    };
    let period = |at: usize| {
        let Sample::Period(count, unit) = sample(at) else {
            panic!("{:?} is no period", sample(at));
        };
        Period { count, unit }
    };
    let one = |direction, comparison| Condition::Age(operand(0), direction, AgeBound::One(comparison, period(1)));
    let range = |direction| Condition::Age(operand(0), direction, AgeBound::Between(period(1), period(2)));
    let compare = |comparison| Condition::Compare(comparison, operand(0), operand(1));
    let result = NumberType { scale: example.gives.scale(), min: i64::MIN, max: i64::MAX };
    let result =
        if example.gives == Sample::Missing { NumberType { scale: sample(0).scale(), ..result } } else { result };
    let compute = |op| Question::Expression(Expression::Arithmetic(op, boxed(0), boxed(1), result));
    let asked = match operator {
        Operator::And => Condition::And(vec![condition(0), condition(1)]),
        Operator::Or => Condition::Or(vec![condition(0), condition(1)]),
        Operator::Not => not(condition(0)),
        Operator::Holds => condition(0),
        Operator::Is => Condition::Equal(operand(0), operand(1)),
        Operator::OneOf => Condition::OneOf(operand(0), values.clone()),
        Operator::AtLeast => compare(Comparison::AtLeast),
        Operator::AtMost => compare(Comparison::AtMost),
        Operator::MoreThan | Operator::After => compare(Comparison::MoreThan),
        Operator::LessThan | Operator::Before => compare(Comparison::LessThan),
        Operator::Between => Condition::Between(operand(0), operand(1), operand(2)),
        Operator::Known => Condition::Known(operand(0)),
        Operator::Never => Condition::Never(operand(0)),
        Operator::HasAny => Condition::Has(operand(0), Quantifier::Any, texts()),
        Operator::HasAll => Condition::Has(operand(0), Quantifier::All, texts()),
        Operator::OldAtLeast => one(Direction::Old, Comparison::AtLeast),
        Operator::OldAtMost => one(Direction::Old, Comparison::AtMost),
        Operator::OldMoreThan => one(Direction::Old, Comparison::MoreThan),
        Operator::OldLessThan => one(Direction::Old, Comparison::LessThan),
        Operator::OldBetween => range(Direction::Old),
        Operator::AheadAtLeast => one(Direction::Ahead, Comparison::AtLeast),
        Operator::AheadAtMost => one(Direction::Ahead, Comparison::AtMost),
        Operator::AheadMoreThan => one(Direction::Ahead, Comparison::MoreThan),
        Operator::AheadLessThan => one(Direction::Ahead, Comparison::LessThan),
        Operator::AheadBetween => range(Direction::Ahead),
        Operator::Add => return (world.rules, frame, compute(Arithmetic::Add)),
        Operator::Subtract => return (world.rules, frame, compute(Arithmetic::Subtract)),
        Operator::Multiply => return (world.rules, frame, compute(Arithmetic::Multiply)),
        Operator::Divide => return (world.rules, frame, compute(Arithmetic::Divide)),
        Operator::Else => {
            let stand_in = Expression::Else(boxed(0), boxed(1), ty(0));
            return (world.rules, frame, Question::Expression(stand_in));
        }
        Operator::When => {
            // The second operand of this example is the truth of a condition.
            let when = Expression::When(boxed(0), Box::new(condition(1)), result);
            return (world.rules, frame, Question::Expression(when));
        }
    };
    (world.rules, frame, Question::Condition(asked))
}

fn number(scale: u8) -> Type {
    Type::Number(NumberType { scale, min: i64::MIN, max: i64::MAX })
}

/// Loses the reason of a missing datum, which no operator promises.
pub(crate) fn without_reason(datum: Datum) -> Datum {
    match datum {
        Datum::Missing(_) => Sample::Missing.datum(),
        Datum::Known(_) => datum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{condition, expression};
    use crate::ops::{Given, table};

    #[test]
    fn the_reference_gives_what_the_register_says() {
        for doc in table() {
            for example in doc.examples {
                let (rules, frame, question) = worked(doc.operator, example);
                let (given, asked) = match &question {
                    Question::Condition(asked) => {
                        (Given::Truth(condition(&rules, &frame, asked)), asked.operator(&rules))
                    }
                    Question::Expression(asked) => {
                        let datum = without_reason(expression(&rules, &frame, asked));
                        (Given::Datum(datum), asked.operator())
                    }
                };
                assert_eq!(given, example.expected(doc.operator), "{}: {example:?}", doc.spelling);
                assert_eq!(asked, Some(doc.operator), "{}: {example:?}", doc.spelling);
            }
        }
    }
}
