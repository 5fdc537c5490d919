//! Panels on a page: how wide the columns are, what every panel measures, and where it stands.
//!
//! Takes a picture, gives a page in pixels with every panel laid out and routed. Panels fill columns from top to
//! bottom and from left to right, like a newspaper, so that they are read in their order; the number of columns is
//! the one that makes the page most like a sheet. All panels have columns of the same widths: what is alike stands
//! alike.

use super::icons::Mark;
use super::legend::{Item, Legend};
use super::measure::{clean, width};
use super::nets::{Column, column, gather};
use super::route::{Routed, route};
use super::{NodeKind, Panel, Picture, layout};

/// The sizes of the text in a box: name, second line and words at ports.
pub(super) const NAME: i32 = 12;
pub(super) const SMALL: i32 = 10;
/// The sizes of headings: of the page, of a panel, of a note.
pub(super) const TITLE: i32 = 22;
pub(super) const PANEL_NAME: i32 = 15;
pub(super) const NOTE: i32 = 11;
/// From the left border of a box to its text: room for a sign or the rank.
pub(super) const LEAD: i32 = 32;
/// From the text to the right border.
pub(super) const TAIL: i32 = 10;
/// One mark with the space before it.
pub(super) const MARK: i32 = 18;
/// Around the page, within a panel, between panels.
pub(super) const EDGE: i32 = 32;
pub(super) const PAD: i32 = 24;
const BETWEEN: i32 = 28;
/// From the top of a panel to the headings of its columns, and on to the first row.
pub(super) const HEADINGS: i32 = 66;
const FIRST_ROW: i32 = 84;
/// The narrowest page and panel: headings want some room.
const NARROWEST: i32 = 560;
const NARROWEST_PANEL: i32 = 260;
/// The least and the most a column of boxes may take: left, middle, right.
const LIMITS: [(i32, i32); 3] = [(140, 236), (200, 310), (140, 236)];
/// The proportion of width to height that is aimed at, in hundredths.
const PROPORTION: i64 = 140;

/// A panel at its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
    pub(super) routed: Routed,
}

impl Placed {
    /// Where the panel's own zero lies on the page.
    pub(super) fn origin(&self) -> (i32, i32) {
        (self.x + PAD, self.y + FIRST_ROW)
    }
}

/// A whole drawing in pixels.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) w: i32,
    pub(super) h: i32,
    pub(super) panels: Vec<Placed>,
    pub(super) items: Vec<Item>,
    /// The width that the rank takes before a rule's text.
    pub(super) lead: i32,
}

/// Lays out everything.
pub(super) fn arrange(picture: &Picture) -> Page {
    let most = picture.panels.iter().map(|p| p.nodes().len()).max().unwrap_or(0);
    let lead = LEAD.max(width(&most.to_string(), SMALL) + 18);
    let widths = widths(picture, lead);
    let panels: Vec<Placed> = picture
        .panels
        .iter()
        .map(|panel| {
            let netted = gather(panel);
            let laid = layout::lay(panel, &netted);
            let routed = route(&netted, laid, widths);
            let (w, h) = ((routed.width + 2 * PAD).max(NARROWEST_PANEL), routed.height + FIRST_ROW + PAD);
            Placed { x: 0, y: 0, w, h, routed }
        })
        .collect();

    let columns = columns(&panels);
    let breadth =
        columns.iter().map(|c| widest(&panels, c)).sum::<i32>() + BETWEEN * (as_i32(columns.len()) - 1).max(0);
    let w = breadth.max(NARROWEST - 2 * EDGE) + 2 * EDGE;
    let legend = Legend::of(picture);
    let top = EDGE + TITLE + if picture.note.is_empty() { 10 } else { 30 };
    let (items, legend_height) = legend.place(EDGE, w - EDGE, top);

    let mut panels = panels;
    let start = top + legend_height + 14;
    let (mut x, mut lowest) = (EDGE, start);
    for range in &columns {
        let wide = widest(&panels, range);
        let mut y = start;
        for panel in panels.get_mut(range.clone()).into_iter().flatten() {
            (panel.x, panel.y, panel.w) = (x, y, wide);
            y += panel.h + BETWEEN;
        }
        lowest = lowest.max(y - BETWEEN);
        x += wide + BETWEEN;
    }
    Page { w, h: lowest + EDGE, panels, items, lead }
}

fn as_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn widest(panels: &[Placed], range: &std::ops::Range<usize>) -> i32 {
    panels.get(range.clone()).into_iter().flatten().map(|p| p.w).max().unwrap_or(0)
}

/// The room that the text of a box has for its name, given the width of the box.
pub(super) fn lead_of(kind: NodeKind, page_lead: i32) -> i32 {
    match kind {
        NodeKind::Rule => page_lead,
        NodeKind::Segment
        | NodeKind::Value
        | NodeKind::Attribute
        | NodeKind::Purpose
        | NodeKind::Cap
        | NodeKind::Fallback
        | NodeKind::Offer
        | NodeKind::Channel => LEAD,
    }
}

/// How wide the boxes of each column must be to hold their text, within limits.
fn widths(picture: &Picture, lead: i32) -> [i32; 3] {
    let mut widths = LIMITS.map(|(least, _)| least);
    let mut need = |column: Column, wide: i32| {
        if let Some((width, (_, most))) = widths.get_mut(column as usize).zip(LIMITS.get(column as usize)) {
            *width = (*width).max(wide.min(*most));
        }
    };
    for node in picture.panels.iter().flat_map(Panel::nodes) {
        let marks = as_i32(Mark::of(node).len()) * MARK;
        let text = (width(&clean(&node.name), NAME) + marks).max(width(&clean(&node.line), SMALL));
        need(column(node.kind), lead_of(node.kind, lead) + text + TAIL);
    }
    for arrow in picture.panels.iter().flat_map(Panel::arrows) {
        need(Column::Middle, width(&clean(&arrow.label), SMALL) + 2 * TAIL);
    }
    // Even, so that the arrow from box to box stands in the middle.
    widths.map(|w| w + w % 2)
}

/// Which panels stand in which column of the page.
fn columns(panels: &[Placed]) -> Vec<std::ops::Range<usize>> {
    let mut best: Option<(i64, Vec<std::ops::Range<usize>>)> = None;
    for count in 1..=panels.len().min(12) {
        let (columns, height) = split(panels, count);
        let breadth: i64 = columns.iter().map(|c| i64::from(widest(panels, c) + BETWEEN)).sum();
        // How far from the proportion: the larger of the two quotients, in thousandths.
        // The paper that stays empty counts as well.
        let filled: i64 = panels.iter().map(|p| i64::from(p.h + BETWEEN)).sum();
        let empty = i64::try_from(columns.len()).unwrap_or(1) * i64::from(height + BETWEEN) * 1000 / filled.max(1);
        let (have, want) = (breadth * 100, i64::from(height.max(1)) * PROPORTION);
        let off = (have * 1000 / want.max(1)).max(want * 1000 / have.max(1)) * empty;
        if best.as_ref().is_none_or(|(least, _)| off < *least) {
            best = Some((off, columns));
        }
    }
    best.map(|(_, columns)| columns).unwrap_or_default()
}

/// The panels in at most `count` columns, in order, the highest column as low as can be.
fn split(panels: &[Placed], count: usize) -> (Vec<std::ops::Range<usize>>, i32) {
    let fill = |limit: i32| {
        let mut columns: Vec<std::ops::Range<usize>> = Vec::new();
        let mut height = 0;
        for (at, panel) in panels.iter().enumerate() {
            match columns.last_mut() {
                Some(last) if height + BETWEEN + panel.h <= limit => {
                    last.end = at + 1;
                    height += BETWEEN + panel.h;
                }
                Some(_) | None => {
                    columns.push(at..at + 1);
                    height = panel.h;
                }
            }
        }
        columns
    };
    let (mut low, mut high) =
        (panels.iter().map(|p| p.h).max().unwrap_or(0), panels.iter().map(|p| p.h + BETWEEN).sum::<i32>());
    while low < high {
        let middle = low + (high - low) / 2;
        if fill(middle).len() <= count { high = middle } else { low = middle + 1 }
    }
    (fill(low), low)
}
