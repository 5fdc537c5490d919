//! `cater check`: what is wrong or odd; with `--fix`, what certainly mends it.

mod diff;
mod fits;
mod fix;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, customer, settings, worlds};
use crate::compile::mend::mendable;
use crate::diagnostics::{self, Severity, render};
use crate::value::Instant;

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
    let worlds = worlds::find(&arguments.paths)?;
    let mut failed = false;
    let mut machine = Machine::default();
    for world in &worlds {
        let (compiled, fixed) = if arguments.fix {
            let fix::Fixed { compiled, summary, files } = fix::run(world, arguments.now, arguments.dry_run, terminal)?;
            failed |= arguments.dry_run && !files.is_empty();
            machine.fixed.extend(files);
            (compiled, summary)
        } else {
            (world.review(arguments.now)?, String::new())
        };
        let misfits = match (&compiled.rules, &world.config) {
            (Some(rules), Some(config)) if diagnostics::worst(&compiled.diagnostics) < Some(Severity::Error) => {
                fits::misfits(rules, world, config)?
            }
            (_, Some(config)) => fits::absent(config),
            (_, None) => Vec::new(),
        };
        failed |= !misfits.is_empty();
        let level = settings::FAIL_LEVEL.choose(arguments.fail_level, world.settings())?.or(FailLevel::Error);
        failed |= diagnostics::worst(&compiled.diagnostics) >= Some(level.severity());
        if terminal.format == Format::Json {
            machine.findings.push(render::json(&compiled.diagnostics, &compiled.sources));
            machine.findings.extend(misfits.iter().map(CannotRun::machine));
            machine.allowed.extend(render::json_allowed(&compiled.allowed, &compiled.sources));
            continue;
        }
        // What is left after a dry run stands at places that no file has.
        if !arguments.dry_run || fixed.is_empty() {
            terminal.findings(&compiled.diagnostics, &compiled.sources);
        }
        misfits.iter().for_each(|misfit| terminal.found(misfit));
        let right = compiled.rules.as_ref().map_or(0, |rules| rules.rules.len());
        let wrong = compiled.program.left_out.len();
        let rules = match wrong {
            0 => counted(right, "rule"),
            _ => format!("{} ({wrong} left out)", counted(right + wrong, "rule")),
        };
        let slots = compiled.rules.as_ref().map_or(0, |rules| rules.slots.len());
        let found = render::count(&compiled.diagnostics);
        let data = match misfits.iter().map(CannotRun::count).sum() {
            0 => String::new(),
            errors => format!("{} in cater.toml and its data", counted(errors, "error")),
        };
        let found = match (found.is_empty(), data.is_empty()) {
            (true, true) => "no findings".to_owned(),
            (false, false) => format!("{found}, {data}"),
            (_, _) => format!("{found}{data}"),
        };
        let allowed = match compiled.allowed.len() {
            0 => String::new(),
            count => format!(", {count} allowed"),
        };
        // After a `--fix` nothing is left that another would mend.
        let mends =
            if arguments.fix { 0 } else { mendable(&compiled, &world.sources()?, &world.compiler(arguments.now)?) };
        let fixed = match mends {
            _ if !fixed.is_empty() => format!("; {fixed}"),
            0 => fixed,
            count => format!("; `--fix` mends {count}"),
        };
        terminal.say(format!(
            "{}: {} in {}: {found}{allowed}{fixed}",
            world.root.display(),
            rules,
            counted(slots, "slot")
        ));
    }
    if terminal.format == Format::Json {
        terminal.json(&machine.joined(arguments.fix));
    }
    Ok(if failed { Ended::Found } else { Ended::Clean })
}

/// What is said to machines about all worlds.
#[derive(Default)]
struct Machine {
    findings: Vec<serde_json::Value>,
    allowed: Vec<serde_json::Value>,
    fixed: Vec<serde_json::Value>,
}

impl Machine {
    fn joined(self, fixes: bool) -> serde_json::Value {
        let mut whole = joined(self.findings);
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("allowed".to_owned(), self.allowed.into());
            if fixes {
                fields.insert("fixed".to_owned(), self.fixed.into());
            }
        }
        whole
    }
}

/// The envelopes of several worlds as one.
pub(super) fn joined(envelopes: Vec<serde_json::Value>) -> serde_json::Value {
    let lists =
        envelopes.into_iter().filter_map(|mut envelope| envelope.get_mut("diagnostics").map(serde_json::Value::take));
    let all: Vec<serde_json::Value> =
        lists.flat_map(|list| if let serde_json::Value::Array(list) = list { list } else { Vec::new() }).collect();
    render::envelope(all)
}
