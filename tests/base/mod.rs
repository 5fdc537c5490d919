//! The example worlds, decided over their whole base through the library, as `cater decide` does it.

mod changes;

use std::num::NonZeroUsize;
use std::path::Path;

use cater::compile::compile;
use cater::frame::{By, Outcome};
use cater::model::Verified;
use cater::runtime::batch::{Assume, Batch, Decided, Summary, decide_base};
use cater::runtime::data::{ConsentIndex, Customers, EventIndex, World};
use cater::runtime::store::{EmbeddedStore, StateStore};
use cater::runtime::{Engine, How};
use cater::source::SourceSet;

struct Loaded {
    world: World,
    engine: Engine,
    consent: Option<ConsentIndex>,
    events: Option<EventIndex>,
}

fn rules_of(folder: &Path) -> Verified {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
    files.sort();
    let mut sources = SourceSet::default();
    for path in files {
        sources.add(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
    }
    compile(sources).runnable().expect("an example world without errors").clone()
}

fn load(name: &str) -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples").join(name);
    let world = World::open(&folder.join(World::FILE)).unwrap();
    let rules = rules_of(&folder);
    let consent = world.consent.as_ref().map(|path| ConsentIndex::open(&rules, path).unwrap());
    let events = world.events.as_ref().map(|path| EventIndex::open(&rules, path).unwrap());
    let engine = Engine::from_rules(rules);
    assert_eq!(*engine.how(), How::MachineCode);
    Loaded { world, engine, consent, events }
}

fn decide(loaded: &Loaded, store: Option<&dyn StateStore>, workers: usize) -> (Vec<Decided>, Summary) {
    let Loaded { world, engine, consent, events } = loaded;
    let rules = engine.rules();
    let slots = world.slots(rules).unwrap();
    let moment = world.facts(rules, world.now.unwrap()).unwrap();
    let mut files: Vec<_> =
        world.customers.iter().map(|file| Customers::open(rules, &file.file(rules).unwrap()).unwrap()).collect();
    let batch = Batch {
        engine,
        slots: &slots,
        moment: &moment,
        consent: consent.as_ref(),
        events: events.as_ref(),
        store,
        assume: Assume::Shown,
        reasons: true,
        workers: NonZeroUsize::new(workers),
    };
    let mut all = Vec::new();
    let done = decide_base(&batch, &mut files, |decided| {
        all.push(decided.clone());
        Ok::<(), std::convert::Infallible>(())
    });
    let mut summary = done.unwrap().commit().unwrap();
    (summary.elapsed, summary.deciding) = Default::default();
    (all, summary)
}

#[test]
fn hello() {
    let loaded = load("01-hello");
    let (decided, summary) = decide(&loaded, None, 2);
    let rules = loaded.engine.rules();
    let shown: Vec<_> = decided
        .iter()
        .map(|one| match one.decisions[0].outcome {
            Outcome::Shows(offer) => (one.key.as_deref().unwrap(), rules[offer].name.as_str()),
            Outcome::Sends { .. } | Outcome::Holds { .. } | Outcome::Nothing => {
                (one.key.as_deref().unwrap(), "nothing")
            }
        })
        .collect();
    let story = "our_story";
    let expected = [("anna", "espresso_week"), ("ben", story), ("chloe", story), ("dario", story), ("emre", story)];
    assert_eq!(shown, expected);
    let fallbacks = summary.slots[0].fallbacks;
    assert_eq!((fallbacks.not_applicable, fallbacks.not_known, fallbacks.no_consent), (2, 1, 1));
}

#[test]
fn telco() {
    let loaded = load("telco-retention");
    let rules = loaded.engine.rules();
    for index in [&loaded.consent.as_ref().unwrap().bad, &loaded.events.as_ref().unwrap().bad] {
        assert_eq!(index.count, 0, "{:?}", index.first);
    }
    assert!(loaded.consent.as_ref().unwrap().unknown_purposes.is_empty());
    let events = loaded.events.as_ref().unwrap();
    assert!(events.unknown_events.is_empty() && events.unknown_offers.is_empty());
    let (decided, summary) = decide(&loaded, None, 2);
    assert_eq!((summary.customers, summary.bad_rows.count), (7_043, 0));
    // The eleven newcomers without a bill are the only cells that hold nothing.
    let missing: Vec<_> = summary.missing.iter().map(|(id, counts)| (rules[id].name.as_str(), counts)).collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!((missing[0].0, missing[0].1.absent, missing[0].1.unreadable), ("total_charges", 11, 0));
    for slot in &summary.slots {
        let answers = slot.answers(rules);
        assert!(answers.iter().any(|answer| matches!(answer.by, By::Rule(_))), "{}", rules[slot.slot].name);
        assert_eq!(answers.iter().map(|answer| answer.count).sum::<u64>(), 7_043);
    }
    assert!(summary.slots.iter().any(|slot| slot.capped > 0) && summary.slots.iter().any(|slot| slot.no_consent > 0));
    let (other, other_summary) = decide(&loaded, None, 3);
    assert_eq!((other, other_summary), (decided, summary), "with three threads");
}

#[test]
fn telco_a_second_run_remembers_the_first() {
    let loaded = load("telco-retention");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shown.state");
    let store = EmbeddedStore::open(&path).unwrap();
    let (first, first_summary) = decide(&loaded, Some(&store), 2);
    assert_eq!(first, decide(&loaded, None, 1).0, "an empty store changes nothing");
    drop(store);
    let store = EmbeddedStore::open(&path).unwrap();
    let (second, second_summary) = decide(&loaded, Some(&store), 2);
    assert_ne!(first, second);
    let capped = |summary: &Summary| summary.slots.iter().map(|slot| slot.capped).sum::<u64>();
    assert!(capped(&second_summary) > capped(&first_summary));
}
