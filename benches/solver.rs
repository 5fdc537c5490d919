//! The question which rules can win, asked of a SAT solver: what the analysis is compared with.
//!
//! Written from the rules themselves and not from what the analysis makes of them, so that both can only agree if both
//! are right. Numbers and ages are encoded by order (one variable a constant: "at least this"), lists by one variable a
//! member, sets by one a word; every attribute has one for "is known", every cap one for "has something left". Rules are taken from the top: each is one call
//! with the assumption that its clauses hold; then a clause says for good that they do not, as whatever stands below
//! must get past it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use batsat::{BasicSolver, Lit, SolverInterface, lbool};

use crate::workload::{Kind, Predicate, Rule, Test, attributes};

/// The names of the rules that never win.
pub(crate) fn never(rules: &[Rule]) -> BTreeSet<String> {
    let mut slots: BTreeMap<usize, Vec<&Rule>> = BTreeMap::new();
    rules.iter().for_each(|rule| slots.entry(rule.slot).or_default().push(rule));
    slots.into_values().flat_map(|rules| of_slot(rules)).collect()
}

fn of_slot(mut rules: Vec<&Rule>) -> Vec<String> {
    rules.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(&b.name)));
    let mut encoder = Encoder::new(&rules);
    let mut dead = Vec::new();
    for rule in rules {
        let mut wanted: Vec<Lit> =
            rule.clauses.iter().map(|clause| encoder.clause(clause.unless, &clause.any)).collect();
        // Its own cap may be spent or not, whatever the others are.
        wanted.extend(rule.cap.map(|_| encoder.new_lit()));
        if encoder.solver.solve_limited(&wanted) == lbool::TRUE {
            let mut not: Vec<Lit> = wanted.iter().map(|lit| !*lit).collect();
            encoder.solver.add_clause_reuse(&mut not);
        } else {
            dead.push(rule.name.clone());
        }
    }
    dead
}

struct Encoder {
    solver: BasicSolver,
    attributes: Vec<Attribute>,
    known: HashMap<(Predicate, bool), Lit>,
}

struct Attribute {
    is_known: Lit,
    /// Of a number: the cuts, and "at least this".
    cuts: BTreeMap<i64, Lit>,
    /// Of a list its members, of a set the words it holds.
    members: BTreeMap<usize, Lit>,
}

impl Encoder {
    fn new(rules: &[&Rule]) -> Self {
        let mut solver = BasicSolver::default();
        let predicates = || rules.iter().flat_map(|rule| rule.clauses.iter().flat_map(|clause| &clause.any));
        let mut cuts: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); 40];
        let mut words: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); 40];
        for predicate in predicates() {
            match &predicate.is {
                Test::Between(from, to) => {
                    cuts[predicate.attribute].extend(from.iter().copied().chain(to.map(|to| to + 1)))
                }
                Test::Holds(word) => drop(words[predicate.attribute].insert(*word)),
                Test::OneOf(_) => {}
            }
        }
        let attributes = attributes().into_iter().enumerate().map(|(at, (kind, _))| {
            let mut new = || Lit::new(solver.new_var_default(), true);
            let is_known = new();
            let cuts: BTreeMap<i64, Lit> = cuts[at].iter().map(|cut| (*cut, new())).collect();
            let members: BTreeMap<usize, Lit> = match kind {
                Kind::List { members } => (0..members).map(|member| (member, new())).collect(),
                Kind::YesOrNo => (0..2).map(|member| (member, new())).collect(),
                Kind::Set => words[at].iter().map(|word| (*word, new())).collect(),
                Kind::Whole | Kind::Decimal | Kind::Instant => BTreeMap::new(),
            };
            let mut add = |clause: &[Lit]| {
                solver.add_clause_reuse(&mut clause.to_vec());
            };
            // Numbers run from 0 to a million.
            for (cut, lit) in cuts.iter().filter(|_| matches!(kind, Kind::Whole | Kind::Decimal)) {
                if *cut <= 0 {
                    add(&[*lit]);
                } else if *cut > 1_000_000 {
                    add(&[!*lit]);
                }
            }
            for (low, high) in cuts.values().zip(cuts.values().skip(1)) {
                add(&[!*high, *low]);
            }
            if kind != Kind::Set && !members.is_empty() {
                let all: Vec<Lit> = members.values().copied().collect();
                add(&all);
                for (one, lit) in all.iter().enumerate() {
                    all.iter().skip(one + 1).for_each(|other| add(&[!*lit, !*other]));
                }
            }
            Attribute { is_known, cuts, members }
        });
        let attributes = attributes.collect();
        Self { solver, attributes, known: HashMap::new() }
    }

    fn new_lit(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    fn add(&mut self, clause: &[Lit]) {
        self.solver.add_clause_reuse(&mut clause.to_vec());
    }

    /// True where all of these are.
    fn all(&mut self, of: &[Lit]) -> Lit {
        if let [one] = of {
            return *one;
        }
        let both = self.new_lit();
        of.iter().for_each(|lit| self.add(&[!both, *lit]));
        let back: Vec<Lit> = of.iter().map(|lit| !*lit).chain([both]).collect();
        self.add(&back);
        both
    }

    fn any(&mut self, of: &[Lit]) -> Lit {
        let none: Vec<Lit> = of.iter().map(|lit| !*lit).collect();
        !self.all(&none)
    }

    fn clause(&mut self, unless: bool, any: &[Predicate]) -> Lit {
        let of: Vec<Lit> = any.iter().map(|predicate| self.predicate(predicate, !unless)).collect();
        if unless { self.all(&of) } else { self.any(&of) }
    }

    /// True where the predicate is yes, or where it is no.
    fn predicate(&mut self, predicate: &Predicate, yes: bool) -> Lit {
        if let Some(known) = self.known.get(&(predicate.clone(), yes)) {
            return *known;
        }
        let attribute = &self.attributes[predicate.attribute];
        let is_known = attribute.is_known;
        let inside = match &predicate.is {
            Test::Between(from, to) => {
                let from = from.map(|from| attribute.cuts[&from]);
                let to = to.map(|to| !attribute.cuts[&(to + 1)]);
                let of: Vec<Lit> = from.into_iter().chain(to).collect();
                self.all(&of)
            }
            Test::Holds(word) => attribute.members[word],
            Test::OneOf(members) => {
                let of: Vec<Lit> = members.iter().map(|member| attribute.members[member]).collect();
                self.any(&of)
            }
        };
        let lit = self.all(&[is_known, if yes { inside } else { !inside }]);
        self.known.insert((predicate.clone(), yes), lit);
        lit
    }
}
