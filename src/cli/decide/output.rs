//! Every decision in a file: a row a slot in CSV, or an object a customer in JSON Lines.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::CannotRun;
use crate::diagnostics::codes;
use crate::model::Verified;
use crate::runtime::batch::Decided;
use crate::runtime::spelt::{held, machine, until, way, words};

/// A file that grows beside its name and is moved there when it is complete.
pub(super) struct Output<'a> {
    rules: &'a Verified,
    tables: &'a [String],
    path: PathBuf,
    part: Part,
    to: To,
}

enum To {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    JsonLines(BufWriter<File>),
}

/// A complete file that has not been moved to its name yet; dropped, it is gone.
pub(super) struct Placed {
    path: PathBuf,
    part: Part,
}

/// The file beside the name; it is removed unless it was moved.
struct Part(Option<PathBuf>);

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn cannot(path: &Path, error: impl std::fmt::Display) -> CannotRun {
    CannotRun::unwritable(path, error)
}

impl<'a> Output<'a> {
    pub(super) fn create(path: &Path, rules: &'a Verified, tables: &'a [String]) -> Result<Self, CannotRun> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !["csv", "jsonl", "ndjson"].contains(&ending.as_str()) {
            let message = format!("`{}` does not say how to write it", path.display());
            return Err(CannotRun::new(&codes::run::BAD_OUTPUT, message).help("end the name in .csv or .jsonl"));
        }
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let file = BufWriter::new(File::create(&part).map_err(|error| cannot(path, error))?);
        let to = if ending != "csv" {
            To::JsonLines(file)
        } else {
            let mut writer = csv::Writer::from_writer(file);
            writer
                .write_record([
                    "table", "row", "customer", "slot", "shows", "by", "rule", "tasks", "channel", "silent", "holds",
                    "until", "id",
                ])
                .map_err(|error| cannot(path, error))?;
            To::Csv(Box::new(writer))
        };
        Ok(Self { rules, tables, path: path.to_path_buf(), part: Part(Some(part)), to })
    }

    pub(super) fn write(&mut self, decided: &Decided) -> Result<(), CannotRun> {
        let table = self.tables.get(decided.file).map_or("", String::as_str);
        let customer = decided.key.as_deref();
        let written: Result<(), String> = match &mut self.to {
            To::Csv(writer) => decided.decisions.iter().enumerate().try_for_each(|(at, decision)| {
                let (shows, by, rule) = words(self.rules, decision);
                let slot = self.rules[decision.slot].name.as_str();
                let row = decided.row.to_string();
                let (shows, rule) = (shows.unwrap_or(""), rule.unwrap_or(""));
                let tasks = decision.tasks(self.rules).join(" ");
                let (channel, silent) = way(self.rules, decision).unwrap_or_default();
                let silent = if silent { "yes" } else { "" };
                let (held, until) = (held(self.rules, decision).unwrap_or(""), until(decision).unwrap_or_default());
                let customer = customer.unwrap_or("");
                let id = decided.ids.get(at).and_then(Option::as_deref).unwrap_or("");
                let record = [table, &row, customer, slot, shows, by, rule, &tasks, channel, silent, held, &until, id];
                writer.write_record(record).map_err(|error| error.to_string())
            }),
            To::JsonLines(writer) => {
                let one = |(at, decision)| {
                    let mut object = machine(self.rules, decision);
                    if let (Some(fields), Some(Some(id))) = (object.as_object_mut(), decided.ids.get(at)) {
                        fields.insert("id".to_owned(), json!(id));
                    }
                    object
                };
                let decisions: Vec<_> = decided.decisions.iter().enumerate().map(one).collect();
                let line = json!({ "table": table, "row": decided.row, "customer": customer, "decisions": decisions });
                writeln!(writer, "{line}").map_err(|error| error.to_string())
            }
        };
        written.map_err(|error| cannot(&self.path, error))
    }

    /// Writes what is left to disk.
    pub(super) fn finish(self) -> Result<Placed, CannotRun> {
        let Self { path, part, to, .. } = self;
        let file = match to {
            To::Csv(writer) => writer.into_inner().map_err(|error| cannot(&path, error.error()))?,
            To::JsonLines(writer) => writer,
        };
        let file = file.into_inner().map_err(|error| cannot(&path, error.error()))?;
        file.sync_all().map_err(|error| cannot(&path, error))?;
        Ok(Placed { path, part })
    }
}

impl Placed {
    /// Moves the file to its name, for good only with [`Standing::keep`].
    pub(super) fn place(mut self) -> Result<Standing, CannotRun> {
        let Some(part) = self.part.0.take() else { return Ok(Standing { path: self.path, before: None, kept: true }) };
        let before = set_aside(&self.path);
        if let Err(error) = std::fs::rename(&part, &self.path) {
            let _ = std::fs::remove_file(&part);
            before.iter().for_each(|before| drop(std::fs::remove_file(before)));
            return Err(cannot(&self.path, error));
        }
        let standing = Standing { path: self.path, before, kept: false };
        // A name that a power cut takes back must not be counted on.
        sync_folder(&standing.path).map_err(|error| cannot(&standing.path, error))?;
        Ok(standing)
    }
}

/// A complete file under its name; dropped without [`Standing::keep`], what was there before is there again.
pub(super) struct Standing {
    path: PathBuf,
    /// The old file under a second name.
    before: Option<PathBuf>,
    kept: bool,
}

impl Standing {
    /// The new file stays.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let _ = match (self.kept, &self.before) {
            (true, None) => Ok(()),
            (true, Some(before)) => std::fs::remove_file(before),
            (false, None) => std::fs::remove_file(&self.path),
            (false, Some(before)) => std::fs::rename(before, &self.path),
        };
    }
}

/// Gives the file that is there a second name, so that it can come back; nothing where there is none, or nothing that a
/// file can take the place of.
fn set_aside(path: &Path) -> Option<PathBuf> {
    std::fs::symlink_metadata(path).ok().filter(|found| !found.is_dir())?;
    let mut name = path.file_name()?.to_os_string();
    name.push(format!(".{}.old", std::process::id()));
    let before = path.with_file_name(name);
    // Where the disk knows no second names the old file is moved, and its name is free for a moment.
    std::fs::hard_link(path, &before).or_else(|_| std::fs::rename(path, &before)).ok()?;
    Some(before)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder is no file that can be written through.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
