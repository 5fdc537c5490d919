//! Drawings of a rule set: who wins over whom, what each rule shows, reads and needs.
//!
//! Takes a [`Picture`], which is boxes and arrows with words on them and knows nothing of rules, files or the model;
//! gives one text: [`svg`] (laid out here, no external program), [`dot`] (Graphviz) or [`mermaid`]. The same picture
//! always gives the same bytes. Refuses to know how boxes and arrows come to be: the graph room fills the picture.
//!
//! ```text
//!   Picture --layout--> places of boxes --route--> wires --page--> panels on a page --svg--> text
//!       \------------------------------------------------------------------> dot, mermaid
//! ```
//!
//! What makes the drawing right by construction is told in `layout.rs` (rows and ports) and `route.rs` (lanes); the
//! tests read the finished SVG back and judge what is drawn, not what the layout believes.

mod dot;
mod icons;
mod lanes;
mod layout;
mod legend;
mod measure;
mod mermaid;
mod nets;
mod page;
mod route;
mod style;
mod svg;
mod words;

#[cfg(test)]
mod tests;

use crate::diagnostics::Severity;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;

/// Everything that is drawn: one panel a slot.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The heading of the whole drawing; plain text of any length.
    pub title: String,
    /// A quieter line under the heading; may be empty.
    pub note: String,
    /// The panels in the order in which they are read.
    pub panels: Vec<Panel>,
}

/// One slot: its rules and all they touch. An arrow never leaves its panel; what two slots use has a box in each.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// The name of the slot.
    pub name: String,
    /// A quieter line beside the name (place, accepted classes); may be empty.
    pub note: String,
    nodes: Vec<Node>,
    arrows: Vec<Arrow>,
}

/// A box of one panel, as [`Panel::add`] gave it; means nothing in another panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// One box.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it stands for; decides the column, the colour and the sign.
    pub kind: NodeKind,
    /// The name in bold. Too long a name is shortened, the tooltip keeps it whole.
    pub name: String,
    /// The second line (priority and class, a label); the word of the kind stands there when it is empty.
    pub line: String,
    /// Switched off: drawn pale and struck through.
    pub off: bool,
    /// Has dates: carries a calendar.
    pub dated: bool,
    /// The worst finding about it.
    pub finding: Option<Severity>,
}

impl Node {
    /// A box without marks.
    pub fn new(kind: NodeKind, name: impl Into<String>, line: impl Into<String>) -> Self {
        Self { kind, name: name.into(), line: line.into(), off: false, dated: false, finding: None }
    }
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// A named condition; left column.
    Segment,
    /// A named number; left column.
    Value,
    /// An attribute of the customer or the moment; left column.
    Attribute,
    /// A purpose that needs consent; left column.
    Purpose,
    /// A cap; left column.
    Cap,
    /// A rule; middle column, from top to bottom in the order of adding, which must be the order of winning.
    Rule,
    /// The fallback list of the slot; middle column, below the rules.
    Fallback,
    /// An offer; right column.
    Offer,
    /// A channel by which messages go; right column.
    Channel,
}

impl NodeKind {
    /// Every kind, in the order of the legend.
    pub const ALL: [Self; 9] = [
        Self::Rule,
        Self::Fallback,
        Self::Offer,
        Self::Channel,
        Self::Segment,
        Self::Value,
        Self::Attribute,
        Self::Purpose,
        Self::Cap,
    ];

    /// The word people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Value => "value",
            Self::Attribute => "attribute",
            Self::Purpose => "purpose",
            Self::Cap => "cap",
            Self::Rule => "rule",
            Self::Fallback => "fallback",
            Self::Offer => "offer",
            Self::Channel => "channel",
        }
    }
}

/// One arrow between two boxes of a panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Where it starts.
    pub from: NodeId,
    /// Where it points.
    pub to: NodeId,
    /// What it says.
    pub kind: ArrowKind,
    /// Words for this one arrow (`when kids`); empty: the words of its kind, if that has any.
    pub label: String,
}

/// What an arrow says, read from its start to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArrowKind {
    /// A rule wins over the next one (or over the fallback).
    Outranks,
    /// A rule was written `before` another. Between neighbours it is drawn in place of [`Self::Outranks`].
    Before,
    /// A rule shows an offer.
    Shows,
    /// `if capped`: an offer or rule that stands in.
    IfCapped,
    /// `if no consent`: an offer or rule that stands in.
    IfNoConsent,
    /// `if unknown`: an offer or rule that stands in.
    IfUnknown,
    /// The fallback list shows an offer.
    FallsBack,
    /// A segment, value or attribute is read by a rule (or by another segment or value).
    Reads,
    /// A segment, value or attribute keeps a rule away (`unless`).
    Excludes,
    /// A rule needs a purpose.
    Needs,
    /// A cap binds a rule or an offer.
    Limits,
    /// A rule sends by a channel.
    SendsBy,
}

impl Panel {
    /// An empty panel.
    pub fn new(name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), nodes: Vec::new(), arrows: Vec::new() }
    }

    /// Adds a box. Rules are added in the order in which they win.
    pub fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        id
    }

    /// Adds an arrow with the words of its kind. The same arrow twice is drawn once.
    pub fn arrow(&mut self, from: NodeId, to: NodeId, kind: ArrowKind) {
        self.labelled(from, to, kind, "");
    }

    /// Adds an arrow with words of its own; they stand inside the rule (or fallback) at its end.
    pub fn labelled(&mut self, from: NodeId, to: NodeId, kind: ArrowKind, label: impl Into<String>) {
        self.arrows.push(Arrow { from, to, kind, label: label.into() });
    }

    /// The boxes, in the order of adding.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The arrows whose two ends are boxes of this panel, each once, in the order of adding.
    pub fn arrows(&self) -> Vec<&Arrow> {
        let mut seen = std::collections::BTreeSet::new();
        self.arrows
            .iter()
            .filter(|a| a.from.index() < self.nodes.len() && a.to.index() < self.nodes.len())
            .filter(|a| seen.insert((a.from, a.to, a.kind, a.label.as_str())))
            .collect()
    }
}

impl NodeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}
