//! What decisions try of a rule set, and what a test may have forgotten to write.

use crate::compile::{Compiled, compile};
use crate::eval::coverage::{Coverage, Owner};
use crate::eval::{hints, meets};
use crate::frame::{Expected, gather};
use crate::source::SourceSet;
use crate::value::Permission;

const SHOP: &str = r#"
purpose tips "Tips" { basis consent  direct marketing }
customer { id: text key  tier: one of [bronze < silver < gold]  size: whole needs tips  vip: yes or no  zip: text else "1" }
offer card  { class marketing }
offer story { class service }
offer other { class service }
segment good = tier is at least silver and (vip or size is more than 3)
slot home on web { accepts service, marketing  fallback story when tier is gold, other }
rule give in home {
  when  good
  when  zip is "1"
  unless vip
  needs tips
  show  card
  cap   at most 1 shown in any 7 days per customer
  if capped show other
}
persona p { now 2026-11-22T09:00Z  given { id: "c1", tier: silver, vip: no, size: 4 }  consent tips granted }
"#;

fn shop(tests: &str) -> Compiled {
    let compiled = compile(SourceSet::single("shop.rules", format!("{SHOP}{tests}")).0);
    assert!(compiled.diagnostics.is_empty(), "{:#?}", compiled.diagnostics);
    compiled
}

/// What never came up, a line a clause; and the sum.
fn never(tests: &str) -> (Vec<String>, (usize, usize)) {
    let compiled = shop(tests);
    let rules = compiled.rules.as_ref().unwrap();
    let mut coverage = Coverage::new(rules);
    for case in &compiled.program.tests {
        let frame = gather(rules, &case.facts);
        for expectation in &case.expectations {
            let besides = match expectation.what {
                Expected::PassesOver(rule, _) => Some(rule),
                Expected::Shows(..)
                | Expected::Sends(..)
                | Expected::Holds(..)
                | Expected::PassesOverChannel(..)
                | Expected::Nothing(..) => None,
            };
            coverage.count(&frame, expectation.slot, besides);
        }
    }
    let lines = coverage.never().into_iter().map(|never| {
        let place = compiled.sources.text(never.span);
        assert!(!place.is_empty());
        format!("{}: {}", never.clause, never.answers.join(", "))
    });
    (lines.collect(), coverage.sum())
}

#[test]
fn nothing_is_tried_without_a_test() {
    let (lines, (reached, wanted)) = never("");
    assert_eq!(
        lines,
        [
            "tier is at least silver in good: yes, no, unknown",
            "vip in good: yes, no, unknown",
            "size is more than 3 in good: yes, no, unknown",
            "fallback story: the answer",
            "fallback .. when tier is gold: yes, no, unknown",
            "fallback other: the answer",
            "show card: the answer",
            "needs tips: open, closed",
            "if capped show other: asked for",
            "when good: yes, no, unknown",
            // What has a default is never missing in a test.
            "when zip is \"1\": yes, no",
            "unless vip: yes, no, unknown",
            "cap at most 1 shown in any 7 days per customer: free, spent",
        ]
    );
    assert_eq!((reached, wanted), (0, 28));
}

#[test]
fn a_step_counts_only_where_a_decision_gets_as_far() {
    // Without consent the audience is not looked at: nothing of it has been tried.
    let closed = "test \"t\" { as p  consent tips unknown  expect home shows other }";
    let (lines, (reached, _)) = never(closed);
    assert!(lines.contains(&"when good: yes, no, unknown".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"needs tips: open".to_owned()), "{lines:#?}");
    // Closed; the condition of the first fallback is no; the second answers.
    assert_eq!(reached, 3);
    // An audience that does not fit says nothing of the cap.
    let (lines, _) = never("test \"t\" { as p  given { tier: bronze }  expect home shows other }");
    assert!(lines.contains(&"when good: yes, unknown".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"cap at most 1 shown in any 7 days per customer: free, spent".to_owned()), "{lines:#?}");
}

#[test]
fn a_table_can_try_everything() {
    let (lines, (reached, wanted)) = never(
        r#"
test "all of it" {
  as    p
  cases tier,    vip,     size,    zip, consent.tips, history shown of card, expect home
  row   silver,  no,      4,       "1", granted,      never,                 shows card because give
  row   silver,  no,      4,       "1", granted,      [1 day ago],           shows other because capped
  row   silver,  no,      4,       "1", unknown,      never,                 shows other
  row   bronze,  no,      4,       "1", granted,      never,                 shows other
  row   gold,    yes,     1,       "2", granted,      never,                 shows story
  row   missing, missing, missing, "1", granted,      never,                 shows other
}"#,
    );
    assert_eq!((lines, reached), (Vec::<String>::new(), wanted));
}

#[test]
fn a_rule_behind_the_winner_is_tried_where_a_test_asks_about_it() {
    let compiled = shop("");
    let rules = compiled.rules.as_ref().unwrap();
    let rule = rules.rule_named("give").unwrap();
    let facts = crate::frame::Facts::nothing(rules, crate::model::testing::at("2026-11-22T09:00Z"));
    let mut coverage = Coverage::new(rules);
    let slot = rules.slot_named("home").unwrap();
    coverage.count(&gather(rules, &facts), slot, Some(rule));
    let once = coverage.sum();
    coverage.count(&gather(rules, &facts), slot, None);
    assert_eq!(coverage.sum(), once, "it was looked at anyway, and twice is no more than once");
    let line = coverage.lines().into_iter().find(|line| line.owner == Owner::Rule(rule)).unwrap();
    assert_eq!((line.wins, line.reached), (false, 1), "closed");
}

/// Of the hours of a channel an answer counts where that channel would carry the message.
#[test]
fn the_hours_of_a_channel_are_tried_where_it_carries() {
    let compiled = compile(
        SourceSet::single(
            "ways.rules",
            r#"
purpose news "Tell me" { basis legitimate interest "LIA"  direct marketing }
customer { id: text key }
offer letter { class marketing }
channel push  { needs news  allowed when permission.push is full }
channel email { needs news }
slot mail by push, email { accepts marketing  fallback nothing }
rule morning in mail { send letter }
window day { zone "UTC"  open 09:00 until 21:00  on channel push  outside hold at most 4 hours }
"#,
        )
        .0,
    );
    let rules = compiled.rules.as_ref().unwrap();
    let after = |customers: &[(&str, Permission)]| {
        let mut coverage = Coverage::new(rules);
        for (now, permission) in customers {
            let mut facts = crate::frame::Facts::nothing(rules, crate::model::testing::at(now));
            facts.set_permission(crate::model::ChannelId(1), *permission);
            coverage.count(&gather(rules, &facts), crate::model::SlotId(0), None);
        }
        let lines = coverage.never().into_iter().map(|never| format!("{}: {}", never.clause, never.answers.join(", ")));
        lines.filter(|line| line.starts_with("window day")).collect::<Vec<_>>()
    };
    let never = |customers: &[(&str, Permission)]| after(customers).join("; ");
    let (noon, night) = ("2026-11-22T12:00Z", "2026-11-22T22:00Z");
    let untried = never(&[]);
    assert!(!untried.is_empty());
    assert_eq!(never(&[(noon, Permission::Unknown), (night, Permission::Unknown)]), untried, "the letter goes");
    assert_ne!(never(&[(noon, Permission::Full)]), untried);
    assert_eq!(never(&[(noon, Permission::Full), (night, Permission::Full)]), "", "open, and closed for too long");
}

/// The hints for the only expectation of a test, which must fail.
fn hinted(test: &str) -> Vec<String> {
    let compiled = shop(test);
    let rules = compiled.rules.as_ref().unwrap();
    let case = &compiled.program.tests[0];
    let frame = gather(rules, &case.facts);
    let expectation = &case.expectations[0];
    assert!(meets(rules, &frame, expectation).is_err(), "{test} passes");
    hints(rules, &case.facts, &frame, expectation)
}

#[test]
fn what_a_test_may_have_forgotten_is_said() {
    for (test, said) in [
        ("consent tips unknown", "a test grants nothing that it does not write: `consent tips granted`"),
        ("given { vip: missing }", "a test knows nothing that it does not write: `given { vip: no }`"),
        (
            "given { id: missing }",
            "this test does not say who the customer is, so nothing of them is known: `given { id: \"c1\" }`",
        ),
        (
            "history shown of card at 1 day ago",
            "what rule give counts stands in `history`: this test and its personas write one event",
        ),
        ("used 1 of give", "what rule give has counted stands in `used`, here or in a persona"),
        (
            "used 1 of give  history shown of card at 9 days ago, 1 day ago",
            "what rule give counts stands in `history` (2 events) and in `used`",
        ),
    ] {
        let test = format!("test \"t\" {{ as p  {test}  expect home shows card }}");
        assert_eq!(hinted(&test), [said], "{test}");
    }
    // What the test does say needs no hint.
    for said in ["consent tips denied", "given { tier: bronze }"] {
        let test = format!("test \"t\" {{ as p  {said}  expect home shows card }}");
        assert_eq!(hinted(&test), Vec::<String>::new(), "{test}");
    }
}

#[test]
fn a_mismatch_says_expected_got_and_why() {
    let compiled = shop("test \"t\" { as p  given { tier: bronze }  expect home shows card because give }");
    let rules = compiled.rules.as_ref().unwrap();
    let case = &compiled.program.tests[0];
    let mismatch = meets(rules, &gather(rules, &case.facts), &case.expectations[0]).unwrap_err();
    assert_eq!(mismatch.expected, "shows card, because of give");
    assert_eq!(mismatch.got, "shows other, the fallback");
    assert_eq!(mismatch.why, ["give drops out at its audience: not applicable (when good: tier is bronze)"]);
    assert_eq!(mismatch.rest[0], "fallback story: not applicable (when tier is gold: tier is bronze)");
    let compiled = shop("offer far { class service } test \"t\" { as p  expect home shows far }");
    let rules = compiled.rules.as_ref().unwrap();
    let case = &compiled.program.tests[0];
    let mismatch = meets(rules, &gather(rules, &case.facts), &case.expectations[0]).unwrap_err();
    assert_eq!(mismatch.why, ["no rule of home shows far, nor is it in the slot's fallback list"]);
}

#[test]
fn what_is_used_of_a_cap_adds_to_the_history_and_replaces_itself() {
    let compiled = shop(
        r#"
cap week { at most 3 shown  in any 7 days  per customer  on offer card }
persona tired { as p  used 3 of week }
test "used" {
  cases as,    used of week, used of give, history shown of card, expect home
  row   p,     3,            0,            never,                 shows other because week
  row   p,     2,            0,            [9 days ago],          shows card
  row   p,     2,            0,            1 day ago,             shows other because "3 of 3"
  row   p,     0,            1,            never,                 shows other because "1 of 1"
  row   tired, 0,            0,            never,                 shows card
}
test "of a persona" { as tired  expect home shows other because week }
test "nobody" { as tired  given { id: missing }  used 0 of week  expect home passes over give because "vip is not known" }
"#,
    );
    let rules = compiled.rules.as_ref().unwrap();
    assert_eq!(compiled.program.tests.len(), 7);
    for case in &compiled.program.tests {
        let unmet = crate::eval::run(rules, case);
        assert!(unmet.is_empty(), "{}: {unmet:?}", case.name);
    }
}

/// What never came up of rules of their own, after the tests that stand behind them.
fn never_of(rules: &str, tests: &str) -> Vec<String> {
    let compiled = compile(SourceSet::single("own.rules", format!("{rules}{tests}")).0);
    let model = compiled.rules.as_ref().unwrap();
    let mut coverage = Coverage::new(model);
    for case in &compiled.program.tests {
        for expectation in &case.expectations {
            coverage.count(&gather(model, &case.facts), expectation.slot, None);
        }
    }
    let lines = coverage.never().into_iter().map(|never| format!("{}: {}", never.clause, never.answers.join(", ")));
    lines.collect()
}

/// Blocks and the rows of windows ask something, too; and what is no cap is not called one.
#[test]
fn blocks_rows_and_pauses_are_tried() {
    let rules = r#"
customer { id: text key  y: yes or no  z: yes or no }
event stop "Stop" {}
offer m { class marketing }
offer all { class service }
slot s on web { accepts marketing, service  fallback all }
rule r in s { show m }
block b { while y  on class marketing }
block after { for 2 days after stop  on class marketing }
pause pp { for 10 days  after 1 dismissed  per customer  on class marketing }
window w { zone "UTC"  open 00:00 until 24:00  open 09:00 until 12:00 when z  on class marketing  outside drop }
persona p { now 2026-06-15T10:00Z  given { id: "a", y: no, z: no } }
"#;
    let tried = |tests: &str| never_of(rules, tests);
    assert_eq!(
        tried(""),
        [
            "fallback all: the answer",
            "show m: the answer",
            "block b while y: yes, no, unknown",
            "block after: over, running",
            "pause pp: over, running",
            "window w: open, closed",
            "window w when z: yes, no, unknown",
        ]
    );
    let shown = "test \"a\" { as p  expect s shows m }";
    let closed = "test \"b\" { as p  now 2026-06-15T20:00Z  given { z: yes }  expect s shows all }";
    assert_eq!(
        tried(&format!("{shown}{closed}")),
        ["block b while y: yes, unknown", "block after: running", "pause pp: running", "window w when z: unknown"]
    );
    // What a block stops has asked nothing of what comes behind it.
    let blocked = "test \"f\" { as p  given { y: missing }  history stop at 1 day ago  expect s shows all }";
    assert_eq!(
        tried(blocked),
        [
            "show m: the answer",
            "block b while y: yes, no",
            "block after: over",
            "pause pp: over, running",
            "window w: open, closed",
            "window w when z: yes, no, unknown",
        ]
    );
    let all = format!(
        "{shown}{closed}{blocked}
        test \"c\" {{ as p  given {{ y: yes }}  expect s shows all }}
        test \"d\" {{ as p  given {{ z: missing }}  expect s shows m }}
        test \"e\" {{ as p  history dismissed of m at 1 day ago  expect s shows all }}"
    );
    assert_eq!(tried(&all), Vec::<String>::new());
}
