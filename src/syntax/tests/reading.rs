//! Well-written files: they read without a finding, and to the tree that was meant.

use super::dice::Dice;
use super::{generate, parse, shape};
use crate::source::SourceId;
use crate::syntax::reader::Reader;
use crate::syntax::scan;
use crate::syntax::tree::{ExprKind, File, ItemKind, RuleClause};

fn well_read(text: &str) -> File {
    let (file, findings) = parse(text);
    let told: Vec<_> =
        findings.iter().map(|finding| (&finding.message, &text[finding.labels[0].span.range()])).collect();
    assert!(findings.is_empty(), "{text}\n{told:#?}");
    assert!(file.items.iter().all(|item| !item.damaged), "{text}");
    file
}

/// The condition of `when`, without spans.
fn when(condition: &str) -> String {
    let file = well_read(&format!("rule r in s {{\n  when {condition}\n  show a\n}}"));
    let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("a rule") };
    assert_eq!(rule.clauses.len(), 2, "{condition}");
    let RuleClause::When(expr) = &rule.clauses[0].kind else { panic!("a when") };
    shape(expr)
}

#[test]
fn the_scenarios_of_the_language_read_without_a_finding() {
    assert_eq!(well_read(include_str!("data/s2.rules")).items.len(), 15);
    assert_eq!(well_read(include_str!("data/s6.rules")).items.len(), 12);
}

#[test]
fn the_first_example_of_the_language_reads_without_a_finding() {
    assert_eq!(well_read(include_str!("data/example.rules")).items.len(), 14);
}

#[test]
fn generated_files_read_without_a_finding() {
    for seed in 0..1_500 {
        let items = generate::items(&mut Dice::new(seed), 3);
        let file = well_read(&items.join("\n"));
        assert_eq!(file.items.len(), items.len(), "seed {seed}");
    }
}

#[test]
fn newlines_carriage_returns_and_a_byte_order_mark_mean_nothing() {
    for text in [include_str!("data/s2.rules"), include_str!("data/s6.rules")] {
        let plain = shape(&well_read(text));
        assert_eq!(plain, shape(&well_read(&format!("\u{FEFF}{}", text.replace('\n', "\r\n")))));
        // Comments need their line ends; everything else may stand on one line.
        let lines = text.lines().filter(|line| !line.starts_with("//"));
        let one_line = lines.collect::<Vec<_>>().join(" ");
        assert_eq!(plain, shape(&well_read(&one_line)));
    }
}

#[test]
fn precedence_is_else_then_times_then_plus_then_tests_then_and() {
    assert_eq!(when("a else b * c + d is at least 3 and e"), when("a else b * c + d is at least 3   and\n e"));
    let tree = when("a else b * c + d is 5 and e");
    let order = ["And", "Is", "Sum", "Product", "Else"].map(|node| tree.find(node).expect(node));
    assert!(order.is_sorted(), "{tree}");
}

#[test]
fn words_of_the_language_may_be_names_wherever_a_name_may_stand() {
    for (condition, node) in [
        ("rule is yes", "Equals"),
        ("when and unless", "And"),
        ("old is more than 60 days old", "Age"),
        ("x is more than old", "Compare"),
        ("known is known", "Known"),
        ("x is (known)", "Paren"),
        ("last is times", "Equals"),
        ("priority is at least from", "Compare"),
        ("decimal is 3", "Equals"),
        ("consent is consent.consent", "Consent"),
    ] {
        let tree = when(condition);
        assert!(tree.contains(node), "{condition}: {tree}");
    }
}

#[test]
fn a_bare_first_bound_takes_the_unit_of_the_second() {
    assert_eq!(when("t is from 180 to 540 days old"), when("t is from 180 days to 540 days old"));
}

#[test]
fn a_minus_close_to_its_number_is_a_difference_behind_a_value_and_a_sign_elsewhere() {
    assert_eq!(when("a -1 is 2"), when("a - 1 is 2"));
    let tree = when("a is -1");
    assert!(tree.contains("mantissa: -1"), "{tree}");
}

#[test]
fn spans_end_with_the_last_word_of_what_they_cover() {
    let text = "rule r in s { when a is yes and b // why\n show o }";
    let file = well_read(text);
    let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("a rule") };
    let clause = &rule.clauses[0];
    assert_eq!(&text[clause.span.range()], "when a is yes and b");
    assert_eq!(&text[clause.keyword.range()], "when");
    let RuleClause::When(expr) = &clause.kind else { panic!("a when") };
    assert_eq!(&text[expr.span.range()], "a is yes and b");
    let ExprKind::And(parts) = &expr.kind else { panic!("an and") };
    assert_eq!(parts.iter().map(|part| &text[part.span.range()]).collect::<Vec<_>>(), ["a is yes", "b"]);
    assert_eq!(&text[file.items[0].span.range()], text);
}

/// Behind `when x is more than last` the next clause or declaration begins; `last` is then no question about an event.
#[test]
fn what_begins_behind_a_condition_is_no_event() {
    use crate::syntax::clauses::{BLOCK, RULE, SLOT};
    use crate::syntax::grammar::{Rule, read};
    use crate::syntax::words::OPENERS;
    let clauses = RULE.words().chain(SLOT.words()).chain(BLOCK.words());
    for word in clauses.chain(OPENERS.map(|(word, _)| word)) {
        assert!(read(Rule::opener, &format!("{word} a")).is_ok(), "`{word}` is missing in `opener` of the grammar");
        assert!(read(Rule::opener, &format!("{word} is at least 3")).is_err(), "an event may be called `{word}`");
    }
}

/// A long file is read in two halves; the outcome is that of reading it in one go, whatever is wrong with it where.
#[test]
fn two_halves_are_the_whole() {
    let mut halved = 0;
    for seed in 0..24 {
        let mut dice = Dice::new(seed);
        let count = 350 + dice.below(200);
        let mut text = generate::items(&mut dice, count).join("\n");
        for _ in 0..[0, 1, 5, 400][dice.below(4)] {
            // Around the middle, where the halves meet, more often than elsewhere.
            let at = if dice.one_in(2) { text.len() / 2 + dice.below(2_000) } else { dice.below(text.len()) };
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(
                at,
                dice.pick(&["}", "{", "\"", "]", "\nrule ", " rule x in y {", "\n}", "//", "when when"]),
            );
        }
        let scan = scan::scan(SourceId(0), &text);
        let mut whole = Reader::new(SourceId(0), &text, &scan.tokens);
        let mut items = Vec::new();
        whole.items_between(0, scan.tokens.len(), &mut items);
        let mut halves = Reader::new(SourceId(0), &text, &scan.tokens);
        halved += usize::from(scan.tokens.len() >= 10_000);
        assert_eq!(halves.items(), items, "seed {seed}");
        assert_eq!(halves.findings, whole.findings, "seed {seed}");
    }
    assert!(halved > 12, "only {halved} files were long enough");
}
