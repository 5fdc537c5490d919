//! What a check found, told in the format that was asked for: to people a world after the other, to machines as one file.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use super::{Arguments, FailLevel, Looked};
use crate::cli::baseline::{self, Prints, Top};
use crate::cli::terminal::Terminal;
use crate::cli::worlds::{self, World};
use crate::cli::{CannotRun, Spelling, build, clock, codes, counted, settings};
use crate::compile::mend::mendable;
use crate::diagnostics::fingerprint::{Fingerprint, Ground, of_files};
use crate::diagnostics::report::{Checked, Finding, Place, Refused, Report, Standing};
use crate::diagnostics::{self, Diagnostic, Levels, render};
use crate::runtime::data::World as Config;
use crate::source::SourceSet;

/// The variable that names the summary of a job of GitHub.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// In which format, and where to.
pub(super) struct Output {
    spelling: Spelling,
    file: Option<PathBuf>,
    /// Whether the file is known to be none that the run reads. Until then nothing that is there is written over.
    is_free: bool,
}

impl Output {
    /// # Errors
    /// The arguments do not go together.
    pub(super) fn new(arguments: &Arguments, terminal: &Terminal) -> Result<Self, CannotRun> {
        let spelling = terminal.manner.format.spelling();
        let refuse = |message: String, help: &str| Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message).help(help));
        if arguments.output.is_some() && matches!(spelling, Spelling::Human | Spelling::Plain) {
            let help = "name what it is to hold: --format sarif, github, gitlab, junit, markdown or json";
            return refuse("`--output` writes a file for machines, and nobody says which".to_owned(), help);
        }
        if arguments.dry_run && !spelling.is_common() {
            let message = format!("`--dry-run` shows a diff, and {} has no room for it", settings::written(spelling));
            return refuse(message, "name human, plain or json");
        }
        Ok(Self { spelling, file: arguments.output.clone(), is_free: false })
    }

    /// Refuses to write over what the run reads.
    pub(super) fn spares(&mut self, worlds: &[World]) -> Result<(), CannotRun> {
        if let Some(file) = &self.file {
            for world in worlds {
                world.spares(file)?;
                worlds::spare(file, &world.baseline_file()?)?;
            }
        }
        self.is_free = true;
        Ok(())
    }
}

/// Tells what was found.
pub(super) struct Teller {
    pub(super) output: Output,
    pub(super) top: Top,
    report: Report,
    machine: Machine,
    baselines: BTreeMap<PathBuf, Used>,
}

/// A baseline, and what of it was met.
struct Used {
    met: HashSet<String>,
    /// The files of rules that were looked at, from the top.
    read: HashSet<String>,
    /// Whether every world was looked at to its end, so that what was not met is gone.
    is_whole: bool,
    levels: Levels,
    level: FailLevel,
}

/// What is said to readers of our own JSON.
#[derive(Default)]
struct Machine {
    findings: Vec<Value>,
    allowed: Vec<Value>,
    known: Vec<Value>,
    fixed: Vec<Value>,
}

impl Teller {
    pub(super) fn new(output: Output, top: Top) -> Self {
        Self { output, top, report: Report::default(), machine: Machine::default(), baselines: BTreeMap::new() }
    }

    /// Tells of one world; whether it fails the run.
    pub(super) fn world(
        &mut self,
        world: &World,
        looked: Looked,
        arguments: &Arguments,
        terminal: &Terminal,
    ) -> Result<bool, CannotRun> {
        let compiled = &looked.compiled;
        let mut failed = arguments.dry_run && !looked.files.is_empty();
        failed |= !looked.misfits.is_empty();
        failed |= diagnostics::worst(&compiled.diagnostics) >= Some(looked.level.severity());
        let prints = Prints::of(compiled, &self.top);
        self.meet(world, &looked, &prints);
        match self.output.spelling {
            Spelling::Human | Spelling::Plain => {
                // What is left after a dry run stands at places that no file has.
                if !arguments.dry_run || looked.fixed.is_empty() {
                    terminal.findings(&compiled.diagnostics, &compiled.sources);
                }
                looked.misfits.iter().for_each(|misfit| terminal.found(misfit));
                summary(world, &looked, arguments, terminal)?;
            }
            Spelling::Json => self.machine(world, looked, &prints),
            Spelling::Sarif | Spelling::Gitlab | Spelling::Junit | Spelling::Markdown => {
                self.report(world, &looked, &prints);
                summary(world, &looked, arguments, terminal)?;
            }
            // Its readers take lines on either stream for commands.
            Spelling::Github => self.report(world, &looked, &prints),
        }
        Ok(failed)
    }

    /// Notes what of a baseline was met in a world.
    fn meet(&mut self, world: &World, looked: &Looked, prints: &Prints) {
        let (Some(file), compiled) = (&looked.baseline, &looked.compiled) else { return };
        let levels = world.settings().map(|config| config.settings.levels.clone()).unwrap_or_default();
        let (level, read) = (looked.level, HashSet::new());
        let used = Used { met: HashSet::new(), read, is_whole: true, levels, level };
        let used = self.baselines.entry(file.clone()).or_insert(used);
        used.met.extend(prints.known.iter().map(ToString::to_string));
        used.read.extend(compiled.sources.iter().map(|(_, source)| self.top.path(&source.name)));
        let in_error = |finding: &Diagnostic| finding.is_error() && !finding.code.can_be_known();
        used.is_whole &= !compiled.is_part && !compiled.diagnostics.iter().any(in_error);
    }

    /// Tells which entries of the baselines no longer occur; whether that fails the run.
    pub(super) fn outdated(&mut self, terminal: &Terminal) -> Result<bool, CannotRun> {
        let mut failed = false;
        for (file, used) in std::mem::take(&mut self.baselines).into_iter().filter(|(_, used)| used.is_whole) {
            let known = baseline::read(&file)?;
            let (sources, id) = SourceSet::single(file.display().to_string(), known.text.clone());
            let was_read = |file: &str| used.read.contains(file) || !self.top.holds(file);
            let mut findings: Vec<_> = known.outdated(id, &used.met, &was_read).into_iter().collect();
            used.levels.apply(&mut findings);
            failed |= diagnostics::worst(&findings) >= Some(used.level.severity());
            let path = |name: &str| self.top.path(name);
            let prints = Ground { sources: &sources, landmarks: &[], path: &path }.fingerprints(&findings);
            match self.output.spelling {
                Spelling::Human | Spelling::Plain => terminal.findings(&findings, &sources),
                Spelling::Json => {
                    self.machine.findings.extend(render::json_marked(findings.iter().zip(&prints), &sources));
                }
                Spelling::Sarif | Spelling::Github | Spelling::Gitlab | Spelling::Junit | Spelling::Markdown => {
                    let one = |(finding, print): (&Diagnostic, Fingerprint)| Finding {
                        fails: finding.severity >= used.level.severity(),
                        ..Finding::of(finding, print, Standing::Shown, &sources, &path)
                    };
                    let told: Vec<_> = findings.iter().zip(prints).map(one).collect();
                    if !told.is_empty() {
                        self.report.add(Checked { name: file.display().to_string(), findings: told });
                    }
                }
            }
        }
        Ok(failed)
    }

    fn machine(&mut self, world: &World, looked: Looked, prints: &Prints) {
        let Looked { compiled, misfits, files, baseline, .. } = looked;
        let machine = &mut self.machine;
        machine.findings.extend(render::json_marked(compiled.diagnostics.iter().zip(&prints.shown), &compiled.sources));
        for (misfit, print) in misfits.iter().flat_map(CannotRun::all).zip(about(&self.top, world, &misfits)) {
            let help = misfit.help.as_deref();
            machine.findings.push(render::json_about(misfit.code, &misfit.message, help, &print));
        }
        machine.allowed.extend(render::json_allowed(compiled.allowed.iter().zip(&prints.allowed), &compiled.sources));
        for mut known in render::json_marked(compiled.known.iter().zip(&prints.known), &compiled.sources) {
            if let Some(fields) = known.as_object_mut() {
                fields.insert("known_by".to_owned(), serde_json::json!(baseline));
            }
            machine.known.push(known);
        }
        machine.fixed.extend(files);
    }

    fn report(&mut self, world: &World, looked: &Looked, prints: &Prints) {
        let Looked { compiled, misfits, level, baseline, .. } = looked;
        let path = |name: &str| self.top.path(name);
        let of = |finding: &Diagnostic, print: &Fingerprint, standing| {
            Finding::of(finding, print.clone(), standing, &compiled.sources, &path)
        };
        let mut findings: Vec<Finding> = Vec::new();
        for (finding, print) in compiled.diagnostics.iter().zip(&prints.shown) {
            let fails = finding.severity >= level.severity();
            findings.push(Finding { fails, ..of(finding, print, Standing::Shown) });
        }
        let file = baseline.as_ref().map(|file| path(&file.display().to_string())).unwrap_or_default();
        for (finding, print) in compiled.known.iter().zip(&prints.known) {
            findings.push(of(finding, print, Standing::Known(file.clone())));
        }
        for (allowed, print) in compiled.allowed.iter().zip(&prints.allowed) {
            let by = Place::of(allowed.by, "allowed here", &compiled.sources, &path);
            findings.push(of(&allowed.finding, print, Standing::Allowed { reason: allowed.reason.clone(), by }));
        }
        findings.sort_by(|a, b| (&a.file, a.start(), a.code.name).cmp(&(&b.file, b.start(), b.code.name)));
        let config = settles(&self.top, world);
        for (misfit, print) in misfits.iter().flat_map(CannotRun::all).zip(about(&self.top, world, misfits)) {
            findings.push(Finding::about(&config, &refused(misfit), print));
        }
        self.report.has_baseline |= baseline.is_some();
        self.report.add(Checked { name: world.root.display().to_string(), findings });
    }

    /// Writes what machines read, once everything is told.
    pub(super) fn end(&mut self, arguments: &Arguments, terminal: &Terminal) -> Result<(), CannotRun> {
        match self.output.spelling {
            Spelling::Human | Spelling::Plain => Ok(()),
            Spelling::Json => {
                let whole = std::mem::take(&mut self.machine).whole(arguments.fix);
                match &self.output.file {
                    Some(file) => build::write_whole(file, format!("{whole:#}\n").as_bytes()),
                    None => {
                        terminal.json(&whole);
                        Ok(())
                    }
                }
            }
            Spelling::Sarif | Spelling::Github | Spelling::Gitlab | Spelling::Junit | Spelling::Markdown => {
                self.write(terminal)
            }
        }
    }

    /// Writes that something could not run into a report, whose readers see no other stream.
    pub(super) fn refused(&mut self, why: &CannotRun, terminal: &Terminal) {
        if self.output.spelling.is_common() {
            return;
        }
        self.report.refused.extend(why.all().map(refused));
        // Where that cannot be written either, the refusal is still said to whoever started the run.
        let _ = self.write(terminal);
    }

    fn write(&self, terminal: &Terminal) -> Result<(), CannotRun> {
        let report = &self.report;
        let text = match self.output.spelling {
            Spelling::Human | Spelling::Plain | Spelling::Json => return Ok(()),
            Spelling::Sarif => format!("{:#}\n", render::sarif(report)),
            Spelling::Github => render::github(report),
            Spelling::Gitlab => format!("{:#}\n", render::gitlab(report)),
            Spelling::Junit => render::junit(report, &clock()),
            Spelling::Markdown => render::markdown(report),
        };
        if self.output.spelling == Spelling::Github {
            summarise(&render::markdown(report))?;
        }
        match &self.output.file {
            Some(file) if !self.output.is_free && file.exists() => Ok(()),
            Some(file) => build::write_whole(file, text.as_bytes()),
            None => terminal.deliver(&text),
        }
    }
}

/// Adds Markdown to the summary of the job, where GitHub says that there is one. Other steps write to it, too.
pub(in crate::cli) fn summarise(text: &str) -> Result<(), CannotRun> {
    let Some(path) = std::env::var_os(SUMMARY).filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    let text = format!("{text}\n");
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|why| CannotRun::unwritable(&path, why))
}

/// The file that settles a world, from the top.
fn settles(top: &Top, world: &World) -> String {
    top.path(&world.root.join(Config::FILE).display().to_string())
}

/// The fingerprints of what does not fit a world's rules.
fn about(top: &Top, world: &World, misfits: &[CannotRun]) -> Vec<Fingerprint> {
    let config = settles(top, world);
    let all = misfits.iter().flat_map(CannotRun::all);
    of_files(all.map(|misfit| (config.as_str(), misfit.code.name, misfit.message.as_str())))
}

fn refused(why: &CannotRun) -> Refused {
    Refused { code: why.code, message: why.message.clone(), help: why.help.clone() }
}

/// The line about a world.
fn summary(world: &World, looked: &Looked, arguments: &Arguments, terminal: &Terminal) -> Result<(), CannotRun> {
    let Looked { compiled, misfits, fixed, proved, .. } = looked;
    let right = compiled.rules.as_ref().map_or(0, |rules| rules.rules.len());
    let wrong = compiled.program.left_out.len();
    let rules = match wrong {
        0 => counted(right, "rule"),
        _ => format!("{} ({wrong} left out)", counted(right + wrong, "rule")),
    };
    let slots = compiled.rules.as_ref().map_or(0, |rules| rules.slots.len());
    let found = render::count(&compiled.diagnostics);
    let data = match misfits.iter().map(CannotRun::count).sum() {
        0 => String::new(),
        errors => format!("{} in cater.toml and its data", counted(errors, "error")),
    };
    let found = match (found.is_empty(), data.is_empty()) {
        (true, true) => "no findings".to_owned(),
        (false, false) => format!("{found}, {data}"),
        (_, _) => format!("{found}{data}"),
    };
    let hidden = |count: usize, word: &str| if count == 0 { String::new() } else { format!(", {count} {word}") };
    let hidden = hidden(compiled.known.len(), "known") + &hidden(compiled.allowed.len(), "allowed");
    // After a `--fix` nothing is left that another would mend.
    let mends = if arguments.fix { 0 } else { mendable(compiled, &world.sources()?, &world.compiler(arguments.now)?) };
    let fixed = match mends {
        _ if !fixed.is_empty() => format!("; {fixed}"),
        0 => String::new(),
        count => format!("; `--fix` mends {count}"),
    };
    let proved = proved.as_ref().map_or(String::new(), |proved| format!("; {}", proved.words));
    let root = world.root.display();
    terminal.say(format!("{root}: {rules} in {}: {found}{hidden}{fixed}{proved}", counted(slots, "slot")));
    Ok(())
}

impl Machine {
    /// The envelope. What several worlds find in one file is in it once.
    fn whole(self, fixes: bool) -> Value {
        let mut told = HashSet::new();
        let mut once = |list: Vec<Value>| -> Vec<Value> {
            let is_new = |one: &Value| one.get("fingerprint").is_none_or(|print| told.insert(print.to_string()));
            list.into_iter().filter(is_new).collect()
        };
        let mut whole = render::envelope(once(self.findings));
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("allowed".to_owned(), once(self.allowed).into());
            fields.insert("known".to_owned(), once(self.known).into());
            if fixes {
                fields.insert("fixed".to_owned(), self.fixed.into());
            }
        }
        whole
    }
}
