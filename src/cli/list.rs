//! `cater list`: every rule with owner, metric, audience in words and review date.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{Ended, Format, Outcome, worlds};
use crate::diagnostics::{self, codes};
use crate::model::show::{
    show_audience, show_cap, show_channels, show_expression, show_order, show_substitute, show_where,
};
use crate::model::{Rule, RuleId, RuleSet, SlotId};
use crate::value::show_date;

/// List the rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only the rules of this slot.
    #[arg(long)]
    slot: Option<String>,
    /// Only the rules of this owner.
    #[arg(long)]
    owner: Option<String>,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load_checked(&arguments.folder, &arguments.trusting)?;
    let errors = loaded.has_errors();
    if errors && terminal.format != Format::Json {
        terminal.say(format!(
            "{}: some rules are in error and not listed; `cater check` says why",
            loaded.world.root.display()
        ));
    }
    let Some(rules) = &loaded.rules else {
        terminal.findings(&loaded.findings, &loaded.sources);
        return Ok(Ended::Found);
    };
    if let Some(slot) = &arguments.slot
        && rules.slot_named(slot).is_none()
    {
        return Err(no_slot(rules, slot));
    }
    if let Some(owner) = &arguments.owner {
        is_owner(rules, owner)?;
    }
    let wanted = |rule: &Rule| {
        arguments.slot.as_ref().is_none_or(|slot| rules[rule.slot].name == *slot)
            && arguments.owner.as_ref().is_none_or(|owner| rule.owner.as_ref() == Some(owner))
    };
    let in_order = (0..rules.slots.len()).flat_map(|slot| rules[SlotId::from_index(slot)].order.iter().copied());
    let listed: Vec<RuleId> = in_order.filter(|id| wanted(&rules[*id])).collect();
    if terminal.format == Format::Json {
        let all: Vec<_> = listed.iter().map(|id| machine(rules, *id)).collect();
        terminal.json(&serde_json::Value::Array(all));
    } else {
        people(rules, &listed, terminal);
    }
    Ok(if errors { Ended::Found } else { Ended::Clean })
}

/// Refuses the first of these names that is no slot's.
pub(super) fn slots_exist(rules: &RuleSet, names: &[String]) -> Result<(), super::CannotRun> {
    let unknown = names.iter().find(|name| rules.slot_named(name).is_none());
    unknown.map_or(Ok(()), |name| Err(no_slot(rules, name)))
}

/// What to say of a slot that does not exist.
pub(super) fn no_slot(rules: &RuleSet, name: &str) -> super::CannotRun {
    let names: Vec<&str> = rules.slots.iter().map(|slot| slot.name.as_str()).collect();
    let refused = super::CannotRun::new(&codes::run::NO_SUCH_SLOT, format!("there is no slot `{name}`"));
    match diagnostics::nearest(name, names.iter().copied()) {
        Some(meant) => refused.help(format!("did you mean `{meant}`?")),
        None => refused.help(format!("the slots are {}", names.join(", "))),
    }
}

/// Whether any rule has this owner; else nothing would be listed, as if all were well.
fn is_owner(rules: &RuleSet, name: &str) -> Result<(), super::CannotRun> {
    let owners: BTreeSet<&str> = rules.rules.iter().filter_map(|rule| rule.owner.as_deref()).collect();
    if owners.contains(name) {
        return Ok(());
    }
    let refused = super::CannotRun::new(&codes::run::NO_SUCH_OWNER, format!("no rule has the owner `{name}`"));
    Err(match diagnostics::nearest(name, owners.iter().copied()) {
        Some(meant) => refused.help(format!("did you mean `{meant}`?")),
        None if owners.is_empty() => refused.help("no rule says who owns it; add `owner \"name\"` to the rules"),
        None => refused.help(format!("the owners are {}", owners.into_iter().collect::<Vec<_>>().join(", "))),
    })
}

fn people(rules: &RuleSet, listed: &[RuleId], terminal: &Terminal) {
    let mut slot = None;
    for id in listed {
        let rule = &rules[*id];
        if slot != Some(rule.slot) {
            let of = &rules[rule.slot];
            let gap = if slot.is_some() { "\n" } else { "" };
            let label = if of.label.is_empty() { String::new() } else { format!(": {}", of.label) };
            terminal.line(terminal.styled("1", &format!("{gap}{} {}{label}", of.name, show_where(rules, of))));
            slot = Some(rule.slot);
        }
        let state = rule.off.as_ref().map(|why| format!(", off: {why}")).unwrap_or_default();
        let order = Some(show_order(rules, *id)).filter(|order| !order.is_empty());
        let order = order.map(|order| format!(", {order}")).unwrap_or_default();
        terminal.line(format!("  {} ({}{order}{state})", rule.name, rule.class.word()));
        let caps: Vec<String> =
            rule.caps.iter().chain(&rules[rule.show].caps).map(|cap| show_cap(rules, *cap)).collect();
        let substitutes =
            [("if capped", rule.if_capped), ("if no consent", rule.if_no_consent), ("if unknown", rule.if_unknown)];
        let mut lines: Vec<(&str, Option<String>)> = vec![
            ("about", rule.about.clone()),
            ("who", Some(show_audience(rules, *id))),
            (if rules.sends(rule.slot) { "gets" } else { "sees" }, Some(rules[rule.show].name.clone())),
            ("by", rules.sends(rule.slot).then(|| show_channels(rules, rules.channels_of(rule)))),
            ("score", rule.rank.as_ref().map(|rank| show_expression(rules, &rank.by))),
            ("also", (!rule.tasks.is_empty()).then(|| rule.tasks.join(", "))),
            ("at most", (!caps.is_empty()).then(|| caps.join("; "))),
        ];
        lines.extend(substitutes.map(|(word, found)| (word, found.map(|found| show_substitute(rules, *id, found)))));
        lines.push(("owner", rule.owner.clone()));
        lines.push(("metric", rule.metric.clone()));
        lines.push(("review", rule.review_by.map(show_date)));
        for (word, text) in lines {
            if let Some(text) = text {
                terminal.line(format!("    {word:13}  {text}"));
            }
        }
    }
}

fn machine(rules: &RuleSet, id: RuleId) -> serde_json::Value {
    let rule = &rules[id];
    let caps: Vec<String> = rule.caps.iter().chain(&rules[rule.show].caps).map(|cap| show_cap(rules, *cap)).collect();
    let substitute = |found: Option<crate::model::Substitute>| found.map(|found| show_substitute(rules, id, found));
    json!({
        "rule": rule.name,
        "slot": rules[rule.slot].name,
        "class": rule.class.word(),
        "order": show_order(rules, id),
        "about": rule.about,
        "audience": show_audience(rules, id),
        "needs": rule.needs.iter().map(|purpose| rules[*purpose].name.as_str()).collect::<Vec<_>>(),
        "score": rule.rank.as_ref().map(|rank| show_expression(rules, &rank.by)),
        "shows": rules[rule.show].name,
        "by": rules.channels_of(rule).iter().map(|channel| rules[*channel].name.as_str()).collect::<Vec<_>>(),
        "tasks": rule.tasks,
        "caps": caps,
        "if_capped": substitute(rule.if_capped),
        "if_no_consent": substitute(rule.if_no_consent),
        "if_unknown": substitute(rule.if_unknown),
        "owner": rule.owner,
        "metric": rule.metric,
        "ticket": rule.ticket,
        "review_by": rule.review_by.map(show_date),
        "off": rule.off,
    })
}
