//! How long ten thousand rules take to read, lay out, check and analyse, each alone on one thread: `make bench`.
//!
//! The rules are those of the telco world, copied until there are enough, every copy with names of its own for its
//! slots, rules, offers, tags and caps: the length of the clauses and the blanks between them are those of real files.
//! Times are medians over the rounds of one run, with the fastest and the slowest. `CATER_BENCH_RULES` says how many
//! rules.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use cater::compile::compile;
use cater::source::{SourceId, SourceSet};
use cater::syntax;

/// Declarations that stand once, and files of rules.
const ONCE: [&str; 1] = ["customer.rules"];
const RULES: [&str; 5] =
    ["offers.rules", "account_banner.rules", "app_home.rules", "bill_page.rules", "support_tip.rules"];

fn main() -> Result<(), String> {
    let wanted = std::env::var("CATER_BENCH_RULES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples/telco-retention");
    let read = |names: &[&str]| {
        names
            .iter()
            .map(|name| std::fs::read_to_string(folder.join(name)).map_err(|why| format!("{name}: {why}")))
            .collect::<Result<String, _>>()
    };
    let (once, rules) = (read(&ONCE)?, read(&RULES)?);
    let text = copies(&alone(&once), &alone(&rules), wanted);
    let count = declared(&text).filter(|(word, _)| *word == "rule").count();
    println!("{count} rules, {:.1} MB", text.len() as f64 / 1e6);

    let mut sources = SourceSet::default();
    let id = sources.add("bench.rules", text.clone());
    let whole = compile(sources.clone());
    let runnable = whole
        .runnable()
        .ok_or_else(|| whole.diagnostics.first().map(|finding| finding.message.clone()).unwrap_or_default())?;
    let slots = runnable.slots.len();
    let alone = copies("", &read(&RULES[1..])?, wanted);
    println!("read, rules and slots alone ({:.1} MB)", alone.len() as f64 / 1e6);
    println!("               {}", timed(9, || drop(black_box(syntax::parse(id, &alone)))));
    println!("read           {}", timed(9, || drop(black_box(syntax::parse(id, &text)))));
    println!("lay out        {}", timed(5, || drop(black_box(syntax::format(SourceId(0), &text)))));
    println!("read and check {}", timed(5, || drop(black_box(compile(sources.clone())))));
    println!(
        "and analyse    {} ({slots} slots)",
        timed(3, || {
            let mut whole = compile(sources.clone());
            whole.analyse(None);
            drop(black_box(whole));
        })
    );
    Ok(())
}

/// What is declared in a text, a line each: the word of the declaration and its name.
fn declared(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (word, rest) = line.split_once(' ')?;
        let name = rest.split([' ', '{']).next()?;
        ["rule", "slot", "cap", "offer"].contains(&word).then_some((word, name))
    })
}

/// Without the lines that name other files: here all stand in one.
fn alone(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("use ")).flat_map(|line| [line, "\n"]).collect()
}

/// `once`, and `rules` as often as it takes to have `wanted` rules, with names of its own in each copy.
fn copies(once: &str, rules: &str, wanted: usize) -> String {
    let tags = rules.lines().filter_map(|line| line.trim().strip_prefix("tags ")).flat_map(|tags| tags.split(", "));
    let names: BTreeSet<&str> = declared(rules).map(|(_, name)| name).chain(tags.map(str::trim)).collect();
    let each = declared(rules).filter(|(word, _)| *word == "rule").count();
    let mut text = once.to_owned();
    for copy in 0..wanted.div_ceil(each.max(1)) {
        let mut rest = rules;
        while let Some(start) = rest.find(|char: char| char.is_alphanumeric()) {
            let (between, from) = rest.split_at(start);
            let end = from.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(from.len());
            let (word, behind) = from.split_at(end);
            text.push_str(between);
            text.push_str(word);
            if names.contains(word) {
                text.push_str(&format!("_{copy}"));
            }
            rest = behind;
        }
        text.push_str(rest);
    }
    text
}

/// The median, the fastest and the slowest of so many rounds, in milliseconds.
fn timed(rounds: usize, mut round: impl FnMut()) -> String {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |nth: usize| times.get(nth).copied().unwrap_or(f64::NAN);
    format!("{:8.1} ms ({:.1} to {:.1}, {rounds} rounds)", at(rounds / 2), at(0), at(rounds.saturating_sub(1)))
}
