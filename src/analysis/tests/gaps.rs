//! Values between those that the rules of a slot take, against a look at every customer.

use super::cells::frames;
use super::schemas::schema;
use super::{BASE, Options, analyse, report, testing::rules};
use crate::analysis::slot;
use crate::eval::decide;
use crate::frame::By;
use crate::value::{Datum, Type, Value};

/// What is said of the gaps of slot `s`.
fn gaps(text: &str) -> Vec<String> {
    let (model, report) = report(&format!("{BASE}{text}"));
    let slot = model.slot_named("s").unwrap();
    report.gaps[&slot].iter().map(|gap| gap.who.clone()).collect()
}

#[test]
fn a_gap_lies_between() {
    let none: [&str; 0] = [];
    assert_eq!(
        gaps(
            "rule low in s { when age is at most 30  priority 9  show a } rule high in s { when age is at least 40  priority 8  show b }"
        ),
        ["age is from 31 to 39"]
    );
    assert_eq!(
        gaps(
            "rule low in s { when tier is bronze  priority 9  show a } rule high in s { when tier is gold  priority 8  show b }"
        ),
        ["tier is silver"]
    );
    // At the ends there is none, nor where somebody in between may be taken.
    assert_eq!(gaps("rule mid in s { when age is from 20 to 30  show a }"), none);
    assert_eq!(gaps("rule high in s { when tier is gold  priority 9  show a }"), none);
    assert_eq!(
        gaps(
            "rule low in s { when age is at most 30  priority 9  show a } rule high in s { when age is at least 40  priority 8  show b }
             rule some in s { when vip  priority 7  show c }"
        ),
        none
    );
    // What is off takes nobody, and what stands in for what is not known does.
    assert_eq!(
        gaps(
            "rule low in s { when age is at most 30  priority 9  show a } rule high in s { when age is at least 40  priority 8  show b }
             rule rest in s { off because \"later\"  priority 7  show c }"
        ),
        ["age is from 31 to 39"]
    );
    // Dates, caps and consents make no gap.
    assert_eq!(
        gaps(
            "rule low in s { when age is at most 30  priority 9  show a } rule high in s { when age is at least 40  priority 8  show b }
             rule rest in s { when age is known  active to 2026-12-31  priority 7  cap at most 1 shown ever per customer  show c }"
        ),
        none
    );
}

/// Whoever has a value in a gap, with every consent given, gets the list; and no gap of one number is missed.
#[test]
fn gaps_are_those_of_every_customer() {
    let (mut found, mut looked_at) = (0, 0);
    for seed in 0..400 {
        let text = schema(seed, false);
        let model = rules(&text);
        let slot = model.slot_named("s").unwrap();
        let report = analyse(&model, &Options::default());
        let Some(gaps) = report.gaps.get(&slot).filter(|gaps| !gaps.is_empty()) else { continue };
        let Some(frames) = frames(&model, slot, &slot::shared(&model), 20_000) else { continue };
        looked_at += 1;
        for gap in gaps {
            found += 1;
            let of = &model[gap.attribute];
            assert!(matches!(of.ty, Type::Number(_) | Type::OneOf(_)), "seed {seed}: {}", of.name);
            let of_witness = gap.witness.frame(&model).attribute(gap.attribute).clone();
            let Datum::Known(value) = &of_witness else { panic!("seed {seed}: {of_witness:?}") };
            assert!(matches!(value, Value::Number(_) | Value::Member(_)), "seed {seed}: {value:?}");
            for frame in frames.iter().filter(|frame| *frame.attribute(gap.attribute) == of_witness) {
                let open = frame.consent.iter().all(|consent| *consent == crate::value::Consent::Granted);
                let by = decide(&model, frame, slot).by;
                assert!(!open || matches!(by, By::Fallback(_)), "seed {seed}, {}: {by:?}\n{text}", gap.who);
            }
        }
    }
    assert!(found >= 3 && looked_at >= 3, "{found} gaps in {looked_at} schemas");
}
