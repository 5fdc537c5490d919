//! How long a check of ten thousand rules takes, from text to every finding, and what of that the proofs take: `make bench`.
//!
//! Each shape of [`workload`] is read, checked and analysed several times in turn; times are medians with the fastest and
//! the slowest. *Proofs* are reachability, covers and conflicts: [`analysis::verdicts`]. The same question is then put to
//! a SAT solver (batsat), which has to name the same rules. `CATER_BENCH_RULES` says how many rules, `CATER_BENCH_SEED`
//! which.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod median;
mod solver;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use cater::analysis::{self, Options, Verdict};
use cater::compile::compile;
use cater::model::RuleSet;
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
        timed("3 every finding", &mut || whole.analyse(None));
        findings = whole.diagnostics.len();
        timed("4 from text to findings", &mut || {
            let mut whole = compile(sources.clone());
            whole.analyse(None);
            black_box(&whole);
        });
    }
    let median = |name: &str| times.get(name).map_or(f64::NAN, |times| median::median(times.clone()));
    for (name, of) in &times {
        let (least, most) = of.iter().fold((f64::MAX, 0.0), |(least, most), time| (least.min(*time), time.max(most)));
        println!("  {:<24} {:7.3} s ({least:.3} to {most:.3}, {ROUNDS} rounds)", &name[2..], median(name));
    }
    let whole = compile(sources);
    let runnable = whole.runnable().ok_or("the workload does not compile")?;
    let never = never(runnable);
    println!("  {findings} findings, {} rules never win; 0 questions undecided: {}", never.len(), decided(runnable));
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

fn never(rules: &RuleSet) -> BTreeSet<String> {
    let report = analysis::verdicts(rules, &Options::default());
    let never = report.rules.iter().filter(|(_, verdict)| verdict.is_never());
    never.map(|(id, _)| rules[*id].name.to_string()).collect()
}

fn decided(rules: &RuleSet) -> bool {
    let report = analysis::analyse(rules, &Options::default());
    report.undecided_pairs.is_empty()
        && !report.rules.values().any(|verdict| matches!(verdict, Verdict::Unknown(_)))
        && !report.diagnostics.iter().any(|finding| finding.code.name == "lint::not-decided")
}

/// The most memory the process had, in megabytes, where the system says it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1e3)
}
