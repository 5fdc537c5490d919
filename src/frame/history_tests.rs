//! What events add up to, case by case: an expression, what happened, and the value.

use super::{Facts, gather};
use crate::compile::compile;
use crate::model::show::{show_gathered, show_value};
use crate::model::{Gathered, RuleSet};
use crate::source::SourceSet;
use crate::value::{Datum, Missing};

const BASE: &str = "
purpose looks \"Use what I look at\" { basis consent }
event purchase { amount: decimal(2) from -1000 to 1000000  items: whole from 0 to 100 }
event looked { needs looks }
customer {
  id:     text  key
  points: decimal(2) from -100000 to 100000  -99999 is never
  earned: time
  seen:   time  needs looks
}
offer sale  { class service  tags promo }
offer other { class service }
slot s on web { accepts service  fallback nothing }
rule sells in s { priority 9  show sale }
rule sells_too in s { when id is \"x\"  priority 8  show sale }
";

const TEST: &str = "now 2026-06-15T10:00Z  consent looks granted  given { id: \"c1\" }";

/// The rules with one expression, and the facts of a test with these clauses.
fn world(expression: &str, clauses: &str) -> (RuleSet, Facts) {
    let text = format!(
        "{BASE}\nsegment it = ({expression}) is known\nrule last_rule in s {{ when it  needs looks  priority 1  show other }}\n\
         persona c1 {{ {TEST} }} test \"t\" {{ as c1 {clauses} expect s shows sale }}"
    );
    let compiled = compile(SourceSet::single("case.rules", &text).0);
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|found| found.is_error()).map(|found| &found.message).collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    let rules = RuleSet::clone(&compiled.rules.unwrap());
    (rules, compiled.program.tests.into_iter().next().unwrap().facts)
}

/// The last gathered value, which is that of the whole expression, in words.
fn value(expression: &str, clauses: &str) -> String {
    let (rules, facts) = world(expression, clauses);
    let frame = gather(&rules, &facts);
    let (gathered, datum) = rules.gathered.iter().zip(&frame.gathered).next_back().unwrap();
    match datum {
        Datum::Known(value) => show_value(&rules, rules.type_of_gathered(gathered), value),
        Datum::Missing(reason) => format!("missing: {}", reason.word()),
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (expression, clauses, expected) in cases {
        assert_eq!(value(expression, clauses), *expected, "{expression} after {clauses}");
    }
}

#[test]
fn a_window_holds_now_and_not_its_far_end() {
    let shown = |at: &str| format!("history shown of sale at {at}");
    for (at, week, ever) in [
        ("2026-06-15T10:00Z", "1", "1"),
        ("2026-06-08T10:00:00.000001Z", "1", "1"),
        ("2026-06-08T10:00Z", "0", "1"),
        ("2020-01-01T00:00Z", "0", "1"),
        // Up to the skew of two minutes it counts as of now, then it is set aside.
        ("2026-06-15T10:02Z", "1", "1"),
        ("2026-06-15T10:02:00.000001Z", "0", "0"),
    ] {
        assert_eq!(value("times shown of sale in the last 7 days", &shown(at)), week, "{at}");
        assert_eq!(value("times shown ever", &shown(at)), ever, "{at}");
    }
    let late = "history purchase at 2026-06-16T10:00Z, 2026-06-17T10:00Z, now  history looked at 2026-06-16T10:00Z";
    let (rules, facts) = world("times purchase ever + times looked ever", late);
    let aside: Vec<_> = gather(&rules, &facts).set_aside.iter().map(|aside| (aside.event, aside.count)).collect();
    assert_eq!(aside, [("looked", 1), ("purchase", 2)].map(|(name, count)| (rules.event_named(name).unwrap(), count)));
}

#[test]
fn nothing_that_happened_is_zero_and_never() {
    check(&[
        ("times shown of sale in the last 7 days", "", "0"),
        ("last purchase", "", "never"),
        ("sum of purchase.amount in the last 7 days", "", "0.00"),
        ("times purchase halving every 72 hours", "", "0.000000"),
    ]);
}

#[test]
fn an_event_is_of_what_it_was_stamped_with() {
    let of = |clauses: &str| {
        ["", " of sale", " of other", " of tag promo", " of rule sells", " of class service"]
            .map(|of| value(&format!("times shown{of} ever"), clauses))
    };
    let absent = || "missing: absent".to_owned();
    let [one, none] = ["1", "0"].map(|count| move || count.to_owned());
    // Two rules show the sale, so nobody knows which of them it was.
    assert_eq!(of("history shown of sale at now"), [one(), one(), none(), one(), absent(), one()]);
    assert_eq!(of("history shown of sells at now"), [one(), one(), none(), one(), one(), one()]);
    assert_eq!(of("history shown of sells_too at now"), [one(), one(), none(), one(), none(), one()]);
    assert_eq!(of("history shown of other at now"), [one(), none(), one(), none(), none(), one()]);
    assert_eq!(
        of("history shown at now"),
        [one(), absent(), absent(), absent(), absent(), absent()],
        "it may have been any"
    );
    assert_eq!(value("times shown of class marketing ever", "history shown of sale at now"), "0");
    assert_eq!(value("times shown of sale in the last 7 days", "history shown at 8 days ago"), "0", "long ago");
}

#[test]
fn the_last_time_is_the_newest() {
    check(&[
        ("last purchase", "history purchase at 3 days ago, 1 day ago, 2 days ago", "2026-06-14T10:00Z"),
        ("last purchase", "history purchase at 2026-06-15T10:01Z", "2026-06-15T10:00Z"),
        (
            "last shown of sale",
            "history shown of sale at 2 days ago  history shown of other at 1 day ago",
            "2026-06-13T10:00Z",
        ),
        // A later event may have been one; an earlier one makes no difference.
        ("last shown of sale", "history shown of sale at 2 days ago  history shown at 1 day ago", "missing: absent"),
        ("last shown of sale", "history shown of sale at 1 day ago  history shown at 2 days ago", "2026-06-14T10:00Z"),
    ]);
}

#[test]
fn sums_are_exact_and_half_a_sum_is_none() {
    let both =
        "history purchase { amount: 20.10 } at 1 day ago  history purchase { amount: -0.20 } at 2 days ago, 3 days ago";
    check(&[
        ("sum of purchase.amount in the last 7 days", both, "19.70"),
        ("sum of purchase.amount in the last 3 days", both, "19.90"),
        ("sum of purchase.items ever", both, "missing: absent"),
        ("sum of purchase.amount ever", "history purchase at now", "missing: absent"),
        ("sum of purchase.amount in the last 1 day", "history purchase at 1 day ago", "0.00"),
        ("sum of purchase.amount ever", "history purchase { amount: missing } at now", "missing: absent"),
    ]);
    let (rules, mut facts) = world("sum of purchase.amount ever", "history purchase { amount: 1000000.00 } at now");
    let event = facts.history[0].clone();
    facts.history = vec![event; 1_000];
    let known = |facts: &Facts| gather(&rules, facts).gathered[0].clone();
    assert_eq!(known(&facts), Datum::Known(crate::value::Value::Number(100_000_000_000)), "a thousand million");
    facts.history.push(facts.history[0].clone());
    assert_eq!(known(&facts), Datum::Missing(Missing::Computed), "and one more is too much");
}

#[test]
fn decay_is_added_up_exactly_and_rounded_once() {
    check(&[
        ("times purchase halving every 72 hours", "history purchase at now, 72 hours ago, 144 hours ago", "1.750000"),
        ("times purchase halving every 72 hours", "history purchase at 36 hours ago", "0.707107"),
        // A thousand times 0.707107 would be 707.107000.
        ("1000 * times purchase halving every 72 hours", "history purchase at 36 hours ago", "707.106781"),
        (
            "1000 * times purchase halving every 72 hours - 500 * times shown halving every 36 hours",
            "history purchase at 36 hours ago  history shown of sale at 36 hours ago",
            "457.106781",
        ),
        (
            "sum of purchase.amount halving every 24 hours",
            "history purchase { amount: 20.50 } at 1 day ago",
            "10.250000",
        ),
        ("10% of times purchase halving every 1 day", "history purchase at 1 day ago", "0.050000"),
        ("points halving every 1 day since earned", "given { points: 20.50, earned: 2 days ago }", "5.125000"),
        (
            "points halving every 1 day since last purchase",
            "given { points: 8 }  history purchase at 3 days ago",
            "1.000000",
        ),
        ("8 halving every 1 day since earned", "given { earned: 2026-06-15T10:01Z }", "8.000000"),
    ]);
}

#[test]
fn what_is_missing_stays_missing() {
    check(&[
        ("times looked ever", "history looked at now", "1"),
        ("times looked ever", "consent looks withdrawn  history looked at now", "missing: no consent"),
        ("last looked", "consent looks withdrawn", "missing: no consent"),
        ("times purchase ever", "given { id: missing }  history purchase at now", "missing: absent"),
        ("points halving every 1 day since earned", "given { earned: now }", "missing: absent"),
        ("points halving every 1 day since earned", "given { points: 1 }", "missing: absent"),
        (
            "points halving every 1 day since earned",
            "given { points: 1, earned: never }",
            "missing: cannot be computed",
        ),
        (
            "points halving every 1 day since earned",
            "given { points: never, earned: now }",
            "missing: cannot be computed",
        ),
        (
            "points halving every 1 day since earned",
            "given { points: 1, earned: 2026-06-15T10:03Z }",
            "missing: from the future",
        ),
        (
            "points halving every 1 day since seen",
            "consent looks unknown  given { points: 1, seen: now }",
            "missing: no consent",
        ),
        ("points halving every 1 day since last purchase", "given { points: 1 }", "missing: cannot be computed"),
    ]);
    let (rules, mut facts) = world("times purchase in the last 7 days", "");
    facts.undated.push((rules.event_named("purchase").unwrap(), super::Stamp::Unstamped));
    assert_eq!(gather(&rules, &facts).gathered, [Datum::Missing(Missing::Absent)], "it may have been in the window");
}

#[test]
fn caps_count_what_consent_hides() {
    let text = format!(
        "{BASE}\ncap few {{ at most 1 looked  in any 7 days  per customer  on offer other }}\n\
         test \"t\" {{ now 2026-06-15T10:00Z  given {{ id: \"c1\" }}  history looked at now  expect s shows sale }}"
    );
    let compiled = compile(SourceSet::single("case.rules", &text).0);
    let (rules, facts) = (compiled.rules.unwrap(), &compiled.program.tests[0].facts);
    assert_eq!(gather(&rules, facts).caps, [super::CapState::Used(1)]);
}

#[test]
fn the_order_of_events_makes_no_difference() {
    let clauses = "history purchase { amount: 1.00, items: 1 } at 1 day ago  history purchase { amount: 2.00, items: 2 } at \
                   2 days ago  history shown at 3 days ago  history shown of sale at 1 day ago, 5 days ago";
    let all = "sum of purchase.amount halving every 1 day + sum of purchase.items in the last 7 days + times shown ever
        + (times shown of sale in the last 2 days else 7) + (1 when last shown of sale is more than 2 days old)";
    let (rules, mut facts) = world(all, clauses);
    assert_eq!(rules.gathered.len(), 5, "{:?}", rules.gathered);
    let frame = gather(&rules, &facts);
    facts.history.reverse();
    assert_eq!(gather(&rules, &facts), frame);
    facts.history.rotate_left(2);
    assert_eq!(gather(&rules, &facts), frame);
}

#[test]
fn what_is_shown_is_read_back_as_the_same() {
    for expression in [
        "times shown of tag promo in the last 7 days",
        "times shown of rule sells ever",
        "times shown of class lifecycle ever",
        "last shown of sale",
        "sum of purchase.amount of sale in the last 2 months",
        "40 * times purchase halving every 72 hours - 2.5 * times shown of sale halving every 1 week",
        "-1 * times purchase halving every 72 hours + sum of purchase.amount halving every 3 days",
        "points halving every 30 days since last purchase",
        "(2 * times purchase halving every 1 day) halving every 30 days since 2026-01-01T00:00Z",
    ] {
        let (rules, _) = world(expression, "");
        let shown = show_gathered(&rules, rules.gathered.last().unwrap());
        assert_eq!(shown, expression);
        assert_eq!(world(&shown, "").0.gathered, rules.gathered);
    }
}

#[test]
fn the_list_is_the_same_however_the_rules_stand() {
    let kinds = |rules: &RuleSet| rules.gathered.iter().map(|of| show_gathered(rules, of)).collect::<Vec<_>>();
    let one = world("times purchase ever + (times shown ever else 1) + times purchase ever", "").0;
    let other = world("(times shown ever else 1) + times purchase ever", "").0;
    assert_eq!(kinds(&one), ["times shown ever", "times purchase ever"]);
    assert_eq!(one.gathered, other.gathered);
    assert!(matches!(one.gathered[0], Gathered::Times(..)));
}
