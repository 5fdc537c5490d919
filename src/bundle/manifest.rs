//! What a bundle says of itself, for people and machines that do not decode the model.

use serde::{Deserialize, Serialize};

use super::{BundleError, Digest};
use crate::model::{Needed, RuleSet, Slot, SlotId};

/// The edition of the language that this program speaks.
pub const EDITION: &str = "2026";

/// The manifest: JSON, so that later writers can add keys that older readers pass over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The BLAKE3 of model and rule text in hexadecimal: the same rules have the same revision.
    pub revision: String,
    /// The version of the program that built it.
    pub cater: String,
    /// The edition of the language.
    pub edition: String,
    /// The version of the time-zone data with which it was checked.
    pub zones: String,
    /// What it decides.
    pub slots: Vec<SlotEntry>,
    /// Which attributes and events are read only with which purpose.
    pub purposes: Vec<PurposeEntry>,
    /// What each slot reads, in the order of the slots: what has to be sent for it, and no more. Older writers did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<ReadEntry>>,
    /// The checks that the rules passed before they were shipped.
    pub checks: Vec<String>,
}

/// What a slot reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadEntry {
    /// The slot.
    pub slot: String,
    /// Attributes, in order of name.
    pub attributes: Vec<String>,
    /// Events, the built-in ones first, then in order of name.
    pub events: Vec<String>,
}

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotEntry {
    /// Its name.
    pub name: String,
    /// `web`, of `on web`; empty where it sends.
    pub place: String,
    /// `by push, email`: the names of its channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// A purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeEntry {
    /// Its name.
    pub name: String,
    /// The attributes that need it, in order of name.
    pub attributes: Vec<String>,
    /// The events that need it, in order of name.
    pub events: Vec<String>,
}

impl Manifest {
    pub(super) fn new(rules: &RuleSet, content: [&[u8]; 2], checks: &[&str]) -> Self {
        let (slots, purposes) = (slots(rules), purposes(rules));
        Self {
            revision: revision(content).to_string(),
            cater: env!("CARGO_PKG_VERSION").to_owned(),
            edition: EDITION.to_owned(),
            zones: crate::value::zone_data_version().to_owned(),
            slots,
            purposes,
            reads: Some(reads(rules)),
            checks: checks.iter().map(|check| (*check).to_owned()).collect(),
        }
    }

    /// Whether the manifest tells the truth about the model and text beside it.
    pub(super) fn agrees(&self, rules: &RuleSet, content: [&[u8]; 2]) -> Result<(), BundleError> {
        if self.edition != EDITION {
            return Err(BundleError::OtherEdition(self.edition.clone()));
        }
        let differs = |what| Err(BundleError::Manifest(what));
        if self.revision != revision(content).to_string() {
            return differs("revision");
        }
        if self.slots != slots(rules) {
            return differs("slots");
        }
        if self.purposes != purposes(rules) {
            return differs("purposes");
        }
        if self.reads.as_ref().is_some_and(|said| *said != reads(rules)) { differs("readings") } else { Ok(()) }
    }
}

/// The digest of model and text, each with its length before it.
fn revision(content: [&[u8]; 2]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for part in content {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

fn slots(rules: &RuleSet) -> Vec<SlotEntry> {
    let channels = |slot: &Slot| slot.channels.iter().map(|channel| rules[*channel].name.clone()).collect();
    let entry =
        |slot: &Slot| SlotEntry { name: slot.name.clone(), place: slot.place.clone(), channels: channels(slot) };
    rules.slots.iter().map(entry).collect()
}

fn reads(rules: &RuleSet) -> Vec<ReadEntry> {
    let entry = |(at, slot): (usize, &Slot)| {
        let Needed { attributes, events } = rules.needed_by(SlotId::from_index(at));
        ReadEntry {
            slot: slot.name.clone(),
            attributes: attributes.into_iter().map(|id| rules[id].name.clone()).collect(),
            events: events.into_iter().map(|id| rules[id].name.clone()).collect(),
        }
    };
    rules.slots.iter().enumerate().map(entry).collect()
}

fn purposes(rules: &RuleSet) -> Vec<PurposeEntry> {
    let mut entries: Vec<_> = rules
        .purposes
        .iter()
        .map(|purpose| PurposeEntry { name: purpose.name.clone(), attributes: Vec::new(), events: Vec::new() })
        .collect();
    for attribute in &rules.attributes {
        for purpose in &attribute.needs {
            if let Some(entry) = entries.get_mut(purpose.index()) {
                entry.attributes.push(attribute.name.clone());
            }
        }
    }
    for event in &rules.events {
        for purpose in &event.needs {
            if let Some(entry) = entries.get_mut(purpose.index()) {
                entry.events.push(event.name.clone());
            }
        }
    }
    entries
}
