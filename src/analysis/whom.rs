//! For whom a slot answers in some way, as readable regions: the same question as `diff` asks, of one rule set.
//!
//! Takes a slot and which of its answers are meant; gives the regions of customers who get one of them, disjoint, each with
//! somebody whom the evaluator has decided so. Refuses to know why it is asked.

use super::between::{audiences, open};
use super::blocking::Blockers;
use super::diff::grow::{self, Box as Fixed, grow};
use super::diff::join::Twice;
use super::diff::sides::{Answer, Side};
use super::diff::words::said;
use super::formula::{Dim, Formula};
use super::program::Program;
use super::reach::SlotScope;
use super::search::{Answer as Found, Undecided, search};
use super::seen::Seen;
use super::worlds::at;
use super::{Options, Witness, stand};
use crate::eval;
use crate::frame::Decision;
use crate::model::{RuleSet, SlotId};

/// Customers who get such an answer.
#[derive(Clone, Debug)]
pub struct Group {
    /// Who they are; everybody where nothing stands here.
    pub who: Vec<String>,
    /// Somebody of them.
    pub witness: Witness,
}

/// Everybody who gets such an answer.
#[derive(Clone, Debug, Default)]
pub struct Whom {
    /// No two share a customer.
    pub groups: Vec<Group>,
    /// There are more than these.
    pub more: bool,
    /// Whether there are more was not decided.
    pub open: Option<Undecided>,
}

impl Whom {
    /// Nobody, and that is sure.
    pub fn is_nobody(&self) -> bool {
        self.groups.is_empty() && !self.more && self.open.is_none()
    }
}

/// Of which slot is asked, and which decisions of the evaluator bear it out.
pub(super) struct Question<'q> {
    pub(super) rules: &'q RuleSet,
    pub(super) slot: SlotId,
    pub(super) bears_out: &'q dyn Fn(&Decision) -> bool,
    /// So many groups are told apart.
    pub(super) most: usize,
}

/// Everybody who gets one of the answers that are meant. `scope` has the formulas of the slot, over the flattened rules.
pub(super) fn whom(
    scope: &mut SlotScope<'_>,
    options: &Options,
    question: &Question<'_>,
    meant: &dyn Fn(&Seen) -> bool,
) -> Whom {
    let mut found = Whom::default();
    let complete = scope.is_complete();
    let Some((program, first)) = scope.worlds.first() else { return found };
    let side = Side::new(program.schema.rules, question.slot, first);
    if !side.unordered.is_empty() {
        found.open = Some(Undecided::Calculation);
    }
    let answers: Vec<&Answer> = side.answers.iter().filter(|answer| meant(&answer.seen)).collect();
    for (program, of) in &mut scope.worlds {
        for answer in &answers {
            let required = [side.required(of, answer)];
            if !program.nobody_at_once(&required) {
                one(program, question, (&required, side.before(of, answer)), (options, &[]), &mut found);
            }
        }
    }
    if !complete {
        found.open = found.open.max(Some(Undecided::Instants));
    }
    found
}

/// Everybody for whom no rule of the slot is, though every consent is given.
pub(super) fn unmatched(scope: &mut SlotScope<'_>, options: &Options, question: &Question<'_>) -> Whom {
    let mut found = Whom::default();
    let complete = scope.is_complete();
    for (program, of) in &mut scope.worlds {
        let audiences = audiences(program, of, &|rule| question.rules[rule].off.is_none());
        let open = open(program);
        let consents: Vec<Dim> = open.iter().map(|(dim, _)| *dim).collect();
        let required = [grow::formula(program, &open)];
        one(program, question, (&required, audiences), (options, &consents), &mut found);
    }
    if !complete {
        found.open = found.open.max(Some(Undecided::Instants));
    }
    found
}

/// Finds those of one answer in one world; of some dimensions, which are the same for all, nothing is said.
fn one(
    program: &mut Program<'_>,
    question: &Question<'_>,
    (required, mut blockers): (&[Formula], Vec<Formula>),
    (options, unsaid): (&Options, &[Dim]),
    found: &mut Whom,
) {
    loop {
        let numbered = Blockers::plain(blockers.iter().copied().enumerate().collect());
        let witness = match search(program, required, numbered.all(), options.budget) {
            Found::Found(witness) => *witness,
            Found::Never(_) => return,
            Found::Unknown(why) => {
                found.open = found.open.max(Some(why));
                return;
            }
        };
        let rules = question.rules;
        let frame = witness.frame(rules);
        let decision = eval::decide(rules, &frame, question.slot);
        let grown = stand::point(program, &frame).and_then(|point| grow(program, required, &blockers, &point));
        let Some(grown) = grown.filter(|_| (question.bears_out)(&decision)) else {
            found.open = found.open.max(Some(Undecided::Calculation));
            return;
        };
        let told: Fixed = grown.iter().filter(|(dim, _)| !unsaid.contains(dim)).cloned().collect();
        let who = said(program, &Twice::default(), &told, at(program.schema.rules, frame.now));
        blockers.push(grow::formula(program, &grown));
        if found.groups.iter().any(|group| group.who == who) {
            continue;
        }
        if found.groups.len() >= question.most {
            found.more = true;
            return;
        }
        found.groups.push(Group { who, witness });
    }
}
