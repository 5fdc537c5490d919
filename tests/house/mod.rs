//! The rules of the house, as tests: `cargo test` is the only gate.
//!
//! Each file guards one promise that ARCHITECTURE.md, CONTRIBUTING.md or DESIGN.md makes, and reads the promise from
//! there where it is a table. A failure names the file and line and says what to do.

mod dependencies;
mod documents;
mod files;
mod rooms;
mod rust;
mod set_up;
mod snapshots;

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of Cargo.toml.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder of the repository, relative to its root, in order; none if there is no such folder.
/// What builds leave behind and hidden folders other than `.ci` and `.github` are passed over.
pub(crate) fn files_below(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.as_ref().to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else { continue };
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            let hidden = name.starts_with('.') && ![".ci", ".github", ".gitignore"].contains(&name.as_str());
            if hidden || ["target", "__pycache__", "node_modules"].contains(&name.as_str()) {
                continue;
            }
            if entry.file_type().unwrap().is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Every Rust file below a folder.
pub(crate) fn rust_below(folder: &str) -> Vec<PathBuf> {
    files_below(folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

/// Fails with every complaint, if there is any.
#[track_caller]
pub(crate) fn no_complaints(promise: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{promise}:\n  {}\n", complaints.join("\n  "));
}
