//! Time distance: `is more than 60 days old`, `is at most 48 hours ahead`, `is from 180 to 540 days old`.
//!
//! Takes a time or a date, a bound and now (for a date: today), gives a truth. `old` is no for the future and `ahead`
//! is no for the past; now itself is on both sides. Never lies before every instant: it is more than any period old,
//! and not ahead.

use super::{Comparison, Direction};
use crate::value::{Date, Datum, Instant, Period, Truth, Value};

impl Direction {
    /// Both, in the order of the reference.
    pub const ALL: [Self; 2] = [Self::Old, Self::Ahead];

    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::Ahead => "ahead",
        }
    }
}

/// `t is more than 60 days old` and the like; unknown where t is missing.
pub fn age(
    of: &Datum,
    direction: Direction,
    comparison: Comparison,
    period: Period,
    now: Instant,
    today: Date,
) -> Truth {
    match of {
        Datum::Known(Value::Time(at)) => match direction {
            Direction::Old => old(*at, comparison, now.minus(period), now),
            Direction::Ahead => ahead(*at, comparison, now.plus(period), now),
        }
        .into(),
        Datum::Known(Value::Date(day)) => match direction {
            Direction::Old => old(*day, comparison, today.minus(period), today),
            Direction::Ahead => ahead(*day, comparison, today.plus(period), today),
        }
        .into(),
        Datum::Known(Value::Never) => match (direction, comparison) {
            (Direction::Old, Comparison::AtLeast | Comparison::MoreThan) => Truth::Yes,
            (Direction::Old, Comparison::AtMost | Comparison::LessThan) | (Direction::Ahead, _) => Truth::No,
        },
        Datum::Known(Value::YesNo(_) | Value::Number(_) | Value::Text(_) | Value::Member(_) | Value::Set(_))
        | Datum::Missing(_) => Truth::Unknown,
    }
}

/// `t is from 180 to 540 days old`, both ends in.
pub fn age_between(of: &Datum, direction: Direction, from: Period, to: Period, now: Instant, today: Date) -> Truth {
    age(of, direction, Comparison::AtLeast, from, now, today).and(age(
        of,
        direction,
        Comparison::AtMost,
        to,
        now,
        today,
    ))
}

/// The larger the age the smaller the instant; `at most` and `less than` also keep out the future.
fn old<T: Ord>(at: T, comparison: Comparison, edge: T, now: T) -> bool {
    match comparison {
        Comparison::AtLeast => at <= edge,
        Comparison::MoreThan => at < edge,
        Comparison::AtMost => edge <= at && at <= now,
        Comparison::LessThan => edge < at && at <= now,
    }
}

/// The mirror of [`old`].
fn ahead<T: Ord>(at: T, comparison: Comparison, edge: T, now: T) -> bool {
    match comparison {
        Comparison::AtLeast => edge <= at,
        Comparison::MoreThan => edge < at,
        Comparison::AtMost => now <= at && at <= edge,
        Comparison::LessThan => now <= at && at < edge,
    }
}
