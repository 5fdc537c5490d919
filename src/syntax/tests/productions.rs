//! The productions of `grammar/cater.pest`, read from its text: what an author can write, and nothing of how it is read.
//!
//! Silent productions (`_{`) leave no trace: they are only other productions in a row or to choose from, and those are
//! asked for. So do productions that only say what must not follow (`!(on | while_word)`). Of a production that is only
//! words (`("at least" | "more than")`), each word is asked for.

use std::collections::{BTreeMap, BTreeSet};

/// The text of the grammar.
const GRAMMAR: &str = include_str!("../../../grammar/cater.pest");

/// Each production that leaves a trace, with its words, where it is nothing but words; a word may have two spellings
/// (`day`, `days`).
pub(super) fn productions() -> BTreeMap<String, Vec<Vec<String>>> {
    let mut found = BTreeMap::new();
    let (mut wanted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let mut lines = GRAMMAR.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, body)) = line.split_once('=').filter(|(name, _)| is_name(name.trim())) else { continue };
        let mut body = body.trim().to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with([' ', '}'])) {
            body.push_str(more.trim());
        }
        let silent = body.starts_with('_') || ["WHITESPACE", "COMMENT"].contains(&name.trim());
        let inner = body.trim_start_matches(['@', '$', '_']).trim();
        let inner = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or_default();
        named(inner, &mut wanted, &mut refused);
        if !silent {
            found.insert(name.trim().to_owned(), words(inner).unwrap_or_default());
        }
    }
    found.retain(|name, _| wanted.contains(name) || !refused.contains(name));
    found
}

/// The productions that a body names: where they are read, and where they must not follow.
fn named(body: &str, wanted: &mut BTreeSet<String>, refused: &mut BTreeSet<String>) {
    let mut rest = tokens(body).unwrap_or_default();
    rest.reverse();
    while let Some(token) = rest.pop() {
        if token == "!" {
            let before = rest.clone();
            let _ = item_refused(&mut rest);
            refused.extend(before[rest.len()..].iter().filter(|token| is_name(token)).cloned());
        } else if is_name(&token) {
            wanted.insert(token);
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_')
}

/// The words of a production that is only words with blanks between them; none of any other.
fn words(body: &str) -> Option<Vec<Vec<String>>> {
    let mut rest = tokens(body)?;
    rest.reverse();
    let words = choice(&mut rest)?;
    (rest.is_empty() && words.iter().all(|word| !word[0].is_empty())).then_some(words)
}

fn tokens(body: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = body.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => rest[1..].find('"')? + 2,
            letter if is_name(&letter.to_string()) => {
                rest.find(|c: char| !is_name(&c.to_string())).unwrap_or(rest.len())
            }
            _ => 1,
        };
        found.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    Some(found)
}

/// `a | b`, from the end of `rest`.
fn choice(rest: &mut Vec<String>) -> Option<Vec<Vec<String>>> {
    let mut all = sequence(rest)?;
    while rest.pop_if(|token| token == "|").is_some() {
        all.extend(sequence(rest)?);
    }
    Some(all)
}

/// `a ~ b`
fn sequence(rest: &mut Vec<String>) -> Option<Vec<Vec<String>>> {
    let mut all = item(rest)?;
    while rest.pop_if(|token| token == "~").is_some() {
        let next = item(rest)?;
        let behind = |before: &Vec<String>, after: &Vec<String>| {
            before.iter().flat_map(|a| after.iter().map(move |b| format!("{a}{b}"))).collect()
        };
        all = all.iter().flat_map(|before| next.iter().map(move |after| behind(before, after))).collect();
    }
    Some(all)
}

fn item(rest: &mut Vec<String>) -> Option<Vec<Vec<String>>> {
    let token = rest.pop()?;
    let found = match token.as_str() {
        // What must not follow is nothing that is written.
        "!" => {
            item_refused(rest)?;
            vec![vec![String::new()]]
        }
        "(" => {
            let inner = choice(rest)?;
            rest.pop_if(|token| token == ")")?;
            inner
        }
        "gap" => vec![vec![" ".to_owned()]],
        text => vec![vec![text.strip_prefix('"')?.strip_suffix('"')?.to_owned()]],
    };
    if rest.pop_if(|token| token == "?").is_none() {
        return Some(found);
    }
    Some(found.into_iter().map(|word| [vec![String::new()], word].concat()).collect())
}

/// Steps over what stands behind `!`.
fn item_refused(rest: &mut Vec<String>) -> Option<()> {
    let mut depth = 0;
    loop {
        match rest.pop()?.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(());
        }
    }
}

#[test]
fn words_are_told_from_what_is_only_built_of_them() {
    let all = |text: &str| words(text).map(|words| words.iter().map(|word| word.join("/")).collect::<Vec<_>>());
    assert_eq!(all(r#""one" ~ gap ~ "of" ~ !word_char"#), Some(vec!["one of".to_owned()]));
    let units = all(r#"("day" | "week") ~ "s"? ~ !word_char ~ !(gap? ~ ":")"#);
    assert_eq!(units, Some(vec!["day/days".to_owned(), "week/weeks".to_owned()]));
    assert_eq!(all(r#""from" ~ number"#), None);
    assert_eq!(all("ASCII_DIGIT+ ~ !word_char"), None);
}

#[test]
fn the_grammar_is_read_whole() {
    let all = productions();
    assert!(all.len() > 120, "only {} productions", all.len());
    assert_eq!(all["cause"].len(), 3, "{:?}", all["cause"]);
    assert_eq!(all["comparison"].len(), 4, "{:?}", all["comparison"]);
    assert_eq!(all["given_item"], Vec::<Vec<String>>::new());
    assert!(!all.contains_key("point") && !all.contains_key("gap"));
    let (mut wanted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    named(r#"!(on | of) ~ name ~ !word ~ (of | "x")"#, &mut wanted, &mut refused);
    let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!((names(&wanted), names(&refused)), ("name of".to_owned(), "of on word".to_owned()));
}
