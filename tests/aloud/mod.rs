//! What `cater read` promises: every predicate that a rule depends on is said once, and nothing that a rule says is lost
//! on the way to the sentences.

mod marks;

use std::collections::BTreeMap;

use cater::aloud;
use cater::model::{CapId, RuleId, RuleSet, verify};
use cater::source::{SourceId, Span};
use serde_json::Value as Json;

use crate::engines::generate;
use crate::engines::rng::Rng;

const SEEDS: u64 = 60;

fn said(rules: &RuleSet, id: RuleId) -> String {
    aloud::rule(rules, id).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn ids(rules: &RuleSet) -> impl Iterator<Item = RuleId> {
    (0..rules.rules.len()).map(RuleId::from_index)
}

#[test]
fn every_predicate_is_said_once() {
    let mut seen = 0;
    for seed in 0..SEEDS {
        let generated = generate::generate(seed);
        for id in ids(&generated.rules) {
            let mut rules = generated.rules.clone();
            let count = marks::mark(&mut rules, id);
            let text = said(&rules, id);
            for mark in 0..count {
                let times = text.matches(&marks::text(mark)).count();
                assert_eq!(times, 1, "seed {seed}, {}: predicate {mark}\n{text}", rules[id].name);
            }
            seen += count;
        }
    }
    assert!(seen > 5_000, "only {seen} predicates");
}

/// R9, R36: a channel's cap goes on to the next channel, or with `then stop` cuts off whatever stands behind.
#[test]
fn a_cap_on_a_channel_says_what_it_cuts_off() {
    let said_of = |then: &str| {
        let text = format!(
            "purpose p \"Write\" {{ basis consent  direct marketing }}
             customer {{ id: text key }}
             channel push {{ needs p }}
             channel email {{ needs p }}
             offer news {{ class marketing }}
             slot feed by push, email {{ accepts marketing  fallback nothing }}
             rule tell in feed {{ send news }}
             cap week {{ at most 2 sent  in any 7 days  per customer  on channel push  {then} }}"
        );
        let compiled = cater::compile::compile(cater::source::SourceSet::single("case.rules", text).0);
        let rules = compiled.runnable().expect("it compiles");
        said(rules, rules.rule_named("tell").expect("declared"))
    };
    let behind = "where that stops it, no channel behind it is tried and no other rule of the slot is asked";
    assert!(said_of("then stop").contains(behind), "{}", said_of("then stop"));
    assert!(said_of("then next").contains("where that stops it, the next is tried"), "{}", said_of("then next"));
    assert!(!said_of("").contains("where that stops it"), "{}", said_of(""));
}

/// A rule without its name, its place in the text, and the numbers of its own caps, whose content counts.
fn essence(rules: &RuleSet, id: RuleId) -> String {
    let mut rule = rules[id].clone();
    let nowhere = Span::new(SourceId(0), 0..0);
    rule.name.clear();
    rule.span = nowhere;
    // Taken over from others where the author wrote `before`.
    rule.priority = None;
    rule.when.iter_mut().chain(&mut rule.unless).chain(&mut rule.expires).for_each(|clause| clause.span = nowhere);
    if let Some(rank) = &mut rule.rank {
        rank.span = nowhere;
    }
    let own = |cap: &CapId| rules[*cap].rule == Some(id);
    let mut caps = Vec::new();
    for cap in rule.caps.iter().filter(|cap| own(cap)) {
        let mut cap = rules[*cap].clone();
        cap.name.clear();
        cap.span = nowhere;
        cap.rule = None;
        caps.push(cap);
    }
    rule.caps.retain(|cap| !own(cap));
    let segments: Vec<_> = rules.segments.iter().map(|segment| (&segment.label, &segment.condition)).collect();
    let values: Vec<_> = rules.values.iter().map(|value| (&value.label, &value.expression)).collect();
    let mut all = serde_json::json!([rule, caps, segments, values]);
    forget_derived(rules, &mut all);
    all.to_string()
}

/// The range of a computed number follows from what it is computed of, more places say nothing new, and a written member
/// is the same in every list that has it.
fn forget_derived(rules: &RuleSet, of: &mut Json) {
    match of {
        Json::Array(parts) => parts.iter_mut().for_each(|part| forget_derived(rules, part)),
        Json::Object(parts) => {
            if let Some(Json::Array(literal)) = parts.get_mut("Literal")
                && let [value, ty] = literal.as_mut_slice()
                && let (Some(member), Some(list)) = (value["Member"].as_u64(), ty["OneOf"].as_u64())
            {
                let members = rules.members(cater::value::EnumId(list as u32));
                (*value, *ty) = (members.get(member as usize).cloned().into(), Json::Null);
            }
            parts.retain(|key, _| key != "min" && key != "max");
            // Nothing is nothing, with however many places.
            if let Some(Json::Array(literal)) = parts.get_mut("Literal")
                && literal.first() == Some(&serde_json::json!({ "Number": 0 }))
            {
                literal.truncate(1);
            }
            if let Some(Json::Array(rescaled)) = parts.get_mut("Rescale") {
                rescaled.truncate(1);
            }
            parts.iter_mut().for_each(|(_, part)| forget_derived(rules, part));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[test]
fn rules_that_read_alike_are_alike() {
    for seed in 0..SEEDS {
        let generated = generate::generate(seed);
        let mut read: BTreeMap<String, RuleId> = BTreeMap::new();
        for id in ids(&generated.rules) {
            if let Some(other) = read.insert(said(&generated.rules, id), id) {
                assert_eq!(essence(&generated.rules, id), essence(&generated.rules, other), "seed {seed}");
            }
        }
    }
}

/// The numbers, words and yes-or-noes of a JSON value.
fn leaves<'a>(of: &'a mut Json, found: &mut Vec<&'a mut Json>) {
    match of {
        Json::Array(parts) => parts.iter_mut().for_each(|part| leaves(part, found)),
        Json::Object(parts) => parts.iter_mut().for_each(|(_, part)| leaves(part, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => found.push(of),
    }
}

/// Something else of the same kind.
fn changed(rng: &mut Rng, leaf: &Json) -> Json {
    match leaf {
        Json::Bool(yes) => (!yes).into(),
        Json::Number(number) => (number.as_i64().unwrap_or(0) + rng.between(-2, 2)).into(),
        Json::String(text) => {
            let words = ["AtLeast", "AtMost", "MoreThan", "LessThan", "Any", "All", "Old", "Ahead", "Day", "Hour", "x"];
            if rng.percent(30) { format!("{text}s").into() } else { (*rng.pick(&words)).into() }
        }
        Json::Null => (*rng.pick(&[3, 4])).into(),
        Json::Array(_) | Json::Object(_) => leaf.clone(),
    }
}

/// Whatever is changed in a rule, or in what it speaks of, can be heard.
#[test]
fn a_change_of_the_model_is_a_change_of_the_sentences() {
    let (mut heard, mut rng) = (0, Rng::new(7));
    for seed in 0..SEEDS {
        let rules = generate::generate(seed).rules;
        for _ in 0..100 {
            let id = RuleId::from_index(rng.below(rules.rules.len()));
            let mut other = rules.clone();
            let segment = rng.below(rules.segments.len().max(1));
            let mut part = match rng.below(4) {
                0 if segment < rules.segments.len() => {
                    serde_json::to_value(&rules.segments[segment].condition).unwrap()
                }
                _ => serde_json::to_value(&rules[id]).unwrap(),
            };
            let of_segment = part.get("slot").is_none();
            let mut found = Vec::new();
            leaves(&mut part, &mut found);
            let chosen = rng.below(found.len());
            let new = changed(&mut rng, found[chosen]);
            *found[chosen] = new;
            if of_segment {
                let Ok(condition) = serde_json::from_value(part) else { continue };
                other.segments[segment].condition = condition;
            } else {
                let Ok(rule) = serde_json::from_value(part) else { continue };
                other.rules[id.index()] = rule;
            }
            if verify(&other).is_err() || essence(&other, id) == essence(&rules, id) {
                continue;
            }
            let (before, after) = (said(&rules, id), said(&other, id));
            if of_segment && !before.contains(&format!("`{}` ", rules.segments[segment].name)) {
                continue;
            }
            assert_ne!(before, after, "seed {seed}\n{}\n{}", essence(&rules, id), essence(&other, id));
            heard += 1;
        }
    }
    assert!(heard > 500, "only {heard} changes");
}
