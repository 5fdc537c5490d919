//! Both engines, one meaning: a generator of rule sets and frames hunts for a difference.

pub(crate) mod constructs;
pub(crate) mod count;
mod division;
pub(crate) mod frames;
pub(crate) mod generate;
#[cfg(feature = "cli")]
mod handwritten;
pub(crate) mod hunt;
mod limits;
mod planted;
pub(crate) mod rng;
pub(crate) mod shrink;
#[cfg(feature = "cli")]
mod stories;
mod totality;
pub(crate) mod walk;

use cater::jit;

#[test]
fn the_hunt_finds_no_difference_and_sees_every_operator() {
    let budget = hunt::Budget::from_environment(12);
    let report = hunt::hunt(budget).unwrap_or_else(|difference| panic!("{difference}"));
    eprintln!("{}\n{}\n{}", report.counts.table(), report.constructs.table(), report.summary(budget));
    assert!(report.ranked.iter().all(|count| *count > 100), "scores decided too seldom: {:?}", report.ranked);
    let hours = [report.passed_on[0], report.passed_on[1], report.by_channel];
    let few = report.decisions < 100_000;
    assert!(few || report.for_caps.iter().all(|count| *count > 0), "nothing waited for caps: {:?}", report.for_caps);
    assert!(few || hours.iter().all(|count| *count > 0), "hours of channels were never asked: {hours:?}");
    assert!(report.decisions >= budget.decisions, "stopped too early");
    assert!(report.refused * 10 <= report.rule_sets, "machine code refuses too many rule sets");
    let gaps = report.gaps();
    assert!(gaps.is_empty(), "never seen: {gaps:#?}");
}

#[test]
fn machine_code_calls_nothing_and_stores_nothing() {
    for seed in 0..20 {
        let generated = generate::generate(seed);
        let Ok(functions) = jit::intermediate(&generated.rules) else { continue };
        assert!(!functions.is_empty());
        for line in functions.iter().flat_map(|text| text.lines()) {
            for word in ["call", "store", "fn0", "sig0", "libcall", "symbol"] {
                assert!(!line.contains(word), "seed {seed}: {line}");
            }
        }
    }
}
