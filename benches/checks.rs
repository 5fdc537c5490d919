//! How long a check of ten thousand rules takes, from text to every finding, and what of that the proofs take: `make bench`.
//!
//! Each shape of [`workload`] is read, checked and analysed several times in turn; times are medians with the fastest and
//! the slowest. *Proofs* are reachability, covers and conflicts: [`analysis::verdicts`]. What a check finds beside, and what
//! other verbs ask, is timed apart: redundancy, the flow of consent, pressure. The same question as the proofs is then put
//! to a SAT solver (batsat), which has to name the same rules. `CATER_BENCH_RULES` says how many rules, `CATER_BENCH_SEED`
//! which, `CATER_BENCH_SHAPE` (0 to 3) only one shape; with `CATER_BENCH_SOLVER=0` the solver is not asked.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod median;
mod solver;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use cater::analysis::{self, FallbackVerdict, Options, Range, SubstituteVerdict, Verdict};
use cater::compile::compile;
use cater::model::{RuleSet, Verified};
use cater::source::SourceSet;
use workload::{Shape, rules, text};

const ROUNDS: usize = 5;

fn main() -> Result<(), String> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let count = number("CATER_BENCH_RULES").unwrap_or(10_000);
    let seed = number("CATER_BENCH_SEED").unwrap_or(1) as u64;
    let plain = Shape { rules: count, slots: 20, constants: 100, fewest: 2, capped: false };
    let shapes = [
        ("20 slots", plain),
        ("one slot", Shape { slots: 1, ..plain }),
        ("one slot, 10,000 constants an attribute", Shape { slots: 1, constants: 10_000, fewest: 3, ..plain }),
        ("20 slots, a cap each", Shape { capped: true, ..plain }),
    ];
    let wanted: Option<usize> = number("CATER_BENCH_SHAPE");
    for (_, (name, shape)) in shapes.into_iter().enumerate().filter(|(at, _)| wanted.is_none_or(|wanted| wanted == *at))
    {
        println!("\n{count} rules, {name}");
        one(shape, seed)?;
    }
    Ok(())
}

fn one(shape: Shape, seed: u64) -> Result<(), String> {
    let rules = rules(shape, seed);
    let mut sources = SourceSet::default();
    sources.add("bench.rules", text(&rules));
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut findings = 0;
    for _ in 0..ROUNDS {
        let mut timed = |name: &'static str, work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            times.entry(name).or_default().push(start.elapsed().as_secs_f64());
        };
        let mut whole = compile(sources.clone());
        timed("1 read and check", &mut || whole = compile(sources.clone()));
        let runnable = whole.runnable().ok_or("the workload does not compile")?.clone();
        timed("2 proofs", &mut || drop(black_box(analysis::verdicts(&runnable, &Options::default()))));
        let plain = Options { redundancy: false, ..Options::default() };
        timed("3 findings", &mut || drop(black_box(analysis::analyse(&runnable, &plain))));
        timed("4 from text to findings", &mut || {
            let whole = compile(sources.clone());
            if let Some(rules) = whole.runnable() {
                black_box(analysis::analyse(rules, &plain));
            }
        });
        timed("5 findings and redundancy", &mut || whole.analyse(None));
        findings = whole.diagnostics.len();
        timed("6 flow of consent", &mut || drop(black_box(analysis::consent::leaks(&runnable))));
    }
    if shape.capped {
        let runnable = runnable_of(&sources)?;
        let start = Instant::now();
        black_box(analysis::pressure::pressure(&runnable, &Options::default()));
        times.entry("7 pressure (once)").or_default().push(start.elapsed().as_secs_f64());
    }
    let median = |name: &str| times.get(name).map_or(f64::NAN, |times| median::median(times.clone()));
    for (name, of) in &times {
        let (least, most) = of.iter().fold((f64::MAX, 0.0), |(least, most), time| (least.min(*time), time.max(most)));
        println!("  {:<24} {:7.3} s ({least:.3} to {most:.3}, {ROUNDS} rounds)", &name[2..], median(name));
    }
    let runnable = &runnable_of(&sources)?;
    let never = never(runnable);
    println!("  {findings} findings, {} rules never win; {} questions undecided", never.len(), undecided(runnable));
    let report = analysis::verdicts(runnable, &Options::default());
    let start = Instant::now();
    let proofs = analysis::prove(runnable, &Options::default(), &report);
    let cases: usize = proofs.proved.values().sum();
    let again = start.elapsed().as_secs_f64();
    println!("  {} of them proved again, by cases ({cases}), in {again:.2} s", proofs.proved.len());
    if !proofs.wrong.is_empty() || proofs.proved.len() != never.len() {
        return Err(format!("not proved again: {:?}, {:?}", proofs.wrong, proofs.beyond));
    }
    if let Some(peak) = peak() {
        println!("  at most {peak:.0} MB of memory so far");
    }
    if std::env::var("CATER_BENCH_SOLVER").is_ok_and(|text| text == "0") {
        return Ok(());
    }
    let start = Instant::now();
    let by_solver = solver::never(&rules);
    let taken = start.elapsed().as_secs_f64();
    println!("  batsat: {taken:.2} s, {:.1} times as long as the proofs", taken / median("2 proofs"));
    if by_solver != never {
        let differ: Vec<_> = by_solver.symmetric_difference(&never).take(5).collect();
        return Err(format!("the solver and the analysis do not agree about {differ:?}"));
    }
    Ok(())
}

fn runnable_of(sources: &SourceSet) -> Result<Verified, String> {
    compile(sources.clone()).runnable().cloned().ok_or_else(|| "the workload does not compile".to_owned())
}

fn never(rules: &RuleSet) -> BTreeSet<String> {
    let report = analysis::verdicts(rules, &Options::default());
    let never = report.rules.iter().filter(|(_, verdict)| verdict.is_never());
    never.map(|(id, _)| rules[*id].name.to_string()).collect()
}

/// How many questions stayed open: about rules and what stands in for them, fallback entries, pairs and conditions.
fn undecided(rules: &RuleSet) -> usize {
    let report = analysis::analyse(rules, &Options::default());
    let of_rules = report.rules.values().filter(|verdict| matches!(verdict, Verdict::Unknown(_)));
    let substitutes = report.substitutes.values().filter(|verdict| matches!(verdict, SubstituteVerdict::Unknown(_)));
    let entries = report.fallbacks.values().flatten().filter(|verdict| matches!(verdict, FallbackVerdict::Unknown(_)));
    let conditions = report.conditions.values().filter(|range| matches!(range, Range::Unknown(_)));
    of_rules.count() + substitutes.count() + entries.count() + conditions.count() + report.undecided_pairs.len()
}

/// The most memory the process had, in megabytes, where the system says it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1e3)
}
