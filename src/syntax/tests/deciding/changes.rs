//! What a word, a number, a text or a sign becomes when it is changed into something next to it.

use std::ops::Range;

/// The words and signs between which one letter makes all the difference.
const SWAPS: [(&str, &str); 15] = [
    ("confirmed", ""),
    ("and", "or"),
    ("or", "and"),
    ("not", ""),
    ("yes", "no"),
    ("no", "yes"),
    ("before", "after"),
    ("after", "before"),
    ("known", "never"),
    ("never", "known"),
    ("block", "allow"),
    ("allow", "block"),
    ("+", "-"),
    ("-", "+"),
    ("*", "+"),
];

/// Productions of which no single word can become another, each with what can stand in its place.
pub(super) const REWRITES: [(&str, &str); 6] = [
    ("cap_zone", "in \"America/New_York\""),
    ("defaults_zone", "zone \"America/New_York\""),
    ("in_window", "in any 7 days"),
    ("in_zone", "in \"America/New_York\""),
    ("purpose_basis", "basis consent"),
    ("purpose_basis", "basis legitimate interest \"x\""),
];

/// The words, numbers, texts and signs of a place.
pub(super) fn tokens(text: &str, place: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let kind = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '_' => 1,
        '0'..='9' => 2,
        _ => 0,
    };
    let mut at = place.start;
    std::iter::from_fn(move || {
        let rest = &text[at..place.end];
        let first = rest.chars().next()?;
        let length = match kind(first) {
            0 if first == '"' => rest[1..].find('"').map_or(1, |end| end + 2),
            0 => first.len_utf8(),
            of => rest.find(|letter| kind(letter) != of).unwrap_or(rest.len()),
        };
        at += length;
        Some(at - length..at)
    })
}

/// Each word, number, text and sign of a place as something next to it.
pub(super) fn neighbours(text: &str, place: Range<usize>) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for token in tokens(text, place) {
        let written = &text[token.clone()];
        if let Some((_, other)) = SWAPS.iter().find(|(word, _)| *word == written) {
            found.push((token.clone(), (*other).to_owned()));
        }
        if let Ok(number) = written.parse::<u64>() {
            let width = written.len();
            let more = [Some(number + 1), number.checked_sub(1), number.checked_mul(10)];
            found.extend(more.into_iter().flatten().map(|number| (token.clone(), format!("{number:0width$}"))));
        }
        if let Some(rest) = written.strip_prefix('"') {
            found.push((token, format!("\"~{rest}")));
        }
    }
    found
}
