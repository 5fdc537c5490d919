//! The telco world with five flaws laid over it: exactly those five are found, with their culprits and their evidence.

use std::path::Path;

use cater::compile::{Compiled, compile};
use cater::diagnostics::{Severity, render};
use cater::source::SourceSet;

/// The telco world's files with one more.
fn telco_with(extra: &str) -> Compiled {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples/telco-retention");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
    files.sort();
    let mut sources = SourceSet::default();
    sources.add("flaws.rules", extra);
    for file in files {
        sources.add(file.file_name().unwrap().to_string_lossy(), std::fs::read_to_string(&file).unwrap());
    }
    let mut compiled = compile(sources);
    compiled.analyse(None);
    compiled
}

#[test]
fn the_world_itself_is_clean() {
    assert_eq!(telco_with("").diagnostics, Vec::new());
}

#[test]
fn exactly_the_five_flaws_are_found() {
    let flaws = include_str!("flaws.rules");
    let compiled = telco_with(flaws);
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.code.name).collect();
    let shown = render::human(&compiled.diagnostics, &compiled.sources, false, 100);
    let expected = [
        "lint::unreachable-rule",
        "lint::conflict",
        "lint::contradiction",
        "resolve::circle",
        "consent::missing-needs",
    ];
    assert_eq!(codes, expected, "{shown}");
    let [shadowed, conflict, contradiction, circle, needs] = &compiled.diagnostics[..] else { panic!("{shown}") };
    let culprits = |finding: &cater::diagnostics::Diagnostic| -> Vec<String> {
        finding.labels.iter().map(|label| compiled.sources.text(label.span).to_owned()).collect()
    };
    assert_eq!(culprits(shadowed), ["letter_any_contract", "letter_monthly", "letter_committed"]);
    assert_eq!(culprits(conflict)[..2], ["envelope_paper", "envelope_loyal"].map(str::to_owned));
    assert_eq!(culprits(contradiction)[..2], ["tenure is less than 3", "tenure is more than 12"].map(str::to_owned));
    assert_eq!(culprits(circle), ["stamp_paper", "stamp_phone"]);
    assert_eq!(culprits(needs), ["has_family", "partner"]);
    assert!(
        conflict.facts.iter().any(|fact| fact.contains("tenure: ")),
        "a customer who meets both: {:?}",
        conflict.facts
    );
    assert!(compiled.diagnostics.iter().all(|finding| finding.help.is_some() && finding.severity >= Severity::Warning));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("five_flaws", format!("{flaws}\n{:-<100}\n{shown}", ""));
    });
}
