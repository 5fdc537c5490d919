//! `cater cost`: that every slot answers whatever is known, whom it leaves with nothing, and how many questions a decision
//! asks at most; and whether that is within the budgets of `cater.toml`.

mod budgets;
mod machine;
mod people;
mod words;

use std::path::PathBuf;

use clap::Args;

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, customer, settings, worlds};
use crate::analysis::Options;
use crate::analysis::cost::{SlotCost, cost};
use crate::value::Instant;

/// Say whom a slot leaves with nothing, and what a decision costs at most.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only these slots.
    #[arg(long, value_name = "NAME")]
    slot: Vec<String>,
    /// From when on; what was over by then is over. Instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Show the whole way on which so much is asked, candidate by candidate.
    #[arg(long)]
    path: bool,
    /// Print the JSON Schema of what `--format json` writes.
    #[arg(long, exclusive = true)]
    schema: bool,
    #[command(flatten)]
    trusting: Trusting,
}

/// The JSON Schema of the result.
const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/cost.schema.json"));

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        terminal.text(SCHEMA);
        return Ok(Ended::Clean);
    }
    let loaded = worlds::load_checked(&arguments.folder, &arguments.trusting)?;
    let Some(rules) = loaded.runnable() else {
        loaded.world.in_error(&loaded.findings, &loaded.sources, "nothing is said of what they cost", terminal);
        return Ok(Ended::Found);
    };
    super::list::slots_exist(rules, &arguments.slot)?;
    let from = settings::NOW.choose(arguments.now, loaded.world.settings())?.value;
    let budgets = match loaded.world.config.as_ref() {
        Some(config) => config.cost_budgets(rules).map_err(CannotRun::from)?,
        None => Vec::new(),
    };
    let mut found = cost(rules, &Options { from, ..Options::default() });
    if !arguments.slot.is_empty() {
        found.retain(|slot| arguments.slot.contains(&rules[slot.slot].name));
    }
    let held = budgets::held(&found, &budgets);
    let findings = budgets::findings(rules, &held);
    match terminal.format {
        Format::Json => terminal.json(&machine::json(rules, &found, &held, &findings, &loaded.sources)),
        Format::Human | Format::Plain => {
            people::print(rules, &found, arguments.path, terminal);
            terminal.findings(&findings, &loaded.sources);
            terminal.say(summary(&loaded.world.root.display().to_string(), &found, held.len(), findings.len()));
        }
    }
    Ok(if findings.is_empty() { Ended::Clean } else { Ended::Found })
}

fn summary(name: &str, found: &[SlotCost], budgets: usize, over: usize) -> String {
    let sure = found.iter().filter(|slot| slot.nothing.is_nobody()).count();
    let budgets = match (budgets, over) {
        (0, _) => "no budget to hold it against".to_owned(),
        (_, 0) => format!("{} kept", counted(budgets, "budget")),
        (_, over) => format!("{over} of {} not kept", counted(budgets, "budget")),
    };
    format!("{name}: {} of {} always show something; {budgets}", sure, counted(found.len(), "slot"))
}
