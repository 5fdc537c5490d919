//! What is known of a customer only from a time that is still to come: it does not count yet, and whoever looks at one
//! customer is told so, wherever it came from.

use std::collections::BTreeMap;

use crate::frame::Facts;
use crate::model::RuleSet;
use crate::value::{Consent, show_instant};

/// The events and grants of a customer that are stamped after now and the skew, in words.
pub fn stamped_after_now(rules: &RuleSet, facts: &Facts) -> Vec<String> {
    let horizon = facts.now.plus(rules.defaults.skew);
    let grants = rules.purposes.iter().zip(&facts.consent).filter_map(|(purpose, record)| {
        let at = record.granted_at.filter(|at| record.status == Consent::Granted && horizon < *at)?;
        Some(format!(
            "the consent to `{}` is granted at {}, after now: it is not given yet",
            purpose.name,
            show_instant(at)
        ))
    });
    let mut events = BTreeMap::<&str, u64>::new();
    for happened in facts.history.iter().filter(|happened| horizon < happened.at) {
        *events.entry(&rules[happened.event].name).or_default() += 1;
    }
    let events = events.into_iter().map(|(event, count)| {
        let are = if count == 1 { "is" } else { "are" };
        format!("{count} {event} {are} stamped after now and set aside")
    });
    grants.chain(events).collect()
}
