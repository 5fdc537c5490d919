//! A planted list: rule sets of which each leaks in another way.
//!
//! Each is compiled as its author would write it, and then made to leak: a `needs` is taken out of the compiled rules (the
//! checker and the verifier would not let it through), or it rests on masking as the language allows. With masking off, two
//! customers who differ only in what `profiling` opens, which is closed, are treated differently: so the leak is real. The
//! proof alone rejects it. With the guard put in it accepts, and the two are treated alike.
//!
//! Texts of offers and `because` are constants of the file, so no content can leak by itself: it comes with its rule.

mod list;

use cater::analysis::consent::{Kept, Masked, Proof, leaks, prove};
use cater::eval::{self, Explanation};
use cater::frame::{Decision, Facts, Frame, gather};
use cater::model::{RuleSet, SlotId, verify};
use cater::runtime::data::customer_from_json;
use cater::value::Instant;

use super::{unmasked, without_change};
use crate::properties::compiled;
use list::PLANTS;

/// How a plant is made to leak.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// The purpose is taken out of `needs` of this rule, or of this channel.
    Stripped(&'static str),
    /// So too. With the purpose what is decided tells nothing; that an explanation does not either rests on masking still.
    StrippedHalf(&'static str, Masked),
    /// The purpose is put on the key.
    KeyNeeds,
    /// It rests on masking as it stands; guarded it is this text.
    Masked(Masked, &'static str),
}

/// What tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Decision,
    /// The decision is the same, when to ask again or what it brings about is not.
    Explanation,
}

struct Plant {
    /// How it leaks.
    how: &'static str,
    /// The rules, behind [`list::PRELUDE`].
    text: &'static str,
    made: Made,
    told: Told,
    /// Two customers who differ in what `profiling` opens.
    one: &'static str,
    two: &'static str,
}

const NOW: &str = "2026-06-15T10:00Z";

fn rules_of(how: &str, text: &str) -> RuleSet {
    let text = format!("{}\n{text}", list::PRELUDE);
    let compiled = compiled(&[("plant.rules".to_owned(), text.clone())]);
    (**compiled.as_ref().unwrap_or_else(|| panic!("{how} does not compile: {}", said(&text)))).clone()
}

/// Why a text does not compile.
fn said(text: &str) -> String {
    let mut sources = cater::source::SourceSet::default();
    sources.add("plant.rules".to_owned(), text.to_owned());
    let compiled = cater::compile::compile(sources);
    compiled.diagnostics.iter().map(|finding| format!("{}: {}\n", finding.code.name, finding.message)).collect()
}

impl Plant {
    /// With the leak, and with the guard.
    fn made(&self) -> [RuleSet; 2] {
        let whole = rules_of(self.how, self.text);
        let profiling = whole.purpose_named("profiling").unwrap();
        let mut leaky = whole.clone();
        match self.made {
            Made::Stripped(name) | Made::StrippedHalf(name, _) => {
                let rules = leaky.rules.iter_mut().filter(|rule| rule.name == name).map(|rule| &mut rule.needs);
                let channels = leaky.channels.iter_mut().filter(|of| of.name == name).map(|of| &mut of.needs);
                let mut stripped = 0;
                for needs in rules.chain(channels) {
                    stripped += needs.iter().filter(|purpose| **purpose == profiling).count();
                    needs.retain(|purpose| *purpose != profiling);
                }
                assert_eq!(stripped, 1, "{}: nothing was taken out", self.how);
                [leaky, whole]
            }
            Made::KeyNeeds => {
                let key = leaky.key().unwrap();
                leaky.attributes[key.index()].needs = vec![profiling];
                [leaky, whole]
            }
            Made::Masked(_, guarded) => [leaky, rules_of(self.how, guarded)],
        }
    }
}

fn customer(rules: &RuleSet, text: &str) -> Facts {
    let known = Facts::nothing(rules, Instant::parse(NOW).unwrap());
    customer_from_json(rules, text, known).unwrap_or_else(|why| panic!("{why}"))
}

fn proof(rules: &RuleSet, slot: SlotId) -> Option<Proof> {
    let profiling = rules.purpose_named("profiling").unwrap();
    prove(rules, slot).into_iter().find(|proof| proof.purpose == profiling)
}

fn home(rules: &RuleSet) -> SlotId {
    rules.slot_named("home").unwrap()
}

fn both(rules: &RuleSet, frame: &Frame) -> (Decision, Vec<String>, Explanation) {
    let slot = home(rules);
    let decision = eval::decide(rules, frame, slot);
    (decision, decision.tasks(rules).to_vec(), without_change(eval::explain(rules, frame, slot)))
}

#[test]
fn every_planted_leak_is_real_and_rejected_and_cured_by_its_guard() {
    assert!(PLANTS.len() >= 30, "{}", PLANTS.len());
    let stands = |plant: &&Plant| std::panic::catch_unwind(|| one(plant)).is_err();
    let wrong: Vec<&str> = PLANTS.iter().filter(stands).map(|plant| plant.how).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn one(plant: &Plant) {
    let how = plant.how;
    let [leaky, guarded] = plant.made();
    let [one, two] = [plant.one, plant.two].map(|text| customer(&leaky, text));

    // It is real: with nothing masked the two are told apart.
    let [here, there] = [&one, &two].map(|facts| both(&leaky, &unmasked(&leaky, facts)));
    let (decision, other) = ((&here.0, &here.1), (&there.0, &there.1));
    match plant.told {
        Told::Decision => assert_ne!(decision, other, "{how}: nobody is told apart"),
        Told::Explanation => {
            assert_eq!(decision, other, "{how}: it tells more than was said");
            assert_ne!(here.2, there.2, "{how}: nobody is told apart");
        }
    }

    // The proof alone rejects it.
    let found = proof(&leaky, home(&leaky)).unwrap_or_else(|| panic!("{how}: nothing is read"));
    assert!(!found.holds_unmasked(), "{how}: accepted");
    match plant.made {
        Made::Stripped(_) | Made::StrippedHalf(..) | Made::KeyNeeds => {
            assert!(!found.holds(), "{how}: {found:?}");
            let findings = leaks(&leaky);
            assert!(!findings.is_empty(), "{how}");
            assert!(findings.iter().all(|finding| finding.code.name == "consent::leak" && finding.is_error()));
            // And so, by its own way of asking, does whoever loads a bundle.
            assert!(verify(&leaky).is_err(), "{how}: it could be loaded");
        }
        Made::Masked(why, _) => {
            assert!(found.holds() && leaks(&leaky).is_empty(), "{how}: {found:?}");
            let kept: Vec<&Kept> = found.masked.iter().filter(|(of, _)| *of == why).map(|(_, kept)| kept).collect();
            assert!(!kept.is_empty(), "{how}: {found:?}");
            // It rests on masking, and masking holds.
            let [here, there] = [&one, &two].map(|facts| gather(&leaky, facts));
            assert_eq!(both(&leaky, &here), both(&leaky, &there), "{how}: masked, and yet it leaks");
        }
    }

    // With the guard nothing of it is left, masked or not.
    let [one, two] = [plant.one, plant.two].map(|text| customer(&guarded, text));
    let cured = proof(&guarded, home(&guarded));
    let is_cured = |proof: &Proof| match plant.made {
        Made::StrippedHalf(_, why) => proof.holds() && proof.masked.iter().all(|(of, _)| *of == why),
        Made::Stripped(_) | Made::KeyNeeds | Made::Masked(..) => proof.holds_unmasked(),
    };
    assert!(cured.as_ref().is_none_or(is_cured), "{how}: {cured:?}");
    assert!(leaks(&guarded).is_empty(), "{how}");
    if matches!(plant.made, Made::KeyNeeds) {
        // Who they are needs no purpose then, and may make a difference.
        return;
    }
    let [here, there] = [&one, &two].map(|facts| both(&guarded, &unmasked(&guarded, facts)));
    assert_eq!((&here.0, &here.1), (&there.0, &there.1), "{how}: guarded, and yet it leaks");
    if cured.is_none_or(|proof| proof.settled.is_empty() && proof.masked.is_empty()) {
        assert_eq!(here.2, there.2, "{how}: guarded, and yet it is told");
    }
}

#[test]
fn a_leak_names_where_it_flows() {
    let plant = PLANTS.iter().find(|plant| plant.how == "through two segments").unwrap();
    let [leaky, _] = plant.made();
    let findings = leaks(&leaky);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.message, "what `home` gives tells of `churn` though `profiling` is closed");
    let said: Vec<&str> = finding.labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(
        said,
        [
            "reads `churn` through `leaving`, `restless`, and nothing before it asks for `profiling`",
            "needs `profiling`",
            "whether `first` wins tells it, and so do `second` and the fallback list behind it",
        ]
    );
    assert_eq!(finding.help.as_deref(), Some("add `needs profiling` to `first`"));
}

/// What another slot of the request shows is part of the decision (R24): a leak there is one here.
#[test]
fn a_leak_flows_from_slot_to_slot() {
    let text = "
        slot home on web { accepts service  fallback story }
        slot aside on web { accepts service  fallback story }
        rule first in aside { when churn is at least 50  needs profiling  show a }
        rule second in home { show a }
    ";
    let whole = rules_of("two slots", text);
    let mut leaky = whole.clone();
    let of = leaky.rule_named("first").unwrap();
    leaky.rules[of.index()].needs.clear();
    let slots: Vec<SlotId> = ["aside", "home"].map(|name| leaky.slot_named(name).unwrap()).to_vec();
    let decided = |rules: &RuleSet, text: &str| {
        let frame = unmasked(rules, &customer(rules, text));
        eval::decide_all(rules, &frame, &slots)[1]
    };
    let [one, two] = [r#"{"id": "c", "churn": 80}"#, r#"{"id": "c", "churn": 10}"#];
    assert_ne!(decided(&leaky, one), decided(&leaky, two), "no leak");
    assert_eq!(decided(&whole, one), decided(&whole, two));
    assert!(proof(&leaky, slots[1]).is_none(), "asked alone it reads nothing of it");
    assert!(!leaks(&leaky).is_empty() && leaks(&whole).is_empty(), "the rule set as a whole is what is rejected");
}

/// What a condition asks together with the consent comes to the same whatever the data says, if and only if it does.
#[test]
fn a_question_about_the_consent_settles_what_it_settles() {
    let high = "churn is at least 50";
    let settled = [
        format!("consent.profiling is granted and {high}"),
        format!("{high} and consent.profiling is granted"),
        format!("consent.profiling is not granted or {high}"),
        format!("consent.profiling is one of [granted] and {high}"),
        format!("consent.profiling is not one of [denied, withdrawn, expired, pending, unknown, objected] and {high}"),
        format!("vip or (consent.profiling is granted and {high})"),
        format!("not (consent.profiling is not granted or {high})"),
        "asking".to_owned(),
        "asked and churn is known".to_owned(),
        "(churn when consent.profiling is granted) is at least 50".to_owned(),
        "switched is at least 1".to_owned(),
    ];
    let masked = [
        high.to_owned(),
        format!("consent.profiling is granted or {high}"),
        format!("consent.profiling is not granted and {high}"),
        format!("consent.profiling is denied and {high}"),
        format!("consent.profiling is one of [granted, unknown] and {high}"),
        format!("consent.other is granted and {high}"),
        format!("vip and {high}"),
        "churn is known".to_owned(),
        "(churn else 0) is at least 50".to_owned(),
        "(1 when churn is at least 50) is at least 1".to_owned(),
        "(churn when consent.profiling is not granted) is at least 50".to_owned(),
    ];
    let stands = |condition: &str| {
        let text = format!(
            "purpose other \"Something else\" {{ basis consent }}
             segment asking = consent.profiling is granted and churn is at least 50
             segment asked = consent.profiling is granted
             value switched = (2 when asking) + 0
             slot home on web {{ accepts service  fallback a when {condition}, story }}
             rule first in home {{ when vip  show b }}"
        );
        let rules = rules_of(condition, &text);
        let proof = proof(&rules, home(&rules)).unwrap_or_else(|| panic!("{condition}: nothing is read"));
        assert_eq!(proof.masked.len() + proof.settled.len(), 1, "{condition}: {proof:?}");
        proof.holds_unmasked()
    };
    for condition in settled {
        assert!(stands(&condition), "{condition}: not settled");
    }
    for condition in masked {
        assert!(!stands(&condition), "{condition}: settled");
    }
}
