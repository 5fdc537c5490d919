//! `lint::contradiction`: a rule, a segment or a fallback entry that can never apply to anybody.

use super::{Look, words};
use crate::analysis::{Culprit, FallbackVerdict, Place, Range, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{Clause, Condition, Expression, Rule, RuleId, SegmentId, SlotId};
use crate::source::Span;
use crate::value::{Type, show_number};

/// Places that a segment empties are named up to this number.
const MOST_NAMED: usize = 5;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (place, range) in &look.report.conditions {
        if let (Place::Segment(id), Range::AlwaysNo | Range::NeverYes) = (place, range) {
            found.extend(segment(look, *id, *range));
        }
    }
    for (id, verdict) in &look.report.rules {
        if let Verdict::Contradictory(culprits) = verdict {
            found.extend(rule(look, *id, culprits));
        }
    }
    for (slot, verdicts) in &look.report.fallbacks {
        for (at, verdict) in verdicts.iter().enumerate() {
            if *verdict == FallbackVerdict::Contradictory {
                found.extend(fallback(look, *slot, at));
            }
        }
    }
    found
}

/// What the one attribute of which a condition asks can be, where that is bounded: most likely it asks for something else.
fn values_of(look: &Look<'_>, condition: &Condition) -> Option<String> {
    let rules = look.rules;
    let mut asked = Vec::new();
    let (mut others, mut demands) = (false, 0);
    condition.each(&mut |part| {
        others |= matches!(part, Condition::Segment(_));
        demands += usize::from(!part.operands().is_empty());
        for operand in part.operands() {
            match bare(operand) {
                Expression::Attribute(id) => asked.push(*id),
                Expression::Literal(..) => {}
                Expression::Value(_)
                | Expression::Gathered(_)
                | Expression::Consent(_)
                | Expression::Permission(_)
                | Expression::Now
                | Expression::Rescale(..)
                | Expression::Arithmetic(..)
                | Expression::Else(..)
                | Expression::When(..) => others = true,
            }
        }
    });
    asked.dedup();
    let [id] = asked.as_slice() else { return None };
    let attribute = &rules[*id];
    match attribute.ty {
        Type::Number(number) if !others && demands == 1 => {
            let [from, to] = [number.min, number.max].map(|end| show_number(end, number.scale));
            Some(format!("`{}` runs from {from} to {to}; ask for a number that it can be", attribute.name))
        }
        Type::Number(_)
        | Type::YesNo
        | Type::Text
        | Type::OneOf(_)
        | Type::Set
        | Type::Time
        | Type::Date
        | Type::Zone
        | Type::Score(_) => None,
    }
}

/// Without the places that a comparison gave it.
fn bare(of: &Expression) -> &Expression {
    if let Expression::Rescale(inner, _) = of { bare(inner) } else { of }
}

fn segment(look: &Look<'_>, id: SegmentId, range: Range) -> Option<Diagnostic> {
    let rules = look.rules;
    let segment = &rules[id];
    // It may only pass on that another one is empty.
    if look.empty_segment(&segment.condition).is_some() {
        return None;
    }
    let what = if range == Range::AlwaysNo { "it is no for everybody" } else { "it is no or unknown for everybody" };
    let mut diagnostic = Diagnostic::new(
        &lint::CONTRADICTION,
        segment.span,
        format!("nobody can ever be in segment `{}`", segment.name),
    )
    .primary(what)
    .help("look for two demands on one attribute that exclude each other, or a value it cannot have");
    let clauses = rules.rules.iter().flat_map(|rule| &rule.when);
    let emptied = clauses.filter(|clause| look.empty_segment(&clause.condition) == Some(id));
    for clause in emptied.take(MOST_NAMED) {
        diagnostic = diagnostic.label(clause.span, "so nobody is meant here");
    }
    Some(diagnostic)
}

fn rule(look: &Look<'_>, id: RuleId, culprits: &[Culprit]) -> Option<Diagnostic> {
    let rules = look.rules;
    let rule = &rules[id];
    let clauses: Vec<(&Clause, bool)> = culprits
        .iter()
        .filter_map(|culprit| match culprit {
            Culprit::When(at) => Some((rule.when.get(*at)?, false)),
            Culprit::Unless(at) => Some((rule.unless.get(*at)?, true)),
            Culprit::Cap(_)
            | Culprit::Channel
            | Culprit::Block(_)
            | Culprit::Hours
            | Culprit::Expiry
            | Culprit::Score
            | Culprit::Taken
            | Culprit::Review
            | Culprit::OfferDates
            | Culprit::Dates
            | Culprit::Needs(_) => None,
        })
        .collect();
    if let ([(only, false)], 1) = (clauses.as_slice(), culprits.len())
        && look.empty_segment(&only.condition).is_some()
    {
        return None;
    }
    // A channel by which nothing can go is told where it stands.
    if let [Culprit::Channel] = culprits
        && rules.channels_of(rule).iter().any(|channel| look.is_closed(*channel))
    {
        return None;
    }
    let (message, help) = match (clauses.as_slice(), culprits.len()) {
        ([_], 1) => (
            format!("`{}` can never apply: this condition never lets anybody through", rule.name),
            "look for two demands on one attribute that exclude each other, or a value it cannot have",
        ),
        ([], _) => (format!("`{}` can never apply", rule.name), "change or remove one of these"),
        (_, _) => (
            format!("`{}` can never apply: what it asks for excludes each other", rule.name),
            "change or remove one of these; any one alone would leave somebody",
        ),
    };
    let own = match clauses.as_slice() {
        [(only, _)] if culprits.len() == 1 => values_of(look, &only.condition),
        [] | [_, ..] => None,
    };
    let help = own.unwrap_or_else(|| help.to_owned());
    let mut labels: Vec<(Span, String)> = clauses
        .iter()
        .map(|(clause, is_unless)| {
            let text = match (is_unless, culprits.len()) {
                (false, 1) => "never yes",
                (true, 1) => "never no, and only a no lets anybody through",
                (false, _) => "must be yes",
                (true, _) => "must be no",
            };
            (clause.span, text.to_owned())
        })
        .collect();
    let others: Vec<String> = culprits.iter().filter_map(|culprit| other(look, rule, *culprit)).collect();
    if !others.is_empty() {
        labels.push((rule.span, others.join("; ")));
    }
    let mut labels = labels.into_iter();
    let (span, text) = labels.next().unwrap_or((rule.span, String::new()));
    let mut diagnostic = Diagnostic::new(&lint::CONTRADICTION, span, message).primary(text).help(help);
    for (span, text) in labels {
        diagnostic = diagnostic.label(span, text);
    }
    Some(diagnostic)
}

/// A culprit that is no clause.
fn other(look: &Look<'_>, rule: &Rule, culprit: Culprit) -> Option<String> {
    let rules = look.rules;
    match culprit {
        Culprit::When(_) | Culprit::Unless(_) => None,
        Culprit::Needs(purpose) => Some(format!("needs {}", words::listed([rules[purpose].name.as_str()]))),
        Culprit::Dates => Some("only active on its dates".to_owned()),
        Culprit::OfferDates => Some(format!("its offer `{}` is only active on its dates", rules[rule.show].name)),
        Culprit::Review => Some("stops when its review is overdue".to_owned()),
        Culprit::Channel => Some("goes by a channel that permits, reaches and is consented to".to_owned()),
        Culprit::Score => Some("has no score".to_owned()),
        Culprit::Taken => Some("its offer must not be shown in another slot".to_owned()),
        Culprit::Hours => Some("must be open by its windows, or wait for them".to_owned()),
        Culprit::Expiry => crate::model::show::show_expiry(look.rules, look.rules.rule_named(&rule.name)?),
        Culprit::Block(block) => Some(format!("is held back by the block `{}`", rules[block].name)),
        Culprit::Cap(cap) => Some(match rules.key() {
            None => format!(
                "no attribute is marked `key`, so {} blocks everybody",
                words::listed([rules[cap].name.as_str()])
            ),
            Some(_) => format!("{} must have something left", words::listed([rules[cap].name.as_str()])),
        }),
    }
}

fn fallback(look: &Look<'_>, slot: SlotId, at: usize) -> Option<Diagnostic> {
    let rules = look.rules;
    let entry = rules[slot].fallback.get(at)?;
    if entry.when.as_ref().is_some_and(|when| look.empty_segment(when).is_some()) {
        return None;
    }
    let message = format!("this fallback of slot `{}` can never be shown", rules[slot].name);
    let what = if entry.when.is_some() { "its condition is yes for nobody" } else { "its offer can never be shown" };
    Some(
        Diagnostic::new(&lint::CONTRADICTION, entry.span, message)
            .primary(what)
            .help("change its condition, or remove it"),
    )
}
