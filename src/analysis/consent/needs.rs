//! What each slot needs, purpose by purpose: which attributes and events, for what, by whom, and how far back. What no slot
//! needs need not be sent.
//!
//! Takes the typed model; gives lists in the order of the model, so that equal rules give equal pages.

use std::collections::{BTreeMap, BTreeSet};

use super::{CapPart, Holder, Place, Proof, Proofs, Reader, Reading, Source, Through};
use crate::model::{
    AttributeId, BlockCause, Cap, CapKind, CapWindow, ChannelId, Event, EventId, Gathered, GatheredId, Lookback,
    Operand, PurposeId, RuleId, RuleSet, SlotId,
};
use crate::value::{Calendar, Period};

/// What all slots need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// In the order of the rule set.
    pub slots: Vec<SlotNeeds>,
    /// Attributes that no slot needs.
    pub attributes: Vec<AttributeId>,
    /// Declared events that no slot needs.
    pub events: Vec<EventId>,
}

/// What one slot needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotNeeds {
    /// Which.
    pub slot: SlotId,
    /// The purposes for which it reads or asks anything, in order.
    pub purposes: Vec<Purposed>,
    /// What it reads without any purpose: attributes, then events, then what devices permit.
    pub without: Vec<Need>,
}

/// What one purpose opens in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purposed {
    /// Which.
    pub purpose: PurposeId,
    /// The rules that need it.
    pub rules: Vec<RuleId>,
    /// The channels that need it.
    pub channels: Vec<ChannelId>,
    /// What it opens: attributes, then events.
    pub opens: Vec<Need>,
    /// Where its own record is read, and not only asked for.
    pub record: Option<Need>,
    /// That nothing of it has a say without the purpose; none where it opens nothing.
    pub proof: Option<Proof>,
}

/// One thing that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub source: Source,
    /// How far back events are read.
    pub back: Option<Back>,
    /// For what, and by whom; at least one.
    pub used: Vec<Used>,
}

/// How far back events are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Back {
    /// So many days, the begun ones counted; a month has 31.
    Days(u64),
    /// As far back as there are any.
    Ever,
}

/// For what something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Who the customer is.
    Key,
    /// Whom a rule or an entry of the fallback list is for.
    Audience,
    /// Which of several rules comes first.
    Ranking,
    /// By which way a message goes.
    Channel,
    /// Until when it is good.
    Expiry,
    /// At which hours it comes.
    Hours,
    /// How often it comes.
    Frequency,
    /// Whom it spares.
    Sparing,
}

impl Use {
    /// One word for people and machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Audience => "audience",
            Self::Ranking => "ranking",
            Self::Channel => "channel",
            Self::Expiry => "expiry",
            Self::Hours => "hours",
            Self::Frequency => "frequency",
            Self::Sparing => "sparing",
        }
    }
}

/// One use of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// For what.
    pub to: Use,
    /// The cap, block, window or channel that reads it, by name.
    pub part: Option<String>,
    /// The names on the way to it.
    pub through: Vec<Through>,
    /// In the service of which rules.
    pub rules: Vec<RuleId>,
    /// And of which entries of the fallback list, from 0.
    pub fallbacks: Vec<u32>,
}

/// What every slot of a rule set needs.
pub fn needs(rules: &RuleSet) -> Needs {
    let reader = Reader::new(rules);
    let slots: Vec<SlotNeeds> = (0..rules.slots.len()).map(|at| one(rules, &reader, SlotId::from_index(at))).collect();
    let mut read: BTreeSet<Source> = BTreeSet::new();
    for slot in &slots {
        let opened = slot.purposes.iter().flat_map(|purposed| &purposed.opens);
        read.extend(slot.without.iter().chain(opened).map(|need| need.source));
    }
    let attributes = (0..rules.attributes.len()).map(AttributeId::from_index);
    let events = (Event::BUILT_IN.len()..rules.events.len()).map(EventId::from_index);
    Needs {
        attributes: attributes.filter(|id| !read.contains(&Source::Attribute(*id))).collect(),
        events: events.filter(|id| !read.contains(&Source::Event(*id))).collect(),
        slots,
    }
}

/// What is collected of one source: how far back, and by use, part and way the rules and entries.
#[derive(Default)]
struct Collected {
    back: Option<Back>,
    used: BTreeMap<(Use, Option<String>, Vec<Through>), By>,
}

/// In whose service.
#[derive(Default)]
struct By {
    rules: BTreeSet<RuleId>,
    fallbacks: BTreeSet<u32>,
}

fn one(rules: &RuleSet, reader: &Reader<'_>, slot: SlotId) -> SlotNeeds {
    let mut all: BTreeMap<Source, Collected> = BTreeMap::new();
    let mut proofs = Proofs::new(rules);
    reader.readings(slot, &mut |reading| {
        note(rules, all.entry(reading.source).or_default(), reading);
        proofs.note(reading);
    });
    let made: Vec<Need> = all.into_iter().map(|(source, collected)| collected.need(source)).collect();
    let mut proofs: BTreeMap<PurposeId, Proof> =
        proofs.done().into_iter().map(|proof| (proof.purpose, proof)).collect();
    let of_slot = &rules[slot];
    // Of a slot that is switched off nothing is asked.
    let (order, ways) =
        if of_slot.off.is_some() { (&[][..], &[][..]) } else { (&of_slot.order[..], &of_slot.channels[..]) };
    let purposes = (0..rules.purposes.len()).map(PurposeId::from_index).filter_map(|purpose| {
        let needing =
            order.iter().copied().filter(|rule| rules[*rule].needs.contains(&purpose)).collect::<BTreeSet<_>>();
        let channels = ways.iter().copied().filter(|id| rules[*id].needs.contains(&purpose)).collect::<Vec<_>>();
        let opens: Vec<Need> =
            made.iter().filter(|need| super::needs_of(rules, need.source).contains(&purpose)).cloned().collect();
        let record = made.iter().find(|need| need.source == Source::Consent(purpose)).cloned();
        let is_there = !needing.is_empty() || !channels.is_empty() || !opens.is_empty() || record.is_some();
        is_there.then(|| Purposed {
            purpose,
            rules: needing.into_iter().collect(),
            channels,
            opens,
            record,
            proof: proofs.remove(&purpose),
        })
    });
    let purposes = purposes.collect();
    let is_free = |need: &Need| match need.source {
        Source::Attribute(_) | Source::Event(_) => super::needs_of(rules, need.source).is_empty(),
        Source::Permission(_) => true,
        Source::Consent(_) => false,
    };
    SlotNeeds { slot, purposes, without: made.into_iter().filter(is_free).collect() }
}

impl Collected {
    fn need(self, source: Source) -> Need {
        let used = self.used.into_iter().map(|((to, part, through), by)| Used {
            to,
            part,
            through,
            rules: by.rules.into_iter().collect(),
            fallbacks: by.fallbacks.into_iter().collect(),
        });
        Need { source, back: self.back, used: used.collect() }
    }
}

fn note(rules: &RuleSet, collected: &mut Collected, reading: &Reading<'_>) {
    let (to, part, holder) = describe(rules, reading.place);
    let by = collected.used.entry((to, part, reading.through.to_vec())).or_default();
    match holder {
        Some(Holder::Rule(rule) | Holder::StandsIn(rule, _)) => {
            by.rules.insert(rule);
        }
        Some(Holder::Fallback(at)) => {
            by.fallbacks.insert(at);
        }
        None => {}
    }
    if let Source::Event(_) = reading.source {
        collected.back = collected.back.max(back(rules, reading));
    }
}

/// For what a step looks, at which part of the rules, and in whose service.
fn describe(rules: &RuleSet, place: Place) -> (Use, Option<String>, Option<Holder>) {
    match place {
        Place::When(rule) | Place::Unless(rule) | Place::MightBelong(rule) => {
            (Use::Audience, None, Some(Holder::Rule(rule)))
        }
        Place::Rank(rule) => (Use::Ranking, None, Some(Holder::Rule(rule))),
        Place::Expires(rule) => (Use::Expiry, None, Some(Holder::Rule(rule))),
        Place::Block(id, holder) => (Use::Sparing, Some(format!("block {}", rules[id].name)), Some(holder)),
        Place::Window(id, holder) => (Use::Hours, Some(format!("window {}", rules[id].name)), Some(holder)),
        Place::Cap(id, _, holder) => {
            let cap = &rules[id];
            // The clause of a rule is called `cap of RULE` already.
            let name = if cap.rule.is_some() { cap.name.clone() } else { format!("{} {}", cap.kind.word(), cap.name) };
            (Use::Frequency, Some(name), Some(holder))
        }
        Place::Channel(id, _, holder) => (Use::Channel, Some(format!("channel {}", rules[id].name)), Some(holder)),
        Place::Fallback(at) => (Use::Audience, None, Some(Holder::Fallback(at))),
        Place::Rotation => (Use::Channel, Some("rotate".to_owned()), None),
        Place::Key => (Use::Key, None, None),
    }
}

fn back(rules: &RuleSet, reading: &Reading<'_>) -> Option<Back> {
    if let Some(Through::Gathered(id)) = reading.through.last() {
        return of_gathered(rules, *id);
    }
    match reading.place {
        Place::Cap(id, CapPart::Counts, _) => Some(of_cap(&rules[id])),
        Place::Block(id, _) => match &rules[id].cause {
            BlockCause::After(cap) => Some(of_cap(&rules[*cap])),
            BlockCause::While(_) => None,
        },
        Place::Rotation => Some(Back::Ever),
        Place::Cap(_, CapPart::Number | CapPart::Zone | CapPart::Unit, _)
        | Place::When(_)
        | Place::Unless(_)
        | Place::Expires(_)
        | Place::Rank(_)
        | Place::MightBelong(_)
        | Place::Window(..)
        | Place::Channel(..)
        | Place::Fallback(_)
        | Place::Key => None,
    }
}

fn of_gathered(rules: &RuleSet, id: GatheredId) -> Option<Back> {
    match &rules[id] {
        Gathered::Times(_, Lookback::Last(length)) | Gathered::Sum(_, _, Lookback::Last(length)) => Some(days(*length)),
        Gathered::Times(_, Lookback::Ever)
        | Gathered::Sum(_, _, Lookback::Ever)
        // Something is left of the oldest increment, and the last time may be any.
        | Gathered::Last(_)
        | Gathered::Decayed(_) => Some(Back::Ever),
        Gathered::Halved { of, since, .. } => {
            let read = [of, since].into_iter().filter_map(|operand| match operand {
                Operand::Gathered(inner) if inner.index() < id.index() => of_gathered(rules, *inner),
                Operand::Gathered(_) | Operand::Attribute(_) | Operand::Number(..) | Operand::Time(_) => None,
            });
            read.max()
        }
    }
}

fn of_cap(cap: &Cap) -> Back {
    let window = match cap.window {
        CapWindow::Rolling(length) => days(length),
        CapWindow::Ever => Back::Ever,
        CapWindow::Calendar(period) => Back::Days(match period {
            Calendar::Day => 1,
            Calendar::Week(_) => 7,
            Calendar::Month => 31,
            Calendar::Quarter => 92,
        }),
    };
    match (&cap.kind, window) {
        // A pause goes on for so long behind the last event of its window, and begins with any of them.
        (CapKind::Pause { length, .. }, Back::Days(window)) => match days(*length) {
            Back::Days(length) => Back::Days(window.saturating_add(length)),
            Back::Ever => Back::Ever,
        },
        (CapKind::Block { length }, _) => days(*length),
        (CapKind::Cap | CapKind::Gap | CapKind::Pause { .. }, window) => window,
    }
}

fn days(length: Period) -> Back {
    const DAY: i64 = 86_400_000_000;
    match length.unit.microseconds() {
        Some(unit) => {
            let micros = i128::from(length.count) * i128::from(unit);
            Back::Days(u64::try_from((micros + i128::from(DAY) - 1) / i128::from(DAY)).unwrap_or(u64::MAX))
        }
        None => Back::Days(u64::from(length.count).saturating_mul(31)),
    }
}
