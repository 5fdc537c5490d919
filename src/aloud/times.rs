//! Days, hours and zones in English. What an author wrote as a day stands in the model as the instant at which it begins
//! or has ended on the clocks of `defaults`; here it is a day again.

use crate::model::show::{show_text, show_zones};
use crate::model::{Active, CapZone, Expression, RuleSet, WindowRow, Zones};
use crate::value::{Date, Instant, Type, Value, Weekday, date_in_zone, show_date, show_instant, show_time_of_day};

/// The day that begins at an instant.
fn begins(rules: &RuleSet, at: Instant) -> Option<Date> {
    let zone = &rules.defaults.zone;
    let day = date_in_zone(at, zone);
    (day.start_in(zone).or_else(|| day.start_in("UTC")) == Some(at)).then_some(day)
}

/// The day of which an instant is the last moment.
fn ends(rules: &RuleSet, at: Instant) -> Option<Date> {
    begins(rules, Instant(at.0.checked_add(1)?)).and_then(before)
}

fn before(day: Date) -> Option<Date> {
    day.0.checked_sub(1).map(Date)
}

/// Whose days they are, to follow one of them.
fn clocks(rules: &RuleSet) -> String {
    format!("by the clocks of {}", show_text(&rules.defaults.zone))
}

/// Which end of a day a comparison asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The day is earlier than everything that is meant, or begins it.
    First,
    /// The day is in, or earlier than everything that is meant.
    Last,
}

/// A written time that is the end of a day, as that day.
pub(super) fn day(rules: &RuleSet, of: &Expression, end: End) -> Option<String> {
    let at = written(of)?;
    let day = match end {
        End::First => begins(rules, at),
        End::Last => ends(rules, at),
    };
    day.map(show_date)
}

/// As [`day`], with whose day it is.
pub(super) fn day_and_clocks(rules: &RuleSet, of: &Expression, end: End) -> Option<String> {
    day(rules, of, end).map(|day| format!("{day}, {}", clocks(rules)))
}

fn written(of: &Expression) -> Option<Instant> {
    let (Value::Time(at), Type::Time) = of.as_literal()? else { return None };
    Some(*at)
}

/// From when and until when something runs; ends a sentence.
pub(super) fn runs(rules: &RuleSet, active: Active) -> String {
    let mut by_day = false;
    let from = active.from.map(|from| match begins(rules, from) {
        Some(day) => {
            by_day = true;
            format!(" from {}", show_date(day))
        }
        None => format!(" from {}", show_instant(from)),
    });
    let until = active.until.map(|until| match begins(rules, until).and_then(before) {
        Some(day) => {
            by_day = true;
            format!(" to {}, that day included", show_date(day))
        }
        None => format!(" until {}, when it is over", show_instant(until)),
    });
    let clocks = if by_day { format!(", {}", clocks(rules)) } else { String::new() };
    match (from, until) {
        (None, None) => "runs at all times, and says so".to_owned(),
        (from, until) => format!("runs{}{}{clocks}", from.unwrap_or_default(), until.unwrap_or_default()),
    }
}

/// The days and hours of a row: `on Monday to Friday and Sunday from 09:00 until 21:00`.
pub(super) fn open(row: &WindowRow) -> String {
    let (opens, closes) = (show_time_of_day(row.opens), show_time_of_day(row.closes));
    let next = if row.is_overnight() { " of the next day" } else { "" };
    format!("{} from {opens} until {closes}{next}", days(&row.days))
}

fn days(days: &[Weekday]) -> String {
    if days.len() == Weekday::ALL.len() {
        return "every day".to_owned();
    }
    let is_next = |one: &Weekday, next: &Weekday| next.before() == *one;
    let runs = days.chunk_by(is_next).map(|run| match run {
        [] => String::new(),
        [one] => name(*one),
        [first, .., last] => format!("{} to {}", name(*first), name(*last)),
    });
    format!("on {}", runs.collect::<Vec<_>>().join(" and "))
}

/// A day of the week as English writes it.
pub(super) fn name(day: Weekday) -> String {
    let word = day.word();
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

/// A zone after "by the clocks of".
pub(super) fn zone(rules: &RuleSet, zone: &CapZone) -> String {
    match zone {
        CapZone::Named(zone) => show_text(zone),
        CapZone::Attribute(id) => format!("`{}`", rules[*id].name),
    }
}

/// The zones of a window after "by the clocks of": the first of which we know.
pub(super) fn zones(rules: &RuleSet, all: &Zones) -> String {
    let (first, every) = (all.first.iter(), all.every.iter());
    let mut parts: Vec<String> = first.map(|one| zone(rules, one)).collect();
    if !all.every.is_empty() {
        let every: Vec<String> = every.map(|one| zone(rules, one)).collect();
        parts.push(format!("all of {} at once", every.join(" and ")));
    }
    if parts.is_empty() { show_zones(rules, all) } else { parts.join(", or where that is not known, of ") }
}
