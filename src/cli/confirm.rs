//! `cater confirm`: what was decided has happened, so it counts for good.
//!
//! All of them land in the state or none does. What comes late is a fact all the same, and is told; of a stock of which
//! nothing is left nothing is recorded, and that is told too.

use std::io::{BufRead, stdin};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::states::{self, State};
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, customer, settings, worlds};
use crate::diagnostics::codes;
use crate::model::{EventId, RuleSet, Verified};
use crate::runtime::Engine;
use crate::runtime::confirm::{ConfirmError, Confirmation, Confirmed};
use crate::runtime::data::{confirmation, confirmations, confirmations_from};
use crate::runtime::release::Released;
use crate::runtime::store::StateStore;
use crate::value::{Instant, show_instant};

/// How many unknown decisions are named.
const NAMED: usize = 5;

/// Record what has happened of what was decided.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle.
    folder: PathBuf,
    /// Ids of decisions, as `cater decide` gives them; `-` for one a line on standard input.
    #[arg(required_unless_present = "table", conflicts_with = "table")]
    decisions: Vec<String>,
    /// What has happened: shown, sent, clicked, an event of the rules; what it was decided for, if nobody says.
    #[arg(long, conflicts_with = "table")]
    event: Option<String>,
    /// When it happened; now, if nobody says.
    #[arg(long, value_name = "INSTANT", conflicts_with = "table")]
    at: Option<String>,
    /// It is not shown and not sent: what was reserved for it is given back at once. What has happened of it stays.
    #[arg(long, conflicts_with_all = ["event", "at", "table"])]
    not_shown: bool,
    /// Many at once: CSV with decision, event, at, or `-` for that on standard input.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// What remembers what was decided, instead of the world's: a file, or `redis://HOST:PORT`.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// For how many days what happened is kept there; for good, if nobody says. Rules that look back further are refused.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<NonZeroU32>,
    /// When it is heard of, instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let loaded = worlds::load(&arguments.folder, &arguments.trusting)?;
    let Some(rules) = loaded.runnable() else {
        loaded.world.in_error(&loaded.findings, &loaded.sources, "nothing was confirmed", terminal);
        return Ok(Ended::Found);
    };
    let now = customer::now(arguments.now, loaded.world.settings())?;
    let state = settings::STATE.choose(arguments.state.clone(), loaded.world.config.as_ref())?.value;
    let all = asked(arguments, rules, now)?;
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, loaded.world.settings())?.value;
    states::reach_back(rules, keep)?;
    let store = open(state.as_deref())?.keeping(keep);
    let engine = Engine::reference(rules.clone());
    if arguments.not_shown {
        return give_back(&engine, store.store(), &all, now, state.as_deref(), terminal);
    }
    let heard = engine.confirm_all(store.store(), &all, now).map_err(|error| match error {
        ConfirmError::State(error) => CannotRun::from(error),
        ConfirmError::Unknown(ids) => unknown(&ids, state.as_deref()),
    })?;
    let refused = heard.iter().any(|(_, became)| matches!(became, Confirmed::Refused(_)));
    if terminal.format == Format::Json {
        let each = all.iter().zip(&heard).map(|(one, (event, became))| machine(rules, one, *event, became));
        terminal.json(&json!({ "now": show_instant(now), "confirmations": each.collect::<Vec<_>>() }));
    } else {
        if !terminal.quiet {
            for (one, (event, became)) in all.iter().zip(&heard) {
                let at = show_instant(one.at);
                terminal.line(format!("{}: {} at {at}: {}", one.decision, rules[*event].name, words(became)));
            }
        }
        terminal.line(summary(&heard));
    }
    Ok(if refused { Ended::Found } else { Ended::Clean })
}

/// Gives back what was reserved for what is not shown.
fn give_back(
    engine: &Engine,
    store: &dyn StateStore,
    all: &[Confirmation],
    now: Instant,
    state: Option<&Path>,
    terminal: &Terminal,
) -> Outcome {
    let ids: Vec<String> = all.iter().map(|one| one.decision.clone()).collect();
    let released = engine.release(store, &ids, now).map_err(|error| match error {
        ConfirmError::State(error) => CannotRun::from(error),
        ConfirmError::Unknown(ids) => unknown(&ids, state),
    })?;
    let stays = |one: &Released| matches!(one, Released::Happened(_));
    let count = |of: &Released| released.iter().filter(|one| *one == of).count();
    if terminal.format == Format::Json {
        let each = ids.iter().zip(&released).map(|(id, became)| {
            let (word, happened) = match became {
                Released::Back => ("given back", &[][..]),
                Released::Repeated => ("repeated", &[][..]),
                Released::Happened(events) => ("happened", events.as_slice()),
            };
            json!({ "decision": id, "became": word, "happened": happened })
        });
        terminal.json(&json!({ "now": show_instant(now), "decisions": each.collect::<Vec<_>>() }));
    } else {
        if !terminal.quiet {
            for (id, became) in ids.iter().zip(&released) {
                let words = match became {
                    Released::Back => "given back".to_owned(),
                    Released::Repeated => "given back before, nothing was done".to_owned(),
                    Released::Happened(events) => format!("{} has happened, so it stays", events.join(" and ")),
                };
                terminal.line(format!("{id}: {words}"));
            }
        }
        let parts = [
            (count(&Released::Back), "given back"),
            (count(&Released::Repeated), "repeated"),
            (released.iter().filter(|one| stays(one)).count(), "stays"),
        ];
        let said: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        terminal.line(format!("{}: {}", counted(ids.len(), "decision"), said.join(", ")));
    }
    Ok(if released.iter().any(stays) { Ended::Found } else { Ended::Clean })
}

/// What is confirmed, in the order in which it was given.
fn asked(arguments: &Arguments, rules: &Verified, now: Instant) -> Result<Vec<Confirmation>, CannotRun> {
    if let Some(table) = &arguments.table {
        return Ok(if table == Path::new("-") {
            confirmations_from(rules, "standard input", stdin(), now)?
        } else {
            confirmations(rules, table, now)?
        });
    }
    let mut ids = Vec::new();
    for id in &arguments.decisions {
        if id == "-" {
            for line in stdin().lock().lines() {
                let line = line.map_err(|error| CannotRun::unreadable(Path::new("standard input"), &error))?;
                ids.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
            }
        } else {
            ids.push(id.clone());
        }
    }
    if ids.is_empty() {
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "standard input names no decision")
            .help("write one id a line, as `cater decide` gives them"));
    }
    let (event, at) = (arguments.event.as_deref(), arguments.at.as_deref());
    ids.iter().map(|id| Ok(confirmation(rules, id, event, at, now)?)).collect()
}

/// The state; it must be there, since a new one knows no decision.
fn open(state: Option<&Path>) -> Result<State, CannotRun> {
    let Some(path) = state else {
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "nobody says which state remembers what was decided")
            .help("name the file that `cater decide --state` wrote: --state FILE, or `state` in cater.toml"));
    };
    State::open_known(path, true, "cater decide --state")
}

fn unknown(ids: &[String], state: Option<&Path>) -> CannotRun {
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    let more = match ids.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let state = state.map_or_else(String::new, |path| format!("`{}` knows ", states::shown(path)));
    let what = if ids.len() == 1 { "no decision" } else { "none of the decisions" };
    let message = format!("{state}{what} {}{more}, and nothing was confirmed", named.join(", "));
    CannotRun::new(&codes::run::NO_SUCH_DECISION, message)
        .help("take the ids that `cater decide --assume decided` gives: of what a rule shows or sends, with this state")
}

fn words(became: &Confirmed) -> String {
    match became {
        Confirmed::InTime => "in time".to_owned(),
        Confirmed::Late => "late: what was reserved for it was over, so a cap may hold more than its number".to_owned(),
        Confirmed::Repeated => "known before, nothing was done".to_owned(),
        Confirmed::Refused(cap) => format!("refused: of `{cap}` nothing is left, and nothing was recorded"),
    }
}

fn word(became: &Confirmed) -> &'static str {
    match became {
        Confirmed::InTime => "in time",
        Confirmed::Late => "late",
        Confirmed::Repeated => "repeated",
        Confirmed::Refused(_) => "refused",
    }
}

fn summary(heard: &[(EventId, Confirmed)]) -> String {
    let count = |of: &str| heard.iter().filter(|(_, became)| word(became) == of).count();
    let parts: Vec<String> = ["in time", "late", "repeated", "refused"]
        .into_iter()
        .filter(|of| count(of) > 0)
        .map(|of| format!("{} {of}", count(of)))
        .collect();
    let parts = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
    format!("{}: {parts}", counted(heard.len(), "confirmation"))
}

fn machine(rules: &RuleSet, one: &Confirmation, event: EventId, became: &Confirmed) -> serde_json::Value {
    let cap = match became {
        Confirmed::Refused(cap) => Some(cap),
        Confirmed::InTime | Confirmed::Late | Confirmed::Repeated => None,
    };
    json!({
        "decision": one.decision,
        "event": rules[event].name,
        "at": show_instant(one.at),
        "became": word(became),
        "cap": cap,
    })
}
