//! Who is sent what: for a cell a customer whom the analysis knows to get just that, or that there is none.
//!
//! Takes a cell; asks the same search as the findings do. A customer whose caps are all unspent is asked for first, since
//! the history of a schedule is its own; where there is none, one for whom caps of others are spent, which the schedule then
//! has to bring about.

use std::collections::BTreeMap;

use super::super::blocking::Blockers;
use super::super::domain::Source;
use super::super::doubts::Doubts;
use super::super::formula::{Formula, Formulas};
use super::super::reach::SlotScope;
use super::super::scope::Question;
use super::super::scores::Scores;
use super::super::search::Answer;
use super::super::seen::What;
use super::super::slot::{self, SlotFormulas};
use super::super::{Options, scope_of};
use super::cells::Cell;
use crate::frame::{By, Facts};
use crate::model::{RuleSet, SlotId};

/// What is known of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// This one gets it.
    Customer(Box<Facts>),
    /// Nobody does.
    Nobody,
    /// Nobody was found and nobody excluded.
    Open,
}

/// The search over the slots of a rule set; each is written down once.
pub(super) struct Finder<'a> {
    flat: &'a RuleSet,
    scores: &'a [Scores],
    options: Options,
    shared: Vec<bool>,
    scopes: BTreeMap<SlotId, SlotScope<'a>>,
    known: BTreeMap<usize, Known>,
}

impl<'a> Finder<'a> {
    /// `flat`: with what is gathered among the attributes; `scores` of its slots, in order.
    pub(super) fn new(flat: &'a RuleSet, scores: &'a [Scores], options: Options) -> Self {
        let shared = slot::shared(flat);
        Self { flat, scores, options, shared, scopes: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// Who gets a cell; `number` is the cell's.
    pub(super) fn who(&mut self, number: usize, cell: &Cell) -> &Known {
        if !self.known.contains_key(&number) {
            let known = self.ask(cell);
            self.known.insert(number, known);
        }
        self.known.get(&number).unwrap_or(&Known::Open)
    }

    fn ask(&mut self, cell: &Cell) -> Known {
        let (flat, shared) = (self.flat, &self.shared);
        let Some(scores) = self.scores.get(cell.slot.index()) else { return Known::Open };
        let options = &self.options;
        let scope = self
            .scopes
            .entry(cell.slot)
            .or_insert_with(|| scope_of(flat, cell.slot, &Doubts::none(shared), scores, options));
        let Some(whole) = scope.worlds.first().and_then(|(_, of)| is_whole(flat, of, cell)) else { return Known::Open };
        // What comes before differs from world to world only in its formulas.
        let blockers: Vec<Blockers> =
            scope.worlds.iter().map(|(_, of)| Blockers::plain(before(flat, of, cell))).collect();
        let none = Blockers::default();
        let is_spent = |source: &Source| matches!(source, Source::Spent(_));
        for spared in [true, false] {
            let unspent: Vec<Vec<Formula>> = scope
                .worlds
                .iter_mut()
                .map(|(program, _)| if spared { program.none_of(is_spent) } else { Vec::new() })
                .collect();
            let answer = scope.ask(|world, formulas, of| {
                let mut all = unspent.get(world).cloned().unwrap_or_default();
                all.push(required(formulas, of, cell));
                Question { required: all, blockers: blockers.get(world).unwrap_or(&none).all() }
            });
            match answer {
                Answer::Found(witness) => return Known::Customer(Box::new(witness.facts)),
                // What waits is let go at another hour, when everything is decided anew.
                Answer::Never(_) if !spared && whole && !may_wait(flat, cell) => return Known::Nobody,
                Answer::Never(_) | Answer::Unknown(_) => {}
            }
        }
        Known::Open
    }
}

/// Whether a cell comes about in its own place alone; nothing where that is nowhere.
fn is_whole(rules: &RuleSet, of: &SlotFormulas, cell: &Cell) -> Option<bool> {
    let Some(rule) = cell.rule() else { return Some(true) };
    let place = rules[cell.slot].order.iter().position(|id| *id == rule)?;
    let formulas = of.rules.get(place)?;
    // What is tried, and what stands in for it there, is looked for in its own place alone.
    Some(formulas.comes_in_turn() && (!rules.ranks_among_others(rule) || of.rivals.contains_key(&place)))
}

/// What must be so.
fn required(formulas: &mut Formulas, of: &SlotFormulas, cell: &Cell) -> Formula {
    let shows = What::Shows(cell.offer, cell.channel);
    let seen = |list: &[(super::super::seen::Seen, Formula)]| -> Vec<Formula> {
        list.iter().filter(|(seen, _)| seen.what == shows).map(|(_, formula)| *formula).collect()
    };
    match cell.by {
        By::Rule(rule) | By::Substitute(rule, _) => {
            let Some(formulas_of) = of.rules.iter().find(|other| other.id == rule) else { return Formula::NEVER };
            let own = match cell.by {
                By::Substitute(_, via) => formulas_of.drops.get(&via).copied().unwrap_or(Formula::NEVER),
                By::Rule(_) | By::Fallback(_) | By::SlotOff => formulas_of.eligible,
            };
            let some = formulas.any(seen(&formulas_of.outcomes));
            formulas.both(own, some)
        }
        By::Fallback(at) => formulas.any(of.entries.get(at as usize).map(|list| seen(list)).unwrap_or_default()),
        By::SlotOff => Formula::NEVER,
    }
}

/// What must not, since it would come before.
fn before(rules: &RuleSet, of: &SlotFormulas, cell: &Cell) -> Vec<(usize, Formula)> {
    let found: Vec<Formula> = match cell.rule() {
        Some(rule) => {
            let place = rules[cell.slot].order.iter().position(|id| *id == rule).unwrap_or_default();
            let mut first = 0;
            for tier in rules.tiers(cell.slot) {
                if place < first + tier.len() {
                    break;
                }
                first += tier.len();
            }
            let above = of.rules.iter().take(first).flat_map(|rule| rule.parts.iter().map(|(_, formula)| *formula));
            let rivals = of.rivals.get(&place).into_iter().flatten().map(|(_, _, formula)| *formula);
            above.chain(rivals).collect()
        }
        None => {
            let at = match cell.by {
                By::Fallback(at) => at as usize,
                By::Rule(_) | By::Substitute(..) | By::SlotOff => 0,
            };
            let heard = of.rules.iter().flat_map(|rule| rule.parts_heard.iter().copied());
            heard.chain(of.fallback.iter().take(at).copied()).collect()
        }
    };
    found.into_iter().filter(|formula| *formula != Formula::NEVER).enumerate().collect()
}

/// Whether it may be held and let go.
fn may_wait(rules: &RuleSet, cell: &Cell) -> bool {
    let own = match cell.by {
        By::Rule(rule) => rules.windows_on(rule),
        By::Substitute(..) | By::Fallback(_) | By::SlotOff => rules[cell.offer].windows.clone(),
    };
    let by_channel = cell.channel.is_some_and(|channel| !rules.channel_windows(channel, cell.class).is_empty());
    let caps = cell.bound.iter().any(|cap| rules[*cap].hold().is_some());
    !own.is_empty() || by_channel || caps
}
