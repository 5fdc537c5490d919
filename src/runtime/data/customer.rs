//! One customer as JSON, as a service is asked and as people write an example by hand.
//!
//! ```json
//! {
//!   "id": "anna", "tier": "gold", "churn": { "value": 0.12, "as_of": "2026-06-01T08:00Z" },
//!   "moment":  { "device": "web" },
//!   "now":     "2026-06-15T10:00Z",
//!   "consent": { "fitting": "granted", "health": { "status": "granted", "granted_at": "2026-01-01T00:00Z",
//!                "version": 4, "confirmed": true } },
//!   "permission": { "push": "full" },
//!   "held": { "forgotten_cart": "2026-06-14T22:00Z" },
//!   "history": [ { "event": "shown", "at": "2026-06-14T09:00Z", "offer": "comeback", "rule": "comeback" },
//!                { "event": "purchase", "at": "2026-06-01T09:00Z", "fields": { "amount": 20.00 }, "id": "o-17" } ]
//! }
//! ```
//!
//! Fields are named as the attribute or as its column; `given` holds attributes that are called like one of the
//! words above, or `given`. A plain `granted` is the record with nothing but the status: it opens a purpose that asks for
//! no version, term or confirmation; the shortcut of R47 is for tests. Since a person wrote this, what cannot be read is an error, not a missing value, and so is a name that stands twice; only a member that is
//! not in its list is missing (R45), and an offer, channel or tag that the rules do not know any more is named beside the
//! facts. An empty key is none: the customer is anonymous (R41).

use serde_json::value::RawValue;

use super::cell::{CellReader, beyond, instant, key};
use super::json::{Fields, Json, without_exponent};
use super::{DataError, codes, json};
use crate::frame::{ConsentRecord, Fact, Facts};
use crate::model::{Attribute, AttributeId, RuleSet, Scope};
use crate::runtime::names::Names;
use crate::value::{
    Consent, Decimal, Instant, Missing, NumberError, Permission, Type, Value, show_instant, show_number,
};

/// How many names a help lists.
const SHOWN_NAMES: usize = 12;

const WORDS: [&str; 7] = ["consent", "given", "held", "history", "moment", "now", "permission"];

/// Reads a customer over what is already known: what the text says of an attribute, a purpose or the time replaces it,
/// its history is added.
///
/// # Errors
/// As [`JsonCustomer::read`].
pub fn customer_from_json(rules: &RuleSet, text: &str, known: Facts) -> Result<Facts, DataError> {
    JsonCustomer::read(rules, text, known).map(|customer| customer.facts)
}

/// A customer, and what the text says of them that the rules do not know (any more) and is used as far as it goes.
#[derive(Clone, Debug)]
pub struct JsonCustomer {
    /// What is known.
    pub facts: Facts,
    /// Each name that the rules do not have, with where it stands, in words.
    pub doubtful: Vec<String>,
}

impl JsonCustomer {
    /// Reads a customer as [`customer_from_json`] does.
    ///
    /// # Errors
    /// Not JSON, a field that is no attribute of the rules or stands twice, a value of the wrong type, a status that means
    /// nothing for its purpose, a hold that is still to come.
    pub fn read(rules: &RuleSet, text: &str, known: Facts) -> Result<Self, DataError> {
        let mut doubtful = Vec::new();
        read(rules, text, known, &mut doubtful).map(|facts| Self { facts, doubtful })
    }
}

fn read(rules: &RuleSet, text: &str, known: Facts, doubtful: &mut Vec<String>) -> Result<Facts, DataError> {
    let fields = json::object(text).map_err(|why| {
        DataError::new(&codes::BAD_CUSTOMER, format!("the customer is no JSON object: {why}"))
            .help("write one object, such as { \"id\": \"anna\" }")
    })?;
    once("the customer", &fields)?;
    let mut facts = known;
    if let Some(raw) = fields.get("now") {
        facts.now = time(rules, raw).ok_or_else(|| wrong("`now` is not a time", "write \"2026-06-15T10:00Z\""))?;
    }
    let mut set = vec![false; rules.attributes.len()];
    let mut one = |name: &str, raw: &RawValue| match name {
        "now" => Ok(()),
        "given" => given(rules, &object(rules, "given", raw)?, None, &mut set, &mut facts),
        "moment" => given(rules, &object(rules, "moment", raw)?, Some(Scope::Moment), &mut set, &mut facts),
        "consent" => consent(rules, &object(rules, "consent", raw)?, &mut facts),
        "held" => held(rules, &object(rules, "held", raw)?, &mut facts),
        "permission" => permission(rules, &object(rules, "permission", raw)?, &mut facts),
        "history" => history::read(rules, raw, &mut facts, doubtful),
        _ => attribute(rules, name, raw, None, &mut set, &mut facts),
    };
    DataError::all(fields.0.iter().map(|(name, raw)| one(name, raw)))?;
    Ok(facts)
}

/// Writes the attributes of the moment that an object names.
///
/// # Errors
/// A field that is no attribute of the moment, a value of the wrong type.
pub fn moment_from_json(rules: &RuleSet, text: &str, facts: &mut Facts) -> Result<(), DataError> {
    let fields = json::object(text)
        .map_err(|why| DataError::new(&codes::BAD_CUSTOMER, format!("the moment is no JSON object: {why}")))?;
    given(rules, &fields, Some(Scope::Moment), &mut vec![false; rules.attributes.len()], facts)
}

/// The fields of a JSON object in the order written, their values unread; nothing where it is none.
pub fn fields_of(text: &str) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Fields<'_>>(text).ok().map(|fields| fields.0)
}

/// Whether a field of a customer means something to these rules.
pub fn is_field(rules: &RuleSet, name: &str) -> bool {
    WORDS.contains(&name) || find(rules, name).is_some()
}

/// The customer's key, where the facts say it.
pub fn key_of<'a>(rules: &RuleSet, facts: &'a Facts) -> Option<&'a str> {
    match facts.attributes.get(rules.key()?.index())? {
        Fact::Known(Value::Text(key), _) if !key.is_empty() => Some(key),
        Fact::Known(..) | Fact::Missing(_) | Fact::Increments(_) => None,
    }
}

fn given(
    rules: &RuleSet,
    fields: &Fields<'_>,
    only: Option<Scope>,
    set: &mut [bool],
    facts: &mut Facts,
) -> Result<(), DataError> {
    once(only.map_or("`given`", |_| "the moment"), fields)?;
    DataError::all(fields.0.iter().map(|(name, raw)| attribute(rules, name, raw, only, set, facts))).map(drop)
}

fn attribute(
    rules: &RuleSet,
    name: &str,
    raw: &RawValue,
    only: Option<Scope>,
    set: &mut [bool],
    facts: &mut Facts,
) -> Result<(), DataError> {
    let in_scope = |id: &AttributeId| only.is_none_or(|scope| rules[*id].scope == scope);
    let Some(id) = find(rules, name).filter(in_scope) else {
        let known = rules.attributes.iter().filter(|attribute| only.is_none_or(|scope| attribute.scope == scope));
        let known = known.map(|attribute| attribute.name.as_str());
        let (kind, words) = if only.is_some() { ("moment", &[][..]) } else { ("customer or moment", &WORDS[..]) };
        return Err(DataError::new(
            &codes::UNKNOWN_ATTRIBUTE,
            format!("`{name}` is no attribute of the {kind} in the rules"),
        )
        .did_you_mean(name, known.clone().chain(words.iter().copied()))
        .or_help(|| {
            let mut names: Vec<String> = known.take(SHOWN_NAMES + 1).map(|name| format!("`{name}`")).collect();
            if names.len() > SHOWN_NAMES {
                names.truncate(SHOWN_NAMES);
                names.push("..".to_owned());
            }
            if names.is_empty() {
                format!("the rules declare no attribute of the {kind}")
            } else {
                format!("the attributes of the {kind} are {}", names.join(", "))
            }
        }));
    };
    let attribute = &rules[id];
    if set.get_mut(id.index()).is_some_and(|set| std::mem::replace(set, true)) {
        return Err(twice(&format!("`{}` is given", attribute.name)));
    }
    let fact = CellReader { rules, attribute, spellings: &[] }.json(raw, None);
    match fact {
        Fact::Missing(Missing::Unreadable) => Err(unreadable(attribute, raw)),
        Fact::Known(Value::Text(text), _) if attribute.key => {
            // An empty key is nobody's: it would be one customer of all who have none.
            let known = Some(key(&text)).filter(|key| !key.is_empty());
            facts.set(id, known.map_or(Fact::Missing(Missing::Absent), |key| Fact::Known(Value::Text(key), None)));
            Ok(())
        }
        Fact::Known(..) | Fact::Missing(_) | Fact::Increments(_) => {
            facts.set(id, fact);
            Ok(())
        }
    }
}

/// Why a value that a person wrote is none of its attribute's type.
fn unreadable(attribute: &Attribute, raw: &RawValue) -> DataError {
    let json = Json::read(raw);
    let written = match &json {
        Some(Json::Number(written)) => without_exponent(written),
        Some(Json::Text(text)) => Some(text.clone()),
        Some(Json::Null | Json::YesNo(_) | Json::List(_) | Json::Object(_)) | None => None,
    };
    if let (Type::Number(number), Some(written)) = (attribute.ty, written) {
        let show = |mantissa| show_number(mantissa, number.scale);
        // Whoever reads the message is not who may read the value.
        let is_kept = attribute.is_protected() || !attribute.needs.is_empty();
        let it = if is_kept { "this" } else { written.as_str() };
        let outside = || {
            let (from, to) = (show(number.min), show(number.max));
            format!("`{}` is from {from} to {to}, and {it} is outside of that", attribute.name)
        };
        let why = match Decimal::parse(&written).and_then(|decimal| decimal.at_scale(number.scale)) {
            Ok(_) | Err(NumberError::TooLarge) => Some((outside(), "write a value in that range, or leave it out")),
            Err(NumberError::TooManyPlaces) => {
                let places = match number.scale {
                    0 => "is a whole number".to_owned(),
                    1 => "has 1 decimal place".to_owned(),
                    places => format!("has {places} decimal places"),
                };
                let message = format!("`{}` {places}, and {it} has more", attribute.name);
                Some((message, "round it yourself: a number is never rounded where nobody sees it"))
            }
            Err(NumberError::NotANumber) => None,
        };
        if let Some((message, help)) = why {
            return DataError::new(&codes::WRONG_TYPE, message).help(help);
        }
    }
    if let Some(Json::Text(text)) = &json
        && let Some(why) = beyond(attribute.ty, text)
    {
        let is_kept = attribute.is_protected() || !attribute.needs.is_empty();
        let it = if is_kept { "this" } else { text.as_str() };
        let message = format!("`{}` is {}, and {it} {why}", attribute.name, attribute.ty.word());
        return DataError::new(&codes::WRONG_TYPE, message).help("write one in that range, or leave it out");
    }
    let found = json.map_or("nothing", |json| json.word());
    let message =
        format!("`{}` is {}, and this is {found} that cannot be read as one", attribute.name, attribute.ty.word());
    let example = match attribute.ty {
        Type::YesNo => "write true or false",
        Type::Number(number) if number.scale == 0 => "write a number such as 12",
        Type::Number(_) => "write a number such as 12.5",
        Type::Text | Type::OneOf(_) => "write a text in quotes",
        Type::Set => "write a list of texts such as [\"a\", \"b\"]",
        Type::Time => "write \"2026-06-15T10:00Z\"",
        Type::Date => "write \"2026-06-15\"",
        Type::Zone => "write a name such as \"Europe/Berlin\"",
        Type::Score(_) => "write [{ \"value\": 40, \"at\": \"2026-06-15T10:00Z\" }]",
    };
    DataError::new(&codes::WRONG_TYPE, message).help(example)
}

/// A name that stands twice says two things, and nobody can tell which is meant.
fn once(what: &str, fields: &Fields<'_>) -> Result<(), DataError> {
    fields.twice().map_or(Ok(()), |name| Err(twice(&format!("{what} says `{name}`"))))
}

fn twice(what: &str) -> DataError {
    DataError::new(&codes::FIELD_TWICE, format!("{what} twice")).help("keep one of the two")
}

/// The attribute of that name, else the one with that column.
fn find(rules: &RuleSet, name: &str) -> Option<AttributeId> {
    let by_column = || {
        let column = |mapped: &Attribute| mapped.mapping.column.as_deref() == Some(name);
        rules.attributes.iter().position(column).map(AttributeId::from_index)
    };
    rules.attribute_named(name).or_else(by_column)
}

fn consent(rules: &RuleSet, fields: &Fields<'_>, facts: &mut Facts) -> Result<(), DataError> {
    let names = Names::of(rules);
    once("`consent`", fields)?;
    for (name, raw) in &fields.0 {
        if let Some(Json::Object(fields)) = Json::read(raw) {
            once(&format!("the consent to `{name}`"), &fields)?;
        }
        let record = record(rules, raw).ok_or_else(|| {
            let states = Consent::ALL.map(Consent::word).join(", ");
            wrong(
                format!("the consent to `{name}` cannot be read"),
                format!("write one of {states}, or an object with `status`, `granted_at`, `version`, `confirmed`"),
            )
        })?;
        match (name.as_str(), names.purpose(name)) {
            (_, Some(purpose)) if rules[purpose].takes_for_open(record.status) => {
                let status = record.status.word();
                return Err(wrong(
                    format!(
                        "`{name}` rests on legitimate interest, which only an objection closes: `{status}` leaves it open"
                    ),
                    "write objected, or granted where the customer said nothing against it",
                ));
            }
            (_, Some(purpose)) => facts.set_consent(purpose, record),
            ("direct marketing", None) => {
                let said = || {
                    wrong(
                        format!("`{}` says nothing of direct marketing as such", record.status.word()),
                        "write objected, or granted where there is no objection, or leave it out",
                    )
                };
                facts.objects_to_direct_marketing = as_an_objection(record.status).ok_or_else(said)?;
            }
            (_, None) => {
                let purposes = rules.purposes.iter().map(|purpose| purpose.name.as_str());
                return Err(DataError::new(&codes::UNKNOWN_ATTRIBUTE, format!("`{name}` is no purpose of the rules"))
                    .did_you_mean(name, purposes));
            }
        }
    }
    Ok(())
}

/// Whether a status of direct marketing as such objects to it: every no does, and what is neither yes nor no says nothing.
pub(super) fn as_an_objection(status: Consent) -> Option<bool> {
    match status {
        Consent::Objected | Consent::Withdrawn | Consent::Denied => Some(true),
        Consent::Granted => Some(false),
        Consent::Expired | Consent::Pending | Consent::Unknown => None,
    }
}

/// What was held and is let go: each offer with the time since which it has been.
fn held(rules: &RuleSet, fields: &Fields<'_>, facts: &mut Facts) -> Result<(), DataError> {
    once("`held`", fields)?;
    for (name, raw) in &fields.0 {
        let since = time(rules, raw).ok_or_else(|| {
            wrong(format!("since when `{name}` is held cannot be read"), "write \"2026-06-15T10:00Z\"")
        })?;
        let Some(offer) = rules.offer_named(name) else {
            let known = rules.offers.iter().map(|offer| offer.name.as_str());
            return Err(DataError::new(&codes::BAD_CUSTOMER, format!("`{name}` is held and is no offer of the rules"))
                .did_you_mean(name, known));
        };
        if facts.now.plus(rules.defaults.skew) < since {
            let (since, now) = (show_instant(since), show_instant(facts.now));
            return Err(wrong(
                format!("`{name}` is held since {since}, which is still to come: it is {now} now"),
                "write when it was held first",
            ));
        }
        facts.set_held(offer, since);
    }
    Ok(())
}

fn permission(rules: &RuleSet, fields: &Fields<'_>, facts: &mut Facts) -> Result<(), DataError> {
    once("`permission`", fields)?;
    for (name, raw) in &fields.0 {
        let state = text(raw).and_then(|word| Permission::from_word(&word)).ok_or_else(|| {
            let states = Permission::ALL.map(Permission::word).join(", ");
            wrong(format!("the permission of `{name}` cannot be read"), format!("write one of {states}"))
        })?;
        let Some(channel) = Names::of(rules).channel(name) else {
            let channels = rules.channels.iter().map(|channel| channel.name.as_str());
            return Err(DataError::new(&codes::UNKNOWN_ATTRIBUTE, format!("`{name}` is no channel of the rules"))
                .did_you_mean(name, channels));
        };
        facts.set_permission(channel, state);
    }
    Ok(())
}

fn record(rules: &RuleSet, raw: &RawValue) -> Option<ConsentRecord> {
    match Json::read(raw)? {
        Json::Text(word) => Consent::from_word(&word).map(ConsentRecord::of),
        Json::Object(fields) => {
            let mut record = ConsentRecord::default();
            for (name, raw) in &fields.0 {
                match (name.as_str(), Json::read(raw)?) {
                    ("status", Json::Text(word)) => record.status = Consent::from_word(&word)?,
                    ("granted_at", Json::Text(text)) => record.granted_at = Some(instant(&text, rules)?),
                    ("version", Json::Number(written)) => record.version = Some(written.parse().ok()?),
                    ("confirmed", Json::YesNo(yes)) => record.confirmed = yes,
                    ("granted_at" | "version" | "confirmed", Json::Null) => {}
                    _ => return None,
                }
            }
            Some(record)
        }
        Json::Null | Json::YesNo(_) | Json::Number(_) | Json::List(_) => None,
    }
}

fn text(raw: &RawValue) -> Option<String> {
    match Json::read(raw)? {
        Json::Text(text) => Some(text),
        Json::Null | Json::YesNo(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
    }
}

fn time(rules: &RuleSet, raw: &RawValue) -> Option<Instant> {
    instant(&text(raw)?, rules)
}

fn object<'a>(rules: &RuleSet, name: &str, raw: &'a RawValue) -> Result<Fields<'a>, DataError> {
    match Json::read(raw) {
        Some(Json::Object(fields)) => Ok(fields),
        _ => Err(or_an_attribute(rules, name, wrong(format!("`{name}` is no object"), "write { ... } there"))),
    }
}

/// One of the five words may be the name of an attribute too, and the value may have been meant for it.
fn or_an_attribute(rules: &RuleSet, word: &str, error: DataError) -> DataError {
    if find(rules, word).is_none() {
        return error;
    }
    error.help(format!("if the attribute `{word}` is meant, write {{ \"given\": {{ \"{word}\": ... }} }}"))
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> DataError {
    DataError::new(&codes::BAD_CUSTOMER, message).help(help)
}

mod history;

#[cfg(test)]
mod tests;
