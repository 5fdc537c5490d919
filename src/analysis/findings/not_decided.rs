//! `lint::not-decided`: what the analysis could neither show nor exclude, so that its silence is not taken for a yes.

use std::collections::BTreeMap;

use super::Look;
use crate::analysis::{FallbackVerdict, Place, Range, Undecided, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::source::Span;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    // By place, so that one rule gives one note.
    let mut open: BTreeMap<Span, (String, Vec<(String, Undecided)>)> = BTreeMap::new();
    let mut add = |span: Span, name: String, question: String, why: Undecided| {
        // What an error leaves open is told by the error.
        if why == Undecided::LeftOut {
            return;
        }
        open.entry(span).or_insert_with(|| (name, Vec::new())).1.push((question, why));
    };
    for (id, verdict) in &look.report.rules {
        if let Verdict::Unknown(why) = verdict {
            add(rules[*id].span, rules[*id].name.clone(), "whether it can ever win".to_owned(), *why);
        }
    }
    for (first, second, why) in &look.report.undecided_pairs {
        let question = match rules.rank_together(*first, *second) {
            true => format!("whether it can score the same as `{}`", rules[*first].name),
            false => format!("whether it can apply together with `{}`", rules[*first].name),
        };
        add(rules[*second].span, rules[*second].name.clone(), question, *why);
    }
    for (slot, verdicts) in &look.report.fallbacks {
        for (entry, verdict) in rules[*slot].fallback.iter().zip(verdicts) {
            if let FallbackVerdict::Unknown(why) = verdict {
                let name = format!("a fallback of {}", rules[*slot].name);
                add(entry.span, name, "whether it is ever shown".to_owned(), *why);
            }
        }
    }
    for (place, range) in &look.report.conditions {
        let (Place::Segment(id), Range::Unknown(why)) = (place, range) else { continue };
        add(rules[*id].span, rules[*id].name.clone(), "whether anybody, or everybody, is in it".to_owned(), *why);
    }
    let finding = |(span, (name, questions)): (Span, (String, Vec<(String, Undecided)>))| {
        let why = questions.iter().map(|(_, why)| *why).max().unwrap_or(Undecided::Budget);
        let mut diagnostic = Diagnostic::new(
            &lint::NOT_DECIDED,
            span,
            format!("the analysis could not decide everything about `{name}`"),
        )
        .primary(reason(why))
        .help("try it with a test; simpler conditions, or fewer attributes in one calculation, can be decided");
        for (question, _) in questions {
            diagnostic = diagnostic.fact(question);
        }
        diagnostic
    };
    open.into_iter().map(finding).collect()
}

fn reason(why: Undecided) -> &'static str {
    match why {
        Undecided::Budget => "too many cases to look at",
        Undecided::Calculation => "it rests on a calculation, or on attributes compared with each other",
        Undecided::Instants => "too many instants would have to be told apart",
        Undecided::LeftOut => "it rests on something that is in error",
    }
}
