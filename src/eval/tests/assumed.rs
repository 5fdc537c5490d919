//! R5: whoever answers because a declared default stood in says so, be it a rule, what stands in for one, or a fallback.

use super::told;
use crate::compile::compile;
use crate::frame::{CapState, Fact, Facts, Frame, gather};
use crate::model::RuleSet;
use crate::source::SourceSet;
use crate::value::{Instant, Value};

const SHOP: &str = r#"
purpose offers "Offers" { basis consent }
customer {
  id:      text key
  country: one of [DE, AT]  else DE
  kids:    yes or no  else no
  age:     whole from 0 to 130
  secret:  yes or no  else yes  hidden
}
offer shoes { class service }
offer socks { class service }
offer hats  { class service }
offer story { class service }
slot home on web {
  accepts  service
  fallback hats when country is AT and kids is no, socks when country is DE and secret, story
}
slot door on web { accepts service  fallback nothing }
slot gate on web { accepts service  fallback nothing }
slot roof on web { accepts service  fallback nothing }
rule local in door { when country is DE  unless kids  cap at most 1 shown ever per customer  show shoes  if capped show socks }
rule grown in gate { priority 5  when country is DE  when age is at least 18  show shoes  if unknown try small }
rule small in gate { when kids is no  priority 3  show socks }
rule asked in roof { when country is DE  needs offers  show shoes  if no consent show hats }
"#;

fn shop() -> RuleSet {
    let (sources, _) = SourceSet::single("shop.rules", SHOP);
    let compiled = compile(sources);
    let messages: Vec<_> = compiled.diagnostics.iter().map(|finding| &finding.message).collect();
    RuleSet::clone(&compiled.rules.unwrap_or_else(|| panic!("{messages:?}")))
}

fn customer(rules: &RuleSet, country: Option<u16>) -> Frame {
    let mut facts = Facts::nothing(rules, Instant::parse("2026-06-15T10:00Z").unwrap());
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c".into()), None));
    if let Some(member) = country {
        facts.set(rules.attribute_named("country").unwrap(), Fact::Known(Value::Member(member), None));
    }
    gather(rules, &facts)
}

/// The line that wins, without the blanks before it.
fn wins(rules: &RuleSet, frame: &Frame, slot: &str) -> Vec<String> {
    let told = told(rules, frame, rules.slot_named(slot).unwrap());
    told.lines().map(str::trim).filter(|line| line.contains(": wins")).map(str::to_owned).collect()
}

#[test]
fn a_fallback_says_what_it_took_for_granted() {
    let rules = shop();
    assert_eq!(wins(&rules, &customer(&rules, None), "home"), ["fallback socks: wins (assumed: country is DE)"]);
    assert_eq!(wins(&rules, &customer(&rules, Some(0)), "home"), ["fallback socks: wins"], "and no hidden default");
    assert_eq!(wins(&rules, &customer(&rules, Some(1)), "home"), ["fallback hats: wins (assumed: kids is no)"]);
}

#[test]
fn a_substitute_says_what_its_rule_took_for_granted() {
    let rules = shop();
    let mut frame = customer(&rules, None);
    assert_eq!(
        wins(&rules, &frame, "door"),
        ["local: wins (assumed: country is DE, kids is no)"],
        "the rule itself says so"
    );
    frame.caps.iter_mut().for_each(|cap| *cap = CapState::Used(1));
    assert_eq!(wins(&rules, &frame, "door"), ["if capped show socks: wins (assumed: country is DE, kids is no)"]);
    // Each line for what it rests on itself.
    assert_eq!(
        wins(&rules, &frame, "gate"),
        ["if unknown try small: wins (assumed: country is DE)", "small: wins (assumed: kids is no)"]
    );
}

#[test]
fn what_drops_out_for_consent_says_nothing_of_its_audience() {
    let rules = shop();
    let frame = customer(&rules, None);
    assert_eq!(wins(&rules, &frame, "roof"), ["if no consent show hats: wins"]);
}
