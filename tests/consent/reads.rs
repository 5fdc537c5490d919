//! What the manifest says that a slot reads is all that it reads: whatever else a customer is, and whatever else happened to
//! them, changes neither a decision nor its explanation, masked or not. And the three who say what a slot reads (the proof,
//! the page, the bundle) say the same.

use std::collections::BTreeSet;
use std::path::Path;

use cater::analysis::consent::{Source, needs, readings};
use cater::eval;
use cater::frame::gather;
use cater::model::{AttributeId, EventId, Needed, RuleSet, SlotId};

use super::{fill, generated, number, unmasked, without_change};
use crate::engines::rng::Rng;
use crate::properties::subjects;

/// All that the proof looks at in a slot.
fn looked_at(rules: &RuleSet, slot: SlotId) -> Needed {
    let mut found = Needed::default();
    readings(rules, slot, &mut |reading| match reading.source {
        Source::Attribute(id) => {
            found.attributes.insert(id);
        }
        Source::Event(id) => {
            found.events.insert(id);
        }
        Source::Consent(_) | Source::Permission(_) => {}
    });
    found
}

#[test]
fn the_proof_the_page_and_the_bundle_say_the_same() {
    let generated: Vec<_> = (1..120).map(generated).collect();
    for subject in subjects().iter().chain(&generated) {
        let rules = subject.rules();
        let page = needs(rules);
        let mut anywhere = Needed::default();
        for (slot, on_page) in subject.slots().into_iter().zip(&page.slots) {
            let found = looked_at(rules, slot);
            assert_eq!(found, rules.needed_by(slot), "{}, {}", subject.name, rules[slot].name);
            let opened = on_page.purposes.iter().flat_map(|purposed| &purposed.opens);
            let shown: BTreeSet<Source> = opened.chain(&on_page.without).map(|need| need.source).collect();
            let attributes = found.attributes.iter().copied().map(Source::Attribute);
            let events = found.events.iter().copied().map(Source::Event);
            for source in attributes.chain(events) {
                assert!(shown.contains(&source), "{}: {source:?} is not on the page", subject.name);
            }
            anywhere.attributes.extend(found.attributes);
            anywhere.events.extend(found.events);
        }
        assert!(page.attributes.iter().all(|id| !anywhere.attributes.contains(id)));
        assert_eq!(page.attributes.len() + anywhere.attributes.len(), rules.attributes.len(), "{}", subject.name);
    }
}

#[test]
fn nothing_else_has_a_say() {
    let wanted = number("CATER_CONSENT_PAIRS", 1_500);
    let (mut pairs, mut varied) = (0_u64, 0_u64);
    for seed in 1.. {
        if pairs >= wanted {
            break;
        }
        let subject = generated(seed);
        let rules = subject.rules();
        let mut rng = Rng::new(seed ^ 0x0ea1);
        for _ in 0..40 {
            let slot = *rng.pick(&subject.slots());
            let needed = rules.needed_by(slot);
            let mut one = subject.customer(&mut rng);
            one.history.iter_mut().for_each(|event| fill(rules, event, &mut rng));
            let (mut two, stranger) = (one.clone(), subject.customer(&mut rng));
            for (at, fact) in stranger.attributes.into_iter().enumerate() {
                let id = AttributeId::from_index(at);
                if !needed.attributes.contains(&id) {
                    varied += u64::from(two.attributes[at] != fact);
                    two.set(id, fact);
                }
            }
            let is_needed = |event: EventId| needed.events.contains(&event);
            two.history.retain(|event| is_needed(event.event));
            let others = stranger.history.into_iter().filter(|event| !is_needed(event.event));
            two.history.extend(others);
            varied += u64::from(one.history != two.history);
            let context = || format!("{}, {}: {one:?}\n{two:?}", subject.name, rules[slot].name);
            let (here, there) = (gather(rules, &one), gather(rules, &two));
            assert_eq!(subject.decide(&here, slot), subject.decide(&there, slot), "{}", context());
            assert_eq!(eval::explain(rules, &here, slot), eval::explain(rules, &there, slot), "{}", context());
            let (here, there) = (unmasked(rules, &one), unmasked(rules, &two));
            assert_eq!(eval::decide(rules, &here, slot), eval::decide(rules, &there, slot), "{}", context());
            let told = |frame| without_change(eval::explain(rules, frame, slot));
            assert_eq!(told(&here), told(&there), "{}", context());
            pairs += 1;
        }
    }
    eprintln!("{pairs} pairs, {varied} things varied that the manifest does not name");
    assert!(varied > wanted, "{varied}");
}

/// The page of every world is what its schema says.
#[test]
fn every_page_fits_its_schema() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cater"));
        let said = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap();
        assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    };
    let schema: serde_json::Value = serde_json::from_str(&run(&["manifest", "--schema"])).unwrap();
    let schema = jsonschema::options().build(&schema).expect("a schema that can be used");
    let mut tried = 0;
    for folder in ["rules-examples", "rules-examples/scenarios"] {
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if !path.join("cater.toml").is_file() {
                continue;
            }
            let name = path.to_str().unwrap();
            let page: serde_json::Value = serde_json::from_str(&run(&["manifest", name, "--format", "json"])).unwrap();
            let wrong: Vec<String> =
                schema.iter_errors(&page).map(|why| format!("{}: {why}", why.instance_path())).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
            assert_eq!(page["proved"], true, "{name}");
            let part =
                run(&["manifest", name, "--format", "json", "--slot", page["slots"][0]["slot"].as_str().unwrap()]);
            assert!(schema.is_valid(&serde_json::from_str(&part).unwrap()), "{name}: a part of it");
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried}");
}
