//! What `cater.toml` settles beyond the data: how findings weigh, what rules must say, how a run is done.
//!
//! ```toml
//! state      = "seen.state"             # what happened, from run to run; else nothing is kept
//! keep_events = 400                     # days that what happened is kept in it; else for good
//! assume     = "nothing"                # what is taken to have happened to what was decided; else "shown"
//! strict     = true                     # a row that cannot be used is an error; else it is passed over
//! workers    = 4                        # threads; else one a core
//! jit        = false                    # decide with the reference evaluator; else with machine code
//! fail_level = "warning"                # from which severity on `check` ends with 1; else "error"
//! baseline   = "known.json"             # the old findings that are set aside; else none
//! fail_on    = ["newly-silent"]         # the kinds of change that end `diff` with 1; else none
//! bundle     = "dist/shop.cater"        # where `build` writes; else rules.cater where one stands
//! trust      = ["ops.pub"]              # the keys of which a bundle must have a signature; else none need it
//! last       = "accepted"               # remembers the bundle that was accepted last; else an older one is taken, too
//!
//! [required]
//! rules     = ["owner", "metric"]       # what every rule must say
//! marketing = ["review by"]             # and what every rule of a class must
//!
//! [pressure]
//! email.week = 3                        # the most messages in any 7 days, of a class, by a channel or in total
//!
//! [cost]
//! slot = 60                             # the most questions that a decision may ask, in every slot or in one
//!
//! [lints]
//! lint               = "note"           # a stage
//! "lint::unused-tag" = "allow"          # a code, which beats its stage
//! ```

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use super::budget::{Budget, CostBudget, budgets, cost_budgets};
use super::world::{Entry, Toml, World, line};
use super::{DataError, codes};
use crate::diagnostics::{Level, Levels, NoLevel, Severity};
use crate::model::{Class, Required, RuleField};
use crate::runtime::batch::Assume;

/// The most threads that decide.
pub const MOST_WORKERS: usize = 1_024;

/// The words for the kinds of change that `cater diff` tells.
pub const CHANGES: [&str; 7] =
    ["newly-contacted", "newly-silent", "other-content", "other-time", "other-sound", "new-purpose", "weaker-cap"];
/// The word for all of them.
pub const ANY_CHANGE: &str = "any";

/// What was written; nothing where it was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The file that remembers what happened.
    pub state: Option<PathBuf>,
    /// For how many days it is kept there.
    pub keep_events: Option<NonZeroU32>,
    /// What is taken to have happened to what was decided.
    pub assume: Option<Assume>,
    /// Whether a row that cannot be used is an error.
    pub strict: Option<bool>,
    /// How many threads decide.
    pub workers: Option<NonZeroUsize>,
    /// Whether machine code decides.
    pub jit: Option<bool>,
    /// From which severity on findings fail a check.
    pub fail_level: Option<Severity>,
    /// The file of the findings that are set aside.
    pub baseline: Option<PathBuf>,
    /// The kinds of change that stop a merge, each of [`CHANGES`] or [`ANY_CHANGE`].
    pub fail_on: Option<Vec<&'static str>>,
    /// Where a bundle is written.
    pub bundle: Option<PathBuf>,
    /// The files of the public keys that are trusted with bundles.
    pub trust: Option<Vec<PathBuf>>,
    /// The file that remembers which bundle was accepted last.
    pub last: Option<PathBuf>,
    /// What rules must say.
    pub required: Vec<Required>,
    /// How findings weigh.
    pub levels: Levels,
    /// How much a customer may receive.
    pub pressure: Vec<Budget>,
    /// How many questions a decision may ask.
    pub cost: Vec<CostBudget>,
}

impl Settings {
    /// The keys that [`Settings::read`] knows.
    pub(super) const KEYS: [&str; 16] = [
        "state",
        "keep_events",
        "assume",
        "strict",
        "workers",
        "jit",
        "fail_level",
        "baseline",
        "fail_on",
        "bundle",
        "trust",
        "last",
        "required",
        "pressure",
        "cost",
        "lints",
    ];

    /// Reads the value of one of those keys; false for any other key.
    pub(super) fn read(
        &mut self,
        reader: &Toml<'_>,
        key: &str,
        value: &Entry<'_>,
        lines: &mut super::world::Lines,
    ) -> Result<bool, DataError> {
        match key {
            "state" => self.state = Some(reader.path_or_address(value)?),
            "keep_events" => self.keep_events = Some(reader.days(value)?),
            "assume" => {
                self.assume = Some(reader.choice(
                    value,
                    &[("shown", Assume::Shown), ("decided", Assume::Decided), ("nothing", Assume::Nothing)],
                )?);
            }
            "strict" => self.strict = Some(reader.yes_no(value)?),
            "workers" => self.workers = Some(reader.count(value)?),
            "jit" => self.jit = Some(reader.yes_no(value)?),
            "fail_level" => {
                let severities = [Severity::Error, Severity::Warning, Severity::Note];
                self.fail_level = Some(reader.choice(value, &severities.map(|one| (one.word(), one)))?);
            }
            "baseline" => self.baseline = Some(reader.path(value)?),
            "fail_on" => self.fail_on = Some(changes(reader, value)?),
            "bundle" => self.bundle = Some(reader.path(value)?),
            "trust" => self.trust = Some(reader.paths(value)?),
            "last" => self.last = Some(reader.path(value)?),
            "required" => self.required = required(reader, value, lines)?,
            "pressure" => self.pressure = budgets(reader, value, lines)?,
            "cost" => self.cost = cost_budgets(reader, value, lines)?,
            "lints" => self.levels = levels(reader, value, lines)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Toml<'_> {
    /// A text that is one of a few words.
    fn choice<T: Copy>(&self, value: &Entry<'_>, words: &[(&'static str, T)]) -> Result<T, DataError> {
        let text = self.text(value)?;
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(*meant);
        }
        let line = line(self.text, value.span().start);
        let error = DataError::new(&codes::BAD_WORLD, format!("line {line}: `{text}` is none of the words here"))
            .did_you_mean(&text, words.iter().map(|(word, _)| *word));
        let all: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        Err(if error.help.is_some() { error } else { error.help(format!("write {}", all.join(" or "))) })
    }

    fn days(&self, value: &Entry<'_>) -> Result<NonZeroU32, DataError> {
        let DeValue::Integer(number) = value.get_ref() else { return Err(self.wrong(value, "a whole number")) };
        let days = number.to_string().parse().ok().filter(|days| *days <= MOST_DAYS).and_then(NonZeroU32::new);
        days.ok_or_else(|| {
            let line = line(self.text, value.span().start);
            DataError::new(&codes::BAD_WORLD, format!("line {line}: `{number}` is no number of days"))
                .help(format!("write a number from 1 to {MOST_DAYS}, or leave the key out to keep everything for good"))
        })
    }

    fn count(&self, value: &Entry<'_>) -> Result<NonZeroUsize, DataError> {
        let DeValue::Integer(number) = value.get_ref() else { return Err(self.wrong(value, "a whole number")) };
        let count = number.to_string().parse().ok().filter(|count| *count <= MOST_WORKERS).and_then(NonZeroUsize::new);
        count.ok_or_else(|| {
            let line = line(self.text, value.span().start);
            DataError::new(&codes::BAD_WORLD, format!("line {line}: `{number}` is no number of threads"))
                .help(format!("write a number from 1 to {MOST_WORKERS}, or leave the key out for one thread a core"))
        })
    }
}

/// The most days that can be asked for: two hundred years.
pub const MOST_DAYS: u32 = 73_050;

/// `fail_on`: kinds of change.
fn changes(reader: &Toml<'_>, value: &Entry<'_>) -> Result<Vec<&'static str>, DataError> {
    let DeValue::Array(entries) = value.get_ref() else { return Err(reader.wrong(value, "a list of texts")) };
    let words: Vec<(&'static str, &'static str)> =
        CHANGES.into_iter().chain([ANY_CHANGE]).map(|word| (word, word)).collect();
    DataError::all(entries.iter().map(|entry| reader.choice(entry, &words)))
}

/// `[required]`: lists of clauses under `rules` and under the classes.
fn required(reader: &Toml<'_>, value: &Entry<'_>, lines: &mut super::world::Lines) -> Result<Vec<Required>, DataError> {
    let mut all = Vec::new();
    for (key, list) in reader.table(value, "a table of lists")? {
        let class = Class::from_word(key.get_ref());
        if class.is_none() && key.get_ref() != "rules" {
            let known: Vec<&str> = std::iter::once("rules").chain(Class::ALL.map(Class::word)).collect();
            return Err(reader.unknown(key, &known));
        }
        let at = lines.note(reader, &format!("required.{}", key.get_ref()), key);
        let DeValue::Array(entries) = list.get_ref() else { return Err(reader.wrong(list, "a list of texts")) };
        let one = |entry: &Entry<'_>| {
            let word = reader.text(entry)?;
            let Some(field) = RuleField::from_word(&word) else {
                let at = line(reader.text, entry.span().start);
                let known = || RuleField::ALL.into_iter().map(RuleField::word);
                let message = format!("line {at}: `{word}` is no clause that can be required");
                let error = DataError::new(&codes::UNKNOWN_CLAUSE, message).did_you_mean(&word, known());
                let all = known().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                return Err(if error.help.is_some() { error } else { error.help(format!("these can be: {all}")) });
            };
            Ok(Required { field, class, by: format!("{}:{at}", World::FILE) })
        };
        all.extend(DataError::all(entries.iter().map(one))?);
    }
    Ok(all)
}

/// `[lints]`: a level for each code or stage.
fn levels(reader: &Toml<'_>, value: &Entry<'_>, lines: &mut super::world::Lines) -> Result<Levels, DataError> {
    let mut levels = Levels::default();
    let table = reader.table(value, "a table of codes and their levels")?;
    DataError::all(table.iter().map(|(key, entry)| {
        let level = reader.choice(entry, &Level::ALL.map(|level| (level.word(), level)))?;
        levels.set(key.get_ref(), level).map_err(|why| no_level(reader, key, why))?;
        lines.note(reader, &format!("lints.{}", key.get_ref()), key);
        Ok(())
    }))?;
    Ok(levels)
}

fn no_level(reader: &Toml<'_>, key: &Spanned<std::borrow::Cow<'_, str>>, why: NoLevel) -> DataError {
    let (name, line) = (key.get_ref(), line(reader.text, key.span().start));
    match why {
        NoLevel::Unknown => {
            let message = format!("line {line}: `{name}` is no code or stage that has a level");
            let error = DataError::new(&codes::UNKNOWN_CODE, message).did_you_mean(name, Levels::names());
            if error.help.is_some() {
                return error;
            }
            // `unused-tag` for `lint::unused-tag`.
            let whole = Levels::names().find(|known| known.split("::").nth(1) == Some(name));
            error.help(match whole {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("the stages are {}; `cater explain` lists the codes", Levels::STAGES.join(", ")),
            })
        }
        NoLevel::Fixed => {
            let message = format!("line {line}: `{name}` is always an error");
            DataError::new(&codes::FIXED_LEVEL, message)
                .help("what it flags cannot be understood, so there is nothing to go on with; mend the rule")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Result<World, DataError> {
        World::parse(text, Path::new("shop"))
    }

    #[test]
    fn all_of_them() {
        let world = parse(
            "state = \"seen.state\"\nkeep_events = 400\nassume = \"nothing\"\nstrict = true\nworkers = 4\njit = false\n\
             fail_level = \"note\"\nfail_on = [\"newly-silent\", \"any\"]\nbundle = \"dist/shop.cater\"\n[required]\nrules = [\"owner\", \"review by\"]\n\
             marketing = [\"metric\"]\n[lints]\nlint = \"note\"\n\"lint::unused-tag\" = \"allow\"\n",
        )
        .unwrap();
        let found = &world.settings;
        assert_eq!(found.state.as_deref(), Some(Path::new("shop/seen.state")));
        assert_eq!(found.keep_events.map(NonZeroU32::get), Some(400));
        assert_eq!((found.assume, found.strict, found.jit), (Some(Assume::Nothing), Some(true), Some(false)));
        assert_eq!((found.workers.map(NonZeroUsize::get), found.fail_level), (Some(4), Some(Severity::Note)));
        assert_eq!(found.bundle.as_deref(), Some(Path::new("shop/dist/shop.cater")));
        let one = |field, class, line: usize| Required { field, class, by: format!("cater.toml:{line}") };
        let required = [
            one(RuleField::Metric, Some(Class::Marketing), 12),
            one(RuleField::Owner, None, 11),
            one(RuleField::ReviewBy, None, 11),
        ];
        let mut sorted = found.required.clone();
        sorted.sort_by_key(|one| one.field.word());
        assert_eq!(sorted, required);
        let levels: Vec<_> = found.levels.iter().collect();
        assert_eq!(levels, [("lint", Level::Note), ("lint::unused-tag", Level::Allow)]);
        assert_eq!((world.line("workers"), world.line("lints.lint")), (Some(5), Some(14)));
        assert_eq!(found.fail_on, Some(vec!["newly-silent", ANY_CHANGE]));
        assert_eq!(world.line("slots"), None);
    }

    #[test]
    fn what_is_wrong_has_a_code_a_line_and_a_help() {
        for (text, code, message, help) in [
            (
                "[lints]\n\"lint::unsued-tag\" = \"allow\"",
                "data::unknown-code",
                "line 2: `lint::unsued-tag`",
                "`lint::unused-tag`?",
            ),
            ("[lints]\nunused-tag = \"allow\"", "data::unknown-code", "line 2", "did you mean `lint::unused-tag`?"),
            ("[lints]\nweather = \"allow\"", "data::unknown-code", "line 2", "the stages are syntax"),
            ("[lints]\n\"type::mismatch\" = \"warning\"", "data::fixed-level", "always an error", "mend the rule"),
            ("[lints]\nlint = \"warn\"", "data::bad-world", "line 2: `warn`", "\"allow\" or \"note\""),
            ("[lints]\nlint = \"warnings\"", "data::bad-world", "line 2", "did you mean `warning`?"),
            ("[required]\nrules = [\"ownr\"]", "data::unknown-clause", "line 2: `ownr`", "did you mean `owner`?"),
            ("[required]\nrules = [\"priority\"]", "data::unknown-clause", "`priority`", "`review by`"),
            ("[required]\nmarketting = []", "data::unknown-key", "line 2", "did you mean `marketing`?"),
            ("required = [\"owner\"]", "data::bad-world", "line 1: this is a list", ""),
            ("[pressure]\nemail.weak = 3", "data::unknown-key", "line 2: `weak`", "did you mean `week`?"),
            ("[pressure]\nemail = 3", "data::bad-world", "line 2: this is a number", ""),
            ("[pressure]\nemail.week = \"3\"", "data::bad-world", "line 2: this is a text", "without quotes"),
            ("[pressure]\nemail.week = -1", "data::bad-world", "line 2: `-1` is no number of messages", "below 0"),
            (
                "fail_on = [\n  \"any\",\n  \"newly-silnt\"]",
                "data::bad-world",
                "line 3: `newly-silnt`",
                "did you mean `newly-silent`?",
            ),
            ("fail_on = [\"all of them\"]", "data::bad-world", "line 1", "\"weaker-cap\" or \"any\""),
            ("fail_on = \"any\"", "data::bad-world", "line 1: this is a text", ""),
            ("[cost]\nhome = -1", "data::bad-world", "line 2: `-1` is no number of questions", "below 0"),
            ("[cost]\nhome = \"dear\"", "data::bad-world", "line 2: this is a text", ""),
            ("workers = 0", "data::bad-world", "line 1: `0`", "from 1 to 1024"),
            ("workers = \"4\"", "data::bad-world", "line 1: this is a text", ""),
            ("assume = \"show\"", "data::bad-world", "line 1: `show`", "did you mean `shown`?"),
            ("fail-level = \"note\"", "data::unknown-key", "line 1: `fail-level`", "did you mean `fail_level`?"),
        ] {
            let error = parse(text).unwrap_err();
            let said = error.help.clone().unwrap_or_default();
            assert!(error.code.name == code && error.message.contains(message), "{text}: {error:?}");
            assert!(said.contains(help), "{text}: {said}");
        }
    }
}
