//! The second rung of the search: the same question as clauses, for a solver that learns from its conflicts.
//!
//! Takes formulas that must hold and blockers; gives a box in which every one of them is decided as wanted, or the blockers
//! that leave none. Refuses to know customers: whether somebody is made of the box is asked elsewhere.
//!
//! The box search forgets why a branch failed. Where many choices hang together (each of five is one of four, and no two
//! are the same) it tries them over and over, and gives up; a solver of the family of Marques-Silva and Sakallah's GRASP
//! (conflict-driven clause learning, here MiniSat's descendant batsat) writes down what it learned. On rule sets as people
//! write them the box search is faster by far (`make bench`), so this comes after it.
//!
//! The atoms of each dimension fall into *classes* that no formula of the question tells apart, mostly few. A class is one
//! variable, and a dimension has exactly one class. A formula is one variable that implies its parts (Plaisted and
//! Greenbaum: in negation normal form the other direction is not needed). Each blocker is negated behind an assumption of
//! its own, so that the solver names those of them on which a "never" rests.
//!
//! The budget counts conflicts, not time, so the answer is the same on every machine.

use std::cell::Cell;
use std::collections::BTreeSet;

use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, clause, lbool};
use hashbrown::{HashMap, HashSet};

use super::atoms::Atoms;
use super::formula::{Dim, Formula, Formulas, Node};

/// A question with more nodes and memberships of classes than this is not written down.
const MOST: usize = 2_000_000;

/// What the solver found.
pub(super) enum Found {
    /// In this box everything is as wanted.
    Box(Vec<(Dim, Atoms)>),
    /// There is none; these blockers suffice to see it.
    Never(BTreeSet<usize>),
    /// The budget was used up.
    GaveUp,
}

/// A question as clauses.
pub(super) struct Clauses {
    solver: Solver<Budget>,
    /// Of each dimension its classes, each with its variable; nothing of a dimension that nobody asks about.
    classes: Vec<Vec<(Atoms, Lit)>>,
    known: HashMap<Formula, Lit>,
    /// What is assumed so that a blocker does not hold.
    assumed: Vec<(usize, Lit)>,
    /// How much was written down.
    size: usize,
}

/// Stops the solver after so many conflicts.
struct Budget {
    left: Cell<usize>,
}

impl Callbacks for Budget {
    fn on_new_clause(&mut self, _: &[Lit], kind: clause::Kind) {
        if matches!(kind, clause::Kind::Learnt) {
            self.left.set(self.left.get().saturating_sub(1));
        }
    }

    fn stop(&self) -> bool {
        self.left.get() == 0
    }
}

impl Clauses {
    /// Writes a question down: what must hold, and by number the negations of what must not. Nothing where it is too large.
    pub(super) fn new(
        formulas: &Formulas,
        domains: &[Atoms],
        required: &[Formula],
        negated: &[(usize, Formula)],
        conflicts: usize,
    ) -> Option<Self> {
        let budget = Budget { left: Cell::new(conflicts) };
        let mut clauses = Self {
            solver: Solver::new(SolverOpts::default(), budget),
            classes: Vec::new(),
            known: HashMap::new(),
            assumed: Vec::new(),
            size: 0,
        };
        let all = required.iter().copied().chain(negated.iter().map(|(_, formula)| *formula));
        clauses.divide(formulas, domains, all)?;
        for formula in required {
            clauses.require(formulas, *formula)?;
        }
        for (number, formula) in negated {
            let assumed = clauses.variable();
            let not = clauses.literal(formulas, *formula)?;
            clauses.add(vec![!assumed, not]);
            clauses.assumed.push((*number, assumed));
        }
        Some(clauses)
    }

    /// Adds what must hold, too; nothing where it is too large.
    pub(super) fn require(&mut self, formulas: &Formulas, formula: Formula) -> Option<()> {
        let literal = self.literal(formulas, formula)?;
        self.add(vec![literal]);
        Some(())
    }

    /// Not this box again.
    pub(super) fn forbid(&mut self, region: &[(Dim, Atoms)]) {
        let not = |(dim, atoms): &(Dim, Atoms)| {
            let classes = self.classes.get(dim.index())?;
            classes.iter().find(|(class, _)| class == atoms).map(|(_, is)| !*is)
        };
        let some_other = region.iter().filter_map(not).collect();
        self.add(some_other);
    }

    /// Asks the solver.
    pub(super) fn solve(&mut self) -> Found {
        let assumed: Vec<Lit> = self.assumed.iter().map(|(_, lit)| *lit).collect();
        let answer = self.solver.solve_limited(&assumed);
        if answer == lbool::TRUE {
            let is_so = |(_, is): &&(Atoms, Lit)| self.solver.value_lit(*is) == lbool::TRUE;
            let class = |(at, classes): (usize, &Vec<(Atoms, Lit)>)| {
                classes.iter().find(is_so).map(|(atoms, _)| (Dim(at as u32), atoms.clone()))
            };
            Found::Box(self.classes.iter().enumerate().filter_map(class).collect())
        } else if answer == lbool::FALSE {
            let used = self.assumed.iter().filter(|(_, lit)| self.solver.unsat_core_contains_var(lit.var()));
            Found::Never(used.map(|(number, _)| *number).collect())
        } else {
            Found::GaveUp
        }
    }

    /// Divides the atoms of every dimension that is asked about.
    fn divide(&mut self, formulas: &Formulas, domains: &[Atoms], all: impl Iterator<Item = Formula>) -> Option<()> {
        let mut parts: Vec<Vec<Atoms>> = domains.iter().map(|domain| vec![domain.clone()]).collect();
        let mut asked = vec![false; domains.len()];
        let (mut seen, mut queue): (HashSet<Formula>, Vec<Formula>) = (HashSet::new(), all.collect());
        let mut cuts: HashSet<(Dim, &Atoms)> = HashSet::new();
        while let Some(formula) = queue.pop().filter(|_| seen.len() <= MOST) {
            if !seen.insert(formula) {
                continue;
            }
            match formulas.node(formula) {
                Node::Always | Node::Never => {}
                Node::All(of) | Node::Any(of) => queue.extend(of.iter().copied()),
                Node::Literal(dim, atoms) if cuts.insert((*dim, atoms)) => {
                    let (Some(parts), Some(asked)) = (parts.get_mut(dim.index()), asked.get_mut(dim.index())) else {
                        continue;
                    };
                    *asked = true;
                    let cut = |part: &Atoms| [part.and(atoms), part.minus(atoms)];
                    *parts = parts.iter().flat_map(cut).filter(|part| !part.is_empty()).collect();
                    self.size += parts.len();
                }
                Node::Literal(..) => {}
            }
            if self.size > MOST {
                return None;
            }
        }
        for (parts, asked) in parts.into_iter().zip(asked) {
            let classes: Vec<(Atoms, Lit)> =
                if asked { parts.into_iter().map(|part| (part, self.variable())).collect() } else { Vec::new() };
            if asked {
                let variables: Vec<Lit> = classes.iter().map(|(_, is)| *is).collect();
                self.exactly_one(&variables);
            }
            self.classes.push(classes);
        }
        (seen.len() <= MOST).then_some(())
    }

    /// Exactly one of these is so, by a chain: "one of the first n is".
    fn exactly_one(&mut self, of: &[Lit]) {
        self.add(of.to_vec());
        let mut before: Option<Lit> = None;
        for is in of {
            let upto = self.variable();
            self.add(vec![!*is, upto]);
            if let Some(before) = before {
                self.add(vec![!before, upto]);
                self.add(vec![!before, !*is]);
            }
            before = Some(upto);
        }
    }

    /// A variable that implies the formula.
    fn literal(&mut self, formulas: &Formulas, formula: Formula) -> Option<Lit> {
        if let Some(known) = self.known.get(&formula) {
            return Some(*known);
        }
        let is = self.variable();
        self.known.insert(formula, is);
        match formulas.node(formula) {
            Node::Always => {}
            Node::Never => self.add(vec![!is]),
            Node::Literal(dim, atoms) => {
                let classes = self.classes.get(dim.index()).map(Vec::as_slice).unwrap_or_default();
                // What came up later may cut a class: then some of it will do.
                let within = classes.iter().filter(|(class, _)| class.meets(atoms)).map(|(_, class)| *class);
                let clause: Vec<Lit> = std::iter::once(!is).chain(within).collect();
                // A dimension that nobody asked about before is free.
                if !classes.is_empty() {
                    self.add(clause);
                }
            }
            Node::All(parts) => {
                for part in parts {
                    let part = self.literal(formulas, *part)?;
                    self.add(vec![!is, part]);
                }
            }
            Node::Any(parts) => {
                let mut clause = vec![!is];
                for part in parts {
                    clause.push(self.literal(formulas, *part)?);
                }
                self.add(clause);
            }
        }
        (self.size <= MOST).then_some(is)
    }

    fn variable(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    fn add(&mut self, mut clause: Vec<Lit>) {
        self.size += clause.len();
        self.solver.add_clause_reuse(&mut clause);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::atoms::Atoms;
    use super::super::formula::{Dim, Formula, Formulas};
    use super::super::tests::schemas::Dice;
    use super::{Clauses, Found};

    const PLENTY: usize = 10_000;

    fn domains(widths: &[usize]) -> Vec<Atoms> {
        widths.iter().map(|width| Atoms::all(*width)).collect()
    }

    /// Every point of dimensions so wide.
    fn points(widths: &[usize]) -> Vec<Vec<usize>> {
        widths.iter().fold(vec![Vec::new()], |points, width| {
            let longer = |point: Vec<usize>| {
                (0..*width).map(move |atom| point.iter().copied().chain([atom]).collect::<Vec<usize>>())
            };
            points.into_iter().flat_map(longer).collect()
        })
    }

    fn random(dice: &mut Dice, formulas: &mut Formulas, widths: &[usize], depth: usize) -> Formula {
        if depth == 0 || dice.below(3) == 0 {
            let dim = dice.below(widths.len());
            let mut atoms = Atoms::none(widths[dim]);
            for atom in (0..widths[dim]).filter(|_| dice.below(2) == 0) {
                atoms = atoms.or(&Atoms::one(widths[dim], atom));
            }
            return formulas.literal(Dim(dim as u32), atoms);
        }
        let parts: Vec<Formula> = (0..2 + dice.below(2)).map(|_| random(dice, formulas, widths, depth - 1)).collect();
        if dice.below(2) == 0 { formulas.all(parts) } else { formulas.any(parts) }
    }

    #[test]
    fn the_solver_finds_what_looking_at_every_point_finds() {
        let mut dice = Dice::new(11);
        let (mut somebody, mut nobody) = (0, 0);
        for round in 0..400 {
            let widths: Vec<usize> = (0..4).map(|_| 2 + dice.below(3)).collect();
            let mut formulas = Formulas::new(widths.clone());
            let required: Vec<Formula> =
                (0..dice.below(3)).map(|_| random(&mut dice, &mut formulas, &widths, 2)).collect();
            let blockers: Vec<Formula> =
                (0..dice.below(9)).map(|_| random(&mut dice, &mut formulas, &widths, 2)).collect();
            let negated: Vec<(usize, Formula)> =
                blockers.iter().map(|blocker| formulas.not(*blocker)).enumerate().collect();
            let all = points(&widths);
            let is_wanted = |point: &[usize], among: &BTreeSet<usize>| {
                required.iter().all(|formula| formulas.holds(*formula, point))
                    && negated.iter().all(|(number, not)| !among.contains(number) || formulas.holds(*not, point))
            };
            let every: BTreeSet<usize> = (0..blockers.len()).collect();
            let mut clauses = Clauses::new(&formulas, &domains(&widths), &required, &negated, PLENTY).unwrap();
            let mut left: Vec<&Vec<usize>> = all.iter().filter(|point| is_wanted(point, &every)).collect();
            // Box after box, until none is left.
            loop {
                match clauses.solve() {
                    Found::Box(found) => {
                        somebody += 1;
                        let within =
                            |point: &Vec<usize>| found.iter().all(|(dim, atoms)| atoms.has(point[dim.index()]));
                        let before = left.len();
                        assert!(
                            all.iter().filter(|point| within(point)).all(|point| is_wanted(point, &every)),
                            "{round}"
                        );
                        left.retain(|point| !within(point));
                        assert!(left.len() < before, "round {round}: the box is empty, or was found before");
                        clauses.forbid(&found);
                    }
                    Found::Never(used) => {
                        nobody += 1;
                        assert!(left.is_empty(), "round {round}: {left:?} was not found");
                        let whole = Clauses::new(&formulas, &domains(&widths), &required, &negated, PLENTY);
                        if let Found::Never(_) = whole.unwrap().solve() {
                            assert!(
                                !all.iter().any(|point| is_wanted(point, &used)),
                                "{round}: {used:?} is not enough"
                            );
                        }
                        break;
                    }
                    Found::GaveUp => panic!("round {round}: the budget is plenty"),
                }
            }
        }
        assert!(somebody > 300 && nobody == 400, "{somebody} and {nobody}");
    }

    /// Each of so many is in one of so many places, and no two are in the same.
    fn apart(formulas: &mut Formulas, many: usize, places: usize) -> Vec<(usize, Formula)> {
        let mut negated = Vec::new();
        for place in 0..places {
            for one in 0..many {
                for other in 0..one {
                    let [one, other] = [one, other].map(|dim| formulas.is(Dim(dim as u32), place));
                    let both = formulas.both(one, other);
                    negated.push((negated.len(), formulas.not(both)));
                }
            }
        }
        negated
    }

    #[test]
    fn what_hangs_together_is_decided_within_the_budget_or_not_at_all() {
        for (many, places, conflicts, expected) in
            [(6, 6, PLENTY, "somebody"), (7, 6, PLENTY, "nobody"), (7, 6, 5, "gave up")]
        {
            let widths = vec![places; many];
            let mut formulas = Formulas::new(widths.clone());
            let negated = apart(&mut formulas, many, places);
            let mut clauses = Clauses::new(&formulas, &domains(&widths), &[], &negated, conflicts).unwrap();
            let found = match clauses.solve() {
                Found::Box(_) => "somebody",
                Found::Never(_) => "nobody",
                Found::GaveUp => "gave up",
            };
            assert_eq!(found, expected, "{many} in {places}");
        }
    }
}
