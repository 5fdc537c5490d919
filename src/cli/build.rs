//! `cater build`: checked rules in one file for services.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, settings, worlds};
use crate::bundle;

/// Where a bundle is written if nobody says otherwise.
pub(super) const DEFAULT: &str = "rules.cater";

/// Pack checked rules into one file.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the rules; the current folder if none is given.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Where to write the bundle, instead of where cater.toml says; rules.cater if it says nothing.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let world = worlds::one(&arguments.folder)?;
    let output = settings::BUNDLE.choose(arguments.output.clone(), world.config.as_ref())?.or(PathBuf::from(DEFAULT));
    world.spares(&output)?;
    let compiled = world.compile()?;
    let Some(rules) = compiled.runnable() else {
        world.in_error(&compiled.diagnostics, &compiled.sources, "nothing was written", terminal);
        return Ok(Ended::Found);
    };
    let checks = ["syntax", "names", "types", "consent", "model", "analysis"];
    let bytes = bundle::write(rules, &world.portable(&compiled.sources), &checks)?;
    // What was written must load: the service reads it with the same eyes.
    let read = bundle::read(&bytes)?;
    write_whole(&output, &bytes)?;
    if terminal.format == Format::Json {
        terminal.json(&serde_json::json!({ "file": output, "bytes": bytes.len(), "digest": read.digest.to_string() }));
    } else {
        terminal.line(format!("{}: {} bytes, {}", output.display(), bytes.len(), counted(rules.rules.len(), "rule")));
    }
    Ok(Ended::Clean)
}

/// Writes a file whole or not at all: to a neighbour first, then by renaming.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CannotRun> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        CannotRun::unwritable(path, error)
    })
}
