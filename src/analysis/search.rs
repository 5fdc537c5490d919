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
//! The budget counts boxes, not time, so the answer is the same on every machine.

use std::collections::BTreeSet;

use super::formula::{Formula, Formulas, Node};
use super::program::Program;
use super::realise::{Realised, Shadows};
use super::region::{Empty, Region, Status};
use super::witness::Witness;

/// How many of the blockers that hold at a point are taken in at once.
const TAKEN_IN: usize = 4;
/// How often a box is given up because no customer could be made of it, before the question is given up.
const MOST_GIVEN_UP: usize = 64;

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
    /// A calculation, or attributes compared with each other, for which no values were found and none excluded.
    Calculation,
    /// More instants would have to be told apart than are looked at.
    Instants,
}

/// Searches every start of the program in turn.
pub(super) fn search(
    program: &mut Program<'_>,
    required: &[Formula],
    blockers: &[(usize, Formula)],
    budget: usize,
) -> Answer {
    let mut used = BTreeSet::new();
    let mut undecided = None;
    for start in 0..program.starts.len() {
        let mut search = Search::new(program, start, required, blockers, budget);
        match search.dive() {
            Ended::Found(witness) => return Answer::Found(witness),
            Ended::Never if search.given_up > 0 => undecided = undecided.max(Some(Undecided::Calculation)),
            Ended::Never => used.append(&mut search.used),
            Ended::Unknown(why) => undecided = undecided.max(Some(why)),
        }
    }
    undecided.map_or(Answer::Never(used), Answer::Unknown)
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
    Never,
    Unknown(Undecided),
}

struct Search<'p, 'a> {
    program: &'p mut Program<'a>,
    start: usize,
    region: Region,
    required: Vec<(Formula, Origin)>,
    question: &'p [Formula],
    blockers: &'p [(usize, Formula)],
    /// Which blockers and couplings are required already.
    taken_in: BTreeSet<Formula>,
    used: BTreeSet<usize>,
    given_up: usize,
    budget: usize,
}

impl<'p, 'a> Search<'p, 'a> {
    fn new(
        program: &'p mut Program<'a>,
        start: usize,
        question: &'p [Formula],
        blockers: &'p [(usize, Formula)],
        budget: usize,
    ) -> Self {
        let domains = program.starts.get(start).map(|start| start.domains.clone()).unwrap_or_default();
        let required = question.iter().map(|formula| (*formula, Origin::Question)).collect();
        Self {
            program,
            start,
            region: Region::new(domains),
            required,
            question,
            blockers,
            taken_in: BTreeSet::new(),
            used: BTreeSet::new(),
            given_up: 0,
            budget,
        }
    }

    /// Searches the box as it stands.
    fn dive(&mut self) -> Ended {
        loop {
            if self.budget == 0 {
                return Ended::Unknown(Undecided::Budget);
            }
            self.budget -= 1;
            let Ok(branch) = self.follow() else {
                return Ended::Never;
            };
            if let Some((formula, origin)) = branch {
                return self.branch(formula, origin);
            }
            let point = self.program.poorest(&self.region);
            if self.take_in(&point) {
                continue;
            }
            match self.realise(&point) {
                Realised::Customer(witness) => return Ended::Found(witness),
                Realised::Impossible(clause) => self.required.push((clause, Origin::Question)),
                Realised::Shadowed(point) => {
                    if !self.take_in(&point) {
                        return self.give_up();
                    }
                }
                Realised::NotFound => return self.give_up(),
            }
        }
    }

    /// No customer could be made of this box, which proves nothing.
    fn give_up(&mut self) -> Ended {
        self.given_up += 1;
        if self.given_up >= MOST_GIVEN_UP { Ended::Unknown(Undecided::Calculation) } else { Ended::Never }
    }

    /// Narrows the box until nothing more follows; gives what to branch on, if something is open.
    fn follow(&mut self) -> Result<Option<(Formula, Origin)>, Empty> {
        loop {
            let before = self.region.moment();
            let mut open: Option<(usize, Formula, Origin)> = None;
            for (formula, origin) in &self.required {
                let moment = self.region.moment();
                let status = self.region.require(&self.program.formulas, *formula);
                if let Origin::Blocker(number) = origin
                    && (status.is_err() || self.region.moment() != moment)
                {
                    self.used.insert(*number);
                }
                if status? == Status::Open {
                    let parts = self.open_parts(*formula);
                    if open.is_none_or(|(least, _, _)| parts < least) {
                        open = Some((parts, *formula, *origin));
                    }
                }
            }
            if self.region.moment() == before {
                return Ok(open.map(|(_, formula, origin)| (formula, origin)));
            }
        }
    }

    fn open_parts(&self, formula: Formula) -> usize {
        self.open_node(formula).map_or(1, |parts| parts.len())
    }

    /// The open parts of the first open choice in the formula.
    fn open_node(&self, formula: Formula) -> Option<Vec<Formula>> {
        let formulas = &self.program.formulas;
        let open = |part: &Formula| self.region.status(formulas, *part) == Status::Open;
        match formulas.node(formula) {
            Node::Any(parts) => Some(parts.iter().copied().filter(open).collect()),
            Node::All(parts) => parts.iter().filter(|part| open(part)).find_map(|part| self.open_node(*part)),
            Node::Always | Node::Never | Node::Literal(..) => None,
        }
    }

    fn branch(&mut self, formula: Formula, origin: Origin) -> Ended {
        if let Origin::Blocker(number) = origin {
            self.used.insert(number);
        }
        // What is open holds a choice: a literal that is required has narrowed the box and holds.
        let parts = self.open_node(formula).unwrap_or_default();
        let start = self.region.moment();
        for part in parts {
            let moment = self.region.moment();
            let ended = match self.region.require(&self.program.formulas, part) {
                Ok(_) => {
                    let length = self.required.len();
                    // Only a part that is itself a choice stays open; the path below must keep it in mind.
                    self.required.push((part, origin));
                    let ended = self.dive();
                    self.required.remove(length);
                    ended
                }
                Err(Empty) => Ended::Never,
            };
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
        self.region.return_to(start);
        Ended::Never
    }

    /// Requires what the point violates; whether that was anything.
    fn take_in(&mut self, point: &[usize]) -> bool {
        let formulas = &mut self.program.formulas;
        let mut found = false;
        for coupling in &self.program.couplings {
            if !formulas.holds(*coupling, point) && self.taken_in.insert(*coupling) {
                self.required.push((*coupling, Origin::Question));
                found = true;
            }
        }
        if found {
            return true;
        }
        let mut violated: Vec<(usize, usize, Formula)> = self
            .blockers
            .iter()
            .filter(|(_, blocker)| formulas.holds(*blocker, point))
            .map(|(number, blocker)| (parts(formulas, *blocker), *number, *blocker))
            .collect();
        // The broadest first: they exclude the most.
        violated.sort_unstable_by_key(|(parts, number, _)| (*parts, *number));
        for (_, number, blocker) in violated.into_iter().take(TAKEN_IN) {
            let not = formulas.not(blocker);
            if self.taken_in.insert(not) {
                self.required.push((not, Origin::Blocker(number)));
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
