//! Caps, pauses, gaps, and blocks after something happened: how often, for how long, of what and for whom.

use super::Sentence;
use super::times::{name, zone};
use crate::model::show::{show_limit, show_text};
use crate::model::{Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, Event, EventId, RuleSet, SlotId, Then};
use crate::value::Calendar;

/// What a cap allows, and what follows in the slot where it stops something, unless that is the next candidate of a place.
pub(super) fn at_most(rules: &RuleSet, id: CapId, slot: SlotId) -> Sentence {
    let cap = &rules[id];
    let whose = match cap.rule {
        Some(_) => "It keeps to this".to_owned(),
        None if cap.label.is_empty() => format!("It keeps to `{}`", cap.name),
        None => format!("It keeps to `{}` ({})", cap.name, show_text(&cap.label)),
    };
    let is_of_channels = cap.rule.is_none() && matches!(cap.target, CapTarget::Channels(_));
    let then = match rules.then(id, slot) {
        Then::Stop if is_of_channels => {
            "; where that stops it, no channel behind it is tried and no other rule of the slot is asked"
        }
        Then::Stop => "; where that stops it, no other rule of the slot is asked",
        Then::Next if cap.then.is_some() && rules.sends(slot) => "; where that stops it, the next is tried",
        Then::Next => "",
        Then::Hold(most) => &format!("; where that stops it, it waits, at most {most}"),
    };
    Sentence::plain(format!("{whose}: {}, {}{}{then}.", unit(rules, cap.unit), limit(rules, cap), beside(rules, cap)))
}

/// What holds something back, to follow "is held back": `for 24 hours after anything was sent`.
pub(super) fn after(rules: &RuleSet, id: CapId) -> String {
    let cap = &rules[id];
    match cap.kind {
        CapKind::Block { length } => {
            format!("for {length} after {}{}", happened(rules, cap, &cap.events), store_down(cap))
        }
        CapKind::Cap | CapKind::Pause { .. } | CapKind::Gap => show_limit(rules, cap),
    }
}

fn unit(rules: &RuleSet, unit: CapUnit) -> String {
    match unit {
        CapUnit::Customer => "for each customer".to_owned(),
        CapUnit::Everybody => "for everybody together".to_owned(),
        CapUnit::Attribute(id) => format!("for all together who share a `{}`", rules[id].name),
    }
}

fn limit(rules: &RuleSet, cap: &Cap) -> String {
    let what = own_or(rules, cap);
    match &cap.kind {
        CapKind::Cap => {
            let number = match (cap.number, cap.at_most) {
                (Some(id), _) => format!("as often as `{}` says", rules[id].name),
                (None, 1) => "once".to_owned(),
                (None, number) => format!("{number} times"),
            };
            format!("{what} {} at most {number} {}", verbs(rules, &cap.events, Tense::Is), window(rules, cap))
        }
        CapKind::Pause { length, without } => {
            let within = match cap.window {
                CapWindow::Rolling(period) => format!(" in any {period}"),
                CapWindow::Ever | CapWindow::Calendar(_) => String::new(),
            };
            let nth = match cap.at_most {
                1 => "every time".to_owned(),
                number => format!("the {} time", ordinal(number)),
            };
            let unless = match without.as_slice() {
                [] => String::new(),
                some => format!(", unless it {} since the first of them", verbs(rules, some, Tense::Was)),
            };
            let happened = happened(rules, cap, &cap.events);
            format!("it pauses for {length} from {nth} that {happened}{within}{unless}")
        }
        CapKind::Gap => {
            let apart = match cap.window {
                CapWindow::Rolling(length) => length.to_string(),
                CapWindow::Ever | CapWindow::Calendar(_) => show_limit(rules, cap),
            };
            format!(
                "at least {apart} lie between one time that {what} {} and the next",
                verbs(rules, &cap.events, Tense::Is)
            )
        }
        CapKind::Block { .. } => show_limit(rules, cap),
    }
}

/// `3rd`
fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        (_, _) => "th",
    };
    format!("{number}{ending}")
}

/// What a cap says besides its limit; each part begins with a semicolon.
fn beside(rules: &RuleSet, cap: &Cap) -> String {
    let mut text = String::new();
    for (targets, what) in [(&cap.exempt, "is not bound by it"), (&cap.uncounted, "is not counted")] {
        targets.iter().for_each(|of| text.push_str(&format!("; {} {what}", target(rules, of))));
    }
    if let Some(length) = cap.reserve {
        text.push_str(&format!("; what was decided counts for {length}, until it has happened"));
    }
    if cap.alone {
        text.push_str("; where nobody knows whose it is, only what the same page shows is counted");
    }
    text.push_str(store_down(cap));
    text
}

fn store_down(cap: &Cap) -> &'static str {
    match cap.store_down_blocks {
        Some(true) => "; where nobody can look up what happened, it is held back",
        Some(false) => "; where nobody can look up what happened, it goes on",
        None => "",
    }
}

fn window(rules: &RuleSet, cap: &Cap) -> String {
    let clocks = cap.zone.as_ref().map(|of| format!(", by the clocks of {}", zone(rules, of))).unwrap_or_default();
    match cap.window {
        CapWindow::Rolling(period) => format!("in any {period}"),
        CapWindow::Ever => "ever".to_owned(),
        CapWindow::Calendar(period) => {
            let period = match period {
                Calendar::Day => "day, from midnight to midnight".to_owned(),
                Calendar::Week(first) => format!("week, which begins on {}", name(first)),
                Calendar::Month => "month of the calendar".to_owned(),
                Calendar::Quarter => "quarter of the calendar".to_owned(),
            };
            format!("in each {period}{clocks}")
        }
    }
}

/// What it counts: of a rule's own clause `it`, where that is what the rule shows.
fn own_or(rules: &RuleSet, cap: &Cap) -> String {
    let own = cap.rule.is_some_and(|rule| cap.target == CapTarget::Offers(vec![rules[rule].show]));
    if own { "it".to_owned() } else { target(rules, &cap.target) }
}

pub(super) fn target(rules: &RuleSet, target: &CapTarget) -> String {
    let named = |word: &str, names: Vec<&str>| {
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        format!("{word}{}", names.join(" or "))
    };
    match target {
        CapTarget::Offers(ids) => named("", ids.iter().map(|id| rules[*id].name.as_str()).collect()),
        CapTarget::Rules(ids) => {
            named("what wins by the rule ", ids.iter().map(|id| rules[*id].name.as_str()).collect())
        }
        CapTarget::Tags(ids) => named("whatever is tagged ", ids.iter().map(|id| rules[*id].as_str()).collect()),
        CapTarget::Classes(classes) => {
            format!(
                "whatever is of class {}",
                classes.iter().map(|class| class.word()).collect::<Vec<_>>().join(" or ")
            )
        }
        CapTarget::Channels(ids) => named("whatever goes by ", ids.iter().map(|id| rules[*id].name.as_str()).collect()),
        CapTarget::Anything => "anything".to_owned(),
    }
}

/// The one of the built-in events that is no participle.
const CONVERTED: &str = "converted";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Is,
    Was,
}

/// Whether an event is no participle that could follow `was`.
pub(super) fn is_active(rules: &RuleSet, event: EventId) -> bool {
    rules[event].name == CONVERTED
}

/// [`verbs`] of a single event.
pub(super) fn verb(rules: &RuleSet, event: EventId, tense: Tense) -> String {
    verbs(rules, &[event], tense)
}

/// What the target undergoes: `is shown or sent`, `leads to `purchase``.
fn verbs(rules: &RuleSet, events: &[EventId], tense: Tense) -> String {
    let (is, leads, converts) = match tense {
        Tense::Is => ("is", "leads to", "converts"),
        Tense::Was => ("was", "led to", "converted"),
    };
    let is_converted = |event: &EventId| is_active(rules, *event);
    let is_plain = |event: &&EventId| event.index() < Event::BUILT_IN.len() && !is_converted(event);
    let undergone: Vec<&str> = events.iter().filter(is_plain).map(|event| rules[*event].name.as_str()).collect();
    let mut parts = Vec::new();
    if !undergone.is_empty() {
        parts.push(format!("{is} {}", undergone.join(" or ")));
    }
    for event in events.iter().filter(|event| !is_plain(event)) {
        parts.push(if is_converted(event) { converts.to_owned() } else { format!("{leads} `{}`", rules[*event].name) });
    }
    parts.join(" or ")
}

/// `whatever is tagged `promo` was shown`, `anything was sent`; without a target `` `purchase` happened ``.
fn happened(rules: &RuleSet, cap: &Cap, events: &[EventId]) -> String {
    let is_declared = |event: &&EventId| event.index() >= Event::BUILT_IN.len();
    if cap.target != CapTarget::Anything || !events.iter().any(|event| is_declared(&event)) {
        return format!("{} {}", own_or(rules, cap), verbs(rules, events, Tense::Was));
    }
    let declared = events.iter().filter(is_declared).map(|event| format!("`{}` happened", rules[*event].name));
    let built_in: Vec<EventId> = events.iter().filter(|event| !is_declared(event)).copied().collect();
    let built_in = (!built_in.is_empty()).then(|| format!("anything {}", verbs(rules, &built_in, Tense::Was)));
    built_in.into_iter().chain(declared).collect::<Vec<_>>().join(" or ")
}
