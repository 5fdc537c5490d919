//! Heads of declarations that lack a part, in words of their own.

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::clauses::Form;
use crate::syntax::grammar::Rule;
use crate::syntax::reader::{Reader, Stopped};
use crate::syntax::scan::TokenKind;

/// What the head that begins at `at` lacks where reading stopped.
pub(super) fn find(reader: &Reader<'_>, form: &Form, at: usize, end: usize, stopped: &Stopped) -> Option<Diagnostic> {
    if at + 1 >= end {
        return None;
    }
    let wants = |rule| stopped.expected.contains(&rule);
    let name = reader.written(at + 1);
    let behind_name = stopped.at == at + 2 && reader.is_name(at + 1);
    let opens = reader.is_sign(stopped.at, b'{');
    let lacks = |message: String, help: String| {
        let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(at + 1), message);
        Some(finding.primary("only a name").help(help))
    };
    match form.word {
        "rule" if behind_name && opens && wants(Rule::in_word) => lacks(
            format!("rule `{name}` does not say in which slot it stands"),
            format!("name the slot behind `in`: `rule {name} in home_hero {{ .. }}`"),
        ),
        // The `in` was taken for the name.
        "rule" if reader.is_word(at + 1, "in") && reader.is_name(at + 2) && stopped.at == at + 2 => {
            let slot = reader.written(at + 2);
            let finding = Diagnostic::new(&codes::UNEXPECTED, reader.span(at), "this rule has no name");
            Some(finding.primary("a name stands behind `rule`").help(format!("for example `rule spring in {slot}`")))
        }
        "rule" if behind_name && reader.is_name(stopped.at) && wants(Rule::in_word) => {
            let slot = reader.written(stopped.at);
            let span = reader.span(stopped.at);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "`in` stands between a rule and its slot");
            let right = format!("in {slot}");
            let help = format!("write `rule {name} {right}`");
            Some(finding.help(help).suggest(format!("write `{right}`"), span, right))
        }
        "slot" if behind_name && opens && wants(Rule::on) => lacks(
            format!("slot `{name}` does not say where it stands"),
            format!(
                "name the place behind `on`, or channels behind `by`: `slot {name} on web {{ .. }}`, `slot {name} by email {{ .. }}`"
            ),
        ),
        "test" if stopped.at == at + 1 && reader.is_name(at + 1) => {
            let span = reader.span(at + 1);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a test has a sentence in quotes, not a name");
            let right = format!("\"{name}\"");
            Some(
                finding
                    .primary("no quotes")
                    .help("say what it shows: `test \"a lapsed runner sees the comeback\"`")
                    .fix("put it in quotes", span, right),
            )
        }
        "offer" | "channel" | "rule" | "slot" | "segment" | "value" | "purpose" | "event" | "cap" | "persona"
            if stopped.at == at + 1 && reader.is_kind(at + 1, TokenKind::Text) =>
        {
            let span = reader.span(at + 1);
            let right = as_name(&crate::syntax::literal::unquoted(reader.written(at + 1)));
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a name stands here, without quotes");
            let finding = finding.primary("a text in quotes");
            Some(match right {
                Some(right) => finding
                    .help(format!("write a name of one word, such as `{right}`; a label in quotes may follow it"))
                    .suggest(format!("write `{right}`"), span, right),
                None => finding.help("write a name of one word; a label in quotes may follow it"),
            })
        }
        _ => None,
    }
}

/// A text as a name: small letters, joined by `_`.
pub(super) fn as_name(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_").to_lowercase();
    let begins = name.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    (begins && name.len() < 60 && !crate::syntax::words::is_reserved(&name)).then_some(name)
}
