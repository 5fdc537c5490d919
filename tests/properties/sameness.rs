//! The same input gives the same output: of the same text the same bytes, of a bundle the same decisions as of the rules it
//! was written from, of a customer the same decision however often and in which order things happened to be told.
//! Permuting rules, clauses and files changes nothing, nor does an attribute that nobody reads.

use std::collections::BTreeMap;

use cater::bundle;
use cater::eval::Explanation;
use cater::frame::{CapState, Fact, Facts, Happened, Stamp, gather};
use cater::model::{Attribute, Condition, Mapping, Scope, Verified};
use cater::runtime::Engine;
use cater::source::{SourceId, SourceSet, Span};
use cater::syntax;
use cater::syntax::tree::{Clause, Item, ItemKind};
use cater::value::{Instant, Type, Value};

use super::{SECOND, Subject, compiled, effort, frame, on_everybody, subjects};
use crate::engines::rng::Rng;

#[test]
fn the_same_input_gives_the_same_output() {
    for subject in subjects() {
        let bytes = |rules: &Verified| bundle::write(rules, &SourceSet::default(), &[]).unwrap();
        let first = bytes(subject.engine.rules());
        if !subject.files.is_empty() {
            let again = compiled(&subject.files).expect("it compiled before");
            assert!(bytes(&again) == first, "{}: the same text gives other bytes", subject.name);
        }
        let loaded = Engine::load(&first).unwrap();
        let mut rng = Rng::new(7);
        for _ in 0..4 * effort() {
            let facts = subject.customer(&mut rng);
            let mut told = facts.clone();
            shuffle(&mut told.history, &mut rng);
            let (one, other) = (frame(subject, &facts), loaded.gather(&told));
            for slot in subject.slots() {
                let decision = subject.decide(&one, slot);
                assert_eq!(subject.decide(&one, slot), decision, "{}: asked again", subject.name);
                assert_eq!(loaded.decide(&other, slot), decision, "{}: from a bundle, {facts:?}", subject.name);
                let (here, there) = (subject.explain(&one, slot), loaded.explain(&other, slot));
                assert_eq!(Some(here), there, "{}: told otherwise, {facts:?}", subject.name);
            }
        }
    }
}

#[test]
fn permuting_files_rules_and_clauses_changes_nothing() {
    let mut tried = 0;
    for subject in subjects().iter().filter(|subject| !subject.files.is_empty()) {
        for seed in 1..=effort() as u64 {
            let mut rng = Rng::new(seed);
            let mut files: Vec<(String, String)> = subject.files.clone();
            for (_, text) in &mut files {
                *text = permuted(text, &mut rng);
            }
            shuffle(&mut files, &mut rng);
            let rules = compiled(&files).unwrap_or_else(|| panic!("{}, seed {seed}: {files:?}", subject.name));
            let other = Engine::from_rules(rules);
            for _ in 0..8 {
                let facts = subject.customer(&mut rng);
                let (one, two) = (frame(subject, &facts), other.gather(&facts));
                for slot in subject.slots() {
                    let context = format!("{}, seed {seed}: {facts:?}", subject.name);
                    assert_eq!(other.decide(&two, slot), subject.decide(&one, slot), "{context}");
                    let (here, there) = (subject.explain(&one, slot), other.explain(&two, slot).expect("a slot"));
                    assert_eq!(told(&there), told(&here), "{context}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// What is told of each candidate; the reasons in no order, since clauses have none.
fn told(of: &Explanation) -> Vec<String> {
    let sorted = |candidate: &cater::eval::Candidate| {
        let text = candidate.to_string();
        let mut parts: Vec<&str> = text.split([';', ',']).map(str::trim).collect();
        parts.sort_unstable();
        parts.join(" | ")
    };
    of.candidates.iter().map(sorted).collect()
}

#[test]
fn the_order_of_conditions_in_a_model_changes_nothing() {
    for subject in subjects() {
        let mut rng = Rng::new(11);
        let mut rules = subject.rules().clone();
        for rule in &mut rules.rules {
            shuffle(&mut rule.when, &mut rng);
            shuffle(&mut rule.unless, &mut rng);
            for clause in rule.when.iter_mut().chain(&mut rule.unless) {
                turned(&mut clause.condition, &mut rng);
            }
        }
        for segment in &mut rules.segments {
            turned(&mut segment.condition, &mut rng);
        }
        let other = Engine::from_rules(Verified::new(rules).unwrap());
        for _ in 0..8 * effort() {
            let facts = subject.customer(&mut rng);
            let frame = frame(subject, &facts);
            for slot in subject.slots() {
                assert_eq!(other.decide(&frame, slot), subject.decide(&frame, slot), "{}: {facts:?}", subject.name);
            }
        }
    }
}

#[test]
fn an_unrelated_attribute_changes_nothing() {
    let others: BTreeMap<&str, Engine> =
        subjects().iter().map(|subject| (subject.name.as_str(), with_one_more(subject))).collect();
    on_everybody(3, |subject, facts, rng| {
        let other = &others[subject.name.as_str()];
        let mut more = facts.clone();
        let value = ["", "a", "c1"].map(|text| Fact::Known(Value::Text(text.into()), Some(facts.now)));
        more.attributes.push(rng.pick(&value).clone());
        let (one, two) = (frame(subject, facts), other.gather(&more));
        for slot in subject.slots() {
            assert_eq!(other.decide(&two, slot), subject.decide(&one, slot), "{}: {facts:?}", subject.name);
            assert_eq!(other.explain(&two, slot), Some(subject.explain(&one, slot)), "{}: {facts:?}", subject.name);
        }
    });
}

/// The same rules with an attribute of the customer that stands behind all others.
fn with_one_more(subject: &Subject) -> Engine {
    let mut rules = subject.rules().clone();
    rules.attributes.push(Attribute {
        name: "zzz_unrelated".to_owned(),
        span: Span::new(SourceId(0), 0..0),
        scope: Scope::Customer,
        ty: Type::Text,
        key: false,
        needs: Vec::new(),
        fresh: None,
        default: None,
        sensitive: false,
        hidden: false,
        protective: false,
        never_used: false,
        mapping: Mapping::default(),
    });
    Engine::from_rules(Verified::new(rules).unwrap())
}

fn shuffle<T>(list: &mut [T], rng: &mut Rng) {
    for at in (1..list.len()).rev() {
        list.swap(at, rng.below(at + 1));
    }
}

/// The parts of `and` and `or` in another order.
fn turned(condition: &mut Condition, rng: &mut Rng) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            shuffle(parts, rng);
            parts.iter_mut().for_each(|part| turned(part, rng));
        }
        Condition::Not(inner) => turned(inner, rng),
        Condition::Segment(_)
        | Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => {}
    }
}

/// A file with its declarations in another order, and the clauses in each, and the attributes. In a test and a persona
/// a later fact replaces an earlier one; these are left out.
fn permuted(text: &str, rng: &mut Rng) -> String {
    let (file, findings) = syntax::parse(SourceId(0), text);
    assert!(findings.is_empty(), "{findings:?}");
    let is_kept = |item: &&Item| !matches!(item.kind, ItemKind::Test(_) | ItemKind::Persona(_));
    let mut items: Vec<String> = file.items.iter().filter(is_kept).map(|item| shuffled(item, text, rng)).collect();
    shuffle(&mut items, rng);
    items.join("\n\n")
}

fn shuffled(item: &Item, text: &str, rng: &mut Rng) -> String {
    fn of<C>(clauses: &[Clause<C>]) -> Vec<Span> {
        clauses.iter().map(|clause| clause.span).collect()
    }
    let mut parts = match &item.kind {
        ItemKind::Defaults(clauses) => of(clauses),
        ItemKind::Purpose(named) => of(&named.clauses),
        ItemKind::Class(named) => of(&named.clauses),
        ItemKind::Channel(named) => of(&named.clauses),
        ItemKind::Offer(named) => of(&named.clauses),
        ItemKind::Cap(named) => of(&named.clauses),
        ItemKind::Pause(named) => of(&named.clauses),
        ItemKind::Gap(named) => of(&named.clauses),
        ItemKind::Block(named) => of(&named.clauses),
        ItemKind::Window(named) => of(&named.clauses),
        ItemKind::Slot(slot) => of(&slot.clauses),
        ItemKind::Rule(rule) => of(&rule.clauses),
        ItemKind::Customer(attributes) | ItemKind::Moment(attributes) => {
            attributes.iter().map(|attribute| attribute.span).collect()
        }
        ItemKind::Event(_)
        | ItemKind::Segment(_)
        | ItemKind::Value(_)
        | ItemKind::Use(_)
        | ItemKind::Persona(_)
        | ItemKind::Test(_)
        | ItemKind::Broken(_) => Vec::new(),
    };
    let whole = &text[item.span.range()];
    let Some(first) = parts.iter().map(|part| part.start).min() else { return whole.to_owned() };
    let head = &text[item.span.start as usize..first as usize];
    let head = &head[..=head.find('{').expect("a declaration with clauses has braces")];
    shuffle(&mut parts, rng);
    let parts: Vec<&str> = parts.iter().map(|part| &text[part.range()]).collect();
    format!("{head}\n{}\n}}", parts.join("\n"))
}

/// Nor does it mean anything in which order it is told what happened; for each cap, pause and gap with a history of what
/// it counts.
#[test]
fn a_frame_does_not_depend_on_the_order_in_which_it_is_told() {
    let mut counted = 0_u32;
    for subject in subjects() {
        let rules = subject.rules();
        let mut rng = Rng::new(13);
        for (at, cap) in rules.caps.iter().enumerate() {
            for _ in 0..4 * effort() {
                let mut facts = subject.customer(&mut rng);
                for _ in 0..2 * cap.at_most.min(5) + 2 {
                    let ago = Instant(facts.now.0 - rng.between(0, 400) * 3_600 * SECOND);
                    let event = *rng.pick(&cap.events);
                    facts.history.push(Happened::plain(event, ago, Stamp::Unstamped));
                }
                let mut other: Facts = facts.clone();
                shuffle(&mut other.history, &mut rng);
                let frame = frame(subject, &facts);
                assert_eq!(gather(rules, &other), frame, "{}, {}", subject.name, cap.name);
                counted += u32::from(frame.caps[at] != CapState::Used(0));
            }
        }
    }
    assert!(counted > 100, "{counted}");
}
