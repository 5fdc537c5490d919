//! The order of files, and of declarations in them, means nothing: shuffled worlds give the same model and findings.

use std::path::{Path, PathBuf};

use cater::compile::compile;
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

/// The model, the tests' names, and the findings' codes and messages, all without places.
fn meaning(texts: &[String]) -> (serde_json::Value, Vec<String>, Vec<String>) {
    let mut sources = SourceSet::default();
    for (at, text) in texts.iter().enumerate() {
        sources.add(format!("{at}.rules"), text.clone());
    }
    let mut compiled = compile(sources);
    compiled.analyse(None);
    let rules = compiled.rules.expect("the model of a world verifies");
    let mut model = serde_json::to_value(&*rules).unwrap();
    without_spans(&mut model);
    let mut tests: Vec<String> = compiled.program.tests.into_iter().map(|test| test.name).collect();
    tests.sort();
    let mut findings: Vec<String> =
        compiled.diagnostics.iter().map(|finding| format!("{}: {}", finding.code.name, finding.message)).collect();
    findings.sort();
    (model, tests, findings)
}

/// The text with its declarations in another order; comments between declarations are left out.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let (file, findings) = syntax::parse(SourceId(0), text);
    assert!(findings.is_empty(), "{findings:?}");
    let mut items: Vec<&str> = file.items.iter().map(|item| &text[item.span.range()]).collect();
    dice.shuffle(&mut items);
    items.join("\n\n")
}

#[test]
fn shuffling_files_and_declarations_changes_nothing() {
    for world in worlds() {
        let mut files = Vec::new();
        rule_files(&world, &mut files);
        files.sort();
        let mut texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let written = meaning(&texts);
        for seed in 1..=5 {
            let mut dice = Dice(seed);
            dice.shuffle(&mut texts);
            let again: Vec<String> = texts.iter().map(|text| shuffled(text, &mut dice)).collect();
            assert_eq!(meaning(&again), written, "{}, seed {seed}", world.display());
        }
    }
}
