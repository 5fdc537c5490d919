//! The JSON Schema of `cater.toml`, for editors: which keys there are, what each holds and does.
//!
//! Takes the words from where they are read: levels, codes, clauses and classes are those of the program.

use serde_json::{Map, Value as Json, json};

use crate::diagnostics::{Level, Levels, Severity};
use crate::model::{Class, RuleField};
use crate::runtime::data::{ANY_CHANGE, CHANGES, MOST_DAYS, MOST_WORKERS, STRETCHES};

/// The schema. `what` says of a key what it does, in the words of `cater config --explain`.
pub(super) fn schema(what: impl Fn(&str) -> &'static str) -> Json {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let yes_no = || json!({ "type": "boolean" });
    let words = |words: &[&str]| json!({ "enum": words });
    let keys: [(&str, Json); 23] = [
        ("now", text()),
        ("slots", texts()),
        ("rules", texts()),
        ("consent", text()),
        ("events", text()),
        ("customers", json!({ "type": "array", "items": customers() })),
        ("moment", json!({ "type": "object" })),
        ("state", text()),
        ("keep_events", json!({ "type": "integer", "minimum": 1, "maximum": MOST_DAYS })),
        ("assume", words(&["shown", "decided", "nothing"])),
        ("strict", yes_no()),
        ("workers", json!({ "type": "integer", "minimum": 1, "maximum": MOST_WORKERS })),
        ("jit", yes_no()),
        ("fail_level", words(&[Severity::Error, Severity::Warning, Severity::Note].map(Severity::word))),
        ("baseline", text()),
        ("fail_on", changes()),
        ("bundle", text()),
        ("trust", texts()),
        ("last", text()),
        ("required", required()),
        ("pressure", pressure()),
        ("cost", json!({ "type": "object", "additionalProperties": { "type": "integer", "minimum": 0 } })),
        ("lints", lints()),
    ];
    let described = keys.into_iter().map(|(key, mut schema)| {
        if let Some(fields) = schema.as_object_mut() {
            fields.insert("description".to_owned(), json!(what(key)));
        }
        (key.to_owned(), schema)
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cater.toml",
        "type": "object",
        "properties": described.collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

/// One `[[customers]]`.
fn customers() -> Json {
    let column = json!({
        "type": "object",
        "properties": {
            "from": { "type": "string" },
            "as_of": { "type": "string" },
            "absent": { "type": "boolean" },
            "spellings": { "type": "object" },
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "file": { "type": "string" },
            "delimiter": { "type": "string", "minLength": 1, "maxLength": 1 },
            "columns": { "type": "object", "additionalProperties": { "anyOf": [{ "type": "string" }, column] } },
        },
        "required": ["file"],
        "additionalProperties": false,
    })
}

fn changes() -> Json {
    let words: Vec<&str> = CHANGES.into_iter().chain([ANY_CHANGE]).collect();
    json!({ "type": "array", "items": { "enum": words } })
}

fn required() -> Json {
    let list = json!({ "type": "array", "items": { "enum": RuleField::ALL.map(RuleField::word) } });
    let of = std::iter::once("rules").chain(Class::ALL.map(Class::word));
    let of: Map<String, Json> = of.map(|name| (name.to_owned(), list.clone())).collect();
    json!({ "type": "object", "properties": of, "additionalProperties": false })
}

/// Of each class, each channel and in total: how many in which stretch of time.
fn pressure() -> Json {
    let number = json!({ "type": "integer", "minimum": 0 });
    let stretches: Map<String, Json> = STRETCHES.iter().map(|word| ((*word).to_owned(), number.clone())).collect();
    let of = json!({ "type": "object", "properties": stretches, "additionalProperties": false });
    json!({ "type": "object", "additionalProperties": of })
}

/// For each code and stage the levels it may have.
fn lints() -> Json {
    let may = |name: &str| -> Vec<&str> {
        let allowed = |level: &Level| Levels::default().set(name, *level).is_ok();
        Level::ALL.into_iter().filter(allowed).map(Level::word).collect()
    };
    let names: Map<String, Json> =
        Levels::names().map(|name| (name.to_owned(), json!({ "enum": may(name) }))).collect();
    json!({ "type": "object", "properties": names, "additionalProperties": false })
}
