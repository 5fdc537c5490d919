//! What is seen in the place of a rule or of a fallback entry, as formulas: an offer, by which channel, now or held until
//! later, with what the host carries out; or nothing.

use std::collections::BTreeMap;

use super::domain::Sender;
use super::formula::Formula;
use super::slot::{RuleFormulas, Writer, substitutes};
use crate::frame::{Decision, Outcome};
use crate::model::{ChannelId, OfferId, RuleId, RuleSet, SlotId, Substitute};

/// What comes of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// An empty place, or no message.
    Nothing,
    /// This offer; by this channel, if it is sent.
    Shows(OfferId, Option<ChannelId>),
    /// This offer, later.
    Holds(OfferId),
}

/// What is seen, with what the host carries out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) what: What,
    /// It is sent without a sound. Told where two rule sets are compared: within one, nobody is sent the same by one channel
    /// with a sound and without.
    pub(super) silent: bool,
    /// By name.
    pub(super) tasks: Vec<String>,
}

impl Seen {
    pub(super) const NOTHING: Self = Self { what: What::Nothing, silent: false, tasks: Vec::new() };

    /// What a decision lets be seen.
    pub(super) fn of(rules: &RuleSet, decision: &Decision) -> Self {
        let what = match decision.outcome {
            Outcome::Shows(offer) => What::Shows(offer, None),
            Outcome::Sends { offer, channel, silent: _ } => What::Shows(offer, Some(channel)),
            Outcome::Holds { offer, until: _ } => What::Holds(offer),
            Outcome::Nothing => What::Nothing,
        };
        let silent = matches!(decision.outcome, Outcome::Sends { silent: true, .. });
        Self { what, silent, tasks: decision.tasks(rules).to_vec() }
    }
}

/// An offer that a rule itself or a list brings, where nothing else stops it.
struct Brought<'b> {
    sender: Sender,
    offer: OfferId,
    rule: Option<RuleId>,
    tasks: &'b [String],
}

impl Writer<'_, '_> {
    /// Fills in what is seen in every rule's place; those that are tried by others first, with a list instead of
    /// recursion.
    pub(super) fn outcomes(&mut self, written: &mut [RuleFormulas], places: &BTreeMap<RuleId, usize>) {
        let mut known: BTreeMap<RuleId, BTreeMap<Seen, Formula>> = BTreeMap::new();
        let mut waiting: Vec<(RuleId, bool)> = written.iter().map(|rule| (rule.id, false)).collect();
        while let Some((id, seen)) = waiting.pop() {
            if known.contains_key(&id) {
                continue;
            }
            let tried = substitutes(self.rules, id).filter_map(|(_, substitute)| match substitute {
                Substitute::Try(rule) => Some(rule),
                Substitute::Show(_) | Substitute::Nothing => None,
            });
            if !seen {
                waiting.push((id, true));
                waiting.extend(tried.filter(|rule| places.contains_key(rule)).map(|rule| (rule, false)));
                continue;
            }
            let Some(formulas) = places.get(&id).and_then(|place| written.get(*place)) else { continue };
            let parts = self.in_place_of(formulas, &known);
            let mut found: BTreeMap<Seen, Vec<Formula>> = BTreeMap::new();
            parts.into_iter().for_each(|(seen, formula)| found.entry(seen).or_default().push(formula));
            let found = found.into_iter().map(|(seen, parts)| (seen, self.compiler.formulas.any(parts)));
            known.insert(id, found.collect());
        }
        for rule in written {
            rule.outcomes =
                known.get(&rule.id).into_iter().flatten().map(|(seen, formula)| (seen.clone(), *formula)).collect();
        }
    }

    /// What is seen by the rule itself and by each of its substitutes. `known`: of the rules that it tries.
    fn in_place_of(
        &mut self,
        formulas: &RuleFormulas,
        known: &BTreeMap<RuleId, BTreeMap<Seen, Formula>>,
    ) -> Vec<(Seen, Formula)> {
        let rules = self.rules;
        let rule = &rules[formulas.id];
        let sender = (rule.slot, Some(formulas.id));
        let own = Brought { sender, offer: rule.show, rule: Some(formulas.id), tasks: &rule.tasks };
        let mut parts = self.brought(&own, formulas.eligible);
        for (via, substitute) in substitutes(rules, formulas.id) {
            let drops = formulas.drops.get(&via).copied().unwrap_or(Formula::NEVER);
            match substitute {
                Substitute::Nothing => parts.push((Seen::NOTHING, drops)),
                Substitute::Show(offer) => {
                    let free = self.offer(offer, sender);
                    let where_it_stands_in = self.compiler.formulas.both(drops, free);
                    let stands_in = Brought { sender, offer, rule: None, tasks: &[] };
                    parts.extend(self.brought(&stands_in, where_it_stands_in));
                }
                Substitute::Try(rule) => {
                    for (seen, formula) in known.get(&rule).into_iter().flatten() {
                        parts.push((seen.clone(), self.compiler.formulas.both(drops, *formula)));
                    }
                }
            }
        }
        parts
    }

    /// What is seen of each entry of the fallback list where it answers.
    pub(super) fn entries(&mut self, slot: SlotId, answers: &[Formula]) -> Vec<Vec<(Seen, Formula)>> {
        let rules = self.rules;
        let mut found = Vec::new();
        for (at, (entry, formula)) in rules[slot].fallback.iter().zip(answers).enumerate() {
            let is_last = at + 1 == rules[slot].fallback.len();
            found.push(match entry.offer {
                None => vec![(Seen::NOTHING, *formula)],
                Some(offer) if is_last => self.whatever_the_hour(slot, offer),
                Some(offer) => self.brought(&Brought { sender: (slot, None), offer, rule: None, tasks: &[] }, *formula),
            });
        }
        found
    }

    /// The last entry of a fallback list: it answers at any hour, and where no channel carries it, with nothing (R11).
    fn whatever_the_hour(&mut self, slot: SlotId, offer: OfferId) -> Vec<(Seen, Formula)> {
        let carried = self.carried((slot, None), offer, None);
        let formulas = &mut self.compiler.formulas;
        let some = formulas.any(carried.by.iter().map(|by| by.reaches));
        let none = formulas.not(some);
        let mut found = Vec::new();
        for by in carried.by {
            found.extend(self.shows(offer, by.channel, &[], by.reaches));
        }
        found.push((Seen::NOTHING, none));
        found
    }

    /// By each channel the offer now, and later where it has to wait.
    fn brought(&mut self, of: &Brought<'_>, gate: Formula) -> Vec<(Seen, Formula)> {
        let sends = self.rules.sends(of.sender.0);
        let waits = if sends { None } else { self.passed((of.offer, of.rule, None), None).waits };
        let mut found = Vec::new();
        for by in self.carried(of.sender, of.offer, of.rule).by {
            let formulas = &mut self.compiler.formulas;
            let goes = formulas.both(gate, by.carries);
            if waits.is_none() && by.waits.is_none() {
                found.extend(self.shows(of.offer, by.channel, of.tasks, goes));
                continue;
            }
            let waits = formulas.any(waits.into_iter().chain(by.waits));
            let at_once = formulas.not(waits);
            let now = formulas.both(goes, at_once);
            let later = formulas.both(goes, waits);
            found.extend(self.shows(of.offer, by.channel, of.tasks, now));
            let holds = Seen { what: What::Holds(of.offer), silent: false, tasks: of.tasks.to_vec() };
            found.push((holds, later));
        }
        found
    }

    /// The offer now by a channel: with a sound and without, where that is told apart.
    fn shows(
        &mut self,
        offer: OfferId,
        channel: Option<ChannelId>,
        tasks: &[String],
        where_so: Formula,
    ) -> Vec<(Seen, Formula)> {
        let seen = |silent| Seen { what: What::Shows(offer, channel), silent, tasks: tasks.to_vec() };
        let clause = channel.filter(|_| self.sounds).and_then(|id| self.rules[id].silent.as_ref());
        let Some(clause) = clause else { return vec![(seen(false), where_so)] };
        // Without a sound also where nobody knows.
        let loud = self.compiler.condition(&clause.condition).no;
        let formulas = &mut self.compiler.formulas;
        let silent = formulas.not(loud);
        [(false, loud), (true, silent)].map(|(is, so)| (seen(is), formulas.both(where_so, so))).to_vec()
    }
}
