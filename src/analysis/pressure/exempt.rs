//! Exemptions narrower than a class that obeys caps (R31): nobody should have to search for them.

use crate::model::{CapId, CapTarget, RuleSet};

/// What an exemption does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifted {
    /// `exempt`: the cap does not stop it.
    Exempt,
    /// `uncounted`: the cap does not count it.
    Uncounted,
}

impl Lifted {
    /// How authors write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exempt => "exempt",
            Self::Uncounted => "uncounted",
        }
    }
}

/// An exemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exempt {
    /// Of which cap.
    pub cap: CapId,
    /// What it lifts.
    pub lifted: Lifted,
    /// For whom.
    pub target: CapTarget,
}

/// All that there are, by cap.
pub(super) fn exempt(rules: &RuleSet) -> Vec<Exempt> {
    let mut found = Vec::new();
    for (at, cap) in rules.caps.iter().enumerate() {
        let lists = [(Lifted::Exempt, &cap.exempt), (Lifted::Uncounted, &cap.uncounted)];
        for (lifted, target) in lists.into_iter().flat_map(|(lifted, list)| list.iter().map(move |one| (lifted, one))) {
            if is_narrow(rules, target) {
                found.push(Exempt { cap: CapId::from_index(at), lifted, target: target.clone() });
            }
        }
    }
    found
}

/// Whether it is about less than a class, and about something of a class that obeys caps.
fn is_narrow(rules: &RuleSet, target: &CapTarget) -> bool {
    let obeys = |class| rules.obeys_caps(class);
    match target {
        CapTarget::Classes(_) | CapTarget::Anything => false,
        CapTarget::Channels(_) => true,
        CapTarget::Rules(of) => of.iter().any(|rule| obeys(rules[*rule].class)),
        CapTarget::Offers(of) => of.iter().any(|offer| obeys(rules[*offer].class)),
        CapTarget::Tags(of) => {
            let has = |offer: &crate::model::Offer| offer.tags.iter().any(|tag| of.contains(tag));
            rules.offers.iter().any(|offer| has(offer) && obeys(offer.class))
        }
    }
}
