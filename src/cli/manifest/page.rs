//! The page for people: what is on it, in which order. How it is written down is `write`'s.

use super::Head;
use super::describe::{attribute, basis, name, origin, some, used};
use crate::analysis::consent::{Kept, Masked, Need, Needs, Proof, Purposed, SlotNeeds};
use crate::cli::counted;
use crate::model::RuleSet;
use crate::model::show::show_channels;
use crate::value::{show_date, zone_data_version};

/// A part of the page.
pub(super) enum Part {
    /// What the page is.
    Title(String),
    /// A slot, or another thing of that rank.
    Heading(String),
    /// A purpose in it.
    Sub(String),
    /// A sentence.
    Text(String),
    /// Lines of a name and what is said of it.
    Facts(Vec<(&'static str, String)>),
    /// What is read, where it comes from, for what.
    Table(Vec<[String; 3]>),
    /// Where somebody signs.
    Lines(Vec<&'static str>),
}

/// The heads of the columns of [`Part::Table`].
pub(super) const COLUMNS: [&str; 3] = ["what", "from", "for"];

pub(super) fn page(rules: &RuleSet, needs: &Needs, head: &Head) -> Vec<Part> {
    let mut parts = vec![
        Part::Title(format!("What {} needs of customers, and what for", head.name)),
        Part::Facts(vec![
            ("rules", head.revision.clone()),
            ("checked", format!("cater {}, zones {}", env!("CARGO_PKG_VERSION"), zone_data_version())),
            ("as of", show_date(crate::value::date_in_zone(head.now, "UTC"))),
        ]),
    ];
    for slot in &needs.slots {
        one_slot(rules, slot, &mut parts);
    }
    if !head.is_part {
        unneeded(rules, needs, &mut parts);
    }
    proof(rules, needs, &mut parts);
    parts.push(Part::Lines(vec!["signed", "name", "date"]));
    parts
}

fn one_slot(rules: &RuleSet, needs: &SlotNeeds, parts: &mut Vec<Part>) {
    let slot = &rules[needs.slot];
    let place = if slot.sends() {
        format!("by {}", show_channels(rules, &slot.channels))
    } else {
        format!("on {}", slot.place)
    };
    let label = if slot.label.is_empty() { String::new() } else { format!(": {}", slot.label) };
    parts.push(Part::Heading(format!("slot {} {place}{label}", slot.name)));
    if slot.off.is_some() {
        parts.push(Part::Text("switched off: nothing is read".to_owned()));
        return;
    }
    for purposed in &needs.purposes {
        purpose(rules, purposed, parts);
    }
    if !needs.without.is_empty() {
        parts.push(Part::Sub("without any purpose".to_owned()));
        parts.push(Part::Table(needs.without.iter().map(|need| row(rules, need)).collect()));
    }
}

fn purpose(rules: &RuleSet, purposed: &Purposed, parts: &mut Vec<Part>) {
    let of = &rules[purposed.purpose];
    let label = if of.label.is_empty() { String::new() } else { format!(": {}", of.label) };
    parts.push(Part::Sub(format!("for {}{label}", of.name)));
    let mut facts = vec![("basis", basis(of))];
    let rules_: Vec<String> = purposed.rules.iter().map(|rule| rules[*rule].name.clone()).collect();
    let channels: Vec<String> = purposed.channels.iter().map(|channel| rules[*channel].name.clone()).collect();
    if !rules_.is_empty() {
        facts.push(("needed by", format!("rule {}", some(&rules_))));
    }
    if !channels.is_empty() {
        facts.push(("sent by", format!("channel {}", some(&channels))));
    }
    if let Some(record) = &purposed.record {
        let uses: Vec<String> = record.used.iter().map(|of| used(rules, of)).collect();
        facts.push(("asked", format!("how it reads, for the {}", uses.join("; "))));
    }
    facts.push((
        "without it",
        purposed.proof.as_ref().map_or_else(|| "nothing is opened by it here".to_owned(), stands),
    ));
    parts.push(Part::Facts(facts));
    if !purposed.opens.is_empty() {
        parts.push(Part::Table(purposed.opens.iter().map(|need| row(rules, need)).collect()));
    }
}

fn row(rules: &RuleSet, need: &Need) -> [String; 3] {
    let uses: Vec<String> = need.used.iter().map(|of| used(rules, of)).collect();
    [name(rules, need.source), origin(rules, need), uses.join("; ")]
}

/// How a proof came about, in one line.
fn stands(proof: &Proof) -> String {
    let mut words = Vec::new();
    if proof.guarded > 0 {
        words.push(format!("{} behind the consent", counted(proof.guarded, "reading")));
    }
    let others = [
        (proof.settled.len(), "settled by asking for it"),
        (proof.masked.len(), "masked"),
        (proof.counted.len(), "counted to hold back"),
        (proof.leaks.len(), "not covered"),
    ];
    words.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")));
    let has_no_say =
        if proof.counted.is_empty() { "none of it has a say" } else { "none of it has a say but to hold back" };
    format!("{has_no_say}: {}", words.join(", "))
}

fn unneeded(rules: &RuleSet, needs: &Needs, parts: &mut Vec<Part>) {
    if needs.attributes.is_empty() && needs.events.is_empty() {
        return;
    }
    parts.push(Part::Heading("not needed by any slot: need not be sent".to_owned()));
    let attributes = needs.attributes.iter().map(|id| [rules[*id].name.clone(), attribute(&rules[*id]), String::new()]);
    let events = needs.events.iter().map(|id| [format!("event {}", rules[*id].name), String::new(), String::new()]);
    parts.push(Part::Table(attributes.chain(events).collect()));
}

/// What was proved, and what of it rests on what.
fn proof(rules: &RuleSet, needs: &Needs, parts: &mut Vec<Part>) {
    parts.push(Part::Heading("what is proved".to_owned()));
    let proofs: Vec<(&SlotNeeds, &Proof)> = needs
        .slots
        .iter()
        .flat_map(|slot| slot.purposes.iter().filter_map(move |purposed| Some((slot, purposed.proof.as_ref()?))))
        .collect();
    let sentence = "Whatever a purpose opens has no say while it is closed: not in what is shown or sent, in its order, in the \
                    fallback, in the content, in when to ask again, nor in the explanation. It was looked at every step that can \
                    be taken then, also of rules that come to their turn only because others dropped out.";
    parts.push(Part::Text(sentence.to_owned()));
    let masked: Vec<(&SlotNeeds, &Proof, Masked, &Kept)> = proofs
        .iter()
        .flat_map(|(slot, proof)| proof.masked.iter().map(|(why, kept)| (*slot, *proof, *why, kept)))
        .collect();
    if masked.is_empty() {
        let is_settled = proofs.iter().any(|(_, proof)| !proof.settled.is_empty());
        let or_beside = if is_settled { ", or is asked beside it" } else { "" };
        parts.push(Part::Text(format!(
            "Of what is decided this holds though nothing were masked: a consent stands before every reading{or_beside}."
        )));
    } else {
        parts.push(Part::Text("Here it rests on masking alone, which is done before anything is decided:".to_owned()));
        let row = |(slot, proof, why, kept): (&SlotNeeds, &Proof, Masked, &Kept)| {
            let what = format!("{} for {}", name(rules, kept.source), rules[proof.purpose].name);
            [what, format!("slot {}, {}", rules[slot.slot].name, kept.place.words(rules)), why.why().to_owned()]
        };
        parts.push(Part::Table(each_once(masked.into_iter().map(row).collect())));
    }
    let held = proofs.iter().flat_map(|(slot, proof)| proof.counted.iter().map(|kept| (*slot, *proof, kept)));
    let row = |(slot, proof, kept): (&SlotNeeds, &Proof, &Kept)| {
        let what = format!("{} for {}", name(rules, kept.source), rules[proof.purpose].name);
        [what, format!("slot {}, {}", rules[slot.slot].name, kept.place.words(rules)), "it only holds back".to_owned()]
    };
    let held = each_once(held.map(row).collect());
    if !held.is_empty() {
        parts.push(Part::Text(
            "These are counted though the purpose is closed, and only ever hold something back:".to_owned(),
        ));
        parts.push(Part::Table(held));
    }
}

/// The rows in order, each once.
fn each_once(mut rows: Vec<[String; 3]>) -> Vec<[String; 3]> {
    let mut seen = std::collections::BTreeSet::new();
    rows.retain(|row| seen.insert(row.clone()));
    rows
}
