//! `lint::unreachable-substitute`: what a rule names in its place is never taken.
//!
//! Of a rule that never wins nothing is said here: what of it may still answer stands at that finding. Nor is anything
//! said where something is switched off or told already.

use super::{Look, never_together, words};
use crate::analysis::slot::substitutes;
use crate::analysis::{Coverer, NeverTaken, SubstituteVerdict, Verdict};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::frame::Via;
use crate::model::show::show_substitute;
use crate::model::{RuleId, Substitute};
use crate::source::Span;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let of = |((rule, via), verdict): (&(RuleId, Via), &SubstituteVerdict)| match verdict {
        SubstituteVerdict::Never(_) if look.report.rules.get(rule).is_none_or(Verdict::is_never) => None,
        SubstituteVerdict::Never(why) => finding(look, *rule, *via, why),
        SubstituteVerdict::Taken | SubstituteVerdict::Unknown(_) => None,
    };
    look.report.substitutes.iter().filter_map(of).collect()
}

fn finding(look: &Look<'_>, id: RuleId, via: Via, why: &NeverTaken) -> Option<Diagnostic> {
    let rules = look.rules;
    let rule = &rules[id];
    let (_, substitute) = substitutes(rules, id).find(|(of, _)| *of == via)?;
    if *why == NeverTaken::NeverStands && is_told(look, substitute) {
        return None;
    }
    let clause = format!("{} {}", via.word(), show_substitute(rules, id, substitute));
    let in_time = words::in_time(look.report.in_time.substitutes.contains(&(id, via)));
    let message = format!("`{clause}` of `{}` is never taken{in_time}", rule.name);
    let found = Diagnostic::new(&lint::UNREACHABLE_SUBSTITUTE, rule.span, message);
    let remove = format!("remove `{clause}`");
    Some(match why {
        NeverTaken::NeverDrops => {
            let (why, help) = never_drops(look, id, via);
            found.primary(why).help(format!("{remove}{help}"))
        }
        NeverTaken::NeverStands => {
            let (span, what) = stands_in(look, substitute)?;
            let apart = matches!(substitute, Substitute::Try(other) if !never_together::meet(rules, id, other));
            found
                .primary(if apart {
                    format!("`{what}` is never active together with it")
                } else {
                    format!("wherever it drops out for that, `{what}` drops out as well")
                })
                .label(span, "what stands in")
                .help(format!("name something that those may see, or {remove}"))
        }
        NeverTaken::Covered(by) => {
            let mut labelled: Vec<RuleId> = Vec::new();
            let mut found = found.primary("whoever it could be taken for sees something else first");
            for culprit in by.iter().filter_map(|coverer: &Coverer| coverer.rule()) {
                if !labelled.contains(&culprit) {
                    labelled.push(culprit);
                    found = found.label(rules[culprit].span, words::outranks(rules, culprit, id));
                }
            }
            let names = words::listed(labelled.iter().map(|rule| rules[*rule].name.as_str()));
            found.help(format!("narrow {names}, or {remove}"))
        }
    })
}

/// Whether it is no fault, or a fault that is told, that what stands in never does.
fn is_told(look: &Look<'_>, substitute: Substitute) -> bool {
    match substitute {
        Substitute::Show(offer) => look.rules[offer].off.is_some(),
        Substitute::Try(rule) => look.report.rules.get(&rule).is_some_and(Verdict::is_idle),
        Substitute::Nothing => true,
    }
}

fn stands_in(look: &Look<'_>, substitute: Substitute) -> Option<(Span, String)> {
    match substitute {
        Substitute::Show(offer) => Some((look.rules[offer].span, look.rules[offer].name.clone())),
        Substitute::Try(rule) => Some((look.rules[rule].span, look.rules[rule].name.clone())),
        Substitute::Nothing => None,
    }
}

/// Why a rule never drops out so, and what to do besides removing the clause.
fn never_drops(look: &Look<'_>, id: RuleId, via: Via) -> (&'static str, &'static str) {
    let rules = look.rules;
    let rule = &rules[id];
    let channels = rules.channels_of(rule);
    match via {
        Via::Capped if rules.caps_on(id).is_empty() && channels.iter().all(|of| rules[*of].caps.is_empty()) => {
            ("no cap, pause or gap binds it", ", or give the rule a `cap`")
        }
        Via::Capped => ("wherever one of its caps is spent, something else has stopped it before", ""),
        Via::NoConsent if rule.needs.is_empty() && channels.iter().all(|of| rules[*of].needs.is_empty()) => {
            ("it needs no purpose", ", or say what the rule `needs`")
        }
        Via::NoConsent => ("wherever a consent is missing, something else has stopped it before", ""),
        Via::Unknown if rule.when.is_empty() && rule.unless.is_empty() => {
            ("it has no `when` that could be unknown", ", or give the rule a `when`")
        }
        Via::Unknown if rule.when.is_empty() => ("it stands in where a `when` is unknown, and the rule has none", ""),
        Via::Unknown => ("its `when` is never unknown where nothing else speaks against it", ""),
    }
}
