//! What comes of a rule in its turn, as formulas: it answers, something answers in its place, or a cap of it lets no other
//! candidate through.
//!
//! Takes the formulas of each rule by itself; fills in the parts of each, and where each part keeps the fallback list from
//! answering. The fallback list answers whoever no rule answers and also whomever a rule stops, so a rule behind one that
//! stops the slot is not heard.

use std::collections::BTreeMap;

use super::domain::Unseen;
use super::formula::Formula;
use super::slot::{Part, RuleFormulas, Writer, substitutes};
use crate::frame::Via;
use crate::model::{OfferId, RuleId, SlotId, Substitute, Then};

/// What comes of a rule that is tried.
#[derive(Clone, Copy)]
struct InPlace {
    /// It or what stands in for it answers.
    answers: Formula,
    /// Nothing does, and no other candidate is let through.
    stops: Formula,
}

impl Writer<'_, '_> {
    /// Fills in every rule's parts. Substitutes form no circle; one that did would be looked at once.
    pub(super) fn answers(&mut self, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut known: BTreeMap<RuleId, InPlace> = BTreeMap::new();
        for at in 0..written.len() {
            let (parts, taken) = self.parts(written, places, at, &mut known, 0);
            if let Some(rule) = written.get_mut(at) {
                (rule.parts, rule.taken) = (parts, taken);
            }
        }
    }

    /// Fills in where each part is heard. Of rules that rank together each may come before the others: whichever stops the
    /// slot is taken to.
    pub(super) fn heard(&mut self, slot: SlotId, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut above = self.unseen(Unseen::Behind).unwrap_or(Formula::NEVER);
        for tier in self.rules.tiers(slot) {
            let of = |written: &[RuleFormulas], rule: &RuleId| -> Option<(usize, Formula)> {
                let place = *places.get(rule)?;
                let stops = written.get(place)?.parts.iter().find(|(part, _)| *part == Part::Stops)?;
                Some((place, stops.1))
            };
            let members: Vec<(usize, Formula)> = tier.iter().filter_map(|rule| of(written, rule)).collect();
            for (at, (place, _)) in members.iter().enumerate() {
                let others = members.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, (_, stops))| *stops);
                let formulas = &mut self.compiler.formulas;
                let stopped = formulas.any(std::iter::once(above).chain(others));
                let free = formulas.not(stopped);
                if let Some(rule) = written.get_mut(*place) {
                    let parts = rule.parts.iter().map(|(part, formula)| match part {
                        Part::Stops => Formula::NEVER,
                        Part::Own | Part::Instead(_) => formulas.both(*formula, free),
                    });
                    rule.parts_heard = parts.collect();
                }
            }
            above = self.compiler.formulas.any(std::iter::once(above).chain(members.iter().map(|(_, stops)| *stops)));
        }
    }

    /// Every way in which a rule answers, and where each of its substitutes makes a difference: it answers, or a cap of it
    /// lets no other candidate through.
    fn parts(
        &mut self,
        written: &[RuleFormulas],
        places: &BTreeMap<RuleId, usize>,
        at: usize,
        known: &mut BTreeMap<RuleId, InPlace>,
        depth: usize,
    ) -> (Vec<(Part, Formula)>, BTreeMap<Via, Formula>) {
        let mut taken = BTreeMap::new();
        let Some(formulas) = written.get(at) else { return (Vec::new(), taken) };
        let mut parts = vec![(Part::Own, formulas.eligible)];
        let mut stops = vec![formulas.stops];
        for (via, substitute) in substitutes(self.rules, formulas.id) {
            let drops = formulas.drops.get(&via).copied().unwrap_or(Formula::NEVER);
            let (stands_in, stopped) = match substitute {
                Substitute::Nothing => (Formula::ALWAYS, Formula::NEVER),
                Substitute::Show(offer) => {
                    let rule = &self.rules[formulas.id];
                    let carried = self.carried((rule.slot, Some(formulas.id)), offer, None);
                    let free = self.offer(offer, (rule.slot, Some(formulas.id)));
                    let spent = self.offer_stops(offer, rule.slot);
                    let formulas = &mut self.compiler.formulas;
                    let by_channel = formulas.both(free, carried.stops);
                    (formulas.both(free, carried.any), formulas.any([spent, by_channel]))
                }
                Substitute::Try(rule) => {
                    let tried = match (known.get(&rule), places.get(&rule)) {
                        (Some(known), _) => *known,
                        (None, Some(place)) if depth <= written.len() => {
                            let (parts, _) = self.parts(written, places, *place, known, depth + 1);
                            let tried = self.in_place(&parts);
                            known.insert(rule, tried);
                            tried
                        }
                        (None, Some(_) | None) => InPlace { answers: Formula::NEVER, stops: Formula::NEVER },
                    };
                    (tried.answers, tried.stops)
                }
            };
            let formulas = &mut self.compiler.formulas;
            let (answers, stopped) = (formulas.both(drops, stands_in), formulas.both(drops, stopped));
            taken.insert(via, formulas.any([answers, stopped]));
            stops.push(stopped);
            parts.push((Part::Instead(via), answers));
        }
        // Whatever stands in is asked before the slot stops (R13).
        let answers = self.compiler.formulas.any(parts.iter().map(|(_, formula)| *formula));
        let formulas = &mut self.compiler.formulas;
        let stops = match formulas.any(stops) {
            Formula::NEVER => Formula::NEVER,
            stops => {
                let nobody = formulas.not(answers);
                formulas.both(stops, nobody)
            }
        };
        parts.push((Part::Stops, stops));
        (parts, taken)
    }

    fn in_place(&mut self, parts: &[(Part, Formula)]) -> InPlace {
        let (stops, answers): (Vec<_>, Vec<_>) = parts.iter().partition(|(part, _)| *part == Part::Stops);
        let mut any = |of: Vec<(Part, Formula)>| self.compiler.formulas.any(of.into_iter().map(|(_, formula)| formula));
        InPlace { answers: any(answers), stops: any(stops) }
    }

    /// An offer that stands in passes all but caps, and one of those lets no other candidate through.
    fn offer_stops(&mut self, id: OfferId, slot: SlotId) -> Formula {
        let rules = self.rules;
        let caps = rules[id].caps.iter().filter(|cap| rules.then(**cap, slot) == Then::Stop);
        let spent: Vec<_> = caps.map(|cap| self.spent(*cap)).collect();
        let live = self.live(id);
        let formulas = &mut self.compiler.formulas;
        let spent = formulas.any(spent);
        formulas.both(live, spent)
    }
}
