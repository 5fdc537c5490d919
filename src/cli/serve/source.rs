//! Where the service's bundle comes from: a file, or a folder in which there is one that is meant.
//!
//! Whom to trust is asked anew each time, as every verb asks it. Whether something else lies there is seen from sizes and
//! times of files, so that it works wherever files do: where volumes are swapped under a name, and over a net.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use crate::cli::bundles::{self, Shipped, Trusting};
use crate::cli::{CannotRun, states};
use crate::diagnostics::codes;
use crate::runtime::{Engine, Origin};
use crate::serve::{Opened, Refused, Source};

/// What the name of a bundle in a folder ends in.
const ENDING: &str = "cater";

/// A file or a folder.
pub(super) struct Files {
    path: PathBuf,
    trust: Vec<PathBuf>,
    last: Option<PathBuf>,
    /// What else is to be looked at.
    beside: Option<PathBuf>,
    only_asks: bool,
    /// For how many days the state keeps what happened; for good, where nobody says.
    keep: Option<NonZeroU32>,
}

impl Files {
    pub(super) fn new(path: PathBuf, trusting: &Trusting, last: Option<PathBuf>, beside: Option<PathBuf>) -> Self {
        Self { path, trust: trusting.trust.clone(), last, beside, only_asks: false, keep: None }
    }

    /// Notes nowhere that a bundle was accepted.
    pub(super) fn only_asking(self) -> Self {
        Self { only_asks: true, ..self }
    }

    /// Refuses rules that look back further.
    pub(super) fn for_events_kept(self, keep: Option<NonZeroU32>) -> Self {
        Self { keep, ..self }
    }

    fn trusting(&self) -> Trusting {
        Trusting { trust: self.trust.clone() }
    }

    /// The bundle that is meant, with its file.
    fn chosen(&self) -> Result<(PathBuf, bundles::Opened), CannotRun> {
        let open = |file: PathBuf| bundles::open(&file, &self.trusting()).map(|opened| (file, opened));
        if !self.path.is_dir() {
            return open(self.path.clone());
        }
        let mut files = bundles_in(&self.path).map_err(|error| CannotRun::unreadable(&self.path, &error))?;
        let which = |message: &str, help: &str| {
            let message = format!("`{}` holds {message}", self.path.display());
            CannotRun::new(&codes::serve::WHICH_BUNDLE, message).help(help.to_owned())
        };
        if files.len() < 2 {
            let only = files
                .pop()
                .ok_or_else(|| which("no bundle", "build one into it: cater build RULES --output FILE.cater"))?;
            return open(only);
        }
        if bundles::trust(&self.path, &self.trusting())?.is_nobody() {
            let names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
            let message =
                format!("several bundles, {}, and nobody is trusted to say which is the latest", names.join(", "));
            return Err(which(
                &message,
                "name one of them, or a public key whose highest sequence counts: --trust FILE.pub",
            ));
        }
        let mut best: Option<(PathBuf, bundles::Opened)> = None;
        let mut refused = None;
        for file in files {
            match open(file) {
                Ok(one) if best.as_ref().is_none_or(|best| sequence(best) < sequence(&one)) => best = Some(one),
                Ok(_) => {}
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        // One that may not be used takes nothing away from the others.
        best.ok_or_else(|| refused.unwrap_or_else(|| which("no bundle", "build one into it")))
    }
}

fn sequence((_, opened): &(PathBuf, bundles::Opened)) -> u64 {
    opened.bundle.signed.as_ref().map_or(0, |signed| signed.claim().sequence)
}

/// The bundles in a folder, by name.
fn bundles_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

impl Source for Files {
    fn open(&self) -> Result<Opened, Refused> {
        let (file, opened) = self.chosen()?;
        states::reach_back(&opened.bundle.rules, self.keep)?;
        Ok(Opened { engine: Engine::from_bundle(opened.bundle), file: file.display().to_string() })
    }

    fn accept(&self, file: &str, origin: Option<&Origin>) -> Result<(), Refused> {
        let signed = origin.and_then(|origin| origin.signed);
        let shipped = Shipped { file: PathBuf::from(file), signed };
        shipped.accept(self.last.clone(), self.only_asks)?;
        Ok(())
    }

    fn looks(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut look = |path: &Path| {
            path.hash(&mut hasher);
            path.metadata().ok().map(|found| traits(&found)).hash(&mut hasher);
        };
        let files = match self.path.is_dir() {
            true => bundles_in(&self.path).unwrap_or_default(),
            false => vec![self.path.clone()],
        };
        for file in files {
            look(&file);
            look(&bundles::signature_of(&file));
        }
        self.beside.iter().for_each(|file| look(file));
        hasher.finish()
    }
}

/// What of a file changes when it does.
#[cfg(unix)]
fn traits(found: &Metadata) -> impl Hash + use<> {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec())
}

/// What of a file changes when it does.
#[cfg(not(unix))]
fn traits(found: &Metadata) -> impl Hash + use<> {
    (found.len(), found.modified().ok())
}
