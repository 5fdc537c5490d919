//! The hand-written rules of the benchmark are those of the telco world.

#[path = "../../benches/world.rs"]
#[expect(dead_code, reason = "the benchmark uses the rest")]
mod world;
#[path = "../../benches/handwritten/write/mod.rs"]
mod write;

use std::path::Path;

#[test]
fn handwritten_rules_are_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/handwritten/telco.rs");
    let rules = world::rules(&world::folder()).unwrap();
    let now = write::write(&rules, "rules-examples/telco-retention").unwrap();
    if std::env::var_os("CATER_BLESS").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = before.lines().zip(now.lines()).position(|(before, now)| before != now);
    assert!(
        before == now,
        "the telco rules have changed (line {differs:?}): CATER_BLESS=1 cargo test --test main handwritten"
    );
}
