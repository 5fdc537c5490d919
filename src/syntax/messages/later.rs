//! Words of the language that this version does not build, found in a clause that could not be read.

use crate::syntax::reader::Reader;
use crate::syntax::words;

/// A row of words that tells such a construct.
struct Later {
    /// The clauses it can stand in, by their word; the empty word is an attribute's type.
    clauses: &'static [&'static str],
    /// The words, one after the other. `*` is any name, `.` the sign.
    words: &'static [&'static str],
    /// What to call it.
    what: &'static str,
    /// How many of the words before it are built: `unknown` of `unknown ask`.
    built: usize,
}

static LATER: &[Later] = &[
    Later { clauses: &["rotate"], words: &["rotate", "each"], what: "`rotate each`", built: 0 },
    Later { clauses: &["picks"], words: &["picks", "up"], what: "`picks up to`", built: 0 },
    Later { clauses: &["if"], words: &["capped", "ask"], what: "the substitute `ask`", built: 1 },
    Later { clauses: &["if"], words: &["consent", "ask"], what: "the substitute `ask`", built: 1 },
    Later { clauses: &["if"], words: &["unknown", "ask"], what: "the substitute `ask`", built: 1 },
    Later { clauses: &["expect"], words: &["asks"], what: "the expectation `asks`", built: 0 },
    Later { clauses: &["expect"], words: &["and", "records"], what: "the expectation `and records`", built: 0 },
    Later { clauses: &["expect"], words: &["and", "exposes"], what: "the expectation `and exposes`", built: 0 },
    Later { clauses: &[""], words: &["list", "of"], what: "the type `list of`", built: 0 },
];

/// What of a clause that begins at `at` and stopped at `trouble` is not built yet, if anything: what to call it, and
/// its first and last token.
pub(super) fn find(
    reader: &Reader<'_>,
    clause: &str,
    at: usize,
    trouble: usize,
    to: usize,
) -> Option<(&'static str, usize, usize)> {
    let mut known = LATER.iter().filter(|later| later.clauses.contains(&clause));
    known.find_map(|later| {
        let from = (at..(trouble + 2).min(to)).find(|from| matches(reader, later.words, *from, to))?;
        Some((later.what, from + later.built, from + later.words.len() - 1))
    })
}

fn matches(reader: &Reader<'_>, words: &[&str], from: usize, end: usize) -> bool {
    from + words.len() <= end
        && words.iter().enumerate().all(|(step, word)| match *word {
            "*" => is_plain_name(reader, from + step),
            "." => reader.is_sign(from + step, b'.'),
            word => reader.is_word(from + step, word),
        })
}

/// A name that is neither the customer (which is built) nor a misspelt comparison behind an attribute called `last`.
fn is_plain_name(reader: &Reader<'_>, at: usize) -> bool {
    let other = [
        "customer", "older", "newer", "within", "between", "in", "contains", "equals", "greater", "to", "of", "one",
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "once", "twice", "second", "minute",
        "hour", "day", "week", "month", "rolling", "every", "a", "an", "each", "once", "twice", "user", "person",
    ];
    // On the next line stands something else.
    let same_line = !reader.first_on_line(at);
    same_line && reader.word(at).is_some_and(|word| !words::is_reserved(word) && !other.contains(&word))
}
