//! By which channels a message goes, and what each of them asks: the conditions of a channel stand in its own sentences,
//! once, whatever stands before and behind it.

use super::caps::at_most;
use super::sentences::{hours, needed};
use super::{Sentence, predicate};
use crate::model::show::show_text;
use crate::model::{ChannelId, Guardrail, RuleId, RuleSet};

/// The sentences; none for a rule that shows.
pub(super) fn of(rules: &RuleSet, id: RuleId) -> Vec<Sentence> {
    let rule = &rules[id];
    let channels = rules.channels_of(rule);
    let names: Vec<String> = channels.iter().map(|channel| format!("`{}`", rules[*channel].name)).collect();
    let mut said = match names.as_slice() {
        [] => return Vec::new(),
        [only] => vec![Sentence::plain(format!("It goes by {only}, or not at all."))],
        several => vec![Sentence::plain(format!(
            "It goes by the first of these that carries it: {}.",
            several.join(", then ")
        ))],
    };
    if let Some(tag) = rules[rule.slot].rotate
        && channels.len() > 1
    {
        said.push(Sentence::plain(format!(
            "They are tried in a ring, from behind the one by which something tagged `{}` was sent last.",
            rules[tag]
        )));
    }
    let asks_consent = rules.classes.row(rule.class).obeys(Guardrail::Consent);
    for channel in channels {
        said.extend(one(rules, *channel, asks_consent));
        let caps = rules.channel_caps(*channel, rule.show, Some(id)).into_iter();
        said.extend(caps.map(|cap| at_most(rules, cap, rule.slot)));
    }
    for window in rules.windows_by(channels, rule.class) {
        let on = channels.iter().filter(|channel| rules[**channel].windows.contains(&window));
        let on: Vec<String> = on.map(|channel| format!("`{}`", rules[*channel].name)).collect();
        said.extend(hours(rules, window, &format!("sent by {}", on.join(" or "))));
    }
    said
}

fn one(rules: &RuleSet, id: ChannelId, asks_consent: bool) -> Vec<Sentence> {
    let channel = &rules[id];
    let name = if channel.label.is_empty() {
        format!("`{}`", channel.name)
    } else {
        format!("`{}` ({})", channel.name, show_text(&channel.label))
    };
    let mut said = Vec::new();
    let mut about = |lead: &str, clause: &Option<crate::model::Clause>| {
        if let Some(clause) = clause {
            let point = predicate::point(rules, &clause.condition);
            said.push(Sentence::about(&format!("{name} {lead}"), "", vec![point]));
        }
    };
    about("is allowed only where we know that", &channel.allowed);
    about("reaches only customers of whom we know that", &channel.reached);
    about("makes no sound where it is so, or not known, that", &channel.silent);
    if asks_consent {
        said.extend(channel.needs.iter().map(|purpose| Sentence::plain(needed(rules, &name, *purpose))));
    } else if !channel.needs.is_empty() {
        said.push(Sentence::plain(format!("{name} asks for no consent here, because of the class of what is sent.")));
    }
    said
}
