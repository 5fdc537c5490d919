//! The customers that findings print are what a test of the language states: pasted into one, it passes.

use super::schemas::schema;
use crate::analysis::findings::words::customer;
use crate::analysis::testing::rules;
use crate::analysis::{Options, Verdict, analyse};
use crate::compile::compile;
use crate::eval::run;
use crate::source::SourceSet;

/// How many customers of a rule set were pasted, how many of them have a history, and how many no test can state.
fn paste(text: &str) -> [usize; 3] {
    let mut counts = [0; 3];
    let model = rules(text);
    let mut with_tests = text.to_owned();
    for (id, verdict) in analyse(&model, &Options::default()).rules {
        let Verdict::Reachable(witness) = verdict else { continue };
        let lines = customer(&model, &witness);
        // A garbled cell, an event of an offer that is gone, another slot of the request: no test can state these.
        if lines.iter().any(|line| line.starts_with("//")) {
            counts[2] += 1;
            continue;
        }
        let rule = &model[id];
        let expect = format!("expect {} shows {} because {}", model[rule.slot].name, model[rule.show].name, rule.name);
        with_tests += &format!("test \"{} wins\" {{\n{}\n{expect}\n}}\n", rule.name, lines.join("\n"));
        counts[0] += 1;
        counts[1] += usize::from(lines.iter().any(|line| line.starts_with("history")));
    }
    let (sources, _) = SourceSet::single("pasted.rules", with_tests.clone());
    let compiled = compile(sources);
    let again = compiled.rules.as_deref().expect("a model");
    assert_eq!(compiled.program.tests.len(), counts[0], "{:?}\n{with_tests}", compiled.diagnostics);
    for test in &compiled.program.tests {
        assert!(run(again, test).is_empty(), "{}: {:?}\n{with_tests}", test.name, run(again, test));
    }
    counts
}

#[test]
fn a_witness_pasted_into_a_test_passes() {
    let mut sum = [0; 3];
    for seed in 0..80 {
        let counts = paste(&schema(seed, seed % 2 == 0));
        sum = [0, 1, 2].map(|at| sum[at] + counts[at]);
    }
    let [pasted, with_history, not_for_tests] = sum;
    assert!(pasted > 100 && with_history > 0, "{pasted} pasted, {with_history} with a history");
    assert!(not_for_tests * 5 < pasted, "{not_for_tests} of {pasted} cannot be pasted");
}

#[test]
fn values_of_every_type_can_be_pasted() {
    let text = "
purpose p \"P\" { basis consent  version 4 or later  valid 24 months  confirmed }
customer {
  id:       text                          key
  home:     zone
  interest: score halving every 72 hours  needs p
  price:    decimal(2)                    fresh 30 days
  city:     text
  tier:     one of [\"very low\" < mid < high]
  viewed:   set of text
  day:      date
  at:       time
  calls:    whole from 0 to 9             -1 is never
}
event reject \"Turned down\" {}
offer a { class service }
offer b { class service }
offer c { class service }
slot s on web { accepts service  fallback nothing }
rule berlin in s { when home is \"Europe/Berlin\"  priority 9  show a }
rule elsewhere in s { when home is not one of [\"Europe/Berlin\", \"Europe/Paris\"]  priority 8  show b }
rule score in s { when interest is more than 12.5  needs p  priority 7  show c }
rule cheap in s { when price is less than -12.5  priority 6  show a }
rule city in s { when city is one of [\"a \\\"quoted\\\" one\", \"plain\"]  priority 5  show b }
rule tier in s { when tier is less than mid  priority 4  show c }
rule viewed in s { when viewed has all of [\"x\", \"y\"]  priority 3  show a }
rule day in s { when day is from 10 to 20 days old  priority 2  show b }
rule at in s { when at is at most 2 hours ahead  unless at is known and at is more than 1 hours ahead  priority 1  show c }
rule calls in s { when calls is never  priority 0  show a }
rule rejected in s { when city is \"plain\"  priority 10  cap at most 2 reject ever per customer  show b  if capped try instead }
rule instead in s { when city is \"plain\"  priority -1  show c }
";
    assert_eq!(paste(text), [12, 1, 0]);
}
