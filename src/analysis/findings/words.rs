//! Words that several findings use: a customer as a test would state it, who outranks whom, lists of names.

use std::collections::HashMap;

use crate::analysis::Witness;
use crate::analysis::history::only_rules;
use crate::diagnostics::Diagnostic;
use crate::frame::{Fact, Happened, Stamp};
use crate::graph::{Ranking, Standing};
use crate::model::show::show_value;
use crate::model::{Cap, EventId, OfferId, RuleId, RuleSet};
use crate::value::{Consent, Instant, Missing, Permission, Type, Value, show_instant, show_number};

/// More events than this are told by their number.
const MOST_LISTED: usize = 12;

/// `a`, `b` and `c`.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// On what a "never" hangs, if it does.
pub(super) fn in_time(hangs: bool) -> &'static str {
    if hangs { " while what is held is let go in time" } else { "" }
}

/// A cap, pause, gap or block of the one place that a finding underlines.
pub(super) fn called(rules: &RuleSet, cap: &Cap) -> String {
    match cap.rule {
        Some(rule) => format!("this {} of `{}`", cap.kind.word(), rules[rule].name),
        None => format!("{} `{}`", cap.kind.word(), cap.name),
    }
}

/// The customer as lines of evidence.
pub(super) fn with_customer(mut diagnostic: Diagnostic, rules: &RuleSet, witness: &Witness) -> Diagnostic {
    for line in customer(rules, witness) {
        diagnostic = diagnostic.fact(line);
    }
    diagnostic
}

/// The customer in the words of a test; what a test cannot state stands behind `//`.
pub(in crate::analysis) fn customer(rules: &RuleSet, witness: &Witness) -> Vec<String> {
    let facts = &witness.facts;
    let mut lines = vec![format!("now     {}", show_instant(facts.now))];
    let mut given = Vec::new();
    let mut remarks = Vec::new();
    for (attribute, fact) in rules.attributes.iter().zip(&facts.attributes) {
        match fact {
            Fact::Missing(Missing::Absent) => {}
            Fact::Missing(reason) => remarks.push(format!("// {} is {}", attribute.name, reason.word())),
            Fact::Known(value, _) => {
                given.push(format!("{}: {}", attribute.name, shown(rules, attribute.ty, value, facts.now)))
            }
            Fact::Increments(parts) => {
                let parts =
                    parts.iter().map(|(part, at)| format!("{} at {}", show_number(*part, 6), show_instant(*at)));
                given.push(format!("{}: [{}]", attribute.name, parts.collect::<Vec<_>>().join(", ")));
            }
        }
    }
    if !given.is_empty() {
        lines.push(format!("given   {{ {} }}", given.join(", ")));
    }
    let consents: Vec<String> = rules
        .purposes
        .iter()
        .zip(&facts.consent)
        .filter(|(_, record)| record.status != Consent::Unknown)
        .map(|(purpose, record)| format!("{} {}", purpose.name, record.status.word()))
        .collect();
    if !consents.is_empty() {
        lines.push(format!("consent {}", consents.join(", ")));
    }
    if facts.store_down {
        lines.push("store   down".to_owned());
    }
    let permissions: Vec<String> = rules
        .channels
        .iter()
        .zip(&facts.permissions)
        .filter(|(_, state)| **state != Permission::Unknown)
        .map(|(channel, state)| format!("{} {}", channel.name, state.word()))
        .collect();
    if !permissions.is_empty() {
        lines.push(format!("permission {}", permissions.join(", ")));
    }
    lines.extend(history(rules, &facts.history));
    for offer in &witness.taken {
        remarks.push(format!("// another slot of the same request shows {}", rules[*offer].name));
    }
    lines.append(&mut remarks);
    lines
}

/// A score is given as what it adds up from.
fn shown(rules: &RuleSet, ty: Type, value: &Value, now: Instant) -> String {
    match (ty, value) {
        (Type::Score(_), Value::Number(part)) => format!("[{} at {}]", show_number(*part, 6), show_instant(now)),
        (
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_),
            _,
        ) => show_value(rules, ty, value),
    }
}

fn history(rules: &RuleSet, events: &[Happened]) -> Vec<String> {
    let mut groups: Vec<(&Happened, Vec<String>)> = Vec::new();
    // Where those of one event and stamp stand; they differ in their fields alone.
    let mut alike: HashMap<(EventId, &Stamp), Vec<usize>> = HashMap::new();
    for event in events {
        let at = show_instant(event.at);
        let places = alike.entry((event.event, &event.stamp)).or_default();
        let same =
            places.iter().copied().find(|place| groups.get(*place).is_some_and(|of| of.0.fields == event.fields));
        match same.and_then(|place| groups.get_mut(place)) {
            Some((_, times)) => times.push(at),
            None => {
                places.push(groups.len());
                groups.push((event, vec![at]));
            }
        }
    }
    let showing = if events.is_empty() { Vec::new() } else { only_rules(rules) };
    let line = |(event, times): (&Happened, Vec<String>)| {
        let name = &rules[event.event].name;
        let count = times.len();
        let times = if count > MOST_LISTED { None } else { Some(times.join(", ")) };
        let fields = fields(rules, event);
        match (of(rules, &showing, &event.stamp), times) {
            (Ok(of), Some(times)) => format!("history {name}{of}{fields} at {times}"),
            (Ok(of), None) => format!("// {count} times {name}{of}{fields} at {}", show_instant(event.at)),
            (Err(of), _) => format!("// {count} times {name}{fields} {of} at {}", show_instant(event.at)),
        }
    };
    groups.into_iter().map(line).collect()
}

/// ` { amount: 20.00 }`; nothing where no field is known.
fn fields(rules: &RuleSet, event: &Happened) -> String {
    let declared = &rules[event.event].fields;
    let known: Vec<String> = declared
        .iter()
        .zip(&event.fields)
        .filter_map(|(field, datum)| Some(format!("{}: {}", field.name, show_value(rules, field.ty, datum.known()?))))
        .collect();
    if known.is_empty() { String::new() } else { format!(" {{ {} }}", known.join(", ")) }
}

/// What an event is of, as a test says it, or else in plain words. `showing`: of each offer the rule that alone shows it.
fn of(rules: &RuleSet, showing: &[Option<RuleId>], stamp: &Stamp) -> Result<String, String> {
    let (offer, rule, tags, channel) = match stamp {
        Stamp::Unstamped => return Ok(String::new()),
        Stamp::Retired { .. } => return Err("of an offer that is gone".to_owned()),
        Stamp::Of { offer, rule, tags, channel, .. } => (offer, rule, tags, channel),
    };
    let by = channel.map(|channel| format!(" by {}", rules[channel].name)).unwrap_or_default();
    let as_usual = |offer: OfferId| *tags == rules[offer].tags;
    match (offer, rule) {
        (Some(offer), rule) if as_usual(*offer) && Some(rule) == showing.get(offer.index()) => {
            Ok(format!(" of {}{by}", rules[*offer].name))
        }
        (Some(offer), Some(rule))
            if as_usual(*offer) && rules[*rule].show == *offer && rules.offer_named(&rules[*rule].name).is_none() =>
        {
            Ok(format!(" of {}{by}", rules[*rule].name))
        }
        (Some(offer), _) => Err(format!("of offer {}, under other tags or rules", rules[*offer].name)),
        (None, Some(rule)) => Err(format!("by rule {}, of an offer that is gone", rules[*rule].name)),
        (None, None) => {
            let tags: Vec<_> = tags.iter().map(|tag| rules[*tag].as_str()).collect();
            Err(format!("of an offer that is gone, tagged {}", tags.join(", ")))
        }
    }
}

/// Why the stronger rule stands above the weaker one.
pub(super) fn outranks(rules: &RuleSet, stronger: RuleId, weaker: RuleId) -> String {
    let (first, second) = (&rules[stronger], &rules[weaker]);
    if first.class != second.class {
        return format!("{} goes before {}", first.class.word(), second.class.word());
    }
    match (first.priority, second.priority) {
        (Some(higher), Some(lower)) if higher != lower => format!("priority {higher} against {lower}"),
        (Some(higher), None) => format!("priority {higher}, where `{}` has none", second.name),
        (_, _) => match Ranking::new(rules, first.slot).standing(stronger, weaker) {
            Standing::First if rules.ties_place(stronger) < rules.ties_place(weaker) => {
                "goes before it by the slot's `ties`".to_owned()
            }
            Standing::First => "is written `before` it".to_owned(),
            Standing::Ranked => "scores at least as high wherever both apply".to_owned(),
            Standing::Second | Standing::Unordered | Standing::Equal => "goes before it by its name alone".to_owned(),
        },
    }
}

/// A rule's place in the order, in a word or two.
pub(super) fn order(rules: &RuleSet, rule: RuleId) -> String {
    match rules[rule].priority {
        Some(priority) => format!("priority {priority}"),
        None => "neither `priority` nor `before`".to_owned(),
    }
}
