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

const HELD: &str = "
rule first in s { priority 2  show a  if capped show c }
rule second in s { priority 1  show b }
";

/// What is let go too late drops out and leaves its place to the next (R32): of that no "never" knows anything.
#[test]
fn a_never_that_hangs_on_what_is_held_being_let_go_in_time_says_so() {
    let never = |rules: &str| {
        let (model, report) = report(&format!("{BASE}{rules}"));
        assert_eq!(verdict(&model, &report, "second"), "covered by first", "{rules}");
        let code = ["lint::unreachable-rule"];
        let found = report.diagnostics.iter().filter(|found| code.contains(&found.code.name));
        let messages: Vec<&str> = found.map(|found| found.message.as_str()).collect();
        let in_time = report.in_time.rules.contains(&model.rule_named("second").unwrap());
        let [message] = messages[..] else { panic!("{messages:?}") };
        assert_eq!(message.contains(" while what is held is let go in time"), in_time, "{message}");
        let proofs = crate::analysis::prove(&model, &crate::analysis::Options::default(), &report);
        assert_eq!((proofs.proved.len(), proofs.in_time.len()), (1, usize::from(in_time)), "{rules}");
        in_time
    };
    assert!(!never(HELD), "nothing waits");
    let window = |outside: &str| {
        format!("{HELD} window w {{ zone \"UTC\"  open 09:00 until 20:00  on class service  outside {outside} }}")
    };
    assert!(never(&window("hold at most 15 hours")));
    let again = HELD.replace("priority 1  show b", "when age is at least 18  priority 1  show a");
    assert!(
        !never(&format!("{again} {}", window("hold at most 15 hours").replace(HELD, ""))),
        "both are let go too late"
    );
    // The customer of the claim: `a` was held since half past eight in the evening, and the other rule wins.
    let late = format!(
        "{BASE}{}
        test \"let go too late\" {{
          now 2026-06-15T12:00Z  given {{ id: \"c\" }}  held a since 2026-06-14T20:30Z
          expect s shows b because second
          expect s passes over first because \"hold limit\"
        }}",
        window("hold at most 15 hours")
    );
    let compiled = crate::compile::compile(crate::source::SourceSet::single("late.rules", late).0);
    let rules = compiled.runnable().unwrap();
    assert!(crate::eval::run(rules, &compiled.program.tests[0]).is_empty());
}

/// What is in no place where anything waits is never so at all; and what a rule names in its place counts.
#[test]
fn a_never_apart_from_what_waits_stays_one() {
    let rules = "
        window w { zone \"UTC\"  open 09:00 until 20:00  on offer b  outside hold at most 15 hours }
        rule first in s { priority 3  show a }
        rule second in s { priority 2  show b }
        rule third in s { priority 1  show c }";
    let (model, report) = report(&format!("{BASE}{rules}"));
    assert_eq!(verdict(&model, &report, "second"), "covered by first");
    assert_eq!(verdict(&model, &report, "third"), "covered by first");
    assert_eq!(report.in_time, crate::analysis::InTime::default());
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
