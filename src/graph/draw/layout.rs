//! Where the boxes of one panel stand, and where on their sides each line ends.
//!
//! Takes a panel taken apart into nets and the widths of the columns; gives every box a place and every end of a net
//! a port. Refuses to know how lines run between ports (`route.rs`) and how anything looks.
//!
//! All heights are counted in rows of [`ROW`] pixels. The rows of the middle column lie half a row lower than those
//! of the outer columns. A port is always in the middle of a row, so a line that enters a gutter from the left never
//! lies on one that enters it from the right: they are at least half a row apart, whatever the boxes do. A box grows
//! until each of its ports has a row of its own; words at a port have their row to themselves, inside the box.
//!
//! Outer boxes want to stand where their rules are. Their order is that of the mean place of their rules; their
//! places are then the closest that keep this order and do not touch (pool adjacent violators: boxes that would
//! overlap form a block, and the block stands where its members want to be on average).

use super::nets::{Column, Gutter, Net, Netted, Side};
use super::{NodeKind, Panel};

/// The height of a row.
pub(super) const ROW: i32 = 14;
/// Half of it.
pub(super) const HALF: i32 = ROW / 2;
/// The rows that the name and the second line take.
const TEXT_ROWS: i32 = 3;
/// The rows between two boxes of the middle column, and between a rule and the fallback.
const STEP_ROWS: i32 = 2;
const FALLBACK_ROWS: i32 = 3;
/// Below the last words at a port.
const FOOT: i32 = 6;

/// A rectangle; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

impl Rect {
    /// The y below it.
    pub(super) fn bottom(&self) -> i32 {
        self.y + self.h
    }
    /// The x right of it.
    pub(super) fn right(&self) -> i32 {
        self.x + self.w
    }
}

/// Which end of which net a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// Where all arrows of the net meet.
    Hub,
    /// The numbered branch, in the order of [`Net::branches`].
    Branch(usize),
}

/// A place on a side of a box where a line ends.
#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) node: usize,
    pub(super) side: Side,
    pub(super) gutter: Gutter,
    pub(super) net: usize,
    pub(super) end: End,
    /// Words in the box at this port.
    pub(super) label: Option<String>,
    /// The y of the line.
    pub(super) y: i32,
}

/// Boxes and ports of one panel; y from the top of the first row, x still open.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    /// Top and height of every box.
    pub(super) spans: Vec<(i32, i32)>,
    /// All ports, by box and side.
    pub(super) ports: Vec<Port>,
    /// The y at which each net with far branches passes between two boxes of the middle column.
    pub(super) channels: Vec<Option<i32>>,
    /// The height of it all.
    pub(super) height: i32,
}

/// Places the boxes of a panel and their ports, without regard to lanes.
pub(super) fn lay(panel: &Panel, netted: &Netted) -> Laid {
    let mut ports = ports(netted);
    let mut spans: Vec<(i32, i32)> = heights(&netted.columns, &ports).into_iter().map(|h| (0, h)).collect();
    let (channels, bottom) = middle(panel, netted, &mut spans);
    let wants = wants(netted, &spans, bottom);
    let mut height = bottom;
    for column in [Column::Left, Column::Right] {
        height = height.max(beside(panel, netted, column, &wants, bottom, &mut spans));
    }
    assign(&netted.nets, &spans, &mut ports, |_| 0);
    Laid { spans, ports, channels, height }
}

/// One port for each hub and each branch.
fn ports(netted: &Netted) -> Vec<Port> {
    let mut ports = Vec::new();
    for (index, net) in netted.nets.iter().enumerate() {
        let mut port = |node: usize, gutter: Gutter, end: End, label: Option<String>| {
            let Some(column) = netted.columns.get(node) else { return };
            let side = super::nets::side(*column, gutter);
            ports.push(Port { node, side, gutter, net: index, end, label, y: 0 });
        };
        port(net.hub, net.gutter, End::Hub, None);
        for (at, (gutter, branch)) in net.branches().enumerate() {
            port(branch.node, gutter, End::Branch(at), branch.label.clone());
        }
    }
    ports.sort_by_key(|p| (p.node, p.side));
    ports
}

/// The rows of a side: how many ports without words, how many with.
fn demand(ports: &[Port]) -> (i32, i32) {
    let labelled = ports.iter().filter(|p| p.label.is_some()).count();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX / ROW);
    (count(ports.len() - labelled), count(labelled))
}

/// The height of every box: whole rows, and a foot below words at ports.
fn heights(columns: &[Column], ports: &[Port]) -> Vec<i32> {
    let mut heights = vec![TEXT_ROWS * ROW; columns.len()];
    for side in ports.chunk_by(|a, b| (a.node, a.side) == (b.node, b.side)) {
        let (plain, labelled) = demand(side);
        if let Some(height) = side.first().and_then(|p| heights.get_mut(p.node)) {
            let rows = plain.max(TEXT_ROWS) + labelled;
            *height = (*height).max(rows * ROW + if labelled > 0 { FOOT } else { 0 });
        }
    }
    heights
}

/// Stacks the middle column and leaves room for the channels; gives their places and the height.
fn middle(panel: &Panel, netted: &Netted, spans: &mut [(i32, i32)]) -> (Vec<Option<i32>>, i32) {
    let gaps = gaps(netted);
    let mut channels = vec![None; netted.nets.len()];
    // Half a row down: this is what keeps the lines of the two sides of a gutter apart.
    let mut y = HALF;
    let mut footed = false;
    for at in 0..=netted.middle.len() {
        let through = gaps.iter().enumerate().filter(|(_, gap)| **gap == Some(at)).map(|(net, _)| net);
        let mut lanes = 0;
        for net in through {
            lanes += 1;
            if let Some(channel) = channels.get_mut(net) {
                *channel = Some(y - HALF + if at == 0 { 0 } else { ROW } + (lanes - 1) * ROW);
            }
        }
        let fallback = |n: &usize| panel.nodes().get(*n).is_some_and(|n| n.kind == NodeKind::Fallback);
        let free = match (at, netted.middle.get(at)) {
            (0, _) => 0,
            (_, None) => 0,
            (_, Some(next)) if fallback(next) => FALLBACK_ROWS,
            // The rest of the row that a foot began is part of the way.
            (_, Some(_)) => STEP_ROWS - i32::from(footed),
        };
        y += ROW * if lanes == 0 { free } else { free.max(lanes + 1) };
        if let Some(span) = netted.middle.get(at).and_then(|n| spans.get_mut(*n)) {
            span.0 = y;
            footed = span.1 % ROW != 0;
            y += (span.1 + ROW - 1) / ROW * ROW;
        }
    }
    (channels, y)
}

/// For each net with far branches, before which box of the middle column it passes: as near as can be to the rules
/// that have to do with both of its ends.
fn gaps(netted: &Netted) -> Vec<Option<usize>> {
    let mut rank = vec![None; netted.columns.len()];
    for (at, node) in netted.middle.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*node) {
            *rank = Some(at);
        }
    }
    // Sum and number of the ranks of the rules each outer box is joined to.
    let mut near = vec![(0_usize, 0_usize); netted.columns.len()];
    for net in &netted.nets {
        for branch in net.near.iter().chain(&net.across) {
            for (outer, inner) in [(net.hub, branch.node), (branch.node, net.hub)] {
                if let (Some(Some(at)), Some(sum)) = (rank.get(inner), near.get_mut(outer)) {
                    *sum = (sum.0 + at, sum.1 + 1);
                }
            }
        }
    }
    netted
        .nets
        .iter()
        .map(|net| {
            if net.across.is_empty() {
                return None;
            }
            let ends = net.across.iter().map(|b| b.node).chain([net.hub]);
            let (sum, count) =
                ends.filter_map(|n| near.get(n)).fold((0, 0), |(s, c), (sum, count)| (s + sum, c + count));
            let gap = sum.checked_div(count).map_or(netted.middle.len() / 2, |mean: usize| mean + 1);
            Some(gap.min(netted.middle.len()))
        })
        .collect()
}

/// Where the middle of each outer box would like to be.
fn wants(netted: &Netted, spans: &[(i32, i32)], bottom: i32) -> Vec<i32> {
    let mut wants: Vec<Option<i64>> = vec![None; spans.len()];
    for node in &netted.middle {
        if let (Some(want), Some((y, h))) = (wants.get_mut(*node), spans.get(*node)) {
            *want = Some(i64::from(y + h / 2));
        }
    }
    // Boxes joined to no rule ask their neighbours; three rounds reach through chains of segments.
    for _ in 0..3 {
        let mut sums = vec![(0_i64, 0_i64); spans.len()];
        for net in &netted.nets {
            for (_, branch) in net.branches() {
                for (one, other) in [(net.hub, branch.node), (branch.node, net.hub)] {
                    if let (Some(Some(y)), Some(sum)) = (wants.get(other), sums.get_mut(one)) {
                        *sum = (sum.0 + y, sum.1 + 1);
                    }
                }
            }
        }
        for (want, (sum, count)) in wants.iter_mut().zip(sums) {
            if want.is_none() && count > 0 {
                *want = Some(sum / count);
            }
        }
    }
    wants.into_iter().map(|w| w.and_then(|w| i32::try_from(w).ok()).unwrap_or(bottom)).collect()
}

/// Places one outer column; gives its lower edge.
fn beside(panel: &Panel, netted: &Netted, column: Column, wants: &[i32], bottom: i32, spans: &mut [(i32, i32)]) -> i32 {
    let kind = |n: usize| panel.nodes().get(n).map(|n| n.kind);
    let want = |n: usize| wants.get(n).copied().unwrap_or(bottom);
    let mut order: Vec<usize> =
        netted.columns.iter().enumerate().filter(|(_, c)| **c == column).map(|(n, _)| n).collect();
    order.sort_by_key(|n| (want(*n), kind(*n), *n));

    // In rows. A block is (sum of wished starts, members, start of its first member counted without the boxes above).
    let heights: Vec<i32> = order.iter().map(|n| spans.get(*n).map_or(TEXT_ROWS, |s| s.1 / ROW) + 1).collect();
    let mut blocks: Vec<(i64, i64)> = Vec::new();
    let mut above = 0;
    for (node, height) in order.iter().zip(&heights) {
        let start = (want(*node) - (height - 1) * HALF).div_euclid(ROW) - above;
        above += height;
        let mut block = (i64::from(start), 1);
        while let Some(last) = blocks.last() {
            if last.0 * block.1 < block.0 * last.1 {
                break;
            }
            block = (block.0 + last.0, block.1 + last.1);
            blocks.pop();
        }
        blocks.push(block);
    }
    let highest = (bottom / ROW - (above - 1)).max(0);
    let mut starts = blocks.iter().flat_map(|(sum, count)| (0..*count).map(move |_| sum.div_euclid(*count)));
    let mut above = 0;
    let mut lower = 0;
    for (node, height) in order.iter().zip(&heights) {
        let start = starts.next().and_then(|s| i32::try_from(s).ok()).unwrap_or(0).clamp(0, highest);
        if let Some(span) = spans.get_mut(*node) {
            span.0 = (start + above) * ROW;
            lower = span.0 + span.1;
        }
        above += height;
    }
    lower
}

/// Gives every port its row: those that lead upwards above those that lead downwards, words in rows of their own
/// below. `lane` is the number of a net's lane counted from the box, used to keep lines of one side from crossing.
pub(super) fn assign(nets: &[Net], spans: &[(i32, i32)], ports: &mut [Port], lane: impl Fn(&Port) -> i32) {
    let centre = |n: usize| spans.get(n).map_or(0, |(y, h)| y + h / 2);
    let middles: Vec<i32> = nets
        .iter()
        .map(|net| {
            let (mut sum, mut count) = (0_i64, 0_i64);
            for (_, branch) in net.branches() {
                sum += i64::from(centre(branch.node));
                count += 1;
            }
            i32::try_from(sum / count.max(1)).unwrap_or(0)
        })
        .collect();
    for side in ports.chunk_by_mut(|a, b| (a.node, a.side) == (b.node, b.side)) {
        let Some(node) = side.first().map(|p| p.node) else { continue };
        let here = centre(node);
        side.sort_by_key(|p| {
            let other = match p.end {
                End::Hub => middles.get(p.net).copied().unwrap_or(here),
                End::Branch(_) => nets.get(p.net).map_or(here, |n| centre(n.hub)),
            };
            // Upwards: the near lane on top. Downwards: the far lane on top. So none crosses its neighbour.
            let key = if other < here { (0, lane(p)) } else { (1, -lane(p)) };
            (p.label.is_some(), if p.label.is_some() { (0, 0) } else { key }, other, p.net, p.end)
        });
        let (plain, _) = demand(side);
        let Some((top, height)) = spans.get(node) else { continue };
        // Without words on this side its ports spread over the whole height, else over the rows above the words.
        let wordless = side.iter().all(|p| p.label.is_none());
        let room = if wordless { height / ROW } else { plain.max(TEXT_ROWS) };
        let (mut plain_at, mut label_at) = (0, room);
        for port in side.iter_mut() {
            let row = if port.label.is_some() {
                label_at += 1;
                label_at - 1
            } else {
                plain_at += 1;
                (2 * plain_at - 1) * room / (2 * plain.max(1))
            };
            port.y = top + row * ROW + HALF;
        }
    }
}
