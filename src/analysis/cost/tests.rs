//! The bound against what the evaluator really asks, of every customer of small rule sets; and who is left with nothing.

use super::super::testing::rules;
use super::super::tests::cells::frames;
use super::super::tests::schemas::{ranked, schema, sending, with_hours};
use super::super::{Options, slot};
use super::{Candidate, Ground, SlotCost, Step, Tally, of_model};
use crate::eval::{asked, decide};
use crate::frame::Outcome;
use crate::model::RuleSet;

/// The cost of slot `s` of a text.
fn cost(text: &str) -> (RuleSet, SlotCost) {
    let model = rules(text);
    let slot = model.slot_named("s").unwrap();
    let mut all = of_model(&model, &Options::default());
    (model, all.swap_remove(slot.index()))
}

const BASE: &str = "customer { id: text key  age: whole from 0 to 9  vip: yes or no }
    purpose ads \"Ads\" { basis consent  direct marketing }
    offer a { class service }  offer b { class service }  offer m { class marketing }\n";

fn parts(tally: Tally) -> [u64; 5] {
    [tally.conditions, tally.purposes, tally.caps, tally.windows, tally.slots]
}

#[test]
fn every_question_is_counted_where_it_is_asked() {
    let check = |text: &str, expected: [u64; 5]| {
        let (_, cost) = cost(&format!("{BASE}slot s on web {{ accepts service, marketing  fallback a }}\n{text}"));
        assert_eq!(parts(cost.at_most), expected, "{text}: {cost:#?}");
    };
    check("", [0; 5]);
    check("rule r in s { show b }", [0; 5]);
    check("rule r in s { when age is 3  when (vip or age is 4)  show b }", [3, 0, 0, 0, 0]);
    check(
        "segment grown = age is at least 5 and vip\nrule r in s { when grown  unless vip is not known  show b }",
        [3, 0, 0, 0, 0],
    );
    check("value points = (1 when vip) + (2 when age is 3)\nrule r in s { when points is 2  show b }", [3, 0, 0, 0, 0]);
    check("rule r in s { needs ads  show m }", [0, 1, 0, 0, 0]);
    // Whether it might belong is asked before something stands in for a consent, so the audience is asked either way.
    check("rule r in s { needs ads  when vip  show m  if no consent show b }", [1, 1, 0, 0, 0]);
    check(
        "cap c { at most 1 shown in any 7 days per customer on offer m }\nrule r in s { needs ads  when vip  show m }",
        [1, 1, 1, 0, 0],
    );
    // What stands in passes its own caps.
    check(
        "cap c { at most 1 shown in any 7 days per customer on offer m }\noffer n { class marketing }
         cap d { at most 1 shown in any 7 days per customer on offer n }
         rule r in s { needs ads  when vip  show m  if capped show n }",
        [1, 1, 2, 0, 0],
    );
    check(
        "window w { zone \"UTC\"  open mon to fri 09:00 until 17:00  on offer m  outside drop }\nrule r in s { needs ads  show m }",
        [0, 1, 0, 1, 0],
    );
    // Another slot may show it.
    check("slot t on app { accepts service  fallback b }\nrule r in s { when vip  show b }", [1, 0, 0, 0, 1]);
}

#[test]
fn what_nobody_gets_to_costs_nothing() {
    let (model, cost) = cost(&format!(
        "{BASE}slot s on web {{ accepts service  fallback a when vip, b }}
         rule known in s {{ when age is known  priority 3  show a }}
         rule others in s {{ when age is not known  priority 2  show b }}
         rule behind in s {{ when vip  when age is 3  priority 1  show b }}"
    ));
    assert_eq!(cost.at_most.total(), 2, "{cost:#?}");
    let spared: Vec<&str> = cost.spared.iter().map(|rule| model[*rule].name.as_str()).collect();
    assert_eq!(spared, ["behind"]);
    let path: Vec<_> = cost.path.iter().map(|look| (look.at, look.step)).collect();
    let [known, others] = ["known", "others"].map(|name| Candidate::Rule(model.rule_named(name).unwrap()));
    assert_eq!(path, [(known, Step::Audience), (others, Step::Answers)]);
}

#[test]
fn who_is_left_with_nothing_is_named() {
    let (_, all) =
        cost(&format!("{BASE}slot s on web {{ accepts service  fallback a }}\nrule r in s {{ when vip  show b }}"));
    assert!(all.nothing.is_nobody() && matches!(all.ground, Ground::Shows(_)), "{all:#?}");
    let (_, some) = cost(&format!(
        "{BASE}slot s on web {{ accepts service  fallback a when age is at least 5, nothing }}\nrule r in s {{ when vip  show b }}"
    ));
    let who: Vec<_> = some.nothing.groups.iter().map(|group| group.who.join(", ")).collect();
    assert_eq!(some.ground, Ground::Nothing);
    assert_eq!(
        who,
        ["vip is no or vip is not known, age is not known", "vip is no or vip is not known, age is at most 4"]
    );
    let (_, off) = cost(&format!(
        "{BASE}slot s on web {{ accepts service  fallback a  off because \"not yet\" }}\nrule r in s {{ show b }}"
    ));
    assert_eq!((off.ground, off.at_most.total()), (Ground::Off, 0));
    assert!(off.nothing.groups.len() == 1 && off.nothing.groups[0].who.is_empty(), "{off:#?}");
    // A message that no channel carries is none, and its list ends in nothing.
    let (_, sends) = cost(
        "customer { id: text key  mail: yes or no }\nchannel email { reached when mail }\noffer a { class service }\n\
         slot s by email { accepts service  fallback nothing }\nrule r in s { send a }",
    );
    let who: Vec<_> = sends.nothing.groups.iter().map(|group| group.who.join(", ")).collect();
    assert_eq!((sends.ground, parts(sends.at_most)), (Ground::Nothing, [1, 0, 0, 0, 0]), "{sends:#?}");
    assert_eq!(who, ["mail is no or mail is not known"]);
    // For whom no rule is, though the consent is given, which goes without saying.
    let (_, list) = cost(&format!(
        "{BASE}slot s on web {{ accepts service, marketing  fallback a }}\nrule r in s {{ needs ads  when age is at least 5  show m }}"
    ));
    let who: Vec<_> = list.only_list.groups.iter().map(|group| group.who.join(", ")).collect();
    assert_eq!(who, ["age is not known", "age is at most 4"]);
}

/// Never below what is asked of anybody, and who is left with nothing is found; how often the bound is attained.
#[test]
fn no_decision_asks_more_than_the_bound() {
    let wanted = std::env::var("CATER_SCHEMAS").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    let calculating = |seed| schema(seed, true);
    let plain = |seed| schema(seed, false);
    let families: [(&str, &dyn Fn(u64) -> String); 5] = [
        ("plain", &plain),
        ("calculating", &calculating),
        ("ranked", &ranked),
        ("sending", &sending),
        ("hours", &with_hours),
    ];
    let (mut all, mut attained, mut sums) = (0_u64, 0_u64, (0_u64, 0_u64));
    for (family, write) in families {
        let (mut looked_at, mut equal, mut asked_most, mut bounds) = (0_u64, 0_u64, 0_u64, 0_u64);
        for seed in 0.. {
            if looked_at == wanted {
                break;
            }
            let text = write(seed);
            let (model, cost) = cost(&text);
            let slot = model.slot_named("s").unwrap();
            let shared = slot::shared(&model);
            let Some(frames) = frames(&model, slot, &shared, 20_000) else { continue };
            looked_at += 1;
            let at_most = cost.at_most.total();
            let most = frames.iter().map(|frame| asked(&model, frame, slot, &shared)).max().unwrap_or(0);
            assert!(most <= at_most, "{family} {seed}: {most} asked, bound {at_most}\n{text}\n{:#?}", cost.path);
            assert_eq!(at_most, super::steps::total(&cost.path), "{family} {seed}");
            let is_empty = |frame: &crate::frame::Frame| decide(&model, frame, slot).outcome == Outcome::Nothing;
            let somebody = frames.iter().any(is_empty);
            if cost.nothing.open.is_none() {
                assert_eq!(somebody, !cost.nothing.groups.is_empty(), "{family} {seed}:\n{text}\n{:#?}", cost.nothing);
            }
            for group in &cost.nothing.groups {
                assert!(is_empty(&group.witness.frame(&model)), "{family} {seed}: {group:#?}");
            }
            for group in &cost.only_list.groups {
                let by = decide(&model, &group.witness.frame(&model), slot).by;
                assert!(matches!(by, crate::frame::By::Fallback(_)), "{family} {seed}: {group:#?}");
            }
            for rule in &cost.spared {
                let wins =
                    |frame: &crate::frame::Frame| decide(&model, frame, slot).by == crate::frame::By::Rule(*rule);
                let is_tried = model.rules.iter().any(|other| {
                    [other.if_capped, other.if_no_consent, other.if_unknown]
                        .contains(&Some(crate::model::Substitute::Try(*rule)))
                });
                assert!(is_tried || !frames.iter().any(wins), "{family} {seed}: {}", model[*rule].name);
            }
            equal += u64::from(most == at_most);
            (asked_most, bounds) = (asked_most + most, bounds + at_most);
        }
        println!("{family}: bound attained in {equal} of {looked_at}; {asked_most} asked, {bounds} in bounds");
        all += looked_at;
        attained += equal;
        sums = (sums.0 + asked_most, sums.1 + bounds);
    }
    // Whether one customer can take the dearest step of every rule is not asked.
    assert!(attained * 5 >= all, "{attained} of {all} bounds are attained");
    assert!(sums.0 * 10 >= sums.1 * 7, "{} asked, {} in bounds", sums.0, sums.1);
}
