//! Damage in some declarations of a file stays in those: no finding outside of them, no change to any other's tree.

use super::dice::Dice;
use super::{generate, parse, shape};
use crate::source::SourceId;
use crate::syntax::scan::scan;
use crate::syntax::tree::{Item, ItemKind};

const JUNK: [&str; 22] = [
    "{", "}", "(", ")", "[", "]", "\"", "and", "is", "when", "rule", "offer", "customer", "=", ",", ":", "80", "//",
    "test", "segment", "“", "x",
];

/// Which files are tried; `DAMAGE_SEEDS=4000..1000000` hunts longer.
fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("DAMAGE_SEEDS").ok();
    let range = asked.as_deref().and_then(|range| range.split_once(".."));
    range.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?)).unwrap_or(usual)
}

/// One token deleted, replaced or put in.
fn damaged(dice: &mut Dice, item: &str) -> String {
    let scan = scan(SourceId(0), item);
    if scan.tokens.is_empty() {
        return item.to_owned();
    }
    let token = scan.tokens[dice.below(scan.tokens.len())];
    let (before, after) = (&item[..token.start as usize], &item[token.end as usize..]);
    let word = &item[token.start as usize..token.end as usize];
    match dice.below(3) {
        0 => format!("{before}{after}"),
        1 => format!("{before}{}{after}", dice.pick(&JUNK)),
        _ => format!("{before}{} {word}{after}", dice.pick(&JUNK)),
    }
}

/// Whether a definition that goes on beyond `end` is a good one with all it has taken, and another declaration begins
/// right behind it, as in `and test defaults { skew 60 }`.
///
/// Then no reader can do better. The same text comes from a file in which the definition was written with what it took,
/// and the damage is in the declaration behind it alone; there the definition must keep it, here it must not.
fn is_two_items(text: &str, found: &Item, end: usize, next: usize) -> bool {
    let (from, to) = (found.span.start as usize, found.span.end as usize);
    if to <= end || to > next {
        return false;
    }
    let (longer, findings) = parse(&text[from..to]);
    let (behind, _) = parse(&text[to..next]);
    let begins = behind.items.first().is_some_and(|item| !matches!(item.kind, ItemKind::Broken(_)));
    findings.is_empty() && longer.items.len() == 1 && begins
}

#[test]
fn damage_stays_where_it_is() {
    for seed in seeds(0..3_000) {
        let dice = &mut Dice::new(seed);
        let count = 3 + dice.below(4);
        let whole = generate::items(dice, count);
        let hit: Vec<bool> = (0..count).map(|_| dice.one_in(3)).collect();
        let mut text = String::new();
        let mut ranges = Vec::new();
        for (item, hit) in whole.iter().zip(&hit) {
            let start = text.len();
            let mut item = item.clone();
            if *hit {
                for _ in 0..=dice.below(3) {
                    item = damaged(dice, &item);
                }
            }
            text.push_str(&item);
            text.push_str(["\n", "\n\n"][dice.below(2)]);
            ranges.push(start..text.len());
        }
        let (file, findings) = parse(&text);
        for finding in &findings {
            let span = finding.span().expect("a finding has a place").range();
            let touched =
                |range: &std::ops::Range<usize>| range.start < span.end.max(span.start + 1) && span.start < range.end;
            let inside = ranges.iter().zip(&hit).filter(|(range, _)| touched(range)).all(|(_, hit)| *hit);
            assert!(inside, "seed {seed}: {} at {span:?} {:?}\n{text}", finding.message, &text[span.clone()]);
        }
        for (at, ((range, hit), alone)) in ranges.iter().zip(&hit).zip(&whole).enumerate() {
            if *hit {
                continue;
            }
            let found = file.items.iter().find(|item| item.span.start as usize == range.start);
            let found = found.unwrap_or_else(|| panic!("seed {seed}: an item was swallowed\n{alone}\n----\n{text}"));
            let (expected, _) = parse(alone);
            // Damage that leaves `and x` behind a definition makes it go on: newlines mean nothing. Only an error
            // further on, and `and` standing no deeper than the definition, could tell otherwise.
            let goes_on_unseen = found.span.end as usize > range.end
                && ranges.get(at + 1).is_some_and(|next| {
                    let told = findings.iter().any(|finding| next.contains(&(finding.labels[0].span.start as usize)));
                    let indented =
                        scan(SourceId(0), &text[next.clone()]).tokens.first().is_some_and(|token| token.column > 1);
                    !told || indented
                });
            let goes_on = goes_on_unseen
                || ranges.get(at + 1).is_some_and(|next| is_two_items(&text, found, range.end, next.end));
            assert!(goes_on || shape(found) == shape(&expected.items[0]), "seed {seed}\n{alone}\n----\n{text}");
        }
    }
}

#[test]
fn no_text_makes_the_parser_panic() {
    for seed in 0..1_000 {
        let dice = &mut Dice::new(seed);
        let bytes: Vec<u8> = (0..dice.below(400)).map(|_| dice.below(256) as u8).collect();
        parse(&String::from_utf8_lossy(&bytes));
        let mut text = generate::items(dice, 3).join("\n");
        for _ in 0..dice.below(30) {
            text = damaged(dice, &format!("{text} x"));
        }
        let cut = (0..=dice.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        parse(&text[..cut]);
        let letters: String = (0..dice.below(60)).map(|_| dice.pick(&JUNK)).collect::<Vec<_>>().join(" ");
        parse(&letters);
    }
}
