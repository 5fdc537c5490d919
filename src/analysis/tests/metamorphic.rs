//! Changes of a rule set of which it is known beforehand what they do to the verdicts.

use std::collections::BTreeMap;
use std::mem::discriminant;

use super::schemas::{Dice, schema};
use crate::analysis::testing::rules;
use crate::analysis::{Coverer, Options, Report, Verdict, analyse};
use crate::model::{Order, RuleId, RuleSet, Substitute};

const SCHEMAS: u64 = 60;

fn report(rules: &RuleSet) -> Report {
    analyse(rules, &Options::default())
}

/// The rule set with nothing in the slot but these rules, in the order they had.
fn only(rules: &RuleSet, kept: &[RuleId]) -> RuleSet {
    let mut rules = rules.clone();
    for slot in &mut rules.slots {
        slot.order.retain(|rule| kept.contains(rule));
    }
    rules
}

fn tries(rules: &RuleSet) -> bool {
    let substitutes = rules.rules.iter().flat_map(|rule| [rule.if_capped, rule.if_no_consent, rule.if_unknown]);
    substitutes.flatten().any(|substitute| matches!(substitute, Substitute::Try(_)))
}

#[test]
fn a_cover_covers_alone_and_no_less_does() {
    let mut covers = 0;
    for seed in 0..SCHEMAS {
        let text = schema(seed, false);
        let model = rules(&text);
        if tries(&model) {
            continue;
        }
        for (rule, verdict) in &report(&model).rules {
            let Verdict::Covered(by) = verdict else { continue };
            covers += 1;
            let mut kept: Vec<RuleId> = by.iter().filter_map(|coverer| coverer.rule()).collect();
            kept.dedup();
            let with = |kept: &[RuleId]| {
                let kept: Vec<RuleId> = kept.iter().copied().chain([*rule]).collect();
                report(&only(&model, &kept)).rules.remove(rule).unwrap()
            };
            let name = &model[*rule].name;
            assert!(matches!(with(&kept), Verdict::Covered(_)), "{seed}, {name}: {by:?} alone\n{text}");
            for left_out in &kept {
                let fewer: Vec<RuleId> = kept.iter().copied().filter(|other| other != left_out).collect();
                let verdict = with(&fewer);
                assert!(matches!(verdict, Verdict::Reachable(_)), "{seed}, {name}: {by:?} less {left_out:?}\n{text}");
            }
        }
    }
    assert!(covers > 20, "{covers} covers are too few to say anything");
}

#[test]
fn a_copy_above_kills() {
    let mut killed = 0;
    for seed in 0..SCHEMAS {
        let text = schema(seed, false);
        let model = rules(&text);
        let slot = model.slot_named("s").unwrap();
        for (rule, verdict) in report(&model).rules {
            if !matches!(verdict, Verdict::Reachable(_)) || model[rule].slot != slot || tries(&model) {
                continue;
            }
            let mut with = model.clone();
            let copy = RuleId::from_index(with.rules.len());
            let mut above = with[rule].clone();
            above.name = format!("{} again", above.name);
            above.order = Order::Priority(99);
            above.priority = Some(99);
            (above.if_capped, above.if_no_consent, above.if_unknown) = (None, None, None);
            with.rules.push(above);
            let order = &mut with.slots[slot.index()].order;
            let place = order.iter().position(|other| *other == rule).unwrap();
            order.insert(place, copy);
            let verdicts = report(&with).rules;
            assert!(matches!(verdicts[&rule], Verdict::Covered(_)), "{seed}, {}\n{text}", model[rule].name);
            assert!(matches!(verdicts[&copy], Verdict::Reachable(_)), "{seed}, {}\n{text}", model[rule].name);
            killed += 1;
        }
    }
    assert!(killed > 50, "{killed}");
}

#[test]
fn names_and_places_mean_nothing() {
    for seed in 0..SCHEMAS {
        let text = schema(seed, false);
        let mut dice = Dice::new(seed);
        // Attributes sort the other way round, and every line of the file stands elsewhere; blocks stay whole.
        let renamed = text.replace("x0", "z0").replace("x1", "y1");
        let mut items: Vec<String> = Vec::new();
        for line in renamed.lines() {
            match items.last_mut() {
                Some(item) if item.matches('{').count() > item.matches('}').count() => *item += &format!("\n{line}"),
                Some(_) | None => items.push(line.to_owned()),
            }
        }
        for at in (1..items.len()).rev() {
            items.swap(at, dice.below(at + 1));
        }
        let (before, after) = (rules(&text), rules(&items.join("\n")));
        let by_name = |rules: &RuleSet| -> BTreeMap<String, Verdict> {
            report(rules).rules.into_iter().map(|(id, verdict)| (rules[id].name.clone(), verdict)).collect()
        };
        let (first, second) = (by_name(&before), by_name(&after));
        for (name, verdict) in &first {
            let other = &second[name];
            assert_eq!(discriminant(verdict), discriminant(other), "{seed}, {name}: {verdict:?}, {other:?}\n{text}");
        }
    }
}

#[test]
fn what_is_covered_is_covered_by_what_wins() {
    for seed in 0..SCHEMAS {
        let model = rules(&schema(seed, false));
        let verdicts = report(&model).rules;
        for verdict in verdicts.values() {
            let Verdict::Covered(by) = verdict else { continue };
            for coverer in by {
                if let Coverer::Rule(rule) = coverer {
                    assert!(!verdicts[rule].is_never(), "{seed}: {} wins never itself", model[*rule].name);
                }
            }
        }
    }
}
