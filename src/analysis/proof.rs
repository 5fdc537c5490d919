//! Proofs that can be checked without trusting the search: why nobody sees a rule, as a tree of cases.
//!
//! Takes a rule set and the verdicts on it; gives for every rule that never wins a [`Proof`], made by a procedure of its
//! own and checked by another. Refuses to know how a verdict was found.
//!
//! A proof takes all customers there are and splits them, one dimension at a time ("tier is gold", "tier is anything
//! else"), until in every case something is plain: a guard of the rule does not hold, or one of the rules that cover it
//! answers, or a coupling is broken that holds of everybody. The checker knows no more than how a formula is evaluated
//! over a box of atoms; that the parts of a split leave nobody out; and that a leaf names a formula that is false all over
//! its box. Both stand on the formulas and the worlds of a slot, as the reference evaluator's agreement with them is
//! tested elsewhere.

use std::collections::BTreeMap;

use super::atoms::Atoms;
use super::formula::{Dim, Formula, Formulas, Node};
use super::program::Program;
use super::reach::SlotScope;
use super::slot::{Part, SlotFormulas};
use super::verdict::{Coverer, Verdict};
use super::{Doubts, Options, Report, parallel, scope_of, scores, slot};
use crate::model::{RuleId, RuleSet, SlotId};

/// More cases than this are not written down for one rule.
const MOST_CASES: usize = 200_000;

/// What came of proving every verdict again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The rules of which it is proved that they never win, and in how many cases.
    pub proved: BTreeMap<RuleId, usize>,
    /// Those of them that hang on what is held being let go in time: so much was assumed.
    pub in_time: Vec<RuleId>,
    /// Those of which it takes more than cases: a calculation, hours or what events can add up to; or too many cases.
    pub beyond: Vec<RuleId>,
    /// Those of which a proof was made that does not hold: a mistake of ours.
    pub wrong: Vec<RuleId>,
    /// Those that rank among others, of which no such proof is made.
    pub ranked: Vec<RuleId>,
}

/// Proves again that every rule never wins of which a report says so, and checks the proofs.
pub fn prove(rules: &RuleSet, options: &Options, report: &Report) -> Proofs {
    let flat = rules.flattened();
    let shared = slot::shared(&flat);
    let mut all = Proofs::default();
    for mut found in
        parallel::each(rules.slots.len(), |at| of_slot(&flat, SlotId::from_index(at), &shared, options, report))
    {
        all.proved.append(&mut found.proved);
        all.in_time.append(&mut found.in_time);
        all.beyond.append(&mut found.beyond);
        all.wrong.append(&mut found.wrong);
        all.ranked.append(&mut found.ranked);
    }
    all
}

fn of_slot(rules: &RuleSet, id: SlotId, shared: &[bool], options: &Options, report: &Report) -> Proofs {
    let mut found = Proofs::default();
    let scores = scores::Scores::of(rules, id);
    let mut scope = scope_of(rules, id, &Doubts::none(shared), &scores, options);
    for (place, rule) in rules[id].order.iter().enumerate() {
        let claim = match report.rules.get(rule) {
            Some(Verdict::Covered(by)) => Claim::Covered(by),
            Some(Verdict::Contradictory(culprits)) => Claim::Contradictory(culprits),
            Some(Verdict::Reachable(_) | Verdict::Off | Verdict::NeverActive | Verdict::Unknown(_)) | None => continue,
        };
        if rules.ranks_among_others(*rule) {
            found.ranked.push(*rule);
            continue;
        }
        match cases(&mut scope, rules, id, place, claim) {
            Outcome::Proved(cases) => {
                found.proved.insert(*rule, cases);
                found.in_time.extend(Some(*rule).filter(|rule| report.in_time.rules.contains(rule)));
            }
            Outcome::Beyond => found.beyond.push(*rule),
            Outcome::Wrong => found.wrong.push(*rule),
        }
    }
    found
}

/// What is to be proved of a rule.
#[derive(Clone, Copy)]
enum Claim<'c> {
    /// Whoever could see it sees one of these.
    Covered(&'c [Coverer]),
    /// These guards exclude each other.
    Contradictory(&'c [super::Culprit]),
}

/// What came of one claim.
enum Outcome {
    /// In so many cases.
    Proved(usize),
    Beyond,
    Wrong,
}

/// Proves a claim in every world, for every kind of customer and every way in which the rule is reached.
fn cases(scope: &mut SlotScope<'_>, rules: &RuleSet, slot: SlotId, place: usize, claim: Claim<'_>) -> Outcome {
    if !scope.is_complete() {
        return Outcome::Beyond;
    }
    let mut sum = 0;
    for (program, of) in &mut scope.worlds {
        let Some(ways) = demands(&mut program.formulas, of, rules, slot, place, claim) else { return Outcome::Beyond };
        for way in ways {
            // Of several that must all hold each is a demand of its own.
            let mut demands = Vec::new();
            for demand in way.into_iter().chain(program.couplings.iter().copied()) {
                match program.formulas.node(demand) {
                    Node::All(parts) => demands.extend(parts.iter().copied()),
                    Node::Always | Node::Never | Node::Literal(..) | Node::Any(_) => demands.push(demand),
                }
            }
            for start in &program.starts {
                let mut left = MOST_CASES;
                let Some(proof) = split(program, &demands, &mut start.domains.clone(), &mut left) else {
                    return Outcome::Beyond;
                };
                if !proof.holds(&program.formulas, &demands, &mut start.domains.clone()) {
                    return Outcome::Wrong;
                }
                sum += proof.cases();
            }
        }
    }
    Outcome::Proved(sum)
}

/// Per way in which the rule is reached: formulas that are nowhere true together if the claim is right.
fn demands(
    formulas: &mut Formulas,
    of: &SlotFormulas,
    rules: &RuleSet,
    slot: SlotId,
    place: usize,
    claim: Claim<'_>,
) -> Option<Vec<Vec<Formula>>> {
    let rule = of.rules.get(place)?;
    let by = match claim {
        Claim::Covered(by) => by,
        Claim::Contradictory(culprits) => {
            let guards = rule.guards.iter().filter(|(culprit, _)| culprits.contains(culprit));
            return Some(vec![guards.map(|(_, formula)| *formula).collect()]);
        }
    };
    // A rule that is tried in the place of another comes to its turn there.
    let tried = rule.tried.iter().map(|(entry, formula)| {
        let entry = entry.and_then(|entry| rules[slot].order.iter().position(|other| *other == entry));
        (entry.unwrap_or(0), *formula)
    });
    let ways: Vec<(usize, Formula)> = std::iter::once((place, rule.eligible)).chain(tried).collect();
    if rule.more_ways {
        return None;
    }
    let way = |(before, required): (usize, Formula)| {
        let answers = by.iter().filter_map(|coverer| answer(of, rules, slot, *coverer, before));
        let answers: Vec<Formula> = answers.collect();
        std::iter::once(required).chain(answers.into_iter().map(|answer| formulas.not(answer))).collect()
    };
    Some(ways.into_iter().map(way).collect())
}

/// Where what covers a rule answers, if it stands before a place.
fn answer(of: &SlotFormulas, rules: &RuleSet, slot: SlotId, coverer: Coverer, before: usize) -> Option<Formula> {
    let (rule, part): (RuleId, Part) = match coverer {
        Coverer::Rule(rule) => (rule, Part::Own),
        Coverer::Substitute(rule, via) => (rule, Part::Instead(via)),
        Coverer::Stop(rule) => (rule, Part::Stops),
        Coverer::Fallback(_) => return None,
    };
    let place = rules[slot].order.iter().position(|other| *other == rule).filter(|place| *place < before)?;
    let parts = &of.rules.get(place)?.parts;
    parts.iter().find(|(other, _)| *other == part).map(|(_, formula)| *formula)
}

/// A tree of cases.
enum Proof {
    /// This demand, by its place in the list, is false here.
    Plain(usize),
    /// The dimension is in these atoms, or in the others.
    Split(Dim, Atoms, Box<[Proof; 2]>),
}

impl Proof {
    fn cases(&self) -> usize {
        match self {
            Self::Plain(_) => 1,
            Self::Split(_, _, parts) => parts.iter().map(Self::cases).sum(),
        }
    }

    /// Whether it proves that nowhere in the box all demands hold: what is checked.
    fn holds(&self, formulas: &Formulas, demands: &[Formula], domains: &mut [Atoms]) -> bool {
        match self {
            Self::Plain(at) => demands.get(*at).is_some_and(|demand| is_false(formulas, *demand, domains)),
            Self::Split(dim, atoms, parts) => {
                let Some(whole) = domains.get(dim.index()).cloned() else { return false };
                let of = [whole.and(atoms), whole.minus(atoms)];
                let [inside, outside] = &**parts;
                [inside, outside].into_iter().zip(of).all(|(proof, of)| {
                    // Where there is nobody there is nothing to prove.
                    let is_empty = of.is_empty();
                    if let Some(domain) = domains.get_mut(dim.index()) {
                        *domain = of;
                    }
                    let holds = is_empty || proof.holds(formulas, demands, domains);
                    if let Some(domain) = domains.get_mut(dim.index()) {
                        *domain = whole.clone();
                    }
                    holds
                })
            }
        }
    }
}

/// Whether a formula is false all over a box.
fn is_false(formulas: &Formulas, formula: Formula, domains: &[Atoms]) -> bool {
    match formulas.node(formula) {
        Node::Always => false,
        Node::Never => true,
        Node::Literal(dim, atoms) => domains.get(dim.index()).is_some_and(|domain| !domain.meets(atoms)),
        Node::All(parts) => parts.iter().any(|part| is_false(formulas, *part, domains)),
        Node::Any(parts) => parts.iter().all(|part| is_false(formulas, *part, domains)),
    }
}

/// Splits a box until a demand is false in every part; nothing where there is somebody of whom all hold, or the cases are
/// too many.
fn split(program: &Program<'_>, demands: &[Formula], domains: &mut [Atoms], left: &mut usize) -> Option<Proof> {
    let formulas = &program.formulas;
    *left = left.checked_sub(1)?;
    if let Some(at) = demands.iter().position(|demand| is_false(formulas, *demand, domains)) {
        return Some(Proof::Plain(at));
    }
    // The demand with the fewest literals that are not settled: it is the nearest to being false.
    let open = demands.iter().filter_map(|demand| {
        let mut count = 0;
        let first = open_literal(formulas, *demand, domains, &mut count)?;
        Some((count, first))
    });
    let (_, (dim, atoms)) = open.min_by_key(|(count, _)| *count)?;
    let whole = domains.get(dim.index())?.clone();
    let mut of = |part: Atoms| {
        *domains.get_mut(dim.index())? = part;
        split(program, demands, domains, left)
    };
    let inside = of(whole.and(&atoms));
    let outside = of(whole.minus(&atoms));
    *domains.get_mut(dim.index())? = whole;
    Some(Proof::Split(dim, atoms, Box::new([inside?, outside?])))
}

/// The first literal of a formula that is neither true nor false all over the box, and how many there are.
fn open_literal(formulas: &Formulas, formula: Formula, domains: &[Atoms], count: &mut usize) -> Option<(Dim, Atoms)> {
    match formulas.node(formula) {
        Node::Always | Node::Never => None,
        Node::Literal(dim, atoms) => {
            let domain = domains.get(dim.index())?;
            let is_open = domain.meets(atoms) && !domain.within(atoms);
            *count += usize::from(is_open);
            is_open.then(|| (*dim, atoms.clone()))
        }
        Node::All(parts) | Node::Any(parts) => {
            let mut first = None;
            for part in parts {
                let found = open_literal(formulas, *part, domains, count);
                first = first.or(found);
            }
            first
        }
    }
}
