//! The legend: each kind of box, each sort of line and each mark that occurs, with its meaning.
//!
//! Takes a picture and the width of the page, gives items with places and the height they need. Refuses to know how
//! an item is drawn.

use super::icons::Mark;
use super::measure::width;
use super::style::Family;
use super::{NodeKind, Picture};

/// The size of its words.
pub(super) const TEXT: i32 = 11;
/// The width of a sample line.
pub(super) const SAMPLE: i32 = 34;
/// The height of a line of the legend.
const LINE: i32 = 24;
const SPACE: i32 = 22;

/// What an item shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Kind(NodeKind),
    Line(Family),
    Mark(Mark),
}

impl Shown {
    /// What it means, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.word(),
            Self::Line(family) => family.meaning(),
            Self::Mark(mark) => mark.meaning(),
        }
    }

    /// The width of what stands before the words.
    pub(super) fn lead(self) -> i32 {
        match self {
            Self::Kind(_) | Self::Mark(_) => super::icons::SIZE,
            Self::Line(_) => SAMPLE,
        }
    }
}

/// An item at its place; y is the middle of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) shown: Shown,
    pub(super) x: i32,
    pub(super) y: i32,
}

/// The legend of a picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Legend {
    pub(super) kinds: Vec<NodeKind>,
    pub(super) families: Vec<Family>,
    pub(super) marks: Vec<Mark>,
}

impl Legend {
    /// What occurs in the picture.
    pub(super) fn of(picture: &Picture) -> Self {
        let nodes = || picture.panels.iter().flat_map(|p| p.nodes());
        let arrows: std::collections::BTreeSet<Family> =
            picture.panels.iter().flat_map(|p| p.arrows()).map(|a| Family::of(a.kind)).collect();
        let marks: std::collections::BTreeSet<Mark> = nodes().flat_map(Mark::of).collect();
        let kinds: std::collections::BTreeSet<NodeKind> = nodes().map(|n| n.kind).collect();
        Self {
            kinds: NodeKind::ALL.into_iter().filter(|k| kinds.contains(k)).collect(),
            families: Family::ALL.into_iter().filter(|f| arrows.contains(f)).collect(),
            marks: Mark::ALL.into_iter().filter(|m| marks.contains(m)).collect(),
        }
    }

    /// Its items, wrapped between `left` and `right` from `top` on, and the height of it all. Boxes, lines and marks
    /// each begin a new line.
    pub(super) fn place(&self, left: i32, right: i32, top: i32) -> (Vec<Item>, i32) {
        let groups: [Vec<Shown>; 2] = [
            self.kinds.iter().map(|k| Shown::Kind(*k)).chain(self.marks.iter().map(|m| Shown::Mark(*m))).collect(),
            self.families.iter().map(|f| Shown::Line(*f)).collect(),
        ];
        let (mut items, mut y) = (Vec::new(), top);
        for group in groups.iter().filter(|g| !g.is_empty()) {
            let mut x = left;
            for shown in group {
                let wide = shown.lead() + 8 + width(shown.words(), TEXT);
                if x > left && x + wide > right {
                    x = left;
                    y += LINE;
                }
                items.push(Item { shown: *shown, x, y: y + LINE / 2 });
                x += wide + SPACE;
            }
            y += LINE;
        }
        (items, y - top)
    }
}
