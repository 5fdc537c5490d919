//! Windows and expiry: what the hour decides is possible either way until a customer is made, and no customer is shown of
//! whom it is not so.

use super::super::testing::{self, report, verdict};

const BASE: &str = "
customer {
  id:   text  key
  age:  whole from 0 to 130
  home: zone
  told: time
}
offer a { class service }
offer b { class service }
offer c { class service }
slot s on web { accepts service  fallback nothing }
";

fn check(rules: &str, expected: &[(&str, &str)]) {
    testing::check(BASE, rules, expected);
}

#[test]
fn a_rule_that_is_dropped_outside_its_hours_leaves_the_others_to_the_next() {
    check(
        "window w { zone \"Europe/Berlin\"  open sun 03:00 until 04:00  on offer a  outside drop }
         rule first in s { priority 2  show a }
         rule second in s { priority 1  show b }",
        &[("first", "reachable"), ("second", "reachable")],
    );
}

#[test]
fn a_rule_that_waits_leaves_the_next_those_who_would_wait_too_long() {
    check(
        "window w { zone \"Europe/Berlin\"  open mon 09:00 until 17:00  on offer a  outside hold at most 10 hours }
         rule first in s { priority 2  show a }
         rule second in s { priority 1  show b }",
        &[("first", "reachable"), ("second", "reachable")],
    );
}

#[test]
fn what_is_never_too_late_is_never_claimed_to_be() {
    // Twelve hours are always enough, so nobody is left: not found, and not claimed either.
    let (model, report) = report(&format!(
        "{BASE}
         window w {{ zone \"Asia/Dubai\"  open 09:00 until 21:00  on offer a  outside hold at most 12 hours }}
         rule first in s {{ priority 2  show a }}
         rule second in s {{ priority 1  show b }}"
    ));
    assert_eq!(verdict(&model, &report, "first"), "reachable");
    assert!(verdict(&model, &report, "second").starts_with("unknown"), "{}", verdict(&model, &report, "second"));
}

#[test]
fn whose_clocks_nobody_knows_is_in_no_window() {
    check(
        "window w { zone home  open 00:00 until 24:00  on offer a  outside drop }
         rule first in s { when home is not known  priority 3  show a }
         rule second in s { priority 2  show a }
         rule third in s { priority 1  show b }",
        &[("first", "contradictory: [Hours, When(0)]"), ("second", "reachable"), ("third", "reachable")],
    );
}

#[test]
fn an_expiry_is_a_condition_like_any_other() {
    check(
        "rule first in s { when told is more than 2 days old  expires 24 hours after told  priority 3  show a }
         rule second in s { expires 24 hours after told  priority 2  show b }
         rule third in s { when told is at most 12 hours old  priority 1  show c }",
        &[("first", "contradictory: [Expiry, When(0)]"), ("second", "reachable"), ("third", "covered by second")],
    );
}

const BY_CHANNELS: &str = "
purpose news \"Tell me\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key }
offer a { class marketing }
offer b { class marketing }
channel push  { needs news }
channel email { needs news }
slot s by push, email { accepts marketing  fallback nothing }
rule first in s { priority 2  send a by email }
rule second in s { priority 1  send b by push }
";

/// What becomes of the second of two rules where the channel of the first has these hours.
fn second(hours: &str) -> String {
    let (model, report) = report(&format!("{BY_CHANNELS}{hours}"));
    assert_eq!(verdict(&model, &report, "first"), "reachable", "{hours}");
    verdict(&model, &report, "second")
}

#[test]
fn what_the_hours_of_a_channel_leave_to_the_next_candidate() {
    assert_eq!(second(""), "covered by first", "its channel is always open");
    let outside = |open: &str, outside: &str| {
        second(&format!("window w {{ zone \"Asia/Dubai\"  open {open}  on channel email  outside {outside} }}"))
    };
    assert_eq!(outside("09:00 until 21:00", "next channel"), "reachable");
    assert_eq!(outside("09:00 until 21:00", "drop"), "reachable");
    assert_eq!(
        outside("09:00 until 21:00", "hold at most 4 hours"),
        "reachable",
        "too long from nine in the evening on"
    );
    let never_late = outside("09:00 until 21:00", "hold at most 12 hours");
    assert!(never_late.starts_with("unknown"), "{never_late}");
    let other = "window w { zone \"Asia/Dubai\"  open 09:00 until 21:00  on channel push  outside next channel }";
    assert_eq!(second(other), "covered by first", "not its own");
}

#[test]
fn what_waits_for_no_clock_is_decided() {
    // Whose clocks nobody knows waits for ever, which is too long; that needs no hour to be found.
    for outside in ["hold at most 20 hours", "hold at most 2 hours", "drop"] {
        for when in ["", "when age is at least 18"] {
            let (model, report) = report(&format!(
                "{BASE}
                 window w {{ zone home  open 09:00 until 17:00  on offer a  outside {outside} }}
                 rule first in s {{ {when}  priority 2  show a }}
                 rule second in s {{ when age is at least 18  priority 1  show b }}"
            ));
            let codes: Vec<&str> = report.diagnostics.iter().map(|found| found.code.name).collect();
            assert!(!codes.contains(&"lint::not-decided"), "{outside} {when}: {codes:?}");
            assert_eq!(["first", "second"].map(|rule| verdict(&model, &report, rule)), ["reachable", "reachable"]);
        }
    }
}

#[test]
fn what_hangs_on_hours_is_one_note_a_slot_and_says_so() {
    let (_, report) = report(&format!(
        "{BASE}
         window w {{ zone \"Asia/Dubai\"  open 09:00 until 21:00  on offer a  outside hold at most 12 hours }}
         rule first in s {{ priority 3  show a }}
         rule second in s {{ when age is at least 18  priority 2  show b }}
         rule third in s {{ when age is less than 18  priority 1  show c }}"
    ));
    let notes = report.diagnostics.iter().filter(|found| found.code.name == "lint::not-decided");
    let notes: Vec<_> = notes.collect();
    let [note] = notes.as_slice() else { panic!("{} notes", notes.len()) };
    assert_eq!(note.message, "the analysis could not decide everything about `second` and one other");
    assert!(note.labels[0].text.contains("the hours of a window"), "{}", note.labels[0].text);
    assert_eq!(note.labels.len(), 2, "each can be allowed in its place");
    assert_eq!(note.facts, ["`second`: whether it can ever win", "`third`: whether it can ever win"]);
}

#[test]
fn a_window_that_is_open_for_less_than_an_hour_is_found_open() {
    for zone in ["Asia/Dubai", "Asia/Kathmandu"] {
        let (model, report) = report(&format!(
            "{BASE}
             window w {{ zone \"{zone}\"  open 02:15 until 02:45  on offer a  outside hold at most 2 days }}
             rule first in s {{ priority 2  show a }}"
        ));
        let codes: Vec<&str> = report.diagnostics.iter().map(|found| found.code.name).collect();
        assert!(!codes.contains(&"lint::not-decided"), "{zone}: {codes:?}");
        assert_eq!(verdict(&model, &report, "first"), "reachable", "{zone}");
    }
}

#[test]
fn how_long_something_waits_hangs_on_no_cap_of_another_rule() {
    // Of `a` in the place of `first` and of `a` by `second` one waits as long as the other, whether or not the cap of
    // the one lets it pass.
    let (model, report) = report(&format!(
        "{BASE}
         window w {{ zone \"Asia/Dubai\"  open 09:00 until 21:00  on class service  outside hold at most 20 hours }}
         rule first in s {{ cap at most 1 shown ever per customer  priority 2  show a  if capped show c }}
         rule second in s {{ priority 1  show b }}"
    ));
    assert_eq!(verdict(&model, &report, "first"), "reachable");
    assert!(!verdict(&model, &report, "second").starts_with("reachable"), "{}", verdict(&model, &report, "second"));
}
