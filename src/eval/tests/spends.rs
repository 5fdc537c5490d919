//! What a test says of what a decision spends.

use crate::compile::compile;
use crate::eval::run;
use crate::source::SourceSet;

const RULES: &str = r#"
purpose p "p" { basis legitimate interest "x"  direct marketing }
customer { id: text key  vip: yes or no }
event buy "Buy" {}
offer sale { class marketing  tags promo }
offer spare { class marketing  tags promo }
offer story { class service }
slot home on web { accepts service, marketing  fallback story }
slot side on web { accepts service, marketing  fallback story }
rule top in home { unless vip  needs p  cap at most 2 shown ever per customer  show sale  if no consent nothing }
rule free in home { when vip  priority 1  needs p  show spare }
rule beside in side { needs p  show sale }
cap often { at most 3 shown  in any 7 days  per customer  on offer sale  uncounted rule beside }
cap bought { at most 1 buy  in any 7 days  per customer  on offer sale  uncounted rule beside }
cap kept { at most 1 buy  in any 7 days  per customer  on offer sale  uncounted rule top  reserve 10 minutes }
gap calm { at least 1 hour apart  per customer  on offer sale }
"#;

/// What the only expectation of a test misses.
fn missed(expect: &str) -> Option<String> {
    let text = format!(
        "{RULES}\ntest \"t\" {{ now 2026-06-15T10:00Z  given {{ id: \"a\", vip: {} }}  expect {expect} }}",
        if expect.contains("spare") { "yes" } else { "no" }
    );
    let compiled = compile(SourceSet::single("spends.rules", &text).0);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rules = compiled.runnable().unwrap();
    run(rules, &compiled.program.tests[0])
        .into_iter()
        .next()
        .map(|(_, mismatch)| format!("expected {}; got {}", mismatch.expected, mismatch.got))
}

#[test]
fn every_cap_that_counts_it_is_named() {
    assert_eq!(missed("home shows sale because top"), None);
    let missed = missed("home shows sale because top and spends nothing").unwrap();
    assert!(missed.contains("shows sale, because of top, and spends nothing"), "{missed}");
    assert!(missed.ends_with("counts for gap calm, cap often, the cap of top"), "{missed}");
}

#[test]
fn what_is_only_reserved_is_spent_too() {
    let missed = missed("side shows sale and spends nothing").unwrap();
    assert!(
        missed.ends_with("counts for gap calm, cap kept, the cap of top"),
        "what the customer does later counts for no other: {missed}"
    );
}

#[test]
fn what_no_cap_is_on_spends_nothing() {
    assert_eq!(missed("home shows spare and also nothing and spends nothing"), None);
}
