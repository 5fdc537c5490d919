//! The page against the evaluator, frame by frame: rule sets and frames of the generator that the engines are hunted with, which
//! sees every operator at its boundaries. Where the page says that it cannot say, what it said before must be right, and it must
//! have a reason.

use std::collections::BTreeMap;

use cater::eval::{self, Blocked, Dropped};
use cater::frame::{By, Decision, Frame, Outcome};
use cater::graph::page::{Title, page};
use cater::model::{RuleSet, SlotId};
use serde_json::{Value as Json, json};

use super::browser::Browser;
use crate::engines::frames::Atoms;
use crate::engines::generate::generate;
use crate::engines::rng::Rng;

/// Rule sets, and frames of each.
const RULE_SETS: u64 = 60;
const FRAMES: usize = 60;

/// Of so many decisions in a hundred at most the page says that it cannot say.
const UNSAID: usize = 5;

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn the_page_decides_as_the_evaluator() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    let mut tally = Tally::default();
    for seed in 0..RULE_SETS {
        let generated = generate(seed);
        let rules = &generated.rules;
        let slots: Vec<SlotId> = (0..rules.slots.len()).map(SlotId::from_index).collect();
        let path = folder.path().join("generated.html");
        std::fs::write(&path, page(rules, &slots, Title::default(), &[])).unwrap();
        browser.open(&path);
        let atoms = Atoms::of(&generated);
        let mut rng = Rng::new(seed);
        let frames: Vec<Frame> = (0..FRAMES).map(|_| atoms.draw(rules, &mut rng)).collect();
        let mut written = json!(frames);
        widen(&mut written);
        let script = format!("{ASK}; ask(JSON.parse({}))", json!(written.to_string()));
        let answers = browser.ask(&script);
        for (frame, answer) in frames.iter().zip(answers.as_array().unwrap()) {
            for (slot, said) in slots.iter().zip(answer.as_array().unwrap()) {
                let difference = tally.compare(rules, frame, *slot, said);
                assert!(difference.is_none(), "seed {seed}, {}: {}", rules[*slot].name, difference.unwrap());
            }
        }
        assert_eq!(browser.complaints(), Vec::<String>::new(), "seed {seed}");
    }
    eprintln!("{}", tally.summary());
    assert!(tally.decisions > 10_000, "{}", tally.summary());
    assert!(tally.unsaid.values().sum::<usize>() * 100 <= tally.decisions * UNSAID, "{}", tally.summary());
    // Of a whole frame only waiting is left unsaid.
    assert_eq!(tally.unsaid.keys().collect::<Vec<_>>(), ["Waits"]);
    for step in STEPS {
        assert!(tally.steps.contains_key(step), "no rule ever dropped out there: {step}");
    }
}

/// Steps at which rules drop out, that all have to be seen.
const STEPS: [&str; 14] = [
    "RuleOff",
    "OfferOff",
    "RuleNotActive",
    "OfferNotActive",
    "Blocked",
    "NoConsent",
    "NotApplicable",
    "NotKnown",
    "Taken",
    "Capped",
    "Outside",
    "NoScore",
    "NoChannel",
    "Expired",
];

/// Asks the page for all slots of all frames.
pub(crate) const ASK: &str = r#"
    const plain = (found) => ({
        outcome: found.outcome ?? null,
        by: found.by ?? null,
        unsaid: found.unsaid ?? null,
        looked: found.looked.filter((look) => look.rule !== undefined && (look.step || look.unsaid)).map((look) => [
            look.rule,
            look.unsaid ? null : look.step,
            look.step === "NoChannel" ? look.ways.map((way) => [way.channel, way.step, way.by]) : look.by,
        ]),
    });
    const ask = (frames) => frames.map((frame) => cater.data.slots.map((slot) => plain(cater.ofFrame(frame, slot))));
    "#;

/// What was compared.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) decisions: usize,
    /// By its reason, how often the page said that it cannot say.
    pub(crate) unsaid: BTreeMap<String, usize>,
    pub(crate) steps: BTreeMap<String, usize>,
}

impl Tally {
    /// What the page says of a slot against what the evaluator says; the difference, if there is one.
    pub(crate) fn compare(&mut self, rules: &RuleSet, frame: &Frame, slot: SlotId, said: &Json) -> Option<String> {
        self.decisions += 1;
        let decision = eval::decide(rules, frame, slot);
        let passed: Vec<Json> = eval::passed_over(rules, frame, slot)
            .into_iter()
            .map(|(rule, step)| {
                let (name, by) = dropped(&step);
                json!([rule, name, by])
            })
            .collect();
        for step in &passed {
            *self.steps.entry(step[1].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let looked = said["looked"].as_array().unwrap();
        let unsaid = said["unsaid"].as_str();
        // What was said before the page could not go on must be right, too.
        let sure: Vec<&Json> = looked.iter().take_while(|look| !look[1].is_null()).collect();
        let right = sure.iter().zip(&passed).all(|(said, passed)| **said == *passed);
        let whole = unsaid.is_some() || sure.len() == passed.len();
        if !right || !whole {
            return Some(format!("the page passed over {}, the evaluator {}", json!(sure), json!(passed)));
        }
        if let Some(why) = unsaid {
            *self.unsaid.entry(why.to_owned()).or_default() += 1;
            return None;
        }
        let wanted = answer(&decision);
        let is = json!({ "outcome": said["outcome"], "by": said["by"] });
        (is != wanted).then(|| format!("the page says {is}, the evaluator {wanted}"))
    }

    pub(crate) fn summary(&self) -> String {
        format!("{} decisions; cannot be said: {:?}; steps: {:?}", self.decisions, self.unsaid, self.steps)
    }
}

/// A decision as the page writes it.
fn answer(decision: &Decision) -> Json {
    let outcome = match decision.outcome {
        Outcome::Shows(offer) => json!({ "shows": offer }),
        Outcome::Sends { offer, channel, silent } => json!({ "sends": offer, "by": channel, "silent": silent }),
        Outcome::Holds { offer, .. } => json!({ "holds": offer }),
        Outcome::Nothing => json!({ "nothing": true }),
    };
    let by = match decision.by {
        By::Rule(rule) => json!({ "rule": rule }),
        By::Substitute(rule, via) => json!({ "substitute": rule, "via": via.word() }),
        By::Fallback(at) => json!({ "fallback": at }),
        By::SlotOff => json!({ "slotOff": true }),
    };
    json!({ "outcome": outcome, "by": by })
}

/// A step as the page writes it: its name, and by what.
fn dropped(step: &Dropped) -> (&'static str, Json) {
    match step {
        Dropped::RuleOff => ("RuleOff", json!([])),
        Dropped::OfferOff => ("OfferOff", json!([])),
        Dropped::RuleNotActive => ("RuleNotActive", json!([])),
        Dropped::ReviewOverdue => ("ReviewOverdue", json!([])),
        Dropped::OfferNotActive => ("OfferNotActive", json!([])),
        Dropped::Blocked(by) => ("Blocked", json!(by)),
        Dropped::NoConsent(by) => ("NoConsent", json!(by)),
        Dropped::NotApplicable => ("NotApplicable", json!([])),
        Dropped::NotKnown => ("NotKnown", json!([])),
        Dropped::Taken => ("Taken", json!([])),
        Dropped::Capped(by) => ("Capped", json!(by)),
        Dropped::Expired => ("Expired", json!([])),
        Dropped::ExpiryNotKnown => ("ExpiryNotKnown", json!([])),
        Dropped::Outside(by) => ("Outside", json!(by)),
        // The page says neither: then it cannot say.
        Dropped::HoldLimit(..) => ("HoldLimit", json!([])),
        Dropped::Overdue(_) => ("Overdue", json!([])),
        Dropped::Ends(_) => ("Ends", json!([])),
        Dropped::NoScore => ("NoScore", json!([])),
        Dropped::NoChannel(ways) => {
            let ways = ways.iter().map(|(channel, step)| {
                let (name, by) = match step {
                    Blocked::Permission => ("Permission", json!([])),
                    Blocked::Reach => ("Reach", json!([])),
                    Blocked::Consent(by) => ("Consent", json!(by)),
                    Blocked::Capped(by) => ("Capped", json!(by)),
                    Blocked::Outside(by) => ("Outside", json!(by)),
                };
                json!([channel, name, by])
            });
            ("NoChannel", ways.collect())
        }
    }
}

/// Writes numbers that a script would round as texts, as the page's own data does.
pub(crate) fn widen(of: &mut Json) {
    const SAFE: i64 = 9_007_199_254_740_991;
    match of {
        Json::Number(number) if number.as_i64().is_none_or(|number| !(-SAFE..=SAFE).contains(&number)) => {
            *of = Json::String(number.to_string());
        }
        Json::Array(parts) => parts.iter_mut().for_each(widen),
        Json::Object(fields) => fields.values_mut().for_each(widen),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
