//! Every construct that can have a say in a decision has a step of the explanation that names it and a story of the analysis:
//! `stories.txt` holds them, and each is run. The words of a step are found in the explanation of a decision in which the
//! construct had a say; of the rules with it and those without, the analysis finds a customer for whom they differ.

use std::collections::{BTreeMap, BTreeSet};

use cater::analysis::Options;
use cater::analysis::diff::Comparison;
use cater::compile::{Compiled, compile};
use cater::eval;
use cater::frame::{Case, Decision, Frame, Outcome};
use cater::model::{RuleSet, SlotId};
use cater::source::SourceSet;
use cater::value::Instant;

use super::constructs::{ALL, Constructs};
use super::frames::Atoms;
use super::generate::generate;
use super::rng::Rng;
use crate::house::{files_below, no_complaints, read};

const STORIES: &str = include_str!("stories.txt");

/// What stands of a construct.
struct Story {
    name: &'static str,
    explains: &'static str,
    /// A file and words that stand there.
    place: Option<(&'static str, &'static str)>,
    rules: String,
}

/// The stories, and the shop beside which their rules stand.
fn stories() -> (Vec<Story>, String) {
    let mut stories = Vec::new();
    let mut shop = String::new();
    for section in STORIES.split("\n= ").skip(1) {
        let (name, body) = section.split_once('\n').unwrap();
        if name == "the shop" {
            shop = body.to_owned();
            continue;
        }
        let (mut explains, mut place, mut rules) = ("", None, String::new());
        for line in body.lines() {
            if let Some(words) = line.strip_prefix("explains: ") {
                explains = words;
            } else if let Some(named) = line.strip_prefix("analysis: ") {
                place = Some(named.split_once(": ").unwrap());
            } else {
                rules.push_str(line);
                rules.push('\n');
            }
        }
        stories.push(Story { name, explains, place, rules });
    }
    (stories, shop)
}

/// The rules with the construct, or without it.
fn with(rules: &str, construct: bool) -> String {
    let mut out = String::new();
    let mut rest = rules;
    while let Some((before, behind)) = rest.split_once('«') {
        let (inner, after) = behind.split_once('»').unwrap();
        let (is, instead) = inner.rsplit_once('|').unwrap_or((inner, ""));
        out.push_str(before);
        out.push_str(if construct { is } else { instead });
        rest = after;
    }
    out + rest
}

fn compiled(text: String) -> Compiled {
    let mut sources = SourceSet::default();
    sources.add("case.rules", text);
    compile(sources)
}

/// The decision and its explanation, as people read it.
fn told(rules: &RuleSet, frame: &Frame, slot: SlotId) -> String {
    let explanation = eval::explain(rules, frame, slot);
    let lines = explanation.candidates.iter().map(|candidate| format!("\n{candidate}"));
    std::iter::once(explanation.headline()).chain(lines).collect()
}

/// Of the constructs, those that have been explained in their words.
#[derive(Default)]
struct Explained {
    words: BTreeMap<&'static str, &'static str>,
    found: BTreeSet<&'static str>,
}

impl Explained {
    fn look(&mut self, rules: &RuleSet, frame: &Frame, slot: SlotId, counted: &Constructs) {
        let mut text = None;
        for name in counted.names().filter(|name| !self.found.contains(name)).collect::<Vec<_>>() {
            let text = text.get_or_insert_with(|| told(rules, frame, slot));
            if self.words.get(name).is_some_and(|words| text.contains(words)) {
                self.found.insert(name);
            }
        }
    }

    fn decided(&mut self, rules: &RuleSet, frame: &Frame, slot: SlotId) -> Decision {
        let decision = eval::decide(rules, frame, slot);
        let mut counted = Constructs::default();
        counted.decision(rules, frame, &decision);
        self.look(rules, frame, slot, &counted);
        decision
    }

    fn test(&mut self, rules: &RuleSet, case: &Case) {
        let (_, frames) = eval::frames(rules, case);
        for (expectation, frame) in case.expectations.iter().zip(&frames) {
            let decision = self.decided(rules, frame, expectation.slot);
            let mut counted = Constructs::default();
            decision.outcome.offer().into_iter().for_each(|offer| counted.uncounted(rules, offer));
            for at_its_end in [false, true] {
                counted.released(rules, frame, &decision, at_its_end);
            }
            self.look(rules, frame, expectation.slot, &counted);
        }
    }

    /// Frames of one generated rule set, and what was held of them let go.
    fn generated(&mut self, seed: u64) {
        let generated = generate(seed);
        let rules = &generated.rules;
        let (mut rng, atoms) = (Rng::new(seed), Atoms::of(&generated));
        for _ in 0..40 {
            let frame = atoms.draw(rules, &mut rng);
            for slot in (0..rules.slots.len()).map(SlotId::from_index) {
                let decision = self.decided(rules, &frame, slot);
                let Outcome::Holds { offer, until } = decision.outcome else { continue };
                for (at, hours) in [0, 7, 200].into_iter().enumerate() {
                    let mut then = frame.at(rules, Instant(until.0 + hours * 3_600_000_000));
                    then.held = vec![(offer, frame.now)];
                    let decision = eval::decide(rules, &then, slot);
                    let mut counted = Constructs::default();
                    counted.released(rules, &then, &decision, at == 0);
                    self.look(rules, &then, slot, &counted);
                }
            }
        }
    }
}

#[test]
fn every_construct_has_one_row() {
    let (stories, _) = stories();
    let names: Vec<&str> = stories.iter().map(|story| story.name).collect();
    let rows: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), rows.len(), "a construct stands twice");
    assert_eq!(rows, ALL.into_iter().collect(), "left: rows of stories.txt, right: the constructs");
}

#[test]
fn every_construct_is_named_by_a_step_of_the_explanation() {
    let (stories, _) = stories();
    let words = stories.iter().map(|story| (story.name, story.explains)).collect();
    let mut explained = Explained { words, ..Explained::default() };
    let is_rules = |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind == "rules");
    for path in files_below("tests/grammar/cases").into_iter().filter(is_rules) {
        let compiled = compiled(read(&path));
        let Some(rules) = compiled.runnable() else { continue };
        compiled.program.tests.iter().for_each(|case| explained.test(rules, case));
    }
    for seed in 1..400 {
        if explained.found.len() == ALL.len() {
            break;
        }
        explained.generated(seed);
    }
    let missing = stories.iter().filter(|story| !explained.found.contains(story.name));
    let missing: Vec<String> =
        missing.map(|story| format!("`{}`: no explanation says `{}` of it", story.name, story.explains)).collect();
    no_complaints("a construct that no step names", &missing);
}

#[test]
fn every_construct_has_a_story_of_the_analysis() {
    let (stories, shop) = stories();
    let mut complaints = Vec::new();
    for Story { name, place, rules, .. } in &stories {
        if let Some((file, words)) = place {
            if !std::path::Path::new(file).is_file() || !read(std::path::Path::new(file)).contains(words) {
                complaints.push(format!("`{name}`: {file} does not say `{words}`"));
            }
            continue;
        }
        let sides = [false, true].map(|construct| compiled(format!("{shop}{}", with(rules, construct))));
        let errors = sides.iter().flat_map(|side| &side.diagnostics).filter(|finding| finding.is_error());
        let errors: Vec<String> = errors.map(|finding| finding.message.clone()).collect();
        let [Some(without), Some(with)] = [&sides[0], &sides[1]].map(Compiled::runnable) else {
            complaints.push(format!("`{name}`: cannot be run: {errors:?}"));
            continue;
        };
        if !errors.is_empty() {
            complaints.push(format!("`{name}`: {errors:?}"));
            continue;
        }
        let comparison = Comparison::new(without, with);
        let found = comparison.as_ref().map(|comparison| comparison.differences(&Options::default()));
        let regions = found.iter().flat_map(|found| found.slots.iter()).map(|slot| slot.regions.len()).sum::<usize>();
        if regions == 0 {
            complaints.push(format!("`{name}`: the analysis finds nobody for whom it makes a difference"));
        }
    }
    no_complaints("a construct of which the analysis says nothing", &complaints);
}
