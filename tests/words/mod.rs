//! What `model::show` writes is the language: the parser and the checker read it back as the very same condition.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};

use cater::compile::{Compiled, compile};
use cater::model::show::{show_condition, show_expression};
use cater::model::{BlockCause, Condition, Expression, RuleSet};
use cater::source::SourceSet;

const PRELUDE: &str = r#"
purpose email "Offers by email" { basis consent }
customer {
  id:         text                                            key
  tier:       one of [bronze < silver < gold < "not known"]
  city:       text                                            else "Köln"
  viewed:     set of text
  vip:        yes or no
  age:        whole from 0 to 130
  price:      decimal(2) from 0 to 1000
  last_order: time
  departs:    time
  birthday:   date
  interest:   score halving every 72 hours
}
segment lapsed = last_order is more than 60 days old
value margin = 0.5 * price
"#;

/// Each line as an author writes it and as it comes back.
const LINES: &[&str] = &[
    "vip",
    "vip is no",
    "not lapsed",
    "tier is at least silver",
    "tier is \"not known\"",
    "tier is not gold",
    "tier is one of [bronze, gold]",
    "tier is not one of [bronze, \"not known\"]",
    "city is \"Say \\\"hello\\\" to \\\\ me\"",
    "city is not known",
    "viewed has \"running\"",
    "viewed has any of [\"running\", \"trail\"]",
    "viewed has all of [\"running\"]",
    "viewed has none of [\"running\"]",
    "age is from 18 to 65",
    "age is less than 18",
    "not (age is at least 18)",
    "price is more than 12.50",
    "price is at most 12",
    "age is at least price",
    "interest is at least 50",
    "interest is more than 0.125",
    "last_order is never",
    "last_order is not never",
    "last_order is more than 60 days old",
    "last_order is from 180 to 540 days old",
    "last_order is from 1 week to 540 days old",
    "departs is at most 48 hours ahead",
    "departs is before last_order",
    "departs is after now",
    "birthday is less than 1 month ahead",
    "birthday is 2000-02-29",
    "consent.email is granted",
    "consent.email is not one of [granted, pending]",
    "vip and lapsed and age is known",
    "vip and (lapsed or age is at least 3)",
    "(vip and lapsed) or not (vip or lapsed)",
    "not (vip and lapsed)",
    "(vip else no)",
    "(vip else no) is no or vip",
    "age + age - 3 is at least 2",
    "age - (3 + age) is at least 2",
    "(age + 1) * (age else 2) is less than 4",
    "margin is more than 3",
    "decimal(2) of (price / (age + 1)) is at least 2.75",
    "(0.30 when lapsed) + (1 when vip or lapsed) is at least 1",
    "price else age else 3 is at least 1",
];

fn compiled(text: String) -> Compiled {
    let (sources, _) = SourceSet::single("words.rules", text);
    compile(sources)
}

/// The conditions of `lines` as segments behind everything else, in their order.
fn read(prelude: &str, lines: &[String]) -> (Compiled, usize) {
    let mut text = prelude.to_owned();
    for (at, line) in lines.iter().enumerate() {
        text.push_str(&format!("\nsegment zzz_{at:05} = {line}"));
    }
    let compiled = compiled(text);
    let errors: Vec<_> = compiled.diagnostics.iter().map(|finding| &finding.message).collect();
    let rules = compiled.rules.as_ref().unwrap_or_else(|| panic!("{errors:#?}"));
    let first = rules.segments.iter().position(|segment| segment.name.starts_with("zzz_"));
    let first = first.unwrap_or(rules.segments.len());
    assert_eq!(rules.segments.len() - first, lines.len(), "{errors:#?}");
    (compiled, first)
}

#[test]
fn every_line_comes_back_as_it_was_written() {
    let lines: Vec<_> = LINES.iter().map(|line| (*line).to_owned()).collect();
    let (compiled, first) = read(PRELUDE, &lines);
    let rules = compiled.rules.as_ref().unwrap();
    for (segment, line) in rules.segments[first..].iter().zip(LINES) {
        let shown = show_condition(rules, &segment.condition);
        assert_eq!(shown, *line);
    }
}

fn worlds() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples");
    let mut worlds: Vec<_> = [root.clone(), root.join("scenarios")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|folder| folder.join("cater.toml").exists())
        .collect();
    worlds.sort();
    worlds
}

fn world(folder: &Path) -> String {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>().join("\n")
}

fn conditions(rules: &RuleSet) -> Vec<Condition> {
    let clauses = rules.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless));
    let fallbacks = rules.slots.iter().flat_map(|slot| &slot.fallback).filter_map(|entry| entry.when.clone());
    let segments = rules.segments.iter().map(|segment| segment.condition.clone());
    let blocks = rules.blocks.iter().filter_map(|block| match &block.cause {
        BlockCause::While(clause) => Some(clause.condition.clone()),
        BlockCause::After(_) => None,
    });
    clauses.map(|clause| clause.condition.clone()).chain(fallbacks).chain(segments).chain(blocks).collect()
}

#[test]
fn every_condition_of_every_world_is_read_back_as_the_same() {
    let mut seen = 0;
    for folder in worlds() {
        let text = world(&folder);
        let original = compiled(text.clone());
        let rules = original.rules.as_ref().unwrap();
        let conditions = conditions(rules);
        seen += conditions.len();
        let lines: Vec<_> = conditions.iter().map(|condition| show_condition(rules, condition)).collect();
        let (again, first) = read(&text, &lines);
        let read_back = &again.rules.as_ref().unwrap().segments[first..];
        for ((segment, condition), line) in read_back.iter().zip(&conditions).zip(&lines) {
            assert_eq!(&segment.condition, condition, "{line}");
        }
    }
    assert!(seen > 100, "only {seen} conditions");
}

#[test]
fn every_value_of_every_world_is_read_back_as_the_same() {
    for folder in worlds() {
        let text = world(&folder);
        let original = compiled(text.clone());
        let rules = original.rules.as_ref().unwrap();
        let values: Vec<&Expression> = rules.values.iter().map(|value| &value.expression).collect();
        let mut again = text;
        for (at, expression) in values.iter().enumerate() {
            again.push_str(&format!("\nvalue zzz_{at:05} = {}", show_expression(rules, expression)));
        }
        let again = compiled(again);
        let again = again.rules.as_ref().unwrap();
        for (value, expression) in again.values.iter().filter(|value| value.name.starts_with("zzz_")).zip(values) {
            assert_eq!(&value.expression, expression);
        }
        assert_eq!(again.values.len(), 2 * rules.values.len());
    }
}
