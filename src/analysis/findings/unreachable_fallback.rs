//! `lint::unreachable-fallback`: an entry of a fallback list that something before it always forestalls.
//!
//! The last entry has to be there whatever the rules do, so only earlier entries can make it idle. An entry behind one
//! that takes everybody is the checker's finding.

use super::{Look, words};
use crate::analysis::{Coverer, FallbackVerdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{Slot, SlotId};

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (slot, verdicts) in &look.report.fallbacks {
        for (at, verdict) in verdicts.iter().enumerate() {
            if let FallbackVerdict::Covered(by) = verdict {
                found.extend(finding(look, *slot, at, by));
            }
        }
    }
    found
}

fn finding(look: &Look<'_>, id: SlotId, at: usize, by: &[Coverer]) -> Option<Diagnostic> {
    let rules = look.rules;
    let slot = &rules[id];
    if slot.fallback.iter().take(at).any(|entry| takes_everybody(look, slot, entry)) {
        return None;
    }
    let entry = slot.fallback.get(at)?;
    let in_time = words::in_time(look.report.in_time.fallbacks.contains(&(id, at)));
    let message =
        format!("this fallback of slot `{}` is never shown{in_time}: something before it always answers", slot.name);
    let mut diagnostic = Diagnostic::new(&lint::UNREACHABLE_FALLBACK, entry.span, message)
        .primary("nobody is left to it")
        .help(if at + 1 == slot.fallback.len() {
            // It may be idle and must be there: nobody else's word says that those before it leave nobody.
            "leave it, since a list must end in what always answers; or let the entry before it lose its condition and be the last"
        } else {
            "narrow what stands before it, or remove it from the list"
        });
    let mut named = Vec::new();
    for coverer in by {
        let span = match coverer {
            Coverer::Fallback(at) => slot.fallback.get(*at)?.span,
            Coverer::Rule(rule) | Coverer::Stop(rule) | Coverer::Substitute(rule, _) => rules[*rule].span,
        };
        if !named.contains(&span) {
            named.push(span);
            let what = match coverer {
                Coverer::Fallback(_) => "comes earlier in the list".to_owned(),
                Coverer::Rule(rule) | Coverer::Stop(rule) | Coverer::Substitute(rule, _) => {
                    format!("{} comes before any fallback", words::listed([rules[*rule].name.as_str()]))
                }
            };
            diagnostic = diagnostic.label(span, what);
        }
    }
    Some(diagnostic)
}

fn takes_everybody(look: &Look<'_>, slot: &Slot, entry: &crate::model::Fallback) -> bool {
    let always = |id: crate::model::OfferId| {
        let offer = &look.rules[id];
        offer.class == crate::model::Class::Service && offer.active.is_none() && offer.off.is_none()
    };
    let shared = crate::analysis::slot::shared(look.rules);
    let free = |id: crate::model::OfferId| !shared.get(id.index()).copied().unwrap_or(false);
    slot.off.is_none() && entry.when.is_none() && entry.offer.is_none_or(|offer| always(offer) && free(offer))
}
