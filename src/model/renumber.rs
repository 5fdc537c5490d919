//! The same rules with other numbers: what it takes to lay two rule sets side by side in one.
//!
//! Takes for every id of a rule set the id it is to have; changes every reference. What no decision hangs on (places in
//! the text, labels, owners, columns of data) is blanked, so that things that decide alike are equal afterwards.
//! Every struct is taken apart field by field: a new field does not compile until it is said here what becomes of it.

use super::{
    Attribute, AttributeId, Block, BlockCause, BlockId, Cap, CapId, CapKind, CapTarget, CapUnit, CapZone, Channel,
    ChannelId, Clause, Condition, Event, EventField, EventId, EventTarget, Expression, Fallback, Gathered, GatheredId,
    Increment, Mapping, Occurrence, Offer, OfferId, Operand, Order, Purpose, PurposeId, Rank, Rule, RuleId, Segment,
    SegmentId, Slot, SlotId, Spelling, Substitute, TagId, Term, ValueDeclaration, ValueId, Window, WindowId, WindowRow,
    Zones,
};
use crate::source::Span;
use crate::value::{EnumId, Type, Value};

/// For each id of a rule set the id it is to have; what lies beyond a list keeps its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Lists of members.
    pub enums: Vec<u32>,
    /// Purposes.
    pub purposes: Vec<u32>,
    /// Attributes.
    pub attributes: Vec<u32>,
    /// Events.
    pub events: Vec<u32>,
    /// Segments.
    pub segments: Vec<u32>,
    /// Declared values.
    pub values: Vec<u32>,
    /// Gathered values.
    pub gathered: Vec<u32>,
    /// Channels, as ways by which something is sent.
    pub channels: Vec<u32>,
    /// Channels, as what an event is stamped with.
    pub channel_stamps: Vec<u32>,
    /// Offers, as what is shown.
    pub offers: Vec<u32>,
    /// Offers, as what an event is stamped with.
    pub offer_stamps: Vec<u32>,
    /// Tags.
    pub tags: Vec<u32>,
    /// Slots.
    pub slots: Vec<u32>,
    /// Rules, as candidates.
    pub rules: Vec<u32>,
    /// Rules, as what an event is stamped with.
    pub rule_stamps: Vec<u32>,
    /// Caps, pauses, gaps.
    pub caps: Vec<u32>,
    /// Blocks.
    pub blocks: Vec<u32>,
    /// Windows.
    pub windows: Vec<u32>,
}

/// Something that names ids.
pub trait Renumber {
    /// Gives every id in it its new number, and blanks what no decision hangs on.
    fn renumber(&mut self, to: &Numbers);
}

macro_rules! numbers {
    ($($id:ident in $list:ident;)*) => {
        $(
            impl Renumber for $id {
                fn renumber(&mut self, to: &Numbers) {
                    self.0 = new(&to.$list, self.0);
                }
            }
        )*
    };
}

numbers! {
    EnumId in enums;
    PurposeId in purposes;
    AttributeId in attributes;
    EventId in events;
    SegmentId in segments;
    ValueId in values;
    GatheredId in gathered;
    ChannelId in channels;
    OfferId in offers;
    TagId in tags;
    SlotId in slots;
    RuleId in rules;
    CapId in caps;
    BlockId in blocks;
    WindowId in windows;
}

fn new(list: &[u32], old: u32) -> u32 {
    list.get(old as usize).copied().unwrap_or(old)
}

fn blank(span: &mut Span) {
    *span = Event::nowhere();
}

/// A list that is kept sorted.
fn sorted<T: Renumber + Ord>(list: &mut [T], to: &Numbers) {
    list.iter_mut().for_each(|one| one.renumber(to));
    list.sort_unstable();
}

impl<T: Renumber> Renumber for Vec<T> {
    fn renumber(&mut self, to: &Numbers) {
        self.iter_mut().for_each(|one| one.renumber(to));
    }
}

impl<T: Renumber> Renumber for Option<T> {
    fn renumber(&mut self, to: &Numbers) {
        self.iter_mut().for_each(|one| one.renumber(to));
    }
}

impl<T: Renumber> Renumber for Box<T> {
    fn renumber(&mut self, to: &Numbers) {
        (**self).renumber(to);
    }
}

impl Renumber for Type {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::OneOf(list) => list.renumber(to),
            Self::YesNo | Self::Number(_) | Self::Text | Self::Set | Self::Time | Self::Date | Self::Zone => {}
            Self::Score(_) => {}
        }
    }
}

impl Renumber for Purpose {
    fn renumber(&mut self, _: &Numbers) {
        let Self { name: _, label, span, basis: _, confirmed: _, version: _, valid: _, direct_marketing: _ } = self;
        label.clear();
        blank(span);
    }
}

impl Renumber for Attribute {
    fn renumber(&mut self, to: &Numbers) {
        let Self {
            name: _,
            span,
            scope: _,
            ty,
            key: _,
            needs,
            fresh: _,
            default: _,
            sensitive: _,
            hidden: _,
            protective: _,
            never_used: _,
            mapping,
        } = self;
        blank(span);
        ty.renumber(to);
        sorted(needs, to);
        // Of how data is read only whether it can say never changes what an attribute can be.
        let Mapping { column: _, stamp: _, spellings, row_number: _ } = std::mem::take(mapping);
        let never = (String::new(), Spelling::Value(Value::Never));
        mapping.spellings = spellings.into_iter().filter(|(_, is)| *is == never.1).map(|_| never.clone()).collect();
        mapping.spellings.truncate(1);
    }
}

impl Renumber for Event {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, needs, fields } = self;
        label.clear();
        blank(span);
        sorted(needs, to);
        fields.iter_mut().for_each(|EventField { name: _, ty }| ty.renumber(to));
    }
}

impl Renumber for Segment {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, condition } = self;
        label.clear();
        blank(span);
        condition.renumber(to);
    }
}

impl Renumber for ValueDeclaration {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, ty, expression } = self;
        label.clear();
        blank(span);
        ty.renumber(to);
        expression.renumber(to);
    }
}

impl Renumber for Condition {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.renumber(to),
            Self::Not(inner) => inner.renumber(to),
            Self::Segment(id) => id.renumber(to),
            Self::Holds(of) | Self::OneOf(of, _) | Self::Known(of) | Self::Never(of) => of.renumber(to),
            Self::Has(of, _, _) | Self::Age(of, _, _) => of.renumber(to),
            Self::Equal(left, right) | Self::Compare(_, left, right) => {
                left.renumber(to);
                right.renumber(to);
            }
            Self::Between(of, from, until) => [of, from, until].into_iter().for_each(|part| part.renumber(to)),
        }
    }
}

impl Renumber for Expression {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Literal(_, ty) => ty.renumber(to),
            Self::Attribute(id) => id.renumber(to),
            Self::Value(id) => id.renumber(to),
            Self::Gathered(id) => id.renumber(to),
            Self::Consent(id) => id.renumber(to),
            Self::Permission(id) => id.renumber(to),
            Self::Now => {}
            Self::Rescale(of, _) => of.renumber(to),
            Self::Arithmetic(_, left, right, _) => {
                left.renumber(to);
                right.renumber(to);
            }
            Self::Else(left, right, ty) => {
                left.renumber(to);
                right.renumber(to);
                ty.renumber(to);
            }
            Self::When(of, when, _) => {
                of.renumber(to);
                when.renumber(to);
            }
        }
    }
}

impl Renumber for Clause {
    fn renumber(&mut self, to: &Numbers) {
        let Self { condition, span } = self;
        condition.renumber(to);
        blank(span);
    }
}

impl Renumber for EventTarget {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Offer(OfferId(id)) => *id = new(&to.offer_stamps, *id),
            Self::Rule(RuleId(id)) => *id = new(&to.rule_stamps, *id),
            Self::Channel(ChannelId(id)) => *id = new(&to.channel_stamps, *id),
            Self::Tag(id) => id.renumber(to),
            Self::Class(_) => {}
        }
    }
}

impl Renumber for Occurrence {
    fn renumber(&mut self, to: &Numbers) {
        let Self { event, of } = self;
        event.renumber(to);
        of.renumber(to);
    }
}

impl Renumber for Operand {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Attribute(id) => id.renumber(to),
            Self::Gathered(id) => id.renumber(to),
            Self::Number(..) | Self::Time(_) => {}
        }
    }
}

impl Renumber for Gathered {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Times(of, _) | Self::Last(of) | Self::Sum(of, _, _) => of.renumber(to),
            Self::Decayed(terms) => terms.iter_mut().for_each(|Term { each, of, half_life: _ }| {
                match each {
                    Increment::Points(_) | Increment::Field(_) => {}
                }
                of.renumber(to);
            }),
            Self::Halved { of, half_life: _, since } => {
                of.renumber(to);
                since.renumber(to);
            }
        }
    }
}

impl Renumber for Channel {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, needs, allowed, silent, reached, caps, windows } = self;
        label.clear();
        blank(span);
        sorted(needs, to);
        [allowed, silent, reached].into_iter().for_each(|clause| clause.renumber(to));
        sorted(caps, to);
        sorted(windows, to);
    }
}

impl Renumber for Offer {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, kind: _, class: _, tags, active: _, content: _, off, caps, blocks, windows } =
            self;
        label.clear();
        blank(span);
        sorted(tags, to);
        off.iter_mut().for_each(String::clear);
        sorted(caps, to);
        sorted(blocks, to);
        sorted(windows, to);
    }
}

impl Renumber for CapTarget {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Offers(all) => all.iter_mut().for_each(|OfferId(id)| *id = new(&to.offer_stamps, *id)),
            Self::Rules(all) => all.iter_mut().for_each(|RuleId(id)| *id = new(&to.rule_stamps, *id)),
            Self::Channels(all) => all.iter_mut().for_each(|ChannelId(id)| *id = new(&to.channel_stamps, *id)),
            Self::Tags(all) => all.renumber(to),
            Self::Classes(_) | Self::Anything => {}
        }
        match self {
            Self::Offers(all) => all.sort_unstable(),
            Self::Rules(all) => all.sort_unstable(),
            Self::Channels(all) => all.sort_unstable(),
            Self::Tags(all) => all.sort_unstable(),
            Self::Classes(_) | Self::Anything => {}
        }
    }
}

impl Renumber for CapUnit {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Attribute(id) => id.renumber(to),
            Self::Customer | Self::Everybody => {}
        }
    }
}

impl Renumber for CapZone {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Attribute(id) => id.renumber(to),
            Self::Named(_) => {}
        }
    }
}

impl Renumber for Cap {
    fn renumber(&mut self, to: &Numbers) {
        let Self {
            name: _,
            label,
            span,
            kind,
            rule,
            at_most: _,
            number,
            events,
            window: _,
            zone,
            target,
            exempt,
            uncounted,
            unit,
            alone: _,
            reserve: _,
            store_down_blocks: _,
            then: _,
        } = self;
        label.clear();
        blank(span);
        match kind {
            CapKind::Pause { length: _, without } => sorted(without, to),
            CapKind::Cap | CapKind::Block { .. } | CapKind::Gap => {}
        }
        rule.iter_mut().for_each(|RuleId(id)| *id = new(&to.rule_stamps, *id));
        number.renumber(to);
        sorted(events, to);
        zone.renumber(to);
        target.renumber(to);
        exempt.renumber(to);
        uncounted.renumber(to);
        unit.renumber(to);
    }
}

impl Renumber for Block {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, cause, target } = self;
        label.clear();
        blank(span);
        match cause {
            BlockCause::After(cap) => cap.renumber(to),
            BlockCause::While(clause) => clause.renumber(to),
        }
        target.renumber(to);
    }
}

impl Renumber for Window {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, zones, rows, target, outside: _ } = self;
        label.clear();
        blank(span);
        let Zones { first, every } = zones;
        first.renumber(to);
        every.renumber(to);
        rows.renumber(to);
        target.renumber(to);
    }
}

impl Renumber for WindowRow {
    fn renumber(&mut self, to: &Numbers) {
        let Self { days: _, opens: _, closes: _, when, span } = self;
        when.renumber(to);
        blank(span);
    }
}

impl Renumber for Slot {
    fn renumber(&mut self, to: &Numbers) {
        let Self { name: _, label, span, place: _, channels, rotate, accepts: _, fallback, off: _, ties, order } = self;
        label.clear();
        blank(span);
        channels.renumber(to);
        rotate.renumber(to);
        for Fallback { offer, when, span } in fallback {
            offer.renumber(to);
            when.renumber(to);
            blank(span);
        }
        ties.renumber(to);
        order.renumber(to);
    }
}

impl Renumber for Substitute {
    fn renumber(&mut self, to: &Numbers) {
        match self {
            Self::Show(offer) => offer.renumber(to),
            Self::Try(rule) => rule.renumber(to),
            Self::Nothing => {}
        }
    }
}

impl Renumber for Rule {
    fn renumber(&mut self, to: &Numbers) {
        let Self {
            name: _,
            label,
            span,
            slot,
            class: _,
            about,
            owner,
            metric,
            ticket,
            review_by: _,
            because: _,
            active: _,
            off,
            when,
            unless,
            needs,
            order,
            priority: _,
            rank,
            show,
            expires,
            channels,
            tasks: _,
            if_capped,
            if_no_consent,
            if_unknown,
            caps,
            blocks,
            windows,
        } = self;
        label.clear();
        blank(span);
        (*about, *owner, *metric, *ticket) = (None, None, None, None);
        slot.renumber(to);
        off.iter_mut().for_each(String::clear);
        when.renumber(to);
        unless.renumber(to);
        sorted(needs, to);
        match order {
            Order::Before(rules) => rules.renumber(to),
            Order::Unordered | Order::Priority(_) => {}
        }
        if let Some(Rank { by, span }) = rank {
            by.renumber(to);
            blank(span);
        }
        show.renumber(to);
        expires.renumber(to);
        channels.renumber(to);
        [if_capped, if_no_consent, if_unknown].into_iter().for_each(|substitute| substitute.renumber(to));
        sorted(caps, to);
        sorted(blocks, to);
        sorted(windows, to);
    }
}
