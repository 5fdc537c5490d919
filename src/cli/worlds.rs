//! From paths to rule sets: a folder with a `cater.toml` is one world, so is a folder of `.rules` files, so is a file.

use std::path::{Path, PathBuf};

use super::terminal::Terminal;
use super::{CannotRun, counted, quoted};
use crate::bundle::{self, BundleError, MAGIC};
use crate::compile::{Compiled, compile};
use crate::diagnostics::{self, Diagnostic, Severity, codes, nearest, render};
use crate::model::{RuleId, RuleSet, Verified};
use crate::runtime::data::{DataError, World as Config};
use crate::runtime::store::StateError;
use crate::source::{MAX_FILE_BYTES, SourceSet};

/// The files of one rule set.
#[derive(Debug)]
pub(super) struct World {
    /// The folder or file it was found at.
    pub(super) root: PathBuf,
    /// Its `cater.toml`, if it has one.
    pub(super) config: Option<Config>,
    files: Vec<PathBuf>,
}

impl World {
    /// Reads, compiles and analyses all its files. What was over before the world's `now` is over.
    pub(super) fn compile(&self) -> Result<Compiled, CannotRun> {
        let mut compiled = compile(self.sources()?);
        compiled.analyse(self.config.as_ref().and_then(|config| config.now));
        Ok(compiled)
    }

    /// Reads all its files.
    pub(super) fn sources(&self) -> Result<SourceSet, CannotRun> {
        let mut sources = SourceSet::default();
        for path in &self.files {
            let cannot =
                |why: String| CannotRun::new(&codes::run::UNREADABLE_FILE, format!("{}: {why}", path.display()));
            let bytes = std::fs::read(path).map_err(|error| CannotRun::unreadable(path, &error))?;
            if bytes.starts_with(&MAGIC) || path.extension().is_some_and(|extension| extension == "cater") {
                let message = format!("`{}` is a bundle, and this verb works on rules", path.display());
                return Err(CannotRun::new(&codes::run::IS_A_BUNDLE, message)
                    .help("name the folder from which it was built; decide, why, read, list and graph take bundles"));
            }
            if bytes.len() > MAX_FILE_BYTES {
                return Err(cannot(format!("larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024)))
                    .help("is it a file of rules? if so, part it: the files of a folder are read as one"));
            }
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                cannot(format!("not UTF-8 text at byte {at}")).help("save the file as UTF-8")
            })?;
            sources.add(path.display().to_string(), text);
        }
        Ok(sources)
    }

    /// Shows what is wrong with its rules, and says what was not done for that.
    pub(super) fn in_error(&self, findings: &[Diagnostic], sources: &SourceSet, undone: &str, terminal: &Terminal) {
        terminal.findings(findings, sources);
        terminal.say(format!("{}: {}; {undone}", self.root.display(), render::count(findings)));
        self.alone(findings, terminal);
    }

    /// Says so where names may be unknown for the one reason that a file was read without those beside it.
    pub(super) fn alone(&self, findings: &[Diagnostic], terminal: &Terminal) {
        let unknown = findings.iter().any(|finding| finding.code.name.starts_with("resolve::unknown-"));
        let only = matches!(self.files.as_slice(), [file] if *file == self.root);
        if !(unknown && only) {
            return;
        }
        let parent =
            self.root.parent().map_or(Path::new("."), |parent| if parent == "" { Path::new(".") } else { parent });
        let configured = parent.ancestors().find(|folder| *folder != "" && folder.join(Config::FILE).is_file());
        let folder = configured.unwrap_or(parent);
        let beside = rule_files(folder, configured.is_some()).unwrap_or_default();
        let others = beside.iter().filter(|file| !same(file, &self.root)).count();
        if others > 0 {
            let files = counted(others, "rule file");
            terminal.say(format!(
                "{} was read alone; {files} beside it may declare what it names: try `{}`",
                self.root.display(),
                quoted(folder)
            ));
        }
    }

    /// The rule files in their order.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Refuses to write over anything that belongs to the world: rules, data, `cater.toml`.
    pub(super) fn spares(&self, output: &Path) -> Result<(), CannotRun> {
        let config = self.config.iter();
        let data = config.clone().flat_map(|config| config.consent.iter().chain(&config.events));
        let tables = config.clone().flat_map(|config| config.customers.iter().map(|table| &table.path));
        let toml = self.root.join(Config::FILE);
        spare(output, self.files.iter().chain(data).chain(tables).chain([&self.root, &toml]))
    }

    /// The same sources under names seen from the world's folder, so that a bundle does not say where it was built.
    pub(super) fn portable(&self, sources: &SourceSet) -> SourceSet {
        let mut portable = SourceSet::default();
        for (_, source) in sources.iter() {
            let path = Path::new(&source.name);
            let name = path.strip_prefix(&self.root).unwrap_or(path);
            portable.add(name.display().to_string(), source.text.clone());
        }
        portable
    }
}

/// Rules for a verb that needs no text of theirs: a world's, compiled, or a bundle's, verified.
pub(super) struct Loaded {
    pub(super) world: World,
    /// Everything that is right.
    pub(super) rules: Option<Verified>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) sources: SourceSet,
    /// How many rules are in error, and so not there.
    pub(super) left_out: usize,
}

impl Loaded {
    /// Whether something is in error.
    pub(super) fn has_errors(&self) -> bool {
        diagnostics::worst(&self.findings) >= Some(Severity::Error)
    }

    /// The rules, if nothing at all is in error.
    pub(super) fn runnable(&self) -> Option<&Verified> {
        self.rules.as_ref().filter(|_| !self.has_errors())
    }
}

/// The one world at a path, or the bundle: a file is one if its name does not end in `.rules`.
pub(super) fn load(path: &Path) -> Result<Loaded, CannotRun> {
    if path.is_file() && path.extension().is_none_or(|extension| extension != "rules") {
        let bytes = std::fs::read(path).map_err(|error| CannotRun::unreadable(path, &error))?;
        let bundle = bundle::read(&bytes).map_err(|refused| {
            let refusal = CannotRun::from(refused);
            CannotRun { message: format!("{}: {}", path.display(), refusal.message), ..refusal }
        })?;
        let world = World { root: path.to_path_buf(), config: None, files: Vec::new() };
        let (rules, sources) = (Some(bundle.rules), bundle.sources);
        return Ok(Loaded { world, rules, findings: Vec::new(), sources, left_out: 0 });
    }
    let world = one(path)?;
    let Compiled { sources, rules, program, diagnostics: findings } = world.compile()?;
    Ok(Loaded { world, rules, findings, sources, left_out: program.left_out.len() })
}

/// Every world at or below the paths; the current folder where none is given.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<World>, CannotRun> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            below(path, &mut found)?;
        } else if path.is_file() {
            found.push(World { root: path.clone(), config: None, files: vec![path.clone()] });
        } else {
            let message = format!("there is no file or folder `{}`", path.display());
            return Err(
                CannotRun::new(&codes::run::NO_SUCH_PATH, message).help("check the name, seen from this folder")
            );
        }
    }
    if found.is_empty() {
        let message = format!("no `.rules` files at {}", list(paths));
        return Err(
            CannotRun::new(&codes::run::NO_RULES, message).help("name a folder of rules, or start one: cater new shop")
        );
    }
    Ok(found)
}

/// The one world at a path.
pub(super) fn one(path: &Path) -> Result<World, CannotRun> {
    let mut found = find(&[path.to_path_buf()])?;
    match (found.pop(), found.len()) {
        (Some(world), 0) => Ok(world),
        (_, others) => {
            let message = format!("`{}` holds {} worlds, not one", path.display(), others + 1);
            Err(CannotRun::new(&codes::run::MANY_WORLDS, message).help("name the folder of one of them"))
        }
    }
}

/// The rule of that name.
pub(super) fn rule(rules: &RuleSet, name: &str) -> Result<RuleId, CannotRun> {
    rules.rule_named(name).ok_or_else(|| {
        let refused = CannotRun::new(&codes::run::NO_SUCH_RULE, format!("there is no rule `{name}`"));
        match nearest(name, rules.rules.iter().map(|rule| rule.name.as_str())) {
            Some(meant) => refused.help(format!("did you mean `{meant}`?")),
            None => refused.help("`cater list` names them all"),
        }
    })
}

/// Refuses an output that is one of the inputs: writing it would destroy what it was made from.
pub(super) fn spare<'a>(output: &Path, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), CannotRun> {
    let refuse = |why: String, help: &str| Err(CannotRun::new(&codes::run::BAD_OUTPUT, why).help(help));
    if output == Path::new("-") {
        return refuse("`-` is no file to write to".to_owned(), "leave the option out, or name a file");
    }
    let Ok(real) = output.canonicalize() else { return Ok(()) };
    if real.is_dir() {
        return refuse(format!("`{}` is a folder", output.display()), "name a file in it");
    }
    if inputs.into_iter().any(|input| input.canonicalize().is_ok_and(|input| input == real)) {
        return refuse(format!("`{}` is read by this run and would be lost", output.display()), "choose another name");
    }
    Ok(())
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

/// A folder is one world if it has a `cater.toml` or rule files and no world below it.
fn below(folder: &Path, found: &mut Vec<World>) -> Result<(), CannotRun> {
    if folder.join(Config::FILE).is_file() {
        found.push(configured(folder)?);
        return Ok(());
    }
    let here = rule_files(folder, false)?;
    let before = found.len();
    for child in entries(folder)?.into_iter().filter(|child| child.is_dir()) {
        below(&child, found)?;
    }
    let any_configured = found.iter().skip(before).any(|world| world.config.is_some());
    if !any_configured {
        // No world says where it begins, so everything below this folder belongs together.
        found.truncate(before);
        let files = rule_files(folder, true)?;
        if !files.is_empty() {
            found.push(World { root: folder.to_path_buf(), config: None, files });
        }
    } else if !here.is_empty() {
        found.push(World { root: folder.to_path_buf(), config: None, files: here });
    }
    Ok(())
}

/// A folder with a `cater.toml`: the files and folders of rules that it names.
fn configured(folder: &Path) -> Result<World, CannotRun> {
    let config = Config::open(&folder.join(Config::FILE))?;
    let mut files = Vec::new();
    for path in &config.rules {
        // `shop/.` reads worse than `shop` in every message.
        let path: PathBuf = path.components().collect();
        if path.is_dir() {
            files.extend(rule_files(&path, true)?);
        } else if path.is_file() {
            files.push(path);
        } else {
            let message = format!("{}: there is no `{}`", folder.join(Config::FILE).display(), path.display());
            return Err(
                CannotRun::new(&codes::run::NO_SUCH_PATH, message).help("`rules` names files or folders of rules")
            );
        }
    }
    if files.is_empty() {
        let message = format!("no `.rules` files in `{}`", folder.display());
        return Err(CannotRun::new(&codes::run::NO_RULES, message)
            .help("put rules there, or name their files in cater.toml: rules = [\"rules/\"]"));
    }
    files.sort();
    files.dedup();
    Ok(World { root: folder.to_path_buf(), config: Some(config), files })
}

impl From<DataError> for CannotRun {
    fn from(error: DataError) -> Self {
        Self { code: error.code, message: error.message, help: error.help }
    }
}

impl From<StateError> for CannotRun {
    fn from(error: StateError) -> Self {
        Self::new(error.code(), error.to_string()).help(error.help())
    }
}

impl From<BundleError> for CannotRun {
    fn from(error: BundleError) -> Self {
        Self::new(error.code(), error.to_string()).help(error.help())
    }
}

/// Whether two paths lead to the same file.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// The `.rules` files of a folder, and of those below it, in order of path.
fn rule_files(folder: &Path, deep: bool) -> Result<Vec<PathBuf>, CannotRun> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            if deep {
                files.extend(rule_files(&entry, true)?);
            }
        } else if entry.extension().is_some_and(|extension| extension == "rules") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// What lies in a folder, in order of name, without hidden things and build output.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CannotRun> {
    let cannot = |error: std::io::Error| {
        CannotRun::new(&codes::run::IO, format!("{}: {error}", folder.display()))
            .help("see that it is there, and that you may read it")
    };
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.starts_with('.') && !(path.is_dir() && (name == "target" || name == "node_modules")) {
            // `./shop.rules` reads worse than `shop.rules` in every message.
            all.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    all.sort();
    Ok(all)
}
