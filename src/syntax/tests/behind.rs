//! Behind a clause that is whole, on the same line, a misspelt word begins the next one: of every clause that the grammar
//! cases hold, and every clause that may stand behind it, the message names the word that was meant.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::coverage::files;
use super::parse;
use super::trace::traced;
use crate::syntax::clauses::examples_of_forms;

/// The head of a declaration by what its clauses belong to.
const HEADS: [(&str, &str); 15] = [
    ("`defaults`", "defaults"),
    ("a purpose", "purpose p"),
    ("a class", "class c"),
    ("an offer", "offer o"),
    ("a slot", "slot s on web"),
    ("a rule", "rule r in s"),
    ("a cap", "cap c"),
    ("a pause", "pause p"),
    ("a gap", "gap g"),
    ("a block", "block b"),
    ("a window", "window w"),
    ("a channel", "channel c"),
    ("a persona", "persona p"),
    ("a test", "test \"t\""),
    ("a request", "test \"t\" { request r"),
];

/// Clauses that end in each way in which a condition, a span or a list can end, beside those of the cases.
const ENDS: &[(&str, &[&str])] = &[
    (
        "a rule",
        &[
            "when t is more than 3 days old",
            "when t is from 1 to 3 days old",
            "when t is at most 2 hours ahead",
            "when t is after 3 days ago",
            "when last shown is more than 3 days old",
            "when last purchase is before 2 weeks ago",
            "when t is before now",
            "when times purchase in the last 30 days is at least 2",
            "when times purchase ever is at least 2",
            "when sum of purchase.amount in the last 30 days is more than 20.50",
            "when c is one of [DE, FR]",
            "when s has any of [\"a\", \"b\"]",
            "when n is known",
            "when n is not known",
            "when t is never",
            "when consent.p is granted",
            "when (a or b)",
            "when not a",
            "when n is 90% of m",
            "when n is at least m else 3",
            "rank by n halving every 72 hours since t",
            "rank by (0.3 when vip)",
            "cap at most 3 shown in any 7 days",
            "cap at most 3 shown or clicked ever",
            "cap at most 3 shown in each calendar week from monday in \"Europe/Berlin\"",
            "cap at most 3 sent in any 7 days per customer then hold at most 2 days",
            "send o by push, email",
            "needs p, q",
            "before r, r2",
            "also call, mail",
            "active until 2026-06-15 12:00 in \"Europe/Vienna\"",
            "active 2026-06-15 to 2026-06-20",
            "if capped show o",
            "if no consent nothing",
            "expires 24 hours after t",
        ],
    ),
    ("a cap", &["in any 7 days", "in each calendar day in zone", "then hold at most 2 days", "exempt tag a"]),
    ("a pause", &["after 3 shown in any 7 days without clicked", "after 1 dismissed or clicked", "for 10 days"]),
    (
        "a block",
        &["for 24 hours after purchase or refund", "for 1 day after sent of o", "while t is at most 2 days old"],
    ),
    ("a window", &["open mon to sat, sun 09:00 until 21:00 when awake", "outside hold at most 12 hours"]),
    ("a slot", &["fallback a when t is more than 3 days old, b", "rotate after the last used on tag x"]),
    ("a channel", &["allowed when t is less than 3 days ahead", "reached when last_session is at most 14 days old"]),
    (
        "a test",
        &[
            "consent p granted at 90 days ago",
            "consent p granted at 90 days ago version 4 confirmed",
            "history shown of o at 3 days ago, 2026-06-15T10:00Z",
            "history purchase { amount: 20.00 } at now",
            "held o since 3 hours ago",
            "expect s holds o until 2026-06-15T10:00Z",
            "expect s shows o because r and also call",
            "expect s passes over o because \"not applicable\"",
        ],
    ),
];

/// A word with a letter left out or twice, or two letters in each other's place.
fn slips(word: &str) -> Vec<String> {
    let middle = word.len() / 2;
    let mut swapped = word.as_bytes().to_vec();
    swapped.swap(middle - 1, middle);
    vec![
        format!("{}{}", &word[..middle], &word[middle + 1..]),
        format!("{}{}", &word[..=middle], &word[middle..]),
        String::from_utf8(swapped).expect("letters"),
    ]
}

#[test]
fn a_misspelt_clause_behind_a_whole_one_is_named() {
    let mut whole: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for path in files("tests/grammar/cases", "rules") {
        let text = fs::read_to_string(path).expect("a case");
        let (_, trace) = traced(|| parse(&text));
        for ((noun, _), place) in trace.clauses_read {
            let words: Vec<&str> = text[place].split_whitespace().collect();
            whole.entry(noun).or_default().insert(words.join(" "));
        }
    }
    for (noun, clauses) in ENDS {
        whole.entry(noun).or_default().extend(clauses.iter().map(|clause| (*clause).to_owned()));
    }
    let forms = examples_of_forms();
    let (mut tried, mut wrong) = (0, BTreeMap::<String, (usize, String)>::new());
    for (noun, clauses) in &whole {
        let head = HEADS.iter().find(|(of, _)| of == noun).unwrap_or_else(|| panic!("no head for {noun}")).1;
        let close = if *noun == "a request" { " } }" } else { " }" };
        let words: BTreeSet<&str> = forms.iter().filter(|(of, ..)| of == noun).map(|(_, word, _)| *word).collect();
        // `last` before a name is about an event of that name: `last shw running_comeback`.
        for clause in clauses.iter().filter(|clause| !clause.contains("//") && !clause.ends_with(" last")) {
            let before = format!("{head} {{ {clause}  ");
            if !parse(&format!("{before}{close}")).1.is_empty() {
                continue;
            }
            for (_, word, example) in forms.iter().filter(|(of, word, _)| of == noun && word.len() > 2) {
                for slip in slips(word).into_iter().filter(|slip| slip.len() > 2 && !words.contains(slip.as_str())) {
                    let text = format!("{before}{}{close}", example.replacen(word, &slip, 1));
                    let findings = parse(&text).1;
                    let named = findings.iter().any(|finding| {
                        let at = finding.span().map_or(0, |span| span.start as usize);
                        let help = finding.help.as_deref().unwrap_or_default();
                        at == before.len() && help.contains(&format!("`{word}`"))
                    });
                    tried += 1;
                    if !named {
                        let said = findings.first().map_or("nothing".to_owned(), |finding| {
                            format!("{}; {}", finding.message, finding.help.as_deref().unwrap_or_default())
                        });
                        let first = wrong.entry(format!("{noun}: {said}")).or_insert((0, text));
                        first.0 += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 10_000, "only {tried} slips");
    let wrong: Vec<String> =
        wrong.into_iter().map(|(said, (times, text))| format!("{times} times {said}\n    {text}")).collect();
    assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}
