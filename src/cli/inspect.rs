//! `cater inspect`: what a bundle says of itself, after all of it was verified.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::bundles::{self, Opened, Trusting};
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, build, counted};
use crate::bundle::{Claim, KeyId, Manifest, PurposeEntry, ReadEntry, Signature, SlotEntry};
use crate::value::{show_instant, zone_data_version};

/// Say what a bundle holds.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The bundle.
    #[arg(default_value = build::DEFAULT)]
    bundle: PathBuf,
    #[command(flatten)]
    trusting: Trusting,
    /// Print the text of its rules instead, as it was when it was built.
    #[arg(long)]
    rules: bool,
    /// Print the JSON Schema of what `--format json` writes.
    #[arg(long, exclusive = true)]
    schema: bool,
}

/// The JSON Schema of the result.
const SCHEMA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/inspect.schema.json"));

/// The version of the shape.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    if arguments.schema {
        terminal.text(SCHEMA);
        return Ok(Ended::Clean);
    }
    let file = &arguments.bundle;
    let opened = bundles::open(file, &arguments.trusting)?;
    let beside = Beside::of(arguments)?;
    let (json, rules) = (terminal.format == Format::Json, arguments.rules);
    match (json, rules) {
        (true, _) => terminal.json(&machine(arguments, &opened, &beside)),
        (false, true) => text(&opened, terminal),
        (false, false) => people(arguments, &opened, &beside, terminal),
    }
    Ok(Ended::Clean)
}

/// What lies beside the bundle. Where somebody is trusted it has been checked.
enum Beside {
    Nothing,
    /// It is no signature, in these words.
    Unreadable(String),
    Signature(Box<Signature>),
}

impl Beside {
    fn of(arguments: &Arguments) -> Result<Self, CannotRun> {
        Ok(match bundles::signature_beside(&arguments.bundle) {
            Ok(None) => Self::Nothing,
            Ok(Some(signature)) => Self::Signature(Box::new(signature)),
            Err(refused) if refused.code.stage() == "bundle" => Self::Unreadable(refused.message),
            Err(refused) => return Err(refused),
        })
    }
}

/// The text of the rules, each file under its name if there are several.
fn text(opened: &Opened, terminal: &Terminal) {
    let sources = &opened.bundle.sources;
    let several = sources.iter().count() > 1;
    for (_, source) in sources.iter() {
        if several {
            terminal.line(format!("// {}", source.name));
        }
        terminal.text(&*source.text);
    }
}

fn people(arguments: &Arguments, opened: &Opened, beside: &Beside, terminal: &Terminal) {
    let (bundle, bytes) = (&opened.bundle, opened.bytes.len());
    let Manifest { revision, cater, edition, zones, slots, purposes, reads, checks } = &bundle.manifest;
    let own = zone_data_version();
    let zones = if zones == own { zones.clone() } else { format!("{zones}; this program has {own}") };
    terminal.line(terminal.styled("1", &arguments.bundle.display().to_string()));
    let line = |name: &str, value: String| terminal.line(format!("  {name:9}  {value}"));
    line("format", bundle.format.to_string());
    line("edition", edition.clone());
    line("revision", revision.clone());
    line("digest", bundle.digest.to_string());
    line("built by", format!("cater {cater}"));
    line("zones", zones);
    line("checks", checks.join(", "));
    let parts: Vec<String> = bundle.sections.iter().map(|(name, size)| format!("{name} {size}")).collect();
    line("bytes", format!("{bytes}: {}", parts.join(", ")));
    line("signature", in_words(opened, beside));
    terminal.line(counted(slots.len(), "slot"));
    for SlotEntry { name, place, channels } in slots {
        let by = if channels.is_empty() { String::new() } else { format!(" by {}", channels.join(", ")) };
        let on = if place.is_empty() { String::new() } else { format!(" on {place}") };
        terminal.line(format!("  {name}{on}{by}"));
        for ReadEntry { attributes, events, .. } in reads.iter().flatten().filter(|read| read.slot == *name) {
            terminal.line(format!("    reads  {}", names(attributes, events)));
        }
    }
    terminal.line(counted(purposes.len(), "purpose"));
    let widest = purposes.iter().map(|purpose| purpose.name.chars().count()).max().unwrap_or_default();
    for PurposeEntry { name, attributes, events } in purposes {
        terminal.line(format!("  {name:widest$}  opens {}", names(attributes, events)));
    }
}

/// `favourite, event order`.
fn names(attributes: &[String], events: &[String]) -> String {
    let events = events.iter().map(|event| format!("event {event}"));
    let all: Vec<String> = attributes.iter().cloned().chain(events).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn in_words(opened: &Opened, beside: &Beside) -> String {
    if let Some(signed) = &opened.bundle.signed {
        let claim = signed.claim();
        let signed_at = show_instant(claim.signed);
        return format!("good: sequence {}, by the trusted key {}, {signed_at}", claim.sequence, signed.key());
    }
    let unchecked = "nobody is trusted here, so it was not checked";
    match beside {
        Beside::Nothing => "none".to_owned(),
        Beside::Unreadable(why) => format!("none that can be read: {why}"),
        Beside::Signature(signature) => match signature.claim() {
            Some(claim) => {
                format!("says it is sequence {}, by the key {}; {unchecked}", claim.sequence, signature.key())
            }
            None => format!("has no sequence, by the key {}; {unchecked}", signature.key()),
        },
    }
}

fn machine(arguments: &Arguments, opened: &Opened, beside: &Beside) -> Value {
    let bundle = &opened.bundle;
    let of = |key: KeyId, claim: Option<&Claim>, trusted: bool| {
        json!({
            "key": key.to_string(),
            "sequence": claim.map(|claim| claim.sequence),
            "digest": claim.map(|claim| claim.digest.to_string()),
            "signed": claim.map(|claim| show_instant(claim.signed)),
            "trusted": trusted,
        })
    };
    let signature = match (&bundle.signed, beside) {
        (Some(signed), _) => of(signed.key(), Some(signed.claim()), true),
        (None, Beside::Signature(signature)) => of(signature.key(), signature.claim(), false),
        (None, Beside::Nothing | Beside::Unreadable(_)) => Value::Null,
    };
    let sections: Vec<Value> =
        bundle.sections.iter().map(|(name, size)| json!({ "name": name, "bytes": size })).collect();
    let mut object = json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "cater", "version": env!("CARGO_PKG_VERSION") },
        "bundle": arguments.bundle,
        "bytes": opened.bytes.len(),
        "format": bundle.format,
        "digest": bundle.digest.to_string(),
        "manifest": bundle.manifest,
        "sections": sections,
        "signature": signature,
    });
    if let (true, Some(fields)) = (arguments.rules, object.as_object_mut()) {
        let files: Vec<Value> =
            bundle.sources.iter().map(|(_, source)| json!({ "name": source.name, "text": source.text })).collect();
        fields.insert("rules".to_owned(), Value::Array(files));
    }
    object
}
