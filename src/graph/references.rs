//! Who uses what: every reference of a rule set as an edge of one directed graph.
//!
//! Takes a rule set; gives its things as points and its references as edges. Refuses to know what a condition means:
//! that an attribute is read is all that counts here.

use std::collections::{BTreeSet, VecDeque};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::thing::{Link, Thing};
use crate::model::{
    AttributeId, BlockCause, BlockId, CapId, CapKind, CapTarget, CapZone, ChannelId, Condition, EventId, EventTarget,
    Expression, GatheredId, OfferId, Order, PurposeId, RuleId, RuleSet, SegmentId, SlotId, Substitute, TagId, ValueId,
    WindowId,
};

/// A rule set as a graph of references.
#[derive(Clone, Debug)]
pub struct RuleGraph {
    graph: DiGraph<Thing, Link>,
    first: Offsets,
}

/// Where the points of each kind begin, so that a thing's point is found by adding.
#[derive(Clone, Copy, Debug, Default)]
struct Offsets {
    purpose: usize,
    attribute: usize,
    event: usize,
    segment: usize,
    value: usize,
    channel: usize,
    offer: usize,
    tag: usize,
    slot: usize,
    rule: usize,
    cap: usize,
    window: usize,
}

impl RuleGraph {
    /// The graph of a rule set; every reference is one edge, however often it is written.
    pub fn new(rules: &RuleSet) -> Self {
        let (graph, first) = points(rules);
        let mut builder = Builder { rules, of: Self { graph, first }, seen: BTreeSet::new() };
        builder.declarations();
        builder.rules();
        builder.slots();
        builder.of
    }

    /// What `thing` names, in the order of kind and declaration.
    pub fn uses(&self, thing: Thing) -> Vec<(Link, Thing)> {
        self.neighbours(thing, Direction::Outgoing)
    }

    /// Who names `thing`.
    pub fn used_by(&self, thing: Thing) -> Vec<(Link, Thing)> {
        self.neighbours(thing, Direction::Incoming)
    }

    /// Every edge: who, how, whom.
    pub fn links(&self) -> impl Iterator<Item = (Thing, Link, Thing)> {
        self.graph.edge_references().filter_map(|edge| {
            Some((*self.graph.node_weight(edge.source())?, *edge.weight(), *self.graph.node_weight(edge.target())?))
        })
    }

    /// All that `thing` bears on or leads to, through any number of edges that `follow` lets pass; without itself unless
    /// it leads back to itself.
    pub fn reach(&self, thing: Thing, follow: impl Fn(Link) -> bool) -> BTreeSet<Thing> {
        let mut found = BTreeSet::new();
        let mut queue = VecDeque::from([thing]);
        while let Some(next) = queue.pop_front() {
            for (link, target) in self.uses(next) {
                if follow(link) && found.insert(target) {
                    queue.push_back(target);
                }
            }
        }
        found
    }

    fn neighbours(&self, thing: Thing, direction: Direction) -> Vec<(Link, Thing)> {
        let edges = self.graph.edges_directed(self.first.node(thing), direction);
        let mut found: Vec<_> = edges
            .filter_map(|edge| {
                let other = match direction {
                    Direction::Outgoing => edge.target(),
                    Direction::Incoming => edge.source(),
                };
                Some((*edge.weight(), *self.graph.node_weight(other)?))
            })
            .collect();
        found.sort_unstable();
        found
    }
}

impl Offsets {
    fn node(&self, thing: Thing) -> NodeIndex {
        NodeIndex::new(match thing {
            Thing::Purpose(id) => self.purpose + id.index(),
            Thing::Attribute(id) => self.attribute + id.index(),
            Thing::Event(id) => self.event + id.index(),
            Thing::Segment(id) => self.segment + id.index(),
            Thing::Value(id) => self.value + id.index(),
            Thing::Channel(id) => self.channel + id.index(),
            Thing::Offer(id) => self.offer + id.index(),
            Thing::Tag(id) => self.tag + id.index(),
            Thing::Slot(id) => self.slot + id.index(),
            Thing::Rule(id) => self.rule + id.index(),
            Thing::Cap(id) => self.cap + id.index(),
            Thing::Window(id) => self.window + id.index(),
        })
    }
}

fn points(rules: &RuleSet) -> (DiGraph<Thing, Link>, Offsets) {
    let mut graph = DiGraph::new();
    let mut add = |count: usize, thing: &dyn Fn(usize) -> Thing| {
        let first = graph.node_count();
        for at in 0..count {
            graph.add_node(thing(at));
        }
        first
    };
    let first = Offsets {
        purpose: add(rules.purposes.len(), &|at| Thing::Purpose(PurposeId::from_index(at))),
        attribute: add(rules.attributes.len(), &|at| Thing::Attribute(AttributeId::from_index(at))),
        event: add(rules.events.len(), &|at| Thing::Event(EventId::from_index(at))),
        segment: add(rules.segments.len(), &|at| Thing::Segment(SegmentId::from_index(at))),
        value: add(rules.values.len(), &|at| Thing::Value(ValueId::from_index(at))),
        channel: add(rules.channels.len(), &|at| Thing::Channel(ChannelId::from_index(at))),
        offer: add(rules.offers.len(), &|at| Thing::Offer(OfferId::from_index(at))),
        tag: add(rules.tags.len(), &|at| Thing::Tag(TagId::from_index(at))),
        slot: add(rules.slots.len(), &|at| Thing::Slot(SlotId::from_index(at))),
        rule: add(rules.rules.len(), &|at| Thing::Rule(RuleId::from_index(at))),
        cap: add(rules.caps.len(), &|at| Thing::Cap(CapId::from_index(at))),
        window: add(rules.windows.len(), &|at| Thing::Window(WindowId::from_index(at))),
    };
    (graph, first)
}

struct Builder<'a> {
    rules: &'a RuleSet,
    of: RuleGraph,
    seen: BTreeSet<(Thing, Link, Thing)>,
}

impl Builder<'_> {
    fn link(&mut self, from: Thing, link: Link, to: Thing) {
        let (a, b) = (self.of.first.node(from), self.of.first.node(to));
        let is_there = |node: NodeIndex| node.index() < self.of.graph.node_count();
        if is_there(a) && is_there(b) && self.seen.insert((from, link, to)) {
            self.of.graph.add_edge(a, b, link);
        }
    }

    fn declarations(&mut self) {
        let rules = self.rules;
        for (at, attribute) in rules.attributes.iter().enumerate() {
            let from = Thing::Attribute(AttributeId::from_index(at));
            attribute.needs.iter().for_each(|purpose| self.link(from, Link::Needs, Thing::Purpose(*purpose)));
        }
        for (at, event) in rules.events.iter().enumerate() {
            let from = Thing::Event(EventId::from_index(at));
            event.needs.iter().for_each(|purpose| self.link(from, Link::Needs, Thing::Purpose(*purpose)));
        }
        for (at, segment) in rules.segments.iter().enumerate() {
            self.condition(Thing::Segment(SegmentId::from_index(at)), Link::Reads, &segment.condition);
        }
        for (at, value) in rules.values.iter().enumerate() {
            self.expression(Thing::Value(ValueId::from_index(at)), Link::Reads, &value.expression);
        }
        for (at, channel) in rules.channels.iter().enumerate() {
            let from = Thing::Channel(ChannelId::from_index(at));
            channel.needs.iter().for_each(|purpose| self.link(from, Link::Needs, Thing::Purpose(*purpose)));
            channel.caps.iter().for_each(|cap| self.link(from, Link::BoundBy, Thing::Cap(*cap)));
            channel.conditions().for_each(|(_, clause)| self.condition(from, Link::Reads, &clause.condition));
        }
        for (at, offer) in rules.offers.iter().enumerate() {
            let from = Thing::Offer(OfferId::from_index(at));
            offer.tags.iter().for_each(|tag| self.link(from, Link::Carries, Thing::Tag(*tag)));
            offer.caps.iter().for_each(|cap| self.link(from, Link::BoundBy, Thing::Cap(*cap)));
            for block in &offer.blocks {
                self.block(from, *block);
            }
            offer.windows.iter().for_each(|window| self.link(from, Link::BoundBy, Thing::Window(*window)));
        }
        for (at, window) in rules.windows.iter().enumerate() {
            let from = Thing::Window(WindowId::from_index(at));
            let zones = window.zones.first.iter().chain(&window.zones.every).filter_map(CapZone::attribute);
            zones.for_each(|id| self.link(from, Link::Reads, Thing::Attribute(id)));
            for when in window.rows.iter().filter_map(|row| row.when.as_ref()) {
                self.condition(from, Link::Reads, &when.condition);
            }
            match &window.target {
                CapTarget::Offers(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Offer(*id))),
                CapTarget::Rules(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Rule(*id))),
                CapTarget::Tags(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Tag(*id))),
                CapTarget::Channels(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Channel(*id))),
                CapTarget::Classes(_) | CapTarget::Anything => {}
            }
        }
        for (at, cap) in rules.caps.iter().enumerate() {
            let from = Thing::Cap(CapId::from_index(at));
            cap.events.iter().for_each(|event| self.link(from, Link::Counts, Thing::Event(*event)));
            if let CapKind::Pause { without, .. } = &cap.kind {
                without.iter().for_each(|event| self.link(from, Link::Counts, Thing::Event(*event)));
            }
            cap.reads().for_each(|id| self.link(from, Link::Reads, Thing::Attribute(id)));
            match &cap.target {
                CapTarget::Offers(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Offer(*id))),
                CapTarget::Rules(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Rule(*id))),
                CapTarget::Tags(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Tag(*id))),
                CapTarget::Channels(of) => of.iter().for_each(|id| self.link(from, Link::Counts, Thing::Channel(*id))),
                CapTarget::Classes(_) | CapTarget::Anything => {}
            }
        }
    }

    /// What stops a rule or an offer: what a block counts, or what it reads.
    fn block(&mut self, from: Thing, block: BlockId) {
        let rules = self.rules;
        match &rules[block].cause {
            BlockCause::After(cap) => self.link(from, Link::BoundBy, Thing::Cap(*cap)),
            BlockCause::While(clause) => self.condition(from, Link::Excludes, &clause.condition),
        }
    }

    fn rules(&mut self) {
        let rules = self.rules;
        for (at, rule) in rules.rules.iter().enumerate() {
            let from = Thing::Rule(RuleId::from_index(at));
            self.link(from, Link::Shows, Thing::Offer(rule.show));
            rule.channels.iter().for_each(|channel| self.link(from, Link::SendsBy, Thing::Channel(*channel)));
            rule.when.iter().for_each(|clause| self.condition(from, Link::Reads, &clause.condition));
            rule.unless.iter().for_each(|clause| self.condition(from, Link::Excludes, &clause.condition));
            if let Some(rank) = &rule.rank {
                self.expression(from, Link::Reads, &rank.by);
            }
            rule.needs.iter().for_each(|purpose| self.link(from, Link::Needs, Thing::Purpose(*purpose)));
            rule.caps.iter().for_each(|cap| self.link(from, Link::BoundBy, Thing::Cap(*cap)));
            for block in &rule.blocks {
                self.block(from, *block);
            }
            rule.windows.iter().for_each(|window| self.link(from, Link::BoundBy, Thing::Window(*window)));
            if let Some(expires) = &rule.expires {
                self.condition(from, Link::Excludes, &expires.condition);
            }
            if let Order::Before(weaker) = &rule.order {
                weaker.iter().for_each(|weaker| self.link(from, Link::Before, Thing::Rule(*weaker)));
            }
            for (link, substitute) in [
                (Link::IfCapped, rule.if_capped),
                (Link::IfNoConsent, rule.if_no_consent),
                (Link::IfUnknown, rule.if_unknown),
            ] {
                match substitute {
                    Some(Substitute::Show(offer)) => self.link(from, link, Thing::Offer(offer)),
                    Some(Substitute::Try(rule)) => self.link(from, link, Thing::Rule(rule)),
                    Some(Substitute::Nothing) | None => {}
                }
            }
        }
    }

    fn slots(&mut self) {
        let rules = self.rules;
        for (at, slot) in rules.slots.iter().enumerate() {
            let from = Thing::Slot(SlotId::from_index(at));
            slot.order.iter().for_each(|rule| self.link(from, Link::Holds, Thing::Rule(*rule)));
            slot.channels.iter().for_each(|channel| self.link(from, Link::SendsBy, Thing::Channel(*channel)));
            slot.rotate.iter().for_each(|tag| self.link(from, Link::Ties, Thing::Tag(*tag)));
            slot.ties.iter().for_each(|tag| self.link(from, Link::Ties, Thing::Tag(*tag)));
            for entry in &slot.fallback {
                if let Some(offer) = entry.offer {
                    self.link(from, Link::FallsBack, Thing::Offer(offer));
                }
                if let Some(when) = &entry.when {
                    self.condition(from, Link::Reads, when);
                }
            }
        }
    }

    fn condition(&mut self, from: Thing, link: Link, condition: &Condition) {
        let mut parts: Vec<&Condition> = vec![condition];
        while let Some(part) = parts.pop() {
            match part {
                Condition::And(all) | Condition::Or(all) => parts.extend(all),
                Condition::Not(inner) => parts.push(inner),
                Condition::Segment(segment) => self.link(from, link, Thing::Segment(*segment)),
                Condition::Holds(_)
                | Condition::Equal(..)
                | Condition::OneOf(..)
                | Condition::Compare(..)
                | Condition::Between(..)
                | Condition::Known(_)
                | Condition::Never(_)
                | Condition::Has(..)
                | Condition::Age(..) => {
                    part.operands().into_iter().for_each(|operand| self.expression(from, link, operand));
                }
            }
        }
    }

    /// What a gathered value reads. That it asks after an offer or a rule does not use it: nobody sees it for that.
    fn gathered(&mut self, from: Thing, link: Link, id: GatheredId) {
        let rules = self.rules;
        let gathered = &rules[id];
        rules.events_of_gathered(gathered).into_iter().for_each(|event| self.link(from, link, Thing::Event(event)));
        rules.attributes_of_gathered(gathered).into_iter().for_each(|id| self.link(from, link, Thing::Attribute(id)));
        for of in gathered.occurrences() {
            if let Some(EventTarget::Tag(tag)) = of.of {
                self.link(from, link, Thing::Tag(tag));
            }
        }
    }

    fn expression(&mut self, from: Thing, link: Link, expression: &Expression) {
        match expression {
            Expression::Literal(..) | Expression::Now => {}
            Expression::Attribute(id) => self.link(from, link, Thing::Attribute(*id)),
            Expression::Value(id) => self.link(from, link, Thing::Value(*id)),
            Expression::Gathered(id) => self.gathered(from, link, *id),
            Expression::Consent(id) => self.link(from, link, Thing::Purpose(*id)),
            Expression::Permission(id) => self.link(from, link, Thing::Channel(*id)),
            Expression::Rescale(of, _) => self.expression(from, link, of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(from, link, left);
                self.expression(from, link, right);
            }
            Expression::When(of, when, _) => {
                self.expression(from, link, of);
                self.condition(from, link, when);
            }
        }
    }
}
