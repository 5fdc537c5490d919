//! What the tests of a world tried of its rules, for people and for machines.

use serde_json::{Value, json};

use super::ran::place;
use crate::cli::counted;
use crate::cli::terminal::Terminal;
use crate::compile::Compiled;
use crate::eval::coverage::{Coverage, Owner};
use crate::model::RuleSet;

/// How much of what there is came up, in whole percent; of nothing, all.
pub(super) fn percent((reached, wanted): (usize, usize)) -> usize {
    (reached * 100).checked_div(wanted).unwrap_or(100)
}

/// A line a rule, then what never came up.
pub(super) fn report(
    rules: &RuleSet,
    compiled: &Compiled,
    world: &std::path::Path,
    coverage: &Coverage<'_>,
    terminal: &Terminal,
) {
    let lines = coverage.lines();
    let wide = lines.iter().map(|line| name(rules, line.owner).chars().count()).max().unwrap_or(0);
    terminal.line("");
    terminal.line(format!("what the tests of {} tried:", world.display()));
    for line in &lines {
        let name = name(rules, line.owner);
        let wins = match (line.owner, line.wins) {
            (Owner::Rule(_), true) => "wins",
            (Owner::Fallback(_), true) => "answers",
            (Owner::Rule(_) | Owner::Fallback(_), false) => "never",
        };
        terminal.line(format!("  {name:wide$}  {wins:7}  {} of {}", line.reached, line.wanted));
    }
    let never = coverage.never();
    if !never.is_empty() {
        terminal.line("never in any test:");
    }
    for never in &never {
        let (place, owner) = (place(compiled, never.span), name(rules, never.owner));
        terminal.line(format!("  {place}: {owner}: {} is never {}", never.clause, either(&never.answers)));
    }
    let (reached, wanted) = coverage.sum();
    terminal.line(format!("{reached} of {} came up, {} %", counted(wanted, "answer"), percent((reached, wanted))));
}

/// The same as data.
pub(super) fn machine(
    rules: &RuleSet,
    compiled: &Compiled,
    world: &std::path::Path,
    coverage: &Coverage<'_>,
    least: Option<u8>,
) -> Value {
    let (reached, wanted) = coverage.sum();
    let lines = coverage.lines().into_iter().map(|line| {
        let (rule, slot) = names(rules, line.owner);
        json!({ "rule": rule, "slot": slot, "wins": line.wins, "reached": line.reached, "wanted": line.wanted })
    });
    let never = coverage.never().into_iter().map(|never| {
        let (rule, slot) = names(rules, never.owner);
        let place = place(compiled, never.span);
        json!({ "place": place, "rule": rule, "slot": slot, "clause": never.clause, "never": never.answers })
    });
    json!({
        "world": world, "reached": reached, "wanted": wanted, "percent": percent((reached, wanted)),
        "enough": least.is_none_or(|least| percent((reached, wanted)) >= usize::from(least)),
        "rules": lines.collect::<Vec<_>>(), "never": never.collect::<Vec<_>>(),
    })
}

fn names(rules: &RuleSet, owner: Owner) -> (Option<&str>, &str) {
    match owner {
        Owner::Rule(rule) => (Some(&rules[rule].name), &rules[rules[rule].slot].name),
        Owner::Fallback(slot) => (None, &rules[slot].name),
    }
}

fn name(rules: &RuleSet, owner: Owner) -> String {
    match owner {
        Owner::Rule(rule) => rules[rule].name.clone(),
        Owner::Fallback(slot) => format!("fallback of {}", rules[slot].name),
    }
}

/// `no or unknown`
fn either(answers: &[&str]) -> String {
    match answers {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
