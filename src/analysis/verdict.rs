//! What the analysis found out, as data: for tests, for reports, for whoever words it.

use std::collections::BTreeSet;

use super::search::Undecided;
use super::slot::Culprit;
use super::witness::Witness;
use crate::frame::Via;
use crate::model::{ChannelId, RuleId, SegmentId, SlotId};

/// Whether a rule can ever win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It wins with this customer.
    Reachable(Box<Witness>),
    /// It, its offer or its slot is switched off.
    Off,
    /// Its dates, those of its offer and its last day without a review leave no instant; or none from now on.
    NeverActive,
    /// These of its own guards contradict each other; without any one of them the others would not.
    Contradictory(Vec<Culprit>),
    /// Whoever could see it sees something else first, because of all these together; without any one of them somebody
    /// would see it, unless that hangs on a pause, a block, a calendar or a calculation and was not decided.
    Covered(Vec<Coverer>),
    /// Not decided.
    Unknown(Undecided),
}

impl Verdict {
    /// Whether the rule is known to win never.
    pub fn is_never(&self) -> bool {
        match self {
            Self::Off | Self::NeverActive | Self::Contradictory(_) | Self::Covered(_) => true,
            Self::Reachable(_) | Self::Unknown(_) => false,
        }
    }

    /// Whether nobody can be eligible for the rule, wherever it stands.
    pub fn is_idle(&self) -> bool {
        match self {
            Self::Off | Self::NeverActive | Self::Contradictory(_) => true,
            Self::Reachable(_) | Self::Covered(_) | Self::Unknown(_) => false,
        }
    }

    /// Whether it says `never` because of everything else there is, so that something left out may make it wrong.
    pub(super) fn rests_on_all(&self) -> bool {
        match self {
            Self::Contradictory(_) | Self::Covered(_) => true,
            Self::Reachable(_) | Self::Off | Self::NeverActive | Self::Unknown(_) => false,
        }
    }

    /// Gives way to the verdict that counts as possible what something left out may do: what is never so in spite of
    /// that is never so, everything else is open.
    pub(super) fn doubted(&mut self, by: Option<&Self>) {
        if self.rests_on_all() {
            *self = match by {
                Some(by) if by.rests_on_all() => by.clone(),
                Some(_) | None => Self::Unknown(Undecided::LeftOut),
            };
        }
    }
}

/// What stands in front of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coverer {
    /// A rule, when it is eligible.
    Rule(RuleId),
    /// What a rule names in its place.
    Substitute(RuleId, Via),
    /// A rule, when a cap of it lets no other candidate through.
    Stop(RuleId),
    /// An earlier entry of the fallback list.
    Fallback(usize),
}

impl Coverer {
    /// The rule, if it is one or belongs to one.
    pub fn rule(self) -> Option<RuleId> {
        match self {
            Self::Rule(rule) | Self::Substitute(rule, _) | Self::Stop(rule) => Some(rule),
            Self::Fallback(_) => None,
        }
    }
}

/// Whether an entry of a fallback list can ever be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FallbackVerdict {
    /// It is, to this customer.
    Reachable(Box<Witness>),
    /// Its offer is switched off.
    Off,
    /// Its condition, or that together with its dates, can never hold.
    Contradictory,
    /// These answer first, always.
    Covered(Vec<Coverer>),
    /// Not decided.
    Unknown(Undecided),
}

impl FallbackVerdict {
    /// As [`Verdict::rests_on_all`].
    pub(super) fn rests_on_all(&self) -> bool {
        match self {
            Self::Contradictory | Self::Covered(_) => true,
            Self::Reachable(_) | Self::Off | Self::Unknown(_) => false,
        }
    }

    /// As [`Verdict::doubted`].
    pub(super) fn doubted(&mut self, by: Option<&Self>) {
        if self.rests_on_all() {
            *self = match by {
                Some(by) if by.rests_on_all() => by.clone(),
                Some(_) | None => Self::Unknown(Undecided::LeftOut),
            };
        }
    }
}

/// Whether what a rule names in its place is ever taken: it answers, or lets no other candidate through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubstituteVerdict {
    /// It is, by some customer.
    Taken,
    /// It never is.
    Never(NeverTaken),
    /// Not decided.
    Unknown(Undecided),
}

/// Why what a rule names in its place is never taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeverTaken {
    /// The rule never drops out for that.
    NeverDrops,
    /// Wherever it does, what stands in drops out as well.
    NeverStands,
    /// Whoever it could be taken for sees something else first, because of these.
    Covered(Vec<Coverer>),
}

impl SubstituteVerdict {
    /// As [`Verdict::rests_on_all`].
    pub(super) fn rests_on_all(&self) -> bool {
        match self {
            Self::Never(_) => true,
            Self::Taken | Self::Unknown(_) => false,
        }
    }

    /// As [`Verdict::doubted`].
    pub(super) fn doubted(&mut self, by: Option<&Self>) {
        if self.rests_on_all() && !by.is_some_and(Self::rests_on_all) {
            *self = Self::Unknown(Undecided::LeftOut);
        }
    }
}

/// Two rules that can both answer for one customer with nothing but their names to decide, which never comes to pass:
/// something above always answers first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preempted {
    /// The one whose name comes first.
    pub first: RuleId,
    /// The other.
    pub second: RuleId,
    /// Of what answers first, what the proof used.
    pub by: Vec<RuleId>,
}

/// A rule without which everybody would see the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundant {
    /// It wins for somebody.
    pub rule: RuleId,
    /// What would be seen in its place, and is the same; none: the fallback list.
    pub by: Vec<RuleId>,
}

/// A rule that is only seen by those for whom a cap of these is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyCapped {
    /// It wins for somebody.
    pub rule: RuleId,
    /// What stands above it, and answers until its caps are spent.
    pub by: Vec<RuleId>,
}

/// What is never so as long as everything that is held is let go in time. What is let go too late drops out and leaves its
/// place to the next (R32), so without that it may be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InTime {
    /// Rules that never win.
    pub rules: BTreeSet<RuleId>,
    /// What a rule names in its place that is never taken.
    pub substitutes: BTreeSet<(RuleId, Via)>,
    /// Entries of fallback lists, by their places, that are never shown.
    pub fallbacks: BTreeSet<(SlotId, usize)>,
}

impl InTime {
    /// Adds those of another slot.
    pub(super) fn append(&mut self, other: &mut Self) {
        self.rules.append(&mut other.rules);
        self.substitutes.append(&mut other.substitutes);
        self.fallbacks.append(&mut other.fallbacks);
    }
}

/// Two rules of a slot that can answer for one customer though no author said which wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The one that wins by its name alone.
    pub first: RuleId,
    /// The other.
    pub second: RuleId,
    /// A customer for whom both are eligible; of a conflict, for whom different things are seen in their places.
    pub witness: Box<Witness>,
}

/// A condition by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A segment's.
    Segment(SegmentId),
    /// A rule's `when` of this place.
    When(RuleId, usize),
    /// A rule's `unless` of this place.
    Unless(RuleId, usize),
    /// That of an entry of a slot's fallback list.
    Fallback(SlotId, usize),
    /// What a channel asks of device and customer, together.
    Channel(ChannelId),
}

/// Which truths a condition can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Yes for everybody.
    AlwaysYes,
    /// Never no: yes for everybody of whom the data is known.
    NeverNo,
    /// No for everybody.
    AlwaysNo,
    /// Never yes, but unknown for some.
    NeverYes,
    /// Yes for some and no for some.
    Open,
    /// Not decided.
    Unknown(Undecided),
}
