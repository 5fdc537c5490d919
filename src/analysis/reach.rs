//! Whether each rule of a slot can win, and what covers those that cannot.
//!
//! A rule wins in its place if it is eligible and no part of a rule above it answers; or by `try`, if a rule in whose
//! place it is tried has come to its turn. Whether it wins is asked of every rule by itself, on every core. One that does
//! not is then left out of the blockers for those below: whoever it would block, its coverers block already. So a cover,
//! which is looked for afterwards, names rules that really win.
//!
//! Of rules that rank together none stands above another: what is in the way of one of them is every part of another
//! wherever that other scores higher (or the same and stands first), on top of what is above all of them. Where they are
//! too many to compare, a rule is only called reachable with a customer whom no other of them answers, and only called
//! covered by what is above all of them.
//!
//! A cover is found in three steps: blockers that are seen at once to hold wherever the rule is eligible (then the
//! highest of them alone is shown); otherwise the blockers that the proof used; of those, one after the other is left
//! out if the proof succeeds without it. What remains is minimal: leave out any one, and somebody sees the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::blocking::Blockers;
use super::formula::{Formula, Formulas};
use super::parallel;
use super::scope::{Question, Scope};
use super::search::{Answer, Existence, Undecided};
use super::slot::{Culprit, Part, RuleFormulas, SlotFormulas, substitutes};
use super::verdict::{Coverer, FallbackVerdict, NeverTaken, SubstituteVerdict, Verdict};
use crate::frame::Via;
use crate::model::{RuleId, RuleSet, SlotId};

/// The scope of a slot.
pub(super) type SlotScope<'a> = Scope<'a, SlotFormulas>;

/// What stands in the way, over all worlds of a slot.
#[derive(Clone)]
struct Above {
    /// By number.
    names: Vec<Coverer>,
    /// Per world.
    formulas: Vec<Blockers>,
    /// How many stand above the rule of each place; above the fallback list, all.
    above: Vec<usize>,
    /// The first of each place: the rule itself.
    first: Vec<usize>,
    /// By number, whether it is left aside: whoever it would block, others block already.
    aside: Vec<bool>,
}

/// One way to see something: what must be so in a world, and how many blockers stand before it.
struct Way<'w> {
    required: &'w dyn Fn(&SlotFormulas) -> Formula,
    before: usize,
}

/// What is found out of the rules of a slot.
pub(super) struct OfRules {
    /// The verdict on each.
    pub(super) verdicts: BTreeMap<RuleId, Verdict>,
    /// The verdict on what each names in its place.
    pub(super) substitutes: BTreeMap<(RuleId, Via), SubstituteVerdict>,
}

/// A slot of fewer rules is not worth another core.
pub(super) const WORTH: usize = 256;

/// The verdict on every rule of a slot.
pub(super) fn rules(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId) -> OfRules {
    let order = &rules[slot].order;
    let mut blockers = Above::of(scope, rules, slot, order.len());
    let among: Vec<Range<usize>> = tiers(rules, slot).filter(|tier| tier.len() > 1).collect();
    let wins = |scope: &mut SlotScope<'_>, place: usize| {
        let ranked = among.iter().any(|tier| tier.contains(&place));
        (!ranked).then(|| in_place(scope, rules, slot, &blockers, place))
    };
    let mut found: Vec<Option<InPlace>> = parallel::each_with(order.len(), WORTH, scope, wins);
    for tier in among {
        let mut above = Above::of(scope, rules, slot, tier.start);
        above.set_aside(&found);
        for at in tier.clone() {
            let verdict = in_tier(scope, rules, slot, &above, (tier.clone(), at));
            if let Some(place) = found.get_mut(at) {
                *place = Some(InPlace::Decided(verdict));
            }
        }
    }
    blockers.set_aside(&found);
    let settle = |scope: &mut SlotScope<'_>, place: usize| match found.get(place)?.as_ref()? {
        InPlace::Decided(verdict) => Some(verdict.clone()),
        InPlace::Behind(used) => Some(behind(scope, &blockers, place, used)),
        InPlace::Open(_) => Some(in_place(scope, rules, slot, &blockers, place).settled(scope, &blockers, place)),
    };
    let settled = parallel::each_with(order.len(), WORTH, scope, settle);
    let mut verdicts: BTreeMap<RuleId, Verdict> =
        order.iter().copied().zip(settled).filter_map(|(id, verdict)| Some((id, verdict?))).collect();
    for (place, id) in order.iter().enumerate() {
        if matches!(verdicts.get(id), Some(Verdict::Covered(_)))
            && let Some(verdict) = by_try(scope, rules, slot, &blockers, place)
        {
            verdicts.insert(*id, verdict);
        }
    }
    let mut found = BTreeMap::new();
    for (place, id) in rules[slot].order.iter().enumerate() {
        if let None | Some(Verdict::Off | Verdict::NeverActive) = verdicts.get(id) {
            continue;
        }
        for (via, _) in substitutes(rules, *id) {
            found.insert((*id, via), substitute(scope, &blockers, place, via));
        }
    }
    OfRules { verdicts, substitutes: found }
}

/// The places of the rules that rank together, tier by tier.
fn tiers(rules: &RuleSet, slot: SlotId) -> impl Iterator<Item = Range<usize>> {
    rules.tiers(slot).scan(0, |start, tier| {
        let places = *start..*start + tier.len();
        *start = places.end;
        Some(places)
    })
}

/// Whether a substitute of a rule is ever taken. One that may be tried in another's place comes to its turn there, so
/// whatever stands above it is left aside.
fn substitute(scope: &mut SlotScope<'_>, blockers: &Above, place: usize, via: Via) -> SubstituteVerdict {
    let rule = scope.worlds.first().and_then(|(_, of)| of.rules.get(place));
    let in_turn = rule.is_some_and(RuleFormulas::comes_in_turn);
    let before = if in_turn { blockers.above.get(place).copied().unwrap_or(0) } else { 0 };
    let of_rule = |of: &SlotFormulas, part: fn(&RuleFormulas) -> &BTreeMap<Via, Formula>| {
        let formula = of.rules.get(place).and_then(|rule| part(rule).get(&via));
        formula.copied().unwrap_or(Formula::NEVER)
    };
    let taken = |of: &SlotFormulas| of_rule(of, |rule| &rule.taken);
    let drops = |of: &SlotFormulas| of_rule(of, |rule| &rule.drops);
    let way = Way { required: &taken, before };
    let used = match ask(scope, blockers, &way, None) {
        Answer::Found(_) => return SubstituteVerdict::Taken,
        Answer::Unknown(why) => return SubstituteVerdict::Unknown(why),
        Answer::Never(used) => used,
    };
    SubstituteVerdict::Never(if is_contradictory(scope, &Way { required: &drops, before }) {
        NeverTaken::NeverDrops
    } else if is_contradictory(scope, &way) {
        NeverTaken::NeverStands
    } else {
        NeverTaken::Covered(cover(scope, blockers, &[way], used))
    })
}

/// Whether a rule that ranks among those of `tier` wins in its own place.
fn in_tier(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    above: &Above,
    (tier, place): (Range<usize>, usize),
) -> Verdict {
    let mut blockers = above.clone();
    let rivals = scope.worlds.first().and_then(|(_, of)| of.rivals.get(&place));
    let rivals: Option<Vec<(RuleId, Part)>> =
        rivals.map(|rivals| rivals.iter().map(|(rule, part, _)| (*rule, *part)).collect());
    if let Some(rivals) = rivals {
        for (at, (rule, part)) in rivals.into_iter().enumerate() {
            let name = match part {
                Part::Own => Coverer::Rule(rule),
                Part::Stops => Coverer::Stop(rule),
                Part::Instead(via) => Coverer::Substitute(rule, via),
            };
            blockers.add(scope, name, &|of| of.rivals.get(&place)?.get(at).map(|(_, _, formula)| *formula));
        }
        return in_place(scope, rules, slot, &blockers, place).settled(scope, &blockers, place);
    }
    for at in tier.filter(|at| *at != place) {
        if let Some(id) = rules[slot].order.get(at) {
            blockers.add_rule(scope, at, *id, false);
        }
    }
    let mut verdict = |blockers: &Above| in_place(scope, rules, slot, blockers, place).settled(scope, blockers, place);
    match (verdict(&blockers), verdict(above)) {
        (Verdict::Covered(_) | Verdict::Unknown(_), Verdict::Reachable(_)) => Verdict::Unknown(Undecided::Budget),
        (Verdict::Covered(_), verdict) | (verdict, _) => verdict,
    }
}

/// The verdict on every entry of a slot's fallback list. The last one has to be there whether or not the rules leave
/// anybody to it, so it is only asked whether the earlier entries do.
pub(super) fn fallback(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
) -> Vec<FallbackVerdict> {
    let (mut of_rules, mut of_entries) = (Above::none(scope.worlds.len()), Above::none(scope.worlds.len()));
    let mut found = Vec::new();
    let entries = &rules[slot].fallback;
    if entries.len() > 1 {
        for (place, id) in rules[slot].order.iter().enumerate() {
            of_rules.add_rule(scope, place, *id, true);
            if verdicts.get(id).is_some_and(Verdict::is_never) {
                of_rules.set_aside_at(place);
            }
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        let is_last = at + 1 == entries.len();
        let blockers = if is_last { &of_entries } else { &of_rules };
        let is_off = !is_last && entry.offer.is_some_and(|offer| rules[offer].off.is_some());
        found.push(if is_off { FallbackVerdict::Off } else { entry_verdict(scope, blockers, at) });
        for blockers in [&mut of_rules, &mut of_entries] {
            blockers.add(scope, Coverer::Fallback(at), &|of| of.fallback.get(at).copied());
        }
    }
    found
}

fn entry_verdict(scope: &mut SlotScope<'_>, blockers: &Above, at: usize) -> FallbackVerdict {
    let required = |of: &SlotFormulas| of.fallback.get(at).copied().unwrap_or(Formula::NEVER);
    let way = Way { required: &required, before: blockers.names.len() };
    match ask(scope, blockers, &way, None) {
        Answer::Found(witness) => FallbackVerdict::Reachable(witness),
        Answer::Unknown(why) => FallbackVerdict::Unknown(why),
        Answer::Never(_) if is_contradictory(scope, &way) => FallbackVerdict::Contradictory,
        Answer::Never(used) => FallbackVerdict::Covered(cover(scope, blockers, &[way], used)),
    }
}

/// What is found out of a rule in its own place, before it is asked what together covers it.
enum InPlace {
    /// All.
    Decided(Verdict),
    /// It never wins, and these blockers suffice to see it.
    Behind(BTreeSet<usize>),
    /// Not decided.
    Open(Undecided),
}

impl InPlace {
    fn is_never(&self) -> bool {
        match self {
            Self::Decided(verdict) => verdict.is_never(),
            Self::Behind(_) => true,
            Self::Open(_) => false,
        }
    }

    /// With what covers it.
    fn settled(self, scope: &mut SlotScope<'_>, blockers: &Above, place: usize) -> Verdict {
        match self {
            Self::Decided(verdict) => verdict,
            Self::Behind(used) => behind(scope, blockers, place, &used),
            Self::Open(why) => Verdict::Unknown(why),
        }
    }
}

/// Whether the rule wins in its own place.
fn in_place(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId, blockers: &Above, place: usize) -> InPlace {
    let is_off = rules[slot].order.get(place).is_none_or(|id| {
        let rule = &rules[*id];
        rule.off.is_some() || rules[rule.show].off.is_some()
    });
    if rules[slot].off.is_some() || is_off {
        return InPlace::Decided(Verdict::Off);
    }
    let required = |of: &SlotFormulas| eligible(of, place);
    let way = Way { required: &required, before: blockers.before(place) };
    match ask(scope, blockers, &way, None) {
        Answer::Found(witness) => InPlace::Decided(Verdict::Reachable(witness)),
        Answer::Unknown(why) => InPlace::Open(why),
        Answer::Never(_) if is_contradictory(scope, &way) => InPlace::Decided(contradiction(scope, place)),
        Answer::Never(used) => InPlace::Behind(used),
    }
}

/// The verdict on a rule that never wins in its place because of these, and that nothing in it contradicts.
fn behind(scope: &mut SlotScope<'_>, blockers: &Above, place: usize, used: &BTreeSet<usize>) -> Verdict {
    let required = |of: &SlotFormulas| eligible(of, place);
    let way = Way { required: &required, before: blockers.before(place) };
    if used.iter().all(|number| blockers.is_among(*number)) {
        return Verdict::Covered(cover(scope, blockers, &[way], used.clone()));
    }
    match ask(scope, blockers, &way, None) {
        Answer::Found(witness) => Verdict::Reachable(witness),
        Answer::Unknown(why) => Verdict::Unknown(why),
        Answer::Never(used) => Verdict::Covered(cover(scope, blockers, &[way], used)),
    }
}

/// A better verdict on a rule that is covered in its place, from the ways in which it is tried; `None` where there are
/// none.
fn by_try(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId, blockers: &Above, place: usize) -> Option<Verdict> {
    let (_, first) = scope.worlds.first()?;
    let rule = first.rules.get(place)?;
    let entries: Vec<Option<RuleId>> = rule.tried.iter().map(|(entry, _)| *entry).collect();
    if entries.is_empty() {
        return None;
    }
    let more = rule.more_ways;
    let concerned = entries.iter().flatten().chain(rules[slot].order.get(place));
    if concerned.into_iter().any(|rule| rules.ranks_among_others(*rule)) {
        return Some(by_try_among_ranked(scope, rules, slot, blockers, place));
    }
    let own = |of: &SlotFormulas| eligible(of, place);
    let tried: Vec<_> = (0..entries.len())
        .map(|way| {
            move |of: &SlotFormulas| {
                let way = of.rules.get(place).and_then(|rule| rule.tried.get(way));
                way.map_or(Formula::NEVER, |(_, formula)| *formula)
            }
        })
        .collect();
    let above = |place: usize| blockers.above.get(place).copied().unwrap_or(0);
    let mut ways = vec![Way { required: &own, before: above(place) }];
    for (entry, required) in entries.iter().zip(&tried) {
        let before = match entry {
            Some(entry) => above(rules[slot].order.iter().position(|rule| rule == entry)?),
            None => 0,
        };
        ways.push(Way { required, before });
    }
    let mut used = BTreeSet::new();
    let mut undecided = more.then_some(Undecided::Budget);
    for way in &ways {
        match ask(scope, blockers, way, None) {
            Answer::Found(witness) => return Some(Verdict::Reachable(witness)),
            Answer::Never(mut of) => used.append(&mut of),
            Answer::Unknown(why) => undecided = undecided.max(Some(why)),
        }
    }
    Some(match undecided {
        Some(why) => Verdict::Unknown(why),
        None => Verdict::Covered(cover(scope, blockers, &ways, used)),
    })
}

/// The same where a score says when a rule that tries this one comes to its turn: it is enough that nothing answers of
/// what could come before, and without such a customer nothing is claimed.
fn by_try_among_ranked(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    blockers: &Above,
    place: usize,
) -> Verdict {
    let tried: Vec<Option<RuleId>> = scope
        .worlds
        .first()
        .and_then(|(_, of)| of.rules.get(place))
        .map(|rule| rule.tried.iter().map(|(entry, _)| *entry).collect())
        .unwrap_or_default();
    for (at, entry) in tried.iter().enumerate() {
        // A rule left out may be the highest.
        let before = entry.map_or(0, |entry| {
            let alike = |rule: &RuleId| *rule == entry || rules.rank_together(*rule, entry);
            let last = rules[slot].order.iter().rposition(alike);
            last.and_then(|last| blockers.above.get(last + 1)).copied().unwrap_or(blockers.names.len())
        });
        let others = blockers.names.iter().take(before).enumerate();
        let only = others.filter(|(_, name)| name.rule() != *entry).map(|(number, _)| number).collect();
        let required = |of: &SlotFormulas| {
            let way = of.rules.get(place).and_then(|rule| rule.tried.get(at));
            way.map_or(Formula::NEVER, |(_, formula)| *formula)
        };
        if let Answer::Found(witness) = ask(scope, blockers, &Way { required: &required, before }, Some(&only)) {
            return Verdict::Reachable(witness);
        }
    }
    Verdict::Unknown(Undecided::Calculation)
}

fn eligible(of: &SlotFormulas, place: usize) -> Formula {
    of.rules.get(place).map_or(Formula::NEVER, |rule| rule.eligible)
}

/// Whether there is nobody even without any blocker.
fn is_contradictory(scope: &mut SlotScope<'_>, way: &Way<'_>) -> bool {
    scope.is_there(|_, _, of| vec![(way.required)(of)]) == Existence::Nobody
}

/// The guards of a rule that contradict each other, minimal. Nobody is eligible.
fn contradiction(scope: &mut SlotScope<'_>, place: usize) -> Verdict {
    let Some((_, first)) = scope.worlds.first() else { return Verdict::NeverActive };
    let Some(rule) = first.rules.get(place) else { return Verdict::NeverActive };
    let mut culprits: Vec<Culprit> = rule.guards.iter().map(|(culprit, _)| *culprit).collect();
    // Tried in this order: what an author looks for least is left out first.
    for culprit in culprits.clone() {
        let without: Vec<Culprit> = culprits.iter().copied().filter(|other| *other != culprit).collect();
        let answer = scope.is_there(|_, _, of| {
            let guards = of.rules.get(place).map(|rule| rule.guards.as_slice()).unwrap_or_default();
            let kept = guards.iter().filter(|(culprit, _)| without.contains(culprit));
            kept.map(|(_, formula)| *formula).collect()
        });
        if answer == Existence::Nobody {
            culprits = without;
        }
    }
    let is_date = |culprit: &Culprit| match culprit {
        Culprit::Dates | Culprit::OfferDates | Culprit::Review => true,
        Culprit::Cap(_)
        | Culprit::Channel
        | Culprit::Block(_)
        | Culprit::Hours
        | Culprit::Expiry
        | Culprit::Score
        | Culprit::Taken
        | Culprit::Needs(_)
        | Culprit::When(_)
        | Culprit::Unless(_) => false,
    };
    if culprits.iter().all(is_date) { Verdict::NeverActive } else { Verdict::Contradictory(culprits) }
}

fn ask(scope: &mut SlotScope<'_>, blockers: &Above, way: &Way<'_>, only: Option<&BTreeSet<usize>>) -> Answer {
    let none = Blockers::default();
    let is_among = |number: usize| blockers.is_among(number);
    let filtered: Option<Vec<Blockers>> = only.map(|only| {
        let only: Vec<usize> = only.range(..way.before).copied().filter(|number| is_among(*number)).collect();
        let of = |world: &Blockers| Blockers::plain(only.iter().filter_map(|number| world.numbered(*number)).collect());
        blockers.formulas.iter().map(of).collect()
    });
    scope.ask(|world, _: &mut Formulas, of| {
        let all = filtered.as_ref().unwrap_or(&blockers.formulas).get(world).unwrap_or(&none);
        Question { required: vec![(way.required)(of)], blockers: all.before(way.before).among(&is_among) }
    })
}

/// A minimal set of blockers that leave nobody, of those that a proof used.
fn cover(scope: &mut SlotScope<'_>, blockers: &Above, ways: &[Way<'_>], used: BTreeSet<usize>) -> Vec<Coverer> {
    let holds = |scope: &mut SlotScope<'_>, only: &BTreeSet<usize>| {
        ways.iter().all(|way| matches!(ask(scope, blockers, way, Some(only)), Answer::Never(_)))
    };
    let name =
        |numbers: &BTreeSet<usize>| numbers.iter().filter_map(|number| blockers.names.get(*number).copied()).collect();
    let none = Blockers::default();
    let is_among = |number: usize| blockers.is_among(number);
    let mut at_once: Option<BTreeSet<usize>> = None;
    for way in ways {
        let found = scope.follows_at_once(|world, _, of| {
            let all = blockers.formulas.get(world).unwrap_or(&none);
            Question { required: vec![(way.required)(of)], blockers: all.before(way.before).among(&is_among) }
        });
        at_once = Some(at_once.map_or(found.clone(), |known| known.intersection(&found).copied().collect()));
    }
    let at_once = at_once.unwrap_or_default();
    for number in at_once.iter().chain(&used) {
        let only = BTreeSet::from([*number]);
        if holds(scope, &only) {
            return name(&only);
        }
    }
    let mut kept = used;
    // The lowest first: what stands higher is seen more often.
    for number in kept.clone().into_iter().rev() {
        let mut without = kept.clone();
        without.remove(&number);
        if holds(scope, &without) {
            kept = without;
        }
    }
    name(&kept)
}

impl Above {
    fn none(worlds: usize) -> Self {
        Self {
            names: Vec::new(),
            formulas: vec![Blockers::default(); worlds],
            above: Vec::new(),
            first: Vec::new(),
            aside: Vec::new(),
        }
    }

    /// The parts of all rules of a slot up to a place.
    fn of(scope: &SlotScope<'_>, rules: &RuleSet, slot: SlotId, upto: usize) -> Self {
        let mut all = Self::none(scope.worlds.len());
        for tier in tiers(rules, slot).take_while(|tier| tier.start < upto) {
            let above = all.names.len();
            for place in tier {
                if let Some(id) = rules[slot].order.get(place) {
                    all.above.push(above);
                    all.add_rule(scope, place, *id, false);
                }
            }
        }
        all
    }

    /// How many stand above the rule of a place.
    fn before(&self, place: usize) -> usize {
        self.above.get(place).copied().unwrap_or(self.names.len())
    }

    /// Leaves aside those rules that never win in their places.
    fn set_aside(&mut self, found: &[Option<InPlace>]) {
        let never = |of: &Option<InPlace>| of.as_ref().is_some_and(InPlace::is_never);
        found.iter().enumerate().filter(|(_, of)| never(of)).for_each(|(place, _)| self.set_aside_at(place));
    }

    /// Leaves the rule of a place aside, but not what stands in for it.
    fn set_aside_at(&mut self, place: usize) {
        let own = self.first.get(place).and_then(|number| self.aside.get_mut(*number));
        if let Some(aside) = own {
            *aside = true;
        }
    }

    /// Whether it blocks.
    fn is_among(&self, number: usize) -> bool {
        self.aside.get(number) != Some(&true)
    }

    /// The parts of the rule at a place; with `heard` where they keep the fallback list from answering, so without the place
    /// where the rule stops the slot: the list answers then.
    fn add_rule(&mut self, scope: &SlotScope<'_>, place: usize, id: RuleId, heard: bool) {
        self.first.push(self.names.len());
        let parts: Vec<Part> = scope
            .worlds
            .first()
            .and_then(|(_, of)| of.rules.get(place))
            .map(|rule| rule.parts.iter().map(|(part, _)| *part).collect())
            .unwrap_or_default();
        for (at, part) in parts.into_iter().enumerate() {
            let name = match part {
                Part::Own => Coverer::Rule(id),
                Part::Stops => Coverer::Stop(id),
                Part::Instead(via) => Coverer::Substitute(id, via),
            };
            let where_heard = |rule: &RuleFormulas| rule.parts_heard.get(at).copied();
            let said = |rule: &RuleFormulas| rule.parts.get(at).map(|(_, part)| *part);
            self.add(scope, name, &|of| {
                of.rules.get(place).and_then(|rule| if heard { where_heard(rule) } else { said(rule) })
            });
        }
    }

    fn add(&mut self, scope: &SlotScope<'_>, name: Coverer, formula: &dyn Fn(&SlotFormulas) -> Option<Formula>) {
        let number = self.names.len();
        self.names.push(name);
        self.aside.push(false);
        for (blockers, (program, of)) in self.formulas.iter_mut().zip(&scope.worlds) {
            if let Some(formula) = formula(of).filter(|formula| *formula != Formula::NEVER) {
                blockers.add(&program.formulas, number, formula);
            }
        }
    }
}
