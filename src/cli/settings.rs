//! What a run is told, and by whom: a flag beats the environment, the environment beats `cater.toml`, and that beats the
//! default. Settings are what holds from run to run; what is asked once (`--customer`, `--filter`) is none.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::ValueEnum;

use super::check::FailLevel;
use super::decide::Assumed;
use super::diff::FailOn;
use super::{CannotRun, Colour, Spelling};
use crate::diagnostics::codes;
use crate::runtime::data::{MOST_DAYS, MOST_WORKERS, World as Config};
use crate::value::Instant;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An argument of the command.
    Flag(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// That line of `cater.toml`.
    File(usize),
    /// Nobody.
    Default,
}

/// A value with who said it; nothing where nobody did.
#[derive(Clone, Debug)]
pub(super) struct Chosen<T> {
    pub(super) value: Option<T>,
    pub(super) origin: Origin,
}

impl<T> Chosen<T> {
    /// The value, or what holds where nobody said anything.
    pub(super) fn or(self, default: T) -> T {
        self.value.unwrap_or(default)
    }
}

/// A setting of one value that a flag, the environment and `cater.toml` can all give.
pub(super) struct Setting<T: 'static> {
    pub(super) key: &'static str,
    pub(super) flag: &'static str,
    pub(super) variable: &'static str,
    parse: fn(&str) -> Option<T>,
    /// What the variable may hold.
    wants: &'static str,
    file: fn(&Config) -> Option<T>,
}

impl<T> Setting<T> {
    /// The value from the strongest who gives one.
    ///
    /// # Errors
    /// The environment holds something else.
    pub(super) fn choose(&self, flag: Option<T>, config: Option<&Config>) -> Result<Chosen<T>, CannotRun> {
        if flag.is_some() {
            return Ok(Chosen { value: flag, origin: Origin::Flag(self.flag) });
        }
        if let Some(value) = self.environment()? {
            return Ok(Chosen { value: Some(value), origin: Origin::Environment(self.variable) });
        }
        let value = config.and_then(self.file);
        let line = config.and_then(|config| config.line(self.key)).filter(|_| value.is_some());
        Ok(Chosen { value, origin: line.map_or(Origin::Default, Origin::File) })
    }

    /// An empty variable is none.
    fn environment(&self) -> Result<Option<T>, CannotRun> {
        let Some(text) = std::env::var_os(self.variable).filter(|text| !text.is_empty()) else { return Ok(None) };
        let text = text.to_string_lossy();
        match (self.parse)(&text) {
            Some(value) => Ok(Some(value)),
            None => {
                let message = format!("the environment says {}={text}, and {} is needed", self.variable, self.wants);
                Err(CannotRun::new(&codes::run::BAD_ENVIRONMENT, message)
                    .help(format!("set {} to something else, or unset it", self.variable)))
            }
        }
    }
}

pub(super) static NOW: Setting<Instant> = Setting {
    key: "now",
    flag: "--now",
    variable: "CATER_NOW",
    parse: Instant::parse,
    wants: "an instant such as 2026-06-15T10:00Z",
    file: |config| config.now,
};

pub(super) static STATE: Setting<PathBuf> = Setting {
    key: "state",
    flag: "--state",
    variable: "CATER_STATE",
    parse: |text| Some(PathBuf::from(text)),
    wants: "a file, or the address of a Redis",
    file: |config| config.settings.state.clone(),
};

pub(super) static KEEP_EVENTS: Setting<NonZeroU32> = Setting {
    key: "keep_events",
    flag: "--keep-events",
    variable: "CATER_KEEP_EVENTS",
    parse: |text| text.parse().ok().filter(|days: &NonZeroU32| days.get() <= MOST_DAYS),
    wants: "a number of days from 1 to 73050",
    file: |config| config.settings.keep_events,
};

pub(super) static ASSUME: Setting<Assumed> = Setting {
    key: "assume",
    flag: "--assume",
    variable: "CATER_ASSUME",
    parse: word,
    wants: "shown, decided or nothing",
    file: |config| config.settings.assume.map(Assumed::from),
};

pub(super) static STRICT: Setting<bool> = Setting {
    key: "strict",
    flag: "--strict",
    variable: "CATER_STRICT",
    parse: yes_no,
    wants: "true or false",
    file: |config| config.settings.strict,
};

pub(super) static WORKERS: Setting<NonZeroUsize> = Setting {
    key: "workers",
    flag: "--workers",
    variable: "CATER_WORKERS",
    parse: workers,
    wants: "a whole number from 1 to 1024",
    file: |config| config.settings.workers,
};

pub(super) static JIT: Setting<bool> = Setting {
    key: "jit",
    flag: "--no-jit",
    variable: "CATER_JIT",
    parse: yes_no,
    wants: "true or false",
    file: |config| config.settings.jit,
};

pub(super) static FAIL_LEVEL: Setting<FailLevel> = Setting {
    key: "fail_level",
    flag: "--fail-level",
    variable: "CATER_FAIL_LEVEL",
    parse: word,
    wants: "error, warning or note",
    file: |config| config.settings.fail_level.map(FailLevel::from),
};

pub(super) static BASELINE: Setting<PathBuf> = Setting {
    key: "baseline",
    flag: "--baseline",
    variable: "CATER_BASELINE",
    parse: |text| Some(PathBuf::from(text)),
    wants: "a file",
    file: |config| config.settings.baseline.clone(),
};

pub(super) static FAIL_ON: Setting<Vec<FailOn>> = Setting {
    key: "fail_on",
    flag: "--fail-on",
    variable: "CATER_FAIL_ON",
    parse: |text| text.split(',').map(|word| FailOn::from_word(word.trim())).collect(),
    wants: "kinds of change with commas between them, any or none",
    file: |config| {
        let words = config.settings.fail_on.as_ref()?;
        Some(words.iter().filter_map(|word| FailOn::from_word(word)).collect())
    },
};

pub(super) static BUNDLE: Setting<PathBuf> = Setting {
    key: "bundle",
    flag: "--output",
    variable: "CATER_BUNDLE",
    parse: |text| Some(PathBuf::from(text)),
    wants: "a file",
    file: |config| config.settings.bundle.clone(),
};

/// A list, as the system writes lists of paths: `ops.pub:next.pub`.
pub(super) static TRUST: Setting<Vec<PathBuf>> = Setting {
    key: "trust",
    flag: "--trust",
    variable: "CATER_TRUST",
    parse: |text| Some(std::env::split_paths(text).filter(|path| !path.as_os_str().is_empty()).collect()),
    wants: "files of public keys",
    file: |config| config.settings.trust.clone(),
};

pub(super) static LAST: Setting<PathBuf> = Setting {
    key: "last",
    flag: "--last",
    variable: "CATER_LAST",
    parse: |text| Some(PathBuf::from(text)),
    wants: "a file",
    file: |config| config.settings.last.clone(),
};

// How the tool talks is for whoever sits there to say, and none of the rules' business: no key of cater.toml.

pub(super) static FORMAT: Setting<Spelling> = Setting {
    key: "format",
    flag: "--format",
    variable: "CATER_FORMAT",
    parse: word,
    wants: "human, plain, json, sarif, github, gitlab, junit or markdown",
    file: |_| None,
};

pub(super) static COLOR: Setting<Colour> = Setting {
    key: "color",
    flag: "--color",
    variable: "CATER_COLOR",
    parse: word,
    wants: "auto, always or never",
    file: |_| None,
};

pub(super) static QUIET: Setting<bool> = Setting {
    key: "quiet",
    flag: "--quiet",
    variable: "CATER_QUIET",
    parse: yes_no,
    wants: "true or false",
    file: |_| None,
};

/// A number of threads.
pub(super) fn workers(text: &str) -> Option<NonZeroUsize> {
    text.parse().ok().filter(|count: &NonZeroUsize| count.get() <= MOST_WORKERS)
}

/// The word of an argument's value.
fn word<T: ValueEnum>(text: &str) -> Option<T> {
    T::from_str(text, false).ok()
}

fn yes_no(text: &str) -> Option<bool> {
    match text {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// How an argument's value is written.
pub(super) fn written<T: ValueEnum>(value: T) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
