//! The regions of customers whose decision differs, slot by slot.

use std::collections::{BTreeMap, BTreeSet};

use super::super::blocking::Blockers;
use super::super::doubts::Doubts;
use super::super::formula::Formula;
use super::super::program::Program;
use super::super::scope::Scope;
use super::super::scores::Scores;
use super::super::search::{Answer as Found, Undecided, search};
use super::super::slot::{self, SlotFormulas};
use super::super::worlds::{at, order};
use super::super::{Options, Witness, stand};
use super::couple::couple;
use super::facts::{Which, as_read_by, united};
use super::grow::{self, grow, has};
use super::join::{Joint, Twin};
use super::sides::{Answer, Answerer as Spot, Changed, Side, changed, may_stop};
use super::words::said;
use super::{Answered, Answerer, Comparison, Kind, Region, Shown, kinds_of, processed, without_store};
use crate::eval;
use crate::frame::{Facts, Frame};
use crate::model::{OfferId, RuleSet};

/// Regions of two answers are told apart up to this number; who is left is one more.
const MOST_REGIONS: usize = 64;
/// Pairs of answers that do not part at once are searched up to this number a slot.
const MOST_SEARCHES: usize = 20_000;

/// Everybody whose decision differs.
pub struct Differences<'c> {
    comparison: &'c Comparison<'c>,
    /// Slot by slot, in order of name; those without a difference too.
    pub slots: Vec<SlotDifference<'c>>,
}

/// Whose decision differs in a slot.
pub struct SlotDifference<'c> {
    /// Its name.
    pub slot: String,
    /// What was found, in the order in which the old answers win.
    pub regions: Vec<Region>,
    /// What was not decided.
    pub open: Vec<Open>,
    pub(super) twin: &'c Twin,
    pub(super) worlds: Vec<(Program<'c>, Both)>,
}

/// Two answers of which it was not decided whether anybody has the one before and the other now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Before and now; nothing where it is the slot as a whole.
    pub answers: Option<Box<[Answered; 2]>>,
    /// Why.
    pub why: Undecided,
}

/// A slot's formulas on both sides.
pub(super) struct Both {
    pub(super) old: SlotFormulas,
    pub(super) new: SlotFormulas,
}

/// Looks at every slot.
pub(super) fn differences<'c>(comparison: &'c Comparison<'c>, options: &Options) -> Differences<'c> {
    let shared = shared(comparison);
    let doubts = Doubts::none(&shared);
    let twins = comparison.joint.slots.iter().zip(&comparison.scores);
    let slots = twins.map(|(twin, scores)| one_slot(comparison, twin, (scores, &doubts), options)).collect();
    Differences { comparison, slots }
}

impl Differences<'_> {
    /// Of each slot, in order, the region in which a customer stands whom both sides have read; `None` where the decision
    /// does not differ, or no region is known for them.
    pub fn stand(&self, old: &Facts, new: &Facts) -> Vec<Option<usize>> {
        let comparison = self.comparison;
        let facts = united(&comparison.joint, old, new);
        let witness = Witness { facts, taken: Vec::new() };
        let frame = witness.frame(&comparison.joint.rules);
        self.slots.iter().map(|slot| slot.standing(&frame).first().copied()).collect()
    }
}

impl SlotDifference<'_> {
    /// The regions in which a frame of the joint rules stands; never more than one.
    pub(super) fn standing(&self, frame: &Frame) -> Vec<usize> {
        let here = |program: &Program<'_>| {
            let atom = program.schema.now().atom(frame.now.0);
            let alike = || {
                let clock = at(program.schema.rules, frame.now);
                self.worlds.len() == 1 || order(&program.schema, clock) == order(&program.schema, program.world.clock())
            };
            atom.is_some_and(|atom| program.world.clocks.contains_key(&atom)) && alike()
        };
        let Some(world) = self.worlds.iter().position(|(program, _)| here(program)) else { return Vec::new() };
        let point = self.worlds.get(world).and_then(|(program, _)| stand::point(program, frame));
        let Some(point) = point else { return Vec::new() };
        let within = |region: &Region| region.boxes.iter().any(|(of, region)| *of == world && has(region, &point));
        let regions = self.regions.iter().enumerate().filter(|(_, region)| within(region));
        regions.map(|(at, _)| at).collect()
    }
}

fn one_slot<'c>(
    comparison: &'c Comparison<'c>,
    twin: &'c Twin,
    (scores, doubts): (&'c [Scores; 2], &Doubts<'_>),
    options: &Options,
) -> SlotDifference<'c> {
    let joint = &comparison.joint;
    let [old_slot, new_slot] = twin.joint;
    let [old_scores, new_scores] = scores;
    let found = Scope::new(&comparison.flat, options.from, options.budget, |compiler| {
        let old = slot::write(compiler, old_slot, doubts, old_scores, true);
        let new = slot::write(compiler, new_slot, doubts, new_scores, true);
        couple(compiler, &joint.twice, std::slice::from_ref(twin));
        Both { old, new }
    });
    let is_complete = found.is_complete();
    let mut slot =
        SlotDifference { slot: twin.name.clone(), regions: Vec::new(), open: Vec::new(), twin, worlds: found.worlds };
    look(comparison, options, &mut slot);
    if !is_complete {
        slot.open.push(Open { answers: None, why: Undecided::Instants });
    }
    slot
}

/// Per offer of the joint rules, whether several slots of one side show it.
pub(super) fn shared(comparison: &Comparison<'_>) -> Vec<bool> {
    let joint = &comparison.joint;
    let mut found = vec![false; joint.rules.offers.len()];
    let of_old = slot::shared(comparison.old).into_iter().enumerate();
    let of_new = joint.new.offers.iter().map(|id| *id as usize).zip(slot::shared(comparison.new));
    for (at, _) in of_old.chain(of_new).filter(|(_, shared)| *shared) {
        if let Some(place) = found.get_mut(at) {
            *place = true;
        }
    }
    found
}

/// Two answers that differ.
struct Cell<'s> {
    old: &'s Answer,
    new: &'s Answer,
    answered: [Answered; 2],
    kinds: Vec<Kind>,
    /// On which the new answer rests and the old one did not.
    purposes: Vec<String>,
}

/// Finds the regions of a slot.
fn look(comparison: &Comparison<'_>, options: &Options, slot: &mut SlotDifference<'_>) {
    let rules = &comparison.flat;
    let [old_slot, new_slot] = slot.twin.joint;
    let Some((_, first)) = slot.worlds.first() else { return };
    let old = Side::new(rules, old_slot, &first.old);
    let new = Side::new(rules, new_slot, &first.new);
    let changed = what_changed(rules, [&old, &new], &slot.worlds);
    let unordered = [(&old, &changed.old), (&new, &changed.new)]
        .into_iter()
        .any(|(side, changed)| side.unordered.iter().any(|place| changed.contains(&Spot::Place(*place))));
    if unordered {
        slot.open.push(Open { answers: None, why: Undecided::Calculation });
    }
    let said = [(0, &old), (1, &new)].map(|(at, side)| {
        side.answers.iter().map(|answer| answered(rules, slot.twin, (at, side), answer)).collect::<Vec<_>>()
    });
    let mut searches = 0;
    for (one, before) in old.answers.iter().zip(&said[0]) {
        for (other, now) in new.answers.iter().zip(&said[1]) {
            if !changed.old.contains(&one.from) && !changed.new.contains(&other.from) {
                continue;
            }
            let Some(cell) = cell((one, before), (other, now)) else { continue };
            if slot.worlds.iter().all(|(program, both)| {
                let required = [old.required(&both.old, one), new.required(&both.new, other)];
                program.nobody_at_once(&required)
            }) {
                continue;
            }
            searches += 1;
            if searches > MOST_SEARCHES {
                slot.open.push(Open { answers: None, why: Undecided::Budget });
                return;
            }
            look_into(comparison, options, slot, &cell, [&old, &new]);
        }
    }
    without_store::look(comparison, options, slot, [&old, &new]);
}

/// Where a difference between two sides may come from.
fn what_changed(rules: &RuleSet, [old, new]: [&Side; 2], worlds: &[(Program<'_>, Both)]) -> Changed {
    let names = [old, new].map(|side| rules[side.slot].order.iter().map(|id| rules[*id].name.as_str()).collect());
    let alike = |one: usize, other: usize| {
        let rule = |side: &Side, place: usize| side.rule(rules, Spot::Place(place)).map(|id| (id, &rules[id]));
        let (Some((a, of_a)), Some((b, of_b))) = (rule(old, one), rule(new, other)) else { return false };
        let ranked = |of: &crate::model::Rule| of.rank.as_ref().map(|rank| rank.by.clone());
        let standing = |id| (rules.standing(id), rules.ties_place(id));
        ranked(of_a) == ranked(of_b)
            && (of_a.rank.is_none() || standing(a) == standing(b))
            && processed(rules, a) == processed(rules, b)
            && worlds.iter().all(|(_, both)| {
                let pair = both.old.rules.get(one).zip(both.new.rules.get(other));
                pair.is_some_and(|(a, b)| {
                    a.parts == b.parts
                        && a.outcomes.len() == b.outcomes.len()
                        && a.outcomes.iter().zip(&b.outcomes).all(|((seen, formula), (other, of_other))| {
                            formula == of_other && Shown::seen(rules, seen) == Shown::seen(rules, other)
                        })
                })
            })
    };
    let entries_alike = worlds.iter().all(|(_, both)| {
        let [old, new] = [&both.old, &both.new].map(|of| {
            let entry = |entry: &Vec<(super::Seen, Formula)>| -> Vec<(Shown, Formula)> {
                entry.iter().map(|(seen, formula)| (Shown::seen(rules, seen), *formula)).collect()
            };
            of.entries.iter().map(entry).collect::<Vec<_>>()
        });
        both.old.fallback == both.new.fallback && old == new
    });
    let stops = |side: usize, place: usize| {
        worlds.iter().any(|(_, both)| may_stop(if side == 0 { &both.old } else { &both.new }, place))
    };
    let entries = [old, new].map(|side| rules[side.slot].fallback.len());
    let is_off = |side: &Side| rules[side.slot].off.is_some();
    if is_off(old) != is_off(new) {
        let all = |side: &Side| side.answers.iter().map(|answer| answer.from).collect::<BTreeSet<_>>();
        return Changed { old: all(old), new: all(new) };
    }
    changed(names, alike, entries_alike, stops, entries)
}

/// What is said of an answer, and on which purposes it rests.
type Said = (Answered, BTreeSet<String>);

fn answered(rules: &RuleSet, twin: &Twin, (at, side): (usize, &Side), answer: &Answer) -> Said {
    let rule = side.rule(rules, answer.from);
    let by = match answer.from {
        Spot::Place(_) => rule.map_or(Answerer::SlotOff, |id| Answerer::Rule(rules[id].name.clone())),
        Spot::Entry(_) if twin.own.get(at).copied().flatten().is_none() => Answerer::NoSlot,
        Spot::Entry(entry) => Answerer::Fallback(entry + 1),
        Spot::Off => Answerer::SlotOff,
    };
    let shown = Shown::seen(rules, &answer.seen);
    (Answered { by, shown }, rule.map(|id| processed(rules, id)).unwrap_or_default())
}

/// What is to be said of two answers; nothing where no difference would be.
fn cell<'s>((old, before): (&'s Answer, &Said), (new, now): (&'s Answer, &Said)) -> Option<Cell<'s>> {
    let mut kinds = kinds_of(&before.0.shown, &now.0.shown);
    let purposes: Vec<String> = now.1.difference(&before.1).cloned().collect();
    if !purposes.is_empty() {
        kinds.push(Kind::NewPurpose);
    }
    (!kinds.is_empty()).then(|| Cell { old, new, answered: [before.0.clone(), now.0.clone()], kinds, purposes })
}

/// Finds the regions of two answers, in every world.
fn look_into(
    comparison: &Comparison<'_>,
    options: &Options,
    slot: &mut SlotDifference<'_>,
    cell: &Cell<'_>,
    [old, new]: [&Side; 2],
) {
    // By what is said of them: the same in several worlds is one region.
    let mut found: BTreeMap<Vec<String>, Region> = BTreeMap::new();
    let mut order: Vec<Vec<String>> = Vec::new();
    let mut rest: Option<Region> = None;
    let mut open = None;
    for (number, (program, both)) in slot.worlds.iter_mut().enumerate() {
        let required = [old.required(&both.old, cell.old), new.required(&both.new, cell.new)];
        let mut blockers = blockers_of([old, new], both, (cell.old, cell.new));
        for round in 0.. {
            let numbered = Blockers::plain(blockers.iter().copied().enumerate().collect());
            let somebody = match search(program, &required, numbered.all(), options.budget) {
                Found::Found(witness) => *witness,
                Found::Never(_) => break,
                Found::Unknown(why) => {
                    open = open.max(Some(why));
                    break;
                }
            };
            let Some(witness) = replayed(comparison, slot.twin, cell, &somebody) else {
                open = open.max(Some(Undecided::Calculation));
                break;
            };
            let frame = somebody.frame(&comparison.joint.rules);
            let grown = stand::point(program, &frame).and_then(|point| grow(program, &required, &blockers, &point));
            let Some(grown) = grown else {
                open = open.max(Some(Undecided::Calculation));
                break;
            };
            let clock = at(program.schema.rules, frame.now);
            let region = |who: Vec<String>, boxes: Vec<(usize, grow::Box)>, kinds: Vec<Kind>, is_rest: bool| Region {
                old: cell.answered[0].clone(),
                new: cell.answered[1].clone(),
                kinds,
                purposes: cell.purposes.clone(),
                who,
                is_rest,
                witness: witness.clone(),
                boxes,
            };
            if round >= MOST_REGIONS {
                rest.get_or_insert_with(|| region(Vec::new(), Vec::new(), cell.kinds.clone(), true));
                break;
            }
            let who = said(program, &comparison.joint.twice, &grown, clock);
            let mut kinds = cell.kinds.clone();
            if weakens(comparison, program, &grown) && !cell.answered[1].shown.is_nothing() {
                kinds.push(Kind::WeakerCap);
            }
            blockers.push(grow::formula(program, &grown));
            match found.get_mut(&who) {
                Some(region) => region.boxes.push((number, grown)),
                None => {
                    order.push(who.clone());
                    found.insert(who.clone(), region(who, vec![(number, grown)], kinds, false));
                }
            }
        }
    }
    let worlds = slot.worlds.len();
    for who in order {
        let Some(mut region) = found.remove(&who) else { continue };
        let seen: BTreeSet<usize> = region.boxes.iter().map(|(world, _)| *world).collect();
        if seen.len() < worlds {
            let now = region.witness[1].facts.now;
            region.who.push(format!("at times like {}", crate::value::show_instant(now)));
        }
        slot.regions.push(region);
    }
    slot.regions.extend(rest);
    if let Some(why) = open {
        slot.open.push(Open { answers: Some(Box::new(cell.answered.clone())), why });
    }
}

/// The customer as both sides read them, if both decide as the cell says.
fn replayed(comparison: &Comparison<'_>, twin: &Twin, cell: &Cell<'_>, somebody: &Witness) -> Option<[Witness; 2]> {
    let joint = &comparison.joint;
    let side = |which: Which, at: usize, own: &RuleSet| -> Option<Witness> {
        let witness = as_seen_by(joint, which, own, somebody)?;
        let shown = match twin.own.get(at).copied().flatten() {
            Some(slot) => Shown::of(own, &eval::decide(own, &witness.frame(own), slot)),
            None => Shown::nothing(),
        };
        (shown == cell.answered.get(at)?.shown).then_some(witness)
    };
    Some([side(Which::Old, 0, comparison.old)?, side(Which::New, 1, comparison.new)?])
}

/// Somebody of the joint rules as one side reads them, with what other slots took.
pub(super) fn as_seen_by(joint: &Joint, which: Which, own: &RuleSet, somebody: &Witness) -> Option<Witness> {
    let facts = as_read_by(joint, which, own, &somebody.facts)?;
    let taken = somebody.taken.iter().filter_map(|id| own.offer_named(&joint.rules.offers.get(id.index())?.name));
    let mut taken: Vec<OfferId> = taken.collect();
    taken.sort_unstable();
    taken.dedup();
    Some(Witness { facts, taken })
}

/// What must not hold where these two answer, since it would come before either.
pub(super) fn blockers_of([old, new]: [&Side; 2], both: &Both, (one, other): (&Answer, &Answer)) -> Vec<Formula> {
    let mut blockers = old.before(&both.old, one);
    blockers.extend(new.before(&both.new, other));
    blockers.sort_unstable();
    blockers.dedup();
    blockers
}

/// Whether a region hangs on a cap being spent that the new rules do not have as it was.
fn weakens(comparison: &Comparison<'_>, program: &Program<'_>, region: &grow::Box) -> bool {
    use super::super::domain::{Source, YES};
    let joint = &comparison.joint;
    let kept = |id: u32| joint.new.caps.contains(&id);
    let old = comparison.old.caps.len();
    region.iter().any(|(dim, atoms)| match program.schema.sources.get(dim.index()) {
        Some(Source::Spent(cap)) => atoms.has(YES) && cap.index() < old && !kept(cap.0),
        _ => false,
    })
}
