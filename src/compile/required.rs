//! Rules that do not say what a house requires of its rules.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{Required, Rule, RuleSet};

/// A finding for each rule that lacks something, naming all that it lacks.
pub(super) fn required(rules: &RuleSet, required: &[Required]) -> Vec<Diagnostic> {
    rules.rules.iter().filter_map(|rule| lacks(rule, required)).collect()
}

fn lacks(rule: &Rule, required: &[Required]) -> Option<Diagnostic> {
    let mut lacking: Vec<&Required> = Vec::new();
    for one in required {
        let concerns = one.class.is_none_or(|class| class == rule.class) && !one.field.is_said(rule);
        if concerns && !lacking.iter().any(|other| other.field == one.field) {
            lacking.push(one);
        }
    }
    let first = *lacking.first()?;
    let words: Vec<String> = lacking.iter().map(|one| format!("`{}`", one.field.word())).collect();
    let words = match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and no {last}", most.join(", no ")),
        _ => words.concat(),
    };
    let examples: Vec<&str> = lacking.iter().map(|one| one.field.example()).collect();
    let mut places: Vec<&str> = lacking.iter().map(|one| one.by.as_str()).collect();
    places.dedup();
    let ask = match places.as_slice() {
        [one] => format!("{one} asks"),
        [most @ .., last] => format!("{} and {last} ask", most.join(", ")),
        [] => String::new(),
    };
    let it = if lacking.len() == 1 { "it" } else { "them" };
    let finding = Diagnostic::new(&lint::REQUIRED_CLAUSE, rule.span, format!("rule `{}` has no {words}", rule.name))
        .primary(match first.class {
            Some(class) => format!("required of class {}", class.word()),
            None => "required of every rule".to_owned(),
        })
        .help(format!("add, for example, `{}`; {ask} for {it}", examples.join("`, `")));
    Some(finding)
}
