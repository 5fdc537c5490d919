//! Circles of a rule set: segments, values, `before` chains and substitutes that lead back to themselves.
//!
//! Takes a rule set; gives each circle with the words to print it. The checker refuses such rule sets before there is a
//! model, and a bundle is verified; this is the second look, over the model itself.

use std::collections::BTreeSet;

use super::circle::circles as of_edges;
use super::references::RuleGraph;
use super::thing::{Link, Thing};
use crate::model::RuleSet;

/// What goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Round {
    /// A segment or value is defined by itself.
    Definition,
    /// A rule is `before` itself.
    Before,
    /// A substitute tries its own rule.
    Substitute,
}

/// Things of which each leads to the next and the last to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// What goes round.
    pub round: Round,
    /// At least one; starts with the one declared first.
    pub members: Vec<Thing>,
}

impl Circle {
    /// The circle as people read it: "`a` before `b` before `a`".
    pub fn text(&self, rules: &RuleSet) -> String {
        let joint = match self.round {
            Round::Definition => " reads ",
            Round::Before => " before ",
            Round::Substitute => " tries ",
        };
        let names = self.members.iter().chain(self.members.first());
        names.map(|thing| format!("`{}`", thing.name(rules))).collect::<Vec<_>>().join(joint)
    }
}

/// Every circle of a rule set that may have none: of each group that goes round one shortest circle.
pub fn circles(rules: &RuleSet) -> Vec<Circle> {
    let graph = RuleGraph::new(rules);
    let is_defined = |thing| matches!(thing, Thing::Segment(_) | Thing::Value(_));
    let mut found = round(&graph, Round::Definition, |link, to| link.is_read() && is_defined(to));
    found.extend(round(&graph, Round::Before, |link, _| link == Link::Before));
    found.extend(round(&graph, Round::Substitute, |link, to| {
        matches!(link, Link::IfCapped | Link::IfNoConsent | Link::IfUnknown) && matches!(to, Thing::Rule(_))
    }));
    found
}

/// The circles along the links that `follow` lets pass.
fn round(graph: &RuleGraph, round: Round, follow: impl Fn(Link, Thing) -> bool) -> Vec<Circle> {
    let links: Vec<(Thing, Thing)> =
        graph.links().filter(|(_, link, to)| follow(*link, *to)).map(|(from, _, to)| (from, to)).collect();
    let points: BTreeSet<Thing> = links.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let points: Vec<Thing> = points.into_iter().collect();
    let number = |thing: &Thing| points.binary_search(thing).ok();
    let edges: Vec<_> = links.iter().filter_map(|(from, to)| Some((number(from)?, number(to)?))).collect();
    let members = |circle: Vec<usize>| circle.into_iter().filter_map(|at| points.get(at).copied()).collect();
    of_edges(points.len(), &edges).into_iter().map(|circle| Circle { round, members: members(circle) }).collect()
}
