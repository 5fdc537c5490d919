//! What is compared: a path, or a state of the rules that git remembers.
//!
//! Git is asked by its own command, for the `.rules` and `cater.toml` files of a revision, which are written into a folder
//! that goes when the run ends. Data is not: customers are named by the command.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::super::CannotRun;
use super::super::baseline::Top;
use super::super::bundles::Trusting;
use super::super::terminal::Terminal;
use super::super::worlds::{self, Loaded};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::runtime::data::World as Config;

/// One side of a comparison.
pub(super) struct Operand {
    /// As it was asked for.
    pub(super) name: String,
    pub(super) loaded: Loaded,
    /// It is a folder of this run's making.
    made: Option<TempDir>,
}

impl Operand {
    fn of_path(path: &Path, trusting: &Trusting) -> Result<Self, CannotRun> {
        Ok(Self { name: path.display().to_string(), loaded: worlds::load(path, trusting)?, made: None })
    }

    /// What is in error.
    pub(super) fn errors(&self) -> Vec<Diagnostic> {
        let errors = self.loaded.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.cloned().collect()
    }

    /// Says what is in error.
    pub(super) fn tell_errors(&self, terminal: &Terminal) {
        match &self.made {
            // Nobody knows the folder that was made.
            Some(_) => {
                let sources = self.loaded.sources.renamed(|name| format!("{}:{}", self.name, self.inside(name)));
                terminal.findings(&self.errors(), &sources);
            }
            None => terminal.findings(&self.errors(), &self.loaded.sources),
        }
    }

    /// A file's path as seen from the top of the repository.
    pub(super) fn path(&self, top: &Top, name: &str) -> String {
        if self.made.is_some() { self.inside(name) } else { top.path(name) }
    }

    /// A file's path within the folder that was made, which holds what the repository does.
    fn inside(&self, name: &str) -> String {
        let path = Path::new(name);
        let inside = self.made.as_ref().and_then(|made| path.strip_prefix(made.path()).ok());
        inside.unwrap_or(path).display().to_string()
    }
}

/// Both sides: two paths or revisions, or two revisions of a folder.
pub(super) fn both(old: &str, new: Option<&str>, trusting: &Trusting) -> Result<[Operand; 2], CannotRun> {
    let exists = |text: &str| Path::new(text).exists();
    if let Some((from, to, dots)) = range(old).filter(|_| !exists(old)) {
        let folder = Path::new(new.unwrap_or("."));
        let (from, to) = (if from.is_empty() { "HEAD" } else { from }, if to.is_empty() { "HEAD" } else { to });
        // Three dots: what happened on the second since they parted.
        let base = if dots == 3 { git(folder, &["merge-base", from, to])?.trim().to_owned() } else { from.to_owned() };
        return Ok([remembered(folder, &base, from)?, remembered(folder, to, to)?]);
    }
    let new = new.unwrap_or(".");
    let side = |text: &str, other: &str| {
        if exists(text) {
            return Operand::of_path(Path::new(text), trusting);
        }
        let folder = if exists(other) && Path::new(other).is_dir() { Path::new(other) } else { Path::new(".") };
        if is_revision(folder, text) {
            return remembered(folder, text, text);
        }
        let message = format!("there is no file or folder `{text}`, and git knows no such revision");
        Err(CannotRun::new(&codes::run::NO_SUCH_PATH, message)
            .help("name a folder of rules, a bundle, or a revision such as `main`"))
    };
    Ok([side(old, new)?, side(new, old)?])
}

/// `main..HEAD` or `main...HEAD`, with the number of dots.
fn range(text: &str) -> Option<(&str, &str, usize)> {
    if let Some((from, to)) = text.split_once("...") {
        return Some((from, to, 3));
    }
    text.split_once("..").map(|(from, to)| (from, to, 2))
}

fn is_revision(folder: &Path, text: &str) -> bool {
    let commit = format!("{text}^{{commit}}");
    !text.starts_with('-') && git(folder, &["rev-parse", "--verify", "--quiet", &commit]).is_ok()
}

/// The rules of a folder as a revision has them.
fn remembered(folder: &Path, revision: &str, name: &str) -> Result<Operand, CannotRun> {
    // Where there is no repository, git says so.
    let inside = git(folder, &["rev-parse", "--show-prefix"])?;
    if !is_revision(folder, revision) {
        let message = format!("git knows no revision `{name}` at `{}`", folder.display());
        return Err(CannotRun::new(&codes::run::NO_SUCH_PATH, message)
            .help("name a branch, a tag or a commit; a shallow copy may have to be fetched first"));
    }
    let listed = git(folder, &["ls-tree", "-r", "--full-tree", "-z", "--name-only", revision])?;
    let made = TempDir::new()?;
    let wanted = |path: &&str| {
        let path = Path::new(path);
        path.extension().is_some_and(|ending| ending == "rules")
            || path.file_name().is_some_and(|name| name == Config::FILE)
    };
    for path in listed.split('\0').filter(|path| !path.is_empty()).filter(wanted) {
        let text = git(folder, &["cat-file", "blob", &format!("{revision}:{path}")])?;
        let to = made.path().join(path);
        to.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(&to, text)?;
    }
    let root: PathBuf = made.path().join(inside.trim_end_matches('\n'));
    if !root.is_dir() {
        let message = format!("revision `{name}` has no rules at `{}`", folder.display());
        return Err(CannotRun::new(&codes::run::NO_RULES, message).help("name the folder as it was called then"));
    }
    // Folders that hold data and no rules are not there; a world may name them.
    let mut loaded = worlds::load(&root, &Trusting::default())?;
    loaded.world.forget_data();
    Ok(Operand { name: name.to_owned(), loaded, made: Some(made) })
}

/// What git says; its own words where it refuses.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, CannotRun> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().map_err(|error| {
        CannotRun::new(&codes::run::NO_GIT, format!("git cannot be asked: {error}"))
            .help("install git, or name two folders instead of revisions")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or("git refused").trim().to_owned();
        return Err(
            CannotRun::new(&codes::run::NO_GIT, first).help("compare two folders, or run in a copy of the repository")
        );
    }
    String::from_utf8(output.stdout).map_err(|_| {
        CannotRun::new(&codes::run::UNREADABLE_FILE, "a file that git remembers is no UTF-8")
            .help("save the file as UTF-8")
    })
}
