//! The tool: one verb a file. The only room that talks to the terminal, reads folders and decides about exit codes.
//!
//! Exit codes: 0 clean; 1 findings at or above the fail level, failed tests, bad rows under `--strict`; 2 could not run.

mod baseline;
mod build;
mod bundles;
mod check;
mod completions;
mod config;
mod confirm;
mod cost;
mod customer;
mod decide;
mod diff;
mod explain;
mod fmt;
mod forget;
mod graph;
mod import;
mod inspect;
mod interrupt;
mod keys;
mod library;
mod list;
mod manifest;
mod new;
mod pressure;
mod read;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod sign;
mod states;
mod tables;
mod terminal;
mod test;
mod verify;
mod why;
mod worlds;

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::analysis::Undecided;
use crate::diagnostics::{Code, codes, render};
use settings::Origin;
use terminal::Terminal;

/// Who sees what in which slot: rules that can be read aloud, proved and explained.
#[derive(Debug, Parser)]
#[command(name = "cater", version, propagate_version = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colour; on a terminal, if nobody says otherwise.
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    color: Option<Colour>,
    /// How findings and results are written; for people, if nobody says otherwise.
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    format: Option<Spelling>,
    /// Say nothing but findings and results.
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How findings and results may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Spelling {
    /// For people at a terminal.
    Human,
    /// Plain lines, no drawing, no colour.
    Plain,
    /// For machines.
    Json,
    /// Findings for code scanning: SARIF 2.1.0 (`check` alone).
    Sarif,
    /// Findings or changes as annotations and a job summary of GitHub (`check` and `diff` alone).
    Github,
    /// Findings as a Code Quality report of GitLab (`check` alone).
    Gitlab,
    /// Findings as JUnit XML (`check` alone; for tests there is `test --junit`).
    Junit,
    /// Findings or changes as a comment for a pull request, or a manifest as a page (`check`, `diff` and `manifest` alone).
    Markdown,
}

impl Spelling {
    /// How a verb writes that only knows these three.
    fn format(self) -> Format {
        match self {
            Self::Human => Format::Human,
            Self::Json => Format::Json,
            Self::Plain | Self::Sarif | Self::Github | Self::Gitlab | Self::Junit | Self::Markdown => Format::Plain,
        }
    }

    /// Whether every verb writes it.
    fn is_common(self) -> bool {
        matches!(self, Self::Human | Self::Plain | Self::Json)
    }
}

/// How findings and results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// For people at a terminal.
    Human,
    /// Plain lines, no drawing, no colour.
    Plain,
    /// For machines.
    Json,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read, check and analyse rules; say what is wrong or odd.
    Check(check::Arguments),
    /// Lay out rule files in one way; comments stay.
    Fmt(fmt::Arguments),
    /// Run the tests beside the rules.
    Test(test::Arguments),
    /// Decide who sees what, for one customer or for a whole base.
    Decide(decide::Arguments),
    /// Record what has happened of what was decided: that it was shown, clicked, bought.
    Confirm(confirm::Arguments),
    /// Take what another system counted so far into a state.
    Import(import::Arguments),
    /// Remove what a state keeps of somebody.
    Forget(forget::Arguments),
    /// Say why one customer sees what they see, and why not something else.
    Why(why::Arguments),
    /// Say whose decisions a change of the rules touches.
    Diff(diff::Arguments),
    /// Print what each slot needs of customers, purpose by purpose, with the proof that nothing else has a say.
    Manifest(manifest::Arguments),
    /// Say how much a customer can receive in any day, week and month.
    Pressure(pressure::Arguments),
    /// Say whom each slot leaves with nothing, and how many questions a decision asks at most.
    Cost(cost::Arguments),
    /// Pack checked rules into one file for services.
    Build(build::Arguments),
    /// Say what a bundle holds.
    Inspect(inspect::Arguments),
    /// Say whether a bundle may be used, and by whose word.
    Verify(verify::Arguments),
    /// Sign a bundle as the next release.
    Sign(sign::Arguments),
    /// Answer over HTTP: decisions, explanations and events, from a bundle that can be replaced meanwhile.
    #[cfg(feature = "serve")]
    Serve(Box<serve::Arguments>),
    /// Make keys to sign bundles with, and say which is which.
    Keys(keys::Arguments),
    /// Draw who wins over whom, and what each rule shows, reads and needs.
    Graph(graph::Arguments),
    /// List the rules: owner, metric, audience in words, review date.
    List(list::Arguments),
    /// Say a rule back in English sentences.
    Read(read::Arguments),
    /// Print the settings that hold for a folder, and with `--explain` who says so.
    Config(config::Arguments),
    /// Say what a finding's code means and what to do.
    Explain(explain::Arguments),
    /// Start a folder of rules that runs.
    New(new::Arguments),
    /// Print completions for a shell.
    Completions(completions::Arguments),
}

/// What a verb came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Exit code 0.
    Clean,
    /// Exit code 1.
    Found,
}

/// Why a verb could not run: exit code 2. It is said as `error[code]: message`, with a help where there is one.
#[derive(Debug)]
struct CannotRun {
    code: &'static Code,
    message: String,
    help: Option<String>,
    /// What else is the matter, in the same place.
    others: Vec<CannotRun>,
}

impl CannotRun {
    fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, others: Vec::new() }
    }

    /// It and the others.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// How many things are the matter.
    fn count(&self) -> usize {
        1 + self.others.len()
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that cannot be read, in the system's words.
    fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let helps = [
            (ErrorKind::NotFound, "check the name"),
            (ErrorKind::PermissionDenied, "ask for the right to read it"),
            (ErrorKind::InvalidData, "save the file as UTF-8"),
        ];
        let help = helps.iter().find(|(kind, _)| *kind == error.kind());
        let help = help.map_or("see that it is a file, and that you may read it", |(_, help)| *help);
        Self::new(&codes::run::UNREADABLE_FILE, format!("{}: {error}", path.display())).help(help)
    }

    /// A file that cannot be written, in the system's words.
    fn unwritable(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::new(&codes::run::CANNOT_WRITE, format!("{}: {error}", path.display()))
            .help("name a file in a folder that is there, has room, and that you may write to")
    }

    /// The object that machines read instead of the two lines that people do.
    fn machine(&self) -> serde_json::Value {
        let one = |one: &Self| render::json_without_place(one.code, &one.message, one.help.as_deref());
        render::envelope(self.all().map(one).collect())
    }
}

impl From<std::io::Error> for CannotRun {
    fn from(error: std::io::Error) -> Self {
        Self::new(&codes::run::IO, error.to_string()).help("see that it is there, and that you may read and write it")
    }
}

/// A path as it can be copied into a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "._-/+@:,=%".contains(letter);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `1 rule`, `2 rules`.
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Why it is not known whether there are more customers of some kind.
fn still_open(why: Undecided) -> &'static str {
    match why {
        Undecided::Budget => "the search was given up",
        Undecided::Hours => "it hangs on hours at which nobody was found and nobody excluded",
        Undecided::Events => "it hangs on a history that was not found and not excluded",
        Undecided::Calculation => {
            "it hangs on a calculation or a declaration for which nobody was found and nobody excluded"
        }
        Undecided::Instants => "more instants would have to be told apart than are looked at",
        Undecided::LeftOut => "it hangs on rules that are in error",
    }
}

/// When this runs, for build servers that sort by it: `2026-06-15T10:00:00`, in UTC.
fn clock() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now = crate::value::Instant(i64::try_from(since.as_secs()).unwrap_or_default().saturating_mul(1_000_000));
    let shown = crate::value::show_instant(now);
    let shown = shown.trim_end_matches('Z');
    // Whole minutes are shown without their seconds, which the schema asks for.
    if shown.len() == "2026-06-15T10:00".len() { format!("{shown}:00") } else { shown.to_owned() }
}

type Outcome = Result<Ended, CannotRun>;

/// Refuses a format that the verb does not write, if it was asked for here. What the environment asks of all verbs counts
/// for those that can.
fn fits(verb: &Verb, terminal: &Terminal) -> Result<(), CannotRun> {
    let asked = &terminal.manner.format;
    let is_page = match asked.spelling() {
        Spelling::Markdown => matches!(verb, Verb::Manifest(_) | Verb::Diff(_)),
        Spelling::Github => matches!(verb, Verb::Diff(_)),
        Spelling::Human | Spelling::Plain | Spelling::Json | Spelling::Sarif | Spelling::Gitlab | Spelling::Junit => {
            false
        }
    };
    let writes = is_page || asked.spelling().is_common() || matches!(verb, Verb::Check(_));
    if writes || asked.origin != Origin::Flag("--format") {
        return Ok(());
    }
    let others = match asked.spelling() {
        Spelling::Markdown => ", `cater diff` and `cater manifest` write",
        Spelling::Github => " and `cater diff` write",
        Spelling::Human | Spelling::Plain | Spelling::Json | Spelling::Sarif | Spelling::Gitlab | Spelling::Junit => {
            " writes"
        }
    };
    let message = format!("only `cater check`{others} {}", settings::written(asked.spelling()));
    let help = match (asked.spelling(), verb) {
        (Spelling::Junit, Verb::Test(_)) => "write the results of tests with `--junit FILE`",
        (_, _) => "name human, plain or json",
    };
    Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message).help(help))
}

/// Runs the tool with the process's arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are no errors; clap knows where they go.
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            terminal::misuse(&error);
            return ExitCode::from(2);
        }
    };
    let mut terminal = match Terminal::new(&arguments) {
        Ok(terminal) => terminal,
        Err(refused) => {
            Terminal::fallback(&arguments).refuse(&refused);
            return ExitCode::from(2);
        }
    };
    if let Err(refused) = fits(&arguments.verb, &terminal) {
        terminal.refuse(&refused);
        return ExitCode::from(2);
    }
    let outcome = match arguments.verb {
        Verb::Check(arguments) => check::run(&arguments, &mut terminal),
        Verb::Fmt(arguments) => fmt::run(&arguments, &mut terminal),
        Verb::Test(arguments) => test::run(&arguments, &mut terminal),
        Verb::Decide(arguments) => decide::run(&arguments, &mut terminal),
        Verb::Confirm(arguments) => confirm::run(&arguments, &mut terminal),
        Verb::Import(arguments) => import::run(&arguments, &mut terminal),
        Verb::Forget(arguments) => forget::run(&arguments, &mut terminal),
        Verb::Why(arguments) => why::run(&arguments, &mut terminal),
        Verb::Diff(arguments) => diff::run(&arguments, &mut terminal),
        Verb::Manifest(arguments) => manifest::run(&arguments, &mut terminal),
        Verb::Pressure(arguments) => pressure::run(&arguments, &mut terminal),
        Verb::Cost(arguments) => cost::run(&arguments, &mut terminal),
        Verb::Build(arguments) => build::run(&arguments, &mut terminal),
        Verb::Inspect(arguments) => inspect::run(&arguments, &mut terminal),
        Verb::Verify(arguments) => verify::run(&arguments, &mut terminal),
        Verb::Sign(arguments) => sign::run(&arguments, &mut terminal),
        #[cfg(feature = "serve")]
        Verb::Serve(arguments) => serve::run(&arguments, &mut terminal),
        Verb::Keys(arguments) => keys::run(&arguments, &mut terminal),
        Verb::Graph(arguments) => graph::run(&arguments, &mut terminal),
        Verb::List(arguments) => list::run(&arguments, &mut terminal),
        Verb::Read(arguments) => read::run(&arguments, &mut terminal),
        Verb::Config(arguments) => config::run(&arguments, &mut terminal),
        Verb::Explain(arguments) => explain::run(&arguments, &mut terminal),
        Verb::New(arguments) => new::run(&arguments, &mut terminal),
        Verb::Completions(arguments) => completions::run(&arguments, &mut terminal),
    };
    match outcome {
        Ok(Ended::Clean) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::from(1),
        Err(refused) => {
            terminal.refuse(&refused);
            ExitCode::from(2)
        }
    }
}
