//! When what waits is let go: by which of its ways first, what is over before, and what the reasons say of limits and
//! channels.

use crate::compile::compile;
use crate::eval::{explain, run};
use crate::frame::gather;
use crate::source::SourceSet;

/// Every test of these rules is met.
#[track_caller]
fn holds(text: &str) {
    let compiled = compile(SourceSet::single("release.rules", text).0);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rules = compiled.runnable().unwrap();
    assert!(!compiled.program.tests.is_empty());
    for case in &compiled.program.tests {
        if let Some((of, mismatch)) = run(rules, case).into_iter().next() {
            let lines = explain(rules, &gather(rules, &case.facts), of.slot).to_text().join("\n");
            panic!("{}: {}\n{lines}", case.name, mismatch.message);
        }
    }
}

/// A message by push between eight and six, else by sms, whose hours begin at nine.
fn two_ways(of_sms: &str) -> String {
    format!(
        "purpose p \"p\" {{ basis consent  direct marketing }}
        customer {{ id: text key  home: zone }}
        channel push {{ needs p }}
        channel sms {{ needs p }}
        offer m {{ class marketing  tags slow }}
        slot z by push, sms {{ accepts marketing  fallback nothing }}
        window w {{ zone \"UTC\"  open 08:00 until 18:00  on channel push  outside next channel }}
        window w2 {{ zone \"UTC\"  open 09:00 until 18:00  on channel sms  outside {of_sms} }}
        rule r in z {{ send m }}
        persona x {{ now 2026-06-15T20:00Z  given {{ id: \"a\" }}  consent p granted }}
        "
    )
}

#[test]
fn a_hold_ends_when_the_first_of_its_ways_is_free() {
    let rules = two_ways("hold at most 20 hours");
    holds(&format!(
        "{rules}
        test \"push opens before sms does\" {{
          as     x
          expect z holds m until 2026-06-16T08:00Z because r
          expect z passes over push because w
        }}
        test \"and a microsecond before that it still waits\" {{
          as     x
          cases  now, expect z
          row    2026-06-16T07:59:59.999999Z, holds m until 2026-06-16T08:00Z
          row    2026-06-16T08:00Z, sends m by push
        }}
        test \"at the release it goes by push\" {{
          as     x
          now    2026-06-16T08:00Z
          held   m since 2026-06-15T20:00Z
          expect z sends m by push
        }}"
    ));
}

/// The window of the message opens before any channel carries it; and a cap on a channel is free before another opens.
#[test]
fn a_message_waits_for_its_windows_and_for_a_way() {
    let rules = two_ways("next channel");
    holds(&format!(
        "{rules}
        window own {{ zone \"UTC\"  open 07:00 until 17:00  on tag slow  outside hold at most 20 hours }}
        test \"its own window opens at seven, and no channel before eight\" {{
          as     x
          now    2026-06-15T17:30Z
          expect z holds m until 2026-06-16T08:00Z
        }}"
    ));
    holds(&format!(
        "{}
        cap seldom {{ at most 1 sent in any 24 hours per customer  on channel push }}
        test \"push is spent, and free again before sms opens\" {{
          as      x
          now     2026-06-15T18:30Z
          history sent of m by push at 2026-06-14T20:00Z
          expect  z holds m until 2026-06-16T08:00Z
        }}
        test \"push is free only after sms opens\" {{
          as      x
          now     2026-06-15T18:30Z
          history sent of m by push at 2026-06-15T08:30Z
          expect  z holds m until 2026-06-16T08:30Z
        }}
        test \"push is free long after\" {{
          as      x
          now     2026-06-15T18:30Z
          history sent of m by push at 2026-06-15T09:30Z
          expect  z holds m until 2026-06-16T09:00Z
        }}",
        two_ways("hold at most 20 hours")
    ));
}

/// A channel that reaches only for so long has no say once it does not.
#[test]
fn a_way_that_ends_before_is_none() {
    holds(
        "customer { id: text key  seen: time }
        channel push { reached when seen is at most 24 hours old }
        channel sms {}
        offer m { class service }
        slot z by push, sms { accepts service  fallback nothing }
        window w { zone \"UTC\"  open 08:00 until 18:00  on channel push  outside hold at most 20 hours }
        window w2 { zone \"UTC\"  open 09:00 until 18:00  on channel sms  outside hold at most 20 hours }
        rule r in z { send m }
        persona x { now 2026-06-15T20:00Z }
        test \"reached until ten\" {
          as     x
          given  { id: \"a\", seen: 2026-06-15T10:00Z }
          expect z holds m until 2026-06-16T08:00Z
        }
        test \"reached until seven: by then it goes by sms\" {
          as     x
          given  { id: \"a\", seen: 2026-06-15T07:00Z }
          expect z holds m until 2026-06-16T09:00Z
        }",
    );
}

/// A channel that is passed over has its reason where the next one is outside its hours for good.
#[test]
fn every_channel_has_its_reason() {
    for (outside, reason) in [("drop", "w2"), ("hold at most 2 hours", "hold limit")] {
        let rules = two_ways(outside);
        holds(&format!(
            "{rules}
            test \"two channels, two reasons\" {{
              as     x
              expect z gives nothing
              expect z passes over push because w
              expect z passes over sms because \"{reason}\"
              expect z passes over sms because w2
              expect z passes over r because w
            }}"
        ));
    }
}

#[test]
fn a_hold_limit_says_when_and_which() {
    let rules = "customer { id: text key }
        offer m { class marketing }
        offer all { class service }
        slot s on web { accepts marketing, service  fallback all }
        rule r in s { show m }
        gap g1 { at least 8 hours apart per customer on class marketing then hold at most 6 hours }
        window w1 { zone \"UTC\" open 20:00 until 22:00 on class marketing outside hold at most 30 hours }";
    holds(&format!(
        "{rules}
        test \"let go at eight, ten hours from now: over the limit of the gap, not of the window\" {{
          given   {{ id: \"a\" }}
          now     2026-06-10T10:00Z
          history shown of m at 2026-06-10T05:00Z
          expect  s shows all
          expect  s passes over r because \"hold limit\"
          expect  s passes over r because \"gap g1 (until 2026-06-10T13:00Z), would be let go 2026-06-10T20:00Z, held for no longer than 6 hours\"
          expect  s passes over r because \"window w1 closed (wed 10:00 in UTC)\"
        }}
        test \"eight hours are over at the opening, ten hours after it was held\" {{
          given   {{ id: \"a\" }}
          now     2026-06-10T14:30Z
          history shown of m at 2026-06-10T07:00Z
          expect  s holds m until 2026-06-10T20:00Z
        }}"
    ));
}

/// Nothing is held that is over before it would be let go (R10, R32): its dates, its offer's, its review with the grace.
#[test]
fn nothing_waits_for_its_own_end() {
    let rules = |of_rule: &str, of_offer: &str| {
        format!(
            "defaults {{ zone \"Europe/Berlin\"  grace 14 days }}
            customer {{ id: text key }}
            offer m {{ class marketing  {of_offer} }}
            offer n {{ class marketing }}
            offer all {{ class service }}
            slot s on web {{ accepts marketing, service  fallback all }}
            rule r in s {{ priority 3  {of_rule}  show m }}
            rule r2 in s {{ priority 2  show n }}
            window w1 {{ zone \"UTC\"  open 08:00 until 20:00  on offer m  outside hold at most 30 hours }}
            persona x {{ now 2026-06-15T21:00Z  given {{ id: \"a\" }} }}
            "
        )
    };
    // What ends, and the words; each is over at ten in the evening, UTC, before the opening at eight.
    for (of_rule, of_offer, words) in [
        ("", "active to 2026-06-15", "m ends 2026-06-15T22:00Z, before it may be let go"),
        ("active to 2026-06-15", "", "r ends 2026-06-15T22:00Z, before it may be let go"),
        (
            "review by 2026-06-01",
            "",
            "the review of r was due 2026-06-01, its grace ends 2026-06-15T22:00Z, before it may be let go",
        ),
    ] {
        holds(&format!(
            "{}
            test \"it is not held, and the next has its turn\" {{
              as     x
              expect s shows n because r2
              expect s passes over r because expired
              expect s passes over r because \"{words}\"
            }}
            test \"in its hours it is shown to its end\" {{
              as     x
              now    2026-06-15T19:59:59Z
              expect s shows m
            }}",
            rules(of_rule, of_offer)
        ));
    }
    for (of_rule, of_offer) in
        [("", "active to 2026-06-16"), ("active to 2026-06-16", ""), ("review by 2026-06-02", "")]
    {
        holds(&format!(
            "{}
            test \"a day later is in time\" {{
              as     x
              expect s holds m until 2026-06-16T08:00Z
            }}",
            rules(of_rule, of_offer)
        ));
    }
    // To the microsecond: what ends when it would be let go is over.
    for (until, held) in [("08:00", false), ("08:00:01", true)] {
        let expected = if held { "holds m until 2026-06-16T08:00Z" } else { "shows n" };
        holds(&format!(
            "{}
            test \"until\" {{ as x  expect s {expected} }}",
            rules("", &format!("active until 2026-06-16T{until}Z"))
        ));
    }
}
