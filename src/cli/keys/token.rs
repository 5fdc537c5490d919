//! `cater keys token`: a token with which somebody may ask a service. Shown once; the file keeps a digest of it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::terminal::Terminal;
use crate::cli::{CannotRun, Ended, Format, Outcome};
use crate::diagnostics::codes;
use crate::serve::{Scope, Tokens, is_name, token_line};

/// Random bytes in a token.
const BYTES: usize = 32;

/// Every token begins so, so that whoever looks for secrets in a text finds it.
const PREFIX: &str = "cater_";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whom it is for: what messages call it.
    #[arg(value_parser = name)]
    name: String,
    /// What it opens, with commas between: decide, why, events, admin, metrics.
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', required = true, value_parser = scope)]
    scope: Vec<Scope>,
    /// The file of tokens to which its line is added, made if it is not there; else the line is printed.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn name(text: &str) -> Result<String, String> {
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err("a name has letters, digits and `.`, `_`, `-`, `@`, at most 64 of them".to_owned())
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_word(text).ok_or_else(|| format!("the scopes are {}", Scope::ALL.map(Scope::word).join(", ")))
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Outcome {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random)
        .map_err(|why| CannotRun::new(&codes::run::IO, format!("no token can be made: {why}")))?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let token = format!("{PREFIX}{digits}");
    let mut scopes = arguments.scope.clone();
    scopes.dedup();
    let line = token_line(&arguments.name, &scopes, &token);
    if let Some(file) = &arguments.output {
        add(file, &line)?;
    }
    if terminal.format == Format::Json {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
        let line = line.trim_end();
        terminal.json(&json!({ "name": arguments.name, "scopes": scopes, "token": token, "line": line }));
        return Ok(Ended::Clean);
    }
    terminal.line(&token);
    match &arguments.output {
        Some(file) => {
            terminal.say(format!("{}: its digest is in it; the token itself is shown this once", file.display()))
        }
        None => {
            terminal.say("the token is shown this once; the file of tokens gets this line:");
            terminal.text(&line);
        }
    }
    Ok(Ended::Clean)
}

/// Adds a line to a file of tokens, if both together are one.
fn add(file: &Path, line: &str) -> Result<(), CannotRun> {
    let before = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(CannotRun::unreadable(file, &error)),
    };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    Tokens::parse(&format!("{before}{gap}{line}")).map_err(|bad| {
        CannotRun::new(&codes::serve::BAD_TOKENS, format!("{}: {bad}", file.display()))
            .help("give the token another name, or mend the file; nothing was added")
    })?;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(file).and_then(|mut to| {
        to.write_all(format!("{gap}{line}").as_bytes())?;
        to.sync_all()
    });
    written.map_err(|error| CannotRun::unwritable(file, error))
}
