//! Rules that read history: relations between counts and last times are known, and every witness is a history.

use super::check;
use crate::analysis::testing::{report, verdict};
use crate::analysis::{Options, analyse};

const EVENTS: &str = "
event purchase { amount: decimal(2) from 0 to 1000 }
event looked
{ needs looks }
purpose looks \"Use what I look at\" { basis consent }
";

fn events(rules: &str, expected: &[(&str, &str)]) {
    check(&format!("{EVENTS}{rules}"), expected);
}

#[test]
fn who_bought_this_week_bought_this_month() {
    events(
        "rule week in s { when times purchase in the last 7 days is at least 3  priority 9  show a }
         rule month in s { when times purchase in the last 30 days is at least 3  priority 8  show b }
         rule never_so in s {
           when times purchase in the last 7 days is at least 3
           when times purchase in the last 1 month is less than 3
           priority 7  show c
         }
         rule late in s {
           when times purchase in the last 30 days is at least 3  when times purchase in the last 7 days is 0
           priority 99  show d
         }
         rule ever in s { when times purchase ever is less than 2  when times purchase in the last 1 week is 2  priority 5  show e }",
        &[
            ("week", "reachable"),
            ("month", "reachable"),
            ("never_so", "contradictory: [When(0), When(1)]"),
            ("late", "reachable"),
            ("ever", "contradictory: [When(0), When(1)]"),
        ],
    );
}

#[test]
fn the_last_time_and_the_count_agree() {
    events(
        "rule old in s { when last purchase is more than 10 days old  when times purchase in the last 7 days is at least 1  priority 9  show a }
         rule new in s { when last purchase is at most 7 days old  when times purchase in the last 7 days is 0  priority 8  show b }
         rule edge in s { when last purchase is at least 7 days old  when times purchase in the last 7 days is at least 1  priority 7  show b }
         rule first in s { when last purchase is never  when times purchase ever is at least 1  priority 6  show c }
         rule so in s { when last purchase is at most 7 days old  when times purchase in the last 7 days is 4  priority 5  show d }
         rule ahead in s { when last purchase is at least 1 day ahead  priority 4  show e }",
        &[
            ("old", "contradictory: [When(0), When(1)]"),
            // Exactly seven days old is at most seven days old, and no more in the window.
            ("new", "reachable"),
            ("edge", "contradictory: [When(0), When(1)]"),
            ("first", "contradictory: [When(0), When(1)]"),
            ("so", "reachable"),
            ("ahead", "contradictory: [When(0)]"),
        ],
    );
}

#[test]
fn what_is_counted_of_an_offer_is_counted_of_all() {
    events(
        "rule none in s { when times shown of a ever is at least 1  when times shown ever is 0  priority 9  show a }
         rule latest in s { when last shown of a is at most 2 days old  when last shown is more than 3 days old  priority 8  show b }
         rule other in s { when times shown of b ever is at least 2  when times shown of a ever is 0  priority 7  show c }
         rule both in s { when times shown of a in the last 7 days is 1  when times shown of b in the last 7 days is 2  when times shown ever is 5  priority 6  show d }",
        &[
            ("none", "contradictory: [When(0), When(1)]"),
            ("latest", "contradictory: [When(0), When(1)]"),
            ("other", "reachable"),
            ("both", "reachable"),
        ],
    );
}

#[test]
fn a_count_of_a_known_customer_is_there() {
    events(
        "rule few in s { when times purchase in the last 7 days is less than 3  priority 9  show a }
         rule many in s { when times purchase in the last 7 days is at least 3  priority 8  show b }
         rule known in s { when id is known  priority 7  show c }
         rule nobody in s { priority 6  show d }",
        &[("few", "reachable"), ("many", "reachable"), ("known", "covered by few, many"), ("nobody", "reachable")],
    );
    // Of an offer it may be missing: an event may have been of it, or not.
    events(
        "rule few in s { when times shown of a in the last 7 days is less than 3  priority 9  show a }
         rule many in s { when times shown of a in the last 7 days is at least 3  priority 8  show b }
         rule known in s { when id is known  priority 7  show c }",
        &[("known", "reachable")],
    );
    // And where the purpose is closed.
    events(
        "rule few in s { when times looked ever is less than 3  needs looks  priority 9  show a }
         rule many in s { when times looked ever is at least 3  needs looks  priority 8  show b }
         rule closed in s { when id is known  when consent.looks is not granted  priority 7  show c }
         rule open in s { when id is known  when consent.looks is granted  priority 6  show d }",
        &[("closed", "reachable"), ("open", "covered by few, many")],
    );
}

#[test]
fn sums_and_decay_are_made_up_of_events() {
    events(
        "value points = 40 * times purchase halving every 72 hours + 30 * times shown halving every 72 hours
         rule high in s { when points is at least 50  priority 9  show a }
         rule exact in s { when points is 45  priority 8  show b }
         rule below in s { when points is less than 0  priority 7  show c }
         rule spent in s { when sum of purchase.amount in the last 30 days is from 19.99 to 20.01  priority 6  show c }
         rule silent in s { when sum of purchase.amount in the last 30 days is 5  when times purchase ever is 0  priority 5  show d }
         rule quiet in s { when points is at least 1  when times purchase ever is 0  when times shown ever is 0  priority 4  show e }
         rule rich in s { when sum of purchase.amount ever is at least 5000  when times purchase ever is at most 6  priority 3  show a }",
        &[
            ("high", "reachable"),
            ("exact", "reachable"),
            ("below", "contradictory: [When(0)]"),
            ("spent", "reachable"),
            ("silent", "contradictory: [When(0), When(1)]"),
            ("rich", "reachable"),
        ],
    );
}

#[test]
fn history_and_caps_are_of_one_customer() {
    events(
        "cap few { at most 2 shown  in any 7 days  per customer  on offer d }
         offer e2 { class lifecycle }
         rule seen in s { when times shown of a in the last 7 days is at least 2  priority 9  cap at most 3 shown in any 7 days per customer  show a }
         rule twice in s { when times shown of a in the last 30 days is 1  priority 8  cap at most 2 shown ever per customer  show b }",
        &[("seen", "reachable"), ("twice", "reachable")],
    );
}

#[test]
fn counts_compared_with_each_other_are_tried_out() {
    events(
        "rule more in s { when times purchase in the last 7 days is more than times shown of a in the last 7 days  priority 9  show a }
         rule half in s { when 2 * times shown of b ever is times purchase ever  when times purchase ever is at least 4  priority 8  show b }",
        &[("more", "reachable"), ("half", "reachable")],
    );
}

#[test]
fn rules_that_meet_are_shown_a_history() {
    let text = format!(
        "{}{EVENTS}
         rule one in s {{ when times purchase in the last 7 days is at least 2  show a }}
         rule two in s {{ when last purchase is at most 3 days old  show b }}",
        super::BASE
    );
    let (rules, report) = report(&text);
    assert_eq!(report.unordered.len() + report.conflicts.len(), 1, "{report:#?}");
    let clash = report.unordered.iter().chain(&report.conflicts).next().unwrap();
    assert!(clash.witness.facts.history.len() >= 2, "{:#?}", clash.witness);
    assert_eq!(clash.witness.facts.attributes.len(), rules.attributes.len());
    let evidence: Vec<&String> = report.diagnostics.iter().flat_map(|found| &found.facts).collect();
    assert!(evidence.iter().any(|line| line.starts_with("history purchase { amount: 0.00 } at 20")), "{evidence:?}");
}

#[test]
fn what_has_no_history_is_not_claimed() {
    // A decaying sum and a count hang together in a way that is not looked into: nothing is said of the rule.
    let text = format!(
        "{}{EVENTS}
         rule odd in s {{
           when times purchase halving every 1 hour is at least 5  when times purchase in the last 1 hour is 0
           show a
         }}",
        super::BASE
    );
    let rules = crate::analysis::testing::rules(&text);
    let report = analyse(&rules, &Options::default());
    assert!(verdict(&rules, &report, "odd").starts_with("unknown"), "{}", verdict(&rules, &report, "odd"));
}
