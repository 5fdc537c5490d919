//! One customer in three rule sets: the old, the new, and both side by side.
//!
//! Takes facts under the joint rules and gives them as each side would read them, for the replay; takes a customer as
//! both sides read them and gives the facts under the joint rules, to find out in which region they stand.

use super::join::Joint;
use crate::frame::{ConsentRecord, Fact, Facts, Frame, Happened, Reserved, Shared, Stamp, gather};
use crate::model::{AttributeId, CapUnit, ChannelId, EventId, OfferId, PurposeId, RuleId, RuleSet, TagId};
use crate::value::{Consent, Instant, Missing, Permission, Type, Value};

/// The old or the new rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Old,
    New,
}

/// The facts as one side reads them; nothing where no record of a consent reads as both sides want it.
pub(super) fn as_read_by(joint: &Joint, which: Which, own: &RuleSet, facts: &Facts) -> Option<Facts> {
    let mut found = Facts::nothing(own, facts.now);
    let of = Own { joint, which, own };
    let wanted = gather(&joint.rules, facts);
    for at in 0..own.attributes.len() {
        let id = AttributeId::from_index(at);
        found.set(id, of.attribute(id, facts));
    }
    for at in 0..own.purposes.len() {
        let id = PurposeId::from_index(at);
        found.set_consent(id, of.consent(id, facts, &wanted)?);
    }
    for at in 0..own.channels.len() {
        let id = ChannelId::from_index(at);
        found.set_permission(id, of.permission(id, facts));
    }
    found.objects_to_direct_marketing = facts.objects_to_direct_marketing;
    found.history = facts.history.iter().filter_map(|event| of.happened(event)).collect();
    found.undated =
        facts.undated.iter().filter_map(|(event, stamp)| Some((of.event(*event)?, of.stamp(stamp)))).collect();
    found.reserved = facts.reserved.iter().map(|reserved| of.reserved(reserved)).collect();
    found.shared = facts.shared.iter().filter_map(|shared| of.shared(shared)).collect();
    found.store_down = facts.store_down;
    let held = |(offer, since): &(OfferId, Instant)| Some((of.offer(*offer)?, *since));
    found.held = facts.held.iter().filter_map(held).collect();
    Some(found)
}

/// One side's names for what the joint rules number.
struct Own<'o> {
    joint: &'o Joint,
    which: Which,
    own: &'o RuleSet,
}

impl Own<'_> {
    /// The joint number of something of this side.
    fn joint_id(&self, id: u32, new: &[u32]) -> u32 {
        match self.which {
            Which::Old => id,
            Which::New => new.get(id as usize).copied().unwrap_or(id),
        }
    }

    fn attribute(&self, id: AttributeId, facts: &Facts) -> Fact {
        let (rules, twice) = (&self.joint.rules, &self.joint.twice);
        let here = AttributeId(self.joint_id(id.0, &self.joint.new.attributes));
        let fact =
            |id: AttributeId| facts.attributes.get(id.index()).cloned().unwrap_or(Fact::Missing(Missing::Absent));
        let own = fact(here);
        // What this side cannot see may be seen by the other, and then it is there.
        match twin(&twice.attributes, here) {
            Some(other) if own == Fact::Missing(Missing::Absent) => translated(rules, other, here, fact(other)),
            Some(_) | None => own,
        }
    }

    fn consent(&self, id: PurposeId, facts: &Facts, wanted: &Frame) -> Option<ConsentRecord> {
        let here = PurposeId(self.joint_id(id.0, &self.joint.new.purposes));
        let record = |id: PurposeId| facts.consent.get(id.index()).copied().unwrap_or_default();
        let Some(other) = twin(&self.joint.twice.purposes, here) else { return Some(record(here)) };
        let rules = &self.joint.rules;
        let pair = if here < other { (here, other) } else { (other, here) };
        let reads = |one: ConsentRecord, id: PurposeId| {
            read(rules, id, one, facts.now, facts.objects_to_direct_marketing) == wanted.consent(id)
        };
        let candidates = [record(pair.0), record(pair.1)].into_iter().chain(records(rules, pair, facts.now));
        candidates.into_iter().find(|one| reads(*one, pair.0) && reads(*one, pair.1))
    }

    fn permission(&self, id: ChannelId, facts: &Facts) -> Permission {
        let here = ChannelId(self.joint_id(id.0, &self.joint.new.channels));
        facts.permissions.get(here.index()).copied().unwrap_or_default()
    }

    fn event(&self, id: EventId) -> Option<EventId> {
        self.own.event_named(&self.joint.rules.events.get(id.index())?.name)
    }

    fn offer(&self, id: OfferId) -> Option<OfferId> {
        self.own.offer_named(&self.joint.rules.offers.get(id.index())?.name)
    }

    fn rule(&self, id: RuleId) -> Option<RuleId> {
        self.own.rule_named(&self.joint.rules.rules.get(id.index())?.name)
    }

    fn channel(&self, id: ChannelId) -> Option<ChannelId> {
        self.own.channel_named(&self.joint.rules.channels.get(id.index())?.name)
    }

    fn tag(&self, id: TagId) -> Option<TagId> {
        let name = self.joint.rules.tags.get(id.index())?;
        self.own.tags.iter().position(|tag| tag == name).map(TagId::from_index)
    }

    fn stamp(&self, stamp: &Stamp) -> Stamp {
        match stamp {
            Stamp::Unstamped => Stamp::Unstamped,
            Stamp::Retired { rule, via, class, channel } => Stamp::Retired {
                rule: rule.and_then(|id| self.rule(id)),
                via: *via,
                class: *class,
                channel: channel.and_then(|id| self.channel(id)),
            },
            Stamp::Of { offer, rule, via, class, tags, channel } => {
                let mut tags: Vec<TagId> = tags.iter().filter_map(|tag| self.tag(*tag)).collect();
                tags.sort_unstable();
                Stamp::Of {
                    offer: offer.and_then(|id| self.offer(id)),
                    rule: rule.and_then(|id| self.rule(id)),
                    via: *via,
                    class: *class,
                    tags,
                    channel: channel.and_then(|id| self.channel(id)),
                }
            }
        }
    }

    fn happened(&self, event: &Happened) -> Option<Happened> {
        let of = self.event(event.event)?;
        Some(Happened { event: of, stamp: self.stamp(&event.stamp), ..event.clone() })
    }

    fn reserved(&self, of: &Reserved) -> Reserved {
        let events = |all: &[EventId]| all.iter().filter_map(|event| self.event(*event)).collect();
        Reserved {
            at: of.at,
            stamp: self.stamp(&of.stamp),
            brings: events(&of.brings),
            confirmed: events(&of.confirmed),
            times: of.times,
        }
    }

    fn shared(&self, of: &Shared) -> Option<Shared> {
        let unit = match of.unit {
            CapUnit::Customer | CapUnit::Everybody => of.unit,
            CapUnit::Attribute(id) => {
                CapUnit::Attribute(self.own.attribute_named(&self.joint.rules.attributes.get(id.index())?.name)?)
            }
        };
        Some(Shared {
            unit,
            history: of.history.iter().filter_map(|event| self.happened(event)).collect(),
            reserved: of.reserved.iter().map(|reserved| self.reserved(reserved)).collect(),
        })
    }
}

/// Records of one consent of which every other reads like one under both declarations: they differ where a declaration
/// can tell records apart.
pub(super) fn records(rules: &RuleSet, (old, new): (PurposeId, PurposeId), now: Instant) -> Vec<ConsentRecord> {
    let plain = Consent::ALL.into_iter().filter(|status| *status != Consent::Granted).map(ConsentRecord::of);
    let mut found: Vec<ConsentRecord> = plain.collect();
    let purposes = [&rules[old], &rules[new]];
    let wanted = purposes.into_iter().filter_map(|purpose| purpose.version);
    let versions = wanted.flat_map(|version| [version.checked_sub(1), Some(version)]).chain([Some(u32::MAX), None]);
    let lengths = purposes.into_iter().filter_map(|purpose| purpose.valid);
    let edges = lengths.flat_map(|valid| [now.minus(valid), Instant(now.minus(valid).0.saturating_add(1))]);
    // Months are clamped, so just inside one length may lie a day further on.
    let edges = edges.flat_map(|at| [at, Instant(at.0.saturating_add(3 * DAY))]);
    let future = Instant(now.plus(rules.defaults.skew).0.saturating_add(1));
    let times: Vec<Option<Instant>> = edges.chain([now, future]).map(Some).chain([None]).collect();
    for version in versions {
        for granted_at in times.iter().copied() {
            for confirmed in [true, false] {
                found.push(ConsentRecord { status: Consent::Granted, granted_at, version, confirmed });
            }
        }
    }
    found
}

const DAY: i64 = 86_400_000_000;

/// How a record reads under one declaration.
pub(super) fn read(rules: &RuleSet, id: PurposeId, record: ConsentRecord, now: Instant, objects: bool) -> Consent {
    let mut alone = Facts::nothing(rules, now);
    alone.objects_to_direct_marketing = objects;
    alone.set_consent(id, record);
    gather(rules, &alone).consent(id)
}

/// What stands beside something under the same name.
fn twin<T: Copy + PartialEq>(twice: &[(T, T)], of: T) -> Option<T> {
    twice.iter().find_map(|(old, new)| match of {
        _ if of == *old => Some(*new),
        _ if of == *new => Some(*old),
        _ => None,
    })
}

/// A fact under one declaration as the other reads it.
fn translated(rules: &RuleSet, from: AttributeId, to: AttributeId, fact: Fact) -> Fact {
    match (fact, rules[from].ty, rules[to].ty) {
        (Fact::Known(Value::Member(member), stamp), Type::OneOf(old), Type::OneOf(new)) => {
            let name = rules.members(old).get(usize::from(member));
            let there = name.and_then(|name| rules.members(new).iter().position(|other| other == name));
            match there.and_then(|at| u16::try_from(at).ok()) {
                Some(member) => Fact::Known(Value::Member(member), stamp),
                None => Fact::Missing(Missing::NotInList),
            }
        }
        (Fact::Known(Value::Number(number), _), Type::Number(_), Type::Number(to))
            if !(to.min..=to.max).contains(&number) =>
        {
            Fact::Missing(Missing::Unreadable)
        }
        (fact @ (Fact::Known(..) | Fact::Missing(_) | Fact::Increments(_)), _, _) => fact,
    }
}

/// A customer as both sides read them, as facts under the joint rules.
pub(super) fn united(joint: &Joint, old: &Facts, new: &Facts) -> Facts {
    let (rules, numbers) = (&joint.rules, &joint.new);
    let mut found = Facts::nothing(rules, old.now);
    behind(&mut found.attributes, &old.attributes, &new.attributes, &numbers.attributes);
    behind(&mut found.consent, &old.consent, &new.consent, &numbers.purposes);
    behind(&mut found.permissions, &old.permissions, &new.permissions, &numbers.channels);
    found.objects_to_direct_marketing = old.objects_to_direct_marketing;
    found.history = united_history(joint, &old.history, &new.history);
    found.undated.clone_from(&old.undated);
    found.reserved.clone_from(&old.reserved);
    found.shared = old.shared.clone();
    for shared in &new.shared {
        if let CapUnit::Attribute(AttributeId(id)) = shared.unit {
            let unit = CapUnit::Attribute(AttributeId(numbers.attributes.get(id as usize).copied().unwrap_or(id)));
            if !found.shared.iter().any(|known| known.unit == unit) {
                found.shared.push(Shared { unit, history: Vec::new(), reserved: Vec::new() });
            }
        }
    }
    found.store_down = old.store_down;
    found
}

/// The old ones under their numbers, of the new those that stand behind them.
fn behind<T: Clone>(found: &mut [T], old: &[T], new: &[T], numbers: &[u32]) {
    let numbered = numbers.iter().zip(new).map(|(at, one)| (*at as usize, one));
    let all = old.iter().enumerate().chain(numbered.filter(|(at, _)| *at >= old.len()));
    for (at, one) in all {
        if let Some(place) = found.get_mut(at) {
            *place = one.clone();
        }
    }
}

/// Both sides read one list of events: what only the new rules know of them is taken from there.
fn united_history(joint: &Joint, old: &[Happened], new: &[Happened]) -> Vec<Happened> {
    let moved = new.iter().map(|event| renumbered(joint, event));
    if old.len() != new.len() {
        // Events that only one side declares.
        let known = |event: &Happened| event.event.index() < joint.old_events;
        return old.iter().cloned().chain(moved.filter(|event| !known(event))).collect();
    }
    let knows_more = |old: &Happened, new: &Happened| match (&old.stamp, &new.stamp) {
        (Stamp::Of { offer: Some(_), .. } | Stamp::Unstamped, _) => false,
        (Stamp::Of { .. } | Stamp::Retired { .. }, Stamp::Of { offer: Some(_), .. }) => true,
        (Stamp::Of { .. } | Stamp::Retired { .. }, _) => false,
    };
    old.iter().zip(moved).map(|(old, new)| if knows_more(old, &new) { new } else { old.clone() }).collect()
}

/// An event of the new side under the joint numbers.
fn renumbered(joint: &Joint, event: &Happened) -> Happened {
    let numbers = &joint.new;
    let to = |list: &[u32], id: u32| list.get(id as usize).copied().unwrap_or(id);
    let stamp = match &event.stamp {
        Stamp::Unstamped => Stamp::Unstamped,
        Stamp::Retired { rule, via, class, channel } => Stamp::Retired {
            rule: rule.map(|id| RuleId(to(&numbers.rule_stamps, id.0))),
            via: *via,
            class: *class,
            channel: channel.map(|id| ChannelId(to(&numbers.channel_stamps, id.0))),
        },
        Stamp::Of { offer, rule, via, class, tags, channel } => Stamp::Of {
            offer: offer.map(|id| OfferId(to(&numbers.offer_stamps, id.0))),
            rule: rule.map(|id| RuleId(to(&numbers.rule_stamps, id.0))),
            via: *via,
            class: *class,
            tags: tags.iter().map(|tag| TagId(to(&numbers.tags, tag.0))).collect(),
            channel: channel.map(|id| ChannelId(to(&numbers.channel_stamps, id.0))),
        },
    };
    Happened { event: EventId(to(&numbers.events, event.event.0)), stamp, ..event.clone() }
}
