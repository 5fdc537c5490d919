//! A slot as formulas: when each rule is eligible, when each part of a rule answers, when a fallback entry does.
//!
//! Takes a slot of the model; writes down the steps of a decision (switched off or not active, blocks, consent, audience, shown
//! in another slot, caps) and the substitutes. A rule in its place answers in one of four ways: by itself, or by what it
//! names for the case that a cap stopped it, that a consent is missing, that data is missing. Each is a *part*, and what
//! a lower rule has to get past is every part of every rule above it.

use std::collections::{BTreeMap, BTreeSet};

use super::axis::{Edge, Shape};
use super::compile::{Compiler, Truths};
use super::domain::{Sender, Source, Unseen, Waits};
use super::doubts::Doubts;
use super::formula::{Formula, Formulas};
use super::read::{Read, Simple};
use super::scores::Scores;
use super::seen::Seen;
use crate::frame::Via;
use crate::model::{
    Active, BlockCause, BlockId, CapId, CapUnit, ChannelId, OfferId, PurposeId, RuleId, RuleSet, SlotId, Substitute,
    Then, WindowId,
};

/// Something that has to be so for a rule to be eligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// A cap of the rule or of its offer has something left.
    Cap(CapId),
    /// A channel carries it.
    Channel,
    /// Its windows let it pass, or it waits for them.
    Hours,
    /// It has not expired.
    Expiry,
    /// It has a score.
    Score,
    /// No other slot of the request shows the offer.
    Taken,
    /// The review is not overdue (R46).
    Review,
    /// The block does not hold.
    Block(BlockId),
    /// The offer's dates.
    OfferDates,
    /// The rule's dates.
    Dates,
    /// The `unless` of this place among the rule's.
    Unless(usize),
    /// The `when` of this place among the rule's.
    When(usize),
    /// The purpose is open.
    Needs(PurposeId),
}

/// One way in which a rule answers in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Own,
    Instead(Via),
    /// A cap lets no other candidate through, and nothing stands in.
    Stops,
}

/// A rule's formulas.
#[derive(Clone, Debug)]
pub(super) struct RuleFormulas {
    pub(super) id: RuleId,
    /// All of these make it eligible; without switches.
    pub(super) guards: Vec<(Culprit, Formula)>,
    /// The truth of each `when`, then of each `unless`.
    pub(super) clauses: Vec<Truths>,
    /// It is eligible; never where it or its offer is switched off.
    pub(super) eligible: Formula,
    /// It drops out for a reason for which something stands in, and that is looked at.
    pub(super) drops: BTreeMap<Via, Formula>,
    /// It drops out for a cap that lets no other candidate through.
    pub(super) stops: Formula,
    /// Every way in which it answers.
    pub(super) parts: Vec<(Part, Formula)>,
    /// Where each substitute makes a difference once the rule has come to its turn.
    pub(super) taken: BTreeMap<Via, Formula>,
    /// Of each part, where it keeps the fallback list from answering: no rule that comes before it stops the slot.
    pub(super) parts_heard: Vec<Formula>,
    /// What is then seen in its place, each once and in the same order in every world.
    pub(super) outcomes: Vec<(Seen, Formula)>,
    /// It is eligible and has come to its turn by these ways through `try`: the rule in whose place (none: in that of a
    /// rule left out, which may be the highest), and what must be so.
    pub(super) tried: Vec<(Option<RuleId>, Formula)>,
    /// There are more such ways than are written down.
    pub(super) more_ways: bool,
}

impl RuleFormulas {
    /// It is tried in the place of no other, so that it comes to its turn where it stands.
    pub(super) fn comes_in_turn(&self) -> bool {
        self.tried.is_empty() && !self.more_ways
    }
}

/// A slot's formulas.
#[derive(Clone, Debug)]
pub(super) struct SlotFormulas {
    /// In the order in which they win.
    pub(super) rules: Vec<RuleFormulas>,
    /// When each entry of the fallback list answers; the last always does.
    pub(super) fallback: Vec<Formula>,
    /// What is seen where an entry answers, if it does.
    pub(super) entries: Vec<Vec<(Seen, Formula)>>,
    /// The truth of each entry's condition.
    pub(super) conditions: Vec<Option<Truths>>,
    /// By the place of a rule that ranks among others: of each of those every part that answers before its turn. Nothing
    /// where they are too many.
    pub(super) rivals: BTreeMap<usize, Vec<(RuleId, Part, Formula)>>,
    /// By the places of two rules that rank together: where they score the same.
    pub(super) equal: BTreeMap<(usize, usize), Formula>,
}

/// More ways than this through which a rule may be tried are not written down.
const MOST_WAYS: usize = 64;

/// Writes a slot down; `sounds`: with what is sent by a channel told apart from the same without a sound.
pub(super) fn write<'a>(
    compiler: &mut Compiler<'a>,
    slot: SlotId,
    doubts: &Doubts<'_>,
    scores: &'a Scores,
    sounds: bool,
) -> SlotFormulas {
    let rules = compiler.schema.rules;
    compiler.schema.key_may_come = doubts.key_may_come;
    let (reached, overdue) = (BTreeMap::new(), BTreeMap::new());
    let mut writer = Writer { compiler, rules, reached, overdue, doubts, scores, sounds };
    let mut written: Vec<RuleFormulas> = rules[slot].order.iter().map(|rule| writer.rule(*rule)).collect();
    let places: BTreeMap<RuleId, usize> = written.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    writer.answers(&mut written, &places);
    writer.heard(slot, &mut written, &places);
    writer.outcomes(&mut written, &places);
    writer.ways(&mut written, &places);
    let (rivals, equal) = writer.rivals(slot, &written, &places);
    let mut fallback = Vec::new();
    let mut conditions = Vec::new();
    for entry in &rules[slot].fallback {
        let truths = entry.when.as_ref().map(|when| writer.compiler.condition(when));
        let when = truths.map_or(Formula::ALWAYS, |truths| truths.yes);
        let offer = entry.offer.map_or(Formula::ALWAYS, |offer| {
            let carried = writer.carried((slot, None), offer, None).any;
            let free = writer.offer(offer, (slot, None));
            writer.compiler.formulas.both(free, carried)
        });
        fallback.push(writer.compiler.formulas.both(when, offer));
        conditions.push(truths);
    }
    if let Some(last) = fallback.last_mut() {
        *last = Formula::ALWAYS;
    }
    let entries = writer.entries(slot, &fallback);
    SlotFormulas { rules: written, fallback, entries, conditions, rivals, equal }
}

/// Per offer, whether more than one slot can show it, so that one may take it from another (R24).
pub(super) fn shared(rules: &RuleSet) -> Vec<bool> {
    let mut shown: Vec<Vec<SlotId>> = vec![Vec::new(); rules.offers.len()];
    let mut show = |offer: OfferId, slot: SlotId| {
        if let Some(slots) = shown.get_mut(offer.index())
            && !slots.contains(&slot)
        {
            slots.push(slot);
        }
    };
    for rule in &rules.rules {
        show(rule.show, rule.slot);
        for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown] {
            if let Some(Substitute::Show(offer)) = substitute {
                show(offer, rule.slot);
            }
        }
    }
    for (at, slot) in rules.slots.iter().enumerate() {
        slot.fallback.iter().filter_map(|entry| entry.offer).for_each(|offer| show(offer, SlotId::from_index(at)));
    }
    shown.into_iter().map(|slots| slots.len() > 1).collect()
}

pub(super) struct Writer<'w, 'a> {
    pub(super) compiler: &'w mut Compiler<'a>,
    pub(super) rules: &'a RuleSet,
    /// Where a channel is permitted and reaches, of those asked about.
    pub(super) reached: BTreeMap<ChannelId, Formula>,
    /// Of offers and what holds them, the first that is let go too late.
    pub(super) overdue: BTreeMap<(OfferId, BTreeSet<WindowId>, Vec<CapId>), Waits>,
    pub(super) doubts: &'w Doubts<'w>,
    scores: &'a Scores,
    /// Whether what is sent is told apart by its sound.
    pub(super) sounds: bool,
}

impl Writer<'_, '_> {
    fn rule(&mut self, id: RuleId) -> RuleFormulas {
        let rules = self.rules;
        let rule = &rules[id];
        let is_on = rule.off.is_none() && rules[rule.show].off.is_none();
        let switch = if is_on { Formula::ALWAYS } else { Formula::NEVER };
        let dates = self.active(rule.active);
        let review = self.reviewed(id);
        let offer_dates = self.active(rules[rule.show].active);
        let needs: Vec<_> = rule.needs.iter().map(|purpose| (*purpose, self.compiler.open(*purpose))).collect();
        let when: Vec<_> = rule.when.iter().map(|clause| self.compiler.condition(&clause.condition)).collect();
        let unless: Vec<_> = rule.unless.iter().map(|clause| self.compiler.condition(&clause.condition)).collect();
        let mut gaps = Vec::new();
        if rule.if_unknown.is_some() {
            gaps.extend(rule.when.iter().map(|clause| self.compiler.gap(&clause.condition)));
        }
        let taken = self.taken(rule.show);
        let caps = rules.caps_on(id);
        let blocks = rules.blocks_on(id);
        let lifted: Vec<_> = blocks.iter().map(|block| self.lifted(*block)).collect();
        let spent: Vec<_> = caps.iter().map(|cap| self.drops(*cap)).collect();
        let unseen: Vec<_> =
            [Unseen::Rule(id), Unseen::Offer(rule.show)].into_iter().filter_map(|what| self.unseen(what)).collect();
        let held = self.unseen(Unseen::Held(id)).unwrap_or(Formula::NEVER);

        let formulas = &mut self.compiler.formulas;
        let lifted_all = formulas.all(lifted.iter().copied());
        let not_held = formulas.not(held);
        let on = formulas.all([switch, dates, review, offer_dates, lifted_all, not_held]);
        let open = formulas.all(needs.iter().map(|(_, open)| *open));
        let audience = formulas.all(when.iter().map(|truths| truths.yes).chain(unless.iter().map(|truths| truths.no)));
        let not_taken = formulas.not(taken);
        let some_spent = formulas.any(spent.iter().copied().chain(unseen));
        let none_spent = formulas.not(some_spent);
        let scored = self.scores.has(self.compiler, id);
        let in_time = rule.expires.as_ref().map_or(Formula::ALWAYS, |of| self.compiler.condition(&of.condition).no);
        let (passed, held_too_long) = self.own_hours(rule.slot, rule.show, Some(id));
        let overdue = self.overdue((rule.show, Some(id), Some((rule.slot, Some(id)))));
        let carried = self.carried((rule.slot, Some(id)), rule.show, Some(id));
        let stopping: Vec<_> =
            caps.iter().zip(&spent).filter(|(cap, _)| rules.then(**cap, rule.slot) == Then::Stop).collect();
        let formulas = &mut self.compiler.formulas;
        let in_time_of_hold = formulas.not(overdue.drops);
        let passed = formulas.both(passed, in_time_of_hold);
        let held_too_long = formulas.any([held_too_long, overdue.capped]);
        let passes = formulas.all([on, open, audience, not_taken, none_spent, in_time, passed, scored]);
        let eligible = formulas.both(passes, carried.any);

        // R14: no `when` is no, and every `unless` is.
        let might_belong = |formulas: &mut Formulas| {
            let some_no = formulas.any(when.iter().map(|truths| truths.no));
            let none_no = formulas.not(some_no);
            let spared = formulas.all(unless.iter().map(|truths| truths.no));
            formulas.both(none_no, spared)
        };
        let drops = substitutes(rules, id).map(|(via, _)| {
            let drops = match via {
                Via::Capped => {
                    let of_rule = formulas.all([on, open, audience, not_taken, some_spent]);
                    let of_holds = formulas.all([on, open, audience, not_taken, none_spent, in_time, held_too_long]);
                    let of_channels = formulas.both(passes, carried.capped);
                    formulas.any([of_rule, of_holds, of_channels])
                }
                Via::NoConsent => {
                    let (closed, might_belong) = (formulas.not(open), might_belong(formulas));
                    let of_rule = formulas.all([on, closed, might_belong]);
                    let of_channels = formulas.both(passes, carried.lacks_consent);
                    formulas.any([of_rule, of_channels])
                }
                Via::Unknown => {
                    let (not_known, might_belong) = (formulas.not(audience), might_belong(formulas));
                    // R15: what is absent or stale may yet be known.
                    let some_gap = formulas.any(gaps.iter().copied());
                    let awaited = formulas.not(some_gap);
                    formulas.all([on, open, not_known, might_belong, awaited])
                }
            };
            (via, drops)
        });
        let drops = drops.collect();

        let some_stops = formulas.any(stopping.into_iter().map(|(_, spent)| *spent));
        let stops = {
            let of_rule = formulas.all([on, open, audience, not_taken, some_stops]);
            let of_channels = formulas.both(passes, carried.stops);
            formulas.any([of_rule, of_channels])
        };

        let mut guards = vec![(Culprit::Dates, dates), (Culprit::OfferDates, offer_dates), (Culprit::Review, review)];
        guards.push((Culprit::Taken, not_taken));
        guards.extend(blocks.into_iter().map(Culprit::Block).zip(lifted));
        guards.push((Culprit::Hours, passed));
        guards.push((Culprit::Expiry, in_time));
        guards.push((Culprit::Score, scored));
        guards.push((Culprit::Channel, carried.any));
        for (cap, spent) in caps.into_iter().zip(spent) {
            guards.push((Culprit::Cap(cap), formulas.not(spent)));
        }
        guards.extend(needs.into_iter().map(|(purpose, open)| (Culprit::Needs(purpose), open)));
        guards.extend(when.iter().enumerate().map(|(at, truths)| (Culprit::When(at), truths.yes)));
        guards.extend(unless.iter().enumerate().map(|(at, truths)| (Culprit::Unless(at), truths.no)));
        guards.sort_by_key(|(culprit, _)| *culprit);
        let clauses = when.into_iter().chain(unless).collect();
        let (parts, parts_heard, outcomes, tried) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let taken = BTreeMap::new();
        RuleFormulas {
            id,
            guards,
            clauses,
            eligible,
            drops,
            stops,
            parts,
            taken,
            parts_heard,
            outcomes,
            tried,
            more_ways: false,
        }
    }

    /// Now lies in the dates.
    fn active(&mut self, active: Option<Active>) -> Formula {
        let Some(active) = active else { return Formula::ALWAYS };
        let from = active.from.map_or(Edge::Start, |from| Edge::At(from.0));
        let until = active.until.map_or(Edge::End, |until| Edge::At(until.0));
        self.compiler.now(&Shape::stretch(from, until))
    }

    /// The last day without a review is not over.
    fn reviewed(&mut self, rule: RuleId) -> Formula {
        let Some(over) = self.rules.review_ends(rule) else { return Formula::ALWAYS };
        let until = Edge::At(over.0);
        self.compiler.now(&Shape::stretch(Edge::Start, until))
    }

    fn taken(&mut self, offer: OfferId) -> Formula {
        if self.doubts.may_be_taken(offer) { self.compiler.flag(Source::Taken(offer)) } else { Formula::NEVER }
    }

    /// Something in error stops it; none where nothing can.
    pub(super) fn unseen(&mut self, what: Unseen) -> Option<Formula> {
        self.doubts.may_be_stopped(what).then(|| self.compiler.flag(Source::Unseen(what)))
    }

    /// A cap has nothing left, or nobody knows its number, whose events it counts, or in which zone its
    /// calendar is read.
    pub(super) fn spent(&mut self, id: CapId) -> Formula {
        let flag = self.compiler.flag(Source::Spent(id));
        let unknown = self.unknown(id);
        self.compiler.formulas.any([flag, unknown])
    }

    /// Where a cap drops a candidate: one that holds, only where nobody knows how it stands.
    fn drops(&mut self, id: CapId) -> Formula {
        if self.rules[id].hold().is_some() { self.unknown(id) } else { self.spent(id) }
    }

    /// Nobody knows the number of a cap, whose events it counts, or in which zone its calendar is read.
    fn unknown(&mut self, id: CapId) -> Formula {
        let cap = &self.rules[id];
        let mut any = Vec::new();
        if cap.hold().is_some() && cap.unit == CapUnit::Customer && !cap.alone {
            any.push(self.compiler.flag(Source::Nobody));
        }
        // `alone`, a unit that nobody knows is no hindrance.
        for read in cap.reads().filter(|read| !(cap.alone && cap.unit.attribute() == Some(*read))) {
            let known = self.compiler.readable(&Simple::Attribute(Read::plain(read, true)));
            any.push(self.compiler.formulas.not(known));
        }
        self.compiler.formulas.any(any)
    }

    /// A block does not hold.
    fn lifted(&mut self, id: BlockId) -> Formula {
        let rules = self.rules;
        match &rules[id].cause {
            BlockCause::After(cap) => {
                let spent = self.spent(*cap);
                self.compiler.formulas.not(spent)
            }
            BlockCause::While(clause) => self.compiler.condition(&clause.condition).no,
        }
    }

    /// An offer that stands in passes its switch, its dates, its blocks, the other slots, its own caps and its windows.
    pub(super) fn offer(&mut self, id: OfferId, sender: Sender) -> Formula {
        let live = self.live(id);
        if live == Formula::NEVER {
            return live;
        }
        let offer = &self.rules[id];
        let spent = offer.caps.iter().map(|cap| self.drops(*cap)).collect::<Vec<_>>();
        let spent: Vec<_> = spent.into_iter().chain(self.unseen(Unseen::Offer(id))).collect();
        let formulas = &mut self.compiler.formulas;
        let spent = formulas.any(spent);
        let free = formulas.not(spent);
        let (passed, _) = self.own_hours(sender.0, id, None);
        let overdue = self.overdue((id, None, Some(sender))).drops;
        let in_time = self.compiler.formulas.not(overdue);
        self.compiler.formulas.all([live, free, passed, in_time])
    }

    /// An offer that stands in passes its switch, its dates, its blocks and the other slots.
    pub(super) fn live(&mut self, id: OfferId) -> Formula {
        let offer = &self.rules[id];
        if offer.off.is_some() {
            return Formula::NEVER;
        }
        let dates = self.active(offer.active);
        let taken = self.taken(id);
        let free = self.compiler.formulas.not(taken);
        let lifted: Vec<_> = offer.blocks.iter().map(|block| self.lifted(*block)).collect();
        self.compiler.formulas.all(lifted.into_iter().chain([dates, free]))
    }

    /// Of each rule that ranks among others what comes before its turn, and where two score the same.
    #[expect(clippy::type_complexity, reason = "two lists that are made on one way through the tiers")]
    fn rivals(
        &mut self,
        slot: SlotId,
        written: &[RuleFormulas],
        places: &BTreeMap<RuleId, usize>,
    ) -> (BTreeMap<usize, Vec<(RuleId, Part, Formula)>>, BTreeMap<(usize, usize), Formula>) {
        let (mut rivals, mut equal) = (BTreeMap::new(), BTreeMap::new());
        for tier in self.rules.tiers(slot).filter(|tier| tier.len() > 1) {
            for (at, rule) in tier.iter().enumerate() {
                let Some(place) = places.get(rule).copied() else { continue };
                let mut of_rule: Option<Vec<(RuleId, Part, Formula)>> = Some(Vec::new());
                for other in tier.iter().filter(|other| *other != rule) {
                    let precedes = self.scores.precedes(self.compiler, *other, *rule);
                    let parts = places.get(other).and_then(|place| written.get(*place)).map(|other| &other.parts);
                    match (&mut of_rule, precedes, parts) {
                        (Some(found), Some(precedes), Some(parts)) => {
                            for (part, formula) in parts {
                                let formula = self.compiler.formulas.both(*formula, precedes);
                                found.push((*other, *part, formula));
                            }
                        }
                        (_, None, _) | (_, _, None) => of_rule = None,
                        (None, _, _) => {}
                    }
                }
                rivals.extend(of_rule.map(|found| (place, found)));
                for other in tier.iter().skip(at + 1) {
                    let formula = self.scores.equal(self.compiler, *rule, *other);
                    equal.extend(formula.zip(places.get(other)).map(|(formula, other)| ((place, *other), formula)));
                }
            }
        }
        (rivals, equal)
    }

    /// Fills in the ways by which `try` leads to each rule.
    fn ways(&mut self, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut found: Vec<Vec<(Option<RuleId>, Formula)>> = vec![Vec::new(); written.len()];
        let mut cut = vec![false; written.len()];
        // Where a way begins: a rule in its own place, or one that a rule left out tries in the highest.
        let begins = written.iter().map(|rule| (Some(rule.id), rule.id));
        let begins: Vec<_> = begins.chain(self.doubts.tried.iter().map(|rule| (None, *rule))).collect();
        for (entry, first) in begins {
            if entry.is_none()
                && let Some(place) = places.get(&first)
                && let (Some(ways), Some(rule)) = (found.get_mut(*place), written.get(*place))
            {
                ways.push((entry, rule.eligible));
            }
            // The rule tried, what led there, and how far it was.
            let mut queue: Vec<(RuleId, Formula, usize)> = vec![(first, Formula::ALWAYS, 0)];
            while let Some((from, so_far, steps)) = queue.pop() {
                let Some(formulas) = places.get(&from).and_then(|place| written.get(*place)) else { continue };
                for (via, substitute) in substitutes(self.rules, from) {
                    let Substitute::Try(rule) = substitute else { continue };
                    let Some(place) = places.get(&rule).copied() else { continue };
                    let Some(ways) = found.get_mut(place) else { continue };
                    if ways.len() == MOST_WAYS {
                        // Whatever this way leads on to is not looked at either.
                        cut.iter_mut().for_each(|cut| *cut = true);
                        continue;
                    }
                    let drops = formulas.drops.get(&via).copied().unwrap_or(Formula::NEVER);
                    let led = self.compiler.formulas.both(so_far, drops);
                    let eligible = written.get(place).map_or(Formula::NEVER, |rule| rule.eligible);
                    ways.push((entry, self.compiler.formulas.both(led, eligible)));
                    if steps < written.len() {
                        queue.push((rule, led, steps + 1));
                    }
                }
            }
        }
        for ((rule, ways), cut) in written.iter_mut().zip(found).zip(cut) {
            (rule.tried, rule.more_ways) = (ways, cut);
        }
    }
}

pub(super) fn substitutes(rules: &RuleSet, rule: RuleId) -> impl Iterator<Item = (Via, Substitute)> {
    let rule = &rules[rule];
    let all = [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
    all.into_iter().filter_map(|(via, substitute)| Some((via, substitute?)))
}
