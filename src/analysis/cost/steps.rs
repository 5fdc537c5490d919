//! The dearest way through a slot: what each candidate can be asked before it drops out, and before it answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::Via;
use crate::model::{ChannelId, OfferId, RuleId, RuleSet, SlotId, Substitute};

use super::leaves::Counter;
use super::total::Reached;
use super::{Candidate, Look, Step, Tally};

/// The most that is asked, and on which way.
pub(super) struct Way {
    pub(super) at_most: Tally,
    pub(super) path: Vec<Look>,
}

/// A step of a candidate.
struct Asked {
    step: Step,
    asked: Asks,
    /// It can drop out here.
    drops: bool,
    /// What is asked for, if it drops out here.
    via: Vec<Via>,
}

/// What a step asks.
#[derive(Clone, Copy)]
enum Asks {
    /// This, beyond what was asked before.
    More(Tally),
    /// The second, instead of the first.
    Instead(Tally, Tally),
}

/// What a candidate is asked at most if it lets the next come, and if the decision ends with it.
#[derive(Default)]
struct Most {
    passes: Option<Vec<Look>>,
    ends: Option<Vec<Look>>,
}

impl Most {
    fn pass(&mut self, looks: Vec<Look>) {
        keep(&mut self.passes, looks);
    }

    fn end(&mut self, looks: Vec<Look>) {
        keep(&mut self.ends, looks);
    }
}

fn keep(place: &mut Option<Vec<Look>>, looks: Vec<Look>) {
    let more = place.as_ref().is_none_or(|known| total(known) < total(&looks));
    if more {
        *place = Some(looks);
    }
}

pub(super) fn total(looks: &[Look]) -> u64 {
    sum(looks).total()
}

fn sum(looks: &[Look]) -> Tally {
    looks.iter().fold(Tally::default(), |sum, look| sum.and(look.asked))
}

/// The dearest way through what is reached.
pub(super) fn way(rules: &RuleSet, slot: SlotId, shared: &[bool], reached: &Reached) -> Way {
    let mut costing = Costing { rules, slot, shared, counter: Counter::new(rules) };
    let all: BTreeMap<RuleId, Most> = rules[slot].order.iter().map(|rule| (*rule, costing.rule(*rule))).collect();
    let mut going = Going { rules, all: &all, passed: Vec::new(), so_far: 0, asked: Turns::default(), best: None };
    let mut left = reached.rules;
    for tier in rules.tiers(slot) {
        let Some(rest) = left.checked_sub(tier.len()) else { break };
        left = rest;
        if !going.tier(tier) {
            break;
        }
    }
    let entries = if reached.list { rules[slot].fallback.len() } else { 0 };
    for at in 0..entries {
        let Most { passes, ends } = costing.entry(at);
        ends.into_iter().for_each(|looks| going.end(looks));
        let Some(looks) = passes else { break };
        going.pass(looks);
    }
    let path = going.dearest();
    Way { at_most: sum(&path), path }
}

/// A way down the slot.
struct Going<'g> {
    rules: &'g RuleSet,
    all: &'g BTreeMap<RuleId, Most>,
    /// What dropped out so far, and what was asked of it.
    passed: Vec<Look>,
    so_far: u64,
    asked: Turns,
    best: Option<End>,
}

/// Where a decision ends.
struct End {
    total: u64,
    /// How many looks were passed, and how many rules had come to their turn.
    passed: usize,
    turns: usize,
    looks: Vec<Look>,
}

impl Going<'_> {
    /// The rules of a tier in turn; whether any way leads on.
    fn tier(&mut self, tier: &[RuleId]) -> bool {
        let all = self.all;
        let of = |rule: &RuleId| all.get(rule);
        tier.iter().for_each(|rule| self.asked.takes_turn(self.rules, all, *rule));
        for rule in tier {
            let Some(ends) = of(rule).and_then(|most| most.ends.clone()) else { continue };
            // Of those that rank together any may come first, and of all of them the scores are asked before.
            let others = tier.iter().filter(|other| *other != rule);
            let others = others.filter_map(|other| of(other)?.passes.as_ref()).flatten().copied();
            self.end(others.chain(ends).collect());
        }
        // It always answers; behind it come only those who were stopped before.
        let leads_on = tier.iter().all(|rule| of(rule).is_some_and(|most| most.passes.is_some()));
        if leads_on {
            tier.iter().filter_map(|rule| of(rule)?.passes.clone()).for_each(|looks| self.pass(looks));
        }
        leads_on
    }

    fn pass(&mut self, looks: Vec<Look>) {
        self.so_far = self.so_far.saturating_add(total(&looks));
        self.passed.extend(looks);
    }

    /// The decision ends here: with what was asked on the way, and of what was tried from there.
    fn end(&mut self, looks: Vec<Look>) {
        let total = self.so_far.saturating_add(total(&looks)).saturating_add(self.asked.tried_total);
        if self.best.as_ref().is_none_or(|best| best.total < total) {
            let turns = self.asked.turns.len();
            self.best = Some(End { total, passed: self.passed.len(), turns, looks });
        }
    }

    /// Every look of the dearest way.
    fn dearest(&self) -> Vec<Look> {
        let Some(best) = &self.best else { return Vec::new() };
        let mut asked = Turns::default();
        self.asked.turns.iter().take(best.turns).for_each(|rule| asked.takes_turn(self.rules, self.all, *rule));
        let passed = self.passed.iter().take(best.passed).chain(&best.looks).copied();
        let tried = asked.only_tried().filter_map(|rule| self.all.get(&rule)).flat_map(Most::dearest);
        passed.chain(tried).collect()
    }
}

/// Which rules came to their turn, and which they try, and those that these try.
#[derive(Default)]
struct Turns {
    turns: Vec<RuleId>,
    asked: BTreeSet<RuleId>,
    tried: BTreeSet<RuleId>,
    /// What is asked of those that are only tried.
    tried_total: u64,
}

impl Turns {
    fn takes_turn(&mut self, rules: &RuleSet, all: &BTreeMap<RuleId, Most>, rule: RuleId) {
        let dearest = |rule: &RuleId| all.get(rule).map_or(0, |most| total(&most.dearest()));
        self.turns.push(rule);
        if self.asked.insert(rule) && self.tried.contains(&rule) {
            self.tried_total = self.tried_total.saturating_sub(dearest(&rule));
        }
        let mut open = vec![rule];
        while let Some(id) = open.pop() {
            let rule = &rules[id];
            for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten() {
                if let Substitute::Try(other) = substitute
                    && self.tried.insert(other)
                {
                    if !self.asked.contains(&other) {
                        self.tried_total = self.tried_total.saturating_add(dearest(&other));
                    }
                    open.push(other);
                }
            }
        }
    }

    fn only_tried(&self) -> impl Iterator<Item = RuleId> {
        self.tried.difference(&self.asked).copied()
    }
}

impl Most {
    fn dearest(&self) -> Vec<Look> {
        let both = [self.passes.clone().unwrap_or_default(), self.ends.clone().unwrap_or_default()];
        both.into_iter().max_by_key(|looks| total(looks)).unwrap_or_default()
    }
}

struct Costing<'r> {
    rules: &'r RuleSet,
    slot: SlotId,
    shared: &'r [bool],
    counter: Counter<'r>,
}

impl Costing<'_> {
    fn rule(&mut self, id: RuleId) -> Most {
        let rules = self.rules;
        let rule = &rules[id];
        let mut most = Most::default();
        let at = Candidate::Rule(id);
        let score = rule.rank.as_ref().map(|rank| self.counter.expression(&rank.by));
        let score = score.map(|conditions| Tally { conditions, ..Tally::default() });
        // Of rules that rank together the scores are asked before any comes to its turn, whatever stops it then.
        let before = score.filter(|_| rules.ranks_among_others(id)).unwrap_or_default();
        let stopped = vec![Look { at, step: Step::Switched, asked: before }];
        if rule.off.is_some() || rules[rule.show].off.is_some() {
            most.pass(stopped);
            return most;
        }
        let has_dates = rule.active.is_some() || rules[rule.show].active.is_some() || rules.last_day(id).is_some();
        if has_dates {
            most.pass(stopped);
        }
        let audience: u64 = rule
            .when
            .iter()
            .chain(&rule.unless)
            .fold(0, |sum, clause| sum.saturating_add(self.counter.condition(&clause.condition)));
        let blocks = rules.blocks_on(id);
        let caps = rules.caps_on(id);
        let mut hours = self.counter.windows(&rules.windows_on(id));
        let expires = rule.expires.as_ref().map_or(0, |clause| self.counter.condition(&clause.condition));
        hours.conditions = hours.conditions.saturating_add(expires);
        let holds = !rules.holding(rule.show, Some(id)).1.is_empty();
        let step = |step, asked: Tally, drops| Asked { step, asked: Asks::More(asked), drops, via: Vec::new() };
        let mut steps = vec![
            step(Step::Blocks, self.counter.blocks(&blocks), !blocks.is_empty()),
            Asked {
                via: vec![Via::NoConsent],
                ..step(
                    Step::Consent,
                    Tally { purposes: rule.needs.len() as u64, ..Tally::default() },
                    !rule.needs.is_empty(),
                )
            },
            Asked {
                via: vec![Via::Unknown],
                ..step(
                    Step::Audience,
                    Tally { conditions: audience, ..Tally::default() },
                    !(rule.when.is_empty() && rule.unless.is_empty()),
                )
            },
            self.taken(rule.show),
            Asked {
                via: vec![Via::Capped],
                ..step(Step::Caps, Tally { caps: caps.len() as u64, ..Tally::default() }, !caps.is_empty())
            },
            Asked { via: vec![Via::Capped], ..step(Step::Hours, hours, hours.total() > 0 || holds) },
            step(Step::Score, score.filter(|_| !rules.ranks_among_others(id)).unwrap_or_default(), score.is_some()),
        ];
        let waits = hours.windows > 0 || holds;
        steps.extend(self.channels(rules.channels_of(rule), rule.show, Some(id), waits));
        let might = Tally { conditions: audience, ..Tally::default() };
        self.walk((at, before), &steps, Some((id, might)), &mut most);
        most
    }

    /// What is asked before an offer that stands in is shown.
    fn offer(&mut self, at: Candidate, offer: OfferId, channels: &[ChannelId], first: Option<Asked>, most: &mut Most) {
        let rules = self.rules;
        let of = &rules[offer];
        if of.off.is_some() {
            most.pass(vec![Look { at, step: Step::Switched, asked: Tally::default() }]);
            return;
        }
        if of.active.is_some() {
            most.pass(vec![Look { at, step: Step::Switched, asked: Tally::default() }]);
        }
        let step = |step, asked: Tally, drops| Asked { step, asked: Asks::More(asked), drops, via: Vec::new() };
        let hours = self.counter.windows(&of.windows);
        let holds = !rules.holding(offer, None).1.is_empty();
        let mut steps = vec![step(Step::Blocks, self.counter.blocks(&of.blocks), !of.blocks.is_empty())];
        steps.extend(first);
        steps.push(self.taken(offer));
        steps.push(step(Step::Caps, Tally { caps: of.caps.len() as u64, ..Tally::default() }, !of.caps.is_empty()));
        steps.push(step(Step::Hours, hours, hours.total() > 0 || holds));
        steps.extend(self.channels(channels, offer, None, hours.windows > 0 || holds));
        self.walk((at, Tally::default()), &steps, None, most);
    }

    fn entry(&mut self, place: usize) -> Most {
        let rules = self.rules;
        let slot = &rules[self.slot];
        let mut most = Most::default();
        let at = Candidate::Entry(place);
        let Some(entry) = slot.fallback.get(place) else { return most };
        if place + 1 == slot.fallback.len() {
            // It always answers, and asks nothing: what is sent ends in `nothing`.
            most.end(vec![Look { at, step: Step::Answers, asked: Tally::default() }]);
            return most;
        }
        let when = entry.when.as_ref().map(|when| Asked {
            step: Step::Audience,
            asked: Asks::More(Tally { conditions: self.counter.condition(when), ..Tally::default() }),
            drops: true,
            via: Vec::new(),
        });
        match entry.offer {
            Some(offer) => self.offer(at, offer, &slot.channels, when, &mut most),
            None => self.walk((at, Tally::default()), &when.into_iter().collect::<Vec<_>>(), None, &mut most),
        }
        most
    }

    fn taken(&self, offer: OfferId) -> Asked {
        let shared = self.shared.get(offer.index()).copied().unwrap_or(false);
        let asked = Tally { slots: u64::from(shared), ..Tally::default() };
        Asked { step: Step::Taken, asked: Asks::More(asked), drops: shared, via: Vec::new() }
    }

    /// Where no channel carries it, and then where one does: the second step has what the dearest channel asks beyond the
    /// first.
    fn channels(&mut self, channels: &[ChannelId], offer: OfferId, rule: Option<RuleId>, waits: bool) -> Vec<Asked> {
        let rules = self.rules;
        if !rules.sends(self.slot) {
            return Vec::new();
        }
        let all: Vec<[Tally; 3]> = channels.iter().map(|id| self.counter.channel(*id, offer, rule)).collect();
        let rotates = rules[self.slot].rotate.is_some();
        // What asks for nothing carries everything: those behind it are never asked, unless the order turns.
        let free = all.iter().position(|[own, ..]| own.total() == 0);
        let tried = match free {
            Some(at) if !rotates => all.get(..=at).unwrap_or(&all),
            Some(_) | None => &all,
        };
        let blocked = tried.iter().fold(Tally::default(), |sum, [own, ..]| sum.and(*own));
        let (mut best, mut before) = (blocked, Tally::default());
        for [own, silent, windows] in tried {
            before = before.and(*own);
            let whole = if rotates { blocked } else { before }.and(*silent).and(*windows);
            if whole.total() > best.total() {
                best = whole;
            }
        }
        // What waits for anything else is asked again with the hours of its channel, and may drop out there.
        let drops = waits || tried.iter().any(|[.., windows]| windows.windows > 0);
        let none_carries = Asked {
            step: Step::Channels,
            asked: Asks::More(blocked),
            drops: free.is_none(),
            via: vec![Via::Capped, Via::NoConsent],
        };
        let carried =
            Asked { step: Step::Channels, asked: Asks::Instead(blocked, best), drops, via: vec![Via::Capped] };
        vec![none_carries, carried]
    }

    /// Drops out at each step in turn, and answers behind the last.
    fn walk(
        &mut self,
        (at, before): (Candidate, Tally),
        steps: &[Asked],
        rule: Option<(RuleId, Tally)>,
        most: &mut Most,
    ) {
        let mut so_far = before;
        for step in steps {
            so_far = match step.asked {
                Asks::More(asked) => so_far.and(asked),
                Asks::Instead(known, asked) => so_far.without(known).and(asked),
            };
            if !step.drops {
                continue;
            }
            let look = |asked| Look { at, step: step.step, asked };
            most.pass(vec![look(so_far)]);
            for (via, (id, might)) in step.via.iter().zip(rule.iter().cycle()) {
                let of = &self.rules[*id];
                let instead = match via {
                    Via::Capped => of.if_capped,
                    Via::NoConsent => of.if_no_consent,
                    Via::Unknown => of.if_unknown,
                };
                let Some(instead) = instead else { continue };
                // Whether the customer might belong is asked before something stands in for a consent.
                let early = step.step == Step::Consent;
                let looks = vec![look(if early { so_far.and(*might) } else { so_far })];
                most.pass(looks.clone());
                match instead {
                    Substitute::Nothing => most.end(looks),
                    // It is counted where it stands.
                    Substitute::Try(_) => most.end(looks),
                    Substitute::Show(offer) => {
                        let mut shown = Most::default();
                        let channels = self.rules.channels_of(of);
                        self.offer(Candidate::Instead(*id, *via), offer, channels, None, &mut shown);
                        let with = |more: Vec<Look>| looks.iter().copied().chain(more).collect();
                        shown.passes.into_iter().for_each(|more| most.pass(with(more)));
                        shown.ends.into_iter().for_each(|more| most.end(with(more)));
                    }
                }
            }
        }
        most.end(vec![Look { at, step: Step::Answers, asked: so_far }]);
    }
}
