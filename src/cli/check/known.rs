//! `cater check --write-baseline`: what is found now, set aside.
//!
//! Takes what was found of every world, writes each baseline whole or not at all, and gives back what was found with what
//! is now known set aside. Where rules are in error nothing is written: what could not be read was not looked at, and its
//! findings would come up as new ones later.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::Looked;
use crate::cli::baseline::{self, Prints, Top};
use crate::cli::terminal::Terminal;
use crate::cli::worlds::World;
use crate::cli::{CannotRun, build, codes, counted};
use crate::diagnostics::baseline::{Baseline, Entry};

/// The baselines that are about to be written.
#[derive(Default)]
pub(super) struct Writing {
    worlds: Vec<(World, Looked)>,
    files: BTreeMap<PathBuf, File>,
    is_in_error: bool,
}

/// One baseline.
#[derive(Default)]
struct File {
    entries: Vec<Entry>,
    /// The files of rules that were looked at, from the top.
    read: HashSet<String>,
}

impl Writing {
    /// Adds what was found of a world.
    ///
    /// # Errors
    /// Nobody says where its baseline is, it is a part of a world only, or the file is one of its own.
    pub(super) fn add(&mut self, world: World, looked: Looked, top: &Top) -> Result<(), CannotRun> {
        let Some(path) = &looked.baseline else {
            let message = format!("nobody says where the baseline of `{}` is", world.root.display());
            return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message)
                .help("name the file: --baseline known.json, or in cater.toml: baseline = \"known.json\""));
        };
        if looked.compiled.is_part {
            let message =
                format!("`{}` is only a part of its rules, and a baseline is about all", world.root.display());
            return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message).help("name the folder of the world"));
        }
        world.spares(path)?;
        let file = self.files.entry(path.clone()).or_default();
        let compiled = &looked.compiled;
        let source_of = |finding: &crate::diagnostics::Diagnostic| {
            finding.span().and_then(|at| compiled.sources.get(at.source)).map(|source| top.path(&source.name))
        };
        for (finding, print) in compiled.diagnostics.iter().zip(Prints::of(compiled, top).shown) {
            if finding.code.can_be_known() {
                file.entries.push(Entry {
                    file: source_of(finding).unwrap_or_default(),
                    code: finding.code.name.to_owned(),
                    message: finding.message.clone(),
                    fingerprint: print.to_string(),
                });
            } else {
                self.is_in_error |= finding.is_error();
            }
        }
        file.read.extend(compiled.sources.iter().map(|(_, source)| top.path(&source.name)));
        self.worlds.push((world, looked));
        Ok(())
    }

    /// Writes them, unless something is in error, and says so.
    pub(super) fn write(self, top: &Top, terminal: &Terminal) -> Result<(Vec<(World, Looked)>, bool), CannotRun> {
        let Self { mut worlds, files, is_in_error } = self;
        if is_in_error {
            let why = "what is in error was not looked at to its end, so no baseline was written; mend that first";
            terminal.say(why);
            return Ok((worlds, false));
        }
        let mut written: BTreeMap<&Path, Baseline> = BTreeMap::new();
        for (path, file) in &files {
            let mut entries = file.entries.clone();
            // What it knows of rules that were not looked at now stays, as long as they are there.
            if path.exists() {
                let old =
                    baseline::read(path).map_err(|refused| refused.help("take it away first, or name another file"))?;
                let stays = |entry: &&Entry| !file.read.contains(&entry.file) && top.holds(&entry.file);
                entries.extend(old.entries().filter(stays).cloned());
            }
            written.insert(path, Baseline::of(&top.path(&path.display().to_string()), entries));
        }
        let texts: Vec<(&Path, String)> = written.iter().map(|(path, one)| (*path, one.written())).collect();
        build::write_all_whole(&texts)?;
        for (path, baseline) in &written {
            terminal.say(format!("{}: {} set aside", path.display(), counted(baseline.len(), "finding")));
        }
        for (_, looked) in &mut worlds {
            if let Some(baseline) = looked.baseline.as_deref().and_then(|path| written.get(path)) {
                baseline::set_aside(&mut looked.compiled, baseline, top);
            }
        }
        Ok((worlds, true))
    }
}
