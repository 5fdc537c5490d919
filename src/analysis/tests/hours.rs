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
