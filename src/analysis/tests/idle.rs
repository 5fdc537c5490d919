//! What stands there and has no effect: substitutes that are never taken, caps that are never spent.

use super::super::testing::{report, rules};
use super::super::{NeverTaken, Options, SubstituteVerdict, analyse};
use crate::model::LeftOut;

const BASE: &str = "
purpose p \"P\" { basis consent }
purpose q \"Q\" { basis legitimate interest \"L\"  direct marketing }
customer { id: text key  v: yes or no  w: yes or no  age: whole from 0 to 130 }
offer a { class service }
offer b { class service }
offer c { class service }
offer old { class service  active until 2020-01-01T00:00Z }
offer sell { class marketing  tags t }
slot s on web { accepts marketing, service  fallback nothing }
";

/// Every substitute that is called idle, with the reason in a word.
fn idle(text: &str) -> Vec<String> {
    let (model, report) = report(&format!("{BASE}{text}"));
    let named = report.substitutes.iter().filter_map(|((rule, via), verdict)| {
        let SubstituteVerdict::Never(why) = verdict else { return None };
        if report.rules[rule].is_never() {
            return None;
        }
        let why = match why {
            NeverTaken::NeverDrops => "never drops".to_owned(),
            NeverTaken::NeverStands => "never stands".to_owned(),
            NeverTaken::Covered(by) => {
                let by: Vec<&str> = by.iter().filter_map(|by| Some(model[by.rule()?].name.as_str())).collect();
                format!("covered by {}", by.join(", "))
            }
        };
        Some(format!("{} {}: {why}", model[*rule].name, via.word()))
    });
    named.collect()
}

#[test]
fn what_nothing_can_bring_about_is_never_taken() {
    assert_eq!(idle("rule r in s { show a  if capped show b }"), ["r if capped: never drops"]);
    assert_eq!(idle("rule r in s { show a  if unknown show b }"), ["r if unknown: never drops"]);
    assert_eq!(idle("rule r in s { when v is known  show a  if unknown show b }"), ["r if unknown: never drops"]);
    assert_eq!(
        idle("rule r in s { when v  when v is known  show a  if unknown show b }"),
        ["r if unknown: never drops"],
        "where v is not known the other says no"
    );
    assert_eq!(
        idle("rule r in s { needs p  when consent.p is granted  show a  if no consent show b }"),
        ["r if no consent: never drops"]
    );
    assert_eq!(
        idle("rule r in s { when v  unless v is known  show a  if unknown show b }"),
        [""; 0],
        "a rule that never wins is told as that"
    );
}

#[test]
fn what_can_come_about_is_taken() {
    assert_eq!(idle("rule r in s { cap at most 1 shown ever per customer  show a  if capped show b }"), [""; 0]);
    assert_eq!(idle("rule r in s { when v  show a  if unknown show b }"), [""; 0]);
    assert_eq!(idle("rule r in s { needs p  show a  if no consent show b }"), [""; 0]);
    assert_eq!(idle("rule r in s { needs q  show sell  if no consent show b }"), [""; 0], "objected");
    assert_eq!(
        idle(
            "cap k { at most 1 shown ever per customer on tag t } rule r in s { needs q  show sell  if capped show b }"
        ),
        [""; 0]
    );
    assert_eq!(
        idle("rule r in s { when v  show a  if unknown nothing }"),
        [""; 0],
        "nothing is something that is seen"
    );
}

#[test]
fn what_stands_in_must_stand() {
    let tried = "rule r in s { when v  priority 9  show a  if unknown try z }";
    assert_eq!(idle(&format!("{tried} rule z in s {{ when v  priority 2  show b }}")), ["r if unknown: never stands"]);
    assert_eq!(idle(&format!("{tried} rule z in s {{ when w  priority 2  show b }}")), [""; 0]);
    assert_eq!(
        idle(&format!("{tried} rule z in s {{ when v  priority 2  show b  if unknown show c }}")),
        [""; 0],
        "what stands in for the one that is tried answers"
    );
    assert_eq!(
        idle("rule r in s { when v  active from 2021-01-01  show a  if unknown show old }"),
        ["r if unknown: never stands"]
    );
    assert_eq!(
        idle(
            "rule r in s { when v  priority 9  show a  if unknown try y }
              rule y in s { unless v  when w  priority 8  show b  if unknown show c }"
        ),
        ["r if unknown: never stands"],
        "where v is not known nobody is known to be spared"
    );
}

#[test]
fn what_is_above_answers_first() {
    assert_eq!(
        idle(
            "rule above in s { when v is not known  priority 9  show a }
              rule r in s { when v  priority 8  show b  if unknown show c }"
        ),
        ["r if unknown: covered by above"]
    );
    // Out of its turn it may be taken, so nothing is claimed.
    assert_eq!(
        idle(
            "rule top in s { when w  priority 10  show a  if unknown try r }
              rule above in s { when v is not known  priority 9  show a }
              rule r in s { when v  priority 8  show b  if unknown show c }"
        ),
        [""; 0]
    );
}

#[test]
fn a_cap_that_is_left_out_may_be_the_one() {
    let text = format!("{BASE} rule r in s {{ show a  if capped show b  if unknown show c }}");
    let rules = rules(&text);
    let idle = |left_out: LeftOut| {
        let report = analyse(&rules, &Options { left_out: vec![left_out], ..Options::default() });
        let never =
            report.substitutes.into_iter().filter(|(_, verdict)| matches!(verdict, SubstituteVerdict::Never(_)));
        never.map(|((_, via), _)| via.word()).collect::<Vec<_>>()
    };
    assert_eq!(idle(LeftOut::that_only_uses()), ["if capped", "if unknown"]);
    assert_eq!(idle(LeftOut { stops_rules: None, ..LeftOut::that_only_uses() }), ["if unknown"]);
    assert_eq!(idle(LeftOut::default()), ["if unknown"], "a condition it has not");
}

#[test]
fn a_fallback_behind_ranked_rules_is_shown_to_whom_it_is_said_to_be() {
    // Without a key `second` is capped and stops the slot; but they score the same, and `first` comes first by its name.
    let (_, report) = report(
        "customer { x: yes or no  y: whole from 0 to 4 }
         offer a { class service }  offer c { class service }
         slot s on web { accepts service  fallback c when y is known, nothing }
         rule first in s { when x is no  priority 9  rank by (y else 0)  show a  if unknown show a }
         rule second in s { when y is known  priority 9  rank by (y else 0)  cap at most 2 shown in any 5 days per customer then stop  show a }
         rule third in s { priority 9  rank by (y else 0)  show a }",
    );
    assert!(!report.fallbacks.is_empty(), "and what is called reachable has been replayed");
}

/// The messages and reasons about caps.
fn caps(text: &str) -> Vec<(String, String)> {
    let model = rules(&format!("{BASE} rule r in s {{ needs q  when v  priority 1  show sell }} {text}"));
    let report = analyse(&model, &Options::default());
    let found = report.diagnostics.into_iter().filter(|found| found.code.name == "lint::unused-cap");
    let why = |found: &crate::diagnostics::Diagnostic| found.labels.first().map(|label| label.text.clone());
    found.map(|found| (found.message.clone(), why(&found).unwrap_or_default())).collect()
}

#[test]
fn a_cap_says_why_it_is_idle() {
    let one = |text: &str, message: &str, why: &str| {
        assert_eq!(caps(text), [(message.to_owned(), why.to_owned())], "{text}");
    };
    let cap = |more: &str| format!("cap k {{ at most 2 shown in any 7 days per customer {more} }}");
    one(&cap("on tag t exempt tag t"), "cap `k` binds nothing", "every offer that it is `on` is `exempt`");
    one(&cap("on offer sell exempt class marketing"), "cap `k` binds nothing", "the offer that it is `on` is `exempt`");
    one(&cap("on rule r exempt offer sell"), "cap `k` binds nothing", "the rule that it is `on` is `exempt`");
    one(
        &cap("on offer a"),
        "cap `k` binds nothing",
        "all that it is `on` is of class service, which obeys no declared cap",
    );
    one(&cap("on class lifecycle"), "cap `k` binds nothing", "no offer is of class lifecycle");
    one(&cap("on tag t uncounted offer sell"), "cap `k` is never spent", "all that would count for it is `uncounted`");
    one(
        "cap k { at most 2 sent in any 7 days per customer on tag t }",
        "cap `k` is never spent",
        "it counts what is sent, and what it is `on` is only shown on places",
    );
    one(
        "pause k { for 3 days after 2 shown in any 7 days without shown per customer on tag t }",
        "pause `k` never begins",
        "every event that would count lets the count begin anew",
    );
}

#[test]
fn a_cap_that_can_be_spent_is_not_idle() {
    for text in [
        "cap k { at most 2 shown in any 7 days per customer on tag t }",
        "cap k { at most 2 sent or shown in any 7 days per customer on tag t }",
        "cap k { at most 2 clicked in any 7 days per customer on tag t }",
        "offer more { class marketing  tags t } rule m in s { needs q  when w  priority 2  show more }
         cap k { at most 2 shown in any 7 days per customer on tag t uncounted offer sell }",
        "event told \"Told\" {} cap k { at most 2 told in any 7 days per customer on tag t uncounted offer sell }",
        "pause k { for 3 days after 2 shown in any 7 days without clicked per customer on tag t }",
        "pause k { for 3 days after 2 shown or clicked in any 7 days without clicked per customer on tag t }",
    ] {
        assert_eq!(caps(text), [], "{text}");
    }
}
