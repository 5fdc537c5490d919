//! Tree to model: names and types, every error at once.
//!
//! Takes the syntax trees of all files, gives the [`RuleSet`] over everything that is right, the resolved tests, and
//! the findings. An item in error is left out with all that rests on it, silently: only its own error is shown (R52).
//!
//! How it leaves out: ids are places in lists sorted by name, so a list must not have holes. The check therefore runs
//! in passes; a pass that finds new errors poisons those items, and the next pass treats a poisoned name as known but
//! unusable. A rule set without errors takes one pass.

mod attributes;
mod bind;
mod blocks;
mod caps;
mod cases;
mod channels;
mod circles;
mod classes;
mod collect;
mod consent;
mod exemptions;
mod expressions;
mod hours;
mod left_out;
mod limits;
mod literals;
mod misread;
mod names;
mod offers;
mod order;
mod purposes;
mod rank;
mod readings;
mod rules;
mod slots;
mod types;
mod units;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{self, Diagnostic};
use crate::frame::Case;
use crate::model::{self, Gathered, GatheredId, RuleSet};
use crate::source::Span;
use crate::syntax::tree::{File, Item, ItemKind};

use collect::Collected;
use left_out::Gaps;
use names::{Kind, Names};

pub use left_out::LeftOut;
pub(crate) use left_out::admit_losses;

/// What came out of a check.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Everything that is right.
    pub rules: RuleSet,
    /// The tests that could be resolved, in the order written.
    pub tests: Vec<Case>,
    /// Tests that are in error, or rest on a persona that is; of a table in error, what could be made of it is among the
    /// tests.
    pub unmade: Vec<Unmade>,
    /// Where tests and personas stand, which decide nothing: an error in one says nothing of the rules.
    pub asides: Vec<Span>,
    /// The rules that were left out.
    pub left_out: Vec<LeftOut>,
    /// What else was left out.
    pub gaps: Vec<model::LeftOut>,
}

/// A test that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmade {
    /// Its sentence; empty where not even that could be read.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Checks all files of a rule set together. The order of files, and of items in them, makes no difference.
pub fn check(files: &[File]) -> (Program, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let collected = Collected::new(files, &mut findings);
    let mut poisoned = collected.poisoned.clone();
    poisoned.extend(limits::too_many(&collected, &mut findings));
    let is_read = |item: &Item| !item.damaged && !matches!(item.kind, ItemKind::Broken(_));
    let all_read = files.iter().flat_map(|file| &file.items).all(is_read);
    loop {
        let mut pass = Pass::new(&collected, &poisoned, all_read);
        let tests = pass.run();
        for finding in pass.findings {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        if pass.poison.is_empty() {
            diagnostics::sort(&mut findings);
            let gaps = Gaps { collected: &collected, poisoned: &poisoned, names: &pass.names, rules: &pass.rules };
            let (left_out, gaps) = (gaps.rules(), gaps.others());
            let (mut unmade, asides) = unread_tests(files);
            unmade.append(&mut pass.unmade);
            unmade.sort_by_key(|test| (test.span.source, test.span.start));
            return (Program { rules: pass.rules, tests, unmade, asides, left_out, gaps }, findings);
        }
        poisoned.extend(pass.poison);
    }
}

/// The tests of which the parser could not read everything, and where all tests and personas stand.
fn unread_tests(files: &[File]) -> (Vec<Unmade>, Vec<Span>) {
    let (mut unread, mut asides) = (Vec::new(), Vec::new());
    for item in files.iter().flat_map(|file| &file.items) {
        match &item.kind {
            ItemKind::Test(case) => {
                asides.push(item.span);
                if item.damaged {
                    unread.push(Unmade { name: case.label.text.clone(), span: case.label.span });
                }
            }
            ItemKind::Persona(_) => asides.push(item.span),
            ItemKind::Broken(broken) if broken.word == "test" => {
                asides.push(item.span);
                unread.push(Unmade { name: String::new(), span: item.keyword });
            }
            ItemKind::Broken(broken) if broken.word == "persona" => asides.push(item.span),
            ItemKind::Use(_)
            | ItemKind::Defaults(_)
            | ItemKind::Purpose(_)
            | ItemKind::Class(_)
            | ItemKind::Customer(_)
            | ItemKind::Moment(_)
            | ItemKind::Event(_)
            | ItemKind::Segment(_)
            | ItemKind::Value(_)
            | ItemKind::Channel(_)
            | ItemKind::Offer(_)
            | ItemKind::Slot(_)
            | ItemKind::Rule(_)
            | ItemKind::Cap(_)
            | ItemKind::Pause(_)
            | ItemKind::Gap(_)
            | ItemKind::Block(_)
            | ItemKind::Window(_)
            | ItemKind::Broken(_) => {}
        }
    }
    (unread, asides)
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
    /// Tests that are in error.
    unmade: Vec<Unmade>,
    /// What caps take out.
    exemptions: Vec<exemptions::Exemption>,
    /// Whether everything that is written could be read and used.
    is_whole: bool,
}

impl<'a> Pass<'a> {
    fn new(collected: &'a Collected<'a>, poisoned: &BTreeSet<(Kind, String)>, all_read: bool) -> Self {
        let names = Names::new(collected, poisoned);
        Self {
            is_whole: all_read && poisoned.is_empty(),
            exemptions: Vec::new(),
            collected,
            names,
            rules: RuleSet::new(),
            findings: Vec::new(),
            poison: BTreeSet::new(),
            values: expressions::ValueStates::default(),
            gathered: BTreeMap::new(),
            unmade: Vec::new(),
        }
    }

    /// The stages in the order in which each needs the ones before.
    fn run(&mut self) -> Vec<Case> {
        self.defaults();
        self.purposes();
        self.classes();
        self.attributes();
        self.events();
        self.values();
        self.segments();
        self.channels();
        self.offers();
        self.slots();
        self.rules();
        self.caps();
        self.windows();
        if self.poison.is_empty() {
            self.bind_windows();
        }
        self.rules.sort_gathered();
        self.readings();
        if self.poison.is_empty() {
            self.order();
        }
        // What is named is followed from here on: it must not be too large. Chains of substitutes too: they must end.
        if self.poison.is_empty() {
            self.sizes();
        }
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
