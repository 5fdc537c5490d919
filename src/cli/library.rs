//! Rule files on a disk: read as text, looked up for a `use`, and never outside of where they may lie.

use std::path::{Path, PathBuf};

use super::{CannotRun, worlds};
use crate::bundle::MAGIC;
use crate::compile::uses::{Library, NotRead, leads_up, plain};
use crate::diagnostics::codes;
use crate::source::MAX_FILE_BYTES;

/// The files that a rule set may use.
#[derive(Debug)]
pub(super) struct Disk {
    /// The folders and files out of which no `use` leads, as plain names.
    bounds: Vec<String>,
    /// The files of the world of which a part is read.
    world: Vec<String>,
}

impl Disk {
    pub(super) fn new(bounds: &[PathBuf], world: &[PathBuf]) -> Self {
        let names = |paths: &[PathBuf]| paths.iter().map(|path| plain(&path.display().to_string())).collect();
        Self { bounds: names(bounds), world: names(world) }
    }
}

impl Library for Disk {
    fn read(&self, name: &str) -> Result<String, NotRead> {
        let path = Path::new(name);
        if path.is_dir() {
            return Err(NotRead::Folder);
        }
        if !path.is_file() || !is_spelt_so(path) {
            return Err(NotRead::Missing);
        }
        text(path).map_err(|Unreadable { why, .. }| NotRead::Unreadable(why))
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let files = worlds::rule_files(Path::new(if folder.is_empty() { "." } else { folder }), false);
        files.unwrap_or_default().iter().map(|path| plain(&path.display().to_string())).collect()
    }

    fn around(&self, folder: &str) -> Vec<String> {
        let mut all = self.beside(folder);
        all.extend(self.world.iter().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>());
        all
    }

    fn holds(&self, name: &str) -> bool {
        self.bounds.iter().any(|bound| match bound.as_str() {
            "" => !leads_up(name) && !name.starts_with('/'),
            bound => name.strip_prefix(bound.trim_end_matches('/')).is_some_and(|rest| {
                // Below `..` lies `../a.rules`, and above it `../../a.rules`.
                rest.is_empty() || rest.strip_prefix('/').is_some_and(|below| !leads_up(below))
            }),
        })
    }
}

/// Whether the folders on the way list each part in just these letters: some systems find `Customer.rules` for
/// `customer.rules`, and others do not.
fn is_spelt_so(path: &Path) -> bool {
    path.ancestors().all(|part| {
        let (Some(name), Some(folder)) = (part.file_name(), part.parent()) else { return true };
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        // A folder that may be entered but not listed tells nothing.
        let Ok(mut entries) = std::fs::read_dir(folder) else { return true };
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == name))
    })
}

/// Why a file is no rule file.
pub(super) struct Unreadable {
    /// In words that follow "it": `is not UTF-8 text at byte 7`.
    pub(super) why: String,
    /// How the tool refuses it where it was named on the command line.
    refusal: CannotRun,
}

impl From<Unreadable> for CannotRun {
    fn from(unreadable: Unreadable) -> Self {
        unreadable.refusal
    }
}

/// The text of a rule file.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    let file = path.display();
    let cannot = |why: String, help: &str| Unreadable {
        refusal: CannotRun::new(&codes::run::UNREADABLE_FILE, format!("{file}: it {why}")).help(help),
        why,
    };
    let bytes = std::fs::read(path).map_err(|error| Unreadable {
        why: format!("cannot be read: {error}"),
        refusal: CannotRun::unreadable(path, &error),
    })?;
    if bytes.starts_with(&MAGIC) || path.extension().is_some_and(|extension| extension == "cater") {
        let message = format!("`{file}` is a bundle, and this verb works on rules");
        return Err(Unreadable {
            why: "is a bundle".to_owned(),
            refusal: CannotRun::new(&codes::run::IS_A_BUNDLE, message)
                .help("name the folder from which it was built; decide, why, read, list and graph take bundles"),
        });
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(cannot(
            format!("is larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024)),
            "is it a file of rules? if so, part it: the files of a folder are read as one",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        cannot(format!("is not UTF-8 text at byte {at}"), "save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_holds_what_lies_below_it() {
        let disk = |bounds: &[&str]| Disk::new(&bounds.iter().map(PathBuf::from).collect::<Vec<_>>(), &[]);
        for (bounds, name, held) in [
            (&["."][..], "a.rules", true),
            (&["."], "../a.rules", false),
            (&["shop"], "shop/a.rules", true),
            (&["shop"], "shopping/a.rules", false),
            (&["shop", "shop/../shared"], "shared/a.rules", true),
            (&[".."], "../a.rules", true),
            (&[".."], "../../a.rules", false),
            (&["../.."], "../../a.rules", true),
            (&["/rules/shop"], "/rules/a.rules", false),
            (&["/"], "/rules/a.rules", true),
            (&["/rules/shop"], "/rules/shop/deep/a.rules", true),
        ] {
            assert_eq!(disk(bounds).holds(name), held, "{name} in {bounds:?}");
        }
    }
}
