//! Reads Rust just far enough to see what a file imports: tokens without comments and texts, and the modules in it.

use std::collections::BTreeSet;
use std::ops::Range;

/// A word or a sign, with its line from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// A word, a number, or a single sign.
    pub(crate) text: &'a str,
    /// Where.
    pub(crate) line: usize,
}

/// The tokens of a file. Comments, texts and character literals are left out; a lifetime is a word.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, keep) = match skipped(rest) {
            Some(length) => (length, false),
            None => {
                let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let length = if word > 0 { word } else { rest.chars().next().map_or(1, char::len_utf8) };
                (length, !rest.starts_with(char::is_whitespace))
            }
        };
        let text = &rest[..length];
        if keep {
            tokens.push(Token { text, line });
        }
        line += text.matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of the comment, text or character literal at the start, if there is one.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default();
        after.starts_with('"') || (prefix.ends_with('r') && after.trim_start_matches('#').starts_with('"'))
    })?;
    let after = &rest[prefix.len()..];
    let length = if prefix.ends_with('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        after[hashes + 1..].find(&end).map_or(after.len(), |found| hashes + 1 + found + end.len())
    } else {
        quoted(after)
    };
    Some(prefix.len() + length)
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`, but not the lifetime `'a`.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    match chars.next()? {
        (_, '\\') => rest[3..].find('\'').map(|end| 3 + end + 1),
        _ => chars.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 1),
    }
}

/// The tokens that are shipped: inline modules for tests alone are cut out. Also gives the names of the modules for
/// tests alone that stand in files of their own.
pub(crate) fn shipped(tokens: &[Token<'_>]) -> (Vec<Range<usize>>, BTreeSet<String>) {
    let (mut kept, mut files) = (Vec::new(), BTreeSet::new());
    let (mut start, mut at) = (0, 0);
    while at < tokens.len() {
        let Some(after) = test_attribute(&tokens[at..]) else {
            at += 1;
            continue;
        };
        let mut mark = at + after;
        while mark < tokens.len() && !["mod", "{", ";"].contains(&tokens[mark].text) {
            mark += 1;
        }
        let is_module = tokens.get(mark).is_some_and(|token| token.text == "mod");
        match tokens.get(mark + 2).map(|token| token.text) {
            Some(";") if is_module => {
                files.insert(tokens[mark + 1].text.to_owned());
                at = mark + 3;
            }
            Some("{") if is_module => {
                kept.push(start..at);
                at = closing(tokens, mark + 2) + 1;
                start = at;
            }
            Some(_) | None => at = mark,
        }
    }
    kept.push(start..tokens.len());
    (kept, files)
}

/// The length of `#[cfg(.. test ..)]` at the start, if it stands there.
fn test_attribute(tokens: &[Token<'_>]) -> Option<usize> {
    let words: Vec<&str> = tokens.iter().take(4).map(|token| token.text).collect();
    if words != ["#", "[", "cfg", "("] {
        return None;
    }
    let end = closing(tokens, 1);
    let inside: Vec<&str> = tokens[4..end].iter().map(|token| token.text).collect();
    (inside.contains(&"test") && !inside.contains(&"not")).then_some(end + 1)
}

/// The place of the bracket that closes the one at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// The modules at the root of the crate that these tokens name, with the line. `depth` is how many modules deep the
/// file itself lies: 1 for `src/check/mod.rs`.
pub(crate) fn root_modules(tokens: &[Token<'_>], depth: usize) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut inline = Vec::new();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let path_after = |at: usize| is(at, ":") && is(at + 1, ":");
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].text {
            "{" => inline.push(at >= 2 && tokens[at - 2].text == "mod"),
            "}" => drop(inline.pop()),
            "crate" if path_after(at + 1) => found.extend(heads(tokens, at + 3)),
            "super" if path_after(at + 1) => {
                let mut up = 1;
                while is(at + 3, "super") && path_after(at + 4) {
                    up += 1;
                    at += 3;
                }
                if up >= depth + inline.iter().filter(|is_module| **is_module).count() {
                    found.extend(heads(tokens, at + 3));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The first word of a path, or of every path in a group.
fn heads(tokens: &[Token<'_>], at: usize) -> Vec<(String, usize)> {
    let Some(first) = tokens.get(at) else { return Vec::new() };
    if first.text != "{" {
        return vec![(first.text.to_owned(), first.line)];
    }
    let end = closing(tokens, at);
    let mut depth = 0;
    let mut heads = Vec::new();
    for place in at..end {
        match tokens[place].text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 1 && ["{", ","].contains(&tokens[place].text) {
            heads.extend(tokens.get(place + 1).filter(|next| next.text != "}").map(|t| (t.text.to_owned(), t.line)));
        }
    }
    heads
}

/// Where a crate from outside is named: `name::` or `use name`, not `other::name`.
pub(crate) fn names_crate(tokens: &[Token<'_>], name: &str) -> Option<usize> {
    let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.text);
    (0..tokens.len()).find(|&at| {
        let before = text(at.checked_sub(1));
        let path = text(Some(at + 1)) == ":" && text(Some(at + 2)) == ":";
        let inner = before == ":" && !["", "{", ",", "use", "(", "<"].contains(&text(at.checked_sub(3)));
        tokens[at].text == name && !inner && (path || before == "use")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_texts_are_no_words() {
        assert_eq!(words("a // crate::x\nb /* c /* d */ e */ f"), ["a", "b", "f"]);
        assert_eq!(words(r####"x("crate::a \" b", r#"un"safe"#, b"y", 'c', '\'', '"') z"####).last(), Some(&"z"));
        assert_eq!(words("fn f<'a>(x: &'a str)").join(" "), "fn f < ' a > ( x : & ' a str )");
        assert_eq!(tokens("a\n\n/*\n*/ b")[1].line, 4);
    }

    #[test]
    fn modules_for_tests_are_not_shipped() {
        let source = "use a; #[cfg(test)] mod sample; #[cfg(test)] mod tests { use b; fn f() {} } use c;";
        let tokens = tokens(source);
        let (kept, files) = shipped(&tokens);
        let left: Vec<_> = kept.into_iter().flat_map(|range| &tokens[range]).map(|token| token.text).collect();
        assert!(left.contains(&"a") && left.contains(&"c") && !left.contains(&"b"), "{left:?}");
        assert_eq!(files, BTreeSet::from(["sample".to_owned()]));
    }

    #[test]
    fn every_way_to_the_root_is_seen() {
        let seen = |source: &str, depth| -> Vec<String> {
            root_modules(&tokens(source), depth).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(seen("use crate::model::RuleSet;", 1), ["model"]);
        assert_eq!(seen("use crate::{ops::{age, compare}, value::Truth};", 1), ["ops", "value"]);
        assert_eq!(seen("use super::jit::x; use super::super::eval;", 1), ["jit", "eval"]);
        assert_eq!(seen("use super::jit::x; use super::super::eval;", 2), ["eval"]);
        assert_eq!(seen("mod tests { use super::*; use super::super::plan; }", 1), ["plan"]);
        assert!(seen("// crate::model\n\"crate::eval\"", 1).is_empty());
    }

    #[test]
    fn crates_are_told_from_modules_of_the_same_name() {
        assert!(names_crate(&tokens("use csv::Reader;"), "csv").is_some());
        assert!(names_crate(&tokens("let r = csv::Reader::new();"), "csv").is_some());
        assert!(names_crate(&tokens("use crate::data::csv::read;"), "csv").is_none());
        assert!(names_crate(&tokens("let csv = 1;"), "csv").is_none());
    }
}
