//! What caps, pauses, gaps, blocks and windows are on, and whether that is this offer or this rule.

use serde::{Deserialize, Serialize};

use super::{ChannelId, Class, Offer, OfferId, RuleId, TagId};

/// What a cap counts and binds, a block stops, a window is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CapTarget {
    /// Events of these offers; sorted.
    Offers(Vec<OfferId>),
    /// Events of what these rules themselves showed; sorted.
    Rules(Vec<RuleId>),
    /// Events of offers with one of these tags; sorted.
    Tags(Vec<TagId>),
    /// Events of offers of one of these classes; sorted.
    Classes(Vec<Class>),
    /// Events of what was sent by one of these channels; sorted.
    Channels(Vec<ChannelId>),
    /// Every event, whatever it is stamped with; only what a block counts.
    Anything,
}

impl CapTarget {
    /// Whether an offer is of it, by its name, a tag that it carries, or its class.
    pub fn has_offer(&self, id: OfferId, offer: &Offer) -> bool {
        match self {
            Self::Offers(offers) => offers.contains(&id),
            Self::Tags(tags) => offer.tags.iter().any(|tag| tags.contains(tag)),
            Self::Classes(classes) => classes.contains(&offer.class),
            Self::Rules(_) | Self::Channels(_) | Self::Anything => false,
        }
    }

    /// Whether a rule is named in it; what the rule shows is [`Self::has_offer`]'s question.
    pub fn has_rule(&self, id: RuleId) -> bool {
        match self {
            Self::Rules(rules) => rules.contains(&id),
            Self::Offers(_) | Self::Tags(_) | Self::Classes(_) | Self::Channels(_) | Self::Anything => false,
        }
    }
}
