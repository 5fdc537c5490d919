//! Limits and speed: deep nesting is refused before it is parsed, and moderate nesting costs nothing.

use std::time::{Duration, Instant};

use super::{parse, shape};

fn codes(text: &str) -> Vec<&'static str> {
    parse(text).1.iter().map(|finding| finding.code.name).collect()
}

fn rule(condition: &str) -> String {
    format!("rule r in s {{\n  when {condition}\n  show a\n}}\noffer a {{ class service }}")
}

/// Thirty levels of everything that can nest, good and broken: a grammar that reads a level twice would need years.
#[test]
fn thirty_levels_take_no_time() {
    let nested = |open: &str, core: &str, close: &str| open.repeat(30) + core + &close.repeat(30);
    let good = [
        nested("(", "a", ")"),
        nested("(x is at least ", "1", ")"),
        nested("(x is from (1) to ", "(2)", ")"),
        nested("(a else ", "b", ")"),
        nested("not (", "a", ")"),
        nested("(1 when ", "a", ")"),
        nested("decimal(2) of (1 / ", "2", ")"),
        nested("90% of (", "2", ")"),
        nested("(x is before ", "t", ")"),
        nested("(s has ", "\"a\"", ")"),
        nested("(a or ", "x is one of [1, 2, 3]", ")"),
    ];
    let start = Instant::now();
    for text in &good {
        assert_eq!(codes(&rule(text)), Vec::<&str>::new(), "{text}");
        let fallback = format!("slot s on web {{ fallback {} }}", vec![format!("a when {text}"); 10].join(", "));
        assert_eq!(codes(&fallback), Vec::<&str>::new(), "{text}");
    }
    for text in &good {
        for broken in
            [text.replacen(')', "", 1), text.replacen('(', "( ,", 1), format!("{text} )"), text.replace(')', " 7)")]
        {
            assert!(!codes(&rule(&broken)).is_empty(), "{broken}");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn sixty_four_levels_are_read_and_more_are_refused() {
    // The block's own brace is none of them.
    let nested = |levels: usize| "(".repeat(levels) + "a" + &")".repeat(levels);
    assert_eq!(codes(&rule(&nested(64))), Vec::<&str>::new());
    assert_eq!(codes(&rule(&nested(65))), ["syntax::too-deep"]);
    assert_eq!(codes(&rule(&nested(100_000))), ["syntax::too-deep"]);
    assert_eq!(codes(&format!("segment a = {}\noffer b {{ class service }}", nested(100_000))), ["syntax::too-deep"]);
    assert_eq!(codes(&rule(&"(".repeat(100_000))), ["syntax::unclosed-block", "syntax::too-deep"][1..]);
}

#[test]
fn long_names_texts_and_numbers_are_refused() {
    let name = |letters: usize| format!("offer {} {{ class service }}", "a".repeat(letters));
    assert_eq!(codes(&name(100)), Vec::<&str>::new());
    assert_eq!(codes(&name(101)), ["syntax::too-long"]);
    let text = |letters: usize| format!("offer a \"{}\" {{ class service }}", "a".repeat(letters));
    assert_eq!(codes(&text(10_000)), Vec::<&str>::new());
    assert_eq!(codes(&text(10_001)), ["syntax::too-long"]);
    assert_eq!(codes(&rule("a is 123456789012345678")), Vec::<&str>::new());
    assert_eq!(codes(&rule("a is 1234567890123456789")), ["syntax::too-long"]);
    assert_eq!(codes(&rule("a is at most 1000001 days old")), ["syntax::too-long"]);
}

#[test]
fn a_clause_of_more_than_65_536_words_is_refused() {
    let list = |members: usize| rule(&format!("a is one of [{}]", "1,".repeat(members)));
    assert_eq!(codes(&list(30_000)), Vec::<&str>::new());
    assert_eq!(codes(&list(33_000)), ["syntax::too-long"]);
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let text = " ".repeat(crate::source::MAX_FILE_BYTES + 1);
    assert_eq!(codes(&text), ["syntax::file-too-large"]);
}

#[test]
fn a_file_of_nothing_but_errors_ends() {
    let found = codes(&"rule\n".repeat(200_000));
    assert_eq!(found.last(), Some(&"syntax::too-many-errors"));
    assert!(found.len() <= 1_001, "{}", found.len());
}

/// Ten thousand rules; the bound is generous for slow machines and checked builds, a quadratic parser would miss it.
#[test]
fn ten_thousand_rules_are_read_at_once() {
    let one = |n: usize| {
        format!(
            "rule r{n} in home_hero {{\n  about \"Offer the card to those who can carry it\"\n  when age is at least {} \
             and country is one of [DE, FR]\n  when last_order is more than 60 days old\n  unless vulnerable\n  needs \
             marketing\n  priority {n}\n  cap at most 3 shown in any 7 days per customer\n  show o{n}\n}}\n",
            n % 90
        )
    };
    let text: String = (0..10_000).map(one).collect();
    let start = Instant::now();
    let (file, findings) = parse(&text);
    assert!(findings.is_empty());
    assert_eq!(file.items.len(), 10_000);
    assert!(shape(&file.items[0]).contains("Rule"));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
