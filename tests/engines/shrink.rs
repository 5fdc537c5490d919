//! A difference made small: without the rules, clauses and facts that it does not need.

use std::fmt::Write;

use cater::eval;
use cater::frame::{CapState, Decision, Frame};
use cater::jit;
use cater::model::{Clause, Condition, RuleSet, SlotId, Substitute};
use cater::value::{Consent, Datum, Missing};

use super::hunt::machine_all;

/// The difference of a rule set and a frame, small, for people.
pub(crate) fn report(seed: u64, rules: &RuleSet, frame: &Frame, slots: &[SlotId]) -> String {
    let (rules, frame, slots) = shrink(rules, frame, slots, &|rules, frame, slots| {
        let (reference, machine) = answers(rules, frame, slots);
        machine.as_ref() != Some(&reference)
    });
    let (reference, machine) = answers(&rules, &frame, &slots);
    let mut text = format!("the engines differ: CATER_HUNT_SEED={seed} shows it\n");
    if machine.as_ref() == Some(&reference) {
        text.push_str("(but only in a record that held other frames before)\n");
    }
    let _ = writeln!(
        text,
        "reference: {reference:?}\nmachine:   {machine:?}\nnow {:?}, today {:?}",
        frame.now, frame.today
    );
    let mut rules_left = Vec::new();
    for slot in &slots {
        let slot = &rules[*slot];
        let _ = writeln!(text, "slot {} (off {:?})", slot.name, slot.off);
        rules_left.extend(slot.order.iter().copied());
        for entry in &slot.fallback {
            let _ = writeln!(text, "  fallback {:?} when {:?}", entry.offer, entry.when);
        }
    }
    let mut place = 0;
    while let Some(id) = rules_left.get(place).copied() {
        let rule = &rules[id];
        let _ = writeln!(
            text,
            "{id:?} shows {:?} by {:?} needs {:?} caps {:?} blocks {:?} windows {:?} active {:?} review {:?} expires {:?}",
            rule.show,
            rules.channels_of(rule),
            rule.needs,
            rule.caps,
            rule.blocks,
            rule.windows,
            rule.active,
            rule.review_by,
            rule.expires
        );
        let offer = &rules[rule.show];
        let _ = writeln!(
            text,
            "  its offer: caps {:?} blocks {:?} windows {:?} active {:?} off {:?}",
            offer.caps, offer.blocks, offer.windows, offer.active, offer.off
        );
        for clause in &rule.when {
            let _ = writeln!(text, "  when {:?} = {:?}", clause.condition, truth(&rules, &frame, clause));
        }
        for clause in &rule.unless {
            let _ = writeln!(text, "  unless {:?} = {:?}", clause.condition, truth(&rules, &frame, clause));
        }
        if let Some(rank) = &rule.rank {
            let _ = writeln!(text, "  rank by {:?} = {:?}", rank.by, eval::expression(&rules, &frame, &rank.by));
        }
        let _ = writeln!(text, "  {:?} {:?} {:?}", rule.if_capped, rule.if_no_consent, rule.if_unknown);
        for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown] {
            if let Some(Substitute::Try(other)) = substitute
                && !rules_left.contains(&other)
            {
                rules_left.push(other);
            }
        }
        place += 1;
    }
    for (attribute, datum) in rules.attributes.iter().zip(&frame.attributes) {
        if *datum != Datum::Missing(Missing::Absent) {
            let _ = writeln!(text, "{} ({:?}, else {:?}): {datum:?}", attribute.name, attribute.ty, attribute.default);
        }
    }
    let _ = writeln!(text, "permissions {:?}", frame.permissions);
    for channel in &rules.channels {
        let _ = writeln!(text, "channel {} needs {:?}", channel.name, channel.needs);
        for (words, clause) in channel.conditions() {
            let _ = writeln!(text, "  {words} {:?} = {:?}", clause.condition, truth(&rules, &frame, clause));
        }
    }
    for (gathered, datum) in rules.gathered.iter().zip(&frame.gathered) {
        if *datum != Datum::Missing(Missing::Absent) {
            let _ = writeln!(text, "{gathered:?}: {datum:?}");
        }
    }
    let _ = writeln!(text, "consent {:?}\ncaps {:?}\ntaken {:?}", frame.consent, frame.caps, frame.taken);
    text
}

fn truth(rules: &RuleSet, frame: &Frame, clause: &Clause) -> cater::value::Truth {
    eval::condition(rules, frame, &clause.condition)
}

/// What both engines answer; `None` where machine code could not.
fn answers(rules: &RuleSet, frame: &Frame, slots: &[SlotId]) -> (Vec<Decision>, Option<Vec<Decision>>) {
    let reference = eval::decide_all(rules, frame, slots);
    let machine = jit::compile_with(rules, jit::Effort::Quick).ok().and_then(|compiled| {
        let mut record = compiled.layout().record();
        machine_all(rules, &compiled, frame, &mut record, slots)
    });
    (reference, machine)
}

/// The smallest rule set, frame and request found for which `fails` still holds.
pub(crate) fn shrink(
    rules: &RuleSet,
    frame: &Frame,
    slots: &[SlotId],
    fails: &dyn Fn(&RuleSet, &Frame, &[SlotId]) -> bool,
) -> (RuleSet, Frame, Vec<SlotId>) {
    let (mut rules, mut frame, mut slots) = (rules.clone(), frame.clone(), slots.to_vec());
    loop {
        let before = (rules.clone(), frame.clone(), slots.clone());
        for index in (0..slots.len()).rev() {
            let mut fewer = slots.clone();
            fewer.remove(index);
            if !fewer.is_empty() && fails(&rules, &frame, &fewer) {
                slots = fewer;
            }
        }
        for change in changes(&rules) {
            let mut smaller = rules.clone();
            change(&mut smaller);
            if smaller != rules && fails(&smaller, &frame, &slots) {
                rules = smaller;
            }
        }
        while let Some(smaller) = simpler(&rules).into_iter().find(|smaller| fails(smaller, &frame, &slots)) {
            rules = smaller;
        }
        for fact in 0..facts(&frame) {
            let mut smaller = frame.clone();
            forget(&mut smaller, fact);
            if smaller != frame && fails(&rules, &smaller, &slots) {
                frame = smaller;
            }
        }
        if (&rules, &frame, &slots) == (&before.0, &before.1, &before.2) {
            return (rules, frame, slots);
        }
    }
}

type Change = Box<dyn Fn(&mut RuleSet)>;

/// Everything that can be taken from a rule set in one step.
fn changes(rules: &RuleSet) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for slot in 0..rules.slots.len() {
        for place in (0..rules.slots[slot].order.len()).rev() {
            changes.push(Box::new(move |rules| {
                let order = &mut rules.slots[slot].order;
                if place < order.len() {
                    order.remove(place);
                }
            }));
        }
        for place in (0..rules.slots[slot].fallback.len().saturating_sub(1)).rev() {
            changes.push(Box::new(move |rules| {
                let fallback = &mut rules.slots[slot].fallback;
                if place + 1 < fallback.len() {
                    fallback.remove(place);
                }
            }));
        }
    }
    for rule in 0..rules.rules.len() {
        let mut change = |change: fn(&mut cater::model::Rule)| {
            changes.push(Box::new(move |rules: &mut RuleSet| change(&mut rules.rules[rule])));
        };
        change(|rule| rule.if_capped = None);
        change(|rule| rule.if_no_consent = None);
        change(|rule| rule.if_unknown = None);
        change(|rule| rule.active = None);
        change(|rule| rule.review_by = None);
        change(|rule| rule.rank = None);
        change(|rule| rule.needs.clear());
        change(|rule| rule.caps.clear());
        change(|rule| rule.blocks.clear());
        change(|rule| rule.windows.clear());
        change(|rule| rule.expires = None);
        change(|rule| drop(rule.when.pop()));
        change(|rule| drop(rule.when.drain(..1.min(rule.when.len()))));
        change(|rule| drop(rule.unless.pop()));
        change(|rule| drop(rule.unless.drain(..1.min(rule.unless.len()))));
    }
    for offer in 0..rules.offers.len() {
        changes.push(Box::new(move |rules| rules.offers[offer].caps.clear()));
        changes.push(Box::new(move |rules| rules.offers[offer].blocks.clear()));
        changes.push(Box::new(move |rules| rules.offers[offer].windows.clear()));
        changes.push(Box::new(move |rules| rules.offers[offer].active = None));
    }
    for channel in 0..rules.channels.len() {
        changes.push(Box::new(move |rules| rules.channels[channel].windows.clear()));
        changes.push(Box::new(move |rules| rules.channels[channel].caps.clear()));
    }
    for attribute in 0..rules.attributes.len() {
        changes.push(Box::new(move |rules| rules.attributes[attribute].default = None));
    }
    changes
}

/// Rule sets in which one condition is replaced by a part of it.
fn simpler(rules: &RuleSet) -> Vec<RuleSet> {
    let mut found = Vec::new();
    for (index, rule) in rules.rules.iter().enumerate() {
        for (clause, is_unless) in
            rule.when.iter().map(|clause| (clause, false)).chain(rule.unless.iter().map(|clause| (clause, true)))
        {
            for part in parts(rules, &clause.condition) {
                let mut smaller = rules.clone();
                let clauses = &mut smaller.rules[index];
                let clauses = if is_unless { &mut clauses.unless } else { &mut clauses.when };
                for other in clauses.iter_mut().filter(|other| other.condition == clause.condition) {
                    other.condition = part.clone();
                }
                found.push(smaller);
            }
        }
    }
    found
}

fn parts(rules: &RuleSet, condition: &Condition) -> Vec<Condition> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.clone(),
        Condition::Not(inner) => vec![(**inner).clone()],
        Condition::Segment(id) => vec![rules[*id].condition.clone()],
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => Vec::new(),
    }
}

fn facts(frame: &Frame) -> usize {
    frame.attributes.len() + frame.gathered.len() + frame.consent.len() + frame.caps.len() + frame.taken.len()
}

fn forget(frame: &mut Frame, fact: usize) {
    let (attributes, consent, caps) = (frame.attributes.len(), frame.consent.len(), frame.caps.len());
    if let Some(gathered) = fact.checked_sub(attributes + consent + caps + frame.taken.len()) {
        frame.gathered[gathered] = Datum::Missing(Missing::Absent);
        return;
    }
    match fact {
        _ if fact < attributes => frame.attributes[fact] = Datum::Missing(Missing::Absent),
        _ if fact < attributes + consent => frame.consent[fact - attributes] = Consent::Granted,
        _ if fact < attributes + consent + caps => frame.caps[fact - attributes - consent] = CapState::Used(0),
        _ => frame.taken[fact - attributes - consent - caps] = false,
    }
}
