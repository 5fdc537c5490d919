//! What a model lacks because it is in error (R52), and what that may do once it is mended.
//!
//! Made by the checker, asked by graph and analysis: whoever says `never` of the rest must count as possible whatever
//! the thing left out may do. `None` in a field of names or ids is `not known, so anything`.

use std::collections::BTreeSet;

use super::{OfferId, RuleId, SlotId};

/// A declaration in error that is not in the model. The default may do anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The slot it belongs to, where it is a rule and that is known.
    pub slot: Option<SlotId>,
    /// Every name that stands in it.
    pub names: Option<BTreeSet<String>>,
    /// The offers that it may show.
    pub shows: Option<BTreeSet<OfferId>>,
    /// The rules that it may try in its own place.
    pub tries: Option<BTreeSet<RuleId>>,
    /// The offers that it may keep from being shown.
    pub stops_offers: Option<BTreeSet<OfferId>>,
    /// The rules that it may keep from winning.
    pub stops_rules: Option<BTreeSet<RuleId>>,
    /// Whether it may stop them as a block does: before consent, also what is of class service, and with nothing to stand
    /// in.
    pub blocks: bool,
    /// Whether it may say who a customer is, so that caps per customer count.
    pub may_be_key: bool,
}

impl Default for LeftOut {
    fn default() -> Self {
        Self {
            slot: None,
            names: None,
            shows: None,
            tries: None,
            stops_offers: None,
            stops_rules: None,
            blocks: true,
            may_be_key: true,
        }
    }
}

impl LeftOut {
    /// Something that may use whatever is declared, but shows, tries and stops nothing by itself: a segment, an offer.
    pub fn that_only_uses() -> Self {
        Self {
            slot: None,
            names: None,
            shows: Some(BTreeSet::new()),
            tries: Some(BTreeSet::new()),
            stops_offers: Some(BTreeSet::new()),
            stops_rules: Some(BTreeSet::new()),
            blocks: false,
            may_be_key: false,
        }
    }
}
