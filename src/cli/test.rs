//! `cater test`: the customers that authors wrote beside their rules.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, check, worlds};
use crate::compile::Compiled;
use crate::diagnostics::{self, Severity, codes, render};
use crate::eval;
use crate::frame::{Case, gather};
use crate::model::RuleSet;
use crate::source::Span;

/// Run the tests beside the rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folders or `.rules` files; the current folder if none is given.
    paths: Vec<PathBuf>,
    /// Only the tests whose sentence contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// What one expectation came to.
struct Failure {
    place: String,
    expectation: String,
    instead: String,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let worlds = worlds::find(&arguments.paths)?;
    let (mut passed, mut failed, mut skipped, mut broken) = (0_usize, 0_usize, 0_usize, false);
    let (mut machine, mut in_error) = (Vec::new(), Vec::new());
    for world in &worlds {
        let compiled = world.compile()?;
        if diagnostics::worst(&compiled.diagnostics) >= Some(Severity::Error) {
            broken = true;
            let errors: Vec<_> = compiled.diagnostics.iter().filter(|finding| finding.is_error()).cloned().collect();
            if terminal.format == Format::Json {
                in_error.push(render::json(&errors, &compiled.sources));
            } else {
                world.in_error(&errors, &compiled.sources, "its tests were not run", terminal);
            }
            continue;
        }
        let Some(rules) = &compiled.rules else { continue };
        for case in &compiled.program.tests {
            if arguments.filter.as_ref().is_some_and(|part| !case.name.contains(part.as_str())) {
                skipped += 1;
                continue;
            }
            let failures = failures(rules, &compiled, case);
            if failures.is_empty() {
                passed += 1;
            } else {
                failed += 1;
            }
            if terminal.format == Format::Json {
                let list: Vec<_> = failures
                    .iter()
                    .map(|failure| {
                        json!({"place": failure.place, "expected": failure.expectation, "instead": failure.instead})
                    })
                    .collect();
                machine.push(json!({
                    "world": world.root, "test": case.name, "place": place(&compiled, case.span),
                    "passed": list.is_empty(), "failures": list,
                }));
            } else {
                report(case, &failures, terminal);
            }
        }
    }
    if let (Some(part), 0, false) = (&arguments.filter, passed + failed, broken) {
        let message = format!("no test has `{part}` in its sentence");
        return Err(CannotRun::new(&codes::run::NO_SUCH_TEST, message).help("leave `--filter` out to see them all"));
    }
    if terminal.format == Format::Json {
        let mut object = json!({ "tests": machine, "passed": passed, "failed": failed, "skipped": skipped });
        if let (Some(fields), serde_json::Value::Object(findings)) = (object.as_object_mut(), check::joined(in_error)) {
            fields.extend(findings);
        }
        terminal.json(&object);
    } else if passed + failed + skipped == 0 && !broken {
        terminal.line("no tests");
        terminal
            .say("write one beside the rules: test \"what should come out\" { given { .. }  expect SLOT shows OFFER }");
    } else {
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        terminal.line(format!("{passed} passed, {failed} failed{skipped}"));
    }
    Ok(if failed > 0 || broken { Ended::Found } else { Ended::Clean })
}

fn failures(rules: &RuleSet, compiled: &Compiled, case: &Case) -> Vec<Failure> {
    let frame = gather(rules, &case.facts);
    let unmet = case.expectations.iter().filter_map(|expectation| {
        let mismatch = eval::meets(rules, &frame, expectation).err()?;
        Some(Failure {
            place: place(compiled, expectation.span),
            expectation: compiled.sources.text(expectation.span).split_whitespace().collect::<Vec<_>>().join(" "),
            instead: std::iter::once(mismatch.message).chain(mismatch.why).collect::<Vec<_>>().join("\n"),
        })
    });
    unmet.collect()
}

fn report(case: &Case, failures: &[Failure], terminal: &Terminal) {
    if failures.is_empty() {
        if !terminal.quiet {
            terminal.line(format!("{}    {}", terminal.styled("32", "ok"), case.name));
        }
        return;
    }
    terminal.line(format!("{}  {}", terminal.styled("31;1", "FAIL"), case.name));
    for failure in failures {
        terminal.line(format!("      {}: {}", failure.place, failure.expectation));
        for line in failure.instead.lines() {
            terminal.line(format!("        {line}"));
        }
    }
}

fn place(compiled: &Compiled, span: Span) -> String {
    compiled
        .sources
        .get(span.source)
        .map_or_else(String::new, |source| format!("{}:{}", source.name, source.place(span.start).line))
}
