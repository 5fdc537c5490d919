//! A slot as formulas: when each rule is eligible, when each part of a rule answers, when a fallback entry does.
//!
//! Takes a slot of the model; writes down the steps of a decision (switched off or not active, consent, audience, shown
//! in another slot, caps) and the substitutes. A rule in its place answers in one of four ways: by itself, or by what it
//! names for the case that a cap stopped it, that a consent is missing, that data is missing. Each is a *part*, and what
//! a lower rule has to get past is every part of every rule above it.

use std::collections::BTreeMap;

use super::axis::{Edge, Shape};
use super::compile::{Compiler, Truths};
use super::domain::Source;
use super::formula::Formula;
use crate::frame::Via;
use crate::model::{Active, CapId, OfferId, PurposeId, RuleId, RuleSet, SlotId, Substitute};
use crate::value::{Date, Instant};

/// Something that has to be so for a rule to be eligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// A cap of the rule or of its offer has something left.
    Cap(CapId),
    /// No other slot of the request shows the offer.
    Taken,
    /// The review is not overdue (R46).
    Review,
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
    /// It drops out for this reason, and its substitute for that is looked at.
    drops: BTreeMap<Via, Formula>,
    /// Every way in which it answers.
    pub(super) parts: Vec<(Part, Formula)>,
    /// It is eligible and has come to its turn by these ways through `try`: the rule in whose place, and what must be so.
    pub(super) tried: Vec<(RuleId, Formula)>,
    /// There are more such ways than are written down.
    pub(super) more_ways: bool,
}

/// A slot's formulas.
#[derive(Clone, Debug)]
pub(super) struct SlotFormulas {
    /// In the order in which they win.
    pub(super) rules: Vec<RuleFormulas>,
    /// When each entry of the fallback list answers; the last always does.
    pub(super) fallback: Vec<Formula>,
    /// The truth of each entry's condition.
    pub(super) conditions: Vec<Option<Truths>>,
}

/// More ways than this through which a rule may be tried are not written down.
const MOST_WAYS: usize = 64;

/// Writes a slot down. `shared`: per offer, whether several slots show it.
pub(super) fn write<'a>(compiler: &mut Compiler<'a>, slot: SlotId, shared: &[bool]) -> SlotFormulas {
    let rules = compiler.schema.rules;
    let mut writer = Writer { compiler, rules, shared };
    let mut written: Vec<RuleFormulas> = rules[slot].order.iter().map(|rule| writer.rule(*rule)).collect();
    let places: BTreeMap<RuleId, usize> = written.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    writer.answers(&mut written, &places);
    writer.ways(&mut written, &places);
    let mut fallback = Vec::new();
    let mut conditions = Vec::new();
    for entry in &rules[slot].fallback {
        let truths = entry.when.as_ref().map(|when| writer.compiler.condition(when));
        let when = truths.map_or(Formula::ALWAYS, |truths| truths.yes);
        let offer = entry.offer.map_or(Formula::ALWAYS, |offer| writer.offer(offer));
        fallback.push(writer.compiler.formulas.both(when, offer));
        conditions.push(truths);
    }
    if let Some(last) = fallback.last_mut() {
        *last = Formula::ALWAYS;
    }
    SlotFormulas { rules: written, fallback, conditions }
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

struct Writer<'w, 'a> {
    compiler: &'w mut Compiler<'a>,
    rules: &'a RuleSet,
    shared: &'w [bool],
}

impl Writer<'_, '_> {
    fn rule(&mut self, id: RuleId) -> RuleFormulas {
        let rules = self.rules;
        let rule = &rules[id];
        let is_on = rule.off.is_none() && rules[rule.show].off.is_none();
        let switch = if is_on { Formula::ALWAYS } else { Formula::NEVER };
        let dates = self.active(rule.active);
        let review = self.reviewed(rules.last_day(id));
        let offer_dates = self.active(rules[rule.show].active);
        let needs: Vec<_> = rule.needs.iter().map(|purpose| (*purpose, self.compiler.open(*purpose))).collect();
        let when: Vec<_> = rule.when.iter().map(|clause| self.compiler.condition(&clause.condition)).collect();
        let unless: Vec<_> = rule.unless.iter().map(|clause| self.compiler.condition(&clause.condition)).collect();
        let mut gaps = Vec::new();
        if rule.if_unknown.is_some() {
            gaps.extend(rule.when.iter().map(|clause| self.compiler.gap(&clause.condition)));
        }
        let taken = self.taken(rule.show);
        let mut caps: Vec<CapId> = rule.caps.iter().chain(&rules[rule.show].caps).copied().collect();
        caps.sort_unstable();
        caps.dedup();
        let spent: Vec<_> = caps.iter().map(|cap| self.compiler.flag(Source::Spent(*cap))).collect();

        let formulas = &mut self.compiler.formulas;
        let on = formulas.all([switch, dates, review, offer_dates]);
        let open = formulas.all(needs.iter().map(|(_, open)| *open));
        let audience = formulas.all(when.iter().map(|truths| truths.yes).chain(unless.iter().map(|truths| truths.no)));
        let not_taken = formulas.not(taken);
        let some_spent = formulas.any(spent.iter().copied());
        let none_spent = formulas.not(some_spent);
        let eligible = formulas.all([on, open, audience, not_taken, none_spent]);

        // R14: no `when` is no, and every `unless` is.
        let some_no = formulas.any(when.iter().map(|truths| truths.no));
        let none_no = formulas.not(some_no);
        let spared = formulas.all(unless.iter().map(|truths| truths.no));
        let might_belong = formulas.both(none_no, spared);
        let closed = formulas.not(open);
        let not_known = formulas.not(audience);
        // R15: what is absent or stale may yet be known.
        let some_gap = formulas.any(gaps);
        let awaited = formulas.not(some_gap);
        let drops = BTreeMap::from([
            (Via::Capped, formulas.all([on, open, audience, not_taken, some_spent])),
            (Via::NoConsent, formulas.all([on, closed, might_belong])),
            (Via::Unknown, formulas.all([on, open, not_known, might_belong, awaited])),
        ]);

        let mut guards = vec![(Culprit::Dates, dates), (Culprit::OfferDates, offer_dates), (Culprit::Review, review)];
        guards.push((Culprit::Taken, not_taken));
        for (cap, spent) in caps.into_iter().zip(spent) {
            guards.push((Culprit::Cap(cap), formulas.not(spent)));
        }
        guards.extend(needs.into_iter().map(|(purpose, open)| (Culprit::Needs(purpose), open)));
        guards.extend(when.iter().enumerate().map(|(at, truths)| (Culprit::When(at), truths.yes)));
        guards.extend(unless.iter().enumerate().map(|(at, truths)| (Culprit::Unless(at), truths.no)));
        guards.sort_by_key(|(culprit, _)| *culprit);
        let clauses = when.into_iter().chain(unless).collect();
        RuleFormulas { id, guards, clauses, eligible, drops, parts: Vec::new(), tried: Vec::new(), more_ways: false }
    }

    /// Now lies in the dates.
    fn active(&mut self, active: Option<Active>) -> Formula {
        let Some(active) = active else { return Formula::ALWAYS };
        let from = active.from.map_or(Edge::Start, |from| Edge::At(from.0));
        let until = active.until.map_or(Edge::End, |until| Edge::At(until.0));
        self.compiler.now(&Shape::stretch(from, until))
    }

    /// The last day without a review is not over.
    fn reviewed(&mut self, last_day: Option<Date>) -> Formula {
        let Some(Date(last)) = last_day else { return Formula::ALWAYS };
        let over = Date(last.saturating_add(1)).start_in(&self.rules.defaults.zone);
        let over: Option<Instant> = over.or_else(|| Date(last.saturating_add(1)).start_in("UTC"));
        let until = over.map_or(Edge::End, |over| Edge::At(over.0));
        self.compiler.now(&Shape::stretch(Edge::Start, until))
    }

    fn taken(&mut self, offer: OfferId) -> Formula {
        match self.shared.get(offer.index()) {
            Some(true) => self.compiler.flag(Source::Taken(offer)),
            Some(false) | None => Formula::NEVER,
        }
    }

    /// An offer that stands in passes its switch, its dates, the other slots and its own caps.
    fn offer(&mut self, id: OfferId) -> Formula {
        let rules = self.rules;
        let offer = &rules[id];
        if offer.off.is_some() {
            return Formula::NEVER;
        }
        let dates = self.active(offer.active);
        let taken = self.taken(id);
        let spent: Vec<_> = offer.caps.iter().map(|cap| self.compiler.flag(Source::Spent(*cap))).collect();
        let formulas = &mut self.compiler.formulas;
        let stopped = formulas.any(std::iter::once(taken).chain(spent));
        let free = formulas.not(stopped);
        formulas.both(dates, free)
    }

    /// Fills in every rule's parts. Substitutes form no circle; one that did would be looked at once.
    fn answers(&mut self, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut known: BTreeMap<RuleId, Formula> = BTreeMap::new();
        for at in 0..written.len() {
            let parts = self.parts(written, places, at, &mut known, 0);
            if let Some(rule) = written.get_mut(at) {
                rule.parts = parts;
            }
        }
    }

    fn parts(
        &mut self,
        written: &[RuleFormulas],
        places: &BTreeMap<RuleId, usize>,
        at: usize,
        known: &mut BTreeMap<RuleId, Formula>,
        depth: usize,
    ) -> Vec<(Part, Formula)> {
        let Some(formulas) = written.get(at) else { return Vec::new() };
        let mut parts = vec![(Part::Own, formulas.eligible)];
        for (via, substitute) in substitutes(self.rules, formulas.id) {
            let stands_in = match substitute {
                Substitute::Nothing => Formula::ALWAYS,
                Substitute::Show(offer) => self.offer(offer),
                Substitute::Try(rule) => match (known.get(&rule), places.get(&rule)) {
                    (Some(known), _) => *known,
                    (None, Some(place)) if depth <= written.len() => {
                        let parts = self.parts(written, places, *place, known, depth + 1);
                        let answers = self.compiler.formulas.any(parts.into_iter().map(|(_, formula)| formula));
                        known.insert(rule, answers);
                        answers
                    }
                    (None, Some(_) | None) => Formula::NEVER,
                },
            };
            let drops = formulas.drops.get(&via).copied().unwrap_or(Formula::NEVER);
            parts.push((Part::Instead(via), self.compiler.formulas.both(drops, stands_in)));
        }
        parts
    }

    /// Fills in the ways by which `try` leads to each rule.
    fn ways(&mut self, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut found: Vec<Vec<(RuleId, Formula)>> = vec![Vec::new(); written.len()];
        let mut cut = vec![false; written.len()];
        for entry in written.iter() {
            // The rule tried, what led there, and how far it was.
            let mut queue: Vec<(RuleId, Formula, usize)> = vec![(entry.id, Formula::ALWAYS, 0)];
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
                    ways.push((entry.id, self.compiler.formulas.both(led, eligible)));
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

fn substitutes(rules: &RuleSet, rule: RuleId) -> impl Iterator<Item = (Via, Substitute)> {
    let rule = &rules[rule];
    let all = [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
    all.into_iter().filter_map(|(via, substitute)| Some((via, substitute?)))
}
