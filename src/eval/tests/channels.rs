//! S18 and the table of classes: channels in turn, each with its reason; what is unknown carries nothing.

use crate::compile::{Compiled, compile};
use crate::eval::{explain, meets};
use crate::frame::gather;
use crate::source::SourceSet;

const SHOP: &str = r#"
purpose push_offers  "Offers by push"    { basis consent  direct marketing }
purpose email_offers "Offers by email"   { basis consent  direct marketing }
purpose app_offers   "Offers in the app" { basis consent  direct marketing }
customer {
  id:           text  key
  last_session: time
  quiet:        yes or no
  secret:       yes or no  hidden
}
channel push {
  needs        push_offers
  allowed when permission.push is one of [full, provisional]
  silent when  permission.push is provisional or quiet
}
channel email  { needs email_offers }
channel in_app {
  needs        app_offers
  reached when last_session is at most 14 days old
}
channel fax { needs email_offers  reached when secret }
offer new_season { class marketing  tags campaign }
offer notice     { class service }
offer alarm      { class critical }
slot season by push, email, in_app "The start of a new season" { accepts marketing  fallback nothing }
slot note by push, email  { accepts service, critical, marketing  fallback notice when quiet, nothing }
slot old by fax { accepts marketing  fallback nothing }
rule new_season in season { send new_season }
rule quick in season { priority 10  when quiet  send new_season by in_app, email  if no consent nothing }
rule told in note { when quiet is no  send notice by email, push }
rule alarmed in note { when secret  send alarm }
rule faxed in old { send new_season }
persona fan {
  now        2026-05-20T12:00Z
  consent    all granted
  permission push full
  given      { id: "c1", last_session: 1 day ago, quiet: no, secret: no }
}
"#;

#[track_caller]
fn holds(tests: &str) -> Compiled {
    let compiled = compile(SourceSet::single("shop.rules", format!("{SHOP}{tests}")).0);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rules = compiled.rules.as_ref().unwrap();
    assert!(!compiled.program.tests.is_empty());
    for case in &compiled.program.tests {
        let frame = gather(rules, &case.facts);
        for expectation in &case.expectations {
            if let Err(mismatch) = meets(rules, &frame, expectation) {
                let lines = explain(rules, &frame, expectation.slot).to_text().join("\n");
                panic!("{}: {}\n{lines}", case.name, mismatch.message);
            }
        }
    }
    compiled
}

/// The explanation of a slot for the customer of the first test.
fn told(compiled: &Compiled, slot: &str) -> Vec<String> {
    let rules = compiled.rules.as_ref().unwrap();
    let frame = gather(rules, &compiled.program.tests[0].facts);
    explain(rules, &frame, rules.slot_named(slot).unwrap()).to_text()
}

#[test]
fn the_first_channel_that_carries_it_does() {
    let first = holds("test \"t\" { as fan  expect season sends new_season by push because new_season }");
    assert_eq!(
        told(&first, "season"),
        [
            "season sends new_season by push, by new_season",
            "  quick: not applicable (when quiet: quiet is no)",
            "  new_season: wins",
            "  fallback nothing: not needed",
            "  smallest change: quick wins if quiet is yes",
        ]
    );
    let second = holds("test \"t\" { as fan  permission push denied  expect season sends new_season by email }");
    assert_eq!(
        told(&second, "season")[2],
        "  new_season: wins, passing over push: permission denied (allowed when permission.push is one of [full, \
         provisional]: permission.push is denied)"
    );
}

#[test]
fn each_channel_has_its_reason_and_only_all_of_them_drop_the_rule() {
    let none = holds(
        "test \"t\" { as fan  permission push unknown  consent email_offers withdrawn  given { last_session: 20 days ago }
           expect season gives nothing because fallback
           expect season passes over push because \"permission denied\"
           expect season passes over push because \"allowed when permission.push is one of [full, provisional]: permission.push is unknown\"
           expect season passes over email because \"consent withdrawn\"
           expect season passes over email because \"no consent for email_offers\"
           expect season passes over in_app because \"not reached\"
           expect season passes over new_season because \"not reached\" }",
    );
    let lines = told(&none, "season");
    assert!(lines[2].starts_with("  new_season: push: permission denied (allowed when"), "{lines:?}");
    assert!(lines[2].contains("; email: no consent for email_offers (withdrawn); in_app: not reached ("), "{lines:?}");
}

#[test]
fn what_is_not_known_carries_nothing_and_makes_no_sound() {
    holds(
        "test \"t\" { as fan  given { last_session: missing }  permission push denied  consent email_offers unknown
             expect season gives nothing  expect season passes over in_app because \"not reached\" }",
    );
    holds("test \"t\" { as fan  given { quiet: missing }  expect season sends new_season by push because silent }");
    holds("test \"t\" { as fan  permission push provisional  expect season sends new_season by push because silent }");
    // Whose last session lies ahead, or was never, is not reached.
    holds(
        "test \"t\" { as fan  given { last_session: never }  permission push denied  consent email_offers denied
             expect season passes over in_app because \"not reached\" }",
    );
}

#[test]
fn a_rule_narrows_the_channels_in_its_own_order() {
    holds("test \"t\" { as fan  given { quiet: yes }  expect season sends new_season by in_app because quick }");
    holds(
        "test \"t\" { as fan  given { quiet: yes, last_session: 20 days ago }
             expect season sends new_season by email because quick
             expect season passes over in_app because \"not reached\" }",
    );
}

#[test]
fn if_no_consent_answers_a_channel_that_lacked_only_that() {
    // One channel lacks consent, the other does not reach: consent came farther.
    holds(
        "test \"t\" { as fan  given { quiet: yes, last_session: 20 days ago }  consent email_offers denied
             expect season gives nothing because quick }",
    );
    // Nobody asked for consent where nothing was reached: the next rule.
    holds(
        "test \"t\" { as fan  given { quiet: yes }  consent app_offers denied, email_offers denied
             expect season gives nothing because quick }",
    );
}

#[test]
fn classes_differ_in_consent_and_not_in_permission() {
    holds(
        "test \"t\" { as fan  consent email_offers denied, push_offers denied
             expect note sends notice by email because told }",
    );
    holds(
        "test \"t\" { as fan  given { secret: yes }  consent push_offers denied  permission push denied
             expect note sends alarm by email because alarmed
             expect note passes over push because \"permission denied\" }",
    );
    // A fallback goes by the channels of the slot, under the same conditions.
    holds(
        "test \"t\" { as fan  given { quiet: yes }  permission push denied
             expect note sends notice by email because fallback }",
    );
}

#[test]
fn a_protected_fact_is_not_told() {
    let hidden = holds(
        "test \"t\" { as fan  expect old gives nothing
                          expect old passes over fax because \"not reached\" }",
    );
    assert_eq!(told(&hidden, "old")[1], "  faxed: fax: not reached (a protected fact)");
}

#[test]
fn a_slot_that_rotates_begins_behind_the_channel_used_last() {
    let after = |channels: &str, sends: &str| {
        let sent: String = channels
            .split_whitespace()
            .enumerate()
            .map(|(at, by)| format!("history sent of new_season by {by} at 2026-05-{:02}T12:00Z\n", at + 1))
            .collect();
        holds(&format!(
            "slot turn by push, email, in_app {{ accepts marketing  rotate after the last used on tag campaign  fallback nothing }}
             rule turned in turn {{ when quiet is no  send new_season }}
             test \"t\" {{ as fan\n{sent}expect turn sends new_season by {sends} }}"
        ));
    };
    after("", "push");
    after("push", "email");
    after("push email", "in_app");
    after("email push in_app", "push");
    after("fax", "push");
    after("push fax", "email");
}

/// R36, R44: what is stamped a little later than now was sent, as for a cap.
#[test]
fn a_slot_that_rotates_reckons_with_a_clock_that_is_a_little_fast() {
    for (sent, sends) in
        [("2026-05-20T12:00:00Z", "email"), ("2026-05-20T12:00:01Z", "email"), ("2026-05-20T12:02:00Z", "email")]
    {
        holds(&format!(
            "slot turn by push, email {{ accepts marketing  rotate after the last used on tag campaign  fallback nothing }}
             rule turned in turn {{ when quiet is no  send new_season }}
             test \"t\" {{ as fan  history sent of new_season by push at {sent}  expect turn sends new_season by {sends} }}"
        ));
    }
}
