//! What readings of this thread went through: productions with their words, clauses, declarations. For the tests that
//! ask whether a set of texts covers the language; nothing else records.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::syntax::grammar::Pair;

/// What was gone through.
#[derive(Clone, Debug, Default)]
pub(in crate::syntax) struct Trace {
    /// Each production with the texts it was read from, one blank between two words.
    pub(in crate::syntax) productions: BTreeMap<String, BTreeSet<String>>,
    /// Each clause by what it belongs to: `a rule`, `when`.
    pub(in crate::syntax) clauses: BTreeSet<(&'static str, &'static str)>,
}

thread_local! {
    static TRACE: RefCell<Trace> = RefCell::default();
}

/// Forgets, runs, and gives what was gone through.
pub(in crate::syntax) fn traced<T>(run: impl FnOnce() -> T) -> (T, Trace) {
    TRACE.take();
    let out = run();
    (out, TRACE.take())
}

/// Records a pair and all pairs within it.
pub(in crate::syntax) fn pair(pair: &Pair<'_>) {
    let mut pairs = vec![pair.clone()];
    TRACE.with_borrow_mut(|trace| {
        while let Some(pair) = pairs.pop() {
            let words: Vec<&str> = pair.as_str().split_whitespace().collect();
            trace.productions.entry(format!("{:?}", pair.as_rule())).or_default().insert(words.join(" "));
            pairs.extend(pair.into_inner());
        }
    });
}

/// Records a clause that was read to its end.
pub(in crate::syntax) fn clause(noun: &'static str, word: &'static str) {
    TRACE.with_borrow_mut(|trace| trace.clauses.insert((noun, word)));
}
