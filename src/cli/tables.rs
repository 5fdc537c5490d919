//! Which tables of customers a verb reads: those on the command line, else those of the world.

use std::path::{Path, PathBuf};

use super::worlds::{self, World};
use super::{CannotRun, codes};
use crate::model::RuleSet;
use crate::runtime::data::{CustomersFile, Overrides};

/// The character between the cells of a table, as an argument.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err("one character stands between cells, such as `;`, or `\\t` for a tab".to_owned()),
    }
}

/// The tables asked for, else those of the world.
///
/// # Errors
/// There are none, or the world's mapping does not fit the rules.
pub(super) fn files(
    world: &World,
    rules: &RuleSet,
    asked: &[PathBuf],
    delimiter: Option<u8>,
) -> Result<Vec<CustomersFile>, CannotRun> {
    let tables = world.config.as_ref().map(|config| config.customers.as_slice()).unwrap_or_default();
    let own: Vec<CustomersFile> = tables.iter().map(|table| table.file(rules)).collect::<Result<_, _>>()?;
    if asked.is_empty() {
        if own.is_empty() {
            let message = format!("`{}` names no customers", world.root.display());
            return Err(
                CannotRun::new(&codes::run::NO_CUSTOMERS, message).help("name a file: --customers customers.csv")
            );
        }
        return Ok(own);
    }
    // Where the world has one table, another file stands in for it, with the same mapping.
    let only = match own.as_slice() {
        [table] => Some(table),
        [] | [_, ..] => None,
    };
    let file = |path: &PathBuf| {
        // A table of the world stays what it is there.
        if let Some(table) = own.iter().find(|table| worlds::same(&table.path, path)) {
            return CustomersFile { delimiter: delimiter.or(table.delimiter), ..table.clone() };
        }
        // Two files must be told apart in messages, in the output, and in keys that are the number of a row.
        let name = table_name(path);
        let alike = asked.iter().filter(|other| table_name(other) == name).count() > 1
            || own.iter().any(|table| table.name == name);
        let name = if alike { path.display().to_string() } else { name };
        let (overrides, of_world) = match only {
            Some(only) => (only.overrides.clone(), only.delimiter),
            None => (Overrides::default(), None),
        };
        let (delimiter, configured) = (delimiter.or(of_world), only.is_some());
        CustomersFile { name, path: path.clone(), format: None, delimiter, overrides, configured }
    };
    Ok(asked.iter().map(file).collect())
}

/// What rows of a file without a name are called after: `shop` for `data/shop.csv.gz`.
fn table_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or(&name).to_owned()
}
