//! Why a channel does not carry a message: its step in words, with the facts that decided it as far as their marks allow.

use super::super::candidate::Guarded;
use super::super::channels::Blocked;
use super::steps::{capped, no_consent};
use super::{Reason, facts};
use crate::model::{ChannelId, Clause, OfferId, RuleId, SlotId};

/// Why these channels were passed over, in the order in which they were tried.
pub(super) fn blocked(guarded: &Guarded<'_>, ways: &[(ChannelId, Blocked)]) -> Vec<Reason> {
    let of = |(channel, step): &(ChannelId, Blocked)| {
        let declared = &guarded.rules[*channel];
        let why = match step {
            Blocked::Permission => {
                vec![Reason::NotPermitted { fact: fact(guarded, "allowed when", &declared.allowed) }]
            }
            Blocked::Reach => vec![Reason::NotReached { fact: fact(guarded, "reached when", &declared.reached) }],
            Blocked::Consent(purposes) => purposes.iter().map(|purpose| no_consent(guarded, *purpose)).collect(),
            Blocked::Capped(caps) => caps.iter().map(|cap| capped(guarded, *cap)).collect(),
        };
        let name = declared.name.clone();
        why.into_iter()
            .map(move |why| Reason::Channel { channel: name.clone(), why: Box::new(why) })
            .collect::<Vec<_>>()
    };
    ways.iter().flat_map(of).collect()
}

/// Why the channels before the one that carries the offer were passed over.
pub(super) fn before(
    guarded: &Guarded<'_>,
    slot: SlotId,
    channels: &[ChannelId],
    offer: OfferId,
    rule: Option<RuleId>,
) -> Vec<Reason> {
    blocked(guarded, &guarded.way(slot, channels, offer, rule).passed_over)
}

/// The clause and the facts that decided it; `None` where it reads protected ones.
fn fact(guarded: &Guarded<'_>, word: &str, clause: &Option<Clause>) -> Option<String> {
    let condition = &clause.as_ref()?.condition;
    let is_protected = facts::reads_protected(guarded.rules, condition);
    (!is_protected).then(|| facts::sentence(guarded.rules, guarded.frame, condition, word))
}
