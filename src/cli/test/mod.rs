//! `cater test`: the customers that authors wrote beside their rules.

mod coverage;
mod ran;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, build, check, worlds};
use crate::check::Unmade;
use crate::compile::Compiled;
use crate::diagnostics::render::junit::{self, Suite};
use crate::diagnostics::{Diagnostic, codes, nearest, render};
use crate::eval::coverage::Coverage;
use crate::frame::Case;
use crate::model::{RuleId, RuleSet, SlotId, Verified};
use crate::runtime::Engine;
use crate::source::Span;
use ran::{Ran, Wanted, What, place};
use worlds::World;

/// What is said of a test that is in error, or rests on a persona that is.
const NOT_RUN: &str = "in error, so it was not run";

/// Run the tests beside the rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folders or `.rules` files; the current folder if none is given.
    paths: Vec<PathBuf>,
    /// Only the tests whose sentence contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only the tests that ask about this slot.
    #[arg(long, value_name = "SLOT")]
    slot: Option<String>,
    /// Only the tests in which this rule decides or is named.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// List the tests and run none.
    #[arg(long, conflicts_with_all = ["junit", "coverage"])]
    list: bool,
    /// Write the results as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Say which answers of which clause no test brought about.
    #[arg(long)]
    coverage: bool,
    /// End with 1 if less than this share of all answers came up in a world.
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

impl Arguments {
    fn filters(&self) -> bool {
        self.filter.is_some() || self.slot.is_some() || self.rule.is_some()
    }

    /// What is wanted of one world; none if it has no such slot or rule.
    fn wanted(&self, rules: &RuleSet) -> Option<Wanted<'_>> {
        let slot: Option<SlotId> = match &self.slot {
            Some(name) => Some(rules.slot_named(name)?),
            None => None,
        };
        let rule: Option<RuleId> = match &self.rule {
            Some(name) => Some(rules.rule_named(name)?),
            None => None,
        };
        Some(Wanted { text: self.filter.as_deref(), slot, rule })
    }
}

/// What all worlds came to.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    listed: usize,
    /// Worlds in error.
    broken: usize,
    /// What is in error in tests alone.
    errors_in_tests: usize,
    /// Worlds in which too little was tried.
    under: usize,
    /// What machines read.
    tests: Vec<Value>,
    in_error: Vec<Value>,
    coverage: Vec<Value>,
    suites: Vec<Suite>,
    /// What a filter could have meant.
    sentences: Vec<String>,
    slots: Vec<String>,
    rules: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let worlds = worlds::find(&arguments.paths)?;
    if let Some(output) = &arguments.junit {
        for world in &worlds {
            world.spares(output)?;
        }
    }
    let mut tally = Tally::default();
    for world in &worlds {
        let compiled = world.compile()?;
        let errors: Vec<_> =
            compiled.diagnostics.iter().filter(|finding| Diagnostic::is_error(finding)).cloned().collect();
        match &compiled.rules {
            // A test in error says nothing of the rules, nor of the other tests.
            Some(rules) if errors.iter().all(|error| lies_in_a_test(&compiled, error)) => {
                one_world(arguments, world, (rules, &errors), &compiled, &mut tally, terminal);
            }
            Some(_) | None => in_error(world, &errors, &compiled, &mut tally, terminal),
        }
    }
    if arguments.filters() && tally.passed + tally.failed + tally.listed + tally.broken == 0 {
        return Err(nothing_found(arguments, &tally));
    }
    if let Some(output) = &arguments.junit {
        build::write_whole(output, junit::file(&tally.suites, &super::clock()).as_bytes())?;
    }
    summary(arguments, &mut tally, terminal);
    let found = tally.failed > 0 || tally.broken > 0 || tally.under > 0 || tally.errors_in_tests > 0;
    Ok(if found { Ended::Found } else { Ended::Clean })
}

/// Whether an error stands in a test or a persona.
fn lies_in_a_test(compiled: &Compiled, error: &Diagnostic) -> bool {
    error.span().is_some_and(|at| {
        let holds = |aside: &Span| aside.source == at.source && aside.start <= at.start && at.end <= aside.end;
        compiled.program.asides.iter().any(holds)
    })
}

/// A world whose rules are wrong: none of its tests is run.
fn in_error(world: &World, errors: &[Diagnostic], compiled: &Compiled, tally: &mut Tally, terminal: &Terminal) {
    tally.broken += 1;
    if terminal.format == Format::Json {
        tally.in_error.push(render::json(errors, &compiled.sources));
    } else {
        world.in_error(errors, &compiled.sources, "its tests were not run", terminal);
    }
    let mut suite = Suite::new(&world.root.display().to_string());
    suite.in_error("the rules", "rules", &render::count(errors), &render::plain(errors, &compiled.sources));
    tally.suites.push(suite);
}

fn one_world(
    arguments: &Arguments,
    world: &World,
    (rules, errors): (&Verified, &[Diagnostic]),
    compiled: &Compiled,
    tally: &mut Tally,
    terminal: &Terminal,
) {
    let tests = &compiled.program.tests;
    let unmade = &compiled.program.unmade;
    tally.sentences.extend(tests.iter().map(|case| &case.name).chain(unmade.iter().map(|case| &case.name)).cloned());
    tally.slots.extend(rules.slots.iter().map(|slot| slot.name.clone()));
    tally.rules.extend(rules.rules.iter().map(|rule| rule.name.clone()));
    let wanted = arguments.wanted(rules);
    let (chosen, others): (Vec<&Case>, Vec<&Case>) =
        tests.iter().partition(|case| wanted.as_ref().is_some_and(|wanted| wanted.has(rules, case)));
    tally.skipped += others.len();
    // Of which slot or rule a test in error would have been nobody knows, so such a filter finds it.
    let asked = |case: &&Unmade| wanted.as_ref().is_some_and(|wanted| wanted.says(&case.name));
    let (unmade, others): (Vec<&Unmade>, Vec<&Unmade>) = unmade.iter().partition(asked);
    tally.skipped += others.len();
    tally.errors_in_tests += errors.len();
    if !errors.is_empty() {
        if terminal.format == Format::Json {
            tally.in_error.push(render::json(errors, &compiled.sources));
        } else {
            terminal.findings(errors, &compiled.sources);
        }
    }
    if arguments.list {
        tally.listed += chosen.len();
        let chosen = chosen.iter().map(|case| (&case.name, case.span));
        let unmade = unmade.iter().map(|case| (&case.name, case.span));
        tally.listed += unmade.len();
        for (name, span) in chosen.chain(unmade) {
            let place = place(compiled, span);
            match terminal.format {
                Format::Json => tally.tests.push(json!({"world": world.root, "test": name, "place": place})),
                Format::Human | Format::Plain => terminal.line(format!("{place}: {name}")),
            }
        }
        return;
    }
    let mut tried = arguments.coverage.then(|| Coverage::new(rules));
    let mut suite = Suite::new(&world.root.display().to_string());
    if !chosen.is_empty() {
        let engine = Engine::from_rules(rules.clone());
        for case in chosen {
            let ran = ran::run(rules, compiled, &engine, case, tried.as_mut());
            tally.passed += usize::from(ran.failures.is_empty());
            tally.failed += usize::from(!ran.failures.is_empty());
            ran.tell(&mut suite);
            match terminal.format {
                Format::Json => tally.tests.push(machine(world, &ran)),
                Format::Human | Format::Plain => report(&ran, terminal),
            }
        }
    }
    for case in &unmade {
        tally.failed += 1;
        let place = place(compiled, case.span);
        let text = render::plain(errors, &compiled.sources);
        suite.in_error(if case.name.is_empty() { "a test" } else { &case.name }, "rules", NOT_RUN, &text);
        match terminal.format {
            Format::Json => {
                let failure = json!({ "place": place, "expectation": null, "message": NOT_RUN });
                tally.tests.push(json!({
                    "world": world.root, "test": case.name, "place": place, "passed": false, "failures": [failure],
                }));
            }
            Format::Human | Format::Plain => {
                terminal.line(format!("{}  {}", terminal.styled("31;1", "FAIL"), case.name));
                terminal.line(format!("      {place}: {NOT_RUN}"));
            }
        }
    }
    tally.suites.push(suite);
    if let Some(tried) = &tried {
        let percent = coverage::percent(tried.sum());
        match terminal.format {
            Format::Json => {
                let least = arguments.fail_under;
                tally.coverage.push(coverage::machine(rules, compiled, &world.root, tried, least));
            }
            Format::Human | Format::Plain => coverage::report(rules, compiled, &world.root, tried, terminal),
        }
        if let Some(least) = arguments.fail_under.filter(|least| percent < usize::from(*least)) {
            tally.under += 1;
            let world = world.root.display();
            if terminal.format != Format::Json {
                terminal.line(format!("{world}: {percent} % of all answers came up, and {least} % is the least"));
            }
        }
    }
}

fn report(ran: &Ran<'_>, terminal: &Terminal) {
    if ran.failures.is_empty() {
        if !terminal.quiet {
            terminal.line(format!("{}    {}", terminal.styled("32", "ok"), ran.case.name));
        }
        return;
    }
    terminal.line(format!("{}  {}", terminal.styled("31;1", "FAIL"), ran.case.name));
    for failure in &ran.failures {
        terminal.line(format!("      {}: {}", failure.place, failure.expectation));
        for line in failure.lines() {
            terminal.line(format!("        {line}"));
        }
    }
}

fn machine(world: &World, ran: &Ran<'_>) -> Value {
    let failures = ran.failures.iter().map(|failure| {
        let told = json!({
            "place": failure.place, "expectation": failure.expectation, "message": failure.message(),
        });
        let more = match &failure.what {
            What::Unmet(mismatch) => json!({
                "expected": mismatch.expected, "got": mismatch.got, "why": mismatch.why, "hints": failure.hints,
                "others": mismatch.rest,
            }),
            What::Engines { reference, engine, how } => {
                json!({ "engines_differ": { "reference": reference, "engine": engine, "how": how } })
            }
        };
        match (told, more) {
            (Value::Object(mut told), Value::Object(more)) => {
                told.extend(more);
                Value::Object(told)
            }
            (told, _) => told,
        }
    });
    json!({
        "world": world.root, "test": ran.case.name, "place": ran.place, "passed": ran.failures.is_empty(),
        "failures": failures.collect::<Vec<_>>(),
    })
}

fn summary(arguments: &Arguments, tally: &mut Tally, terminal: &Terminal) {
    let Tally { passed, failed, skipped, listed, broken, .. } = *tally;
    if terminal.format == Format::Json {
        let tests = std::mem::take(&mut tally.tests);
        let mut object = if arguments.list {
            json!({ "tests": tests, "skipped": skipped })
        } else {
            json!({ "tests": tests, "passed": passed, "failed": failed, "skipped": skipped })
        };
        let in_error = std::mem::take(&mut tally.in_error);
        if let Some(fields) = object.as_object_mut() {
            if arguments.coverage {
                fields.insert("coverage".to_owned(), Value::Array(std::mem::take(&mut tally.coverage)));
            }
            if let Value::Object(findings) = check::joined(in_error) {
                fields.extend(findings);
            }
        }
        terminal.json(&object);
    } else if passed + failed + skipped + listed + broken == 0 {
        terminal.line("no tests");
        terminal
            .say("write one beside the rules: test \"what should come out\" { given { .. }  expect SLOT shows OFFER }");
    } else if !arguments.list {
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        terminal.line(format!("{passed} passed, {failed} failed{skipped}"));
    }
}

/// A filter that finds nothing is more often a slip than a wish.
fn nothing_found(arguments: &Arguments, tally: &Tally) -> CannotRun {
    let unknown = |asked: &Option<String>, known: &[String], code, what: &str| {
        let name = asked.as_ref().filter(|name| !known.contains(name))?;
        let refused = CannotRun::new(code, format!("there is no {what} `{name}`"));
        Some(match nearest(name, known.iter().map(String::as_str)) {
            Some(meant) => refused.help(format!("did you mean `{meant}`?")),
            None => refused.help("`cater list` names the rules and their slots"),
        })
    };
    unknown(&arguments.slot, &tally.slots, &codes::run::NO_SUCH_SLOT, "slot")
        .or_else(|| unknown(&arguments.rule, &tally.rules, &codes::run::NO_SUCH_RULE, "rule"))
        .unwrap_or_else(|| {
            let text = arguments.filter.as_deref();
            let of = [
                text.map(|text| format!("has `{text}` in its sentence")),
                arguments.slot.as_ref().map(|slot| format!("asks about `{slot}`")),
                arguments.rule.as_ref().map(|rule| format!("is about `{rule}`")),
            ];
            let message = format!("no test {}", of.into_iter().flatten().collect::<Vec<_>>().join(" and "));
            let refused = CannotRun::new(&codes::run::NO_SUCH_TEST, message);
            let sentences = tally.sentences.iter().map(|name| name.split(" / row ").next().unwrap_or(name));
            match text.and_then(|text| nearest(text, sentences)) {
                Some(meant) => refused.help(format!("did you mean `{meant}`?")),
                None => refused.help("`cater test --list` names them all"),
            }
        })
}
