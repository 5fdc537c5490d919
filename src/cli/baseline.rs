//! Baselines on a disk, and the place from which all paths in them and in reports are seen.

use std::path::{Path, PathBuf};

use super::{CannotRun, quoted};
use crate::compile::Compiled;
use crate::compile::uses::{leads_up, plain, seen_from};
use crate::diagnostics::baseline::Baseline;
use crate::diagnostics::fingerprint::{Fingerprint, Ground};
use crate::diagnostics::{self, Diagnostic, codes};

/// What marks the top of a repository.
const MARKS: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// The top of the repository around the current folder; where there is none, the current folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Top {
    top: PathBuf,
    here: PathBuf,
}

impl Top {
    /// # Errors
    /// There is no current folder.
    pub(super) fn find() -> Result<Self, CannotRun> {
        let here = std::env::current_dir()?;
        let marked = here.ancestors().find(|folder| MARKS.iter().any(|mark| folder.join(mark).exists()));
        Ok(Self { top: marked.unwrap_or(&here).to_path_buf(), here })
    }

    /// A file's path as seen from the top, whatever folder it was named from.
    pub(super) fn path(&self, name: &str) -> String {
        let shown = |path: &Path| plain(&path.display().to_string());
        let file = shown(&self.here.join(name));
        let seen = seen_from(&shown(&self.top), &file);
        if !leads_up(&seen) {
            return seen;
        }
        // It may have been named by another way than the current folder was.
        let real = Path::new(&file).canonicalize().ok().zip(self.top.canonicalize().ok());
        let real = real.map(|(file, top)| seen_from(&shown(&top), &shown(&file)));
        real.filter(|path| !leads_up(path)).unwrap_or(seen)
    }

    /// Whether there is a file of that path.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.top.join(path).exists()
    }
}

/// Reads a baseline.
pub(super) fn read(file: &Path) -> Result<Baseline, CannotRun> {
    let anew = format!("write one: cater check --baseline {} --write-baseline", quoted(file));
    let text = std::fs::read_to_string(file).map_err(|why| {
        let missing = why.kind() == std::io::ErrorKind::NotFound;
        let refused = CannotRun::unreadable(file, &why);
        if missing { refused.help(format!("check the name, or {anew}")) } else { refused }
    })?;
    Baseline::read(&Top::find()?.path(&file.display().to_string()), &text).map_err(|why| {
        let message = format!("{}: it is no baseline: {why}", file.display());
        CannotRun::new(&codes::run::UNREADABLE_FILE, message).help(anew)
    })
}

/// Sets aside what a baseline knows.
pub(super) fn set_aside(compiled: &mut Compiled, baseline: &Baseline, top: &Top) {
    let prints = Prints::of(compiled, top);
    let (mut known, mut shown) = (Vec::new(), Vec::new());
    for (finding, print) in std::mem::take(&mut compiled.diagnostics).into_iter().zip(prints.shown) {
        let is_known = finding.code.can_be_known() && baseline.knows(print.as_str());
        (if is_known { &mut known } else { &mut shown }).push(finding);
    }
    compiled.diagnostics = shown;
    compiled.known.append(&mut known);
    diagnostics::sort(&mut compiled.known);
}

/// The fingerprints of everything that a compilation found, in the order of its lists.
pub(super) struct Prints {
    pub(super) shown: Vec<Fingerprint>,
    pub(super) known: Vec<Fingerprint>,
    pub(super) allowed: Vec<Fingerprint>,
}

impl Prints {
    /// They are counted through in reading order, whatever became of them: allowing one changes no other.
    pub(super) fn of(compiled: &Compiled, top: &Top) -> Self {
        let allowed = compiled.allowed.iter().map(|allowed| &allowed.finding);
        let all: Vec<&Diagnostic> = compiled.diagnostics.iter().chain(&compiled.known).chain(allowed).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        let key = |at: &usize| all.get(*at).map(|finding| (finding.span(), finding.code.name, &finding.message));
        order.sort_by(|one, other| key(one).cmp(&key(other)));
        let path = |name: &str| top.path(name);
        let ground = Ground { sources: &compiled.sources, landmarks: &compiled.landmarks, path: &path };
        let prints = ground.fingerprints(order.iter().filter_map(|at| all.get(*at).copied()));
        let mut prints: Vec<(usize, Fingerprint)> = order.into_iter().zip(prints).collect();
        prints.sort();
        let mut prints = prints.into_iter().map(|(_, print)| print);
        let shown = prints.by_ref().take(compiled.diagnostics.len()).collect();
        let known = prints.by_ref().take(compiled.known.len()).collect();
        Self { shown, known, allowed: prints.collect() }
    }
}
