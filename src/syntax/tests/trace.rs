//! What readings of this thread went through: productions with their words, clauses, and where each stood. For the tests
//! that ask whether a set of texts covers the language; nothing else records.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::syntax::grammar::Pair;
use crate::syntax::reader::end_of;

/// What was gone through.
#[derive(Clone, Debug, Default)]
pub(in crate::syntax) struct Trace {
    /// Each production with the texts it was read from, one blank between two words.
    pub(in crate::syntax) productions: BTreeMap<String, BTreeSet<String>>,
    /// Each clause by what it belongs to: `a rule`, `when`.
    pub(in crate::syntax) clauses: BTreeSet<(&'static str, &'static str)>,
    /// Each reading of a production, with its text and the bytes of its file that it was read from.
    pub(in crate::syntax) readings: Vec<(String, String, Range<usize>)>,
    /// Each clause that was read, and the bytes of its file.
    pub(in crate::syntax) clauses_read: Vec<((&'static str, &'static str), Range<usize>)>,
}

thread_local! {
    /// Only while somebody wants to know: a hundred thousand files would fill the memory.
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Runs, and gives what was gone through.
pub(in crate::syntax) fn traced<T>(run: impl FnOnce() -> T) -> (T, Trace) {
    TRACE.replace(Some(Trace::default()));
    let out = run();
    (out, TRACE.take().unwrap_or_default())
}

/// Records a pair and all pairs within it; their text begins at byte `base` of the file.
pub(in crate::syntax) fn pair(pair: &Pair<'_>, base: usize) {
    TRACE.with_borrow_mut(|trace| {
        let Some(trace) = trace else { return };
        let mut pairs = vec![pair.clone()];
        while let Some(pair) = pairs.pop() {
            let words: Vec<&str> = pair.as_str().split_whitespace().collect();
            let (name, words) = (format!("{:?}", pair.as_rule()), words.join(" "));
            let place = base + pair.as_span().start()..base + end_of(&pair);
            trace.productions.entry(name.clone()).or_default().insert(words.clone());
            trace.readings.push((name, words, place));
            pairs.extend(pair.into_inner());
        }
    });
}

/// Records a clause that was read to its end, over these bytes of its file.
pub(in crate::syntax) fn clause(noun: &'static str, word: &'static str, place: Range<usize>) {
    TRACE.with_borrow_mut(|trace| {
        let Some(trace) = trace else { return };
        trace.clauses.insert((noun, word));
        trace.clauses_read.push(((noun, word), place));
    });
}
