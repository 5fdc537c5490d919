//! What holds of every program, whoever wrote it: the sixteen properties of the acceptance scenarios, tried on the worlds
//! of `rules-examples` and on generated rule sets, with customers drawn around what the rules can tell apart. Every
//! decision is made by both engines, so that they agree is tried with each of them.
//!
//! | property | where |
//! | --- | --- |
//! | the same input gives the same output on any machine | `sameness`; threads: `tests/base` |
//! | permuting rules, clauses and files changes nothing | `sameness`; models and findings: `tests/order` |
//! | adding an unrelated attribute changes nothing | `sameness` |
//! | removing a consent never adds processing | `consent` |
//! | the replay of a hold at its time equals a fresh decision | `holds` |
//! | every outcome names a reason | `outcomes` |
//! | every slot yields content, or its declared `nothing`, for a customer of whom nothing is known | `outcomes` |
//! | explanations contain no attribute that the viewer may not see | `consent`; words: `src/eval/tests/redaction` |
//! | a cap never exceeds its number under parallel callers | `caps`; purchases: `src/runtime/request_tests` |
//! | raising a cap never reduces what its rule shows, where it is the only cap in play | `caps` |
//! | a change of time zone applies from the next decision | `caps` |
//! | one-second moves around each boundary flip exactly as stated | `boundaries` |
//! | what time has brought about stays so (not of the scenarios) | `elapsed` |
//! | machine code and the reference evaluator agree | all of these; the hunt: `tests/engines` |
//! | unknown never beats known in an exclusion | `reading` |
//! | a decision reads only attributes in the bundle's manifest | `reading` |
//!
//! One waits for what is not built: a held-out customer consumes nothing (holdouts).
//!
//! `CATER_PROPERTIES=20` tries twenty times as much; `CATER_PROPERTIES_SEED` says where the generated rule sets begin. A
//! failure names the world or the seed, and the customer.

mod boundaries;
mod caps;
mod consent;
mod elapsed;
mod holds;
mod outcomes;
mod reading;
mod sameness;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cater::compile::compile;
use cater::eval::{self, Explanation};
use cater::frame::{ConsentRecord, Decision, Fact, Facts, Frame, Happened, Stamp, gather};
use cater::model::{ChannelId, EventId, OfferId, RuleSet, SlotId, Verified};
use cater::runtime::Engine;
use cater::source::SourceSet;
use cater::value::{Consent, Datum, Instant, Missing, Value};

use crate::engines::frames::Atoms;
use crate::engines::generate::{Generated, Size, generate, sized};
use crate::engines::rng::Rng;

/// How much more than in an ordinary run.
pub(crate) fn effort() -> usize {
    std::env::var("CATER_PROPERTIES").ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1).max(1)
}

/// A rule set with both engines, and customers to try it on.
pub(crate) struct Subject {
    /// The world, or the seed.
    pub(crate) name: String,
    /// The rule files of a world, by name; none of a generated rule set.
    files: Vec<(String, String)>,
    pub(crate) engine: Engine,
    atoms: Atoms,
}

impl Subject {
    pub(crate) fn new(name: String, files: Vec<(String, String)>, generated: Generated) -> Self {
        let rules = Verified::new(generated.rules.clone()).unwrap_or_else(|why| panic!("{name}: {why}"));
        Self { name, files, engine: Engine::from_rules(rules), atoms: Atoms::of(&generated) }
    }

    pub(crate) fn rules(&self) -> &RuleSet {
        self.engine.rules()
    }

    pub(crate) fn slots(&self) -> Vec<SlotId> {
        self.engine.slots()
    }

    /// What a slot answers, by both engines.
    pub(crate) fn decide(&self, frame: &Frame, slot: SlotId) -> Decision {
        let reference = eval::decide(self.rules(), frame, slot);
        assert_eq!(self.engine.decide(frame, slot), reference, "{}: the engines differ: {frame:?}", self.name);
        reference
    }

    /// A customer at a moment.
    pub(crate) fn customer(&self, rng: &mut Rng) -> Facts {
        let rules = self.rules();
        let frame = self.atoms.draw(rules, rng);
        let mut facts = Facts::nothing(rules, frame.now);
        for (fact, datum) in facts.attributes.iter_mut().zip(&frame.attributes) {
            *fact = match datum {
                Datum::Known(value) => Fact::Known(value.clone(), Some(frame.now)),
                Datum::Missing(why @ (Missing::Unreadable | Missing::NotInList)) => Fact::Missing(*why),
                Datum::Missing(_) => Fact::Missing(Missing::Absent),
            };
        }
        if let Some(key) = rules.key().filter(|_| rng.percent(90)) {
            facts.set(key, Fact::Known(Value::Text("c1".into()), Some(frame.now)));
        }
        facts.consent = frame.consent.iter().map(|status| recorded(*status, frame.now)).collect();
        facts.permissions = frame.permissions.clone();
        for _ in 0..rng.below(7) {
            facts.history.push(happened(rules, frame.now, rng));
        }
        facts
    }

    fn explain(&self, frame: &Frame, slot: SlotId) -> Explanation {
        eval::explain(self.rules(), frame, slot)
    }
}

fn recorded(status: Consent, now: Instant) -> ConsentRecord {
    if status == Consent::Granted { ConsentRecord::granted(now) } else { ConsentRecord::of(status) }
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Something that happened some time ago, with an offer of the rules.
fn happened(rules: &RuleSet, now: Instant, rng: &mut Rng) -> Happened {
    let ago = *rng.pick(&[0, 3_600 * SECOND, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 100 * DAY]);
    let event = EventId::from_index(rng.below(rules.events.len()));
    let offer = OfferId::from_index(rng.below(rules.offers.len()));
    let channel = rng.below(rules.channels.len() * 2 + 1);
    let channel = (channel < rules.channels.len()).then(|| ChannelId::from_index(channel));
    let tags = rules[offer].tags.clone();
    let stamp = Stamp::Of { offer: Some(offer), rule: None, via: None, class: None, tags, channel };
    Happened::plain(event, Instant(now.0 - ago + rng.between(-1, 1) * SECOND), stamp)
}

/// Every world of `rules-examples`, then generated rule sets.
pub(crate) fn subjects() -> &'static [Subject] {
    static ALL: OnceLock<Vec<Subject>> = OnceLock::new();
    ALL.get_or_init(|| {
        let worlds = folders().into_iter().map(|folder| {
            let files = rule_files(&folder);
            let rules = compiled(&files).unwrap_or_else(|| panic!("{} has errors", folder.display()));
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let now = Instant::parse("2026-06-15T10:00Z").expect("a time");
            let generated = Generated { rules: (*rules).clone(), now, probes: Vec::new(), scenarios: Vec::new() };
            Subject::new(name, files, generated)
        });
        let first = std::env::var("CATER_PROPERTIES_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        let seeds = first..first + 8 * effort() as u64;
        let made = seeds.map(|seed| {
            let small = Size { rules: 12, slots: 2, probes: 0 };
            let generated = if effort() > 1 { generate(seed) } else { sized(seed, small) };
            Subject::new(format!("seed {seed}"), Vec::new(), generated)
        });
        let all: Vec<Subject> = worlds.chain(made).collect();
        assert!(all.len() > 20, "some worlds are missing");
        all
    })
}

/// The rules of some files, if nothing is in error.
pub(crate) fn compiled(files: &[(String, String)]) -> Option<Verified> {
    let mut sources = SourceSet::default();
    for (name, text) in files {
        sources.add(name.clone(), text.clone());
    }
    compile(sources).runnable().cloned()
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples");
    let mut found = Vec::new();
    for folder in [root.clone(), root.join("scenarios")] {
        let all = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        found.extend(all.filter(|path| path.join("cater.toml").is_file()));
    }
    found.sort();
    found
}

fn rule_files(folder: &Path) -> Vec<(String, String)> {
    let all = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|is| is == "rules")).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("a file"))).collect()
}

/// Tries something on many customers of every subject.
pub(crate) fn on_everybody(customers: usize, mut property: impl FnMut(&Subject, &Facts, &mut Rng)) {
    for (at, subject) in subjects().iter().enumerate() {
        let mut rng = Rng::new(at as u64 + 1);
        for _ in 0..customers * effort() {
            let facts = subject.customer(&mut rng);
            property(subject, &facts, &mut rng);
        }
    }
}

/// The frame of a customer.
fn frame(subject: &Subject, facts: &Facts) -> Frame {
    gather(subject.rules(), facts)
}
