//! The dimensions of a question: everything its answer depends on, each with finitely many atoms.
//!
//! Takes the attributes, consents, caps and offers that the conditions of a question mention, with the places at which
//! they cut; gives dimensions and their atoms. Refuses to know conditions.
//!
//! | dimension | atoms |
//! | --- | --- |
//! | an attribute | absent; garbled, where a declared default or an `if unknown` tells it from absent; no consent, where it needs a purpose; the stretches of its axis; never, where it can be |
//! | a set | as an attribute with one stretch, "known", and for each mentioned text a dimension "holds it or not" |
//! | a consent | the seven states (of legitimate interest two) |
//! | a permission | its four states |
//! | now | the stretches between the dates of rules and offers |
//! | a cap | left, spent |
//! | the channel a rotating slot used last | none, each of its channels |
//! | an offer shown in several slots | free, taken by another slot of the request |
//! | what something in error may stop | free, stopped |
//! | a window | open, closed; free, whatever the hour, until a customer is made |
//! | what waits for a window | in time, too late; likewise |
//! | what was held | let go in time, too late; a dimension only where it is asked what that changes |
//! | a predicate that the analysis does not look into | yes, no, unknown; for an `if unknown`, unknown for a reason that it does not answer |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::HashMap;

use super::axis::{Axis, Clock, Edge, Scale, Texts};
use super::formula::Dim;
use crate::model::{AttributeId, CapId, ChannelId, Condition, OfferId, PurposeId, RuleId, RuleSet, SlotId, WindowId};
use crate::value::{Consent, Date, Instant, Permission, SCORE, Type, Value, zone_is_known};

/// What a dimension is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// The decision's instant.
    Now,
    /// How a purpose reads.
    Consent(PurposeId),
    /// What the device lets a channel do.
    Permission(ChannelId),
    /// An attribute; of a set, whether it is known.
    Attribute(AttributeId),
    /// Whether a set holds a text.
    Element(AttributeId, Arc<str>),
    /// Whether a cap is spent.
    Spent(CapId),
    /// Nobody knows who the customer is, so that nobody knows how caps per customer stand.
    Nobody,
    /// Whether another slot of the request shows the offer.
    Taken(OfferId),
    /// Which of the channels of a slot was used last.
    LastUsed(SlotId),
    /// Whether something that is in error, and so not in the model, stops it.
    Unseen(Unseen),
    /// What the hour says of a window, and of what waits for it.
    Hours(Hours),
    /// A predicate that is not looked into.
    Opaque(usize),
}

/// What the hour says; free here, and looked at where a customer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Hours {
    /// The window is closed.
    Closed(WindowId),
    /// What would wait, would wait too long.
    Late(Waits),
    /// What would wait too long, would be over before it is let go.
    Expires(Waits),
    /// It was held for longer than anything holds it, and is let go only now.
    Overdue(Waits),
}

/// Something that may have to wait: an offer, by the rule itself that shows it or standing in, and if it is sent and got as
/// far as its channels, who sends it.
pub(super) type Waits = (OfferId, Option<RuleId>, Option<Sender>);

/// Who sends something: a slot, by its own channels or by those of one of its rules.
pub(super) type Sender = (SlotId, Option<RuleId>);

/// The channels by which it is sent.
pub(super) fn channels_of(rules: &RuleSet, (slot, rule): Sender) -> &[ChannelId] {
    rule.map_or(&rules[slot].channels, |rule| rules.channels_of(&rules[rule]))
}

/// What may be stopped by something that is not in the model (see `doubts.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unseen {
    /// The offer, whoever shows it.
    Offer(OfferId),
    /// The rule.
    Rule(RuleId),
    /// The rule, and so that nothing stands in: by a block.
    Held(RuleId),
    /// Every rule behind it: by a cap that lets no other candidate through.
    Behind,
}

/// No or yes, as atoms of [`Source::Element`], [`Source::Spent`], [`Source::Taken`], [`Source::Unseen`], [`Source::Hours`].
pub(super) const NO: usize = 0;
/// See [`NO`].
pub(super) const YES: usize = 1;
/// The atoms of an opaque predicate: yes, no, unknown.
const TRUTHS: usize = 3;
/// The atom after them, where one is told from unknown: unknown, and lacking something that is neither absent nor stale.
pub(super) const GAP: usize = TRUTHS;

/// Which dimensions there are, and where conditions cut them; what does not depend on now.
#[derive(Clone, Debug)]
pub(super) struct Schema<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) sources: Vec<Source>,
    dims: HashMap<Source, Dim>,
    edges: BTreeMap<Option<AttributeId>, BTreeSet<Edge>>,
    texts: BTreeMap<AttributeId, BTreeSet<Arc<str>>>,
    pub(super) opaque: Vec<&'a Condition>,
    opaque_index: HashMap<&'a Condition, usize>,
    /// Attributes of which garbled is told from absent, though they have no default.
    told_apart: BTreeSet<AttributeId>,
    /// Opaque predicates with a [`GAP`].
    gaps: BTreeSet<usize>,
    /// There is no key, but one may be among what was left out: caps need not block everybody.
    pub(super) key_may_come: bool,
}

/// An attribute's dimension at one instant.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// `Some` where garbled differs from absent.
    pub(super) garbled: Option<usize>,
    /// `Some` where it needs a purpose.
    pub(super) masked: Option<usize>,
    /// The atom of the first stretch.
    pub(super) first: usize,
    /// The stretches.
    pub(super) axis: Axis,
    /// After the stretches, where it can be.
    pub(super) never: Option<usize>,
    /// How many atoms there are.
    pub(super) width: usize,
}

impl Column {
    /// The atom of "nobody gave one"; also that of stale.
    pub(super) const ABSENT: usize = 0;
}

impl<'a> Schema<'a> {
    pub(super) fn new(rules: &'a RuleSet) -> Self {
        Self {
            rules,
            sources: Vec::new(),
            dims: HashMap::new(),
            edges: BTreeMap::new(),
            texts: BTreeMap::new(),
            opaque: Vec::new(),
            opaque_index: HashMap::new(),
            told_apart: BTreeSet::new(),
            gaps: BTreeSet::new(),
            key_may_come: false,
        }
    }

    /// The dimension, made if it is new.
    pub(super) fn add(&mut self, source: Source) -> Dim {
        if let Some(dim) = self.dims.get(&source) {
            return *dim;
        }
        let dim = Dim(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(source.clone());
        self.dims.insert(source, dim);
        dim
    }

    /// The dimension, if the question has it.
    pub(super) fn dim(&self, source: &Source) -> Option<Dim> {
        self.dims.get(source).copied()
    }

    /// Adds a cut to an attribute's axis, or to that of now.
    pub(super) fn cut(&mut self, of: Option<AttributeId>, edge: Edge) {
        self.edges.entry(of).or_default().insert(edge);
    }

    /// Mentions a text.
    pub(super) fn mention(&mut self, of: AttributeId, text: &Arc<str>) {
        self.texts.entry(of).or_default().insert(text.clone());
    }

    /// The number of an opaque predicate, made if it is new.
    pub(super) fn opaque(&mut self, condition: &'a Condition) -> usize {
        let next = self.opaque.len();
        let number = *self.opaque_index.entry(condition).or_insert(next);
        if number == next {
            self.opaque.push(condition);
        }
        number
    }

    /// Tells garbled from absent.
    pub(super) fn tell_apart(&mut self, of: AttributeId) {
        self.told_apart.insert(of);
    }

    /// Tells why an opaque predicate is unknown.
    pub(super) fn tell_gap(&mut self, number: usize) {
        self.gaps.insert(number);
    }

    /// Whether an opaque predicate has a [`GAP`].
    pub(super) fn has_gap(&self, number: usize) -> bool {
        self.gaps.contains(&number)
    }

    /// The cuts of an attribute, or of now.
    pub(super) fn edges(&self, of: Option<AttributeId>) -> impl Iterator<Item = Edge> {
        self.edges.get(&of).into_iter().flatten().copied()
    }

    /// The attributes that have cuts.
    pub(super) fn cut_attributes(&self) -> impl Iterator<Item = AttributeId> {
        self.edges.keys().filter_map(|of| *of)
    }

    /// The attributes of which texts are mentioned.
    pub(super) fn texted(&self) -> impl Iterator<Item = AttributeId> {
        self.texts.keys().copied()
    }

    /// The mentioned texts of an attribute that it can have.
    pub(super) fn texts(&self, of: AttributeId) -> Texts {
        let possible = |text: &&Arc<str>| match self.rules[of].ty {
            Type::Zone => zone_is_known(text),
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Score(_) => true,
        };
        self.texts.get(&of).into_iter().flatten().filter(possible).cloned().collect()
    }

    /// What positions of an attribute's axis mean.
    pub(super) fn scale(&self, of: AttributeId) -> Scale {
        match self.rules[of].ty {
            Type::Time => Scale::Instants,
            Type::Date => Scale::Days,
            Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
                Scale::Fixed
            }
        }
    }

    /// The position of a known value; `None` for never, for sets, and for a text that is not mentioned.
    pub(super) fn position(&self, of: AttributeId, value: &Value) -> Option<i64> {
        match value {
            Value::YesNo(yes) => Some(i64::from(*yes)),
            Value::Number(mantissa) => Some(*mantissa),
            Value::Member(member) => Some(i64::from(*member)),
            Value::Time(at) => Some(at.0),
            Value::Date(day) => Some(i64::from(day.0)),
            Value::Text(text) => {
                let texts = self.texts(of);
                i64::try_from(texts.binary_search(text).unwrap_or(texts.len())).ok()
            }
            Value::Set(_) | Value::Never => None,
        }
    }

    /// The first and the last position of an attribute's axis.
    pub(super) fn range(&self, of: AttributeId) -> (i64, i64) {
        match self.rules[of].ty {
            Type::YesNo => (0, 1),
            Type::Number(number) => (number.min, number.max),
            Type::Score(_) => (SCORE.min, SCORE.max),
            Type::OneOf(list) => (0, self.rules.members(list).len() as i64 - 1),
            Type::Text | Type::Zone => (0, self.texts(of).len() as i64),
            Type::Set => (0, 0),
            Type::Time => (Instant::MIN.0, Instant::MAX.0),
            Type::Date => (i64::from(Date::MIN.0), i64::from(Date::MAX.0)),
        }
    }

    /// An attribute's dimension at an instant.
    pub(super) fn column(&self, of: AttributeId, clock: Clock) -> Column {
        let attribute = &self.rules[of];
        let (first, last) = self.range(of);
        let scale = self.scale(of);
        let axis = match attribute.ty {
            Type::Text | Type::Zone => Axis::new(first, last, first..=last),
            Type::YesNo | Type::Number(_) | Type::OneOf(_) | Type::Set | Type::Time | Type::Date | Type::Score(_) => {
                Axis::new(first, last, self.edges(Some(of)).map(|edge| edge.position(scale, clock)))
            }
        };
        let mut width = Column::ABSENT + 1;
        let mut next = |there: bool| {
            there.then(|| {
                width += 1;
                width - 1
            })
        };
        let garbled = next(attribute.default.is_some() || self.told_apart.contains(&of));
        let masked = next(!attribute.needs.is_empty());
        let first = width;
        width += axis.len();
        let has_never = attribute.may_be_never();
        let never = has_never.then_some(width);
        width += usize::from(has_never);
        Column { garbled, masked, first, axis, never, width }
    }

    /// The axis of now.
    pub(super) fn now(&self) -> Axis {
        // Positions of the axis of now do not move with it.
        let clock = Clock { now: Instant(0), today: Date(0) };
        let cuts = self.edges(None).map(|edge| edge.position(Scale::Instants, clock));
        Axis::new(Instant::MIN.0, Instant::MAX.0, cuts)
    }

    /// How many atoms a dimension has at an instant.
    pub(super) fn width(&self, dim: Dim, clock: Clock) -> usize {
        match self.sources.get(dim.index()) {
            Some(Source::Now) => self.now().len(),
            Some(Source::Consent(_)) => Consent::ALL.len(),
            Some(Source::Permission(_)) => Permission::ALL.len(),
            Some(Source::LastUsed(slot)) => self.rules[*slot].channels.len() + 1,
            Some(Source::Attribute(id)) => self.column(*id, clock).width,
            Some(
                Source::Element(..)
                | Source::Spent(_)
                | Source::Nobody
                | Source::Taken(_)
                | Source::Unseen(_)
                | Source::Hours(_),
            )
            | None => 2,
            Some(Source::Opaque(number)) => TRUTHS + usize::from(self.has_gap(*number)),
        }
    }
}
