//! Why a window or an expiry let a candidate not pass, with what the customer's clocks show, as far as marks allow.

use super::super::expression::datum;
use super::super::waiting::is_open;
use super::{Reason, facts};
use crate::frame::{Frame, WindowState};
use crate::model::show::{show_expression, show_outside};
use crate::model::{AgeBound, Condition, Outside, Rule, RuleSet, WindowId, limits};
use crate::value::{Datum, Missing, Zone};

/// A window that drops what it is on.
pub(super) fn closed(rules: &RuleSet, frame: &Frame, id: WindowId) -> Reason {
    let nobody = frame.window(id) == WindowState::UnknownZone;
    Reason::Closed { window: rules[id].name.clone(), clock: clock(rules, frame, id), nobody }
}

/// A window for which something would wait too long.
pub(super) fn hold_limit(rules: &RuleSet, frame: &Frame, id: WindowId) -> Reason {
    let window = &rules[id];
    let most = match window.outside {
        Outside::Hold(Some(most)) => most.to_string(),
        Outside::Hold(None) => limits::HOLD.to_string(),
        Outside::Drop => show_outside(window.outside),
    };
    Reason::HoldLimit { window: window.name.clone(), most, clock: clock(rules, frame, id) }
}

/// A rule of which the time is over, or will be before its windows open.
pub(super) fn expired(rules: &RuleSet, rule: &Rule, over: bool) -> Reason {
    let shown = |condition: &Condition| {
        let Condition::Age(of, _, AgeBound::One(_, period)) = condition else { return None };
        let protected = facts::reads_protected(rules, condition);
        (!protected).then(|| format!("{period} after {}", show_expression(rules, of)))
    };
    let when = rule.expires.as_ref().and_then(|clause| shown(&clause.condition));
    Reason::Expired { when, over }
}

/// A rule that expires nobody knows when: the attributes that are missing.
pub(super) fn no_expiry(rules: &RuleSet, frame: &Frame, rule: &Rule) -> Vec<Reason> {
    let Some(Condition::Age(of, ..)) = rule.expires.as_ref().map(|clause| &clause.condition) else { return Vec::new() };
    let named = facts::without_value(rules, frame, of);
    let known = |(id, why): (crate::model::AttributeId, Option<String>)| Reason::NotKnown {
        attribute: rules[id].name.clone(),
        why,
    };
    let mut reasons: Vec<Reason> = named.into_iter().map(known).collect();
    if reasons.is_empty() {
        let why = match datum(rules, frame, of) {
            Datum::Missing(reason) => reason,
            Datum::Known(_) => Missing::Computed,
        };
        reasons.push(Reason::NotKnown { attribute: show_expression(rules, of), why: Some(why.word().to_owned()) });
    }
    reasons.sort();
    reasons
}

/// What the clocks show on which a window is closed: `fri 22:30 in Europe/Berlin`. Nothing where that would tell what a
/// protected attribute says.
fn clock(rules: &RuleSet, frame: &Frame, id: WindowId) -> Option<String> {
    if facts::window_reads_protected(rules, id) || is_open(rules, frame, id) {
        return None;
    }
    let shown = frame.window_zones(rules, id).into_iter().map(|name| {
        let clock = Zone::named(name)?.clock(frame.now);
        Some(format!("{clock} in {name}"))
    });
    let shown: Vec<String> = shown.collect::<Option<_>>()?;
    (!shown.is_empty()).then(|| shown.join(", "))
}
