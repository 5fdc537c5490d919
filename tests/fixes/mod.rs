//! Certain fixes do what they promise: the finding is gone, no error is new, and what was right stays as it was.
//!
//! The corpus is every case of a finding, every broken file beside the parser, and what the pages of codes tell to avoid.
//! A second test breaks the worlds of `rules-examples` and mends them back to what they were.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cater::compile::mend::{Mended, mend};
use cater::compile::{Compiled, compile};
use cater::diagnostics::{Diagnostic, Fix, Severity, codes};
use cater::model::show::{show_audience, show_order};
use cater::model::{RuleId, RuleSet};
use cater::source::{SourceId, SourceSet, Span};
use cater::syntax::parse;
use cater::value::Instant;

use crate::engines::rng::Rng;
use crate::house::{files_below, no_complaints, read};
use crate::markdown::fences;

/// Compiles and analyses.
fn whole(sources: SourceSet) -> Compiled {
    let mut compiled = compile(sources);
    // The day after which the examples of reviews are overdue.
    compiled.review(Instant::parse("2026-11-22T09:00Z").unwrap(), Severity::Warning);
    compiled.analyse(None);
    compiled
}

fn with_text(sources: &SourceSet, id: SourceId, text: &str) -> SourceSet {
    let mut changed = SourceSet::default();
    for (other, source) in sources.iter() {
        changed.add(source.name.clone(), if other == id { text.to_owned() } else { source.text.clone() });
    }
    changed
}

/// Every text of the corpus with its name and what stands beside it.
fn corpus() -> Vec<(String, String, String)> {
    let prelude = read("tests/findings/prelude.rules");
    let shop = read("docs/codes/shop.rules");
    let is_rules = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "rules");
    let cases = files_below("tests/findings/cases").into_iter().chain(files_below("tests/misreadings"));
    let cases = cases.filter(is_rules).map(|path| (path.display().to_string(), read(&path), prelude.clone()));
    let broken = files_below("src/syntax/tests/data/errors").into_iter().filter(is_rules);
    let broken = broken.map(|path| (path.display().to_string(), read(&path), String::new()));
    let pages = codes::all().flat_map(|code| {
        let avoid = fences(code.parts().avoid).unwrap().into_iter();
        let avoid = avoid.filter(|fence| fence.language == "rules" && fence.rest.is_empty());
        avoid.map(|fence| (code.name.to_owned(), fence.text(), shop.clone())).collect::<Vec<_>>()
    });
    cases.chain(broken).chain(pages).collect()
}

/// How often each message is said, of the findings for which `counts` holds.
fn said(findings: &[Diagnostic], counts: impl Fn(&Diagnostic) -> bool) -> BTreeMap<(&'static str, String), usize> {
    let mut said = BTreeMap::new();
    for finding in findings.iter().filter(|finding| counts(finding)) {
        *said.entry((finding.code.name, finding.message.clone())).or_default() += 1;
    }
    said
}

/// The rules as they read: whom each meets, where it stands, what it shows and needs.
fn rules(rules: Option<&RuleSet>) -> BTreeMap<String, String> {
    let Some(rules) = rules else { return BTreeMap::new() };
    let all = rules.rules.iter().enumerate().map(|(at, rule)| {
        let id = RuleId::from_index(at);
        let needs: Vec<_> = rule.needs.iter().map(|purpose| rules[*purpose].name.as_str()).collect();
        let words = format!(
            "{} in {}: {} shows {}, needs {}",
            show_audience(rules, id),
            rules[rule.slot].name,
            show_order(rules, id),
            rules[rule.show].name,
            needs.join(", "),
        );
        (rule.name.clone(), words)
    });
    all.collect()
}

/// The declarations that a fix of what could not be read, of a `use` that could not be followed, or of a class by an
/// unknown name brings to light.
fn lit(finding: &Diagnostic, mended: &str, id: SourceId, fix: &Fix) -> Vec<Span> {
    let dark = finding.code.stage() == "syntax"
        || ["resolve::bad-path", "resolve::unknown-class"].contains(&finding.code.name);
    let (start, end) = (fix.span.start, fix.span.start + fix.text.len() as u32 + 1);
    let items = parse(id, mended).0.items.into_iter().filter(|_| dark);
    items.map(|item| item.span).filter(|span| span.start <= end && start <= span.end).collect()
}

#[test]
fn a_certain_fix_removes_its_finding_and_adds_no_error() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for (name, text, beside) in corpus() {
        let mut sources = SourceSet::default();
        let id = sources.add("case.rules", text.clone());
        sources.add("beside.rules", beside);
        let before = whole(sources.clone());
        for finding in &before.diagnostics {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_certain) else { continue };
            if fix.span.source != id {
                complaints.push(format!("{name}: {} is mended in another file", finding.code.name));
                continue;
            }
            count += 1;
            let mut mended = text.clone();
            mended.replace_range(fix.span.range(), &fix.text);
            let after = whole(with_text(&sources, id, &mended));
            let complain = |what: String| format!("{name}: {}: {}: {what}\n{mended}", finding.code.name, fix.title);
            let key = (finding.code.name, finding.message.clone());
            let same = |other: &Diagnostic| (other.code.name, &other.message) == (key.0, &key.1);
            let (was, is) = (said(&before.diagnostics, same), said(&after.diagnostics, same));
            if is.get(&key).unwrap_or(&0) >= was.get(&key).unwrap_or(&0) {
                complaints.push(complain("is still there".to_owned()));
            }
            // A declaration that could not be read may hold errors of its own; nothing else holds one that was not there.
            let lit = lit(finding, &mended, id, fix);
            let inside = |at: Span| lit.iter().any(|lit| lit.start <= at.start && at.end <= lit.end);
            let counts = |other: &Diagnostic| other.is_error() && !same(other) && !other.span().is_some_and(inside);
            let (was, is) = (said(&before.diagnostics, counts), said(&after.diagnostics, counts));
            for ((code, message), times) in is {
                if times > *was.get(&(code, message.clone())).unwrap_or(&0) {
                    complaints.push(complain(format!("adds {code}: {message}")));
                }
            }
            let (was, is) = (rules(before.rules.as_deref()), rules(after.rules.as_deref()));
            for (rule, words) in was {
                if is.get(&rule) != Some(&words) {
                    complaints.push(complain(format!("`{rule}` was {words}, is {:?}", is.get(&rule))));
                }
            }
        }
    }
    assert!(count > 100, "only {count} certain fixes in the corpus");
    no_complaints("a certain fix that is none", &complaints);
}

/// The words of a text, where they stand: neither of its comments nor of what is quoted.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    let (mut quoted, mut comment) = (false, false);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => comment = false,
            b'"' if !comment && bytes[at.saturating_sub(1)] != b'\\' => quoted = !quoted,
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => comment = true,
            _ => {}
        }
        if quoted || comment || !byte.is_ascii_lowercase() {
            continue;
        }
        match found.last_mut().filter(|word| word.end == at) {
            Some(word) => word.end += 1,
            None => found.push(at..at + 1),
        }
    }
    found
}

/// A word with a letter left out or twice, or with two in each other's place, or another word: one by its number.
fn misspelt(word: &str, which: usize) -> String {
    let (middle, last) = (word.len() / 2, word.len() - 1);
    let mut swapped = word.as_bytes().to_vec();
    swapped.swap(middle, last);
    let swapped = String::from_utf8(swapped).unwrap();
    let left_out = format!("{}{}", &word[..middle], &word[middle + 1..]);
    let twice = format!("{}{}", &word[..middle + 1], &word[middle..]);
    [left_out, twice, swapped, "xyzzy".to_owned()].into_iter().nth(which % 4).unwrap()
}

fn errors(compiled: &Compiled) -> usize {
    compiled.diagnostics.iter().filter(|finding| finding.is_error()).count()
}

/// The texts that are right, each with the name of its file.
fn right_texts() -> Vec<(PathBuf, String)> {
    let is_rules = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "rules");
    let right = files_below("tests/grammar/cases").into_iter().filter(is_rules);
    let right = right.chain([PathBuf::from("tests/findings/prelude.rules"), PathBuf::from("docs/codes/shop.rules")]);
    right.map(|path| (path.clone(), read(&path))).collect()
}

fn alone(text: String) -> (Compiled, SourceId) {
    let mut sources = SourceSet::default();
    let id = sources.add("case.rules", text);
    (compile(sources), id)
}

/// The line at a byte, for people.
fn line_at(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    text[line..].lines().next().unwrap_or_default()
}

#[test]
fn no_certain_fix_of_a_misspelt_word_leaves_as_many_errors() {
    let (mut complaints, mut tried, mut count) = (Vec::new(), BTreeSet::new(), 0);
    for (path, text) in right_texts() {
        let all = words(&text);
        for pair in all.windows(2).filter(|pair| pair[1].len() > 2) {
            let place = &pair[1];
            // A word behind another has told all that it tells.
            if !tried.insert((text[pair[0].clone()].to_owned(), text[place.clone()].to_owned())) {
                continue;
            }
            for wrong in [0, 1].map(|more| misspelt(&text[place.clone()], 2 * more + tried.len() % 2)) {
                let mut broken = text.clone();
                broken.replace_range(place.clone(), &wrong);
                let (before, id) = alone(broken.clone());
                for finding in before.diagnostics.iter().filter(|finding| finding.is_error()) {
                    let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_certain && fix.span.source == id) else {
                        continue;
                    };
                    count += 1;
                    let mut mended = broken.clone();
                    mended.replace_range(fix.span.range(), &fix.text);
                    let (after, _) = alone(mended);
                    if errors(&after) >= errors(&before) {
                        complaints.push(format!(
                            "{}: {}: {}: {} errors, then {}: {}\n    {}",
                            path.display(),
                            finding.message,
                            fix.title,
                            errors(&before),
                            errors(&after),
                            after.diagnostics.first().map_or("", |finding| finding.message.as_str()),
                            line_at(&broken, place.start),
                        ));
                    }
                }
            }
        }
    }
    assert!(count > 500, "only {count} certain fixes of misspelt words");
    no_complaints("a certain fix of a misspelt word that is none", &complaints);
}

/// Whether two texts have the same words, whatever stands between them.
fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// How many pairs of misspelt words are drawn.
const PAIRS: usize = 4000;

/// With one of two misspelt words mended the other is still an error: what a certain fix must do is give back what stood
/// there. Words that stand within four of each other on a line are drawn by `CATER_FIXES_SEED`, so that a draw repeats.
#[test]
fn a_certain_fix_of_two_misspelt_words_gives_back_what_stood_there() {
    let texts = right_texts();
    let places: Vec<(usize, Vec<std::ops::Range<usize>>)> =
        texts.iter().enumerate().map(|(at, (_, text))| (at, words(text))).collect();
    let seed = std::env::var("CATER_FIXES_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut chance = Rng::new(seed);
    let (mut complaints, mut tried, mut count) = (BTreeMap::<String, (usize, String)>::new(), BTreeSet::new(), 0);
    for _ in 0..PAIRS {
        let (text, all) = chance.pick(&places);
        let text = texts[*text].1.as_str();
        let first = chance.below(all.len());
        let second = first + 1 + chance.below(4);
        let long = |at: usize| all.get(at).is_some_and(|place| place.len() > 2);
        if !(long(first) && long(second)) || text[all[first].end..all[second].start].contains(['\n', '"']) {
            continue;
        }
        let (one, other) = (all[first].clone(), all[second].clone());
        let wrong = [one.clone(), other.clone()].map(|place| misspelt(&text[place], chance.below(3)));
        if !tried.insert((text[one.start..other.end].to_owned(), wrong.clone())) {
            continue;
        }
        let with = |first: &str, second: &str| {
            let mut broken = text.to_owned();
            broken.replace_range(other.clone(), second);
            broken.replace_range(one.clone(), first);
            broken
        };
        let broken = with(&wrong[0], &wrong[1]);
        let better = [
            with(&text[one.clone()], &text[other.clone()]),
            with(&text[one.clone()], &wrong[1]),
            with(&wrong[0], &text[other.clone()]),
        ];
        let (before, id) = alone(broken.clone());
        for finding in before.diagnostics.iter().filter(|finding| finding.is_error()) {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_certain && fix.span.source == id) else {
                continue;
            };
            count += 1;
            let mut mended = broken.clone();
            mended.replace_range(fix.span.range(), &fix.text);
            if !better.iter().any(|better| same(better, &mended)) {
                let said = format!("{}: {}", finding.message, fix.title);
                let what = format!("{}\n    {}", line_at(&broken, one.start), line_at(&mended, one.start));
                complaints.entry(said).or_insert((0, what)).0 += 1;
            }
        }
    }
    assert!(count > 500, "only {count} certain fixes of two misspelt words");
    let complaints: Vec<String> =
        complaints.into_iter().map(|(said, (times, what))| format!("{times} times {said}\n    {what}")).collect();
    no_complaints("a certain fix of two misspelt words that is none", &complaints);
}

/// Mends a set of files.
fn mended(sources: &SourceSet) -> Mended {
    mend(sources, &whole)
}

#[test]
fn mending_ends_and_touches_no_file_that_stays_unreadable() {
    let mut complaints = Vec::new();
    for (name, text, beside) in corpus() {
        let mut sources = SourceSet::default();
        let id = sources.add("case.rules", text.clone());
        sources.add("beside.rules", beside);
        let Mended { compiled, changed, left_alone } = mended(&sources);
        let now = &compiled.sources.get(id).unwrap().text;
        let broken = compiled.diagnostics.iter().any(|finding| finding.code.stage() == "syntax" && finding.is_error());
        let certain = compiled.diagnostics.iter().filter_map(|finding| finding.fix.as_ref()).any(|fix| fix.is_certain);
        if broken && (*now != text || !changed.is_empty()) {
            complaints.push(format!("{name}: is unreadable and was touched"));
        }
        if certain && left_alone.is_empty() {
            complaints.push(format!("{name}: has certain fixes left"));
        }
        if !changed.is_empty() && (*now == text) {
            complaints.push(format!("{name}: is said to be changed"));
        }
    }
    no_complaints("a file that is mended in part", &complaints);
}

/// What somebody from another tool would write, and what is meant by it. `^` stands for the beginning of a line.
const SLIPS: &[(&str, &str)] = &[
    (" is at least ", " >= "),
    (" is at most ", " <= "),
    (" is more than ", ">"),
    ("^  priority ", "^  prioritty "),
    ("^  when  ", "^  wehn  "),
    ("^  fallback ", "^  fallbak "),
    ("^rule ", "^rul "),
    ("^  show  ", "^  show:  "),
    (": whole ", ": integer "),
    (": yes or no", ": bool"),
    ("class marketing", "class marketting"),
    ("^  about    \"", "^  about    “"),
];

/// A line with the slip in it, where there is a place for it.
fn slipped(line: &str, right: &str, wrong: &str) -> Option<String> {
    let marked = format!("^{line}");
    if line.trim_start().starts_with("//")
        || line.contains(" because ")
        || line.starts_with("test ")
        || !marked.contains(right)
    {
        return None;
    }
    let mut slipped = marked.replace(right, wrong);
    if let Some(end) = slipped.rfind('"').filter(|_| wrong.ends_with('“')) {
        slipped.replace_range(end..=end, "”");
    }
    Some(slipped[1..].to_owned())
}

#[test]
fn the_worlds_are_mended_back_to_what_they_were() {
    let is_world = |path: &PathBuf| path.ends_with("cater.toml");
    let worlds: Vec<PathBuf> = files_below("rules-examples").into_iter().filter(is_world).collect();
    let mut places = BTreeMap::new();
    for world in &worlds {
        let files = files_below(world.parent().unwrap_or(Path::new(""))).into_iter();
        let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "rules")).collect();
        for (right, wrong) in SLIPS {
            let mut sources = SourceSet::default();
            let mut found = 0;
            for file in &files {
                let text = read(file);
                let lines = text.split_inclusive('\n').map(|line| {
                    let slipped = slipped(line, right, wrong);
                    found += usize::from(slipped.is_some());
                    slipped.unwrap_or_else(|| line.to_owned())
                });
                sources.add(file.display().to_string(), lines.collect::<String>());
            }
            *places.entry(*wrong).or_insert(0) += found;
            if found == 0 {
                continue;
            }
            let Mended { compiled, .. } = mended(&sources);
            for (file, (_, source)) in files.iter().zip(compiled.sources.iter()) {
                // Blanks are the formatter's matter.
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(words(&source.text), words(&read(file)), "{} with `{wrong}`", file.display());
            }
        }
    }
    assert!(places.values().all(|found| *found > 0), "a slip for which no world has a place: {places:?}");
}
