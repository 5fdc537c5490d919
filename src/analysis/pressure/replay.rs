//! A plan carried out: every step decided by the reference evaluator, with a customer who gets just that.
//!
//! Takes a plan; gives what was really decided, step after step, each with all that was known. What a window holds is
//! decided again when it is let go, and what comes too early when it may come; a step that nobody is found for is left
//! out. What stands before it in its slot comes first, where that leads to it, and belongs to the schedule, in its scope or not.
//! The customer keeps their key, their household and their clocks throughout; everything else may change from one
//! decision to the next.

use super::super::Options;
use super::cells::Cell;
use super::customers::{Finder, Known};
use super::groups::Group;
use crate::eval;
use crate::frame::{Fact, Facts, Happened, Outcome, Reserved, Shared, brought_about, gather};
use crate::model::{AttributeId, CapUnit, RuleSet, Scope};
use crate::value::{Date, Instant, Value};

/// How often a step is moved to a later instant before it is left out.
const MOST_WAITS: usize = 6;
/// How much of something else comes before a step at most.
const MOST_BEFORE: usize = 12;
/// So many of the cells of a group are tried for a step.
const MOST_CELLS: usize = 6;

/// Something that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// What.
    pub cell: Cell,
    /// All that was known, the steps before it in the history.
    pub facts: Facts,
}

/// What stays the same of the customer.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    facts: Vec<(AttributeId, Value)>,
    /// Missing, since what it is the unit of then stops nothing.
    missing: Vec<AttributeId>,
    /// Another each time.
    changing: Vec<AttributeId>,
}

impl Identity {
    /// The key, one household, one zone, and the greatest number that a customer may have.
    pub(super) fn of(rules: &RuleSet) -> Self {
        let mut found = Self::default();
        found.facts.extend(rules.key().map(|key| (key, Value::Text("c1".into()))));
        let is_known = |of: AttributeId| rules.caps.iter().any(|cap| !cap.alone && cap.unit == CapUnit::Attribute(of));
        for cap in &rules.caps {
            if let CapUnit::Attribute(id) = cap.unit {
                match rules[id].scope {
                    Scope::Moment => found.changing.push(id),
                    Scope::Customer if cap.alone && !is_known(id) => found.missing.push(id),
                    Scope::Customer => found.facts.push((id, Value::Text("u1".into()))),
                }
            }
            if let Some(id) = cap.number {
                found.facts.push((id, Value::Number(i64::from(cap.at_most))));
            }
            if let Some(id) = cap.zone.as_ref().and_then(|zone| zone.attribute()) {
                found.facts.push((id, Value::Text(Self::ZONE.into())));
            }
        }
        found.facts.sort_by_key(|(id, _)| *id);
        found.facts.dedup_by_key(|(id, _)| *id);
        found
    }

    /// On whose clocks a customer's calendars are read, where an attribute says it.
    pub(super) const ZONE: &'static str = "Europe/Berlin";
}

/// What was decided so far.
struct Run<'r> {
    rules: &'r RuleSet,
    identity: &'r Identity,
    steps: Vec<Step>,
    history: Vec<Happened>,
    reserved: Vec<Reserved>,
}

/// What comes of a step.
enum Tried {
    Done(Box<Facts>),
    Wait(Instant),
    No,
}

/// Carries a plan out as far as it goes; `until` it has to be over.
pub(super) fn carry_out(
    rules: &RuleSet,
    identity: &Identity,
    finder: &mut Finder<'_>,
    cells: &[Cell],
    groups: &[&Group],
    plan: &[(Instant, usize)],
    until: Instant,
) -> Vec<Step> {
    let mut run = Run { rules, identity, steps: Vec::new(), history: Vec::new(), reserved: Vec::new() };
    for (at, group) in plan {
        let at = run.steps.last().map_or(*at, |last| last.at.max(*at));
        let of = groups.get(*group).map(|group| group.cells.as_slice()).unwrap_or_default();
        run.step(finder, cells, of, at, until);
    }
    if run.stands() { run.steps } else { Vec::new() }
}

impl Run<'_> {
    fn step(&mut self, finder: &mut Finder<'_>, cells: &[Cell], of: &[usize], from: Instant, until: Instant) {
        let mut at = from;
        for _ in 0..MOST_WAITS {
            let mut next: Option<Instant> = None;
            for number in of.iter().take(MOST_CELLS) {
                let Some(cell) = cells.get(*number) else { continue };
                let Known::Customer(customer) = finder.who(*number, cell) else { continue };
                match self.tried(cell, customer, at) {
                    Tried::Done(facts) => {
                        self.note(Step { at, cell: cell.clone(), facts: *facts });
                        return;
                    }
                    Tried::Wait(then) => next = Some(next.map_or(then, |next| next.min(then))),
                    Tried::No => {}
                }
            }
            if of.iter().take(MOST_CELLS).any(|number| self.after_others(finder, cells, *number, at)) {
                return;
            }
            match next.filter(|next| at < *next && *next < until) {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// What the customer of a cell gets first, until it is the cell's turn: what stands before it, up to its caps.
    fn after_others(&mut self, finder: &mut Finder<'_>, cells: &[Cell], number: usize, at: Instant) -> bool {
        let Some(cell) = cells.get(number) else { return false };
        let Known::Customer(customer) = finder.who(number, cell) else { return false };
        let before = (self.steps.len(), self.history.len(), self.reserved.len());
        for _ in 0..MOST_BEFORE {
            let facts = self.facts(customer, at, true);
            let decision = eval::decide(self.rules, &gather(self.rules, &facts), cell.slot);
            let is_of =
                |other: &&Cell| other.slot == cell.slot && other.by == decision.by && is_it(other, decision.outcome);
            let Some(comes) = cells.iter().find(is_of) else { break };
            self.note(Step { at, cell: comes.clone(), facts });
            if comes == cell {
                return true;
            }
        }
        let (steps, history, reserved) = before;
        self.steps.truncate(steps);
        self.history.truncate(history);
        self.reserved.truncate(reserved);
        false
    }

    /// The customer as they are at that time, and as they would be had they lived as much later or earlier.
    fn tried(&self, cell: &Cell, customer: &Facts, at: Instant) -> Tried {
        let mut wait: Option<Instant> = None;
        for moved in [true, false] {
            let facts = self.facts(customer, at, moved);
            let decision = eval::decide(self.rules, &gather(self.rules, &facts), cell.slot);
            if is_it(cell, decision.outcome) && decision.by == cell.by {
                return Tried::Done(Box::new(facts));
            }
            let later = match decision.outcome {
                Outcome::Holds { offer, until } if offer == cell.offer => Some(until),
                Outcome::Nothing => decision.again,
                Outcome::Holds { .. } | Outcome::Shows(_) | Outcome::Sends { .. } => None,
            };
            wait = [wait, later].into_iter().flatten().min();
        }
        wait.map_or(Tried::No, Tried::Wait)
    }

    fn facts(&self, customer: &Facts, at: Instant, moved: bool) -> Facts {
        let mut facts = customer.clone();
        if moved {
            let later = at.0.saturating_sub(facts.now.0);
            move_by(&mut facts, later);
        }
        facts.now = at;
        facts.history = self.history.clone();
        facts.reserved = self.reserved.clone();
        facts.undated.clear();
        facts.used.clear();
        facts.shared.clear();
        facts.held.clear();
        let stamp = |id: AttributeId| self.rules[id].fresh.map(|_| at);
        for (id, value) in &self.identity.facts {
            facts.set(*id, Fact::Known(value.clone(), stamp(*id)));
        }
        for id in &self.identity.missing {
            facts.set(*id, Fact::Missing(crate::value::Missing::Absent));
        }
        for id in &self.identity.changing {
            let value = Value::Text(format!("u{}", self.steps.len() + 1).into());
            facts.set(*id, Fact::Known(value, stamp(*id)));
            let unit = CapUnit::Attribute(*id);
            facts.shared.push(Shared { unit, history: Vec::new(), reserved: Vec::new() });
        }
        facts
    }

    /// What was decided happens at once.
    fn note(&mut self, step: Step) {
        if let Some(stamp) = &step.cell.stamp {
            let brings = brought_about(stamp);
            self.history.extend(brings.map(|event| Happened::plain(event, step.at, stamp.clone())));
            self.reserved.push(Reserved {
                at: step.at,
                stamp: stamp.clone(),
                brings: brings.to_vec(),
                confirmed: brings.to_vec(),
                times: 1,
            });
        }
        self.steps.push(step);
    }

    /// Every step is decided as it says, once more and from nothing but its facts.
    fn stands(&self) -> bool {
        self.steps.iter().all(|step| {
            let decision = eval::decide(self.rules, &gather(self.rules, &step.facts), step.cell.slot);
            is_it(&step.cell, decision.outcome) && decision.by == step.cell.by && step.facts.now == step.at
        })
    }
}

fn is_it(cell: &Cell, outcome: Outcome) -> bool {
    outcome.offer() == Some(cell.offer) && outcome.channel() == cell.channel
}

/// The same customer, having lived so much later.
fn move_by(facts: &mut Facts, by: i64) {
    const DAY: i64 = 86_400_000_000;
    let later = |at: &mut Instant| *at = Instant(at.0.saturating_add(by).clamp(Instant::MIN.0, Instant::MAX.0));
    for fact in &mut facts.attributes {
        match fact {
            Fact::Known(value, stamp) => {
                match value {
                    Value::Time(at) => later(at),
                    Value::Date(day) => {
                        let days = i32::try_from(by.div_euclid(DAY)).unwrap_or_default();
                        *day = Date(day.0.saturating_add(days).clamp(Date::MIN.0, Date::MAX.0));
                    }
                    Value::YesNo(_)
                    | Value::Number(_)
                    | Value::Text(_)
                    | Value::Member(_)
                    | Value::Set(_)
                    | Value::Never => {}
                }
                stamp.iter_mut().for_each(later);
            }
            Fact::Increments(parts) => parts.iter_mut().for_each(|(_, at)| later(at)),
            Fact::Missing(_) => {}
        }
    }
    for record in &mut facts.consent {
        record.granted_at.iter_mut().for_each(later);
    }
}

/// An instant from which on a customer of a cell is known to get it.
pub(super) fn hour_of(finder: &mut Finder<'_>, number: usize, cell: &Cell, options: &Options) -> Option<Instant> {
    match finder.who(number, cell) {
        Known::Customer(facts) => Some(options.from.map_or(facts.now, |from| facts.now.max(from))),
        Known::Nobody | Known::Open => None,
    }
}
