//! How long a large slot takes: `CATER_RULES=1000 cargo test --release analysis::tests::speed -- --nocapture`.

use std::fmt::Write;

use super::schemas::Dice;
use crate::analysis::testing::rules;
use crate::analysis::{Budget, Options, Verdict, analyse};

/// One slot of so many rules over forty attributes, each with two to six predicates.
fn large(count: usize, slots: usize) -> String {
    let mut dice = Dice::new(7);
    let mut text = String::from("customer {\n  id: text key\n");
    for at in 0..40 {
        let ty = match at % 4 {
            0 => "yes or no",
            1 => "whole from 0 to 1000",
            2 => "one of [a, b, c, d, e]",
            _ => "set of text",
        };
        writeln!(text, "  x{at}: {ty}").unwrap();
    }
    text.push_str("}\noffer a { class service }\noffer b { class service }\n");
    for slot in 0..slots {
        writeln!(text, "slot s{slot} on web {{ accepts service  fallback nothing }}").unwrap();
    }
    for at in 0..count {
        write!(text, "rule r{at} in s{} {{", dice.below(slots)).unwrap();
        for _ in 0..2 + dice.below(5) {
            let x = dice.below(40);
            match x % 4 {
                0 => write!(text, "  when x{x} is {}", dice.of(&["yes", "no"])),
                1 => {
                    let from = dice.below(900);
                    write!(text, "  when x{x} is from {from} to {}", from + 50 + dice.below(300))
                }
                2 => write!(text, "  when x{x} is one of [{}, e]", dice.of(&["a", "b", "c", "d"])),
                _ => write!(text, "  when x{x} has \"{}\"", dice.of(&["u", "v", "w"])),
            }
            .unwrap();
        }
        writeln!(text, "  priority {}  show {} }}", count - at, dice.of(&["a", "b"])).unwrap();
    }
    text
}

#[test]
fn a_large_slot_is_decided() {
    let setting = |name, otherwise| std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise);
    let (count, slots) = (setting("CATER_RULES", 60), setting("CATER_SLOTS", 1));
    let model = rules(&large(count, slots));
    let started = std::time::Instant::now();
    let report = analyse(&model, &Options::default());
    let covered = report.rules.values().filter(|verdict| matches!(verdict, Verdict::Covered(_))).count();
    let unknown = report.rules.values().filter(|verdict| matches!(verdict, Verdict::Unknown(_))).count();
    println!("{count} rules in {slots} slots: {:?}, {covered} covered", started.elapsed());
    assert_eq!(unknown, 0);
}

/// Every clause is a choice that nothing decides but trying, so the search is as deep as there are clauses.
#[test]
fn many_choices_in_a_row_are_searched_without_running_out_of_stack() {
    let clauses = std::env::var("CATER_CLAUSES").ok().and_then(|value| value.parse().ok()).unwrap_or(200);
    let mut text = String::from("customer {\n");
    for at in 0..2 * clauses {
        writeln!(text, "  x{at}: yes or no").unwrap();
    }
    text.push_str("}\noffer a { class service }\nslot s on web { accepts service  fallback nothing }\nrule r in s {");
    for at in 0..clauses {
        write!(text, "  when (x{} or x{})", 2 * at, 2 * at + 1).unwrap();
    }
    text.push_str("  show a }\n");
    let model = rules(&text);
    let report = analyse(&model, &Options::default());
    assert!(matches!(report.rules.values().next(), Some(Verdict::Reachable(_))), "{:?}", report.rules);
}

/// So many customers' wishes that no two may share: what hangs together like this the box search gives up.
#[test]
fn what_hangs_together_is_decided_by_the_second_rung() {
    for (wishes, places, wins) in [(5, 5, true), (6, 5, false)] {
        let mut text = String::from("customer {\n");
        for wish in 0..wishes {
            writeln!(text, "  p{wish}: one of [a, b, c, d, e]").unwrap();
        }
        text.push_str("}\noffer o { class service }\nslot s on web { accepts service  fallback nothing }\n");
        for place in ["a", "b", "c", "d", "e"].into_iter().take(places) {
            for one in 0..wishes {
                for other in 0..one {
                    writeln!(
                        text,
                        "rule r{one}_{other}_{place} in s {{ when p{one} is {place}  when p{other} is {place}  priority 9  show o }}"
                    )
                    .unwrap();
                }
            }
        }
        text.push_str("rule last in s {");
        for wish in 0..wishes {
            write!(text, "  when p{wish} is known").unwrap();
        }
        text.push_str("  priority 1  show o }\n");
        let model = rules(&text);
        let report = analyse(
            &model,
            &Options { budget: Budget { boxes: 100, ..Budget::default() }, redundancy: false, ..Options::default() },
        );
        let last = model.rule_named("last").unwrap();
        let verdict = &report.rules[&last];
        let expected =
            if wins { matches!(verdict, Verdict::Reachable(_)) } else { matches!(verdict, Verdict::Covered(_)) };
        assert!(expected, "{wishes} wishes: {verdict:?}");
        assert_eq!(report.rules.values().filter(|verdict| matches!(verdict, Verdict::Unknown(_))).count(), 0);
    }
}
