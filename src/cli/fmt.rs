//! `cater fmt`: one layout for all rule files; comments stay where they are.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::terminal::Terminal;
use super::{Ended, Format, Outcome, build, check, counted, worlds};
use crate::diagnostics::render;
use crate::syntax::format;

/// Lay out rule files.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folders or `.rules` files; the current folder if none is given.
    paths: Vec<PathBuf>,
    /// Change nothing; exit code 1 if a file is not laid out so.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let (mut changed, mut unreadable) = (Vec::new(), Vec::new());
    let mut machine = Vec::new();
    let mut seen = 0;
    for world in worlds::find(&arguments.paths)? {
        let sources = world.sources()?;
        for (id, source) in sources.iter() {
            seen += 1;
            match format(id, &source.text) {
                Ok(text) if text == source.text => {}
                Ok(text) => {
                    if !arguments.check {
                        build::write_whole(Path::new(&source.name), text.as_bytes())?;
                    }
                    changed.push(source.name.clone());
                }
                Err(findings) => {
                    if terminal.format == Format::Json {
                        machine.push(render::json(&findings, &sources));
                    } else {
                        terminal.findings(&findings, &sources);
                        let count = render::count(&findings);
                        terminal.say(format!("{}: {count}", source.name));
                    }
                    unreadable.push(source.name.clone());
                }
            }
        }
    }
    if terminal.format == Format::Json {
        let mut object = json!({ "changed": changed, "unreadable": unreadable, "files": seen });
        if let (Some(fields), serde_json::Value::Object(findings)) = (object.as_object_mut(), check::joined(machine)) {
            fields.extend(findings);
        }
        terminal.json(&object);
    } else {
        let word = if arguments.check { "would be laid out" } else { "laid out" };
        for name in &changed {
            terminal.line(format!("{word}: {name}"));
        }
        let same = seen - changed.len() - unreadable.len();
        let broken = match unreadable.len() {
            0 => String::new(),
            count => format!(", {count} in error and not touched"),
        };
        terminal.say(format!("{} {word}, {same} already so{broken}", counted(changed.len(), "file")));
    }
    let found = !unreadable.is_empty() || (arguments.check && !changed.is_empty());
    Ok(if found { Ended::Found } else { Ended::Clean })
}
