//! Values of an attribute that the rules of a slot leave out between others that they take: whoever has one of them only
//! ever gets the fallback list, whatever the caps, the consents and the hour.
//!
//! Takes the formulas of a slot; gives the attribute, the values in words, and somebody who has one. What lies below the
//! lowest or above the highest value that any rule takes is no gap: there a slot's rules may well end. Nor is what is not
//! known. Times are left out, since a rule about them comes true by waiting.

use std::collections::{BTreeMap, BTreeSet};

use super::atoms::Atoms;
use super::diff::grow::{self, Box as Fixed};
use super::diff::join::Twice;
use super::diff::words::said;
use super::domain::Source;
use super::formula::{Dim, Formula};
use super::program::Program;
use super::reach::SlotScope;
use super::region::{Region, Status};
use super::search::{Answer, search};
use super::slot::SlotFormulas;
use super::worlds::at;
use super::{Options, Verdict, Witness};
use crate::frame::Via;
use crate::model::{AttributeId, RuleId, RuleSet, SlotId};
use crate::value::{Consent, Type};

/// Slots of more rules are not looked at, nor attributes of more stretches.
const MOST: usize = 500;

/// Customers between those whom the rules of a slot take.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Whose values they are.
    pub attribute: AttributeId,
    /// `age is from 31 to 39`
    pub who: String,
    /// Somebody.
    pub witness: Witness,
}

/// The gaps of a slot, by attribute.
pub(super) fn gaps(
    scope: &mut SlotScope<'_>,
    rules: &RuleSet,
    slot: SlotId,
    verdicts: &BTreeMap<RuleId, Verdict>,
    options: &Options,
) -> Vec<Gap> {
    // What may be so in another order of time is no gap; several orders are only told apart for times.
    let several = scope.worlds.len() > 1;
    let order = &rules[slot].order;
    if several || !scope.is_complete() || order.len() > MOST || rules[slot].off.is_some() {
        return Vec::new();
    }
    let Some((program, of)) = scope.worlds.first_mut() else { return Vec::new() };
    let live = |rule: RuleId| !verdicts.get(&rule).is_some_and(Verdict::is_idle);
    let audiences = audiences(program, of, &live);
    let consents = grow::formula(program, &open(program));
    let mut stretches = Stretches::new(program, audiences, consents);
    let mut found = Vec::new();
    let dims: Vec<(Dim, AttributeId)> = program
        .dims()
        .filter_map(|(dim, source)| match source {
            Source::Attribute(id) if has_order(rules, *id) => Some((dim, *id)),
            Source::Attribute(_)
            | Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::Element(..)
            | Source::Spent(_)
            | Source::Nobody
            | Source::Taken(_)
            | Source::LastUsed(_)
            | Source::Unseen(_)
            | Source::Hours(_)
            | Source::Opaque(_) => None,
        })
        .collect();
    for (dim, attribute) in dims {
        for (from, to) in stretches.of(program, dim) {
            let width = program.formulas.width(dim);
            let fixed: Fixed = vec![(dim, Atoms::range(width, from, to))];
            let required = [grow::formula(program, &fixed), consents];
            let Answer::Found(witness) =
                search(program, &required, super::blocking::Blockers::default().all(), options.budget)
            else {
                continue;
            };
            let clock = at(program.schema.rules, witness.facts.now);
            let who = said(program, &Twice::default(), &fixed, clock).join(", ");
            found.push(Gap { attribute, who, witness: *witness });
        }
    }
    found
}

/// Whether values of an attribute lie between others.
fn has_order(rules: &RuleSet, id: AttributeId) -> bool {
    match rules.attributes.get(id.index()).map(|attribute| attribute.ty) {
        Some(Type::Number(_)) => true,
        Some(Type::OneOf(list)) => rules.is_ordered(list),
        Some(Type::YesNo | Type::Text | Type::Set | Type::Zone | Type::Score(_) | Type::Time | Type::Date) | None => {
            false
        }
    }
}

/// For whom each rule is, with those of whom something stands in since not enough is known.
pub(super) fn audiences(program: &mut Program<'_>, of: &SlotFormulas, live: &dyn Fn(RuleId) -> bool) -> Vec<Formula> {
    let rules = program.schema.rules;
    let live = of.rules.iter().filter(|rule| live(rule.id));
    live.map(|rule| {
        let when = rules[rule.id].when.len();
        let clauses = rule.clauses.iter().enumerate();
        let all: Vec<Formula> = clauses.map(|(at, truths)| if at < when { truths.yes } else { truths.no }).collect();
        let instead = rules[rule.id].if_unknown.and_then(|_| rule.drops.get(&Via::Unknown)).copied();
        let audience = program.formulas.all(all);
        program.formulas.any([audience, instead.unwrap_or(Formula::NEVER)])
    })
    .collect()
}

/// Every consent that has a say is given.
pub(super) fn open(program: &Program<'_>) -> Fixed {
    let granted = Consent::ALL.iter().position(|consent| *consent == Consent::Granted).unwrap_or(0);
    let consents = program.dims().filter(|(_, source)| matches!(source, Source::Consent(_)));
    consents.map(|(dim, _)| (dim, Atoms::one(program.formulas.width(dim), granted))).collect()
}

/// Looks for values that no rule takes.
struct Stretches {
    /// Where every consent is given.
    region: Region,
    /// For whom rules are there, each with what it asks about.
    audiences: Vec<(Formula, BTreeSet<Dim>)>,
}

impl Stretches {
    fn new(program: &Program<'_>, audiences: Vec<Formula>, consents: Formula) -> Self {
        let formulas = &program.formulas;
        let mut region = Region::new(program.dims().map(|(dim, _)| Atoms::all(formulas.width(dim))).collect());
        // Each consent can be given, so something is left.
        let _ = region.require(formulas, consents);
        let open = |audience: &Formula| region.status(formulas, *audience) != Status::Fails;
        let open: Vec<Formula> = audiences.into_iter().filter(open).collect();
        let audiences = open.into_iter().map(|audience| (audience, formulas.dims_of(audience))).collect();
        Self { region, audiences }
    }

    /// The longest stretches of values that no rule takes, with values on both sides that some rule may take.
    fn of(&mut self, program: &Program<'_>, dim: Dim) -> Vec<(usize, usize)> {
        let Some(column) = program.column(dim) else { return Vec::new() };
        let (first, len) = (column.first, column.axis.len());
        // A rule that does not ask takes any value.
        if len > MOST || self.audiences.iter().any(|(_, asks)| !asks.contains(&dim)) {
            return Vec::new();
        }
        let taken: Vec<usize> = (first..first + len).filter(|atom| self.is_taken(program, dim, *atom)).collect();
        let next = taken.iter().zip(taken.iter().skip(1));
        next.filter(|(low, high)| **low + 1 < **high).map(|(low, high)| (low + 1, *high)).collect()
    }

    fn is_taken(&mut self, program: &Program<'_>, dim: Dim, atom: usize) -> bool {
        let formulas = &program.formulas;
        let moment = self.region.moment();
        let narrowed = self.region.narrow(dim, &Atoms::one(formulas.width(dim), atom)).is_ok();
        let takes = |(audience, _): &(Formula, BTreeSet<Dim>)| self.region.status(formulas, *audience) != Status::Fails;
        let is_taken = narrowed && self.audiences.iter().any(takes);
        self.region.return_to(moment);
        is_taken
    }
}
