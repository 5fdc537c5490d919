//! Cases in the language, each with what the analysis must find out.

mod agree;
pub(in crate::analysis) mod cells;
mod choices;
mod gaps;
mod history;
mod hours;
mod idle;
mod left_out;
mod metamorphic;
mod paste;
pub(in crate::analysis) mod schemas;
mod speed;
mod window_gaps;
mod worlds;

use super::testing::{self, report, rules, verdict};
use super::{Budget, Options, Report, analyse};
use crate::diagnostics::Diagnostic;
use crate::model::LeftOut;
use crate::value::Instant;

const BASE: &str = "
customer {
  id:      text  key
  age:     whole from 0 to 130
  country: one of [DE, AT, CH]
  tier:    one of [bronze < silver < gold]
  news:    yes or no
  vip:     yes or no  else no
  viewed:  set of text
  last:    time
  spent:   decimal(2) from 0 to 1000
  earned:  decimal(2) from 0 to 1000
}
offer a { class service }
offer b { class service }
offer c { class service }
offer d { class service }
offer e { class service }
slot s on web { accepts service  fallback nothing }
";

fn check(rules: &str, expected: &[(&str, &str)]) {
    testing::check(BASE, rules, expected);
}

#[test]
fn a_range_is_left_at_neither_end() {
    check(
        "rule above in s { when age is more than 130  priority 9  show a }
         rule far in s { when age is at least 500  priority 8  show b }
         rule below in s { when age is less than 0  priority 7  show c }
         rule gone in s { when age is never  priority 6  show d }
         rule top in s { when age is at least 130  priority 5  show e }",
        &[
            ("above", "contradictory: [When(0)]"),
            ("far", "contradictory: [When(0)]"),
            ("below", "contradictory: [When(0)]"),
            ("gone", "contradictory: [When(0)]"),
            ("top", "reachable"),
        ],
    );
}

#[test]
fn never_lies_above_the_range_of_a_number_that_announces_it() {
    let (model, report) = report(
        "customer { waited: whole from 0 to 90  -1 is never   days: whole }
         slot s on web { accepts service  fallback nothing }
         offer a { class service }  offer b { class service }  offer c { class service }
         rule above in s { when waited is more than 90  priority 9  show a }
         rule below in s { when waited is less than 0  priority 8  show b }
         rule gone in s { when days is never  priority 7  show c }",
    );
    let found = ["above", "below", "gone"].map(|rule| verdict(&model, &report, rule));
    assert_eq!(found, ["reachable", "contradictory: [When(0)]", "reachable"]);
}

#[test]
fn a_union_covers() {
    check(
        "rule low in s { when age is less than 40  priority 9  show a }
         rule high in s { when age is at least 30  priority 8  show b }
         rule all in s { when age is known  priority 7  show c }
         rule rest in s { priority 6  show d }
         rule none in s { priority 5  show e }",
        &[
            ("low", "reachable"),
            ("high", "reachable"),
            ("all", "covered by low, high"),
            ("rest", "reachable"),
            ("none", "covered by rest"),
        ],
    );
}

#[test]
fn unknown_is_neither() {
    check(
        "rule does in s { when news  priority 9  show a }
         rule not_so in s { when not news  priority 8  show b }
         rule either in s { when news is known  priority 7  show c }
         rule any in s { when (news or not news)  priority 6  show d }",
        &[("either", "covered by does, not_so"), ("any", "covered by does, not_so")],
    );
}

#[test]
fn defaults_fill_absent_but_not_garbled() {
    check(
        "rule does in s { when vip  priority 9  show a }
         rule not_so in s { when not vip  priority 8  show b }
         rule garbled in s { unless vip is known  priority 7  show c }",
        &[("garbled", "reachable")],
    );
}

#[test]
fn sums_of_points_are_exact() {
    check(
        "value points = (3 when news) + (2 when vip) + (1 when tier is gold)
         rule six in s { when points is at least 6  priority 9  show a }
         rule seven in s { when points is more than 6  priority 8  show b }
         rule four in s { when points is 4  when vip  priority 7  show c }
         rule three in s { when points is 3  when vip  when not news  priority 6  show d }",
        &[
            ("six", "reachable"),
            ("seven", "contradictory: [When(0)]"),
            ("four", "contradictory: [When(0), When(1)]"),
            ("three", "reachable"),
        ],
    );
}

#[test]
fn sets_and_lists() {
    check(
        "rule any in s { when viewed has any of [\"x\", \"y\"]  priority 9  show a }
         rule both in s { when viewed has all of [\"y\", \"z\"]  priority 8  show b }
         rule z in s { when viewed has \"z\"  priority 7  show c }
         rule gold in s { when tier is at least silver  when tier is not gold  unless tier is silver  priority 6  show d }",
        &[
            ("both", "covered by any"),
            ("z", "reachable"),
            ("gold", "contradictory: [Unless(0), When(0), When(1)]"),
        ],
    );
}

#[test]
fn ages_against_dates() {
    check(
        "rule old in s { when last is more than 60 days old  priority 9  show a }
         rule young in s { when last is at most 60 days old  priority 8  show b }
         rule ahead in s { when last is at least 1 days ahead  priority 7  show c }
         rule soon in s { when last is less than 1 days ahead  priority 6  show d }
         rule rest in s { when last is known  priority 5  show e }",
        &[("soon", "reachable"), ("ahead", "reachable"), ("rest", "covered by old, young, ahead, soon")],
    );
    check(
        "rule early in s { when last is before 2026-01-01T00:00Z  when last is at most 10 days old  priority 9  show a }
         rule dated in s { when last is before 2026-01-01T00:00Z  when last is at most 10 days old  active from 2026-01-12  priority 8  show b }
         rule edge in s { when last is before 2026-01-01T00:00Z  when last is at most 10 days old  active from 2026-01-11  priority 7  show c }",
        &[
            ("early", "reachable"),
            ("dated", "contradictory: [Dates, When(0), When(1)]"),
            ("edge", "contradictory: [Dates, When(0), When(1)]"),
        ],
    );
}

#[test]
fn a_distance_passes_a_date_only_after_reaching_it() {
    check(
        "rule between in s { when last is after 2026-01-01T00:00Z  when last is more than 10 days old  show a }",
        &[("between", "reachable")],
    );
    check(
        "rule never in s { when last is after 2026-01-01T00:00Z  when last is more than 10 days old  active until 2026-01-11T00:00Z  show a }",
        &[("never", "contradictory: [Dates, When(0), When(1)]")],
    );
}

#[test]
fn an_objection_to_direct_marketing_is_one() {
    check(
        "purpose p \"P\" { basis consent  direct marketing }
         purpose q \"Q\" { basis legitimate interest \"L\"  direct marketing }
         purpose r \"R\" { basis legitimate interest \"L\" }
         rule one in s { when consent.p is objected  when consent.q is granted  priority 9  show a }
         rule two in s { when consent.p is objected  when consent.r is granted  priority 8  show b }
         rule three in s { when consent.r is withdrawn  priority 7  show c }",
        &[("one", "contradictory: [When(0), When(1)]"), ("two", "reachable"), ("three", "contradictory: [When(0)]")],
    );
}

#[test]
fn from_an_instant_on_what_is_over_is_over() {
    let text = format!(
        "{BASE}
         rule spring in s {{ when news  active 2026-03-01 to 2026-03-31  priority 9  show a }}
         rule all in s {{ active from 2026-04-01  priority 8  show b }}
         rule below in s {{ when news  priority 7  show c }}"
    );
    let rules = rules(&text);
    let report = |from: &str| analyse(&rules, &Options { from: Instant::parse(from), ..Options::default() });
    let of = |report: &Report| ["spring", "all", "below"].map(|rule| verdict(&rules, report, rule));
    assert_eq!(of(&report("2026-01-01T00:00Z")), ["reachable", "reachable", "reachable"]);
    let late = report("2026-05-01T00:00Z");
    assert_eq!(of(&late), ["never active", "reachable", "covered by all"]);
    let over: Vec<&str> = late.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert!(over.contains(&"`spring` is over"), "{over:?}");
}

#[test]
fn what_is_left_out_may_use_what_seems_idle() {
    let text = format!("{BASE} segment idle = news  slot empty on web {{ accepts service  fallback nothing }}");
    let rules = rules(&text);
    let codes = |left_out: Vec<LeftOut>| -> Vec<&str> {
        let report = analyse(&rules, &Options { left_out, ..Options::default() });
        report.diagnostics.iter().map(|found| found.code.name).collect()
    };
    let idle = codes(Vec::new());
    assert!(idle.contains(&"lint::unused-segment") && idle.contains(&"lint::slot-without-rules"), "{idle:?}");
    assert!(codes(vec![LeftOut::default()]).is_empty());
    let slot = rules.slot_named("empty");
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let some = codes(vec![LeftOut { slot, names: names(&["a", "idle"]), ..LeftOut::default() }]);
    assert!(!some.contains(&"lint::unused-segment"), "{some:?}");
    assert_eq!(some.iter().filter(|code| **code == "lint::slot-without-rules").count(), 1, "only of slot s: {some:?}");
    assert_eq!(some.iter().filter(|code| **code == "lint::unused-offer").count(), 4, "all but a: {some:?}");
}

#[test]
fn a_budget_that_is_used_up_is_no_verdict() {
    let text = format!(
        "{BASE}
         rule low in s {{ when age is less than 40  priority 9  show a }}
         rule high in s {{ when age is at least 30  priority 8  show b }}
         rule all in s {{ when age is known  priority 7  show c }}"
    );
    let rules = rules(&text);
    let report = analyse(&rules, &Options { budget: Budget { boxes: 1, conflicts: 0 }, ..Options::default() });
    assert_eq!(verdict(&rules, &report, "all"), "unknown: Budget");
    let all = rules.rule_named("all").map(|all| rules[all].span);
    let is_note = |found: &Diagnostic| {
        found.code.name == "lint::not-decided" && found.labels.iter().any(|label| Some(label.span) == all)
    };
    assert_eq!(report.diagnostics.iter().filter(|found| is_note(found)).count(), 1);
    assert!(report.diagnostics.iter().all(|found| found.code.name != "lint::unreachable-rule"));
}

#[test]
fn months_against_days() {
    check(
        "rule month in s { when last is more than 1 month old  priority 9  show a }
         rule days in s { when last is more than 28 days old  priority 8  show b }
         rule long in s { when last is more than 31 days old  priority 7  show c }",
        &[("days", "reachable"), ("long", "covered by month")],
    );
}

#[test]
fn attributes_against_each_other() {
    check(
        "rule more in s { when spent is more than earned  priority 9  show a }
         rule most in s { when earned is at least 500  when spent is more than 600  when spent is less than earned  priority 8  show b }
         rule missing in s { when spent is more than earned  unless earned is known  priority 7  show c }
         rule square in s { when decimal(2) of (spent / earned) is at least 3  priority 6  show d }",
        &[
            ("more", "reachable"),
            ("most", "reachable"),
            ("missing", "contradictory: [Unless(0), When(0)]"),
            // Above three times is more: found by none of the values tried, excluded by no proof.
            ("square", "unknown: Calculation"),
        ],
    );
}

#[test]
fn by_try_a_rule_wins_out_of_turn() {
    check(
        "purpose p \"P\" { basis consent }
         rule one in s { needs p  priority 9  show a  if no consent try three }
         rule two in s { priority 8  show b }
         rule three in s { priority 7  show c }
         rule four in s { priority 6  show d }",
        &[("two", "covered by one"), ("three", "reachable"), ("four", "covered by one")],
    );
}

#[test]
fn a_cap_lets_the_next_one_in() {
    check(
        "rule capped in s { priority 9  cap at most 3 shown in any 7 days per customer  show a }
         rule next in s { priority 8  show b }
         rule last in s { priority 7  show c }
         rule instead in s { when id is known  priority 10  cap at most 1 clicked ever per customer  show d  if capped show e }",
        &[("instead", "reachable"),
            // Whoever has a key sees `instead` or its substitute; whoever has none is blocked by the cap (R26).
            ("capped", "covered by instead"),
            ("next", "reachable"),
            ("last", "covered by next"),
        ],
    );
}

#[test]
fn caps_are_coupled_by_what_they_count() {
    check(
        "rule one in s { when news  priority 9  cap at most 1 shown in any 7 days per customer  show a }
         rule two in s { when news  priority 8  cap at most 2 shown in any 14 days per customer on offer a  show b }
         rule three in s { when news  priority 7  cap at most 2 shown in any 7 days per customer on offer a  show c }
         rule four in s { when news  priority 6  show d }",
        // Rule three's cap is left only while at most one showing of a is in seven days: then either one shows, or ...
        &[("two", "reachable"), ("three", "reachable"), ("four", "reachable")],
    );
    check(
        "rule one in s { priority 9  cap at most 1 shown in any 7 days per customer on offer a  show a  if capped show b }
         rule two in s { priority 8  cap at most 2 shown in any 7 days per customer on offer a  show c  if capped nothing }
         rule three in s { priority 7  show d }",
        &[("two", "covered by one"), ("three", "covered by one")],
    );
    check(
        "rule one in s { when news  priority 9  cap at most 2 shown in any 7 days per customer on offer a  show a }
         rule two in s { when news  priority 8  cap at most 3 shown in any 7 days per customer on offer a  show b }
         rule three in s { when news  priority 7  cap at most 2 shown in any 14 days per customer on offer a  show c }",
        &[("two", "reachable"), ("three", "covered by one")],
    );
}

/// The pairs of rules between which a name decides.
fn conflicts(rules: &str) -> Vec<String> {
    let (model, report) = report(&format!("{BASE}{rules}"));
    let names = |clash: &super::Clash| format!("{} {}", model[clash.first].name, model[clash.second].name);
    report.conflicts.iter().map(names).collect()
}

#[test]
fn rules_that_differ_in_what_stands_in_for_them_conflict() {
    let pair = |first: &str, second: &str| {
        conflicts(&format!(
            "purpose p \"P\" {{ basis consent }}
             rule r1 in s {{ when news  priority 5  {first} }}
             rule r2 in s {{ when vip  priority 5  {second} }}"
        ))
    };
    let cap = "cap at most 1 shown ever per customer on offer e";
    assert_eq!(pair("show a", "show a"), [""; 0], "the same offer, whichever wins");
    assert_eq!(pair(&format!("{cap}  show a  if capped show b"), "show a"), ["r1 r2"]);
    assert_eq!(pair(&format!("{cap}  show a  if capped nothing"), "show a"), ["r1 r2"]);
    assert_eq!(pair(&format!("{cap}  show a  if capped show a"), "show a"), [""; 0], "the same again");
    assert_eq!(pair("needs p  show a  if no consent show c", "show a"), ["r1 r2"]);
    assert_eq!(pair("show a  if unknown show c", "show a"), ["r1 r2"], "news is not known, vip is yes");
    let both = format!("{cap}  show a  if capped show b");
    assert_eq!(pair(&both, &both), [""; 0], "one cap, one substitute");
    let other = format!("{cap}  show a  if capped show c");
    assert_eq!(pair(&both, &other), ["r1 r2"]);
    assert_eq!(
        pair(&both, &format!("{cap}  show a  if capped try r3 }} rule r3 in s {{ priority 1  show c")),
        ["r1 r2"]
    );
    assert_eq!(pair(&both, &format!("{cap}  show a  if capped try r3 }} rule r3 in s {{ priority 1  show b")), [""; 0]);
}

#[test]
fn what_stands_in_conflicts_though_its_rule_is_not_eligible() {
    let found = conflicts(
        "purpose p \"P\" { basis consent }
         rule r1 in s { needs p  priority 5  show a  if no consent show b }
         rule r2 in s { when consent.p is denied  priority 5  show c }
         rule r3 in s { when consent.p is denied  priority 6  when news  show d }",
    );
    assert_eq!(found, ["r1 r2"]);
}

#[test]
fn a_rule_that_loses_by_its_name_alone_is_in_conflict() {
    assert_eq!(conflicts("rule r1 in s { priority 5  show a } rule r2 in s { priority 5  show b }"), ["r1 r2"]);
    // Whoever could meet both sees a third one first.
    let hidden = "rule r1 in s { when news  priority 5  show a } rule r2 in s { when news  priority 5  show b }";
    assert_eq!(conflicts(&format!("{hidden} rule top in s {{ when news is known  priority 9  show c }}")), [""; 0]);
    let text = format!("{BASE} rule r1 in s {{ priority 5  show a }} rule r2 in s {{ priority 5  show b }}");
    let (_, report) = report(&text);
    let codes: Vec<&str> = report.diagnostics.iter().map(|found| found.code.name).collect();
    let told = codes.iter().filter(|code| ["lint::conflict", "lint::unreachable-rule"].contains(code));
    assert_eq!(told.collect::<Vec<_>>(), [&"lint::conflict"], "told once");
}

/// A list of many thousand literals costs about as much as it is long: what one costs for each other would be minutes.
#[test]
fn a_long_list_is_no_square() {
    let keys: Vec<String> = (0..20_000).map(|number| format!("\"k{number}\"")).collect();
    let text = format!(
        "customer {{ id: text key }}\noffer a {{ class service }}\noffer s {{ class service }}\n\
         slot m on web {{ accepts service  fallback s }}\nrule r in m {{ when id is one of [{}]  show a }}\n",
        keys.join(", ")
    );
    let start = std::time::Instant::now();
    let mut compiled = crate::compile::compile(crate::source::SourceSet::single("long.rules", text).0);
    compiled.analyse(None);
    assert_eq!(compiled.diagnostics, []);
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
