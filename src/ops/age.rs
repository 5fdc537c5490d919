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
            Direction::Ahead => ahead(*at, comparison, now.gone_by(period), now),
        }
        .into(),
        Datum::Known(Value::Date(day)) => match direction {
            Direction::Old => old(*day, comparison, today.minus(period), today),
            Direction::Ahead => ahead(*day, comparison, today.gone_by(period), today),
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

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{Date, Missing, Never, No, Period, Time, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};
    use crate::value::Unit;

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::OldAtLeast,
            spelling: "t is at least D old",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies D or longer before now; no for the future. Never is as old as can be.",
            examples: &[
                row(Row::Boundary, &[Time("2026-04-16T09:59:59.999999Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-04-16T10:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-04-16T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::Yes, &[Time("2025-01-01T00:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Time("2026-06-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::No, &[Time("2026-07-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-15"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-04-16"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-04-17"), Period(60, Unit::Day)], No),
                row(Row::No, &[Date("2026-06-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-05-15T10:00Z"), Period(1, Unit::Month)], Yes),
                row(Row::Yes, &[Never, Period(60, Unit::Day)], Yes),
                row(Row::Missing, &[Missing, Period(60, Unit::Day)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::OldAtMost,
            spelling: "t is at most D old",
            signature: "a time or a date, a period -> condition",
            doc: "Yes from D before now up to now, both included; no for the future and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-04-16T09:59:59.999999Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-04-16T10:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-04-16T10:00:00.000001Z"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Time("2025-01-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Yes, &[Time("2026-06-01T00:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::No, &[Time("2026-07-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-15"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-16"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-04-17"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Date("2026-06-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-05-15T10:00Z"), Period(1, Unit::Month)], Yes),
                row(Row::No, &[Never, Period(60, Unit::Day)], No),
                row(Row::Missing, &[Missing, Period(60, Unit::Day)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::OldMoreThan,
            spelling: "t is more than D old",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies longer than D before now; no for the future. Never is as old as can be.",
            examples: &[
                row(Row::Boundary, &[Time("2026-04-16T09:59:59.999999Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-04-16T10:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-04-16T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::Yes, &[Time("2025-01-01T00:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Time("2026-06-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::No, &[Time("2026-07-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-15"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-04-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-17"), Period(60, Unit::Day)], No),
                row(Row::No, &[Date("2026-06-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-05-15T10:00Z"), Period(1, Unit::Month)], No),
                row(Row::Yes, &[Never, Period(60, Unit::Day)], Yes),
                row(Row::Missing, &[Missing, Period(60, Unit::Day)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::OldLessThan,
            spelling: "t is less than D old",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies less than D before now, now included; no for the future and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-04-16T09:59:59.999999Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-04-16T10:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-04-16T10:00:00.000001Z"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Time("2025-01-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Yes, &[Time("2026-06-01T00:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(60, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00:00.000001Z"), Period(60, Unit::Day)], No),
                row(Row::No, &[Time("2026-07-01T00:00Z"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-15"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-04-17"), Period(60, Unit::Day)], Yes),
                row(Row::No, &[Date("2026-06-16"), Period(60, Unit::Day)], No),
                row(Row::Boundary, &[Time("2026-05-15T10:00Z"), Period(1, Unit::Month)], No),
                row(Row::No, &[Never, Period(60, Unit::Day)], No),
                row(Row::Missing, &[Missing, Period(60, Unit::Day)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::OldBetween,
            spelling: "t is from D to D old",
            signature: "a time or a date, two periods -> condition",
            doc: "Yes from the first age to the second, both included; no for the future and for never.",
            examples: &[
                row(Row::Yes, &[Time("2026-06-01T00:00Z"), Period(7, Unit::Day), Period(30, Unit::Day)], Yes),
                row(Row::Boundary, &[Time("2026-06-08T10:00Z"), Period(7, Unit::Day), Period(30, Unit::Day)], Yes),
                row(
                    Row::Boundary,
                    &[Time("2026-06-08T10:00:00.000001Z"), Period(7, Unit::Day), Period(30, Unit::Day)],
                    No,
                ),
                row(Row::Boundary, &[Time("2026-05-16T10:00Z"), Period(7, Unit::Day), Period(30, Unit::Day)], Yes),
                row(
                    Row::Boundary,
                    &[Time("2026-05-16T09:59:59.999999Z"), Period(7, Unit::Day), Period(30, Unit::Day)],
                    No,
                ),
                row(Row::No, &[Time("2026-06-14T00:00Z"), Period(7, Unit::Day), Period(30, Unit::Day)], No),
                row(Row::No, &[Never, Period(7, Unit::Day), Period(30, Unit::Day)], No),
                row(Row::Missing, &[Missing, Period(7, Unit::Day), Period(30, Unit::Day)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AheadAtLeast,
            spelling: "t is at least D ahead",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies D or longer after now; no for the past and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-06-17T10:00:00.000001Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-17T10:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-17T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::Yes, &[Time("2026-12-24T00:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::No, &[Time("2026-06-16T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-15T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::No, &[Time("2026-01-01T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Date("2026-06-17"), Period(2, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-06-18"), Period(2, Unit::Day)], Yes),
                row(Row::No, &[Never, Period(48, Unit::Hour)], No),
                row(Row::Missing, &[Missing, Period(48, Unit::Hour)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AheadAtMost,
            spelling: "t is at most D ahead",
            signature: "a time or a date, a period -> condition",
            doc: "Yes from now up to D after it, both included; no for the past and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-06-17T10:00:00.000001Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-17T10:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-17T09:59:59.999999Z"), Period(48, Unit::Hour)], Yes),
                row(Row::No, &[Time("2026-12-24T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Yes, &[Time("2026-06-16T00:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::No, &[Time("2026-01-01T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Date("2026-06-17"), Period(2, Unit::Day)], Yes),
                row(Row::Boundary, &[Date("2026-06-18"), Period(2, Unit::Day)], No),
                row(Row::No, &[Never, Period(48, Unit::Hour)], No),
                row(Row::Missing, &[Missing, Period(48, Unit::Hour)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AheadMoreThan,
            spelling: "t is more than D ahead",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies longer than D after now; no for the past and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-06-17T10:00:00.000001Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-17T10:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-17T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::Yes, &[Time("2026-12-24T00:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::No, &[Time("2026-06-16T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-15T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::No, &[Time("2026-01-01T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Date("2026-06-17"), Period(2, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-06-18"), Period(2, Unit::Day)], Yes),
                row(Row::No, &[Never, Period(48, Unit::Hour)], No),
                row(Row::Missing, &[Missing, Period(48, Unit::Hour)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AheadLessThan,
            spelling: "t is less than D ahead",
            signature: "a time or a date, a period -> condition",
            doc: "Yes when it lies less than D after now, now included; no for the past and for never.",
            examples: &[
                row(Row::Boundary, &[Time("2026-06-17T10:00:00.000001Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-17T10:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Time("2026-06-17T09:59:59.999999Z"), Period(48, Unit::Hour)], Yes),
                row(Row::No, &[Time("2026-12-24T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Yes, &[Time("2026-06-16T00:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T10:00Z"), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T09:59:59.999999Z"), Period(48, Unit::Hour)], No),
                row(Row::No, &[Time("2026-01-01T00:00Z"), Period(48, Unit::Hour)], No),
                row(Row::Boundary, &[Date("2026-06-17"), Period(2, Unit::Day)], No),
                row(Row::Boundary, &[Date("2026-06-18"), Period(2, Unit::Day)], No),
                row(Row::No, &[Never, Period(48, Unit::Hour)], No),
                row(Row::Missing, &[Missing, Period(48, Unit::Hour)], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::AheadBetween,
            spelling: "t is from D to D ahead",
            signature: "a time or a date, two periods -> condition",
            doc: "Yes from the first distance to the second, both included; no for the past and for never.",
            examples: &[
                row(Row::Yes, &[Time("2026-06-16T00:00Z"), Period(12, Unit::Hour), Period(48, Unit::Hour)], Yes),
                row(Row::Boundary, &[Time("2026-06-15T22:00Z"), Period(12, Unit::Hour), Period(48, Unit::Hour)], Yes),
                row(
                    Row::Boundary,
                    &[Time("2026-06-15T21:59:59.999999Z"), Period(12, Unit::Hour), Period(48, Unit::Hour)],
                    No,
                ),
                row(Row::Boundary, &[Time("2026-06-17T10:00Z"), Period(12, Unit::Hour), Period(48, Unit::Hour)], Yes),
                row(Row::No, &[Time("2026-06-15T10:00Z"), Period(12, Unit::Hour), Period(48, Unit::Hour)], No),
                row(Row::No, &[Never, Period(12, Unit::Hour), Period(48, Unit::Hour)], No),
                row(Row::Missing, &[Missing, Period(12, Unit::Hour), Period(48, Unit::Hour)], Unknown),
            ],
        },
    ];
}
