//! The most that a customer can receive in any day, week and month: per class, per channel and in total.
//!
//! Takes a rule set; gives for every scope and stretch of time a number that is never below the truth, and a schedule that
//! reaches it, every step of which the reference evaluator has decided; or, where the best schedule found has less, both
//! numbers. Whoever makes a scope unbounded is named. Refuses to know files and rendering.
//!
//! In the order of the files: what can come is cut into `cells` (slot, rule, offer, channel); caps, pauses, gaps and
//! blocks become `limits` over them; what all limits treat alike is one of the `groups`; the `programme` gives the
//! bound from above; a `plan` is found from below and carried out with real `customers` in `replay`.
//!
//! Anybody may be asked for at any time and as often as a host likes, events may happen at any time or never, and what is
//! known of a customer may change from one decision to the next. What stays: who they are, to which household they belong,
//! and on which clocks they live ([`Holds`]).

mod cells;
mod customers;
mod exempt;
mod groups;
mod hours;
mod limits;
mod plan;
mod programme;
mod replay;
mod solve;
#[cfg(test)]
mod tests;
mod touch;

use std::collections::BTreeSet;

use super::Options;
use super::scores::Scores;
use crate::model::{CapId, CapUnit, CapZone, ChannelId, Class, RuleSet, SlotId};
use crate::value::Instant;

pub use cells::Cell;
use customers::{Finder, Known};
pub use exempt::{Exempt, Lifted};
use groups::{Group, groups};
use limits::Limits;
pub use limits::Loose;
use plan::{LONGEST, Stretch};
use programme::{Bound, Programme};
use replay::Identity;
pub use replay::Step;
use touch::Starts;

/// How long a stretch of time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rolling {
    /// 24 hours.
    Day,
    /// 7 times 24 hours.
    Week,
    /// 31 times 24 hours: as long as the longest month, so that a number for it holds for every month of a calendar.
    Month,
}

impl Rolling {
    /// All three, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// How a budget writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The stretch of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stretch| stretch.word() == word)
    }

    /// In microseconds.
    pub fn length(self) -> i64 {
        const DAY: i64 = 86_400_000_000;
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 31 * DAY,
        }
    }
}

/// Of what it is asked how much comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Messages, whatever they are.
    Total,
    /// Messages of a class.
    Class(Class),
    /// Messages by a channel.
    Channel(ChannelId),
    /// What places show of a class, which is no message: a page is asked for by the customer.
    Places(Class),
}

impl Scope {
    /// Whether a cell belongs to it.
    pub fn has(self, cell: &Cell) -> bool {
        match self {
            Self::Total => cell.channel.is_some(),
            Self::Class(class) => cell.channel.is_some() && cell.class == class,
            Self::Channel(channel) => cell.channel == Some(channel),
            Self::Places(class) => cell.channel.is_none() && cell.class == class,
        }
    }
}

/// How much comes in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Of what something limits: never more than this.
    pub at_most: u64,
    /// So much comes in the schedule.
    pub at_least: u64,
    /// Decided by the evaluator, step by step, with what has to come before it from outside the scope; empty where none was
    /// looked for.
    pub schedule: Vec<Step>,
    /// Why the schedule has less, if it has.
    pub gap: Option<Gap>,
    /// The caps on which the bound rests, in order.
    pub rests_on: Vec<CapId>,
}

/// Why a schedule has less than the bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It would be too long to be written out.
    TooLong,
    /// Nobody was found who gets some of it, and nobody excluded: these cells, as far as they are of the plan.
    Nobody(Vec<Cell>),
    /// The caps let more pass by themselves than any plan that was found, together.
    NoPlan,
    /// A plan has as much, and not all of it was decided so: for the hours, or for what comes before it in its slot.
    NotDecided,
}

/// What comes of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Which.
    pub scope: Scope,
    /// Everything of it that nothing limits; where there is any, the figures are about the rest.
    pub unlimited: Vec<Cell>,
    /// Whether anything of it is limited.
    pub has_limited: bool,
    /// In the order of [`Rolling::ALL`].
    pub figures: [Figure; 3],
}

impl Figures {
    /// The figure of a stretch.
    pub fn of(&self, stretch: Rolling) -> &Figure {
        let [day, week, month] = &self.figures;
        match stretch {
            Rolling::Day => day,
            Rolling::Week => week,
            Rolling::Month => month,
        }
    }
}

/// On what the figures rest beside the rules, cap by cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The store of events answers: without it these let pass what they stop.
    StoreAnswers(Vec<CapId>),
    /// The unit of these is the same throughout: nobody changes their household.
    SameUnit(Vec<CapId>),
    /// The clocks on which these are read are the same throughout: nobody moves.
    SameClocks(Vec<CapId>),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// In total, by class, by channel, then of places; what there is nothing of is left out.
    pub figures: Vec<Figures>,
    /// On what they rest.
    pub holds: Vec<Holds>,
    /// Caps that stop something that is sent and still do not limit it.
    pub loose: Vec<(CapId, Loose)>,
    /// Exemptions narrower than a class that obeys caps (R31).
    pub exempt: Vec<Exempt>,
}

/// Up to so many cells are each asked whether anybody gets it; what nobody gets is then left out of the bound.
const ASKED: usize = 400;
/// Among more groups than this only those are planned with that the bound is made of.
const PLANNED: usize = 24;
/// So many beginnings of a schedule are tried.
const BEGINNINGS: usize = 5;
/// Of programmes with more caps shorter schedules are written out: so many looks at a cap for all steps.
const LOOKS: u64 = 20_000_000;

/// Works out how much a customer can receive.
pub fn pressure(rules: &RuleSet, options: &Options) -> Pressure {
    let flat = rules.flattened();
    let scores: Vec<Scores> = (0..flat.slots.len()).map(|at| Scores::of(&flat, SlotId::from_index(at))).collect();
    let cells = cells::cells(rules, options.from);
    let limits = limits::limits(rules, &cells, &Starts::new(options.from));
    let mut finder = Finder::new(&flat, &scores, options.clone());
    let can_be: Vec<bool> = if cells.len() <= ASKED {
        cells.iter().enumerate().map(|(at, cell)| *finder.who(at, cell) != Known::Nobody).collect()
    } else {
        vec![true; cells.len()]
    };
    let mut work = Work {
        rules,
        options,
        cells: &cells,
        limits: &limits,
        can_be,
        identity: Identity::of(rules),
        finder,
        starts: Starts::new(options.from),
    };
    let channels = (0..rules.channels.len()).map(ChannelId::from_index).map(Scope::Channel);
    let scopes = std::iter::once(Scope::Total)
        .chain(Class::ALL.map(Scope::Class))
        .chain(channels)
        .chain(Class::ALL.map(Scope::Places));
    let figures: Vec<Figures> = scopes.filter_map(|scope| work.figures(scope)).collect();
    let stops_sent = |cap: &CapId| cells.iter().any(|cell| cell.channel.is_some() && cell.bound.contains(cap));
    let loose = limits.loose.iter().filter(|(cap, _)| stops_sent(cap)).cloned().collect();
    Pressure { figures, holds: holds(rules, &cells, &limits), loose, exempt: exempt::exempt(rules) }
}

/// What the figures rest on.
fn holds(rules: &RuleSet, cells: &[Cell], limits: &Limits) -> Vec<Holds> {
    let lets_pass = |cap: CapId| {
        cells.iter().any(|cell| {
            cell.channel.is_some() && cell.bound.contains(&cap) && rules.does_without_store(cap, cell.class)
        })
    };
    let of = |wanted: &dyn Fn(CapId) -> bool| -> Vec<CapId> {
        limits.all.iter().map(|limit| limit.cap).filter(|cap| wanted(*cap)).collect()
    };
    let by_attribute = |cap: CapId| matches!(rules[cap].unit, CapUnit::Attribute(_));
    let by_clocks = |cap: CapId| matches!(rules[cap].zone, Some(CapZone::Attribute(_)));
    let mut found = Vec::new();
    for (caps, holds) in [
        (of(&lets_pass), Holds::StoreAnswers as fn(Vec<CapId>) -> Holds),
        (of(&by_attribute), Holds::SameUnit),
        (of(&by_clocks), Holds::SameClocks),
    ] {
        if !caps.is_empty() {
            found.push(holds(caps));
        }
    }
    found
}

struct Work<'w> {
    rules: &'w RuleSet,
    options: &'w Options,
    cells: &'w [Cell],
    limits: &'w Limits,
    can_be: Vec<bool>,
    identity: Identity,
    finder: Finder<'w>,
    starts: Starts,
}

impl Work<'_> {
    /// The figures of a scope; nothing where nothing of it can come.
    fn figures(&mut self, scope: Scope) -> Option<Figures> {
        let is_in = |at: usize| self.cells.get(at).is_some_and(|cell| scope.has(cell));
        let all = groups(self.cells, self.limits, |at| is_in(at) && self.can_be.get(at).copied().unwrap_or(true));
        if all.is_empty() {
            return None;
        }
        let of =
            |group: &Group| -> Vec<Cell> { group.cells.iter().filter_map(|at| self.cells.get(*at).cloned()).collect() };
        let unlimited: Vec<Cell> = all.iter().filter(|group| !group.is_limited()).flat_map(of).collect();
        let limited: Vec<Group> = all.into_iter().filter(Group::is_limited).collect();
        let figures = Rolling::ALL.map(|stretch| self.figure(scope, &limited, stretch));
        Some(Figures { scope, unlimited, has_limited: !limited.is_empty(), figures })
    }

    fn figure(&mut self, scope: Scope, limited: &[Group], stretch: Rolling) -> Figure {
        let groups: Vec<&Group> = limited.iter().collect();
        let from = self.options.from;
        let bound = Programme::new(&self.limits.all, groups.clone(), from, &mut self.starts).most(stretch.length());
        let caps = |bound: &Bound| -> Vec<CapId> {
            let mut caps: Vec<CapId> =
                bound.rests_on.iter().filter_map(|at| self.limits.all.get(*at)).map(|limit| limit.cap).collect();
            caps.sort_unstable();
            caps
        };
        let mut figure =
            Figure { at_most: bound.most, at_least: 0, schedule: Vec::new(), gap: None, rests_on: caps(&bound) };
        if bound.most == 0 {
            return figure;
        }
        let longest = LONGEST.min((LOOKS / (self.rules.caps.len() as u64 + 1)).isqrt());
        if bound.most > longest {
            figure.gap = Some(Gap::TooLong);
            return figure;
        }
        let order = order(limited, &bound.filling);
        let beginnings = beginnings(self, limited, &order, stretch);
        let mut programme = Programme::new(&self.limits.all, groups.clone(), from, &mut self.starts);
        let mut planned = 0;
        for from in beginnings {
            let until = Instant(from.0.saturating_add(stretch.length()));
            let of = Stretch { from, until, zone: Some(Identity::ZONE) };
            let plan = plan::plan(&groups, &order, &self.limits.all, &mut programme, of);
            planned = planned.max(plan.steps.len() as u64);
            if plan.is_best && order.len() == limited.len() && is_timeless(limited, self.limits) {
                figure.at_most = figure.at_most.min(plan.steps.len() as u64);
            }
            let steps = replay::carry_out(
                self.rules,
                &self.identity,
                &mut self.finder,
                self.cells,
                &groups,
                &plan.steps,
                until,
            );
            let reached = steps.iter().filter(|step| scope.has(&step.cell)).count() as u64;
            if reached > figure.at_least {
                (figure.at_least, figure.schedule) = (reached, steps);
            }
            if figure.at_least >= figure.at_most {
                break;
            }
        }
        if figure.at_least < figure.at_most {
            figure.gap = Some(self.gap(limited, &order, planned, figure.at_most));
        }
        figure
    }

    fn gap(&mut self, limited: &[Group], order: &[usize], planned: u64, most: u64) -> Gap {
        let mut open = Vec::new();
        for group in order.iter().filter_map(|at| limited.get(*at)) {
            let of: Vec<usize> = group.cells.clone();
            let known: Vec<bool> = of
                .iter()
                .filter_map(|at| self.cells.get(*at).map(|cell| (*at, cell)))
                .map(|(at, cell)| matches!(self.finder.who(at, cell), Known::Customer(_)))
                .collect();
            if !known.contains(&true) {
                open.extend(of.iter().filter_map(|at| self.cells.get(*at).cloned()));
            }
        }
        match open.as_slice() {
            [_, ..] => Gap::Nobody(open),
            [] if planned < most => Gap::NoPlan,
            [] => Gap::NotDecided,
        }
    }
}

/// In which order a plan tries groups: those that the bound is made of, then the others if there are not too many.
fn order(groups: &[Group], filling: &[u64]) -> Vec<usize> {
    let taken = |at: &usize| filling.get(*at).copied().unwrap_or_default();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    if groups.len() > PLANNED {
        order.retain(|at| taken(at) > 0);
    }
    // Of those that are taken, first what fewer limits have a say in.
    order.sort_by_key(|at| (taken(at) == 0, groups.get(*at).map_or(0, |group| group.parts.len()), *at));
    order
}

/// Whether it makes no difference when a stretch begins, so that what no plan has, none has.
fn is_timeless(groups: &[Group], limits: &Limits) -> bool {
    let lasting = groups.iter().all(|group| group.lives == (None, None));
    let involved = groups.iter().flat_map(|group| &group.parts).filter_map(|part| limits.all.get(part.limit));
    lasting
        && involved.into_iter().all(|limit| match &limit.kind {
            limits::Kind::Rolling(_) | limits::Kind::Ever | limits::Kind::Pause(..) => {
                limit.periods().iter().all(|period| period.unit.microseconds().is_some())
            }
            limits::Kind::Calendar(..) | limits::Kind::Reserved(..) => false,
        })
}

/// When schedules may begin: where calendars are cut most often, where a customer is known, where something begins.
fn beginnings(work: &mut Work<'_>, limited: &[Group], order: &[usize], stretch: Rolling) -> Vec<Instant> {
    let involved: BTreeSet<usize> =
        order.iter().filter_map(|at| limited.get(*at)).flat_map(|group| &group.parts).map(|part| part.limit).collect();
    let mut found = Vec::new();
    let mut has_months = false;
    for limit in involved.iter().filter_map(|at| work.limits.all.get(*at)) {
        found.extend(limit.best_begin(&mut work.starts, Some(Identity::ZONE), stretch.length()));
        has_months |= limit.periods().iter().any(|period| period.unit.microseconds().is_none());
    }
    if has_months {
        // February of a year that is no leap year.
        found.extend(Instant::parse("2027-02-01T00:00Z").filter(|at| work.options.from.is_none_or(|from| from <= *at)));
    }
    for group in order.iter().filter_map(|at| limited.get(*at)) {
        found.extend(group.lives.0);
        for at in group.cells.iter().take(2) {
            let Some(cell) = work.cells.get(*at) else { continue };
            found.extend(replay::hour_of(&mut work.finder, *at, cell, work.options));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|at| seen.insert(*at));
    found.truncate(BEGINNINGS);
    found
}
