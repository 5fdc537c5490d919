//! One question over all worlds: what is asked of a slot or a condition, in every order that time can bring about.
//!
//! Takes a way to write the formulas of a question down; compiles it once to find the dimensions, and once per world.
//! "There is such a customer" needs one world, "there is none" needs all of them.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::blocking::View;
use super::compile::Compiler;
use super::domain::Source;
use super::formula::{Formula, Formulas};
use super::program::Program;
use super::region::{Region, Status};
use super::search::{Answer, Budget, Existence, Undecided, exists, search};
use super::worlds::worlds;
use crate::model::{RuleSet, Scope as Whose};
use crate::value::Instant;

/// The formulas `T` of a question in every world.
#[derive(Clone)]
pub(super) struct Scope<'a, T> {
    pub(super) worlds: Vec<(Program<'a>, T)>,
    complete: bool,
    budget: Budget,
    /// Of what must hold in each world, whether there is anybody.
    known: HashMap<Vec<Vec<Formula>>, Existence>,
}

/// What is asked in one world.
pub(super) struct Question<'q> {
    /// What must hold.
    pub(super) required: Vec<Formula>,
    /// What must not.
    pub(super) blockers: View<'q>,
}

impl<'a, T> Scope<'a, T> {
    /// Compiles a question; `from` on time begins, `budget` is for each answer and world.
    pub(super) fn new(
        rules: &'a RuleSet,
        from: Option<Instant>,
        budget: Budget,
        write: impl Fn(&mut Compiler<'a>) -> T,
    ) -> Self {
        let mut scan = Compiler::scan(rules);
        write(&mut scan);
        let about_customers = scan.schema.sources.iter().any(|source| match source {
            Source::Attribute(id) | Source::Element(id, _) => rules[*id].scope == Whose::Customer,
            Source::Spent(_) | Source::Nobody | Source::LastUsed(_) => true,
            Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::Taken(_)
            | Source::Unseen(_)
            | Source::Hours(_)
            | Source::Opaque(_) => false,
        });
        if let Some(key) = rules.key().filter(|_| about_customers) {
            scan.attribute(key);
        }
        super::events::cut(&mut scan.schema);
        let schema = scan.schema;
        let (worlds, complete) = worlds(&schema, from);
        let compile = |world: super::worlds::World| {
            let mut compiler = Compiler::write(schema.clone(), world.clock());
            let formulas = write(&mut compiler);
            (Program::new(compiler, world), formulas)
        };
        Self { worlds: worlds.into_iter().map(compile).collect(), complete, budget, known: HashMap::new() }
    }

    /// Whether the worlds are all there are.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Asks in every world until somebody is found. `question` is given the number of the world.
    pub(super) fn ask<'q>(&mut self, question: impl Fn(usize, &mut Formulas, &T) -> Question<'q>) -> Answer {
        let mut used = BTreeSet::new();
        let mut undecided = None;
        for (number, (program, of)) in self.worlds.iter_mut().enumerate() {
            let Question { required, blockers } = question(number, &mut program.formulas, of);
            match search(program, &required, blockers, self.budget) {
                Answer::Found(witness) => return Answer::Found(witness),
                Answer::Never(mut of) => used.append(&mut of),
                Answer::Unknown(why) => undecided = undecided.max(Some(why)),
            }
        }
        if !self.complete {
            undecided = undecided.max(Some(Undecided::Instants));
        }
        undecided.map_or(Answer::Never(used), Answer::Unknown)
    }

    /// Whether there is anybody in any world of whom all this holds; nobody is shown.
    pub(super) fn is_there(&mut self, question: impl Fn(usize, &mut Formulas, &T) -> Vec<Formula>) -> Existence {
        let worlds = self.worlds.iter_mut().enumerate();
        let required: Vec<Vec<Formula>> =
            worlds.map(|(number, (program, of))| question(number, &mut program.formulas, of)).collect();
        // Rules ask the same of their customers over and over.
        if let Some(known) = self.known.get(&required) {
            return *known;
        }
        let found = self.look_for(&required);
        self.known.insert(required, found);
        found
    }

    fn look_for(&mut self, required: &[Vec<Formula>]) -> Existence {
        let mut undecided = None;
        for ((program, _), required) in self.worlds.iter_mut().zip(required) {
            match exists(program, required, self.budget) {
                Existence::Somebody => return Existence::Somebody,
                Existence::Nobody => {}
                Existence::Unknown(why) => undecided = undecided.max(Some(why)),
            }
        }
        if !self.complete {
            undecided = undecided.max(Some(Undecided::Instants));
        }
        undecided.map_or(Existence::Nobody, Existence::Unknown)
    }

    /// Whether a formula is seen at once to hold wherever `required` does, in every world and for every kind of
    /// customer; `false` may mean that it takes a search to see it.
    pub(super) fn follows_at_once<'q>(
        &mut self,
        question: impl Fn(usize, &mut Formulas, &T) -> Question<'q>,
    ) -> BTreeSet<usize> {
        let mut common: Option<BTreeSet<usize>> = None;
        for (number, (program, of)) in self.worlds.iter_mut().enumerate() {
            let Question { required, blockers } = question(number, &mut program.formulas, of);
            for (at, start) in program.starts.iter().enumerate() {
                let mut region = Region::new(start.domains.clone());
                if required.iter().any(|formula| region.require(&program.formulas, *formula).is_err()) {
                    continue;
                }
                // What holds in the whole box holds at any point of it.
                let point = program.poorest(at, &region);
                let holds = |formula| region.status(&program.formulas, formula) == Status::Holds;
                let of = blockers.holding(&program.formulas, &point).filter(|(number, formula)| match &common {
                    Some(common) => common.contains(number) && holds(*formula),
                    None => holds(*formula),
                });
                common = Some(of.map(|(number, _)| number).collect());
            }
        }
        common.filter(|_| self.complete).unwrap_or_default()
    }

    /// Whether it is seen at once, without a search, that nobody satisfies all of these.
    pub(super) fn nobody_at_once(&self, required: impl Fn(&T) -> Vec<Formula>) -> bool {
        self.complete && self.worlds.iter().all(|(program, of)| program.nobody_at_once(&required(of)))
    }
}
