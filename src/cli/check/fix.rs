//! `cater check --fix`: applies what certainly mends a finding, or shows it as a diff.
//!
//! Takes a world, gives its rules as they are afterwards. Files are written together, each whole or not at all.

use std::path::PathBuf;

use serde_json::json;

use super::diff::unified;
use crate::cli::terminal::Terminal;
use crate::cli::worlds::World;
use crate::cli::{CannotRun, Format, build, counted};
use crate::compile::Compiled;
use crate::compile::mend::{Mended, mend};
use crate::source::{SourceId, SourceSet};
use crate::value::Instant;

/// What was done to a world's files.
pub(super) struct Fixed {
    /// The world as it is now, or would be.
    pub(super) compiled: Compiled,
    /// In words, for the line about the world; empty where there was nothing to do.
    pub(super) summary: String,
    /// For machines, a file each.
    pub(super) files: Vec<serde_json::Value>,
}

/// Mends a world, as of `now` if it is given; with `dry`, shows how it would be mended and writes nothing.
pub(super) fn run(world: &World, now: Option<Instant>, dry: bool, terminal: &Terminal) -> Result<Fixed, CannotRun> {
    let sources = world.sources()?;
    let Mended { compiled, changed, left_alone } = mend(&sources, &world.compiler(now)?);
    let name = |set: &SourceSet, id: SourceId| set.get(id).map_or_else(String::new, |source| source.name.clone());
    let text = |set: &SourceSet, id: SourceId| set.get(id).map_or_else(String::new, |source| source.text.clone());
    let mut files = Vec::new();
    let mut whole = Vec::new();
    for one in &changed {
        let (old, new) = (text(&sources, one.source), text(&compiled.sources, one.source));
        let name = name(&sources, one.source);
        if dry {
            let diff = unified(&name, &old, &new);
            if terminal.format != Format::Json {
                terminal.text(&diff);
            }
            files.push(json!({ "file": &name, "fixes": one.fixes, "written": false, "diff": diff }));
        } else {
            files.push(json!({ "file": &name, "fixes": one.fixes, "written": true }));
        }
        whole.push((PathBuf::from(name), new));
    }
    if !dry {
        let whole: Vec<_> = whole.iter().map(|(path, text)| (path.as_path(), text)).collect();
        build::write_all_whole(&whole)?;
    }
    for id in &left_alone {
        let name = name(&sources, *id);
        terminal.say(format!("{name}: not touched, since it has an error in how it is written that only you can mend"));
    }
    let fixes = changed.iter().map(|one| one.fixes).sum();
    let verb = if dry { "would be mended" } else { "mended" };
    let summary = match changed.len() {
        0 => String::new(),
        count => format!("{} {verb} in {}", counted(fixes, "finding"), counted(count, "file")),
    };
    Ok(Fixed { compiled, summary, files })
}
