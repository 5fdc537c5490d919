//! What a drawing says in words: the tooltip of a box, of a line, and the description for those who do not see it.
//!
//! Takes the picture as it came, so that nothing is shortened but long lists; gives plain text.

use std::collections::BTreeMap;

use super::icons::Mark;
use super::measure::clean;
use super::style::Family;
use super::{Arrow, ArrowKind, Node, NodeKind, Panel, Picture};

/// The most names a list says before it counts the rest.
const NAMED: usize = 12;

/// `a, b, c and 9 more`.
fn list(names: &[String]) -> String {
    let said = names.get(..names.len().min(NAMED)).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => said,
        rest => format!("{said} and {rest} more"),
    }
}

/// What an arrow says of the box it starts from, and of the box it points to.
fn said(kind: ArrowKind) -> (&'static str, &'static str) {
    match kind {
        ArrowKind::Outranks => ("wins over", "comes after"),
        ArrowKind::Before => ("written before", "written after"),
        ArrowKind::Shows => ("shows", "shown by"),
        ArrowKind::IfCapped => ("if capped", "stands in, if capped, for"),
        ArrowKind::IfNoConsent => ("if no consent", "stands in, if no consent, for"),
        ArrowKind::IfUnknown => ("if unknown", "stands in, if unknown, for"),
        ArrowKind::FallsBack => ("falls back to", "fallback of"),
        ArrowKind::Reads => ("read by", "reads"),
        ArrowKind::Excludes => ("keeps away", "unless"),
        ArrowKind::Needs => ("needs", "needed by"),
        ArrowKind::Limits => ("caps", "capped by"),
        ArrowKind::SendsBy => ("sends by", "carries"),
    }
}

/// The tooltips of all boxes of a panel.
pub(super) fn of_boxes(panel: &Panel) -> Vec<String> {
    let name = |at: usize| panel.nodes().get(at).map(|n| clean(&n.name)).unwrap_or_default();
    let mut facts: Vec<BTreeMap<(ArrowKind, bool), Vec<String>>> = vec![BTreeMap::new(); panel.nodes().len()];
    for arrow in panel.arrows() {
        let (from, to) = (arrow.from.index(), arrow.to.index());
        for (here, there, points_here) in [(from, to, false), (to, from, true)] {
            let mut words = name(there);
            if !arrow.label.is_empty() {
                words = format!("{words} ({})", clean(&arrow.label));
            }
            if let Some(facts) = facts.get_mut(here) {
                facts.entry((arrow.kind, points_here)).or_default().push(words);
            }
        }
    }
    panel
        .nodes()
        .iter()
        .zip(facts)
        .map(|(node, facts)| {
            let mut lines = vec![format!("{} {}", node.kind.word(), clean(&node.name))];
            if !node.line.is_empty() {
                lines.push(clean(&node.line));
            }
            lines.extend(Mark::of(node).iter().map(|m| m.meaning().to_owned()));
            for ((kind, points_here), names) in facts {
                let (starts, points) = said(kind);
                lines.push(format!("{} {}", if points_here { points } else { starts }, list(&names)));
            }
            lines.join("\n")
        })
        .collect()
}

/// The tooltip of a line.
pub(super) fn of_wire(panel: &Panel, family: Family, from: &[usize], to: &[usize]) -> String {
    let names = |ends: &[usize]| {
        let mut seen = std::collections::BTreeSet::new();
        let names: Vec<String> = ends
            .iter()
            .filter(|at| seen.insert(**at))
            .filter_map(|at| panel.nodes().get(*at))
            .map(|n| clean(&n.name))
            .collect();
        list(&names)
    };
    let verb = family.meaning();
    if family.fans_out() {
        format!("{} {verb}: {}", names(from), names(to))
    } else {
        format!("{} {verb} {}", names(from), names(to))
    }
}

/// The description of the whole drawing.
pub(super) fn description(picture: &Picture) -> String {
    let mut parts = Vec::new();
    for panel in &picture.panels {
        let of = |kind: NodeKind| -> Vec<String> {
            panel.nodes().iter().filter(|n| n.kind == kind).map(|n| clean(&n.name)).collect()
        };
        let (rules, offers) = (of(NodeKind::Rule), of(NodeKind::Offer));
        let name = clean(&panel.name);
        parts.push(match rules.len() {
            0 => format!("{name}: no rules."),
            1 => format!("{name}: one rule, {}. Offers: {}.", list(&rules), list(&offers)),
            n => format!("{name}: {n} rules, the strongest first: {}. Offers: {}.", list(&rules), list(&offers)),
        });
    }
    parts.join("\n")
}

/// The second line of a box: what it is, where nothing else is said and the name does not say it.
pub(super) fn second(node: &Node) -> &str {
    match (node.line.is_empty(), node.name == node.kind.word()) {
        (false, _) => &node.line,
        (true, true) => "",
        (true, false) => node.kind.word(),
    }
}

/// The words at an arrow where there is no legend.
pub(super) fn short(arrow: &Arrow) -> String {
    let own = match arrow.kind {
        ArrowKind::Outranks | ArrowKind::Shows | ArrowKind::Reads => "",
        ArrowKind::Before => "before",
        ArrowKind::IfCapped => "if capped",
        ArrowKind::IfNoConsent => "if no consent",
        ArrowKind::IfUnknown => "if unknown",
        ArrowKind::FallsBack => "fallback",
        ArrowKind::Excludes => "unless",
        ArrowKind::Needs => "needs",
        ArrowKind::Limits => "caps",
        ArrowKind::SendsBy => "by",
    };
    if arrow.label.is_empty() { own.to_owned() } else { arrow.label.clone() }
}
