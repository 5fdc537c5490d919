//! From paths to rule sets: a folder with a `cater.toml` is one world, so is a folder of `.rules` files, so is a file
//! with what it uses.
//!
//! A folder inside a world is that world, since names mean the same all over it. A file of a world is a part: it is
//! checked as the world's `cater.toml` wants, with the files that it uses and no data.

use std::path::{Component, Path, PathBuf};

use super::baseline::{self, Top};
use super::bundles::{self, Opened, Shipped, Trusting};
use super::library::{self, Disk};
use super::terminal::Terminal;
use super::{CannotRun, customer, settings};
use crate::bundle::BundleError;
use crate::compile::uses::{self, plain, seen_from};
use crate::compile::{Compiled, compile_with};
use crate::diagnostics::baseline::Baseline;
use crate::diagnostics::{self, Diagnostic, Severity, codes, nearest, render};
use crate::model::{RuleId, RuleSet, Verified};
use crate::runtime::data::{DataError, World as Config};
use crate::runtime::store::StateError;
use crate::source::SourceSet;
use crate::value::Instant;

/// The files of one rule set.
#[derive(Debug)]
pub(super) struct World {
    /// The folder or file it was found at.
    pub(super) root: PathBuf,
    /// Its `cater.toml`, if it has one.
    pub(super) config: Option<Config>,
    /// The `cater.toml` of the folders above, where this is a part of a world or beside one: it settles how rules are
    /// checked, and none of its data is read.
    above: Option<Config>,
    /// What was named, without what is used.
    files: Vec<PathBuf>,
    library: Disk,
    /// Whether there is more to this rule set than what was named, so that nobody can say what is not used.
    part: bool,
    /// Which findings are set aside as old.
    pub(super) baseline: Which,
}

impl World {
    /// No files and no settings.
    pub(super) fn nowhere() -> Self {
        let library = Disk::new(&[], &[]);
        Self {
            root: PathBuf::new(),
            config: None,
            above: None,
            files: Vec::new(),
            library,
            part: false,
            baseline: Which::AsSettled,
        }
    }

    /// Reads, compiles and analyses all its files. What was over before the world's `now` is over. Nothing is said of
    /// reviews: a rule that is due for one decides today as it did yesterday.
    pub(super) fn compile(&self) -> Result<Compiled, CannotRun> {
        self.compiled(Depth::Analysed)
    }

    /// The same, looked at no further than that.
    fn compiled(&self, depth: Depth) -> Result<Compiled, CannotRun> {
        let mut compiled = self.compiler_to(None, depth)?(self.named()?);
        compiled.diagnostics.retain(|finding| *finding.code != codes::lint::REVIEW_OVERDUE);
        Ok(compiled)
    }

    /// The same with the rules whose review is overdue; as of `now`, if it is given.
    pub(super) fn review(&self, now: Option<Instant>) -> Result<Compiled, CannotRun> {
        let compile = self.compiler(now)?;
        Ok(compile(self.named()?))
    }

    /// How files are compiled and analysed as the world's, as of `now` if it is given. Where nobody says what time it is,
    /// reviews go by the clock, and all time counts for everything else.
    pub(super) fn compiler(&self, now: Option<Instant>) -> Result<impl Fn(SourceSet) -> Compiled, CannotRun> {
        self.compiler_to(now, Depth::Analysed)
    }

    fn compiler_to(&self, now: Option<Instant>, depth: Depth) -> Result<impl Fn(SourceSet) -> Compiled, CannotRun> {
        let reviewed = customer::now(now, self.settings())?;
        let now = settings::NOW.choose(now, self.settings())?.value;
        let baseline = self.baseline()?;
        Ok(move |named| {
            let mut compiled = compile_with(named, &self.library);
            let used = compiled.sources.iter().count() > self.files.len();
            compiled.is_part |= self.part || (used && self.files == [self.root.as_path()]);
            compiled.review(reviewed, if is_hosted() { Severity::Error } else { Severity::Warning });
            match depth {
                Depth::Analysed => compiled.analyse(now),
                Depth::Checked => {}
            }
            if let Some(config) = self.settings() {
                compiled.settle(&config.settings.required, &config.settings.levels);
            }
            // What was not looked for has not ceased to be.
            if let (Some((baseline, top)), Depth::Analysed) = (&baseline, depth) {
                baseline::set_aside(&mut compiled, baseline, top);
            }
            compiled
        })
    }

    /// The file of its baseline, if it has one.
    pub(super) fn baseline_file(&self) -> Result<Option<PathBuf>, CannotRun> {
        match &self.baseline {
            Which::AsSettled => Ok(settings::BASELINE.choose(None, self.settings())?.value),
            Which::This(file) => Ok(Some(file.clone())),
            Which::None => Ok(None),
        }
    }

    /// What is set aside as old, and from where its paths are seen.
    fn baseline(&self) -> Result<Option<(Baseline, Top)>, CannotRun> {
        let Some(file) = self.baseline_file()? else { return Ok(None) };
        Ok(Some((baseline::read(&file)?, Top::find()?)))
    }

    /// The files that were named.
    fn named(&self) -> Result<SourceSet, CannotRun> {
        let mut sources = SourceSet::default();
        for path in &self.files {
            sources.add(path.display().to_string(), library::text(path)?);
        }
        Ok(sources)
    }

    /// The files to lay out: of a world all of them, of a part that file.
    pub(super) fn sources(&self) -> Result<SourceSet, CannotRun> {
        let named = self.named()?;
        Ok(if self.files == [self.root.as_path()] { named } else { uses::read(named, &self.library).sources })
    }

    /// Takes the files of data for not named: they are not there.
    pub(super) fn forget_data(&mut self) {
        if let Some(config) = &mut self.config {
            (config.consent, config.events) = (None, None);
        }
    }

    /// What `cater.toml` says of checking and running, its own or that of the folders above.
    pub(super) fn settings(&self) -> Option<&Config> {
        self.config.as_ref().or(self.above.as_ref())
    }

    /// Shows what is wrong with its rules, and says what was not done for that.
    pub(super) fn in_error(&self, findings: &[Diagnostic], sources: &SourceSet, undone: &str, terminal: &Terminal) {
        terminal.findings(findings, sources);
        terminal.say(format!("{}: {}; {undone}", self.root.display(), render::count(findings)));
    }

    /// Refuses to write over anything that belongs to the world: rules, data, state, `cater.toml`.
    pub(super) fn spares(&self, output: &Path) -> Result<(), CannotRun> {
        if output.extension().is_some_and(|extension| extension == "rules") {
            let message = format!("`{}` would be read as a file of rules", output.display());
            return Err(CannotRun::new(&codes::run::BAD_OUTPUT, message).help("end the name in something else"));
        }
        let config = self.config.iter();
        let data = config.clone().flat_map(|config| config.consent.iter().chain(&config.events));
        let tables = config.clone().flat_map(|config| config.customers.iter().map(|table| &table.path));
        let state = config.flat_map(|config| &config.settings.state);
        let toml = self.root.join(Config::FILE);
        spare(output, self.files.iter().chain(data).chain(tables).chain(state).chain([&self.root, &toml]))
    }

    /// The same sources under names seen from the world's folder, so that a bundle does not say where it was built.
    /// Those of a bundle are so already.
    pub(super) fn portable(&self, sources: &SourceSet) -> SourceSet {
        if self.files.is_empty() {
            return sources.clone();
        }
        let root = if self.files == [self.root.as_path()] { beside(&self.root) } else { self.root.clone() };
        let root = plain(&root.display().to_string());
        let mut portable = SourceSet::default();
        for (_, source) in sources.iter() {
            portable.add(seen_from(&root, &plain(&source.name)), source.text.clone());
        }
        portable
    }
}

/// How far rules are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Each by itself: which of them are right.
    Checked,
    /// Also what they do together that nobody meant; of many rules that takes a while.
    Analysed,
}

/// Which baseline holds for a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// What environment and `cater.toml` say.
    AsSettled,
    /// That file.
    This(PathBuf),
    /// None: the run is about to write it.
    None,
}

/// Whether this is a run that decides about a change: hosted checks say so by `CI` (R46).
fn is_hosted() -> bool {
    std::env::var_os("CI").is_some_and(|said| !said.is_empty() && said != "false" && said != "0")
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
    /// The bundle they came in, if they did.
    pub(super) shipped: Option<Shipped>,
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
pub(super) fn load(path: &Path, trusting: &Trusting) -> Result<Loaded, CannotRun> {
    load_to(path, trusting, Depth::Analysed)
}

/// The same for a verb that says what stands in the rules and nothing of what they do together: that is not looked into.
pub(super) fn load_checked(path: &Path, trusting: &Trusting) -> Result<Loaded, CannotRun> {
    load_to(path, trusting, Depth::Checked)
}

fn load_to(path: &Path, trusting: &Trusting, depth: Depth) -> Result<Loaded, CannotRun> {
    let settings = path.file_name().is_some_and(|name| name == Config::FILE);
    if path.is_file() && !settings && path.extension().is_none_or(|extension| extension != "rules") {
        let Opened { bundle, .. } = bundles::open(path, trusting)?;
        let world = World { root: path.to_path_buf(), ..World::nowhere() };
        let shipped = Some(Shipped { file: path.to_path_buf(), signed: bundle.signed });
        let (rules, sources) = (Some(bundle.rules), bundle.sources);
        return Ok(Loaded { world, rules, findings: Vec::new(), sources, left_out: 0, shipped });
    }
    let world = one(path)?;
    let Compiled { sources, rules, program, diagnostics: findings, .. } = world.compiled(depth)?;
    Ok(Loaded { world, rules, findings, sources, left_out: program.left_out.len(), shipped: None })
}

/// Every world at or below the paths; the current folder where none is given.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<World>, CannotRun> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found: Vec<World> = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            match world_around(path)? {
                // Two folders of one world are that world once.
                Around::Inside(world) if found.iter().any(|other| same(&other.root, &world.root)) => {}
                Around::Inside(world) => found.push(*world),
                Around::Beside(above) => {
                    below(path, &mut found)?;
                    for world in found.iter_mut().skip(before).filter(|world| world.config.is_none()) {
                        if let Some(config) = above.as_deref() {
                            let world_files = files_of(config, config.folder())?;
                            world.library = Disk::new(&bounds(config, config.folder()), &world_files);
                            world.above = Some(config.clone());
                        }
                    }
                }
            }
        } else if path.is_file() {
            if path.file_name().is_some_and(|name| name == Config::FILE) {
                let message = format!("`{}` settles a world and holds no rules", path.display());
                let help = format!("name its folder: {}", beside(path).display());
                return Err(CannotRun::new(&codes::run::NO_RULES, message).help(help));
            }
            found.push(alone(path)?);
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
            found.push(unconfigured(folder, files));
        }
    } else if !here.is_empty() {
        found.push(unconfigured(folder, here));
    }
    Ok(())
}

fn unconfigured(folder: &Path, files: Vec<PathBuf>) -> World {
    let library = Disk::new(&[folder.to_path_buf()], &[]);
    World {
        root: folder.to_path_buf(),
        config: None,
        above: None,
        files,
        library,
        part: false,
        baseline: Which::AsSettled,
    }
}

/// A folder with a `cater.toml`: the files and folders of rules that it names.
fn configured(folder: &Path) -> Result<World, CannotRun> {
    let config = Config::open(&folder.join(Config::FILE))?;
    let files = files_of(&config, folder)?;
    if files.is_empty() {
        let message = format!("no `.rules` files in `{}`", folder.display());
        return Err(CannotRun::new(&codes::run::NO_RULES, message)
            .help("put rules there, or name their files in cater.toml: rules = [\"rules/\"]"));
    }
    let library = Disk::new(&bounds(&config, folder), &[]);
    Ok(World {
        root: folder.to_path_buf(),
        config: Some(config),
        above: None,
        files,
        library,
        part: false,
        baseline: Which::AsSettled,
    })
}

/// Every file that `rules` names.
fn files_of(config: &Config, folder: &Path) -> Result<Vec<PathBuf>, CannotRun> {
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
    files.sort();
    files.dedup();
    Ok(files)
}

/// Where the files of a world may lie: in its folder, and where `rules` says.
fn bounds(config: &Config, folder: &Path) -> Vec<PathBuf> {
    std::iter::once(folder.to_path_buf()).chain(config.rules.iter().cloned()).collect()
}

/// A file that was named by itself.
fn alone(file: &Path) -> Result<World, CannotRun> {
    let folder = beside(file);
    let (root, files) = (file.to_path_buf(), vec![file.to_path_buf()]);
    let Some(top) = above(&folder) else {
        // Nobody says where this rule set begins: at the current folder, if the file lies below it.
        let plain = plain(&file.display().to_string());
        let below = !uses::leads_up(&plain) && !file.is_absolute();
        let bound = if below { PathBuf::from(".") } else { folder };
        let library = Disk::new(&[bound], &[]);
        return Ok(World { root, config: None, above: None, files, library, part: false, baseline: Which::AsSettled });
    };
    let config = Config::open(&top.join(Config::FILE))?;
    let world = files_of(&config, &top)?;
    let library = Disk::new(&bounds(&config, &top), &world);
    let part = world.iter().any(|other| !same(other, file));
    Ok(World { root, config: None, above: Some(config), files, library, part, baseline: Which::AsSettled })
}

/// What the folders above make of a folder.
enum Around {
    /// It lies in the rules of that world.
    Inside(Box<World>),
    /// It is on its own, perhaps below a `cater.toml` that does not name it.
    Beside(Option<Box<Config>>),
}

fn world_around(folder: &Path) -> Result<Around, CannotRun> {
    if folder.join(Config::FILE).is_file() {
        return Ok(Around::Beside(None));
    }
    let Some(top) = up(folder).and_then(|folder| above(&folder)) else { return Ok(Around::Beside(None)) };
    let config = Config::open(&top.join(Config::FILE))?;
    let real = |path: &Path| path.canonicalize().ok();
    let within =
        |rules: &PathBuf| real(rules).zip(real(folder)).is_some_and(|(rules, folder)| folder.starts_with(rules));
    if config.rules.iter().any(within) {
        configured(&top).map(|world| Around::Inside(Box::new(world)))
    } else {
        Ok(Around::Beside(Some(Box::new(config))))
    }
}

/// The nearest folder with a `cater.toml`, from this one upward.
pub(super) fn above(folder: &Path) -> Option<PathBuf> {
    let mut at = folder.to_path_buf();
    loop {
        if at.join(Config::FILE).is_file() {
            return Some(at);
        }
        at = up(&at)?;
    }
}

/// The folder above, as it is written from here: `shop`, then `.`, then `..`.
fn up(folder: &Path) -> Option<PathBuf> {
    let real = folder.canonicalize().ok()?;
    real.parent()?;
    let mut parts: Vec<Component<'_>> = folder.components().filter(|part| *part != Component::CurDir).collect();
    match parts.last() {
        Some(Component::Normal(_)) => drop(parts.pop()),
        None | Some(Component::ParentDir | Component::CurDir | Component::RootDir | Component::Prefix(_)) => {
            parts.push(Component::ParentDir);
        }
    }
    let path: PathBuf = parts.into_iter().collect();
    Some(if path == Path::new("") { PathBuf::from(".") } else { path })
}

/// The folder in which a file lies.
pub(super) fn beside(file: &Path) -> PathBuf {
    let parent = file.parent().unwrap_or(Path::new("."));
    if parent == Path::new("") { PathBuf::from(".") } else { parent.to_path_buf() }
}

impl From<DataError> for CannotRun {
    fn from(error: DataError) -> Self {
        let others = error.others.into_iter().map(Self::from).collect();
        Self { code: error.code, message: error.message, help: error.help, others }
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
pub(super) fn rule_files(folder: &Path, deep: bool) -> Result<Vec<PathBuf>, CannotRun> {
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

/// Whether a link leads to the folder in which it lies, or to one above that.
fn leads_back(link: &Path, folder: &Path) -> bool {
    link.canonicalize().is_ok_and(|to| to.is_dir() && folder.canonicalize().is_ok_and(|real| real.starts_with(to)))
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
        // What lies behind a link to a folder above has been read there, and is read no second time.
        if path.is_symlink() && leads_back(&path, folder) {
            continue;
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.starts_with('.') && !(path.is_dir() && (name == "target" || name == "node_modules")) {
            // `./shop.rules` reads worse than `shop.rules` in every message.
            all.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    all.sort();
    Ok(all)
}
