//! What is said of rules while others are in error holds once those are mended (R52).

use super::schemas::schema;
use crate::analysis::testing::{replay, verdict};
use crate::analysis::{Options, Report, Undecided, Verdict, analyse};
use crate::compile::{Compiled, compile};
use crate::diagnostics::Severity;
use crate::model::RuleSet;
use crate::source::SourceSet;

/// What stands in every case: rule `low` is hidden by `top`, as far as one can see.
const SHOP: &str = "
purpose ask \"Ask\" { basis consent }
customer { id: text key  age: whole from 0 to 130  news: yes or no }
offer a { class marketing  tags promo }
offer b { class marketing }
offer c { class service }
slot hero on web { accepts marketing, service  fallback nothing }
slot side on web { accepts marketing, service  fallback nothing }
rule top in hero { priority 9  show a }
rule low in hero { priority 8  show b }
";

fn compiled(text: &str) -> Compiled {
    compile(SourceSet::single("case.rules", text).0)
}

/// The rules that are right, and what the analysis says of them.
fn looked_at(text: &str) -> (RuleSet, Report) {
    let compiled = compiled(text);
    let rules = compiled.rules.as_deref().cloned().expect("a model");
    let report = analyse(&rules, &Options { left_out: compiled.left_out(), ..Options::default() });
    replay(&rules, &report);
    (rules, report)
}

/// The verdict on rule `low` of the shop with something in error.
fn low(more: &str) -> String {
    let (rules, report) = looked_at(&format!("{SHOP}{more}"));
    verdict(&rules, &report, "low")
}

const OPEN: &str = "unknown: LeftOut";

#[test]
fn an_offer_may_be_taken_by_a_rule_in_error() {
    assert_eq!(low(""), "covered by top");
    assert_eq!(low("rule x in side { when nobody  show a }"), OPEN, "then `top` cannot show it");
    assert_eq!(low("rule x in side { when nobody  show c  if unknown show a }"), OPEN);
    assert_eq!(low("rule x in nowhere { show a }"), OPEN, "whichever slot was meant");
    assert_eq!(low("rule x in side { show aa }"), OPEN, "whichever offer was meant");
    assert_eq!(low("rule x in side { when nobody  show b }"), "covered by top", "of no consequence to `top`");
    assert_eq!(low("rule x in hero { when nobody  show a }"), "covered by top", "in the same slot it only outranks");
    assert_eq!(low("rule x in side { priority high  show b }"), "covered by top", "damaged, but all of it was read");
    assert_eq!(low("rule x in side { show b  if capped shows a }"), OPEN, "damaged, and a substitute is lost");
}

#[test]
fn a_rule_in_error_may_try_another_out_of_turn() {
    assert_eq!(low("rule x in hero { when nobody  priority 10  show c  if unknown try low }"), OPEN);
    assert_eq!(low("rule x in hero { when nobody  show c  if unknown try top }"), "covered by top");
    assert_eq!(low("rule x in hero { when nobody  show c  if unknown try lwo }"), OPEN);
    let through = "rule mid in hero { priority 7  needs ask  show b  if no consent try low }";
    assert_eq!(low(through), "covered by top");
    assert_eq!(low(&format!("{through} rule x in hero {{ when nobody  show c  if unknown try mid }}")), OPEN);
}

#[test]
fn a_slot_in_error_may_take_what_its_list_names() {
    assert_eq!(low("slot x on web { accepts nonsense  fallback a when news, nothing }"), OPEN);
    assert_eq!(low("slot x on web { accepts nonsense  fallback b when news, nothing }"), "covered by top");
    assert_eq!(low("slot x on web { accepts marketing }"), OPEN, "whatever its list will be");
    assert_eq!(low("slot x on web { accepts nonsense  fallback nothing } rule y in x { show a }"), OPEN);
    assert_eq!(low("rule y in side { show c } slot side on web { accepts marketing  fallback a, nothing }"), OPEN);
}

#[test]
fn a_cap_in_error_may_stop_what_it_is_on() {
    assert_eq!(low("cap x { at most 3 shwon in any 7 days per customer on tag promo }"), OPEN);
    assert_eq!(low("cap x { at most 3 shown in any 7 days on offer b }"), "covered by top");
    assert_eq!(low("cap x { at most 3 shown in any 7 days on rule top }"), OPEN);
    assert_eq!(low("pause x { for 10 days }"), OPEN, "not built yet, and would stop anything");
}

#[test]
fn a_key_in_error_may_let_caps_count() {
    let shop = SHOP.replace("id: text key", "id: text key needs nothing_known");
    let (rules, report) =
        looked_at(&format!("{shop} rule x in side {{ cap at most 1 shown ever per customer  show c }}"));
    assert_eq!(verdict(&rules, &report, "x"), OPEN);
}

#[test]
fn what_is_open_because_of_an_error_is_no_finding_of_its_own() {
    let mut compiled = compiled(&format!("{SHOP} rule x in side {{ when nobody  show a }}"));
    compiled.analyse(None);
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.code.name).collect();
    assert_eq!(codes, ["resolve::unknown-attribute"]);
}

#[test]
fn a_contradiction_is_one_whatever_is_in_error() {
    let more = "rule none in side { when age is more than 50  when age is less than 9  show c }  rule x in side {";
    let (rules, report) = looked_at(&format!("{SHOP}{more} when nobody  show a  if unknown try none }}"));
    assert_eq!(verdict(&rules, &report, "none"), "contradictory: [When(0), When(1)]");
}

/// The same text with one declaration in error, for each that can be.
fn damaged(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let broken: Vec<String> = match line.split(' ').next() {
            Some("rule") => vec![
                line.replacen('{', "{ when nobody_knows", 1),
                line.replacen('{', "{ priority high", 1),
                line.replacen(" in ", " in no", 1),
            ],
            Some("cap") => vec![line.replacen("shown", "shwon", 1)],
            Some("slot") => vec![line.replacen("service", "servus", 1), line.replacen("accepts", "acepts", 1)],
            Some(_) | None => Vec::new(),
        };
        for broken in broken {
            let with: Vec<&str> =
                lines.iter().enumerate().map(|(of, line)| if of == at { broken.as_str() } else { line }).collect();
            found.push(with.join("\n"));
        }
    }
    found
}

#[test]
fn never_is_never_once_everything_is_mended() {
    let (mut compared, mut never, mut open) = (0, 0, 0);
    for seed in 0..24 {
        let text = schema(seed, false);
        let whole = compiled(&text).rules.as_deref().cloned().expect("a model");
        let mended = analyse(&whole, &Options::default());
        for text in damaged(&text) {
            let compiled = compiled(&text);
            assert!(compiled.diagnostics.iter().any(|found| found.severity == Severity::Error), "{text}");
            let Some(rules) = compiled.rules.as_deref().cloned() else { continue };
            let report = analyse(&rules, &Options { left_out: compiled.left_out(), ..Options::default() });
            replay(&rules, &report);
            for (rule, verdict) in &report.rules {
                let name = &rules[*rule].name;
                let after = &mended.rules[&whole.rule_named(name).expect("the same rule")];
                compared += 1;
                open += usize::from(*verdict == Verdict::Unknown(Undecided::LeftOut));
                if verdict.is_never() {
                    never += 1;
                    assert!(!matches!(after, Verdict::Reachable(_)), "{seed}, {name}: {verdict:?}\n{text}");
                }
            }
            for (slot, verdicts) in &report.fallbacks {
                let after = &mended.fallbacks[&whole.slot_named(&rules[*slot].name).expect("the same slot")];
                for (one, other) in verdicts.iter().zip(after) {
                    use crate::analysis::FallbackVerdict::{Contradictory, Covered, Reachable};
                    let both = (matches!(one, Contradictory | Covered(_)), matches!(other, Reachable(_)));
                    assert_ne!(both, (true, true), "{seed}: {one:?}\n{text}");
                }
            }
        }
    }
    assert!(compared > 1000 && never > 200 && open > 15, "{compared} verdicts, {never} never, {open} open");
}
