//! A cost for machines; the shape stands in `docs/reference/cost.schema.json`.

use serde_json::{Value, json};

use super::super::still_open;
use super::budgets::Held;
use super::words;
use crate::analysis::cost::{Candidate, Ground, Look, SlotCost, Tally};
use crate::analysis::diff::customer;
use crate::analysis::{Group, Whom};
use crate::diagnostics::{Diagnostic, render};
use crate::model::RuleSet;
use crate::source::SourceSet;

/// The version of the shape.
const SCHEMA_VERSION: u32 = 1;

/// Everything that was found.
pub(super) fn json(
    rules: &RuleSet,
    found: &[SlotCost],
    held: &[Held<'_>],
    findings: &[Diagnostic],
    sources: &SourceSet,
) -> Value {
    let mut written = render::json(findings, sources);
    let total = found.iter().fold(0, |sum: u64, slot| sum.saturating_add(slot.at_most.total()));
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": render::tool(),
        "at_most": total,
        "slots": found.iter().map(|slot| of_slot(rules, slot, held)).collect::<Vec<_>>(),
        "diagnostics": written.get_mut("diagnostics").map(Value::take),
    })
}

fn of_slot(rules: &RuleSet, slot: &SlotCost, held: &[Held<'_>]) -> Value {
    let (ground, offer) = match slot.ground {
        Ground::Off => ("off", None),
        Ground::Shows(offer) => ("shows", Some(offer)),
        Ground::Nothing => ("nothing", None),
    };
    let groups = |of: &Whom| {
        let one = |group: &Group| json!({ "who": group.who, "customer": customer(rules, &group.witness) });
        json!({
            "groups": of.groups.iter().map(one).collect::<Vec<_>>(),
            "more": of.more,
            "undecided": of.open.map(still_open),
        })
    };
    let budget = held.iter().find(|(of, _)| of.slot == slot.slot).map(|(_, budget)| budget.at_most);
    json!({
        "slot": rules[slot.slot].name,
        "ends_in": { "kind": ground, "offer": offer.map(|offer| rules[offer].name.as_str()) },
        "always_something": slot.nothing.is_nobody(),
        "nothing_for": groups(&slot.nothing),
        "only_its_list_for": groups(&slot.only_list),
        "at_most": slot.at_most.total(),
        "of": tally(slot.at_most),
        "budget": budget,
        "path": slot.path.iter().map(|look| of_look(rules, look)).collect::<Vec<_>>(),
        "spared": slot.spared.iter().map(|rule| rules[*rule].name.as_str()).collect::<Vec<_>>(),
    })
}

fn of_look(rules: &RuleSet, look: &Look) -> Value {
    let (kind, rule, entry) = match look.at {
        Candidate::Rule(rule) => ("rule", Some(rule), None),
        Candidate::Instead(rule, _) => ("substitute", Some(rule), None),
        Candidate::Entry(at) => ("fallback", None, Some(at + 1)),
    };
    json!({
        "by": kind,
        "rule": rule.map(|rule| rules[rule].name.as_str()),
        "entry": entry,
        "step": words::step_word(look.step),
        "asks": tally(look.asked),
    })
}

fn tally(tally: Tally) -> Value {
    json!({
        "conditions": tally.conditions,
        "purposes": tally.purposes,
        "caps": tally.caps,
        "windows": tally.windows,
        "slots": tally.slots,
    })
}
