//! Programmes whose figures can be worked out by hand.

use super::super::{Figures, Gap, Loose, Pressure, Rolling, Scope, pressure};
use crate::analysis::{Options, testing};
use crate::model::{Class, RuleSet};

const BASE: &str = r#"
customer { id: text key  household: text  vip: yes or no  wish: whole from 0 to 4 else 2  timezone: zone }
moment { device: text }
purpose ads "Ads" { basis consent  direct marketing }
channel email { needs ads }
channel push { needs ads }
offer a { class marketing  tags promo }
offer b { class marketing }
offer alarm { class critical }
slot mail by email { accepts critical, marketing  fallback nothing }
slot both by email, push { accepts critical, marketing  fallback nothing }
"#;

fn of(text: &str) -> (RuleSet, Pressure) {
    let rules = testing::rules(&format!("{BASE}{text}"));
    let found = pressure(&rules, &Options::default());
    (rules, found)
}

fn scope(found: &Pressure, scope: Scope) -> &Figures {
    found.figures.iter().find(|figures| figures.scope == scope).expect("the scope")
}

/// Day, week and month of marketing, each attained.
fn attained(text: &str, expected: [u64; 3]) {
    let (_, found) = of(text);
    let figures = scope(&found, Scope::Class(Class::Marketing));
    assert!(figures.unlimited.is_empty(), "{text}: {:?}", figures.unlimited);
    let most = Rolling::ALL.map(|stretch| figures.of(stretch).at_most);
    let schedules = Rolling::ALL.map(|stretch| figures.of(stretch).at_least);
    assert_eq!((most, schedules), (expected, expected), "{text}: {:?}", Rolling::ALL.map(|s| &figures.of(s).gap));
}

#[test]
fn one_cap_of_each_kind() {
    for (caps, expected) in [
        ("cap c { at most 2 sent  in any 3 days  per customer  on offer a }", [2, 6, 22]),
        ("cap c { at most 2 sent  in any 48 hours  per household  on offer a }", [2, 8, 32]),
        ("cap c { at most 1 sent  in each calendar day in \"UTC\"  per customer  on offer a }", [2, 8, 32]),
        // Summer time begins on a day of 23 hours.
        ("cap c { at most 1 sent  in each calendar day in \"Europe/Berlin\"  per customer  on offer a }", [3, 9, 33]),
        ("cap c { at most 3 sent  in each calendar month in \"UTC\"  per customer  on offer a }", [6, 6, 9]),
        ("cap c { at most 1 sent  in any 1 month  per customer  on offer a }", [1, 1, 2]),
        ("cap c { at most 4 sent  ever  per customer  on offer a }", [4, 4, 4]),
        ("cap c { at most 4 sent  ever  per everybody  on offer a }", [4, 4, 4]),
        ("gap g { at least 8 hours apart  per customer  on offer a }", [3, 21, 93]),
        ("pause p { for 10 days  after 3 sent in any 7 days  per customer  on offer a }", [3, 3, 12]),
        ("block k { for 2 days after sent of a  on offer a }", [1, 4, 16]),
        ("cap c { at most wish sent  in any 7 days  per customer  on offer a }", [4, 4, 20]),
        ("cap c { at most 1 clicked  ever  per customer  on offer a  reserve 2 days }", [1, 4, 16]),
        // Each is decided and sent, and counts twice.
        ("cap c { at most 3 decided or sent  in any 7 days  per customer  on offer a }", [2, 2, 10]),
    ] {
        attained(&format!("{caps}\nrule r in mail {{ needs ads  send a }}"), expected);
    }
}

#[test]
fn limits_of_different_lengths_together() {
    // Two in 3 days and three in 5 allow six in 7 days each; together they allow five.
    attained(
        "cap c { at most 2 sent in any 3 days per customer on offer a }
         cap d { at most 3 sent in any 5 days per customer on tag promo }
         rule r in mail { needs ads  send a }",
        [2, 5, 19],
    );
}

#[test]
fn channels_and_classes_cross() {
    let text = "cap one { at most 3 sent in any 7 days per customer on channel email }
         cap two { at most 2 sent in any 7 days per customer on channel push }
         cap all { at most 4 sent in any 7 days per customer on class marketing }
         rule r in both { needs ads  send a  priority 2  when vip }
         rule s in both { needs ads  send b  priority 1 }";
    attained(text, [4, 4, 20]);
    let (rules, found) = of(text);
    let by = |name: &str| scope(&found, Scope::Channel(rules.channel_named(name).unwrap()));
    assert_eq!(by("email").of(Rolling::Week).at_most, 3);
    assert_eq!(by("push").of(Rolling::Week).at_most, 2);
    // Three by email come first: only then is it the turn of push.
    let push = by("push").of(Rolling::Week);
    assert_eq!((push.at_least, push.schedule.len()), (1, 4));
}

#[test]
fn what_is_unlimited_is_named_and_the_rest_still_has_a_figure() {
    let (rules, found) = of("cap c { at most 2 sent in any 3 days per customer on class marketing }
         rule r in mail { needs ads  send a }
         rule fire in mail { send alarm  when vip }");
    let total = scope(&found, Scope::Total);
    let names: Vec<_> = total.unlimited.iter().map(|cell| rules[cell.rule().unwrap()].name.as_str()).collect();
    assert_eq!(names, ["fire"]);
    assert_eq!((total.of(Rolling::Week).at_most, total.of(Rolling::Week).at_least), (6, 6));
    assert!(scope(&found, Scope::Class(Class::Critical)).figures.iter().all(|figure| figure.at_most == 0));
}

#[test]
fn caps_that_limit_nothing_are_named_with_their_reason() {
    let (rules, found) = of("cap clicks { at most 1 clicked ever per customer on offer a }
         cap device { at most 1 sent in any 7 days per device on offer a }
         pause p { for 3 days after 2 sent in any 7 days without clicked per customer on offer a }
         rule r in mail { needs ads  send a }");
    let reason = |name: &str| {
        let is = |(cap, _): &&(crate::model::CapId, Loose)| rules[*cap].name == name;
        found.loose.iter().find(is).map(|(_, loose)| loose.clone())
    };
    assert!(matches!(reason("clicks"), Some(Loose::NeedNotHappen(_))));
    assert!(matches!(reason("device"), Some(Loose::OfTheMoment(_))));
    assert!(matches!(reason("p"), Some(Loose::Lifted(_))));
    assert_eq!(scope(&found, Scope::Total).unlimited.len(), 1);
}

#[test]
fn exemptions_and_what_is_not_counted() {
    let text = "cap c { at most 2 sent in any 7 days per customer on class marketing exempt offer b uncounted offer b }
         cap d { at most 1 sent in any 1 days per customer on offer b }
         rule r in mail { needs ads  send a  priority 2  when vip }
         rule s in mail { needs ads  send b  priority 1 }";
    attained(text, [3, 9, 41]);
    let (_, found) = of(text);
    assert_eq!(found.exempt.len(), 2);
}

#[test]
fn what_nobody_gets_is_left_out_of_the_bound() {
    let (_, found) = of("cap c { at most 2 sent in any 7 days per customer on offer a }
         cap d { at most 3 sent in any 7 days per customer on offer b }
         rule r in mail { needs ads  send a  priority 2 }
         rule s in mail { needs ads  send b  priority 1  when vip  when vip is no }");
    let figures = scope(&found, Scope::Total);
    assert_eq!((figures.of(Rolling::Week).at_most, figures.of(Rolling::Week).gap.clone()), (2, None));
}

#[test]
fn a_fallback_never_counts() {
    let (_, found) = of("slot news by push { accepts marketing  fallback b when vip, nothing }
         cap c { at most 2 sent in any 7 days per customer on class marketing }
         rule r in mail { needs ads  send a }");
    let push = found.figures.iter().find(|figures| matches!(figures.scope, Scope::Channel(_)) && !figures.has_limited);
    assert_eq!(push.expect("push").unlimited.len(), 1);
    assert!(found.figures.iter().all(|figures| figures.figures.iter().all(|of| of.gap != Some(Gap::TooLong))));
}
