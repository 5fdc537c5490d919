//! Whether a world's `cater.toml` and its data fit its rules, so that `decide` refuses nothing of which `check` said
//! nothing.
//!
//! Everything is looked at, and everything that is wrong is said. A table is read to its end, and nobody is decided for.

use std::path::Path;

use super::super::settings;
use super::super::worlds::World;
use super::super::{CannotRun, codes};
use crate::model::Verified;
use crate::runtime::data::{ConsentIndex, Customers, CustomersFile, DataError, EventIndex, World as Config};
use crate::runtime::store::{EmbeddedStore, StateError};
use crate::value::Instant;

/// The largest file of which more is read than its head, in bytes as it lies on the disk.
const MOST_READ: u64 = 32 * 1024 * 1024;

/// What `decide` would refuse.
pub(super) fn misfits(rules: &Verified, world: &World, config: &Config) -> Result<Vec<CannotRun>, CannotRun> {
    let mut found: Vec<CannotRun> = Vec::new();
    let mut look = |looked: Result<(), DataError>| found.extend(looked.err().map(CannotRun::from));
    look(config.slots(rules).map(drop));
    look(config.facts(rules, config.now.unwrap_or(Instant(0))).map(drop));
    for table in &config.customers {
        look(table.file(rules).and_then(|file| customers(rules, &file)));
    }
    if let Some(path) = &config.consent {
        look(if is_read(path) { ConsentIndex::open(rules, path).map(drop) } else { ConsentIndex::looks_right(path) });
    }
    if let Some(path) = &config.events {
        look(if is_read(path) {
            EventIndex::open(rules, path).map(drop)
        } else {
            EventIndex::looks_right(rules, path)
        });
    }
    if let Some(path) = settings::STATE.choose(None, world.config.as_ref())?.value {
        found.extend(state(&path));
    }
    Ok(found)
}

/// Of rules that are in error nobody can say which columns they read; the files have to be there all the same.
pub(super) fn absent(config: &Config) -> Vec<CannotRun> {
    let tables = config.customers.iter().map(|table| &table.path);
    let paths = tables.chain(&config.consent).chain(&config.events);
    paths.filter_map(|path| Some(CannotRun::unreadable(path, &std::fs::metadata(path).err()?))).collect()
}

fn is_read(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() <= MOST_READ)
}

fn customers(rules: &Verified, file: &CustomersFile) -> Result<(), DataError> {
    let mut customers = Customers::open(rules, file)?;
    if is_read(&file.path) {
        while customers.next_row()?.is_some() {}
    }
    Ok(())
}

/// Why runs could not be remembered there; nothing where they can be, or another program is just remembering one.
fn state(path: &Path) -> Option<CannotRun> {
    if !path.exists() {
        let folder = path.parent().filter(|folder| *folder != Path::new(""))?;
        if folder.is_dir() {
            return None;
        }
        let message = format!("`{}`: there is no folder `{}` for the state", path.display(), folder.display());
        return Some(CannotRun::new(&codes::run::NO_SUCH_PATH, message).help("make the folder, or name another file"));
    }
    match EmbeddedStore::open_for_reading(path) {
        Ok(_) | Err(StateError::InUse(_)) => None,
        Err(why) => Some(CannotRun::from(why)),
    }
}
