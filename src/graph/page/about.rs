//! Which rule, slot or other thing a finding is about, and which rules a finding names together.
//!
//! A finding points at text. What it is about follows from the name or the clause that it points at; of a rule in error,
//! which is not in the model, nothing is said to be its neighbour's.

use std::collections::BTreeMap;

use crate::diagnostics::codes::lint;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{RuleId, RuleSet, SlotId};
use crate::source::Span;

use crate::graph::{RuleGraph, Thing};

/// What a finding says of two rules, read from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clash {
    /// The first never wins; the second is one of those that win instead.
    CoveredBy,
    /// The other way round.
    Covers,
    /// Somebody gets both, and nobody said which is stronger.
    Conflicts,
    /// The first takes everybody, the second never wins.
    Hides,
    /// The other way round.
    HiddenBy,
    /// A finding of another kind names both.
    NamedWith,
}

impl Clash {
    fn of(code: &Code) -> (Self, Self) {
        let is = |other: &Code| code.name == other.name;
        match () {
            () if is(&lint::UNREACHABLE_RULE) => (Self::CoveredBy, Self::Covers),
            () if is(&lint::CONFLICT) => (Self::Conflicts, Self::Conflicts),
            () if is(&lint::SERVICE_HIDES) => (Self::Hides, Self::HiddenBy),
            () => (Self::NamedWith, Self::NamedWith),
        }
    }
}

/// The findings of a rule set, by what they are about.
pub(super) struct About<'a> {
    of_rules: BTreeMap<RuleId, Vec<&'a Diagnostic>>,
    of_slots: BTreeMap<SlotId, Vec<&'a Diagnostic>>,
    /// Those about things that rules use, and about nothing that the model holds.
    elsewhere: Vec<(Option<Thing>, &'a Diagnostic)>,
    clashes: BTreeMap<RuleId, Vec<(Clash, RuleId, &'a Diagnostic)>>,
    /// Who uses what.
    pub(super) graph: RuleGraph,
}

impl<'a> About<'a> {
    pub(super) fn new(rules: &RuleSet, findings: &'a [Diagnostic]) -> Self {
        let places = places(rules);
        let owner = |span: Span| places.get(&(span.source.0, span.start, span.end)).copied();
        let mut about = Self {
            of_rules: BTreeMap::new(),
            of_slots: BTreeMap::new(),
            elsewhere: Vec::new(),
            clashes: BTreeMap::new(),
            graph: RuleGraph::new(rules),
        };
        for finding in findings {
            let first = finding.span().and_then(owner);
            match first {
                Some(Thing::Rule(id)) => about.of_rules.entry(id).or_default().push(finding),
                Some(Thing::Slot(id)) => about.of_slots.entry(id).or_default().push(finding),
                Some(_) | None => about.elsewhere.push((first, finding)),
            }
            let Some(Thing::Rule(from)) = first else { continue };
            let (there, back) = Clash::of(finding.code);
            for label in finding.labels.iter().skip(1) {
                if let Some(Thing::Rule(to)) = owner(label.span)
                    && to != from
                {
                    about.clash(from, there, to, finding);
                    about.clash(to, back, from, finding);
                }
            }
        }
        about
    }

    fn clash(&mut self, from: RuleId, clash: Clash, to: RuleId, finding: &'a Diagnostic) {
        let all = self.clashes.entry(from).or_default();
        if !all.iter().any(|(other, rule, of)| *other == clash && *rule == to && std::ptr::eq(*of, finding)) {
            all.push((clash, to, finding));
        }
    }

    /// Those about a rule itself or one of its clauses.
    pub(super) fn rule(&self, id: RuleId) -> &[&'a Diagnostic] {
        self.of_rules.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Those about a slot.
    pub(super) fn slot(&self, id: SlotId) -> &[&'a Diagnostic] {
        self.of_slots.get(&id).map_or(&[], Vec::as_slice)
    }

    /// All others, each with what it is about, if that is in the model.
    pub(super) fn elsewhere(&self) -> &[(Option<Thing>, &'a Diagnostic)] {
        &self.elsewhere
    }

    /// What findings say of a rule and others.
    pub(super) fn clashes(&self, id: RuleId) -> &[(Clash, RuleId, &'a Diagnostic)] {
        self.clashes.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The worst findings first stand at the head of lists; how many there are of a rule.
    pub(super) fn count(&self, slots: &[SlotId], rules: &RuleSet) -> usize {
        let of_rules = self.of_rules.iter().filter(|(id, _)| slots.contains(&rules[**id].slot));
        let of_slots = self.of_slots.iter().filter(|(id, _)| slots.contains(id));
        of_rules.map(|(_, all)| all.len()).sum::<usize>()
            + of_slots.map(|(_, all)| all.len()).sum::<usize>()
            + self.elsewhere.len()
    }
}

/// Every name and clause that a finding may point at, by its place.
fn places(rules: &RuleSet) -> BTreeMap<(u32, u32, u32), Thing> {
    let mut places = BTreeMap::new();
    let mut add = |span: Span, thing: Thing| {
        places.entry((span.source.0, span.start, span.end)).or_insert(thing);
    };
    for at in 0..rules.rules.len() {
        let id = RuleId::from_index(at);
        let rule = &rules[id];
        add(rule.span, Thing::Rule(id));
        rule.when.iter().chain(&rule.unless).chain(&rule.expires).for_each(|clause| add(clause.span, Thing::Rule(id)));
        rule.rank.iter().for_each(|rank| add(rank.span, Thing::Rule(id)));
    }
    for at in 0..rules.slots.len() {
        let id = SlotId::from_index(at);
        add(rules[id].span, Thing::Slot(id));
        rules[id].fallback.iter().for_each(|entry| add(entry.span, Thing::Slot(id)));
    }
    for at in 0..rules.caps.len() {
        let id = crate::model::CapId::from_index(at);
        // A clause of a rule is the rule's.
        add(rules[id].span, rules[id].rule.map_or(Thing::Cap(id), Thing::Rule));
    }
    let ids = |count: usize, thing: &dyn Fn(usize) -> Thing| (0..count).map(thing).collect::<Vec<_>>();
    let others = [
        ids(rules.purposes.len(), &|at| Thing::Purpose(crate::model::PurposeId::from_index(at))),
        ids(rules.attributes.len(), &|at| Thing::Attribute(crate::model::AttributeId::from_index(at))),
        ids(rules.events.len(), &|at| Thing::Event(crate::model::EventId::from_index(at))),
        ids(rules.segments.len(), &|at| Thing::Segment(crate::model::SegmentId::from_index(at))),
        ids(rules.values.len(), &|at| Thing::Value(crate::model::ValueId::from_index(at))),
        ids(rules.channels.len(), &|at| Thing::Channel(crate::model::ChannelId::from_index(at))),
        ids(rules.offers.len(), &|at| Thing::Offer(crate::model::OfferId::from_index(at))),
        ids(rules.windows.len(), &|at| Thing::Window(crate::model::WindowId::from_index(at))),
    ];
    for thing in others.into_iter().flatten() {
        if let Some(span) = thing.span(rules) {
            add(span, thing);
        }
    }
    places
}
