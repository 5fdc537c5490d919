//! Who may import whom, and which crate from outside lives in which room: the two tables of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::rust::{Token, names_crate, root_modules, shipped, tokens};
use super::{no_complaints, read, rust_below};
use crate::markdown::{code_words, table};

/// A file of `src` as the tables see it.
struct Source {
    path: PathBuf,
    room: String,
    /// How many modules below the root of the crate it lies.
    depth: usize,
    text: String,
}

/// Every file in a room, without what is for tests alone: such a file may import whatever it tests with.
fn sources() -> Vec<Source> {
    let files: Vec<(PathBuf, String)> = rust_below("src").into_iter().map(|path| (path.clone(), read(path))).collect();
    let mut for_tests = BTreeSet::new();
    for (path, text) in &files {
        for module in shipped(&tokens(text)).1 {
            for_tests.insert(module_path(path).join(module));
        }
    }
    let in_room =
        files.into_iter().filter(|(path, _)| !for_tests.iter().any(|test| module_path(path).starts_with(test)));
    in_room
        .filter_map(|(path, text)| {
            let module = module_path(&path);
            let room = module.iter().next()?.to_str()?.to_owned();
            let depth = module.iter().count();
            Some(Source { path, room, depth, text })
        })
        .filter(|source| source.room != "main")
        .collect()
}

/// `src/check/mod.rs` is `check`, `src/check/names.rs` is `check/names`, `src/lib.rs` is nothing.
fn module_path(path: &Path) -> PathBuf {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    match path.file_name().and_then(|name| name.to_str()) {
        Some("mod" | "lib") => path.parent().map(Path::to_owned).unwrap_or_default(),
        _ => path,
    }
}

fn shipped_tokens(text: &str) -> Vec<Token<'_>> {
    let tokens = tokens(text);
    shipped(&tokens).0.into_iter().flat_map(|range| tokens[range].to_vec()).collect()
}

/// What each room may import. The table is in reading order: a row names only rooms of rows above it.
fn import_table() -> BTreeMap<String, BTreeSet<String>> {
    let text = read("ARCHITECTURE.md");
    let rows = table(&text, &["room", "may import", "why"]).expect("ARCHITECTURE.md has the table of imports");
    let mut may: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let rooms = code_words(&row[0]);
        let imports: BTreeSet<String> = match row[1].as_str() {
            "nothing" => BTreeSet::new(),
            "everything" => may.keys().cloned().collect(),
            list => code_words(list).into_iter().map(str::to_owned).collect(),
        };
        assert!(!imports.is_empty() || row[1] == "nothing", "no room in backticks in the row `{}`", row.join(" | "));
        for import in &imports {
            assert!(may.contains_key(import), "`{}` imports `{import}`, which must stand above it", row[0]);
        }
        may.extend(rooms.into_iter().map(|room| (room.to_owned(), imports.clone())));
    }
    may
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let may = import_table();
    let mut complaints = Vec::new();
    for Source { path, room, depth, text } in sources() {
        let Some(allowed) = may.get(&room) else {
            complaints.push(format!("{}: room `{room}` is not in the table of imports", path.display()));
            continue;
        };
        for (import, line) in root_modules(&shipped_tokens(&text), depth) {
            if import != room && !allowed.contains(&import) {
                complaints.push(format!("{}:{line}: `{room}` imports `{import}`", path.display()));
            }
        }
    }
    no_complaints("an import that the table in ARCHITECTURE.md does not allow", &complaints);
}

#[test]
fn every_room_is_declared_and_described() {
    let text = read("ARCHITECTURE.md");
    let library = read("src/lib.rs");
    let library: Vec<_> = tokens(&library).iter().map(|token| token.text).collect();
    let declared: BTreeSet<&str> = library.windows(2).filter(|two| two[0] == "mod").map(|two| two[1]).collect();
    let mut complaints = Vec::new();
    for room in sources().iter().map(|source| source.room.as_str()).collect::<BTreeSet<_>>() {
        if !declared.contains(room) {
            complaints.push(format!("src/lib.rs does not declare `{room}`"));
        }
        if !text.contains(&format!("### `{room}`")) {
            complaints.push(format!("ARCHITECTURE.md has no section \"### `{room}`\": what it takes, gives, refuses"));
        }
    }
    no_complaints("a room that nobody can find", &complaints);
}

/// The crates from outside with the places of `src` that may name them; no place means anywhere.
fn crate_table() -> Vec<(String, Vec<String>)> {
    let text = read("ARCHITECTURE.md");
    let rows = table(&text, &["crates", "only in"]).expect("ARCHITECTURE.md has the table of crates");
    let owned = |cell: &str| -> Vec<String> { code_words(cell).into_iter().map(str::to_owned).collect() };
    rows.iter().flat_map(|row| owned(&row[0]).into_iter().map(|name| (name, owned(&row[1])))).collect()
}

#[test]
fn crates_from_outside_stay_in_their_rooms() {
    let crates = crate_table();
    let mut complaints = Vec::new();
    for Source { path, text, .. } in sources() {
        let module = module_path(&path);
        let tokens = shipped_tokens(&text);
        for (name, places) in &crates {
            let allowed = places.is_empty() || places.iter().any(|place| module.starts_with(place));
            if let Some(at) = names_crate(&tokens, &name.replace('-', "_")).filter(|_| !allowed) {
                complaints.push(format!("{}:{}: names `{name}`", path.display(), tokens[at].line));
            }
        }
    }
    no_complaints("a crate outside of the places that ARCHITECTURE.md gives it", &complaints);
}

#[test]
fn every_dependency_has_its_place() {
    let named: BTreeSet<String> = crate_table().into_iter().map(|(name, _)| name).collect();
    let declared: BTreeSet<String> = super::dependencies::declared().into_iter().collect();
    let missing: Vec<_> = declared.difference(&named).map(|name| format!("`{name}` is not in it")).collect();
    let stale: Vec<_> = named.difference(&declared).map(|name| format!("`{name}` is no dependency")).collect();
    no_complaints("the table of crates in ARCHITECTURE.md against Cargo.toml", &[missing, stale].concat());
}
