//! What the script reads: the model itself, as serde writes it, and what of it follows that need not be worked out twice.
//!
//! The conditions in it are the model's own, so nothing is spelt a second time. Places in the text are left out, and so is
//! what other slots hold.

use serde_json::{Map, Value as Json, json};

use super::{Title, zones};
use crate::model::show::{show_cap, show_gathered};
use crate::model::{CapId, Clause, RuleId, RuleSet, SlotId};
use crate::value::show_instant;

/// The largest whole number that a script reads exactly: 2^53 - 1.
const SAFE: i64 = 9_007_199_254_740_991;

/// All that the script knows.
pub(super) fn json(rules: &RuleSet, slots: &[SlotId], title: &Title<'_>) -> Json {
    let mut model = serde_json::to_value(rules).unwrap_or(Json::Null);
    strip(&mut model);
    let is_shown = |slot: SlotId| slots.contains(&slot);
    if let Some(Json::Array(all)) = model.get_mut("rules") {
        for (of, rule) in all.iter_mut().zip(&rules.rules) {
            if !is_shown(rule.slot) {
                *of = Json::Null;
            }
        }
    }
    let tiers: Vec<Json> = (0..rules.slots.len())
        .map(SlotId::from_index)
        .map(|slot| if is_shown(slot) { rules.tiers(slot).map(|tier| json!(tier)).collect() } else { Json::Null })
        .collect();
    let bound: Vec<Json> = (0..rules.rules.len())
        .map(RuleId::from_index)
        .map(|rule| {
            if !is_shown(rules[rule].slot) {
                return Json::Null;
            }
            json!({
                "caps": rules.caps_on(rule),
                "blocks": rules.blocks_on(rule),
                "windows": rules.windows_on(rule),
                "lastDay": rules.last_day(rule),
                "spares": spares(rules, rule),
            })
        })
        .collect();
    let gathered: Vec<Json> = rules
        .gathered
        .iter()
        .map(|gathered| {
            json!({
                "words": show_gathered(rules, gathered),
                "type": rules.type_of_gathered(gathered),
                "needs": rules.needs_of_gathered(gathered),
                "isOfEvents": !gathered.occurrences().is_empty(),
            })
        })
        .collect();
    let attributes: Vec<Json> = rules
        .attributes
        .iter()
        .map(|attribute| json!({ "word": attribute.ty.word(), "isProtected": attribute.is_protected() }))
        .collect();
    let caps: Vec<String> = (0..rules.caps.len()).map(|at| show_cap(rules, CapId::from_index(at))).collect();
    let mut data = json!({
        "slots": slots,
        "rules": model,
        "tiers": tiers,
        "bound": bound,
        "gathered": gathered,
        "attributes": attributes,
        "caps": caps,
        "zones": zones::tables(rules),
        "now": title.now.map(show_instant),
        "moment": title.moment.and_then(|text| serde_json::from_str::<Json>(text).ok()),
    });
    widen(&mut data);
    data
}

/// Of each clause, `when` before `unless`, whether it spares people: a yes of it is told like what is not known (R18).
fn spares(rules: &RuleSet, rule: RuleId) -> Vec<bool> {
    let rule = &rules[rule];
    let is_protective = |clause: &Clause| rules.read_by(&clause.condition).iter().any(|id| rules[*id].protective);
    let when = rule.when.iter().map(|_| false);
    when.chain(rule.unless.iter().map(is_protective)).collect()
}

/// JSON as it may stand in a `<script>`: nothing in it ends one, or begins a comment of HTML.
pub(super) fn embedded(data: &Json) -> String {
    data.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Takes out where things stand in the text, and what people wrote about them: the cards say it.
fn strip(of: &mut Json) {
    const UNREAD: [&str; 8] = ["span", "about", "owner", "metric", "ticket", "because", "tasks", "content"];
    match of {
        Json::Object(fields) => {
            // The fields of a struct; what an author named so is a value, never a field.
            fields.retain(|name, _| !UNREAD.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Json::Array(parts) => parts.iter_mut().for_each(strip),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Writes whole numbers that a script would round as texts; it reads either.
fn widen(of: &mut Json) {
    match of {
        Json::Number(number) => {
            if number.as_i64().is_some_and(|number| !(-SAFE..=SAFE).contains(&number))
                || number.as_u64().is_some_and(|number| number > SAFE as u64)
            {
                *of = Json::String(number.to_string());
            }
        }
        Json::Array(parts) => parts.iter_mut().for_each(widen),
        Json::Object(fields) => {
            let fields: &mut Map<String, Json> = fields;
            fields.values_mut().for_each(widen);
        }
        Json::Null | Json::Bool(_) | Json::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_number_stays_what_it_is() {
        let mut data = json!({ "a": [SAFE, SAFE + 1, -SAFE - 1, i64::MIN], "b": 7 });
        widen(&mut data);
        let wide = ["9007199254740992", "-9007199254740992", "-9223372036854775808"];
        assert_eq!(data, json!({ "a": [SAFE, wide[0], wide[1], wide[2]], "b": 7 }));
    }

    #[test]
    fn what_is_embedded_ends_no_script() {
        let hostile = json!({ "name": "</script><!--\u{2028}" });
        let text = embedded(&hostile);
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), hostile);
    }
}
