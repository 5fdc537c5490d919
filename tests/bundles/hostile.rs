//! Bytes that somebody meant ill with: every flip and every truncation is refused with a code. With digest and revision made
//! right again, as anybody with a program can, decoder and `verify` refuse it, or it loads, and then both engines decide,
//! alike, and show nothing that is not of the slot.

use std::collections::BTreeSet;
use std::fs;

use cater::bundle::{Bundle, BundleError, read, write};
use cater::compile::compile;
use cater::eval;
use cater::frame::{Facts, Frame, Outcome};
use cater::model::{OfferId, RuleId, RuleSet, SlotId, Substitute, Verified};
use cater::runtime::Engine;
use cater::source::SourceSet;
use cater::value::Instant;

use super::beside;
use crate::engines::frames::Atoms;
use crate::engines::generate::Generated;
use crate::engines::rng::Rng;
use crate::house::{files_below, read as text};
use crate::properties::effort;

const DIGEST: std::ops::Range<usize> = 16..48;
/// Where the table of sections has the lengths of manifest and model, and where the sections begin.
const LENGTHS: [usize; 2] = [56, 72];
const SECTIONS: usize = 96;

/// The shop of the format that is written now: a small bundle with a little of everything.
fn shop() -> Vec<u8> {
    fs::read(beside("format-9/shop.cater")).unwrap()
}

/// The bundle of a world of `rules-examples`.
fn world(name: &str) -> Vec<u8> {
    let mut sources = SourceSet::default();
    let folder = format!("rules-examples/{name}");
    for file in files_below(&folder).iter().filter(|file| file.extension().is_some_and(|kind| kind == "rules")) {
        sources.add(file.display().to_string(), text(file));
    }
    let compiled = compile(sources);
    write(compiled.runnable().unwrap(), &compiled.sources, &["types"]).unwrap()
}

/// What a byte is made: each bit turned, nothing, everything.
fn others(byte: u8) -> BTreeSet<u8> {
    let flips = (0..8).map(|bit| byte ^ 1 << bit).chain([0x00, 0xff]);
    flips.filter(|other| *other != byte).collect()
}

#[track_caller]
fn is_refused(result: Result<Bundle, BundleError>, what: &str) {
    match result {
        Ok(_) => panic!("{what}: it was read all the same"),
        Err(error) => assert!(error.code().name.starts_with("bundle::"), "{what}: {error}"),
    }
}

#[test]
fn every_flip_of_a_byte_and_every_truncation_is_refused() {
    for (name, bytes) in [("shop", shop()), ("01-hello", world("01-hello"))] {
        assert!(read(&bytes).is_ok());
        let mut changed = bytes.clone();
        for (at, byte) in bytes.iter().enumerate() {
            for other in others(*byte) {
                changed[at] = other;
                is_refused(read(&changed), &format!("{name}, byte {at} as {other:#04x}"));
            }
            changed[at] = *byte;
            is_refused(read(&bytes[..at]), &format!("{name}, the first {at} bytes"));
        }
        changed.push(0);
        is_refused(read(&changed), &format!("{name}, and a byte more"));
    }
}

/// Writes digest and revision into their places.
fn reseal(bytes: &mut [u8]) {
    let length = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let [manifest, model] = LENGTHS.map(|at| usize::try_from(length(at)).unwrap_or(usize::MAX));
    let start = SECTIONS.checked_add(manifest).filter(|start| *start <= bytes.len());
    let parts = start.and_then(|start| {
        let end = start.checked_add(model).filter(|end| *end <= bytes.len())?;
        Some((start, &bytes[start..end], &bytes[end..]))
    });
    // Where a length was changed there are no parts, and the digest alone is right.
    if let Some((start, model, rest)) = parts {
        let mut hasher = blake3::Hasher::new();
        for part in [model, rest] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let revision = hasher.finalize().to_hex();
        let key = b"\"revision\":\"";
        if let Some(at) = bytes[SECTIONS..start].windows(key.len()).position(|part| part == key) {
            let at = SECTIONS + at + key.len();
            bytes[at..at + 64].copy_from_slice(revision.as_bytes());
        }
    }
    let digest = blake3::hash(&[&bytes[..DIGEST.start], &bytes[DIGEST.end..]].concat());
    bytes[DIGEST].copy_from_slice(digest.as_bytes());
}

#[test]
fn what_is_sealed_anew_without_a_change_is_the_same() {
    let bytes = shop();
    let mut again = bytes.clone();
    reseal(&mut again);
    assert_eq!(again, bytes, "this test seals as `cater build` does");
}

/// What a hostile bundle came to.
#[derive(Debug, Default)]
struct Tally {
    refused: u64,
    loaded: u64,
    decisions: u64,
    by_machine: u64,
}

impl Tally {
    /// Reads the bytes; what loads decides. `often` says for how many of them machine code is made: for one in so many.
    fn try_one(&mut self, bytes: &[u8], before: &RuleSet, often: u64, rng: &mut Rng) {
        match read(bytes) {
            Err(error) => {
                assert!(error.code().name.starts_with("bundle::"), "{error}");
                self.refused += 1;
            }
            // Other words and the same model decide as before.
            Ok(bundle) if *bundle.rules == *before => self.loaded += 1,
            Ok(bundle) => {
                self.loaded += 1;
                let with_machine = self.loaded.is_multiple_of(often);
                self.decide(&bundle.rules, with_machine, rng);
            }
        }
    }

    fn decide(&mut self, rules: &Verified, with_machine: bool, rng: &mut Rng) {
        let now = Instant::parse("2026-11-23T09:00Z").unwrap();
        let generated = Generated { rules: (**rules).clone(), now, probes: Vec::new(), scenarios: Vec::new() };
        // Somebody of whom nothing is known, and frames around what the rules tell apart.
        let atoms = Atoms::of(&generated);
        let mut frames: Vec<Frame> = vec![cater::frame::gather(rules, &Facts::nothing(rules, now))];
        frames.extend((0..2).map(|_| atoms.draw(rules, rng)));
        let machine = with_machine.then(|| Engine::from_rules(rules.clone()));
        let slots: Vec<SlotId> = (0..rules.slots.len()).map(SlotId::from_index).collect();
        for frame in &frames {
            for slot in &slots {
                let decision = eval::decide(rules, frame, *slot);
                self.decisions += 1;
                if let Some(offer) = offer(decision.outcome) {
                    assert!(of_slot(rules, *slot).contains(&offer), "{decision:?} in {}", rules[*slot].name);
                }
                if let Some(machine) = &machine {
                    assert_eq!(machine.decide(frame, *slot), decision, "the engines differ");
                    self.by_machine += 1;
                }
                let explanation = eval::explain(rules, frame, *slot);
                assert!(!explanation.to_text().is_empty());
            }
        }
    }
}

fn offer(outcome: Outcome) -> Option<OfferId> {
    match outcome {
        Outcome::Shows(offer) | Outcome::Sends { offer, .. } | Outcome::Holds { offer, .. } => Some(offer),
        Outcome::Nothing => None,
    }
}

/// Everything that a slot may show: by its rules, by what stands in for them, by its list.
fn of_slot(rules: &RuleSet, slot: SlotId) -> BTreeSet<OfferId> {
    let mut offers: BTreeSet<OfferId> = rules[slot].fallback.iter().filter_map(|entry| entry.offer).collect();
    let mut left: Vec<RuleId> = rules[slot].order.clone();
    let mut seen: BTreeSet<RuleId> = left.iter().copied().collect();
    while let Some(id) = left.pop() {
        let rule = &rules[id];
        offers.insert(rule.show);
        for instead in [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten() {
            match instead {
                Substitute::Show(offer) => drop(offers.insert(offer)),
                Substitute::Try(other) if seen.insert(other) => left.push(other),
                Substitute::Try(_) | Substitute::Nothing => {}
            }
        }
    }
    offers
}

/// Every byte of a small bundle.
#[test]
fn whatever_loads_of_a_small_bundle_decides_within_its_rules() {
    let bytes = shop();
    let bundle = read(&bytes).unwrap();
    let text = bytes.len() - bundle.sections[2].1;
    let (mut tally, mut rng) = (Tally::default(), Rng::new(5));
    for at in (0..bytes.len()).filter(|at| !DIGEST.contains(at)) {
        // The text for people says nothing to the engines.
        let values: Vec<u8> =
            if at < text { others(bytes[at]).into_iter().collect() } else { vec![bytes[at] ^ 1, 0xff] };
        for other in values {
            let mut changed = bytes.clone();
            changed[at] = other;
            reseal(&mut changed);
            tally.try_one(&changed, &bundle.rules, 16, &mut rng);
        }
    }
    println!("{tally:?}");
    assert!(tally.refused > 5_000 && tally.loaded > 1_000 && tally.by_machine > 500, "{tally:?}");
}

/// A larger one, a few bytes at a time, by chance.
#[test]
fn whatever_loads_of_a_larger_bundle_decides_within_its_rules() {
    let bytes = world("telco-retention");
    let bundle = read(&bytes).unwrap();
    let model = SECTIONS + bundle.sections[0].1..SECTIONS + bundle.sections[0].1 + bundle.sections[1].1;
    let (mut tally, mut rng) = (Tally::default(), Rng::new(6));
    for _ in 0..1_500 * effort() {
        let mut changed = bytes.clone();
        for _ in 0..1 + rng.below(2) {
            let at = model.start + rng.below(model.len());
            changed[at] = match rng.below(3) {
                0 => rng.below(256) as u8,
                1 => changed[at].wrapping_add(1),
                _ => changed[at] ^ 1 << rng.below(8),
            };
        }
        reseal(&mut changed);
        tally.try_one(&changed, &bundle.rules, 16, &mut rng);
    }
    println!("{tally:?}");
    assert!(tally.refused > 100 && tally.loaded > 100, "{tally:?}");
}
