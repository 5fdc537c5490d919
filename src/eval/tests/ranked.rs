//! R6: who comes first where rules rank, what `ties` settles, and what becomes of a rule without a score.

use crate::compile::compile;
use crate::eval::{decide, explain, passed_over};
use crate::frame::{By, CapState, Fact, Facts, Frame, Via, gather};
use crate::model::{RuleSet, SlotId};
use crate::source::SourceSet;
use crate::value::{Decimal, Instant, Missing, Value};

const SHOP: &str = r#"
purpose offers "Offers" { basis legitimate interest "L"  direct marketing }
customer {
  id:     text key
  chance: decimal(4) from 0 to 1
  luck:   decimal(7) from 0 to 1
  worth:  whole from 0 to 1000  -1 is never
  secret: whole from 0 to 9  hidden
}
offer red   { class service  tags warm }
offer blue  { class service  tags cold }
offer green { class service }
offer grey  { class service }
slot home on web { accepts service  ties tag cold, tag warm  fallback grey }
slot deep on web { accepts service  fallback nothing }
slot dark on web { accepts service  fallback nothing }
rule a_red   in home { rank by (chance else 0) * 10  cap at most 1 shown ever per customer  show red  if capped show grey }
rule b_blue  in home { rank by decimal(2) of (1 / (worth else 1))  show blue }
rule c_green in home { rank by luck else 0.5  show green  also ring, bell }
rule worth_it in deep { when worth is known  rank by worth  show red }
rule flat     in deep { rank by 5  show blue }
rule shadow in dark { rank by secret else 1  show red }
rule light  in dark { rank by 4  show blue }
"#;

fn shop() -> RuleSet {
    let (sources, _) = SourceSet::single("shop.rules", SHOP);
    let compiled = compile(sources);
    let messages: Vec<_> = compiled.diagnostics.iter().map(|finding| &finding.message).collect();
    RuleSet::clone(&compiled.rules.unwrap_or_else(|| panic!("{messages:?}")))
}

/// A customer with these numbers.
fn customer(rules: &RuleSet, given: &[(&str, &str)]) -> Frame {
    let mut facts = Facts::nothing(rules, Instant::parse("2026-06-15T10:00Z").unwrap());
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c".into()), None));
    for (name, written) in given {
        let id = rules.attribute_named(name).unwrap();
        let value = match *written {
            "never" => Value::Never,
            number => {
                let scale = rules[id].ty.number().unwrap().scale;
                Value::Number(Decimal::parse(number).unwrap().at_scale(scale).unwrap())
            }
        };
        facts.set(id, Fact::Known(value, None));
    }
    gather(rules, &facts)
}

fn slot(rules: &RuleSet, name: &str) -> SlotId {
    rules.slot_named(name).unwrap()
}

/// Who wins, and what the explanation says.
fn told(rules: &RuleSet, name: &str, frame: &Frame) -> Vec<String> {
    explain(rules, frame, slot(rules, name)).to_text().into_iter().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_highest_score_wins_and_the_explanation_says_by_how_much() {
    let rules = shop();
    let frame = customer(&rules, &[("chance", "0.25"), ("worth", "2"), ("luck", "0.1")]);
    let lines = told(&rules, "home", &frame);
    assert_eq!(lines[0], "home shows red, by a_red");
    assert_eq!(lines[1], "a_red: wins, score 2.5");
    assert_eq!(lines[2], "b_blue: outranked by a_red (score: 2.5 against 0.5)");
    assert_eq!(lines[3], "c_green: outranked by a_red (score: 2.5 against 0.1)");
    let frame = customer(&rules, &[("worth", "2"), ("luck", "1")]);
    let green = decide(&rules, &frame, slot(&rules, "home"));
    assert_eq!(green.tasks(&rules), ["bell", "ring"]);
}

#[test]
fn ties_go_by_tags_and_then_by_name() {
    let rules = shop();
    // 0.1 * 10 = 1, 1 / 1 = 1, and luck 1: three equal scores.
    let frame = customer(&rules, &[("chance", "0.1"), ("luck", "1")]);
    let lines = told(&rules, "home", &frame);
    assert_eq!(lines[0], "home shows blue, by b_blue");
    assert_eq!(lines[2], "a_red: outranked by b_blue (tie at 1: tag cold first)");
    assert_eq!(lines[3], "c_green: outranked by b_blue (tie at 1: tag cold first)");
    let untied = RuleSet { slots: rules.slots.iter().cloned().map(without_ties).collect(), ..rules.clone() };
    assert_eq!(told(&untied, "home", &frame)[2], "b_blue: outranked by a_red (tie at 1: name)");
}

fn without_ties(mut slot: crate::model::Slot) -> crate::model::Slot {
    slot.ties.clear();
    slot.order.sort_unstable();
    slot
}

#[test]
fn scores_are_rounded_once_half_to_even_at_six_places() {
    let rules = shop();
    // 0.5000005 rounds to 0.5 (even) and ties with 1 / 2; one more in the last place wins.
    for (luck, winner) in [("0.5000005", "b_blue"), ("0.5000006", "c_green"), ("0.5000015", "c_green")] {
        let frame = customer(&rules, &[("worth", "2"), ("luck", luck)]);
        let winner = rules.rule_named(winner).unwrap();
        assert_eq!(decide(&rules, &frame, slot(&rules, "home")).by, By::Rule(winner), "{luck}");
    }
}

#[test]
fn who_drops_out_is_followed_by_the_next_score_and_a_substitute_has_the_place_of_its_rule() {
    let rules = shop();
    let home = slot(&rules, "home");
    let mut frame = customer(&rules, &[("chance", "0.25"), ("worth", "2"), ("luck", "0.1")]);
    frame.caps = vec![CapState::Used(1); rules.caps.len()];
    let a_red = rules.rule_named("a_red").unwrap();
    assert_eq!(decide(&rules, &frame, home).by, By::Substitute(a_red, Via::Capped), "2.5 before 0.5");
    // The substitute is taken by another slot: the next score is asked.
    let grey = rules.offer_named("grey").unwrap();
    frame.taken[grey.index()] = true;
    assert_eq!(decide(&rules, &frame, home).by, By::Rule(rules.rule_named("b_blue").unwrap()));
    let blue = rules.offer_named("blue").unwrap();
    frame.taken[blue.index()] = true;
    assert_eq!(decide(&rules, &frame, home).by, By::Rule(rules.rule_named("c_green").unwrap()));
    let looked_at: Vec<_> = passed_over(&rules, &frame, home).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(looked_at, [a_red, rules.rule_named("b_blue").unwrap()]);
    // With a lower score the capped rule's substitute comes later.
    let mut frame = customer(&rules, &[("chance", "0.01"), ("worth", "2"), ("luck", "0.1")]);
    frame.caps = vec![CapState::Used(1); rules.caps.len()];
    assert_eq!(decide(&rules, &frame, home).by, By::Rule(rules.rule_named("b_blue").unwrap()));
}

#[test]
fn a_rule_without_a_score_is_no_candidate() {
    let rules = shop();
    // Division by zero.
    let frame = customer(&rules, &[("worth", "0")]);
    let lines = told(&rules, "home", &frame);
    assert!(lines.iter().any(|line| line.starts_with("b_blue: worth is not known (")), "{lines:#?}");
    assert_eq!(lines[0], "home shows green, by c_green, also bell, ring");
    // Never is known, above every number, and no score.
    for (worth, winner) in [("never", "flat"), ("1000", "worth_it"), ("5", "flat"), ("6", "worth_it")] {
        let frame = customer(&rules, &[("worth", worth)]);
        assert_eq!(
            decide(&rules, &frame, slot(&rules, "deep")).by,
            By::Rule(rules.rule_named(winner).unwrap()),
            "{worth}"
        );
    }
    // Behind the caps: the first step is the reason.
    let mut frame = customer(&rules, &[("worth", "0")]);
    frame.attributes[rules.attribute_named("chance").unwrap().index()] =
        crate::value::Datum::Missing(Missing::Unreadable);
    frame.caps = vec![CapState::Used(1); rules.caps.len()];
    assert!(told(&rules, "home", &frame).iter().any(|line| line.starts_with("a_red: capped")));
}

#[test]
fn a_hidden_score_is_not_shown_nor_whether_it_equals_another() {
    let rules = shop();
    let lines = |secret| told(&rules, "dark", &customer(&rules, &[("secret", secret)]));
    assert_eq!(
        lines("9"),
        [
            "dark shows red, by shadow",
            "light: outranked by shadow (score)",
            "shadow: wins",
            "fallback nothing: not needed"
        ]
    );
    assert_eq!(lines("9"), lines("5"));
    assert_eq!(lines("4")[0], "dark shows blue, by light", "of equals the first by name");
    assert_eq!(lines("4"), lines("3"), "a tie is not told apart from a lower score");
}
