//! `cater diff`: whom a change of the rules touches, in customers instead of lines.

mod base;
mod cells;
mod hosted;
mod operand;
mod print;

use std::path::PathBuf;

use clap::Args;

use super::bundles::Trusting;
use super::terminal::Terminal;
use super::{CannotRun, Ended, Outcome, Spelling, customer, settings, tables};
use crate::analysis::Options;
use crate::analysis::diff::{Comparison, Differences, Kind, Region};
use crate::diagnostics::codes;
use crate::model::Verified;
use crate::runtime::data::ANY_CHANGE;
use crate::value::Instant;
use base::Counted;
use operand::Operand;

/// Say whose decisions a change of the rules touches.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rules as they were: a folder, a file, a bundle, a git revision, or two revisions as `main..HEAD`.
    #[arg(value_name = "OLD", required_unless_present = "schema")]
    old: Option<String>,
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
    /// Kinds of change that end the run with exit code 1; `any` is every one, `none` is none. What was not decided does
    /// too. Instead of the new world's `fail_on`.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    fail_on: Vec<FailOn>,
    /// Print the JSON Schema of what `--format json` writes.
    #[arg(long, exclusive = true)]
    schema: bool,
    #[command(flatten)]
    trusting: Trusting,
}

/// The JSON Schema of the result.
const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/diff.schema.json"));

/// What stops a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailOn {
    /// Every kind of change.
    Any,
    /// Nothing, whatever `cater.toml` says.
    None,
    /// This one.
    Kind(Kind),
}

impl FailOn {
    /// As it is written.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            ANY_CHANGE => Some(Self::Any),
            "none" => Some(Self::None),
            other => Kind::from_word(other).map(Self::Kind),
        }
    }
}

pub(super) fn kind(text: &str) -> Result<FailOn, String> {
    let names = Kind::ALL.map(Kind::word).join(", ");
    FailOn::from_word(text).ok_or_else(|| format!("a kind of change is one of {names}, any, or none"))
}

/// What a flag says; nothing where it was left out.
pub(super) fn given(flag: &[FailOn]) -> Option<Vec<FailOn>> {
    (!flag.is_empty()).then(|| flag.to_vec())
}

/// The kinds that stop a merge, in their order.
pub(super) fn kinds(fail_on: Option<&[FailOn]>) -> Vec<Kind> {
    let stops = |kind: &Kind| {
        fail_on.unwrap_or_default().iter().any(|fail| match fail {
            FailOn::Any => true,
            FailOn::None => false,
            FailOn::Kind(other) => other == kind,
        })
    };
    Kind::ALL.into_iter().filter(stops).collect()
}

/// What a comparison came to, for whoever tells it.
struct Told<'t> {
    /// Old and new.
    sides: [&'t Operand; 2],
    rules: [&'t Verified; 2],
    found: &'t Differences<'t>,
    counts: Option<&'t Counted>,
    /// The kinds of change that stop a merge.
    stopping: &'t [Kind],
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let (false, Some(old)) = (arguments.schema, arguments.old.as_deref()) else {
        terminal.text(SCHEMA);
        return Ok(Ended::Clean);
    };
    let outcome = compare(arguments, old, terminal);
    if let Err(refused) = &outcome {
        hosted::refused(refused, terminal)?;
    }
    outcome
}

fn compare(arguments: &Arguments, old: &str, terminal: &Terminal) -> Outcome {
    let [old, new] = operand::both(old, arguments.new.as_deref(), &arguments.trusting)?;
    let Some(old_rules) = old.loaded.runnable() else {
        old.tell_errors(terminal);
        return Err(in_error(&old));
    };
    // What is wrong with the new rules is a finding about the change.
    let Some(new_rules) = new.loaded.runnable() else {
        hosted::in_error(&new, terminal)?;
        return Ok(Ended::Found);
    };
    let settings = new.loaded.world.settings();
    let from = settings::NOW.choose(arguments.now, settings)?.value;
    let stopping = kinds(settings::FAIL_ON.choose(given(&arguments.fail_on), settings)?.value.as_deref());
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
    let told = Told {
        sides: [&old, &new],
        rules: [old_rules, new_rules],
        found: &found,
        counts: counted.as_ref(),
        stopping: &stopping,
    };
    match terminal.manner.format.spelling() {
        Spelling::Markdown => terminal.deliver(&hosted::markdown(&told)?)?,
        Spelling::Github => hosted::github(&told, terminal)?,
        Spelling::Human | Spelling::Plain | Spelling::Json | Spelling::Sarif | Spelling::Gitlab | Spelling::Junit => {
            print::print(&told, terminal);
        }
    }
    Ok(if told.fails() { Ended::Found } else { Ended::Clean })
}

fn in_error(side: &Operand) -> CannotRun {
    let message = format!("the rules of `{}` are in error, so nothing can be compared with them", side.name);
    CannotRun::new(&codes::run::NOT_COMPARABLE, message)
        .help("compare with a state of the rules that passes `cater check`")
}

impl Told<'_> {
    /// Whether something was found that stops a merge. A difference nobody could explain is no fine one.
    fn fails(&self) -> bool {
        let mut regions = self.found.slots.iter().flat_map(|slot| &slot.regions);
        !self.stopping.is_empty() && (self.is_open() || regions.any(|region| self.stops(region)))
    }

    /// Whether something was not decided.
    fn is_open(&self) -> bool {
        self.found.slots.iter().any(|slot| !slot.open.is_empty()) || self.counts.is_some_and(Counted::is_open)
    }

    /// Whether a change stops a merge.
    fn stops(&self, region: &Region) -> bool {
        region.kinds.iter().any(|kind| self.stopping.contains(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::data::CHANGES;

    /// What `cater.toml` takes is what there is.
    #[test]
    fn the_file_and_the_flag_know_the_same_words() {
        assert_eq!(CHANGES, Kind::ALL.map(Kind::word));
        assert_eq!(kinds(Some(&[FailOn::Any])), Kind::ALL);
        assert_eq!(kinds(Some(&[FailOn::None])), []);
    }
}
