//! A comparison for people and for machines.

use serde_json::{Value, json};

use super::super::decide::bad_rows;
use super::super::terminal::Terminal;
use super::super::{Format, counted};
use super::base::{Counted, SlotCount};
use super::operand::Operand;
use crate::analysis::Undecided;
use crate::analysis::diff::{Answered, Answerer, Differences, Kind, Open, Region, Shown, SlotDifference, customer};
use crate::model::Verified;

/// So many of the ways in which people with the same answers differ are named to people.
const MOST_SHOWN: usize = 4;

/// The version of the shape that machines read.
const SCHEMA_VERSION: u32 = 1;

/// Writes a comparison in the chosen format.
pub(super) fn print(
    [old, new]: [&Operand; 2],
    rules: [&Verified; 2],
    found: &Differences<'_>,
    counts: Option<&Counted>,
    terminal: &Terminal,
) {
    match terminal.format {
        Format::Json => terminal.json(&machine([old, new], rules, found, counts)),
        Format::Human | Format::Plain => people(rules, found, counts, terminal),
    }
    if terminal.format != Format::Json {
        let regions: usize = found.slots.iter().map(|slot| cells(slot).len()).sum();
        let open: usize = found.slots.iter().map(|slot| slot.open.len()).sum();
        let open = if open == 0 { String::new() } else { format!(", {open} not decided") };
        let slots = found.slots.iter().filter(|slot| !slot.regions.is_empty()).count();
        terminal.say(match regions {
            0 => format!("{} to {}: nobody's decision changes{open}", old.name, new.name),
            _ => format!(
                "{} to {}: {} in {}{open}",
                old.name,
                new.name,
                counted(regions, "change"),
                counted(slots, "slot")
            ),
        });
    }
}

fn people(rules: [&Verified; 2], found: &Differences<'_>, counts: Option<&Counted>, terminal: &Terminal) {
    for (at, slot) in found.slots.iter().enumerate() {
        let count = counts.and_then(|counts| counts.slots.get(at));
        let differ = count.is_some_and(|count| count.differ > 0);
        if slot.regions.is_empty() && slot.open.is_empty() && !differ {
            continue;
        }
        let many = match (count, counts) {
            (Some(count), Some(counts)) => {
                format!(": {} of {} see a difference", count.differ, people_of(counts.customers))
            }
            (_, _) => String::new(),
        };
        terminal.line(terminal.styled("1", &format!("slot {}{many}", slot.slot)));
        for (number, cell) in cells(slot).into_iter().enumerate() {
            let regions = count.map(|count| cell.iter().filter_map(|(at, _)| count.regions.get(*at)).sum());
            one(rules, number + 1, &cell, regions, terminal);
        }
        for open in &slot.open {
            terminal.line(format!("\n  not decided: {}", undecided(open)));
        }
        if let Some(count) = count.filter(|count| count.elsewhere > 0) {
            elsewhere(count, terminal);
        }
        terminal.line("");
    }
    if let Some(counts) = counts {
        for (side, bad) in ["old", "new"].into_iter().zip(&counts.bad) {
            if bad.count > 0 {
                bad_rows(&format!("passed over, which the {side} rules cannot read"), bad, terminal);
            }
        }
    }
}

fn people_of(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "customer")
}

/// The regions of a slot, each with its number, those with the same answers and kinds together.
fn cells<'r>(slot: &'r SlotDifference<'_>) -> Vec<Vec<(usize, &'r Region)>> {
    let mut cells: Vec<Vec<(usize, &Region)>> = Vec::new();
    for (at, region) in slot.regions.iter().enumerate() {
        let alike = |other: &Region| (&other.old, &other.new) == (&region.old, &region.new);
        match cells.iter_mut().find(|cell| cell.first().is_some_and(|(_, other)| alike(other))) {
            Some(cell) => cell.push((at, region)),
            None => cells.push(vec![(at, region)]),
        }
    }
    cells
}

/// Two answers with everybody who has the one instead of the other: what all of them have in common, then the ways in
/// which they differ.
fn one(rules: [&Verified; 2], number: usize, cell: &[(usize, &Region)], count: Option<u64>, terminal: &Terminal) {
    let Some((_, first)) = cell.first() else { return };
    let mut kinds: Vec<Kind> = cell.iter().flat_map(|(_, region)| region.kinds.iter().copied()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kinds: Vec<&str> = kinds.into_iter().map(Kind::word).collect();
    terminal.line(format!("\n  {number}. {}", terminal.styled("1", &kinds.join(", "))));
    terminal.line(format!("     before   {}", answered(&first.old)));
    terminal.line(format!("     now      {}", answered(&first.new)));
    if !first.purposes.is_empty() {
        terminal.line(format!("     for      {}", first.purposes.join(", ")));
    }
    let named: Vec<&Region> = cell.iter().map(|(_, region)| *region).filter(|region| !region.is_rest).collect();
    let in_all = |line: &&String| named.iter().all(|region| region.who.contains(line));
    let common: Vec<&String> =
        named.first().map(|region| region.who.iter().filter(in_all).collect()).unwrap_or_default();
    let everybody = "everybody".to_owned();
    let shown = if common.is_empty() && named.len() < 2 { vec![&everybody] } else { common.clone() };
    for (at, line) in shown.iter().enumerate() {
        terminal.line(format!("     {:<8} {line}", if at == 0 { "who" } else { "" }));
    }
    if named.len() > 1 {
        let own = |region: &&Region| {
            let rest: Vec<&str> = region.who.iter().filter(|line| !common.contains(line)).map(String::as_str).collect();
            rest.join(", ")
        };
        for (at, region) in named.iter().take(MOST_SHOWN).enumerate() {
            terminal.line(format!("     {:<8} {}", if at == 0 { "either" } else { "or" }, own(region)));
        }
        let more = cell.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            terminal.line(format!("     or       {more} more, which `--format json` names"));
        }
    }
    if let Some(count) = count.filter(|_| first.is_seen()) {
        terminal.line(format!("     so many  {}", people_of(count)));
    }
    let [_, new] = &first.witness;
    for (at, line) in customer(rules[1], new).iter().enumerate() {
        terminal.line(format!("     {:<8} {line}", if at == 0 { "such as" } else { "" }));
    }
}

fn elsewhere(count: &SlotCount, terminal: &Terminal) {
    let seen = count.differ.saturating_sub(count.elsewhere);
    terminal.line(format!("\n  {} of them stand in no region above, and {seen} do; all of them:", count.elsewhere));
    for ((before, now), many) in &count.cells {
        terminal.line(format!("     {} -> {}: {many}", shown(before), shown(now)));
    }
}

/// `shows sale, by rule adults`
fn answered(answered: &Answered) -> String {
    let by = match &answered.by {
        Answerer::Rule(name) => format!("by rule {name}"),
        Answerer::Fallback(at) => format!("by entry {at} of the fallback list"),
        Answerer::SlotOff => "the slot is off".to_owned(),
        Answerer::NoSlot => "there is no such slot".to_owned(),
    };
    format!("{}, {by}", shown(&answered.shown))
}

fn shown(shown: &Shown) -> String {
    let tasks =
        if shown.tasks.is_empty() { String::new() } else { format!(" and has {} done", shown.tasks.join(", ")) };
    match (&shown.offer, &shown.channel) {
        (None, _) => format!("nothing{tasks}"),
        (Some(offer), _) if shown.held => format!("holds {offer}{tasks}"),
        (Some(offer), Some(channel)) => format!("sends {offer} by {channel}{tasks}"),
        (Some(offer), None) => format!("shows {offer}{tasks}"),
    }
}

fn undecided(open: &Open) -> String {
    let of = open.answers.as_deref().map_or_else(
        || "the slot as a whole".to_owned(),
        |[old, new]| format!("{} against {}", answered(old), answered(new)),
    );
    let why = match open.why {
        Undecided::Budget => "the search was given up",
        Undecided::Hours => "it hangs on hours at which nobody was found and nobody excluded",
        Undecided::Events => "it hangs on a history that was not found and not excluded",
        Undecided::Calculation => {
            "it hangs on a calculation or a declaration for which nobody was found and nobody excluded"
        }
        Undecided::Instants => "more instants would have to be told apart than are looked at",
        Undecided::LeftOut => "it hangs on rules that are in error",
    };
    format!("{of}: {why}")
}

fn machine(
    [old, new]: [&Operand; 2],
    rules: [&Verified; 2],
    found: &Differences<'_>,
    counts: Option<&Counted>,
) -> Value {
    let slot = |(at, slot): (usize, &SlotDifference<'_>)| {
        let count = counts.and_then(|counts| counts.slots.get(at));
        let region = |(number, region): (usize, &Region)| {
            json!({
                "kinds": region.kinds.iter().map(|kind: &Kind| kind.word()).collect::<Vec<_>>(),
                "old": answer(&region.old),
                "new": answer(&region.new),
                "purposes": region.purposes,
                "who": region.who,
                "rest": region.is_rest,
                "customers": count.and_then(|count| count.regions.get(number)).filter(|_| region.is_seen()),
                "customer": { "old": customer(rules[0], &region.witness[0]), "new": customer(rules[1], &region.witness[1]) },
            })
        };
        let open = |open: &Open| {
            json!({
                "old": open.answers.as_deref().map(|[old, _]| answer(old)),
                "new": open.answers.as_deref().map(|[_, new]| answer(new)),
                "why": undecided(open),
            })
        };
        let cells = |count: &SlotCount| {
            let cell = |((before, now), many): (&(Shown, Shown), &u64)| json!({ "old": seen(before), "new": seen(now), "customers": many });
            count.cells.iter().map(cell).collect::<Vec<_>>()
        };
        json!({
            "slot": slot.slot,
            "regions": slot.regions.iter().enumerate().map(region).collect::<Vec<_>>(),
            "undecided": slot.open.iter().map(open).collect::<Vec<_>>(),
            "customers": count.map(|count| json!({ "differ": count.differ, "in_no_region": count.elsewhere, "cells": cells(count) })),
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "cater", "version": env!("CARGO_PKG_VERSION") },
        "old": old.name,
        "new": new.name,
        "customers": counts.map(|counts| counts.customers),
        "slots": found.slots.iter().enumerate().map(slot).collect::<Vec<_>>(),
    })
}

fn answer(of: &Answered) -> Value {
    let (by, name) = match &of.by {
        Answerer::Rule(name) => ("rule", Value::from(name.clone())),
        Answerer::Fallback(at) => ("fallback", Value::from(*at)),
        Answerer::SlotOff => ("slot off", Value::Null),
        Answerer::NoSlot => ("no slot", Value::Null),
    };
    let mut found = seen(&of.shown);
    if let Some(fields) = found.as_object_mut() {
        fields.insert("by".to_owned(), by.into());
        fields.insert("name".to_owned(), name);
    }
    found
}

fn seen(shown: &Shown) -> Value {
    json!({ "offer": shown.offer, "channel": shown.channel, "held": shown.held, "tasks": shown.tasks })
}
