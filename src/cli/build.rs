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

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CannotRun> {
    write_all_whole(&[(path, bytes)])
}

/// Writes files, each whole or not at all: all of them to neighbours first, then by renaming, so that a disk that is full
/// changes none.
pub(super) fn write_all_whole<B: AsRef<[u8]>>(files: &[(&Path, B)]) -> Result<(), CannotRun> {
    let mut parts: Vec<(PathBuf, &Path)> = Vec::new();
    let written = files.iter().try_for_each(|(path, bytes)| {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        parts.push((part.clone(), path));
        std::fs::File::create(&part)
            .and_then(|mut file| file.write_all(bytes.as_ref()).and_then(|()| file.sync_all()))
            .map_err(|error| CannotRun::unwritable(path, error))
    });
    let renamed = |(part, path): &(PathBuf, &Path)| {
        std::fs::rename(part, path).map_err(|error| CannotRun::unwritable(path, error))
    };
    written.and_then(|()| parts.iter().try_for_each(renamed)).inspect_err(|_| {
        // Those that were renamed are no longer there.
        parts.iter().for_each(|(part, _)| drop(std::fs::remove_file(part)));
    })
}
