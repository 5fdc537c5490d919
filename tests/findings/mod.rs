//! Every finding of the compiler: a file a code in `cases/`, beside the small shop of `prelude.rules`.
//!
//! A case is called after its code and must give that code and no other (a first line `// also: code, code` names
//! more). With a first line `// alone` it stands without the prelude. Snapshots show the source above the message; `INSTA_UPDATE=always cargo test findings` rewrites them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cater::compile::compile_with;
use cater::compile::uses::{Library, NotRead};
use cater::diagnostics::{Diagnostic, Levels, Severity, codes, render};
use cater::model::{Class, Required, RuleField};
use cater::source::SourceSet;
use cater::value::Instant;

/// The files beside the case that nobody has read.
struct Beside;

impl Library for Beside {
    fn read(&self, name: &str) -> Result<String, NotRead> {
        match name {
            "purposes.rules" => Ok("purpose parcels \"Tell me about parcels\" { basis consent }".to_owned()),
            "old.rules" => Err(NotRead::Unreadable("is not UTF-8 text".to_owned())),
            "shared" => Err(NotRead::Folder),
            _ => Err(NotRead::Missing),
        }
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let names: &[&str] = match folder {
            "" => &["old.rules", "purposes.rules"],
            "shared" => &["shared/events.rules"],
            _ => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn holds(&self, name: &str) -> bool {
        !name.starts_with("../")
    }
}

fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/cases");
    let mut cases = Vec::new();
    for stage in std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        for case in std::fs::read_dir(&stage).unwrap().map(|entry| entry.unwrap().path()) {
            let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
            cases.push((format!("{}::{}", name(&stage), name(&case)), case));
        }
    }
    cases.sort();
    cases
}

#[test]
fn every_case_gives_its_code_and_no_other() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots");
    let mut wrong = Vec::new();
    for (code, path) in cases() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = SourceSet::default();
        sources.add("case.rules", text.clone());
        if !text.starts_with("// alone\n") {
            sources.add("prelude.rules", include_str!("prelude.rules"));
        }
        let mut compiled = compile_with(sources, &Beside);
        if code == "lint::review-overdue" {
            compiled.review(Instant::parse("2026-11-22T09:00Z").unwrap(), Severity::Warning);
        }
        if code.starts_with("lint::") {
            compiled.analyse(None);
        }
        if code == "lint::required-clause" {
            let by = "cater.toml:4".to_owned();
            let one = |field, class| Required { field, class, by: by.clone() };
            let all = [one(RuleField::Owner, None), one(RuleField::ReviewBy, Some(Class::Marketing))];
            compiled.settle(&all, &Levels::default());
        }
        let found: BTreeSet<&str> = compiled.diagnostics.iter().map(|finding| finding.code.name).collect();
        let also = text.lines().next().and_then(|line| line.strip_prefix("// also: ")).unwrap_or_default();
        let expected: BTreeSet<&str> =
            also.split(", ").filter(|code| !code.is_empty()).chain([code.as_str()]).collect();
        // What the case leaves unused is not what it is about.
        let idle = |name: &str| name.starts_with("lint::unused") || name == "lint::slot-without-rules";
        let found: BTreeSet<&str> = found.into_iter().filter(|name| *name == code || !idle(name)).collect();
        if found != expected {
            wrong.push(format!("{code}: found {found:?}"));
        }
        let is_shown = |finding: &Diagnostic| finding.code.name == code || !idle(finding.code.name);
        let shown: Vec<_> = compiled.diagnostics.into_iter().filter(is_shown).collect();
        let human = render::human(&shown, &compiled.sources, false, 100);
        let name = code.replace("::", "__");
        settings.bind(|| insta::assert_snapshot!(name, format!("{text}\n{:-<100}\n{human}", "")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes of `syntax::` have their cases beside the parser.
#[test]
fn every_code_of_the_compiler_has_a_case() {
    let cases: BTreeSet<String> = cases().into_iter().map(|(code, _)| code).collect();
    let without: Vec<&str> = codes::all()
        .map(|code| code.name)
        .filter(|name| ["resolve::", "type::", "consent::", "lint::"].iter().any(|stage| name.starts_with(stage)))
        // No text raises it: what would leak is an error before (`tests/consent/planted`).
        .filter(|name| *name != codes::consent::LEAK.name)
        .filter(|name| !cases.contains(*name))
        .collect();
    assert!(without.is_empty(), "no case in tests/findings/cases for {without:#?}");
}
