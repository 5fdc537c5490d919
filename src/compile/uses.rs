//! Which files a rule set has: those that were named, and those that a `use` brings in.
//!
//! Takes the files named and a [`Library`] to look others up in; gives the tree of each and what is wrong with a `use`.
//! A path is seen from the file that says it and written with `/` everywhere. A file is read once, however many name it,
//! so files may use each other in a circle: names belong to the whole rule set, and no order means anything. Knows
//! nothing of disks.

use std::collections::BTreeMap;

use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Diagnostic, nearest};
use crate::source::{SourceId, SourceSet, Span};
use crate::syntax;
use crate::syntax::tree::{File, ItemKind, Text};

/// Where the files that `use` names are looked up. Names are paths with `/`, without `.` and without a `..` that could be
/// undone, in the same sense as the names of the files given to the compiler.
pub trait Library {
    /// The text of a rule file.
    ///
    /// # Errors
    /// Why there is none.
    fn read(&self, name: &str) -> Result<String, NotRead>;

    /// The names of the rule files in a folder (the empty name is where relative names begin); empty if it is none.
    fn beside(&self, folder: &str) -> Vec<String>;

    /// The names of the files that a file in that folder would most likely use: those beside it, unless more is known.
    fn around(&self, folder: &str) -> Vec<String> {
        self.beside(folder)
    }

    /// Whether a file of that name may be read at all.
    fn holds(&self, name: &str) -> bool;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// There is no file of that name.
    Missing,
    /// It is a folder.
    Folder,
    /// Anything else, in words that follow "it": `is not UTF-8 text`.
    Unreadable(String),
}

/// No files but those given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Library for Alone {
    fn read(&self, _: &str) -> Result<String, NotRead> {
        Err(NotRead::Missing)
    }

    fn beside(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn holds(&self, name: &str) -> bool {
        !leads_up(name)
    }
}

/// Files read into trees.
#[derive(Debug)]
pub struct Reading {
    /// Every file, the ones given first.
    pub sources: SourceSet,
    /// The tree of each, in the same order.
    pub files: Vec<File>,
    /// Syntax errors, and what is wrong with a `use`.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a `use` brought nothing, so that names may be unknown for that reason alone.
    pub misses: bool,
}

/// Reads all files, and those that they use.
pub fn read(mut sources: SourceSet, library: &dyn Library) -> Reading {
    let mut known: BTreeMap<String, SourceId> = sources.iter().map(|(id, source)| (plain(&source.name), id)).collect();
    let (mut files, mut diagnostics, mut misses) = (Vec::new(), Vec::new(), false);
    let mut at = 0;
    while let Some(source) = sources.get(SourceId(at)) {
        let name = plain(&source.name);
        let (file, mut findings) = syntax::parse(SourceId(at), &source.text);
        diagnostics.append(&mut findings);
        for item in &file.items {
            match &item.kind {
                ItemKind::Use(path) => match follow(&name, path, &known, library) {
                    Ok(None) => {}
                    Ok(Some((used, text))) => {
                        let id = sources.add(used.clone(), text);
                        known.insert(used, id);
                    }
                    Err(finding) => {
                        diagnostics.push(*finding);
                        misses = true;
                    }
                },
                // `use customer`, `import "customer.rules"`.
                ItemKind::Broken(broken) => {
                    misses |= broken.word == "use" || sources.text(item.span).contains(".rules\"")
                }
                ItemKind::Defaults(_)
                | ItemKind::Class(_)
                | ItemKind::Channel(_)
                | ItemKind::Purpose(_)
                | ItemKind::Customer(_)
                | ItemKind::Moment(_)
                | ItemKind::Event(_)
                | ItemKind::Segment(_)
                | ItemKind::Value(_)
                | ItemKind::Offer(_)
                | ItemKind::Slot(_)
                | ItemKind::Rule(_)
                | ItemKind::Cap(_)
                | ItemKind::Pause(_)
                | ItemKind::Gap(_)
                | ItemKind::Block(_)
                | ItemKind::Window(_)
                | ItemKind::Persona(_)
                | ItemKind::Test(_) => {}
            }
        }
        files.push(file);
        at += 1;
    }
    Reading { sources, files, diagnostics, misses }
}

/// The file that a `use` in file `from` brings in with its text; nothing if it is there already.
fn follow(
    from: &str,
    path: &Text,
    known: &BTreeMap<String, SourceId>,
    library: &dyn Library,
) -> Result<Option<(String, String)>, Box<Diagnostic>> {
    let written = path.text.as_str();
    let span = path.span;
    is_a_path(written, span)?;
    let name = joined(folder(from), written);
    if known.contains_key(&name) {
        return Ok(None);
    }
    if !library.holds(&name) {
        let message = format!("`{written}` leads out of the folder of these rules");
        let finding = Diagnostic::new(&resolve::PATH_OUTSIDE, span, message)
            .primary("out of the folder")
            .help("move the file into it, or name its folder in cater.toml: rules = [\".\", \"../shared\"]");
        return Err(Box::new(finding));
    }
    if !written.ends_with(".rules") {
        let inside = library.beside(&name);
        return Err(Box::new(match inside.first() {
            Some(first) => is_a_folder(from, written, span, first),
            None => Diagnostic::new(&resolve::BAD_PATH, span, format!("`{written}` is no rule file"))
                .primary("does not end in .rules")
                .help("the name of a rule file ends in .rules"),
        }));
    }
    match library.read(&name) {
        Ok(text) => Ok(Some((name, text))),
        Err(NotRead::Missing) => Err(Box::new(missing(from, &name, path, known, library))),
        Err(NotRead::Folder) => {
            let first = library.beside(&name).into_iter().next().unwrap_or_else(|| format!("{name}/customer.rules"));
            Err(Box::new(is_a_folder(from, written, span, &first)))
        }
        Err(NotRead::Unreadable(why)) => {
            let message = format!("`{written}` is there, but {why}");
            let finding = Diagnostic::new(&resolve::UNREADABLE_FILE, span, message).primary("cannot be read");
            Err(Box::new(finding.help("save it as UTF-8 text that you may read, or leave the `use` out")))
        }
    }
}

/// Whether a text can be the path of a file anywhere: relative, and with `/` between its parts.
fn is_a_path(written: &str, span: Span) -> Result<(), Box<Diagnostic>> {
    let refused = |message: String, label: &str| Diagnostic::new(&resolve::BAD_PATH, span, message).primary(label);
    if written.is_empty() {
        let finding = refused("this `use` names no file".to_owned(), "empty")
            .help("name a file as seen from this one: `use \"customer.rules\"`");
        return Err(Box::new(finding));
    }
    let drive = written.as_bytes().get(1) == Some(&b':');
    if drive || written.starts_with(['/', '\\', '~']) || written.contains("://") {
        let finding = refused(format!("`{written}` is a place on one machine"), "begins at the top")
            .help("write the path as seen from this file: `customer.rules`, `../shared/purposes.rules`");
        return Err(Box::new(finding));
    }
    if written.contains('\\') {
        let slashed = written.replace('\\', "/");
        let finding =
            refused(format!("the parts of a path are divided by `/`, not by `\\`: `{written}`"), "has a `\\`");
        let finding = finding.help(format!("write `use \"{slashed}\"`, which is understood everywhere")).fix(
            "write `/`",
            span,
            format!("\"{slashed}\""),
        );
        return Err(Box::new(finding));
    }
    Ok(())
}

fn is_a_folder(from: &str, written: &str, span: Span, first: &str) -> Diagnostic {
    let message = format!("`{written}` is a folder, and `use` names one file");
    Diagnostic::new(&resolve::UNREADABLE_FILE, span, message)
        .primary("a folder")
        .help(format!("name its files one by one: `use \"{}\"`", seen_from(folder(from), first)))
}

/// No such file: which one could be meant?
fn missing(
    from: &str,
    name: &str,
    path: &Text,
    known: &BTreeMap<String, SourceId>,
    library: &dyn Library,
) -> Diagnostic {
    let written = path.text.as_str();
    let here = folder(from);
    let finding = Diagnostic::new(&resolve::UNKNOWN_FILE, path.span, format!("there is no file `{written}` here"))
        .primary("not there");
    let mut beside = library.beside(folder(name));
    beside.extend(known.keys().filter(|file| folder(file) == folder(name)).cloned());
    beside.sort();
    beside.dedup();
    let is_alone = beside == [from];
    beside.retain(|file| file != from);
    // The right name in the wrong folder is as common a slip as a wrong letter.
    let elsewhere: Vec<String> = known.keys().chain(&library.beside(here)).cloned().collect();
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let by_name = nearest(&last(name), beside.iter().map(|file| file.rsplit('/').next().unwrap_or_default()));
    let near = by_name.and_then(|meant| beside.iter().find(|file| last(file) == meant));
    let meant = near.or_else(|| elsewhere.iter().find(|file| last(file) == last(name) && *file != from));
    match meant {
        Some(meant) => {
            let meant = seen_from(here, meant);
            finding.help(format!("did you mean `{meant}`?")).suggest(
                format!("write `{meant}`"),
                path.span,
                format!("\"{meant}\""),
            )
        }
        None if is_alone => finding.help(format!("the only rule file there is `{}`, this one", last(from))),
        None if beside.is_empty() => finding.help("there is no rule file in that folder"),
        None => {
            let mut names: Vec<String> =
                beside.iter().take(6).map(|file| format!("`{}`", seen_from(here, file))).collect();
            if beside.len() > names.len() {
                names.push("..".to_owned());
            }
            finding.help(format!("the rule files there are {}", names.join(", ")))
        }
    }
}

/// A name without `.`, and without `..` where that can be undone; `/` between its parts on every platform.
pub fn plain(name: &str) -> String {
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    joined("", &name)
}

/// `path` as seen from `folder`.
fn joined(folder: &str, path: &str) -> String {
    let rooted = if folder.is_empty() { path.starts_with('/') } else { folder.starts_with('/') };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            // Above the top there is nothing.
            ("..", None) if rooted => {}
            (part, _) => parts.push(part),
        }
    }
    format!("{}{}", if rooted { "/" } else { "" }, parts.join("/"))
}

/// Everything before the last `/`.
pub(super) fn folder(name: &str) -> &str {
    match name.rfind('/') {
        Some(0) => "/",
        Some(end) => name.get(..end).unwrap_or_default(),
        None => "",
    }
}

/// Whether a name leads above the place where relative names begin.
pub fn leads_up(name: &str) -> bool {
    name == ".." || name.starts_with("../")
}

/// How a `use` in a file of `folder` writes `name`.
pub fn seen_from(folder: &str, name: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to.iter().skip(shared).copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_file_that_says_them() {
        for (from, path, name) in [
            ("home.rules", "customer.rules", "customer.rules"),
            ("home.rules", "./a/../customer.rules", "customer.rules"),
            ("shop/home.rules", "customer.rules", "shop/customer.rules"),
            ("shop/slots/home.rules", "../customer.rules", "shop/customer.rules"),
            ("shop/home.rules", "../../x.rules", "../x.rules"),
            ("../shop/home.rules", "../x.rules", "../x.rules"),
            ("/shop/home.rules", "../x.rules", "/x.rules"),
            ("/shop/home.rules", "../../../x.rules", "/x.rules"),
        ] {
            let found = joined(folder(from), path);
            assert_eq!(found, name, "{path} in {from}");
            assert_eq!(joined(folder(from), &seen_from(folder(from), &found)), found, "and back again");
        }
    }

    /// Files in memory, by name.
    struct Shelf(&'static [(&'static str, &'static str)]);

    impl Library for Shelf {
        fn read(&self, name: &str) -> Result<String, NotRead> {
            let found = self.0.iter().find(|(file, _)| *file == name);
            found.map(|(_, text)| (*text).to_owned()).ok_or(NotRead::Missing)
        }

        fn beside(&self, of: &str) -> Vec<String> {
            self.0.iter().map(|(file, _)| (*file).to_owned()).filter(|file| folder(file) == of).collect()
        }

        fn holds(&self, name: &str) -> bool {
            !leads_up(name)
        }
    }

    fn reading(name: &str, shelf: &Shelf) -> Reading {
        let text = shelf.read(name).unwrap();
        read(SourceSet::single(name, text).0, shelf)
    }

    #[test]
    fn a_file_is_read_once_and_circles_end() {
        let shelf = Shelf(&[
            ("shop/a.rules", "use \"b.rules\" use \"./b.rules\" use \"more/c.rules\" use \"a.rules\""),
            ("shop/b.rules", "use \"a.rules\"\nuse \"more/../more/c.rules\"\noffer b { class service }"),
            ("shop/more/c.rules", "use \"../b.rules\"\noffer c { class service }"),
        ]);
        for (start, order) in [
            ("shop/a.rules", ["shop/a.rules", "shop/b.rules", "shop/more/c.rules"]),
            ("shop/more/c.rules", ["shop/more/c.rules", "shop/b.rules", "shop/a.rules"]),
        ] {
            let reading = reading(start, &shelf);
            assert_eq!(reading.diagnostics, []);
            let names: Vec<&str> = reading.sources.iter().map(|(_, source)| source.name.as_str()).collect();
            assert_eq!(names, order);
            assert_eq!(reading.files.len(), names.len());
        }
    }

    #[test]
    fn what_is_missed_is_said_where_it_is_named() {
        let shelf = Shelf(&[
            ("home.rules", "use \"custmer.rules\"\nuse \"purposes.rules\"\noffer a { class service }"),
            ("customer.rules", ""),
            ("shared/purposes.rules", ""),
        ]);
        let reading = reading("home.rules", &shelf);
        assert!(reading.misses);
        let said: Vec<_> =
            reading.diagnostics.iter().map(|finding| (finding.code.name, finding.help.clone())).collect();
        let near = |file: &str| ("resolve::unknown-file", Some(format!("did you mean `{file}`?")));
        let list = ("resolve::unknown-file", Some("the rule files there are `customer.rules`".to_owned()));
        assert_eq!(said, [near("customer.rules"), list]);
    }
}
