//! Where the proof takes nothing of masking, it takes nothing of it: of generated rule sets, with nothing masked, every slot
//! that it accepts for a purpose answers two customers alike who differ in nothing else.
//!
//! It is counted, too, how often those differ that it does not accept, so that it is known not to reject at random.
//!
//! `CATER_CONSENT_PAIRS` says how many pairs are tried.

use std::collections::BTreeMap;

use cater::analysis::consent::{Proof, prove};
use cater::eval;
use cater::model::{Condition, Expression, PurposeId, RuleSet, SlotId};
use cater::value::{Consent, EnumId, Type, Value};

use super::{generated, number, unmasked, vary, without, without_change};
use crate::engines::rng::Rng;

#[test]
fn what_the_proof_accepts_does_not_rest_on_masking() {
    let wanted = number("CATER_CONSENT_PAIRS", 10_000);
    let first = number("CATER_CONSENT_SEED", 1);
    let (mut accepted, mut told, mut differ, mut rejected) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut settled = 0_u64;
    for seed in first.. {
        if accepted >= wanted {
            break;
        }
        let subject = generated(seed);
        let mut rng = Rng::new(seed ^ 0x00_ff);
        // As it was made, and with every condition of a fallback asking first.
        let plain = subject.rules().clone();
        for rules in [&plain, &asking_first(&plain)] {
            let proofs: BTreeMap<(SlotId, PurposeId), Proof> = subject
                .slots()
                .into_iter()
                .flat_map(|slot| prove(rules, slot).into_iter().map(move |proof| ((slot, proof.purpose), proof)))
                .collect();
            assert!(proofs.values().all(Proof::holds), "{}: verified, and yet it leaks", subject.name);
            for _ in 0..40 {
                let purpose = PurposeId::from_index(rng.below(rules.purposes.len()));
                let one = without(&subject, purpose, &mut rng);
                let (two, changed) = vary(&subject, &one, purpose, &mut rng);
                if changed == 0 {
                    continue;
                }
                let (here, there) = (unmasked(rules, &one), unmasked(rules, &two));
                for slot in subject.slots() {
                    // A slot that reads nothing of it has no proof, and needs none.
                    let Some(proof) = proofs.get(&(slot, purpose)) else { continue };
                    let (decision, other) = (eval::decide(rules, &here, slot), eval::decide(rules, &there, slot));
                    if !proof.holds_unmasked() {
                        rejected += 1;
                        differ += u64::from(decision != other);
                        continue;
                    }
                    let context = || {
                        let (rule_set, name) = (&subject.name, &rules[purpose].name);
                        format!("{rule_set}, {slot:?} without {name}: {one:?}\n{two:?}")
                    };
                    accepted += 1;
                    assert_eq!(decision, other, "{}", context());
                    if !proof.settled.is_empty() {
                        // What an explanation says of it rests on masking.
                        settled += 1;
                        continue;
                    }
                    let explained = |frame| without_change(eval::explain(rules, frame, slot));
                    if rng.percent(25) {
                        told += 1;
                        assert_eq!(explained(&here), explained(&there), "{}", context());
                    }
                }
            }
        }
    }
    eprintln!(
        "{accepted} pairs of which the proof takes nothing of masking, all alike; {told} explained, {settled} settled by a \
         question; of {rejected} others {differ} differ"
    );
    assert!(accepted >= wanted && told > 0 && settled > 0 && differ > 0);
}

/// The same rules, in which every condition of a fallback asks for every purpose of what it reads.
fn asking_first(rules: &RuleSet) -> RuleSet {
    let mut asking = rules.clone();
    for slot in &mut asking.slots {
        for when in slot.fallback.iter_mut().filter_map(|entry| entry.when.as_mut()) {
            let purposes: Vec<PurposeId> = (0..rules.purposes.len()).map(PurposeId::from_index).collect();
            let granted = purposes.into_iter().map(is_granted);
            *when = Condition::And(granted.chain([when.clone()]).collect());
        }
    }
    asking
}

/// `consent.P is granted`
fn is_granted(purpose: PurposeId) -> Condition {
    // The readings of a consent are the first list of every rule set.
    let list = Type::OneOf(EnumId(0));
    let granted = Expression::Literal(Value::Member(Consent::Granted.member()), list);
    Condition::Equal(Expression::Consent(purpose), granted)
}
