//! Whether a world's `cater.toml` and its data fit its rules, so that `decide` refuses nothing of which `check` said
//! nothing.
//!
//! Everything is looked at, and everything that is wrong is said. A table is read to its end, and nobody is decided for.

use std::path::Path;

use super::super::settings;
use super::super::states::{self, State};
use super::super::worlds::World;
use super::super::{CannotRun, codes, counted};
use crate::model::Verified;
use crate::runtime::data::{
    BadRows, ConsentIndex, Customers, CustomersFile, DataError, EventIndex, NextRow, World as Config,
};
use crate::runtime::store::StateError;
use crate::value::Instant;

/// The largest file of which more is read than its head, in bytes as it lies on the disk.
const MOST_READ: u64 = 32 * 1024 * 1024;

/// What `decide` would refuse.
pub(super) fn misfits(rules: &Verified, world: &World, config: &Config) -> Result<Vec<CannotRun>, CannotRun> {
    let mut found: Vec<CannotRun> = Vec::new();
    let (mut strictly, mut found_besides): (Vec<CannotRun>, Vec<CannotRun>) = (Vec::new(), Vec::new());
    let mut look = |looked: Result<(), DataError>| found.extend(looked.err().map(CannotRun::from));
    look(config.slots(rules).map(drop));
    look(config.budgets(rules).map(drop));
    look(config.cost_budgets(rules).map(drop));
    look(config.facts(rules, config.now.unwrap_or(Instant(0))).map(drop));
    for table in &config.customers {
        let mut bad = BadRows::default();
        look(match table.file(rules) {
            Ok(file) => customers(rules, &file, &mut bad),
            // What it says of columns is one thing, and whether it is there another.
            Err(error) => {
                found_besides.extend(unreadable(&table.path));
                Err(error)
            }
        });
        strictly.extend(unusable(&table.path, &bad));
    }
    if let Some(path) = &config.consent {
        look(if is_read(path) {
            ConsentIndex::open(rules, path).map(|consent| {
                strictly.extend([&consent.bad, &consent.doubtful].into_iter().filter_map(|bad| unusable(path, bad)));
                strictly.extend(consent.findings(rules).into_iter().map(CannotRun::from));
            })
        } else {
            ConsentIndex::looks_right(path)
        });
    }
    if let Some(path) = &config.events {
        look(if is_read(path) {
            EventIndex::open(rules, path).map(|events| {
                strictly.extend([&events.bad, &events.doubtful].into_iter().filter_map(|bad| unusable(path, bad)));
                strictly.extend(events.unknown_names().into_iter().filter_map(|(what, _, names)| {
                    let names: Vec<String> = names.keys().map(|name| format!("`{name}`")).collect();
                    let message = format!(
                        "`{}` names {} that the rules do not declare: {}",
                        path.display(),
                        counted(names.len(), what),
                        names.join(", ")
                    );
                    (!names.is_empty()).then(|| as_strict(CannotRun::new(&codes::data::UNKNOWN_ATTRIBUTE, message)))
                }));
            })
        } else {
            EventIndex::looks_right(rules, path)
        });
    }
    if let Some(path) = settings::STATE.choose(None, world.config.as_ref())?.value {
        found.extend(state(&path));
    }
    found.extend(found_besides);
    if settings::STRICT.choose(None, world.config.as_ref())?.or(false) {
        found.extend(strictly);
    }
    Ok(found)
}

/// Rows that a strict run refuses.
fn unusable(path: &Path, bad: &BadRows) -> Option<CannotRun> {
    let first = bad.first.first()?;
    let message = format!(
        "`{}`: {} cannot be used as it stands; the first is row {} (line {}): {}",
        path.display(),
        counted(usize::try_from(bad.count).unwrap_or(usize::MAX), "row"),
        first.row,
        first.line,
        first.why
    );
    Some(as_strict(CannotRun::new(&codes::data::BAD_ROW, message)))
}

fn as_strict(refused: CannotRun) -> CannotRun {
    refused.help("mend it there, or take `strict` out of cater.toml: then it is passed over and counted")
}

/// Of rules that are in error nobody can say which columns they read; the files have to be there all the same.
pub(super) fn absent(config: &Config) -> Vec<CannotRun> {
    let tables = config.customers.iter().map(|table| &table.path);
    let paths = tables.chain(&config.consent).chain(&config.events);
    paths.filter_map(|path| unreadable(path)).collect()
}

fn unreadable(path: &Path) -> Option<CannotRun> {
    Some(CannotRun::unreadable(path, &std::fs::metadata(path).err()?))
}

fn is_read(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() <= MOST_READ)
}

fn customers(rules: &Verified, file: &CustomersFile, bad: &mut BadRows) -> Result<(), DataError> {
    let mut customers = Customers::open(rules, file)?;
    if is_read(&file.path) {
        while let Some(next) = customers.next_row()? {
            match next {
                NextRow::Bad(row) => bad.add(row),
                NextRow::Row(_) => {}
            }
        }
    }
    Ok(())
}

/// Why runs could not be remembered there; nothing where they can be, or another program is just remembering one.
fn state(path: &Path) -> Option<CannotRun> {
    if !states::is_there(path) {
        let folder = path.parent().filter(|folder| *folder != Path::new(""))?;
        if folder.is_dir() {
            return None;
        }
        let message = format!("`{}`: there is no folder `{}` for the state", path.display(), folder.display());
        return Some(CannotRun::new(&codes::run::NO_SUCH_PATH, message).help("make the folder, or name another file"));
    }
    // Whether a server is there is no matter of the rules: it need not be, where they are checked.
    if let Some(read) = states::read_address(path) {
        return read.err().map(CannotRun::from);
    }
    match State::open(path, false) {
        Ok(_) | Err(StateError::InUse(_)) => None,
        Err(why) => Some(CannotRun::from(why)),
    }
}
