//! `cater import`: what another system counted so far, taken into a state, so that caps go on where it ended.
//!
//! All of a table lands or nothing does, and it lands once: every row must be right, since what is passed over would let
//! somebody be shown what they have seen often enough.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::states::{self, State};
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, customer, settings, tables, worlds};
use crate::diagnostics::{codes, nearest};
use crate::model::{RuleSet, Verified};
use crate::runtime::data::{BadRow, EventIndex};
use crate::runtime::import::{ImportError, Imported, import};
use crate::value::{Instant, show_instant};

/// Take what happened so far into a state.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle.
    folder: PathBuf,
    /// What happened: a table as for `cater decide --events`, with `times` for what happened several times.
    table: PathBuf,
    /// Customers with the attributes by which caps count together, instead of the world's.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// The character between the cells of `--customers`.
    #[arg(long, value_name = "CHARACTER", requires = "customers", value_parser = tables::delimiter)]
    delimiter: Option<u8>,
    /// The state, instead of the world's: a file, made if it is not there, or `redis://HOST:PORT`.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// For how many days what happened is kept there; for good, if nobody says. Rules that look back further are refused.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<std::num::NonZeroU32>,
    /// When it is taken in, instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load(&arguments.folder, &arguments.trusting)?;
    let world = &loaded.world;
    let Some(rules) = loaded.runnable() else {
        world.in_error(&loaded.findings, &loaded.sources, "nothing was imported", terminal);
        return Ok(Ended::Found);
    };
    let now = customer::now(arguments.now, world.settings())?;
    let Some(path) = settings::STATE.choose(arguments.state.clone(), world.config.as_ref())?.value else {
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "nobody says which state is to remember it")
            .help("name a file, made if it is not there: --state FILE, or `state` in cater.toml"));
    };
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, world.settings())?.value;
    states::reach_back(rules, keep)?;
    let table = &arguments.table;
    let bytes = std::fs::read(table).map_err(|error| CannotRun::unreadable(table, &error))?;
    let files = customer::Files {
        consent: None,
        events: Some(table),
        customers: &arguments.customers,
        delimiter: arguments.delimiter,
    };
    let known = customer::Known::open(rules, world, now, files, terminal)?;
    is_right(rules, &known.events, table, now)?;
    let state = State::open(&path, true)?.keeping(keep);
    match import(rules, state.store(), &known.events, &bytes, now) {
        Ok(imported) => {
            say(imported, terminal);
            Ok(Ended::Clean)
        }
        Err(why) => {
            // Of a run that came to nothing no empty state is left.
            state.take_back();
            Err(match why {
                ImportError::State(why) => why.into(),
                ImportError::Before => {
                    let message = format!("`{}` was imported into this state before", table.display());
                    CannotRun::new(&codes::data::IMPORTED_BEFORE, message)
                        .help("nothing was imported; name a table of what has happened since")
                }
            })
        }
    }
}

fn say(Imported { customers, events, records }: Imported, terminal: &mut Terminal) {
    if terminal.format == Format::Json {
        terminal.json(&json!({ "customers": customers, "events": events, "records": records }));
        return;
    }
    let together = match records {
        0 => String::new(),
        records => format!("; {} of others count some of it, too", counted(records, "record")),
    };
    terminal.line(format!("{} of {}{together}", counted(events, "event"), counted(customers, "customer")));
}

/// Refuses a table of which not every row can be used as it stands; all that is wrong is named.
fn is_right(rules: &Verified, events: &EventIndex, table: &Path, now: Instant) -> Result<(), CannotRun> {
    let file = table.display();
    let bad = |message: String, help: String| {
        CannotRun::new(&codes::data::BAD_HISTORY, format!("`{file}`{message}")).help(help)
    };
    let mend = "mend the row; nothing is imported before every row can be used";
    // What a row in doubt would count as does not matter here.
    let why = |row: &BadRow| row.why.split([':']).next().unwrap_or_default().to_owned();
    let row = |row: &BadRow| bad(format!(", line {}: {}", row.line, why(row)), mend.to_owned());
    let mut all: Vec<CannotRun> = events.bad.first.iter().chain(&events.doubtful.first).map(row).collect();
    for (kind, _, names) in events.unknown_names() {
        for (name, count) in names {
            let rows = counted(usize::try_from(*count).unwrap_or(usize::MAX), "row");
            let message = format!(": the rules do not have the {kind} `{name}` of {rows}");
            let help = match nearest(name, known(rules, kind)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "write a name that the rules have; what they do not know they could not count".to_owned(),
            };
            all.push(bad(message, help));
        }
    }
    for (event, count) in events.after(now.plus(rules.defaults.skew)) {
        let rows = counted(usize::try_from(count).unwrap_or(usize::MAX), "row");
        let message = format!(": `{event}` of {rows} is still to come, and it is {} now", show_instant(now));
        all.push(bad(message, "import what has happened, or say `--now` where the clock is wrong".to_owned()));
    }
    for event in rules.events.iter().filter(|event| !event.fields.is_empty()) {
        if events.tells(&event.name) {
            let message = format!(": a state keeps no fields of events, and `{}` has some", event.name);
            let help = "leave it with the customers: `events` in cater.toml, or `--events`".to_owned();
            all.push(bad(message, help));
        }
    }
    let mut all = all.into_iter();
    match all.next() {
        Some(first) => Err(CannotRun { others: all.collect(), ..first }),
        None => Ok(()),
    }
}

/// The names of that kind that the rules have.
fn known<'r>(rules: &'r RuleSet, kind: &str) -> Vec<&'r str> {
    match kind {
        "event" => rules.events.iter().map(|event| event.name.as_str()).collect(),
        "offer" => rules.offers.iter().map(|offer| offer.name.as_str()).collect(),
        "tag" => rules.tags.iter().map(String::as_str).collect(),
        _ => rules.channels.iter().map(|channel| channel.name.as_str()).collect(),
    }
}
