//! `lint::not-decided`: what the analysis could neither show nor exclude, so that its silence is not taken for a yes.
//!
//! What is open for one cause in one slot is one note, so that a small rule set is not drowned in them.

use std::collections::BTreeMap;

use super::Look;
use crate::analysis::{FallbackVerdict, Place, Range, Undecided, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::SlotId;
use crate::source::Span;

/// So many things share a note at most; each is labelled, so that it can be allowed in its place.
const MOST_TOGETHER: usize = 6;
/// So many questions about one thing are written out.
const MOST_QUESTIONS: usize = 3;

/// What is open about something that stands at a place.
struct Open {
    name: String,
    questions: Vec<String>,
    why: Undecided,
    /// None for what belongs to no slot.
    slot: Option<SlotId>,
}

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    // By place, so that one rule is named once.
    let mut open: BTreeMap<Span, Open> = BTreeMap::new();
    let mut add = |span: Span, slot: Option<SlotId>, name: String, question: String, why: Undecided| {
        // What an error leaves open is told by the error.
        if why == Undecided::LeftOut {
            return;
        }
        let of = open.entry(span).or_insert_with(|| Open { name, questions: Vec::new(), why, slot });
        of.questions.push(question);
        of.why = of.why.max(why);
    };
    for (id, verdict) in &look.report.rules {
        if let Verdict::Unknown(why) = verdict {
            let rule = &rules[*id];
            add(rule.span, Some(rule.slot), format!("`{}`", rule.name), "whether it can ever win".to_owned(), *why);
        }
    }
    for (first, second, why) in &look.report.undecided_pairs {
        let question = match rules.rank_together(*first, *second) {
            true => format!("whether it can score the same as `{}`", rules[*first].name),
            false => format!("whether it can apply together with `{}`", rules[*first].name),
        };
        let rule = &rules[*second];
        add(rule.span, Some(rule.slot), format!("`{}`", rule.name), question, *why);
    }
    for (slot, verdicts) in &look.report.fallbacks {
        for (entry, verdict) in rules[*slot].fallback.iter().zip(verdicts) {
            if let FallbackVerdict::Unknown(why) = verdict {
                let name = format!("a fallback of `{}`", rules[*slot].name);
                add(entry.span, Some(*slot), name, "whether it is ever shown".to_owned(), *why);
            }
        }
    }
    for (place, range) in &look.report.conditions {
        let (Place::Segment(id), Range::Unknown(why)) = (place, range) else { continue };
        let (span, name) = (rules[*id].span, format!("`{}`", rules[*id].name));
        add(span, None, name, "whether anybody, or everybody, is in it".to_owned(), *why);
    }
    let mut groups: BTreeMap<_, Vec<(Span, Open)>> = BTreeMap::new();
    for (span, of) in open {
        groups.entry((of.slot, of.why)).or_default().push((span, of));
    }
    groups.values().flat_map(|group| group.chunks(MOST_TOGETHER)).filter_map(note).collect()
}

/// One note about all of these, which are open for one cause.
fn note(group: &[(Span, Open)]) -> Option<Diagnostic> {
    let (first, rest) = group.split_first()?;
    let what = match rest.len() {
        0 => first.1.name.clone(),
        1 => format!("{} and one other", first.1.name),
        others => format!("{} and {others} others", first.1.name),
    };
    let message = format!("the analysis could not decide everything about {what}");
    let (why, help) = reason(first.1.why);
    let mut found = Diagnostic::new(&lint::NOT_DECIDED, first.0, message).primary(why).help(help);
    for (span, _) in rest {
        found = found.label(*span, "for the same reason");
    }
    for (_, of) in group {
        for question in of.questions.iter().take(MOST_QUESTIONS) {
            found = found.fact(if rest.is_empty() { question.clone() } else { format!("{}: {question}", of.name) });
        }
        if let Some(more) = of.questions.len().checked_sub(MOST_QUESTIONS).filter(|more| *more > 0) {
            found = found.fact(format!("{}: {more} more of the kind", of.name));
        }
    }
    Some(found)
}

/// Why it is open, and what can be done.
fn reason(why: Undecided) -> (&'static str, &'static str) {
    let simpler = "try it with a test; simpler conditions, or fewer attributes in one calculation, can be decided";
    match why {
        Undecided::Budget => ("too many cases to look at", simpler),
        Undecided::Hours => (
            "it hangs on the hours of a window, or on how long something waits, and no such hour was found",
            "try it with a test whose `now` lies outside the window; where nothing can wait too long, nothing is wrong",
        ),
        Undecided::Events => (
            "it hangs on what happened when, and no such history was found",
            "try it with a test that gives the `history` it needs",
        ),
        Undecided::Calculation => ("it rests on a calculation, or on attributes compared with each other", simpler),
        Undecided::Instants => (
            "too many instants would have to be told apart",
            "try it with a test; fewer dates, or a `now` in cater.toml, leave fewer instants",
        ),
        Undecided::LeftOut => ("it rests on something that is in error", "mend that first"),
    }
}
