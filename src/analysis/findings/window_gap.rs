//! `lint::window-gap`: a day between the days of a window that no row of it mentions; and hours of a day at which no rule of
//! a slot can show anything, since one window has closed and the next is not open yet.
//!
//! Windows are there to be closed, so nights, weekends and days at either end of the week are no gap, nor are hours that one
//! and the same window closes for all rules.

use super::Look;
use crate::analysis::Verdict;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{RuleId, RuleSet, SlotId, Window, WindowId};
use crate::source::Span;
use crate::value::{WallClock, Weekday, show_time_of_day};

/// The seconds of a day.
const DAY: u32 = 86_400;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let days = look.rules.windows.iter().filter_map(missing_days);
    let hours = (0..look.rules.slots.len()).map(SlotId::from_index).filter_map(|slot| closed_hours(look, slot));
    days.chain(hours).collect()
}

/// Days that lie between others of a window and are mentioned by no row.
fn missing_days(window: &Window) -> Option<Diagnostic> {
    let mentioned: Vec<bool> =
        Weekday::ALL.iter().map(|day| window.rows.iter().any(|row| row.days.contains(day))).collect();
    let (first, last) = (mentioned.iter().position(|is| *is)?, mentioned.iter().rposition(|is| *is)?);
    let days = Weekday::ALL.iter().zip(&mentioned).skip(first).take(last - first);
    let gap: Vec<&str> = days.filter(|(_, is)| !**is).map(|(day, _)| day.word()).collect();
    if gap.is_empty() {
        return None;
    }
    let days = gap.join(" and ");
    let message = format!("no row of window `{}` mentions {days}, between days that it opens on", window.name);
    let found = Diagnostic::new(&lint::WINDOW_GAP, window.span, message)
        .primary("on a day that no row mentions it is closed")
        .help("write a row for it, if it was not meant to stay closed in the middle of the week");
    Some(window.rows.iter().fold(found, |found, row| found.label(row.span, "open then")))
}

/// Hours of a day at which every rule of a slot is outside of a window, between hours at which some is not.
fn closed_hours(look: &Look<'_>, id: SlotId) -> Option<Diagnostic> {
    let rules = look.rules;
    let live = |rule: &RuleId| !look.report.rules.get(rule).is_some_and(Verdict::is_idle);
    let live: Vec<RuleId> = rules[id].order.iter().copied().filter(live).collect();
    let bound: Vec<Vec<WindowId>> = live.iter().map(|rule| rules.windows_on(*rule)).collect();
    let mut all: Vec<WindowId> = bound.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    // Hours on different clocks are not compared, and a rule without a window is shown at any hour.
    let zones = &rules[*all.first()?].zones;
    let comparable = all.iter().all(|window| rules[*window].zones == *zones);
    if rules[id].off.is_some() || bound.iter().any(Vec::is_empty) || !comparable {
        return None;
    }
    let mut gaps: Vec<(Weekday, u32, u32)> = Vec::new();
    for day in Weekday::ALL {
        gaps.extend(of_day(rules, &bound, &all, day).into_iter().map(|(from, to)| (day, from, to)));
    }
    let said = said(&gaps)?;
    let message = format!(
        "no rule of slot `{}` can show anything {said}, when one window has closed and the next is not open",
        rules[id].name
    );
    let found = Diagnostic::new(&lint::WINDOW_GAP, rules[id].span, message)
        .primary("there is nothing but its fallback then")
        .help("let the windows meet, or leave a rule without one");
    let spans: Vec<Span> = all.iter().map(|window| rules[*window].span).collect();
    Some(spans.into_iter().fold(found, |found, span| found.label(span, "a window of its rules")))
}

/// The stretches of a day at which none of these is open, between stretches at which some is; not where the same rules open
/// again that have closed.
fn of_day(rules: &RuleSet, bound: &[Vec<WindowId>], all: &[WindowId], day: Weekday) -> Vec<(u32, u32)> {
    let mut times: Vec<u32> = all.iter().flat_map(|window| rules[*window].times()).filter(|at| *at < DAY).collect();
    times.push(0);
    times.sort_unstable();
    times.dedup();
    let ends = times.iter().skip(1).copied().chain([DAY]);
    let stretches: Vec<(u32, u32, Vec<usize>)> = times
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| {
            let clock = WallClock { weekday: day, micros: i64::from(from) * 1_000_000 };
            let open = |windows: &&Vec<WindowId>| windows.iter().all(|window| rules[*window].may_be_open(clock));
            let open = bound.iter().enumerate().filter(|(_, windows)| open(windows)).map(|(at, _)| at).collect();
            (from, to, open)
        })
        .collect();
    let mut found = Vec::new();
    let mut last_open: Option<(u32, &Vec<usize>)> = None;
    for (from, to, open) in &stretches {
        if open.is_empty() {
            continue;
        }
        if let Some((closed, before)) = last_open
            && closed < *from
            && before != open
        {
            found.push((closed, *from));
        }
        last_open = Some((*to, open));
    }
    found
}

/// `from 12:00 until 13:00 on monday and friday`
fn said(gaps: &[(Weekday, u32, u32)]) -> Option<String> {
    let mut hours: Vec<((u32, u32), Vec<&str>)> = Vec::new();
    for (day, from, to) in gaps {
        match hours.iter_mut().find(|(of, _)| *of == (*from, *to)) {
            Some((_, days)) => days.push(day.word()),
            None => hours.push(((*from, *to), vec![day.word()])),
        }
    }
    let one = |((from, to), days): &((u32, u32), Vec<&str>)| {
        let days = match days.as_slice() {
            [_, _, _, _, _, _, _] => "any day".to_owned(),
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            days => days.concat(),
        };
        format!("from {} until {} on {days}", show_time_of_day(*from), show_time_of_day(*to))
    };
    let all: Vec<String> = hours.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(", and "))
}
