//! Where the tool writes: results to standard output, everything said about the run to standard error.

use std::io::{IsTerminal, Write};

use anstream::ColorChoice;

use super::settings::{Chosen, Origin};
use super::{Arguments, CannotRun, Colour, Format, Spelling, settings};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes;
use crate::diagnostics::render;
use crate::source::SourceSet;

/// How wide framed text is where nobody says how wide the terminal is.
const WIDTH: usize = 100;

/// The two streams and how to write to them.
pub(super) struct Terminal {
    pub(super) format: Format,
    pub(super) quiet: bool,
    colour: bool,
    pub(super) manner: Manner,
}

/// How the tool talks, and who said so.
#[derive(Debug)]
pub(super) struct Manner {
    pub(super) format: Chosen<Spelling>,
    pub(super) color: Chosen<Colour>,
    pub(super) quiet: Chosen<bool>,
}

impl Chosen<Spelling> {
    /// What is asked for, or what holds where nobody asks.
    pub(super) fn spelling(&self) -> Spelling {
        self.value.unwrap_or(Spelling::Human)
    }
}

impl Terminal {
    /// # Errors
    /// The environment asks for a manner that there is not.
    pub(super) fn new(arguments: &Arguments) -> Result<Self, CannotRun> {
        Ok(Self::with(Manner {
            format: settings::FORMAT.choose(arguments.format, None)?,
            color: settings::COLOR.choose(arguments.color, None)?,
            quiet: settings::QUIET.choose(arguments.quiet.then_some(true), None)?,
        }))
    }

    /// As the arguments say, whatever the environment does.
    pub(super) fn fallback(arguments: &Arguments) -> Self {
        Self::with(Manner {
            format: Chosen { value: arguments.format, origin: Origin::Default },
            color: Chosen { value: arguments.color, origin: Origin::Default },
            quiet: Chosen { value: None, origin: Origin::Default },
        })
    }

    fn with(manner: Manner) -> Self {
        match manner.color.clone().or(Colour::Auto) {
            Colour::Auto => {}
            Colour::Always => ColorChoice::Always.write_global(),
            Colour::Never => ColorChoice::Never.write_global(),
        }
        let format = manner.format.spelling().format();
        let choice = anstream::AutoStream::choice(&std::io::stdout());
        let colour = format == Format::Human && choice != ColorChoice::Never;
        Self { format, quiet: manner.quiet.clone().or(false), colour, manner }
    }

    /// Whether somebody watches: only then is a progress bar drawn.
    pub(super) fn is_watched(&self) -> bool {
        !self.quiet && self.format == Format::Human && std::io::stderr().is_terminal()
    }

    /// A line of the result. A reader that has gone away (`cater list | head`) ends the program quietly.
    pub(super) fn line(&self, text: impl AsRef<str>) {
        self.write(text.as_ref(), true);
    }

    /// Text of the result, as it is.
    pub(super) fn text(&self, text: impl AsRef<str>) {
        self.write(text.as_ref(), false);
    }

    fn write(&self, text: &str, newline: bool) {
        let mut out = anstream::stdout().lock();
        let end = if newline { "\n" } else { "" };
        if write!(out, "{text}{end}").and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }

    /// Text of the result that is acted upon: whoever writes it must know whether it arrived.
    ///
    /// # Errors
    /// It did not.
    pub(super) fn deliver(&self, text: &str) -> Result<(), CannotRun> {
        let mut out = anstream::stdout().lock();
        write!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(|error| CannotRun::unwritable(std::path::Path::new("standard output"), error))
    }

    /// A line about the run, for people.
    pub(super) fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr().lock(), "{}", text.as_ref());
        }
    }

    /// Says things about a run that goes on, from any thread: lines for people, objects of one line for machines.
    #[cfg(feature = "serve")]
    pub(super) fn voice(&self) -> impl Fn(&str, &serde_json::Value) + Send + Sync + use<> {
        let (format, quiet) = (self.format, self.quiet);
        move |words, machine| {
            let mut err = anstream::stderr().lock();
            let _ = match format {
                Format::Human | Format::Plain if quiet => Ok(()),
                Format::Human | Format::Plain => writeln!(err, "{words}"),
                Format::Json => writeln!(err, "{machine}"),
            };
        }
    }

    /// Text in the style of `ansi` (such as `1` for bold), where colour is on.
    pub(super) fn styled(&self, ansi: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{ansi}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The findings in the chosen format, on standard output.
    pub(super) fn findings(&self, findings: &[Diagnostic], sources: &SourceSet) {
        match self.format {
            Format::Human => {
                if !findings.is_empty() {
                    self.text(render::human(findings, sources, self.colour, WIDTH));
                }
            }
            Format::Plain => {
                if !findings.is_empty() {
                    self.text(render::plain(findings, sources));
                }
            }
            Format::Json => self.json(&render::json(findings, sources)),
        }
    }

    /// One object.
    pub(super) fn json(&self, value: &serde_json::Value) {
        self.line(format!("{value:#}"));
    }

    /// Why a verb could not run: for people on standard error, for machines as the one object of standard output.
    pub(super) fn refuse(&self, refused: &CannotRun) {
        match self.format {
            Format::Human | Format::Plain => refused.all().for_each(|one| self.coded("31;1", "error", one)),
            Format::Json => {
                // Where the refusal itself cannot be written, the run has failed all the same.
                if self.deliver(&format!("{:#}\n", refused.machine())).is_err() {
                    self.coded("31;1", "error", refused);
                }
            }
        }
    }

    /// What does not fit the rules, among the findings; machines find it in the envelope.
    pub(super) fn found(&self, misfit: &CannotRun) {
        for one in misfit.all() {
            let code = self.styled("31;1", &format!("error[{}]", one.code.name));
            self.line(format!("{code}: {}\n  help: {}", one.message, help(one)));
        }
    }

    /// Something odd about the data as a whole, before anything is decided from it; machines find it in the result.
    pub(super) fn warn(&self, odd: &CannotRun) {
        match self.format {
            Format::Human | Format::Plain => self.coded("33;1", odd.code.severity.word(), odd),
            Format::Json => {}
        }
    }

    fn coded(&self, ansi: &str, word: &str, said: &CannotRun) {
        let mut err = anstream::stderr().lock();
        // A job of GitHub takes a line for a command, and a file may have any name.
        let spelt = |text: &str| match self.manner.format.spelling() {
            Spelling::Github => text.replace(['\n', '\r'], " "),
            Spelling::Human
            | Spelling::Plain
            | Spelling::Json
            | Spelling::Sarif
            | Spelling::Gitlab
            | Spelling::Junit
            | Spelling::Markdown => text.to_owned(),
        };
        let _ = writeln!(err, "{}[{}]: {}", self.styled(ansi, word), said.code.name, spelt(&said.message));
        let _ = writeln!(err, "  help: {}", spelt(&help(said)));
    }
}

/// What can be done, or where more is said.
fn help(said: &CannotRun) -> String {
    said.help.clone().unwrap_or_else(|| format!("`cater explain {}` says more", said.code.name))
}

/// Says what is wrong with the command line itself, when there is no terminal yet that knows how it is to be said.
pub(super) fn misuse(error: &clap::Error) {
    const WORD: &str = "error:";
    let arguments: Vec<_> = std::env::args_os().collect();
    let environment = settings::FORMAT.choose(None, None).ok().and_then(|chosen| chosen.value);
    let says = arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--format"));
    let asks_for_json = (environment == Some(Spelling::Json) && !says)
        || arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| matches!(pair, [first, second] if first == "--format" && second == "json"));
    let code = &codes::run::BAD_ARGUMENT;
    let text = error.render();
    if asks_for_json {
        let plain = text.to_string();
        let first = plain.split("\n\n").next().unwrap_or_default();
        let said = first.strip_prefix(WORD).map_or_else(
            || "no verb is given".to_owned(),
            |said| said.split_whitespace().collect::<Vec<_>>().join(" "),
        );
        let refused =
            CannotRun::new(code, said).help("`cater --help` lists the verbs, `cater VERB --help` what each takes");
        let _ = writeln!(anstream::stdout().lock(), "{:#}", refused.machine());
        return;
    }
    let text = text.ansi().to_string().replacen(WORD, &format!("error[{}]:", code.name), 1);
    let _ = write!(anstream::stderr().lock(), "{text}");
}
