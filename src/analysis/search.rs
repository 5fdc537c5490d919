//! The search: is there a customer of whom all this is so and none of that?
//!
//! Takes a program, formulas that must hold and blockers, which must not; gives a customer, or the blockers that leave
//! none, or "not decided" when the budget ends first. Refuses to know what a blocker is.
//!
//! The method is Davis, Putnam, Logemann and Loveland's over boxes of atoms instead of truth values, with blockers added
//! lazily (counterexample-guided):
//!
//! 1. Narrow the box by what is required, as far as it follows ([`Region::require`]).
//! 2. If something required is still open, branch on the one with the fewest open parts: one part after the other must
//!    hold, those before it need not be tried again.
//! 3. Otherwise every point of the box satisfies all that was asked so far. Take the poorest (nothing known, nothing
//!    granted) and look at all blockers there. Blockers that hold at it must not: they join what is required, and the
//!    search goes on from 1. If none holds, the point is turned into a customer.
//!
//! Most questions end after one or two points, having looked closely at one or two blockers of a thousand. The blockers
//! that narrowed a box or emptied it are what the answer "never" rests on; the rest had no part in it.
//!
//! Worked example: must hold: `age >= 18`. Blockers: `country = DE`, `country != DE and age >= 18`. The poorest point
//! is 18 with country absent: no blocker holds (an absent country is neither DE nor known not to be), found. Were
//! country always known, the second would hold at the first point and leave `country = DE`; there the first holds;
//! nothing is left: never, because of both.
//!
//! The budget counts boxes, not time, so the answer is the same on every machine. Where it is used up the question is put to
//! the second rung, [`clauses`](super::clauses), and only where that gives up, too, is it not decided.

use std::collections::BTreeSet;

use super::blocking::{Blockers, View};
use super::clauses::{Clauses, Found};
use super::formula::{Formula, Formulas, Node};
use super::program::Program;
use super::realise::{Realised, Shadows};
use super::region::{Empty, Region, Status};
use super::witness::Witness;

/// How many of the blockers that hold at a point are taken in at once, while they are few. Of many as many as half of those
/// known already: whoever has a thousand blockers to get past is not asked for a point for every four of them.
const TAKEN_IN: usize = 4;
/// How many boxes are looked at within one that the solver found, where its nearest point is nobody's.
const WITHIN: usize = 256;

/// How often a box is given up because no customer could be made of it, before the question is given up.
const MOST_GIVEN_UP: usize = 64;

/// How many choices may be open on one path: the search is recursive, and a stack ends.
const MOST_CHOICES: usize = 2_000;

/// How far one question is looked into before it stays undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Boxes that are searched, for each kind of customer in each world.
    pub boxes: usize,
    /// Conflicts from which the second rung learns where the boxes were not enough; without any it is not asked.
    pub conflicts: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { boxes: 20_000, conflicts: 50_000 }
    }
}

/// What a search found out.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// Such a customer.
    Found(Box<Witness>),
    /// There is none; these blockers (by number) suffice to see it.
    Never(BTreeSet<usize>),
    /// Not decided.
    Unknown(Undecided),
}

/// Why a question was not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undecided {
    /// The budget of boxes was used up.
    Budget,
    /// Windows, or how long something waits, for which no hour was found and none excluded.
    Hours,
    /// Caps, pauses and blocks, for which no events were found and none excluded.
    Events,
    /// A calculation, or attributes compared with each other, for which no values were found and none excluded.
    Calculation,
    /// More instants would have to be told apart than are looked at.
    Instants,
    /// It may be so or not, depending on what is in error and left out (R52).
    LeftOut,
}

/// Searches every start of the program in turn.
pub(super) fn search(program: &mut Program<'_>, required: &[Formula], blockers: View<'_>, budget: Budget) -> Answer {
    let mut used = BTreeSet::new();
    let mut undecided = None;
    for start in 0..program.starts.len() {
        let mut search = Search::new(program, start, required, blockers, budget);
        match search.run() {
            Ended::Found(witness) => return Answer::Found(witness),
            // Only who does not show them ends so.
            Ended::Plain => undecided = undecided.max(Some(Undecided::Budget)),
            Ended::Never if search.given_up > 0 => undecided = undecided.max(search.why_given_up),
            Ended::Never => used.append(&mut search.used),
            Ended::Unknown(why) => undecided = undecided.max(Some(why)),
        }
    }
    undecided.map_or(Answer::Never(used), Answer::Unknown)
}

/// Whether there is such a customer, where nobody need be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    Somebody,
    Nobody,
    Unknown(Undecided),
}

/// Searches as [`search`] does, but makes no customer where it is plain that one can be made: whatever the hour, the
/// history and what is calculated are, they are in the box.
pub(super) fn exists(program: &mut Program<'_>, required: &[Formula], budget: Budget) -> Existence {
    let none = Blockers::default();
    let mut undecided = None;
    for start in 0..program.starts.len() {
        let mut search = Search::new(program, start, required, none.all(), budget);
        search.shows = false;
        match search.run() {
            Ended::Found(_) | Ended::Plain => return Existence::Somebody,
            Ended::Never if search.given_up > 0 => undecided = undecided.max(search.why_given_up),
            Ended::Never => {}
            Ended::Unknown(why) => undecided = undecided.max(Some(why)),
        }
    }
    undecided.map_or(Existence::Nobody, Existence::Unknown)
}

/// Where something required comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// It was asked for, or holds anyway.
    Question,
    /// The blocker with this number must not hold.
    Blocker(usize),
}

enum Ended {
    Found(Box<Witness>),
    /// There is somebody, who is not wanted.
    Plain,
    Never,
    Unknown(Undecided),
}

/// Something that must hold: a literal or a choice.
#[derive(Clone, Copy, Debug)]
struct Demand {
    formula: Formula,
    origin: Origin,
    /// One of its parts is demanded instead, on the path that is being searched.
    settled: bool,
}

struct Search<'p, 'a> {
    program: &'p mut Program<'a>,
    start: usize,
    region: Region,
    required: Vec<Demand>,
    question: &'p [Formula],
    blockers: View<'p>,
    /// Which blockers and couplings are required already.
    taken_in: BTreeSet<Formula>,
    used: BTreeSet<usize>,
    given_up: usize,
    /// Why boxes were given up, if any was.
    why_given_up: Option<Undecided>,
    /// What is left of it.
    budget: Budget,
    choices: usize,
    /// A customer is made of what is found. Else nothing blocks.
    shows: bool,
}

impl<'p, 'a> Search<'p, 'a> {
    fn new(
        program: &'p mut Program<'a>,
        start: usize,
        question: &'p [Formula],
        blockers: View<'p>,
        budget: Budget,
    ) -> Self {
        let domains = program.starts.get(start).map(|start| start.domains.clone()).unwrap_or_default();
        let mut search = Self {
            program,
            start,
            region: Region::new(domains),
            required: Vec::new(),
            question,
            blockers,
            taken_in: BTreeSet::new(),
            used: BTreeSet::new(),
            given_up: 0,
            why_given_up: None,
            budget,
            choices: 0,
            shows: true,
        };
        question.iter().for_each(|formula| search.demand(*formula, Origin::Question));
        search
    }

    /// Demands a formula; of several that must all hold, each on its own.
    fn demand(&mut self, formula: Formula, origin: Origin) {
        let parts = match self.program.formulas.node(formula) {
            Node::All(parts) => parts.clone(),
            Node::Always | Node::Never | Node::Literal(..) | Node::Any(_) => [formula].into(),
        };
        self.required.extend(parts.into_iter().map(|formula| Demand { formula, origin, settled: false }));
    }

    /// Searches by boxes, then, if they were not enough, by clauses.
    fn run(&mut self) -> Ended {
        match self.dive() {
            Ended::Unknown(Undecided::Budget) if self.budget.conflicts > 0 => self.by_clauses(),
            ended @ (Ended::Found(_) | Ended::Plain | Ended::Never | Ended::Unknown(_)) => ended,
        }
    }

    /// The same question again from its start, by clauses.
    fn by_clauses(&mut self) -> Ended {
        self.region.return_to(0);
        self.required.clear();
        self.question.iter().for_each(|formula| self.demand(*formula, Origin::Question));
        (self.used, self.given_up, self.why_given_up) = (BTreeSet::new(), 0, None);
        let domains = self.region.clone().into_domains();
        // What follows at once makes the question smaller; blockers that hold nowhere in the rest are none.
        for formula in self.question.iter().chain(&self.program.couplings) {
            if self.region.require(&self.program.formulas, *formula).is_err() {
                return Ended::Never;
            }
        }
        let blockers: Vec<(usize, Formula)> = self.blockers.each().collect();
        let open =
            |(_, formula): &(usize, Formula)| self.region.status(&self.program.formulas, *formula) != Status::Fails;
        let blockers: Vec<(usize, Formula)> = blockers.into_iter().filter(open).collect();
        let negated: Vec<(usize, Formula)> =
            blockers.into_iter().map(|(number, formula)| (number, self.program.formulas.not(formula))).collect();
        self.region.return_to(0);
        let required: Vec<Formula> = self.question.iter().chain(&self.program.couplings).copied().collect();
        let formulas = &self.program.formulas;
        let Some(mut clauses) = Clauses::new(formulas, &domains, &required, &negated, self.budget.conflicts) else {
            return Ended::Unknown(Undecided::Budget);
        };
        loop {
            let found = match clauses.solve() {
                Found::Box(found) => found,
                Found::Never(used) => {
                    self.used = used;
                    return Ended::Never;
                }
                Found::GaveUp => return Ended::Unknown(Undecided::Budget),
            };
            let narrowed = found.iter().try_for_each(|(dim, atoms)| self.region.narrow(*dim, atoms));
            let point = self.program.poorest(self.start, &self.region);
            if !self.shows && narrowed.is_ok() && self.program.is_plain(self.start, &self.region) {
                return Ended::Plain;
            }
            let why = match self.realise(&point) {
                Realised::Customer(witness) => return Ended::Found(witness),
                Realised::Impossible(clause) => {
                    if clauses.require(&self.program.formulas, clause).is_none() {
                        return Ended::Unknown(Undecided::Budget);
                    }
                    // That this point is nobody's says nothing of the others of the box.
                    match self.within(clause) {
                        Ended::Never => None,
                        Ended::Unknown(why) => Some(why),
                        ended @ (Ended::Found(_) | Ended::Plain) => return ended,
                    }
                }
                Realised::Shadowed(_) => Some(Undecided::Calculation),
                Realised::NotFound(why) => Some(why),
            };
            self.region.return_to(0);
            clauses.forbid(&found);
            if let Some(why) = why
                && let ended @ Ended::Unknown(_) = self.give_up(why)
            {
                return ended;
            }
        }
    }

    /// Searches what of the box as it stands a clause leaves.
    fn within(&mut self, clause: Formula) -> Ended {
        let length = self.required.len();
        self.demand(clause, Origin::Question);
        self.budget.boxes = WITHIN;
        let ended = self.dive();
        self.budget.boxes = 0;
        self.required.truncate(length);
        ended
    }

    /// Searches the box as it stands.
    fn dive(&mut self) -> Ended {
        loop {
            if self.budget.boxes == 0 {
                return Ended::Unknown(Undecided::Budget);
            }
            self.budget.boxes -= 1;
            let Ok(branch) = self.follow() else {
                return Ended::Never;
            };
            if let Some(choice) = branch {
                return self.branch(choice);
            }
            let point = self.program.poorest(self.start, &self.region);
            if self.take_in(&point) {
                continue;
            }
            if !self.shows && self.program.is_plain(self.start, &self.region) {
                return Ended::Plain;
            }
            match self.realise(&point) {
                Realised::Customer(witness) => return Ended::Found(witness),
                Realised::Impossible(clause) => self.demand(clause, Origin::Question),
                Realised::Shadowed(point) => {
                    if !self.take_in(&point) {
                        return self.give_up(Undecided::Calculation);
                    }
                }
                Realised::NotFound(why) => return self.give_up(why),
            }
        }
    }

    /// No customer could be made of this box, which proves nothing.
    fn give_up(&mut self, why: Undecided) -> Ended {
        self.given_up += 1;
        let why = self.why_given_up.map_or(why, |before| before.max(why));
        self.why_given_up = Some(why);
        if self.given_up >= MOST_GIVEN_UP { Ended::Unknown(why) } else { Ended::Never }
    }

    /// Narrows the box until nothing more follows; gives the place of the choice to branch on, if one is open.
    fn follow(&mut self) -> Result<Option<usize>, Empty> {
        loop {
            let before = self.region.moment();
            let mut open: Option<(usize, usize)> = None;
            for (at, demand) in self.required.iter().enumerate().filter(|(_, demand)| !demand.settled) {
                let moment = self.region.moment();
                let status = self.region.require(&self.program.formulas, demand.formula);
                if let Origin::Blocker(number) = demand.origin
                    && (status.is_err() || self.region.moment() != moment)
                {
                    self.used.insert(number);
                }
                if status? == Status::Open {
                    let parts = self.open_parts(demand.formula).len();
                    if open.is_none_or(|(least, _)| parts < least) {
                        open = Some((parts, at));
                    }
                }
            }
            if self.region.moment() == before {
                return Ok(open.map(|(_, at)| at));
            }
        }
    }

    /// The parts of a choice that are not out of the question.
    fn open_parts(&self, choice: Formula) -> Vec<Formula> {
        let formulas = &self.program.formulas;
        match formulas.node(choice) {
            Node::Any(parts) => {
                let open = |part: &Formula| self.region.status(formulas, *part) != Status::Fails;
                parts.iter().copied().filter(open).collect()
            }
            // What is demanded is taken apart, so only choices are ever open; but `all` in a choice's only part is one.
            Node::All(_) => vec![choice],
            Node::Always | Node::Never | Node::Literal(..) => Vec::new(),
        }
    }

    /// Searches with each part of the choice demanded in its place.
    fn branch(&mut self, at: usize) -> Ended {
        let Some(Demand { formula, origin, .. }) = self.required.get(at).copied() else { return Ended::Never };
        if let Origin::Blocker(number) = origin {
            self.used.insert(number);
        }
        if self.choices == MOST_CHOICES {
            return Ended::Unknown(Undecided::Budget);
        }
        self.choices += 1;
        let parts = self.open_parts(formula);
        let start = self.region.moment();
        self.settle(at, true);
        for part in parts {
            let moment = self.region.moment();
            let length = self.required.len();
            self.demand(part, origin);
            let added = self.required.len() - length;
            let ended = self.dive();
            self.required.drain(length..length + added);
            if !matches!(ended, Ended::Never) {
                return ended;
            }
            self.region.return_to(moment);
            // From here on the part does not hold; if that leaves nothing, all has been seen.
            if matches!(self.program.formulas.node(part), Node::Literal(..)) {
                let not = self.program.formulas.not(part);
                if self.region.require(&self.program.formulas, not).is_err() {
                    break;
                }
            }
        }
        self.choices -= 1;
        self.settle(at, false);
        self.region.return_to(start);
        Ended::Never
    }

    fn settle(&mut self, at: usize, settled: bool) {
        if let Some(demand) = self.required.get_mut(at) {
            demand.settled = settled;
        }
    }

    /// Requires what the point violates; whether that was anything.
    fn take_in(&mut self, point: &[usize]) -> bool {
        let formulas = &mut self.program.formulas;
        let mut new = Vec::new();
        for coupling in &self.program.couplings {
            if !formulas.holds(*coupling, point) && self.taken_in.insert(*coupling) {
                new.push(*coupling);
            }
        }
        if !new.is_empty() {
            new.into_iter().for_each(|coupling| self.demand(coupling, Origin::Question));
            return true;
        }
        let holding = self.blockers.holding(formulas, point);
        let mut violated: Vec<(usize, usize, Formula)> =
            holding.map(|(number, blocker)| (parts(formulas, blocker), number, blocker)).collect();
        // The broadest first: they exclude the most.
        violated.sort_unstable_by_key(|(parts, number, _)| (*parts, *number));
        let mut found = false;
        let most = TAKEN_IN.max(self.taken_in.len() / 2);
        for (_, number, blocker) in violated.into_iter().take(most) {
            let not = self.program.formulas.not(blocker);
            if self.taken_in.insert(not) {
                self.demand(not, Origin::Blocker(number));
                found = true;
            }
        }
        found
    }

    fn realise(&mut self, point: &[usize]) -> Realised {
        let shadows = Shadows { question: self.question, blockers: self.blockers };
        super::realise::realise(self.program, self.start, &self.region, point, &shadows)
    }
}

fn parts(formulas: &Formulas, formula: Formula) -> usize {
    match formulas.node(formula) {
        Node::Always | Node::Never | Node::Literal(..) => 1,
        Node::All(parts) | Node::Any(parts) => parts.len(),
    }
}
