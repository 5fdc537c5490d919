//! How bad findings are by somebody's own measure: the levels that a rule set sets for codes and for whole stages.
//!
//! An error of a stage before the rules are understood leaves an item out, so it cannot be lowered: what would be left is
//! a rule set that nobody wrote. What is said about rules that are understood (stage `lint`, and warnings of any stage)
//! may have any level.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity, codes};

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not shown and fails nothing.
    Allow,
    /// It is shown.
    Note,
    /// It is shown as probably wrong.
    Warning,
    /// It is wrong: such rules decide for nobody.
    Error,
}

impl Level {
    /// All of them, from harmless to bad.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Note, Self::Warning, Self::Error];

    /// The word in cater.toml.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Self::Allow => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Why a level cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLevel {
    /// Neither a code nor a stage.
    Unknown,
    /// A code, or a stage all of whose codes are errors that leave something out.
    Fixed,
}

/// The levels that were set, by code and by stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    set: BTreeMap<String, Level>,
}

impl Levels {
    /// The stages whose findings have levels: those about the text of rules. Data and runs have none.
    pub const STAGES: [&str; 6] = ["syntax", "resolve", "type", "consent", "lint", "allow"];

    /// The level of a code (`lint::unused-tag`) or of a stage (`lint`). A code's own level beats that of its stage.
    ///
    /// # Errors
    /// The name is none that has a level, or it would lower what cannot be lowered.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), NoLevel> {
        let of_name: Vec<&Code> =
            codes::all().filter(|code| has_level(code) && (code.name == name || code.stage() == name)).collect();
        if of_name.is_empty() {
            return Err(NoLevel::Unknown);
        }
        if level < Level::Error && of_name.iter().all(|code| is_fixed(code)) {
            return Err(NoLevel::Fixed);
        }
        self.set.insert(name.to_owned(), level);
        Ok(())
    }

    /// Every name that may have a level.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::STAGES.into_iter().chain(codes::all().filter(|code| has_level(code)).map(|code| code.name))
    }

    /// What was set, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Level)> {
        self.set.iter().map(|(name, level)| (name.as_str(), *level))
    }

    /// The level of a code, if one was set for it.
    pub fn of(&self, code: &Code) -> Option<Level> {
        let level = self.set.get(code.name).or_else(|| self.set.get(code.stage())).copied()?;
        (level == Level::Error || !is_fixed(code)).then_some(level)
    }

    /// Gives each finding its level and drops those that are allowed.
    pub fn apply(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain_mut(|finding| match self.of(finding.code).map(Level::severity) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                finding.severity = severity;
                true
            }
        });
    }
}

fn has_level(code: &Code) -> bool {
    Levels::STAGES.contains(&code.stage())
}

/// Whether its level may be lower than it is as shipped.
pub(super) fn can_be_lowered(code: &Code) -> bool {
    has_level(code) && !is_fixed(code)
}

/// Whether the code is of an error that leaves an item out.
fn is_fixed(code: &Code) -> bool {
    code.severity == Severity::Error && code.stage() != "lint"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes::{lint, resolve};
    use crate::source::{SourceId, Span};

    fn levels(set: &[(&str, Level)]) -> Levels {
        let mut levels = Levels::default();
        for (name, level) in set {
            levels.set(name, *level).unwrap();
        }
        levels
    }

    fn severities(levels: &Levels, codes: &[&'static Code]) -> Vec<Option<Severity>> {
        let one = |code: &&'static Code| {
            let mut findings = vec![Diagnostic::new(code, Span::new(SourceId(0), 0..0), "")];
            levels.apply(&mut findings);
            findings.first().map(|finding| finding.severity)
        };
        codes.iter().map(one).collect()
    }

    #[test]
    fn a_code_beats_its_stage_and_errors_of_meaning_stay() {
        use Severity::{Error, Note, Warning};
        let all = [&lint::UNUSED_TAG, &lint::CONFLICT, &resolve::FALLBACK_BEHIND_EVERYBODY, &resolve::UNKNOWN_OFFER];
        assert_eq!(severities(&levels(&[]), &all), [Some(Warning), Some(Error), Some(Warning), Some(Error)]);
        let set = levels(&[("lint", Level::Note), ("lint::conflict", Level::Allow), ("resolve", Level::Allow)]);
        assert_eq!(severities(&set, &all), [Some(Note), None, None, Some(Error)]);
        let raised = levels(&[("lint", Level::Error), ("resolve", Level::Error)]);
        assert_eq!(severities(&raised, &all), [Some(Error); 4]);
    }

    #[test]
    fn what_has_no_level_is_refused() {
        let mut levels = Levels::default();
        assert_eq!(levels.set("lint::nothing of the kind", Level::Allow), Err(NoLevel::Unknown));
        assert_eq!(levels.set("data::bad-row", Level::Allow), Err(NoLevel::Unknown));
        assert_eq!(levels.set("resolve::unknown-offer", Level::Warning), Err(NoLevel::Fixed));
        assert_eq!(levels.set("syntax", Level::Allow), Err(NoLevel::Fixed));
        assert_eq!(levels, Levels::default());
    }

    #[test]
    fn every_stage_with_a_level_has_codes() {
        for stage in Levels::STAGES {
            assert!(Levels::names().any(|name| name.starts_with(&format!("{stage}::"))), "{stage}");
        }
    }
}
