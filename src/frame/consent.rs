//! How a record of consent reads at the decision's instant (R23): one of seven states, never missing.
//!
//! Takes the recorded status, time, version and confirmation of each purpose; gives what conditions see, where
//! `granted` is what opens the purpose. A grant that lacks what its purpose demands does not satisfy it: a permission
//! needs a yes.

use super::{ConsentRecord, Facts, Short, Shortfall};
use crate::model::{Basis, Purpose, PurposeId, RuleSet};
use crate::value::{Consent, Instant};

/// Every purpose's reading, in the order of the rule set, and what is wrong with the grants that do not count.
pub(super) fn read(rules: &RuleSet, facts: &Facts) -> (Vec<Consent>, Vec<Shortfall>) {
    let record = |at: usize| facts.consent.get(at).copied().unwrap_or_default();
    // An objection to direct marketing closes every purpose marked so, wherever it was recorded.
    let objected = facts.objects_to_direct_marketing
        || rules
            .purposes
            .iter()
            .enumerate()
            .any(|(at, purpose)| purpose.direct_marketing && record(at).status == Consent::Objected);
    let horizon = facts.now.plus(rules.defaults.skew);
    let mut shortfalls = Vec::new();
    let readings = rules.purposes.iter().enumerate().map(|(at, purpose)| {
        if purpose.direct_marketing && objected {
            return Consent::Objected;
        }
        match reading(purpose, record(at), facts.now, horizon) {
            Ok(status) => status,
            Err(why) => {
                let status = why.reads();
                shortfalls.push(Shortfall { purpose: PurposeId::from_index(at), why });
                status
            }
        }
    });
    (readings.collect(), shortfalls)
}

/// How each purpose reads that an objection to direct marketing closes, were there none: what else was said of it. Nothing
/// was said of one that was itself objected to.
pub(super) fn beneath(rules: &RuleSet, facts: &Facts, readings: &[Consent]) -> Vec<(PurposeId, Consent)> {
    let horizon = facts.now.plus(rules.defaults.skew);
    let closed = rules.purposes.iter().zip(readings).enumerate();
    let closed = closed.filter(|(_, (purpose, reads))| purpose.direct_marketing && **reads == Consent::Objected);
    let otherwise = |(at, (purpose, _)): (usize, (&Purpose, &Consent))| {
        let mut record = facts.consent.get(at).copied().unwrap_or_default();
        if record.status == Consent::Objected {
            record.status = Consent::Unknown;
        }
        let reads = reading(purpose, record, facts.now, horizon).unwrap_or_else(|why| why.reads());
        (PurposeId::from_index(at), reads)
    };
    closed.map(otherwise).collect()
}

fn reading(purpose: &Purpose, record: ConsentRecord, now: Instant, horizon: Instant) -> Result<Consent, Short> {
    match (&purpose.basis, record.status) {
        (_, Consent::Objected) => Ok(Consent::Objected),
        (Basis::LegitimateInterest(_), _) => Ok(Consent::Granted),
        (Basis::Consent | Basis::ExplicitConsent, Consent::Granted) => grant(purpose, record, now, horizon),
        (Basis::Consent | Basis::ExplicitConsent, status) => Ok(status),
    }
}

/// A grant reads granted when it is of sufficient version, in time and confirmed, as far as the purpose demands it. One
/// stamped after now and the skew has not been given yet, whatever the purpose demands.
fn grant(purpose: &Purpose, record: ConsentRecord, now: Instant, horizon: Instant) -> Result<Consent, Short> {
    if let Some(wanted) = purpose.version
        && record.version.is_none_or(|given| given < wanted)
    {
        return Err(Short::Version { given: record.version, wanted });
    }
    if let Some(valid) = purpose.valid
        && record.granted_at.is_none_or(|granted| granted.plus(valid) <= now)
    {
        return Err(Short::TooOld { granted_at: record.granted_at });
    }
    if let Some(granted_at) = record.granted_at.filter(|granted| horizon < *granted) {
        return Err(Short::NotYet { granted_at });
    }
    if purpose.confirmed && !record.confirmed {
        return Err(Short::Unconfirmed);
    }
    Ok(Consent::Granted)
}

impl Short {
    /// How the purpose reads for want of it.
    fn reads(&self) -> Consent {
        match self {
            Self::Version { .. } | Self::TooOld { .. } => Consent::Expired,
            Self::NotYet { .. } | Self::Unconfirmed => Consent::Pending,
        }
    }
}
