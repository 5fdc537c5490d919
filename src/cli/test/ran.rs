//! One test, run: on the reference evaluator, which says what the rules mean, and on the engine that services run.

use crate::compile::Compiled;
use crate::diagnostics::render::junit::Suite;
use crate::eval::coverage::Coverage;
use crate::eval::{self, Mismatch};
use crate::frame::{By, Case, Decision, Expectation, Expected, Outcome};
use crate::model::{RuleId, RuleSet, SlotId};
use crate::runtime::Engine;
use crate::source::Span;
use crate::value::show_instant;

/// What one test came to.
pub(super) struct Ran<'a> {
    pub(super) case: &'a Case,
    /// `shop.rules:9:6`, the sentence or the row.
    pub(super) place: String,
    pub(super) failures: Vec<Failure>,
    pub(super) seconds: f64,
}

/// An expectation that was not met.
pub(super) struct Failure {
    /// Where it stands: `shop.rules:12:10`.
    pub(super) place: String,
    /// As it is written: `expect home shows gold_card because gold`.
    pub(super) expectation: String,
    pub(super) what: What,
    /// What the test may have forgotten to write.
    pub(super) hints: Vec<String>,
}

/// What is wrong.
pub(super) enum What {
    /// The slot answers something else.
    Unmet(Box<Mismatch>),
    /// The engine of services decides otherwise than the reference evaluator: no fault of the rules.
    Engines { reference: String, engine: String, how: String },
}

impl Ran<'_> {
    /// Its case among the others.
    pub(super) fn tell(&self, suite: &mut Suite) {
        let Some(first) = self.failures.first() else { return suite.passed(&self.case.name, self.seconds) };
        let mut text = String::new();
        for failure in &self.failures {
            text.push_str(&format!("{}: {}\n", failure.place, failure.expectation));
            failure.lines().iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        let message = format!("{}: {}", first.place, first.message());
        suite.failed(&self.case.name, self.seconds, "expectation", &message, &text);
    }
}

impl Failure {
    /// In one line.
    pub(super) fn message(&self) -> String {
        match &self.what {
            What::Unmet(mismatch) => mismatch.message.clone(),
            What::Engines { reference, engine, how } => {
                format!("the engines differ: {reference} by the reference evaluator, {engine} by {how}")
            }
        }
    }

    /// Everything there is to say, a line each, without the place.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.what {
            What::Unmet(mismatch) => {
                lines.push(format!("expected  {}", mismatch.expected));
                lines.push(format!("got       {}", mismatch.got));
                for (at, why) in mismatch.why.iter().enumerate() {
                    lines.push(format!("{}{why}", if at == 0 { "why       " } else { "          " }));
                }
                for (at, hint) in self.hints.iter().enumerate() {
                    lines.push(format!("{}{hint}", if at == 0 { "hint      " } else { "          " }));
                }
                for (at, other) in mismatch.rest.iter().enumerate() {
                    lines.push(format!("{}{other}", if at == 0 { "others    " } else { "          " }));
                }
            }
            What::Engines { .. } => {
                lines.push(self.message());
                lines
                    .push("this is a fault of cater and not of your rules; please report it with the rules".to_owned());
            }
        }
        lines
    }
}

/// Which tests are wanted.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    /// Whose sentence contains this.
    pub(super) text: Option<&'a str>,
    /// That ask about this slot.
    pub(super) slot: Option<SlotId>,
    /// In which this rule decides, or is named.
    pub(super) rule: Option<RuleId>,
}

impl Wanted<'_> {
    /// Whether the sentence is what is asked for.
    pub(super) fn says(&self, sentence: &str) -> bool {
        self.text.is_none_or(|text| sentence.contains(text))
    }

    pub(super) fn has(&self, rules: &RuleSet, case: &Case) -> bool {
        let sentence = self.says(&case.name);
        let slot = self.slot.is_none_or(|slot| case.expectations.iter().any(|expectation| expectation.slot == slot));
        sentence && slot && self.rule.is_none_or(|rule| asks_about(rules, case, rule))
    }
}

fn asks_about(rules: &RuleSet, case: &Case, rule: RuleId) -> bool {
    let named = |expectation: &Expectation| match &expectation.what {
        Expected::PassesOver(passed, because) => *passed == rule || *because == crate::frame::Because::Rule(rule),
        Expected::PassesOverChannel(_, because) => *because == crate::frame::Because::Rule(rule),
        Expected::Shows(_, because, _)
        | Expected::Sends(_, _, because, _)
        | Expected::Holds(_, _, because)
        | Expected::Nothing(_, because) => *because == Some(crate::frame::Because::Rule(rule)),
    };
    let decides = |frame: &crate::frame::Frame, slot| match eval::decide(rules, frame, slot).by {
        By::Rule(winner) | By::Substitute(winner, _) => winner == rule,
        By::Fallback(_) | By::SlotOff => false,
    };
    if case.expectations.iter().any(named) {
        return true;
    }
    let (_, frames) = eval::frames(rules, case);
    case.expectations.iter().zip(&frames).any(|(expectation, frame)| decides(frame, expectation.slot))
}

/// Runs one test and counts what it tries.
pub(super) fn run<'a>(
    rules: &RuleSet,
    compiled: &Compiled,
    engine: &Engine,
    case: &'a Case,
    coverage: Option<&mut Coverage<'_>>,
) -> Ran<'a> {
    let begun = std::time::Instant::now();
    let (facts, frames) = eval::frames(rules, case);
    let mut failures = Vec::new();
    for (expectation, frame) in case.expectations.iter().zip(&frames) {
        let failure = |what, hints| Failure {
            place: place(compiled, expectation.span),
            expectation: written(compiled, rules, expectation),
            what,
            hints,
        };
        if let Err(mismatch) = eval::meets(rules, frame, expectation) {
            let hints = eval::hints(rules, &facts, frame, expectation);
            failures.push(failure(What::Unmet(mismatch), hints));
        }
        let reference = eval::decide(rules, frame, expectation.slot);
        let other = engine.decide(frame, expectation.slot);
        if let Some(what) = difference(rules, reference, other, &engine.how().to_string()) {
            failures.push(failure(what, Vec::new()));
        }
    }
    if let Some(coverage) = coverage {
        for (expectation, frame) in case.expectations.iter().zip(&frames) {
            let besides = match &expectation.what {
                Expected::PassesOver(rule, _) if rules[*rule].slot == expectation.slot => Some(*rule),
                Expected::PassesOver(..)
                | Expected::PassesOverChannel(..)
                | Expected::Shows(..)
                | Expected::Sends(..)
                | Expected::Holds(..)
                | Expected::Nothing(..) => None,
            };
            coverage.count(frame, expectation.slot, besides);
        }
    }
    Ran { case, place: place(compiled, case.span), failures, seconds: begun.elapsed().as_secs_f64() }
}

/// That two engines decided differently, if they did.
fn difference(rules: &RuleSet, reference: Decision, engine: Decision, how: &str) -> Option<What> {
    (reference != engine).then(|| What::Engines {
        reference: told(rules, reference),
        engine: told(rules, engine),
        how: how.to_owned(),
    })
}

fn told(rules: &RuleSet, decision: Decision) -> String {
    let outcome = match (decision.outcome, decision.again) {
        (Outcome::Shows(offer), _) => rules[offer].name.clone(),
        (Outcome::Sends { offer, channel, silent }, _) => {
            let silently = if silent { " silently" } else { "" };
            format!("{} by {}{silently}", rules[offer].name, rules[channel].name)
        }
        (Outcome::Holds { offer, until }, _) => {
            format!("{} held until {}", rules[offer].name, show_instant(until))
        }
        (Outcome::Nothing, Some(again)) => format!("nothing until {}", show_instant(again)),
        (Outcome::Nothing, None) => "nothing".to_owned(),
    };
    match decision.by {
        By::Rule(rule) => format!("{outcome} of {}", rules[rule].name),
        By::Substitute(rule, via) => format!("{outcome} in the place of {} ({})", rules[rule].name, via.word()),
        By::Fallback(at) => format!("{outcome}, fallback {}", at + 1),
        By::SlotOff => format!("{outcome}, the slot being off"),
    }
}

/// An expectation as an author writes it; a cell of a table has its slot in the column.
fn written(compiled: &Compiled, rules: &RuleSet, expectation: &Expectation) -> String {
    let text = compiled.sources.text(expectation.span).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.starts_with("expect ") { text } else { format!("expect {} {text}", rules[expectation.slot].name) }
}

/// `shop.rules:12:10`
pub(super) fn place(compiled: &Compiled, span: Span) -> String {
    compiled.sources.get(span.source).map_or_else(String::new, |source| {
        let place = source.place(span.start);
        format!("{}:{}:{}", source.name, place.line, place.column)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Via;
    use crate::model::OfferId;
    use crate::model::sample::rule_set;

    #[test]
    fn two_engines_that_differ_are_told_apart() {
        let rules = rule_set();
        let of = |outcome, by| Decision::new(SlotId(1), outcome, by);
        let shows = of(Outcome::Shows(OfferId(0)), By::Rule(RuleId(4)));
        assert!(difference(&rules, shows, shows, "machine code").is_none());
        let others = [
            (of(Outcome::Nothing, By::Fallback(1)), "nothing, fallback 2"),
            (of(Outcome::Nothing, By::SlotOff), "nothing, the slot being off"),
            (of(Outcome::Shows(OfferId(0)), By::Substitute(RuleId(4), Via::Capped)), "banner in the place of "),
        ];
        for (other, said) in others {
            let what = difference(&rules, shows, other, "machine code").expect("a difference");
            let failure = Failure { place: String::new(), expectation: String::new(), what, hints: Vec::new() };
            assert!(failure.message().contains(said), "{}", failure.message());
            assert!(failure.message().ends_with("by machine code"));
            assert!(failure.lines().iter().any(|line| line.contains("please report")));
        }
    }
}
