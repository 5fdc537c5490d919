//! `cater pressure`: the most that a customer can receive, and whether that is within the budgets of `cater.toml`.

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
use crate::analysis::pressure::{Pressure, Rolling, Scope, pressure};
use crate::diagnostics::{codes, nearest};
use crate::model::RuleSet;
use crate::value::Instant;

/// Say how much a customer can receive.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// From when on; what was over by then is over. Instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Show the whole schedule of a figure, such as `email.week` or `total.month`.
    #[arg(long, value_name = "FIGURE")]
    how: Vec<String>,
    /// Print the JSON Schema of what `--format json` writes.
    #[arg(long, exclusive = true)]
    schema: bool,
    #[command(flatten)]
    trusting: Trusting,
}

/// The JSON Schema of the result.
const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/pressure.schema.json"));

/// A figure that is asked for.
pub(super) type Asked = (Scope, Rolling);

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        terminal.text(SCHEMA);
        return Ok(Ended::Clean);
    }
    let loaded = worlds::load_checked(&arguments.folder, &arguments.trusting)?;
    let Some(rules) = loaded.runnable() else {
        loaded.world.in_error(&loaded.findings, &loaded.sources, "nothing is said of its pressure", terminal);
        return Ok(Ended::Found);
    };
    let from = settings::NOW.choose(arguments.now, loaded.world.settings())?.value;
    let asked: Vec<Asked> = arguments.how.iter().map(|name| figure(rules, name)).collect::<Result<_, _>>()?;
    let budgets = match loaded.world.config.as_ref() {
        Some(config) => config.budgets(rules).map_err(CannotRun::from)?,
        None => Vec::new(),
    };
    let found = pressure(rules, &Options { from, ..Options::default() });
    let findings = budgets::findings(rules, &found, &budgets);
    match terminal.format {
        Format::Json => terminal.json(&machine::json(rules, &found, &budgets, &findings, &loaded.sources)),
        Format::Human | Format::Plain => {
            people::print(rules, &found, &asked, &loaded.sources, terminal);
            terminal.findings(&findings, &loaded.sources);
            terminal.say(summary(&loaded.world.root.display().to_string(), &found, budgets.len(), findings.len()));
        }
    }
    Ok(if findings.is_empty() { Ended::Clean } else { Ended::Found })
}

fn summary(name: &str, found: &Pressure, budgets: usize, over: usize) -> String {
    let without = found.figures.iter().filter(|figures| figures.scope == Scope::Total);
    let unlimited: usize = without.map(|figures| words::bringers(&figures.unlimited).len()).sum();
    let unlimited = match unlimited {
        0 => "everything that is sent is limited".to_owned(),
        1 => "1 thing is sent without a limit".to_owned(),
        more => format!("{more} things are sent without a limit"),
    };
    let sends = found.figures.iter().any(|figures| figures.scope == Scope::Total);
    let unlimited = if sends { unlimited } else { "nothing is sent".to_owned() };
    match (budgets, over) {
        (0, _) => format!("{name}: {unlimited}; no budget to hold it against"),
        (_, 0) => format!("{name}: {unlimited}; {} kept", counted(budgets, "budget")),
        (_, over) => format!("{name}: {unlimited}; {over} of {} not kept", counted(budgets, "budget")),
    }
}

/// `email.week`
fn figure(rules: &RuleSet, name: &str) -> Result<Asked, CannotRun> {
    let refused =
        |help: String| CannotRun::new(&codes::run::BAD_ARGUMENT, format!("there is no figure `{name}`")).help(help);
    let (of, stretch) = name.rsplit_once('.').unwrap_or((name, ""));
    let scopes = words::scopes(rules);
    let Some((_, scope)) = scopes.iter().find(|(known, _)| known == of) else {
        let names: Vec<&str> = scopes.iter().map(|(name, _)| name.as_str()).collect();
        return Err(refused(match nearest(of, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("name one of {} and a day, week or month: `total.week`", names.join(", ")),
        }));
    };
    let stretch =
        Rolling::from_word(stretch).ok_or_else(|| refused(format!("write `{of}.day`, `{of}.week` or `{of}.month`")))?;
    Ok((*scope, stretch))
}
