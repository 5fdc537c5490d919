//! `cater decide`: who sees what, for one customer or for a whole base.
//!
//! Over a base the result is a summary; `--output FILE` also writes every decision. Files appear whole or not at all:
//! what cannot be finished leaves the old output and the old state as they were.

mod output;
mod summary;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::bundles::Trusting;
use super::interrupt::Interrupt;
use super::states::{self, State};
use super::terminal::Terminal;
use super::worlds::World;
use super::{CannotRun, Ended, Format, Outcome, customer, settings, tables, worlds};
use crate::diagnostics::codes;
use crate::frame::Decision;
use crate::model::SlotId;
use crate::runtime::Engine;
use crate::runtime::batch::{Assume, Batch, BatchError, decide_base};
use crate::runtime::data::{Customers, MOST_WORKERS, key_of};
use crate::runtime::request::Request;
use crate::runtime::spelt;
use crate::runtime::store::StateStore;
use crate::value::{Instant, show_instant};
use output::Output;
pub(super) use summary::{bad_rows, machine_rows};

/// Decide for one customer or a whole base.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules, or a bundle that `cater build` made; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only this customer: a key of the base, a `.json` file, or `-` for JSON on standard input.
    #[arg(long, value_name = "CUSTOMER", conflicts_with_all = ["customers", "output", "strict", "workers"])]
    customer: Option<String>,
    /// Customers to decide for instead of the world's: CSV or JSON Lines, packed by gzip or not.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// The character between the cells of `--customers`.
    #[arg(long, value_name = "CHARACTER", requires = "customers", value_parser = tables::delimiter)]
    delimiter: Option<u8>,
    /// Records of consent instead of the world's: CSV with customer, purpose, status, granted_at, version, confirmed.
    #[arg(long, value_name = "FILE")]
    consent: Option<PathBuf>,
    /// What happened, instead of the world's events: CSV with customer, event, at, offer, rule, class, tags,
    /// channel, id, decision.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Only these slots, in this order.
    #[arg(long)]
    slot: Vec<String>,
    /// When, instead of the world's `now`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// Where to write every decision: CSV, or JSON Lines where the name ends in `.jsonl`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What remembers what happened, between runs: a file, made if it is not there, or `redis://HOST:PORT`.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// For how many days what happened is kept there; for good, if nobody says. Rules that look back further are refused.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<NonZeroU32>,
    /// What is taken to have happened to what was decided; it was shown, if nobody says otherwise. With `decided` it is
    /// reserved in the state, and confirmed by `cater confirm`.
    #[arg(long, value_enum)]
    assume: Option<Assumed>,
    /// Record nothing: as `--assume nothing`, and the state file is only read.
    #[arg(long)]
    dry_run: bool,
    /// A row passed over or in doubt, also of consent and events, is an error: exit code 1, and nothing is written. A cell
    /// that cannot be read makes no such row: its attribute is missing for that customer, and it is counted.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    strict: Option<bool>,
    /// How many threads decide; one a core if not given. The result does not depend on it.
    #[arg(long, value_name = "COUNT", value_parser = workers)]
    workers: Option<NonZeroUsize>,
    /// Decide with the reference evaluator instead of machine code.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    no_jit: Option<bool>,
    #[command(flatten)]
    trusting: Trusting,
    /// The file that remembers which bundle was accepted last: an older one is refused.
    #[arg(long, value_name = "FILE")]
    last: Option<PathBuf>,
}

pub(super) fn workers(text: &str) -> Result<NonZeroUsize, String> {
    settings::workers(text).ok_or_else(|| format!("the number of threads is from 1 to {MOST_WORKERS}"))
}

/// What is taken to have happened to what was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Assumed {
    /// What a rule shows was seen, and counts from then on.
    Shown,
    /// It is reserved, and `cater confirm` says what happened.
    Decided,
    /// Nothing.
    Nothing,
}

impl From<Assumed> for Assume {
    fn from(assumed: Assumed) -> Self {
        match assumed {
            Assumed::Shown => Self::Shown,
            Assumed::Decided => Self::Decided,
            Assumed::Nothing => Self::Nothing,
        }
    }
}

impl From<Assume> for Assumed {
    fn from(assume: Assume) -> Self {
        match assume {
            Assume::Shown => Self::Shown,
            Assume::Decided => Self::Decided,
            Assume::Nothing => Self::Nothing,
        }
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let Some((world, engine)) = rules(arguments, terminal)? else { return Ok(Ended::Found) };
    let rules = engine.rules();
    let config = world.config.as_ref();
    let settings = world.settings();
    let now = customer::now(arguments.now, settings)?;
    let assume = settings::ASSUME.choose(arguments.assume, settings)?.or(Assumed::Shown);
    let strict = settings::STRICT.choose(arguments.strict, settings)?.or(false);
    let workers = settings::WORKERS.choose(arguments.workers, settings)?.value;
    let state = settings::STATE.choose(arguments.state.clone(), config)?.value;
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, settings)?.value;
    states::reach_back(rules, keep.filter(|_| state.is_some()))?;
    let slots = customer::slots(rules, &arguments.slot, config)?;
    let files = customer::Files {
        consent: arguments.consent.as_deref(),
        events: arguments.events.as_deref(),
        customers: &arguments.customers,
        delimiter: arguments.delimiter,
    };
    let known = customer::Known::open(rules, &world, now, files, terminal)?;
    let assume = if arguments.dry_run { Assume::Nothing } else { assume.into() };
    let records = assume != Assume::Nothing;
    if assume == Assume::Decided && state.is_none() {
        let message = "what is decided waits to be confirmed, and there is no state that remembers it";
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message)
            .help("name the file that does: --state FILE, or `state` in cater.toml"));
    }
    // A dry run leaves no file behind.
    let state = state.as_ref().filter(|path| records || states::is_there(path));
    // From here on files are made; one customer is decided too soon for anybody to stop it.
    let interrupt = arguments.customer.is_none().then(Interrupt::watch);
    // What records nothing needs no file that may be written to.
    let store = state.map(|path| State::open(path, records)).transpose()?.map(|state| state.keeping(keep));
    let asked = Asked {
        arguments,
        world: &world,
        engine: &engine,
        now,
        slots: &slots,
        known: &known,
        assume,
        state,
        strict,
        workers,
    };
    let outcome = {
        let store = store.as_ref().map(State::store);
        match &arguments.customer {
            Some(who) => one(&asked, who, store, terminal),
            None => base(&asked, store, interrupt.as_ref(), terminal),
        }
    };
    // A run that came to nothing leaves no empty state behind.
    if let (Ok(Ended::Found) | Err(_), Some(store)) = (&outcome, store) {
        store.take_back();
    }
    outcome
}

/// What a run is asked.
struct Asked<'a> {
    arguments: &'a Arguments,
    world: &'a World,
    engine: &'a Engine,
    now: Instant,
    slots: &'a [SlotId],
    known: &'a customer::Known,
    assume: Assume,
    state: Option<&'a PathBuf>,
    strict: bool,
    workers: Option<NonZeroUsize>,
}

/// The rules of a folder or a bundle, ready to decide; nothing if they are in error, which has been said.
fn rules(arguments: &Arguments, terminal: &Terminal) -> Result<Option<(World, Engine)>, CannotRun> {
    let loaded = worlds::load(&arguments.folder, &arguments.trusting)?;
    let Some(rules) = loaded.runnable() else {
        loaded.world.in_error(&loaded.findings, &loaded.sources, "nobody was decided for", terminal);
        return Ok(None);
    };
    if let Some(shipped) = &loaded.shipped {
        shipped.accept(arguments.last.clone(), arguments.dry_run)?;
    } else if arguments.last.is_some() {
        let message = "`--last` remembers bundles, and these are rules";
        return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message).help("leave it out, or name a bundle"));
    }
    let rules = rules.clone();
    let no_jit = arguments.no_jit.map(|no| !no);
    let jit = settings::JIT.choose(no_jit, loaded.world.settings())?.or(true);
    let engine = if !jit { Engine::reference(rules) } else { Engine::from_rules(rules) };
    Ok(Some((loaded.world, engine)))
}

/// One customer: a line a slot, or an object.
fn one(asked: &Asked<'_>, who: &str, store: Option<&dyn StateStore>, terminal: &Terminal) -> Outcome {
    let rules = asked.engine.rules();
    let customer = customer::facts(asked.world, rules, who, &[], None, asked.known)?;
    let doubts = asked.known.doubts_of(rules, &customer);
    let mut facts = customer.facts;
    let key = key_of(rules, &facts).map(str::to_owned);
    let mut decisions = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut explanations = Vec::new();
    let mut each = |frame: &crate::frame::Frame, decision: Decision| {
        explanations.extend(asked.engine.explain(frame, decision.slot));
        decisions.push(decision);
    };
    match (store, asked.assume) {
        (Some(store), Assume::Shown | Assume::Decided) => {
            asked.known.tell_of_others(rules, &mut facts);
            let shown = asked.assume == Assume::Shown;
            let told = Some(asked.known.events.told());
            let request = Request { id: None, facts: &facts, slots: asked.slots, shown, told };
            let answers = asked.engine.answer(store, &request, |frame, answer| each(frame, answer.decision))?;
            ids.extend(answers.into_iter().map(|answer| answer.id));
        }
        (store, Assume::Shown | Assume::Decided | Assume::Nothing) => {
            asked.known.remember(rules, &mut facts, store)?;
            asked.engine.decider().decide_each(asked.engine.gather(&facts), asked.slots, &mut each);
        }
    }
    // What nobody could read is not counted either.
    let deliver = |text: &str| -> Result<(), CannotRun> {
        let delivered = terminal.deliver(text);
        if let (Err(_), Some(store)) = (&delivered, store) {
            asked.engine.take_back(store, &ids, facts.now)?;
        }
        delivered
    };
    if terminal.format == Format::Json {
        let mut decided: Vec<_> = decisions.iter().map(|decision| spelt::machine(rules, decision)).collect();
        for (object, id) in decided.iter_mut().zip(&ids) {
            if let Some(fields) = object.as_object_mut() {
                fields.insert("id".to_owned(), json!(id));
            }
        }
        let mut object = json!({ "customer": key, "now": show_instant(facts.now), "decisions": decided });
        if let (false, Some(fields)) = (asked.known.findings().is_empty(), object.as_object_mut()) {
            fields.insert("findings".to_owned(), json!(asked.known.findings()));
        }
        doubts.add_to(&mut object);
        deliver(&format!(
            "{object:#}
"
        ))?;
    } else {
        let line = |(at, explanation): (usize, &crate::eval::Explanation)| {
            let id = ids
                .get(at)
                .filter(|_| asked.assume == Assume::Decided && decisions.get(at).is_some_and(spelt::can_be_confirmed));
            let waits = id.map(|id| format!("  to be confirmed as {id}\n")).unwrap_or_default();
            format!("{}\n{waits}", explanation.headline())
        };
        let lines: Vec<String> = explanations.iter().enumerate().map(line).collect();
        deliver(&lines.concat())?;
        doubts.say(terminal);
    }
    Ok(Ended::Clean)
}

/// Every row of every table.
fn base(
    asked: &Asked<'_>,
    store: Option<&dyn StateStore>,
    interrupt: Option<&Interrupt>,
    terminal: &Terminal,
) -> Outcome {
    let rules = asked.engine.rules();
    let mut tables = Vec::new();
    let arguments = asked.arguments;
    for file in tables::files(asked.world, rules, &arguments.customers, arguments.delimiter)? {
        tables.push(Customers::open(rules, &file)?);
    }
    let names: Vec<String> = tables.iter().map(|table| table.name().to_owned()).collect();
    if let Some(path) = &asked.arguments.output {
        asked.world.spares(path)?;
        let others = [&arguments.consent, &arguments.events].into_iter().flatten().chain(asked.state);
        worlds::spare(path, arguments.customers.iter().chain(others))?;
    }
    let check = || interrupt.map_or(Ok(()), Interrupt::check);
    let bar = progress_bar(&tables, terminal);
    let mut output = asked.arguments.output.as_ref().map(|path| Output::create(path, rules, &names)).transpose()?;
    let readers: Vec<_> = tables.iter().map(Customers::progress).collect();
    let batch = Batch {
        engine: asked.engine,
        slots: asked.slots,
        moment: &asked.known.nobody,
        consent: Some(&asked.known.consent),
        events: Some(&asked.known.events),
        store,
        assume: asked.assume,
        reasons: true,
        workers: asked.workers,
    };
    let mut seen = 0_u64;
    let done = decide_base(&batch, &mut tables, |decided| {
        check()?;
        seen += 1;
        if seen.is_multiple_of(1_024) {
            bar.set_position(readers.iter().map(crate::runtime::data::Progress::read).sum());
        }
        output.as_mut().map_or(Ok(()), |output| output.write(decided))
    });
    bar.finish_and_clear();
    let done = done.map_err(|error| match error {
        BatchError::Data(error) => CannotRun::from(error),
        BatchError::State(error) => CannotRun::from(error),
        BatchError::Sink(error) => error,
    })?;
    if asked.strict {
        let bad = summary::all_bad(asked.known, &done.summary);
        if !bad.is_empty() || !asked.known.knows_all_names() {
            match terminal.format {
                Format::Human | Format::Plain => {
                    summary::unknown_names(asked.known, terminal);
                    bad.iter().for_each(|(_, of, rows)| bad_rows(of, rows, terminal))
                }
                Format::Json => {
                    let object = bad.iter().map(|(key, _, rows)| ((*key).to_owned(), machine_rows(rows)));
                    let names = asked.known.events.unknown_names().into_iter();
                    let names = names.filter(|(.., names)| !names.is_empty());
                    let names = names.map(|(_, key, names)| (key.to_owned(), json!(names)));
                    let findings = asked.known.findings();
                    let findings = (!findings.is_empty()).then(|| ("findings".to_owned(), json!(findings)));
                    terminal.json(&serde_json::Value::Object(object.chain(names).chain(findings).collect()));
                }
            }
            terminal.say("--strict: nothing was written and nothing recorded");
            return Ok(Ended::Found);
        }
    }
    check()?;
    // The decisions stand under their name before the state says that they were shown, and go again if it cannot: nothing
    // is counted that nobody has. Whoever is cut off between the two runs again, and decides and counts the same.
    let standing = output.map(|output| output.finish().and_then(output::Placed::place)).transpose()?;
    let summary = done.commit()?;
    if let Some(standing) = standing {
        standing.keep();
    }
    let run = summary::Run {
        engine: asked.engine,
        known: asked.known,
        summary: &summary,
        now: asked.now,
        assume: asked.assume,
        unread: tables.iter().map(|table| (table.name(), table.unread())).collect(),
        about_these: {
            let own = arguments.customers.is_empty();
            (own || arguments.consent.is_some(), own || arguments.events.is_some())
        },
    };
    if terminal.format == Format::Json {
        terminal.json(&summary::machine(&run));
    } else {
        summary::people(&run, terminal);
    }
    Ok(Ended::Clean)
}

fn progress_bar(tables: &[Customers], terminal: &Terminal) -> ProgressBar {
    let total: Option<u64> = tables.iter().map(|table| table.progress().total()).sum();
    match total.filter(|_| terminal.is_watched()) {
        Some(total) => {
            let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left");
            let bar = ProgressBar::new(total);
            style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
        }
        None => ProgressBar::hidden(),
    }
}
