//! `lint::dominated-cap`: whenever the cap is spent, another one is that binds the same.
//!
//! One cap dominates another if it counts everything that the other counts, over at least the same time, to at most the
//! same number, and binds everything that the other binds. What is compared are the stamps that a decision of these rules
//! can leave behind, as the frame counts them; caps with a number from an attribute, and calendars that differ, are left
//! alone.

use super::Look;
use super::idle_cap::stamps;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::frame::{Stamp, is_counted};
use crate::model::{Cap, CapId, CapKind, CapWindow, RuleSet, Then};
use crate::value::Unit;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    // What was left out may be bound by one of the two alone.
    if !look.options.left_out.is_empty() {
        return Vec::new();
    }
    let stamps = stamps(rules);
    let ids = || (0..rules.caps.len()).map(CapId::from_index);
    let dominated = |id: CapId| {
        // Of two that say the same, the later one is told of.
        let by = ids().filter(|by| *by != id && dominates(rules, &stamps, *by, id));
        by.filter(|by| *by < id || !dominates(rules, &stamps, id, *by)).min()
    };
    ids().filter_map(|id| Some(finding(rules, id, dominated(id)?))).collect()
}

fn name(rules: &RuleSet, cap: &Cap) -> String {
    match cap.rule {
        Some(rule) => format!("this {} of `{}`", cap.kind.word(), rules[rule].name),
        None => format!("{} `{}`", cap.kind.word(), cap.name),
    }
}

fn finding(rules: &RuleSet, id: CapId, by: CapId) -> Diagnostic {
    let (cap, other) = (&rules[id], &rules[by]);
    let word = cap.kind.word();
    let message = format!("{} never has a say: whenever it is spent, {} is", name(rules, cap), name(rules, other));
    Diagnostic::new(&lint::DOMINATED_CAP, cap.span, message)
        .primary("everything that it counts, the other counts too, for at least as long and to no higher number")
        .label(other.span, format!("the stricter {}", other.kind.word()))
        .help(format!("remove the {word}, or make it stricter than the other"))
}

/// Whether everything that `cap` stops is stopped by `by` at the same time.
fn dominates(rules: &RuleSet, stamps: &[Stamp], by: CapId, cap: CapId) -> bool {
    let (other, one) = (&rules[by], &rules[cap]);
    let alike = |cap: &Cap| (cap.unit, cap.alone, cap.reserve, cap.store_down_blocks, cap.number, cap.zone.clone());
    let does_the_same = match (one.then, other.then) {
        // What is held is not dropped, and what stops the slot does more than drop.
        (Some(Then::Hold(_) | Then::Stop), _) | (_, Some(Then::Hold(_) | Then::Stop)) => one.then == other.then,
        (None | Some(Then::Next), None | Some(Then::Next)) => true,
    };
    matches!((&one.kind, &other.kind), (CapKind::Cap, CapKind::Cap))
        && one.number.is_none()
        && alike(one) == alike(other)
        && does_the_same
        && other.at_most <= one.at_most
        && lasts(one.window, other.window)
        && binds_all(rules, by, cap)
        && one.events.iter().all(|event| {
            other.events.contains(event)
                && stamps
                    .iter()
                    .all(|stamp| !is_counted(rules, one, *event, stamp) || is_counted(rules, other, *event, stamp))
        })
}

/// Whether the second window holds whatever the first holds.
fn lasts(one: CapWindow, other: CapWindow) -> bool {
    match (one, other) {
        (_, CapWindow::Ever) => true,
        (CapWindow::Calendar(one), CapWindow::Calendar(other)) => one == other,
        (CapWindow::Rolling(one), CapWindow::Rolling(other)) => {
            let fixed = |unit: Unit| unit.microseconds();
            match (fixed(one.unit), fixed(other.unit)) {
                (Some(a), Some(b)) => a.saturating_mul(one.count.into()) <= b.saturating_mul(other.count.into()),
                // Months: only against months.
                (None, None) => one.count <= other.count,
                (Some(_), None) | (None, Some(_)) => false,
            }
        }
        (CapWindow::Ever | CapWindow::Calendar(_), CapWindow::Rolling(_))
        | (CapWindow::Ever | CapWindow::Rolling(_), CapWindow::Calendar(_)) => false,
    }
}

/// Whether `by` binds every rule, offer and channel that `cap` binds, and `cap` any.
fn binds_all(rules: &RuleSet, by: CapId, cap: CapId) -> bool {
    let of_rules = rules.rules.iter().enumerate().map(|(at, _)| rules.caps_on(crate::model::RuleId::from_index(at)));
    let of_offers = rules.offers.iter().map(|offer| offer.caps.clone());
    let of_channels = rules.channels.iter().map(|channel| channel.caps.clone());
    let bound: Vec<Vec<CapId>> =
        of_rules.chain(of_offers).chain(of_channels).filter(|caps| caps.contains(&cap)).collect();
    !bound.is_empty() && bound.iter().all(|caps| caps.contains(&by))
}
