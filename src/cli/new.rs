//! `cater new NAME`: a folder of rules that checks, tests and decides at once.

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Outcome, quoted};
use crate::diagnostics::codes;

/// Start a folder of rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder to make; its last part names the world.
    folder: PathBuf,
}

/// The files of a new world; a test compiles, tests and decides it.
const FILES: [(&str, &str); 5] = [
    ("cater.toml", include_str!("new/cater.toml")),
    ("customer.rules", include_str!("new/customer.rules")),
    ("home.rules", include_str!("new/home.rules")),
    ("data/customers.csv", include_str!("new/customers.csv")),
    ("data/consent.csv", include_str!("new/consent.csv")),
];

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let folder = &arguments.folder;
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied || folder.is_file() {
        let message = format!("`{}` is already there", folder.display());
        return Err(CannotRun::new(&codes::run::FOLDER_EXISTS, message).help("choose a name that is not taken"));
    }
    make(folder)?;
    terminal.line(format!("made {} with {} files; now try", folder.display(), FILES.len()));
    for verb in ["check", "test", "decide"] {
        terminal.line(format!("  cater {verb} {}", quoted(folder)));
    }
    Ok(Ended::Clean)
}

fn make(folder: &Path) -> Result<(), CannotRun> {
    for (name, text) in FILES {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|error| CannotRun::unwritable(parent, error))?;
        std::fs::write(&path, text).map_err(|error| CannotRun::unwritable(&path, error))?;
    }
    Ok(())
}
