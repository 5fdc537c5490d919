//! How a record of consent reads at the decision's instant (R23): one of seven states, never missing.
//!
//! Takes the recorded status, time, version and confirmation of each purpose; gives what conditions see, where
//! `granted` is what opens the purpose. A grant that lacks what its purpose demands does not satisfy it: a permission
//! needs a yes.

use super::{ConsentRecord, Facts};
use crate::model::{Basis, Purpose, RuleSet};
use crate::value::{Consent, Instant};

/// Every purpose's reading, in the order of the rule set.
pub(super) fn read(rules: &RuleSet, facts: &Facts) -> Vec<Consent> {
    let record = |at: usize| facts.consent.get(at).copied().unwrap_or_default();
    // An objection to direct marketing closes every purpose marked so, wherever it was recorded.
    let objected = facts.objects_to_direct_marketing
        || rules
            .purposes
            .iter()
            .enumerate()
            .any(|(at, purpose)| purpose.direct_marketing && record(at).status == Consent::Objected);
    let horizon = facts.now.plus(rules.defaults.skew);
    rules
        .purposes
        .iter()
        .enumerate()
        .map(|(at, purpose)| match purpose.direct_marketing && objected {
            true => Consent::Objected,
            false => reading(purpose, record(at), facts.now, horizon),
        })
        .collect()
}

fn reading(purpose: &Purpose, record: ConsentRecord, now: Instant, horizon: Instant) -> Consent {
    match (&purpose.basis, record.status) {
        (_, Consent::Objected) => Consent::Objected,
        (Basis::LegitimateInterest(_), _) => Consent::Granted,
        (Basis::Consent | Basis::ExplicitConsent, Consent::Granted) => grant(purpose, record, now, horizon),
        (Basis::Consent | Basis::ExplicitConsent, status) => status,
    }
}

/// A grant reads granted when it is in time, of sufficient version and confirmed, as far as the purpose demands it;
/// one stamped after now and the skew has not been given yet and waits like an unconfirmed one.
fn grant(purpose: &Purpose, record: ConsentRecord, now: Instant, horizon: Instant) -> Consent {
    let of_version = purpose.version.is_none_or(|least| record.version.is_some_and(|version| version >= least));
    let in_time = purpose.valid.is_none_or(|valid| record.granted_at.is_some_and(|granted| now < granted.plus(valid)));
    let given = record.granted_at.is_none_or(|granted| granted <= horizon);
    match () {
        () if !of_version || !in_time => Consent::Expired,
        () if !given || (purpose.confirmed && !record.confirmed) => Consent::Pending,
        () => Consent::Granted,
    }
}
