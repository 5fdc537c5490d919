//! Two rule sets side by side in one, so that one question can be asked of both.
//!
//! Takes the old and the new rules; gives a rule set that holds both: everything of the old under its own number, and of
//! the new what differs, behind it. Things of one name that decide alike are one (attributes, purposes, caps, offers ..);
//! rules and slots always stand there twice. What an event is stamped with (an offer, a rule, a channel) has one number
//! for both, so one history is counted by the caps of both.
//!
//! Which things are alike is the greatest answer that contradicts nothing: all of one name are taken to be alike, those
//! that then differ are taken apart, until nothing more falls apart. So circles (an offer names its caps, a cap the
//! offers that it counts) need no order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{
    AttributeId, CapId, CapTarget, ChannelId, EnumType, Event, Fallback, Gathered, Numbers, OfferId, PurposeId,
    Renumber, RuleId, RuleSet, Slot, SlotId, WindowId,
};

/// Both rule sets in one. It does not verify: lists are not in order, and names stand in them twice.
#[derive(Clone, Debug)]
pub(super) struct Joint {
    pub(super) rules: RuleSet,
    /// Where the things of the new rules stand; those of the old stand where they stood.
    pub(super) new: Numbers,
    /// Every slot of either side, in order of name.
    pub(super) slots: Vec<Twin>,
    /// How many events the old rules know.
    pub(super) old_events: usize,
    /// What stands there twice under one name, the old first.
    pub(super) twice: Twice,
}

/// A slot on both sides. Where one side does not have it, an empty one that nobody sees anything in stands there.
#[derive(Clone, Debug)]
pub(super) struct Twin {
    pub(super) name: String,
    /// Old and new, in the joint rules.
    pub(super) joint: [SlotId; 2],
    /// Old and new, in their own rules.
    pub(super) own: [Option<SlotId>; 2],
}

/// Things of one name that differ.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Twice {
    pub(in crate::analysis) attributes: Vec<(AttributeId, AttributeId)>,
    pub(in crate::analysis) purposes: Vec<(PurposeId, PurposeId)>,
    pub(in crate::analysis) channels: Vec<(ChannelId, ChannelId)>,
    pub(in crate::analysis) offers: Vec<(OfferId, OfferId)>,
    pub(in crate::analysis) caps: Vec<(CapId, CapId)>,
    pub(in crate::analysis) windows: Vec<(WindowId, WindowId)>,
}

/// What two rule sets must agree on to be laid side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// `zone` of `defaults`: what day it is.
    Zone,
    /// `skew` of `defaults`: which events lie in the future.
    Skew,
    /// `grace` of `defaults`: when a review is overdue.
    Grace,
    /// The table of classes: what binds whom.
    Classes,
}

impl Apart {
    /// In the author's words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Zone => "`zone` in `defaults`",
            Self::Skew => "`skew` in `defaults`",
            Self::Grace => "`grace` in `defaults`",
            Self::Classes => "what a class obeys",
        }
    }
}

/// Lays two rule sets side by side, or says on what they would have to agree.
pub(super) fn join(old: &RuleSet, new: &RuleSet) -> Result<Joint, Vec<Apart>> {
    let differ = [
        (Apart::Zone, old.defaults.zone != new.defaults.zone),
        (Apart::Skew, old.defaults.skew != new.defaults.skew),
        (Apart::Grace, old.defaults.grace != new.defaults.grace),
        (Apart::Classes, bound(old) != bound(new)),
    ];
    let apart: Vec<Apart> = differ.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect();
    if !apart.is_empty() {
        return Err(apart);
    }
    let mut old = old.clone();
    renumber(&mut old, &Numbers::default());
    let mut differing = Differing::default();
    loop {
        let mut found = numbers(&old, new, &differing);
        let gathered = number_gathered(&old.gathered, new, &mut found);
        let mut moved = new.clone();
        renumber(&mut moved, &found);
        if !differing.grow(&old, &moved) {
            let (old_slots, old_events, twice) = (old.slots.len(), old.events.len(), twice(&old, &moved, &found));
            append(&mut old, moved, &found);
            old.gathered = gathered;
            spare_both(&mut old, &found);
            let slots = twins(&mut old, old_slots);
            return Ok(Joint { rules: old, new: found, slots, old_events, twice });
        }
    }
}

/// Puts every slot beside that of its name, of `old` slots and those behind them.
fn twins(rules: &mut RuleSet, old: usize) -> Vec<Twin> {
    let mut found: BTreeMap<String, [Option<usize>; 2]> = BTreeMap::new();
    for (at, slot) in rules.slots.iter().enumerate() {
        let sides = found.entry(slot.name.clone()).or_default();
        if let Some(side) = sides.get_mut(usize::from(at >= old)) {
            *side = Some(at);
        }
    }
    let mut twins = Vec::new();
    for (name, sides) in found {
        let own = [sides[0], sides[1].map(|at| at - old)].map(|at| at.map(SlotId::from_index));
        let joint = sides.map(|at| match (at, sides[0].or(sides[1]).and_then(|like| rules.slots.get(like))) {
            (Some(at), _) => SlotId::from_index(at),
            (None, like) => {
                let nothing = Fallback { offer: None, when: None, span: Event::nowhere() };
                let empty =
                    like.map(|like| Slot { order: Vec::new(), fallback: vec![nothing], off: None, ..like.clone() });
                rules.slots.extend(empty);
                SlotId::from_index(rules.slots.len() - 1)
            }
        });
        twins.push(Twin { name, joint, own });
    }
    twins
}

/// What decides of the table of classes.
fn bound(rules: &RuleSet) -> crate::model::ClassTable {
    let mut table = rules.classes.clone();
    table.rows.iter_mut().for_each(|row| row.label.clear());
    table
}

/// Of each list the things of the new rules, by place, that differ from the old ones of their name.
#[derive(Default)]
struct Differing {
    purposes: BTreeSet<usize>,
    attributes: BTreeSet<usize>,
    events: BTreeSet<usize>,
    segments: BTreeSet<usize>,
    values: BTreeSet<usize>,
    channels: BTreeSet<usize>,
    offers: BTreeSet<usize>,
    caps: BTreeSet<usize>,
    blocks: BTreeSet<usize>,
    windows: BTreeSet<usize>,
}

macro_rules! named_lists {
    ($run:ident) => {
        $run!(purposes, attributes, events, segments, values, channels, offers, caps, blocks, windows)
    };
}

impl Differing {
    /// Adds what differs; whether that was anything.
    fn grow(&mut self, old: &RuleSet, moved: &RuleSet) -> bool {
        let mut grown = false;
        macro_rules! each {
            ($($list:ident),*) => {
                $({
                    let known: HashMap<&str, usize> = by_name(&old.$list, |one| &one.name);
                    for (at, one) in moved.$list.iter().enumerate() {
                        let like = known.get(one.name.as_str()).and_then(|place| old.$list.get(*place));
                        if like.is_some_and(|like| like != one) {
                            grown |= self.$list.insert(at);
                        }
                    }
                })*
            };
        }
        named_lists!(each);
        grown
    }
}

fn by_name<T>(list: &[T], name: impl Fn(&T) -> &str) -> HashMap<&str, usize> {
    list.iter().enumerate().map(|(at, one)| (name(one), at)).collect()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The numbers of the new rules' things where these differ.
fn numbers(old: &RuleSet, new: &RuleSet, differing: &Differing) -> Numbers {
    let mut found = Numbers::default();
    macro_rules! each {
        ($($list:ident),*) => {
            $({
                let known = by_name(&old.$list, |one| &one.name);
                let mut next = old.$list.len();
                found.$list = (0..new.$list.len()).map(|at| {
                    let name = new.$list.get(at).map_or("", |one| one.name.as_str());
                    match known.get(name).filter(|_| !differing.$list.contains(&at)) {
                        Some(place) => number(*place),
                        None => {
                            next += 1;
                            number(next - 1)
                        }
                    }
                }).collect();
            })*
        };
    }
    named_lists!(each);
    found.enums = places(&old.enums, &new.enums);
    found.tags = places(&old.tags, &new.tags);
    found.slots = (0..new.slots.len()).map(|at| number(old.slots.len() + at)).collect();
    found.rules = (0..new.rules.len()).map(|at| number(old.rules.len() + at)).collect();
    found.offer_stamps = stamps(&old.offers, &new.offers, &found.offers, |one| &one.name);
    found.rule_stamps = stamps(&old.rules, &new.rules, &found.rules, |one| &one.name);
    found.channel_stamps = stamps(&old.channels, &new.channels, &found.channels, |one| &one.name);
    found
}

/// What events of the new things are stamped with: the number of the old thing of their name, else their own.
fn stamps<T>(old: &[T], new: &[T], own: &[u32], name: impl Fn(&T) -> &str + Copy) -> Vec<u32> {
    let known = by_name(old, name);
    new.iter().zip(own).map(|(one, own)| known.get(name(one)).map_or(*own, |place| number(*place))).collect()
}

/// The things of one name that stand there twice.
fn twice(old: &RuleSet, moved: &RuleSet, to: &Numbers) -> Twice {
    let mut found = Twice::default();
    macro_rules! each {
        ($($list:ident: $id:ident),*) => {
            $(
                let known = by_name(&old.$list, |one| &one.name);
                for (one, own) in moved.$list.iter().zip(&to.$list) {
                    if let Some(place) = known.get(one.name.as_str()).filter(|place| number(**place) != *own) {
                        found.$list.push(($id(number(*place)), $id(*own)));
                    }
                }
            )*
        };
    }
    each!(attributes: AttributeId, purposes: PurposeId, channels: ChannelId, offers: OfferId, caps: CapId, windows: WindowId);
    found
}

/// Where each of the new stands behind the old: at its like, or further back.
fn places<T: PartialEq>(old: &[T], new: &[T]) -> Vec<u32> {
    let mut next = old.len();
    let place = |one: &T| {
        number(old.iter().position(|other| other == one).unwrap_or_else(|| {
            next += 1;
            next - 1
        }))
    };
    new.iter().map(place).collect()
}

/// Numbers the gathered values, each of which may read those before it; gives the list of both.
fn number_gathered(old: &[Gathered], new: &RuleSet, to: &mut Numbers) -> Vec<Gathered> {
    let mut all = old.to_vec();
    for gathered in &new.gathered {
        let mut moved = gathered.clone();
        moved.renumber(to);
        let place = all.iter().position(|other| *other == moved).unwrap_or_else(|| {
            all.push(moved);
            all.len() - 1
        });
        to.gathered.push(number(place));
    }
    all
}

fn renumber(rules: &mut RuleSet, to: &Numbers) {
    macro_rules! each {
        ($($list:ident),*) => { $(rules.$list.renumber(to);)* };
    }
    named_lists!(each);
    rules.slots.renumber(to);
    rules.rules.renumber(to);
}

/// Puts what stands behind the old things there.
fn append(rules: &mut RuleSet, moved: RuleSet, at: &Numbers) {
    macro_rules! each {
        ($($list:ident),*) => {
            $({
                let behind = rules.$list.len();
                let new = moved.$list.into_iter().zip(&at.$list).filter(|(_, place)| **place as usize >= behind);
                let new: Vec<_> = new.map(|(one, _)| one).collect();
                rules.$list.extend(new);
            })*
        };
    }
    let enums: &mut Vec<EnumType> = &mut rules.enums;
    let behind = enums.len();
    enums.extend(moved.enums.into_iter().zip(&at.enums).filter(|(_, at)| **at as usize >= behind).map(|(one, _)| one));
    let behind = rules.tags.len();
    let tags = moved.tags.into_iter().zip(&at.tags).filter(|(_, at)| **at as usize >= behind);
    rules.tags.extend(tags.map(|(one, _)| one));
    named_lists!(each);
    rules.slots.extend(moved.slots);
    rules.rules.extend(moved.rules);
}

/// Whoever a cap spares by a name is spared in both, though an offer or a rule that differs stands there twice.
fn spare_both(rules: &mut RuleSet, new: &Numbers) {
    for target in rules.caps.iter_mut().flat_map(|cap| &mut cap.exempt) {
        match target {
            CapTarget::Offers(all) => {
                let twice: Vec<OfferId> =
                    both(&new.offer_stamps, &new.offers, |stamp| all.contains(&OfferId(stamp))).map(OfferId).collect();
                all.extend(twice);
            }
            CapTarget::Rules(all) => {
                let twice: Vec<RuleId> =
                    both(&new.rule_stamps, &new.rules, |stamp| all.contains(&RuleId(stamp))).map(RuleId).collect();
                all.extend(twice);
            }
            CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => {}
        }
    }
}

fn both<'n>(stamps: &'n [u32], own: &'n [u32], named: impl Fn(u32) -> bool + 'n) -> impl Iterator<Item = u32> + 'n {
    let differ = |(stamp, own): &(&u32, &u32)| stamp != own;
    stamps.iter().zip(own).filter(differ).filter(move |(stamp, _)| named(**stamp)).map(|(_, own)| *own)
}
