//! `cater forget`: what a state keeps of somebody is removed, because they ask for it.
//!
//! It needs no rules: what is kept is found by the customer's key alone. What others are counted by together with them stays,
//! since it names nobody.

use std::io::{BufRead, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::states::State;
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, settings};
use crate::diagnostics::codes;
use crate::runtime::store::{Forgotten, Key};

/// Remove what a state keeps of somebody.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The customers' keys; `-` for one a line on standard input.
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// They are no customers but values of this attribute, by which caps count: what is counted there is removed.
    #[arg(long, value_name = "ATTRIBUTE")]
    of: Option<String>,
    /// The state: a file, or `redis://HOST:PORT`.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let Some(path) = settings::STATE.choose(arguments.state.clone(), None)?.value else {
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "nobody says which state is to forget")
            .help("name the file that `cater decide --state` or `cater serve --state` wrote: --state FILE"));
    };
    let names = names(&arguments.keys)?;
    let key = |name: &String| match &arguments.of {
        // As the store's own `shared_key`, which asks the rules for the name.
        Some(attribute) => Key::Shared(format!("{attribute}\0{name}")),
        None => Key::Customer(name.clone()),
    };
    let keys: Vec<Key> = names.iter().map(key).collect();
    let state = State::open_known(&path, true, "cater decide --state")?;
    let forgotten = state.forget_for_good(&keys)?;
    say(arguments, &names, &forgotten, terminal);
    Ok(Ended::Clean)
}

fn names(written: &[String]) -> Result<Vec<String>, CannotRun> {
    let mut names = Vec::new();
    for name in written {
        if name == "-" {
            for line in stdin().lock().lines() {
                let line = line.map_err(|error| CannotRun::unreadable(Path::new("standard input"), &error))?;
                names.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
            }
        } else {
            names.push(name.clone());
        }
    }
    if names.is_empty() {
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "standard input names nobody")
            .help("write one key a line, as it stands in the data"));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn say(arguments: &Arguments, names: &[String], forgotten: &Forgotten, terminal: &mut Terminal) {
    let of = arguments.of.as_deref().unwrap_or("customer");
    let known = forgotten.records.iter().filter(|was_known| **was_known).count();
    if terminal.format == Format::Json {
        let each = names.iter().zip(&forgotten.records);
        let each: Vec<_> = each.map(|(name, was_known)| json!({ "key": name, "was_known": was_known })).collect();
        terminal.json(&json!({ "of": of, "forgotten": each, "requests": forgotten.requests }));
        return;
    }
    if !terminal.quiet {
        for (name, was_known) in names.iter().zip(&forgotten.records) {
            terminal.line(format!("{name}: {}", if *was_known { "forgotten" } else { "nothing was kept" }));
        }
    }
    let requests = match (&arguments.of, forgotten.requests) {
        (Some(_), _) => String::new(),
        (None, requests) => format!(", with {}", counted(requests, "answered request")),
    };
    terminal.line(format!("{known} of {} forgotten{requests}", counted(names.len(), "key")));
}
