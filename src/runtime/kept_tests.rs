//! Stores in which nothing is kept for longer than so many days: they count as if what is older had never happened, whether
//! or not it has gone yet, and in the end it has.

use std::time::Duration;

use super::engine::Engine;
use super::looks_back::{LooksFurther, looks_further};
use super::past::{Stored, remember};
use super::request::Request;
use super::store::{EmbeddedStore, Key, MemoryStore, StateStore};
use crate::compile::compile;
use crate::frame::{Fact, Facts, Happened, Reserved};
use crate::model::{CapUnit, Verified};
use crate::source::SourceSet;
use crate::value::{Instant, Value};

const DAY: i64 = 86_400_000_000;

fn rules(text: &str) -> Verified {
    let (sources, _) = SourceSet::single("shop.rules", text.to_owned());
    let compiled = compile(sources);
    compiled.runnable().unwrap_or_else(|| panic!("{:?}", compiled.diagnostics)).clone()
}

const SHOP: &str = r#"
customer { id: text key }
offer tv { class marketing }
cap stock { at most 1000 shown in any 20 days per everybody  on offer tv  reserve 3 days }
slot deal on web { accepts marketing  fallback nothing }
rule cheap in deal { show tv  cap at most 3 shown in any 10 days per customer }
"#;

fn facts(engine: &Engine, who: &str, day: i64) -> Facts {
    let mut facts = engine.nothing_known(Instant(day * DAY));
    let id = engine.rules().attribute_named("id").unwrap();
    facts.set(id, Fact::Known(Value::Text(who.into()), Some(facts.now)));
    facts
}

/// What a decision of that day would count: the customer's own, and everybody's.
fn counted(engine: &Engine, store: &dyn StateStore, who: &str, day: i64) -> [(Vec<Happened>, Vec<Reserved>); 2] {
    let mut facts = facts(engine, who, day);
    remember(engine.rules(), &mut facts, &mut Stored { rules: engine.rules(), store: Some(store), told: None })
        .unwrap();
    let of_all = facts.shared.iter().find(|shared| shared.unit == CapUnit::Everybody).unwrap();
    [(facts.history.clone(), facts.reserved.clone()), (of_all.history.clone(), of_all.reserved.clone())]
}

/// Without what is older than thirty days.
fn young([own, all]: [(Vec<Happened>, Vec<Reserved>); 2], day: i64) -> [(Vec<Happened>, Vec<Reserved>); 2] {
    let since = Instant((day - 30) * DAY);
    [own, all].map(|(mut history, mut reserved)| {
        history.retain(|event| event.at >= since);
        reserved.retain(|event| event.at >= since);
        (history, reserved)
    })
}

#[test]
fn what_is_older_counts_no_more_and_goes() {
    let engine = Engine::from_rules(rules(SHOP));
    let folder = tempfile::tempdir().unwrap();
    let thirty = Some(Duration::from_secs(30 * 86_400));
    let memory = MemoryStore::new().keeping(thirty);
    let file = EmbeddedStore::open(&folder.path().join("shop.state")).unwrap().keeping(thirty);
    let for_good = MemoryStore::new();
    let stores: [&dyn StateStore; 3] = [&for_good, &memory, &file];
    let slots = engine.slots();
    let mut counted_something = 0;
    for day in 0..120 {
        for who in ["ann", "ben"].into_iter().take(1 + usize::from(day % 3 == 0)) {
            for (at, store) in stores.into_iter().enumerate() {
                let facts = facts(&engine, who, day);
                let request = Request { id: None, facts: &facts, slots: &slots, shown: day % 2 == 0, told: None };
                engine.answer(store, &request, |_, _| ()).unwrap();
                if at > 0 {
                    let expected = young(counted(&engine, &for_good, who, day), day);
                    counted_something += expected[0].0.len();
                    assert_eq!(counted(&engine, store, who, day), expected, "day {day}");
                }
            }
        }
    }
    assert!(counted_something > 1_000, "{counted_something}");
    // What a record holds is bounded, not only what is read of it.
    let held = |store: &dyn StateStore| store.history("ann").unwrap().len();
    let [all, of_memory, of_file] = stores.map(held);
    assert!(of_memory == of_file && of_memory * 2 < all, "{of_memory} and {of_file} of {all}");
    let oldest = file.history("ann").unwrap().into_iter().map(|event| event.at.0 / DAY).min().unwrap();
    assert!(oldest >= 119 - 30 - 30, "{oldest}");
    assert_ne!(file.read(&[Key::Customer("ann".into())]).unwrap()[0].body.len(), 0);
}

#[test]
fn what_looks_further_is_named() {
    let rules = rules(
        r#"
event purchase "Bought" {}
purpose news "Send news" { basis consent  direct marketing }
customer { id: text key }
offer tv { class marketing }
value lately = times purchase in the last 60 days
value ever_bought = times purchase ever
value since_last = last purchase
value warmth = 10 * times purchase halving every 7 days
cap yearly   { at most 9 shown in any 12 months per customer  on offer tv }
cap monthly  { at most 9 shown in each calendar month in "Europe/Berlin" per customer  on offer tv }
pause rest   { for 20 days after 2 shown in any 20 days per customer  on offer tv }
slot deal on web { accepts marketing  fallback nothing }
rule cheap in deal {
  when lately is at least 1 or ever_bought is at least 1 or warmth is at least 1 or since_last is more than 3 days old
  needs news
  show tv
  cap at most 1 shown in any 30 days per customer
}
"#,
    );
    let found = |days: u32| -> Vec<(String, Option<u64>)> {
        let all = looks_further(&rules, days).into_iter();
        all.map(|LooksFurther { what, days }| (what, days)).collect()
    };
    let of = |what: &str, days: Option<u64>| (format!("`{what}`"), days);
    let whatever = [of("times purchase ever", None), of("last purchase", None)];
    let has = |days: u32, expected: &[(String, Option<u64>)]| {
        let found = found(days);
        for one in expected.iter().chain(&whatever) {
            assert!(found.contains(one), "{days}: {one:?} of {found:?}");
        }
        assert_eq!(found.len(), expected.len() + whatever.len(), "{days}: {found:?}");
    };
    let decay = of("10 * times purchase halving every 7 days", Some(441));
    has(441, &[]);
    has(440, std::slice::from_ref(&decay));
    has(372, std::slice::from_ref(&decay));
    has(371, &[of("yearly", Some(372)), decay.clone()]);
    let lately = of("times purchase in the last 60 days", Some(60));
    has(39, &[of("yearly", Some(372)), of("rest", Some(40)), lately.clone(), decay.clone()]);
    has(
        29,
        &[
            of("cap of cheap", Some(30)),
            of("monthly", Some(32)),
            of("rest", Some(40)),
            of("yearly", Some(372)),
            lately,
            decay,
        ],
    );
}
