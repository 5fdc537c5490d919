//! The drawing's boxes and arrows, from the model: one panel a slot, its rules in the order in which they win.

use std::collections::BTreeMap;

use super::draw::{ArrowKind, Node, NodeId, NodeKind, Panel, Picture};
use super::{Link, RuleGraph, Thing};
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::show::{show_condition, show_order, show_where};
use crate::model::{
    BlockCause, CapId, CapKind, ChannelId, OfferId, Order, RuleId, RuleSet, SlotId, Substitute, WindowId,
};
use crate::source::Span;

/// Draws `slots` of a rule set; boxes whose declaration a finding points at carry its severity.
pub fn picture(rules: &RuleSet, slots: &[SlotId], title: &str, findings: &[Diagnostic]) -> Picture {
    let graph = RuleGraph::new(rules);
    let panels: Vec<Panel> = slots.iter().map(|slot| Drawer::new(rules, &graph, findings, *slot).panel()).collect();
    let drawn: usize = slots.iter().map(|slot| rules[*slot].order.len()).sum();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let note = format!("{} in {}", plural(drawn, "rule"), plural(slots.len(), "slot"));
    Picture { title: title.to_owned(), note, panels }
}

/// One panel as it grows: a thing has one box in it.
struct Drawer<'a> {
    rules: &'a RuleSet,
    graph: &'a RuleGraph,
    findings: &'a [Diagnostic],
    slot: SlotId,
    panel: Panel,
    boxes: BTreeMap<Thing, NodeId>,
}

impl<'a> Drawer<'a> {
    fn new(rules: &'a RuleSet, graph: &'a RuleGraph, findings: &'a [Diagnostic], slot: SlotId) -> Self {
        let of = &rules[slot];
        let classes: Vec<&str> = of.accepts.iter().map(|class| class.word()).collect();
        let off = of.off.as_ref().map(|why| format!(", off: {why}")).unwrap_or_default();
        let panel =
            Panel::new(of.name.clone(), format!("{}, accepts {}{off}", show_where(rules, of), classes.join(", ")));
        Self { rules, graph, findings, slot, panel, boxes: BTreeMap::new() }
    }

    fn panel(mut self) -> Panel {
        let order = self.rules[self.slot].order.clone();
        for rule in &order {
            self.rule_box(*rule);
        }
        let fallback = self.fallback();
        for pair in order.windows(2) {
            if let [stronger, weaker] = pair {
                self.arrow(Thing::Rule(*stronger), Thing::Rule(*weaker), ArrowKind::Outranks);
            }
        }
        if let Some(last) = order.last().and_then(|rule| self.boxes.get(&Thing::Rule(*rule)).copied()) {
            self.panel.arrow(last, fallback, ArrowKind::Outranks);
        }
        for rule in &order {
            self.rule_arrows(*rule);
        }
        self.panel
    }

    fn rule_box(&mut self, id: RuleId) {
        let rule = &self.rules[id];
        let line = format!("{}, {}", rule.class.word(), show_order(self.rules, id));
        let mut node = Node::new(NodeKind::Rule, rule.name.clone(), line);
        node.off = rule.off.is_some();
        node.dated = rule.active.is_some();
        self.add(Thing::Rule(id), node);
    }

    fn rule_arrows(&mut self, id: RuleId) {
        let rule = self.rules[id].clone();
        let this = Thing::Rule(id);
        if let Order::Before(weaker) = &rule.order {
            for other in weaker {
                self.arrow(this, Thing::Rule(*other), ArrowKind::Before);
            }
        }
        self.offer_box(rule.show);
        self.arrow(this, Thing::Offer(rule.show), ArrowKind::Shows);
        let substitutes = [
            (ArrowKind::IfCapped, rule.if_capped),
            (ArrowKind::IfNoConsent, rule.if_no_consent),
            (ArrowKind::IfUnknown, rule.if_unknown),
        ];
        for (kind, substitute) in substitutes {
            match substitute {
                Some(Substitute::Show(offer)) => {
                    self.offer_box(offer);
                    self.arrow(this, Thing::Offer(offer), kind);
                }
                Some(Substitute::Try(other)) => self.arrow(this, Thing::Rule(other), kind),
                // An empty place has no box.
                Some(Substitute::Nothing) | None => {}
            }
        }
        for channel in self.rules.channels_of(&rule) {
            self.channel_box(*channel);
            self.arrow(this, Thing::Channel(*channel), ArrowKind::SendsBy);
        }
        for cap in &rule.caps {
            self.cap_box(*cap);
            self.arrow(Thing::Cap(*cap), this, ArrowKind::Limits);
        }
        for (link, thing) in self.graph.uses(this) {
            let kind = match link {
                Link::Reads => ArrowKind::Reads,
                Link::Excludes => ArrowKind::Excludes,
                Link::Needs => ArrowKind::Needs,
                Link::Shows
                | Link::IfCapped
                | Link::IfNoConsent
                | Link::IfUnknown
                | Link::Holds
                | Link::FallsBack
                | Link::BoundBy
                | Link::Counts
                | Link::Carries
                | Link::Ties
                | Link::SendsBy
                | Link::Before => continue,
            };
            self.read_box(thing);
            if kind == ArrowKind::Needs {
                self.arrow(this, thing, kind);
            } else {
                self.arrow(thing, this, kind);
            }
        }
    }

    /// The list as one box below the rules, with an arrow to each offer in it.
    fn fallback(&mut self) -> NodeId {
        let entries = self.rules[self.slot].fallback.clone();
        let line = match entries.len() {
            1 => "for everybody else".to_owned(),
            count => format!("{count} in turn"),
        };
        let box_of_list = self.panel.add(Node::new(NodeKind::Fallback, "fallback", line));
        for entry in entries {
            let Some(offer) = entry.offer else { continue };
            self.offer_box(offer);
            let Some(to) = self.boxes.get(&Thing::Offer(offer)).copied() else { continue };
            match &entry.when {
                Some(when) => {
                    let label = format!("when {}", show_condition(self.rules, when));
                    self.panel.labelled(box_of_list, to, ArrowKind::FallsBack, label);
                }
                None => self.panel.arrow(box_of_list, to, ArrowKind::FallsBack),
            }
        }
        box_of_list
    }

    fn offer_box(&mut self, id: OfferId) {
        if self.boxes.contains_key(&Thing::Offer(id)) {
            return;
        }
        let offer = &self.rules[id];
        let mut node = Node::new(NodeKind::Offer, offer.name.clone(), offer.class.word());
        node.off = offer.off.is_some();
        node.dated = offer.active.is_some();
        self.add(Thing::Offer(id), node);
        let counted = offer.blocks.iter().filter_map(|block| match self.rules[*block].cause {
            BlockCause::After(cap) => Some(cap),
            BlockCause::While(_) => None,
        });
        for cap in offer.caps.iter().copied().chain(counted).collect::<Vec<_>>() {
            self.cap_box(cap);
            self.arrow(Thing::Cap(cap), Thing::Offer(id), ArrowKind::Limits);
        }
        for window in self.rules[id].windows.clone() {
            self.window_box(window);
            self.arrow(Thing::Window(window), Thing::Offer(id), ArrowKind::Limits);
        }
    }

    fn window_box(&mut self, id: WindowId) {
        if !self.boxes.contains_key(&Thing::Window(id)) {
            let window = &self.rules[id];
            let rows: Vec<String> =
                window.rows.iter().map(|row| crate::model::show::show_row(self.rules, row)).collect();
            let line = format!("open {}", rows.join("; "));
            self.add(Thing::Window(id), Node::new(NodeKind::Cap, window.name.clone(), line));
        }
    }

    fn channel_box(&mut self, id: ChannelId) {
        if !self.boxes.contains_key(&Thing::Channel(id)) {
            let channel = &self.rules[id];
            let needs: Vec<&str> = channel.needs.iter().map(|purpose| self.rules[*purpose].name.as_str()).collect();
            let needs = (!needs.is_empty()).then(|| format!("needs {}", needs.join(", ")));
            let asks = channel.conditions().map(|(words, _)| words.to_owned());
            let line = needs.into_iter().chain(asks).collect::<Vec<_>>().join(", ");
            let node = Node::new(NodeKind::Channel, channel.name.clone(), line);
            self.add(Thing::Channel(id), node);
            for window in self.rules[id].windows.clone() {
                self.window_box(window);
                self.arrow(Thing::Window(window), Thing::Channel(id), ArrowKind::Limits);
            }
        }
    }

    fn cap_box(&mut self, id: CapId) {
        if !self.boxes.contains_key(&Thing::Cap(id)) {
            let cap = &self.rules[id];
            let line = match cap.kind {
                CapKind::Block { .. } => crate::model::show::show_limit(self.rules, cap),
                CapKind::Cap | CapKind::Pause { .. } | CapKind::Gap => crate::model::show::show_cap(self.rules, id),
            };
            self.add(Thing::Cap(id), Node::new(NodeKind::Cap, cap.name.clone(), line));
        }
    }

    /// What a rule reads or needs.
    fn read_box(&mut self, thing: Thing) {
        if self.boxes.contains_key(&thing) {
            return;
        }
        let rules = self.rules;
        let node = match thing {
            Thing::Segment(id) => Node::new(NodeKind::Segment, rules[id].name.clone(), rules[id].label.clone()),
            Thing::Value(id) => Node::new(NodeKind::Value, rules[id].name.clone(), rules[id].label.clone()),
            Thing::Attribute(id) => Node::new(NodeKind::Attribute, rules[id].name.clone(), rules[id].ty.word()),
            Thing::Purpose(id) => Node::new(NodeKind::Purpose, rules[id].name.clone(), rules[id].label.clone()),
            Thing::Channel(id) => return self.channel_box(id),
            Thing::Event(_)
            | Thing::Offer(_)
            | Thing::Tag(_)
            | Thing::Slot(_)
            | Thing::Rule(_)
            | Thing::Cap(_)
            | Thing::Window(_) => {
                return;
            }
        };
        self.add(thing, node);
    }

    fn add(&mut self, thing: Thing, mut node: Node) {
        node.finding = thing.span(self.rules).and_then(|span| self.worst_at(span));
        let id = self.panel.add(node);
        self.boxes.insert(thing, id);
    }

    /// Findings point at the name of what they are about.
    fn worst_at(&self, span: Span) -> Option<Severity> {
        let about = self.findings.iter().filter(|finding| finding.span() == Some(span));
        about.map(|finding| finding.severity).max()
    }

    fn arrow(&mut self, from: Thing, to: Thing, kind: ArrowKind) {
        if let (Some(from), Some(to)) = (self.boxes.get(&from), self.boxes.get(&to)) {
            self.panel.arrow(*from, *to, kind);
        }
    }
}
