//! Values between those that the rules of a slot take, against a look at every customer.

use super::cells::frames;
use super::schemas::Dice;
use super::{BASE, Options, analyse, report, testing::rules};
use crate::analysis::slot;
use crate::eval::decide;
use crate::frame::{By, Frame};
use crate::value::{Consent, Datum, Value};

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

/// A slot of two to four rules, each for a stretch of a number or of members, some for less.
fn schema(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = "customer { id: text key  n: whole from 0 to 6  t: one of [k < l < m < o]  vip: yes or no }
        purpose ads \"Ads\" { basis consent  direct marketing }
        offer a { class service }  offer b { class marketing }
        slot s on web { accepts service, marketing  fallback nothing }\n"
        .to_owned();
    for at in 0..2 + dice.below(3) {
        let from = dice.below(7);
        let to = from + dice.below(7 - from);
        let mut clauses = match dice.below(3) {
            0 => format!("when t is {}", dice.of(&["at most k", "k", "m", "at least o"])),
            _ => format!("when n is from {from} to {to}"),
        };
        if dice.one_in(5) {
            clauses += "  when vip";
        }
        let show = if dice.one_in(4) { "needs ads  show b" } else { "show a" };
        text += &format!("rule r{at} in s {{ {clauses}  priority {}  {show} }}\n", 10 - at);
    }
    text
}

/// The gaps are just those that a look at every customer shows: with every consent given no rule ever takes the value, and
/// one takes somebody with a lower and somebody with a higher one.
#[test]
fn gaps_are_those_of_every_customer() {
    let (mut found, mut looked_at) = (0, 0);
    for seed in 0..120 {
        let text = schema(seed);
        let model = rules(&text);
        let slot = model.slot_named("s").unwrap();
        let report = analyse(&model, &Options::default());
        let Some(frames) = frames(&model, slot, &slot::shared(&model), 20_000) else { continue };
        looked_at += 1;
        let is_open = |frame: &Frame| frame.consent.iter().all(|consent| *consent == Consent::Granted);
        // Where no rule needs a consent, no customer has one.
        let asks = frames.iter().any(is_open);
        let open = |frame: &&Frame| !asks || is_open(frame);
        let taken = |frame: &&Frame| matches!(decide(&model, frame, slot).by, By::Rule(_));
        let mut expected = Vec::new();
        for (name, most) in [("n", 6), ("t", 3)] {
            let id = model.attribute_named(name).unwrap();
            let has = |frame: &&Frame, at: u16| {
                let value = frame.attribute(id);
                *value == Datum::Known(Value::Number(i64::from(at))) || *value == Datum::Known(Value::Member(at))
            };
            let is_read = frames.iter().any(|frame| frame.attribute(id).known().is_some());
            let values: Vec<u16> = (0..=most)
                .filter(|at| {
                    is_read && frames.iter().filter(open).filter(|frame| has(frame, *at)).any(|frame| taken(&frame))
                })
                .collect();
            expected.extend(values.windows(2).filter(|pair| pair[0] + 1 < pair[1]).map(|_| name));
        }
        let mut told: Vec<&str> = report.gaps[&slot].iter().map(|gap| model[gap.attribute].name.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, expected, "seed {seed}\n{text}\n{:#?}", report.gaps[&slot]);
        for gap in &report.gaps[&slot] {
            assert!(matches!(decide(&model, &gap.witness.frame(&model), slot).by, By::Fallback(_)), "seed {seed}");
        }
        found += told.len();
    }
    assert!(found >= 5 && looked_at >= 40, "{found} gaps in {looked_at} slots");
}
