//! The slips that make a `cater.toml` unreadable most often, in words that need no knowledge of TOML.
//!
//! Takes the line in which reading stopped; gives what is wrong with it and what to do, if it is one of the known slips.
//! Refuses to know what any key means.

/// What is wrong with a line that is no TOML, and the help.
pub(super) fn slip(line: &str) -> Option<(&'static str, &'static str)> {
    const CURLY: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}'];
    let quotes = line.bytes().enumerate().filter(|(at, byte)| *byte == b'"' && !is_escaped(line, *at)).count();
    // Curly quotes within a text are letters like others; only outside of one they stop the reading.
    if quotes == 0 && line.contains(CURLY) {
        return Some(("this text stands in curly quotes", "write straight quotes: \"data/customers.csv\""));
    }
    if quotes > 0 && has_odd_escape(line) {
        return Some((
            "a backslash in a text stands for a special letter",
            "write paths with forward slashes: \"data/customers.csv\"",
        ));
    }
    if !quotes.is_multiple_of(2) {
        return Some(("a quote is missing in this line", "close the text: \"data/customers.csv\""));
    }
    None
}

fn is_escaped(line: &str, at: usize) -> bool {
    let before = line.as_bytes().get(..at).unwrap_or_default();
    !before.iter().rev().take_while(|byte| **byte == b'\\').count().is_multiple_of(2)
}

/// Whether a backslash stands before a letter that it makes nothing of, as in a path.
fn has_odd_escape(line: &str) -> bool {
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            match letters.next() {
                Some('b' | 't' | 'n' | 'f' | 'r' | 'e' | '"' | '\\') => {}
                // `\u` and `\x` want digits after them; in a path these are folders.
                Some(_) | None => return true,
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::slip;

    #[test]
    fn only_known_slips_are_named() {
        let told = |line: &str| slip(line).map(|(what, _)| what);
        assert_eq!(told("consent = \"data\\\\consent.csv\" x"), None, "written as it should be");
        assert_eq!(told("slots = ["), None);
        assert_eq!(told("name = \"so \u{201c}called\u{201d}\" x"), None, "curly quotes within a text");
        assert!(told("name = \"a").is_some_and(|what| what.starts_with("a quote")));
        assert!(told("name = \u{201e}a\u{201c}").is_some_and(|what| what.contains("curly")));
        assert!(told("file = \"C:\\data\\a.csv\"").is_some_and(|what| what.contains("backslash")));
    }
}
