//! The page for machines; its schema is published.

use serde_json::{Value, json};

use super::Head;
use super::describe::{column, marks};
use crate::analysis::consent::{Back, Kept, Masked, Need, Needs, Proof, Purposed, SlotNeeds, Source, Used};
use crate::bundle::EDITION;
use crate::diagnostics::render;
use crate::model::{AttributeId, Basis, EventId, RuleSet, Scope};
use crate::value::{show_instant, zone_data_version};

/// The version of the shape that machines read.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn machine(rules: &RuleSet, needs: &Needs, head: &Head) -> Value {
    let proofs = || needs.slots.iter().flat_map(|slot| &slot.purposes).filter_map(|purposed| purposed.proof.as_ref());
    let not_needed = (!head.is_part).then(|| {
        json!({
            "attributes": needs.attributes.iter().map(|id| attribute(rules, *id)).collect::<Vec<_>>(),
            "events": needs.events.iter().map(|id| event(rules, *id, None)).collect::<Vec<_>>(),
        })
    });
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": render::tool(),
        "rules": head.name,
        "revision": head.revision,
        "edition": EDITION,
        "zones": zone_data_version(),
        "as_of": show_instant(head.now),
        "slots": needs.slots.iter().map(|slot| one_slot(rules, slot)).collect::<Vec<_>>(),
        "not_needed": not_needed,
        "proved": proofs().all(Proof::holds),
        "proved_unmasked": proofs().all(Proof::holds_unmasked),
    })
}

fn one_slot(rules: &RuleSet, needs: &SlotNeeds) -> Value {
    let slot = &rules[needs.slot];
    let place = (!slot.sends()).then_some(&slot.place);
    json!({
        "slot": slot.name,
        "label": slot.label,
        "on": place,
        "by": slot.channels.iter().map(|channel| &rules[*channel].name).collect::<Vec<_>>(),
        "off": slot.off,
        "purposes": needs.purposes.iter().map(|purposed| purpose(rules, purposed)).collect::<Vec<_>>(),
        "without_purpose": needs.without.iter().map(|of| need(rules, of)).collect::<Vec<_>>(),
    })
}

fn purpose(rules: &RuleSet, purposed: &Purposed) -> Value {
    let of = &rules[purposed.purpose];
    let (basis, balance) = match &of.basis {
        Basis::Consent => ("consent", None),
        Basis::ExplicitConsent => ("explicit consent", None),
        Basis::LegitimateInterest(id) => ("legitimate interest", Some(id)),
    };
    json!({
        "purpose": of.name,
        "label": of.label,
        "basis": basis,
        "balance": balance,
        "version": of.version,
        "valid": of.valid.map(|valid| valid.to_string()),
        "confirmed": of.confirmed,
        "direct_marketing": of.direct_marketing,
        "rules": purposed.rules.iter().map(|rule| &rules[*rule].name).collect::<Vec<_>>(),
        "channels": purposed.channels.iter().map(|channel| &rules[*channel].name).collect::<Vec<_>>(),
        "opens": purposed.opens.iter().map(|of| need(rules, of)).collect::<Vec<_>>(),
        "record": purposed.record.as_ref().map(|of| need(rules, of)),
        "proof": purposed.proof.as_ref().map(|of| proof(rules, of)),
    })
}

fn need(rules: &RuleSet, need: &Need) -> Value {
    let mut found = match need.source {
        Source::Attribute(id) => attribute(rules, id),
        Source::Event(id) => event(rules, id, need.back),
        Source::Consent(id) => json!({ "kind": "consent", "name": rules[id].name }),
        Source::Permission(id) => json!({ "kind": "permission", "name": rules[id].name }),
    };
    if let Some(fields) = found.as_object_mut() {
        fields.insert("used".to_owned(), need.used.iter().map(|of| used(rules, of)).collect());
    }
    found
}

fn attribute(rules: &RuleSet, id: AttributeId) -> Value {
    let of = &rules[id];
    let scope = match of.scope {
        Scope::Customer => "customer",
        Scope::Moment => "moment",
    };
    json!({
        "kind": "attribute",
        "name": of.name,
        "scope": scope,
        "column": (!of.mapping.row_number).then(|| column(of)),
        "stamp": of.mapping.stamp,
        "fresh": of.fresh.map(|fresh| fresh.to_string()),
        "key": of.key,
        "marks": marks(of),
        "needs": of.needs.iter().map(|purpose| &rules[*purpose].name).collect::<Vec<_>>(),
    })
}

fn event(rules: &RuleSet, id: EventId, back: Option<Back>) -> Value {
    let of = &rules[id];
    let days = match back {
        Some(Back::Days(days)) => Some(days),
        Some(Back::Ever) | None => None,
    };
    json!({
        "kind": "event",
        "name": of.name,
        "days_back": days,
        "ever": back == Some(Back::Ever),
        "needs": of.needs.iter().map(|purpose| &rules[*purpose].name).collect::<Vec<_>>(),
    })
}

fn used(rules: &RuleSet, used: &Used) -> Value {
    json!({
        "for": used.to.word(),
        "part": used.part,
        "through": used.through.iter().map(|step| step.words(rules)).collect::<Vec<_>>(),
        "rules": used.rules.iter().map(|rule| &rules[*rule].name).collect::<Vec<_>>(),
        "fallbacks": used.fallbacks,
    })
}

fn proof(rules: &RuleSet, proof: &Proof) -> Value {
    let kept = |kept: &Kept| {
        let name = match kept.source {
            Source::Attribute(id) => rules[id].name.clone(),
            Source::Event(id) => rules[id].name.clone(),
            Source::Consent(id) => rules[id].name.clone(),
            Source::Permission(id) => rules[id].name.clone(),
        };
        let through: Vec<String> = kept.through.iter().map(|step| step.words(rules)).collect();
        json!({ "reads": name, "at": kept.place.words(rules), "through": through })
    };
    let masked = |(why, of): &(Masked, Kept)| {
        let mut found = kept(of);
        if let Some(fields) = found.as_object_mut() {
            fields.insert("why".to_owned(), why.word().into());
        }
        found
    };
    json!({
        "guarded": proof.guarded,
        "settled": proof.settled.iter().map(kept).collect::<Vec<_>>(),
        "masked": proof.masked.iter().map(masked).collect::<Vec<_>>(),
        "counted": proof.counted.iter().map(kept).collect::<Vec<_>>(),
        "leaks": proof.leaks.iter().map(kept).collect::<Vec<_>>(),
    })
}
