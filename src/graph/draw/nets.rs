//! Arrows of one panel gathered into nets: all arrows of one sort that meet in one box share a trunk.
//!
//! Takes a panel, gives its columns, its straight arrows (from a box to the next one below) and its nets. Refuses to
//! know coordinates.
//!
//! Five hundred rules that read thirty segments are over a thousand arrows; drawn one by one they would be a wall of
//! lines. Drawn as nets they are thirty trunks with branches, as on a circuit plan: the segment `lapsed` has one line
//! leaving it, and every rule that reads it has a branch of that line. Each branch still has its own port on the
//! rule, and no two nets ever share a stroke.

use std::collections::{BTreeMap, BTreeSet};

use super::style::Family;
use super::{Arrow, ArrowKind, NodeKind, Panel};

/// The three columns of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// What rules read and need, and what binds them.
    Left,
    /// The rules and the fallback.
    Middle,
    /// The offers.
    Right,
}

/// The four strips in which trunks run: left of a column or right of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gutter {
    /// Left of the left column: arrows within it.
    Outer,
    /// Between left and middle column.
    Reading,
    /// Between middle and right column.
    Showing,
    /// Right of the right column: arrows within it.
    Far,
}

impl Gutter {
    /// From left to right.
    pub(super) const ALL: [Self; 4] = [Self::Outer, Self::Reading, Self::Showing, Self::Far];
}

/// A side of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Faces a gutter to its left.
    Left,
    /// Faces a gutter to its right.
    Right,
}

/// One end of a net that is not its hub: which box, and the words of the arrow.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// The index of the box.
    pub(super) node: usize,
    /// The words that stand at this end, inside the box.
    pub(super) label: Option<String>,
}

/// All arrows of one family between one hub and its branches, through one gutter.
#[derive(Clone, Debug)]
pub(super) struct Net {
    /// The box all its arrows have in common.
    pub(super) hub: usize,
    /// How it is drawn.
    pub(super) family: Family,
    /// Where the hub's trunk runs.
    pub(super) gutter: Gutter,
    /// The other ends on the hub's trunk.
    pub(super) near: Vec<Branch>,
    /// The other ends beyond the middle column, reached through a channel between two of its boxes.
    pub(super) across: Vec<Branch>,
}

impl Net {
    /// The gutter on the other side of the middle column.
    pub(super) fn far_gutter(&self) -> Gutter {
        match self.gutter {
            Gutter::Outer | Gutter::Reading => Gutter::Showing,
            Gutter::Showing | Gutter::Far => Gutter::Reading,
        }
    }

    /// All other ends with the gutter of their trunk.
    pub(super) fn branches(&self) -> impl Iterator<Item = (Gutter, &Branch)> {
        let near = self.near.iter().map(|b| (self.gutter, b));
        near.chain(self.across.iter().map(|b| (self.far_gutter(), b)))
    }
}

/// A straight arrow from the bottom of one box to the top of the next.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The upper box.
    pub(super) from: usize,
    /// The lower box.
    pub(super) to: usize,
    /// How it is drawn.
    pub(super) family: Family,
}

/// A panel taken apart.
#[derive(Clone, Debug)]
pub(super) struct Netted {
    /// The column of every box.
    pub(super) columns: Vec<Column>,
    /// The boxes of the middle column from top to bottom.
    pub(super) middle: Vec<usize>,
    /// Straight arrows.
    pub(super) links: Vec<Link>,
    /// All others.
    pub(super) nets: Vec<Net>,
}

/// The column of a kind of box.
pub(super) fn column(kind: NodeKind) -> Column {
    match kind {
        NodeKind::Segment | NodeKind::Value | NodeKind::Attribute | NodeKind::Purpose | NodeKind::Cap => Column::Left,
        NodeKind::Rule | NodeKind::Fallback => Column::Middle,
        NodeKind::Offer | NodeKind::Channel => Column::Right,
    }
}

/// The side of a box of that column which faces the gutter.
pub(super) fn side(column: Column, gutter: Gutter) -> Side {
    match (column, gutter) {
        (Column::Left, Gutter::Outer) | (Column::Middle, Gutter::Outer | Gutter::Reading) => Side::Left,
        (Column::Left, Gutter::Reading | Gutter::Showing | Gutter::Far) => Side::Right,
        (Column::Middle, Gutter::Showing | Gutter::Far) | (Column::Right, Gutter::Far) => Side::Right,
        (Column::Right, Gutter::Outer | Gutter::Reading | Gutter::Showing) => Side::Left,
    }
}

/// Takes a panel apart.
pub(super) fn gather(panel: &Panel) -> Netted {
    let columns: Vec<Column> = panel.nodes().iter().map(|n| column(n.kind)).collect();
    let middle = middle(panel);
    let below: BTreeMap<usize, usize> = middle.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))).collect();
    let arrows = panel.arrows();

    let is_step = |a: &Arrow| below.get(&a.from.index()) == Some(&a.to.index());
    let written: BTreeSet<usize> =
        arrows.iter().filter(|a| a.kind == ArrowKind::Before && is_step(a)).map(|a| a.from.index()).collect();

    let mut links = Vec::new();
    let mut nets: BTreeMap<(Gutter, usize, Family), Net> = BTreeMap::new();
    for arrow in arrows {
        let family = Family::of(arrow.kind);
        let (from, to) = (arrow.from.index(), arrow.to.index());
        if matches!(arrow.kind, ArrowKind::Outranks | ArrowKind::Before) && is_step(arrow) {
            // The stronger statement is drawn: `before` says all that the order says.
            if arrow.kind == ArrowKind::Before || !written.contains(&from) {
                links.push(Link { from, to, family });
            }
            continue;
        }
        let (hub, end) = if family.fans_out() { (from, to) } else { (to, from) };
        let (Some(hub_column), Some(end_column)) = (columns.get(hub), columns.get(end)) else { continue };
        let gutter = gutter(*hub_column, *end_column, family);
        let net = nets.entry((gutter, hub, family)).or_insert_with(|| Net {
            hub,
            family,
            gutter,
            near: Vec::new(),
            across: Vec::new(),
        });
        let label = (*end_column == Column::Middle).then(|| words_of(arrow)).flatten();
        let branch = Branch { node: end, label };
        let crosses = !matches!((*hub_column, *end_column), (Column::Middle, _) | (_, Column::Middle))
            && hub_column != end_column;
        let list = if crosses { &mut net.across } else { &mut net.near };
        // One box, one branch, unless its words differ.
        if !list.iter().any(|b| b.node == branch.node && b.label == branch.label) {
            list.push(branch);
        }
    }
    Netted { columns, middle, links, nets: nets.into_values().collect() }
}

/// The middle column: the rules in their order, then the fallback.
fn middle(panel: &Panel) -> Vec<usize> {
    let of =
        |kind: NodeKind| panel.nodes().iter().enumerate().filter(move |(_, n)| n.kind == kind).map(|(index, _)| index);
    of(NodeKind::Rule).chain(of(NodeKind::Fallback)).collect()
}

/// The gutter of the hub's trunk.
fn gutter(hub: Column, end: Column, family: Family) -> Gutter {
    match (hub, end) {
        (Column::Left, Column::Left) => Gutter::Outer,
        (Column::Right, Column::Right) => Gutter::Far,
        (Column::Left, Column::Middle | Column::Right) | (Column::Middle, Column::Left) => Gutter::Reading,
        (Column::Right, Column::Middle | Column::Left) | (Column::Middle, Column::Right) => Gutter::Showing,
        (Column::Middle, Column::Middle) => match family {
            Family::Outranks | Family::Before | Family::Reads | Family::Excludes | Family::Needs | Family::Limits => {
                Gutter::Reading
            }
            Family::Shows | Family::Substitute | Family::FallsBack | Family::SendsBy => Gutter::Showing,
        },
    }
}

/// The words drawn at an arrow's end in the middle column.
fn words_of(arrow: &Arrow) -> Option<String> {
    if !arrow.label.is_empty() {
        return Some(super::measure::clean(&arrow.label));
    }
    match arrow.kind {
        ArrowKind::IfCapped => Some("if capped".to_owned()),
        ArrowKind::IfNoConsent => Some("if no consent".to_owned()),
        ArrowKind::IfUnknown => Some("if unknown".to_owned()),
        ArrowKind::Outranks
        | ArrowKind::Before
        | ArrowKind::Shows
        | ArrowKind::FallsBack
        | ArrowKind::Reads
        | ArrowKind::Excludes
        | ArrowKind::Needs
        | ArrowKind::Limits
        | ArrowKind::SendsBy => None,
    }
}
