//! The reference of the operators, made from the register of `src/ops`.

use cater::ops::{Example, OperatorDoc, SAMPLE_NOW, Sample, table};

use crate::house::{read, root};

const PAGE: &str = "docs/reference/operators.md";

const HEAD: &str = "# Operators

Every operator with what it takes, what it means, and rows that are tried on every test run, by the reference evaluator
and by machine code. What is missing is `missing`; a condition that is neither yes nor no is `unknown`. Where a row tells
the time, now is `NOW`. This page is made from the operators (`make bless`).
";

/// The operators by what they are about; the first of each.
const CHAPTERS: &[(&str, &str)] = &[
    ("and", "Joining conditions"),
    ("holds", "One of several"),
    ("at-least", "More and less"),
    ("known", "Known, never, missing"),
    ("has-any", "Sets"),
    ("old-at-least", "How long ago"),
    ("ahead-at-least", "How far ahead"),
    ("add", "Numbers"),
];

fn page() -> String {
    let mut text = HEAD.replace("NOW", SAMPLE_NOW);
    for doc in table() {
        if let Some((_, title)) = CHAPTERS.iter().find(|(first, _)| *first == doc.operator.name()) {
            text.push_str(&format!("\n## {title}\n"));
        }
        text.push_str(&format!("\n### `{}`\n\n{}\n", doc.spelling, entry(doc)));
    }
    text
}

fn entry(doc: &OperatorDoc) -> String {
    let rows: String = doc.examples.iter().map(row).collect();
    format!(
        "Takes {}.\n{}\n\n| of | gives |\n| --- | --- |\n{rows}",
        doc.signature.replace(" -> ", ", gives a "),
        doc.doc
    )
    .replace("gives a a ", "gives a ")
    .trim_end()
    .to_owned()
}

fn row(example: &Example) -> String {
    let operands: Vec<String> = example.operands.iter().map(|operand| code(*operand)).collect();
    format!("| {} | {} |\n", operands.join(", "), code(example.gives))
}

fn code(of: Sample) -> String {
    format!("`{}`", of.show())
}

#[test]
fn the_reference_of_operators_is_what_they_say() {
    if std::env::var_os("CATER_BLESS").is_some() {
        std::fs::write(root().join(PAGE), page()).unwrap();
    }
    assert!(read(PAGE) == page(), "{PAGE} is not what the operators say; `make bless` writes it");
}

#[test]
fn every_operator_has_its_chapter() {
    let firsts: Vec<&str> = CHAPTERS.iter().map(|(first, _)| *first).collect();
    let names: Vec<&str> = table().iter().map(|doc| doc.operator.name()).collect();
    assert_eq!(firsts.first(), names.first(), "the first operator opens the first chapter");
    assert!(firsts.iter().all(|first| names.contains(first)), "a chapter that no operator opens: {firsts:?}");
}
