//! The order of files, and of declarations in them, means nothing: shuffled worlds give the same model and findings. Nor
//! does it mean anything how a file comes in: named, or used by any other, once or in circles.

use std::path::{Path, PathBuf};

use cater::compile::uses::{Library, NotRead};
use cater::compile::{Compiled, compile};
use cater::source::{SourceId, SourceSet};
use cater::syntax;

/// A small generator of its own (SplitMix64), so that a failure names its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            rule_files(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rules") {
            files.push(entry);
        }
    }
}

fn worlds() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples");
    let folders = |folder: &Path| {
        let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.join("cater.toml").is_file()).collect::<Vec<_>>()
    };
    let mut worlds = folders(&root);
    worlds.extend(folders(&root.join("scenarios")));
    assert!(worlds.len() >= 5, "{worlds:?}");
    worlds
}

/// A model without the places in the text.
fn without_spans(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.remove("span");
            fields.values_mut().for_each(without_spans);
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(without_spans),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// A file by its name in the world's folder, with its text.
type Named = (String, String);

/// The model, the tests' names, and the findings' codes and messages, all without places.
type Meaning = (serde_json::Value, Vec<String>, Vec<String>);

fn meaning(files: &[Named]) -> Meaning {
    let mut sources = SourceSet::default();
    for (name, text) in files {
        sources.add(name.clone(), text.clone());
    }
    meaning_of(compile(sources))
}

fn meaning_of(mut compiled: Compiled) -> Meaning {
    compiled.analyse(None);
    let rules = compiled.rules.expect("the model of a world verifies");
    let mut model = serde_json::to_value(&*rules).unwrap();
    without_spans(&mut model);
    let mut tests: Vec<String> = compiled.program.tests.into_iter().map(|test| test.name).collect();
    tests.sort();
    let mut findings: Vec<String> =
        compiled.diagnostics.iter().map(|finding| format!("{}: {}", finding.code.name, finding.message)).collect();
    findings.sort();
    assert!(!findings.iter().any(|finding| finding.starts_with("resolve::")), "{findings:?}");
    (model, tests, findings)
}

/// The declarations of a file, each with the comments right above it: what they allow goes with it.
fn items(file: &syntax::tree::File, text: &str) -> Vec<String> {
    let with_comments = |from: usize| {
        let mut start = from;
        while let Some(above) = text[..start].strip_suffix('\n') {
            let line = above.rfind('\n').map_or(0, |end| end + 1);
            if !above[line..].starts_with("//") {
                break;
            }
            start = line;
        }
        start
    };
    let of = |item: &syntax::tree::Item| {
        let range = item.span.range();
        text[with_comments(range.start)..range.end].to_owned()
    };
    file.items.iter().map(of).collect()
}

/// The text with its declarations in another order, each with its comments.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let (file, findings) = syntax::parse(SourceId(0), text);
    assert!(findings.is_empty(), "{findings:?}");
    let mut items = items(&file, text);
    dice.shuffle(&mut items);
    items.join("\n\n")
}

fn files(world: &Path) -> Vec<Named> {
    let mut files = Vec::new();
    rule_files(world, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(world).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn shuffling_files_and_declarations_changes_nothing() {
    for world in worlds() {
        let mut files = files(&world);
        let written = meaning(&files);
        for seed in 1..=5 {
            let mut dice = Dice(seed);
            dice.shuffle(&mut files);
            let again: Vec<Named> =
                files.iter().map(|(name, text)| (name.clone(), shuffled(text, &mut dice))).collect();
            assert_eq!(meaning(&again), written, "{}, seed {seed}", world.display());
        }
    }
}

/// A world's files, to be used.
struct Shelf<'a>(&'a [Named]);

impl Library for Shelf<'_> {
    fn read(&self, name: &str) -> Result<String, NotRead> {
        let found = self.0.iter().find(|(file, _)| file == name);
        found.map(|(_, text)| text.clone()).ok_or(NotRead::Missing)
    }

    fn beside(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn holds(&self, _: &str) -> bool {
        true
    }
}

/// Every file is used by one that was used before it, some by more, some by themselves, with `use` anywhere in a file.
fn using_each_other(files: &[Named], dice: &mut Dice) -> Vec<Named> {
    let mut uses: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    for at in 1..files.len() {
        uses[dice.below(at)].push(at);
        uses[dice.below(files.len())].push(dice.below(files.len()));
    }
    let with = |(at, (name, text)): (usize, &Named)| {
        let (own, _) = syntax::parse(SourceId(0), text);
        let mut items = items(&own, text);
        items.retain(|item| !item.starts_with("use "));
        items.extend(uses[at].iter().map(|used| format!("use \"{}\"", files[*used].0)));
        dice.shuffle(&mut items);
        (name.clone(), items.join("\n"))
    };
    files.iter().enumerate().map(with).collect()
}

#[test]
fn it_means_nothing_how_a_file_comes_in() {
    for world in worlds() {
        let mut files = files(&world);
        let written = meaning(&files);
        for seed in 1..=5 {
            let mut dice = Dice(seed);
            dice.shuffle(&mut files);
            let files = using_each_other(&files, &mut dice);
            let (first, _) = SourceSet::single(files[0].0.clone(), files[0].1.clone());
            let compiled = cater::compile::compile_with(first, &Shelf(&files));
            assert_eq!(compiled.sources.iter().count(), files.len());
            assert_eq!(meaning_of(compiled), written, "{}, seed {seed}", world.display());
        }
    }
}

/// A shelf on which every file stands beside every other.
struct Open<'a>(Shelf<'a>);

impl Library for Open<'_> {
    fn read(&self, name: &str) -> Result<String, NotRead> {
        self.0.read(name)
    }

    fn beside(&self, _: &str) -> Vec<String> {
        self.0.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn holds(&self, _: &str) -> bool {
        true
    }
}

/// Without its `use` a file names what it does not know; the fixes of these findings alone make it whole again.
#[test]
fn fixes_bring_back_every_use() {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples/telco-retention");
    let mut files = files(&world);
    for (_, text) in &mut files {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("use ")).collect();
        *text = lines.join("\n");
    }
    let mut mended = 0;
    for at in 0..files.len() {
        loop {
            let (first, _) = SourceSet::single(files[at].0.clone(), files[at].1.clone());
            let compiled = cater::compile::compile_with(first, &Open(Shelf(&files)));
            let Some(finding) = compiled.diagnostics.iter().find(|finding| finding.is_error()) else { break };
            let fix = finding.fix.clone().unwrap_or_else(|| panic!("no fix for {finding:?}"));
            let name = compiled.sources.get(fix.span.source).unwrap().name.clone();
            let (_, text) = files.iter_mut().find(|(file, _)| *file == name).unwrap();
            text.replace_range(fix.span.range(), &fix.text);
            mended += 1;
        }
    }
    assert!((10..=30).contains(&mended), "each file says what it uses, and once: {mended}");
}
