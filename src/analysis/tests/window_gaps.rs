//! `lint::window-gap` against the reference evaluator, asked at every hour of a week: what it says is closed is closed, and
//! whatever it should say it says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::schemas::Dice;
use super::{Options, analyse};
use crate::compile::compile;
use crate::eval::is_eligible;
use crate::frame::{Facts, gather};
use crate::model::{RuleId, RuleSet};
use crate::source::SourceSet;
use crate::value::Instant;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HOUR: i64 = 3_600_000_000;

/// Two or three windows with a rule each, all on the clocks of one zone.
fn text(dice: &mut Dice) -> String {
    let mut text = "customer { id: text key }\nslot s on web { accepts service  fallback nothing }\n".to_owned();
    for at in 0..2 + dice.below(2) {
        let mut rows = String::new();
        for _ in 0..=dice.below(2) {
            let (first, last) = (dice.below(7), dice.below(7));
            let days = match dice.below(4) {
                0 => String::new(),
                1 => format!("{} ", DAYS[first]),
                _ if first == last => format!("{} ", DAYS[first]),
                _ => format!("{} to {} ", DAYS[first.min(last)], DAYS[first.max(last)]),
            };
            let from = dice.below(24);
            // Some go over midnight.
            let until = match (from + 1 + dice.below(23)) % 24 {
                0 => 24,
                until => until,
            };
            let _ = write!(rows, "  open {days}{from:02}:00 until {until:02}:00");
        }
        let _ = write!(
            text,
            "offer o{at} {{ class service }}\nwindow w{at} {{ zone \"UTC\"{rows}  on offer o{at}  outside drop }}\n\
             rule r{at} in s {{ priority {}  show o{at} }}\n",
            9 - at
        );
    }
    text
}

/// The rules that can show something at each hour of a week from a Monday on.
fn open(rules: &RuleSet) -> Vec<BTreeSet<RuleId>> {
    let monday = Instant::parse("2026-06-15T00:00Z").expect("an instant");
    let at = |hour: i64| {
        let frame = gather(rules, &Facts::nothing(rules, Instant(monday.0 + hour * HOUR + HOUR / 2)));
        let all = (0..rules.rules.len()).map(RuleId::from_index);
        all.filter(|rule| is_eligible(rules, &frame, *rule)).collect()
    };
    (0..7 * 24).map(at).collect()
}

/// The hours of a week between two at which others can show something on the same day: `from` and `until` by day.
fn expected(open: &[BTreeSet<RuleId>]) -> BTreeSet<(usize, usize, usize)> {
    let mut found = BTreeSet::new();
    for (day, hours) in open.chunks(24).enumerate() {
        let mut last: Option<(usize, &BTreeSet<RuleId>)> = None;
        for (hour, now) in hours.iter().enumerate().filter(|(_, now)| !now.is_empty()) {
            if let Some((before, rules)) = last
                && before + 1 < hour
                && rules != now
            {
                found.insert((day, before + 1, hour));
            }
            last = Some((hour, now));
        }
    }
    found
}

/// What the finding says: `from 12:00 until 13:00 on monday and friday, and from ..`.
fn said(rules: &RuleSet) -> BTreeSet<(usize, usize, usize)> {
    let report = analyse(rules, &Options::default());
    let message = report.diagnostics.iter().map(|found| found.message.as_str());
    let Some(message) = message.clone().find(|message| message.starts_with("no rule of slot `s`")) else {
        return BTreeSet::new();
    };
    let message = message.split_once("anything ").and_then(|(_, rest)| rest.split_once(", when one window"));
    let mut found = BTreeSet::new();
    for part in message.expect("its words").0.split("from ").filter(|part| !part.is_empty()) {
        let (hours, days) = part.split_once(" on ").expect("days");
        let (from, until) = hours.split_once(" until ").expect("hours");
        let hour = |time: &str| time.get(..2).and_then(|hour| hour.parse::<usize>().ok()).expect("an hour");
        let named = |day: &str| days.contains("any day") || days.contains(day);
        for (at, _) in DAYS.iter().enumerate().filter(|(_, day)| named(day)) {
            found.insert((at, hour(from), hour(until)));
        }
    }
    found
}

#[test]
fn hours_between_two_windows_are_what_the_evaluator_finds_closed() {
    let mut dice = Dice::new(26);
    let (mut with, mut without) = (0, 0);
    for _ in 0..400 {
        let text = text(&mut dice);
        // Rows of one day may leave no hour open, which is an error.
        let compiled = compile(SourceSet::single("hours.rules", text.clone()).0);
        let Some(rules) = compiled.runnable() else { continue };
        let expected = expected(&open(rules));
        assert_eq!(said(rules), expected, "{text}");
        if expected.is_empty() { without += 1 } else { with += 1 }
    }
    assert!(with > 50 && without > 50, "{with} {without}");
}
