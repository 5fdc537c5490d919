//! From paths to rule sets: a folder with a `cater.toml` is one world, so is a folder of `.rules` files, so is a file.

use std::path::{Path, PathBuf};

use super::CannotRun;
use crate::compile::{Compiled, compile};
use crate::source::{MAX_FILE_BYTES, SourceSet};

/// The name of the file that makes a folder a world.
pub(super) const CONFIG: &str = "cater.toml";

/// The files of one rule set.
#[derive(Debug)]
pub(super) struct World {
    /// The folder or file it was found at.
    pub(super) root: PathBuf,
    files: Vec<PathBuf>,
}

impl World {
    /// Reads and compiles all its files.
    pub(super) fn compile(&self) -> Result<Compiled, CannotRun> {
        Ok(compile(self.sources()?))
    }

    /// Reads all its files.
    pub(super) fn sources(&self) -> Result<SourceSet, CannotRun> {
        let mut sources = SourceSet::default();
        for path in &self.files {
            let cannot = |why: String| CannotRun::new("run::unreadable-file", format!("{}: {why}", path.display()));
            let bytes = std::fs::read(path).map_err(|error| cannot(error.to_string()))?;
            if bytes.len() > MAX_FILE_BYTES {
                return Err(cannot(format!("larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024))));
            }
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                cannot(format!("not UTF-8 text at byte {at}")).help("save the file as UTF-8")
            })?;
            sources.add(path.display().to_string(), text);
        }
        Ok(sources)
    }

    /// The rule files in their order.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

/// Every world at or below the paths; the current folder where none is given.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<World>, CannotRun> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            below(path, &mut found)?;
        } else if path.is_file() {
            found.push(World { root: path.clone(), files: vec![path.clone()] });
        } else {
            let message = format!("there is no file or folder `{}`", path.display());
            return Err(CannotRun::new("run::no-such-path", message));
        }
    }
    if found.is_empty() {
        let message = format!("no `.rules` files at {}", list(paths));
        return Err(
            CannotRun::new("run::no-rules", message).help("name a folder of rules, or start one: cater new shop")
        );
    }
    Ok(found)
}

/// The one world at a path.
pub(super) fn one(path: &Path) -> Result<World, CannotRun> {
    let mut found = find(&[path.to_path_buf()])?;
    match (found.pop(), found.len()) {
        (Some(world), 0) => Ok(world),
        (_, others) => {
            let message = format!("`{}` holds {} worlds, not one", path.display(), others + 1);
            Err(CannotRun::new("run::many-worlds", message).help("name the folder of one of them"))
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

/// A folder is one world if it has a `cater.toml` or rule files and no world below it.
fn below(folder: &Path, found: &mut Vec<World>) -> Result<(), CannotRun> {
    if folder.join(CONFIG).is_file() {
        let files = rule_files(folder, true)?;
        found.push(World { root: folder.to_path_buf(), files });
        return Ok(());
    }
    let here = rule_files(folder, false)?;
    let before = found.len();
    for child in entries(folder)?.into_iter().filter(|child| child.is_dir()) {
        below(&child, found)?;
    }
    let configured = found.iter().skip(before).any(|world| world.root.join(CONFIG).is_file());
    if !configured {
        // No world says where it begins, so everything below this folder belongs together.
        found.truncate(before);
        let files = rule_files(folder, true)?;
        if !files.is_empty() {
            found.push(World { root: folder.to_path_buf(), files });
        }
    } else if !here.is_empty() {
        found.push(World { root: folder.to_path_buf(), files: here });
    }
    Ok(())
}

/// The `.rules` files of a folder, and of those below it, in order of path.
fn rule_files(folder: &Path, deep: bool) -> Result<Vec<PathBuf>, CannotRun> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            if deep {
                files.extend(rule_files(&entry, true)?);
            }
        } else if entry.extension().is_some_and(|extension| extension == "rules") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// What lies in a folder, in order of name, without hidden things and build output.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CannotRun> {
    let cannot = |error: std::io::Error| CannotRun::new("run::io", format!("{}: {error}", folder.display()));
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.starts_with('.') && !(path.is_dir() && (name == "target" || name == "node_modules")) {
            // `./shop.rules` reads worse than `shop.rules` in every message.
            all.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    all.sort();
    Ok(all)
}
