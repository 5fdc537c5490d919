//! `cater check`: what is wrong or odd; with `--fix`, what certainly mends it; with a baseline, what is new of it.

mod diff;
mod fits;
mod fix;
mod known;
mod prove;
pub(super) mod tell;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::baseline::Top;
use super::terminal::Terminal;
use super::worlds::{Which, World};
use super::{CannotRun, Ended, Outcome, customer, settings, worlds};
use crate::compile::Compiled;
use crate::diagnostics::{self, Severity, render};
use crate::value::Instant;
use known::Writing;
use tell::{Output, Teller};

/// Read, check and analyse rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folders or `.rules` files; the current folder if none is given.
    paths: Vec<PathBuf>,
    /// From which severity on findings give exit code 1, instead of what cater.toml says; errors if it says nothing.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_level: Option<FailLevel>,
    /// As of when reviews are overdue and rules are over, instead of the world's `now` (without one: reviews by the clock).
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Apply every fix that is certain, then say what is left.
    #[arg(long)]
    fix: bool,
    /// With `--fix`: change nothing, show a diff; exit code 1 if anything would change.
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// Prove again, apart from the search, that the rules never win of which that is said; the summary says in how many cases.
    #[arg(long)]
    prove: bool,
    /// Set aside the old findings that this file lists, instead of those that cater.toml names.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found to the baseline, so that from now on only new findings count.
    #[arg(long, conflicts_with = "fix")]
    write_baseline: bool,
    /// Write to this file, whole or not at all, instead of standard output; for every format but human and plain.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 0 whatever is found, and still with 2 where something could not run.
    #[arg(long)]
    exit_zero: bool,
    /// Print the JSON Schema of what `--format json` writes instead.
    #[arg(long, exclusive = true)]
    schema: bool,
}

/// From which severity on findings fail a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailLevel {
    /// Errors only.
    Error,
    /// Warnings too.
    Warning,
    /// Notes too.
    Note,
}

impl From<Severity> for FailLevel {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

impl FailLevel {
    fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        terminal.text(render::SCHEMA);
        return Ok(Ended::Clean);
    }
    let output = Output::new(arguments, terminal)?;
    let mut teller = Teller::new(output, Top::find()?);
    match check(arguments, terminal, &mut teller) {
        Ok(_) if arguments.exit_zero => Ok(Ended::Clean),
        Ok(true) => Ok(Ended::Found),
        Ok(false) => Ok(Ended::Clean),
        Err(refused) => {
            // Whoever reads the file must see there, too, that something could not run.
            teller.refused(&refused, terminal);
            Err(refused)
        }
    }
}

/// What was found of one world.
struct Looked {
    compiled: Compiled,
    /// What in `cater.toml` and its data does not fit the rules.
    misfits: Vec<CannotRun>,
    /// What was mended, in words; empty where nothing was.
    fixed: String,
    /// What came of proving everything again.
    proved: Option<prove::Proved>,
    /// For machines, a file each.
    files: Vec<serde_json::Value>,
    /// From which severity on findings fail the run.
    level: FailLevel,
    /// What is set aside.
    baseline: Option<PathBuf>,
}

/// Checks every world and tells what was found; whether anything fails the run.
fn check(arguments: &Arguments, terminal: &Terminal, teller: &mut Teller) -> Result<bool, CannotRun> {
    let mut worlds = worlds::find(&arguments.paths)?;
    for world in &mut worlds {
        if let Some(file) = &arguments.baseline {
            world.baseline = Which::This(file.clone());
        }
    }
    teller.output.spares(&worlds)?;
    let mut writing = arguments.write_baseline.then(Writing::default);
    let mut failed = false;
    for mut world in worlds {
        let file = world.baseline_file()?;
        if let Some(writing) = &mut writing {
            world.baseline = Which::None;
            let looked = look(&world, arguments, terminal, file)?;
            writing.add(world, looked, &teller.top)?;
            continue;
        }
        let looked = look(&world, arguments, terminal, file)?;
        failed |= looked.proved.as_ref().is_some_and(|proved| !proved.holds);
        failed |= teller.world(&world, looked, arguments, terminal)?;
    }
    let mut is_settled = true;
    if let Some(writing) = writing {
        let (looked, is_written) = writing.write(&teller.top, terminal)?;
        failed |= !is_written;
        is_settled = is_written;
        for (world, looked) in looked {
            failed |= teller.world(&world, looked, arguments, terminal)?;
        }
    }
    // A baseline that could not be written may not be there.
    if is_settled {
        failed |= teller.outdated(terminal)?;
    }
    teller.end(arguments, terminal)?;
    Ok(failed)
}

fn look(
    world: &World,
    arguments: &Arguments,
    terminal: &Terminal,
    baseline: Option<PathBuf>,
) -> Result<Looked, CannotRun> {
    let (compiled, fixed, files) = if arguments.fix {
        let fix::Fixed { compiled, summary, files } = fix::run(world, arguments.now, arguments.dry_run, terminal)?;
        (compiled, summary, files)
    } else {
        (world.review(arguments.now)?, String::new(), Vec::new())
    };
    let misfits = match (&compiled.rules, &world.config) {
        (Some(rules), Some(config)) if diagnostics::worst(&compiled.diagnostics) < Some(Severity::Error) => {
            fits::misfits(rules, world, config)?
        }
        (_, Some(config)) => fits::absent(config),
        (_, None) => Vec::new(),
    };
    let level = settings::FAIL_LEVEL.choose(arguments.fail_level, world.settings())?.or(FailLevel::Error);
    let from = settings::NOW.choose(arguments.now, world.settings())?.value;
    let proved = arguments.prove.then(|| prove::prove(&compiled, from)).flatten();
    Ok(Looked { compiled, misfits, fixed, proved, files, level, baseline })
}

/// The envelopes of several worlds as one.
pub(super) fn joined(envelopes: Vec<serde_json::Value>) -> serde_json::Value {
    let lists =
        envelopes.into_iter().filter_map(|mut envelope| envelope.get_mut("diagnostics").map(serde_json::Value::take));
    let all: Vec<serde_json::Value> =
        lists.flat_map(|list| if let serde_json::Value::Array(list) = list { list } else { Vec::new() }).collect();
    render::envelope(all)
}
