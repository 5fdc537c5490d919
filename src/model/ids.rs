//! One newtype per kind of thing, so that an offer's number is never taken for a rule's.

use serde::{Deserialize, Serialize};

use super::{
    Attribute, Block, Cap, Channel, Event, Gathered, Offer, Purpose, Rule, RuleSet, Segment, Slot, ValueDeclaration,
    Window,
};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident -> $list:ident: $of:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            pub struct $id(pub u32);

            impl $id {
                /// The id of the thing at `index` of its list.
                pub fn from_index(index: usize) -> Self {
                    Self(u32::try_from(index).unwrap_or(u32::MAX))
                }

                /// The place in its list.
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }

            #[expect(clippy::indexing_slicing, reason = "ids of a verified rule set are in range; `verify` looks at all")]
            impl std::ops::Index<$id> for RuleSet {
                type Output = $of;

                fn index(&self, id: $id) -> &$of {
                    &self.$list[id.index()]
                }
            }
        )*
    };
}

ids! {
    /// A purpose.
    PurposeId -> purposes: Purpose;
    /// A customer or moment attribute.
    AttributeId -> attributes: Attribute;
    /// An event that can happen.
    EventId -> events: Event;
    /// A segment.
    SegmentId -> segments: Segment;
    /// A declared value.
    ValueId -> values: ValueDeclaration;
    /// A value that is worked out while the frame is gathered.
    GatheredId -> gathered: Gathered;
    /// A channel.
    ChannelId -> channels: Channel;
    /// An offer.
    OfferId -> offers: Offer;
    /// A tag.
    TagId -> tags: String;
    /// A slot.
    SlotId -> slots: Slot;
    /// A rule.
    RuleId -> rules: Rule;
    /// A cap, a pause, a gap, or what a block counts.
    CapId -> caps: Cap;
    /// A block.
    BlockId -> blocks: Block;
    /// A window.
    WindowId -> windows: Window;
}
