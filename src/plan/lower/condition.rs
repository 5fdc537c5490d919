//! Every condition, asked one of the two questions.

use super::{Ask, Defaults, Lowered, Lowering};
use crate::model::{AgeBound, Condition, Expression};
use crate::ops::{Comparison, Direction};
use crate::plan::guard::{GuardId, Relation};
use crate::plan::layout::Edge;
use crate::plan::number::{NEVER_ABOVE, NEVER_BELOW, Number, NumberId, Range};
use crate::value::{Date, Instant, Period, Type, Value};

impl Lowering<'_> {
    /// Whether a condition is yes, or whether it is no.
    pub(in crate::plan) fn ask(&mut self, condition: &Condition, ask: Ask) -> Lowered<GuardId> {
        match condition {
            Condition::And(parts) => self.ask_each(parts, ask, ask == Ask::Yes),
            Condition::Or(parts) => self.ask_each(parts, ask, ask == Ask::No),
            Condition::Not(inner) => self.ask(inner, ask.other()),
            Condition::Segment(id) => {
                if let Some(guard) = self.segments.get(&(*id, ask)) {
                    return Ok(*guard);
                }
                let rules = self.rules;
                let guard = self.ask(&rules[*id].condition, ask)?;
                self.segments.insert((*id, ask), guard);
                Ok(guard)
            }
            Condition::Holds(of) => {
                let yes = ask == Ask::Yes;
                self.state(of, &|state| (state == 0) == yes, false, Defaults::Counted)
            }
            Condition::Equal(left, right) => {
                let relation = if ask == Ask::Yes { Relation::Equal } else { Relation::NotEqual };
                self.relate(relation, left, right)
            }
            Condition::OneOf(of, values) => self.one_of(of, values, ask),
            Condition::Compare(comparison, left, right) => self.compare(*comparison, left, right, ask),
            Condition::Between(of, from, to) => {
                let least = self.compare(Comparison::AtLeast, of, from, ask)?;
                let greatest = self.compare(Comparison::AtMost, of, to, ask)?;
                Ok(self.both(least, greatest, ask))
            }
            Condition::Known(of) => match ask {
                Ask::Yes => self.known(of, Defaults::Ignored),
                Ask::No => self.missing(of, Defaults::Ignored),
            },
            Condition::Never(of) => {
                let never = match self.rules.type_of(of) {
                    Type::Time | Type::Date => NEVER_BELOW,
                    Type::Number(_) | Type::Score(_) => NEVER_ABOVE,
                    Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone => {
                        return if ask == Ask::Yes { Ok(GuardId::NOT) } else { self.known(of, Defaults::Counted) };
                    }
                };
                let number = self.number(of, Defaults::Counted)?;
                Ok(match ask {
                    Ask::Yes => self.guards.within(number, never, never),
                    Ask::No => self.guards.outside(number, never, never),
                })
            }
            Condition::Has(of, quantifier, elements) => self.has(of, *quantifier, elements, ask),
            Condition::Age(of, direction, bound) => self.age(of, *direction, *bound, ask),
        }
    }

    /// Each part asked the same; all must hold if `each`, else one.
    fn ask_each(&mut self, parts: &[Condition], ask: Ask, each: bool) -> Lowered<GuardId> {
        let parts = parts.iter().map(|part| self.ask(part, ask)).collect::<Lowered<Vec<_>>>()?;
        Ok(if each { self.guards.all(parts) } else { self.guards.any(parts) })
    }

    /// Two halves of a conjunction, each asked already.
    fn both(&mut self, first: GuardId, second: GuardId, ask: Ask) -> GuardId {
        match ask {
            Ask::Yes => self.guards.all([first, second]),
            Ask::No => self.guards.any([first, second]),
        }
    }

    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
        ask: Ask,
    ) -> Lowered<GuardId> {
        let relation = Relation::from(comparison);
        self.relate(if ask == Ask::Yes { relation } else { relation.complement() }, left, right)
    }

    /// Both known, and so related.
    fn relate(&mut self, relation: Relation, left: &Expression, right: &Expression) -> Lowered<GuardId> {
        match self.rules.type_of(left) {
            Type::OneOf(_) | Type::YesNo => {
                if let Some(member) = member_of(right) {
                    return self.state(left, &|state| holds(relation, state, member), false, Defaults::Counted);
                }
                if let Some(member) = member_of(left) {
                    return self.state(right, &|state| holds(relation, member, state), false, Defaults::Counted);
                }
            }
            Type::Text | Type::Zone => {
                let written = |expression: &Expression| matches!(expression, Expression::Literal(..));
                self.layout.tells_texts_apart |= !written(left) && !written(right);
            }
            Type::Number(_) | Type::Set | Type::Time | Type::Date | Type::Score(_) => {}
        }
        let left = self.number(left, Defaults::Counted)?;
        let right = self.number(right, Defaults::Counted)?;
        Ok(self.guards.relate(relation, left, right))
    }

    fn one_of(&mut self, of: &Expression, values: &[Value], ask: Ask) -> Lowered<GuardId> {
        let wanted = ask == Ask::Yes;
        let ty = self.rules.type_of(of);
        if matches!(ty, Type::OneOf(_) | Type::YesNo) {
            let members: Vec<u16> = values.iter().filter_map(state_of).collect();
            return self.state(of, &|state| members.contains(&state) == wanted, false, Defaults::Counted);
        }
        let number = self.number(of, Defaults::Counted)?;
        // Never equals nothing, so in a list it says nothing.
        let values = values.iter().filter(|value| **value != Value::Never);
        let words: Vec<i64> = values.map(|value| self.written(value)).collect();
        Ok(self.guards.one_of(number, words, wanted))
    }

    fn age(&mut self, of: &Expression, direction: Direction, bound: AgeBound, ask: Ask) -> Lowered<GuardId> {
        let day = self.rules.type_of(of) == Type::Date;
        let number = self.number(of, Defaults::Counted)?;
        match bound {
            AgeBound::One(comparison, period) => Ok(self.age_of(number, direction, comparison, period, day, ask)),
            AgeBound::Between(from, to) => {
                let least = self.age_of(number, direction, Comparison::AtLeast, from, day, ask);
                let greatest = self.age_of(number, direction, Comparison::AtMost, to, day, ask);
                Ok(self.both(least, greatest, ask))
            }
        }
    }

    /// The larger the age, the farther from now; `at most` and `less than` keep out the other side of now.
    fn age_of(
        &mut self,
        of: NumberId,
        direction: Direction,
        comparison: Comparison,
        period: Period,
        day: bool,
        ask: Ask,
    ) -> GuardId {
        let edge = self.layout.edge(Edge { direction, period, day });
        let now = if day { self.layout.today() } else { self.layout.now() };
        let range = if day {
            Range::known(i64::from(Date::MIN.0), i64::from(Date::MAX.0))
        } else {
            Range::known(Instant::MIN.0, Instant::MAX.0)
        };
        let [edge, now] = [edge, now].map(|word| self.guards.keep_number(Number::Word(word), range));
        // As for `old`, where a greater age is an earlier instant; `ahead` is its mirror image.
        let (far, near) = match comparison {
            Comparison::AtLeast => (Relation::AtMost, None),
            Comparison::MoreThan => (Relation::LessThan, None),
            Comparison::AtMost => (Relation::AtLeast, Some(Relation::AtMost)),
            Comparison::LessThan => (Relation::MoreThan, Some(Relation::AtMost)),
        };
        let turned = |relation: Relation| match direction {
            Direction::Old => relation,
            Direction::Ahead => relation.mirrored(),
        };
        let asked = |relation: Relation| match ask {
            Ask::Yes => turned(relation),
            Ask::No => turned(relation).complement(),
        };
        let edge = self.guards.relate(asked(far), of, edge);
        match near {
            None => edge,
            Some(near) => {
                let near = self.guards.relate(asked(near), of, now);
                self.both(edge, near, ask)
            }
        }
    }
}

/// The place of a written member, `yes` being 0 and `no` 1.
fn member_of(expression: &Expression) -> Option<u16> {
    expression.as_literal().and_then(|(value, _)| state_of(value))
}

/// The place of a value among the few of its type.
pub(super) fn state_of(value: &Value) -> Option<u16> {
    match value {
        Value::YesNo(yes) => Some(u16::from(!yes)),
        Value::Member(member) => Some(*member),
        Value::Number(_) | Value::Text(_) | Value::Set(_) | Value::Time(_) | Value::Date(_) | Value::Never => None,
    }
}

fn holds(relation: Relation, left: u16, right: u16) -> bool {
    match relation {
        Relation::Equal => left == right,
        Relation::NotEqual => left != right,
        Relation::AtLeast => left >= right,
        Relation::AtMost => left <= right,
        Relation::MoreThan => left > right,
        Relation::LessThan => left < right,
    }
}
