//! Types of other languages, and slips in the words of types.

use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};
use crate::syntax::reader::Reader;
use crate::syntax::scan::shortened;

/// What other languages call a type, and what it is called here.
const OTHERS: [(&str, &str); 21] = [
    ("number", "whole` or `decimal(2)"),
    ("numeric", "whole` or `decimal(2)"),
    ("int", "whole"),
    ("integer", "whole"),
    ("long", "whole"),
    ("float", "decimal(2)"),
    ("double", "decimal(2)"),
    ("money", "decimal(2)"),
    ("percent", "decimal(2)"),
    ("decimal", "decimal(2)"),
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("bool", "yes or no"),
    ("boolean", "yes or no"),
    ("flag", "yes or no"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("instant", "time"),
    ("timezone", "zone"),
    ("enum", "one of [DE, FR]"),
];

/// What is wrong with the type that begins at token `at`, if its first word tells.
pub(in crate::syntax) fn wrong_type(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let word = reader.word(at).filter(|_| at < end)?;
    let span = reader.span(at);
    if word == "one" && reader.is_word(at + 1, "of") && !reader.is_sign(at + 2, b'[') {
        let span = if at + 2 < end { reader.span(at + 2) } else { reader.span(at + 1) };
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "the members of `one of` stand in brackets");
        return Some(finding.help("for example `country: one of [DE, FR]`"));
    }
    if word == "one"
        && let Some(finding) = falling_order(reader, at, end).or_else(|| half_ordered(reader, at, end))
    {
        return Some(finding);
    }
    if word == "one" && !reader.is_word(at + 1, "of") {
        let finding =
            Diagnostic::new(&codes::UNEXPECTED, span, "a closed set is written `one of` and its members in brackets");
        return Some(finding.help("for example `country: one of [DE, FR]`"));
    }
    let told = match word {
        "one" => return None,
        "yes" => Some(("this type is written `yes or no`", "for example `has_app: yes or no`")),
        "score" => Some(("a score says how it fades", "write `score halving every 72 hours`")),
        "set" => Some(("the only set is `set of text`", "write `set of text`")),
        _ => None,
    };
    if let Some((message, help)) = told {
        return Some(Diagnostic::new(&codes::UNEXPECTED, span, message).help(help));
    }
    let message = format!("`{}` is not a type", shortened(word));
    let lower = word.to_lowercase();
    if let Some((_, right)) = OTHERS.iter().find(|(other, _)| *other == lower) {
        if word == "decimal" && reader.is_sign(at + 1, b'(') {
            return None;
        }
        let message = if word == "decimal" { "`decimal` says how many places it keeps".to_owned() } else { message };
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).help(format!("write `{right}`"));
        let certain = !right.contains('`') && !right.contains('[') && *right != "decimal(2)";
        return Some(if certain { finding.fix(format!("write `{right}`"), span, *right) } else { finding });
    }
    let known = ["whole", "decimal", "text", "time", "date", "zone", "score"];
    if known.contains(&word) {
        return None;
    }
    let meant = nearest(word, known)?;
    let finding = Diagnostic::new(&codes::UNEXPECTED, span, message).help(format!("did you mean `{meant}`?"));
    Some(finding.fix_if(is_only_near(word, known), format!("write `{meant}`"), span, meant))
}

/// `one of [bronze < silver, gold]`: some members in order and some not.
fn half_ordered(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let open = Some(at + 2).filter(|open| reader.is_sign(*open, b'['))?;
    let close = (open..end).find(|token| reader.is_sign(*token, b']'))?;
    let signs = |sign: u8| (open + 1..close).find(|token| reader.is_sign(*token, sign));
    // A comma may end the list.
    let (comma, less) = (signs(b',').filter(|comma| comma + 1 < close)?, signs(b'<')?);
    let members: Vec<_> = (open + 1..close).filter(|at| reader.is_name(*at)).map(|at| reader.written(at)).collect();
    let (odd, other) = if comma > less { (comma, less) } else { (less, comma) };
    let finding =
        Diagnostic::new(&codes::UNEXPECTED, reader.span(odd), "a list has an order among all its members, or none")
            .primary(format!("a `{}` here", reader.written(odd)))
            .label(reader.span(other), format!("a `{}` here", reader.written(other)));
    Some(finding.help(format!(
        "write `[{}]` where each is more than the one before it, or `[{}]` where they have no order",
        members.join(" < "),
        members.join(", ")
    )))
}

/// `one of [gold > silver > bronze]`: the order of a list rises.
fn falling_order(reader: &Reader<'_>, at: usize, end: usize) -> Option<Diagnostic> {
    let open = at + 2;
    let close = (open..end).find(|token| reader.is_sign(*token, b']'))?;
    let odd = |token: usize| (token - open).is_multiple_of(2);
    if !reader.is_sign(open, b'[')
        || close < open + 4
        || !(open + 1..close).all(|at| !odd(at) || reader.is_sign(at, b'>'))
    {
        return None;
    }
    let mut members: Vec<_> = (open + 1..close).filter(|at| !odd(*at)).map(|at| reader.written(at)).collect();
    members.reverse();
    let right = format!("[{}]", members.join(" < "));
    let span = reader.span_between(open, close + 1);
    let finding = Diagnostic::new(&codes::SIGN, span, "the order of a list begins with the lowest member");
    Some(finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right))
}
