//! `cater diff`: whom a change of the rules touches, in customers instead of lines.

mod base;
mod operand;
mod print;

use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Outcome, customer, settings, tables};
use crate::analysis::Options;
use crate::analysis::diff::{Comparison, Differences, Kind};
use crate::diagnostics::codes;
use crate::value::Instant;
use base::Counted;
use operand::Operand;

/// Say whose decisions a change of the rules touches.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rules as they were: a folder, a file, a bundle, a git revision, or two revisions as `main..HEAD`.
    #[arg(value_name = "OLD")]
    old: String,
    /// The rules as they are; with two revisions, the folder that is looked at in both. The current folder if none is
    /// given.
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Only these slots.
    #[arg(long)]
    slot: Vec<String>,
    /// From when on; what was over by then is over. Instead of the new world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Count whose decisions change among these customers: CSV or JSON Lines, packed by gzip or not.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// The character between the cells of `--customers`.
    #[arg(long, value_name = "CHARACTER", requires = "customers", value_parser = tables::delimiter)]
    delimiter: Option<u8>,
    /// Records of consent for `--customers` instead of the new world's.
    #[arg(long, value_name = "FILE", requires = "customers")]
    consent: Option<PathBuf>,
    /// What happened to `--customers` instead of the new world's events.
    #[arg(long, value_name = "FILE", requires = "customers")]
    events: Option<PathBuf>,
    /// Kinds of change that end the run with exit code 1; `any` is every one. What was not decided does too.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    fail_on: Vec<FailOn>,
}

/// What stops a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailOn {
    /// Every kind of change.
    Any,
    /// This one.
    Kind(Kind),
}

fn kind(text: &str) -> Result<FailOn, String> {
    if text == "any" {
        return Ok(FailOn::Any);
    }
    let names = Kind::ALL.map(Kind::word).join(", ");
    Kind::from_word(text).map(FailOn::Kind).ok_or_else(|| format!("a kind of change is one of {names}, or any"))
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let [old, new] = operand::both(&arguments.old, arguments.new.as_deref())?;
    let Some(old_rules) = old.rules(terminal) else { return Err(in_error(&old)) };
    // What is wrong with the new rules is a finding about the change.
    let Some(new_rules) = new.rules(terminal) else { return Ok(Ended::Found) };
    let settings = new.loaded.world.settings();
    let from = settings::NOW.choose(arguments.now, settings)?.value;
    let comparison = Comparison::new(old_rules, new_rules).map_err(|apart| {
        let what: Vec<&str> = apart.into_iter().map(|what| what.word()).collect();
        CannotRun::new(&codes::run::NOT_COMPARABLE, format!("both sides differ in {}", what.join(" and ")))
            .help("every date and guardrail may mean something else then: make that change on its own")
    })?;
    let mut found = comparison.differences(&Options { from, ..Options::default() });
    if !arguments.slot.is_empty() {
        for name in &arguments.slot {
            if !found.slots.iter().any(|slot| slot.slot == *name) {
                return Err(super::list::no_slot(new_rules, name));
            }
        }
        found.slots.retain(|slot| arguments.slot.contains(&slot.slot));
    }
    let counted = match arguments.customers.as_slice() {
        [] => None,
        [_, ..] => Some(base::count(arguments, [&old, &new], [old_rules, new_rules], &found, terminal)?),
    };
    print::print([&old, &new], [old_rules, new_rules], &found, counted.as_ref(), terminal);
    Ok(if fails(arguments, &found, counted.as_ref()) { Ended::Found } else { Ended::Clean })
}

fn in_error(side: &Operand) -> CannotRun {
    let message = format!("the rules of `{}` are in error, so nothing can be compared with them", side.name);
    CannotRun::new(&codes::run::NOT_COMPARABLE, message)
        .help("compare with a state of the rules that passes `cater check`")
}

/// Whether something was found that stops a merge. A difference nobody could explain is no fine one.
fn fails(arguments: &Arguments, found: &Differences<'_>, counted: Option<&Counted>) -> bool {
    let stops = |kind: &Kind| {
        arguments.fail_on.iter().any(|fail| match fail {
            FailOn::Any => true,
            FailOn::Kind(other) => other == kind,
        })
    };
    let open = found.slots.iter().any(|slot| !slot.open.is_empty()) || counted.is_some_and(Counted::is_open);
    !arguments.fail_on.is_empty()
        && (open || found.slots.iter().flat_map(|slot| &slot.regions).any(|region| region.kinds.iter().any(stops)))
}
