//! What a comparison says, in words that every rendering for people shares.

use super::super::still_open;
use super::base::SlotCount;
use crate::analysis::diff::{Answered, Answerer, Kind, Open, Region, Shown, SlotDifference, customer};
use crate::model::Verified;

/// So many of the ways in which people with the same answers differ are named to people.
const MOST_SHOWN: usize = 4;

/// The regions of a slot with the same two answers, each with its number.
pub(super) struct Cell<'r> {
    /// One of them.
    pub(super) first: &'r Region,
    regions: Vec<(usize, &'r Region)>,
}

/// A word at the margin, and a line.
pub(super) type Line = (&'static str, String);

/// The cells of a slot, in the order of their first regions.
pub(super) fn cells<'r>(slot: &'r SlotDifference<'_>) -> Vec<Cell<'r>> {
    let mut cells: Vec<Cell<'r>> = Vec::new();
    for (at, region) in slot.regions.iter().enumerate() {
        let alike = |cell: &&mut Cell<'_>| (&cell.first.old, &cell.first.new) == (&region.old, &region.new);
        match cells.iter_mut().find(alike) {
            Some(cell) => cell.regions.push((at, region)),
            None => cells.push(Cell { first: region, regions: vec![(at, region)] }),
        }
    }
    cells
}

impl Cell<'_> {
    /// What kind of change it is, each once.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.regions.iter().flat_map(|(_, region)| region.kinds.iter().copied()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// How many customers of a base are in it; nothing where nobody counted, or nobody sees a difference.
    pub(super) fn count(&self, count: Option<&SlotCount>) -> Option<u64> {
        let sum = |count: &SlotCount| self.regions.iter().filter_map(|(at, _)| count.regions.get(*at)).sum();
        count.map(sum).filter(|_| self.first.is_seen())
    }

    /// Who they are: what all of them have in common, then the ways in which they differ.
    pub(super) fn who(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        if !self.first.purposes.is_empty() {
            lines.push(("for", self.first.purposes.join(", ")));
        }
        let named: Vec<&Region> = self.regions.iter().map(|(_, region)| *region).filter(|one| !one.is_rest).collect();
        let in_all = |line: &&String| named.iter().all(|region| region.who.contains(line));
        let common: Vec<&String> =
            named.first().map(|region| region.who.iter().filter(in_all).collect()).unwrap_or_default();
        let everybody = "everybody".to_owned();
        let shown = if common.is_empty() && named.len() < 2 { vec![&everybody] } else { common.clone() };
        lines.extend(at_margin("who", shown.into_iter().cloned()));
        if named.len() > 1 {
            let own = |region: &&Region| {
                let rest = region.who.iter().filter(|line| !common.contains(line));
                rest.map(String::as_str).collect::<Vec<_>>().join(", ")
            };
            for (at, region) in named.iter().take(MOST_SHOWN).enumerate() {
                lines.push((if at == 0 { "either" } else { "or" }, own(region)));
            }
            let more = self.regions.len().saturating_sub(MOST_SHOWN);
            if more > 0 {
                lines.push(("or", format!("{more} more, which `--format json` names")));
            }
        }
        lines
    }

    /// Somebody of them, as the new rules read them.
    pub(super) fn such_as(&self, new: &Verified) -> Vec<Line> {
        at_margin("such as", customer(new, &self.first.witness[1]).into_iter()).collect()
    }
}

/// The word stands at the first line alone.
fn at_margin(word: &'static str, lines: impl Iterator<Item = String>) -> impl Iterator<Item = Line> {
    lines.enumerate().map(move |(at, line)| (if at == 0 { word } else { "" }, line))
}

/// `shows sale, by rule adults`
pub(super) fn answered(answered: &Answered) -> String {
    let by = match &answered.by {
        Answerer::Rule(name) => format!("by rule {name}"),
        Answerer::Fallback(at) => format!("by entry {at} of the fallback list"),
        Answerer::SlotOff => "the slot is off".to_owned(),
        Answerer::NoSlot => "there is no such slot".to_owned(),
    };
    format!("{}, {by}", shown(&answered.shown))
}

pub(super) fn shown(shown: &Shown) -> String {
    let tasks =
        if shown.tasks.is_empty() { String::new() } else { format!(" and has {} done", shown.tasks.join(", ")) };
    match (&shown.offer, &shown.channel) {
        (None, _) => format!("nothing{tasks}"),
        (Some(offer), _) if shown.held => format!("holds {offer}{tasks}"),
        (Some(offer), Some(channel)) => {
            let silently = if shown.silent { " without a sound" } else { "" };
            format!("sends {offer} by {channel}{silently}{tasks}")
        }
        (Some(offer), None) => format!("shows {offer}{tasks}"),
    }
}

pub(super) fn undecided(open: &Open) -> String {
    let of = open.answers.as_deref().map_or_else(
        || "the slot as a whole".to_owned(),
        |[old, new]| format!("{} against {}", answered(old), answered(new)),
    );
    format!("{of}: {}", still_open(open.why))
}
