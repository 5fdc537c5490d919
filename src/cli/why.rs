//! `cater why CUSTOMER`: why one customer sees what they see, and why not something else.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::states::{self, State};
use super::terminal::Terminal;
use super::worlds::World;
use super::{CannotRun, Ended, Format, Outcome, customer, settings, tables, worlds};
use crate::diagnostics::codes;
use crate::eval;
use crate::eval::Explanation;
use crate::frame::{Frame, gather, reserve};
use crate::model::{RuleId, RuleSet, SlotId};
use crate::runtime::data::key_of;
use crate::value::{Instant, show_instant};

/// Say why one customer sees what they see.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle.
    folder: PathBuf,
    /// A customer's key, a `.json` file of one customer, or `-` for JSON on standard input.
    customer: String,
    /// Only this slot, as the only one of its request.
    #[arg(long)]
    slot: Option<String>,
    /// Only this rule: why not, and what would have to be different.
    #[arg(long)]
    rule: Option<String>,
    /// When, instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Customers to look the key up in instead of the world's, as `decide` takes them.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// The character between the cells of `--customers`.
    #[arg(long, value_name = "CHARACTER", requires = "customers", value_parser = tables::delimiter)]
    delimiter: Option<u8>,
    /// Records of consent instead of the world's, as `decide` takes them.
    #[arg(long, value_name = "FILE")]
    consent: Option<PathBuf>,
    /// What happened, instead of the world's events, as `decide` takes them.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// The file in which runs of `decide` remember what they showed; it is only read.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// For how many days what happened is kept there; for good, if nobody says. Rules that look back further are refused.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<NonZeroU32>,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load(&arguments.folder, &arguments.trusting)?;
    let world = &loaded.world;
    let Some(rules) = loaded.runnable() else {
        world.in_error(&loaded.findings, &loaded.sources, "nothing is explained", terminal);
        return Ok(Ended::Found);
    };
    let rule = arguments.rule.as_ref().map(|name| worlds::rule(rules, name)).transpose()?;
    let now = customer::now(arguments.now, world.settings())?;
    let files = customer::Files {
        consent: arguments.consent.as_deref(),
        events: arguments.events.as_deref(),
        customers: &arguments.customers,
        delimiter: arguments.delimiter,
    };
    let known = customer::Known::open(rules, world, now, files, terminal)?;
    let (tables, delimiter) = (&arguments.customers, arguments.delimiter);
    let customer = customer::facts(world, rules, &arguments.customer, tables, delimiter, &known)?;
    let doubts = known.doubts_of(rules, &customer);
    let mut facts = customer.facts;
    let store = state(arguments, world, rules)?;
    known.remember(rules, &mut facts, store.as_ref().map(State::store))?;
    let asked: Vec<String> = arguments.slot.iter().cloned().collect();
    let mut slots = customer::slots(rules, &asked, world.config.as_ref())?;
    if let Some(rule) = rule {
        let home = rules[rule].slot;
        if !asked.is_empty() && !slots.contains(&home) {
            let message = format!("rule `{}` stands in slot `{}`", rules[rule].name, rules[home].name);
            return Err(CannotRun::new(&codes::run::OTHER_SLOT, message).help("leave `--slot` out, or name that slot"));
        }
        if !slots.contains(&home) {
            slots.push(home);
        }
    }
    let mut explained = explained(rules, gather(rules, &facts), &slots);
    if let Some(rule) = rule {
        explained.retain(|(slot, ..)| *slot == rules[rule].slot);
    }
    let who = key_of(rules, &facts).unwrap_or("the customer");
    if terminal.format == Format::Json {
        let change =
            rule.zip(explained.first()).and_then(|(rule, (slot, frame, _))| eval::nearest(rules, frame, *slot, rule));
        let explanations: Vec<&Explanation> = explained.iter().map(|(.., explanation)| explanation).collect();
        let mut object =
            json!({ "customer": key_of(rules, &facts), "now": show_instant(facts.now), "slots": explanations });
        if let (false, Some(fields)) = (known.findings().is_empty(), object.as_object_mut()) {
            fields.insert("findings".to_owned(), json!(known.findings()));
        }
        doubts.add_to(&mut object);
        if let (Some(_), Some(fields)) = (rule, object.as_object_mut()) {
            fields.insert("smallest_change".to_owned(), json!(change));
        }
        terminal.json(&object);
        return Ok(Ended::Clean);
    }
    for (at, (_, frame, explanation)) in explained.iter().enumerate() {
        if at > 0 {
            terminal.line("");
        }
        match rule {
            Some(rule) => one_rule(rules, frame, rule, explanation, terminal),
            None => whole(explanation, who, terminal),
        }
    }
    doubts.say(terminal);
    Ok(Ended::Clean)
}

/// What runs of `decide` remembered. Nothing is written, so a file that is not there yet holds nothing; one that is asked
/// for by name must be there.
fn state(arguments: &Arguments, world: &World, rules: &RuleSet) -> Result<Option<State>, CannotRun> {
    let Some(path) = settings::STATE.choose(arguments.state.clone(), world.config.as_ref())?.value else {
        return Ok(None);
    };
    if arguments.state.is_none() && !states::is_there(&path) {
        return Ok(None);
    }
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, world.settings())?.value;
    states::reach_back(rules, keep)?;
    Ok(Some(State::open_known(&path, false, "decide --state")?.keeping(keep)))
}

/// Slot by slot, each with the frame it saw: what the ones before it show counts in it (R24).
fn explained(rules: &RuleSet, mut frame: Frame, slots: &[SlotId]) -> Vec<(SlotId, Frame, Explanation)> {
    let mut all = Vec::new();
    for slot in slots {
        all.push((*slot, frame.clone(), eval::explain(rules, &frame, *slot)));
        let decision = eval::decide(rules, &frame, *slot);
        reserve(rules, &mut frame, &decision);
    }
    all
}

fn whole(explanation: &Explanation, who: &str, terminal: &Terminal) {
    let mut lines = explanation.to_text().into_iter();
    if let Some(first) = lines.next() {
        terminal.line(terminal.styled("1", &first));
    }
    for line in lines {
        terminal.line(line);
    }
    if let Some(because) = &explanation.answer.because {
        terminal.line(format!("  {who} may read: \"{because}\""));
    }
}

/// What became of one rule, with what it gave its place to, and the least that would make it win.
fn one_rule(rules: &RuleSet, frame: &Frame, rule: RuleId, explanation: &Explanation, terminal: &Terminal) {
    terminal.line(terminal.styled("1", &explanation.headline()));
    let name = &rules[rule].name;
    for candidate in explanation.candidates.iter().filter(|candidate| candidate.who.rule() == Some(name)) {
        terminal.line(format!("  {candidate}"));
    }
    match eval::nearest(rules, frame, rules[rule].slot, rule) {
        Some(change) => terminal.line(format!("  {change}")),
        None if explanation.reasons(name).is_empty() => {}
        None => terminal.line("  no change of one or two facts would make it win"),
    }
}
