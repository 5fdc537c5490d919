//! A comparison for people and for machines.

use serde_json::{Value, json};

use super::super::decide::bad_rows;
use super::super::terminal::Terminal;
use super::super::{Format, counted};
use super::Told;
use super::base::{Counted, SlotCount};
use super::cells::{Cell, answered, cells, shown, undecided};
use crate::analysis::diff::{Answered, Answerer, Kind, Open, Region, Shown, SlotDifference, customer};
use crate::diagnostics::render;
use crate::model::Verified;

/// The version of the shape that machines read.
const SCHEMA_VERSION: u32 = 1;

/// Writes a comparison for people or for programs.
pub(super) fn print(told: &Told<'_>, terminal: &Terminal) {
    match terminal.format {
        Format::Json => terminal.json(&machine(told)),
        Format::Human | Format::Plain => {
            people(told, terminal);
            terminal.say(total(told));
        }
    }
}

/// `main to HEAD: 4 changes in 1 slot`
pub(super) fn total(told: &Told<'_>) -> String {
    let Told { sides: [old, new], found, .. } = told;
    let regions: usize = found.slots.iter().map(|slot| cells(slot).len()).sum();
    let open: usize = found.slots.iter().map(|slot| slot.open.len()).sum();
    let open = if open == 0 { String::new() } else { format!(", {open} not decided") };
    let slots = found.slots.iter().filter(|slot| !slot.regions.is_empty()).count();
    match regions {
        0 => format!("{} to {}: nobody's decision changes{open}", old.name, new.name),
        _ => {
            format!("{} to {}: {} in {}{open}", old.name, new.name, counted(regions, "change"), counted(slots, "slot"))
        }
    }
}

fn people(told: &Told<'_>, terminal: &Terminal) {
    let Told { rules, found, counts, .. } = *told;
    for (at, slot) in found.slots.iter().enumerate() {
        let count = counts.and_then(|counts| counts.slots.get(at));
        let differ = count.is_some_and(|count| count.differ > 0);
        if slot.regions.is_empty() && slot.open.is_empty() && !differ {
            continue;
        }
        let many = seen_by(count, counts).map(|many| format!(": {many}")).unwrap_or_default();
        terminal.line(terminal.styled("1", &format!("slot {}{many}", slot.slot)));
        for (number, cell) in cells(slot).into_iter().enumerate() {
            one(rules, number + 1, &cell, cell.count(count), terminal);
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

/// `2 of 5 customers see a difference`
pub(super) fn seen_by(count: Option<&SlotCount>, counts: Option<&Counted>) -> Option<String> {
    count.zip(counts).map(|(count, all)| format!("{} of {} see a difference", count.differ, people_of(all.customers)))
}

pub(super) fn people_of(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "customer")
}

/// Two answers with everybody who has the one instead of the other.
fn one(rules: [&Verified; 2], number: usize, cell: &Cell<'_>, count: Option<u64>, terminal: &Terminal) {
    let kinds: Vec<&str> = cell.kinds().into_iter().map(Kind::word).collect();
    terminal.line(format!("\n  {number}. {}", terminal.styled("1", &kinds.join(", "))));
    let line = |word: &str, line: &str| terminal.line(format!("     {word:<8} {line}"));
    line("before", &answered(&cell.first.old));
    line("now", &answered(&cell.first.new));
    cell.who().iter().for_each(|(word, said)| line(word, said));
    if let Some(count) = count {
        line("so many", &people_of(count));
    }
    cell.such_as(rules[1]).iter().for_each(|(word, said)| line(word, said));
}

fn elsewhere(count: &SlotCount, terminal: &Terminal) {
    let seen = count.differ.saturating_sub(count.elsewhere);
    terminal.line(format!("\n  {} of them stand in no region above, and {seen} do; all of them:", count.elsewhere));
    for ((before, now), many) in &count.cells {
        terminal.line(format!("     {} -> {}: {many}", shown(before), shown(now)));
    }
}

fn machine(told: &Told<'_>) -> Value {
    let Told { sides: [old, new], rules, found, counts, stopping: _ } = *told;
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
        "tool": render::tool(),
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
    json!({
        "offer": shown.offer,
        "channel": shown.channel,
        "silent": shown.silent,
        "held": shown.held,
        "tasks": shown.tasks,
    })
}
