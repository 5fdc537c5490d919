//! Removing a consent never adds processing: what was not readable stays so, no rule wins that needs the closed purpose,
//! and what stands behind it makes no difference any more, neither to a decision nor to a word of its explanation. And
//! explanations contain nothing that the viewer may not see: where two customers differ in protected facts alone and the
//! same steps drop the same candidates, they read the same text.

use cater::eval::Explanation;
use cater::frame::{By, ConsentRecord, Fact, Facts, Frame};
use cater::model::{AttributeId, Basis, PurposeId};
use cater::value::{Consent, Missing, Type, Value};
use serde_json::Value as Json;

use super::{Subject, frame, on_everybody};
use crate::engines::rng::Rng;

#[test]
fn removing_a_consent_never_adds_processing() {
    let (mut closed, mut varied) = (0_u32, 0_u32);
    on_everybody(8, |subject, facts, rng| {
        let rules = subject.rules();
        let before = frame(subject, facts);
        for at in 0..rules.purposes.len() {
            let purpose = PurposeId::from_index(at);
            if before.consent(purpose) != Consent::Granted {
                continue;
            }
            let mut less = facts.clone();
            let status = match &rules[purpose].basis {
                Basis::LegitimateInterest(_) => Consent::Objected,
                Basis::Consent | Basis::ExplicitConsent => {
                    *rng.pick(&[Consent::Withdrawn, Consent::Denied, Consent::Unknown, Consent::Pending])
                }
            };
            less.set_consent(purpose, ConsentRecord::of(status));
            let after = frame(subject, &less);
            closed += 1;
            let context = || format!("{}, without {}: {facts:?}", subject.name, rules[purpose].name);
            for (here, there) in before.attributes.iter().zip(&after.attributes) {
                assert!(there.known().is_none() || here == there, "more is read: {}", context());
            }
            for (attribute, there) in rules.attributes.iter().zip(&after.attributes) {
                let is_open = attribute.needs.iter().all(|id| after.consent(*id) == Consent::Granted);
                assert!(is_open || there.known().is_none(), "{} is read: {}", attribute.name, context());
            }
            for (gathered, there) in rules.gathered.iter().zip(&after.gathered) {
                let needs = rules.needs_of_gathered(gathered);
                let is_open = needs.iter().all(|id| after.consent(*id) == Consent::Granted);
                assert!(is_open || there.known().is_none(), "{gathered:?} is read: {}", context());
            }
            let mut other = less.clone();
            for at in 0..rules.attributes.len() {
                let id = AttributeId::from_index(at);
                if rules[id].needs.contains(&purpose) && !rules[id].key {
                    varied += 1;
                    redraw(subject, &mut other, id, rng);
                }
            }
            let varied = frame(subject, &other);
            for slot in subject.slots() {
                let decision = subject.decide(&after, slot);
                if let By::Rule(rule) = decision.by {
                    let is_open = rules[rule].needs.iter().all(|id| after.consent(*id) == Consent::Granted);
                    assert!(is_open, "{} wins: {}", rules[rule].name, context());
                }
                assert_eq!(subject.decide(&varied, slot), decision, "what is behind it decides: {}", context());
            }
            if let Some(slot) = subject.slots().get(rng.below(subject.slots().len().max(1))) {
                let (here, there) = (subject.explain(&after, *slot), subject.explain(&varied, *slot));
                assert_eq!(here, there, "what is behind it is told: {}", context());
            }
        }
    });
    assert!(closed > 200 && varied > 100, "{closed} closed, {varied} attributes behind them");
}

/// Another value of an attribute, or none.
fn redraw(subject: &Subject, facts: &mut Facts, id: AttributeId, rng: &mut Rng) {
    let other = subject.customer(rng);
    if let Some(fact) = other.attributes.get(id.index()) {
        facts.set(id, fact.clone());
    }
}

#[test]
fn explanations_contain_nothing_that_the_viewer_may_not_see() {
    let (mut same, mut spared) = (0_u32, 0_u32);
    on_everybody(10, |subject, facts, rng| {
        let rules = subject.rules();
        let one = frame(subject, facts);
        for at in 0..rules.attributes.len() {
            let id = AttributeId::from_index(at);
            if !rules[id].is_protected() || one.attribute(id).known().is_none() {
                continue;
            }
            let mut other = facts.clone();
            let is_spared = rules[id].protective && rules[id].ty == Type::YesNo;
            if is_spared && *one.attribute(id) == cater::value::Datum::Known(Value::YesNo(true)) {
                // Of the spared nobody learns whether it is so or not known.
                other.set(id, Fact::Missing(Missing::Absent));
            } else {
                redraw(subject, &mut other, id, rng);
            }
            let two = frame(subject, &other);
            // An empty text is none where it says whose something is.
            let says_who = |frame: &Frame| {
                frame.attribute(id).known().is_some_and(|value| value.as_text().is_none_or(|text| !text.is_empty()))
            };
            if !(is_spared || says_who(&one) && says_who(&two)) {
                continue;
            }
            for slot in subject.slots() {
                let (here, there) = (subject.explain(&one, slot), subject.explain(&two, slot));
                if here == there {
                    spared += u32::from(is_spared);
                    same += 1;
                    continue;
                }
                let context = || format!("{}, {}: {here:?}\n{there:?}", subject.name, rules[id].name);
                assert_ne!(steps(&here), steps(&there), "the same steps in other words: {}", context());
            }
        }
    });
    assert!(same > 100 && spared > 5, "{same} compared, {spared} of the spared");
}

/// The answer, and what became of each candidate, without the facts that go with it.
fn steps(of: &Explanation) -> Vec<String> {
    fn kinds(value: &Json) -> String {
        match value {
            Json::Object(fields) => fields.iter().map(|(key, value)| format!("{key}({})", kinds(value))).collect(),
            Json::Array(list) => list.iter().map(kinds).collect::<Vec<_>>().join(" "),
            Json::String(_) | Json::Number(_) | Json::Null | Json::Bool(_) => String::new(),
        }
    }
    let kinds_of = |what: serde_json::Result<Json>| kinds(&what.expect("a step"));
    let step = |candidate: &cater::eval::Candidate| {
        let passed_over = kinds_of(serde_json::to_value(&candidate.passed_over));
        format!("{} {passed_over}", kinds_of(serde_json::to_value(&candidate.fate)))
    };
    let wins = |candidate: &cater::eval::Candidate| format!("{:?} {}", candidate.who, step(candidate));
    let answer = format!("{:?} {:?} {:?}", of.answer.shows, of.answer.sends, of.answer.by);
    of.candidates.iter().map(wins).chain([answer]).collect()
}
