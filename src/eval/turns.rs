//! When time alone can change what a condition says: at which instants to look again.
//!
//! What a condition reads stays as it was read (R32: as known now), only the clock goes on. So all that can change is
//! how old a time is, and how it stands to `now`. Each age turns where the time lies exactly so far back, or a
//! microsecond later; months, which are clamped at their ends, and days turn near there, at the midnights and at the
//! same time of day. These are places to look, not answers: more of them than turn do no harm.

use super::expression::datum;
use crate::frame::Frame;
use crate::model::{AgeBound, Condition, Expression, RuleSet};
use crate::ops::Direction;
use crate::value::{Date, Datum, Instant, Period, Unit, Value};

const DAY: i64 = 86_400_000_000;

/// The instants after the frame's and up to `until` at which what these conditions say may change; sorted, each once.
pub(super) fn turns<'a>(
    rules: &RuleSet,
    frame: &Frame,
    conditions: impl IntoIterator<Item = &'a Condition>,
    until: Instant,
) -> Vec<Instant> {
    let mut found = Found { rules, frame, turns: Vec::new() };
    for condition in conditions {
        found.condition(condition);
    }
    let mut turns = found.turns;
    turns.retain(|at| frame.now < *at && *at <= until);
    turns.sort_unstable();
    turns.dedup();
    turns
}

struct Found<'a> {
    rules: &'a RuleSet,
    frame: &'a Frame,
    turns: Vec<Instant>,
}

impl Found<'_> {
    fn condition(&mut self, condition: &Condition) {
        let mut parts = Vec::new();
        condition.each(&mut |part| parts.push(part.clone()));
        for part in parts {
            if let Condition::Segment(id) = &part {
                self.condition(&self.rules[*id].condition);
            }
            for operand in part.operands() {
                self.inside(operand);
            }
            match &part {
                Condition::Age(of, direction, bound) => {
                    let periods = match bound {
                        AgeBound::One(_, period) => vec![*period],
                        AgeBound::Between(from, to) => vec![*from, *to],
                    };
                    self.age(of, *direction, &periods);
                }
                Condition::Compare(_, left, right) | Condition::Equal(left, right) => {
                    [left, right].into_iter().for_each(|of| self.reached(of));
                }
                Condition::Between(of, from, to) => [of, from, to].into_iter().for_each(|of| self.reached(of)),
                Condition::And(_)
                | Condition::Or(_)
                | Condition::Not(_)
                | Condition::Segment(_)
                | Condition::Holds(_)
                | Condition::OneOf(..)
                | Condition::Known(_)
                | Condition::Never(_)
                | Condition::Has(..) => {}
            }
        }
    }

    /// Conditions inside an expression.
    fn inside(&mut self, expression: &Expression) {
        match expression {
            Expression::Literal(..)
            | Expression::Attribute(_)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => {}
            Expression::Value(id) => self.inside(&self.rules[*id].expression),
            Expression::Rescale(of, _) => self.inside(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.inside(left);
                self.inside(right);
            }
            Expression::When(of, condition, _) => {
                self.inside(of);
                self.condition(condition);
            }
        }
    }

    /// The instant of a time, at which `now` passes it.
    fn reached(&mut self, of: &Expression) {
        if let Datum::Known(Value::Time(at)) = datum(self.rules, self.frame, of) {
            self.turns.extend([at, just_after(at)]);
        }
    }

    fn age(&mut self, of: &Expression, direction: Direction, periods: &[Period]) {
        let none = Period { count: 0, unit: Unit::Second };
        for period in periods.iter().chain([&none]) {
            match datum(self.rules, self.frame, of) {
                Datum::Known(Value::Time(at)) => {
                    let edge = moved(direction, at, *period);
                    self.turns.extend([edge, just_after(edge)]);
                    if period.unit.microseconds().is_none() {
                        self.near(edge, at.0.rem_euclid(DAY));
                    }
                }
                Datum::Known(Value::Date(day)) => {
                    let edge = match direction {
                        Direction::Old => day.gone_by(*period),
                        Direction::Ahead => day.minus(*period),
                    };
                    let zone = &self.rules.defaults.zone;
                    let near = (-4..=5).map(|step| Date(edge.0.saturating_add(step)));
                    self.turns.extend(near.filter_map(|day| day.start_in(zone).or_else(|| day.start_in("UTC"))));
                }
                Datum::Known(
                    Value::YesNo(_)
                    | Value::Number(_)
                    | Value::Text(_)
                    | Value::Member(_)
                    | Value::Set(_)
                    | Value::Never,
                )
                | Datum::Missing(_) => {}
            }
        }
    }

    /// The midnights around an instant, and the times of day behind them.
    fn near(&mut self, edge: Instant, time_of_day: i64) {
        let midnight = edge.0 - edge.0.rem_euclid(DAY);
        for step in -4..=4 {
            let day = midnight.saturating_add(step * DAY);
            let same = Instant(day.saturating_add(time_of_day));
            self.turns.extend([Instant(day), same, just_after(same)]);
        }
    }
}

fn moved(direction: Direction, at: Instant, period: Period) -> Instant {
    match direction {
        Direction::Old => at.gone_by(period),
        Direction::Ahead => at.minus(period),
    }
}

fn just_after(at: Instant) -> Instant {
    Instant(at.0.saturating_add(1))
}
