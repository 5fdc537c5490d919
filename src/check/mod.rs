//! Tree to model: names and types, every error at once.
//!
//! Takes the syntax trees of all files, gives the [`RuleSet`] over everything that is right, the resolved tests, and
//! the findings. An item in error is left out with all that rests on it, silently: only its own error is shown (R52).
//!
//! How it leaves out: ids are places in lists sorted by name, so a list must not have holes. The check therefore runs
//! in passes; a pass that finds new errors poisons those items, and the next pass treats a poisoned name as known but
//! unusable. A rule set without errors takes one pass.

mod attributes;
mod caps;
mod cases;
mod circles;
mod collect;
mod consent;
mod expressions;
mod literals;
mod names;
mod offers;
mod order;
mod purposes;
mod rules;
mod slots;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{self, Diagnostic};
use crate::frame::Case;
use crate::model::{Gathered, GatheredId, RuleSet, SlotId};
use crate::syntax::tree::File;

use collect::Collected;
use names::{Kind, Names};

/// What came out of a check.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Everything that is right.
    pub rules: RuleSet,
    /// The tests that could be resolved, in the order written.
    pub tests: Vec<Case>,
    /// The rules that were left out.
    pub left_out: Vec<LeftOut>,
    /// Whether a declaration other than a rule or a test was left out, so that something may only seem to be unused.
    pub incomplete: bool,
}

/// A rule in error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub rule: String,
    /// Its slot, if that one is right.
    pub slot: Option<SlotId>,
}

/// Checks all files of a rule set together. The order of files, and of items in them, makes no difference.
pub fn check(files: &[File]) -> (Program, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let collected = Collected::new(files, &mut findings);
    let mut poisoned = collected.poisoned.clone();
    loop {
        let mut pass = Pass::new(&collected, &poisoned);
        let tests = pass.run();
        for finding in pass.findings {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        if pass.poison.is_empty() {
            diagnostics::sort(&mut findings);
            let left_out = left_out(&collected, &poisoned, &pass.rules);
            let incomplete = poisoned.iter().any(|(kind, _)| *kind != Kind::Rule && *kind != Kind::Persona);
            return (Program { rules: pass.rules, tests, left_out, incomplete }, findings);
        }
        poisoned.extend(pass.poison);
    }
}

fn left_out(collected: &Collected<'_>, poisoned: &BTreeSet<(Kind, String)>, rules: &RuleSet) -> Vec<LeftOut> {
    let of_kind = poisoned.iter().filter(|(kind, _)| *kind == Kind::Rule);
    of_kind
        .map(|(_, name)| {
            let slot = collected.rules.get(name.as_str()).and_then(|item| rules.slot_named(&item.item.slot.text));
            LeftOut { rule: name.clone(), slot }
        })
        .collect()
}

/// One pass over everything that is not poisoned.
struct Pass<'a> {
    collected: &'a Collected<'a>,
    names: Names,
    rules: RuleSet,
    findings: Vec<Diagnostic>,
    /// What this pass found to be in error.
    poison: BTreeSet<(Kind, String)>,
    values: expressions::ValueStates,
    /// Where each gathered value stands in the rule set.
    gathered: BTreeMap<Gathered, GatheredId>,
}

impl<'a> Pass<'a> {
    fn new(collected: &'a Collected<'a>, poisoned: &BTreeSet<(Kind, String)>) -> Self {
        let names = Names::new(collected, poisoned);
        Self {
            collected,
            names,
            rules: RuleSet::new(),
            findings: Vec::new(),
            poison: BTreeSet::new(),
            values: expressions::ValueStates::default(),
            gathered: BTreeMap::new(),
        }
    }

    /// The stages in the order in which each needs the ones before.
    fn run(&mut self) -> Vec<Case> {
        self.defaults();
        self.purposes();
        self.attributes();
        self.events();
        self.values();
        self.segments();
        self.offers();
        self.slots();
        self.rules();
        self.caps();
        self.rules.sort_gathered();
        if self.poison.is_empty() {
            self.order();
        }
        // Chains of substitutes are followed from here on: they must end.
        if self.poison.is_empty() {
            self.consent();
        }
        if self.poison.is_empty() { self.cases() } else { Vec::new() }
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Leaves an item out of the next pass; what rests on it follows silently.
    fn poison(&mut self, kind: Kind, name: &str) {
        self.poison.insert((kind, name.to_owned()));
    }
}
