//! `cater config`: the settings that hold for a folder, and who says so.

mod schema;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::check::FailLevel;
use super::decide::{self, Assumed};
use super::diff::{self, FailOn};
use super::settings::{self, Origin, Setting, written};
use super::states;
use super::terminal::Terminal;
use super::worlds::World;
use super::{CannotRun, Colour, Ended, Format, Outcome, build, customer, worlds};
use crate::analysis::diff::Kind;
use crate::compile::uses::plain;
use crate::runtime::data::World as Config;
use crate::value::{Instant, show_instant};

/// Print the settings that hold.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A folder of rules, or a rule file; the current folder if none is given.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Say for each where it comes from, who else could set it, and what it does.
    #[arg(long)]
    explain: bool,
    /// Print the JSON Schema of cater.toml instead, for an editor.
    #[arg(long, conflicts_with = "explain")]
    schema: bool,
    /// As for `check`, `decide` and `why`.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// As for `decide`.
    #[arg(long)]
    slot: Vec<String>,
    /// As for `decide`.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// As for `decide`.
    #[arg(long, value_name = "FILE")]
    consent: Option<PathBuf>,
    /// As for `decide`.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// As for `decide`.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// As for `decide`.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<NonZeroU32>,
    /// As for `decide`.
    #[arg(long, value_enum)]
    assume: Option<Assumed>,
    /// As for `decide`.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    strict: Option<bool>,
    /// As for `decide`.
    #[arg(long, value_name = "COUNT", value_parser = decide::workers)]
    workers: Option<NonZeroUsize>,
    /// As for `decide`.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    no_jit: Option<bool>,
    /// As for `check`.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_level: Option<FailLevel>,
    /// As for `check`.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// As for `diff`.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = diff::kind)]
    fail_on: Vec<FailOn>,
    /// As for `build`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// As for every verb that takes a bundle.
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// As for `verify` and `decide`.
    #[arg(long, value_name = "FILE")]
    last: Option<PathBuf>,
}

/// One line of the answer.
struct Line {
    key: String,
    /// For machines; null where nothing holds.
    value: Json,
    /// What it means where nothing was said: `the clock`.
    nothing: &'static str,
    origin: Origin,
    flag: Option<&'static str>,
    variable: Option<&'static str>,
    what: &'static str,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        let nowhere = World::nowhere();
        let shipped = lines(arguments, &nowhere, terminal)?;
        let what = |key: &str| shipped.iter().find(|line| line.key == key).map_or("", |line| line.what);
        terminal.json(&schema::schema(what));
        return Ok(Ended::Clean);
    }
    let world = worlds::one(&arguments.path)?;
    let lines = lines(arguments, &world, terminal)?;
    let file = world.settings().map(|config| config.folder().join(Config::FILE));
    let file = file.map(|file| file.components().collect::<PathBuf>());
    if terminal.format == Format::Json {
        let all: Vec<Json> = lines.iter().map(|line| machine(line, file.as_deref())).collect();
        terminal.json(&json!({ "file": file, "settings": all }));
        return Ok(Ended::Clean);
    }
    let widest = lines.iter().map(|line| line.key.chars().count()).max().unwrap_or_default();
    for line in &lines {
        let value = shown(line);
        if !arguments.explain {
            terminal.line(format!("{:widest$}  {value}", line.key));
            continue;
        }
        terminal.line(format!("{} = {value}", terminal.styled("1", &line.key)));
        let others: Vec<&str> = [line.flag, line.variable].into_iter().flatten().collect();
        let others = match others.as_slice() {
            [] => String::new(),
            others => format!("; can be set by {}", others.join(", ")),
        };
        terminal.line(format!("  from {}{others}", origin(line.origin, file.as_deref())));
        terminal.line(format!("  {}", line.what));
    }
    match &file {
        Some(file) => terminal.say(format!("{}: {}", world.root.display(), file.display())),
        None => terminal.say(format!("{}: no cater.toml here or above", world.root.display())),
    }
    Ok(Ended::Clean)
}

/// A value as `cater.toml` writes it; in words where there is none.
fn shown(line: &Line) -> String {
    match &line.value {
        Json::Null => line.nothing.to_owned(),
        value @ (Json::Bool(_) | Json::Number(_) | Json::String(_)) => value.to_string(),
        Json::Array(list) => {
            format!("[{}]", list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        Json::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

fn origin(origin: Origin, file: Option<&Path>) -> String {
    match origin {
        Origin::Flag(flag) => format!("the flag {flag}"),
        Origin::Environment(variable) => format!("the environment, {variable}"),
        Origin::File(line) => {
            let file = file.unwrap_or(Path::new(Config::FILE)).display();
            format!("{file}:{line}")
        }
        Origin::Default => "the default".to_owned(),
    }
}

fn machine(line: &Line, file: Option<&Path>) -> Json {
    let origin = match line.origin {
        Origin::Flag(flag) => json!({ "from": "flag", "name": flag }),
        Origin::Environment(variable) => json!({ "from": "environment", "name": variable }),
        Origin::File(at) => json!({ "from": "file", "file": file, "line": at }),
        Origin::Default => json!({ "from": "default" }),
    };
    json!({
        "key": line.key, "value": line.value, "origin": origin,
        "flag": line.flag, "environment": line.variable, "what": line.what,
    })
}

/// Every setting there is.
fn lines(arguments: &Arguments, world: &World, terminal: &Terminal) -> Result<Vec<Line>, CannotRun> {
    let mut all = Vec::new();
    data(arguments, world, &mut all)?;
    running(arguments, world, &mut all)?;
    checking(arguments, world, &mut all)?;
    let manner = &terminal.manner;
    all.push(of(
        &settings::FORMAT,
        (json!(written(manner.format.spelling())), manner.format.origin),
        "",
        "how findings and results are written; what only `check` can write, other verbs take for plain",
    ));
    all.push(of(
        &settings::COLOR,
        (json!(written(manner.color.clone().or(Colour::Auto))), manner.color.origin),
        "",
        "when to use colour; NO_COLOR is heeded too",
    ));
    all.push(of(
        &settings::QUIET,
        (json!(terminal.quiet), manner.quiet.origin),
        "",
        "whether nothing but findings and results is said",
    ));
    Ok(all)
}

fn of<T>(setting: &Setting<T>, (value, origin): (Json, Origin), nothing: &'static str, what: &'static str) -> Line {
    let (flag, variable) = (Some(setting.flag), Some(setting.variable));
    Line { key: setting.key.to_owned(), value, nothing, origin, flag, variable, what }
}

/// Which files there are, and what is known of everybody.
fn data(arguments: &Arguments, world: &World, all: &mut Vec<Line>) -> Result<(), CannotRun> {
    let now = settings::NOW.choose(arguments.now, world.settings())?;
    let value = now.value.map_or(Json::Null, |now| json!(show_instant(now)));
    all.push(of(
        &settings::NOW,
        (value, now.origin),
        "the clock",
        "when decisions are made; also from when on the analysis looks, unless it is the clock",
    ));
    let config = world.config.as_ref();
    let from_file = |key: &str| config.and_then(|config| config.line(key)).map_or(Origin::Default, Origin::File);
    let given = |flag: &'static str, given: bool, key: &str| if given { Origin::Flag(flag) } else { from_file(key) };
    let mut line = |key: &str, value: Json, nothing, flag: Option<&'static str>, is_given, what| {
        let origin = flag.map_or_else(|| from_file(key), |flag| given(flag, is_given, key));
        all.push(Line { key: key.to_owned(), value, nothing, origin, flag, variable: None, what });
    };
    let rules =
        config.map_or(Json::Null, |config| json!(config.rules.iter().map(|rules| path(rules)).collect::<Vec<_>>()));
    line("rules", rules, "what was named", None, false, "the files and folders that are read as one rule set");
    let slots = if arguments.slot.is_empty() {
        config.and_then(|config| config.slots.clone())
    } else {
        Some(arguments.slot.clone())
    };
    line(
        "slots",
        slots.map_or(Json::Null, |slots| json!(slots)),
        "all, by name",
        Some("--slot"),
        !arguments.slot.is_empty(),
        "what is decided, in the order in which a page fills it",
    );
    let customers: Vec<Json> = match arguments.customers.as_slice() {
        [] => config.iter().flat_map(|config| &config.customers).map(|table| path(&table.path)).collect(),
        named => named.iter().map(|file| path(file)).collect(),
    };
    line(
        "customers",
        if customers.is_empty() { Json::Null } else { Json::Array(customers) },
        "none",
        Some("--customers"),
        !arguments.customers.is_empty(),
        "the base that is decided for",
    );
    for (key, flag, named, known, what) in [
        (
            "consent",
            "--consent",
            &arguments.consent,
            config.and_then(|config| config.consent.as_ref()),
            "who agreed to what",
        ),
        (
            "events",
            "--events",
            &arguments.events,
            config.and_then(|config| config.events.as_ref()),
            "what happened so far",
        ),
    ] {
        let value = named.as_ref().or(known).map_or(Json::Null, |file| path(file));
        line(key, value, "none", Some(flag), named.is_some(), what);
    }
    let moment = config.map(|config| serde_json::from_str(config.moment()).unwrap_or(Json::Null));
    let moment = moment.filter(|moment| moment.as_object().is_some_and(|fields| !fields.is_empty()));
    line(
        "moment",
        moment.unwrap_or(Json::Null),
        "nothing",
        None,
        false,
        "what is taken to hold while deciding, for everybody",
    );
    Ok(())
}

/// A path as one writes it: `./a/../b.csv` is `b.csv`.
fn path(path: &Path) -> Json {
    let plain = plain(&path.display().to_string());
    json!(if plain.is_empty() { ".".to_owned() } else { plain })
}

/// A state; an address without its secrets.
fn remembers(state: &Path) -> Json {
    let shown = states::shown(state);
    if states::is_address(&shown) { json!(shown) } else { path(state) }
}

/// How a run is done.
fn running(arguments: &Arguments, world: &World, all: &mut Vec<Line>) -> Result<(), CannotRun> {
    let (own, config) = (world.config.as_ref(), world.settings());
    let state = settings::STATE.choose(arguments.state.clone(), own)?;
    all.push(of(
        &settings::STATE,
        (state.value.map_or(Json::Null, |file| remembers(&file)), state.origin),
        "none",
        "the file or server that remembers what was shown, so that caps hold from run to run",
    ));
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, config)?;
    all.push(of(
        &settings::KEEP_EVENTS,
        (keep.value.map_or(Json::Null, |days| json!(days.get())), keep.origin),
        "for good",
        "for how many days the state keeps what happened; rules that look back further are refused",
    ));
    let assume = settings::ASSUME.choose(arguments.assume, config)?;
    let origin = assume.origin;
    all.push(of(
        &settings::ASSUME,
        (json!(written(assume.or(Assumed::Shown))), origin),
        "",
        "what is taken to have happened to what was decided",
    ));
    let strict = settings::STRICT.choose(arguments.strict, config)?;
    let origin = strict.origin;
    all.push(of(
        &settings::STRICT,
        (json!(strict.or(false)), origin),
        "",
        "whether a row that cannot be used is an error",
    ));
    let workers = settings::WORKERS.choose(arguments.workers, config)?;
    all.push(of(
        &settings::WORKERS,
        (workers.value.map_or(Json::Null, |count| json!(count.get())), workers.origin),
        "one a core",
        "how many threads decide; the result does not depend on it",
    ));
    let jit = settings::JIT.choose(arguments.no_jit.map(|no| !no), config)?;
    let origin = jit.origin;
    all.push(of(
        &settings::JIT,
        (json!(jit.or(true)), origin),
        "",
        "whether machine code decides, or the reference evaluator",
    ));
    let bundle = settings::BUNDLE.choose(arguments.output.clone(), own)?;
    let origin = bundle.origin;
    all.push(of(
        &settings::BUNDLE,
        (path(&bundle.or(PathBuf::from(build::DEFAULT))), origin),
        "",
        "where `cater build` writes",
    ));
    let trust = settings::TRUST.choose((!arguments.trust.is_empty()).then(|| arguments.trust.clone()), config)?;
    all.push(of(
        &settings::TRUST,
        (trust.value.map_or(Json::Null, |files| files.iter().map(|file| path(file)).collect()), trust.origin),
        "nobody: a bundle needs no signature",
        "the public keys one of which must have signed a bundle, wherever one is taken",
    ));
    let last = settings::LAST.choose(arguments.last.clone(), config)?;
    all.push(of(
        &settings::LAST,
        (last.value.map_or(Json::Null, |file| path(&file)), last.origin),
        "none",
        "the file that remembers which bundle was accepted last, so that an older one is refused",
    ));
    Ok(())
}

/// What rules must be like.
fn checking(arguments: &Arguments, world: &World, all: &mut Vec<Line>) -> Result<(), CannotRun> {
    let config = world.settings();
    let level = settings::FAIL_LEVEL.choose(arguments.fail_level, config)?;
    let origin = level.origin;
    all.push(of(
        &settings::FAIL_LEVEL,
        (json!(written(level.or(FailLevel::Error))), origin),
        "",
        "from which severity on findings end `cater check` with 1",
    ));
    let baseline = settings::BASELINE.choose(arguments.baseline.clone(), config)?;
    all.push(of(
        &settings::BASELINE,
        (baseline.value.map_or(Json::Null, |file| path(&file)), baseline.origin),
        "none",
        "the file of old findings that are set aside, until they are mended",
    ));
    let fail_on = settings::FAIL_ON.choose(diff::given(&arguments.fail_on), config)?;
    all.push(of(
        &settings::FAIL_ON,
        (json!(diff::kinds(fail_on.value.as_deref()).into_iter().map(Kind::word).collect::<Vec<_>>()), fail_on.origin),
        "",
        "the kinds of change that end `cater diff` with 1, as does what it could not decide then",
    ));
    let mut tables = |key: &str, set: Vec<(String, Json)>, what: &'static str| {
        let line =
            |key: String, value, origin| Line { key, value, nothing: "none", origin, flag: None, variable: None, what };
        if set.is_empty() {
            all.push(line(key.to_owned(), Json::Null, Origin::Default));
        }
        for (name, value) in set {
            let at = config.and_then(|config| config.line(&format!("{key}.{name}")));
            let quoted = if name.contains(':') { format!("\"{name}\"") } else { name };
            all.push(line(format!("{key}.{quoted}"), value, at.map_or(Origin::Default, Origin::File)));
        }
    };
    let mut required: Vec<(String, Vec<&str>)> = Vec::new();
    for one in config.iter().flat_map(|config| &config.settings.required) {
        let of = one.class.map_or("rules", crate::model::Class::word);
        match required.iter_mut().find(|(name, _)| name == of) {
            Some((_, list)) => list.push(one.field.word()),
            None => required.push((of.to_owned(), vec![one.field.word()])),
        }
    }
    let required = required.into_iter().map(|(name, list)| (name, json!(list))).collect();
    tables("required", required, "what rules must say: all of them, or those of a class");
    let budgets = config.iter().flat_map(|config| &config.settings.pressure);
    let budgets = budgets.map(|budget| (format!("{}.{}", budget.of, budget.stretch), json!(budget.at_most))).collect();
    tables("pressure", budgets, "the most messages in any day, week or month that `cater pressure` lets pass");
    let costs = config.iter().flat_map(|config| &config.settings.cost);
    let costs = costs.map(|budget| (budget.of.clone(), json!(budget.at_most))).collect();
    tables(
        "cost",
        costs,
        "the most questions that a decision may ask, in every slot or in one, that `cater cost` lets pass",
    );
    let levels = config.iter().flat_map(|config| config.settings.levels.iter());
    let levels = levels.map(|(name, level)| (name.to_owned(), json!(level.word()))).collect();
    tables("lints", levels, "how findings of a code or stage weigh, instead of as shipped");
    Ok(())
}
