//! The history of a customer as JSON: a list of what happened, each entry with its event and its time.
//!
//! What cannot be read is an error, as it is of an attribute; an offer, a channel or a tag that the rules do not have may
//! be one of last year, and is named as in a table of events. Whether an event is still to come is asked where it is used.

use serde_json::value::RawValue;

use super::{once, or_an_attribute, text, time, unreadable, wrong};
use crate::frame::{Fact, Facts, Happened, Stamp};
use crate::model::{Class, EventId, RuleSet};
use crate::runtime::data::cell::{CellReader, as_attribute, datum};
use crate::runtime::data::json::{Fields, Json};
use crate::runtime::data::{DataError, codes};
use crate::runtime::names::Names;
use crate::value::{Datum, Missing};

/// Adds what the list in `raw` says to the facts; what it names that the rules do not know goes to `doubtful`.
///
/// # Errors
/// Not such a list, an event that the rules do not declare, a key or a field that is none or cannot be read, one id of two
/// events.
pub(super) fn read(
    rules: &RuleSet,
    raw: &RawValue,
    facts: &mut Facts,
    doubtful: &mut Vec<String>,
) -> Result<(), DataError> {
    let unreadable = || {
        wrong(
            "the history cannot be read",
            "write a list of objects with `event` and `at`, and `offer`, `rule`, `class`, `tags`, `fields`, `id` where the \
             event has them",
        )
    };
    let Some(Json::List(parts)) = Json::read(raw) else { return Err(or_an_attribute(rules, "history", unreadable())) };
    let names = Names::of(rules);
    let mut known: Vec<(String, Happened)> = Vec::new();
    for (number, part) in (1_usize..).zip(parts) {
        let Some(Json::Object(fields)) = Json::read(part) else { return Err(unreadable()) };
        once("an event of the history", &fields)?;
        let (mut event, mut at, mut offer, mut rule, mut class, mut tags) = (None, None, None, None, None, None);
        let mut channel = None;
        let (mut own, mut written): (Option<String>, Option<Fields<'_>>) = (None, None);
        for (name, raw) in &fields.0 {
            match (name.as_str(), Json::read(raw)) {
                ("event", Some(Json::Text(text))) => event = Some(text),
                ("at", Some(Json::Text(_))) => {
                    at = Some(time(rules, raw).ok_or_else(|| bad_key(rules, number, name))?);
                }
                ("offer", Some(Json::Text(text))) => offer = Some(text),
                ("rule", Some(Json::Text(text))) => rule = Some(text),
                ("channel", Some(Json::Text(text))) => channel = Some(text),
                ("class", Some(Json::Text(text))) => {
                    class = Some(Class::from_word(&text).ok_or_else(|| bad_key(rules, number, name))?);
                }
                ("tags", Some(Json::List(list))) => {
                    let list: Option<Vec<_>> = list.into_iter().map(text).collect();
                    tags = Some(list.ok_or_else(|| bad_key(rules, number, name))?);
                }
                ("id", Some(Json::Text(text))) => own = Some(text),
                ("fields", Some(Json::Object(object))) => written = Some(object),
                ("offer" | "rule" | "class" | "tags" | "channel" | "id" | "fields", Some(Json::Null)) => {}
                _ => return Err(bad_key(rules, number, name)),
            }
        }
        let (Some(event), Some(at)) = (&event, at) else {
            let lacks = if event.is_none() { "event" } else { "at" };
            let message = format!("entry {number} of the history has no `{lacks}`");
            return Err(wrong(
                message,
                "each says what happened and when: `\"event\": \"shown\", \"at\": \"2026-06-15T10:00Z\"`",
            ));
        };
        let Some(id) = names.event(event) else {
            let known = rules.events.iter().map(|event| event.name.as_str());
            let message = format!("`{event}` is no event of the rules");
            return Err(DataError::new(&codes::UNKNOWN_ATTRIBUTE, message).did_you_mean(event, known));
        };
        let told = doubtful.len();
        let mut doubt = |why: String| doubtful.push(format!("entry {number} of the history: {why}"));
        if let Some(offer) = offer.as_deref().filter(|offer| names.offer(offer).is_none()) {
            doubt(format!("the rules do not have the offer `{offer}`"));
        }
        if let Some(channel) = channel.as_deref().filter(|channel| names.channel(channel).is_none()) {
            doubt(format!("the rules do not have the channel `{channel}`: it counts for every channel"));
        }
        for tag in tags.iter().flatten().filter(|tag| names.tag(tag).is_none()) {
            doubt(format!("the rules do not have the tag `{tag}`"));
        }
        let stamp: Stamp =
            names.stamp((offer.as_deref(), rule.as_deref(), channel.as_deref()), None, class, tags.as_deref());
        let happened = Happened { event: id, at, stamp, fields: event_fields(rules, id, written.as_ref())?, times: 1 };
        match own.map(|own| (known.iter().find(|(other, _)| *other == own).map(|(_, first)| first.clone()), own)) {
            // The same event, sent again.
            Some((Some(first), _)) if first == happened => {
                doubtful.truncate(told);
                continue;
            }
            Some((Some(_), own)) => {
                return Err(wrong(
                    format!("two different events have the id `{own}`"),
                    "an id belongs to one event; leave it out where nobody gave one",
                ));
            }
            Some((None, own)) => known.push((own, happened.clone())),
            None => {}
        }
        facts.history.push(happened);
    }
    Ok(())
}

/// What is wrong with a key of entry `number` of the history.
fn bad_key(rules: &RuleSet, number: usize, key: &str) -> DataError {
    let right = match key {
        "event" => "the name of an event in quotes",
        "at" => "an instant such as \"2026-06-15T10:00Z\"",
        "class" => "a class such as \"marketing\"",
        "tags" => "a list of tags such as [\"promo\"]",
        "offer" | "rule" | "channel" | "id" => "a name in quotes",
        "fields" => "an object with the fields of the event",
        _ => {
            let message = format!("entry {number} of the history has a key `{key}` that means nothing there");
            let is_field = rules.events.iter().any(|event| event.fields.iter().any(|field| field.name == key));
            return wrong(
                message,
                match is_field {
                    true => format!("the fields of an event stand under `fields`: `\"fields\": {{ \"{key}\": .. }}`"),
                    false => "an event has `event` and `at`, and perhaps `offer`, `rule`, `channel`, `class`, `tags`, `fields`, `id`"
                        .to_owned(),
                },
            );
        }
    };
    wrong(format!("`{key}` of entry {number} of the history cannot be read"), format!("write {right}"))
}

/// The fields of an event, in their order; those not given are absent.
fn event_fields(rules: &RuleSet, id: EventId, written: Option<&Fields<'_>>) -> Result<Vec<Datum>, DataError> {
    let event = &rules[id];
    let mut found = vec![Datum::Missing(Missing::Absent); event.fields.len()];
    for (name, raw) in written.into_iter().flat_map(|fields| &fields.0) {
        let Some(at) = event.fields.iter().position(|field| field.name == *name) else {
            let message = format!("event `{}` has no field `{name}`", event.name);
            let known = event.fields.iter().map(|field| field.name.as_str());
            return Err(DataError::new(&codes::UNKNOWN_ATTRIBUTE, message).did_you_mean(name, known));
        };
        if let (Some(field), Some(place)) = (event.fields.get(at), found.get_mut(at)) {
            let attribute = as_attribute(field);
            let fact = CellReader { rules, attribute: &attribute, spellings: &[] }.json(raw, None);
            if fact == Fact::Missing(Missing::Unreadable) {
                return Err(unreadable(&attribute, raw));
            }
            *place = datum(fact);
        }
    }
    Ok(found)
}
