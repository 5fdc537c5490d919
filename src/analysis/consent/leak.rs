//! `consent::leak`: a reading that has a say though the purpose is closed.
//!
//! Neither the checker nor the verifier lets such a model through, each by its own way of asking; this is the third, and the
//! only one that follows where it flows.

use std::collections::BTreeSet;

use super::{Place, Reader, Source, Standing, Through};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::consent;
use crate::model::show::show_gathered;
use crate::model::{PurposeId, RuleId, RuleSet, SlotId};
use crate::source::Span;

/// One finding for each clause, source and purpose of which it is so; in the order of slots and steps.
pub fn leaks(rules: &RuleSet) -> Vec<Diagnostic> {
    let needs_nothing = rules.attributes.iter().all(|attribute| attribute.needs.is_empty())
        && rules.events.iter().all(|event| event.needs.is_empty());
    if needs_nothing {
        return Vec::new();
    }
    let reader = Reader::new(rules);
    let mut found = Vec::new();
    let mut told: BTreeSet<(Span, Source, PurposeId)> = BTreeSet::new();
    for at in 0..rules.slots.len() {
        let slot = SlotId::from_index(at);
        reader.readings(slot, &mut |reading| {
            for (purpose, standing) in reading.standings {
                // A block or a channel that many rules share is told once.
                if *standing == Standing::Leaks && told.insert((reading.span, reading.source, *purpose)) {
                    found.push(leak(rules, slot, reading, *purpose));
                }
            }
        });
    }
    found
}

fn leak(rules: &RuleSet, slot: SlotId, reading: &super::Reading<'_>, purpose: PurposeId) -> Diagnostic {
    let (name, declared) = named(rules, reading.source);
    let needed = &rules[purpose].name;
    let message = format!("what `{}` gives tells of `{name}` though `{needed}` is closed", rules[slot].name);
    let mut finding = Diagnostic::new(&consent::LEAK, reading.span, message)
        .primary(format!("reads {}, and nothing before it asks for `{needed}`", chain(rules, name, reading.through)));
    if let Some(declared) = declared {
        finding = finding.label(declared, format!("needs `{needed}`"));
    }
    match holder(reading.place) {
        Some(rule) => {
            finding = finding.label(rules[rule].span, behind(rules, slot, rule));
            finding.help(format!("add `needs {needed}` to `{}`", rules[rule].name))
        }
        None => finding.help(format!("ask for it first: `consent.{needed} is granted and ..`")),
    }
}

/// Where it flows: that the rule wins or drops out is seen in all that comes to its turn behind it.
fn behind(rules: &RuleSet, slot: SlotId, rule: RuleId) -> String {
    let order = &rules[slot].order;
    let place = order.iter().position(|other| *other == rule).map_or(order.len(), |place| place + 1);
    let below = order.get(place..).unwrap_or_default();
    let (name, list) = (&rules[rule].name, "the fallback list");
    match below {
        [] => format!("whether `{name}` wins tells it, and so does {list} behind it"),
        [one] => format!("whether `{name}` wins tells it, and so do `{}` and {list} behind it", rules[*one].name),
        [one, rest @ ..] => {
            let more = rest.len();
            let rules_ = if more == 1 { "rule" } else { "rules" };
            format!(
                "whether `{name}` wins tells it, and so do `{}`, {more} more {rules_} and {list} behind it",
                rules[*one].name
            )
        }
    }
}

/// The rule whose clause it is, or in whose service it is read.
fn holder(place: Place) -> Option<RuleId> {
    use super::Holder;
    let of = |holder: Holder| match holder {
        Holder::Rule(rule) | Holder::StandsIn(rule, _) => Some(rule),
        Holder::Fallback(_) => None,
    };
    match place {
        Place::When(rule)
        | Place::Unless(rule)
        | Place::Expires(rule)
        | Place::Rank(rule)
        | Place::MightBelong(rule) => Some(rule),
        Place::Block(_, holder)
        | Place::Window(_, holder)
        | Place::Cap(_, _, holder)
        | Place::Channel(_, _, holder) => of(holder),
        Place::Fallback(_) | Place::Rotation | Place::Key => None,
    }
}

/// The name of what is read, and where it is declared; a built-in event is nowhere.
pub(super) fn named(rules: &RuleSet, source: Source) -> (&str, Option<Span>) {
    match source {
        Source::Attribute(id) => (&rules[id].name, Some(rules[id].span)),
        Source::Event(id) => {
            let built_in = id.index() < crate::model::Event::BUILT_IN.len();
            (&rules[id].name, (!built_in).then_some(rules[id].span))
        }
        Source::Consent(id) => (&rules[id].name, Some(rules[id].span)),
        Source::Permission(id) => (&rules[id].name, Some(rules[id].span)),
    }
}

/// `` `churn` through `at_risk`, `score` ``
fn chain(rules: &RuleSet, name: &str, through: &[Through]) -> String {
    let steps: Vec<String> = through.iter().map(|step| format!("`{}`", step.words(rules))).collect();
    if steps.is_empty() { format!("`{name}`") } else { format!("`{name}` through {}", steps.join(", ")) }
}

impl Through {
    /// Its name, or how an author writes it.
    pub fn words(self, rules: &RuleSet) -> String {
        match self {
            Self::Segment(id) => rules[id].name.clone(),
            Self::Value(id) => rules[id].name.clone(),
            Self::Gathered(id) => show_gathered(rules, &rules[id]),
        }
    }
}
