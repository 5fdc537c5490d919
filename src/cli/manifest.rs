//! `cater manifest`: the data that each slot needs, purpose by purpose, and the proof that without a purpose nothing that it
//! opens has a say: the page that a privacy officer signs.

mod describe;
mod machine;
mod page;
mod write;

use std::path::PathBuf;

use clap::Args;

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{Ended, Format, Outcome, Spelling, customer, worlds};
use crate::analysis::consent;
use crate::bundle;
use crate::value::Instant;

/// What `--format json` writes, as a JSON schema (draft 7).
const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/manifest.schema.json"));

/// Print what each slot needs of customers, and what for.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only these slots.
    #[arg(long, value_name = "NAME")]
    slot: Vec<String>,
    /// The day that stands on the page, instead of the world's `now` or today.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Print the JSON schema of what `--format json` writes, and do nothing else.
    #[arg(long)]
    schema: bool,
    #[command(flatten)]
    trusting: Trusting,
}

/// What stands at the head of the page.
pub(super) struct Head {
    /// The folder or file, as it was named.
    name: String,
    /// The revision that a bundle of the rules has.
    revision: String,
    /// The day.
    now: Instant,
    /// Whether only some of the slots are on the page.
    is_part: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        terminal.text(SCHEMA);
        return Ok(Ended::Clean);
    }
    let loaded = worlds::load_checked(&arguments.folder, &arguments.trusting)?;
    let Some(rules) = loaded.runnable() else {
        // Nobody signs for rules of which some are not there.
        loaded.world.in_error(&loaded.findings, &loaded.sources, "nothing is said of what they need", terminal);
        return Ok(Ended::Found);
    };
    let leaks = consent::leaks(rules);
    if !leaks.is_empty() {
        loaded.world.in_error(&leaks, &loaded.sources, "there is nothing to sign", terminal);
        return Ok(Ended::Found);
    }
    let mut needs = consent::needs(rules);
    super::list::slots_exist(rules, &arguments.slot)?;
    if !arguments.slot.is_empty() {
        needs.slots.retain(|slot| arguments.slot.contains(&rules[slot.slot].name));
    }
    let head = Head {
        name: arguments.folder.display().to_string(),
        revision: bundle::revision(rules, &loaded.world.portable(&loaded.sources))?,
        now: customer::now(arguments.now, loaded.world.settings())?,
        is_part: !arguments.slot.is_empty(),
    };
    match terminal.format {
        Format::Json => terminal.json(&machine::machine(rules, &needs, &head)),
        Format::Human | Format::Plain => {
            let parts = page::page(rules, &needs, &head);
            match terminal.manner.format.spelling() {
                Spelling::Markdown => terminal.text(write::markdown(&parts)),
                Spelling::Human
                | Spelling::Plain
                | Spelling::Json
                | Spelling::Sarif
                | Spelling::Github
                | Spelling::Gitlab
                | Spelling::Junit => terminal.text(write::text(&parts, |title| terminal.styled("1", title))),
            }
        }
    }
    Ok(Ended::Clean)
}
