//! `lint::always-true`: a condition that says nothing, because it holds for everybody, or for everybody of whom the data
//! is known.

use super::Look;
use crate::analysis::{Place, Range, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::Condition;
use crate::source::Span;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    look.report.conditions.iter().filter_map(|(place, range)| finding(look, *place, *range)).collect()
}

fn finding(look: &Look<'_>, place: Place, range: Range) -> Option<Diagnostic> {
    let rules = look.rules;
    let (condition, span): (&Condition, Span) = match place {
        Place::Segment(id) => (&rules[id].condition, rules[id].span),
        Place::When(rule, at) => rules[rule].when.get(at).map(|clause| (&clause.condition, clause.span))?,
        Place::Unless(rule, at) => rules[rule].unless.get(at).map(|clause| (&clause.condition, clause.span))?,
        Place::Fallback(slot, at) => {
            let entry = rules[slot].fallback.get(at)?;
            (entry.when.as_ref()?, entry.span)
        }
        Place::Channel(_) => return None,
    };
    let rule = match place {
        Place::When(rule, _) | Place::Unless(rule, _) => Some(rule),
        Place::Segment(_) | Place::Fallback(..) | Place::Channel(_) => None,
    };
    let contradicts = rule.and_then(|rule| look.report.rules.get(&rule));
    if matches!(contradicts, Some(Verdict::Contradictory(_))) {
        return None;
    }
    // A segment that is nothing but another one passes on what is said there, and so does a clause.
    if look.is_told_of_a_segment(condition) {
        return None;
    }
    let (message, label, help) = match (place, range) {
        (Place::Unless(..), Range::AlwaysNo) => (
            "this `unless` never keeps anybody away",
            "no for everybody",
            "remove it, or look whether it says what was meant",
        ),
        (Place::Unless(..), Range::NeverYes) => (
            "this `unless` only keeps those away of whom the data is missing",
            "no for everybody of whom the data is known",
            "if that is meant, write `when ... is known`; otherwise look whether it says what was meant",
        ),
        (Place::Segment(_), Range::AlwaysYes) => {
            ("everybody is in this segment", "yes for everybody", "remove it, or look whether it says what was meant")
        }
        (Place::Segment(_), Range::NeverNo) => (
            "everybody of whom the data is known is in this segment",
            "never no",
            "if that is meant, write `... is known`; otherwise look whether it says what was meant",
        ),
        (Place::When(..) | Place::Fallback(..), Range::AlwaysYes) => (
            "this condition holds for everybody",
            "yes for everybody",
            "remove it, or look whether it says what was meant",
        ),
        (Place::When(..) | Place::Fallback(..), Range::NeverNo) => (
            "this condition holds for everybody of whom the data is known",
            "never no",
            "if that is meant, write `... is known`; otherwise look whether it says what was meant",
        ),
        (Place::Unless(..), Range::AlwaysYes | Range::NeverNo)
        | (Place::When(..) | Place::Segment(_) | Place::Fallback(..), Range::AlwaysNo | Range::NeverYes)
        | (Place::Channel(_), _)
        | (_, Range::Open | Range::Unknown(_)) => return None,
    };
    Some(Diagnostic::new(&lint::ALWAYS_TRUE, span, message).primary(label).help(help))
}
