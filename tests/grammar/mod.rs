//! The cases of the grammar: small programs whose tests try each construct with something missing and at a boundary.
//!
//! That every production stands in one of them is seen in `src/syntax/tests/coverage.rs`.

use crate::house::{files_below, no_complaints, root};
use crate::transcripts::sandbox::Sandbox;

#[test]
fn every_case_is_sound_laid_out_and_passes() {
    let sandbox = Sandbox::new(std::path::Path::new("README.md"));
    let cases: Vec<_> = files_below("tests/grammar/cases");
    let mut complaints = Vec::new();
    for case in &cases {
        sandbox.write(&case.display().to_string(), &std::fs::read_to_string(root().join(case)).unwrap());
    }
    for case in &cases {
        for verb in ["check", "fmt --check", "test"] {
            let said = sandbox.run(&format!("cater {verb} {}", case.display()));
            if said.status != 0 {
                complaints.push(format!("cater {verb} {}:\n{}", case.display(), said.show()));
            }
        }
    }
    assert!(!cases.is_empty(), "no cases");
    no_complaints("a case that does not hold", &complaints);
}
