//! The shipped worlds.

use std::path::Path;

use crate::analysis::testing::replay;
use crate::analysis::{Options, analyse};
use crate::compile::compile;
use crate::diagnostics::render;
use crate::source::SourceSet;

#[test]
fn every_shipped_world_is_decided_and_replays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples");
    let mut worlds: Vec<_> = [root.clone(), root.join("scenarios")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|folder| folder.join("cater.toml").exists())
        .collect();
    worlds.sort();
    assert!(worlds.len() >= 10);
    for folder in worlds {
        let world = folder.strip_prefix(&root).unwrap().display();
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
        files.sort();
        let mut sources = SourceSet::default();
        for path in files {
            sources.add(path.file_name().unwrap().to_string_lossy(), std::fs::read_to_string(&path).unwrap());
        }
        let compiled = compile(sources);
        let rules = compiled.rules.as_deref().unwrap();
        let started = std::time::Instant::now();
        let report = analyse(rules, &Options::default());
        println!("{world} {:?} {:?}", rules.rules.len(), started.elapsed());
        replay(rules, &report);
        println!("{}", render::plain(&report.diagnostics, &compiled.sources));
    }
}
