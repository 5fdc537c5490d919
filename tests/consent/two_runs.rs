//! Two runs: with a purpose off, varying what it opens changes no decision, no explanation and no line.
//!
//! `CATER_CONSENT_PAIRS` says how many pairs of customers (a million for the record), `CATER_CONSENT_SEED` where to begin.

use cater::eval;
use cater::frame::gather;
use cater::model::{PurposeId, SlotId};

use super::{generated, number, vary, without};
use crate::engines::rng::Rng;

/// Pairs of one rule set.
const PAIRS: u64 = 200;

/// So many pairs are all explained, of those beyond one in ten: for an explanation hundreds of decisions are made.
const EXPLAINED: u64 = 20_000;

#[test]
fn what_a_closed_purpose_opens_changes_nothing() {
    let wanted = number("CATER_CONSENT_PAIRS", 6_000);
    let first = number("CATER_CONSENT_SEED", 1);
    let (mut pairs, mut decisions, mut explanations, mut varied, mut sets, mut idle) =
        (0_u64, 0_u64, 0_u64, 0_u64, 0, 0);
    let start = std::time::Instant::now();
    for seed in first.. {
        if pairs >= wanted {
            break;
        }
        let subject = generated(seed);
        let rules = subject.rules();
        let mut rng = Rng::new(seed ^ 0x2_0ff);
        let slots = subject.slots();
        let mut tried = 0;
        for _ in 0..2 * PAIRS {
            if tried >= PAIRS {
                break;
            }
            let purpose = PurposeId::from_index(rng.below(rules.purposes.len()));
            let one = without(&subject, purpose, &mut rng);
            let (two, changed) = vary(&subject, &one, purpose, &mut rng);
            if changed == 0 {
                // The purpose opens nothing that could be varied.
                idle += 1;
                continue;
            }
            varied += changed;
            pairs += 1;
            tried += 1;
            let context = || format!("{}, without {}: {one:?}\n{two:?}", subject.name, rules[purpose].name);
            let (here, there) = (gather(rules, &one), gather(rules, &two));
            assert_eq!(here, there, "{}", context());
            for slot in &slots {
                let (decision, other) = (subject.decide(&here, *slot), subject.decide(&there, *slot));
                assert_eq!(decision, other, "{}", context());
                let line = |of| serde_json::to_string(&of).unwrap();
                assert_eq!(line(decision), line(other), "{}", context());
                decisions += 1;
            }
            let of_request = |frame| {
                let reference = eval::decide_all(rules, frame, &slots);
                assert_eq!(subject.engine.decide_all(frame, &slots), reference, "{}", context());
                reference
            };
            assert_eq!(of_request(&here), of_request(&there), "{}", context());
            if pairs > EXPLAINED && !rng.percent(10) {
                continue;
            }
            let slot: SlotId = *rng.pick(&slots);
            let told = |frame| {
                let explanation = eval::explain(rules, frame, slot);
                (explanation.to_text().join("\n"), serde_json::to_string(&explanation).unwrap())
            };
            assert_eq!(told(&here), told(&there), "{}", context());
            explanations += 1;
        }
        sets += 1;
    }
    eprintln!(
        "{pairs} pairs over {sets} rule sets: {decisions} decisions by both engines, {explanations} explanations, \
         {varied} things varied, {idle} pairs passed over; {:.0} s",
        start.elapsed().as_secs_f64()
    );
    assert!(pairs >= wanted && varied >= pairs, "{pairs} pairs, {varied} varied");
}
