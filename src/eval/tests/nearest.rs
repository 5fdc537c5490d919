//! The smallest change, where protected facts and objections stand in the way (R22).

use super::told;
use crate::compile::compile;
use crate::frame::{Fact, Facts, gather};
use crate::model::{RuleSet, SlotId};
use crate::source::SourceSet;
use crate::value::{Missing, Value};

const SHOP: &str = "
purpose offers \"Offers\"   { basis consent  direct marketing }
purpose fitting \"Fitting\" { basis legitimate interest \"L\"  direct marketing }
purpose history \"History\" { basis legitimate interest \"M\" }
customer {
  id:         text key
  age:        whole from 0 to 130
  vip:        yes or no
  score:      whole from 0 to 1000  hidden
  vulnerable: yes or no             protective
  household:  text                  hidden
  home:       zone                  hidden
  seen:       time                  hidden
}
offer card  { class marketing }
offer club  { class marketing }
offer tips  { class service }
slot s on web { accepts marketing, service  fallback tips }
";

/// The rule set and the customer of its one test.
fn case(rules: &str, facts: &str) -> (RuleSet, Facts) {
    let text = format!("{SHOP}{rules}\ntest \"t\" {{ now 2026-06-15T10:00Z  {facts}  expect s gives nothing }}");
    let compiled = compile(SourceSet::single("case.rules", text).0);
    assert!(compiled.runnable().is_some(), "{:?}", compiled.diagnostics);
    let facts = compiled.program.tests[0].facts.clone();
    (RuleSet::clone(compiled.rules.as_deref().unwrap()), facts)
}

/// What is said last: the change, if anything is said of one.
fn change(rules: &RuleSet, facts: &Facts) -> Option<String> {
    let told = told(rules, &gather(rules, facts), SlotId(0));
    let last = told.lines().last().unwrap().trim().to_owned();
    ["smallest change", "no change"].iter().any(|start| last.starts_with(start)).then_some(last)
}

fn changes(rules: &str, facts: &str) -> Option<String> {
    let (rules, facts) = case(rules, facts);
    change(&rules, &facts)
}

const CARD: &str = "rule card in s { when score is at least 620  when age is at least 18  unless vulnerable  needs offers  priority 9  show card }";
const CLUB: &str = "rule club in s { when vip  needs offers  priority 5  show club }";

#[test]
fn a_protected_fact_that_stands_in_the_way_is_no_change_of_others() {
    let given = |facts: &str| changes(CARD, &format!("consent offers granted  given {{ id: \"c\", {facts} }}"));
    let none = "no change of visible facts is known to be enough for card: a protected fact stands in its way";
    assert_eq!(given("age: 30, score: 500, vulnerable: no").as_deref(), Some(none));
    assert_eq!(given("age: 30, score: 700, vulnerable: yes").as_deref(), Some(none));
    assert_eq!(given("age: 30, score: 700").as_deref(), Some(none));
    let guess = "smallest change: card wins if age is 18, as far as protected facts allow";
    for facts in ["age: 17, score: 500, vulnerable: no", "age: 17, score: 700, vulnerable: yes", "age: 17"] {
        assert_eq!(given(facts).as_deref(), Some(guess), "{facts}: what protected facts do is not told by any step");
    }
}

#[test]
fn how_a_cap_on_a_protected_fact_stands_is_told_by_steps_alone() {
    for (unit, fact) in [
        ("in any 7 days  per household", "household: \"h\""),
        ("in each calendar day in home  per customer", "home: \"Asia/Tokyo\""),
    ] {
        let rules = format!("cap c {{ at most 1 shown  {unit}  on offer club }}{CLUB}");
        let given = |facts: &str| changes(&rules, &format!("consent offers granted  given {{ id: \"c\", {facts} }}"));
        // Nobody has got as far as the cap, which is spent for whom its unit or zone is not known.
        let said = "smallest change: club wins if vip is yes, as far as protected facts allow";
        assert_eq!(given(&format!("vip: no, {fact}")).as_deref(), Some(said));
        assert_eq!(given("vip: no").as_deref(), Some(said));
        // Here a step says that it stopped the rule, and no change of other facts mends that.
        assert_eq!(given(&format!("vip: yes, {fact}")), None, "it wins");
        assert_eq!(given("vip: yes"), None);
    }
}

#[test]
fn nothing_is_said_where_a_protected_clock_or_expiry_might_stop_what_is_changed() {
    for (window, expires) in [
        ("window w { zone home  open 08:00 until 22:00  on offer club  outside drop }", ""),
        (
            "window w { zone \"Etc/UTC\"  open 08:00 until 22:00  open 08:00 until 09:00 when score is more than 500  on offer club  outside drop }",
            "",
        ),
        ("", "expires 24 hours after seen"),
    ] {
        let club = CLUB.replace("priority", &format!("{expires} priority"));
        for facts in ["vip: no", "vip: no, home: \"Etc/UTC\", score: 1, seen: 2026-06-15T09:00Z"] {
            let facts = format!("consent offers granted  given {{ id: \"c\", {facts} }}");
            assert_eq!(changes(&format!("{window} {club}"), &facts), None, "{window}{expires}: {facts}");
        }
    }
}

#[test]
fn nobody_gets_past_a_rule_that_a_protected_fact_has_stopped() {
    let rules = format!("{CARD}{CLUB}");
    let given = |facts: &str| changes(&rules, &format!("consent offers granted  given {{ id: \"c\", {facts} }}"));
    let said = "smallest change: club wins if vip is yes";
    assert_eq!(given("age: 30, vip: no, score: 500, vulnerable: no").as_deref(), Some(said));
    assert_eq!(given("age: 30, vip: no, score: 700, vulnerable: yes").as_deref(), Some(said));
    // Here the card might win once the age is right; both changes are as small, and the higher rule's is told.
    let card = "smallest change: card wins if age is 18, as far as protected facts allow";
    assert_eq!(given("age: 17, vip: no, score: 500, vulnerable: no").as_deref(), Some(card));
}

#[test]
fn a_better_rule_that_might_be_stopped_is_not_counted_on_to_be() {
    // `card` has what it takes but for its age, as far as one can see; whoever changes the age may see it.
    let rules =
        "rule card in s { when score is at least 620  when age is at least 18  needs offers  priority 9  show card }
                 rule club in s { when age is at least 16  needs offers  priority 5  show club }";
    let (rules, facts) = case(rules, "consent offers granted  given { id: \"c\", age: 10, score: 700 }");
    let found = crate::eval::nearest(&rules, &gather(&rules, &facts), SlotId(0), rules.rule_named("club").unwrap());
    assert_eq!(found.unwrap().to_string(), "smallest change: club wins if age is 16, as far as protected facts allow");
}

#[test]
fn an_objection_is_what_must_go() {
    let objected = "consent fitting objected  given { id: \"c\", age: 30, vip: yes }";
    let said = |rules: &str| changes(rules, objected);
    assert_eq!(
        said("rule a in s { when vip  needs fitting  show club }").as_deref(),
        Some("smallest change: a wins if there is no objection to direct marketing, provided its audience fits")
    );
    // The objection was to another purpose, and granting this one would open nothing.
    assert_eq!(
        said(CLUB).as_deref(),
        Some(
            "smallest change: club wins if there is no objection to direct marketing and consent.offers is granted, \
             provided its audience fits"
        )
    );
    assert_eq!(
        said("rule a in s { when consent.offers is granted  show club }").as_deref(),
        Some("smallest change: a wins if there is no objection to direct marketing and consent.offers is granted")
    );
    assert_eq!(
        said("rule a in s { when consent.offers is not objected  show club }").as_deref(),
        Some("smallest change: a wins if there is no objection to direct marketing")
    );
    assert_eq!(
        changes("rule a in s { needs history  show tips }", "consent history objected  given { id: \"c\" }").as_deref(),
        Some("smallest change: a wins if there is no objection to history, provided its audience fits")
    );
}

#[test]
fn every_change_that_is_told_makes_the_rule_win() {
    // With the objection gone and the consent given, the facts say so too.
    let (rules, mut facts) = case(CLUB, "consent fitting objected  given { id: \"c\", vip: yes }");
    let granted = crate::frame::ConsentRecord::granted(facts.now);
    facts.set_consent(rules.purpose_named("offers").unwrap(), granted);
    assert!(change(&rules, &facts).is_some(), "granting alone is not enough");
    facts.set_consent(rules.purpose_named("fitting").unwrap(), granted);
    assert_eq!(change(&rules, &facts), None);
    assert!(told(&rules, &gather(&rules, &facts), SlotId(0)).starts_with("s shows club"));
}

#[test]
fn protected_facts_that_no_step_tells_apart_are_told_alike() {
    let rules = format!("{CARD}{CLUB}");
    for given in ["age: 17, vip: no", "age: 30, vip: no", "vip: no", "age: 17"] {
        let (rules, facts) = case(&rules, &format!("consent offers granted  given {{ id: \"c\", {given} }}"));
        let (score, vulnerable) =
            (rules.attribute_named("score").unwrap(), rules.attribute_named("vulnerable").unwrap());
        let mut by_steps: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        for points in [0, 619, 620, 1000] {
            for spared in [
                Fact::Known(Value::YesNo(true), None),
                Fact::Missing(Missing::Absent),
                Fact::Known(Value::YesNo(false), None),
            ] {
                let mut facts = facts.clone();
                facts.set(score, Fact::Known(Value::Number(points), None));
                facts.set(vulnerable, spared);
                let told = told(&rules, &gather(&rules, &facts), SlotId(0));
                let steps = told.lines().filter(|line| !line.contains("change")).collect::<Vec<_>>().join("\n");
                assert_eq!(by_steps.entry(steps).or_insert_with(|| told.clone()), &told);
                assert!(!told.contains("score is") && !told.contains("vulnerable is yes"), "{told}");
            }
        }
    }
}

/// A rule without channels of its own goes by those of its slot, and a cap there may hang on a hidden household.
#[test]
fn a_cap_on_a_channel_of_the_slot_that_hangs_on_a_hidden_household_is_reckoned_with() {
    let rules = format!(
        "channel push {{ needs offers }}
         slot letters by push {{ accepts marketing  fallback nothing }}
         cap homes {{ at most 1 sent in any 7 days per household on channel push }}
         {}",
        CLUB.replace("club in s", "letter in letters").replace("show club", "send club")
    );
    let (rules, facts) = case(&rules, "consent offers granted  given { id: \"c\", household: \"h\" }");
    let letters = rules.slot_named("letters").unwrap();
    let found = crate::eval::nearest(&rules, &gather(&rules, &facts), letters, rules.rule_named("letter").unwrap());
    assert_eq!(
        found.unwrap().to_string(),
        "smallest change: letter wins if vip is yes, as far as protected facts allow"
    );
}

/// R41: of somebody whom nobody knows nothing is known, so no value of a customer attribute would change anything.
#[test]
fn what_a_missing_key_masks_is_no_change() {
    let rule = "rule club in s { when vip  when page is \"home\"  show tips }\nmoment { page: text }";
    let told_of = |given: &str| {
        let (rules, facts) = case(rule, given);
        (told(&rules, &gather(&rules, &facts), SlotId(0)), change(&rules, &facts))
    };
    let (text, change) = told_of("given { id: missing, vip: yes, page: \"home\" }");
    assert!(text.contains("club: vip is not known (nobody knows who the customer is)"), "{text}");
    assert_eq!(change, None, "{text}");
    let (text, change) = told_of("given { id: \"c\", page: \"home\" }");
    assert!(text.contains("club: vip is not known (absent)"), "{text}");
    assert_eq!(change.as_deref(), Some("smallest change: club wins if vip is yes"));
    // What is known of the moment may change all the same.
    let (text, _) = told_of("given { id: missing }");
    assert!(text.contains("page is not known (absent)"), "{text}");
}
