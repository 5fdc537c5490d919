//! Rules, offers and slots that somebody has paused while the service runs: which, who, why and since when (R51).
//!
//! Takes the rules of a bundle and gives them with `off because` where something is paused, verified anew. So what decides
//! and what explains know it in the way in which they know what is written in a file, and no decision can look at anything
//! else. The list stands in a file, which is written whole before anything changes. What a bundle does not have stays in the
//! list: a later one may have it again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bundles::Refused;
use crate::diagnostics::codes::run;
use crate::model::{RuleSet, Verified, VerifyError};

/// What can be paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A rule.
    Rule,
    /// An offer, whoever shows it.
    Offer,
    /// A slot: nobody sees anything there.
    Slot,
}

impl Kind {
    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Offer => "offer",
            Self::Slot => "slot",
        }
    }
}

/// Something that is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paused {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) who: String,
    pub(super) why: String,
    /// As people write it.
    pub(super) since: String,
}

impl Paused {
    fn off<'r>(&self, rules: &'r mut RuleSet) -> Option<&'r mut Option<String>> {
        match self.kind {
            Kind::Rule => rules.rules.iter_mut().find(|rule| rule.name == self.name).map(|rule| &mut rule.off),
            Kind::Offer => rules.offers.iter_mut().find(|offer| offer.name == self.name).map(|offer| &mut offer.off),
            Kind::Slot => rules.slots.iter_mut().find(|slot| slot.name == self.name).map(|slot| &mut slot.off),
        }
    }

    /// Whether the rules have it.
    pub(super) fn is_in(&self, rules: &RuleSet) -> bool {
        match self.kind {
            Kind::Rule => rules.rule_named(&self.name).is_some(),
            Kind::Offer => rules.offer_named(&self.name).is_some(),
            Kind::Slot => rules.slot_named(&self.name).is_some(),
        }
    }

    pub(super) fn machine(&self, rules: &RuleSet) -> Value {
        let Self { kind, name, who, why, since } = self;
        json!({ "kind": kind.word(), "name": name, "who": who, "why": why, "since": since, "known": self.is_in(rules) })
    }
}

/// All that is paused, and where that is remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    file: Option<PathBuf>,
    pub(super) all: Vec<Paused>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    switches: Vec<Paused>,
}

impl Switches {
    /// What stands in the file; one that is not there yet says that nothing is paused.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, Refused> {
        let Some(path) = file else { return Ok(Self::default()) };
        let unreadable = |why: String| Refused {
            code: &run::UNREADABLE_FILE,
            message: format!("{}: {why}", path.display()),
            help: Some("name the file that `--switches` wrote; what is paused would else be shown".to_owned()),
        };
        let all = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str::<Kept>(&text).map_err(|why| unreadable(why.to_string()))?.switches,
            Err(why) if why.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(why) => return Err(unreadable(why.to_string())),
        };
        Ok(Self { file: Some(path), all })
    }

    /// Whether a restart leaves it as it is.
    pub(super) fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// The same with something paused, or not any more; nothing where it is so already.
    pub(super) fn with(&self, paused: &Paused, is_paused: bool) -> Option<Self> {
        let is_it = |one: &Paused| one.kind == paused.kind && one.name == paused.name;
        if self.all.iter().any(is_it) == is_paused {
            return None;
        }
        let mut all: Vec<Paused> = self.all.iter().filter(|one| !is_it(one)).cloned().collect();
        all.extend(is_paused.then(|| paused.clone()));
        all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Some(Self { file: self.file.clone(), all })
    }

    /// Writes the file, whole or not at all.
    pub(super) fn keep(&self) -> Result<(), Refused> {
        let Some(path) = &self.file else { return Ok(()) };
        let text = serde_json::to_string_pretty(&Kept { switches: self.all.clone() }).unwrap_or_default();
        replace(path, &text).map_err(|why| Refused {
            code: &run::CANNOT_WRITE,
            message: format!("{}: {why}", path.display()),
            help: Some("nothing was changed; see that the file may be written and its disk has room".to_owned()),
        })
    }

    /// The rules with everything off that is paused; nothing where they have none of it.
    pub(super) fn applied(&self, rules: &Verified) -> Result<Option<Verified>, VerifyError> {
        if !self.all.iter().any(|one| one.is_in(rules)) {
            return Ok(None);
        }
        let mut switched = RuleSet::clone(rules);
        for one in &self.all {
            if let Some(off) = one.off(&mut switched) {
                *off = Some(format!("{} (paused by {})", one.why, one.who));
            }
        }
        Verified::new(switched).map(Some)
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| {
        writeln!(file, "{text}")?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&part, path));
    if replaced.is_err() {
        // It may not even be there.
        let _ = fs::remove_file(&part);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::rule_set;

    fn paused(kind: Kind, name: &str) -> Paused {
        let text = |text: &str| text.to_owned();
        Paused { kind, name: text(name), who: text("anna"), why: text("wrong price"), since: text("2026-06-15T10:00Z") }
    }

    #[test]
    fn what_is_paused_is_off_and_stays_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("switches.json");
        let rules = Verified::new(rule_set()).unwrap();
        let switches = Switches::open(Some(file.clone())).unwrap();
        assert!(switches.applied(&rules).unwrap().is_none());
        let rule = rules.rules[0].name.clone();
        let first = switches.with(&paused(Kind::Rule, &rule), true).unwrap();
        assert!(first.with(&paused(Kind::Rule, &rule), true).is_none(), "it is paused already");
        let both = first.with(&paused(Kind::Slot, "gone"), true).unwrap();
        both.keep().unwrap();
        let again = Switches::open(Some(file.clone())).unwrap();
        assert_eq!(again.all, both.all);
        let switched = again.applied(&rules).unwrap().unwrap();
        assert_eq!(switched.rules[0].off.as_deref(), Some("wrong price (paused by anna)"));
        let none = again.with(&paused(Kind::Rule, &rule), false).unwrap();
        assert!(none.applied(&rules).unwrap().is_none(), "what the rules do not have changes nothing");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&file, "nonsense").unwrap();
        assert_eq!(Switches::open(Some(file)).unwrap_err().code.name, "run::unreadable-file");
    }
}
