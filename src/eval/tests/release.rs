//! When what waits is let go: by which of its ways first, what is over before, and what the reasons say of limits and
//! channels.

use crate::compile::compile;
use crate::eval::{ask_again, explain, run};
use crate::frame::gather;
use crate::source::SourceSet;
use crate::value::Instant;

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

/// R32: whatever holds it on its way lets it wait so long at most, not only what is in its way now.
#[test]
fn what_is_met_on_the_way_counts_with_its_limit() {
    let rules = "purpose p \"Offers\" { basis consent  direct marketing }
        customer { id: text key }
        offer promo { class marketing }
        offer other { class marketing }
        channel email { needs p }
        slot m by email { accepts marketing  fallback nothing }
        rule r in m { send promo }
        gap g { at least 8 hours apart  per customer  on class marketing  then hold at most 20 hours }
        window w { zone \"Europe/Berlin\"  open 09:00 until 20:00  on class marketing  outside hold at most 15 hours }
        persona a { given { id: \"a\" }  consent p granted  history sent of other at 2026-06-15T15:30Z }
        ";
    holds(&format!(
        "{rules}
        test \"the gap ends in the night, and the window holds nothing for longer than 15 hours\" {{
          as     a
          cases  now, expect m
          row    2026-06-15T15:59Z, passes over r because \"hold limit\"
          row    2026-06-15T15:59:59Z, passes over r because \"w: tue 01:30 in Europe/Berlin, would be let go 2026-06-16T07:00Z, held for no longer than 15 hours\"
          row    2026-06-15T16:00Z, holds promo until 2026-06-16T07:00Z
        }}
        test \"asked on its way it is answered the same\" {{
          as     a
          held   promo since 2026-06-15T16:00Z
          cases  now, expect m
          row    2026-06-15T17:59Z, holds promo until 2026-06-16T07:00Z
          row    2026-06-15T18:00Z, holds promo until 2026-06-16T07:00Z
          row    2026-06-15T23:29Z, holds promo until 2026-06-16T07:00Z
          row    2026-06-15T23:30Z, holds promo until 2026-06-16T07:00Z
          row    2026-06-16T06:59:59Z, holds promo until 2026-06-16T07:00Z
          row    2026-06-16T07:00Z, sends promo by email
        }}"
    ));
    let text =
        format!("{rules} test \"t\" {{ as a  now 2026-06-15T16:00Z  expect m holds promo until 2026-06-16T07:00Z }}");
    let compiled = compile(SourceSet::single("release.rules", text).0);
    let (rules, case) = (compiled.runnable().unwrap(), &compiled.program.tests[0]);
    let lines = explain(rules, &gather(rules, &case.facts), case.expectations[0].slot).to_text().join("\n");
    let waits = "waits: gap g (until 2026-06-15T23:30Z); window w closed (tue 01:30 in Europe/Berlin)";
    assert!(lines.contains(waits), "{lines}");
}

/// What opens again before the way is free keeps nothing off it: only who asks while it is closed waits for it.
#[test]
fn what_is_closed_in_passing_holds_nothing() {
    holds(
        "customer { id: text key }
        offer promo { class marketing }
        offer all { class service }
        slot s on web { accepts marketing, service  fallback all }
        rule r in s { show promo }
        gap g { at least 8 hours apart  per customer  on class marketing  then hold at most 20 hours }
        window lunch { zone \"UTC\"  open 13:00 until 12:00  on class marketing  outside hold at most 30 minutes }
        persona a { given { id: \"a\" }  history shown of promo at 2026-06-15T10:00Z }
        test \"over lunch\" {
          as     a
          now    2026-06-15T11:00Z
          expect s holds promo until 2026-06-15T18:00Z
        }
        test \"asked at lunch, it waits for the gap all the same\" {
          as     a
          held   promo since 2026-06-15T11:00Z
          cases  now, expect s
          row    2026-06-15T11:59Z, holds promo until 2026-06-15T18:00Z
          row    2026-06-15T12:10Z, holds promo until 2026-06-15T18:00Z
          row    2026-06-15T13:00Z, holds promo until 2026-06-15T18:00Z
          row    2026-06-15T18:00Z, shows promo
        }
        test \"who asks at lunch for the first time would wait for it too\" {
          as     a
          now    2026-06-15T12:10Z
          expect s passes over r because \"hold limit\"
        }
        test \"let go at lunch of the day after, it waits for lunch, and has waited too long\" {
          as     a
          now    2026-06-16T12:10Z
          held   promo since 2026-06-15T18:00Z
          expect s passes over r because \"hold limit\"
        }",
    );
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

/// R16: nobody is asked to come back for what is over by then.
#[test]
fn nothing_is_asked_for_after_its_end() {
    for (dates, again) in [("active to 2026-06-17", false), ("active to 2026-06-20", true), ("", true)] {
        let text = format!(
            "customer {{ id: text key }}
            offer m {{ class marketing  {dates} }}
            slot s on web {{ accepts marketing  fallback nothing }}
            rule r in s {{ cap at most 1 shown in any 4 days per customer  show m }}
            test \"t\" {{
              now 2026-06-15T12:00Z  given {{ id: \"a\" }}  history shown of m at 2026-06-14T12:00Z
              expect s gives nothing
            }}"
        );
        let compiled = compile(SourceSet::single("again.rules", text).0);
        let (rules, case) = (compiled.runnable().unwrap(), &compiled.program.tests[0]);
        let found = ask_again(rules, &gather(rules, &case.facts), case.expectations[0].slot);
        assert_eq!(found, Instant::parse("2026-06-18T12:00Z").filter(|_| again), "{dates}");
    }
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

/// R24, R25: what a request a minute ago reserved is seen by pauses, gaps and blocks as by caps.
#[test]
fn what_was_decided_a_minute_ago_is_seen_by_whatever_counts_it() {
    let asks = |what: &str| {
        holds(&format!(
            "purpose p \"P\" {{ basis legitimate interest \"L\"  direct marketing }}
            customer {{ id: text key }}
            offer first {{ class marketing  tags t }}
            offer second {{ class marketing  tags t }}
            offer all {{ class service }}
            slot one on web {{ accepts marketing, service  fallback all }}
            slot two on web {{ accepts marketing, service  fallback all }}
            rule a in one {{ needs p  show first }}
            rule b in two {{ needs p  show second }}
            {what}
            test \"a minute later\" {{
              now 2026-06-15T12:00Z
              request r1 {{ given {{ id: \"x\" }}  expect one shows first }}
              request r2 {{ now 2026-06-15T12:01Z  given {{ id: \"x\" }}  expect two shows all }}
              request r3 {{ now 2026-06-15T12:02Z  given {{ id: \"y\" }}  expect two shows second }}
            }}
            test \"on one page\" {{
              now 2026-06-15T12:00Z
              request r {{ given {{ id: \"x\" }}  expect one shows first  expect two shows all }}
            }}"
        ));
    };
    asks("pause w { for 10 days  after 1 shown  per customer  on tag t }");
    asks("gap w { at least 1 hour apart  per customer  on tag t }");
    asks("cap w { at most 1 shown  in any 1 hour  per customer  on tag t }");
    asks("block w { for 24 hours after shown of first  on offer second }");
}
