//! Rule sets to look at, as text, and the pages that the tool makes of them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The page over a folder or a file, in a folder of its own.
pub(crate) fn page_of(world: &Path, to: &Path) -> PathBuf {
    let page = to.join("page.html");
    let output = Command::new(env!("CARGO_BIN_EXE_cater"))
        .args(["graph", "--html", "--output"])
        .args([&page, world])
        .output()
        .expect("cater runs");
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    page
}

/// A programme of so many rules in so many slots: caps that several spend, segments, purposes, chains of `before`, substitutes,
/// a rule that others hide and a pair that nobody ordered.
pub(crate) fn programme(rules: usize, slots: usize) -> String {
    let mut text = String::from(
        r#"purpose offers "Choose what I am offered" { basis consent  direct marketing }
purpose scoring "Work out what I might like" { basis legitimate interest "LIA-7"  direct marketing }
customer {
  id:      text key
  age:     whole from 0 to 130
  country: one of [DE, AT, CH, FR, IT]
  tier:    one of [bronze < silver < gold]  needs offers
  spent:   decimal(2) from 0.00 to 100000.00  needs scoring
  seen:    time
  likes:   set of text  needs offers
  minor:   yes or no  protective
}
moment { device: one of [web, ios, android] }
segment lapsed "Silent for two months" = seen is more than 60 days old
segment spender = spent is at least 500.00
segment grown = age is at least 18 and country is one of [DE, AT, CH]
cap pressure "Not more than five a week" { at most 5 shown in any 7 days  per customer  on class marketing }
offer story "Made to last" { class service }
offer basket { class service }
"#,
    );
    let conditions = [
        "lapsed",
        "spender",
        "tier is at least silver",
        "likes has any of [\"running\", \"trail\"]",
        "country is DE",
        "grown",
        "age is from 25 to 39",
        "seen is at most 14 days old",
        "device is one of [ios, android]",
        "spent is more than 1200.00 or tier is gold",
    ];
    for slot in 0..slots {
        let _ = writeln!(
            text,
            "slot place_{slot} on web \"The place number {slot}, as the shop calls it\" {{ accepts service, marketing  fallback basket when country is CH, story }}"
        );
    }
    for rule in 0..rules {
        let slot = rule % slots;
        let name = format!("rule_{rule:03}");
        let of = ["winter", "running", "comeback_of_the_lapsed", "cross_sell", "tips", "loyalty_programme"][rule % 6];
        let _ = writeln!(text, "offer {of}_{rule:03} {{ class marketing  tags promo }}");
        let condition = conditions[rule % conditions.len()];
        // The weaker, the wider: nobody is hidden by those above.
        let least = 2 * (rules - rule);
        let _ = write!(
            text,
            "rule {of}_{name} in place_{slot} {{\n  about \"Number {rule} of the programme\"\n  owner \"crm@shop.example\"\n  when {condition}\n  when spent is at least {least}.00\n  unless minor\n  needs offers, scoring\n  priority {}\n  show {of}_{rule:03}\n",
            10_000 - rule
        );
        if rule % 5 == 0 {
            text.push_str("  cap at most 2 shown in any 30 days per customer\n");
        }
        if rule % 7 == 0 {
            text.push_str("  if capped show story\n");
        }
        if rule % 11 == 3 {
            text.push_str("  off because \"waits for the pictures\"\n");
        }
        text.push_str("}\n");
    }
    // Hidden by a rule above it, and two of which nobody said which is stronger.
    text.push_str(
        "offer twice { class marketing }\nrule hidden_one in place_0 {\n  when country is AT\n  when country is DE or country is AT\n  unless minor\n  needs offers\n  priority 2\n  show twice\n}\n\
         rule above_it in place_0 { when country is AT  unless minor  needs offers  priority 3  show story_two }\noffer story_two { class marketing }\n\
         rule one_of_two in place_0 { when age is at least 70  needs offers  priority 1  show twice }\n\
         rule other_of_two in place_0 { when country is IT  needs offers  priority 1  show story_two }\n",
    );
    text
}
