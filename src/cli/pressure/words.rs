//! The words in which figures, cells and limits are told.

use crate::analysis::pressure::{Cell, Figure, Gap, Loose, Rolling, Scope};
use crate::frame::By;
use crate::model::show::{show_events, show_unit};
use crate::model::{CapId, ChannelId, Class, RuleId, RuleSet, SlotId};
use crate::runtime::data::TOTAL;
use crate::source::Span;

/// Every scope of messages by the name that a budget gives it; a class stands before a channel of its name.
pub(super) fn scopes(rules: &RuleSet) -> Vec<(String, Scope)> {
    let channels = rules.channels.iter().enumerate();
    std::iter::once((TOTAL.to_owned(), Scope::Total))
        .chain(Class::ALL.map(|class| (class.word().to_owned(), Scope::Class(class))))
        .chain(channels.map(|(at, channel)| (channel.name.clone(), Scope::Channel(ChannelId::from_index(at)))))
        .collect()
}

/// How a scope is called in a table.
pub(super) fn scope(rules: &RuleSet, scope: Scope) -> String {
    match scope {
        Scope::Total => "in total".to_owned(),
        Scope::Class(class) | Scope::Places(class) => class.word().to_owned(),
        Scope::Channel(channel) => format!("by {}", rules[channel].name),
    }
}

/// How long a stretch is.
pub(super) fn stretch(stretch: Rolling) -> &'static str {
    match stretch {
        Rolling::Day => "24 hours",
        Rolling::Week => "7 days",
        Rolling::Month => "31 days",
    }
}

/// The number of a figure: the bound, or between what it lies.
pub(super) fn number(figure: &Figure) -> String {
    let found = figure.at_least;
    match figure.gap {
        Some(Gap::TooLong) | None => figure.at_most.to_string(),
        Some(Gap::Nobody(_) | Gap::NoPlan | Gap::NotDecided) => format!("{found} to {}", figure.at_most),
    }
}

/// Why a schedule has less than the bound.
pub(super) fn gap(rules: &RuleSet, gap: &Gap) -> String {
    match gap {
        Gap::TooLong => "a schedule of so many is not written out".to_owned(),
        Gap::Nobody(cells) => {
            let all: Vec<String> = bringers(cells).into_iter().map(|(by, slot)| bringer(rules, by, slot)).collect();
            format!("nobody was found who gets what {} brings, and nobody excluded", all.join(" or "))
        }
        Gap::NoPlan => "together the limits let less pass than each by itself, in every plan that was tried".to_owned(),
        Gap::NotDecided => {
            "a plan has as many, and not all of it is decided so: for the hours, or for what comes before it".to_owned()
        }
    }
}

/// Who brings cells about, each once.
pub(super) fn bringers(cells: &[Cell]) -> Vec<(By, SlotId)> {
    let mut found: Vec<(By, SlotId)> = Vec::new();
    for cell in cells {
        if !found.contains(&(cell.by, cell.slot)) {
            found.push((cell.by, cell.slot));
        }
    }
    found
}

/// `rule sale`, `what stands in for rule sale (if capped)`, `entry 1 of the fallback list of slot mail`.
pub(super) fn bringer(rules: &RuleSet, by: By, slot: SlotId) -> String {
    match by {
        By::Rule(rule) => format!("rule {}", rules[rule].name),
        By::Substitute(rule, via) => format!("what stands in for rule {} ({})", rules[rule].name, via.word()),
        By::Fallback(at) => format!("entry {} of the fallback list of slot {}", at + 1, rules[slot].name),
        By::SlotOff => format!("slot {}", rules[slot].name),
    }
}

/// Where it stands.
pub(super) fn place(rules: &RuleSet, by: By, slot: SlotId) -> Span {
    let of_rule = |rule: RuleId| rules[rule].span;
    match by {
        By::Rule(rule) | By::Substitute(rule, _) => of_rule(rule),
        By::Fallback(at) => rules[slot].fallback.get(at as usize).map_or(rules[slot].span, |entry| entry.span),
        By::SlotOff => rules[slot].span,
    }
}

/// What can be done about something that nothing limits.
pub(super) fn mend(rules: &RuleSet, cell: &Cell) -> String {
    match (cell.by, cell.class) {
        (By::Fallback(_) | By::SlotOff, _) => {
            "a fallback never counts: let a rule bring it, with a cap that counts what is sent".to_owned()
        }
        (By::Substitute(..), Class::Marketing | Class::Lifecycle)
        | (By::Rule(_), Class::Lifecycle | Class::Marketing) => {
            let offer = &rules[cell.offer].name;
            format!("declare a cap on it: `at most 2 sent in any 7 days per customer on offer {offer}`")
        }
        (By::Rule(_), Class::Service) => {
            "service obeys no declared cap; give the rule its own: `cap at most 2 sent in any 7 days per customer`"
                .to_owned()
        }
        (By::Substitute(..), Class::Service) => {
            "service obeys no declared cap: let a rule bring it, with a `cap` clause of its own".to_owned()
        }
        (By::Rule(_) | By::Substitute(..), Class::Critical | Class::Legal) => format!(
            "{} obeys nothing, so whoever asks for its slot keeps it rare; is it of another class?",
            cell.class.word()
        ),
    }
}

/// Why a cap does not limit what it stops, and what can be done.
pub(super) fn loose(rules: &RuleSet, cap: CapId, why: &Loose) -> [String; 2] {
    match why {
        Loose::NeedNotHappen(events) => [
            format!("counts {}, which need not happen", show_events(rules, events)),
            "count `sent` too, or add `reserve` with a time to the cap".to_owned(),
        ],
        Loose::Lifted(events) => {
            [format!("begins anew with each {}", show_events(rules, events)), "add a cap that counts `sent`".to_owned()]
        }
        Loose::OfTheMoment(_) => [
            format!("counts by `{}`, which may be another each time", show_unit(rules, rules[cap].unit)),
            "add a cap per customer".to_owned(),
        ],
        Loose::Alone => [
            format!("does not stop whoever has no `{}`: it says `alone`", show_unit(rules, rules[cap].unit)),
            "add a cap per customer".to_owned(),
        ],
    }
}
