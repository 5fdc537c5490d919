//! `--prove`: of every rule of which is said that it never wins the proof, made and checked apart from the search.

use crate::analysis::Proofs;
use crate::cli::counted;
use crate::compile::Compiled;
use crate::model::RuleId;
use crate::value::Instant;

/// What came of it: in words, and whether every proof holds.
pub(super) struct Proved {
    pub(super) words: String,
    pub(super) holds: bool,
}

/// Proves everything again that the analysis says of rules that never win; nothing where there are no rules.
pub(super) fn prove(compiled: &Compiled, from: Option<Instant>) -> Option<Proved> {
    let rules = compiled.rules.as_ref()?;
    let Proofs { proved, in_time, beyond, wrong, ranked } = compiled.prove(from)?;
    let cases = counted(proved.values().sum(), "case");
    let mut words = match proved.len() {
        0 => "no rule that never wins to prove".to_owned(),
        1 => format!("proved again in {cases}: 1 rule never wins"),
        count => format!("proved again in {cases}: {count} rules never win"),
    };
    let named = |of: &[RuleId]| of.iter().map(|rule| format!("`{}`", rules[*rule].name)).collect::<Vec<_>>().join(", ");
    let mut rest = |why: &str, of: &[RuleId]| {
        if !of.is_empty() {
            words.push_str(&format!("; {why}: {}", named(of)));
        }
    };
    rest("as long as what is held is let go in time", &in_time);
    rest("not by cases alone, since scores decide", &ranked);
    rest("not by cases alone, but by a calculation, hours or a history", &beyond);
    rest("a proof does not hold, which is a mistake of cater", &wrong);
    Some(Proved { words, holds: wrong.is_empty() })
}
